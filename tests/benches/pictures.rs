//! How much memory and time it takes to make photos fit: four of 16 megapixels, one after the other, for X's 5 MB.
//!
//! `cargo bench --bench pictures`. It fails if the process ever needed more than the 160 MB that are promised.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints a table")]

use std::fs;
use std::time::Instant;

use crosspostd::core::media::{FileLimits, MediaType};
use crosspostd::media::image::fit;
use image::codecs::jpeg::JpegEncoder;
use image::{GenericImageView, Rgb};

const WIDTH: u32 = 4608;
const HEIGHT: u32 = 3456;
const MAX_MEMORY_KB: u64 = 160_000;

/// A photo that is never in memory: soft shapes, with the noise of a small sensor on them.
struct Photo {
    noise: u32,
    seed: u32,
}

impl GenericImageView for Photo {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (WIDTH, HEIGHT)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let mut hash = (x ^ self.seed).wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
        hash ^= hash >> 13;
        let wave = |along: u32, period: u32| {
            let at = along % period;
            at.min(period - at) * 180 / period
        };
        let level = 30 + wave(x + y / 3, 1500) + wave(y, 311);
        Rgb([0, 8, 16].map(|shift| {
            let noise = ((hash >> shift) & 0xff) * self.noise / 256;
            u8::try_from((level + noise + shift).min(255)).unwrap()
        }))
    }
}

/// The most memory that this process had so far, in kB.
fn most_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn memory() -> String {
    most_memory().map_or_else(|| "unknown".to_owned(), |kb| format!("{:.1} MB", mega(kb * 1000)))
}

#[expect(clippy::cast_precision_loss, reason = "for a table")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn main() {
    let limits =
        FileLimits { types: vec![MediaType::Jpeg, MediaType::Png], max_bytes: 5_000_000, ..FileLimits::default() };
    println!("{WIDTH}×{HEIGHT} JPEG photos, to at most {:.1} MB each\n", mega(limits.max_bytes));
    println!(
        "{:>8} {:>10} {:>10} {:>11} {:>8} {:>14} {:>14}",
        "noise", "in", "out", "size", "ms", "VmHWM before", "after"
    );
    for (seed, noise) in (1..).zip([64, 96, 128, 160]) {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(&Photo { noise, seed }).unwrap();
        bytes.shrink_to_fit();
        let (length, before, start) = (bytes.len() as u64, memory(), Instant::now());
        let made = fit(bytes, MediaType::Jpeg, &limits).unwrap();
        let (taken, after) = (start.elapsed().as_millis(), memory());
        let input = image::ImageReader::new(std::io::Cursor::new(&made.bytes)).with_guessed_format().unwrap();
        let (width, height) = input.into_dimensions().unwrap();
        assert!(made.bytes.len() as u64 <= limits.max_bytes);
        println!(
            "{noise:>8} {:>7.1} MB {:>7.1} MB {:>11} {taken:>8} {before:>14} {after:>14}",
            mega(length),
            mega(made.bytes.len() as u64),
            format!("{width}×{height}"),
        );
    }
    if let Some(most) = most_memory() {
        assert!(most < MAX_MEMORY_KB, "{most} kB were needed");
    }
}
