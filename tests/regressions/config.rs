//! The owner changes the config: what was queued under the old one does not leave, and nothing is sent twice for it.

use crosspostd::core::plan::Policy;
use crosspostd::core::record::Stage;
use crosspostd::core::select::SkipReason;

use super::bench::{BOTH, Bench, DAY, M, Publish, X, cycle, policy, stage};

fn of_another_account() -> Policy {
    let mut policy = policy(BOTH);
    for side in policy.values_mut() {
        side.account = "another".into();
    }
    policy
}

#[test]
fn a_doubt_survives_a_change_of_directions() {
    let (bench, mut engine) = Bench::begin(&[M]);
    bench.write(M, "hello");
    bench.make(X, |mood| mood.publish = Publish::AnswerLost);
    assert!(cycle(&mut engine).in_doubt);
    drop(engine);
    bench.mend(X);
    let mut engine = bench.start(BOTH);
    let last = bench.run(&mut engine, 40, 30);
    assert!(!last.in_doubt);
    assert_eq!(bench.ours(X), ["hello"], "sent once");
    assert!(bench.ours(M).is_empty(), "no echo");
}

#[test]
fn a_direction_that_was_off_for_months_does_not_send_what_was_queued_before() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.make(X, |mood| mood.down = true);
    bench.run(&mut engine, 1, 30);
    let queued = bench.write(M, "queued long ago");
    cycle(&mut engine);
    assert_eq!(stage(&engine, M, &queued), Some(Stage::Planned));
    drop(engine);
    bench.mend(X);
    let mut engine = bench.start(&[X]);
    bench.run(&mut engine, 5, 30);
    assert_eq!(stage(&engine, M, &queued), Some(Stage::Skipped(SkipReason::DirectionOff)));
    drop(engine);
    bench.pass(90 * DAY);
    let mut engine = bench.start(BOTH);
    bench.run(&mut engine, 5, 30);
    assert!(bench.ours(X).is_empty());
}

#[test]
fn what_an_account_queued_does_not_leave_for_another() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.make(X, |mood| mood.down = true);
    let queued = bench.write(M, "by the old account");
    cycle(&mut engine);
    assert_eq!(stage(&engine, M, &queued), Some(Stage::Planned));
    drop(engine);
    bench.mend(X);
    let mut engine = bench.start_with(of_another_account());
    bench.run(&mut engine, 5, 30);
    assert_eq!(bench.tries(X), 0);
    assert_eq!(stage(&engine, M, &queued), Some(Stage::Skipped(SkipReason::AccountChanged)));
}

#[test]
fn a_doubt_about_another_account_is_ended_and_not_sent_again() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let doubted = bench.write(M, "hello");
    bench.make(X, |mood| mood.publish = Publish::AnswerLost);
    assert!(cycle(&mut engine).in_doubt);
    drop(engine);
    bench.mend(X);
    let mut engine = bench.start_with(of_another_account());
    bench.run(&mut engine, 40, 30);
    assert_eq!(bench.ours(X), ["hello"], "sent once");
    assert!(matches!(stage(&engine, M, &doubted), Some(Stage::Failed(_))), "the owner is told");
}

#[test]
fn another_name_for_the_application_doubles_nothing() {
    let (bench, engine) = Bench::begin(BOTH);
    drop(engine);
    let mut policy = policy(BOTH);
    if let Some(side) = policy.get_mut(&M) {
        side.our_app = Some("my-app".into());
    }
    let mut engine = bench.start_with(policy);
    cycle(&mut engine);
    bench.write(X, "hello");
    bench.make(M, |mood| mood.publish = Publish::AnswerLost);
    assert!(cycle(&mut engine).in_doubt);
    bench.mend(M);
    bench.run(&mut engine, 20, 30);
    assert_eq!(bench.ours(M), ["hello"], "sent once");
    assert!(bench.ours(X).is_empty(), "no echo");
}
