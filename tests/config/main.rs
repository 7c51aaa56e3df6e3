//! The promise: a config is right, or the error says in one sentence where it is wrong and what to write; and no error
//! ever shows a secret.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod environment;
#[cfg(unix)]
mod files;
mod media;
mod owners_words;
mod policy;
mod round_trip;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosspostd::config::{self, Answers, Config, Directions, Env, Error, Key, Paths, Timeline};
use crosspostd::core::post::{Network, Visibility};
use crosspostd::network::http::BaseUrl;
use crosspostd::secret::Secret;

const PLANTED: &str = "pl4nted-s3cret";

const GOOD: &str = r#"[mastodon]
url = "https://mastodon.social"
access_token = "pl4nted-s3cret-m"
[twitter]
consumer_key = "pl4nted-s3cret-1"
consumer_secret = "pl4nted-s3cret-2"
access_token = "pl4nted-s3cret-3"
access_token_secret = "pl4nted-s3cret-4"
"#;

fn env(variables: &[(&str, &str)]) -> Env {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Every required key, in the environment.
fn enough() -> Vec<(&'static str, &'static str)> {
    vec![
        ("CROSSPOSTD_MASTODON__URL", "https://env.example"),
        ("CROSSPOSTD_MASTODON__ACCESS_TOKEN", "token"),
        ("CROSSPOSTD_TWITTER__CONSUMER_KEY", "one"),
        ("CROSSPOSTD_TWITTER__CONSUMER_SECRET", "two"),
        ("CROSSPOSTD_TWITTER__ACCESS_TOKEN", "three"),
        ("CROSSPOSTD_TWITTER__ACCESS_TOKEN_SECRET", "four"),
    ]
}

fn parse(text: &str) -> Result<Config, Error> {
    parse_with(text, &[])
}

fn parse_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, Error> {
    config::parse(Path::new("config.toml"), text, &env(variables))
}

/// The error's sentence, which must not hold a secret, nor may its `Debug`.
fn sentence(result: Result<Config, Error>) -> String {
    let error = result.unwrap_err();
    let sentence = error.to_string();
    assert!(!sentence.contains(PLANTED), "{sentence}");
    assert!(!format!("{error:?}").contains(PLANTED), "{error:?}");
    assert!(!sentence.contains('\n'), "{sentence}");
    sentence
}

fn example() -> Config {
    let secret = |text: &str| Secret::new(text);
    Config::new(&Answers {
        mastodon_url: "https://mastodon.social".to_owned(),
        mastodon_access_token: secret("your-mastodon-access-token"),
        consumer_key: secret("your-x-consumer-key"),
        consumer_secret: secret("your-x-consumer-secret"),
        access_token: secret("your-x-access-token"),
        access_token_secret: secret("your-x-access-token-secret"),
    })
    .unwrap()
}

#[test]
fn a_short_config_has_the_defaults() {
    let config = parse(GOOD).unwrap();
    assert_eq!(config.sync.interval, Duration::from_secs(30));
    assert_eq!(config.sync.directions, Directions::Both);
    assert_eq!(config.mastodon.url.as_str(), "https://mastodon.social");
    assert_eq!(config.mastodon.access_token.expose(), "pl4nted-s3cret-m");
    assert_eq!(config.mastodon.account_id, None);
    assert_eq!(config.mastodon.account, None);
    assert_eq!(config.mastodon.timeline, Timeline::Home);
    assert_eq!(config.mastodon.app, "crosspostd");
    assert_eq!(config.mastodon.mirror_visibilities, [Visibility::Public, Visibility::Unlisted]);
    assert_eq!(config.mastodon.visibility, Visibility::Public);
    assert_eq!(config.twitter.api_url.as_str(), "https://api.x.com");
    assert_eq!(config.twitter.access_token_secret.expose(), "pl4nted-s3cret-4");
    assert_eq!(config.twitter.user_id, None);
    assert_eq!(config.twitter.username, None);
    assert_eq!(config.twitter.max_length, 280);
    assert_eq!(config.media.max_file_mb, 512);
    assert_eq!((config.media.stall, config.media.max_time), (Duration::from_secs(30), Duration::from_secs(3600)));
    assert_eq!(config.state.keep_links, 5000);
    assert!(!format!("{config:?}").contains(PLANTED));
}

#[test]
fn directions_include_their_sources() {
    for (directions, mastodon, twitter) in [
        (Directions::Both, true, true),
        (Directions::MastodonToTwitter, true, false),
        (Directions::TwitterToMastodon, false, true),
    ] {
        assert_eq!(directions.includes(Network::Mastodon), mastodon);
        assert_eq!(directions.includes(Network::Twitter), twitter);
    }
}

#[test]
fn intervals_are_read_in_every_unit() {
    for (text, seconds) in [
        ("10", 10),
        ("\"45\"", 45),
        ("\"30s\"", 30),
        ("\"5m\"", 300),
        ("\"60m\"", 3600),
        ("\"1h\"", 3600),
        ("0x20", 32),
    ] {
        let config = parse(&format!("sync.interval = {text}\n{GOOD}")).unwrap();
        assert_eq!(config.sync.interval, Duration::from_secs(seconds), "{text}");
    }
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_is_allowed() {
    const INTERVAL: &str = "write a number of seconds or a duration like \"30s\", between 10s and 1h";
    const LEAVING: &str = "\"public\", \"unlisted\" and \"private\"";
    let long = format!("sync.directions = \"{}\"", "x".repeat(100));
    let long_shown = format!(
        r#"sync.directions is "{}…": write "both", "mastodon-to-twitter" or "twitter-to-mastodon""#,
        "x".repeat(60)
    );
    for (line, expected) in [
        ("sync.interval = \"5x\"", format!("sync.interval is \"5x\": {INTERVAL}")),
        ("sync.interval = \"9s\"", format!("sync.interval is \"9s\": {INTERVAL}")),
        ("sync.interval = \"2h\"", format!("sync.interval is \"2h\": {INTERVAL}")),
        (
            "sync.interval = \"99999999999999999999h\"",
            format!("sync.interval is \"99999999999999999999h\": {INTERVAL}"),
        ),
        ("sync.interval = \"-30s\"", format!("sync.interval is \"-30s\": {INTERVAL}")),
        ("sync.interval = 3601", format!("sync.interval is 3601: {INTERVAL}")),
        ("sync.interval = -1", format!("sync.interval is -1: {INTERVAL}")),
        ("sync.interval = 30.5", format!("sync.interval is 30.5: {INTERVAL}")),
        ("sync.interval = true", format!("sync.interval is true: {INTERVAL}")),
        ("sync.interval = []", format!("sync.interval is a list: {INTERVAL}")),
        ("sync.interval.a = 1", format!("sync.interval is a section: {INTERVAL}")),
        (&long, long_shown),
        ("mastodon.timeline = \"Home\"", "mastodon.timeline is \"Home\": write \"home\" or \"account\"".to_owned()),
        ("mastodon.app = \" \"", "mastodon.app is empty: write something, or leave it out".to_owned()),
        ("mastodon.account_id = 12", "mastodon.account_id is 12: write it in quotes, as text".to_owned()),
        (
            "mastodon.visibility = \"direct\"",
            "mastodon.visibility is \"direct\": write \"public\", \"unlisted\" or \"private\"".to_owned(),
        ),
        (
            "mastodon.mirror_visibilities = [\"public\", \"direct\"]",
            format!(
                "mastodon.mirror_visibilities has \"direct\": direct messages never leave Mastodon; \
                 allowed are {LEAVING}"
            ),
        ),
        (
            "mastodon.mirror_visibilities = [\"local\"]",
            format!("mastodon.mirror_visibilities has \"local\", which is unknown: allowed are {LEAVING}"),
        ),
        (
            "mastodon.mirror_visibilities = \"public\"",
            format!("mastodon.mirror_visibilities is \"public\": write a list in brackets, of {LEAVING}"),
        ),
        (
            "mastodon.mirror_visibilities = [1]",
            format!("mastodon.mirror_visibilities is a list: write a list in brackets, of {LEAVING}"),
        ),
        ("mastodon.mirror_visibilities = []", format!("mastodon.mirror_visibilities is empty: allowed are {LEAVING}")),
        (
            "twitter.api_url = \"http://api.x.com\"",
            "twitter.api_url is \"http://api.x.com\", which is not encrypted: write https:// \
             (plain http:// is only for this machine itself)"
                .to_owned(),
        ),
        (
            "twitter.api_url = \"ftp://x\"",
            "twitter.api_url is \"ftp://x\": write an address like \"https://example.org\"".to_owned(),
        ),
        (
            "twitter.api_url = \"https://me:pl4nted-s3cret@x.com\"",
            "twitter.api_url has an @, a name or a password in it: write an address like \"https://example.org\""
                .to_owned(),
        ),
        ("twitter.api_url = 1", "twitter.api_url is 1: write an address like \"https://example.org\"".to_owned()),
        (
            "twitter.max_length = 279",
            "twitter.max_length is 279: write a whole number between 280 and 25000".to_owned(),
        ),
        (
            "twitter.max_length = \"280\"",
            "twitter.max_length is \"280\": write a whole number between 280 and 25000".to_owned(),
        ),
        ("state.keep_links = 499", "state.keep_links is 499: write a whole number between 500 and 1000000".to_owned()),
    ] {
        // Dotted keys of a section that is written out later are an error of TOML, so each goes below its own header.
        let (section, rest) = line.split_once('.').unwrap();
        let text = if GOOD.contains(&format!("[{section}]")) {
            GOOD.replace(&format!("[{section}]\n"), &format!("[{section}]\n\n{rest}\n"))
        } else {
            format!("{GOOD}[{section}]\n{rest}\n")
        };
        let found = sentence(parse(&text));
        let number = text.lines().position(|candidate| candidate == rest).unwrap() + 1;
        assert_eq!(found, format!("config.toml, line {number}: {expected}"), "{line}");
    }
}

#[test]
fn a_wrong_secret_is_named_and_not_shown() {
    const TOKEN: &str = "config.toml, line 3: mastodon.access_token";
    for (value, expected) in [
        ("1234567890123", "is not text: write it in quotes"),
        ("[\"pl4nted-s3cret\"]", "is not text: write it in quotes"),
        ("{ a = \"pl4nted-s3cret\" }", "is not text: write it in quotes"),
        ("\"\"", "is empty: copy it there again, or run `crosspostd setup`"),
        (
            "\"pl4nted-s3cret pl4nted-s3cret\"",
            "has a blank, a line break or a letter in it that no key has: copy it there again",
        ),
        ("\"pl4nted-s3cret\\nä\"", "has a blank, a line break or a letter in it that no key has: copy it there again"),
    ] {
        let text = GOOD.replace("\"pl4nted-s3cret-m\"", value);
        let found = sentence(parse(&text));
        assert_eq!(found, format!("{TOKEN} {expected}"), "{value}");
        assert!(!found.contains("1234567890123"));
    }
}

#[test]
fn what_is_not_toml_is_named_and_the_line_not_shown() {
    for (from, to, expected) in [
        ("\"pl4nted-s3cret-m\"", "pl4nted-s3cret", "config.toml, line 3: access_token: this is not TOML: "),
        ("\"pl4nted-s3cret-m\"", "\"pl4nted-s3cret", "config.toml, line 3: access_token: this is not TOML: "),
        ("[twitter]", "[twitter", "config.toml, line 4: this is not TOML: "),
        (
            "[twitter]",
            "access_token = \"pl4nted-s3cret\"\n[twitter]",
            "config.toml, line 4: access_token: this is not TOML: duplicate key",
        ),
        ("[twitter]", "pl4nted-s3cret", "config.toml, line 4: this is not TOML: "),
    ] {
        let found = sentence(parse(&GOOD.replace(from, to)));
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn an_unknown_name_is_named_with_what_was_meant() {
    const MASTODON: &str = "the keys of [mastodon] are url, access_token, account_id, account, timeline, app, \
                            mirror_visibilities, visibility and thread_visibility";
    for (line, expected) in [
        ("[sync]\ninteval = 5", "line 10: \"inteval\" in [sync] is unknown: did you mean interval?"),
        ("[sync]\ntimeline = 5", "line 10: \"timeline\" in [sync] is unknown: it belongs in [mastodon]"),
        ("[sync]\nfoo = 5", "line 10: \"foo\" in [sync] is unknown: the keys of [sync] are interval and directions"),
        (
            "[sync]\nquotes = 5",
            "line 10: \"quotes\" in [sync] is unknown: it belongs in [from_mastodon] or [from_twitter]",
        ),
        ("[from_twitter]\nrepost = 5", "line 10: \"repost\" in [from_twitter] is unknown: did you mean reposts?"),
        ("[from_mastadon]", "line 9: \"from_mastadon\" is unknown: did you mean [from_mastodon]?"),
        ("[state]\nfoo = 5", "line 10: \"foo\" in [state] is unknown: the key of [state] is keep_links"),
        ("[twiter]", "line 9: \"twiter\" is unknown: did you mean [twitter]?"),
        (
            "[bluesky]",
            "line 9: \"bluesky\" is unknown: the sections are [sync], [mastodon], [twitter], \
         [from_mastodon], [from_twitter], [handles], [media] and [state]",
        ),
    ] {
        assert_eq!(sentence(parse(&format!("{GOOD}{line}\n"))), format!("config.toml, {expected}"), "{line}");
    }
    for (line, expected) in [
        ("interval = \"30s\"", "line 1: \"interval\" is unknown: it belongs in [sync]"),
        ("state = 5", "line 1: state is not a section: write [state] on a line of its own, and its keys below"),
    ] {
        assert_eq!(sentence(parse(&format!("{line}\n{GOOD}"))), format!("config.toml, {expected}"), "{line}");
    }
    for (from, to, expected) in [
        ("access_token =", "acess_token =", "\"acess_token\" in [mastodon] is unknown: did you mean access_token?"),
        (
            "access_token =",
            "access_token_fil =",
            "\"access_token_fil\" in [mastodon] is unknown: did you mean access_token_file?",
        ),
        ("access_token =", "password =", &format!("\"password\" in [mastodon] is unknown: {MASTODON}")),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_eq!(sentence(parse(&text)), format!("config.toml, line 3: {expected}"), "{to}");
    }
}

#[test]
fn a_missing_key_is_named() {
    for key in config::keys() {
        let line = format!("{} = ", key.name);
        let (before, section) = GOOD.split_once(&format!("[{}]\n", key.section)).unwrap_or((GOOD, ""));
        let Some(start) = section.find(&line) else {
            assert!(!key.required, "{key:?}");
            continue;
        };
        let rest = section[start..].split_once('\n').unwrap().1;
        let text = format!("{before}[{}]\n{}{rest}", key.section, &section[..start]);
        let expected = format!(
            "config.toml: {}.{} is missing: run `crosspostd setup`, or write it there, or set {}",
            key.section,
            key.name,
            key.variable()
        );
        assert_eq!(sentence(parse(&text)), expected);
    }
}

#[test]
fn no_slip_of_the_finger_makes_an_error_show_a_secret() {
    let config = parse(GOOD).unwrap();
    let text = config::render(&config);
    // What stands below the secrets comes after them in any error. Its comments are left out: they take time.
    let (secrets, rest) = text.split_once("[from_mastodon]").unwrap();
    let rest: Vec<&str> = rest.lines().filter(|line| !line.starts_with("# ")).collect();
    let text = format!("{secrets}[from_mastodon]{}\n", rest.join("\n"));
    assert!(text.contains("[handles]") && !rest.join("\n").contains("s3cret"), "{text}");
    let try_out = |text: String| {
        if let Err(error) = parse(&text) {
            assert!(!error.to_string().contains("s3cret"), "{error}");
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
    };
    for (at, letter) in text.char_indices().take_while(|(at, _)| *at <= secrets.len()) {
        let (before, after) = text.split_at(at);
        try_out(before.to_owned());
        try_out(format!("{before}{}", &after[letter.len_utf8()..]));
        for inserted in ["\"", "\"\"", "\"\"\"", "=", "[", "\n", "#", ".", "x", "\0"] {
            try_out(format!("{before}{inserted}{after}"));
        }
    }
}

#[test]
fn systemd_and_the_options_say_where_the_files_are() {
    let systemd =
        env(&[("CONFIGURATION_DIRECTORY", "/etc/crosspostd:/etc/other"), ("STATE_DIRECTORY", "/var/lib/crosspostd")]);
    let found = Paths::find(None, None, &systemd).unwrap();
    assert_eq!(found.config, Path::new("/etc/crosspostd/config.toml"));
    assert_eq!(found.state, Path::new("/var/lib/crosspostd/state.jsonl"));

    let asked: [PathBuf; 2] = ["c.toml".into(), "s.jsonl".into()];
    let [config, state] = asked.clone();
    assert_eq!(Paths::find(Some(config), Some(state), &systemd).unwrap(), {
        let [config, state] = asked;
        Paths { config, state }
    });

    // Without both it depends on the user's home, where the names are ours.
    if let Ok(paths) = Paths::find(None, None, &env(&[("STATE_DIRECTORY", "")])) {
        assert!(paths.config.ends_with("crosspostd/config.toml"), "{paths:?}");
        assert!(paths.state.ends_with("crosspostd/state.jsonl"), "{paths:?}");
    }
}

#[test]
fn the_example_file_is_what_setup_would_write() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let rendered = config::render(&example());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &rendered).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text == rendered, "config.example.toml is old: run `BLESS=1 cargo test --test config`, then look at it");
    assert_eq!(parse(&text).unwrap(), example());
    for key in config::keys() {
        let line = text.lines().position(|line| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name)));
        let comment = text.lines().nth(line.unwrap() - 1).unwrap();
        assert!(comment.starts_with("# ") && comment.len() <= 120, "{comment}");
    }
}
