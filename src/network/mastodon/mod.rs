//! Mastodon, and every server that speaks its client API: `GoToSocial`, Pleroma, Akkoma, snac.
//!
//! The client itself: who we are there, asking, posting. How timelines are read back is `timeline`; what an answer
//! means, `errors`; how a status becomes a post, `read` and `html`; signing in, `auth`.

pub mod address;
pub mod auth;
mod errors;
mod html;
pub mod instance;
mod layout;
mod read;
#[cfg(test)]
mod testing;
mod timeline;
mod wire;

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use serde::Serialize;
use url::Url;

use self::instance::Limits;
use super::http::{self, Answer, BaseUrl, Failure};
use super::{Client, Newest, Outcome, Request, Since, Timeline, Trouble};
use crate::clock::Clock;
use crate::core::post::{Network, PostId, Timestamp, Visibility};
use crate::core::render::Rules;
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
    /// What the server takes ([`instance::limits`]); learnt by [`Client::prepare`] all the same.
    pub limits: Limits,
    /// Who may see the mirrors made there; `None`: everybody.
    pub visibility: Option<Visibility>,
}

/// The owner's account on a server with Mastodon's API.
pub struct Mastodon {
    http: reqwest::Client,
    base: BaseUrl,
    token: Secret,
    account: String,
    polled: Polled,
    limits: RefCell<Limits>,
    visibility: Option<Visibility>,
    clock: Rc<dyn Clock>,
    /// How far the timelines were read.
    progress: RefCell<timeline::Progress>,
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
            limits: RefCell::new(settings.limits),
            visibility: settings.visibility,
            clock,
            progress: RefCell::default(),
        }
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
        errors::trouble(&answer, &self.base).map_or(Ok(answer), Err)
    }

    /// The server's time when it gave an answer.
    fn time_of(&self, answer: &Answer) -> Timestamp {
        answer.date().unwrap_or_else(|| self.clock.now())
    }
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

/// `POST /api/v1/statuses` (`mastodon-api.md` 5.1).
#[derive(Serialize)]
struct NewStatus<'a> {
    status: &'a str,
    /// Always said: an account's default may be another.
    visibility: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spoiler_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to_id: Option<&'a PostId>,
    /// Nobody: a text that would mention somebody after all is refused. Only JSON can say an empty list.
    allowed_mentions: [&'a str; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'static str>,
}

impl<'a> NewStatus<'a> {
    fn new(request: &Request<'a>, takes_content_type: bool) -> Self {
        Self {
            status: &request.part.text,
            visibility: match request.part.visibility {
                None | Some(Visibility::Public) => "public",
                Some(Visibility::Unlisted) => "unlisted",
                Some(Visibility::Direct) => "direct",
                Some(Visibility::Private | Visibility::Other) => "private",
            },
            language: request.part.language.as_deref(),
            spoiler_text: request.part.warning.as_deref().filter(|warning| !warning.is_empty()),
            in_reply_to_id: request.reply_to,
            allowed_mentions: [],
            content_type: takes_content_type.then_some("text/plain"),
        }
    }
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
        Rules { visibility: self.visibility, ..self.limits.borrow().rules() }
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
        let takes_content_type = self.limits.borrow().takes_content_type;
        let post = self
            .http
            .post(self.base.join("/api/v1/statuses"))
            .bearer_auth(self.token.expose())
            .header("idempotency-key", request.key)
            .json(&NewStatus::new(request, takes_content_type));
        match send(&self.http, post).await {
            Ok(answer) => errors::outcome(&answer, &self.base, request.reply_to.is_some()),
            Err(failure @ Failure::NotSent(_)) => Outcome::NotSent(failure.into()),
            Err(Failure::Unclear(why)) => Outcome::Unclear { why, duplicate: false },
        }
    }
}

#[cfg(test)]
mod tests;
