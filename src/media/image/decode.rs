//! From a file to upright pixels, with limits that are checked before anything is decoded.

use std::io::Cursor;

use ::image::codecs::{bmp, gif, jpeg, png, tiff, webp};
use ::image::metadata::Orientation;
use ::image::{ColorType, ImageDecoder, ImageError, ImageResult, Limits};

use super::moving;
use super::raster::{Channels, Raster};
use crate::core::media::{MediaError, MediaType};

/// No picture with more pixels is decoded, whatever its file says. Cameras make less.
const MAX_PIXELS: u64 = 50_000_000;
/// The longest side: what a JPEG can have.
const MAX_SIDE: u32 = 65_535;
/// The most that a picture may take decoded, in bytes, and the most that its decoder may take beside that.
const MAX_ALLOC: u64 = 256 << 20;
/// A longer colour profile is dropped: it would take the room of the picture.
const MAX_PROFILE: usize = 64 << 10;

/// A decoded picture.
pub struct Decoded {
    pub raster: Raster,
    /// What its colours mean, where its file says so.
    pub profile: Option<Vec<u8>>,
}

type Input = Cursor<Vec<u8>>;

/// Decodes a still picture, and turns it upright.
pub fn decode(bytes: Vec<u8>, media_type: MediaType) -> Result<Decoded, MediaError> {
    let mut decoder = open(bytes, media_type)?;
    let (width, height) = decoder.dimensions();
    let is_too_large = u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE;
    if is_too_large || decoder.total_bytes() > MAX_ALLOC {
        return Err(MediaError::Unfit(format!("the picture is {width}×{height} pixels large, too large to work with")));
    }
    let broken = |error: ImageError| failed(media_type, &error);
    decoder.set_limits(limits()).map_err(broken)?;
    // What is odd about a picture's extras is no reason not to show it.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let color = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes()).map_err(|_| damaged(media_type))?;
    let mut data = vec![0; length];
    // The file is gone after this.
    decoder.read_image_boxed(&mut data).map_err(broken)?;

    let channels = match color {
        ColorType::L8 | ColorType::L16 => Channels::Grey,
        ColorType::La8 | ColorType::La16 => Channels::GreyAlpha,
        ColorType::Rgb8 | ColorType::Rgb16 => Channels::Rgb,
        ColorType::Rgba8 | ColorType::Rgba16 => Channels::Rgba,
        _ => return Err(MediaError::Unfit("the picture's colours are of a kind that cannot be read here".to_owned())),
    };
    if usize::from(color.bytes_per_pixel()) > channels.count() {
        keep_eight_bits(&mut data);
    }
    let raster = Raster::new(width, height, channels, data)
        .and_then(|raster| raster.upright(orientation))
        .ok_or_else(|| damaged(media_type))?;
    let profile = profile.filter(|profile| suits(profile, channels));
    Ok(Decoded { raster, profile })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    limits
}

/// Reads the header.
fn open(bytes: Vec<u8>, media_type: MediaType) -> Result<Box<dyn ImageDecoder>, MediaError> {
    let broken = |error: ImageError| failed(media_type, &error);
    if media_type == MediaType::Gif && moving::is_moving_gif(&bytes) {
        return Err(moves());
    }
    let input = Cursor::new(bytes);
    match media_type {
        MediaType::Jpeg => boxed(jpeg::JpegDecoder::new(input)).map_err(broken),
        MediaType::Png => {
            let decoder = png::PngDecoder::with_limits(input, limits()).map_err(broken)?;
            if decoder.is_apng().map_err(broken)? { Err(moves()) } else { Ok(Box::new(decoder)) }
        }
        MediaType::Gif => boxed(gif::GifDecoder::new(input)).map_err(broken),
        MediaType::WebP => {
            let decoder = webp::WebPDecoder::<Input>::new(input).map_err(broken)?;
            if decoder.has_animation() { Err(moves()) } else { Ok(Box::new(decoder)) }
        }
        MediaType::Bmp => boxed(bmp::BmpDecoder::new(input)).map_err(broken),
        MediaType::Tiff => boxed(tiff::TiffDecoder::new(input)).map_err(broken),
        _ => Err(MediaError::Unfit(format!("pictures of type {media_type} cannot be converted here"))),
    }
}

fn boxed<D: ImageDecoder + 'static>(decoder: ImageResult<D>) -> ImageResult<Box<dyn ImageDecoder>> {
    decoder.map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>)
}

fn moves() -> MediaError {
    MediaError::Unfit("a moving picture cannot be made smaller here".to_owned())
}

fn damaged(media_type: MediaType) -> MediaError {
    MediaError::Unfit(format!("the picture is a broken {media_type} file"))
}

/// What a decoder says is about bytes and chunks, of no use for a person.
fn failed(media_type: MediaType, error: &ImageError) -> MediaError {
    match error {
        ImageError::Limits(_) => MediaError::Unfit("the picture takes too much memory to work with".to_owned()),
        ImageError::Unsupported(_) => {
            MediaError::Unfit(format!("the picture is a {media_type} file of a kind that cannot be read here"))
        }
        _ => damaged(media_type),
    }
}

/// Of samples with 16 bits each, in the machine's order, the upper 8, where they are.
fn keep_eight_bits(data: &mut Vec<u8>) {
    let samples = data.len() / 2;
    for sample in 0..samples {
        let value = u16::from_ne_bytes([data[2 * sample], data[2 * sample + 1]]);
        data[sample] = value.to_be_bytes()[0];
    }
    data.truncate(samples);
    data.shrink_to_fit();
}

/// Whether a colour profile is about such pixels as were decoded: that of a CMYK picture is not, once it is RGB.
fn suits(profile: &[u8], channels: Channels) -> bool {
    let space: &[u8] = match channels {
        Channels::Grey | Channels::GreyAlpha => b"GRAY",
        Channels::Rgb | Channels::Rgba => b"RGB ",
    };
    profile.len() <= MAX_PROFILE && profile.get(16..20) == Some(space)
}
