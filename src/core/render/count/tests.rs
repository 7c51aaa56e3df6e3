use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(https?://|t\\.co|@|＠|RT|\\$A|[a-z0-9_.:/ #é日👍\u{200B}\u{301}\n-]){0,30}") {
        let _ = (weighted(&text), found_by_x(&text), graphemes(&text, 23));
    }
}

#[test]
fn weighted_lengths_of_x() {
    // x-api.md 8.1
    for (text, expected) in [
        ("Hi http://test.co", 26),
        ("cafe\u{301}", 4),
        ("👍 👨‍👩‍👧‍👦 ❤️ ❤ 1️⃣ 🇩🇪", 17),
        ("…", 2),
        ("", 0),
        ("see mastodon.social for more", 36),
    ] {
        assert_eq!(weighted(text), expected, "{text}");
    }
    assert_eq!(weighted(&"あ".repeat(160)), 320);
    assert_eq!(weighted(&format!("https://example.com/{}", "x".repeat(300))), 23);
}

#[test]
fn lengths_of_mastodon() {
    // mastodon-api.md 2.2
    for (text, expected) in [
        ("check http://example.com and https://example.org/page?x=1#frag", 57),
        ("ftp://files.example.net/resource", 32),
        ("http://user:pass@example.com:8080/path", 38),
        ("http://127.0.0.1:3000/health", 28),
        ("@bob@example.com", 4),
        ("b: 👨‍👩‍👧‍👦", 4),
        ("é", 1),
        ("f\u{301}", 1),
        ("(see https://example.com.)", 30),
        ("hi @charlie and @dora@example.social!", 22),
        ("https://example.com,https://example.org", 47),
        ("https://archive.org/web/https://example.org/", 23),
        ("a,https://example.com", 25),
        ("", 0),
    ] {
        assert_eq!(graphemes(text, 23), expected, "{text}");
    }
}

#[test]
fn what_x_finds() {
    let names = |text: &str| -> Vec<(String, Found)> {
        found_by_x(text).into_iter().map(|(range, kind)| (text[range].to_owned(), kind)).collect()
    };
    let one = |text: &str, kind| vec![(text.to_owned(), kind)];
    assert_eq!(names("é👍 @alice"), one("@alice", Found::Mention));
    assert_eq!(names("@alice@mastodon.social"), []);
    assert_eq!(names("🎉.@alice é(@b"), [("@alice".into(), Found::Mention), ("@b".into(), Found::Mention)]);
    assert_eq!(names("RT@alice"), one("@alice", Found::Mention));
    assert_eq!(names("日本 edit main.rs"), one("main.rs", Found::Link));
    assert_eq!(names("buy $AAPL"), one("$AAPL", Found::Cashtag));
    assert_eq!(names("hello.World"), one("hello.World", Found::Link));
    assert_eq!(names("alice@bücher.social"), one("cher.social", Found::Link));
    assert_eq!(names("node.js v1.2.3 #tag"), []);
}

#[test]
fn lengths_of_other_servers() {
    // mastodon-api.md 2.3: as it stands, or Mastodon's length where that is more.
    let counting = Counting::Characters { link_length: 23 };
    for (text, expected) in [
        ("@bob@example.com", 16),
        ("e\u{301}", 2),
        ("https://a.io", 23),
        ("https://example.com/a/path/of/its/own", 37),
        ("👨‍👩‍👧‍👦", 7),
    ] {
        assert_eq!(length(text, counting), expected, "{text}");
    }
}

#[test]
fn emoji_count_as_twitter_text_knows_them() {
    for (text, expected) in [
        ("©", 1),
        ("©\u{fe0f}", 2),
        ("☺\u{fe0e}", 4),
        ("#\u{20e3}", 2),
        ("👨‍👩‍👧‍👦‍👍", 5),
        ("👍🏽🏽", 4),
        ("🇩🇪🇫", 4),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        // Newer than its list.
        ("❤️‍🔥", 5),
        ("🫱🏻‍🫲🏿", 9),
        ("a\u{301}\u{302}", 2),
    ] {
        assert_eq!(weighted(text), expected, "{text}");
    }
}

#[test]
fn links_are_found_as_by_twitter_text() {
    // Each as its regular expressions have it.
    for (text, expected) in [
        ("hello.World end.Start MLB.tv matrix.to", vec!["hello.World", "MLB.tv", "matrix.to"]),
        ("node.js v1.2.3 e.g. U.S. foo_bar.com x/example.com a@b.org", vec![]),
        ("ftp://example.com/x http://localhost https://u:p@example.com/", vec![]),
        (
            "https://example.com. (http://a.de/x_(y).) a.de/?q=1&",
            vec!["https://example.com", "http://a.de/x_(y)", "a.de/?q=1&"],
        ),
        ("twitter.comこれは日本語です。example.com中国語t.co/abc", vec!["twitter.com", "example.com", "t.co/abc"]),
        ("xn--80ak6aa92e.com http://例え.中国/ab", vec!["xn--80ak6aa92e.com", "http://例え.中国/ab"]),
        ("https://t.co/abc?x=1/日 https://t.co/abc/def", vec!["https://t.co/abc?x=1/", "https://t.co/abc"]),
        ("＠twitter.com", vec!["twitter.com"]),
    ] {
        let links: Vec<_> = found_by_x(text).into_iter().filter(|(_, found)| *found == Found::Link).collect();
        let links: Vec<_> = links.into_iter().map(|(range, _)| &text[range]).collect();
        assert_eq!(links, expected, "{text}");
    }
    for label in [63, 64] {
        let text = format!("http://{}.com", "a".repeat(label));
        assert_eq!(has_link(&text), label == 63);
    }
}

#[test]
fn hashtags_of_x() {
    let tags = |text: &str| -> Vec<String> { hashtags(text).into_iter().map(|range| text[range].to_owned()).collect() };
    assert_eq!(tags("#a ＃日本語, #1 a#b #c#d &#e; 1#f https://a.de/#g"), ["#a", "＃日本語"]);
}
