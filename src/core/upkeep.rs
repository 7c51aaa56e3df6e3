//! What becomes of a mirror when its post is edited or deleted: the deeds that bring it up to date.
//!
//! Not here: noticing it (`plan`), carrying it out (`engine`).

use super::record::{Deed, Delivery, Part};
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
    if delivery.prints == after {
        return Amendment::Nothing;
    }
    match policy {
        EditPolicy::Ignore => Amendment::Refused("your config says to leave edits"),
        // Nothing of the owner's is ever touched.
        _ if delivery.unsure => Amendment::Refused(UNSURE),
        _ if delivery.prints.len() != delivery.sent.len() => Amendment::Refused("you put it there yourself"),
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

/// Changed parts are edited, surplus ones deleted (the last first), further ones added at the end.
fn edit(delivery: &Delivery, parts: Vec<Part>, after: &[u64]) -> Vec<Deed> {
    let kept = parts.len();
    let mut deeds: Vec<Deed> =
        delivery.sent.iter().skip(kept).rev().map(|post| Deed::Delete { post: post.clone() }).collect();
    for (number, part) in parts.into_iter().enumerate() {
        match delivery.sent.get(number) {
            Some(_) if delivery.prints.get(number) == after.get(number) => {}
            Some(post) => deeds.push(Deed::Edit { post: post.clone(), part }),
            None => deeds.push(Deed::Create(part)),
        }
    }
    deeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::{PostId, Timestamp};
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
}
