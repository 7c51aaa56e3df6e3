//! How the owner wants the mirrors of one network's posts to read: every choice that `render` asks for.
//!
//! The words of the config are these variants. Not here: which posts are mirrored at all (`select`), what a target takes
//! (`render::Rules`).

use super::post::Visibility;
use super::render::split::Numbering;

/// What becomes of a post that is longer than the target allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongPosts {
    /// A thread.
    #[default]
    Thread,
    /// Its beginning, with a link to the original.
    Truncate,
    /// Whichever of the two costs less.
    Cheapest,
    /// Nothing.
    Skip,
}

/// What becomes of a content warning where the target has no place for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Warnings {
    /// It stands before the text.
    #[default]
    Prefix,
    /// It stands alone, with a link to the original.
    WarningAndLink,
    /// The post is not mirrored.
    Skip,
    /// It is left out.
    Drop,
}

/// What becomes of words that the target would take for links (`main.rs`), though nobody meant one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lookalikes {
    /// They are made inert.
    #[default]
    Inert,
    /// They are left as they are, and may become links.
    Keep,
}

/// What becomes of the source's custom emoji.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomEmoji {
    /// `:shortcode:`.
    #[default]
    Keep,
    /// They are left out.
    Remove,
}

/// What becomes of a poll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polls {
    /// A poll, where the target can carry it; else a list.
    #[default]
    Native,
    /// Its options as a list.
    List,
    /// Its options as a list, and a link to the original, where one can vote.
    Link,
    /// The post is not mirrored.
    Skip,
}

/// What becomes of a quoted post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// Its author's name, without a link.
    #[default]
    Author,
    /// Its author's name and a link to it, or to its mirror where it is the owner's own.
    Link,
    /// The post's own text alone.
    Text,
    /// The post is not mirrored.
    Skip,
}

/// What becomes of a boost or repost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boosts {
    /// Nothing.
    #[default]
    Off,
    /// A boost of one's own post becomes a repost of its mirror; others are not mirrored.
    Own,
    /// As `Own`; others become a post with the author's name and a link.
    Link,
    /// As `Own`; others become a post with the author's name and the text.
    Text,
}

/// How the name of somebody on the source is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mentions {
    /// `@name@host`.
    #[default]
    Full,
    /// `name@host`.
    Plain,
    /// A link to their profile.
    Link,
    /// `@name`, with an invisible letter that keeps it from being a mention.
    Bare,
}

/// What becomes of the parts of links that only tell where somebody came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracking {
    /// They are removed.
    #[default]
    Remove,
    /// They are left.
    Keep,
}

/// What is done about a reply that the target refuses because it is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusedReplies {
    /// It is posted for itself.
    #[default]
    Standalone,
    /// It is held back as failed.
    Hold,
}

/// What becomes of attachments beyond what one post on the target carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExtraMedia {
    /// They stand in further posts of the thread.
    #[default]
    Thread,
    /// A link to the original stands for them.
    Link,
}

/// What becomes of a description that is longer than the target allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongDescriptions {
    /// It is cut at a word.
    #[default]
    Cut,
    /// It is cut, and the rest of it stands in a further post of the thread.
    Reply,
}

/// What becomes of an attachment that the target does not take and that cannot be changed so that it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnfitMedia {
    /// A link to the original stands for it.
    #[default]
    Link,
    /// It is left out.
    Drop,
    /// The post is not mirrored.
    Skip,
}

/// What becomes of sound where the target has no place for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sound {
    /// A link to the original stands for it.
    #[default]
    Link,
    /// Its cover picture and a link to the original stand for it.
    Cover,
}

/// What becomes of a post whose attachment cannot be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingMedia {
    /// It waits for as long as it takes.
    Hold,
    /// It is posted with a link to the original, after a while.
    #[default]
    PostWithLink,
    /// It is posted without it, after a while.
    PostWithout,
}

/// What becomes of attachments that are marked as sensitive, where the target is X.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SensitiveMedia {
    /// They are attached, under X's warning.
    #[default]
    Attach,
    /// A link to the original stands for them.
    Link,
    /// The post is not mirrored.
    Skip,
}

/// How the owner wants attachments mirrored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaStyle {
    /// More than fit into a post.
    pub extra: ExtraMedia,
    /// Descriptions that are too long.
    pub long_descriptions: LongDescriptions,
    /// What the target does not take.
    pub unfit: UnfitMedia,
    /// Sound.
    pub sound: Sound,
    /// What cannot be had.
    pub missing: MissingMedia,
    /// For how long it is tried, in seconds.
    pub missing_secs: i64,
    /// What is marked as sensitive.
    pub sensitive: SensitiveMedia,
    /// The content warning that a mirror of a sensitive post gets which has none, where the target has a place for it.
    pub sensitive_warning: Option<String>,
}

impl Default for MediaStyle {
    fn default() -> Self {
        Self {
            extra: ExtraMedia::default(),
            long_descriptions: LongDescriptions::default(),
            unfit: UnfitMedia::default(),
            sound: Sound::default(),
            missing: MissingMedia::default(),
            missing_secs: 86_400,
            sensitive: SensitiveMedia::default(),
            sensitive_warning: None,
        }
    }
}

/// Somebody who is on both networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friend {
    /// Their handle on Mastodon, `user@host`, host in punycode, lower case.
    pub mastodon: String,
    /// Their name on X, without `@`.
    pub twitter: String,
}

/// How the owner wants the mirrors of one network's posts to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Posts that are too long.
    pub long_posts: LongPosts,
    /// Whether the parts of a thread are numbered.
    pub numbering: Numbering,
    /// Content warnings where the target has no place for them.
    pub warnings: Warnings,
    /// What stands before such a warning.
    pub warning_prefix: String,
    /// The words that begin a warning at the head of a text, where the source has no place for one; none: such texts
    /// are left as they are.
    pub warning_words: Vec<String>,
    /// Words that look like links.
    pub lookalikes: Lookalikes,
    /// Custom emoji.
    pub custom_emoji: CustomEmoji,
    /// Polls.
    pub polls: Polls,
    /// Quotes.
    pub quotes: Quotes,
    /// Boosts of somebody else's posts, once they are let through.
    pub boosts: Boosts,
    /// People on the source.
    pub mentions: Mentions,
    /// Those who are on both networks: they are mentioned for real.
    pub friends: Vec<Friend>,
    /// Tracking parameters in links.
    pub tracking: Tracking,
    /// Hashtags that are left out of the text, without `#`.
    pub hidden_hashtags: Vec<String>,
    /// Who may see the mirrors, where the target has visibilities.
    pub visibility: Option<Visibility>,
    /// Who may see the later parts of a thread and replies, where the target has visibilities.
    pub thread_visibility: Option<Visibility>,
    /// Replies that the target refuses.
    pub refused_replies: RefusedReplies,
    /// Attachments.
    pub media: MediaStyle,
}
