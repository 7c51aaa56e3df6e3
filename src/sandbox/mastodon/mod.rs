//! A Mastodon server on loopback, as its client API shows it (`mastodon-api.md`).
//!
//! [`MastodonWorld`] holds one server with one owner and other people. [`Behaviour`] says which software it is and
//! what is wrong with it today. Federation, votes, scheduling and streaming are not simulated: what asks for
//! them is refused.

mod attached;
mod authorize;
mod behaviour;
mod edit;
mod emoji;
mod entity;
mod hand;
mod html;
mod instance;
mod interact;
mod limits;
mod media;
mod model;
mod oauth;
mod poll;
mod publish;
mod quote;
mod statuses;
#[cfg(test)]
mod tests;
mod text;
mod timelines;
mod view;
mod wire;

use std::collections::{BTreeSet, HashMap};

pub use self::authorize::Approval;
pub use self::behaviour::{Behaviour, Flavour, Idempotency, PasswordGrant, Uploads};
pub use self::hand::{Options, Poll};
pub use self::limits::Limits;
pub use self::oauth::PASSWORD;
pub use self::view::View;

use self::attached::Media;
use self::interact::Mark;
use self::limits::{Budget, Class, Limiter, too_many};
use self::model::{Account, App, Code, Ids, Status, Token};
use self::publish::Remembered;
use self::wire::{Params, error, header, plain};
use super::{Call, Form, Reply, Service, Streamed};
use crate::core::post::{PostId, Timestamp};

/// A server.
#[derive(Debug)]
pub struct MastodonWorld {
    /// What it does; may be changed at any time.
    pub behaviour: Behaviour,
    host: String,
    owner: String,
    accounts: Vec<Account>,
    statuses: Vec<Status>,
    /// Attached to them or not.
    media: Vec<Media>,
    apps: Vec<App>,
    codes: Vec<Code>,
    tokens: Vec<Token>,
    keys: HashMap<(String, String), Remembered>,
    ids: Ids,
    limiter: Limiter,
    opaque_made: u64,
    created_by_api: usize,
    mentions_made: Vec<(PostId, String)>,
    emojis: BTreeSet<String>,
    /// When the request came that is being answered.
    now: Timestamp,
}

impl MastodonWorld {
    /// A server called `host` (`social.example`; it is reached at [`Call::base`]) with one account.
    #[must_use]
    pub fn new(host: &str, owner: &str, behaviour: Behaviour) -> Self {
        let mut world = Self {
            behaviour,
            host: host.to_owned(),
            owner: String::new(),
            accounts: Vec::new(),
            statuses: Vec::new(),
            media: Vec::new(),
            apps: Vec::new(),
            codes: Vec::new(),
            tokens: Vec::new(),
            keys: HashMap::new(),
            ids: Ids::default(),
            limiter: Limiter::default(),
            opaque_made: 0,
            created_by_api: 0,
            mentions_made: Vec::new(),
            emojis: BTreeSet::new(),
            now: Timestamp::from_millis(0),
        };
        world.owner = world.add_account(owner, None, false);
        world
    }

    fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    fn status(&self, id: &str) -> Option<&Status> {
        self.statuses.iter().find(|status| status.id == id)
    }

    /// What `GoToSocial` refuses in any client, and this sandbox in every one.
    fn manners(call: &Call) -> Option<Reply> {
        if header(call, "user-agent").is_none_or(|agent| agent.trim().is_empty()) {
            return Some(error(418, "I'm a teapot: no user-agent sent with request"));
        }
        let json = |range: &str| {
            let kind = range.split(';').next().unwrap_or_default().trim();
            matches!(kind, "*/*" | "application/*" | "application/json")
        };
        let accept = header(call, "accept").unwrap_or("*/*");
        let text = "Not Acceptable: only application/json can be offered";
        (!is_page(&call.path) && !accept.split(',').any(json)).then(|| error(406, text))
    }

    /// Counts a request against every limit that it falls under; the tightest one is told.
    fn count(&mut self, call: &Call, now: Timestamp) -> Budget {
        let token = self.known_token(call).filter(|token| !token.revoked).cloned();
        let limits = &self.behaviour.limits;
        let mut counted = |class, key: &str| self.limiter.count(limits, class, key, now);
        let mut budget = match &token {
            None => counted(Class::Anonymous, ""),
            Some(token) => counted(Class::Token, &token.value),
        };
        let person = token.and_then(|token| token.account);
        if let Some(person) = &person {
            budget = budget.tighter(counted(Class::Person, person));
            let cursor = |key: &str| matches!(key, "page" | "max_id" | "since_id" | "min_id");
            if call.query.iter().any(|(key, _)| cursor(key)) {
                budget = budget.tighter(counted(Class::Cursors, person));
            }
            if Self::is_upload(call) {
                budget = budget.tighter(counted(Class::Media, person));
            }
            if is_undoing(call) {
                budget = budget.tighter(counted(Class::Deletes, person));
            }
        }
        if call.method == "POST" && call.path == "/api/v1/apps" {
            budget = budget.tighter(counted(Class::Apps, ""));
        }
        budget
    }

    fn route(&mut self, call: &Call, form: Option<&Form>, now: Timestamp) -> Result<Reply, Reply> {
        let params = Params::of(call)?;
        let path: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        match (call.method.as_str(), path.as_slice()) {
            ("GET", [".well-known", "nodeinfo"]) => Ok(self.nodeinfo(call, false)),
            ("GET", ["nodeinfo", "2.0"]) => Ok(self.nodeinfo(call, true)),
            ("GET", [".well-known", "oauth-authorization-server"]) if self.behaviour.metadata => {
                Ok(self.oauth_metadata(&call.base))
            }
            ("GET" | "POST", ["oauth", "authorize"]) => Ok(self.authorize(call, now)),
            ("GET", ["oauth", "authorize", "native"]) => Ok(Self::show_code(call)),
            ("POST", ["oauth", "token"]) => self.token(call, &params, now),
            ("POST", ["oauth", "revoke"]) => self.revoke(call, &params),
            ("GET", ["api", "v2", "instance"]) => Ok(self.instance_v2(call)),
            ("GET", ["api", "v1", "instance"]) => Ok(self.instance_v1(call)),
            ("POST", ["api", "v1", "apps"]) => self.register_app(&params),
            ("GET", ["api", "v1", "apps", "verify_credentials"]) => self.verify_app(call),
            ("GET", ["api", "v1", "accounts", "verify_credentials"]) => self.verify_account(call),
            ("GET", ["api", "v1", "accounts", id, "statuses"]) => self.account_statuses(call, &params, id, now),
            ("POST", ["api", version @ ("v1" | "v2"), "media"]) => self.upload(call, form, *version == "v2", now),
            ("GET", ["api", "v1", "media", id]) => self.read_media(call, id, now),
            ("PUT", ["api", "v1", "media", id]) => self.change_media(call, &params, id, now),
            ("DELETE", ["api", "v1", "media", id]) => self.delete_media(call, id, now),
            ("GET", ["api", "v1", "timelines", "home"]) => self.home(call, &params, now),
            ("POST", ["api", "v1", "statuses"]) => self.create(call, &params, now),
            ("GET", ["api", "v1", "statuses"]) => self.read_statuses(call, &params),
            ("GET", ["api", "v1", "statuses", id]) => self.read_status(call, id),
            ("PUT", ["api", "v1", "statuses", id]) => self.edit_status(call, &params, id, now),
            ("DELETE", ["api", "v1", "statuses", id]) => self.delete_status(call, id),
            ("GET", ["api", "v1", "statuses", id, "source"]) => self.read_source(call, id),
            ("GET", ["api", "v1", "statuses", id, "context"]) => self.read_context(call, id),
            ("GET", ["api", "v1", "statuses", id, "history"]) => self.read_history(call, id),
            ("POST", ["api", "v1", "statuses", id, "unreblog"]) => self.unboost_status(call, id),
            ("POST", ["api", "v1", "statuses", id, "favourite"]) => self.mark_status(call, id, Mark::Favourite, true),
            ("POST", ["api", "v1", "statuses", id, "unfavourite"]) => {
                self.mark_status(call, id, Mark::Favourite, false)
            }
            ("POST", ["api", "v1", "statuses", id, "bookmark"]) => self.mark_status(call, id, Mark::Bookmark, true),
            ("POST", ["api", "v1", "statuses", id, "unbookmark"]) => self.mark_status(call, id, Mark::Bookmark, false),
            ("POST", ["api", "v1", "statuses", id, "reblog"]) => self.boost_status(call, &params, id, now),
            _ if self.behaviour.is_gotosocial() => Err(plain(404, "404 page not found")),
            _ => Err(error(404, "Not Found")),
        }
    }

    /// `GET /api/v1/accounts/verify_credentials`.
    fn verify_account(&self, call: &Call) -> Result<Reply, Reply> {
        let user = self.user(call, &["profile", "read:accounts"])?;
        let account = self.account(&user.id).ok_or_else(|| self.not_found())?;
        Ok(wire::json(200, &self.credentials_json(account, &call.base)))
    }
}

/// Whether a path is a page for a browser.
fn is_page(path: &str) -> bool {
    path.starts_with("/oauth/authorize")
}

/// Whether a request falls under the limit of posts, edits and boosts.
fn is_write(call: &Call) -> bool {
    let path = call.path.strip_prefix("/api/v1/statuses").unwrap_or("-");
    match call.method.as_str() {
        "POST" => path.is_empty() || path.ends_with("/reblog"),
        "PUT" => path.starts_with('/'),
        _ => false,
    }
}

/// Whether a request falls under the limit of deletions.
fn is_undoing(call: &Call) -> bool {
    let Some(rest) = call.path.strip_prefix("/api/v1/statuses/") else { return false };
    match call.method.as_str() {
        "DELETE" => true,
        "POST" => rest.ends_with("/unreblog"),
        _ => false,
    }
}

impl MastodonWorld {
    fn serve(&mut self, call: &Call, form: Option<&Form>, now: Timestamp) -> Reply {
        self.now = now;
        if let Some(refusal) = Self::manners(call) {
            return refusal;
        }
        if !call.path.starts_with("/api/") {
            return self.route(call, form, now).unwrap_or_else(|refusal| refusal);
        }
        let flavour = self.behaviour.flavour;
        let budget = self.count(call, now);
        if budget.exceeded() {
            return budget.tell(flavour, too_many(flavour));
        }
        let reply = self.route(call, form, now).unwrap_or_else(|refusal| refusal);
        let budget = if is_write(call) {
            // Told as it stands after the request.
            let person = self.known_token(call).and_then(|token| token.account.clone()).unwrap_or_default();
            self.limiter.peek(&self.behaviour.limits, Class::Writes, &person, now)
        } else {
            budget
        };
        budget.tell(flavour, reply)
    }
}

impl Service for MastodonWorld {
    fn handle(&mut self, call: &Call, now: Timestamp) -> Reply {
        self.serve(call, None, now)
    }

    fn stream(&mut self, call: &Call, _now: Timestamp) -> Option<Result<Streamed, Reply>> {
        (call.method == "GET").then(|| self.file(&call.path)).flatten().map(Ok)
    }

    fn form_limit(&mut self, head: &Call) -> Option<u64> {
        Self::is_upload(head).then(|| self.behaviour.uploads.proxy_limit.unwrap_or(u64::MAX))
    }

    fn handle_form(&mut self, call: &Call, form: Result<Form, &'static str>, now: Timestamp) -> Reply {
        match form {
            Ok(form) => self.serve(call, Some(&form), now),
            Err(_) => error(400, "Error occurred while parsing request parameters"),
        }
    }

    fn too_large(&mut self, _head: &Call) -> Reply {
        Self::entity_too_large()
    }
}
