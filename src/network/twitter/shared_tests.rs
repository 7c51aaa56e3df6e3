//! Posts that repost, quote, ask or are not for everybody, as X answers them, and what must be read from them.
#![expect(clippy::unwrap_used, reason = "a test")]

use serde_json::{Value, json};

use crate::core::post::{Post, PostId, ReplyTo, Restriction, Shared, Span, SpanKind, Timestamp, Visibility};
use crate::network::twitter::{Account, parse};

const NOW: Timestamp = Timestamp::from_secs(1_780_000_000);
const BOB: &str = "https://x.com/bob/status/5";

fn read(body: &Value) -> Post {
    let account = Account { id: "7".into(), username: Some("owner".into()) };
    let mut posts = parse(body, &account, NOW);
    posts.pop().unwrap()
}

/// The owner's post with these fields, and what is included with it.
fn page(fields: &Value, includes: &Value) -> Value {
    let mut post = json!({"id": "9", "text": "x", "author_id": "7", "created_at": "2026-07-24T21:05:48Z"});
    post.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"data": [post], "includes": includes, "meta": {"result_count": 1}})
}

fn theirs(fields: &Value) -> Value {
    let mut post = json!({"id": "5", "text": "so &amp; so https://t.co/e https://t.co/m", "author_id": "8", "entities": {"urls": [
        {"url": "https://t.co/e", "expanded_url": "https://e.org/a", "display_url": "e.org/a"},
        {"url": "https://t.co/m", "expanded_url": "https://x.com/bob/status/5/photo/1", "media_key": "3_1"}]}});
    post.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"tweets": [post], "users": [{"id": "8", "username": "Bob"}, {"id": "7", "username": "owner"}]})
}

fn quoting(text: &str, links: &[&str]) -> Value {
    let urls: Vec<_> = links.iter().map(|link| json!({"url": "https://t.co/q", "expanded_url": link})).collect();
    json!({"text": text, "entities": {"urls": urls}, "referenced_tweets": [{"type": "quoted", "id": "5"}]})
}

fn reposting(text: &str) -> Value {
    json!({"text": text, "referenced_tweets": [{"type": "retweeted", "id": "5"}]})
}

/// Who wrote it, whether that is the owner, where it stands, what it says.
fn facts(shared: &Shared) -> (Option<&str>, bool, Option<&str>, &str) {
    (shared.author.as_deref(), shared.is_own, shared.address.as_deref(), &shared.text)
}

#[test]
fn a_quotes_link_is_taken_out_at_the_end_only() {
    for (text, expected) in [
        ("so true https://t.co/q", "so true"),
        ("so true\n\nhttps://t.co/q", "so true"),
        ("https://t.co/q", ""),
        ("so true https://t.co/q https://t.co/q", "so true"),
        ("so true https://t.co/q!", "so true https://x.com/bob/status/5!"),
        ("https://t.co/q is true", "https://x.com/bob/status/5 is true"),
        ("not there", "not there"),
    ] {
        let post = read(&page(&quoting(text, &[BOB, BOB]), &json!({})));
        assert_eq!(post.text, expected);
        assert_eq!(post.quote.as_ref().map(|quote| quote.id.as_str()), Some("5"));
    }
    // Media's links stand behind it, or before it.
    let mut fields = quoting("so true https://t.co/q https://t.co/m", &[BOB]);
    fields["entities"]["urls"].as_array_mut().unwrap().push(json!({"url": "https://t.co/m", "media_key": "3_1"}));
    assert_eq!(read(&page(&fields, &json!({}))).text, "so true");
    fields["text"] = json!("so true https://t.co/m https://t.co/q");
    assert_eq!(read(&page(&fields, &json!({}))).text, "so true");
    // A link to a post that is not quoted stays, and so does one to a version that nothing tells of.
    let other = read(&page(&quoting("so true https://t.co/q", &["https://x.com/bob/status/4"]), &json!({})));
    assert_eq!(other.text, "so true https://x.com/bob/status/4");
    let includes = theirs(&json!({"edit_history_tweet_ids": ["4", "5"]}));
    let version = read(&page(&quoting("so true https://t.co/q", &["https://x.com/bob/status/4"]), &includes));
    assert_eq!(version.text, "so true");
}

#[test]
fn a_quoted_post_is_known_from_its_link_and_from_what_was_included() {
    let text = "so true https://t.co/q";
    let none = json!({});
    let own = json!({"author_id": "7", "text": "mine"});
    for (name, link, includes, expected) in [
        ("a link", BOB, none.clone(), (Some("bob@x.com"), false, Some(BOB), "")),
        ("an old one", "http://twitter.com/bob/status/5?s=20", none.clone(), (Some("bob@x.com"), false, Some(BOB), "")),
        (
            "the owner's",
            "https://x.com/OWNER/status/5",
            none.clone(),
            (Some("OWNER@x.com"), true, Some("https://x.com/OWNER/status/5"), ""),
        ),
        ("no name", "https://x.com/i/status/5", none.clone(), (None, false, Some("https://x.com/i/status/5"), "")),
        (
            "included",
            BOB,
            theirs(&none),
            (Some("Bob@x.com"), false, Some("https://x.com/Bob/status/5"), "so & so https://e.org/a"),
        ),
        (
            "included, the owner's",
            BOB,
            theirs(&own),
            (Some("owner@x.com"), true, Some("https://x.com/owner/status/5"), "mine"),
        ),
    ] {
        let post = read(&page(&quoting(text, &[link]), &includes));
        assert_eq!(facts(post.quote.as_ref().unwrap()), expected, "{name}");
        assert_eq!((post.text.as_str(), post.boost), ("so true", None), "{name}");
    }
    let post = read(&page(&quoting(text, &[BOB]), &theirs(&none)));
    assert_eq!(post.quote.unwrap().spans, [Span { range: 8..23, kind: SpanKind::Link }]);
    // No link at all, and an answer besides.
    let mut fields = quoting("so true", &[]);
    fields["referenced_tweets"] = json!([{"type": "replied_to", "id": "4"}, {"type": "quoted", "id": "5"}]);
    fields["in_reply_to_user_id"] = json!("7");
    let post = read(&page(&fields, &none));
    assert_eq!(facts(post.quote.as_ref().unwrap()), (None, false, Some("https://x.com/i/status/5"), ""));
    assert_eq!(post.reply_to, ReplyTo::Own(PostId::new("4")));
}

#[test]
fn a_quote_of_a_post_read_together_is_the_owners() {
    let mut body = page(&quoting("again https://t.co/q", &["https://x.com/i/status/5"]), &json!({}));
    body["data"].as_array_mut().unwrap().push(json!({"id": "5", "text": "first"}));
    let quote = read(&body).quote.unwrap();
    assert_eq!(facts(&quote), (Some("owner@x.com"), true, Some("https://x.com/owner/status/5"), "first"));
    body["data"][1]["author_id"] = json!("8");
    assert!(!read(&body).quote.unwrap().is_own);
}

#[test]
fn a_repost_has_no_text_of_its_own() {
    let none = json!({});
    let cut = "RT @bob: so &amp; so and so on and…";
    let long = json!({"note_tweet": {"text": "the whole &lt;story&gt;"}});
    for (name, text, includes, expected) in [
        ("the prefix", cut, none.clone(), (Some("bob@x.com"), false, Some(BOB), "")),
        ("no prefix", "so and so", none.clone(), (None, false, Some("https://x.com/i/status/5"), "")),
        (
            "the owner's",
            "RT @Owner: mine",
            none.clone(),
            (Some("Owner@x.com"), true, Some("https://x.com/Owner/status/5"), ""),
        ),
        (
            "included",
            cut,
            theirs(&none),
            (Some("Bob@x.com"), false, Some("https://x.com/Bob/status/5"), "so & so https://e.org/a"),
        ),
        (
            "a long one",
            cut,
            theirs(&long),
            (Some("Bob@x.com"), false, Some("https://x.com/Bob/status/5"), "the whole <story>"),
        ),
    ] {
        let mut fields = reposting(text);
        fields["attachments"] = json!({"media_keys": ["3_1"], "poll_ids": ["1"]});
        fields["in_reply_to_user_id"] = json!("8");
        let post = read(&page(&fields, &includes));
        assert_eq!(facts(post.boost.as_ref().unwrap()), expected, "{name}");
        assert!(
            post.text.is_empty() && post.spans.is_empty() && post.media.is_empty() && post.poll.is_none(),
            "{name}"
        );
    }
    let odd = json!({"text": cut, "referenced_tweets": [{"type": "retweeted"}]});
    let post = read(&page(&odd, &none));
    assert_eq!((facts(post.boost.as_ref().unwrap()), post.text.as_str()), ((Some("bob@x.com"), false, None, ""), ""));
    let by_hand = read(&page(&json!({"text": "RT @bob: by hand"}), &none));
    assert_eq!((by_hand.text.as_str(), by_hand.boost), ("RT @bob: by hand", None));
    let new = json!({"data": {"id": "9", "text": cut, "referenced_posts": [{"type": "retweeted", "id": "5"}]},
        "includes": {"posts": [{"id": "5", "text": "whole"}]}});
    assert_eq!(read(&new).boost.unwrap().text, "whole");
}

#[test]
fn what_is_not_for_everybody_is_not_told_by_sharing_it() {
    for hidden in [
        json!({"community_id": "3"}),
        json!({"for_super_followers_only": true}),
        json!({"scopes": {"followers": true}}),
    ] {
        for fields in [reposting("RT @bob: so"), quoting("true https://t.co/q", &[BOB])] {
            let post = read(&page(&fields, &theirs(&hidden)));
            let shared = post.boost.or(post.quote).unwrap();
            assert_eq!((shared.text.as_str(), shared.author.as_deref()), ("", Some("Bob@x.com")), "{hidden}");
        }
    }
    let mut includes = theirs(&json!({}));
    includes["users"][0]["protected"] = json!(true);
    assert_eq!(read(&page(&reposting("RT @bob: so"), &includes)).boost.unwrap().text, "");
}

#[test]
fn restrictions_are_noticed() {
    let none = json!({});
    for (fields, expected) in [
        (json!({"community_id": "3"}), Some(Restriction::Community)),
        (json!({"article": {}}), Some(Restriction::Article)),
        (json!({"article_title": "T"}), Some(Restriction::Article)),
        (json!({"for_super_followers_only": true, "community_id": "3"}), Some(Restriction::Subscribers)),
        (json!({"exclusive": {"a": 1}, "for_super_followers_only": false}), Some(Restriction::Subscribers)),
        (json!({"reply_settings": "subscribers"}), None),
        (json!({"for_super_followers_only": false, "exclusive": null, "article": null, "community_id": null}), None),
        (json!({"article": [], "for_super_followers_only": "false"}), None),
    ] {
        assert_eq!(read(&page(&fields, &none)).restricted, expected, "{fields}");
    }
    assert_eq!(read(&page(&json!({"scopes": {"followers": true}}), &none)).visibility, Visibility::Private);
    assert_eq!(read(&page(&json!({"scopes": {"followers": false}}), &none)).visibility, Visibility::Public);
}

#[test]
fn an_article_is_its_title_and_its_link() {
    let link = "https://x.com/i/article/1";
    let fields = |article: Value| json!({"text": "https://t.co/a", "article": article, "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": link}]}});
    for (article, expected) in [
        (json!({"title": "Ships &amp;\n boats"}), format!("Ships & boats\n\n{link}")),
        (json!({"title": 7.5}), link.to_owned()),
        (json!({}), link.to_owned()),
    ] {
        let post = read(&page(&fields(article), &json!({})));
        assert_eq!(post.text, expected);
        assert_eq!(&post.text[post.spans[0].range.clone()], link);
    }
}

#[test]
fn polls_are_read() {
    let fields = json!({"attachments": {"poll_ids": ["1"]}});
    let poll = |poll: Value| read(&page(&fields, &json!({"polls": [poll, 3, {"id": "2"}]}))).poll.unwrap();
    let options = json!([{"position": 2, "label": "b &amp; c"}, {"position": "1", "label": "a"}, 7, {"label": "last"}]);
    let full = poll(json!({"id": "1", "options": options, "duration_minutes": 60, "voting_status": "closed"}));
    assert_eq!(full.options, ["a", "b & c", "last"]);
    assert_eq!((full.multiple, full.length_secs, full.closed), (false, Some(3_600), true));
    let odd = poll(json!({"id": 1, "options": {}, "duration_minutes": u64::MAX, "voting_status": "open"}));
    assert_eq!((odd.options.len(), odd.length_secs, odd.closed), (0, None, false));
    let unknown = read(&page(&fields, &json!({}))).poll.unwrap();
    assert_eq!((unknown.options.len(), unknown.length_secs, unknown.closed), (0, None, false));
    assert_eq!(read(&page(&json!({}), &json!({"polls": [{"id": "1"}]}))).poll, None);
}

#[test]
fn anything_that_holds_posts_is_parsed() {
    let account = Account { id: "7".into(), username: None };
    for (body, ids) in [
        (json!({"id": "9", "text": "x"}), vec!["9"]),
        (json!({"data": {"id": "9", "text": ""}}), vec!["9"]),
        (
            json!({"data": [{"id": "10", "text": "x"}, {"id": "9", "text": "x"}, {}, {"id": "10", "text": "y"}]}),
            vec!["9", "10"],
        ),
        (json!({"data": []}), vec![]),
        (json!({"id": "9"}), vec![]),
        (json!([]), vec![]),
        (json!(null), vec![]),
    ] {
        let read: Vec<_> = parse(&body, &account, NOW).into_iter().map(|post| post.id.to_string()).collect();
        assert_eq!(read, ids, "{body}");
    }
}
