//! A tiny server on loopback that gives canned answers in order and keeps what it was asked, for this folder's tests.
#![expect(clippy::unwrap_used, reason = "tests only")]

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::http::{self, BaseUrl};
use crate::core::post::Timestamp;

/// The time by every canned answer: 2026-08-01 13:50:00 UTC.
pub(super) const SERVER_TIME: Timestamp = Timestamp::from_secs(1_785_592_200);
const DATE: &str = "Sat, 01 Aug 2026 13:50:00 GMT";

/// An answer, or the lack of one.
#[derive(Clone)]
pub(super) struct Canned(Option<String>, String);

impl Canned {
    pub(super) fn new(status: u16, body: &str) -> Self {
        let kind = if body.starts_with('<') { "" } else { "content-type: application/json\r\n" };
        let head = format!("HTTP/1.1 {status} X\r\ndate: {DATE}\r\n{kind}connection: close\r\n");
        Self(Some(head), body.to_owned())
    }

    /// The request is taken and the connection closed.
    pub(super) fn lost() -> Self {
        Self(None, String::new())
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(head) = &mut self.0 {
            head.extend([name, ": ", value, "\r\n"]);
        }
        self
    }
}

/// The server, for as long as the test runs.
pub(super) struct Script {
    pub(super) base: BaseUrl,
    pub(super) http: reqwest::Client,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// Starts it. When the answers are used up, it says so with a 599.
    pub(super) async fn start(replies: Vec<Canned>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut replies = replies.into_iter();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = request(&mut stream).await;
                kept.lock().unwrap().push(request);
                if let Canned(Some(head), body) = replies.next().unwrap_or_else(|| Canned::new(599, "used up")) {
                    let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        Self { base, http: http::client().unwrap(), requests }
    }

    /// What it was asked, whole and in order.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// What it was asked: paths and queries only.
    pub(super) fn targets(&self) -> Vec<String> {
        let target = |request: &String| request.split(' ').nth(1).unwrap_or_default().to_owned();
        self.requests().iter().map(target).collect()
    }
}

async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(chunk.get(..read).unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        if read == 0 || body.len() >= length.parse().unwrap() {
            return text;
        }
    }
}
