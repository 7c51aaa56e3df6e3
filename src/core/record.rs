//! What can happen to a post: the states of a delivery and the only places where they change.
//!
//! ```text
//!   Held ─────────► Skipped                 (decided against; or its parent was; or the post is gone)
//!     │ Planned        ▲
//!     ▼                │
//!  (new) ──► Planned ──┘ ◄─────────┐ Done, more deeds to come
//!                 │                │
//!         Sending │                │            Amended (the post was edited or deleted)
//!                 ▼                │                │
//!  Waiting ──► Sending ────────────┴──► Mirrored ───┴──► Planned …
//!     ▲           │ │                └► Removed         (nothing is left of it on the target)
//!     └───────────┘ └──► Failed                         (refused for good, or tried too often)
//!   NotSent, Absent
//! ```
//!
//! What is to be done is a list of [`Deed`]s: parts to create; later, when the post was edited or deleted, parts to
//! change, to delete, to add.
//!
//! While a delivery is *sending* its outcome is unknown: after a crash, a time-out, a 502. Only the target's own
//! timeline leads out of it (`plan`), or an answer that leaves no doubt.
//!
//! Every row of [`step`] is tested. Not here: when something is tried again (`backoff`), what is to be done next
//! (`plan`), how it is written down (`journal`).

mod uploads;

use serde::{Deserialize, Serialize};

pub use super::deed::{Attachment, Deed, NewPoll, Part};
use super::post::{Network, PostId, PostRef, Timestamp};
use super::select::{Hold, SkipReason};

pub use self::uploads::{MARGIN_SECS, MediaTrouble, Upload};

/// How often a part is sent, at most, when each try ends in doubt and each time it turns out not to be there.
pub const MAX_TRIES: u32 = 5;

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
    /// It is not to be mirrored yet.
    Held(Hold),
    /// The next deed can be done.
    Planned,
    /// The next deed may have been done; nobody knows yet.
    Sending {
        /// The try under way.
        intent: Intent,
        /// The target said that it has this text already.
        #[serde(default)]
        duplicate: bool,
    },
    /// The target could not be used for the next deed, or lost it. When it is tried again is the engine's to know;
    /// what stands here is for the owner.
    Waiting {
        /// About when, by the target's clock.
        until: Timestamp,
        /// Why not now.
        why: String,
    },
    /// Every part stands on the target.
    Mirrored,
    /// It stood on the target, and was deleted there because the post was.
    Removed,
    /// It was decided not to mirror it.
    Skipped(SkipReason),
    /// It cannot be mirrored; the owner may know what to do.
    Failed(String),
}

impl Stage {
    /// Whether nothing will happen any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Mirrored | Self::Removed | Self::Skipped(_) | Self::Failed(_))
    }
}

/// A post of the owner's and what became of it.
#[expect(clippy::struct_excessive_bools, reason = "each is about something else, and all stand in the journal")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When the post was written, by its own network.
    pub written: Timestamp,
    /// The owner's own post that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PostRef>,
    /// What is still to be done, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deeds: Vec<Deed>,
    /// The fingerprints of the parts' texts (see `matching`): one for each that is sent, once all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prints: Vec<u64>,
    /// What was uploaded for the part under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<Upload>,
    /// What is attached to each of the parts that stand on the target; shorter where the last have nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Vec<Upload>>,
    /// What keeps an attachment of the part under way from being attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_trouble: Option<MediaTrouble>,
    /// The ids of the parts that stand on the target, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<PostId>,
    /// The ids of parts that stood there once: deleted since, or replaced by a new version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<PostId>,
    /// The address of the first part, for people, where the target said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The address of the post itself, for people, where its network said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The owner's post on the target that is reposted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reposts: Option<PostId>,
    /// The newest edit of the post that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// What the owner should know about it, though nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it was mirrored before, and what is to be done follows from an edit or a deletion since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub amended: bool,
    /// Whether a part of it may be the owner's own: it was found after a doubt, and reads like ours. Such a mirror is
    /// never changed or deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// Whether a link to the original stands for an attachment that was given up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linked: bool,
    /// Whether it stands for itself although it is a reply: the target refused it as one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standalone: bool,
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
        deeds: Vec<Deed>,
        prints: Vec<u64>,
        now: Timestamp,
    ) -> Self {
        let reposts = reposted(&deeds);
        Self { parent, deeds, prints, reposts, ..Self::ended(written, Stage::Planned, now) }
    }

    /// A post that is not to be mirrored yet.
    #[must_use]
    pub fn held(written: Timestamp, hold: Hold, now: Timestamp) -> Self {
        Self::ended(written, Stage::Held(hold), now)
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
            deeds: Vec::new(),
            prints: Vec::new(),
            uploads: Vec::new(),
            attached: Vec::new(),
            media_trouble: None,
            sent: Vec::new(),
            past: Vec::new(),
            address: None,
            origin: None,
            reposts: None,
            edited: None,
            note: None,
            amended: false,
            unsure: false,
            linked: false,
            standalone: false,
            stage,
            tries: 0,
            first_try: None,
            doubted: None,
            changed: now,
        }
    }

    /// Whether nothing of it ever stood on the target.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.sent.is_empty() && self.past.is_empty()
    }

    /// The deed to be done next, or under way.
    #[must_use]
    pub fn current(&self) -> Option<&Deed> {
        self.deeds.first()
    }

    /// The part to be created next, or under way: its number (from 0), and how many there will be.
    #[must_use]
    pub fn number(&self) -> (usize, usize) {
        let more = self.deeds.iter().filter(|deed| matches!(deed, Deed::Create(_))).count();
        (self.sent.len(), self.sent.len() + more)
    }

    /// The `Idempotency-Key` of the part under way: the same for each try of the same request, until two tries turned
    /// out not to be there (a server that replays an error for a key would replay it for ever).
    #[must_use]
    pub fn idempotency_key(&self, key: &Key) -> String {
        let part = self.current().and_then(Deed::part).map_or("", |part| part.text.as_str());
        // What stood there before an edit and was deleted counts: the same text may have to be created again.
        let number = self.sent.len() + self.past.len();
        // A server that replays its answers would go on refusing uploads.
        let refusals = self.media_trouble.as_ref().map_or(0, |trouble| trouble.refusals);
        let generation = self.tries / 2 + refusals;
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
    /// It is to be mirrored: it was held until now, or it was edited before anything was sent.
    Planned {
        /// The owner's own post that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<PostRef>,
        /// What is to be done.
        deeds: Vec<Deed>,
        /// The fingerprints of the parts' texts.
        prints: Vec<u64>,
        /// The edit that it follows from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edited: Option<Timestamp>,
        /// The address of the post itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
        /// What the owner should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It waits for something else.
    Held {
        /// What for.
        hold: Hold,
    },
    /// It is mirrored, and the post was edited or deleted since.
    Amended {
        /// What is to be done about it.
        deeds: Vec<Deed>,
        /// The fingerprints of the parts' texts once it is done.
        prints: Vec<u64>,
        /// The edit that it follows from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edited: Option<Timestamp>,
    },
    /// Its post was edited or deleted, and nothing is done about it.
    Noted {
        /// The edit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edited: Option<Timestamp>,
        /// What the owner should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An attachment of the next deed was uploaded.
    Uploaded {
        /// What came of it. It takes the place of an earlier upload of the same.
        upload: Upload,
    },
    /// The target has done with an upload.
    Processed {
        /// Its id.
        id: String,
    },
    /// The target was told about an upload.
    Described {
        /// Its id.
        id: String,
        /// What: [`Attachment::metadata_print`].
        told: u64,
    },
    /// An upload is of no use: the target lost it or could not work with it.
    UploadLost {
        /// Its id.
        id: String,
    },
    /// An attachment of the next deed cannot be had or given for now.
    MediaMissing {
        /// When it is tried again.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// An attachment of the next deed was given up: this is done instead of what was to be done.
    Detached {
        /// What is to be done now.
        deeds: Vec<Deed>,
        /// The fingerprints of all the parts' texts.
        prints: Vec<u64>,
        /// What the owner should know.
        note: String,
        /// Whether a link to the original stands for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        linked: bool,
    },
    /// The target does not take the uploads of the deed under way; nothing was made.
    MediaRefused {
        /// When it is tried again.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// The target cannot be used for the next deed's attachments for now.
    Delayed {
        /// When it may be tried again.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// The next deed is about to be done. On disk before it is.
    Sending {
        /// When and after what.
        intent: Intent,
    },
    /// The deed under way is done.
    #[serde(alias = "sent")]
    Done {
        /// The id of the post that it made or changed.
        id: PostId,
        /// That post's address for people, where the target said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// The part under way was found on the target after a doubt, and nothing there says who made it: it may be the
    /// owner's own, with the same text.
    Adopted {
        /// The id of the post.
        id: PostId,
        /// That post's address for people, where the target said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Nobody knows what came of the deed under way.
    Unclear {
        /// Whether the target said that it has it already.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        duplicate: bool,
    },
    /// The deed under way is proven not to be done.
    Absent {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// The deed under way never reached the target, or was turned away before anything was made of it.
    NotSent {
        /// When it may be tried again.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// The target refuses it as a reply: it stands for itself from now on.
    Unthreaded,
    /// It will never be mirrored; if it was already, it stays as it is.
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
    stage: Box<Stage>,
    change: Box<Change>,
}

/// Moves a delivery on.
///
/// # Errors
/// When the change cannot follow the stage that it is in; the delivery is left as it was.
pub fn step(delivery: &mut Delivery, change: &Change, now: Timestamp) -> Result<(), Illegal> {
    let resting = matches!(delivery.stage, Stage::Planned | Stage::Waiting { .. });
    let held = matches!(delivery.stage, Stage::Held(_));
    let sending = matches!(delivery.stage, Stage::Sending { .. });
    let untouched = (resting || held) && delivery.is_untouched();
    let mirrored = delivery.stage == Stage::Mirrored;
    match change {
        Change::Planned { parent, deeds, prints, edited, origin, note } if untouched && !deeds.is_empty() => {
            delivery.parent.clone_from(parent);
            delivery.origin.clone_from(origin);
            delivery.prints.clone_from(prints);
            plan(delivery, deeds, *edited);
            delivery.note.clone_from(note);
        }
        Change::Held { hold } if held => delivery.stage = Stage::Held(*hold),
        // The fingerprints follow with each deed: any of them may fail.
        Change::Amended { deeds, edited, .. } if mirrored && !deeds.is_empty() => {
            delivery.amended = true;
            plan(delivery, deeds, *edited);
        }
        Change::Noted { edited, note } if mirrored || delivery.stage.is_final() => {
            delivery.edited = (*edited).or(delivery.edited);
            delivery.note.clone_from(note);
        }
        _ if resting && uploads::step(delivery, change, now) => {}
        Change::MediaRefused { until, why } if sending => {
            if delivery.tries == 0 && delivery.doubted.is_none() {
                delivery.first_try = None;
            }
            uploads::refused(delivery, *until, now);
            delivery.stage = Stage::Waiting { until: *until, why: why.clone() };
        }
        Change::Sending { intent } if resting && delivery.current().is_some() => {
            delivery.first_try.get_or_insert_with(|| intent.clone());
            uploads::complete(delivery, now);
            delivery.stage = Stage::Sending { intent: intent.clone(), duplicate: false };
        }
        Change::Done { id, address } if sending => done(delivery, id, address.as_ref()),
        Change::Adopted { id, address } if sending => {
            delivery.unsure = true;
            done(delivery, id, address.as_ref());
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
        Change::Unthreaded if sending => {
            delivery.standalone = true;
            delivery.first_try = None;
            delivery.stage = Stage::Planned;
        }
        // What stands there stays as it is.
        Change::Failed { why } if delivery.amended && !delivery.stage.is_final() => {
            delivery.note = Some(why.clone());
            rest(delivery);
        }
        Change::Failed { why } if !delivery.stage.is_final() => delivery.stage = Stage::Failed(why.clone()),
        Change::Skipped { why } if untouched => delivery.stage = Stage::Skipped(*why),
        _ => {
            return Err(Illegal { stage: Box::new(delivery.stage.clone()), change: Box::new(change.clone()) });
        }
    }
    delivery.changed = now;
    if delivery.stage.is_final() && !matches!(delivery.stage, Stage::Failed(_)) {
        delivery.deeds = Vec::new();
    }
    Ok(())
}

fn plan(delivery: &mut Delivery, deeds: &[Deed], edited: Option<Timestamp>) {
    delivery.deeds = deeds.to_vec();
    delivery.edited = edited.or(delivery.edited);
    delivery.note = None;
    delivery.linked = false;
    delivery.media_trouble = None;
    delivery.tries = 0;
    delivery.first_try = None;
    delivery.reposts = reposted(deeds);
    delivery.stage = Stage::Planned;
}

fn reposted(deeds: &[Deed]) -> Option<PostId> {
    deeds.iter().find_map(|deed| match deed {
        Deed::Repost { post } => Some(post.clone()),
        _ => None,
    })
}

/// The deed under way is done: what stands on the target now?
fn done(delivery: &mut Delivery, id: &PostId, address: Option<&String>) {
    let deed = if delivery.deeds.is_empty() { None } else { Some(delivery.deeds.remove(0)) };
    let place = |delivery: &Delivery, post: &PostId| delivery.sent.iter().position(|part| part == post);
    match deed {
        Some(Deed::Edit { post, part }) => {
            if let Some(at) = place(delivery, &post) {
                delivery.prints.get_mut(at).into_iter().for_each(|before| *before = part.print());
                delivery.sent.get_mut(at).into_iter().for_each(|before| before.clone_from(id));
            }
            if let Some(at) = place(delivery, id) {
                let before = delivery.attached.get(at).cloned().unwrap_or_default();
                uploads::attach(delivery, at, &part, &before);
            }
            if post != *id {
                delivery.past.push(post);
            }
        }
        Some(Deed::Delete { post }) => {
            if let Some(at) = place(delivery, &post) {
                delivery.sent.remove(at);
                if at < delivery.attached.len() {
                    delivery.attached.remove(at);
                }
                if at < delivery.prints.len() {
                    delivery.prints.remove(at);
                }
            }
            delivery.past.push(post);
        }
        Some(Deed::Repost { .. }) => {}
        deed @ (Some(Deed::Create(_)) | None) => {
            if delivery.amended {
                delivery.prints.extend(deed.as_ref().and_then(Deed::part).map(Part::print));
            }
            if delivery.sent.is_empty() {
                delivery.address = address.cloned();
            }
            if let Some(part) = deed.as_ref().and_then(Deed::part) {
                uploads::attach(delivery, delivery.sent.len(), part, &[]);
            }
            delivery.sent.push(id.clone());
        }
    }
    delivery.media_trouble = None;
    delivery.tries = 0;
    delivery.first_try = None;
    if delivery.current().is_some() {
        delivery.stage = Stage::Planned;
    } else {
        rest(delivery);
    }
}

/// Nothing more is to be done.
fn rest(delivery: &mut Delivery) {
    delivery.uploads = Vec::new();
    delivery.media_trouble = None;
    delivery.amended = false;
    let nothing_left = delivery.sent.is_empty() && delivery.reposts.is_none();
    delivery.stage = if nothing_left { Stage::Removed } else { Stage::Mirrored };
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests;
