//! Texts on a page: wrapped, behind a bar, side by side. Pure.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What stands between two columns.
const GUTTER: usize = 3;
/// What stands before each line of an original.
const BAR: &str = "  │ ";
/// No column is narrower: a letter of any script fits into it.
const NARROWEST: usize = 4;

/// What a terminal would take for a command, or for a step back over what stands there, is shown as a sign.
pub(super) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

/// A text behind a bar.
pub(super) fn indented(text: &str, width: Option<usize>) -> String {
    let lines = match width {
        Some(width) => wrapped(text, width.saturating_sub(BAR.width())),
        None => text.lines().map(str::to_owned).collect(),
    };
    lines.iter().map(|line| format!("{BAR}{line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A sentence behind a sign; its further lines stand below its first word.
pub(super) fn hanging(sign: &str, sentence: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return format!("{sign}{sentence}") };
    let lines = wrapped(sentence, width.saturating_sub(sign.width()));
    format!("{sign}{}", lines.join(&format!("\n{}", " ".repeat(sign.width()))))
}

/// Two texts side by side.
pub(super) fn columns(left: &str, right: &str, width: usize) -> String {
    let column = (width - GUTTER) / 2;
    let (left, right) = (wrapped(left, column), wrapped(right, column));
    let rows = left.len().max(right.len());
    let row = |at: usize| {
        let (left, right) = (left.get(at).map_or("", String::as_str), right.get(at).map_or("", String::as_str));
        format!("{left}{} │ {right}", " ".repeat(column.saturating_sub(left.width()))).trim_end().to_owned()
    };
    (0..rows).map(row).collect::<Vec<_>>().join("\n")
}

/// The lines of a text, none wider than a column, broken between words.
pub(super) fn wrapped(text: &str, column: usize) -> Vec<String> {
    let column = column.max(NARROWEST);
    let mut lines = Vec::new();
    for line in text.replace('\t', " ").lines() {
        let mut current = String::new();
        for word in words(line) {
            if !current.is_empty() && current.width() + word.trim_end().width() > column {
                lines.push(std::mem::take(&mut current).trim_end().to_owned());
            }
            for cluster in word.graphemes(true) {
                if current.width() + cluster.width() > column && !cluster.trim().is_empty() {
                    lines.push(std::mem::take(&mut current).trim_end().to_owned());
                }
                current.push_str(cluster);
            }
        }
        lines.push(current.trim_end().to_owned());
    }
    lines
}

/// What a line is not broken inside of: words with the blanks behind them, so that names and addresses stay whole; in
/// scripts of wide letters, which know no blanks, what counts as a word there.
fn words(line: &str) -> Vec<String> {
    let is_wide = |piece: &str| piece.width() > piece.chars().count();
    let mut words: Vec<String> = Vec::new();
    for piece in line.split_word_bounds() {
        let is_blank = piece.trim().is_empty();
        match words.last_mut() {
            Some(word) if is_blank || !(word.ends_with(char::is_whitespace) || is_wide(word) || is_wide(piece)) => {
                word.push_str(piece);
            }
            _ => words.push(piece.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_wide_page_they_stand_side_by_side() {
        let shown = columns("one two", "right", 100);
        assert_eq!(shown, format!("one two{} │ right", " ".repeat(41)));
        assert_eq!(indented("one\ntwo", None), "  │ one\n  │ two");
        assert_eq!(indented("one two", Some(9)), "  │ one\n  │ two");
        assert_eq!(hanging("  · ", "one two", Some(9)), "  · one\n    two");
    }

    #[test]
    fn no_text_gives_a_terminal_a_command() {
        assert_eq!(harmless("a\u{1b}[2Jb\rc\nd\u{9b}e"), "a\u{fffd}[2Jb\u{fffd}c\nd\u{fffd}e");
    }

    #[test]
    fn lines_are_wrapped_between_words_and_long_words_are_cut() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("ありがとう", 4), ["あり", "がと", "う"]);
        assert_eq!(wrapped("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrapped("by @carol@b.example, me", 16), ["by", "@carol@b.example", ", me"]);
        assert_eq!(wrapped("by @carol@b.example me", 18), ["by", "@carol@b.example", "me"]);
        assert_eq!(wrapped("one two    three", 7), ["one two", "three"]);
    }
}
