//! Posts go only the way that the config says; a way that was switched off begins at the present when it is switched
//! on again.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use bench::Bench;
use crosspostd::config::Directions;
use crosspostd::core::post::Network;
use crosspostd::sandbox::faults::Fault;
use crosspostd::sandbox::mastodon::Options;

const NONE: [&str; 0] = [];

fn only_from(source: Network) -> Directions {
    match source {
        Network::Mastodon => Directions::MastodonToTwitter,
        Network::Twitter => Directions::TwitterToMastodon,
    }
}

fn go(bench: &Bench, directions: Directions) {
    bench.configure(|config| config.sync.directions = directions);
}

#[test]
fn one_way_is_one_way() {
    for source in Network::ALL {
        let bench = Bench::new();
        go(&bench, only_from(source));
        bench.begin();
        for number in 1..=3 {
            bench.pair.write(source, &format!("this goes {number}"));
            bench.pair.write(source.other(), &format!("this stays {number}"));
            bench.once().expect(0);
        }
        bench.once().expect(0);
        bench.assert_mirrors(source.other(), &["this goes 1", "this goes 2", "this goes 3"]);
        bench.assert_mirrors(source, &NONE);
        assert_eq!(bench.posts_sent(source), 0);
    }
}

#[test]
fn an_answer_that_is_lost_on_a_network_that_is_not_read_is_found_all_the_same() {
    for source in Network::ALL {
        for fault in [Fault::LoseAnswer, Fault::DropBefore] {
            let bench = Bench::new();
            go(&bench, only_from(source));
            bench.pair.write(source.other(), "an old one there");
            bench.begin();
            bench.pair.write(source, "first");
            bench.once().expect(0);
            bench.pair.write(source, "hello");
            bench.fail_next_post(source.other(), fault.clone());
            bench.once_through(&fault);
            bench.assert_mirrors(source.other(), &["first", "hello"]);
        }
    }
}

#[test]
fn what_was_posted_while_a_way_was_off_stays() {
    for source in Network::ALL {
        let bench = Bench::begun();
        bench.pair.write(source, "before");
        bench.once().expect(0);
        go(&bench, only_from(source.other()));
        bench.once().expect(0);
        for number in 1..=30 {
            bench.pair.write(source, &format!("meanwhile {number}"));
        }
        bench.pair.write(source.other(), "the other way goes on");
        bench.once().expect(0);
        go(&bench, Directions::Both);
        let back = bench.once().expect(0);
        assert!(back.err.contains(&format!("{source}: mirroring begins with the next post")), "{}", back.err);
        bench.once().expect(0);
        bench.assert_mirrors(source.other(), &["before"]);
        bench.assert_mirrors(source, &["the other way goes on"]);
        bench.pair.write(source, "after");
        bench.once().expect(0);
        bench.assert_mirrors(source.other(), &["before", "after"]);
    }
}

#[test]
fn what_waits_when_a_way_is_switched_off_is_not_sent() {
    let bench = Bench::begun();
    bench.pair.twitter.with(|world| world.settings.credits_micro_usd = Some(0));
    bench.pair.write(Network::Mastodon, "too expensive");
    bench.once().expect(75);
    go(&bench, Directions::TwitterToMastodon);
    bench.pair.twitter.with(|world| world.settings.credits_micro_usd = None);
    bench.once().expect(0);
    assert_eq!(bench.made(Network::Twitter), []);
}

#[test]
fn another_account_begins_at_the_present() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "the first account's");
    bench.once().expect(0);
    let (now, scopes) = (bench.pair.clock.now(), "profile read:statuses write:statuses");
    let (id, token) = bench.pair.mastodon.with(|world| {
        let id = world.add_person("lovelace", true);
        world.write_as("lovelace", now, "an old one of the second account", &Options::default());
        (id, world.grant_token("lovelace", "crosspostd", scopes, now).unwrap())
    });
    bench.configure(|config| {
        config.mastodon.account_id = Some(id.clone());
        config.mastodon.access_token = crosspostd::secret::Secret::new(&*token);
    });
    bench.once().expect(0);
    bench.pair.write(Network::Mastodon, "not ours any more");
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["the first account's"]);
    bench.pair.mastodon.with(|world| {
        world.write_as("lovelace", bench.pair.clock.now(), "a new one of the second account", &Options::default())
    });
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["the first account's", "a new one of the second account"]);
}
