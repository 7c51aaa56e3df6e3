//! X (Twitter): API v2 with OAuth 1.0a. `x-api.md` is the source of what is done here.
//!
//! The client itself stands here: what is asked, in which order. Not here: which fields are asked for (`query`), what
//! is sent (`body`), files (`media`), what answers mean (`wire`, `text`, `shared`, `read`), which page is the last (`timeline`), what
//! errors mean (`errors`), signing (`oauth1`, `session`), signing in (`setup`).

pub mod address;
pub mod attached;
mod body;
pub mod errors;
mod lenient;
mod media;
pub mod oauth1;
mod query;
pub mod read;
pub mod session;
pub mod setup;
pub mod shared;
pub mod text;
pub mod timeline;
pub mod wire;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

use self::body::{NewPost, NewRepost};
use self::oauth1::{Keys, Query};
use self::session::Session;
use self::timeline::{Next, Walk};
use super::http::{Answer, BaseUrl, Failure};
use super::{
    Client, Described, Found, Included, Newest, Outcome, Processed, Request, Since, Timeline, Trouble, Uploaded,
};
use crate::clock::Clock;
use crate::core::money::Prices;
use crate::core::post::{Network, Post, PostId, Timestamp};
use crate::core::record::{Attachment, Part};
use crate::core::render::{Counting, Edits, PollLimits, Rules};
use crate::media::File;

/// A post that is not on the timeline after ten minutes was never made. How late X may show one is nowhere said
/// (`anchors.md` B.4, rule 5): generous, as only a doubtful outcome pays for it.
const SETTLE_SECS: i64 = 600;
/// How many posts can be looked up at once (`x-api.md` 2.4).
const MOST_LOOKED_UP: usize = 100;
/// X's polls (`x-api.md` 3).
const POLLS: PollLimits =
    PollLimits { max_options: 4, max_option_length: 25, min_secs: 5 * 60, max_secs: 7 * 86_400, multiple: false };
/// An hour since October 2025 (`x-api.md` 2.3), for Premium accounts; each edit is a post with an id of its own.
const EDITS: Edits = Edits { window_secs: Some(3_600), new_id: true };

/// The owner's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id: digits.
    pub id: String,
    /// Its name, without `@`, when it is known.
    pub username: Option<String>,
}

/// Which address a link becomes that X hid behind t.co.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// The one that was written.
    #[default]
    Expanded,
    /// Where that leads to in the end, through shorteners, where X says it.
    Unwound,
}

/// How the account is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The longest post by weight: 280, or 25,000 with Premium.
    pub max_length: usize,
    /// Whether posts that are reposted, quoted or answered are read as well. X charges for each of them, and for its
    /// author ([`Client::take_included`]): only for mirrors of other people's texts.
    pub read_shared: bool,
    /// What links become.
    pub links: Links,
    /// Whether the account can edit its posts.
    pub premium: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_length: 280, read_shared: false, links: Links::Expanded, premium: false }
    }
}

/// The client.
pub struct Twitter {
    session: Session,
    account: Account,
    settings: Settings,
    /// What came along since it was last asked for.
    included: RefCell<Included>,
}

/// Reads what X's API gave: a page of posts, the answer to a look-up of one, or nothing but a post. Oldest first; what
/// is no post is left out. Posts that are not the account's are among them: their author says so.
///
/// Pure: for files, and for tests. `now` stands in where nothing tells when a post was written.
#[must_use]
pub fn parse(body: &Value, account: &Account, now: Timestamp) -> Vec<Post> {
    parse_with(body, account, Links::default(), now)
}

/// The same, with links as the owner wants them.
#[must_use]
pub fn parse_with(body: &Value, account: &Account, links: Links, now: Timestamp) -> Vec<Post> {
    let mut walk = Walk::default();
    walk.take(wire::Page::of_anything(body), &Since::default(), now);
    walk.finish(account, links, now).0
}

/// What X takes from an account that is used so.
#[must_use]
pub fn rules(settings: &Settings) -> Rules {
    Rules {
        max_length: settings.max_length,
        counting: Counting::Weighted,
        warnings: false,
        polls: Some(POLLS),
        edits: settings.premium.then_some(EDITS),
        media: media::rules(settings),
        settle_secs: SETTLE_SECS,
        prices: Some(Prices::default()),
    }
}

impl Twitter {
    /// Makes a client; nothing is sent.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        base: BaseUrl,
        keys: Keys,
        account: Account,
        settings: Settings,
        clock: Rc<dyn Clock>,
    ) -> Self {
        let session = Session::new(http, base, keys.into(), clock);
        Self { session, account, settings, included: RefCell::default() }
    }

    /// A page of the owner's timeline, and its server's time.
    async fn page(&self, query: &Query<'_>) -> Result<(wire::Page, Timestamp), Trouble> {
        let (page, answer) = page(&self.session, &self.account.id, query).await?;
        self.came_along(&page.includes);
        Ok((page, self.session.time_of(&answer)))
    }

    /// Remembers what is charged for beside the posts that were asked for.
    fn came_along(&self, includes: &wire::Includes) {
        let mut so_far = self.included.borrow_mut();
        so_far.posts.extend(includes.posts.keys().map(PostId::new));
        so_far.authors.extend(includes.users.keys().cloned());
    }

    /// Looks up at most [`MOST_LOOKED_UP`] posts.
    async fn look_up_some(&self, ids: &[&str]) -> Result<Vec<Found>, Trouble> {
        let list = ids.join(",");
        let mut query = vec![("ids", list.as_str())];
        query.extend(query::fields(self.settings.read_shared));
        let answer = self.session.get("/2/tweets", &query).await?;
        let at = self.session.time_of(&answer);
        if !answer.status.is_success() {
            return Err(errors::trouble(&answer, at));
        }
        let found = wire::LookUp::parse(&answer.body)
            .ok_or_else(|| odd(&answer, "it holds neither posts nor what is wrong with them"))?;
        self.came_along(&found.includes);
        // A post whose author is not said may be a stranger's.
        let is_own = |post: &wire::Post| post.author_id.as_ref() == Some(&self.account.id);
        let asked = |id: &str| ids.contains(&id);
        let is_there = |id: &str| found.posts.iter().any(|post| post.id == id);
        let missing = found.missing.iter().filter(|id| asked(id) && !is_there(id));
        let mut all: Vec<Found> = missing.map(|id| Found::Gone(PostId::new(id))).collect();
        check_fields(&found.posts)?;
        let own: BTreeMap<PostId, wire::Post> =
            found.posts.into_iter().filter(is_own).map(|post| (PostId::new(&post.id), post)).collect();
        let includes = &found.includes;
        let context =
            read::Context { account: &self.account, own: &own, includes, links: self.settings.links, fallback: at };
        let here = own.values().filter(|post| asked(&post.id));
        all.extend(here.map(|post| Found::Here(Box::new(read::read(post, &context)))));
        Ok(all)
    }

    /// Sends a post, new or a new version of one.
    async fn create(&self, post: &NewPost<'_>) -> Outcome {
        let address = |id: &str| read::own_address(&self.account, id);
        let sent = self.send("/2/tweets", post).await;
        sent.map_or_else(
            |failed| failed,
            |answer| {
                let outcome = errors::created(&answer, self.session.time_of(&answer), post.is_reply(), address);
                let is_about_media = post.has_media() && errors::is_about_the_media(&answer);
                match outcome {
                    Outcome::Rejected(words) if is_about_media => Outcome::MediaRefused(words),
                    outcome => outcome,
                }
            },
        )
    }

    async fn send(&self, path: &str, body: &impl Serialize) -> Result<Answer, Outcome> {
        let body =
            serde_json::to_vec(body).map_err(|error| Outcome::NotSent(Trouble::Unreachable(error.to_string())))?;
        self.session.post(path, Some(body)).await.map_err(failed)
    }
}

/// What a request came to that got no answer.
fn failed(failure: Failure) -> Outcome {
    match failure {
        Failure::NotSent(_) => Outcome::NotSent(failure.into()),
        Failure::Unclear(why) => Outcome::Unclear { why, duplicate: false },
    }
}

/// A page of an account's timeline, and the answer that it stood in.
async fn page(session: &Session, account: &str, query: &Query<'_>) -> Result<(wire::Page, Answer), Trouble> {
    let answer = session.get(&format!("/2/users/{account}/tweets"), query).await?;
    if !answer.status.is_success() {
        return Err(errors::trouble(&answer, session.time_of(&answer)));
    }
    let page = wire::Page::parse(&answer.body).map_err(|why| match why {
        wire::NoPage::Problem(problem) => errors::trouble_in_success(&problem),
        wire::NoPage::Odd(why) => odd(&answer, why),
    })?;
    if !page.problems.is_empty() {
        tracing::debug!(count = page.problems.len(), "X left something out of a page of the timeline.");
    }
    Ok((page, answer))
}

/// Refuses posts that come without any of the fields asked for. X answers 200 to field names that it does not know
/// (`x-api.md` 0): were ours to go, an answer to a stranger would look like a post of its own, and be mirrored.
fn check_fields(posts: &[wire::Post]) -> Result<(), Trouble> {
    let has_any = posts.iter().any(|post| post.created_at.is_some() || post.author_id.is_some());
    if posts.is_empty() || has_any {
        return Ok(());
    }
    Err(Trouble::NoAnswer("posts come without the fields that were asked for: look for a newer crosspostd".to_owned()))
}

fn odd(answer: &Answer, why: &str) -> Trouble {
    Trouble::NoAnswer(format!("{} with a body that is not as agreed: {why}", answer.status))
}

#[async_trait(?Send)]
impl Client for Twitter {
    fn network(&self) -> Network {
        Network::Twitter
    }

    fn account(&self) -> &str {
        &self.account.id
    }

    fn rules(&self) -> Rules {
        rules(&self.settings)
    }

    fn server_time(&self) -> Option<Timestamp> {
        self.session.server_time()
    }

    async fn newest(&self) -> Result<Newest, Trouble> {
        // Five is the least that can be asked for.
        let (page, at) = self.page(&[("max_results", "5")]).await?;
        if page.unreadable > 0 {
            return Err(Trouble::NoAnswer("the newest posts cannot be read".to_owned()));
        }
        let read: Vec<PostId> = page.posts.into_iter().map(|post| PostId::new(post.id)).collect();
        let id = read.iter().cloned().chain(page.newest_id.map(PostId::new)).max();
        Ok(Newest { id, at, read })
    }

    async fn read(&self, since: &Since) -> Result<Timeline, Trouble> {
        let mut query = vec![("max_results", "100")];
        query.extend(query::fields(self.settings.read_shared));
        // The same on every page, or the pages would not be of one list.
        query.extend(since.after.as_ref().map(|after| ("since_id", after.as_str())));
        let mut walk = Walk::default();
        let (page, at) = self.page(&query).await?;
        check_fields(&page.posts)?;
        let mut next = walk.take(page, since, at);
        while let Next::Page(token) = &next {
            let mut query = query.clone();
            query.push(("pagination_token", token));
            let (page, _) = self.page(&query).await?;
            check_fields(&page.posts)?;
            next = walk.take(page, since, at);
        }
        if walk.unreadable() > 0 {
            tracing::debug!(count = walk.unreadable(), "X sent posts that cannot be read: the timeline has holes.");
        }
        let (posts, complete) = walk.finish(&self.account, self.settings.links, at);
        Ok(Timeline { posts, complete, at })
    }

    async fn publish(&self, request: &Request<'_>) -> Outcome {
        self.create(&NewPost::of(request.part, request.media, request.reply_to)).await
    }

    async fn edit(&self, post: &PostId, part: &Part, media: &[String]) -> Outcome {
        self.create(&NewPost::version(post, part, media)).await
    }

    async fn upload(&self, file: File, _attachment: &Attachment) -> Uploaded {
        self.take_file(file).await
    }

    async fn processed(&self, id: &str) -> Processed {
        self.wait_for(id).await
    }

    async fn describe(&self, id: &str, attachment: &Attachment) -> Described {
        self.tell_metadata(id, attachment).await
    }

    async fn delete(&self, post: &PostId) -> Outcome {
        if !wire::is_id(post.as_str()) {
            return Outcome::Rejected(format!("`{post}` is not the id of a post on X"));
        }
        match self.session.delete(&format!("/2/tweets/{post}")).await {
            Ok(answer) => errors::deleted(&answer, self.session.time_of(&answer), post),
            Err(failure) => failed(failure),
        }
    }

    async fn repost(&self, post: &PostId) -> Outcome {
        let path = format!("/2/users/{}/retweets", self.account.id);
        match self.send(&path, &NewRepost { tweet_id: post.as_str() }).await {
            Ok(answer) => errors::reposted(&answer, self.session.time_of(&answer), post),
            Err(outcome) => outcome,
        }
    }

    async fn latest(&self, count: u8) -> Result<Vec<Post>, Trouble> {
        // Five is the least that can be asked for.
        let asked = count.clamp(5, 100).to_string();
        let mut query = vec![("max_results", asked.as_str())];
        query.extend(query::fields(self.settings.read_shared));
        let (page, at) = self.page(&query).await?;
        check_fields(&page.posts)?;
        let mut walk = Walk::default();
        walk.take(page, &Since::default(), at);
        let (posts, _) = walk.finish(&self.account, self.settings.links, at);
        Ok(super::newest_of(posts, count))
    }

    async fn look_up(&self, posts: &[PostId]) -> Result<Vec<Found>, Trouble> {
        // An id that is none would make X refuse them all.
        let mut ids: Vec<&str> = posts.iter().map(PostId::as_str).filter(|id| wire::is_id(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::new();
        for some in ids.chunks(MOST_LOOKED_UP) {
            found.extend(self.look_up_some(some).await?);
        }
        Ok(found)
    }

    fn take_included(&self) -> Included {
        self.included.take()
    }
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod write_tests;

#[cfg(test)]
mod tests;
