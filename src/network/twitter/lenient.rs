//! Reading JSON fields so that an odd one costs itself and not what is around it.
//!
//! For `#[serde(deserialize_with = "…")]`. None of these fails on well-formed JSON.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The most elements of a list inside a post that are looked at; an honest post has a few dozen.
const MOST_ELEMENTS: usize = 1_000;

/// Reads a value as a type; `None` when it is not one.
pub fn of<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

/// The elements of a list, not too many; of anything else, none.
pub fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(mut elements)) => {
            elements.truncate(MOST_ELEMENTS);
            elements
        }
        _ => Vec::new(),
    }
}

/// A string; numbers are taken for their digits (`x-api.md` 0: both are seen).
fn to_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// A string, or a number's digits; absent when empty or odd.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(to_text(Value::deserialize(from)?).filter(|text| !text.is_empty()))
}

/// The same, where absent is as good as empty.
pub fn text_or_empty<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(text(from)?.unwrap_or_default())
}

/// A list of such strings.
pub fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(list(Some(Value::deserialize(from)?)).into_iter().filter_map(to_text).collect())
}

/// A number, or a string of digits.
pub fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    Ok(to_text(Value::deserialize(from)?).and_then(|text| text.parse().ok()))
}

/// A list, without the elements that cannot be read.
pub fn elements<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(list(Some(Value::deserialize(from)?)).into_iter().filter_map(of).collect())
}

/// Anything; its default when it cannot be read.
pub fn odd_is_absent<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(of(Value::deserialize(from)?).unwrap_or_default())
}

/// An object; absent when it is anything else, lists too.
pub fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    Ok(Some(Value::deserialize(from)?).filter(Value::is_object).and_then(of))
}

/// Whether anything at all is said, but for a plain no: for what must not leave when in doubt.
#[must_use]
pub fn is_yes(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(said) => *said,
        Value::String(text) => !["", "false"].contains(&text.as_str()),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
