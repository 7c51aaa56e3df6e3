use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::core::render::count::length;

const X: Counting = Counting::Weighted;
const MASTODON: Counting = Counting::Graphemes { link_length: 23 };
const PRICES: Option<(u64, u64)> = Some((15_000, 200_000));

fn cut(limit: usize, counting: Counting) -> Cut<'static> {
    Cut { limit, counting, prices: None, numbering: Numbering::Off, keep: &[], max_parts: 1000 }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The parts without their numbers.
fn without_numbers(parts: &[String]) -> Vec<String> {
    let count = parts.len();
    let strip = |(index, part): (usize, &String)| {
        let number = format!(" ({}/{count})", index + 1);
        part.strip_suffix(&number).unwrap_or(part).to_owned()
    };
    parts.iter().enumerate().map(strip).collect()
}

/// What must hold for every text and every rule.
fn check(text: &str, cut: &Cut<'_>) -> Vec<String> {
    let parts = split(text, cut).unwrap();
    assert!(parts.len() <= cut.max_parts);
    for part in &parts {
        assert!(length(part, cut.counting) <= cut.limit, "too long: {part:?}");
        assert!(!part.trim().is_empty());
        assert_eq!(split(part, &Cut { keep: &[], ..cut.clone() }).unwrap(), std::slice::from_ref(part));
    }
    let pieces = without_numbers(&parts);
    assert_eq!(bare(&pieces.concat()), bare(text), "something was lost: {pieces:?}");
    let mut from = 0;
    for piece in &pieces {
        let begin = text[from..].find(piece.as_str()).unwrap() + from;
        for range in cut.keep {
            let inside = range.start < begin && begin < range.end;
            let too_long = length(&text[range.clone()], cut.counting) > cut.limit;
            assert!(!inside || too_long || text[range.start..begin].trim().is_empty(), "{range:?} is cut at {begin}");
        }
        from = begin + piece.len();
    }
    parts
}

/// Ranges to keep, as the renderer finds them: words that begin with a sign or a scheme.
fn keeps(text: &str) -> Vec<Range<usize>> {
    let mut from = 0;
    let mut found = Vec::new();
    for word in text.split(char::is_whitespace) {
        let at = text[from..].find(word).unwrap() + from;
        from = at + word.len();
        if word.starts_with(['#', '@', ':']) || word.starts_with("https://") {
            found.push(at..from);
        }
    }
    found
}

#[test]
fn a_text_that_fits_is_one_part_without_a_number() {
    let always = Cut { numbering: Numbering::Always, ..cut(20, X) };
    assert_eq!(split(" hello\nworld ", &always).unwrap(), ["hello\nworld"]);
    assert!(split(" \n ", &always).unwrap().is_empty());
    assert_eq!(split("hello", &Cut { max_parts: 0, ..always }), Err(TooManyParts));
}

#[test]
fn the_best_place_is_taken() {
    for (text, expected) in [
        // A paragraph before a line, a line before a sentence, a sentence before a word.
        (
            "One two three four.\nFive six seven.\n\nEight nine ten eleven.",
            &["One two three four.\nFive six seven.", "Eight nine ten eleven."][..],
        ),
        (
            "One two three. Four five six\nseven eight nine ten. Eleven",
            &["One two three. Four five six", "seven eight nine ten. Eleven"],
        ),
        (
            "One two three. Four five six seven eight nine ten eleven",
            &["One two three.", "Four five six seven eight nine ten eleven"],
        ),
        (
            "one two three four five, six seven eight nine ten eleven",
            &["one two three four five,", "six seven eight nine ten eleven"],
        ),
        // Not an end of a sentence.
        (
            "We have seen that Dr. Smith met with Mrs. Jones and others",
            &["We have seen that Dr. Smith", "met with Mrs. Jones and others"],
        ),
        (
            "aaa bbb ccc ddd eee fff ggg hhh J. Smith kkk lll mmm nnn ooo",
            &["aaa bbb ccc ddd eee fff ggg hhh", "J. Smith kkk lll mmm nnn ooo"],
        ),
        // What is announced comes with what announces it.
        (
            "We went and bought this:\n- some apples\n- some red and yellow pears",
            &["We went and bought this:\n- some apples", "- some red and yellow pears"],
        ),
        // Even, not 40 + 8.
        (
            "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj",
            &["aaaa bbbb cccc dddd eeee", "ffff gggg hhhh iiii jjjj"],
        ),
        // No orphan, though the paragraph ends there.
        (
            "Good morning!\n\nThis is the day that we all waited for",
            &["Good morning!\n\nThis is the", "day that we all waited for"],
        ),
        (
            "Bonjour à toutes et à vous tous ! Nous allons bien ici ce soir",
            &["Bonjour à toutes et à vous tous !", "Nous allons bien ici ce soir"],
        ),
    ] {
        assert_eq!(check(text, &cut(45, X)), expected, "{text}");
    }
}

#[test]
fn every_script_is_cut_where_its_readers_would() {
    for (limit, text, expected) in [
        (30, "Мы пришли домой. Там никого не было.", &["Мы пришли домой.", "Там никого не было."][..]),
        (30, "Τι κάνεις σήμερα; Είμαι πολύ καλά.", &["Τι κάνεις σήμερα;", "Είμαι πολύ καλά."]),
        (30, "كيف حالك اليوم؟ أنا بخير والحمد لله", &["كيف حالك اليوم؟", "أنا بخير والحمد لله"]),
        (30, "שלום לכולם היום. מה שלומכם הערב?", &["שלום לכולם היום.", "מה שלומכם הערב?"]),
        (30, "यह एक वाक्य है। यह दूसरा वाक्य है।", &["यह एक वाक्य है।", "यह दूसरा वाक्य है।"]),
        (30, "สวัสดีครับทุกคน วันนี้อากาศดีมาก", &["สวัสดีครับทุกคน", "วันนี้อากาศดีมาก"]),
        (30, "今日は天気がいい。明日は雨が降る。", &["今日は天気がいい。", "明日は雨が降る。"]),
        (30, "彼は「行こう。」と言った、そして出た", &["彼は「行こう。」と言った、", "そして出た"]),
        (30, "今天天气非常好，我们一起去公园玩吧", &["今天天气非常好，", "我们一起去公园玩吧"]),
        (12, "日本語日本\u{a0}語日本語", &["日本語日", "本\u{a0}語日本語"]),
        (30, "오늘은 날씨가 좋다. 내일은 비가 온다.", &["오늘은 날씨가 좋다.", "내일은 비가 온다."]),
        (8, "👨‍👩‍👧‍👦👩🏽‍🚀👍🏽🎉👨‍👩‍👧‍👦❤️", &["👨‍👩‍👧‍👦👩🏽‍🚀👍🏽", "🎉👨‍👩‍👧‍👦❤️"]),
        (
            10,
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            &["e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}"],
        ),
    ] {
        assert_eq!(check(text, &cut(limit, X)), expected, "{text}");
    }
}

#[test]
fn white_space_that_is_dropped_takes_no_room() {
    for blanks in [" ".repeat(50), "\n".repeat(300), "\u{a0}".repeat(50)] {
        let words = ["a", "b", "c"].map(|letter| letter.repeat(20));
        let text = words.join(&blanks);
        for numbering in [Numbering::Off, Numbering::Auto] {
            assert_eq!(check(&text, &Cut { max_parts: 3, numbering, ..cut(20, X) }), words);
        }
    }
}

#[test]
fn numbers_have_their_room() {
    let text = "many words make a thread ".repeat(12);
    for (numbering, limit, first) in [
        (Numbering::Off, 110, "thread"),
        (Numbering::Auto, 110, "(1/3)"),
        (Numbering::Auto, 160, "thread"),
        (Numbering::Always, 160, "(1/2)"),
        (Numbering::Always, 30, "(1/15)"),
    ] {
        let parts = check(&text, &Cut { numbering, ..cut(limit, X) });
        assert!(parts[0].ends_with(first), "{numbering:?} {limit}: {parts:?}");
    }
    // A word that fills a part alone is worth more than the numbers.
    let wide = format!("some words {} more words and more", "x".repeat(30));
    let parts = check(&wide, &Cut { numbering: Numbering::Always, ..cut(30, X) });
    assert_eq!(parts[1], "x".repeat(30));
    assert_eq!(split(&text, &Cut { max_parts: 2, ..cut(110, X) }), Err(TooManyParts));
}

#[test]
fn links_share_a_part_where_that_saves_money() {
    let filler = "word ".repeat(30);
    let text = format!("{filler}{filler}see https://a.org/x {filler}and https://b.org/y end of it");
    let keep = keeps(&text);
    let with_links = |parts: &[String]| parts.iter().filter(|part| has_link(part)).count();
    let priced = check(&text, &Cut { prices: PRICES, keep: &keep, ..cut(280, X) });
    let free = check(&text, &Cut { keep: &keep, ..cut(280, X) });
    assert_eq!((with_links(&priced), free.len()), (1, 2));
    // Even one part more is cheaper than one more with a link.
    let text = format!("{filler}see https://a.org/x {filler}and https://b.org/y {filler}{filler}");
    let priced = check(&text, &Cut { prices: PRICES, ..cut(280, X) });
    assert_eq!(with_links(&priced), 1, "{priced:?}");
}

#[test]
fn what_is_kept_is_not_cut() {
    for (limit, text, keep) in [
        (12, "日本語のこと#日本語タグについてです", "#日本語タグ"),
        (30, "one two three (:blob_cat: four five", ":blob_cat: four five"),
        (30, "one two three @somebody@example.social four", "@somebody@example.social"),
        (30, "見て見て見て https://example.org/日本/語 見て見て", "https://example.org/日本/語"),
    ] {
        let at = text.find(keep).unwrap();
        let range = at..at + keep.len();
        for counting in [X, MASTODON] {
            let parts = check(text, &Cut { keep: std::slice::from_ref(&range), ..cut(limit, counting) });
            assert!(parts.iter().any(|part| part.contains(keep)), "{parts:?}");
        }
    }
    // Ranges that make no sense hurt nothing; one that is longer than a part is cut.
    let odd = [1..1, 2..9000, 3..40, 9000..9001];
    assert_eq!(split(&"é".repeat(40), &Cut { keep: &odd, ..cut(12, X) }).unwrap().len(), 4);
}

#[test]
fn a_block_of_hashtags_stays_together() {
    let text = "This is a text that is long enough to be cut in two here #one #two #three #four";
    let keep = keeps(text);
    let parts = check(text, &Cut { keep: &keep, ..cut(60, X) });
    assert!(parts[1].ends_with("#one #two #three #four") && parts[1].len() > 25, "{parts:?}");
    let text = "#one #two #three #four This is a text that is long enough to be cut in two here";
    let keep = keeps(text);
    let parts = check(text, &Cut { keep: &keep, ..cut(60, X) });
    assert!(parts[0].starts_with("#one #two #three #four T"), "{parts:?}");
}

#[test]
fn hostile_texts_take_no_time() {
    let many = 1_000_000;
    for unit in [
        "a",
        " ",
        "a.",
        "a.co",
        "a.co ",
        "https://a.co/",
        "https://a.co/x ",
        "\u{301}",
        "e\u{301}",
        "@",
        ". ",
        "日",
        "日。",
        "👍",
        "👨‍👩‍👧‍👦",
        "\u{200b}",
        "\u{a0}",
        "a\u{a0}",
        "#a ",
        "ก",
        "\u{600}",
        "🇩",
        ".)",
        "a\n\n",
    ] {
        let text = unit.repeat(many / unit.len());
        let spread = format!("a.{}b", " ".repeat(many));
        for counting in [X, MASTODON, Counting::Characters { link_length: 23 }] {
            let cut = Cut { prices: PRICES, numbering: Numbering::Auto, max_parts: 25, ..cut(280, counting) };
            for text in [&text, &spread] {
                if let Ok(parts) = split(text, &cut) {
                    assert!(parts.iter().all(|part| length(part, counting) <= 280), "{unit:?}");
                }
            }
            // As much as 25 parts hold.
            let text: String = text.chars().take(6_000).collect();
            if let Ok(parts) = split(&text, &cut) {
                assert!(parts.iter().all(|part| length(part, counting) <= 280), "{unit:?}");
            }
        }
    }
}

/// The least price of any way to cut words, by trying every way.
fn least_price(text: &str, limit: usize) -> u64 {
    let words: Vec<&str> = text.split(' ').collect();
    let mut least = vec![0];
    for end in 1..=words.len() {
        let price = |begin: usize| {
            let bytes: usize = words[begin..end].iter().filter(|word| !word.contains(':')).map(|word| word.len()).sum();
            if bytes > limit {
                return None;
            }
            let piece = words[begin..end].join(" ");
            let price = if has_link(&piece) { 200_000 } else { 15_000 };
            (length(&piece, X) <= limit).then(|| least[begin] + price)
        };
        least.push((0..end).filter_map(price).min().unwrap());
    }
    *least.last().unwrap()
}

const PIECES: &str = "([a-z]{1,9}|[а-я]{2,7}|[α-ω]{2,6}|[ا-ي]{2,6}|[א-ת]{2,6}|(क्ष|नि|त्र|ह){1,4}|[ก-ฮ][ะ-ู]?|[ぁ-ん]{1,9}|[一-龥]{1,9}|[가-힣]{1,5}\
    |👨‍👩‍👧‍👦|🇩🇪|👍🏽|e\u{301}\u{302}|\\.|\\. |, |。|、|「|」|!|\n|\n\n| |  |\u{a0}|\u{200b}|https://[a-z]{2,9}\\.org/[a-z]{0,40}|[a-z]{1,5}\\.co|@[a-z]{2,9}|#[a-z]{2,9}|:[a-z]{2,5}:|[a-z]{40,90}|\u{301}{1,60})";

proptest! {
    // The same cases each time: what of no text that anybody writes may be too long is looked at once more by `finish`.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_261_123), ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_everything_fits(
        pieces in proptest::collection::vec(PIECES, 0..80),
        gaps in proptest::collection::vec(any::<bool>(), 80),
        limit in 24_usize..120,
        numbering in prop_oneof![Just(Numbering::Off), Just(Numbering::Auto), Just(Numbering::Always)],
        priced in any::<bool>(),
        counting in prop_oneof![Just(X), Just(MASTODON), Just(Counting::Characters { link_length: 23 })],
    ) {
        let text: String =
            pieces.iter().zip(gaps).flat_map(|(piece, gap)| [piece.as_str(), if gap { " " } else { "" }]).collect();
        let keep = keeps(&text);
        let prices = if priced { PRICES } else { None };
        check(&text, &Cut { limit, counting, prices, numbering, keep: &keep, max_parts: 10_000 });
    }
}

proptest! {
    // Trying every way is slow.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_price_is_the_least_possible(
        words in proptest::collection::vec("[a-z]{1,12}|[a-z]{1,12}[.,]|https://[a-z]{2,5}\\.org", 1..40),
        limit in 24_usize..90,
    ) {
        let text = words.join(" ");
        let parts = check(&text, &Cut { prices: PRICES, ..cut(limit, X) });
        let price: u64 = parts.iter().map(|part| if has_link(part) { 200_000 } else { 15_000 }).sum();
        prop_assert_eq!(price, least_price(&text, limit));
    }
}

#[test]
fn a_part_more_is_worth_a_whole_sentence() {
    let sentence = |words: usize| format!("Word {}end.", "word ".repeat(words - 1));
    // 254 and 289: two parts would tear a sentence.
    let text = format!("{}\n\n{} {}", sentence(50), sentence(28), sentence(28));
    let priced = Cut { prices: PRICES, ..cut(280, X) };
    for cut in [cut(280, X), priced.clone()] {
        let parts = check(&text, &cut);
        assert!(parts.len() == 3 && parts.iter().all(|part| part.ends_with("end.")), "{parts:?}");
    }
    // Nothing but one sentence; an orphan; a part with a link more: not for that.
    assert_eq!(check(&sentence(80), &priced).len(), 2);
    let orphan = format!("{} Yes. {}", sentence(55), sentence(55));
    assert_eq!(check(&orphan, &priced).len(), 3);
}
