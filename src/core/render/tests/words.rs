//! What stands in a text: links, tags, emoji, invisible characters.

use super::*;
use crate::core::style::{CustomEmoji, Lookalikes, Tracking};

#[test]
fn a_link_that_was_meant_is_kept_and_a_lookalike_is_made_inert() {
    let post = post("{https://example.org} has main.rs");
    assert_eq!(shown(&post, &style(), &x()), "https://example.org has main.|rs");
    assert_eq!(notes(&post, &style(), &x()), [Note::LinkInert("main.rs".into(), Some(price()))]);
    let keep = Style { lookalikes: Lookalikes::Keep, ..style() };
    assert_eq!(shown(&post, &keep, &x()), "https://example.org has main.rs");
    assert_eq!(notes(&post, &keep, &x()), [Note::LinkKept("main.rs".into())]);
    assert_eq!(shown(&post, &style(), &mastodon()), "https://example.org has main.rs");
}

#[test]
fn a_link_is_read_to_its_end_and_no_further() {
    for (written, on_x, on_mastodon) in [
        ("{https://e.org/a}b", "https://e.org/a|b", "https://e.org/a b"),
        ("a{https://e.org/a}", "a|https://e.org/a", "a|https://e.org/a"),
        ("({https://e.org/a}).", "(https://e.org/a).", "(https://e.org/a)."),
        ("{https://e.org/a}。日本", "https://e.org/a。日本", "https://e.org/a 。日本"),
        ("{https://e.org/a}, b", "https://e.org/a, b", "https://e.org/a, b"),
        ("{https://e.org/a}{https://e.org/b}", "https://e.org/a|https://e.org/b", "https://e.org/a https://e.org/b"),
        (
            "{https://ja.wikipedia.org/wiki/日本} ok",
            "https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC ok",
            "https://ja.wikipedia.org/wiki/日本 ok",
        ),
        (
            "{https://e.org/\u{202E}gpj.exe} ok",
            "https://e.org/%E2%80%AEgpj.exe ok",
            "https://e.org/%E2%80%AEgpj.exe ok",
        ),
        ("{https://medium.com/,@alice/1}", "https://medium.com/,@alice/1", "https://medium.com/,%40alice/1"),
        ("{https://new.tld-of-2030/@alice}", "https://new.tld-of-2030/%40alice", "https://new.tld-of-2030/@alice"),
        ("@a.com/x{https://e.org/a}", "@|a.|com/x|https://e.org/a", "@|a.com/x|https://e.org/a"),
        ("{https://localhost/a}b", "https://localhost/ab", "https://localhost/a b"),
    ] {
        assert_eq!(shown(&post(written), &style(), &x()), on_x, "{written}");
        assert_eq!(shown(&post(written), &style(), &mastodon()), on_mastodon, "{written}");
    }
}

#[test]
fn tracking_goes_unless_it_is_to_stay() {
    let post = post("{https://e.org/a?utm_source=b&id=1}");
    assert_eq!(shown(&post, &style(), &x()), "https://e.org/a?id=1");
    assert_eq!(notes(&post, &style(), &x()), [Note::Tracking("https://e.org/a?id=1".into())]);
    let keep = Style { tracking: Tracking::Keep, ..style() };
    assert_eq!(shown(&post, &keep, &x()), "https://e.org/a?utm_source=b&id=1");
}

#[test]
fn one_cashtag_a_part_is_alive() {
    let post = post("$AAPL or $TSLA?");
    assert_eq!(shown(&post, &style(), &x()), "$AAPL or $|TSLA?");
    assert_eq!(notes(&post, &style(), &x()), [Note::CashtagInert("$TSLA".into())]);
    assert_eq!(shown(&post, &style(), &mastodon()), "$AAPL or $TSLA?");
    let long = super::post(&format!("$AAPL {}$TSLA $MSFT {}", "word ".repeat(60), "more ".repeat(60)));
    for part in parts(&long, &style(), &x()) {
        let cashtags = count::found_by_x(&part.text).len();
        assert_eq!(cashtags, usize::from(part.text.contains('$')), "{}", part.text);
    }
}

#[test]
fn hidden_hashtags_and_unwanted_emoji_go() {
    let style = Style { hidden_hashtags: vec!["nox".into(), "x".into()], custom_emoji: CustomEmoji::Remove, ..style() };
    for (written, expected) in [
        ("hello {#X} world {#tag}", "hello world #tag"),
        ("hello\n\n{#nox} {#tag}", "hello\n\n#tag"),
        ("hi {:a:} {:b:} there {:c:}", "hi there"),
        ("hi {:a:}!", "hi!"),
        ("a\n\n{:a:}\n\nb", "a\n\nb"),
        ("12:30:45 {:a:}", "12:30:45"),
        ("{#nox}", "Empty"),
        ("{:a:}", "Empty"),
    ] {
        assert_eq!(shown(&post(written), &style, &x()), expected, "{written}");
    }
    let told = notes(&post("a {#nox} {:b:}"), &style, &x());
    assert_eq!(told, [Note::Emoji(":b:".into()), Note::HiddenHashtag("nox".into())]);
    assert_eq!(shown(&post("a {:b:}"), &self::style(), &x()), "a :b:");
}

#[test]
fn invisible_characters_that_disturb_go() {
    let post = post("\u{FEFF}a\u{202E}b\n👨‍👩‍👧 می\u{200C}خواهم");
    let text = &parts(&post, &style(), &x())[0].text;
    assert_eq!(text, "a\u{202E}b\u{202C}\n👨‍👩‍👧 می\u{200C}خواهم");
    assert_eq!(notes(&post, &style(), &x()), [Note::Cleaned]);
    let spaced = super::post("a\u{200B}b {#t\u{200B}ag} c");
    assert_eq!(shown(&spaced, &style(), &x()), "ab #tag c");
}

#[test]
fn spans_that_mark_nothing_do_no_harm() {
    let mut post = post("é {#tag}");
    let span = |range| Span { range, kind: SpanKind::Link };
    #[expect(clippy::reversed_empty_ranges, reason = "what a faulty reader could give")]
    post.spans.extend([span(1..2), span(0..99), span(5..3), span(0..0), span(4..6)]);
    assert_eq!(shown(&post, &style(), &x()), "é #tag");
}
