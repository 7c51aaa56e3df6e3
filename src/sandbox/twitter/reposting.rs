//! `POST /2/users/:id/retweets` and `DELETE /2/users/:id/retweets/:tweet_id` (x-api.md 3.2, 5.2).

use serde_json::json;

use super::Caller;
use super::asked::Dialect;
use super::bill::Charge;
use super::body;
use super::model::Draft;
use super::problems::{Problems, forbidden, not_permitted};
use super::reading::id;
use super::world::TwitterWorld;
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

impl TwitterWorld {
    /// Reposts a post; once more is as good as once.
    pub(super) fn repost(&mut self, call: &Call, user: &str, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let problems = Problems::of(self.settings.dialect == Dialect::New);
        check_user(user, caller, problems)?;
        let body = body::body(call, problems)?;
        body::check_keys(&body, "$", &[("tweet_id", "string")], problems)?;
        let target = body::required_id(&body, "$", "tweet_id", problems)?;
        let text = target.to_string();
        let post = self.posts.get(target).filter(|post| !post.deleted);
        let post =
            post.ok_or_else(|| Reply::json(404, &json!({ "errors": [problems.missing("tweet", "id", &text)] })))?;
        let is_shy = self.users.get(post.author).is_some_and(|author| author.protected);
        if is_shy && post.author != caller.user {
            return Err(forbidden("You cannot Retweet a Tweet by a user with a protected account."));
        }
        let app = Some(self.app.name.clone());
        self.create(caller.user, Draft::repost(target), app, now).ok_or_else(not_permitted)?;
        self.charge(Charge::Repost);
        // The documents name the id differently; it is that of the original, not of the repost.
        let name = if self.settings.dialect == Dialect::Legacy { "id" } else { "rest_id" };
        Ok(Reply::json(200, &json!({ "data": { name: text, "retweeted": true } })))
    }

    /// Takes a repost back; that there is none is fine.
    pub(super) fn unrepost(&mut self, user: &str, target: &str, caller: &Caller) -> Result<Reply, Reply> {
        let problems = Problems::of(self.settings.dialect == Dialect::New);
        check_user(user, caller, problems)?;
        let target = id(target).ok_or_else(|| {
            let message = format!("The `source_tweet_id` query parameter value [{target}] is not valid");
            problems.invalid_parameter("source_tweet_id", target, &message)
        })?;
        if let Some(repost) = self.posts.repost(caller.user, target).map(|post| post.id) {
            self.delete(repost);
        }
        self.charge(Charge::Unrepost);
        Ok(Reply::json(200, &json!({ "data": { "retweeted": false } })))
    }
}

/// Nobody reposts in another's name.
fn check_user(user: &str, caller: &Caller, problems: Problems) -> Result<(), Reply> {
    if id(user) == Some(caller.user) {
        return Ok(());
    }
    let own = caller.user;
    let message =
        format!("The `id` query parameter value [{user}] must be the same as the authenticating user [{own}]");
    Err(problems.invalid_parameter("id", user, &message))
}
