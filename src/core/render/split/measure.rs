//! How long the pieces of a text are, at a cost that is linear in the text.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

use super::super::Counting;
use super::super::count::{has_link, length};

/// A length in the target's count; for [`Counting::Characters`], which takes the larger of two, both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    counted: usize,
    characters: usize,
}

impl Size {
    pub(super) fn plus(self, other: Self) -> Self {
        Self { counted: self.counted + other.counted, characters: self.characters + other.characters }
    }

    /// What lies between two prefixes of these sizes.
    pub(super) fn minus(self, before: Self) -> Self {
        Self {
            counted: self.counted.saturating_sub(before.counted),
            characters: self.characters.saturating_sub(before.characters),
        }
    }

    /// The length of what lies between two prefixes of these sizes.
    pub(super) fn since(self, before: Self) -> usize {
        self.minus(before).length()
    }

    pub(super) fn length(self) -> usize {
        self.counted.max(self.characters)
    }
}

/// Measures pieces, each only once.
pub(super) struct Gauge<'a> {
    counting: Counting,
    known: HashMap<&'a str, Size>,
}

/// twitter-text is quadratic in the length of a word: longer ones are measured in pieces of so many bytes.
const LONG: usize = 256;

/// With full stops, which the search for links is slower with.
const DOTTED: usize = 32;

/// No link is longer (twitter-text's `MAX_URL_LENGTH`), so longer words are measured in pieces, links or not.
pub(super) const LONGEST_LINK: usize = 4_200;

impl<'a> Gauge<'a> {
    pub(super) fn new(counting: Counting) -> Self {
        Self { counting, known: HashMap::new() }
    }

    /// The size of a piece of a text: of a run without white space, or of white space.
    pub(super) fn size(&mut self, piece: &'a str) -> Size {
        if let Some(size) = self.known.get(piece) {
            return *size;
        }
        let size = self.measure(piece);
        self.known.insert(piece, size);
        size
    }

    /// The weight of a word, remembered unless it is more than `cap`.
    pub(super) fn weight_up_to(&mut self, word: &'a str, cap: usize) -> usize {
        if let Some(size) = self.known.get(word) {
            return size.counted;
        }
        let weight = weight_of_long(word, cap);
        if weight <= cap {
            self.known.insert(word, Size { counted: weight, characters: 0 });
        }
        weight
    }

    pub(super) fn measure(&self, piece: &str) -> Size {
        let counted = match self.counting {
            Counting::Characters { link_length } => length(piece, Counting::Graphemes { link_length }),
            Counting::Weighted if piece.len() > LONG => weight_of_many(piece),
            counting => length(piece, counting),
        };
        let characters = if matches!(self.counting, Counting::Characters { .. }) { piece.chars().count() } else { 0 };
        Size { counted, characters }
    }

    /// The length of any piece of text, exactly: lengths add up at white space.
    pub(super) fn length(&self, text: &str) -> usize {
        self.measure(text).length()
    }
}

/// The weight of a text, word by word.
fn weight_of_many(text: &str) -> usize {
    let mut rest = text;
    let mut weight = 0;
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let (blanks, next) = tail.split_at(tail.len() - tail.trim_start().len());
        weight += weight_of_long(word, usize::MAX) + length(blanks, Counting::Weighted);
        rest = next;
    }
    weight
}

/// The weight of a word, or more than `cap`.
fn weight_of_long(word: &str, cap: usize) -> usize {
    if word.len() <= LONG || (word.contains('.') && word.len() <= LONGEST_LINK) {
        return length(word, Counting::Weighted);
    }
    let chunk = if word.contains('.') { DOTTED } else { LONG };
    let mut weight = 0;
    let mut begin = 0;
    for (at, cluster) in word.grapheme_indices(true) {
        let end = at + cluster.len();
        if end - begin >= chunk {
            weight += weight_of_chunk(word.get(begin..end).unwrap_or_default());
            begin = end;
        }
        if weight > cap {
            return weight;
        }
    }
    weight + weight_of_chunk(word.get(begin..).unwrap_or_default())
}

/// A chunk is longer than `LONG` only when one cluster is; then it is marks without end.
fn weight_of_chunk(chunk: &str) -> usize {
    if chunk.len() <= LONG * 2 {
        return length(chunk, Counting::Weighted);
    }
    let middle = (chunk.len() / 2..chunk.len()).find(|at| chunk.is_char_boundary(*at)).unwrap_or(chunk.len());
    let (left, right) = chunk.split_at(middle);
    if right.is_empty() { length(chunk, Counting::Weighted) } else { weight_of_chunk(left) + weight_of_chunk(right) }
}

/// Whether X would find a link in a word; quickly, where there is nothing to find.
pub(super) fn is_live(word: &str) -> bool {
    let has_domain = word.split('.').skip(1).any(|label| label.starts_with(char::is_alphanumeric));
    has_domain && word.len() <= LONGEST_LINK && has_link(word)
}
