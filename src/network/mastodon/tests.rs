//! The client against a scripted server: what it asks, and what it makes of the answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::cell::Cell;
use std::fmt::Write as _;

use super::testing::{Canned, SERVER_TIME, Script};
use super::*;

const ACCOUNT: &str = "/api/v1/accounts/42/statuses?limit=40&exclude_reblogs=true";
const HOME: &str = "/api/v1/timelines/home?limit=40";

/// A clock that tests set.
#[derive(Default)]
pub(super) struct Hand(Cell<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}

pub(super) struct Bench {
    pub(super) server: Script,
    pub(super) client: Mastodon,
    clock: Rc<Hand>,
}

pub(super) async fn bench(polled: Polled, replies: Vec<Canned>) -> Bench {
    bench_with(Settings { polled, ..Settings::default() }, replies).await
}

async fn bench_with(settings: Settings, replies: Vec<Canned>) -> Bench {
    let server = Script::start(replies).await;
    let clock = Rc::new(Hand::default());
    let (http, base) = (server.http.clone(), server.base.clone());
    let shared: Rc<dyn Clock> = Rc::<Hand>::clone(&clock);
    let client = Mastodon::new(http, base, Secret::new("t0ken"), "42".to_owned(), settings, shared);
    Bench { server, client, clock }
}

/// A page of statuses by the owner (`116`) and others (`116*`), each an hour old, or new (`116!`).
fn page(ids: &str) -> String {
    let mut json = String::from("[");
    for id in ids.split_whitespace() {
        let author = if id.contains('*') { 7 } else { 42 };
        let created = if id.contains('!') { "2026-08-01T13:49:30Z" } else { "2026-08-01T12:50:00Z" };
        let id = id.trim_end_matches(['*', '!']);
        let comma = if json.len() > 1 { "," } else { "" };
        write!(json, r#"{comma}{{"id":"{id}","created_at":"{created}","account":{{"id":"{author}"}}}}"#).unwrap();
    }
    json + "]"
}

fn pages(pages: &[&str]) -> Vec<Canned> {
    pages.iter().map(|ids| Canned::new(200, &page(ids))).collect()
}

fn after(id: &str) -> Since {
    Since { after: Some(PostId::new(id)), ..Since::default() }
}

fn ids(timeline: &Timeline) -> String {
    timeline.posts.iter().map(|post| post.id.as_str()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_account_is_walked_back_to_what_is_known() {
    for (since, replies, expected, complete, requests) in [
        // Known at once; the server's order and its repetitions do not matter.
        (after("5"), pages(&["7 6 6 5 4"]), "6 7", true, vec![ACCOUNT.to_owned()]),
        // Further back, to an empty page.
        (
            after("1"),
            pages(&["9 8", "7 6", ""]),
            "6 7 8 9",
            true,
            vec![ACCOUNT.to_owned(), format!("{ACCOUNT}&max_id=8"), format!("{ACCOUNT}&max_id=6")],
        ),
        // Nobody else's; ids of unlike length.
        (
            after("9"),
            pages(&["101 100 99* 10", "9"]),
            "10 100 101",
            true,
            vec![ACCOUNT.to_owned(), format!("{ACCOUNT}&max_id=10")],
        ),
        // Nothing known: back in time.
        (
            Since { not_before: Some(SERVER_TIME.plus_secs(-600)), ..Since::default() },
            pages(&["9! 8!", "7! 6"]),
            "7 8 9",
            true,
            vec![ACCOUNT.to_owned(), format!("{ACCOUNT}&max_id=8")],
        ),
        (Since::default(), pages(&[""]), "", true, vec![ACCOUNT.to_owned()]),
        // A server that counts max_id in, and one that ignores it: its older pages cannot be had.
        (after("1"), pages(&["9 8", "8"]), "8 9", true, vec![ACCOUNT.to_owned(), format!("{ACCOUNT}&max_id=8")]),
        (after("1"), pages(&["9 8", "9 8"]), "8 9", false, vec![ACCOUNT.to_owned(), format!("{ACCOUNT}&max_id=8")]),
        // Being rebuilt.
        (after("1"), vec![Canned::new(206, &page("9"))], "9", false, vec![ACCOUNT.to_owned()]),
        // One unreadable status hides no other, but may be what was looked for.
        (
            after("1"),
            vec![Canned::new(200, r#"[{"id":"9"},{"id":null},7,{"id":"1"}]"#)],
            "9",
            false,
            vec![ACCOUNT.to_owned()],
        ),
    ] {
        let bench = bench(Polled::Account, replies).await;
        let timeline = bench.client.read(&since).await.unwrap();
        assert_eq!((ids(&timeline).as_str(), timeline.complete), (expected, complete), "{since:?}");
        assert_eq!(timeline.at, SERVER_TIME);
        assert_eq!(bench.server.targets(), requests);
    }
}

#[tokio::test]
async fn boosts_are_asked_for_where_they_are_wanted() {
    let settings = Settings { polled: Polled::Account, boosts: true, ..Settings::default() };
    let boost = r#"[{"id":"9","account":{"id":"42"},"reblog":{"id":"8","account":{"id":"42"}}},{"id":"1"}]"#;
    let bench = bench_with(settings, vec![Canned::new(200, boost)]).await;
    let timeline = bench.client.read(&after("1")).await.unwrap();
    let boosted = timeline.posts.first().and_then(|post| post.boost.as_ref());
    assert!(boosted.is_some_and(|boosted| boosted.is_own && boosted.id.as_str() == "8"));
    assert_eq!(bench.server.targets(), ["/api/v1/accounts/42/statuses?limit=40"]);
}

#[tokio::test]
async fn the_walk_ends_after_fifty_pages() {
    let replies = (0..60).map(|number| Canned::new(200, &page(&(1000 - number).to_string()))).collect();
    let bench = bench(Polled::Account, replies).await;
    let timeline = bench.client.read(&after("1")).await.unwrap();
    assert!(!timeline.complete);
    assert_eq!((timeline.posts.len(), bench.server.requests().len()), (50, 50));
}

#[tokio::test]
async fn home_is_polled_and_the_account_confirms() {
    let bench = bench(
        Polled::Home,
        pages(&[
            // The first read: home's newest page sets the mark at 18, the account tells all.
            "20! 19*! 18* 17 16*",
            "20! 17 15",
            // The second: home alone; the page reaches the mark.
            "22! 21*! 20! 18*",
            // Quiet.
            "20! 18*",
            // After a quarter of an hour both.
            "20 19* 18*",
            "20 17 15",
            // The mark has moved on to 20. A doubt is to be settled: both again.
            "20",
            "20 17 15",
        ]),
    )
    .await;
    let read = async |secs: i64, since: Since, expected: &str, complete: bool, requests: &[String]| {
        bench.clock.0.set(Timestamp::from_secs(secs));
        let before = bench.server.requests().len();
        let timeline = bench.client.read(&since).await.unwrap();
        assert_eq!((ids(&timeline).as_str(), timeline.complete), (expected, complete), "at {secs}");
        assert_eq!(bench.server.targets().get(before..).unwrap(), requests, "at {secs}");
        assert_eq!(timeline.at, SERVER_TIME);
    };
    let account = || ACCOUNT.to_owned();
    read(0, after("15"), "17 20", true, &[HOME.to_owned(), account()]).await;
    read(30, after("15"), "20 22", false, &[format!("{HOME}&since_id=17")]).await;
    read(60, after("15"), "20", false, &[format!("{HOME}&since_id=17")]).await;
    read(900, after("15"), "17 20", true, &[format!("{HOME}&since_id=17"), account()]).await;
    let thorough = Since { thorough: true, ..after("15") };
    read(930, thorough, "17 20", true, &[format!("{HOME}&since_id=19"), account()]).await;
}

#[tokio::test]
async fn a_gap_in_home_is_filled_from_the_account() {
    let first = || pages(&["20* 19", "19 15"]);
    let error = |status| vec![Canned::new(status, "{}")];
    let web_page = Canned::new(200, "<html>").header("content-type", "text/html");
    for (replies, expected, complete, requests) in [
        // Reached by an empty page: no gap.
        (pages(&["30 29*", ""]), "30", false, 2),
        // A server that ignores since_id.
        (pages(&["30 29* 20* 19"]), "19 30", false, 1),
        // Pages over pages: a gap.
        ((0..20).flat_map(|n| pages(&[&(99 - n).to_string()])).chain(pages(&["99 15"])).collect(), "", true, 21),
        (vec![Canned::new(206, &page("30")), Canned::new(200, &page("31 15"))], "30 31", true, 2),
        (error(503).into_iter().chain(pages(&["31 15"])).collect(), "31", true, 2),
        (error(404).into_iter().chain(pages(&["31 15"])).collect(), "31", true, 2),
        (std::iter::once(web_page).chain(pages(&["31 15"])).collect(), "31", true, 2),
        (std::iter::once(Canned::lost()).chain(pages(&["31 15"])).collect(), "31", true, 2),
    ] {
        let bench = bench(Polled::Home, first().into_iter().chain(replies).collect()).await;
        bench.client.read(&after("15")).await.unwrap();
        let timeline = bench.client.read(&after("15")).await.unwrap();
        assert!(expected.is_empty() || ids(&timeline) == expected, "{expected}: {}", ids(&timeline));
        assert_eq!((timeline.complete, bench.server.requests().len() - 2), (complete, requests), "{expected}");
    }
    for (status, expected) in [
        (429, Trouble::RateLimited { until: None }),
        (401, Trouble::SignIn("{}".to_owned())),
        (403, Trouble::Permission("{}".to_owned())),
    ] {
        let bench = bench(Polled::Home, first().into_iter().chain(error(status)).collect()).await;
        bench.client.read(&after("15")).await.unwrap();
        assert_eq!(bench.client.read(&after("15")).await, Err(expected));
        assert_eq!(bench.server.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_read_that_fails_halfway_leaves_the_marks_alone() {
    let replies = ["20* 19", "19 15", "30 20*"].iter().flat_map(|ids| pages(&[ids]));
    let failing = [Canned::new(502, "")];
    let again = pages(&["30 20*", "30 15"]);
    let bench = bench(Polled::Home, replies.chain(failing).chain(again).collect()).await;
    bench.client.read(&after("15")).await.unwrap();
    bench.clock.0.set(Timestamp::from_secs(900));
    assert!(matches!(bench.client.read(&after("15")).await, Err(Trouble::NoAnswer(_))));
    let timeline = bench.client.read(&after("15")).await.unwrap();
    assert_eq!((ids(&timeline).as_str(), timeline.complete), ("30", true));
    assert_eq!(bench.server.targets().get(2), bench.server.targets().get(4));
}

#[tokio::test]
async fn the_newest_post_is_asked_for_alone() {
    let not_yet = Trouble::NoAnswer("it cannot say yet what was posted last".to_owned());
    for (reply, expected) in [
        (Canned::new(200, &page("9")), Ok(Some("9"))),
        (Canned::new(200, &page("8 9")), Ok(Some("9"))),
        (Canned::new(200, "[]"), Ok(None)),
        (Canned::new(206, "[]"), Err(not_yet.clone())),
        (Canned::new(200, "[{}]"), Err(not_yet)),
        (Canned::new(401, "{}"), Err(Trouble::SignIn("{}".to_owned()))),
    ] {
        let bench = bench(Polled::Home, vec![reply]).await;
        let found = bench.client.newest().await;
        assert_eq!(
            found,
            expected.map(|id| Newest {
                id: id.map(PostId::new),
                at: SERVER_TIME,
                read: id.iter().map(|id| PostId::new(*id)).collect()
            })
        );
        assert_eq!(bench.server.targets(), ["/api/v1/accounts/42/statuses?limit=1"]);
    }
}

#[test]
fn a_status_is_read_from_a_file() {
    let now = Timestamp::from_millis(7);
    let read = |status: Value| parse(&status, "42", "h.example", now);
    let post = read(serde_json::json!({"id": "1", "content": "<p>hi</p>", "visibility": "public"})).unwrap();
    assert_eq!(post, Post::plain(PostId::new("1"), "42", now, "hi"));
    let post = read(serde_json::json!({"id": "1", "account": {"id": "7"}})).unwrap();
    assert_eq!(post.author, "7");
    for odd in [serde_json::json!({}), serde_json::json!(["1"]), serde_json::json!("1"), serde_json::json!(null)] {
        assert_eq!(read(odd), None);
    }
}
