//! Nobody is pinged and nothing is billed by accident: what the target would take for a mention, a link or a cashtag
//! without the author having meant one is made inert with a zero-width space (`x-api.md` 8.3, `mastodon-api.md` 5.1).

use std::ops::Range;

use super::count::{Found, found_by_x};
use super::draft::{Draft, Edit, Kind};
use super::note::Note;
use super::{Counting, Job};
use crate::core::style::Lookalikes;

/// Between two characters it keeps the target from seeing a name or an address; readers do not see it.
const ZERO_WIDTH_SPACE: &str = "\u{200B}";

/// How often the text is looked at again after a change: each round only ever takes hits away.
const ROUNDS: usize = 4;

/// Something that the target would bring to life.
struct Hit {
    range: Range<usize>,
    found: Found,
}

/// Makes everything inert in a draft that the target would bring to life, apart from the links and friends that are
/// marked.
pub fn inert(draft: &mut Draft, job: &Job<'_>, notes: &mut Vec<Note>) {
    let keep = job.style.lookalikes == Lookalikes::Keep;
    let is_meant = |draft: &Draft, hit: &Hit| match hit.found {
        Found::Mention => draft.places(Kind::Friend).any(|place| *place == hit.range),
        Found::Link => {
            let is_over = |place: &Range<usize>| place.start < hit.range.end && hit.range.start < place.end;
            draft.places(Kind::Link).any(is_over) || (keep && !draft.places(Kind::Whole).any(is_over))
        }
        Found::Cashtag => false,
    };
    if keep && job.rules.counting == Counting::Weighted {
        let is_kept = |hit: &Hit| {
            let is_over = |place: &Range<usize>| place.start < hit.range.end && hit.range.start < place.end;
            hit.found == Found::Link && !draft.marks.iter().any(|mark| is_over(&mark.range))
        };
        let kept = hits(&draft.text, job.rules.counting).into_iter().filter(is_kept);
        let kept = kept.filter_map(|hit| draft.text.get(hit.range)).map(|word| Note::LinkKept(word.to_owned()));
        for note in kept {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    let price = job.rules.prices.map(|prices| prices.create_with_link);
    rounds(draft, job.rules.counting, is_meant, |word, found| {
        notes.push(match found {
            Found::Mention => Note::MentionInert(word.to_owned()),
            Found::Link => Note::LinkInert(word.to_owned(), price),
            Found::Cashtag => Note::CashtagInert(word.to_owned()),
        });
    });
}

/// A draft in which no dot outside of the marks makes a link, however it is cut: for texts without white space, of which
/// a piece can be a link where the whole is none.
#[must_use]
pub fn deadened(draft: &Draft) -> Draft {
    let goes_on = |dot: usize| draft.text.get(dot + 1..).is_some_and(|after| after.starts_with(char::is_alphanumeric));
    let is_marked = |dot: usize| draft.marks.iter().any(|mark| mark.range.contains(&dot));
    let dots = draft.text.match_indices('.').map(|(dot, _)| dot).filter(|dot| goes_on(*dot) && !is_marked(*dot));
    let edits: Vec<Edit> = dots.map(|dot| Edit::insert(dot + 1, ZERO_WIDTH_SPACE)).collect();
    let mut draft = draft.clone();
    draft.edit(&edits);
    draft
}

/// What may come to life in a part, by its text: a part no longer knows where its draft was marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meant {
    /// The links.
    links: Vec<String>,
    /// The people, without `@`.
    friends: Vec<String>,
    /// Whether words that look like links may stay what they are.
    lookalikes: bool,
}

impl Meant {
    /// Nothing may.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What is marked in a draft, and the link to the original.
    #[must_use]
    pub fn by(draft: &Draft, original: Option<&str>, job: &Job<'_>) -> Self {
        let said = |kind| draft.places(kind).filter_map(|place| draft.text.get(place.clone())).map(str::to_owned);
        let names = said(Kind::Friend).map(|name| name.trim_start_matches('@').to_owned());
        Self {
            links: said(Kind::Link).chain(original.map(str::to_owned)).collect(),
            friends: names.collect(),
            lookalikes: job.style.lookalikes == Lookalikes::Keep,
        }
    }

    /// A part in which nothing else comes to life. A cut through a word can do that to what was inert before.
    #[must_use]
    pub fn inert(&self, text: &str, counting: Counting) -> String {
        let mut draft = Draft::plain(text);
        let is_meant = |draft: &Draft, hit: &Hit| match hit.found {
            Found::Mention => self.friend(draft.text.get(hit.range.clone()).unwrap_or_default()).is_some(),
            Found::Link => self.lookalikes || self.has_link_at(&hit.range, &draft.text),
            Found::Cashtag => false,
        };
        rounds(&mut draft, counting, is_meant, |_, _| {});
        draft.text
    }

    /// The friends who are mentioned for real in a part, each once.
    #[must_use]
    pub fn pings(&self, text: &str, counting: Counting) -> Vec<String> {
        let mut pings: Vec<String> = Vec::new();
        for hit in hits(text, counting).into_iter().filter(|hit| hit.found == Found::Mention) {
            if let Some(name) = text.get(hit.range).and_then(|word| self.friend(word))
                && !pings.contains(name)
            {
                pings.push(name.clone());
            }
        }
        pings
    }

    /// Whether a link that is meant stands at a place, or a part of it does.
    fn has_link_at(&self, place: &Range<usize>, text: &str) -> bool {
        let is_there = |link: &String| {
            let from = place.start.saturating_sub(link.len());
            let to = place.end.saturating_add(link.len()).min(text.len());
            let from = (0..=from).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let to = (to..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            let around = text.get(from..to).unwrap_or_default();
            around.match_indices(link.as_str()).any(|(at, _)| {
                let start = from + at;
                start < place.end && place.start < start + link.len()
            })
        };
        self.links.iter().any(is_there)
    }

    fn friend(&self, mention: &str) -> Option<&String> {
        let name = mention.trim_start_matches(['@', '＠']);
        self.friends.iter().find(|friend| friend.eq_ignore_ascii_case(name))
    }
}

/// What the target would bring to life in a text, in order.
fn hits(text: &str, counting: Counting) -> Vec<Hit> {
    match counting {
        Counting::Weighted => found_by_x(text).into_iter().map(|(range, found)| Hit { range, found }).collect(),
        Counting::Graphemes { .. } | Counting::Characters { .. } => {
            let mentions = mentions_on_mastodon(text).into_iter();
            mentions.map(|range| Hit { range, found: Found::Mention }).collect()
        }
    }
}

/// Makes inert what is not meant; `made_inert` is told of each word once.
fn rounds(
    draft: &mut Draft,
    counting: Counting,
    is_meant: impl Fn(&Draft, &Hit) -> bool,
    mut made_inert: impl FnMut(&str, Found),
) {
    let unmeant = |draft: &Draft| -> Vec<Hit> {
        let mut cashtags = 0;
        let mut hits = hits(&draft.text, counting);
        hits.retain(|hit| {
            cashtags += usize::from(hit.found == Found::Cashtag);
            // X takes one cashtag a post.
            !(is_meant(draft, hit) || (hit.found == Found::Cashtag && cashtags == 1))
        });
        hits
    };
    for round in 0..ROUNDS {
        let hits = unmeant(draft);
        if hits.is_empty() {
            return;
        }
        let mut cuts = Vec::new();
        for hit in hits {
            let word = draft.text.get(hit.range.clone()).unwrap_or_default();
            match hit.found {
                // What is seen only now may hide as much again behind it: then nothing in the whole run is left to be
                // seen.
                Found::Link if round > 0 => cuts.extend(dots_of_run(&draft.text, &hit.range).filter(|&dot| {
                    let range = dot - 1..dot;
                    !is_meant(draft, &Hit { range, found: Found::Link })
                })),
                Found::Link => cuts.extend(word.match_indices('.').map(|(dot, _)| hit.range.start + dot + 1)),
                Found::Mention | Found::Cashtag => {
                    cuts.extend(word.chars().next().map(|sign| hit.range.start + sign.len_utf8()));
                }
            }
            if round == 0 {
                made_inert(word, hit.found);
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let edits: Vec<Edit> = cuts.into_iter().map(|cut| Edit::insert(cut, ZERO_WIDTH_SPACE)).collect();
        draft.edit(&edits);
    }
    // Never seen, and not to be argued about: without its sign a name is a word.
    loop {
        let names = unmeant(draft).into_iter().filter(|hit| hit.found == Found::Mention);
        let signs: Vec<Edit> = names
            .filter_map(|hit| {
                let sign = draft.text.get(hit.range.clone())?.chars().next()?;
                Some(Edit::remove(hit.range.start..hit.range.start + sign.len_utf8()))
            })
            .collect();
        if signs.is_empty() {
            return;
        }
        draft.edit(&signs);
    }
}

/// The places behind the dots from a place on, as far as no white space comes, where a name could go on.
fn dots_of_run<'a>(text: &'a str, place: &Range<usize>) -> impl Iterator<Item = usize> + 'a {
    let start = place.start;
    let rest = text.get(start..).unwrap_or_default();
    let run = rest.get(..rest.find(char::is_whitespace).unwrap_or(rest.len())).unwrap_or_default();
    let goes_on = |dot: usize| run.get(dot + 1..).is_some_and(|after| after.starts_with(char::is_alphanumeric));
    run.match_indices('.').map(|(dot, _)| dot).filter(move |dot| goes_on(*dot)).map(move |dot| start + dot + 1)
}

/// The places that Mastodon would find a mention at, `@` included: each `@` before a name that does not follow a word
/// character, `/` or `=` (`MENTION_RE`); in doubt, one more rather than one less.
#[must_use]
pub fn mentions_on_mastodon(text: &str) -> Vec<Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let inner = |text: &str| -> usize {
        let end = text.find(|c: char| !(is_word(c) || matches!(c, '.' | '-'))).unwrap_or(text.len());
        text.get(..end).map_or(0, |name| name.trim_end_matches(['.', '-']).len())
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = text.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let is_host = found.last().is_some_and(|last| at < last.end);
        if is_host || !after.starts_with(is_word) || before.ends_with(|c| is_word(c) || matches!(c, '/' | '=')) {
            continue;
        }
        let user = inner(after);
        let host = after.get(user..).and_then(|rest| rest.strip_prefix('@')).filter(|host| host.starts_with(is_word));
        found.push(at..at + 1 + user + host.map_or(0, |host| 1 + inner(host)));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASTODON: Counting = Counting::Graphemes { link_length: 23 };

    fn inert(text: &str, counting: Counting) -> String {
        Meant::nothing().inert(text, counting)
    }

    fn readable(text: &str) -> String {
        text.replace(ZERO_WIDTH_SPACE, "|")
    }

    #[test]
    fn x_finds_nothing_that_was_not_meant() {
        for (text, expected) in [
            ("hi @alice!", "hi @|alice!"),
            ("@alice@mastodon.social", "@alice@mastodon.social"),
            ("edit main.rs and README.md", "edit main.|rs and README.|md"),
            ("sentence.It works", "sentence.|It works"),
            ("$AAPL and $TSLA", "$AAPL and $|TSLA"),
            ("node.js v1.2.3 a@b.org", "node.js v1.2.3 a@b.org"),
            ("日本@alice語", "日本@|alice語"),
            ("https://example.org/a.b", "https://example.|org/a.|b"),
            (&"main.rs".repeat(40), &"main.|rs".repeat(40)),
        ] {
            assert_eq!(readable(&inert(text, Counting::Weighted)), expected);
        }
    }

    #[test]
    fn mastodon_finds_no_mention() {
        for (text, expected) in [
            ("@alice hi", "@|alice hi"),
            ("(@alice)", "(@|alice)"),
            ("@alice@x.com", "@|alice@x.com"),
            ("a@b.org https://medium.com/@x", "a@b.org https://medium.com/@x"),
            ("@ home", "@ home"),
        ] {
            assert_eq!(readable(&inert(text, MASTODON)), expected);
        }
    }

    #[test]
    fn what_is_meant_stays_alive() {
        let meant = Meant {
            links: vec!["https://example.org/main.rs".into()],
            friends: vec!["alice".into(), "bob@there.example".into()],
            lookalikes: false,
        };
        for (counting, text, expected, pings) in [
            (Counting::Weighted, "@Alice, @bob @alice", "@Alice, @|bob @alice", vec!["alice"]),
            (Counting::Weighted, "https://example.org/main.rs main.rs", "https://example.org/main.rs main.|rs", vec![]),
            (
                MASTODON,
                "@bob@There.example @bob @alice@x.org",
                "@bob@There.example @|bob @|alice@x.org",
                vec!["bob@there.example"],
            ),
        ] {
            let result = meant.inert(text, counting);
            assert_eq!(readable(&result), expected);
            assert_eq!(meant.pings(&result, counting), pings);
        }
    }

    #[test]
    fn where_mastodon_finds_names() {
        for (text, expected) in [
            ("@alice and @bob@e.org.", vec!["@alice", "@bob@e.org"]),
            ("a@b /@c =@d _@e @@f", vec!["@f"]),
            ("(@a.b-c@x-y.z-)", vec!["@a.b-c@x-y.z"]),
            ("é@a 日@b", vec![]),
            ("@日本", vec!["@日本"]),
        ] {
            let found: Vec<&str> = mentions_on_mastodon(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_pings_anybody_on_x(text in "[a-zA-Z0-9_@＠.:/ $#é日👍\u{200B}\n-]{0,60}") {
            let result = inert(&text, Counting::Weighted);
            let found = found_by_x(&result);
            prop_assert!(found.iter().all(|(_, found)| *found == Found::Cashtag), "{result:?}: {found:?}");
            prop_assert!(found.len() <= 1);
        }

        #[test]
        fn no_text_mentions_anybody_on_mastodon(text in "[a-zA-Z0-9_@./= -]{0,40}") {
            prop_assert!(mentions_on_mastodon(&inert(&text, MASTODON)).is_empty());
        }
    }
}
