//! Edits through the API and by hand, and what becomes of deleting.

use crosspostd::sandbox::twitter::{Charge, DeletedAgain, Draft, User};
use serde_json::{Value, json};

use crate::words;
use crate::x::{Answer, X};

fn edit(x: &X, previous: u64, text: &str) -> Answer {
    x.post(&json!({ "text": text, "edit_options": { "previous_post_id": previous.to_string() } }))
}

fn premium() -> X {
    let x = X::new();
    x.server.with(|x| x.set_premium(true));
    x
}

#[test]
fn an_edit_is_a_new_post_in_the_old_ones_place() {
    let x = premium();
    let first = x.post_text("a tpyo").id();
    x.clock.advance(60);
    let answer = edit(&x, first, "a typo");
    let second = answer.id();
    let history = json!([first.to_string(), second.to_string()]);
    assert_eq!((answer.status, &answer.json["data"]["edit_history_tweet_ids"]), (201, &history));
    let fields = ("tweet.fields", "created_at,edit_controls,conversation_id");
    let page = x.timeline(&[("since_id", &first.to_string()), fields]);
    assert_eq!(page.texts(), ["a typo"], "only the newest version, as a new post");
    let post = &page.json["data"][0];
    assert_eq!((&post["edit_history_tweet_ids"], &post["conversation_id"]), (&history, &json!(first.to_string())));
    assert_eq!(post["created_at"], "2026-08-22T12:01:00.000Z");
    assert_eq!(post["edit_controls"]["editable_until"], "2026-08-22T13:00:00.000Z", "an hour from the first version");
    assert_eq!(post["edit_controls"]["edits_remaining"], 4);
    let old = x.get(&format!("/2/tweets/{first}"), &[]);
    assert_eq!((&old.json["data"]["text"], &old.json["data"]["edit_history_tweet_ids"]), (&json!("a tpyo"), &history));

    let mut newest = second;
    for number in 0..4 {
        newest = edit(&x, newest, &format!("version {number}")).id();
    }
    assert!(words(&edit(&x, newest, "a sixth edit")).contains("can no longer be edited"));
    assert_eq!(x.server.with(|x| x.bill().count(Charge::Create)), 6);
    assert_eq!(x.server.with(|x| x.timeline().len()), 1);
    let gone = x.send("DELETE", &format!("/2/tweets/{first}"), &[], None);
    assert_eq!((gone.status, x.server.with(|x| x.timeline().len())), (200, 0), "one version gone, all gone");
}

#[test]
fn an_edit_in_a_thread_stays_in_its_place() {
    let x = premium();
    let root = x.post_text("root").id();
    let reply = json!({ "text": "reply", "reply": { "in_reply_to_tweet_id": root.to_string() } });
    let reply = x.post(&reply).id();
    let moved = json!({
        "text": "elsewhere",
        "reply": { "in_reply_to_tweet_id": reply.to_string() },
        "edit_options": { "previous_post_id": reply.to_string() },
    });
    assert!(words(&x.post(&moved)).contains("Only the text"));
    let edited = edit(&x, reply, "better").id();
    let (reply_to, conversation) = x.server.with(|x| x.post(edited).map(|p| (p.reply_to, p.conversation)).unwrap());
    assert_eq!((reply_to, conversation), (Some(root), root));
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let x = X::new();
    let own = x.post_text("own").id();
    assert_eq!(
        (edit(&x, own, "better").status, edit(&x, own, "better").json["title"].as_str()),
        (403, Some("Forbidden"))
    );
    x.server.with(|x| x.set_premium(true));
    let (theirs, of_all_kinds) = x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        let theirs = x.write(7, Draft::text("theirs")).unwrap();
        let kinds = [
            Draft::poll("a poll", &["a", "b"], 60),
            Draft::reply(theirs, "to you"),
            Draft::repost(theirs),
            Draft::community(1_500, "to some"),
            Draft::article("Long thoughts"),
        ];
        (theirs, kinds.map(|draft| x.write_draft(draft).unwrap()))
    });
    for id in of_all_kinds {
        assert!(words(&edit(&x, id, "better")).contains("cannot be edited"));
        assert_eq!(x.server.with(|x| x.edit(id, "better")), None, "nor by hand");
    }
    let gone = x.post_text("gone").id();
    x.server.with(|x| x.delete(gone));
    let newest = edit(&x, own, "better").id();
    for (previous, expected) in [
        (own, "not the latest version"),
        (theirs, "not authorized to edit"),
        (gone, "deleted or not visible"),
        (1, "deleted or not visible"),
    ] {
        let answer = edit(&x, previous, "best");
        assert_eq!(answer.status, 403);
        assert!(words(&answer).contains(expected), "{}", answer.text);
    }
    assert!(words(&edit(&x, newest, "better")).contains("duplicate content"));
    for body in [
        json!({ "text": "a", "edit_options": {} }),
        json!({ "text": "a", "edit_options": { "previous_post_id": 1 } }),
        json!({ "text": "a", "edit_options": { "previous_post_id": "x" } }),
        json!({ "text": "a", "edit_options": { "previous_post_id": "1", "why": "" } }),
    ] {
        assert_eq!(x.post(&body).status, 400, "{body}");
    }
    x.clock.advance(3_601);
    assert!(words(&edit(&x, newest, "best")).contains("can no longer be edited"));
    assert_eq!(x.server.with(|x| x.edit(newest, "best")), None);
    x.server.with(|x| x.settings.edit_window_secs = 86_400);
    assert_eq!(edit(&x, newest, "best").status, 201);
}

#[test]
fn deleting_twice_is_as_it_is_set() {
    let x = X::new();
    let id = x.post_text("here").id();
    let delete = || x.send("DELETE", &format!("/2/tweets/{id}"), &[], None);
    let deleted = json!({ "data": { "deleted": true } });
    assert_eq!(delete().json, deleted);
    assert_eq!(delete().json, deleted);
    x.server.with(|x| x.settings.deleted_again = DeletedAgain::NotFound);
    let again = delete();
    assert_eq!((again.status, &again.json["errors"][0]["title"]), (404, &json!("Not Found Error")));
    assert_eq!(again.json.get("data").map_or(&Value::Null, |data| data), &Value::Null);
    assert_eq!(x.server.with(|x| x.bill().count(Charge::Delete)), 1);
    for _ in 0..47 {
        delete();
    }
    assert_eq!(delete().status, 429, "50 in 15 minutes");
}
