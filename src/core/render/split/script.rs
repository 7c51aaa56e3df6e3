//! What the splitter has to know about characters: which scripts write without spaces, and what clings to what.

use super::places::Kind;

/// White space that holds together what stands on both sides of it.
pub(super) fn is_glue(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// A letter of a script that writes its words without spaces, and whose word bounds UAX 29 finds well enough.
fn is_east_asian(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{2fdf}' | '\u{3001}'..='\u{30ff}' | '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

/// A letter of a script that writes its words without spaces, and whose words only a dictionary would find: UAX 29
/// allows a cut between any two clusters.
fn is_south_east_asian(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{f0b}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1950}'..='\u{19df}' | '\u{1a20}'..='\u{1aaf}' | '\u{1b00}'..='\u{1b7f}' | '\u{a980}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aadf}')
}

/// Whether words are written without spaces in the script of `c`.
pub(super) fn is_unspaced(c: char) -> bool {
    is_east_asian(c) || is_south_east_asian(c)
}

/// What an atom of such a script counts, in quarters of a word: a Japanese word has some two, a Thai one some four.
pub(super) fn quarters(first: char) -> u32 {
    match first {
        c if !c.is_alphanumeric() => 0,
        c if is_east_asian(c) => 2,
        c if is_south_east_asian(c) => 1,
        _ => 4,
    }
}

/// Opens something, so nothing is cut behind it.
fn is_opener(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '«'
            | '‹'
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '¿'
            | '¡'
            | '「'
            | '『'
            | '（'
            | '【'
            | '〈'
            | '《'
            | '〔'
            | '［'
            | '｛'
            | '〖'
            | '〘'
            | '｢'
            | '#'
            | '＃'
            | '@'
            | '＠'
            | '$'
            | '＄'
            | '¥'
            | '￥'
            | '€'
            | '£'
    )
}

/// Signs that may stand apart by a space and yet belong to what is before them (`Bonjour !`).
fn is_closer(c: char) -> bool {
    matches!(
        c,
        '!' | '?'
            | ':'
            | ';'
            | '%'
            | ')'
            | ']'
            | '}'
            | '»'
            | '›'
            | '”'
            | '’'
            | ','
            | '.'
            | '…'
            | '！'
            | '？'
            | '。'
            | '、'
            | '，'
            | '．'
            | '：'
            | '；'
            | '）'
            | '」'
            | '』'
            | '।'
            | '؟'
            | '،'
            | '؛'
            | '۔'
    )
}

/// Letters that never begin a line in Japanese, Thai, Lao; signs that need what stands before them.
fn clings_to_the_left(c: char) -> bool {
    matches!(
        c,
        'ー' | 'ぁ'
            | 'ぃ'
            | 'ぅ'
            | 'ぇ'
            | 'ぉ'
            | 'っ'
            | 'ゃ'
            | 'ゅ'
            | 'ょ'
            | 'ゎ'
            | 'ァ'
            | 'ィ'
            | 'ゥ'
            | 'ェ'
            | 'ォ'
            | 'ッ'
            | 'ャ'
            | 'ュ'
            | 'ョ'
            | 'ヮ'
            | 'ヵ'
            | 'ヶ'
            | '々'
            | 'ゝ'
            | 'ゞ'
            | 'ヽ'
            | 'ヾ'
            | '\u{ff67}'
            ..='\u{ff70}'
                | '\u{e2f}'
                | '\u{e30}'
                | '\u{e32}'
                | '\u{e33}'
                | '\u{e45}'
                | '\u{e46}'
                | '\u{eaf}'
                | '\u{eb0}'
                | '\u{eb2}'
                | '\u{eb3}'
                | '\u{ec6}'
    )
}

/// Vowels that are written before their consonant (Thai, Lao), and signs that join the next consonant to the last one.
fn clings_to_the_right(c: char) -> bool {
    matches!(c,
        '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}' | '\u{17d2}' | '\u{1039}' | '\u{1a60}' | '\u{a9c0}')
}

/// Ends a clause: `,` and its like in other scripts, and dashes.
fn ends_clause(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '–' | '—' | '、' | '，' | '；' | '：' | '،' | '؛' | '·' | '՝' | '፣' | '፤' | '၊' | '։')
        || is_pictograph(c)
}

/// Many people end a thought with an emoji instead of a full stop.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}')
}

/// What a cut at a word bound (UAX 29) inside a run without white space is worth; `None`: nobody would cut there.
pub(super) fn kind_inside(before: char, after: char, sentence: bool) -> Option<Kind> {
    // White space inside a run is there to hold it together.
    let glued = before.is_whitespace() || after.is_whitespace();
    if glued || !(is_unspaced(before) || is_unspaced(after)) || !may_part(before, after) {
        return None;
    }
    if sentence || matches!(before, '。' | '！' | '？') {
        return Some(Kind::Sentence);
    }
    if ends_clause(before) {
        return Some(Kind::Clause);
    }
    let by_guess = is_south_east_asian(before) && is_south_east_asian(after);
    Some(if by_guess { Kind::Cluster } else { Kind::Bound })
}

/// Whether a line could be broken between the two.
pub(super) fn may_part(before: char, after: char) -> bool {
    let begins = after.is_alphanumeric() || is_opener(after) || is_pictograph(after);
    let counted = before.is_numeric() && is_unspaced(after);
    begins && !counted && !is_opener(before) && !clings_to_the_left(after) && !clings_to_the_right(before)
}

/// What a cut at white space is worth: `left` and `right` are the runs on both sides, `sentence` says that UAX 29 has
/// a sentence begin here.
pub(super) fn kind_at_blanks(left: &str, blanks: &str, right: &str, line_begins: bool, sentence: bool) -> Kind {
    let last = left.chars().next_back().unwrap_or(' ');
    let lines = blanks.chars().filter(|c| matches!(c, '\n' | '\u{2028}')).count();
    if lines > 0 || blanks.contains('\u{2029}') {
        return match lines {
            // What it announces comes next.
            _ if last == ':' || last == '：' => Kind::Clause,
            1 if !blanks.contains('\u{2029}') => Kind::Line,
            _ => Kind::Paragraph,
        };
    }
    let bare = |run: &str| !run.chars().any(char::is_alphanumeric);
    let sign_alone = bare(right) && right.starts_with(is_closer);
    let bullet = line_begins && (bare(left) || is_ordinal(left)) && !left.chars().any(is_pictograph);
    if sign_alone || bullet || is_opener(last) {
        return Kind::Clinging;
    }
    let new_thought = last == '…' && right.chars().next().is_some_and(char::is_uppercase);
    if (sentence && !is_abbreviation(left)) || new_thought {
        return Kind::Sentence;
    }
    if ends_clause(last) || last == '…' { Kind::Clause } else { Kind::Word }
}

/// `1.`, `12)`
fn is_ordinal(run: &str) -> bool {
    run.strip_suffix(['.', ')']).is_some_and(|number| number.chars().all(char::is_numeric))
}

/// A full stop that ends no sentence, although UAX 29 takes it for an end: initials, numbers and usual titles.
fn is_abbreviation(run: &str) -> bool {
    let Some(word) = run.trim_start_matches(is_opener).strip_suffix('.') else { return false };
    let one_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let titles = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "Jr", "Sr", "vs", "etc", "No", "Nr", "Fig", "cf", "ca", "approx",
        "vol", "pp", "bzw", "e.g", "i.e", "z.B", "d.h", "u.a", "p.ej", "Sra", "Mme", "тов", "им", "ул",
    ];
    one_letter || is_ordinal(run) || titles.contains(&word)
}
