//! What becomes of posts, rule by rule: `|` stands for a zero-width space.
#![expect(clippy::unwrap_used, reason = "tests")]

mod attachments;
mod names;
mod properties;
mod shapes;
mod words;

use super::*;
use crate::core::media::{Describing, FileLimits, MediaType};
use crate::core::money::Money;
use crate::core::post::{Media, MediaFile, MediaKind, PostId, Span, SpanKind, Timestamp};
use crate::core::record::Part;

pub(super) fn x() -> Rules {
    Rules {
        max_length: 280,
        counting: Counting::Weighted,
        warnings: false,
        polls: Some(PollLimits {
            max_options: 4,
            max_option_length: 25,
            min_secs: 300,
            max_secs: 604_800,
            multiple: false,
        }),
        edits: None,
        media: media_on_x(),
        settle_secs: 600,
        prices: Some(Prices::default()),
    }
}

pub(super) fn mastodon() -> Rules {
    Rules {
        max_length: 500,
        counting: Counting::Graphemes { link_length: 23 },
        warnings: true,
        polls: Some(PollLimits {
            max_options: 4,
            max_option_length: 50,
            min_secs: 300,
            max_secs: 2_629_746,
            multiple: true,
        }),
        edits: None,
        media: media_on_mastodon(),
        settle_secs: 120,
        prices: None,
    }
}

const MB: u64 = 1_000_000;
const MIB: u64 = 1024 * 1024;

fn media_on_x() -> MediaRules {
    use MediaType::{Gif, Jpeg, Mp4, Png, QuickTime, WebP};
    let videos = FileLimits {
        types: vec![Mp4, QuickTime],
        max_bytes: 512 * MB,
        max_pixels: None,
        min_ms: 500,
        max_ms: Some(140_000),
    };
    MediaRules {
        max_images: 4,
        images: FileLimits { types: vec![Jpeg, Png, WebP, Gif], max_bytes: 5 * MB, ..FileLimits::default() },
        gifs: FileLimits {
            types: vec![Gif],
            max_bytes: 15 * MB,
            max_pixels: Some(1280 * 1080),
            ..FileLimits::default()
        },
        videos,
        audio: FileLimits::default(),
        max_description: 1000,
        describing: Describing::Separately,
        takes_focus: false,
        upload_lasts_secs: 86_400,
    }
}

fn media_on_mastodon() -> MediaRules {
    use MediaType::{Gif, Jpeg, Mp3, Mp4, Ogg, Png, QuickTime, WebM, WebP};
    let limits =
        |types: &[MediaType], mib| FileLimits { types: types.to_vec(), max_bytes: mib * MIB, ..FileLimits::default() };
    MediaRules {
        max_images: 4,
        images: FileLimits { max_pixels: Some(33_177_600), ..limits(&[Jpeg, Png, Gif, WebP], 16) },
        gifs: FileLimits::default(),
        videos: FileLimits { max_pixels: Some(8_294_400), ..limits(&[Mp4, QuickTime, WebM], 99) },
        audio: limits(&[Mp3, Ogg], 99),
        max_description: 1500,
        describing: Describing::WithUpload,
        takes_focus: true,
        upload_lasts_secs: 86_400,
    }
}

/// Attachments, one a word: `p1` a picture, `g1` a GIF, `v1` a video, `s1` a sound, `o1` something else, each with one
/// file `https://f/p1`; `v1:200` plays 200 s.
pub(super) fn media(said: &str) -> Vec<Media> {
    let one = |word: &str| {
        let (name, secs) = word.split_once(':').map_or((word, None), |(name, secs)| (name, secs.parse::<u64>().ok()));
        let kind = match name.chars().next() {
            Some('p') => MediaKind::Image,
            Some('g') => MediaKind::Gif,
            Some('v') => MediaKind::Video,
            Some('s') => MediaKind::Audio,
            _ => MediaKind::Other,
        };
        let files = vec![file(&format!("https://f/{name}"))];
        Media { files, length_ms: secs.map(|secs| secs * 1000), ..Media::of(kind) }
    };
    said.split_whitespace().map(one).collect()
}

pub(super) fn file(url: &str) -> MediaFile {
    MediaFile { url: url.to_owned(), media_type: None, bitrate: None }
}

/// The style that the tests begin with.
pub(super) fn style() -> Style {
    Style { warning_prefix: "CW: ".into(), ..Style::default() }
}

/// A text with what stands in it between braces: `{https://e.org}`, `{#tag}`, `{:emoji:}`, `{@shown=user@host}`.
pub(super) fn text_of(written: &str) -> (String, Vec<Span>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (piece, after) = after.split_once('}').unwrap();
        let start = text.len();
        let kind = match piece.chars().next().unwrap() {
            '#' => SpanKind::Hashtag,
            ':' => SpanKind::Emoji,
            '@' => SpanKind::Mention { handle: piece.split_once('=').unwrap().1.to_owned() },
            _ => SpanKind::Link,
        };
        text.push_str(if piece.starts_with('@') { piece.split_once('=').unwrap().0 } else { piece });
        spans.push(Span { range: start..text.len(), kind });
        rest = after;
    }
    text.push_str(rest);
    (text, spans)
}

pub(super) fn post(written: &str) -> Post {
    let (text, spans) = text_of(written);
    let address = Some("https://here.social/@me/1".to_owned());
    Post { spans, address, ..Post::plain(PostId::new("1"), "me", Timestamp::default(), &text) }
}

pub(super) fn rendered(post: &Post, style: &Style, rules: &Rules) -> Result<Rendered, SkipReason> {
    render(&Admitted::unasked(post), style, rules, &Surroundings::default())
}

pub(super) fn parts(post: &Post, style: &Style, rules: &Rules) -> Vec<Part> {
    rendered(post, style, rules).unwrap().parts
}

/// Each part with what is attached to it: `text [p1 p2]`.
pub(super) fn with_media(post: &Post, style: &Style, rules: &Rules) -> String {
    let name = |attachment: &crate::core::record::Attachment| attachment.source().replace("https://f/", "");
    let one = |part: &Part| {
        let names: Vec<String> = part.media.iter().map(name).collect();
        let names = if names.is_empty() { String::new() } else { format!("[{}]", names.join(" ")) };
        format!("{} {names}", readable(&part.text).replace("\n\n", " ¶ ")).trim().to_owned()
    };
    match rendered(post, style, rules) {
        Ok(rendered) => rendered.parts.iter().map(one).collect::<Vec<_>>().join(" ⏎ "),
        Err(why) => format!("{why:?}"),
    }
}

pub(super) fn readable(text: &str) -> String {
    text.replace('\u{200B}', "|")
}

/// The parts' texts, one after the other.
pub(super) fn shown(post: &Post, style: &Style, rules: &Rules) -> String {
    match rendered(post, style, rules) {
        Ok(rendered) => {
            let texts: Vec<String> = rendered.parts.iter().map(|part| readable(&part.text)).collect();
            texts.join(" ⏎ ")
        }
        Err(why) => format!("{why:?}"),
    }
}

pub(super) fn notes(post: &Post, style: &Style, rules: &Rules) -> Vec<Note> {
    rendered(post, style, rules).unwrap().notes
}

pub(super) fn price() -> Money {
    Prices::default().create_with_link
}
