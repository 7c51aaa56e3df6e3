//! What a network must be able to do, and what can come of asking it.
//!
//! One folder a network beside this file: its wire types, the reading of them into [`Post`]s (pure), its client. The
//! rest of the program knows networks only by the trait [`Client`]. Not here: what is mirrored (`core/select`), how
//! it reads (`core/render`), when it is tried (`core/plan`).

pub mod http;
pub mod mastodon;
pub mod multipart;
pub mod twitter;

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::core::media::MediaError;
use crate::core::post::{Network, Post, PostId, Timestamp};
use crate::core::record::{Attachment, Part};
use crate::core::render::Rules;
use crate::media::File;

/// One account on one network.
#[async_trait(?Send)]
pub trait Client {
    /// Which network this is.
    fn network(&self) -> Network;

    /// The owner's account id there.
    fn account(&self) -> &str;

    /// What the network takes: length, counting, names.
    fn rules(&self) -> Rules;

    /// The server's time now, as its answers gave it; `None` before the first answer.
    fn server_time(&self) -> Option<Timestamp>;

    /// Learns what the network takes, where that differs from server to server. Called before the first read and once
    /// a day.
    ///
    /// # Errors
    /// Whatever kept the network from answering.
    async fn prepare(&self) -> Result<(), Trouble> {
        Ok(())
    }

    /// Where the owner's timeline stands now: the newest post's id, if there is one. Asks for as little as it can.
    ///
    /// # Errors
    /// Whatever kept the network from answering.
    async fn newest(&self) -> Result<Newest, Trouble>;

    /// The owner's posts since then, every page of them.
    ///
    /// # Errors
    /// Whatever kept the network from answering; nothing read so far is kept.
    async fn read(&self, since: &Since) -> Result<Timeline, Trouble>;

    /// Creates a post. Never tries twice: what came of it is told, and the caller decides.
    async fn publish(&self, request: &Request<'_>) -> Outcome;

    /// Changes a post that crosspostd made. The outcome's id is the post's own, or that of its new version (X).
    /// `media` are the ids of its attachments, those that it has already among them.
    async fn edit(&self, post: &PostId, part: &Part, media: &[String]) -> Outcome;

    /// Uploads a file for an attachment of a post that is yet to be made. Nobody sees it before that.
    async fn upload(&self, file: File, attachment: &Attachment) -> Uploaded;

    /// Waits until the network has done with an upload, for minutes if need be.
    async fn processed(&self, id: &str) -> Processed;

    /// Tells the description of an upload, and whether a warning is to be put over it, where that is not told with it.
    async fn describe(&self, id: &str, attachment: &Attachment) -> Described;

    /// Deletes a post that crosspostd made. One that is not there any more is deleted.
    async fn delete(&self, post: &PostId) -> Outcome;

    /// Reposts one of the owner's own posts. One that is reposted already is reposted.
    async fn repost(&self, post: &PostId) -> Outcome;

    /// The owner's newest posts, at most `count` of them, oldest first.
    ///
    /// # Errors
    /// Whatever kept the network from answering.
    async fn latest(&self, count: u8) -> Result<Vec<Post>, Trouble>;

    /// Looks at posts of the owner's by their ids. Those that the answer says nothing about are not in the result.
    ///
    /// # Errors
    /// Whatever kept the network from answering.
    async fn look_up(&self, posts: &[PostId]) -> Result<Vec<Found>, Trouble>;

    /// What came along with the posts read and looked up since this was last asked, and is charged for beside them.
    fn take_included(&self) -> Included {
        Included::default()
    }
}

/// What came along with posts that were asked for. X charges for each of these, too, once a UTC day (`x-api.md` 5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Included {
    /// The posts that were answered, quoted or reposted, the owner's own among them: as dear as a look-up.
    pub posts: BTreeSet<PostId>,
    /// The ids of their authors.
    pub authors: BTreeSet<String>,
}

/// The last so many of posts that are sorted by age.
fn newest_of(mut posts: Vec<Post>, count: u8) -> Vec<Post> {
    posts.drain(..posts.len().saturating_sub(usize::from(count)));
    posts
}

/// A post that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Here(Box<Post>),
    /// It is proven to be gone: the network said so of this very id.
    Gone(PostId),
}

/// Where a timeline stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    /// The newest post's id; `None` when there is no post yet.
    pub id: Option<PostId>,
    /// The server's time when it was asked.
    pub at: Timestamp,
    /// The posts that were read to find out.
    pub read: Vec<PostId>,
}

/// How far back to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// Posts up to and including this one are known; `None`: none is.
    pub after: Option<PostId>,
    /// Where nothing is known by id, posts written before this are not asked for.
    pub not_before: Option<Timestamp>,
    /// Whether the answer must be complete (a doubt is to be settled): hints and partial timelines will not do.
    pub thorough: bool,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The owner's posts, oldest first, each once. May hold posts that are known already.
    pub posts: Vec<Post>,
    /// Whether every post of the owner's after [`Since::after`] that the server would show is among them.
    pub complete: bool,
    /// The server's time when the newest page was answered, or a little before.
    pub at: Timestamp,
}

/// The post to create: the part as it stands in the journal, and what it hangs on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Text, warning, language, visibility.
    pub part: &'a Part,
    /// The ids of the uploads that are attached to it, in order.
    pub media: &'a [String],
    /// The post on the target that it answers.
    pub reply_to: Option<&'a PostId>,
    /// The same for every try of the same request, and for no other: for `Idempotency-Key`.
    pub key: &'a str,
}

/// What came of trying to create a post.
///
/// An outcome and not a `Result`, so that no `?` can turn "unclear" into "failed".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The network answered that it is done.
    Done {
        /// The id of the post that was made or changed.
        id: PostId,
        /// Its address for people, when known.
        address: Option<String>,
    },
    /// The request never reached the network: it may be tried again at once.
    NotSent(Trouble),
    /// The network answered that it did not take it now: rate limit, sign-in, credits, permissions.
    Refused(Trouble),
    /// The network does not know the uploads that were to be attached, or has not done with them: nothing was made. In
    /// its words.
    MediaRefused(String),
    /// The network will never take this post; in its words.
    Rejected(String),
    /// X refuses it because it is a reply (403); in its words.
    ReplyRefused(String),
    /// Nobody knows: it may stand there, or may yet appear.
    Unclear {
        /// What was seen: a time-out, a 502, a cut-off answer.
        why: String,
        /// Whether the network said that it has this post already.
        duplicate: bool,
    },
}

/// What came of uploading a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// It is there.
    Done {
        /// Its id.
        id: String,
        /// How long it is kept while no post has it, by the network's clock.
        until: Timestamp,
        /// Whether the network still works on it.
        processing: bool,
    },
    /// This way there is none, but there is another, which is taken from now on: to be tried again at once.
    OtherWay,
    /// The file could not be read on, or the network does not take it.
    Media(MediaError),
    /// The network could not be used.
    Trouble(Trouble),
}

/// What a network says of an upload that it works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Processed {
    /// It can be attached.
    Ready,
    /// The network could not work with it, or not in time.
    Failed(MediaError),
    /// The network does not know it (any more).
    Gone,
    /// The network could not be used.
    Trouble(Trouble),
}

/// What came of describing an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Described {
    /// It is described.
    Done,
    /// The network does not take a description for it; in its words.
    Refused(String),
    /// The network does not know the upload (any more).
    Gone,
    /// The network could not be used.
    Trouble(Trouble),
}

/// Why a network could not be used. Each has its own words for the owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No connection could be made: DNS, TCP, TLS.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// A connection was made, but no usable answer came.
    #[error("did not answer properly: {0}")]
    NoAnswer(String),
    /// Too many requests.
    #[error("asks us to slow down")]
    RateLimited {
        /// Until when, by the server's clock, if it said so.
        until: Option<Timestamp>,
    },
    /// The keys or the token are not accepted (401).
    #[error("does not accept our sign-in: {0}")]
    SignIn(String),
    /// The sign-in is good but may not do this (403): read-only keys, missing scopes, a locked account.
    #[error("does not allow this: {0}")]
    Permission(String),
    /// X: the app is not in the pay-per-use package or not in Production (403 client-not-enrolled).
    #[error("does not serve this app: {0}")]
    NotEnrolled(String),
    /// X: the credits are used up (402).
    #[error("has no credits left to pay for requests")]
    NoCredits,
    /// X: the spending limit set in the developer console is reached (403 `SpendCapReached`, 429 usage cap).
    #[error("stopped at the spending limit set in the developer console")]
    SpendCap {
        /// When the next billing cycle begins, if it said so.
        until: Option<Timestamp>,
    },
    /// It answers, but something asked for is not there (404, 410).
    #[error("says that it is not there: {0}")]
    Gone(String),
}

impl Trouble {
    /// Whether only the owner can mend it: keys, permissions, package, money.
    #[must_use]
    pub fn needs_owner(&self) -> bool {
        matches!(
            self,
            Self::SignIn(_) | Self::Permission(_) | Self::NotEnrolled(_) | Self::NoCredits | Self::SpendCap { .. }
        )
    }
}
