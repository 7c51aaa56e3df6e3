//! The places at which a text may be cut, what a cut there is worth, and how long everything between them is.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::super::Counting;
use super::inside::Fences;
use super::measure::{Gauge, Size, is_live};
use super::script::{is_glue, is_unspaced, kind_at_blanks, quarters};
use super::{Cut, TooManyParts};

/// The kinds of places, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Paragraph,
    Line,
    Sentence,
    Clause,
    Word,
    /// A word bound where no space is written: Chinese, Japanese.
    Bound,
    /// A bound between clusters where only a dictionary knows the words: Thai, Lao, Khmer, Burmese.
    Cluster,
    /// White space beside a sign that clings to the word on the other side.
    Clinging,
    /// Inside a run that is too long for a part, at a word bound; then beside a sign; then anywhere.
    Forced,
    ForcedBadly,
    Grapheme,
    Character,
}

impl Kind {
    /// In the unit of `course`: 10,000 is what a full part costs in balance.
    fn penalty(self) -> u64 {
        match self {
            Self::Paragraph => 0,
            Self::Line => 1_200,
            Self::Sentence => 2_400,
            Self::Clause => 7_000,
            Self::Word => 10_000,
            Self::Bound => 11_000,
            Self::Cluster => 20_000,
            Self::Forced => 25_000,
            Self::Clinging | Self::ForcedBadly => 30_000,
            Self::Grapheme => 60_000,
            Self::Character => 90_000,
        }
    }
}

/// What a cut inside a block of hashtags is worth: worse than an orphan.
const INSIDE_BLOCK: u64 = 400_000;

/// A place to cut at; the first and the last one are the ends of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where the left part ends, a byte index.
    pub end: usize,
    /// Where the right part begins: behind the white space, if there is any.
    pub start: usize,
    /// What a cut here is worth.
    pub penalty: u64,
    /// Whether there is no white space here: a cut can make a link of what was none.
    pub inside: bool,
    /// The size of the text up to `end`.
    pub before: Size,
    /// The size of the text up to `start`.
    pub after: Size,
    /// Words up to here, in quarters.
    pub words: u32,
    /// Pieces with a link up to here.
    pub links: u32,
}

impl Place {
    /// Whether it stands between sentences, lines or paragraphs, and not inside a block of hashtags.
    pub(super) fn is_between(&self) -> bool {
        self.penalty <= Kind::Sentence.penalty()
    }
}

/// A piece of text between two places where white space allows a cut.
pub(super) struct Run {
    pub range: Range<usize>,
    pub size: Size,
    /// The size of the white space before it.
    pub blanks: Size,
}

/// The places of a text, and its whole length.
pub(super) struct Places {
    pub all: Vec<Place>,
    pub length: usize,
}

/// Finds the places of `text`, which is trimmed; `keep` are the ranges never to be cut, trimmed too.
///
/// # Errors
/// The text is longer than so many parts can be.
pub(super) fn find(text: &str, keep: &[Range<usize>], cut: &Cut<'_>) -> Result<Places, TooManyParts> {
    let mut gauge = Gauge::new(cut.counting);
    let fitting: Vec<Range<usize>> = keep
        .iter()
        .filter(|range| text.get((*range).clone()).is_some_and(|piece| gauge.measure(piece).length() <= cut.limit))
        .cloned()
        .collect();
    let fences = Fences::new(fitting.clone());
    let runs = runs(text, &fences, &mut gauge, cut)?;
    let length = runs.iter().fold(Size::default(), |sum, run| sum.plus(run.blanks).plus(run.size)).length();
    let mut finder = Finder { text, cut, gauge, sentences: Vec::new(), all: Vec::new() };
    if length > cut.limit {
        finder.sentences = sentence_starts(text);
        finder.read(&runs, keep, &fitting);
    }
    Ok(Places { all: finder.all, length })
}

fn runs<'a>(text: &'a str, fences: &Fences, gauge: &mut Gauge<'a>, cut: &Cut<'_>) -> Result<Vec<Run>, TooManyParts> {
    let most = cut.limit.saturating_mul(cut.max_parts);
    let mut total = Size::default();
    // White space inside runs, each of which counts two at most, may yet be dropped.
    let mut loose = 0;
    let mut runs: Vec<Run> = Vec::new();
    let mut begin = 0;
    let mut blanks = Size::default();
    let mut rest = 0;
    while begin < text.len() {
        // The next white space at which a cut is possible.
        let (end, next) = loop {
            let tail = text.get(rest..).unwrap_or_default();
            let Some(found) = tail.find(char::is_whitespace) else { break (text.len(), text.len()) };
            let end = rest + found;
            let white = tail.get(found..).unwrap_or_default();
            let width = white.find(|c: char| !c.is_whitespace()).unwrap_or(white.len());
            rest = end + width;
            let glued = white.get(..width).is_some_and(|white| white.chars().all(is_glue));
            if !glued && !fences.forbid(end, rest) && !is_marked(text, rest) {
                break (end, rest);
            }
        };
        let run = text.get(begin..end).unwrap_or_default();
        // No character counts less than an eighth, apart from links: an emoji has up to ten and counts two.
        loose += 2 * run.chars().filter(|c| c.is_whitespace()).count();
        let room = most.saturating_add(loose).saturating_sub(total.length());
        let at_least =
            if cut.counting == Counting::Weighted && !run.contains('.') { run.chars().count() / 8 } else { 0 };
        if at_least > room || (cut.counting == Counting::Weighted && gauge.weight_up_to(run, room) > room) {
            return Err(TooManyParts);
        }
        let size = gauge.size(run);
        total = total.plus(size);
        if total.length() > most.saturating_add(loose) {
            return Err(TooManyParts);
        }
        runs.push(Run { range: begin..end, size, blanks });
        blanks = gauge.size(text.get(end..next).unwrap_or_default());
        (begin, rest) = (next, next);
    }
    Ok(runs)
}

/// Whether a combining mark stands on the white space before `at`.
fn is_marked(text: &str, at: usize) -> bool {
    let Some((last, _)) = text.get(..at).and_then(|before| before.char_indices().next_back()) else { return false };
    let cluster = text.get(last..).and_then(|from| from.graphemes(true).next()).unwrap_or_default();
    cluster.len() > at - last && !cluster.starts_with('\r')
}

/// Where sentences begin (UAX 29), in pieces: the crate is quadratic in the white space behind a full stop.
fn sentence_starts(text: &str) -> Vec<usize> {
    const PIECE: usize = 256;
    let mut starts = Vec::new();
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while !rest.is_empty() {
            let mut places = rest.char_indices().skip_while(|(at, _)| *at < PIECE);
            // Between two letters nothing begins that could be missed.
            let mut letter = false;
            let place =
                places.by_ref().take(PIECE).find(|(_, c)| std::mem::replace(&mut letter, c.is_alphabetic()) && letter);
            let middle = place.or_else(|| places.next()).map(|(at, _)| at);
            let (piece, after) = rest.split_at(middle.unwrap_or(rest.len()));
            starts.extend(piece.split_sentence_bound_indices().skip(1).map(|(at, _)| begin + at));
            begin += piece.len();
            rest = after;
        }
    }
    starts
}

/// Collects the places of a text, run by run.
pub(super) struct Finder<'a, 'c> {
    text: &'a str,
    pub cut: &'c Cut<'c>,
    pub gauge: Gauge<'a>,
    sentences: Vec<usize>,
    all: Vec<Place>,
}

impl<'a> Finder<'a, '_> {
    pub(super) fn piece(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn begins_sentence(&self, at: usize) -> bool {
        self.sentences.binary_search(&at).is_ok()
    }

    fn read(&mut self, runs: &[Run], keep: &[Range<usize>], fitting: &[Range<usize>]) {
        let tags: Vec<bool> = runs.iter().map(|run| self.is_hashtag(&run.range, keep)).collect();
        let leading = tags.iter().take_while(|tag| **tag).count();
        let trailing = runs.len() - tags.iter().rev().take_while(|tag| **tag).count();
        let mut done = Place {
            end: 0,
            start: 0,
            penalty: 0,
            inside: false,
            before: Size::default(),
            after: Size::default(),
            words: 0,
            links: 0,
        };
        self.all.push(done);
        let mut line_begins = true;
        for (index, run) in runs.iter().enumerate() {
            let in_block = index < leading || index >= trailing;
            if index > 0 {
                let blanks = self.piece(done.end..run.range.start);
                let left = runs.get(index - 1).map_or("", |left| self.piece(left.range.clone()));
                let right = self.piece(run.range.clone());
                let sentence = self.begins_sentence(run.range.start);
                let kind = kind_at_blanks(left, blanks, right, line_begins, sentence);
                line_begins = kind <= Kind::Line || blanks.contains('\n');
                done.start = run.range.start;
                done.after = done.before.plus(run.blanks);
                done.penalty = kind.penalty();
                if in_block && index != leading && index != trailing {
                    done.penalty += INSIDE_BLOCK;
                }
                done.inside = false;
                self.all.push(done);
            }
            self.read_run(run, in_block, fitting, &mut done);
        }
        self.all.push(Place { start: done.end, after: done.before, penalty: 0, inside: false, ..done });
    }

    /// Pushes the places inside a run, and leaves `done` behind it.
    fn read_run(&mut self, run: &Run, in_block: bool, fitting: &[Range<usize>], done: &mut Place) {
        let text = self.piece(run.range.clone());
        let (mut cuts, live) = self.cuts_in(run, fitting);
        cuts.push((run.range.end, run.range.end, Kind::Paragraph));
        let mut begin = run.range.start;
        let many = cuts.len() > 1;
        for (end, start, kind) in cuts {
            let atom = self.piece(begin..end);
            let size = if many { self.gauge.size(atom) } else { run.size };
            done.before = done.after.plus(size);
            done.end = end;
            done.words += match atom.chars().next() {
                _ if in_block => 0,
                Some(first) if many && is_unspaced(first) => quarters(first),
                _ if begin > run.range.start => 0,
                _ if text.chars().any(char::is_alphanumeric) => 4,
                _ => 0,
            };
            let linked = self.cut.prices.is_some()
                && (is_live(atom) || live.iter().any(|link| link.start < end && begin < link.end));
            done.links += u32::from(linked);
            begin = start;
            if end < run.range.end {
                done.start = start;
                done.after = done.before.plus(self.gauge.size(self.piece(end..start)));
                done.penalty = kind.penalty() + if in_block { INSIDE_BLOCK } else { 0 };
                done.inside = end == start;
                self.all.push(*done);
            }
        }
    }

    /// Whether a run is a hashtag and nothing else, but for signs behind it.
    fn is_hashtag(&self, run: &Range<usize>, keep: &[Range<usize>]) -> bool {
        let at = keep.partition_point(|range| range.start < run.start);
        keep.get(at).is_some_and(|range| {
            range.start == run.start
                && range.end <= run.end
                && self.piece(range.clone()).starts_with(['#', '＃'])
                && !self.piece(range.end..run.end).contains(char::is_alphanumeric)
        })
    }
}
