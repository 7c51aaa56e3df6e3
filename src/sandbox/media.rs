//! Media on both simulated networks: what is attached by hand, and what was uploaded.

use bytes::Bytes;

use crate::core::post::MediaKind;

/// Something to be attached to a post that is written by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMedia {
    /// What it is.
    pub kind: MediaKind,
    /// The file's address; `None`: Mastodon has no copy (yet), X says nothing of it.
    pub url: Option<String>,
    /// Mastodon: where the original is.
    pub remote_url: Option<String>,
    /// A picture that stands for it.
    pub preview_url: Option<String>,
    /// X: the same video in other qualities, with bits a second. Where there is none, `url` is the only one.
    pub variants: Vec<(u64, String)>,
    /// The description.
    pub description: Option<String>,
    /// Mastodon: what it is about, from -1 (left, bottom) to 1 (right, top).
    pub focus: Option<(f64, f64)>,
    /// Width and height, in pixels.
    pub size: Option<(u32, u32)>,
    /// How long it plays, in milliseconds.
    pub duration_ms: Option<u64>,
}

impl NewMedia {
    /// Something of this kind with its file at this address.
    #[must_use]
    pub fn new(kind: MediaKind, url: &str) -> Self {
        Self { url: Some(url.to_owned()), ..Self::without_file(kind) }
    }

    /// A still picture.
    #[must_use]
    pub fn image(url: &str) -> Self {
        Self { size: Some((640, 480)), ..Self::new(MediaKind::Image, url) }
    }

    /// A video of twelve seconds.
    #[must_use]
    pub fn video(url: &str) -> Self {
        Self { size: Some((1280, 720)), duration_ms: Some(12_000), ..Self::new(MediaKind::Video, url) }
    }

    /// A silent, looping video of three seconds.
    #[must_use]
    pub fn gif(url: &str) -> Self {
        Self { size: Some((480, 360)), duration_ms: Some(3_000), ..Self::new(MediaKind::Gif, url) }
    }

    /// Sound of a minute. X has none.
    #[must_use]
    pub fn audio(url: &str) -> Self {
        Self { duration_ms: Some(60_000), ..Self::new(MediaKind::Audio, url) }
    }

    /// Something of which the network says no address.
    #[must_use]
    pub fn without_file(kind: MediaKind) -> Self {
        Self {
            kind,
            url: None,
            remote_url: None,
            preview_url: None,
            variants: Vec::new(),
            description: None,
            focus: None,
            size: None,
            duration_ms: None,
        }
    }

    /// With this description.
    #[must_use]
    pub fn described(self, description: &str) -> Self {
        Self { description: Some(description.to_owned()), ..self }
    }

    /// With this focus.
    #[must_use]
    pub fn focused(self, x: f64, y: f64) -> Self {
        Self { focus: Some((x, y)), ..self }
    }
}

/// A file that was uploaded through the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// What it is by its content: `image/png`; what the client said where nobody knows it.
    pub media_type: String,
    /// X: the category that the client named; Mastodon: the kind of attachment.
    pub category: String,
    /// Its content, up to 32 MiB; of a longer one nothing.
    pub bytes: Option<Bytes>,
    /// How long it is, in bytes.
    pub length: u64,
    /// Its SHA-256, in hexadecimal; empty where not everything of it came.
    pub sha256: String,
    /// The description.
    pub description: Option<String>,
    /// Mastodon: what it is about, from -1 (left, bottom) to 1 (right, top).
    pub focus: Option<(f64, f64)>,
    /// X: the warnings that were put on it: `adult_content`, `graphic_violence`, `other`.
    pub warnings: Vec<String>,
    /// The post that it was attached to, whether that still stands or not.
    pub attached_to: Option<String>,
    /// Whether it came whole and could be attached.
    pub finished: bool,
}

impl Upload {
    /// Whether no post has it.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        self.attached_to.is_none()
    }
}
