//! Lost answers: a doubt ends, costs what it costs, and holds up nothing for ever.

use crosspostd::core::money::{Prices, Spending};
use crosspostd::core::record::Stage;
use crosspostd::engine::Engine;

use super::bench::{BOTH, Bench, HOUR, M, Publish, X, cycle, stage};

#[test]
fn a_post_found_after_a_lost_answer_ends_the_trouble_before_it() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.run(&mut engine, 1, 30);
    bench.write(M, "hello");
    bench.make(X, |mood| mood.publish = Publish::NotSent);
    assert!(cycle(&mut engine).troubles.contains_key(&X));
    bench.make(X, |mood| mood.publish = Publish::AnswerLost);
    assert!(bench.run(&mut engine, 1, 60).in_doubt);
    bench.mend(X);
    let last = bench.run(&mut engine, 3, 30);
    assert_eq!(bench.ours(X), ["hello"]);
    assert!(last.troubles.is_empty(), "{:?}", last.troubles);
}

#[test]
fn a_post_found_after_a_lost_answer_is_paid_for() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.make(X, |mood| (mood.prices, mood.publish) = (Some(Prices::default()), Publish::AnswerLost));
    bench.run(&mut engine, 1, 30);
    bench.write(M, "hello");
    assert!(bench.run(&mut engine, 1, 30).in_doubt);
    let created = |engine: &Engine| -> u64 {
        let ledger = engine.state().ledger();
        let spent = ledger.months().flat_map(|month| ledger.month(month).collect::<Vec<_>>());
        spent.filter(|(what, _)| *what == Spending::Create).map(|(_, spent)| spent.count).sum()
    };
    assert_eq!(created(&engine), 0, "nobody knows yet");
    bench.mend(X);
    bench.run(&mut engine, 3, 30);
    assert_eq!(bench.ours(X), ["hello"]);
    assert_eq!(created(&engine), 1);
}

#[test]
fn a_timeline_that_is_never_whole_holds_up_the_next_post_for_a_day_only() {
    let (bench, mut engine) = Bench::begin(BOTH);
    let doubted = bench.write(M, "hello");
    bench.make(X, |mood| (mood.publish, mood.incomplete) = (Publish::Vanishes, true));
    assert!(cycle(&mut engine).in_doubt);
    bench.make(X, |mood| mood.publish = Publish::Works);
    bench.write(M, "next");
    bench.run(&mut engine, 20, HOUR);
    assert!(bench.ours(X).is_empty(), "nothing overtakes a doubt");
    bench.run(&mut engine, 10, HOUR);
    assert_eq!(bench.ours(X), ["next"]);
    assert!(matches!(stage(&engine, M, &doubted), Some(Stage::Failed(_))), "the owner is told");
}
