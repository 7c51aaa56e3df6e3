//! What X shows: timelines and lookups, in both dialects.

use crate::x::{Answer, X};
use crosspostd::sandbox::twitter::{Attachment, Charge, Dialect, Draft, Lag, UnknownNames, User};
use serde_json::json;

#[test]
fn texts_come_back_wrapped_and_escaped() {
    let x = X::new();
    let text = "😀 a < b & https://example.com/path?x=1&y=2 #tag mastodon.social";
    let made = x.post_text(text);
    let id = made.id();
    let fields = "entities,created_at,author_id,conversation_id,source,lang,note_tweet,display_text_range";
    let answer = x.timeline(&[("max_results", "5"), ("tweet.fields", fields)]);
    let post = &answer.json["data"][0];
    let wire = post["text"].as_str().unwrap();
    assert_eq!(made.json["data"]["text"], wire);
    assert_eq!(made.json["data"]["edit_history_tweet_ids"], json!([id.to_string()]));
    assert!(wire.starts_with("😀 a &lt; b &amp; https://t.co/"));
    let chars: Vec<char> = wire.chars().collect();
    for (index, expanded) in [(0, "https://example.com/path?x=1&y=2"), (1, "http://mastodon.social")] {
        let url = &post["entities"]["urls"][index];
        let at = |name: &str| usize::try_from(url[name].as_u64().unwrap()).unwrap();
        assert_eq!(url["url"], chars[at("start")..at("end")].iter().collect::<String>());
        assert_eq!(url["expanded_url"], expanded);
    }
    assert_eq!(post["entities"]["hashtags"][0]["tag"], "tag");
    assert_eq!(post["created_at"], "2026-08-22T12:00:00.000Z");
    assert_eq!((&post["author_id"], &post["source"]), (&json!("2244994945"), &json!("crosspostd")));
    assert_eq!(post.get("note_tweet"), None);
    assert_eq!(x.server.with(|x| x.timeline()[0].text.clone()), text);
    assert_eq!(x.server.with(|x| x.bill().count(Charge::CreateWithUrl)), 1);

    let long = format!("{} https://example.com/end", "long words ".repeat(40));
    x.write(&long);
    let post = x.timeline(&[("tweet.fields", "note_tweet,entities")]).json["data"][0].clone();
    let short = post["text"].as_str().unwrap();
    assert!(short.contains("… https://t.co/") && short.chars().count() <= 280, "{short}");
    assert_eq!(post["note_tweet"]["entities"]["urls"][0]["expanded_url"], "https://example.com/end");
    assert!(post["note_tweet"]["text"].as_str().unwrap().starts_with(&"long words ".repeat(40)));
}

#[test]
fn what_is_written_by_hand_shows_as_x_shows_it() {
    let x = X::new();
    let first = x.write("first");
    let photo = || Attachment { kind: "photo", alt_text: Some("a cat".to_owned()), ..Attachment::default() };
    x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        let theirs = x.write(7, Draft::text(&"worth repeating ".repeat(12))).unwrap();
        let owner = x.owner_id();
        for draft in [
            Draft { media: vec![photo(), photo()], ..Draft::text("two pictures") },
            Draft { poll: vec!["yes".to_owned(), "no".to_owned()], ..Draft::text("a poll?") },
            Draft { quote_of: Some(theirs), ..Draft::text("quite") },
            Draft { repost_of: Some(theirs), ..Draft::default() },
        ] {
            x.write(owner, draft).unwrap();
        }
        x.edit(first, "first, edited").unwrap();
        assert!(x.write_as_owner("to nobody", Some(1)).is_none());
    });
    let answer = x.timeline(&[
        ("max_results", "100"),
        ("tweet.fields", "entities,attachments,referenced_tweets,in_reply_to_user_id,edit_controls"),
        ("expansions", "attachments.media_keys,attachments.poll_ids"),
        ("media.fields", "url,alt_text,type"),
    ]);
    let posts = answer.json["data"].as_array().unwrap();
    assert_eq!(posts.len(), 5);
    let (edited, repost, quote, poll, media) = (&posts[0], &posts[1], &posts[2], &posts[3], &posts[4]);
    assert_eq!(edited["edit_history_tweet_ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(edited["edit_history_tweet_ids"][0], first.to_string());
    assert!(repost["text"].as_str().unwrap().starts_with("RT @somebody: worth repeating"));
    assert!(repost["text"].as_str().unwrap().chars().count() <= 140);
    assert_eq!(repost["referenced_tweets"][0]["type"], "retweeted");
    assert_eq!(quote["referenced_tweets"][0]["type"], "quoted");
    assert!(quote["entities"]["urls"][0]["expanded_url"].as_str().unwrap().contains("/somebody/status/"));
    assert_eq!(answer.json["includes"]["polls"][0]["id"], poll["attachments"]["poll_ids"][0]);
    assert_eq!(media["entities"]["urls"].as_array().map(Vec::len), Some(2), "a link that both pictures share");
    assert_eq!(media["entities"]["urls"][0]["url"], media["entities"]["urls"][1]["url"]);
    assert_eq!(answer.json["includes"]["media"][1]["media_key"], media["attachments"]["media_keys"][1]);
    assert_eq!(answer.json["includes"]["media"][0]["alt_text"], "a cat");
    let old = x.get(&format!("/2/tweets/{first}"), &[]);
    assert_eq!(old.json["data"]["text"], "first", "old versions stay");
    x.server.with(|x| x.delete(first));
    assert_eq!(x.timeline(&[]).json["meta"]["result_count"], 4, "deleting a version deletes the chain");
}

#[test]
fn a_timeline_is_read_page_by_page() {
    let x = X::new();
    let ids: Vec<u64> = (0..12).map(|n| x.write(&format!("post {n}"))).collect();
    let page = |query: &[(&str, &str)]| x.timeline(query);
    let first = page(&[("max_results", "5")]);
    assert_eq!(first.texts(), ["post 11", "post 10", "post 9", "post 8", "post 7"]);
    let meta = &first.json["meta"];
    assert_eq!((&meta["newest_id"], &meta["oldest_id"]), (&json!(ids[11].to_string()), &json!(ids[7].to_string())));
    assert_eq!(meta.get("previous_token"), None);
    let second = page(&[("max_results", "5"), ("pagination_token", meta["next_token"].as_str().unwrap())]);
    assert_eq!(second.texts(), ["post 6", "post 5", "post 4", "post 3", "post 2"]);
    let back = second.json["meta"]["previous_token"].as_str().unwrap();
    assert_eq!(page(&[("max_results", "5"), ("pagination_token", back)]).texts(), first.texts());
    let last = page(&[("max_results", "5"), ("pagination_token", second.json["meta"]["next_token"].as_str().unwrap())]);
    assert_eq!(last.texts(), ["post 1", "post 0"]);
    assert_eq!(last.json["meta"].get("next_token"), None);

    let id = |n: usize| ids[n].to_string();
    let empty = page(&[("since_id", &id(11))]);
    assert_eq!(empty.json, json!({ "meta": { "result_count": 0 } }));
    assert_eq!(page(&[("since_id", &id(9))]).texts(), ["post 11", "post 10"]);
    assert_eq!(page(&[("since_id", &id(3)), ("until_id", &id(6))]).texts(), ["post 5", "post 4"]);
    assert_eq!(page(&[("start_time", "2026-08-22T12:00:12Z")]).texts(), ["post 11"]);
    assert_eq!(page(&[("end_time", "2026-08-22T12:00:02Z")]).texts(), ["post 0"]);
    assert_eq!(page(&[]).texts().len(), 10);
    // A full page promises another, even where that one is empty.
    let full = page(&[("max_results", "12")]);
    let token = full.json["meta"]["next_token"].as_str().unwrap();
    let after = page(&[("max_results", "12"), ("pagination_token", token)]);
    assert_eq!((after.json.get("data"), &after.json["meta"]["result_count"]), (None, &json!(0)));
    for (name, value) in [
        ("max_results", "4"),
        ("max_results", "101"),
        ("max_results", "many"),
        ("since_id", "x"),
        ("since_id", "12345678901234567890"),
        ("pagination_token", "x"),
        ("start_time", "yesterday"),
        ("start_time", "2026-08-22T12:00:12+02:00"),
        ("end_time", "2009-01-01T00:00:00Z"),
        ("exclude", "boosts"),
        ("limit", "5"),
        ("tweet.fields", "creatd_at"),
        ("expansions", "author"),
    ] {
        let answer = page(&[(name, value)]);
        assert_eq!((answer.status, &answer.json["title"]), (400, &json!("Invalid Request")), "{name}={value}");
        assert_eq!(answer.json["errors"][0]["parameters"][name][0], value);
    }
    assert_eq!(page(&[("since_id", &id(6)), ("until_id", &id(3))]).status, 400);
}

#[test]
fn replies_and_depth_are_as_x_has_them() {
    let x = X::new();
    x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        let theirs = x.write(7, Draft::text("hello")).unwrap();
        let own = x.write_as_owner("own", None).unwrap();
        x.write_as_owner("to own", Some(own)).unwrap();
        x.write_as_owner("to other", Some(theirs)).unwrap();
    });
    assert_eq!(x.timeline(&[("exclude", "replies")]).texts(), ["to own", "own"], "self-replies stay: X's old bug");
    x.server.with(|x| {
        for n in 0..3300 {
            x.write_as_owner(&format!("{n}"), None).unwrap();
        }
    });
    let oldest = x.server.with(|x| x.timeline()[800].id.to_string());
    // 800 of 3,303 posts are older than that one, and the oldest 103 of them are too deep.
    for (exclude, expected) in [(None, 697), (Some("replies"), 0)] {
        let mut query = vec![("max_results", "100"), ("until_id", oldest.as_str())];
        query.extend(exclude.map(|exclude| ("exclude", exclude)));
        let mut token = String::new();
        let mut count = 0;
        loop {
            let mut query = query.clone();
            if !token.is_empty() {
                query.push(("pagination_token", &token));
            }
            let answer = x.timeline(&query);
            count += answer.texts().len();
            match answer.json["meta"]["next_token"].as_str() {
                Some(next) => next.clone_into(&mut token),
                None => break,
            }
        }
        assert_eq!(count, expected, "{exclude:?}");
    }
}

#[test]
fn both_dialects_are_spoken_and_each_alone() {
    let x = X::new();
    let root = x.write("root");
    x.post(&json!({ "text": "reply", "reply": { "in_reply_to_tweet_id": root.to_string() } }));
    let legacy = [("tweet.fields", "author_id,referenced_tweets,in_reply_to_user_id,created_at")];
    let new =
        [("post.fields", "created_at,source"), ("expansions", "referenced_posts,author_id,edit_history_post_ids")];
    let names = |answer: &Answer| -> Vec<String> {
        answer.json["data"][0].as_object().map(|post| post.keys().cloned().collect()).unwrap_or_default()
    };
    let legacy_names =
        ["author_id", "created_at", "edit_history_tweet_ids", "id", "in_reply_to_user_id", "referenced_tweets", "text"];
    let new_names = ["author_id", "created_at", "edit_history_post_ids", "id", "referenced_posts", "source", "text"];
    let (least, least_new) = (["edit_history_tweet_ids", "id", "text"], ["id", "text"]);
    assert_eq!(names(&x.timeline(&legacy)), legacy_names);
    assert_eq!(names(&x.timeline(&new)), new_names);
    assert_eq!(names(&x.timeline(&[])), least);
    let answer = x.timeline(&new);
    assert_eq!(answer.json["includes"]["posts"][0]["id"], root.to_string());
    assert_eq!(answer.json["includes"]["users"][0]["username"], "owner");

    x.server.with(|x| x.settings.dialect = Dialect::New);
    assert_eq!(x.timeline(&legacy).status, 400);
    assert_eq!(names(&x.timeline(&new)), new_names);
    assert_eq!(names(&x.timeline(&[])), least_new);
    assert!(x.post_text("new words").json["data"].get("edit_history_post_ids").is_some());
    assert!(x.timeline(&legacy).json["type"].as_str().unwrap().starts_with("https://api.x.com/"));
    x.server.with(|x| x.settings.unknown_names = UnknownNames::Ignored);
    assert_eq!(names(&x.timeline(&legacy)), least_new, "200, and what was asked for is missing");

    x.server.with(|x| x.settings.dialect = Dialect::Legacy);
    assert_eq!(names(&x.timeline(&new)), least);
    assert_eq!(names(&x.timeline(&[("tweet.fields", "created_at,creatd_at")])), ["created_at", least[0], "id", "text"]);
}

#[test]
fn lookups_say_what_is_missing() {
    let x = X::new();
    let (here, gone) = (x.write("here"), x.write("gone"));
    let hidden = x.server.with(|x| {
        x.delete(gone);
        x.add_user(User { protected: true, ..User::new(8, "shy", "Shy") });
        x.write(8, Draft::text("for friends")).unwrap()
    });
    let answer = x.get("/2/tweets", &[("ids", &format!("{here},{gone},{hidden}"))]);
    assert_eq!(answer.texts(), ["here"]);
    let errors = answer.json["errors"].as_array().unwrap();
    let missing = json!({
        "value": gone.to_string(), "detail": format!("Could not find tweet with ids: [{gone}]."),
        "title": "Not Found Error", "resource_type": "tweet", "parameter": "ids", "resource_id": gone.to_string(),
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    });
    assert_eq!(errors[0], missing);
    assert_eq!(errors[1]["title"], "Authorization Error");
    let one = x.get(&format!("/2/tweets/{gone}"), &[]);
    assert_eq!((one.status, one.json.get("data")), (200, None));
    assert_eq!(x.get(&format!("/2/tweets/{here}"), &[]).json["data"]["text"], "here");
    assert_eq!(x.get("/2/users/8/tweets", &[]).json["errors"][0]["title"], "Authorization Error");
    assert_eq!(x.get("/2/users/9/tweets", &[]).json["errors"][0]["resource_type"], "user");
    let many = vec!["1"; 101].join(",");
    for (path, query) in
        [("/2/tweets", ("ids", many.as_str())), ("/2/tweets", ("ids", "")), ("/2/tweets/x", ("tweet.fields", "id"))]
    {
        assert_eq!(x.get(path, &[query]).status, 400, "{path}");
    }
    for (method, path, status) in
        [("GET", "/2/nothing", 404), ("PUT", "/2/tweets", 405), ("DELETE", "/2/tweets/1", 404), ("GET", "/", 404)]
    {
        assert_eq!(x.send(method, path, &[], None).status, status, "{method} {path}");
    }
    let theirs = x.send("DELETE", &format!("/2/tweets/{hidden}"), &[], None);
    assert_eq!((theirs.status, x.send("DELETE", &format!("/2/tweets/{gone}"), &[], None).status), (403, 200));
}

#[test]
fn a_new_post_can_be_late() {
    let x = X::new();
    x.server.with(|x| x.settings.lag = Lag::Millis(5_000));
    let id = x.post_text("late").id();
    assert_eq!(x.timeline(&[]).texts().len(), 0);
    assert_eq!(x.post_text("late").status, 403, "but it is known as a duplicate");
    assert_eq!(x.get(&format!("/2/tweets/{id}"), &[]).json["data"]["text"], "late");
    x.clock.advance(5);
    assert_eq!(x.timeline(&[]).texts(), ["late"]);
    x.server.with(|x| x.settings.lag = Lag::Reads(2));
    x.post_text("later");
    let seen: Vec<usize> = (0..3).map(|_| x.timeline(&[]).texts().len()).collect();
    assert_eq!(seen, [1, 1, 2]);
}
