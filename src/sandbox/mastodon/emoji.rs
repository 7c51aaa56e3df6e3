//! Custom emojis: which `:shortcodes:` of a text the server knows (`CustomEmoji::SCAN_RE`, `mastodon-api.md` 4.2).

use serde_json::{Value, json};

use super::MastodonWorld;

impl MastodonWorld {
    /// The emojis that some texts have in them, each once.
    pub(super) fn emojis_json<'a>(&self, texts: impl IntoIterator<Item = &'a str>, base: &str) -> Value {
        let mut found: Vec<&str> = Vec::new();
        for code in texts.into_iter().flat_map(shortcodes) {
            if self.emojis.contains(code) && !found.contains(&code) {
                found.push(code);
            }
        }
        let shown = found.into_iter().map(|code| {
            let picture = format!("{base}/custom_emojis/{code}.png");
            json!({ "shortcode": code, "url": picture, "static_url": picture, "visible_in_picker": true })
        });
        shown.collect()
    }
}

/// `:code:` of two letters, digits or `_` at least, with neither a letter, a digit nor `:` beside it.
fn shortcodes(text: &str) -> Vec<&str> {
    let beside = |c: Option<char>| c.is_none_or(|c| c != ':' && !c.is_alphanumeric());
    let mut found = Vec::new();
    let mut end = 0;
    for (at, _) in text.match_indices(':') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (Some(code), Some(after)) = (rest.get(..length), rest.get(length..).and_then(|t| t.strip_prefix(':')))
        else {
            continue;
        };
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        if at >= end && length >= 2 && beside(before) && beside(after.chars().next()) {
            found.push(code);
            end = at + length + 2;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_codes_that_mastodon_finds() {
        for (text, expected) in [
            (":blobcat:", vec!["blobcat"]),
            ("(:a1:) \n:b_2:!", vec!["a1", "b_2"]),
            (":ab: :ab:", vec!["ab", "ab"]),
            ("x:ab: :ab:x :a: 12:30:45 :a b: ::ab:: :ab::cd:", vec![]),
            ("ä:ab: :äb:", vec![]),
        ] {
            assert_eq!(shortcodes(text), expected, "{text}");
        }
    }
}
