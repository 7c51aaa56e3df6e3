//! Statuses read one by one, and the checks that all writing shares. Creating is in `publish`, changing in `edit`.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::MastodonWorld;
use super::limits::{Class, too_many};
use super::model::Status;
use super::text;
use super::wire::{self, Params, error, plain};
use crate::core::post::{Timestamp, Visibility};
use crate::sandbox::{Call, Reply};

/// So many ids are taken at once.
const SEVERAL: usize = 20;

impl MastodonWorld {
    /// Whether somebody may see a status.
    pub(super) fn visible(&self, status: &Status, viewer: Option<&str>) -> bool {
        let own = viewer == Some(status.author.as_str());
        let followed = viewer == Some(self.owner.as_str()) && self.account(&status.author).is_some_and(|a| a.followed);
        let mentioned = || self.mentioned(&status.text).iter().any(|account| Some(account.id.as_str()) == viewer);
        match status.visibility {
            Visibility::Public | Visibility::Unlisted => true,
            Visibility::Private => own || followed || mentioned(),
            Visibility::Direct => own || mentioned(),
            Visibility::Other => own,
        }
    }

    /// A status that somebody may see; else a 404.
    pub(super) fn seen(&self, id: &str, viewer: Option<&str>) -> Result<&Status, Reply> {
        self.status(id).filter(|status| self.visible(status, viewer)).ok_or_else(|| self.not_found())
    }

    /// A status of somebody's own; else a 404.
    pub(super) fn own(&self, id: &str, owner: &str) -> Result<&Status, Reply> {
        self.status(id).filter(|status| status.author == owner).ok_or_else(|| self.not_found())
    }

    /// `GET /api/v1/statuses/:id`.
    pub(super) fn read_status(&self, call: &Call, id: &str) -> Result<Reply, Reply> {
        let viewer = self.viewer(call, "read:statuses")?;
        let status = self.seen(id, viewer.as_deref())?;
        Ok(wire::json(200, &self.status_json(status, viewer.as_deref(), &call.base)))
    }

    /// `GET /api/v1/statuses?id[]=…`.
    pub(super) fn read_statuses(&self, call: &Call, params: &Params) -> Result<Reply, Reply> {
        if !self.behaviour.several_statuses {
            let gotosocial = self.behaviour.is_gotosocial();
            return Err(if gotosocial { plain(405, "405 method not allowed") } else { error(404, "Not Found") });
        }
        let viewer = self.viewer(call, "read:statuses")?;
        let mut ids: Vec<String> = Vec::new();
        for id in params.list("id").unwrap_or_default() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.len() > SEVERAL {
            return Err(error(422, &format!("Too many statuses requested. Maximum is {SEVERAL}.")));
        }
        let found = ids.iter().filter_map(|id| self.seen(id, viewer.as_deref()).ok());
        let found: Value = found.map(|status| self.status_json(status, viewer.as_deref(), &call.base)).collect();
        Ok(wire::json(200, &found))
    }

    /// `GET /api/v1/statuses/:id/source`.
    pub(super) fn read_source(&self, call: &Call, id: &str) -> Result<Reply, Reply> {
        if !self.behaviour.source {
            return Err(self.not_found());
        }
        let user = self.user(call, &["read:statuses"])?;
        let status = self.own(id, &user.id)?;
        let mut value = json!({ "id": status.id, "text": status.text, "spoiler_text": status.spoiler });
        if let (true, Some(fields)) = (self.behaviour.is_rich(), value.as_object_mut()) {
            fields.insert("content_type".to_owned(), json!("text/plain"));
        }
        Ok(wire::json(200, &value))
    }

    /// `GET /api/v1/statuses/:id/context`: oldest first.
    pub(super) fn read_context(&self, call: &Call, id: &str) -> Result<Reply, Reply> {
        let viewer = self.viewer(call, "read:statuses")?;
        let viewer = viewer.as_deref();
        let status = self.seen(id, viewer)?;
        let (mut above, mut next) = (Vec::new(), status.reply_to.as_deref());
        while let Some(parent) = next.and_then(|id| self.status(id)) {
            above.insert(0, parent);
            next = parent.reply_to.as_deref();
        }
        let mut thread = HashSet::from([status.id.as_str()]);
        let mut below = Vec::new();
        for reply in &self.statuses {
            if reply.reply_to.as_deref().is_some_and(|parent| thread.contains(parent)) {
                thread.insert(&reply.id);
                below.push(reply);
            }
        }
        let list = |statuses: Vec<&Status>| -> Value {
            let shown = statuses.into_iter().filter(|status| self.visible(status, viewer));
            shown.map(|status| self.status_json(status, viewer, &call.base)).collect()
        };
        Ok(wire::json(200, &json!({ "ancestors": list(above), "descendants": list(below) })))
    }

    /// Counts a post, edit or boost against the 300 in 3 hours.
    pub(super) fn count_write(&mut self, account: &str, now: Timestamp) -> Result<(), Reply> {
        let budget = self.limiter.count(&self.behaviour.limits, Class::Writes, account, now);
        if budget.exceeded() {
            self.limiter.uncount(Class::Writes, account);
            return Err(too_many(self.behaviour.flavour));
        }
        Ok(())
    }

    /// Whether the server takes a text. It may be empty beside a quote; on `GoToSocial` beside a poll too.
    pub(super) fn check_text(&self, text: &str, spoiler: &str, quotes: bool, polls: bool) -> Result<(), Reply> {
        let most = self.behaviour.max_characters;
        let gotosocial = self.behaviour.is_gotosocial();
        if text.trim().is_empty() && !quotes && !(gotosocial && polls) {
            return Err(self.invalid("Validation failed: Text can't be blank", "no text, media, or poll provided"));
        }
        let raw = text.chars().count() + spoiler.chars().count();
        let length = if gotosocial { raw } else { text::length(text, spoiler) };
        if length > most {
            let mastodon = format!("Validation failed: Text character limit of {most} exceeded");
            return Err(self.invalid(&mastodon, &format!("text with spoiler exceed max chars ({most})")));
        }
        Ok(())
    }

    /// What the server says to a request that it does not like, in each software's way.
    pub(super) fn invalid(&self, mastodon: &str, gotosocial: &str) -> Reply {
        if self.behaviour.is_gotosocial() {
            return error(400, &format!("Bad Request: {gotosocial}"));
        }
        error(422, mastodon)
    }

    /// Mastodon writes the handles that it knows in its own way: `@Alice@social.example` becomes `@alice`.
    pub(super) fn canonical_mentions(&self, text: &str) -> String {
        if self.behaviour.is_gotosocial() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for (range, handle) in text::mentions(text) {
            if let Some(account) = self.resolve(&handle) {
                out.push_str(text.get(done..range.start).unwrap_or_default());
                out.push('@');
                out.push_str(&account.acct());
                done = range.end;
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}
