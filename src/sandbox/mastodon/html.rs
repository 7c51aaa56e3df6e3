//! A local text → the HTML that the server sends for it.
//!
//! Mastodon's own form is `TextFormatter`'s, `GoToSocial`'s is what was observed (`mastodon-api.md` 4.3).

use super::behaviour::Flavour;
use super::text::{Entity, Handle, Kind, entities};
use super::wire::{encode, escape};

/// The person behind a handle, as far as a link needs them.
pub(super) struct Linked {
    /// The profile's address.
    pub(super) url: String,
    /// The name without the domain.
    pub(super) username: String,
}

/// Formats a text. `resolve` says who a handle is; a handle of nobody stays text.
pub(super) fn format(flavour: Flavour, text: &str, base: &str, resolve: &dyn Fn(&Handle) -> Option<Linked>) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut html = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for Entity { range, kind } in entities(text) {
        let found = text.get(range.clone()).unwrap_or_default();
        html.push_str(&flavour.escape(text.get(done..range.start).unwrap_or_default()));
        let linked = match &kind {
            Kind::Url => Some(flavour.link(found)),
            Kind::Hashtag => Some(flavour.hashtag(base, found.trim_start_matches(['#', '＃']))),
            Kind::Mention(handle) => resolve(handle).map(|person| flavour.mention(&person)),
        };
        html.push_str(&linked.unwrap_or_else(|| flavour.escape(found)));
        done = range.end;
    }
    html.push_str(&flavour.escape(text.get(done..).unwrap_or_default()));
    flavour.paragraphs(&html.replace("\r\n", "\n").replace('\r', "\n"))
}

/// What Mastodon puts before the text of a post that quotes, for clients that know nothing of quotes
/// (`TextFormatter#add_quote_fallback`): nothing where the text has the address already.
pub(super) fn with_quote(html: String, url: &str) -> String {
    if html.contains(url) {
        return html;
    }
    format!("<p class=\"quote-inline\">RE: {}</p>{html}", Flavour::Mastodon.link(url))
}

impl Flavour {
    fn escape(self, text: &str) -> String {
        match self {
            Self::Mastodon => escape(text),
            // Bare `&` and `>`, as seen on the wire.
            Self::GoToSocial => text.replace('<', "&lt;"),
        }
    }

    fn link(self, url: &str) -> String {
        let href = escape(url);
        if self == Self::GoToSocial {
            return format!("<a href=\"{href}\" rel=\"nofollow noreferrer noopener\" target=\"_blank\">{url}</a>");
        }
        let bare = ["https://", "http://"].iter().find_map(|p| url.strip_prefix(p)).unwrap_or(url);
        let shown = if bare.len() < url.len() { bare.strip_prefix("www.").unwrap_or(bare) } else { bare };
        let prefix = url.strip_suffix(shown).unwrap_or_default();
        // One character more than 30 is shown: the ellipsis would take its place.
        let long = shown.chars().nth(31).is_some();
        let cut = shown.char_indices().nth(30).filter(|_| long).map_or(shown.len(), |(at, _)| at);
        let (shown, rest) = shown.split_at(cut);
        let class = if rest.is_empty() { "" } else { "ellipsis" };
        format!(
            "<a href=\"{href}\" target=\"_blank\" rel=\"nofollow noopener\" translate=\"no\">\
             <span class=\"invisible\">{}</span><span class=\"{class}\">{}</span>\
             <span class=\"invisible\">{}</span></a>",
            escape(prefix),
            escape(shown),
            escape(rest)
        )
    }

    fn hashtag(self, base: &str, name: &str) -> String {
        let (rel, name_in_url) = match self {
            Self::Mastodon => ("tag\"", encode(name)),
            Self::GoToSocial => ("tag nofollow noreferrer noopener\" target=\"_blank\"", encode(&name.to_lowercase())),
        };
        format!("<a href=\"{base}/tags/{name_in_url}\" class=\"mention hashtag\" rel=\"{rel}>#<span>{name}</span></a>")
    }

    fn mention(self, person: &Linked) -> String {
        let (card, link) = match self {
            Self::Mastodon => (" translate=\"no\"", ""),
            Self::GoToSocial => ("", " rel=\"nofollow noreferrer noopener\" target=\"_blank\""),
        };
        format!(
            "<span class=\"h-card\"{card}><a href=\"{}\" class=\"u-url mention\"{link}>@<span>{}</span></a></span>",
            escape(&person.url),
            escape(&person.username)
        )
    }

    /// Rails' `simple_format` without its line breaks; or one paragraph with `<br>`.
    fn paragraphs(self, html: &str) -> String {
        match self {
            Self::Mastodon => html
                .split("\n\n")
                .map(|p| p.trim_matches('\n'))
                .filter(|p| !p.is_empty())
                .fold(String::new(), |all, paragraph| format!("{all}<p>{}</p>", paragraph.replace('\n', "<br />"))),
            Self::GoToSocial => format!("<p>{}</p>", html.replace('\n', "<br>")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(handle: &Handle) -> Option<Linked> {
        (handle.user == "admin")
            .then(|| Linked { url: "http://localhost:3000/@admin".to_owned(), username: "admin".to_owned() })
    }

    #[test]
    fn mastodon_formats_as_recorded() {
        for (text, expected) in [
            ("it's \"cool\" & <b>", "<p>it&#39;s &quot;cool&quot; &amp; &lt;b&gt;</p>"),
            ("a\nb\n\nc\n\n\n\nd", "<p>a<br />b</p><p>c</p><p>d</p>"),
            (
                "@admin ilu bby ;3",
                "<p><span class=\"h-card\" translate=\"no\"><a href=\"http://localhost:3000/@admin\" \
                 class=\"u-url mention\">@<span>admin</span></a></span> ilu bby ;3</p>",
            ),
            ("@nobody@example.com", "<p>@nobody@example.com</p>"),
            (
                "https://www.youtube.com/watch?v=FAEKjYroiME",
                "<p><a href=\"https://www.youtube.com/watch?v=FAEKjYroiME\" target=\"_blank\" \
                 rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">https://www.</span><span class=\"\">\
                 youtube.com/watch?v=FAEKjYroiME</span><span class=\"invisible\"></span></a></p>",
            ),
            (
                "https://example.com/0123456789/0123456789/?a=1&b=2",
                "<p><a href=\"https://example.com/0123456789/0123456789/?a=1&amp;b=2\" target=\"_blank\" \
                 rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">https://</span>\
                 <span class=\"ellipsis\">example.com/0123456789/0123456</span>\
                 <span class=\"invisible\">789/?a=1&amp;b=2</span></a></p>",
            ),
            (
                "Toot #TagÄ",
                "<p>Toot <a href=\"http://h/tags/Tag%C3%84\" class=\"mention hashtag\" \
                 rel=\"tag\">#<span>TagÄ</span></a></p>",
            ),
        ] {
            assert_eq!(format(Flavour::Mastodon, text, "http://h", &resolve), expected, "{text}");
        }
    }

    #[test]
    fn gotosocial_formats_as_observed() {
        let text = "Hello #test https://example.com/a & <b>x</b>\n\nsecond para\nline2";
        let expected = "<p>Hello <a href=\"http://h/tags/test\" class=\"mention hashtag\" \
                        rel=\"tag nofollow noreferrer noopener\" target=\"_blank\">#<span>test</span></a> \
                        <a href=\"https://example.com/a\" rel=\"nofollow noreferrer noopener\" target=\"_blank\">\
                        https://example.com/a</a> & &lt;b>x&lt;/b><br><br>second para<br>line2</p>";
        assert_eq!(format(Flavour::GoToSocial, text, "http://h", &resolve), expected);
    }
}
