//! The traps that other cross-posters fell into (`peers.md` 6), as far as a single post shows them. The others stand
//! where they belong: order and paging in `mirrors`, crashes in `never_twice` and `simulation`, the state file in
//! `journal_on_disk`, sign-ins in `setup` and `exit_codes`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use crosspostd::commands::preview::sheet::{Fate, Sheet};
use crosspostd::commands::preview::{Owner, offline, read};
use crosspostd::config;
use crosspostd::core::post::{PostId, Timestamp};
use crosspostd::core::state::State;
use crosspostd::network::twitter::{Account, Links};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_secs(1_796_000_000);

/// What becomes of a status or a post of X's: its parts' texts, or why it stays.
fn becomes(value: &Value) -> Result<Vec<String>, String> {
    let account = Account { id: "1001".to_owned(), username: Some("ada_x".to_owned()) };
    let owner = Owner {
        mastodon: "42".to_owned(),
        host: "social.example".to_owned(),
        twitter: account,
        links: Links::default(),
    };
    let (network, posts) = read(value, &owner, NOW);
    let [post] = posts.as_slice() else { panic!("one post: {posts:?}") };
    let policy = offline(&config::sample(&[]).unwrap(), network, &post.author);
    match Sheet::of(post, network, &State::default(), &policy, NOW).fate {
        Fate::Mirrored { parts, .. } => Ok(parts.into_iter().map(|part| part.text).collect()),
        Fate::Skipped { why } => Err(why),
        other => panic!("{other:?}"),
    }
}

fn status(change: impl FnOnce(&mut Value)) -> Value {
    let mut status = json!({"id": "117000000000000001", "created_at": "2026-11-01T10:00:00.000Z", "visibility": "public",
        "content": "<p>hello</p>", "account": {"id": "42", "acct": "ada"}, "mentions": [], "tags": [],
        "media_attachments": []});
    change(&mut status);
    status
}

#[test]
fn ids_are_neither_compared_as_words_nor_read_as_numbers() {
    let id = PostId::new;
    assert!(id("9") < id("10"));
    assert!(id("AbCdEf123") < id("AbCdEf124"), "Pleroma's are no numbers");
    assert!(becomes(&status(|it| it["id"] = json!("AbCdEf123"))).is_ok());
}

#[test]
fn what_is_private_stays_whatever_it_begins_with() {
    for visibility in ["private", "direct", "local", "mutuals_only", "limited", "", "PUBLIC"] {
        for content in ["<p>no sign at the beginning</p>", "<p>@bob hello</p>"] {
            let it = status(|it| {
                it["visibility"] = json!(visibility);
                it["content"] = json!(content);
            });
            assert!(becomes(&it).unwrap_err().contains("visibility"), "{visibility}");
        }
    }
    assert!(
        becomes(&status(|it| {
            it.as_object_mut().unwrap().remove("visibility");
        }))
        .is_err()
    );
}

#[test]
fn what_somebody_else_wrote_is_not_posted_as_ones_own() {
    let other =
        json!({"id": "9", "content": "<p>not mine</p>", "visibility": "public", "account": {"id": "7", "acct": "bob"}});
    let boost = status(|it| {
        it["reblog"] = other.clone();
        it["content"] = json!("<p>not mine</p>");
    });
    assert!(becomes(&boost).unwrap_err().contains("boost"));
    let repost = json!({"id": "1993000000000000001", "text": "RT @bob: not mi…", "author_id": "1001",
        "referenced_tweets": [{"type": "retweeted", "id": "9"}]});
    assert!(becomes(&repost).unwrap_err().contains("repost"));
}

#[test]
fn a_post_that_one_boosted_oneself_is_no_boost() {
    let it = status(|it| {
        it["reblogged"] = json!(true);
        it["reblog"] = json!(null);
    });
    assert_eq!(becomes(&it).unwrap(), ["hello"]);
}

#[test]
fn an_address_is_no_pattern() {
    let link = "https://example.org/a(b?c=.*+[x]&d=$1";
    let html = format!("<p>see <a href=\"{}\">{0}</a> and (b</p>", link.replace('&', "&amp;"));
    let text = becomes(&status(|it| it["content"] = json!(html))).unwrap().concat();
    assert!(text.contains("/a(b") && text.ends_with(" and (b"), "{text}");
    let it = json!({"id": "1993000000000000002", "text": "see https://t.co/a(b and https://t.co/ab", "author_id": "1001",
        "entities": {"urls": [{"start": 29, "end": 44, "url": "https://t.co/ab", "expanded_url": "https://example.org/*"}]}});
    assert!(becomes(&it).unwrap().concat().ends_with("https://example.org/*"));
}

#[test]
fn a_post_of_pictures_alone_is_not_an_empty_one() {
    let it = status(|it| {
        it["content"] = json!("");
        it["media_attachments"] = json!([{"id": "1", "type": "image", "url": "https://f.example/1.jpg"}]);
    });
    assert_eq!(becomes(&it).unwrap(), [""]);
}

#[test]
fn a_mention_stops_nothing_and_pings_nobody() {
    let html = "<p><span class=\"h-card\"><a href=\"https://other.example/@jack\" class=\"u-url mention\">@<span>jack</span></a></span> hi</p>";
    let it = status(|it| {
        it["content"] = json!(html);
        it["mentions"] = json!([{"id": "3", "username": "jack", "acct": "jack@other.example", "url": "https://other.example/@jack"}]);
    });
    assert_eq!(becomes(&it).unwrap(), ["@jack@other.example hi"]);
    let unlisted = status(|it| it["content"] = json!(html));
    assert!(!becomes(&unlisted).unwrap().concat().starts_with("@jack "), "a stranger would be pinged");
}
