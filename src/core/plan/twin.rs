//! What stands on both sides: our own mirror read back after a doubt, or the same post put there by the owner's hand.

use super::{Intake, is_known};
use crate::core::post::{Media, Network, Post, PostId, PostRef, ReplyTo, Timestamp};
use crate::core::record::{Change, Delivery, Key, Stage};
use crate::core::select::{Circumstances, SkipReason, Verdict, decide};
use crate::core::state::Event;

/// The same text on both sides within this time was put there by the owner.
const TWIN_SECS: i64 = 10 * 60;

/// How long a text that was once in doubt is not mirrored back.
const ECHO_SECS: i64 = 48 * 3600;

/// What a post that was never seen before may be.
pub(super) enum Found {
    /// Our own mirror.
    Echo,
    /// One of two that the owner wrote.
    Twin(Twin),
}

/// A post that says the same on the other side.
pub(super) struct Twin {
    id: PostId,
    written: Timestamp,
    edited: Option<Timestamp>,
    seen: Seen,
}

enum Seen {
    /// Not known yet.
    JustNow,
    /// Known, and not to be mirrored yet.
    Held,
    /// About to be mirrored.
    Planned,
    /// Mirrored already.
    Mirrored,
}

/// Whether a post without words has other things attached than what was uploaded for a delivery.
fn has_other_media(post: &Post, delivery: &Delivery) -> bool {
    let uploads = || delivery.uploads.iter().chain(delivery.attached.iter().flatten());
    let is_ours = |media: &Media| media.id.as_ref().is_none_or(|id| uploads().any(|upload| upload.id == *id));
    post.text.trim().is_empty() && uploads().next().is_some() && !post.media.iter().any(is_ours)
}

impl Intake<'_> {
    /// Whether a post that is new stands on the other side already, for one reason or another.
    pub(super) fn echo_or_twin(&self, post: &Post, prints: &[u64], key: &Key) -> Option<Found> {
        if post.boost.is_some() {
            return None;
        }
        let own_print = post.print();
        if self.is_possible_echo(post, own_print, key.source.network) {
            return Some(Found::Echo);
        }
        // Two posts without words are not the same for that.
        if post.reply_to != ReplyTo::Nothing || post.text.trim().is_empty() {
            return None;
        }
        self.twin_by_hand(post, own_print, prints, key).map(Found::Twin)
    }

    /// Whether a text was sent to this network in a moment of doubt, and may be that.
    fn is_possible_echo(&self, post: &Post, print: u64, source: Network) -> bool {
        let alike = self.state.with_print(source, print);
        alike.filter(|(_, delivery)| !has_other_media(post, delivery)).any(|(_, delivery)| {
            matches!(delivery.stage, Stage::Sending { .. })
                || delivery.doubted.is_some_and(|at| post.created <= at.plus_secs(ECHO_SECS))
        })
    }

    /// The post on the target that the owner put there by hand: the same text, at about the same time, no reply.
    fn twin_by_hand(&self, post: &Post, own_print: u64, prints: &[u64], key: &Key) -> Option<Twin> {
        let [print] = prints else { return None };
        let close = |written: Timestamp| written.millis_since(post.created).abs() <= TWIN_SECS * 1000;
        // Seen just now, and not known yet, or held.
        if let (Some(read), Some(target)) = (self.reads.get(&key.target), self.policy.get(&key.target)) {
            let around = Circumstances { now: read.at, our_app: target.our_app.as_deref(), in_mirrored_thread: false };
            let leaves = |twin: &Post| {
                target.selection.as_ref().is_some_and(|selection| {
                    !matches!(decide(twin, selection, &around), Verdict::Skip(_)) && twin.boost.is_none()
                })
            };
            let twin = read.posts.iter().find(|twin| {
                twin.author == target.account
                    && close(twin.created)
                    && twin.reply_to == ReplyTo::Nothing
                    && leaves(twin)
                    && (self.is_new(&PostRef::new(key.target, twin.id.clone())) || self.is_held(twin, key))
                    && twin.print() == *print
            });
            if let Some(twin) = twin {
                let seen = if self.is_held(twin, key) { Seen::Held } else { Seen::JustNow };
                return Some(Twin { id: twin.id.clone(), written: twin.created, edited: twin.edited, seen });
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
                    Stage::Planned | Stage::Waiting { .. } if delivery.is_untouched() => Seen::Planned,
                    Stage::Mirrored => Seen::Mirrored,
                    _ => return None,
                };
                Some(Twin { id: twin.source.id.clone(), written: delivery.written, edited: None, seen })
            })
    }

    /// Whether a post on the target of `key` is not to be mirrored yet.
    fn is_held(&self, post: &Post, key: &Key) -> bool {
        let back = Key { source: PostRef::new(key.target, post.id.clone()), target: key.source.network };
        self.state.delivery(&back).is_some_and(|delivery| matches!(delivery.stage, Stage::Held(_)))
    }

    /// Notes that the owner wrote a post on both sides; returns the last of the events.
    pub(super) fn pair(&mut self, post: &Post, key: &Key, twin: &Twin, now: Timestamp) -> Event {
        let back = Key { source: PostRef::new(key.target, twin.id.clone()), target: key.source.network };
        match twin.seen {
            Seen::JustNow if !is_known(self.state, &back.source) => {
                let delivery = Delivery::paired(twin.written, post.id.clone(), now);
                self.happen(Event::New { key: back, delivery: Delivery { edited: twin.edited, ..delivery } });
            }
            Seen::JustNow | Seen::Held | Seen::Planned | Seen::Mirrored => self.leave_twin(key, twin, now),
        }
        let delivery = Delivery::paired(post.created, twin.id.clone(), now);
        Event::New { key: key.clone(), delivery: Delivery { edited: post.edited, ..delivery } }
    }

    /// The other one of two that the owner wrote is not mirrored either.
    pub(super) fn leave_twin(&mut self, key: &Key, twin: &Twin, now: Timestamp) {
        let back = Key { source: PostRef::new(key.target, twin.id.clone()), target: key.source.network };
        if matches!(twin.seen, Seen::Held | Seen::Planned) {
            self.change(&back, now, Change::Skipped { why: SkipReason::Twin });
        }
    }
}
