//! What posts become, post by post: every rule of reading, deciding and rendering, to be read by people.
//!
//! `tests/golden/{mastodon,twitter}/NNN-name.json` hold what the networks send, and `tests/golden/{mastodon,twitter}.txt`
//! what becomes of each, as `preview` shows it. `BLESS=1 cargo test --test golden` writes the latter anew; read the
//! difference before you commit it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crosspostd::commands::preview::sheet::Sheet;
use crosspostd::commands::preview::{Owner, offline, read};
use crosspostd::config;
use crosspostd::core::post::{Network, PostId, PostRef, Timestamp};
use crosspostd::core::record::{Delivery, Key, Stage};
use crosspostd::core::state::{Event, State};
use crosspostd::network::twitter::Account;
use serde_json::Value;

/// A morning in November 2026, after everything that the corpus holds.
const NOW: Timestamp = Timestamp::from_secs(1_796_000_000);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// `{"$repeat": [part, n]}` and `{"$concat": [part, …]}` stand for long strings.
fn expanded(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.len() == 1 && fields.keys().all(|key| key.starts_with('$')) => {
            Value::String(long(&Value::Object(fields)))
        }
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, expanded(value))).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(expanded).collect()),
        plain => plain,
    }
}

fn long(part: &Value) -> String {
    if let Some(text) = part.as_str() {
        return text.to_owned();
    }
    if let Some(parts) = part.get("$concat").and_then(Value::as_array) {
        return parts.iter().map(long).collect();
    }
    let repeat = part.get("$repeat").and_then(Value::as_array).unwrap_or_else(|| panic!("{part} is no string"));
    long(&repeat[0]).repeat(usize::try_from(repeat[1].as_u64().unwrap()).unwrap())
}

/// Policy keys as the environment would give them.
fn overrides(config: &Value) -> Vec<(String, String)> {
    let value = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    };
    config.as_object().into_iter().flatten().map(|(key, given)| (key.clone(), value(given))).collect()
}

/// A state that knows the mirrors of these posts.
fn state(known: &Value) -> State {
    let mut state = State::default();
    for network in Network::ALL {
        let baseline = Event::Baseline { network, account: String::new(), newest: None, at: Timestamp::default() };
        state.apply(&baseline).unwrap();
    }
    for (number, (source, address)) in known.as_object().into_iter().flatten().enumerate() {
        let source: PostRef = source.parse().unwrap();
        let mut delivery = Delivery::planned(Timestamp::default(), None, Vec::new(), Vec::new(), Timestamp::default());
        delivery.stage = Stage::Mirrored;
        let address = address.as_str().unwrap();
        let id = address.rsplit('/').next().filter(|id| !id.is_empty()).map_or(number.to_string(), str::to_owned);
        delivery.sent = vec![PostId::new(id)];
        delivery.address = Some(address.to_owned());
        let target = source.network.other();
        state.apply(&Event::New { key: Key { source, target }, delivery }).unwrap();
    }
    state
}

/// What is not to be seen, written out; long lines cut.
fn shown(text: &str) -> String {
    let invisible = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{a0}')
            || (c.is_control() && c != '\n')
    };
    let mut out = String::new();
    for c in text.chars() {
        if c == '\u{200b}' {
            out.push('⌇');
        } else if invisible(c) {
            let _ = write!(out, "⟨{:X}⟩", u32::from(c));
        } else {
            out.push(c);
        }
    }
    let cut = |line: &str| {
        let count = line.chars().count();
        if count <= 700 {
            line.to_owned()
        } else {
            format!("{}… ({count} characters)", line.chars().take(300).collect::<String>())
        }
    };
    let lines: Vec<String> = out.lines().map(cut).collect();
    if lines.len() <= 120 {
        return lines.join("\n");
    }
    format!("{}\n… ({} lines)", lines[..60].join("\n"), lines.len())
}

fn page(path: &Path, network: Network) -> String {
    let name = path.file_stem().unwrap().to_string_lossy();
    let file: Value =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let file = expanded(file);
    let overrides = overrides(&file["config"]);
    let config = config::sample(&overrides).unwrap_or_else(|error| panic!("{name}: {error}"));
    let owner = Owner {
        mastodon: "42".to_owned(),
        host: "social.example".to_owned(),
        twitter: Account { id: "1001".to_owned(), username: Some("ada_x".to_owned()) },
        links: config.from_twitter.links,
    };
    let (found, posts) = read(&file["post"], &owner, NOW);
    assert_eq!(found, network, "{name}");
    let state = state(&file["known"]);
    let own = if network == Network::Mastodon { "42" } else { "1001" };
    let policy = offline(&config, network, own);
    let mut page = format!("━━ {name}\n{}\n", file["about"].as_str().unwrap_or_default());
    for (key, value) in &overrides {
        let _ = writeln!(page, "{key} = {value}");
    }
    if posts.is_empty() {
        page.push_str("is no post\n");
    }
    for post in &posts {
        let _ = writeln!(page, "{}", shown(&Sheet::of(post, network, &state, &policy, NOW).text(None)));
    }
    page
}

fn pages(network: Network) -> String {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder().join(network.key())).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 75, "the corpus is not whole");
    paths.iter().map(|path| page(path, network)).collect::<Vec<_>>().join("\n")
}

fn hold(network: Network) {
    let path = folder().join(format!("{}.txt", network.key()));
    let pages = pages(network);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &pages).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differ = pages.split("━━ ").zip(expected.split("━━ ")).find(|(now, then)| now != then);
    if let Some((now, then)) = differ {
        panic!("a post becomes something else (BLESS=1 if that is meant)\n── now\n{now}\n── before\n{then}");
    }
    assert!(pages == expected, "posts were added or removed: BLESS=1 writes {}", path.display());
}

#[test]
fn posts_of_mastodons_become_what_was_agreed() {
    hold(Network::Mastodon);
}

#[test]
fn posts_of_xs_become_what_was_agreed() {
    hold(Network::Twitter);
}
