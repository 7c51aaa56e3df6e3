//! Samples of what real servers write, and anything else.
#![expect(clippy::unwrap_used, reason = "a test")]

use proptest::prelude::*;

use super::*;

fn mention(acct: &str, url: &str) -> wire::Mention {
    serde_json::from_value(serde_json::json!({"id": "1", "acct": acct, "url": url})).unwrap()
}

/// Text and spans in one line: links in `[]`, mentions in `{}`, hashtags in `<>`.
fn marked(html: &str) -> String {
    let listed = [
        mention("bob", "https://h.example/@bob"),
        mention("eve@remote.example", "https://web.remote.example/@eve"),
        mention("ü@bücher.example", "https://bücher.example/@ü"),
    ];
    let (text, spans) = read(html, Mentions { listed: &listed, host: "h.example" });
    let mut marked = text.clone();
    for span in spans.iter().rev() {
        let piece = text.get(span.range.clone()).unwrap();
        let shown = match &span.kind {
            SpanKind::Link => format!("[{piece}]"),
            SpanKind::Hashtag => format!("<{piece}>"),
            SpanKind::Mention { handle } => {
                assert_eq!(format!("@{handle}"), piece);
                format!("{{{piece}}}")
            }
        };
        marked.replace_range(span.range.clone(), &shown);
    }
    marked
}

#[test]
fn mastodons_own_html() {
    for (html, expected) in [
        ("<p>one</p><p>two<br />three<br>four</p>", "one\n\ntwo\nthree\nfour"),
        (
            "<p>see <a href=\"https://www.example.org/a/very/long/path?x=1&amp;y=2#z\" target=\"_blank\" rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">https://www.</span><span class=\"ellipsis\">example.org/a/very/long/path?x</span><span class=\"invisible\">=1&amp;y=2#z</span></a>.</p>",
            "see [https://www.example.org/a/very/long/path?x=1&y=2#z].",
        ),
        (
            "<p><span class=\"h-card\" translate=\"no\"><a href=\"https://h.example/@bob\" class=\"u-url mention\">@<span>bob</span></a></span> and <span class=\"h-card\"><a href=\"https://web.remote.example/@eve\" class=\"u-url mention\">@<span>eve</span></a></span>!</p>",
            "{@bob@h.example} and {@eve@remote.example}!",
        ),
        (
            "<p>on <a href=\"https://h.example/tags/rust\" class=\"mention hashtag\" rel=\"tag\">#<span>Rust</span></a>, yes</p>",
            "on <#Rust>, yes",
        ),
        (
            "<p class=\"quote-inline\">RE: <a href=\"https://h.example/@bob/11\" target=\"_blank\" rel=\"nofollow noopener\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">h.example/@bob/1</span><span class=\"invisible\">1</span></a></p><p>yoooo</p>",
            "RE: [https://h.example/@bob/11]\n\nyoooo",
        ),
        ("<p>it&#39;s 1 &lt; 2 &amp;&amp; &quot;x&quot; &nbsp;:blobcat:</p>", "it's 1 < 2 && \"x\" \u{a0}:blobcat:"),
        ("<p>👨‍👩‍👧‍👦 é</p>", "👨‍👩‍👧‍👦 é"),
        // A link of another scheme, shortened by Mastodon.
        (
            "<p><a href=\"xmpp:a@b.org\"><span class=\"invisible\">xmpp:</span><span class=\"\">a@b.org</span></a></p>",
            "xmpp:a@b.org",
        ),
    ] {
        assert_eq!(marked(html), expected, "{html}");
    }
}

#[test]
fn other_servers_html() {
    for (html, expected) in [
        // GoToSocial: bare & and >, <br><br>, the address as the words.
        (
            "<p>Hello <a href=\"http://h.example/tags/test\" class=\"mention hashtag\" rel=\"tag nofollow noreferrer noopener\" target=\"_blank\">#<span>test</span></a> <a href=\"https://example.com/a?b=1&c=2\" rel=\"nofollow\">https://example.com/a?b=1&c=2</a> R&D & &lt;b>x&lt;/b><br><br>second para<br>line2</p>",
            "Hello <#test> [https://example.com/a?b=1&c=2] R&D & <b>x</b>\n\nsecond para\nline2",
        ),
        ("read <a href=\"https://x.org/post\">my blog</a>, please", "read my blog ([https://x.org/post]), please"),
        ("<a href=\"https://example.org/\">example.org</a>", "[https://example.org/]"),
        ("<a href=\"https://www.example.org/a%20b\">Example.org/a b</a>", "[https://www.example.org/a%20b]"),
        ("<a href=\"https://example.org/abcdef\">example.org/abc…</a>", "[https://example.org/abcdef]"),
        (
            "<a href=\"https://evil.example/\">https://good.example/</a>",
            "https://good.example/ ([https://evil.example/])",
        ),
        ("<a href=\"https://xn--bcher-kva.example/\">https://bücher.example</a>", "[https://xn--bcher-kva.example/]"),
        ("<a href=\"https://x.org/a b\nc\">x</a>", "x ([https://x.org/a%20bc])"),
        // Pleroma: the hashtag's class alone; a mention by its listed address alone.
        (
            "<a class=\"hashtag\" data-tag=\"cafe\" href=\"https://p.example/tag/cafe\" rel=\"tag ugc\">#Café</a>",
            "<#Café>",
        ),
        ("<a href=\"https://h.example/@bob/\">@bob</a>", "{@bob@h.example}"),
        // Not listed: by what is written, by the only namesake, by the address.
        ("<a class=\"mention\" href=\"https://y.example/u/1\">@joe@Y.example</a>", "{@joe@y.example}"),
        ("<a class=\"mention\" href=\"https://z.example/u/9\">@eve</a>", "{@eve@remote.example}"),
        ("<a class=\"mention\" href=\"https://z.example:3000/u/9\">@zed</a>", "{@zed@z.example}"),
        ("<a class=\"u-url mention\" href=\"https://bücher.example/@ü\">@ü</a>", "{@ü@xn--bcher-kva.example}"),
        ("<a href=\"https://z.example/@zed\">@zed</a>", "@zed ([https://z.example/@zed])"),
        (
            "<a href=\"mailto:a@b.org\">write me</a> <a href=\"javascript:x()\">y</a> <a href=\"/rel\">z</a> <a>n</a>",
            "write me y z n",
        ),
        ("漢<ruby>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby> a<sup>2</sup> <del>no</del>", "漢字(じ) a2 no"),
        ("a <img class=\"emoji\" alt=\":x:\" src=\"y\"> b", "a :x: b"),
    ] {
        assert_eq!(marked(html), expected, "{html}");
    }
}

#[test]
fn blocks_and_white_space() {
    for (html, expected) in [
        ("", ""),
        ("<p></p><p> </p>", ""),
        ("  <p>\n  a  b\t\nc </p>\n\n<p>d</p>  ", "a b c\n\nd"),
        ("<p>a<br><br><br><br>b</p>", "a\n\nb"),
        ("<p>a<br></p><p>b</p>", "a\n\nb"),
        ("<p><br>a<br> b</p>", "a\nb"),
        ("<p>x:</p><ul><li>one</li><li>two <b>bold</b></li></ul><p>y</p>", "x:\n\n• one\n• two bold\n\ny"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ol>", "1. a\n2. b\n  • c\n3. d"),
        ("<ol start=\"9\"><li><p>a</p></li><li></li><li>b</li></ol>", "9. a\n\n11. b"),
        ("<blockquote><p>a</p><p>b<br>c</p></blockquote><p>d</p>", "> a\n\n> b\n> c\n\nd"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n\n> > b"),
        ("<pre><code>fn  x() {\n    y\n}\n</code></pre><p>t  u</p>", "fn  x() {\n    y\n}\n\nt u"),
        ("see <code>a  b</code>", "see a  b"),
        ("a<script>if (1 < 2) { '<p>' }</script><style>p{}</style><!-- c -->b", "ab"),
        ("<h1>T</h1>x<div>y</div>z<hr>w", "T\n\nx\ny\nz\n\nw"),
        ("a\u{0}\u{feff}b\u{7}c\u{fffe}&#0;&#x1f;d", "abc\u{fffd}d"),
        // Broken markup is odd text at worst.
        ("<p>a <b>b <a href=\"https://x.org/1\">c<p>d", "a b c ([https://x.org/1])\n\nd"),
        ("</p></ul></blockquote></pre></a>a < b <3 &amp &unknown;", "a < b <3 & &unknown;"),
        (
            "<a href=\"https://x.org/1\">x.org/1<a href=\"https://x.org/2\">x.org/2</a></a>",
            "[https://x.org/1][https://x.org/2]",
        ),
        ("a <a href=https://x.org> x.org </a>b", "a [https://x.org] b"),
        ("a<a href=\"https://x.org\"></a>b", "ab"),
        ("<p>a <", "a <"),
        ("<p>a <a href=\"", "a"),
    ] {
        assert_eq!(marked(html), expected, "{html}");
    }
}

#[test]
fn size_and_depth_hurt_nothing() {
    for (open, close) in [("<blockquote>", ""), ("<ul><li>", ""), ("<span>", "</span>"), ("<a href=x>", ""), ("<", "")]
    {
        let html = format!("{}{}", format!("{open}a").repeat(60_000), close.repeat(60_000));
        let (text, _) = read(&html, Mentions { listed: &[], host: "h" });
        assert!(text.len() <= MAX_HTML_BYTES * 2, "{open}: {}", text.len());
    }
    let (text, _) = read(&"é".repeat(MAX_HTML_BYTES), Mentions { listed: &[], host: "h" });
    assert_eq!(text.len(), MAX_HTML_BYTES);
}

const MARKUP: &[&str] = &[
    "<p>",
    "</p>",
    "<br>",
    "<ul>",
    "<ol>",
    "<li>",
    "</li>",
    "</ol>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "</a>",
    "<a href=\"https://x.org/é\">",
    "<a class=mention href=\"https://x.org\">@",
    "<a class=\"mention hashtag\" href=\"https://x.org/t\">#",
    "<span class=invisible>",
    "</span>",
    "&amp;",
    "&#0;",
    "&",
    "<",
    ">",
    " ",
    "\n",
    "\u{feff}",
    "<script>",
    "</script>",
    "<a href=' ",
    "='",
    "<!--",
    "-->",
    "<!x",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![3 => prop::sample::select(MARKUP).prop_map(str::to_owned), 1 => ".{0,6}", 1 => "[a-zé ]{0,5}"]
}

proptest! {
    #[test]
    fn spans_are_valid_sorted_and_apart(pieces in prop::collection::vec(piece(), 0..60)) {
        let html = pieces.concat();
        let (text, spans) = read(&html, Mentions { listed: &[], host: "h.example" });
        let mut end = 0;
        for span in &spans {
            prop_assert!(span.range.start >= end && span.range.end > span.range.start);
            let piece = text.get(span.range.clone());
            prop_assert!(piece.is_some_and(|piece| !piece.contains(['\n', ' '])), "{html:?} {text:?} {span:?}");
            end = span.range.end;
        }
        prop_assert!(!text.contains("\n\n\n") && !text.starts_with('\n') && !text.ends_with(['\n', ' ']));
        prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }
}
