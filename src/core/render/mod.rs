//! A post and the target's rules → the parts that it becomes on the target.
//!
//! The steps stand in [`parts`], in their order. Not here: whether the post is mirrored at all (`select`), which part
//! is sent when (`plan`).

pub mod count;
pub mod inert;
pub mod split;

use std::ops::Range;

use self::inert::inert;
use super::money::Prices;
use super::post::{Post, SpanKind, Visibility};
use super::record::Part;

/// What a target takes, and what it asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The longest part, by [`Rules::counting`].
    pub max_length: usize,
    /// How length is counted.
    pub counting: Counting,
    /// Whether a post has a place for a content warning; else the warning is put before the text.
    pub warnings: bool,
    /// Who may see the mirrors, where the target has visibilities.
    pub visibility: Option<Visibility>,
    /// After how many seconds a post that was sent and is not to be seen was never made (`anchors.md` B.4, rule 5).
    pub settle_secs: i64,
    /// What requests cost there; `None`: nothing.
    pub prices: Option<Prices>,
}

/// How a network counts a post's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// X: twitter-text's weighted length.
    Weighted,
    /// Mastodon: grapheme clusters, links at a fixed length, remote handles without their host.
    Graphemes {
        /// What a link counts, whatever its length (`characters_reserved_per_url`).
        link_length: usize,
    },
    /// Other servers with Mastodon's API: code points as they stand, or Mastodon's count where that is larger.
    Characters {
        /// What a link counts at least.
        link_length: usize,
    },
}

/// The parts that `post` becomes, in order; at least one unless there is no text at all.
#[must_use]
pub fn parts(post: &Post, rules: &Rules) -> Vec<Part> {
    let (body, links) = with_full_names(post, rules);
    let warning = post.warning.clone().filter(|_| rules.warnings);
    let (text, links) = match &post.warning {
        Some(words) if !rules.warnings => with_prefix(&format!("CW: {words}\n\n"), &body, &links),
        _ => (body, links),
    };
    let text = inert(&text, &links, rules.counting);
    let room = warning.as_deref().map_or(0, |words| count::length(words, rules.counting));
    split_and_check(&text, rules.max_length.saturating_sub(room).max(1), rules.counting)
        .into_iter()
        .map(|text| Part {
            text,
            warning: warning.clone(),
            language: post.language.clone(),
            visibility: rules.visibility,
        })
        .collect()
}

/// The text with each mention in its full form, inert on the target, and the places of the links in it.
fn with_full_names(post: &Post, rules: &Rules) -> (String, Vec<Range<usize>>) {
    let mut text = String::with_capacity(post.text.len());
    let mut links = Vec::new();
    let mut done = 0;
    for span in &post.spans {
        let (Some(before), Some(piece)) = (post.text.get(done..span.range.start), post.text.get(span.range.clone()))
        else {
            continue;
        };
        text.push_str(before);
        let start = text.len();
        match &span.kind {
            SpanKind::Mention { handle } => text.push_str(&full_name(handle, rules.counting)),
            SpanKind::Link => {
                text.push_str(piece);
                links.push(start..text.len());
            }
            SpanKind::Hashtag => text.push_str(piece),
        }
        done = span.range.end;
    }
    text.push_str(post.text.get(done..).unwrap_or_default());
    (text, links)
}

/// `@user@host`, written so that the target pings nobody (`x-api.md` 8.3, rules 1 and 2).
fn full_name(handle: &str, counting: Counting) -> String {
    let (user, host) = handle.split_once('@').unwrap_or((handle, ""));
    let plain = user.len() <= 20 && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if counting != Counting::Weighted || (plain && !host.is_empty()) {
        return format!("@{handle}");
    }
    let user = user.replace('.', ".\u{200B}");
    if host.is_empty() { user } else { format!("{user}@{host}") }
}

fn with_prefix(prefix: &str, text: &str, links: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let shifted = links.iter().map(|link| link.start + prefix.len()..link.end + prefix.len()).collect();
    (format!("{prefix}{text}"), shifted)
}

/// Splits, and looks at each piece again: a cut inside a word can bring to life what was inert before.
fn split_and_check(text: &str, limit: usize, counting: Counting) -> Vec<String> {
    for spare in [0, 10, 40] {
        let mut pieces = split::split(text, limit.saturating_sub(spare).max(1), counting);
        for piece in &mut pieces {
            *piece = inert(piece, &links_in(piece, counting), counting);
        }
        if pieces.iter().all(|piece| count::length(piece, counting) <= limit) {
            return pieces;
        }
    }
    split::split(text, limit, counting)
}

/// Once a text is inert, the links that are left in it are those that were meant.
fn links_in(piece: &str, counting: Counting) -> Vec<Range<usize>> {
    if counting != Counting::Weighted {
        return Vec::new();
    }
    count::found_by_x(piece)
        .into_iter()
        .filter(|(range, found)| {
            *found == count::Found::Link && piece.get(range.clone()).is_some_and(|link| link.contains("://"))
        })
        .map(|(range, _)| range)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::{PostId, Span, Timestamp};

    fn x() -> Rules {
        Rules {
            max_length: 280,
            counting: Counting::Weighted,
            warnings: false,
            visibility: None,
            settle_secs: 600,
            prices: Some(Prices::default()),
        }
    }

    fn mastodon() -> Rules {
        Rules {
            max_length: 500,
            counting: Counting::Graphemes { link_length: 23 },
            warnings: true,
            visibility: Some(Visibility::Unlisted),
            settle_secs: 120,
            prices: None,
        }
    }

    fn post(text: &str) -> Post {
        Post::plain(PostId::new("1"), "me", Timestamp::default(), text)
    }

    fn texts(post: &Post, rules: &Rules) -> Vec<String> {
        parts(post, rules).into_iter().map(|part| part.text.replace('\u{200B}', "|")).collect()
    }

    #[test]
    fn a_mention_is_written_in_full_and_pings_nobody() {
        let mut post = post("hi @alice");
        let mention = |handle: &str| Span { range: 3..9, kind: SpanKind::Mention { handle: handle.into() } };
        for (handle, expected) in [
            ("alice@mastodon.social", "hi @alice@mastodon.social"),
            ("al.ice@mastodon.social", "hi al.|ice@mastodon.social"),
            ("averyveryverylongusername123@m.social", "hi averyveryverylongusername123@m.social"),
        ] {
            post.spans = vec![mention(handle)];
            assert_eq!(texts(&post, &x()), [expected]);
        }
        post.spans = vec![mention("alice@x.com")];
        assert_eq!(texts(&post, &mastodon()), ["hi @|alice@x.com"]);
    }

    #[test]
    fn a_warning_goes_where_the_target_has_a_place_for_it() {
        let mut post = post("the butler");
        post.warning = Some("spoiler".into());
        assert_eq!(texts(&post, &x()), ["CW: spoiler\n\nthe butler"]);
        let on_mastodon = parts(&post, &mastodon());
        assert_eq!(on_mastodon[0].warning.as_deref(), Some("spoiler"));
        assert_eq!(on_mastodon[0].text, "the butler");
        assert_eq!(on_mastodon[0].visibility, Some(Visibility::Unlisted));
    }

    #[test]
    fn a_long_post_becomes_a_thread_in_which_every_part_fits() {
        let long = post(&"many words make a thread ".repeat(40));
        let parts = parts(&long, &x());
        assert!(parts.len() > 3);
        assert!(parts.iter().all(|part| count::weighted(&part.text) <= 280));
    }

    #[test]
    fn a_link_that_was_meant_is_kept_and_a_file_name_is_made_inert() {
        let mut post = post("https://example.org has main.rs");
        post.spans = vec![Span { range: 0..19, kind: SpanKind::Link }];
        assert_eq!(texts(&post, &x()), ["https://example.org has main.|rs"]);
    }

    #[test]
    fn no_text_no_part() {
        assert!(parts(&post(" "), &x()).is_empty());
    }
}
