//! From the whole text to the parts: cut to length, looked at once more, and given everything else that they carry.

use super::clean::is_blank;
use super::draft::Draft;
use super::inert::{Meant, deadened};
use super::long::{MAX_PARTS, fitted, shortened};
use super::note::Note;
use super::split::Numbering;
use super::{Attached, Counting, Job, Written, count, link, share};
use crate::core::post::Visibility;
use crate::core::record::Part;
use crate::core::select::{Admitted, SkipReason};
use crate::core::style::{LongPosts, Style};

/// How much shorter the parts are made when what had to be made inert in them is too much for their length.
const SPARE: [usize; 3] = [0, 10, 40];

/// The parts, in order.
///
/// # Errors
/// When the text is too long and nothing can be done about it.
pub fn parts(
    admitted: Admitted<'_>,
    written: &Written,
    job: &Job<'_>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Part>, SkipReason> {
    let original = job.post.address.as_deref().map(|address| link::alone(address, job).text);
    let meant = Meant::by(&written.draft, original.as_deref(), job);
    let (texts, note) = texts(written, original.as_deref(), &meant, job)?;
    notes.extend(note);
    let last = texts.len().saturating_sub(1);
    let part = |number: usize, text: String| {
        let mut part = Part::of(&admitted, text);
        part.pings = meant.pings(&part.text, job.rules.counting);
        part.warning = written.warning.field().map(str::to_owned);
        part.visibility = visibility(number > 0 || job.around.is_reply, job);
        part.sensitive = job.rules.warnings && job.post.sensitive;
        part.poll = written.poll.clone().filter(|_| number == last);
        part
    };
    let count = texts.len().max(written.media.groups.len());
    // More attachments than texts: the last parts have nothing but those.
    let texts = texts.into_iter().chain(std::iter::repeat(String::new())).take(count);
    let mut parts: Vec<Part> = texts.enumerate().map(|(number, text)| part(number, text)).collect();
    for (part, group) in parts.iter_mut().zip(&written.media.groups) {
        part.media.clone_from(group);
    }
    for rest in &written.media.rests {
        let texts = continued(&rest.text, written, job).filter(|texts| parts.len() + texts.len() <= MAX_PARTS);
        let note = if texts.is_some() { Note::DescriptionContinued } else { Note::DescriptionCut };
        notes.push(note(rest.of.clone()));
        for text in texts.into_iter().flatten() {
            parts.push(part(parts.len(), text));
        }
    }
    if parts.is_empty() { Err(SkipReason::Empty) } else { Ok(parts) }
}

/// The texts of the parts that a description goes on in, as a thread of its own in which nothing is alive. None, if it is
/// too long for one.
fn continued(rest: &str, written: &Written, job: &Job<'_>) -> Option<Vec<String>> {
    let nothing = Meant::nothing();
    let draft = Draft::plain(nothing.inert(rest, job.rules.counting));
    let rest = Written { draft, warning: written.warning.clone(), poll: None, media: Attached::default() };
    let style = Style { long_posts: LongPosts::Thread, numbering: Numbering::Off, ..job.style.clone() };
    let (texts, _) = texts(&rest, None, &nothing, &Job { style: &style, ..*job }).ok()?;
    Some(texts)
}

/// The texts of the parts: each within its length, and nothing in it alive that was not meant.
fn texts(
    written: &Written,
    original: Option<&str>,
    meant: &Meant,
    job: &Job<'_>,
) -> Result<(Vec<String>, Option<Note>), SkipReason> {
    let (draft, counting) = (&written.draft, job.rules.counting);
    let room = written.warning.room(job);
    let fits = |text: &String| count::length(text, counting) <= room;
    let checked = |text: &String| meant.inert(&with_cashtag(text, counting), counting);
    if job.post.boost.is_some() {
        let cut = |spare| checked(&shortened(draft, room.saturating_sub(spare), counting, share::CUT));
        let whole = checked(&draft.text);
        let text = std::iter::once(whole).chain(SPARE.into_iter().map(cut)).find(fits);
        return Ok((vec![text.unwrap_or_else(|| cut(room / 2))], None));
    }
    let within = |draft: &Draft, room: usize| {
        let (texts, note) = fitted(draft, room.max(1), original, job)?;
        let texts: Vec<String> = texts.iter().map(checked).filter(|text| !is_blank(text)).collect();
        Ok(texts.iter().all(fits).then_some((texts, note)))
    };
    for spare in SPARE {
        if let Some(parts) = within(draft, room.saturating_sub(spare))? {
            return Ok(parts);
        }
    }
    if let Some(parts) = within(&deadened(draft), room - room / 4)? {
        return Ok(parts);
    }
    // Not a text that anybody wrote. A post that is too long would be refused, and the rest of it with it.
    let (texts, note) = fitted(draft, (room / 2).max(1), original, job)?;
    let cut = |text: &String| {
        let text = checked(text);
        if fits(&text) {
            return vec![text];
        }
        // What was made inert may count more than before: a handle's host, which Mastodon counted as nothing.
        let again = fitted(&Draft::plain(text.clone()), (room / 2).max(1), None, job);
        let again: Vec<String> = again.iter().flat_map(|(texts, _)| texts.iter().map(checked)).collect();
        if !again.is_empty() && again.iter().all(fits) {
            return again;
        }
        vec![checked(&shortened(&Draft::plain(text), room / 2, counting, "…"))]
    };
    Ok((texts.iter().flat_map(cut).collect(), note))
}

/// Of several cashtags only the first was left alive, but each part may have one.
fn with_cashtag(text: &str, counting: Counting) -> String {
    let cashtags =
        |text: &str| count::found_by_x(text).into_iter().filter(|(_, found)| *found == count::Found::Cashtag).count();
    if counting == Counting::Weighted && text.contains("$\u{200B}") && cashtags(text) == 0 {
        let revived = text.replacen("$\u{200B}", "$", 1);
        if cashtags(&revived) == 1 {
            return revived;
        }
    }
    text.to_owned()
}

/// Who may see a part. The parts after the first, and replies, are never seen by more than the first.
fn visibility(later: bool, job: &Job<'_>) -> Option<Visibility> {
    let first = job.style.visibility;
    let narrower = job.style.thread_visibility.filter(|_| later);
    first.into_iter().chain(narrower).max_by_key(|visibility| match visibility {
        Visibility::Public => 0,
        Visibility::Unlisted => 1,
        Visibility::Private => 2,
        Visibility::Direct | Visibility::Other => 3,
    })
}
