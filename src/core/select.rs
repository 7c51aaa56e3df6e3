//! Why was this not posted? Every rule that says whether a post is mirrored stands here, and nowhere else.
//!
//! [`decide`] looks at one post alone; what depends on other posts (echoes, twins, parents) is asked by `plan`, and what
//! a style says no to by `render`, both in the reasons defined here. What it lets through is [`Admitted`]: nothing else
//! can be rendered, and nothing that was not rendered can be sent.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::filter::{Filters, Refused};
use super::post::{Post, ReplyTo, Restriction, Timestamp, Visibility};
use super::style::Boosts;

/// What the owner wants mirrored from one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The visibilities that leave. `Direct` and `Other` never do, whatever stands here.
    pub visibilities: Vec<Visibility>,
    /// Words and hashtags.
    pub filters: Filters,
    /// How old a post must be before it is mirrored, in seconds: a chance to correct or delete it.
    pub delay_secs: i64,
    /// What the owner must do to a post before it is mirrored.
    pub approval: Option<Approval>,
    /// Which boosts and reposts leave.
    pub boosts: Boosts,
    /// What else leaves that is not a post like others.
    pub restricted: Vec<Restriction>,
}

/// How the owner approves a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// By favouriting it.
    Favourite,
    /// By bookmarking it.
    Bookmark,
}

/// What a post alone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// The time, by the post's network.
    pub now: Timestamp,
    /// The name under which our own posts stand there, where the network shows it: those are mirrors.
    pub our_app: Option<&'a str>,
    /// Whether it continues a thread of the owner's that is mirrored.
    pub in_mirrored_thread: bool,
}

/// A post that may leave. Only [`decide`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted<'a>(&'a Post);

impl<'a> Admitted<'a> {
    /// The post.
    #[must_use]
    pub fn post(&self) -> &'a Post {
        self.0
    }

    /// A post that may leave, whatever it says: for tests of what comes after.
    #[cfg(test)]
    pub(crate) fn unasked(post: &'a Post) -> Self {
        Self(post)
    }
}

/// What becomes of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It is mirrored.
    Mirror(Admitted<'a>),
    /// Not yet.
    Wait(Hold),
    /// It is not.
    Skip(SkipReason),
}

/// What a post waits for before it is mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// When it ends by itself, by the post's network.
    pub until: Timestamp,
    /// Why.
    pub why: HoldReason,
}

/// Why a post is not mirrored yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldReason {
    /// It is too young.
    Young,
    /// The owner has not approved it.
    Unapproved,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Young => "it is still young: you may yet change or delete it",
            Self::Unapproved => "you have not approved it yet",
        })
    }
}

/// How long a post may wait for its approval.
const APPROVAL_SECS: i64 = 7 * 24 * 3600;

/// Why a post is not mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// It is not for everybody's eyes.
    Visibility,
    /// It is a boost or repost of another post.
    Boost,
    /// It is a boost of one's own post that is not mirrored, or of a mirror.
    BoostOfUnmirrored,
    /// It answers somebody else.
    ReplyToOther,
    /// It answers a post of the owner's that is not mirrored itself.
    ParentNotMirrored,
    /// It is meant for one server only. (Once for everything that is restricted.)
    #[serde(alias = "restricted")]
    LocalOnly,
    /// It was posted to a community.
    Community,
    /// It is for paying subscribers.
    Subscribers,
    /// It is an article.
    Article,
    /// It has pictures, video or sound that the target does not take.
    Media,
    /// Its pictures, video or sound are marked as sensitive.
    SensitiveMedia,
    /// It has a poll.
    Poll,
    /// It quotes another post.
    Quote,
    /// It has a content warning.
    Warning,
    /// It is too long.
    TooLong,
    /// There is nothing in it.
    Empty,
    /// It has none of the words or hashtags that are asked for.
    NotIncluded,
    /// It has a word or hashtag that keeps it back.
    Excluded,
    /// It lacks the hashtag that sends it out.
    NotOptedIn,
    /// It has the hashtag that keeps it in.
    OptedOut,
    /// The owner did not approve it in time.
    NotApproved,
    /// It was deleted before it was mirrored.
    Deleted,
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

impl SkipReason {
    /// Every one of them.
    pub const ALL: [Self; 28] = [
        Self::Visibility,
        Self::Boost,
        Self::BoostOfUnmirrored,
        Self::ReplyToOther,
        Self::ParentNotMirrored,
        Self::LocalOnly,
        Self::Community,
        Self::Subscribers,
        Self::Article,
        Self::Media,
        Self::SensitiveMedia,
        Self::Poll,
        Self::Quote,
        Self::Warning,
        Self::TooLong,
        Self::Empty,
        Self::NotIncluded,
        Self::Excluded,
        Self::NotOptedIn,
        Self::OptedOut,
        Self::NotApproved,
        Self::Deleted,
        Self::OurOwn,
        Self::PossibleEcho,
        Self::Twin,
        Self::NewVersion,
        Self::DirectionOff,
        Self::AccountChanged,
    ];
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Visibility => "its visibility is not among those that leave Mastodon",
            Self::Boost => "it is a boost or repost",
            Self::BoostOfUnmirrored => "it is a boost of a post that has no mirror to boost",
            Self::ReplyToOther => "it answers somebody else",
            Self::ParentNotMirrored => "it answers a post of yours that is not mirrored",
            Self::LocalOnly => "it is for one server only",
            Self::Community => "it was posted to a community",
            Self::Subscribers => "it is for your subscribers only",
            Self::Article => "it is an article",
            Self::Media => {
                "it has media that the other side does not take, and your config says not to mirror such posts"
            }
            Self::SensitiveMedia => "its media are marked as sensitive, and your config says not to mirror those",
            Self::Poll => "it has a poll, and your config says not to mirror those",
            Self::Quote => "it quotes a post, and your config says not to mirror those",
            Self::Warning => "it has a content warning, and your config says not to mirror those",
            Self::TooLong => "it is too long for one post, and your config says not to mirror those",
            Self::Empty => "there is nothing in it to mirror",
            Self::NotIncluded => "it has none of the words or hashtags that your config asks for",
            Self::Excluded => "it has a word or hashtag that your config excludes",
            Self::NotOptedIn => "it lacks the hashtag that your config asks for",
            Self::OptedOut => "it has the hashtag that keeps it here",
            Self::NotApproved => "you did not approve it within a week",
            Self::Deleted => "it was deleted before it was mirrored",
            Self::OurOwn => "crosspostd made it",
            Self::PossibleEcho => "it reads like a mirror that crosspostd made when the answer was lost",
            Self::Twin => "you posted the same on both sides",
            Self::NewVersion => "it is an edit of a post that is known already",
            Self::DirectionOff => "its direction was switched off before it was mirrored",
            Self::AccountChanged => "another account was put into the config before it was mirrored",
        })
    }
}

/// Whether a post of the owner's is mirrored, as far as the post itself can tell.
#[must_use]
pub fn decide<'a>(post: &'a Post, selection: &Selection, around: &Circumstances<'_>) -> Verdict<'a> {
    match reason_against(post, selection, around) {
        Some(reason) => Verdict::Skip(reason),
        None => hold(post, selection, around.now).map_or(Verdict::Mirror(Admitted(post)), |held| held),
    }
}

fn reason_against(post: &Post, selection: &Selection, around: &Circumstances<'_>) -> Option<SkipReason> {
    if around.our_app.is_some() && post.application.as_deref() == around.our_app {
        return Some(SkipReason::OurOwn);
    }
    if !leaves(post.visibility, selection, around) {
        return Some(SkipReason::Visibility);
    }
    if let Some(restriction) = post.restricted.filter(|restriction| !selection.restricted.contains(restriction)) {
        return Some(match restriction {
            Restriction::LocalOnly => SkipReason::LocalOnly,
            Restriction::Community => SkipReason::Community,
            Restriction::Subscribers => SkipReason::Subscribers,
            Restriction::Article => SkipReason::Article,
        });
    }
    if let Some(boosted) = &post.boost {
        let lets_through = match selection.boosts {
            Boosts::Off => false,
            Boosts::Own => boosted.is_own,
            Boosts::Link => boosted.is_own || boosted.address.is_some(),
            Boosts::Text => boosted.is_own || !boosted.text.trim().is_empty(),
        };
        return (!lets_through).then_some(SkipReason::Boost);
    }
    if post.reply_to == ReplyTo::Other {
        return Some(SkipReason::ReplyToOther);
    }
    match selection.filters.check(post) {
        Ok(()) => {}
        Err(Refused::NotIncluded) => return Some(SkipReason::NotIncluded),
        Err(Refused::Excluded) => return Some(SkipReason::Excluded),
        Err(Refused::NotOptedIn) => return Some(SkipReason::NotOptedIn),
        Err(Refused::OptedOut) => return Some(SkipReason::OptedOut),
    }
    let nothing = post.text.trim().is_empty() && post.media.is_empty() && post.poll.is_none() && post.quote.is_none();
    nothing.then_some(SkipReason::Empty)
}

/// What a post that nothing speaks against still waits for.
fn hold<'a>(post: &Post, selection: &Selection, now: Timestamp) -> Option<Verdict<'a>> {
    let ripe = post.created.plus_secs(selection.delay_secs);
    if selection.delay_secs > 0 && now < ripe {
        return Some(Verdict::Wait(Hold { until: ripe, why: HoldReason::Young }));
    }
    let is_approved = match selection.approval {
        None => true,
        Some(Approval::Favourite) => post.favourited,
        Some(Approval::Bookmark) => post.bookmarked,
    };
    if is_approved {
        return None;
    }
    let until = post.created.plus_secs(APPROVAL_SECS);
    Some(if now < until {
        Verdict::Wait(Hold { until, why: HoldReason::Unapproved })
    } else {
        Verdict::Skip(SkipReason::NotApproved)
    })
}

/// An unlisted reply inside a public thread of one's own is how Mastodon's own web client writes threads: it leaves
/// where public posts do.
fn leaves(visibility: Visibility, selection: &Selection, around: &Circumstances<'_>) -> bool {
    match visibility {
        Visibility::Direct | Visibility::Other => false,
        Visibility::Unlisted if around.in_mirrored_thread => {
            selection.visibilities.contains(&Visibility::Unlisted)
                || selection.visibilities.contains(&Visibility::Public)
        }
        Visibility::Public | Visibility::Unlisted | Visibility::Private => selection.visibilities.contains(&visibility),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::{Media, MediaKind, Poll, PostId, Shared};

    fn selection() -> Selection {
        let visibilities = vec![Visibility::Public, Visibility::Unlisted, Visibility::Direct, Visibility::Other];
        Selection { visibilities, ..Selection::default() }
    }

    fn shared(is_own: bool) -> Shared {
        Shared {
            id: PostId::new("9"),
            is_own,
            author: Some("you@there.example".into()),
            address: None,
            text: "words".into(),
            spans: Vec::new(),
            warning: None,
        }
    }

    const AT: Timestamp = Timestamp::from_secs(1000);

    fn around(now: Timestamp) -> Circumstances<'static> {
        Circumstances { now, our_app: Some("crosspostd"), in_mirrored_thread: false }
    }

    /// `Ok` when it leaves, else the reason.
    fn asked(post: &Post, selection: &Selection, around: &Circumstances<'_>) -> Result<(), String> {
        match decide(post, selection, around) {
            Verdict::Mirror(admitted) => {
                assert_eq!(admitted.post(), post);
                Ok(())
            }
            Verdict::Wait(hold) => Err(format!("{:?} until {}", hold.why, hold.until.secs())),
            Verdict::Skip(why) => Err(format!("{why:?}")),
        }
    }

    type Case = (Box<dyn FnOnce(&mut Post)>, Result<(), &'static str>);

    #[test]
    fn what_leaves_and_what_stays() {
        let picture = Media::of(MediaKind::Image);
        let poll = Poll { options: vec!["a".into()], multiple: false, length_secs: None, closed: false };
        let cases: Vec<Case> = vec![
            (Box::new(|_| {}), Ok(())),
            (Box::new(|p| p.visibility = Visibility::Unlisted), Ok(())),
            (Box::new(|p| p.visibility = Visibility::Private), Err("Visibility")),
            (Box::new(|p| p.visibility = Visibility::Direct), Err("Visibility")),
            (Box::new(|p| p.visibility = Visibility::Other), Err("Visibility")),
            (Box::new(|p| p.application = Some("crosspostd".into())), Err("OurOwn")),
            (Box::new(|p| p.application = Some("Web".into())), Ok(())),
            (Box::new(|p| p.boost = Some(shared(false))), Err("Boost")),
            (Box::new(|p| p.boost = Some(shared(true))), Err("Boost")),
            (Box::new(|p| p.reply_to = ReplyTo::Other), Err("ReplyToOther")),
            (Box::new(|p| p.reply_to = ReplyTo::Own(PostId::new("0"))), Ok(())),
            (Box::new(|p| p.restricted = Some(Restriction::LocalOnly)), Err("LocalOnly")),
            (Box::new(|p| p.restricted = Some(Restriction::Community)), Err("Community")),
            (Box::new(|p| p.restricted = Some(Restriction::Subscribers)), Err("Subscribers")),
            (Box::new(|p| p.restricted = Some(Restriction::Article)), Err("Article")),
            (Box::new(move |p| p.poll = Some(poll)), Ok(())),
            (
                Box::new(move |p| {
                    p.text = " ".into();
                    p.media = vec![picture];
                }),
                Ok(()),
            ),
            (Box::new(|p| p.text = " \n".into()), Err("Empty")),
        ];
        for (number, (change, expected)) in cases.into_iter().enumerate() {
            let mut post = Post::plain(PostId::new("1"), "me", AT, "hello");
            change(&mut post);
            assert_eq!(asked(&post, &selection(), &around(AT)), expected.map_err(str::to_owned), "case {number}");
        }
    }

    #[test]
    fn boosts_leave_as_far_as_they_are_let() {
        for (boosts, own, others, without_text) in [
            (Boosts::Off, false, false, false),
            (Boosts::Own, true, false, false),
            (Boosts::Link, true, false, false),
            (Boosts::Text, true, true, false),
        ] {
            let selection = Selection { boosts, ..selection() };
            let leaves = |boosted: Shared| {
                let mut post = Post::plain(PostId::new("1"), "me", AT, "");
                post.boost = Some(boosted);
                asked(&post, &selection, &around(AT)).is_ok()
            };
            assert_eq!(leaves(shared(true)), own, "{boosts:?}");
            assert_eq!(leaves(shared(false)), others, "{boosts:?}");
            assert_eq!(leaves(Shared { text: " ".into(), ..shared(false) }), without_text, "{boosts:?}");
            let linked = Shared { address: Some("https://there.example/9".into()), ..shared(false) };
            assert_eq!(leaves(linked), others || boosts == Boosts::Link, "{boosts:?}");
        }
    }

    #[test]
    fn an_unlisted_reply_in_a_public_thread_counts_as_public() {
        let only_public = Selection { visibilities: vec![Visibility::Public], ..Selection::default() };
        let mut post = Post::plain(PostId::new("2"), "me", AT, "hello");
        post.visibility = Visibility::Unlisted;
        post.reply_to = ReplyTo::Own(PostId::new("1"));
        let in_thread = Circumstances { in_mirrored_thread: true, ..around(AT) };
        assert_eq!(asked(&post, &only_public, &in_thread), Ok(()));
        assert_eq!(asked(&post, &only_public, &around(AT)), Err("Visibility".to_owned()));
        post.visibility = Visibility::Private;
        assert_eq!(asked(&post, &only_public, &in_thread), Err("Visibility".to_owned()));
    }

    #[test]
    fn a_post_waits_until_it_is_ripe_and_approved() {
        let wants = Selection { delay_secs: 120, approval: Some(Approval::Favourite), ..selection() };
        let mut post = Post::plain(PostId::new("1"), "me", AT, "hello");
        let at = |secs| asked(&post, &wants, &around(AT.plus_secs(secs)));
        assert_eq!(at(119), Err("Young until 1120".to_owned()));
        assert_eq!(at(120), Err("Unapproved until 605800".to_owned()));
        assert_eq!(at(APPROVAL_SECS), Err("NotApproved".to_owned()));
        post.bookmarked = true;
        assert!(asked(&post, &wants, &around(AT.plus_secs(120))).is_err());
        post.favourited = true;
        assert_eq!(asked(&post, &wants, &around(AT.plus_secs(120))), Ok(()));
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let said: std::collections::BTreeSet<String> = SkipReason::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), SkipReason::ALL.len());
    }
}
