//! Order and threads: what is written first stands first, and a reply stands below what it answers.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crosspostd::core::plan::{self, Read};
use crosspostd::core::post::{Network, Post, PostId, ReplyTo, Timestamp};
use crosspostd::core::record::{Change, Deed, Stage};
use crosspostd::core::select::SkipReason;
use crosspostd::core::state::{Event, State};

use super::bench::{BOTH, Bench, DAY, M, Publish, X, cycle, next, policy, stage};
use super::world::OWNER;

#[test]
fn posts_that_answer_themselves_or_each_other_hang_nothing() {
    let (done, told) = mpsc::channel();
    thread::spawn(move || {
        let (bench, mut engine) = Bench::begin(BOTH);
        let ids = ["alone", "first", "second"].map(|text| bench.write(M, text));
        let [alone, first, second] = ids.clone();
        for (id, parent) in ids.into_iter().zip([alone, second, first]) {
            let mut world = bench.world.borrow_mut();
            let entry = world.server(M).entries.iter_mut().find(|entry| entry.id == id);
            entry.unwrap().reply_to = Some(parent);
        }
        cycle(&mut engine);
        let _ = done.send((bench.ours(X), bench.above(X, "second")));
    });
    let (ours, above) = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(ours, ["alone", "first", "second"]);
    assert_eq!(above, [Some("first".to_owned())]);
}

#[test]
fn nothing_overtakes_after_a_rate_limit() {
    // Whole seconds in the servers' times once made this a matter of milliseconds.
    for millis in (0..1000).step_by(9) {
        let (bench, mut engine) = Bench::begin(BOTH);
        bench.world.borrow_mut().pass(millis);
        cycle(&mut engine);
        bench.pass(30);
        bench.write(M, "first");
        bench.world.borrow_mut().pass(1500);
        bench.write(M, "second");
        bench.make(X, |mood| mood.publish = Publish::RateLimited(85_000));
        cycle(&mut engine);
        bench.mend(X);
        for _ in 0..20 {
            bench.world.borrow_mut().pass(1000 + (millis * 37) % 29_000);
            cycle(&mut engine);
            if !bench.ours(X).is_empty() {
                break;
            }
        }
        bench.run(&mut engine, 4, 30);
        assert_eq!(bench.ours(X), ["first", "second"], "{millis} ms after the second");
    }
}

#[test]
fn the_same_word_in_two_threads_is_two_posts() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let on_x = bench.write(X, "about cats");
    let on_mastodon = bench.write(M, "about dogs");
    cycle(&mut engine);
    bench.pass(60);
    bench.reply(M, "yes!", &on_mastodon);
    cycle(&mut engine);
    bench.pass(300);
    bench.reply(X, "yes!", &on_x);
    bench.run(&mut engine, 5, 30);
    assert_eq!(bench.above(X, "yes!"), [Some("about dogs".to_owned())]);
    assert_eq!(bench.above(M, "yes!"), [Some("about cats".to_owned())]);
}

#[test]
fn a_reply_has_no_twin_among_posts_that_answer_nothing() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let parent = bench.write(M, "about dogs");
    cycle(&mut engine);
    bench.pass(60);
    bench.reply(M, "yes!", &parent);
    bench.pass(5);
    bench.write(X, "yes!");
    bench.run(&mut engine, 5, 30);
    assert_eq!(bench.above(X, "yes!"), [Some("about dogs".to_owned())], "in its thread");
    assert_eq!(bench.above(M, "yes!"), [None], "on its own");
}

#[test]
fn a_reply_to_a_twin_that_was_seen_later_finds_its_thread() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.write(M, "good news");
    cycle(&mut engine);
    bench.pass(60);
    let twin = bench.write(X, "good news");
    cycle(&mut engine);
    bench.pass(30);
    bench.reply(X, "and more", &twin);
    bench.run(&mut engine, 5, 30);
    assert_eq!(bench.above(M, "and more"), [Some("good news".to_owned())]);
    assert_eq!(bench.ours(M), ["and more"], "the twin itself is not mirrored");
}

#[test]
fn a_reply_to_a_post_that_failed_ends_when_the_owner_does_not_help() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let long = bench.write(M, &"word ".repeat(20));
    bench.make(X, |mood| mood.publish = Publish::Rejected);
    cycle(&mut engine);
    assert!(matches!(stage(&engine, M, &long), Some(Stage::Failed(_))));
    bench.mend(X);
    let reply = bench.reply(M, "child", &long);
    bench.run(&mut engine, 1, 30);
    assert_eq!(stage(&engine, M, &reply), Some(Stage::Planned), "the owner has time to help");
    bench.run(&mut engine, 3, DAY);
    assert_eq!(stage(&engine, M, &reply), Some(Stage::Skipped(SkipReason::ParentNotMirrored)));
    assert_eq!(bench.tries(X), 1);
}

#[test]
fn a_reply_to_an_edited_post_answers_the_mirror_of_its_first_version() {
    let now = Timestamp::from_secs(2_000_000);
    let policy = policy(BOTH);
    let mut state = State::default();
    for network in Network::ALL {
        let newest = Some(PostId::new("100"));
        state.apply(&Event::Baseline { network, account: OWNER.into(), newest, at: now }).unwrap();
    }
    let read = |on_x: Vec<Post>| {
        let read = |posts| Read::of(posts, true, now);
        BTreeMap::from([(M, read(Vec::new())), (X, read(on_x))])
    };
    let post = |id: &str, text: &str| Post::plain(PostId::new(id), OWNER, now, text);

    plan::take_in(&mut state, &read(vec![post("101", "tpyo")]), &policy);
    let send = next(&state, M, &policy, now).unwrap();
    state.apply(&plan::intent(&send, now)).unwrap();
    let done = || Change::Done { id: PostId::new("201"), address: None };
    state.apply(&Event::Change { key: send.key, at: now, change: done() }).unwrap();

    let edited = Post { earlier_versions: vec![PostId::new("101")], ..post("102", "typo") };
    let reply = Post { reply_to: ReplyTo::Own(PostId::new("102")), ..post("103", "a reply") };
    plan::take_in(&mut state, &read(vec![edited, reply]), &policy);
    let send = next(&state, M, &policy, now).unwrap();
    assert_eq!(
        (&send.deed, send.part().unwrap().text.as_str()),
        (&Deed::Edit { post: PostId::new("201"), part: send.part().unwrap().clone() }, "typo")
    );
    state.apply(&plan::intent(&send, now)).unwrap();
    state.apply(&Event::Change { key: send.key, at: now, change: done() }).unwrap();
    let send = next(&state, M, &policy, now).unwrap();
    assert_eq!((send.part().unwrap().text.as_str(), send.reply_to.clone()), ("a reply", Some(PostId::new("201"))));
}
