//! Links that are meant: the right address, whole, and nothing that stands beside it drawn into it.

use super::count::{Found, found_by_x};
use super::draft::{Draft, Edit, Kind};
use super::inert::mentions_on_mastodon;
use super::note::Note;
use super::{Job, clean};
use crate::core::post::Network;
use crate::core::style::Tracking;
use crate::core::tracking::without_tracking;

/// How often a draft is looked at: what is set apart can let something else be seen.
const ROUNDS: usize = 4;

/// Adds a link that the author made.
pub fn add(draft: &mut Draft, address: &str, job: &Job<'_>, notes: &mut Vec<Note>) {
    let short = match job.style.tracking {
        Tracking::Remove => without_tracking(address),
        Tracking::Keep => address.to_owned(),
    };
    if short != address {
        notes.push(Note::Tracking(short.clone()));
    }
    draft.push_marked(&readable_by(job.target(), short), Kind::Link);
}

/// A link that stands for itself, such as the one to the original.
#[must_use]
pub fn alone(address: &str, job: &Job<'_>) -> Draft {
    let mut draft = Draft::default();
    draft.push_marked(&readable(address, job.target()), Kind::Link);
    draft
}

/// An address as it is written on the target.
#[must_use]
pub fn readable(address: &str, target: Network) -> String {
    readable_by(target, address.to_owned())
}

/// The address in a form that the target reads to its end and finds no name in: X stops at the first letter of most
/// scripts, and looks for names in addresses whose domain it does not know; Mastodon looks for names in all of them.
fn readable_by(target: Network, address: String) -> String {
    let is_whole = |address: &str| match target {
        Network::Twitter => is_whole_on_x(address),
        Network::Mastodon => !address.contains(char::is_whitespace) && clean::edits(address, &[]).is_empty(),
    };
    let pings = |address: &str| match target {
        Network::Twitter => found_by_x(address).iter().any(|(_, found)| *found == Found::Mention),
        Network::Mastodon => !mentions_on_mastodon(address).is_empty(),
    };
    if is_whole(&address) && !pings(&address) {
        return address;
    }
    let Ok(encoded) = url::Url::parse(&address).map(String::from) else { return address };
    let without_signs = encoded.replace('@', "%40");
    let forms = [encoded, address, without_signs];
    let best = forms.iter().position(|form| is_whole(form) && !pings(form));
    let best = best.or_else(|| forms.iter().rposition(|form| !pings(form)));
    forms.into_iter().nth(best.unwrap_or(1)).unwrap_or_default()
}

fn is_whole_on_x(address: &str) -> bool {
    found_by_x(address) == [(0..address.len(), Found::Link)]
}

/// Sets links and friends apart from what they touch, where the target would read them together.
pub fn set_apart(draft: &mut Draft, target: Network) {
    for _ in 0..ROUNDS {
        let edits = gaps(draft, target);
        if edits.is_empty() {
            return;
        }
        draft.edit(&edits);
    }
}

/// What has to stand between the marks of a draft and what they touch.
fn gaps(draft: &Draft, target: Network) -> Vec<Edit> {
    let mut found = if target == Network::Twitter { found_by_x(&draft.text) } else { Vec::new() };
    found.retain(|(_, found)| *found == Found::Link);
    let mut edits: Vec<Edit> = Vec::new();
    let mut insert = |at: usize, with: &str| {
        if edits.last().is_none_or(|last| last.range.start < at) {
            edits.push(Edit::insert(at, with));
        }
    };
    for mark in draft.marks.iter().filter(|mark| mark.kind != Kind::Whole) {
        let (Some(before), Some(piece), Some(after)) =
            (draft.text.get(..mark.range.start), draft.text.get(mark.range.clone()), draft.text.get(mark.range.end..))
        else {
            continue;
        };
        let (apart_before, apart_after) = match (target, mark.kind) {
            (Network::Twitter, Kind::Friend) => (touches_name_before(before), touches_name_after(after)),
            (Network::Twitter, _) => {
                let over = || {
                    let places = found.iter().map(|(place, _)| place);
                    places.filter(|place| place.start < mark.range.end && mark.range.start < place.end)
                };
                let is_hidden = over().next().is_none() && is_whole_on_x(piece);
                (
                    over().any(|place| place.start < mark.range.start)
                        || (is_hidden && touches(before.chars().next_back())),
                    over().any(|place| place.end > mark.range.end) || (is_hidden && touches(after.chars().next())),
                )
            }
            (Network::Mastodon, Kind::Friend) => (before.ends_with(is_word_or_slash), touches_host(after)),
            (Network::Mastodon, _) => (before.ends_with(hides_link), touches_path(after)),
        };
        if apart_before {
            insert(mark.range.start, "\u{200B}");
        }
        if apart_after {
            // Mastodon takes everything but white space for a part of an address.
            let is_link_there = target == Network::Mastodon && mark.kind == Kind::Link;
            insert(mark.range.end, if is_link_there { " " } else { "\u{200B}" });
        }
    }
    edits
}

/// What may not stand before a link (twitter-text's `validUrlPrecedingChars`, which Mastodon has too).
fn hides_link(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '@' | '＠' | '$' | '#' | '＃' | '\u{202A}'..='\u{202E}')
}

fn touches(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_whitespace() && c != '\u{200B}')
}

/// What may not stand before a mention on X (twitter-text's `validMentionPrecedingChars`).
fn touches_name_before(before: &str) -> bool {
    before.ends_with(|c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠')
    })
}

/// What may not stand behind one, or would make another name or a list of it.
fn touches_name_after(after: &str) -> bool {
    after.starts_with("://") || after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '＠' | '/'))
        // An accent on its own is taken for a letter.
        || after.starts_with(|c: char| matches!(c, '\u{300}'..='\u{36F}'))
}

fn is_word_or_slash(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '/' | '=' | '@')
}

/// Whether Mastodon would read on in a host (`MENTION_RE`).
fn touches_host(after: &str) -> bool {
    let mut rest = after.trim_start_matches(['.', '-']).chars();
    rest.next().is_some_and(|c| match c {
        '\u{2000}'..='\u{206F}' => false,
        _ if c.is_ascii() => c.is_ascii_alphanumeric() || matches!(c, '_' | '@'),
        // Letters, marks, and what else Ruby takes for a part of a word.
        _ => !c.is_whitespace(),
    })
}

/// Whether Mastodon would read on in an address. Signs that end a sentence are not taken for a part of it.
fn touches_path(after: &str) -> bool {
    let word = after.split(char::is_whitespace).next().unwrap_or_default();
    let ends = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '"' | '\'' | '」' | '>' | '*');
    !word.chars().all(ends)
}
