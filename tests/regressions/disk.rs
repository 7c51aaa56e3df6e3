//! A disk that fails or wears out: nothing is done that is not written down, and nothing is written for nothing.

use crosspostd::core::post::{PostId, PostRef, Timestamp};
use crosspostd::core::record::{Deed, Delivery, Key};
use crosspostd::core::select::SkipReason;
use crosspostd::core::state::Event;

use super::bench::{BOTH, Bench, M, X, cycle};
use super::part;

/// More than the journal takes before it is written anew.
const MANY: usize = 3100;

#[test]
fn a_full_disk_at_the_first_start_is_no_reason_to_hurry() {
    let bench = Bench::new();
    bench.disk.full.set(true);
    let mut engine = bench.start(BOTH);
    for _ in 0..3 {
        let report = cycle(&mut engine);
        assert!(report.journal_error.is_some());
        assert!(report.began.is_empty(), "the next cycle would follow at once");
    }
    bench.disk.full.set(false);
    assert_eq!(cycle(&mut engine).began, BOTH);
}

/// How often the disk is written to in ten idle cycles, when the journal begins with these deliveries.
fn writes_while_idle(is_x_down: bool, delivery: &Delivery) -> u32 {
    let (bench, engine) = Bench::begin(BOTH);
    drop(engine);
    let (mut journal, mut state) = bench.journal().unwrap();
    for number in 0..MANY {
        // As after a move from GoToSocial to Mastodon: longer ids are newer, and so none is ever passed.
        let source = PostRef::new(M, PostId::new(format!("01ARZ3NDEKTSV4RRFFQ69{number:05}")));
        let event = Event::New { key: Key { source, target: X }, delivery: delivery.clone() };
        state.apply(&event).unwrap();
    }
    journal.compact(&state, MANY).unwrap();
    drop(journal);
    bench.make(X, |mood| mood.down = is_x_down);
    bench.make(M, |mood| mood.blind = true);
    let mut engine = bench.start(BOTH);
    bench.run(&mut engine, 2, 30);
    let writes = || bench.disk.appended.get() + bench.disk.replaced.get();
    let before = writes();
    bench.run(&mut engine, 10, 1000);
    assert_eq!(engine.state().len(), MANY);
    writes() - before
}

#[test]
fn what_cannot_be_forgotten_yet_is_not_written_anew_in_every_cycle() {
    let at = Timestamp::from_secs(1);
    assert_eq!(writes_while_idle(false, &Delivery::skipped(at, SkipReason::Media, at)), 0);
}

#[test]
fn a_backlog_is_not_written_anew_in_every_cycle() {
    let at = Timestamp::from_secs(1);
    assert_eq!(
        writes_while_idle(true, &Delivery::planned(at, None, vec![Deed::Create(part::part("hello"))], vec![1], at)),
        0
    );
}

#[test]
fn what_a_disk_did_not_confirm_is_written_again_as_a_whole() {
    let bench = Bench::new();
    let (mut journal, _) = bench.journal().unwrap();
    journal.append(&[Event::Resumed { network: M }]).unwrap();
    bench.disk.unsure.set(true);
    journal.append(&[Event::Resumed { network: M }]).unwrap_err();
    journal.reload().unwrap();
    bench.disk.unsure.set(false);
    let before = bench.disk.replaced.get();
    journal.append(&[Event::Resumed { network: X }]).unwrap();
    assert_eq!(bench.disk.replaced.get(), before + 1, "what could be read may have stood in the cache only");
}

#[test]
fn a_disk_that_can_be_neither_written_nor_read_for_a_while_leaves_a_sound_journal() {
    let (bench, mut engine) = Bench::begin(BOTH);
    bench.write(M, "hello");
    bench.disk.full.set(true);
    bench.disk.unreadable.set(true);
    assert!(cycle(&mut engine).journal_error.is_some());
    bench.disk.full.set(false);
    assert!(bench.run(&mut engine, 1, 30).journal_error.is_some(), "what is not known must not be written");
    assert_eq!(bench.tries(X), 0);
    bench.disk.unreadable.set(false);
    bench.run(&mut engine, 5, 30);
    assert_eq!(bench.ours(X), ["hello"]);
    let (_, state) = bench.journal().unwrap();
    assert_eq!(state, *engine.state());
}
