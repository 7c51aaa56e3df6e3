//! A text under way, and the places in it that later steps must leave alone.
//!
//! Not here: what stands at those places (`compose`, `share`), and what is done to the rest (`inert`, `long`).

use std::ops::Range;

use super::clean::is_blank;

/// Why a place in a draft is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link that is meant as one.
    Link,
    /// Somebody who is mentioned for real.
    Friend,
    /// A name, hashtag or emoji: it may be made inert, but is never cut in two.
    Whole,
}

/// A place in a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where, in bytes, on character boundaries.
    pub range: Range<usize>,
    /// Why.
    pub kind: Kind,
}

/// A text under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it says so far.
    pub text: String,
    /// What must be left alone: sorted, not overlapping.
    pub marks: Vec<Mark>,
}

impl Draft {
    /// A text in which nothing is marked.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), marks: Vec::new() }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        is_blank(&self.text)
    }

    /// Goes on with plain text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Goes on with something that must be left alone.
    pub fn push_marked(&mut self, text: &str, kind: Kind) {
        let start = self.text.len();
        self.text.push_str(text);
        self.marks.push(Mark { range: start..self.text.len(), kind });
    }

    /// Goes on with another draft.
    pub fn append(&mut self, other: Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        let moved = |mark: Mark| Mark { range: mark.range.start + start..mark.range.end + start, ..mark };
        self.marks.extend(other.marks.into_iter().map(moved));
    }

    /// Goes on with another draft after a blank line; without one at the beginning.
    pub fn append_paragraph(&mut self, other: Self) {
        if self.is_blank() {
            *self = other;
        } else if !other.is_blank() {
            self.text.truncate(self.text.trim_end().len());
            self.push("\n\n");
            self.append(other);
        }
    }

    /// The places of one kind.
    pub fn places(&self, kind: Kind) -> impl Iterator<Item = &Range<usize>> {
        self.marks.iter().filter(move |mark| mark.kind == kind).map(|mark| &mark.range)
    }

    /// Whether a cut at this byte would go through something that must stay whole.
    #[must_use]
    pub fn is_inside_mark(&self, at: usize) -> bool {
        let next = self.marks.partition_point(|mark| mark.range.end <= at);
        self.marks.get(next).is_some_and(|mark| mark.range.start < at)
    }

    /// Changes the text; the marks move along.
    pub fn edit(&mut self, edits: &[Edit]) {
        if edits.is_empty() {
            return;
        }
        let moves = Moves::of(edits);
        for mark in &mut self.marks {
            mark.range = moves.moved(&mark.range);
        }
        self.text = applied(&self.text, edits);
    }
}

/// A piece of a text and what comes in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty: nothing.
    pub range: Range<usize>,
    /// What comes.
    pub with: String,
}

impl Edit {
    /// Something that is added.
    #[must_use]
    pub fn insert(at: usize, with: impl Into<String>) -> Self {
        Self { range: at..at, with: with.into() }
    }

    /// Something that goes.
    #[must_use]
    pub fn remove(range: Range<usize>) -> Self {
        Self { range, with: String::new() }
    }
}

/// The text after `edits`, which are sorted and do not overlap.
#[must_use]
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.with.len()).sum::<usize>());
    let mut done = 0;
    for edit in edits {
        result.push_str(text.get(done..edit.range.start).unwrap_or_default());
        result.push_str(&edit.with);
        done = edit.range.end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

/// Where places in a text are after edits.
pub struct Moves<'a> {
    edits: &'a [Edit],
    /// The bytes removed and added by the first 0, 1, 2, … edits.
    sums: Vec<(usize, usize)>,
}

impl<'a> Moves<'a> {
    /// After `edits`, which are sorted and do not overlap.
    #[must_use]
    pub fn of(edits: &'a [Edit]) -> Self {
        let mut sums = vec![(0, 0)];
        let (mut removed, mut added) = (0, 0);
        for edit in edits {
            removed += edit.range.len();
            added += edit.with.len();
            sums.push((removed, added));
        }
        Self { edits, sums }
    }

    /// Where a range is then. What is added at one of its ends is not in it.
    #[must_use]
    pub fn moved(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.at(range.start, self.edits.partition_point(|edit| edit.range.end <= range.start));
        let is_before_end =
            |edit: &Edit| edit.range.end < range.end || (edit.range.end == range.end && !edit.range.is_empty());
        let end = self.at(range.end, self.edits.partition_point(is_before_end));
        start..end.max(start)
    }

    /// A place after the first `count` edits, which end before it; the next may reach across it.
    fn at(&self, at: usize, count: usize) -> usize {
        let at = self.edits.get(count).map_or(at, |next| at.min(next.range.start));
        let (removed, added) = self.sums.get(count).copied().unwrap_or_default();
        (at + added).saturating_sub(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_move_with_the_text() {
        let mut draft = Draft::plain("see ");
        draft.push_marked("https://e.org", Kind::Link);
        draft.push(" and ");
        draft.push_marked("#tag", Kind::Whole);
        let shown = |draft: &Draft| -> Vec<String> {
            draft.marks.iter().map(|mark| draft.text[mark.range.clone()].to_owned()).collect()
        };
        draft.edit(&[
            Edit::remove(0..1),
            Edit::insert(4, "|"),
            Edit::insert(17, "|"),
            Edit { range: 18..21, with: "with".into() },
        ]);
        assert_eq!(draft.text, "ee |https://e.org| with #tag");
        assert_eq!(shown(&draft), ["https://e.org", "#tag"]);
        let mut whole = Draft::plain("a");
        whole.append_paragraph(draft);
        assert_eq!(whole.text, "a\n\nee |https://e.org| with #tag");
        assert_eq!(shown(&whole), ["https://e.org", "#tag"]);
        assert!(whole.is_inside_mark(8));
        assert!(!whole.is_inside_mark(7));
        assert!(!whole.is_inside_mark(20));
    }

    #[test]
    fn a_blank_draft_adds_no_blank_line() {
        let mut draft = Draft::plain(" ");
        draft.append_paragraph(Draft::plain("a \n"));
        draft.append_paragraph(Draft::default());
        draft.append_paragraph(Draft::plain("b"));
        assert_eq!(draft.text, "a\n\nb");
    }
}
