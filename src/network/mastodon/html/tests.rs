//! Samples of what real servers write, and anything else.
#![expect(clippy::unwrap_used, reason = "a test")]

use proptest::prelude::*;

use super::*;

fn mention(acct: &str, url: &str) -> wire::Mention {
    serde_json::from_value(serde_json::json!({"id": "1", "acct": acct, "url": url})).unwrap()
}

fn emoji(shortcode: &str) -> wire::Emoji {
    serde_json::from_value(serde_json::json!({"shortcode": shortcode, "url": "https://x.org/e.png"})).unwrap()
}

/// A status that says nothing beside its HTML.
const BARE: Beside<'static> = Beside { mentions: &[], emojis: &[], quotes: false, host: "h.example" };

/// Text and spans in one line: links in `[]`, mentions in `{}`, hashtags in `<>`, emoji in `‹›`.
fn marked(html: &str) -> String {
    marked_as(html, false)
}

fn marked_as(html: &str, quotes: bool) -> String {
    let listed = [
        mention("bob", "https://h.example/@bob"),
        mention("eve@remote.example", "https://web.remote.example/@eve"),
        mention("ü@bücher.example", "https://bücher.example/@ü"),
    ];
    let emojis = [emoji("blobcat"), emoji("x_1"), emoji("blob-cat"), wire::Emoji::default()];
    let (text, spans) = read(html, Beside { mentions: &listed, emojis: &emojis, quotes, ..BARE });
    let mut marked = text.clone();
    for span in spans.iter().rev() {
        let piece = text.get(span.range.clone()).unwrap();
        let shown = match &span.kind {
            SpanKind::Link => format!("[{piece}]"),
            SpanKind::Hashtag => format!("<{piece}>"),
            SpanKind::Emoji => format!("‹{piece}›"),
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
        ("<p>it&#39;s 1 &lt; 2 &amp;&amp; &quot;x&quot; &nbsp;:blobcat:</p>", "it's 1 < 2 && \"x\" \u{a0}‹:blobcat:›"),
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
        ("漢<ruby>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby> a<sup>2</sup> <del>no</del>", "漢字(じ) a2 ~~no~~"),
        ("a <img class=\"emoji\" alt=\":x:\" src=\"y\"> b", "a ‹:x:› b"),
    ] {
        assert_eq!(marked(html), expected, "{html}");
    }
}

#[test]
fn dialects_of_mentions_and_hashtags() {
    let person = |inner: &str| format!("hi <span class=\"h-card\">{inner}</span>!");
    for (html, expected) in [
        // Pleroma and Akkoma.
        (
            person("<a class=\"u-url mention\" data-user=\"A1\" href=\"https://h.example/users/bob\" rel=\"ugc\">@<span>bob</span></a>"),
            "hi {@bob@h.example}!",
        ),
        // GoToSocial.
        (
            person("<a href=\"https://web.remote.example/@eve\" class=\"u-url mention\" rel=\"nofollow noreferrer noopener\" target=\"_blank\">@<span>eve</span></a>"),
            "hi {@eve@remote.example}!",
        ),
        // Misskey and its forks.
        (person("<a href=\"https://web.remote.example/@eve\" class=\"u-url mention\">@eve@remote.example</a>"), "hi {@eve@remote.example}!"),
        // Friendica and Hubzilla: the sign is outside of the link, and the name is one for people.
        ("hi @<a href=\"https://h.example/@bob\"><span>Bob B.</span></a>!".to_owned(), "hi {@bob@h.example}!"),
        (
            "@<span class=\"vcard\"><a href=\"https://z.example/profile/zed\" class=\"url u-url mention\"><span class=\"fn nickname mention\">zed</span></a></span>".to_owned(),
            "{@zed@z.example}",
        ),
        ("#<a href=\"https://h.example/search?tag=Caf%C3%A9\" rel=\"tag\"><span>Café</span></a> #<a rel=tag href=/x>a b</a>".to_owned(), "<#Café> #a b"),
        // What only looks like one.
        ("me@<a class=mention href=\"https://z.example/z\">zed</a>".to_owned(), "me@zed ([https://z.example/z])"),
        ("@ <a class=mention href=\"https://z.example/z\">zed</a>".to_owned(), "@ zed ([https://z.example/z])"),
        ("<a href=\"https://h.example/@bob\">a friend</a>".to_owned(), "a friend ([https://h.example/@bob])"),
        // Mastodon keeps the wide sign that its author typed.
        ("今日の<a class=\"mention hashtag\" href=\"https://x.org/t\">＃<span>猫</span></a>です".to_owned(), "今日の<＃猫>です"),
        ("<a class=\"mention hashtag\" href=\"https://x.org/t\">#</a>".to_owned(), "# ([https://x.org/t])"),
        ("<a class=mention href=\"https://z.example/z\">@ze\u{202e}d</a>".to_owned(), "@ze\u{202e}d ([https://z.example/z])"),
        // Two of one name, one of them listed by its address.
        ("<a class=mention href=\"https://h.example/@bob\">@bob</a><a class=mention href=\"https://q.example/@zed\">@zed</a>".to_owned(), "{@bob@h.example}{@zed@q.example}"),
    ] {
        assert_eq!(marked(&html), expected, "{html}");
    }
}

#[test]
fn fallback_links_of_quotes() {
    let link = "<a href=\"https://h.example/@bob/11\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">h.example/@bob/1</span><span class=\"invisible\">1</span></a>";
    let re = "RE: [https://h.example/@bob/11]";
    for (html, kept, dropped) in [
        // Mastodon.
        (format!("<p class=\"quote-inline\">RE: {link}</p><p>yo</p>"), format!("{re}\n\nyo"), "yo"),
        // Akkoma, Misskey and its forks.
        (format!("<p>yo<span class=\"quote-inline\"><br/><br/>RE: {link}</span></p>"), format!("yo\n\n{re}"), "yo"),
        (
            format!("yo <span class=\"a quote-inline\"><span>RE:</span> {link}</span> ho"),
            format!("yo {re} ho"),
            "yo ho",
        ),
        // One that nobody closed swallows no other paragraph.
        (format!("<p class=\"quote-inline\">RE: {link}<p>yo"), format!("{re}\n\nyo"), "yo"),
        (format!("<span class=\"quote-inline\">RE: {link}<ul><li>yo"), format!("{re}\n\n• yo"), "• yo"),
        // Another server's words for it are words.
        (format!("<p>RE: {link}</p>"), re.to_owned(), re),
    ] {
        assert_eq!(marked(&html), kept, "{html}");
        assert_eq!(marked_as(&html, true), dropped, "{html}");
    }
}

#[test]
fn emoji_stand_for_themselves() {
    for (html, expected) in [
        (":blobcat:", "‹:blobcat:›"),
        (":blobcat::blobcat: :blobcat:!", ":blobcat::blobcat: ‹:blobcat:›!"),
        ("(:x_1:) :x_1:\u{200b}:x_1:", "(‹:x_1:›) ‹:x_1:›\u{200b}‹:x_1:›"),
        ("a:blobcat: :blobcat:b é:blobcat: ::blobcat:", "a:blobcat: :blobcat:b é:blobcat: ::blobcat:"),
        (":other: : :blobcat :blob-cat:", ":other: : :blobcat ‹:blob-cat:›"),
        ("at 12:x_1:30 and :x_1:30", "at 12:x_1:30 and :x_1:30"),
        ("<a href=\"https://x.org/:blobcat:\">x.org/:blobcat:</a>", "[https://x.org/:blobcat:]"),
        ("<a rel=tag href=x>#a</a>:blobcat: <code>:blobcat:</code>", "<#a>:blobcat: ‹:blobcat:›"),
        // As pictures: what the server did not list, and Unicode's own.
        ("hi <img class=\"emoji\" alt=\":who:\" src=\"y\"><img alt=\"😀\"><img alt=\"a b\">", "hi ‹:who:›😀a b"),
        ("<a href=\"https://x.org\">x <img alt=\":who:\"></a>", "x :who: ([https://x.org])"),
    ] {
        assert_eq!(marked(html), expected, "{html}");
    }
}

#[test]
fn struck_out_and_annotated() {
    for (html, expected) in [
        ("I <s>hate</s> love it", "I ~~hate~~ love it"),
        ("<del> a <b>b</b> </del>c", "~~a b~~ c"),
        ("<del><s>a</s> b</del> <strike></strike>", "~~a b~~"),
        ("<p><del>a<a href=\"https://x.org\">x.org</a></del></p><p>b", "~~a[https://x.org]~~\n\nb"),
        ("<s>a<p>b", "~~a\n\nb~~"),
        ("</s>a<s>", "a"),
        ("<ruby>字<rt>じ</rt></ruby>。", "字(じ)。"),
        ("<ruby>漢<rp>（</rp><rt>かん</rt><rp>）</rp>字<rt>じ</ruby>。", "漢(かん)字(じ)。"),
        ("<ruby>字<rt> </rt></ruby>x<ruby>字<rt>じ<p>x", "字 x字(じ)\n\nx"),
        ("a<rp>(</rp>b <ruby>c<rp>never closed</ruby>d<ruby>e<rp>f<p>g", "a(b cd\u{65}\n\ng"),
    ] {
        assert_eq!(marked(html), expected, "{html}");
    }
}

#[test]
fn odd_characters() {
    for (html, expected) in [
        ("a\u{2028}b\u{2029}c\u{85}d\u{b}e", "a\nb\nc d e"),
        ("\u{2067}שלום\u{2069} a\u{200d}b", "\u{2067}שלום\u{2069} a\u{200d}b"),
        ("<a href=\"https://x.org/\u{202e}gpj\">x</a>", "x ([https://x.org/%E2%80%AEgpj])"),
        ("<a href=\"https://x.org/a\u{200b}b\u{feff}\">x</a>", "x ([https://x.org/a%E2%80%8Bb%EF%BB%BF])"),
        ("<a href=\"https://x.org/ü\">x.org/ü</a>", "[https://x.org/ü]"),
        ("&#x202e;&#xfeff;&#xd800;&#x110000;", "\u{202e}\u{fffd}\u{fffd}"),
    ] {
        assert_eq!(marked(html), expected, "{html:?}");
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
        ("<ol><li value=7>a</li><li>b</li></ol><ul><li value=7>c", "7. a\n8. b\n\n• c"),
        ("<ol start=x><li>a<ol start=-1><li>b</ol><li value=9999999999999999999>c", "1. a\n  -1. b\n2. c"),
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

/// A megabyte of each: what took more than linear time would not end.
#[test]
fn size_and_depth_hurt_nothing() {
    for (open, close) in [
        ("<blockquote>", ""),
        ("<ul><li>", ""),
        ("<ol><li>", "</ol>"),
        ("<span>", "</span>"),
        ("<a href=x>", ""),
        ("<a class=mention href=https://h.example/@bob>@", "</a>"),
        ("@<a class=mention href=https://h.example/@q>q", "</a>"),
        ("<a href=https://x.org>x.org", "</a>"),
        ("<", ""),
        ("&", ""),
        (":blobcat:", ""),
        (":", ""),
        ("<ruby>", "<rt>"),
        ("<s>", "</s>"),
        ("<pre><code> ", ""),
        ("<p class=quote-inline>", ""),
        ("<span class=quote-inline>", "</span>"),
        ("<img alt=:blobcat:>", ""),
        ("<a b=c ", ""),
        ("<!--", ""),
        ("&#", ""),
    ] {
        let count = MAX_HTML_BYTES / (open.len() + close.len() + 1);
        let html = format!("{}{}", format!("{open}a").repeat(count), close.repeat(count));
        let listed: Vec<_> =
            (0..1000).map(|n| mention(&format!("u{n}"), &format!("https://h.example/@u{n}"))).collect();
        let emojis = [emoji("blobcat")];
        let (text, _) = read(&html, Beside { mentions: &listed, emojis: &emojis, quotes: true, ..BARE });
        assert!(text.len() <= MAX_HTML_BYTES * 5, "{open}: {}", text.len());
    }
    let (text, _) = read(&"é".repeat(MAX_HTML_BYTES), BARE);
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
    "<s>",
    "</s>",
    "<ruby>",
    "<rt>",
    "<rp>",
    "</ruby>",
    "<p class=quote-inline>",
    "<span class=quote-inline>",
    "<img alt=':x:'>",
    ":x:",
    "@<a class=mention href=\"https://x.org\">",
    "#<a rel=tag href=x>",
    "\u{2028}",
    "\u{85}",
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
    fn spans_are_valid_sorted_and_apart(pieces in prop::collection::vec(piece(), 0..60), quotes in any::<bool>()) {
        let html = pieces.concat();
        let emojis = [emoji("x")];
        let (text, spans) = read(&html, Beside { emojis: &emojis, quotes, ..BARE });
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

#[test]
fn a_tag_without_end_uses_up_no_stack() {
    for piece in [
        "a ", "a=1 ", "a='1' ", "a=\"1\"", "/", "/ ", "a = 1 ", "=\" ", "a=' ", "=", "\"", "'a'='b'", "<!--", "--!",
        "-", "&", "&a",
    ] {
        for before in [
            "<p ",
            "</p ",
            "<p",
            "<!-- ",
            "<![CDATA[",
            "<!doctype ",
            "<script ",
            "<script>",
            "<script><!--",
            "<p =\">",
            "<? ",
        ] {
            let html = format!("<p>one</p>{before}{}>two", piece.repeat(20_000));
            let (text, _) = read(&html, Beside { mentions: &[], host: "h.example", emojis: &[], quotes: false });
            assert!(text.starts_with("one"), "{before}{piece}…");
        }
    }
}
