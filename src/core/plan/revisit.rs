//! Posts that are known already and are seen again: ripe, approved, edited, deleted.
//!
//! A deletion counts only when the network said so of the very id; a gap in a timeline is no proof of anything.

use super::outlook::Plan;
use super::{Intake, Outlook, Policy, Read, is_known, outlook};
use crate::core::parent::{Parent, stands_on_target};
use crate::core::post::{Network, Post, PostId, PostRef, Timestamp};
use crate::core::record::{Change, Deed, Delivery, Key, Stage};
use crate::core::select::{Hold, HoldReason, SkipReason};
use crate::core::state::{Event, State};
use crate::core::upkeep::{Amendment, EditPolicy, UNSURE, amend};

/// The most posts that are looked up at once.
const MAX_LOOK_UPS: usize = 60;

/// For how long a post that is ripe and does not show itself is asked for in each cycle, in seconds; later, only when
/// it is time to look around.
const PRESSING_SECS: i64 = 3600;

impl Intake<'_> {
    /// Brings what is known up to date with what was seen of it now.
    pub(super) fn revisit(&mut self, source: Network) {
        let (Some(read), Some(policy)) = (self.reads.get(&source), self.policy.get(&source)) else { return };
        if policy.selection.is_none() {
            return;
        }
        for post in read.posts.iter().chain(&read.again).filter(|post| post.author == policy.account) {
            let key = Key { source: PostRef::new(source, post.id.clone()), target: source.other() };
            match first_version(self.state, &key) {
                // What became of the first version may not have let it be changed when this one was seen first.
                Some(first) => self.renew(&first, post, Some(version_made(post)), read.at),
                None if newest_version(self.state, &key) != key.source.id => {}
                None => self.renew(&key, post, post.edited, read.at),
            }
        }
        for id in &read.gone {
            let key = Key { source: PostRef::new(source, id.clone()), target: source.other() };
            let key = first_version(self.state, &key).unwrap_or(key);
            self.lose(&key, policy.upkeep.deletes, read.at);
        }
    }

    /// The first version of a post that was seen before, or stood there before we began.
    pub(super) fn earlier_version(&self, post: &Post, source: Network) -> Option<PostRef> {
        let baseline = self.state.side(source).and_then(|side| side.baseline.as_ref());
        post.earlier_versions
            .iter()
            .filter(|id| **id != post.id)
            .map(|id| PostRef::new(source, id.clone()))
            .find(|version| is_known(self.state, version) || baseline.is_some_and(|baseline| version.id <= *baseline))
            .map(|version| {
                let key = Key { source: version, target: source.other() };
                first_version(self.state, &key).unwrap_or(key).source
            })
    }

    /// A new version with an id of its own: the mirror of the first one is brought up to date, and whoever answers the
    /// new one answers what was mirrored of the first.
    pub(super) fn take_new_version(&mut self, post: &Post, key: &Key, first: PostRef, now: Timestamp) {
        let delivery = Delivery::skipped(post.created, SkipReason::NewVersion, now);
        self.happen(Event::New { key: key.clone(), delivery: Delivery { parent: Some(first.clone()), ..delivery } });
        let at = self.reads.get(&key.source.network).map_or(now, |read| read.at);
        self.renew(&Key { source: first, target: key.target }, post, Some(version_made(post)), at);
    }

    /// A known post as it reads now; `edited` is when it was last changed.
    fn renew(&mut self, key: &Key, post: &Post, edited: Option<Timestamp>, at: Timestamp) {
        let Some(delivery) = self.state.delivery(key) else { return };
        let is_newer = edited > delivery.edited;
        match &delivery.stage {
            Stage::Held(hold) => {
                let hold = *hold;
                match outlook(post, key.source.network, self.state, self.policy, at) {
                    Outlook::Held(still) if still == hold => {}
                    Outlook::Held(hold) => self.change(key, at, Change::Held { hold }),
                    Outlook::Skipped(why) => self.change(key, at, Change::Skipped { why }),
                    Outlook::Mirrored(plan) => self.plan(key, post, plan, edited, at),
                }
            }
            Stage::Planned | Stage::Waiting { .. } if is_newer && delivery.is_untouched() => {
                match outlook(post, key.source.network, self.state, self.policy, at) {
                    // It was ripe once.
                    Outlook::Held(_) => {}
                    Outlook::Skipped(why) => self.change(key, at, Change::Skipped { why }),
                    Outlook::Mirrored(plan) => self.plan(key, post, plan, edited, at),
                }
            }
            Stage::Mirrored if is_newer && delivery.reposts.is_none() => self.amend(key, post, edited, at),
            _ => {}
        }
    }

    fn plan(&mut self, key: &Key, post: &Post, plan: Plan, edited: Option<Timestamp>, at: Timestamp) {
        let prints = plan.prints();
        let is_held = self.state.delivery(key).is_some_and(|delivery| matches!(delivery.stage, Stage::Held(_)));
        // What was held is met for the first time now, as far as echoes and twins go.
        let found = if is_held { self.echo_or_twin(post, &prints, key) } else { None };
        let change = match found {
            Some(super::twin::Found::Echo) => Change::Skipped { why: SkipReason::PossibleEcho },
            Some(super::twin::Found::Twin(twin)) => {
                self.leave_twin(key, &twin, at);
                Change::Skipped { why: SkipReason::Twin }
            }
            None => Change::Planned {
                note: plan.lost_media(),
                parent: plan.parent.clone(),
                deeds: plan.deeds,
                prints,
                edited,
                origin: post.address.clone(),
            },
        };
        self.change(key, at, change);
    }

    /// What is done about an edit of a post that is mirrored.
    fn amend(&mut self, key: &Key, post: &Post, edited: Option<Timestamp>, at: Timestamp) {
        let (Some(here), Some(there)) = (self.policy.get(&key.source.network), self.policy.get(&key.target)) else {
            return;
        };
        let Some(delivery) = self.state.delivery(key) else { return };
        if at > delivery.written.plus_secs(here.upkeep.edit_window_secs) {
            return;
        }
        let plan = match outlook(post, key.source.network, self.state, self.policy, at) {
            Outlook::Mirrored(plan) => plan,
            Outlook::Skipped(why) => {
                let note = Some(format!("it was edited, and is not mirrored as it is now: {why}"));
                return self.change(key, at, Change::Noted { edited, note });
            }
            Outlook::Held(_) => return,
        };
        let after = plan.prints();
        let parts = plan.deeds.into_iter().filter_map(|deed| match deed {
            Deed::Create(part) => Some(part),
            _ => None,
        });
        let now = self.reads.get(&key.target).map_or(at, |read| read.at);
        let age_secs = now.millis_since(delivery.changed) / 1000;
        let (policy, can) = (here.upkeep.edits, there.rules.edits);
        let change = match amend(delivery, parts.collect(), &after, policy, can, age_secs, self.has_replies(key)) {
            Amendment::Nothing => Change::Noted { edited, note: None },
            Amendment::Deeds(_) if policy == EditPolicy::Repost && self.is_orphan(key, delivery) => {
                let note = "it was edited, and the mirror stays as it was: the post that it answers has none any more";
                Change::Noted { edited, note: Some(note.into()) }
            }
            Amendment::Deeds(deeds) => Change::Amended { deeds, prints: after, edited },
            Amendment::Refused(why) => {
                let note = Some(format!("it was edited, and the mirror stays as it was: {why}"));
                Change::Noted { edited, note }
            }
        };
        self.change(key, now, change);
    }

    /// Whether a mirror, posted again, would have nothing to hang on.
    fn is_orphan(&self, key: &Key, delivery: &Delivery) -> bool {
        let parent = delivery.parent.as_ref().filter(|_| !delivery.standalone);
        parent.is_some_and(|parent| !matches!(stands_on_target(self.state, parent, key.target), Parent::On(_)))
    }

    /// Whether posts of the owner's on the target hang on a mirror.
    fn has_replies(&self, key: &Key) -> bool {
        self.state.deliveries().any(|(other, delivery)| {
            let answers = delivery.parent.as_ref();
            let below = other.target == key.target && answers == Some(&key.source) && !delivery.sent.is_empty();
            // Written there, below the mirror.
            below
                || (other.source.network == key.target && answers.is_some_and(|at| self.state.made_by(at) == Some(key)))
        })
    }

    /// A known post that is proven to be gone.
    fn lose(&mut self, key: &Key, mirror_deletes: bool, at: Timestamp) {
        let Some(delivery) = self.state.delivery(key) else { return };
        let ours = !delivery.prints.is_empty() && delivery.prints.len() == delivery.sent.len();
        let change = match &delivery.stage {
            Stage::Held(_) | Stage::Planned | Stage::Waiting { .. } if delivery.is_untouched() => {
                Change::Skipped { why: SkipReason::Deleted }
            }
            Stage::Mirrored if mirror_deletes && ours && delivery.unsure => {
                let note = format!("it was deleted, and the mirror stays: {UNSURE}");
                if delivery.note.as_ref() == Some(&note) {
                    return;
                }
                Change::Noted { edited: None, note: Some(note) }
            }
            Stage::Mirrored if mirror_deletes && ours => {
                let deeds = delivery.sent.iter().rev().map(|post| Deed::Delete { post: post.clone() }).collect();
                Change::Amended { deeds, prints: Vec::new(), edited: None }
            }
            _ => return,
        };
        let now = self.reads.get(&key.target).map_or(at, |read| read.at);
        self.change(key, now, change);
    }
}

/// The known posts of `source` that have to be looked up by their ids, the most pressing first: those that are ripe and
/// were not in the timeline, and, when it is time to look around, those that may have been edited, approved or deleted
/// since they were last seen.
#[must_use]
pub fn to_look_up(state: &State, source: Network, read: &Read, policy: &Policy, all_around: bool) -> Vec<PostId> {
    let Some(here) = policy.get(&source).filter(|side| side.selection.is_some()) else { return Vec::new() };
    let seen = |id: &PostId| read.posts.iter().any(|post| post.id == *id);
    let mut ids = Vec::new();
    for (key, delivery) in state.open(source.other()) {
        let wanted = match &delivery.stage {
            Stage::Held(Hold { until, why: HoldReason::Young }) => {
                all_around || (read.at >= *until && read.at < until.plus_secs(PRESSING_SECS))
            }
            Stage::Held(_) => all_around,
            // It has waited for a while: is it still there, and still the same?
            Stage::Planned | Stage::Waiting { .. } => all_around && delivery.is_untouched(),
            _ => false,
        };
        let id = newest_version(state, key);
        if wanted && !seen(&id) {
            ids.push(id);
        }
    }
    // X gives an edit a new id, which its timeline shows.
    let edits = here.upkeep.edits != EditPolicy::Ignore && source == Network::Mastodon;
    let edit_window = if edits { here.upkeep.edit_window_secs } else { 0 };
    let delete_window = if here.upkeep.deletes { here.upkeep.delete_window_secs } else { 0 };
    let since = read.at.plus_secs(-edit_window.max(delete_window));
    if all_around && edit_window.max(delete_window) > 0 {
        let mirrored = state
            .newest_first(source)
            .take_while(|(_, delivery)| delivery.written >= since)
            .filter(|(_, delivery)| delivery.stage == Stage::Mirrored && !delivery.prints.is_empty())
            .map(|(key, _)| newest_version(state, key))
            .filter(|id| !seen(id));
        ids.extend(mirrored);
    }
    some_of(ids, read.at)
}

/// As many as can be looked up at once; where there are more, others each time, so that each has its turn.
fn some_of(ids: Vec<PostId>, at: Timestamp) -> Vec<PostId> {
    let shares = ids.len().div_ceil(MAX_LOOK_UPS).max(1);
    // Spread, for looks come at regular times.
    let minute = u64::try_from(at.secs() / 60).unwrap_or(0);
    let turn = usize::try_from(minute.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33).unwrap_or(0) % shares;
    ids.into_iter().skip(turn * MAX_LOOK_UPS).take(MAX_LOOK_UPS).collect()
}

/// When a version with an id of its own was made, later than those before it even where all bear the first one's time.
fn version_made(post: &Post) -> Timestamp {
    post.created.plus_millis(i64::try_from(post.earlier_versions.len()).unwrap_or(0))
}

/// The first version of a post, if this is a later one.
fn first_version(state: &State, key: &Key) -> Option<Key> {
    let delivery = state.delivery(key)?;
    let first = delivery.parent.clone().filter(|_| delivery.stage == Stage::Skipped(SkipReason::NewVersion))?;
    Some(Key { source: first, target: key.target })
}

/// The newest version of a post: looked up by an old one's id, a post reads as it did then.
fn newest_version(state: &State, key: &Key) -> PostId {
    let newer = state.newest_first(key.source.network).take_while(|(other, _)| other.source > key.source);
    let newest = newer
        .filter(|(_, other)| other.stage == Stage::Skipped(SkipReason::NewVersion))
        .find(|(_, other)| other.parent.as_ref() == Some(&key.source));
    newest.map_or_else(|| key.source.id.clone(), |(other, _)| other.source.id.clone())
}
