//! The whole way of a post, from a server's answer to the mirror's text, for whatever anybody may write: every part fits,
//! nobody is mentioned, nothing becomes a link that was none, nothing is lost.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod html;
mod json;
#[path = "../support/texts.rs"]
mod texts;

use crosspostd::core::media::{Describing, FileLimits, MediaRules, MediaType};
use crosspostd::core::post::{Media, MediaKind, Post, SpanKind, Timestamp};
use crosspostd::core::render::Counting;
use crosspostd::core::render::count::{Found, composed, found_by_x, length};
use crosspostd::network::twitter::Account;
use crosspostd::network::{mastodon, twitter};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use texts::{parts, texts};

const MASTODON: [Counting; 2] = [Counting::Graphemes { link_length: 23 }, Counting::Characters { link_length: 23 }];

/// Few and always the same where people wait for them, many and new ones where the code is fast; `PROPTEST_CASES` says
/// otherwise.
fn config() -> Config {
    let cases = if cfg!(debug_assertions) { 500 } else { 100_000 };
    let said = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let is_quick = cfg!(debug_assertions) && said.is_none();
    let rng_seed = if is_quick { RngSeed::Fixed(20_261_123) } else { RngSeed::Random };
    Config { cases: said.unwrap_or(cases), failure_persistence: None, rng_seed, ..Config::default() }
}

fn account() -> Account {
    Account { id: "42".to_owned(), username: None }
}

/// The letters of a text that readers see: no white space, none of what makes things inert.
fn letters(text: &str) -> String {
    let is_unseen = |c: char| {
        matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
            || c.is_control()
    };
    composed(text).chars().filter(|c| !c.is_whitespace() && !is_unseen(*c)).collect()
}

fn links(post: &Post) -> Vec<String> {
    let links = post.spans.iter().filter(|span| span.kind == SpanKind::Link);
    links.map(|span| as_written(&post.text[span.range.clone()], Counting::Weighted)).collect()
}

/// An address as it is written on the target: X stops at the first letter of most scripts.
fn as_written(address: &str, counting: Counting) -> String {
    let is_whole = |address: &str| found_by_x(address) == [(0..address.len(), Found::Link)];
    match url::Url::parse(address).map(String::from) {
        Ok(encoded) if counting == Counting::Weighted && !is_whole(address) && is_whole(&encoded) => encoded,
        _ => address.to_owned(),
    }
}

/// What must hold for the mirror on X.
fn check_on_x(post: &Post) -> Result<Vec<String>, TestCaseError> {
    let parts = texts(post, 280, Counting::Weighted);
    let meant = links(post);
    for text in &parts {
        let length = length(text, Counting::Weighted);
        prop_assert!((1..=280).contains(&length), "{length}: {text:?}");
        let found = found_by_x(text);
        for (range, found) in &found {
            let piece = &text[range.clone()];
            prop_assert!(*found != Found::Mention, "{piece:?} is mentioned in {text:?}");
            // What the author wrote right beside a link may run into it, and a word without end may be cut within one.
            let touches = |(at, link): (usize, &str)| at <= range.end && range.start <= at + link.len();
            let is_meant =
                || meant.iter().any(|link| link.contains(piece) || text.match_indices(link.as_str()).any(touches));
            prop_assert!(*found != Found::Link || is_meant(), "{piece:?} became a link in {text:?}");
        }
        let cashtags = found.iter().filter(|(_, found)| *found == Found::Cashtag).count();
        prop_assert!(cashtags <= 1, "{cashtags} cashtags in {text:?}");
    }
    Ok(parts)
}

/// What must hold for the attachments of a mirror, wherever it is: in their order, each once, pictures together and
/// anything else alone, and a link where something is missing.
fn check_attached(post: &Post, max_length: usize, counting: Counting) -> Result<(), TestCaseError> {
    let types: Vec<MediaType> = MediaType::all().collect();
    let limits = || FileLimits { types: types.clone(), max_bytes: 1_000_000, ..FileLimits::default() };
    let media = MediaRules {
        max_images: 4,
        images: limits(),
        gifs: limits(),
        videos: FileLimits { max_ms: Some(140_000), ..limits() },
        audio: FileLimits::default(),
        max_description: 30,
        describing: Describing::Separately,
        takes_focus: false,
        upload_lasts_secs: 86_400,
    };
    let parts = parts(post, max_length, counting, media);
    let mut left: Vec<&Media> = post.media.iter().rev().collect();
    let mut arrived = 0;
    for part in &parts {
        prop_assert!(length(&part.text, counting) <= max_length && part.media.len() <= 4);
        let alone = |kind| kind != MediaKind::Image;
        prop_assert!(part.media.len() <= 1 || !part.media.iter().any(|attachment| alone(attachment.kind)));
        for attachment in &part.media {
            prop_assert!(attachment.description.as_ref().is_none_or(|words| words.chars().count() <= 30));
            let is_it = |media: &Media| media.files.iter().any(|file| attachment.sources.contains(&file.url));
            let found = std::iter::from_fn(|| left.pop()).any(is_it);
            prop_assert!(found, "{:?} is out of order in {:?}", attachment, post.media);
            arrived += 1;
        }
    }
    // An address that some server made up may be written in another form on the target.
    let is_linked = || parts.iter().any(|part| part.text.contains("://"));
    prop_assert!(parts.is_empty() || arrived == post.media.len() || post.address.is_none() || is_linked());
    Ok(())
}

/// The text that a post's parts must hold between them: mentions in full, as they are written.
fn written(post: &Post, counting: Counting) -> String {
    let mut text = String::new();
    let mut done = 0;
    for span in &post.spans {
        text.push_str(&post.text[done..span.range.start]);
        match &span.kind {
            SpanKind::Mention { handle } => text.push_str(handle),
            SpanKind::Link => text.push_str(&as_written(&post.text[span.range.clone()], counting)),
            _ => text.push_str(&post.text[span.range.clone()]),
        }
        done = span.range.end;
    }
    text + &post.text[done..]
}

/// Without the signs before names, which may be dropped to keep a name inert.
fn without_signs(text: &str) -> String {
    letters(text).replace("%40", "").replace(['@', '＠'], "")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn from_mastodon_to_x(status in html::status()) {
        let post = mastodon::parse(&status, "42", "home.example", Timestamp::default()).unwrap();
        let parts = check_on_x(&post)?;
        // More than a thread may have would be skipped.
        if post.text.chars().count() > 2_500 {
            return Ok(());
        }
        if letters(&post.text).is_empty() {
            prop_assert!(parts.is_empty(), "{:?}", parts);
            return Ok(());
        }
        // A warning that takes more than half of a part is cut, and one that announces itself is not announced.
        if post.warning.as_ref().is_some_and(|warning| warning.chars().count() > 60 || letters(warning).starts_with("CW")) {
            return Ok(());
        }
        let seen = |warning: &&String| !letters(warning).is_empty();
        let warning = post.warning.as_ref().filter(seen).map_or(String::new(), |warning| format!("CW: {warning}"));
        prop_assert_eq!(without_signs(&parts.concat()), without_signs(&(warning + &written(&post, Counting::Weighted))));
        // What was rendered stays as it is when it is rendered again.
        for text in &parts {
            let mut again = Post { text: text.clone(), warning: None, spans: Vec::new(), ..post.clone() };
            again.spans = found_by_x(text)
                .into_iter()
                .filter(|(_, found)| *found == Found::Link)
                .map(|(range, _)| crosspostd::core::post::Span { range, kind: SpanKind::Link })
                .collect();
            prop_assert_eq!(letters(&texts(&again, 280, Counting::Weighted).concat()), letters(text));
        }
    }

    #[test]
    fn from_mastodon_to_mastodon(status in html::status(), limit in 100_usize..600) {
        // Not a way that posts take, but every text is good enough for this.
        let post = mastodon::parse(&status, "42", "home.example", Timestamp::default()).unwrap();
        for counting in MASTODON.into_iter().filter(|_| post.text.chars().count() < 8 * limit) {
            let seen = |warning: &&str| !letters(warning).is_empty();
            let room = post.warning.as_deref().filter(seen).map_or(0, |warning| {
                length(&letters(warning), counting).min(length(warning, counting))
            });
            let parts = texts(&post, limit, counting);
            for text in &parts {
                // A warning that leaves less than half of the room is cut.
                prop_assert!(room * 2 + 40 > limit || length(text, counting) + room <= limit, "{:?}", text);
            }
            prop_assert_eq!(without_signs(&parts.concat()), without_signs(&written(&post, counting)));
        }
    }

    #[test]
    fn no_status_is_too_odd(status in json::of(&json::STATUS)) {
        if let Some(post) = mastodon::parse(&status, "42", "home.example", Timestamp::default()) {
            check_on_x(&post)?;
            check_attached(&post, 280, Counting::Weighted)?;
        }
    }

    #[test]
    fn no_answer_of_x_is_too_odd(page in json::of(&json::PAGE)) {
        for post in twitter::parse(&page, &account(), Timestamp::default()) {
            for counting in MASTODON {
                check_attached(&post, 500, counting)?;
                for text in texts(&post, 500, counting) {
                    prop_assert!(length(&text, counting) <= 500, "{:?}", text);
                }
            }
        }
    }
}

/// Found by the long run: a handle whose host counts for nothing, until it is made inert.
#[test]
fn nothing_is_lost_of_a_handle_without_end() {
    let words = format!("#日本語@RT@you{} ", "hello".repeat(45));
    let html = words.replace(
        "#日本語",
        "<a href=\"https://h.example/tags/x\" class=\"mention hashtag\" rel=\"tag\">#<span>日本語</span></a>",
    );
    let status = serde_json::json!({"id": "1", "content": format!("<p>{html}</p>"), "visibility": "public", "account": {"id": "42"}});
    let post = mastodon::parse(&status, "42", "home.example", Timestamp::default()).unwrap();
    for counting in MASTODON {
        let parts = texts(&post, 100, counting);
        assert_eq!(without_signs(&parts.concat()), without_signs(&words));
        assert!(parts.iter().all(|text| length(text, counting) <= 100), "{parts:?}");
    }
}
