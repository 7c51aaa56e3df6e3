//! Statuses of every kind, and what is odd about them.
#![expect(clippy::unwrap_used, reason = "a test")]

use serde_json::json;

use super::*;
use crate::core::post::{Media, MediaFile, MediaKind, Shared, SpanKind};

const CONTEXT: Context<'static> = Context { own: "42", host: "h.example", undated: Timestamp::from_millis(7) };

fn read(json: Value) -> Post {
    post(&serde_json::from_value(json).unwrap(), "?", CONTEXT)
}

#[test]
fn a_whole_status_is_read() {
    let post = read(json!({
        "id": "117020582925004921", "created_at": "2026-08-01T13:53:10.824Z", "in_reply_to_id": null,
        "in_reply_to_account_id": null, "sensitive": true, "spoiler_text": "cw", "visibility": "unlisted",
        "language": "en", "uri": "https://h/ap/users/1/statuses/1", "url": "https://h/@me/1",
        "content": "<p>hi</p>", "reblog": null, "local_only": null, "application": {"name": "Web", "website": null},
        "account": {"id": "42"}, "poll": null, "new_field": {"a": 1},
        "media_attachments": [
            {"id": "1", "type": "image", "url": "https://f/1.jpg", "description": "a cat", "meta": null},
            {"id": "2", "type": "gifv", "url": null, "remote_url": "https://f/2.mp4", "description": ""},
            {"id": "3", "type": "hologram"}, 7
        ],
    }));
    let file = |url: &str| MediaFile { url: url.into(), media_type: None, bitrate: None };
    let media = |id: Option<&str>, kind, url: Option<&str>, description: Option<&str>| Media {
        id: id.map(str::to_owned),
        files: url.map(file).into_iter().collect(),
        description: description.map(str::to_owned),
        ..Media::of(kind)
    };
    let expected = Post {
        warning: Some("cw".to_owned()),
        visibility: Visibility::Unlisted,
        sensitive: true,
        media: vec![
            media(Some("1"), MediaKind::Image, Some("https://f/1.jpg"), Some("a cat")),
            media(Some("2"), MediaKind::Gif, Some("https://f/2.mp4"), None),
            media(Some("3"), MediaKind::Other, None, None),
            media(None, MediaKind::Other, None, None),
        ],
        language: Some("en".to_owned()),
        application: Some("Web".to_owned()),
        address: Some("https://h/@me/1".to_owned()),
        ..Post::plain(PostId::new("117020582925004921"), "42", Timestamp::from_millis(1_785_592_390_824), "hi")
    };
    assert_eq!(post, expected);
}

#[test]
fn an_id_is_enough_and_odd_fields_are_absent() {
    let bare = Post { visibility: Visibility::Other, ..Post::plain(PostId::new("1"), "?", CONTEXT.undated, "") };
    assert_eq!(read(json!({"id": "1"})), bare);
    let odd = json!({"id": 1, "created_at": 5, "content": [], "visibility": {}, "sensitive": "yes", "language": 1,
        "spoiler_text": null, "mentions": "none", "media_attachments": {}, "application": "x", "account": "y",
        "url": false, "uri": ""});
    assert_eq!(read(odd), bare);
    for unreadable in [json!({}), json!({"id": null}), json!({"id": ""}), json!(null), json!("1")] {
        assert!(serde_json::from_value::<Status>(unreadable.clone()).is_err(), "{unreadable}");
    }
}

#[test]
fn what_decides_is_read_with_care() {
    let own = |id: &str| ReplyTo::Own(PostId::new(id));
    for (parent, account, expected) in [
        (json!(null), json!(null), ReplyTo::Nothing),
        (json!("5"), json!("42"), own("5")),
        (json!(5), json!(42), own("5")),
        (json!(null), json!("42"), ReplyTo::Nothing),
        (json!("5"), json!("43"), ReplyTo::Other),
        (json!(null), json!("43"), ReplyTo::Other),
        (json!("5"), json!(null), ReplyTo::Other),
        (json!({}), json!("42"), ReplyTo::Other),
        (json!(null), json!([]), ReplyTo::Other),
    ] {
        let post = read(json!({"id": "1", "in_reply_to_id": parent, "in_reply_to_account_id": account}));
        assert_eq!(post.reply_to, expected, "{parent} {account}");
    }
    for (word, expected) in [
        ("public", Visibility::Public),
        ("private", Visibility::Private),
        ("direct", Visibility::Direct),
        ("mutuals_only", Visibility::Other),
        ("Public", Visibility::Other),
    ] {
        assert_eq!(read(json!({"id": "1", "visibility": word})).visibility, expected, "{word}");
    }
}

/// Only what everybody may read is `Public` or `Unlisted`, and what stays on its server says so: in every dialect.
#[test]
fn privacy_in_every_dialect() {
    use Visibility::{Direct, Other, Private, Public, Unlisted};
    for (server, status, expected, local) in [
        ("Mastodon 2.9", json!({"visibility": "public"}), Public, false),
        ("Mastodon 2.9", json!({"visibility": "unlisted"}), Unlisted, false),
        ("Mastodon 2.9", json!({"visibility": "private"}), Private, false),
        ("Mastodon 2.9", json!({"visibility": "direct"}), Direct, false),
        // Circles, which it calls `limited` inside and `private` outside.
        ("Mastodon 4.6", json!({"visibility": "limited"}), Other, false),
        ("Mastodon 4.6", json!({"visibility": "public", "quote_approval": {"automatic": []}}), Public, false),
        ("glitch-soc", json!({"visibility": "public", "local_only": null}), Public, false),
        ("glitch-soc", json!({"visibility": "public", "local_only": false}), Public, false),
        ("glitch-soc", json!({"visibility": "public", "local_only": true}), Public, true),
        ("Hometown", json!({"visibility": "unlisted", "local_only": true}), Unlisted, true),
        ("GoToSocial", json!({"visibility": "mutuals_only"}), Other, false),
        ("GoToSocial", json!({"visibility": "private", "local_only": true}), Private, true),
        ("GoToSocial", json!({"visibility": "unlisted", "local_only": true}), Unlisted, true),
        ("Pleroma", json!({"visibility": "local", "pleroma": {"local": true}}), Other, false),
        ("Pleroma", json!({"visibility": "list"}), Other, false),
        ("Pleroma", json!({"visibility": "public", "pleroma": {"local": true}}), Public, false),
        ("Akkoma", json!({"visibility": "local"}), Other, false),
        ("Pixelfed", json!({"visibility": "private"}), Private, false),
        ("Pixelfed", json!({"visibility": "draft"}), Other, false),
        ("snac", json!({"visibility": "private"}), Private, false),
        ("Misskey-like", json!({"visibility": "home"}), Other, false),
        ("Misskey-like", json!({"visibility": "followers"}), Other, false),
        ("Misskey-like", json!({"visibility": "specified"}), Other, false),
        ("Friendica", json!({"visibility": "Public"}), Other, false),
        ("anything", json!({}), Other, false),
        ("anything", json!({"visibility": null}), Other, false),
        ("anything", json!({"visibility": ""}), Other, false),
        ("anything", json!({"visibility": " public"}), Other, false),
        ("anything", json!({"visibility": ["public"]}), Other, false),
        ("anything", json!({"visibility": 0}), Other, false),
        ("anything", json!({"visibility": "public", "local_only": "no"}), Public, true),
        ("anything", json!({"visibility": "public", "local_only": 0}), Public, true),
    ] {
        let mut status = status;
        status["id"] = json!("1");
        let post = read(status.clone());
        assert_eq!((post.visibility, post.restricted.is_some()), (expected, local), "{server}: {status}");
        // What is boosted or quoted is told only where everybody may read it.
        status["content"] = json!("<p>secret</p>");
        status["spoiler_text"] = json!("secret");
        status["url"] = json!("https://h/secret");
        status["account"] = json!({"id": "7", "acct": "secret"});
        let open = matches!(expected, Public | Unlisted) && !local;
        let boost = read(json!({"id": "2", "visibility": "public", "reblog": status})).boost.unwrap();
        let quote = json!({"id": "2", "quote": {"state": "accepted", "quoted_status": status}});
        for shared in [boost, read(quote).quote.unwrap()] {
            assert_eq!(format!("{shared:?}").contains("secret"), open, "{server}: {status}");
            assert_eq!(shared.id.as_str(), "1");
        }
    }
}

#[test]
fn what_else_a_status_says() {
    let post = read(json!({"id": "1", "edited_at": "1970-01-01T00:00:02.5Z", "favourited": true, "bookmarked": true,
        "spoiler_text": " a\u{0}\n b \u{feff}"}));
    assert_eq!(post.edited, Some(Timestamp::from_millis(2500)));
    assert!(post.favourited && post.bookmarked);
    assert_eq!(post.warning.as_deref(), Some("a b "));
    let post =
        read(json!({"id": "1", "edited_at": 5, "favourited": "true", "bookmarked": 1, "spoiler_text": "\u{0} "}));
    assert_eq!((post.edited, post.favourited, post.bookmarked, post.warning), (None, false, false, None));
}

#[test]
fn polls_of_every_kind() {
    let poll = |json: Value| {
        read(json!({"id": "1", "created_at": "2026-08-01T13:53:07.242Z", "poll": json})).poll.map(|poll| {
            let kind = if poll.multiple { "many" } else { "one" };
            let closed = if poll.closed { " closed" } else { "" };
            format!("{kind} of {:?} in {:?}{closed}", poll.options, poll.length_secs)
        })
    };
    for (json, expected) in [
        (
            json!({"id": "1", "expires_at": "2026-08-01T13:58:07.237Z", "expired": false, "multiple": true,
                "options": [{"title": "four  twenty\n", "votes_count": 0}, {"title": "sixty-nine"}]}),
            Some(r#"many of ["four twenty", "sixty-nine"] in Some(300)"#),
        ),
        (
            json!({"expires_at": "2026-08-02T13:53:05Z", "expired": true, "options": [{"title": 5}, "x"]}),
            Some(r#"one of ["", ""] in Some(86400) closed"#),
        ),
        (json!({"expires_at": null, "options": null}), Some("one of [] in None")),
        // Changed since: its end is then no whole minutes away.
        (json!({"expires_at": "2026-08-01T14:00:00Z"}), Some("one of [] in Some(413)")),
        (json!({"expires_at": "2026-08-01T13:00:00Z"}), Some("one of [] in None")),
        (json!({"expires_at": "soon", "expired": "no"}), Some("one of [] in None")),
        (json!("odd"), Some("one of [] in None")),
        (json!([1]), Some("one of [] in None")),
        (json!(true), Some("one of [] in None")),
        (json!(null), None),
    ] {
        assert_eq!(poll(json.clone()).as_deref(), expected, "{json}");
    }
}

/// A boosted or quoted status in one line.
fn told(shared: Option<Shared>) -> String {
    let Some(shared) = shared else { return "none".to_owned() };
    let own = if shared.is_own { " own" } else { "" };
    let author = shared.author.map(|author| format!(" by {author}")).unwrap_or_default();
    let address = shared.address.map(|address| format!(" at {address}")).unwrap_or_default();
    let warning = shared.warning.map(|warning| format!(" [{warning}]")).unwrap_or_default();
    format!("{}{own}{author}{address}{warning} {:?}+{}", shared.id, shared.text, shared.spans.len())
}

fn other_status() -> Value {
    json!({"id": "9", "visibility": "unlisted", "url": "https://h.example/@bob/9", "spoiler_text": "cw",
        "account": {"id": "7", "acct": "bob"}, "content": "<p>hi :x_1: #a</p>", "emojis": [{"shortcode": "x_1"}]})
}

#[test]
fn boosts_of_every_kind() {
    let with = |changes: Value| {
        let mut status = other_status();
        status.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        status
    };
    for (reblog, expected) in [
        (other_status(), r#"9 by bob@h.example at https://h.example/@bob/9 [cw] "hi :x_1: #a"+1"#),
        (
            with(json!({"account": {"id": 42, "acct": "me@BÜCHER.example"}, "spoiler_text": ""})),
            r#"9 own by me@xn--bcher-kva.example at https://h.example/@bob/9 "hi :x_1: #a"+1"#,
        ),
        (with(json!({"visibility": "private", "account": {"id": "42"}})), r#"9 own ""+0"#),
        (
            with(json!({"account": {"id": "7", "acct": "b ob"}, "url": null, "uri": "https://h/9"})),
            r#"9 at https://h/9 [cw] "hi :x_1: #a"+1"#,
        ),
        (with(json!({"account": null})), r#"9 at https://h.example/@bob/9 [cw] "hi :x_1: #a"+1"#),
        (json!({"id": "9"}), r#"9 ""+0"#),
        // Odd, and a boost all the same.
        (json!({}), r#"1 ""+0"#),
        (json!("9"), r#"9 ""+0"#),
        (json!(["9"]), r#"1 ""+0"#),
        (json!(false), r#"1 ""+0"#),
        (json!(null), "none"),
    ] {
        let boost = read(json!({"id": "1", "visibility": "public", "reblog": reblog, "account": {"id": "42"},
            "content": "<p>x</p>", "spoiler_text": "y", "sensitive": true, "poll": {}, "url": "https://h/1",
            "media_attachments": [{}], "in_reply_to_id": "3", "language": "en", "reblogged": true,
            "quote": {"state": "accepted", "quoted_status": {"id": "8"}}}));
        assert_eq!(told(boost.boost.clone()), expected, "{reblog}");
        let own = Post {
            boost: None,
            visibility: Visibility::Public,
            address: Some("https://h/1".to_owned()),
            ..Post::plain(PostId::new("1"), "42", CONTEXT.undated, "")
        };
        assert_eq!(
            Post { boost: None, ..boost } == own,
            !reblog.is_null(),
            "a boost says nothing of its own: {reblog}"
        );
    }
    // That it was boosted says nothing about what it is.
    assert_eq!(read(json!({"id": "1", "reblogged": true})).boost, None);
}

#[test]
fn quotes_of_every_kind() {
    let other = r#"9 by bob@h.example at https://h.example/@bob/9 [cw] "hi :x_1: #a"+1"#;
    let mut private = other_status();
    private["visibility"] = json!("private");
    let mut own = other_status();
    own["account"] = json!({"id": "42"});
    let html = "<p class=\"quote-inline\">RE: x</p><p>me</p>";
    for (quote, expected, text) in [
        (json!({"state": "accepted", "quoted_status": other_status()}), other, "me"),
        (json!({"state": "accepted", "quoted_status": private}), r#"9 ""+0"#, "me"),
        (json!({"state": "accepted", "quoted_status": {"id": "9"}}), r#"9 ""+0"#, "me"),
        (json!({"state": "accepted", "quoted_status": null}), "none", "me"),
        (json!({"state": "accepted", "quoted_status_id": "9"}), r#"9 ""+0"#, "me"),
        (json!({"state": "blocked_account", "quoted_status": other_status()}), r#"9 ""+0"#, "me"),
        (json!({"state": "pending", "quoted_status": own}), r#"9 own ""+0"#, "me"),
        (json!({"state": "revoked", "quoted_status": null}), "none", "me"),
        (json!({"state": "Accepted", "quoted_status": other_status()}), r#"9 ""+0"#, "me"),
        (json!({"state": 1, "quoted_status": other_status()}), "none", "me"),
        (json!({}), "none", "me"),
        // Akkoma and others: the status itself.
        (other_status(), other, "me"),
        // Nothing that could be a quote.
        (json!(null), "none", "RE: x\n\nme"),
        (json!("9"), "none", "RE: x\n\nme"),
        (json!([]), "none", "RE: x\n\nme"),
    ] {
        let post = read(json!({"id": "1", "quote": quote, "content": html}));
        assert_eq!((told(post.quote).as_str(), post.text.as_str()), (expected, text), "{quote}");
    }
    let post = read(json!({"id": "1", "quote": null, "content": html, "pleroma": {"quote": other_status()}}));
    assert_eq!((told(post.quote).as_str(), post.text.as_str()), (other, "me"));
    let post = read(json!({"id": "1", "content": html, "pleroma": {"quote": null}}));
    assert_eq!((told(post.quote).as_str(), post.text.as_str()), ("none", "RE: x\n\nme"));
}

#[test]
fn times_are_rfc_3339() {
    for (text, expected) in [
        ("1970-01-01T00:00:01.5Z", Some(1500)),
        ("1970-01-01T01:00:00+01:00", Some(0)),
        ("2026-08-01", None),
        ("", None),
    ] {
        assert_eq!(timestamp(text).map(Timestamp::millis), expected, "{text}");
    }
}

/// Reads what real servers sent, when it is at hand (`MASTODON_RECORDED` names its folder).
#[test]
fn recorded_statuses_are_read() {
    let Some(folder) = std::env::var_os("MASTODON_RECORDED") else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        for value in serde_json::from_slice::<Vec<Value>>(&std::fs::read(path).unwrap()).unwrap() {
            let status: Status = serde_json::from_value(value.clone()).unwrap();
            let post = post(&status, "?", CONTEXT);
            assert!(created(&status).is_some() && post.author != "?" && post.address.is_some(), "{value}");
            assert_ne!(post.visibility, Visibility::Other);
            assert_eq!(post.boost.is_some(), value["reblog"].is_object(), "{value}");
            assert_eq!(post.quote.is_some(), value["quote"]["quoted_status"]["id"].is_string(), "{value}");
            if post.boost.is_none() {
                check_media(&post.media, &value);
            }
            assert_eq!(post.edited.is_some(), value.get("edited_at").is_some_and(Value::is_string), "{value}");
            if let Some(poll) = &post.poll {
                let titles: Vec<_> = value["poll"]["options"].as_array().unwrap().iter().collect();
                assert!(poll.options.len() == titles.len() && poll.options.iter().all(|title| !title.is_empty()));
                assert_eq!(poll.length_secs.is_some(), value["poll"]["expires_at"].is_string(), "{value}");
            }
            match (&post.boost, value.get("reblog")) {
                (Some(boost), Some(inner)) => {
                    // Nothing is told of the one among them that is for followers.
                    let is_open = boost.author.as_ref().is_some_and(|author| author.contains('@'));
                    assert_eq!(is_open, inner["visibility"] != "private", "{value}");
                    if is_open {
                        check_text(&boost.text, &boost.spans, inner);
                    }
                    assert!(post.text.is_empty());
                }
                _ => check_text(&post.text, &post.spans, &value),
            }
            if let Some(quote) = post.quote.as_ref().filter(|quote| quote.address.is_some()) {
                check_text(&quote.text, &quote.spans, &value["quote"]["quoted_status"]);
                assert!(!post.text.contains(quote.address.as_deref().unwrap()), "{value}");
            }
            read += 1;
        }
    }
    assert!(read > 0);
}

/// Whether all that a server says of what is attached is known.
fn check_media(media: &[Media], status: &Value) {
    let said = status["media_attachments"].as_array().unwrap();
    assert_eq!(media.len(), said.len());
    for (media, said) in media.iter().zip(said) {
        assert!(media.kind != MediaKind::Other && media.size.is_some() && media.cover.is_some(), "{said}");
        assert_eq!(media.files.first().map(|file| file.url.as_str()), said["url"].as_str());
        assert_eq!(media.files.len() == 2, said["remote_url"].is_string(), "{said}");
        assert_eq!(media.focus.is_some(), said["meta"]["focus"].is_object(), "{said}");
        let plays = media.kind != MediaKind::Image;
        let bitrate = media.files.first().and_then(|file| file.bitrate);
        assert_eq!((media.length_ms.is_some(), bitrate.is_some()), (plays, plays), "{said}");
    }
}

/// Whether a text has what its HTML has, by counting.
fn check_text(text: &str, spans: &[Span], status: &Value) {
    let html = status["content"].as_str().unwrap_or_default();
    let html = match html.split_once("</p>") {
        Some((quote, rest)) if quote.contains("quote-inline") && status["quote"].is_object() => rest,
        _ => html,
    };
    let without_tags = html.replace("<p>", "").replace("</p>", "");
    assert!(text.is_empty() == without_tags.is_empty(), "{status}");
    assert!(!text.contains("</") && !text.contains("&amp;"), "{text}");
    let count = |wanted: fn(&SpanKind) -> bool| spans.iter().filter(|span| wanted(&span.kind)).count();
    let links = html.matches("class=\"invisible\">http").count();
    assert!(count(|kind| matches!(kind, SpanKind::Link)) >= links, "{html} {text}");
    assert_eq!(count(|kind| matches!(kind, SpanKind::Hashtag)), html.matches("hashtag\"").count(), "{html}");
    let mentions = html.matches("u-url mention\"").count();
    assert_eq!(count(|kind| matches!(kind, SpanKind::Mention { .. })), mentions, "{html} {text}");
    let emojis: Vec<_> =
        status["emojis"].as_array().into_iter().flatten().filter_map(|it| it["shortcode"].as_str()).collect();
    let shown: usize = emojis.iter().map(|shortcode| html.matches(&format!(":{shortcode}:")).count()).sum();
    assert_eq!(count(|kind| matches!(kind, SpanKind::Emoji)), shown, "{html} {emojis:?}");
    let mut end = 0;
    for span in spans {
        assert!(span.range.start >= end && text.get(span.range.clone()).is_some_and(|piece| !piece.is_empty()));
        end = span.range.end;
    }
}
