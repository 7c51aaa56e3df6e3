//! Which posts the owner lets through by words and hashtags, and how a hashtag that only steers is taken out again.
//!
//! Not here: everything else that decides whether a post is mirrored (`select`), and where the lists come from
//! (`config`).

pub mod cut;
pub mod fold;

use std::fmt;
use std::ops::Range;

use self::fold::{Searchable, folded};
use super::post::{Post, Span, SpanKind};

/// What stands in for a link: no word, and no white space either, so that no phrase reaches across it.
const LINK_WAS_HERE: &str = "\u{FFFC}";

/// The owner's lists for one direction. Each list that is not empty must be satisfied; an entry in which nothing is
/// left after folding (white space, a lone `#`) matches no post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// When not empty: only posts with one of these words or phrases.
    pub include_words: Vec<String>,
    /// Never posts with one of these words or phrases.
    pub exclude_words: Vec<String>,
    /// When not empty: only posts with one of these hashtags (a leading `#` is allowed).
    pub include_hashtags: Vec<String>,
    /// Never posts with one of these hashtags.
    pub exclude_hashtags: Vec<String>,
    /// Only posts that the author marked with this hashtag.
    pub only_hashtag: Option<String>,
    /// Never posts that the author marked with this hashtag.
    pub never_hashtag: Option<String>,
}

/// Which rule kept a post back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has none of the words, or none of the hashtags, that a post must have.
    NotIncluded,
    /// It has a word or a hashtag that no post may have.
    Excluded,
    /// It lacks the opt-in hashtag.
    NotOptedIn,
    /// It has the opt-out hashtag.
    OptedOut,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotIncluded => "it has none of the words or hashtags that you want mirrored",
            Self::Excluded => "it has a word or hashtag that you do not want mirrored",
            Self::NotOptedIn => "it does not have your opt-in hashtag",
            Self::OptedOut => "it has your opt-out hashtag",
        })
    }
}

impl Filters {
    /// Whether the post may go, as far as its words and hashtags can tell.
    ///
    /// # Errors
    /// The first rule against it: the author's own mark (opt-out) before the lists, what forbids before what is
    /// missing.
    pub fn check(&self, post: &Post) -> Result<(), Refused> {
        let hashtags: Vec<String> = post.spans.iter().filter_map(|span| hashtag_at(&post.text, span)).collect();
        let has = |wanted: &String| {
            let wanted = hashtag(wanted);
            !wanted.is_empty() && hashtags.contains(&wanted)
        };
        if self.never_hashtag.as_ref().is_some_and(has) {
            return Err(Refused::OptedOut);
        }
        if self.exclude_hashtags.iter().any(has) {
            return Err(Refused::Excluded);
        }
        // Folding a long text is not free, and most owners have no list of words.
        let texts =
            if self.exclude_words.is_empty() && self.include_words.is_empty() { Vec::new() } else { searchable(post) };
        let says = |word: &String| {
            let word = folded(word);
            texts.iter().any(|text| text.has(&word))
        };
        if self.exclude_words.iter().any(says) {
            return Err(Refused::Excluded);
        }
        if self.only_hashtag.as_ref().is_some_and(|wanted| !has(wanted)) {
            return Err(Refused::NotOptedIn);
        }
        let lacks_words = !self.include_words.is_empty() && !self.include_words.iter().any(says);
        let lacks_hashtags = !self.include_hashtags.is_empty() && !self.include_hashtags.iter().any(has);
        if lacks_words || lacks_hashtags { Err(Refused::NotIncluded) } else { Ok(()) }
    }
}

/// The post's texts, each for itself: a phrase must not reach from the warning into the text.
fn searchable(post: &Post) -> Vec<Searchable> {
    let mut text = String::with_capacity(post.text.len());
    let mut done = 0;
    for span in post.spans.iter().filter(|span| span.kind == SpanKind::Link) {
        let Some(before) = post.text.get(done..span.range.start) else { continue };
        if post.text.get(span.range.clone()).is_some() {
            text.push_str(before);
            text.push_str(LINK_WAS_HERE);
            done = span.range.end;
        }
    }
    text.push_str(post.text.get(done..).unwrap_or_default());
    std::iter::once(text.as_str()).chain(post.warning.as_deref()).map(Searchable::new).collect()
}

/// A hashtag as it is compared: folded, without its `#` (or `＃`, which folds to it).
fn hashtag(written: &str) -> String {
    folded(written).trim_start_matches('#').trim().to_owned()
}

fn hashtag_at(text: &str, span: &Span) -> Option<String> {
    if span.kind == SpanKind::Hashtag { text.get(span.range.clone()).map(hashtag) } else { None }
}

/// The text and its spans without the hashtag `tag`, wherever it stands, for owners who do not want their opt-in or
/// opt-out hashtag to be seen. The white space around it goes with it; the rest of the text stays as it is.
#[must_use]
pub fn without_hashtag(text: &str, spans: &[Span], tag: &str) -> (String, Vec<Span>) {
    let (mut text, mut spans) = (text.to_owned(), spans.to_vec());
    let tag = hashtag(tag);
    if tag.is_empty() {
        return (text, spans);
    }
    // One at a time: two next to each other share the white space between them.
    while let Some(found) = spans.iter().find(|span| hashtag_at(&text, span).as_ref() == Some(&tag)) {
        let Some(range) = with_white_space(&text, &found.range) else { break };
        (text, spans) = cut::without(&text, &spans, range);
    }
    (text, spans)
}

/// The range to cut so that what is left reads as if nothing had stood at `tag`.
pub(super) fn with_white_space(text: &str, tag: &Range<usize>) -> Option<Range<usize>> {
    let left = text.get(..tag.start)?.trim_end();
    let right = text.get(tag.end..)?.trim_start();
    let (from, to) = (left.len(), text.len() - right.len());
    if left.is_empty() || right.is_empty() {
        return Some(if left.is_empty() { 0..to } else { from..text.len() });
    }
    let before = text.get(from..tag.start)?;
    let after = text.get(tag.end..to)?;
    let breaks = |gap: &str| gap.matches('\n').count();
    Some(match (before.find('\n'), after.find('\n')) {
        // A line of its own: of the two gaps, the one with more line breaks stays.
        (Some(_), Some(_)) if breaks(before) >= breaks(after) => {
            let start = from + before.rfind('\n')? + 1;
            start..tag.end + after.rfind('\n')? + 1
        }
        (_, Some(first)) => from..tag.end + first,
        (Some(_), None) => tag.start..to,
        (None, None) => {
            let opens = left.ends_with(['(', '[', '{', '（', '「', '【', '“', '«', '¿', '¡']);
            let closes = right.starts_with([',', '.', ';', ':', '!', '?', '…', ')', ']', '}', '”', '»', '،', '؟']);
            match (before.is_empty(), after.is_empty()) {
                (false, true) if closes => from..tag.end,
                (true, false) if !opens => tag.clone(),
                _ => tag.start..to,
            }
        }
    })
}

#[cfg(test)]
mod tests;
