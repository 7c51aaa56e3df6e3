//! What the owner posts on one network stands on the other, once, oldest first, and nothing else does.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use bench::{Bench, LONG, eventually};
use crosspostd::core::post::{Network, PostId, Visibility};
use crosspostd::sandbox::mastodon::{Behaviour, Limits, Options};
use crosspostd::sandbox::twitter::Draft;

const NONE: [&str; 0] = [];

/// Everything that stands on both networks.
fn all(bench: &Bench) -> Vec<Vec<crosspostd::sandbox::pair::Standing>> {
    Network::ALL.map(|network| bench.pair.standing(network)).to_vec()
}

#[test]
fn the_first_run_leaves_old_posts_where_they_are() {
    let bench = Bench::new();
    for number in 1..=50 {
        bench.pair.write(Network::Mastodon, &format!("old toot {number}"));
        bench.pair.write(Network::Twitter, &format!("old tweet {number}"));
    }
    let first = bench.once().expect(0);
    assert!(first.err.contains("mirroring begins at the present"), "{}", first.err);
    for network in Network::ALL {
        let begins = format!("{network}: mirroring begins with the next post");
        assert!(first.err.contains(&begins), "{}", first.err);
    }
    for _ in 0..3 {
        bench.once().expect(0);
    }
    for network in Network::ALL {
        bench.assert_mirrors(network, &NONE);
        assert_eq!(bench.posts_sent(network), 0);
    }
}

#[test]
fn new_posts_are_mirrored_once_and_an_idle_pass_writes_nothing() {
    let bench = Bench::new();
    bench.pair.write(Network::Mastodon, "an old one");
    bench.begin();
    bench.pair.write(Network::Mastodon, "Hello from Mastodon");
    bench.pair.write(Network::Twitter, "Hello from X");
    bench.pair.write(Network::Mastodon, "Hello again");
    let pass = bench.once().expect(0);
    assert_eq!(pass.err.matches("mirrored ").count(), 3, "{}", pass.err);
    bench.assert_mirrors(Network::Twitter, &["Hello from Mastodon", "Hello again"]);
    bench.assert_mirrors(Network::Mastodon, &["Hello from X"]);
    // The mirrors are read back once, which X charges for; then nothing is left to be written down.
    bench.once().expect(0);
    bench.forget_exchanges();
    let (stamp, stood) = (bench.journal_stamp(), all(&bench));
    for _ in 0..10 {
        bench.once().expect(0);
    }
    assert!(bench.journal_stamp() == stamp, "an idle pass wrote:\n{}", bench.journal());
    assert_eq!(all(&bench), stood);
    for network in Network::ALL {
        let requests = bench.exchanges(network);
        assert!(!requests.is_empty() && requests.iter().all(|exchange| exchange.call.method == "GET"), "{requests:?}");
    }
}

#[test]
fn an_idle_daemon_writes_nothing() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "one");
    bench.once().expect(0);
    bench.once().expect(0);
    let stamp = bench.journal_stamp();
    bench.forget_exchanges();
    let daemon = bench.daemon();
    for network in Network::ALL {
        eventually("it has looked", LONG, || !bench.exchanges(network).is_empty());
    }
    daemon.signal("TERM");
    daemon.wait().expect(0);
    assert!(bench.journal_stamp() == stamp, "an idle daemon wrote:\n{}", bench.journal());
}

#[test]
fn a_daemon_mirrors_what_was_posted_while_it_was_away() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "from Mastodon");
    bench.pair.write(Network::Twitter, "from X");
    let daemon = bench.daemon();
    eventually("both are there", LONG, || Network::ALL.iter().all(|network| bench.made(*network).len() == 1));
    daemon.says("mirrored twitter:");
    daemon.says("mirrored mastodon:");
    daemon.signal("TERM");
    daemon.wait().expect(0);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["from Mastodon"]);
    bench.assert_mirrors(Network::Mastodon, &["from X"]);
}

#[test]
fn a_first_daemon_goes_on_from_its_baseline_at_once() {
    let bench = Bench::new();
    bench.pair.write(Network::Mastodon, "old");
    let daemon = bench.daemon();
    daemon.says("X: mirroring begins");
    daemon.says("Mastodon: mirroring begins");
    // The second cycle comes at once: both timelines are read through for the first time.
    eventually("it reads on", LONG, || {
        bench.exchanges(Network::Mastodon).iter().any(|exchange| exchange.call.path.ends_with("timelines/home"))
    });
    daemon.kill();
    bench.assert_mirrors(Network::Twitter, &NONE);
}

#[test]
fn only_the_owners_own_public_posts_leave() {
    let bench = Bench::begun();
    let now = bench.pair.clock.now();
    let by =
        |name: &str, text: &str| bench.pair.mastodon.with(|world| world.write_as(name, now, text, &Options::default()));
    let hers = by("grace", "somebody else's");
    bench.pair.write_to(Visibility::Private, "for followers");
    bench.pair.write_to(Visibility::Direct, "for one");
    bench.pair.write_to(Visibility::Other, "local only");
    bench.pair.mastodon.with(|world| {
        world.boost_as_owner(now, &hers);
        let reply = Options { reply_to: Some(hers.clone()), ..Options::default() };
        world.write_as_owner(now, "@grace an answer to her", &reply);
        // Made by another copy of us, or by us before the state file was lost.
        let ours = Options { application: "crosspostd".to_owned(), ..Options::default() };
        world.write_as_owner(now, "a mirror", &ours);
    });
    bench.pair.write_to(Visibility::Unlisted, "unlisted");
    bench.pair.twitter.with(|x| {
        let other = crosspostd::sandbox::twitter::User::new(99, "other", "Other");
        x.add_user(other);
        let theirs = x.write(99, Draft::text("not mine")).unwrap();
        let me = x.owner_id();
        x.write_as_owner("@other an answer", Some(theirs)).unwrap();
        x.write(me, Draft { repost_of: Some(theirs), ..Draft::default() }).unwrap();
        x.write(me, Draft { community: Some(7), ..Draft::text("for a community") }).unwrap();
    });
    for _ in 0..3 {
        bench.once().expect(0);
    }
    bench.assert_mirrors(Network::Twitter, &["unlisted"]);
    assert_eq!(bench.posts_sent(Network::Mastodon), 0);
    assert_eq!(bench.posts_sent(Network::Twitter), 1);
}

#[test]
fn private_posts_leave_only_where_it_was_asked_for() {
    let bench = Bench::new();
    bench.configure(|config| config.mastodon.mirror_visibilities = vec![Visibility::Private]);
    bench.begin();
    bench.pair.write_to(Visibility::Public, "public");
    bench.pair.write_to(Visibility::Private, "private");
    bench.pair.write_to(Visibility::Direct, "direct");
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["private"]);
}

#[test]
fn mirrors_are_as_visible_as_the_config_says() {
    let bench = Bench::new();
    bench.configure(|config| config.mastodon.visibility = Visibility::Unlisted);
    bench.begin();
    bench.pair.write(Network::Twitter, "quietly");
    bench.once().expect(0);
    let made = bench.pair.mastodon.with(|world| world.timeline_of_owner());
    assert_eq!(made.iter().map(|post| post.visibility).collect::<Vec<_>>(), [Visibility::Unlisted]);
}

#[test]
fn nothing_ever_echoes() {
    let bench = Bench::begun();
    for number in 1..=5 {
        bench.pair.write(Network::Mastodon, &format!("toot {number}"));
        bench.pair.write(Network::Twitter, &format!("tweet {number}"));
    }
    bench.once().expect(0);
    let stood = all(&bench);
    assert_eq!(stood.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10]);
    for pass in 0..10 {
        bench.once().expect(0);
        // Some of them after the cursors have passed everything.
        bench.pair.clock.advance(600 * i64::from(pass > 4));
    }
    assert_eq!(all(&bench), stood);
}

#[test]
fn the_same_post_by_hand_on_both_sides_is_left_alone() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "I have moved to a new flat!");
    bench.pair.write(Network::Twitter, "I have moved to a new flat!");
    for _ in 0..2 {
        bench.once().expect(0);
    }
    for network in Network::ALL {
        bench.assert_mirrors(network, &NONE);
    }
}

#[test]
fn answers_to_oneself_become_threads() {
    for source in Network::ALL {
        let bench = Bench::begun();
        let mut last = bench.pair.write(source, "part 1");
        let first = last.clone();
        for number in 2..=4 {
            last = bench.pair.write_reply(source, &format!("part {number}"), Some(&last));
        }
        bench.once().expect(0);
        // Later, and to the first one.
        bench.pair.write_reply(source, "by the way", Some(&first));
        bench.once().expect(0);
        let made = bench.made(source.other());
        let texts: Vec<&str> = made.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(texts, ["part 1", "part 2", "part 3", "part 4", "by the way"]);
        let parents: Vec<Option<&str>> = made.iter().map(|post| post.reply_to.as_deref()).collect();
        let id = |number: usize| Some(made[number].id.as_str());
        assert_eq!(parents, [None, id(0), id(1), id(2), id(0)], "from {source}");
    }
}

#[test]
fn an_answer_to_a_mirror_answers_the_original() {
    for source in Network::ALL {
        let target = source.other();
        let bench = Bench::begun();
        let original = bench.pair.write(source, "the original");
        bench.once().expect(0);
        let mirror = bench.made(target).pop().unwrap().id;
        let answer = bench.pair.write_reply(target, "an answer, over there", Some(&mirror));
        bench.once().expect(0);
        let back = bench.made(source).pop().unwrap();
        assert_eq!((back.text.as_str(), back.reply_to.as_deref()), ("an answer, over there", Some(original.as_str())));
        // And an answer to the mirror of the answer goes below the answer.
        bench.pair.write_reply(source, "and back", Some(&back.id));
        bench.once().expect(0);
        let there = bench.made(target).pop().unwrap();
        assert_eq!((there.text.as_str(), there.reply_to.as_deref()), ("and back", Some(answer.as_str())));
    }
}

#[test]
fn an_answer_to_what_was_not_mirrored_is_left_alone() {
    let bench = Bench::new();
    let old = bench.pair.write(Network::Mastodon, "before the first run");
    bench.begin();
    bench.pair.write_reply(Network::Mastodon, "an answer to the old one", Some(&old));
    let private = bench.pair.write_to(Visibility::Private, "for followers");
    bench.pair.write_reply(Network::Mastodon, "a public answer to it", Some(&private));
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &NONE);
}

#[test]
fn a_busy_hour_arrives_whole_and_oldest_first() {
    let bench = Bench::begun();
    let toots: Vec<String> = (1..=95).map(|number| format!("toot number {number}")).collect();
    let tweets: Vec<String> = (1..=230).map(|number| format!("tweet number {number}")).collect();
    for toot in &toots {
        bench.pair.write(Network::Mastodon, toot);
    }
    for tweet in &tweets {
        bench.pair.write(Network::Twitter, tweet);
    }
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &toots);
    bench.assert_mirrors(Network::Mastodon, &tweets);
    bench.once().expect(0);
    assert_eq!(bench.posts_sent(Network::Twitter), toots.len());
    assert_eq!(bench.posts_sent(Network::Mastodon), tweets.len());
}

#[test]
fn a_rate_limit_delays_and_loses_nothing() {
    use crosspostd::sandbox::twitter::Endpoint;
    let bench = Bench::begun();
    bench.pair.twitter.with(|world| world.set_limit(Endpoint::Create, 3));
    let toots: Vec<String> = (1..=5).map(|number| format!("toot {number}")).collect();
    for toot in &toots {
        bench.pair.write(Network::Mastodon, toot);
    }
    let ended = bench.once().expect(75);
    assert!(ended.err.contains("asks us to slow down"), "{}", ended.err);
    bench.assert_mirrors(Network::Twitter, &toots[..3]);
    bench.pair.clock.advance(1200);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &toots);
}

#[test]
fn an_outage_delays_and_loses_nothing() {
    use crosspostd::sandbox::faults::{Fault, Faulty};
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "one");
    bench.pair.write(Network::Twitter, "two");
    for network in Network::ALL {
        let always = Faulty { method: None, times: usize::MAX, ..Faulty::once("", "/", Fault::Html(503)) };
        bench.fail(network, always);
    }
    for _ in 0..2 {
        bench.once().expect(69);
    }
    bench.clear_faults();
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["one"]);
    bench.assert_mirrors(Network::Mastodon, &["two"]);
}

#[test]
fn texts_read_the_same_on_the_other_side() {
    let to_x = [
        ("a < b & c > d, \"quoted\" 'too' &amp; &lt;", "a < b & c > d, \"quoted\" 'too' &amp; &lt;"),
        ("first line\nsecond line\n\na paragraph", "first line\nsecond line\n\na paragraph"),
        ("read https://example.org/a?b=c&d=e#f", "read https://example.org/a?b=c&d=e#f"),
        ("🐘 → 🐦, naïve café, 日本語, 👩‍👩‍👧‍👦", "🐘 → 🐦, naïve café, 日本語, 👩‍👩‍👧‍👦"),
        ("#hashtag and #日本語", "#hashtag and #日本語"),
    ];
    for source in Network::ALL {
        let bench = Bench::begun();
        for (text, _) in to_x {
            bench.pair.write(source, text);
        }
        bench.once().expect(0);
        let expected: Vec<&str> = to_x.iter().map(|(_, expected)| *expected).collect();
        bench.assert_mirrors(source.other(), &expected);
    }
}

#[test]
fn nobody_is_pinged_and_no_link_made_that_was_not_meant() {
    let bench = Bench::begun();
    bench.pair.twitter.with(|x| x.add_user(crosspostd::sandbox::twitter::User::new(99, "grace", "Grace")));
    bench.pair.mastodon.with(|world| world.add_person("grace", true));
    bench.pair.write(Network::Mastodon, "thanks @grace and @ada@remote.example, see main.rs and readme.md");
    bench.pair.write(Network::Twitter, "thanks @grace, see lib.rs");
    bench.once().expect(0);
    assert_eq!(bench.posts_sent(Network::Twitter), 1);
    assert_eq!(bench.posts_sent(Network::Mastodon), 1);
    bench.pair.twitter.with(|x| {
        assert_eq!(x.mentions_made(), []);
        assert_eq!(x.bill().count(crosspostd::sandbox::twitter::Charge::CreateWithUrl), 0);
    });
    assert_eq!(bench.pair.mastodon.with(|world| world.mentions_made().len()), 0);
}

#[test]
fn a_content_warning_is_carried() {
    let bench = Bench::begun();
    let now = bench.pair.clock.now();
    bench.pair.mastodon.with(|world| {
        let options = Options { spoiler: "spiders".to_owned(), ..Options::default() };
        world.write_as_owner(now, "eight legs", &options)
    });
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["CW: spiders\n\neight legs"]);
}

#[test]
fn an_edit_is_not_a_new_post() {
    let bench = Bench::begun();
    let toot = bench.pair.write(Network::Mastodon, "a toot");
    let tweet = bench.pair.write(Network::Twitter, "a tweet");
    bench.once().expect(0);
    let now = bench.pair.clock.now();
    assert!(bench.pair.mastodon.with(|world| world.edit_as_owner(now, &PostId::new(toot), "a better toot")));
    bench.pair.twitter.with(|world| world.edit(tweet.parse().unwrap(), "a better tweet")).unwrap();
    bench.once().expect(0);
    // Only Premium can edit on X.
    bench.assert_mirrors(Network::Twitter, &["a toot"]);
    bench.assert_mirrors(Network::Mastodon, &["a better tweet"]);
}

#[test]
fn either_timeline_of_mastodon_and_the_older_words_of_x_will_do() {
    use crosspostd::config::Timeline;
    use crosspostd::sandbox::twitter::Dialect;
    for (timeline, dialect) in [(Timeline::Account, Dialect::Legacy), (Timeline::Home, Dialect::Both)] {
        let bench = Bench::new();
        bench.configure(|config| config.mastodon.timeline = timeline);
        bench.pair.twitter.with(|world| world.settings.dialect = dialect);
        bench.begin();
        let toot = bench.pair.write(Network::Mastodon, "a toot");
        bench.pair.write_reply(Network::Mastodon, "its answer", Some(&toot));
        let tweet = bench.pair.write(Network::Twitter, "a tweet");
        bench.pair.write_reply(Network::Twitter, "its reply", Some(&tweet));
        bench.once().expect(0);
        bench.assert_mirrors(Network::Twitter, &["a toot", "its answer"]);
        bench.assert_mirrors(Network::Mastodon, &["a tweet", "its reply"]);
    }
}

#[test]
fn a_gotosocial_server_will_do() {
    let bench = Bench::new();
    bench.pair.mastodon.with(|world| {
        world.behaviour = Behaviour { limits: Limits::none(), ..Behaviour::gotosocial() };
    });
    bench.pair.write(Network::Mastodon, "old");
    bench.begin();
    let toots: Vec<String> = (1..=50).map(|number| format!("toot {number} <b> & more")).collect();
    for toot in &toots {
        bench.pair.write(Network::Mastodon, toot);
    }
    let tweet = bench.pair.write(Network::Twitter, "a tweet");
    bench.pair.write_reply(Network::Twitter, "its reply", Some(&tweet));
    bench.once().expect(0);
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &toots);
    bench.assert_mirrors(Network::Mastodon, &["a tweet", "its reply"]);
    let made = bench.made(Network::Mastodon);
    assert_eq!(made[1].reply_to.as_deref(), Some(made[0].id.as_str()));
    let seen = bench.pair.mastodon.with(|world| world.timeline_of_owner());
    let seen_by = |text: &str| seen.iter().find(|post| post.text == text).map(|post| post.visibility);
    assert_eq!(seen_by("a tweet"), Some(Visibility::Public), "not the server's default");
    assert_eq!(seen_by("its reply"), Some(Visibility::Unlisted), "as Mastodon's own web client does");
}

#[test]
fn a_home_timeline_that_is_late_loses_or_rebuilds_loses_nothing() {
    let bench = Bench::begun();
    let now = bench.pair.clock.now();
    bench.pair.mastodon.with(|world| world.behaviour.home_rebuilding_until = Some(now.plus_secs(3600)));
    bench.pair.write(Network::Mastodon, "while it is rebuilt");
    let lost = bench.pair.write(Network::Mastodon, "dropped from home");
    bench.pair.mastodon.with(|world| world.forget_from_home(&PostId::new(lost)));
    bench.once().expect(0);
    bench.pair.clock.advance(3700);
    bench.pair.write(Network::Mastodon, "afterwards");
    bench.once().expect(0);
    bench.assert_mirrors(Network::Twitter, &["while it is rebuilt", "dropped from home", "afterwards"]);
}
