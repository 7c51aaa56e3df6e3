//! Signed requests, with the time that the server goes by.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, StatusCode};
use url::Url;

use super::oauth1::{Query, Signer, with_query};
use crate::clock::Clock;
use crate::core::media::MediaError;
use crate::core::post::Timestamp;
use crate::network::http::{self, Answer, BaseUrl, Failure};
use crate::network::multipart::Multipart;

/// Why a form got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormFailure {
    /// The file in it could not be read on.
    File(MediaError),
    /// It did not reach X, or nobody knows.
    Http(Failure),
}

/// Where requests go, and what they are signed with.
pub struct Session {
    http: reqwest::Client,
    base: BaseUrl,
    signer: Signer,
    clock: Rc<dyn Clock>,
    /// The server's clock minus ours, in milliseconds, by the last answer: a machine without a clock chip starts in
    /// 1970, and X refuses signatures of another time.
    offset_ms: Cell<Option<i64>>,
}

impl Session {
    /// Makes a session; nothing is sent.
    #[must_use]
    pub fn new(http: reqwest::Client, base: BaseUrl, signer: Signer, clock: Rc<dyn Clock>) -> Self {
        Self { http, base, signer, clock, offset_ms: Cell::new(None) }
    }

    /// The server's time, as far as it is known.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now().plus_millis(self.offset_ms.get().unwrap_or(0))
    }

    /// The server's time; `None` before the first answer.
    #[must_use]
    pub fn server_time(&self) -> Option<Timestamp> {
        self.offset_ms.get().map(|_| self.now())
    }

    /// An answer's time by its server; ours where it is silent.
    #[must_use]
    pub fn time_of(&self, answer: &Answer) -> Timestamp {
        answer.date().unwrap_or_else(|| self.now())
    }

    /// Asks for `path`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, path: &str, query: &Query<'_>) -> Result<Answer, Failure> {
        self.call(Method::GET, path, query, None).await
    }

    /// Posts `body` (JSON, when there is one) to `path`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post(&self, path: &str, body: Option<Vec<u8>>) -> Result<Answer, Failure> {
        self.call(Method::POST, path, &[], body).await
    }

    /// Posts a form to `path`, once: its file comes only once, so that not even a 401 has it sent again. `timeout` is
    /// for the whole request; files take longer than the client allows. Forms are not signed (`x-api.md` 1.2).
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post_form(&self, path: &str, form: Multipart, timeout: Duration) -> Result<Answer, FormFailure> {
        let mut request = self.signed(&Method::POST, path, &[]).map_err(FormFailure::Http)?;
        let fault = form.put_into(&mut request);
        *request.timeout_mut() = Some(timeout);
        let sent = self.send(request).await;
        fault.take().map_or_else(|| sent.map_err(FormFailure::Http), |error| Err(FormFailure::File(error)))
    }

    /// Deletes what is at `path`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn delete(&self, path: &str) -> Result<Answer, Failure> {
        self.call(Method::DELETE, path, &[], None).await
    }

    /// Sends once; a second time, signed anew, only after a 401. That is answered before anything is done, and the
    /// clock, which the 401 has just set, is its commonest cause.
    async fn call(
        &self,
        method: Method,
        path: &str,
        query: &Query<'_>,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let first = self.once(&method, path, query, body.clone()).await?;
        if first.status != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        tracing::debug!(path, "X did not accept the signature of {path}; signing once more.");
        self.once(&method, path, query, body).await
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        query: &Query<'_>,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let mut request = self.signed(method, path, query)?;
        if let Some(body) = body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.into());
        } else if method == Method::POST {
            // It is left out by itself, and some front ends answer 411 to a POST without it.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        self.send(request).await
    }

    /// A request without a body.
    fn signed(&self, method: &Method, path: &str, query: &Query<'_>) -> Result<Request, Failure> {
        let unusable = || Failure::NotSent("the request could not be made".to_owned());
        let bare = self.base.join(path);
        let url = Url::parse(&with_query(bare.as_str(), query)).map_err(|_| unusable())?;
        let signature =
            self.signer.authorization(method.as_str(), bare.as_str(), query, self.now()).ok_or_else(unusable)?;
        let mut request = Request::new(method.clone(), url);
        request.headers_mut().insert(AUTHORIZATION, signature);
        Ok(request)
    }

    async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let answer = http::send(&self.http, request).await?;
        let offset = answer.date().map(|date| date.millis_since(self.clock.now()));
        self.offset_ms.set(offset.or(self.offset_ms.get()).or(Some(0)));
        Ok(answer)
    }
}
