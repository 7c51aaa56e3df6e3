//! A text that is too long becomes several, cut at white space; never inside a link, a name or an emoji.

use unicode_segmentation::UnicodeSegmentation;

use super::Counting;
use super::count::length;

/// Cuts `text` into pieces of at most `limit`, at white space where there is any, else between characters as readers
/// see them (grapheme clusters). No piece is empty; a text that fits is one piece.
#[must_use]
pub fn split(text: &str, limit: usize, counting: Counting) -> Vec<String> {
    let text = text.trim();
    if length(text, counting) <= limit {
        return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    }
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut piece_length = 0;
    for (blanks, word) in words(text) {
        // Lengths add up at white space: no rule of either network reaches across it.
        let (blanks_length, word_length) = (length(blanks, counting), length(word, counting));
        if !piece.is_empty() && piece_length + blanks_length + word_length <= limit {
            piece.push_str(blanks);
            piece.push_str(word);
            piece_length += blanks_length + word_length;
            continue;
        }
        if !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        let mut fragments = fragments(word, word_length, limit, counting);
        piece = fragments.pop().unwrap_or_default();
        piece_length = length(&piece, counting);
        pieces.append(&mut fragments);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// The words of a text, each with the white space before it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(|c: char| !c.is_whitespace())?;
        let (blanks, from_word) = rest.split_at(start);
        let end = from_word.find(char::is_whitespace).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        rest = after;
        Some((blanks, word))
    })
}

/// A word that fits as it is; one that does not, cut between grapheme clusters.
fn fragments(word: &str, word_length: usize, limit: usize, counting: Counting) -> Vec<String> {
    if word_length <= limit {
        return vec![word.to_owned()];
    }
    let mut fragments = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let mut end = 0;
        let mut estimate = 0;
        for cluster in rest.graphemes(true) {
            estimate += length(cluster, counting).max(1);
            if end > 0 && estimate > limit {
                break;
            }
            end += cluster.len();
        }
        // A cut can make a link of what was none, which counts more than its letters.
        while let Some((last, _)) = rest[..end].grapheme_indices(true).next_back()
            && last > 0
            && length(&rest[..end], counting) > limit
        {
            end = last;
        }
        fragments.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    fragments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_fits_is_one_piece() {
        assert_eq!(split(" hello\nworld ", 20, Counting::Weighted), ["hello\nworld"]);
        assert!(split("  ", 20, Counting::Weighted).is_empty());
    }

    #[test]
    fn a_long_text_is_cut_at_words_and_a_link_stays_whole() {
        let link = "https://example.org/a/very/long/address/indeed";
        let text = format!("one two three four {link} five");
        assert_eq!(split(&text, 24, Counting::Weighted), ["one two three four", link, "five"]);
    }

    #[test]
    fn a_word_without_end_is_cut_between_characters() {
        assert_eq!(split("ありがとう", 4, Counting::Weighted), ["あり", "がと", "う"]);
        assert_eq!(split("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2, Counting::Weighted), ["👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_fits(text in "[a-z é日👍.\n]{0,400}", limit in 30_usize..100) {
            let pieces = split(&text, limit, Counting::Weighted);
            for piece in &pieces {
                prop_assert!(length(piece, Counting::Weighted) <= limit, "{piece:?}");
                prop_assert!(!piece.is_empty());
            }
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
        }
    }
}
