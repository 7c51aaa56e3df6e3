//! Editing and deleting a status, and what it said before (`mastodon-api.md` 5.3).

use serde_json::{Value, json};

use super::MastodonWorld;
use super::model::{Status, strip};
use super::wire::{self, Params, iso_millis};
use crate::core::post::{PostId, Timestamp};
use crate::sandbox::{Call, Reply};

impl MastodonWorld {
    /// `PUT /api/v1/statuses/:id`: what is not given is emptied. Visibility, what it answers and what it quotes stay.
    pub(super) fn edit_status(
        &mut self,
        call: &Call,
        params: &Params,
        id: &str,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:statuses"])?;
        let old = self.own(id, &user.id)?.clone();
        if let Some(refusal) = self.not_simulated(params) {
            return Err(refusal);
        }
        let media = self.media_asked(params, &user.id, Some(id), now)?;
        let mut text = strip(&params.text("status").unwrap_or_default()).to_owned();
        let mut spoiler = strip(&params.text("spoiler_text").unwrap_or_default()).to_owned();
        if text.is_empty() && !spoiler.is_empty() && !self.behaviour.is_gotosocial() {
            // `UpdateStatusService` moves the warning into the text, and then leaves the old warning where it was.
            text = std::mem::replace(&mut spoiler, old.spoiler.clone());
        }
        let poll = self.poll_of(params, old.poll.as_ref().map(|poll| poll.id.clone()), now)?;
        self.check_text(&text, &spoiler, old.quote.is_some() || !media.is_empty(), poll.is_some())?;
        let described_anew = self.change_attached(params, &media)?;
        let sensitive = params.flag("sensitive").unwrap_or(false) || !spoiler.is_empty();
        let language = params.filled("language").or(old.language.clone());
        let text = self.canonical_mentions(&text);
        let new = Status { text, spoiler, sensitive, language, poll, media, ..old };
        if described_anew || says_another(&new, self.own(id, &user.id)?) {
            self.count_write(&user.id, now)?;
            self.note_new_mentions(&new);
            self.attach(&new.media, id);
            self.replace(new, now);
        }
        let status = self.own(id, &user.id)?;
        Ok(wire::json(200, &self.status_json(status, Some(&user.id), &call.base)))
    }

    /// An edit notifies those whom it mentions for the first time; nothing like `allowed_mentions` guards it.
    fn note_new_mentions(&mut self, new: &Status) {
        let before = self.status(&new.id).map(|old| self.mentioned(&old.text)).unwrap_or_default();
        let added = self.mentioned(&new.text).into_iter().filter(|account| before.iter().all(|b| b.id != account.id));
        let added: Vec<_> = added.map(|account| (PostId::new(new.id.as_str()), account.acct())).collect();
        self.mentions_made.extend(added);
    }

    /// Puts a status in the place of the one with its id, which becomes a part of its history.
    pub(super) fn replace(&mut self, mut new: Status, now: Timestamp) -> bool {
        let Some(status) = self.statuses.iter_mut().find(|status| status.id == new.id) else { return false };
        new.past.push(status.version());
        new.edited = Some(now);
        *status = new;
        true
    }

    /// `DELETE /api/v1/statuses/:id`: the answer has `text`; on Mastodon it has no `content`.
    pub(super) fn delete_status(&mut self, call: &Call, id: &str) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:statuses"])?;
        let status = self.own(id, &user.id)?;
        let mut value = self.status_json(status, Some(&user.id), &call.base);
        let text = status.text.clone();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("text".to_owned(), json!(text));
            if !self.behaviour.is_gotosocial() {
                fields.remove("content");
            }
        }
        self.remove(id);
        Ok(wire::json(200, &value))
    }

    /// Takes a status away: its boosts go too, its replies stay and no longer say what they answer.
    pub(super) fn remove(&mut self, id: &str) {
        self.statuses.retain(|status| status.id != id && status.boost_of.as_deref() != Some(id));
        for status in &mut self.statuses {
            if status.reply_to.as_deref() == Some(id) {
                status.reply_to = None;
            }
        }
    }

    /// `GET /api/v1/statuses/:id/history`: every version, oldest first, without ids.
    pub(super) fn read_history(&self, call: &Call, id: &str) -> Result<Reply, Reply> {
        let viewer = self.viewer(call, "read:statuses")?;
        let status = self.seen(id, viewer.as_deref())?;
        let account = self.account(&status.author).map(|account| self.account_json(account, &call.base));
        let now = status.version();
        let versions = status.past.iter().chain([&now]).map(|version| {
            let poll = version.poll.as_ref().map(|poll| {
                let options: Value = poll.options.iter().map(|title| json!({ "title": title })).collect();
                json!({ "options": options })
            });
            let mut value = json!({
                "content": self.content(status, &version.text, &call.base),
                "spoiler_text": version.spoiler,
                "sensitive": version.sensitive,
                "created_at": iso_millis(version.at),
                "account": account,
                "media_attachments": self.media_json(&version.media, &call.base),
                "emojis": self.emojis_json([version.spoiler.as_str(), &version.text], &call.base),
            });
            if let (Some(poll), Some(fields)) = (poll, value.as_object_mut()) {
                fields.insert("poll".to_owned(), poll);
            }
            value
        });
        Ok(wire::json(200, &versions.collect()))
    }
}

/// Whether an edit changes anything. A poll whose end moves is another one.
fn says_another(new: &Status, old: &Status) -> bool {
    (&new.text, &new.spoiler, new.sensitive, &new.language, &new.poll, &new.media)
        != (&old.text, &old.spoiler, old.sensitive, &old.language, &old.poll, &old.media)
}
