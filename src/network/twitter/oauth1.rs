//! OAuth 1.0a signatures (`x-api.md` 1.2).
//!
//! Query parameters are signed, JSON bodies are not. The time is given: X refuses requests from a wrong clock.

use std::num::NonZeroU64;

use oauth1_request as oauth;
use oauth1_request::{Credentials, HMAC_SHA1, ParameterList};
use reqwest::header::HeaderValue;

use crate::core::post::Timestamp;
use crate::secret::Secret;

/// The app's and the account's keys, from the developer console.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The app's key ("API key").
    pub consumer_key: Secret,
    /// The app's secret.
    pub consumer_secret: Secret,
    /// The account's token. Its digits before the `-` are the account's id.
    pub access_token: Secret,
    /// The account's secret.
    pub access_token_secret: Secret,
}

/// What a request is signed with.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The app's key and secret.
    pub consumer: (Secret, Secret),
    /// The account's (or the sign-in's) token and secret; none yet when a sign-in begins.
    pub token: Option<(Secret, Secret)>,
    /// `oauth_callback`, when a sign-in begins.
    pub callback: Option<&'static str>,
    /// `oauth_verifier`: the PIN that ends a sign-in.
    pub verifier: Option<Secret>,
}

impl From<Keys> for Signer {
    fn from(keys: Keys) -> Self {
        Self {
            consumer: (keys.consumer_key, keys.consumer_secret),
            token: Some((keys.access_token, keys.access_token_secret)),
            callback: None,
            verifier: None,
        }
    }
}

/// Query parameters: names of unreserved characters only, each at most once (X rejects repetitions).
pub type Query<'a> = [(&'static str, &'a str)];

impl Signer {
    /// The `Authorization` header for a request to `url` (without its query) at that time, with a new nonce.
    /// `None` when it cannot be a header, which percent-encoding prevents.
    #[must_use]
    pub fn authorization(&self, method: &str, url: &str, query: &Query<'_>, at: Timestamp) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.sign(method, url, query, at, None)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    fn sign(&self, method: &str, url: &str, query: &Query<'_>, at: Timestamp, nonce: Option<&str>) -> String {
        let (key, secret) = &self.consumer;
        let mut builder = oauth::Builder::new(Credentials::new(key.expose(), secret.expose()), HMAC_SHA1);
        builder
            .token(self.token.as_ref().map(|(token, secret)| Credentials::new(token.expose(), secret.expose())))
            .callback(self.callback)
            .verifier(self.verifier.as_ref().map(Secret::expose))
            // A clock before 1970 is as wrong as one of 1970: the answer will say what time it is.
            .timestamp(u64::try_from(at.secs()).ok().and_then(NonZeroU64::new).unwrap_or(NonZeroU64::MIN))
            .nonce(nonce)
            .version(true);
        builder.authorize(method, url, &ParameterList::new(query.to_vec()))
    }
}

/// `url` with its query, encoded as it is signed (RFC 3986: a comma is `%2C`).
#[must_use]
pub fn with_query(url: &str, query: &Query<'_>) -> String {
    if query.is_empty() {
        return url.to_owned();
    }
    oauth::to_query(url.to_owned(), &ParameterList::new(query.to_vec()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use ring::hmac;
    use url::Url;

    use super::*;

    /// The example of X's documentation, "Creating a signature".
    fn example() -> Signer {
        Signer {
            consumer: (
                Secret::new("xvz1evFS4wEEPTGEFPHBog"),
                Secret::new("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
            ),
            token: Some((
                Secret::new("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
                Secret::new("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
            )),
            callback: None,
            verifier: None,
        }
    }

    #[test]
    fn the_published_example_is_reproduced() {
        // The form's fields are signed like a query's.
        let parameters =
            [("status", "Hello Ladies + Gentlemen, a signed OAuth request!"), ("include_entities", "true")];
        let nonce = Some("kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg");
        for (url, signature) in [
            ("https://api.x.com/1.1/statuses/update.json", "Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"),
            ("https://api.twitter.com/1.1/statuses/update.json", "hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D"),
        ] {
            let header = example().sign("POST", url, &parameters, Timestamp::from_secs(1_318_622_958), nonce);
            assert!(header.contains(&format!("oauth_signature=\"{signature}\"")), "{header}");
            assert!(header.contains("oauth_version=\"1.0\""), "{header}");
        }
    }

    /// The same by hand, with another library's HMAC, for a request of ours.
    #[test]
    fn our_own_requests_are_signed_as_the_rules_say() {
        let query = [("since_id", "12"), ("tweet.fields", "created_at,text"), ("max_results", "100")];
        let url = "http://127.0.0.1:81/2/users/7/tweets";
        let header = example().sign("GET", url, &query, Timestamp::from_secs(5), Some("abc"));
        let base = "GET&http%3A%2F%2F127.0.0.1%3A81%2F2%2Fusers%2F7%2Ftweets&max_results%3D100\
            %26oauth_consumer_key%3Dxvz1evFS4wEEPTGEFPHBog%26oauth_nonce%3Dabc%26oauth_signature_method%3DHMAC-SHA1\
            %26oauth_timestamp%3D5%26oauth_token%3D370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb\
            %26oauth_version%3D1.0%26since_id%3D12%26tweet.fields%3Dcreated_at%252Ctext";
        let key = "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw&LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE";
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes()), base.as_bytes());
        let signature: String = url::form_urlencoded::byte_serialize(STANDARD.encode(tag).as_bytes()).collect();
        assert!(header.contains(&format!("oauth_signature=\"{signature}\"")), "{header}");
    }

    #[test]
    fn what_is_signed_is_what_is_sent() {
        let query = [("text", "a b,c+d&e=f~g!*'()é@/?%"), ("max_results", "5")];
        let url = with_query("https://api.x.com/2/tweets", &query);
        assert_eq!(
            url,
            "https://api.x.com/2/tweets?max_results=5&text=a%20b%2Cc%2Bd%26e%3Df~g%21%2A%27%28%29%C3%A9%40%2F%3F%25"
        );
        assert_eq!(Url::parse(&url).unwrap().as_str(), url);
        assert_eq!(with_query("https://api.x.com/2/tweets", &[]), "https://api.x.com/2/tweets");
    }

    #[test]
    fn every_request_has_a_nonce_of_its_own_and_shows_nothing_in_debug() {
        let sign =
            || example().authorization("GET", "https://api.x.com/2/users/me", &[], Timestamp::from_secs(-5)).unwrap();
        let (one, other) = (sign(), sign());
        assert_ne!(one, other);
        assert!(one.to_str().unwrap().contains("oauth_timestamp=\"1\""));
        assert_eq!(format!("{one:?} {:?}", example().consumer), "Sensitive (Secret(…), Secret(…))");
    }
}
