//! Counting and finding on X, held to twitter-text's own conformance suite. `TWITTER_TEXT_CONFORMANCE` names the folder
//! of its files (`extract.yml`, `validate.yml`, `tlds.yml`); without it these tests are skipped, and say so.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

use std::ops::Range;
use std::path::PathBuf;

use crosspostd::core::render::Counting;
use crosspostd::core::render::count::{Found, composed, found_by_x, hashtags, length, weighted};
use saphyr::{LoadableYamlNode, Yaml};

/// The longest post, in X's weight.
const LIMIT: usize = 280;

/// The cases under `tests: key:` of a file: their descriptions, texts and what is expected.
fn cases<T>(file: &str, keys: &[&str], check: impl Fn(&str, &Yaml) -> Result<(), T>) -> usize
where
    T: std::fmt::Debug,
{
    let Some(folder) = std::env::var_os("TWITTER_TEXT_CONFORMANCE").map(PathBuf::from) else {
        eprintln!("skipped: TWITTER_TEXT_CONFORMANCE does not name the folder of twitter-text's conformance files");
        return 0;
    };
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let documents = Yaml::load_from_str(&text).unwrap();
    let tests = documents[0].as_mapping_get("tests").unwrap();
    let mut count = 0;
    let mut failed = Vec::new();
    for key in keys {
        for case in tests.as_mapping_get(key).unwrap().as_vec().unwrap() {
            let text = case.as_mapping_get("text").unwrap().as_str().unwrap();
            count += 1;
            if let Err(found) = check(text, case.as_mapping_get("expected").unwrap()) {
                failed.push(format!("{key}: {text:?}: found {found:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {count} cases failed:\n{}", failed.len(), failed.join("\n"));
    count
}

/// A piece of a text and its place in characters, as the suite writes them.
type Piece = (String, usize, usize);

fn piece(text: &str, range: Range<usize>, sign: usize) -> Piece {
    let place = |at: usize| text[..at].chars().count();
    let word: String = text[range.clone()].chars().skip(sign).collect();
    (word, place(range.start), place(range.end))
}

fn found(text: &str, kind: Found) -> Vec<Piece> {
    let sign = usize::from(kind != Found::Link);
    let of_kind = found_by_x(text).into_iter().filter(|(_, found)| *found == kind);
    of_kind.map(|(range, _)| piece(text, range, sign)).collect()
}

/// Compares with a list of words, or of words (under `name`) with their indices.
fn same(found: Vec<Piece>, expected: &Yaml, name: &str) -> Result<(), Vec<Piece>> {
    let expected = expected.as_vec().unwrap();
    let as_expected = |(word, start, end): &Piece, expected: &Yaml| {
        if let Some(expected) = expected.as_str() {
            return word == expected;
        }
        let indices = expected.as_mapping_get("indices").unwrap().as_vec().unwrap();
        let index = |at: usize| usize::try_from(indices[at].as_integer().unwrap()).unwrap();
        expected.as_mapping_get(name).unwrap().as_str() == Some(word) && (*start, *end) == (index(0), index(1))
    };
    let all = found.len() == expected.len() && found.iter().zip(expected).all(|(found, case)| as_expected(found, case));
    if all { Ok(()) } else { Err(found) }
}

/// Cases of configuration v2, under which each character of an emoji counted. They stand again, as v3 counts them, in
/// `WeightedTweetsWithDiscountedEmojiCounterTest`.
const COUNTED_AS_BEFORE: [&str; 2] = ["H🐱☺👨\u{200d}👩\u{200d}👧\u{200d}👦", "🙋🏽👨\u{200d}🎤"];

#[test]
fn weighted_counts() {
    let now = ["WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"];
    let count = cases("validate.yml", &now, counts)
        + cases("validate.yml", &["WeightedTweetsCounterTest"], |text, expected| {
            if COUNTED_AS_BEFORE.contains(&text) { Ok(()) } else { counts(text, expected) }
        });
    assert!(count == 0 || count > 40, "{count}");
}

fn counts(text: &str, expected: &Yaml) -> Result<(), (usize, bool)> {
    let length = weighted(text);
    // What X refuses wherever it stands (`x-api.md` 8.1).
    let refused = text.contains(['\u{fffe}', '\u{feff}', '\u{ffff}']);
    let valid = (1..=LIMIT).contains(&length) && !refused;
    let field = |name: &str| expected.as_mapping_get(name).unwrap();
    let as_expected = field("weightedLength").as_integer() == i64::try_from(length).ok()
        && field("permillage").as_integer() == i64::try_from(length * 1000 / LIMIT).ok()
        && field("valid").as_bool() == Some(valid);
    if as_expected { Ok(()) } else { Err((length, valid)) }
}

#[test]
fn mentions() {
    let find = |text: &str| found(text, Found::Mention);
    cases("extract.yml", &["mentions", "mentions_with_indices"], |text, expected| {
        same(find(text), expected, "screen_name")
    });
    // Of a list's name only the mention in it concerns us.
    cases("extract.yml", &["mentions_or_lists_with_indices"], |text, expected| {
        let names: Vec<_> =
            expected.as_vec().unwrap().iter().map(|case| case.as_mapping_get("screen_name").unwrap()).collect();
        let found = find(text);
        let all =
            found.len() == names.len() && found.iter().zip(names).all(|(found, name)| name.as_str() == Some(&found.0));
        if all { Ok(()) } else { Err(found) }
    });
}

#[test]
fn links() {
    let keys = ["urls", "urls_with_indices", "urls_with_directional_markers", "tco_urls_with_params"];
    cases("extract.yml", &keys, |text, expected| same(found(text, Found::Link), expected, "url"));
    cases("tlds.yml", &["country", "generic"], |text, expected| same(found(text, Found::Link), expected, "url"));
}

#[test]
fn hashtags_of_every_script() {
    cases("extract.yml", &["hashtags", "hashtags_from_astral", "hashtags_with_indices"], |text, expected| {
        let found = hashtags(text).into_iter().map(|range| piece(text, range, 1)).collect();
        same(found, expected, "hashtag")
    });
}

#[test]
fn cashtags() {
    let keys = ["cashtags", "cashtags_with_indices"];
    cases("extract.yml", &keys, |text, expected| same(found(text, Found::Cashtag), expected, "cashtag"));
}

#[test]
fn nothing_depends_on_how_a_text_is_composed() {
    cases("extract.yml", &["urls", "mentions", "hashtags"], |text, _| {
        let (before, after) = (weighted(text), weighted(&composed(text)));
        if before == after { Ok(()) } else { Err((before, after)) }
    });
}

/// What would take hours if anything looked again and again at the same place.
#[test]
fn hostile_texts_take_linear_time() {
    // A megabyte takes a tenth of a second, optimised; quadratic, it would take minutes.
    const SIZE: usize = if cfg!(debug_assertions) { 128 * 1024 } else { 1024 * 1024 };
    let most = std::time::Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });
    let pieces = [
        "@",
        "＠",
        ".",
        "#",
        "＃",
        "$",
        "a",
        "é",
        "日",
        "-",
        "_",
        "/",
        "(",
        ")",
        "?",
        ":",
        "a.b.c",
        "a.",
        "é.",
        "日。a.",
        "_.a",
        "a_.",
        "x.co/(",
        "x.co/",
        "x.co?",
        "http://",
        "https://a.",
        "t.co/a?",
        "RT@a",
        "@a/",
        "#a",
        "#1",
        "$A ",
        "$A.",
        "a@b.c ",
        "xn--",
        "xn--.",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "👍\u{200d}",
        "👍🏽",
        "🇩",
        "1\u{fe0f}\u{20e3}",
        "\u{301}",
        "\u{327}\u{301}",
        "\u{200d}",
        "\u{200b}",
        "ᄀ",
        "ㅤ",
        "क\u{94d}",
        "\u{600}",
        "<p>",
        "a.com",
        "é.com",
        "a.comé",
        "\"a.com",
        "ſ.ſ",
        "\r\n",
        "@a@b.c",
    ];
    for (piece, end) in pieces.iter().flat_map(|piece| [(piece, ""), (piece, ".com/"), (piece, " a@b")]) {
        let text = piece.repeat(SIZE / piece.len()) + end;
        let start = std::time::Instant::now();
        let mastodon = [Counting::Graphemes { link_length: 23 }, Counting::Characters { link_length: 23 }];
        let lengths = (weighted(&text), mastodon.map(|counting| length(&text, counting)));
        let found = (found_by_x(&text).len(), hashtags(&text).len());
        let took = start.elapsed();
        assert!(took < most, "{piece:?} took {took:?} for {lengths:?} {found:?}");
    }
}
