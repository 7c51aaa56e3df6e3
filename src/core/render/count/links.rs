//! Which pieces of a text X makes links of: twitter-text 3.1.0's `extractUrlsWithIndices` (`x-api.md` 8.2), as a scanner
//! instead of its regular expressions, in linear time.
//!
//! Only the list of top-level domains is the crate `twitter-text`'s. Its own parsers (0.3.1) are not used: they miss
//! links that the original finds, panic on some texts, and take quadratic time on others.

use std::ops::Range;

use super::x::{is_accented_latin, is_invalid, is_space};

/// The longest link, its scheme counted twice, in UTF-16 units (`MAX_URL_LENGTH`).
const MAX_LINK: usize = 4096;
/// The longest label of a host name, in punycode.
const MAX_LABEL: usize = 63;
/// The longest top-level domain that is looked for, in characters: the longest there is has 24.
const MAX_TLD: usize = 32;
/// The longest word behind `t.co/` (`MAX_TCO_SLUG_LENGTH`).
const MAX_TCO_SLUG: usize = 40;

/// The links in a text, those without a scheme included, as byte ranges, in order.
pub(super) fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !text.contains('.') {
        return found;
    }
    let hosts = Hosts::of(text);
    let mut at = 0;
    while let Some(before) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let next = at + before.len_utf8();
        let after = may_precede(before).then(|| Candidate::at(text, &hosts, next)).flatten();
        // Nothing at all may stand before a link, too. The original counts in UTF-16: there, half of a character may.
        let whole = || (at == 0 || before.len_utf16() == 2).then(|| Candidate::at(text, &hosts, at)).flatten();
        let candidate = after.map(|link| (link, Some(before))).or_else(|| whole().map(|link| (link, None)));
        let Some((candidate, before)) = candidate else {
            at = next;
            continue;
        };
        candidate.links(text, before, &mut found);
        at = candidate.end;
    }
    found
}

/// `validUrlPrecedingChars`.
fn may_precede(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || matches!(c, '@' | '＠' | '$' | '#' | '＃') || is_invalid(c))
}

/// What has the form of a link.
struct Candidate {
    start: usize,
    host: Range<usize>,
    has_path: bool,
    end: usize,
}

impl Candidate {
    /// The longest one that begins at `start` (`extractUrl`).
    fn at(text: &str, hosts: &Hosts, start: usize) -> Option<Self> {
        let with_scheme = scheme(text.get(start..)?).and_then(|scheme| {
            let host = start + scheme;
            hosts.end(text, host).map(|end| host..end)
        });
        let host = with_scheme.or_else(|| hosts.end(text, start).map(|end| start..end))?;
        let mut end = host.end;
        let digits = |from: usize| run(text, from, |c| c.is_ascii_digit());
        if text[end..].starts_with(':') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        let has_path = text[end..].starts_with('/');
        if has_path {
            end = path_end(text, end + 1);
        }
        if text[end..].starts_with('?') {
            end = query_end(text, end + 1).unwrap_or(end);
        }
        Some(Self { start, host, has_path, end })
    }

    /// The links that come of it: with a scheme one at most, without one each ASCII host in it.
    fn links(&self, text: &str, before: Option<char>, found: &mut Vec<Range<usize>>) {
        let host = &text[self.host.clone()];
        let link = &text[self.start..self.end];
        let scheme = self.host.start - self.start;
        let units = link.encode_utf16().count() + if scheme == 0 { "https://".len() } else { scheme };
        if units > MAX_LINK || !is_sound(host) {
            return;
        }
        if scheme > 0 {
            match short_link(link) {
                Some((slug, _)) if slug > MAX_TCO_SLUG => {}
                Some((_, length)) => found.push(self.start..self.start + length),
                None => found.push(self.start..self.end),
            }
            return;
        }
        if before.is_some_and(|c| matches!(c, '-' | '_' | '.' | '/')) {
            return;
        }
        let first = found.len();
        found.extend(ascii_hosts(host).into_iter().map(|range| self.start + range.start..self.start + range.end));
        if let Some(last) = found.get_mut(first..).and_then(<[_]>::last_mut)
            && self.has_path
        {
            last.end = self.end;
        }
    }
}

/// The length of the scheme that a text begins with.
fn scheme(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
        .map(|scheme| scheme.len())
}

/// Where the run of such characters ends that begins at `from`.
fn run(text: &str, from: usize, is_in: impl Fn(char) -> bool) -> usize {
    text[from..].find(|c| !is_in(c)).map_or(text.len(), |length| from + length)
}

/// A label of a host name: what stands before a dot.
struct Label {
    start: usize,
    /// Where the dot behind it is.
    dot: usize,
    /// Whether a letter or the like stands before the dot, and not a hyphen.
    ends_well: bool,
    /// Its last underscore. A label beside the top-level domain may have none.
    underscore: Option<usize>,
    /// The end of the top-level domain behind the dot.
    tld_end: Option<usize>,
    /// The end of the longest host that begins with all of this label.
    host_end: Option<usize>,
}

/// Every label of a text that has a dot behind it, so that each place's host is found without reading on.
struct Hosts(Vec<Label>);

impl Hosts {
    fn of(text: &str) -> Self {
        let mut labels: Vec<Label> = Vec::new();
        let (mut start, mut underscore, mut last) = (0, None, ' ');
        for (at, c) in text.char_indices() {
            if c == '.' && at > start {
                let tld_end = tld_end(text, at + 1);
                let ends_well = !matches!(last, '-' | '_');
                labels.push(Label { start, dot: at, ends_well, underscore, tld_end, host_end: None });
            }
            if is_host_char(c) || c == '-' || c == '_' {
                underscore = if c == '_' { Some(at) } else { underscore };
            } else {
                (start, underscore) = (at + c.len_utf8(), None);
            }
            last = c;
        }
        let mut next: Option<(usize, Option<usize>)> = None;
        for label in labels.iter_mut().rev() {
            let begins_well = !text[label.start..].starts_with(['-', '_']);
            if begins_well && label.ends_well {
                let further = next.filter(|(start, _)| *start == label.dot + 1).and_then(|(_, end)| end);
                label.host_end = further.or(label.tld_end.filter(|_| label.underscore.is_none()));
            }
            next = Some((label.start, label.host_end));
        }
        Self(labels)
    }

    /// Where the longest host ends that begins at `start` (`validDomain`).
    fn end(&self, text: &str, start: usize) -> Option<usize> {
        let index = self.0.partition_point(|label| label.dot <= start);
        let label = self.0.get(index).filter(|label| label.start <= start && label.ends_well)?;
        if text[start..].starts_with(['-', '_']) {
            return None;
        }
        let further = self.0.get(index + 1).filter(|next| next.start == label.dot + 1).and_then(|next| next.host_end);
        further.or(label.tld_end.filter(|_| label.underscore.is_none_or(|underscore| underscore < start)))
    }
}

/// `validDomainChars`: nearly anything.
fn is_host_char(c: char) -> bool {
    !(is_space(c)
        || is_invalid(c)
        || (c.is_ascii_punctuation() && !matches!(c, '"' | '`'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}'))
}

/// Where the top-level domain ends that begins at `start`.
fn tld_end(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let is_in = |c: char| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii();
    let mut end = None;
    for (at, c) in rest.char_indices().take(MAX_TLD).take_while(|(_, c)| is_in(*c)) {
        let length = at + c.len_utf8();
        let cut = rest[length..].starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '+' | '-'));
        if !cut && twitter_text::tlds::is_valid_tld_case_insensitive(&rest[..length]) {
            end = Some(start + length);
        }
    }
    end.or_else(|| {
        let is_punycode = rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
        let end = run(text, start + 4 * usize::from(is_punycode), |c| c.is_ascii_alphanumeric() || c == '-');
        (is_punycode && end > start + 4).then_some(end)
    })
}

/// The hosts in ASCII (and accented Latin letters) that stand in a host (`validAsciiDomain`).
fn ascii_hosts(host: &str) -> Vec<Range<usize>> {
    let is_in = |c: char| c == '-' || c.is_ascii_alphanumeric() || is_accented_latin(c);
    let mut found = Vec::new();
    let mut at = 0;
    while at < host.len() {
        // Labels with a dot behind each; the last of them that a top-level domain follows ends the host.
        let (mut end, mut tld) = (at, None);
        loop {
            let dot = run(host, end, is_in);
            if dot == end || !host[dot..].starts_with('.') {
                break;
            }
            end = dot + 1;
            tld = tld_end(host, end).or(tld);
        }
        match tld {
            Some(tld) => {
                found.push(at..tld);
                at = tld;
            }
            None => at = if end > at { end } else { at + host[at..].chars().next().map_or(1, char::len_utf8) },
        }
    }
    found
}

/// Whether the name system would take a host: no label is too long, and punycode is not mixed with other scripts.
fn is_sound(host: &str) -> bool {
    let mixed = host.starts_with("xn--") && ascii_hosts(host).is_empty();
    !mixed && host.split('.').all(|label| (1..=MAX_LABEL).contains(&punycode_length(label)))
}

/// The length of a label in punycode, which takes the full stops of East Asia for dots.
fn punycode_length(label: &str) -> usize {
    if label.is_ascii() {
        return label.len();
    }
    // Each character takes at least one: what is too long needs no encoding.
    if label.chars().count() > MAX_LABEL {
        return label.len();
    }
    let encoded = |part: &str| {
        let punycode = || idna::punycode::encode_str(part).map_or(part.len(), |code| "xn--".len() + code.len());
        if part.is_ascii() { part.len() } else { punycode() }
    };
    label.split(['。', '．', '｡']).map(|part| encoded(part) + 1).sum::<usize>() - 1
}

/// The length of the word behind `t.co/` and of the whole link, if it is one of X's own (`validTcoUrl`).
fn short_link(link: &str) -> Option<(usize, usize)> {
    let host = scheme(link)?;
    let path = link.get(host..host + 5).filter(|path| path.eq_ignore_ascii_case("t.co/"))?;
    let start = host + path.len();
    let end = run(link, start, |c| c.is_ascii_alphanumeric());
    let whole = if link[end..].starts_with('?') { query_end(link, end + 1).unwrap_or(end) } else { end };
    (end > start).then_some((end - start, whole))
}

/// Where a path ends whose first character after `/` is at `at` (`validUrlPath`): full stops and the like at its end
/// are not part of it, brackets are when they are balanced.
fn path_end(text: &str, mut at: usize) -> usize {
    let mut end = at;
    while let Some(c) = text[at..].chars().next() {
        if is_path_char(c) {
            at += c.len_utf8();
            if ends_path(c) {
                end = at;
            }
        } else if let Some(after) = (c == '(').then(|| brackets_end(text, at)).flatten() {
            (at, end) = (after, after);
        } else {
            break;
        }
    }
    end
}

/// `validUrlBalancedParens`: one pair of brackets, or one within another.
fn brackets_end(text: &str, open: usize) -> Option<usize> {
    let path = |from: usize| run(text, from, is_path_char);
    let inner = path(open + 1);
    if text[inner..].starts_with(')') {
        return (inner > open + 1).then_some(inner + 1);
    }
    let close = text[inner..].starts_with('(').then(|| path(inner + 1))?;
    if close == inner + 1 || !text[close..].starts_with(')') {
        return None;
    }
    let outer = path(close + 1);
    text[outer..].starts_with(')').then_some(outer + 1)
}

/// `validGeneralUrlPathChars`.
fn is_path_char(c: char) -> bool {
    ends_path(c)
        || matches!(
            c,
            '!' | '*' | '\'' | ';' | ':' | ',' | '.' | '$' | '%' | '[' | ']' | '\u{2013}' | '~' | '@' | '|' | '&'
        )
}

/// The single characters of `validUrlPathEndingChars`.
fn ends_path(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '+' | '-' | '=' | '_' | '#' | '/' | '\u{400}'..='\u{4ff}')
        || is_accented_latin(c)
}

/// Where a query ends whose first character after `?` is at `start`; `None` when it is none.
fn query_end(text: &str, start: usize) -> Option<usize> {
    let is_in = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '!' | '?' | '*' | '\'' | '@' | '(' | ')' | ';' | ':' | '&' | '=' | '+' | '$' | '/' | '%')
            || matches!(c, '#' | '[' | ']' | '-' | '_' | '.' | ',' | '~' | '|')
    };
    let query = &text[start..run(text, start, is_in)];
    let ends = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '&' | '=' | '#' | '/');
    query.rfind(ends).map(|last| start + last + 1)
}
