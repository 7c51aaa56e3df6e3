//! `POST /api/v1/statuses` and its `Idempotency-Key` (`mastodon-api.md` 5.1, 5.2).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::MastodonWorld;
use super::behaviour::Idempotency;
use super::model::{Quote, Status, strip, visibility_of};
use super::oauth::User;
use super::quote::ACCEPTED;
use super::wire::{self, Params, error, header, page, with_header};
use crate::core::post::{PostId, Timestamp, Visibility};
use crate::sandbox::{Call, Reply};

/// How long a key is remembered, in seconds.
const KEY_LIFETIME: i64 = 3600;

/// What is known of a key.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    /// When it came first.
    at: Timestamp,
    /// The status that it made, if it made one.
    status: Option<String>,
    /// What was answered.
    reply: Option<Reply>,
}

impl MastodonWorld {
    /// Creates a status.
    pub(super) fn create(&mut self, call: &Call, params: &Params, now: Timestamp) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:statuses"])?;
        let kind = self.behaviour.idempotency;
        let key = header(call, "idempotency-key").filter(|key| !key.is_empty() && kind != Idempotency::Ignored);
        let Some(key) = key else { return self.create_new(call, params, &user, now).map(|(reply, _)| reply) };
        // Pleroma's scope is the token, everybody else's the account.
        let scope = if kind == Idempotency::ReplayAll { &user.token } else { &user.id };
        let slot = (scope.clone(), key.to_owned());
        let known = self.keys.get(&slot).filter(|known| now < known.at.plus_secs(KEY_LIFETIME)).cloned();
        if matches!(kind, Idempotency::Hour | Idempotency::ErrorOnRepeat500) {
            // Looked at before the key is: `set_thread` runs first.
            self.thread(params, &user.id)?;
        }
        if let Some(known) = known {
            return self.repeat(call, &user, &known);
        }
        if kind == Idempotency::Refuse400 {
            self.keys.insert(slot.clone(), Remembered { at: now, status: None, reply: None });
        }
        let made = self.create_new(call, params, &user, now);
        let status = made.as_ref().ok().map(|(_, id)| id.clone());
        let reply = made.map(|(reply, _)| reply);
        if status.is_some() || kind == Idempotency::ReplayAll {
            let answer = reply.clone().unwrap_or_else(|refusal| refusal);
            self.keys.insert(slot, Remembered { at: now, status, reply: Some(answer) });
        }
        reply
    }

    /// The same key again.
    fn repeat(&self, call: &Call, user: &User, known: &Remembered) -> Result<Reply, Reply> {
        let found = known.status.as_deref().and_then(|id| self.status(id)).ok_or_else(|| self.not_found());
        match self.behaviour.idempotency {
            Idempotency::Refuse400 => Err(error(400, "Duplicate idempotency key.")),
            Idempotency::ReplayAll => {
                let reply = known.reply.clone().unwrap_or_else(|| self.not_found());
                Err(with_header(reply, "idempotent-replayed", "true"))
            }
            Idempotency::ErrorOnRepeat500 => {
                found?;
                Err(page(500, "<h1>We're sorry, but something went wrong on our end.</h1>"))
            }
            Idempotency::Hour | Idempotency::Ignored => {
                Ok(wire::json(200, &self.status_json(found?, Some(&user.id), &call.base)))
            }
        }
    }

    /// What a status answers: a 404 if that is gone.
    fn thread(&self, params: &Params, author: &str) -> Result<Option<&Status>, Reply> {
        let Some(id) = params.filled("in_reply_to_id") else { return Ok(None) };
        let status = self.status(&id).filter(|status| status.boost_of.is_none() && self.visible(status, Some(author)));
        match status {
            Some(status) => Ok(Some(status)),
            None => Err(error(404, "The post you are trying to reply to does not appear to exist.")),
        }
    }

    /// What the sandbox does not do, refused as a server would.
    pub(super) fn not_simulated(&self, params: &Params) -> Option<Reply> {
        let text = "Validation failed: Scheduled at is not simulated";
        params.has("scheduled_at").then(|| self.invalid(text, text))
    }

    fn create_new(
        &mut self,
        call: &Call,
        params: &Params,
        user: &User,
        now: Timestamp,
    ) -> Result<(Reply, String), Reply> {
        let reply_to = self.thread(params, &user.id)?.map(|status| status.id.clone());
        let quoted = self.quoted_by(params, &user.id)?.cloned();
        if let Some(refusal) = self.not_simulated(params) {
            return Err(refusal);
        }
        let media = self.media_asked(params, &user.id, None, now)?;
        let mut text = strip(&params.text("status").unwrap_or_default()).to_owned();
        let mut spoiler = strip(&params.text("spoiler_text").unwrap_or_default()).to_owned();
        if text.is_empty() && quoted.is_none() && !self.behaviour.is_gotosocial() {
            text = std::mem::take(&mut spoiler);
        }
        let visibility = self.visibility_asked(params, quoted.as_ref())?;
        let poll = self.poll_of(params, None, now)?;
        if quoted.is_some() && (poll.is_some() || !media.is_empty()) {
            // What a real server says to both is not known (`client/quotes.md`: not together).
            let text = "Validation failed: A post can't have both a quote and a poll or media";
            return Err(self.invalid(text, "quote and poll or media"));
        }
        self.check_text(&text, &spoiler, quoted.is_some() || !media.is_empty(), poll.is_some())?;
        let text = self.canonical_mentions(&text);
        if let Some(refusal) = self.unexpected_mentions(params, &text, &call.base) {
            return Err(refusal);
        }
        self.count_write(&user.id, now)?;
        let status = Status {
            sensitive: params.flag("sensitive").unwrap_or(false) || !spoiler.is_empty(),
            language: params.filled("language").filter(|word| is_language(word)).or_else(|| Some("en".to_owned())),
            application: Some(user.application.clone()),
            local_only: self.behaviour.local_only && params.flag("local_only").unwrap_or(false),
            quote: quoted.map(|quoted| Quote { of: quoted.id, state: ACCEPTED.to_owned() }),
            text,
            spoiler,
            poll,
            media,
            ..self.blank(&user.id, visibility, now)
        };
        self.attach(&status.media, &status.id);
        let id = self.add(status, reply_to.as_deref());
        self.created_by_api += 1;
        let status = self.status(&id).ok_or_else(|| self.not_found())?;
        let made: Vec<_> = self.mentioned(&status.text).iter().map(|a| (PostId::new(id.as_str()), a.acct())).collect();
        let reply = wire::json(200, &self.status_json(status, Some(&user.id), &call.base));
        self.mentions_made.extend(made);
        Ok((reply, id))
    }

    /// Who may see a new status. One that quotes what few may see is for those few.
    fn visibility_asked(&self, params: &Params, quoted: Option<&Status>) -> Result<Visibility, Reply> {
        let asked = match params.filled("visibility") {
            None => self.behaviour.default_visibility,
            Some(word) => visibility_of(&word).ok_or_else(|| {
                let gotosocial = format!("visibility {word} not recognized");
                self.invalid("Validation failed: Visibility is not included in the list", &gotosocial)
            })?,
        };
        let public = matches!(asked, Visibility::Public | Visibility::Unlisted);
        let narrowed = public && quoted.is_some_and(|quoted| quoted.visibility == Visibility::Private);
        Ok(if narrowed { Visibility::Private } else { asked })
    }

    /// Mastodon's `allowed_mentions`: a mention of anybody else is refused. `GoToSocial` knows nothing of it.
    fn unexpected_mentions(&self, params: &Params, text: &str, base: &str) -> Option<Reply> {
        let allowed = params.list("allowed_mentions").filter(|_| !self.behaviour.is_gotosocial())?;
        let unexpected: Vec<_> =
            self.mentioned(text).into_iter().filter(|account| !allowed.contains(&account.id)).collect();
        if unexpected.is_empty() {
            return None;
        }
        let accounts: Value = unexpected.into_iter().map(|account| self.account_json(account, base)).collect();
        let text = "Post would be sent to unexpected accounts";
        Some(wire::json(422, &json!({ "error": text, "unexpected_accounts": accounts })))
    }

    /// A status without words.
    pub(super) fn blank(&mut self, author: &str, visibility: Visibility, now: Timestamp) -> Status {
        let behaviour = &self.behaviour;
        let id = self.ids.next(behaviour.flavour, now);
        let own = author == self.owner;
        let on_home = own
            || (!matches!(visibility, Visibility::Direct | Visibility::Other)
                && self.account(author).is_some_and(|account| account.followed));
        Status {
            id,
            created: now,
            author: author.to_owned(),
            text: String::new(),
            spoiler: String::new(),
            sensitive: false,
            visibility,
            language: None,
            reply_to: None,
            reply_to_account: None,
            application: None,
            edited: None,
            past: Vec::new(),
            boost_of: None,
            poll: None,
            quote: None,
            media: Vec::new(),
            local_only: false,
            favourited_by: BTreeSet::new(),
            bookmarked_by: BTreeSet::new(),
            listed_at: now.plus_millis(self.behaviour.listing_lag_ms),
            home_at: on_home.then(|| now.plus_millis(if own { self.behaviour.home_lag_ms } else { 0 })),
        }
    }

    /// Adds a status. An answer to an own answer counts as one to whom that answered (`mastodon-api.md` 4.4).
    pub(super) fn add(&mut self, mut status: Status, reply_to: Option<&str>) -> String {
        if let Some(parent) = reply_to.and_then(|id| self.status(id)) {
            let own = parent.author == status.author;
            let carried = parent.reply_to_account.clone().filter(|_| own);
            status.reply_to_account = Some(carried.unwrap_or_else(|| parent.author.clone()));
            status.reply_to = Some(parent.id.clone());
        }
        let id = status.id.clone();
        self.statuses.push(status);
        id
    }
}

/// Whether a word looks like a language's code.
fn is_language(word: &str) -> bool {
    let mut parts = word.split('-');
    let first = parts.next().unwrap_or_default();
    matches!(first.len(), 2 | 3)
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}
