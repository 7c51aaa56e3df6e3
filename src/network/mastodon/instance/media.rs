//! What a server takes of files, by what it says of itself (`mastodon-api.md` 2.1).

use serde_json::Value;

use super::number;
use crate::core::media::{Describing, FileLimits, MediaRules, MediaType};

/// How long an upload is kept that no post has, in seconds (`mastodon-api.md` 6).
pub(in super::super) const KEPT_SECS: i64 = 86_400;
/// How much of that is not counted on, in seconds.
const MARGIN_SECS: i64 = 600;

/// What Mastodon takes, for servers that do not say.
const MAX_FILES: usize = 4;
const MAX_DESCRIPTION: usize = 1500;
const MAX_IMAGE_BYTES: u64 = 16 * 1024 * 1024;
const MAX_IMAGE_PIXELS: u64 = 33_177_600;
const MAX_VIDEO_BYTES: u64 = 99 * 1024 * 1024;
const MAX_VIDEO_PIXELS: u64 = 8_294_400;
const IMAGES: [MediaType; 4] = [MediaType::Jpeg, MediaType::Png, MediaType::Gif, MediaType::WebP];
const VIDEOS: [MediaType; 3] = [MediaType::Mp4, MediaType::QuickTime, MediaType::WebM];
const AUDIO: [MediaType; 6] =
    [MediaType::Mp3, MediaType::Ogg, MediaType::Wav, MediaType::Flac, MediaType::M4a, MediaType::Aac];

/// The largest GIF that Mastodon takes, in pixels; it does not say so.
const MAX_GIF_PIXELS: u64 = 921_600;
/// The most files in a post, whatever a server says.
const MOST_FILES: usize = 100;

/// Reads what a server takes. `is_mastodon`: whether it is Mastodon or a fork of it.
pub(super) fn read(instance: &Value, is_mastodon: bool) -> MediaRules {
    let said = |names: &[&str]| names.iter().find_map(|name| number(instance.pointer(name)));
    let limit = |names: &[&str], default: u64| {
        said(names).and_then(|said| u64::try_from(said).ok()).filter(|limit| *limit > 0).unwrap_or(default)
    };
    let max_images = said(&["/configuration/statuses/max_media_attachments"]).unwrap_or(MAX_FILES).min(MOST_FILES);
    if max_images == 0 {
        return MediaRules::nothing();
    }
    // `upload_limit` and the `description_limit` outside: Pleroma and its forks.
    let image_bytes = limit(&["/configuration/media_attachments/image_size_limit", "/upload_limit"], MAX_IMAGE_BYTES);
    let video_bytes = limit(&["/configuration/media_attachments/video_size_limit", "/upload_limit"], MAX_VIDEO_BYTES);
    let image_pixels = limit(&["/configuration/media_attachments/image_matrix_limit"], MAX_IMAGE_PIXELS);
    let video_pixels = limit(&["/configuration/media_attachments/video_matrix_limit"], MAX_VIDEO_PIXELS);
    let [images, videos, audio] = types(instance);
    let gifs: Vec<MediaType> = images.iter().copied().filter(|kind| *kind == MediaType::Gif).collect();
    let gif_pixels = if is_mastodon { MAX_GIF_PIXELS.min(image_pixels) } else { image_pixels };
    let files = |types, max_bytes, max_pixels| FileLimits { types, max_bytes, max_pixels, ..FileLimits::default() };
    MediaRules {
        max_images,
        images: files(images, image_bytes, Some(image_pixels)),
        gifs: files(gifs, image_bytes, Some(gif_pixels)),
        videos: files(videos, video_bytes, Some(video_pixels)),
        // Sound may be as large as a video.
        audio: files(audio, video_bytes, None),
        max_description: said(&["/configuration/media_attachments/description_limit", "/description_limit"])
            .unwrap_or(MAX_DESCRIPTION),
        describing: Describing::WithUpload,
        takes_focus: true,
        upload_lasts_secs: KEPT_SECS - MARGIN_SECS,
    }
}

/// The types of pictures, videos and sound. A container that holds either is what its name says.
fn types(instance: &Value) -> [Vec<MediaType>; 3] {
    let said = instance.pointer("/configuration/media_attachments/supported_mime_types").and_then(Value::as_array);
    let mut types = [Vec::new(), Vec::new(), Vec::new()];
    let [images, videos, audio] = &mut types;
    for mime in said.into_iter().flatten().filter_map(Value::as_str) {
        let Some(kind) = MediaType::from_mime(mime) else { continue };
        let list = match kind {
            // Windows Media is called a video and taken for its sound only.
            MediaType::Asf => &mut *audio,
            _ if kind.is_image() => &mut *images,
            _ if mime.trim_start().to_ascii_lowercase().starts_with("video/") => &mut *videos,
            _ => &mut *audio,
        };
        if !list.contains(&kind) {
            list.push(kind);
        }
    }
    if types.iter().all(Vec::is_empty) { [IMAGES.to_vec(), VIDEOS.to_vec(), AUDIO.to_vec()] } else { types }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn usual() -> MediaRules {
        read(&json!({}), false)
    }

    #[test]
    fn a_server_that_says_nothing_takes_the_usual() {
        let rules = usual();
        let limits = |files: &FileLimits| (files.types.len(), files.max_bytes, files.max_pixels);
        assert_eq!((rules.max_images, rules.max_description, rules.takes_focus), (4, 1500, true));
        assert_eq!((rules.describing, rules.upload_lasts_secs), (Describing::WithUpload, 85_800));
        assert_eq!(limits(&rules.images), (4, 16_777_216, Some(33_177_600)));
        assert_eq!(limits(&rules.gifs), (1, 16_777_216, Some(33_177_600)));
        assert_eq!(limits(&rules.videos), (3, 103_809_024, Some(8_294_400)));
        assert_eq!(limits(&rules.audio), (6, 103_809_024, None));
        assert_eq!(read(&json!({}), true).gifs.max_pixels, Some(921_600));
        for odd in [
            json!({"configuration": {"statuses": {"max_media_attachments": -1}, "media_attachments": {
                "supported_mime_types": "image/png", "description_limit": null, "image_size_limit": 0,
                "image_matrix_limit": [], "video_size_limit": "large", "video_matrix_limit": 1.5}}}),
            json!({"configuration": {"media_attachments": {"supported_mime_types": []}}}),
            json!({"configuration": {"media_attachments": {"supported_mime_types": [7, "text/plain"]}}}),
            json!({"configuration": []}),
        ] {
            assert_eq!(read(&odd, false), usual(), "{odd}");
        }
    }

    #[test]
    fn what_servers_say_counts() {
        use MediaType::{Aac, Asf, Flac, Gif, Jpeg, M4a, Mp3, Mp4, Ogg, Png, QuickTime, ThreeGpp, Wav, WebM, WebP};
        // Mastodon 3.5.
        let older = read(
            &json!({"configuration": {"statuses": {"max_media_attachments": 4}, "media_attachments": {
                "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/webm",
                "video/mp4", "video/quicktime", "video/ogg", "audio/wave", "audio/wav", "audio/x-wav",
                "audio/x-pn-wave", "audio/ogg", "audio/vorbis", "audio/mpeg", "audio/mp3", "audio/webm", "audio/flac",
                "audio/aac", "audio/m4a", "audio/x-m4a", "audio/mp4", "audio/3gpp", "video/x-ms-asf"],
                "image_size_limit": 10_485_760, "image_matrix_limit": 16_777_216, "video_size_limit": 41_943_040,
                "video_frame_rate_limit": 60, "video_matrix_limit": 2_304_000}}}),
            true,
        );
        let files = |types: &[MediaType], max_bytes, max_pixels| FileLimits {
            types: types.to_vec(),
            max_bytes,
            max_pixels,
            ..FileLimits::default()
        };
        let expected = MediaRules {
            images: files(&[Jpeg, Png, Gif, WebP], 10_485_760, Some(16_777_216)),
            gifs: files(&[Gif], 10_485_760, Some(921_600)),
            videos: files(&[WebM, Mp4, QuickTime, Ogg], 41_943_040, Some(2_304_000)),
            audio: files(&[Wav, Ogg, Mp3, WebM, Flac, Aac, M4a, ThreeGpp, Asf], 41_943_040, None),
            ..usual()
        };
        assert_eq!(older, expected);
        // Photos only, and no GIFs among them.
        let photos = read(
            &json!({"configuration": {"statuses": {"max_media_attachments": "20"}, "media_attachments": {
                "supported_mime_types": ["image/jpeg", " IMAGE/PNG"], "description_limit": 5000}}}),
            false,
        );
        assert_eq!((photos.max_images, photos.max_description), (20, 5000));
        assert_eq!(photos.images.types, [Jpeg, Png]);
        assert!([&photos.gifs, &photos.videos, &photos.audio].iter().all(|files| files.types.is_empty()));
        // Pleroma.
        let pleroma = read(&json!({"upload_limit": 16_000_000, "description_limit": 4000}), false);
        assert_eq!((pleroma.images.max_bytes, pleroma.videos.max_bytes), (16_000_000, 16_000_000));
        assert_eq!((pleroma.max_images, pleroma.max_description), (4, 4000));
        let none = json!({"configuration": {"statuses": {"max_media_attachments": 0}}});
        assert_eq!(read(&none, true), MediaRules::nothing());
        let huge = json!({"configuration": {"statuses": {"max_media_attachments": u64::MAX}}});
        assert_eq!(read(&huge, true).max_images, MOST_FILES);
    }
}
