//! Posts of every kind: polls, quotes, long notes, communities, articles, and what comes along with them.

use crosspostd::sandbox::twitter::{Attachment, Charge, Dialect, Draft, Replies, User};
use serde_json::{Value, json};

use crate::words;
use crate::x::X;

/// Another account, and a post of its with a picture.
fn with_somebody(x: &X) -> u64 {
    x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        let picture = Attachment { kind: "photo", alt_text: Some("a cat".to_owned()), ..Attachment::default() };
        x.write(7, Draft { media: vec![picture], ..Draft::text("theirs") }).unwrap()
    })
}

fn poll(options: &Value, minutes: &Value) -> Value {
    json!({ "text": "well?", "poll": { "options": options, "duration_minutes": minutes } })
}

#[test]
fn polls_are_made_read_and_closed() {
    let x = X::new();
    let made = x.post(&poll(&json!(["yes", "no"]), &json!(30)));
    assert_eq!(made.status, 201, "{}", made.text);
    let query = [
        ("tweet.fields", "attachments,edit_controls"),
        ("expansions", "attachments.poll_ids"),
        ("poll.fields", "options,duration_minutes,end_datetime,voting_status"),
    ];
    let answer = x.timeline(&query);
    let (post, poll) = (&answer.json["data"][0], &answer.json["includes"]["polls"][0]);
    assert_eq!(post["attachments"]["poll_ids"][0], poll["id"]);
    assert_eq!(post["edit_controls"]["is_edit_eligible"], false);
    let options = json!([{ "position": 1, "label": "yes", "votes": 0 }, { "position": 2, "label": "no", "votes": 0 }]);
    assert_eq!((&poll["options"], &poll["duration_minutes"]), (&options, &json!(30)));
    assert_eq!((&poll["end_datetime"], &poll["voting_status"]), (&json!("2026-08-22T12:30:00.000Z"), &json!("open")));
    x.clock.advance(1_800);
    let answer = x.get(&format!("/2/tweets/{}", made.id()), &query);
    assert_eq!(answer.json["includes"]["polls"][0]["voting_status"], "closed");
}

#[test]
fn polls_out_of_bounds_are_refused() {
    let x = X::new();
    let many = json!(["a", "b", "c", "d", "e"]);
    for (body, expected) in [
        (poll(&json!(["a"]), &json!(5)), "minimum of 2 items"),
        (poll(&many, &json!(5)), "maximum of 4 items"),
        (poll(&json!(["a", ""]), &json!(5)), "options[1]: must be at least 1"),
        (poll(&json!(["a", 1]), &json!(5)), "options[1]: integer found, string expected"),
        (poll(&json!(["a", "b".repeat(26)]), &json!(5)), "options[1]: must be at most 25"),
        (poll(&json!(["界".repeat(13), "b"]), &json!(5)), "options[0]: must be at most 25"),
        (poll(&json!(["a", "b"]), &json!(4)), "duration_minutes: must be between"),
        (poll(&json!(["a", "b"]), &json!(10_081)), "duration_minutes: must be between"),
        (poll(&json!(["a", "b"]), &json!("5")), "string found, integer expected"),
        (json!({ "text": "a", "poll": { "options": ["a", "b"] } }), "duration_minutes: is missing"),
        (json!({ "text": "a", "poll": { "duration_minutes": 5 } }), "options: is missing"),
        (json!({ "text": "a", "poll": { "options": ["a", "b"], "duration_minutes": 5, "multiple": true } }), "schema"),
        (json!({ "poll": { "options": ["a", "b"], "duration_minutes": 5 } }), "text or media is missing"),
    ] {
        let answer = x.post(&body);
        assert_eq!(answer.status, 400, "{body} {}", answer.text);
        assert!(words(&answer).contains(expected), "{body} {}", answer.text);
    }
    let mut several = poll(&json!(["a", "b"]), &json!(5));
    several["quote_tweet_id"] = json!("1");
    assert!(words(&x.post(&several)).contains("poll and quote_tweet_id are mutually exclusive"));
    let at_the_bounds = poll(&json!(["界".repeat(12), "b".repeat(25), "c", "d"]), &json!(10_080));
    assert_eq!(x.post(&at_the_bounds).status, 201);
}

#[test]
fn quotes_come_with_what_they_quote() {
    let x = X::new();
    let theirs = with_somebody(&x);
    let own = x.write("mine");
    x.server.with(|x| {
        x.write_draft(Draft::quote(theirs, "so true")).unwrap();
        x.write_draft(Draft::quote(own, "as I said")).unwrap();
    });
    let plain = x.timeline(&[("tweet.fields", "entities,referenced_tweets")]);
    assert_eq!(plain.json.get("includes"), None);
    let quote = &plain.json["data"][1];
    let link = &quote["entities"]["urls"][0];
    assert!(quote["text"].as_str().unwrap().ends_with(link["url"].as_str().unwrap()));
    assert_eq!(link["expanded_url"], format!("https://x.com/somebody/status/{theirs}"));
    assert_eq!(quote["referenced_tweets"], json!([{ "type": "quoted", "id": theirs.to_string() }]));

    let before = x.server.with(|x| x.bill().total_micro_usd());
    let full = x.timeline(&[
        ("tweet.fields", "author_id"),
        (
            "expansions",
            "referenced_tweets.id,referenced_tweets.id.author_id,referenced_tweets.id.attachments.media_keys",
        ),
        ("media.fields", "alt_text"),
    ]);
    let includes = &full.json["includes"];
    let ids: Vec<&Value> = includes["tweets"].as_array().unwrap().iter().map(|post| &post["id"]).collect();
    assert_eq!(ids, [&json!(own.to_string()), &json!(theirs.to_string())]);
    assert_eq!(includes["users"][1]["username"], "somebody");
    assert_eq!(includes["media"][0]["alt_text"], "a cat");
    let cost = x.server.with(|x| x.bill().total_micro_usd()) - before;
    assert_eq!(cost, 5_000 + 2 * 10_000, "their post and two users; what is the owner's was read before");

    x.clock.advance(86_400);
    x.timeline(&[("max_results", "5"), ("expansions", "referenced_tweets.id")]);
    assert_eq!(x.server.with(|x| x.bill().count(Charge::PostRead)), 2);
    assert_eq!(x.server.with(|x| x.bill().count(Charge::OwnedRead)), 6, "own posts stay cheap when they are included");
}

#[test]
fn what_is_quoted_may_be_gone_or_hidden() {
    let x = X::new();
    let theirs = with_somebody(&x);
    x.server.with(|x| {
        x.add_user(User { protected: true, ..User::new(8, "shy", "Shy") });
        let hidden = x.write(8, Draft::text("for friends")).unwrap();
        x.write_draft(Draft::quote(theirs, "now gone")).unwrap();
        x.write_draft(Draft::quote(hidden, "my eyes only")).unwrap();
        x.delete(theirs);
    });
    let expansions = ("expansions", "referenced_tweets.id");
    let page = x.timeline(&[expansions]);
    assert_eq!((page.status, page.texts().len(), page.json.get("includes")), (200, 2, None));
    let errors = page.json["errors"].as_array().unwrap();
    assert_eq!((&errors[0]["title"], &errors[0]["section"]), (&json!("Authorization Error"), &json!("includes")));
    assert_eq!(errors[1]["detail"], format!("Could not find tweet with referenced_tweets.id: [{theirs}]."));
    let id = page.json["data"][1]["id"].as_str().unwrap().to_owned();
    let both = x.get("/2/tweets", &[("ids", &format!("{id},1")), expansions]);
    assert_eq!(both.json["errors"].as_array().map(Vec::len), Some(2), "{}", both.text);
    let one = x.get(&format!("/2/tweets/{id}"), &[expansions]);
    assert!(one.json["data"]["text"].as_str().unwrap().starts_with("now gone https://t.co/"));
    assert_eq!(one.json["errors"].as_array().map(Vec::len), Some(1));
}

#[test]
fn every_mark_is_shown() {
    let x = X::new();
    x.server.with(|x| {
        x.add_redirect("https://bit.ly/1", "https://example.com/the/long/one");
        for draft in [
            Draft::community(1_500, "to some"),
            Draft::article("Long thoughts"),
            Draft { sensitive: true, lang: Some("ja".to_owned()), ..Draft::text("marked") },
            Draft { reply_settings: Some("subscribers".to_owned()), ..Draft::text("quiet, see https://bit.ly/1") },
        ] {
            x.write_draft(draft).unwrap();
        }
    });
    x.post(&json!({ "text": "by the API", "reply_settings": "following" }));
    let fields = "community_id,article,possibly_sensitive,lang,reply_settings,entities";
    let answer = x.timeline(&[("tweet.fields", fields)]);
    let posts = answer.json["data"].as_array().unwrap();
    let (made, quiet, marked, article, community) = (&posts[0], &posts[1], &posts[2], &posts[3], &posts[4]);
    assert_eq!((&made["reply_settings"], &marked["reply_settings"]), (&json!("following"), &json!("everyone")));
    assert_eq!(quiet["reply_settings"], "subscribers");
    assert_eq!(quiet["entities"]["urls"][0]["unwound_url"], "https://example.com/the/long/one");
    assert_eq!((&marked["possibly_sensitive"], &marked["lang"]), (&json!(true), &json!("ja")));
    assert_eq!(article["article"]["title"], "Long thoughts");
    assert_eq!(article["text"], article["entities"]["urls"][0]["url"]);
    assert!(article["entities"]["urls"][0]["expanded_url"].as_str().unwrap().starts_with("https://x.com/i/article/"));
    assert_eq!((&community["community_id"], community.get("article")), (&json!("1500"), None));
}

#[test]
fn premium_writes_long_and_its_notes_have_entities_of_their_own() {
    let x = X::new();
    let long = format!("{}#end https://bit.ly/1 @somebody", "long words & more ".repeat(30));
    assert_eq!(x.post_text(&long).status, 400);
    with_somebody(&x);
    x.server.with(|x| {
        x.set_premium(true);
        x.add_redirect("https://bit.ly/1", "https://example.com/");
    });
    assert_eq!(x.get(crate::ME, &[("user.fields", "subscription_type")]).json["data"]["subscription_type"], "Premium");
    assert_eq!(x.post_text(&long).status, 201);
    let answer = x.timeline(&[("tweet.fields", "note_tweet,entities")]);
    let note = &answer.json["data"][0]["note_tweet"];
    assert!(note["text"].as_str().unwrap().starts_with("long words &amp; more "));
    let chars: Vec<char> = note["text"].as_str().unwrap().chars().collect();
    let entities = &note["entities"];
    for (kind, expected) in [("hashtags", "#end"), ("mentions", "@somebody")] {
        let at = |name: &str| usize::try_from(entities[kind][0][name].as_u64().unwrap()).unwrap();
        assert_eq!(chars[at("start")..at("end")].iter().collect::<String>(), expected);
    }
    assert_eq!(entities["urls"][0]["expanded_url"], "https://bit.ly/1");
    assert_eq!(entities["urls"][0].get("unwound_url"), None, "notes say less of their links");
}

#[test]
fn every_reply_is_refused_where_it_is_set_so() {
    let x = X::new();
    let own = x.post_text("own").id();
    let reply = json!({ "text": "more", "reply": { "in_reply_to_tweet_id": own.to_string() } });
    x.server.with(|x| x.settings.replies = Replies::Refused);
    let answer = x.post(&reply);
    assert_eq!(answer.status, 403);
    assert!(answer.json["type"].as_str().unwrap().ends_with("/not-authorized-for-resource"));
    assert!(words(&answer).starts_with("You can only reply to or quote posts where you are mentioned"));
    x.server.with(|x| x.settings.replies = Replies::OwnAndSummoned);
    assert_eq!(x.post(&reply).status, 201);
}

#[test]
fn the_new_words_say_the_same() {
    let x = X::new();
    let theirs = with_somebody(&x);
    x.server.with(|x| {
        x.settings.dialect = Dialect::New;
        x.set_premium(true);
        x.write_draft(Draft::quote(theirs, &"a long story, ".repeat(30))).unwrap();
        let edited = x.write_draft(Draft::text("a tpyo")).unwrap();
        x.edit(edited, "a typo").unwrap();
    });
    let answer = x.timeline(&[
        ("post.fields", "note_post,community_id"),
        ("expansions", "referenced_posts,author_id,edit_history_post_ids,attachments.media_keys"),
        ("media.fields", "alt_text"),
    ]);
    let (edited, quote, includes) = (&answer.json["data"][0], &answer.json["data"][1], &answer.json["includes"]);
    assert_eq!(edited["edit_history_post_ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(quote["referenced_posts"][0], json!({ "type": "quoted", "id": theirs.to_string() }));
    assert!(quote["note_post"]["text"].as_str().unwrap().starts_with("a long story, a long"));
    assert_eq!(includes["posts"][0]["author_id"], "7");
    assert_eq!(
        (&includes["users"][1]["username"], &includes["media"][0]["alt_text"]),
        (&json!("somebody"), &json!("a cat"))
    );
}
