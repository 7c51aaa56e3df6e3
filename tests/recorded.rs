//! What real Mastodon servers sent, from 2.9 to 4.6, is mirrored or skipped with a reason.
//!
//! Run with `MASTODON_RECORDED=<folder>` that holds lists of statuses as JSON; `SHOW=1` prints what becomes of each.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use crosspostd::commands::preview::sheet::{Fate, Sheet};
use crosspostd::commands::preview::{Owner, offline, read};
use crosspostd::config;
use crosspostd::core::post::{Network, Timestamp};
use crosspostd::core::render::count::{Found, found_by_x};
use crosspostd::core::state::State;
use crosspostd::network::twitter::{Account, Links};
use serde_json::Value;

#[test]
fn every_recorded_status_is_mirrored_or_skipped_with_a_reason() {
    let Some(folder) = std::env::var_os("MASTODON_RECORDED") else {
        println!("skipped: MASTODON_RECORDED names no folder");
        return;
    };
    let config = config::sample(&[]).unwrap();
    let (mut mirrored, mut skipped) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        for status in serde_json::from_slice::<Vec<Value>>(&std::fs::read(path).unwrap()).unwrap() {
            // Each as if its author were the owner.
            let id = status.pointer("/account/id").and_then(Value::as_str).unwrap().to_owned();
            let twitter = Account { id: "1".to_owned(), username: None };
            let owner =
                Owner { mastodon: id.clone(), host: "social.example".to_owned(), twitter, links: Links::default() };
            let (network, posts) = read(&status, &owner, Timestamp::from_secs(1_796_000_000));
            assert_eq!((network, posts.len()), (Network::Mastodon, 1), "{status}");
            let post = &posts[0];
            let policy = offline(&config, network, &id);
            let sheet = Sheet::of(post, network, &State::default(), &policy, post.created);
            if std::env::var_os("SHOW").is_some() {
                println!("{}\n", sheet.text(None));
            }
            match sheet.fate {
                Fate::Mirrored { parts, notes, .. } => {
                    mirrored += 1;
                    let arrived: usize = parts.iter().map(|part| part.media.len()).sum();
                    let is_told =
                        notes.iter().any(|note| note.contains("link to the original") || note.contains("left out"));
                    assert!(post.boost.is_some() || arrived == post.media.len() || is_told, "{status}");
                    for part in parts {
                        assert!(part.length <= part.max_length && part.media.len() <= 4, "{part:?}");
                        let pinged = found_by_x(&part.text).into_iter().any(|(_, found)| found == Found::Mention);
                        assert!(!pinged, "{part:?}");
                    }
                }
                Fate::Skipped { why } => {
                    skipped += 1;
                    assert!(!why.is_empty());
                }
                other => panic!("{other:?}"),
            }
        }
    }
    println!("{mirrored} mirrored, {skipped} skipped");
    assert!(mirrored > 0);
}
