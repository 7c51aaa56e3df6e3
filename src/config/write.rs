//! Writing the config file: every key with its comment, and never half of it.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use super::load::{Layers, SecretFile, Source, read_config};
use super::rules::Written;
use super::{Config, Env, Error};
use crate::disk;

const HEADER: &str = "\
# The configuration of crosspostd. `crosspostd setup` writes it; you may change it by hand, then run `crosspostd check`.
# It holds secrets: keep it readable by you alone (chmod 600).
# The environment overrides every key: CROSSPOSTD_SECTION__KEY, as in CROSSPOSTD_SYNC__INTERVAL=5m.
";

/// The file's text as it grows.
pub(super) struct Page {
    text: String,
    section: &'static str,
    /// The secrets that stay in files of their own.
    kept: Vec<SecretFile>,
}

impl Page {
    /// Begins a section. The comment's lines have the blank before them that `///` leaves.
    pub(super) fn section(&mut self, about: &[&str], name: &'static str) {
        self.section = name;
        self.text.push('\n');
        self.comment(about);
        self.line(&format!("[{name}]"));
    }

    /// Writes a key, commented out where it has no value.
    pub(super) fn key(&mut self, doc: &[&str], name: &str, written: &Written) {
        self.text.push('\n');
        self.comment(doc);
        let is_kept = |file: &&SecretFile| file.section == self.section && file.name == name && file.holds == *written;
        let (suffix, written) = self.kept.iter().find(is_kept).map_or(("", written), |file| ("_file", &file.written));
        let line = match written {
            Written::Value(value) => format!("{name}{suffix} = {value}"),
            Written::Example(example) => format!("# {name} = {example}"),
        };
        self.line(&line);
    }

    fn comment(&mut self, lines: &[&str]) {
        for text in lines {
            self.line(&format!("#{text}"));
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }
}

/// The config file's text. It holds the secrets.
#[must_use]
pub fn render(config: &Config) -> String {
    render_keeping(config, Vec::new())
}

fn render_keeping(config: &Config, kept: Vec<SecretFile>) -> String {
    let mut page = Page { text: HEADER.to_owned(), section: "", kept };
    config.print(&mut page);
    page.text
}

/// The secrets that the config file gives by files of their own; none where it cannot be read.
fn secret_files(path: &Path) -> Vec<SecretFile> {
    let env = Env::default();
    let Ok(Some(text)) = read_config(path, &env) else { return Vec::new() };
    let source = Source::new(path, &text);
    source.parse().map(|table| Layers { source: &source, table: &table, env: &env }.secret_files()).unwrap_or_default()
}

/// Writes the config file, readable by its owner alone, whole or not at all. Its folder is made if need be.
///
/// A secret that the file there has by `NAME_file` stays where it is, unless it is another one now.
///
/// # Errors
/// When `config` holds what [`load`](fn@super::load) would refuse, or the disk refuses.
pub fn write(path: &Path, config: &Config) -> Result<(), Error> {
    let text = Zeroizing::new(render_keeping(config, secret_files(path)));
    super::parse(path, &text, &Env::default())?;
    // A link (dotfiles kept elsewhere) stays a link: the file that it names is replaced.
    let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    disk::replace(&file, text.as_bytes()).map_err(|why| Error::Unwritable { path: path.to_owned(), why })
}
