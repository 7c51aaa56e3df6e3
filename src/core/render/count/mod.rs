//! The length of a text, as each network counts it, and what in it the network would make a link or a mention of.
//!
//! X: `x` and `links`; Mastodon: `mastodon`. Everything here takes linear time: it is asked about every word of long posts,
//! and about whatever strangers' servers send.

mod links;
mod mastodon;
mod x;

use self::mastodon::graphemes;
pub use self::x::{Found, composed, found_by_x, has_link, hashtags, weighted};
use super::Counting;

/// The length of `text`, as the target counts it.
#[must_use]
pub fn length(text: &str, counting: Counting) -> usize {
    match counting {
        Counting::Weighted => weighted(text),
        Counting::Graphemes { link_length } => graphemes(text, link_length),
        Counting::Characters { link_length } => graphemes(text, link_length).max(text.chars().count()),
    }
}

#[cfg(test)]
mod tests;
