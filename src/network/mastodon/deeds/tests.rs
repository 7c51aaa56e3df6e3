//! What is asked of the server when something is to be done, and what is made of its answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::rc::Rc;

use serde_json::{Value, json};

use super::super::super::{Client, Outcome, Request, Since, Trouble, http};
use super::super::instance::Limits;
use super::super::testing::{Canned, SERVER_TIME};
use super::super::tests::{Hand, bench};
use super::super::{Mastodon, Polled, Settings};
use crate::core::post::{Focus, MediaKind, PostId, Visibility};
use crate::core::record::{Attachment, NewPoll, Part};
use crate::network::http::BaseUrl;
use crate::secret::Secret;

fn part() -> Part {
    let mut part = Part::plain("hi & ü");
    part.warning = Some("cw".to_owned());
    part.language = Some("de".to_owned());
    part.visibility = Some(Visibility::Unlisted);
    part
}

#[tokio::test]
async fn a_post_is_sent_once_with_its_key() {
    let bench = bench(Polled::Home, vec![Canned::new(200, r#"{"id":"9","url":"https://h/9"}"#); 2]).await;
    let part = part();
    let parent = PostId::new("8");
    let outcome = bench.client.publish(&Request { part: &part, media: &[], reply_to: Some(&parent), key: "k3y" }).await;
    assert_eq!(outcome, Outcome::Done { id: PostId::new("9"), address: Some("https://h/9".to_owned()) });
    let mut bare = Part::plain("x");
    bare.warning = Some(String::new());
    bench.client.limits.replace(Limits { takes_content_type: true, ..Limits::default() });
    bench.client.publish(&Request { part: &bare, media: &[], reply_to: None, key: "k4" }).await;
    let requests = bench.server.requests();
    let [first, second] = requests.as_slice() else { unreachable!("two posts, two requests") };
    for line in ["POST /api/v1/statuses HTTP/1.1", "idempotency-key: k3y", "authorization: Bearer t0ken"] {
        assert!(first.contains(line), "{first}");
    }
    assert!(first.contains("content-type: application/json") && first.contains("user-agent: crosspostd/"), "{first}");
    assert!(first.ends_with(
        "\r\n\r\n{\"status\":\"hi & ü\",\"spoiler_text\":\"cw\",\"sensitive\":false,\"language\":\"de\",\"visibility\":\"unlisted\",\"in_reply_to_id\":\"8\",\"allowed_mentions\":[]}"
    ));
    assert!(second.ends_with(
        "\r\n\r\n{\"status\":\"x\",\"sensitive\":false,\"content_type\":\"text/plain\",\"visibility\":\"public\",\"allowed_mentions\":[]}"
    ));
}

#[tokio::test]
async fn doubt_is_never_taken_for_failure() {
    let part = part();
    let request = Request { part: &part, media: &[], reply_to: None, key: "k" };
    let limited = Canned::new(429, "{}").header("x-ratelimit-reset", "2026-08-01T13:55:00.5Z");
    let until = Some(SERVER_TIME.plus_millis(300_500));
    let cut_off = Canned::new(200, r#"{"id":"9"}"#).header("transfer-encoding", "chunked");
    for (reply, expected) in [
        (Canned::lost(), None),
        (Canned::new(502, ""), None),
        (cut_off, None),
        (limited, Some(Outcome::Refused(Trouble::RateLimited { until }))),
        (Canned::new(422, r#"{"error":"No."}"#), Some(Outcome::Rejected("No.".to_owned()))),
    ] {
        let bench = bench(Polled::Home, vec![reply]).await;
        let outcome = bench.client.publish(&request).await;
        match expected {
            Some(expected) => assert_eq!(outcome, expected),
            None => assert!(matches!(outcome, Outcome::Unclear { duplicate: false, .. }), "{outcome:?}"),
        }
        assert_eq!(bench.server.requests().len(), 1, "sent once");
    }
}

#[tokio::test]
async fn what_never_left_is_not_sent() {
    // A port that nobody listens on.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let base = BaseUrl::parse(&format!("http://{closed}")).unwrap();
    let client = Mastodon::new(
        http::client().unwrap(),
        base,
        Secret::new("t0ken"),
        "42".to_owned(),
        Settings::default(),
        Rc::new(Hand::default()),
    );
    let part = part();
    let outcome = client.publish(&Request { part: &part, media: &[], reply_to: None, key: "k" }).await;
    assert!(matches!(outcome, Outcome::NotSent(Trouble::Unreachable(_))), "{outcome:?}");
    let outcome = client.publish(&Request { part: &part, media: &[], reply_to: None, key: "a\nb" }).await;
    assert!(matches!(outcome, Outcome::NotSent(Trouble::Unreachable(_))), "{outcome:?}");
    assert!(matches!(client.read(&Since::default()).await, Err(Trouble::Unreachable(_))));
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn rich_part() -> Part {
    let mut part = part();
    part.sensitive = true;
    let options = vec!["yes".to_owned(), "no".to_owned()];
    part.poll = Some(NewPoll { options, multiple: true, length_secs: 3600 });
    part.pings = vec!["friend@h.example".to_owned()];
    part
}

#[tokio::test]
async fn polls_and_pings_are_sent() {
    let bench = bench(Polled::Home, vec![Canned::new(200, r#"{"id":"9"}"#)]).await;
    let part = rich_part();
    bench.client.publish(&Request { part: &part, media: &[], reply_to: None, key: "k" }).await;
    assert_eq!(
        body(bench.server.requests().first().unwrap()),
        json!({"status": "hi & ü", "spoiler_text": "cw", "sensitive": true, "language": "de", "visibility": "unlisted",
            "poll": {"options": ["yes", "no"], "expires_in": 3600, "multiple": true}})
    );
}

#[tokio::test]
async fn what_is_attached_is_sent() {
    let reply = || Canned::new(200, r#"{"id":"9"}"#);
    let refused = "Media 5 not found or already attached to another post";
    let refusal = || Canned::new(422, &json!({ "error": refused }).to_string());
    let bench = bench(Polled::Home, vec![reply(), reply(), refusal(), refusal()]).await;
    let mut part = Part::plain("");
    part.sensitive = true;
    let attachment = |description: Option<&str>, focus| Attachment {
        kind: MediaKind::Image,
        sources: vec!["https://f/1.jpg".to_owned()],
        description: description.map(str::to_owned),
        focus,
        sensitive: false,
    };
    part.media = vec![attachment(Some("a cat"), Some(Focus { x: 0, y: -250 })), attachment(None, None)];
    let media = ["5".to_owned(), "01J".to_owned()];
    let id = PostId::new("9");
    let request = Request { part: &part, media: &media, reply_to: None, key: "k" };
    let done = Outcome::Done { id: id.clone(), address: None };
    assert_eq!(bench.client.publish(&request).await, done);
    assert_eq!(bench.client.edit(&id, &part, &media).await, done);
    let refused = Outcome::MediaRefused(refused.to_owned());
    assert_eq!(bench.client.publish(&request).await, refused);
    assert_eq!(bench.client.edit(&id, &part, &media).await, refused);
    let bodies: Vec<Value> = bench.server.requests().iter().map(|request| body(request)).collect();
    let expected = json!({"status": "", "sensitive": true, "visibility": "public", "allowed_mentions": [],
        "media_ids": ["5", "01J"]});
    assert_eq!(bodies.first(), Some(&expected));
    let expected = json!({"status": "", "sensitive": true, "media_ids": ["5", "01J"], "media_attributes": [
        {"id": "5", "description": "a cat", "focus": "0.00,-0.25"}, {"id": "01J", "description": ""}]});
    assert_eq!(bodies.get(1), Some(&expected));
}

/// What was done to post 9 on a server that gives this answer, and what it was asked.
async fn done(deed: &str, reply: Canned) -> (Outcome, String) {
    let bench = bench(Polled::Home, vec![reply]).await;
    bench.client.limits.replace(Limits { takes_content_type: true, ..Limits::default() });
    let id = PostId::new("9");
    let outcome = match deed {
        "edit" => bench.client.edit(&id, &rich_part(), &[]).await,
        "delete" => bench.client.delete(&id).await,
        _ => bench.client.repost(&id).await,
    };
    let requests = bench.server.requests();
    assert_eq!(requests.len(), 1, "sent once");
    (outcome, requests.concat())
}

#[tokio::test]
async fn an_edit_replaces_everything() {
    let (_, request) = done("edit", Canned::new(200, r#"{"id":"9"}"#)).await;
    assert!(request.starts_with("PUT /api/v1/statuses/9 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer t0ken"), "{request}");
    assert_eq!(
        body(&request),
        json!({"status": "hi & ü", "spoiler_text": "cw", "sensitive": true, "language": "de",
            "content_type": "text/plain", "poll": {"options": ["yes", "no"], "expires_in": 3600, "multiple": true}})
    );
    let (_, request) = done("delete", Canned::new(200, "{}")).await;
    assert!(request.starts_with("DELETE /api/v1/statuses/9 HTTP/1.1\r\n"), "{request}");
    let (_, request) = done("boost", Canned::new(200, r#"{"id":"10"}"#)).await;
    assert!(request.starts_with("POST /api/v1/statuses/9/reblog HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer t0ken") && request.contains("content-length: 0"), "{request}");
}

#[tokio::test]
async fn what_comes_of_edits_deletions_and_boosts() {
    let ok =
        |id: &str, address: Option<&str>| Outcome::Done { id: PostId::new(id), address: address.map(str::to_owned) };
    let no = |why: &str| Outcome::Rejected(why.to_owned());
    let error = r#"{"error":"No."}"#;
    let web_page = |status| Canned::new(status, "<html>").header("content-type", "text/html");
    let elsewhere = Outcome::Refused(Trouble::Gone("a web page instead of an answer".to_owned()));
    for (deed, reply, expected) in [
        ("edit", Canned::new(200, r#"{"id":"9","url":"https://h/9"}"#), ok("9", Some("https://h/9"))),
        ("edit", Canned::new(404, error), no("the post is not there any more")),
        ("edit", Canned::new(410, error), no("the post is not there any more")),
        ("edit", Canned::new(405, "no"), no("this server cannot change posts")),
        ("edit", Canned::new(422, error), no("No.")),
        ("edit", Canned::new(401, error), Outcome::Refused(Trouble::SignIn("No.".to_owned()))),
        ("edit", web_page(404), elsewhere.clone()),
        ("delete", Canned::new(200, r#"{"id":"9","text":"x"}"#), ok("9", None)),
        ("delete", Canned::new(200, ""), ok("9", None)),
        ("delete", Canned::new(404, error), ok("9", None)),
        ("delete", Canned::new(410, error), ok("9", None)),
        ("delete", Canned::new(405, error), no("this server cannot delete posts")),
        ("delete", Canned::new(429, error), Outcome::Refused(Trouble::RateLimited { until: None })),
        ("delete", web_page(404), elsewhere.clone()),
        (
            "boost",
            Canned::new(200, r#"{"id":"10","url":"https://h/10","reblog":{"id":"9"}}"#),
            ok("10", Some("https://h/10")),
        ),
        ("boost", Canned::new(404, error), no("the post to boost is not there any more")),
        ("boost", Canned::new(405, error), no("this server cannot boost posts")),
        ("boost", Canned::new(422, error), no("No.")),
        ("boost", web_page(404), elsewhere),
    ] {
        let (outcome, _) = done(deed, reply).await;
        assert_eq!(outcome, expected, "{deed}");
    }
    for deed in ["edit", "delete", "boost"] {
        for reply in [Canned::lost(), Canned::new(502, ""), web_page(200)] {
            let (outcome, _) = done(deed, reply).await;
            assert!(matches!(outcome, Outcome::Unclear { duplicate: false, .. }), "{deed}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn an_id_stays_within_its_place_in_the_address() {
    let bench = bench(Polled::Home, vec![Canned::new(200, "{}"); 4]).await;
    for (id, expected) in [
        ("01HZ_aé", "/api/v1/statuses/01HZ_a%C3%A9"),
        ("a/b", "/api/v1/statuses/a%2Fb"),
        ("../x?y#z", "/api/v1/statuses/..%2Fx%3Fy%23z"),
        ("%2e", "/api/v1/statuses/%252e"),
    ] {
        bench.client.delete(&PostId::new(id)).await;
        assert_eq!(bench.server.targets().last().map(String::as_str), Some(expected));
    }
}
