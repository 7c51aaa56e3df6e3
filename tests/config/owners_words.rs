//! Keys that hold the owner's own words, and those that say yes or no.

use super::*;

/// The error's words after the line's number, for a key below a section's header.
pub(super) fn said(section: &str, line: &str) -> String {
    let found = sentence(parse(&format!("{GOOD}[{section}]\n{line}\n")));
    found.strip_prefix("config.toml, line 10: ").unwrap_or(&found).to_owned()
}

#[test]
fn yes_and_no_are_read_in_every_form() {
    for (value, expected) in [
        ("true", true),
        ("\"yes\"", true),
        ("\"on\"", true),
        ("\"true\"", true),
        ("false", false),
        ("\"no\"", false),
        ("\"off\"", false),
    ] {
        let config = parse(&format!("{GOOD}[from_mastodon]\nhide_hashtags = {value}\n")).unwrap();
        assert_eq!(config.from_mastodon.hide_hashtags, expected, "{value}");
    }
    for (value, shown) in [("\"maybe\"", "\"maybe\""), ("1", "1"), ("\"Yes\"", "\"Yes\"")] {
        let expected = format!("from_twitter.hide_hashtags is {shown}: write true or false");
        assert_eq!(said("from_twitter", &format!("hide_hashtags = {value}")), expected);
    }
}

#[test]
fn a_prefix_keeps_its_blanks_and_may_be_nothing() {
    for prefix in ["CW: ", "", "  ", "⚠️ "] {
        let config = parse(&format!("{GOOD}[from_mastodon]\nwarning_prefix = \"{prefix}\"\n")).unwrap();
        assert_eq!(config.from_mastodon.warning_prefix, prefix);
    }
}

#[test]
fn hashtags_are_kept_without_their_sign() {
    let config =
        parse(&format!("{GOOD}[from_twitter]\ninclude_hashtags = [\"#Cats\", \" dogs \", \"＃猫\", \"Cats\"]\n"));
    assert_eq!(config.unwrap().from_twitter.include_hashtags, ["Cats", "dogs", "猫"]);
}

#[test]
fn people_are_read_as_the_networks_name_them() {
    let config = parse(&format!(
        "{GOOD}[handles]\nknown = [\"@Alice@Chaos.Social = @alice_x\", \"b.o-b@BÜCHER.example=B\", \"alice@Chaos.Social = alice_x\"]\n"
    ));
    // The last is the first again, but for the case of a letter.
    assert_eq!(
        sentence(config),
        "config.toml, line 10: handles.known has \"alice@chaos.social\" in two entries: keep one of them"
    );
    let config =
        parse(&format!("{GOOD}[handles]\nknown = [\"@Alice@Chaos.Social = @alice_x\", \"b.o-b@BÜCHER.example=B\"]\n"));
    let known: Vec<String> =
        config.unwrap().handles.known.iter().map(|friend| format!("{} {}", friend.mastodon, friend.twitter)).collect();
    assert_eq!(known, ["Alice@chaos.social alice_x", "b.o-b@xn--bcher-kva.example B"]);

    for bad in [
        "alice",
        "alice@chaos.social",
        "alice_x = alice@chaos.social",
        "alice@chaos.social = ",
        "alice@chaos.social = al-ice",
        "alice@chaos.social = a23456789012345678901",
        "alice@localhost = alice_x",
        "alice@127.0.0.1 = alice_x",
        "alice@[::1] = alice_x",
        "alice@chaos.social:3000 = alice_x",
        "alice@https://chaos.social = alice_x",
        "alice@chaos.social. = alice_x",
        "alice.@chaos.social = alice_x",
        "älice@chaos.social = alice_x",
        "alice bob@chaos.social = alice_x",
        "alice@chaos.social = alice_x = bob",
    ] {
        assert_eq!(
            said("handles", &format!("known = [\"{bad}\"]")),
            format!("handles.known has \"{bad}\": write \"name@server = name_on_x\", first Mastodon, then X")
        );
    }
}

#[test]
fn a_wrong_word_of_the_owners_is_named_with_what_is_allowed() {
    const WINDOW: &str = "write a number of seconds or a duration like \"1d\", between 0s and 30d";
    const HASHTAG: &str = "which is not one hashtag: write a single word, with or without the #";
    let long = "x".repeat(201);
    let start = "x".repeat(60);
    for (line, expected) in [
        ("quotes = \"links\"", "quotes is \"links\": write \"author\", \"link\", \"text\" or \"skip\"".to_owned()),
        ("require = \"star\"", "require is \"star\": write \"none\", \"favourite\" or \"bookmark\"".to_owned()),
        ("edit_window = \"31d\"", format!("edit_window is \"31d\": {WINDOW}")),
        ("edit_window = \"1w\"", format!("edit_window is \"1w\": {WINDOW}")),
        (
            "delay = \"31m\"",
            "delay is \"31m\": write a number of seconds or a duration like \"30s\", between 0s and 30m".to_owned(),
        ),
        (
            "exclude_words = \"wordle\"",
            "exclude_words is \"wordle\": write a list of texts in brackets, like [\"one\", \"two words\"]".to_owned(),
        ),
        (
            "exclude_words = [5]",
            "exclude_words is a list: write a list of texts in brackets, like [\"one\", \"two words\"]".to_owned(),
        ),
        (
            "exclude_words = [\"a\", \" \"]",
            "exclude_words has an empty entry: write something in it, or leave it out".to_owned(),
        ),
        (
            &format!("exclude_words = [\"{long}\"]"),
            format!("exclude_words has \"{start}…\", which is too long: at most 200 letters"),
        ),
        ("include_hashtags = [\"two words\"]", format!("include_hashtags has \"two words\", {HASHTAG}")),
        ("include_hashtags = [\"#\"]", format!("include_hashtags has \"#\", {HASHTAG}")),
        (
            &format!("include_hashtags = [\"{long}\"]"),
            format!("include_hashtags has \"{start}…\", which is too long for a hashtag"),
        ),
        ("only_hashtag = \"#a #b\"", format!("only_hashtag is \"#a #b\", {HASHTAG}")),
        ("only_hashtag = [\"a\"]", "only_hashtag is a list: write one hashtag in quotes".to_owned()),
        ("never_hashtag = \"\"", "never_hashtag is empty: write a hashtag, or leave it out".to_owned()),
        ("warning_prefix = 1", "warning_prefix is 1: write it in quotes, as text".to_owned()),
        (
            &format!("warning_prefix = \"{long}\""),
            format!("warning_prefix is \"{start}…\", which is too long: at most 50 letters"),
        ),
    ] {
        assert_eq!(said("from_mastodon", line), format!("from_mastodon.{expected}"), "{line}");
    }
}
