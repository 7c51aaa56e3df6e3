//! What exists on X: users, posts, what hangs on them, the app and its tokens.

use super::text::Parsed;
use crate::core::post::{MediaKind, Timestamp};
use crate::sandbox::NewMedia;

/// Milliseconds since 1970 at which X's ids begin.
const ID_EPOCH_MILLIS: i64 = 1_288_834_974_657;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: u64,
    /// Its name with `@`, without the `@`.
    pub username: String,
    /// Its name for people.
    pub name: String,
    /// Whether only followers see its posts.
    pub protected: bool,
    /// `None`, `Basic`, `Premium` or `PremiumPlus`.
    pub subscription: &'static str,
}

impl User {
    /// A plain account.
    #[must_use]
    pub fn new(id: u64, username: &str, name: &str) -> Self {
        Self { id, username: username.to_owned(), name: name.to_owned(), protected: false, subscription: "None" }
    }
}

/// The developer's app: its name is the label under the posts that it makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name.
    pub name: String,
    /// The API key.
    pub consumer_key: String,
    /// The API key's secret.
    pub consumer_secret: String,
}

/// A user's access token for the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub key: String,
    /// Its secret.
    pub secret: String,
    /// Whose it is.
    pub user: u64,
    /// Whether it was made when the app could write.
    pub may_write: bool,
}

/// Something attached to a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// `photo`, `video` or `animated_gif`.
    pub kind: &'static str,
    /// Its alt text.
    pub alt_text: Option<String>,
    /// The file's address; empty: X says none; `None`: one that leads nowhere.
    pub url: Option<String>,
    /// A picture that stands for it, where it moves; `None`: one that leads nowhere.
    pub preview_url: Option<String>,
    /// The same video in other qualities, with bits a second; where there is none, `url` is the only one.
    pub variants: Vec<(u64, String)>,
    /// Width and height, in pixels.
    pub size: (u32, u32),
    /// How long it plays, in milliseconds.
    pub duration_ms: u64,
    /// The key that it got when it was uploaded.
    pub media_key: Option<String>,
}

impl Default for Attachment {
    fn default() -> Self {
        Self {
            kind: "photo",
            alt_text: None,
            url: None,
            preview_url: None,
            variants: Vec::new(),
            size: (800, 600),
            duration_ms: 12_000,
            media_key: None,
        }
    }
}

impl From<&NewMedia> for Attachment {
    fn from(new: &NewMedia) -> Self {
        let fallback = Self::default();
        Self {
            kind: match new.kind {
                MediaKind::Image => "photo",
                MediaKind::Gif => "animated_gif",
                // X has no sound alone.
                MediaKind::Video | MediaKind::Audio => "video",
                MediaKind::Other => "hologram",
            },
            alt_text: new.description.clone(),
            url: Some(new.url.clone().unwrap_or_default()),
            preview_url: new.preview_url.clone(),
            variants: new.variants.clone(),
            size: new.size.unwrap_or(fallback.size),
            duration_ms: new.duration_ms.unwrap_or(fallback.duration_ms),
            media_key: None,
        }
    }
}

/// A post to be written by hand: in the app, by anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// The post that it answers.
    pub reply_to: Option<u64>,
    /// The post that it quotes.
    pub quote_of: Option<u64>,
    /// The post that it reposts; the text is then X's.
    pub repost_of: Option<u64>,
    /// What is attached.
    pub media: Vec<Attachment>,
    /// The poll's options; none: no poll.
    pub poll: Vec<String>,
    /// How long the poll is open, in minutes; a day where nothing is said.
    pub poll_minutes: Option<u32>,
    /// Whether it is marked as sensitive.
    pub sensitive: bool,
    /// The community that it was posted to.
    pub community: Option<u64>,
    /// The title of an article; the text is then X's.
    pub article: Option<String>,
    /// Who may reply: `following`, `mentionedUsers`, `subscribers` or `verified`; everyone where nothing is said.
    pub reply_settings: Option<String>,
    /// The language; where nothing is said, X guesses.
    pub lang: Option<String>,
}

impl Draft {
    /// Nothing but text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// An answer.
    #[must_use]
    pub fn reply(to: u64, text: &str) -> Self {
        Self { reply_to: Some(to), ..Self::text(text) }
    }

    /// A quote.
    #[must_use]
    pub fn quote(of: u64, text: &str) -> Self {
        Self { quote_of: Some(of), ..Self::text(text) }
    }

    /// A repost.
    #[must_use]
    pub fn repost(of: u64) -> Self {
        Self { repost_of: Some(of), ..Self::default() }
    }

    /// A poll that is open for so many minutes.
    #[must_use]
    pub fn poll(text: &str, options: &[&str], minutes: u32) -> Self {
        let poll = options.iter().map(|&option| option.to_owned()).collect();
        Self { poll, poll_minutes: Some(minutes), ..Self::text(text) }
    }

    /// A post to a community.
    #[must_use]
    pub fn community(community: u64, text: &str) -> Self {
        Self { community: Some(community), ..Self::text(text) }
    }

    /// An article: a post whose text is but a link to it.
    #[must_use]
    pub fn article(title: &str) -> Self {
        Self { article: Some(title.to_owned()), ..Self::default() }
    }
}

/// A post on X.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tweet {
    /// Its number.
    pub id: u64,
    /// Who wrote it.
    pub author: u64,
    /// When.
    pub created: Timestamp,
    /// The text as readers see it: nothing escaped, links as they were typed.
    pub text: String,
    /// The post that it answers.
    pub reply_to: Option<u64>,
    /// Who wrote the post that it answers.
    pub reply_to_user: Option<u64>,
    /// The post that its thread began with; itself when it began one.
    pub conversation: u64,
    /// What else it is besides text.
    pub draft: Draft,
    /// The label of the application that it was written with.
    pub source: String,
    /// Whether it came through the API.
    pub by_api: bool,
    /// Every version of it, oldest first, itself among them.
    pub versions: Vec<u64>,
    /// What X makes of the text.
    pub(super) parsed: Parsed,
    /// Not there any more.
    pub(super) deleted: bool,
    /// Timelines do not show it before this.
    pub(super) shown_from: Timestamp,
    /// Timelines do not show it for so many reads more.
    pub(super) hidden_reads: u32,
}

impl Tweet {
    /// Whether this is the newest version of a post that still stands.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.deleted && self.versions.last() == Some(&self.id)
    }

    /// Whether X lets posts of this kind be edited at all (x-api.md 2.3).
    #[must_use]
    pub fn is_of_editable_kind(&self) -> bool {
        let to_other = self.reply_to_user.is_some_and(|user| user != self.author);
        let draft = &self.draft;
        let special = draft.repost_of.is_some() || draft.community.is_some() || draft.article.is_some();
        !(to_other || special || !draft.poll.is_empty())
    }
}

/// The next id at this time: a snowflake, larger than every one before it.
pub(super) fn next_id(last: u64, now: Timestamp) -> u64 {
    let millis = u64::try_from(now.millis() - ID_EPOCH_MILLIS).unwrap_or_default();
    (millis << 22).max(last + 1)
}

/// A time as X writes it: `2026-07-24T21:05:48.000Z`, to the second.
pub(super) fn rfc3339(time: Timestamp) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    time::OffsetDateTime::from_unix_timestamp(time.secs())
        .ok()
        .and_then(|time| time.format(format).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_snowflakes_that_only_grow() {
        let now = Timestamp::from_millis(1_784_927_148_792);
        let first = next_id(0, now);
        assert_eq!(first >> 22, 2_080_761_390_344_937_796 >> 22);
        assert_eq!(rfc3339(now), "2026-07-24T21:05:48.000Z");
        assert_eq!(next_id(first, now), first + 1);
        assert_eq!(next_id(first, now.plus_secs(-60)), first + 1);
    }
}
