//! The simulated X is as strict as X: every rule that a client could break is refused here, in X's words.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

#[path = "support/x.rs"]
mod x;

use crosspostd::sandbox::twitter::{
    Attachment, Charge, Dialect, Draft, Endpoint, Lag, Settings, TwitterWorld, UnknownNames, User,
};
use serde_json::{Value, json};
use x::{Answer, Parameters, X, sign};

const ME: &str = "/2/users/me";

/// What of an error is looked at: its detail, or its first message.
fn words(answer: &Answer) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&answer.json["detail"]), text(&answer.json["errors"][0]["message"]))
}

#[test]
fn only_a_right_signature_passes() {
    let x = X::new();
    let url = format!("{}{ME}", x.server.base());
    let set = |name: &str, value: &str| {
        let mut parameters = x.parameters();
        parameters.retain(|(known, _)| known != name);
        parameters.push((name.to_owned(), value.to_owned()));
        parameters
    };
    let old = (x.clock.now().secs() - 301).to_string();
    let used = x.parameters();
    let send = |header: &str, query: &[(&str, &str)]| {
        x.try_raw("GET", ME, query, &[("authorization", header)], Vec::new()).unwrap()
    };
    assert_eq!(send(&sign("GET", &url, &[], &used, X::secrets()), &[]).status, 200);
    let cases: Vec<(&str, String)> = vec![
        ("a nonce twice", sign("GET", &url, &[], &used, X::secrets())),
        ("a wrong token secret", sign("GET", &url, &[], &x.parameters(), ("sandbox-consumer-secret", "no"))),
        ("a wrong consumer secret", sign("GET", &url, &[], &x.parameters(), ("no", "sandbox-token-secret"))),
        ("another method", sign("POST", &url, &[], &x.parameters(), X::secrets())),
        ("another address", sign("GET", "https://api.x.com/2/users/me", &[], &x.parameters(), X::secrets())),
        ("a query that was not sent", sign("GET", &url, &[("a", "b")], &x.parameters(), X::secrets())),
        ("an old timestamp", sign("GET", &url, &[], &set("oauth_timestamp", &old), X::secrets())),
        ("another version", sign("GET", &url, &[], &set("oauth_version", "1.1"), X::secrets())),
        ("another signature method", sign("GET", &url, &[], &set("oauth_signature_method", "PLAINTEXT"), X::secrets())),
        ("an unknown token", sign("GET", &url, &[], &set("oauth_token", "nobody"), X::secrets())),
        ("an unknown key", sign("GET", &url, &[], &set("oauth_consumer_key", "nobody"), X::secrets())),
        ("a bearer", "Bearer nobody".to_owned()),
    ];
    for (what, header) in &cases {
        let answer = send(header, &[]);
        assert_eq!(answer.status, 401, "{what}");
        let body = json!({ "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized" });
        assert_eq!(answer.json, body, "{what}");
    }
    assert_eq!(x.server.with(|x| x.refused_sign_ins().len()), cases.len());
    assert_eq!(x.try_raw("GET", ME, &[], &[], Vec::new()).unwrap().status, 401);
    x.server.with(|x| x.add_bearer("printed", 2_244_994_945));
    assert_eq!(send("Bearer printed", &[]).json["data"]["username"], "owner");
    x.server.with(TwitterWorld::revoke_tokens);
    assert_eq!(x.get(ME, &[]).status, 401);
}

#[test]
fn a_comma_is_signed_as_an_escape() {
    let x = X::new();
    let query = [("user.fields", "protected,verified_type")];
    assert_eq!(x.get(ME, &query).json["data"]["verified_type"], "none");
    // A signature over the comma as it stands, as naive clients make it.
    let url = format!("{}{ME}", x.server.base());
    let parameters: Parameters = x.parameters();
    let naive = sign("GET", &url, &[("user.fields", "protected%2Cverified_type")], &parameters, X::secrets());
    assert_eq!(x.try_raw("GET", ME, &query, &[("authorization", &naive)], Vec::new()).unwrap().status, 401);
    assert_eq!(x.get(ME, &[("user.fields", "name"), ("user.fields", "id")]).status, 400);
}

#[test]
fn signing_in_with_a_pin_gives_a_token_that_works() {
    let x = X::new();
    let ask = |path: &str, extra: &[(&str, &str)], token_secret: &str, query: &[(&str, &str)]| {
        let mut parameters = x.parameters();
        parameters.retain(|(name, _)| name != "oauth_token");
        parameters.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = format!("{}{path}", x.server.base());
        let header = sign("POST", &url, query, &parameters, ("sandbox-consumer-secret", token_secret));
        x.try_raw("POST", path, query, &[("authorization", &header)], Vec::new()).unwrap()
    };
    let form = |text: &str| -> Vec<String> {
        text.split('&').map(|pair| pair.split_once('=').unwrap().1.to_owned()).collect()
    };
    let callback = [("oauth_callback", "oob")];
    assert_eq!(ask("/oauth/request_token", &callback, "no", &[]).json["errors"][0]["code"], 32);
    let refused = ask("/oauth/request_token", &[("oauth_callback", "https://example.com")], "", &[]);
    assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (403, &json!(415)));
    let begun = ask("/oauth/request_token", &callback, "", &[]);
    assert!(begun.text.ends_with("&oauth_callback_confirmed=true"));
    let keys = form(&begun.text);
    let page = x.try_raw("GET", "/oauth/authorize", &[("oauth_token", &keys[0])], &[], Vec::new()).unwrap();
    let pin = x.server.with(|x| x.approve(&keys[0])).unwrap();
    assert!(page.text.contains(&format!("<code>{pin}</code>")));

    let access =
        |pin: &str| ask("/oauth/access_token", &[("oauth_token", &keys[0]), ("oauth_verifier", pin)], &keys[1], &[]);
    assert_eq!(access("0000000").status, 401);
    let granted = access(&pin);
    assert!(granted.text.ends_with("&user_id=2244994945&screen_name=owner"), "{}", granted.text);
    assert_eq!(access(&pin).status, 401, "a PIN is good once");
    let keys = form(&granted.text);
    assert!(keys[0].starts_with("2244994945-"));
    let mut parameters = x.parameters();
    parameters.retain(|(name, _)| name != "oauth_token");
    parameters.push(("oauth_token".to_owned(), keys[0].clone()));
    let header =
        sign("GET", &format!("{}{ME}", x.server.base()), &[], &parameters, ("sandbox-consumer-secret", &keys[1]));
    assert_eq!(x.try_raw("GET", ME, &[], &[("authorization", &header)], Vec::new()).unwrap().status, 200);
}

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
    let photo = || Attachment { kind: "photo", alt_text: Some("a cat".to_owned()) };
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
fn limits_and_locks_refuse_in_xs_words() {
    type Change = fn(&mut Settings);
    let x = X::new();
    let answer = x.get(ME, &[]);
    assert_eq!((answer.header("x-rate-limit-limit"), answer.header("x-rate-limit-remaining")), ("75", "74"));
    assert_eq!(answer.header("x-rate-limit-reset"), (x.clock.now().secs() + 900).to_string());
    assert_eq!(answer.header("x-access-level"), "read-write");
    assert_eq!(answer.header("date"), "Sat, 22 Aug 2026 12:00:00 GMT");
    for _ in 0..74 {
        assert_eq!(x.get(ME, &[]).status, 200);
    }
    let answer = x.get(ME, &[]);
    assert_eq!((answer.status, &answer.json["title"]), (429, &json!("Too Many Requests")));
    assert_eq!(answer.header("x-rate-limit-remaining"), "0");
    x.clock.advance(900);
    assert_eq!(x.get(ME, &[]).status, 200);
    x.server.with(|x| x.set_limit(Endpoint::Create, 1));
    assert_eq!([x.post_text("one").status, x.post_text("two").status], [201, 429]);

    x.server.with(|x| x.set_may_write(false));
    x.clock.advance(900);
    let answer = x.post_text("read only");
    assert_eq!((answer.status, answer.header("x-access-level")), (403, "read"));
    assert_eq!(answer.json["type"], "https://api.x.com/2/problems/oauth1-permissions");
    assert_eq!(x.timeline(&[]).status, 200);
    x.server.with(|x| {
        x.set_may_write(true);
        x.set_limit(Endpoint::Create, 100);
    });

    let cases: [(Change, u16, &str, &str); 4] = [
        (|x| x.enrolled = false, 403, "Client Forbidden", "attached to a Project"),
        (
            |x| x.credits_micro_usd = Some(0),
            402,
            "CreditsDepleted",
            "Your enrolled account [2056915467785113600] does not have any credits to fulfill this request.",
        ),
        (|x| x.spend_cap_micro_usd = Some(0), 403, "SpendCapReached", "until the next cycle begins on 2026-09-01."),
        (|x| x.usage_capped = true, 429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap"),
    ];
    for (change, status, title, detail) in cases {
        let before = x.server.with(|x| {
            let before = x.settings.clone();
            change(&mut x.settings);
            before
        });
        for answer in [x.timeline(&[]), x.post(&json!({ "text": title }))] {
            assert_eq!((answer.status, &answer.json["title"]), (status, &json!(title)));
            assert!(answer.json["detail"].as_str().unwrap().contains(detail), "{}", answer.text);
            assert_ne!(answer.header("x-rate-limit-remaining"), "");
        }
        x.server.with(|x| x.settings = before);
    }
    x.server.with(|x| x.settings.credits_micro_usd = Some(20_000));
    assert_eq!(x.post_text("the last money").status, 201);
    x.clock.advance(900);
    assert_eq!(x.post_text("a little beyond").status, 201);
    x.clock.advance(900);
    assert_eq!(x.post_text("broke").json["account_id"], 2_056_915_467_785_113_600_u64);
}

#[test]
fn the_bill_is_as_the_price_list_has_it() {
    let x = X::new();
    let own = x.write("own");
    let theirs = x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        x.write(7, Draft::text("theirs")).unwrap()
    });
    let read = |path: &str, query: &[(&str, &str)]| x.get(path, query).status;
    let total = || x.server.with(|x| x.bill().total_micro_usd());
    let timeline = "/2/users/2244994945/tweets";
    let mut before = 0;
    let mut costs = |what: &str, expected: u64| {
        assert_eq!(total() - before, expected, "{what}");
        before = total();
    };
    read(timeline, &[]);
    costs("an own post", 1_000);
    read(timeline, &[]);
    read("/2/tweets", &[("ids", &own.to_string())]);
    costs("the same on the same day", 0);
    read(timeline, &[("since_id", &own.to_string())]);
    read("/2/tweets/1", &[]);
    costs("nothing", 0);
    read("/2/users/7/tweets", &[]);
    costs("somebody's post", 5_000);
    read(timeline, &[("expansions", "author_id")]);
    costs("an expanded user", 10_000);
    read(ME, &[]);
    costs("the same user", 0);
    let made = x.post_text("plain").id();
    costs("a post", 15_000);
    x.post_text("see mastodon.social");
    costs("a post with a link", 200_000);
    x.post_text("see mastodon.social");
    x.post(&json!({ "text": "hi", "reply": { "in_reply_to_tweet_id": theirs.to_string() } }));
    costs("refusals", 0);
    x.send("DELETE", &format!("/2/tweets/{made}"), &[], None);
    costs("a deleted post", 10_000);
    x.clock.advance(86_400);
    read(timeline, &[]);
    costs("two posts on the next day", 2_000);
    read(ME, &[]);
    costs("a user on the next day", 10_000);
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
