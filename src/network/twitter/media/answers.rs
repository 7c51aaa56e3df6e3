//! What X's answers about files mean. Pure.
//!
//! X's words for what it does not like in a file are not documented: by the status, what is not about the whole account
//! is about the file.

use super::{MediaError, Timestamp, UPLOAD_LASTS_SECS, errors, wire};
use crate::network::http::Answer;
use crate::network::twitter::errors::Problem;
use crate::network::{Described, Processed, Trouble, Uploaded};

/// X says this at the end when it has lost a segment: nothing that is wrong with the file.
const LOST_SEGMENT: &str = "segments do not add up";

/// What an answer means that ends an upload. `now` is the server's time.
pub(super) fn uploaded(answer: &Answer, now: Timestamp) -> Uploaded {
    if !answer.status.is_success() {
        return refused(answer, now);
    }
    let Some(upload) = wire::Upload::parse(&answer.body) else { return Uploaded::Trouble(odd(answer)) };
    if let Some(why) = upload.processing_info.as_ref().and_then(wire::Processing::failure) {
        return Uploaded::Media(not_workable(&why));
    }
    Uploaded::Done {
        until: until(&upload, now),
        processing: upload.processing_info.is_some_and(|info| info.state != "succeeded"),
        id: upload.id,
    }
}

/// An upload that ends sooner than this would be made again and again before it is used. It is tried.
const LEAST_SECS: i64 = 3_600;

/// How long an upload is kept.
fn until(upload: &wire::Upload, now: Timestamp) -> Timestamp {
    let secs = upload.expires_after_secs.and_then(|secs| i64::try_from(secs).ok()).filter(|secs| *secs > 0);
    now.plus_secs(secs.unwrap_or(UPLOAD_LASTS_SECS).max(LEAST_SECS))
}

/// What an answer means that is not a 2xx, wherever in an upload it comes.
pub(super) fn refused(answer: &Answer, now: Timestamp) -> Uploaded {
    let problem = Problem::of(answer);
    if let Some(trouble) = errors::account_wide(answer, problem.as_ref(), now) {
        return Uploaded::Trouble(trouble);
    }
    match (answer.status.as_u16(), problem.map(|problem| problem.words())) {
        (400 | 422, Some(words)) if words.to_ascii_lowercase().contains(LOST_SEGMENT) => {
            Uploaded::Media(MediaError::Missing(format!("X lost a piece of it: {words}")))
        }
        (400 | 413 | 415 | 422, Some(words)) => {
            Uploaded::Media(MediaError::Unfit(format!("X does not take it: {words}")))
        }
        // X's edge says this without a word (`x-api.md` 4.2). What it takes is known and kept to, and may change.
        (413, None) => {
            Uploaded::Media(MediaError::Missing(format!("X does not take so much at once: {}", answer.status)))
        }
        (400 | 415 | 422, None) => Uploaded::Media(MediaError::Unfit(format!("X does not take it: {}", answer.status))),
        _ => Uploaded::Trouble(errors::trouble(answer, now)),
    }
}

/// What X says of an upload that it works on.
#[derive(Debug)]
pub(super) enum Progress {
    /// It has ended, well or not.
    Ended(Processed),
    /// It goes on.
    Working {
        /// When to ask again.
        check_after_secs: Option<u64>,
    },
}

/// What an answer to a question about an upload means. `now` is the server's time.
pub(super) fn processed(answer: &Answer, now: Timestamp) -> Progress {
    let problem = Problem::of(answer);
    if answer.status.is_success() {
        let Some(upload) = wire::Upload::parse(&answer.body) else {
            let trouble = problem.map_or_else(|| odd(answer), |problem| errors::trouble_in_success(&problem));
            return Progress::Ended(Processed::Trouble(trouble));
        };
        let Some(info) = upload.processing_info.filter(|info| info.state != "succeeded") else {
            return Progress::Ended(Processed::Ready);
        };
        return info.failure().map_or_else(
            || Progress::Working { check_after_secs: info.check_after_secs.and_then(|secs| u64::try_from(secs).ok()) },
            |why| Progress::Ended(Processed::Failed(not_workable(&why))),
        );
    }
    if let Some(trouble) = errors::account_wide(answer, problem.as_ref(), now) {
        return Progress::Ended(Processed::Trouble(trouble));
    }
    Progress::Ended(match (answer.status.as_u16(), problem) {
        // Without X's words a 404 is an outage (`x-api.md` 6.2).
        (400 | 404, Some(_)) => Processed::Gone,
        // A video that this account may not post (`x-api.md` 4.2).
        (403, Some(problem)) => Processed::Failed(not_workable(&problem.words())),
        _ => Processed::Trouble(errors::trouble(answer, now)),
    })
}

fn not_workable(why: &str) -> MediaError {
    MediaError::Unfit(format!("X could not work with it: {why}"))
}

/// What an answer to `POST /2/media/metadata` means. `now` is the server's time. X takes alt texts for pictures, and no
/// document says what it answers for others (`x-api.md` 4.4): what is not about the account keeps no post from leaving.
pub(super) fn described(answer: &Answer, now: Timestamp) -> Described {
    if answer.status.is_success() {
        return Described::Done;
    }
    let problem = Problem::of(answer);
    if let Some(trouble) = errors::account_wide(answer, problem.as_ref(), now) {
        return Described::Trouble(trouble);
    }
    match (answer.status.as_u16(), problem) {
        (404, Some(_)) => Described::Gone,
        (400 | 403 | 413 | 415 | 422, Some(problem)) => Described::Refused(problem.words()),
        (400 | 413 | 415 | 422, None) => Described::Refused(answer.status.to_string()),
        _ => Described::Trouble(errors::trouble(answer, now)),
    }
}

pub(super) fn odd(answer: &Answer) -> Trouble {
    Trouble::NoAnswer(format!("{} with a body that is not as agreed: it names no upload", answer.status))
}
