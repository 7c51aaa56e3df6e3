//! Where files may be fetched from: hosts of the open internet, over https.
//!
//! Whoever writes a post chooses the addresses of its files. So none of them may lead into the owner's own network:
//! not by its text, not by a name that resolves to a private address (it is looked at when the connection is made, so
//! that a name that changes its mind is of no use), not by a redirect.
//!
//! Only where a configured server itself is in a private network are private addresses open.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Tells which addresses may be used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    /// Whether private addresses may.
    pub(super) private_hosts: bool,
}

/// Why an address is not used: the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refused {}

/// Where an IP address belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Realm {
    /// The open internet.
    Public,
    /// This machine, or a network around it.
    Private,
    /// Nowhere that a file could be fetched from: many machines, none, an example, a tunnel.
    None,
}

impl Guard {
    /// Reads an address that a network named.
    ///
    /// # Errors
    /// When it is no address, or may not be used.
    pub(super) fn parse(self, text: &str) -> Result<Url, Refused> {
        let url = Url::parse(text).map_err(|_| Refused("its address is none that a file can lie at".to_owned()))?;
        self.check(url)
    }

    /// The address that a redirect leads to.
    ///
    /// # Errors
    /// When it may not be used.
    pub(super) fn redirected(self, from: &Url, location: &str) -> Result<Url, Refused> {
        let host = host(from);
        let url = from.join(location).map_err(|_| Refused(format!("{host} redirects it to nowhere")))?;
        self.check(url).map_err(|Refused(why)| Refused(format!("{why} (redirected there by {host})")))
    }

    fn check(self, mut url: Url) -> Result<Url, Refused> {
        let host = url.host().ok_or_else(|| Refused("its address is none that a file can lie at".to_owned()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused("there is a user name or password in its address".to_owned()));
        }
        let realm = match &host {
            Host::Ipv4(ip) => Some(realm(IpAddr::V4(*ip))),
            Host::Ipv6(ip) => Some(realm(IpAddr::V6(*ip))),
            Host::Domain(_) => None,
        };
        if realm.is_some_and(|realm| !self.is_open(realm)) {
            return Err(private(&host));
        }
        let is_private = realm == Some(Realm::Private) || is_localhost(&host);
        match url.scheme() {
            "https" => {}
            "http" if self.private_hosts && is_private => {}
            "http" => return Err(Refused(format!("its address at {host} is not encrypted (http, not https)"))),
            other => return Err(Refused(format!("its address begins with {other}:, not with https:"))),
        }
        url.set_fragment(None);
        Ok(url)
    }

    fn is_open(self, realm: Realm) -> bool {
        match realm {
            Realm::Public => true,
            Realm::Private => self.private_hosts,
            Realm::None => false,
        }
    }

    /// Those of a name's addresses that may be used.
    fn open_ones(self, name: &str, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let open: Vec<_> = found.filter(|address| self.is_open(realm(address.ip()))).collect();
        if open.is_empty() { Err(private(name)) } else { Ok(open) }
    }
}

/// Resolves names for the HTTP client, so that it never connects to an address that may not be used.
impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Addrs = Box::new(guard.open_ones(name.as_str(), found)?.into_iter());
            Ok(open)
        })
    }
}

/// Why a connection was refused by us, if it was.
pub(super) fn refusal(error: &reqwest::Error) -> Option<Refused> {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return Some(refused.clone());
        }
        cause = error.source();
    }
    None
}

/// A host for people and logs, with its port where that is not the usual one.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn private(host: impl fmt::Display) -> Refused {
    Refused(format!("its address leads to {host}, which is not on the open internet"))
}

fn is_localhost(host: &Host<&str>) -> bool {
    matches!(host, Host::Domain(name) if name.trim_end_matches('.').eq_ignore_ascii_case("localhost"))
}

/// Whether an address belongs to this machine or to a private network.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    realm(ip) == Realm::Private
}

fn realm(ip: IpAddr) -> Realm {
    match ip {
        IpAddr::V4(ip) => realm_v4(ip),
        IpAddr::V6(ip) => realm_v6(ip),
    }
}

/// By IANA's registry of special-purpose addresses.
fn realm_v4(ip: Ipv4Addr) -> Realm {
    match ip.octets() {
        [10 | 127, ..] | [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => Realm::Private,
        // This network; protocol assignments, 6to4 relays, documentation, benchmarks; multicast and what is reserved.
        [0 | 224..=255, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Realm::None,
        _ => Realm::Public,
    }
}

/// By the same registry; only what is handed out to the open internet (`2000::/3`) is open.
fn realm_v6(ip: Ipv6Addr) -> Realm {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return realm_v4(inner);
    }
    match ip.segments() {
        // NAT64: how a network without IPv4 reaches the rest of the internet; what counts is who is behind.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            realm_v4(Ipv4Addr::new(a, b, c, d))
        }
        // This machine; a translator of this network; unique local and link-local addresses.
        [0, 0, 0, 0, 0, 0, 0, 1]
        | [0x64, 0xff9b, 1, ..]
        | [0xfc00..=0xfdff | 0xfe80..=0xfebf | 0xfec0..=0xfeff, ..] => Realm::Private,
        // Protocol assignments and Teredo (`2001::/23`), documentation, 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Realm::None,
        [0x2000..=0x3fff, ..] => Realm::Public,
        _ => Realm::None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    const CLOSED: Guard = Guard { private_hosts: false };
    const OPEN: Guard = Guard { private_hosts: true };

    #[test]
    fn addresses_are_of_the_open_internet() {
        for (text, closed, open) in [
            ("https://files.example/a.jpg?x=1", true, true),
            ("https://files.example:8443/a.jpg", true, true),
            ("https://8.8.8.8/", true, true),
            ("https://[2606:4700::1]/", true, true),
            ("https://localhost/", true, true), // Its address is refused when it is resolved.
            ("http://files.example/a.jpg", false, false),
            ("http://8.8.8.8/", false, false),
            ("ftp://files.example/a.jpg", false, false),
            ("file:///etc/passwd", false, false),
            ("data:image/png;base64,AA", false, false),
            ("https://", false, false),
            ("a.jpg", false, false),
            ("", false, false),
            ("https://user@files.example/", false, false),
            ("https://:secret@files.example/", false, false),
            ("https://127.0.0.1/", false, true),
            ("http://127.0.0.1:3000/", false, true),
            ("http://localhost:3000/", false, true),
            ("http://[::1]:3000/", false, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://10.1.2.3/", false, true),
            ("https://169.254.169.254/latest/", false, true),
            ("https://[fd00::1]/", false, true),
            ("https://[::ffff:192.168.0.1]/", false, true),
            ("https://[64:ff9b::a00:1]/", false, true),
            ("https://0.0.0.0/", false, false),
            ("https://224.0.0.1/", false, false),
            ("https://[ff02::1]/", false, false),
        ] {
            assert_eq!(CLOSED.parse(text).is_ok(), closed, "{text}");
            assert_eq!(OPEN.parse(text).is_ok(), open, "{text}, private hosts open");
        }
        assert_eq!(CLOSED.parse("https://x.example/a#b").unwrap().as_str(), "https://x.example/a");
    }

    #[test]
    fn ip_addresses_know_where_they_belong() {
        for (ip, expected) in [
            ("1.1.1.1", Realm::Public),
            ("100.63.255.255", Realm::Public),
            ("100.64.0.1", Realm::Private),
            ("172.32.0.1", Realm::Public),
            ("172.31.0.1", Realm::Private),
            ("192.0.2.1", Realm::None),
            ("198.19.0.1", Realm::None),
            ("203.0.113.9", Realm::None),
            ("255.255.255.255", Realm::None),
            ("::", Realm::None),
            ("::1", Realm::Private),
            ("::7f00:1", Realm::None),
            ("::ffff:10.0.0.1", Realm::Private),
            ("64:ff9b::808:808", Realm::Public),
            ("64:ff9b::7f00:1", Realm::Private),
            ("64:ff9b:1::1", Realm::Private),
            ("fe80::1", Realm::Private),
            ("fec0::1", Realm::Private),
            ("fdff::1", Realm::Private),
            ("ff0e::1", Realm::None),
            ("2001:0:1::1", Realm::None),
            ("2001:db8::1", Realm::None),
            ("2001:200::1", Realm::Public),
            ("2002:a00:1::", Realm::None),
            ("2a00:1450::1", Realm::Public),
            ("3fff::1", Realm::None),
            ("4000::1", Realm::None),
        ] {
            assert_eq!(realm(ip.parse().unwrap()), expected, "{ip}");
        }
    }

    #[test]
    fn a_name_is_only_used_with_its_public_addresses() {
        let addresses = |list: &[&str]| {
            list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect::<Vec<_>>().into_iter()
        };
        let found = CLOSED.open_ones("x.example", addresses(&["127.0.0.1", "1.1.1.1", "::1"])).unwrap();
        assert_eq!(found, addresses(&["1.1.1.1"]).collect::<Vec<_>>());
        let Refused(why) = CLOSED.open_ones("x.example", addresses(&["10.0.0.1"])).unwrap_err();
        assert_eq!(why, "its address leads to x.example, which is not on the open internet");
        assert!(CLOSED.open_ones("x.example", addresses(&[])).is_err());
        assert_eq!(OPEN.open_ones("x.example", addresses(&["10.0.0.1", "0.0.0.0"])).unwrap().len(), 1);
    }

    #[test]
    fn a_redirect_is_looked_at_as_an_address_is() {
        let from = Url::parse("https://files.example/a/b.jpg").unwrap();
        for (location, expected) in [
            ("/c.jpg", Some("https://files.example/c.jpg")),
            ("c.jpg#x", Some("https://files.example/a/c.jpg")),
            ("//cdn.example/c.jpg", Some("https://cdn.example/c.jpg")),
            ("http://files.example/a/b.jpg", None),
            ("https://127.0.0.1/", None),
            ("https://192.168.178.1/reboot", None),
            ("https://user:pw@files.example/", None),
            ("file:///etc/passwd", None),
            ("https://[", None),
        ] {
            let url = CLOSED.redirected(&from, location);
            assert_eq!(url.as_ref().map(Url::as_str).ok(), expected, "{location}");
        }
        let Refused(why) = CLOSED.redirected(&from, "https://10.0.0.1/").unwrap_err();
        assert_eq!(
            why,
            "its address leads to 10.0.0.1, which is not on the open internet (redirected there by files.example)"
        );
    }
}
