//! `POST /api/v1/statuses`.

use super::*;

#[test]
fn a_post_comes_back_whole() {
    let mut bench = Bench::mastodon();
    bench.world.add_person("alice", true);
    let body = json!({
        "status": " Hello @Alice@social.example #Tag\nhttps://example.com/ ",
        "spoiler_text": "careful",
        "visibility": "unlisted",
        "language": "de",
    });
    let answer = bench.post(&body);
    assert_eq!(answer.0.status, 200);
    for (pointer, expected) in [
        ("/visibility", "unlisted"),
        ("/spoiler_text", "careful"),
        ("/language", "de"),
        ("/created_at", "2026-08-01T13:53:10.824Z"),
        ("/application/name", "crosspostd"),
        ("/account/acct", "me"),
        ("/mentions/0/acct", "alice"),
        ("/tags/0/name", "tag"),
        ("/tags/0/url", "http://127.0.0.1:3000/tags/tag"),
    ] {
        assert_eq!(answer.text(pointer), expected, "{pointer}");
    }
    let json = answer.json();
    let keys: Vec<&str> = json.as_object().map(|o| o.keys().map(String::as_str).collect()).unwrap_or_default();
    let real = "account application bookmarked card content created_at edited_at emojis favourited favourites_count \
                filtered id in_reply_to_account_id in_reply_to_id language media_attachments mentions muted pinned \
                poll quote quote_approval quotes_count reblog reblogged reblogs_count replies_count sensitive \
                spoiler_text tagged_collections tags uri url visibility";
    assert_eq!(keys, real.split(' ').collect::<Vec<_>>(), "as recorded from 4.6");
    assert_eq!(json.get("sensitive"), Some(&json!(true)), "a warning implies it");
    let id = answer.text("/id");
    assert_eq!(answer.text("/url"), format!("{BASE}/@me/{id}"));
    let source = bench.get(&format!("/api/v1/statuses/{id}/source"));
    assert_eq!(source.text("/text"), "Hello @alice #Tag\nhttps://example.com/", "stripped, handles as known");
    assert!(answer.text("/content").contains("<br /><a href=\"https://example.com/\""));
    assert_eq!(bench.world.mentions_made(), [(PostId::new(id.as_str()), "alice".to_owned())]);
    let view = bench.world.timeline_of_owner().pop();
    let seen = view.map(|v| (v.id.to_string(), v.text, v.visibility, v.application));
    let expected = "Hello @alice #Tag\nhttps://example.com/".to_owned();
    assert_eq!(seen, Some((id, expected, Visibility::Unlisted, Some("crosspostd".to_owned()))));
}

#[test]
fn forms_are_taken_too() {
    let mut bench = Bench::mastodon();
    let mut call = bench.call("POST", "/api/v1/statuses");
    call.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    call.body = b"status=a+%26+b&visibility=private&sensitive=1".to_vec();
    let answer = bench.send(&call);
    assert_eq!(answer.text("/content"), "<p>a &amp; b</p>");
    assert_eq!(answer.text("/visibility"), "private");
    assert_eq!(answer.json().get("sensitive"), Some(&json!(true)));
}

#[test]
fn refusals_have_the_real_words() {
    let long = "x".repeat(501);
    let gone = "The post you are trying to reply to does not appear to exist.";
    for (body, status, error) in [
        (json!({}), 422, "Validation failed: Text can't be blank"),
        (json!({ "status": "  \n" }), 422, "Validation failed: Text can't be blank"),
        (json!({ "status": long }), 422, "Validation failed: Text character limit of 500 exceeded"),
        (
            json!({ "status": "x".repeat(500), "spoiler_text": "y" }),
            422,
            "Validation failed: Text character limit of 500 exceeded",
        ),
        (
            json!({ "status": "x", "visibility": "local" }),
            422,
            "Validation failed: Visibility is not included in the list",
        ),
        (json!({ "status": "x", "in_reply_to_id": "1" }), 404, gone),
        (
            json!({ "status": "x", "media_ids": ["123"] }),
            422,
            "Media 123 not found or already attached to another post",
        ),
        (
            json!({ "status": "x", "scheduled_at": "2030-01-01T00:00:00Z" }),
            422,
            "Validation failed: Scheduled at is not simulated",
        ),
    ] {
        let mut bench = Bench::mastodon();
        bench.post(&body).is(status, error);
        assert!(bench.world.timeline_of_owner().is_empty(), "{body}");
    }
    let mut bench = Bench::gotosocial();
    bench
        .post(&json!({ "status": "x".repeat(5001) }))
        .is(400, "Bad Request: text with spoiler exceed max chars (5000)");
}

#[test]
fn length_is_counted_as_the_software_does() {
    // 480 letters and an address of 60: 504 for Mastodon, 541 for GoToSocial.
    let address = format!("https://example.com/{}", "a".repeat(40));
    for (flavour, most, taken) in [
        (Behaviour::mastodon(), 504, true),
        (Behaviour::mastodon(), 503, false),
        (Behaviour::gotosocial(), 541, true),
        (Behaviour::gotosocial(), 540, false),
    ] {
        let mut bench = Bench::new(Behaviour { max_characters: most, ..flavour });
        let answer = bench.post(&json!({ "status": format!("{} {address}", "x".repeat(480)) }));
        assert_eq!(answer.0.status == 200, taken, "{most}");
    }
}

#[test]
fn a_warning_alone_becomes_the_text() {
    let answer = Bench::mastodon().post(&json!({ "status": "", "spoiler_text": "careful" }));
    assert_eq!((answer.text("/content").as_str(), answer.text("/spoiler_text").as_str()), ("<p>careful</p>", ""));
}

#[test]
fn texts_are_stripped_as_ruby_does() {
    let mut bench = Bench::mastodon();
    bench.post(&json!({ "status": "\n\t a \u{a0}\r\n" }));
    assert_eq!(bench.world.timeline_of_owner().pop().map(|view| view.text).as_deref(), Some("a \u{a0}"));
}

#[test]
fn the_default_visibility_is_the_accounts() {
    for (mut bench, expected) in [(Bench::mastodon(), "public"), (Bench::gotosocial(), "unlisted")] {
        assert_eq!(bench.post(&json!({ "status": "x" })).text("/visibility"), expected);
    }
}

#[test]
fn unexpected_mentions_are_refused() {
    let mut bench = Bench::mastodon();
    let alice = bench.world.add_person("alice", true);
    bench.world.add_remote_person("bob", "away.example", false);
    for (text, allowed, taken) in [
        ("hi @alice", json!([]), false),
        ("hi @alice", json!([alice]), true),
        ("hi @bob@away.example", json!([]), false),
        ("hi @bob and @bob@other.example", json!([]), true),
        ("hi @\u{200b}alice https://x.com/@alice", json!([]), true),
        ("hi @alice", Value::Null, true),
    ] {
        let answer = bench.post(&json!({ "status": text, "allowed_mentions": allowed }));
        if taken {
            assert_eq!(answer.0.status, 200, "{text}");
        } else {
            answer.is(422, "Post would be sent to unexpected accounts");
            assert!(!answer.text("/unexpected_accounts/0/id").is_empty(), "{text}");
        }
    }
    assert_eq!(bench.world.mentions_made().len(), 2);
    let mut bench = Bench::gotosocial();
    bench.world.add_person("alice", true);
    assert_eq!(bench.post(&json!({ "status": "@alice", "allowed_mentions": [] })).0.status, 200, "knows it not");
}

#[test]
fn a_reply_to_an_own_reply_counts_as_one_to_the_other() {
    let mut bench = Bench::mastodon();
    let a = bench.world.write_as("alice", bench.now, "a", &Options::default()).to_string();
    let alice = bench.get(&format!("/api/v1/statuses/{a}")).text("/account/id");
    let mut reply = |to: &str| {
        let answer = bench.post(&json!({ "status": "x", "in_reply_to_id": to }));
        (answer.text("/id"), answer.text("/in_reply_to_account_id"))
    };
    let (b, to) = reply(&a);
    assert_eq!(to, alice);
    let (c, to) = reply(&b);
    assert_eq!(to, alice, "skips the owner");
    bench.world.delete(&PostId::new(b));
    let orphan = bench.get(&format!("/api/v1/statuses/{c}"));
    assert_eq!(orphan.json().get("in_reply_to_id"), Some(&Value::Null));
    assert_eq!(orphan.text("/in_reply_to_account_id"), alice);
    let own = bench.write("own");
    let thread = bench.post(&json!({ "status": "x", "in_reply_to_id": own }));
    assert_eq!(thread.text("/in_reply_to_account_id"), bench.world.owner_id());
}

#[test]
fn a_key_does_what_the_server_does_with_it() {
    use Idempotency::{ErrorOnRepeat500, Hour, Ignored, Refuse400, ReplayAll};
    let body = json!({ "status": "x" });
    for (kind, again, after_failure, after_deletion, after_an_hour, posts) in [
        (Hour, 200, 200, 404, 200, 3),
        (ErrorOnRepeat500, 500, 200, 404, 200, 3),
        (Ignored, 200, 200, 200, 200, 5),
        (Refuse400, 400, 400, 400, 200, 2),
        (ReplayAll, 200, 422, 200, 200, 2),
    ] {
        let mut bench = Bench::mastodon();
        bench.world.behaviour.idempotency = kind;
        let first = bench.post_with_key("k", &body);
        let repeat = bench.post_with_key("k", &json!({ "status": "something else" }));
        assert_eq!((first.0.status, repeat.0.status), (200, again), "{kind:?}");
        if again == 200 && kind != Ignored {
            assert_eq!(repeat.text("/id"), first.text("/id"), "{kind:?}");
        }
        assert_eq!(bench.post_with_key("f", &json!({})).0.status, 422, "{kind:?}");
        assert_eq!(bench.post_with_key("f", &body).0.status, after_failure, "{kind:?}");
        bench.world.delete(&PostId::new(first.text("/id")));
        assert_eq!(bench.post_with_key("k", &body).0.status, after_deletion, "{kind:?}");
        bench.later(3_600_000);
        assert_eq!(bench.post_with_key("k", &body).0.status, after_an_hour, "{kind:?}");
        assert_eq!(bench.world.posts_created(), posts, "{kind:?}");
    }
}
