//! `demo` needs nothing, proves that every post arrives once, and leaves nothing behind.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::process::{Command, Stdio};

/// The binary in a folder that is its home, its place for temporary files and where it stands.
fn demo(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspostd"));
    command.arg("demo").env_clear().stdin(Stdio::null()).current_dir(folder);
    command.env("HOME", folder.path()).env("TMPDIR", folder.path());
    command
}

#[test]
fn every_post_arrives_once_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(&folder).arg("--json").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let summary: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(summary["ok"], true, "{summary}");
    assert!(summary["written"].as_u64() > Some(5), "{summary}");
    assert_eq!(summary["written"], summary["arrived_once"], "{summary}");
    assert_eq!((&summary["leaked"], &summary["people_pinged"]), (&0.into(), &0.into()), "{summary}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "it left something behind");
}

#[test]
fn told_to_stop_it_cleans_up_too() {
    use std::io::{BufRead as _, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut child = demo(&folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("Good morning from Mastodon!")));
    let told = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(told.success());
    for _ in lines {}
    assert!(child.wait().unwrap().code().is_some(), "it ended by itself");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "it left something behind");
}
