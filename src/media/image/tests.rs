mod hostile;

use std::io::Cursor;

use ::image::{DynamicImage, ExtendedColorType, GenericImageView, ImageDecoder, ImageEncoder, ImageFormat};

use super::*;

/// A picture that is soft, with a mark in each corner, so that turning it shows.
fn photo(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(::image::RgbImage::from_fn(width, height, |x, y| {
        let share = |part: u32, whole: u32| u8::try_from(part * 255 / whole).unwrap();
        if x < width / 4 && y < height / 4 {
            ::image::Rgb([255, 0, 0])
        } else {
            ::image::Rgb([share(x, width) / 2, share(y, height), 255 - share(x + y, width + height)])
        }
    }))
}

/// A picture that nothing makes shorter.
fn noise(width: u32, height: u32, channels: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    (0..width as usize * height as usize * channels).map(|_| next()).collect()
}

fn noisy(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(::image::RgbImage::from_raw(width, height, noise(width, height, 3)).unwrap())
}

/// The left half cannot be seen.
fn half_clear(width: u32, height: u32) -> DynamicImage {
    let mut picture = photo(width, height).to_rgba8();
    for (x, _, pixel) in picture.enumerate_pixels_mut() {
        if x < width / 2 {
            *pixel = ::image::Rgba([255, 0, 255, 0]);
        }
    }
    DynamicImage::ImageRgba8(picture)
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn taking(types: &[MediaType], max_bytes: u64, max_pixels: Option<u64>) -> FileLimits {
    FileLimits { types: types.to_vec(), max_bytes, max_pixels, ..FileLimits::default() }
}

fn x_takes() -> FileLimits {
    taking(&[MediaType::Jpeg, MediaType::Png, MediaType::WebP], 5_000_000, None)
}

fn open(picture: &Picture) -> DynamicImage {
    let format = match picture.media_type {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
        MediaType::WebP => ImageFormat::WebP,
        other => panic!("{other} is never made"),
    };
    ::image::load_from_memory_with_format(&picture.bytes, format).unwrap()
}

/// The mean difference of the channels of two pictures of the same size, as they look on white.
fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let on_white = |picture: &DynamicImage| -> Vec<u8> {
        let seen = |[r, g, b, a]: [u8; 4]| {
            [r, g, b].map(|value| {
                u8::try_from((u32::from(value) * u32::from(a) + 255 * (255 - u32::from(a))) / 255).unwrap()
            })
        };
        picture.to_rgba8().pixels().flat_map(|pixel| seen(pixel.0)).collect()
    };
    let (one, other) = (on_white(one), on_white(other));
    let sum: u64 = one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let mean = sum as f64 / one.len() as f64;
    mean
}

fn assert_looks_like(found: &DynamicImage, expected: &DynamicImage, what: &str) {
    let difference = difference(found, expected);
    assert!(difference < 4.0, "{what}: differs by {difference}");
}

fn why(result: Result<Picture, MediaError>) -> String {
    match result {
        Err(MediaError::Unfit(why)) => why,
        other => panic!("{:?}", other.map(|picture| picture.media_type)),
    }
}

#[test]
fn every_type_and_kind_of_pixels_becomes_what_it_should() {
    use ImageFormat as F;
    use MediaType as M;
    let rgb = photo(120, 90);
    let clear = half_clear(120, 90);
    let opaque = DynamicImage::ImageRgba8(rgb.to_rgba8());
    let grey = DynamicImage::ImageLuma8(rgb.to_luma8());
    let grey_alpha = DynamicImage::ImageLumaA8(clear.to_luma_alpha8());
    let deep = DynamicImage::ImageRgb16(rgb.to_rgb16());
    let deep_clear = DynamicImage::ImageRgba16(clear.to_rgba16());
    let deep_grey = DynamicImage::ImageLuma16(grey.to_luma16());
    let rows = [
        ("a JPEG", &rgb, F::Jpeg, M::Jpeg, M::Jpeg),
        ("a grey JPEG", &grey, F::Jpeg, M::Jpeg, M::Jpeg),
        ("a PNG", &rgb, F::Png, M::Png, M::Jpeg),
        ("a PNG whose alpha says nothing", &opaque, F::Png, M::Png, M::Jpeg),
        ("a transparent PNG", &clear, F::Png, M::Png, M::Png),
        ("a grey PNG", &grey, F::Png, M::Png, M::Jpeg),
        ("a grey transparent PNG", &grey_alpha, F::Png, M::Png, M::Png),
        ("a PNG with 16 bits", &deep, F::Png, M::Png, M::Jpeg),
        ("a transparent PNG with 16 bits", &deep_clear, F::Png, M::Png, M::Png),
        ("a grey PNG with 16 bits", &deep_grey, F::Png, M::Png, M::Jpeg),
        ("a WebP", &rgb, F::WebP, M::WebP, M::Jpeg),
        ("a transparent WebP", &clear, F::WebP, M::WebP, M::Png),
        ("a BMP", &rgb, F::Bmp, M::Bmp, M::Jpeg),
        ("a TIFF", &rgb, F::Tiff, M::Tiff, M::Jpeg),
        ("a TIFF with 16 bits", &deep, F::Tiff, M::Tiff, M::Jpeg),
    ];
    for (what, picture, format, media_type, expected) in rows {
        let made = fit(file(picture, format), media_type, &x_takes()).unwrap();
        assert_eq!(made.media_type, expected, "{what}");
        let found = open(&made);
        assert_looks_like(&found, picture, what);
        assert_eq!(found.color().has_alpha(), expected == M::Png, "{what}");
        assert_eq!(found.color().has_color(), picture.color().has_color(), "{what}");
    }
    // A GIF has few colours: only what it is matters.
    let made = fit(file(&opaque, F::Gif), M::Gif, &x_takes()).unwrap();
    assert_eq!((made.media_type, open(&made).dimensions()), (M::Jpeg, (120, 90)));
}

#[test]
fn a_type_is_chosen_from_those_that_are_taken() {
    use MediaType::{Avif, Jpeg, Png, WebP};
    let (rgb, clear) = (photo(60, 40), half_clear(60, 40));
    let rows: [(&DynamicImage, &[MediaType], MediaType); 6] = [
        (&rgb, &[Png, WebP], Png),
        (&rgb, &[WebP, Avif], WebP),
        (&clear, &[WebP, Jpeg], WebP),
        (&clear, &[Jpeg, Png], Png),
        // On white.
        (&clear, &[Jpeg], Jpeg),
        (&rgb, &[Avif, Jpeg], Jpeg),
    ];
    for (picture, types, expected) in rows {
        let made = fit(file(picture, ImageFormat::Png), Png, &taking(types, 1_000_000, None)).unwrap();
        assert_eq!(made.media_type, expected);
        assert_looks_like(&open(&made), picture, &format!("{types:?}"));
    }
    let none = fit(file(&rgb, ImageFormat::Png), Png, &taking(&[Avif], 1_000_000, None));
    assert_eq!(why(none), "the picture cannot be converted to a type that is taken");
}

#[test]
fn what_is_too_long_loses_quality_first_and_size_then() {
    let picture = noisy(800, 600);
    let bytes = file(&picture, ImageFormat::Png);
    let long = |max_bytes| fit(bytes.clone(), MediaType::Png, &taking(&[MediaType::Jpeg], max_bytes, None));
    let at_best = long(u64::MAX).unwrap();
    let best = at_best.bytes.len() as u64;
    // Less quality, the same size.
    let made = long(best - 1).unwrap();
    assert!((made.bytes.len() as u64) < best);
    assert_eq!(open(&made).dimensions(), (800, 600));
    // Less size.
    let made = long(best / 3).unwrap();
    assert!(made.bytes.len() as u64 <= best / 3);
    let (width, height) = open(&made).dimensions();
    assert!(width < 800 && height >= 320 && (width * 3).abs_diff(height * 4) <= 4, "{width}×{height}");
    assert_eq!(why(long(5000)), "the picture cannot be made small enough");
}

#[test]
fn a_transparent_one_gets_smaller_and_stays_transparent() {
    let picture = ::image::RgbaImage::from_raw(500, 400, noise(500, 400, 4)).unwrap();
    let bytes = file(&DynamicImage::ImageRgba8(picture), ImageFormat::Png);
    for media_type in [MediaType::Png, MediaType::WebP] {
        let limits = taking(&[MediaType::Jpeg, media_type], 600_000, None);
        let made = fit(bytes.clone(), MediaType::Png, &limits).unwrap();
        assert_eq!(made.media_type, media_type);
        assert!(made.bytes.len() <= 600_000);
        let found = open(&made);
        assert!(found.width() < 500 && found.color().has_alpha());
    }
}

#[test]
fn pixels_are_limited_and_the_picture_stays_the_same() {
    for (picture, media_type) in [(photo(900, 500), MediaType::Jpeg), (half_clear(900, 500), MediaType::Png)] {
        for max in [449_999, 200_000, 50_001, 5_000] {
            let limits = taking(&[MediaType::Jpeg, MediaType::Png], 5_000_000, Some(max));
            let made = fit(file(&picture, ImageFormat::Png), MediaType::Png, &limits).unwrap();
            assert_eq!(made.media_type, media_type);
            let found = open(&made);
            let pixels = u64::from(found.width()) * u64::from(found.height());
            assert!(pixels <= max && pixels * 100 >= max * 95, "{pixels} of {max}");
            let expected =
                picture.resize_exact(found.width(), found.height(), ::image::imageops::FilterType::CatmullRom);
            assert_looks_like(&found, &expected, &format!("{media_type} within {max} pixels"));
        }
    }
}

#[test]
fn an_even_ground_stays_even_however_it_is_scaled() {
    for (width, height, max) in [(333, 77, 10_000), (64, 640, 999), (101, 103, 10_402)] {
        let ground =
            DynamicImage::ImageRgba8(::image::RgbaImage::from_pixel(width, height, ::image::Rgba([200, 3, 255, 100])));
        let limits = taking(&[MediaType::Png], 1_000_000, Some(max));
        let made = fit(file(&ground, ImageFormat::Png), MediaType::Png, &limits).unwrap();
        for pixel in open(&made).to_rgba8().pixels() {
            assert!(pixel.0.iter().zip([200, 3, 255, 100]).all(|(found, was)| found.abs_diff(was) <= 2), "{pixel:?}");
        }
    }
}

/// EXIF with an orientation and a place, as a camera writes it, big-endian.
fn exif(orientation: u8) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    [
        &b"MM\0\x2a\0\0\0\x08"[..],
        // The picture: how it is turned, and where its place stands.
        &2_u16.to_be_bytes(),
        &entry(0x0112, 3, 1, [0, orientation, 0, 0]),
        &entry(0x8825, 4, 1, 38_u32.to_be_bytes()),
        &0_u32.to_be_bytes(),
        // The place: its kind of latitude.
        &1_u16.to_be_bytes(),
        &entry(0x0001, 2, 2, *b"N\0\0\0"),
        &0_u32.to_be_bytes(),
        b"GPS 52.5200 13.4050 SERIAL 12345",
    ]
    .concat()
}

/// A JPEG with more in it: right behind its beginning.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn it_stands_upright_and_tells_no_place() {
    let upright = photo(96, 64);
    // What a camera has stored so that, turned as it says, it stands upright.
    let stored: [(u8, DynamicImage); 8] = [
        (1, upright.clone()),
        (2, upright.fliph()),
        (3, upright.rotate180()),
        (4, upright.flipv()),
        (5, upright.rotate270().flipv()),
        (6, upright.rotate270()),
        (7, upright.rotate90().flipv()),
        (8, upright.rotate90()),
    ];
    for (orientation, picture) in stored {
        let mut bytes = file(&picture, ImageFormat::Jpeg);
        bytes = with_segment(&bytes, 0xe1, &[b"Exif\0\0", &exif(orientation)[..]].concat());
        bytes = with_segment(&bytes, 0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>home</x:xmpmeta>");
        bytes = with_segment(&bytes, 0xfe, b"a comment");
        assert!(contains(&bytes, b"GPS 52.52"));
        for limits in
            [x_takes(), taking(&[MediaType::Png], 1_000_000, None), taking(&[MediaType::WebP], 1_000_000, None)]
        {
            let made = fit(bytes.clone(), MediaType::Jpeg, &limits).unwrap();
            assert_looks_like(&open(&made), &upright, &format!("orientation {orientation}"));
            for word in [&b"Exif"[..], b"EXIF", b"eXIf", b"GPS", b"SERIAL", b"xmpmeta", b"XMP ", b"iTXt", b"a comment"]
            {
                assert!(!contains(&made.bytes, word), "orientation {orientation}, {:?}", made.media_type);
            }
        }
    }
}

#[test]
fn a_colour_profile_is_kept_if_it_is_about_these_colours() {
    let profile = |space: &[u8; 4], length: usize| {
        let mut profile = vec![7; length];
        profile[16..20].copy_from_slice(space);
        profile
    };
    let rows = [(b"RGB ", 500, true), (b"CMYK", 500, false), (b"GRAY", 500, false), (b"RGB ", 70_000, false)];
    for (space, length, is_kept) in rows {
        let profile = profile(space, length);
        let picture = photo(40, 40).to_rgb8();
        let mut bytes = Vec::new();
        let mut encoder = ::image::codecs::jpeg::JpegEncoder::new(&mut bytes);
        encoder.set_icc_profile(profile.clone()).unwrap();
        encoder.write_image(&picture, 40, 40, ExtendedColorType::Rgb8).unwrap();
        for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::WebP] {
            let made = fit(bytes.clone(), MediaType::Jpeg, &taking(&[media_type], 1_000_000, None)).unwrap();
            let input = Cursor::new(&made.bytes);
            let found = match media_type {
                MediaType::Jpeg => ::image::codecs::jpeg::JpegDecoder::new(input).unwrap().icc_profile(),
                MediaType::Png => ::image::codecs::png::PngDecoder::new(input).unwrap().icc_profile(),
                _ => ::image::codecs::webp::WebPDecoder::new(input).unwrap().icc_profile(),
            };
            assert_eq!(found.unwrap(), is_kept.then(|| profile.clone()), "{media_type}");
        }
    }
}

#[test]
fn moving_pictures_and_those_of_other_types_are_left_alone() {
    let frame = || ::image::Frame::new(half_clear(20, 20).to_rgba8());
    let gif = |frames: usize| {
        let mut bytes = Vec::new();
        let mut encoder = ::image::codecs::gif::GifEncoder::new(&mut bytes);
        encoder.set_repeat(::image::codecs::gif::Repeat::Infinite).unwrap();
        encoder.encode_frames((0..frames).map(|_| frame())).unwrap();
        drop(encoder);
        bytes
    };
    let moves = "a moving picture cannot be made smaller here";
    assert_eq!(why(fit(gif(2), MediaType::Gif, &x_takes())), moves);
    assert_eq!(why(fit(gif(9), MediaType::Gif, &x_takes())), moves);
    assert_eq!(fit(gif(1), MediaType::Gif, &x_takes()).unwrap().media_type, MediaType::Png);

    let mut apng = Vec::new();
    let mut encoder = png::Encoder::new(&mut apng, 2, 2);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0; 4]).unwrap();
    writer.write_image_data(&[9; 4]).unwrap();
    writer.finish().unwrap();
    assert_eq!(why(fit(apng, MediaType::Png, &x_takes())), moves);

    // A WebP says it in its header: VP8X, with the flag for moving.
    let still = file(&half_clear(20, 20), ImageFormat::WebP);
    let flags = [0x02_u8, 0, 0, 0, 19, 0, 0, 19, 0, 0];
    let content =
        [&b"WEBPVP8X"[..], &10_u32.to_le_bytes(), &flags, b"ANIM", &6_u32.to_le_bytes(), &[0; 6], &still[12..]]
            .concat();
    let moving = [&b"RIFF"[..], &u32::try_from(content.len()).unwrap().to_le_bytes(), &content].concat();
    assert!(matches!(fit(moving, MediaType::WebP, &x_takes()), Err(MediaError::Unfit(_))));

    for media_type in [MediaType::Heic, MediaType::Avif, MediaType::Mp4] {
        let expected = format!("pictures of type {media_type} cannot be converted here");
        assert_eq!(why(fit(vec![0; 100], media_type, &x_takes())), expected);
    }
}
