//! What becomes of posts, rule by rule: `|` stands for a zero-width space.
#![expect(clippy::unwrap_used, reason = "tests")]

mod names;
mod properties;
mod shapes;
mod words;

use super::*;
use crate::core::money::Money;
use crate::core::post::{PostId, Span, SpanKind, Timestamp};
use crate::core::record::Part;

pub(super) fn x() -> Rules {
    Rules {
        max_length: 280,
        counting: Counting::Weighted,
        warnings: false,
        polls: Some(PollLimits {
            max_options: 4,
            max_option_length: 25,
            min_secs: 300,
            max_secs: 604_800,
            multiple: false,
        }),
        edits: None,
        settle_secs: 600,
        prices: Some(Prices::default()),
    }
}

pub(super) fn mastodon() -> Rules {
    Rules {
        max_length: 500,
        counting: Counting::Graphemes { link_length: 23 },
        warnings: true,
        polls: Some(PollLimits {
            max_options: 4,
            max_option_length: 50,
            min_secs: 300,
            max_secs: 2_629_746,
            multiple: true,
        }),
        edits: None,
        settle_secs: 120,
        prices: None,
    }
}

/// The style that the tests begin with.
pub(super) fn style() -> Style {
    Style { warning_prefix: "CW: ".into(), ..Style::default() }
}

/// A text with what stands in it between braces: `{https://e.org}`, `{#tag}`, `{:emoji:}`, `{@shown=user@host}`.
pub(super) fn text_of(written: &str) -> (String, Vec<Span>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (piece, after) = after.split_once('}').unwrap();
        let start = text.len();
        let kind = match piece.chars().next().unwrap() {
            '#' => SpanKind::Hashtag,
            ':' => SpanKind::Emoji,
            '@' => SpanKind::Mention { handle: piece.split_once('=').unwrap().1.to_owned() },
            _ => SpanKind::Link,
        };
        text.push_str(if piece.starts_with('@') { piece.split_once('=').unwrap().0 } else { piece });
        spans.push(Span { range: start..text.len(), kind });
        rest = after;
    }
    text.push_str(rest);
    (text, spans)
}

pub(super) fn post(written: &str) -> Post {
    let (text, spans) = text_of(written);
    let address = Some("https://here.social/@me/1".to_owned());
    Post { spans, address, ..Post::plain(PostId::new("1"), "me", Timestamp::default(), &text) }
}

pub(super) fn rendered(post: &Post, style: &Style, rules: &Rules) -> Result<Rendered, SkipReason> {
    render(&Admitted::unasked(post), style, rules, &Surroundings::default())
}

pub(super) fn parts(post: &Post, style: &Style, rules: &Rules) -> Vec<Part> {
    rendered(post, style, rules).unwrap().parts
}

pub(super) fn readable(text: &str) -> String {
    text.replace('\u{200B}', "|")
}

/// The parts' texts, one after the other.
pub(super) fn shown(post: &Post, style: &Style, rules: &Rules) -> String {
    match rendered(post, style, rules) {
        Ok(rendered) => {
            let texts: Vec<String> = rendered.parts.iter().map(|part| readable(&part.text)).collect();
            texts.join(" ⏎ ")
        }
        Err(why) => format!("{why:?}"),
    }
}

pub(super) fn notes(post: &Post, style: &Style, rules: &Rules) -> Vec<Note> {
    rendered(post, style, rules).unwrap().notes
}

pub(super) fn price() -> Money {
    Prices::default().create_with_link
}
