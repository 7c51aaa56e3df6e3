//! X's text and entities → plain text and spans. Pure.
//!
//! The one place that knows about t.co, HTML escapes and entity indices (`x-api.md` 2.2). Indices are only a hint:
//! each slice must read as its entity says, otherwise the text is searched for it.

use std::ops::Range;

use url::Url;

use super::wire::{Entities, MentionEntity, Place, Post, TagEntity, UrlEntity};
use crate::core::post::{MediaKind, Span, SpanKind};

/// The host that X's names are known by elsewhere.
const MENTION_HOST: &str = "x.com";

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

/// Resolves a post's whole text.
#[must_use]
pub fn resolve(post: &Post) -> Resolved {
    let nothing = Entities::default();
    let outer = post.entities.as_ref().unwrap_or(&nothing);
    let Some(note) = &post.note_tweet else {
        return assemble(post, &post.text, outer, &[]);
    };
    // The outer entities point into the text that was cut short. Their links are still worth a search: whether a
    // note's own entities have its media links is not known.
    let inner = note.entities.as_ref().unwrap_or(outer);
    let mut resolved = assemble(post, &note.text, inner, &outer.urls);
    append_quote(post, outer, &mut resolved);
    resolved
}

/// A quote's link stands at the end of the short text; where the note lacks it, the quote would be lost.
fn append_quote(post: &Post, outer: &Entities, resolved: &mut Resolved) {
    let quoted = post.referenced_tweets.iter().filter(|reference| reference.kind == "quoted");
    for id in quoted.map(|reference| reference.id.as_str()) {
        let link =
            outer.urls.iter().map(address).find(|link| StatusUrl::of(link).is_some_and(|status| status.id == id));
        if let Some(link) = link
            && !resolved.text.contains(link)
        {
            if !resolved.text.is_empty() {
                resolved.text.push(' ');
            }
            push(resolved, link, SpanKind::Link);
        }
    }
}

fn assemble(post: &Post, text: &str, entities: &Entities, further: &[UrlEntity]) -> Resolved {
    let mut finder = Finder::new(text);
    let is_own = |id: &str| id == post.id || post.edit_history_tweet_ids.iter().any(|own| own == id);
    finder.urls(&entities.urls, further, &is_own);
    finder.mentions(&entities.mentions);
    finder.hashtags(&entities.hashtags);
    finder.finish()
}

/// What is to be done with a piece of the text.
#[derive(Clone, Debug, PartialEq)]
enum Piece<'a> {
    /// Replaced by an address.
    Link(&'a str),
    /// Taken out.
    Media,
    /// Kept.
    Mention(&'a str),
    /// Kept.
    Hashtag,
}

struct Finder<'a> {
    text: &'a str,
    /// Where each code point begins, and where the last one ends.
    offsets: Vec<usize>,
    found: Vec<(Range<usize>, Piece<'a>)>,
    media: Vec<MediaLink>,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str) -> Self {
        let offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { text, offsets, found: Vec::new(), media: Vec::new() }
    }

    fn urls(&mut self, entities: &'a [UrlEntity], further: &'a [UrlEntity], is_own: &dyn Fn(&str) -> bool) {
        let mut misplaced = Vec::new();
        for entity in entities.iter().filter(|entity| entity.url.starts_with("http")) {
            match self.at(entity.place, |slice| slice == entity.url) {
                Some(range) => self.take_url(range, entity, is_own),
                None => misplaced.push(entity),
            }
        }
        let known = |entity: &&UrlEntity| !entities.iter().any(|inner| inner.url == entity.url);
        misplaced.extend(further.iter().filter(|entity| entity.url.starts_with("http")).filter(known));
        for entity in misplaced {
            let free = self.search(&entity.url, str::eq);
            // Several media share one link; the later entities' indices may be wrong as well.
            let shared = || {
                self.found.iter().map(|(range, _)| range).find(|r| self.text.get(r.start..r.end) == Some(&entity.url))
            };
            if let Some(range) = free.or_else(|| shared().cloned()) {
                self.take_url(range, entity, is_own);
            }
        }
    }

    fn take_url(&mut self, range: Range<usize>, entity: &'a UrlEntity, is_own: &dyn Fn(&str) -> bool) {
        let own_media =
            StatusUrl::of(address(entity)).filter(|status| is_own(status.id)).and_then(|status| status.media);
        let is_media = entity.media_key.is_some() || own_media.is_some();
        if is_media {
            let kind = own_media.unwrap_or(MediaKind::Other);
            self.media.push(MediaLink { key: entity.media_key.clone(), kind });
        }
        let piece = if is_media { Piece::Media } else { Piece::Link(address(entity)) };
        if let Some((_, earlier)) = self.found.iter_mut().find(|(other, _)| *other == range) {
            if is_media {
                *earlier = Piece::Media;
            }
        } else {
            self.claim(range, piece);
        }
    }

    fn mentions(&mut self, entities: &'a [MentionEntity]) {
        let is_name = |name: &str| {
            (1..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
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

    fn finish(mut self) -> Resolved {
        self.found.sort_by_key(|(range, _)| range.start);
        let mut out = Resolved { media: self.media, ..Resolved::default() };
        let (mut at, mut after_media) = (0, false);
        for (range, piece) in &self.found {
            push_gap(&mut out.text, self.text.get(at..range.start).unwrap_or_default(), after_media);
            after_media = false;
            let slice = self.text.get(range.clone()).unwrap_or_default();
            match piece {
                Piece::Link(address) => push(&mut out, address, SpanKind::Link),
                Piece::Media => after_media = true,
                Piece::Mention(name) => {
                    push(&mut out, slice, SpanKind::Mention { handle: format!("{name}@{MENTION_HOST}") });
                }
                Piece::Hashtag => push(&mut out, slice, SpanKind::Hashtag),
            }
            at = range.end;
        }
        push_gap(&mut out.text, self.text.get(at..).unwrap_or_default(), after_media);
        if self.found.iter().any(|(_, piece)| *piece == Piece::Media) {
            out.text.truncate(out.text.trim_end().len());
        }
        out
    }
}

fn push(out: &mut Resolved, text: &str, kind: SpanKind) {
    let start = out.text.len();
    out.text.push_str(text);
    out.spans.push(Span { range: start..out.text.len(), kind });
}

/// Adds plain text, unescaped. What was around a link that was taken out must not leave two blanks behind.
fn push_gap(out: &mut String, gap: &str, after_media: bool) {
    let mut rest = gap;
    if after_media {
        if out.is_empty() || out.ends_with(char::is_whitespace) {
            rest = rest.trim_start_matches(' ');
        }
        if rest.starts_with('\n') {
            out.truncate(out.trim_end_matches(' ').len());
        }
    }
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let escape = ESCAPES.iter().find_map(|(name, sign)| Some((*sign, after.strip_prefix(name)?)));
        let (sign, after) = escape.unwrap_or(("&", after));
        out.push_str(sign);
        rest = after;
    }
    out.push_str(rest);
}

/// What a link leads to; the link itself where that is not said in a usable way.
fn address(entity: &UrlEntity) -> &str {
    let usable = |url: &&str| {
        (url.starts_with("https://") || url.starts_with("http://"))
            && !url.chars().any(|c| c.is_whitespace() || c.is_control())
            && Url::parse(url).is_ok()
    };
    entity.expanded_url.as_deref().filter(usable).unwrap_or(&entity.url)
}

/// The address of a post on X, or of a medium of it.
struct StatusUrl<'a> {
    id: &'a str,
    media: Option<MediaKind>,
}

impl<'a> StatusUrl<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (host, path) = rest.split_once('/')?;
        let host = host.trim_start_matches("www.").trim_start_matches("mobile.");
        if !["x.com", "twitter.com"].iter().any(|ours| host.eq_ignore_ascii_case(ours)) {
            return None;
        }
        let path = path.split(['?', '#']).next()?;
        let mut segments = path.split('/').skip_while(|segment| *segment != "status").skip(1);
        let id = segments.next()?;
        let media = match segments.next() {
            Some("photo") => Some(MediaKind::Image),
            Some("video") => Some(MediaKind::Video),
            _ => None,
        };
        Some(Self { id, media })
    }
}
