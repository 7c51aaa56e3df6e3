//! Who a text pings: the rule of twitter-text's own JavaScript (x-api.md 8.3).
//!
//! The Rust crate departs from it where it takes fediverse handles for entities of their own: in
//! `@al.ice@mastodon.social` X pings `@al`, and the crate sees nobody. A client that relies on the crate is found out here.

use std::ops::Range;

/// The longest name; a longer one is cut, and still pings.
const MAX_NAME: usize = 20;
/// The longest name of a list after its first letter.
const MAX_LIST: usize = 24;

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Letters with accents, which end no name: `@aliceé` is nobody.
fn is_accented(c: char) -> bool {
    matches!(c,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{253}' | '\u{254}' | '\u{256}' | '\u{257}'
        | '\u{259}' | '\u{25B}' | '\u{263}' | '\u{268}' | '\u{26F}' | '\u{272}' | '\u{289}' | '\u{28B}' | '\u{2BB}'
        | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
}

/// Whether a mention may stand after this text.
fn may_follow(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else { return true };
    if !(last.is_ascii_alphanumeric() || "_!#$%&*@＠".contains(last)) {
        return true;
    }
    // `RT@alice` is a repost by hand; a colon after it is let through above.
    let Some((rest, word)) = before.len().checked_sub(2).and_then(|at| before.split_at_checked(at)) else {
        return false;
    };
    let precedes = |c: char| !(c.is_ascii_alphanumeric() || "_+~.-".contains(c));
    word.eq_ignore_ascii_case("rt") && rest.chars().next_back().is_none_or(precedes)
}

/// The mentions in a text, `@` included, in bytes. Lists (`@name/list`) ping nobody.
pub(super) fn mentions_in(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, sign) in text.char_indices().filter(|(_, c)| ['@', '＠'].contains(c)) {
        // What was read as part of one match does not count for another.
        let before = text.get(from..at).unwrap_or_default();
        if (before.is_empty() && at > 0) || !may_follow(before) {
            continue;
        }
        let start = at + sign.len_utf8();
        let rest = text.get(start..).unwrap_or_default();
        let name = rest.bytes().take(MAX_NAME).take_while(|byte| is_name(*byte)).count();
        if name == 0 {
            continue;
        }
        let list = list_length(rest.get(name..).unwrap_or_default());
        let after = rest.get(name + list..).unwrap_or_default();
        from = start + name + list;
        let ends = !(after.starts_with(['@', '＠']) || after.starts_with("://") || after.starts_with(is_accented));
        if ends && list == 0 {
            found.push(at..start + name);
        }
    }
    found
}

/// The length of a list's name with its slash, if one stands here.
fn list_length(text: &str) -> usize {
    let Some(name) = text.strip_prefix('/') else { return 0 };
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    2 + name.bytes().skip(1).take(MAX_LIST).take_while(|byte| is_name(*byte) || *byte == b'-').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_pings_whom_its_own_code_pings() {
        for (text, expected) in [
            ("@alice", "@alice"),
            ("@alice@mastodon.social", ""),
            ("(@alice@mastodon.social) .@alice@m.social", ""),
            ("@alice@bücher.example", ""),
            ("alice@mastodon.social", ""),
            ("@al.ice@mastodon.social", "@al"),
            ("@al-ice@mastodon.social", "@al"),
            ("@averyveryverylongusername123@m.social", "@averyveryverylonguse"),
            ("al.ice@mastodon.social", ""),
            ("@\u{200b}alice @\u{2060}alice @ alice@m.social", ""),
            (
                "“@alice” /@bob hi.@carol 日本@dave語 @erin. @frank’s @grace-x",
                "@alice @bob @carol @dave @erin @frank @grace",
            ),
            ("hi@alice *@alice* @aliceé @alice://x", ""),
            ("RT@alice xRT@alice RT:@bob rt @carol", "@alice @bob @carol"),
            ("@alice/list @bob/", "@bob"),
            ("＠alice @a@b @c", "＠alice @c"),
        ] {
            let found: Vec<&str> = mentions_in(text).into_iter().filter_map(|range| text.get(range)).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }
}
