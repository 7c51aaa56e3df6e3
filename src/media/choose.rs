//! Whether a file is as the target takes it, and what becomes of it if not. Pure.

use super::sniff::Sniffed;
use super::words;
use crate::core::media::{FileLimits, MediaRules, MediaType};
use crate::core::post::MediaKind;

/// The most pixels of a picture that is decoded: a small file can hold a picture that fills any memory.
pub(super) const MOST_PIXELS: u64 = 50_000_000;

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is taken as it is.
    Fits,
    /// It could be changed so that it is taken. Why it is not: the end of a sentence.
    Change(String),
    /// It is not taken. Why: the end of a sentence.
    Unfit(String),
}

/// What the target takes of such a file.
pub(super) fn limits<'a>(kind: MediaKind, found: &Sniffed, rules: &'a MediaRules) -> &'a FileLimits {
    let picture = || {
        let is_gif = found.media_type == MediaType::Gif && (found.is_animated || kind == MediaKind::Gif);
        if is_gif && !rules.gifs.types.is_empty() { &rules.gifs } else { &rules.images }
    };
    match kind {
        MediaKind::Image => picture(),
        MediaKind::Gif | MediaKind::Other if found.media_type.is_image() => picture(),
        MediaKind::Other if found.media_type.mime().starts_with("audio/") => &rules.audio,
        MediaKind::Gif | MediaKind::Video | MediaKind::Other => &rules.videos,
        MediaKind::Audio => &rules.audio,
    }
}

/// The type that a file counts as: sound alone in an MP4 that does not say so is M4A.
pub(super) fn media_type(kind: MediaKind, found: &Sniffed, limits: &FileLimits) -> MediaType {
    let takes = |media_type| limits.types.contains(&media_type);
    match found.media_type {
        MediaType::Mp4 if kind == MediaKind::Audio && !takes(MediaType::Mp4) => MediaType::M4a,
        other => other,
    }
}

/// Whether a file is one that could be changed: a picture, unless it moves (it would stand still).
pub(super) fn can_change(kind: MediaKind, found: &Sniffed) -> bool {
    matches!(kind, MediaKind::Image | MediaKind::Other) && found.media_type.is_image() && !found.is_animated
}

/// Whether a file is taken, `length` bytes long where that is known. `most` bytes are carried at all.
pub(super) fn judge(kind: MediaKind, found: &Sniffed, length: Option<u64>, limits: &FileLimits, most: u64) -> Verdict {
    let noun = words::noun(kind);
    let media_type = media_type(kind, found, limits);
    let pixels = found.pixels();
    let why = if limits.types.is_empty() {
        return Verdict::Unfit(format!("no {noun} is taken there"));
    } else if !limits.types.contains(&media_type) {
        format!("the {noun} is of a type that is not taken there ({media_type})")
    } else if length.is_some_and(|length| length > limits.max_bytes.min(most)) {
        let size = words::too_large(length, limits.max_bytes.min(most));
        format!("the {noun} is larger than is taken there {size}")
    } else if let Some((max, (width, height))) = limits.max_pixels.zip(found.size)
        && pixels.is_some_and(|pixels| pixels > max)
        && media_type.is_image()
    {
        format!("the {noun} has more pixels than are taken there ({width}×{height})")
    } else if limits.max_pixels.is_some() && media_type == MediaType::Jpeg && found.size.is_none() {
        // Its header is further behind than was looked.
        format!("the {noun} does not say how many pixels it has")
    } else {
        return Verdict::Fits;
    };
    if !can_change(kind, found) {
        let but = if found.is_animated { ", and it moves" } else { "" };
        return Verdict::Unfit(format!("{why}{but}"));
    }
    match too_many_pixels(noun, found) {
        Some(why) => Verdict::Unfit(why),
        None => Verdict::Change(why),
    }
}

fn too_many_pixels(noun: &str, found: &Sniffed) -> Option<String> {
    let (width, height) = found.size.filter(|_| found.pixels().is_some_and(|pixels| pixels > MOST_PIXELS))?;
    Some(format!("the {noun} is {width}×{height} pixels large, too large to work with"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(media_type: MediaType, width: u32, height: u32) -> Sniffed {
        Sniffed { media_type, size: Some((width, height)), is_animated: false }
    }

    fn rules() -> MediaRules {
        let of = |types: &[MediaType], max_bytes| FileLimits { types: types.to_vec(), max_bytes, ..Default::default() };
        MediaRules {
            images: FileLimits {
                max_pixels: Some(1000),
                ..of(&[MediaType::Jpeg, MediaType::Gif, MediaType::WebP], 5 << 20)
            },
            gifs: of(&[MediaType::Gif], 15 << 20),
            videos: of(&[MediaType::Mp4], 512 << 20),
            audio: of(&[MediaType::Mp3, MediaType::M4a], 1 << 20),
            ..MediaRules::nothing()
        }
    }

    #[test]
    fn files_are_measured_by_what_they_are() {
        let rules = rules();
        let moving = |media_type| Sniffed { is_animated: true, ..found(media_type, 1, 1) };
        for (kind, file, expected) in [
            (MediaKind::Image, found(MediaType::Jpeg, 1, 1), &rules.images),
            (MediaKind::Image, found(MediaType::Gif, 1, 1), &rules.images),
            (MediaKind::Image, moving(MediaType::Gif), &rules.gifs),
            (MediaKind::Image, moving(MediaType::WebP), &rules.images),
            (MediaKind::Image, found(MediaType::Mp4, 1, 1), &rules.images),
            (MediaKind::Gif, found(MediaType::Gif, 1, 1), &rules.gifs),
            (MediaKind::Gif, found(MediaType::Mp4, 1, 1), &rules.videos),
            (MediaKind::Video, found(MediaType::Gif, 1, 1), &rules.videos),
            (MediaKind::Audio, found(MediaType::Mp3, 1, 1), &rules.audio),
            (MediaKind::Other, found(MediaType::Png, 1, 1), &rules.images),
            (MediaKind::Other, found(MediaType::Mp3, 1, 1), &rules.audio),
            (MediaKind::Other, found(MediaType::WebM, 1, 1), &rules.videos),
        ] {
            assert_eq!(limits(kind, &file, &rules), expected, "{kind:?} {file:?}");
        }
        let mut without = rules.clone();
        without.gifs.types.clear();
        assert_eq!(limits(MediaKind::Gif, &moving(MediaType::Gif), &without), &without.images);
    }

    #[test]
    fn what_does_not_fit_is_told_with_numbers() {
        let rules = rules();
        let change = |why: &str| Verdict::Change(why.to_owned());
        let unfit = |why: &str| Verdict::Unfit(why.to_owned());
        let (image, video) = (MediaKind::Image, MediaKind::Video);
        let moving = Sniffed { is_animated: true, ..found(MediaType::Gif, 10, 10) };
        let headless = Sniffed { size: None, ..found(MediaType::Jpeg, 1, 1) };
        for (kind, file, length, expected) in [
            (image, found(MediaType::Jpeg, 10, 100), Some(5 << 20), Verdict::Fits),
            (image, found(MediaType::Jpeg, 10, 100), None, Verdict::Fits),
            (
                image,
                found(MediaType::Jpeg, 10, 10),
                Some(6 << 20),
                change("the picture is larger than is taken there (6 MB, at most 5 MB)"),
            ),
            (
                image,
                found(MediaType::Jpeg, 10, 101),
                Some(1),
                change("the picture has more pixels than are taken there (10×101)"),
            ),
            (image, headless, Some(1), change("the picture does not say how many pixels it has")),
            (
                image,
                found(MediaType::Bmp, 10, 10),
                None,
                change("the picture is of a type that is not taken there (BMP)"),
            ),
            (
                image,
                found(MediaType::Jpeg, 50_000, 50_000),
                Some(1),
                unfit("the picture is 50000×50000 pixels large, too large to work with"),
            ),
            (
                image,
                moving,
                Some(16 << 20),
                unfit("the picture is larger than is taken there (16 MB, at most 15 MB), and it moves"),
            ),
            (
                video,
                found(MediaType::Mp4, 10, 10),
                Some(600 << 20),
                unfit("the video is larger than is taken there (600 MB, at most 512 MB)"),
            ),
            (
                video,
                found(MediaType::Gif, 10, 10),
                Some(1),
                unfit("the video is of a type that is not taken there (GIF)"),
            ),
            (MediaKind::Audio, found(MediaType::Mp4, 0, 0), Some(1), Verdict::Fits),
        ] {
            let limits = limits(kind, &file, &rules);
            assert_eq!(judge(kind, &file, length, limits, 1 << 40), expected, "{kind:?} {file:?}");
        }
        let nothing = judge(video, &found(MediaType::Mp4, 1, 1), Some(1), &FileLimits::default(), 1);
        assert_eq!(nothing, unfit("no video is taken there"));
    }
}
