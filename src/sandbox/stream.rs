//! Answers that do not come whole: made while they are sent, without end, slowly, cut off; and how any answer's body
//! is fed to its connection.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::mpsc;

use super::content::Content;

/// An answer whose body is made while it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// The status code.
    pub status: u16,
    /// Further headers, without the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub content: Content,
    /// What is said of its length.
    pub length: Length,
    /// How it comes.
    pub pace: Pace,
}

/// What an answer says of its body's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// The truth.
    True,
    /// Nothing: the body comes in chunks.
    Untold,
    /// So many bytes, true or not.
    Told(u64),
}

/// How a body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it is read.
    Full,
    /// Byte by byte.
    Drips {
        /// The time between two bytes.
        millis_per_byte: u64,
    },
    /// Nothing comes after so many bytes, and the connection stays open.
    StallsAfter(u64),
    /// The connection is closed after so many bytes.
    EndsAfter(u64),
}

impl Streamed {
    /// A good answer with this body.
    #[must_use]
    pub fn good(content: Content, media_type: &str) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { status: 200, headers, content, length: Length::True, pace: Pace::Full }
    }
}

/// Why a connection is closed without an answer, or in the middle of one.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
pub(super) struct Closed;

/// An answer's body, as it is fed to the connection.
pub(super) enum Feed {
    /// In one piece.
    Whole(Option<Bytes>),
    /// As it comes.
    Pieces(mpsc::Receiver<Result<Bytes, Closed>>),
}

impl Feed {
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self::Whole(Some(Bytes::from(body)))
    }

    /// The first half, and then the end of the connection.
    pub(super) fn cut(mut body: Vec<u8>) -> Self {
        body.truncate(body.len() / 2);
        let (feed, pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            if feed.send(Ok(Bytes::from(body))).await.is_ok() {
                end(&feed).await;
            }
        });
        Self::Pieces(pieces)
    }

    pub(super) fn slow(body: Vec<u8>, pause: Duration) -> Self {
        let (feed, pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            for byte in body {
                tokio::time::sleep(pause).await;
                if feed.send(Ok(Bytes::from(vec![byte]))).await.is_err() {
                    return;
                }
            }
        });
        Self::Pieces(pieces)
    }

    /// A body that is made while it is sent.
    pub(super) fn made(content: Content, pace: Pace) -> Self {
        let (feed, pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut at = 0;
            let most = match pace {
                Pace::Full | Pace::Drips { .. } => u64::MAX,
                Pace::StallsAfter(most) | Pace::EndsAfter(most) => most,
            };
            loop {
                let mut piece = content.piece(at);
                at += length_of(&piece);
                if at > most {
                    let surplus = usize::try_from(at - most).unwrap_or(usize::MAX);
                    piece.truncate(piece.len().saturating_sub(surplus));
                }
                if piece.is_empty() {
                    break;
                }
                if !send(&feed, piece, pace).await {
                    return;
                }
                if at >= most {
                    break;
                }
            }
            match pace {
                Pace::EndsAfter(_) => end(&feed).await,
                // Until the client leaves.
                Pace::StallsAfter(_) => feed.closed().await,
                Pace::Full | Pace::Drips { .. } => {}
            }
        });
        Self::Pieces(pieces)
    }
}

fn length_of(piece: &Bytes) -> u64 {
    u64::try_from(piece.len()).unwrap_or_default()
}

/// Sends a piece at its pace; whether anybody is there to take it.
async fn send(feed: &mpsc::Sender<Result<Bytes, Closed>>, piece: Bytes, pace: Pace) -> bool {
    let Pace::Drips { millis_per_byte } = pace else { return feed.send(Ok(piece)).await.is_ok() };
    for at in 0..piece.len() {
        tokio::time::sleep(Duration::from_millis(millis_per_byte)).await;
        if feed.send(Ok(piece.slice(at..=at))).await.is_err() {
            return false;
        }
    }
    true
}

/// Gives the connection up. What was sent must be on its way before: room for one more says that it was taken.
async fn end(feed: &mpsc::Sender<Result<Bytes, Closed>>) {
    let room = feed.reserve().await;
    tokio::task::yield_now().await;
    if let Ok(room) = room {
        room.send(Err(Closed));
    }
}

impl Body for Feed {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        match self.get_mut() {
            Self::Whole(body) => {
                Poll::Ready(body.take().filter(|body| !body.is_empty()).map(|body| Ok(Frame::data(body))))
            }
            Self::Pieces(pieces) => pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(body) if body.as_ref().is_none_or(Bytes::is_empty))
    }
}
