//! Threads: which post a post answers, and where that one stands on the target.
//!
//! A post waits for the one that it answers; what answers a mirror answers what was mirrored; what answers a new version
//! answers what was mirrored of the old one. Not here: what is to be done about it (`plan`).

use super::post::{Network, Post, PostId, PostRef, ReplyTo};
use super::record::{Delivery, Key, Stage};
use super::select::SkipReason;
use super::state::State;

/// The owner's own post that a post answers.
#[must_use]
pub fn parent_of(post: &Post, network: Network) -> Option<PostRef> {
    match &post.reply_to {
        // Nothing can answer itself, or what came later.
        ReplyTo::Own(id) if *id < post.id => Some(PostRef::new(network, id.clone())),
        ReplyTo::Own(_) | ReplyTo::Nothing | ReplyTo::Other => None,
    }
}

/// Where the post that a part answers stands on the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parent {
    /// It answers nothing.
    None,
    /// There.
    On(PostId),
    /// It is to be mirrored itself, first.
    NotYet,
    /// It could not be mirrored; the owner may help it.
    Failed,
    /// It was not seen yet.
    Unseen,
    /// It never will.
    Never,
}

/// How many versions of a post are followed back: X allows five edits.
const MAX_VERSIONS: usize = 10;

/// Where what a delivery's next part answers stands: the part before it, or its parent's mirror.
#[must_use]
pub fn parent_on_target(state: &State, key: &Key, delivery: &Delivery) -> Parent {
    if let Some(before) = delivery.sent.last() {
        return Parent::On(before.clone());
    }
    match &delivery.parent {
        Some(parent) if !delivery.standalone => stands_on_target(state, parent, key.target),
        _ => Parent::None,
    }
}

/// Where a post of the owner's stands on a target, for another to hang on it.
#[must_use]
pub fn stands_on_target(state: &State, post: &PostRef, target: Network) -> Parent {
    let mut next = Some(post);
    for _ in 0..MAX_VERSIONS {
        let Some(parent) = next else { return Parent::None };
        // The parent may itself be a mirror: then it answers what was mirrored.
        if let Some(original) = state.made_by(parent)
            && original.source.network == target
        {
            return Parent::On(original.source.id.clone());
        }
        let Some(known) = state.delivery(&Key { source: parent.clone(), target }) else {
            let passed = state
                .side(parent.network)
                .is_none_or(|side| side.read_to.as_ref().is_some_and(|read_to| parent.id <= *read_to));
            return if passed { Parent::Never } else { Parent::Unseen };
        };
        match &known.stage {
            Stage::Mirrored => return known.sent.last().map_or(Parent::Never, |id| Parent::On(id.clone())),
            // A new version stands for the old one.
            Stage::Skipped(SkipReason::NewVersion) if known.parent.is_some() => next = known.parent.as_ref(),
            Stage::Skipped(_) | Stage::Removed => return Parent::Never,
            Stage::Failed(_) => return Parent::Failed,
            Stage::Held(_) | Stage::Planned | Stage::Sending { .. } | Stage::Waiting { .. } => return Parent::NotYet,
        }
    }
    Parent::Never
}

/// Whether a delivery waits, itself or by those that it answers, for a post that could not be mirrored: nothing will
/// happen to it by itself.
#[must_use]
pub fn hangs_on_a_failure(state: &State, key: &Key) -> bool {
    let mut source = key.source.clone();
    // Each is older than the one that answers it: this ends.
    while let Some(delivery) = state.delivery(&Key { source: source.clone(), target: key.target }) {
        match (parent_on_target(state, key, delivery), &delivery.parent) {
            (Parent::Failed, _) => return true,
            (Parent::NotYet, Some(parent)) if parent.id < source.id => source = parent.clone(),
            _ => return false,
        }
    }
    false
}
