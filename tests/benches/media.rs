//! What media cost the process: its peak memory before and after a 512 MB video each way, and after four photos of 16
//! megapixels that have to be made smaller. The real binary, both networks on loopback.
//!
//! `cargo bench --bench media` prints the table; `-- --megabytes N` takes a video of another size.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    reason = "a benchmark"
)]

#[path = "../support/bench.rs"]
mod bench;
#[path = "../support/pictures.rs"]
mod pictures;

use std::time::{Duration, Instant};

use bench::{Bench, Running, eventually};
use crosspostd::core::post::Network;
use crosspostd::sandbox::media::{NewMedia, Upload};

const LIMIT: Duration = Duration::from_secs(1200);
/// What the process may need more for a video than it needs idle, in KiB.
const VIDEO_LIMIT: u64 = 32 * 1024;
/// What it may need in all for the photos, in KiB.
const PHOTOS_LIMIT: u64 = 160 * 1024;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = arguments.iter().position(|word| word == "--megabytes").and_then(|at| arguments.get(at + 1));
    let megabytes: u64 = number.and_then(|number| number.parse().ok()).unwrap_or(512);
    println!("{:<34} {:>10} {:>10} {:>10} {:>9} {:>9}", "what", "idle KiB", "peak KiB", "more KiB", "limit", "seconds");
    for source in Network::ALL {
        video(source, megabytes);
    }
    photos(Network::Mastodon);
    photos(Network::Twitter);
}

fn uploads(bench: &Bench, network: Network) -> Vec<Upload> {
    match network {
        Network::Mastodon => bench.pair.mastodon.with(|world| world.uploads()),
        Network::Twitter => bench.pair.twitter.with(|world| world.uploads()),
    }
}

/// The daemon, idle. A server that takes everything, but for pictures of more than so many pixels.
fn start(image_matrix_limit: u64) -> (Bench, Running, u64) {
    let bench = Bench::new();
    bench.pair.mastodon.with(|world| world.behaviour.uploads.image_matrix_limit = image_matrix_limit);
    bench.configure(|config| {
        config.sync.interval = Duration::from_secs(10);
        config.media.max_file_mb = 2048;
    });
    bench.pair.mastodon.with(|world| world.behaviour.uploads.video_size_limit = 4_000_000_000);
    bench.begin();
    let daemon = bench.daemon();
    for network in Network::ALL {
        eventually("it has looked", LIMIT, || !bench.exchanges(network).is_empty());
    }
    let idle = peak(&daemon);
    (bench, daemon, idle)
}

fn video(source: Network, megabytes: u64) {
    let (bench, daemon, idle) = start(33_177_600);
    // 512 MB as X means them, and not a byte more.
    let path = bench.pair.files.with(|files| files.put_generated(megabytes * 1_000_000, 7, "video/mp4"));
    let url = format!("{}{path}", bench.pair.files.base());
    let begun = Instant::now();
    bench.pair.write_with_media(source, "a film", &[NewMedia::video(&url)]);
    eventually("it is mirrored", LIMIT, || !bench.made(source.other()).is_empty());
    let uploads = uploads(&bench, source.other());
    assert_eq!(uploads.len(), 1, "{uploads:?}");
    assert_eq!(bench.pair.files.with(|files| files.sha256(&path)).as_deref(), Some(uploads[0].sha256.as_str()));
    let what = format!("video of {megabytes} MB, {source} -> {}", source.other());
    print(&what, idle, peak(&daemon), idle + VIDEO_LIMIT, begun.elapsed());
}

fn photos(source: Network) {
    let (bench, daemon, idle) = start(8_294_400);
    let photo = pictures::jpeg(4608, 3456, true);
    let megabytes = photo.len() / 1_000_000;
    let urls: Vec<String> = (0..4)
        .map(|_| {
            let path = bench.pair.files.with(|files| files.put(photo.clone(), "image/jpeg"));
            format!("{}{path}", bench.pair.files.base())
        })
        .collect();
    let begun = Instant::now();
    let media: Vec<NewMedia> = urls.iter().map(|url| NewMedia::image(url)).collect();
    bench.pair.write_with_media(source, "four photos", &media);
    eventually("it is mirrored", LIMIT, || !bench.made(source.other()).is_empty());
    let uploads = uploads(&bench, source.other());
    let smaller = uploads.iter().filter(|upload| upload.length < photo.len() as u64).count();
    assert_eq!(smaller, 4, "{}", daemon.err());
    let what = format!("4 photos, 16 MP, {megabytes} MB, {source} -> {}", source.other());
    print(&what, idle, peak(&daemon), PHOTOS_LIMIT, begun.elapsed());
}

fn print(what: &str, idle: u64, peak: u64, limit: u64, took: Duration) {
    let verdict = if peak <= limit { "within" } else { "ABOVE" };
    println!(
        "{what:<34} {idle:>10} {peak:>10} {:>10} {verdict:>9} {:>9.1}",
        peak.saturating_sub(idle),
        took.as_secs_f64()
    );
}

/// The most memory that a process has had, in KiB.
fn peak(process: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
