//! A server that answers as its test says, byte by byte: also as no honest server would.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does after a request.
#[derive(Clone)]
pub(super) enum Act {
    Send(Vec<u8>),
    /// The same again and again, until nobody listens any more.
    Repeat(Vec<u8>),
    /// The same every 20 milliseconds.
    Drip(Vec<u8>),
    /// Nothing, until the other side leaves.
    Hang,
}

pub(super) struct Host {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Host {
    /// Serves paths until the test ends.
    pub(super) async fn serving(pages: impl IntoIterator<Item = (&str, Vec<Act>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let pages: BTreeMap<_, _> = pages.into_iter().map(|(path, acts)| (path.to_owned(), acts)).collect();
        let (pages, seen) = (Arc::new(pages), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&pages), Arc::clone(&seen)));
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked, each request's head in lower case.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, pages: Arc<BTreeMap<String, Vec<Act>>>, seen: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    seen.lock().unwrap().push(head.to_ascii_lowercase());
    let missing = vec![Act::Send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found".to_vec())];
    for act in pages.get(&path).unwrap_or(&missing) {
        // An error means that nobody listens any more.
        let _ = perform(&mut stream, act).await;
    }
}

async fn perform(stream: &mut TcpStream, act: &Act) -> std::io::Result<()> {
    match act {
        Act::Send(bytes) => stream.write_all(bytes).await,
        Act::Repeat(bytes) => loop {
            stream.write_all(bytes).await?;
        },
        Act::Drip(bytes) => loop {
            stream.write_all(bytes).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        },
        Act::Hang => stream.read(&mut [0]).await.map(|_| ()),
    }
}

/// An answer with these headers, one a line, and the beginning of its body.
pub(super) fn answering(status: &str, headers: &str, body: &[u8]) -> Vec<Act> {
    let headers = headers.replace('\n', "\r\n");
    let gap = if headers.is_empty() { "" } else { "\r\n" };
    vec![Act::Send([format!("HTTP/1.1 {status}\r\n{headers}{gap}\r\n").as_bytes(), body].concat())]
}

/// A file, as it should be served.
pub(super) fn file(body: &[u8]) -> Vec<Act> {
    answering("200 OK", &format!("Content-Length: {}", body.len()), body)
}

/// A file in chunks, without a length.
pub(super) fn chunked(body: &[u8]) -> Vec<Act> {
    let mut chunks = Vec::new();
    for chunk in body.chunks(10_000) {
        chunks.extend([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    }
    answering("200 OK", "Transfer-Encoding: chunked", &[&chunks[..], b"0\r\n\r\n"].concat())
}

pub(super) fn redirect(to: &str) -> Vec<Act> {
    answering("302 Found", &format!("Location: {to}\nSet-Cookie: a=b\nContent-Length: 0"), b"")
}

/// The beginning of an answer, and what it goes on with.
pub(super) fn then(mut acts: Vec<Act>, act: Act) -> Vec<Act> {
    acts.push(act);
    acts
}
