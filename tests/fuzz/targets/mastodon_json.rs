//! Any bytes → a status → a post → its mirror on X: no panic, nobody pinged, nothing billed that was not meant.
#![no_main]

#[path = "../checks.rs"]
mod checks;

use crosspostd::core::post::Timestamp;
use crosspostd::network::mastodon;

libfuzzer_sys::fuzz_target!(|json: &[u8]| {
    let Ok(status) = serde_json::from_slice(json) else { return };
    if let Some(post) = mastodon::parse(&status, "42", "home.example", Timestamp::default()) {
        checks::mirror_on_x(&post);
    }
});
