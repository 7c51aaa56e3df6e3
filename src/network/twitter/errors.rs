//! What X's error answers mean: one table for reading and one for publishing (`x-api.md` 6, `anchors.md` B.5).
//!
//! Problem types are matched by the last segment of their address only: the host differs between the dialects.

use reqwest::StatusCode;
use serde_json::Value;
use time::format_description::well_known::Iso8601;

use crate::core::post::{PostId, Timestamp};
use crate::network::http::Answer;
use crate::network::twitter::wire;
use crate::network::{Outcome, Trouble};

/// The longest explanation of X's that is passed on, in characters.
const LONGEST_WORDS: usize = 300;
/// A rate limit's end later than this is taken for nonsense; the longest window is a day (`x-api.md` 5.1).
const LONGEST_LIMIT_SECS: i64 = 25 * 3600;

/// An error as X words it, in any of the shapes of `x-api.md` 6.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The last segment of `type`: `oauth1-permissions`, `credits`; empty when there is none.
    pub kind: String,
    /// The short name: `SpendCapReached`.
    pub title: String,
    /// X's words for people: `detail`, or the first message.
    pub detail: String,
    /// `client-not-enrolled`, …
    pub reason: String,
    /// Whether it is about a parameter that names media.
    pub names_media: bool,
    /// The code of the older APIs: 187 is a duplicate.
    pub code: Option<i64>,
    /// When a spending cap ends: a date.
    pub reset_date: Option<String>,
}

impl Problem {
    /// Reads a problem out of an object; what is missing or odd stays empty.
    #[must_use]
    pub fn read(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let first = value.get("errors").and_then(|errors| errors.get(0)).map(Self::read).unwrap_or_default();
        let or_first = |own: String, first: String| if own.is_empty() { first } else { own };
        // A validation error's own detail is a formula ("one or more parameters …"); the first message says which.
        let own_detail = or_first(text("detail"), text("message"));
        let detail = if first.detail.is_empty() { own_detail } else { first.detail };
        Self {
            kind: or_first(last_segment(&text("type")), first.kind),
            title: or_first(text("title"), first.title),
            detail,
            reason: or_first(text("reason"), first.reason),
            names_media: first.names_media || names_media(value),
            code: value.get("code").and_then(Value::as_i64).or(first.code),
            reset_date: value.get("reset_date").and_then(Value::as_str).map(str::to_owned).or(first.reset_date),
        }
    }

    /// The problem that an answer names; `None` when it is not X's API that speaks: an empty body, a proxy's page.
    #[must_use]
    pub fn of(answer: &Answer) -> Option<Self> {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        let problem = Self::read(&body);
        (problem != Self::default()).then_some(problem)
    }

    /// X's words, on one line and not too long.
    #[must_use]
    pub fn words(&self) -> String {
        let words = [&self.detail, &self.title, &self.reason, &self.kind].into_iter().find(|text| !text.is_empty());
        let words = words.map_or_else(|| format!("code {}", self.code.unwrap_or_default()), Clone::clone);
        let printable: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let words: String =
            printable.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_WORDS).collect();
        // They stand in sentences of ours.
        words.trim_end_matches('.').to_owned()
    }

    fn is_duplicate(&self) -> bool {
        self.code == Some(187) || self.detail.to_ascii_lowercase().contains("duplicate content")
    }

    /// A refusal of the reply as such (`x-api.md` 3.2): the account may not answer there, or there is nothing to answer.
    /// 385 is what the older APIs say of that.
    fn is_about_the_reply(&self, status: StatusCode) -> bool {
        let says_so = self.kind == "not-authorized-for-resource"
            || self.code == Some(385)
            || self.detail.to_ascii_lowercase().contains("reply to");
        status == StatusCode::FORBIDDEN && says_so && !self.is_duplicate()
    }

    /// The ids of media that are not known (any more), used up, or not ready; no text of X's is documented but "Your
    /// media IDs are invalid." (`x-api.md` 6.2).
    fn is_about_the_media(&self) -> bool {
        let words = self.detail.to_ascii_lowercase().replace('_', " ");
        let is_unready = ["not ready", "processing", "processed"].into_iter().any(|word| words.contains(word));
        self.names_media
            || self.code == Some(324)
            || words.contains("media id")
            || words.contains("media") && is_unready
    }

    fn is_reposted_already(&self) -> bool {
        self.code == Some(327) || self.detail.to_ascii_lowercase().contains("already retweeted")
    }

    fn is_spend_cap(&self) -> bool {
        self.title == "SpendCapReached" || self.kind == "usage-capped" || self.title == "UsageCapExceeded"
    }

    fn is_not_enrolled(&self) -> bool {
        self.kind == "client-forbidden" || self.reason == "client-not-enrolled"
    }

    /// The sign-in is good, but not for this: read-only keys, a wrong kind of sign-in, a suspended (64) or locked
    /// (326) account, an app that may not write (261).
    fn is_permission(&self) -> bool {
        ["oauth1-permissions", "unsupported-authentication"].contains(&self.kind.as_str())
            || matches!(self.code, Some(64 | 261 | 326))
    }
}

/// Whether a validation error is about `media.media_ids`.
fn names_media(error: &Value) -> bool {
    let parameters = error.get("parameters").and_then(Value::as_object);
    parameters.is_some_and(|parameters| parameters.keys().any(|name| name.contains("media")))
}

fn last_segment(address: &str) -> String {
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    // `about:blank` is RFC 7807's word for "no type".
    if last == "about:blank" { String::new() } else { last.to_owned() }
}

/// What an answer to a GET means that is not a usable 2xx. `now` is the server's time.
#[must_use]
pub fn trouble(answer: &Answer, now: Timestamp) -> Trouble {
    let problem = Problem::of(answer);
    account_wide(answer, problem.as_ref(), now).unwrap_or_else(|| match (answer.status, problem) {
        (StatusCode::FORBIDDEN, Some(problem)) => Trouble::Permission(problem.words()),
        // 404 too: whole endpoints have answered it during outages (`x-api.md` 6.2).
        (_, problem) => no_answer(answer, problem.as_ref()),
    })
}

/// What a 200 means that holds nothing but a problem (`x-api.md` 6.3).
#[must_use]
pub fn trouble_in_success(problem: &Problem) -> Trouble {
    match problem.kind.as_str() {
        "not-authorized-for-resource" | "disallowed-resource" => Trouble::Permission(problem.words()),
        _ => Trouble::NoAnswer(problem.words()),
    }
}

/// What an answer to `POST /2/tweets` means. `now` is the server's time; `address` makes the post's address.
#[must_use]
pub fn created(answer: &Answer, now: Timestamp, is_reply: bool, address: impl Fn(&str) -> String) -> Outcome {
    if answer.status.is_success() {
        // Nothing beside the id is looked at: what could fail after it would forget a post that stands there.
        return wire::created_id(&answer.body).map_or_else(
            || unclear(answer, None),
            |id| Outcome::Done { address: Some(address(&id)), id: PostId::new(id) },
        );
    }
    let problem = Problem::of(answer);
    if is_reply
        && account_wide(answer, problem.as_ref(), now).is_none()
        && let Some(problem) = problem.filter(|problem| problem.is_about_the_reply(answer.status))
    {
        return Outcome::ReplyRefused(problem.words());
    }
    not_done(answer, now)
}

/// Whether an answer refuses the media of a post rather than the post.
#[must_use]
pub fn is_about_the_media(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 400 | 403 | 404 | 422)
        && Problem::of(answer).is_some_and(|problem| problem.is_about_the_media())
}

/// What an answer to `DELETE /2/tweets/:id` means. A post that is not there is deleted (`x-api.md` 3.5).
#[must_use]
pub fn deleted(answer: &Answer, now: Timestamp, post: &PostId) -> Outcome {
    let done = || Outcome::Done { id: post.clone(), address: None };
    let problem = Problem::of(answer);
    match answer.status.as_u16() {
        200..=299 if wire::flag(&answer.body, "deleted") == Some(true) => done(),
        404 if problem.is_some_and(|problem| problem.kind == "resource-not-found") => done(),
        _ => not_done(answer, now),
    }
}

/// What an answer to `POST /2/users/:id/retweets` means. The id is the reposted post's own: the repost's is not said.
#[must_use]
pub fn reposted(answer: &Answer, now: Timestamp, post: &PostId) -> Outcome {
    let done = || Outcome::Done { id: post.clone(), address: None };
    match answer.status.as_u16() {
        200..=299 if wire::flag(&answer.body, "retweeted") == Some(true) => done(),
        400 | 403 if Problem::of(answer).is_some_and(|problem| problem.is_reposted_already()) => done(),
        _ => not_done(answer, now),
    }
}

/// What an answer means that does not say that something was done.
fn not_done(answer: &Answer, now: Timestamp) -> Outcome {
    let status = answer.status;
    if status.is_success() {
        return unclear(answer, None);
    }
    let problem = Problem::of(answer);
    if let Some(problem) = problem.as_ref().filter(|problem| status.is_client_error() && problem.is_duplicate()) {
        return Outcome::Unclear { why: problem.words(), duplicate: true };
    }
    if let Some(trouble) = account_wide(answer, problem.as_ref(), now) {
        return Outcome::Refused(trouble);
    }
    match (status.as_u16(), &problem) {
        (400 | 403 | 404 | 413 | 422, Some(problem)) => Outcome::Rejected(problem.words()),
        // X answers 413 at its edge, without a word (`x-api.md` 4.2).
        (400 | 413 | 422, None) => Outcome::Rejected(format!("{status} without a reason")),
        // Without X's words these are an outage or a proxy's doing, no verdict about the post, and nothing was made.
        (403 | 404, None) => Outcome::Refused(no_answer(answer, None)),
        // "Ask elsewhere", by definition before anything was done. 302 and 303 may follow a POST that was done.
        (301 | 307 | 308, _) => Outcome::Refused(no_answer(answer, problem.as_ref())),
        _ => unclear(answer, problem.as_ref()),
    }
}

/// What holds for every request of this account, whatever was asked.
pub(super) fn account_wide(answer: &Answer, problem: Option<&Problem>, now: Timestamp) -> Option<Trouble> {
    let words = || problem.map_or_else(|| answer.status.to_string(), Problem::words);
    let is = |test: fn(&Problem) -> bool| problem.is_some_and(test);
    match answer.status.as_u16() {
        401 => Some(Trouble::SignIn(words())),
        402 | 403 | 429 if is(Problem::is_spend_cap) => {
            let until = problem.and_then(|problem| problem.reset_date.as_deref()).and_then(start_of_day);
            Some(Trouble::SpendCap { until })
        }
        402 => Some(Trouble::NoCredits),
        403 if is(|problem| problem.kind == "credits") => Some(Trouble::NoCredits),
        403 if is(Problem::is_not_enrolled) => Some(Trouble::NotEnrolled(words())),
        403 if is(Problem::is_permission) => Some(Trouble::Permission(words())),
        429 => Some(Trouble::RateLimited { until: limited_until(answer, now) }),
        _ => None,
    }
}

/// When a rate limit ends: the latest of what the headers say, as a day's window may be used up as well.
fn limited_until(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let number = |name: &str| answer.header(name)?.trim().parse::<i64>().ok();
    let reset = |name: &str| number(name).map(Timestamp::from_secs);
    let day = ["x-app-limit-24hour", "x-user-limit-24hour"].into_iter().filter_map(|window| {
        let is_used_up = number(&format!("{window}-remaining")) == Some(0);
        if is_used_up { reset(&format!("{window}-reset")) } else { None }
    });
    let latest = now.plus_secs(LONGEST_LIMIT_SECS);
    day.chain(reset("x-rate-limit-reset"))
        .chain(answer.retry_after(now))
        .filter(|until| *until > now && *until <= latest)
        .max()
}

/// `2026-05-13` (or a whole date and time) → its first moment, UTC.
fn start_of_day(text: &str) -> Option<Timestamp> {
    let date = time::Date::parse(text.get(..10)?, &Iso8601::DATE).ok()?;
    Some(Timestamp::from_secs(date.midnight().assume_utc().unix_timestamp()))
}

fn no_answer(answer: &Answer, problem: Option<&Problem>) -> Trouble {
    Trouble::NoAnswer(described(answer, problem))
}

fn unclear(answer: &Answer, problem: Option<&Problem>) -> Outcome {
    Outcome::Unclear { why: described(answer, problem), duplicate: false }
}

/// The status, and X's words if there are any. Never the body: it may be anything.
fn described(answer: &Answer, problem: Option<&Problem>) -> String {
    match problem {
        Some(problem) => format!("{}: {}", answer.status, problem.words()),
        None if answer.status.is_success() => format!("{} with a body that is not as agreed", answer.status),
        None => answer.status.to_string(),
    }
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
