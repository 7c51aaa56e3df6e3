//! A raw client for the simulated X: signs with code of its own, sends what it is told, reads what comes.

use std::cell::Cell;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crosspostd::core::post::Timestamp;
use crosspostd::network::http;
use crosspostd::sandbox::twitter::TwitterWorld;
use crosspostd::sandbox::{SandboxClock, Server};
use ring::hmac;
use serde_json::Value;

/// A simulated X with one account, and its keys.
pub struct X {
    pub server: Server<TwitterWorld>,
    pub clock: SandboxClock,
    pub http: reqwest::Client,
    pub runtime: tokio::runtime::Runtime,
    nonce: Cell<u64>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// `Null` where the body is not JSON.
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn id(&self) -> u64 {
        self.json["data"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// The texts of a timeline.
    pub fn texts(&self) -> Vec<&str> {
        let data = self.json["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        data.iter().map(|post| post["text"].as_str().unwrap()).collect()
    }
}

/// The parameters of a signature before it is made: tests spoil them.
pub type Parameters = Vec<(String, String)>;

pub fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The `Authorization` header over a request.
pub fn sign(method: &str, url: &str, query: &[(&str, &str)], oauth: &Parameters, secrets: (&str, &str)) -> String {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut all: Vec<String> = query
        .chain(oauth.iter().cloned())
        .map(|(name, value)| format!("{}={}", encode(&name), encode(&value)))
        .collect();
    all.sort();
    let base = [method, url, &all.join("&")].map(encode).join("&");
    let key = format!("{}&{}", encode(secrets.0), encode(secrets.1));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let signature = BASE64.encode(hmac::sign(&key, base.as_bytes()));
    let signed = oauth.iter().cloned().chain([("oauth_signature".to_owned(), signature)]);
    let list: Vec<String> = signed.map(|(name, value)| format!("{name}=\"{}\"", encode(&value))).collect();
    format!("OAuth {}", list.join(", "))
}

impl X {
    /// At 2026-08-22T12:00:00Z, standing still: whatever happens by time happens by `clock.advance`.
    pub fn new() -> Self {
        let clock = SandboxClock::still_at(Timestamp::from_secs(1_787_400_000));
        let server = Server::start(TwitterWorld::sample(clock.clone()), clock.clone()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { server, clock, http: http::client().unwrap(), runtime, nonce: Cell::new(0) }
    }

    /// The OAuth parameters of a good request now.
    pub fn parameters(&self) -> Parameters {
        self.nonce.set(self.nonce.get() + 1);
        let nonce = format!("nonce{}", self.nonce.get());
        let now = self.clock.now().secs().to_string();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            pair("oauth_consumer_key", "sandbox-consumer-key"),
            pair("oauth_nonce", &nonce),
            pair("oauth_signature_method", "HMAC-SHA1"),
            pair("oauth_timestamp", &now),
            pair("oauth_token", "2244994945-sandbox-token"),
            pair("oauth_version", "1.0"),
        ]
    }

    pub fn secrets() -> (&'static str, &'static str) {
        ("sandbox-consumer-secret", "sandbox-token-secret")
    }

    /// Sends a request with these headers, as it stands.
    pub fn try_raw(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, reqwest::Error> {
        let list: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let mut url = format!("{}{path}", self.server.base());
        if !list.is_empty() {
            url = format!("{url}?{}", list.join("&"));
        }
        let mut request = self.http.request(method.parse().unwrap(), url).timeout(Duration::from_secs(20)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.runtime.block_on(async {
            let response = request.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let text = response.text().await?;
            let json = serde_json::from_str(&text).unwrap_or_default();
            Ok(Answer { status, headers, text, json })
        })
    }

    /// Sends a request, signed as it should be.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{path}", self.server.base());
        let authorization = sign(method, &url, query, &self.parameters(), Self::secrets());
        let mut headers = vec![("authorization", authorization.as_str())];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        self.try_raw(method, path, query, &headers, body.map(Value::to_string).unwrap_or_default().into_bytes())
    }

    pub fn send(&self, method: &str, path: &str, query: &[(&str, &str)], body: Option<&Value>) -> Answer {
        self.try_send(method, path, query, body).unwrap()
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.send("GET", path, query, None)
    }

    pub fn timeline(&self, query: &[(&str, &str)]) -> Answer {
        self.get("/2/users/2244994945/tweets", query)
    }

    pub fn post(&self, body: &Value) -> Answer {
        self.send("POST", "/2/tweets", &[], Some(body))
    }

    pub fn post_text(&self, text: &str) -> Answer {
        self.post(&serde_json::json!({ "text": text }))
    }

    /// Somebody writes in the app, a second after the last thing that happened.
    pub fn write(&self, text: &str) -> u64 {
        self.clock.advance(1);
        self.server.with(|x| x.write_as_owner(text, None)).unwrap()
    }
}
