//! What the sandbox lets people do by hand, as the API then shows it.

use super::*;

#[test]
fn the_owner_writes_all_kinds_of_posts() {
    let mut bench = Bench::new(Behaviour { limits: Limits::none(), ..Behaviour::glitch_soc() });
    bench.world.define_emoji("blobcat");
    bench.world.add_remote_person("bob", "away.example", false);
    let hers = bench.world.write_as("alice", bench.now, "hers", &Options::default());
    let poll = Poll { options: vec!["a".to_owned(), "b".to_owned()], multiple: false, length_secs: Some(86_400) };
    let plain = Options::default;
    for (text, options, pointer, expected) in [
        ("x", Options { visibility: Visibility::Direct, ..plain() }, "/visibility", json!("direct")),
        ("x", Options { spoiler: "cw".to_owned(), ..plain() }, "/spoiler_text", json!("cw")),
        ("x", Options { spoiler: "cw".to_owned(), ..plain() }, "/sensitive", json!(true)),
        ("x", Options { sensitive: true, ..plain() }, "/sensitive", json!(true)),
        ("x", Options { local_only: true, ..plain() }, "/local_only", json!(true)),
        ("x", plain(), "/local_only", json!(false)),
        ("x", Options { poll: Some(poll.clone()), ..plain() }, "/poll/options/1/title", json!("b")),
        ("x", Options { poll: Some(poll), ..plain() }, "/poll/expires_at", json!("2026-08-02T13:53:18.824Z")),
        ("x", Options { poll: Some(Poll::default()), ..plain() }, "/poll/expires_at", Value::Null),
        ("x", Options { quote: Some(hers.clone()), ..plain() }, "/quote/quoted_status/id", json!(hers.as_str())),
        ("x", Options { reply_to: Some(hers.clone()), ..plain() }, "/in_reply_to_id", json!(hers.as_str())),
        (":blobcat: :dog:", plain(), "/emojis/0/shortcode", json!("blobcat")),
        (":blobcat: :dog:", plain(), "/emojis/1", Value::Null),
        ("x", Options { spoiler: ":blobcat:".to_owned(), ..plain() }, "/emojis/0/shortcode", json!("blobcat")),
        ("@Bob@Away.example", plain(), "/mentions/0/acct", json!("bob@away.example")),
        ("@Bob@Away.example", plain(), "/mentions/0/url", json!("https://away.example/@bob")),
        ("@carol@away.example", plain(), "/mentions/0", Value::Null),
        ("#Tag", plain(), "/tags/0/name", json!("tag")),
    ] {
        let id = bench.write_with(text, &options);
        let json = bench.get(&format!("/api/v1/statuses/{id}")).json();
        assert_eq!(json.pointer(pointer).cloned().unwrap_or_default(), expected, "{text} {pointer}");
    }
    let html = bench.write("@bob@away.example");
    let view = bench.world.view(&PostId::new(html)).map(|view| view.html);
    let link = "<a href=\"https://away.example/@bob\" class=\"u-url mention\">@<span>bob</span></a>";
    assert_eq!(view, Some(format!("<p><span class=\"h-card\" translate=\"no\">{link}</span></p>")));
}

#[test]
fn only_some_servers_keep_posts_to_themselves() {
    for (behaviour, shown, version) in [
        (Behaviour::mastodon(), None, "4.6.5"),
        (Behaviour::glitch_soc(), Some(true), "4.6.5+glitch"),
        (Behaviour::gotosocial(), Some(true), "0.20.0-rc1+git-57cb4fe"),
    ] {
        let mut bench = Bench::new(behaviour);
        let answer = bench.post(&json!({ "status": "x", "local_only": true }));
        assert_eq!(answer.json().get("local_only").and_then(Value::as_bool), shown, "{version}");
        let instance = bench.get("/api/v2/instance");
        assert_eq!(instance.text("/version"), version);
        let types = instance.json().pointer("/configuration/statuses/supported_mime_types").is_some();
        assert_eq!(types, shown.is_some(), "{version}");
    }
}

#[test]
fn the_owner_changes_their_mind() {
    let mut bench = Bench::mastodon();
    let own = PostId::new(bench.write_with("a", &Options { spoiler: "cw".to_owned(), ..Options::default() }));
    let poll = Poll { options: vec!["a".to_owned(), "b".to_owned()], ..Poll::default() };
    let options = Options { poll: Some(poll.clone()), language: Some("de".to_owned()), ..Options::default() };
    bench.later(1000);
    assert!(bench.world.edit_as_owner(bench.now, &own, "b"));
    let kept = bench.world.view(&own).map(|view| (view.text, view.spoiler, view.edited));
    assert_eq!(kept, Some(("b".to_owned(), "cw".to_owned(), Some(bench.now))));
    assert!(bench.world.edit_whole_as_owner(bench.now, &own, "c", &options));
    let view = bench.world.view(&own);
    let seen = view.map(|view| (view.text, view.spoiler, view.sensitive, view.poll, view.language));
    assert_eq!(seen, Some(("c".to_owned(), String::new(), false, Some(poll), Some("de".to_owned()))));
    assert!(bench.world.delete(&own) && !bench.world.delete(&own));
    assert!(!bench.world.edit_as_owner(bench.now, &own, "d"));
    assert!(!bench.world.edit_whole_as_owner(bench.now, &own, "d", &options));
    assert!(!bench.world.favourite_as_owner(&own, true) && bench.world.view(&own).is_none());
}

#[test]
fn the_owner_marks_and_boosts() {
    let mut bench = Bench::mastodon();
    let own = PostId::new(bench.write("mine"));
    let hers = bench.world.write_as("alice", bench.now, "hers", &Options::default());
    for post in [&own, &hers] {
        for on in [true, false] {
            assert!(bench.world.favourite_as_owner(post, on) && bench.world.bookmark_as_owner(post, on));
            let marks = bench.world.view(post).map(|view| (view.favourited, view.bookmarked));
            assert_eq!(marks, Some((on, on)));
        }
        let boost = bench.world.boost_as_owner(bench.now, post);
        assert_eq!(bench.world.boost_as_owner(bench.now, post), boost, "once");
        assert_eq!(bench.world.view(&boost).and_then(|view| view.boost_of).as_ref(), Some(post));
        let json = bench.get(&format!("/api/v1/statuses/{boost}"));
        assert_eq!(json.text("/reblog/id"), post.as_str());
        assert!(bench.world.unboost_as_owner(post) && !bench.world.unboost_as_owner(post));
    }
    let theirs = bench.world.boost_as("alice", bench.now, &own);
    assert_eq!(bench.get(&format!("/api/v1/statuses/{theirs}")).text("/account/acct"), "alice");
    assert_eq!(bench.get(&format!("/api/v1/statuses/{own}")).json().get("reblogs_count"), Some(&json!(1)));
    let quote = bench.world.write_as("alice", bench.now, "see", &Options { quote: Some(own), ..Options::default() });
    assert_eq!(bench.get(&format!("/api/v1/statuses/{quote}")).text("/quote/quoted_status/account/acct"), "me");
}
