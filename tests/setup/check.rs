//! `check`: every line, every exit code.

use crosspostd::core::post::{Network, PostId};
use crosspostd::core::state::Event;
use crosspostd::journal::Journal;
use crosspostd::journal::file::{FileDisk, Lock};

use super::*;

/// A world that was set up.
fn world() -> World {
    let world = World::new();
    world.set_up(&world.first_run());
    world
}

fn journal(world: &World, account: &str) {
    let (mut journal, ..) = Journal::open(Box::new(FileDisk::new(&world.paths().state))).unwrap();
    journal
        .append(&[Event::Baseline {
            network: Network::Twitter,
            account: account.to_owned(),
            newest: Some(PostId::new("1900")),
            at: Timestamp::from_secs(NOW),
        }])
        .unwrap();
}

#[test]
fn all_is_well_and_nothing_is_left_behind() {
    let world = world();
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::Done, "{screen}");
    assert!(!screen.contains("!!"), "{screen}");
    says(
        &screen,
        &[
            "is valid and readable by you alone.",
            "ok Journal: there is none yet",
            "ok Daemon: none has run here yet.",
            "as @me; posts may have up to 500",
            "ok X: signed in as @xdev; asking cost nothing.",
            "ok Clock: it agrees with that of X.",
        ],
    );
    assert_eq!(world.files(), [world.paths().config]);
    assert!(
        world.x.asked("/2/users/2244994945/tweets")[0].starts_with("GET /2/users/2244994945/tweets?max_results=5 ")
    );
    assert!(!world.mastodon.requests().iter().any(|request| request.starts_with("POST /api/v1/statuses")));
}

#[test]
fn x_is_asked_only_for_what_is_not_known() {
    let world = world();
    journal(&world, "2244994945");
    world.x.on("/2/users/2244994945/tweets", &[canned(200, r#"{"data":[{"id":"1901","text":"a"}],"meta":{}}"#)]);
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::Done, "{screen}");
    says(&screen, &["is sound, and remembers 0 posts", "asking cost $0.001"]);
    assert!(world.x.asked("/2/users/2244994945/tweets")[0].contains("since_id=1900"));
    // Another account's posts are no measure.
    let world = World::new();
    world.set_up(&world.first_run());
    journal(&world, "7");
    world.check();
    assert!(!world.x.asked("/2/users/2244994945/tweets")[0].contains("since_id"));
}

#[test]
fn a_daemon_that_runs_is_seen() {
    let world = world();
    let lock = Lock::take(&world.paths().state).unwrap();
    let (exit, screen) = world.check();
    says(&screen, &["ok Daemon: a crosspostd is running."]);
    assert_eq!(exit, Exit::Done);
    drop(lock);
    says(&world.check().1, &["ok Daemon: none is running."]);
}

#[test]
fn every_trouble_has_its_exit_code() {
    let tweets = "/2/users/2244994945/tweets";
    let (verify, statuses) = ("/api/v1/accounts/verify_credentials", "/api/v1/accounts/42/statuses");
    for (of_x, path, status, body, expected, part) in [
        (true, tweets, 401, "{}", Exit::SignIn, "X does not accept our keys"),
        (true, tweets, 402, "{}", Exit::Waiting, "no credits left"),
        (true, tweets, 403, r#"{"reason":"client-not-enrolled"}"#, Exit::SignIn, "Pay-per-use"),
        (true, tweets, 429, "{}", Exit::Waiting, "slow down"),
        (true, tweets, 503, "", Exit::Unreachable, "did not answer properly"),
        (true, tweets, 200, "{}", Exit::Unreachable, "did not answer properly"),
        (false, verify, 401, "{}", Exit::SignIn, "does not accept our sign-in"),
        (false, verify, 503, "", Exit::Unreachable, "did not answer properly"),
        (false, statuses, 403, "{}", Exit::SignIn, "may lack a permission"),
        (false, verify, 200, r#"{"id":"43","acct":"you"}"#, Exit::Config, "the config names another account"),
        (false, verify, 200, r#"{"id":"42","acct":"me","moved":{}}"#, Exit::SignIn, "has moved"),
        (
            false,
            "/api/v1/apps/verify_credentials",
            200,
            r#"{"name":"mine"}"#,
            Exit::Config,
            "Write app = \"mine\" in [mastodon]",
        ),
        (
            false,
            "/api/v1/apps/verify_credentials",
            200,
            r#"{"name":"crosspostd","scopes":["read"]}"#,
            Exit::SignIn,
            "lacks permissions: write:statuses",
        ),
    ] {
        let world = world();
        let server = if of_x { &world.x } else { &world.mastodon };
        server.on(path, &[canned(status, body)]);
        let (exit, screen) = world.check();
        assert_eq!(exit, expected, "{part}: {screen}");
        says(&screen, &[part, "!!"]);
    }
}

#[test]
fn keys_that_may_not_post_are_named() {
    let world = world();
    let answer = (200, "x-access-level: read\r\n", r#"{"meta":{"result_count":0}}"#.to_owned());
    world.x.on("/2/users/2244994945/tweets", &[answer]);
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::SignIn);
    says(&screen, &["they are read-only", "Read and write"]);
}

#[test]
fn a_wrong_clock_is_said() {
    let mut world = world();
    world.now = NOW + 3600;
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::Config);
    says(&screen, &["!! Clock: The clock of this machine is 60 minutes ahead of that of X."]);
}

#[test]
fn what_is_wrong_on_disk_is_said() {
    let world = World::new();
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::Config);
    says(&screen, &["!! Config: there is no config yet", "Neither network was asked"]);

    world.set_up(&world.first_run());
    fs::write(world.paths().state, "{\"journal\":\"crosspostd\",\"version\":1}\nx\n").unwrap();
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::Config);
    says(&screen, &["!! Journal:", "damaged in line 2"]);
    assert!(world.x.asked("/2/users/2244994945/tweets").len() == 1, "the networks are looked at all the same");

    let blocker = world.folder.path().join("file");
    fs::write(&blocker, "").unwrap();
    let paths = Paths { state: blocker.join("state.jsonl"), ..world.paths() };
    let (exit, screen) = world.check_with(&paths);
    assert_eq!(exit, Exit::Config);
    says(&screen, &["!! Journal: nothing can be written in", "or name a file with --state"]);

    let folder = world.paths().state.with_file_name("media");
    fs::write(&folder, "in its place").unwrap();
    let (exit, screen) = world.check();
    assert_eq!(exit, Exit::Config);
    says(&screen, &["!! Media: nothing can be written in", "or remove it: it is made anew"]);
    fs::remove_file(&folder).unwrap();

    let path = world.paths().config;
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("\"2244994945\"", "\"7\"")).unwrap();
    says(&world.check().1, &["!! X: the access token is that of another account"]);
}
