//! X (Twitter): API v2 with OAuth 1.0a. `x-api.md` is the source of what is done here.
//!
//! The client itself stands here: what is asked, in which order. Asked for is only what is needed, as each post read
//! costs money, and what is expanded costs more. Not here: what answers mean (`wire`, `text`, `read`), which page is
//! the last (`timeline`), what errors mean (`errors`), signing (`oauth1`, `session`), signing in (`setup`).

pub mod errors;
mod lenient;
pub mod oauth1;
pub mod read;
pub mod session;
pub mod setup;
pub mod text;
pub mod timeline;
pub mod wire;

use std::rc::Rc;

use async_trait::async_trait;
use serde::Serialize;

use self::oauth1::{Keys, Query};
use self::session::Session;
use self::timeline::{Next, Walk};
use super::http::{Answer, BaseUrl, Failure};
use super::{Client, Newest, Outcome, Request, Since, Timeline, Trouble};
use crate::clock::Clock;
use crate::core::money::Prices;
use crate::core::post::{Network, PostId, Timestamp};
use crate::core::render::{Counting, Rules};

/// The fields of a post that are read (`wire::Post`), in the dialect that needs no expansions for them.
const POST_FIELDS: &str = "created_at,author_id,text,note_tweet,entities,attachments,referenced_tweets,\
    in_reply_to_user_id,conversation_id,edit_history_tweet_ids,possibly_sensitive,lang,source,community_id,reply_settings";
const MEDIA_FIELDS: &str = "media_key,type,url,preview_image_url,alt_text,width,height,duration_ms";

/// A post that is not on the timeline after ten minutes was never made. How late X may show one is nowhere said
/// (`anchors.md` B.4, rule 5): generous, as only a doubtful outcome pays for it.
const SETTLE_SECS: i64 = 600;

/// The owner's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id: digits.
    pub id: String,
    /// Its name, without `@`, when it is known.
    pub username: Option<String>,
}

/// The client.
pub struct Twitter {
    session: Session,
    account: Account,
    max_length: usize,
}

/// The body of `POST /2/tweets`. X refuses keys that it does not know.
#[derive(Serialize)]
struct NewPost<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
}

#[derive(Serialize)]
struct Reply<'a> {
    in_reply_to_tweet_id: &'a str,
}

impl Twitter {
    /// Makes a client; nothing is sent. `max_length` is the longest post by weight: 280, or 25,000 with Premium.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        base: BaseUrl,
        keys: Keys,
        account: Account,
        max_length: usize,
        clock: Rc<dyn Clock>,
    ) -> Self {
        Self { session: Session::new(http, base, keys.into(), clock), account, max_length }
    }

    /// A page of the owner's timeline, and its server's time.
    async fn page(&self, query: &Query<'_>) -> Result<(wire::Page, Timestamp), Trouble> {
        let (page, answer) = page(&self.session, &self.account.id, query).await?;
        Ok((page, self.session.time_of(&answer)))
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
fn with_fields(page: wire::Page) -> Result<wire::Page, Trouble> {
    let has_any = page.posts.iter().any(|post| post.created_at.is_some() || post.author_id.is_some());
    if page.posts.is_empty() || has_any {
        return Ok(page);
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
        Rules {
            max_length: self.max_length,
            counting: Counting::Weighted,
            warnings: false,
            visibility: None,
            settle_secs: SETTLE_SECS,
            prices: Some(Prices::default()),
        }
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
        let mut query = vec![
            ("max_results", "100"),
            ("tweet.fields", POST_FIELDS),
            ("expansions", "attachments.media_keys"),
            ("media.fields", MEDIA_FIELDS),
        ];
        // The same on every page, or the pages would not be of one list.
        query.extend(since.after.as_ref().map(|after| ("since_id", after.as_str())));
        let mut walk = Walk::default();
        let (page, at) = self.page(&query).await?;
        let mut next = walk.take(with_fields(page)?, since, at);
        while let Next::Page(token) = &next {
            let mut query = query.clone();
            query.push(("pagination_token", token));
            let (page, _) = self.page(&query).await?;
            next = walk.take(with_fields(page)?, since, at);
        }
        if walk.unreadable() > 0 {
            tracing::debug!(count = walk.unreadable(), "X sent posts that cannot be read: the timeline has holes.");
        }
        let (posts, complete) = walk.finish(&self.account, at);
        Ok(Timeline { posts, complete, at })
    }

    async fn publish(&self, request: &Request<'_>) -> Outcome {
        let reply = request.reply_to.map(|parent| Reply { in_reply_to_tweet_id: parent.as_str() });
        let body = match serde_json::to_vec(&NewPost { text: &request.part.text, reply }) {
            Ok(body) => body,
            Err(error) => return Outcome::NotSent(Trouble::Unreachable(error.to_string())),
        };
        match self.session.post("/2/tweets", Some(body)).await {
            Ok(answer) => {
                errors::outcome(&answer, self.session.time_of(&answer), |id| read::address(&self.account, id))
            }
            Err(failure @ Failure::NotSent(_)) => Outcome::NotSent(failure.into()),
            Err(Failure::Unclear(why)) => Outcome::Unclear { why, duplicate: false },
        }
    }
}

#[cfg(test)]
mod tests;
