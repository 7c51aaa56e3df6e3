//! Mastodon's count (`StatusLengthValidator`, `mastodon-api.md` 2.2): grapheme clusters, a link at a fixed length, a
//! remote handle without its host.

use unicode_segmentation::UnicodeSegmentation;

/// Mastodon's length of `text`, a link counted as `link_length`.
pub(super) fn graphemes(text: &str, link_length: usize) -> usize {
    let mut length = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        length += word_length(word, link_length);
    }
    length
}

/// One word, with the white space behind it. A link begins with its scheme, and may stand right behind another; a
/// remote handle counts without its host.
fn word_length(word: &str, link_length: usize) -> usize {
    let mut length = 0;
    let mut start = 0;
    for (at, _) in word.match_indices("http") {
        // Behind these an address is a part of another one: of an archive's, of one that leads on.
        let inside = word[start..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '='));
        let is_scheme = word[at..].starts_with("https://") || word[at..].starts_with("http://");
        if is_scheme && !inside && at > start {
            length += piece_length(&word[start..at], link_length);
            start = at;
        }
    }
    length + piece_length(&word[start..], link_length)
}

/// A piece of a word with one link at most, at its beginning.
fn piece_length(piece: &str, link_length: usize) -> usize {
    if piece.starts_with("http") {
        let bare = piece.trim_end().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'', '”', '»']);
        if is_counted_as_link(bare) {
            return link_length + piece[bare.len()..].graphemes(true).count();
        }
    }
    let full = piece.graphemes(true).count();
    full.saturating_sub(host_of_handle(piece).map_or(0, |host| host.graphemes(true).count()))
}

/// Mastodon shortens `http(s)` links to public hosts without user names; others count as they stand.
fn is_counted_as_link(link: &str) -> bool {
    let has_scheme = link.starts_with("https://") || link.starts_with("http://");
    let Some(url) = has_scheme.then(|| url::Url::parse(link).ok()).flatten() else { return false };
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
