//! `POST /2/tweets` and `DELETE /2/tweets/:id`, with the rules for self-serve apps (x-api.md 3).

use serde_json::{Map, Value, json};

use super::Caller;
use super::asked::{Asked, Dialect};
use super::bill::Charge;
use super::model::Draft;
use super::problems::{Problems, duplicate, forbidden, not_permitted};
use super::reading::id;
use super::text::{self, Parsed};
use super::view::View;
use super::world::{MentionMade, TwitterWorld};
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

/// Keys of the body that are known, with their type in the words of X's validator.
const KEYS: [(&str, &str); 16] = [
    ("text", "string"),
    ("reply", "object"),
    ("media", "object"),
    ("poll", "object"),
    ("geo", "object"),
    ("edit_options", "object"),
    ("quote_tweet_id", "string"),
    ("reply_settings", "string"),
    ("card_uri", "string"),
    ("community_id", "string"),
    ("direct_message_deep_link", "string"),
    ("made_with_ai", "boolean"),
    ("paid_partnership", "boolean"),
    ("for_super_followers_only", "boolean"),
    ("nullcast", "boolean"),
    ("share_with_followers", "boolean"),
];
/// Those that need what the simulated account has not: Enterprise, Premium, a community, a card, an attachment.
const NOT_PERMITTED: [&str; 9] = [
    "poll",
    "geo",
    "edit_options",
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "for_super_followers_only",
    "nullcast",
    "share_with_followers",
];
const REPLY_KEYS: [(&str, &str); 3] = [
    ("in_reply_to_tweet_id", "string"),
    ("exclude_reply_user_ids", "array"),
    ("auto_populate_reply_metadata", "boolean"),
];
const REPLY_SETTINGS: [&str; 4] = ["following", "mentionedUsers", "subscribers", "verified"];

/// The type of a value in the words of X's validator.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Checks the keys of an object and their types; `at` is where it stands in the body.
fn check_keys(object: &Map<String, Value>, at: &str, keys: &[(&str, &str)], problems: Problems) -> Result<(), Reply> {
    for (key, value) in object {
        let Some((_, expected)) = keys.iter().find(|(known, _)| known == key) else {
            return Err(problems.invalid_body(&format!(
                "{at}.{key}: is not defined in the schema and the schema does not allow additional properties"
            )));
        };
        let found = type_name(value);
        if found != *expected {
            return Err(problems.invalid_body(&format!("{at}.{key}: {found} found, {expected} expected")));
        }
    }
    Ok(())
}

/// What a body asks for.
struct Wanted {
    text: String,
    reply_to: Option<u64>,
    quotes: bool,
}

impl Wanted {
    fn read(call: &Call, problems: Problems) -> Result<Self, Reply> {
        if !call.is_of_type("application/json") {
            return Err(problems.invalid_body("Requests with bodies must have content-type of application/json."));
        }
        if let Some((name, value)) = call.query.first() {
            let message = format!("The query parameter [{name}] is not one of []");
            return Err(problems.invalid_parameter(name, value, &message));
        }
        let body: Value =
            serde_json::from_slice(&call.body).map_err(|_| problems.invalid_body("Request body is not valid JSON."))?;
        let Value::Object(body) = body else {
            return Err(problems.invalid_body(&format!("$: {} found, object expected", type_name(&body))));
        };
        check_keys(&body, "$", &KEYS, problems)?;
        if let Some(setting) = body.get("reply_settings").and_then(Value::as_str)
            && !REPLY_SETTINGS.contains(&setting)
        {
            let all = REPLY_SETTINGS.join(", ");
            let message = format!("$.reply_settings: does not have a value in the enumeration [{all}]");
            return Err(problems.invalid_body(&message));
        }
        let reply_to = match body.get("reply").and_then(Value::as_object) {
            None => None,
            Some(reply) => {
                check_keys(reply, "$.reply", &REPLY_KEYS, problems)?;
                let target = reply.get("in_reply_to_tweet_id").and_then(Value::as_str);
                let target = target.ok_or_else(|| {
                    problems.invalid_body("$.reply.in_reply_to_tweet_id: is missing but it is required")
                })?;
                Some(id(target).ok_or_else(|| {
                    problems
                        .invalid_body("$.reply.in_reply_to_tweet_id: does not match the regex pattern ^[0-9]{1,19}$")
                })?)
            }
        };
        if body.contains_key("media") {
            // Nothing was ever uploaded here.
            return Err(problems.invalid_body("Your media IDs are invalid."));
        }
        if NOT_PERMITTED.iter().any(|key| body.contains_key(*key)) {
            return Err(not_permitted());
        }
        let text = body.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { text, reply_to, quotes: body.contains_key("quote_tweet_id") })
    }
}

impl TwitterWorld {
    pub(super) fn post_tweet(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let new = self.settings.dialect == Dialect::New;
        let problems = Problems::of(new);
        let wanted = Wanted::read(call, problems)?;
        let parsed = Parsed::new(&self.as_kept(&wanted.text));
        self.check_text(&wanted.text, &parsed, problems)?;
        if wanted.quotes {
            return Err(forbidden(
                "Quoting this post is not allowed because you have not been mentioned or are not part of the \
                 conversation thread.",
            ));
        }
        let summoned = wanted.reply_to.map_or(Ok(false), |target| self.check_reply(target, caller.user, problems))?;
        if self.is_duplicate(&parsed, caller.user, now) {
            return Err(duplicate());
        }
        let own_name = self.users.get(caller.user).map(|user| user.username.to_ascii_lowercase());
        let named = parsed.mentions().filter(|name| Some(name.to_ascii_lowercase()) != own_name);
        let named: Vec<String> = named.map(ToOwned::to_owned).collect();
        let draft = Draft { reply_to: wanted.reply_to, ..Draft::text(&wanted.text) };
        let app = self.app.name.clone();
        let id = self.create(caller.user, draft, Some(app), now).ok_or_else(not_permitted)?;
        self.mentions_made.extend(named.into_iter().map(|name| MentionMade { post: id, name }));
        self.charge(if parsed.links().next().is_some() {
            Charge::CreateWithUrl
        } else if summoned {
            Charge::CreateSummoned
        } else {
            Charge::Create
        });
        let asked = Asked::default();
        let view = View { posts: &self.posts, users: &self.users, asked: &asked };
        let text = self.posts.get(id).map(|post| view.texts(post).0.text).unwrap_or_default();
        let history = if new { "edit_history_post_ids" } else { "edit_history_tweet_ids" };
        let id = id.to_string();
        Ok(Reply::json(201, &json!({ "data": { "id": id, "text": text, history: [id] } })))
    }

    /// Whether the account has posted this text lately, by hand or not, in answer to anything or nothing.
    fn is_duplicate(&self, parsed: &Parsed, user: u64, now: Timestamp) -> bool {
        let window = self.settings.duplicate_window_secs.saturating_mul(1000);
        let mut recent = self.posts.live_of(user).take_while(|post| now.millis_since(post.created) < window);
        recent.any(|post| post.draft.repost_of.is_none() && post.parsed.is_same(parsed))
    }

    /// Refuses texts that X refuses, whatever they answer.
    fn check_text(&self, text: &str, parsed: &Parsed, problems: Problems) -> Result<(), Reply> {
        if self.as_kept(text).is_empty() {
            return Err(problems.invalid_body("$: text or media is missing but one of them is required"));
        }
        if text::has_invalid_character(text) {
            return Err(problems.invalid_body("$.text: contains an invalid character"));
        }
        if parsed.weight() > self.settings.max_length {
            return Err(problems.too_long(self.settings.too_long_status));
        }
        if parsed.cashtags().count() > 1 {
            return Err(not_permitted());
        }
        Ok(())
    }

    /// Whether a reply to this post was asked for by its author (`true`) or continues the caller's own (`false`);
    /// refused when it is neither.
    fn check_reply(&self, target: u64, user: u64, problems: Problems) -> Result<bool, Reply> {
        let Some(post) = self.posts.get(target).filter(|post| !post.deleted) else {
            return Err(forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."));
        };
        if post.author == user {
            return Ok(false);
        }
        let own_name = self.users.get(user).map_or("", |user| user.username.as_str());
        let mentioned = post.parsed.mentions().any(|name| name.eq_ignore_ascii_case(own_name));
        let quoted = post.draft.quote_of.and_then(|id| self.posts.get(id)).is_some_and(|post| post.author == user);
        if mentioned || quoted { Ok(true) } else { Err(problems.reply_not_allowed(target)) }
    }

    pub(super) fn delete_tweet(&mut self, text: &str, caller: &Caller) -> Result<Reply, Reply> {
        let problems = Problems::of(self.settings.dialect == Dialect::New);
        let target = id(text).ok_or_else(|| {
            let message = format!("The `id` query parameter value [{text}] is not valid");
            problems.invalid_parameter("id", text, &message)
        })?;
        match self.posts.get(target) {
            None => return Err(Reply::json(404, &json!({ "errors": [problems.missing("tweet", "id", text)] }))),
            Some(post) if post.author != caller.user => {
                return Err(forbidden("You are not authorized to delete this Tweet."));
            }
            Some(_) => {}
        }
        // A post that is gone already is deleted once more, as nobody knows what X says then.
        if self.delete(target) {
            self.charge(Charge::Delete);
        }
        Ok(Reply::json(200, &json!({ "data": { "deleted": true } })))
    }
}
