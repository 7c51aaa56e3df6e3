//! Files on their way to the server, and every answer to them.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::rc::Rc;

use bytes::Bytes;
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::testing::{Canned, SERVER_TIME};
use super::super::tests::{Bench, Hand, bench};
use super::super::{Client, Polled, Settings};
use super::*;
use crate::core::media::MediaType;
use crate::core::post::MediaKind;
use crate::secret::Secret;

fn file(content: &'static str) -> File {
    let body = Full::new(Bytes::from_static(content.as_bytes())).map_err(|never| match never {}).boxed();
    File::new(MediaType::Mp4, content.len() as u64, body)
}

fn attachment() -> Attachment {
    Attachment {
        kind: MediaKind::Video,
        sources: vec!["https://f/1.mp4".to_owned()],
        description: Some("a \"cat\",\r\nasleep".to_owned()),
        focus: Some(Focus { x: -500, y: 333 }),
        sensitive: false,
    }
}

async fn bench_of(replies: Vec<Canned>) -> Bench {
    bench(Polled::Home, replies).await
}

fn web_page(status: u16) -> Canned {
    Canned::new(status, "<html>").header("content-type", "text/html")
}

fn done(id: &str, processing: bool) -> Uploaded {
    Uploaded::Done { id: id.to_owned(), until: SERVER_TIME.plus_secs(86_400), processing }
}

fn unfit(why: &str) -> Uploaded {
    Uploaded::Media(MediaError::Unfit(why.to_owned()))
}

fn no_answer(why: &str) -> Trouble {
    Trouble::NoAnswer(why.to_owned())
}

#[tokio::test]
async fn a_file_is_sent_once_with_all_that_is_told_of_it() {
    let bench = bench_of(vec![Canned::new(200, r#"{"id":"7","url":"https://h/7.mp4"}"#); 2]).await;
    assert_eq!(bench.client.upload(file("moving pictures"), &attachment()).await, done("7", false));
    let bare = Attachment { description: None, focus: None, ..attachment() };
    bench.client.upload(file("x"), &bare).await;
    let requests = bench.server.requests();
    let [first, second] = requests.as_slice() else { unreachable!("two files, two requests") };
    let (head, body) = first.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/v2/media HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer t0ken") && !head.contains("transfer-encoding"), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    let boundary = head.split_once("multipart/form-data; boundary=").unwrap().1.lines().next().unwrap();
    let expected = [
        "--B\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\na \"cat\",\r\nasleep\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"focus\"\r\n\r\n-0.50,0.33\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"media.mp4\"\r\n",
        "Content-Type: video/mp4\r\n\r\nmoving pictures\r\n--B--\r\n",
    ];
    assert_eq!(body.replace(boundary, "B"), expected.concat());
    assert!(!second.contains("description") && !second.contains("focus") && second.contains("\r\n\r\nx\r\n"));
}

#[tokio::test]
async fn every_answer_to_a_file() {
    let error = r#"{"error":"No."}"#;
    let says = |status, words: &str| Canned::new(status, &format!(r#"{{"error":"{words}"}}"#));
    let trouble = Uploaded::Trouble;
    let limited = Canned::new(429, "{}").header("x-ratelimit-reset", "2026-08-01T13:55:00Z");
    let until = Some(SERVER_TIME.plus_secs(300));
    for (reply, expected) in [
        (Canned::new(200, r#"{"id":7,"url":"https://h/7"}"#), done("7", false)),
        (Canned::new(200, r#"{"id":"7","url":null}"#), done("7", true)),
        (Canned::new(202, r#"{"id":"7","url":null,"preview_url":"https://h/7.png"}"#), done("7", true)),
        (Canned::new(202, r#"{"id":"7","url":"https://h/7"}"#), done("7", true)),
        (web_page(200), trouble(no_answer("200 OK with a web page instead of an answer"))),
        (Canned::new(400, error), unfit("Mastodon does not take it: No.")),
        (web_page(400), trouble(no_answer("400 Bad Request: a web page instead of an answer"))),
        (Canned::new(401, error), trouble(Trouble::SignIn("No.".to_owned()))),
        (Canned::new(403, error), trouble(Trouble::Permission("No.".to_owned()))),
        (Canned::new(408, ""), trouble(no_answer("408 Request Timeout: an empty answer"))),
        (web_page(413), unfit("the file is larger than the Mastodon server takes (1 MB)")),
        (
            says(422, "Validation failed: File content type is invalid, File is invalid"),
            unfit("Mastodon does not take it: Validation failed: File content type is invalid, File is invalid"),
        ),
        (limited, trouble(Trouble::RateLimited { until })),
        (
            says(500, "Error processing thumbnail for uploaded media"),
            unfit("Mastodon does not take it: Error processing thumbnail for uploaded media"),
        ),
        (Canned::new(500, error), trouble(no_answer("500 Internal Server Error: No."))),
        (web_page(502), trouble(no_answer("502 Bad Gateway: a web page instead of an answer"))),
    ] {
        let bench = bench_of(vec![reply]).await;
        assert_eq!(bench.client.upload(file("x"), &attachment()).await, expected);
        let sent = bench.server.targets().into_iter().filter(|target| target.ends_with("/media")).count();
        assert_eq!(sent, 1, "sent once");
    }
    for reply in [Canned::new(200, r#"{"id":"#), Canned::new(200, "{}"), Canned::lost()] {
        let bench = bench_of(vec![reply]).await;
        let uploaded = bench.client.upload(file("x"), &attachment()).await;
        assert!(matches!(uploaded, Uploaded::Trouble(Trouble::NoAnswer(_))), "{uploaded:?}");
    }
}

#[tokio::test]
async fn a_server_without_the_newer_way_is_used_the_older_way() {
    let good = || Canned::new(200, r#"{"id":"7","url":"https://h/7"}"#);
    let (newer, older) = ("/api/v2/media", "/api/v1/media");
    let gone = Uploaded::Trouble(Trouble::Gone("a web page instead of an answer".to_owned()));
    for (replies, last, targets) in [
        (vec![Canned::new(404, "{}"), good(), good()], done("7", false), [newer, older, older]),
        (vec![Canned::new(405, "no"), good(), good()], done("7", false), [newer, older, older]),
        (vec![web_page(404), web_page(404), good()], done("7", false), [newer, older, newer]),
        (vec![good(), Canned::new(404, "{}"), web_page(404)], gone, [newer, newer, older]),
        (
            vec![Canned::new(404, "{}"), good(), Canned::new(405, "no")],
            unfit("the Mastodon server takes no files"),
            [newer, older, older],
        ),
    ] {
        let bench = bench_of(replies).await;
        let mut uploaded = Vec::new();
        for _ in 0..3 {
            uploaded.push(bench.client.upload(file("x"), &attachment()).await);
        }
        assert_eq!((uploaded.last(), bench.server.targets()), (Some(&last), targets.map(str::to_owned).to_vec()));
        assert_eq!(uploaded.iter().filter(|uploaded| **uploaded == Uploaded::OtherWay).count(), 1, "{uploaded:?}");
    }
}

/// A file that ends in an error after its first bytes.
struct Broken(u8);

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = MediaError;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, MediaError>>> {
        self.0 += 1;
        std::task::Poll::Ready(Some(match self.0 {
            1 => Ok(Frame::data(Bytes::from_static(b"half"))),
            _ => Err(MediaError::Missing("the file breaks off".to_owned())),
        }))
    }
}

#[tokio::test]
async fn a_file_that_breaks_off_is_no_trouble_of_the_servers() {
    let bench = bench_of(vec![Canned::new(200, r#"{"id":"7"}"#)]).await;
    let broken = File::new(MediaType::Mp4, 100, BoxBody::new(Broken(0)));
    let uploaded = bench.client.upload(broken, &attachment()).await;
    assert_eq!(uploaded, Uploaded::Media(MediaError::Missing("the file breaks off".to_owned())));
}

/// As proxies do, which know by the head of the request that it is too large.
#[tokio::test]
async fn an_answer_is_heard_while_the_file_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (http, token, clock) = (http::client().unwrap(), Secret::new("t0ken"), Rc::new(Hand::default()));
    let client = Mastodon::new(http, base, token, "42".to_owned(), Settings::default(), clock);
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let read = stream.read(&mut [0; 1024]).await.unwrap();
        let answer = b"HTTP/1.1 413 Too Large\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
        stream.write_all(answer).await.unwrap();
        (read, stream)
    });
    let length: usize = 16 << 20;
    let body = Full::new(Bytes::from(vec![0; length])).map_err(|never| match never {}).boxed();
    let large = File::new(MediaType::Mp4, length as u64, body);
    let uploaded = client.upload(large, &attachment()).await;
    assert_eq!(uploaded, unfit("the file is larger than the Mastodon server takes (17 MB)"));
    assert!(server.await.unwrap().0 > 0);
}

#[tokio::test]
async fn every_answer_to_how_far_it_is() {
    let error = r#"{"error":"No."}"#;
    let ready = || Canned::new(200, r#"{"id":"7","url":"https://h/7"}"#);
    let working = || Canned::new(206, r#"{"id":"7","url":null}"#);
    let failed = Processed::Failed(MediaError::Unfit("Mastodon could not work with it: No.".to_owned()));
    let late = Processed::Failed(MediaError::Missing("Mastodon has worked on it for ten minutes".to_owned()));
    let trouble = Processed::Trouble;
    for (replies, expected) in [
        (vec![ready()], Processed::Ready),
        (vec![working(), Canned::new(200, r#"{"id":"7","url":null}"#), working(), ready()], Processed::Ready),
        (vec![working(), Canned::new(422, error)], failed),
        (vec![Canned::new(404, error)], Processed::Gone),
        (vec![working(), Canned::new(410, "")], Processed::Gone),
        (vec![Canned::new(405, "no")], Processed::Ready),
        (vec![web_page(404)], trouble(Trouble::Gone("a web page instead of an answer".to_owned()))),
        (vec![web_page(206)], trouble(no_answer("206 Partial Content with a web page instead of an answer"))),
        (vec![Canned::new(401, error)], trouble(Trouble::SignIn("No.".to_owned()))),
        (vec![working(), Canned::new(429, error)], trouble(Trouble::RateLimited { until: None })),
        (vec![Canned::new(503, error)], trouble(no_answer("503 Service Unavailable: No."))),
        // 1, 2, 4, 8, 16, and 19 times 30.
        (vec![working(); 24], late),
    ] {
        let (count, bench) = (replies.len(), bench_of(replies).await);
        assert_eq!(bench.client.processed("7").await, expected);
        assert_eq!(bench.server.targets(), vec!["/api/v1/media/7"; count]);
    }
    let bench = bench_of(vec![Canned::lost()]).await;
    assert!(matches!(bench.client.processed("a/b").await, Processed::Trouble(Trouble::NoAnswer(_))));
    assert_eq!(bench.server.targets(), ["/api/v1/media/a%2Fb"]);
}

#[test]
fn large_files_have_more_time() {
    for (length, secs) in [(0, 60), (1_000_000, 110), (103_809_024, 5250), (u64::MAX, 922_337_203_685_537)] {
        assert_eq!(time_for(length).as_secs(), secs, "{length}");
    }
    assert_eq!(in_words(Focus { x: i16::MIN, y: 1000 }), "-1.00,1.00");
}
