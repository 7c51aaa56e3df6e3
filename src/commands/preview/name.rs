//! How people name a post: by its address, by `mastodon:ID`, or by the id alone. Pure.

use url::Url;

use crate::config::Config;
use crate::core::post::{Network, PostId, PostRef};

/// X's ids have this many digits since 2017; Mastodon's will not for a long time.
const DIGITS_ON_X: usize = 19;

/// A post that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) post: PostRef,
}

/// A text that names no post.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadName {
    #[error("`{0}` does not name a post: give its address, or mastodon:ID or twitter:ID")]
    Unknown(String),
    #[error("{0} is on another server than yours, {1}: only your own posts are mirrored")]
    Elsewhere(String, String),
}

impl Named {
    pub(super) fn read(text: &str, config: &Config) -> Result<Self, BadName> {
        read(text.trim(), &config.mastodon.url.host()).map(|post| Self { post })
    }
}

fn read(text: &str, own_host: &str) -> Result<PostRef, BadName> {
    let unknown = || BadName::Unknown(text.to_owned());
    if text.starts_with("https://") || text.starts_with("http://") {
        let url = Url::parse(text).map_err(|_| unknown())?;
        return of_address(&url, own_host).ok_or_else(unknown)?;
    }
    if let Ok(post) = text.parse::<PostRef>() {
        return if is_id(post.id.as_str()) { Ok(post) } else { Err(unknown()) };
    }
    if !is_id(text) {
        return Err(unknown());
    }
    let on_x = text.len() >= DIGITS_ON_X && text.bytes().all(|byte| byte.is_ascii_digit());
    Ok(PostRef::new(if on_x { Network::Twitter } else { Network::Mastodon }, PostId::new(text)))
}

/// An address leads to a post by the last part of its path, or by what stands behind `status` or `statuses`.
fn of_address(url: &Url, own_host: &str) -> Option<Result<PostRef, BadName>> {
    let host = url
        .port()
        .map_or_else(|| url.host_str().map(str::to_owned), |port| Some(format!("{}:{port}", url.host_str()?)))?;
    let bare = host.trim_start_matches("www.").trim_start_matches("mobile.");
    let segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let behind = segments.iter().position(|segment| matches!(*segment, "status" | "statuses"));
    let id = behind.and_then(|at| segments.get(at + 1)).or(segments.last()).filter(|id| is_id(id))?;
    if bare == "x.com" || bare == "twitter.com" {
        return Some(Ok(PostRef::new(Network::Twitter, PostId::new(*id))));
    }
    Some(if host.eq_ignore_ascii_case(own_host) {
        Ok(PostRef::new(Network::Mastodon, PostId::new(*id)))
    } else {
        Err(BadName::Elsewhere(url.to_string(), own_host.to_owned()))
    })
}

/// Ids are digits, or letters and digits; some of them, on the servers of others, with a dash.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_named_by_its_address_or_its_id() {
        for (text, expected) in [
            ("mastodon:117583569266059964", "mastodon:117583569266059964"),
            ("twitter:1993000000000000001", "twitter:1993000000000000001"),
            ("117583569266059964", "mastodon:117583569266059964"),
            ("1993000000000000001", "twitter:1993000000000000001"),
            ("01HZX5G3V9N7T2K4M6P8Q0R2S4", "mastodon:01HZX5G3V9N7T2K4M6P8Q0R2S4"),
            ("https://x.com/ada_x/status/1993000000000000001", "twitter:1993000000000000001"),
            ("https://mobile.twitter.com/i/web/status/19/photo/1?s=20", "twitter:19"),
            ("https://social.example/@ada/117583569266059964", "mastodon:117583569266059964"),
            ("https://social.example/users/ada/statuses/117/activity", "mastodon:117"),
            ("https://SOCIAL.example/notice/AbC1", "mastodon:AbC1"),
        ] {
            let read = read(text, "social.example").map(|post| post.to_string());
            assert_eq!(read.as_deref(), Ok(expected), "{text}");
        }
        for bad in ["", "hello", "https://social.example/@ada", "mastodon:", "mastodon:../x", "https://", "a b"] {
            assert!(matches!(read(bad, "social.example"), Err(BadName::Unknown(_))), "{bad}");
        }
        let local = read("http://127.0.0.1:3000/@ada/12", "127.0.0.1:3000");
        assert_eq!(local.map(|post| post.to_string()).as_deref(), Ok("mastodon:12"));
        let elsewhere = read("https://other.example/@bob/12", "social.example");
        assert!(matches!(elsewhere, Err(BadName::Elsewhere(..))));
    }
}
