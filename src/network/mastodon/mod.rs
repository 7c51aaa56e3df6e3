//! Mastodon, and every server that speaks its client API: `GoToSocial`, Pleroma, Akkoma, snac.
//!
//! The client itself: who we are there, and asking. What it does to posts is `deeds`, to their files `media`, how they
//! are found by their ids `look_up`, how timelines are read back `timeline`; what an answer means, `errors`; how a status becomes a post, `read`
//! and `html`; signing in, `auth`.

pub mod address;
pub mod auth;
mod deeds;
mod errors;
mod html;
pub mod instance;
mod layout;
mod look_up;
mod media;
mod read;
#[cfg(test)]
mod testing;
mod timeline;
mod wire;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

use self::instance::Limits;
use super::http::{self, Answer, BaseUrl, Failure};
use super::{Client, Described, Found, Newest, Outcome, Processed, Request, Since, Timeline, Trouble, Uploaded};
use crate::clock::Clock;
use crate::core::post::{Network, Post, PostId, Timestamp};
use crate::core::record::{Attachment, Part};
use crate::core::render::Rules;
use crate::media::File;
use crate::secret::Secret;

/// Which timeline is polled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polled {
    /// The home timeline, of which only the owner's posts are taken, and the account's own statuses at every start,
    /// every quarter of an hour, and whenever the former may have a gap.
    #[default]
    Home,
    /// The account's own statuses only.
    Account,
}

/// How the client is to work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Which timeline is polled.
    pub polled: Polled,
    /// Whether the owner's boosts are read, too. Without them a page of the account's statuses reaches further back.
    pub boosts: bool,
    /// What the server takes ([`instance::limits`]); learnt by [`Client::prepare`] all the same.
    pub limits: Limits,
}

/// The owner's account on a server with Mastodon's API.
pub struct Mastodon {
    http: reqwest::Client,
    base: BaseUrl,
    token: Secret,
    account: String,
    polled: Polled,
    boosts: bool,
    limits: RefCell<Limits>,
    clock: Rc<dyn Clock>,
    /// The server's clock minus ours, in milliseconds, by the last answer that gave its time.
    offset_ms: Cell<Option<i64>>,
    /// How far the timelines were read.
    progress: RefCell<timeline::Progress>,
    /// Whether the server gives several statuses by their ids at once, as far as we know (Mastodon does since 4.3).
    lists_by_id: Cell<bool>,
    /// Whether files are uploaded the older way, which Mastodon had before 3.1.3.
    uploads_older_way: Cell<bool>,
}

impl Mastodon {
    /// An account (`account` is its id) with its access token. Nothing is asked yet.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        base: BaseUrl,
        token: Secret,
        account: String,
        settings: Settings,
        clock: Rc<dyn Clock>,
    ) -> Self {
        Self {
            http,
            base,
            token,
            account,
            polled: settings.polled,
            boosts: settings.boosts,
            limits: RefCell::new(settings.limits),
            clock,
            offset_ms: Cell::new(None),
            progress: RefCell::default(),
            lists_by_id: Cell::new(true),
            uploads_older_way: Cell::new(false),
        }
    }

    /// Reads statuses by what is known beside them. `at`: when they were asked for.
    fn with_context<T>(&self, at: Timestamp, read: impl FnOnce(read::Context<'_>) -> T) -> T {
        let own_host = self.base.host();
        let limits = self.limits.borrow();
        let host = limits.domain.as_deref().unwrap_or(&own_host);
        read(read::Context { own: &self.account, host, undated: at })
    }

    /// The account's own statuses.
    fn statuses_path(&self) -> String {
        format!("/api/v1/accounts/{}/statuses", self.account)
    }

    /// Asks for something that must be there.
    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let mut url = self.base.join(path);
        url.query_pairs_mut().extend_pairs(query);
        let answer = get(&self.http, url, Some(&self.token)).await?;
        self.hear(&answer);
        errors::trouble(&answer, &self.base).map_or(Ok(answer), Err)
    }

    /// Learns the server's time from an answer.
    fn hear(&self, answer: &Answer) {
        let offset = answer.date().map(|date| date.millis_since(self.clock.now()));
        self.offset_ms.set(offset.or(self.offset_ms.get()).or(Some(0)));
    }

    /// The server's time when it gave an answer, as well as it is known.
    fn time_of(&self, answer: &Answer) -> Timestamp {
        let now = || self.clock.now().plus_millis(self.offset_ms.get().unwrap_or(0));
        answer.date().unwrap_or_else(now)
    }
}

/// Reads a status as the API gives it; `None` when it is none. `own_account` is the owner's account id, who is taken
/// for the author where it does not say; `host` is the host of the server's own handles; `now` stands in for a date
/// that it does not have.
#[must_use]
pub fn parse(status: &Value, own_account: &str, host: &str, now: Timestamp) -> Option<Post> {
    let status = wire::inner(status)?;
    Some(read::post(&status, own_account, read::Context { own: own_account, host, undated: now }))
}

/// Sends a GET, with the token to this one address only: nothing is followed.
async fn get(http: &reqwest::Client, url: Url, token: Option<&Secret>) -> Result<Answer, Failure> {
    let mut request = http.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token.expose());
    }
    send(http, request).await
}

/// Sends a request, once.
async fn send(http: &reqwest::Client, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
    // The error could quote what could not be sent, a token with a line break in it for one.
    let unfit = |_| Failure::NotSent("a token or address has characters that cannot be sent".to_owned());
    http::send(http, request.build().map_err(unfit)?).await
}

#[async_trait(?Send)]
impl Client for Mastodon {
    fn network(&self) -> Network {
        Network::Mastodon
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn rules(&self) -> Rules {
        self.limits.borrow().rules()
    }

    fn server_time(&self) -> Option<Timestamp> {
        self.offset_ms.get().map(|offset| self.clock.now().plus_millis(offset))
    }

    async fn prepare(&self) -> Result<(), Trouble> {
        match instance::limits(&self.http, &self.base, Some(&self.token)).await {
            Ok(limits) => {
                self.limits.replace(limits);
                Ok(())
            }
            // A server that does not say what it takes is taken to take what every server does.
            Err(trouble @ (Trouble::Gone(_) | Trouble::NoAnswer(_))) => {
                tracing::debug!("Mastodon does not say what it takes: {trouble}");
                Ok(())
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn newest(&self) -> Result<Newest, Trouble> {
        // Boosts included: some servers pick out what is asked for only after they counted.
        let answer = self.ask(&self.statuses_path(), &[("limit", "1")]).await?;
        let page = wire::page(&answer)?;
        if answer.status == reqwest::StatusCode::PARTIAL_CONTENT || page.unreadable > 0 {
            return Err(Trouble::NoAnswer("it cannot say yet what was posted last".to_owned()));
        }
        let id = page.statuses.iter().map(|status| PostId::new(status.id.0.as_str())).max();
        let read = id.iter().cloned().collect();
        Ok(Newest { id, at: self.time_of(&answer), read })
    }

    async fn read(&self, since: &Since) -> Result<Timeline, Trouble> {
        self.read_timelines(since).await
    }

    async fn publish(&self, request: &Request<'_>) -> Outcome {
        self.create(request).await
    }

    async fn edit(&self, post: &PostId, part: &Part, media: &[String]) -> Outcome {
        self.change(post, part, media).await
    }

    async fn upload(&self, file: File, attachment: &Attachment) -> Uploaded {
        self.take_file(file, attachment).await
    }

    async fn processed(&self, id: &str) -> Processed {
        self.wait_for(id).await
    }

    /// Descriptions are given with the files.
    async fn describe(&self, _: &str, _: &Attachment) -> Described {
        Described::Done
    }

    async fn delete(&self, post: &PostId) -> Outcome {
        self.remove(post).await
    }

    async fn repost(&self, post: &PostId) -> Outcome {
        self.boost(post).await
    }

    async fn latest(&self, count: u8) -> Result<Vec<Post>, Trouble> {
        self.read_latest(count).await
    }

    async fn look_up(&self, posts: &[PostId]) -> Result<Vec<Found>, Trouble> {
        self.look_at(posts).await
    }
}

#[cfg(test)]
mod tests;
