//! The HTTP client that both networks are spoken to with: every option explicit, every answer bounded.
//!
//! Not here: what an answer means (each network's own table) and when to try again (`core/backoff`).

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode};
use url::{Host, Url};

use super::Trouble;
use crate::clock::Stopwatch;
use crate::core::post::Timestamp;
use crate::media::is_private;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request may take in all.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);
/// The largest answer that is read, in bytes. The largest honest one, 100 posts of 25,000 characters each with all
/// their entities, stays below half of it.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Who we say that we are. `GoToSocial` refuses an empty one.
pub const USER_AGENT: &str = concat!("crosspostd/", env!("CARGO_PKG_VERSION"));

/// A base address that may be spoken to: `https`, or plain `http` on this machine only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why an address will not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It is not an address at all.
    #[error("`{0}` is not an address like https://example.org")]
    NotAnAddress(String),
    /// It would send secrets in the clear.
    #[error("`{0}` is not encrypted: write https:// (plain http:// is only for this machine itself)")]
    Plain(String),
}

impl BaseUrl {
    /// Reads an address such as `https://mastodon.social`, `mastodon.social` or `http://127.0.0.1:3000`.
    ///
    /// # Errors
    /// When it is no address, or one that is not encrypted and not on this machine.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        let text = text.trim();
        let not_an_address = || BadUrl::NotAnAddress(text.to_owned());
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&full).map_err(|_| not_an_address())?;
        let host = url.host().ok_or_else(not_an_address)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(not_an_address());
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(BadUrl::Plain(text.to_owned())),
            _ => return Err(not_an_address()),
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address of `path` (which begins with `/`) below this one.
    #[must_use]
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let full = format!("{}{path}", self.0.path().trim_end_matches('/'));
        url.set_path(&full);
        url
    }

    /// The host, with its port where that is not the usual one.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether it is on this machine or in a private network. A name is looked up, for a few seconds at most; one that
    /// cannot be is not.
    pub async fn is_private(&self) -> bool {
        match self.0.host() {
            Some(Host::Ipv4(ip)) => is_private(ip.into()),
            Some(Host::Ipv6(ip)) => is_private(ip.into()),
            Some(Host::Domain(name)) => {
                let found = tokio::net::lookup_host((name, self.0.port_or_known_default().unwrap_or(443)));
                let found = tokio::time::timeout(CONNECT_TIMEOUT, found).await;
                found.is_ok_and(|found| found.is_ok_and(|mut all| all.any(|address| is_private(address.ip()))))
            }
            None => false,
        }
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// Makes the client. Installs the TLS provider (ring) the first time.
///
/// # Errors
/// When the system's certificates cannot be used.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    // A second call finds the provider installed and says so: that is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    // Mastodon translates its errors; ours to read are the English ones.
    headers.insert("accept-language", HeaderValue::from_static("en"));
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        // A redirected POST may be sent twice, and a redirected secret goes to another host: nothing is followed.
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        // An idle poll every 30 seconds keeps its connection.
        .pool_idle_timeout(Duration::from_secs(90))
        .pool_max_idle_per_host(1)
        .build()
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`MAX_ANSWER_BYTES`] long.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing was sent: DNS, TCP, TLS, or a request that could not be built.
    #[error("{0}")]
    NotSent(String),
    /// Something was sent and no whole answer came back.
    #[error("{0}")]
    Unclear(String),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotSent(why) => Self::Unreachable(why),
            Failure::Unclear(why) => Self::NoAnswer(why),
        }
    }
}

/// Sends a request once and reads the answer whole.
///
/// # Errors
/// [`Failure::NotSent`] only when the request cannot have reached the server.
pub async fn send(client: &reqwest::Client, request: reqwest::Request) -> Result<Answer, Failure> {
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let watch = Stopwatch::start();
    let result = send_inner(client, request).await;
    let duration_ms = watch.millis();
    match &result {
        Ok(answer) => tracing::debug!(
            %method, %path, status = answer.status.as_u16(), duration_ms, bytes = answer.body.len(),
            "{method} {path}: {}", answer.status
        ),
        Err(failure) => tracing::debug!(%method, %path, duration_ms, "{method} {path}: {failure}"),
    }
    result
}

async fn send_inner(client: &reqwest::Client, request: reqwest::Request) -> Result<Answer, Failure> {
    let idempotent = request.method() == Method::GET;
    let mut response = client.execute(request).await.map_err(|error| {
        let why = explain(&error);
        if error.is_connect() || error.is_builder() { Failure::NotSent(why) } else { Failure::Unclear(why) }
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER_BYTES => {
                return Err(Failure::Unclear(format!("the answer is larger than {} MB", MAX_ANSWER_BYTES >> 20)));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // An error answer is as good without its body; a good one is not.
            Err(_) if !idempotent && status.is_client_error() => break,
            Err(error) => return Err(Failure::Unclear(explain(&error))),
        }
    }
    Ok(Answer { status, headers, body })
}

/// The cause of a transport error in a few words, without the address (it can hold what is nobody's business).
pub(crate) fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() && !error.is_connect() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

impl Answer {
    /// The server's time, when it says so.
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        let text = self.headers.get("date")?.to_str().ok()?;
        let time = httpdate::parse_http_date(text).ok()?;
        let since_1970 = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Timestamp::from_secs(i64::try_from(since_1970.as_secs()).ok()?))
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON of a given shape.
    ///
    /// # Errors
    /// [`Trouble::NoAnswer`] when it is something else: a login page, a proxy's error, a cut-off answer.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Trouble::NoAnswer(format!("{} with a body that is not as agreed ({error})", self.status)))
    }

    /// When to try again by `Retry-After` (seconds or a date), given the server's time.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Timestamp> {
        let text = self.header("retry-after")?.trim();
        if let Ok(secs) = text.parse::<i64>() {
            return Some(now.plus_secs(secs.clamp(0, 86_400)));
        }
        let time = httpdate::parse_http_date(text).ok()?;
        let since_1970 = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Timestamp::from_secs(i64::try_from(since_1970.as_secs()).ok()?))
    }

    /// The first characters of the body, on one line: for an error that a person reads.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(self.body.get(..400).unwrap_or(&self.body));
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_on_this_machine() {
        for (text, expected) in [
            ("mastodon.social", "https://mastodon.social"),
            (" https://mastodon.social/ ", "https://mastodon.social"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://localhost:3000/", "http://localhost:3000"),
            ("http://[::1]:80/base/", "http://[::1]/base"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().as_str(), expected);
        }
        for bad in ["", "http://mastodon.social", "http://10.0.0.1", "ftp://x.org", "https://user:pw@x.org", "https://"]
        {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_server_at_home_is_told_from_one_out_there() {
        for (text, expected) in [
            ("http://127.0.0.1:1", true),
            ("http://localhost:1", true),
            ("https://192.168.1.7", true),
            ("https://100.100.1.1", true),
            ("https://[fd00::1]", true),
            ("https://93.184.215.14", false),
            ("https://[2606:4700::1]", false),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().is_private().await, expected, "{text}");
        }
    }

    #[test]
    fn a_path_is_joined_below_the_base() {
        let base = BaseUrl::parse("http://[::1]:81/base/").unwrap();
        assert_eq!(base.join("/2/tweets").as_str(), "http://[::1]:81/base/2/tweets");
        assert_eq!(BaseUrl::parse("x.org").unwrap().join("/a").as_str(), "https://x.org/a");
    }
}
