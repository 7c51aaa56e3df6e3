//! Something attached to a status → a [`Media`]. Whatever is odd about it is left out; that it is there never is.

use std::time::Duration;

use super::super::wire::{Attachment, Focus as Point, Original};
use super::said;
use crate::core::media::MediaType;
use crate::core::post::{Focus, Media, MediaFile, MediaKind};

/// The longest address that is believed, in bytes. They are kept in the journal.
const MAX_ADDRESS: usize = 4096;
/// Endings of files' names beside those that [`MediaType`] gives them.
const OTHER_ENDINGS: [(&str, MediaType); 7] = [
    ("jpeg", MediaType::Jpeg),
    ("heif", MediaType::Heic),
    ("tif", MediaType::Tiff),
    ("m4v", MediaType::Mp4),
    ("ogv", MediaType::Ogg),
    ("oga", MediaType::Ogg),
    ("opus", MediaType::Ogg),
];

/// Reads an attachment.
pub(super) fn media(attachment: &Attachment) -> Media {
    let media_type = attachment.pleroma.as_ref().and_then(|file| MediaType::from_mime(file.mime_type.as_deref()?));
    let meta = attachment.meta.as_ref();
    let original = meta.and_then(|meta| meta.original.as_ref());
    let bitrate = original.and_then(|original| original.bitrate).filter(|bitrate| *bitrate > 0);
    let mut files: Vec<MediaFile> = Vec::new();
    for url in [attachment.url.as_ref(), attachment.remote_url.as_ref()].into_iter().filter_map(address) {
        if files.iter().all(|file| file.url != url) {
            files.push(MediaFile { url, media_type, bitrate });
        }
    }
    let told = original.and_then(|original| millis(original.duration?));
    Media {
        id: attachment.id.clone(),
        kind: kind(attachment.kind.as_deref(), media_type, &files),
        description: said(attachment.description.as_ref()),
        focus: meta.and_then(|meta| focus(meta.focus?)),
        size: original.and_then(size),
        length_ms: told.or_else(|| length(meta?.length.as_deref()?)),
        cover: cover(attachment, &files),
        files,
    }
}

/// Its kind; where the server does not know it, by what the file is or how its name ends.
fn kind(word: Option<&str>, media_type: Option<MediaType>, files: &[MediaFile]) -> MediaKind {
    match word {
        Some("image") => MediaKind::Image,
        Some("gifv") => MediaKind::Gif,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => {
            let by_name = || files.iter().find_map(|file| type_by_name(&file.url));
            let mime = media_type.or_else(by_name).map_or("", MediaType::mime);
            match mime.split('/').next() {
                Some("image") => MediaKind::Image,
                Some("video") => MediaKind::Video,
                Some("audio") => MediaKind::Audio,
                _ => MediaKind::Other,
            }
        }
    }
}

/// What stands for it, if that is a picture: Pleroma gives the file itself.
fn cover(attachment: &Attachment, files: &[MediaFile]) -> Option<String> {
    let is_picture =
        |url: &String| files.iter().all(|file| file.url != *url) && type_by_name(url).is_none_or(MediaType::is_image);
    let previews = [attachment.preview_url.as_ref(), attachment.preview_remote_url.as_ref()];
    previews.into_iter().filter_map(address).find(is_picture)
}

/// An address that something can be fetched from.
fn address(url: Option<&String>) -> Option<String> {
    let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    said(url).filter(|url| url.len() <= MAX_ADDRESS && is_web(url))
}

/// What a file is by the end of its name.
fn type_by_name(url: &str) -> Option<MediaType> {
    let path = url.split(['?', '#']).next()?;
    let (_, name) = path.split_once("://")?.1.rsplit_once('/')?;
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let known = MediaType::all().find(|kind| kind.ending() == ending);
    known.or_else(|| OTHER_ENDINGS.iter().find(|(other, _)| *other == ending).map(|(_, kind)| *kind))
}

fn size(original: &Original) -> Option<(u32, u32)> {
    let size = (original.width?, original.height?);
    (size.0 > 0 && size.1 > 0).then_some(size)
}

fn focus(point: Point) -> Option<Focus> {
    Some(Focus { x: thousandths(point.x)?, y: thousandths(point.y)? })
}

fn thousandths(share: f64) -> Option<i16> {
    #[expect(clippy::cast_possible_truncation, reason = "from -1000 to 1000")]
    let thousandths = (share.clamp(-1.0, 1.0) * 1000.0).round() as i16;
    share.is_finite().then_some(thousandths)
}

fn millis(secs: f64) -> Option<u64> {
    let length = Duration::try_from_secs_f64(secs).ok()?;
    u64::try_from(length.as_millis()).ok().filter(|millis| *millis > 0)
}

/// A length such as `0:01:28.65`.
fn length(text: &str) -> Option<u64> {
    let mut secs = 0.0;
    for number in text.split(':') {
        secs = secs * 60.0 + number.trim().parse::<f64>().ok().filter(|number| *number >= 0.0)?;
    }
    millis(secs)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What is read but its id.
    fn read(json: &Value) -> Media {
        let read = media(&serde_json::from_value(json.clone()).unwrap());
        assert_eq!(read.id.as_deref(), json["id"].as_str());
        Media { id: None, ..read }
    }

    #[test]
    fn all_that_is_said_is_read() {
        let file = |url: &str, media_type, bitrate| MediaFile { url: url.to_owned(), media_type, bitrate };
        for (said, expected) in [
            (
                json!({"id": "1", "type": "video", "url": "https://f/1.mp4", "preview_url": "https://f/1.png",
                    "remote_url": null, "preview_remote_url": null, "text_url": null, "description": "a cat",
                    "meta": {"length": "0:00:09.00", "focus": {"x": -0.5, "y": 0.3}, "original": {"width": 640,
                    "height": 360, "frame_rate": "30/1", "duration": 7.3, "bitrate": 2_191_346}, "small": {}}}),
                Media {
                    files: vec![file("https://f/1.mp4", None, Some(2_191_346))],
                    description: Some("a cat".to_owned()),
                    focus: Some(Focus { x: -500, y: 300 }),
                    size: Some((640, 360)),
                    length_ms: Some(7300),
                    cover: Some("https://f/1.png".to_owned()),
                    ..Media::of(MediaKind::Video)
                },
            ),
            (
                json!({"type": "image", "url": "https://c/1", "remote_url": "https://r/1.jpg",
                    "preview_remote_url": "https://r/small/1.jpg", "meta": {"original": {"width": 1, "height": 2}}}),
                Media {
                    files: vec![file("https://c/1", None, None), file("https://r/1.jpg", None, None)],
                    size: Some((1, 2)),
                    cover: Some("https://r/small/1.jpg".to_owned()),
                    ..Media::of(MediaKind::Image)
                },
            ),
            (
                json!({"type": "audio", "url": "https://f/1.mp3", "preview_url": "https://f/cover.jpeg",
                    "meta": {"length": "0:01:28.65", "original": {"bitrate": 128_000}}}),
                Media {
                    files: vec![file("https://f/1.mp3", None, Some(128_000))],
                    length_ms: Some(88_650),
                    cover: Some("https://f/cover.jpeg".to_owned()),
                    ..Media::of(MediaKind::Audio)
                },
            ),
            // Pleroma.
            (
                json!({"type": "audio", "url": "https://f/1", "remote_url": "https://f/1",
                    "preview_url": "https://f/1", "pleroma": {"mime_type": "audio/mpeg"}}),
                Media { files: vec![file("https://f/1", Some(MediaType::Mp3), None)], ..Media::of(MediaKind::Audio) },
            ),
        ] {
            assert_eq!(read(&said), expected, "{said}");
        }
    }

    #[test]
    fn unknown_kinds_are_known_by_their_files() {
        for (said, expected) in [
            (json!({"type": "unknown", "url": null, "remote_url": "https://r/a.JPG?x=1.mp4"}), MediaKind::Image),
            (json!({"type": "unknown", "remote_url": "https://r/a.b.jpeg"}), MediaKind::Image),
            (json!({"type": "unknown", "remote_url": "https://r/a.mp4#t"}), MediaKind::Video),
            (json!({"type": "unknown", "remote_url": "https://r/a.mp3"}), MediaKind::Audio),
            (json!({"type": "unknown", "remote_url": "https://r/a.opus"}), MediaKind::Audio),
            (
                json!({"type": "unknown", "remote_url": "https://r/a", "pleroma": {"mime_type": "image/webp"}}),
                MediaKind::Image,
            ),
            (json!({"type": "unknown", "remote_url": "https://r/a.pdf"}), MediaKind::Other),
            (json!({"type": "unknown", "remote_url": "https://r.mp4/a"}), MediaKind::Other),
            (json!({"type": "unknown", "remote_url": "https://r.mp4"}), MediaKind::Other),
            (json!({"type": "unknown"}), MediaKind::Other),
            (json!({"type": 7, "url": "https://r/a.png"}), MediaKind::Image),
        ] {
            assert_eq!(read(&said).kind, expected, "{said}");
        }
    }

    #[test]
    fn what_is_odd_is_left_out() {
        for (meta, expected) in [
            (json!(null), "None None None None"),
            (json!([]), "None None None None"),
            (json!({"original": 5, "focus": [], "length": 7}), "None None None None"),
            (json!({"original": {"width": 0, "height": 5, "duration": 0, "bitrate": 0}}), "None None None None"),
            (json!({"original": {"width": -1, "height": 5, "duration": -1.5}}), "None None None None"),
            (json!({"original": {"width": 1e300, "height": 5, "duration": 1e300}}), "None None None None"),
            (json!({"original": {"width": "5", "height": 5, "duration": "7", "bitrate": 1.5}}), "None None None None"),
            (json!({"original": {"duration": 7}}), "None None Some(7000) None"),
            (json!({"length": "x:1"}), "None None None None"),
            (json!({"length": "-1:1"}), "None None None None"),
            (json!({"length": "NaN"}), "None None None None"),
            (json!({"length": "inf:1"}), "None None None None"),
            (json!({"length": "1:00:00"}), "None None Some(3600000) None"),
            (json!({"focus": {"x": 1}}), "None None None None"),
            (json!({"focus": {"x": "0", "y": 0}}), "None None None None"),
            (json!({"focus": {"x": 0, "y": 0.4567}}), "Some((0, 457)) None None None"),
            (json!({"focus": {"x": -7, "y": 1e300}}), "Some((-1000, 1000)) None None None"),
        ] {
            let media = read(&json!({"type": "image", "url": "https://f/1", "meta": meta}));
            let focus = media.focus.map(|focus| (focus.x, focus.y));
            let bitrate = media.files.first().and_then(|file| file.bitrate);
            let found = format!("{focus:?} {:?} {:?} {bitrate:?}", media.size, media.length_ms);
            assert_eq!(found, expected, "{meta}");
        }
        let long = format!("https://f/{}", "x".repeat(MAX_ADDRESS));
        for url in [json!(5), json!(""), json!("/1.jpg"), json!("data:image/png;base64,AA"), json!(long)] {
            let media = read(&json!({"type": "image", "url": url, "preview_url": url, "description": " "}));
            assert_eq!(media, Media::of(MediaKind::Image), "{url}");
        }
    }

    #[test]
    fn only_a_picture_stands_for_something() {
        for (preview, expected) in [
            ("https://f/1.mp4", false),
            ("https://f/2.mp3", false),
            ("https://f/2.webm?x", false),
            ("https://f/2.png", true),
            ("https://f/2", true),
            ("https://f/2.php", true),
        ] {
            let media = read(&json!({"type": "video", "url": "https://f/1.mp4", "preview_url": preview}));
            assert_eq!(media.cover.is_some(), expected, "{preview}");
        }
    }
}
