//! A file's bytes as they come from its server: watched for silence, for a trickle, for time, and for the length that
//! was told. Nothing of it is kept but what was peeked at and not yet passed on.
//!
//! Only time spent waiting for the server counts as its silence: a slow upload holds the download up, not the other way
//! round.

use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::words;
use crate::clock::Stopwatch;
use crate::core::media::MediaError;
use crate::network::http::explain;

/// The slowest that a server may be, in bytes a second on average: one that trickles holds a place for hours.
const SLOWEST: u128 = 1024;

/// What a flow is watched for, and what is said about it.
pub(super) struct Watch {
    /// How long the server may say nothing; from then on, its pace counts as well.
    pub(super) stall: Duration,
    /// When it must have ended.
    pub(super) end: Pin<Box<Sleep>>,
    /// What the file is called: `picture`.
    pub(super) noun: &'static str,
    /// Where it comes from.
    pub(super) host: String,
}

impl Watch {
    /// It took too long in all.
    pub(super) fn out_of_time(&self) -> MediaError {
        MediaError::Missing(format!("{} did not give the {} out in time", self.host, self.noun))
    }

    /// Nothing came.
    pub(super) fn silent(&self) -> MediaError {
        MediaError::Missing(format!("{} fell silent while it was asked for the {}", self.host, self.noun))
    }
}

/// The bytes of a file on their way.
pub(super) struct Flow {
    /// What was peeked at.
    ahead: VecDeque<Bytes>,
    /// What is still to come; `None` after its end.
    rest: Option<reqwest::Body>,
    length: Option<u64>,
    received: u64,
    passed_on: u64,
    watch: Watch,
    /// Since when nothing has come, and until when that is all right.
    silence: Option<(Stopwatch, Pin<Box<Sleep>>)>,
    /// Milliseconds of all silences before.
    waited: u128,
}

impl Flow {
    /// The body of an answer, exactly `length` bytes long where that was told.
    pub(super) fn new(body: reqwest::Body, length: Option<u64>, watch: Watch) -> Self {
        let (ahead, rest) = (VecDeque::new(), Some(body));
        Self { ahead, rest, length, received: 0, passed_on: 0, watch, silence: None, waited: 0 }
    }

    /// Its length in bytes, where that was told.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Where it comes from.
    pub(super) fn host(&self) -> &str {
        &self.watch.host
    }

    /// Looks at the first `most` bytes, or all where there are fewer. They are passed on all the same.
    ///
    /// # Errors
    /// When so many cannot be had.
    pub(super) async fn peek(&mut self, most: usize) -> Result<Vec<u8>, MediaError> {
        let mut held: usize = self.ahead.iter().map(Bytes::len).sum();
        while held < most {
            let Some(piece) = poll_fn(|context| self.receive(context)).await else { break };
            let piece = piece?;
            held += piece.len();
            self.ahead.push_back(piece);
        }
        Ok(self.ahead.iter().flatten().copied().take(most).collect())
    }

    /// The next piece, of any size but not empty; `None` at its end.
    ///
    /// # Errors
    /// When it cannot be read on.
    pub(super) async fn piece(&mut self) -> Option<Result<Bytes, MediaError>> {
        poll_fn(|context| self.next(context)).await
    }

    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, MediaError>>> {
        let piece = match self.ahead.pop_front() {
            Some(piece) => Some(Ok(piece)),
            None => ready!(self.receive(context)),
        };
        if let Some(Ok(piece)) = &piece {
            self.passed_on += len(piece);
        }
        Poll::Ready(piece)
    }

    fn receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, MediaError>>> {
        let piece = match ready!(self.poll_rest(context)) {
            Some(Ok(piece)) => self.admit(piece),
            Some(Err(error)) => Err(error),
            None if self.length.is_some_and(|length| self.received < length) => Err(self.ended_early(None)),
            None => {
                self.rest = None;
                return Poll::Ready(None);
            }
        };
        if piece.is_err() {
            // Nothing comes after an error.
            self.rest = None;
            self.length = None;
        }
        Poll::Ready(Some(piece))
    }

    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, MediaError>>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        if self.watch.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(self.watch.out_of_time())));
        }
        loop {
            match Pin::new(&mut *rest).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) if !piece.is_empty() => return Poll::Ready(Some(Ok(piece))),
                    // Trailers are of no use.
                    _ => {}
                },
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(self.ended_early(Some(&error))))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => break,
            }
        }
        let stall = self.watch.stall;
        let (_, patience) =
            self.silence.get_or_insert_with(|| (Stopwatch::start(), Box::pin(tokio::time::sleep(stall))));
        ready!(patience.as_mut().poll(context));
        Poll::Ready(Some(Err(self.watch.silent())))
    }

    /// Looks at a piece that came: whether there may be so much, and whether it came fast enough.
    fn admit(&mut self, piece: Bytes) -> Result<Bytes, MediaError> {
        self.received += len(&piece);
        if let Some((since, _)) = self.silence.take() {
            self.waited += since.millis();
        }
        let Watch { stall, noun, host, .. } = &self.watch;
        if self.length.is_some_and(|length| self.received > length) {
            return Err(MediaError::Unfit(format!("the {noun} is longer than {host} said")));
        }
        let is_whole = self.length == Some(self.received);
        let is_slow = self.waited > stall.as_millis() && u128::from(self.received) * 1000 < SLOWEST * self.waited;
        if is_slow && !is_whole {
            return Err(MediaError::Missing(format!("{host} gives the {noun} out too slowly")));
        }
        Ok(piece)
    }

    fn ended_early(&self, cause: Option<&reqwest::Error>) -> MediaError {
        let Watch { noun, host, .. } = &self.watch;
        let came = words::limit(self.received);
        let of = self.length.map_or_else(String::new, |length| format!(" of {}", words::size(length)));
        // That it ended is said already; anything else (a reset, a broken packing) is worth its own words.
        let is_end = |cause: &String| cause.contains("end of file") || cause.contains("EOF");
        let cause =
            cause.map(explain).filter(|cause| !is_end(cause)).map_or_else(String::new, |cause| format!(": {cause}"));
        MediaError::Missing(format!("the {noun} from {host} ended too early ({came}{of} came{cause})"))
    }
}

impl Body for Flow {
    type Data = Bytes;
    type Error = MediaError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, MediaError>>> {
        self.next(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, |length| SizeHint::with_exact(length.saturating_sub(self.passed_on)))
    }
}

/// A piece's length as files' are counted.
pub(super) fn len(piece: &Bytes) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}
