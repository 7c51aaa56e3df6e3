//! What tests can change about the simulated X.

use super::asked::{Dialect, UnknownNames};

/// How long it takes until timelines show a new post. Reads by id, and the check for duplicates, see it at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lag {
    /// Not at all.
    #[default]
    None,
    /// So many milliseconds of the sandbox's clock.
    Millis(i64),
    /// So many reads of the timeline miss it.
    Reads(u32),
}

/// What X answers when a post is deleted that was there and is not any more: nobody knows (x-api.md 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletedAgain {
    /// As the first time.
    #[default]
    Deleted,
    /// 404.
    NotFound,
}

/// Which replies X takes from the API (x-api.md 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replies {
    /// Those to own posts, and those that somebody asked for.
    #[default]
    OwnAndSummoned,
    /// None at all, not even to the account's own posts.
    Refused,
}

/// What tests can change about X.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// The longest post, as X counts: 280; 25,000 for Premium.
    pub max_length: usize,
    /// The status that a longer one is refused with: 400 or 403, by report.
    pub too_long_status: u16,
    /// Which vocabulary is spoken.
    pub dialect: Dialect,
    /// What becomes of unknown parameters, fields and expansions.
    pub unknown_names: UnknownNames,
    /// Whether the app is in a package and in Production.
    pub enrolled: bool,
    /// Credits left, in millionths of a dollar, going down with every charge; `None`: enough.
    pub credits_micro_usd: Option<u64>,
    /// The spending limit, in millionths of a dollar; `None`: none.
    pub spend_cap_micro_usd: Option<u64>,
    /// Whether the monthly cap of the product is reached.
    pub usage_capped: bool,
    /// How long a text may not be posted again, in seconds; 0: it may at once, so that a client's own doubling shows.
    pub duplicate_window_secs: i64,
    /// When timelines show new posts.
    pub lag: Lag,
    /// Whether X takes zero-width characters out of texts.
    pub strips_zero_width: bool,
    /// Which replies are taken.
    pub replies: Replies,
    /// What becomes of deleting what is gone already.
    pub deleted_again: DeletedAgain,
    /// The largest picture, in bytes.
    pub max_image_bytes: u64,
    /// The largest animated GIF, in bytes.
    pub max_gif_bytes: u64,
    /// The largest video, in bytes.
    pub max_video_bytes: u64,
    /// The largest body of a segment, in bytes: 413 with nothing in it beyond.
    pub max_append_body: u64,
    /// So often a video or GIF is still being worked on when its state is asked for.
    pub processing_polls: u32,
    /// After how many seconds the state may be asked for (again).
    pub check_after_secs: u64,
    /// Whether X cannot work with the videos and GIFs that it is working on.
    pub fails_processing: bool,
    /// Whether videos take alt text.
    pub describes_videos: bool,
    /// How long a post can be edited, in seconds: an hour.
    pub edit_window_secs: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_length: 280,
            too_long_status: 400,
            dialect: Dialect::default(),
            unknown_names: UnknownNames::default(),
            enrolled: true,
            credits_micro_usd: None,
            spend_cap_micro_usd: None,
            usage_capped: false,
            duplicate_window_secs: 86_400,
            lag: Lag::default(),
            strips_zero_width: false,
            replies: Replies::default(),
            deleted_again: DeletedAgain::default(),
            max_image_bytes: 5 * 1024 * 1024,
            max_gif_bytes: 15 * 1024 * 1024,
            max_video_bytes: 512 * 1024 * 1024,
            max_append_body: 4_500_000,
            processing_polls: 2,
            check_after_secs: 1,
            fails_processing: false,
            describes_videos: false,
            edit_window_secs: 3600,
        }
    }
}
