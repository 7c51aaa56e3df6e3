//! The source's text and what stands in it → a draft for the target: people, links and emoji as they are written there.

use std::ops::Range;

use super::draft::{Draft, Kind, Moves, applied};
use super::note::Note;
use super::{Job, clean, link, mention};
use crate::core::filter::{cut, with_white_space, without_hashtag};
use crate::core::post::{Network, Span, SpanKind};
use crate::core::style::CustomEmoji;

/// A text of the source's, and what stands where in it.
pub type Text = (String, Vec<Span>);

/// The text without what disturbs and what the owner does not want to see.
#[must_use]
pub fn prepared(text: &str, spans: &[Span], job: &Job<'_>, notes: &mut Vec<Note>) -> Text {
    let (text, spans) = cleaned(text, &sane(text, spans), notes);
    match job.style.custom_emoji {
        CustomEmoji::Keep => (text, spans),
        CustomEmoji::Remove => without_emoji(text, spans, notes),
    }
}

/// The text without the hashtags that are only for crosspostd.
#[must_use]
pub fn without_hidden((mut text, mut spans): Text, job: &Job<'_>, notes: &mut Vec<Note>) -> Text {
    for tag in &job.style.hidden_hashtags {
        let before = spans.len();
        (text, spans) = without_hashtag(&text, &spans, tag);
        if spans.len() < before {
            notes.push(Note::HiddenHashtag(tag.trim_start_matches('#').to_owned()));
        }
    }
    (text, spans)
}

/// The draft of a text that was [`prepared`].
#[must_use]
pub fn composed((text, spans): &Text, job: &Job<'_>, notes: &mut Vec<Note>) -> Draft {
    let is_from_x = job.target() == Network::Mastodon;
    let mut draft = Draft::default();
    let mut done = 0;
    for span in spans {
        let (Some(before), Some(piece)) = (text.get(done..span.range.start), text.get(span.range.clone())) else {
            continue;
        };
        draft.push(before);
        match &span.kind {
            // X reads a name where somebody typed a handle of the fediverse: `@al.ice@host`.
            SpanKind::Mention { .. }
                if is_from_x && goes_on_as_handle(text.get(span.range.end..).unwrap_or_default()) =>
            {
                draft.push(piece);
            }
            SpanKind::Mention { handle } => mention::add(&mut draft, piece, handle, job, notes),
            SpanKind::Link => link::add(&mut draft, piece, job, notes),
            SpanKind::Hashtag | SpanKind::Emoji => draft.push_marked(piece, Kind::Whole),
        }
        done = span.range.end;
    }
    draft.push(text.get(done..).unwrap_or_default());
    draft
}

/// Whether what follows a name makes it the beginning of `name@host`.
fn goes_on_as_handle(rest: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let Some((name, host)) = rest.split_once('@') else { return false };
    let ends_well = name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    ends_well && name.chars().all(is_inner) && host.starts_with(char::is_alphanumeric)
}

/// The spans that mark a piece of the text, in order, none over another.
fn sane(text: &str, spans: &[Span]) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.to_vec();
    spans.sort_by_key(|span| (span.range.start, span.range.end));
    let mut done = 0;
    spans.retain(|span| {
        let fits = span.range.start >= done && text.get(span.range.clone()).is_some_and(|piece| !piece.is_empty());
        if fits {
            done = span.range.end;
        }
        fits
    });
    spans
}

fn cleaned(text: &str, spans: &[Span], notes: &mut Vec<Note>) -> Text {
    let is_link = |span: &&Span| span.kind == SpanKind::Link;
    let links: Vec<Range<usize>> = spans.iter().filter(is_link).map(|span| span.range.clone()).collect();
    let edits = clean::edits(text, &links);
    if edits.is_empty() {
        return (text.to_owned(), spans.to_vec());
    }
    if edits.iter().any(|edit| edit.with.is_empty() && text.get(edit.range.clone()) != Some("\r")) {
        notes.push(Note::Cleaned);
    }
    let moves = Moves::of(&edits);
    let place = |span: &Span| Span { range: moves.moved(&span.range), kind: span.kind.clone() };
    (applied(text, &edits), spans.iter().map(place).filter(|span| !span.range.is_empty()).collect())
}

fn without_emoji(mut text: String, mut spans: Vec<Span>, notes: &mut Vec<Note>) -> Text {
    // One at a time: two next to each other share the white space between them.
    while let Some(emoji) = spans.iter().position(|span| span.kind == SpanKind::Emoji) {
        let range = spans.remove(emoji).range;
        notes.push(Note::Emoji(text.get(range.clone()).unwrap_or_default().to_owned()));
        if let Some(range) = with_white_space(&text, &range) {
            (text, spans) = cut::without(&text, &spans, range);
        }
    }
    (text, spans)
}
