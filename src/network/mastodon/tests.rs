//! The client against a scripted server: what it asks, and what it makes of the answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::cell::Cell;
use std::fmt::Write as _;

use super::testing::{Canned, SERVER_TIME, Script};
use super::*;
use crate::core::record::Part;

const ACCOUNT: &str = "/api/v1/accounts/42/statuses?limit=40&exclude_reblogs=true";
const HOME: &str = "/api/v1/timelines/home?limit=40";

/// A clock that tests set.
#[derive(Default)]
struct Hand(Cell<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}

struct Bench {
    server: Script,
    client: Mastodon,
    clock: Rc<Hand>,
}

async fn bench(polled: Polled, replies: Vec<Canned>) -> Bench {
    let server = Script::start(replies).await;
    let clock = Rc::new(Hand::default());
    let settings = Settings { polled, ..Settings::default() };
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

fn part() -> Part {
    Part {
        text: "hi & ü".to_owned(),
        warning: Some("cw".to_owned()),
        language: Some("de".to_owned()),
        visibility: Some(Visibility::Unlisted),
    }
}

#[tokio::test]
async fn a_post_is_sent_once_with_its_key() {
    let bench = bench(Polled::Home, vec![Canned::new(200, r#"{"id":"9","url":"https://h/9"}"#); 2]).await;
    let part = part();
    let parent = PostId::new("8");
    let outcome = bench.client.publish(&Request { part: &part, reply_to: Some(&parent), key: "k3y" }).await;
    assert_eq!(outcome, Outcome::Created { id: PostId::new("9"), address: Some("https://h/9".to_owned()) });
    let bare = Part { text: "x".to_owned(), warning: Some(String::new()), language: None, visibility: None };
    bench.client.limits.replace(Limits { takes_content_type: true, ..Limits::default() });
    bench.client.publish(&Request { part: &bare, reply_to: None, key: "k4" }).await;
    let requests = bench.server.requests();
    let [first, second] = requests.as_slice() else { unreachable!("two posts, two requests") };
    for line in ["POST /api/v1/statuses HTTP/1.1", "idempotency-key: k3y", "authorization: Bearer t0ken"] {
        assert!(first.contains(line), "{first}");
    }
    assert!(first.contains("content-type: application/json") && first.contains("user-agent: crosspostd/"), "{first}");
    assert!(first.ends_with(
        "\r\n\r\n{\"status\":\"hi & ü\",\"visibility\":\"unlisted\",\"language\":\"de\",\"spoiler_text\":\"cw\",\"in_reply_to_id\":\"8\",\"allowed_mentions\":[]}"
    ));
    assert!(second.ends_with(
        "\r\n\r\n{\"status\":\"x\",\"visibility\":\"public\",\"allowed_mentions\":[],\"content_type\":\"text/plain\"}"
    ));
}

#[tokio::test]
async fn doubt_is_never_taken_for_failure() {
    let part = part();
    let request = Request { part: &part, reply_to: None, key: "k" };
    let limited = Canned::new(429, "{}").header("x-ratelimit-reset", "2026-08-01T13:55:00.5Z");
    let until = Some(SERVER_TIME.plus_millis(300_500));
    let cut_off = Canned::new(200, r#"{"id":"9"}"#).header("transfer-encoding", "chunked");
    for (reply, expected) in [
        (Canned::lost(), None),
        (Canned::new(502, ""), None),
        (cut_off, None),
        (limited, Some(Outcome::Refused(Trouble::RateLimited { until }))),
        (Canned::new(422, r#"{"error":"No."}"#), Some(Outcome::Rejected("No.".to_owned()))),
    ] {
        let bench = bench(Polled::Home, vec![reply]).await;
        let outcome = bench.client.publish(&request).await;
        match expected {
            Some(expected) => assert_eq!(outcome, expected),
            None => assert!(matches!(outcome, Outcome::Unclear { duplicate: false, .. }), "{outcome:?}"),
        }
        assert_eq!(bench.server.requests().len(), 1, "sent once");
    }
}

#[tokio::test]
async fn what_never_left_is_not_sent() {
    // A port that nobody listens on.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let base = BaseUrl::parse(&format!("http://{closed}")).unwrap();
    let client = Mastodon::new(
        http::client().unwrap(),
        base,
        Secret::new("t0ken"),
        "42".to_owned(),
        Settings::default(),
        Rc::new(Hand::default()),
    );
    let part = part();
    let outcome = client.publish(&Request { part: &part, reply_to: None, key: "k" }).await;
    assert!(matches!(outcome, Outcome::NotSent(Trouble::Unreachable(_))), "{outcome:?}");
    let outcome = client.publish(&Request { part: &part, reply_to: None, key: "a\nb" }).await;
    assert!(matches!(outcome, Outcome::NotSent(Trouble::Unreachable(_))), "{outcome:?}");
    assert!(matches!(client.read(&Since::default()).await, Err(Trouble::Unreachable(_))));
}
