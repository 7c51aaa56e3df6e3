//! The environment over the file.

use super::*;

/// Every key's variable, a value as in the environment, and what it would be in the file.
const OVERRIDES: &[(&str, &str, &str)] = &[
    ("SYNC__INTERVAL", "5m", "300"),
    ("SYNC__DIRECTIONS", "twitter-to-mastodon", r#""twitter-to-mastodon""#),
    ("MASTODON__URL", "http://localhost:3000", r#""http://localhost:3000""#),
    ("MASTODON__ACCESS_TOKEN", "env-0", r#""env-0""#),
    ("MASTODON__ACCOUNT_ID", "17", r#""17""#),
    ("MASTODON__ACCOUNT", "me@localhost", r#""me@localhost""#),
    ("MASTODON__TIMELINE", "account", r#""account""#),
    ("MASTODON__APP", "other", r#""other""#),
    ("MASTODON__MIRROR_VISIBILITIES", "private, public,private", r#"["private", "public"]"#),
    ("MASTODON__VISIBILITY", "unlisted", r#""unlisted""#),
    ("MASTODON__THREAD_VISIBILITY", "private", r#""private""#),
    ("TWITTER__API_URL", "http://127.0.0.1:4000", r#""http://127.0.0.1:4000""#),
    ("TWITTER__CONSUMER_KEY", "env-1", r#""env-1""#),
    ("TWITTER__CONSUMER_SECRET", "env-2", r#""env-2""#),
    ("TWITTER__ACCESS_TOKEN", "env-3", r#""env-3""#),
    ("TWITTER__ACCESS_TOKEN_SECRET", "env-4", r#""env-4""#),
    ("TWITTER__USER_ID", "18", r#""18""#),
    ("TWITTER__USERNAME", "me", r#""me""#),
    ("TWITTER__MAX_LENGTH", "25000", "25000"),
    ("TWITTER__PREMIUM", "yes", "true"),
    ("FROM_MASTODON__LONG_POSTS", "cheapest", r#""cheapest""#),
    ("FROM_MASTODON__NUMBERING", "auto", r#""auto""#),
    ("FROM_MASTODON__WARNINGS", "warning-and-link", r#""warning-and-link""#),
    ("FROM_MASTODON__WARNING_PREFIX", " ⚠️ ", r#"" ⚠️ ""#),
    ("FROM_MASTODON__LOOKALIKES", "keep", r#""keep""#),
    ("FROM_MASTODON__CUSTOM_EMOJI", "remove", r#""remove""#),
    ("FROM_MASTODON__POLLS", "link", r#""link""#),
    ("FROM_MASTODON__QUOTES", "text", r#""text""#),
    ("FROM_MASTODON__BOOSTS", "own", r#""own""#),
    ("FROM_MASTODON__EXTRA_MEDIA", "link", r#""link""#),
    ("FROM_MASTODON__LONG_DESCRIPTIONS", "reply", r#""reply""#),
    ("FROM_MASTODON__UNFIT_MEDIA", "skip", r#""skip""#),
    ("FROM_MASTODON__SOUND", "cover", r#""cover""#),
    ("FROM_MASTODON__MISSING_MEDIA", "hold", r#""hold""#),
    ("FROM_MASTODON__MISSING_MEDIA_WAIT", "7d", r#""168h""#),
    ("FROM_MASTODON__SENSITIVE_MEDIA", "link", r#""link""#),
    ("FROM_MASTODON__REFUSED_REPLIES", "hold", r#""hold""#),
    ("FROM_MASTODON__EDITS", "repost", r#""repost""#),
    ("FROM_MASTODON__EDIT_WINDOW", "7d", "604_800"),
    ("FROM_MASTODON__DELETES", "mirror", r#""mirror""#),
    ("FROM_MASTODON__DELETE_WINDOW", "12h", r#""720m""#),
    ("FROM_MASTODON__DELAY", "2m", r#""120s""#),
    ("FROM_MASTODON__REQUIRE", "favourite", r#""favourite""#),
    ("FROM_MASTODON__INCLUDE_WORDS", "cats, good morning,cats", r#"["cats", " good morning "]"#),
    ("FROM_MASTODON__EXCLUDE_WORDS", r#"["this, that"]"#, r#"["this, that"]"#),
    ("FROM_MASTODON__INCLUDE_HASHTAGS", "#cats,dogs", r##"["cats", "#dogs"]"##),
    ("FROM_MASTODON__EXCLUDE_HASHTAGS", "", "[]"),
    ("FROM_MASTODON__ONLY_HASHTAG", "#x", r#""x""#),
    ("FROM_MASTODON__NEVER_HASHTAG", "nox", r##""#nox""##),
    ("FROM_MASTODON__HIDE_HASHTAGS", "no", "false"),
    ("FROM_TWITTER__LONG_POSTS", "truncate", r#""truncate""#),
    ("FROM_TWITTER__NUMBERING", "always", r#""always""#),
    ("FROM_TWITTER__MENTIONS", "plain", r#""plain""#),
    ("FROM_TWITTER__TRACKING", "keep", r#""keep""#),
    ("FROM_TWITTER__LINKS", "unwound", r#""unwound""#),
    ("FROM_TWITTER__WARNING_WORDS", "", "[]"),
    ("FROM_TWITTER__POLLS", "skip", r#""skip""#),
    ("FROM_TWITTER__QUOTES", "author", r#""author""#),
    ("FROM_TWITTER__REPOSTS", "link", r#""link""#),
    ("FROM_TWITTER__EXTRA_MEDIA", "link", r#""link""#),
    ("FROM_TWITTER__LONG_DESCRIPTIONS", "reply", r#""reply""#),
    ("FROM_TWITTER__UNFIT_MEDIA", "drop", r#""drop""#),
    ("FROM_TWITTER__MISSING_MEDIA", "post-without", r#""post-without""#),
    ("FROM_TWITTER__MISSING_MEDIA_WAIT", "0", r#""0s""#),
    ("FROM_TWITTER__SENSITIVE_WARNING", "Sensitive", r#""Sensitive""#),
    ("FROM_TWITTER__COMMUNITIES", "mirror", r#""mirror""#),
    ("FROM_TWITTER__ARTICLES", "link", r#""link""#),
    ("FROM_TWITTER__SUBSCRIBERS", "mirror", r#""mirror""#),
    ("FROM_TWITTER__EDITS", "ignore", r#""ignore""#),
    ("FROM_TWITTER__EDIT_WINDOW", "0", r#""0s""#),
    ("FROM_TWITTER__DELETES", "mirror", r#""mirror""#),
    ("FROM_TWITTER__DELETE_WINDOW", "30d", r#""720h""#),
    ("FROM_TWITTER__DELAY", "30", r#""30s""#),
    ("FROM_TWITTER__INCLUDE_WORDS", "tide", r#"["tide"]"#),
    ("FROM_TWITTER__EXCLUDE_WORDS", "wordle", r#"["wordle"]"#),
    ("FROM_TWITTER__INCLUDE_HASHTAGS", "猫", r#"["＃猫"]"#),
    ("FROM_TWITTER__EXCLUDE_HASHTAGS", "private", r#"["private"]"#),
    ("FROM_TWITTER__ONLY_HASHTAG", "fedi", r#""fedi""#),
    ("FROM_TWITTER__NEVER_HASHTAG", "nofedi", r#""nofedi""#),
    ("FROM_TWITTER__HIDE_HASHTAGS", "off", r#""no""#),
    (
        "HANDLES__KNOWN",
        "alice@chaos.social = alice_x, @bob@Bücher.Example=@bob",
        r#"["alice@chaos.social = alice_x", "bob@xn--bcher-kva.example = bob"]"#,
    ),
    ("MEDIA__MAX_FILE_MB", "16384", "16_384"),
    ("MEDIA__STALL", "1", r#""1s""#),
    ("MEDIA__MAX_TIME", "12h", r#""720m""#),
    ("STATE__KEEP_LINKS", "500", "500"),
];

#[test]
fn the_environment_overrides_every_key() {
    let variables: Vec<(String, &str)> =
        OVERRIDES.iter().map(|(name, value, _)| (format!("CROSSPOSTD_{name}"), *value)).collect();
    let names: Vec<&String> = variables.iter().map(|(name, _)| name).collect();
    assert_eq!(names, config::keys().iter().map(Key::variable).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();

    let lines =
        OVERRIDES.iter().map(|(name, _, written)| format!("{} = {written}\n", name.to_lowercase().replace("__", ".")));
    let expected = parse(&lines.collect::<String>()).unwrap();
    for file in ["", GOOD] {
        assert_eq!(parse_with(file, &variables).unwrap(), expected);
    }
}

#[test]
fn an_error_in_the_environment_names_the_variable() {
    for (name, value, expected) in [
        (
            "CROSSPOSTD_SYNC__INTERVAL",
            "5x",
            "CROSSPOSTD_SYNC__INTERVAL is \"5x\": write a number of seconds or a duration like \"30s\", \
             between 10s and 1h",
        ),
        (
            "CROSSPOSTD_MASTODON__ACCESS_TOKEN",
            "pl4nted-s3cret pl4nted-s3cret",
            "CROSSPOSTD_MASTODON__ACCESS_TOKEN has a blank, a line break or a letter in it that no key has: copy it \
             there again",
        ),
        (
            "CROSSPOSTD_MASTODON__MIRROR_VISIBILITIES",
            "public,direct",
            "CROSSPOSTD_MASTODON__MIRROR_VISIBILITIES has \"direct\": direct messages never leave Mastodon; allowed \
             are \"public\", \"unlisted\" and \"private\"",
        ),
        (
            "CROSSPOSTD_FROM_MASTODON__QUOTE",
            "link",
            "CROSSPOSTD_FROM_MASTODON__QUOTE in the environment is unknown: did you mean \
             CROSSPOSTD_FROM_MASTODON__QUOTES?",
        ),
        (
            "CROSSPOSTD_FROM_MASTODON__EXCLUDE_WORDS",
            "[\"open",
            "CROSSPOSTD_FROM_MASTODON__EXCLUDE_WORDS is \"[\\\"open\": write a list of texts in brackets, like [\"one\", \
             \"two words\"]",
        ),
        (
            "CROSSPOSTD_SYNC__INTEVAL",
            PLANTED,
            "CROSSPOSTD_SYNC__INTEVAL in the environment is unknown: did you mean CROSSPOSTD_SYNC__INTERVAL?",
        ),
        (
            "CROSSPOSTD_X__Y",
            PLANTED,
            "CROSSPOSTD_X__Y in the environment is unknown: a key's variable is CROSSPOSTD_SECTION__KEY, as in \
             CROSSPOSTD_SYNC__INTERVAL",
        ),
        (
            "CROSSPOSTD_MASTODON__ACCESS_TOKEN_FILE",
            "/nowhere/pl4nted-s3cret",
            "CROSSPOSTD_MASTODON__ACCESS_TOKEN_FILE names a file that cannot be read: No such file or directory \
             (os error 2)",
        ),
    ] {
        assert_eq!(sentence(parse_with(GOOD, &[(name, value)])), expected);
    }
    // Not one of ours, or not a key's.
    assert!(parse_with(GOOD, &[("CROSSPOSTD", "1"), ("CROSSPOSTD_LOG", "1"), ("OTHER_SYNC__INTERVAL", "5x")]).is_ok());
}
