//! The simulated X is as strict as X: every rule that a client could break is refused here, in X's words.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

mod editing;
mod kinds;
mod limits;
mod posting;
mod reading;
mod reposting;
mod signing;
mod uploading;
#[path = "../support/x.rs"]
mod x;

use serde_json::Value;
use x::Answer;

const ME: &str = "/2/users/me";

/// What of an error is looked at: its detail, or its first message.
fn words(answer: &Answer) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&answer.json["detail"]), text(&answer.json["errors"][0]["message"]))
}
