//! From the config to what the core decides by. Pure: `preview` and the tests use it without accounts.
//!
//! Not here: what a key may say (`schema`), what a choice means (`core::style`, `core::select`, `core::upkeep`).

use super::{Articles, Config, Deletes, Limited};
use crate::core::filter::Filters;
use crate::core::post::{Network, Restriction, Visibility};
use crate::core::select::Selection;
use crate::core::style::{MediaStyle, Style, Tracking};
use crate::core::upkeep::Upkeep;

/// What the owner wants done with posts of `source`: which of them are mirrored (nothing: none, that way is switched
/// off), how the mirrors read, and what is done when they change.
#[must_use]
pub fn side(config: &Config, source: Network) -> (Option<Selection>, Style, Upkeep) {
    let (selection, style, upkeep) = match source {
        Network::Mastodon => from_mastodon(config),
        Network::Twitter => from_twitter(config),
    };
    (config.sync.directions.includes(source).then_some(selection), style, upkeep)
}

fn from_mastodon(config: &Config) -> (Selection, Style, Upkeep) {
    let ours = &config.from_mastodon;
    let filters = Filters {
        include_words: ours.include_words.clone(),
        exclude_words: ours.exclude_words.clone(),
        include_hashtags: ours.include_hashtags.clone(),
        exclude_hashtags: ours.exclude_hashtags.clone(),
        only_hashtag: ours.only_hashtag.clone(),
        never_hashtag: ours.never_hashtag.clone(),
    };
    let style = Style {
        long_posts: ours.long_posts,
        numbering: ours.numbering,
        warnings: ours.warnings,
        warning_prefix: ours.warning_prefix.clone(),
        // Mastodon has a place for them: what stands in the text is text.
        warning_words: Vec::new(),
        lookalikes: ours.lookalikes,
        custom_emoji: ours.custom_emoji,
        polls: ours.polls,
        quotes: ours.quotes,
        boosts: ours.boosts,
        // Links are carried over as they are.
        tracking: Tracking::Keep,
        friends: config.handles.known.clone(),
        hidden_hashtags: hidden(&filters, ours.hide_hashtags),
        refused_replies: ours.refused_replies,
        media: MediaStyle {
            extra: ours.extra_media,
            long_descriptions: ours.long_descriptions,
            unfit: ours.unfit_media,
            sound: ours.sound,
            missing: ours.missing_media,
            missing_secs: secs(ours.missing_media_wait),
            sensitive: ours.sensitive_media,
            // A warning that the owner did not write has no place on X.
            sensitive_warning: None,
        },
        ..Style::default()
    };
    let selection = Selection {
        visibilities: config.mastodon.mirror_visibilities.clone(),
        filters,
        delay_secs: secs(ours.delay),
        approval: ours.require,
        boosts: ours.boosts,
        restricted: Vec::new(),
    };
    let upkeep = Upkeep {
        edits: ours.edits,
        edit_window_secs: secs(ours.edit_window),
        deletes: ours.deletes == Deletes::Mirror,
        delete_window_secs: secs(ours.delete_window),
    };
    (selection, style, upkeep)
}

fn from_twitter(config: &Config) -> (Selection, Style, Upkeep) {
    let ours = &config.from_twitter;
    let filters = Filters {
        include_words: ours.include_words.clone(),
        exclude_words: ours.exclude_words.clone(),
        include_hashtags: ours.include_hashtags.clone(),
        exclude_hashtags: ours.exclude_hashtags.clone(),
        only_hashtag: ours.only_hashtag.clone(),
        never_hashtag: ours.never_hashtag.clone(),
    };
    let visibility = config.mastodon.visibility;
    let style = Style {
        long_posts: ours.long_posts,
        numbering: ours.numbering,
        warning_words: ours.warning_words.clone(),
        polls: ours.polls,
        quotes: ours.quotes,
        boosts: ours.reposts,
        mentions: ours.mentions,
        tracking: ours.tracking,
        friends: config.handles.known.clone(),
        hidden_hashtags: hidden(&filters, ours.hide_hashtags),
        visibility: Some(visibility),
        // The later parts of what only followers may read are for followers, too.
        thread_visibility: Some(visibility.max(config.mastodon.thread_visibility)),
        media: MediaStyle {
            extra: ours.extra_media,
            long_descriptions: ours.long_descriptions,
            unfit: ours.unfit_media,
            missing: ours.missing_media,
            missing_secs: secs(ours.missing_media_wait),
            sensitive_warning: given(&ours.sensitive_warning),
            // X has no posts with sound alone, and Mastodon a place for what is sensitive.
            ..MediaStyle::default()
        },
        ..Style::default()
    };
    let restricted = [
        (ours.communities == Limited::Mirror, Restriction::Community),
        (ours.subscribers == Limited::Mirror, Restriction::Subscribers),
        (ours.articles == Articles::Link, Restriction::Article),
    ];
    let selection = Selection {
        visibilities: vec![Visibility::Public],
        filters,
        delay_secs: secs(ours.delay),
        approval: None,
        boosts: ours.reposts,
        restricted: restricted.into_iter().filter_map(|(leaves, restriction)| leaves.then_some(restriction)).collect(),
    };
    let upkeep = Upkeep {
        edits: ours.edits,
        edit_window_secs: secs(ours.edit_window),
        deletes: ours.deletes == Deletes::Mirror,
        delete_window_secs: secs(ours.delete_window),
    };
    (selection, style, upkeep)
}

/// The hashtags that only steer, where they are to be left out of the text.
fn hidden(filters: &Filters, hide: bool) -> Vec<String> {
    let steering = filters.only_hashtag.iter().chain(&filters.never_hashtag);
    if hide { steering.cloned().collect() } else { Vec::new() }
}

/// A text, unless there is nothing to read in it.
fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn secs(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
