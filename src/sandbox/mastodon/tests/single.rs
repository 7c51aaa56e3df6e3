//! One status or several, read by their ids.

use super::*;

#[test]
fn only_what_may_be_seen_is_shown() {
    let mut bench = Bench::mastodon();
    bench.world.add_person("stranger", false);
    for (author, visibility, text, seen) in [
        ("alice", Visibility::Private, "x", true),
        ("stranger", Visibility::Public, "x", true),
        ("stranger", Visibility::Private, "x", false),
        ("alice", Visibility::Direct, "x", false),
        ("alice", Visibility::Direct, "@me x", true),
    ] {
        let options = Options { visibility, ..Options::default() };
        let id = bench.world.write_as(author, bench.now, text, &options);
        let answer = bench.get(&format!("/api/v1/statuses/{id}"));
        assert_eq!(answer.0.status, if seen { 200 } else { 404 }, "{author} {visibility:?} {text}");
        assert!(answer.json().get("application").is_none(), "not the owner's");
        bench.get(&format!("/api/v1/statuses/{id}/source")).is(404, "Record not found");
        bench.ask("DELETE", &format!("/api/v1/statuses/{id}"), &Value::Null).is(404, "Record not found");
    }
    let own = bench.write_with("x", &Options { visibility: Visibility::Other, ..Options::default() });
    let answer = bench.get(&format!("/api/v1/statuses/{own}"));
    assert_eq!((answer.text("/visibility").as_str(), answer.text("/application/name").as_str()), ("local", "Web"));
}

#[test]
fn several_at_once() {
    let mut bench = Bench::mastodon();
    let (a, b) = (bench.write("a"), bench.write("b"));
    assert_eq!(bench.get(&format!("/api/v1/statuses?id[]={a}&id[]=1&id[]={b}")).ids(), [a, b]);
    let ids = |number: u32| (1..=number).fold(String::new(), |query, n| format!("{query}id[]={n}&"));
    for (query, status) in [(ids(20), 200), (ids(21), 422), ("id[]=1&".repeat(21), 200), (String::new(), 200)] {
        assert_eq!(bench.get(&format!("/api/v1/statuses?{query}")).0.status, status, "{query}");
    }
    Bench::new(Behaviour::old_mastodon()).get("/api/v1/statuses?id[]=1").is(404, "Not Found");
    let refused = Bench::gotosocial().get("/api/v1/statuses?id[]=1");
    assert_eq!((refused.0.status, refused.header("Content-Type").as_str()), (405, "text/plain"));
}

#[test]
fn threads_are_told_oldest_first() {
    let mut bench = Bench::mastodon();
    let mut ids = vec![bench.write("0")];
    for n in 1..4 {
        let reply_to = ids.last().map(|id| PostId::new(id.as_str()));
        ids.push(bench.write_with(&n.to_string(), &Options { reply_to, ..Options::default() }));
    }
    let [a, b, c, d] = ids.as_slice() else { return assert_eq!(ids.len(), 4) };
    let context = bench.get(&format!("/api/v1/statuses/{c}/context")).json();
    let listed = |key: &str| Answer(wire::json(200, context.get(key).unwrap_or(&Value::Null))).ids();
    assert_eq!((listed("ancestors"), listed("descendants")), (vec![a.clone(), b.clone()], vec![d.clone()]));
}

#[test]
fn gotosocial_statuses_differ() {
    let mut bench = Bench::gotosocial();
    let id = bench.write("a & b");
    assert_eq!(id.len(), 26);
    let answer = bench.get(&format!("/api/v1/statuses/{id}"));
    assert_eq!((answer.text("/text").as_str(), answer.text("/content").as_str()), ("a & b", "<p>a & b</p>"));
    let json = answer.json();
    assert!(json.get("quote").is_none() && json.get("quotes_count").is_none());
    assert_eq!(bench.get(&format!("/api/v1/statuses/{id}/source")).text("/content_type"), "text/plain");
    assert_eq!(bench.get("/api/v1/timelines/home").ids(), [id.as_str(), &id]);
}

#[test]
fn a_server_may_lack_the_source() {
    let mut bench = Bench::mastodon();
    bench.world.behaviour.source = false;
    let id = bench.write("a");
    bench.get(&format!("/api/v1/statuses/{id}/source")).is(404, "Record not found");
}
