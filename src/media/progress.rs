//! How far a large file has come: a bar where somebody watches, else a line in the log now and then.

use std::io::IsTerminal as _;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::flow::len;
use super::words;
use crate::clock::Stopwatch;
use crate::core::media::MediaError;

/// Files below this, in bytes, are there before anybody wonders.
const LARGE: u64 = 4 << 20;
/// How long the log says nothing, in milliseconds.
const SILENCE_MS: u128 = 10_000;
/// The words come last and are cut: a line that is longer than the terminal is wide would leave its rests there.
const BAR: &str = "[{bar:20}] {percent:>3}%, {eta} left: {wide_msg}";
/// The bars of this process: there is one terminal. Keeps those of two files apart.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Writes to the terminal while no bar stands there, so that neither tears the other.
pub(crate) fn beside_bars<T>(write: impl FnOnce() -> T) -> T {
    BARS.suspend(write)
}

/// The place where progress is shown.
pub(super) struct Display {
    /// Whether somebody watches.
    shows_bars: bool,
}

impl Display {
    /// Shows bars where that is wanted and there is a terminal to show them on.
    pub(super) fn new(shows_bars: bool) -> Self {
        Self { shows_bars: shows_bars && std::io::stderr().is_terminal() }
    }

    /// Begins to follow a file. Of one without a length only the log can speak.
    pub(super) fn follow(&self, noun: &str, host: &str, length: Option<u64>) -> Progress {
        let what = format!("fetching a {noun} from {host}");
        let is_large = length.is_none_or(|length| length >= LARGE);
        let bar = length.filter(|_| is_large && self.shows_bars).map(|length| {
            let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
            let message = format!("fetching a {noun} of {} from {host}", words::size(length));
            BARS.add(ProgressBar::new(length).with_style(style).with_message(message))
        });
        let is_logged = is_large && bar.is_none();
        Progress { what, length, come: 0, bar, since: is_logged.then(Stopwatch::start) }
    }
}

/// How far one file has come.
pub(super) struct Progress {
    what: String,
    length: Option<u64>,
    come: u64,
    bar: Option<ProgressBar>,
    /// Since when the log has said nothing, where it is to speak.
    since: Option<Stopwatch>,
}

impl Progress {
    /// So many more bytes have come.
    pub(super) fn advance(&mut self, bytes: u64) {
        self.come += bytes;
        if let Some(bar) = &self.bar {
            bar.set_position(self.come);
        }
        if self.since.is_some_and(|since| since.millis() >= SILENCE_MS) {
            self.since = Some(Stopwatch::start());
            tracing::info!(bytes = self.come, "{}", self.line());
        }
    }

    fn line(&self) -> String {
        let come = words::limit(self.come);
        match self.length {
            Some(length) => format!("{}: {come} of {}", self.what, words::size(length)),
            None => format!("{}: {come} so far", self.what),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A file that is followed.
pub(super) struct Followed {
    /// Its content.
    pub(super) body: BoxBody<Bytes, MediaError>,
    /// How far it has come.
    pub(super) progress: Progress,
}

impl Body for Followed {
    type Data = Bytes;
    type Error = MediaError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, MediaError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(piece) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            let length = len(piece);
            self.progress.advance(length);
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_files_are_followed_and_in_one_line() {
        let display = Display::new(false);
        assert!(display.follow("picture", "files.example", Some(LARGE - 1)).since.is_none());
        let mut progress = display.follow("video", "files.example", Some(512 << 20));
        assert!(progress.since.is_some());
        progress.advance(120 << 20);
        assert_eq!(progress.line(), "fetching a video from files.example: 120 MB of 512 MB");
        let mut endless = display.follow("video", "files.example", None);
        endless.advance(1 << 20);
        assert_eq!(endless.line(), "fetching a video from files.example: 1 MB so far");
    }
}
