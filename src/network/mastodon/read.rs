//! A status as Mastodon's API gives it → a [`Post`]. Pure; every status that has an id becomes one.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::html::{self, Mentions};
use super::wire::{self, Status};
use crate::core::post::{Media, MediaKind, Post, PostId, ReplyTo, Timestamp, Visibility};

/// What is known beside the status itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// The owner's account id.
    pub(super) own: &'a str,
    /// The host of the server's own handles.
    pub(super) host: &'a str,
    /// When a status was written that does not say so: the time of the read, so that it does not pass for old.
    pub(super) undated: Timestamp,
}

/// Reads a status. `author` stands in where it does not say whose it is.
pub(super) fn post(status: &Status, author: &str, context: Context<'_>) -> Post {
    let mentions = Mentions { listed: &status.mentions, host: context.host };
    let (text, spans) = html::read(status.content.as_deref().unwrap_or_default(), mentions);
    Post {
        id: PostId::new(status.id.0.as_str()),
        created: created(status).unwrap_or(context.undated),
        author: status.account.as_ref().map_or(author, |account| account.id.0.as_str()).to_owned(),
        text,
        spans,
        warning: said(status.spoiler_text.as_ref()),
        visibility: visibility(status.visibility.as_deref()),
        reply_to: reply_to(status, context.own),
        boost: !status.reblog.is_null(),
        restricted: !matches!(status.local_only, Value::Null | Value::Bool(false)),
        poll: !status.poll.is_null(),
        sensitive: status.sensitive.unwrap_or(false),
        media: status.media_attachments.iter().map(media).collect(),
        language: said(status.language.as_ref()),
        application: status.application.as_ref().and_then(|application| said(application.name.as_ref())),
        earlier_versions: Vec::new(),
        address: said(status.url.as_ref()).or_else(|| said(status.uri.as_ref())),
    }
}

/// When it was written, if it says so.
pub(super) fn created(status: &Status) -> Option<Timestamp> {
    timestamp(status.created_at.as_deref()?)
}

/// A moment as the API writes it (RFC 3339).
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Timestamp::from_millis)
}

fn said(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

fn visibility(word: Option<&str>) -> Visibility {
    match word {
        Some("public") => Visibility::Public,
        Some("unlisted") => Visibility::Unlisted,
        Some("private") => Visibility::Private,
        Some("direct") => Visibility::Direct,
        // `local`, `list`, `mutuals_only`, whatever comes: not known to be public.
        _ => Visibility::Other,
    }
}

/// What it answers (`mastodon-api.md` 4.4: the account is carried over from where the thread began).
fn reply_to(status: &Status, own: &str) -> ReplyTo {
    let account = &status.in_reply_to_account_id;
    match (&status.in_reply_to_id, account) {
        (Value::Null, Value::Null) => ReplyTo::Nothing,
        (parent, account) if wire::id(account).as_deref() == Some(own) => match wire::id(parent) {
            Some(parent) => ReplyTo::Own(PostId::new(parent)),
            // The parent was deleted: nothing is left to hang on.
            None if parent.is_null() => ReplyTo::Nothing,
            None => ReplyTo::Other,
        },
        _ => ReplyTo::Other,
    }
}

fn media(attachment: &wire::Attachment) -> Media {
    let kind = match attachment.kind.as_deref() {
        Some("image") => MediaKind::Image,
        Some("gifv") => MediaKind::Gif,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::Other,
    };
    Media {
        kind,
        url: said(attachment.url.as_ref()).or_else(|| said(attachment.remote_url.as_ref())),
        description: said(attachment.description.as_ref()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::post::SpanKind;

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
        let media = |kind, url: Option<&str>, description: Option<&str>| Media {
            kind,
            url: url.map(str::to_owned),
            description: description.map(str::to_owned),
        };
        let expected = Post {
            warning: Some("cw".to_owned()),
            visibility: Visibility::Unlisted,
            sensitive: true,
            media: vec![
                media(MediaKind::Image, Some("https://f/1.jpg"), Some("a cat")),
                media(MediaKind::Gif, Some("https://f/2.mp4"), None),
                media(MediaKind::Other, None, None),
                media(MediaKind::Other, None, None),
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
        let marks = |post: &Post| (post.boost, post.restricted, post.poll);
        assert_eq!(marks(&read(json!({"id": "1", "reblog": {"id": "2"}, "poll": {}}))), (true, false, true));
        assert_eq!(marks(&read(json!({"id": "1", "local_only": true}))), (false, true, false));
        assert_eq!(marks(&read(json!({"id": "1", "local_only": false}))), (false, false, false));
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
                let html = status.content.clone().unwrap_or_default();
                let without_tags = html.replace("<p>", "").replace("</p>", "");
                assert!(post.text.is_empty() == (without_tags.is_empty()), "{value}");
                assert!(!post.text.contains("</") && !post.text.contains("&amp;"), "{}", post.text);
                let links = html.matches("class=\"invisible\">http").count();
                let spans = |wanted: fn(&SpanKind) -> bool| post.spans.iter().filter(|s| wanted(&s.kind)).count();
                assert!(spans(|kind| matches!(kind, SpanKind::Link)) >= links, "{html} {post:?}");
                assert_eq!(
                    spans(|kind| matches!(kind, SpanKind::Hashtag)),
                    html.matches("hashtag\"").count(),
                    "{html}"
                );
                let mentions = html.matches("u-url mention\"").count();
                assert_eq!(spans(|kind| matches!(kind, SpanKind::Mention { .. })), mentions, "{html} {post:?}");
                assert_ne!(post.visibility, Visibility::Other);
                read += 1;
            }
        }
        assert!(read > 0);
    }
}
