//! What the keys mean for the core.

use super::*;
use crosspostd::config::policy::side;
use crosspostd::config::sample;
use crosspostd::core::filter::Filters;
use crosspostd::core::post::Restriction;
use crosspostd::core::render::split::Numbering;
use crosspostd::core::select::{Approval, Selection};
use crosspostd::core::style::{
    Boosts, CustomEmoji, ExtraMedia, Friend, LongDescriptions, LongPosts, Lookalikes, MediaStyle, Mentions,
    MissingMedia, Polls, Quotes, RefusedReplies, SensitiveMedia, Sound, Style, Tracking, UnfitMedia, Warnings,
};
use crosspostd::core::upkeep::{EditPolicy, Upkeep};

fn with(overrides: &[(&str, &str)]) -> Config {
    let overrides: Vec<(String, String)> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    sample(&overrides).unwrap()
}

#[test]
fn the_defaults_are_safe() {
    let (selection, style, upkeep) = side(&with(&[]), Network::Mastodon);
    let visibilities = vec![Visibility::Public, Visibility::Unlisted];
    assert_eq!(selection, Some(Selection { visibilities, ..Selection::default() }));
    let prefix = "CW: ".to_owned();
    let (numbering, tracking) = (Numbering::Off, Tracking::Keep);
    assert_eq!(style, Style { numbering, warning_prefix: prefix, tracking, ..Style::default() });
    assert_eq!(upkeep, Upkeep::default());

    let (selection, style, upkeep) = side(&with(&[]), Network::Twitter);
    assert_eq!(selection, Some(Selection { visibilities: vec![Visibility::Public], ..Selection::default() }));
    let words = ["CW", "TW", "CN", "Spoiler", "Content warning"];
    assert_eq!(
        style,
        Style {
            numbering: Numbering::Off,
            warning_words: words.map(str::to_owned).to_vec(),
            quotes: Quotes::Link,
            visibility: Some(Visibility::Public),
            thread_visibility: Some(Visibility::Unlisted),
            ..Style::default()
        }
    );
    assert_eq!(upkeep, Upkeep::default());
}

#[test]
fn every_key_of_mastodons_side_arrives() {
    let config = with(&[
        ("mastodon.mirror_visibilities", "public,private"),
        ("from_mastodon.long_posts", "truncate"),
        ("from_mastodon.numbering", "always"),
        ("from_mastodon.warnings", "drop"),
        ("from_mastodon.warning_prefix", ""),
        ("from_mastodon.lookalikes", "keep"),
        ("from_mastodon.custom_emoji", "remove"),
        ("from_mastodon.polls", "list"),
        ("from_mastodon.quotes", "skip"),
        ("from_mastodon.boosts", "text"),
        ("from_mastodon.extra_media", "link"),
        ("from_mastodon.long_descriptions", "reply"),
        ("from_mastodon.unfit_media", "drop"),
        ("from_mastodon.sound", "cover"),
        ("from_mastodon.missing_media", "hold"),
        ("from_mastodon.missing_media_wait", "2h"),
        ("from_mastodon.sensitive_media", "skip"),
        ("from_mastodon.refused_replies", "hold"),
        ("from_mastodon.edits", "repost"),
        ("from_mastodon.edit_window", "2d"),
        ("from_mastodon.deletes", "mirror"),
        ("from_mastodon.delete_window", "3d"),
        ("from_mastodon.delay", "2m"),
        ("from_mastodon.require", "bookmark"),
        ("from_mastodon.include_words", "a"),
        ("from_mastodon.exclude_words", "b"),
        ("from_mastodon.include_hashtags", "c"),
        ("from_mastodon.exclude_hashtags", "d"),
        ("from_mastodon.only_hashtag", "e"),
        ("from_mastodon.never_hashtag", "f"),
        ("handles.known", "alice@chaos.social = alice_x"),
    ]);
    let (selection, style, upkeep) = side(&config, Network::Mastodon);
    let filters = Filters {
        include_words: vec!["a".to_owned()],
        exclude_words: vec!["b".to_owned()],
        include_hashtags: vec!["c".to_owned()],
        exclude_hashtags: vec!["d".to_owned()],
        only_hashtag: Some("e".to_owned()),
        never_hashtag: Some("f".to_owned()),
    };
    let expected = Selection {
        visibilities: vec![Visibility::Public, Visibility::Private],
        filters,
        delay_secs: 120,
        approval: Some(Approval::Bookmark),
        boosts: Boosts::Text,
        restricted: Vec::new(),
    };
    assert_eq!(selection, Some(expected));
    let alice = Friend { mastodon: "alice@chaos.social".to_owned(), twitter: "alice_x".to_owned() };
    let expected = Style {
        long_posts: LongPosts::Truncate,
        numbering: Numbering::Always,
        warnings: Warnings::Drop,
        lookalikes: Lookalikes::Keep,
        custom_emoji: CustomEmoji::Remove,
        polls: Polls::List,
        quotes: Quotes::Skip,
        boosts: Boosts::Text,
        friends: vec![alice],
        tracking: Tracking::Keep,
        hidden_hashtags: vec!["e".to_owned(), "f".to_owned()],
        refused_replies: RefusedReplies::Hold,
        media: MediaStyle {
            extra: ExtraMedia::Link,
            long_descriptions: LongDescriptions::Reply,
            unfit: UnfitMedia::Drop,
            sound: Sound::Cover,
            missing: MissingMedia::Hold,
            missing_secs: 7200,
            sensitive: SensitiveMedia::Skip,
            sensitive_warning: None,
        },
        ..Style::default()
    };
    assert_eq!(style, expected);
    let expected = Upkeep {
        edits: EditPolicy::Repost,
        edit_window_secs: 2 * 86_400,
        deletes: true,
        delete_window_secs: 3 * 86_400,
    };
    assert_eq!(upkeep, expected);
}

#[test]
fn every_key_of_xs_side_arrives() {
    let config = with(&[
        ("from_twitter.long_posts", "cheapest"),
        ("from_twitter.numbering", "auto"),
        ("from_twitter.mentions", "bare"),
        ("from_twitter.tracking", "keep"),
        ("from_twitter.warning_words", "[\"CW\", \"a, b\"]"),
        ("from_twitter.polls", "skip"),
        ("from_twitter.quotes", "text"),
        ("from_twitter.reposts", "own"),
        ("from_twitter.extra_media", "link"),
        ("from_twitter.long_descriptions", "reply"),
        ("from_twitter.unfit_media", "skip"),
        ("from_twitter.missing_media", "post-without"),
        ("from_twitter.missing_media_wait", "0s"),
        ("from_twitter.sensitive_warning", " Sensitive "),
        ("from_twitter.communities", "mirror"),
        ("from_twitter.articles", "link"),
        ("from_twitter.subscribers", "mirror"),
        ("from_twitter.edits", "ignore"),
        ("from_twitter.edit_window", "1h"),
        ("from_twitter.deletes", "mirror"),
        ("from_twitter.delete_window", "2h"),
        ("from_twitter.delay", "30m"),
        ("from_twitter.include_words", "a"),
        ("from_twitter.exclude_words", "b"),
        ("from_twitter.include_hashtags", "c"),
        ("from_twitter.exclude_hashtags", "d"),
        ("from_twitter.only_hashtag", "e"),
        ("from_twitter.never_hashtag", "f"),
        ("from_twitter.hide_hashtags", "no"),
        ("handles.known", "alice@chaos.social = alice_x"),
    ]);
    let (selection, style, upkeep) = side(&config, Network::Twitter);
    let filters = Filters {
        include_words: vec!["a".to_owned()],
        exclude_words: vec!["b".to_owned()],
        include_hashtags: vec!["c".to_owned()],
        exclude_hashtags: vec!["d".to_owned()],
        only_hashtag: Some("e".to_owned()),
        never_hashtag: Some("f".to_owned()),
    };
    let expected = Selection {
        visibilities: vec![Visibility::Public],
        filters,
        delay_secs: 1800,
        approval: None,
        boosts: Boosts::Own,
        restricted: vec![Restriction::Community, Restriction::Subscribers, Restriction::Article],
    };
    assert_eq!(selection, Some(expected));
    let alice = Friend { mastodon: "alice@chaos.social".to_owned(), twitter: "alice_x".to_owned() };
    let expected = Style {
        long_posts: LongPosts::Cheapest,
        numbering: Numbering::Auto,
        warning_words: vec!["CW".to_owned(), "a, b".to_owned()],
        polls: Polls::Skip,
        quotes: Quotes::Text,
        boosts: Boosts::Own,
        mentions: Mentions::Bare,
        friends: vec![alice],
        tracking: Tracking::Keep,
        visibility: Some(Visibility::Public),
        thread_visibility: Some(Visibility::Unlisted),
        media: MediaStyle {
            extra: ExtraMedia::Link,
            long_descriptions: LongDescriptions::Reply,
            unfit: UnfitMedia::Skip,
            missing: MissingMedia::PostWithout,
            missing_secs: 0,
            sensitive_warning: Some("Sensitive".to_owned()),
            ..MediaStyle::default()
        },
        ..Style::default()
    };
    assert_eq!(style, expected);
    let expected =
        Upkeep { edits: EditPolicy::Ignore, edit_window_secs: 3600, deletes: true, delete_window_secs: 7200 };
    assert_eq!(upkeep, expected);
}

#[test]
fn a_direction_that_is_off_selects_nothing() {
    let config = with(&[("sync.directions", "mastodon-to-twitter")]);
    assert!(side(&config, Network::Mastodon).0.is_some());
    assert!(side(&config, Network::Twitter).0.is_none());
}

#[test]
fn the_rest_of_a_thread_is_never_for_more_eyes_than_its_beginning() {
    for (visibility, thread, expected) in [
        ("public", "public", Visibility::Public),
        ("public", "private", Visibility::Private),
        ("unlisted", "public", Visibility::Unlisted),
        ("private", "unlisted", Visibility::Private),
    ] {
        let config = with(&[("mastodon.visibility", visibility), ("mastodon.thread_visibility", thread)]);
        assert_eq!(side(&config, Network::Twitter).1.thread_visibility, Some(expected), "{visibility} {thread}");
    }
}

#[test]
fn a_sample_takes_nothing_that_is_not_there() {
    for (name, value, expected) in [
        ("from_mastodon.quote", "link", "did you mean CROSSPOSTD_FROM_MASTODON__QUOTES?"),
        ("quotes", "link", "in the environment is unknown"),
        ("from_mastodon.quotes", "links", "CROSSPOSTD_FROM_MASTODON__QUOTES is \"links\": write \"author\""),
    ] {
        let found = sentence(sample(&[(name.to_owned(), value.to_owned())]));
        assert!(found.contains(expected), "{found}");
    }
    assert_eq!(with(&[("mastodon.url", "https://social.example")]).mastodon.url.as_str(), "https://social.example");
}
