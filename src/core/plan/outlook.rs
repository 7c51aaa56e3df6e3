//! What becomes of one post, as things stand: everything that `preview` shows.

use super::Policy;
use crate::core::parent::{Parent, parent_of, stands_on_target};
use crate::core::post::{Network, Post, PostRef, Shared, Timestamp};
use crate::core::record::{Deed, Key, Part};
use crate::core::render::note::Note;
use crate::core::render::{Rendered, Surroundings, render};
use crate::core::select::{Circumstances, Hold, SkipReason, Verdict, decide};
use crate::core::state::State;

/// What becomes of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// This.
    Mirrored(Plan),
    /// Nothing yet.
    Held(Hold),
    /// Nothing.
    Skipped(SkipReason),
}

/// What a post becomes on the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is done, in order.
    pub deeds: Vec<Deed>,
    /// The owner's own post that it answers.
    pub parent: Option<PostRef>,
    /// What was changed on the way.
    pub notes: Vec<Note>,
}

impl Plan {
    /// The fingerprints of its parts.
    #[must_use]
    pub fn prints(&self) -> Vec<u64> {
        let parts = self.deeds.iter().filter_map(Deed::part);
        parts.map(Part::print).collect()
    }

    /// What the owner should know of attachments that cannot be carried over, which is known before they are fetched.
    #[must_use]
    pub fn lost_media(&self) -> Option<String> {
        let lost = self.notes.iter().filter_map(|note| match note {
            Note::MediaLinked(why) => Some(format!("{why}; a link stands for it")),
            Note::MediaDropped(why) => Some(format!("{why}; it was left out")),
            _ => None,
        });
        Some(lost.collect::<Vec<_>>().join("; ")).filter(|lost| !lost.is_empty())
    }

    /// Whether a link to the post stands for something that is attached to it.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Note::MediaLinked(_)))
    }
}

/// What becomes of a post of the owner's on `source`, were it new. `now` is the time there.
#[must_use]
pub fn outlook(post: &Post, source: Network, state: &State, policy: &Policy, now: Timestamp) -> Outlook {
    let target = source.other();
    let (Some(here), Some(there)) = (policy.get(&source), policy.get(&target)) else {
        return Outlook::Skipped(SkipReason::DirectionOff);
    };
    let Some(selection) = &here.selection else { return Outlook::Skipped(SkipReason::DirectionOff) };
    let parent = parent_of(post, source);
    let on_target = parent.as_ref().map_or(Parent::None, |parent| stands_on_target(state, parent, target));
    let around = Circumstances {
        now,
        our_app: here.our_app.as_deref(),
        in_mirrored_thread: matches!(on_target, Parent::On(_) | Parent::NotYet),
    };
    let admitted = match decide(post, selection, &around) {
        Verdict::Skip(why) => return Outlook::Skipped(why),
        Verdict::Wait(hold) => return Outlook::Held(hold),
        Verdict::Mirror(admitted) => admitted,
    };
    if let Some(boosted) = post.boost.as_ref().filter(|boosted| boosted.is_own) {
        return own_boost(boosted, source, state);
    }
    let surroundings = Surroundings { quoted_mirror: quoted_mirror(post, source, state), is_reply: parent.is_some() };
    match render(&admitted, &here.style, &there.rules, &surroundings) {
        Ok(Rendered { parts, notes }) => {
            Outlook::Mirrored(Plan { deeds: parts.into_iter().map(Deed::Create).collect(), parent, notes })
        }
        Err(why) => Outlook::Skipped(why),
    }
}

/// A boost of one's own post becomes a repost of its mirror, or of what it is a mirror of.
fn own_boost(boosted: &Shared, source: Network, state: &State) -> Outlook {
    let target = source.other();
    // The boost may itself be the repost that we made.
    let is_ours = state
        .deliveries()
        .any(|(key, delivery)| key.target == source && delivery.reposts.as_ref() == Some(&boosted.id));
    if is_ours {
        return Outlook::Skipped(SkipReason::OurOwn);
    }
    let boosted = PostRef::new(source, boosted.id.clone());
    match stands_on_target(state, &boosted, target) {
        // A thread is reposted by its head.
        Parent::On(last) => {
            let key = Key { source: boosted, target };
            let head = state.delivery(&key).and_then(|delivery| delivery.sent.first().cloned());
            let deeds = vec![Deed::Repost { post: head.unwrap_or(last) }];
            Outlook::Mirrored(Plan { deeds, parent: None, notes: Vec::new() })
        }
        _ => Outlook::Skipped(SkipReason::BoostOfUnmirrored),
    }
}

/// Where the owner's own post that is quoted stands on the target.
fn quoted_mirror(post: &Post, source: Network, state: &State) -> Option<String> {
    let quoted = post.quote.as_ref().filter(|quoted| quoted.is_own)?;
    let quoted = PostRef::new(source, quoted.id.clone());
    if let Some(original) = state.made_by(&quoted) {
        return state.delivery(original)?.origin.clone();
    }
    state.delivery(&Key { source: quoted, target: source.other() })?.address.clone()
}
