//! `status` says what was mirrored, what waits and why, what failed, what was left out, and what it cost, to the cent.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use bench::Bench;
use crosspostd::config::Directions;
use crosspostd::core::money::Money;
use crosspostd::core::post::{Network, Visibility};
use crosspostd::sandbox::Reply;
use crosspostd::sandbox::faults::{Fault, Faulty, When};
use serde_json::{Value, json};

/// A bench with one post in each state.
fn busy() -> Bench {
    let bench = Bench::begun();
    bench.pair.write(Network::Twitter, "a tweet that arrives");
    bench.pair.write(Network::Mastodon, "a toot that arrives");
    bench.pair.write_to(Visibility::Private, "a private one");
    bench.pair.write(Network::Mastodon, "a toot that X does not take");
    bench.pair.write(Network::Mastodon, "a toot with https://example.org");
    let refusal = json!({ "title": "Forbidden", "type": "about:blank", "status": 403, "detail": "You shall not." });
    let refused = Fault::Answer(Reply::json(403, &refusal));
    bench.fail(Network::Twitter, Faulty { after: 1, ..Faulty::once("POST", "/2/tweets", refused) });
    bench.once().expect(0);
    bench.pair.twitter.with(|world| world.set_may_write(false));
    bench.pair.write(Network::Mastodon, "a toot that waits");
    bench.once().expect(77);
    bench
}

#[test]
fn it_says_what_became_of_every_post() {
    let bench = busy();
    let all = bench.status();
    assert_eq!(all["version"], 1);
    assert_eq!(all["running"], false);
    assert_eq!(all["mirrored"], 3);
    assert_eq!(all["mirrored_last"].as_array().unwrap().len(), 3);
    let last = &all["mirrored_last"][0];
    let made = bench.made(Network::Twitter);
    let newest = format!("twitter:{}", made.last().unwrap().id);
    let ids: Vec<&Value> =
        all["mirrored_last"].as_array().unwrap().iter().filter(|line| line["target"] == "twitter").collect();
    assert_eq!(ids[0]["ids"], json!([newest]), "{last}");
    assert_eq!(all["failed"].as_array().unwrap().len(), 1);
    assert!(all["failed"][0]["why"].as_str().unwrap().contains("You shall not"), "{}", all["failed"]);
    assert_eq!(all["waiting"].as_array().unwrap().len(), 1);
    assert!(all["waiting"][0]["why"].as_str().unwrap().contains("does not allow this"), "{}", all["waiting"]);
    let why = "its visibility is not among those that leave Mastodon";
    assert_eq!(all["skipped"], json!([{ "why": why, "posts": 1 }]));
    assert_eq!((&all["posts_with_media"], &all["missing_descriptions"]), (&json!(0), &json!([])));
    assert_eq!(all["networks"][0]["network"], "mastodon");
    assert_eq!(all["networks"][1]["account"], "2244994945");
    assert!(all["networks"][0]["paused"].is_null());
    assert!(all["networks"][1]["paused"].as_str().unwrap().contains("X does not allow this"));
    bench.assert_bill();
    let bill = bench.pair.twitter.with(|world| world.bill().total_micro_usd());
    assert_eq!(all["spent_this_month_usd"], Money::from_micro_usd(bill).to_string());

    let listed = bench.run(&["status", "--missing-descriptions"]).expect(0).out;
    assert_eq!(listed, "No post with media was mirrored yet\n");
    let text = bench.run(&["status"]).expect(0).out;
    assert!(!text.contains("lack a description"), "{text}");
    for words in [
        "crosspostd is not running now",
        "Mastodon  posts of account ",
        "X         posts of account 2244994945 are mirrored to Mastodon since ",
        "PAUSED: X does not allow this",
        "Mirrored: 3, the last:",
        &newest,
        "Waiting: 1",
        "Failed: 1",
        "You shall not",
        "Not mirrored:\n     1  its visibility",
        "Spent on X this month: $0.2",
        "posts with a link: $0.200",
    ] {
        assert!(text.contains(words), "{words:?} is not in:\n{text}");
    }
}

#[test]
fn it_reads_the_journal_and_touches_nothing() {
    let bench = busy();
    bench.forget_exchanges();
    let stamp = bench.journal_stamp();
    for arguments in [&["status"][..], &["status", "--json"], &["status", "--missing-descriptions"]] {
        let ended = bench.run(arguments).expect(0);
        assert_eq!(ended.err, "");
    }
    assert!(bench.journal_stamp() == stamp);
    for network in Network::ALL {
        assert_eq!(bench.exchanges(network), []);
    }
}

#[test]
fn before_the_first_run_there_is_nothing_to_say() {
    let bench = Bench::new();
    let ended = bench.run(&["status"]).expect(0);
    assert!(ended.out.starts_with("Nothing has been mirrored yet"), "{}", ended.out);
    let all = bench.status();
    assert_eq!((&all["mirrored"], &all["networks"][0]["account"]), (&json!(0), &Value::Null));
    assert!(!bench.state().exists());
    assert!(!bench.state().parent().unwrap().exists(), "it made a folder");
}

#[test]
fn a_running_daemon_shows_and_a_post_under_way_too() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "hello");
    let hold = bench.hold_posts(Network::Twitter, When::AfterDeed);
    let daemon = bench.daemon();
    assert!(hold.wait_arrived(bench::LONG));
    let all = bench.status();
    assert_eq!(all["running"], true);
    assert!(all["waiting"][0]["why"].as_str().unwrap().contains("has not shown yet"), "{}", all["waiting"]);
    hold.release();
    daemon.says("mirrored mastodon:");
    assert_eq!(bench.status()["mirrored"], 1);
}

#[test]
fn the_ledger_is_xs_bill_to_the_cent() {
    let bench = Bench::new();
    for number in 1..=7 {
        bench.pair.write(Network::Twitter, &format!("an old one {number}"));
    }
    bench.begin();
    bench.assert_bill();
    bench.pair.write(Network::Twitter, "a tweet");
    bench.pair.write(Network::Mastodon, "a toot");
    bench.pair.write(Network::Mastodon, "a toot with https://example.org/a/link in it");
    bench.pair.write(Network::Mastodon, &bench::long_text(60));
    for _ in 0..4 {
        bench.once().expect(0);
        bench.assert_bill();
    }
    bench.pair.clock.advance(3 * 3600);
    bench.pair.write(Network::Twitter, "another tweet, later that day or on the next");
    for _ in 0..3 {
        bench.once().expect(0);
        bench.assert_bill();
    }
}

#[test]
fn a_daemons_ledger_is_xs_bill_too() {
    let bench = Bench::begun();
    bench.pair.write(Network::Twitter, "a tweet");
    bench.pair.write(Network::Mastodon, "a toot");
    let daemon = bench.daemon();
    bench::eventually("both are there", bench::LONG, || Network::ALL.iter().all(|n| bench.made(*n).len() == 1));
    daemon.says("mirrored twitter:");
    daemon.says("mirrored mastodon:");
    daemon.signal("TERM");
    daemon.wait().expect(0);
    bench.assert_bill();
}

#[test]
fn a_post_that_was_found_after_a_lost_answer_is_paid_for() {
    for directions in [Directions::Both, Directions::MastodonToTwitter] {
        let bench = Bench::new();
        bench.configure(|config| config.sync.directions = directions);
        bench.pair.write(Network::Twitter, "an old one");
        bench.begin();
        bench.pair.write(Network::Mastodon, "hello https://example.org");
        bench.fail_next_post(Network::Twitter, Fault::LoseAnswer);
        bench.once().expect(0);
        assert_eq!(bench.made(Network::Twitter).len(), 1);
        bench.assert_bill();
        bench.once().expect(0);
        bench.assert_bill();
    }
}
