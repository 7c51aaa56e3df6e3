//! What the attachments of the next part still need before it can be sent, and what follows when they cannot have it.

use super::Policy;
use crate::core::media::{Describing, MediaError, MediaRules};
use crate::core::post::{PostId, Timestamp};
use crate::core::record::{Attachment, Change, Deed, Delivery, Key, MARGIN_SECS, Part, Stage, Upload};
use crate::core::render::detach::without;
use crate::core::select::SkipReason;
use crate::core::style::{MissingMedia, UnfitMedia};

/// How often the target may refuse what it was given before the attachment is given up.
const MAX_REFUSALS: u32 = 3;

/// The pauses between two tries to fetch what is missing, in seconds.
const PAUSES_SECS: [i64; 4] = [60, 5 * 60, 15 * 60, 3600];

/// Something to be done for an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attach {
    /// Which delivery.
    pub key: Key,
    /// Which attachment of its next part.
    pub attachment: Attachment,
    /// What.
    pub step: AttachStep,
}

/// What is to be done for an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachStep {
    /// It is fetched and uploaded.
    Upload,
    /// The target is asked whether it has done with it.
    Process {
        /// The upload.
        id: String,
    },
    /// The target is told its description.
    Describe {
        /// The upload.
        id: String,
    },
}

/// The ids of a deed's attachments, or what is still to be done for one of them. `now` is the target's time. Before the
/// first part is sent, those of all its parts must be ready: a thread does not stand there without its end because of a
/// file that does not come.
pub(super) fn ready(
    key: &Key,
    delivery: &Delivery,
    deed: &Deed,
    rules: &MediaRules,
    now: Timestamp,
) -> Result<Vec<String>, Box<Attach>> {
    let Some(part) = deed.part() else { return Ok(Vec::new()) };
    let usable = |upload: &&Upload| upload.until > now.plus_secs(MARGIN_SECS);
    let mut attached = attached(delivery, deed);
    let mut uploads: Vec<Upload> = delivery.uploads.iter().filter(usable).cloned().collect();
    let begins = delivery.is_untouched();
    let later = delivery.deeds.iter().skip(1).filter(|_| begins).filter_map(Deed::part).flat_map(|part| &part.media);
    let mut ids = Vec::new();
    for (number, attachment) in part.media.iter().chain(later).enumerate() {
        let to_do = |step| Err(Box::new(Attach { key: key.clone(), attachment: attachment.clone(), step }));
        // What is told with the file cannot be told otherwise afterwards: an edit may have changed it since.
        let is_current = |upload: &Upload| {
            rules.describing == Describing::Separately
                || upload.told.is_none_or(|told| told == attachment.metadata_print())
        };
        let uploaded = || Upload::take(&mut uploads, attachment).filter(is_current);
        let known = Upload::take(&mut attached, attachment).or_else(uploaded);
        let Some(upload) = known else { return to_do(AttachStep::Upload) };
        let untold = attachment.has_metadata() && upload.told != Some(attachment.metadata_print());
        if upload.processing {
            return to_do(AttachStep::Process { id: upload.id });
        }
        if untold && rules.describing == Describing::Separately {
            return to_do(AttachStep::Describe { id: upload.id });
        }
        if number < part.media.len() {
            ids.push(upload.id);
        }
    }
    Ok(ids)
}

/// What is attached already to the post that a deed changes.
fn attached(delivery: &Delivery, deed: &Deed) -> Vec<Upload> {
    let Deed::Edit { post, .. } = deed else { return Vec::new() };
    let at = delivery.sent.iter().position(|sent: &PostId| sent == post);
    at.and_then(|at| delivery.attached.get(at)).cloned().unwrap_or_default()
}

/// The next deed that something can be attached to: what is deleted before has to wait for it.
pub(super) fn next_with_part(delivery: &Delivery) -> Option<&Deed> {
    delivery.deeds.iter().find(|deed| deed.part().is_some())
}

/// Whether a delivery still wants what a step for one of its attachments brings.
#[must_use]
pub fn is_awaited(delivery: &Delivery, attach: &Attach) -> bool {
    let mut parts = delivery.deeds.iter().filter_map(Deed::part);
    matches!(delivery.stage, Stage::Planned | Stage::Waiting { .. })
        && parts.any(|part| part.media.contains(&attach.attachment))
}

/// What follows from an attachment that could not be uploaded. `now` is the target's time.
#[must_use]
pub fn not_attached(
    delivery: &Delivery,
    attach: &Attach,
    error: &MediaError,
    policy: &Policy,
    now: Timestamp,
) -> Option<Change> {
    let style = &policy.get(&attach.key.source.network)?.style.media;
    let since = delivery.media_trouble.as_ref().map_or(now, |trouble| trouble.since);
    let (instead, why) = match error {
        MediaError::Missing(why) => {
            let patient = style.missing == MissingMedia::Hold || now < since.plus_secs(style.missing_secs);
            if patient {
                let until = now.plus_secs(pause_secs(now.millis_since(since) / 1000));
                return Some(Change::MediaMissing { until, why: why.clone() });
            }
            (if style.missing == MissingMedia::PostWithout { UnfitMedia::Drop } else { UnfitMedia::Link }, why)
        }
        MediaError::Unfit(why) => (style.unfit, why),
    };
    detached(delivery, &attach.key, Some(&attach.attachment), instead, why, policy)
}

/// What follows when the target did not take the uploads of a part: they are made again, a few times.
#[must_use]
pub fn refused(delivery: &Delivery, key: &Key, why: &str, policy: &Policy, now: Timestamp) -> Vec<Change> {
    // One of them may have been used by a try that was never answered: then the post stands there.
    if delivery.tries > 0 {
        return vec![Change::Unclear { duplicate: true }];
    }
    let refusals = delivery.media_trouble.as_ref().map_or(0, |trouble| trouble.refusals);
    let until = now.plus_secs(pause_secs(60 * i64::from(refusals)));
    let again = Change::MediaRefused { until, why: why.to_owned() };
    let given_up = || {
        let style = &policy.get(&key.source.network)?.style.media;
        detached(delivery, key, None, style.unfit, why, policy)
    };
    let given_up = if refusals + 1 >= MAX_REFUSALS { given_up() } else { None };
    std::iter::once(again).chain(given_up).collect()
}

/// Pauses grow with the time that it has been missing.
fn pause_secs(missing_secs: i64) -> i64 {
    PAUSES_SECS.into_iter().rev().find(|pause| *pause <= missing_secs).unwrap_or(PAUSES_SECS[0])
}

/// The part that has an attachment without it (`None`: the next part without any), and with what stands for it.
fn detached(
    delivery: &Delivery,
    key: &Key,
    attachment: Option<&Attachment>,
    instead: UnfitMedia,
    why: &str,
    policy: &Policy,
) -> Option<Change> {
    if instead == UnfitMedia::Skip && delivery.is_untouched() {
        return Some(Change::Skipped { why: SkipReason::Media });
    }
    let rules = &policy.get(&key.target)?.rules;
    // One link is enough, and on X a dear one.
    let address = delivery.origin.as_deref().filter(|_| instead != UnfitMedia::Drop && !delivery.linked);
    let has = |deed: &Deed| deed.part().is_some_and(|part| attachment.is_none_or(|lost| part.media.contains(lost)));
    let at = delivery.deeds.iter().position(has)?;
    let (before, from_here) = delivery.deeds.split_at_checked(at)?;
    let (deed, rest) = from_here.split_first()?;
    let (part, post) = match deed {
        Deed::Create(part) => (part, None),
        Deed::Edit { post, part } => (part, Some(post)),
        Deed::Delete { .. } | Deed::Repost { .. } => return None,
    };
    let parts = without(part, attachment, address, rules);
    let mut deeds: Vec<Deed> = before.to_vec();
    for (number, part) in parts.into_iter().enumerate() {
        deeds.push(match post.filter(|_| number == 0) {
            Some(post) => Deed::Edit { post: post.clone(), part },
            None => Deed::Create(part),
        });
    }
    deeds.extend(rest.iter().cloned());
    if deeds.is_empty() {
        // Nothing is left of it.
        let why = why.to_owned();
        return Some(if delivery.is_untouched() {
            Change::Skipped { why: SkipReason::Media }
        } else {
            Change::Failed { why }
        });
    }
    let standing = delivery.prints.get(..delivery.sent.len()).unwrap_or_default();
    // Of what is changed, the prints follow with each deed (`record`).
    let to_come = deeds.iter().filter(|deed| matches!(deed, Deed::Create(_)) && !delivery.amended);
    let to_come = to_come.filter_map(Deed::part).map(Part::print);
    let prints = standing.iter().copied().chain(to_come).collect();
    let linked = address.is_some();
    let stands = if linked || delivery.linked { "a link stands for it" } else { "it was left out" };
    Some(Change::Detached { deeds, prints, note: format!("{why}; {stands}"), linked })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test")]
mod tests;
