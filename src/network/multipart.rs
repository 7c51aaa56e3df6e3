//! Forms with a file in them (`multipart/form-data`, RFC 7578), sent as the file comes: nothing is gathered in memory.
//!
//! Not here: which fields there are (each network's own), the file itself (`crate::media`).

use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};

use crate::core::media::MediaError;
use crate::media::File;

/// How long a request with a file may take, whatever its size.
pub const LEAST_TIME: Duration = Duration::from_secs(60);
/// How many bytes must have gone in each further second: a slow line, and a server that looks at the file before it
/// answers.
const BYTES_PER_SEC: u64 = 20_000;

/// How long a request with a file of so many bytes may take.
#[must_use]
pub fn time_for(length: u64) -> Duration {
    LEAST_TIME.saturating_add(Duration::from_secs(length / BYTES_PER_SEC))
}

/// The fields before the file. Their names are ours: letters and `_`.
#[derive(Clone, Debug)]
pub struct Form {
    boundary: String,
    head: String,
}

impl Form {
    /// A form without fields.
    #[must_use]
    pub fn new() -> Self {
        // Nobody who makes a file can know it: a file cannot end its own part and add fields.
        let random = || RandomState::new().hash_one(0_u8);
        Self { boundary: format!("crosspostd-{:016x}{:016x}", random(), random()), head: String::new() }
    }

    /// With one more field; `value` may be any text.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.begin(name);
        self.head.extend(["\r\n\r\n", value, "\r\n"]);
        self
    }

    /// With a file as its last field.
    #[must_use]
    pub fn file(self, name: &str, file: File) -> Multipart {
        let (file_name, media_type, length) = (file.name(), file.media_type, file.length);
        self.end(name, &file_name, media_type.mime(), length, file.into_body())
    }

    /// With a piece of a file as its last field: X takes files in pieces.
    #[must_use]
    pub fn piece(self, name: &str, piece: Bytes) -> Multipart {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let body = Full::new(piece).map_err(|never| match never {}).boxed();
        self.end(name, "media", "application/octet-stream", length, body)
    }

    fn begin(&mut self, name: &str) {
        let Self { boundary, head } = self;
        head.extend(["--", boundary, "\r\nContent-Disposition: form-data; name=\"", name, "\""]);
    }

    fn end(
        mut self,
        name: &str,
        file_name: &str,
        mime: &str,
        length: u64,
        body: BoxBody<Bytes, MediaError>,
    ) -> Multipart {
        self.begin(name);
        self.head.extend(["; filename=\"", file_name, "\"\r\nContent-Type: ", mime, "\r\n\r\n"]);
        let Self { boundary, head } = self;
        let tail = format!("\r\n--{boundary}--\r\n");
        let around = u64::try_from(head.len() + tail.len()).unwrap_or(u64::MAX);
        let left = length.saturating_add(around);
        Multipart {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            parts: Parts { head: Some(head.into()), body, tail: Some(tail.into()), left, fault: Fault::default() },
        }
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

/// A form that is ready to be sent, once.
pub struct Multipart {
    content_type: String,
    parts: Parts,
}

/// Why the file in a form could not be read on, if that is what happened: to the client it looks like a broken
/// connection.
#[derive(Clone, Debug, Default)]
pub struct Fault(Arc<Mutex<Option<MediaError>>>);

impl Fault {
    /// What happened to the file.
    #[must_use]
    pub fn take(&self) -> Option<MediaError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: &MediaError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }
}

impl Multipart {
    /// The `Content-Type` that goes with it.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How long it is in all, in bytes: exactly.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.parts.left
    }

    /// Puts it into a request, with its headers. When the request fails, the result says whether the file did.
    #[must_use]
    pub fn put_into(self, request: &mut reqwest::Request) -> Fault {
        let fault = self.parts.fault.clone();
        let headers = request.headers_mut();
        if let Ok(content_type) = HeaderValue::from_str(&self.content_type) {
            headers.insert(CONTENT_TYPE, content_type);
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(self.parts.left));
        *request.body_mut() = Some(reqwest::Body::wrap(self.parts));
        fault
    }

    /// Its content, to be sent as it comes.
    #[must_use]
    pub fn into_body(self) -> BoxBody<Bytes, MediaError> {
        self.parts.boxed()
    }
}

/// What is before the file, the file, and what is after it.
struct Parts {
    head: Option<Bytes>,
    body: BoxBody<Bytes, MediaError>,
    tail: Option<Bytes>,
    /// How many bytes are still to come.
    left: u64,
    fault: Fault,
}

impl Body for Parts {
    type Data = Bytes;
    type Error = MediaError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, MediaError>>> {
        let this = self.get_mut();
        let next = loop {
            if let Some(head) = this.head.take() {
                break head;
            }
            match std::task::ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    // Trailers are no content.
                    if let Ok(data) = frame.into_data() {
                        break data;
                    }
                }
                Some(Err(error)) => {
                    this.fault.set(&error);
                    return Poll::Ready(Some(Err(error)));
                }
                None => match this.tail.take() {
                    Some(tail) => break tail,
                    None => return Poll::Ready(None),
                },
            }
        };
        this.left = this.left.saturating_sub(u64::try_from(next.len()).unwrap_or(u64::MAX));
        Poll::Ready(Some(Ok(Frame::data(next))))
    }

    fn is_end_stream(&self) -> bool {
        self.tail.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::core::media::MediaType;

    struct Pieces(VecDeque<Result<&'static str, MediaError>>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = MediaError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, MediaError>>> {
            Poll::Ready(self.0.pop_front().map(|piece| piece.map(|piece| Frame::data(Bytes::from(piece)))))
        }
    }

    fn file(pieces: Vec<Result<&'static str, MediaError>>, length: u64) -> File {
        File::new(MediaType::Png, length, Pieces(pieces.into()).boxed())
    }

    async fn content(form: Multipart) -> String {
        let (boundary, length) = (form.content_type().split_once("boundary=").unwrap().1.to_owned(), form.length());
        let body = form.into_body();
        assert_eq!(body.size_hint().exact(), Some(length));
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), length);
        String::from_utf8(bytes.to_vec()).unwrap().replace(&boundary, "B")
    }

    #[tokio::test]
    async fn a_form_is_its_fields_and_its_file() {
        let form = Form::new().text("category", "a\r\nb é").file("media", file(vec![Ok("12"), Ok("345")], 5));
        let head = "--B\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\na\r\nb é\r\n";
        let file = "Content-Disposition: form-data; name=\"media\"; filename=\"media.png\"\r\nContent-Type: image/png";
        assert_eq!(content(form).await, format!("{head}--B\r\n{file}\r\n\r\n12345\r\n--B--\r\n"));

        let form = Form::new().piece("media", Bytes::from_static(b"123"));
        let piece = "Content-Disposition: form-data; name=\"media\"; filename=\"media\"\r\n\
            Content-Type: application/octet-stream";
        assert_eq!(content(form).await, format!("--B\r\n{piece}\r\n\r\n123\r\n--B--\r\n"));
        assert_ne!(Form::new().boundary, Form::new().boundary);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_on_is_told_from_a_lost_connection() {
        let broken = MediaError::Missing("its server went away".to_owned());
        let form = Form::new().file("media", file(vec![Ok("12"), Err(broken.clone())], 5));
        let mut request =
            reqwest::Request::new(reqwest::Method::POST, url::Url::parse("http://127.0.0.1/media").unwrap());
        let length = form.length();
        let fault = form.put_into(&mut request);
        assert_eq!(request.headers()["content-length"], length.to_string());
        assert!(request.headers()["content-type"].to_str().unwrap().starts_with("multipart/form-data; boundary="));
        assert_eq!(fault.take(), None);
        assert!(request.body_mut().take().unwrap().collect().await.is_err());
        assert_eq!((fault.take(), fault.take()), (Some(broken), None));
    }
}
