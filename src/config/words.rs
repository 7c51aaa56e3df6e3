//! The words that the config knows for each choice, and the choices that are the config's own.
//!
//! The default of a key stands in `schema`, as does its explanation; what a choice means stands with its type in
//! `core`.

use crate::core::post::{Network, Visibility};
use crate::core::render::split::Numbering;
use crate::core::select::Approval;
use crate::core::style::{
    Boosts, CustomEmoji, ExtraMedia, LongDescriptions, LongPosts, Lookalikes, Mentions, MissingMedia, Polls, Quotes,
    RefusedReplies, SensitiveMedia, Sound, Tracking, UnfitMedia, Warnings,
};
use crate::core::upkeep::EditPolicy;
pub use crate::network::twitter::Links;

/// The words for the values of a type.
pub(super) type Table<T> = &'static [(&'static str, T)];

/// Which way posts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directions {
    /// From each network to the other.
    Both,
    /// Only from Mastodon to X.
    MastodonToTwitter,
    /// Only from X to Mastodon.
    TwitterToMastodon,
}

impl Directions {
    pub(super) const WORDS: Table<Self> = &[
        ("both", Self::Both),
        ("mastodon-to-twitter", Self::MastodonToTwitter),
        ("twitter-to-mastodon", Self::TwitterToMastodon),
    ];

    /// Whether posts written on `source` are mirrored.
    #[must_use]
    pub fn includes(self, source: Network) -> bool {
        match self {
            Self::Both => true,
            Self::MastodonToTwitter => source == Network::Mastodon,
            Self::TwitterToMastodon => source == Network::Twitter,
        }
    }
}

/// Which timeline is polled on Mastodon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeline {
    /// The home timeline; the account's own posts are read as well, now and then.
    Home,
    /// The account's own posts only.
    Account,
}

impl Timeline {
    pub(super) const WORDS: Table<Self> = &[("home", Self::Home), ("account", Self::Account)];
}

impl Links {
    pub(super) const WORDS: Table<Self> = &[("expanded", Self::Expanded), ("unwound", Self::Unwound)];
}

/// What becomes of posts that were not written for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// They stay where they are.
    Skip,
    /// They are mirrored like any other.
    Mirror,
}

impl Limited {
    pub(super) const WORDS: Table<Self> = &[("skip", Self::Skip), ("mirror", Self::Mirror)];
}

/// What becomes of articles on X.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Articles {
    /// They are not mirrored.
    Skip,
    /// The post with the link to the article is mirrored.
    Link,
}

impl Articles {
    pub(super) const WORDS: Table<Self> = &[("skip", Self::Skip), ("link", Self::Link)];
}

/// What becomes of the mirror of a deleted post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletes {
    /// It stays.
    Ignore,
    /// It is deleted.
    Mirror,
}

impl Deletes {
    pub(super) const WORDS: Table<Self> = &[("ignore", Self::Ignore), ("mirror", Self::Mirror)];
}

/// The visibilities that the config knows. `direct` is not among them, and never will be.
pub(super) const VISIBILITIES: Table<Visibility> =
    &[("public", Visibility::Public), ("unlisted", Visibility::Unlisted), ("private", Visibility::Private)];

/// Why `direct` is refused even when asked for (design.md, promise 5).
pub(super) const NOT_DIRECT: (&str, &str) = ("direct", "direct messages never leave Mastodon");

pub(super) const LONG_POSTS: Table<LongPosts> = &[
    ("thread", LongPosts::Thread),
    ("truncate", LongPosts::Truncate),
    ("cheapest", LongPosts::Cheapest),
    ("skip", LongPosts::Skip),
];

pub(super) const NUMBERING: Table<Numbering> =
    &[("off", Numbering::Off), ("auto", Numbering::Auto), ("always", Numbering::Always)];

pub(super) const WARNINGS: Table<Warnings> = &[
    ("prefix", Warnings::Prefix),
    ("warning-and-link", Warnings::WarningAndLink),
    ("skip", Warnings::Skip),
    ("drop", Warnings::Drop),
];

pub(super) const LOOKALIKES: Table<Lookalikes> = &[("inert", Lookalikes::Inert), ("keep", Lookalikes::Keep)];

pub(super) const CUSTOM_EMOJI: Table<CustomEmoji> = &[("keep", CustomEmoji::Keep), ("remove", CustomEmoji::Remove)];

pub(super) const POLLS: Table<Polls> =
    &[("native", Polls::Native), ("list", Polls::List), ("link", Polls::Link), ("skip", Polls::Skip)];

pub(super) const QUOTES: Table<Quotes> =
    &[("author", Quotes::Author), ("link", Quotes::Link), ("text", Quotes::Text), ("skip", Quotes::Skip)];

pub(super) const BOOSTS: Table<Boosts> =
    &[("off", Boosts::Off), ("own", Boosts::Own), ("link", Boosts::Link), ("text", Boosts::Text)];

pub(super) const EXTRA_MEDIA: Table<ExtraMedia> = &[("thread", ExtraMedia::Thread), ("link", ExtraMedia::Link)];

pub(super) const LONG_DESCRIPTIONS: Table<LongDescriptions> =
    &[("cut", LongDescriptions::Cut), ("reply", LongDescriptions::Reply)];

pub(super) const UNFIT_MEDIA: Table<UnfitMedia> =
    &[("link", UnfitMedia::Link), ("drop", UnfitMedia::Drop), ("skip", UnfitMedia::Skip)];

pub(super) const SOUND: Table<Sound> = &[("link", Sound::Link), ("cover", Sound::Cover)];

pub(super) const MISSING_MEDIA: Table<MissingMedia> = &[
    ("post-with-link", MissingMedia::PostWithLink),
    ("post-without", MissingMedia::PostWithout),
    ("hold", MissingMedia::Hold),
];

pub(super) const SENSITIVE_MEDIA: Table<SensitiveMedia> =
    &[("attach", SensitiveMedia::Attach), ("link", SensitiveMedia::Link), ("skip", SensitiveMedia::Skip)];

pub(super) const MENTIONS: Table<Mentions> =
    &[("full", Mentions::Full), ("plain", Mentions::Plain), ("link", Mentions::Link), ("bare", Mentions::Bare)];

pub(super) const TRACKING: Table<Tracking> = &[("remove", Tracking::Remove), ("keep", Tracking::Keep)];

pub(super) const REFUSED_REPLIES: Table<RefusedReplies> =
    &[("standalone", RefusedReplies::Standalone), ("hold", RefusedReplies::Hold)];

pub(super) const EDITS: Table<EditPolicy> =
    &[("edit", EditPolicy::Edit), ("repost", EditPolicy::Repost), ("ignore", EditPolicy::Ignore)];

pub(super) const REQUIRE: Table<Option<Approval>> =
    &[("none", None), ("favourite", Some(Approval::Favourite)), ("bookmark", Some(Approval::Bookmark))];
