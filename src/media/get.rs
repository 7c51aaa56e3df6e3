//! Asking a server for a file: one request after the other along its redirects, to hosts that [`guard`](super::guard)
//! lets through, with nothing in it that says who we are but our name.

use std::pin::pin;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use url::Url;

use super::flow::{Flow, Watch};
use super::guard::{self, Guard, Refused};
use crate::core::media::MediaError;
use crate::network::http::{USER_AGENT, explain};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;

/// Asks for files.
pub(super) struct Getter {
    http: reqwest::Client,
    guard: Guard,
    stall: Duration,
    max_time: Duration,
}

impl Getter {
    /// One that has a connection of its own for each file, and no state between two of them.
    pub(super) fn new(guard: Guard, stall: Duration, max_time: Duration) -> Result<Self, reqwest::Error> {
        // A second call finds the provider installed and says so: that is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        // The length must be the file's own. What comes packed all the same is unpacked, and has no length then.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .dns_resolver(guard)
            // A proxy would connect where the guard cannot look.
            .no_proxy()
            // HTTP/2 would buffer megabytes of each file.
            .http1_only()
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { http, guard, stall, max_time })
    }

    /// Opens the file at an address, `noun` by its kind.
    ///
    /// # Errors
    /// When it cannot be had there.
    pub(super) async fn get(&self, address: &str, noun: &'static str) -> Result<Flow, MediaError> {
        let mut url = self.guard.parse(address).map_err(|refused| unfit(noun, &refused))?;
        let end = Box::pin(tokio::time::sleep(self.max_time));
        let mut watch = Watch { stall: self.stall, end, noun, host: guard::host(&url) };
        let mut seen = vec![url.clone()];
        loop {
            let response = self.ask(&url, &mut watch).await?;
            if !is_redirect(&response) {
                return flow(response, watch);
            }
            let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            let location = location.ok_or_else(|| missing(&watch, "redirects it to nowhere"))?;
            url = self.guard.redirected(&url, location).map_err(|refused| unfit(noun, &refused))?;
            watch.host = guard::host(&url);
            if seen.contains(&url) {
                return Err(MediaError::Missing(format!("the {noun} is not to be had: it is redirected in circles")));
            }
            if seen.len() > MOST_REDIRECTS {
                return Err(MediaError::Missing(format!("the {noun} is not to be had: it is redirected too often")));
            }
            seen.push(url.clone());
        }
    }

    async fn ask(&self, url: &Url, watch: &mut Watch) -> Result<Response, MediaError> {
        let mut answer = pin!(tokio::time::timeout(self.stall, self.http.get(url.clone()).send()));
        let answer = tokio::select! {
            answer = &mut answer => answer.map_err(|_| watch.silent())?,
            () = watch.end.as_mut() => return Err(watch.out_of_time()),
        };
        // The query is left out: it can hold what is as good as a password.
        let (host, path) = (&watch.host, url.path());
        match answer {
            Ok(response) => {
                let (status, bytes) = (response.status(), response.content_length());
                tracing::debug!(%host, %path, status = status.as_u16(), bytes, "GET {host}{path}: {status}");
                Ok(response)
            }
            Err(error) => {
                let error = guard::refusal(&error).map_or_else(
                    || MediaError::Missing(format!("{host} cannot be reached ({})", explain(&error))),
                    |refused| unfit(watch.noun, &refused),
                );
                tracing::debug!(%host, %path, "GET {host}{path}: {error}");
                Err(error)
            }
        }
    }
}

fn is_redirect(response: &Response) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn flow(response: Response, watch: Watch) -> Result<Flow, MediaError> {
    match response.status() {
        StatusCode::OK => {}
        status @ (StatusCode::NOT_FOUND | StatusCode::GONE) => {
            return Err(missing(&watch, &format!("does not have it ({})", status.as_u16())));
        }
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            return Err(missing(&watch, &format!("does not let us have it ({})", status.as_u16())));
        }
        status => return Err(missing(&watch, &format!("cannot give it out at present ({})", status.as_u16()))),
    }
    let packed = response.headers().get(CONTENT_ENCODING);
    if packed.is_some_and(|packed| !packed.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(missing(&watch, "packs it in a way that was not asked for"));
    }
    let length = response.content_length();
    Ok(Flow::new(response.into(), length, watch))
}

fn missing(watch: &Watch, why: &str) -> MediaError {
    MediaError::Missing(format!("the {} is not to be had: {} {why}", watch.noun, watch.host))
}

fn unfit(noun: &str, Refused(why): &Refused) -> MediaError {
    MediaError::Unfit(format!("the {noun} is not fetched: {why}"))
}
