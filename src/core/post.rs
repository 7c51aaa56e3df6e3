//! The neutral form that both networks' posts are read into, and the small values that everything else is said in.
//!
//! Not here: any network's JSON (`network/*/wire`), any rule about what is mirrored (`select`) or how it is
//! written on the other side (`render`).

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::matching::fingerprint;
use super::media::MediaType;

/// One of the networks that posts are mirrored between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Mastodon, or any server that speaks its client API.
    Mastodon,
    /// X, formerly Twitter.
    Twitter,
}

impl Network {
    /// Every network, in the order in which they are polled.
    pub const ALL: [Self; 2] = [Self::Mastodon, Self::Twitter];

    /// The network that posts of this one are mirrored to.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Mastodon => Self::Twitter,
            Self::Twitter => Self::Mastodon,
        }
    }

    /// The word for it in code, config and journal.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::Twitter => "twitter",
        }
    }
}

/// The name that people use.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mastodon => "Mastodon",
            Self::Twitter => "X",
        })
    }
}

/// A post's id: an opaque string, ordered by (length, bytes).
///
/// That order is by age for Mastodon's and X's snowflakes, `GoToSocial`'s ULIDs and Pleroma's flakes alike
/// (`mastodon-api.md` 3.5); parsing to integers would break on the last two.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostId(String);

impl PostId {
    /// Wraps an id as the network gave it.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as the network wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for PostId {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.len(), self.0.as_bytes()).cmp(&(other.0.len(), other.0.as_bytes()))
    }
}

impl PartialOrd for PostId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A post on a network: `mastodon:116…`, `twitter:208…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostRef {
    /// Where it stands.
    pub network: Network,
    /// Its id there.
    pub id: PostId,
}

impl PostRef {
    /// Names a post.
    #[must_use]
    pub fn new(network: Network, id: PostId) -> Self {
        Self { network, id }
    }
}

impl fmt::Display for PostRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.network.key(), self.id)
    }
}

/// A text that is not `network:id`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a post: write mastodon:ID or twitter:ID")]
pub struct BadPostRef(String);

impl FromStr for PostRef {
    type Err = BadPostRef;

    fn from_str(text: &str) -> Result<Self, BadPostRef> {
        let bad = || BadPostRef(text.to_owned());
        let (network, id) = text.split_once(':').ok_or_else(bad)?;
        let network = Network::ALL.into_iter().find(|n| n.key() == network).ok_or_else(bad)?;
        if id.is_empty() {
            return Err(bad());
        }
        Ok(Self::new(network, PostId::new(id)))
    }
}

impl TryFrom<String> for PostRef {
    type Error = BadPostRef;

    fn try_from(text: String) -> Result<Self, BadPostRef> {
        text.parse()
    }
}

impl From<PostRef> for String {
    fn from(post: PostRef) -> Self {
        post.to_string()
    }
}

/// A moment, in milliseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since 1970.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This many milliseconds later (earlier when negative).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This many seconds later (earlier when negative).
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Who may see a post. Anything unknown is [`Visibility::Other`] and never leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody, and in public timelines.
    Public,
    /// Everybody, but not in public timelines.
    Unlisted,
    /// Followers only (Mastodon's word is `private`).
    Private,
    /// Only those mentioned.
    Direct,
    /// A word that we do not know: `local`, `mutuals_only`, …
    Other,
}

/// What stands at a place in a [`Post`]'s text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// A link that the author (or their network) made; the text of the span is the whole address.
    Link,
    /// A mention; `handle` is `user@host`: host in punycode on Mastodon, `x.com` on X.
    Mention {
        /// The full handle, without the leading `@`.
        handle: String,
    },
    /// A hashtag, `#` included.
    Hashtag,
    /// A custom emoji of the source's, as `:shortcode:`.
    Emoji,
}

/// A typed piece of a [`Post`]'s text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where, in bytes of [`Post::text`], on character boundaries.
    pub range: Range<usize>,
    /// What.
    pub kind: SpanKind,
}

/// What kind of thing is attached to a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A silent, looping video.
    Gif,
    /// A video.
    Video,
    /// Sound.
    Audio,
    /// Something that we do not know.
    Other,
}

/// A file that holds an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// Where it can be fetched.
    pub url: String,
    /// Of what type the network says that it is.
    pub media_type: Option<MediaType>,
    /// How much of it plays in a second, in bits, where the network says so.
    pub bitrate: Option<u64>,
}

/// What a picture is about: a point in it, from -1000 (left, bottom) to 1000 (right, top).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Focus {
    /// From left to right.
    pub x: i16,
    /// From bottom to top.
    pub y: i16,
}

/// Something attached to a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its id, as it was given when it was uploaded, when known.
    pub id: Option<String>,
    /// What it is.
    pub kind: MediaKind,
    /// The files that hold it, as the network lists them: any of them will do.
    pub files: Vec<MediaFile>,
    /// The alt text.
    pub description: Option<String>,
    /// What it is about.
    pub focus: Option<Focus>,
    /// Width and height, in pixels, when known.
    pub size: Option<(u32, u32)>,
    /// How long it plays, in milliseconds, when known.
    pub length_ms: Option<u64>,
    /// Where a picture that stands for it can be fetched: a cover, a still.
    pub cover: Option<String>,
}

impl Media {
    /// An attachment of which nothing but its kind is known.
    #[must_use]
    pub fn of(kind: MediaKind) -> Self {
        Self {
            id: None,
            kind,
            files: Vec::new(),
            description: None,
            focus: None,
            size: None,
            length_ms: None,
            cover: None,
        }
    }
}

/// Which post a post answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyTo {
    /// Nothing: it stands for itself.
    Nothing,
    /// A post of the owner's own.
    Own(PostId),
    /// Somebody else's post (or a thread that began as one).
    Other,
}

/// A question with options to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// What can be chosen, in order.
    pub options: Vec<String>,
    /// Whether more than one can be.
    pub multiple: bool,
    /// How long it runs from the moment it was posted, in seconds, when known.
    pub length_secs: Option<i64>,
    /// Whether it is over.
    pub closed: bool,
}

/// Another post that a post boosts or quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Which post.
    pub id: PostId,
    /// Whether the owner wrote it.
    pub is_own: bool,
    /// Its author's full handle, `user@host`, when known.
    pub author: Option<String>,
    /// Its address for people, when known.
    pub address: Option<String>,
    /// Its text, as far as it is known and everybody may read it; else empty.
    pub text: String,
    /// What stands where in its text.
    pub spans: Vec<Span>,
    /// Its content warning.
    pub warning: Option<String>,
}

/// For whom a post is that is not for everybody, or what it is if not a post like others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// For one Mastodon server.
    LocalOnly,
    /// For a community on X.
    Community,
    /// For paying subscribers on X.
    Subscribers,
    /// An article on X: the post is only a link to it.
    Article,
}

/// A post as it was written, whichever network it was written on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Which post.
    pub id: PostId,
    /// When it was written, by its server.
    pub created: Timestamp,
    /// The account that wrote it (its id there).
    pub author: String,
    /// Plain text: HTML, t.co, entities and escapes resolved.
    pub text: String,
    /// What stands where in the text: sorted, not overlapping.
    pub spans: Vec<Span>,
    /// The content warning, if it has one.
    pub warning: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// What it answers.
    pub reply_to: ReplyTo,
    /// The post that it boosts or reposts: then nothing in it is its own.
    pub boost: Option<Shared>,
    /// The post that it quotes.
    pub quote: Option<Shared>,
    /// Why it is not a post for everybody like others.
    pub restricted: Option<Restriction>,
    /// The poll that it carries.
    pub poll: Option<Poll>,
    /// Whether it is marked as sensitive.
    pub sensitive: bool,
    /// What is attached, in order.
    pub media: Vec<Media>,
    /// Its language (BCP 47), when known.
    pub language: Option<String>,
    /// The application that wrote it, where the network shows it.
    pub application: Option<String>,
    /// When its text was last changed, where the network says so and keeps the id (Mastodon).
    pub edited: Option<Timestamp>,
    /// Earlier versions of it that had ids of their own (X gives each edit a new one).
    pub earlier_versions: Vec<PostId>,
    /// Whether the owner favourited it, where the network says so.
    pub favourited: bool,
    /// Whether the owner bookmarked it, where the network says so.
    pub bookmarked: bool,
    /// Its address for people.
    pub address: Option<String>,
}

impl Post {
    /// The fingerprint of what is read in it (see `matching`).
    #[must_use]
    pub fn print(&self) -> u64 {
        fingerprint(&self.text, self.warning.as_deref(), self.media.len())
    }

    /// A plain public post: what readers start from, and tests.
    #[must_use]
    pub fn plain(id: PostId, author: &str, created: Timestamp, text: &str) -> Self {
        Self {
            id,
            created,
            author: author.to_owned(),
            text: text.to_owned(),
            spans: Vec::new(),
            warning: None,
            visibility: Visibility::Public,
            reply_to: ReplyTo::Nothing,
            boost: None,
            quote: None,
            restricted: None,
            poll: None,
            sensitive: false,
            media: Vec::new(),
            language: None,
            application: None,
            edited: None,
            earlier_versions: Vec::new(),
            favourited: false,
            bookmarked: false,
            address: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_by_length_then_bytes() {
        let id = PostId::new;
        assert!(id("99") < id("100"));
        assert!(id("01HZ") < id("01J0"));
        assert!(id("0") < id("1"));
    }

    #[test]
    fn a_post_ref_reads_what_it_writes() {
        let post = PostRef::new(Network::Twitter, PostId::new("208"));
        assert_eq!(post.to_string().parse::<PostRef>().ok(), Some(post));
        for bad in ["", "x:1", "mastodon:", "mastodon"] {
            assert!(bad.parse::<PostRef>().is_err(), "{bad}");
        }
    }
}
