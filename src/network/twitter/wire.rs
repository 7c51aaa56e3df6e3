//! X API v2's answers as they come, in either of its two dialects (`x-api.md` 0).
//!
//! Tolerant: absent, `null` and `[]` are the same, a field of an odd shape counts as absent, what is not known is
//! ignored. Only what makes a post a post must be there. Not here: what any of it means (`read`, `text`).

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::errors::Problem;
use super::lenient::{elements, list, number, odd_is_absent, of, text, text_or_empty, texts};

/// The field names of the dialect of August 2026, and the ones that they had before, which we ask for and read.
const RENAMED: [(&str, &str); 3] = [
    ("note_post", "note_tweet"),
    ("edit_history_post_ids", "edit_history_tweet_ids"),
    ("referenced_posts", "referenced_tweets"),
];

/// A page of a timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The posts that could be read.
    pub posts: Vec<Post>,
    /// How many elements could not be.
    pub unreadable: usize,
    /// The attached media, by their keys.
    pub media: HashMap<String, Media>,
    /// Where the next page is.
    pub next_token: Option<String>,
    /// The newest id of the page, by the server's own account.
    pub newest_id: Option<String>,
    /// What the server says that it left out (`x-api.md` 6.3).
    pub problems: Vec<Problem>,
}

/// Why a body is not a page.
#[derive(Clone, Debug, PartialEq)]
pub enum NoPage {
    /// It is not what the API answers.
    Odd(&'static str),
    /// It holds nothing but a reason: a 200 that is an error.
    Problem(Box<Problem>),
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// When it is no JSON object, or holds neither posts nor the statement that there are none: that must not be
    /// taken for an empty timeline.
    pub fn parse(body: &[u8]) -> Result<Self, NoPage> {
        let Ok(Value::Object(mut body)) = serde_json::from_slice(body) else {
            return Err(NoPage::Odd("it is not a JSON object"));
        };
        let problems: Vec<Problem> = list(body.remove("errors")).iter().map(Problem::read).collect();
        let meta: Option<Meta> = body.remove("meta").filter(Value::is_object).and_then(of);
        let data = match body.remove("data") {
            Some(Value::Array(data)) => data,
            None | Some(Value::Null) => match (&meta, problems.first()) {
                (Some(meta), _) if meta.result_count.unwrap_or(0) == 0 => Vec::new(),
                (Some(_), _) => return Err(NoPage::Odd("it counts posts that it does not hold")),
                (None, Some(problem)) => return Err(NoPage::Problem(Box::new(problem.clone()))),
                (None, None) => return Err(NoPage::Odd("it holds no posts and does not say that there are none")),
            },
            Some(_) => return Err(NoPage::Odd("its posts are not a list")),
        };
        let meta = meta.unwrap_or_default();
        let elements = data.len();
        let posts: Vec<Post> = data.into_iter().filter_map(Post::read).collect();
        let includes: Includes = body.remove("includes").and_then(of).unwrap_or_default();
        Ok(Self {
            unreadable: elements - posts.len(),
            posts,
            media: includes.media.into_iter().filter_map(|media| Some((media.media_key.clone()?, media))).collect(),
            next_token: meta.next_token.filter(|token| !token.is_empty()),
            newest_id: meta.newest_id.filter(|id| is_id(id)),
            problems,
        })
    }
}

/// The id of the post that was created, from the answer to `POST /2/tweets`. Nothing else in it matters.
#[must_use]
pub fn created_id(body: &[u8]) -> Option<String> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    let id: PlainId = of(body.get_mut("data")?.take())?;
    id.id.filter(|id| is_id(id))
}

/// The account that the keys belong to, from the answer to `GET /2/users/me`.
#[must_use]
pub fn user(body: &[u8]) -> Option<User> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    of(body.get_mut("data")?.take()).filter(|user: &User| user.id.as_deref().is_some_and(is_id))
}

/// Whether it is an id as X makes them: 1 to 19 digits (`x-api.md` 0). Anything else would be no good in an address.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (1..=19).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0')
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    #[serde(deserialize_with = "number")]
    result_count: Option<usize>,
    #[serde(deserialize_with = "text")]
    next_token: Option<String>,
    #[serde(deserialize_with = "text")]
    newest_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Includes {
    #[serde(deserialize_with = "elements")]
    media: Vec<Media>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PlainId {
    #[serde(deserialize_with = "text")]
    id: Option<String>,
}

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
    /// The first post of its conversation.
    #[serde(deserialize_with = "text")]
    pub conversation_id: Option<String>,
    /// What it answers, quotes or reposts.
    #[serde(deserialize_with = "elements")]
    pub referenced_tweets: Vec<Reference>,
    /// What is attached.
    #[serde(deserialize_with = "odd_is_absent")]
    pub attachments: Attachments,
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
}

impl Post {
    /// Reads a post; `None` when it has no id, or nothing in it that could be its content.
    #[must_use]
    pub fn read(value: Value) -> Option<Self> {
        let Value::Object(mut fields) = value else { return None };
        to_legacy(&mut fields);
        let post: Self = of(Value::Object(fields))?;
        // Absent and empty are the same, so a picture alone may come without a text. A post with neither is one
        // whose text was lost on the way: taking it for an empty post would lose it silently.
        let has_content = !post.text.is_empty()
            || post.note_tweet.is_some()
            || !post.attachments.media_keys.is_empty()
            || !post.attachments.poll_ids.is_empty();
        (is_id(&post.id) && has_content).then_some(post)
    }
}

fn to_legacy(fields: &mut Map<String, Value>) {
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

/// A picture or video.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Media {
    /// What posts name it by.
    #[serde(deserialize_with = "text")]
    pub media_key: Option<String>,
    /// `photo`, `video` or `animated_gif`.
    #[serde(rename = "type", deserialize_with = "text_or_empty")]
    pub kind: String,
    /// Where a photo is.
    #[serde(deserialize_with = "text")]
    pub url: Option<String>,
    /// The alt text.
    #[serde(deserialize_with = "text")]
    pub alt_text: Option<String>,
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct User {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub id: Option<String>,
    /// Its name, without `@`.
    #[serde(deserialize_with = "text_or_empty")]
    pub username: String,
    /// Its display name.
    #[serde(deserialize_with = "text_or_empty")]
    pub name: String,
    /// `None`, `Basic`, `Premium`, `PremiumPlus`.
    #[serde(deserialize_with = "text")]
    pub subscription_type: Option<String>,
    /// Whether only followers see its posts.
    #[serde(deserialize_with = "odd_is_absent")]
    pub protected: bool,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(body: &Value) -> Result<Page, NoPage> {
        Page::parse(body.to_string().as_bytes())
    }

    #[test]
    fn both_dialects_lead_to_the_same_post() {
        let legacy = json!({"id": "12", "text": "a…", "note_tweet": {"text": "a long text"},
            "edit_history_tweet_ids": ["11", "12"], "referenced_tweets": [{"type": "quoted", "id": "9"}]});
        let new = json!({"id": "12", "text": "a…", "note_post": {"text": "a long text"},
            "edit_history_post_ids": ["11", "12"], "referenced_posts": [{"type": "quoted", "id": "9"}]});
        let both = json!({"id": 12, "text": "a…", "note_post": {"text": "a long text"}, "note_tweet": null,
            "edit_history_post_ids": ["11", "12"], "edit_history_tweet_ids": ["11", "12"],
            "referenced_posts": [{"type": "quoted", "id": 9}], "some_later_field": {}});
        let read = Post::read(legacy).unwrap();
        assert_eq!(read.note_tweet.as_ref().unwrap().text, "a long text");
        assert_eq!(Post::read(new).as_ref(), Some(&read));
        assert_eq!(Post::read(both), Some(read));
    }

    #[test]
    fn an_odd_optional_field_does_not_cost_the_post() {
        for odd in [json!(null), json!(7.5), json!("x"), json!({}), json!([null, 3, {}]), json!([[]])] {
            let post = json!({"id": "12", "text": "hello", "note_tweet": odd, "entities": odd, "attachments": odd,
                "referenced_tweets": odd, "edit_history_tweet_ids": odd, "possibly_sensitive": odd,
                "created_at": odd, "lang": odd, "source": odd, "in_reply_to_user_id": odd});
            assert_eq!(Post::read(post).unwrap().text, "hello", "{odd}");
        }
        let post =
            json!({"id": "12", "text": "a #b", "entities": {"urls": 3, "hashtags": [4, {"tag": "b", "start": "x"}]}});
        assert_eq!(Post::read(post).unwrap().entities.unwrap().hashtags.len(), 1);
    }

    #[test]
    fn an_element_that_is_no_post_is_counted() {
        let body = json!({"data": [{"id": "12", "text": "a"}, {"text": "no id"}, {"id": "../me", "text": "a"},
            {"id": "13"}, null, {"id": "14", "attachments": {"media_keys": ["3_1"]}}], "meta": {"result_count": 6}});
        let page = page(&body).unwrap();
        assert_eq!(page.posts.iter().map(|post| post.id.as_str()).collect::<Vec<_>>(), ["12", "14"]);
        assert_eq!(page.unreadable, 4);
    }

    #[test]
    fn an_empty_page_is_one_that_says_so() {
        for empty in [
            json!({"meta": {"result_count": 0}}),
            json!({"meta": {}}),
            json!({"data": [], "meta": {"result_count": "0"}}),
            json!({"data": []}),
            json!({"data": null, "meta": {"result_count": 0}}),
        ] {
            assert_eq!(page(&empty), Ok(Page::default()), "{empty}");
        }
        for odd in
            [json!({}), json!([]), json!({"data": {}}), json!({"data": "x"}), json!({"meta": {"result_count": 2}})]
        {
            assert!(matches!(page(&odd), Err(NoPage::Odd(_))), "{odd}");
        }
        let only_errors = json!({"errors": [{"title": "Authorization Error", "detail": "Sorry",
            "type": "https://api.x.com/2/problems/not-authorized-for-resource"}]});
        assert!(
            matches!(page(&only_errors), Err(NoPage::Problem(problem)) if problem.kind == "not-authorized-for-resource")
        );
    }

    #[test]
    fn errors_beside_posts_are_kept_and_cost_nothing() {
        let body = json!({"data": [{"id": "12", "text": "a"}], "includes": {"media": [{"media_key": "3_1", "type": "photo"}, 5]},
            "errors": [{"section": "includes", "detail": "Could not find"}], "meta": {"next_token": "t", "newest_id": "12"}});
        let page = page(&body).unwrap();
        assert_eq!((page.posts.len(), page.unreadable, page.problems.len(), page.media.len()), (1, 0, 1, 1));
        assert_eq!((page.next_token.as_deref(), page.newest_id.as_deref()), (Some("t"), Some("12")));
    }

    #[test]
    fn the_created_id_needs_nothing_beside_it() {
        for (body, id) in [
            (r#"{"data":{"id":"1445880548472328192","text":"x"}}"#, Some("1445880548472328192")),
            (r#"{"data":{"id":1445880548472328192}}"#, Some("1445880548472328192")),
            (r#"{"data":{"id":"12","text":7,"edit_history_post_ids":null},"errors":[{}]}"#, Some("12")),
            (r#"{"data":{"text":"x"}}"#, None),
            (r#"{"data":{"id":"x"}}"#, None),
            (r#"{"data":[]}"#, None),
            (r#"{"data":{"id":"12","#, None),
            ("", None),
            ("[]", None),
        ] {
            assert_eq!(created_id(body.as_bytes()).as_deref(), id, "{body}");
        }
    }
}
