use proptest::prelude::*;

use super::*;
use crate::core::post::{PostId, Timestamp};

/// A post in which each `#word` (or `＃word`) is a hashtag and each `https://…` a link.
fn post(text: &str) -> Post {
    let mut post = Post::plain(PostId::new("1"), "me", Timestamp::default(), text);
    post.spans = spans(text);
    post
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let trimmed = word.trim_end_matches(|c: char| c.is_whitespace() || ".,)".contains(c));
        let lead = trimmed.len() - trimmed.trim_start_matches('(').len();
        let kind = match trimmed.get(lead..) {
            Some(piece) if piece.starts_with("https://") => Some(SpanKind::Link),
            Some(piece) if piece.starts_with(['#', '＃']) && piece.chars().count() > 1 => Some(SpanKind::Hashtag),
            _ => None,
        };
        if let Some(kind) = kind {
            spans.push(Span { range: start + lead..start + trimmed.len(), kind });
        }
        start += word.len();
    }
    spans
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn says(text: &str, word: &str) -> bool {
    let filters = Filters { exclude_words: list(&[word]), ..Filters::default() };
    filters.check(&post(text)) == Err(Refused::Excluded)
}

#[test]
fn words_are_whole_words_of_any_script() {
    for (text, word) in [
        ("the cat sat", "cat"),
        ("Cat!", "CAT"),
        ("(cat)", "cat"),
        ("my cat's tail", "cat"),
        ("my cat’s tail", "CAT'S"),
        ("l’amour fou", "amour"),
        ("_cat_ and dog", "cat"),
        ("the end.Cat next", "cat"),
        ("a #cat", "cat"),
        ("cat…", "cat"),
        ("Straße", "STRASSE"),
        ("ὁ λόγος", "ΛΌΓΟΣ"),
        ("ISPARTA'da", "ısparta"),
        ("привет, МИР", "мир"),
        ("Climate\n\n change now", "climate change"),
        ("I can't", "can't"),
        ("C++!", "c++"),
        ("pi is 3.14", "3.14"),
        ("I \u{2764}\u{FE0F} you", "❤"),
        ("👍👍", "👍"),
        ("東京タワーに行った", "タワー"),
        ("我喜欢北京烤鸭", "北京"),
        ("ผมรักแมวมาก", "แมว"),
        ("iPhoneを買った", "iphone"),
        ("新しいiPhone発売", "iphone発売"),
        ("고양이가 귀엽다", "고양이"),
        ("أحب القهوة كثيرا", "القهوة"),
        ("baa aa aa", "aa aa"),
        ("हिन्दी में", "हिन्दी"),
    ] {
        assert!(says(text, word), "{word} in {text}");
    }
    for (text, word) in [
        ("a category", "cat"),
        ("bobcat", "cat"),
        ("concatenate", "cat"),
        ("I can't", "can"),
        ("won’t", "won"),
        ("3.14", "14"),
        ("climatechange", "climate change"),
        ("climate, change", "climate change"),
        ("cafe", "café"),
        ("see https://example.org/cat/food", "cat"),
        ("climate https://example.org change", "climate change"),
        ("MyiPhoneを", "iphone"),
        ("กี่", "ก"),
        ("들고양이", "고양이"),
        ("anything", ""),
        ("any thing", "  \u{200B}"),
    ] {
        assert!(!says(text, word), "{word} in {text}");
    }
}

#[test]
fn the_warning_is_text_as_well_but_another_one() {
    let mut post = post("change is good");
    post.warning = Some("Food, climate".into());
    let check = |word: &str| Filters { exclude_words: list(&[word]), ..Filters::default() }.check(&post);
    assert_eq!(check("food"), Err(Refused::Excluded));
    assert_eq!(check("climate change"), Ok(()));
    assert_eq!(check("good"), Err(Refused::Excluded));
}

#[test]
fn each_rule_and_which_comes_first() {
    use Refused as R;
    let with = |change: fn(&mut Filters)| {
        let mut filters = Filters::default();
        change(&mut filters);
        filters
    };
    let cases = [
        (with(|_| {}), "anything", Ok(())),
        (with(|f| f.include_words = list(&["rust", "cargo"])), "I like Cargo", Ok(())),
        (with(|f| f.include_words = list(&["rust"])), "rusty", Err(R::NotIncluded)),
        (with(|f| f.include_words = list(&[" "])), "anything", Err(R::NotIncluded)),
        (with(|f| f.include_hashtags = list(&["CamelCase"])), "see #camelcase", Ok(())),
        (with(|f| f.include_hashtags = list(&["#camelcase"])), "see ＃CamelCase", Ok(())),
        (with(|f| f.include_hashtags = list(&["rust"])), "rust", Err(R::NotIncluded)),
        (with(|f| f.include_hashtags = list(&["rust"])), "#rustlang", Err(R::NotIncluded)),
        (with(|f| f.exclude_hashtags = list(&["straße"])), "#STRASSE", Err(R::Excluded)),
        (with(|f| f.exclude_hashtags = list(&["rust"])), "rust", Ok(())),
        (with(|f| f.exclude_hashtags = list(&["猫"])), "#猫", Err(R::Excluded)),
        (with(|f| f.exclude_hashtags = list(&["猫"])), "#猫カフェ", Ok(())),
        (with(|f| f.only_hashtag = Some("x".into())), "hi #X", Ok(())),
        (with(|f| f.only_hashtag = Some("x".into())), "hi x", Err(R::NotOptedIn)),
        (with(|f| f.only_hashtag = Some("#".into())), "hi #x", Err(R::NotOptedIn)),
        (with(|f| f.never_hashtag = Some("nox".into())), "hi #NoX", Err(R::OptedOut)),
        (with(|f| f.never_hashtag = Some("nox".into())), "hi nox", Ok(())),
        (with(|f| f.never_hashtag = Some(String::new())), "hi #nox", Ok(())),
        (
            with(|f| {
                f.include_words = list(&["rust"]);
                f.include_hashtags = list(&["cargo"]);
            }),
            "rust",
            Err(R::NotIncluded),
        ),
        (
            with(|f| {
                f.include_words = list(&["rust"]);
                f.exclude_words = list(&["spoiler"]);
            }),
            "rust spoiler",
            Err(R::Excluded),
        ),
        (
            with(|f| {
                f.only_hashtag = Some("x".into());
                f.never_hashtag = Some("nox".into());
            }),
            "#x #nox",
            Err(R::OptedOut),
        ),
    ];
    for (number, (filters, text, expected)) in cases.into_iter().enumerate() {
        assert_eq!(filters.check(&post(text)), expected, "case {number}: {text}");
    }
}

#[test]
fn a_hashtag_is_taken_out_with_its_white_space() {
    for (text, expected) in [
        ("hello #x", "hello"),
        ("#x hello", "hello"),
        ("a #x b", "a b"),
        ("a  #x  b", "a  b"),
        ("a #x, b", "a, b"),
        ("a #x.", "a."),
        ("a (#x b)", "a (b)"),
        ("a (b #x) c", "a (b) c"),
        ("a #X #y", "a #y"),
        ("a #y #x", "a #y"),
        ("a #x #x b #x", "a b"),
        ("a\n#x\nb", "a\nb"),
        ("a\n\n#x\n\nb", "a\n\nb"),
        ("a\n\n#x\nb", "a\n\nb"),
        ("a\n#x\n\nb", "a\n\nb"),
        ("a\n#x\n#x\n\nb", "a\n\nb"),
        ("a #x\nb", "a\nb"),
        ("a\n#x b", "a\nb"),
        ("a\n  #x\n  b", "a\n  b"),
        ("a\n\n#y #x", "a\n\n#y"),
        ("a\n\n#x\n", "a"),
        ("\n#x\n\na", "a"),
        ("#x", ""),
        ("a #xy", "a #xy"),
        ("a  b\n\n\nc x ", "a  b\n\n\nc x "),
        ("see #x https://example.org #y", "see https://example.org #y"),
        ("日本 ＃x 語", "日本 語"),
    ] {
        let (left, moved) = without_hashtag(text, &spans(text), "x");
        assert_eq!(left, expected, "{text:?}");
        assert_eq!(moved, spans(expected), "{text:?}");
    }
    assert_eq!(without_hashtag("a #x", &spans("a #x"), "#"), ("a #x".to_owned(), spans("a #x")));
}

#[test]
fn spans_that_are_none_hurt_nothing() {
    let kinds = [SpanKind::Hashtag, SpanKind::Link];
    let text = "é #x é";
    #[expect(clippy::reversed_empty_ranges, reason = "what a faulty reader could give")]
    for range in [1..3, 0..99, 5..2, 3..3, 3..5] {
        for kind in &kinds {
            let mut post = post(text);
            post.spans.push(Span { range: range.clone(), kind: kind.clone() });
            let filters = Filters { exclude_words: list(&["y"]), ..Filters::default() };
            assert_eq!(filters.check(&post), Ok(()));
            assert_eq!(without_hashtag(text, &post.spans, "x").0, "é é");
        }
    }
}

proptest! {
    #[test]
    fn what_is_left_is_tidy_and_its_spans_are_right(
        pieces in prop::collection::vec("#x|#y|#X|a|日b|https://e.org|[.,]", 0..8),
        gaps in prop::collection::vec(" |\n|\n\n", 8),
    ) {
        let text: String = pieces.iter().zip(&gaps).flat_map(|(piece, gap)| [gap.as_str(), piece]).collect();
        let before = spans(&text);
        let (left, after) = without_hashtag(&text, &before, "x");
        prop_assert!(!left.contains("  ") && !left.contains(" \n") && !left.contains("\n\n\n"), "{:?}", left);
        let has_x = before.iter().any(|span| hashtag_at(&text, span).as_deref() == Some("x"));
        prop_assert!(has_x || left == text);
        let pieces_of = |text: &str, spans: &[Span]| -> Vec<String> {
            spans.iter().map(|span| text[span.range.clone()].to_lowercase()).filter(|piece| piece != "#x").collect()
        };
        prop_assert_eq!(pieces_of(&left, &after), pieces_of(&text, &before));
        let visible = |text: &str| text.to_lowercase().replace("#x", "").split_whitespace().collect::<String>();
        prop_assert_eq!(visible(&left), visible(&text));
        prop_assert_eq!(without_hashtag(&left, &after, "x"), (left.clone(), after.clone()));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[#＃xé日 \n\u{301}]{0,20}", start in 0_usize..20, length in 0_usize..9) {
        let spans = [Span { range: start..start + length, kind: SpanKind::Hashtag }];
        let _ = without_hashtag(&text, &spans, "x");
    }
}
