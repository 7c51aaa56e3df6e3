//! A text that is too long becomes the parts of a thread.
//!
//! Every way to cut a text at its possible places (`places`) has a price and a badness. The best way (`course`, by
//! dynamic programming) is the one with, in this order,
//!
//! 1. the lowest price: on X a part with a link costs 13 times a part without, so links that can share a part do; where
//!    parts are free, the fewest parts; at the same price the fewest parts too;
//! 2. the least badness, a sum of what each cut is worth (best between paragraphs, then lines, sentences, clauses,
//!    words), of the squares of the parts' lengths (even parts are best), and of penalties for a part of two words or
//!    fewer and for a cut inside a block of hashtags at either end of the text.
//!
//! But where that way tears sentences and one of few parts more (a quarter, at least one; at most one for each torn
//! sentence) tears none, that one is taken: a reader's mirror must not end in the middle of a thought to save a cent.
//!
//! A run without white space has places inside where its script writes no spaces (`script`), or where it is longer than
//! a part may be: then at word bounds (UAX 29), inside a word that is too long alone between clusters, inside a cluster
//! that is too long alone between characters. What the caller wants kept, and what X would take for a link, is never
//! cut unless it is longer than a part itself.
//!
//! Lengths add up at white space, since no rule of either network reaches across it. A cut elsewhere can make a link of
//! what was none: so each part is measured again, and a place at which that happens is given up. Limits above 512 have
//! their places thinned out; the number of parts stays minimal.
//!
//! Not here: making text inert (`inert`), and what becomes of a text that needs too many parts.

mod course;
mod inside;
mod measure;
mod places;
mod script;

use std::ops::Range;

use self::course::{Course, TWO_WORDS, Way, digits};
use self::measure::Gauge;
use self::places::Place;
use super::Counting;
use super::count::has_link;

/// What a thread costs and how it is cut.
#[derive(Clone, Debug)]
pub struct Cut<'a> {
    /// The longest part, by `counting`, numbering included.
    pub limit: usize,
    /// How length is counted.
    pub counting: Counting,
    /// Micro-dollars of a part without and with a link; `None`: parts are free.
    pub prices: Option<(u64, u64)>,
    /// Whether parts are numbered.
    pub numbering: Numbering,
    /// Byte ranges of the text that must never be cut (links, mentions, hashtags, custom emoji), sorted.
    pub keep: &'a [Range<usize>],
    /// At most so many parts.
    pub max_parts: usize,
}

/// Whether the parts of a thread end in ` (k/n)`. A text that needs no thread never does.
///
/// Numbers give way where a thread would be impossible with them: a link or a word that fills a part alone, or
/// `max_parts` parts that hold the text only without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    /// Never.
    #[default]
    Off,
    /// From three parts on.
    Auto,
    /// From two parts on.
    Always,
}

/// The text does not fit into as many parts as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text needs more parts than a thread may have")]
pub struct TooManyParts;

/// How often places that turn out badly are given up before the careful way is taken.
const ROUNDS: usize = 8;

/// Cuts `text` into parts that fit, none of them empty; a text that fits is one part, trimmed and without a number.
/// White space at a cut is dropped; nothing else is lost.
///
/// # Errors
/// It would take more than [`Cut::max_parts`] parts, or one character alone is longer than the limit.
pub fn split(text: &str, cut: &Cut<'_>) -> Result<Vec<String>, TooManyParts> {
    let offset = text.len() - text.trim_start().len();
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let keep = kept(text, offset, cut.keep);
    let found = places::find(text, &keep, cut)?;
    let gauge = Gauge::new(cut.counting);
    // The sum is exact but for oddities such as a mark that a prefix sign swallows.
    if found.length <= cut.limit.saturating_add(cut.limit / 8) && gauge.length(text) <= cut.limit {
        return if cut.max_parts == 0 { Err(TooManyParts) } else { Ok(vec![text.to_owned()]) };
    }
    let whole = found.all.clone();
    let mut places = found.all;
    let mut passable = None;
    for round in 0..ROUNDS {
        let Some(plan) = plan(&places, cut) else {
            if round == 0 {
                return Err(TooManyParts);
            }
            break;
        };
        let parts = plan.write(text, &places);
        let (fits, suspects) = plan.verify(&parts, &places, &gauge, cut);
        if fits && suspects.is_empty() {
            return Ok(parts);
        }
        if fits && passable.is_none() {
            passable = Some(parts);
        }
        if suspects.is_empty() {
            break;
        }
        let mut index = 0;
        places.retain(|_| {
            index += 1;
            !suspects.contains(&(index - 1))
        });
    }
    passable.map_or_else(|| careful(text, &whole, &gauge, cut), Ok)
}

/// The ranges to be kept, without white space at their ends, as ranges of the trimmed text.
fn kept(text: &str, offset: usize, keep: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = keep
        .iter()
        .filter_map(|range| {
            let (start, end) = (range.start.saturating_sub(offset), range.end.checked_sub(offset)?.min(text.len()));
            let piece = text.get(start..end)?;
            let bare = piece.trim_start();
            let start = end - bare.len();
            let bare = bare.trim_end();
            (!bare.is_empty()).then_some(start..start + bare.len())
        })
        .collect();
    kept.sort_by_key(|range| range.start);
    kept
}

/// A way that was chosen, and whether its parts are numbered.
struct Plan {
    way: Way,
    numbered: bool,
}

/// The best way under the rules of `cut`. A few parts more are worth it where sentences stay whole by them.
fn plan(places: &[Place], cut: &Cut<'_>) -> Option<Plan> {
    let cheapest = cheapest(places, cut)?;
    let inner = |plan: &Plan| plan.way.places.get(1..plan.way.places.len().saturating_sub(1)).map(<[usize]>::to_vec);
    let torn = inner(&cheapest)?.iter().filter(|at| places.get(**at).is_some_and(|place| !place.is_between())).count();
    if torn == 0 {
        return Some(cheapest);
    }
    let last = places.len().saturating_sub(1);
    let (kept, between): (Vec<usize>, Vec<Place>) =
        places.iter().enumerate().filter(|(at, place)| *at == 0 || *at == last || place.is_between()).unzip();
    let parts = cheapest.way.places.len().saturating_sub(1);
    let more = u64::try_from(torn.min(1 + parts / 4)).unwrap_or(u64::MAX);
    let most = cut.prices.map_or(1, |(plain, _)| plain).saturating_mul(more).saturating_add(cheapest.way.price);
    let whole = self::cheapest(&between, cut).filter(|plan| plan.way.price <= most && !plan.has_orphan(&between));
    let Some(Plan { way, numbered }) = whole else { return Some(cheapest) };
    let places = way.places.iter().filter_map(|at| kept.get(*at)).copied().collect();
    Some(Plan { way: Way { places, ..way }, numbered })
}

/// The way of the lowest price, numbers given up where there is none with them.
fn cheapest(places: &[Place], cut: &Cut<'_>) -> Option<Plan> {
    let prices = cut.prices.unwrap_or((1, 1));
    let course = |number: usize, first: usize, last: usize| Course {
        limit: cut.limit,
        number,
        prices,
        count: first..=last.min(cut.max_parts),
    };
    let bare = |last: usize| {
        let way = course(0, 1, last).best(places, None)?;
        Some(Plan { way, numbered: false })
    };
    let first_numbered = match cut.numbering {
        Numbering::Off => return bare(cut.max_parts),
        Numbering::Auto => 3,
        Numbering::Always => 2,
    };
    let mut best = bare(first_numbered - 1);
    let mut first = first_numbered;
    while first <= cut.max_parts {
        let width = digits(first);
        let last = 10_usize.checked_pow(u32::try_from(width).unwrap_or(u32::MAX)).map_or(usize::MAX, |next| next - 1);
        let than = best.as_ref().map(|plan| plan.way.price);
        if let Some(way) = course(" (/)".len() + 1 + width, first, last).best(places, than) {
            best = Some(Plan { way, numbered: true });
        }
        let Some(next) = last.checked_add(1) else { break };
        first = next;
        if best.is_some() && cut.prices.is_none() {
            break;
        }
    }
    best.or_else(|| bare(cut.max_parts))
}

impl Plan {
    fn has_orphan(&self, places: &[Place]) -> bool {
        self.way.places.windows(2).any(|pair| {
            let words = |at: Option<&usize>| at.and_then(|at| places.get(*at)).map_or(0, |place| place.words);
            words(pair.last()) - words(pair.first()) <= TWO_WORDS
        })
    }

    fn write(&self, text: &str, places: &[Place]) -> Vec<String> {
        let pieces: Vec<&str> = self
            .way
            .places
            .windows(2)
            .filter_map(|pair| {
                let [from, to] = pair else { return None };
                text.get(places.get(*from)?.start..places.get(*to)?.end)
            })
            .collect();
        numbered(&pieces, self.numbered)
    }

    /// Whether all parts fit, and the places inside runs that gave a part a length or a link that was not foreseen.
    fn verify(&self, parts: &[String], places: &[Place], gauge: &Gauge<'_>, cut: &Cut<'_>) -> (bool, Vec<usize>) {
        let mut suspects = Vec::new();
        let mut all_fit = true;
        for (part, pair) in parts.iter().zip(self.way.places.windows(2)) {
            let fits = gauge.length(part) <= cut.limit;
            all_fit &= fits;
            let ends = || pair.iter().filter_map(|index| places.get(*index).map(|place| (*index, place)));
            let mut inside = ends().filter(|(_, place)| place.inside).map(|(index, _)| index).peekable();
            let foreseen =
                ends().next().map(|(_, place)| place.links) != ends().next_back().map(|(_, place)| place.links);
            if inside.peek().is_some() && (!fits || (cut.prices.is_some() && !foreseen && has_link(part))) {
                suspects.extend(inside);
            }
        }
        (all_fit, suspects)
    }
}

fn numbered(pieces: &[&str], wanted: bool) -> Vec<String> {
    let count = pieces.len();
    let number = |(index, piece): (usize, &&str)| {
        if wanted { format!("{piece} ({}/{count})", index + 1) } else { (*piece).to_owned() }
    };
    pieces.iter().enumerate().map(number).collect()
}

/// For texts that are out to trick us: as far as possible with each part, each measured as it stands.
fn careful(text: &str, places: &[Place], gauge: &Gauge<'_>, cut: &Cut<'_>) -> Result<Vec<String>, TooManyParts> {
    let number = " (/)".len() + 2 * digits(cut.max_parts.min(999));
    let wanted = cut.numbering != Numbering::Off;
    for room in wanted.then(|| cut.limit.saturating_sub(number)).into_iter().chain([cut.limit]) {
        if let Some(pieces) = measured(text, places, gauge, room, cut.max_parts) {
            let enough = if cut.numbering == Numbering::Always { 2 } else { 3 };
            return Ok(numbered(&pieces, room < cut.limit && (enough..1000).contains(&pieces.len())));
        }
    }
    Err(TooManyParts)
}

/// Parts of at most `room`, or `None` where there would be more than `most` of them.
fn measured<'a>(text: &'a str, places: &[Place], gauge: &Gauge<'_>, room: usize, most: usize) -> Option<Vec<&'a str>> {
    let last = places.len().checked_sub(1)?;
    let mut pieces = Vec::new();
    let mut here = 0;
    while here < last {
        let from = places.get(here)?;
        let mut reach =
            places.iter().skip(here + 1).take_while(|place| place.before.since(from.after) <= room).count().max(1);
        let piece = loop {
            let piece = text.get(from.start..places.get(here + reach)?.end)?;
            if gauge.length(piece) <= room {
                break piece;
            }
            if reach == 1 {
                return None;
            }
            reach -= (reach / 8).max(1);
        };
        pieces.push(piece);
        here += reach;
        if pieces.len() > most {
            return None;
        }
    }
    Some(pieces)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests;
