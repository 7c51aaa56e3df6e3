//! Uploading, waiting, attaching, changing.

use super::*;
use crate::core::post::MediaKind;
use crate::sandbox::{Content, FormFile, NewMedia, sha256};

const V2: &str = "/api/v2/media";

fn file(media_type: &str, length: u64) -> FormFile {
    let content = Content::generated(length, 1, media_type);
    let bytes = content.piece(0);
    FormFile {
        field: "file".to_owned(),
        name: Some("a.bin".to_owned()),
        media_type: Some(media_type.to_owned()),
        length: content.length(),
        sha256: sha256(&bytes),
        bytes,
    }
}

impl Bench {
    fn upload_with(&mut self, target: &str, file: FormFile, fields: &[(&str, &str)]) -> Answer {
        let call = self.call("POST", target);
        let fields = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let form = Form { fields, files: vec![file] };
        Answer(self.world.handle_form(&call, Ok(form), self.now))
    }

    fn upload(&mut self, media_type: &str) -> String {
        self.upload_with(V2, file(media_type, 2000), &[]).text("/id")
    }

    /// An upload that is ready.
    fn ready(&mut self, media_type: &str) -> String {
        let id = self.upload(media_type);
        for _ in 0..3 {
            self.get(&format!("/api/v1/media/{id}"));
        }
        id
    }
}

#[test]
fn a_picture_is_there_at_once_and_a_video_after_a_while() {
    let mut bench = Bench::mastodon();
    let fields = [("description", "a cat"), ("focus", "-0.5,0.25")];
    let picture = bench.upload_with(V2, file("image/png", 2000), &fields);
    assert_eq!((picture.0.status, picture.text("/type").as_str()), (200, "image"));
    let json = picture.json();
    assert_eq!(json["meta"]["focus"], json!({ "x": -0.5, "y": 0.25 }));
    assert_eq!(json["meta"]["original"]["size"], "640x480");
    let url = picture.text("/url");
    let video = bench.upload_with(V2, file("video/mp4", 2000), &[]);
    assert_eq!((video.0.status, &video.json()["url"]), (202, &Value::Null));
    let target = format!("/api/v1/media/{}", video.text("/id"));
    let body = json!({ "status": "x", "media_ids": [video.text("/id")] });
    bench.post(&body).is(422, "Cannot attach files that have not finished processing. Try again in a moment!");
    let told: Vec<u16> = (0..3).map(|_| bench.get(&target).0.status).collect();
    assert_eq!(told, [206, 200, 200]);
    assert_eq!(bench.post(&body).0.status, 200);
    bench.get(&target).is(404, "Record not found");
    // What was uploaded is what is served.
    let path = url.strip_prefix(BASE).unwrap_or_default().to_owned();
    let call = bench.call("GET", &path);
    let served = bench.world.stream(&call, bench.now).and_then(Result::ok);
    assert_eq!(served.map(|served| served.content.sha256()), Some(sha256(&file("image/png", 2000).bytes)));
    let uploads = bench.world.uploads();
    assert_eq!(uploads.len(), 2);
    assert_eq!(uploads.first().and_then(|upload| upload.description.as_deref()), Some("a cat"));
    assert_eq!(bench.world.orphans().len(), 1);
}

#[test]
fn what_the_server_does_not_take_is_refused() {
    let mut bench = Bench::mastodon();
    let invalid = "Validation failed: File content type is invalid, File is invalid";
    let blank = "Validation failed: File can't be blank";
    let good = || file("image/png", 2000);
    let too_long = "x".repeat(10_001);
    let cases: [(FormFile, (&str, &str), &str); 9] = [
        (FormFile { name: None, ..good() }, ("", ""), blank),
        (FormFile { field: "media".to_owned(), ..good() }, ("", ""), blank),
        (FormFile { media_type: None, ..good() }, ("", ""), invalid),
        (FormFile { media_type: Some("image/jpeg".to_owned()), ..good() }, ("", ""), invalid),
        (
            FormFile { bytes: bytes::Bytes::from_static(b"BM000000000000000000000000000000"), ..good() },
            ("", ""),
            invalid,
        ),
        (
            FormFile { bytes: bytes::Bytes::from_static(b"<html>"), ..good() },
            ("", ""),
            "File type of uploaded media could not be verified",
        ),
        (
            FormFile { length: 16_777_217, ..good() },
            ("", ""),
            "Validation failed: File file size must be less than 16 MB",
        ),
        (
            good(),
            ("description", &too_long),
            "Validation failed: Description is too long (maximum is 10000 characters)",
        ),
        (good(), ("focus", "2,0"), "Validation failed: Focus is invalid"),
    ];
    for (file, field, expected) in cases {
        bench.upload_with(V2, file, &[field]).is(422, expected);
    }
    bench.world.behaviour.uploads.image_matrix_limit = 640 * 480 - 1;
    bench.upload_with(V2, good(), &[]).is(422, "640x480 images are not supported");
    assert!(bench.world.uploads().is_empty());
    let call = bench.call("POST", V2);
    Answer(bench.world.handle_form(&call, Err("no end"), bench.now))
        .is(400, "Error occurred while parsing request parameters");
}

#[test]
fn only_what_is_free_and_fits_together_is_attached() {
    let mut bench = Bench::mastodon();
    let pictures: Vec<String> = (0..5).map(|_| bench.upload("image/jpeg")).collect();
    let video = bench.ready("video/mp4");
    let post = |ids: &[&String]| json!({ "status": "", "media_ids": ids });
    let all: Vec<&String> = pictures.iter().collect();
    bench.post(&post(&all)).is(422, "Cannot attach more than 4 files");
    bench.post(&post(&[all[0], &video])).is(422, "Cannot attach a video to a post that already contains images");
    let unknown = "123".to_owned();
    bench.post(&post(&[&unknown])).is(422, "Media 123 not found or already attached to another post");
    let made = bench.post(&post(&[all[2], all[0], all[1]]));
    let shown: Vec<Value> = made.json()["media_attachments"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = shown.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids, [all[2], all[0], all[1]], "the order is kept, and the text may be empty");
    let again = format!("Media {} not found or already attached to another post", all[2]);
    bench.post(&post(&[all[2]])).is(422, &again);
    bench.later(86_400_000);
    let late = format!("Media {} not found or already attached to another post", all[3]);
    bench.post(&post(&[all[3]])).is(422, &late);
    let old = Behaviour { limits: Limits::none(), ..Behaviour::old_mastodon() };
    let mut bench = Bench::new(old);
    let picture = bench.upload("image/jpeg");
    let poll = json!({ "options": ["a", "b"], "expires_in": 3600 });
    bench
        .post(&json!({ "status": "x", "media_ids": [picture], "poll": poll }))
        .is(422, "Cannot attach more than 4 files");
}

#[test]
fn an_edit_replaces_what_is_attached() {
    let mut bench = Bench::mastodon();
    let ids: Vec<String> = (0..3).map(|_| bench.upload("image/png")).collect();
    let made = bench.post(&json!({ "status": "x", "media_ids": [ids[0], ids[1]] })).text("/id");
    let target = format!("/api/v1/statuses/{made}");
    let attributes =
        json!([{ "id": ids[1], "description": "a dog", "focus": "0,1" }, { "id": ids[0], "focus": "9,9" }]);
    let body = json!({ "status": "x", "media_ids": [ids[1], ids[2]], "media_attributes": attributes });
    let edited = bench.ask("PUT", &target, &body).json();
    assert_eq!(edited["media_attachments"][0]["description"], "a dog");
    assert_eq!(edited["media_attachments"][1]["id"], json!(ids[2]));
    assert!(edited["edited_at"].is_string());
    let emptied = bench.ask("PUT", &target, &json!({ "status": "x" })).json();
    assert_eq!(emptied["media_attachments"], json!([]), "what is not given is removed");
    let back = bench.ask("PUT", &target, &json!({ "status": "x", "media_ids": [ids[0]] })).json();
    assert_eq!(back["media_attachments"][0]["id"], json!(ids[0]), "what it had it may have again");
    let history = bench.get(&format!("{target}/history")).json();
    let counts: Vec<usize> = history
        .as_array()
        .into_iter()
        .flatten()
        .map(|version| version["media_attachments"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(counts, [2, 2, 0, 1]);
}

#[test]
fn what_fails_fails_and_what_is_loose_can_be_changed() {
    let mut bench = Bench::mastodon();
    bench.world.behaviour.uploads.fails_processing = true;
    let video = bench.upload("video/mp4");
    let target = format!("/api/v1/media/{video}");
    assert_eq!(bench.get(&target).0.status, 206);
    bench.get(&target).is(422, "Error processing thumbnail for uploaded media");
    bench.world.behaviour.uploads.fails_processing = false;
    let picture = bench.upload("image/png");
    let target = format!("/api/v1/media/{picture}");
    let changed = bench.ask("PUT", &target, &json!({ "description": "a cat", "focus": "0.5,0.5" }));
    assert_eq!((changed.0.status, changed.text("/description").as_str()), (200, "a cat"));
    assert_eq!(bench.ask("DELETE", &target, &Value::Null).0.status, 200);
    bench.get(&target).is(404, "Record not found");
    bench.world.behaviour.uploads.v2 = false;
    bench.upload_with(V2, file("image/png", 2000), &[]).is(404, "Not Found");
    let old = bench.upload_with("/api/v1/media", file("video/mp4", 2000), &[]);
    assert_eq!((old.0.status, old.text("/url").is_empty()), (200, false), "the older one waits itself");
}

#[test]
fn gotosocial_takes_six_of_anything_at_once() {
    let mut bench = Bench::gotosocial();
    let mut ids = vec![bench.upload("video/mp4")];
    ids.extend((0..6).map(|_| bench.upload("image/png")));
    bench
        .post(&json!({ "media_ids": ids }))
        .is(400, "Bad Request: too many media files attached, 7 attached but limit is 6");
    ids.pop();
    assert_eq!(bench.post(&json!({ "media_ids": ids })).0.status, 200);
    let words = format!("Bad Request: media already attached to status: {}", ids[0]);
    bench.post(&json!({ "media_ids": [ids[0]] })).is(400, &words);
    assert_eq!(bench.ask("DELETE", &format!("/api/v1/media/{}", ids[0]), &Value::Null).0.status, 405);
}

#[test]
fn thirty_files_in_half_an_hour_and_no_more() {
    let limits = Limits { media: 2, ..Limits::none() };
    let mut bench = Bench::new(Behaviour { limits, ..Behaviour::mastodon() });
    let told: Vec<u16> = (0..3).map(|_| bench.upload_with(V2, file("image/png", 2000), &[]).0.status).collect();
    assert_eq!(told, [200, 200, 429]);
    bench.later(1_800_000);
    assert!(!bench.upload("image/png").is_empty());
}

#[test]
fn what_is_attached_by_hand_is_shown() {
    let mut bench = Bench::mastodon();
    let media = vec![
        NewMedia::image("https://files.example/1.png").described("a cat").focused(0.1, 0.2),
        NewMedia { remote_url: Some("https://far.example/2".to_owned()), ..NewMedia::without_file(MediaKind::Gif) },
        NewMedia::without_file(MediaKind::Other),
    ];
    let id = bench.write_with("look", &Options { media, sensitive: true, ..Options::default() });
    let status = bench.get(&format!("/api/v1/statuses/{id}")).json();
    let list = &status["media_attachments"];
    assert_eq!((&status["sensitive"], &list[0]["url"]), (&json!(true), &json!("https://files.example/1.png")));
    assert_eq!((&list[0]["description"], &list[0]["meta"]["focus"]["x"]), (&json!("a cat"), &json!(0.1)));
    assert_eq!((&list[1]["type"], &list[1]["url"]), (&json!("gifv"), &Value::Null));
    assert_eq!((&list[1]["remote_url"], &list[2]["type"]), (&json!("https://far.example/2"), &json!("unknown")));
    let only = bench.get(&format!("{}?only_media=true", bench.own_list())).ids();
    assert_eq!(only, [id]);
    assert!(bench.world.uploads().is_empty());
}
