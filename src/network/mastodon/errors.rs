//! What an answer of the server means: the one table (`mastodon-api.md` 5.4, 7, 9).
//!
//! The status code decides. The words are shown to the owner and do not decide (they are translated), with two
//! exceptions, which have no codes of their own: Pixelfed's "Duplicate idempotency key.", which is always English, and
//! what is wrong with uploads (we ask for English).

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::http::{Answer, BaseUrl};
use super::super::{Outcome, Trouble};
use super::{read, wire};
use crate::core::post::{PostId, Timestamp};
use crate::core::record::Part;

/// How far ahead a rate limit's end is believed. The longest honest window is 3 hours.
const MAX_WAIT_SECS: i64 = 24 * 3600;
/// How many characters of the server's words are shown.
const MAX_WORDS: usize = 200;

/// What kept a read, or a step of signing in, from its answer; `None` when the answer is good.
pub(super) fn trouble(answer: &Answer, base: &BaseUrl) -> Option<Trouble> {
    let status = answer.status;
    let said = || words(answer);
    Some(match status.as_u16() {
        // 403: a challenge of the host's firewall says nothing about the account.
        200..=299 | 403 if is_web_page(answer) => Trouble::NoAnswer(format!("{status} with {}", said())),
        200..=299 => return None,
        300..=399 => elsewhere(answer, base),
        // 422: a token that belongs to an app and to no person.
        401 | 422 => Trouble::SignIn(said()),
        403 => Trouble::Permission(said()),
        404 | 405 | 410 => Trouble::Gone(said()),
        429 => Trouble::RateLimited { until: rate_limit_end(answer) },
        _ => Trouble::NoAnswer(format!("{status}: {}", said())),
    })
}

/// What came of an attempt to create a post. `is_reply`: whether it was to answer another post.
pub(super) fn outcome(answer: &Answer, base: &BaseUrl, is_reply: bool) -> Outcome {
    let status = answer.status;
    let unclear = |why: String| Outcome::Unclear { why, duplicate: false };
    match status.as_u16() {
        200..=299 => created(answer).unwrap_or_else(|| {
            let what = if is_web_page(answer) { "a web page" } else { "something that is not a post" };
            unclear(format!("{status} with {what}"))
        }),
        // A gateway's error may follow a commit; Mastodon 4.6 answers a repeat with 500 (`mastodon-api.md` 5.2).
        408 | 409 | 425 | 500..=599 => unclear(format!("{status}: {}", words(answer))),
        400 if is_duplicate(answer) => Outcome::Unclear { why: words(answer), duplicate: true },
        404 if is_reply && !is_web_page(answer) => Outcome::Rejected("the post that this answers is gone".to_owned()),
        // The whole address is wrong, not this post.
        404 if is_web_page(answer) => Outcome::Refused(Trouble::Gone(words(answer))),
        405 | 410 => Outcome::Refused(Trouble::Gone(words(answer))),
        // About how we ask, not about the post (`GoToSocial`: headers).
        406 | 418 => Outcome::Refused(Trouble::NoAnswer(format!("{status}: {}", words(answer)))),
        401 | 403 | 429 | 300..=399 => Outcome::Refused(
            trouble(answer, base).unwrap_or_else(|| Trouble::NoAnswer(format!("{status}: {}", words(answer)))),
        ),
        400..=499 => Outcome::Rejected(words(answer)),
        _ => unclear(format!("{status}: {}", words(answer))),
    }
}

/// What came of an attempt to change `post`.
pub(super) fn changed(answer: &Answer, base: &BaseUrl, post: &PostId) -> Outcome {
    match answer.status.as_u16() {
        404 | 410 if !is_web_page(answer) => Outcome::Rejected("the post is not there any more".to_owned()),
        405 => Outcome::Rejected("this server cannot change posts".to_owned()),
        _ => match outcome(answer, base, false) {
            Outcome::Done { address, .. } => Outcome::Done { id: post.clone(), address },
            other => other,
        },
    }
}

/// What came of an attempt to delete `post`. One that is not there is deleted.
pub(super) fn deleted(answer: &Answer, base: &BaseUrl, post: &PostId) -> Outcome {
    match answer.status.as_u16() {
        200..=299 | 404 | 410 if !is_web_page(answer) => Outcome::Done { id: post.clone(), address: None },
        405 => Outcome::Rejected("this server cannot delete posts".to_owned()),
        _ => outcome(answer, base, false),
    }
}

/// What came of an attempt to boost a post. The boost is a post of its own.
pub(super) fn boosted(answer: &Answer, base: &BaseUrl) -> Outcome {
    match answer.status.as_u16() {
        404 | 410 if !is_web_page(answer) => Outcome::Rejected("the post to boost is not there any more".to_owned()),
        405 => Outcome::Rejected("this server cannot boost posts".to_owned()),
        _ => outcome(answer, base, false),
    }
}

/// Whether the server did not know the uploads that were to be attached, or has not done with them
/// (`mastodon-api.md` 5.4): they are made again.
pub(super) fn media_refused(answer: &Answer, part: &Part, media: &[String]) -> Option<Outcome> {
    if media.is_empty() || !matches!(answer.status.as_u16(), 400 | 422) || is_web_page(answer) {
        return None;
    }
    let words = words(answer);
    let text = words.to_ascii_lowercase();
    let text = text.strip_prefix("bad request: ").unwrap_or(&text);
    // Mastodon; `GoToSocial`.
    let unknown = text.starts_with("media ") && text.contains("not found or already attached")
        || text.starts_with("media not found: ")
        || text.starts_with("media already attached to status: ");
    let unfinished = text.starts_with("cannot attach files that have not finished processing");
    // Mastodon before it named them leaves out what it does not know, and then there is nothing in the post.
    let nothing_left = part.text.is_empty() && text.contains("text can't be blank");
    (unknown || unfinished || nothing_left).then_some(Outcome::MediaRefused(words))
}

fn created(answer: &Answer) -> Option<Outcome> {
    #[derive(Deserialize)]
    struct Created {
        id: wire::Id,
        #[serde(default, deserialize_with = "wire::lenient")]
        url: Option<String>,
        #[serde(default, deserialize_with = "wire::lenient")]
        uri: Option<String>,
    }
    let created: Created = answer.json().ok()?;
    Some(Outcome::Done { id: PostId::new(created.id.0), address: created.url.or(created.uri) })
}

fn is_duplicate(answer: &Answer) -> bool {
    words(answer).to_ascii_lowercase().contains("duplicate idempotency key")
}

/// Whether the body is HTML: a proxy, a firewall, a sign-in page. A good answer of the API never is.
pub(super) fn is_web_page(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}

/// The server's own words, on one line, or what it sent instead of words.
pub(super) fn words(answer: &Answer) -> String {
    if is_web_page(answer) {
        return "a web page instead of an answer".to_owned();
    }
    let error = serde_json::from_slice::<Value>(&answer.body).ok();
    let field = |name: &str| error.as_ref().and_then(|error| error.get(name)?.as_str());
    let text = match (field("error_description"), field("error")) {
        (Some(text), _) | (None, Some(text)) => text.to_owned(),
        (None, None) => answer.excerpt(),
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect();
    if line.is_empty() { "an empty answer".to_owned() } else { line }
}

/// A redirect is not followed: it could carry the token to another host. But it says where the server is.
fn elsewhere(answer: &Answer, base: &BaseUrl) -> Trouble {
    let here = base.join("/");
    let target = answer.header("location").and_then(|location| here.join(location).ok());
    Trouble::NoAnswer(match target.as_ref().and_then(Url::host_str) {
        Some(host) if Some(host) != here.host_str() => format!("it sends us on to https://{host}: use that address"),
        _ => format!("{}: it sends us on to another page", answer.status),
    })
}

/// When a rate limit ends, by the server's clock: `X-RateLimit-Reset` as a date (Mastodon), as seconds since 1970 or as
/// seconds from now, and `Retry-After` (proxies); the later of them. An end that has passed is none, and
/// without the server's time nothing is known.
fn rate_limit_end(answer: &Answer) -> Option<Timestamp> {
    let now = answer.date()?;
    let reset = answer.header("x-ratelimit-reset").map(str::trim).and_then(|text| match text.parse::<i64>() {
        Ok(secs) if secs < 1_000_000_000 => Some(now.plus_secs(secs)),
        Ok(secs) => Some(Timestamp::from_secs(secs)),
        Err(_) => read::timestamp(text),
    });
    let until = reset.into_iter().chain(answer.retry_after(now)).filter(|until| *until > now).max();
    until.map(|until| until.min(now.plus_secs(MAX_WAIT_SECS)))
}

/// What kept a step of signing in from its answer, where the codes of OAuth (RFC 6749) say more: `400 invalid_grant`
/// and `401 invalid_client` are about the sign-in.
pub(super) fn oauth_trouble(answer: &Answer, base: &BaseUrl) -> Option<Trouble> {
    if answer.status == StatusCode::BAD_REQUEST && !is_web_page(answer) {
        return Some(Trouble::SignIn(words(answer)));
    }
    trouble(answer, base)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect::<HeaderMap>();
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: body.as_bytes().to_vec() }
    }

    fn base() -> BaseUrl {
        BaseUrl::parse("https://h.example").unwrap()
    }

    fn in_words<T: std::fmt::Debug>(value: T) -> String {
        format!("{value:?}")
    }

    #[test]
    fn every_answer_to_a_read() {
        let error = r#"{"error":"No."}"#;
        for (status, headers, body, expected) in [
            (200, &[][..], "[]", "None"),
            (206, &[], "[]", "None"),
            (200, HTML, "<html>", r#"Some(NoAnswer("200 OK with a web page instead of an answer"))"#),
            (
                301,
                &[("location", "https://social.h.example/api")],
                "",
                r#"Some(NoAnswer("it sends us on to https://social.h.example: use that address"))"#,
            ),
            (302, &[("location", "/auth")], "", r#"Some(NoAnswer("302 Found: it sends us on to another page"))"#),
            (400, &[], error, r#"Some(NoAnswer("400 Bad Request: No."))"#),
            (401, &[], error, r#"Some(SignIn("No."))"#),
            (403, &[], error, r#"Some(Permission("No."))"#),
            (403, HTML, "<html>", r#"Some(NoAnswer("403 Forbidden with a web page instead of an answer"))"#),
            (404, &[], error, r#"Some(Gone("No."))"#),
            (405, &[], "405 method\nnot allowed", r#"Some(Gone("405 method not allowed"))"#),
            (410, &[], "", r#"Some(Gone("an empty answer"))"#),
            (422, &[], error, r#"Some(SignIn("No."))"#),
            (429, &[], error, "Some(RateLimited { until: None })"),
            (503, &[("retry-after", "30")], error, r#"Some(NoAnswer("503 Service Unavailable: No."))"#),
        ] {
            assert_eq!(in_words(trouble(&answer(status, headers, body), &base())), expected, "{status} {body}");
        }
    }

    #[test]
    fn every_answer_to_a_post() {
        let error = r#"{"error":"Validation failed: Text character limit of 500 exceeded"}"#;
        let words = "Validation failed: Text character limit of 500 exceeded";
        let unclear = |why: &str| format!("Unclear {{ why: {why:?}, duplicate: false }}");
        for (status, headers, body, is_reply, expected) in [
            (
                200,
                &[][..],
                r#"{"id":"1","url":"https://h/1"}"#,
                false,
                r#"Done { id: PostId("1"), address: Some("https://h/1") }"#.to_owned(),
            ),
            (201, &[], r#"{"id":1,"url":null}"#, true, r#"Done { id: PostId("1"), address: None }"#.to_owned()),
            (202, &[], r#"{"id":"01J"}"#, false, r#"Done { id: PostId("01J"), address: None }"#.to_owned()),
            (200, &[], r#"{"id":"#, false, unclear("200 OK with something that is not a post")),
            (200, &[], r#"{"id":null}"#, false, unclear("200 OK with something that is not a post")),
            (200, HTML, "<html>", false, unclear("200 OK with a web page")),
            (204, &[], "", false, unclear("204 No Content with something that is not a post")),
            (
                307,
                &[("location", "https://n.example/")],
                "",
                false,
                r#"Refused(NoAnswer("it sends us on to https://n.example: use that address"))"#.to_owned(),
            ),
            (400, &[], error, false, format!("Rejected({words:?})")),
            (
                400,
                &[],
                r#"{"error":"Duplicate idempotency key."}"#,
                false,
                r#"Unclear { why: "Duplicate idempotency key.", duplicate: true }"#.to_owned(),
            ),
            (401, &[], error, false, format!("Refused(SignIn({words:?}))")),
            (403, &[], error, true, format!("Refused(Permission({words:?}))")),
            (
                403,
                HTML,
                "",
                false,
                r#"Refused(NoAnswer("403 Forbidden with a web page instead of an answer"))"#.to_owned(),
            ),
            (404, &[], error, true, r#"Rejected("the post that this answers is gone")"#.to_owned()),
            (404, &[], error, false, format!("Rejected({words:?})")),
            (404, HTML, "", true, r#"Refused(Gone("a web page instead of an answer"))"#.to_owned()),
            (405, &[], "no", false, r#"Refused(Gone("no"))"#.to_owned()),
            (406, &[], "no", false, r#"Refused(NoAnswer("406 Not Acceptable: no"))"#.to_owned()),
            (408, &[], "", false, unclear("408 Request Timeout: an empty answer")),
            (409, &[], "", false, unclear("409 Conflict: an empty answer")),
            (413, HTML, "", false, r#"Rejected("a web page instead of an answer")"#.to_owned()),
            (422, &[], error, true, format!("Rejected({words:?})")),
            (425, &[], "", false, unclear("425 Too Early: an empty answer")),
            (
                429,
                &[("x-ratelimit-reset", "2026-08-01T13:55:00.479778Z"), ("date", "Sat, 01 Aug 2026 13:50:00 GMT")],
                error,
                false,
                "Refused(RateLimited { until: Some(Timestamp(1785592500479)) })".to_owned(),
            ),
            (500, &[], error, false, unclear(&format!("500 Internal Server Error: {words}"))),
            (502, HTML, "", false, unclear("502 Bad Gateway: a web page instead of an answer")),
            (522, HTML, "", false, unclear("522 <unknown status code>: a web page instead of an answer")),
        ] {
            let found = in_words(outcome(&answer(status, headers, body), &base(), is_reply));
            assert_eq!(found, expected, "{status} {body}");
        }
    }

    #[test]
    fn what_is_wrong_with_uploads_is_known_by_its_words() {
        let (texts, files) = (Part::plain("hi"), ["7".to_owned()]);
        let bare = Part::plain("");
        for (status, words, part, media, expected) in [
            (422, "Media 123 not found or already attached to another post", &texts, &files[..], true),
            (422, "Media 123, 124 not found or already attached to another post", &texts, &files, true),
            (
                422,
                "Cannot attach files that have not finished processing. Try again in a moment!",
                &texts,
                &files,
                true,
            ),
            (400, "Bad Request: media not found: 01J", &texts, &files, true),
            (400, "Bad Request: media already attached to status: 01J", &texts, &files, true),
            (400, "media not found: 01J", &texts, &files, true),
            (422, "Validation failed: Text can't be blank", &bare, &files, true),
            (422, "Validation failed: Text can't be blank", &texts, &files, false),
            (422, "Validation failed: Text can't be blank", &bare, &[], false),
            (422, "Cannot attach a video to a post that already contains images", &texts, &files, false),
            (422, "Cannot attach more than 4 files", &texts, &files, false),
            (422, "Validation failed: Text character limit of 500 exceeded", &texts, &files, false),
            (422, "disallowed hashtag: media not found: x", &texts, &files, false),
            (404, "Media 123 not found or already attached to another post", &texts, &files, false),
            (500, "Media 123 not found or already attached to another post", &texts, &files, false),
            (422, "Media 123 not found or already attached to another post", &texts, &[], false),
        ] {
            let answer = answer(status, &[], &serde_json::json!({ "error": words }).to_string());
            let found = media_refused(&answer, part, media);
            assert_eq!(found, expected.then(|| Outcome::MediaRefused(words.to_owned())), "{status} {words}");
        }
        assert_eq!(media_refused(&answer(422, HTML, "media not found: 1"), &texts, &files), None);
    }

    #[test]
    fn a_rate_limits_end_is_by_the_servers_clock() {
        let date = ("date", "Sat, 01 Aug 2026 13:50:00 GMT");
        for (headers, secs) in [
            (&[][..], None),
            (&[("x-ratelimit-reset", "2026-08-01T13:55:00Z")], Some(300)),
            (&[("x-ratelimit-reset", "1785592500")], Some(300)),
            (&[("x-ratelimit-reset", "30")], Some(30)),
            (&[("x-ratelimit-reset", "soon")], None),
            (&[("x-ratelimit-reset", "2026-08-01T13:49:00Z")], None),
            (&[("x-ratelimit-reset", "2036-08-01T13:49:00Z")], Some(MAX_WAIT_SECS)),
            (&[("retry-after", "45")], Some(45)),
            (&[("retry-after", "Sat, 01 Aug 2026 13:50:07 GMT")], Some(7)),
            (&[("retry-after", "45"), ("x-ratelimit-reset", "60")], Some(60)),
        ] {
            let answer = answer(429, &[&[date], headers].concat(), "");
            let server_now = answer.date().unwrap();
            let expected = secs.map(|secs| server_now.plus_secs(secs));
            assert_eq!(rate_limit_end(&answer), expected, "{headers:?}");
        }
    }

    #[test]
    fn words_are_short_and_on_one_line() {
        let long = format!(r#"{{"error":"a\n\u0007b {}"}}"#, "x".repeat(900));
        let found = words(&answer(400, &[], &long));
        assert_eq!(found.chars().count(), MAX_WORDS);
        assert!(found.starts_with("a b x"), "{found}");
        let oauth = r#"{"error":"invalid_grant","error_description":"The code is used up."}"#;
        assert_eq!(words(&answer(400, &[], oauth)), "The code is used up.");
        assert_eq!(
            in_words(oauth_trouble(&answer(400, &[], oauth), &base())),
            r#"Some(SignIn("The code is used up."))"#
        );
    }
}
