//! SIGTERM, SIGINT and SIGHUP end the daemon within two seconds, with exit code 0, whatever it is doing; and nothing
//! is lost or doubled by it.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::time::{Duration, Instant};

use bench::{Bench, LONG, Running, SETTLED, all_at_once, eventually, posts_path};
use crosspostd::core::post::Network;
use crosspostd::sandbox::faults::{Fault, Faulty, When};

const SIGNALS: [&str; 3] = ["TERM", "INT", "HUP"];

/// What is promised, and what a busy machine may add to it.
const PROMISED: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_millis(1500);

#[track_caller]
fn ends_in_time(daemon: Running, signal: &str) -> String {
    let begun = Instant::now();
    daemon.signal(signal);
    let ended = daemon.wait_at_most(LONG).expect(0);
    let took = begun.elapsed();
    assert!(took < PROMISED + SLACK, "{signal}: it took {took:?}\n{}", ended.err);
    ended.err
}

#[test]
fn when_idle() {
    all_at_once(&SIGNALS, |signal| {
        let bench = Bench::begun();
        bench.pair.write(Network::Mastodon, "hello");
        let daemon = bench.daemon();
        daemon.says("mirrored mastodon:");
        let said = ends_in_time(daemon, signal);
        assert!(said.contains("leaving; nothing is lost"), "{said}");
        bench.once().expect(0);
        bench.assert_mirrors(Network::Twitter, &["hello"]);
    });
}

#[test]
fn while_a_post_hangs() {
    let cases =
        Network::ALL.map(|network| [Fault::HangBefore, Fault::HangAfter].map(|fault| (network, fault))).concat();
    all_at_once(&cases, |(target, fault)| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "one");
        bench.pair.write(target.other(), "two");
        bench.fail_next_post(*target, fault.clone());
        let daemon = bench.daemon();
        eventually("the intent is on disk", LONG, || bench.journal().contains("\"do\":\"sending\""));
        if *fault == Fault::HangAfter {
            eventually("the deed is done", LONG, || bench.made(*target).len() == 1);
        }
        ends_in_time(daemon, "TERM");
        bench.clear_faults();
        bench.pair.clock.advance(SETTLED);
        bench.once().expect(0);
        bench.assert_mirrors(*target, &["one", "two"]);
    });
}

#[test]
fn while_a_read_hangs() {
    let reads = [
        (Network::Mastodon, "/api/v1/timelines/home"),
        (Network::Mastodon, "/statuses"),
        (Network::Mastodon, "/instance"),
        (Network::Twitter, "/2/users/"),
    ];
    all_at_once(&reads, |(network, path)| {
        let bench = Bench::begun();
        bench.pair.write(Network::Mastodon, "hello");
        let hold = bench.hold(*network, "GET", path, When::AfterDeed);
        let daemon = bench.daemon();
        assert!(hold.wait_arrived(LONG), "{path}");
        ends_in_time(daemon, "TERM");
        drop(hold);
        bench.once().expect(0);
        bench.assert_mirrors(Network::Twitter, &["hello"]);
    });
}

#[test]
fn while_it_asks_who_we_are() {
    let bench = Bench::new();
    bench.configure(|config| config.mastodon.account_id = None);
    let hold = bench.hold(Network::Mastodon, "GET", "verify_credentials", When::AfterDeed);
    let daemon = bench.start(&["run"]);
    assert!(hold.wait_arrived(LONG));
    ends_in_time(daemon, "TERM");
    drop(hold);
    bench.once().expect(0);
}

#[test]
fn while_it_waits_to_ask_again_who_we_are() {
    let bench = Bench::new();
    bench.configure(|config| config.mastodon.account_id = None);
    bench.fail(Network::Mastodon, Faulty { times: 99, ..Faulty::once("GET", "verify_credentials", Fault::Html(503)) });
    let daemon = bench.start(&["run"]);
    daemon.says("trying again");
    ends_in_time(daemon, "INT");
}

#[test]
fn a_post_under_way_is_finished_first() {
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "one");
        bench.pair.write(target.other(), "two");
        let hold = bench.hold_posts(*target, When::AfterDeed);
        let daemon = bench.daemon();
        assert!(hold.wait_arrived(LONG));
        daemon.signal("TERM");
        daemon.says("told to leave");
        hold.release();
        daemon.wait().expect(0);
        // Its answer was heard, and the next one was left for later.
        assert!(bench.journal().contains("\"do\":\"done\""), "{}", bench.journal());
        bench.assert_mirrors(*target, &["one"]);
        bench.once().expect(0);
        bench.assert_mirrors(*target, &["one", "two"]);
    });
}

#[test]
fn in_the_middle_of_many_posts() {
    let bench = Bench::begun();
    let texts: Vec<String> = (1..=60).map(|number| format!("tweet {number}")).collect();
    for text in &texts {
        bench.pair.write(Network::Twitter, text);
    }
    for signal in SIGNALS {
        let before = bench.made(Network::Mastodon).len();
        let daemon = bench.daemon();
        eventually("it is at work", LONG, || bench.made(Network::Mastodon).len() > before + 3);
        ends_in_time(daemon, signal);
    }
    bench.once().expect(0);
    bench.assert_mirrors(Network::Mastodon, &texts);
    assert_eq!(bench.posts_sent(Network::Mastodon), texts.len());
}

#[test]
fn a_single_pass_that_is_stopped_is_to_be_run_again() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "hello");
    bench.fail(Network::Twitter, Faulty::once("POST", posts_path(Network::Twitter), Fault::HangAfter));
    let process = bench.start(&["run", "--once"]);
    eventually("the deed is done", LONG, || bench.made(Network::Twitter).len() == 1);
    process.signal("TERM");
    process.wait_at_most(PROMISED + SLACK).expect(75);
    bench.clear_faults();
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["hello"]);
}
