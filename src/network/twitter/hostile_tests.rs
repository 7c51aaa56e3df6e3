//! Anything at all in the shape of X's answers: nothing panics, and spans stay where they can.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Account, Links, parse_with, wire};
use crate::core::post::{Post, Span, Timestamp};

const NOW: Timestamp = Timestamp::from_secs(1_780_000_000);

fn account() -> Account {
    Account { id: "7".into(), username: Some("owner".into()) }
}

/// Whatever was read, spans are sorted, apart, and on character boundaries.
fn check(post: &Post) {
    check_spans(&post.text, &post.spans);
    for shared in post.quote.iter().chain(&post.boost) {
        check_spans(&shared.text, &shared.spans);
    }
}

fn check_spans(text: &str, spans: &[Span]) {
    let mut at = 0;
    for span in spans {
        assert!(at <= span.range.start && span.range.start < span.range.end, "{text:?} {spans:?}");
        assert!(text.get(span.range.clone()).is_some(), "{text:?} {spans:?}");
        at = span.range.end;
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[#@&a-z:/.1é👍 ]{0,12}".prop_map(Value::from),
        Just(json!("12")),
        prop::sample::select(vec!["quoted", "retweeted", "https://t.co/a", "https://x.com/a/status/12", "RT @bob: a"])
            .prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "id",
        "text",
        "note_tweet",
        "note_post",
        "entities",
        "urls",
        "mentions",
        "hashtags",
        "start",
        "end",
        "url",
        "expanded_url",
        "media_key",
        "username",
        "tag",
        "attachments",
        "media_keys",
        "poll_ids",
        "referenced_tweets",
        "type",
        "edit_history_post_ids",
        "created_at",
        "lang",
        "data",
        "meta",
        "errors",
        "includes",
        "media",
        "result_count",
        "tweets",
        "polls",
        "users",
        "options",
        "position",
        "label",
        "duration_minutes",
        "article",
        "title",
        "scopes",
        "exclusive",
        "display_url",
        "unwound_url",
        "next_token",
        "variants",
        "media_metadata",
        "alt_text",
        "preview_image_url",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..8)
                .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_at_all_is_read_or_refused(mut body in any_json(), id in 1_u32..99) {
        if let Some(fields) = body.as_object_mut() {
            fields.insert("id".into(), json!(id));
        }
        let _ = wire::Page::parse(body.to_string().as_bytes());
        // Posts quote and repost themselves and each other as well.
        for links in [Links::Expanded, Links::Unwound] {
            for post in parse_with(&body, &account(), links, NOW) {
                check(&post);
            }
            let page = json!({"data": [body], "includes": {"tweets": [body], "polls": [body], "users": [body], "media": [body]}});
            for post in parse_with(&page, &account(), links, NOW) {
                check(&post);
            }
        }
    }

    #[test]
    fn any_indices_do(
        text in "([ab#@&é👍语 \n]|&amp;|https://t\\.co/[ab]{1,2}|@bob|#tag){0,24}",
        places in prop::collection::vec((0_u8..5, prop::option::of(0_i32..60), prop::option::of(0_i32..60)), 0..12),
    ) {
        let (mut urls, mut mentions, mut tags) = (vec![], vec![], vec![]);
        for (kind, start, end) in places {
            match kind {
                0 => urls.push(json!({"start": start, "end": end, "url": "https://t.co/a", "expanded_url": "https://e.org/👍"})),
                1 => urls.push(json!({"start": start, "end": end, "url": "https://t.co/ab", "media_key": "3_1"})),
                2 => urls.push(json!({"start": start, "end": end, "url": "https://t.co/b", "expanded_url": " "})),
                3 => mentions.push(json!({"start": start, "end": end, "username": "bob"})),
                _ => tags.push(json!({"start": start, "end": end, "tag": "tag"})),
            }
        }
        let entities = json!({"urls": urls, "mentions": mentions, "hashtags": tags});
        let body = json!({"id": "9", "text": text.clone() + ".", "note_tweet": {"text": text, "entities": entities}, "entities": entities});
        for post in parse_with(&body, &account(), Links::Expanded, NOW) {
            check(&post);
        }
    }
}
