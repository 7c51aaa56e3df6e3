//! Content warnings that people write at the head of a text, on a network that has no place of its own for them.
//!
//! Better none than a wrong one: a post that is hidden whole behind its own text is worse than one that says `CW`.
//! Not here: how a warning is written out (`render`), and whether the owner wants this (`config`).

use std::ops::Range;

use super::filter::cut;
use super::filter::fold::{folded, is_invisible, is_spaceless};
use super::post::Span;

/// The words that begin a warning unless the config has others.
pub const WORDS: &[&str] =
    &["CW", "TW", "CN", "Content warning", "Content note", "Trigger warning", "Spoiler", "Spoilers"];

/// The longest warning, in characters, whose end is not made plain by a line break after a colon, or by brackets.
const LONGEST_GUESS: usize = 80;

/// The brackets that a warning may stand in.
const BRACKETS: &[(char, char)] =
    &[('[', ']'), ('(', ')'), ('{', '}'), ('【', '】'), ('（', '）'), ('［', '］'), ('〔', '〕')];

/// After these, a dot and a space end no sentence.
const SHORTENED: &[&str] = &["vs", "dr", "mr", "mrs", "ms", "st", "ep", "vol"];

/// A post, taken apart into its warning and what it warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The warning: not empty, without the word that began it.
    pub warning: String,
    /// The rest of the text: not empty.
    pub text: String,
    /// What stands where in the rest.
    pub spans: Vec<Span>,
}

/// Takes the warning off the head of a text, if there is one. `words` are those that begin a warning (`WORDS`), in
/// any case; but an abbreviation (up to four letters) must be in capitals or have a colon: `cn tower` is no warning.
///
/// ```text
/// CW: food⏎I ate.             a line, whatever its length
/// CW food⏎I ate.              a short line, after an abbreviation
/// CW: food. I ate.            a short sentence, or up to // or | or —
/// [CW food] I ate.            brackets
/// TW/CN: food⏎I ate.          several words
/// ```
#[must_use]
pub fn detect(text: &str, spans: &[Span], words: &[String]) -> Option<Found> {
    let head = Head { text, spans, words };
    let start = head.after(0, |c| c.is_whitespace() || is_invisible(c));
    let (warning, end) = head.in_brackets(start).or_else(|| head.in_the_open(start))?;
    let warning = text.get(warning)?.trim();
    let end = head.after(end, char::is_whitespace);
    if !has_content(warning) || !has_content(text.get(end..)?) {
        return None;
    }
    let (rest, spans) = cut::without(text, spans, 0..end);
    Some(Found { warning: warning.to_owned(), text: rest, spans })
}

fn has_content(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_invisible(c))
}

/// What follows the word or words at the head.
#[derive(Clone, Copy, Debug)]
struct Label {
    /// Where they end.
    end: usize,
    /// They are all abbreviations.
    is_short: bool,
    /// An abbreviation is in small letters.
    needs_colon: bool,
}

/// Where the warning stands, and where what belongs to it ends.
type Warning = (Range<usize>, usize);

#[derive(Clone, Copy)]
struct Head<'a> {
    text: &'a str,
    spans: &'a [Span],
    words: &'a [String],
}

impl Head<'_> {
    fn rest(&self, place: usize) -> &str {
        self.text.get(place..).unwrap_or_default()
    }

    /// The place after all that `skipped` accepts.
    fn after(&self, place: usize, skipped: impl Fn(char) -> bool) -> usize {
        let rest = self.rest(place);
        self.text.len() - rest.trim_start_matches(skipped).len()
    }

    /// `CW`, or `CW/TW`, or `TW, CN`: as many of the words as stand there.
    fn label(&self, start: usize) -> Option<Label> {
        let mut label = self.word(start)?;
        loop {
            let joint = self.after(label.end, is_blank);
            let next = self.after(joint, |c| matches!(c, '/' | ',' | '&' | '+' | '|'));
            let more = if next > joint { self.word(self.after(next, is_blank)) } else { None };
            let Some(more) = more else { return Some(label) };
            label.end = more.end;
            label.is_short &= more.is_short;
            label.needs_colon |= more.needs_colon;
        }
    }

    /// The longest of the words that stands there, however it is spelled.
    fn word(&self, start: usize) -> Option<Label> {
        let ends = self.words.iter().filter_map(|word| {
            let end = start + prefix_length(self.rest(start), &folded(word))?;
            let is_short = word.trim().len() <= 4 && word.trim().bytes().all(|b| b.is_ascii_alphabetic());
            let is_small = self.text.get(start..end)?.contains(char::is_lowercase);
            Some(Label { end, is_short, needs_colon: is_short && is_small })
        });
        ends.max_by_key(|label| label.end)
    }

    /// The place after a colon, if one stands there.
    fn after_colon(&self, place: usize) -> Option<usize> {
        let colon = self.after(place, is_blank);
        let next = self.rest(colon).strip_prefix([':', '：', '﹕'])?;
        Some(self.text.len() - next.len())
    }

    /// `[CW food] text`, `(TW: food) text`, `【ネタバレ】text`.
    fn in_brackets(&self, start: usize) -> Option<Warning> {
        let open = self.rest(start).chars().next()?;
        let (_, close) = BRACKETS.iter().find(|(bracket, _)| *bracket == open)?;
        let inside = self.after(start + open.len_utf8(), is_blank);
        let label = self.label(inside)?;
        let end = self.closing(label.end, open, *close)?;
        let colon = self.after_colon(label.end);
        let from = match colon {
            Some(place) => place,
            None if label.needs_colon => return None,
            None if label.is_short => self.after_blanks(label.end)?,
            // Words that say something themselves are the warning, or part of it: `[Spoiler]`, `[Spoiler alert]`.
            None if label.end == end || self.ends_word(label.end) => inside,
            None => return None,
        };
        let warning = from..end;
        let end = end + close.len_utf8();
        if colon.is_none() && self.text.get(warning.clone())?.chars().count() > LONGEST_GUESS {
            return None;
        }
        // `[CW food]: text`, `[CW food] - text`.
        let rest = self.after_colon(end).or_else(|| self.after_dash(end)).unwrap_or(end);
        Some((warning, rest))
    }

    /// The closing bracket, on the same line.
    fn closing(&self, from: usize, open: char, close: char) -> Option<usize> {
        let mut depth = 0_usize;
        for (place, c) in self.outside_spans(from) {
            match c {
                '\n' => return None,
                c if c == open => depth += 1,
                c if c == close && depth == 0 => return Some(place),
                c if c == close => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// `CW: food⏎text`, `CW food⏎text`, `CW: food. Text`.
    fn in_the_open(&self, start: usize) -> Option<Warning> {
        let label = self.label(start)?;
        let text_end = self.text.trim_end().len();
        let colon = self.after_colon(label.end);
        let from = match colon {
            Some(place) => place,
            None if label.needs_colon || !label.is_short => return None,
            None => self.after_dash(label.end).or_else(|| self.after_blanks(label.end))?,
        };
        let line_end = self.rest(from).find(['\n', '\r']).map(|length| from + length).filter(|end| *end < text_end);
        match (colon, line_end) {
            (Some(_), Some(end)) => Some((from..end, end)),
            (Some(_), None) => self.up_to_a_sign(self.after(from, is_blank), text_end),
            (None, Some(end)) => {
                let line = self.text.get(from..end)?.trim();
                let is_sentence = line.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟']);
                (!is_sentence && line.chars().count() <= LONGEST_GUESS).then_some((from..end, end))
            }
            (None, None) => None,
        }
    }

    /// The warning in a text without line breaks: up to the end of a sentence or something that people put there.
    fn up_to_a_sign(&self, from: usize, text_end: usize) -> Option<Warning> {
        for (place, c) in self.outside_spans(from) {
            let before = self.text.get(from..place)?;
            if place >= text_end || before.chars().count() > LONGEST_GUESS {
                return None;
            }
            let after = self.rest(place + c.len_utf8());
            let next = self.after(place, |other| other == c || (is_sentence_end(c) && is_sentence_end(other)));
            let stands_free = before.ends_with(char::is_whitespace) && after.starts_with(char::is_whitespace);
            let end = match c {
                '|' | '｜' | '—' | '。' | '｡' => Some(place),
                '/' if after.starts_with('/') && !before.ends_with(':') => Some(place),
                '-' | '–' if stands_free => Some(place),
                '！' | '？' => Some(next),
                c if is_sentence_end(c) && self.rest(next).starts_with(char::is_whitespace) => {
                    match self.text.get(place..next)? {
                        "." if !ends_sentence(before) => None,
                        "." | "۔" | "।" | "॥" => Some(place),
                        // A question or a cry stays one.
                        _ => Some(next),
                    }
                }
                _ => None,
            };
            if let Some(end) = end {
                return Some((from..end, next));
            }
        }
        None
    }

    /// The place after the blanks, if there are any.
    fn after_blanks(&self, place: usize) -> Option<usize> {
        let next = self.after(place, is_blank);
        (next > place).then_some(next)
    }

    /// The place after a dash, or what people type for one, between blanks.
    fn after_dash(&self, place: usize) -> Option<usize> {
        let dash = self.after_blanks(place)?;
        let rest = self.rest(dash);
        let next = rest.strip_prefix("//").or_else(|| rest.strip_prefix(['-', '–', '—', '|']))?;
        next.starts_with(is_blank).then(|| self.text.len() - next.len())
    }

    /// Whether a word of the list may end here: before a blank, or anywhere in a script without spaces.
    fn ends_word(&self, place: usize) -> bool {
        let last = self.text.get(..place).and_then(|text| text.chars().next_back());
        self.rest(place).starts_with(char::is_whitespace) || last.is_some_and(is_spaceless)
    }

    /// The characters from a place on, but for those of links, mentions and hashtags.
    fn outside_spans(&self, from: usize) -> impl Iterator<Item = (usize, char)> {
        let places = self.rest(from).char_indices().map(move |(place, c)| (from + place, c));
        places.filter(|(place, _)| !self.spans.iter().any(|span| span.range.contains(place)))
    }
}

fn is_blank(c: char) -> bool {
    is_invisible(c) || (c.is_whitespace() && !matches!(c, '\n' | '\r'))
}

fn is_sentence_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‥' | '؟' | '۔' | '।' | '॥' | '！' | '？' | '。' | '｡')
}

/// Whether a dot after this ends a sentence: not after `e.g`, an initial or `vs`.
fn ends_sentence(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_letters = word.split('.').all(|piece| piece.len() == 1 && piece.bytes().all(|b| b.is_ascii_alphabetic()));
    !is_letters && !SHORTENED.contains(&folded(word).as_str())
}

/// The length of the beginning of `text` that folds to `word`, which is folded. The whole of a character with its
/// marks: `cafe` is no beginning of `café`.
fn prefix_length(text: &str, word: &str) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    // Decomposed letters and white space are longer than what they fold to, but not by much.
    let longest = word.chars().count() * 2 + 4;
    let ends = text.char_indices().map(|(place, c)| place + c.len_utf8()).take(longest);
    let mut found = ends.filter(|end| text.get(..*end).is_some_and(|prefix| folded(prefix) == word));
    let end = found.next()?;
    let next = text.get(end..).and_then(|rest| rest.chars().next());
    (!next.is_some_and(unicode_normalization::char::is_combining_mark)).then_some(end)
}

#[cfg(test)]
mod tests;
