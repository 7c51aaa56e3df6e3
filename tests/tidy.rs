//! The house rules that a machine can check: the pure core stays pure, files stay small, one place asks for the time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

/// No file may be longer than this; most are far shorter.
const MAX_LINES: usize = 700;

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// The text before the unit tests.
fn program(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn the_core_does_nothing_but_decide() {
    let forbidden = [
        "tokio",
        "reqwest",
        "async ",
        ".await",
        "std::fs",
        "std::net",
        "std::env",
        "std::time",
        "std::thread",
        "SystemTime",
        "Instant",
        "rand::",
        "SystemRandom",
        "tracing",
        "crate::network",
        "crate::journal",
        "crate::engine",
        "crate::config",
        "println!",
        "RefCell",
        "Mutex",
    ];
    for (path, text) in sources("src/core") {
        for word in forbidden {
            assert!(!program(&text).contains(word), "{} has `{word}` in it", path.display());
        }
    }
}

#[test]
fn only_the_clock_asks_for_the_time() {
    for (path, text) in sources("src") {
        // The log's own time stamps decide nothing.
        let may = path.ends_with("src/clock.rs") || path.ends_with("src/logging.rs");
        for word in ["SystemTime::now", "Instant::now", "now_utc()"] {
            assert!(may || !program(&text).contains(word), "{} asks for the time: `{word}`", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_is_one_idea() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let is_tests = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("tests.rs"));
        let begins_well = text.starts_with("//!") || is_tests;
        assert!(begins_well, "{} does not begin by saying what it is for", path.display());
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
    }
}

#[test]
fn only_what_was_ordered_stands_at_the_top() {
    let ordered =
        ["Cargo.toml", "Cargo.lock", "src", "tests", "config.example.toml", "README.md", "LICENSE", "systemd"];
    let git = std::process::Command::new("git").args(["ls-files"]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let Ok(output) = git else { return };
    for path in String::from_utf8_lossy(&output.stdout).lines() {
        let top = path.split('/').next().unwrap_or_default();
        assert!(top.starts_with('.') || ordered.contains(&top), "{top} is not among what was ordered");
    }
}
