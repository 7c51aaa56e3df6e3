//! Files in segments: begun, sent piece by piece, each as often as need be, and ended (`x-api.md` 4.2).

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::{Answer, Failure, File, Form, FormFailure, MediaError, Twitter, Uploaded, answers, errors, wire};
use crate::network::Trouble;
use crate::network::multipart;
use crate::network::twitter::body::NewUpload;

/// How long a segment is. Larger ones are refused at X's edge (`x-api.md` 4.2).
const SEGMENT_BYTES: usize = 1 << 20;
/// How often a request is tried.
const MOST_TRIES: u32 = 5;
/// The first pause between two tries, and the first of the pauses that double.
const FIRST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 1_000 });
/// A rate limit that ends within so many seconds is waited for.
const NEAR_SECS: i64 = 60;

/// A file cut into segments. One buffer holds them all, one after the other.
struct Segments {
    file: File,
    /// What was read and is not in a segment yet.
    rest: Bytes,
    buffer: BytesMut,
}

impl Segments {
    fn of(file: File) -> Self {
        Self { file, rest: Bytes::new(), buffer: BytesMut::new() }
    }

    /// The next one: each of the same length, but for the last.
    async fn next(&mut self) -> Result<Option<Bytes>, MediaError> {
        // The memory of the one before, when that is not in use any more.
        self.buffer.reserve(SEGMENT_BYTES);
        while self.buffer.len() < SEGMENT_BYTES {
            if self.rest.is_empty() {
                let Some(piece) = self.file.chunk().await? else { break };
                self.rest = piece;
            }
            let room = SEGMENT_BYTES - self.buffer.len();
            self.buffer.extend_from_slice(&self.rest.split_to(room.min(self.rest.len())));
        }
        Ok((!self.buffer.is_empty()).then(|| self.buffer.split().freeze()))
    }
}

/// What came of a request that was tried as often as it was worth it.
struct Tried {
    result: Result<Answer, Failure>,
    /// Whether it was sent more than once, and may have been done by an earlier try.
    again: bool,
}

impl Twitter {
    pub(super) async fn take_in_segments(&self, file: File, category: &'static str) -> Uploaded {
        match self.begin_and_send(file, category).await {
            Ok(id) => self.end(&id).await,
            Err(failed) => failed,
        }
    }

    /// The upload's id, once every segment is there.
    async fn begin_and_send(&self, file: File, category: &'static str) -> Result<String, Uploaded> {
        let id = self.begin(&file, category).await?;
        let path = format!("/2/media/upload/{id}/append");
        let mut segments = Segments::of(file);
        let mut index = 0_u32;
        while let Some(segment) = segments.next().await.map_err(Uploaded::Media)? {
            let number = index.to_string();
            let tried = self
                .persistently(async || {
                    let form = Form::new().text("segment_index", &number).piece("media", segment.clone());
                    match self.session.post_form(&path, form, multipart::LEAST_TIME).await {
                        // It is in memory: it cannot be the file.
                        Err(FormFailure::File(error)) => Err(Failure::NotSent(error.to_string())),
                        Err(FormFailure::Http(failure)) => Err(failure),
                        Ok(answer) => Ok(answer),
                    }
                })
                .await;
            self.taken(tried)?;
            index += 1;
        }
        Ok(id)
    }

    async fn begin(&self, file: &File, category: &'static str) -> Result<String, Uploaded> {
        let media_type = file.media_type.mime();
        let body = NewUpload { media_type, media_category: category, total_bytes: file.length };
        let body =
            serde_json::to_vec(&body).map_err(|error| Uploaded::Trouble(Trouble::Unreachable(error.to_string())))?;
        let answer = self.session.post("/2/media/upload/initialize", Some(body)).await;
        let answer = self.taken(Tried { result: answer, again: false })?;
        let upload = wire::Upload::parse(&answer.body).ok_or_else(|| Uploaded::Trouble(answers::odd(&answer)))?;
        Ok(upload.id)
    }

    async fn end(&self, id: &str) -> Uploaded {
        let path = format!("/2/media/upload/{id}/finalize");
        let Tried { result, again } = self.persistently(async || self.session.post(&path, None).await).await;
        let answer = match result {
            Ok(answer) => answer,
            Err(failure) => return Uploaded::Trouble(failure.into()),
        };
        match self.uploaded(&answer) {
            // It may have been ended by a try whose answer was lost, and cannot be ended twice: to ask will tell.
            Uploaded::Media(_) if again => {}
            // It is there; only the answer is odd.
            Uploaded::Trouble(_) if answer.status.is_success() => {}
            uploaded => return uploaded,
        }
        let until = self.session.time_of(&answer).plus_secs(super::UPLOAD_LASTS_SECS);
        Uploaded::Done { id: id.to_owned(), until, processing: true }
    }

    fn taken(&self, tried: Tried) -> Result<Answer, Uploaded> {
        let answer = tried.result.map_err(|failure| Uploaded::Trouble(failure.into()))?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(answers::refused(&answer, self.session.time_of(&answer)))
    }

    /// Sends a request again that may be done twice, when it did not get through.
    async fn persistently(&self, send: impl AsyncFn() -> Result<Answer, Failure>) -> Tried {
        let (mut pause, mut tries) = (FIRST_PAUSE, 0);
        loop {
            let result = send().await;
            tries += 1;
            let wait = match &result {
                Ok(answer) => self.wait_after(answer, tries, pause),
                Err(_) => Some(pause),
            };
            let Some(wait) = wait.filter(|_| tries < MOST_TRIES) else { return Tried { result, again: tries > 1 } };
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
    }

    /// How long to wait before a request is sent again; `None` when this answer stands.
    fn wait_after(&self, answer: &Answer, tries: u32, pause: Duration) -> Option<Duration> {
        let now = self.session.time_of(answer);
        match (answer.status.as_u16(), errors::trouble(answer, now)) {
            // The clock is right by now, but this happens in outages (`x-api.md` 6.2).
            (401, _) => (tries == 1).then_some(pause),
            (500..=599, _) | (_, Trouble::RateLimited { until: None }) => Some(pause),
            (_, Trouble::RateLimited { until: Some(until) }) => {
                let millis = until.millis_since(now);
                (millis <= NEAR_SECS * 1_000).then(|| Duration::from_millis(millis.unsigned_abs()))
            }
            _ => None,
        }
    }
}
