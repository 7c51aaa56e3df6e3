//! Descriptions: as they were written, cut at a word where the target takes less.

use unicode_segmentation::UnicodeSegmentation;

use crate::core::render::clean::is_blank;

/// What stands where a description was cut, and where its rest begins.
const ELLIPSIS: char = '…';

/// A description as the target takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What goes with the file.
    pub description: Option<String>,
    /// What there was no room for.
    pub rest: Option<String>,
}

/// A description in at most `max` characters.
#[must_use]
pub fn told(words: Option<&str>, max: usize) -> Told {
    let words: String = words.unwrap_or_default().replace("\r\n", "\n").chars().filter_map(plain).collect();
    let words = words.trim();
    if is_blank(words) {
        return Told::default();
    }
    let Some(last) = place_after(words, max) else {
        return Told { description: Some(words.to_owned()), rest: None };
    };
    // One character is for the ellipsis.
    let room = words.get(..last).and_then(|most| most.char_indices().next_back()).map_or(0, |(at, _)| at);
    let at = cut(words, room);
    let (beginning, rest) = words.split_at_checked(at).unwrap_or_default();
    let beginning = Some(beginning.trim_end()).filter(|beginning| !beginning.is_empty());
    Told {
        description: beginning.map(|beginning| format!("{beginning}{ELLIPSIS}")),
        rest: Some(format!("{ELLIPSIS}{}", rest.trim_start())),
    }
}

/// Where the letter after the first `max` begins, if there is one. Counted as JavaScript does, in UTF-16: nobody says
/// how X counts, and nobody counts more.
fn place_after(words: &str, max: usize) -> Option<usize> {
    let mut count = 0;
    let after = |(_, letter): &(usize, char)| {
        count += letter.len_utf16();
        count > max
    };
    words.char_indices().find(after).map(|(at, _)| at)
}

/// Where to cut at most `room` bytes off the beginning: after a word, or inside of one that has no end.
fn cut(words: &str, room: usize) -> usize {
    let last = |places: &mut dyn Iterator<Item = usize>| places.take_while(|at| *at <= room).last().unwrap_or_default();
    let after_word = last(&mut words.split_word_bound_indices().map(|(at, _)| at));
    let anywhere = last(&mut words.grapheme_indices(true).map(|(at, _)| at));
    if after_word >= anywhere / 2 { after_word } else { anywhere }
}

/// Control characters, and what no text may contain, have no business in it.
fn plain(c: char) -> Option<char> {
    match c {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        '\u{FEFF}' => None,
        _ if c.is_control() || u32::from(c) & 0xFFFE == 0xFFFE => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_cut_at_a_word() {
        for (words, max, description, rest) in [
            ("", 10, None, None),
            (" \n\u{200B}", 10, None, None),
            (" a cat ", 10, Some("a cat"), None),
            ("a\u{0} cat\u{7}\r\non a\tmat", 20, Some("a cat\non a mat"), None),
            ("A@b main.rs #c", 20, Some("A@b main.rs #c"), None),
            ("0123456789", 10, Some("0123456789"), None),
            ("01234567890", 10, Some("012345678…"), Some("…90")),
            ("a cat on a mat", 10, Some("a cat on…"), Some("…a mat")),
            ("a cat, on a mat", 10, Some("a cat, on…"), Some("…a mat")),
            ("日本語の説明です", 5, Some("日本語の…"), Some("…説明です")),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", 4, Some("e\u{301}…"), Some("…e\u{301}e\u{301}e\u{301}")),
            ("ab", 1, None, Some("…ab")),
            ("ab", 0, None, Some("…ab")),
        ] {
            let told = told(Some(words), max);
            assert_eq!((told.description.as_deref(), told.rest.as_deref()), (description, rest), "{words}");
            assert!(told.description.is_none_or(|told| told.chars().count() <= max), "{words}");
        }
        assert_eq!(told(None, 10), Told::default());
    }
}
