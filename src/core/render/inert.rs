//! Nobody is pinged and nothing is billed by accident: what the target would take for a mention, a link or a cashtag
//! without the author having meant one is made inert with a zero-width space (`x-api.md` 8.3, `mastodon-api.md` 5.1).

use std::ops::Range;

use super::Counting;
use super::count::{Found, found_by_x};

/// Between two characters it keeps the target from seeing a name or an address; readers do not see it.
const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// How often the text is looked at again after a change: each round only ever takes hits away.
const ROUNDS: usize = 4;

/// Makes everything inert that the target would bring to life, apart from `links` (byte ranges, sorted), which the
/// author made.
#[must_use]
pub fn inert(text: &str, links: &[Range<usize>], counting: Counting) -> String {
    let mut text = text.to_owned();
    let mut links = links.to_vec();
    for _ in 0..ROUNDS {
        let cuts = match counting {
            Counting::Weighted => cuts_for_x(&text, &links),
            Counting::Graphemes { .. } | Counting::Characters { .. } => cuts_for_mastodon(&text),
        };
        if cuts.is_empty() {
            return text;
        }
        text = insert(&text, &cuts, &mut links);
    }
    if counting == Counting::Weighted && found_by_x(&text).iter().any(|(_, found)| *found == Found::Mention) {
        // Never seen, and not to be argued about: without its signs a name is a word.
        return text.replace(['@', '＠'], "");
    }
    text
}

/// Where to put a space so that X finds no mention, no second cashtag and no link that is not one of `links`.
fn cuts_for_x(text: &str, links: &[Range<usize>]) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut cashtags = 0;
    for (range, found) in found_by_x(text) {
        let piece = text.get(range.clone()).unwrap_or_default();
        match found {
            Found::Mention => cuts.extend(piece.chars().next().map(|sign| range.start + sign.len_utf8())),
            Found::Cashtag => {
                cashtags += 1;
                if cashtags > 1 {
                    cuts.extend(piece.chars().next().map(|sign| range.start + sign.len_utf8()));
                }
            }
            Found::Link => {
                let meant = links.iter().any(|link| link.start < range.end && range.start < link.end);
                if !meant {
                    cuts.extend(piece.match_indices('.').map(|(dot, _)| range.start + dot + 1));
                }
            }
        }
    }
    cuts
}

/// Where to put a space so that Mastodon finds no mention: after each `@` that begins a name, which is one that does
/// not follow a word character, `/` or `=`.
fn cuts_for_mastodon(text: &str) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let begins = c == '@' && !(before.is_alphanumeric() || matches!(before, '_' | '/' | '='));
        if begins && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric() || *next == '_') {
            cuts.push(at + 1);
        }
        before = c;
    }
    cuts
}

fn insert(text: &str, cuts: &[usize], links: &mut [Range<usize>]) -> String {
    let mut result = String::with_capacity(text.len() + cuts.len() * ZERO_WIDTH_SPACE.len_utf8());
    let mut done = 0;
    for &cut in cuts {
        result.push_str(text.get(done..cut).unwrap_or_default());
        result.push(ZERO_WIDTH_SPACE);
        done = cut;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    for link in links {
        let shift = |at: usize| at + cuts.iter().filter(|cut| **cut <= at).count() * ZERO_WIDTH_SPACE.len_utf8();
        *link = shift(link.start)..shift(link.end);
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASTODON: Counting = Counting::Graphemes { link_length: 23 };

    fn readable(text: &str) -> String {
        text.replace(ZERO_WIDTH_SPACE, "|")
    }

    #[test]
    fn x_finds_nothing_that_was_not_meant() {
        for (text, expected) in [
            ("hi @alice!", "hi @|alice!"),
            ("@alice@mastodon.social", "@alice@mastodon.social"),
            ("edit main.rs and README.md", "edit main.|rs and README.|md"),
            ("sentence.It works", "sentence.|It works"),
            ("$AAPL and $TSLA", "$AAPL and $|TSLA"),
            ("node.js v1.2.3 a@b.org", "node.js v1.2.3 a@b.org"),
            ("日本@alice語", "日本@|alice語"),
        ] {
            assert_eq!(readable(&inert(text, &[], Counting::Weighted)), expected);
        }
    }

    #[test]
    fn a_link_that_was_meant_stays_one() {
        let text = "see https://example.org/main.rs, not main.rs";
        let link = 4..31;
        assert_eq!(text.get(link.clone()), Some("https://example.org/main.rs"));
        let expected = "see https://example.org/main.rs, not main.|rs";
        assert_eq!(readable(&inert(text, &[link], Counting::Weighted)), expected);
    }

    #[test]
    fn mastodon_finds_no_mention() {
        for (text, expected) in [
            ("@alice hi", "@|alice hi"),
            ("(@alice)", "(@|alice)"),
            ("@alice@x.com", "@|alice@x.com"),
            ("a@b.org https://medium.com/@x", "a@b.org https://medium.com/@x"),
            ("@ home", "@ home"),
        ] {
            assert_eq!(readable(&inert(text, &[], MASTODON)), expected);
        }
    }

    proptest! {
        #[test]
        fn no_text_pings_anybody_on_x(text in "[a-zA-Z0-9_@＠.:/ $#é日👍\u{200B}\n-]{0,60}") {
            let result = inert(&text, &[], Counting::Weighted);
            let found = found_by_x(&result);
            prop_assert!(found.iter().all(|(_, found)| *found == Found::Cashtag), "{result:?}: {found:?}");
            prop_assert!(found.len() <= 1);
        }

        #[test]
        fn no_text_mentions_anybody_on_mastodon(text in "[a-zA-Z0-9_@./= -]{0,40}") {
            prop_assert!(cuts_for_mastodon(&inert(&text, &[], MASTODON)).is_empty());
        }
    }
}
