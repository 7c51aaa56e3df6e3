//! What holds for every post.

use proptest::prelude::*;

use super::*;
use crate::core::post::{Poll, Shared};
use crate::core::style::{
    Boosts, CustomEmoji, ExtraMedia, Friend, LongDescriptions, LongPosts, MediaStyle, Mentions, SensitiveMedia, Sound,
    UnfitMedia, Warnings,
};
use count::{Found, found_by_x};
use split::Numbering;

/// A piece of a post as [`text_of`] reads it: what people write, and what they write to break things.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z]{1,12}",
        1 => "[.,:;!?()“”‘’…@#$＠＃/*_~-]{1,3}",
        3 => "[ \n]{1,2}",
        1 => "[日本語ありがとうไทยالعربيةעבריתहिन्दी한국어]{1,9}",
        1 => Just("👨‍👩‍👧‍👦🏳️‍🌈❤️1️⃣".to_owned()),
        1 => "[\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}\u{0}\u{301}\t\r]{1,3}",
        1 => "(main\\.rs|README\\.md|end\\.Start|mastodon\\.social|t\\.co/ab|https://e\\.org/x|\\$AAPL|\\$TSLA|RT|RT:|@bob|@a_x)",
        2 => "\\{https?://(e\\.org|m\\.social|日本\\.org)/[a-z0-9/?=&@é日-]{0,30}\\}",
        2 => "\\{#[a-z日é]{1,9}\\}",
        1 => "\\{:[a-z]{1,5}:\\}",
        2 => "\\{@[a-z]{1,5}=[a-z._-]{1,24}@(m\\.social|xn--bcher-kva\\.example|x\\.com|is\\.rs)\\}",
        1 => "\\{@a=(alice@m\\.social|a_x@x\\.com)\\}",
    ]
}

fn written() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn choice<T: Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> impl Strategy<Value = T> {
    prop::sample::select(of)
}

prop_compose! {
    fn media_styles()(
        extra in choice(vec![ExtraMedia::Thread, ExtraMedia::Link]),
        long_descriptions in choice(vec![LongDescriptions::Cut, LongDescriptions::Reply]),
        unfit in choice(vec![UnfitMedia::Link, UnfitMedia::Drop, UnfitMedia::Skip]),
        sound in choice(vec![Sound::Link, Sound::Cover]),
        sensitive in choice(vec![SensitiveMedia::Attach, SensitiveMedia::Link]),
        sensitive_warning in choice(vec![None, Some("sensitive @bob".to_owned())]),
    ) -> MediaStyle {
        MediaStyle {
            extra, long_descriptions, unfit, sound, sensitive, sensitive_warning, ..MediaStyle::default()
        }
    }
}

prop_compose! {
    /// An attachment: its files are at `https://f/a`, `https://f/b`; [`numbered`] tells it from others.
    fn medium()(
        kind in choice(vec![
            MediaKind::Image, MediaKind::Image, MediaKind::Image, MediaKind::Gif, MediaKind::Video, MediaKind::Audio,
            MediaKind::Other,
        ]),
        types in prop::collection::vec(choice(vec![None, Some(MediaType::Mp4), Some(MediaType::Gif), Some(MediaType::Avif)]), 0..3),
        length_ms in prop::option::of(0_u64..300_000),
        description in prop::option::weighted(0.5, "([a-z@.日
]{0,40}|(word @bob main.rs ){0,200})"),
        bitrate in prop::option::of(0_u64..9_000_000_000),
    ) -> Media {
        let files = types.into_iter().zip(["https://f/a", "https://f/b"]);
        let files = files.map(|(media_type, url)| MediaFile { media_type, bitrate, ..file(url) }).collect();
        let cover = description.as_ref().map(|_| "https://f/c".to_owned());
        Media { files, description, length_ms, cover, ..Media::of(kind) }
    }
}

/// With the place of each in its addresses.
fn numbered(mut media: Vec<Media>) -> Vec<Media> {
    for (number, media) in media.iter_mut().enumerate() {
        let addresses = media.files.iter_mut().map(|file| &mut file.url).chain(&mut media.cover);
        addresses.for_each(|address| *address = format!("{address}/{number}"));
    }
    media
}

/// Everything that is attached arrives in its order, or it is said what stands for it.
fn check_media(post: &Post, rendered: &Rendered, rules: &MediaRules) -> Result<(), TestCaseError> {
    let mut arrived: Vec<usize> = Vec::new();
    for part in &rendered.parts {
        prop_assert!(part.media.len() <= rules.max_images);
        let is_picture = |kind| kind == MediaKind::Image;
        prop_assert!(part.media.len() <= 1 || part.media.iter().all(|attachment| is_picture(attachment.kind)));
        prop_assert!(part.media.is_empty() || part.poll.is_none());
        for attachment in &part.media {
            let length = attachment.description.as_ref().map_or(0, |words| words.chars().count());
            prop_assert!(length <= rules.max_description);
            let number = |source: &String| source.rsplit('/').next().unwrap().parse::<usize>().unwrap();
            let places: Vec<usize> = attachment.sources.iter().map(number).collect();
            prop_assert!(!places.is_empty() && places.iter().all(|place| *place == places[0]));
            prop_assert!(arrived.last().is_none_or(|last| *last < places[0]));
            arrived.push(places[0]);
        }
    }
    let address = post.address.as_deref().unwrap();
    let is_linked = rendered.parts.iter().any(|part| part.text.contains(address));
    let is_dropped = rendered.notes.iter().any(|note| matches!(note, Note::MediaDropped(_)));
    prop_assert!(post.boost.is_some() || arrived.len() == post.media.len() || is_linked || is_dropped);
    Ok(())
}

prop_compose! {
    fn styles()(
        media in media_styles(),
        long_posts in choice(vec![LongPosts::Thread, LongPosts::Truncate, LongPosts::Cheapest, LongPosts::Skip]),
        numbering in choice(vec![Numbering::Off, Numbering::Auto, Numbering::Always]),
        warnings in choice(vec![Warnings::Prefix, Warnings::WarningAndLink, Warnings::Skip, Warnings::Drop]),
        custom_emoji in choice(vec![CustomEmoji::Keep, CustomEmoji::Remove]),
        polls in choice(vec![Polls::Native, Polls::List, Polls::Link]),
        quotes in choice(vec![Quotes::Author, Quotes::Link, Quotes::Text]),
        boosts in choice(vec![Boosts::Link, Boosts::Text]),
        mentions in choice(vec![Mentions::Full, Mentions::Plain, Mentions::Link, Mentions::Bare]),
        hide in any::<bool>(),
    ) -> Style {
        let friends = vec![Friend { mastodon: "alice@m.social".into(), twitter: "a_x".into() }];
        let hidden_hashtags = if hide { vec!["a".into()] } else { vec![] };
        let warning_words = vec!["CW".into()];
        Style {
            long_posts, numbering, warnings, warning_words, custom_emoji, polls, quotes, boosts, mentions, friends,
            hidden_hashtags, media, ..style()
        }
    }
}

prop_compose! {
    fn posts()(
        text in written(),
        warning in prop::option::weighted(0.3, "[a-z@. \n日]{0,300}"),
        options in prop::option::weighted(0.2, prop::collection::vec("[a-z@. 日]{0,30}", 0..6)),
        other in prop::option::weighted(0.3, written()),
        is_boost in any::<bool>(),
        is_own in any::<bool>(),
        media in prop_oneof![Just(Vec::new()), prop::collection::vec(medium(), 0..8)],
        sensitive in any::<bool>(),
    ) -> Post {
        let shared = other.map(|other| {
            let (text, spans) = text_of(&other);
            let (author, address) = (Some("b.ob@x.com".into()), Some("https://there.social/9".into()));
            Shared { id: PostId::new("9"), is_own, author, address, text, spans, warning: warning.clone() }
        });
        let poll = options.map(|options| Poll { options, multiple: is_own, length_secs: None, closed: false });
        let (boost, quote) = if is_boost { (shared, None) } else { (None, shared) };
        let media = if boost.is_some() { Vec::new() } else { numbered(media) };
        Post { warning, boost, quote, poll, sensitive, media, ..post(&text) }
    }
}

fn bare(text: &str) -> String {
    // A cut may go between two controls that belong together, and a part in which nothing is to be seen is none.
    text.chars().filter(|c| !c.is_whitespace() && !clean::is_invisible(*c)).collect()
}

proptest! {
    #[test]
    fn on_x_every_part_fits_and_touches_no_stranger(post in posts(), style in styles()) {
        let Ok(rendered) = rendered(&post, &style, &x()) else { return Ok(()) };
        prop_assert!((1..=25).contains(&rendered.parts.len()));
        check_media(&post, &rendered, &x().media)?;
        for part in &rendered.parts {
            prop_assert!(count::weighted(&part.text) <= 280, "{part:?}");
            prop_assert!(!part.text.trim().is_empty() || !part.media.is_empty(), "{part:?}");
            prop_assert!(!part.text.contains(['\u{FEFF}', '\u{0}']), "{part:?}");
            let found = found_by_x(&part.text);
            let names = found.iter().filter(|(_, found)| *found == Found::Mention).map(|(range, _)| &part.text[range.start + 1..range.end]);
            for name in names {
                prop_assert!(name == "a_x" && part.pings == ["a_x"], "{name}: {part:?}");
            }
            prop_assert!(found.iter().filter(|(_, found)| *found == Found::Cashtag).count() <= 1);
            for (range, _) in found.iter().filter(|(_, found)| *found == Found::Link) {
                prop_assert!(part.text[range.clone()].contains("://"), "{}: {}", &part.text[range.clone()], readable(&part.text));
            }
            for option in part.poll.iter().flat_map(|poll| &poll.options) {
                prop_assert!(found_by_x(option).iter().all(|(_, found)| *found == Found::Cashtag));
            }
        }
    }

    #[test]
    fn on_mastodon_every_part_fits_and_touches_no_stranger(post in posts(), style in styles()) {
        let Ok(rendered) = rendered(&post, &style, &mastodon()) else { return Ok(()) };
        check_media(&post, &rendered, &mastodon().media)?;
        for part in &rendered.parts {
            let length = |text: &str| count::length(text, mastodon().counting);
            let warning = part.warning.as_deref().unwrap_or_default();
            prop_assert!(length(&part.text) + length(warning) <= 500, "{part:?}");
            for range in inert::mentions_on_mastodon(&part.text) {
                prop_assert!(&part.text[range] == "@alice@m.social" && part.pings == ["alice@m.social"], "{part:?}");
            }
            prop_assert!(inert::mentions_on_mastodon(warning).is_empty());
        }
    }

    #[test]
    fn nothing_of_a_thread_is_lost(text in written()) {
        let post = post(&text);
        let numberless = Style { numbering: Numbering::Off, ..style() };
        let roomy = Rules { max_length: 1_000_000, ..x() };
        let (Ok(cut), Ok(whole)) = (rendered(&post, &numberless, &x()), rendered(&post, &numberless, &roomy)) else {
            return Ok(());
        };
        prop_assert_eq!(whole.parts.len(), 1);
        let joined: String = cut.parts.iter().map(|part| bare(&part.text)).collect();
        prop_assert_eq!(joined, bare(&whole.parts[0].text));
    }

    #[test]
    fn what_was_rendered_is_rendered_the_same_again(text in written()) {
        let numberless = Style { numbering: Numbering::Off, ..style() };
        let Ok(once) = rendered(&post(&text), &numberless, &x()) else { return Ok(()) };
        for part in once.parts {
            let spans = spans_as_x_sees_them(&part.text);
            let again = Post { text: part.text.clone(), spans, ..post("") };
            prop_assert_eq!(bare(&shown(&again, &numberless, &x()).replace(['|', '⏎'], "")), bare(&part.text));
        }
    }

    #[test]
    fn text_links_and_hashtags_come_back_as_they_were(
        words in prop::collection::vec("[a-zé日]{1,9}[.,!?]?|\\{#[a-z日]{1,9}\\}|\\{https://e\\.org/[a-z0-9]{0,9}\\}|main\\.rs|👨‍👩‍👧|❤️", 1..90),
        breaks in prop::collection::vec(choice(vec![" ", " ", " ", "\n", "\n\n"]), 90),
    ) {
        let written: String = words.iter().zip(&breaks).flat_map(|(word, gap)| [word.as_str(), gap]).collect();
        let original = post(written.trim());
        let style = Style { numbering: Numbering::Off, ..style() };
        let mut back = Vec::new();
        for part in parts(&original, &style, &x()) {
            let spans = spans_as_x_sees_them(&part.text);
            let there = Post { text: part.text, spans, ..post("") };
            back.extend(parts(&there, &style, &mastodon()).into_iter().map(|part| part.text));
        }
        prop_assert_eq!(bare(&back.concat()), bare(&original.text));
        if let [one] = back.as_slice() {
            prop_assert_eq!(one, &original.text);
        }
    }
}

/// What X's reader would find in a part: links and hashtags.
fn spans_as_x_sees_them(text: &str) -> Vec<Span> {
    let links = found_by_x(text).into_iter().filter(|(_, found)| *found == Found::Link);
    let mut spans: Vec<Span> = links.map(|(range, _)| Span { range, kind: SpanKind::Link }).collect();
    for (at, _) in text.match_indices('#') {
        let end = text[at + 1..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |end| at + 1 + end);
        spans.push(Span { range: at..end, kind: SpanKind::Hashtag });
    }
    spans.sort_by_key(|span| span.range.start);
    spans
}
