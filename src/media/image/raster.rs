//! A picture as rows of pixels, 8 bits for each channel, and what is done to its pixels where they are.

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageBuffer};

/// What the channels of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
}

impl Channels {
    /// How many there are, so many bytes a pixel.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    pub fn has_alpha(self) -> bool {
        self != self.without_alpha()
    }

    fn without_alpha(self) -> Self {
        match self {
            Self::Grey | Self::GreyAlpha => Self::Grey,
            Self::Rgb | Self::Rgba => Self::Rgb,
        }
    }
}

/// The pixels of a picture.
pub struct Raster {
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    /// Exactly width × height × channels bytes. Every function here and in `scale` keeps to that.
    pub data: Vec<u8>,
}

impl Raster {
    /// The picture of these pixels; `None` if they are not as many as it has.
    pub fn new(width: u32, height: u32, channels: Channels, data: Vec<u8>) -> Option<Self> {
        let pixels = u64::from(width) * u64::from(height);
        let expected = pixels.checked_mul(u64::try_from(channels.count()).ok()?)?;
        let is_whole = pixels > 0 && u64::try_from(data.len()).ok()? == expected;
        is_whole.then_some(Self { width, height, channels, data })
    }

    /// How long a row is, in bytes.
    pub fn row_len(&self) -> usize {
        self.width as usize * self.channels.count()
    }

    /// Turned and mirrored as a file says that it is to be shown.
    pub fn upright(self, orientation: Orientation) -> Option<Self> {
        let Self { width, height, channels, data } = self;
        let mut image: DynamicImage = match channels {
            Channels::Grey => ImageBuffer::from_raw(width, height, data).map(DynamicImage::ImageLuma8),
            Channels::GreyAlpha => ImageBuffer::from_raw(width, height, data).map(DynamicImage::ImageLumaA8),
            Channels::Rgb => ImageBuffer::from_raw(width, height, data).map(DynamicImage::ImageRgb8),
            Channels::Rgba => ImageBuffer::from_raw(width, height, data).map(DynamicImage::ImageRgba8),
        }?;
        image.apply_orientation(orientation);
        let (width, height) = (image.width(), image.height());
        Self::new(width, height, channels, image.into_bytes())
    }

    /// Without its alpha channel, if it has one that says nothing.
    pub fn without_idle_alpha(self) -> Self {
        let count = self.channels.count();
        let is_idle = self.channels.has_alpha()
            && self.data.chunks_exact(count).all(|pixel| pixel.last().is_none_or(|alpha| *alpha == u8::MAX));
        if is_idle { self.on_white() } else { self }
    }

    /// As it looks before a white ground, without an alpha channel.
    pub fn on_white(mut self) -> Self {
        if !self.channels.has_alpha() {
            return self;
        }
        let count = self.channels.count();
        let kept = count - 1;
        // In place: what is written lies before what is still to be read.
        let mut end = 0;
        for start in (0..self.data.len()).step_by(count) {
            let alpha = self.data[start + kept];
            for channel in start..start + kept {
                self.data[end] = before_white(self.data[channel], alpha);
                end += 1;
            }
        }
        self.data.truncate(end);
        self.data.shrink_to_fit();
        self.channels = self.channels.without_alpha();
        self
    }
}

fn before_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    let mixed = (value * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}
