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
pub fn outcome(answer: &Answer, now: Timestamp, address: impl Fn(&str) -> String) -> Outcome {
    let status = answer.status;
    if status.is_success() {
        // Nothing beside the id is looked at: what could fail after it would forget a post that stands there.
        return wire::created_id(&answer.body).map_or_else(
            || unclear(answer, None),
            |id| Outcome::Created { address: Some(address(&id)), id: PostId::new(id) },
        );
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
fn account_wide(answer: &Answer, problem: Option<&Problem>, now: Timestamp) -> Option<Trouble> {
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
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_780_000_000);
    const OWN: &str = r#"{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}"#;
    const CREDITS: &str = r#"{"account_id":2056915467785113600,"title":"CreditsDepleted",
        "detail":"Your enrolled account [2056915467785113600] does not have any credits to fulfill this request.",
        "type":"https://api.twitter.com/2/problems/credits"}"#;
    const CAP: &str = r#"{"title":"SpendCapReached","detail":"Your enrolled account [1] has reached its cap.",
        "reset_date":"2026-05-13","type":"https://api.twitter.com/2/problems/credits"}"#;
    const MONTH: &str = r#"{"account_id":1,"product_name":"standard-basic","title":"UsageCapExceeded","period":"Monthly",
        "scope":"Product","detail":"Usage cap exceeded: Monthly product cap",
        "type":"https://api.twitter.com/2/problems/usage-capped"}"#;
    const PERMISSIONS: &str = r#"{"title":"Forbidden","status":403,"detail":"Your client app is not configured",
        "type":"https://api.x.com/2/problems/oauth1-permissions"}"#;
    const ENROLLED: &str = r#"{"title":"Client Forbidden","reason":"client-not-enrolled",
        "detail":"When authenticating requests","type":"https://api.twitter.com/2/problems/client-forbidden"}"#;
    const DUPLICATE: &str = r#"{"detail":"You are not allowed to create a Tweet with duplicate content.",
        "type":"about:blank","title":"Forbidden","status":403}"#;
    const NOT_PERMITTED: &str = r#"{"detail":"You are not permitted to perform this action.","type":"about:blank",
        "title":"Forbidden","status":403}"#;
    const INVALID: &str = r#"{"errors":[{"parameters":{"text":["x"]},"message":"Your Tweet text is too long."}],
        "title":"Invalid Request","detail":"One or more parameters to your request was invalid.",
        "type":"https://api.x.com/2/problems/invalid-request"}"#;
    const REPLY: &str = r#"{"detail":"You can only reply to or quote posts where you are mentioned or are the author.",
        "type":"https://api.x.com/2/problems/not-authorized-for-resource","title":"Forbidden","status":403}"#;
    const OLD: &str = r#"{"errors":[{"code":88,"message":"Rate limit exceeded"}]}"#;
    const OLD_DUPLICATE: &str = r#"{"errors":[{"code":187,"message":"Status is a duplicate."}]}"#;
    const LOCKED: &str = r#"{"errors":[{"code":326,"message":"this account is temporarily locked"}]}"#;
    const PAGE: &str = "<html><body>Attention required</body></html>";

    fn answer(status: u16, body: &str, headers: &[(&'static str, &str)]) -> Answer {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: body.as_bytes().to_vec() }
    }

    fn published(status: u16, body: &str) -> Outcome {
        outcome(&answer(status, body, &[]), NOW, |id| format!("at {id}"))
    }

    #[test]
    fn what_holds_for_the_account_is_the_same_for_reading_and_publishing() {
        let may_13 = Some(Timestamp::from_secs(1_778_630_400));
        for (status, body, expected) in [
            (401, OWN, Trouble::SignIn("Unauthorized".into())),
            (401, "", Trouble::SignIn("401 Unauthorized".into())),
            (402, CREDITS, Trouble::NoCredits),
            (402, "", Trouble::NoCredits),
            (402, CAP, Trouble::SpendCap { until: may_13 }),
            (403, CREDITS, Trouble::NoCredits),
            (403, CAP, Trouble::SpendCap { until: may_13 }),
            (429, MONTH, Trouble::SpendCap { until: None }),
            (403, PERMISSIONS, Trouble::Permission("Your client app is not configured".into())),
            (403, LOCKED, Trouble::Permission("this account is temporarily locked".into())),
            (403, ENROLLED, Trouble::NotEnrolled("When authenticating requests".into())),
            (429, OLD, Trouble::RateLimited { until: None }),
            (429, "", Trouble::RateLimited { until: None }),
        ] {
            let answer = answer(status, body, &[]);
            assert_eq!(trouble(&answer, NOW), expected, "{status} {body}");
            assert_eq!(published(status, body), Outcome::Refused(expected), "{status} {body}");
        }
    }

    #[test]
    fn a_rate_limit_ends_when_the_last_window_does() {
        let secs = NOW.secs();
        let at = |secs: i64| secs.to_string();
        for (headers, expected) in [
            (vec![("x-rate-limit-reset", at(secs + 60))], Some(secs + 60)),
            (vec![("retry-after", "90".to_owned())], Some(secs + 90)),
            (vec![("x-rate-limit-reset", at(secs + 60)), ("retry-after", "30".to_owned())], Some(secs + 60)),
            (
                vec![
                    ("x-rate-limit-reset", at(secs + 60)),
                    ("x-user-limit-24hour-remaining", "0".to_owned()),
                    ("x-user-limit-24hour-reset", at(secs + 7200)),
                    ("x-app-limit-24hour-remaining", "5".to_owned()),
                    ("x-app-limit-24hour-reset", at(secs + 9000)),
                ],
                Some(secs + 7200),
            ),
            (vec![("x-rate-limit-reset", at(secs - 60))], None),
            (vec![("x-rate-limit-reset", at(secs * 1000))], None),
            (vec![("x-rate-limit-reset", "soon".to_owned())], None),
        ] {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let expected = Trouble::RateLimited { until: expected.map(Timestamp::from_secs) };
            assert_eq!(trouble(&answer(429, OLD, &headers), NOW), expected, "{headers:?}");
        }
    }

    #[test]
    fn reading_what_is_not_an_answer() {
        for (status, body, expected) in [
            (403, NOT_PERMITTED, Trouble::Permission("You are not permitted to perform this action".into())),
            (403, PAGE, Trouble::NoAnswer("403 Forbidden".into())),
            (404, "", Trouble::NoAnswer("404 Not Found".into())),
            (400, INVALID, Trouble::NoAnswer("400 Bad Request: Your Tweet text is too long".into())),
            (302, "", Trouble::NoAnswer("302 Found".into())),
            (503, PAGE, Trouble::NoAnswer("503 Service Unavailable".into())),
            (599, "{}", Trouble::NoAnswer("599 <unknown status code>".into())),
        ] {
            assert_eq!(trouble(&answer(status, body, &[]), NOW), expected, "{status} {body}");
        }
    }

    #[test]
    fn an_id_is_a_post_and_nothing_else_is_needed() {
        let created = Outcome::Created { id: PostId::new("12"), address: Some("at 12".into()) };
        for (status, body) in [
            (201, r#"{"data":{"id":"12","text":"x","edit_history_post_ids":["12"]}}"#),
            (200, r#"{"data":{"id":"12"}}"#),
            (202, r#"{"data":{"id":12},"errors":"?"}"#),
        ] {
            assert_eq!(published(status, body), created, "{status} {body}");
        }
        for body in ["", "{", PAGE, r#"{"data":{}}"#, r#"{"errors":[{"detail":"x"}]}"#] {
            assert!(matches!(published(201, body), Outcome::Unclear { duplicate: false, .. }), "{body}");
        }
    }

    #[test]
    fn a_duplicate_is_a_doubt() {
        for (status, body) in [(403, DUPLICATE), (400, DUPLICATE), (403, OLD_DUPLICATE)] {
            assert!(matches!(published(status, body), Outcome::Unclear { duplicate: true, .. }), "{status} {body}");
        }
    }

    #[test]
    fn what_will_never_pass_is_rejected_in_their_words() {
        for (status, body, words) in [
            (400, INVALID, "Your Tweet text is too long"),
            (400, "", "400 Bad Request without a reason"),
            (403, NOT_PERMITTED, "You are not permitted to perform this action"),
            (403, REPLY, "You can only reply to or quote posts where you are mentioned or are the author"),
            (404, r#"{"title":"Not Found Error","type":"x/resource-not-found"}"#, "Not Found Error"),
            (413, "", "413 Payload Too Large without a reason"),
            (422, r#"{"detail":"a\n\u0007 b"}"#, "a b"),
        ] {
            assert_eq!(published(status, body), Outcome::Rejected(words.into()), "{status} {body}");
        }
    }

    #[test]
    fn what_made_nothing_may_be_sent_again_and_everything_odd_is_unclear() {
        for (status, body) in [(301, ""), (307, ""), (308, PAGE), (403, PAGE), (404, ""), (404, PAGE)] {
            assert!(matches!(published(status, body), Outcome::Refused(Trouble::NoAnswer(_))), "{status} {body}");
        }
        for status in [300, 302, 303, 304, 405, 408, 409, 410, 418, 425, 431, 451, 500, 502, 503, 504, 522, 599] {
            for body in ["", PAGE, NOT_PERMITTED, "[]"] {
                assert!(
                    matches!(published(status, body), Outcome::Unclear { duplicate: false, .. }),
                    "{status} {body}"
                );
            }
        }
    }
}
