//! What is to be done: the heart. Everything that crosspostd decides about several posts at once is decided here.
//!
//! [`take_in`] looks at what was read and says what it means: outcomes resolved, new posts planned, skipped or paired,
//! cursors moved. [`next`] says what is to be sent now. Both are pure; `engine` writes down and carries out.
//!
//! The rules are `anchors.md` B.4's: resolve before send; absence needs a complete read and time; known ids are
//! dropped; what was once in doubt is never mirrored back.

use std::collections::BTreeMap;

use super::matching::{Expected, fingerprint, is_match};
use super::money::Money;
use super::parent::{Parent, parent_of, parent_on_target};
use super::post::{Network, Post, PostId, PostRef, ReplyTo, Timestamp};
use super::record::{Change, Delivery, Intent, Key, MAX_TRIES, Part, Stage};
use super::render::{self, Rules};
use super::select::{Selection, SkipReason, Verdict, decide};
use super::state::{Event, State};

/// How far the cursors lag behind: what shows up late shows up within this time.
pub const OVERLAP_SECS: i64 = 30 * 60;

/// The same text on both sides within this time was put there by the owner.
const TWIN_SECS: i64 = 10 * 60;

/// How long a text that was once in doubt is not mirrored back.
const ECHO_SECS: i64 = 48 * 3600;

/// How long an outcome may stay unknown because the target's timeline cannot be read whole, before the owner is told.
const DOUBT_SECS: i64 = 24 * 3600;

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
}

/// A part to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Which delivery.
    pub key: Key,
    /// Which part of it (from 0), and of how many.
    pub number: (usize, usize),
    /// The part.
    pub part: Part,
    /// The post on the target that it answers.
    pub reply_to: Option<PostId>,
    /// Everything up to this post is known on the target.
    pub after: Option<PostId>,
    /// For `Idempotency-Key`.
    pub idempotency_key: String,
    /// What it costs.
    pub price: Money,
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

    /// Settles what was sent to a network and never answered for.
    fn resolve(&mut self, target: Network) {
        let (Some(read), Some(policy)) = (self.reads.get(&target), self.policy.get(&target)) else { return };
        let Some((key, delivery)) = self.state.in_doubt(target) else { return };
        let (Stage::Sending { intent, duplicate }, Some((_, part))) = (&delivery.stage, delivery.current()) else {
            return;
        };
        let expected = Expected {
            account: &policy.account,
            part,
            reply_to: intent.reply_to.as_ref(),
            first_try: delivery.first_try.as_ref().unwrap_or(intent),
        };
        let candidates = read.posts.iter().filter(|post| {
            let post_ref = PostRef::new(target, post.id.clone());
            is_match(post, &expected) && !is_known(self.state, &post_ref)
        });
        // The owner may have written the same by hand: ours is the one with our application's name, where that is
        // shown, and the one that came after the try.
        let by_another =
            |post: &Post| policy.our_app.is_some() && post.application.is_some() && post.application != policy.our_app;
        let found = candidates.min_by_key(|post| (by_another(post), post.created < expected.first_try.at, &post.id));
        let settled = read.complete && read.at >= intent.at.plus_secs(policy.rules.settle_secs);
        let change = match found {
            Some(post) => Change::Sent { id: post.id.clone() },
            None if read.at >= intent.at.plus_secs(DOUBT_SECS) && !read.complete => Change::Failed {
                why: format!("it was sent a day ago, and whether it stands on {target} could not be found out"),
            },
            None if !settled => return,
            None if *duplicate => Change::Failed {
                why: format!("{target} says that you posted the same text before, and does not take it twice"),
            },
            None if delivery.tries + 1 >= MAX_TRIES => {
                Change::Failed { why: format!("it was sent {MAX_TRIES} times and never appeared on {target}") }
            }
            None => Change::Absent { until: read.at },
        };
        // It was made, and so it was charged for, whoever heard of it.
        let price = matches!(change, Change::Sent { .. }).then(|| price(&policy.rules, &part.text, read.at)).flatten();
        let key = key.clone();
        self.change(&key, read.at, change);
        if let Some(price) = price {
            self.happen(price);
        }
    }

    /// Decides about each post that was not seen before.
    fn take_new(&mut self, source: Network) {
        let (Some(read), Some(policy)) = (self.reads.get(&source), self.policy.get(&source)) else { return };
        let (Some(selection), Some(side)) = (&policy.selection, self.state.side(source)) else { return };
        let baseline = side.baseline.clone();
        for post in &read.posts {
            let post_ref = PostRef::new(source, post.id.clone());
            let old = baseline.as_ref().is_some_and(|baseline| post.id <= *baseline);
            if old || post.author != policy.account || is_known(self.state, &post_ref) {
                continue;
            }
            let key = Key { source: post_ref, target: source.other() };
            let Some(target) = self.policy.get(&key.target) else { continue };
            let now = self.reads.get(&key.target).map_or(read.at, |read| read.at);
            let event = match decide(post, selection, policy.our_app.as_deref()) {
                Verdict::Skip(why) => skipped(&key, post, why, now),
                Verdict::Mirror => self.first_sight(post, &key, &target.rules, now),
            };
            self.happen(event);
        }
    }

    /// What is to become of a post that is new and that nothing in itself speaks against.
    fn first_sight(&mut self, post: &Post, key: &Key, rules: &Rules, now: Timestamp) -> Event {
        let source = key.source.network;
        if let Some(first) = self.earlier_version(post, source) {
            let delivery = Delivery::skipped(post.created, SkipReason::NewVersion, now);
            // Who answers the new version answers what was mirrored of the old one.
            return Event::New { key: key.clone(), delivery: Delivery { parent: Some(first), ..delivery } };
        }
        let own_print = fingerprint(&post.text, post.warning.as_deref());
        if self.is_possible_echo(post, own_print, source) {
            return skipped(key, post, SkipReason::PossibleEcho, now);
        }
        let parts = render::parts(post, rules);
        let prints: Vec<u64> = parts.iter().map(print_of).collect();
        if post.reply_to == ReplyTo::Nothing
            && let Some(twin) = self.twin_by_hand(post, own_print, &prints, key)
        {
            return self.pair(post, key, &twin, now);
        }
        let delivery = Delivery::planned(post.created, parent_of(post, source), parts, prints, now);
        Event::New { key: key.clone(), delivery }
    }

    /// The version of a post that was seen before, or stood there before we began.
    fn earlier_version(&self, post: &Post, source: Network) -> Option<PostRef> {
        let baseline = self.state.side(source).and_then(|side| side.baseline.as_ref());
        post.earlier_versions
            .iter()
            .filter(|id| **id != post.id)
            .map(|id| PostRef::new(source, id.clone()))
            .find(|version| is_known(self.state, version) || baseline.is_some_and(|baseline| version.id <= *baseline))
    }

    /// Whether a text was sent to this network in a moment of doubt, and may be that.
    fn is_possible_echo(&self, post: &Post, print: u64, source: Network) -> bool {
        self.state.with_print(source, print).any(|(_, delivery)| {
            matches!(delivery.stage, Stage::Sending { .. })
                || delivery.doubted.is_some_and(|at| post.created <= at.plus_secs(ECHO_SECS))
        })
    }

    /// The post on the target that the owner put there by hand: the same text, at about the same time, no reply.
    fn twin_by_hand(&self, post: &Post, own_print: u64, prints: &[u64], key: &Key) -> Option<Twin> {
        let [print] = prints else { return None };
        let close = |written: Timestamp| written.millis_since(post.created).abs() <= TWIN_SECS * 1000;
        // Seen just now, and not known yet.
        if let (Some(read), Some(target)) = (self.reads.get(&key.target), self.policy.get(&key.target)) {
            let twin = read.posts.iter().find(|twin| {
                let twin_ref = PostRef::new(key.target, twin.id.clone());
                twin.author == target.account
                    && close(twin.created)
                    && twin.reply_to == ReplyTo::Nothing
                    && target
                        .selection
                        .as_ref()
                        .is_some_and(|chosen| decide(twin, chosen, target.our_app.as_deref()) == Verdict::Mirror)
                    && self.is_new(&twin_ref)
                    && fingerprint(&twin.text, twin.warning.as_deref()) == *print
            });
            if let Some(twin) = twin {
                return Some(Twin { id: twin.id.clone(), written: twin.created, seen: Seen::JustNow });
            }
        }
        // Seen before: waiting to be mirrored to where this one stands already, or mirrored there a moment ago.
        let alike = self.state.with_print(key.source.network, own_print);
        alike
            .filter(|(twin, delivery)| {
                delivery.parent.is_none()
                    && delivery.prints.len() == 1
                    && close(delivery.written)
                    && self.state.made_by(&twin.source).is_none()
            })
            .find_map(|(twin, delivery)| {
                let seen = match &delivery.stage {
                    Stage::Planned | Stage::Waiting { .. } if delivery.sent.is_empty() => Seen::Planned,
                    Stage::Mirrored => Seen::Mirrored,
                    _ => return None,
                };
                Some(Twin { id: twin.source.id.clone(), written: delivery.written, seen })
            })
    }

    /// Notes that the owner wrote a post on both sides; returns the last of the events.
    fn pair(&mut self, post: &Post, key: &Key, twin: &Twin, now: Timestamp) -> Event {
        let back = Key { source: PostRef::new(key.target, twin.id.clone()), target: key.source.network };
        match twin.seen {
            Seen::JustNow => {
                let delivery = Delivery::paired(twin.written, post.id.clone(), now);
                self.happen(Event::New { key: back, delivery });
            }
            Seen::Planned => self.change(&back, now, Change::Skipped { why: SkipReason::Twin }),
            Seen::Mirrored => {}
        }
        Event::New { key: key.clone(), delivery: Delivery::paired(post.created, twin.id.clone(), now) }
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
        let orphans: Vec<(Key, Timestamp)> = self
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
            .map(|(key, delivery)| (key.clone(), delivery.changed))
            .collect();
        for (key, at) in orphans {
            self.change(&key, at, Change::Skipped { why: SkipReason::ParentNotMirrored });
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

/// A post that says the same on the other side.
struct Twin {
    id: PostId,
    written: Timestamp,
    seen: Seen,
}

enum Seen {
    /// Not known yet.
    JustNow,
    /// About to be mirrored.
    Planned,
    /// Mirrored already.
    Mirrored,
}

fn skipped(key: &Key, post: &Post, why: SkipReason, now: Timestamp) -> Event {
    Event::New { key: key.clone(), delivery: Delivery::skipped(post.created, why, now) }
}

fn print_of(part: &Part) -> u64 {
    fingerprint(&part.text, part.warning.as_deref())
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
        let change = if sending || !delivery.sent.is_empty() {
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

/// What is to be sent to `target` next, if anything: the oldest post that can be. Whether it can be sent to at present
/// is the engine's to know.
#[must_use]
pub fn next(state: &State, target: Network, policy: &Policy) -> Option<Send> {
    if state.in_doubt(target).is_some() {
        return None;
    }
    let wanted = |source: Network| policy.get(&source).is_some_and(|side| side.selection.is_some());
    let mut ready: Vec<(&Key, &Delivery)> = state
        .open(target)
        .filter(|(key, _)| wanted(key.source.network))
        .filter(|(_, delivery)| matches!(delivery.stage, Stage::Planned | Stage::Waiting { .. }))
        .collect();
    ready.sort_by_key(|(key, delivery)| (delivery.written, *key));
    ready.into_iter().find_map(|(key, delivery)| {
        let reply_to = match parent_on_target(state, key, delivery) {
            Parent::None => None,
            Parent::On(id) => Some(id),
            Parent::NotYet | Parent::Failed | Parent::Unseen | Parent::Never => return None,
        };
        let (number, part) = delivery.current()?;
        let prices = policy.get(&target).and_then(|side| side.rules.prices);
        Some(Send {
            key: key.clone(),
            number: (number, delivery.parts.len()),
            part: part.clone(),
            reply_to,
            after: state.side(target).and_then(|side| side.read_to.clone()),
            idempotency_key: delivery.idempotency_key(key),
            price: prices.map_or_else(Money::default, |prices| prices.of_text(&part.text).1),
        })
    })
}

/// What creating a post with this text is charged, where it costs anything.
#[must_use]
pub fn price(rules: &Rules, text: &str, at: Timestamp) -> Option<Event> {
    let (what, micro_usd) = rules.prices?.of_text(text);
    Some(Event::Spent { at, what, count: 1, micro_usd, posts: Vec::new() })
}

/// The event to write down before a part is sent.
#[must_use]
pub fn intent(send: &Send, now: Timestamp) -> Event {
    let intent = Intent { at: now, after: send.after.clone(), reply_to: send.reply_to.clone() };
    Event::Change { key: send.key.clone(), at: now, change: Change::Sending { intent } }
}
