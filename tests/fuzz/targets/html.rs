//! Any HTML → text and spans: no panic, sound places, only web addresses as links.
#![no_main]

use crosspostd::core::post::SpanKind;
use crosspostd::core::post::Timestamp;
use crosspostd::network::mastodon;

libfuzzer_sys::fuzz_target!(|html: &str| {
    let status = serde_json::json!({"id": "1", "content": html});
    let Some(post) = mastodon::parse(&status, "42", "home.example", Timestamp::default()) else { return };
    let (text, spans) = (post.text, post.spans);
    let mut done = 0;
    for span in &spans {
        assert!(done <= span.range.start && span.range.start < span.range.end, "{spans:?}");
        let piece = text.get(span.range.clone()).expect("a span stands on character boundaries");
        let is_web = piece.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        assert!(span.kind != SpanKind::Link || is_web, "{piece:?}");
        done = span.range.end;
    }
});
