//! `--dry-run` shows what would be posted; it sends nothing and writes nothing.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::time::Duration;

use bench::{Bench, LONG, long_text};
use crosspostd::core::post::{Network, Visibility};
use crosspostd::sandbox::faults::{Fault, Faulty, When};

#[test]
fn it_shows_what_would_be_posted_and_does_nothing() {
    let bench = Bench::begun();
    let toot = bench.pair.write(Network::Mastodon, "a toot");
    bench.pair.write_reply(Network::Mastodon, "its answer", Some(&toot));
    bench.pair.write(Network::Mastodon, &long_text(60));
    bench.pair.write_to(Visibility::Private, "for followers");
    bench.pair.write(Network::Twitter, "a tweet");
    let stamp = bench.journal_stamp();
    for arguments in [&["run", "--once", "--dry-run"][..], &["--dry-run", "run"], &["--dry-run"]] {
        let shown = bench.run(arguments).expect(0).out;
        for words in [
            "a toot",
            "its answer",
            "word0001",
            "word0060",
            "a tweet",
            "(part 1 of 2)",
            "(part 2 of 2)",
            "4 posts would be mirrored, for $0.060. Nothing was sent, nothing was written.",
        ] {
            assert!(shown.contains(words), "{words:?} is not in:\n{shown}");
        }
        assert!(!shown.contains("for followers"), "{shown}");
        assert_eq!(shown.matches(&format!("mastodon:{toot} → X, $0.015")).count(), 1, "{shown}");
    }
    assert!(bench.journal_stamp() == stamp);
    for network in Network::ALL {
        assert_eq!(bench.posts_sent(network), 0);
    }
    // And then it happens.
    bench.once().expect(0);
    assert_eq!(bench.made(Network::Twitter).len(), 4);
    let shown = bench.run(&["run", "--once", "--dry-run"]).expect(0).out;
    assert_eq!(shown, "0 posts would be mirrored, for $0.000. Nothing was sent, nothing was written.\n");
}

#[test]
fn before_the_first_run_it_says_that_nothing_old_is_mirrored_and_leaves_nothing_behind() {
    let bench = Bench::new();
    bench.pair.write(Network::Mastodon, "old");
    let shown = bench.run(&["run", "--once", "--dry-run"]).expect(0).out;
    assert!(shown.contains("nothing posted before would be mirrored"), "{shown}");
    assert!(shown.contains("0 posts would be mirrored"), "{shown}");
    assert!(!bench.state().parent().unwrap().exists());
}

#[test]
fn it_may_look_while_a_daemon_runs() {
    let bench = Bench::begun();
    let daemon = bench.daemon();
    bench.run(&["run", "--once", "--dry-run"]).expect(0);
    daemon.signal("TERM");
    daemon.wait().expect(0);
}

#[test]
fn it_ends_by_what_a_network_answers_and_when_it_is_told_to() {
    let bench = Bench::begun();
    bench.fail(Network::Twitter, Faulty { method: None, times: 9, ..Faulty::once("", "/", Fault::Html(503)) });
    bench.run(&["run", "--once", "--dry-run"]).expect(69);
    bench.clear_faults();
    let hold = bench.hold(Network::Twitter, "GET", "/2/users/", When::AfterDeed);
    let process = bench.start(&["run", "--once", "--dry-run"]);
    assert!(hold.wait_arrived(LONG));
    process.signal("INT");
    process.wait_at_most(Duration::from_secs(3)).expect(75);
}
