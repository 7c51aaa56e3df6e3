//! Files that are broken, or made to do harm.

use ::image::{GenericImageView, ImageFormat};
use proptest::prelude::*;

use super::{file, half_clear, open, photo, why, x_takes};
use crate::core::media::{MediaError, MediaType};
use crate::media::image::fit;

/// A PNG that says that it is so large, with next to nothing in it.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let chunk = |name: &[u8; 4], content: &[u8]| {
        let named = [&name[..], content].concat();
        let sum = crc32fast::hash(&named);
        [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], &named, &sum.to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let data = [0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1];
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &data), &chunk(b"IEND", &[])].concat()
}

#[test]
fn a_picture_that_would_grow_beyond_all_bounds_is_refused_before_it_does() {
    for (width, height) in [(60_000, 60_000), (7072, 7072), (70_000, 1), (1, 70_000), (65_535, 65_535)] {
        let why = why(fit(png_of(width, height), MediaType::Png, &x_takes()));
        assert!(why.contains("too large") || why.contains("too much memory"), "{width}×{height}: {why}");
    }
    assert_eq!(
        why(fit(png_of(60_000, 60_000), MediaType::Png, &x_takes())),
        "the picture is 60000×60000 pixels large, too large to work with"
    );
    assert_eq!(why(fit(png_of(50, 50), MediaType::Png, &x_takes())), "the picture is a broken PNG file");
    // A BMP that says so.
    let mut bmp = file(&photo(4, 4), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
    assert!(why(fit(bmp, MediaType::Bmp, &x_takes())).contains("too large"));
}

fn samples() -> Vec<(MediaType, Vec<u8>)> {
    let (rgb, clear) = (photo(33, 21), half_clear(33, 21));
    vec![
        (MediaType::Jpeg, file(&rgb, ImageFormat::Jpeg)),
        (MediaType::Png, file(&clear, ImageFormat::Png)),
        (MediaType::Gif, file(&clear, ImageFormat::Gif)),
        (MediaType::WebP, file(&clear, ImageFormat::WebP)),
        (MediaType::Bmp, file(&rgb, ImageFormat::Bmp)),
        (MediaType::Tiff, file(&rgb, ImageFormat::Tiff)),
    ]
}

#[test]
fn what_was_cut_off_is_refused_or_shown_as_far_as_it_goes() {
    for (media_type, bytes) in samples() {
        for length in (0..bytes.len()).step_by(7) {
            match fit(bytes[..length].to_vec(), media_type, &x_takes()) {
                Ok(made) => assert_eq!(open(&made).dimensions(), (33, 21)),
                Err(error) => assert!(matches!(error, MediaError::Unfit(_)), "{media_type}: {error:?}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for media_type in MediaType::all() {
            prop_assert!(fit(bytes.clone(), media_type, &x_takes()).is_err());
        }
    }
}
