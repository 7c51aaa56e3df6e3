//! Polls through the API.

use super::*;

#[test]
fn a_poll_comes_back_whole() {
    let mut bench = Bench::mastodon();
    bench.world.define_emoji("cat");
    let body = json!({
        "status": "Which?",
        "poll": { "options": [" tea :cat: ", "", "coffee"], "expires_in": 3600, "multiple": true },
    });
    let form = "status=Which%3F&poll[options][]=tea+:cat:&poll[options][]=coffee&poll[expires_in]=3600&\
                poll[multiple]=1";
    let mut call = bench.call("POST", "/api/v1/statuses");
    call.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    call.body = form.as_bytes().to_vec();
    for answer in [bench.post(&body), bench.send(&call)] {
        let poll = answer.json().get("poll").cloned().unwrap_or_default();
        for (pointer, expected) in [
            ("/options", json!([{ "title": "tea :cat:", "votes_count": 0 }, { "title": "coffee", "votes_count": 0 }])),
            ("/multiple", json!(true)),
            ("/expires_at", json!("2026-08-01T14:53:10.824Z")),
            ("/expired", json!(false)),
            ("/votes_count", json!(0)),
            ("/emojis/0/shortcode", json!("cat")),
            ("/voted", json!(false)),
        ] {
            assert_eq!(poll.pointer(pointer), Some(&expected), "{pointer}");
        }
        assert_eq!(answer.text("/emojis/0/shortcode"), "cat");
    }
    let options = vec!["tea :cat:".to_owned(), "coffee".to_owned()];
    let poll = Poll { options, multiple: true, length_secs: Some(3600) };
    let view = bench.world.timeline_of_owner().pop();
    assert_eq!(view.as_ref().and_then(|view| view.poll.clone()), Some(poll));
    bench.later(3_600_000);
    let target = view.map(|view| format!("/api/v1/statuses/{}", view.id)).unwrap_or_default();
    assert_eq!(bench.get(&target).json().pointer("/poll/expired"), Some(&json!(true)));
}

#[test]
fn polls_that_are_not_taken() {
    let long = "x".repeat(51);
    for (options, expires_in, error) in [
        (json!(["a"]), json!(300), "Choices must have more than one item"),
        (json!(["a", " "]), json!(300), "Choices must have more than one item"),
        (json!("a"), json!(300), "Choices must have more than one item"),
        (json!(["a", "b", "c", "d", "e"]), json!(300), "Choices can't contain more than 4 items"),
        (json!(["a", long]), json!(300), "Choices cannot be longer than 50 characters each"),
        (json!(["a", "a"]), json!(300), "Choices contain duplicate items"),
        (json!(["a", "b"]), Value::Null, "Deadline can't be blank"),
        (json!(["a", "b"]), json!(299), "Deadline is too soon"),
        (json!(["a", "b"]), json!(2_629_747), "Deadline is too far into the future"),
        (json!(["a", "a"]), json!(1), "Choices contain duplicate items, Deadline is too soon"),
    ] {
        let mut bench = Bench::mastodon();
        let body = json!({ "status": "x", "poll": { "options": options, "expires_in": expires_in } });
        bench.post(&body).is(422, &format!("Validation failed: {error}"));
        assert!(bench.world.timeline_of_owner().is_empty(), "{body}");
        let id = bench.write("x");
        let answer = bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &body);
        answer.is(422, &format!("Validation failed: {error}"));
    }
}

#[test]
fn polls_at_the_limits() {
    let family = "👨‍👩‍👧‍👦".repeat(50);
    for (options, expires_in) in [(json!(["a", "b", "c", "d"]), 300), (json!([family, "b"]), 2_629_746)] {
        let body = json!({ "status": "x", "poll": { "options": options, "expires_in": expires_in } });
        assert_eq!(Bench::mastodon().post(&body).0.status, 200, "{body}");
    }
    let poll = json!({ "options": ["a", "b"], "expires_in": 300 });
    let alone = json!({ "poll": poll });
    Bench::mastodon().post(&alone).is(422, "Validation failed: Text can't be blank");
    assert_eq!(Bench::gotosocial().post(&alone).0.status, 200, "a poll is enough");
    for nothing in [Value::Null, json!({})] {
        let answer = Bench::mastodon().post(&json!({ "status": "x", "poll": nothing }));
        assert_eq!((answer.0.status, answer.json().get("poll").cloned()), (200, Some(Value::Null)));
    }
    let six = json!({ "options": ["a", "b", "c", "d", "e", "f"], "expires_in": 300 });
    assert_eq!(Bench::gotosocial().post(&json!({ "status": "x", "poll": six })).0.status, 200);
    let mut bench = Bench::gotosocial();
    bench
        .post(&json!({ "status": "x", "poll": { "options": ["a"], "expires_in": 300 } }))
        .is(400, "Bad Request: poll: Choices must have more than one item");
    for (behaviour, most) in [(Behaviour::mastodon(), 4), (Behaviour::gotosocial(), 6)] {
        let polls = Bench::new(behaviour).get("/api/v2/instance").json();
        assert_eq!(polls.pointer("/configuration/polls/max_options"), Some(&json!(most)));
    }
}

#[test]
fn an_edit_makes_the_poll_anew() {
    let mut bench = Bench::mastodon();
    let with = |options: Value| json!({ "status": "x", "poll": { "options": options, "expires_in": 300 } });
    let made = bench.post(&with(json!(["a", "b"])));
    let target = format!("/api/v1/statuses/{}", made.text("/id"));
    let same = bench.ask("PUT", &target, &with(json!(["a", "b"])));
    assert_eq!(same.json().get("edited_at"), Some(&Value::Null), "at the same moment");
    bench.later(1000);
    let moved = bench.ask("PUT", &target, &with(json!(["a", "b"])));
    assert_eq!(moved.text("/edited_at"), "2026-08-01T13:53:11.824Z", "it closes later: a change");
    assert_eq!(moved.text("/poll/expires_at"), "2026-08-01T13:58:11.824Z");
    let other = bench.ask("PUT", &target, &with(json!(["a", "c"])));
    assert_eq!((other.text("/poll/options/1/title"), other.text("/poll/id")), ("c".into(), made.text("/poll/id")));
}
