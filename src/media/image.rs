//! Pictures that a target does not take as they are: turned upright, freed of what they tell about their maker, made
//! smaller, and written in a type that it takes.
//!
//! Not here: whether a picture must be changed (`fetch`), and moving ones, which are left as they are.
//!
//! One picture at a time takes about three times its pixels in bytes, twice over: 100 MB for 16 megapixels. So nothing
//! here keeps a copy that it does not need: the file is gone once it is decoded, scaling works row by row, and what is
//! written stops as soon as it is too long.

#[cfg(feature = "image")]
mod decode;
#[cfg(feature = "image")]
mod encode;
#[cfg(feature = "image")]
mod ladder;
#[cfg(feature = "image")]
mod moving;
#[cfg(feature = "image")]
mod raster;
#[cfg(feature = "image")]
mod scale;

use crate::core::media::{FileLimits, MediaError, MediaType};

/// A picture that was made to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What it is now.
    pub media_type: MediaType,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Makes the picture `bytes`, which is of `media_type`, fit `limits`: their types, bytes and pixels.
///
/// It is turned as its file says, and everything that its file tells beside its pixels is dropped, except a colour
/// profile. A picture that is transparent anywhere stays so as long as a type that can show it is taken; any other
/// becomes a JPEG where that is taken. It is never made larger.
///
/// This takes a second or more of computing and blocks: call it where that does no harm.
///
/// # Errors
/// `Unfit`: it is broken, moves, is of a type that cannot be read here, or cannot be made small enough. In a build
/// without the feature `image` always.
#[cfg(feature = "image")]
pub fn fit(bytes: Vec<u8>, media_type: MediaType, limits: &FileLimits) -> Result<Picture, MediaError> {
    let decoded = decode::decode(bytes, media_type)?;
    ladder::descend(decoded, limits)
}

/// Says that this build cannot do it.
///
/// # Errors
/// `Unfit`, always.
#[cfg(not(feature = "image"))]
pub fn fit(_bytes: Vec<u8>, _media_type: MediaType, _limits: &FileLimits) -> Result<Picture, MediaError> {
    Err(MediaError::Unfit(
        "this build of crosspostd cannot change pictures, and this one is too large or of a kind that is not taken"
            .to_owned(),
    ))
}

#[cfg(all(test, feature = "image"))]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test")]
mod tests;
