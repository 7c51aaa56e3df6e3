//! Where values come from: the environment over the file, and secrets also from files of their own.
//!
//! Not here: what a value may be (`rules`).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::paths::Env;
use super::rules::{Raw, Rule, Token, Written, quoted};
use super::schema::variable;
use super::{Error, Place, unknown};

/// The largest config file that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1024 * 1024;
/// The largest secret's file that is read, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;
/// What a folder of systemd's credentials is called at the start of a path.
const CREDENTIALS: &str = "$CREDENTIALS_DIRECTORY";

/// The config file's text.
pub(super) struct Source<'a> {
    /// Where it stands, or would stand.
    path: &'a Path,
    /// What it says; nothing where there is no file.
    text: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        // Editors on Windows begin a file with this mark.
        Self { path, text: text.strip_prefix('\u{feff}').unwrap_or(text) }
    }

    /// The place in the file at a number of bytes from its start.
    pub(super) fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        Place::Line { file: self.path.to_owned(), line: before.matches('\n').count() + 1 }
    }

    /// The file as TOML. An error shows nothing of the line: it may hold a secret.
    pub(super) fn parse(&self) -> Result<DeTable<'_>, Error> {
        DeTable::parse(self.text).map(toml::Spanned::into_inner).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            Error::Syntax {
                place: self.place(offset),
                key: self.known_key_at(offset),
                what: error.message().to_owned(),
            }
        })
    }

    /// The key that the line at `offset` is about, where it is one that we know.
    fn known_key_at(&self, offset: usize) -> Option<&'static str> {
        let before = self.text.get(..offset)?;
        let line = self.text.get(before.rfind('\n').map_or(0, |end| end + 1)..)?.lines().next()?;
        let name = line.split('=').next()?.trim();
        super::keys().iter().map(|key| key.name).find(|known| *known == name)
    }
}

/// The environment over the file.
pub(super) struct Layers<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) table: &'a DeTable<'a>,
    pub(super) env: &'a Env,
}

/// A secret that stands in a file of its own.
pub(super) struct SecretFile {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    /// The value of `NAME_file`.
    pub(super) written: Written,
    /// What the value of `NAME` would be.
    pub(super) holds: Written,
}

/// A value that was given, and where.
struct Given<'a> {
    place: Place,
    raw: Raw<'a>,
}

impl Layers<'_> {
    /// Refuses every section, key and variable that there is no such thing as.
    pub(super) fn check_names(&self) -> Result<(), Error> {
        let keys = super::keys();
        for (section, value) in self.table {
            let place = || self.source.place(section.span().start);
            let name: &str = section.get_ref();
            if !keys.iter().any(|key| key.section == name) {
                return Err(unknown::section(&keys, place(), name));
            }
            let DeValue::Table(table) = value.get_ref() else {
                let what = format!("is not a section: write [{name}] on a line of its own, and its keys below");
                return Err(Error::Value { place: place(), key: name.to_owned(), what });
            };
            for entry in table.keys() {
                if !unknown::is_known(&keys, name, entry.get_ref()) {
                    return Err(unknown::key(&keys, self.source.place(entry.span().start), name, entry.get_ref()));
                }
            }
        }
        unknown::check_variables(&keys, self.env)
    }

    /// A key's value by its rule, or its default.
    pub(super) fn read<R: Rule>(&self, section: &str, name: &str, rule: &R) -> Result<R::Value, Error> {
        let wrong = |place, what| Error::Value { place, key: format!("{section}.{name}"), what };
        if rule.is_secret()
            && let Some((place, path)) = self.secret_file(section, name)?
        {
            let text = self.read_secret(&path).map_err(|what| wrong_file(place.clone(), section, name, what))?;
            return rule.read(&Raw::Text(&text)).map_err(|_| {
                let what = format!("names {}, which does not hold one key and nothing else", path.display());
                wrong_file(place, section, name, what)
            });
        }
        if let Some(given) = self.variable(section, name).or_else(|| self.entry(section, name)) {
            return rule.read(&given.raw).map_err(|what| wrong(given.place, what));
        }
        rule.default().ok_or_else(|| Error::Missing {
            file: self.source.path.to_owned(),
            key: format!("{section}.{name}"),
            variable: variable(section, name),
        })
    }

    /// The file that a secret is in, if the strongest layer that gives the secret gives it by a file.
    fn secret_file(&self, section: &str, name: &str) -> Result<Option<(Place, PathBuf)>, Error> {
        let file_name = format!("{name}_file");
        let layers = [
            (self.variable(section, name), self.variable(section, &file_name)),
            (self.entry(section, name), self.entry(section, &file_name)),
        ];
        for (inline, by_file) in layers {
            match (inline, by_file) {
                (None, None) => {}
                (Some(_), None) => return Ok(None),
                (Some(_), Some(given)) => {
                    let what = format!("is given as well as {name}: leave one of them out");
                    return Err(wrong_file(given.place, section, name, what));
                }
                (None, Some(given)) => {
                    return match self.resolve(given.raw.text().unwrap_or_default()) {
                        Ok(path) => Ok(Some((given.place, path))),
                        Err(what) => Err(wrong_file(given.place, section, name, what)),
                    };
                }
            }
        }
        Ok(None)
    }

    /// The secrets that the file gives by files of their own, as far as those can be read.
    pub(super) fn secret_files(&self) -> Vec<SecretFile> {
        let secrets = super::keys().into_iter().filter(|key| key.secret);
        secrets
            .filter_map(|key| {
                let (_, path) = self.secret_file(key.section, key.name).ok()??;
                let secret = Token.read(&Raw::Text(&self.read_secret(&path).ok()?)).ok()?;
                let text = self.entry(key.section, &format!("{}_file", key.name))?.raw.text()?.to_owned();
                let written = Written::Value(quoted(&text));
                Some(SecretFile { section: key.section, name: key.name, written, holds: Token.write(&secret) })
            })
            .collect()
    }

    /// The path that a text means. The text is not shown: it may be the secret itself, put under the wrong key.
    fn resolve(&self, text: &str) -> Result<PathBuf, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("is not a path: write the path of the file in quotes".to_owned());
        }
        if let Some(rest) = text.strip_prefix(CREDENTIALS).and_then(|rest| rest.strip_prefix('/')) {
            let folder = self.env.credentials().ok_or_else(|| {
                format!("begins with {CREDENTIALS}, which is not set: start the service with `LoadCredential=`")
            })?;
            return Ok(folder.join(rest));
        }
        Ok(self.source.path.parent().unwrap_or(Path::new("")).join(text))
    }

    fn read_secret(&self, path: &Path) -> Result<Zeroizing<String>, String> {
        read_private(path, MAX_SECRET_BYTES, self.env).map_err(|refusal| match refusal {
            Refusal::Io(why) => format!("names a file that cannot be read: {why}"),
            Refusal::Open => {
                let shown = shell(path);
                format!("names {}, which other users of this machine can use: run `chmod 600 {shown}`", path.display())
            }
            Refusal::TooLarge => format!("names {}, which is larger than 64 KiB", path.display()),
            Refusal::NotText => format!("names {}, which is not text", path.display()),
        })
    }

    fn variable(&self, section: &str, name: &str) -> Option<Given<'_>> {
        let variable = variable(section, name);
        let text = self.env.get(&variable)?;
        Some(Given { place: Place::Variable(variable), raw: Raw::Text(text) })
    }

    fn entry(&self, section: &str, name: &str) -> Option<Given<'_>> {
        let value = self.table.get(section)?.get_ref().as_table()?.get(name)?;
        Some(Given { place: self.source.place(value.span().start), raw: Raw::Toml(value.get_ref()) })
    }
}

fn wrong_file(place: Place, section: &str, name: &str, what: String) -> Error {
    let place = match place {
        Place::Variable(_) => Place::Variable(variable(section, &format!("{name}_file"))),
        line @ Place::Line { .. } => line,
    };
    Error::Value { place, key: format!("{section}.{name}_file"), what }
}

/// The text of the config file; nothing where there is none.
pub(super) fn read_config(path: &Path, env: &Env) -> Result<Option<Zeroizing<String>>, Error> {
    let path_buf = || path.to_owned();
    match read_private(path, MAX_CONFIG_BYTES, env) {
        Ok(text) => Ok(Some(text)),
        Err(Refusal::Io(why)) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(Refusal::Io(why)) => Err(Error::Unreadable { path: path_buf(), why }),
        Err(Refusal::Open) => Err(Error::Open { path: path_buf(), shown: shell(path) }),
        Err(Refusal::TooLarge) => Err(Error::TooLarge { path: path_buf() }),
        Err(Refusal::NotText) => Err(Error::NotText { path: path_buf() }),
    }
}

/// Why a file is not read.
enum Refusal {
    Io(std::io::Error),
    Open,
    TooLarge,
    NotText,
}

impl From<std::io::Error> for Refusal {
    fn from(why: std::io::Error) -> Self {
        Self::Io(why)
    }
}

/// Reads a file that only its owner may use. What is checked is the opened file, not its name.
fn read_private(path: &Path, limit: u64, env: &Env) -> Result<Zeroizing<String>, Refusal> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(Refusal::Io(std::io::Error::other("it is a folder; name the file in it")));
    }
    if is_open_to_others(&file, path, env)? {
        return Err(Refusal::Open);
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::NotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Whether group or others have any right to the file. systemd's credentials are 0440 at times, in a folder that only
/// the service can enter: there the group may read.
#[cfg(unix)]
fn is_open_to_others(file: &File, path: &Path, env: &Env) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let in_credentials = env.credentials().is_some_and(|folder| path.starts_with(folder));
    let forbidden = if in_credentials { 0o037 } else { 0o077 };
    Ok(file.metadata()?.permissions().mode() & forbidden != 0)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same as on Unix")]
fn is_open_to_others(_: &File, _: &Path, _: &Env) -> std::io::Result<bool> {
    Ok(false)
}

/// A path as it is typed in a shell.
fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,:@%".contains(letter);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
