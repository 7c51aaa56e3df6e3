//! What Mastodon finds in a local text (links, mentions, hashtags) and how long it takes the text to be.
//!
//! The rules are its own: `Account::MENTION_RE`, `Tag::HASHTAG_RE`, `twitter_regex.rb`, `StatusLengthValidator`
//! (`mastodon-api.md` 2.2, 5.1). Not here: HTML (`html`).

use std::ops::Range;

use twitter_text::extractor::{Extract, Extractor};
use unicode_segmentation::UnicodeSegmentation;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A link with a protocol.
    Url,
    /// `@user` or `@user@domain`, whether or not there is such a person.
    Mention(Handle),
    /// `#Tag`.
    Hashtag,
}

/// A handle as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    /// Before the second `@`.
    pub(super) user: String,
    /// After it.
    pub(super) domain: Option<String>,
}

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entity {
    /// Where, in bytes.
    pub(super) range: Range<usize>,
    /// What.
    pub(super) kind: Kind,
}

/// Mastodon's `[[:word:]]`.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_username(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of `word+([.-]+word+)*` at the start of a text.
fn dotted(text: &str, word: fn(char) -> bool) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if word(c) {
            end = at + c.len_utf8();
        } else if end == 0 || !matches!(c, '.' | '-') {
            break;
        }
    }
    end
}

/// Everything that `MENTION_RE` matches, in links too: this is what decides who is notified.
pub(super) fn mentions(text: &str) -> Vec<(Range<usize>, Handle)> {
    let mut found: Vec<(Range<usize>, Handle)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let inside = found.last().is_some_and(|(range, _)| range.end > at);
        if inside || before.is_some_and(|c| matches!(c, '=' | '/') || is_word(c)) {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let length = dotted(rest, is_username);
        let Some(user) = rest.get(..length).filter(|user| !user.is_empty()) else { continue };
        let domain = rest.get(length..).and_then(|t| t.strip_prefix('@')).unwrap_or_default();
        let domain = domain.get(..dotted(domain, is_word)).filter(|domain| !domain.is_empty());
        let end = at + 1 + length + domain.map_or(0, |domain| domain.len() + 1);
        found.push((at..end, Handle { user: user.to_owned(), domain: domain.map(str::to_owned) }));
    }
    found
}

/// Links, mentions and hashtags as they are formatted and counted: in order, none inside another.
pub(super) fn entities(text: &str) -> Vec<Entity> {
    let mut all: Vec<Entity> = urls(text).into_iter().map(|range| Entity { range, kind: Kind::Url }).collect();
    for (range, handle) in mentions(text) {
        let after = text.get(range.end..).unwrap_or_default();
        if !after.starts_with(['@', '＠']) && !after.starts_with("://") {
            all.push(Entity { range, kind: Kind::Mention(handle) });
        }
    }
    all.extend(hashtags(text).into_iter().map(|range| Entity { range, kind: Kind::Hashtag }));
    all.sort_by_key(|entity| entity.range.start);
    let mut end = 0;
    all.retain(|entity| {
        let free = entity.range.start >= end;
        if free {
            end = entity.range.end;
        }
        free
    });
    all
}

/// Hashtags: at the start of a line or after a blank, not of digits only.
fn hashtags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, sign) in text.match_indices(['#', '＃']) {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        if before.is_some_and(|c| !c.is_whitespace()) {
            continue;
        }
        let length = tag_length(text.get(at + sign.len()..).unwrap_or_default());
        if length > 0 {
            found.push(at..at + sign.len() + length);
        }
    }
    found
}

/// How much of the text is a hashtag's name: with separators inside, or else letters and digits with a letter.
fn tag_length(text: &str) -> usize {
    let separates = |c: char| matches!(c, '_' | '\u{b7}' | '\u{30fb}' | '\u{200c}');
    let run = text.find(|c: char| !is_word(c) && !separates(c)).unwrap_or(text.len());
    let run = text.get(..run).unwrap_or_default().trim_end_matches(|c: char| !is_word(c));
    let inner = run.chars().count().saturating_sub(2);
    if run.starts_with(is_word) && run.chars().skip(1).take(inner).any(|c| c.is_alphabetic() || separates(c)) {
        return run.len();
    }
    let run = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let name = text.get(..run).unwrap_or_default();
    if name.chars().any(char::is_alphabetic) { run } else { 0 }
}

const PROTOCOLS: [&str; 9] = ["https", "http", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "gemini"];

/// Links with a protocol: a bare `example.com` is none, nor is an IP address or a host without a known ending.
fn urls(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices("://") {
        let before = text.get(..at).unwrap_or_default();
        let ends_with = |word: &&&str| {
            before
                .len()
                .checked_sub(word.len())
                .and_then(|s| before.get(s..))
                .is_some_and(|s| s.eq_ignore_ascii_case(word))
        };
        let Some(protocol) = PROTOCOLS.iter().find(ends_with) else { continue };
        let start = at - protocol.len();
        let preceding = text.get(..start).and_then(|t| t.chars().next_back());
        let glued = preceding.is_some_and(|c| c.is_ascii_alphanumeric() || "@＠$#＃".contains(c));
        if glued || found.last().is_some_and(|range| range.end > start) {
            continue;
        }
        if let Some(length) = address_length(text.get(at + 3..).unwrap_or_default()) {
            found.push(start..at + 3 + length);
        }
    }
    found
}

/// Host, port, path and query; `None` where the host is none that a link may have.
fn address_length(text: &str) -> Option<usize> {
    let run = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_')).unwrap_or(text.len());
    // twitter-text knows the endings (.com, .social, …); only the host is its business, paths differ on Mastodon.
    let mut extractor = Extractor::new();
    extractor.set_extract_url_without_protocol(false);
    let found = extractor.extract_urls(&format!("https://{}", text.get(..run)?));
    let mut end = found.first()?.strip_prefix("https://")?.len();
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    if let Some(port) = rest(end).strip_prefix(':') {
        let digits = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
        end += if digits > 0 { digits + 1 } else { 0 };
    }
    if rest(end).starts_with('/') {
        end += path_length(rest(end));
    }
    if let Some(query) = rest(end).strip_prefix('?') {
        let run = query.find(|c: char| !is_query(c)).unwrap_or(query.len());
        let query = query.get(..run)?.trim_end_matches(|c: char| !ends_query(c));
        end += if query.is_empty() { 0 } else { query.len() + 1 };
    }
    Some(end)
}

fn is_query(c: char) -> bool {
    c >= '\u{a0}' || c.is_ascii_alphanumeric() || "!?*'();:&=+$/%#[]-_.,~|@^".contains(c)
}

fn ends_query(c: char) -> bool {
    c >= '\u{a0}' || c.is_ascii_alphanumeric() || "_&=#/-".contains(c)
}

fn is_path(c: char) -> bool {
    !c.is_whitespace() && !"<>()?".contains(c)
}

/// A path, which does not end in punctuation and takes brackets in pairs only.
fn path_length(text: &str) -> usize {
    let (mut at, mut end) = (1, 1);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c == '(' {
            let Some(length) = text.get(at..).and_then(bracket_length) else { break };
            at += length;
            end = at;
        } else if is_path(c) {
            at += c.len_utf8();
            if !"!*\"'「」;:=,.$%[]~&|@".contains(c) {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// `(…)`, with at most one pair inside.
fn bracket_length(text: &str) -> Option<usize> {
    let mut depth = 0_u8;
    for (at, c) in text.char_indices() {
        match c {
            '(' if depth < 2 => depth += 1,
            ')' if depth == 1 => return (at > 1).then_some(at + 1),
            ')' => depth -= 1,
            c if is_path(c) => {}
            _ => return None,
        }
    }
    None
}

/// The length that counts against the limit: grapheme clusters, a link 23, a remote handle without its domain.
pub(super) fn length(text: &str, spoiler: &str) -> usize {
    const LINK: usize = 23;
    let count = |text: &str| text.graphemes(true).count();
    let mut countable = String::with_capacity(text.len());
    let mut done = 0;
    for Entity { range, kind } in entities(text) {
        countable.push_str(text.get(done..range.start).unwrap_or_default());
        match kind {
            Kind::Url => countable.extend(std::iter::repeat_n('x', LINK)),
            Kind::Mention(handle) => {
                countable.push('@');
                countable.push_str(&handle.user);
            }
            Kind::Hashtag => countable.push_str(text.get(range.clone()).unwrap_or_default()),
        }
        done = range.end;
    }
    countable.push_str(text.get(done..).unwrap_or_default());
    count(&countable) + count(spoiler)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_mastodons() {
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
            ("#Tag and :shortcode:", 20),
        ] {
            assert_eq!(length(text, ""), expected, "{text}");
        }
        assert_eq!(length("four", "two"), 7);
    }

    #[test]
    fn finds_what_mastodon_finds() {
        for (text, expected) in [
            ("a https://example.com/a_(b)/c. b", vec!["https://example.com/a_(b)/c"]),
            ("(https://example.com/a)", vec!["https://example.com/a"]),
            ("https://example.com/?q=a,b&c=d!", vec!["https://example.com/?q=a,b&c=d"]),
            ("https://example.com:8080/x/, y", vec!["https://example.com:8080/x/"]),
            ("example.com https://localhost/ xhttps://example.com", vec![]),
            ("https://example.com/@alice @alice", vec!["https://example.com/@alice", "@alice"]),
            ("a@b.example =@c /@d .@e, @f.g. @h-@i", vec!["@e", "@f.g", "@h", "@i"]),
            ("@a@b.example. @@c", vec!["@a@b.example", "@c"]),
            ("@\u{200b}alice @\u{2060}bob", vec![]),
            ("#a #1 #1a (#b x#c #d_e #ä・ö・ #f-g", vec!["#a", "#1a", "#d_e", "#ä・ö", "#f"]),
        ] {
            let found: Vec<_> = entities(text).into_iter().filter_map(|e| text.get(e.range)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn mentions_hide_in_links_too() {
        let found = |text| mentions(text).into_iter().map(|(_, handle)| handle.user).collect::<Vec<_>>();
        assert_eq!(found("https://example.com/?q=.@alice"), ["alice"]);
        assert_eq!(found("https://x.com/@alice"), [""; 0]);
    }
}
