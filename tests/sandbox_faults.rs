//! What goes wrong on purpose goes wrong as it was ordered, and the deed is done or not as it was said.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/x.rs"]
mod x;

use std::time::Duration;

use crosspostd::sandbox::Reply;
use crosspostd::sandbox::faults::{Fault, Faulty, When};
use serde_json::json;
use x::X;

/// Long enough for anything that is going to happen on this machine.
const LONG: Duration = Duration::from_secs(20);

fn texts(x: &X) -> Vec<String> {
    x.server.with(|x| x.timeline().iter().map(|post| post.text.clone()).collect())
}

#[test]
fn the_deed_is_done_or_not_as_the_fault_says() {
    let answer = Reply::json(503, &json!({ "title": "Service Unavailable" }));
    for (fault, status, done) in [
        (Fault::Answer(answer), Some(503), false),
        (Fault::Html(502), Some(502), false),
        (Fault::DropBefore, None, false),
        (Fault::LoseAnswer, None, true),
        (Fault::Truncate, None, true),
        (Fault::SlowBody { millis_per_byte: 1 }, Some(201), true),
    ] {
        let x = X::new();
        x.server.fail(Faulty::once("POST", "/2/tweets", fault.clone()));
        let body = json!({ "text": "hello" });
        let got = x.try_send("POST", "/2/tweets", &[], Some(&body));
        assert_eq!(got.as_ref().ok().map(|answer| answer.status), status, "{fault:?} {got:?}");
        assert_eq!(texts(&x).len(), usize::from(done), "{fault:?}");
        assert_eq!(fault.deed_is_done(), done, "{fault:?}");
        let exchange = x.server.exchanges().pop().unwrap();
        assert_eq!(exchange.fault.as_ref(), Some(&fault));
        assert_eq!(exchange.reply.is_some(), fault != Fault::DropBefore);
        assert_eq!(x.post_text("after").status, 201, "{fault:?} strikes once");
    }
}

#[test]
fn a_cut_answer_begins_like_a_whole_one() {
    let x = X::new();
    let url = format!("{}/2/users/me", x.server.base());
    x.server.with(|x| x.add_bearer("b", 2_244_994_945));
    let get = async |times: usize| {
        x.server.fail(Faulty { times, ..Faulty::once("GET", "/me", Fault::Truncate) });
        let mut response = x.http.get(&url).header("authorization", "Bearer b").send().await.unwrap();
        let length = response.content_length().unwrap();
        let mut got = 0;
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => got += u64::try_from(chunk.len()).unwrap(),
                Ok(None) => return (length, got, true),
                Err(_) => return (length, got, false),
            }
        }
    };
    let (length, got, complete) = x.runtime.block_on(get(1));
    assert!(!complete && got == length / 2, "{got} of {length}");
    assert_eq!(x.runtime.block_on(get(0)), (length, length, true));
}

#[test]
fn a_hanging_request_goes_on_when_faults_are_cleared() {
    for (fault, done_meanwhile) in [(Fault::HangBefore, 0), (Fault::HangAfter, 1)] {
        let x = X::new();
        x.server.fail(Faulty::once("POST", "/2/tweets", fault));
        std::thread::scope(|scope| {
            let server = x.server.clone();
            scope.spawn(move || {
                while server.hung() != ["POST /2/tweets"] {
                    std::thread::yield_now();
                }
                assert_eq!(server.with(|x| x.posts_made_by_api().len()), done_meanwhile);
                server.clear_faults();
            });
            assert_eq!(x.post_text("hello").status, 201);
        });
        assert_eq!(texts(&x), ["hello"]);
    }
}

#[test]
fn a_client_that_leaves_takes_its_hanging_request_with_it() {
    let x = X::new();
    x.server.with(|x| x.add_bearer("b", 2_244_994_945));
    x.server.fail(Faulty::once("POST", "/2/tweets", Fault::HangBefore));
    let url = format!("{}/2/tweets", x.server.base());
    let post = x.http.post(url).header("authorization", "Bearer b").header("content-type", "application/json");
    let post = post.body(r#"{"text":"hello"}"#).timeout(Duration::from_millis(100));
    assert!(x.runtime.block_on(async { post.send().await }).unwrap_err().is_timeout());
    // The server sees a connection close before it answers the next request.
    assert_eq!(x.get("/2/users/me", &[]).status, 200);
    x.server.clear_faults();
    assert_eq!(x.get("/2/users/me", &[]).status, 200);
    assert!(texts(&x).is_empty());
}

#[test]
fn a_held_answer_can_be_left_and_its_deed_stays() {
    for (when, done_meanwhile) in [(When::AfterDeed, 1), (When::BeforeDeed, 0)] {
        let x = X::new();
        let hold = x.server.hold("POST", "/2/tweets", when);
        let url = format!("{}/2/tweets", x.server.base());
        let header = x::sign("POST", &url, &[], &x.parameters(), X::secrets());
        let request = x
            .http
            .post(url)
            .header("authorization", header)
            .header("content-type", "application/json")
            .body(r#"{"text":"hello"}"#);
        let server = x.server.clone();
        x.runtime.block_on(async {
            let sent = tokio::spawn(request.send());
            let (arrived, hold) = tokio::task::spawn_blocking(move || (hold.wait_arrived(LONG), hold)).await.unwrap();
            assert!(arrived);
            assert_eq!(server.with(|x| x.posts_made_by_api().len()), done_meanwhile, "{when:?}");
            // The client dies: its connection is closed.
            sent.abort();
            let _ = sent.await;
            hold.release();
        });
        // A request that came through is carried out late, client or not.
        let deadline = std::time::Instant::now() + LONG;
        while x.server.with(|x| x.posts_made_by_api().is_empty()) && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert_eq!(texts(&x), ["hello"], "{when:?}");
        assert_eq!(x.timeline(&[]).texts(), ["hello"]);
    }
}

#[test]
fn too_large_a_request_is_refused() {
    let x = X::new();
    let body = vec![b' '; 16 * 1024 * 1024 + 1];
    let got = x.try_raw("POST", "/2/tweets", &[], &[], body);
    // The answer may be lost where the connection closes before everything was sent.
    assert!(got.is_err() || got.unwrap().status == 413);
    let recorded = x.server.exchanges().pop().unwrap();
    assert_eq!((recorded.call.body.len(), recorded.reply.map(|reply| reply.status)), (0, Some(413)));
}

#[test]
fn a_server_that_is_dropped_is_gone_and_can_come_back() {
    let x = X::new();
    x.server.say_date(false);
    assert_eq!(x.get("/2/users/me", &[]).header("date"), "");
    let base = x.server.base();
    let port: u16 = base.rsplit(':').next().unwrap().parse().unwrap();
    let X { server, runtime, clock, .. } = x;
    drop(server);
    // Another client: the first has a connection that it does not know is closed.
    let http = crosspostd::network::http::client().unwrap();
    let asked = runtime.block_on(async { http.get(format!("{base}/2/users/me")).send().await });
    assert!(asked.unwrap_err().is_connect());
    let world = crosspostd::sandbox::twitter::TwitterWorld::sample(clock.clone());
    let server = crosspostd::sandbox::Server::start_at(world, clock, port).unwrap();
    let asked = runtime.block_on(async { http.get(format!("{}/2/users/me", server.base())).send().await });
    assert_eq!(asked.unwrap().status().as_u16(), 401);
}
