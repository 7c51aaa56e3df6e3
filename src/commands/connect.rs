//! From the config to what the engine works with: clients, policy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::clock::Clock;
use crate::config::{Config, Timeline, policy};
use crate::core::plan::{Policy, SidePolicy};
use crate::core::post::Network;
use crate::core::style::Boosts;
use crate::media::Source;
use crate::media::fetch::{self, Fetcher};
use crate::network::mastodon::{self, Mastodon, Polled, Settings};
use crate::network::twitter::oauth1::Keys;
use crate::network::twitter::{self, Account, Twitter};
use crate::network::{Client, Trouble, http};

/// The unit of `max_file_mb`, in bytes.
const MIB: u64 = 1024 * 1024;

/// Both networks, and what the owner wants of them.
pub(super) struct Connected {
    pub clients: Vec<Rc<dyn Client>>,
    pub policy: Policy,
}

/// Why there is nothing to work with yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// TLS cannot be used on this machine.
    #[error("secure connections cannot be made on this machine: {0}")]
    Tls(reqwest::Error),
    /// A network did not say whose keys these are.
    #[error("{0} {1}")]
    Network(Network, Trouble),
}

/// Makes the clients. Asks who we are only where the config does not say it.
pub(super) async fn connect(config: &Config, clock: &Rc<dyn Clock>) -> Result<Connected, Error> {
    let http = http::client().map_err(Error::Tls)?;
    let clients: Vec<Rc<dyn Client>> = vec![
        Rc::new(mastodon(config, &http, clock).await.map_err(|trouble| Error::Network(Network::Mastodon, trouble))?),
        Rc::new(twitter(config, &http, clock).await.map_err(|trouble| Error::Network(Network::Twitter, trouble))?),
    ];
    let policy = clients.iter().map(|client| (client.network(), side_policy(config, client.as_ref()))).collect();
    Ok(Connected { clients, policy })
}

async fn mastodon(config: &Config, http: &reqwest::Client, clock: &Rc<dyn Clock>) -> Result<Mastodon, Trouble> {
    let ours = &config.mastodon;
    let account = match &ours.account_id {
        Some(id) => id.clone(),
        None => mastodon::auth::verify_credentials(http, &ours.url, &ours.access_token).await?.id,
    };
    let settings = Settings {
        polled: match ours.timeline {
            Timeline::Home => Polled::Home,
            Timeline::Account => Polled::Account,
        },
        boosts: config.from_mastodon.boosts != Boosts::Off,
        ..Settings::default()
    };
    Ok(Mastodon::new(http.clone(), ours.url.clone(), ours.access_token.clone(), account, settings, Rc::clone(clock)))
}

async fn twitter(config: &Config, http: &reqwest::Client, clock: &Rc<dyn Clock>) -> Result<Twitter, Trouble> {
    let ours = &config.twitter;
    let keys = Keys {
        consumer_key: ours.consumer_key.clone(),
        consumer_secret: ours.consumer_secret.clone(),
        access_token: ours.access_token.clone(),
        access_token_secret: ours.access_token_secret.clone(),
    };
    let known = ours.user_id.clone().or_else(|| twitter::setup::user_id_of(&ours.access_token));
    let account = if let Some(id) = known {
        Account { id, username: ours.username.clone() }
    } else {
        let (http, url) = (http.clone(), ours.api_url.clone());
        let identity = twitter::setup::who_am_i(http, url, keys.clone(), Rc::clone(clock)).await?;
        Account { id: identity.id, username: Some(identity.username) }
    };
    let settings = twitter_settings(config);
    Ok(Twitter::new(http.clone(), ours.api_url.clone(), keys, account, settings, Rc::clone(clock)))
}

/// Where attachments come from.
pub(super) async fn media(config: &Config, state: &Path, shows_progress: bool) -> Result<Rc<dyn Source>, Error> {
    let ours = &config.media;
    let settings = fetch::Settings {
        folder: media_folder(state),
        private_hosts: config.mastodon.url.is_private().await || config.twitter.api_url.is_private().await,
        max_bytes: u64::try_from(ours.max_file_mb).unwrap_or(u64::MAX).saturating_mul(MIB),
        stall: ours.stall,
        max_time: ours.max_time,
        shows_progress,
    };
    Ok(Rc::new(Fetcher::new(settings).map_err(Error::Tls)?))
}

/// Where files are written that have to be on their way: beside the state file.
pub(super) fn media_folder(state: &Path) -> PathBuf {
    state.parent().unwrap_or(Path::new(".")).join("media")
}

/// How the account on X is used.
pub(super) fn twitter_settings(config: &Config) -> twitter::Settings {
    twitter::Settings {
        max_length: config.twitter.max_length,
        // Only the text of somebody else's post is worth its price.
        read_shared: config.from_twitter.reposts == Boosts::Text,
        links: config.from_twitter.links,
        premium: config.twitter.premium,
    }
}

fn side_policy(config: &Config, client: &dyn Client) -> SidePolicy {
    let network = client.network();
    let (selection, style, upkeep) = policy::side(config, network);
    SidePolicy {
        account: client.account().to_owned(),
        // X does not say which app a post was made with.
        our_app: (network == Network::Mastodon).then(|| config.mastodon.app.clone()),
        rules: client.rules(),
        selection,
        style,
        upkeep,
    }
}

/// The networks whose posts are mirrored, for a sentence.
pub(super) fn directions(policy: &BTreeMap<Network, SidePolicy>) -> String {
    let from = |network: &Network| policy.get(network).is_some_and(|side| side.selection.is_some());
    match (from(&Network::Mastodon), from(&Network::Twitter)) {
        (true, true) => "Mastodon ⇄ X".into(),
        (true, false) => "Mastodon → X".into(),
        (false, true) => "X → Mastodon".into(),
        (false, false) => "nothing".into(),
    }
}
