//! Polls: what is taken, and how they are shown (`mastodon-api.md` 2.1, 5.1). Voting is not simulated.

use std::collections::HashSet;

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::MastodonWorld;
use super::behaviour::Behaviour;
use super::model::{Poll, strip};
use super::wire::{Params, iso_millis};
use crate::core::post::Timestamp;
use crate::sandbox::Reply;

/// The longest option, in grapheme clusters.
pub(super) const OPTION_CHARACTERS: usize = 50;
/// The shortest time that a poll may stay open.
pub(super) const SHORTEST_SECS: i64 = 300;
/// The longest time that a poll may stay open: a month, as Ruby has it.
pub(super) const LONGEST_SECS: i64 = 2_629_746;

/// How many options a poll may have.
pub(super) fn most_options(behaviour: &Behaviour) -> usize {
    if behaviour.is_gotosocial() { 6 } else { 4 }
}

impl MastodonWorld {
    /// The poll that a request asks for. `id` is that of the poll that it replaces, in an edit.
    pub(super) fn poll_of(
        &mut self,
        params: &Params,
        id: Option<String>,
        now: Timestamp,
    ) -> Result<Option<Poll>, Reply> {
        let Some(asked) = params.nested("poll") else { return Ok(None) };
        let options = asked.list("options").unwrap_or_default();
        // Blank ones are dropped before anything is checked.
        let options: Vec<String> =
            options.iter().map(|option| strip(option).to_owned()).filter(|option| !option.is_empty()).collect();
        let length = asked.filled("expires_in").and_then(|length| length.trim().parse::<i64>().ok());
        let faults = faults(&options, length, most_options(&self.behaviour));
        if !faults.is_empty() {
            let faults = faults.join(", ");
            return Err(self.invalid(&format!("Validation failed: {faults}"), &format!("poll: {faults}")));
        }
        let id = id.unwrap_or_else(|| self.ids.next(self.behaviour.flavour, now));
        let multiple = asked.flag("multiple").unwrap_or(false);
        Ok(Some(Poll { id, options, multiple, made: now, length_secs: length }))
    }

    /// A poll that nobody has voted in.
    pub(super) fn poll_json(&self, poll: &Poll, viewer: Option<&str>, base: &str) -> Value {
        let votes = json!(0);
        let options: Value = poll.options.iter().map(|title| json!({ "title": title, "votes_count": votes })).collect();
        let mut value = json!({
            "id": poll.id,
            "expires_at": poll.expires().map(iso_millis),
            "expired": poll.expires().is_some_and(|at| at <= self.now),
            "multiple": poll.multiple,
            "votes_count": votes,
            "voters_count": votes,
            "options": options,
            "emojis": self.emojis_json([poll.options.join(" ").as_str()], base),
        });
        if let (Some(_), Some(fields)) = (viewer, value.as_object_mut()) {
            fields.insert("voted".to_owned(), json!(false));
            fields.insert("own_votes".to_owned(), json!([]));
        }
        value
    }
}

/// What is wrong with a poll, in `PollOptionsValidator`'s and `PollExpirationValidator`'s words.
fn faults(options: &[String], length: Option<i64>, most: usize) -> Vec<String> {
    let mut faults = Vec::new();
    if options.len() < 2 {
        faults.push("Choices must have more than one item".to_owned());
    }
    if options.len() > most {
        faults.push(format!("Choices can't contain more than {most} items"));
    }
    if options.iter().any(|option| option.graphemes(true).count() > OPTION_CHARACTERS) {
        faults.push(format!("Choices cannot be longer than {OPTION_CHARACTERS} characters each"));
    }
    if options.iter().collect::<HashSet<_>>().len() < options.len() {
        faults.push("Choices contain duplicate items".to_owned());
    }
    match length {
        None => faults.push("Deadline can't be blank".to_owned()),
        Some(length) if length > LONGEST_SECS => faults.push("Deadline is too far into the future".to_owned()),
        Some(length) if length < SHORTEST_SECS => faults.push("Deadline is too soon".to_owned()),
        Some(_) => {}
    }
    faults
}
