//! What changes later: posts that are edited, deleted or approved, before they are mirrored and afterwards. The mirror
//! follows as far as the owner wants and the network can; nothing that the owner wrote by hand is touched.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::time::Duration;

use bench::Bench;
use crosspostd::config::{Config, Deletes};
use crosspostd::core::post::{Network, PostId};
use crosspostd::core::select::Approval;
use crosspostd::core::upkeep::EditPolicy;
use crosspostd::sandbox::faults::{Fault, Faulty};
use crosspostd::sandbox::twitter::Charge;

const NONE: [&str; 0] = [];

/// A bench that has begun, with a config of its own.
fn begun(change: impl FnOnce(&mut Config)) -> Bench {
    let bench = Bench::new();
    bench.configure(change);
    bench.begin();
    bench
}

/// The same, and both the owner and the config have X Premium.
fn premium() -> Bench {
    let bench = begun(|config| config.twitter.premium = true);
    bench.pair.twitter.with(|x| x.set_premium(true));
    bench
}

/// The owner edits a post in the app; returns its id from then on.
fn edit(bench: &Bench, network: Network, id: &str, text: &str) -> String {
    match network {
        Network::Mastodon => {
            // Its time has whole seconds: an edit in the second of the post would be none.
            bench.pair.clock.advance(2);
            let now = bench.pair.clock.now();
            assert!(bench.pair.mastodon.with(|world| world.edit_as_owner(now, &PostId::new(id), text)));
            id.to_owned()
        }
        Network::Twitter => bench.pair.twitter.with(|x| x.edit(id.parse().unwrap(), text)).unwrap().to_string(),
    }
}

/// The owner deletes a post in the app.
fn delete(bench: &Bench, network: Network, id: &str) {
    assert!(match network {
        Network::Mastodon => bench.pair.mastodon.with(|world| world.delete(&PostId::new(id))),
        Network::Twitter => bench.pair.twitter.with(|x| x.delete(id.parse().unwrap())),
    });
}

/// A network answers nothing but errors.
fn down(bench: &Bench, network: Network) {
    bench.fail(network, Faulty { method: None, times: usize::MAX, ..Faulty::once("", "/", Fault::Html(503)) });
}

/// Everything of the owner's that stands on a network, oldest first.
fn texts(bench: &Bench, network: Network) -> Vec<String> {
    bench.pair.standing(network).into_iter().map(|post| post.text).collect()
}

/// How often a network was asked to change or delete something.
fn changes_sent(bench: &Bench, network: Network) -> usize {
    let sent = bench.exchanges(network);
    sent.iter().filter(|exchange| !matches!(exchange.call.method.as_str(), "GET" | "POST")).count()
}

#[test]
fn an_edited_toot_edits_its_tweet_with_premium() {
    let bench = premium();
    let toot = bench.pair.write(Network::Mastodon, "a tooot");
    bench.once().expect(0);
    edit(&bench, Network::Mastodon, &toot, "a toot");
    let pass = bench.once().expect(0);
    assert!(pass.err.contains("edited the mirror of mastodon:"), "{}", pass.err);
    assert_eq!(texts(&bench, Network::Twitter), ["a toot"]);
    // Its new version is ours, too; and whoever answers the toot answers that.
    bench.pair.write_reply(Network::Mastodon, "its answer", Some(&toot));
    for _ in 0..2 {
        bench.once().expect(0);
    }
    let made = bench.made(Network::Twitter);
    assert_eq!(made[1].reply_to.as_ref(), Some(&made[0].id));
    bench.assert_mirrors(Network::Twitter, &["a toot", "its answer"]);
    bench.assert_mirrors(Network::Mastodon, &NONE);
    assert_eq!(bench.status()["mirrored"], 2);
    bench.assert_bill();
}

#[test]
fn where_it_cannot_be_edited_it_stays_and_status_says_so() {
    let bench = Bench::begun();
    let toot = bench.pair.write(Network::Mastodon, "a tooot");
    bench.once().expect(0);
    edit(&bench, Network::Mastodon, &toot, "a toot");
    for _ in 0..2 {
        bench.once().expect(0);
    }
    bench.assert_mirrors(Network::Twitter, &["a tooot"]);
    assert_eq!(bench.posts_sent(Network::Twitter), 1);
    let shown = bench.run(&["status"]).expect(0).out;
    let note = "it was edited, and the mirror stays as it was: the account there cannot edit posts";
    assert!(shown.contains(&format!("mastodon:{toot}: {note}")), "{shown}");
    assert_eq!(bench.status()["notes"][0]["why"], note);
}

#[test]
fn an_edit_may_delete_and_post_again() {
    let bench = begun(|config| config.from_mastodon.edits = EditPolicy::Repost);
    let toot = bench.pair.write(Network::Mastodon, "a tooot");
    bench.once().expect(0);
    edit(&bench, Network::Mastodon, &toot, "a toot");
    for _ in 0..2 {
        bench.once().expect(0);
    }
    bench.assert_mirrors(Network::Twitter, &["a toot"]);
    // Not where a post of the owner's hangs on it.
    bench.pair.write_reply(Network::Mastodon, "its answer", Some(&toot));
    bench.once().expect(0);
    edit(&bench, Network::Mastodon, &toot, "a better toot");
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["a toot", "its answer"]);
    assert!(bench.run(&["status"]).expect(0).out.contains("posts of yours hang on the mirror"));
    bench.assert_bill();
}

#[test]
fn an_edited_tweet_edits_its_toot_and_makes_no_new_one() {
    let bench = Bench::begun();
    let tweet = bench.pair.write(Network::Twitter, "a tweeet");
    bench.once().expect(0);
    let newer = edit(&bench, Network::Twitter, &tweet, "a tweet");
    bench.pair.write_reply(Network::Twitter, "its answer", Some(&newer));
    for _ in 0..2 {
        bench.once().expect(0);
    }
    bench.assert_mirrors(Network::Mastodon, &["a tweet", "its answer"]);
    let made = bench.made(Network::Mastodon);
    assert_eq!(made[1].reply_to.as_ref(), Some(&made[0].id));
    assert_eq!((bench.posts_sent(Network::Mastodon), changes_sent(&bench, Network::Mastodon)), (2, 1));
    bench.assert_mirrors(Network::Twitter, &NONE);
}

#[test]
fn a_thread_that_grows_or_shrinks_by_an_edit_is_brought_up_to_date() {
    let bench = premium();
    let toot = bench.pair.write(Network::Mastodon, "a short toot");
    bench.once().expect(0);
    let long = bench::long_text(60);
    edit(&bench, Network::Mastodon, &toot, &long);
    bench.once().expect(0);
    bench.assert_thread(Network::Twitter, &long, 2);
    edit(&bench, Network::Mastodon, &toot, "short again");
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["short again"]);
    bench.assert_bill();
}

#[test]
fn a_deleted_posts_mirror_stays_unless_asked_for() {
    for source in Network::ALL {
        let bench = Bench::begun();
        let post = bench.pair.write(source, "hello");
        bench.once().expect(0);
        delete(&bench, source, &post);
        for _ in 0..2 {
            bench.once().expect(0);
        }
        bench.assert_mirrors(source.other(), &["hello"]);
        // And nothing was spent on looking.
        assert_eq!(bench.pair.twitter.with(|x| x.bill().count(Charge::PostRead)), 0);
    }
}

/// Both deletions are mirrored.
fn deleting() -> Bench {
    begun(|config| {
        config.from_mastodon.deletes = Deletes::Mirror;
        config.from_twitter.deletes = Deletes::Mirror;
    })
}

#[test]
fn a_deleted_posts_mirror_is_deleted_where_asked_for() {
    let bench = deleting();
    for source in Network::ALL {
        let long = format!("from {source} {}", bench::long_text(60));
        let long = if source == Network::Mastodon { long.as_str() } else { "short" };
        let first = bench.pair.write(source, long);
        bench.pair.write(source, &format!("{source}, and another"));
        bench.once().expect(0);
        delete(&bench, source, &first);
        let pass = bench.once().expect(0);
        assert!(pass.err.contains("deleted the mirror of"), "{}", pass.err);
        bench.assert_mirrors(source.other(), &[format!("{source}, and another")]);
        bench.once().expect(0);
    }
    assert_eq!(bench.posts_sent(Network::Mastodon), 2, "nothing is posted again");
    assert_eq!(bench.status()["mirrored"], 2);
    bench.assert_bill();
}

#[test]
fn a_gap_or_a_broken_server_is_no_proof_of_a_deletion() {
    let bench = deleting();
    let toot = bench.pair.write(Network::Mastodon, "a toot");
    bench.pair.write(Network::Twitter, "a tweet");
    bench.once().expect(0);
    bench.pair.clock.advance(3600);
    bench.pair.mastodon.with(|world| world.forget_from_home(&PostId::new(toot)));
    bench.once().expect(0);
    // Whatever is asked by id is answered by something that is not the server.
    for fault in [Fault::Html(404), Fault::Html(410), Fault::Html(503)] {
        for (network, path) in [(Network::Mastodon, "/api/v1/statuses"), (Network::Twitter, "/2/tweets")] {
            bench.fail(network, Faulty { times: usize::MAX, ..Faulty::once("GET", path, fault.clone()) });
        }
        bench.once();
        bench.clear_faults();
    }
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["a toot"]);
    bench.assert_mirrors(Network::Mastodon, &["a tweet"]);
    assert_eq!(Network::ALL.map(|network| changes_sent(&bench, network)), [0, 0]);
}

#[test]
fn what_changes_before_it_was_sent_is_sent_as_it_is_now() {
    let bench = Bench::begun();
    let edited = bench.pair.write(Network::Mastodon, "a tooot");
    let deleted = bench.pair.write(Network::Mastodon, "regretted");
    down(&bench, Network::Twitter);
    bench.once().expect(69);
    edit(&bench, Network::Mastodon, &edited, "a toot");
    delete(&bench, Network::Mastodon, &deleted);
    bench.clear_faults();
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["a toot"]);
    assert_eq!(bench.status()["skipped_last"][0]["why"], "it was deleted before it was mirrored");
    // The other way: X shows an edit as a new post.
    let tweet = bench.pair.write(Network::Twitter, "a tweeet");
    let regretted = bench.pair.write(Network::Twitter, "regretted");
    down(&bench, Network::Mastodon);
    bench.once().expect(69);
    edit(&bench, Network::Twitter, &tweet, "a tweet");
    delete(&bench, Network::Twitter, &regretted);
    bench.clear_faults();
    bench.once().expect(0);
    bench.assert_mirrors(Network::Mastodon, &["a tweet"]);
    assert_eq!(bench.posts_sent(Network::Mastodon), 1);
    bench.assert_bill();
}

#[test]
fn within_the_delay_posts_can_be_corrected_deleted_and_written_anew() {
    for source in Network::ALL {
        let bench = begun(|config| {
            config.from_mastodon.delay = Duration::from_secs(120);
            config.from_twitter.delay = Duration::from_secs(120);
        });
        let edited = bench.pair.write(source, "first, with a tpyo");
        let deleted = bench.pair.write(source, "second, regretted");
        let redrafted = bench.pair.write(source, "third, with a tpyo");
        bench.pair.write(source, "fourth");
        bench.once().expect(75);
        bench.assert_mirrors(source.other(), &NONE);
        let waiting = bench.status()["waiting"].clone();
        assert_eq!(waiting.as_array().unwrap().len(), 4, "{waiting}");
        let why = waiting[0]["why"].as_str().unwrap();
        assert!(why.contains("still young") && why.contains("until 20"), "{why}");
        edit(&bench, source, &edited, "first");
        delete(&bench, source, &deleted);
        delete(&bench, source, &redrafted);
        bench.pair.write(source, "third");
        bench.pair.clock.advance(130);
        for _ in 0..2 {
            bench.once().expect(0);
        }
        let mut made = bench.pair.mirrors(source.other());
        made.sort();
        assert_eq!(made, ["first", "fourth", "third"], "from {source}");
        assert_eq!((bench.posts_sent(source.other()), changes_sent(&bench, source.other())), (3, 0), "from {source}");
        bench.assert_bill();
    }
}

#[test]
fn only_what_the_owner_marks_is_mirrored_where_that_is_wanted() {
    for approval in [Approval::Favourite, Approval::Bookmark] {
        let bench = begun(|config| config.from_mastodon.require = Some(approval));
        let marked = PostId::new(bench.pair.write(Network::Mastodon, "this one"));
        let other = PostId::new(bench.pair.write(Network::Mastodon, "not this one"));
        bench.once().expect(0);
        assert!(bench.status()["waiting"][0]["why"].as_str().unwrap().contains("you have not approved it yet"));
        // Later than any timeline looks back.
        bench.pair.clock.advance(3 * 3600);
        bench.pair.mastodon.with(|world| match approval {
            Approval::Favourite => world.favourite_as_owner(&marked, true) && world.bookmark_as_owner(&other, true),
            Approval::Bookmark => world.bookmark_as_owner(&marked, true) && world.favourite_as_owner(&other, true),
        });
        for _ in 0..2 {
            bench.once().expect(0);
        }
        bench.assert_mirrors(Network::Twitter, &["this one"]);
        bench.pair.clock.advance(8 * 24 * 3600);
        bench.once().expect(0);
        assert_eq!(bench.status()["skipped_last"][0]["why"], "you did not approve it within a week");
    }
}

#[test]
fn nothing_that_the_owner_wrote_by_hand_is_touched() {
    let bench = begun(|config| {
        config.twitter.premium = true;
        config.from_mastodon.deletes = Deletes::Mirror;
        config.from_twitter.deletes = Deletes::Mirror;
        config.from_mastodon.edits = EditPolicy::Repost;
    });
    bench.pair.twitter.with(|x| x.set_premium(true));
    // The same on both sides, by hand.
    let edited = Network::ALL.map(|network| bench.pair.write(network, "edited on one side"));
    let deleted = Network::ALL.map(|network| bench.pair.write(network, "deleted on one side"));
    bench.once().expect(0);
    edit(&bench, Network::Mastodon, &edited[0], "edited on this side");
    edit(&bench, Network::Twitter, &edited[1], "edited on that side");
    delete(&bench, Network::Mastodon, &deleted[0]);
    for _ in 0..2 {
        bench.once().expect(0);
    }
    assert_eq!(texts(&bench, Network::Mastodon), ["edited on this side"]);
    let mut on_x = texts(&bench, Network::Twitter);
    on_x.sort();
    assert_eq!(on_x, ["deleted on one side", "edited on that side"]);
    // A mirror that is edited or deleted by hand does not change its original.
    let toot = bench.pair.write(Network::Mastodon, "an original");
    let other = bench.pair.write(Network::Mastodon, "another original");
    bench.once().expect(0);
    let made = bench.made(Network::Twitter);
    edit(&bench, Network::Twitter, &made[0].id, "an edited mirror");
    delete(&bench, Network::Twitter, &made[1].id);
    for _ in 0..2 {
        bench.once().expect(0);
    }
    let stands = bench.pair.mastodon.with(|world| [&toot, &other].map(|id| world.view(&PostId::new(id)).unwrap().text));
    assert_eq!(stands, ["an original", "another original"]);
    bench.assert_mirrors(Network::Mastodon, &NONE);
    for network in Network::ALL {
        assert_eq!(changes_sent(&bench, network), 0, "on {network}");
    }
}
