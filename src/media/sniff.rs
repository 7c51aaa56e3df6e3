//! What a file is, by its first bytes: its type, its size in pixels, whether it moves. Names and what servers say of
//! them are not believed.
//!
//! Pure, for bytes of any kind and length. Not here: boxes (`isobmff`), the headers of pictures (`picture`).

mod isobmff;
mod picture;

use crate::core::media::MediaType;

/// How much of a file is looked at, in bytes: enough for the headers of nearly every picture.
pub(super) const PEEK: usize = 64 * 1024;

/// A file that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sniffed {
    /// What it is.
    pub(super) media_type: MediaType,
    /// A picture's width and height in pixels, where its header is among the bytes.
    pub(super) size: Option<(u32, u32)>,
    /// Whether it is a picture that moves, as far as these bytes tell.
    pub(super) is_animated: bool,
}

impl Sniffed {
    fn of(media_type: MediaType) -> Self {
        Self { media_type, size: None, is_animated: false }
    }

    /// How many pixels a picture has.
    pub(super) fn pixels(&self) -> Option<u64> {
        self.size.map(|(width, height)| u64::from(width) * u64::from(height))
    }
}

/// What lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A file that we know.
    Media(Sniffed),
    /// A page or an error's text, meant to be read: the file itself is not there.
    Text,
    /// Nothing at all.
    Empty,
    /// Something else.
    Unknown,
}

/// Tells what begins with `head`.
pub(super) fn sniff(head: &[u8]) -> Content {
    if head.is_empty() {
        return Content::Empty;
    }
    let known = picture::sniff(head).or_else(|| isobmff::sniff(head)).or_else(|| sound_or_video(head));
    match known {
        Some(sniffed) => Content::Media(sniffed),
        None if is_text(head) => Content::Text,
        None => Content::Unknown,
    }
}

fn sound_or_video(head: &[u8]) -> Option<Sniffed> {
    let media_type = match head {
        [0x1a, 0x45, 0xdf, 0xa3, ..] if is_webm(head) => MediaType::WebM,
        [b'O', b'g', b'g', b'S', ..] => MediaType::Ogg,
        [b'f', b'L', b'a', b'C', ..] => MediaType::Flac,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => MediaType::Wav,
        [b'A', b'D', b'I', b'F', ..] => MediaType::Aac,
        [b'I', b'D', b'3', ..] => after_id3(head),
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0, 0xaa, 0, 0x62, 0xce, 0x6c, ..] => {
            MediaType::Asf
        }
        [0x47, ..] if [188, 376].into_iter().all(|at| head.get(at) == Some(&0x47)) => MediaType::MpegTs,
        _ => return frame_of_sound(head).map(Sniffed::of),
    };
    Some(Sniffed::of(media_type))
}

/// Matroska's header names the kind of document (element 4282): `webm`, or `matroska`, which nobody takes.
fn is_webm(head: &[u8]) -> bool {
    let start = head.get(..512).unwrap_or(head);
    start.windows(7).any(|window| matches!(window, [0x42, 0x82, 0x80..=0xff, b'w', b'e', b'b', b'm']))
}

/// What comes after a tag with the song's name in it: mostly MP3.
fn after_id3(head: &[u8]) -> MediaType {
    let length = match head.get(6..10) {
        // Seven bits a byte.
        Some(&[a, b, c, d]) if (a | b | c | d) < 0x80 => {
            [a, b, c, d].into_iter().fold(0_usize, |sum, byte| sum << 7 | usize::from(byte))
        }
        _ => return MediaType::Mp3,
    };
    match head.get(10 + length..) {
        Some([b'f', b'L', b'a', b'C', ..]) => MediaType::Flac,
        Some(rest) => frame_of_sound(rest).unwrap_or(MediaType::Mp3),
        None => MediaType::Mp3,
    }
}

/// The head of a frame of MPEG sound: MP3 (layers II and III) or AAC in ADTS.
fn frame_of_sound(head: &[u8]) -> Option<MediaType> {
    let &[0xff, second, third, ..] = head else { return None };
    if second & 0xf6 == 0xf0 {
        // The sampling rate has 13 values.
        return ((third >> 2) & 15 < 13).then_some(MediaType::Aac);
    }
    let (version, layer) = ((second >> 3) & 3, (second >> 1) & 3);
    let (bitrate, rate) = (third >> 4, (third >> 2) & 3);
    let is_frame = second >= 0xe0 && version != 1 && matches!(layer, 1 | 2) && !matches!(bitrate, 0 | 15) && rate != 3;
    is_frame.then_some(MediaType::Mp3)
}

/// Whether it is for reading: HTML, JSON, or plain words.
fn is_text(head: &[u8]) -> bool {
    let start = head.get(..1024).unwrap_or(head);
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let lower = text.to_ascii_lowercase();
    let is_svg = lower.windows(4).any(|window| window == b"<svg");
    let is_page =
        [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<script", b"<!--", b"<?xml", b"{\"", b"{}", b"[{"]
            .iter()
            .any(|beginning| lower.starts_with(beginning));
    let is_plain = text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t'));
    // SVG is a picture, even though nobody takes it.
    (is_page || is_plain) && !is_svg
}

/// Reads numbers out of bytes that may be too short.
fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests;
