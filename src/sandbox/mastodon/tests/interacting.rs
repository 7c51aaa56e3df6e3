//! Boosts, favourites and bookmarks.

use super::*;

#[test]
fn a_boost_wraps_what_it_boosts() {
    let mut bench = Bench::mastodon();
    let post = bench.world.write_as("alice", bench.now, "hello", &Options::default());
    let target = format!("/api/v1/statuses/{post}/reblog");
    let boost = bench.ask("POST", &target, &Value::Null);
    assert_eq!((boost.text("/reblog/content"), boost.text("/content")), ("<p>hello</p>".to_owned(), String::new()));
    assert!(boost.text("/uri").ends_with("/activity"));
    assert_eq!(bench.ask("POST", &target, &Value::Null).text("/id"), boost.text("/id"), "once");
    assert_eq!(bench.world.timeline_of_owner().iter().map(|view| view.boost_of.is_some()).collect::<Vec<_>>(), [true]);
    let direct = bench.write_with("d", &Options { visibility: Visibility::Direct, ..Options::default() });
    bench.ask("POST", &format!("/api/v1/statuses/{direct}/reblog"), &Value::Null).is(403, "This action is not allowed");
    bench.world.delete(&post);
    assert_eq!(bench.world.timeline_of_owner().len(), 1, "the boost goes with it");
}

#[test]
fn only_what_is_public_or_own_can_be_boosted() {
    let mut bench = Bench::mastodon();
    bench.world.add_person("stranger", false);
    for (author, visibility, status, boosted_as) in [
        ("me", Visibility::Public, 200, "public"),
        ("me", Visibility::Unlisted, 200, "public"),
        ("me", Visibility::Private, 200, "private"),
        ("me", Visibility::Direct, 403, ""),
        ("alice", Visibility::Public, 200, "public"),
        ("alice", Visibility::Private, 403, ""),
        ("stranger", Visibility::Private, 404, ""),
        ("stranger", Visibility::Direct, 404, ""),
    ] {
        let options = Options { visibility, ..Options::default() };
        let post = bench.world.write_as(author, bench.now, "x", &options);
        let answer = bench.ask("POST", &format!("/api/v1/statuses/{post}/reblog"), &Value::Null);
        let found = (answer.0.status, answer.text("/visibility"));
        assert_eq!(found, (status, boosted_as.to_owned()), "{author} {visibility:?}");
    }
    bench.ask("POST", "/api/v1/statuses/1/reblog", &Value::Null).is(404, "Record not found");
}

#[test]
fn a_boost_is_taken_back() {
    let limits = Limits { writes: 1, deletes: 2, ..Limits::none() };
    let mut bench = Bench::new(Behaviour { limits, ..Behaviour::mastodon() });
    let post = bench.world.write_as("alice", bench.now, "hello", &Options::default());
    let target = |deed: &str| format!("/api/v1/statuses/{post}/{deed}");
    let boost = bench.ask("POST", &target("reblog"), &Value::Null);
    assert_eq!((boost.header("X-RateLimit-Limit"), boost.header("X-RateLimit-Remaining")), ("1".into(), "0".into()));
    assert_eq!(bench.ask("POST", &target("reblog"), &Value::Null).0.status, 200, "nothing new, nothing counted");
    let seen = |bench: &mut Bench| {
        let json = bench.get(&target("")).json();
        (json.get("reblogged").cloned(), json.get("reblogs_count").cloned())
    };
    assert_eq!(seen(&mut bench), (Some(json!(true)), Some(json!(1))));
    for (status, remaining) in [(200, "1"), (200, "0"), (429, "0")] {
        let answer = bench.ask("POST", &target("unreblog"), &Value::Null);
        assert_eq!((answer.0.status, answer.header("X-RateLimit-Remaining").as_str()), (status, remaining));
        if status == 200 {
            assert_eq!(answer.text("/id"), post.as_str());
        }
    }
    assert_eq!(seen(&mut bench), (Some(json!(false)), Some(json!(0))));
    bench.get(&format!("/api/v1/statuses/{}", boost.text("/id"))).is(404, "Record not found");
    bench.ask("POST", &target("reblog"), &Value::Null).is(429, "Too many requests");
}

#[test]
fn marks_are_set_and_taken_back() {
    let mut bench = Bench::mastodon();
    let own = bench.write("mine");
    let hers = bench.world.write_as("alice", bench.now, "hers", &Options::default());
    let boost = bench.world.boost_as_owner(bench.now, &hers).to_string();
    let refused = bench.ask("POST", &format!("/api/v1/statuses/{own}/favourite"), &Value::Null);
    refused.is(403, "This action is outside the authorized scopes");
    bench.token = bench.world.grant_token("me", "Web", "read write", bench.now).unwrap_or_default();
    for (id, shown) in [(own.as_str(), ""), (hers.as_str(), ""), (boost.as_str(), "/reblog")] {
        for (deed, key, on) in [
            ("favourite", "favourited", true),
            ("favourite", "favourited", true),
            ("unfavourite", "favourited", false),
            ("unfavourite", "favourited", false),
            ("bookmark", "bookmarked", true),
            ("unbookmark", "bookmarked", false),
        ] {
            let answer = bench.ask("POST", &format!("/api/v1/statuses/{id}/{deed}"), &Value::Null).json();
            assert_eq!(answer.pointer(&format!("{shown}/{key}")), Some(&json!(on)), "{id} {deed}");
            if key == "favourited" {
                let count = answer.pointer(&format!("{shown}/favourites_count"));
                assert_eq!(count, Some(&json!(u8::from(on))), "{id} {deed}");
            }
        }
    }
    bench.ask("POST", "/api/v1/statuses/1/bookmark", &Value::Null).is(404, "Record not found");
    let mut call = bench.call("GET", &format!("/api/v1/statuses/{own}"));
    call.headers.retain(|(name, _)| name != "authorization");
    assert!(bench.send(&call).json().get("favourited").is_none(), "nobody in particular looks");
}
