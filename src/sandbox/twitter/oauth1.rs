//! Checks OAuth 1.0a signatures the way X does (x-api.md 1.2), with code of its own: a client that is wrong must not
//! be judged by the code that made it wrong.

use std::collections::HashSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;

use crate::core::post::Timestamp;
use crate::sandbox::Call;

/// How far a request's clock may be off, in seconds.
const MAX_SKEW_SECS: i64 = 300;

/// The parameters of an `Authorization: OAuth …` header, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header(Vec<(String, String)>);

impl Header {
    /// Reads the header; anything that is not exactly as it should be is refused, with the reason.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let list = text.strip_prefix("OAuth ").ok_or("the Authorization header is not OAuth")?;
        let mut parameters: Vec<(String, String)> = Vec::new();
        for piece in list.split(',') {
            let (name, value) = piece.trim().split_once('=').ok_or("a parameter without a value")?;
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).ok_or("a value without quotes")?;
            let (name, value) = (decode(name)?, decode(value)?);
            if name == "realm" {
                continue;
            }
            if !name.starts_with("oauth_") {
                return Err("a parameter in the header that is not oauth_*");
            }
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err("the same parameter twice in the header");
            }
            parameters.push((name, value));
        }
        let header = Self(parameters);
        if header.get("oauth_signature_method") != Some("HMAC-SHA1") {
            return Err("the signature method is not HMAC-SHA1");
        }
        if header.get("oauth_version") != Some("1.0") {
            return Err("the OAuth version is not 1.0");
        }
        let nonce = header.get("oauth_nonce").unwrap_or_default();
        if nonce.is_empty() || !nonce.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("no nonce, or one that is not ASCII");
        }
        if header.get("oauth_consumer_key").is_none() || header.get("oauth_signature").is_none() {
            return Err("no consumer key or no signature");
        }
        Ok(header)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn consumer_key(&self) -> &str {
        self.get("oauth_consumer_key").unwrap_or_default()
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.get("oauth_token")
    }

    /// Checks the signature over the request with these secrets (`token_secret` empty where there is no token).
    pub(super) fn check_signature(
        &self,
        call: &Call,
        consumer_secret: &str,
        token_secret: &str,
    ) -> Result<(), &'static str> {
        let mut parameters: Vec<(String, String)> = call.query.clone();
        if call.is_of_type("application/x-www-form-urlencoded") {
            parameters.extend(url::form_urlencoded::parse(&call.body).into_owned());
        }
        parameters.extend(self.0.iter().filter(|(name, _)| name != "oauth_signature").cloned());
        let expected = signature(
            &call.method,
            &format!("{}{}", call.base, call.path),
            &parameters,
            [consumer_secret, token_secret],
        );
        if self.get("oauth_signature") == Some(expected.as_str()) { Ok(()) } else { Err("the signature is wrong") }
    }
}

/// The nonces that were used, as long as their timestamps could still pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Nonces(HashSet<(i64, String, String)>);

impl Nonces {
    /// Checks that the request is of now and was not seen before, and remembers it.
    pub(super) fn check(&mut self, header: &Header, now: Timestamp) -> Result<(), &'static str> {
        let timestamp = header.get("oauth_timestamp").unwrap_or_default();
        if timestamp.is_empty() || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("no timestamp");
        }
        let timestamp: i64 = timestamp.parse().map_err(|_| "no timestamp")?;
        if (timestamp.saturating_sub(now.secs())).abs() > MAX_SKEW_SECS {
            return Err("the timestamp is too far from the server's time");
        }
        self.0.retain(|(seen, ..)| (seen - now.secs()).abs() <= 2 * MAX_SKEW_SECS);
        let token = header.token().unwrap_or_else(|| header.consumer_key()).to_owned();
        let nonce = header.get("oauth_nonce").unwrap_or_default().to_owned();
        if self.0.insert((timestamp, token, nonce)) { Ok(()) } else { Err("the nonce was used before") }
    }
}

/// The signature over a request; `secrets`: the consumer's and the token's.
fn signature(method: &str, url: &str, parameters: &[(String, String)], secrets: [&str; 2]) -> String {
    let mut encoded: Vec<(String, String)> = parameters.iter().map(|(k, v)| (encode(k), encode(v))).collect();
    encoded.sort();
    let list: Vec<String> = encoded.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let base = format!("{}&{}&{}", method.to_ascii_uppercase(), encode(url), encode(&list.join("&")));
    let key = secrets.map(encode).join("&");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    BASE64.encode(hmac::sign(&key, base.as_bytes()))
}

/// Percent-encodes by RFC 3986: everything but letters, digits and `-._~`.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Decodes what [`encode`] wrote, and nothing else.
fn decode(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next(), rest.next()];
            let value = digits.into_iter().try_fold(0, |value, digit| {
                let digit = char::from(digit?).to_digit(16)?;
                Some(value * 16 + digit)
            });
            value.and_then(|value| u8::try_from(value).ok()).ok_or("a broken percent-escape")?
        } else {
            byte
        });
    }
    let decoded = String::from_utf8(bytes).map_err(|_| "text that is not UTF-8")?;
    if encode(&decoded) == text { Ok(decoded) } else { Err("a value that is not percent-encoded by RFC 3986") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    /// The vector in X's documentation ("Creating a signature").
    #[test]
    fn the_published_vector_is_signed_as_published() {
        let parameters = pairs(&[
            ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
            ("include_entities", "true"),
            ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
            ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1318622958"),
            ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            ("oauth_version", "1.0"),
        ]);
        let secrets = ["kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"];
        let made = signature("post", "https://api.x.com/1.1/statuses/update.json", &parameters, secrets);
        assert_eq!(made, "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=");
    }

    #[test]
    fn only_exact_percent_encoding_is_read() {
        assert_eq!(decode("a%20b%2C~").as_deref(), Ok("a b,~"));
        for bad in ["a,b", "a+b", "%2c", "%41", "%", "%2", "%ZZ", "%FF", "a b"] {
            assert!(decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn headers_that_are_not_quite_right_are_refused() {
        let good = "OAuth oauth_consumer_key=\"k\", oauth_nonce=\"n\", oauth_signature=\"s\", \
                    oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"100\", oauth_version=\"1.0\"";
        assert!(Header::read(good).is_ok());
        for (from, to) in [
            ("OAuth ", "oauth "),
            ("\"1.0\"", "\"2.0\""),
            ("HMAC-SHA1", "PLAINTEXT"),
            ("oauth_nonce=\"n\"", "oauth_nonce=\"\""),
            ("oauth_nonce=\"n\"", "oauth_nonce=\"%C3%A9\""),
            ("oauth_nonce=\"n\"", "oauth_nonce=n"),
            ("oauth_nonce=\"n\"", "nonce=\"n\""),
            ("oauth_nonce=\"n\"", "oauth_nonce=\"n\", oauth_nonce=\"m\""),
            ("oauth_signature=\"s\", ", ""),
        ] {
            assert!(Header::read(&good.replace(from, to)).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_nonce_is_good_once_and_only_near_its_time() {
        let header = |nonce: &str, timestamp: &str| {
            Header(pairs(&[("oauth_nonce", nonce), ("oauth_timestamp", timestamp), ("oauth_token", "t")]))
        };
        let now = Timestamp::from_secs(1000);
        let mut nonces = Nonces::default();
        for (nonce, timestamp, expected) in [
            ("a", "1000", true),
            ("a", "1000", false),
            ("a", "1001", true),
            ("b", "700", true),
            ("c", "699", false),
            ("d", "1300", true),
            ("e", "1301", false),
            ("f", "", false),
            ("g", "+1000", false),
        ] {
            assert_eq!(nonces.check(&header(nonce, timestamp), now).is_ok(), expected, "{nonce} {timestamp}");
        }
    }
}
