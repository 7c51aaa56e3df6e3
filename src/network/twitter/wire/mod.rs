//! X API v2's answers as they come, in either of its two dialects (`x-api.md` 0).
//!
//! Tolerant: absent, `null` and `[]` are the same, a field of an odd shape counts as absent, what is not known is
//! ignored. Only what makes a post a post must be there. Not here: what any of it means (`read`, `text`).

mod includes;
mod post;
mod upload;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use self::includes::{Includes, Media, Poll, PollOption, User, Variant};
pub use self::post::{
    Article, Attachments, Entities, MediaMetadata, MentionEntity, Note, Place, Post, Reference, TagEntity, UrlEntity,
};
pub use self::upload::{Processing, Upload};
use super::errors::Problem;
use super::lenient::{list, number, of, text};

/// A page of a timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The posts that could be read.
    pub posts: Vec<Post>,
    /// How many elements could not be.
    pub unreadable: usize,
    /// What was read with them.
    pub includes: Includes,
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
        let (posts, unreadable) = posts(data);
        Ok(Self {
            unreadable,
            posts,
            includes: Includes::take(&mut body),
            next_token: meta.next_token.filter(|token| !token.is_empty()),
            newest_id: meta.newest_id.filter(|id| is_id(id)),
            problems,
        })
    }

    /// Reads what a person may have saved: a page, the answer to a look-up of one post, or nothing but a post. What
    /// cannot be read is counted.
    #[must_use]
    pub fn of_anything(body: &Value) -> Self {
        let Value::Object(fields) = body else { return Self { unreadable: 1, ..Self::default() } };
        let mut rest: Map<String, Value> = fields
            .iter()
            .filter(|(name, _)| *name == "includes")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let (posts, unreadable) = posts(match fields.get("data") {
            Some(Value::Array(data)) => data.clone(),
            Some(data @ Value::Object(_)) => vec![data.clone()],
            _ => vec![body.clone()],
        });
        Self { posts, unreadable, includes: Includes::take(&mut rest), ..Self::default() }
    }
}

/// The posts of a list, and how many of its elements are none.
fn posts(data: Vec<Value>) -> (Vec<Post>, usize) {
    let elements = data.len();
    let posts: Vec<Post> = data.into_iter().filter_map(Post::read).collect();
    let unreadable = elements - posts.len();
    (posts, unreadable)
}

/// The answer to a look-up of posts by their ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LookUp {
    /// The posts that are there.
    pub posts: Vec<Post>,
    /// What was read with them.
    pub includes: Includes,
    /// The ids of which the server says that there is no such post.
    pub missing: Vec<String>,
}

impl LookUp {
    /// Reads an answer; `None` when it holds neither posts nor what is wrong with them.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let Ok(Value::Object(mut body)) = serde_json::from_slice(body) else { return None };
        let (data, errors) = (body.remove("data"), body.remove("errors"));
        if !matches!(data, Some(Value::Array(_))) && !matches!(errors, Some(Value::Array(_))) {
            return None;
        }
        let missing = list(errors).iter().filter_map(missing_id).collect();
        Some(Self { posts: posts(list(data)).0, includes: Includes::take(&mut body), missing })
    }
}

/// The id that an error says does not exist. Everything else (suspended, protected, withheld, an outage) proves nothing,
/// nor does an error about a post that one of the posts refers to.
fn missing_id(error: &Value) -> Option<String> {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let is_of_request = text("section").is_none_or(|section| section == "data")
        && text("parameter").is_none_or(|parameter| ["ids", "id"].contains(&parameter));
    let id = text("resource_id").or(text("value")).filter(|id| is_id(id))?;
    let same = [text("resource_id"), text("value")].into_iter().flatten().all(|said| said == id);
    (is_of_request && same && Problem::read(error).kind == "resource-not-found").then(|| id.to_owned())
}

/// A yes or no in an answer's `data`: `deleted`, `retweeted`.
#[must_use]
pub fn flag(body: &[u8], name: &str) -> Option<bool> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("data")?.get(name)?.as_bool()
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
struct PlainId {
    #[serde(deserialize_with = "text")]
    id: Option<String>,
}

#[cfg(test)]
mod tests;
