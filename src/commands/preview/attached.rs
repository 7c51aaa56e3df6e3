//! What is attached to a part, as `preview` shows it. Pure.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::core::post::{Media, MediaKind, Post};
use crate::core::record::Attachment;
use crate::core::render::note::{kind_name, secs};

/// So much of a description is shown, in characters.
const SHOWN: usize = 60;

/// Something that is attached to a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// What it is.
    pub kind: MediaKind,
    /// Where it is fetched, the best first.
    pub sources: Vec<String>,
    /// The alt text, whole.
    pub description: Option<String>,
    /// Width and height in pixels, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<(u32, u32)>,
    /// How long it plays, in milliseconds, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_ms: Option<u64>,
    /// Whether a warning is put over it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

impl Shown {
    /// An attachment of a part that `post` became; of none, where the post is not at hand.
    #[must_use]
    pub(in crate::commands) fn of(attachment: &Attachment, post: Option<&Post>) -> Self {
        let is_it = |media: &&Media| media.files.iter().any(|file| file.url == attachment.source());
        let media = post.and_then(|post| post.media.iter().find(is_it));
        Self {
            kind: attachment.kind,
            sources: attachment.sources.clone(),
            description: attachment.description.clone(),
            size: media.and_then(|media| media.size),
            length_ms: media.and_then(|media| media.length_ms),
            sensitive: attachment.sensitive,
        }
    }

    /// On one line: `[picture, 1600×1200: "A cat asleep"]`.
    pub(in crate::commands) fn text(&self) -> String {
        let mut facts = vec![kind_name(self.kind).to_owned()];
        facts.extend(self.size.map(|(width, height)| format!("{width}×{height}")));
        facts.extend(self.length_ms.map(secs));
        if self.sensitive {
            facts.push("under a warning".to_owned());
        }
        let Some(words) = &self.description else { return format!("[{}, no description]", facts.join(", ")) };
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let beginning: String = words.graphemes(true).take(SHOWN).collect();
        let more = if beginning.len() < words.len() { "…" } else { "" };
        format!("[{}: \"{}{more}\"]", facts.join(", "), beginning.trim_end())
    }
}
