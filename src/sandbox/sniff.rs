//! What a file is, by its content, as far as the simulated networks look: they believe no name and no header.
//!
//! Code of its own: the daemon's must not be judged by itself.

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its type: `image/png`.
    pub(super) media_type: &'static str,
    /// Width and height in pixels, where the file says so at its beginning.
    pub(super) size: Option<(u32, u32)>,
    /// Whether it is a picture that moves.
    pub(super) animated: bool,
}

/// Looks at a file; `None` for what nobody knows.
pub(super) fn sniff(bytes: &[u8]) -> Option<Found> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |from: usize, text: &[u8]| bytes.get(from..from + text.len()) == Some(text);
    let riff = |kind: &[u8]| starts(b"RIFF") && at(8, kind);
    let still = |media_type, size| Some(Found { media_type, size, animated: false });
    if starts(b"\x89PNG\r\n\x1A\n") {
        let animated = position(bytes, b"acTL").is_some_and(|at| Some(at) < position(bytes, b"IDAT"));
        return Some(Found { media_type: "image/png", size: pair(big(bytes, 16), big(bytes, 20)), animated });
    }
    if starts(b"\xFF\xD8\xFF") {
        return still("image/jpeg", jpeg_size(bytes));
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        let size = pair(little(bytes, 6, 2), little(bytes, 8, 2));
        return Some(Found { media_type: "image/gif", size, animated: gif_frames(bytes) > 1 });
    }
    if riff(b"WEBP") {
        let extended = at(12, b"VP8X");
        let size = if extended {
            let one = |from| little(bytes, from, 3).map(|value| value + 1);
            pair(one(24), one(27))
        } else if at(12, b"VP8 ") {
            let one = |from| little(bytes, from, 2).map(|value| value & 0x3FFF);
            pair(one(26), one(28))
        } else {
            let bits = little(bytes, 21, 4);
            pair(bits.map(|bits| (bits & 0x3FFF) + 1), bits.map(|bits| ((bits >> 14) & 0x3FFF) + 1))
        };
        let animated = extended && bytes.get(20).is_some_and(|flags| flags & 2 != 0);
        return Some(Found { media_type: "image/webp", size, animated });
    }
    if at(4, b"ftyp") {
        return still(of_brand(bytes.get(8..12).unwrap_or_default()), None);
    }
    if starts(b"BM") {
        return still("image/bmp", pair(little(bytes, 18, 4), little(bytes, 22, 4)));
    }
    let others: [(&[u8], &'static str); 11] = [
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"\x1A\x45\xDF\xA3", "video/webm"),
        (b"OggS", "audio/ogg"),
        (b"ID3", "audio/mpeg"),
        (b"\xFF\xFB", "audio/mpeg"),
        (b"\xFF\xF3", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
        (b"\xFF\xF1", "audio/aac"),
        (b"\xFF\xF9", "audio/aac"),
        (b"\x30\x26\xB2\x75", "video/x-ms-asf"),
    ];
    if let Some((_, media_type)) = others.iter().find(|(magic, _)| starts(magic)) {
        return still(media_type, None);
    }
    if riff(b"WAVE") {
        return still("audio/wav", None);
    }
    (at(0, b"G") && at(188, b"G")).then_some(Found { media_type: "video/mp2t", size: None, animated: false })
}

/// The type behind the brand of a file made of boxes.
fn of_brand(brand: &[u8]) -> &'static str {
    match brand {
        b"avif" | b"avis" => "image/avif",
        b"heic" | b"heix" | b"mif1" | b"msf1" | b"hevc" => "image/heic",
        b"qt  " => "video/quicktime",
        b"M4A " | b"M4B " => "audio/mp4",
        _ if brand.starts_with(b"3g") => "video/3gpp",
        _ => "video/mp4",
    }
}

/// Whether a type that was said is what was found: servers look at the container, whose names are many.
pub(super) fn is_same(said: &str, found: &str) -> bool {
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    container(&said) == container(found)
}

fn container(media_type: &str) -> &str {
    match media_type {
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "image/apng" => "image/png",
        "image/heif" => "image/heic",
        "image/x-ms-bmp" => "image/bmp",
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "video/quicktime" | "audio/3gpp" | "video/3gpp" => "video/mp4",
        "audio/webm" => "video/webm",
        "video/ogg" | "audio/vorbis" | "application/ogg" => "audio/ogg",
        "audio/mp3" => "audio/mpeg",
        "audio/x-flac" => "audio/flac",
        "audio/wave" | "audio/x-wav" | "audio/x-pn-wave" | "audio/vnd.wave" => "audio/wav",
        "audio/x-ms-wma" => "video/x-ms-asf",
        other => other,
    }
}

/// How the names of such files end.
pub(super) fn ending(media_type: &str) -> &str {
    match media_type {
        "image/jpeg" => "jpg",
        "video/quicktime" => "mov",
        "video/mp2t" => "ts",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "video/x-ms-asf" => "wma",
        "video/3gpp" => "3gp",
        other => other.split_once('/').map_or("bin", |(_, ending)| ending),
    }
}

fn position(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn pair(width: Option<u32>, height: Option<u32>) -> Option<(u32, u32)> {
    Some((width?, height?))
}

fn big(bytes: &[u8], from: usize) -> Option<u32> {
    let four = bytes.get(from..from + 4)?;
    Some(four.iter().fold(0, |value, byte| (value << 8) | u32::from(*byte)))
}

fn little(bytes: &[u8], from: usize, count: usize) -> Option<u32> {
    let some = bytes.get(from..from + count)?;
    Some(some.iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte)))
}

/// From the frame header among a JPEG's segments.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (0xFF, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else { return None };
        if marker == 0xFF {
            at += 1;
            continue;
        }
        let two = |from: usize| Some(u32::from(*bytes.get(from)?) << 8 | u32::from(*bytes.get(from + 1)?));
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            return pair(two(at + 7), two(at + 5));
        }
        at += 2 + usize::try_from(two(at + 2)?).ok()?;
    }
}

/// How many pictures a GIF holds; it is read no further than to the second.
fn gif_frames(bytes: &[u8]) -> usize {
    count_frames(bytes).unwrap_or_else(|frames| frames)
}

/// `Err` with the number so far where the file ends too soon.
fn count_frames(bytes: &[u8]) -> Result<usize, usize> {
    let mut frames = 0;
    let byte = |at: usize, frames| bytes.get(at).copied().ok_or(frames);
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(byte(10, frames)?);
    while frames < 2 {
        match byte(at, frames)? {
            0x21 => at += 2,
            0x2C => {
                frames += 1;
                at += 11 + table(byte(at + 9, frames)?);
            }
            _ => break,
        }
        loop {
            let length = usize::from(byte(at, frames)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
    Ok(frames)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::sandbox::content::Content;

    #[test]
    fn what_is_made_is_found_to_be_what_it_was_made_as() {
        for media_type in [
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
            "video/mp4",
            "video/quicktime",
            "audio/mp4",
            "video/webm",
            "audio/mpeg",
            "audio/ogg",
            "audio/flac",
            "audio/wav",
        ] {
            let found = sniff(&Content::generated(5000, 1, media_type).piece(0)).unwrap();
            assert_eq!(found.media_type, media_type);
            let size = media_type.starts_with("image/").then_some((640, 480));
            assert_eq!((found.size, found.animated), (size, false), "{media_type}");
        }
        assert!(sniff(b"<html>").is_none() && sniff(b"").is_none());
    }

    #[test]
    fn a_gif_with_two_pictures_moves() {
        let head = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xFF\xFF\xFF";
        let control = b"\x21\xF9\x04\0\x0A\0\0\0";
        let picture = b"\x2C\0\0\0\0\x02\0\x02\0\0\x02\x02\x44\x01\0";
        let one = [head.as_slice(), control, picture, b"\x3B"].concat();
        let two = [head.as_slice(), control, picture, control, picture, b"\x3B"].concat();
        assert_eq!(sniff(&one).unwrap(), Found { media_type: "image/gif", size: Some((2, 2)), animated: false });
        assert!(sniff(&two).unwrap().animated);
    }

    #[test]
    fn many_names_mean_one_container() {
        assert!(is_same("image/JPG; q=1", "image/jpeg") && is_same("audio/webm", "video/webm"));
        assert!(!is_same("image/png", "image/jpeg") && !is_same("", "image/png"));
    }
}
