//! Clocks that jump, stand still or lag behind: nothing is sent again too soon for it, and nothing is lost.

use crosspostd::core::post::Network;
use crosspostd::core::record::Stage;
use crosspostd::engine::Engine;

use super::bench::{BOTH, Bench, DAY, HOUR, M, Publish, X, cycle, stage};

/// What was sent to Mastodon and vanished is not sent again a second later, but is when it has settled.
fn is_sent_again_in_time_only(bench: &Bench, engine: &mut Engine) {
    bench.mend(M);
    bench.mend(X);
    bench.run(engine, 1, 1);
    assert_eq!(bench.tries(M), 1, "sent again after a second");
    bench.run(engine, 10, 30);
    assert_eq!(bench.ours(M), ["hello"], "sent again when it had settled");
}

/// A clock that has jumped is not sent by, until the next read says the same.
fn is_sent_once_two_reads_agree(bench: &Bench, engine: &mut Engine, target: Network) {
    cycle(engine);
    assert_eq!(bench.tries(target), 0, "sent by a clock that has just jumped");
    bench.run(engine, 1, 30);
    assert_eq!(bench.tries(target), 1);
}

#[test]
fn a_slow_read_of_the_source_does_not_shorten_the_wait_for_an_outcome() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.run(&mut engine, 1, 30);
    bench.write(X, "hello");
    bench.make(X, |mood| mood.slow = 130_000);
    bench.make(M, |mood| mood.publish = Publish::Vanishes);
    cycle(&mut engine);
    assert_eq!(bench.tries(M), 1);
    is_sent_again_in_time_only(&bench, &mut engine);
}

#[test]
fn a_date_in_the_past_does_not_shorten_the_wait_for_an_outcome() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.run(&mut engine, 1, 30);
    bench.write(X, "hello");
    bench.make(M, |mood| (mood.date_shift, mood.publish) = (-1_700_000_000_000, Publish::Vanishes));
    is_sent_once_two_reads_agree(&bench, &mut engine, M);
    is_sent_again_in_time_only(&bench, &mut engine);
}

#[test]
fn a_suspended_machine_does_not_shorten_the_wait_for_an_outcome() {
    let (bench, mut engine) = Bench::begin(&[X]);
    bench.run(&mut engine, 1, 30);
    // Our own clock stands still meanwhile.
    bench.pass(8 * HOUR);
    bench.world.borrow_mut().skew = -8 * HOUR * 1000;
    bench.write(X, "hello");
    bench.make(M, |mood| mood.publish = Publish::Vanishes);
    cycle(&mut engine);
    assert_eq!(bench.tries(M), 1);
    is_sent_again_in_time_only(&bench, &mut engine);
}

#[test]
fn a_date_in_the_far_future_delays_nothing_for_years() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.run(&mut engine, 1, 30);
    bench.write(M, "hello");
    bench.make(X, |mood| (mood.date_shift, mood.publish) = (10 * 365 * DAY * 1000, Publish::NotSent));
    is_sent_once_two_reads_agree(&bench, &mut engine, X);
    bench.mend(X);
    bench.run(&mut engine, 3, HOUR);
    assert_eq!(bench.ours(X), ["hello"]);
}

#[test]
fn a_date_that_jumps_ahead_loses_no_post_that_shows_up_late() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.run(&mut engine, 1, 30);
    let late = bench.write_late(M, "late", None, 20);
    bench.pass(1);
    bench.write(M, "soon");
    bench.make(M, |mood| mood.date_shift = HOUR * 1000);
    bench.run(&mut engine, 1, 1);
    assert_eq!(stage(&engine, M, &late), None, "it did not show up yet");
    bench.mend(M);
    bench.run(&mut engine, 10, 30);
    assert_eq!(bench.ours(X), ["soon", "late"]);
    assert_eq!(stage(&engine, M, &late), Some(Stage::Mirrored));
}

#[test]
fn a_date_that_jumps_ahead_doubles_no_post_whose_answer_is_lost() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.run(&mut engine, 1, 30);
    bench.write(M, "hello");
    bench.make(X, |mood| (mood.date_shift, mood.publish) = (HOUR * 1000, Publish::AnswerLost));
    cycle(&mut engine);
    bench.mend(X);
    let last = bench.run(&mut engine, 150, 30);
    assert!(!last.in_doubt);
    assert_eq!(bench.ours(X), ["hello"], "sent once");
}
