//! The rules of keys that hold the owner's own words: words and phrases, hashtags, people.
//!
//! Every list may be empty; what is there twice is kept once, or refused where it would be unclear what is meant. Not
//! here: choices of a few words (`choice`), everything else (`rules`).

use url::Host;

use super::rules::{Raw, Rule, Written, quoted, shown};
use crate::core::style::Friend;

/// The longest entry, in characters: no word, hashtag or warning is longer.
const MAX_ENTRY: usize = 200;
/// The longest name that X knows (`x-api.md` 8.3).
const LONGEST_ON_X: usize = 20;

/// A list of words or phrases.
pub(super) struct Texts;

impl Rule for Texts {
    type Value = Vec<String>;

    fn read(&self, raw: &Raw<'_>) -> Result<Vec<String>, String> {
        entries(raw, "\"one\", \"two words\"", bounded)
    }

    fn write(&self, value: &Vec<String>) -> Written {
        written(value.iter().map(|text| quoted(text)))
    }
}

/// A list of hashtags; they are kept without `#`.
pub(super) struct Hashtags;

impl Rule for Hashtags {
    type Value = Vec<String>;

    fn read(&self, raw: &Raw<'_>) -> Result<Vec<String>, String> {
        entries(raw, "\"cats\", \"dogs\"", |text| hashtag(text).map_err(|what| format!("has {}, {what}", shown(text))))
    }

    fn write(&self, value: &Vec<String>) -> Written {
        written(value.iter().map(|text| quoted(text)))
    }
}

/// One hashtag; it is kept without `#`.
pub(super) struct Hashtag;

impl Rule for Hashtag {
    type Value = String;

    fn read(&self, raw: &Raw<'_>) -> Result<String, String> {
        let text = raw.text().ok_or_else(|| format!("is {raw}: write one hashtag in quotes"))?;
        if text.trim().is_empty() {
            return Err("is empty: write a hashtag, or leave it out".to_owned());
        }
        hashtag(text).map_err(|what| format!("is {}, {what}", shown(text)))
    }

    fn write(&self, value: &String) -> Written {
        Written::Value(quoted(value))
    }
}

/// A list of people who are on both networks: `"name@server = name_on_x"`.
pub(super) struct Friends;

impl Rule for Friends {
    type Value = Vec<Friend>;

    fn read(&self, raw: &Raw<'_>) -> Result<Vec<Friend>, String> {
        let friends = entries(raw, "\"alice@chaos.social = alice_x\"", |text| {
            friend(text).ok_or_else(|| {
                format!("has {}: write \"name@server = name_on_x\", first Mastodon, then X", shown(text))
            })
        })?;
        for (number, friend) in friends.iter().enumerate() {
            for other in friends.iter().take(number) {
                let names = [(&friend.mastodon, &other.mastodon), (&friend.twitter, &other.twitter)];
                if let Some((name, _)) = names.into_iter().find(|(name, other)| name.eq_ignore_ascii_case(other)) {
                    return Err(format!("has {} in two entries: keep one of them", shown(name)));
                }
            }
        }
        Ok(friends)
    }

    fn write(&self, value: &Vec<Friend>) -> Written {
        written(value.iter().map(|friend| quoted(&format!("{} = {}", friend.mastodon, friend.twitter))))
    }
}

/// Reads every entry of a list, and keeps each once.
fn entries<T: PartialEq>(
    raw: &Raw<'_>,
    like: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let given = raw.list().ok_or_else(|| format!("is {raw}: write a list of texts in brackets, like [{like}]"))?;
    let mut values = Vec::new();
    for text in &given {
        if text.trim().is_empty() {
            return Err("has an empty entry: write something in it, or leave it out".to_owned());
        }
        let value = read(text)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

fn bounded(text: &str) -> Result<String, String> {
    if text.chars().count() > MAX_ENTRY {
        return Err(format!("has {}, which is too long: at most {MAX_ENTRY} letters", shown(text)));
    }
    Ok(text.trim().to_owned())
}

/// A hashtag without its `#`, which may be the wide one of Chinese and Japanese keyboards.
fn hashtag(text: &str) -> Result<String, &'static str> {
    let name = text.trim().trim_start_matches(['#', '＃']);
    let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '#' | '＃' | ',');
    if name.is_empty() || name.contains(is_odd) {
        return Err("which is not one hashtag: write a single word, with or without the #");
    }
    if name.chars().count() > MAX_ENTRY {
        return Err("which is too long for a hashtag");
    }
    Ok(name.to_owned())
}

/// Somebody's two names. The forms are those that both networks read to their end, so that nobody else is meant.
fn friend(text: &str) -> Option<Friend> {
    let (mastodon, twitter) = text.split_once('=')?;
    let (user, host) = mastodon.trim().trim_start_matches('@').split_once('@')?;
    let twitter = twitter.trim().trim_start_matches('@');
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_name = |name: &str| {
        let is_inner = |letter: char| is_word(letter) || matches!(letter, '-' | '.');
        name.starts_with(is_word) && name.ends_with(is_word) && name.chars().all(is_inner)
    };
    let Ok(Host::Domain(host)) = Host::parse(host) else { return None };
    let is_good = is_name(user)
        && is_name(&host)
        && host.contains('.')
        && (1..=LONGEST_ON_X).contains(&twitter.len())
        && twitter.chars().all(is_word);
    is_good.then(|| Friend { mastodon: format!("{user}@{host}"), twitter: twitter.to_owned() })
}

/// A list as it stands in the file.
pub(super) fn written(items: impl Iterator<Item = String>) -> Written {
    Written::Value(format!("[{}]", items.collect::<Vec<_>>().join(", ")))
}
