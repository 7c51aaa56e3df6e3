//! Why was this not posted? Every rule that says whether a post is mirrored stands here, and nowhere else.
//!
//! [`decide`] looks at one post alone; what depends on other posts (echoes, twins, parents) is asked by `plan`, in
//! the reasons defined here.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::post::{Post, ReplyTo, Visibility};

/// What the owner wants mirrored from one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The visibilities that leave. `Direct` and `Other` never do, whatever stands here.
    pub visibilities: Vec<Visibility>,
}

/// What becomes of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is mirrored.
    Mirror,
    /// It is not.
    Skip(SkipReason),
}

/// Why a post is not mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// It is not for everybody's eyes.
    Visibility,
    /// It is a boost or repost of another post.
    Boost,
    /// It answers somebody else.
    ReplyToOther,
    /// It answers a post of the owner's that is not mirrored itself.
    ParentNotMirrored,
    /// It is meant for one server, one community or paying subscribers only.
    Restricted,
    /// It has pictures, video or sound.
    Media,
    /// It has a poll.
    Poll,
    /// There is nothing in it.
    Empty,
    /// It was made by crosspostd.
    OurOwn,
    /// It reads like something that crosspostd may have made itself in a moment of doubt.
    PossibleEcho,
    /// The owner wrote the same on the other side.
    Twin,
    /// It is a new version of a post that is known already.
    NewVersion,
    /// It was still to be mirrored when its direction was switched off.
    DirectionOff,
    /// It was still to be mirrored when another account was put into the config.
    AccountChanged,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Visibility => "its visibility is not among those that leave Mastodon",
            Self::Boost => "it is a boost or repost",
            Self::ReplyToOther => "it answers somebody else",
            Self::ParentNotMirrored => "it answers a post of yours that is not mirrored",
            Self::Restricted => "it is for one server, community or group only",
            Self::Media => "it has media, which crosspostd cannot carry yet",
            Self::Poll => "it has a poll, which crosspostd cannot carry yet",
            Self::Empty => "there is no text in it",
            Self::OurOwn => "crosspostd made it",
            Self::PossibleEcho => "it reads like a mirror that crosspostd made when the answer was lost",
            Self::Twin => "you posted the same on both sides",
            Self::NewVersion => "it is an edit of a post that is known already",
            Self::DirectionOff => "its direction was switched off before it was mirrored",
            Self::AccountChanged => "another account was put into the config before it was mirrored",
        })
    }
}

/// Whether a post of the owner's is mirrored, as far as the post itself can tell. `our_app` is the name under which
/// our own posts stand there, where the network shows it: those are mirrors.
#[must_use]
pub fn decide(post: &Post, selection: &Selection, our_app: Option<&str>) -> Verdict {
    let skip = |reason| Verdict::Skip(reason);
    if our_app.is_some() && post.application.as_deref() == our_app {
        return skip(SkipReason::OurOwn);
    }
    if !leaves(post.visibility, selection) {
        return skip(SkipReason::Visibility);
    }
    if post.restricted {
        return skip(SkipReason::Restricted);
    }
    if post.boost {
        return skip(SkipReason::Boost);
    }
    if post.reply_to == ReplyTo::Other {
        return skip(SkipReason::ReplyToOther);
    }
    if !post.media.is_empty() {
        return skip(SkipReason::Media);
    }
    if post.poll {
        return skip(SkipReason::Poll);
    }
    if post.text.trim().is_empty() {
        return skip(SkipReason::Empty);
    }
    Verdict::Mirror
}

fn leaves(visibility: Visibility, selection: &Selection) -> bool {
    match visibility {
        Visibility::Direct | Visibility::Other => false,
        Visibility::Public | Visibility::Unlisted | Visibility::Private => selection.visibilities.contains(&visibility),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::{Media, MediaKind, PostId, Timestamp};

    fn selection() -> Selection {
        Selection {
            visibilities: vec![Visibility::Public, Visibility::Unlisted, Visibility::Direct, Visibility::Other],
        }
    }

    fn verdict(change: impl FnOnce(&mut Post)) -> Verdict {
        let mut post = Post::plain(PostId::new("1"), "me", Timestamp::default(), "hello");
        change(&mut post);
        decide(&post, &selection(), Some("crosspostd"))
    }

    type Case = (Box<dyn FnOnce(&mut Post)>, Option<SkipReason>);

    #[test]
    fn what_leaves_and_what_stays() {
        use SkipReason as R;
        let picture = Media { kind: MediaKind::Image, url: None, description: None };
        let cases: Vec<Case> = vec![
            (Box::new(|_| {}), None),
            (Box::new(|p| p.visibility = Visibility::Unlisted), None),
            (Box::new(|p| p.visibility = Visibility::Private), Some(R::Visibility)),
            (Box::new(|p| p.visibility = Visibility::Direct), Some(R::Visibility)),
            (Box::new(|p| p.visibility = Visibility::Other), Some(R::Visibility)),
            (Box::new(|p| p.application = Some("crosspostd".into())), Some(R::OurOwn)),
            (Box::new(|p| p.application = Some("Web".into())), None),
            (Box::new(|p| p.boost = true), Some(R::Boost)),
            (Box::new(|p| p.reply_to = ReplyTo::Other), Some(R::ReplyToOther)),
            (Box::new(|p| p.reply_to = ReplyTo::Own(PostId::new("0"))), None),
            (Box::new(|p| p.restricted = true), Some(R::Restricted)),
            (Box::new(|p| p.poll = true), Some(R::Poll)),
            (Box::new(move |p| p.media = vec![picture]), Some(R::Media)),
            (Box::new(|p| p.text = " \n".into()), Some(R::Empty)),
        ];
        for (number, (change, expected)) in cases.into_iter().enumerate() {
            assert_eq!(verdict(change), expected.map_or(Verdict::Mirror, Verdict::Skip), "case {number}");
        }
    }
}
