//! Everything that is remembered, as the sum of the events that the journal holds.
//!
//! [`State::apply`] is the only way in: loading a journal and living through the same events lead to the same state.
//! Not here: what is to be done about it (`plan`), how events are written down (`journal`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::money::{Ledger, Money, Spending};
use super::post::{Network, PostId, PostRef, Timestamp};
use super::record::{Change, Deed, Delivery, Illegal, Key, Part, Stage, step};

const DAY_SECS: i64 = 86_400;

/// Something that happened, worth remembering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "events are few and short-lived")]
pub enum Event {
    /// From here on the posts of this network's account are mirrored; none at or before `newest` ever is.
    Baseline {
        /// Which network.
        network: Network,
        /// The owner's account there.
        account: String,
        /// The newest post at that moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<PostId>,
        /// When, by the network's clock.
        at: Timestamp,
    },
    /// Posts of this network are no longer mirrored; when they are again, it begins with a new baseline.
    Rested {
        /// Which network.
        network: Network,
    },
    /// Every post up to this one is known.
    Cursor {
        /// Which network.
        network: Network,
        /// Up to and including this one.
        read_to: PostId,
    },
    /// A post of the owner's was seen for the first time.
    New {
        /// Which post, and where it goes.
        #[serde(flatten)]
        key: Key,
        /// What is to become of it.
        delivery: Delivery,
    },
    /// Something happened to a delivery.
    Change {
        /// Which one.
        #[serde(flatten)]
        key: Key,
        /// When, by the target's clock.
        at: Timestamp,
        /// What.
        #[serde(flatten)]
        change: Change,
    },
    /// Money was spent.
    Spent {
        /// When.
        at: Timestamp,
        /// On what.
        what: Spending,
        /// How many.
        count: u64,
        /// How much.
        micro_usd: Money,
        /// The posts that were read for it: X charges for each once a UTC day.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        posts: Vec<PostId>,
    },
    /// This is the owner's account on a network that posts are mirrored to.
    Account {
        /// Which network.
        network: Network,
        /// The account's id there.
        account: String,
    },
    /// A network cannot be used until the owner has done something.
    Paused {
        /// Which network.
        network: Network,
        /// Since when.
        at: Timestamp,
        /// Why, in words for the owner.
        why: String,
    },
    /// It can be used again.
    Resumed {
        /// Which network.
        network: Network,
    },
}

/// An event that cannot follow those before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    /// A delivery cannot do that.
    #[error("{0}: {1}")]
    Illegal(PostRef, Box<Illegal>),
    /// It makes a delivery known that is known already.
    #[error("{0} is known already")]
    Again(PostRef),
    /// It is about a delivery that nobody has heard of.
    #[error("{0} is not known")]
    Unknown(PostRef),
}

/// One network's timeline, as far as it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The owner's account there.
    pub account: String,
    /// The newest post when it began; nothing at or before it is ever mirrored.
    pub baseline: Option<PostId>,
    /// When it began, by the network's clock.
    pub began: Timestamp,
    /// Every post up to this one is known.
    pub read_to: Option<PostId>,
}

/// Why a network is not used at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub at: Timestamp,
    /// Why, in words for the owner.
    pub why: String,
}

/// Everything that is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    sides: BTreeMap<Network, Side>,
    deliveries: BTreeMap<Key, Delivery>,
    /// Those that are not final: few, while all there are may be many.
    open: BTreeSet<Key>,
    /// From a post on a target to the delivery that it belongs to.
    mirrors: HashMap<PostRef, Key>,
    /// From the fingerprint of a part to the deliveries with such a part.
    prints: HashMap<(Network, u64), BTreeSet<Key>>,
    ledger: Ledger,
    /// The last UTC day that reading was charged for, and the posts that it was charged for.
    charged: (i64, BTreeSet<PostId>),
    pauses: BTreeMap<Network, Pause>,
    /// The accounts that all this is about.
    accounts: BTreeMap<Network, String>,
}

impl State {
    /// Takes in an event.
    ///
    /// # Errors
    /// When it cannot follow what happened before; the state is left as it was.
    pub fn apply(&mut self, event: &Event) -> Result<(), BadEvent> {
        match event {
            Event::Baseline { network, account, newest, at } => {
                let side =
                    Side { account: account.clone(), baseline: newest.clone(), began: *at, read_to: newest.clone() };
                self.sides.insert(*network, side);
                self.accounts.insert(*network, account.clone());
            }
            Event::Rested { network } => {
                self.sides.remove(network);
            }
            Event::Cursor { network, read_to } => {
                if let Some(side) = self.sides.get_mut(network) {
                    side.read_to = Some(read_to.clone());
                }
            }
            Event::New { key, .. } if self.deliveries.contains_key(key) => {
                return Err(BadEvent::Again(key.source.clone()));
            }
            Event::New { key, delivery } => self.insert(key, delivery),
            Event::Change { key, at, change } => self.change(key, change, *at)?,
            Event::Spent { at, what, count, micro_usd, posts } => {
                self.ledger.enter(*at, *what, *count, *micro_usd);
                if !posts.is_empty() {
                    if self.charged.0 != utc_day(*at) {
                        self.charged = (utc_day(*at), BTreeSet::new());
                    }
                    self.charged.1.extend(posts.iter().cloned());
                }
            }
            Event::Account { network, account } => {
                self.accounts.insert(*network, account.clone());
            }
            Event::Paused { network, at, why } => {
                self.pauses.insert(*network, Pause { at: *at, why: why.clone() });
            }
            Event::Resumed { network } => {
                self.pauses.remove(network);
            }
        }
        Ok(())
    }

    fn insert(&mut self, key: &Key, delivery: &Delivery) {
        if !delivery.stage.is_final() {
            self.open.insert(key.clone());
        }
        for id in delivery.sent.iter().chain(&delivery.past) {
            self.mirrors.insert(PostRef::new(key.target, id.clone()), key.clone());
        }
        self.index_prints(key, &delivery.prints);
        let to_come = delivery.deeds.iter().filter_map(Deed::part);
        let to_come = to_come.map(Part::print);
        self.index_prints(key, &to_come.collect::<Vec<_>>());
        self.deliveries.insert(key.clone(), delivery.clone());
    }

    fn index_prints(&mut self, key: &Key, prints: &[u64]) {
        for print in prints {
            self.prints.entry((key.target, *print)).or_default().insert(key.clone());
        }
    }

    fn change(&mut self, key: &Key, change: &Change, at: Timestamp) -> Result<(), BadEvent> {
        let delivery = self.deliveries.get_mut(key).ok_or_else(|| BadEvent::Unknown(key.source.clone()))?;
        step(delivery, change, at).map_err(|illegal| BadEvent::Illegal(key.source.clone(), Box::new(illegal)))?;
        if delivery.stage.is_final() {
            self.open.remove(key);
        } else {
            self.open.insert(key.clone());
        }
        // What is reposted is the owner's own, not a mirror.
        if let Change::Done { id, .. } | Change::Adopted { id, .. } = change
            && delivery.reposts.as_ref() != Some(id)
        {
            self.mirrors.insert(PostRef::new(key.target, id.clone()), key.clone());
        }
        if let Change::Planned { prints, .. } | Change::Amended { prints, .. } | Change::Detached { prints, .. } =
            change
        {
            self.index_prints(key, prints);
        }
        Ok(())
    }

    /// How far a network's timeline has been read; `None` when its posts are not mirrored.
    #[must_use]
    pub fn side(&self, network: Network) -> Option<&Side> {
        self.sides.get(&network)
    }

    /// The account on a network that all this is about, as far as it is known.
    #[must_use]
    pub fn account(&self, network: Network) -> Option<&str> {
        self.accounts.get(&network).map(String::as_str)
    }

    /// What became of a post.
    #[must_use]
    pub fn delivery(&self, key: &Key) -> Option<&Delivery> {
        self.deliveries.get(key)
    }

    /// Every delivery, by source network and age.
    #[must_use]
    pub fn deliveries(&self) -> impl DoubleEndedIterator<Item = (&Key, &Delivery)> {
        self.deliveries.iter()
    }

    /// The deliveries of one network's posts, the newest first.
    pub fn newest_first(&self, source: Network) -> impl Iterator<Item = (&Key, &Delivery)> {
        self.deliveries.iter().rev().filter(move |(key, _)| key.source.network == source)
    }

    /// The deliveries to a target that are not final.
    pub fn open(&self, target: Network) -> impl Iterator<Item = (&Key, &Delivery)> {
        self.open
            .iter()
            .filter(move |key| key.target == target)
            .filter_map(|key| Some((key, self.deliveries.get(key)?)))
    }

    /// The delivery to a target whose outcome is unknown, if there is one.
    #[must_use]
    pub fn in_doubt(&self, target: Network) -> Option<(&Key, &Delivery)> {
        self.open(target).find(|(_, delivery)| matches!(delivery.stage, Stage::Sending { .. }))
    }

    /// The delivery that a post on a target belongs to: what we made, or what was paired.
    #[must_use]
    pub fn made_by(&self, post: &PostRef) -> Option<&Key> {
        self.mirrors.get(post)
    }

    /// The deliveries to `target` with a part of this fingerprint.
    pub fn with_print(&self, target: Network, print: u64) -> impl Iterator<Item = (&Key, &Delivery)> {
        self.prints.get(&(target, print)).into_iter().flatten().filter_map(|key| Some((key, self.deliveries.get(key)?)))
    }

    /// What was spent.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether reading this post was charged for already on the UTC day of `at`.
    #[must_use]
    pub fn is_charged(&self, post: &PostId, at: Timestamp) -> bool {
        self.charged.0 == utc_day(at) && self.charged.1.contains(post)
    }

    /// Why a network is not used at present.
    #[must_use]
    pub fn pause(&self, network: Network) -> Option<&Pause> {
        self.pauses.get(&network)
    }

    /// How many deliveries are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.deliveries.len()
    }

    /// Whether nothing has ever happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The events that lead to this state from nothing, with at most `keep` final deliveries: the oldest are
    /// forgotten, but never one that the cursor has not passed, for it would be read and mirrored again.
    #[must_use]
    pub fn as_events(&self, keep: usize) -> Vec<Event> {
        let mut events = Vec::with_capacity(self.deliveries.len().min(keep) + 8);
        for (network, side) in &self.sides {
            events.push(Event::Baseline {
                network: *network,
                account: side.account.clone(),
                newest: side.baseline.clone(),
                at: side.began,
            });
            if let Some(read_to) = side.read_to.clone().filter(|read_to| Some(read_to) != side.baseline.as_ref()) {
                events.push(Event::Cursor { network: *network, read_to });
            }
        }
        for (network, account) in &self.accounts {
            if !self.sides.contains_key(network) {
                events.push(Event::Account { network: *network, account: account.clone() });
            }
        }
        for (network, pause) in &self.pauses {
            events.push(Event::Paused { network: *network, at: pause.at, why: pause.why.clone() });
        }
        for month in self.ledger.months() {
            for (what, spent) in self.ledger.month(month) {
                let (count, micro_usd) = (spent.count, spent.amount);
                events.push(Event::Spent { at: month.begins(), what, count, micro_usd, posts: Vec::new() });
            }
        }
        let (day, posts) = &self.charged;
        if !posts.is_empty() {
            let (at, posts) = (Timestamp::from_secs(day * DAY_SECS), posts.iter().cloned().collect());
            let (what, micro_usd) = (Spending::ReadOwn, Money::default());
            events.push(Event::Spent { at, what, count: 0, micro_usd, posts });
        }
        let forgotten = self.forgettable(keep);
        for (key, delivery) in self.deliveries.iter().filter(|(key, _)| !forgotten.contains(key)) {
            events.push(Event::New { key: key.clone(), delivery: delivery.clone() });
        }
        events
    }

    fn forgettable(&self, keep: usize) -> BTreeSet<&Key> {
        let surplus = self.deliveries.len().saturating_sub(keep);
        if surplus == 0 {
            return BTreeSet::new();
        }
        let passed = |network: Network, id: &PostId| {
            self.sides.get(&network).is_none_or(|side| side.read_to.as_ref().is_some_and(|read_to| id <= read_to))
        };
        let mut old: Vec<(Timestamp, &Key)> = self
            .deliveries
            .iter()
            .filter(|(_, delivery)| delivery.stage.is_final())
            .filter(|(key, delivery)| {
                // Neither the post nor its mirror may be met again as if it were new.
                let mut made = delivery.sent.iter().chain(&delivery.past);
                passed(key.source.network, &key.source.id) && made.all(|id| passed(key.target, id))
            })
            .map(|(key, delivery)| (delivery.changed, key))
            .collect();
        old.sort_unstable();
        old.into_iter().take(surplus).map(|(_, key)| key).collect()
    }
}

fn utc_day(at: Timestamp) -> i64 {
    at.secs().div_euclid(DAY_SECS)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::core::record::{Intent, Part};

    const NOW: Timestamp = Timestamp::from_secs(1_793_491_200);

    fn id(number: usize) -> PostId {
        PostId::new(number.to_string())
    }

    fn key(number: usize) -> Key {
        Key { source: PostRef::new(Network::Mastodon, id(number)), target: Network::Twitter }
    }

    fn mirrored(number: usize) -> Vec<Event> {
        let part = Part::plain(&format!("post {number}"));
        let print = part.print();
        let delivery = Delivery::planned(NOW, None, vec![Deed::Create(part)], vec![print], NOW);
        let change =
            |change| Event::Change { key: key(number), at: NOW.plus_secs(i64::try_from(number).unwrap()), change };
        vec![
            Event::New { key: key(number), delivery },
            change(Change::Sending { intent: Intent { at: NOW, after: None, reply_to: None } }),
            change(Change::Done { id: id(number + 1000), address: None }),
        ]
    }

    fn state(events: impl IntoIterator<Item = Event>) -> State {
        let mut state = State::default();
        for event in events {
            state.apply(&event).unwrap();
        }
        state
    }

    fn baseline(network: Network) -> Event {
        Event::Baseline { network, account: "me".into(), newest: Some(id(100)), at: NOW }
    }

    #[test]
    fn its_events_lead_to_it_again() {
        let mut events = vec![baseline(Network::Mastodon), baseline(Network::Twitter)];
        events.extend((101..110).flat_map(mirrored));
        events.push(Event::Cursor { network: Network::Mastodon, read_to: id(105) });
        events.push(Event::Paused { network: Network::Twitter, at: NOW, why: "no credits".into() });
        events.push(Event::Spent {
            at: NOW,
            what: Spending::Create,
            count: 9,
            micro_usd: Money::from_micro_usd(135_000),
            posts: Vec::new(),
        });
        events.push(Event::Spent {
            at: NOW,
            what: Spending::ReadOwn,
            count: 2,
            micro_usd: Money::from_micro_usd(2000),
            posts: vec![id(1), id(2)],
        });
        let before = state(events);
        assert_eq!(state(before.as_events(usize::MAX)), before);
    }

    #[test]
    fn what_may_be_met_again_is_never_forgotten() {
        let mut events = vec![baseline(Network::Mastodon), baseline(Network::Twitter)];
        events.extend((101..120).flat_map(mirrored));
        events.push(Event::Cursor { network: Network::Mastodon, read_to: id(110) });
        events.push(Event::Cursor { network: Network::Twitter, read_to: id(1105) });
        let after = state(state(events).as_events(0));
        let left: Vec<_> = after.deliveries().map(|(key, _)| key.clone()).collect();
        assert_eq!(left, (106..120).map(key).collect::<Vec<_>>());
    }

    #[test]
    fn a_read_is_charged_once_a_utc_day() {
        let read = |number, at| {
            let micro_usd = Money::from_micro_usd(1000);
            Event::Spent { at, what: Spending::ReadOwn, count: 1, micro_usd, posts: vec![id(number)] }
        };
        let tomorrow = NOW.plus_secs(DAY_SECS);
        let mut state = state([read(1, NOW), read(2, NOW)]);
        assert!(state.is_charged(&id(1), NOW) && state.is_charged(&id(2), NOW) && !state.is_charged(&id(3), NOW));
        assert!(!state.is_charged(&id(1), tomorrow));
        state.apply(&read(3, tomorrow)).unwrap();
        assert!(state.is_charged(&id(3), tomorrow) && !state.is_charged(&id(1), tomorrow));
    }

    #[test]
    fn a_mirror_is_known_by_its_id() {
        let state = state(mirrored(7));
        assert_eq!(state.made_by(&PostRef::new(Network::Twitter, id(1007))), Some(&key(7)));
        assert_eq!(state.made_by(&PostRef::new(Network::Mastodon, id(1007))), None);
        let print = crate::core::matching::fingerprint("post 7", None, 0);
        assert_eq!(state.with_print(Network::Twitter, print).count(), 1);
    }
}
