//! The conversation from beginning to end: first, again, broken off, over a broken config.

use crosspostd::config::Directions;
use crosspostd::core::style::Boosts;
use crosspostd::secret::Secret;
use crosspostd::terminal::NoAnswer;

use super::*;

#[test]
fn a_first_run_leads_to_a_config_that_works() {
    let world = World::new();
    let (config, screen) = world.set_up(&world.first_run());
    let twitter = &config.twitter;
    let four = [&twitter.consumer_key, &twitter.consumer_secret, &twitter.access_token, &twitter.access_token_secret];
    assert_eq!(four.map(Secret::expose), [KEY, SECRET, TOKEN, TOKEN_SECRET]);
    assert_eq!(twitter.user_id.as_deref(), Some("2244994945"));
    assert_eq!(twitter.username.as_deref(), Some("xdev"));
    // What the environment says stays there.
    assert_eq!(twitter.api_url.as_str(), "https://api.x.com");
    assert_eq!(config.mastodon.url.as_str(), world.mastodon.base);
    assert_eq!(config.mastodon.access_token.expose(), ACCESS);
    assert_eq!(config.mastodon.account_id.as_deref(), Some("42"));
    assert_eq!(config.mastodon.account.as_deref(), Some("me@h.example"));
    assert_eq!(config.mastodon.app, "crosspostd");
    assert_eq!(config.sync.directions, Directions::Both);

    assert_eq!(world.x.requests().len(), 1, "users/me costs money");
    let registered = &world.mastodon.asked("/api/v1/apps")[0];
    assert!(registered.ends_with("scopes=profile+read%3Astatuses+write%3Astatuses+write%3Amedia"), "{registered}");
    let exchanged = &world.mastodon.asked("/oauth/token")[0];
    assert!(exchanged.contains("&code=c0de&code_verifier="), "{exchanged}");
    let line = screen.lines().find(|line| line.contains("/oauth/authorize")).unwrap();
    assert!(line.starts_with("http://127.0.0.1:") && line.contains("code_challenge="), "{line}");
    says(
        &screen,
        &[
            "Ctrl-C is safe",
            "1. Open https://console.x.com and sign in as the X account",
            "$0.015 for a post, $0.200 for a post with a link, and $0.001 for each",
            "(25 characters received)",
            "You are @xdev on X.",
            "Posts there may be 500 characters long.",
            "You are @me@h.example (Me [31mMyself).",
            "To X go your public and unlisted posts",
            "Looks every 30 seconds",
            "posts from now on are mirrored; older ones stay where they are.",
        ],
    );
    assert_eq!(world.files(), [world.paths().config]);
}

#[test]
fn a_conversation_that_ends_early_leaves_nothing() {
    let world = World::new();
    let answers = world.first_run();
    for count in 0..answers.len() {
        let (result, _) = world.setup(&answers[..count]);
        let error = result.unwrap_err();
        assert!(matches!(error, SetupError::NoAnswer(NoAnswer::Ended)), "{count}: {error}");
        assert!(error.to_string().contains("nothing was written"), "{error}");
        assert_eq!(error.exit(), Exit::Config);
        assert_eq!(world.files(), Vec::<PathBuf>::new(), "{count}");
    }
    let mut answers = answers;
    *answers.last_mut().unwrap() = "no";
    assert!(matches!(world.setup(&answers).0, Err(SetupError::Stopped)));
    assert_eq!(world.files(), Vec::<PathBuf>::new());
}

#[test]
fn run_again_it_keeps_what_there_is_and_asks_x_nothing() {
    let world = World::new();
    world.set_up(&world.first_run());
    let before = fs::read(world.paths().config).unwrap();
    let (_, screen) = world.set_up(&["", "", "", "", "", ""]);
    says(&screen, &["(Enter: keep the one there is)", "The keys of @xdev stay as they are.", "Nothing has changed"]);
    assert_eq!(fs::read(world.paths().config).unwrap(), before);
    assert_eq!(world.x.requests().len(), 1);

    // One answer is another one: only that changes, and X is not asked for it.
    let (config, _) = world.set_up(&["", "", "", "", "y", "2", "y"]);
    assert_eq!(config.sync.directions, Directions::MastodonToTwitter);
    assert_eq!(config.twitter.consumer_key.expose(), KEY);
    assert_eq!(world.x.requests().len(), 1);

    // A new key is proved.
    let (config, _) = world.set_up(&["", "other-s3cret", "", "", "", "", ""]);
    assert_eq!(config.twitter.consumer_secret.expose(), "other-s3cret");
    assert_eq!(world.x.requests().len(), 2);
}

#[test]
fn what_was_changed_by_hand_stays() {
    let world = World::new();
    world.set_up(&world.first_run());
    let path = world.paths().config;
    let mut text = fs::read_to_string(&path).unwrap().replace("interval = \"30s\"", "interval = \"5m\"");
    for (from, to) in [
        ("premium = false", "premium = true"),
        ("warning_prefix = \"CW: \"", "warning_prefix = \"⚠️ \""),
        ("# only_hashtag = \"toX\"", "only_hashtag = \"#toX\""),
        ("reposts = \"off\"", "reposts = \"own\""),
        ("known = []", "known = [\"alice@chaos.social = alice_x\"]"),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    fs::write(&path, text.replace("https://api.x.com", &world.x.base)).unwrap();
    let (config, screen) = world.set_up(&["", "", "", "", "", "3", ""]);
    assert_eq!(config.sync.interval.as_secs(), 300);
    assert!(config.twitter.premium);
    assert_eq!(config.from_mastodon.warning_prefix, "⚠️ ");
    assert_eq!(config.from_mastodon.only_hashtag.as_deref(), Some("toX"));
    assert_eq!(config.from_twitter.reposts, Boosts::Own);
    assert_eq!(config.handles.known.len(), 1);
    assert_eq!(config.twitter.api_url.as_str(), world.x.base);
    says(&screen, &["every 5 min"]);
}

#[test]
#[cfg(unix)]
fn a_broken_config_is_kept_as_a_copy() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let path = world.paths().config;
    let broken = "[sync]\nintervall = \"pl4nted\"\n";
    fs::write(&path, broken).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let (result, screen) = world.setup(&["n"]);
    assert!(matches!(result, Err(SetupError::Stopped)));
    says(&screen, &["cannot be used", "did you mean interval?", "kept as a copy"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    let other = world.folder.path().join("config.toml.bak");
    fs::write(&other, "an older one").unwrap();
    let first_run = world.first_run();
    let answers: Vec<&str> = ["y"].into_iter().chain(first_run).collect();
    let (_, screen) = world.set_up(&answers);
    let copy = world.folder.path().join("config.toml.bak2");
    says(&screen, &["The old config is now"]);
    assert_eq!(fs::read_to_string(&copy).unwrap(), broken);
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(other).unwrap(), "an older one");
}

#[test]
fn a_disk_that_refuses_does_not_lose_the_answers() {
    let world = World::new();
    // Something stands where the new file would be made.
    fs::create_dir(world.folder.path().join("config.toml.new")).unwrap();
    let (result, screen) = world.setup(&[world.first_run(), vec!["y", "n"]].concat());
    assert!(matches!(result, Err(SetupError::Stopped)));
    assert_eq!(screen.matches("cannot be written").count(), 2, "{screen}");
    assert!(!world.paths().config.exists());
}

#[test]
fn placeholders_of_the_example_are_no_keys() {
    let world = World::new();
    let example = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml")).unwrap();
    fs::write(world.paths().config, example).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(world.paths().config, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let (config, screen) = world.set_up(&world.first_run());
    assert!(!screen.contains("keep the one there is"), "{screen}");
    assert_eq!(config.twitter.consumer_key.expose(), KEY);
}
