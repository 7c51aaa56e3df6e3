//! What can be done on a target: create a post, change one, delete one, repost one.
//!
//! These are the exact requests, kept in the journal from the moment they are planned until they are done. Not here: in
//! which order (`record`), what a post becomes (`render`).

use serde::{Deserialize, Serialize};

use super::matching::fingerprint;
use super::post::{Focus, MediaKind, PostId, Visibility};
use super::select::Admitted;

/// One post on the target: the exact request, kept from the moment it is planned until it is final, so that a restart
/// never renders again what may have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The final text.
    pub text: String,
    /// The content warning, where the target has a place for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The language (BCP 47), where the target takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who may see it, where the target has visibilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Whether it is marked as sensitive, where the target has a place for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// The poll that it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<NewPoll>,
    /// What is attached to it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Attachment>,
    /// The people on the target that it mentions for real, as the target names them, without `@`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pings: Vec<String>,
    /// Nobody but this module makes one: a post that was not admitted cannot become a part.
    #[serde(skip)]
    sealed: Sealed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sealed;

impl Part {
    /// A part of a post that was admitted; the rest of it is filled in by `render`.
    ///
    /// A post that `select` did not admit cannot become one:
    ///
    /// ```compile_fail
    /// use crosspostd::core::{post::{Post, PostId, Timestamp}, record::Part};
    /// let secret = Post::plain(PostId::new("1"), "me", Timestamp::default(), "for my followers only");
    /// let part = Part::of(&secret, secret.text.clone());
    /// ```
    ///
    /// nor can one be put together by hand:
    ///
    /// ```compile_fail
    /// use crosspostd::core::record::Part;
    /// let part = Part { text: "for my followers only".into(), ..Default::default() };
    /// ```
    #[must_use]
    pub fn of(admitted: &Admitted<'_>, text: String) -> Self {
        let language = admitted.post().language.clone();
        let sealed = Sealed;
        Self {
            text,
            warning: None,
            language,
            visibility: None,
            sensitive: false,
            poll: None,
            media: Vec::new(),
            pings: Vec::new(),
            sealed,
        }
    }

    /// The fingerprint of what will be read in it (see `matching`).
    #[must_use]
    pub fn print(&self) -> u64 {
        fingerprint(&self.text, self.warning.as_deref(), self.media.len())
    }

    /// A part with this text and these attachments.
    #[cfg(test)]
    pub(crate) fn with_media(text: &str, media: Vec<Attachment>) -> Self {
        let mut part = Self::plain(text);
        part.media = media;
        part
    }

    /// A part with this text and nothing else.
    #[cfg(test)]
    pub(crate) fn plain(text: &str) -> Self {
        let post = super::post::Post::plain(PostId::new("1"), "", super::post::Timestamp::default(), text);
        Self::of(&Admitted::unasked(&post), text.to_owned())
    }
}

/// Something to attach to a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is.
    pub kind: MediaKind,
    /// Where it can be fetched, the best for the target first; at least one.
    pub sources: Vec<String>,
    /// The alt text, as it will stand there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is about, where the target takes that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
    /// Whether a warning is put over it, where the target has one for each attachment (X).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

impl Attachment {
    /// What it is known by: the same for as long as it is the same file.
    #[must_use]
    pub fn source(&self) -> &str {
        self.sources.first().map_or("", String::as_str)
    }

    /// Whether there is something to tell about it beside the file.
    #[must_use]
    pub fn has_metadata(&self) -> bool {
        self.description.is_some() || self.sensitive
    }

    /// The fingerprint of what is told about it: another one means that it has to be told again.
    #[must_use]
    pub fn metadata_print(&self) -> u64 {
        let focus = self.focus.map_or_else(String::new, |focus| format!("{},{}", focus.x, focus.y));
        let told = format!("{}\n{focus}\n{}", self.sensitive, self.description.as_deref().unwrap_or_default());
        fingerprint(&told, None, 0)
    }
}

/// A poll to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPoll {
    /// What can be chosen.
    pub options: Vec<String>,
    /// Whether more than one can be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// How long it runs, in seconds.
    pub length_secs: i64,
}

/// Something to do on the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Create a post.
    Create(Part),
    /// Change one that crosspostd made.
    Edit {
        /// Which.
        post: PostId,
        /// What it becomes.
        part: Part,
    },
    /// Delete one that crosspostd made.
    Delete {
        /// Which.
        post: PostId,
    },
    /// Repost one of the owner's own.
    Repost {
        /// Which.
        post: PostId,
    },
}

impl Deed {
    /// The text that will stand there, if there will be one.
    #[must_use]
    pub fn part(&self) -> Option<&Part> {
        match self {
            Self::Create(part) | Self::Edit { part, .. } => Some(part),
            Self::Delete { .. } | Self::Repost { .. } => None,
        }
    }
}
