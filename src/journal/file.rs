//! The journal's file on a real disk, and the lock that lets one process in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Disk;
use crate::disk;

/// A file in a folder of our own.
pub struct FileDisk {
    path: PathBuf,
    file: Option<File>,
}

impl FileDisk {
    /// The file at `path`, which need not exist yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None }
    }
}

impl Disk for FileDisk {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new().append(true).open(&self.path)?,
        };
        file.write_all(bytes)?;
        file.sync_data()?;
        // Kept open only when all went well: after a failed fsync a file is not to be trusted.
        self.file = Some(file);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file = None;
        disk::replace(&self.path, bytes)
    }
}

/// The lock beside the state file: held as long as this lives, let go by the system when the process ends, however.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock was not got.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another crosspostd is at work on the same state.
    #[error("another crosspostd is running with the same state file ({0})")]
    Held(PathBuf),
    /// The file system does not do it.
    #[error("the lock file {0} cannot be made: {1}")]
    Io(PathBuf, io::Error),
}

impl Lock {
    /// Whether some process holds the lock for the state file at `state`. Makes nothing.
    #[must_use]
    pub fn is_held(state: &Path) -> bool {
        let Ok(file) = File::open(state.with_extension("lock")) else { return false };
        matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
    }

    /// Takes the lock for the state file at `state`.
    ///
    /// # Errors
    /// When another process holds it, or the lock file cannot be made.
    pub fn take(state: &Path) -> Result<Self, LockError> {
        let path = state.with_extension("lock");
        let io = |error| LockError::Io(path.clone(), error);
        disk::make_private_folder(disk::folder_of(&path)).map_err(io)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(LockError::Held(path)),
            Err(fs::TryLockError::Error(error)) => Err(io(error)),
        }
    }
}
