//! The best way through the places of a text: dynamic programming over (number of parts, place).

use std::ops::RangeInclusive;

use super::measure::Size;
use super::places::Place;

/// What a part costs in balance when it is full; it grows with the square of its length, so even parts cost least.
const FULL: usize = 10_000;

/// What a part of two words or fewer costs: more than any kind of cut.
const ORPHAN: u64 = 150_000;

/// Two words, in quarters.
pub(super) const TWO_WORDS: u32 = 8;

/// Places are thinned out to so many for the length of a part; only limits above it are concerned.
const PLACES_A_PART: usize = 512;

/// Marks a place that cannot be reached.
const NEVER: (u64, u64) = (u64::MAX, u64::MAX);

/// The rules of one search: how many parts, and how long each may be.
pub(super) struct Course {
    /// The longest part, numbering included.
    pub limit: usize,
    /// What the numbering takes from the parts 1 to 9, 10 to 99…: the width for a number of one digit.
    pub number: usize,
    /// A part without and with a link.
    pub prices: (u64, u64),
    /// How many parts there may be.
    pub count: RangeInclusive<usize>,
}

/// A way through the places.
pub(super) struct Way {
    pub price: u64,
    /// Indexes of places, both ends included.
    pub places: Vec<usize>,
}

impl Course {
    /// How long part `k` may be, without its number.
    fn room(&self, k: usize) -> usize {
        let width = if self.number == 0 { 0 } else { self.number + digits(k) - 1 };
        self.limit.saturating_sub(width)
    }

    /// The cheapest way; among those of the same price the one with the fewest parts, then the fairest one. Only ways
    /// that are cheaper than `than` count.
    pub(super) fn best(&self, places: &[Place], than: Option<u64>) -> Option<Way> {
        let greedy = self.greedy(places)?;
        let kept = self.thin(places, &greedy);
        let few: Vec<Place> = kept.iter().filter_map(|index| places.get(*index)).copied().collect();
        let least = self.least_with_links(&few);
        let bound = self.price_of(places, &greedy).saturating_add(1);
        let way = self.search(&few, least, than.map_or(bound, |than| than.min(bound)))?;
        let places = way.places.iter().filter_map(|index| kept.get(*index)).copied().collect();
        Some(Way { places, ..way })
    }

    fn price(&self, links: u32) -> u64 {
        if links > 0 { self.prices.1 } else { self.prices.0 }
    }

    fn price_of(&self, places: &[Place], way: &[usize]) -> u64 {
        let links = |index: &usize| places.get(*index).map_or(0, |place| place.links);
        // A way of too few parts for this numbering says nothing about the price of one with more.
        if way.len() <= *self.count.start() {
            return u64::MAX - 1;
        }
        way.windows(2)
            .filter_map(|pair| pair.first().zip(pair.last()))
            .map(|(from, to)| self.price(links(to) - links(from)))
            .fold(0, u64::saturating_add)
    }

    /// As far as possible with each part: the fewest parts. `None`: it takes more than allowed.
    fn greedy(&self, places: &[Place]) -> Option<Vec<usize>> {
        let last = places.len().checked_sub(1)?;
        let mut way = vec![0];
        let mut here = 0;
        while here < last {
            if way.len() > *self.count.end() {
                return None;
            }
            let room = self.room(way.len());
            let from = places.get(here)?.after;
            let reach = places.iter().skip(here + 1).take_while(|place| place.before.since(from) <= room).count();
            if reach == 0 {
                return None;
            }
            here += reach;
            way.push(here);
        }
        Some(way)
    }

    /// Where places stand closer than matters, the best one of each few, and those of `way`, so that no part more is needed.
    fn thin(&self, places: &[Place], way: &[usize]) -> Vec<usize> {
        let bucket = self.limit / PLACES_A_PART;
        if bucket < 2 {
            return (0..places.len()).collect();
        }
        let origin = places.first().map(|place| place.before).unwrap_or_default();
        let mut kept: Vec<usize> = way.to_vec();
        let mut best: Option<(usize, usize, u64)> = None;
        for (index, place) in places.iter().enumerate() {
            let here = place.before.since(origin) / bucket;
            match best {
                Some((there, _, penalty)) if there == here && penalty < place.penalty => continue,
                Some((there, index, _)) if there != here => kept.push(index),
                _ => {}
            }
            best = Some((here, index, place.penalty));
        }
        kept.extend(best.map(|(_, index, _)| index));
        kept.sort_unstable();
        kept.dedup();
        kept
    }

    /// At least so many parts have a link, however the text is cut.
    fn least_with_links(&self, places: &[Place]) -> u64 {
        let room = self.room(1);
        let mut parts = 0;
        let mut from = None;
        for pair in places.windows(2) {
            let [left, right] = pair else { continue };
            let covered = from.is_some_and(|from| right.before.since(from) <= room);
            if right.links > left.links && !covered {
                parts += 1;
                from = Some(left.after);
            }
        }
        parts
    }

    fn plain(&self) -> u64 {
        self.prices.0.min(self.prices.1)
    }

    fn surcharge(&self) -> u64 {
        self.prices.1.saturating_sub(self.plain())
    }

    /// What `parts` parts cost at least when so many of them must have a link.
    fn at_least(&self, parts: usize, with_links: u64) -> u64 {
        let parts = u64::try_from(parts).unwrap_or(u64::MAX);
        self.plain().saturating_mul(parts).saturating_add(self.surcharge().saturating_mul(with_links))
    }

    fn search(&self, places: &[Place], with_links: u64, mut below: u64) -> Option<Way> {
        let last = places.len().checked_sub(1)?;
        // More parts than this cost too much in any case.
        let dear = self.at_least(0, with_links);
        let affordable = below.saturating_sub(1).checked_sub(dear)?.checked_div(self.plain()).unwrap_or(u64::MAX);
        let most = usize::try_from(affordable).unwrap_or(usize::MAX).min(*self.count.end());
        if most < *self.count.start() {
            return None;
        }
        let solid = solid(places);
        let whole = *solid.last()?;
        let mut layer = vec![NEVER; last + 1];
        *layer.first_mut()? = (0, 0);
        let mut low = 0;
        let mut back: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut found = None;
        for k in 1..=most {
            let mut next = Layer { costs: vec![NEVER; last + 1], from: vec![u32::MAX; last + 1] };
            let rest = (most - k + 1).saturating_mul(self.limit);
            for (index, cost) in layer.iter().enumerate().take(last).skip(low) {
                let Some(before) = solid.get(index) else { continue };
                if *cost != NEVER && whole.since(*before) <= rest {
                    self.relax(places, index, *cost, self.room(k), &mut next);
                }
            }
            let Some(first) = next.costs.iter().position(|cost| *cost != NEVER) else { break };
            low = first;
            back.push((low, next.from.split_off(low)));
            layer = next.costs;
            let price = layer.last().map_or(u64::MAX, |cost| cost.0);
            if price < below && k >= *self.count.start() {
                below = price;
                found = Some(k);
            }
            if self.at_least(k + 1, with_links) >= below {
                break;
            }
        }
        let mut places = vec![last];
        for (low, from) in back.iter().take(found?).rev() {
            let here = *places.last()?;
            places.push(usize::try_from(*from.get(here.checked_sub(*low)?)?).ok()?);
        }
        places.reverse();
        Some(Way { price: below, places })
    }

    /// One more part, from place `index` on.
    fn relax(&self, places: &[Place], index: usize, cost: (u64, u64), room: usize, next: &mut Layer) {
        let Some(from) = places.get(index) else { return };
        let Ok(origin) = u32::try_from(index) else { return };
        let last = places.len() - 1;
        let targets = next.costs.iter_mut().zip(&mut next.from);
        for (at, (to, (best, back))) in places.iter().zip(targets).enumerate().skip(index + 1) {
            let length = to.before.since(from.after);
            if length > room {
                break;
            }
            let mut badness = cost.1 + balance(length, self.limit);
            if to.words - from.words <= TWO_WORDS {
                badness += ORPHAN;
            }
            if at < last {
                badness += to.penalty;
            }
            let reached = (cost.0.saturating_add(self.price(to.links - from.links)), badness);
            if reached < *best {
                *best = reached;
                *back = origin;
            }
        }
    }
}

/// For each place what stands before it, without the white space that cuts may drop.
fn solid(places: &[Place]) -> Vec<Size> {
    let mut sum = Size::default();
    let mut sums = vec![sum];
    for pair in places.windows(2) {
        let [left, right] = pair else { continue };
        sum = sum.plus(right.before.minus(left.after));
        sums.push(sum);
    }
    sums
}

struct Layer {
    costs: Vec<(u64, u64)>,
    from: Vec<u32>,
}

fn balance(length: usize, limit: usize) -> u64 {
    let share = FULL.saturating_mul(length) / limit.max(1);
    u64::try_from(share.saturating_mul(share) / FULL).unwrap_or(u64::MAX)
}

/// How many digits a number has.
pub(super) fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}
