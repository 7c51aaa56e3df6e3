//! Media as the server keeps and shows them (`mastodon-api.md` 4.2, 6). Uploading them is `media`.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::MastodonWorld;
use super::model::Status;
use crate::core::post::{MediaKind, Timestamp};
use crate::sandbox::sniff::ending;
use crate::sandbox::{Content, NewMedia, Streamed, Upload};

/// Something that is, or can be, attached to a status.
#[derive(Clone, Debug)]
pub(super) struct Media {
    pub(super) id: String,
    /// An account.
    pub(super) owner: String,
    /// `image`, `gifv`, `video`, `audio` or `unknown`.
    pub(super) kind: &'static str,
    pub(super) file: File,
    pub(super) description: Option<String>,
    pub(super) focus: Option<(f64, f64)>,
    pub(super) size: Option<(u32, u32)>,
    pub(super) duration_ms: Option<u64>,
    pub(super) made: Timestamp,
    pub(super) state: State,
    /// The status that it was attached to first, whether that still stands or not.
    pub(super) attached_to: Option<String>,
}

/// Where its file is.
#[derive(Clone, Debug)]
pub(super) enum File {
    /// Somewhere else.
    Elsewhere { url: Option<String>, remote_url: Option<String>, preview_url: Option<String> },
    /// Here: it was uploaded.
    Here {
        media_type: String,
        /// `None`: too long to be kept.
        bytes: Option<Bytes>,
        length: u64,
        sha256: String,
    },
}

/// How far the server is with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    /// For so many polls more, and until then.
    Processing {
        polls: u32,
        until: Timestamp,
        fails: bool,
    },
    Failed,
}

impl Media {
    /// Whether the server is still working on it.
    pub(super) fn is_processing(&self) -> bool {
        matches!(self.state, State::Processing { .. })
    }

    /// The server has worked on, as far as the clock says; a poll counts.
    pub(super) fn work_on(&mut self, now: Timestamp, polled: bool) {
        if let State::Processing { polls, until, fails } = &mut self.state {
            if *polls == 0 && *until <= now {
                self.state = if *fails { State::Failed } else { State::Ready };
            } else if polled {
                *polls = polls.saturating_sub(1);
            }
        }
    }

    fn url(&self, base: &str) -> Option<String> {
        match &self.file {
            File::Elsewhere { url, .. } => url.clone(),
            // GIFs are made into videos, on a real server.
            File::Here { media_type, .. } => Some(format!("{base}/media/{}.{}", self.id, ending(media_type))),
        }
    }

    fn meta(&self) -> Value {
        let mut meta = Map::new();
        if let Some((width, height)) = self.size.filter(|(_, height)| *height > 0) {
            let aspect = f64::from(width) / f64::from(height);
            let mut original = json!({ "width": width, "height": height });
            if let (true, Some(fields)) = (self.kind == "image", original.as_object_mut()) {
                fields.insert("size".to_owned(), json!(format!("{width}x{height}")));
                fields.insert("aspect".to_owned(), json!(aspect));
            }
            meta.insert("original".to_owned(), original);
            let small = json!({ "width": width.min(400), "height": height.min(400), "aspect": aspect });
            meta.insert("small".to_owned(), small);
        }
        if let Some(millis) = self.duration_ms {
            let secs = f64::from(u32::try_from(millis).unwrap_or(u32::MAX)) / 1000.0;
            let original = meta.entry("original").or_insert_with(|| json!({}));
            if let Some(fields) = original.as_object_mut() {
                fields.insert("duration".to_owned(), json!(secs));
                fields.insert("bitrate".to_owned(), json!(832_000));
                if self.kind != "audio" {
                    fields.insert("frame_rate".to_owned(), json!("30/1"));
                }
            }
        }
        if let Some((x, y)) = self.focus {
            meta.insert("focus".to_owned(), json!({ "x": x, "y": y }));
        }
        Value::Object(meta)
    }

    /// An attachment as the API shows it.
    pub(super) fn json(&self, base: &str) -> Value {
        let url = self.url(base).filter(|_| self.state == State::Ready);
        let (remote_url, preview_url) = match &self.file {
            File::Elsewhere { remote_url, preview_url, .. } => (remote_url.clone(), preview_url.clone()),
            File::Here { .. } => (None, None),
        };
        let preview_url = preview_url.or_else(|| Some(format!("{base}/media/small/{}.png", self.id)));
        json!({
            "id": self.id,
            "type": self.kind,
            "url": url,
            "preview_url": preview_url.filter(|_| self.kind != "unknown"),
            "remote_url": remote_url,
            "preview_remote_url": null,
            "text_url": null,
            "meta": self.meta(),
            "description": self.description,
            "blurhash": (self.kind != "audio").then_some("UPN1IvNM.TWF%MWBo#kBDht6tRozf,RjV@e."),
        })
    }

    fn upload(&self) -> Option<Upload> {
        let File::Here { media_type, bytes, length, sha256 } = &self.file else { return None };
        Some(Upload {
            id: self.id.clone(),
            media_type: media_type.clone(),
            category: self.kind.to_owned(),
            bytes: bytes.clone(),
            length: *length,
            sha256: sha256.clone(),
            description: self.description.clone(),
            focus: self.focus,
            warnings: Vec::new(),
            attached_to: self.attached_to.clone(),
            finished: self.state == State::Ready,
        })
    }
}

/// The API's word for a kind.
fn word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Gif => "gifv",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Other => "unknown",
    }
}

impl MastodonWorld {
    /// Everything that was uploaded through the API and not deleted, oldest first.
    #[must_use]
    pub fn uploads(&self) -> Vec<Upload> {
        self.media.iter().filter_map(Media::upload).collect()
    }

    /// What was uploaded and is attached to no post.
    #[must_use]
    pub fn orphans(&self) -> Vec<Upload> {
        self.uploads().into_iter().filter(Upload::is_orphan).collect()
    }

    pub(super) fn medium(&self, id: &str) -> Option<&Media> {
        self.media.iter().find(|media| media.id == id)
    }

    /// What is attached to a version of a status.
    pub(super) fn media_json(&self, ids: &[String], base: &str) -> Value {
        ids.iter().filter_map(|id| self.medium(id)).map(|media| media.json(base)).collect()
    }

    /// Keeps what is attached by hand. Returns the ids.
    pub(super) fn keep_by_hand(&mut self, new: &[NewMedia], status: &Status, now: Timestamp) -> Vec<String> {
        let mut ids = Vec::new();
        for one in new {
            let id = self.ids.next(self.behaviour.flavour, now);
            ids.push(id.clone());
            self.media.push(Media {
                id,
                owner: status.author.clone(),
                kind: word(one.kind),
                file: File::Elsewhere {
                    url: one.url.clone(),
                    remote_url: one.remote_url.clone(),
                    preview_url: one.preview_url.clone(),
                },
                description: one.description.clone(),
                focus: one.focus,
                size: one.size,
                duration_ms: one.duration_ms,
                made: now,
                state: State::Ready,
                attached_to: Some(status.id.clone()),
            });
        }
        ids
    }

    /// The file behind `/media/…`.
    pub(super) fn file(&self, path: &str) -> Option<Streamed> {
        let (id, _) = path.strip_prefix("/media/")?.split_once('.')?;
        let File::Here { media_type, bytes, .. } = &self.medium(id)?.file else { return None };
        Some(Streamed::good(Content::Bytes(bytes.clone()?), media_type))
    }
}
