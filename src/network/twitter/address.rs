//! Names and addresses on X: how people and posts are called elsewhere. Pure.

use super::wire;
use crate::core::post::MediaKind;

/// The host that X's names are known by elsewhere.
const HOST: &str = "x.com";

/// Whether it is a name as X makes them, with room for the longest of old.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A name as it is known elsewhere: `name@x.com`.
#[must_use]
pub fn handle(name: &str) -> String {
    format!("{name}@{HOST}")
}

/// A post's address for people. `i` stands for any name: X goes by the id.
#[must_use]
pub fn of_post(name: Option<&str>, id: &str) -> String {
    format!("https://{HOST}/{}/status/{id}", name.filter(|name| is_name(name)).unwrap_or("i"))
}

/// The address of a post on X, or of a medium of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusUrl<'a> {
    /// Its author's name, as far as the address says it.
    pub name: Option<&'a str>,
    /// The post.
    pub id: &'a str,
    /// The kind of medium that it leads to.
    pub media: Option<MediaKind>,
}

impl<'a> StatusUrl<'a> {
    /// Reads an address; `None` when it leads anywhere else.
    #[must_use]
    pub fn of(url: &'a str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (host, path) = rest.split_once('/')?;
        let host = host.trim_start_matches("www.").trim_start_matches("mobile.");
        if ![HOST, "twitter.com"].iter().any(|ours| host.eq_ignore_ascii_case(ours)) {
            return None;
        }
        let path = path.split(['?', '#']).next()?;
        // `name/status/ID`; `i/status/ID` and `i/web/status/ID` name nobody.
        let first = path.split('/').next().filter(|name| is_name(name) && !name.eq_ignore_ascii_case("i"));
        let mut segments = path.split('/').skip_while(|segment| *segment != "status").skip(1);
        let id = segments.next().filter(|id| wire::is_id(id))?;
        let media = match segments.next() {
            Some("photo") => Some(MediaKind::Image),
            Some("video") => Some(MediaKind::Video),
            _ => None,
        };
        Some(Self { name: first.filter(|name| *name != "status"), id, media })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_who_and_which() {
        for (url, expected) in [
            ("https://x.com/bob/status/5", Some((Some("bob"), "5", None))),
            ("http://mobile.Twitter.com/bob/status/5?s=20", Some((Some("bob"), "5", None))),
            ("https://x.com/i/web/status/5", Some((None, "5", None))),
            ("https://x.com/bob/status/5/photo/1#x", Some((Some("bob"), "5", Some(MediaKind::Image)))),
            ("https://x.com/../status/5", Some((None, "5", None))),
            ("https://x.com/bob/status/x", None),
            ("https://x.com/bob", None),
            ("https://x.com.evil.example/bob/status/5", None),
            ("https://evil.example/x.com/bob/status/5", None),
        ] {
            assert_eq!(StatusUrl::of(url).map(|read| (read.name, read.id, read.media)), expected, "{url}");
        }
        assert_eq!(of_post(Some("../me"), "12"), "https://x.com/i/status/12");
    }
}
