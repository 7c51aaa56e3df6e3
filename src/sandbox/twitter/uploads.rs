//! Files that were uploaded, as X keeps them: pieced together from segments, worked on, attached (x-api.md 4).

use std::collections::BTreeMap;

use bytes::Bytes;

use super::model::Attachment;
use super::world::TwitterWorld;
use crate::core::post::Timestamp;
use crate::sandbox::content::Hash;
use crate::sandbox::form::{FormFile, KEPT};
use crate::sandbox::sniff::{Found, ending, sniff};
use crate::sandbox::{Content, Streamed, Upload};

/// How long an upload can be used, in seconds.
pub(super) const LIFETIME: i64 = 86_400;
/// Of a file that is too long to be kept so much is: enough to see what it is.
const HEAD: usize = 64 * 1024;
/// How much is kept of segments that came before their turn, in bytes.
const MAX_WAITING: u64 = 64 * 1024 * 1024;
/// The key of the first upload.
const FIRST_ID: u64 = 1_880_028_106_020_515_840;

/// How far X is with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Segments may come.
    Open,
    /// It has been asked about so many times.
    Processing {
        polled: u32,
    },
    Failed,
    Ready,
}

/// A file on X.
#[derive(Clone, Debug)]
pub(super) struct Medium {
    pub(super) id: u64,
    pub(super) owner: u64,
    pub(super) category: String,
    /// What the client says that it is.
    pub(super) said: String,
    /// How long the client says that it is.
    pub(super) total: u64,
    pub(super) state: State,
    /// From then on it lives a day.
    pub(super) since: Timestamp,
    pub(super) parts: Parts,
    pub(super) found: Option<Found>,
    pub(super) alt_text: Option<String>,
    pub(super) warnings: Vec<String>,
    pub(super) attached_to: Option<u64>,
    sha256: String,
    /// The whole file, or its beginning; once everything came.
    kept: Bytes,
    /// Where the server is reached.
    base: String,
}

/// The segments of a file. They are hashed in their order, whatever the order in which they come.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    hash: Hash,
    kept: Vec<u8>,
    length: u64,
    next: u32,
    waiting: BTreeMap<u32, Bytes>,
    /// What came under each number: its hash.
    came: BTreeMap<u32, String>,
}

impl Parts {
    /// Takes a segment. One that came before must be the same again.
    pub(super) fn take(&mut self, index: u32, file: &FormFile) -> Result<(), &'static str> {
        match self.came.get(&index) {
            Some(before) if *before == file.sha256 => return Ok(()),
            Some(_) => return Err("Segment was already uploaded with other content."),
            None => {}
        }
        let waiting: u64 = self.waiting.values().map(|part| u64::try_from(part.len()).unwrap_or_default()).sum();
        if waiting > MAX_WAITING {
            return Err("Too many segments came before their turn.");
        }
        self.came.insert(index, file.sha256.clone());
        self.waiting.insert(index, file.bytes.clone());
        while let Some(part) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.add(&part);
        }
        Ok(())
    }

    fn add(&mut self, part: &[u8]) {
        self.hash.update(part);
        self.length += u64::try_from(part.len()).unwrap_or_default();
        if self.length <= KEPT {
            self.kept.extend_from_slice(part);
        } else if self.kept.len() > HEAD {
            self.kept.truncate(HEAD);
            self.kept.shrink_to_fit();
        } else if self.kept.is_empty() {
            self.kept.extend(part.iter().take(HEAD));
        }
    }

    /// How much of it is there without a gap, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether there is a gap.
    pub(super) fn has_gap(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many segments came.
    pub(super) fn count(&self) -> usize {
        self.came.len()
    }
}

impl Medium {
    /// What X calls it: class and number.
    pub(super) fn key(&self) -> String {
        let class = super::attached::class(self.kind());
        format!("{class}_{}", self.id)
    }

    /// The kind of attachment that it becomes.
    pub(super) fn kind(&self) -> &'static str {
        match self.category.as_str() {
            "tweet_image" => "photo",
            "tweet_gif" => "animated_gif",
            _ => "video",
        }
    }

    pub(super) fn is_image(&self) -> bool {
        self.kind() == "photo"
    }

    /// Everything came: what is it?
    pub(super) fn close(&mut self) {
        self.kept = Bytes::from(std::mem::take(&mut self.parts.kept));
        self.found = sniff(&self.kept);
        self.sha256 = self.parts.hash.clone().finish();
    }

    pub(super) fn expires(&self) -> Timestamp {
        self.since.plus_secs(LIFETIME)
    }

    fn bytes(&self) -> Option<Bytes> {
        let whole = !self.sha256.is_empty() && u64::try_from(self.kept.len()).ok() == Some(self.parts.length);
        whole.then(|| self.kept.clone())
    }

    fn media_type(&self) -> &str {
        self.found.as_ref().map_or(self.said.as_str(), |found| found.media_type)
    }

    /// What it is on a post.
    pub(super) fn attachment(&self) -> Attachment {
        let fallback = Attachment::default();
        let url = format!("{}/media/{}.{}", self.base, self.key(), ending(self.media_type()));
        Attachment {
            kind: self.kind(),
            alt_text: self.alt_text.clone(),
            url: Some(url),
            size: self.found.as_ref().and_then(|found| found.size).unwrap_or(fallback.size),
            media_key: Some(self.key()),
            ..fallback
        }
    }

    fn upload(&self) -> Upload {
        Upload {
            id: self.id.to_string(),
            media_type: self.media_type().to_owned(),
            category: self.category.clone(),
            bytes: self.bytes(),
            length: self.parts.length,
            sha256: self.sha256.clone(),
            description: self.alt_text.clone(),
            focus: None,
            warnings: self.warnings.clone(),
            attached_to: self.attached_to.map(|id| id.to_string()),
            finished: self.state == State::Ready,
        }
    }
}

impl TwitterWorld {
    /// Everything that was uploaded or begun to be, oldest first, what has expired too.
    #[must_use]
    pub fn uploads(&self) -> Vec<Upload> {
        self.media.iter().map(Medium::upload).collect()
    }

    /// What was uploaded, or begun to be, and is attached to no post.
    #[must_use]
    pub fn orphans(&self) -> Vec<Upload> {
        self.uploads().into_iter().filter(Upload::is_orphan).collect()
    }

    /// How many segments came of an upload, those that came twice once.
    #[must_use]
    pub fn segments_of(&self, upload: &str) -> usize {
        self.media.iter().find(|medium| medium.id.to_string() == upload).map_or(0, |medium| medium.parts.count())
    }

    /// Begins an upload.
    pub(super) fn begin_upload(
        &mut self,
        owner: u64,
        category: &str,
        said: &str,
        base: &str,
        now: Timestamp,
    ) -> Medium {
        let past = u64::try_from(self.media.len()).unwrap_or_default();
        Medium {
            id: FIRST_ID + past * 4096,
            owner,
            category: category.to_owned(),
            said: said.to_owned(),
            total: 0,
            state: State::Open,
            since: now,
            parts: Parts::default(),
            found: None,
            alt_text: None,
            warnings: Vec::new(),
            attached_to: None,
            sha256: String::new(),
            kept: Bytes::new(),
            base: base.to_owned(),
        }
    }

    /// An upload of the caller's own that can still be used.
    pub(super) fn upload_of(&mut self, id: &str, owner: u64, now: Timestamp) -> Option<&mut Medium> {
        self.media
            .iter_mut()
            .find(|medium| medium.id.to_string() == id && medium.owner == owner && now < medium.expires())
    }

    /// The file behind `/media/…`.
    pub(super) fn file(&self, path: &str) -> Option<Streamed> {
        let (key, _) = path.strip_prefix("/media/")?.split_once('.')?;
        let medium = self.media.iter().find(|medium| medium.key() == key && medium.attached_to.is_some())?;
        Some(Streamed::good(Content::Bytes(medium.bytes()?), medium.media_type()))
    }
}
