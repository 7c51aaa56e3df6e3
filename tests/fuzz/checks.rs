//! What must hold for every mirror, whatever the post is.

#[path = "../support/texts.rs"]
mod texts;

use crosspostd::core::post::{Post, SpanKind};
use crosspostd::core::render::Counting;
use crosspostd::core::render::count::{Found, found_by_x, length};

use self::texts::texts;

fn sound(post: &Post) {
    let mut done = 0;
    for span in &post.spans {
        assert!(done <= span.range.start && span.range.start <= span.range.end, "{:?}", post.spans);
        assert!(post.text.get(span.range.clone()).is_some(), "{:?} in {:?}", post.spans, post.text);
        done = span.range.end;
    }
}

/// Mirrors a post to X.
#[allow(dead_code, reason = "each target mirrors in one direction")]
pub fn mirror_on_x(post: &Post) {
    sound(post);
    for text in texts(post, 280, Counting::Weighted) {
        assert!(length(&text, Counting::Weighted) <= 280, "too long: {text:?}");
        for (range, found) in found_by_x(&text) {
            let piece = &text[range.clone()];
            assert!(found != Found::Mention, "a mention is alive: {piece:?} in {text:?}");
            let meant = || post.spans.iter().any(|span| span.kind == SpanKind::Link);
            let before = text[..range.start].chars().next_back();
            assert!(
                found != Found::Link || (piece.contains("://") || before == Some('/')) && meant(),
                "an unexpected link: {piece:?} in {text:?}"
            );
        }
    }
}

/// Mirrors a post to Mastodon.
#[allow(dead_code, reason = "each target mirrors in one direction")]
pub fn mirror_on_mastodon(post: &Post) {
    sound(post);
    for counting in [Counting::Graphemes { link_length: 23 }, Counting::Characters { link_length: 23 }] {
        for text in texts(post, 500, counting) {
            let room = post.warning.as_deref().map_or(0, |warning| length(warning, counting));
            assert!(room >= 500 || length(&text, counting) + room <= 500, "too long: {text:?}");
        }
    }
}
