//! The config: one TOML file and the environment over it, read into types that cannot be wrong.
//!
//! A new key is one entry in `schema`. An error names the file, the line and the key, what was found and what is
//! allowed; it never shows a secret. Not here: the conversation that makes a first config (`commands/setup`), and
//! whether the keys in it work (`commands/check`).

mod choice;
mod lists;
mod load;
mod paths;
pub mod policy;
mod rules;
mod schema;
mod unknown;
mod words;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};

pub use self::paths::{Env, Paths};
pub use self::schema::{Config, FromMastodon, FromTwitter, Handles, Key, Mastodon, Media, State, Sync, Twitter, keys};
pub use self::words::{Articles, Deletes, Directions, Limited, Links, Timeline};
pub use self::write::{render, write};
use crate::secret::Secret;

/// Reads the config: the file at `path`, and the environment over it. There need not be a file when the environment
/// gives every required key.
///
/// # Errors
/// [`Error::NoFile`] when there is nothing yet, and `crosspostd setup` is what helps; any other when what is there is
/// wrong.
pub fn load(path: &Path, env: &Env) -> Result<Config, Error> {
    match load::read_config(path, env)? {
        Some(text) => parse(path, &text, env),
        None if is_begun(env) => parse(path, "", env),
        None => Err(Error::NoFile { path: path.to_owned() }),
    }
}

/// Reads the config from the text of the file at `path`, and the environment over it.
///
/// # Errors
/// When a key is unknown, missing or wrong.
pub fn parse(path: &Path, text: &str, env: &Env) -> Result<Config, Error> {
    let source = load::Source::new(path, text);
    let table = source.parse()?;
    let layers = load::Layers { source: &source, table: &table, env };
    layers.check_names()?;
    Config::read(&layers)
}

/// Whether the environment gives any of the required keys: then what is missing is to be named.
fn is_begun(env: &Env) -> bool {
    let given = |key: &Key| {
        let variable = key.variable();
        env.get(&variable).is_some() || env.get(&format!("{variable}_FILE")).is_some()
    };
    keys().iter().any(|key| key.required && given(key))
}

/// What a config cannot do without: the answers to setup's questions.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The address of the Mastodon server, as it was typed.
    pub mastodon_url: String,
    /// The token for it.
    pub mastodon_access_token: Secret,
    /// X: the app's key.
    pub consumer_key: Secret,
    /// X: the app's key secret.
    pub consumer_secret: Secret,
    /// X: the access token.
    pub access_token: Secret,
    /// X: the access token secret.
    pub access_token_secret: Secret,
}

impl Config {
    /// A config with these answers, and the defaults for everything else.
    ///
    /// # Errors
    /// When an answer will not do; the error names the answer by its variable.
    pub fn new(answers: &Answers) -> Result<Self, Error> {
        let env = [
            ("CROSSPOSTD_MASTODON__URL", answers.mastodon_url.as_str()),
            ("CROSSPOSTD_MASTODON__ACCESS_TOKEN", answers.mastodon_access_token.expose()),
            ("CROSSPOSTD_TWITTER__CONSUMER_KEY", answers.consumer_key.expose()),
            ("CROSSPOSTD_TWITTER__CONSUMER_SECRET", answers.consumer_secret.expose()),
            ("CROSSPOSTD_TWITTER__ACCESS_TOKEN", answers.access_token.expose()),
            ("CROSSPOSTD_TWITTER__ACCESS_TOKEN_SECRET", answers.access_token_secret.expose()),
        ];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        parse(Path::new(""), "", &env)
    }
}

/// A config for those who have none: placeholders where a key is required, then `overrides`, each a section and key with
/// a dot between (`from_mastodon.quotes`) and its value as in the environment; a list may also be written as in the
/// file. What it says about accounts and keys is of no use on the networks.
///
/// # Errors
/// When there is no such key, or a value will not do; the error names the variable that would override the key.
pub fn sample(overrides: &[(String, String)]) -> Result<Config, Error> {
    let required = keys().into_iter().filter(|key| key.required);
    let placeholders = required.map(|key| {
        let value = if key.secret { "placeholder" } else { "https://mastodon.example" };
        (key.variable(), value.to_owned())
    });
    let given = overrides.iter().map(|(name, value)| {
        let (section, key) = name.split_once('.').unwrap_or((name, ""));
        (schema::variable(section, key), value.clone())
    });
    parse(Path::new(""), "", &placeholders.chain(given).collect())
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the config file.
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// In this variable of the environment.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(f, "{}, line {line}", file.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// What is wrong with the config, in one sentence that says what to do. It holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is neither a file nor a required key in the environment: the first run.
    #[error("there is no config yet at {}: run `crosspostd setup`", path.display())]
    NoFile {
        /// Where it would be.
        path: PathBuf,
    },
    /// The user has no home folder, and no path was given.
    #[error("there is no home folder to look in: say where with {option} FILE")]
    NoHome {
        /// The option that helps.
        option: &'static str,
    },
    /// The file cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// Group or others have rights to the file.
    #[error("{} holds secrets, and other users of this machine can use it: run `chmod 600 {shown}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its path as it is typed in a shell.
        shown: String,
    },
    /// The file is far too large to be a config.
    #[error("{} is larger than 1 MiB: is it the right file?", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is not UTF-8.
    #[error("{} is not a text file in UTF-8: is it the right file?", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The file is not TOML.
    #[error("{place}: {}this is not TOML: {what}", key.map(|key| format!("{key}: ")).unwrap_or_default())]
    Syntax {
        /// Where.
        place: Place,
        /// The key on that line, if we know it.
        key: Option<&'static str>,
        /// What the TOML parser says, without the line itself.
        what: String,
    },
    /// There is no such section or key.
    #[error("{place}: {name} is unknown: {hint}")]
    Unknown {
        /// Where.
        place: Place,
        /// The name.
        name: String,
        /// What may be meant.
        hint: String,
    },
    /// A variable looks like one of ours and is none.
    #[error("{name} in the environment is unknown: {hint}")]
    UnknownVariable {
        /// The variable.
        name: String,
        /// What may be meant.
        hint: String,
    },
    /// A required key is not there.
    #[error("{}: {key} is missing: run `crosspostd setup`, or write it there, or set {variable}", file.display())]
    Missing {
        /// The file, which need not exist.
        file: PathBuf,
        /// The section and key.
        key: String,
        /// The variable that would do as well.
        variable: String,
    },
    /// A key's value will not do.
    #[error("{} {what}", Subject { place, key })]
    Value {
        /// Where it is given.
        place: Place,
        /// The section and key.
        key: String,
        /// What was found, and what is allowed.
        what: String,
    },
    /// The file cannot be written; it is as it was before.
    #[error("{} cannot be written: {why}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
}

/// What an error's sentence is about: `config.toml, line 4: sync.interval`, or the variable alone.
struct Subject<'a> {
    place: &'a Place,
    key: &'a str,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Variable(name) => f.write_str(name),
            Place::Line { .. } => write!(f, "{}: {}", self.place, self.key),
        }
    }
}
