//! What is written is read again as it was, whatever stands in it.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crosspostd::config::{Articles, Deletes, FromMastodon, FromTwitter, Handles, Limited, Links, Media};
use crosspostd::core::render::split::Numbering;
use crosspostd::core::select::Approval;
use crosspostd::core::style::{
    Boosts, CustomEmoji, ExtraMedia, Friend, LongDescriptions, LongPosts, Lookalikes, Mentions, MissingMedia, Polls,
    Quotes, RefusedReplies, SensitiveMedia, Sound, Tracking, UnfitMedia, Warnings,
};
use crosspostd::core::upkeep::EditPolicy;

/// A text without blanks around it, with anything in it.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec!['"', '\'', '\\', '\n', '\r', '\t', '\0', '\u{7f}', '\u{85}', '#', '=', '🦣']);
    prop::collection::vec(prop_oneof![any::<char>(), odd], 1..20)
        .prop_map(|letters| letters.into_iter().collect::<String>().trim().to_owned())
        .prop_filter("not empty", |text| !text.is_empty())
}

fn secret() -> impl Strategy<Value = Secret> {
    "[!-~]{1,60}".prop_map(Secret::new)
}

fn url() -> impl Strategy<Value = BaseUrl> {
    prop::sample::select(vec!["https://a.example", "http://[::1]:81/base", "https://münchen.example:8443/%22"])
        .prop_map(|text| BaseUrl::parse(text).unwrap())
}

fn visibility() -> impl Strategy<Value = Visibility> {
    prop::sample::select(vec![Visibility::Public, Visibility::Unlisted, Visibility::Private])
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(values.to_vec())
}

/// A list of different texts.
fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(text(), 0..4).prop_map(|texts| texts.into_iter().collect())
}

fn hashtag() -> impl Strategy<Value = String> {
    "[a-zé猫_0-9]{1,8}"
}

fn hashtags() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(hashtag(), 0..4).prop_map(|tags| tags.into_iter().collect())
}

/// A length of time up to so many seconds.
fn time(max: u64) -> impl Strategy<Value = Duration> {
    let round = [0, 60, 120, 600].map(|step| step * (max / 600).max(1)).map(|secs| secs.min(max));
    prop_oneof![0..=max, one_of(&round)].prop_map(Duration::from_secs)
}

const WINDOW: u64 = 30 * 86_400;
const DELAY: u64 = 1800;
const MISSING: u64 = 7 * 86_400;

/// What posts that change become: `edits`, `edit_window`, `deletes`, `delete_window`, `delay`.
fn upkeep() -> impl Strategy<Value = (EditPolicy, Duration, Deletes, Duration, Duration)> {
    let edits = one_of(&[EditPolicy::Edit, EditPolicy::Repost, EditPolicy::Ignore]);
    (edits, time(WINDOW), one_of(&[Deletes::Ignore, Deletes::Mirror]), time(WINDOW), time(DELAY))
}

type Filters = ([Vec<String>; 4], [Option<String>; 2], bool);

/// The words, the hashtags, the two that steer, and whether those are hidden.
fn filters() -> impl Strategy<Value = Filters> {
    let lists = (texts(), texts(), hashtags(), hashtags()).prop_map(|(a, b, c, d)| [a, b, c, d]);
    (lists, [(); 2].map(|()| prop::option::of(hashtag())), any::<bool>())
}

fn long_posts() -> impl Strategy<Value = LongPosts> {
    one_of(&[LongPosts::Thread, LongPosts::Truncate, LongPosts::Cheapest, LongPosts::Skip])
}

fn numbering() -> impl Strategy<Value = Numbering> {
    one_of(&[Numbering::Off, Numbering::Auto, Numbering::Always])
}

/// Polls, quotes and boosts.
fn shared() -> impl Strategy<Value = (Polls, Quotes, Boosts)> {
    (
        one_of(&[Polls::Native, Polls::List, Polls::Link, Polls::Skip]),
        one_of(&[Quotes::Author, Quotes::Link, Quotes::Text, Quotes::Skip]),
        one_of(&[Boosts::Off, Boosts::Own, Boosts::Link, Boosts::Text]),
    )
}

type OfMedia = (ExtraMedia, LongDescriptions, UnfitMedia, MissingMedia, Duration);

/// What both sides say about media: `extra_media` to `missing_media_wait`.
fn of_media() -> impl Strategy<Value = OfMedia> {
    (
        one_of(&[ExtraMedia::Thread, ExtraMedia::Link]),
        one_of(&[LongDescriptions::Cut, LongDescriptions::Reply]),
        one_of(&[UnfitMedia::Link, UnfitMedia::Drop, UnfitMedia::Skip]),
        one_of(&[MissingMedia::Hold, MissingMedia::PostWithLink, MissingMedia::PostWithout]),
        time(MISSING),
    )
}

/// `[media]`.
fn media() -> impl Strategy<Value = Media> {
    (1_usize..=16_384, 1_u64..=300, 10_u64..=43_200).prop_map(|(max_file_mb, stall, max_time)| Media {
        max_file_mb,
        stall: Duration::from_secs(stall),
        max_time: Duration::from_secs(max_time),
    })
}

fn from_mastodon() -> impl Strategy<Value = FromMastodon> {
    let warnings = (
        one_of(&[Warnings::Prefix, Warnings::WarningAndLink, Warnings::Skip, Warnings::Drop]),
        prop_oneof![Just(String::new()), Just("CW: ".to_owned()), text(), Just("\t\n ".to_owned())],
    );
    let text = (one_of(&[Lookalikes::Inert, Lookalikes::Keep]), one_of(&[CustomEmoji::Keep, CustomEmoji::Remove]));
    let rest = (
        one_of(&[RefusedReplies::Standalone, RefusedReplies::Hold]),
        one_of(&[None, Some(Approval::Favourite), Some(Approval::Bookmark)]),
    );
    let media = (
        of_media(),
        one_of(&[Sound::Link, Sound::Cover]),
        one_of(&[SensitiveMedia::Attach, SensitiveMedia::Link, SensitiveMedia::Skip]),
    );
    (long_posts(), numbering(), warnings, text, shared(), media, upkeep(), rest, filters()).prop_map(
        |(long_posts, numbering, warnings, text, shared, media, upkeep, rest, (lists, steering, hide_hashtags))| {
            let (of_media, sound, sensitive_media) = media;
            let (extra_media, long_descriptions, unfit_media, missing_media, missing_media_wait) = of_media;
            let (warnings, warning_prefix) = warnings;
            let (lookalikes, custom_emoji) = text;
            let (polls, quotes, boosts) = shared;
            let (edits, edit_window, deletes, delete_window, delay) = upkeep;
            let (refused_replies, require) = rest;
            let [include_words, exclude_words, include_hashtags, exclude_hashtags] = lists;
            let [only_hashtag, never_hashtag] = steering;
            FromMastodon {
                long_posts,
                numbering,
                warnings,
                warning_prefix,
                lookalikes,
                custom_emoji,
                polls,
                quotes,
                boosts,
                extra_media,
                long_descriptions,
                unfit_media,
                sound,
                missing_media,
                missing_media_wait,
                sensitive_media,
                refused_replies,
                edits,
                edit_window,
                deletes,
                delete_window,
                delay,
                require,
                include_words,
                exclude_words,
                include_hashtags,
                exclude_hashtags,
                only_hashtag,
                never_hashtag,
                hide_hashtags,
            }
        },
    )
}

fn from_twitter() -> impl Strategy<Value = FromTwitter> {
    let text = (
        one_of(&[Mentions::Full, Mentions::Plain, Mentions::Link, Mentions::Bare]),
        one_of(&[Tracking::Remove, Tracking::Keep]),
        one_of(&[Links::Expanded, Links::Unwound]),
        texts(),
    );
    let limited = || one_of(&[Limited::Skip, Limited::Mirror]);
    let rest = (limited(), one_of(&[Articles::Skip, Articles::Link]), limited());
    let media = (of_media(), prop_oneof![Just(String::new()), self::text()]);
    (long_posts(), numbering(), text, shared(), media, upkeep(), rest, filters()).prop_map(
        |(long_posts, numbering, text, shared, media, upkeep, rest, (lists, steering, hide_hashtags))| {
            let (of_media, sensitive_warning) = media;
            let (extra_media, long_descriptions, unfit_media, missing_media, missing_media_wait) = of_media;
            let (mentions, tracking, links, warning_words) = text;
            let (polls, quotes, reposts) = shared;
            let (edits, edit_window, deletes, delete_window, delay) = upkeep;
            let (communities, articles, subscribers) = rest;
            let [include_words, exclude_words, include_hashtags, exclude_hashtags] = lists;
            let [only_hashtag, never_hashtag] = steering;
            FromTwitter {
                long_posts,
                numbering,
                mentions,
                tracking,
                links,
                warning_words,
                polls,
                quotes,
                reposts,
                extra_media,
                long_descriptions,
                unfit_media,
                missing_media,
                missing_media_wait,
                sensitive_warning,
                communities,
                articles,
                subscribers,
                edits,
                edit_window,
                deletes,
                delete_window,
                delay,
                include_words,
                exclude_words,
                include_hashtags,
                exclude_hashtags,
                only_hashtag,
                never_hashtag,
                hide_hashtags,
            }
        },
    )
}

fn handles() -> impl Strategy<Value = Handles> {
    let friend = |(number, mastodon, host, twitter): (usize, String, String, String)| Friend {
        mastodon: format!("{mastodon}{number}@{host}"),
        twitter: format!("{twitter}{number}"),
    };
    let host = one_of(&["chaos.social".to_owned(), "xn--bcher-kva.example".to_owned()]);
    prop::collection::vec(("[a-zA-Z]{1,5}", host, "[a-zA-Z_]{1,9}"), 0..4).prop_map(move |people| {
        let numbered = people.into_iter().enumerate();
        Handles { known: numbered.map(|(number, (user, host, name))| friend((number, user, host, name))).collect() }
    })
}

fn any_config() -> impl Strategy<Value = Config> {
    let directions = vec![Directions::Both, Directions::MastodonToTwitter, Directions::TwitterToMastodon];
    let visibilities = vec![Visibility::Private, Visibility::Public, Visibility::Unlisted];
    let sync = (10_u64..=3600, prop::sample::select(directions))
        .prop_map(|(seconds, directions)| config::Sync { interval: Duration::from_secs(seconds), directions });
    let mastodon = (
        (url(), secret(), prop::option::of(text()), prop::option::of(text()), text()),
        (
            prop::sample::select(vec![Timeline::Home, Timeline::Account]),
            prop::sample::subsequence(visibilities, 1..=3),
            visibility(),
            visibility(),
        ),
    )
        .prop_map(
            |(
                (url, access_token, account_id, account, app),
                (timeline, mirror_visibilities, visibility, thread_visibility),
            )| {
                config::Mastodon {
                    url,
                    access_token,
                    account_id,
                    account,
                    timeline,
                    app,
                    mirror_visibilities,
                    visibility,
                    thread_visibility,
                }
            },
        );
    let twitter = (
        url(),
        [(); 4].map(|()| secret()),
        [(); 2].map(|()| prop::option::of(text())),
        280_usize..=25_000,
        any::<bool>(),
    )
        .prop_map(
            |(
                api_url,
                [consumer_key, consumer_secret, access_token, access_token_secret],
                [user_id, username],
                max_length,
                premium,
            )| {
                config::Twitter {
                    api_url,
                    consumer_key,
                    consumer_secret,
                    access_token,
                    access_token_secret,
                    user_id,
                    username,
                    max_length,
                    premium,
                }
            },
        );
    let state = (500_usize..=1_000_000).prop_map(|keep_links| config::State { keep_links });
    let policies = (from_mastodon(), from_twitter(), handles());
    let rest = (media(), state);
    (sync, mastodon, twitter, policies, rest).prop_map(|(sync, mastodon, twitter, policies, (media, state))| {
        let (from_mastodon, from_twitter, handles) = policies;
        Config { sync, mastodon, twitter, from_mastodon, from_twitter, handles, media, state }
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_rendered_is_read_again(config in any_config()) {
        let text = config::render(&config);
        prop_assert_eq!(parse(&text).unwrap(), config, "{}", text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z_=\\[\\]\"'.\n# 0-9]{0,80}") {
        let _ = parse(&text);
    }
}
