//! What a person pastes where a key is asked for, and which of four keys looks wrong. Pure.
//!
//! Nothing here says anything of a key but its length.

use crate::network::twitter::oauth1::Keys;
use crate::network::twitter::setup::user_id_of;
use crate::secret::Secret;

/// Why what was pasted is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAKey {
    /// There was nothing.
    #[error("Nothing was pasted.")]
    Empty,
    /// More than one word, or a letter that no key has.
    #[error("This is not one key: there is a blank in it, or a letter that no key has. Copy it there again.")]
    Odd,
    /// The example's text.
    #[error("This is the placeholder from the example, not a key of yours.")]
    Placeholder,
}

/// Words that name a key: they may stand before it.
const LABELS: [&str; 12] =
    ["api", "key", "consumer", "secret", "access", "token", "client", "app", "oauth", "twitter", "mastodon", "x"];
const QUOTES: [char; 12] =
    ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}', '<', '>'];

/// The key in what was pasted, without blanks, quotes and a label such as `API Key: ` or `consumer_key = `.
pub(super) fn clean(pasted: &str) -> Result<Secret, NotAKey> {
    let bare = bare(pasted);
    let key = match bare.split_once(['=', ':']).map(|(label, rest)| (label, self::bare(rest))) {
        Some((label, rest)) if is_label(label) && !rest.is_empty() => rest,
        _ => match bare.rsplit_once(char::is_whitespace) {
            Some((label, rest)) if is_label(label) => self::bare(rest),
            _ => bare,
        },
    };
    match key {
        "" => Err(NotAKey::Empty),
        key if is_placeholder(key) => Err(NotAKey::Placeholder),
        key if is_label(key) => Err(NotAKey::Odd),
        key if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Secret::new(key)),
        _ => Err(NotAKey::Odd),
    }
}

/// Whether it is one of the texts that stand in `config.example.toml` where keys belong.
pub(super) fn is_placeholder(key: &str) -> bool {
    key.starts_with("your-")
}

fn bare(text: &str) -> &str {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    text.trim_matches(|c: char| c.is_whitespace() || QUOTES.contains(&c) || invisible(c) || matches!(c, ',' | ';'))
}

fn is_label(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some()
        && words.all(|word| {
            let word = word.to_ascii_lowercase();
            LABELS.contains(&word.as_str()) || matches!(word.as_str(), "export" | "set" | "your" | "my" | "crosspostd")
        })
}

/// What a key looks like, going by its length (in characters) and by the id that an access token begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    ConsumerKey,
    ConsumerSecret,
    AccessToken,
    AccessTokenSecret,
    Bearer,
    Unknown,
}

fn shape(key: &Secret) -> Shape {
    let length = key.expose().len();
    match length {
        _ if user_id_of(key).is_some() => Shape::AccessToken,
        80.. if key.expose().starts_with("AAAA") => Shape::Bearer,
        20..=30 => Shape::ConsumerKey,
        40..=47 => Shape::AccessTokenSecret,
        48..=56 => Shape::ConsumerSecret,
        _ => Shape::Unknown,
    }
}

fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::ConsumerKey => "API key",
        Shape::ConsumerSecret => "API key secret",
        Shape::AccessToken => "access token",
        Shape::AccessTokenSecret => "access token secret",
        Shape::Bearer => "bearer token, which is not among the four",
        Shape::Unknown => "",
    }
}

/// Which of the app's two keys looks wrong, one sentence each; none when both look as they should.
pub(super) fn suspect_consumer(key: &Secret, secret: &Secret) -> Vec<String> {
    let mut suspects = Vec::new();
    if key == secret {
        suspects.push("The API key and the API key secret are the same.".to_owned());
    }
    suspects.extend(suspect(key, Shape::ConsumerKey, "about 25"));
    suspects.extend(suspect(secret, Shape::ConsumerSecret, "about 50"));
    suspects
}

/// Which of the four keys looks wrong, one sentence each; none when all look as they should.
pub(super) fn suspect_all(keys: &Keys) -> Vec<String> {
    let mut suspects = suspect_consumer(&keys.consumer_key, &keys.consumer_secret);
    suspects.extend(suspect(&keys.access_token, Shape::AccessToken, "about 50"));
    suspects.extend(suspect(&keys.access_token_secret, Shape::AccessTokenSecret, "about 45"));
    suspects
}

fn suspect(key: &Secret, expected: Shape, usual: &str) -> Option<String> {
    let found = shape(key);
    let is_near = matches!(
        (expected, found),
        // Their lengths differ too little to tell.
        (Shape::ConsumerSecret, Shape::AccessTokenSecret) | (Shape::AccessTokenSecret, Shape::ConsumerSecret)
    );
    if found == expected || is_near {
        return None;
    }
    let what = name(expected);
    Some(match found {
        Shape::Unknown => {
            let length = key.expose().len();
            format!("The {what} has {length} characters, where {usual} are usual: part of it may be missing.")
        }
        Shape::AccessToken => {
            format!("What you gave as the {what} looks like the access token, which begins with a number and a dash.")
        }
        found if expected == Shape::AccessToken => format!(
            "The access token should begin with a number and a dash. What you gave looks like the {}.",
            name(found)
        ),
        found => format!("What you gave as the {what} looks like the {}.", name(found)),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_what_was_pasted() {
        for pasted in [
            "abcDEF123",
            "  abcDEF123\r\n",
            "\"abcDEF123\"",
            "\u{201c}abcDEF123\u{201d}",
            "'abcDEF123',",
            "`abcDEF123`;",
            "\u{feff}abcDEF123\u{200b}",
            "\u{a0}abcDEF123\u{a0}",
            "API Key: abcDEF123",
            "API Key:abcDEF123",
            "consumer_key = \"abcDEF123\"",
            "consumer_key=abcDEF123",
            "api_key=abcDEF123",
            "export TWITTER_API_KEY='abcDEF123'",
            "CROSSPOSTD_TWITTER__CONSUMER_KEY=abcDEF123",
            "\"access_token_secret\": \"abcDEF123\",",
            "Access Token Secret\tabcDEF123",
            "Your access token abcDEF123",
        ] {
            assert_eq!(clean(pasted).as_ref().map(Secret::expose), Ok("abcDEF123"), "{pasted}");
        }
    }

    #[test]
    fn other_signs_stay_in_a_key() {
        for key in ["12-ab_c", "ab=cd", "abc==", "a:b", "a.b.c", "keyhole", "xyz"] {
            assert_eq!(clean(key).unwrap().expose(), key);
        }
    }

    #[test]
    fn what_is_no_key() {
        for (pasted, expected) in [
            ("", NotAKey::Empty),
            ("  \"\" ", NotAKey::Empty),
            ("API key:", NotAKey::Odd),
            ("abc def", NotAKey::Odd),
            ("ab\u{e9}c", NotAKey::Odd),
            ("API key", NotAKey::Odd),
            ("your-x-consumer-key", NotAKey::Placeholder),
        ] {
            assert_eq!(clean(pasted).unwrap_err(), expected, "{pasted}");
        }
    }

    #[test]
    fn which_key_looks_wrong() {
        let (key, secret) = ("k".repeat(25), "s".repeat(50));
        let (token, token_secret) = (format!("2244994945-{}", "t".repeat(40)), "u".repeat(45));
        let bearer = format!("AAAA{}", "b".repeat(100));
        let suspects = |four: [&str; 4]| {
            let [consumer_key, consumer_secret, access_token, access_token_secret] = four.map(Secret::new);
            suspect_all(&Keys { consumer_key, consumer_secret, access_token, access_token_secret })
        };
        let none: &[&str] = &[];
        for (four, expected) in [
            ([&key, &secret, &token, &token_secret], none),
            ([&key, &"s".repeat(45), &token, &"u".repeat(50)], none),
            (
                [&secret, &key, &token, &token_secret],
                &["as the API key looks like the API key secret", "as the API key secret looks like the API key."],
            ),
            (
                [&token, &token_secret, &key, &secret],
                &[
                    "as the API key looks like the access token",
                    "begin with a number and a dash. What you gave looks like the API key.",
                ],
            ),
            (
                [&key, &secret, &token_secret, &token],
                &["looks like the access token secret.", "as the access token secret looks like the access token"],
            ),
            ([&key, &secret, &bearer, &token_secret], &["looks like the bearer token"]),
            ([&"k".repeat(12), &secret, &token, &token_secret], &["has 12 characters, where about 25 are usual"]),
            ([&key, &key, &token, &token_secret], &["are the same", "as the API key secret looks like the API key."]),
        ] {
            let found = suspects(four.map(String::as_str));
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (sentence, part) in found.iter().zip(expected) {
                assert!(sentence.contains(part), "{sentence}");
                assert!(!four.iter().any(|key| sentence.contains(key.as_str())), "{sentence}");
            }
        }
    }
}
