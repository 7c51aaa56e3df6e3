//! HTML with no more attributes in a tag than anybody needs.
//!
//! The tokenizer (html5gum 0.9) goes from attribute to attribute by calls, and counts on the compiler to make jumps of
//! them: a tag with tens of thousands of attributes may use up the stack. So the rest of such a tag is dropped before.

use std::borrow::Cow;

/// The most attributes that a tag keeps. Mastodon's own have five at most.
const MAX_ATTRIBUTES: usize = 64;

/// Where in a tag we are (the tokenizer's states, as far as they matter here).
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    TagName,
    Between,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
}

/// The same HTML, each tag cut behind its first attributes.
pub(super) fn with_few_attributes(html: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut done = 0;
    let mut from = 0;
    while let Some(start) = html.get(from..).and_then(|rest| rest.find('<')).map(|at| from + at) {
        let tag = Tag::read(html.as_bytes(), start);
        if let Some(cut) = tag.cut {
            kept.push_str(html.get(done..cut).unwrap_or_default());
            kept.push('>');
            done = tag.end;
        }
        from = tag.end.max(start + 1);
    }
    if done == 0 { Cow::Borrowed(html) } else { Cow::Owned(kept + html.get(done..).unwrap_or_default()) }
}

/// A tag that begins at some place.
struct Tag {
    /// Behind it.
    end: usize,
    /// Where it has attributes enough.
    cut: Option<usize>,
}

impl Tag {
    fn read(html: &[u8], start: usize) -> Self {
        let first = html.get(start + 1).copied().unwrap_or_default();
        if !(first.is_ascii_alphabetic() || first == b'/') {
            return Self { end: start + 1, cut: None };
        }
        let (mut at, mut attributes, mut cut) = (At::TagName, 0, None);
        for (place, byte) in html.iter().copied().enumerate().skip(start + 1) {
            let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xC);
            at = match at {
                At::Quoted(quote) if byte == quote => At::Between,
                At::Quoted(_) => at,
                _ if byte == b'>' => return Self { end: place + 1, cut },
                At::BeforeValue if blank => at,
                At::BeforeValue if byte == b'"' || byte == b'\'' => At::Quoted(byte),
                At::BeforeValue => At::Unquoted,
                At::Name if blank => At::AfterName,
                At::TagName | At::Unquoted if blank => At::Between,
                At::Name | At::AfterName if byte == b'=' => At::BeforeValue,
                At::Name | At::AfterName | At::TagName if byte == b'/' && place > start + 1 => At::Between,
                At::AfterName if blank => at,
                At::Between if blank || byte == b'/' => at,
                // Here a sign of equality begins a name.
                At::Between | At::AfterName => At::Name,
                At::Name | At::TagName | At::Unquoted => at,
            };
            if matches!(byte, b'=' | b'/') || (blank && matches!(at, At::Between | At::AfterName)) {
                attributes += 1;
                if attributes > MAX_ATTRIBUTES && cut.is_none() && !matches!(at, At::Quoted(_)) {
                    cut = Some(place);
                }
            }
        }
        Self { end: html.len(), cut: cut.filter(|_| attributes > MAX_ATTRIBUTES) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_tags_are_left_alone() {
        for html in [
            "",
            "<p>a < b > c</p>",
            "<a href='https://e.org/?a=1&b=2' class=\"mention hashtag\" rel=tag target=_blank>x</a> <br/>",
            "<a title=\">>> <b>\">x</a>",
            "<!-- a --><x",
            "<p =\">a</p>",
        ] {
            assert_eq!(with_few_attributes(html), html);
        }
    }

    #[test]
    fn what_stands_behind_too_many_attributes_is_kept() {
        for attribute in ["a ", "a=1 ", "a=\"1>\" ", "a='1>'", "/ ", "a = b ", "a\n=\n"] {
            let html = format!("one <p {}>two</p>", attribute.repeat(500));
            let bounded = with_few_attributes(&html);
            assert!(bounded.len() < 1500, "{attribute:?}: {}", bounded.len());
            assert!(bounded.starts_with("one <p ") && bounded.ends_with(">two</p>"), "{attribute:?}: {bounded}");
        }
    }
}
