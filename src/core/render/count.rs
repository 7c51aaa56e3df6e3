//! The length of a text, as each network counts it, and what in it the network would make a link or a mention of.
//!
//! X: twitter-text v3 (`x-api.md` 8), by the crate `twitter-text`, which passes the official conformance suite.
//! Mastodon: `mastodon-api.md` 2.2.

use std::ops::Range;

use twitter_text::entity::Entity;
use twitter_text::extractor::{Extract, Extractor, ParserBackend};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::Counting;

/// The length of `text`, as the target counts it.
#[must_use]
pub fn length(text: &str, counting: Counting) -> usize {
    match counting {
        Counting::Weighted => weighted(text),
        Counting::Graphemes { link_length } => graphemes(text, link_length),
        Counting::Characters { link_length } => graphemes(text, link_length).max(text.chars().count()),
    }
}

/// X's weighted length: 280 is the usual limit; a link counts 23, an emoji 2.
#[must_use]
pub fn weighted(text: &str) -> usize {
    if text.is_empty() {
        return 0;
    }
    let composed = composed(text);
    let text = without_at_signs(&composed);
    let plain = |text: &str, links: bool| -> i64 {
        i64::from(twitter_text::parse(text, twitter_text_config::config_v3(), links).weighted_length)
    };
    // The crate counts a link without a scheme as plain text; X counts it as the link that it will be.
    let bare_links: i64 = links(&composed)
        .into_iter()
        .filter_map(|range| text.get(range))
        .filter(|link| !link.contains("://"))
        .map(|link| WEIGHT_OF_LINK - plain(link, false))
        .sum();
    usize::try_from(plain(&text, true) + bare_links).unwrap_or(0)
}

/// What a link counts on X, whatever its length (`transformedURLLength`).
const WEIGHT_OF_LINK: i64 = 23;

fn graphemes(text: &str, link_length: usize) -> usize {
    let mut length = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        length += word_length(word, link_length);
    }
    length
}

/// One word, with the white space behind it. A link begins with its scheme; a remote handle counts without its host.
fn word_length(word: &str, link_length: usize) -> usize {
    if let Some(start) = word.find("https://").or_else(|| word.find("http://")) {
        let (before, link) = word.split_at(start);
        let bare = link.trim_end().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'', '”', '»']);
        if is_counted_as_link(bare) {
            let after = &link[bare.len()..];
            return before.graphemes(true).count() + link_length + after.graphemes(true).count();
        }
    }
    let full = word.graphemes(true).count();
    full.saturating_sub(host_of_handle(word).map_or(0, |host| host.graphemes(true).count()))
}

/// Mastodon shortens `http(s)` links to public hosts without user names; others count as they stand.
fn is_counted_as_link(link: &str) -> bool {
    let Ok(url) = url::Url::parse(link) else { return false };
    let Some(url::Host::Domain(host)) = url.host() else { return false };
    url.username().is_empty() && host.contains('.')
}

/// The `@host` of a `@user@host` that begins a word, which Mastodon does not count.
fn host_of_handle(word: &str) -> Option<&str> {
    let handle = word.trim_start_matches(['(', '[', '"', '.']);
    let rest = handle.strip_prefix('@')?;
    let at = rest.find('@')?;
    let user = &rest[..at];
    if user.is_empty() || !user.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
        return None;
    }
    let host = &rest[at..];
    let end = host[1..].find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).map_or(host.len(), |i| i + 1);
    let host = host[..end].trim_end_matches('.');
    (host.len() > 1).then_some(host)
}

/// What X would make of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A link: counted 23, and billed 13 times a post without one.
    Link,
    /// A mention: somebody would be pinged.
    Mention,
    /// A cashtag: one a post at most.
    Cashtag,
}

/// The links, mentions and cashtags that X would find, as byte ranges of `text`, in order.
///
/// twitter-text looks at NFC; a text that is not in NFC already is searched as it stands, which finds the same
/// (marks join neither links nor names).
#[must_use]
pub fn found_by_x(text: &str) -> Vec<(Range<usize>, Found)> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<_> = links(text).into_iter().map(|range| (range, Found::Link)).collect();
    let inside_link = |range: &Range<usize>, found: &[(Range<usize>, Found)]| {
        found.iter().any(|(link, _)| link.start < range.end && range.start < link.end)
    };
    let cashtags = ranges(text, &Extractor::new().extract_cashtags_with_indices(text));
    let others = mentions(text)
        .into_iter()
        .map(|range| (range, Found::Mention))
        .chain(cashtags.into_iter().map(|range| (range, Found::Cashtag)))
        .filter(|(range, _)| !inside_link(range, &found))
        .collect::<Vec<_>>();
    found.extend(others);
    found.sort_by_key(|(range, _)| (range.start, range.end));
    found
}

/// A text of the same shape, to count and to look for links in: `@` and `＠` replaced by signs that weigh the same and
/// mean the same to a link (neither may stand before one, both may stand in a path, neither may end it).
///
/// The crate's usual parser (0.3.1) panics on an `@` that follows a multi-byte character and one more: it looks two bytes back for
/// `RT`. So that parser never gets to see one.
fn without_at_signs(text: &str) -> String {
    text.replace('@', "$").replace('＠', "＃")
}

/// The places that X would find a mention at, `@` included (twitter-text's `validMention`, `x-api.md` 8.3); in doubt,
/// one more rather than one less.
fn mentions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, sign) in text.char_indices().filter(|(_, c)| matches!(c, '@' | '＠')) {
        let before = &text[..at];
        let preceded = before.chars().next_back().is_some_and(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠')
        });
        if preceded && !ends_with_rt(before) {
            continue;
        }
        let name_at = at + sign.len_utf8();
        let after_sign = &text[name_at..];
        let name: usize = after_sign
            .chars()
            .take(20)
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .map(char::len_utf8)
            .sum();
        let after = &after_sign[name..];
        let kept_apart =
            after.starts_with(['@', '＠']) || after.starts_with("://") || after.starts_with(is_accented_latin);
        if name > 0 && !kept_apart {
            found.push(at..name_at + name);
        }
    }
    found
}

/// `RT@name` is a mention, although a letter stands before the sign.
fn ends_with_rt(before: &str) -> bool {
    let before = before.strip_suffix(':').unwrap_or(before);
    before.len() >= 2 && before.get(before.len() - 2..).is_some_and(|end| end.eq_ignore_ascii_case("rt"))
}

/// twitter-text's `latinAccentChars`.
fn is_accented_latin(c: char) -> bool {
    matches!(c,
        '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{253}' | '\u{254}' | '\u{256}'
        | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}' | '\u{26f}' | '\u{272}' | '\u{289}'
        | '\u{28b}' | '\u{2bb}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// The longest word that both of the crate's parsers look at, in bytes.
const LONGEST_WORD: usize = 256;

/// The words of a text, and where each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split(char::is_whitespace).map(move |word| {
        let at = text.get(start..).and_then(|rest| rest.find(word)).map_or(start, |found| start + found);
        start = at + word.len();
        (at, word)
    })
}

/// The links in a text, those without a scheme included, in order.
///
/// The crate's two parsers (0.3.1) each miss a few that the other finds (`hello.World`, `alice@bücher.social`): what
/// either finds may become a link, and is counted, billed and made inert as one.
fn links(text: &str) -> Vec<Range<usize>> {
    if !text.contains('.') {
        return Vec::new();
    }
    let parser = Extractor::with_parser_backend;
    let mut found = Vec::new();
    // Word by word: no link reaches across white space, and the second parser is quadratic in the length of a word.
    for (start, word) in words(text).filter(|(_, word)| word.contains('.')) {
        let masked = without_at_signs(word);
        found.extend(
            ranges(&masked, &parser(ParserBackend::Nom).extract_urls_with_indices(&masked))
                .into_iter()
                .map(|range| range.start + start..range.end + start),
        );
        if word.len() <= LONGEST_WORD {
            let entities = parser(ParserBackend::External).extract_urls_with_indices(word);
            found.extend(ranges(word, &entities).into_iter().map(|range| range.start + start..range.end + start));
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup_by(|next, before| {
        let overlap = next.start < before.end;
        if overlap {
            before.end = before.end.max(next.end);
        }
        overlap
    });
    found
}

/// Whether X would find a link in it, and bill it as a post with one.
#[must_use]
pub fn has_link(text: &str) -> bool {
    !links(text).is_empty()
}

/// The byte ranges of entities, whose indices count UTF-16 units.
fn ranges(text: &str, entities: &[Entity<'_>]) -> Vec<Range<usize>> {
    let mut units = 0;
    let mut starts: Vec<(usize, usize)> = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        starts.push((units, at));
        units += c.len_utf16();
    }
    let byte = |index: i32| {
        let index = usize::try_from(index).unwrap_or(0);
        let place = starts.partition_point(|(unit, _)| *unit < index);
        starts.get(place).map_or(text.len(), |(_, at)| *at)
    };
    entities.iter().map(|entity| byte(entity.start)..byte(entity.end)).collect()
}

/// Unicode's composed form (NFC), which X counts and compares.
#[must_use]
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(https?://|t\\.co|@|＠|RT|\\$A|[a-z0-9_.:/ #é日👍\u{200B}\u{301}\n-]){0,30}") {
            let _ = (weighted(&text), found_by_x(&text), graphemes(&text, 23));
        }
    }

    #[test]
    fn weighted_lengths_of_x() {
        // x-api.md 8.1
        for (text, expected) in [
            ("Hi http://test.co", 26),
            ("cafe\u{301}", 4),
            ("👍 👨‍👩‍👧‍👦 ❤️ ❤ 1️⃣ 🇩🇪", 17),
            ("…", 2),
            ("", 0),
            ("see mastodon.social for more", 36),
        ] {
            assert_eq!(weighted(text), expected, "{text}");
        }
        assert_eq!(weighted(&"あ".repeat(160)), 320);
        assert_eq!(weighted(&format!("https://example.com/{}", "x".repeat(300))), 23);
    }

    #[test]
    fn lengths_of_mastodon() {
        // mastodon-api.md 2.2
        for (text, expected) in [
            ("check http://example.com and https://example.org/page?x=1#frag", 57),
            ("ftp://files.example.net/resource", 32),
            ("http://user:pass@example.com:8080/path", 38),
            ("http://127.0.0.1:3000/health", 28),
            ("@bob@example.com", 4),
            ("b: 👨‍👩‍👧‍👦", 4),
            ("é", 1),
            ("f\u{301}", 1),
            ("(see https://example.com.)", 30),
            ("hi @charlie and @dora@example.social!", 22),
        ] {
            assert_eq!(graphemes(text, 23), expected, "{text}");
        }
    }

    #[test]
    fn what_x_finds() {
        let names = |text: &str| -> Vec<(String, Found)> {
            found_by_x(text).into_iter().map(|(range, kind)| (text[range].to_owned(), kind)).collect()
        };
        let one = |text: &str, kind| vec![(text.to_owned(), kind)];
        assert_eq!(names("é👍 @alice"), one("@alice", Found::Mention));
        assert_eq!(names("@alice@mastodon.social"), []);
        assert_eq!(names("🎉.@alice é(@b"), [("@alice".into(), Found::Mention), ("@b".into(), Found::Mention)]);
        assert_eq!(names("RT@alice"), one("@alice", Found::Mention));
        assert_eq!(names("日本 edit main.rs"), one("main.rs", Found::Link));
        assert_eq!(names("buy $AAPL"), one("$AAPL", Found::Cashtag));
        assert_eq!(names("hello.World"), one("hello.World", Found::Link));
        assert_eq!(names("alice@bücher.social"), one("ücher.social", Found::Link));
        assert_eq!(names("node.js v1.2.3 #tag"), []);
    }
}
