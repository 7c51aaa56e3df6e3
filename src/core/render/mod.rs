//! A post and the target's rules → the parts that it becomes.

/// What a target takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The longest part, by [`Rules::counting`].
    pub max_length: usize,
    /// How length is counted.
    pub counting: Counting,
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
