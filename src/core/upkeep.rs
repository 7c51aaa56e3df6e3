//! What becomes of a mirror when its post is edited or deleted: the deeds that bring it up to date.
//!
//! Not here: noticing it (`plan`), carrying it out (`engine`).

use super::record::{Attachment, Deed, Delivery, Part, Upload};
use super::render::Edits;

/// What becomes of a mirror when its post is edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditPolicy {
    /// The mirror is edited, where the target and the account can; else it stays, and `status` says so.
    #[default]
    Edit,
    /// The mirror is deleted and posted again.
    Repost,
    /// It stays as it is.
    Ignore,
}

/// What the owner wants done about posts that change after they were mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upkeep {
    /// Edits.
    pub edits: EditPolicy,
    /// For how long after it was written edits of a post are looked for, in seconds.
    pub edit_window_secs: i64,
    /// Whether a deleted post's mirror is deleted.
    pub deletes: bool,
    /// For how long after it was written deletions of a post are looked for, in seconds.
    pub delete_window_secs: i64,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self { edits: EditPolicy::Edit, edit_window_secs: 24 * 3600, deletes: false, delete_window_secs: 24 * 3600 }
    }
}

/// Why a mirror that may be the owner's own is left alone.
pub const UNSURE: &str = "an answer was lost when it was made, and nothing there says that crosspostd made it";

/// What is to be done about an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// These deeds.
    Deeds(Vec<Deed>),
    /// The mirror says the same already.
    Nothing,
    /// The mirror stays as it is, for this reason.
    Refused(&'static str),
}

/// What brings the mirror of an edited post up to date. `before` and `after` are the fingerprints of its parts;
/// `age_secs` is how long ago the mirror was made; `has_replies`, whether posts hang on it.
#[must_use]
pub fn amend(
    delivery: &Delivery,
    parts: Vec<Part>,
    after: &[u64],
    policy: EditPolicy,
    can: Option<Edits>,
    age_secs: i64,
    has_replies: bool,
) -> Amendment {
    // What the owner put there is theirs: nothing is known of what is attached to it.
    let is_ours = delivery.prints.len() == delivery.sent.len();
    let has_media = |(number, part): (usize, &Part)| has_media(delivery, number, part);
    if delivery.prints == after && (!is_ours || parts.iter().enumerate().all(has_media)) {
        return Amendment::Nothing;
    }
    match policy {
        EditPolicy::Ignore => Amendment::Refused("your config says to leave edits"),
        // Nothing of the owner's is ever touched.
        _ if delivery.unsure => Amendment::Refused(UNSURE),
        _ if !is_ours => Amendment::Refused("you put it there yourself"),
        EditPolicy::Repost if has_replies => {
            Amendment::Refused("posts of yours hang on the mirror, so it was not deleted and posted again")
        }
        EditPolicy::Repost => {
            let deletes = delivery.sent.iter().rev().map(|post| Deed::Delete { post: post.clone() });
            Amendment::Deeds(deletes.chain(parts.into_iter().map(Deed::Create)).collect())
        }
        EditPolicy::Edit => match can {
            None => Amendment::Refused("the account there cannot edit posts"),
            Some(Edits { window_secs: Some(window), .. }) if age_secs > window => {
                Amendment::Refused("it is too late to edit it there")
            }
            Some(_) => Amendment::Deeds(edit(delivery, parts, after)),
        },
    }
}

/// Whether the part that stands at a place has these attachments, told of as they are now.
fn has_media(delivery: &Delivery, number: usize, part: &Part) -> bool {
    let standing = delivery.attached.get(number).map_or(&[][..], Vec::as_slice);
    let is_same = |(upload, attachment): (&Upload, &Attachment)| {
        let is_told = match upload.told {
            Some(told) => told == attachment.metadata_print(),
            None => !attachment.has_metadata(),
        };
        is_told && upload.source == attachment.source()
    };
    standing.len() == part.media.len() && standing.iter().zip(&part.media).all(is_same)
}

/// Changed parts are edited, surplus ones deleted (the last first), further ones added at the end.
fn edit(delivery: &Delivery, parts: Vec<Part>, after: &[u64]) -> Vec<Deed> {
    let kept = parts.len();
    let mut deeds: Vec<Deed> =
        delivery.sent.iter().skip(kept).rev().map(|post| Deed::Delete { post: post.clone() }).collect();
    for (number, part) in parts.into_iter().enumerate() {
        match delivery.sent.get(number) {
            Some(_) if delivery.prints.get(number) == after.get(number) && has_media(delivery, number, &part) => {}
            Some(post) => deeds.push(Deed::Edit { post: post.clone(), part }),
            None => deeds.push(Deed::Create(part)),
        }
    }
    deeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::{MediaKind, PostId, Timestamp};
    use crate::core::record::Stage;

    const CAN: Option<Edits> = Some(Edits { window_secs: Some(3600), new_id: true });

    fn asked(before: &[u64], after: &[u64], policy: EditPolicy, can: Option<Edits>, age: i64, replies: bool) -> String {
        let at = Timestamp::default();
        let mut delivery = Delivery::planned(at, None, Vec::new(), before.to_vec(), at);
        delivery.stage = Stage::Mirrored;
        delivery.sent = before.iter().map(|print| PostId::new(format!("p{print}"))).collect();
        let parts = after.iter().map(|print| Part::plain(&print.to_string())).collect();
        match amend(&delivery, parts, after, policy, can, age, replies) {
            Amendment::Nothing => "nothing".into(),
            Amendment::Refused(why) => why.split(' ').take(3).collect::<Vec<_>>().join(" "),
            Amendment::Deeds(deeds) => {
                let words = deeds.iter().map(|deed| match deed {
                    Deed::Create(part) => format!("+{}", part.text),
                    Deed::Edit { post, part } => format!("{post}={}", part.text),
                    Deed::Delete { post } => format!("-{post}"),
                    Deed::Repost { post } => format!("re {post}"),
                });
                words.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn an_edit_becomes_the_least_that_brings_the_mirror_up_to_date() {
        use EditPolicy::{Edit, Ignore, Repost};
        for (before, after, policy, can, age, replies, expected) in [
            (&[1][..], &[1][..], Edit, CAN, 0, false, "nothing"),
            (&[1], &[2], Edit, CAN, 0, true, "p1=2"),
            (&[1, 2, 3], &[1, 4, 3], Edit, CAN, 0, false, "p2=4"),
            (&[1], &[2, 3], Edit, CAN, 0, false, "p1=2 +3"),
            (&[1, 2, 3], &[1], Edit, CAN, 0, false, "-p3 -p2"),
            (&[1], &[2], Edit, CAN, 3601, false, "it is too"),
            (&[1], &[2], Edit, None, 0, false, "the account there"),
            (&[1], &[2], Ignore, CAN, 0, false, "your config says"),
            (&[1, 2], &[3], Repost, None, 9999, false, "-p2 -p1 +3"),
            (&[1, 2], &[3], Repost, None, 0, true, "posts of yours"),
        ] {
            assert_eq!(asked(before, after, policy, can, age, replies), expected, "{before:?} {after:?} {policy:?}");
        }
    }

    /// An attachment with a description: `source description`.
    fn attachment(said: &str) -> Attachment {
        let (source, description) = said.split_once(' ').unwrap_or((said, ""));
        let description = Some(description.to_owned()).filter(|words| !words.is_empty());
        let sources = vec![source.to_owned(), "https://e.org/other".to_owned()];
        Attachment { kind: MediaKind::Image, sources, description, focus: None, sensitive: false }
    }

    fn uploaded(said: &str, told: bool) -> Upload {
        let attachment = attachment(said);
        let source = attachment.source().to_owned();
        let told = told.then(|| attachment.metadata_print());
        Upload { source, id: "7".into(), until: Timestamp::default(), processing: false, told, described: false }
    }

    #[test]
    fn a_change_of_what_is_attached_is_an_edit() {
        for (standing, told, now, expected) in [
            (&[][..], true, &[][..], 0),
            (&["a"], true, &["a"], 0),
            (&["a"], false, &["a"], 0),
            (&["a cat"], true, &["a cat"], 0),
            (&["a cat"], true, &["a dog"], 1),
            (&["a cat"], true, &["a"], 1),
            (&["a"], true, &["a cat"], 1),
            (&["a"], false, &["a cat"], 1),
            (&["a"], true, &["b"], 1),
            (&["a", "b"], true, &["b", "a"], 1),
            (&["a"], true, &["a", "b"], 1),
            // One that could not be had is tried again.
            (&[], true, &["a"], 1),
            (&["a"], true, &[], 1),
        ] {
            let at = Timestamp::default();
            let mut delivery = Delivery::planned(at, None, Vec::new(), vec![1, 2], at);
            delivery.stage = Stage::Mirrored;
            delivery.sent = vec![PostId::new("p1"), PostId::new("p2")];
            if !standing.is_empty() {
                delivery.attached = vec![Vec::new(), standing.iter().map(|said| uploaded(said, told)).collect()];
            }
            let mut parts = vec![Part::plain("one"), Part::plain("two")];
            if let Some(part) = parts.last_mut() {
                part.media = now.iter().map(|said| attachment(said)).collect();
            }
            let asked = |delivery: &Delivery, parts: &[Part]| {
                amend(delivery, parts.to_vec(), &[1, 2], EditPolicy::Edit, CAN, 0, false)
            };
            let edit = parts.last().map(|part| Deed::Edit { post: PostId::new("p2"), part: part.clone() });
            let expected_deeds = edit.into_iter().take(expected).collect::<Vec<_>>();
            let answer = if expected == 0 { Amendment::Nothing } else { Amendment::Deeds(expected_deeds) };
            assert_eq!(asked(&delivery, &parts), answer, "{standing:?} {now:?}");
            // What the owner put there.
            delivery.sent.push(PostId::new("p3"));
            assert_eq!(asked(&delivery, &parts), Amendment::Nothing);
        }
    }
}
