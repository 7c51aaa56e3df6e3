//! Never twice, never lost: whatever becomes of the process or of an answer, each post stands exactly once in the end,
//! in order, threads whole.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use bench::{Bench, LONG, SETTLED, all_at_once, eventually, long_text, posts_path};
use crosspostd::core::post::Network;
use crosspostd::sandbox::Reply;
use crosspostd::sandbox::faults::{Fault, Faulty, When};
use crosspostd::sandbox::mastodon::Idempotency;
use serde_json::json;

const IDEMPOTENCIES: [Idempotency; 5] = [
    Idempotency::Hour,
    Idempotency::ErrorOnRepeat500,
    Idempotency::Ignored,
    Idempotency::Refuse400,
    Idempotency::ReplayAll,
];

fn with_idempotency(kind: Idempotency) -> Bench {
    let bench = Bench::begun();
    bench.pair.mastodon.with(|world| world.behaviour.idempotency = kind);
    bench
}

/// What can go wrong with a post that is sent, short of a time-out.
fn faults() -> [Fault; 6] {
    [
        Fault::LoseAnswer,
        Fault::DropBefore,
        Fault::Truncate,
        Fault::Html(502),
        Fault::Html(200),
        Fault::Answer(Reply::json(503, &json!({ "title": "Service Unavailable" }))),
    ]
}

/// Runs `run --once` over and over, killing it each time that a post of it is held at the gate, until it ends by
/// itself. Returns how often it was killed.
fn kill_at_each_post(bench: &Bench, target: Network, when: When) -> usize {
    let mut kills = 0;
    loop {
        let hold = bench.hold_posts(target, when);
        let mut process = bench.start(&["run", "--once"]);
        let mut ended = false;
        eventually("a post is sent, or nothing is left to do", LONG, || {
            ended = process.has_ended();
            ended || hold.arrived() > 0
        });
        if ended {
            assert_eq!(hold.arrived(), 0);
            process.wait().expect(0);
            return kills;
        }
        let made = bench.made(target).len();
        process.kill();
        kills += 1;
        hold.release();
        if when == When::BeforeDeed {
            // It is carried out, though nobody is there any more to hear of it.
            eventually("the request comes through late", LONG, || bench.made(target).len() > made);
        }
        assert!(kills < 50, "it sends again and again");
    }
}

#[test]
fn killed_at_every_part_of_a_thread_and_every_post() {
    let cases = Network::ALL.map(|target| [When::AfterDeed, When::BeforeDeed].map(|when| (target, when))).concat();
    all_at_once(&cases, |(target, when)| {
        let bench = Bench::begun();
        let source = target.other();
        // On X itself the owner has Premium.
        let (text, parts) = if *target == Network::Twitter { (long_text(100), 4) } else { (long_text(160), 3) };
        bench.pair.twitter.with(|world| world.settings.max_length = 25_000);
        bench.pair.write(source, &text);
        assert_eq!(kill_at_each_post(&bench, *target, *when), parts, "{target} {when:?}");
        bench.assert_thread(*target, &text, parts);
        let before = bench.made(*target).len();
        let texts: Vec<String> = (1..=5).map(|number| format!("post number {number}")).collect();
        for text in &texts {
            bench.pair.write(source, text);
        }
        assert_eq!(kill_at_each_post(&bench, *target, *when), 5, "{target} {when:?}");
        let mirrors = bench.pair.mirrors(*target);
        assert_eq!(mirrors.get(before..).unwrap(), texts, "{target} {when:?}");
    });
}

#[test]
fn killed_daemon_goes_on_where_it_was() {
    for target in Network::ALL {
        let bench = Bench::begun();
        let texts = ["first", "second", "third"];
        for text in texts {
            bench.pair.write(target.other(), text);
        }
        let hold = bench.hold_posts(target, When::AfterDeed);
        let daemon = bench.daemon();
        assert!(hold.wait_arrived(LONG));
        daemon.kill();
        drop(hold);
        let _daemon = bench.daemon();
        eventually("all are there", LONG, || bench.made(target).len() >= 3);
        bench.assert_mirrors(target, &texts);
    }
}

#[test]
fn killed_with_a_post_that_never_arrives_sends_it_again() {
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "hello");
        bench.fail_next_post(*target, Fault::HangBefore);
        let process = bench.start(&["run", "--once"]);
        // Nothing tells of a request that hangs; but it is on disk before it is sent.
        eventually("the intent is on disk", LONG, || bench.journal().contains("\"do\":\"sending\""));
        process.kill();
        bench.clear_faults();
        bench.assert_mirrors::<&str>(*target, &[]);
        bench.pair.clock.advance(SETTLED);
        bench.once().expect(0);
        bench.assert_mirrors(*target, &["hello"]);
    });
}

#[test]
fn a_post_that_arrives_after_the_restart_is_found() {
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "late");
        let hold = bench.hold_posts(*target, When::BeforeDeed);
        let process = bench.start(&["run", "--once"]);
        assert!(hold.wait_arrived(LONG));
        process.kill();
        bench.forget_exchanges();
        let next = bench.start(&["run", "--once"]);
        eventually("it looks for it in vain", LONG, || {
            bench.exchanges(*target).iter().any(|exchange| exchange.call.path.ends_with(timeline_path(*target)))
        });
        hold.release();
        next.wait().expect(0);
        bench.assert_mirrors(*target, &["late"]);
        assert_eq!(bench.posts_sent(*target), 1, "the late one");
    });
}

fn timeline_path(network: Network) -> &'static str {
    match network {
        Network::Mastodon => "/statuses",
        Network::Twitter => "/tweets",
    }
}

/// Mirrors a thread in which one part's request goes wrong so, and two further posts, in one pass and as many more as
/// it takes.
fn lose_one(bench: &Bench, target: Network, fault: &Fault, after: usize) {
    let source = target.other();
    bench.pair.twitter.with(|world| world.settings.max_length = 25_000);
    let text = if target == Network::Twitter { long_text(70) } else { long_text(130) };
    let first = bench.pair.write(source, &text);
    bench.pair.write_reply(source, "an answer to it", Some(&first));
    bench.pair.write(source, "another");
    let path = posts_path(target);
    bench.fail(target, Faulty { after, ..Faulty::once("POST", path, fault.clone()) });
    bench.once_through(fault);
    let made = bench.made(target);
    let texts: Vec<&str> = made.iter().map(|post| post.text.as_str()).collect();
    let name = format!("{target} {fault:?} at {after}: {made:#?}");
    assert_eq!(made.len(), 5, "{name}");
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let expected = format!("{text} an answer to it another");
    assert_eq!(words, expected.split_whitespace().collect::<Vec<_>>(), "{name}");
    let parents: Vec<Option<&str>> = made.iter().map(|post| post.reply_to.as_deref()).collect();
    let id = |number: usize| Some(made[number].id.as_str());
    assert_eq!(parents, [None, id(0), id(1), id(2), None], "{name}");
}

#[test]
fn lost_answers_of_x() {
    let cases: Vec<_> = faults().into_iter().flat_map(|fault| [(fault.clone(), 0), (fault, 2)]).collect();
    all_at_once(&cases, |(fault, after)| lose_one(&Bench::begun(), Network::Twitter, fault, *after));
}

#[test]
fn lost_answers_of_mastodon_whatever_its_idempotency_key_does() {
    let cases: Vec<_> =
        IDEMPOTENCIES.into_iter().flat_map(|kind| faults().map(|fault| (kind, fault))).enumerate().collect();
    all_at_once(&cases, |(number, (kind, fault))| {
        lose_one(&with_idempotency(*kind), Network::Mastodon, fault, number % 4);
    });
}

#[test]
fn killed_while_mastodon_hangs_whatever_its_idempotency_key_does() {
    let faults = [Fault::HangBefore, Fault::HangAfter];
    let cases = IDEMPOTENCIES.map(|kind| faults.clone().map(|fault| (kind, fault))).concat();
    all_at_once(&cases, |(kind, fault)| {
        let bench = with_idempotency(*kind);
        bench.pair.write(Network::Twitter, "hello");
        bench.fail_next_post(Network::Mastodon, fault.clone());
        let process = bench.start(&["run", "--once"]);
        eventually("the intent is on disk", LONG, || bench.journal().contains("\"do\":\"sending\""));
        if *fault == Fault::HangAfter {
            eventually("the deed is done", LONG, || !bench.made(Network::Mastodon).is_empty());
        }
        process.kill();
        bench.clear_faults();
        bench.pair.clock.advance(SETTLED);
        bench.once().expect(0);
        bench.assert_mirrors(Network::Mastodon, &["hello"]);
    });
}

#[test]
fn an_answer_that_is_lost_again_and_again() {
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "hello");
        bench.fail(*target, Faulty { times: 3, ..Faulty::once("POST", posts_path(*target), Fault::DropBefore) });
        for lost in 1..=3 {
            bench.start(&["run", "--once"]).end_in_doubt();
            assert_eq!(bench.posts_sent(*target), lost);
            bench.pair.clock.advance(SETTLED);
        }
        bench.once().expect(0);
        bench.assert_mirrors(*target, &["hello"]);
    });
}

#[test]
fn nothing_else_is_sent_while_an_outcome_is_unknown() {
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "one");
        bench.pair.write(target.other(), "two");
        bench.fail_next_post(*target, Fault::DropBefore);
        let process = bench.start(&["run", "--once"]);
        process.says("may stand there or not");
        eventually("it has looked, and looked again", LONG, || {
            let reads = bench.exchanges(*target);
            reads.iter().filter(|exchange| exchange.call.path.ends_with(timeline_path(*target))).count() >= 3
        });
        process.kill();
        assert_eq!(bench.posts_sent(*target), 1);
        bench.assert_mirrors::<&str>(*target, &[]);
        bench.pair.clock.advance(SETTLED);
        bench.once().expect(0);
        bench.assert_mirrors(*target, &["one", "two"]);
    });
}

#[test]
fn a_timeline_that_shows_late_is_waited_for() {
    use crosspostd::sandbox::twitter::Lag;
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.twitter.with(|world| world.settings.lag = Lag::Millis(500_000));
        bench.pair.mastodon.with(|world| {
            world.behaviour.home_lag_ms = 100_000;
            world.behaviour.listing_lag_ms = 100_000;
        });
        bench.pair.write(target.other(), "hello");
        // What the owner wrote is seen late, too.
        bench.pair.clock.advance(500);
        bench.fail_next_post(*target, Fault::LoseAnswer);
        let process = bench.start(&["run", "--once"]);
        eventually("it is sent", LONG, || bench.posts_sent(*target) == 1);
        bench.pair.clock.advance(if *target == Network::Twitter { 450 } else { 90 });
        eventually("it looks for it in vain", LONG, || {
            let exchanges = bench.exchanges(*target).into_iter();
            let since = exchanges.skip_while(|exchange| exchange.call.method != "POST");
            since.filter(|exchange| exchange.call.path.ends_with(timeline_path(*target))).count() >= 2
        });
        assert_eq!(bench.posts_sent(*target), 1);
        bench.pair.clock.advance(55);
        process.wait().expect(0);
        bench.assert_mirrors(*target, &["hello"]);
        assert_eq!(bench.posts_sent(*target), 1);
    });
}

#[test]
fn lost_answers_to_reads_lose_and_double_nothing() {
    let reads = [
        (Network::Mastodon, "/api/v1/timelines/home"),
        (Network::Mastodon, "/statuses"),
        (Network::Twitter, "/2/users/"),
    ];
    let faults = [Fault::LoseAnswer, Fault::DropBefore, Fault::Truncate, Fault::Html(502), Fault::Html(200)];
    let cases = reads.map(|read| faults.clone().map(|fault| (read, fault))).concat();
    all_at_once(&cases, |((network, path), fault)| {
        let bench = Bench::begun();
        bench.pair.write(Network::Mastodon, "from Mastodon");
        bench.pair.write(Network::Twitter, "from X");
        bench.fail(*network, Faulty::once("GET", path, fault.clone()));
        let code = bench.once().code;
        // The home timeline has a stand-in.
        assert!(matches!(code, Some(0 | 69)), "{path} {fault:?}: {code:?}");
        bench.once().expect(0);
        bench.once().expect(0);
        bench.assert_mirrors(Network::Twitter, &["from Mastodon"]);
        bench.assert_mirrors(Network::Mastodon, &["from X"]);
    });
}

#[test]
fn a_doubt_and_a_failing_read_together() {
    all_at_once(&Network::ALL, |target| {
        let bench = Bench::begun();
        bench.pair.write(target.other(), "hello");
        bench.fail_next_post(*target, Fault::LoseAnswer);
        let path = if *target == Network::Twitter { "/2/users/" } else { "/statuses" };
        // The first read is before the post; the next ones would find it.
        let lost = Fault::Html(503);
        bench.fail(*target, Faulty { times: 3, after: 1, ..Faulty::once("GET", path, lost) });
        for _ in 0..5 {
            if bench.once().code == Some(0) {
                break;
            }
        }
        bench.once().expect(0);
        bench.assert_mirrors(*target, &["hello"]);
        assert_eq!(bench.posts_sent(*target), 1);
    });
}

#[test]
fn x_saying_duplicate_is_looked_into_and_not_believed() {
    let bench = Bench::begun();
    bench.pair.twitter.with(|world| world.settings.duplicate_window_secs = 86_400);
    // The owner wrote the same by hand an hour before.
    bench.pair.write(Network::Twitter, "gm");
    bench.once().expect(0);
    bench.pair.clock.advance(3600);
    bench.pair.write(Network::Mastodon, "gm");
    let process = bench.start(&["run", "--once"]);
    process.says("says that it has this post already");
    process.end_in_doubt();
    bench.pair.clock.advance(SETTLED);
    bench.once().expect(0);
    bench.assert_mirrors::<&str>(Network::Twitter, &[]);
    let status = bench.run(&["status"]).expect(0);
    assert!(status.out.contains("you posted the same text before"), "{}", status.out);
    bench.pair.write(Network::Mastodon, "the next one");
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["the next one"]);
}
