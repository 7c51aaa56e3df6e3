//! What X makes of a text that somebody wrote: its weight, its links, its names and tags (x-api.md 8).
//!
//! How the API then gives it is `wire`.

use std::ops::Range;

use twitter_text::entity::{Entity, Type};
use twitter_text::extractor::{Extract, Extractor};
use twitter_text::{ParserBackend, nom_parser};
use unicode_normalization::UnicodeNormalization as _;

use super::mentions::mentions_in;

/// What a link counts, whatever its length.
const LINK_WEIGHT: usize = 23;

/// A text as X keeps it: NFC, without blanks around it.
pub(super) fn normalised(text: &str) -> String {
    text.nfc().collect::<String>().trim().to_owned()
}

/// Whether X refuses the text for a character in it.
pub(super) fn has_invalid_character(text: &str) -> bool {
    text.contains(['\u{FFFE}', '\u{FEFF}', '\u{FFFF}'])
}

/// A piece of a text that X makes something of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Type,
    /// In bytes of the text.
    pub(super) range: Range<usize>,
    /// Without its `@`, `#` or `$`.
    pub(super) value: String,
}

/// A text and what X makes of it, found once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) text: String,
    /// In order, not overlapping.
    pub(super) pieces: Vec<Piece>,
    weight: usize,
    /// Its words with one blank between them.
    words: String,
}

impl Parsed {
    pub(super) fn new(text: &str) -> Self {
        let mut pieces = links_in(text);
        let mentions = mentions_in(text).into_iter().map(|range| {
            let value = text.get(range.clone()).unwrap_or_default().trim_start_matches(['@', '＠']).to_owned();
            Piece { kind: Type::MENTION, range, value }
        });
        let extractor = Extractor::new();
        let tags = extractor.extract_hashtags_with_indices(text).into_iter();
        let tags = in_bytes(text, tags.chain(extractor.extract_cashtags_with_indices(text)));
        for piece in mentions.chain(tags) {
            // What stands in a link is part of it.
            let meets = |one: &Piece| one.range.start < piece.range.end && piece.range.start < one.range.end;
            if !pieces.iter().any(meets) {
                pieces.push(piece);
            }
        }
        pieces.sort_by_key(|piece| piece.range.start);
        let weight = weight(text, pieces.iter().filter(|piece| piece.kind == Type::URL));
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { text: text.to_owned(), pieces, weight, words }
    }

    /// The text's length as X counts it.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Whether X takes the two for the same text.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.words == other.words
    }

    fn values(&self, kind: Type) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter(move |piece| piece.kind == kind).map(|piece| piece.value.as_str())
    }

    /// The links in the text, as they were typed.
    pub(super) fn links(&self) -> impl Iterator<Item = &str> {
        self.values(Type::URL)
    }

    /// The names that the text mentions, without `@`.
    pub(super) fn mentions(&self) -> impl Iterator<Item = &str> {
        self.values(Type::MENTION)
    }

    /// The cashtags in the text, without `$`.
    pub(super) fn cashtags(&self) -> impl Iterator<Item = &str> {
        self.values(Type::CASHTAG)
    }
}

/// A text's length as X counts it: every link 23, with a scheme or without (the crate counts the latter by their letters).
fn weight<'a>(text: &str, links: impl Iterator<Item = &'a Piece>) -> usize {
    let weight = |text: Option<&str>| {
        let parsed = twitter_text::parse(text.unwrap_or_default(), twitter_text_config::config_v3(), false);
        usize::try_from(parsed.weighted_length).unwrap_or_default()
    };
    let (mut total, mut at) = (0, 0);
    for link in links {
        total += weight(text.get(at..link.range.start)) + LINK_WEIGHT;
        at = link.range.end;
    }
    total + weight(text.get(at..))
}

/// The links in a text.
///
/// The crate's quick parser gets the first letter of some links wrong when it is asked for indices, and misses links
/// beside letters that are not ASCII; asked for strings, or with its other parser, it is right.
fn links_in(text: &str) -> Vec<Piece> {
    if !text.is_ascii() && text.contains('.') {
        let thorough = Extractor::with_parser_backend(ParserBackend::External);
        return in_bytes(text, thorough.extract_urls_with_indices(text).into_iter());
    }
    let mut at = 0;
    let mut pieces = Vec::new();
    let mut candidates = nom_parser::parse_urls_only(text, true).into_iter();
    for link in Extractor::new().extract_urls(text) {
        let Some(place) = candidates.find(|one| one.start >= at && one.value.starts_with(&link)) else { break };
        at = place.start + link.len();
        pieces.push(Piece { kind: Type::URL, range: place.start..at, value: link });
    }
    pieces
}

/// Entities with their places in bytes: twitter-text counts in UTF-16.
fn in_bytes<'a>(text: &str, entities: impl Iterator<Item = Entity<'a>>) -> Vec<Piece> {
    let mut byte_of_unit: Vec<usize> =
        text.char_indices().flat_map(|(at, c)| std::iter::repeat_n(at, c.len_utf16())).collect();
    byte_of_unit.push(text.len());
    let byte = |unit: i32| usize::try_from(unit).ok().and_then(|unit| byte_of_unit.get(unit).copied());
    let piece = |entity: Entity<'a>| {
        let range = byte(entity.start)?..byte(entity.end)?;
        Some(Piece { kind: entity.t, range, value: entity.value.to_owned() })
    };
    entities.filter_map(piece).collect()
}

/// The beginning of a long text that fits in `room`, cut at a blank where there is one and never inside a piece.
pub(super) fn beginning(parsed: &Parsed, room: usize) -> String {
    let text = parsed.text.as_str();
    let inside = |at: usize| parsed.pieces.iter().any(|piece| piece.range.start < at && at < piece.range.end);
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).filter(|at| !inside(*at)).collect();
    let fits = |at: &usize| text.get(..*at).is_some_and(|start| Parsed::new(start).weight() <= room);
    let longest = ends.partition_point(fits).checked_sub(1).and_then(|last| ends.get(last)).copied();
    let start = longest.and_then(|longest| text.get(..longest)).unwrap_or_default();
    let at_blank = start.rfind(char::is_whitespace).filter(|at| *at > start.len() / 2).unwrap_or(start.len());
    start.get(..at_blank).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of x-api.md 8.1 to 8.4, which were run with X's own code.
    #[test]
    fn texts_are_read_as_twitter_text_reads_them() {
        for (text, weighs, links, mentions) in [
            ("Hi http://test.co", 26, 1, 0),
            ("cafe\u{301}", 4, 0, 0),
            ("👍 👨\u{200d}👩\u{200d}👧\u{200d}👦 ❤️ ❤ 1️⃣ 🇩🇪", 17, 0, 0),
            ("see mastodon.social for more", 36, 1, 0),
            ("edit main.rs and README.md", 56, 2, 0),
            ("@alice@mastodon.social", 22, 0, 0),
            ("@alice", 6, 0, 1),
            ("@alice (mastodon.social)", 32, 1, 1),
            ("user@example.com", 16, 0, 0),
            ("…", 2, 0, 0),
            ("hello.World end.Start sentence.It works.In", 81, 3, 0),
            ("hi@main.rs h.main.rs main.rs", 58, 2, 0),
            ("mastodon.social/@alice", 23, 1, 0),
            ("https://mastodon.social/@alice/123", 23, 1, 0),
            ("alice@bücher.social", 30, 1, 0),
            ("xb.ac__1@m.is", 31, 1, 0),
            ("node.js 1.5 v1.2.3 e.g. U.S. is.not", 35, 0, 0),
            ("ftp://example.com/x http://localhost", 36, 0, 0),
            ("mastodon.\u{200b}social", 16, 0, 0),
            ("https://example.com.", 24, 1, 0),
            ("@al.ice@mastodon.social", 23, 0, 1),
            ("日本@alice語", 12, 0, 1),
        ] {
            let parsed = Parsed::new(&normalised(text));
            let found = (parsed.weight(), parsed.links().count(), parsed.mentions().count());
            assert_eq!(found, (weighs, links, mentions), "{text}");
        }
        let parsed = Parsed::new("$AAPL and $BTC.X, not $1 x$AAPL");
        assert_eq!(parsed.cashtags().collect::<Vec<_>>(), ["AAPL", "BTC.X"]);
    }

    #[test]
    fn a_long_text_is_cut_between_its_pieces() {
        let text = format!("{} https://example.com/{} end", "word ".repeat(50), "x".repeat(80));
        let weight = |text: &str| Parsed::new(text).weight();
        let start = beginning(&Parsed::new(&text), 270);
        assert!(weight(&start) <= 270 && start.ends_with("word"), "{start}");
        assert_eq!(weight(&beginning(&Parsed::new(&"界".repeat(300)), 270)), 270);
    }
}
