//! What is written is read again as it was, whatever stands in it.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

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
        ),
    )
        .prop_map(
            |((url, access_token, account_id, account, app), (timeline, mirror_visibilities, visibility))| {
                config::Mastodon {
                    url,
                    access_token,
                    account_id,
                    account,
                    timeline,
                    app,
                    mirror_visibilities,
                    visibility,
                }
            },
        );
    let twitter =
        (url(), [(); 4].map(|()| secret()), prop::option::of(text()), prop::option::of(text()), 280_usize..=25_000)
            .prop_map(
                |(
                    api_url,
                    [consumer_key, consumer_secret, access_token, access_token_secret],
                    user_id,
                    username,
                    max_length,
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
                    }
                },
            );
    let state = (500_usize..=1_000_000).prop_map(|keep_links| config::State { keep_links });
    (sync, mastodon, twitter, state).prop_map(|(sync, mastodon, twitter, state)| Config {
        sync,
        mastodon,
        twitter,
        state,
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
