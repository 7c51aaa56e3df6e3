//! Characters that cannot be seen: those that join letters stay, those that disturb go.
//!
//! X refuses a text with U+FEFF or a noncharacter in it (`x-api.md` 8.1); a bidirectional control that is left open turns
//! around what follows; zero-width spaces hide names and words from filters. What `crosspostd` adds itself comes later.

use std::ops::Range;

use super::draft::Edit;

/// What to change in a text so that nothing in it disturbs. What lies in `kept` (sorted) is left alone.
#[must_use]
pub fn edits(text: &str, kept: &[Range<usize>]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut open: Vec<char> = Vec::new();
    let mut before = Before::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let range = at..at + c.len_utf8();
        if is_in(kept, at) {
            before = Before::default();
            continue;
        }
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            '\r' if next == Some('\n') => edits.push(Edit::remove(range)),
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                edits.push(Edit { range, with: closed(&mut open) + "\n" });
                before.see('\n');
                continue;
            }
            '\n' if !open.is_empty() => edits.push(Edit::insert(at, closed(&mut open))),
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => open.push('\u{202C}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202C}' | '\u{2069}' => {
                if open.last() == Some(&c) {
                    open.pop();
                } else {
                    edits.push(Edit::remove(range));
                }
            }
            _ if disturbs(c, &before, next) => {
                edits.push(Edit::remove(range));
                continue;
            }
            _ => {}
        }
        before.see(c);
    }
    if !open.is_empty() {
        edits.push(Edit::insert(text.len(), closed(&mut open)));
    }
    edits
}

/// A text on one line, without anything that disturbs: for warnings and the options of polls.
#[must_use]
pub fn one_line(text: &str) -> String {
    let clean = super::draft::applied(text, &edits(text, &[]));
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What closes everything that is open, innermost first.
fn closed(open: &mut Vec<char>) -> String {
    open.drain(..).rev().collect()
}

/// What stood before a character, as far as it matters.
#[derive(Default)]
struct Before {
    last: Option<char>,
    /// Whether the black flag and its tags (🏴󠁧󠁢󠁥󠁮󠁧󠁿) are under way.
    flag: bool,
}

impl Before {
    fn see(&mut self, c: char) {
        self.flag = c == '\u{1F3F4}' || (self.flag && is_tag(c));
        self.last = Some(c);
    }
}

/// Whether a character has no business where it stands.
fn disturbs(c: char, before: &Before, next: Option<char>) -> bool {
    let joined = before.last.is_some_and(joins);
    match c {
        // A half form at the end of an Indic word has nothing to join to.
        '\u{200D}' => !joined,
        '\u{200C}' => !(joined && next.is_some_and(joins)),
        // Where words are not set apart it says where a line may end.
        '\u{200B}' => !(before.last.is_some_and(is_unspaced) && next.is_some_and(is_unspaced)),
        // They say how a line is broken, or in which direction it runs.
        '\t' | '\n' | '\u{AD}' | '\u{61C}' | '\u{200E}' | '\u{200F}' => false,
        _ if is_tag(c) => !before.flag,
        _ => is_invisible(c),
    }
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0000}'..='\u{E007F}')
}

/// Letters and signs of scripts in which joiners mean something, and emoji.
fn joins(c: char) -> bool {
    let is_sign = matches!(c, '\u{2000}'..='\u{2069}' | '\u{3000}'..='\u{303F}');
    c >= '\u{590}' && !is_sign && !c.is_whitespace() && !is_invisible(c)
}

/// Whether there is nothing to be seen in a text.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether nobody sees the character by itself.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    let is_known = matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}');
    is_known || is_tag(c) || c.is_control() || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Thai, Lao, Tibetan, Burmese, Khmer.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{1980}'..='\u{19FF}')
}

fn is_in(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start <= at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::draft::applied;
    use super::*;

    fn clean(text: &str) -> String {
        applied(text, &edits(text, &[]))
    }

    #[test]
    fn what_joins_stays_and_what_disturbs_goes() {
        for (text, expected) in [
            ("plain\ttext\n\nas it is", "plain\ttext\n\nas it is"),
            ("👨‍👩‍👧‍👦 🏳️‍🌈 ❤️ 1️⃣", "👨‍👩‍👧‍👦 🏳️‍🌈 ❤️ 1️⃣"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("क्\u{200D}ष र्\u{200D} य", "क्\u{200D}ष र्\u{200D} य"),
            ("a\u{200D}b c\u{200C}d", "ab cd"),
            ("👍\u{200D}\u{200D}👍", "👍\u{200D}👍"),
            ("ภาษา\u{200B}ไทย", "ภาษา\u{200B}ไทย"),
            ("main.\u{200B}rs @\u{200B}alice", "main.rs @alice"),
            ("\u{FEFF}hello\u{2060} wor\u{FFFF}ld\u{0}\u{7}", "hello world"),
            ("one\r\ntwo\rthree\u{2028}four", "one\ntwo\nthree\nfour"),
            ("🏴\u{E0067}\u{E0062}\u{E007F} a\u{E0067}", "🏴\u{E0067}\u{E0062}\u{E007F} a"),
            ("שלום\u{200F}! \u{AD}", "שלום\u{200F}! \u{AD}"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_turns_text_around_is_closed_where_its_line_ends() {
        for (text, expected) in [
            ("\u{202E}abc", "\u{202E}abc\u{202C}"),
            ("\u{2067}abc\ndef", "\u{2067}abc\u{2069}\ndef"),
            ("\u{2067}\u{202B}abc", "\u{2067}\u{202B}abc\u{202C}\u{2069}"),
            ("\u{2067}abc\u{2069} def", "\u{2067}abc\u{2069} def"),
            ("abc\u{202C}\u{2069} def", "abc def"),
            ("\u{202E}abc\u{2028}def", "\u{202E}abc\u{202C}\ndef"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_link_is_left_alone() {
        let text = "\u{200B}https://e.org/\u{200B}a\u{200B}";
        let link = 3..text.len() - 3;
        assert_eq!(applied(text, &edits(text, &[link])), "https://e.org/\u{200B}a");
    }

    #[test]
    fn a_warning_is_one_line() {
        assert_eq!(one_line(" food,\n\u{200B}  \u{202E}mentioned\t"), "food, \u{202E}mentioned \u{202C}");
        assert_eq!(one_line("\n"), "");
    }

    proptest! {
        #[test]
        fn once_is_enough(text in "[a \n\r\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}-\u{206F}\u{FEFF}👍ा\u{E0067}🏴]{0,40}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            let opened = once.matches(['\u{2066}', '\u{2067}', '\u{2068}']).count();
            prop_assert_eq!(opened, once.matches('\u{2069}').count());
        }
    }
}
