#![expect(clippy::unwrap_used, reason = "a test")]

use proptest::prelude::*;

use super::*;

fn media(head: &[u8]) -> Option<Sniffed> {
    match sniff(head) {
        Content::Media(sniffed) => Some(sniffed),
        _ => None,
    }
}

fn ftyp(major: &[u8], others: &[&[u8; 4]]) -> Vec<u8> {
    let length = u32::try_from(16 + 4 * others.len()).unwrap();
    let mut bytes = [&length.to_be_bytes()[..], b"ftyp", major, &[0; 4]].concat();
    bytes.extend(others.iter().copied().flatten());
    [&bytes[..], b"\0\0\0\x08moov"].concat()
}

fn jpeg(before: &[u8], width: u16, height: u16) -> Vec<u8> {
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    [b"\xff\xd8", before, b"\xff\xc2\0\x11\x08", &size, b"\x03"].concat()
}

fn segment(marker: u8, length: usize) -> Vec<u8> {
    let told = u16::try_from(length + 2).unwrap().to_be_bytes();
    [&[0xff, marker][..], &told, &vec![0xff; length]].concat()
}

fn png(chunks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x03\x20\0\0\x02\x58\x08\x06\0\0\0crc!".to_vec();
    for name in chunks {
        bytes.extend([&[0, 0, 0, 2][..], name, b"xxcrc!"].concat());
    }
    bytes
}

const NETSCAPE: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";
const FRAME: &[u8] = b"\x2c\0\0\0\0\x02\0\x01\0\0\x02\x02\x44\x01\0";

fn gif(blocks: &[&[u8]]) -> Vec<u8> {
    // With a table of two colours.
    [b"GIF89a\x02\0\x01\0\x80\0\0\0\0\0\xff\xff\xff", &blocks.concat()[..]].concat()
}

fn webp(chunk: &[u8], body: &[u8]) -> Vec<u8> {
    [b"RIFF\0\0\0\0WEBP", chunk, &[0; 4], body].concat()
}

#[test]
fn sound_and_video_are_known_by_their_first_bytes() {
    let transport_stream: Vec<u8> = (0..400).map(|at| if at % 188 == 0 { 0x47 } else { 0 }).collect();
    let id3 = |rest: &[u8]| [b"ID3\x04\0\0\0\0\0\x03abc", rest].concat();
    let asf = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c....";
    for (bytes, expected) in [
        (ftyp(b"isom", &[b"iso2", b"avc1", b"mp41"]), Some(MediaType::Mp4)),
        (ftyp(b"mp42", &[]), Some(MediaType::Mp4)),
        (ftyp(b"M4V ", &[]), Some(MediaType::Mp4)),
        (ftyp(b"odd!", &[b"isom"]), Some(MediaType::Mp4)),
        (ftyp(b"odd!", &[b"even"]), None),
        (ftyp(b"qt  ", &[]), Some(MediaType::QuickTime)),
        (b"\0\0\0\x08wide\0\0\0\0mdat".to_vec(), Some(MediaType::QuickTime)),
        (ftyp(b"M4A ", &[b"isom"]), Some(MediaType::M4a)),
        (ftyp(b"3gp5", &[b"isom"]), Some(MediaType::ThreeGpp)),
        (ftyp(b"heic", &[b"mif1"]), Some(MediaType::Heic)),
        (ftyp(b"mif1", &[b"miaf", b"avif"]), Some(MediaType::Avif)),
        (ftyp(b"mif1", &[b"heic"]), Some(MediaType::Heic)),
        (ftyp(b"avif", &[]), Some(MediaType::Avif)),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm".to_vec(), Some(MediaType::WebM)),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska".to_vec(), None),
        (b"OggS\0\x02".to_vec(), Some(MediaType::Ogg)),
        (b"fLaC\0".to_vec(), Some(MediaType::Flac)),
        (b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), Some(MediaType::Wav)),
        (b"\xff\xfb\x90\x64".to_vec(), Some(MediaType::Mp3)),
        (b"\xff\xf3\x40\xc0".to_vec(), Some(MediaType::Mp3)),
        (b"\xff\xf1\x50\x80".to_vec(), Some(MediaType::Aac)),
        (b"\xff\xfe\x3c\x00h\x00t\x00".to_vec(), None),
        (id3(b"\xff\xfb\x90\x64"), Some(MediaType::Mp3)),
        (id3(b"\xff\xf1\x50\x80"), Some(MediaType::Aac)),
        (id3(b"fLaC"), Some(MediaType::Flac)),
        (b"ID3\x04\0\0\0\x7f\x7f\x7f".to_vec(), Some(MediaType::Mp3)),
        (transport_stream, Some(MediaType::MpegTs)),
        (b"Good morning".to_vec(), None),
        (asf.to_vec(), Some(MediaType::Asf)),
    ] {
        assert_eq!(media(&bytes).map(|sniffed| sniffed.media_type), expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn pictures_tell_their_size_and_whether_they_move() {
    let large_before = [segment(0xe1, 40_000), segment(0xe2, 20_000), segment(0xc4, 30)].concat();
    let intel = b"II\x2a\0\x08\0\0\0\x02\0\0\x01\x04\0\x01\0\0\0\x20\x03\0\0\x01\x01\x03\0\x01\0\0\0\x58\x02\0\0";
    let motorola = b"MM\0\x2a\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\x03\x20\0\0\x01\x01\0\x04\0\0\0\x01\0\0\x02\x58";
    let bmp = |body: &[u8]| [b"BM............", body].concat();
    let size = Some((800, 600));
    for (name, bytes, media_type, size, is_animated) in [
        ("jpeg", jpeg(b"", 800, 600), MediaType::Jpeg, size, false),
        ("jpeg behind much", jpeg(&large_before, 800, 600), MediaType::Jpeg, size, false),
        ("jpeg with fill bytes", jpeg(b"\xff\xff", 800, 600), MediaType::Jpeg, size, false),
        ("jpeg, cut off", b"\xff\xd8\xff\xe1\xff\xff".to_vec(), MediaType::Jpeg, None, false),
        ("png", png(&[b"gAMA", b"IDAT", b"acTL"]), MediaType::Png, size, false),
        ("png that moves", png(&[b"gAMA", b"acTL", b"IDAT"]), MediaType::Png, size, true),
        ("png, cut off", b"\x89PNG\r\n\x1a\n".to_vec(), MediaType::Png, None, false),
        ("gif", gif(&[FRAME, b";"]), MediaType::Gif, Some((2, 1)), false),
        ("gif, said to move", gif(&[NETSCAPE, FRAME, b";"]), MediaType::Gif, Some((2, 1)), false),
        ("gif that moves", gif(&[FRAME, FRAME, b";"]), MediaType::Gif, Some((2, 1)), true),
        ("gif whose first frame is long", gif(&[NETSCAPE, FRAME]), MediaType::Gif, Some((2, 1)), true),
        ("gif, cut off", b"GIF87a".to_vec(), MediaType::Gif, None, false),
        ("webp", webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x20\x03\x58\x02"), MediaType::WebP, size, false),
        ("webp, lossless", webp(b"VP8L", b"\x2f\x1f\xc3\x95\0"), MediaType::WebP, size, false),
        ("webp, extended", webp(b"VP8X", b"\x10\0\0\0\x1f\x03\0\x57\x02\0"), MediaType::WebP, size, false),
        ("webp that moves", webp(b"VP8X", b"\x02\0\0\0\x1f\x03\0\x57\x02\0"), MediaType::WebP, size, true),
        ("webp, cut off", webp(b"VP8X", b""), MediaType::WebP, None, false),
        ("bmp", bmp(b"\x28\0\0\0\x20\x03\0\0\xa8\xfd\xff\xff"), MediaType::Bmp, size, false),
        ("bmp, old", bmp(b"\x0c\0\0\0\x20\x03\x58\x02"), MediaType::Bmp, size, false),
        ("tiff", intel.to_vec(), MediaType::Tiff, size, false),
        ("tiff, the other way round", motorola.to_vec(), MediaType::Tiff, size, false),
        ("tiff, far away", b"II\x2a\0\xff\xff\xff\xff".to_vec(), MediaType::Tiff, None, false),
    ] {
        assert_eq!(media(&bytes), Some(Sniffed { media_type, size, is_animated }), "{name}");
    }
    let bomb = media(&jpeg(b"", 65_535, 65_535)).unwrap();
    assert_eq!(bomb.pixels(), Some(4_294_836_225));
}

#[test]
fn what_is_for_reading_is_no_file() {
    for (bytes, expected) in [
        (&b""[..], Content::Empty),
        (b"\n <!DOCTYPE html><html>", Content::Text),
        (b"\xef\xbb\xbf<html lang=de>\xc3\xa4", Content::Text),
        (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", Content::Text),
        (b"{\"error\":\"Record not found\"}", Content::Text),
        (b"Not found", Content::Text),
        (b"BM, the firm, is closed", Content::Text),
        (b"<?xml version=\"1.0\"?><svg xmlns=\"\">", Content::Unknown),
        (b"\0\x01\x02\x03\x04\x05\x06\x07\x08", Content::Unknown),
    ] {
        assert_eq!(sniff(bytes), expected, "{}", bytes.escape_ascii());
    }
}

proptest! {
    /// Whatever comes, and wherever it is cut off, it is looked at without a panic.
    #[test]
    fn nothing_is_too_odd(
        start in proptest::sample::select(vec![
            &b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF....WEBPVP8X", b"RIFF....WEBPVP8L", b"BM",
            b"II\x2a\0", b"MM\0\x2a", b"\0\0\0\x18ftyp", b"\x1a\x45\xdf\xa3", b"ID3", b"\xff", b"\x47", b"<",
        ]),
        rest in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let _ = sniff(&[start, &rest].concat());
    }
}
