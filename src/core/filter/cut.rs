//! Taking a piece out of a text without losing what stands where in the rest of it.
//!
//! Not here: which piece (`filter`, `warning`).

use std::ops::Range;

use crate::core::post::Span;

/// The text without `range`, and the spans that lie wholly outside of it, at their new places. A range that is not
/// one of the text's cuts nothing.
#[must_use]
pub fn without(text: &str, spans: &[Span], range: Range<usize>) -> (String, Vec<Span>) {
    let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..)) else {
        return (text.to_owned(), spans.to_vec());
    };
    if range.start >= range.end {
        return (text.to_owned(), spans.to_vec());
    }
    let shifted = spans.iter().filter_map(|span| {
        if span.range.end <= range.start {
            Some(span.clone())
        } else if span.range.start >= range.end {
            let (start, end) = (span.range.start - range.len(), span.range.end.checked_sub(range.len())?);
            Some(Span { range: start..end, kind: span.kind.clone() })
        } else {
            None
        }
    });
    (format!("{before}{after}"), shifted.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::SpanKind;

    #[test]
    fn spans_move_with_their_text() {
        let span = |range| Span { range, kind: SpanKind::Hashtag };
        let spans = [span(0..2), span(3..5), span(4..8), span(9..11)];
        let (text, spans) = without("#a #b #c #d", &spans, 3..9);
        assert_eq!(text, "#a #d");
        assert_eq!(spans, [span(0..2), span(3..5)]);
    }

    #[test]
    fn a_range_that_is_none_cuts_nothing() {
        #[expect(clippy::reversed_empty_ranges, reason = "what a faulty caller could give")]
        for range in [1..2, 0..9, 3..1, 2..2] {
            assert_eq!(without("é b", &[], range), ("é b".to_owned(), Vec::new()));
        }
    }
}
