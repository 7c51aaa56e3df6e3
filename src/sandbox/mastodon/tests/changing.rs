//! `PUT` and `DELETE /api/v1/statuses/:id`, and the history.

use super::*;

#[test]
fn a_deleted_post_is_gone() {
    let mut bench = Bench::mastodon();
    let id = bench.write("some <text>");
    let target = format!("/api/v1/statuses/{id}");
    let deleted = bench.ask("DELETE", &target, &Value::Null);
    assert_eq!((deleted.0.status, deleted.text("/text").as_str()), (200, "some <text>"));
    assert!(deleted.json().get("content").is_none());
    bench.ask("DELETE", &target, &Value::Null).is(404, "Record not found");
    bench.get(&target).is(404, "Record not found");
    assert!(bench.get("/api/v1/timelines/home").ids().is_empty());
}

#[test]
fn an_edit_replaces_everything() {
    let mut bench = Bench::mastodon();
    let id = bench.write_with("a", &Options { spoiler: "cw".to_owned(), ..Options::default() });
    let target = format!("/api/v1/statuses/{id}");
    let same = bench.ask("PUT", &target, &json!({ "status": "a", "spoiler_text": "cw" }));
    assert_eq!(same.json().get("edited_at"), Some(&Value::Null), "no change is no edit");
    bench.later(1000);
    let edited = bench.ask("PUT", &target, &json!({ "status": "b" }));
    assert_eq!(edited.text("/edited_at"), "2026-08-01T13:53:12.824Z");
    assert_eq!((edited.text("/content"), edited.text("/spoiler_text")), ("<p>b</p>".to_owned(), String::new()));
    assert_eq!(edited.text("/id"), id);
    bench.ask("PUT", &target, &json!({})).is(422, "Validation failed: Text can't be blank");
    assert!(bench.world.edit_as_owner(bench.now, &PostId::new(id.as_str()), "c"));
    assert_eq!(bench.get(&target).text("/content"), "<p>c</p>");
}

#[test]
fn an_edit_keeps_what_it_cannot_change() {
    let mut bench = Bench::mastodon();
    let first = bench.write("first");
    let body = json!({ "status": "a", "visibility": "unlisted", "in_reply_to_id": first, "language": "de" });
    let id = bench.post(&body).text("/id");
    bench.later(1000);
    let body = json!({ "status": "b", "visibility": "public", "in_reply_to_id": null, "quoted_status_id": first });
    let edited = bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &body);
    for (pointer, expected) in [
        ("/visibility", "unlisted"),
        ("/in_reply_to_id", first.as_str()),
        ("/language", "de"),
        ("/content", "<p>b</p>"),
        ("/created_at", "2026-08-01T13:53:11.824Z"),
        ("/edited_at", "2026-08-01T13:53:12.824Z"),
    ] {
        assert_eq!(edited.text(pointer), expected, "{pointer}");
    }
    assert_eq!(edited.json().get("quote"), Some(&Value::Null));
}

#[test]
fn what_an_edit_leaves_out_is_emptied() {
    let mut bench = Bench::mastodon();
    let poll = json!({ "options": ["a", "b"], "expires_in": 300 });
    let whole = json!({ "status": "x", "spoiler_text": "cw", "sensitive": true, "poll": poll });
    for (body, text, spoiler, sensitive, polls) in [
        (json!({ "status": "x" }), "x", "", false, false),
        (json!({ "status": "x", "sensitive": true }), "x", "", true, false),
        (json!({ "status": "x", "spoiler_text": "cw" }), "x", "cw", true, false),
        (json!({ "status": "x", "poll": { "options": ["a", "b"], "expires_in": 300 } }), "x", "", false, true),
        // The warning becomes the text, and the old warning stays.
        (json!({ "spoiler_text": "new" }), "new", "cw", true, false),
    ] {
        let id = bench.post(&whole).text("/id");
        bench.later(1000);
        let edited = bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &body);
        assert_eq!(edited.text("/content"), format!("<p>{text}</p>"), "{body}");
        assert_eq!(edited.text("/spoiler_text"), spoiler, "{body}");
        assert_eq!(edited.json().get("sensitive"), Some(&json!(sensitive)), "{body}");
        assert_eq!(edited.json().pointer("/poll/id").is_some(), polls, "{body}");
        assert!(!edited.text("/edited_at").is_empty(), "{body}");
    }
}

#[test]
fn only_an_edit_that_changes_something_counts() {
    let limits = Limits { writes: 2, ..Limits::none() };
    let mut bench = Bench::new(Behaviour { limits, ..Behaviour::mastodon() });
    let id = bench.post(&json!({ "status": "a" })).text("/id");
    let target = format!("/api/v1/statuses/{id}");
    for (text, status, remaining) in [("a", 200, "1"), ("b", 200, "0"), ("b", 200, "0"), ("c", 429, "0")] {
        let answer = bench.ask("PUT", &target, &json!({ "status": text }));
        assert_eq!((answer.0.status, answer.header("X-RateLimit-Remaining").as_str()), (status, remaining), "{text}");
        assert_eq!(answer.header("X-RateLimit-Limit"), "2");
    }
    assert_eq!(bench.get(&target).text("/content"), "<p>b</p>");
}

#[test]
fn only_own_posts_change() {
    let mut bench = Bench::mastodon();
    let other = bench.world.write_as("alice", bench.now, "hers", &Options::default()).to_string();
    for id in [other.as_str(), "1"] {
        for method in ["PUT", "DELETE"] {
            let answer = bench.ask(method, &format!("/api/v1/statuses/{id}"), &json!({ "status": "mine" }));
            answer.is(404, "Record not found");
        }
    }
}

#[test]
fn an_edit_may_notify() {
    let mut bench = Bench::mastodon();
    bench.world.add_person("alice", true);
    bench.world.add_person("bob", true);
    let id = bench.post(&json!({ "status": "hi @alice" })).text("/id");
    bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &json!({ "status": "hi @alice and @bob" }));
    let told: Vec<_> = bench.world.mentions_made().iter().map(|(_, who)| who.as_str()).collect();
    assert_eq!(told, ["alice", "bob"]);
}

#[test]
fn the_parent_goes_and_its_author_stays() {
    let mut bench = Bench::mastodon();
    let parent = bench.write("a");
    let reply = bench.post(&json!({ "status": "b", "in_reply_to_id": parent })).text("/id");
    assert_eq!(bench.ask("DELETE", &format!("/api/v1/statuses/{parent}"), &Value::Null).0.status, 200);
    let orphan = bench.get(&format!("/api/v1/statuses/{reply}"));
    assert_eq!(orphan.json().get("in_reply_to_id"), Some(&Value::Null));
    assert_eq!(orphan.text("/in_reply_to_account_id"), bench.world.owner_id());
}

#[test]
fn gotosocial_deletes_with_content() {
    let mut bench = Bench::gotosocial();
    let id = bench.write("a");
    let deleted = bench.ask("DELETE", &format!("/api/v1/statuses/{id}"), &Value::Null);
    assert_eq!((deleted.text("/text").as_str(), deleted.text("/content").as_str()), ("a", "<p>a</p>"));
    bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &json!({ "status": "b" })).is(404, "Not Found: 404 not found");
}

#[test]
fn the_history_has_every_version() {
    let mut bench = Bench::mastodon();
    let poll = Poll { options: vec!["x".to_owned(), "y".to_owned()], ..Poll::default() };
    let id = bench.write_with("a", &Options { poll: Some(poll), ..Options::default() });
    let history = format!("/api/v1/statuses/{id}/history");
    assert_eq!(bench.get(&history).json().as_array().map(Vec::len), Some(1), "never edited");
    bench.later(1000);
    bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &json!({ "status": "b", "spoiler_text": "cw" }));
    let found = bench.get(&history);
    for (pointer, expected) in [
        ("/0/content", "<p>a</p>"),
        ("/0/created_at", "2026-08-01T13:53:11.824Z"),
        ("/0/poll/options/1/title", "y"),
        ("/1/content", "<p>b</p>"),
        ("/1/spoiler_text", "cw"),
        ("/1/created_at", "2026-08-01T13:53:12.824Z"),
        ("/1/account/acct", "me"),
        ("/1/poll/options/0/title", ""),
    ] {
        assert_eq!(found.text(pointer), expected, "{pointer}");
    }
    assert!(found.ids().is_empty(), "versions have no ids");
}
