//! A status' HTML → plain text with typed spans.
//!
//! A WHATWG tokenizer and our own rules over its tokens; no tree is built, so nesting costs nothing and broken markup
//! is only odd text. Never fails, in linear time. Which characters separate what is `layout`'s business.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::{Host, Url};

use super::layout::{Writer, is_unwanted};
use super::wire;
use crate::core::post::{Span, SpanKind};

/// The most HTML that is read, in bytes. The longest posts of the most generous servers stay far below it.
const MAX_HTML_BYTES: usize = 1024 * 1024;

/// The most mentions of a status that are looked at: every link that could be one is compared with them.
const MAX_MENTIONS: usize = 1000;

/// Who is mentioned in a status, as the server lists them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mentions<'a> {
    /// The status' own list.
    pub(super) listed: &'a [wire::Mention],
    /// The host of the server's own handles (it leaves it out of them).
    pub(super) host: &'a str,
}

/// Reads a status' `content` (`mastodon-api.md` 4.3).
pub(super) fn read(html: &str, mentions: Mentions<'_>) -> (String, Vec<Span>) {
    // Cut where a character ends.
    let html = (MAX_HTML_BYTES - 3..=MAX_HTML_BYTES).rev().find_map(|end| html.get(..end)).unwrap_or(html);
    let listed = mentions.listed.get(..MAX_MENTIONS).unwrap_or(mentions.listed);
    let mentions = Mentions { listed, ..mentions };
    let mut emitter = DefaultEmitter::default();
    // What stands in <script> and <style> is not text, and not tags either.
    emitter.naively_switch_states(true);
    let mut walk = Walk { out: Writer::default(), anchor: None, hidden: false, mentions };
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => walk.start(&tag),
            Token::EndTag(tag) => walk.end(&tag.name),
            Token::String(text) => walk.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    walk.close_anchor();
    walk.out.finish()
}

/// `host` as it goes over the wire: punycode, lower case.
pub(super) fn ascii_host(host: &str) -> String {
    Host::parse(host).map_or_else(|_| host.to_ascii_lowercase(), |host| host.to_string())
}

struct Walk<'a> {
    out: Writer,
    /// The link that we are in.
    anchor: Option<Anchor>,
    /// Whether we are in something that browsers do not show.
    hidden: bool,
    mentions: Mentions<'a>,
}

/// A link, collected until it ends: what it is shows only then.
struct Anchor {
    href: String,
    hashtag: bool,
    mention: bool,
    /// Whether parts of it are marked as not shown: then it is an address that Mastodon shortened.
    shortened: bool,
    text: String,
}

impl Walk<'_> {
    fn start(&mut self, tag: &StartTag<()>) {
        match tag.name.as_slice() {
            b"br" => self.line_break(),
            b"a" => self.open_anchor(tag),
            b"span" => {
                if let Some(anchor) = &mut self.anchor {
                    anchor.shortened |= has_word(tag, b"class", "invisible") || has_word(tag, b"class", "ellipsis");
                }
            }
            b"img" => self.text(&attribute(tag, b"alt")),
            b"td" | b"th" => self.text(" "),
            b"script" | b"style" | b"title" | b"iframe" | b"noembed" | b"noscript" => self.hidden = true,
            b"code" => self.out.open_preserving(),
            name => {
                let Some(breaks) = block_breaks(name) else { return };
                // No link goes on over a block: one that nobody closed does not swallow the rest.
                self.close_anchor();
                match name {
                    b"blockquote" => self.out.open_quote(),
                    b"ul" => self.out.open_list(None),
                    b"ol" => self.out.open_list(Some(attribute(tag, b"start").trim().parse().unwrap_or(1))),
                    b"li" => self.out.item(),
                    b"pre" => {
                        self.out.block(breaks);
                        self.out.open_preserving();
                    }
                    _ => self.out.block(breaks),
                }
            }
        }
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"a" => self.close_anchor(),
            b"script" | b"style" | b"title" | b"iframe" | b"noembed" | b"noscript" => self.hidden = false,
            b"code" => self.out.close_preserving(),
            // Browsers make an empty paragraph and a line break of these two.
            b"br" => self.line_break(),
            name => {
                let Some(breaks) = block_breaks(name) else { return };
                self.close_anchor();
                match name {
                    b"blockquote" => self.out.close_quote(),
                    b"ul" | b"ol" => self.out.close_list(),
                    b"pre" => {
                        self.out.close_preserving();
                        self.out.block(breaks);
                    }
                    _ => self.out.block(breaks),
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden {
            return;
        }
        match &mut self.anchor {
            Some(anchor) => anchor.text.push_str(text),
            None => self.out.text(text),
        }
    }

    fn line_break(&mut self) {
        match &mut self.anchor {
            Some(anchor) => anchor.text.push(' '),
            None => self.out.line_break(),
        }
    }

    fn open_anchor(&mut self, tag: &StartTag<()>) {
        // As in browsers: links do not nest.
        self.close_anchor();
        let href = attribute(tag, b"href");
        if !href.is_empty() {
            self.anchor = Some(Anchor {
                href,
                // Hashtags carry both classes.
                hashtag: has_word(tag, b"class", "hashtag") || has_word(tag, b"rel", "tag"),
                mention: has_word(tag, b"class", "mention"),
                shortened: false,
                text: String::new(),
            });
        }
    }

    fn close_anchor(&mut self) {
        let Some(anchor) = self.anchor.take() else { return };
        if anchor.text.starts_with(|c: char| c.is_ascii_whitespace()) {
            self.out.space();
        }
        let shown = anchor.text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        self.write_link(&anchor, &shown);
        if anchor.text.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.out.space();
        }
    }

    fn write_link(&mut self, anchor: &Anchor, shown: &str) {
        if shown.is_empty() {
            return;
        }
        let one_word = !shown.contains(char::is_whitespace);
        if anchor.hashtag && one_word && shown.strip_prefix('#').is_some_and(|tag| !tag.is_empty()) {
            return self.out.piece(shown, SpanKind::Hashtag);
        }
        if one_word
            && shown.starts_with('@')
            && let Some(handle) = self.mentions.handle(anchor, shown)
        {
            return self.out.piece(&format!("@{handle}"), SpanKind::Mention { handle });
        }
        let Some(address) = web_address(&anchor.href) else {
            // xmpp:, magnet:, mailto: or nonsense: nothing that would be a link elsewhere.
            return self.out.text(if anchor.shortened { &anchor.href } else { shown });
        };
        if !anchor.shortened && !shows(shown, &anchor.href) {
            // A link under words of its own (Markdown). Brackets keep what follows from running into the address.
            self.out.text(shown);
            self.out.text(" (");
            self.out.piece(&address, SpanKind::Link);
            return self.out.text(")");
        }
        self.out.piece(&address, SpanKind::Link);
    }
}

impl Mentions<'_> {
    /// Whom a link that reads `@user` or `@user@host` mentions, as `user@host`; `None` when it is a plain link.
    fn handle(&self, anchor: &Anchor, shown: &str) -> Option<String> {
        let same = |url: &str| url.trim_end_matches('/') == anchor.href.trim_end_matches('/');
        let listed = self.listed.iter().find(|mention| mention.url.as_deref().is_some_and(same));
        if listed.is_none() && !anchor.mention {
            return None;
        }
        let written = shown.trim_start_matches('@');
        if let Some(acct) = listed.and_then(|mention| mention.acct.as_deref()) {
            return self.full(acct);
        }
        if written.contains('@') {
            return self.full(written);
        }
        // Not listed by this address: by its name, if only one has it.
        let mut namesakes = self
            .listed
            .iter()
            .filter_map(|mention| mention.acct.as_deref())
            .filter(|acct| acct.split('@').next().is_some_and(|user| user.eq_ignore_ascii_case(written)));
        if let (Some(acct), None) = (namesakes.next(), namesakes.next()) {
            return self.full(acct);
        }
        let host = Url::parse(&anchor.href).ok()?.host_str()?.to_owned();
        self.full(&format!("{written}@{host}"))
    }

    fn full(&self, acct: &str) -> Option<String> {
        let (user, host) = acct.split_once('@').unwrap_or((acct, self.host));
        let sound = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || is_unwanted(c));
        (sound(user) && sound(host)).then(|| format!("{user}@{}", ascii_host(host)))
    }
}

/// How many line breaks an element stands between (2: a blank line); `None` for what stands within a line.
fn block_breaks(name: &[u8]) -> Option<usize> {
    match name {
        b"p" | b"blockquote" | b"pre" | b"ul" | b"ol" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"hr"
        | b"table" | b"dl" => Some(2),
        b"li" | b"div" | b"tr" | b"dt" | b"dd" | b"section" | b"article" | b"header" | b"footer" | b"figure"
        | b"figcaption" | b"details" | b"summary" | b"address" => Some(1),
        _ => None,
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> String {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
}

fn has_word(tag: &StartTag<()>, name: &[u8], word: &str) -> bool {
    attribute(tag, name).split_ascii_whitespace().any(|found| found == word)
}

/// The address as the author typed it, or percent-encoded where it could not stand in one piece.
fn web_address(href: &str) -> Option<String> {
    let href = href.trim();
    let url = Url::parse(href).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let whole = href.len() > "https://".len() && !href.contains(|c: char| c.is_whitespace() || c.is_control());
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

#[cfg(test)]
mod tests;
