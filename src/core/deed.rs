//! What can be done on a target: create a post, change one, delete one, repost one.
//!
//! These are the exact requests, kept in the journal from the moment they are planned until they are done. Not here: in
//! which order (`record`), what a post becomes (`render`).

use serde::{Deserialize, Serialize};

use super::post::{PostId, Visibility};
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
            pings: Vec::new(),
            sealed,
        }
    }

    /// A part with this text and nothing else.
    #[cfg(test)]
    pub(crate) fn plain(text: &str) -> Self {
        let post = super::post::Post::plain(PostId::new("1"), "", super::post::Timestamp::default(), text);
        Self::of(&Admitted::unasked(&post), text.to_owned())
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
