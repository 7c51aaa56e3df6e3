//! Addresses without the parameters that only tell who shared a link, and where.
//!
//! Only names that are known to do nothing else are on the lists, and nothing else in the address changes. Not here:
//! whether the owner wants this, and which addresses stand in a text.

use url::Url;

/// Parameters that are for tracking on every host, in lower case: those of the brief and of Firefox's list.
const EVERYWHERE: &[&str] = &[
    "__hsfp",
    "__hssc",
    "__hstc",
    "__s",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "dclid",
    "fbclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "hsctatracking",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "srsltid",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "yclid",
    "ysclid",
];

/// Parameters whose names are too short to be for tracking elsewhere: the hosts, with all below them, and the names.
const BY_HOST: &[(&[&str], &[&str])] = &[
    (&["youtube.com", "youtu.be", "youtube-nocookie.com", "spotify.com", "spotify.link"], &["si"]),
    (&["x.com", "twitter.com"], &["s", "t", "ref_src", "ref_url"]),
];

/// The address without its tracking parameters. What is not an `http` or `https` address is returned as it is.
#[must_use]
pub fn without_tracking(address: &str) -> String {
    shortened(address).unwrap_or_else(|| address.to_owned())
}

/// `None`: there is nothing to remove.
fn shortened(address: &str) -> Option<String> {
    // The parser forgives white space and a missing `//`; an address that needs that is not touched.
    if address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (scheme, _) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let parsed = Url::parse(address).ok()?;
    let host = parsed.host_str()?.trim_end_matches('.');
    let (whole, fragment) = match address.find('#') {
        Some(place) => address.split_at(place),
        None => (address, ""),
    };
    let (page, query) = whole.split_once('?')?;
    let kept: Vec<&str> = query.split('&').filter(|parameter| !is_tracking(parameter, host)).collect();
    if kept.len() == query.split('&').count() {
        return None;
    }
    let kept = kept.join("&");
    let mark = if kept.is_empty() { "" } else { "?" };
    Some(format!("{page}{mark}{kept}{fragment}"))
}

fn is_tracking(parameter: &str, host: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let here = |(hosts, names): &(&[&str], &[&str])| {
        names.contains(&name)
            && hosts
                .iter()
                .any(|known| host.strip_suffix(known).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
    };
    lower.starts_with("utm_") || EVERYWHERE.contains(&lower.as_str()) || BY_HOST.iter().any(here)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_tracking_goes() {
        for (address, expected) in [
            ("https://e.org/?utm_source=a", "https://e.org/"),
            ("https://e.org?utm_source=a", "https://e.org"),
            ("https://e.org/a?utm_source=a&utm_medium=b&id=1", "https://e.org/a?id=1"),
            ("https://e.org/a?id=1&fbclid=x", "https://e.org/a?id=1"),
            ("https://e.org/a?b=2&gclid=x&a=%20é+1#Top?utm_x=1", "https://e.org/a?b=2&a=%20é+1#Top?utm_x=1"),
            ("https://e.org/a?fbclid=x#part", "https://e.org/a#part"),
            ("https://e.org/a?UTM_Source=a&FBCLID=b", "https://e.org/a"),
            ("HTTPS://E.ORG/A?igshid=1&Q=1", "HTTPS://E.ORG/A?Q=1"),
            ("http://e.org:8080/?msclkid", "http://e.org:8080/"),
            ("https://e.org/?a=1&&mc_cid=2&", "https://e.org/?a=1&&"),
            ("https://e.org/?mkt_tok=a=b&c=d?e", "https://e.org/?c=d?e"),
            ("https://www.instagram.com/p/1/?igsh=abc==", "https://www.instagram.com/p/1/"),
            ("https://youtu.be/abc?si=1&t=42", "https://youtu.be/abc?t=42"),
            ("https://www.youtube.com/watch?v=abc&si=1", "https://www.youtube.com/watch?v=abc"),
            ("https://open.spotify.com/track/1?si=2", "https://open.spotify.com/track/1"),
            ("https://x.com/a/status/1?s=20&t=abc", "https://x.com/a/status/1"),
            ("https://mobile.twitter.com/a/status/1?ref_src=twsrc%5Etfw", "https://mobile.twitter.com/a/status/1"),
            ("https://X.com./a?s=20", "https://X.com./a"),
            ("https://me@x.com:443/a?s=20", "https://me@x.com:443/a"),
        ] {
            assert_eq!(without_tracking(address), expected);
        }
    }

    #[test]
    fn all_else_stays() {
        for address in [
            "",
            "hello",
            "https://e.org/?",
            "https://e.org/?a&b=&=c&&",
            "https://e.org/?ref=a&s=1&t=2&si=3&source=x&utm=1",
            "https://e.org/#?utm_source=a",
            "https://e.org/utm_source=a&fbclid=b",
            "https://notx.com/?s=1",
            "https://x.com.evil.org/?s=1",
            "https://x.com@evil.org/?t=1",
            "https://x.com/search?q=utm_source",
            "https://youtube.com/watch?v=fbclid&SI=1",
            "ftp://e.org/?utm_source=a",
            "mailto:a@e.org?utm_source=a",
            "e.org/?utm_source=a",
            "https:e.org/?utm_source=a",
            "http://?utm_source=a",
            "https://[::1?utm_source=a",
            "https://e.org/ ?utm_source=a",
            " https://e.org/?utm_source=a",
        ] {
            assert_eq!(without_tracking(address), address);
        }
    }

    proptest! {
        #[test]
        fn once_is_enough_and_nothing_is_added(
            address in "(https?://)?(e\\.org|x\\.com|youtu\\.be|[é@\\[\\]:]{0,3})/?(\\?)?((utm_|fbclid|s|si|t|id|é|%20)?=?[&?#a/]?){0,8}|\\PC{0,30}",
        ) {
            let once = without_tracking(&address);
            prop_assert!(once.len() <= address.len());
            prop_assert_eq!(without_tracking(&once), once.clone());
            let mut rest = address.chars();
            prop_assert!(once.chars().all(|c| rest.any(|other| other == c)), "{:?} {:?}", address, once);
        }

        #[test]
        fn without_tracking_parameters_it_is_the_same(query in "(&?(id|q|page|T|S)=[a-z0-9%+]{0,4}){0,5}") {
            let address = format!("https://e.org/a?{query}#b");
            prop_assert_eq!(without_tracking(&address), address);
        }
    }
}
