#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::core::post::{Network, PostId, PostRef, Timestamp};
use crate::core::record::{Delivery, Key};
use crate::core::select::SkipReason;

/// A disk in memory, which can be told to fail.
#[derive(Clone, Default)]
struct Memory {
    file: Rc<RefCell<Option<Vec<u8>>>>,
    /// How many bytes the next append writes before it fails.
    fail_after: Rc<RefCell<Option<usize>>>,
}

impl Disk for Memory {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.file.borrow().clone())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let failing = self.fail_after.borrow_mut().take();
        let written = failing.unwrap_or(bytes.len()).min(bytes.len());
        self.file.borrow_mut().as_mut().unwrap().extend_from_slice(&bytes[..written]);
        if failing.is_some() { Err(io::Error::other("no space left")) } else { Ok(()) }
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        *self.file.borrow_mut() = Some(bytes.to_vec());
        Ok(())
    }
}

impl Memory {
    fn with(bytes: &[u8]) -> Self {
        let memory = Self::default();
        *memory.file.borrow_mut() = Some(bytes.to_vec());
        memory
    }

    fn bytes(&self) -> Vec<u8> {
        self.file.borrow().clone().unwrap_or_default()
    }
}

fn event(number: u32) -> Event {
    let source = PostRef::new(Network::Mastodon, PostId::new(format!("{number}")));
    let key = Key { source, target: Network::Twitter };
    Event::New { key, delivery: Delivery::skipped(Timestamp::from_secs(1), SkipReason::Boost, Timestamp::from_secs(2)) }
}

fn journal_of(batches: u32) -> (Memory, State) {
    let memory = Memory::default();
    let (mut journal, mut state, found) = Journal::open(Box::new(memory.clone())).unwrap();
    assert_eq!(found, Found::Nothing);
    for number in 0..batches {
        let events = [event(number * 2 + 100), event(number * 2 + 101)];
        for event in &events {
            state.apply(event).unwrap();
        }
        journal.append(&events).unwrap();
    }
    (memory, state)
}

fn open(bytes: &[u8]) -> Result<(State, Found), Error> {
    Journal::open(Box::new(Memory::with(bytes))).map(|(_, state, found)| (state, found))
}

#[test]
fn what_was_written_is_read() {
    let (memory, state) = journal_of(5);
    let (read, found) = open(&memory.bytes()).unwrap();
    assert_eq!((read, found), (state, Found::Sound));
}

#[test]
fn the_format_stands() {
    let (memory, _) = journal_of(1);
    let text = String::from_utf8(memory.bytes()).unwrap();
    let expected = concat!(
        "{\"journal\":\"crosspostd\",\"version\":1}\n",
        "{\"crc\":\"dcc164ab\",\"events\":[",
        "{\"event\":\"new\",\"source\":\"mastodon:100\",\"target\":\"twitter\",",
        "\"delivery\":{\"written\":1000,\"stage\":{\"skipped\":\"boost\"},\"tries\":0,\"changed\":2000}},",
        "{\"event\":\"new\",\"source\":\"mastodon:101\",\"target\":\"twitter\",",
        "\"delivery\":{\"written\":1000,\"stage\":{\"skipped\":\"boost\"},\"tries\":0,\"changed\":2000}}]}\n",
    );
    assert_eq!(text, expected);
}

#[test]
fn cut_off_anywhere_it_loads_what_came_before() {
    let (memory, _) = journal_of(4);
    let bytes = memory.bytes();
    let prefixes: Vec<State> = (0..=4).map(|batches| journal_of(batches).1).collect();
    for end in 0..bytes.len() {
        let (state, found) = open(&bytes[..end]).unwrap();
        assert!(prefixes.contains(&state), "cut at {end}");
        if !matches!(bytes.get(end.wrapping_sub(1)), None | Some(b'\n')) {
            assert_ne!(found, Found::Sound, "cut at {end}");
        }
    }
}

#[test]
fn a_flipped_bit_is_never_read_as_something_else() {
    let (memory, state) = journal_of(3);
    let bytes = memory.bytes();
    let before_last = journal_of(2).1;
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            match open(&damaged) {
                Err(_) => {}
                Ok((read, found)) => {
                    // Only the last line break can go unnoticed, as a torn line.
                    assert!(read == state || (read == before_last && matches!(found, Found::Torn(_))), "{place}/{bit}");
                }
            }
        }
    }
}

#[test]
fn zeros_left_by_a_power_cut_are_a_torn_line() {
    let (memory, state) = journal_of(2);
    for tail in [&b"\0\0\0\0"[..], b"\0\0\0\n", b"{\"crc\":\"\0\0\0\0"] {
        let mut bytes = memory.bytes();
        bytes.extend_from_slice(tail);
        assert_eq!(open(&bytes).unwrap(), (state.clone(), Found::Torn(tail.len())));
    }
}

#[test]
fn after_a_torn_line_writing_goes_on() {
    let (memory, mut state) = journal_of(2);
    let mut bytes = memory.bytes();
    bytes.extend_from_slice(b"{\"crc\":\"12");
    let memory = Memory::with(&bytes);
    let (mut journal, _, _) = Journal::open(Box::new(memory.clone())).unwrap();
    assert_eq!(memory.bytes(), bytes, "opening changes nothing");
    journal.append(&[event(900)]).unwrap();
    state.apply(&event(900)).unwrap();
    assert_eq!(open(&memory.bytes()).unwrap(), (state, Found::Sound));
}

#[test]
fn a_failed_write_is_forgotten_whole() {
    for written in [0, 1, 20, 10_000] {
        let (memory, state) = journal_of(2);
        let (mut journal, _, _) = Journal::open(Box::new(memory.clone())).unwrap();
        *memory.fail_after.borrow_mut() = Some(written);
        assert!(journal.append(&[event(900)]).is_err());
        if written < 10_000 {
            assert_eq!(journal.reload().unwrap(), state);
        }
        let mut expected = journal.reload().unwrap();
        journal.append(&[event(901)]).unwrap();
        expected.apply(&event(901)).unwrap();
        assert_eq!(open(&memory.bytes()).unwrap(), (expected, Found::Sound));
    }
}

#[test]
fn compaction_keeps_the_state() {
    let (memory, state) = journal_of(30);
    let (mut journal, _, _) = Journal::open(Box::new(memory.clone())).unwrap();
    journal.compact(&state, 1000).unwrap();
    assert_eq!(open(&memory.bytes()).unwrap(), (state.clone(), Found::Sound));
    journal.append(&[event(900)]).unwrap();
    assert_eq!(open(&memory.bytes()).unwrap().0.len(), state.len() + 1);
}

#[test]
fn it_is_written_anew_when_it_has_grown_and_not_again_at_once() {
    let (memory, mut state) = journal_of(1);
    let (mut journal, _, _) = Journal::open(Box::new(memory.clone())).unwrap();
    let mut rewritten = 0;
    for number in 0..5000 {
        journal.append(&[event(1000 + number)]).unwrap();
        state.apply(&event(1000 + number)).unwrap();
        // None of them can be forgotten: no cursor has passed them.
        state.apply(&baseline()).unwrap();
        rewritten += u32::from(journal.compact_if_long(&state, 10).unwrap());
    }
    assert_eq!(rewritten, 1);
    assert_eq!(open(&memory.bytes()).unwrap().0.len(), state.len());
}

fn baseline() -> Event {
    Event::Baseline { network: Network::Mastodon, account: "me".into(), newest: None, at: Timestamp::from_secs(1) }
}

#[test]
fn a_newer_format_is_left_alone() {
    let error = open(b"{\"journal\":\"crosspostd\",\"version\":2}\n").unwrap_err();
    assert!(matches!(error, Error::Newer(2)), "{error}");
    assert!(open(b"something else\n").is_err());
}

#[test]
fn nothing_to_say_nothing_written() {
    let memory = Memory::default();
    let (mut journal, _, _) = Journal::open(Box::new(memory.clone())).unwrap();
    journal.append(&[]).unwrap();
    assert!(memory.file.borrow().is_none());
}
