//! The headers of pictures: how large they are and whether they move, without decoding them.

use super::{Sniffed, be16, be32, le16, le32};
use crate::core::media::MediaType;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The most entries of a TIFF's directory that are looked at.
const MOST_ENTRIES: u32 = 256;

/// Tells what begins with `head`, if it is a picture (of another kind than those made of boxes).
pub(super) fn sniff(head: &[u8]) -> Option<Sniffed> {
    let (media_type, size, is_animated) = match head {
        [0xff, 0xd8, 0xff, ..] => (MediaType::Jpeg, jpeg_size(head), false),
        _ if head.starts_with(PNG) => (MediaType::Png, both(be32(head, 16), be32(head, 20)), is_animated_png(head)),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => {
            (MediaType::Gif, both(le16(head, 6), le16(head, 8)), is_animated_gif(head))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            // Bit 1 of an extended file's flags.
            let is_animated = head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 2 != 0);
            (MediaType::WebP, webp_size(head), is_animated)
        }
        [b'B', b'M', ..] => (MediaType::Bmp, Some(bmp_size(head)?), false),
        [b'I', b'I', 42, 0, ..] => (MediaType::Tiff, tiff_size(head, le16, le32), false),
        [b'M', b'M', 0, 42, ..] => (MediaType::Tiff, tiff_size(head, be16, be32), false),
        _ => return None,
    };
    Some(Sniffed { media_type, size, is_animated })
}

fn both(width: Option<u32>, height: Option<u32>) -> Option<(u32, u32)> {
    width.zip(height)
}

/// From the first frame header (SOF), past everything else: EXIF, colour profiles, thumbnails.
fn jpeg_size(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if head.get(at) != Some(&0xff) {
            return None;
        }
        match head.get(at + 1)? {
            // Fill bytes, and markers that stand alone.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            // All SOFs; among their numbers are tables (C4, CC) and an extension (C8).
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return both(be16(head, at + 7), be16(head, at + 5));
            }
            // The picture itself, or its end.
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(be16(head, at + 2)?).ok()?.max(2),
        }
    }
}

/// Whether frames are announced (`acTL`) before the picture begins (`IDAT`).
fn is_animated_png(head: &[u8]) -> bool {
    let mut at = PNG.len();
    while let (Some(length), Some(name)) = (be32(head, at), head.get(at + 4..at + 8)) {
        match name {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        let Some(next) = usize::try_from(length).ok().and_then(|length| at.checked_add(length)?.checked_add(12)) else {
            return false;
        };
        at = next;
    }
    false
}

/// Whether there is a second frame; where the bytes end before that is known, whether it says that it is repeated.
fn is_animated_gif(head: &[u8]) -> bool {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let Some(flags) = head.get(10) else { return false };
    let mut at = 13 + table(*flags);
    let mut frames = 0;
    let mut is_repeated = false;
    loop {
        let blocks = match head.get(at) {
            Some(0x21) => {
                let name = head.get(at + 3..at + 11);
                is_repeated |= head.get(at + 1) == Some(&0xff) && matches!(name, Some(b"NETSCAPE" | b"ANIMEXTS"));
                at + 2
            }
            Some(0x2c) => {
                frames += 1;
                if frames > 1 {
                    return true;
                }
                let Some(flags) = head.get(at + 9) else { return is_repeated };
                at + 11 + table(*flags)
            }
            // Its end, or garbage after it.
            Some(_) => return false,
            None => return is_repeated,
        };
        at = blocks;
        loop {
            match head.get(at) {
                Some(0) => break,
                Some(length) => at += 1 + usize::from(*length),
                None => return is_repeated,
            }
        }
        at += 1;
    }
}

fn webp_size(head: &[u8]) -> Option<(u32, u32)> {
    let le24 = |at: usize| Some(le16(head, at)? | u32::from(*head.get(at + 2)?) << 16);
    match head.get(12..16)? {
        b"VP8 " if head.get(23..26) == Some(&[0x9d, 1, 0x2a]) => {
            Some((le16(head, 26)? & 0x3fff, le16(head, 28)? & 0x3fff))
        }
        b"VP8L" if head.get(20) == Some(&0x2f) => {
            let bits = le32(head, 21)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((le24(24)? + 1, le24(27)? + 1)),
        _ => None,
    }
}

/// Two letters alone are too little to know a BMP by: its header must have one of the lengths that there are.
fn bmp_size(head: &[u8]) -> Option<(u32, u32)> {
    match le32(head, 14)? {
        12 => both(le16(head, 18), le16(head, 20)),
        16 | 40 | 52 | 56 | 64 | 108 | 124 => {
            // Signed: a picture from top to bottom has a negative height.
            let number = |at| le32(head, at).map(|number| number.cast_signed().unsigned_abs());
            both(number(18), number(22))
        }
        _ => None,
    }
}

type Read = fn(&[u8], usize) -> Option<u32>;

/// From the first directory, where it is among the bytes.
fn tiff_size(head: &[u8], read16: Read, read32: Read) -> Option<(u32, u32)> {
    let directory = usize::try_from(read32(head, 4)?).ok()?;
    let entries = read16(head, directory)?.min(MOST_ENTRIES);
    let (mut width, mut height) = (None, None);
    for entry in 0..usize::try_from(entries).ok()? {
        let at = directory.checked_add(2 + entry * 12)?;
        let value_at = at.checked_add(8)?;
        let value = match read16(head, at.checked_add(2)?)? {
            3 => read16(head, value_at),
            4 => read32(head, value_at),
            _ => continue,
        };
        match read16(head, at)? {
            256 => width = value,
            257 => height = value,
            _ => {}
        }
    }
    both(width, height)
}
