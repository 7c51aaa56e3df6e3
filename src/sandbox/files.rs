//! The host where media lie: it gives away what was put there, well or badly, to whoever asks.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use super::content::Content;
use super::sniff::ending;
use super::stream::{Length, Pace, Streamed};
use super::{Call, Reply, Service};
use crate::core::post::Timestamp;

/// How much longer than it is a body is said to be.
const TOO_MUCH: u64 = 1000;

/// What a file does when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// It comes.
    Good,
    /// 404.
    NotFound,
    /// 404 so many times, then it comes: a copy that is late.
    NotFoundTimes(usize),
    /// 503 so many times, then it comes.
    ServerError(usize),
    /// 403.
    Forbidden,
    /// `Content-Length` says so many bytes, and they would come.
    HugeLength(u64),
    /// It has no end, and no length.
    Endless,
    /// It comes byte by byte, so many milliseconds apart.
    Drips(u64),
    /// So many bytes come, and nothing after them.
    Stalls(u64),
    /// So many bytes come, and the connection is closed.
    CutOff(u64),
    /// As [`Self::CutOff`] for so many requests, then it comes whole.
    CutOffTimes {
        /// How many bytes come.
        after: u64,
        /// How many requests are cut off.
        times: usize,
    },
    /// It comes in chunks, its length untold.
    NoLength,
    /// It says that it is of this type.
    Lies(String),
    /// It says nothing of its type.
    NoType,
    /// It is elsewhere: 302.
    RedirectTo(String),
    /// It is where it is, forever: 302.
    RedirectLoop,
    /// A page for people with status 200: a sign-in page, a captive portal.
    Html,
    /// Less comes than `Content-Length` says.
    WrongLength,
}

/// A file that was put there.
#[derive(Clone, Debug)]
struct Stored {
    content: Content,
    media_type: String,
    behaviour: Behaviour,
}

/// The host.
#[derive(Debug, Default)]
pub struct Files {
    stored: BTreeMap<String, Stored>,
    hits: HashMap<String, Vec<Vec<(String, String)>>>,
}

impl Files {
    /// A host without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file there. Returns its path: `/f/1.jpg`.
    pub fn put(&mut self, bytes: impl Into<Bytes>, media_type: &str) -> String {
        self.keep(Content::Bytes(bytes.into()), media_type)
    }

    /// Puts a file of `length` bytes there that is made while it is sent. Its beginning is right for its type.
    pub fn put_generated(&mut self, length: u64, seed: u64, media_type: &str) -> String {
        self.keep(Content::generated(length, seed, media_type), media_type)
    }

    /// Puts a file there that does not end.
    pub fn put_endless(&mut self, media_type: &str) -> String {
        let path = self.keep(Content::endless(1, media_type), media_type);
        self.behave(&path, Behaviour::Endless);
        path
    }

    fn keep(&mut self, content: Content, media_type: &str) -> String {
        let path = format!("/f/{}.{}", self.stored.len() + 1, ending(media_type));
        let stored = Stored { content, media_type: media_type.to_owned(), behaviour: Behaviour::Good };
        self.stored.insert(path.clone(), stored);
        path
    }

    /// Lets a file behave like this from now on; whether there is such a file.
    pub fn behave(&mut self, path: &str, behaviour: Behaviour) -> bool {
        self.stored.get_mut(path).map(|stored| stored.behaviour = behaviour).is_some()
    }

    /// Takes a file away; whether it was there.
    pub fn remove(&mut self, path: &str) -> bool {
        self.stored.remove(path).is_some()
    }

    /// The SHA-256 of a whole file, in hexadecimal. Takes a moment for large ones.
    #[must_use]
    pub fn sha256(&self, path: &str) -> Option<String> {
        self.stored.get(path).map(|stored| stored.content.sha256())
    }

    /// How often a path was asked for, whether there was something or not.
    #[must_use]
    pub fn hits(&self, path: &str) -> usize {
        self.hits.get(path).map_or(0, Vec::len)
    }

    /// The headers of every request for a path, oldest first; names in lower case.
    #[must_use]
    pub fn headers(&self, path: &str) -> &[Vec<(String, String)>] {
        self.hits.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether any request brought `Authorization` or `Cookie`: nobody has business sending those here.
    #[must_use]
    pub fn saw_credentials(&self) -> bool {
        let secret = |name: &str| matches!(name, "authorization" | "cookie" | "proxy-authorization");
        self.hits.values().flatten().flatten().any(|(name, _)| secret(name))
    }
}

/// Counts one down; whether there was one.
fn take(times: &mut usize) -> bool {
    let any = *times > 0;
    *times = times.saturating_sub(1);
    any
}

impl Stored {
    /// What is answered, as it behaves; counts what it counts.
    fn answer(&mut self, path: &str) -> Result<Streamed, Reply> {
        let mut good = Streamed::good(self.content.clone(), &self.media_type);
        let page = |status: u16, text: &str| Reply::html(status, format!("<!DOCTYPE html><title>{text}</title>{text}"));
        let to =
            |place: &str| Reply { status: 302, headers: Vec::new(), body: Vec::new() }.with_header("location", place);
        match &mut self.behaviour {
            Behaviour::Good => {}
            Behaviour::NotFound => return Err(page(404, "Not Found")),
            Behaviour::NotFoundTimes(times) => {
                if take(times) {
                    return Err(page(404, "Not Found"));
                }
            }
            Behaviour::ServerError(times) => {
                if take(times) {
                    return Err(page(503, "Service Unavailable"));
                }
            }
            Behaviour::Forbidden => return Err(page(403, "Forbidden")),
            Behaviour::HugeLength(length) => {
                good.content = Content::generated(*length, 1, &self.media_type);
            }
            Behaviour::Endless => {
                good.content = Content::endless(1, &self.media_type);
                good.length = Length::Untold;
            }
            Behaviour::Drips(millis_per_byte) => good.pace = Pace::Drips { millis_per_byte: *millis_per_byte },
            Behaviour::Stalls(after) => good.pace = Pace::StallsAfter(*after),
            Behaviour::CutOff(after) => good.pace = Pace::EndsAfter(*after),
            Behaviour::CutOffTimes { after, times } => {
                if take(times) {
                    good.pace = Pace::EndsAfter(*after);
                }
            }
            Behaviour::NoLength => good.length = Length::Untold,
            Behaviour::Lies(media_type) => good.headers = vec![("content-type".to_owned(), media_type.clone())],
            Behaviour::NoType => good.headers.clear(),
            Behaviour::RedirectTo(place) => return Err(to(place)),
            Behaviour::RedirectLoop => return Err(to(path)),
            Behaviour::Html => return Err(page(200, "Sign in to continue")),
            Behaviour::WrongLength => {
                good.length = Length::Told(self.content.length() + TOO_MUCH);
                good.pace = Pace::EndsAfter(self.content.length());
            }
        }
        Ok(good)
    }
}

impl Service for Files {
    fn stream(&mut self, call: &Call, _now: Timestamp) -> Option<Result<Streamed, Reply>> {
        self.hits.entry(call.path.clone()).or_default().push(call.headers.clone());
        let stored = self.stored.get_mut(&call.path).filter(|_| call.method == "GET")?;
        Some(stored.answer(&call.path))
    }

    fn handle(&mut self, call: &Call, _now: Timestamp) -> Reply {
        Reply::html(if call.method == "GET" { 404 } else { 405 }, "<!DOCTYPE html><title>Nothing is here</title>")
    }
}
