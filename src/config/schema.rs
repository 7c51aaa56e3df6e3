//! Every key of the config, once: its name, its meaning, its type, its rule and its default.
//!
//! A new key is one entry in the table below: a rule alone is a required key, `Or(rule, default)` and
//! `Optional(rule, example)` are what they say. From the entry come the struct's field, reading it, its variable in the
//! environment, the proposals for a misspelt key, and its comment and place in the written file (the comment *is* the
//! documentation here). Not here: where a value comes from (`load`), how a rule works (`rules`, `choice`, `lists`), and
//! the words of each choice (`words`).

use std::time::Duration;

use super::Error;
use super::choice::{Word, Words};
use super::lists::{Friends, Hashtag, Hashtags, Texts};
use super::load::Layers;
use super::rules::{Flag, Interval, Optional, Or, Rule, Text, Token, Url, Verbatim, Whole};
use super::words::{self, Articles, Deletes, Directions, Limited, Links, NOT_DIRECT, Timeline, VISIBILITIES};
use super::write::Page;
use crate::core::post::Visibility;
use crate::core::render::split::Numbering;
use crate::core::select::Approval;
use crate::core::style::{
    Boosts, CustomEmoji, ExtraMedia, Friend, LongDescriptions, LongPosts, Lookalikes, Mentions, MissingMedia, Polls,
    Quotes, RefusedReplies, SensitiveMedia, Sound, Tracking, UnfitMedia, Warnings,
};
use crate::core::upkeep::EditPolicy;
use crate::network::http::BaseUrl;
use crate::secret::Secret;

/// How long a post may be made to wait: 30 minutes, in seconds.
const DELAY: Interval = Interval { min: 0, max: 30 * 60 };
/// For how long a post may wait for its media: 7 days, in seconds.
const MISSING: Interval = Interval { min: 0, max: 7 * 24 * 3600 };
/// For how long changes of a post may be looked for: 30 days, in seconds.
const WINDOW: Interval = Interval { min: 0, max: 30 * 24 * 3600 };

/// A key of the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The section that it stands in.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// Whether it has to be given.
    pub required: bool,
    /// Whether it is a secret: never shown, and `NAME_file` may name a file that holds it.
    pub secret: bool,
}

impl Key {
    /// The variable in the environment that overrides it.
    #[must_use]
    pub fn variable(&self) -> String {
        variable(self.section, self.name)
    }
}

/// The variable in the environment that overrides a key.
pub(super) fn variable(section: &str, name: &str) -> String {
    format!("CROSSPOSTD_{}__{}", section.to_uppercase(), name.to_uppercase())
}

/// Makes of the table of keys the structs, [`keys`], the reader and the writer.
macro_rules! sections {
    ($( $(#[doc = $about:literal])+ $section:ident: $Section:ident {
        $( $(#[doc = $doc:literal])+ $key:ident: $Type:ty = $rule:expr; )+
    } )+) => {
        /// All that the config says, checked: whoever holds one need not check again.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Config {
            $( $(#[doc = $about])+ pub $section: $Section, )+
        }

        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $Section {
                $( $(#[doc = $doc])+ pub $key: $Type, )+
            }
        )+

        /// Every key, in the order of the file.
        #[must_use]
        pub fn keys() -> Vec<Key> {
            vec![$( $( Key {
                section: stringify!($section),
                name: stringify!($key),
                required: $rule.default().is_none(),
                secret: $rule.is_secret(),
            }, )+ )+]
        }

        impl Config {
            /// Reads every key from where it is given, or takes its default.
            pub(super) fn read(layers: &Layers<'_>) -> Result<Self, Error> {
                Ok(Self {
                    $( $section: $Section {
                        $( $key: layers.read(stringify!($section), stringify!($key), &$rule)?, )+
                    }, )+
                })
            }

            /// Writes every section and key with its comment.
            pub(super) fn print(&self, page: &mut Page) {
                $(
                    page.section(&[$($about),+], stringify!($section));
                    $( page.key(&[$($doc),+], stringify!($key), &$rule.write(&self.$section.$key)); )+
                )+
            }
        }
    };
}

sections! {
    /// When posts are looked for, and which way they go.
    sync: Sync {
        /// How often both timelines are polled: "30s", "5m", "1h" or a number of seconds, between 10s and 1h.
        interval: Duration = Or(Interval { min: 10, max: 3600 }, "30s");
        /// Which way posts go: "both", "mastodon-to-twitter" or "twitter-to-mastodon".
        directions: Directions = Or(Word(Directions::WORDS), "both");
    }

    /// Your account on Mastodon, or on another server that speaks its API.
    mastodon: Mastodon {
        /// The address of your server; plain http:// is only for this machine itself.
        url: BaseUrl = Url;
        /// The access token. It may stand in a file of its own instead: `access_token_file = "/path"`.
        access_token: Secret = Token;
        /// The id of your account there; asked from the server where it is not given.
        account_id: Option<String> = Optional(Text, "109302436954721982");
        /// The name of your account, for people who read this file.
        account: Option<String> = Optional(Text, "me@mastodon.social");
        /// What is polled: "home" (and now and then your own posts) or "account" (your own posts only).
        timeline: Timeline = Or(Word(Timeline::WORDS), "home");
        /// The name of the app that the token belongs to: what it posts is a mirror, and never mirrored back.
        app: String = Or(Text, "crosspostd");
        /// Which of your posts leave for X: "public", "unlisted", "private" (followers only); never "direct".
        mirror_visibilities: Vec<Visibility> =
            Or(Words { words: VISIBILITIES, refused: NOT_DIRECT }, "public, unlisted");
        /// Who may see the mirrors made here: "public", "unlisted" or "private".
        visibility: Visibility = Or(Word(VISIBILITIES), "public");
        /// Who may see the later parts of a thread, and replies. Never more people than `visibility` says.
        thread_visibility: Visibility = Or(Word(VISIBILITIES), "unlisted");
    }

    /// Your account on X, with the four keys of your own app from its developer console.
    twitter: Twitter {
        /// The address of its API.
        api_url: BaseUrl = Or(Url, "https://api.x.com");
        /// The app's key. Each of the four may stand in a file of its own: `consumer_key_file = "/path"` and so on.
        consumer_key: Secret = Token;
        /// The app's key secret.
        consumer_secret: Secret = Token;
        /// Your access token, with permission to read and write.
        access_token: Secret = Token;
        /// Your access token secret.
        access_token_secret: Secret = Token;
        /// The id of your account there; asked from X, for a little money, where it is not given.
        user_id: Option<String> = Optional(Text, "2244994945");
        /// The name of your account, without the @.
        username: Option<String> = Optional(Text, "xdevelopers");
        /// How long a post may be, as X counts: 280, or up to 25000 with X Premium.
        max_length: usize = Or(Whole { min: 280, max: 25_000 }, "280");
        /// Whether you pay for X Premium: then posts can be edited there, for an hour, and videos may last 20 minutes.
        premium: bool = Or(Flag, "false");
    }

    /// How your Mastodon posts read on X, and which of them go there.
    from_mastodon: FromMastodon {
        /// A post too long for X: "thread" (several posts), "truncate" (its beginning and a link), "cheapest" (of the
        /// two) or "skip" (not mirrored). A link makes a post on X cost $0.200 instead of $0.015.
        long_posts: LongPosts = Or(Word(words::LONG_POSTS), "thread");
        /// Numbers like 2/5 on the parts of a thread: "off", "auto" (from three parts on) or "always".
        numbering: Numbering = Or(Word(words::NUMBERING), "off");
        /// A content warning: "prefix" (stands before the text), "warning-and-link" (stands alone, with a link to the
        /// post), "skip" (the post is not mirrored) or "drop" (left out).
        warnings: Warnings = Or(Word(words::WARNINGS), "prefix");
        /// What stands before a content warning. Blanks count.
        warning_prefix: String = Or(Verbatim { max: 50 }, "CW: ");
        /// Words that X would take for a link, like main.rs: "inert" (an invisible letter keeps them words) or "keep"
        /// (they become links, and the post costs as much as one with a link).
        lookalikes: Lookalikes = Or(Word(words::LOOKALIKES), "inert");
        /// Your server's own emoji, which X does not have: "keep" (they read :blobcat:) or "remove".
        custom_emoji: CustomEmoji = Or(Word(words::CUSTOM_EMOJI), "keep");
        /// A poll: "native" (a poll on X where X can carry it, else a list), "list" (the choices as text), "link" (the
        /// choices and a link to vote) or "skip".
        polls: Polls = Or(Word(words::POLLS), "native");
        /// A post that quotes another: "author" (names who is quoted), "link" (and links to it), "text" (only what you
        /// wrote yourself) or "skip".
        quotes: Quotes = Or(Word(words::QUOTES), "author");
        /// What you boost: "off" (stays), "own" (a boost of your own post boosts its mirror), "link" (also others, as a
        /// name and a link) or "text" (also others, as a name and the text).
        boosts: Boosts = Or(Word(words::BOOSTS), "off");
        /// More media than a post on X carries (four pictures, or one GIF or video): "thread" (the rest in further posts,
        /// $0.015 each) or "link" (a link to your post, and the post costs $0.200).
        extra_media: ExtraMedia = Or(Word(words::EXTRA_MEDIA), "thread");
        /// A description longer than X takes (1000 characters): "cut" (at a word) or "reply" (cut, and the rest in a
        /// further post). Each description costs $0.005 on X.
        long_descriptions: LongDescriptions = Or(Word(words::LONG_DESCRIPTIONS), "cut");
        /// A picture or video that X does not take, and that cannot be made to fit: "link" (a link to your post, and
        /// the post costs $0.200), "drop" (left out) or "skip" (the post is not mirrored).
        unfit_media: UnfitMedia = Or(Word(words::UNFIT_MEDIA), "link");
        /// Sound, which X does not take: "link" (a link to your post) or "cover" (its cover picture and the link).
        sound: Sound = Or(Word(words::SOUND), "link");
        /// A file that cannot be fetched: "post-with-link" (after `missing_media_wait`, with a link to your post),
        /// "post-without" (after it, without the file) or "hold" (the post waits for as long as it takes).
        missing_media: MissingMedia = Or(Word(words::MISSING_MEDIA), "post-with-link");
        /// For how long such a file is tried: "0s" to "7d".
        missing_media_wait: Duration = Or(MISSING, "1d");
        /// Media that you marked as sensitive: "attach" (under X's warning; telling X costs $0.005 each), "link" (a link
        /// to your post, and the post costs $0.200) or "skip" (the post is not mirrored).
        sensitive_media: SensitiveMedia = Or(Word(words::SENSITIVE_MEDIA), "attach");
        /// When X refuses a reply because it is one: "standalone" (posted by itself) or "hold" (kept as failed).
        refused_replies: RefusedReplies = Or(Word(words::REFUSED_REPLIES), "standalone");
        /// When you edit a post: "edit" (the mirror is edited, if you have X Premium), "repost" (it is deleted and posted
        /// again) or "ignore" (it stays as it was).
        edits: EditPolicy = Or(Word(words::EDITS), "edit");
        /// For how long after a post is written its edits are looked for: "0s" to "30d".
        edit_window: Duration = Or(WINDOW, "1d");
        /// When you delete a post: "ignore" (the mirror stays) or "mirror" (the mirror is deleted, too).
        deletes: Deletes = Or(Word(Deletes::WORDS), "ignore");
        /// For how long after a post is written its deletion is looked for: "0s" to "30d".
        delete_window: Duration = Or(WINDOW, "1d");
        /// How old a post must be before it is mirrored, so that you can still correct or delete it: "0s" to "30m".
        delay: Duration = Or(DELAY, "0s");
        /// Mirror only posts that you mark yourself, within a week: "favourite", "bookmark" or "none" (no mark needed).
        require: Option<Approval> = Or(Word(words::REQUIRE), "none");
        /// Only posts with one of these words: `["cats", "good morning"]`. Upper and lower case are the same.
        include_words: Vec<String> = Or(Texts, "");
        /// Never posts with one of these words.
        exclude_words: Vec<String> = Or(Texts, "");
        /// Only posts with one of these hashtags, with or without the #.
        include_hashtags: Vec<String> = Or(Hashtags, "");
        /// Never posts with one of these hashtags.
        exclude_hashtags: Vec<String> = Or(Hashtags, "");
        /// Only posts with this hashtag are mirrored.
        only_hashtag: Option<String> = Optional(Hashtag, "toX");
        /// Posts with this hashtag are never mirrored.
        never_hashtag: Option<String> = Optional(Hashtag, "noX");
        /// Whether the two hashtags above are left out of the mirror's text.
        hide_hashtags: bool = Or(Flag, "true");
    }

    /// How your X posts read on Mastodon, and which of them go there.
    from_twitter: FromTwitter {
        /// A post too long for your server: "thread", "truncate" (its beginning and a link), "cheapest" or "skip".
        long_posts: LongPosts = Or(Word(words::LONG_POSTS), "thread");
        /// Numbers like 2/5 on the parts of a thread: "off", "auto" (from three parts on) or "always".
        numbering: Numbering = Or(Word(words::NUMBERING), "off");
        /// How people on X are named: "full" (@name@x.com), "plain" (name@x.com), "link" (their address) or "bare"
        /// (@name). Nobody on Mastodon is notified.
        mentions: Mentions = Or(Word(words::MENTIONS), "full");
        /// The parts of a link that only tell where you found it (like `utm_source=…`): "remove" or "keep".
        tracking: Tracking = Or(Word(words::TRACKING), "remove");
        /// Links through a shortening service: "expanded" (as you wrote them) or "unwound" (the page they lead to).
        links: Links = Or(Word(Links::WORDS), "expanded");
        /// A post that begins with one of these words, as in "CW: food", gets a content warning. []: none does.
        warning_words: Vec<String> = Or(Texts, "CW, TW, CN, Spoiler, Content warning");
        /// A poll: "native" (a poll on Mastodon), "list" (the choices as text), "link" (the choices and a link to vote)
        /// or "skip".
        polls: Polls = Or(Word(words::POLLS), "native");
        /// A post that quotes another: "link" (names who is quoted, with a link), "author" (only names them), "text"
        /// (only what you wrote yourself) or "skip".
        quotes: Quotes = Or(Word(words::QUOTES), "link");
        /// What you repost: "off" (stays), "own" (a repost of your own post boosts its mirror), "link" (also others, as
        /// a name and a link) or "text" (also others, as a name and the text; X charges $0.005 for each such post that is
        /// read, and $0.010 for its author).
        reposts: Boosts = Or(Word(words::BOOSTS), "off");
        /// More media than a post on your server carries (mostly four pictures, or one video): "thread" (the rest in
        /// further posts) or "link" (a link to your post on X).
        extra_media: ExtraMedia = Or(Word(words::EXTRA_MEDIA), "thread");
        /// A description longer than your server takes (1500 characters, or 10000 on new ones): "cut" (at a word) or
        /// "reply" (cut, and the rest in a further post).
        long_descriptions: LongDescriptions = Or(Word(words::LONG_DESCRIPTIONS), "cut");
        /// A picture or video that your server does not take, and that cannot be made to fit: "link" (a link to your
        /// post on X), "drop" (left out) or "skip" (the post is not mirrored).
        unfit_media: UnfitMedia = Or(Word(words::UNFIT_MEDIA), "link");
        /// A file that cannot be fetched: "post-with-link" (after `missing_media_wait`, with a link to your post),
        /// "post-without" (after it, without the file) or "hold" (the post waits for as long as it takes).
        missing_media: MissingMedia = Or(Word(words::MISSING_MEDIA), "post-with-link");
        /// For how long such a file is tried: "0s" to "7d".
        missing_media_wait: Duration = Or(MISSING, "1d");
        /// The content warning over the mirror of a post that X marks as sensitive, as in "Sensitive". Its media are
        /// hidden until clicked in any case. "": no warning.
        sensitive_warning: String = Or(Verbatim { max: 100 }, "");
        /// What you post to a community: "skip" or "mirror" (like any other post).
        communities: Limited = Or(Word(Limited::WORDS), "skip");
        /// Articles: "skip" or "link" (the mirror links to the article).
        articles: Articles = Or(Word(Articles::WORDS), "skip");
        /// What you post for paying subscribers only: "skip" or "mirror" (everybody can read it on Mastodon).
        subscribers: Limited = Or(Word(Limited::WORDS), "skip");
        /// When you edit a post: "edit" (the mirror is edited), "repost" (it is deleted and posted again) or "ignore".
        edits: EditPolicy = Or(Word(words::EDITS), "edit");
        /// For how long after a post is written its edits are looked for: "0s" to "30d". X allows them for an hour.
        edit_window: Duration = Or(WINDOW, "1d");
        /// When you delete a post: "ignore" (the mirror stays) or "mirror" (the mirror is deleted, too; X charges $0.005
        /// a day for each post that is looked up).
        deletes: Deletes = Or(Word(Deletes::WORDS), "ignore");
        /// For how long after a post is written its deletion is looked for: "0s" to "30d".
        delete_window: Duration = Or(WINDOW, "1d");
        /// How old a post must be before it is mirrored, so that you can still correct or delete it: "0s" to "30m".
        delay: Duration = Or(DELAY, "0s");
        /// Only posts with one of these words: `["cats", "good morning"]`. Upper and lower case are the same.
        include_words: Vec<String> = Or(Texts, "");
        /// Never posts with one of these words.
        exclude_words: Vec<String> = Or(Texts, "");
        /// Only posts with one of these hashtags, with or without the #.
        include_hashtags: Vec<String> = Or(Hashtags, "");
        /// Never posts with one of these hashtags.
        exclude_hashtags: Vec<String> = Or(Hashtags, "");
        /// Only posts with this hashtag are mirrored.
        only_hashtag: Option<String> = Optional(Hashtag, "fedi");
        /// Posts with this hashtag are never mirrored.
        never_hashtag: Option<String> = Optional(Hashtag, "nofedi");
        /// Whether the two hashtags above are left out of the mirror's text.
        hide_hashtags: bool = Or(Flag, "true");
    }

    /// People who are on both networks.
    handles: Handles {
        /// Whom you mention on one network is mentioned on the other: `["alice@chaos.social = alice_x"]`.
        known: Vec<Friend> = Or(Friends, "");
    }

    /// How pictures, videos and sound are fetched.
    media: Media {
        /// The largest file that is fetched, in MB, whatever the other side takes: 1 to 16384.
        max_file_mb: usize = Or(Whole { min: 1, max: 16_384 }, "512");
        /// How long a file's server may say nothing before it is given up until later: "1s" to "5m".
        stall: Duration = Or(Interval { min: 1, max: 5 * 60 }, "30s");
        /// How long fetching a file may take in all: "10s" to "12h".
        max_time: Duration = Or(Interval { min: 10, max: 12 * 3600 }, "1h");
    }

    /// What is remembered.
    state: State {
        /// How many mirrored posts are remembered, so that replies find their thread: 500 to 1000000.
        keep_links: usize = Or(Whole { min: 500, max: 1_000_000 }, "5000");
    }
}
