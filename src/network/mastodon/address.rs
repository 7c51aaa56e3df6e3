//! What a person types or pastes while signing in: a server in any of its forms, and the code that it showed.

use url::Url;

use super::super::http::{BadUrl, BaseUrl};
use crate::secret::Secret;

/// Reads a server as people name it: `mastodon.social`, an address of any page on it, or a handle (`@me@host`).
///
/// # Errors
/// When no server can be made out, or it would be spoken to unencrypted.
pub fn parse_server(text: &str) -> Result<BaseUrl, BadUrl> {
    let text = text.trim();
    let bare = text.strip_prefix("acct:").unwrap_or(text);
    if let Some((scheme, rest)) = bare.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return BaseUrl::parse(&format!("{scheme}://{host}"));
    }
    // The host ends where a path begins; before it, `@me@host` and `me@host` name it last.
    let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(BadUrl::NotAnAddress(text.to_owned()));
    }
    BaseUrl::parse(host)
}

/// Why what was pasted is not the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Nothing, or something that no code looks like.
    #[error("this is not a code: paste the code that the page shows, or the whole address that it led to")]
    NotACode,
    /// The page was answered with "no".
    #[error("the server says that access was denied: open the page again and allow it")]
    Denied,
    /// It belongs to another attempt to sign in.
    #[error("this code is from another attempt: open the page again and paste the code that it shows now")]
    OtherAttempt,
}

/// Reads the code that was pasted: the code alone, or the address that the browser was led to.
///
/// # Errors
/// When there is none in it, or the address is not the answer to the page opened with `state`.
pub fn parse_code(text: &str, state: &str) -> Result<Secret, BadCode> {
    let text = text.trim();
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let field = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    if field("error").is_some_and(|error| !error.is_empty()) {
        return Err(BadCode::Denied);
    }
    let code = match field("code") {
        Some(_) if field("state").is_some_and(|found| found != state) => return Err(BadCode::OtherAttempt),
        Some(code) => code,
        None => native_code(text),
    };
    if code.is_empty() || !code.chars().all(|c| c.is_ascii_graphic()) || code.contains("://") {
        return Err(BadCode::NotACode);
    }
    Ok(Secret::new(code))
}

/// The code alone, or at the end of Doorkeeper's page that shows it: `/oauth/authorize/native/CODE` on some versions.
fn native_code(text: &str) -> &str {
    let Ok(url) = Url::parse(text) else { return text };
    let is_native = url.path_segments().is_some_and(|mut segments| segments.any(|segment| segment == "authorize"));
    if !is_native {
        return text;
    }
    text.trim_end_matches('/').rsplit('/').next().filter(|code| !matches!(*code, "native" | "authorize")).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_in_every_form() {
        for (text, expected) in [
            ("mastodon.social", Some("https://mastodon.social")),
            (" Mastodon.Social\n", Some("https://mastodon.social")),
            ("https://mastodon.social/", Some("https://mastodon.social")),
            ("https://mastodon.social/@me/123?x#y", Some("https://mastodon.social")),
            ("mastodon.social/@me", Some("https://mastodon.social")),
            ("@me@mastodon.social", Some("https://mastodon.social")),
            ("me@mastodon.social", Some("https://mastodon.social")),
            ("acct:me@mastodon.social", Some("https://mastodon.social")),
            ("@me@bücher.example", Some("https://xn--bcher-kva.example")),
            ("http://127.0.0.1:3000/web", Some("http://127.0.0.1:3000")),
            ("localhost:3000", Some("https://localhost:3000")),
            ("http://mastodon.social", None),
            ("https://", None),
            ("@me", Some("https://me")),
            ("me@", None),
            ("", None),
            ("my server", None),
        ] {
            assert_eq!(parse_server(text).ok().as_ref().map(BaseUrl::as_str), expected, "{text}");
        }
    }

    #[test]
    fn codes_alone_and_in_addresses() {
        for (text, expected) in [
            (" abc-DEF_123 \n", Ok("abc-DEF_123")),
            ("https://h/oauth/authorize/native?code=abc", Ok("abc")),
            ("https://h/oauth/authorize/native?code=abc&state=s1", Ok("abc")),
            ("http://127.0.0.1:1/callback?state=s1&code=a%2Bb#x", Ok("a+b")),
            ("https://h/oauth/authorize/abc", Ok("abc")),
            ("code=abc", Ok("abc")),
            ("https://h/x?code=abc&state=s2", Err(BadCode::OtherAttempt)),
            ("https://h/x?error=access_denied&state=s1", Err(BadCode::Denied)),
            ("https://h/oauth/authorize/native", Err(BadCode::NotACode)),
            ("https://h/x?code=", Err(BadCode::NotACode)),
            ("https://h/about", Err(BadCode::NotACode)),
            ("two words", Err(BadCode::NotACode)),
            ("", Err(BadCode::NotACode)),
        ] {
            let found = parse_code(text, "s1");
            assert_eq!(found.as_ref().map(Secret::expose), expected.as_ref().copied(), "{text}");
        }
    }
}
