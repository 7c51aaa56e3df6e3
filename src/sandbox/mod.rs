//! Both networks on loopback, simulated faithfully: what the demo, the tests and the benchmarks stand on.
//!
//! Harder to please than the real ones, never easier (`x-api.md`, `mastodon-api.md`). Each network is a [`Service`]:
//! a value that answers one request at a time; `server` gives it a socket, a recorder and faults. A third server,
//! [`Files`], is the host where media lie.

pub mod clock;
pub mod content;
pub mod faults;
pub mod files;
pub mod form;
pub mod mastodon;
pub mod media;
pub mod pair;
pub mod server;
mod sniff;
pub mod stream;
pub mod twitter;

pub use clock::SandboxClock;
pub use content::{Content, sha256};
pub use files::Files;
pub use form::{Form, FormFile};
pub use media::{NewMedia, Upload};
pub use pair::Pair;
pub use server::Server;
pub use stream::Streamed;

use crate::core::post::Timestamp;

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The address that the server is reached at: `http://127.0.0.1:PORT`.
    pub base: String,
}

/// An answer to a [`Call`]. `Date` and `Content-Length` are added by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A simulated network.
pub trait Service: Send + 'static {
    /// Answers a request; what it asks for is done when this returns.
    fn handle(&mut self, call: &Call, now: Timestamp) -> Reply;

    /// An answer whose body is made while it is sent, or the answer in its place; `None`: [`Self::handle`] knows.
    fn stream(&mut self, _call: &Call, _now: Timestamp) -> Option<Result<Streamed, Reply>> {
        None
    }

    /// How large the body may be, in bytes, where this request may bring a form with files; `None`: it may not, and
    /// forms are a body like any other. The call has no body yet.
    fn form_limit(&mut self, _head: &Call) -> Option<u64> {
        None
    }

    /// Answers a request that brought a form with files, or says what is wrong with that form's make.
    fn handle_form(&mut self, call: &Call, _form: Result<Form, &'static str>, now: Timestamp) -> Reply {
        self.handle(call, now)
    }

    /// Answers a request whose body is too large.
    fn too_large(&mut self, _head: &Call) -> Reply {
        Reply { status: 413, headers: Vec::new(), body: Vec::new() }
    }
}

impl Call {
    /// The first value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The pieces of the path between its slashes.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|piece| !piece.is_empty()).collect()
    }

    /// Whether the body is of this media type, whatever its parameters.
    #[must_use]
    pub fn is_of_type(&self, media_type: &str) -> bool {
        let given = self.header("content-type").unwrap_or_default();
        given.split(';').next().is_some_and(|given| given.trim().eq_ignore_ascii_case(media_type))
    }
}

impl Reply {
    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::of_type(status, "application/json; charset=utf-8", body.to_string())
    }

    /// A page, as a proxy or a browser's endpoint gives it.
    #[must_use]
    pub fn html(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::of_type(status, "text/html; charset=utf-8", body)
    }

    /// An answer of any media type.
    #[must_use]
    pub fn of_type(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type".to_owned(), media_type.to_owned())], body: body.into() }
    }

    /// The answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}
