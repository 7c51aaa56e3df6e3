//! Keys about pictures, videos and sound.

use super::owners_words::said;

#[test]
fn a_wrong_value_is_named_with_what_is_allowed() {
    const WAIT: &str = "write a number of seconds or a duration like \"1d\", between 0s and 7d";
    const STALL: &str = "write a number of seconds or a duration like \"30s\", between 1s and 5m";
    const TIME: &str = "write a number of seconds or a duration like \"30s\", between 10s and 12h";
    const LETTERS: &str = "which is too long: at most 100 letters";
    let long = format!("sensitive_warning = \"{}\"", "x".repeat(101));
    let start = "x".repeat(60);
    for (section, line, expected) in [
        ("from_mastodon", "extra_media = \"both\"", "is \"both\": write \"thread\" or \"link\""),
        ("from_mastodon", "long_descriptions = \"\"", "is \"\": write \"cut\" or \"reply\""),
        ("from_twitter", "unfit_media = true", "is true: write \"link\", \"drop\" or \"skip\""),
        ("from_mastodon", "sound = \"video\"", "is \"video\": write \"link\" or \"cover\""),
        (
            "from_twitter",
            "missing_media = \"wait\"",
            "is \"wait\": write \"post-with-link\", \"post-without\" or \"hold\"",
        ),
        ("from_mastodon", "missing_media_wait = \"8d\"", &format!("is \"8d\": {WAIT}")),
        ("from_mastodon", "sensitive_media = \"hide\"", "is \"hide\": write \"attach\", \"link\" or \"skip\""),
        ("from_twitter", &long, &format!("is \"{start}…\", {LETTERS}")),
        ("media", "max_file_mb = 0", "is 0: write a whole number between 1 and 16384"),
        ("media", "max_file_mb = \"1 GB\"", "is \"1 GB\": write a whole number between 1 and 16384"),
        ("media", "stall = \"0s\"", &format!("is \"0s\": {STALL}")),
        ("media", "max_time = \"13h\"", &format!("is \"13h\": {TIME}")),
    ] {
        let (key, _) = line.split_once(' ').unwrap();
        assert_eq!(said(section, line), format!("{section}.{key} {expected}"));
    }
}

#[test]
fn what_only_one_side_has_is_known_to_be_there() {
    for (section, key, home) in [
        ("from_twitter", "sound", "it belongs in [from_mastodon]"),
        ("from_twitter", "sensitive_media", "it belongs in [from_mastodon]"),
        ("from_mastodon", "sensitive_warning", "it belongs in [from_twitter]"),
        ("from_mastodon", "max_file_mb", "it belongs in [media]"),
        ("media", "unfit_media", "it belongs in [from_mastodon] or [from_twitter]"),
    ] {
        let expected = format!("\"{key}\" in [{section}] is unknown: {home}");
        assert_eq!(said(section, &format!("{key} = 1")), expected);
    }
}
