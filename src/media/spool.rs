//! A file written down on its way, where its length has to be known before it is passed on and its server does not tell
//! it: in one folder, bounded, gone when it has been read.

use std::fs::{self, File, OpenOptions};
use std::future::Future as _;
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

use super::flow::len;
use crate::core::media::MediaError;
use crate::disk;

/// How much is read at once, in bytes.
const PIECE: u64 = 64 * 1024;
/// How the names of our files end.
const ENDING: &str = "part";

/// The folder, and what has been written there.
pub(super) struct Spool {
    folder: PathBuf,
    /// For names that nobody else has.
    count: AtomicU64,
}

impl Spool {
    /// Uses a folder; it is made when it is needed. What an earlier run left there is removed.
    pub(super) fn new(folder: PathBuf) -> Self {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == ENDING)
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::debug!("{} cannot be removed: {error}", path.display());
            }
        }
        Self { folder, count: AtomicU64::new(0) }
    }

    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) async fn create(&self) -> Result<Written, MediaError> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{number}.{ENDING}", std::process::id()));
        let made = blocking(move || Stored::create(path)).await;
        let stored = made.map_err(|error| self.explain(&error))?;
        Ok(Written { stored: Some(stored), length: 0, folder: self.folder.clone() })
    }

    fn explain(&self, error: &io::Error) -> MediaError {
        explain(&self.folder, error)
    }
}

/// A file that is there for as long as this is.
struct Stored {
    file: File,
    /// Where it is to be removed in the end; nowhere where that was done at once.
    path: Option<PathBuf>,
}

impl Stored {
    fn create(path: PathBuf) -> io::Result<Self> {
        disk::make_private_folder(disk::folder_of(&path))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        // An open file needs no name (but on Windows): so nothing is left behind, however we end.
        let is_gone = cfg!(unix) && fs::remove_file(&path).is_ok();
        Ok(Self { file, path: (!is_gone).then_some(path) })
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // What cannot be removed now is removed at the next start.
            let _ = fs::remove_file(path);
        }
    }
}

/// A file that is being written.
pub(super) struct Written {
    /// Not there after an error.
    stored: Option<Stored>,
    length: u64,
    folder: PathBuf,
}

impl Written {
    /// How much of it there is, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes a piece at its end.
    ///
    /// # Errors
    /// When there is no room, or the disk fails.
    pub(super) async fn push(&mut self, piece: Bytes) -> Result<(), MediaError> {
        let stored = self.stored.take();
        let length = len(&piece);
        let written = blocking(move || {
            let mut stored = stored.ok_or(ErrorKind::BrokenPipe)?;
            stored.file.write_all(&piece)?;
            Ok(stored)
        });
        self.stored = Some(written.await.map_err(|error| explain(&self.folder, &error))?);
        self.length += length;
        Ok(())
    }

    /// Reads it, from its beginning.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) fn read(self) -> Result<Reading, MediaError> {
        let Self { stored, length, folder } = self;
        let rewound = stored.ok_or_else(|| ErrorKind::BrokenPipe.into()).and_then(|mut stored| {
            stored.file.rewind()?;
            Ok(stored)
        });
        let stored = rewound.map_err(|error| explain(&folder, &error))?;
        Ok(Reading { state: State::Idle(stored), left: length, folder })
    }
}

/// A file that is being read.
pub(super) struct Reading {
    state: State,
    left: u64,
    folder: PathBuf,
}

enum State {
    Idle(Stored),
    Busy(JoinHandle<io::Result<(Stored, Bytes)>>),
    Over,
}

impl Body for Reading {
    type Data = Bytes;
    type Error = MediaError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, MediaError>>> {
        let mut job = match std::mem::replace(&mut self.state, State::Over) {
            State::Over => return Poll::Ready(None),
            State::Idle(_) if self.left == 0 => return Poll::Ready(None),
            State::Idle(stored) => {
                let most = self.left.min(PIECE);
                tokio::task::spawn_blocking(move || read_piece(stored, most))
            }
            State::Busy(job) => job,
        };
        let Poll::Ready(result) = Pin::new(&mut job).poll(context) else {
            self.state = State::Busy(job);
            return Poll::Pending;
        };
        Poll::Ready(Some(match result.map_err(io::Error::other).and_then(|result| result) {
            Ok((stored, piece)) => {
                self.left = self.left.saturating_sub(len(&piece));
                self.state = State::Idle(stored);
                Ok(Frame::data(piece))
            }
            Err(error) => Err(explain(&self.folder, &error)),
        }))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn read_piece(mut stored: Stored, most: u64) -> io::Result<(Stored, Bytes)> {
    let mut piece = Vec::with_capacity(usize::try_from(most).unwrap_or(0));
    (&mut stored.file).take(most).read_to_end(&mut piece)?;
    // Nobody else has it open: it cannot have become shorter.
    if piece.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok((stored, piece.into())) }
}

/// Does what waits for the disk where nothing else waits for it. A card in a Pi can take seconds.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn explain(folder: &Path, error: &io::Error) -> MediaError {
    let folder = folder.display();
    MediaError::Missing(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("there is no room on this machine's disk to fetch it (in {folder})")
        }
        _ => format!("it cannot be written down on this machine's disk (in {folder}: {error})"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told() {
        for (kind, expected) in [
            (ErrorKind::StorageFull, "there is no room on this machine's disk to fetch it (in /state/media)"),
            (
                ErrorKind::PermissionDenied,
                "it cannot be written down on this machine's disk (in /state/media: permission denied)",
            ),
        ] {
            let error = explain(Path::new("/state/media"), &kind.into());
            assert_eq!(error, MediaError::Missing(expected.to_owned()));
        }
    }
}
