//! X's count, and what X would make a mention, a hashtag or a cashtag of: twitter-text 3.1.0 with its configuration v3
//! (`x-api.md` 8). `tests/twitter_text.rs` holds it to twitter-text's own suite.

use std::ops::Range;

use emojis::EmojiVersion;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::links::links;

/// What a link counts, whatever its length (`transformedURLLength`).
const LINK: usize = 23;
/// What an emoji counts, of however many characters, and most characters that are neither Latin nor the like
/// (`defaultWeight`).
const WIDE: usize = 2;
/// The longest emoji, in characters: a kiss with two skin tones.
const MAX_EMOJI: usize = 10;
/// Emoji of this version and later are not in twitter-text's list: each of their characters counts. X's own list may be
/// newer; then this is a little too much, and never too little.
const FIRST_UNKNOWN_EMOJI: EmojiVersion = EmojiVersion::new(13, 1);

/// X's weighted length: 280 is the usual limit; a link counts 23, an emoji 2.
#[must_use]
pub fn weighted(text: &str) -> usize {
    if text.is_ascii() && !text.contains('.') {
        return text.len();
    }
    let composed = composed(text);
    let mut length = 0;
    let mut done = 0;
    for link in links(&composed) {
        length += plain(composed.get(done..link.start).unwrap_or_default()) + LINK;
        done = link.end;
    }
    length + plain(composed.get(done..).unwrap_or_default())
}

/// The weight of a text without links.
fn plain(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(cluster).sum()
}

/// The weight of what readers see as one character. No emoji reaches over its end.
fn cluster(text: &str) -> usize {
    let mut weight = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let emoji = if c.len_utf8() == rest.len() { None } else { emoji(rest) };
        weight += if emoji.is_some() { WIDE } else { character(c) };
        rest = rest.get(emoji.unwrap_or(c.len_utf8())..).unwrap_or_default();
    }
    weight
}

/// The length in bytes of the longest emoji of several characters that a text begins with.
fn emoji(text: &str) -> Option<usize> {
    let may_begin =
        |c| matches!(c, '#' | '*' | '0'..='9' | '©' | '®' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}');
    if !text.starts_with(may_begin) {
        return None;
    }
    let ends: Vec<usize> = text.char_indices().take(MAX_EMOJI).map(|(at, c)| at + c.len_utf8()).collect();
    ends.into_iter().skip(1).rev().find(|end| {
        let known = |emoji: &emojis::Emoji| emoji.emoji_version() < FIRST_UNKNOWN_EMOJI;
        text.get(..*end).and_then(emojis::get).is_some_and(known)
    })
}

/// The weight of a character by itself (`ranges`).
fn character(c: char) -> usize {
    match c {
        '\0'..='\u{10ff}' | '\u{2000}'..='\u{200d}' | '\u{2010}'..='\u{201f}' | '\u{2032}'..='\u{2037}' => 1,
        _ => WIDE,
    }
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

/// The links, mentions and cashtags that X would find, as byte ranges of `text`, in order of their beginnings. A
/// mention or cashtag within a link is none; a link within a mention (`＠example.com`) is told, too.
///
/// twitter-text looks at NFC; a text that is not in NFC already is searched as it stands, which finds the same
/// (marks join neither links nor names).
#[must_use]
pub fn found_by_x(text: &str) -> Vec<(Range<usize>, Found)> {
    let links = links(text);
    let others = mentions(text)
        .into_iter()
        .map(|range| (range, Found::Mention))
        .chain(cashtags(text).into_iter().map(|range| (range, Found::Cashtag)))
        .filter(|(range, _)| !is_within(&links, range.start))
        .collect::<Vec<_>>();
    let mut found: Vec<_> = links.into_iter().map(|range| (range, Found::Link)).chain(others).collect();
    found.sort_by_key(|(range, _)| (range.start, range.end));
    found
}

/// Whether X would find a link in it, and bill it as a post with one.
#[must_use]
pub fn has_link(text: &str) -> bool {
    !links(text).is_empty()
}

/// The hashtags that X would find, `#` included, as byte ranges of `text`, in order.
#[must_use]
pub fn hashtags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.char_indices().filter(|(_, c)| matches!(c, '#' | '＃')) {
        let (before, rest) = text.split_at(at);
        let follows_word = before
            .chars()
            .next_back()
            .is_some_and(|c| c == '&' || (is_hashtag_char(c) && !matches!(c, '\u{fe0e}' | '\u{fe0f}')));
        let Ok((after, tag)) = twitter_text::nom_parser::hashtag::parse_hashtag(rest) else { continue };
        if !follows_word && !after.starts_with(['#', '＃']) && !after.starts_with("://") {
            found.push(at..at + tag.len());
        }
    }
    if found.is_empty() {
        return found;
    }
    let links = links(text);
    found.retain(|range| !is_within(&links, range.start));
    found
}

/// Whether a hashtag goes on over it (`hashtagAlphaNumeric`).
fn is_hashtag_char(c: char) -> bool {
    let tag = String::from_iter(['#', 'a', c]);
    twitter_text::nom_parser::hashtag::parse_hashtag(&tag).is_ok_and(|(after, _)| after.is_empty())
}

/// Whether something that begins at `at` begins within one of `links`, which are in order: then the link has it.
fn is_within(links: &[Range<usize>], at: usize) -> bool {
    let next = links.partition_point(|link| link.end <= at);
    links.get(next).is_some_and(|link| link.start <= at)
}

/// The places that X would find a mention at, `@` included and a list's name not (`validMentionOrList`, `x-api.md`
/// 8.3). Where twitter-text goes on after something like a mention that is none, this looks at every sign: in doubt
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
        let name = after_sign.bytes().take(20).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let after = after_list(&after_sign[name..]);
        let kept_apart =
            after.starts_with(['@', '＠']) || after.starts_with("://") || after.starts_with(is_accented_latin);
        if name > 0 && !kept_apart {
            found.push(at..name_at + name);
        }
    }
    found
}

/// What follows the name of a list, if one begins here: `/` and a word of up to 25 characters.
fn after_list(text: &str) -> &str {
    let Some(list) = text.strip_prefix('/').filter(|list| list.starts_with(|c: char| c.is_ascii_alphabetic())) else {
        return text;
    };
    let length = list.bytes().take(25).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    list.get(length..).unwrap_or_default()
}

/// `RT@name` is a mention, although a letter stands before the sign.
fn ends_with_rt(before: &str) -> bool {
    let before = before.strip_suffix(':').unwrap_or(before);
    let Some((word, end)) = before.len().checked_sub(2).and_then(|at| before.split_at_checked(at)) else {
        return false;
    };
    let part_of_a_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '~' | '.' | '-');
    end.eq_ignore_ascii_case("rt") && !word.ends_with(part_of_a_word)
}

/// The places that X would find a cashtag at, `$` included (`validCashtag`).
fn cashtags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('$') {
        if text[..at].ends_with(|c| !is_space(c)) {
            continue;
        }
        let name = &text[at + 1..];
        let letters = name.bytes().take_while(u8::is_ascii_alphabetic).take(7).count();
        let rest = &name[letters.min(name.len())..];
        let suffix = rest.strip_prefix(['.', '_']).unwrap_or_default();
        let suffix = suffix.bytes().take_while(u8::is_ascii_alphabetic).take(3).count();
        let is_end = |length: usize| {
            name.get(length..)
                .and_then(|after| after.chars().next())
                .is_none_or(|c| is_space(c) || c == '\u{feff}' || (c.is_ascii_punctuation() && !matches!(c, '"' | '`')))
        };
        let whole = letters + 1 + suffix;
        if !(1..=6).contains(&letters) {
            continue;
        }
        if (1..=2).contains(&suffix) && is_end(whole) {
            found.push(at..at + 1 + whole);
        } else if is_end(letters) {
            found.push(at..at + 1 + letters);
        }
    }
    found
}

/// twitter-text's `latinAccentChars`.
pub(super) fn is_accented_latin(c: char) -> bool {
    matches!(c,
        '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{253}' | '\u{254}' | '\u{256}'
        | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}' | '\u{26f}' | '\u{272}' | '\u{289}'
        | '\u{28b}' | '\u{2bb}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// twitter-text's `spaces`.
pub(super) fn is_space(c: char) -> bool {
    matches!(c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200a}' | '\u{2028}'
        | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Characters that X takes in no post (`x-api.md` 8.1).
pub(super) fn is_invalid(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

/// Unicode's composed form (NFC), which X counts and compares.
#[must_use]
pub fn composed(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}
