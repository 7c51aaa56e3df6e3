//! A text as the API gives it: escaped, links as t.co, entities with their places (x-api.md 2.2).

use serde_json::{Value, json};
use twitter_text::entity::Type;

use super::text::Parsed;

/// A text as the API gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wire {
    /// HTML-escaped, links as t.co.
    pub(super) text: String,
    /// `entities`; `None` when there is none.
    pub(super) entities: Option<Value>,
    /// How many code points of the text are shown.
    pub(super) shown: usize,
}

/// Something that X appends to a text: the t.co of a picture, of a quoted post, of the rest of a long post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Appended {
    pub(super) expanded_url: String,
    pub(super) display_url: String,
    /// Every attachment that the link stands for.
    pub(super) media_keys: Vec<String>,
}

/// What X knows of what stands in a text.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// The account of this name.
    pub(super) user: &'a dyn Fn(&str) -> Option<u64>,
    /// Where a link leads, if X followed it to somewhere else.
    pub(super) leads_to: &'a dyn Fn(&str) -> Option<&'a str>,
}

/// Turns a text into what the API gives. `id` makes its t.co links its own.
pub(super) fn wire(parsed: &Parsed, id: u64, known: Known<'_>, appended: &[Appended]) -> Wire {
    let text = parsed.text.as_str();
    let mut out = Writer { text: String::new(), length: 0 };
    let (mut urls, mut mentions, mut hashtags, mut cashtags) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut links = 0;
    let mut at = 0;
    for piece in &parsed.pieces {
        let (Some(before), Some(typed)) = (text.get(at..piece.range.start), text.get(piece.range.clone())) else {
            continue;
        };
        out.push_escaped(before);
        let start = out.length;
        at = piece.range.end;
        if piece.kind == Type::URL {
            let short = t_co(id, links);
            links += 1;
            out.push(&short);
            let mut entry = json!({
                "start": start, "end": out.length, "url": short,
                "expanded_url": expanded_url(typed), "display_url": display_url(typed),
            });
            if let Some(place) = (known.leads_to)(typed) {
                entry["unwound_url"] = json!(place);
                entry["status"] = json!(200);
            }
            urls.push(entry);
            continue;
        }
        out.push_escaped(typed);
        let end = out.length;
        let tag = json!({ "start": start, "end": end, "tag": piece.value });
        match piece.kind {
            Type::HASHTAG => hashtags.push(tag),
            Type::CASHTAG => cashtags.push(tag),
            Type::MENTION => {
                if let Some(user) = (known.user)(&piece.value) {
                    mentions
                        .push(json!({ "start": start, "end": end, "username": piece.value, "id": user.to_string() }));
                }
            }
            Type::URL | Type::FEDERATEDMENTION => {}
        }
    }
    out.push_escaped(text.get(at..).unwrap_or_default());
    let shown = out.length;
    for link in appended {
        if out.length > 0 {
            out.push(" ");
        }
        let short = t_co(id, links);
        links += 1;
        let start = out.length;
        out.push(&short);
        let entry = json!({
            "start": start, "end": out.length, "url": short,
            "expanded_url": link.expanded_url, "display_url": link.display_url,
        });
        if link.media_keys.is_empty() {
            urls.push(entry.clone());
        }
        // Several pictures share one link, with an entry for each.
        for key in &link.media_keys {
            let mut entry = entry.clone();
            entry["media_key"] = json!(key);
            urls.push(entry);
        }
    }
    let mut entities = serde_json::Map::new();
    for (name, list) in [("urls", urls), ("mentions", mentions), ("hashtags", hashtags), ("cashtags", cashtags)] {
        if !list.is_empty() {
            entities.insert(name.to_owned(), Value::Array(list));
        }
    }
    Wire { text: out.text, entities: (!entities.is_empty()).then_some(Value::Object(entities)), shown }
}

/// A link as it was typed, with a scheme.
fn expanded_url(typed: &str) -> String {
    let scheme = typed.get(..8).unwrap_or(typed).to_ascii_lowercase();
    let has_scheme = scheme.starts_with("http://") || scheme.starts_with("https://");
    if has_scheme { typed.to_owned() } else { format!("http://{typed}") }
}

/// A link as X shows it: without scheme and `www.`, cut short.
fn display_url(typed: &str) -> String {
    let lower = typed.to_ascii_lowercase();
    let skip = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme)).map_or(0, str::len);
    let bare = typed.get(skip..).unwrap_or(typed);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    let bare = bare.strip_suffix('/').filter(|host| !host.contains('/')).unwrap_or(bare);
    let (host, path) = bare.split_at(bare.find('/').unwrap_or(bare.len()));
    if path.chars().count() > 16 {
        return format!("{host}{}…", path.chars().take(15).collect::<String>());
    }
    bare.to_owned()
}

/// The t.co address of the `index`-th link of a post: ten letters that no other link has.
fn t_co(id: u64, index: u64) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    // An odd factor permutes the numbers: different links never meet before the cut to 62^10.
    let mut rest = id.wrapping_mul(64).wrapping_add(index).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut short = String::from("https://t.co/");
    for _ in 0..10 {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        short.push(char::from(LETTERS.get(digit).copied().unwrap_or(b'0')));
        rest /= 62;
    }
    short
}

/// A text under construction, with its length in code points: what X counts indices in.
struct Writer {
    text: String,
    length: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count();
    }

    /// Adds a text with exactly three characters escaped, as X does.
    fn push_escaped(&mut self, text: &str) {
        self.push(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wired(text: &str) -> Wire {
        let known = Known {
            user: &|name| (name == "xdevelopers").then_some(17),
            leads_to: &|link| (link == "main.rs").then_some("https://example.com/long"),
        };
        wire(&Parsed::new(text), 2_080_761_390_344_937_796, known, &[])
    }

    #[test]
    fn every_index_points_at_its_piece_in_code_points() {
        let wire = wired("😀 <b> & #tag @xdevelopers @nobody $AAPL: main.rs https://www.example.com/a?b=1&c=2");
        let chars: Vec<char> = wire.text.chars().collect();
        let entities = wire.entities.unwrap_or_default();
        let slice = |entity: &Value| -> String {
            let at = |key: &str| entity[key].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or_default();
            chars.get(at("start")..at("end")).unwrap_or_default().iter().collect()
        };
        assert!(wire.text.starts_with("😀 &lt;b&gt; &amp; #tag @xdevelopers @nobody $AAPL: https://t.co/"));
        assert_eq!(slice(&entities["hashtags"][0]), "#tag");
        assert_eq!(slice(&entities["cashtags"][0]), "$AAPL");
        assert_eq!(slice(&entities["mentions"][0]), "@xdevelopers");
        assert_eq!(entities["mentions"].as_array().map(Vec::len), Some(1));
        for (index, expanded, display) in
            [(0, "http://main.rs", "main.rs"), (1, "https://www.example.com/a?b=1&c=2", "example.com/a?b=1&c=2")]
        {
            let url = &entities["urls"][index];
            assert_eq!(url["url"], slice(url));
            assert_eq!((&url["expanded_url"], &url["display_url"]), (&json!(expanded), &json!(display)));
        }
        assert_eq!(entities["urls"][0]["unwound_url"], "https://example.com/long");
        assert_eq!(entities["urls"][1].get("unwound_url"), None);
    }

    #[test]
    fn links_have_addresses_of_their_own() {
        let all: std::collections::HashSet<String> =
            (0..10_000).map(|n| t_co(2_080_761_390_344_937_796 + n, n % 3)).collect();
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|short| short.len() == 23));
    }
}
