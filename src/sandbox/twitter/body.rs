//! The bodies that requests bring, checked as X's validator checks them (x-api.md 3).

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::problems::{Problems, not_permitted};
use super::reading::id;
use super::text::Parsed;
use crate::sandbox::{Call, Reply};

/// Keys of the body that are known, with their type in the words of X's validator.
const KEYS: [(&str, &str); 16] = [
    ("text", "string"),
    ("reply", "object"),
    ("media", "object"),
    ("poll", "object"),
    ("geo", "object"),
    ("edit_options", "object"),
    ("quote_tweet_id", "string"),
    ("reply_settings", "string"),
    ("card_uri", "string"),
    ("community_id", "string"),
    ("direct_message_deep_link", "string"),
    ("made_with_ai", "boolean"),
    ("paid_partnership", "boolean"),
    ("for_super_followers_only", "boolean"),
    ("nullcast", "boolean"),
    ("share_with_followers", "boolean"),
];
/// Those that need what the simulated account has not: Enterprise, a community, a card, followers who pay.
const NOT_PERMITTED: [&str; 7] = [
    "geo",
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "for_super_followers_only",
    "nullcast",
    "share_with_followers",
];
const REPLY_KEYS: [(&str, &str); 3] = [
    ("in_reply_to_tweet_id", "string"),
    ("exclude_reply_user_ids", "array"),
    ("auto_populate_reply_metadata", "boolean"),
];
const POLL_KEYS: [(&str, &str); 3] =
    [("options", "array"), ("duration_minutes", "integer"), ("reply_settings", "string")];
const MEDIA_KEYS: [(&str, &str); 7] = [
    ("media_ids", "array"),
    ("tagged_user_ids", "array"),
    ("preview_media_id", "string"),
    ("title", "string"),
    ("description", "string"),
    ("embeddable", "boolean"),
    ("call_to_actions", "object"),
];
/// How many files a post can have.
const MAX_MEDIA: usize = 4;
/// Of these a post can have one.
const ONE_OF: [&str; 5] = ["media", "poll", "quote_tweet_id", "card_uri", "direct_message_deep_link"];
const REPLY_SETTINGS: [&str; 4] = ["following", "mentionedUsers", "subscribers", "verified"];

/// The longest option of a poll.
const MAX_OPTION: usize = 25;
/// How long a poll may be open, in minutes.
const MINUTES: RangeInclusive<u32> = 5..=10_080;

/// The type of a value in the words of X's validator.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Checks the keys of an object and their types; `at` is where it stands in the body.
pub(super) fn check_keys(
    object: &Map<String, Value>,
    at: &str,
    keys: &[(&str, &str)],
    problems: Problems,
) -> Result<(), Reply> {
    for (key, value) in object {
        let Some((_, expected)) = keys.iter().find(|(known, _)| known == key) else {
            return Err(problems.invalid_body(&format!(
                "{at}.{key}: is not defined in the schema and the schema does not allow additional properties"
            )));
        };
        let found = type_name(value);
        if found != *expected {
            return Err(problems.invalid_body(&format!("{at}.{key}: {found} found, {expected} expected")));
        }
    }
    Ok(())
}

/// The object that a request brings.
pub(super) fn body(call: &Call, problems: Problems) -> Result<Map<String, Value>, Reply> {
    if !call.is_of_type("application/json") {
        return Err(problems.invalid_body("Requests with bodies must have content-type of application/json."));
    }
    if let Some((name, value)) = call.query.first() {
        let message = format!("The query parameter [{name}] is not one of []");
        return Err(problems.invalid_parameter(name, value, &message));
    }
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|_| problems.invalid_body("Request body is not valid JSON."))?;
    match body {
        Value::Object(body) => Ok(body),
        other => Err(problems.invalid_body(&format!("$: {} found, object expected", type_name(&other)))),
    }
}

/// An id that must be there; `at` is where the object stands in the body.
pub(super) fn required_id(object: &Map<String, Value>, at: &str, key: &str, problems: Problems) -> Result<u64, Reply> {
    let text = object.get(key).and_then(Value::as_str);
    let text = text.ok_or_else(|| problems.incomplete(&format!("{at}.{key}")))?;
    id(text)
        .ok_or_else(|| problems.invalid_body(&format!("{at}.{key}: does not match the regex pattern ^[0-9]{{1,19}}$")))
}

/// A poll to be made.
pub(super) struct NewPoll {
    pub(super) options: Vec<String>,
    pub(super) minutes: u32,
}

impl NewPoll {
    fn read(poll: &Map<String, Value>, problems: Problems) -> Result<Self, Reply> {
        let refuse = |message: &str| problems.invalid_body(&format!("$.poll.{message}"));
        check_keys(poll, "$.poll", &POLL_KEYS, problems)?;
        check_setting(poll, "$.poll", problems)?;
        let Some(list) = poll.get("options").and_then(Value::as_array) else {
            return Err(refuse("options: is missing but it is required"));
        };
        let Some(minutes) = poll.get("duration_minutes").and_then(Value::as_i64) else {
            return Err(refuse("duration_minutes: is missing but it is required"));
        };
        match list.len() {
            0 | 1 => return Err(refuse("options: there must be a minimum of 2 items in the array")),
            2..=4 => {}
            _ => return Err(refuse("options: there must be a maximum of 4 items in the array")),
        }
        let mut options = Vec::new();
        for (index, option) in list.iter().enumerate() {
            let Some(text) = option.as_str() else {
                return Err(refuse(&format!("options[{index}]: {} found, string expected", type_name(option))));
            };
            if text.trim().is_empty() {
                return Err(refuse(&format!("options[{index}]: must be at least 1 characters long")));
            }
            // X's documents count letters, X's people count weight: the stricter of both.
            if text.chars().count() > MAX_OPTION || Parsed::new(text).weight() > MAX_OPTION {
                return Err(refuse(&format!("options[{index}]: must be at most {MAX_OPTION} characters long")));
            }
            options.push(text.to_owned());
        }
        let minutes = u32::try_from(minutes).ok().filter(|minutes| MINUTES.contains(minutes)).ok_or_else(|| {
            refuse(&format!("duration_minutes: must be between {} and {}", MINUTES.start(), MINUTES.end()))
        })?;
        Ok(Self { options, minutes })
    }
}

fn check_setting(object: &Map<String, Value>, at: &str, problems: Problems) -> Result<(), Reply> {
    match object.get("reply_settings").and_then(Value::as_str) {
        Some(setting) if !REPLY_SETTINGS.contains(&setting) => {
            let all = REPLY_SETTINGS.join(", ");
            let message = format!("{at}.reply_settings: does not have a value in the enumeration [{all}]");
            Err(problems.invalid_body(&message))
        }
        _ => Ok(()),
    }
}

fn media_ids(media: &Map<String, Value>, problems: Problems) -> Result<Vec<String>, Reply> {
    check_keys(media, "$.media", &MEDIA_KEYS, problems)?;
    let refuse = |message: &str| problems.invalid_body(&format!("$.media.media_ids: {message}"));
    let Some(list) = media.get("media_ids").and_then(Value::as_array) else {
        return Err(refuse("is missing but it is required"));
    };
    match list.len() {
        0 => return Err(refuse("there must be a minimum of 1 items in the array")),
        1..=MAX_MEDIA => {}
        _ => return Err(refuse("there must be a maximum of 4 items in the array")),
    }
    let ids: Option<Vec<String>> =
        list.iter().map(|id| id.as_str().filter(|text| self::id(text).is_some()).map(ToOwned::to_owned)).collect();
    ids.ok_or_else(|| refuse("does not match the regex pattern ^[0-9]{1,19}$"))
}

/// What a body asks for.
pub(super) struct Wanted {
    pub(super) text: String,
    pub(super) reply_to: Option<u64>,
    pub(super) reply_settings: Option<String>,
    pub(super) quotes: bool,
    pub(super) poll: Option<NewPoll>,
    /// The files to be attached, in order.
    pub(super) media: Vec<String>,
    /// The version that the post shall take the place of.
    pub(super) edits: Option<u64>,
}

impl Wanted {
    pub(super) fn read(call: &Call, problems: Problems) -> Result<Self, Reply> {
        let body = body(call, problems)?;
        check_keys(&body, "$", &KEYS, problems)?;
        check_setting(&body, "$", problems)?;
        let object = |key: &str| body.get(key).and_then(Value::as_object);
        let mut reply_to = None;
        if let Some(reply) = object("reply") {
            check_keys(reply, "$.reply", &REPLY_KEYS, problems)?;
            reply_to = Some(required_id(reply, "$.reply", "in_reply_to_tweet_id", problems)?);
        }
        let mut edits = None;
        if let Some(edit) = object("edit_options") {
            check_keys(edit, "$.edit_options", &[("previous_post_id", "string")], problems)?;
            edits = Some(required_id(edit, "$.edit_options", "previous_post_id", problems)?);
        }
        let poll = object("poll").map(|poll| NewPoll::read(poll, problems)).transpose()?;
        let several: Vec<&str> = ONE_OF.into_iter().filter(|key| body.contains_key(*key)).collect();
        if several.len() > 1 {
            return Err(problems.invalid_body(&format!("$: {} are mutually exclusive", several.join(" and "))));
        }
        let media = object("media").map(|media| media_ids(media, problems)).transpose()?.unwrap_or_default();
        if NOT_PERMITTED.iter().any(|key| body.contains_key(*key)) {
            return Err(not_permitted());
        }
        let string = |key: &str| body.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        Ok(Self {
            text: string("text").unwrap_or_default(),
            reply_to,
            reply_settings: string("reply_settings"),
            quotes: body.contains_key("quote_tweet_id"),
            poll,
            media,
            edits,
        })
    }
}
