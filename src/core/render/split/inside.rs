//! The places inside a run without white space.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::super::Counting;
use super::super::count::{Found, found_by_x};
use super::measure::LONGEST_LINK;
use super::places::{Finder, Kind, Run};
use super::script::{is_unspaced, kind_inside, may_part};

/// Byte ranges in which nothing is cut, to be asked quickly; they may overlap.
pub(super) struct Fences(Vec<(usize, usize)>);

impl Fences {
    pub(super) fn new(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_by_key(|range| range.start);
        let mut farthest = 0;
        Self(
            ranges
                .into_iter()
                .map(|range| {
                    farthest = farthest.max(range.end);
                    (range.start, farthest)
                })
                .collect(),
        )
    }

    /// Whether a cut that leaves `end` as the end of the left part and `start` as the begin of the right one is inside.
    pub(super) fn forbid(&self, end: usize, start: usize) -> bool {
        let before = self.0.partition_point(|(begin, _)| *begin < end);
        before.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|(_, farthest)| *farthest > start)
    }
}

/// The cuts inside a run: where the left part ends, where the right one begins, and the kind.
pub(super) type Cuts = Vec<(usize, usize, Kind)>;

impl Finder<'_, '_> {
    /// The cuts inside a run, and the links that X would find in it when it is to be cut.
    pub(super) fn cuts_in(&mut self, run: &Run, fitting: &[Range<usize>]) -> (Cuts, Vec<Range<usize>>) {
        let text = self.piece(run.range.clone());
        let fits = run.size.length() <= self.cut.limit;
        if fits && !text.contains(is_unspaced) {
            return (Vec::new(), Vec::new());
        }
        let offset = run.range.start;
        let first = fitting.partition_point(|range| range.end <= offset);
        let mut fences: Vec<_> =
            fitting.iter().skip(first).take_while(|range| range.start < run.range.end).cloned().collect();
        let mut live = Vec::new();
        let counted = self.cut.counting == Counting::Weighted || self.cut.prices.is_some();
        if counted && text.contains('.') && text.len() <= LONGEST_LINK {
            live.extend(found_by_x(text).into_iter().filter(|(_, found)| *found == Found::Link).filter_map(
                |(range, _)| {
                    let fits = text.get(range.clone()).is_some_and(|link| self.gauge.length(link) <= self.cut.limit);
                    fits.then_some(range.start + offset..range.end + offset)
                },
            ));
        }
        fences.extend(live.iter().cloned());
        let edges: Vec<usize> = fences.iter().flat_map(|range| [range.start, range.end]).collect();
        let fences = Fences::new(fences);
        let soft = self.soft(run.range.clone(), &fences);
        let mut cuts = Vec::new();
        let mut begin = offset;
        for next in soft.into_iter().map(Some).chain([None]) {
            let end = next.map_or(run.range.end, |(at, _)| at);
            self.force(begin..end, 0, &fences, &edges, &mut cuts);
            if let Some((at, kind)) = next {
                cuts.push((at, at, kind));
                begin = at;
            }
        }
        let sum: usize = {
            let mut begin = offset;
            let mut sum = 0;
            for (end, start, _) in &cuts {
                sum += self.gauge.size(self.piece(begin..*end)).length();
                begin = *start;
            }
            sum + self.gauge.size(self.piece(begin..run.range.end)).length()
        };
        // Where the pieces count less than the whole, cuts would make of a link what is none: no cuts, then.
        if fits && sum < run.size.length() { (Vec::new(), Vec::new()) } else { (cuts, live) }
    }

    /// The cuts that a reader of the script would make.
    fn soft(&self, range: Range<usize>, fences: &Fences) -> Vec<(usize, Kind)> {
        let text = self.piece(range.clone());
        let mut cuts = Vec::new();
        let mut before = None;
        for (at, word) in text.split_word_bound_indices() {
            let place = range.start + at;
            if let (Some(before), Some(after)) = (before, word.chars().next())
                && !fences.forbid(place, place)
                && let Some(kind) = kind_inside(before, after, self.begins_sentence(place))
            {
                cuts.push((place, kind));
            }
            before = word.chars().next_back();
        }
        cuts
    }

    /// The cuts without which a piece would not fit: word bounds, then clusters, then characters.
    fn force(&mut self, range: Range<usize>, level: usize, fences: &Fences, edges: &[usize], cuts: &mut Cuts) {
        let text = self.piece(range.clone());
        if level > 2 || self.gauge.size(text).length() <= self.cut.limit {
            return;
        }
        let mut places: Vec<usize> = match level {
            0 => text.split_word_bound_indices().map(|(at, _)| range.start + at).collect(),
            1 => text.grapheme_indices(true).map(|(at, _)| range.start + at).collect(),
            _ => text.char_indices().map(|(at, _)| range.start + at).collect(),
        };
        places.extend(edges.iter().filter(|edge| range.contains(edge)));
        places.sort_unstable();
        places.dedup();
        let mut begin = range.start;
        for place in places {
            let left = self.piece(begin..place);
            let right = self.piece(place..range.end);
            let (end, start) = (begin + left.trim_end().len(), range.end - right.trim_start().len());
            if end <= begin || start >= range.end || start > place || fences.forbid(end, start) {
                continue;
            }
            self.force(begin..end, level + 1, fences, edges, cuts);
            let (before, after) = (left.trim_end().chars().next_back(), right.chars().next());
            let good = before.zip(after).is_some_and(|(before, after)| may_part(before, after));
            let kind = match level {
                0 if end < start || good => Kind::Forced,
                0 => Kind::ForcedBadly,
                1 => Kind::Grapheme,
                _ => Kind::Character,
            };
            cuts.push((end, start, kind));
            begin = start;
        }
        self.force(begin..range.end, level + 1, fences, edges, cuts);
    }
}
