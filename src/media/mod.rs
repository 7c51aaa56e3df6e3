//! Files on their way from where they lie to where they are attached: fetched with care, changed where they must be,
//! handed on piece by piece.
//!
//! ```text
//! guard ──► get ──► flow ──► sniff ──► choose ──► File ──► a network's client
//!                                         ├─ spool (its length is not known)
//!                                         └─ image (it does not fit as it is)
//! ```
//!
//! Not here: what is attached to what (`core`), how a network takes a file (`network/*`).

mod choose;
pub mod fetch;
mod flow;
mod get;
mod guard;
pub mod image;
mod progress;
mod sniff;
mod spool;
mod words;

pub(crate) use self::progress::beside_bars;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};

use crate::core::media::{MediaError, MediaRules, MediaType};
use crate::core::record::Attachment;

pub(crate) use self::guard::is_private;

/// Where files come from.
#[async_trait(?Send)]
pub trait Source {
    /// Opens an attachment's file so that the target takes it: the first of its sources that fits as it is, or one that
    /// was made to fit.
    ///
    /// # Errors
    /// When it cannot be had, now or ever.
    async fn open(&self, attachment: &Attachment, rules: &MediaRules) -> Result<File, MediaError>;
}

/// A file that is about to be uploaded. Its content is read once, from front to back.
pub struct File {
    /// What it is, by its content.
    pub media_type: MediaType,
    /// Whether it is a picture that moves.
    pub is_animated: bool,
    /// How long it is, in bytes: exactly so many come.
    pub length: u64,
    body: BoxBody<Bytes, MediaError>,
}

impl File {
    /// A file with this content. A body that turns out to be longer or shorter than `length` must fail.
    #[must_use]
    pub fn new(media_type: MediaType, length: u64, body: BoxBody<Bytes, MediaError>) -> Self {
        Self { media_type, is_animated: false, length, body }
    }

    /// A file that is at hand.
    #[must_use]
    pub fn of_bytes(media_type: MediaType, bytes: Vec<u8>) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self::new(media_type, length, Full::from(bytes).map_err(|never| match never {}).boxed())
    }

    /// The next piece of its content, of any size; `None` at its end.
    ///
    /// # Errors
    /// When it cannot be read on.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, MediaError> {
        while let Some(frame) = self.body.frame().await {
            // Trailers are of no use.
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// Its content, to be sent as it comes.
    #[must_use]
    pub fn into_body(self) -> BoxBody<Bytes, MediaError> {
        self.body
    }

    /// A name for it. Some servers want one.
    #[must_use]
    pub fn name(&self) -> String {
        format!("media.{}", self.media_type.ending())
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { media_type, is_animated, length, .. } = self;
        write!(f, "File({media_type}, animated: {is_animated}, {length} bytes)")
    }
}

#[cfg(test)]
mod tests;
