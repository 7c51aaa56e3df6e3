//! Both networks on loopback, simulated faithfully: what the demo, the tests and the benchmarks stand on.
//!
//! Harder to please than the real ones, never easier (`x-api.md`, `mastodon-api.md`). Each network is a [`Service`]:
//! a value that answers one request at a time; `server` gives it a socket, a recorder and faults.

pub mod mastodon;

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
}
