//! cron and systemd can tell "later" from "never": each way to end has its number, and its sentence.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use bench::{Bench, Ended};
use crosspostd::core::post::Network;
use crosspostd::sandbox::faults::{Fault, Faulty};
use crosspostd::sandbox::twitter::{Token, TwitterWorld};
use crosspostd::sandbox::{Reply, Server};

/// Runs it without `--config` and `--state`.
fn bare(bench: &Bench, arguments: &[&str]) -> Ended {
    let mut command = bench.bare_command();
    command.args(arguments);
    bench.spawn(command).wait()
}

#[track_caller]
fn says(ended: &Ended, words: &str) {
    assert!(ended.err.contains(words), "{words:?} is not said:\n{}", ended.err);
}

#[test]
fn without_a_config_and_a_terminal_78_says_how_to_set_up() {
    let bench = Bench::new();
    for arguments in [&[][..], &["run"], &["run", "--once"], &["run", "--once", "--dry-run"]] {
        let ended = bare(&bench, arguments).expect(78);
        says(&ended, "run `crosspostd setup`");
        says(&ended, ".config/crosspostd/config.toml");
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    }
    assert_eq!(fs::read_dir(bench.folder().join("home")).unwrap().count(), 0, "it left something behind");
}

#[test]
fn a_wrong_config_is_78_and_names_file_line_and_key() {
    let bench = Bench::new();
    let good = fs::read_to_string(bench.config()).unwrap();
    for (bad, words) in [
        (good.replace("interval = \"30s\"", "interval = \"1s\""), "sync.interval"),
        (good.replace("[sync]", "[sink]"), "sink"),
        (good.replace("directions =", "direction ="), "direction"),
        (good.replace("interval = \"30s\"", "interval = "), "line "),
        (
            good.lines().filter(|line| !line.starts_with("consumer_secret")).collect::<Vec<_>>().join("\n"),
            "consumer_secret",
        ),
    ] {
        assert_ne!(bad, good);
        fs::write(bench.config(), &bad).unwrap();
        let ended = bench.once().expect(78);
        says(&ended, words);
        says(&ended, "config.toml");
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    }
    fs::write(bench.config(), &good).unwrap();
    fs::set_permissions(bench.config(), fs::Permissions::from_mode(0o644)).unwrap();
    says(&bench.once().expect(78), "chmod 600");
    assert!(!bench.state().exists());
    for network in Network::ALL {
        assert_eq!(bench.exchanges(network), [], "nobody was asked");
    }
}

#[test]
fn a_state_file_that_cannot_be_used_is_78() {
    let bench = Bench::new();
    fs::create_dir_all(bench.state()).unwrap();
    says(&bench.once().expect(78), "state.jsonl");
}

#[test]
fn wrong_usage_is_64() {
    let bench = Bench::new();
    for arguments in [&["fly"][..], &["run", "--twice"], &["--config"], &["--log-format", "xml"], &["run", "-q", "-v"]]
    {
        let ended = bare(&bench, arguments).expect(64);
        assert!(ended.err.contains("Usage") || ended.err.contains("--help"), "{}", ended.err);
    }
}

#[test]
fn help_and_version_are_0() {
    let bench = Bench::new();
    assert!(bare(&bench, &["--help"]).expect(0).out.contains("Exit codes:"));
    assert!(bare(&bench, &["--version"]).expect(0).out.starts_with("crosspostd "));
}

#[test]
fn a_revoked_token_is_77_and_mends_by_a_new_one() {
    let bench = Bench::begun();
    bench.pair.write(Network::Twitter, "meanwhile");
    let token = bench.pair.mastodon_token().to_owned();
    bench.pair.mastodon.with(|world| world.revoke_token(&token));
    says(&bench.once().expect(77), "Mastodon does not accept our sign-in");
    says(&bench.once().expect(77), "Mastodon does not accept our sign-in");
    assert!(bench.run(&["status"]).expect(0).out.contains("PAUSED: Mastodon does not accept our sign-in"));
    let now = bench.pair.clock.now();
    let scopes = "profile read:statuses write:statuses";
    let new = bench.pair.mastodon.with(|world| world.grant_token("ada", "crosspostd", scopes, now)).unwrap();
    bench.configure(|config| config.mastodon.access_token = crosspostd::secret::Secret::new(&*new));
    bench.once().expect(0);
    bench.assert_mirrors(Network::Mastodon, &["meanwhile"]);
    assert!(!bench.run(&["status"]).expect(0).out.contains("PAUSED"));
}

#[test]
fn revoked_keys_of_x_are_77_and_mend_by_new_ones() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "meanwhile");
    bench.pair.twitter.with(TwitterWorld::revoke_tokens);
    says(&bench.once().expect(77), "X does not accept our sign-in");
    says(&bench.once().expect(77), "X does not accept our sign-in");
    assert!(bench.run(&["status"]).expect(0).out.contains("PAUSED: X does not accept our sign-in"));
    bench.pair.twitter.with(|world| {
        let user = world.owner_id();
        world.add_token(Token { key: "2244994945-new".into(), secret: "new".into(), user, may_write: true });
    });
    bench.configure(|config| {
        config.twitter.access_token = crosspostd::secret::Secret::new("2244994945-new");
        config.twitter.access_token_secret = crosspostd::secret::Secret::new("new");
    });
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["meanwhile"]);
}

#[test]
fn keys_that_may_only_read_or_an_app_that_is_not_enrolled_are_77() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "waits");
    bench.pair.twitter.with(|world| world.set_may_write(false));
    says(&bench.once().expect(77), "X does not allow this");
    bench.pair.twitter.with(|world| {
        world.set_may_write(true);
        world.settings.enrolled = false;
    });
    says(&bench.once().expect(77), "X does not serve this app");
    bench.pair.twitter.with(|world| world.settings.enrolled = true);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["waits"]);
}

#[test]
fn no_credits_are_75_and_the_post_waits() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "it costs");
    bench.pair.twitter.with(|world| world.settings.credits_micro_usd = Some(0));
    says(&bench.once().expect(75), "no credits left");
    assert!(bench.run(&["status"]).expect(0).out.contains("PAUSED: X has no credits left"));
    bench.pair.twitter.with(|world| world.settings.credits_micro_usd = Some(1_000_000));
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["it costs"]);
}

#[test]
fn a_spending_limit_is_75_and_the_post_waits() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "it costs");
    bench.pair.twitter.with(|world| world.settings.spend_cap_micro_usd = Some(0));
    says(&bench.once().expect(75), "spending limit");
    bench.pair.twitter.with(|world| world.settings.spend_cap_micro_usd = None);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["it costs"]);
}

#[test]
fn no_credits_hold_up_only_x() {
    let bench = Bench::begun();
    bench.pair.twitter.with(|world| world.settings.credits_micro_usd = Some(0));
    bench.pair.write(Network::Mastodon, "to X");
    bench.once().expect(75);
    bench.pair.twitter.with(|world| world.settings.credits_micro_usd = Some(14_000));
    bench.pair.write(Network::Twitter, "from X");
    // Enough to read with; what comes of the rest is X's business, the other way goes on.
    let _ = bench.once();
    bench.assert_mirrors(Network::Mastodon, &["from X"]);
}

#[test]
fn a_network_that_is_not_there_is_69_and_the_other_goes_on() {
    let mut bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "hello");
    let world = TwitterWorld::sample(bench.pair.clock.clone());
    let elsewhere = Server::start(world, bench.pair.clock.clone()).unwrap();
    // The one that the config points at is gone.
    drop(std::mem::replace(&mut bench.pair.twitter, elsewhere));
    says(&bench.once().expect(69), "X cannot be reached");
    assert!(bench.run(&["status"]).expect(0).out.contains("Waiting: 1"));
    assert!(bench.exchanges(Network::Mastodon).iter().any(|exchange| exchange.call.path.contains("/timelines/")));
}

#[test]
fn a_network_that_answers_with_nonsense_is_69() {
    for network in Network::ALL {
        for fault in [
            Fault::Html(503),
            Fault::Html(200),
            Fault::LoseAnswer,
            Fault::Answer(Reply::of_type(200, "application/json", "[[{")),
        ] {
            let bench = Bench::begun();
            bench.fail(network, Faulty { method: None, times: 99, ..Faulty::once("", "/", fault.clone()) });
            says(&bench.once().expect(69), &format!("{network} did not answer properly"));
        }
    }
}

#[test]
fn the_first_run_without_an_account_id_asks_for_it_and_ends_by_what_comes() {
    let bench = Bench::new();
    bench.configure(|config| config.mastodon.account_id = None);
    bench.fail(Network::Mastodon, Faulty::once("GET", "verify_credentials", Fault::Html(503)));
    bench.once().expect(69);
    let refusal = Reply::json(401, &serde_json::json!({ "error": "The access token is invalid" }));
    bench.fail(Network::Mastodon, Faulty::once("GET", "verify_credentials", Fault::Answer(refusal)));
    says(&bench.once().expect(77), "The access token is invalid");
    bench.once().expect(0);
}

#[test]
fn a_second_process_is_75_while_one_runs() {
    let bench = Bench::begun();
    let daemon = bench.daemon();
    bench.forget_exchanges();
    let ended = bench.once().expect(75);
    says(&ended, "another crosspostd is running");
    bench.run(&["run"]).expect(75);
    assert!(bench.run(&["status", "--json"]).expect(0).out.contains("\"running\": true"));
    daemon.kill();
    // The system has let go of the lock, however it ended.
    bench.once().expect(0);
    assert!(bench.run(&["status", "--json"]).expect(0).out.contains("\"running\": false"));
}

#[test]
fn a_doubt_that_does_not_settle_in_a_pass_is_75() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "hello");
    bench.fail_next_post(Network::Twitter, Fault::DropBefore);
    says(&bench.once().expect(75), "still to be mirrored");
}
