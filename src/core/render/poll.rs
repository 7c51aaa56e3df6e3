//! Polls: native where the target can carry them, else as a list.

use unicode_segmentation::UnicodeSegmentation;

use super::clean::{is_blank, one_line};
use super::draft::Draft;
use super::inert::Meant;
use super::note::Note;
use super::{Counting, Job, PollLimits, count, link};
use crate::core::post::Poll;
use crate::core::record::NewPoll;
use crate::core::style::Polls;

/// How long a poll runs when the source does not say.
const UNKNOWN_LENGTH_SECS: i64 = 24 * 3600;
/// What stands before each option of a list.
const BULLET: &str = "• ";

/// Adds the post's poll to the text as a list, or gives it back where the target can carry it. `has_text` is whether
/// something stands there already: neither network takes a poll without a text; `has_media`, whether something is
/// attached: neither takes both.
pub fn carried(
    draft: &mut Draft,
    has_text: bool,
    has_media: bool,
    job: &Job<'_>,
    notes: &mut Vec<Note>,
) -> Option<NewPoll> {
    let poll = job.post.poll.as_ref()?;
    let options = options(poll, job.rules.counting);
    if options.is_empty() {
        return None;
    }
    if poll
        .options
        .iter()
        .map(|option| one_line(option))
        .filter(|option| !option.is_empty())
        .ne(options.iter().cloned())
    {
        notes.push(Note::Inert("the poll"));
    }
    let why = match job.style.polls {
        Polls::List | Polls::Link => "your config says so",
        Polls::Native | Polls::Skip => match native(poll, &options, has_text, has_media, job) {
            Ok(poll) => {
                notes.extend(other_length(job.post.poll.as_ref().and_then(|poll| poll.length_secs), poll.length_secs));
                return Some(poll);
            }
            Err(why) => why,
        },
    };
    notes.push(Note::PollAsList(why));
    let lines: Vec<String> = options.iter().map(|option| format!("{BULLET}{option}")).collect();
    draft.append_paragraph(Draft::plain(lines.join("\n")));
    if let (Polls::Link, Some(address)) = (job.style.polls, job.post.address.as_deref()) {
        draft.append_paragraph(link::alone(address, job));
    }
    None
}

/// The options, pinging nobody; those without any text are left out.
fn options(poll: &Poll, counting: Counting) -> Vec<String> {
    let written = poll.options.iter().map(|option| Meant::nothing().inert(&one_line(option), counting));
    written.filter(|option| !is_blank(option)).collect()
}

/// The poll as the target takes it, or why it cannot.
fn native(
    poll: &Poll,
    options: &[String],
    has_text: bool,
    has_media: bool,
    job: &Job<'_>,
) -> Result<NewPoll, &'static str> {
    let PollLimits { max_options, max_option_length, min_secs, max_secs, multiple } =
        job.rules.polls.ok_or("there are no polls there")?;
    let is_too_long = |option: &String| option_length(option, job.rules.counting) > max_option_length;
    let is_twice = options.iter().enumerate().any(|(at, option)| options.iter().take(at).any(|other| other == option));
    let against = [
        (poll.closed, "it is over"),
        (!has_text, "there is no text with it"),
        (has_media, "there are media with it"),
        (options.len() < poll.options.len(), "it has options without text"),
        (options.len() < 2, "it has only one option"),
        (options.len() > max_options, "it has too many options"),
        (options.iter().any(is_too_long), "an option is too long"),
        (is_twice, "two options are the same"),
        (poll.multiple && !multiple, "one may choose several options"),
    ];
    if let Some((_, why)) = against.into_iter().find(|(is_so, _)| *is_so) {
        return Err(why);
    }
    let length_secs = poll.length_secs.filter(|secs| *secs > 0).unwrap_or(UNKNOWN_LENGTH_SECS);
    let length_secs = length_secs.min(max_secs).max(min_secs);
    Ok(NewPoll { options: options.to_vec(), multiple: poll.multiple, length_secs })
}

/// What to tell of a poll that does not run as long as it does at its source.
fn other_length(source: Option<i64>, target: i64) -> Option<Note> {
    let why = match source.filter(|secs| *secs > 0) {
        None => "the original does not say how long",
        Some(secs) if secs > target => "longer is not possible there",
        Some(secs) if secs < target => "shorter is not possible there",
        Some(_) => return None,
    };
    Some(Note::PollLength(target, why))
}

/// An option's length, the longer one in doubt: what counts little in a text may count in full in an option.
fn option_length(option: &str, counting: Counting) -> usize {
    let shown = match counting {
        Counting::Weighted | Counting::Characters { .. } => option.chars().count(),
        Counting::Graphemes { .. } => option.graphemes(true).count(),
    };
    count::length(option, counting).max(shown)
}
