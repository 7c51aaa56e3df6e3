//! From pixels to a file that is not longer than it may be.

use std::borrow::Cow;
use std::io::{self, Write};

use ::image::codecs::{jpeg, webp};
use ::image::{ExtendedColorType, ImageEncoder};

use super::raster::{Channels, Raster};
use crate::core::media::{MediaError, MediaType};

/// How a picture is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// With this quality, of 100. Without alpha only.
    Jpeg(u8),
    Png,
    /// Without loss: the only way that there is a well-kept writer for.
    WebP,
}

impl Form {
    pub fn media_type(self) -> MediaType {
        match self {
            Self::Jpeg(_) => MediaType::Jpeg,
            Self::Png => MediaType::Png,
            Self::WebP => MediaType::WebP,
        }
    }
}

/// Writes the picture; `None` if it becomes longer than `max_bytes`.
pub fn encode(
    raster: &Raster,
    form: Form,
    profile: Option<&[u8]>,
    max_bytes: u64,
) -> Result<Option<Vec<u8>>, MediaError> {
    let mut output = Capped::new(max_bytes, raster.data.len());
    let written = match form {
        Form::Jpeg(quality) => {
            let encoder = jpeg::JpegEncoder::new_with_quality(&mut output, quality);
            write(encoder, raster, profile)
        }
        Form::Png => png(&mut output, raster, profile).map_err(io::Error::from),
        Form::WebP => write(webp::WebPEncoder::new_lossless(&mut output), raster, profile),
    };
    match written {
        _ if output.is_full => Ok(None),
        Ok(()) => Ok(Some(output.bytes())),
        Err(_) => Err(MediaError::Unfit(format!("the picture cannot be written as {}", form.media_type()))),
    }
}

fn write(mut encoder: impl ImageEncoder, raster: &Raster, profile: Option<&[u8]>) -> io::Result<()> {
    let color = match raster.channels {
        Channels::Grey => ExtendedColorType::L8,
        Channels::GreyAlpha => ExtendedColorType::La8,
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    };
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).map_err(io::Error::other)?;
    }
    encoder.write_image(&raster.data, raster.width, raster.height, color).map_err(io::Error::other)
}

/// Row by row, so that it ends when the output is full, and nothing but the output is kept.
fn png(output: &mut Capped, raster: &Raster, profile: Option<&[u8]>) -> Result<(), png::EncodingError> {
    let mut info = png::Info::with_size(raster.width, raster.height);
    info.icc_profile = profile.map(Cow::Borrowed);
    let mut encoder = png::Encoder::with_info(output, info)?;
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(match raster.channels {
        Channels::Grey => png::ColorType::Grayscale,
        Channels::GreyAlpha => png::ColorType::GrayscaleAlpha,
        Channels::Rgb => png::ColorType::Rgb,
        Channels::Rgba => png::ColorType::Rgba,
    });
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer()?;
    rows.write_all(&raster.data)?;
    rows.finish()?;
    writer.finish()
}

/// Bytes that are not more than they may be.
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Capped {
    /// `expected` is more than enough in nearly all cases: room that is not used costs nothing.
    fn new(limit: u64, expected: usize) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self { bytes: Vec::with_capacity(limit.min(expected)), limit, is_full: false }
    }

    fn bytes(mut self) -> Vec<u8> {
        self.bytes.shrink_to_fit();
        self.bytes
    }
}

impl Write for Capped {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.is_full |= data.len() > self.limit.saturating_sub(self.bytes.len());
        if self.is_full {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
