//! `GET /2/users/me`, `/2/users/:id/tweets`, `/2/tweets`, `/2/tweets/:id` (x-api.md 2).

use serde_json::{Map, Value, json};

use super::Caller;
use super::asked::{Asked, Dialect};
use super::attached;
use super::bill::Charge;
use super::model::Tweet;
use super::problems::{Problems, not_found};
use super::view::{Included, View};
use super::world::TwitterWorld;
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

/// How deep a timeline goes.
const DEPTH: usize = 3200;
/// How deep it goes without replies.
const DEPTH_WITHOUT_REPLIES: usize = 800;
/// 2010-11-06T00:00:00Z: no earlier time is taken.
const EARLIEST_SECS: i64 = 1_289_001_600;
/// Page tokens are opaque: nobody shall find an id in one.
const TOKEN_MASK: u64 = 0x5bd1_e995_9d1b_54a3;

/// Which part of a timeline is asked for.
struct Page {
    max_results: usize,
    since_id: Option<u64>,
    until_id: Option<u64>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    token: Option<Turn>,
    without_replies: bool,
    without_reposts: bool,
}

/// A page token: on to what is older than a post, or back to what is newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    OlderThan(u64),
    NewerThan(u64),
}

impl Turn {
    fn write(self) -> String {
        let (id, direction) = match self {
            Self::OlderThan(id) => (id, 'n'),
            Self::NewerThan(id) => (id, 'p'),
        };
        format!("7140d{direction}{:016x}", id ^ TOKEN_MASK)
    }

    fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("7140d")?;
        let (direction, digits) = rest.split_at_checked(1)?;
        let id = u64::from_str_radix(digits, 16).ok()? ^ TOKEN_MASK;
        match direction {
            "n" => Some(Self::OlderThan(id)),
            "p" => Some(Self::NewerThan(id)),
            _ => None,
        }
    }
}

/// An id as X takes it.
pub(super) fn id(text: &str) -> Option<u64> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// A time as X takes it: `YYYY-MM-DDTHH:mm:ssZ`.
fn time(text: &str) -> Option<Timestamp> {
    let time = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    (text.ends_with('Z') && time.unix_timestamp() >= EARLIEST_SECS).then(|| Timestamp::from_secs(time.unix_timestamp()))
}

/// A parameter, read; `None` when it is not there.
fn optional<T>(
    call: &Call,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
    problems: Problems,
) -> Result<Option<T>, Reply> {
    let Some(text) = call.query(name) else { return Ok(None) };
    let refuse =
        || problems.invalid_parameter(name, text, &format!("The `{name}` query parameter value [{text}] is not valid"));
    read(text).map(Some).ok_or_else(refuse)
}

impl Page {
    fn read(call: &Call, problems: Problems) -> Result<Self, Reply> {
        let max_results = call.query("max_results").unwrap_or("10");
        let max_results = max_results.parse().ok().filter(|max| (5..=100).contains(max)).ok_or_else(|| {
            let message = format!("The `max_results` query parameter value [{max_results}] is not between 5 and 100");
            problems.invalid_parameter("max_results", max_results, &message)
        })?;
        let (since_id, until_id) =
            (optional(call, "since_id", id, problems)?, optional(call, "until_id", id, problems)?);
        if let (Some(since), Some(until)) = (since_id, until_id)
            && until <= since
        {
            let message = format!("The `until_id` query parameter value [{until}] must be larger than `since_id`");
            return Err(problems.invalid_parameter("until_id", &until.to_string(), &message));
        }
        let (mut without_replies, mut without_reposts) = (false, false);
        if let Some(list) = call.query("exclude") {
            for name in list.split(',') {
                match name {
                    "replies" => without_replies = true,
                    "retweets" => without_reposts = true,
                    _ => {
                        let message =
                            format!("The `exclude` query parameter value [{name}] is not one of [replies,retweets]");
                        return Err(problems.invalid_parameter("exclude", list, &message));
                    }
                }
            }
        }
        Ok(Self {
            max_results,
            since_id,
            until_id,
            start: optional(call, "start_time", time, problems)?,
            end: optional(call, "end_time", time, problems)?,
            token: optional(call, "pagination_token", Turn::read, problems)?,
            without_replies,
            without_reposts,
        })
    }

    /// Whether a post lies within the bounds that were asked for; ids take precedence over times.
    fn holds(&self, post: &Tweet) -> bool {
        let after = match self.since_id {
            Some(since) => post.id > since,
            None => self.start.is_none_or(|start| post.created.secs() >= start.secs()),
        };
        let before = match self.until_id {
            Some(until) => post.id < until,
            None => self.end.is_none_or(|end| post.created.secs() < end.secs()),
        };
        after && before
    }

    /// Whether a post was asked to be left out. Self-replies never are: a bug of many years.
    fn leaves_out(&self, post: &Tweet) -> bool {
        let reply_to_other = post.reply_to_user.is_some_and(|user| user != post.author);
        (self.without_replies && reply_to_other) || (self.without_reposts && post.draft.repost_of.is_some())
    }

    /// One page of these posts (newest first): its ids and the tokens of the next and the previous one.
    fn cut(&self, posts: &[u64]) -> (Vec<u64>, Option<Turn>, Option<Turn>) {
        let page: Vec<u64> = match self.token {
            None => posts.iter().copied().take(self.max_results).collect(),
            Some(Turn::OlderThan(id)) => {
                posts.iter().copied().filter(|post| *post < id).take(self.max_results).collect()
            }
            Some(Turn::NewerThan(id)) => {
                let newer: Vec<u64> = posts.iter().copied().filter(|post| *post > id).collect();
                newer.get(newer.len().saturating_sub(self.max_results)..).unwrap_or_default().to_vec()
            }
        };
        // A full page promises another, even where that one is empty.
        let next = page.last().filter(|_| page.len() == self.max_results).map(|last| Turn::OlderThan(*last));
        let previous = page.first().filter(|_| self.token.is_some()).map(|first| Turn::NewerThan(*first));
        (page, next, previous)
    }
}

impl TwitterWorld {
    fn asked(&self, call: &Call, others: &[&str]) -> Result<Asked, Reply> {
        let problems = Problems::of(self.settings.dialect == Dialect::New);
        Asked::read(call, others, self.settings.dialect, self.settings.unknown_names, problems)
    }

    pub(super) fn me(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let asked = self.asked(call, &[])?;
        let user = self.users.get(caller.user).ok_or_else(not_found)?;
        let reply = Reply::json(200, &json!({ "data": attached::user(user, &asked.user_fields, true) }));
        self.with_bill(|bill| bill.read(Charge::UserRead, caller.user, now));
        Ok(reply)
    }

    pub(super) fn user_timeline(
        &mut self,
        call: &Call,
        user: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let others = ["max_results", "since_id", "until_id", "start_time", "end_time", "pagination_token", "exclude"];
        let asked = self.asked(call, &others)?;
        let problems = Problems::of(asked.new);
        let bad_id = || {
            let message = format!("The `id` query parameter value [{user}] is not valid");
            problems.invalid_parameter("id", user, &message)
        };
        let author = id(user).ok_or_else(bad_id)?;
        let page = Page::read(call, problems)?;
        match self.users.get(author) {
            None => return Ok(Reply::json(200, &json!({ "errors": [problems.missing("user", "id", user)] }))),
            Some(user) if user.protected && author != caller.user => {
                let error = problems.hidden("user", "id", &author.to_string());
                return Ok(Reply::json(200, &json!({ "errors": [error] })));
            }
            Some(_) => {}
        }
        let depth = if page.without_replies { DEPTH_WITHOUT_REPLIES } else { DEPTH };
        let shown = self.posts.read_timeline(author, now).into_iter().take(depth);
        let shown: Vec<u64> = shown.filter(|id| self.posts.get(*id).is_some_and(|post| page.holds(post))).collect();
        let (ids, next, previous) = page.cut(&shown);
        let posts: Vec<&Tweet> = ids.iter().filter_map(|id| self.posts.get(*id)).collect();
        let posts: Vec<&Tweet> = posts.into_iter().filter(|post| !page.leaves_out(post)).collect();
        let mut meta = json!({ "result_count": posts.len() });
        if let (Some(newest), Some(oldest)) = (posts.first(), posts.last()) {
            meta["newest_id"] = json!(newest.id.to_string());
            meta["oldest_id"] = json!(oldest.id.to_string());
        }
        for (name, turn) in [("next_token", next), ("previous_token", previous)] {
            if let Some(turn) = turn {
                meta[name] = json!(turn.write());
            }
        }
        let ids: Vec<u64> = posts.iter().map(|post| post.id).collect();
        let owned = author == caller.user && author == self.owner;
        let charge = if owned { Charge::OwnedRead } else { Charge::PostRead };
        let mut answer = self.show(&ids, &asked, caller, charge, now);
        answer.insert("meta".to_owned(), meta);
        Ok(Reply::json(200, &Value::Object(answer)))
    }

    pub(super) fn lookup(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let asked = self.asked(call, &["ids"])?;
        let list = call.query("ids").unwrap_or_default();
        let ids: Option<Vec<u64>> = list.split(',').map(id).collect();
        let ids = ids.filter(|ids| ids.len() <= 100).ok_or_else(|| {
            let message = format!("The `ids` query parameter value [{list}] is not valid");
            Problems::of(asked.new).invalid_parameter("ids", list, &message)
        })?;
        let (found, mut errors) = self.find(&ids, "ids", caller, &asked);
        let mut answer = self.show(&found, &asked, caller, Charge::PostRead, now);
        if let Some(Value::Array(others)) = answer.remove("errors") {
            errors.extend(others);
        }
        if !errors.is_empty() {
            answer.insert("errors".to_owned(), Value::Array(errors));
        }
        Ok(Reply::json(200, &Value::Object(answer)))
    }

    pub(super) fn lookup_one(
        &mut self,
        call: &Call,
        text: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let asked = self.asked(call, &[])?;
        let id = id(text).ok_or_else(|| {
            let message = format!("The `id` query parameter value [{text}] is not valid");
            Problems::of(asked.new).invalid_parameter("id", text, &message)
        })?;
        let (found, errors) = self.find(&[id], "id", caller, &asked);
        if !errors.is_empty() {
            return Ok(Reply::json(200, &json!({ "errors": errors })));
        }
        let mut answer = self.show(&found, &asked, caller, Charge::PostRead, now);
        if let Some(Value::Array(data)) = answer.get_mut("data") {
            let one = data.pop().unwrap_or_default();
            answer.insert("data".to_owned(), one);
        }
        Ok(Reply::json(200, &Value::Object(answer)))
    }

    /// Sorts ids into those that the caller may see and errors for the others. Old versions can be seen.
    fn find(&self, ids: &[u64], parameter: &str, caller: &Caller, asked: &Asked) -> (Vec<u64>, Vec<Value>) {
        let problems = Problems::of(asked.new);
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for id in ids {
            let text = id.to_string();
            match self.posts.get(*id).filter(|post| !post.deleted) {
                Some(post) if self.may_see(post, caller.user) => found.push(*id),
                Some(_) => errors.push(problems.hidden("tweet", parameter, &text)),
                None => errors.push(problems.missing("tweet", parameter, &text)),
            }
        }
        (found, errors)
    }

    /// Whether an account may see a post: the owner follows nobody who is protected.
    pub(super) fn may_see(&self, post: &Tweet, user: u64) -> bool {
        post.author == user || !self.users.get(post.author).is_some_and(|author| author.protected)
    }

    /// `data` (left out when empty), `includes` and `errors` about these; puts them on the bill: what is included at
    /// the price of what was asked for where it is the caller's own, of a post of somebody's where it is not.
    fn show(
        &mut self,
        ids: &[u64],
        asked: &Asked,
        caller: &Caller,
        charge: Charge,
        now: Timestamp,
    ) -> Map<String, Value> {
        let view = View { world: self, asked, caller: caller.user, now };
        let (mut data, mut included) = (Vec::new(), Included::default());
        for post in ids.iter().filter_map(|id| self.posts.get(*id)) {
            data.push(view.post(post));
            view.include(post, &mut included);
        }
        let mut reads: Vec<(Charge, u64)> = ids.iter().map(|id| (charge, *id)).collect();
        for id in &included.posts {
            let is_own = self.posts.get(*id).is_some_and(|post| post.author == caller.user);
            reads.push((if is_own { charge } else { Charge::PostRead }, *id));
        }
        reads.extend(included.users.iter().map(|id| (Charge::UserRead, *id)));
        let mut answer = Map::new();
        if !data.is_empty() {
            answer.insert("data".to_owned(), Value::Array(data));
        }
        if !included.errors.is_empty() {
            answer.insert("errors".to_owned(), Value::Array(std::mem::take(&mut included.errors)));
        }
        if let Some(includes) = view.includes(included) {
            answer.insert("includes".to_owned(), includes);
        }
        self.with_bill(|bill| reads.into_iter().for_each(|(charge, id)| bill.read(charge, id, now)));
        answer
    }
}
