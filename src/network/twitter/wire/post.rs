//! A post as it comes.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::lenient::{elements, is_yes, number, object, odd_is_absent, of, text, text_or_empty, texts};
use super::is_id;

/// The field names of the dialect of August 2026, and the ones that they had before, which we ask for and read.
const RENAMED: [(&str, &str); 3] = [
    ("note_post", "note_tweet"),
    ("edit_history_post_ids", "edit_history_tweet_ids"),
    ("referenced_posts", "referenced_tweets"),
];

/// Whether a post is only for paying subscribers: X's documents name no field of an answer that says so, only the
/// first of these, a parameter of `POST /2/tweets`. Should X answer with its name, or with another that has been in use
/// for the same, the post must not leave. (`reply_settings: subscribers` is about who may answer.)
const FOR_SUBSCRIBERS: [&str; 4] =
    ["for_super_followers_only", "exclusive", "exclusive_tweet_control", "for_subscribers_only"];

/// A post.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Post {
    /// Its id: always there, always digits.
    #[serde(deserialize_with = "text_or_empty")]
    pub id: String,
    /// The text, escaped, links as t.co; cut short where there is a note.
    #[serde(deserialize_with = "text_or_empty")]
    pub text: String,
    /// The whole text of a long post.
    #[serde(deserialize_with = "odd_is_absent")]
    pub note_tweet: Option<Note>,
    /// What stands where in `text`.
    #[serde(deserialize_with = "odd_is_absent")]
    pub entities: Option<Entities>,
    /// RFC 3339.
    #[serde(deserialize_with = "text")]
    pub created_at: Option<String>,
    /// Who wrote it.
    #[serde(deserialize_with = "text")]
    pub author_id: Option<String>,
    /// Whose post it answers.
    #[serde(deserialize_with = "text")]
    pub in_reply_to_user_id: Option<String>,
    /// Which post it answers, where `referenced_tweets` does not say it: X's stream of events has it.
    #[serde(deserialize_with = "text")]
    pub in_reply_to_tweet_id: Option<String>,
    /// The first post of its conversation.
    #[serde(deserialize_with = "text")]
    pub conversation_id: Option<String>,
    /// What it answers, quotes or reposts.
    #[serde(deserialize_with = "elements")]
    pub referenced_tweets: Vec<Reference>,
    /// What is attached.
    #[serde(deserialize_with = "odd_is_absent")]
    pub attachments: Attachments,
    /// What is said of it beside `includes.media`.
    #[serde(deserialize_with = "elements")]
    pub media_metadata: Vec<MediaMetadata>,
    /// All its versions, itself included.
    #[serde(deserialize_with = "texts")]
    pub edit_history_tweet_ids: Vec<String>,
    /// Whether it is marked as sensitive.
    #[serde(deserialize_with = "odd_is_absent")]
    pub possibly_sensitive: bool,
    /// BCP 47, or one of X's own codes.
    #[serde(deserialize_with = "text")]
    pub lang: Option<String>,
    /// The application that wrote it.
    #[serde(deserialize_with = "text")]
    pub source: Option<String>,
    /// The community that it was posted to.
    #[serde(deserialize_with = "text")]
    pub community_id: Option<String>,
    /// The article that it is nothing but a link to.
    #[serde(deserialize_with = "object")]
    pub article: Option<Article>,
    /// Whether only paying subscribers see it (see `FOR_SUBSCRIBERS`).
    #[serde(skip)]
    pub for_subscribers: bool,
    /// Whom it was shown to.
    #[serde(deserialize_with = "odd_is_absent")]
    pub scopes: Scopes,
}

/// An article.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Article {
    /// Its title.
    #[serde(deserialize_with = "text_or_empty")]
    pub title: String,
}

/// Whom a post is shown to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Scopes {
    /// Only to its author's followers.
    #[serde(deserialize_with = "odd_is_absent")]
    pub followers: bool,
}

impl Post {
    /// Reads a post; `None` when it has no id, or nothing in it that could be its content.
    #[must_use]
    pub fn read(value: Value) -> Option<Self> {
        let Value::Object(mut fields) = value else { return None };
        to_legacy(&mut fields);
        let has_text = fields.get("text").is_some_and(Value::is_string);
        let for_subscribers = FOR_SUBSCRIBERS.into_iter().filter_map(|name| fields.get(name)).any(is_yes);
        let post = Self { for_subscribers, ..of(Value::Object(fields))? };
        // A picture alone may come without a text. A post with nothing at all is one whose text was lost on the way:
        // taking it for an empty post would lose it silently.
        let has_content = has_text
            || !post.text.is_empty()
            || post.note_tweet.is_some()
            || !post.attachments.media_keys.is_empty()
            || !post.attachments.poll_ids.is_empty()
            || post.referenced_tweets.iter().any(|reference| reference.kind != "replied_to")
            || post.article.is_some();
        (is_id(&post.id) && has_content).then_some(post)
    }
}

impl Post {
    /// The other post that it answers, quotes or reposts.
    #[must_use]
    pub fn reference(&self, kind: &str) -> Option<&str> {
        self.referenced_tweets.iter().find(|reference| reference.kind == kind).map(|reference| reference.id.as_str())
    }
}

fn to_legacy(fields: &mut Map<String, Value>) {
    // Beside `article`, or instead of it.
    if let Some(title @ Value::String(_)) = fields.remove("article_title")
        && let Value::Object(article) = fields.entry("article").or_insert_with(|| Value::Object(Map::new()))
    {
        article.entry("title").or_insert(title);
    }
    for (new, old) in RENAMED {
        if let Some(value) = fields.remove(new)
            && fields.get(old).is_none_or(Value::is_null)
        {
            fields.insert(old.to_owned(), value);
        }
    }
}

/// The whole text of a long post.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Note {
    /// The text, escaped, links as t.co. Required: a note without one is none.
    pub text: String,
    /// What stands where in it.
    #[serde(default, deserialize_with = "odd_is_absent")]
    pub entities: Option<Entities>,
}

/// What stands where in a text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Entities {
    /// Links.
    #[serde(deserialize_with = "elements")]
    pub urls: Vec<UrlEntity>,
    /// Mentions.
    #[serde(deserialize_with = "elements")]
    pub mentions: Vec<MentionEntity>,
    /// Hashtags.
    #[serde(deserialize_with = "elements")]
    pub hashtags: Vec<TagEntity>,
}

/// A place in a text, in code points, `end` exclusive. Not to be relied on (`x-api.md` 2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The first code point.
    #[serde(deserialize_with = "number")]
    pub start: Option<usize>,
    /// The code point after the last.
    #[serde(deserialize_with = "number")]
    pub end: Option<usize>,
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UrlEntity {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// As it stands in the text: t.co.
    #[serde(deserialize_with = "text_or_empty")]
    pub url: String,
    /// What it leads to.
    #[serde(deserialize_with = "text")]
    pub expanded_url: Option<String>,
    /// How X shows it.
    #[serde(deserialize_with = "text")]
    pub display_url: Option<String>,
    /// Where that leads to in the end, through shorteners.
    #[serde(deserialize_with = "text")]
    pub unwound_url: Option<String>,
    /// What the server there answered when X looked.
    #[serde(deserialize_with = "number")]
    pub status: Option<usize>,
    /// The medium that it stands for, when it is not a link at all.
    #[serde(deserialize_with = "text")]
    pub media_key: Option<String>,
}

/// A mention.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MentionEntity {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The name, without `@`.
    #[serde(deserialize_with = "text_or_empty")]
    pub username: String,
}

/// A hashtag.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TagEntity {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The word, without `#`.
    #[serde(deserialize_with = "text_or_empty")]
    pub tag: String,
}

/// What a post has to do with another.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Reference {
    /// `replied_to`, `quoted` or `retweeted`.
    #[serde(rename = "type", deserialize_with = "text_or_empty")]
    pub kind: String,
    /// The other post.
    #[serde(deserialize_with = "text_or_empty")]
    pub id: String,
}

/// What a post says of a medium.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MediaMetadata {
    /// Which.
    #[serde(deserialize_with = "text_or_empty")]
    pub media_key: String,
    /// The alt text.
    #[serde(deserialize_with = "text")]
    pub alt_text: Option<String>,
}

/// What is attached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Attachments {
    /// Keys into the page's media.
    #[serde(deserialize_with = "texts")]
    pub media_keys: Vec<String>,
    /// Polls.
    #[serde(deserialize_with = "texts")]
    pub poll_ids: Vec<String>,
}
