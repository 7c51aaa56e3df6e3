//! Users, attachments and polls as the API shows them, with the fields that were asked for.

use serde_json::{Value, json};

use super::model::{Attachment, Tweet, User, rfc3339};
use crate::core::post::Timestamp;

/// A user with the fields that were asked for; some are the user's own business.
pub(super) fn user(user: &User, fields: &[String], own: bool) -> Value {
    let mut shown = json!({ "id": user.id.to_string(), "name": user.name, "username": user.username });
    let mut known = vec![
        ("protected", json!(user.protected)),
        ("verified", json!(user.subscription != "None")),
        ("verified_type", json!(if user.subscription == "None" { "none" } else { "blue" })),
        ("description", json!("")),
        ("created_at", json!("2013-12-14T04:35:55.000Z")),
    ];
    if own {
        known.push(("subscription_type", json!(user.subscription)));
    }
    for (name, value) in known {
        if fields.iter().any(|field| field == name) {
            shown[name] = value;
        }
    }
    shown
}

/// The keys of a post's attachments.
pub(super) fn media_keys(post: &Tweet) -> Vec<String> {
    let key = |(index, one): (usize, &Attachment)| {
        let made_up = || format!("{}_{}{index}", class(one.kind), post.id >> 4);
        one.media_key.clone().unwrap_or_else(made_up)
    };
    post.draft.media.iter().enumerate().map(key).collect()
}

/// The number that the keys of such attachments begin with.
pub(super) fn class(kind: &str) -> u32 {
    match kind {
        "photo" => 3,
        "video" => 7,
        _ => 16,
    }
}

/// What is attached to a post, with the fields that were asked for.
pub(super) fn media(post: &Tweet, fields: &[String]) -> Vec<Value> {
    let mut shown = Vec::new();
    for (key, one) in media_keys(post).into_iter().zip(&post.draft.media) {
        let mut value = json!({ "media_key": key, "type": one.kind });
        for (name, field) in all_of(one, &key) {
            if fields.iter().any(|asked| asked == name) {
                value[name] = field;
            }
        }
        shown.push(value);
    }
    shown
}

/// Everything that is known of an attachment.
fn all_of(one: &Attachment, key: &str) -> Vec<(&'static str, Value)> {
    let (width, height) = one.size;
    let mut all = vec![("width", json!(width)), ("height", json!(height))];
    all.extend(one.alt_text.as_ref().map(|text| ("alt_text", json!(text))));
    if one.kind == "photo" {
        let url = one.url.clone().unwrap_or_else(|| format!("https://pbs.twimg.com/media/{key}.jpg"));
        all.extend((!url.is_empty()).then(|| ("url", json!(url))));
        return all;
    }
    let preview = one.preview_url.clone().unwrap_or_else(|| format!("https://pbs.twimg.com/{key}.jpg"));
    all.push(("preview_image_url", json!(preview)));
    let url = one.url.clone().unwrap_or_else(|| format!("https://video.twimg.com/{key}.mp4"));
    let mut mp4s = one.variants.clone();
    if mp4s.is_empty() && !url.is_empty() {
        mp4s.push((if one.kind == "video" { 832_000 } else { 0 }, url));
    }
    let mut variants: Vec<Value> =
        mp4s.iter().map(|(rate, url)| json!({ "content_type": "video/mp4", "bit_rate": rate, "url": url })).collect();
    if one.kind == "video" {
        all.push(("duration_ms", json!(one.duration_ms)));
        // In front: whoever takes the first one takes a playlist.
        let playlist = format!("https://video.twimg.com/{key}.m3u8");
        variants.insert(0, json!({ "content_type": "application/x-mpegURL", "url": playlist }));
    }
    if !mp4s.is_empty() {
        all.push(("variants", json!(variants)));
    }
    all
}

/// The number of a post's poll.
pub(super) fn poll_id(post: &Tweet) -> String {
    (post.id + 1).to_string()
}

/// A post's poll with the fields that were asked for. Nobody ever votes.
pub(super) fn poll(post: &Tweet, fields: &[String], now: Timestamp) -> Value {
    let options: Vec<Value> = (1..)
        .zip(&post.draft.poll)
        .map(|(position, label): (u32, _)| json!({ "position": position, "label": label, "votes": 0 }))
        .collect();
    let minutes = post.draft.poll_minutes.unwrap_or(24 * 60);
    let end = post.created.plus_secs(i64::from(minutes) * 60);
    let mut value = json!({ "id": poll_id(post), "options": options });
    for (name, field) in [
        ("duration_minutes", json!(minutes)),
        ("end_datetime", json!(rfc3339(end))),
        ("voting_status", json!(if now < end { "open" } else { "closed" })),
    ] {
        if fields.iter().any(|asked| asked == name) {
            value[name] = field;
        }
    }
    value
}
