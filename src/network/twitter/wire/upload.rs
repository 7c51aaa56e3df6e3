//! An upload as X tells of it: after a picture, at the begin and end of a file in segments, and when asked how far it is.

use serde::Deserialize;
use serde_json::Value;

use super::super::errors::Problem;
use super::super::lenient::{number, object, of, text_or_empty};
use super::is_id;

/// An upload.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Upload {
    /// Its id: digits.
    #[serde(deserialize_with = "text_or_empty")]
    pub id: String,
    /// How long it is kept.
    #[serde(deserialize_with = "number")]
    pub expires_after_secs: Option<usize>,
    /// How far X is with it; absent when there is nothing (more) to do.
    #[serde(deserialize_with = "object")]
    pub processing_info: Option<Processing>,
}

/// How far X is with an upload.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Processing {
    /// `pending`, `in_progress`, `succeeded` or `failed`.
    #[serde(deserialize_with = "text_or_empty")]
    pub state: String,
    /// When to ask again.
    #[serde(deserialize_with = "number")]
    pub check_after_secs: Option<usize>,
    /// Why it failed, in the shape of the older APIs (`x-api.md` 4.2).
    pub error: Value,
}

impl Upload {
    /// Reads an answer's `data`; `None` when there is no upload in it.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        of(body.get_mut("data")?.take()).filter(|upload: &Self| is_id(&upload.id))
    }
}

impl Processing {
    /// Why it failed; `None` when it did not.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let problem = Problem::read(&self.error);
        let is_told = problem != Problem::default();
        (self.state == "failed").then(|| if is_told { problem.words() } else { "it does not say why".to_owned() })
    }
}
