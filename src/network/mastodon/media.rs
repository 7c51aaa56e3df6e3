//! Files: uploaded in one streamed request, worked on by the server afterwards (`mastodon-api.md` 6).

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use super::super::http::{self, Answer, BaseUrl};
use super::super::multipart::{Form, time_for};
use super::super::{Processed, Trouble, Uploaded};
use super::instance::KEPT_SECS;
use super::{Mastodon, errors, get, instance, wire};
use crate::core::media::MediaError;
use crate::core::post::{Focus, Timestamp};
use crate::core::record::Attachment;
use crate::media::File;

/// The first pause before the server is asked whether it has done with a file. Short in tests.
const PAUSE: Duration = if cfg!(test) { Duration::from_millis(1) } else { Duration::from_secs(1) };
/// The longest pause, in first ones.
const LONGEST_PAUSE: u32 = 30;
/// After how much waiting the server is given up, in first pauses: ten minutes.
const LONGEST_WAIT: u32 = 600;

/// The server's word on a file.
#[derive(Deserialize)]
struct Received {
    id: wire::Id,
    /// Where it can be fetched, once it was worked on.
    #[serde(default, deserialize_with = "wire::lenient")]
    url: Option<String>,
}

impl Mastodon {
    /// Uploads a file with all that is told of it.
    pub(super) async fn take_file(&self, file: File, attachment: &Attachment) -> Uploaded {
        let older = self.uploads_older_way.get();
        let path = if older { "/api/v1/media" } else { "/api/v2/media" };
        let length = file.length;
        let post = self.http.post(self.base.join(path)).bearer_auth(self.token.expose()).timeout(time_for(length));
        // The error could quote the token.
        let Ok(mut request) = post.build() else {
            return Uploaded::Trouble(Trouble::Unreachable("the token has characters that cannot be sent".to_owned()));
        };
        // Some servers read only what stands before the file.
        let mut form = Form::new();
        if let Some(description) = &attachment.description {
            form = form.text("description", description);
        }
        if let Some(focus) = attachment.focus {
            form = form.text("focus", &in_words(focus));
        }
        let fault = form.file("file", file).put_into(&mut request);
        let answer = match http::send(&self.http, request).await {
            Ok(answer) => answer,
            Err(failure) => {
                return fault.take().map_or_else(|| Uploaded::Trouble(failure.into()), Uploaded::Media);
            }
        };
        self.hear(&answer);
        if let StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED = answer.status {
            return self.no_such_way(&answer, older);
        }
        match uploaded(&answer, &self.base, length, self.time_of(&answer)) {
            // What a server takes is learnt once a day, and may have changed since (`mastodon-api.md` 2.1).
            Uploaded::Media(MediaError::Unfit(_)) if self.takes_something_else_now().await => Uploaded::OtherWay,
            uploaded => uploaded,
        }
    }

    /// Whether the server takes other files than we knew; from now on we know.
    async fn takes_something_else_now(&self) -> bool {
        let Ok(limits) = instance::limits(&self.http, &self.base, Some(&self.token)).await else { return false };
        let before = self.limits.replace(limits).media;
        before != self.limits.borrow().media
    }

    /// The server knows no such address. The file is used up: the other way is for the next try.
    fn no_such_way(&self, answer: &Answer, older: bool) -> Uploaded {
        let is_web_page = errors::is_web_page(answer);
        // A web page says nothing about the server for good.
        self.uploads_older_way.set(!older || !is_web_page);
        match (older, is_web_page) {
            (false, _) => Uploaded::OtherWay,
            (true, false) => Uploaded::Media(MediaError::Unfit("the Mastodon server takes no files".to_owned())),
            (true, true) => Uploaded::Trouble(Trouble::Gone(errors::words(answer))),
        }
    }

    /// Waits until the server has done with an upload.
    pub(super) async fn wait_for(&self, id: &str) -> Processed {
        let mut waited = 0;
        let mut pause = 1;
        while waited < LONGEST_WAIT {
            tokio::time::sleep(PAUSE.saturating_mul(pause)).await;
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let answer = match get(&self.http, self.address_of("/api/v1/media", id), Some(&self.token)).await {
                Ok(answer) => answer,
                Err(failure) => return Processed::Trouble(failure.into()),
            };
            self.hear(&answer);
            if let Some(end) = processed(&answer, &self.base) {
                return end;
            }
        }
        Processed::Failed(MediaError::Missing("Mastodon has worked on it for ten minutes".to_owned()))
    }
}

/// A focus as the API takes it, as exactly as Mastodon's own pages tell it.
pub(super) fn in_words(focus: Focus) -> String {
    let share = |thousandths: i16| f64::from(thousandths.clamp(-1000, 1000)) / 1000.0;
    format!("{:.2},{:.2}", share(focus.x), share(focus.y))
}

/// What came of an upload of so many bytes. `at`: when, by the server's clock.
fn uploaded(answer: &Answer, base: &BaseUrl, length: u64, at: Timestamp) -> Uploaded {
    let words = errors::words(answer);
    let refused = || Uploaded::Media(MediaError::Unfit(format!("Mastodon does not take it: {words}")));
    match answer.status.as_u16() {
        400 | 415 | 422 if !errors::is_web_page(answer) => return refused(),
        500 if words.to_ascii_lowercase().contains("error processing") => return refused(),
        413 => {
            let size = length.div_ceil(1_000_000);
            let why = format!("the file is larger than the Mastodon server takes ({size} MB)");
            return Uploaded::Media(MediaError::Unfit(why));
        }
        _ => {}
    }
    if let Some(trouble) = errors::trouble(answer, base) {
        return Uploaded::Trouble(trouble);
    }
    match answer.json::<Received>() {
        Ok(received) => Uploaded::Done {
            processing: answer.status == StatusCode::ACCEPTED || is_unfinished(&received),
            id: received.id.0,
            until: at.plus_secs(KEPT_SECS),
        },
        Err(trouble) => Uploaded::Trouble(trouble),
    }
}

/// What the server says of an upload; `None`: it still works on it.
fn processed(answer: &Answer, base: &BaseUrl) -> Option<Processed> {
    let is_web_page = errors::is_web_page(answer);
    match answer.status.as_u16() {
        206 if !is_web_page => return None,
        422 if !is_web_page => {
            let why = format!("Mastodon could not work with it: {}", errors::words(answer));
            return Some(Processed::Failed(MediaError::Unfit(why)));
        }
        404 | 410 if !is_web_page => return Some(Processed::Gone),
        // It cannot be asked: whether the file can be attached shows when it is.
        405 => return Some(Processed::Ready),
        _ => {}
    }
    if let Some(trouble) = errors::trouble(answer, base) {
        return Some(Processed::Trouble(trouble));
    }
    match answer.json::<Received>() {
        Ok(received) => (!is_unfinished(&received)).then_some(Processed::Ready),
        Err(trouble) => Some(Processed::Trouble(trouble)),
    }
}

fn is_unfinished(received: &Received) -> bool {
    received.url.as_deref().is_none_or(str::is_empty)
}

#[cfg(test)]
mod tests;
