//! A part that loses an attachment on the way, because it cannot be had or is not taken: what is sent instead.

use super::{Rules, count, link};
use crate::core::record::{Attachment, Part};

/// The part without one of its attachments, or without all of them (`None`). `address` is the original's: where it is
/// given, a link to it stands for what is missing, at the end of the text if there is room, else in a part of its own.
/// None, if nothing is left.
pub(crate) fn without(part: &Part, attachment: Option<&Attachment>, address: Option<&str>, rules: &Rules) -> Vec<Part> {
    let mut rest = part.clone();
    match attachment {
        None => rest.media.clear(),
        Some(attachment) => {
            let at = rest.media.iter().position(|known| known == attachment);
            at.map(|at| rest.media.remove(at));
        }
    }
    let address = address.map(|address| link::readable(address, rules.counting.network()));
    let Some(address) = address.filter(|address| !rest.text.split_whitespace().any(|word| word == address)) else {
        let is_empty = rest.text.trim().is_empty() && rest.media.is_empty() && rest.poll.is_none();
        return if is_empty { Vec::new() } else { vec![rest] };
    };
    let text = rest.text.trim_end();
    let linked = if text.is_empty() { address.clone() } else { format!("{text}\n\n{address}") };
    // A warning of its own counts with each part (`finish`).
    let taken = rest.warning.as_deref().map_or(0, |words| count::length(words, rules.counting));
    if taken + count::length(&linked, rules.counting) <= rules.max_length {
        rest.text = linked;
        return vec![rest];
    }
    let mut link = rest.clone();
    link.text = address;
    link.media = Vec::new();
    link.poll = None;
    link.pings = Vec::new();
    vec![rest, link]
}
