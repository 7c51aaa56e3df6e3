//! Media as X answers them, and the files that are read from them.

use serde_json::{Value, json};

use super::*;

/// The media of a post that has these.
fn read(media: &[Value], metadata: &Value) -> Vec<Media> {
    let mut includes = wire::Includes::default();
    let mut keys = Vec::new();
    for (number, one) in media.iter().enumerate() {
        let key = format!("3_{number}");
        let mut one: wire::Media = serde_json::from_value(one.clone()).unwrap_or_default();
        one.media_key = Some(key.clone());
        includes.media.insert(key.clone(), one);
        keys.push(key);
    }
    let body = json!({"id": "9", "text": "x", "attachments": {"media_keys": keys}, "media_metadata": metadata});
    let post = wire::Post::read(body).unwrap_or_default();
    super::media(&post, &[], &includes)
}

fn urls(media: &Media) -> Vec<&str> {
    media.files.iter().map(|file| file.url.as_str()).collect()
}

#[test]
fn the_original_of_a_photo_comes_first() {
    let best = |ending: &str| {
        ["orig", "4096x4096"].map(|name| format!("https://pbs.twimg.com/media/Ab-1_x?format={ending}&name={name}"))
    };
    for (url, ending) in [
        ("https://pbs.twimg.com/media/Ab-1_x.jpg", "jpg"),
        ("https://pbs.twimg.com/media/Ab-1_x.png?name=small", "png"),
        ("https://pbs.twimg.com/media/Ab-1_x?format=webp&name=small", "webp"),
    ] {
        let all = read(&[json!({"type": "photo", "url": url})], &json!([]));
        let mut expected = best(ending).to_vec();
        expected.push(url.to_owned());
        assert_eq!(urls(&all[0]), expected);
        assert!(all[0].files.iter().all(|file| file.media_type.is_some_and(MediaType::is_image)), "{url}");
    }
    for url in [
        "http://127.0.0.1:81/media/1.jpg",
        "http://pbs.twimg.com/media/1.jpg",
        "https://pbs.twimg.com.evil.org/media/1.jpg",
        "https://user@pbs.twimg.com:81/other/1.jpg",
        "https://pbs.twimg.com/media/a/1.jpg",
        "https://pbs.twimg.com/media/1",
        "https://pbs.twimg.com/media/1?format=a%26b",
        "https://pbs.twimg.com/media/.jpg",
        "nonsense",
    ] {
        assert_eq!(urls(&read(&[json!({"type": "photo", "url": url})], &json!([]))[0]), [url]);
    }
}

#[test]
fn a_video_has_its_files_as_x_lists_them_and_no_playlists() {
    let variant = |rate: Value, kind: &str, url: &str| json!({"bit_rate": rate, "content_type": kind, "url": url});
    let video = json!({"type": "video", "preview_image_url": "https://pbs.twimg.com/s.jpg", "width": 1280, "height": 720,
        "duration_ms": 30_500, "variants": [
            variant(json!(256_000), "video/mp4", "https://video.twimg.com/s.mp4"),
            variant(Value::Null, "application/x-mpegURL", "https://video.twimg.com/s.m3u8"),
            variant(json!(2_176_000), "video/mp4;codecs=avc1", "https://video.twimg.com/l.mp4"),
            {"content_type": "video/mp4"}, {"url": "https://video.twimg.com/unknown"}, 5]});
    let gif = json!({"type": "animated_gif", "width": 0, "height": 5, "duration_ms": -1,
        "variants": [variant(json!(0), "video/mp4", "https://video.twimg.com/g.mp4")]});
    let all = read(&[video, gif, json!({"type": "video", "variants": {}})], &json!(null));
    let files: Vec<_> = all[0].files.iter().map(|file| (file.url.as_str(), file.media_type, file.bitrate)).collect();
    let mp4 = Some(MediaType::Mp4);
    assert_eq!(
        files,
        [
            ("https://video.twimg.com/s.mp4", mp4, Some(256_000)),
            ("https://video.twimg.com/l.mp4", mp4, Some(2_176_000))
        ]
    );
    assert_eq!((all[0].size, all[0].length_ms), (Some((1280, 720)), Some(30_500)));
    assert_eq!(all[0].cover.as_deref(), Some("https://pbs.twimg.com/s.jpg"));
    assert_eq!((all[1].kind, urls(&all[1])), (MediaKind::Gif, vec!["https://video.twimg.com/g.mp4"]));
    assert_eq!((all[1].size, all[1].length_ms, &all[1].cover), (None, None, &None));
    assert_eq!((all[2].kind, all[2].files.len()), (MediaKind::Video, 0));
}

#[test]
fn a_description_is_taken_from_wherever_it_stands() {
    let said = json!([{"media_key": "3_0", "alt_text": "not this"}, {"media_key": "3_1", "alt_text": "a dog"}, 7]);
    let all = read(&[json!({"type": "photo", "alt_text": "a cat"}), json!({"type": "photo"}), json!({})], &said);
    let descriptions: Vec<_> = all.iter().map(|media| media.description.as_deref()).collect();
    assert_eq!(descriptions, [Some("a cat"), Some("a dog"), None]);
}
