//! What can be attached to a post, and what a target takes of it: kinds of files and limits.
//!
//! Not here: what stands attached to a post (`post`), what is to be attached to a mirror (`deed`), how the files are
//! fetched, changed and uploaded (`crate::media`).

use std::fmt;

/// A kind of file, by its content and not by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaType {
    /// JPEG.
    Jpeg,
    /// PNG, animated ones among them.
    Png,
    /// GIF, still or animated.
    Gif,
    /// WebP, still or animated.
    WebP,
    /// AVIF.
    Avif,
    /// HEIC and HEIF.
    Heic,
    /// BMP.
    Bmp,
    /// TIFF.
    Tiff,
    /// MP4 video.
    Mp4,
    /// `QuickTime` video (.mov).
    QuickTime,
    /// `WebM` video or sound.
    WebM,
    /// MPEG transport stream.
    MpegTs,
    /// Ogg, sound or video.
    Ogg,
    /// MP3 sound.
    Mp3,
    /// FLAC sound.
    Flac,
    /// WAVE sound.
    Wav,
    /// AAC sound.
    Aac,
    /// MP4 sound (.m4a).
    M4a,
    /// 3GPP.
    ThreeGpp,
    /// Windows Media (ASF).
    Asf,
}

/// Each with the names that are used for it, the usual one first, and how its files' names end.
const NAMES: [(MediaType, &[&str], &str); 20] = [
    (MediaType::Jpeg, &["image/jpeg", "image/jpg", "image/pjpeg"], "jpg"),
    (MediaType::Png, &["image/png", "image/apng"], "png"),
    (MediaType::Gif, &["image/gif"], "gif"),
    (MediaType::WebP, &["image/webp"], "webp"),
    (MediaType::Avif, &["image/avif"], "avif"),
    (MediaType::Heic, &["image/heic", "image/heif"], "heic"),
    (MediaType::Bmp, &["image/bmp", "image/x-ms-bmp"], "bmp"),
    (MediaType::Tiff, &["image/tiff"], "tiff"),
    (MediaType::Mp4, &["video/mp4"], "mp4"),
    (MediaType::QuickTime, &["video/quicktime"], "mov"),
    (MediaType::WebM, &["video/webm", "audio/webm"], "webm"),
    (MediaType::MpegTs, &["video/mp2t"], "ts"),
    (MediaType::Ogg, &["audio/ogg", "video/ogg", "audio/vorbis", "application/ogg"], "ogg"),
    (MediaType::Mp3, &["audio/mpeg", "audio/mp3"], "mp3"),
    (MediaType::Flac, &["audio/flac", "audio/x-flac"], "flac"),
    (MediaType::Wav, &["audio/wav", "audio/wave", "audio/x-wav", "audio/x-pn-wave", "audio/vnd.wave"], "wav"),
    (MediaType::Aac, &["audio/aac"], "aac"),
    (MediaType::M4a, &["audio/mp4", "audio/m4a", "audio/x-m4a"], "m4a"),
    (MediaType::ThreeGpp, &["audio/3gpp", "video/3gpp"], "3gp"),
    (MediaType::Asf, &["video/x-ms-asf", "audio/x-ms-wma"], "wma"),
];

impl MediaType {
    /// Every one of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(kind, ..)| *kind)
    }

    fn names(self) -> (&'static [&'static str], &'static str) {
        NAMES.iter().find(|(kind, ..)| *kind == self).map_or((&[], ""), |(_, names, ending)| (*names, *ending))
    }

    /// What it is called in HTTP: `image/jpeg`.
    #[must_use]
    pub fn mime(self) -> &'static str {
        self.names().0.first().copied().unwrap_or("application/octet-stream")
    }

    /// How its files' names end, without the dot: `jpg`.
    #[must_use]
    pub fn ending(self) -> &'static str {
        self.names().1
    }

    /// The type of this name, whatever its parameters.
    #[must_use]
    pub fn from_mime(mime: &str) -> Option<Self> {
        let name = mime.split(';').next().unwrap_or_default().trim();
        NAMES
            .iter()
            .find(|(_, names, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
            .map(|(kind, ..)| *kind)
    }

    /// Whether it is a picture, still or moving.
    #[must_use]
    pub fn is_image(self) -> bool {
        self.mime().starts_with("image/")
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Avif => "AVIF",
            Self::Heic => "HEIC",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Mp4 => "MP4",
            Self::QuickTime => "QuickTime",
            Self::WebM => "WebM",
            Self::MpegTs => "MPEG-TS",
            Self::Ogg => "Ogg",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
            Self::Wav => "WAVE",
            Self::Aac => "AAC",
            Self::M4a => "M4A",
            Self::ThreeGpp => "3GPP",
            Self::Asf => "Windows Media",
        })
    }
}

/// What a target takes of one kind of attachment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileLimits {
    /// The types of files. None: it takes no such attachment.
    pub types: Vec<MediaType>,
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// The most pixels (width × height), where there is a limit.
    pub max_pixels: Option<u64>,
    /// The shortest, in milliseconds.
    pub min_ms: u64,
    /// The longest, in milliseconds, where there is a limit.
    pub max_ms: Option<u64>,
}

/// Why a file cannot be attached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// It cannot be had at present. It may be there later: copies come late, servers come back.
    #[error("{0}")]
    Missing(String),
    /// It will never do: too large, too long, of a kind that the target does not take, broken, or a trap.
    #[error("{0}")]
    Unfit(String),
}

/// When a description is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Describing {
    /// Together with the file.
    WithUpload,
    /// By a request of its own, after the file was uploaded.
    Separately,
}

/// What a target takes of attachments, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRules {
    /// How many pictures a post carries. Of anything else it carries one, and nothing beside it.
    pub max_images: usize,
    /// Pictures.
    pub images: FileLimits,
    /// Animated GIF files, as far as they are taken otherwise than pictures.
    pub gifs: FileLimits,
    /// Videos; also silent ones that play as GIFs do.
    pub videos: FileLimits,
    /// Sound.
    pub audio: FileLimits,
    /// The longest description, in characters.
    pub max_description: usize,
    /// When it is given.
    pub describing: Describing,
    /// Whether a picture's focus can be told.
    pub takes_focus: bool,
    /// How long an upload that no post uses is kept, in seconds.
    pub upload_lasts_secs: i64,
}

impl MediaRules {
    /// A target that takes no attachments.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            max_images: 0,
            images: FileLimits::default(),
            gifs: FileLimits::default(),
            videos: FileLimits::default(),
            audio: FileLimits::default(),
            max_description: 0,
            describing: Describing::WithUpload,
            takes_focus: false,
            upload_lasts_secs: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_know_their_names() {
        for kind in MediaType::all() {
            assert_eq!(MediaType::from_mime(kind.mime()), Some(kind));
            assert!(!kind.ending().is_empty());
        }
        assert_eq!(MediaType::from_mime("Image/JPG; charset=binary"), Some(MediaType::Jpeg));
        assert_eq!(MediaType::from_mime("text/html"), None);
        assert!(MediaType::Gif.is_image() && !MediaType::Mp4.is_image());
    }
}
