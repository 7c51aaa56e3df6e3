//! Files made of boxes (ISO/IEC 14496-12): MP4, `QuickTime`, M4A, 3GPP, HEIC and AVIF, told apart by their brands.

use super::{Sniffed, be32};
use crate::core::media::MediaType;

/// How many of the brands that a file says it is compatible with are looked at.
const MOST_BRANDS: usize = 64;

/// Tells what begins with `head`, if it is made of boxes.
pub(super) fn sniff(head: &[u8]) -> Option<Sniffed> {
    let media_type = match head.get(4..8)? {
        b"ftyp" => by_brands(head)?,
        // Before there were brands.
        b"moov" | b"mdat" | b"wide" | b"pnot" if be32(head, 0)? >= 8 || be32(head, 0)? == 1 => MediaType::QuickTime,
        _ => return None,
    };
    let is_animated = media_type == MediaType::Avif && head.get(8..12) == Some(b"avis");
    Some(Sniffed { media_type, size: None, is_animated })
}

fn by_brands(head: &[u8]) -> Option<MediaType> {
    let length = usize::try_from(be32(head, 0)?).ok()?;
    let major: [u8; 4] = *head.get(8..)?.first_chunk()?;
    let others = head.get(16..length.min(head.len())).unwrap_or_default();
    let others = || others.chunks_exact(4).take(MOST_BRANDS).filter_map(|brand| brand.first_chunk().copied());
    if let b"mif1" | b"msf1" = &major {
        // Any picture in boxes: the others say which.
        return Some(others().find_map(picture).unwrap_or(MediaType::Heic));
    }
    // What a file may also be played as counts where its own brand is unknown.
    picture(major).or_else(|| film(major)).or_else(|| others().find_map(film))
}

fn picture(brand: [u8; 4]) -> Option<MediaType> {
    match &brand {
        b"avif" | b"avis" => Some(MediaType::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => Some(MediaType::Heic),
        _ => None,
    }
}

fn film(brand: [u8; 4]) -> Option<MediaType> {
    match &brand {
        b"qt  " => Some(MediaType::QuickTime),
        [b'M', b'4', b'A' | b'B' | b'P', _] | b"F4A " | b"F4B " => Some(MediaType::M4a),
        [b'3', b'g' | b'G', ..] => Some(MediaType::ThreeGpp),
        [b'i', b's', b'o', _]
        | [b'm', b'p', b'4', _]
        | [b'M', b'4', b'V', _]
        | b"avc1"
        | b"dash"
        | b"mmp4"
        | b"MSNV"
        | b"f4v "
        | b"F4V "
        | b"hvc1"
        | b"av01"
        | b"cmfc" => Some(MediaType::Mp4),
        _ => None,
    }
}
