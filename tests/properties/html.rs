//! Statuses as people and servers write them, and as they do not.

use proptest::prelude::*;
use serde_json::{Value, json};

/// A status with HTML in it, and the list of those whom it mentions.
pub fn status() -> impl Strategy<Value = Value> {
    let warning = prop_oneof![4 => Just(String::new()), 1 => word(), 1 => Just("@bob main.rs".to_owned())];
    (proptest::collection::vec(block(), 0..8), warning).prop_map(|(blocks, warning)| {
        let mentions: Vec<_> = PEOPLE.iter().map(|(acct, url)| json!({"acct": acct, "url": url})).collect();
        json!({"id": "1", "content": blocks.concat(), "spoiler_text": warning, "visibility": "public",
            "account": {"id": "42"}, "mentions": mentions})
    })
}

/// Names of every kind that software in the fediverse lets people have.
const PEOPLE: [(&str, &str); 7] = [
    ("alice", "https://home.example/@alice"),
    ("bob@mastodon.social", "https://mastodon.social/@bob"),
    ("al.ice@mastodon.social", "https://mastodon.social/@al.ice"),
    ("al-ice@mastodon.social", "https://mastodon.social/@al-ice"),
    ("averyveryverylongusername123@m.social", "https://m.social/@averyveryverylongusername123"),
    ("carol@bücher.example", "https://xn--bcher-kva.example/@carol"),
    ("ｄave@例え.jp", "https://xn--r8jz45g.jp/@dave"),
];

const WORDS: [&str; 70] = [
    "hello",
    "world",
    "the",
    "Привет",
    "мир",
    "Ελλάδα",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "ภาษาไทย",
    "日本語です。",
    "中文，好",
    "한국어",
    "ქართული",
    "Հայերեն",
    "ਪੰਜਾਬੀ",
    "Tiếng",
    "Việt",
    "e\u{301}",
    "👍🏽",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "1️⃣",
    "❤️‍🔥",
    "\u{202e}live",
    "\u{2066}x\u{2069}",
    "a\u{200d}b",
    "\u{200b}",
    "\u{feff}",
    "\u{2060}",
    "\u{ad}",
    "main.rs",
    "README.md",
    "end.Start",
    "It.In",
    "node.js",
    "v1.2.3",
    "matrix.to",
    "MLB.tv",
    "日本.com",
    "twitter.comです",
    "a.com/x_(y)",
    "@bare",
    "@al.ice",
    "＠wide",
    "@bob@mastodon.social",
    "RT@you",
    ".@dot",
    "(@par)",
    "@aliceé",
    "user@example.com",
    "alice@bücher.social",
    "$AAPL",
    "$TSLA.X",
    "$1",
    "#tag",
    "＃タグ",
    "#1",
    "a#b",
    "&amp;",
    "&lt;b&gt;",
    "&#39;",
    "&nbsp;",
    "&",
    "<",
    ">",
    "CW:",
    "…",
    "https://plain.example/a.rs",
    "http://user:pw@h.example/",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => prop::sample::select(WORDS.as_slice()).prop_map(str::to_owned),
        2 => (prop::sample::select(WORDS.as_slice()), 1..90_usize).prop_map(|(word, times)| word.repeat(times)),
        2 => "\\PC{0,8}",
        3 => "[a-zA-Z0-9@.:/$#_é日👍-]{1,24}",
    ]
}

const LINKS: [&str; 9] = [
    "https://example.org/",
    "https://example.org/a/very/long/address/indeed.html?q=1&amp;r=%20#frag",
    "http://例え.jp/パス",
    "https://h.example/@alice/123",
    "https://en.wikipedia.org/wiki/Rust_(language)",
    "https://main.rs",
    "gemini://capsule.example/",
    "mailto:me@example.org",
    "https://t.co/abcDEF",
];

fn link() -> impl Strategy<Value = String> {
    (prop::sample::select(LINKS.as_slice()), 0..4_u8, word()).prop_map(|(href, form, words)| {
        let bare = href.trim_start_matches("https://");
        let (shown, hidden) = bare.split_at(bare.char_indices().nth(20).map_or(bare.len(), |(at, _)| at));
        match form {
            0 => format!("<a href=\"{href}\" rel=\"nofollow noopener\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">{shown}</span><span class=\"invisible\">{hidden}</span></a>"),
            1 => format!("<a href=\"{href}\">{href}</a>"),
            2 => format!("<a href=\"{href}\">{words}</a>"),
            _ => format!("<a href=\"{href}\">{bare}"),
        }
    })
}

/// Markup that is odd, broken or not to be seen.
const ODD: [&str; 13] = [
    "<br>",
    "<br />",
    "</p>",
    "<p>",
    "<b>",
    "</i>",
    "<code>a  b.rs</code>",
    "<script>x</script>",
    "<!-- -->",
    "<img alt=\"pic.rs\">",
    "<x y=",
    "</a>",
    "\n",
];

fn inline() -> impl Strategy<Value = String> {
    let mention = prop::sample::select(PEOPLE.as_slice()).prop_map(|(acct, url)| {
        let user = acct.split('@').next().unwrap_or_default();
        format!("<span class=\"h-card\"><a href=\"{url}\" class=\"u-url mention\">@<span>{user}</span></a></span>")
    });
    let hashtag = prop::sample::select(["Tag", "日本語", "café", "a_b"].as_slice()).prop_map(|tag| {
        format!("<a href=\"https://h.example/tags/x\" class=\"mention hashtag\" rel=\"tag\">#<span>{tag}</span></a>")
    });
    prop_oneof![
        12 => word(),
        2 => link(),
        2 => mention,
        1 => hashtag,
        2 => prop::sample::select(ODD.as_slice()).prop_map(str::to_owned),
    ]
}

fn block() -> impl Strategy<Value = String> {
    let separator = prop::sample::select([" ", " ", " ", "", ",", ". ", "@", "."].as_slice());
    let line = proptest::collection::vec((inline(), separator), 0..24)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, separator)| piece + separator).collect::<String>());
    (line, 0..6_u8).prop_map(|(line, kind)| match kind {
        0..=2 => format!("<p>{line}</p>"),
        3 => format!("<ul><li>{line}</li><li>{line}</li></ul>"),
        4 => format!("<blockquote><p>{line}</p></blockquote>"),
        _ => format!("<pre><code>{line}</code></pre>"),
    })
}
