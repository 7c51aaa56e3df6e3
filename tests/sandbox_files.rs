//! The host where media lie gives them away as it was told, and both networks name them.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::time::Duration;

use crosspostd::core::post::Network;
use crosspostd::network::http;
use crosspostd::sandbox::files::Behaviour;
use crosspostd::sandbox::{NewMedia, Pair, sha256};

struct Host {
    pair: Pair,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

/// What came of asking for a file.
struct Got {
    status: u16,
    length: Option<u64>,
    media_type: String,
    location: String,
    bytes: Vec<u8>,
    complete: bool,
}

impl Host {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { pair: Pair::start().unwrap(), http: http::client().unwrap(), runtime }
    }

    /// Asks for a file and reads no more than `most` bytes, waiting no longer than two seconds for any of them.
    fn get(&self, path: &str, most: usize) -> Got {
        self.runtime.block_on(async {
            let request = self.http.get(format!("{}{path}", self.pair.files.base()));
            let mut response = request.send().await.unwrap();
            let header = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            let mut got = Got {
                status: response.status().as_u16(),
                length: header("content-length").parse().ok(),
                media_type: header("content-type"),
                location: header("location"),
                bytes: Vec::new(),
                complete: false,
            };
            while got.bytes.len() < most {
                match tokio::time::timeout(Duration::from_secs(2), response.chunk()).await {
                    Ok(Ok(Some(chunk))) => got.bytes.extend_from_slice(&chunk),
                    Ok(Ok(None)) => {
                        got.complete = true;
                        break;
                    }
                    Ok(Err(_)) | Err(_) => break,
                }
            }
            got
        })
    }

    fn behave(&self, path: &str, behaviour: Behaviour) {
        assert!(self.pair.files.with(|files| files.behave(path, behaviour)));
    }
}

#[test]
fn a_file_comes_as_it_was_put_there() {
    let host = Host::new();
    let bytes = b"\x89PNG\r\n\x1A\n and so on".to_vec();
    let (small, large) = host
        .pair
        .files
        .with(|files| (files.put(bytes.clone(), "image/png"), files.put_generated(5_000_001, 3, "video/mp4")));
    assert_eq!((small.as_str(), large.as_str()), ("/f/1.png", "/f/2.mp4"));
    let got = host.get(&small, 1000);
    assert_eq!((got.status, got.length, got.media_type.as_str()), (200, Some(18), "image/png"));
    assert_eq!((got.bytes, got.complete), (bytes, true));
    let got = host.get(&large, usize::MAX);
    assert_eq!((got.bytes.len(), got.length, got.complete), (5_000_001, Some(5_000_001), true));
    assert_eq!(Some(sha256(&got.bytes)), host.pair.files.with(|files| files.sha256(&large)));
    assert_eq!(host.get("/f/3.png", 1000).status, 404);
    host.pair.files.with(|files| {
        assert_eq!((files.hits(&small), files.hits("/f/3.png"), files.hits("/f/4.png")), (1, 1, 0));
        assert!(!files.saw_credentials() && !files.headers(&small).is_empty());
    });
    assert!(host.pair.files.exchanges().iter().all(|exchange| exchange.call.method == "GET"));
}

#[test]
fn a_file_misbehaves_as_it_was_told() {
    let host = Host::new();
    let path = host.pair.files.with(|files| files.put_generated(100_000, 3, "video/mp4"));
    // How much comes, whether it comes to its end, and what is said of the length.
    for (behaviour, most, came, complete, length) in [
        (Behaviour::Good, usize::MAX, 100_000, true, Some(100_000)),
        (Behaviour::NoLength, usize::MAX, 100_000, true, None),
        (Behaviour::CutOff(70_000), usize::MAX, 70_000, false, Some(100_000)),
        (Behaviour::Stalls(10_000), usize::MAX, 10_000, false, Some(100_000)),
        (Behaviour::WrongLength, usize::MAX, 100_000, false, Some(101_000)),
        (Behaviour::Drips(1), 20, 20, false, Some(100_000)),
    ] {
        host.behave(&path, behaviour.clone());
        let got = host.get(&path, most);
        assert_eq!((got.status, got.bytes.len(), got.complete), (200, came, complete), "{behaviour:?}");
        assert_eq!(got.length, length, "{behaviour:?}");
    }
    for (behaviour, length) in [(Behaviour::HugeLength(10 << 30), Some(10 << 30)), (Behaviour::Endless, None)] {
        host.behave(&path, behaviour.clone());
        let got = host.get(&path, 1_000_000);
        assert!(got.bytes.len() >= 1_000_000 && !got.complete && got.length == length, "{behaviour:?}");
    }
    for (behaviour, status) in [
        (Behaviour::NotFound, 404),
        (Behaviour::Forbidden, 403),
        (Behaviour::NotFoundTimes(1), 404),
        (Behaviour::ServerError(1), 503),
        (Behaviour::RedirectLoop, 302),
        (Behaviour::Html, 200),
    ] {
        host.behave(&path, behaviour.clone());
        let got = host.get(&path, 1000);
        assert_eq!(got.status, status, "{behaviour:?}");
        match behaviour {
            Behaviour::RedirectLoop => assert_eq!(got.location, path),
            Behaviour::NotFoundTimes(_) | Behaviour::ServerError(_) => assert_eq!(host.get(&path, 10).status, 200),
            _ => assert!(got.media_type.starts_with("text/html"), "{behaviour:?}"),
        }
    }
    host.behave(&path, Behaviour::RedirectTo("http://10.0.0.1/x".to_owned()));
    assert_eq!(host.get(&path, 10).location, "http://10.0.0.1/x");
    host.behave(&path, Behaviour::Lies("text/plain".to_owned()));
    assert_eq!(host.get(&path, 10).media_type, "text/plain");
}

#[test]
fn posts_by_hand_name_the_files() {
    let host = Host::new();
    let path = host.pair.files.with(|files| files.put(b"GIF89a".to_vec(), "image/gif"));
    let media = [NewMedia::image(&path).described("a cat"), NewMedia::image(&path)];
    let base = host.pair.files.base();
    for network in [Network::Mastodon, Network::Twitter] {
        assert!(!host.pair.write_with_media(network, "look", &media).is_empty());
    }
    let tweet = host.pair.twitter.with(|x| x.timeline()[0].draft.media[0].clone());
    assert_eq!((tweet.url, tweet.alt_text), (Some(format!("{base}{path}")), Some("a cat".to_owned())));
    assert_eq!(host.pair.mastodon.with(|world| world.timeline_of_owner()[0].media.len()), 2);
}

/// A large upload is hashed on its way and not kept.
#[test]
fn a_large_upload_takes_no_memory() {
    let host = Host::new();
    let length: u64 = 40 << 20;
    host.pair.mastodon.with(|world| world.behaviour.uploads.processing_polls = 0);
    let upload = || {
        let part = "\r\n--b--\r\n";
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\
                    Content-Type: video/mp4\r\n\r\n";
        let mut body = head.as_bytes().to_vec();
        let start = body.len();
        let whole = usize::try_from(length).unwrap();
        body.extend_from_slice(b"\0\0\0\x18ftypmp42");
        body.resize(start + whole, 7);
        let hash = sha256(&body[start..]);
        body.extend_from_slice(part.as_bytes());
        (body, hash)
    };
    let send = |body: Vec<u8>| {
        host.runtime.block_on(async {
            let url = format!("{}/api/v2/media", host.pair.mastodon.base());
            let request = host.http.post(url).bearer_auth(host.pair.mastodon_token()).body(body);
            let request = request.header("content-type", "multipart/form-data; boundary=b").header("user-agent", "t/1");
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    };
    let (body, hash) = upload();
    let (status, text) = send(body.clone());
    assert_eq!(status, 202, "{text}");
    let made = host.pair.mastodon.with(|world| world.uploads().remove(0));
    assert_eq!((made.length, made.sha256, made.bytes), (length, hash, None));
    let exchange = host.pair.mastodon.exchanges().remove(0);
    assert_eq!((exchange.call.body.len(), exchange.body_length), (1024, u64::try_from(body.len()).unwrap()));
    host.pair.mastodon.with(|world| world.behaviour.uploads.proxy_limit = Some(1 << 20));
    let (status, text) = send(body);
    assert_eq!(status, 413);
    assert!(text.contains("<html") && host.pair.mastodon.with(|world| world.uploads().len()) == 1);
}
