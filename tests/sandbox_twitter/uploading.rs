//! Files go up whole or in segments, are worked on, described, attached once, and gone after a day.

use crosspostd::sandbox::faults::{Fault, Faulty};
use crosspostd::sandbox::twitter::{Attachment, Charge, Draft};
use crosspostd::sandbox::{Content, NewMedia, sha256};
use serde_json::{Value, json};

use super::words;
use crate::x::{Answer, X, sign};

const BOUNDARY: &str = "a-boundary";

/// A form with these fields and a file.
fn form(fields: &[(&str, &str)], media_type: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a\"\r\nContent-Type: {media_type}\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn try_form(x: &X, path: &str, body: Vec<u8>) -> Result<Answer, reqwest::Error> {
    let url = format!("{}{path}", x.server.base());
    let authorization = sign("POST", &url, &[], &x.parameters(), X::secrets());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    x.try_raw("POST", path, &[], &[("authorization", &authorization), ("content-type", &kind)], body)
}

fn file(media_type: &str, length: u64) -> Vec<u8> {
    let Content::Generated { head, .. } = Content::generated(length, 1, media_type) else { return Vec::new() };
    let mut bytes = head.to_vec();
    bytes.resize(usize::try_from(length).unwrap(), 7);
    bytes
}

fn whole(x: &X, category: &str, media_type: &str, file: &[u8]) -> Answer {
    try_form(x, "/2/media/upload", form(&[("media_category", category)], media_type, file)).unwrap()
}

fn initialize(x: &X, category: &str, media_type: &str, total: usize) -> Answer {
    let body = json!({ "media_type": media_type, "media_category": category, "total_bytes": total });
    x.send("POST", "/2/media/upload/initialize", &[], Some(&body))
}

fn append(x: &X, id: u64, index: usize, file: &[u8]) -> Answer {
    let body = form(&[("segment_index", &index.to_string())], "application/octet-stream", file);
    try_form(x, &format!("/2/media/upload/{id}/append"), body).unwrap()
}

fn finalize(x: &X, id: u64) -> Answer {
    x.send("POST", &format!("/2/media/upload/{id}/finalize"), &[], None)
}

fn state(x: &X, id: u64) -> String {
    let answer = x.get("/2/media/upload", &[("command", "STATUS"), ("media_id", &id.to_string())]);
    answer.json["data"]["processing_info"]["state"].as_str().unwrap_or(&answer.text).to_owned()
}

fn describe(x: &X, id: u64, metadata: &Value) -> Answer {
    x.send("POST", "/2/media/metadata", &[], Some(&json!({ "id": id.to_string(), "metadata": metadata })))
}

fn post(x: &X, text: &str, ids: &[u64]) -> Answer {
    let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
    x.post(&json!({ "text": text, "media": { "media_ids": ids } }))
}

/// A video in four segments that is ready.
fn video(x: &X) -> u64 {
    let bytes = file("video/mp4", 4000);
    let id = initialize(x, "tweet_video", "video/mp4", bytes.len()).id();
    for (index, part) in bytes.chunks(1000).enumerate() {
        assert_eq!(append(x, id, index, part).status, 200);
    }
    assert_eq!(finalize(x, id).json["data"]["processing_info"]["state"], "pending");
    assert_eq!([state(x, id), state(x, id), state(x, id)], ["in_progress", "in_progress", "succeeded"]);
    id
}

#[test]
fn a_picture_goes_up_whole_and_hangs_on_one_post() {
    let x = X::new();
    let bytes = file("image/png", 3000);
    let answer = whole(&x, "tweet_image", "image/png", &bytes);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["data"]["image"], json!({ "image_type": "image/png", "w": 640, "h": 480 }));
    let id = answer.id();
    let warned = json!({ "alt_text": { "text": "a cat" }, "sensitive_media_warning": { "adult_content": true } });
    assert_eq!(describe(&x, id, &warned).status, 200);
    assert_eq!(x.server.with(|x| (x.bill().count(Charge::Metadata), x.bill().total_micro_usd())), (1, 5_000));
    let made = post(&x, "", &[id]);
    assert_eq!(made.status, 201, "{}", made.text);
    let read = x.timeline(&[
        ("expansions", "attachments.media_keys"),
        ("media.fields", "url,alt_text,width"),
        ("tweet.fields", "possibly_sensitive"),
        ("max_results", "5"),
    ]);
    let shown = &read.json["includes"]["media"][0];
    assert_eq!((&shown["alt_text"], &shown["width"], shown.get("height")), (&json!("a cat"), &json!(640), None));
    assert_eq!(read.json["data"][0]["possibly_sensitive"], true);
    assert_eq!(shown["media_key"], format!("3_{id}"));
    let url = shown["url"].as_str().unwrap().strip_prefix(&x.server.base()).unwrap().to_owned();
    let served = x.runtime.block_on(async {
        let response = x.http.get(format!("{}{url}", x.server.base())).send().await.unwrap();
        response.bytes().await.unwrap()
    });
    assert_eq!(served, bytes);
    let upload = x.server.with(|x| x.uploads()).remove(0);
    assert_eq!((upload.sha256, upload.length), (sha256(&bytes), 3000));
    assert_eq!((upload.attached_to, upload.warnings), (Some(made.id().to_string()), vec!["adult_content".to_owned()]));
    assert!(words(&post(&x, "again", &[id])).contains("Your media IDs are invalid."));
    let recorded = x.server.exchanges().remove(0);
    assert!(recorded.call.body.len() <= 1024 && recorded.body_length > 3000);
}

#[test]
fn a_video_goes_up_in_segments_and_is_worked_on() {
    let x = X::new();
    let id = video(&x);
    let read = x.server.with(|x| x.uploads()).remove(0);
    assert_eq!((read.sha256, read.category.as_str()), (sha256(&file("video/mp4", 4000)), "tweet_video"));
    let picture = whole(&x, "tweet_image", "image/png", &file("image/png", 500)).id();
    assert_eq!(post(&x, "both", &[picture, id]).status, 400);
    assert_eq!(post(&x, "twice", &[picture, picture]).status, 400);
    assert_eq!(post(&x, "five", &[picture, 1, 2, 3, 4]).status, 400);
    let made = post(&x, "a video", &[id]).id();
    assert_eq!(x.server.with(|x| x.orphans().len()), 1);
    let shown = x.server.with(|x| x.post(made).unwrap().draft.media[0].clone());
    assert_eq!((shown.kind, shown.media_key), ("video", Some(format!("7_{id}"))));
    assert!(words(&describe(&x, id, &json!({ "alt_text": { "text": "a" } }))).contains("only be added to images"));
}

#[test]
fn segments_come_in_any_order_and_twice_but_all_of_them() {
    let x = X::new();
    let bytes = file("video/mp4", 3000);
    let id = initialize(&x, "tweet_video", "video/mp4", 3000).id();
    append(&x, id, 2, &bytes[2000..]);
    append(&x, id, 0, &bytes[..1000]);
    assert_eq!(append(&x, id, 0, &bytes[..1000]).status, 200, "the same again");
    assert_eq!(append(&x, id, 0, &bytes[1000..2000]).status, 400, "another under its number");
    assert!(words(&finalize(&x, id)).contains("do not add up"));
    append(&x, id, 1, &bytes[1000..2000]);
    assert_eq!(finalize(&x, id).status, 200);
    assert_eq!(append(&x, id, 3, b"more").status, 400);
    assert_eq!(x.server.with(|x| x.uploads()[0].sha256.clone()), sha256(&bytes));
    assert_eq!(append(&x, 1, 0, b"a").status, 404);
    let too_short = initialize(&x, "tweet_video", "video/mp4", 3001).id();
    append(&x, too_short, 0, &bytes);
    assert_eq!(finalize(&x, too_short).status, 400);
    let answer = append(&x, too_short, 1, &vec![0; 4_500_000]);
    assert_eq!((answer.status, answer.text.as_str()), (413, ""));
}

#[test]
fn what_does_not_fit_is_refused() {
    let x = X::new();
    let png = file("image/png", 500);
    for (category, media_type, bytes, expected) in [
        ("tweet_image", "image/png", b"<html>".as_slice(), "media type unrecognized"),
        ("tweet_image", "image/jpeg", &png, "media type unrecognized"),
        ("tweet_image", "image/png", b"", "must have a minimum"),
        ("tweet_video", "video/mp4", &png, "in segments"),
    ] {
        let answer = whole(&x, category, media_type, bytes);
        assert_eq!(answer.status, 400, "{category} {media_type}");
        assert!(words(&answer).contains(expected), "{}", answer.text);
    }
    x.server.with(|x| x.settings.max_image_bytes = 400);
    assert!(words(&whole(&x, "tweet_image", "image/png", &png)).contains("File size exceeds 400 bytes."));
    for (category, media_type, total, expected) in [
        ("tweet_video", "image/png", 5, "not allowed for"),
        ("tweet_gif", "image/gif", 16 << 20, "File size exceeds"),
        ("tweet_video", "video/mp4", (512 << 20) + 1, "File size exceeds"),
        ("dm_image", "image/png", 5, "enumeration"),
    ] {
        let answer = initialize(&x, category, media_type, total);
        assert!(answer.status == 400 && words(&answer).contains(expected), "{}", answer.text);
    }
    assert!(x.server.with(|x| x.uploads().is_empty()));
    let lying = initialize(&x, "tweet_video", "video/mp4", 500).id();
    append(&x, lying, 0, &png);
    finalize(&x, lying);
    assert_eq!([state(&x, lying), state(&x, lying), state(&x, lying)], ["in_progress", "in_progress", "failed"]);
    assert_eq!(post(&x, "a", &[lying]).status, 400);
    x.server.with(|x| x.settings.max_image_bytes = 5_000);
    let id = whole(&x, "tweet_image", "image/png", &png).id();
    for metadata in [json!({}), json!({ "alt_text": { "text": "a".repeat(1001) } }), json!({ "alt": "a" })] {
        assert_eq!(describe(&x, id, &metadata).status, 400, "{metadata}");
    }
    assert_eq!(describe(&x, 1, &json!({ "alt_text": { "text": "a" } })).status, 404);
    assert_eq!(x.server.with(|x| x.bill().total_micro_usd()), 0);
    let poll = json!({ "options": ["a", "b"], "duration_minutes": 60 });
    let body = json!({ "text": "a", "media": { "media_ids": [id.to_string()] }, "poll": poll });
    assert!(words(&x.post(&body)).contains("mutually exclusive"));
    assert_eq!(x.post(&json!({ "text": "a", "media": { "ids": [] } })).status, 400);
    x.clock.advance(86_400);
    assert_eq!(post(&x, "too late", &[id]).status, 400);
}

#[test]
fn an_edit_brings_its_media_along_or_loses_them() {
    let x = X::new();
    x.server.with(|x| x.set_premium(true));
    let id = whole(&x, "tweet_image", "image/png", &file("image/png", 500)).id();
    let first = post(&x, "a tpyo", &[id]).id();
    let edit = |text: &str, of: u64, media: Option<Value>| {
        let mut body = json!({ "text": text, "edit_options": { "previous_post_id": of.to_string() } });
        if let Some(media) = media {
            body["media"] = media;
        }
        x.post(&body).id()
    };
    let second = edit("a typo", first, Some(json!({ "media_ids": [id.to_string()] })));
    let third = edit("no picture", second, None);
    let count = |id| x.server.with(|x| x.post(id).unwrap().draft.media.len());
    assert_eq!((count(second), count(third)), (1, 0));
}

#[test]
fn uploads_break_as_they_are_told_to() {
    let x = X::new();
    let bytes = file("video/mp4", 50_000);
    let id = initialize(&x, "tweet_video", "video/mp4", 50_000).id();
    x.server.fail(Faulty::once("POST", "/append", Fault::CutUpload { after_bytes: 10_000 }));
    let body = || form(&[("segment_index", "0")], "application/octet-stream", &bytes);
    let path = format!("/2/media/upload/{id}/append");
    assert!(try_form(&x, &path, body()).is_err());
    assert_eq!(x.server.with(|x| x.segments_of(&id.to_string())), 0);
    x.server.fail(Faulty { after: 1, ..Faulty::once("POST", "/append", Fault::Html(503)) });
    let told: Vec<u16> = (0..3).map(|index| append(&x, id, index, &bytes[index * 100..][..100]).status).collect();
    assert_eq!(told, [200, 503, 200]);
    x.server.fail(Faulty::once("POST", "/append", Fault::LoseAnswer));
    assert!(try_form(&x, &path, form(&[("segment_index", "1")], "a/b", &bytes[100..200])).is_err());
    assert_eq!(x.server.with(|x| x.segments_of(&id.to_string())), 3);
}

#[test]
fn what_is_attached_by_hand_has_its_addresses() {
    let x = X::new();
    let mut new = NewMedia::video("https://files.example/1.mp4").described("a dance");
    new.variants =
        vec![(256_000, "https://files.example/small".into()), (2_176_000, "https://files.example/big".into())];
    let media = vec![Attachment::from(&new)];
    x.server.with(|x| x.write_draft(Draft { media, ..Draft::text("look") })).unwrap();
    let read = x.timeline(&[
        ("expansions", "attachments.media_keys"),
        ("media.fields", "variants,preview_image_url,duration_ms,alt_text"),
        ("max_results", "5"),
    ]);
    let shown = &read.json["includes"]["media"][0];
    assert_eq!((&shown["type"], &shown["duration_ms"]), (&json!("video"), &json!(12_000)));
    assert_eq!(shown["variants"][0]["content_type"], "application/x-mpegURL");
    assert_eq!(shown["variants"][2]["bit_rate"], 2_176_000);
}
