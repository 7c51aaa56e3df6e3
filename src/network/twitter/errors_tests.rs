//! X's error answers, and what each of them means.
#![expect(clippy::unwrap_used, reason = "a test")]

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
    created(&answer(status, body, &[]), NOW, false, |id| format!("at {id}"))
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
    let created = Outcome::Done { id: PostId::new("12"), address: Some("at 12".into()) };
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
            assert!(matches!(published(status, body), Outcome::Unclear { duplicate: false, .. }), "{status} {body}");
        }
    }
}

#[test]
fn a_reply_that_is_refused_as_one_is_told_apart() {
    const NOT_HERE: &str = r#"{"detail":"Reply to this conversation is not allowed because you have not been mentioned.",
        "type":"about:blank","title":"Forbidden","status":403}"#;
    const NO_WORDS: &str =
        r#"{"title":"Forbidden","type":"https://api.twitter.com/2/problems/not-authorized-for-resource"}"#;
    const DELETED: &str = r#"{"detail":"You attempted to reply to a Tweet that is deleted or not visible to you."}"#;
    let reply = |status, body| created(&answer(status, body, &[]), NOW, true, |id| format!("at {id}"));
    for body in [REPLY, NOT_HERE, NO_WORDS, DELETED] {
        assert!(matches!(reply(403, body), Outcome::ReplyRefused(_)), "{body}");
        assert!(matches!(published(403, body), Outcome::Rejected(_)), "{body}");
        assert!(!matches!(reply(500, body), Outcome::ReplyRefused(_)), "{body}");
    }
    let words = "You can only reply to or quote posts where you are mentioned or are the author";
    assert_eq!(reply(403, REPLY), Outcome::ReplyRefused(words.into()));
    // Everything else means what it means without a parent.
    for (status, body) in [
        (403, DUPLICATE),
        (403, CAP),
        (403, CREDITS),
        (403, ENROLLED),
        (403, PERMISSIONS),
        (403, NOT_PERMITTED),
        (400, INVALID),
        (403, PAGE),
        (201, "{"),
    ] {
        assert_eq!(reply(status, body), published(status, body), "{status} {body}");
    }
}
