//! Both networks together, with one owner, and the host where media lie: what the demo and the tests begin with.

use std::io;

use super::mastodon::{Behaviour, Limits, MastodonWorld, Options};
use super::twitter::{Draft, TwitterWorld};
use super::{Files, NewMedia, SandboxClock, Server};
use crate::config::{self, Answers, Config};
use crate::core::post::{Network, PostId, Visibility};
use crate::secret::Secret;

/// The owner's name on Mastodon.
pub const OWNER: &str = "ada";
/// The host in Mastodon handles.
pub const HOST: &str = "social.example";

/// Two simulated networks, and the owner's keys to both.
pub struct Pair {
    /// The time on both.
    pub clock: SandboxClock,
    /// Mastodon.
    pub mastodon: Server<MastodonWorld>,
    /// X.
    pub twitter: Server<TwitterWorld>,
    /// The host where media lie.
    pub files: Server<Files>,
    token: String,
}

/// A post of the owner's, as it stands on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// The text as readers see it.
    pub text: String,
    /// What it answers.
    pub reply_to: Option<String>,
    /// Whether it came through the API, and so from crosspostd.
    pub by_us: bool,
}

impl Pair {
    /// Starts all on ports of this machine. Mastodon's rate limits are off: they are for tests of their own.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn start() -> io::Result<Self> {
        let clock = SandboxClock::new();
        let behaviour = Behaviour { limits: Limits::none(), ..Behaviour::mastodon() };
        let mut world = MastodonWorld::new(HOST, OWNER, behaviour);
        let scopes = "profile read:statuses write:statuses write:media";
        let token = world
            .grant_token(OWNER, "crosspostd", scopes, clock.now())
            .ok_or_else(|| io::Error::other("the simulated owner has no account"))?;
        Ok(Self {
            mastodon: Server::start(world, clock.clone())?,
            twitter: Server::start(TwitterWorld::sample(clock.clone()), clock.clone())?,
            files: Server::start(Files::new(), clock.clone())?,
            clock,
            token,
        })
    }

    /// The owner's token on Mastodon.
    #[must_use]
    pub fn mastodon_token(&self) -> &str {
        &self.token
    }

    /// A config that points at both.
    ///
    /// # Errors
    /// Never, unless the config's rules change.
    pub fn config(&self) -> Result<Config, config::Error> {
        let mut config = Config::new(&Answers {
            mastodon_url: self.mastodon.base(),
            mastodon_access_token: Secret::new(&*self.token),
            consumer_key: Secret::new("sandbox-consumer-key"),
            consumer_secret: Secret::new("sandbox-consumer-secret"),
            access_token: Secret::new("2244994945-sandbox-token"),
            access_token_secret: Secret::new("sandbox-token-secret"),
        })?;
        if let Ok(url) = crate::network::http::BaseUrl::parse(&self.twitter.base()) {
            config.twitter.api_url = url;
        }
        config.mastodon.account_id = Some(self.mastodon.with(|world| world.owner_id().to_owned()));
        Ok(config)
    }

    /// The owner writes a public post by hand. Returns its id.
    #[expect(clippy::must_use_candidate, reason = "it writes")]
    pub fn write(&self, network: Network, text: &str) -> String {
        self.write_reply(network, text, None)
    }

    /// The owner writes a public post by hand, in answer to one of their own. Returns its id.
    pub fn write_reply(&self, network: Network, text: &str, reply_to: Option<&str>) -> String {
        match network {
            Network::Mastodon => {
                let options = Options { reply_to: reply_to.map(PostId::new), ..Options::default() };
                let now = self.clock.now();
                self.mastodon.with(|world| world.write_as_owner(now, text, &options).as_str().to_owned())
            }
            Network::Twitter => {
                let reply_to = reply_to.and_then(|id| id.parse().ok());
                let id = self.twitter.with(|world| world.write_as_owner(text, reply_to));
                id.map(|id| id.to_string()).unwrap_or_default()
            }
        }
    }

    /// The owner writes a public post with media by hand. Addresses that are but paths are of [`Self::files`]. Returns
    /// the post's id.
    pub fn write_with_media(&self, network: Network, text: &str, media: &[NewMedia]) -> String {
        let media = media.iter().map(|one| self.on_files(one)).collect();
        match network {
            Network::Mastodon => {
                let options = Options { media, ..Options::default() };
                let now = self.clock.now();
                self.mastodon.with(|world| world.write_as_owner(now, text, &options).as_str().to_owned())
            }
            Network::Twitter => {
                let media = media.iter().map(Into::into).collect();
                let id = self.twitter.with(|world| world.write_draft(Draft { media, ..Draft::text(text) }));
                id.map(|id| id.to_string()).unwrap_or_default()
            }
        }
    }

    /// The same with whole addresses.
    fn on_files(&self, media: &NewMedia) -> NewMedia {
        let base = self.files.base();
        let whole = |url: &String| if url.starts_with('/') { format!("{base}{url}") } else { url.clone() };
        NewMedia {
            url: media.url.as_ref().map(whole),
            remote_url: media.remote_url.as_ref().map(whole),
            preview_url: media.preview_url.as_ref().map(whole),
            variants: media.variants.iter().map(|(rate, url)| (*rate, whole(url))).collect(),
            ..media.clone()
        }
    }

    /// The owner writes on Mastodon for some eyes only.
    #[expect(clippy::must_use_candidate, reason = "it writes")]
    pub fn write_to(&self, visibility: Visibility, text: &str) -> String {
        let options = Options { visibility, ..Options::default() };
        let now = self.clock.now();
        self.mastodon.with(|world| world.write_as_owner(now, text, &options).as_str().to_owned())
    }

    /// The owner's posts on a network, oldest first.
    #[must_use]
    pub fn standing(&self, network: Network) -> Vec<Standing> {
        match network {
            Network::Mastodon => self.mastodon.with(|world| {
                let posts = world.timeline_of_owner().into_iter();
                posts
                    .map(|post| Standing {
                        id: post.id.as_str().to_owned(),
                        text: post.text,
                        reply_to: post.reply_to.map(|id| id.as_str().to_owned()),
                        by_us: post.application.as_deref() == Some("crosspostd"),
                    })
                    .collect()
            }),
            Network::Twitter => self.twitter.with(|world| {
                let posts = world.timeline().into_iter();
                posts
                    .map(|post| Standing {
                        id: post.id.to_string(),
                        text: post.text.clone(),
                        reply_to: post.reply_to.map(|id| id.to_string()),
                        by_us: post.by_api,
                    })
                    .collect()
            }),
        }
    }

    /// The texts of the mirrors on a network, oldest first.
    #[must_use]
    pub fn mirrors(&self, network: Network) -> Vec<String> {
        self.standing(network).into_iter().filter(|post| post.by_us).map(|post| post.text).collect()
    }
}
