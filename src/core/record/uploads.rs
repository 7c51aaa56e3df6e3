//! What happens to the attachments of the part under way, before it is sent: uploaded, worked on, described, lost,
//! given up.
//!
//! An upload that was made and not used yet is in the journal: after a restart it is used, for as long as the target
//! keeps it. Not here: which of them is to be done next (`plan`).

use serde::{Deserialize, Serialize};

use super::{Attachment, Change, Deed, Delivery, Part, Stage};
use crate::core::post::Timestamp;

/// How much of an upload's life must be left for it to be used, in seconds.
pub const MARGIN_SECS: i64 = 300;

/// An attachment that was uploaded to the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Which attachment: [`Attachment::source`].
    pub source: String,
    /// The id that the target gave it.
    pub id: String,
    /// How long the target keeps it while no post has it, by its clock.
    pub until: Timestamp,
    /// Whether the target still works on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub processing: bool,
    /// What the target was told about it: [`Attachment::metadata_print`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<u64>,
    /// Whether the attachment has a description: `status` lists those that have none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub described: bool,
}

/// An attachment of the part under way that cannot be attached for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaTrouble {
    /// Since when.
    pub since: Timestamp,
    /// When it is tried again.
    pub until: Timestamp,
    /// How often the target did not take what was uploaded to it.
    #[serde(default)]
    pub refusals: u32,
}

/// Moves a delivery on that rests; whether the change is one of these.
pub(super) fn step(delivery: &mut Delivery, change: &Change, now: Timestamp) -> bool {
    match change {
        Change::Uploaded { upload } => {
            delivery.uploads.retain(|known| {
                let replaced = known.source == upload.source && known.until <= now.plus_secs(MARGIN_SECS);
                known.id != upload.id && !replaced
            });
            delivery.uploads.push(upload.clone());
        }
        Change::Processed { id } => {
            delivery.uploads.iter_mut().filter(|upload| upload.id == *id).for_each(|upload| upload.processing = false);
        }
        Change::Described { id, told } => {
            let attached = delivery.attached.iter_mut().flatten();
            let known = delivery.uploads.iter_mut().chain(attached).filter(|upload| upload.id == *id);
            known.for_each(|upload| upload.told = Some(*told));
        }
        Change::UploadLost { id } => {
            delivery.uploads.retain(|upload| upload.id != *id);
            // What an edit was to keep is uploaded anew, too.
            delivery.attached.iter_mut().for_each(|part| part.retain(|upload| upload.id != *id));
        }
        Change::MediaMissing { until, why } => {
            trouble(delivery, *until, now);
            delivery.stage = Stage::Waiting { until: *until, why: why.clone() };
        }
        Change::Delayed { until, why } => {
            delivery.stage = Stage::Waiting { until: *until, why: why.clone() };
        }
        Change::Detached { deeds, prints, note, linked } if !deeds.is_empty() => {
            delivery.linked |= linked;
            delivery.deeds.clone_from(deeds);
            delivery.prints.clone_from(prints);
            delivery.note = Some(note.clone());
            delivery.media_trouble = None;
            delivery.stage = Stage::Planned;
        }
        _ => return false,
    }
    true
}

/// All attachments could be had after all. Not before: one that is uploaded anew, or is lost each time, would make the
/// time that another one has been missing begin again, for ever. How often uploads were refused is still to be
/// remembered.
pub(super) fn complete(delivery: &mut Delivery, now: Timestamp) {
    delivery.media_trouble = delivery.media_trouble.take().filter(|trouble| trouble.refusals > 0);
    delivery.media_trouble.iter_mut().for_each(|trouble| trouble.since = now);
}

/// The target does not take the uploads of the part under way.
pub(super) fn refused(delivery: &mut Delivery, until: Timestamp, now: Timestamp) {
    delivery.uploads.clear();
    if let Some(Deed::Edit { post, .. }) = delivery.deeds.first()
        && let Some(at) = delivery.sent.iter().position(|sent| sent == post)
    {
        // What is attached already was refused with the rest: the same ids would be refused each time.
        delivery.attached.get_mut(at).into_iter().for_each(Vec::clear);
    }
    let trouble = trouble(delivery, until, now);
    trouble.refusals = trouble.refusals.saturating_add(1);
}

fn trouble(delivery: &mut Delivery, until: Timestamp, now: Timestamp) -> &mut MediaTrouble {
    let trouble = delivery.media_trouble.get_or_insert(MediaTrouble { since: now, until, refusals: 0 });
    trouble.until = until;
    trouble
}

/// Notes what the part at a place was given its attachments by: what was there before (`before`), or was uploaded for it.
pub(super) fn attach(delivery: &mut Delivery, at: usize, part: &Part, before: &[Upload]) {
    let mut known = before.to_vec();
    known.append(&mut delivery.uploads);
    // It may have got its description with an edit, long after it was uploaded.
    let mut use_it = |attachment: &Attachment| {
        let upload = Upload::take(&mut known, attachment)?;
        let told = upload.told.map(|_| attachment.metadata_print());
        Some(Upload { described: attachment.description.is_some(), told, ..upload })
    };
    let used: Vec<Upload> = part.media.iter().filter_map(&mut use_it).collect();
    delivery.uploads = known;
    if delivery.attached.len() <= at && !used.is_empty() {
        delivery.attached.resize(at + 1, Vec::new());
    }
    delivery.attached.get_mut(at).into_iter().for_each(|attached| attached.clone_from(&used));
}

impl Upload {
    /// Takes the upload of an attachment out of a list, if it is there: each is used once. One that was told of as the
    /// attachment is now comes first.
    pub fn take(uploads: &mut Vec<Self>, attachment: &Attachment) -> Option<Self> {
        let is_same = |upload: &&Self| upload.source == attachment.source();
        let told = Some(attachment.metadata_print());
        let at = uploads.iter().position(|upload| is_same(&upload) && upload.told == told);
        let at = at.or_else(|| uploads.iter().position(|upload| is_same(&upload)))?;
        Some(uploads.remove(at))
    }
}
