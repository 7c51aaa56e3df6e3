//! `preview`: what a post would become, or why it would not be mirrored. Sends nothing and writes nothing.
//!
//! Here: which posts are meant, and getting them. What becomes of them is `core`'s; how it is shown, `sheet`'s.

pub(super) mod attached;
mod name;
mod page;
pub mod sheet;

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use self::name::Named;
use self::sheet::Sheet;
use super::connect::{self, Connected};
use super::{advice, print, refuse, system_clock};
use crate::cli::{Exit, PreviewOf};
use crate::config::{self, Config, Directions, Env, Paths};
use crate::core::plan::{Policy, SidePolicy};
use crate::core::post::{Network, Post, Timestamp};
use crate::core::state::State;
use crate::journal::Journal;
use crate::journal::file::FileDisk;
use crate::network::mastodon::instance::Limits;
use crate::network::twitter::{Account, Links};
use crate::network::{Found, mastodon, twitter};

/// The most that is read from a file.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Connect(#[from] connect::Error),
    #[error("{file}: {error}", file = .0.display(), error = .1)]
    Journal(std::path::PathBuf, crate::journal::Error),
    #[error("{0}")]
    Name(#[from] name::BadName),
    #[error(
        "{0} cannot be read: {1}. Name a file that holds a post as its network's API gives it, or - for the standard input"
    )]
    File(String, std::io::Error),
    #[error("{0} holds no post: it must be JSON as Mastodon's or X's API gives it")]
    NoPost(String),
    #[error("{0} {1}")]
    Network(Network, crate::network::Trouble),
    #[error("{0} is not there, or not a post of yours")]
    NotThere(crate::core::post::PostRef),
    #[error("you have not posted anything on {0} yet")]
    Nothing(Network),
}

impl Error {
    fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Journal(..) | Self::Connect(connect::Error::Tls(_)) => Exit::Config,
            Self::Connect(connect::Error::Network(_, trouble)) | Self::Network(_, trouble) => advice::exit(trouble),
            Self::Name(_) | Self::File(..) | Self::NoPost(_) | Self::NotThere(_) | Self::Nothing(_) => Exit::Usage,
        }
    }
}

/// Shows what would become of posts.
pub(super) async fn preview(of: &PreviewOf, json: bool, paths: &Paths, env: &Env) -> Exit {
    match sheets(of, paths, env).await {
        Ok(sheets) => show(&sheets, json),
        Err(error) => refuse(&error, error.exit()),
    }
}

fn show(sheets: &[Sheet], json: bool) -> Exit {
    if json {
        match serde_json::to_string_pretty(sheets) {
            Ok(text) => print(&text),
            Err(error) => return refuse(&error, Exit::Config),
        }
        return Exit::Done;
    }
    let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    let pages: Vec<String> = sheets.iter().map(|sheet| sheet.text(width)).collect();
    print(&pages.join("\n\n"));
    Exit::Done
}

async fn sheets(of: &PreviewOf, paths: &Paths, env: &Env) -> Result<Vec<Sheet>, Error> {
    if let Some(file) = &of.file {
        return from_file(file, paths, env);
    }
    let config = both_ways(config::load(&paths.config, env)?);
    let state = state(&paths.state)?;
    let clock = system_clock();
    let Connected { clients, mut policy } = connect::connect(&config, &clock).await?;
    let named = of.post.as_deref().map(|text| Named::read(text, &config)).transpose()?;
    let network = named.as_ref().map_or(of.from.unwrap_or(Network::Mastodon), |named| named.post.network);
    let trouble = |network| move |trouble| Error::Network(network, trouble);
    for client in &clients {
        // The other side's limits are asked for as well: it is where the post would go.
        client.prepare().await.map_err(trouble(client.network()))?;
        if let Some(side) = policy.get_mut(&client.network()) {
            side.rules = client.rules();
        }
    }
    let Some(client) = clients.iter().find(|client| client.network() == network) else { return Ok(Vec::new()) };
    let posts: Vec<Post> = match named {
        Some(named) => {
            let found = client.look_up(std::slice::from_ref(&named.post.id)).await.map_err(trouble(network))?;
            let here = found.into_iter().find_map(|found| match found {
                Found::Here(post) => Some(*post),
                Found::Gone(_) => None,
            });
            vec![here.ok_or(Error::NotThere(named.post))?]
        }
        None => client.latest(of.last.unwrap_or(1)).await.map_err(trouble(network))?,
    };
    if posts.is_empty() {
        return Err(Error::Nothing(network));
    }
    let now = clock.now();
    Ok(posts.iter().map(|post| Sheet::of(post, network, &state, &policy, now)).collect())
}

/// A preview shows what would be made of a post also where its direction is switched off.
fn both_ways(mut config: Config) -> Config {
    config.sync.directions = Directions::Both;
    config
}

fn state(path: &Path) -> Result<State, Error> {
    let opened = Journal::open(Box::new(FileDisk::new(path)));
    opened.map(|(_, state, _)| state).map_err(|error| Error::Journal(path.to_owned(), error))
}

/// The keys that the environment gives, where there is no file.
fn given(env: &Env) -> Vec<(String, String)> {
    let keys = config::keys().into_iter();
    keys.filter_map(|key| Some((format!("{}.{}", key.section, key.name), env.get(&key.variable())?.to_owned())))
        .collect()
}

/// From a file nothing is asked of anybody: the config counts where there is one, else the defaults.
fn from_file(file: &Path, paths: &Paths, env: &Env) -> Result<Vec<Sheet>, Error> {
    let config = match config::load(&paths.config, env) {
        Err(config::Error::NoFile { .. }) => config::sample(&given(env))?,
        loaded => loaded?,
    };
    let config = both_ways(config);
    let name = if file.as_os_str() == "-" { "the standard input".to_owned() } else { file.display().to_string() };
    let mut text = String::new();
    let unreadable = |error| Error::File(name.clone(), error);
    if file.as_os_str() == "-" {
        std::io::stdin().take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        let opened = std::fs::File::open(file).map_err(unreadable)?;
        opened.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    }
    let value: Value = serde_json::from_str(&text).map_err(|_| Error::NoPost(name.clone()))?;
    let now = system_clock().now();
    let owner = Owner::of(&config);
    let (network, posts) = read(&value, &owner, now);
    if posts.is_empty() {
        return Err(Error::NoPost(name));
    }
    let state = state(&paths.state)?;
    Ok(posts
        .iter()
        .map(|post| {
            // A file may hold anybody's post: it is shown as if it were the owner's.
            let policy = offline(&config, network, &post.author);
            Sheet::of(post, network, &state, &policy, now)
        })
        .collect())
}

/// Who the owner is, as far as a file is concerned.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The account's id on Mastodon.
    pub mastodon: String,
    /// The host in its handles.
    pub host: String,
    /// The account on X.
    pub twitter: Account,
    /// Which address a link of X's becomes.
    pub links: Links,
}

impl Owner {
    fn of(config: &Config) -> Self {
        let of_token = || twitter::setup::user_id_of(&config.twitter.access_token);
        Self {
            mastodon: config.mastodon.account_id.clone().unwrap_or_default(),
            host: config.mastodon.url.host(),
            twitter: Account {
                id: config.twitter.user_id.clone().or_else(of_token).unwrap_or_default(),
                username: config.twitter.username.clone(),
            },
            links: config.from_twitter.links,
        }
    }
}

/// The posts in a JSON value: a status of Mastodon's, a list of them, or a post or page of X's.
#[must_use]
pub fn read(value: &Value, owner: &Owner, now: Timestamp) -> (Network, Vec<Post>) {
    let first = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let is_status = ["content", "account", "visibility", "spoiler_text"].iter().any(|key| first.get(key).is_some());
    if !is_status {
        return (Network::Twitter, twitter::parse_with(value, &owner.twitter, owner.links, now));
    }
    let statuses = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
    let own = if owner.mastodon.is_empty() {
        first.pointer("/account/id").and_then(Value::as_str).unwrap_or_default()
    } else {
        &owner.mastodon
    };
    let posts = statuses.into_iter().filter_map(|status| mastodon::parse(status, own, &owner.host, now)).collect();
    (Network::Mastodon, posts)
}

/// What the owner wants, without asking anybody: both networks as they usually are. `author` passes for the owner.
#[must_use]
pub fn offline(config: &Config, source: Network, author: &str) -> Policy {
    let side = |network: Network| {
        let (selection, style, upkeep) = config::policy::side(config, network);
        let rules = match network {
            Network::Mastodon => Limits { counts_like_mastodon: true, ..Limits::default() }.rules(),
            Network::Twitter => twitter::rules(&connect::twitter_settings(config)),
        };
        let account = if network == source { author.to_owned() } else { String::new() };
        let our_app = (network == Network::Mastodon).then(|| config.mastodon.app.clone());
        SidePolicy { account, our_app, rules, selection, style, upkeep }
    };
    Network::ALL.into_iter().map(|network| (network, side(network))).collect()
}
