//! What a link of a status is: a mention, a hashtag, an address, or words with an address under them.

use std::collections::HashMap;

use url::{Host, Url};

use super::super::layout::{Writer, is_unwanted};
use super::super::wire;
use crate::core::post::SpanKind;

/// A link, collected until it ends: what it is shows only then.
pub(super) struct Link {
    pub(super) href: String,
    pub(super) hashtag: bool,
    pub(super) mention: bool,
    /// Whether parts of it are marked as not shown: then it is an address that Mastodon shortened.
    pub(super) shortened: bool,
    /// What it shows.
    pub(super) text: String,
}

/// Who is mentioned in a status, as the server lists them.
pub(super) struct People<'a> {
    /// By the address of their profile.
    by_url: HashMap<&'a str, &'a str>,
    /// By their name in lower case, without host; `None` where more than one has it.
    by_name: HashMap<String, Option<&'a str>>,
    /// The host of the server's own handles.
    host: &'a str,
}

impl<'a> People<'a> {
    pub(super) fn new(listed: &'a [wire::Mention], host: &'a str) -> Self {
        let mut by_url = HashMap::new();
        let mut by_name: HashMap<String, Option<&str>> = HashMap::new();
        for mention in listed {
            let Some(acct) = mention.acct.as_deref() else { continue };
            if let Some(url) = &mention.url {
                by_url.entry(without_slash(url)).or_insert(acct);
            }
            let name = acct.split('@').next().unwrap_or_default().to_ascii_lowercase();
            by_name.entry(name).and_modify(|known| *known = known.filter(|known| *known == acct)).or_insert(Some(acct));
        }
        Self { by_url, by_name, host }
    }

    /// Whom a link mentions, as `user@host`, if anybody. `name`: what it shows, without `@`.
    fn handle(&self, link: &Link, name: &str) -> Option<String> {
        if let Some(acct) = self.by_url.get(without_slash(&link.href)) {
            return full_handle(acct, self.host);
        }
        if !link.mention || name.contains(char::is_whitespace) {
            return None;
        }
        if name.contains('@') {
            return full_handle(name, self.host);
        }
        // Not listed by this address: by their name, if only one has it.
        if let Some(Some(acct)) = self.by_name.get(&name.to_ascii_lowercase()) {
            return full_handle(acct, self.host);
        }
        let host = Url::parse(&link.href).ok()?.host_str()?.to_owned();
        full_handle(&format!("{name}@{host}"), self.host)
    }
}

/// `user@host` of an account that a server calls `acct`; it leaves out its own host.
pub(in super::super) fn full_handle(acct: &str, own_host: &str) -> Option<String> {
    let (user, host) = acct.split_once('@').unwrap_or((acct, own_host));
    let sound = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@' || is_odd(c));
    (sound(user) && sound(host)).then(|| format!("{user}@{}", ascii_host(host)))
}

/// `host` as it goes over the wire: punycode, lower case.
pub(in super::super) fn ascii_host(host: &str) -> String {
    Host::parse(host).map_or_else(|_| host.to_ascii_lowercase(), |host| host.to_string())
}

/// Writes a link.
pub(super) fn write(out: &mut Writer, link: &Link, people: &People<'_>) {
    let shown = link.text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if shown.is_empty() || write_hashtag(out, link, &shown) || write_mention(out, link, &shown, people) {
        return;
    }
    let Some(address) = web_address(&link.href) else {
        // xmpp:, magnet:, mailto: or nonsense: nothing that would be a link elsewhere.
        return out.text(if link.shortened { &link.href } else { &shown });
    };
    if !link.shortened && !shows(&shown, &link.href) {
        // A link under words of its own (Markdown). Brackets keep what follows from running into the address.
        out.text(&shown);
        out.text(" (");
        out.piece(&address, SpanKind::Link);
        return out.text(")");
    }
    out.piece(&address, SpanKind::Link);
}

fn write_hashtag(out: &mut Writer, link: &Link, shown: &str) -> bool {
    if !link.hashtag {
        return false;
    }
    let name = shown.strip_prefix(['#', '＃']).unwrap_or(shown);
    let sound =
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || matches!(c, '#' | '＃') || is_unwanted(c));
    // Friendica and Hubzilla leave the sign outside of the link.
    if !sound || (name.len() == shown.len() && !out.take_back('#')) {
        return false;
    }
    let sign = if shown.starts_with('＃') { '＃' } else { '#' };
    out.piece(&format!("{sign}{name}"), SpanKind::Hashtag);
    true
}

fn write_mention(out: &mut Writer, link: &Link, shown: &str, people: &People<'_>) -> bool {
    let name = shown.strip_prefix('@').unwrap_or(shown);
    let Some(handle) = people.handle(link, name) else { return false };
    if name.len() == shown.len() && !out.take_back('@') {
        return false;
    }
    out.piece(&format!("@{handle}"), SpanKind::Mention { handle });
    true
}

fn without_slash(url: &str) -> &str {
    url.trim_end_matches('/')
}

/// Characters that are not to be seen, or turn the order of those that are: no part of an address or a name.
fn is_odd(c: char) -> bool {
    is_unwanted(c)
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{61C}')
}

/// The address as the author typed it, or percent-encoded where it could not stand in one piece.
fn web_address(href: &str) -> Option<String> {
    let href = href.trim();
    let url = Url::parse(href).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let whole = href.len() > "https://".len() && !href.contains(|c: char| c.is_whitespace() || is_odd(c));
    Some(if whole { href.to_owned() } else { url.to_string() })
}

/// Whether the words of a link are its address, as far as they go.
fn shows(words: &str, href: &str) -> bool {
    let href = bare_address(href);
    match words.strip_suffix('…').or_else(|| words.strip_suffix("...")) {
        Some(cut) => !cut.is_empty() && href.starts_with(&bare_address(cut)),
        None => bare_address(words) == href,
    }
}

/// An address without what people and servers leave out of it.
fn bare_address(address: &str) -> String {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    let scheme = ["https://", "http://"].iter().find(|scheme| lower.starts_with(*scheme)).map_or(0, |s| s.len());
    let rest = address.get(scheme..).unwrap_or_default();
    let normal = Url::parse(&format!("https://{rest}")).map_or_else(|_| format!("https://{rest}"), String::from);
    let bare = normal.trim_start_matches("https://");
    bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/').to_owned()
}
