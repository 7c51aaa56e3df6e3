//! The [`Source`] that downloads: from the hosts that the networks named, with care.
//!
//! A file flows through, piece by piece. It is kept only where there is no other way: written down (`spool`) where its
//! server does not tell its length, and held in memory where a picture has to be changed, one at a time.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use tokio::sync::Semaphore;

use super::choose::{self, Verdict};
use super::flow::{Flow, len};
use super::get::Getter;
use super::guard::Guard;
use super::progress::{Display, Followed};
use super::sniff::{self, Content, Sniffed};
use super::spool::Spool;
use super::{File, Source, image, words};
use crate::core::media::{FileLimits, MediaError, MediaRules};
use crate::core::post::MediaKind;
use crate::core::record::Attachment;

/// The largest picture that is held in memory to be changed, in bytes.
const MOST_AT_HAND: u64 = 64 << 20;

/// How files are fetched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A folder for what has to be written down on its way; emptied of leftovers when a [`Fetcher`] is made.
    pub folder: PathBuf,
    /// Whether a file may be fetched from a private address of this network or from this machine: only where a
    /// configured server itself is on one.
    pub private_hosts: bool,
    /// The largest file, in bytes, whatever a target takes.
    pub max_bytes: u64,
    /// How long a file's server may say nothing.
    pub stall: Duration,
    /// How long fetching a file may take in all.
    pub max_time: Duration,
    /// Whether a bar is shown for large files: there is somebody at a terminal.
    pub shows_progress: bool,
}

/// Fetches attachments' files.
pub struct Fetcher {
    getter: Getter,
    spool: Spool,
    display: Display,
    max_bytes: u64,
    /// For changing pictures: one takes up to a hundred megabytes of memory.
    workbench: Semaphore,
}

/// A file of which we know what it is and what it may be.
struct Candidate<'a> {
    kind: MediaKind,
    found: Sniffed,
    limits: &'a FileLimits,
    host: String,
}

impl Fetcher {
    /// Makes one; nothing is fetched yet.
    ///
    /// # Errors
    /// When TLS cannot be used on this machine.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        let Settings { folder, private_hosts, max_bytes, stall, max_time, shows_progress } = settings;
        Ok(Self {
            getter: Getter::new(Guard { private_hosts }, stall, max_time)?,
            spool: Spool::new(folder),
            display: Display::new(shows_progress),
            max_bytes,
            workbench: Semaphore::new(1),
        })
    }

    async fn open_one(&self, address: &str, kind: MediaKind, rules: &MediaRules) -> Result<File, MediaError> {
        let noun = words::noun(kind);
        let mut flow = self.getter.get(address, noun).await?;
        if let Some(length) = flow.length().filter(|length| *length > self.max_bytes) {
            return Err(self.too_large_at_all(noun, Some(length)));
        }
        let head = flow.peek(sniff::PEEK).await?;
        let host = flow.host().to_owned();
        let found = match sniff::sniff(&head) {
            Content::Media(found) => found,
            Content::Text => {
                return Err(MediaError::Missing(format!("there is a web page where the {noun} should be (at {host})")));
            }
            Content::Empty => return Err(MediaError::Missing(format!("the {noun} at {host} is empty"))),
            Content::Unknown => return Err(MediaError::Unfit(format!("the {noun} is of an unknown type"))),
        };
        drop(head);
        let candidate = Candidate { kind, found, limits: choose::limits(kind, &found, rules), host };
        match self.judge(&candidate, flow.length()) {
            Verdict::Unfit(why) => Err(MediaError::Unfit(why)),
            Verdict::Change(_) => {
                let length = flow.length();
                self.change(&candidate, length, flow.boxed()).await
            }
            Verdict::Fits => match flow.length() {
                Some(length) => Ok(self.file(&candidate, length, flow.boxed())),
                None => self.write_down(&candidate, flow).await,
            },
        }
    }

    fn judge(&self, candidate: &Candidate<'_>, length: Option<u64>) -> Verdict {
        choose::judge(candidate.kind, &candidate.found, length, candidate.limits, self.max_bytes)
    }

    fn too_large_at_all(&self, noun: &str, length: Option<u64>) -> MediaError {
        MediaError::Unfit(format!("the {noun} is too large to fetch {}", words::too_large(length, self.max_bytes)))
    }

    fn file(&self, candidate: &Candidate<'_>, length: u64, body: BoxBody<Bytes, MediaError>) -> File {
        let Candidate { kind, found, limits, host } = candidate;
        let progress = self.display.follow(words::noun(*kind), host, Some(length));
        let body = Followed { body, progress }.boxed();
        let is_animated = found.is_animated;
        File { is_animated, ..File::new(choose::media_type(*kind, found, limits), length, body) }
    }

    /// Learns the length of a file that fits as far as is known.
    async fn write_down(&self, candidate: &Candidate<'_>, mut flow: Flow) -> Result<File, MediaError> {
        let noun = words::noun(candidate.kind);
        let can_change = choose::can_change(candidate.kind, &candidate.found);
        let of_use = if can_change { MOST_AT_HAND } else { 0 };
        let most = candidate.limits.max_bytes.max(of_use).min(self.max_bytes);
        let mut progress = self.display.follow(noun, &candidate.host, None);
        let mut written = self.spool.create().await?;
        while let Some(piece) = flow.piece().await {
            let piece = piece?;
            if written.length() + len(&piece) > most {
                let size = words::too_large(None, most);
                return Err(MediaError::Unfit(format!("the {noun} is larger than is taken there {size}")));
            }
            progress.advance(len(&piece));
            written.push(piece).await?;
        }
        drop(progress);
        let length = written.length();
        let body = written.read()?.boxed();
        match self.judge(candidate, Some(length)) {
            Verdict::Unfit(why) => Err(MediaError::Unfit(why)),
            Verdict::Change(_) => self.change(candidate, Some(length), body).await,
            Verdict::Fits => Ok(self.file(candidate, length, body)),
        }
    }

    /// Makes a picture fit.
    async fn change(
        &self,
        candidate: &Candidate<'_>,
        length: Option<u64>,
        body: BoxBody<Bytes, MediaError>,
    ) -> Result<File, MediaError> {
        let Candidate { kind, limits, .. } = *candidate;
        let most = MOST_AT_HAND.min(self.max_bytes);
        let too_large = |length| {
            let size = words::too_large(length, most);
            MediaError::Unfit(format!("the {} is too large to be made smaller {size}", words::noun(kind)))
        };
        if length.is_some_and(|length| length > most) {
            return Err(too_large(length));
        }
        // Nobody closes it; without a turn it would be done all the same.
        let _turn = self.workbench.acquire().await;
        let bytes = at_hand(body, length, most).await?.ok_or_else(|| too_large(None))?;
        // All of it tells more than its beginning did: how large a picture is, whether it moves.
        let Content::Media(found) = sniff::sniff(&bytes) else {
            return Err(MediaError::Unfit(format!("the {} is of an unknown type", words::noun(kind))));
        };
        match choose::judge(kind, &found, u64::try_from(bytes.len()).ok(), limits, self.max_bytes) {
            Verdict::Fits => Ok(File::of_bytes(found.media_type, bytes)),
            Verdict::Unfit(why) => Err(MediaError::Unfit(why)),
            Verdict::Change(why) => {
                tracing::debug!("{why}: it is changed");
                let limits = FileLimits { max_bytes: limits.max_bytes.min(self.max_bytes), ..limits.clone() };
                let fit = tokio::task::spawn_blocking(move || image::fit(bytes, found.media_type, &limits));
                let picture =
                    fit.await.map_err(|_| MediaError::Unfit(format!("{why}, and it cannot be changed")))??;
                Ok(File::of_bytes(picture.media_type, picture.bytes))
            }
        }
    }
}

/// A body's bytes; `None` where there are more than `most`.
async fn at_hand(
    mut body: BoxBody<Bytes, MediaError>,
    length: Option<u64>,
    most: u64,
) -> Result<Option<Vec<u8>>, MediaError> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.unwrap_or(0)).unwrap_or(0));
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            if bytes.len() + piece.len() > most {
                return Ok(None);
            }
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(Some(bytes))
}

#[async_trait(?Send)]
impl Source for Fetcher {
    async fn open(&self, attachment: &Attachment, rules: &MediaRules) -> Result<File, MediaError> {
        let (mut missing, mut unfit) = (None, None);
        for address in &attachment.sources {
            let error = match self.open_one(address, attachment.kind, rules).await {
                Ok(file) => return Ok(file),
                Err(error) => error,
            };
            tracing::debug!("{error}");
            let place = if matches!(error, MediaError::Missing(_)) { &mut missing } else { &mut unfit };
            place.get_or_insert(error);
        }
        // What is missing may come, and then it may fit.
        let nowhere = || MediaError::Unfit(format!("the {} has no address", words::noun(attachment.kind)));
        Err(missing.or(unfit).unwrap_or_else(nowhere))
    }
}
