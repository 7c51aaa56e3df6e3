//! What becomes of a text that is too long: a thread, its beginning with a link to the original, or nothing.
//!
//! Not here: where a thread is cut (`split`).

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::count::length;
use super::draft::Draft;
use super::note::Note;
use super::split::{Cut, split};
use super::{Counting, Job};
use crate::core::money::Money;
use crate::core::select::SkipReason;
use crate::core::style::LongPosts;

/// The longest thread.
pub const MAX_PARTS: usize = 25;
/// What stands where a text was cut.
const ELLIPSIS: &str = "…";

/// The texts of the parts, each at most `room` long, and what was done; `original` is the address at which the whole
/// can be read.
///
/// # Errors
/// When it is too long and the style, or the lack of an address, leaves nothing that can be done about it.
pub fn fitted(
    draft: &Draft,
    room: usize,
    original: Option<&str>,
    job: &Job<'_>,
) -> Result<(Vec<String>, Option<Note>), SkipReason> {
    let text = draft.text.trim();
    if length(text, job.rules.counting) <= room {
        return Ok((vec![text.to_owned()], None));
    }
    let as_thread = || thread(draft, room, job).map(|texts| (Note::Split(texts.len()), texts));
    let as_beginning = || original.map(|original| (Note::Truncated, vec![beginning(draft, room, original, job)]));
    let chosen = match job.style.long_posts {
        LongPosts::Skip => None,
        LongPosts::Thread => as_thread().or_else(as_beginning),
        LongPosts::Truncate => as_beginning().or_else(as_thread),
        LongPosts::Cheapest => match (as_thread(), as_beginning()) {
            (Some(thread), Some(beginning)) => {
                Some(if is_cheaper_than_a_link(&thread.1, job) { thread } else { beginning })
            }
            (thread, beginning) => thread.or(beginning),
        },
    };
    chosen.map(|(note, texts)| (texts, Some(note))).ok_or(SkipReason::TooLong)
}

/// Whether posts with these texts cost no more than one post with a link.
fn is_cheaper_than_a_link(texts: &[String], job: &Job<'_>) -> bool {
    let Some(prices) = job.rules.prices else { return true };
    texts.iter().fold(Money::default(), |sum, text| sum.plus(prices.of_text(text).1)) <= prices.create_with_link
}

fn thread(draft: &Draft, room: usize, job: &Job<'_>) -> Option<Vec<String>> {
    let keep: Vec<Range<usize>> = draft.marks.iter().map(|mark| mark.range.clone()).collect();
    let cut = Cut {
        limit: room,
        counting: job.rules.counting,
        prices: job.rules.prices.map(|prices| (prices.create.micro_usd(), prices.create_with_link.micro_usd())),
        numbering: job.style.numbering,
        keep: &keep,
        max_parts: MAX_PARTS,
    };
    split(&draft.text, &cut).ok().filter(|texts| !texts.is_empty())
}

fn beginning(draft: &Draft, room: usize, original: &str, job: &Job<'_>) -> String {
    shortened(draft, room, job.rules.counting, &format!("{ELLIPSIS}\n\n{original}"))
}

/// As much of a draft as there is room for, cut between words, with `tail` behind it.
#[must_use]
pub fn shortened(draft: &Draft, room: usize, counting: Counting, tail: &str) -> String {
    let with_tail = |end: usize| {
        // A link may end in a sign.
        let marked =
            draft.marks.iter().map(|mark| mark.range.end).filter(|mark| *mark <= end).max().unwrap_or_default();
        let loose = without_loose_end(draft.text.get(marked..end).unwrap_or_default());
        format!("{}{loose}{tail}", draft.text.get(..marked).unwrap_or_default())
    };
    let fits = |end: usize| length(&with_tail(end), counting) <= room;
    let best = |places: Vec<usize>| {
        let places: Vec<usize> = places.into_iter().filter(|at| !draft.is_inside_mark(*at)).collect();
        // Longer texts count more, but for a link that a cut undoes: so the last steps are looked at one by one.
        let near = places.partition_point(|end| fits(*end));
        places.into_iter().take(near).rev().find(|end| fits(*end)).unwrap_or_default()
    };
    let between_words = best(draft.text.split_word_bound_indices().map(|(at, _)| at).collect());
    // A word without end is cut where there is room no more.
    let anywhere = best(draft.text.grapheme_indices(true).map(|(at, _)| at).collect());
    let end = if between_words >= anywhere / 2 { between_words } else { anywhere };
    with_tail(end)
}

/// A beginning without the white space and signs at its end that only make sense with what follows.
fn without_loose_end(text: &str) -> &str {
    let is_loose = |c: char| {
        let opens = matches!(c, '(' | '[' | '{' | '“' | '„' | '«' | '‘' | '「' | '@' | '#' | '$');
        c.is_whitespace() || opens || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '.' | '\u{200B}' | '、' | '，')
    };
    text.trim_end_matches(is_loose)
}
