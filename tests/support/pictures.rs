//! Pictures and other files for tests: made here, so that each is what its test says.

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, Frame, ImageEncoder as _, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// A picture of coloured areas, the same for the same numbers; with noise it does not compress.
pub fn picture(width: u32, height: u32, noise: bool) -> RgbImage {
    let mut seed = width ^ height.rotate_left(16) ^ 0x9E37_79B9;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = if noise { u8::try_from((seed >> 24) & 0x7F).unwrap() } else { 0 };
        let part = |value: u32, whole: u32| u8::try_from(value * 127 / whole.max(1)).unwrap();
        Rgb([part(x, width) + grain, part(y, height) + grain, part(x + y, width + height) + grain])
    })
}

/// As JPEG.
pub fn jpeg(width: u32, height: u32, noise: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 100).encode_image(&picture(width, height, noise)).unwrap();
    bytes
}

/// As JPEG, with EXIF that says how it is to be turned and where it was taken.
pub fn turned_jpeg(width: u32, height: u32, orientation: u8, noise: bool) -> Vec<u8> {
    let plain = jpeg(width, height, noise);
    // One entry for the orientation, one for a GPS folder with a latitude's reference in it.
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
    exif.extend([0, 2]);
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    exif.extend([0, 0, 0, 0]);
    exif.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

/// As PNG, WebP, BMP, TIFF or a still GIF.
pub fn still(format: ImageFormat, width: u32, height: u32, noise: bool) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = picture(width, height, noise);
    if format == ImageFormat::WebP {
        let mut bytes = Vec::new();
        WebPEncoder::new_lossless(&mut bytes).write_image(&image, width, height, ExtendedColorType::Rgb8).unwrap();
        return bytes;
    }
    DynamicImage::ImageRgb8(image).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// As PNG with holes in it.
pub fn see_through(width: u32, height: u32, noise: bool) -> Vec<u8> {
    let opaque = picture(width, height, noise);
    let image = RgbaImage::from_fn(width, height, |x, y| {
        let Rgb([r, g, b]) = *opaque.get_pixel(x, y);
        Rgba([r, g, b, if (x / 8 + y / 8) % 2 == 0 { 255 } else { 40 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(image).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A GIF of so many frames.
pub fn moving_gif(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for number in 0..frames {
        let grey = u8::try_from(number * 200 / frames).unwrap();
        encoder.encode_frame(Frame::new(RgbaImage::from_pixel(width, height, Rgba([grey, 90, 90, 255])))).unwrap();
    }
    drop(encoder);
    bytes
}

/// The head of a file in the ISO container (`mp42`, `qt  `, `heic`, `avif`, `M4A `), and something after it.
pub fn container(brand: [u8; 4], length: usize) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 24];
    bytes.extend(b"ftyp");
    bytes.extend(brand);
    bytes.extend([0, 0, 0, 0]);
    bytes.extend(brand);
    bytes.extend(b"isom");
    let rest = length.saturating_sub(bytes.len());
    bytes.extend(u32::try_from(rest).unwrap().to_be_bytes());
    bytes.extend(b"mdat");
    let begun = bytes.len();
    bytes.extend((begun..length).map(|at| u8::try_from(at * 31 % 251).unwrap()));
    bytes
}

/// A PNG that says that it is this large, and holds next to nothing.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let chunk = |bytes: &mut Vec<u8>, name: &[u8; 4], data: &[u8]| {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let begin = bytes.len();
        bytes.extend(name);
        bytes.extend(data);
        let check = crc32fast::hash(&bytes[begin..]);
        bytes.extend(check.to_be_bytes());
    };
    let mut head = width.to_be_bytes().to_vec();
    head.extend(height.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &head);
    chunk(&mut bytes, b"IDAT", &[0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]);
    chunk(&mut bytes, b"IEND", &[]);
    bytes
}

/// How much two pictures differ, from 0 (not at all) to 255, once the second has the size of the first.
pub fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    let small = |image: &DynamicImage| image.resize_exact(32, 32, image::imageops::FilterType::Triangle).to_rgb8();
    let (one, other) = (small(one), small(other));
    let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let mean = sum as f64 / one.len() as f64;
    mean
}
