//! What becomes of the state file, and of the posts, when the file is torn, damaged or lost.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::fs;
use std::io::Write as _;

use bench::Bench;
use crosspostd::core::post::Network;

const NONE: [&str; 0] = [];

/// Posts mirrored on both sides.
fn used() -> Bench {
    let bench = Bench::begun();
    for number in 1..=3 {
        bench.pair.write(Network::Mastodon, &format!("toot {number}"));
        bench.pair.write(Network::Twitter, &format!("tweet {number}"));
    }
    bench.once().expect(0);
    bench
}

fn append(bench: &Bench, bytes: &[u8]) {
    fs::OpenOptions::new().append(true).open(bench.state()).unwrap().write_all(bytes).unwrap();
}

#[test]
fn a_torn_last_line_is_cut_off_with_a_warning() {
    let last = {
        let bench = used();
        let journal = bench.journal();
        journal.lines().last().unwrap().to_owned()
    };
    let zeros = [0_u8; 40];
    let half = &last.as_bytes()[..last.len() / 2];
    let mut zeros_and_break = zeros.to_vec();
    zeros_and_break.push(b'\n');
    for torn in [half, b"{".as_slice(), &zeros, &zeros_and_break] {
        let bench = used();
        let sound = fs::read(bench.state()).unwrap();
        append(&bench, torn);
        bench.pair.write(Network::Mastodon, "after the crash");
        let ended = bench.once().expect(0);
        assert!(ended.err.contains("the last line of the state file was cut off"), "{}", ended.err);
        bench.assert_mirrors(Network::Twitter, &["toot 1", "toot 2", "toot 3", "after the crash"]);
        bench.assert_mirrors(Network::Mastodon, &["tweet 1", "tweet 2", "tweet 3"]);
        assert!(fs::read(bench.state()).unwrap().starts_with(&sound));
        let again = bench.once().expect(0);
        assert!(!again.err.contains("cut off"), "it is whole now: {}", again.err);
    }
}

#[test]
fn torn_at_every_byte_of_the_last_post_it_goes_on_and_doubles_nothing() {
    // Whatever was torn had not been acted on; the last line, here "done", is one that had: the post is found again.
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "hello");
    bench.once().expect(0);
    let whole = fs::read(bench.state()).unwrap();
    let line_starts: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    let sent = bench.journal().find("\"do\":\"done\"").unwrap();
    let start = *line_starts.iter().rfind(|start| **start < sent).unwrap();
    for cut in [start, start + 1, sent, sent + 20] {
        fs::write(bench.state(), &whole[..cut]).unwrap();
        bench.once().expect(0);
        bench.assert_mirrors(Network::Twitter, &["hello"]);
        bench.assert_mirrors(Network::Mastodon, &NONE);
    }
}

#[test]
fn damage_in_the_middle_stops_it_and_nothing_is_overwritten() {
    type Damage = fn(&mut Vec<u8>, std::ops::Range<usize>);
    let damages: [(&str, Damage); 4] = [
        ("a changed digit", |bytes, line| bytes[line.start + 40] ^= 1),
        ("zeros", |bytes, line| bytes[line.start + 10..line.start + 30].fill(0)),
        ("half a line", |bytes, line| drop(bytes.drain(line.start..line.start + 20))),
        ("no JSON", |bytes, line| bytes[line.start] = b'x'),
    ];
    let bench = used();
    let whole = fs::read(bench.state()).unwrap();
    let breaks: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    for (name, damage) in damages {
        for number in [2, 4] {
            let mut bytes = whole.clone();
            damage(&mut bytes, breaks[number - 2] + 1..breaks[number - 1]);
            fs::write(bench.state(), &bytes).unwrap();
            bench.pair.write(Network::Mastodon, "new");
            bench.forget_exchanges();
            for arguments in [&["run", "--once"][..], &["run"], &["run", "--once", "--dry-run"], &["status"]] {
                let ended = bench.run(arguments).expect(78);
                let line = format!("damaged in line {number}");
                assert!(ended.err.contains(&line) && ended.err.contains("state.jsonl"), "{name}: {}", ended.err);
            }
            assert_eq!(fs::read(bench.state()).unwrap(), bytes, "{name}: the file was changed");
            for network in Network::ALL {
                assert_eq!(bench.exchanges(network), [], "{name}");
            }
        }
    }
    fs::write(bench.state(), &whole).unwrap();
    bench.once().expect(0);
}

#[test]
fn something_else_in_its_place_is_not_overwritten() {
    let bench = Bench::new();
    fs::create_dir_all(bench.state().parent().unwrap()).unwrap();
    for (text, words) in
        [("my diary\nof many years\n", "line 1"), ("{\"journal\":\"crosspostd\",\"version\":99}\n", "newer crosspostd")]
    {
        fs::write(bench.state(), text).unwrap();
        let ended = bench.once().expect(78);
        assert!(ended.err.contains(words), "{}", ended.err);
        assert_eq!(bench.journal(), text);
    }
}

#[test]
fn a_lost_state_file_begins_at_the_present_without_an_echo() {
    let bench = used();
    let stood = Network::ALL.map(|network| bench.pair.standing(network));
    bench.pair.write(Network::Mastodon, "written while the file was lost");
    fs::remove_file(bench.state()).unwrap();
    let ended = bench.once().expect(0);
    assert!(ended.err.contains("mirroring begins at the present"), "{}", ended.err);
    for _ in 0..3 {
        bench.once().expect(0);
    }
    for (network, stood) in Network::ALL.into_iter().zip(stood) {
        let by_us =
            |posts: Vec<_>| posts.into_iter().filter(|post: &crosspostd::sandbox::pair::Standing| post.by_us).count();
        assert_eq!(bench.made(network).len(), by_us(stood), "on {network}");
    }
    bench.pair.write(Network::Mastodon, "a new toot");
    bench.pair.write(Network::Twitter, "a new tweet");
    bench.once().expect(0);
    bench.once().expect(0);
    assert_eq!(bench.pair.mirrors(Network::Twitter).last().unwrap(), "a new toot");
    assert_eq!(bench.pair.mirrors(Network::Mastodon).last().unwrap(), "a new tweet");
    assert_eq!((bench.made(Network::Twitter).len(), bench.made(Network::Mastodon).len()), (4, 4));
}

#[test]
fn an_empty_state_file_is_no_state_file() {
    let bench = Bench::new();
    fs::create_dir_all(bench.state().parent().unwrap()).unwrap();
    fs::write(bench.state(), "").unwrap();
    bench.pair.write(Network::Mastodon, "old");
    let ended = bench.once().expect(0);
    assert!(ended.err.contains("mirroring begins at the present"), "{}", ended.err);
    bench.assert_mirrors(Network::Twitter, &NONE);
}

#[test]
fn a_full_disk_sends_nothing_that_is_not_written_down() {
    // A folder that cannot be written to stands for it; root could write there all the same.
    use std::os::unix::fs::PermissionsExt as _;
    let bench = used();
    let var = bench.state().parent().unwrap().to_owned();
    let set = |mode| {
        fs::set_permissions(bench.state(), fs::Permissions::from_mode(if mode == 0o500 { 0o400 } else { 0o600 }))
            .unwrap();
        fs::set_permissions(&var, fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o500);
    let writable = fs::OpenOptions::new().append(true).open(bench.state()).is_ok();
    bench.pair.write(Network::Mastodon, "more");
    if !writable {
        bench.forget_exchanges();
        let ended = bench.once().expect(75);
        assert!(ended.err.contains("nothing is sent until it can be"), "{}", ended.err);
        assert_eq!(bench.posts_sent(Network::Twitter), 0);
    }
    set(0o700);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["toot 1", "toot 2", "toot 3", "more"]);
}
