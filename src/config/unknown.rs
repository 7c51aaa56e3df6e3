//! Names that there is no such thing as, and what was probably meant.

use super::paths::Env;
use super::rules::{list, shown};
use super::schema::{Key, variable};
use super::{Error, Place};

/// Whether a section has a key of this name, or a secret that `name` is the `_file` of.
pub(super) fn is_known(keys: &[Key], section: &str, name: &str) -> bool {
    names(keys, section).any(|known| known == name)
}

/// An unknown section, or a key that stands outside of every section.
pub(super) fn section(keys: &[Key], place: Place, name: &str) -> Error {
    let sections = sections(keys);
    let hint = home_of(keys, name)
        .map(|home| format!("it belongs in {home}"))
        .or_else(|| nearest(name, sections.iter().copied()).map(|near| format!("did you mean [{near}]?")))
        .unwrap_or_else(|| {
            let all: Vec<String> = sections.iter().map(|section| format!("[{section}]")).collect();
            format!("the sections are {}", list(&all, "and"))
        });
    Error::Unknown { place, name: shown(name), hint }
}

/// An unknown key in a known section.
pub(super) fn key(keys: &[Key], place: Place, section: &str, name: &str) -> Error {
    let hint = home_of(keys, name)
        .map(|home| format!("it belongs in {home}"))
        .or_else(|| {
            let known: Vec<String> = names(keys, section).collect();
            nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean {near}?"))
        })
        .unwrap_or_else(|| {
            let all: Vec<String> =
                keys.iter().filter(|key| key.section == section).map(|key| key.name.to_owned()).collect();
            let (noun, verb) = if all.len() == 1 { ("key", "is") } else { ("keys", "are") };
            format!("the {noun} of [{section}] {verb} {}", list(&all, "and"))
        });
    Error::Unknown { place, name: format!("{} in [{section}]", shown(name)), hint }
}

/// Refuses variables that look like one of ours and are none.
pub(super) fn check_variables(keys: &[Key], env: &Env) -> Result<(), Error> {
    let known: Vec<String> = sections(keys)
        .into_iter()
        .flat_map(|section| names(keys, section).map(move |name| variable(section, &name)))
        .collect();
    match env.overrides().find(|name| !known.iter().any(|known| known == name)) {
        None => Ok(()),
        Some(name) => {
            let hint = nearest(name, known.iter().map(String::as_str)).map_or_else(
                || "a key's variable is CROSSPOSTD_SECTION__KEY, as in CROSSPOSTD_SYNC__INTERVAL".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            Err(Error::UnknownVariable { name: name.escape_debug().to_string(), hint })
        }
    }
}

fn sections(keys: &[Key]) -> Vec<&'static str> {
    let mut sections: Vec<&'static str> = keys.iter().map(|key| key.section).collect();
    sections.dedup();
    sections
}

/// Every name that may stand in a section.
fn names(keys: &[Key], section: &str) -> impl Iterator<Item = String> {
    keys.iter()
        .filter(move |key| key.section == section)
        .flat_map(|key| [Some(key.name.to_owned()), key.secret.then(|| format!("{}_file", key.name))])
        .flatten()
}

/// The sections that have a key of this name: `[a] or [b]`.
fn home_of(keys: &[Key], name: &str) -> Option<String> {
    let homes = sections(keys).into_iter().filter(|section| is_known(keys, section, name));
    let homes: Vec<String> = homes.map(|home| format!("[{home}]")).collect();
    (!homes.is_empty()).then(|| list(&homes, "or"))
}

/// The candidate that is most like `name`, if it is like it at all: at most a third of it differs.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A name that long is no slip of the finger, and comparing costs its square.
    if name.len() > 80 {
        return None;
    }
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| distance * 3 <= candidate.len().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be added, left out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, old) in from.chars().enumerate() {
        let mut left = above + 1;
        let mut next = vec![left];
        for (pair, new) in row.windows(2).zip(to.chars()) {
            let [diagonal, up] = pair else { continue };
            left = (diagonal + usize::from(old != new)).min(up + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_counted_in_letters() {
        for (from, to, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("inteval", "interval", 1),
            ("ä", "a", 1),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }
}
