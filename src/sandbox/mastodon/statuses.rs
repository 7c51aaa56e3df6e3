//! One status: reading, deleting, editing, boosting (`mastodon-api.md` 5.3). Creating is in `publish`.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::MastodonWorld;
use super::limits::{Class, too_many};
use super::model::{Status, strip, visibility_of};
use super::text;
use super::wire::{self, Params, error, plain};
use crate::core::post::{Timestamp, Visibility};
use crate::sandbox::{Call, Reply};

/// A boost of something that is among this many newest entries is not shown on the home timeline again.
const REBLOG_FALLOFF: usize = 40;

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

    fn seen(&self, id: &str, viewer: Option<&str>) -> Result<&Status, Reply> {
        self.status(id).filter(|status| self.visible(status, viewer)).ok_or_else(|| self.not_found())
    }

    fn own(&self, id: &str, owner: &str) -> Result<&Status, Reply> {
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
        if self.behaviour.is_gotosocial() {
            return Err(plain(405, "405 method not allowed"));
        }
        if self.behaviour.is_old_mastodon() {
            return Err(error(404, "Not Found"));
        }
        let viewer = self.viewer(call, "read:statuses")?;
        let ids: Vec<String> = params.list("id").unwrap_or_default();
        if ids.len() > 20 {
            return Err(error(422, "Too many statuses requested. Maximum is 20."));
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
        if let (true, Some(fields)) = (self.behaviour.is_gotosocial(), value.as_object_mut()) {
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

    /// `PUT /api/v1/statuses/:id`: what is not given is emptied.
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
        let text = strip(&params.text("status").unwrap_or_default()).to_owned();
        let spoiler = strip(&params.text("spoiler_text").unwrap_or_default()).to_owned();
        self.check_text(&text, &spoiler)?;
        let sensitive = params.flag("sensitive").unwrap_or(false) || !spoiler.is_empty();
        let language = params.filled("language").or(old.language.clone());
        let text = self.canonical_mentions(&text);
        let same = (&text, &spoiler, sensitive, &language) == (&old.text, &old.spoiler, old.sensitive, &old.language);
        if !same {
            self.count_write(&user.id, now)?;
            let edited = Some(now);
            let new = Status { text, spoiler, sensitive, language, edited, ..old };
            if let Some(status) = self.statuses.iter_mut().find(|status| status.id == id) {
                *status = new;
            }
        }
        let status = self.own(id, &user.id)?;
        Ok(wire::json(200, &self.status_json(status, Some(&user.id), &call.base)))
    }

    /// `POST /api/v1/statuses/:id/reblog`: a second boost of the same is the first one again.
    pub(super) fn boost_status(
        &mut self,
        call: &Call,
        params: &Params,
        id: &str,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:statuses"])?;
        let status = self.seen(id, Some(&user.id))?;
        let target = status.boost_of.clone().unwrap_or_else(|| status.id.clone());
        let original = self.seen(&target, Some(&user.id))?;
        let private = original.visibility == Visibility::Private && original.author == user.id;
        if !private && !matches!(original.visibility, Visibility::Public | Visibility::Unlisted) {
            return Err(error(403, "This action is not allowed"));
        }
        let boost = if let Some(boost) = self.boost_by(Some(&user.id), &target) {
            boost.clone()
        } else {
            self.count_write(&user.id, now)?;
            let asked = params.text("visibility").and_then(|word| visibility_of(&word));
            let visibility = if private { Visibility::Private } else { asked.unwrap_or(Visibility::Public) };
            self.add_boost(&user.id, &target, visibility, now)
        };
        Ok(wire::json(200, &self.status_json(&boost, Some(&user.id), &call.base)))
    }

    /// Adds a boost; one of something new is kept off the home timeline.
    pub(super) fn add_boost(&mut self, by: &str, target: &str, visibility: Visibility, now: Timestamp) -> Status {
        let mut home: Vec<&Status> = self.statuses.iter().filter(|status| status.home_at.is_some()).collect();
        home.sort_by(|a, b| a.newest_first(b));
        let recent = home
            .iter()
            .take(REBLOG_FALLOFF)
            .any(|status| status.id == target || status.boost_of.as_deref() == Some(target));
        let mut boost = self.blank(by, visibility, now);
        boost.boost_of = Some(target.to_owned());
        if recent {
            boost.home_at = None;
        }
        self.statuses.push(boost.clone());
        boost
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

    /// Counts a post, edit or boost against the 300 in 3 hours.
    pub(super) fn count_write(&mut self, account: &str, now: Timestamp) -> Result<(), Reply> {
        let budget = self.limiter.count(&self.behaviour.limits, Class::Writes, account, now);
        if budget.exceeded() {
            self.limiter.uncount(Class::Writes, account);
            return Err(too_many(self.behaviour.flavour));
        }
        Ok(())
    }

    /// Whether the server takes a text.
    pub(super) fn check_text(&self, text: &str, spoiler: &str) -> Result<(), Reply> {
        let most = self.behaviour.max_characters;
        let gotosocial = self.behaviour.is_gotosocial();
        if text.trim().is_empty() {
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
