//! What a file holds: bytes, or a pattern that is made while it is sent and takes no memory.

use std::fmt;

use bytes::Bytes;
use ring::digest::{Context, SHA256};

/// How much is made at a time, in bytes.
pub(super) const PIECE: usize = 64 * 1024;
/// How much of a body with no end is there to be had: more than anybody reads.
const ENDLESS: u64 = u64::MAX / 2;

/// What a file holds. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Bytes),
    /// A head that is right for its type, and a pattern after it.
    Generated {
        /// Its whole length, in bytes.
        length: u64,
        /// What the pattern comes from.
        seed: u64,
        /// What it begins with.
        head: Bytes,
    },
}

impl Content {
    /// A file of this type that is `length` bytes long (or as long as its head, where that is more).
    #[must_use]
    pub fn generated(length: u64, seed: u64, media_type: &str) -> Self {
        let head = head(media_type, length);
        let length = length.max(u64::try_from(head.len()).unwrap_or_default());
        Self::Generated { length, seed, head: Bytes::from(head) }
    }

    /// A file of this type that does not end.
    #[must_use]
    pub fn endless(seed: u64, media_type: &str) -> Self {
        Self::generated(ENDLESS, seed, media_type)
    }

    /// How long it is, in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Generated { length, .. } => *length,
        }
    }

    /// The piece that begins at `from` (a multiple of [`PIECE`]); empty at the end.
    pub(super) fn piece(&self, from: u64) -> Bytes {
        let left = usize::try_from(self.length().saturating_sub(from)).unwrap_or(usize::MAX).min(PIECE);
        match self {
            Self::Bytes(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
                bytes.slice(from..from + left)
            }
            Self::Generated { seed, head, .. } => {
                let mut piece = Vec::with_capacity(left + 8);
                // Every word is another: pieces that are lost, doubled or swapped show in the hash.
                let mut word = from / 8;
                while piece.len() < left {
                    piece.extend_from_slice(&mixed(seed.wrapping_add(word)).to_le_bytes());
                    word += 1;
                }
                piece.truncate(left);
                if from == 0 {
                    let shown = head.len().min(left);
                    if let (Some(to), Some(head)) = (piece.get_mut(..shown), head.get(..shown)) {
                        to.copy_from_slice(head);
                    }
                }
                Bytes::from(piece)
            }
        }
    }

    /// The SHA-256 of the whole, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Hash::default();
        let mut at = 0;
        loop {
            let piece = self.piece(at);
            if piece.is_empty() {
                return hash.finish();
            }
            at += u64::try_from(piece.len()).unwrap_or_default();
            hash.update(&piece);
        }
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&SHA256, bytes).as_ref())
}

/// A SHA-256 on its way.
#[derive(Clone)]
pub(super) struct Hash(Context);

impl Default for Hash {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash")
    }
}

impl Hash {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// In hexadecimal.
    pub(super) fn finish(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// `SplitMix64`: cheap, and good enough that no two words meet.
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// How a file of this type and length begins.
fn head(media_type: &str, length: u64) -> Vec<u8> {
    let boxed = |brand: &[u8; 4]| {
        let mut head = vec![0, 0, 0, 24];
        head.extend_from_slice(b"ftyp");
        head.extend_from_slice(brand);
        head.extend_from_slice(&[0, 0, 2, 0]);
        head.extend_from_slice(b"isom");
        head.extend_from_slice(brand);
        // The rest is one box of data, with its length in 64 bits.
        head.extend_from_slice(&[0, 0, 0, 1]);
        head.extend_from_slice(b"mdat");
        head.extend_from_slice(&length.saturating_sub(24).to_be_bytes());
        head
    };
    match media_type {
        "video/mp4" => boxed(b"mp42"),
        "video/quicktime" => boxed(b"qt  "),
        "audio/mp4" => boxed(b"M4A "),
        "video/webm" | "audio/webm" => b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm".to_vec(),
        "audio/mpeg" => b"ID3\x04\0\0\0\0\0\0\xFF\xFB\x90\x64".to_vec(),
        "audio/ogg" | "video/ogg" => b"OggS\0\x02".to_vec(),
        "audio/flac" => b"fLaC\0\0\0\x22".to_vec(),
        "audio/wav" => b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0".to_vec(),
        // 640 × 480.
        "image/png" => {
            b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x02\x80\0\0\x01\xE0\x08\x02\0\0\0\x35\xCB\x55\x86".to_vec()
        }
        "image/gif" => b"GIF89a\x80\x02\xE0\x01\0\0\0".to_vec(),
        "image/webp" => b"RIFF\xFF\xFF\xFF\x7FWEBPVP8X\x0A\0\0\0\0\0\0\0\x7F\x02\0\xDF\x01\0".to_vec(),
        "image/jpeg" => {
            b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xC0\0\x0B\x08\x01\xE0\x02\x80\x01\x01\x11\0"
                .to_vec()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_always_the_same_and_never_repeats() {
        let content = Content::generated(200_001, 7, "video/mp4");
        let mut all = Vec::new();
        loop {
            let piece = content.piece(u64::try_from(all.len()).unwrap_or_default());
            if piece.is_empty() {
                break;
            }
            all.extend_from_slice(&piece);
        }
        assert_eq!(all.len(), 200_001);
        assert_eq!(all.get(4..12), Some(b"ftypmp42".as_slice()));
        assert_eq!(content.sha256(), sha256(&all));
        assert_eq!(Content::Bytes(Bytes::from(all.clone())).sha256(), sha256(&all));
        assert_ne!(all.get(1024..2048), all.get(1024 + PIECE..2048 + PIECE));
        assert_ne!(content.sha256(), Content::generated(200_001, 8, "video/mp4").sha256());
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
