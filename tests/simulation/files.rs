//! Files in the simulated world: where they lie, and what the networks do with what is uploaded to them.

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;
use crosspostd::core::media::{Describing, FileLimits, MediaError, MediaRules, MediaType};
use crosspostd::core::post::{Media, MediaFile, MediaKind, Network, Timestamp};
use crosspostd::core::record::Attachment;
use crosspostd::media::{File, Source};
use crosspostd::network::{Described, Processed, Trouble, Uploaded};
use http_body_util::{BodyExt, Full};

use super::{Entry, Turn, World};

/// A file that was uploaded.
#[derive(Clone, Debug)]
pub struct FakeUpload {
    pub(super) id: String,
    /// Where it came from.
    pub(super) source: String,
    pub(super) at: i64,
    pub is_used: bool,
    pub(super) is_described: bool,
}

/// Where the files lie: each holds its own address.
pub struct FakeFiles(pub Rc<RefCell<World>>);

#[async_trait(?Send)]
impl Source for FakeFiles {
    async fn open(&self, attachment: &Attachment, _: &MediaRules) -> Result<File, MediaError> {
        let turn = self.0.borrow_mut().turn();
        if matches!(turn, Turn::Dies) {
            self.0.borrow_mut().die();
        }
        if self.0.borrow().dead {
            std::future::pending::<()>().await;
        }
        if matches!(turn, Turn::Fails) {
            return Err(MediaError::Missing("404".into()));
        }
        let bytes = Bytes::from(attachment.source().to_owned());
        let length = bytes.len() as u64;
        Ok(File::new(MediaType::Png, length, Full::new(bytes).map_err(|never| match never {}).boxed()))
    }
}

pub(super) fn media_rules(describing: Describing) -> MediaRules {
    let images = FileLimits { types: vec![MediaType::Png], max_bytes: 1_000_000, ..FileLimits::default() };
    let lasts = 86_400;
    MediaRules {
        max_images: 4,
        images,
        max_description: 100,
        describing,
        upload_lasts_secs: lasts,
        ..MediaRules::nothing()
    }
}

/// What is attached to a post, as its network tells it.
pub fn media_of(entry: &Entry) -> Vec<Media> {
    let medium = |(url, id): (&String, &String)| Media {
        id: Some(id.clone()),
        files: vec![MediaFile { url: url.clone(), media_type: None, bitrate: None }],
        // Some have a description.
        description: url.ends_with("1.png").then(|| "a cat".to_owned()),
        ..Media::of(MediaKind::Image)
    };
    entry.media.iter().zip(&entry.media_ids).map(medium).collect()
}

/// A text and what is attached to it.
pub fn seen(text: &str, media: &[String]) -> String {
    if media.is_empty() { text.to_owned() } else { format!("{text} [{}]", media.join(" ")) }
}

impl World {
    /// Whether a post's uploads can be attached to it: they are there, and no other post has them.
    pub(super) fn takes_media(&mut self, network: Network, entry: &Entry) -> bool {
        let oldest = self.now - 86_400_000;
        let uploads = &self.server(network).uploads;
        entry
            .media
            .iter()
            .all(|id| uploads.iter().any(|upload| upload.id == *id && !upload.is_used && upload.at > oldest))
    }

    /// A file reaches its server, and the answer is lost now and then.
    pub(super) fn take_file(&mut self, network: Network, bytes: &[u8], attachment: &Attachment) -> Uploaded {
        self.tally.uploads += 1;
        let turn = self.turn();
        if matches!(turn, Turn::Goes) || self.random.per_mille(500) {
            let (id, at) = (self.next_id().as_str().to_owned(), self.now);
            let source = String::from_utf8_lossy(bytes).into_owned();
            if source != attachment.source() {
                self.violations.push(format!("{source} was uploaded for {}", attachment.source()));
            }
            let is_described = network == Network::Mastodon && attachment.description.is_some();
            self.tell(&format!("{network} takes {source} as {id}"));
            let upload = FakeUpload { id: id.clone(), source, at, is_used: false, is_described };
            self.server(network).uploads.push(upload);
            if matches!(turn, Turn::Goes) {
                let until = Timestamp::from_millis(at).plus_secs(86_400);
                return Uploaded::Done { id, until, processing: self.random.per_mille(300) };
            }
        }
        if matches!(turn, Turn::Dies) {
            self.die();
        }
        match self.random.below(3) {
            0 => Uploaded::Media(MediaError::Missing("it ended too early".into())),
            1 => Uploaded::Trouble(Trouble::NoAnswer("502".into())),
            _ => Uploaded::Trouble(Trouble::RateLimited { until: Some(Timestamp::from_millis(self.now + 60_000)) }),
        }
    }

    pub(super) fn work(&mut self, id: &str) -> Processed {
        match self.turn() {
            Turn::Goes => Processed::Ready,
            Turn::Dies => {
                self.die();
                Processed::Gone
            }
            Turn::Fails => {
                self.tell(&format!("{id} cannot be worked with"));
                match self.random.below(3) {
                    0 => Processed::Gone,
                    1 => Processed::Failed(MediaError::Missing("it took too long".into())),
                    _ => Processed::Trouble(Trouble::NoAnswer("502".into())),
                }
            }
        }
    }

    pub(super) fn take_description(&mut self, network: Network, id: &str, attachment: &Attachment) -> Described {
        let turn = self.turn();
        if matches!(turn, Turn::Goes) || self.random.per_mille(500) {
            let known = self.server(network).uploads.iter_mut().find(|upload| upload.id == id);
            match known {
                Some(upload) if upload.source == attachment.source() => upload.is_described = true,
                _ => self.violations.push(format!("{id} is described, which is not {}", attachment.source())),
            }
        }
        match turn {
            Turn::Goes => Described::Done,
            Turn::Dies => {
                self.die();
                Described::Gone
            }
            Turn::Fails => Described::Trouble(Trouble::NoAnswer("502".into())),
        }
    }
}
