//! The JSON of Mastodon's client API, as far as we read it, with every field optional except a status' id.
//!
//! A field of an odd type counts as absent, so that one odd field does not hide a post. Fields that decide whether a
//! post may leave stay [`Value`]s where "absent" would mean "yes". What the values mean is `read`'s business.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::Trouble;
use super::super::http::Answer;

/// An id: a string, or a number on servers that write it so. Never anything to count with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        id(&Value::deserialize(deserializer)?).map(Self).ok_or_else(|| serde::de::Error::custom("this is not an id"))
    }
}

/// The id that a value holds, if it is one.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A status (`mastodon-api.md` 4.2).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    pub(super) id: Id,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created_at: Option<String>,
    #[serde(default)]
    pub(super) in_reply_to_id: Value,
    #[serde(default)]
    pub(super) in_reply_to_account_id: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) sensitive: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) spoiler_text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) visibility: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) language: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) uri: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) reblog: Value,
    #[serde(default)]
    pub(super) local_only: Value,
    #[serde(default)]
    pub(super) poll: Value,
    #[serde(default)]
    pub(super) quote: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) pleroma: Option<Pleroma>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) edited_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) favourited: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) bookmarked: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) application: Option<Application>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) account: Option<Account>,
    #[serde(default, deserialize_with = "each")]
    pub(super) media_attachments: Vec<Attachment>,
    #[serde(default, deserialize_with = "each")]
    pub(super) mentions: Vec<Mention>,
    #[serde(default, deserialize_with = "each")]
    pub(super) emojis: Vec<Emoji>,
}

/// What Pleroma and its forks add to a status.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pleroma {
    /// A whole status.
    #[serde(default)]
    pub(super) quote: Value,
}

/// The application that wrote a status.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Application {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
}

/// An account, the owner's (`verify_credentials`) or an author's.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Account {
    pub(super) id: Id,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) acct: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) moved: Value,
}

/// Something attached (`mastodon-api.md` 4.2). Whatever it is, it counts.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Attachment {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) remote_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) preview_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) preview_remote_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) meta: Option<Meta>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) pleroma: Option<PleromaFile>,
}

/// What is known of an attachment's file. Pleroma has none of it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Meta {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) original: Option<Original>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) focus: Option<Focus>,
    /// Like `0:01:28.65`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) length: Option<String>,
}

/// The file as it was uploaded.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Original {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) width: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) height: Option<u32>,
    /// In seconds.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) duration: Option<f64>,
    /// In bits per second.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) bitrate: Option<u64>,
}

/// What a picture is about, each from -1 to 1.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Focus {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// What Pleroma and its forks add to an attachment.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct PleromaFile {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) mime_type: Option<String>,
}

/// Somebody mentioned.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Mention {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) acct: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
}

/// A custom emoji that may stand in a status' text.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Emoji {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) shortcode: Option<String>,
}

/// A poll. Its options and end may be odd without hiding that there is one.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Poll {
    #[serde(default, deserialize_with = "each")]
    pub(super) options: Vec<PollOption>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) multiple: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) expires_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) expired: Option<bool>,
}

/// Something to vote for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct PollOption {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) title: Option<String>,
}

/// A quote (`mastodon-api.md` 4.2): the quoted status, or only its id where quotes nest.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Quote {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) state: Option<String>,
    #[serde(default)]
    pub(super) quoted_status: Value,
    #[serde(default)]
    pub(super) quoted_status_id: Value,
}

/// A status that stands inside another; `None` when it is odd.
pub(super) fn inner(status: &Value) -> Option<Status> {
    status.is_object().then(|| Status::deserialize(status).ok()).flatten()
}

/// A page of a timeline.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// The statuses that could be read, in the server's order.
    pub(super) statuses: Vec<Status>,
    /// How many could not.
    pub(super) unreadable: usize,
}

/// Reads a page; a status that is unreadable does not take the others with it.
pub(super) fn page(answer: &Answer) -> Result<Page, Trouble> {
    let mut page = Page::default();
    for value in answer.json::<Vec<Value>>()? {
        match serde_json::from_value(value) {
            Ok(status) => page.statuses.push(status),
            Err(_) => page.unreadable += 1,
        }
    }
    Ok(page)
}

/// What it should be, or nothing when it is null or something else.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// A list, each element of it for itself; an odd element is an empty one, an odd list none.
fn each<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let Value::Array(values) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(values.into_iter().map(|value| serde_json::from_value(value).unwrap_or_default()).collect())
}
