//! Writes plain text with typed spans: where a line begins, what stands before it, which white space counts.
//!
//! It knows paragraphs, quotes and lists, and nothing of HTML (`html`) or of servers.

use crate::core::post::{Span, SpanKind};

/// The deepest quote that is shown as such. A bound: every line of a quote repeats its marks.
const MAX_QUOTE_MARKS: usize = 4;
/// The deepest list that is indented further.
const MAX_INDENT: usize = 8;
/// What stands around struck-out text, as people type it where they cannot strike out: without it, the text would say
/// what its author took back.
const STRIKE: &str = "~~";

/// The text so far, and what is owed before the next character.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    spans: Vec<Span>,
    /// Line breaks owed: 0, 1, or 2 for a blank line.
    breaks: usize,
    /// Whether a space is owed.
    space: bool,
    /// How deep in quotes the next line is.
    quote: usize,
    /// The open lists; for a numbered one the next number.
    lists: Vec<Option<i64>>,
    /// The bullet or number owed.
    marker: Option<String>,
    /// How many open elements keep white space.
    preserving: usize,
    /// How many open elements strike out their text.
    struck: usize,
    /// Whether the mark that begins struck-out text is owed.
    strike: bool,
}

impl Writer {
    /// At least this many line breaks before what comes next (2: a blank line). An item's first paragraph stays
    /// beside its bullet.
    pub(super) fn block(&mut self, breaks: usize) {
        if self.marker.is_none() {
            self.breaks = self.breaks.max(breaks.min(2));
        }
        self.space = false;
    }

    /// One line break more; at most one blank line in a row comes of it.
    pub(super) fn line_break(&mut self) {
        self.breaks = (self.breaks + 1).min(2);
        self.space = false;
    }

    /// White space, of which any amount is one space.
    pub(super) fn space(&mut self) {
        self.space = true;
    }

    /// Opens a quote.
    pub(super) fn open_quote(&mut self) {
        self.block(2);
        self.quote += 1;
    }

    /// Closes a quote, if one is open.
    pub(super) fn close_quote(&mut self) {
        self.block(2);
        self.quote = self.quote.saturating_sub(1);
    }

    /// Opens a list; `first` is the first number of a numbered one.
    pub(super) fn open_list(&mut self, first: Option<i64>) {
        self.block(if self.lists.is_empty() { 2 } else { 1 });
        self.lists.push(first);
    }

    /// Closes a list, if one is open.
    pub(super) fn close_list(&mut self) {
        self.lists.pop();
        self.marker = None;
        self.block(if self.lists.is_empty() { 2 } else { 1 });
    }

    /// Begins an item of the innermost list; `number` where a numbered one is not to go on by one.
    pub(super) fn item(&mut self, number: Option<i64>) {
        self.marker = None;
        self.block(1);
        if let (Some(Some(next)), Some(number)) = (self.lists.last_mut(), number) {
            *next = number;
        }
        self.marker = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "• ".to_owned(),
        });
    }

    /// Begins something whose white space counts.
    pub(super) fn open_preserving(&mut self) {
        self.preserving += 1;
    }

    /// Ends the innermost of them.
    pub(super) fn close_preserving(&mut self) {
        self.preserving = self.preserving.saturating_sub(1);
    }

    /// Begins struck-out text.
    pub(super) fn open_struck(&mut self) {
        self.struck += 1;
        self.strike |= self.struck == 1;
    }

    /// Ends the innermost such text, if there is one.
    pub(super) fn close_struck(&mut self) {
        if self.struck == 1 {
            self.end_strike();
        }
        self.struck = self.struck.saturating_sub(1);
    }

    fn end_strike(&mut self) {
        // What had no text needs no mark.
        if !std::mem::take(&mut self.strike) {
            self.text.push_str(STRIKE);
        }
    }

    /// Takes back a character that was just written, if it was this one and is part of nothing before it.
    pub(super) fn take_back(&mut self, c: char) -> bool {
        let free = self.spans.last().is_none_or(|span| span.range.end < self.text.len());
        let Some(before) = self.text.strip_suffix(c) else { return false };
        let last = self.breaks == 0 && !self.space && free && !before.ends_with(char::is_alphanumeric);
        if last {
            self.text.truncate(before.len());
        }
        last
    }

    /// Ordinary text; its white space is collapsed as HTML does, unless it counts here.
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.preserving > 0 => self.line_break(),
                ' ' | '\t' if self.preserving > 0 => {
                    self.begin();
                    self.text.push(c);
                }
                ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => self.space(),
                // Unicode's own line and paragraph ends.
                '\u{2028}' | '\u{2029}' => self.line_break(),
                c if is_unwanted(c) => {}
                c => {
                    self.begin();
                    self.text.push(c);
                }
            }
        }
    }

    /// Text in one piece, with what it is. Must hold no line break.
    pub(super) fn piece(&mut self, text: &str, kind: SpanKind) {
        self.begin();
        let start = self.text.len();
        self.text.extend(text.chars().filter(|c| !is_unwanted(*c)));
        self.spans.push(Span { range: start..self.text.len(), kind });
    }

    /// Pays what is owed before a character.
    fn begin(&mut self) {
        let new_line = self.text.is_empty() || self.breaks > 0;
        if new_line {
            if !self.text.is_empty() {
                self.text.extend(std::iter::repeat_n('\n', self.breaks));
            }
            self.text.extend(std::iter::repeat_n("> ", self.quote.min(MAX_QUOTE_MARKS)));
            self.text.extend(std::iter::repeat_n("  ", self.lists.len().saturating_sub(1).min(MAX_INDENT)));
            self.text.extend(self.marker.take());
        } else if self.space {
            self.text.push(' ');
        }
        if std::mem::take(&mut self.strike) {
            self.text.push_str(STRIKE);
        }
        self.breaks = 0;
        self.space = false;
    }

    /// The finished text, without white space at its end, and its spans in order.
    pub(super) fn finish(mut self) -> (String, Vec<Span>) {
        if self.struck > 0 {
            self.end_strike();
        }
        let Self { mut text, mut spans, .. } = self;
        text.truncate(text.trim_end_matches([' ', '\t', '\n']).len());
        // What was a span of nothing but dropped characters is none.
        spans.retain(|span| !span.range.is_empty() && span.range.end <= text.len());
        (text, spans)
    }
}

/// Characters that X refuses (`x-api.md` 6), that would hide in a journal line, or that nobody typed.
pub(super) fn is_unwanted(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
