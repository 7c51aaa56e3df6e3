//! X's text and entities → plain text and spans. Pure.
//!
//! The one place that knows about t.co, HTML escapes and entity indices (`x-api.md` 2.2). Indices are only a hint:
//! each slice must read as its entity says, otherwise the text is searched for it.

use std::ops::Range;

use url::Url;

use super::Links;
use super::address::{StatusUrl, handle, is_name};
use super::wire::{Entities, MentionEntity, Place, Post, TagEntity, UrlEntity};
use crate::core::post::{MediaKind, Span, SpanKind};

/// Exactly these are escaped, and nothing else.
const ESCAPES: [(&str, &str); 3] = [("amp;", "&"), ("lt;", "<"), ("gt;", ">")];

/// A text as its author wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The text.
    pub text: String,
    /// What stands where in it.
    pub spans: Vec<Span>,
    /// The media whose links were taken out of it.
    pub media: Vec<MediaLink>,
}

/// A link in the text that only stands for a medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaLink {
    /// The medium's key, when the link says it.
    pub key: Option<String>,
    /// What the link's address says that it is.
    pub kind: MediaKind,
}

/// What a text alone does not say.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Which address a link becomes.
    pub links: Links,
    /// The post that it quotes, and its other versions: their link at the end only stands for the quote.
    pub quoted: &'a [&'a str],
}

/// Resolves a post's whole text.
#[must_use]
pub fn resolve(post: &Post, reading: Reading<'_>) -> Resolved {
    let nothing = Entities::default();
    let outer = post.entities.as_ref().unwrap_or(&nothing);
    let (text, entities) = match post.note_tweet.as_ref().filter(|note| !note.text.is_empty()) {
        None => (&post.text, outer),
        // The outer entities point into the text that was cut short, but they say more of the links that the note has
        // as well, and whether a note's own entities have its media links is not known.
        Some(note) => (&note.text, note.entities.as_ref().unwrap_or(outer)),
    };
    let mut finder = Finder::new(text, post, reading, &outer.urls);
    finder.urls(&entities.urls);
    finder.mentions(&entities.mentions);
    finder.hashtags(&entities.hashtags);
    finder.finish()
}

/// The link to a post among a post's links, in whichever of its texts: a quote's stands at the end of the short one.
#[must_use]
pub fn link_to(post: &Post, is_it: impl Fn(&str) -> bool) -> Option<StatusUrl<'_>> {
    let note = post.note_tweet.as_ref().and_then(|note| note.entities.as_ref());
    let urls = post.entities.iter().chain(note).flat_map(|entities| &entities.urls);
    urls.filter_map(|entity| StatusUrl::of(entity.expanded_url.as_deref()?)).find(|status| is_it(status.id))
}

/// A text without entities, such as a poll's option or an article's title: on one line.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    push_gap(&mut out, text, false);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is to be done with a piece of the text.
#[derive(Clone, Debug, PartialEq)]
enum Piece<'a> {
    /// Replaced by an address.
    Link(&'a str),
    /// Replaced by what was typed.
    Typed(&'a str),
    /// The quoted post's link: an address, but at the end taken out.
    Quote(&'a str),
    /// Taken out.
    Nothing,
    /// Kept.
    Mention(&'a str),
    /// Kept.
    Hashtag,
}

struct Finder<'a> {
    text: &'a str,
    post: &'a Post,
    reading: Reading<'a>,
    /// The links of the short text, which may tell more of the same links than a note does.
    outer: &'a [UrlEntity],
    /// Where each code point begins, and where the last one ends.
    offsets: Vec<usize>,
    found: Vec<(Range<usize>, Piece<'a>)>,
    media: Vec<MediaLink>,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str, post: &'a Post, reading: Reading<'a>, outer: &'a [UrlEntity]) -> Self {
        let offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { text, post, reading, outer, offsets, found: Vec::new(), media: Vec::new() }
    }

    fn urls(&mut self, entities: &'a [UrlEntity]) {
        let mut misplaced = Vec::new();
        for entity in entities.iter().filter(|entity| entity.url.starts_with("http")) {
            match self.at(entity.place, |slice| slice == entity.url) {
                Some(range) => self.take_url(range, entity),
                None => misplaced.push(entity),
            }
        }
        let known = |entity: &&UrlEntity| !entities.iter().any(|inner| inner.url == entity.url);
        misplaced.extend(self.outer.iter().filter(|entity| entity.url.starts_with("http")).filter(known));
        for entity in misplaced {
            let free = self.search(&entity.url, str::eq);
            // Several media share one link; the later entities' indices may be wrong as well.
            let shared = || {
                self.found.iter().map(|(range, _)| range).find(|r| self.text.get(r.start..r.end) == Some(&entity.url))
            };
            if let Some(range) = free.or_else(|| shared().cloned()) {
                self.take_url(range, entity);
            }
        }
    }

    fn take_url(&mut self, range: Range<usize>, entity: &'a UrlEntity) {
        let twin = self.outer.iter().find(|outer| outer.url == entity.url).unwrap_or(entity);
        let expanded = usable(entity.expanded_url.as_deref()).or_else(|| usable(twin.expanded_url.as_deref()));
        let status = expanded.and_then(StatusUrl::of);
        let is_own = |id: &str| id == self.post.id || self.post.edit_history_tweet_ids.iter().any(|own| own == id);
        let own_media = status.filter(|status| is_own(status.id)).and_then(|status| status.media);
        let key = entity.media_key.as_ref().or(twin.media_key.as_ref());
        let is_media = key.is_some() || own_media.is_some();
        if is_media {
            self.media.push(MediaLink { key: key.cloned(), kind: own_media.unwrap_or(MediaKind::Other) });
        }
        let found = usable(twin.unwound_url.as_deref().filter(|_| {
            // Where X met an error page, the shortener's address is the better one.
            self.reading.links == Links::Unwound && twin.status.is_none_or(|status| (200..300).contains(&status))
        }));
        let target = found.or(expanded).unwrap_or(&entity.url);
        let piece = if is_media {
            Piece::Nothing
        } else if status.is_some_and(|status| self.reading.quoted.contains(&status.id)) {
            Piece::Quote(target)
        } else {
            typed(entity).map_or(Piece::Link(target), Piece::Typed)
        };
        if let Some((_, earlier)) = self.found.iter_mut().find(|(other, _)| *other == range) {
            if is_media {
                *earlier = Piece::Nothing;
            }
        } else {
            self.claim(range, piece);
        }
    }

    fn mentions(&mut self, entities: &'a [MentionEntity]) {
        for entity in entities.iter().filter(|entity| is_name(&entity.username)) {
            let name = entity.username.as_str();
            let range = self.marked(entity.place, &['@', '＠'], name, str::eq_ignore_ascii_case);
            self.claim_some(range, Piece::Mention(name));
        }
    }

    fn hashtags(&mut self, entities: &'a [TagEntity]) {
        for entity in entities.iter().filter(|entity| !entity.tag.is_empty()) {
            let range = self.marked(entity.place, &['#', '＃'], &entity.tag, str::eq);
            self.claim_some(range, Piece::Hashtag);
        }
    }

    /// Where a sign and a word stand together.
    fn marked(&self, place: Place, signs: &[char], word: &str, same: fn(&str, &str) -> bool) -> Option<Range<usize>> {
        let reads =
            |slice: &str| signs.iter().any(|sign| slice.strip_prefix(*sign).is_some_and(|rest| same(rest, word)));
        let searched = || signs.iter().find_map(|sign| self.search(&format!("{sign}{word}"), same));
        self.at(place, reads).or_else(searched)
    }

    /// The bytes of a place, if they read as they should.
    fn at(&self, place: Place, reads: impl Fn(&str) -> bool) -> Option<Range<usize>> {
        let (start, end) = (*self.offsets.get(place.start?)?, *self.offsets.get(place.end?)?);
        self.text.get(start..end).is_some_and(reads).then_some(start..end)
    }

    /// The first free place where `needle` stands as a word of its own.
    fn search(&self, needle: &str, same: fn(&str, &str) -> bool) -> Option<Range<usize>> {
        let sign = needle.chars().next()?;
        // Names and links end before the letters of scripts that are written without blanks; hashtags take them in.
        let is_tag = matches!(sign, '#' | '＃');
        let is_word = |c: char| c == '_' || if is_tag { c.is_alphanumeric() } else { c.is_ascii_alphanumeric() };
        self.text.match_indices(sign).find_map(|(start, _)| {
            let range = start..start + needle.len();
            let reads = self.text.get(range.clone()).is_some_and(|slice| same(slice, needle));
            let after = self.text.get(range.end..).and_then(|rest| rest.chars().next());
            let before = self.text.get(..start).and_then(|rest| rest.chars().next_back());
            let alone = !after.is_some_and(is_word) && !before.is_some_and(is_word);
            (reads && alone && self.is_free(&range)).then_some(range)
        })
    }

    fn is_free(&self, range: &Range<usize>) -> bool {
        self.found.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start)
    }

    fn claim(&mut self, range: Range<usize>, piece: Piece<'a>) {
        if self.is_free(&range) {
            self.found.push((range, piece));
        }
    }

    fn claim_some(&mut self, range: Option<Range<usize>>, piece: Piece<'a>) {
        if let Some(range) = range {
            self.claim(range, piece);
        }
    }

    /// Takes the quote's links out that stand at the very end, among media's links and blanks.
    fn drop_last_quote(&mut self) {
        let mut end = self.text.len();
        for (range, piece) in self.found.iter_mut().rev() {
            let is_last = self.text.get(range.end..end).is_some_and(|rest| rest.trim().is_empty());
            if !is_last || !matches!(piece, Piece::Nothing | Piece::Quote(_)) {
                return;
            }
            *piece = Piece::Nothing;
            end = range.start;
        }
    }

    fn finish(mut self) -> Resolved {
        self.found.sort_by_key(|(range, _)| range.start);
        self.drop_last_quote();
        let mut out = Resolved { media: std::mem::take(&mut self.media), ..Resolved::default() };
        let (mut at, mut after_nothing) = (0, false);
        for (range, piece) in &self.found {
            push_gap(&mut out.text, self.text.get(at..range.start).unwrap_or_default(), after_nothing);
            after_nothing = false;
            let slice = self.text.get(range.clone()).unwrap_or_default();
            match piece {
                Piece::Link(address) | Piece::Quote(address) => push(&mut out, address, SpanKind::Link),
                Piece::Typed(text) => out.text.push_str(text),
                Piece::Nothing => after_nothing = true,
                Piece::Mention(name) => push(&mut out, slice, SpanKind::Mention { handle: handle(name) }),
                Piece::Hashtag => push(&mut out, slice, SpanKind::Hashtag),
            }
            at = range.end;
        }
        push_gap(&mut out.text, self.text.get(at..).unwrap_or_default(), after_nothing);
        if self.found.iter().any(|(_, piece)| *piece == Piece::Nothing) {
            out.text.truncate(out.text.trim_end().len());
        }
        out
    }
}

/// Characters that no network takes, that would hide in a journal line, or that nobody typed.
fn is_unwanted(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn push_plain(out: &mut String, text: &str) {
    out.extend(text.chars().filter(|c| !is_unwanted(*c)));
}

fn push(out: &mut Resolved, text: &str, kind: SpanKind) {
    let start = out.text.len();
    push_plain(&mut out.text, text);
    out.spans.push(Span { range: start..out.text.len(), kind });
}

/// Adds plain text, unescaped. What was around a link that was taken out must not leave two blanks behind.
fn push_gap(out: &mut String, gap: &str, after_nothing: bool) {
    let mut rest = gap;
    if after_nothing {
        if out.is_empty() || out.ends_with(char::is_whitespace) {
            rest = rest.trim_start_matches(' ');
        }
        if rest.starts_with('\n') {
            out.truncate(out.trim_end_matches(' ').len());
        }
    }
    while let Some((before, after)) = rest.split_once('&') {
        push_plain(out, before);
        let escape = ESCAPES.iter().find_map(|(name, sign)| Some((*sign, after.strip_prefix(name)?)));
        let (sign, after) = escape.unwrap_or(("&", after));
        out.push_str(sign);
        rest = after;
    }
    push_plain(out, rest);
}

/// An address that can be put into a text.
fn usable(url: Option<&str>) -> Option<&str> {
    url.filter(|url| {
        (url.starts_with("https://") || url.starts_with("http://"))
            && !url.chars().any(|c| c.is_whitespace() || is_unwanted(c))
            && Url::parse(url).is_ok()
    })
}

/// What was typed, where X made a link of a word that looks like one (`main.rs`, a full stop without a blank behind it):
/// it adds `http://` and shows the rest. Who types the scheme themselves today types `https://`, and on Mastodon such a
/// word is no link: what came from there would not read the same when it went back.
fn typed(entity: &UrlEntity) -> Option<&str> {
    let word = usable(entity.expanded_url.as_deref())?.strip_prefix("http://")?;
    let is_bare = !word.contains(['/', '?', '#', '@']);
    (is_bare && entity.display_url.as_deref() == Some(word)).then_some(word)
}
