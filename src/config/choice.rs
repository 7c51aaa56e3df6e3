//! The rules of keys that are a choice between a few words: one of them, or some of them.
//!
//! Not here: which words (`words`).

use super::lists::written;
use super::rules::{Raw, Rule, Written, list, quoted, shown};
use super::words::Table;

/// One of a few words.
pub(super) struct Word<T: 'static>(pub(super) Table<T>);

impl<T: Copy + PartialEq> Rule for Word<T> {
    type Value = T;

    fn read(&self, raw: &Raw<'_>) -> Result<T, String> {
        raw.text()
            .and_then(|text| meaning(self.0, text.trim()))
            .ok_or_else(|| format!("is {raw}: write {}", either(self.0, "or")))
    }

    fn write(&self, value: &T) -> Written {
        Written::Value(quoted(word(self.0, *value)))
    }
}

/// A list of some of a few words, at least one, each once.
pub(super) struct Words<T: 'static> {
    pub(super) words: Table<T>,
    /// A word that is refused for a reason of its own, and the reason.
    pub(super) refused: (&'static str, &'static str),
}

impl<T: Copy + PartialEq> Rule for Words<T> {
    type Value = Vec<T>;

    fn read(&self, raw: &Raw<'_>) -> Result<Vec<T>, String> {
        let allowed = either(self.words, "and");
        let given = raw.list().ok_or_else(|| format!("is {raw}: write a list in brackets, of {allowed}"))?;
        let mut values = Vec::new();
        for text in &given {
            if text == self.refused.0 {
                return Err(format!("has {}: {}; allowed are {allowed}", shown(text), self.refused.1));
            }
            let value = meaning(self.words, text)
                .ok_or_else(|| format!("has {}, which is unknown: allowed are {allowed}", shown(text)))?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if values.is_empty() { Err(format!("is empty: allowed are {allowed}")) } else { Ok(values) }
    }

    fn write(&self, value: &Vec<T>) -> Written {
        written(value.iter().map(|value| quoted(word(self.words, *value))))
    }
}

fn meaning<T: Copy>(words: &[(&str, T)], text: &str) -> Option<T> {
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

/// The word for a value; empty, and so refused when it is read again, for one that the config has no word for.
fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

/// `"a", "b" or "c"`.
fn either<T>(words: &[(&str, T)], last: &str) -> String {
    list(&words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>(), last)
}
