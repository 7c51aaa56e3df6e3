//! Where the config and the journal stand, and the part of the environment that we look at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Error;

/// The start of every variable that overrides a key.
const PREFIX: &str = "CROSSPOSTD_";
/// systemd's variables for a service's folders.
const FOLDERS: [&str; 3] = ["CREDENTIALS_DIRECTORY", "CONFIGURATION_DIRECTORY", "STATE_DIRECTORY"];

/// The environment variables that concern us, handed in so that tests need not change the process's.
///
/// It has no `Debug`: secrets may be among the values.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl FromIterator<(String, String)> for Env {
    /// Takes the variables that concern us and leaves the rest.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let concerns_us = |name: &str| name.starts_with(PREFIX) || FOLDERS.contains(&name);
        Self(variables.into_iter().filter(|(name, _)| concerns_us(name)).collect())
    }
}

impl Env {
    /// The environment of this process. Bytes that are no UTF-8 are replaced, where `std::env::vars` would panic.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
    }

    /// A variable's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The names of the variables that are meant to override a key: `CROSSPOSTD_SECTION__KEY`.
    pub(super) fn overrides(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| name.starts_with(PREFIX) && name.contains("__"))
    }

    /// systemd's folder of credentials.
    pub(super) fn credentials(&self) -> Option<&Path> {
        self.folder("CREDENTIALS_DIRECTORY")
    }

    /// The first of a variable's folders (systemd separates several by colons).
    fn folder(&self, name: &str) -> Option<&Path> {
        self.get(name)?.split(':').next().filter(|folder| !folder.is_empty()).map(Path::new)
    }
}

/// Where the two files stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The config file.
    pub config: PathBuf,
    /// The journal.
    pub state: PathBuf,
}

impl Paths {
    /// Finds the files: as asked for (`--config`, `--state`), else in systemd's folders, else where the system keeps
    /// such files for this user.
    ///
    /// # Errors
    /// [`Error::NoHome`] when a place is needed and the user has no home folder.
    pub fn find(config: Option<PathBuf>, state: Option<PathBuf>, env: &Env) -> Result<Self, Error> {
        let user = directories::ProjectDirs::from("", "", "crosspostd");
        let config = config
            .or_else(|| Some(env.folder("CONFIGURATION_DIRECTORY")?.join("config.toml")))
            .or_else(|| Some(user.as_ref()?.config_dir().join("config.toml")))
            .ok_or(Error::NoHome { option: "--config" })?;
        let state = state
            .or_else(|| Some(env.folder("STATE_DIRECTORY")?.join("state.jsonl")))
            // macOS and Windows know no folder for state.
            .or_else(|| user.as_ref().map(|user| user.state_dir().unwrap_or(user.data_dir()).join("state.jsonl")))
            .ok_or(Error::NoHome { option: "--state" })?;
        Ok(Self { config, state })
    }
}
