//! Writing the config file: every key with its comment, and never half of it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::load::{Layers, SecretFile, Source, read_config};
use super::rules::Written;
use super::{Config, Env, Error};

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
    replace(path, text.as_bytes()).map_err(|why| Error::Unwritable { path: path.to_owned(), why })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link (dotfiles kept elsewhere) stays a link: the file that it names is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().ok_or_else(|| io::Error::other("this is not the path of a file"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut new_name = name.to_owned();
    new_name.push(".new");
    let new = folder.join(new_name);
    let result = write_new(&new, bytes).and_then(|()| fs::rename(&new, &path)).and_then(|()| sync_folder(folder));
    if result.is_err() {
        // It holds secrets, and the error that counts is the first one.
        let _ = fs::remove_file(&new);
    }
    result
}

fn write_new(new: &PathBuf, bytes: &[u8]) -> io::Result<()> {
    // What a write left that was cut off. Creating anew follows no link and keeps no wider rights.
    match fs::remove_file(new) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(new)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the renaming last. Windows cannot open a folder, and has no need to.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
