//! Every key of the config, once: its name, its meaning, its type, its rule and its default.
//!
//! A new key is one entry in the table below: a rule alone is a required key, `Or(rule, default)` and
//! `Optional(rule, example)` are what they say. From the entry come the struct's field, reading it, its variable in the
//! environment, the proposals for a misspelt key, and its comment and place in the written file (the comment *is* the
//! documentation here). Not here: where a value comes from (`load`) and how a rule works (`rules`).

use std::time::Duration;

use super::Error;
use super::load::Layers;
use super::rules::{Interval, Optional, Or, Rule, Text, Token, Url, Whole, Word, Words};
use super::write::Page;
use crate::core::post::{Network, Visibility};
use crate::network::http::BaseUrl;
use crate::secret::Secret;

/// The visibilities that the config knows. `direct` is not among them, and never will be.
const VISIBILITIES: &[(&str, Visibility)] =
    &[("public", Visibility::Public), ("unlisted", Visibility::Unlisted), ("private", Visibility::Private)];

/// Why `direct` is refused even when asked for (design.md, promise 5).
const NOT_DIRECT: (&str, &str) = ("direct", "direct messages never leave Mastodon");

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
    const WORDS: &'static [(&'static str, Self)] = &[
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
    const WORDS: &'static [(&'static str, Self)] = &[("home", Self::Home), ("account", Self::Account)];
}

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
    }

    /// What is remembered.
    state: State {
        /// How many mirrored posts are remembered, so that replies find their thread: 500 to 1000000.
        keep_links: usize = Or(Whole { min: 500, max: 1_000_000 }, "5000");
    }
}
