//! A server on loopback that answers by path and keeps what it was asked.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// 2026-08-21T10:00:00Z, by every answer.
pub const NOW: i64 = 1_787_306_400;
const DATE: &str = "Fri, 21 Aug 2026 10:00:00 GMT";

/// An answer: status, headers (each ending in a line break), body.
pub type Canned = (u16, &'static str, String);

/// An answer without further headers.
pub fn canned(status: u16, body: &str) -> Canned {
    (status, "", body.to_owned())
}

/// The server. Its thread lives as long as the tests.
pub struct Server {
    pub base: String,
    routes: Arc<Mutex<HashMap<&'static str, Vec<Canned>>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let routes = Arc::new(Mutex::new(HashMap::new()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self { base, routes: Arc::clone(&routes), requests: Arc::clone(&requests) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &routes, &requests);
            }
        });
        server
    }

    /// Answers to a path, in order; the last one stays.
    pub fn on(&self, path: &'static str, answers: &[Canned]) -> &Self {
        self.routes.lock().unwrap().insert(path, answers.to_vec());
        self
    }

    /// What it was asked, whole.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// What was asked of a path, whole.
    pub fn asked(&self, path: &str) -> Vec<String> {
        let is_it = |request: &String| request.split([' ', '?']).nth(1) == Some(path);
        self.requests().into_iter().filter(is_it).collect()
    }
}

fn answer(mut stream: TcpStream, routes: &Mutex<HashMap<&'static str, Vec<Canned>>>, requests: &Mutex<Vec<String>>) {
    let Some(request) = receive(&mut stream) else { return };
    let path = request.split([' ', '?']).nth(1).unwrap().to_owned();
    requests.lock().unwrap().push(request);
    let (status, headers, body) = match routes.lock().unwrap().get_mut(path.as_str()) {
        Some(answers) if answers.len() > 1 => answers.remove(0),
        Some(answers) => answers.first().cloned().unwrap(),
        None => canned(404, "{}"),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ndate: {DATE}\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}\
         content-length: {length}\r\n\r\n"
    );
    let _ = stream.write_all((head + &body).as_bytes());
}

fn receive(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        if body.len() >= length.parse().unwrap() {
            return Some(text);
        }
    }
}
