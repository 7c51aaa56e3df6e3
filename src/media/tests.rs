#![expect(clippy::unwrap_used, reason = "a test")]

mod host;

use std::path::Path;
use std::time::Duration;

use http_body::Body as _;
use tempfile::TempDir;

use self::host::{Act, Host, answering, chunked, file, redirect, then};
use super::fetch::{Fetcher, Settings};
use super::*;
use crate::core::media::FileLimits;
use crate::core::post::MediaKind;

const JPEG: &[u8] = b"\xff\xd8\xff\xc0\0\x11\x08\x02\x58\x03\x20\x03rest of a picture";
const BOMB: &[u8] = b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03boom";
const MP4: &[u8] = b"\0\0\0\x14ftypisom\0\0\0\0mp42";

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.join("media"),
        private_hosts: true,
        max_bytes: 8 << 20,
        stall: Duration::from_millis(200),
        max_time: Duration::from_secs(20),
        shows_progress: false,
    }
}

fn rules() -> MediaRules {
    let of = |types: &[MediaType], max_bytes| FileLimits { types: types.to_vec(), max_bytes, ..Default::default() };
    MediaRules {
        images: FileLimits { max_pixels: Some(1_000_000), ..of(&[MediaType::Jpeg, MediaType::Png], 1 << 20) },
        gifs: of(&[MediaType::Gif], 1 << 20),
        videos: of(&[MediaType::Mp4], 6 << 20),
        audio: of(&[MediaType::Mp3], 1 << 20),
        ..MediaRules::nothing()
    }
}

fn attachment(kind: MediaKind, sources: Vec<String>) -> Attachment {
    Attachment { kind, sources, description: None, focus: None, sensitive: false }
}

async fn open(settings: Settings, kind: MediaKind, sources: Vec<String>) -> Result<File, MediaError> {
    Fetcher::new(settings).unwrap().open(&attachment(kind, sources), &rules()).await
}

async fn read(mut file: File) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    while let Some(piece) = file.chunk().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// What comes of a file that is served so.
async fn fetched(kind: MediaKind, acts: Vec<Act>) -> Result<(MediaType, u64, Vec<u8>), MediaError> {
    let (folder, host) = (TempDir::new().unwrap(), Host::serving([("/file", acts)]).await);
    let file = open(settings(folder.path()), kind, vec![host.url("/file")]).await?;
    let (media_type, length) = (file.media_type, file.length);
    Ok((media_type, length, read(file).await?))
}

/// An error with the host's port left out.
fn told(error: &MediaError) -> (bool, String) {
    let (is_missing, why) = match error {
        MediaError::Missing(why) => (true, why),
        MediaError::Unfit(why) => (false, why),
    };
    let mut parts = why.split("127.0.0.1:");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push_str("HOST");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    (is_missing, text)
}

fn large(head: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = head.to_vec();
    bytes.extend((head.len()..length).map(|at| u8::try_from(at % 251).unwrap()));
    bytes
}

#[tokio::test]
async fn files_arrive_as_they_are() {
    let film = large(MP4, 5 << 20);
    let gzip = {
        // Stored, not squeezed.
        let length = u16::try_from(JPEG.len()).unwrap();
        let ends = [crc32fast::hash(JPEG).to_le_bytes(), u32::from(length).to_le_bytes()].concat();
        let start = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01";
        [&start[..], &length.to_le_bytes(), &(!length).to_le_bytes(), JPEG, &ends].concat()
    };
    let gzip = answering("200 OK", &format!("Content-Encoding: gzip\nContent-Length: {}", gzip.len()), &gzip);
    let profile = [&b"\xff\xe2\xff\xff"[..], &vec![0; 65_533]].concat().repeat(3);
    let far_header = [b"\xff\xd8", &profile[..], &JPEG[2..]].concat();
    let longer = answering("200 OK", "Content-Length: 39", &large(JPEG, 100));
    for (name, kind, acts, media_type, expected) in [
        ("a picture", MediaKind::Image, file(JPEG), MediaType::Jpeg, JPEG),
        ("a film", MediaKind::Video, file(&film), MediaType::Mp4, &film),
        ("a film without a length", MediaKind::Video, chunked(&film), MediaType::Mp4, &film),
        ("a film to the end", MediaKind::Gif, answering("200 OK", "", &film), MediaType::Mp4, &film),
        ("packed", MediaKind::Image, gzip, MediaType::Jpeg, JPEG),
        ("its header is far behind", MediaKind::Image, file(&far_header), MediaType::Jpeg, &far_header),
        ("longer than told", MediaKind::Image, longer, MediaType::Jpeg, &large(JPEG, 39)),
        (
            "of another type than told",
            MediaKind::Image,
            answering("200 OK", &format!("Content-Type: image/png\nContent-Length: {}", JPEG.len()), JPEG),
            MediaType::Jpeg,
            JPEG,
        ),
    ] {
        let (found, length, bytes) = fetched(kind, acts).await.unwrap();
        assert_eq!((found, length), (media_type, u64::try_from(expected.len()).unwrap()), "{name}");
        assert!(bytes == expected, "{name}: the bytes are others");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_in_a_line() {
    use MediaKind::{Image, Video};
    let endless = |headers: &str, piece: &[u8]| then(answering("200 OK", headers, MP4), Act::Repeat(piece.to_vec()));
    let chunk = [b"4000\r\n", vec![7; 0x4000].as_slice(), b"\r\n"].concat();
    let endless_chunks = then(
        answering("200 OK", "Transfer-Encoding: chunked", &[b"14\r\n", MP4, b"\r\n"].concat()),
        Act::Repeat(chunk),
    );
    let stops = |length: usize, bytes: &[u8]| answering("200 OK", &format!("Content-Length: {length}"), bytes);
    let frame = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02";
    let moving = [b"GIF89a\x01\0\x01\0\0\0\0", &frame[..], &vec![5; (2 << 20) - 43]].concat();
    let page = answering("200 OK", "Content-Type: image/jpeg", b"<!DOCTYPE html><title>Please sign in</title>");
    for (acts, kind, is_missing, expected) in [
        (
            answering("200 OK", "Content-Length: 10737418240", MP4),
            Video,
            false,
            "the video is too large to fetch (10 GB, at most 8 MB)",
        ),
        (
            endless("Connection: close", &[7; 10_000]),
            Video,
            false,
            "the video is larger than is taken there (at most 6 MB)",
        ),
        (endless_chunks, Video, false, "the video is larger than is taken there (at most 6 MB)"),
        (then(stops(100_000, MP4), Act::Drip(vec![7])), Video, true, "HOST gives the video out too slowly"),
        (vec![Act::Drip(b"H".to_vec())], Video, true, "HOST fell silent while it was asked for the video"),
        (vec![Act::Hang], Video, true, "HOST fell silent while it was asked for the video"),
        (then(stops(1000, MP4), Act::Hang), Video, true, "HOST fell silent while it was asked for the video"),
        (stops(1000, MP4), Video, true, "the video from HOST ended too early (20 bytes of 1000 bytes came)"),
        (
            stops(1 << 20, &large(MP4, 500_000)),
            Video,
            true,
            "the video from HOST ended too early (488 kB of 1 MB came)",
        ),
        (
            answering("200 OK", "Transfer-Encoding: chunked", &[b"14\r\n", MP4, b"\r\n"].concat()),
            Video,
            true,
            "the video from HOST ended too early (20 bytes came)",
        ),
        (page, Image, true, "there is a web page where the picture should be (at HOST)"),
        (
            file(b"{\"error\":\"Record not found\"}"),
            Image,
            true,
            "there is a web page where the picture should be (at HOST)",
        ),
        (file(b""), Image, true, "the picture at HOST is empty"),
        (file(b"\0\x01\x02"), Image, false, "the picture is of an unknown type"),
        (file(b"OggS...."), Video, false, "the video is of a type that is not taken there (Ogg)"),
        (file(BOMB), Image, false, "the picture is 65535×65535 pixels large, too large to work with"),
        (chunked(BOMB), Image, false, "the picture is 65535×65535 pixels large, too large to work with"),
        (file(&moving), Image, false, "the picture is larger than is taken there (2 MB, at most 1 MB), and it moves"),
        (
            answering("200 OK", "Content-Encoding: br\nContent-Length: 3", b"abc"),
            Image,
            true,
            "the picture is not to be had: HOST packs it in a way that was not asked for",
        ),
        (answering("410 Gone", "", b""), Image, true, "the picture is not to be had: HOST does not have it (410)"),
        (
            answering("403 Forbidden", "", b""),
            Image,
            true,
            "the picture is not to be had: HOST does not let us have it (403)",
        ),
        (
            answering("503 Service Unavailable", "", b""),
            Video,
            true,
            "the video is not to be had: HOST cannot give it out at present (503)",
        ),
        (redirect("/file"), Image, true, "the picture is not to be had: it is redirected in circles"),
        (answering("302 Found", "", b""), Image, true, "the picture is not to be had: HOST redirects it to nowhere"),
        (
            redirect("http://8.8.8.8/a"),
            Image,
            false,
            "the picture is not fetched: its address at 8.8.8.8 is not encrypted (http, not https) (redirected there by HOST)",
        ),
        (
            redirect("file:///etc/passwd"),
            Image,
            false,
            "the picture is not fetched: its address is none that a file can lie at (redirected there by HOST)",
        ),
    ] {
        let error = fetched(kind, acts).await.unwrap_err();
        assert_eq!(told(&error), (is_missing, expected.to_owned()));
    }
}

#[tokio::test]
async fn a_file_takes_only_so_long() {
    let (folder, acts) = (TempDir::new().unwrap(), answering("200 OK", "Content-Length: 4000000", MP4));
    let host = Host::serving([("/file", then(acts, Act::Drip(vec![7; 1000])))]).await;
    let settings = Settings { max_time: Duration::from_millis(250), ..settings(folder.path()) };
    let error = open(settings, MediaKind::Video, vec![host.url("/file")]).await.unwrap_err();
    assert_eq!(told(&error), (true, "HOST did not give the video out in time".to_owned()));
}

#[tokio::test]
async fn a_slow_reader_is_not_the_servers_fault() {
    let (folder, film) = (TempDir::new().unwrap(), large(MP4, 1 << 20));
    let host = Host::serving([("/file", file(&film))]).await;
    let opened = open(settings(folder.path()), MediaKind::Video, vec![host.url("/file")]).await.unwrap();
    assert_eq!(opened.body.size_hint().exact(), Some(1 << 20));
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(read(opened).await.unwrap() == film);
}

#[tokio::test]
async fn the_first_source_that_does_is_taken() {
    let too_large = large(MP4, 7 << 20);
    let host = Host::serving([("/good", file(MP4)), ("/large", file(&too_large))]).await;
    for (paths, expected) in [
        (&["/none", "/good"][..], Ok(MediaType::Mp4)),
        (&["/large", "/good"], Ok(MediaType::Mp4)),
        (&["/large", "/none"], Err((true, "the video is not to be had: HOST does not have it (404)"))),
        (&["/large", "/large"], Err((false, "the video is larger than is taken there (7 MB, at most 6 MB)"))),
        (&[], Err((false, "the video has no address"))),
    ] {
        let folder = TempDir::new().unwrap();
        let sources = paths.iter().map(|path| host.url(path)).collect();
        let found = open(settings(folder.path()), MediaKind::Video, sources).await;
        let found = found.map(|file| file.media_type).map_err(|error| told(&error));
        assert_eq!(found, expected.map_err(|(is_missing, why)| (is_missing, why.to_owned())), "{paths:?}");
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let folder = TempDir::new().unwrap();
    let error = open(settings(folder.path()), MediaKind::Video, vec![gone]).await.unwrap_err();
    assert!(told(&error).1.starts_with("HOST cannot be reached ("), "{error}");
}

#[tokio::test]
async fn redirects_are_followed_without_a_word_about_us() {
    let folder = TempDir::new().unwrap();
    let other = Host::serving([("/file?token=secret", file(JPEG)), ("/1", redirect("2")), ("/2", redirect("3"))]).await;
    let to = other.url("/file?token=secret");
    let hops: Vec<_> = (0..7).map(|hop| (format!("/hop/{hop}"), redirect(&format!("{}", hop + 1)))).collect();
    let circle = [("/circle".to_owned(), redirect("/around")), ("/around".to_owned(), redirect("/circle"))];
    let start = [("/start".to_owned(), redirect(&to))];
    let pages: Vec<_> = hops.into_iter().chain(circle).chain(start).collect();
    let host = Host::serving(pages.iter().map(|(path, acts)| (path.as_str(), acts.clone()))).await;

    let found = open(settings(folder.path()), MediaKind::Image, vec![host.url("/start")]).await.unwrap();
    assert_eq!(read(found).await.unwrap(), JPEG);
    for head in host.requests().into_iter().chain(other.requests()) {
        for forbidden in ["authorization:", "cookie:", "referer:"] {
            assert!(!head.contains(forbidden), "{head}");
        }
        assert!(head.contains("\r\nuser-agent: crosspostd/") && head.contains("\r\naccept: */*\r\n"), "{head}");
        assert!(head.contains("\r\naccept-encoding: identity\r\n"), "{head}");
    }
    for (path, expected) in [("/circle", "in circles"), ("/hop/0", "too often")] {
        let error = open(settings(folder.path()), MediaKind::Image, vec![host.url(path)]).await.unwrap_err();
        let why = format!("the picture is not to be had: it is redirected {expected}");
        assert_eq!(told(&error), (true, why), "{path}");
    }
    assert_eq!(host.requests().len(), 1 + 2 + 6);
}

#[tokio::test]
async fn nothing_private_is_asked_where_that_is_closed() {
    let (folder, host) = (TempDir::new().unwrap(), Host::serving([("/file", file(JPEG))]).await);
    let by_name = host.url("/file").replace("http://127.0.0.1", "https://localhost");
    let by_address = host.url("/file").replace("http:", "https:");
    for (url, expected) in [
        (by_name, "the picture is not fetched: its address leads to localhost, which is not on the open internet"),
        (by_address, "the picture is not fetched: its address leads to 127.0.0.1, which is not on the open internet"),
    ] {
        let settings = Settings { private_hosts: false, ..settings(folder.path()) };
        let error = open(settings, MediaKind::Image, vec![url]).await.unwrap_err();
        assert_eq!(told(&error), (false, expected.to_owned()));
    }
    assert!(host.requests().is_empty());
}

#[tokio::test]
async fn nothing_is_left_on_the_disk() {
    let folder = TempDir::new().unwrap();
    let media = folder.path().join("media");
    let film = large(MP4, 300_000);
    let host = Host::serving([("/file", chunked(&film))]).await;
    std::fs::create_dir(&media).unwrap();
    std::fs::write(media.join("1-0.part"), "left behind").unwrap();
    std::fs::write(media.join("precious"), "not ours").unwrap();
    let opened = open(settings(folder.path()), MediaKind::Video, vec![host.url("/file")]).await.unwrap();
    let names = || -> Vec<_> { std::fs::read_dir(&media).unwrap().map(|entry| entry.unwrap().file_name()).collect() };
    if cfg!(unix) {
        assert_eq!(names(), ["precious"]);
    }
    assert_eq!((opened.length, opened.body.size_hint().exact()), (300_000, Some(300_000)));
    assert!(read(opened).await.unwrap() == film);
    assert_eq!(names(), ["precious"]);

    // Where nothing can be written.
    std::fs::remove_dir_all(&media).unwrap();
    std::fs::write(&media, "a file").unwrap();
    let error = open(settings(folder.path()), MediaKind::Video, vec![host.url("/file")]).await.unwrap_err();
    assert!(told(&error).0 && told(&error).1.starts_with("it cannot be written down"), "{error}");
}

/// Over HTTP/1 a body cannot be longer than was told. Should it be all the same:
#[tokio::test]
async fn a_body_that_is_longer_than_told_fails() {
    let end = Box::pin(tokio::time::sleep(Duration::from_secs(9)));
    let watch = flow::Watch { stall: Duration::from_secs(9), end, noun: "video", host: "x.example".to_owned() };
    let body = reqwest::Body::wrap(Full::<Bytes>::from(vec![0; 11]));
    let mut flow = flow::Flow::new(body, Some(10), watch);
    let error = flow.piece().await.unwrap().unwrap_err();
    assert_eq!(error, MediaError::Unfit("the video is longer than x.example said".to_owned()));
    assert!(flow.piece().await.is_none());
}
