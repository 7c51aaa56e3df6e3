//! What is said about files to a person: what they are called, how large they are.
//!
//! Every reason is the end of a sentence without its dot: "not attached: the video is larger than is taken there (600
//! MB, at most 512 MB)".

use crate::core::post::MediaKind;
use crate::core::render::note::kind_name;

const UNITS: [(&str, u64); 4] = [("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10), ("bytes", 1)];

/// What an attachment is called.
pub(super) fn noun(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "sound file",
        MediaKind::Other => "file",
        MediaKind::Image | MediaKind::Gif | MediaKind::Video => kind_name(kind),
    }
}

/// A number of bytes, rounded up.
pub(super) fn size(bytes: u64) -> String {
    // What is just a little larger than a limit must not read as the limit itself.
    rounded(bytes, u64::div_ceil)
}

/// A limit in bytes, rounded down.
pub(super) fn limit(bytes: u64) -> String {
    rounded(bytes, |number, by| number / by)
}

fn rounded(bytes: u64, divide: fn(u64, u64) -> u64) -> String {
    let (unit, length) = UNITS.into_iter().find(|(_, length)| bytes >= *length).unwrap_or(("bytes", 1));
    let tenths = divide(bytes.saturating_mul(10), length);
    if length == 1 || tenths.is_multiple_of(10) || tenths >= 100 {
        return format!("{} {unit}", divide(bytes, length));
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// How large a file is and how large it may be, in brackets; its own size where it is known.
pub(super) fn too_large(bytes: Option<u64>, most: u64) -> String {
    match bytes {
        Some(bytes) => format!("({}, at most {})", size(bytes), limit(most)),
        None => format!("(at most {})", limit(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_so_that_they_make_sense_together() {
        for (bytes, up, down) in [
            (0, "0 bytes", "0 bytes"),
            (1023, "1023 bytes", "1023 bytes"),
            (1024, "1 kB", "1 kB"),
            (1025, "1.1 kB", "1 kB"),
            (5 << 20, "5 MB", "5 MB"),
            ((5 << 20) + 1, "5.1 MB", "5 MB"),
            ((16 << 20) + 1, "17 MB", "16 MB"),
            (99_999_999, "96 MB", "95 MB"),
            (10 << 30, "10 GB", "10 GB"),
            (u64::MAX, "17179869184 GB", "17179869183 GB"),
        ] {
            assert_eq!((size(bytes).as_str(), limit(bytes).as_str()), (up, down), "{bytes}");
        }
        assert_eq!(too_large(Some(600 << 20), 512 << 20), "(600 MB, at most 512 MB)");
        assert_eq!(too_large(None, 512 << 20), "(at most 512 MB)");
    }
}
