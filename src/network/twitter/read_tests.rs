//! Tables of posts as X answers them, and what must be read from them.
#![expect(clippy::unwrap_used, reason = "a test")]

use serde_json::{Value, json};

use super::*;
use crate::core::post::{MediaKind, SpanKind};
use crate::network::twitter::parse_with;

const NOW: Timestamp = Timestamp::from_secs(1_780_000_000);

fn account() -> Account {
    Account { id: "7".into(), username: Some("owner".into()) }
}

fn read_with(post: &Value, own: &BTreeMap<PostId, wire::Post>, includes: &wire::Includes) -> Post {
    let account = account();
    let context = Context { account: &account, own, includes, links: Links::default(), fallback: NOW };
    read(&wire::Post::read(post.clone()).unwrap(), &context)
}

fn post(post: &Value) -> Post {
    read_with(post, &BTreeMap::new(), &wire::Includes::default())
}

/// The spans as `kind:text`.
fn spans(post: &Post) -> Vec<String> {
    let kind = |kind: &SpanKind| match kind {
        SpanKind::Link => "link".to_owned(),
        SpanKind::Mention { handle } => handle.clone(),
        SpanKind::Hashtag => "tag".to_owned(),
        SpanKind::Emoji => "emoji".to_owned(),
    };
    post.spans.iter().map(|span| format!("{}:{}", kind(&span.kind), &post.text[span.range.clone()])).collect()
}

fn url(start: usize, end: usize, url: &str, expanded: &str) -> Value {
    json!({"start": start, "end": end, "url": url, "expanded_url": expanded, "display_url": "…"})
}

/// Name, text and entities in; text and spans out.
type Case<'a> = (&'a str, &'a str, Value, &'a str, Vec<&'a str>);

const LINK: &str = "https://t.co/a";

fn check_texts(cases: Vec<Case<'_>>) {
    for (name, text, entities, expected, expected_spans) in cases {
        let post = post(&json!({"id": "9", "text": text, "entities": entities, "edit_history_tweet_ids": ["8", "9"]}));
        assert_eq!(
            (post.text.as_str(), spans(&post)),
            (expected, expected_spans.iter().map(ToString::to_string).collect()),
            "{name}"
        );
    }
}

#[test]
fn texts_are_read_as_they_were_written() {
    check_texts(vec![
        ("plain", "hello", json!({}), "hello", vec![]),
        (
            "link",
            "see https://t.co/a!",
            json!({"urls": [url(4, 18, LINK, "https://example.com/?a=1&b=2")]}),
            "see https://example.com/?a=1&b=2!",
            vec!["link:https://example.com/?a=1&b=2"],
        ),
        (
            "code points, not bytes or UTF-16 units",
            "👨‍👩‍👧 ❤️ @bob #tag https://t.co/a",
            json!({"mentions": [{"start": 9, "end": 13, "username": "Bob"}], "hashtags": [{"start": 14, "end": 18, "tag": "tag"}],
                "urls": [url(19, 33, LINK, "https://e.org/")]}),
            "👨‍👩‍👧 ❤️ @bob #tag https://e.org/",
            vec!["Bob@x.com:@bob", "tag:#tag", "link:https://e.org/"],
        ),
        (
            "escapes before entities, indices into the escaped text",
            "a &lt; b &amp;&amp; c &gt; &amp;lt; &quot; https://t.co/a",
            json!({"urls": [url(43, 57, LINK, "https://e.org/")]}),
            "a < b && c > &lt; &quot; https://e.org/",
            vec!["link:https://e.org/"],
        ),
        (
            "indices into the unescaped text",
            "a &amp; b @bob #tag https://t.co/a",
            json!({"mentions": [{"start": 6, "end": 10, "username": "bob"}], "hashtags": [{"start": 11, "end": 15, "tag": "tag"}],
                "urls": [url(16, 30, LINK, "https://e.org/")]}),
            "a & b @bob #tag https://e.org/",
            vec!["bob@x.com:@bob", "tag:#tag", "link:https://e.org/"],
        ),
        (
            "no indices, and one link a beginning of the other",
            "https://t.co/ab and https://t.co/a",
            json!({"urls": [{"url": LINK, "expanded_url": "https://short.org/"}, {"url": "https://t.co/ab", "expanded_url": "https://long.org/"}]}),
            "https://long.org/ and https://short.org/",
            vec!["link:https://long.org/", "link:https://short.org/"],
        ),
        (
            "the same link twice",
            "https://t.co/a https://t.co/a",
            json!({"urls": [url(0, 14, LINK, "https://e.org/"), url(15, 29, LINK, "https://e.org/")]}),
            "https://e.org/ https://e.org/",
            vec!["link:https://e.org/", "link:https://e.org/"],
        ),
        (
            "an unusable address",
            "https://t.co/a",
            json!({"urls": [url(0, 14, LINK, "not one")]}),
            LINK,
            vec!["link:https://t.co/a"],
        ),
        (
            "not what they say",
            "abc @bobby",
            json!({"mentions": [{"start": 0, "end": 3, "username": "bob"}, {"start": 4, "end": 10, "username": "bob by"}],
                "hashtags": [{"start": 0, "end": 3, "tag": "abc"}, {"start": 3, "end": 0, "tag": ""}],
                "urls": [url(0, 3, "abc", "https://e.org/"), url(7, 999, "https://t.co/zz", "https://e.org/")]}),
            "abc @bobby",
            vec![],
        ),
        (
            "scripts without blanks",
            "日本@alice語＃日本 https://t.co/a語",
            json!({"mentions": [{"username": "alice"}], "hashtags": [{"start": 9, "end": 12, "tag": "日本"}], "urls": [{"url": LINK}]}),
            "日本@alice語＃日本 https://t.co/a語",
            vec!["alice@x.com:@alice", "tag:＃日本", "link:https://t.co/a"],
        ),
    ]);
    let second =
        post(&json!({"id": "9", "text": "👍 #a #a", "entities": {"hashtags": [{"start": 5, "end": 7, "tag": "a"}]}}));
    assert_eq!(second.spans[0].range, 8..10, "the place counts where a word stands twice");
}

#[test]
fn links_to_posts_and_their_media_are_told_apart() {
    let media = |start: usize, n: usize| {
        let mut entity = url(start, start + 14, "https://t.co/m", &format!("https://x.com/owner/status/9/photo/{n}"));
        entity["media_key"] = json!(format!("3_{n}"));
        entity
    };
    check_texts(vec![
        (
            "four pictures share a link",
            "look\nhttps://t.co/m",
            json!({"urls": [media(5, 1), media(5, 2), media(5, 3), media(99, 4)]}),
            "look",
            vec![],
        ),
        ("only a picture", "https://t.co/m", json!({"urls": [media(0, 1)]}), "", vec![]),
        ("a picture's link between words", "a https://t.co/m b", json!({"urls": [media(2, 1)]}), "a b", vec![]),
        ("a picture's link on its line", "a https://t.co/m\nb", json!({"urls": [media(2, 1)]}), "a\nb", vec![]),
        ("a picture's link first", "https://t.co/m b", json!({"urls": [media(0, 1)]}), "b", vec![]),
        (
            "a video of an earlier version, known by its address only",
            "hi https://t.co/a",
            json!({"urls": [url(3, 17, LINK, "https://twitter.com/owner/status/8/video/1")]}),
            "hi",
            vec![],
        ),
        (
            "somebody else's picture is a link",
            "hi https://t.co/a",
            json!({"urls": [url(3, 17, LINK, "https://x.com/bob/status/5/photo/1")]}),
            "hi https://x.com/bob/status/5/photo/1",
            vec!["link:https://x.com/bob/status/5/photo/1"],
        ),
        (
            "a link to a post that is not quoted",
            "so true https://t.co/a",
            json!({"urls": [url(8, 22, LINK, "https://twitter.com/bob/status/5")]}),
            "so true https://twitter.com/bob/status/5",
            vec!["link:https://twitter.com/bob/status/5"],
        ),
    ]);
}

#[test]
fn a_long_post_is_read_from_its_note() {
    let outer = json!({"urls": [url(0, 14, "https://t.co/m", "https://x.com/owner/status/9/photo/1"),
        url(6, 20, "https://t.co/s", "https://x.com/i/web/status/9"), url(0, 1, "https://t.co/q", "https://x.com/bob/status/5")]});
    for key in ["note_tweet", "note_post"] {
        let mut body = json!({"id": "9", "text": "short… https://t.co/s https://t.co/q", "entities": outer,
            "referenced_tweets": [{"type": "quoted", "id": "5"}]});
        body[key] = json!({"text": "1 &lt; 2 https://t.co/a https://t.co/m",
            "entities": {"urls": [url(9, 23, "https://t.co/a", "https://e.org/")]}});
        let post = post(&body);
        assert_eq!(post.text, "1 < 2 https://e.org/", "{key}");
        assert_eq!(spans(&post), ["link:https://e.org/"]);
        assert_eq!(post.quote.unwrap().address.as_deref(), Some("https://x.com/bob/status/5"));
        assert_eq!(post.media.len(), 1);
    }
}

#[test]
fn a_note_is_read_whatever_its_indices_say() {
    // Off by the length of escapes and of surrogate pairs, out of range, without any; the same link twice; a link whose
    // medium only the outer entities know.
    let text = "👍 a &amp;&lt;b&gt; https://t.co/a @bob #tag https://t.co/a https://t.co/m";
    let outer = json!({"urls": [{"url": "https://t.co/m", "media_key": "3_1", "expanded_url": "https://x.com/eve/status/1/photo/1"}]});
    for (start, end) in
        [(Some(20), Some(34)), (Some(17), Some(31)), (Some(2), Some(16)), (Some(999), Some(5)), (None, None)]
    {
        let place = |mut entity: Value| {
            (entity["start"], entity["end"]) = (json!(start), json!(end));
            entity
        };
        let link = || place(json!({"url": "https://t.co/a", "expanded_url": "https://e.org/"}));
        let note = json!({"text": text, "entities": {"urls": [link(), link(), place(json!({"url": "https://t.co/m"}))],
            "mentions": [place(json!({"username": "bob"}))], "hashtags": [place(json!({"tag": "tag"}))]}});
        let post = post(&json!({"id": "9", "text": "👍 a…", "entities": outer, "note_tweet": note}));
        assert_eq!(post.text, "👍 a &<b> https://e.org/ @bob #tag https://e.org/", "{start:?}");
        assert_eq!(spans(&post), ["link:https://e.org/", "bob@x.com:@bob", "tag:#tag", "link:https://e.org/"]);
        assert_eq!(post.media.len(), 1);
    }
}

#[test]
fn words_that_x_made_links_of_read_as_they_were_typed() {
    let shown = |expanded: &str, display: &str| json!({"urls": [{"start": 5, "end": 19, "url": LINK, "expanded_url": expanded, "display_url": display}]});
    check_texts(vec![
        ("a file", "edit https://t.co/a!", shown("http://main.rs", "main.rs"), "edit main.rs!", vec![]),
        ("a file in capitals", "edit https://t.co/a", shown("http://README.md", "README.md"), "edit README.md", vec![]),
        (
            "a link with its scheme",
            "edit https://t.co/a",
            shown("https://example.org", "example.org"),
            "edit https://example.org",
            vec!["link:https://example.org"],
        ),
        (
            "a link with a path",
            "edit https://t.co/a",
            shown("http://example.org/a", "example.org/a"),
            "edit http://example.org/a",
            vec!["link:http://example.org/a"],
        ),
        (
            "another display",
            "edit https://t.co/a",
            shown("http://www.example.org", "example.org"),
            "edit http://www.example.org",
            vec!["link:http://www.example.org"],
        ),
    ]);
}

#[test]
fn links_lead_where_the_owner_wants() {
    let entity = |unwound: Value, status: Value| json!({"url": LINK, "expanded_url": "https://short.example/1", "unwound_url": unwound, "status": status});
    let long = "https://long.example/one";
    for (links, entity, expected) in [
        (Links::Expanded, entity(json!(long), json!(200)), "https://short.example/1"),
        (Links::Unwound, entity(json!(long), json!(200)), long),
        (Links::Unwound, entity(json!(long), json!(null)), long),
        (Links::Unwound, entity(json!(long), json!(404)), "https://short.example/1"),
        (Links::Unwound, entity(json!(null), json!(200)), "https://short.example/1"),
        (Links::Unwound, entity(json!("javascript:alert(1)"), json!(200)), "https://short.example/1"),
    ] {
        let entities = json!({"urls": [entity]});
        let note =
            json!({"text": LINK, "entities": {"urls": [{"url": LINK, "expanded_url": "https://short.example/1"}]}});
        for body in [
            json!({"id": "9", "text": LINK, "entities": entities}),
            json!({"id": "9", "text": "…", "entities": entities, "note_tweet": note}),
        ] {
            let posts = parse_with(&body, &account(), links, NOW);
            assert_eq!(posts[0].text, expected, "{body}");
        }
    }
}

#[test]
fn a_note_without_a_text_is_none() {
    for note in [json!({"text": ""}), json!({}), json!([]), json!(null)] {
        assert_eq!(post(&json!({"id": "9", "text": "short", "note_tweet": note})).text, "short", "{note}");
    }
}

#[test]
fn what_nobody_typed_is_dropped() {
    let read = post(&json!({"id": "9", "text": "\u{FEFF}a\u{7}b\r\nc\td\u{FFFF} #e",
        "entities": {"hashtags": [{"tag": "e"}]}}));
    assert_eq!((read.text.as_str(), spans(&read)), ("ab\nc\td #e", vec!["tag:#e".to_owned()]));
}

#[test]
fn whom_a_post_answers() {
    let parent = json!([{"type": "replied_to", "id": "5"}, {"type": "quoted", "id": "4"}]);
    let own: BTreeMap<_, _> = [(PostId::new("5"), wire::Post::default())].into();
    for (name, fields, with_parent, expected) in [
        ("nothing", json!({}), false, ReplyTo::Nothing),
        (
            "own",
            json!({"in_reply_to_user_id": "7", "referenced_tweets": parent}),
            false,
            ReplyTo::Own(PostId::new("5")),
        ),
        (
            "new dialect",
            json!({"in_reply_to_user_id": 7, "referenced_posts": parent}),
            false,
            ReplyTo::Own(PostId::new("5")),
        ),
        ("other", json!({"in_reply_to_user_id": "8", "referenced_tweets": parent}), true, ReplyTo::Other),
        ("unknown", json!({"referenced_tweets": parent}), false, ReplyTo::Other),
        ("unknown, but just read", json!({"referenced_tweets": parent}), true, ReplyTo::Own(PostId::new("5"))),
        ("begins with a name", json!({"in_reply_to_user_id": "8", "conversation_id": "9"}), false, ReplyTo::Other),
        ("begins with own name", json!({"in_reply_to_user_id": "7", "conversation_id": "9"}), false, ReplyTo::Nothing),
        (
            "by another name",
            json!({"in_reply_to_user_id": "7", "in_reply_to_tweet_id": "5"}),
            false,
            ReplyTo::Own(PostId::new("5")),
        ),
        ("by that name alone", json!({"in_reply_to_tweet_id": "5"}), false, ReplyTo::Other),
        ("own, parent gone", json!({"in_reply_to_user_id": "7", "conversation_id": "3"}), false, ReplyTo::Other),
    ] {
        let mut body = json!({"id": "9", "text": "x"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let own = if with_parent { own.clone() } else { BTreeMap::new() };
        assert_eq!(read_with(&body, &own, &wire::Includes::default()).reply_to, expected, "{name}");
    }
}

#[test]
fn what_is_attached_is_known_with_and_without_the_includes() {
    let media = [
        json!({"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/1.jpg", "alt_text": "a cat"}),
        json!({"media_key": "16_2", "type": "animated_gif"}),
        json!({"media_key": "99_3", "type": "video"}),
    ]
    .into_iter()
    .map(|media| serde_json::from_value(media).unwrap())
    .map(|media: wire::Media| (media.media_key.clone().unwrap(), media));
    let known = wire::Includes { media: media.collect(), ..wire::Includes::default() };
    let body = json!({"id": "9", "text": "x https://t.co/m", "attachments": {"media_keys": ["3_1", "16_2", "99_3", "3_1"], "poll_ids": []},
        "entities": {"urls": [{"url": "https://t.co/m", "media_key": "13_4"}]}});
    let kinds = |post: &Post| post.media.iter().map(|media| media.kind).collect::<Vec<_>>();
    let full = read_with(&body, &BTreeMap::new(), &known);
    assert_eq!(kinds(&full), [MediaKind::Image, MediaKind::Gif, MediaKind::Video, MediaKind::Video]);
    assert_eq!(full.media[0].files[0].url, "https://pbs.twimg.com/1.jpg");
    assert_eq!(full.media[0].description.as_deref(), Some("a cat"));
    assert_eq!(kinds(&post(&body)), [MediaKind::Image, MediaKind::Gif, MediaKind::Other, MediaKind::Video]);
    let only_link = json!({"id": "9", "text": "https://t.co/m",
        "entities": {"urls": [url(0, 14, "https://t.co/m", "https://x.com/owner/status/9/video/1")]}});
    assert_eq!(kinds(&post(&only_link)), [MediaKind::Video]);
}

#[test]
fn the_other_facts_are_read() {
    let full = post(&json!({"id": "2080761390344937796", "text": "hi", "created_at": "2026-07-24T21:05:48.792Z",
        "author_id": "7", "attachments": {"poll_ids": ["1"]},
        "possibly_sensitive": true, "lang": "iw", "source": "X Web App", "community_id": "3",
        "edit_history_tweet_ids": ["2080761390344937790", "2080761390344937796", "2080761390344937799", "../x"], "reply_settings": "subscribers",
        "article": {"title": "T"}}));
    assert!(full.sensitive && full.restricted.is_some());
    assert_eq!(full.created.millis(), 1_784_927_148_792);
    assert_eq!((full.language.as_deref(), full.application.as_deref()), (Some("he"), Some("X Web App")));
    assert_eq!(full.earlier_versions, [PostId::new("2080761390344937790")]);
    assert_eq!(full.address.as_deref(), Some("https://x.com/owner/status/2080761390344937796"));

    let bare = post(&json!({"id": "2080761390344937796", "text": "hi", "created_at": "yesterday"}));
    assert_eq!((bare.created, bare.author.as_str(), bare.visibility), (full.created, "7", Visibility::Public));
    assert!(!bare.sensitive && bare.restricted.is_none() && bare.earlier_versions.is_empty());
    assert_eq!(post(&json!({"id": "20", "text": "hi"})).created, NOW);
    let nameless = Account { id: "7".into(), username: Some("../me".into()) };
    assert_eq!(own_address(&nameless, "12"), "https://x.com/i/status/12");
}

#[test]
fn earlier_versions_are_told_by_their_place_or_their_age() {
    for (history, expected) in [
        (json!(["7", "8", "9"]), vec!["7", "8"]),
        (json!(["9"]), vec![]),
        (json!(["8", "9", "10"]), vec!["8"]),
        (json!(["10", "9", "8"]), vec!["10", "8"]),
        (json!(["7", "10"]), vec!["7", "10"]),
        (json!([null, "../x", 8]), vec!["8"]),
    ] {
        let read = post(&json!({"id": "9", "text": "x", "edit_history_tweet_ids": history}));
        assert_eq!(read.earlier_versions, expected.into_iter().map(PostId::new).collect::<Vec<_>>(), "{history}");
    }
}

#[test]
fn languages_that_are_none_are_dropped() {
    for code in ["und", "zxx", "qme", "qht", "qam", "qct", "qst", "art", "qaa", "", "e", "e n", "é-x", "en-", "-"] {
        assert_eq!(language(code), None, "{code}");
    }
    for (code, expected) in
        [("en", "en"), ("pt-BR", "pt-BR"), ("qu", "qu"), ("que", "que"), ("in", "id"), ("zh-TW", "zh-TW")]
    {
        assert_eq!(language(code).as_deref(), Some(expected), "{code}");
    }
}

#[test]
fn the_own_name_at_the_head_of_an_own_answer_goes() {
    for (text, parent, expected) in [
        ("@owner and another", Some("5"), "and another"),
        ("@Owner @owner and", Some("5"), "@owner and"),
        ("@owner", Some("5"), "@owner"),
        ("@owner: and", Some("5"), "@owner: and"),
        ("@other and", Some("5"), "@other and"),
        ("@owner is me", None, "@owner is me"),
    ] {
        let name = text.trim_start_matches('@').split([' ', ':']).next().unwrap();
        let mentions = json!([{"start": 0, "end": name.len() + 1, "username": name}]);
        let mut given = json!({"id": "9", "text": text, "entities": {"mentions": mentions}});
        if let Some(parent) = parent {
            given["in_reply_to_user_id"] = json!("7");
            given["referenced_tweets"] = json!([{"type": "replied_to", "id": parent}]);
        }
        assert_eq!(post(&given).text, expected, "{text}");
    }
}
