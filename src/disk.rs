//! Files that only their owner can use, written whole or not at all, and durably: the config and the journal.
//!
//! Not here: appending to the journal (`journal/file`), and what stands in the files.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The folder that a file stands in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder that only its owner can look into, if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that is not there yet, with these bytes, and durably. Making it anew follows no link and keeps no wider
/// rights.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts a file with these bytes at `path`, whole or not at all, and durably. Its folder is made if need be.
///
/// # Errors
/// When it could not be written; what was there before is still there.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::other("this is not the path of a file"))?;
    let folder = folder_of(path);
    make_private_folder(folder)?;
    let mut new_name = OsString::from(name);
    new_name.push(".new");
    let new = folder.join(new_name);
    let result = create_over(&new, bytes).and_then(|()| fs::rename(&new, path)).and_then(|()| sync_folder(folder));
    if result.is_err() {
        // It may hold secrets, and the error that counts is the first one.
        let _ = fs::remove_file(&new);
    }
    result
}

/// Makes a file anew, over what a write left that was cut off.
fn create_over(new: &PathBuf, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(new) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        _ => create(new, bytes),
    }
}

/// Makes the renaming last. Windows cannot open a folder, and has no need to.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
