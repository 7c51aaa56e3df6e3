//! `setup`: the conversation that makes the config. It asks, signs in, proves that both networks work, and writes.
//!
//! Nothing is written before the last question is answered; then the config is, whole or not at all. This file is the
//! order of things; X's part is `twitter`, Mastodon's `mastodon`, what a pasted key may look like `keys`, and what a
//! network's trouble means `commands/advice`.

mod keys;
mod mastodon;
mod twitter;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli::Exit;
use crate::clock::Clock;
use crate::config::{self, Answers, Config, Directions, Env, Paths};
use crate::core::money::Prices;
use crate::core::post::{Network, Visibility};
use crate::disk;
use crate::journal::file::{Lock, LockError};
use crate::network::http::{BadUrl, BaseUrl};
use crate::network::mastodon::auth::NoRandomness;
use crate::terminal::{NoAnswer, Terminal};

/// X's own address.
const X: &str = "https://api.x.com";
/// How many copies of broken configs are kept.
const MAX_COPIES: u32 = 100;

/// Why there is no new config. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The person chose to stop.
    #[error("setup was stopped, and nothing was written. Run `crosspostd setup` to begin again")]
    Stopped,
    /// Ctrl-D, Ctrl-C while a key was typed, or a terminal that cannot be read.
    #[error("setup ended before it was done ({0}), and nothing was written. Run `crosspostd setup` to begin again")]
    NoAnswer(#[from] NoAnswer),
    /// X's address is none, in the environment.
    #[error("X's address cannot be used, and nothing was written: {0}")]
    Address(#[from] BadUrl),
    /// The system's certificates cannot be used.
    #[error("no secure connection can be made on this machine: {0}. Are its certificates installed (ca-certificates)?")]
    Http(#[from] reqwest::Error),
    /// The system gave no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The old config cannot be kept, and is not thrown away.
    #[error("the config there is cannot be copied to {}, so nothing was written: {why}", path.display())]
    NoCopy {
        /// The copy.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// The answers make no config.
    #[error(transparent)]
    Config(#[from] config::Error),
}

impl SetupError {
    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        Exit::Config
    }
}

/// What the conversation needs throughout. No HTTP client: while a person thinks, servers close connections, so every
/// step makes a new one.
struct Conversation<'a> {
    terminal: &'a mut Terminal,
    clock: Rc<dyn Clock>,
}

/// The config that there is already.
enum Existing {
    None,
    Usable(Box<Config>),
    /// It is kept as a copy.
    Broken,
}

impl Existing {
    fn config(&self) -> Option<&Config> {
        match self {
            Self::Usable(config) => Some(config),
            Self::None | Self::Broken => None,
        }
    }
}

/// Asks for everything, proves it, and writes the config file. The environment in `env` is not written into the file;
/// only X's address is taken from there while asking. Load the config afterwards, for the environment counts again.
///
/// # Errors
/// When the conversation ends before it is done. Nothing was written then.
pub async fn setup(paths: &Paths, env: &Env, terminal: &mut Terminal, clock: Rc<dyn Clock>) -> Result<(), SetupError> {
    let mut conversation = Conversation { terminal, clock };
    let c = &mut conversation;
    greet(c);
    let existing = existing(c, &paths.config)?;
    let old = existing.config();
    let x = twitter::ask(c, old.map(|old| &old.twitter), &api_url(env, old)?).await?;
    let mastodon = mastodon::ask(c, old.map(|old| &old.mastodon)).await?;
    let directions = ask_directions(c, old, x.may_post)?;
    let config = assemble(old, x, mastodon, directions)?;
    if old == Some(&config) {
        c.terminal.gap();
        c.terminal.say("Nothing has changed, and the config stays as it is.");
        return Ok(());
    }
    summarize(c, &config, paths);
    if !c.terminal.confirm("Write it?", true)? {
        return Err(SetupError::Stopped);
    }
    write(c, &existing, &paths.config, &config)?;
    farewell(c, paths);
    Ok(())
}

fn greet(c: &mut Conversation<'_>) {
    c.terminal.say(
        "crosspostd keeps an X account and a Mastodon account in step: what you post on one appears on the other.\n\
         Setting it up takes about ten minutes, most of them in X's developer console. Nothing is written until the \
         very end: Ctrl-C is safe at any time.",
    );
    c.terminal.gap();
}

fn existing(c: &mut Conversation<'_>, path: &Path) -> Result<Existing, SetupError> {
    // What the environment overrides is not to be written into the file.
    match config::load(path, &Env::default()) {
        Ok(config) => {
            c.terminal.say(&format!("There is a config already, {}. Press Enter to keep what it has.", path.display()));
            c.terminal.gap();
            Ok(Existing::Usable(Box::new(config)))
        }
        Err(config::Error::NoFile { .. }) => Ok(Existing::None),
        Err(error) => {
            c.terminal.say(&format!("The config that is there cannot be used: {error}."));
            let question = "Start afresh? What is there is kept as a copy beside it.";
            if c.terminal.confirm(question, false)? {
                c.terminal.gap();
                Ok(Existing::Broken)
            } else {
                Err(SetupError::Stopped)
            }
        }
    }
}

/// X's address: from the environment, else from the config there is, else X's own.
fn api_url(env: &Env, old: Option<&Config>) -> Result<BaseUrl, SetupError> {
    match (env.get("CROSSPOSTD_TWITTER__API_URL"), old) {
        (Some(text), _) => Ok(BaseUrl::parse(text)?),
        (None, Some(old)) => Ok(old.twitter.api_url.clone()),
        (None, None) => Ok(BaseUrl::parse(X)?),
    }
}

fn ask_directions(c: &mut Conversation<'_>, old: Option<&Config>, may_post: bool) -> Result<Directions, SetupError> {
    c.terminal.gap();
    let preset = match old {
        _ if !may_post => Directions::TwitterToMastodon,
        Some(old) => old.sync.directions,
        None => Directions::Both,
    };
    let options = [
        ("both ways", Directions::Both),
        ("only from Mastodon to X", Directions::MastodonToTwitter),
        ("only from X to Mastodon", Directions::TwitterToMastodon),
    ];
    Ok(c.terminal.choose("Which way are posts to go?", &options, preset)?)
}

fn assemble(
    old: Option<&Config>,
    x: twitter::Found,
    mastodon: mastodon::Found,
    directions: Directions,
) -> Result<Config, SetupError> {
    let mut config = match old {
        Some(old) => old.clone(),
        None => Config::new(&Answers {
            mastodon_url: mastodon.base.as_str().to_owned(),
            mastodon_access_token: mastodon.token.clone(),
            consumer_key: x.keys.consumer_key.clone(),
            consumer_secret: x.keys.consumer_secret.clone(),
            access_token: x.keys.access_token.clone(),
            access_token_secret: x.keys.access_token_secret.clone(),
        })?,
    };
    config.sync.directions = directions;
    config.twitter = config::Twitter {
        api_url: config.twitter.api_url,
        consumer_key: x.keys.consumer_key,
        consumer_secret: x.keys.consumer_secret,
        access_token: x.keys.access_token,
        access_token_secret: x.keys.access_token_secret,
        user_id: x.user_id,
        username: x.username,
        // It is asked only of those who have X Premium.
        premium: config.twitter.premium || x.max_length.is_some(),
        max_length: x.max_length.unwrap_or(config.twitter.max_length),
    };
    config.mastodon.url = mastodon.base;
    config.mastodon.access_token = mastodon.token;
    config.mastodon.account_id = mastodon.account_id;
    config.mastodon.account = mastodon.account;
    config.mastodon.app = mastodon.app;
    Ok(config)
}

fn summarize(c: &mut Conversation<'_>, config: &Config, paths: &Paths) {
    let name = |name: &Option<String>| name.as_ref().map_or("(name not known)".to_owned(), |name| format!("@{name}"));
    let ways = match config.sync.directions {
        Directions::Both => "both ways",
        Directions::MastodonToTwitter => "only from Mastodon to X",
        Directions::TwitterToMastodon => "only from X to Mastodon",
    };
    c.terminal.gap();
    c.terminal.say("This is what will be written:");
    c.terminal.gap();
    c.terminal.say(&format!("  X          {}", name(&config.twitter.username)));
    c.terminal.say(&format!("  Mastodon   {}", name(&config.mastodon.account)));
    c.terminal.say(&format!("  Direction  {ways}"));
    if config.sync.directions.includes(Network::Mastodon) {
        let leave: Vec<&str> = config.mastodon.mirror_visibilities.iter().map(|seen| visibility(*seen)).collect();
        let leave = leave.join(" and ");
        c.terminal.say(&format!("  To X go    your {leave} posts, and no direct message ever"));
    }
    c.terminal.say(&format!("  Looks      every {}", interval(config.sync.interval.as_secs())));
    c.terminal.say(&format!("  Costs      {}", costs(config.sync.directions)));
    c.terminal.say(&format!("  Config     {}", paths.config.display()));
    c.terminal.say(&format!("  Journal    {}", paths.state.display()));
    c.terminal.gap();
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Private => "followers-only",
        Visibility::Direct | Visibility::Other => "other",
    }
}

fn interval(secs: u64) -> String {
    if secs.is_multiple_of(60) { format!("{} min", secs / 60) } else { format!("{secs} seconds") }
}

fn costs(directions: Directions) -> String {
    let Prices { create, create_with_link, read_own, .. } = Prices::default();
    let mut parts = Vec::new();
    if directions.includes(Network::Mastodon) {
        parts.push(format!("{create} for a post made there, {create_with_link} for one with a link"));
    }
    if directions.includes(Network::Twitter) {
        parts.push(format!("{read_own} for each of your own posts, which are read once"));
    }
    format!("X charges {}. Mastodon is free.", parts.join("; "))
}

fn write(c: &mut Conversation<'_>, existing: &Existing, path: &Path, config: &Config) -> Result<(), SetupError> {
    if matches!(existing, Existing::Broken) {
        let copy = keep_copy(path)?;
        c.terminal.say(&format!("The old config is now {}.", copy.display()));
    }
    // The answers were some work: a full disk or a folder without rights must not lose them.
    while let Err(error) = config::write(path, config) {
        c.terminal.say(&format!("{error}."));
        if !c.terminal.confirm("Try again?", true)? {
            return Err(SetupError::Stopped);
        }
    }
    Ok(())
}

/// Copies the file to the first free name of `config.toml.bak`, `config.toml.bak2`, …, readable by its owner alone.
fn keep_copy(path: &Path) -> Result<PathBuf, SetupError> {
    let name = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(".bak");
        if number > 1 {
            name.push(number.to_string());
        }
        PathBuf::from(name)
    };
    let bytes = fs::read(path).map(zeroize::Zeroizing::new);
    let bytes = bytes.map_err(|why| SetupError::NoCopy { path: name(1), why })?;
    let mut number = 1;
    loop {
        let copy = name(number);
        match disk::create(&copy, &bytes) {
            Ok(()) => return Ok(copy),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists && number < MAX_COPIES => number += 1,
            Err(why) => return Err(SetupError::NoCopy { path: copy, why }),
        }
    }
}

fn farewell(c: &mut Conversation<'_>, paths: &Paths) {
    c.terminal.gap();
    c.terminal.say(&format!("Written to {}, readable by you alone.", paths.config.display()));
    c.terminal.say(
        "While crosspostd runs, posts from now on are mirrored; older ones stay where they are. Ctrl-C stops it. How to \
         run it as a service: see README.md and systemd/crosspostd.service.",
    );
    if is_running(&paths.state) {
        c.terminal.say("A crosspostd is running now: restart it, so that it reads the new config.");
    }
}

/// Whether another process works on this journal. Asked only where a lock file is, for asking makes one.
fn is_running(state: &Path) -> bool {
    state.with_extension("lock").exists() && matches!(Lock::take(state), Err(LockError::Held(_)))
}
