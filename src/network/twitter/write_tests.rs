//! What the client sends to change something or to look posts up, and what it makes of the answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use serde_json::{Value, json};

use super::tests::{Asked, Step, client_with, part, serve, step};
use super::*;
use crate::core::record::NewPoll;

fn id(text: &str) -> PostId {
    PostId::new(text)
}

fn done(post: &str, address: Option<&str>) -> Outcome {
    Outcome::Done { id: id(post), address: address.map(str::to_owned) }
}

fn problem(kind: &str, detail: &str) -> Value {
    json!({"title": "T", "detail": detail, "type": format!("https://api.x.com/2/problems/{kind}")})
}

async fn asked(script: Vec<Step>, run: impl AsyncFnOnce(Twitter) -> Outcome) -> (Outcome, Vec<Asked>) {
    let (base, server) = serve(script).await;
    let outcome = run(client_with(base, Settings::default())).await;
    (outcome, server.await.unwrap())
}

#[tokio::test]
async fn a_poll_is_sent_with_its_length_in_minutes() {
    let mut part = part("which?");
    part.poll = Some(NewPoll { options: vec!["a".into(), "b".into()], multiple: false, length_secs: 3_601 });
    let (outcome, asked) = asked(vec![step(201, &json!({"data": {"id": "12"}}))], async |x| {
        x.publish(&Request { part: &part, media: &[], reply_to: None, key: "k" }).await
    })
    .await;
    assert_eq!(outcome, done("12", Some("https://x.com/owner/status/12")));
    assert_eq!(asked[0].body, r#"{"text":"which?","poll":{"options":["a","b"],"duration_minutes":61}}"#);
}

#[tokio::test]
async fn an_edit_is_a_new_post_in_place_of_the_old() {
    let edit = async |x: Twitter| x.edit(&id("11"), &part("better"), &[]).await;
    let (outcome, sent) = asked(vec![step(201, &json!({"data": {"id": "12"}}))], edit).await;
    assert_eq!(outcome, done("12", Some("https://x.com/owner/status/12")));
    assert_eq!(sent[0].line, "POST /2/tweets HTTP/1.1");
    assert_eq!(sent[0].body, r#"{"text":"better","edit_options":{"previous_post_id":"11"}}"#);

    let words = "This Tweet can no longer be edited";
    let (outcome, _) = asked(vec![step(403, &json!({"detail": words, "title": "Forbidden"}))], edit).await;
    assert_eq!(outcome, Outcome::Rejected(words.into()));
    for lost in [Step::HangUp, step(502, &json!({})), step(201, &json!({}))] {
        let (outcome, sent) = asked(vec![lost], edit).await;
        assert!(matches!(outcome, Outcome::Unclear { duplicate: false, .. }), "{outcome:?}");
        assert_eq!(sent.len(), 1);
    }
}

#[tokio::test]
async fn what_is_attached_is_sent_with_the_text_or_without_one() {
    let media = ["77".to_owned(), "78".to_owned()];
    for (text, parent, body) in [
        ("hi", None, r#"{"text":"hi","media":{"media_ids":["77","78"]}}"#),
        ("", Some("11"), r#"{"media":{"media_ids":["77","78"]},"reply":{"in_reply_to_tweet_id":"11"}}"#),
    ] {
        let (part, parent) = (part(text), parent.map(id));
        let (outcome, sent) = asked(vec![step(201, &json!({"data": {"id": "12"}}))], async |x| {
            x.publish(&Request { part: &part, media: &media, reply_to: parent.as_ref(), key: "k" }).await
        })
        .await;
        assert_eq!(outcome, done("12", Some("https://x.com/owner/status/12")));
        assert_eq!(sent[0].body, body);
    }
    let edit = async |x: Twitter| x.edit(&id("11"), &part("better"), &media).await;
    let (_, sent) = asked(vec![step(201, &json!({"data": {"id": "12"}}))], edit).await;
    let body = r#"{"text":"better","media":{"media_ids":["77","78"]},"edit_options":{"previous_post_id":"11"}}"#;
    assert_eq!(sent[0].body, body);
}

#[tokio::test]
async fn media_that_x_does_not_know_are_told_from_posts_that_it_does_not_take() {
    let named = |name: &str| {
        json!({"errors": [{"parameters": {name: ["77"]}, "message": "it is invalid"}],
        "title": "Invalid Request", "type": "https://api.x.com/2/problems/invalid-request"})
    };
    let media = ["77".to_owned()];
    for (body, refused) in [
        (problem("invalid-request", "Your media IDs are invalid."), true),
        (problem("invalid-request", "One or more media_ids is unknown."), true),
        (problem("invalid-request", "Some media are not ready."), true),
        (named("media.media_ids"), true),
        (json!({"errors": [{"code": 324, "message": "The validation of them failed."}]}), true),
        (named("text"), false),
        (problem("invalid-request", "Your Tweet text is too long."), false),
        (json!({}), false),
    ] {
        let answers = [(media.as_slice(), refused), (&[][..], false)];
        for (media, refused) in answers {
            let (outcome, _) = asked(vec![step(400, &body)], async |x| {
                x.publish(&Request { part: &part("hi"), media, reply_to: None, key: "k" }).await
            })
            .await;
            assert_eq!(matches!(outcome, Outcome::MediaRefused(_)), refused, "{body}: {outcome:?}");
            assert!(refused || matches!(outcome, Outcome::Rejected(_)), "{body}: {outcome:?}");
        }
    }
    let elsewhere = problem("credits", "Your media IDs cost too much.");
    let (outcome, _) = asked(vec![step(402, &elsewhere)], async |x| x.edit(&id("11"), &part("hi"), &media).await).await;
    assert_eq!(outcome, Outcome::Refused(Trouble::NoCredits));
}

#[tokio::test]
async fn a_deleted_post_is_one_that_is_not_there() {
    let delete = async |x: Twitter| x.delete(&id("11")).await;
    for (answer, expected) in [
        (step(200, &json!({"data": {"deleted": true}})), Some(done("11", None))),
        (step(404, &problem("resource-not-found", "gone")), Some(done("11", None))),
        (step(404, &json!({"errors": [problem("resource-not-found", "gone")]})), Some(done("11", None))),
        (step(403, &json!({"detail": "Not yours."})), Some(Outcome::Rejected("Not yours".into()))),
        (step(404, &Value::Null), Some(Outcome::Refused(Trouble::NoAnswer("404 Not Found".into())))),
        (step(429, &Value::Null), Some(Outcome::Refused(Trouble::RateLimited { until: None }))),
        (step(200, &json!({"data": {"deleted": false}})), None),
        (step(200, &json!({})), None),
        (step(503, &Value::Null), None),
        (Step::HangUp, None),
    ] {
        let (outcome, sent) = asked(vec![answer], delete).await;
        match expected {
            Some(expected) => assert_eq!(outcome, expected),
            None => assert!(matches!(outcome, Outcome::Unclear { duplicate: false, .. }), "{outcome:?}"),
        }
        assert_eq!((sent[0].line.as_str(), sent[0].body.as_str()), ("DELETE /2/tweets/11 HTTP/1.1", ""));
    }
    let (outcome, sent) = asked(vec![], async |x| x.delete(&id("../users/7")).await).await;
    assert!(matches!(outcome, Outcome::Rejected(_)) && sent.is_empty());
}

#[tokio::test]
async fn a_repost_is_known_by_what_it_reposts() {
    for (answer, expected) in [
        (step(200, &json!({"data": {"retweeted": true, "rest_id": "13"}})), Some(done("11", None))),
        (step(403, &json!({"detail": "You have already retweeted this Tweet."})), Some(done("11", None))),
        (step(404, &problem("resource-not-found", "no such post")), Some(Outcome::Rejected("no such post".into()))),
        (step(200, &json!({"data": {"retweeted": false}})), None),
        (Step::HangUp, None),
    ] {
        let (outcome, sent) = asked(vec![answer], async |x| x.repost(&id("11")).await).await;
        match expected {
            Some(expected) => assert_eq!(outcome, expected),
            None => assert!(matches!(outcome, Outcome::Unclear { .. }), "{outcome:?}"),
        }
        assert_eq!(
            (sent[0].line.as_str(), sent[0].body.as_str()),
            ("POST /2/users/7/retweets HTTP/1.1", r#"{"tweet_id":"11"}"#)
        );
    }
}

#[tokio::test]
async fn only_what_x_says_is_gone_is_gone() {
    let error = |id: &str, fields: &Value| {
        let mut error = problem("resource-not-found", "Could not find");
        let own = json!({"resource_id": id, "value": id, "parameter": "ids", "resource_type": "tweet"});
        error.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        error.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        error
    };
    let none = json!({});
    let body = json!({
        "data": [{"id": "11", "text": "mine", "author_id": "7"}, {"id": "12", "text": "theirs", "author_id": "8"},
            {"id": "13", "text": "whose?"}, {"id": "99", "text": "not asked for", "author_id": "7"}],
        "errors": [error("14", &none), error("98", &none), error("11", &none),
            error("15", &json!({"type": "https://api.x.com/2/problems/not-authorized-for-resource"})),
            error("16", &json!({"value": "17"})), error("16", &json!({"section": "includes"})),
            error("16", &json!({"parameter": "referenced_tweets.id"})), 5],
    });
    let (base, server) = serve(vec![step(200, &body)]).await;
    let ids = ["11", "12", "13", "14", "15", "16", "17", "me", "11"].map(id);
    let found = client_with(base, Settings::default()).look_up(&ids).await.unwrap();
    let said: Vec<_> = found
        .iter()
        .map(|found| match found {
            Found::Here(post) => format!("{}: {}", post.id, post.text),
            Found::Gone(id) => format!("{id} is gone"),
        })
        .collect();
    assert_eq!(said, ["14 is gone", "11: mine"]);
    let asked = server.await.unwrap();
    let query = "ids=11%2C12%2C13%2C14%2C15%2C16%2C17&media.fields=media_key%2C";
    assert!(
        asked[0].line.starts_with("GET /2/tweets?expansions=") && asked[0].line.contains(query),
        "{}",
        asked[0].line
    );
}

#[tokio::test]
async fn a_look_up_asks_for_a_hundred_at_once_and_fails_as_a_whole() {
    let ids: Vec<PostId> = (1_000..1_101).map(|n| id(&n.to_string())).collect();
    let gone = json!({"errors": [{"resource_id": "1000", "type": "x/resource-not-found"}]});
    let (base, server) = serve(vec![step(200, &gone), step(200, &json!({"data": []}))]).await;
    let found = client_with(base, Settings::default()).look_up(&ids).await;
    assert_eq!((found, server.await.unwrap().len()), (Ok(vec![Found::Gone(id("1000"))]), 2));

    for broken in [step(404, &gone), step(200, &json!({})), step(200, &json!({"data": {}})), step(503, &Value::Null)] {
        let (base, _server) = serve(vec![step(200, &gone), broken]).await;
        assert!(client_with(base, Settings::default()).look_up(&ids).await.is_err());
    }
    let (base, _server) = serve(vec![step(200, &json!({"data": [{"id": "1000", "text": "x"}]}))]).await;
    assert!(matches!(client_with(base, Settings::default()).look_up(&ids[..1]).await, Err(Trouble::NoAnswer(_))));
    let (base, server) = serve(vec![]).await;
    assert_eq!(client_with(base, Settings::default()).look_up(&[]).await, Ok(vec![]));
    assert!(server.await.unwrap().is_empty());
}

#[tokio::test]
async fn what_comes_along_is_asked_for_only_when_wanted_and_told_once() {
    let body = json!({"data": [{"id": "99", "text": "RT @bob: hi", "author_id": "7",
            "referenced_tweets": [{"type": "retweeted", "id": "5"}]}],
        "includes": {"tweets": [{"id": "5", "text": "hi", "author_id": "8"}], "users": [{"id": "8", "username": "bob"}]}});
    for (read_shared, asks) in [(false, false), (true, true)] {
        let (base, server) = serve(vec![step(200, &body)]).await;
        let x = client_with(base, Settings { read_shared, ..Settings::default() });
        let timeline = x.read(&Since::default()).await.unwrap();
        assert_eq!(timeline.posts[0].boost.as_ref().unwrap().author.as_deref(), Some("bob@x.com"));
        let included = Included { posts: [id("5")].into(), authors: ["8".to_owned()].into() };
        assert_eq!((x.take_included(), x.take_included()), (included, Included::default()));
        let line = &server.await.unwrap()[0].line;
        assert_eq!(line.contains("%2Creferenced_tweets.id%2Creferenced_tweets.id.author_id&"), asks, "{line}");
        assert_eq!(line.contains("user.fields="), asks, "{line}");
        assert!(line.contains("poll.fields=options%2Cduration_minutes%2Cvoting_status"), "{line}");
    }
}

#[tokio::test]
async fn only_premium_accounts_edit() {
    let (base, _server) = serve(vec![]).await;
    assert_eq!(client_with(base.clone(), Settings::default()).rules().edits, None);
    let premium = Settings { premium: true, max_length: 25_000, ..Settings::default() };
    let rules = client_with(base, premium).rules();
    assert_eq!((rules.edits, rules.polls, rules.max_length), (Some(EDITS), Some(POLLS), 25_000));
}
