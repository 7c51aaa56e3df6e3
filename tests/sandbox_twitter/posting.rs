//! What X takes, and what it refuses.

use crosspostd::sandbox::twitter::{Charge, Draft, User};
use serde_json::json;

use super::words;
use crate::x::{X, sign};

#[test]
fn bodies_that_are_not_as_agreed_are_refused() {
    let x = X::new();
    let too_long = "Your Tweet text is too long. For more information on how Twitter determines text length see";
    let extra = "does not allow additional properties";
    for (body, status, expected) in [
        (json!({ "text": "a".repeat(281) }), 400, too_long),
        (json!({ "text": "界".repeat(141) }), 400, too_long),
        (json!({ "text": "" }), 400, "text or media is missing"),
        (json!({ "text": " \n" }), 400, "text or media is missing"),
        (json!({}), 400, "text or media is missing"),
        (json!([]), 400, "$: array found, object expected"),
        (json!({ "text": 1 }), 400, "$.text: integer found, string expected"),
        (json!({ "text": "a", "visibility": "public" }), 400, extra),
        (json!({ "text": "a", "reply": {} }), 400, "$.reply.in_reply_to_tweet_id: is missing"),
        (json!({ "text": "a", "reply": { "in_reply_to_tweet_id": "x" } }), 400, "does not match"),
        (json!({ "text": "a", "reply": { "in_reply_to_tweet_id": "1", "id": "1" } }), 400, extra),
        (json!({ "text": "a", "reply_settings": "nobody" }), 400, "enumeration"),
        (json!({ "text": "a", "media": { "media_ids": ["1"] } }), 400, "Your media IDs are invalid."),
        (json!({ "text": "bad \u{feff} character" }), 400, "invalid character"),
        (json!({ "text": "$AAPL or $GOOG" }), 403, "not permitted"),
        (json!({ "text": "a", "quote_tweet_id": "1" }), 403, "Quoting this post is not allowed"),
        (json!({ "text": "a", "reply": { "in_reply_to_tweet_id": "1" } }), 403, "deleted or not visible to you"),
        (json!({ "text": "a", "nullcast": true }), 403, "You are not permitted to perform this action."),
    ] {
        let answer = x.post(&body);
        assert_eq!(answer.status, status, "{body} {}", answer.text);
        assert!(words(&answer).contains(expected), "{body} {}", answer.text);
    }
    let url = format!("{}/2/tweets", x.server.base());
    for (media_type, body) in [("text/plain", r#"{"text":"a"}"#), ("application/json", "text=a")] {
        let header = sign("POST", &url, &[], &x.parameters(), X::secrets());
        let headers = [("authorization", header.as_str()), ("content-type", media_type)];
        assert_eq!(x.try_raw("POST", "/2/tweets", &[], &headers, body.into()).unwrap().status, 400);
    }
    x.server.with(|x| x.settings.too_long_status = 403);
    let answer = x.post_text(&"a".repeat(281));
    assert_eq!((answer.status, &answer.json["title"]), (403, &json!("Forbidden")));
    assert!(x.server.with(|x| x.posts_made_by_api().is_empty() && x.bill().total_micro_usd() == 0));
    for text in ["a".repeat(280), "界".repeat(140), format!("https://example.com/{}", "x".repeat(500))] {
        assert_eq!(x.post_text(&text).status, 201, "{text}");
    }
}

#[test]
fn the_same_text_is_refused_while_it_stands_and_is_fresh() {
    let x = X::new();
    let first = x.post_text("Once & for all").id();
    let duplicate = json!({
        "title": "Forbidden", "type": "about:blank", "status": 403,
        "detail": "You are not allowed to create a Tweet with duplicate content.",
    });
    assert_eq!(x.post_text("Once & for all").json, duplicate);
    assert_eq!(x.post_text(" Once &  for all\n").json, duplicate);
    let in_thread = json!({ "text": "Once & for all", "reply": { "in_reply_to_tweet_id": first.to_string() } });
    assert_eq!(x.post(&in_thread).json, duplicate);
    assert_eq!(x.post_text("once and for all").status, 201);
    x.write("by hand");
    assert_eq!(x.post_text("by hand").json, duplicate);
    assert_eq!(x.send("DELETE", &format!("/2/tweets/{first}"), &[], None).json, json!({ "data": { "deleted": true } }));
    assert_eq!(x.post_text("Once & for all").status, 201);
    x.clock.advance(86_400);
    assert_eq!(x.post_text("Once & for all").status, 201);
    x.server.with(|x| x.settings.duplicate_window_secs = 0);
    assert_eq!(x.post_text("Once & for all").status, 201);
    let texts = x.server.with(|x| x.timeline().iter().filter(|post| post.text == "Once & for all").count());
    assert_eq!(texts, 3);
}

#[test]
fn only_own_posts_and_summons_are_answered() {
    let x = X::new();
    let own = x.write("mine");
    let (plain, summons, quote) = x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        let quoting = Draft { quote_of: Some(own), ..Draft::text("look") };
        (x.write(7, Draft::text("hello")), x.write(7, Draft::text("hello @Owner")), x.write(7, quoting))
    });
    let gone = x.write("gone");
    x.server.with(|x| x.delete(gone));
    for (target, status, expected) in [
        (own, 201, ""),
        (plain.unwrap(), 403, "You can only reply to or quote posts where you are mentioned or are the author."),
        (summons.unwrap(), 201, ""),
        (quote.unwrap(), 201, ""),
        (gone, 403, "You attempted to reply to a Tweet that is deleted or not visible to you."),
    ] {
        let body = json!({ "text": format!("to {target}"), "reply": { "in_reply_to_tweet_id": target.to_string() } });
        let answer = x.post(&body);
        assert_eq!((answer.status, answer.json["detail"].as_str().unwrap_or_default()), (status, expected));
    }
    let counts = x.server.with(|x| [Charge::Create, Charge::CreateSummoned].map(|charge| x.bill().count(charge)));
    assert_eq!(counts, [1, 2]);
    let answers = x.server.with(|x| {
        let own = x.timeline().into_iter().find(|post| post.reply_to == Some(own));
        own.map(|post| (post.conversation, post.source.clone(), post.by_api))
    });
    assert_eq!(answers, Some((own, "crosspostd".to_owned(), true)));
}

#[test]
fn mentions_of_others_are_noticed() {
    let x = X::new();
    for text in ["hello @alice", "@al.ice@mastodon.social", "@owner @bob@mastodon.social", "plain"] {
        assert_eq!(x.post_text(text).status, 201);
    }
    let names = x.server.with(|x| x.mentions_made().iter().map(|made| made.name.clone()).collect::<Vec<_>>());
    assert_eq!(names, ["alice", "al"]);
}
