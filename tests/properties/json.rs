//! JSON with the names that the networks use, and any value under each.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// The names in a status of Mastodon's.
pub const STATUS: [&str; 27] = [
    "id",
    "created_at",
    "in_reply_to_id",
    "in_reply_to_account_id",
    "sensitive",
    "spoiler_text",
    "visibility",
    "language",
    "uri",
    "url",
    "content",
    "reblog",
    "local_only",
    "poll",
    "application",
    "name",
    "account",
    "media_attachments",
    "type",
    "description",
    "mentions",
    "acct",
    "quote",
    "quoted_status",
    "edited_at",
    "options",
    "emojis",
];

/// The names in a page of X's.
pub const PAGE: [&str; 40] = [
    "data",
    "includes",
    "meta",
    "errors",
    "result_count",
    "id",
    "text",
    "note_tweet",
    "note_post",
    "entities",
    "urls",
    "url",
    "expanded_url",
    "media_key",
    "start",
    "end",
    "mentions",
    "username",
    "hashtags",
    "tag",
    "created_at",
    "author_id",
    "in_reply_to_user_id",
    "conversation_id",
    "referenced_tweets",
    "referenced_posts",
    "type",
    "attachments",
    "media_keys",
    "poll_ids",
    "edit_history_tweet_ids",
    "possibly_sensitive",
    "lang",
    "source",
    "community_id",
    "media",
    "alt_text",
    "users",
    "polls",
    "tweets",
];

const TEXTS: [&str; 22] = [
    "",
    "1",
    "42",
    "1445880548472328192",
    "public",
    "2026-08-01T13:53:10.824Z",
    "0000-00-00",
    "<p>hi @bob main.rs</p>",
    "hi @bob &amp; https://t.co/a",
    "https://t.co/a",
    "https://x.com/me/status/42/photo/1",
    "https://example.org/",
    "bob",
    "@bob",
    "quoted",
    "replied_to",
    "retweeted",
    "3_1",
    "photo",
    "alice@mastodon.social",
    "日本語 👍🏽 $A $B",
    "\u{0}\u{202e}\u{feff}",
];

/// An object that begins with what makes it readable at all, and goes on as it likes.
pub fn of(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => prop::sample::select([0_i64, 1, 3, 7, 42, -1, i64::MAX].as_slice()).prop_map(Value::from),
        1 => Just(Value::from(7.5)),
        8 => prop::sample::select(TEXTS.as_slice()).prop_map(Value::from),
        1 => "\\PC{0,40}".prop_map(Value::from),
    ];
    let object = move |value: BoxedStrategy<Value>| {
        proptest::collection::vec((prop::sample::select(names), value), 0..10)
            .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    };
    let value = leaf.prop_recursive(4, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner).prop_map(Value::from),
        ]
    });
    (object(value.boxed()), prop::sample::select(TEXTS.as_slice())).prop_map(|(mut fields, text)| {
        let post = |fields: &mut Map<String, Value>| {
            fields.insert("id".to_owned(), Value::from("12"));
            fields.entry("text").or_insert_with(|| Value::from(text));
        };
        match fields.get_mut("data") {
            Some(Value::Object(fields)) => post(fields),
            Some(Value::Array(posts)) => posts.iter_mut().filter_map(Value::as_object_mut).for_each(post),
            _ => post(&mut fields),
        }
        Value::Object(fields)
    })
}
