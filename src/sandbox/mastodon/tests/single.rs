//! One status: read, edit, delete, boost.

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
    let many = "id[]=1&".repeat(21);
    assert_eq!(bench.get(&format!("/api/v1/statuses?{many}")).0.status, 422);
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
fn a_boost_wraps_what_it_boosts() {
    let mut bench = Bench::mastodon();
    let post = bench.world.write_as("alice", bench.now, "hello", &Options::default());
    let target = format!("/api/v1/statuses/{post}/reblog");
    let boost = bench.ask("POST", &target, &Value::Null);
    assert_eq!((boost.text("/reblog/content"), boost.text("/content")), ("<p>hello</p>".to_owned(), String::new()));
    assert!(boost.text("/uri").ends_with("/activity"));
    assert_eq!(bench.ask("POST", &target, &Value::Null).text("/id"), boost.text("/id"), "once");
    assert_eq!(bench.world.timeline_of_owner().iter().map(|view| view.boost).collect::<Vec<_>>(), [true]);
    let direct = bench.write_with("d", &Options { visibility: Visibility::Direct, ..Options::default() });
    bench.ask("POST", &format!("/api/v1/statuses/{direct}/reblog"), &Value::Null).is(403, "This action is not allowed");
    bench.world.delete(&post);
    assert_eq!(bench.world.timeline_of_owner().len(), 1, "the boost goes with it");
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
