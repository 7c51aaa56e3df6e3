use proptest::prelude::*;

use super::*;
use crate::core::post::SpanKind;

/// The words of the table: the usual ones and some that an owner could add.
fn words() -> Vec<String> {
    let added = ["Contains", "Contém", "ネタバレ", "تحذير", "Внимание", "剧透", "스포일러", "SPOILER ⚠️", ""];
    WORDS.iter().chain(&added).map(|word| (*word).to_owned()).collect()
}

fn found(text: &str) -> Option<(String, String)> {
    detect(text, &links(text), &words()).map(|found| (found.warning, found.text))
}

/// Each `https://…` as a link.
fn links(text: &str) -> Vec<Span> {
    let starts = text.match_indices("https://");
    let range = |start: usize| start..text[start..].find([' ', '\n']).map_or(text.len(), |length| start + length);
    starts.map(|(start, _)| Span { range: range(start), kind: SpanKind::Link }).collect()
}

#[test]
fn warnings() {
    for (text, warning, rest) in [
        // A line after a colon.
        ("CW: food\nI ate", "food", "I ate"),
        ("CW: food\n\nI ate\n\na lot", "food", "I ate\n\na lot"),
        ("CW:food\nI ate", "food", "I ate"),
        ("CW : food\nI ate", "food", "I ate"),
        ("cw: food\nI ate", "food", "I ate"),
        ("Cw: food\r\nI ate", "food", "I ate"),
        ("\n \u{200F}CW: food\nI ate", "food", "I ate"),
        ("CW: food, eye contact (selfie).\nI ate", "food, eye contact (selfie).", "I ate"),
        ("TW: suicide\nI read", "suicide", "I read"),
        ("CN: Essen\nIch aß", "Essen", "Ich aß"),
        ("CN： Essen\nIch aß", "Essen", "Ich aß"),
        ("Spoiler: Dune\nThe worm dies", "Dune", "The worm dies"),
        ("SPOILERS: Dune\nThe worm dies", "Dune", "The worm dies"),
        ("Content warning: food\nI ate", "food", "I ate"),
        ("content  Warning: food\nI ate", "food", "I ate"),
        ("Trigger Warning: food\nI ate", "food", "I ate"),
        ("CW/TW: food\nI ate", "food", "I ate"),
        ("TW / CW: food\nI ate", "food", "I ate"),
        ("TW, CW food\nI ate", "food", "I ate"),
        ("CW: TW: food\nI ate", "TW: food", "I ate"),
        ("CW: 🍕\nI ate", "🍕", "I ate"),
        ("CW: food | drink\nI ate", "food | drink", "I ate"),
        ("CW: food\nTW: drink\nI ate", "food", "TW: drink\nI ate"),
        ("CW: see https://e.org/a|b\nI ate", "see https://e.org/a|b", "I ate"),
        // A line without a colon.
        ("CW food\n\nI ate", "food", "I ate"),
        ("CW food\nI ate", "food", "I ate"),
        ("CW - food\nI ate", "food", "I ate"),
        ("TW // spiders\nI saw", "spiders", "I saw"),
        ("TW needles, blood\nI bled", "needles, blood", "I bled"),
        // Brackets.
        ("[CW food] I ate", "food", "I ate"),
        ("[CW: food] I ate", "food", "I ate"),
        ("[cw: food]\n\nI ate", "food", "I ate"),
        ("(TW: food) I ate", "food", "I ate"),
        ("(TW: food (raw)) I ate", "food (raw)", "I ate"),
        ("[CW: a. b // c] I ate", "a. b // c", "I ate"),
        ("[CW food]: I ate", "food", "I ate"),
        ("[CW food] - I ate", "food", "I ate"),
        ("[CW/TW food] I ate", "food", "I ate"),
        ("[Spoiler] he dies", "Spoiler", "he dies"),
        ("(Spoiler alert) he dies", "Spoiler alert", "he dies"),
        ("(CW: https://e.org/a_(b ) I ate", "https://e.org/a_(b", "I ate"),
        // No line break.
        ("CW: food. I ate", "food", "I ate"),
        ("CW: food! I ate", "food!", "I ate"),
        ("CW: food?! I ate", "food?!", "I ate"),
        ("CW: food… I ate", "food…", "I ate"),
        ("CW: food // I ate", "food", "I ate"),
        ("CW: food—I ate", "food", "I ate"),
        ("CW: food – I ate", "food", "I ate"),
        ("CW: self-harm - I read", "self-harm", "I read"),
        ("CW: a, b | text", "a, b", "text"),
        ("CW: meat, e.g. steak. I ate", "meat, e.g. steak", "I ate"),
        ("CW: Dr. Who. He dies", "Dr. Who", "He dies"),
        ("CW: version 1.5. It crashed", "version 1.5", "It crashed"),
        ("CW: https://e.org/a|b//c | text", "https://e.org/a|b//c", "text"),
        // Words of the owner's, and other scripts.
        ("Contains: peanuts\nI ate", "peanuts", "I ate"),
        ("Contém: amendoim\nComi", "amendoim", "Comi"),
        ("CONTE\u{301}M: amendoim\nComi", "amendoim", "Comi"),
        ("ネタバレ：映画の結末\n犯人は執事", "映画の結末", "犯人は執事"),
        ("ネタバレ：映画。犯人は執事", "映画", "犯人は執事"),
        ("【ネタバレ】犯人は執事", "ネタバレ", "犯人は執事"),
        ("【ネタバレ注意】犯人は執事", "ネタバレ注意", "犯人は執事"),
        ("（CW：食べ物）食べた", "食べ物", "食べた"),
        ("剧透：结局\n他死了", "结局", "他死了"),
        ("스포일러: 결말\n그는 죽는다", "결말", "그는 죽는다"),
        ("تحذير: طعام\nأكلت", "طعام", "أكلت"),
        ("\u{200F}تحذير: طعام؟ أكلت", "طعام؟", "أكلت"),
        ("CW: खाना। मैंने खाया", "खाना", "मैंने खाया"),
        ("ВНИМАНИЕ: еда\nЯ ел", "еда", "Я ел"),
    ] {
        assert_eq!(found(text), Some((warning.to_owned(), rest.to_owned())), "{text:?}");
    }
}

#[test]
fn no_warnings() {
    let long = "word ".repeat(17);
    let long_after_colon = format!("CW: {long}. I ate");
    let long_line = format!("CW {long}\nI ate");
    let long_brackets = format!("[CW {long}] I ate");
    for text in [
        "",
        "hello",
        "cn tower\nToronto",
        "cw food\nI ate",
        "[cw food] I ate",
        "CWS: food\nI ate",
        "CW-food\nI ate",
        "CWfood\nI ate",
        "I ate. CW: food\nmore",
        "CW",
        "CW:",
        "CW: ",
        "CW: food",
        "CW: food.",
        "CW: food\n",
        "CW: food\n \u{200B}\n",
        "CW:\nfood",
        "CW\nfood",
        "CW: \u{200B}\nfood",
        "CW: . I ate",
        "CW: | I ate",
        "[CW] I ate",
        "[CW: ] I ate",
        "[CW food]",
        "[CW food",
        "[CW food\n] I ate",
        "[] I ate",
        "CW food. I ate",
        "CW food | I ate",
        "TW is down again.\nWhat now?",
        "TW is down.",
        "CN Tower is tall",
        "CW: I ate a lot of food today and it was good",
        "CW: see e.g. this",
        "Spoiler Dune\nhe dies",
        "Spoilers are bad\nI think",
        "Contains peanuts\nI ate",
        "Content is king\nI think",
        "Conte\u{301}nt warning: food\nI ate",
        "ネタバレ注意\n犯人は執事",
        "CW: https://e.org/a|b//c.",
        "/CW: food\nI ate",
        &long_after_colon,
        &long_line,
        &long_brackets,
    ] {
        assert_eq!(found(text), None, "{text:?}");
    }
    assert_eq!(detect("CW: food\nI ate", &[], &[]), None);
    assert_eq!(detect("CW: food\nI ate", &[], &["TW".into()]), None);
}

#[test]
fn a_line_after_a_colon_may_be_long() {
    let long = "word ".repeat(40);
    assert_eq!(found(&format!("CW: {long}\nI ate")), Some((long.trim().to_owned(), "I ate".to_owned())));
}

#[test]
fn spans_of_the_rest_move_and_those_of_the_warning_go() {
    let text = "CW: #food\n\nI ate #pizza";
    let span = |range| Span { range, kind: SpanKind::Hashtag };
    let found = detect(text, &[span(4..9), span(17..23)], &words());
    let rest = Found { warning: "#food".into(), text: "I ate #pizza".into(), spans: vec![span(6..12)] };
    assert_eq!(found, Some(rest));
}

#[test]
fn what_we_wrote_ourselves_comes_back() {
    assert_eq!(found("CW: spoiler\n\nthe butler"), Some(("spoiler".into(), "the butler".into())));
}

proptest! {
    #[test]
    fn a_warning_that_was_written_out_comes_back(warning in "\\PC{1,90}", text in "[a-zé日:./ \n]{1,40}") {
        let (warning, text) = (warning.trim(), text.trim());
        prop_assume!(has_content(warning) && has_content(text));
        // What has no width before the warning is no loss.
        prop_assume!(!warning.starts_with(is_invisible));
        let expected = Found { warning: warning.to_owned(), text: text.to_owned(), spans: Vec::new() };
        prop_assert_eq!(detect(&format!("CW: {warning}\n\n{text}"), &[], &words()), Some(expected));
    }

    #[test]
    fn nothing_is_empty_made_up_or_out_of_place(
        text in "[\\[(]?(CW|cw|TW|Spoiler|ネタバレ)(: |:|：| |/TW )([a-z日é .|—/\n\\])#\u{301}\u{200B}]){0,40}",
        start in 0_usize..40,
        length in 0_usize..9,
    ) {
        let spans = [Span { range: start..start + length, kind: SpanKind::Link }];
        if let Some(found) = detect(&text, &spans, &words()) {
            prop_assert!(has_content(&found.warning) && has_content(&found.text));
            prop_assert!(text.contains(&found.warning) && text.ends_with(&found.text));
            for span in &found.spans {
                prop_assert_eq!(found.text.get(span.range.clone()), text.get(start..start + length));
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = detect(&text, &[], &words());
    }
}
