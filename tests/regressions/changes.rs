//! Posts that change: held, edited, deleted. What the owner wrote by hand is never touched, nothing stands twice, and
//! what is decided is decided once.

use std::collections::BTreeMap;

use crosspostd::core::plan::{self, Read};
use crosspostd::core::post::{Network, Post, PostId, PostRef, Timestamp};
use crosspostd::core::record::{Change, Delivery, Key, Stage};
use crosspostd::core::select::{Hold, HoldReason, SkipReason};
use crosspostd::core::state::{Event, State};
use crosspostd::core::upkeep::EditPolicy;

use super::bench::{BOTH, Bench, DAY, HOUR, M, Publish, X, cycle, next, policy, policy_but, stage};
use super::world::OWNER;

fn reposting(sources: &[Network]) -> plan::Policy {
    policy_but(sources, M, |side| {
        side.upkeep.edits = EditPolicy::Repost;
        side.upkeep.deletes = true;
    })
}

fn begin(policy: plan::Policy) -> (Bench, crosspostd::engine::Engine) {
    let bench = Bench::new();
    let mut engine = bench.start_with(policy);
    cycle(&mut engine);
    bench.pass(30);
    (bench, engine)
}

#[test]
fn a_twin_written_by_hand_is_never_deleted_or_posted_again() {
    let (bench, mut engine) = begin(reposting(BOTH));
    let post = bench.write(M, "good news");
    bench.write(X, "good news");
    bench.run(&mut engine, 3, 30);
    bench.edit(M, &post, "better news");
    bench.run(&mut engine, 30, 60);
    assert_eq!(bench.stands(X), ["good news"]);
    bench.delete(M, &post);
    bench.run(&mut engine, 30, 60);
    assert_eq!(bench.stands(X), ["good news"]);
    assert_eq!(bench.violations(), Vec::<String>::new());
}

#[test]
fn what_was_taken_for_ours_without_proof_is_never_changed() {
    let (bench, mut engine) = begin(policy_but(BOTH, X, |side| side.upkeep.deletes = true));
    let post = bench.write(X, "gm");
    bench.make(M, |mood| mood.publish = Publish::Vanishes);
    cycle(&mut engine);
    // The owner writes by hand what we were about to send.
    bench.write(M, "gm");
    bench.mend(M);
    bench.run(&mut engine, 3, 60);
    assert_eq!(stage(&engine, X, &post), Some(Stage::Mirrored));
    bench.edit(X, &post, "good morning");
    bench.run(&mut engine, 30, 60);
    bench.delete(X, &post);
    bench.run(&mut engine, 3, HOUR);
    assert_eq!((bench.stands(M), bench.violations()), (vec!["gm".to_owned()], Vec::new()));
    let appended = bench.disk.appended.get();
    bench.run(&mut engine, 5, HOUR);
    assert_eq!(bench.disk.appended.get(), appended, "it is noted once");
}

#[test]
fn what_was_found_after_a_doubt_and_is_ours_follows_an_edit() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let post = bench.write(X, "gm");
    bench.make(M, |mood| mood.publish = Publish::AnswerLost);
    cycle(&mut engine);
    bench.mend(M);
    bench.run(&mut engine, 3, 60);
    bench.edit(X, &post, "good morning");
    bench.run(&mut engine, 3, 60);
    assert_eq!(bench.stands(M), ["good morning"]);
}

#[test]
fn a_direction_that_is_switched_off_between_deleting_and_posting_again_ends_it() {
    let (bench, mut engine) = begin(reposting(BOTH));
    let post = bench.write(M, "first");
    bench.run(&mut engine, 2, 30);
    bench.make(X, |mood| mood.publish = Publish::NotSent);
    bench.edit(M, &post, "second");
    bench.run(&mut engine, 2, 30);
    assert_eq!(bench.stands(X), Vec::<String>::new());
    bench.mend(X);
    let mut engine = bench.start_with(policy(&[X]));
    let report = bench.run(&mut engine, 2, 30);
    assert_eq!((report.journal_error, stage(&engine, M, &post)), (None, Some(Stage::Removed)));
}

#[test]
fn a_mirror_that_would_have_nothing_to_hang_on_is_not_posted_again() {
    let (bench, mut engine) = begin(reposting(BOTH));
    let parent = bench.write(M, "parent");
    bench.run(&mut engine, 2, 30);
    let child = bench.reply(M, "child", &parent);
    bench.run(&mut engine, 2, 30);
    bench.delete(M, &parent);
    bench.run(&mut engine, 40, 60);
    assert_eq!(bench.stands(X), ["child"]);
    bench.edit(M, &child, "changed");
    let report = bench.run(&mut engine, 40, 60);
    assert_eq!((bench.stands(X), report.waiting), (vec!["child".to_owned()], 0));
}

#[test]
fn a_held_post_and_one_written_by_hand_are_twins() {
    for first in BOTH {
        let (bench, mut engine) = begin(policy_but(BOTH, M, |side| {
            side.selection.as_mut().into_iter().for_each(|selection| selection.delay_secs = 600);
        }));
        bench.write(*first, "good news");
        bench.run(&mut engine, 1, 30);
        bench.write(first.other(), "good news");
        bench.run(&mut engine, 60, 60);
        assert!(bench.stands(M).len() + bench.stands(X).len() <= 3, "a double on the side that was not held");
        if *first == M {
            assert_eq!((bench.stands(M).len(), bench.stands(X).len()), (1, 1), "{first}");
        }
    }
}

#[test]
fn a_held_post_that_is_deleted_and_written_again_stands_once() {
    let (bench, mut engine) = begin(policy_but(BOTH, M, |side| {
        side.selection.as_mut().into_iter().for_each(|selection| selection.delay_secs = 2 * HOUR);
    }));
    let post = bench.write(M, "tpyo");
    bench.run(&mut engine, 2, 60);
    bench.delete(M, &post);
    bench.write(M, "typo");
    let report = bench.run(&mut engine, 20, 600);
    assert_eq!((bench.stands(X), report.waiting), (vec!["typo".to_owned()], 0));
    assert_eq!(stage(&engine, M, &post), Some(Stage::Skipped(SkipReason::Deleted)));
}

#[test]
fn an_edit_is_looked_at_once() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let (mirrored, other) = (bench.write(M, "one"), bench.write(X, "two"));
    bench.run(&mut engine, 2, 30);
    // X cannot be edited here, Mastodon can.
    bench.edit(M, &mirrored, "one!");
    bench.edit(X, &other, "two!");
    bench.run(&mut engine, 10, 60);
    assert_eq!((bench.ours(M), bench.ours(X)), (vec!["two!".to_owned()], vec!["one".to_owned()]));
    let appended = bench.disk.appended.get();
    bench.run(&mut engine, 10, 60);
    assert_eq!(bench.disk.appended.get(), appended, "an idle poll writes nothing");
}

#[test]
fn an_edit_of_what_is_only_half_sent_is_carried_later() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let long = |word: &str| (1..=20).map(|number| format!("{word}{number}")).collect::<Vec<_>>().join(" ");
    let post = bench.write(X, &long("longer"));
    bench.make(M, |mood| mood.publish = Publish::AnswerLost);
    cycle(&mut engine);
    bench.edit(X, &post, "short");
    bench.run(&mut engine, 1, 30);
    bench.mend(M);
    bench.run(&mut engine, 10, 60);
    assert_eq!(bench.stands(M), ["short"]);
}

/// Both sides began with post 100; X takes edits by new ids.
fn pure() -> (State, plan::Policy, Timestamp) {
    let now = Timestamp::from_secs(2_000_000);
    let mut state = State::default();
    for network in Network::ALL {
        let newest = Some(PostId::new("100"));
        state.apply(&Event::Baseline { network, account: OWNER.into(), newest, at: now }).unwrap();
    }
    (state, policy(BOTH), now)
}

#[test]
fn a_version_seen_while_its_first_is_on_its_way_is_not_forgotten() {
    let (mut state, policy, now) = pure();
    let read =
        |posts: Vec<Post>| BTreeMap::from([(M, Read::of(Vec::new(), false, now)), (X, Read::of(posts, true, now))]);
    let post = |id: &str, text: &str, earlier: &[&str]| Post {
        earlier_versions: earlier.iter().map(|id| PostId::new(*id)).collect(),
        ..Post::plain(PostId::new(id), OWNER, now, text)
    };
    let done = || Change::Done { id: PostId::new("201"), address: None };
    plan::take_in(&mut state, &read(vec![post("101", "one", &[])]), &policy);
    let send = next(&state, M, &policy, now).unwrap();
    state.apply(&plan::intent(&send, now)).unwrap();
    plan::take_in(&mut state, &read(vec![post("102", "two", &["101"])]), &policy);
    state.apply(&Event::Change { key: send.key, at: now, change: done() }).unwrap();
    plan::take_in(&mut state, &read(vec![post("102", "two", &["101"])]), &policy);
    let send = next(&state, M, &policy, now).unwrap();
    assert_eq!(send.part().unwrap().text, "two");
    state.apply(&plan::intent(&send, now)).unwrap();
    state.apply(&Event::Change { key: send.key, at: now, change: done() }).unwrap();
    // A third, of which only the second is named, with the time of the first.
    plan::take_in(&mut state, &read(vec![post("103", "three", &["101", "102"])]), &policy);
    assert_eq!(next(&state, M, &policy, now).unwrap().part().unwrap().text, "three");
    assert!(plan::take_in(&mut state, &read(vec![post("103", "three", &["101", "102"])]), &policy).is_empty());
}

#[test]
fn a_held_post_is_looked_up_by_its_newest_version() {
    let (mut state, policy, now) = pure();
    let key = |id: &str| Key { source: PostRef::new(X, PostId::new(id)), target: M };
    let hold = Hold { until: now, why: HoldReason::Young };
    state.apply(&Event::New { key: key("101"), delivery: Delivery::held(now, hold, now) }).unwrap();
    let version = Delivery { parent: Some(key("101").source), ..Delivery::skipped(now, SkipReason::NewVersion, now) };
    state.apply(&Event::New { key: key("102"), delivery: version }).unwrap();
    let asked = plan::to_look_up(&state, X, &Read::of(Vec::new(), true, now), &policy, false);
    assert_eq!(asked, [PostId::new("102")]);
    let much_later = Read::of(Vec::new(), true, now.plus_secs(DAY));
    assert_eq!(plan::to_look_up(&state, X, &much_later, &policy, false), [], "not in each cycle for ever");
    assert_eq!(plan::to_look_up(&state, X, &much_later, &policy, true).len(), 1);
}

#[test]
fn each_post_has_its_turn_to_be_looked_up() {
    let (mut state, policy, now) = pure();
    for number in 101..401 {
        let key = Key { source: PostRef::new(M, PostId::new(number.to_string())), target: X };
        let hold = Hold { until: now.plus_secs(DAY), why: HoldReason::Unapproved };
        state.apply(&Event::New { key, delivery: Delivery::held(now, hold, now) }).unwrap();
    }
    let mut asked = std::collections::BTreeSet::new();
    for look in 0..100 {
        let read = Read::of(Vec::new(), true, now.plus_secs(look * 300));
        let ids = plan::to_look_up(&state, M, &read, &policy, true);
        assert!(ids.len() <= 60);
        asked.extend(ids);
    }
    assert_eq!(asked.len(), 300);
}
