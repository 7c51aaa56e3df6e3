//! Where a content warning goes: into its own place where the target has one, else before the text, by policy.
//!
//! Not here: how a warning is found at the head of a text (`core::warning`).

use super::clean::{is_blank, one_line};
use super::compose::Text;
use super::draft::Draft;
use super::inert::Meant;
use super::long::shortened;
use super::note::Note;
use super::{Job, count};
use crate::core::select::SkipReason;
use crate::core::style::Warnings;
use crate::core::warning::detect;

/// What becomes of a content warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// There is none, or it is left out.
    Nowhere,
    /// It has a place of its own.
    Field(String),
    /// It stands before the text.
    Before(String),
    /// It stands before a link, in place of the text.
    Alone(String),
}

impl Placed {
    /// Finds a place for a warning; `address` is where the original can be read.
    ///
    /// # Errors
    /// When the owner's style says that posts with a warning are not mirrored.
    pub fn of(
        warning: Option<&str>,
        address: Option<&str>,
        job: &Job<'_>,
        notes: &mut Vec<Note>,
    ) -> Result<Self, SkipReason> {
        let words = one_line(warning.unwrap_or_default());
        if is_blank(&words) {
            return Ok(Self::Nowhere);
        }
        if job.rules.warnings {
            return Ok(Self::Field(bounded(&words, job, notes)));
        }
        let prefixed = |notes: &mut Vec<Note>| bounded(&with_prefix(&words, &job.style.warning_prefix), job, notes);
        match (job.style.warnings, address) {
            (Warnings::Skip, _) => Err(SkipReason::Warning),
            (Warnings::Drop, _) => {
                notes.push(Note::WarningDropped);
                Ok(Self::Nowhere)
            }
            (Warnings::WarningAndLink, Some(_)) => {
                notes.push(Note::WarningAlone);
                Ok(Self::Alone(prefixed(notes)))
            }
            (Warnings::Prefix, _) | (Warnings::WarningAndLink, None) => {
                notes.push(Note::WarningPrefixed);
                Ok(Self::Before(prefixed(notes)))
            }
        }
    }

    /// What stands there with the warning before it, unless that has a place of its own.
    #[must_use]
    pub fn before(&self, body: Draft) -> Draft {
        match self {
            Self::Nowhere | Self::Field(_) => body,
            Self::Before(words) | Self::Alone(words) => {
                let mut draft = Draft::plain(words.clone());
                draft.append_paragraph(body);
                draft
            }
        }
    }

    /// The warning, where it has a place of its own.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        if let Self::Field(words) = self { Some(words) } else { None }
    }

    /// What it leaves of a part's length for the text.
    #[must_use]
    pub fn room(&self, job: &Job<'_>) -> usize {
        let taken = self.field().map_or(0, |words| count::length(words, job.rules.counting));
        job.rules.max_length.saturating_sub(taken).max(1)
    }
}

/// Takes a warning off the head of a text, where the source has no place for one and the target has.
#[must_use]
pub fn found((text, spans): Text, job: &Job<'_>, notes: &mut Vec<Note>) -> (Text, Option<String>) {
    let is_wanted = job.rules.warnings && job.post.warning.is_none() && !job.style.warning_words.is_empty();
    match detect(&text, &spans, &job.style.warning_words).filter(|_| is_wanted) {
        Some(found) => {
            notes.push(Note::WarningFound(found.warning.clone()));
            ((found.text, found.spans), Some(found.warning))
        }
        None => ((text, spans), None),
    }
}

/// The words that a post with sensitive media is hidden by, where it has none of its own and the target has a place.
#[must_use]
pub fn of_sensitive<'a>(job: &Job<'a>, notes: &mut Vec<Note>) -> Option<&'a str> {
    let is_wanted = job.rules.warnings && job.post.sensitive && !job.post.media.is_empty();
    let words = job.style.media.sensitive_warning.as_deref().filter(|words| is_wanted && !is_blank(words))?;
    notes.push(Note::SensitiveWarning(one_line(words)));
    Some(words)
}

/// The warning with what the owner wants before it; `CW: ` is not said twice.
fn with_prefix(words: &str, prefix: &str) -> String {
    let label = prefix.trim_end_matches(|c: char| c.is_whitespace() || c == ':');
    let rest = words.get(..label.len()).filter(|head| head.eq_ignore_ascii_case(label)).and(words.get(label.len()..));
    let is_said = !label.is_empty() && rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    if is_said { words.to_owned() } else { format!("{prefix}{words}") }
}

/// The warning, pinging nobody, in at most half of a part's length: there must be room for what it warns of.
fn bounded(words: &str, job: &Job<'_>, notes: &mut Vec<Note>) -> String {
    let inert = Meant::nothing().inert(words, job.rules.counting);
    if inert != words {
        notes.push(Note::Inert("the content warning"));
    }
    let room = (job.rules.max_length / 2).max(2);
    if count::length(&inert, job.rules.counting) <= room {
        return inert;
    }
    notes.push(Note::WarningCut);
    shortened(&Draft::plain(inert), room, job.rules.counting, "…")
}
