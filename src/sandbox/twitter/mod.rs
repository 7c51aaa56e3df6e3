//! X's API v2 as a mirror of one account sees it, and as strict (x-api.md).
//!
//! | here | what |
//! | --- | --- |
//! | this file | who calls, may they, what is it: signature, credits, permissions, rate limits, routes |
//! | `world`, `model`, `settings` | what exists; what tests can look at and change |
//! | `hand` | people who write, edit, repost and delete in the app |
//! | `reading`, `asked`, `view`, `attached` | timelines and lookups, in both dialects |
//! | `text`, `mentions`, `wire` | what X makes of a text |
//! | `body`, `posting`, `reposting` | creating, editing, deleting, reposting |
//! | `uploading`, `uploads` | files, whole and in segments, and their alt texts |
//! | `signin`, `oauth1` | the PIN flow; signatures |
//! | `problems`, `limits`, `bill` | refusals in X's words; rate limits; what it all costs |
//!
//! Not simulated: the activity stream, app-only tokens, usage endpoints.

mod asked;
mod attached;
mod bill;
mod body;
mod hand;
mod limits;
mod mentions;
mod model;
mod oauth1;
mod posting;
mod problems;
mod reading;
mod reposting;
mod settings;
mod signin;
mod text;
mod uploading;
mod uploads;
mod view;
mod wire;
mod world;

pub use asked::{Dialect, UnknownNames};
pub use bill::{Bill, Charge};
pub use limits::Endpoint;
pub use model::{App, Attachment, Draft, Token, Tweet, User};
pub use settings::{DeletedAgain, Lag, Replies, Settings};
pub use world::{MentionMade, TwitterWorld};

use self::limits::Standing;
use self::oauth1::Header;
use self::problems::Problems;
use super::{Call, Form, Reply, Service, Streamed};
use crate::core::post::Timestamp;

/// Who makes a request.
struct Caller {
    user: u64,
    may_write: bool,
}

/// An endpoint and the id in its path.
enum Route<'a> {
    Me,
    Timeline(&'a str),
    Lookup,
    LookupOne(&'a str),
    Create,
    Delete(&'a str),
    Repost(&'a str),
    Unrepost(&'a str, &'a str),
    Upload,
    UploadStatus,
    Initialize,
    Append(&'a str),
    Finalize(&'a str),
    Metadata,
}

impl Route<'_> {
    fn endpoint(&self) -> Endpoint {
        match self {
            Self::Me => Endpoint::Me,
            Self::Timeline(_) => Endpoint::Timeline,
            Self::Lookup => Endpoint::Lookup,
            Self::LookupOne(_) => Endpoint::LookupOne,
            Self::Create => Endpoint::Create,
            Self::Delete(_) => Endpoint::Delete,
            Self::Repost(_) => Endpoint::Repost,
            Self::Unrepost(..) => Endpoint::Unrepost,
            Self::Upload => Endpoint::Upload,
            Self::UploadStatus => Endpoint::UploadStatus,
            Self::Initialize => Endpoint::Initialize,
            Self::Append(_) => Endpoint::Append,
            Self::Finalize(_) => Endpoint::Finalize,
            Self::Metadata => Endpoint::Metadata,
        }
    }

    fn writes(&self) -> bool {
        !matches!(self, Self::Me | Self::Timeline(_) | Self::Lookup | Self::LookupOne(_) | Self::UploadStatus)
    }
}

fn route<'a>(method: &str, segments: &[&'a str]) -> Result<Route<'a>, Reply> {
    match (method, segments) {
        ("GET", ["2", "users", "me"]) => Ok(Route::Me),
        ("GET", ["2", "users", id, "tweets"]) => Ok(Route::Timeline(id)),
        ("GET", ["2", "tweets"]) => Ok(Route::Lookup),
        ("GET", ["2", "tweets", id]) => Ok(Route::LookupOne(id)),
        ("POST", ["2", "tweets"]) => Ok(Route::Create),
        ("DELETE", ["2", "tweets", id]) => Ok(Route::Delete(id)),
        ("POST", ["2", "users", id, "retweets"]) => Ok(Route::Repost(id)),
        ("DELETE", ["2", "users", id, "retweets", post]) => Ok(Route::Unrepost(id, post)),
        ("POST", ["2", "media", "upload"]) => Ok(Route::Upload),
        ("GET", ["2", "media", "upload"]) => Ok(Route::UploadStatus),
        ("POST", ["2", "media", "upload", "initialize"]) => Ok(Route::Initialize),
        ("POST", ["2", "media", "upload", id, "append"]) => Ok(Route::Append(id)),
        ("POST", ["2", "media", "upload", id, "finalize"]) => Ok(Route::Finalize(id)),
        ("POST", ["2", "media", "metadata"]) => Ok(Route::Metadata),
        (
            _,
            ["2", "users", "me"]
            | ["2", "users", _, "tweets" | "retweets"]
            | ["2", "users", _, "retweets", _]
            | ["2", "tweets"]
            | ["2", "tweets", _]
            | ["2", "media", "upload" | "metadata"]
            | ["2", "media", "upload", "initialize"]
            | ["2", "media", "upload", _, "append" | "finalize"],
        ) => Err(problems::method_not_allowed()),
        _ => Err(problems::not_found()),
    }
}

impl Service for TwitterWorld {
    fn handle(&mut self, call: &Call, now: Timestamp) -> Reply {
        self.serve(call, None, now)
    }

    fn stream(&mut self, call: &Call, _now: Timestamp) -> Option<Result<Streamed, Reply>> {
        (call.method == "GET").then(|| self.file(&call.path)).flatten().map(Ok)
    }

    fn form_limit(&mut self, head: &Call) -> Option<u64> {
        self.most_of(head)
    }

    fn handle_form(&mut self, call: &Call, form: Result<Form, &'static str>, now: Timestamp) -> Reply {
        match form {
            Ok(form) => self.serve(call, Some(&form), now),
            Err(why) => Problems::of(self.settings.dialect == Dialect::New).invalid_body(why),
        }
    }
}

impl TwitterWorld {
    fn serve(&mut self, call: &Call, form: Option<&Form>, now: Timestamp) -> Reply {
        match (call.method.as_str(), call.segments().as_slice()) {
            ("POST", ["oauth", "request_token"]) => return self.request_token(call, now),
            ("GET", ["oauth", "authorize"]) => return self.authorize(call),
            ("POST", ["oauth", "access_token"]) => return self.access_token(call, now),
            _ => {}
        }
        let segments = call.segments();
        let route = match route(&call.method, &segments) {
            Ok(route) => route,
            Err(reply) => return reply,
        };
        let caller = match self.caller(call, now) {
            Ok(caller) => caller,
            Err(why) => {
                self.refused_sign_ins.push(why);
                return problems::unauthorized();
            }
        };
        let standing = self.limits.count(caller.user, route.endpoint(), now);
        let allowed = self.check(&route, call, &caller, standing, now);
        let reply = allowed.and_then(|()| self.answer(&route, call, form, &caller, now));
        let reply = reply.unwrap_or_else(|refusal| refusal);
        reply
            .with_header("x-rate-limit-limit", standing.limit.to_string())
            .with_header("x-rate-limit-remaining", standing.remaining.to_string())
            .with_header("x-rate-limit-reset", standing.reset.to_string())
            .with_header("x-access-level", if caller.may_write { "read-write" } else { "read" })
    }

    /// Who calls, or why nobody may know.
    fn caller(&mut self, call: &Call, now: Timestamp) -> Result<Caller, &'static str> {
        let text = call.header("authorization").ok_or("no Authorization header")?;
        if let Some(bearer) = text.strip_prefix("Bearer ") {
            let known = self.bearers.iter().find(|(token, _)| token == bearer);
            return known.map(|(_, user)| Caller { user: *user, may_write: true }).ok_or("a bearer that is not known");
        }
        let header = Header::read(text)?;
        if header.consumer_key() != self.app.consumer_key {
            return Err("an API key that is not known");
        }
        let token = self.tokens.iter().find(|token| Some(token.key.as_str()) == header.token());
        let token = token.ok_or("a token that is not known")?;
        header.check_signature(call, &self.app.consumer_secret, &token.secret)?;
        let caller = Caller { user: token.user, may_write: token.may_write };
        self.nonces.check(&header, now)?;
        Ok(caller)
    }

    /// Refuses what is refused whatever is asked for.
    fn check(
        &self,
        route: &Route<'_>,
        call: &Call,
        caller: &Caller,
        standing: Standing,
        now: Timestamp,
    ) -> Result<(), Reply> {
        let problems = Problems::of(self.settings.dialect == Dialect::New);
        if !self.settings.enrolled {
            return Err(problems.not_enrolled());
        }
        if self.settings.credits_micro_usd == Some(0) {
            return Err(Problems::credits_depleted());
        }
        if self.settings.spend_cap_micro_usd.is_some_and(|cap| self.bill.total_micro_usd() >= cap) {
            return Err(Problems::spend_cap_reached(now));
        }
        if standing.exceeded {
            return Err(problems::too_many_requests());
        }
        if self.settings.usage_capped {
            return Err(Problems::usage_capped());
        }
        if route.writes() && !caller.may_write {
            return Err(Problems::read_only());
        }
        let mut names: Vec<&str> = call.query.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(name) = names.windows(2).find_map(|pair| pair.first().filter(|name| pair.last() == Some(name))) {
            let value = call.query(name).unwrap_or_default();
            return Err(problems.invalid_parameter(name, value, &format!("Duplicate query parameter [{name}]")));
        }
        Ok(())
    }

    fn answer(
        &mut self,
        route: &Route<'_>,
        call: &Call,
        form: Option<&Form>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        match route {
            Route::Me => self.me(call, caller, now),
            Route::Timeline(id) => self.user_timeline(call, id, caller, now),
            Route::Lookup => self.lookup(call, caller, now),
            Route::LookupOne(id) => self.lookup_one(call, id, caller, now),
            Route::Create => self.post_tweet(call, caller, now),
            Route::Delete(id) => self.delete_tweet(id, caller),
            Route::Repost(user) => self.repost(call, user, caller, now),
            Route::Unrepost(user, post) => self.unrepost(user, post, caller),
            Route::Upload => self.upload_whole(call, form, caller, now),
            Route::UploadStatus => self.upload_status(call, caller, now),
            Route::Initialize => self.initialize(call, caller, now),
            Route::Append(id) => self.append(id, form, caller, now),
            Route::Finalize(id) => self.finalize(id, caller, now),
            Route::Metadata => self.describe(call, caller, now),
        }
    }
}
