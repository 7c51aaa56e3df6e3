//! What stands on the other network reads as if the owner had written it there: polls, quotes, boosts, warnings,
//! threads; and what is not for everybody stays where it is.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use bench::Bench;
use crosspostd::config::Config;
use crosspostd::core::post::{Network, PostId, Visibility};
use crosspostd::core::style::{Boosts, Quotes};
use crosspostd::sandbox::mastodon::{Behaviour, Limits, Options, Poll, View};
use crosspostd::sandbox::twitter::{Charge, Draft, Replies, User};

const NONE: [&str; 0] = [];

/// A bench that has begun, with a config of its own.
fn begun(change: impl FnOnce(&mut Config)) -> Bench {
    let bench = Bench::new();
    bench.configure(change);
    bench.begin();
    bench
}

/// The owner writes on Mastodon.
fn toot(bench: &Bench, text: &str, options: &Options) -> PostId {
    let now = bench.pair.clock.now();
    bench.pair.mastodon.with(|world| world.write_as_owner(now, text, options))
}

/// The owner writes on X.
fn tweet(bench: &Bench, draft: Draft) -> u64 {
    bench.pair.twitter.with(|x| x.write_draft(draft)).unwrap()
}

/// The mirrors on Mastodon, oldest first.
fn toots_made(bench: &Bench) -> Vec<View> {
    let all = bench.pair.mastodon.with(|world| world.timeline_of_owner());
    all.into_iter().filter(|post| post.application.as_deref() == Some("crosspostd")).collect()
}

fn poll(options: &[&str]) -> Options {
    let options = options.iter().map(|&option| option.to_owned()).collect();
    Options { poll: Some(Poll { options, multiple: false, length_secs: Some(7200) }), ..Options::default() }
}

#[test]
fn polls_are_polls_where_they_can_be() {
    let bench = Bench::begun();
    toot(&bench, "Tea?", &poll(&["yes", "no"]));
    toot(&bench, "Which?", &poll(&["one", "two", "three", "four", "five"]));
    tweet(&bench, Draft::poll("Coffee?", &["black", "white"], 60));
    for _ in 0..2 {
        bench.once().expect(0);
    }
    bench.assert_mirrors(Network::Twitter, &["Tea?", "Which?\n\n• one\n• two\n• three\n• four\n• five"]);
    let drafts = bench.pair.twitter.with(|x| {
        let made = x.posts_made_by_api();
        made.into_iter().map(|post| (post.draft.poll.clone(), post.draft.poll_minutes)).collect::<Vec<_>>()
    });
    let (options, minutes) = &drafts[0];
    assert_eq!((options.as_slice(), *minutes), (["yes", "no"].map(str::to_owned).as_slice(), Some(120)));
    assert!(drafts[1].0.is_empty());
    let made = toots_made(&bench);
    assert_eq!(made.len(), 1);
    let carried = made[0].poll.as_ref().unwrap();
    assert_eq!(made[0].text, "Coffee?");
    assert_eq!(
        (carried.options.as_slice(), carried.multiple),
        (["black", "white"].map(str::to_owned).as_slice(), false)
    );
    assert_eq!(carried.length_secs, Some(3600));
    bench.assert_bill();
}

#[test]
fn quotes_name_who_is_quoted_and_lead_to_ones_own_mirrors() {
    let bench = begun(|config| config.from_mastodon.quotes = Quotes::Link);
    bench.pair.twitter.with(|x| x.add_user(User::new(99, "grace", "Grace")));
    let of_grace = bench.pair.twitter.with(|x| x.write(99, Draft::text("by Grace"))).unwrap();
    let now = bench.pair.clock.now();
    let of_bob = bench.pair.mastodon.with(|world| world.write_as("bob", now, "by Bob", &Options::default()));
    let own_toot = toot(&bench, "a toot", &Options::default());
    let own_tweet = tweet(&bench, Draft::text("a tweet"));
    bench.once().expect(0);
    let tweeted = bench.made(Network::Twitter)[0].id.clone();
    let tooted = bench.made(Network::Mastodon)[0].id.clone();
    toot(&bench, "my toot:", &Options { quote: Some(own_toot), ..Options::default() });
    toot(&bench, "Bob says:", &Options { quote: Some(of_bob.clone()), ..Options::default() });
    tweet(&bench, Draft::quote(own_tweet, "my tweet:"));
    tweet(&bench, Draft::quote(of_grace, "Grace says:"));
    for _ in 0..2 {
        bench.once().expect(0);
    }
    let on_x = bench.pair.mirrors(Network::Twitter);
    assert!(
        on_x[1].starts_with("my toot:\n\nhttps://") && on_x[1].ends_with(&format!("/status/{tweeted}")),
        "{on_x:?}"
    );
    assert!(on_x[2].starts_with("Bob says:\n\nRE: @bob@social.example http"), "{on_x:?}");
    assert!(on_x[2].ends_with(of_bob.as_str()), "{on_x:?}");
    let on_mastodon = bench.pair.mirrors(Network::Mastodon);
    assert!(on_mastodon[1].starts_with("my tweet:\n\nRE: http"), "{on_mastodon:?}");
    assert!(on_mastodon[1].ends_with(&tooted), "{on_mastodon:?}");
    assert_eq!(
        on_mastodon[2],
        format!("Grace says:\n\nRE: @\u{200B}grace@x.com https://x.com/grace/status/{of_grace}")
    );
    assert_eq!(bench.pair.mastodon.with(|world| world.mentions_made().len()), 0);
    bench.pair.twitter.with(|x| assert_eq!(x.mentions_made(), []));
    bench.assert_bill();
}

#[test]
fn a_boost_of_ones_own_post_boosts_its_mirror_and_comes_not_back() {
    let bench = begun(|config| {
        config.from_mastodon.boosts = Boosts::Own;
        config.from_twitter.reposts = Boosts::Own;
    });
    let own_toot = toot(&bench, "a toot", &Options::default());
    let own_tweet = tweet(&bench, Draft::text("a tweet"));
    bench.once().expect(0);
    let now = bench.pair.clock.now();
    bench.pair.mastodon.with(|world| {
        let of_bob = world.write_as("bob", now, "by Bob", &Options::default());
        world.boost_as_owner(now, &of_bob);
        world.boost_as_owner(now, &own_toot)
    });
    bench.pair.twitter.with(|x| x.repost_as_owner(own_tweet)).unwrap();
    for _ in 0..3 {
        bench.once().expect(0);
    }
    let reposted: Vec<u64> = bench.pair.twitter.with(|x| {
        let made = x.posts_made_by_api();
        made.into_iter().filter_map(|post| post.draft.repost_of).collect()
    });
    assert_eq!(reposted, [bench.made(Network::Twitter)[0].id.parse::<u64>().unwrap()]);
    let boosted: Vec<PostId> = bench.pair.mastodon.with(|world| {
        let all = world.timeline_of_owner();
        all.into_iter().filter_map(|post| post.boost_of).collect()
    });
    let tooted = toots_made(&bench)[0].id.clone();
    assert_eq!(boosted.len(), 3, "{boosted:?}");
    assert_eq!(boosted.iter().filter(|id| **id == tooted).count(), 1, "{boosted:?}");
    assert_eq!(Network::ALL.map(|network| bench.posts_sent(network)), [2, 2], "a post and a boost each");
    bench.assert_bill();
}

#[test]
fn boosts_stay_where_they_are_by_default() {
    let bench = Bench::begun();
    let own = toot(&bench, "a toot", &Options::default());
    let own_tweet = tweet(&bench, Draft::text("a tweet"));
    bench.once().expect(0);
    let now = bench.pair.clock.now();
    bench.pair.mastodon.with(|world| world.boost_as_owner(now, &own));
    bench.pair.twitter.with(|x| x.repost_as_owner(own_tweet)).unwrap();
    for _ in 0..2 {
        bench.once().expect(0);
    }
    assert_eq!(Network::ALL.map(|network| bench.posts_sent(network)), [1, 1]);
    assert_eq!(bench.status()["skipped"][0]["why"], "it is a boost or repost");
    bench.assert_bill();
}

#[test]
fn content_warnings_are_carried_both_ways() {
    let bench = Bench::begun();
    toot(&bench, "eight legs", &Options { spoiler: "spiders".to_owned(), ..Options::default() });
    tweet(&bench, Draft::text("CW: food\n\nI had soup."));
    tweet(&bench, Draft { sensitive: true, ..Draft::text("look away") });
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["CW: spiders\n\neight legs"]);
    let made = toots_made(&bench);
    let seen: Vec<_> = made.iter().map(|post| (post.spoiler.as_str(), post.text.as_str(), post.sensitive)).collect();
    assert_eq!(seen, [("food", "I had soup.", true), ("", "look away", true)]);
}

#[test]
fn what_is_not_for_everybody_stays_where_it_is() {
    let bench = Bench::new();
    bench.pair.mastodon.with(|world| {
        world.behaviour = Behaviour { limits: Limits::none(), ..Behaviour::glitch_soc() };
    });
    bench.configure(|config| {
        config.from_mastodon.never_hashtag = Some("noX".to_owned());
        config.from_mastodon.exclude_words = vec!["secret".to_owned()];
        config.from_twitter.only_hashtag = Some("fedi".to_owned());
    });
    bench.begin();
    tweet(&bench, Draft::community(7, "among friends #fedi"));
    tweet(&bench, Draft::article("A long read #fedi"));
    tweet(&bench, Draft { reply_settings: Some("subscribers".to_owned()), ..Draft::text("for payers #fedi") });
    tweet(&bench, Draft::text("for X alone"));
    tweet(&bench, Draft::text("for everybody #Fedi"));
    toot(&bench, "for this server", &Options { local_only: true, ..Options::default() });
    toot(&bench, "not there #nox", &Options::default());
    toot(&bench, "a SECRET", &Options::default());
    let private = bench.pair.write_to(Visibility::Private, "for followers");
    toot(&bench, "an answer to it", &Options { reply_to: Some(PostId::new(private)), ..Options::default() });
    toot(&bench, "for everybody", &Options::default());
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["for everybody"]);
    let on_mastodon = bench.pair.mirrors(Network::Mastodon);
    // Who may answer a post says nothing about who may read it.
    assert_eq!(on_mastodon.last().map(String::as_str), Some("for everybody"));
    for text in &on_mastodon {
        assert!(["for payers", "for everybody"].contains(&text.as_str()), "{text}");
    }
    let shown = bench.run(&["status"]).expect(0).out;
    for why in [
        "it was posted to a community",
        "it is an article",
        "it is for one server only",
        "it has the hashtag that keeps it here",
        "it lacks the hashtag that your config asks for",
        "it has a word or hashtag that your config excludes",
        "its visibility is not among those that leave Mastodon",
        "it answers a post of yours that is not mirrored",
    ] {
        assert!(shown.contains(&format!("     1  {why}\n")), "{why:?} is not in:\n{shown}");
    }
}

#[test]
fn a_thread_on_mastodon_begins_in_public_and_goes_on_unlisted() {
    let bench = Bench::begun();
    let first = tweet(&bench, Draft::text("first"));
    let second = tweet(&bench, Draft::reply(first, "second"));
    tweet(&bench, Draft::reply(second, "third"));
    bench.once().expect(0);
    let seen: Vec<Visibility> = toots_made(&bench).iter().map(|post| post.visibility).collect();
    assert_eq!(seen, [Visibility::Public, Visibility::Unlisted, Visibility::Unlisted]);
    // And the other way: what Mastodon's own web client writes so is one thread.
    let toot_1 = toot(&bench, "one", &Options::default());
    let unlisted = Options { visibility: Visibility::Unlisted, reply_to: Some(toot_1), ..Options::default() };
    toot(&bench, "two", &unlisted);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["one", "two"]);
}

#[test]
fn a_reply_that_x_refuses_stands_alone() {
    let bench = Bench::begun();
    bench.pair.twitter.with(|x| x.settings.replies = Replies::Refused);
    let first = toot(&bench, "a toot", &Options::default());
    toot(&bench, "its answer", &Options { reply_to: Some(first), ..Options::default() });
    for _ in 0..2 {
        bench.once().expect(0);
    }
    bench.assert_mirrors(Network::Twitter, &["a toot", "its answer"]);
    assert_eq!(bench.made(Network::Twitter)[1].reply_to, None);
    assert_eq!(bench.status()["failed"], serde_json::json!([]));
    bench.assert_bill();
}

#[test]
fn custom_emoji_and_lookalikes_cost_nothing_more() {
    let bench = Bench::begun();
    bench.pair.mastodon.with(|world| world.define_emoji("blobcat"));
    toot(&bench, "hello :blobcat: in main.rs", &Options::default());
    bench.once().expect(0);
    let text = bench.pair.mirrors(Network::Twitter)[0].replace(['\u{200B}', '\u{2060}'], "");
    assert_eq!(text, "hello :blobcat: in main.rs");
    assert_eq!(bench.pair.twitter.with(|x| x.bill().count(Charge::CreateWithUrl)), 0);
    bench.assert_bill();
    bench.assert_mirrors(Network::Mastodon, &NONE);
}
