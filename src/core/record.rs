//! What can happen to a post: the states of a delivery and the only places where they change.
//!
//! ```text
//!              Skipped                        (decided against; or its parent was)
//!                 ▲
//!  (new) ──► Planned ◄─────────────┐ Sent, more parts to come
//!                 │                │
//!         Sending │                │
//!                 ▼                │
//!  Waiting ──► Sending ────────────┴──► Mirrored
//!     ▲           │ │
//!     └───────────┘ └──► Failed         (refused for good, or tried too often)
//!   NotSent, Absent
//! ```
//!
//! While a delivery is *sending* its outcome is unknown: after a crash, a time-out, a 502. Only the target's own
//! timeline leads out of it (`plan`), or an answer that leaves no doubt.
//!
//! Every row of [`step`] is tested. Not here: when something is tried again (`backoff`), what is to be done next
//! (`plan`), how it is written down (`journal`).

use serde::{Deserialize, Serialize};

use super::post::{Network, PostId, PostRef, Timestamp, Visibility};
use super::select::SkipReason;

/// How often a part is sent, at most, when each try ends in doubt and each time it turns out not to be there.
pub const MAX_TRIES: u32 = 5;

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
}

/// Which delivery: a post, to a target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The post that is mirrored.
    pub source: PostRef,
    /// Where to.
    pub target: Network,
}

/// A part that may be on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// When it was written down, by the target's clock.
    pub at: Timestamp,
    /// Everything up to this post stood on the target before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<PostId>,
    /// The post on the target that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<PostId>,
}

/// Where a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The next part can be sent.
    Planned,
    /// The next part may have been sent; nobody knows yet.
    Sending {
        /// The try under way.
        intent: Intent,
        /// The target said that it has this text already.
        #[serde(default)]
        duplicate: bool,
    },
    /// The target could not be used for the next part, or lost it. When it is tried again is the engine's to know;
    /// what stands here is for the owner.
    Waiting {
        /// About when, by the target's clock.
        until: Timestamp,
        /// Why not now.
        why: String,
    },
    /// Every part stands on the target.
    Mirrored,
    /// It was decided not to mirror it.
    Skipped(SkipReason),
    /// It cannot be mirrored; the owner may know what to do.
    Failed(String),
}

impl Stage {
    /// Whether nothing will happen any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Mirrored | Self::Skipped(_) | Self::Failed(_))
    }
}

/// A post of the owner's and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When the post was written, by its own network.
    pub written: Timestamp,
    /// The owner's own post that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PostRef>,
    /// What it becomes. Emptied once it is final.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The fingerprints of the parts' texts (see `matching`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prints: Vec<u64>,
    /// The ids of the parts that stand on the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<PostId>,
    /// Where it stands.
    pub stage: Stage,
    /// How often the part under way was tried and turned out not to be there.
    #[serde(default)]
    pub tries: u32,
    /// The first try of the part under way: a late arrival of it must be recognised by the fifth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_try: Option<Intent>,
    /// When an outcome was unclear for the last time. What was once in doubt may turn up twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubted: Option<Timestamp>,
    /// When something last happened to it.
    pub changed: Timestamp,
}

impl Delivery {
    /// A post that is to be mirrored.
    #[must_use]
    pub fn planned(
        written: Timestamp,
        parent: Option<PostRef>,
        parts: Vec<Part>,
        prints: Vec<u64>,
        now: Timestamp,
    ) -> Self {
        Self { parent, parts, prints, ..Self::ended(written, Stage::Planned, now) }
    }

    /// A post that is not.
    #[must_use]
    pub fn skipped(written: Timestamp, why: SkipReason, now: Timestamp) -> Self {
        Self::ended(written, Stage::Skipped(why), now)
    }

    /// A post whose other half already stands on the target, by the owner's own hand.
    #[must_use]
    pub fn paired(written: Timestamp, twin: PostId, now: Timestamp) -> Self {
        Self { sent: vec![twin], ..Self::ended(written, Stage::Mirrored, now) }
    }

    fn ended(written: Timestamp, stage: Stage, now: Timestamp) -> Self {
        Self {
            written,
            parent: None,
            parts: Vec::new(),
            prints: Vec::new(),
            sent: Vec::new(),
            stage,
            tries: 0,
            first_try: None,
            doubted: None,
            changed: now,
        }
    }

    /// The part to be sent next, or under way, and its number (from 0).
    #[must_use]
    pub fn current(&self) -> Option<(usize, &Part)> {
        let number = self.sent.len();
        self.parts.get(number).map(|part| (number, part))
    }

    /// The `Idempotency-Key` of the part under way: the same for each try of the same request, until two tries turned
    /// out not to be there (a server that replays an error for a key would replay it for ever).
    #[must_use]
    pub fn idempotency_key(&self, key: &Key) -> String {
        let part = self.current().map_or("", |(_, part)| part.text.as_str());
        let number = self.sent.len();
        let generation = self.tries / 2;
        let input = format!("{}\n{}\n{number}\n{generation}\n{part}", key.source, key.target.key());
        let digest = ring::digest::digest(&ring::digest::SHA256, input.as_bytes());
        digest.as_ref().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// Something that happened to a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Change {
    /// The next part is about to be sent. On disk before it is.
    Sending {
        /// When and after what.
        intent: Intent,
    },
    /// The part under way stands on the target.
    Sent {
        /// Its id there.
        id: PostId,
    },
    /// Nobody knows what came of the part under way.
    Unclear {
        /// Whether the target said that it has it already.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        duplicate: bool,
    },
    /// The part under way is proven not to be there.
    Absent {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// The part under way never reached the target, or was turned away before anything was made of it.
    NotSent {
        /// When it may be tried again.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// It will never be mirrored.
    Failed {
        /// Why.
        why: String,
    },
    /// It is not mirrored after all.
    Skipped {
        /// Why.
        why: SkipReason,
    },
}

/// A change that cannot follow: a bug, or a journal that was put together by hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{change:?} cannot follow {stage:?}")]
pub struct Illegal {
    stage: Stage,
    change: Change,
}

/// Moves a delivery on.
///
/// # Errors
/// When the change cannot follow the stage that it is in; the delivery is left as it was.
pub fn step(delivery: &mut Delivery, change: &Change, now: Timestamp) -> Result<(), Illegal> {
    let illegal = || Illegal { stage: delivery.stage.clone(), change: change.clone() };
    let resting = matches!(delivery.stage, Stage::Planned | Stage::Waiting { .. });
    let sending = matches!(delivery.stage, Stage::Sending { .. });
    match change {
        Change::Sending { intent } if resting && delivery.current().is_some() => {
            delivery.first_try.get_or_insert_with(|| intent.clone());
            delivery.stage = Stage::Sending { intent: intent.clone(), duplicate: false };
        }
        Change::Sent { id } if sending => {
            delivery.sent.push(id.clone());
            delivery.tries = 0;
            delivery.first_try = None;
            delivery.stage = if delivery.current().is_some() { Stage::Planned } else { Stage::Mirrored };
        }
        Change::Unclear { duplicate: again } if sending => {
            delivery.doubted = Some(now);
            if let Stage::Sending { duplicate, .. } = &mut delivery.stage {
                *duplicate |= again;
            }
        }
        Change::Absent { until } if sending => {
            delivery.tries = delivery.tries.saturating_add(1);
            delivery.doubted = Some(now);
            delivery.stage =
                Stage::Waiting { until: *until, why: "it was sent, but never appeared; it will be sent again".into() };
        }
        Change::NotSent { until, why } if sending => {
            if delivery.tries == 0 && delivery.doubted.is_none() {
                delivery.first_try = None;
            }
            delivery.stage = Stage::Waiting { until: *until, why: why.clone() };
        }
        Change::Failed { why } if !delivery.stage.is_final() => delivery.stage = Stage::Failed(why.clone()),
        Change::Skipped { why } if resting && delivery.sent.is_empty() => delivery.stage = Stage::Skipped(*why),
        _ => return Err(illegal()),
    }
    delivery.changed = now;
    if delivery.stage.is_final() && !matches!(delivery.stage, Stage::Failed(_)) {
        delivery.parts = Vec::new();
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1000);

    fn part(text: &str) -> Part {
        Part { text: text.into(), warning: None, language: None, visibility: None }
    }

    fn intent() -> Intent {
        Intent { at: NOW, after: None, reply_to: None }
    }

    fn delivery(stage: Stage) -> Delivery {
        let parts = vec![part("one"), part("two")];
        let mut delivery = Delivery::planned(NOW, None, parts, vec![1, 2], NOW);
        delivery.stage = stage;
        delivery
    }

    fn stages() -> Vec<(&'static str, Stage)> {
        vec![
            ("planned", Stage::Planned),
            ("sending", Stage::Sending { intent: intent(), duplicate: false }),
            ("waiting", Stage::Waiting { until: NOW, why: "x".into() }),
            ("mirrored", Stage::Mirrored),
            ("skipped", Stage::Skipped(SkipReason::Boost)),
            ("failed", Stage::Failed("x".into())),
        ]
    }

    fn changes() -> Vec<(&'static str, Change)> {
        vec![
            ("sending", Change::Sending { intent: intent() }),
            ("sent", Change::Sent { id: PostId::new("9") }),
            ("unclear", Change::Unclear { duplicate: true }),
            ("absent", Change::Absent { until: NOW }),
            ("not-sent", Change::NotSent { until: NOW, why: "x".into() }),
            ("failed", Change::Failed { why: "x".into() }),
            ("skipped", Change::Skipped { why: SkipReason::ParentNotMirrored }),
        ]
    }

    fn name(stage: &Stage) -> &'static str {
        match stage {
            Stage::Planned => "planned",
            Stage::Sending { .. } => "sending",
            Stage::Waiting { .. } => "waiting",
            Stage::Mirrored => "mirrored",
            Stage::Skipped(_) => "skipped",
            Stage::Failed(_) => "failed",
        }
    }

    #[test]
    fn every_row_of_the_table() {
        let legal = [
            ("planned", "sending", "sending"),
            ("planned", "failed", "failed"),
            ("planned", "skipped", "skipped"),
            ("waiting", "sending", "sending"),
            ("waiting", "failed", "failed"),
            ("waiting", "skipped", "skipped"),
            ("sending", "sent", "planned"),
            ("sending", "unclear", "sending"),
            ("sending", "absent", "waiting"),
            ("sending", "not-sent", "waiting"),
            ("sending", "failed", "failed"),
        ];
        for (from, stage) in stages() {
            for (event, change) in changes() {
                let mut delivery = delivery(stage.clone());
                let before = delivery.clone();
                let result = step(&mut delivery, &change, NOW);
                if let Some((_, _, to)) = legal.iter().find(|row| row.0 == from && row.1 == event) {
                    result.unwrap();
                    assert_eq!(name(&delivery.stage), *to, "{from} + {event}");
                } else {
                    assert!(result.is_err(), "{from} + {event} should be illegal");
                    assert_eq!(delivery, before, "{from} + {event} must change nothing");
                }
            }
        }
    }

    #[test]
    fn the_last_part_ends_it() {
        let mut delivery = delivery(Stage::Planned);
        for id in ["7", "8"] {
            step(&mut delivery, &Change::Sending { intent: intent() }, NOW).unwrap();
            step(&mut delivery, &Change::Sent { id: PostId::new(id) }, NOW).unwrap();
        }
        assert_eq!(delivery.stage, Stage::Mirrored);
        assert_eq!(delivery.sent, [PostId::new("7"), PostId::new("8")]);
        assert!(delivery.parts.is_empty(), "the text is not kept for ever");
    }

    #[test]
    fn the_first_try_is_remembered_over_later_ones() {
        let mut delivery = delivery(Stage::Planned);
        let at = |secs| Intent { at: Timestamp::from_secs(secs), after: None, reply_to: None };
        step(&mut delivery, &Change::Sending { intent: at(1) }, NOW).unwrap();
        step(&mut delivery, &Change::Absent { until: NOW }, NOW).unwrap();
        step(&mut delivery, &Change::Sending { intent: at(2) }, NOW).unwrap();
        assert_eq!(delivery.first_try, Some(at(1)));
        assert_eq!(delivery.tries, 1);
    }

    #[test]
    fn a_key_is_kept_for_a_request_and_changed_for_another() {
        let key = Key { source: "mastodon:1".parse().unwrap(), target: Network::Twitter };
        let mut delivery = delivery(Stage::Planned);
        let first = delivery.idempotency_key(&key);
        assert_eq!(first, delivery.idempotency_key(&key));
        assert_eq!(first.len(), 32);
        delivery.tries = 2;
        assert_ne!(first, delivery.idempotency_key(&key));
        delivery.tries = 0;
        delivery.sent.push(PostId::new("9"));
        assert_ne!(first, delivery.idempotency_key(&key));
    }
}
