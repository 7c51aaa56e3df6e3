//! When two spellings are the same word, and where words begin and end.
//!
//! Case folding is done with the standard library's full case mappings (lower, upper, lower again), which follow the
//! compiler's Unicode version and need no further crate; a proper `CaseFolding.txt` differs only in Turkish, where we
//! are more generous: `I`, `ı`, `İ` and `i` are one letter. Not here: which words are looked for (`filter`).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// What follows the apostrophe in an English contraction; elsewhere (`Ann's`, `l'amour`) an apostrophe ends a word.
const CONTRACTIONS: [&str; 6] = ["t", "d", "m", "ll", "re", "ve"];

/// The form in which texts and words are compared: compatibility forms, widths, case and apostrophes made one, what
/// has no width removed, white space joined and trimmed.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)).nfkd() {
        // Lower first, for `ẞ` has no other upper case than itself, while `ß` becomes `SS`.
        for c in c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
            match c {
                // The dot of `İ`, which lower case keeps.
                '\u{307}' if letters.ends_with('i') => {}
                '\u{2018}' | '\u{2019}' | '\u{2BC}' => letters.push('\''),
                c => letters.push(c),
            }
        }
    }
    let composed: String = letters.nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What has no width, says nothing, or is put into a text without a thought: soft hyphens, zero-width spaces and
/// non-joiners, direction marks, variation selectors, the Arabic tatweel, the trade mark signs.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{640}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{2120}' | '\u{2122}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Whether the character belongs to a script that puts no spaces between words: there, any place in a text may be
/// the beginning or the end of a word.
#[must_use]
pub fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{FFF}' // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109F}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}' // Myanmar
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{1950}'..='\u{19DF}' | '\u{1A20}'..='\u{1AAF}' | '\u{AA80}'..='\u{AADF}' // Tai scripts
        | '\u{1B00}'..='\u{1B7F}' | '\u{A980}'..='\u{A9DF}' // Balinese, Javanese
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' // kana
        | '\u{3100}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' // bopomofo
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' // Han
        | '\u{20000}'..='\u{3FFFF}')
}

/// Korean has spaces, but hangs its particles on the end of the word: 고양이 is a word of 고양이가.
fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}')
}

/// A text, ready to be searched for words.
#[derive(Clone, Debug)]
pub struct Searchable {
    text: String,
    /// For each byte of the text, and for its end: whether a word may begin or end there.
    edges: Vec<bool>,
}

impl Searchable {
    /// Prepares a text as it was written.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = folded(text);
        let mut edges = vec![false; text.len() + 1];
        for (start, segment) in text.split_word_bound_indices() {
            for edge in edges_in(segment) {
                if let Some(place) = edges.get_mut(start + edge) {
                    *place = true;
                }
            }
        }
        Self { text, edges }
    }

    /// Whether the text has this word, or these words one after the other. `word` is [`folded`]; nothing is in no
    /// text.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        let (Some(first), Some(last)) = (word.chars().next(), word.chars().next_back()) else { return false };
        let mut from = 0;
        // Not `match_indices`, which leaves out matches that overlap.
        while let Some(found) = self.text.get(from..).and_then(|rest| rest.find(word)) {
            let (start, end) = (from + found, from + found + word.len());
            let begins = is_spaceless(first) || self.is_edge(start);
            let ends = is_spaceless(last) || is_hangul(last) || self.is_edge(end);
            if begins && ends && !self.text.get(end..).is_some_and(|rest| rest.starts_with(is_combining_mark)) {
                return true;
            }
            from = start + first.len_utf8();
        }
        false
    }

    fn is_edge(&self, place: usize) -> bool {
        self.edges.get(place).copied().unwrap_or_default()
    }
}

/// Where a word may begin or end in a segment of UAX 29, which keeps together what people see as two words:
/// `_word_`, `Ann's`, `end.Next`.
fn edges_in(segment: &str) -> Vec<usize> {
    let mut edges = vec![0, segment.len()];
    edges.push(segment.len() - segment.trim_start_matches('_').len());
    edges.push(segment.trim_end_matches('_').len());
    let mut before = None;
    for (place, c) in segment.char_indices() {
        let rest = segment.get(place + c.len_utf8()..).unwrap_or_default();
        let is_edge = match c {
            // Not in 3.14.
            '.' | ':' => before.is_some_and(char::is_alphabetic),
            '\'' => !CONTRACTIONS.contains(&rest),
            _ => false,
        };
        if is_edge {
            edges.extend([place, place + c.len_utf8()]);
        }
        before = Some(c);
    }
    edges
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn folding_is_done_once_and_for_all(text in "[a-zA-ZßẞıİſςΣŉﬁǅéÉ'’ \n\u{301}\u{307}\u{200B}]{0,20}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
            prop_assert_eq!(folded(&text.to_uppercase()), folded(&text.to_lowercase()));
        }

        #[test]
        fn a_word_is_found_where_it_stands_alone(before in "[a-zé日ก.,\n ]{0,20}", word in "\\p{L}\\w{0,7}( \\p{L}\\w{0,7})?", after in "[a-zé日ก.,\n ]{0,20}") {
            let text = format!("{before} {word} {after}");
            let word = folded(&word);
            prop_assume!(!word.is_empty() && !word.starts_with(is_combining_mark));
            prop_assert!(Searchable::new(&text).has(&word), "{:?} in {:?}", word, text);
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,40}", word in "\\PC{0,4}") {
            let _ = Searchable::new(&text).has(&folded(&word));
            let _ = Searchable::new(&text).has(&word);
        }
    }

    #[test]
    fn spellings_that_are_one_word() {
        for (one, other) in [
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"),
            ("ISPARTA", "ısparta"),
            ("İstanbul", "istanbul"),
            ("İSTANBUL", "ISTANBUL"),
            ("ﬁre", "FIRE"),
            ("cafe\u{301}", "CAFÉ"),
            ("ｃａｔ", "Cat"),
            ("ﾈｺ", "ネコ"),
            ("Ann’s", "ann's"),
            ("foo\u{AD}bar", "foobar"),
            ("می\u{200C}خواهم", "میخواهم"),
            ("ПРИВЕТ", "привет"),
            (" climate\u{A0}\n change ", "Climate Change"),
            ("❤\u{FE0F}", "❤"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        for (one, other) in [("cafe", "café"), ("か", "が"), ("o", "ö"), ("", "a")] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }
}
