//! Quotes through the API.

use super::*;

const GONE: &str = "The post you are trying to quote does not appear to exist.";

#[test]
fn a_quote_has_the_post_in_it_and_its_address_before_the_text() {
    let mut bench = Bench::mastodon();
    let hers = bench.world.write_as("alice", bench.now, "hers", &Options::default()).to_string();
    let answer = bench.post(&json!({ "status": "look", "quoted_status_id": hers }));
    let url = format!("{BASE}/@alice/{hers}");
    assert_eq!(answer.text("/quote/state"), "accepted");
    assert_eq!(answer.text("/quote/quoted_status/url"), url);
    assert_eq!(answer.text("/quote/quoted_status/content"), "<p>hers</p>");
    let content = answer.text("/content");
    assert!(content.starts_with(&format!("<p class=\"quote-inline\">RE: <a href=\"{url}\" ")), "{content}");
    assert!(content.ends_with("</a></p><p>look</p>"), "{content}");
    let id = answer.text("/id");
    assert_eq!(bench.get(&format!("/api/v1/statuses/{id}/source")).text("/text"), "look");
    assert_eq!(bench.get(&format!("/api/v1/statuses/{hers}")).json().get("quotes_count"), Some(&json!(1)));
    let edited = bench.ask("PUT", &format!("/api/v1/statuses/{id}"), &json!({ "status": "look!" }));
    assert_eq!(edited.text("/quote/quoted_status/id"), hers, "an edit leaves it");
    let again = bench.post(&json!({ "status": "x", "quoted_status_id": id }));
    assert_eq!(again.text("/quote/quoted_status/quote/quoted_status_id"), hers, "shallow inside");
    assert!(again.json().pointer("/quote/quoted_status/quote/quoted_status").is_none());
    let named = bench.post(&json!({ "status": url, "quoted_status_id": hers }));
    assert!(!named.text("/content").contains("quote-inline"), "its address is in the text");
    let bare = bench.post(&json!({ "quoted_status_id": hers, "spoiler_text": "cw" }));
    assert_eq!((bare.0.status, bare.text("/spoiler_text").as_str()), (200, "cw"), "no text is needed");
}

#[test]
fn what_may_be_quoted() {
    let mut bench = Bench::mastodon();
    for (author, visibility, taken, quoted_as) in [
        ("me", Visibility::Public, true, "public"),
        ("me", Visibility::Private, true, "private"),
        ("me", Visibility::Direct, false, ""),
        ("alice", Visibility::Unlisted, true, "public"),
        ("alice", Visibility::Private, false, ""),
        ("alice", Visibility::Direct, false, ""),
    ] {
        let options = Options { visibility, ..Options::default() };
        let post = bench.world.write_as(author, bench.now, "x", &options);
        let answer = bench.post(&json!({ "status": "y", "quoted_status_id": post.as_str(), "visibility": "public" }));
        if taken {
            assert_eq!((answer.0.status, answer.text("/visibility").as_str()), (200, quoted_as), "{visibility:?}");
        } else {
            answer.is(404, GONE);
        }
    }
    bench.post(&json!({ "status": "y", "quoted_status_id": "1" })).is(404, GONE);
    let hers = bench.world.write_as("alice", bench.now, "x", &Options::default());
    let boost = bench.world.boost_as_owner(bench.now, &hers);
    let answer = bench.post(&json!({ "status": "y", "quoted_status_id": boost.as_str() }));
    assert_eq!(answer.text("/quote/quoted_status/id"), hers.as_str(), "a boost stands for what it boosts");
    let poll = json!({ "options": ["a", "b"], "expires_in": 300 });
    let both = bench.post(&json!({ "status": "y", "quoted_status_id": hers.as_str(), "poll": poll }));
    assert_eq!(both.0.status, 422);
}

#[test]
fn a_quote_may_not_be_shown() {
    let mut bench = Bench::mastodon();
    let hers = bench.world.write_as("alice", bench.now, "hers", &Options::default());
    let quote = bench.write_with("look", &Options { quote: Some(hers.clone()), ..Options::default() });
    let target = format!("/api/v1/statuses/{quote}");
    for state in ["pending", "revoked", "unheard_of"] {
        assert!(bench.world.set_quote_state(&PostId::new(quote.as_str()), state));
        let json = bench.get(&target).json();
        assert_eq!(json.get("quote"), Some(&json!({ "state": state, "quoted_status": null })));
        let content = json.get("content").and_then(Value::as_str).unwrap_or_default();
        assert!(content.contains("quote-inline"), "the address is there all the same");
    }
    bench.world.delete(&hers);
    let json = bench.get(&target).json();
    assert_eq!(json.get("quote"), Some(&json!({ "state": "deleted", "quoted_status": null })));
    assert_eq!(json.get("content"), Some(&json!("<p>look</p>")));
    assert!(!bench.world.set_quote_state(&hers, "pending"));
}

#[test]
fn a_server_may_know_no_quotes() {
    let without = Behaviour { quotes: false, ..Behaviour::mastodon() };
    for (behaviour, version) in [
        (without, "4.3.23"),
        (Behaviour::old_mastodon(), "4.2.29"),
        (Behaviour::gotosocial(), "0.20.0-rc1+git-57cb4fe"),
    ] {
        let mut bench = Bench::new(Behaviour { limits: Limits::none(), ..behaviour });
        let id = bench.write("x");
        let answer = bench.post(&json!({ "status": "y", "quoted_status_id": id }));
        assert_eq!((answer.0.status, answer.text("/content").as_str()), (200, "<p>y</p>"), "ignored");
        assert!(answer.json().get("quote").is_none() && answer.json().get("quotes_count").is_none());
        assert_eq!(bench.get("/api/v2/instance").text("/version"), version);
    }
}
