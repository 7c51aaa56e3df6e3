//! How a picture is made to fit, step by step: first less quality, then less size.

use super::Picture;
use super::decode::Decoded;
use super::encode::{Form, encode};
use super::raster::Raster;
use super::scale::shrink;
use crate::core::media::{FileLimits, MediaError, MediaType};

/// Qualities of a JPEG at the size that it may have. What is below shows.
const QUALITIES: [u8; 4] = [90, 82, 75, 68];
/// At smaller sizes.
const QUALITY_WHEN_SMALLER: u8 = 75;
/// What each step leaves of a side, in hundredths.
const STEP: u64 = 85;
/// No picture is made smaller than this on a side for the sake of its bytes, in pixels.
const MIN_SIDE: u32 = 320;
/// Scales are in units of this.
const WHOLE: u64 = 1_000_000_000;

/// Goes down until the picture fits.
pub fn descend(decoded: Decoded, limits: &FileLimits) -> Result<Picture, MediaError> {
    let Decoded { raster, profile } = decoded;
    let raster = raster.without_idle_alpha();
    let (media_type, raster) = choose(raster, limits)?;
    let largest = within(raster.width, raster.height, limits.max_pixels);

    let mut scale = WHOLE;
    loop {
        let (width, height) = (scaled(largest.0, scale), scaled(largest.1, scale));
        if scale < WHOLE && width.min(height) < MIN_SIDE {
            return Err(MediaError::Unfit("the picture cannot be made small enough".to_owned()));
        }
        // Always from the first one: what was scaled twice is blurred.
        let is_as_it_was = (width, height) == (raster.width, raster.height);
        let smaller = (!is_as_it_was).then(|| shrink(&raster, width, height));
        for form in forms(media_type, scale == WHOLE) {
            let pixels = smaller.as_ref().unwrap_or(&raster);
            if let Some(bytes) = encode(pixels, *form, profile.as_deref(), limits.max_bytes)? {
                return Ok(Picture { media_type, bytes });
            }
        }
        scale = scale * STEP / 100;
    }
}

/// The type that it becomes, and its pixels as that type can show them.
fn choose(raster: Raster, limits: &FileLimits) -> Result<(MediaType, Raster), MediaError> {
    use MediaType::{Jpeg, Png, WebP};
    let order = if raster.channels.has_alpha() { [Png, WebP, Jpeg] } else { [Jpeg, Png, WebP] };
    let chosen = order.into_iter().find(|media_type| limits.types.contains(media_type));
    match chosen {
        Some(Jpeg) => Ok((Jpeg, raster.on_white())),
        Some(other) => Ok((other, raster)),
        None => Err(MediaError::Unfit("the picture cannot be converted to a type that is taken".to_owned())),
    }
}

fn forms(media_type: MediaType, is_first: bool) -> &'static [Form] {
    const FIRST: [Form; 4] =
        [Form::Jpeg(QUALITIES[0]), Form::Jpeg(QUALITIES[1]), Form::Jpeg(QUALITIES[2]), Form::Jpeg(QUALITIES[3])];
    match media_type {
        MediaType::Png => &[Form::Png],
        MediaType::WebP => &[Form::WebP],
        _ if is_first => &FIRST,
        _ => &[Form::Jpeg(QUALITY_WHEN_SMALLER)],
    }
}

fn scaled(side: u32, scale: u64) -> u32 {
    let pixels = (u64::from(side) * scale + WHOLE / 2) / WHOLE;
    u32::try_from(pixels).unwrap_or(side).max(1)
}

/// The largest size with this shape and not more pixels, and at least one.
fn within(width: u32, height: u32, max_pixels: Option<u64>) -> (u32, u32) {
    let (w, h) = (u64::from(width), u64::from(height));
    match max_pixels {
        Some(max) if w * h > max => {
            let new_w = (u128::from(max) * u128::from(w) / u128::from(h)).isqrt().max(1);
            let new_w = u64::try_from(new_w).unwrap_or(w).min(w).min(max.max(1));
            let new_h = ((h * new_w + w / 2) / w).min(max / new_w).max(1);
            (u32::try_from(new_w).unwrap_or(width), u32::try_from(new_h).unwrap_or(height))
        }
        _ => (width, height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_shape_and_never_have_too_many_pixels() {
        // Width, height, most pixels, what they become.
        let rows = [
            (4608, 3456, 8_294_400, (3325, 2494)),
            (100, 100, 10_000, (100, 100)),
            (100, 100, 9_999, (99, 99)),
            (65_535, 1, 1000, (1000, 1)),
            (1, 65_535, 1000, (1, 1000)),
            (65_535, 700, 1_000_000, (9675, 103)),
            (3, 3, 1, (1, 1)),
            (2, 1, 1, (1, 1)),
        ];
        for (width, height, max, expected) in rows {
            let found = within(width, height, Some(max));
            assert_eq!(found, expected, "{width}×{height} within {max}");
            assert!(u64::from(found.0) * u64::from(found.1) <= max);
        }
        assert_eq!(within(5000, 4000, None), (5000, 4000));
    }
}
