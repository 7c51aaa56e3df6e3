//! The state file: what has happened, on disk before anything comes of it.
//!
//! ```text
//! {"journal":"crosspostd","version":1}
//! {"crc":"9f1c22ab","events":[{"event":"baseline",…}]}
//! {"crc":"01d3e0c7","events":[{"event":"new",…},{"event":"cursor",…}]}
//! ```
//!
//! One line is one batch of events that belong together, with the CRC-32 of its `events` as written: appended in one
//! write, fsynced before the program goes on, and so there whole or torn. A torn last line (no line break, or the
//! zeros that a power cut leaves) is cut off with a warning: what it said had not been acted on. Any other damage
//! stops the program with the line's number, and nothing is overwritten. Now and then the file is written anew from
//! the state (`compact`): a new file, fsynced, renamed over the old one, the folder fsynced.
//!
//! Not here: what the events mean (`core/state`), files themselves (`file`).

pub mod file;
mod format;

use std::io;

use crate::core::state::{BadEvent, Event, State};

/// The journal is written anew when it has twice as many lines as there is to say, and this many more.
const SPARE_LINES: usize = 2000;

/// The few things that the journal needs from a disk. Each has happened, durably, when it returns.
pub trait Disk {
    /// The whole file; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self) -> io::Result<Option<Vec<u8>>>;

    /// Adds to the end.
    ///
    /// # Errors
    /// When it may not have been written whole, or not be durable.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Puts another file in its place, whole or not at all.
    ///
    /// # Errors
    /// When it may not have been replaced, or not durably.
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk does not do it.
    #[error("the state file cannot be {what}: {error}")]
    Io {
        /// Read or written.
        what: &'static str,
        /// In the system's words.
        error: io::Error,
    },
    /// It was made by a later version.
    #[error("the state file was written by a newer crosspostd (format {0}); update crosspostd")]
    Newer(u64),
    /// A line is not as it was written.
    #[error(
        "the state file is damaged in line {line}: {what}. Nothing was changed. Put back a copy of it, or move it away \
         to start afresh at the present (posts since then are not mirrored)"
    )]
    Damaged {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The events do not follow from one another.
    #[error("line {line} of the state file cannot follow the lines before it ({error})")]
    Contradiction {
        /// Which line, from 1.
        line: usize,
        /// What does not follow.
        error: BadEvent,
    },
}

/// What was found when the journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No journal: this is the first run, or the journal is lost.
    Nothing,
    /// A journal, sound to the end.
    Sound,
    /// A journal whose last line was torn and cut off, this many bytes of it.
    Torn(usize),
}

/// The state file, open for writing.
pub struct Journal {
    disk: Box<dyn Disk>,
    /// Something went wrong with the file: the next write puts its sound part in its place, and what is new.
    broken: bool,
    /// The length of what is sound, in bytes.
    sound: usize,
    lines: usize,
    /// How many lines it had when it was written anew.
    compacted: usize,
    exists: bool,
}

impl Journal {
    /// Opens the journal and lives through it.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or was written by a later version. Nothing is changed then.
    pub fn open(disk: Box<dyn Disk>) -> Result<(Self, State, Found), Error> {
        let mut journal = Self { disk, broken: false, sound: 0, lines: 0, compacted: 0, exists: false };
        let (state, found) = journal.load()?;
        Ok((journal, state, found))
    }

    /// Reads the file again: after a failed write, the state in memory may be ahead of it.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn reload(&mut self) -> Result<State, Error> {
        self.load().map(|(state, _)| state)
    }

    fn load(&mut self) -> Result<(State, Found), Error> {
        let Some(bytes) = self.disk.read().map_err(|error| Error::Io { what: "read", error })? else {
            (self.sound, self.lines, self.exists, self.broken) = (0, 0, false, false);
            return Ok((State::default(), Found::Nothing));
        };
        let text = format::read(&bytes)?;
        let mut state = State::default();
        for (line, events) in &text.batches {
            for event in events {
                state.apply(event).map_err(|error| Error::Contradiction { line: *line, error })?;
            }
        }
        self.sound = text.sound;
        self.lines = text.batches.len();
        self.exists = text.sound > 0;
        let torn = bytes.len() - text.sound;
        // The torn end is not cut off now: loading writes nothing. The next write puts a whole file in its place.
        self.broken = torn > 0;
        let found = match (self.exists, torn) {
            (false, _) => Found::Nothing,
            (true, 0) => Found::Sound,
            (true, torn) => Found::Torn(torn),
        };
        Ok((state, found))
    }

    /// Writes down a batch of events: durable when this returns, all or none. Writes nothing when there are none.
    ///
    /// # Errors
    /// When it could not be made durable. Then nothing may be done that the events announce, and the state must be
    /// [`reload`](Self::reload)ed.
    pub fn append(&mut self, events: &[Event]) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        let line = format::line(events);
        let result = if self.broken || !self.exists {
            self.rewrite_sound_part(&line)
        } else {
            self.disk.append(&line).map(|()| self.sound += line.len())
        };
        match result {
            Ok(()) => {
                self.lines += 1;
                (self.broken, self.exists) = (false, true);
                Ok(())
            }
            Err(error) => {
                self.broken = true;
                Err(Error::Io { what: "written", error })
            }
        }
    }

    fn rewrite_sound_part(&mut self, line: &[u8]) -> io::Result<()> {
        let mut bytes = if self.exists { self.disk.read()?.unwrap_or_default() } else { Vec::new() };
        bytes.truncate(self.sound);
        if bytes.is_empty() {
            bytes = format::header();
        }
        bytes.extend_from_slice(line);
        self.disk.replace(&bytes)?;
        self.sound = bytes.len();
        Ok(())
    }

    /// Writes the file anew when it has grown far beyond what it has to say; `keep` final deliveries are remembered.
    /// Returns whether it did; the state must be [`reload`](Self::reload)ed then, for the oldest may be forgotten.
    ///
    /// # Errors
    /// When the new file could not be made durable; the old one is still there.
    pub fn compact_if_long(&mut self, state: &State, keep: usize) -> Result<bool, Error> {
        // What cannot be forgotten yet must not be written anew again and again.
        let worth = state.len().min(keep).max(self.compacted);
        if self.lines <= worth.saturating_mul(2).saturating_add(SPARE_LINES) {
            return Ok(false);
        }
        self.compact(state, keep)?;
        Ok(true)
    }

    /// Writes the file anew from the state.
    ///
    /// # Errors
    /// When the new file could not be made durable; the old one is still there.
    pub fn compact(&mut self, state: &State, keep: usize) -> Result<(), Error> {
        let events = state.as_events(keep);
        let mut bytes = format::header();
        for event in &events {
            bytes.extend_from_slice(&format::line(std::slice::from_ref(event)));
        }
        self.disk.replace(&bytes).map_err(|error| {
            self.broken = true;
            Error::Io { what: "written", error }
        })?;
        self.sound = bytes.len();
        (self.lines, self.compacted) = (events.len(), events.len());
        (self.broken, self.exists) = (false, true);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
