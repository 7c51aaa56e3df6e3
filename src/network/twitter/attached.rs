//! What is attached to a post of X's → the neutral [`Media`]. Pure.
//!
//! Not here: polls (`read`), what the text says of media (`text`).

use url::Url;

use super::text::MediaLink;
use super::wire;
use crate::core::media::MediaType;
use crate::core::post::{Media, MediaFile, MediaKind};

/// Where X keeps photos.
const PHOTO_HOST: &str = "pbs.twimg.com";

/// What is attached to a post, in order. What `includes` says nothing of is there all the same.
#[must_use]
pub fn media(post: &wire::Post, links: &[MediaLink], includes: &wire::Includes) -> Vec<Media> {
    let mut keys: Vec<&str> = Vec::new();
    let named = post.attachments.media_keys.iter().chain(links.iter().filter_map(|link| link.key.as_ref()));
    for key in named {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let mut all: Vec<Media> = keys.into_iter().map(|key| medium(key, post, includes.media.get(key), links)).collect();
    if all.is_empty() {
        // Only the links say that there is something: one each is the least that there can be.
        all.extend(links.iter().map(|link| Media::of(link.kind)));
    }
    all
}

fn medium(key: &str, post: &wire::Post, known: Option<&wire::Media>, links: &[MediaLink]) -> Media {
    let said = known.and_then(|medium| match medium.kind.as_str() {
        "photo" => Some(MediaKind::Image),
        "animated_gif" => Some(MediaKind::Gif),
        "video" => Some(MediaKind::Video),
        _ => None,
    });
    // The number before the `_` is the kind, too.
    let by_key = || match key.split_once('_').map(|(kind, _)| kind) {
        Some("3") => Some(MediaKind::Image),
        Some("7" | "13") => Some(MediaKind::Video),
        Some("16") => Some(MediaKind::Gif),
        _ => None,
    };
    let by_link = || links.iter().find(|link| link.key.as_deref() == Some(key)).map(|link| link.kind);
    let kind = said.or_else(by_key).or_else(by_link).unwrap_or(MediaKind::Other);
    // What stands behind it is the id that it got when it was uploaded (`x-api.md` 4.1).
    let id = key.split_once('_').map(|(_, id)| id.to_owned());
    let Some(known) = known else { return Media { id, description: told(post, key), ..Media::of(kind) } };
    let pixels = |number: Option<usize>| number.and_then(|number| u32::try_from(number).ok()).filter(|n| *n > 0);
    Media {
        id,
        files: files(known),
        description: known.alt_text.clone().or_else(|| told(post, key)),
        size: pixels(known.width).zip(pixels(known.height)),
        length_ms: known.duration_ms.and_then(|length| u64::try_from(length).ok()).filter(|length| *length > 0),
        cover: known.preview_image_url.clone(),
        ..Media::of(kind)
    }
}

/// The alt text that a post has for a medium.
fn told(post: &wire::Post, key: &str) -> Option<String> {
    post.media_metadata.iter().find(|said| said.media_key == key).and_then(|said| said.alt_text.clone())
}

/// The files that hold a medium. Playlists are no files.
fn files(medium: &wire::Media) -> Vec<MediaFile> {
    let of_variant = |variant: &wire::Variant| {
        Some(MediaFile {
            url: variant.url.clone()?,
            media_type: Some(MediaType::from_mime(&variant.content_type)?),
            bitrate: variant.bit_rate.and_then(|rate| u64::try_from(rate).ok()),
        })
    };
    let photos = medium.url.as_deref().map(photo_files).unwrap_or_default();
    medium.variants.iter().filter_map(of_variant).chain(photos).collect()
}

/// A photo's files, the best first. The address that X gives leads to a copy that was made smaller; the original, and
/// the largest copy, are asked for by name (no document says so; it has been so for years, and the address as given
/// comes after them).
fn photo_files(url: &str) -> Vec<MediaFile> {
    let as_given = || MediaFile { url: url.to_owned(), media_type: None, bitrate: None };
    let Some((bare, ending)) = photo_parts(url) else { return vec![as_given()] };
    let media_type = MediaType::from_mime(&format!("image/{ending}"));
    let named = ["orig", "4096x4096"].map(|name| format!("{bare}?format={ending}&name={name}"));
    named.into_iter().chain([url.to_owned()]).map(|url| MediaFile { url, media_type, bitrate: None }).collect()
}

/// `https://pbs.twimg.com/media/NAME.jpg` or `…/NAME?format=jpg` → `https://pbs.twimg.com/media/NAME`, `jpg`.
fn photo_parts(url: &str) -> Option<(String, String)> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str().filter(|host| *host == PHOTO_HOST && url.scheme() == "https")?;
    let name = url.path().strip_prefix("/media/").filter(|name| !name.contains('/'))?;
    let format = || url.query_pairs().find(|(key, _)| key == "format").map(|(_, format)| format.into_owned());
    let (name, ending) = match name.rsplit_once('.') {
        Some((name, ending)) => (name, ending.to_owned()),
        None => (name, format()?),
    };
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!name.is_empty() && is_word(&ending)).then(|| (format!("https://{host}/media/{name}"), ending))
}

#[cfg(test)]
#[path = "attached_tests.rs"]
mod tests;
