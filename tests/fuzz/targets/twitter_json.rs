//! Any bytes → posts of X → their mirrors on Mastodon: no panic, sound places, every part fits.
#![no_main]

#[path = "../checks.rs"]
mod checks;

use crosspostd::core::post::Timestamp;
use crosspostd::network::twitter::{self, Account};

libfuzzer_sys::fuzz_target!(|json: &[u8]| {
    let Ok(body) = serde_json::from_slice(json) else { return };
    let account = Account { id: "42".to_owned(), username: None };
    for post in twitter::parse(&body, &account, Timestamp::default()) {
        checks::mirror_on_mastodon(&post);
    }
});
