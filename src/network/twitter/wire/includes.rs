//! What is read with posts: media, polls, other posts and their authors.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::lenient::{elements, list, number, odd_is_absent, of, text, text_or_empty};
use super::Post;

/// What was read with a page of posts, each by its id or key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Includes {
    /// Pictures and videos.
    pub media: HashMap<String, Media>,
    /// Polls.
    pub polls: HashMap<String, Poll>,
    /// Posts that are answered, quoted or reposted.
    pub posts: HashMap<String, Post>,
    /// Their authors.
    pub users: HashMap<String, User>,
}

impl Includes {
    /// Takes them out of an answer; what cannot be read is left out.
    #[must_use]
    pub fn take(body: &mut Map<String, Value>) -> Self {
        let Some(Value::Object(mut lists)) = body.remove("includes") else { return Self::default() };
        let mut take = |name: &str| list(lists.remove(name)).into_iter().filter(Value::is_object);
        let media = take("media").filter_map(of).filter_map(|one: Media| Some((one.media_key.clone()?, one)));
        let media = media.collect();
        let polls = take("polls").filter_map(of).filter_map(|one: Poll| Some((one.id.clone()?, one))).collect();
        let users = take("users").filter_map(of).filter_map(|one: User| Some((one.id.clone()?, one))).collect();
        // `posts` is the name since August 2026 (`x-api.md` 0).
        let posts: Vec<Value> = take("tweets").collect();
        let posts = posts.into_iter().chain(take("posts")).filter_map(Post::read);
        Self { media, polls, posts: posts.map(|post| (post.id.clone(), post)).collect(), users }
    }

    /// Adds those of another page.
    pub fn extend(&mut self, other: Self) {
        self.media.extend(other.media);
        self.polls.extend(other.polls);
        self.posts.extend(other.posts);
        self.users.extend(other.users);
    }
}

/// A poll.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Poll {
    /// What posts name it by.
    #[serde(deserialize_with = "text")]
    pub id: Option<String>,
    /// What can be chosen, in any order.
    #[serde(deserialize_with = "elements")]
    pub options: Vec<PollOption>,
    /// How long it runs.
    #[serde(deserialize_with = "number")]
    pub duration_minutes: Option<usize>,
    /// `open` or `closed`.
    #[serde(deserialize_with = "text_or_empty")]
    pub voting_status: String,
}

/// What can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PollOption {
    /// Its place, from 1.
    #[serde(deserialize_with = "number")]
    pub position: Option<usize>,
    /// Its text.
    #[serde(deserialize_with = "text_or_empty")]
    pub label: String,
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
    /// The files of a video or GIF, of different quality.
    #[serde(deserialize_with = "elements")]
    pub variants: Vec<Variant>,
    /// Where a still of a video or GIF is.
    #[serde(deserialize_with = "text")]
    pub preview_image_url: Option<String>,
    /// The alt text.
    #[serde(deserialize_with = "text")]
    pub alt_text: Option<String>,
    /// In pixels.
    #[serde(deserialize_with = "number")]
    pub width: Option<usize>,
    /// In pixels.
    #[serde(deserialize_with = "number")]
    pub height: Option<usize>,
    /// How long it plays.
    #[serde(deserialize_with = "number")]
    pub duration_ms: Option<usize>,
}

/// A file of a video or GIF.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Variant {
    /// In bits per second; 0 for GIFs, absent for playlists.
    #[serde(deserialize_with = "number")]
    pub bit_rate: Option<usize>,
    /// `video/mp4`, `application/x-mpegURL`.
    #[serde(deserialize_with = "text_or_empty")]
    pub content_type: String,
    /// Where it is.
    #[serde(deserialize_with = "text")]
    pub url: Option<String>,
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
