//! What is to be done: the heart. Everything that crosspostd decides about several posts at once is decided here.
//!
//! [`take_in`] looks at what was read and says what it means: outcomes resolved, new posts planned, held, skipped or
//! paired, changed ones brought up to date, cursors moved. [`next`] says what is to be done now. Both are pure; `engine`
//! writes down and carries out.
//!
//! The rules are `anchors.md` B.4's: resolve before send; absence needs a complete read and time; known ids are
//! dropped; what was once in doubt is never mirrored back.
//!
//! `outlook` is about one post, `doubt` about what may have been sent, `revisit` about posts that are known already,
//! `twin` about what stands on both sides.

mod attach;
mod doubt;
mod outlook;
mod revisit;
mod twin;

use std::collections::BTreeMap;

use super::money::Money;
use super::parent::{Parent, parent_on_target};
use super::post::{Network, Post, PostId, PostRef, Timestamp};
use super::record::{Change, Deed, Delivery, Intent, Key, Part, Stage};
use super::render::Rules;
use super::select::{Selection, SkipReason};
use super::state::{Event, State};
use super::style::Style;
use super::upkeep::Upkeep;

pub use self::attach::{Attach, AttachStep, is_awaited, not_attached, refused};
pub use self::outlook::{Outlook, outlook};
pub use self::revisit::to_look_up;

/// How far the cursors lag behind: what shows up late shows up within this time.
pub const OVERLAP_SECS: i64 = 30 * 60;

/// How long a post waits for the post that it answers to show up, or for the owner to help one that failed.
const PARENT_PATIENCE_SECS: i64 = 48 * 3600;

/// One network, as the owner wants it used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidePolicy {
    /// The owner's account there.
    pub account: String,
    /// The name that our own posts stand under there, where the network shows it.
    pub our_app: Option<String>,
    /// What the network takes.
    pub rules: Rules,
    /// Which of the posts written there are mirrored; `None`: none is.
    pub selection: Option<Selection>,
    /// How the mirrors of them read.
    pub style: Style,
    /// What becomes of the mirrors when they change.
    pub upkeep: Upkeep,
}

/// Both networks, as the owner wants them used.
pub type Policy = BTreeMap<Network, SidePolicy>;

/// What was read from one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The owner's posts, oldest first.
    pub posts: Vec<Post>,
    /// Whether none is missing.
    pub complete: bool,
    /// When, by the network's clock.
    pub at: Timestamp,
    /// Known posts that were looked up.
    pub again: Vec<Post>,
    /// Known posts that are proven to be gone.
    pub gone: Vec<PostId>,
}

impl Read {
    /// A read of a timeline alone.
    #[must_use]
    pub fn of(posts: Vec<Post>, complete: bool, at: Timestamp) -> Self {
        Self { posts, complete, at, again: Vec::new(), gone: Vec::new() }
    }
}

/// Something to be done on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Which delivery.
    pub key: Key,
    /// Which part of it (from 0), and of how many.
    pub number: (usize, usize),
    /// What.
    pub deed: Deed,
    /// The post on the target that a new post answers.
    pub reply_to: Option<PostId>,
    /// Everything up to this post is known on the target.
    pub after: Option<PostId>,
    /// The ids of the uploads that are attached to it, in order.
    pub media: Vec<String>,
    /// For `Idempotency-Key`.
    pub idempotency_key: String,
    /// What it costs, with what is told about its attachments.
    pub price: Money,
}

impl Send {
    /// The text that will stand there, if there will be one.
    #[must_use]
    pub fn part(&self) -> Option<&Part> {
        self.deed.part()
    }
}

/// What is to be done next on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Task {
    /// Something for an attachment.
    Attach(Attach),
    /// Something that shows.
    Send(Send),
}

/// Takes in what was read: `state` is moved on, and the events that moved it are returned, in order.
///
/// They belong together: written down all or none.
pub fn take_in(state: &mut State, reads: &BTreeMap<Network, Read>, policy: &Policy) -> Vec<Event> {
    let mut intake = Intake { state, events: Vec::new(), reads, policy };
    for network in reads.keys() {
        intake.resolve(*network);
    }
    for network in reads.keys() {
        intake.take_new(*network);
    }
    for network in reads.keys() {
        intake.revisit(*network);
    }
    for network in Network::ALL {
        intake.drop_orphans(network);
    }
    for network in reads.keys() {
        intake.move_cursor(*network);
    }
    intake.events
}

struct Intake<'a> {
    state: &'a mut State,
    events: Vec<Event>,
    reads: &'a BTreeMap<Network, Read>,
    policy: &'a Policy,
}

impl Intake<'_> {
    fn happen(&mut self, event: Event) {
        if self.state.apply(&event).is_ok() {
            self.events.push(event);
        } else {
            // Each event is made from the state that it is applied to.
            debug_assert!(false, "an event that cannot follow: {event:?}");
        }
    }

    fn change(&mut self, key: &Key, at: Timestamp, change: Change) {
        self.happen(Event::Change { key: key.clone(), at, change });
    }

    /// Decides about each post that was not seen before.
    fn take_new(&mut self, source: Network) {
        let (Some(read), Some(policy)) = (self.reads.get(&source), self.policy.get(&source)) else { return };
        let Some(side) = self.state.side(source).filter(|_| policy.selection.is_some()) else { return };
        let baseline = side.baseline.clone();
        let target = source.other();
        let now = self.reads.get(&target).map_or(read.at, |read| read.at);
        for post in &read.posts {
            let post_ref = PostRef::new(source, post.id.clone());
            let old = baseline.as_ref().is_some_and(|baseline| post.id <= *baseline);
            if old || post.author != policy.account || is_known(self.state, &post_ref) {
                continue;
            }
            let key = Key { source: post_ref, target };
            if let Some(first) = self.earlier_version(post, source) {
                self.take_new_version(post, &key, first, now);
                continue;
            }
            let event = match outlook(post, source, self.state, self.policy, read.at) {
                Outlook::Skipped(why) => Event::New { key, delivery: Delivery::skipped(post.created, why, now) },
                Outlook::Held(hold) => Event::New { key, delivery: Delivery::held(post.created, hold, now) },
                Outlook::Mirrored(plan) => self.first_sight(post, key, plan, now),
            };
            self.happen(event);
        }
    }

    /// What is to become of a post that is new and that nothing in itself speaks against.
    fn first_sight(&mut self, post: &Post, key: Key, plan: outlook::Plan, now: Timestamp) -> Event {
        let prints = plan.prints();
        match self.echo_or_twin(post, &prints, &key) {
            Some(twin::Found::Echo) => {
                let delivery = Delivery::skipped(post.created, SkipReason::PossibleEcho, now);
                Event::New { key, delivery }
            }
            Some(twin::Found::Twin(twin)) => self.pair(post, &key, &twin, now),
            None => {
                let (note, linked) = (plan.lost_media(), plan.is_linked());
                let delivery = Delivery::planned(post.created, plan.parent.clone(), plan.deeds, prints, now);
                let origin = post.address.clone();
                Event::New { key, delivery: Delivery { edited: post.edited, origin, note, linked, ..delivery } }
            }
        }
    }

    fn is_new(&self, post: &PostRef) -> bool {
        let after_baseline = self
            .state
            .side(post.network)
            .is_some_and(|side| side.baseline.as_ref().is_none_or(|baseline| post.id > *baseline));
        after_baseline && !is_known(self.state, post)
    }

    /// Gives up on replies whose parent will never stand on the target.
    fn drop_orphans(&mut self, target: Network) {
        let orphans: Vec<(Key, Timestamp, bool)> = self
            .state
            .open(target)
            .filter(|(_, delivery)| !matches!(delivery.stage, Stage::Sending { .. }) && delivery.sent.is_empty())
            .filter(|(key, delivery)| {
                let now = self.reads.get(&key.source.network).map_or(delivery.written, |read| read.at);
                match parent_on_target(self.state, key, delivery) {
                    Parent::Never => true,
                    Parent::Unseen | Parent::Failed => now >= delivery.written.plus_secs(PARENT_PATIENCE_SECS),
                    Parent::None | Parent::On(_) | Parent::NotYet => false,
                }
            })
            .map(|(key, delivery)| (key.clone(), delivery.changed, delivery.is_untouched()))
            .collect();
        for (key, at, is_untouched) in orphans {
            let why = SkipReason::ParentNotMirrored;
            let change = if is_untouched { Change::Skipped { why } } else { Change::Failed { why: why.to_string() } };
            self.change(&key, at, change);
        }
    }

    /// Moves a cursor up to the newest post that is older than the overlap; only after a complete read.
    fn move_cursor(&mut self, network: Network) {
        let (Some(read), Some(side)) = (self.reads.get(&network), self.state.side(network)) else { return };
        if !read.complete {
            return;
        }
        let settled = read.at.plus_secs(-OVERLAP_SECS);
        let newest = read.posts.iter().filter(|post| post.created <= settled).map(|post| &post.id).max();
        let Some(newest) = newest.filter(|newest| side.read_to.as_ref().is_none_or(|read_to| *newest > read_to)) else {
            return;
        };
        self.happen(Event::Cursor { network, read_to: newest.clone() });
    }
}

/// Whether a post was seen before, or was made by us.
fn is_known(state: &State, post: &PostRef) -> bool {
    let key = Key { source: post.clone(), target: post.network.other() };
    state.delivery(&key).is_some() || state.made_by(post).is_some()
}

/// What the owner no longer wants, by another account or another direction in the config, is not mirrored: the events
/// that say so. What may be on its way stays in doubt as long as its account is the same.
#[must_use]
pub fn give_up(state: &State, policy: &Policy) -> Vec<Event> {
    let changed = |network: Network| {
        let now = policy.get(&network).map(|side| side.account.as_str());
        state.account(network).is_some_and(|before| Some(before) != now)
    };
    let is_source = |network: Network| policy.get(&network).is_some_and(|side| side.selection.is_some());
    let mut events = Vec::new();
    for (key, delivery) in Network::ALL.into_iter().flat_map(|target| state.open(target)) {
        let other_account = changed(key.source.network) || changed(key.target);
        let sending = matches!(delivery.stage, Stage::Sending { .. });
        let why = match (other_account, is_source(key.source.network)) {
            (true, _) => SkipReason::AccountChanged,
            (false, false) if !sending => SkipReason::DirectionOff,
            (false, _) => continue,
        };
        let change = if sending || !delivery.is_untouched() {
            Change::Failed { why: why.to_string() }
        } else {
            Change::Skipped { why }
        };
        events.push(Event::Change { key: key.clone(), at: delivery.changed, change });
    }
    for (network, side) in policy {
        if state.account(*network) != Some(&side.account) {
            events.push(Event::Account { network: *network, account: side.account.clone() });
        }
        if (changed(*network) || side.selection.is_none()) && state.side(*network).is_some() {
            events.push(Event::Rested { network: *network });
        }
    }
    events
}

/// What is to be done on `target` next, if anything: for the oldest post that something can be done for. Whether it
/// can be sent to at present is the engine's to know. `now` is the time there; what is in `except` is passed over.
#[must_use]
pub fn next(state: &State, target: Network, policy: &Policy, now: Timestamp, except: &[Key]) -> Option<Task> {
    if state.in_doubt(target).is_some() {
        return None;
    }
    let wanted = |source: Network| policy.get(&source).is_some_and(|side| side.selection.is_some());
    let mut ready: Vec<(&Key, &Delivery)> = state
        .open(target)
        .filter(|(key, _)| wanted(key.source.network))
        .filter(|(_, delivery)| matches!(delivery.stage, Stage::Planned | Stage::Waiting { .. }))
        // Others need not wait for what one post lacks.
        .filter(|(_, delivery)| delivery.media_trouble.as_ref().is_none_or(|trouble| trouble.until <= now))
        .filter(|(key, _)| !except.contains(key))
        .collect();
    ready.sort_by_key(|(key, delivery)| (delivery.written, *key));
    ready.into_iter().find_map(|(key, delivery)| {
        let deed = delivery.current()?;
        let reply_to = match (deed, parent_on_target(state, key, delivery)) {
            (Deed::Create(_), Parent::On(id)) => Some(id),
            (Deed::Create(_), Parent::NotYet | Parent::Failed | Parent::Unseen | Parent::Never) => return None,
            // What changes a post leaves it where it hangs.
            (Deed::Create(_), Parent::None) | (Deed::Edit { .. } | Deed::Delete { .. } | Deed::Repost { .. }, _) => {
                None
            }
        };
        let rules = &policy.get(&target)?.rules;
        // A mirror that is deleted and posted again stands until everything for the new one is there.
        let to_come = attach::next_with_part(delivery).unwrap_or(deed);
        let media = match attach::ready(key, delivery, to_come, &rules.media, now) {
            Ok(media) if deed.part().is_some() => media,
            Ok(_) => Vec::new(),
            Err(attach) => return Some(Task::Attach(*attach)),
        };
        Some(Task::Send(Send {
            key: key.clone(),
            number: delivery.number(),
            deed: deed.clone(),
            reply_to,
            after: state.side(target).and_then(|side| side.read_to.clone()),
            media,
            idempotency_key: delivery.idempotency_key(key),
            price: rules.prices.map_or_else(Money::default, |prices| prices.with_media(deed)),
        }))
    })
}

/// What a deed is charged, where it costs anything.
#[must_use]
pub fn price(rules: &Rules, deed: &Deed, at: Timestamp) -> Option<Event> {
    let (what, micro_usd) = rules.prices?.of(deed);
    Some(Event::Spent { at, what, count: 1, micro_usd, posts: Vec::new() })
}

/// The event to write down before a deed is done.
#[must_use]
pub fn intent(send: &Send, now: Timestamp) -> Event {
    let intent = Intent { at: now, after: send.after.clone(), reply_to: send.reply_to.clone() };
    Event::Change { key: send.key.clone(), at: now, change: Change::Sending { intent } }
}
