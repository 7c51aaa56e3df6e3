//! A status' HTML → plain text with typed spans.
//!
//! A WHATWG tokenizer and our own rules over its tokens; no tree is built, so nesting costs nothing and broken markup
//! is only odd text. Never fails, in linear time. What a link is, is decided in `links`, where custom emoji stand in
//! `emoji`; which characters separate what is `layout`'s business.

mod bounds;
mod emoji;
mod links;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use self::links::{Link, People};
pub(super) use self::links::{ascii_host, full_handle};
use super::layout::Writer;
use super::wire;
use crate::core::post::{Span, SpanKind};

/// The most HTML that is read, in bytes. The longest posts of the most generous servers stay far below it.
const MAX_HTML_BYTES: usize = 1024 * 1024;

/// What a status says beside its HTML, and the HTML is read by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// Who is mentioned.
    pub(super) mentions: &'a [wire::Mention],
    /// The custom emoji that may stand in the text.
    pub(super) emojis: &'a [wire::Emoji],
    /// Whether it quotes a status: then the link to it that older software is given in the text is left out.
    pub(super) quotes: bool,
    /// The host of the server's own handles (it leaves it out of them).
    pub(super) host: &'a str,
}

/// Reads a status' `content` (`mastodon-api.md` 4.3).
pub(super) fn read(html: &str, beside: Beside<'_>) -> (String, Vec<Span>) {
    // Cut where a character ends.
    let html = (MAX_HTML_BYTES - 3..=MAX_HTML_BYTES).rev().find_map(|end| html.get(..end)).unwrap_or(html);
    let html = &*bounds::with_few_attributes(html);
    let mut emitter = DefaultEmitter::default();
    // What stands in <script> and <style> is not text, and not tags either.
    emitter.naively_switch_states(true);
    let mut walk = Walk {
        out: Writer::default(),
        anchor: None,
        hidden: false,
        fallback: None,
        in_ruby: false,
        reading: Reading::None,
        people: People::new(beside.mentions, beside.host),
        quotes: beside.quotes,
    };
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => walk.start(&tag),
            Token::EndTag(tag) => walk.end(&tag.name),
            Token::String(text) => walk.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    walk.end_block();
    let (text, spans) = walk.out.finish();
    let spans = emoji::with_emoji(&text, spans, beside.emojis);
    (text, spans)
}

struct Walk<'a> {
    out: Writer,
    /// The link that we are in.
    anchor: Option<Link>,
    /// Whether we are in something that browsers do not show.
    hidden: bool,
    /// Whether we are in a quote's fallback link.
    fallback: Option<Fallback>,
    in_ruby: bool,
    reading: Reading,
    people: People<'a>,
    /// Whether fallback links are left out.
    quotes: bool,
}

/// The link to a quoted status, for software that knows no quotes: where it ends.
#[derive(Clone, Copy)]
enum Fallback {
    /// With its paragraph.
    Paragraph,
    /// With so many spans (Akkoma, Misskey and others).
    Spans(usize),
}

/// Where we are in the reading of an annotated character.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// Outside.
    None,
    /// Before its first character.
    Ahead,
    /// Within it; its bracket is open.
    Open,
    /// In the brackets that the author put for old browsers; ours stand there already.
    Brackets,
}

impl Walk<'_> {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        if self.skips_start(name) {
            return;
        }
        let is_fallback = self.quotes && matches!(name, b"p" | b"span") && has_word(tag, b"class", "quote-inline");
        match name {
            b"span" if is_fallback => {
                self.close_anchor();
                self.fallback = Some(Fallback::Spans(1));
            }
            b"span" => {
                if let Some(anchor) = &mut self.anchor {
                    anchor.shortened |= has_word(tag, b"class", "invisible") || has_word(tag, b"class", "ellipsis");
                }
            }
            b"br" => self.line_break(),
            b"a" => self.open_anchor(tag),
            b"img" => self.image(&attribute(tag, b"alt")),
            b"td" | b"th" => self.text(" "),
            b"script" | b"style" | b"title" | b"iframe" | b"noembed" | b"noscript" => self.hidden = true,
            b"code" => self.out.open_preserving(),
            b"del" | b"s" | b"strike" => self.out.open_struck(),
            b"ruby" | b"rb" | b"rt" | b"rp" => self.start_ruby(name),
            name => {
                let Some(breaks) = block_breaks(name) else { return };
                // No link goes on over a block: one that nobody closed does not swallow the rest.
                self.end_block();
                match name {
                    b"blockquote" => self.out.open_quote(),
                    b"ul" => self.out.open_list(None),
                    b"ol" => self.out.open_list(Some(number(tag, b"start").unwrap_or(1))),
                    b"li" => self.out.item(number(tag, b"value")),
                    b"pre" => {
                        self.out.block(breaks);
                        self.out.open_preserving();
                    }
                    _ => self.out.block(breaks),
                }
                if is_fallback {
                    self.fallback = Some(Fallback::Paragraph);
                }
            }
        }
    }

    fn end(&mut self, name: &[u8]) {
        if self.skips_end(name) {
            return;
        }
        match name {
            b"a" => self.close_anchor(),
            b"script" | b"style" | b"title" | b"iframe" | b"noembed" | b"noscript" => self.hidden = false,
            b"code" => self.out.close_preserving(),
            b"del" | b"s" | b"strike" => self.out.close_struck(),
            b"rt" | b"rp" => self.end_reading(),
            b"ruby" => {
                self.end_reading();
                self.in_ruby = false;
            }
            // Browsers make an empty paragraph and a line break of these two.
            b"br" => self.line_break(),
            name => {
                let Some(breaks) = block_breaks(name) else { return };
                self.end_block();
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

    /// Whether a start tag is part of a fallback link. No block is: one that nobody closed swallows no other.
    fn skips_start(&mut self, name: &[u8]) -> bool {
        match &mut self.fallback {
            None => return false,
            Some(_) if block_breaks(name).is_some() => {
                self.fallback = None;
                return false;
            }
            Some(Fallback::Spans(open)) if name == b"span" => *open += 1,
            Some(_) => {}
        }
        true
    }

    /// Whether an end tag is part of a fallback link.
    fn skips_end(&mut self, name: &[u8]) -> bool {
        match &mut self.fallback {
            None => return false,
            Some(_) if block_breaks(name).is_some() => {
                self.fallback = None;
                return false;
            }
            Some(Fallback::Spans(open)) if name == b"span" => {
                *open -= 1;
                if *open == 0 {
                    self.fallback = None;
                }
            }
            Some(_) => {}
        }
        true
    }

    fn text(&mut self, text: &str) {
        if self.hidden || self.fallback.is_some() {
            return;
        }
        match self.reading {
            Reading::Brackets => return,
            Reading::Ahead if !text.trim().is_empty() => {
                self.reading = Reading::Open;
                self.write("(");
                return self.write(text.trim_start());
            }
            _ => {}
        }
        self.write(text);
    }

    fn write(&mut self, text: &str) {
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

    /// A picture among the text: an emoji, as a rule, and its name or character.
    fn image(&mut self, alt: &str) {
        let shown = !self.hidden && self.anchor.is_none() && self.reading == Reading::None;
        if shown && emoji::is_shortcode(alt) {
            self.out.piece(alt, SpanKind::Emoji);
        } else {
            self.text(alt);
        }
    }

    fn start_ruby(&mut self, name: &[u8]) {
        self.end_reading();
        match name {
            b"ruby" => self.in_ruby = true,
            b"rt" => self.reading = Reading::Ahead,
            b"rp" if self.in_ruby => self.reading = Reading::Brackets,
            _ => {}
        }
    }

    fn end_reading(&mut self) {
        if self.reading == Reading::Open {
            self.write(")");
        }
        self.reading = Reading::None;
    }

    /// Ends what does not go on over a block.
    fn end_block(&mut self) {
        self.end_reading();
        self.in_ruby = false;
        self.close_anchor();
    }

    fn open_anchor(&mut self, tag: &StartTag<()>) {
        // As in browsers: links do not nest.
        self.close_anchor();
        let href = attribute(tag, b"href");
        if !href.is_empty() {
            self.anchor = Some(Link {
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
        links::write(&mut self.out, &anchor, &self.people);
        if anchor.text.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.out.space();
        }
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

fn number(tag: &StartTag<()>, name: &[u8]) -> Option<i64> {
    attribute(tag, name).trim().parse().ok()
}

#[cfg(test)]
mod tests;
