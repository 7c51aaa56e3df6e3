//! Where custom emoji stand in a text: `:shortcode:`, where the server lists the shortcode.

use std::collections::HashSet;

use super::super::wire;
use crate::core::post::{Span, SpanKind};

/// Whether a text is nothing but `:shortcode:`.
pub(super) fn is_shortcode(text: &str) -> bool {
    let name = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(is_name_char))
}

/// The spans of a text and those of the emoji between them, in order.
///
/// As Mastodon has it, an emoji stands for itself: neither a letter, a digit nor another colon touches it.
pub(super) fn with_emoji(text: &str, spans: Vec<Span>, listed: &[wire::Emoji]) -> Vec<Span> {
    let listed: HashSet<&str> = listed.iter().filter_map(|emoji| emoji.shortcode.as_deref()).collect();
    if listed.is_empty() || !text.contains(':') {
        return spans;
    }
    let mut all = Vec::with_capacity(spans.len());
    let mut done = 0;
    for span in spans {
        find(text, done, span.range.start, &listed, &mut all);
        done = span.range.end;
        all.push(span);
    }
    find(text, done, text.len(), &listed, &mut all);
    all
}

/// Finds the emoji between two places of a text.
fn find(text: &str, from: usize, to: usize, listed: &HashSet<&str>, found: &mut Vec<Span>) {
    let Some(piece) = text.get(from..to) else { return };
    let mut touched = text.get(..from).is_some_and(|before| before.ends_with(touches));
    let mut rest = piece;
    while let Some(c) = rest.chars().next() {
        let start = to - rest.len();
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == ':' && !touched {
            let after = rest.trim_start_matches(is_name_char);
            let name = rest.get(..rest.len() - after.len()).unwrap_or_default();
            if let Some(after) = after.strip_prefix(':')
                && listed.contains(name)
            {
                let end = to - after.len();
                if !text.get(end..).is_some_and(|text| text.starts_with(touches)) {
                    found.push(Span { range: start..end, kind: SpanKind::Emoji });
                    rest = after;
                    touched = true;
                    continue;
                }
            }
            touched = name.chars().next_back().map_or_else(|| touches(c), touches);
            rest = after;
            continue;
        }
        touched = touches(c);
    }
}

fn touches(c: char) -> bool {
    c.is_alphanumeric() || c == ':'
}

/// Mastodon's shortcodes are letters, digits and `_`; others' have more.
fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '@' | '~')
}
