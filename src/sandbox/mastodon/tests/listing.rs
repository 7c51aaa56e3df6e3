//! Home and account timelines: pages, lag, gaps.

use super::*;

/// Six posts of the owner's; the digits in a case stand for them.
fn six(mut behaviour: Behaviour) -> (Bench, Vec<String>) {
    behaviour.limits = Limits::none();
    let mut bench = Bench::new(behaviour);
    let ids = (1..=6).map(|n| bench.write(&format!("post {n}"))).collect();
    (bench, ids)
}

fn named(pattern: &str, ids: &[String]) -> String {
    let mut out = String::new();
    for c in pattern.chars() {
        let digit = c.to_digit(10).filter(|_| !out.ends_with("limit=") && c != '0');
        match digit.and_then(|n| ids.get(n as usize - 1)) {
            Some(id) => out.push_str(id),
            None => out.push(c),
        }
    }
    out
}

#[test]
fn cursors_cut_as_documented() {
    for behaviour in [Behaviour::mastodon(), Behaviour { home_repeats: false, ..Behaviour::gotosocial() }] {
        let gotosocial = behaviour.flavour == Flavour::GoToSocial;
        let (mut bench, ids) = six(behaviour);
        let own = bench.own_list();
        for list in [own.as_str(), "/api/v1/timelines/home"] {
            for (query, expected) in [
                ("limit=2", vec![6, 5]),
                ("limit=2&max_id=3", vec![2, 1]),
                ("limit=2&since_id=3", vec![6, 5]),
                ("limit=2&min_id=3", vec![5, 4]),
                ("min_id=2&max_id=5", vec![4, 3]),
                ("since_id=4", if gotosocial && list == own { vec![6, 5, 4, 3, 2, 1] } else { vec![6, 5] }),
                ("min_id=0&limit=1", vec![1]),
                ("limit=0", vec![]),
                ("max_id=1", vec![]),
            ] {
                let found = bench.get(&format!("{list}?{}", named(query, &ids))).ids();
                let expected: Vec<_> = expected.iter().filter_map(|n: &usize| ids.get(n - 1).cloned()).collect();
                assert_eq!(found, expected, "{list} {query}");
            }
        }
    }
}

#[test]
fn links_lead_to_the_pages_beside() {
    let (mut bench, ids) = six(Behaviour::mastodon());
    let own = bench.own_list();
    for (list, query, next, prev) in [
        (own.as_str(), "?exclude_reblogs=true&limit=2", Some("5"), Some("6")),
        (own.as_str(), "?limit=9", None, Some("6")),
        ("/api/v1/timelines/home", "?limit=9&max_id=3", Some("1"), Some("2")),
        (own.as_str(), "?limit=2&max_id=1", None, None),
    ] {
        let found = bench.get(&format!("{list}{}", named(query, &ids))).header("Link");
        let kept = if query.contains("exclude") { "exclude_reblogs=true&limit=2" } else { "limit=9" };
        let link = |cursor: &str, id: &str, rel: &str| {
            format!("<{BASE}{list}?{kept}&{cursor}={}>; rel=\"{rel}\"", named(id, &ids))
        };
        let links =
            next.map(|id| link("max_id", id, "next")).into_iter().chain(prev.map(|id| link("min_id", id, "prev")));
        assert_eq!(found, links.collect::<Vec<_>>().join(", "), "{list}{query}");
    }
}

#[test]
fn pages_are_clamped() {
    let mut bench = Bench::mastodon();
    for n in 0..50 {
        bench.write(&n.to_string());
    }
    let own = bench.own_list();
    for (query, length) in [("", 20), ("?limit=40", 40), ("?limit=1000", 40), ("?limit=abc", 0)] {
        assert_eq!(bench.get(&format!("{own}{query}")).ids().len(), length, "{query}");
        assert_eq!(bench.get(&format!("/api/v1/timelines/home{query}")).ids().len(), length, "{query}");
    }
}

#[test]
fn home_holds_everybody_and_the_account_only_itself() {
    let mut bench = Bench::mastodon();
    bench.world.add_person("stranger", false);
    bench.world.add_remote_person("far", "away.example", true);
    let mut other = |name: &str, visibility| {
        let options = Options { visibility, ..Options::default() };
        bench.world.write_as(name, bench.now, "hello", &options).to_string()
    };
    let friend = other("alice", Visibility::Public);
    let far = other("far@away.example", Visibility::Private);
    other("alice", Visibility::Direct);
    other("stranger", Visibility::Public);
    let own: Vec<String> = [Visibility::Public, Visibility::Unlisted, Visibility::Private, Visibility::Direct]
        .into_iter()
        .map(|visibility| bench.write_with("mine", &Options { visibility, ..Options::default() }))
        .collect();
    let newest_first = |ids: &[&[String]]| ids.concat().into_iter().rev().collect::<Vec<_>>();
    assert_eq!(bench.get("/api/v1/timelines/home").ids(), newest_first(&[&[friend, far], &own]));
    let list = bench.own_list();
    assert_eq!(bench.get(&list).ids(), newest_first(&[&own]));
    let public = own.get(..2).map(<[String]>::to_vec).unwrap_or_default();
    let token = std::mem::take(&mut bench.token);
    let mut call = bench.call("GET", &list);
    call.headers.retain(|(name, _)| name != "authorization");
    assert_eq!(bench.send(&call).ids(), newest_first(&[&public]), "without a token");
    bench.token = bench.world.grant_token("alice", "other", "read", bench.now).unwrap_or_default();
    assert_eq!(bench.get(&list).ids(), newest_first(&[&public]), "somebody else's token");
    bench.token = token;
    bench.get("/api/v1/accounts/1/statuses").is(404, "Record not found");
}

#[test]
fn the_account_list_filters() {
    let mut bench = Bench::mastodon();
    let reply = |to: &str| Options { reply_to: Some(PostId::new(to)), ..Options::default() };
    let friend = bench.world.write_as("alice", bench.now, "hello", &Options::default());
    let a = bench.write("a #One");
    let b = bench.write_with("b", &reply(&a));
    let answer = bench.write_with("c", &reply(friend.as_str()));
    let below = bench.write_with("d", &reply(&answer));
    bench.later(1000);
    let boost = bench.world.boost_as_owner(bench.now, &friend).to_string();
    let direct = bench.write_with("e", &Options { visibility: Visibility::Direct, ..Options::default() });
    let list = bench.own_list();
    for (query, expected) in [
        ("", vec![&direct, &boost, &below, &answer, &b, &a]),
        ("?exclude_reblogs=true", vec![&direct, &below, &answer, &b, &a]),
        ("?exclude_replies=1&exclude_reblogs=1", vec![&direct, &b, &a]),
        ("?exclude_direct=true&exclude_reblogs=1", vec![&below, &answer, &b, &a]),
        ("?tagged=one", vec![&a]),
        ("?pinned=true", vec![]),
        ("?exclude_reblogs=false&limit=2", vec![&direct, &boost]),
    ] {
        assert_eq!(bench.get(&format!("{list}{query}")).ids().iter().collect::<Vec<_>>(), expected, "{query}");
    }
    assert!(!bench.get("/api/v1/timelines/home").ids().contains(&boost), "what was boosted is still near the top");
}

#[test]
fn lists_lag_rebuild_repeat_and_forget() {
    let mut bench = Bench::mastodon();
    let old = bench.write("old");
    bench.world.behaviour.home_lag_ms = 5000;
    bench.world.behaviour.listing_lag_ms = 2000;
    let new = bench.post(&json!({ "status": "new" })).text("/id");
    let (home, own) = ("/api/v1/timelines/home", bench.own_list());
    assert_eq!(bench.get(&format!("/api/v1/statuses/{new}")).0.status, 200, "by its id at once");
    for (wait, in_home, in_own) in [(0, false, false), (1999, false, false), (1, false, true), (3000, true, true)] {
        bench.later(wait);
        assert_eq!(bench.get(home).ids().contains(&new), in_home, "home after {wait}");
        assert_eq!(bench.get(&own).ids().contains(&new), in_own, "own after {wait}");
    }

    bench.world.behaviour.home_rebuilding_until = Some(bench.now.plus_millis(1));
    let partial = bench.get(home);
    assert_eq!((partial.0.status, partial.ids()), (206, vec![old.clone()]));
    assert!(partial.header("Mastodon-Async-Refresh").ends_with("retry=5"));
    bench.later(1);
    assert_eq!((bench.get(home).0.status, bench.get(home).ids()), (200, vec![new.clone(), old.clone()]));

    bench.world.behaviour.home_repeats = true;
    assert_eq!(bench.get(&format!("{home}?limit=3")).ids(), [new.as_str(), &new, &old]);
    bench.world.behaviour.home_repeats = false;

    bench.world.forget_from_home(&PostId::new(new.as_str()));
    assert_eq!(bench.get(home).ids(), [old.as_str()]);
    assert_eq!(bench.get(&own).ids(), [new, old]);
}

#[test]
fn home_ends_after_800() {
    let mut bench = Bench::mastodon();
    let first = bench.write("the first");
    for n in 0..800 {
        bench.write(&n.to_string());
    }
    assert_eq!(bench.get(&format!("/api/v1/timelines/home?min_id={first}&limit=1")).ids().len(), 1);
    assert!(bench.get("/api/v1/timelines/home?min_id=0&limit=1").ids() != [first.clone()]);
    let own = bench.own_list();
    assert_eq!(bench.get(&format!("{own}?min_id=0&limit=1")).ids(), [first]);
}
