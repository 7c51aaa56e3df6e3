//! Whether an attachment can go to the target at all, as far as that is known before it is fetched, and from where.
//!
//! Not here: what the files turn out to be once they are fetched (`crate::media`), what becomes of what does not fit.

use std::cmp::Reverse;

use crate::core::media::{FileLimits, MediaRules, MediaType};
use crate::core::post::{Media, MediaFile, MediaKind, Network};
use crate::core::render::note::{kind_name, secs};

/// An attachment that may fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Where it can be fetched, the best for the target first.
    pub sources: Vec<String>,
    /// Whether nothing else stands beside it in a post.
    pub is_alone: bool,
}

/// How an attachment goes to the target; the error is why it does not, as a sentence for the owner. A picture that is
/// too large is scaled and one of another type is converted: neither speaks against it here.
pub fn fit(media: &Media, rules: &MediaRules, target: Network) -> Result<Fit, String> {
    let name = kind_name(media.kind);
    // An animated GIF stands alone on X, and only the file tells whether it is animated.
    let is_gif = media.files.iter().any(is_gif);
    let own_limits = is_gif && !rules.gifs.types.is_empty();
    let limits = match media.kind {
        MediaKind::Image | MediaKind::Gif if own_limits => &rules.gifs,
        MediaKind::Gif if is_gif => &rules.images,
        MediaKind::Image => &rules.images,
        MediaKind::Gif | MediaKind::Video => &rules.videos,
        MediaKind::Audio => &rules.audio,
        MediaKind::Other => return Err("crosspostd does not know what kind of media is attached to it".to_owned()),
    };
    if limits.types.is_empty() || (media.kind == MediaKind::Image && rules.max_images == 0) {
        return Err(format!("{target} takes no {}", plural(media.kind)));
    }
    if media.files.is_empty() {
        return Err(format!("the {name} has no address from which it could be fetched"));
    }
    if let Some(length) = media.length_ms.filter(|_| !is_gif && media.kind != MediaKind::Image) {
        if let Some(most) = limits.max_ms.filter(|most| length > *most) {
            return Err(format!("the {name} is {} long, {target} takes at most {}", secs(length), secs(most)));
        }
        if length < limits.min_ms {
            return Err(format!(
                "the {name} is {} long, {target} takes no less than {}",
                secs(length),
                secs(limits.min_ms)
            ));
        }
    }
    let is_still = is_gif || media.kind == MediaKind::Image;
    let sources = if is_still { addresses(media.files.iter()) } else { played(media, limits) };
    if sources.is_empty() {
        let kind = media.files.iter().find_map(|file| file.media_type);
        return Err(match kind {
            Some(kind) => format!("{target} takes no {kind} {}", plural(media.kind)),
            None => format!("the {name} comes in no form that {target} takes"),
        });
    }
    Ok(Fit { sources, is_alone: media.kind != MediaKind::Image || own_limits })
}

/// The files of something that plays: the best that is likely to fit, then lesser ones, then, as a last resort, those
/// that are likely to be too large, the smallest first.
fn played(media: &Media, limits: &FileLimits) -> Vec<String> {
    let is_taken = |file: &&MediaFile| {
        !is_stream(&file.url) && file.media_type.is_none_or(|media_type| limits.types.contains(&media_type))
    };
    let rate = |file: &&MediaFile| file.bitrate.unwrap_or_default();
    let (mut fitting, mut large): (Vec<&MediaFile>, Vec<&MediaFile>) =
        media.files.iter().filter(is_taken).partition(|file| is_likely_to_fit(file, media.length_ms, limits));
    fitting.sort_by_key(|file| Reverse(rate(file)));
    large.sort_by_key(rate);
    addresses(fitting.into_iter().chain(large))
}

fn is_likely_to_fit(file: &MediaFile, length_ms: Option<u64>, limits: &FileLimits) -> bool {
    let bytes = file.bitrate.zip(length_ms).map_or(0, |(rate, length)| rate.saturating_mul(length) / 8000);
    let pixels = limits.max_pixels.and(pixels_in(&file.url)).unwrap_or_default();
    bytes <= limits.max_bytes && limits.max_pixels.is_none_or(|most| pixels <= most)
}

/// X writes the size of a video into its address: `/vid/avc1/1280x720/`.
fn pixels_in(address: &str) -> Option<u64> {
    address.split('/').find_map(|segment| {
        let (width, height) = segment.split_once('x')?;
        width.parse::<u64>().ok()?.checked_mul(height.parse().ok()?)
    })
}

/// Each once, in order.
fn addresses<'a>(files: impl Iterator<Item = &'a MediaFile>) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for file in files {
        if !file.url.is_empty() && !addresses.contains(&file.url) {
            addresses.push(file.url.clone());
        }
    }
    addresses
}

/// A list of pieces (HLS) is no file.
fn is_stream(address: &str) -> bool {
    has_ending(address, "m3u8")
}

fn is_gif(file: &MediaFile) -> bool {
    file.media_type.map_or_else(|| has_ending(&file.url, "gif"), |media_type| media_type == MediaType::Gif)
}

fn has_ending(address: &str, ending: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(ending))
}

fn plural(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "pictures",
        MediaKind::Gif => "GIFs",
        MediaKind::Video => "videos",
        MediaKind::Audio => "sound",
        MediaKind::Other => "attachments",
    }
}
