//! Files against a server that answers by script.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::*;
use crate::core::post::MediaKind;
use crate::network::twitter::tests::{Asked, SERVER, Step, client_with, serve, step};
use crate::network::{Client, Trouble};

const MIB: usize = 1 << 20;

struct Pieces(VecDeque<Result<Bytes, MediaError>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = MediaError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, MediaError>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data)))
    }
}

fn file_of(media_type: MediaType, length: usize, pieces: Vec<Result<Bytes, MediaError>>) -> File {
    File::new(media_type, length.try_into().unwrap(), Pieces(pieces.into()).boxed())
}

fn file(media_type: MediaType, content: &str) -> File {
    file_of(media_type, content.len(), vec![Ok(Bytes::copy_from_slice(content.as_bytes()))])
}

fn attachment(description: Option<&str>, sensitive: bool) -> Attachment {
    let description = description.map(str::to_owned);
    Attachment { kind: MediaKind::Image, sources: vec!["https://a.org/1".into()], description, focus: None, sensitive }
}

fn data(data: &Value) -> Step {
    step(200, &json!({ "data": data }))
}

fn problem(detail: &str) -> Value {
    json!({"title": "Invalid Request", "detail": detail, "type": "https://api.x.com/2/problems/invalid-request"})
}

fn missing(why: &str) -> Uploaded {
    Uploaded::Media(MediaError::Missing(why.into()))
}

fn unfit(why: &str) -> Uploaded {
    Uploaded::Media(MediaError::Unfit(why.into()))
}

fn done(id: &str, secs: i64, processing: bool) -> Uploaded {
    Uploaded::Done { id: id.into(), until: Timestamp::from_secs(SERVER + secs), processing }
}

/// Uploads a file when the server's time is known.
async fn upload(script: Vec<Step>, file: File) -> (Uploaded, Vec<Asked>) {
    let first = step(200, &json!({"meta": {"result_count": 0}}));
    let (base, server) = serve(std::iter::once(first).chain(script).collect()).await;
    let x = client_with(base, Settings::default());
    x.newest().await.unwrap();
    let uploaded = x.upload(file, &attachment(None, false)).await;
    let mut asked = server.await.unwrap();
    (uploaded, asked.split_off(1))
}

/// The fields of a form: what stands before each part's content, and the content.
fn fields(asked: &Asked) -> Vec<(String, String)> {
    let (_, boundary) = asked.head.split_once("boundary=").unwrap();
    let boundary = boundary.lines().next().unwrap();
    let between = format!("--{boundary}\r\n");
    let parts = asked.body.strip_suffix(&format!("--{boundary}--\r\n")).unwrap().split(&between);
    let field = |part: &str| {
        let (head, content) = part.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), content.strip_suffix("\r\n").unwrap().to_owned())
    };
    parts.filter(|part| !part.is_empty()).map(field).collect()
}

fn lines(asked: &[Asked]) -> Vec<&str> {
    asked.iter().map(|asked| asked.line.strip_suffix(" HTTP/1.1").unwrap()).collect()
}

const BEGIN: &str = "POST /2/media/upload/initialize";
const APPEND: &str = "POST /2/media/upload/77/append";
const END: &str = "POST /2/media/upload/77/finalize";

fn begun() -> Step {
    data(&json!({"id": "77", "media_key": "13_77", "expires_after_secs": 1_295_999}))
}

#[tokio::test]
async fn a_still_picture_goes_in_one_request() {
    for (answer, expected) in [
        (
            data(&json!({"id": "77", "media_key": "3_77", "size": 5, "expires_after_secs": 3_600})),
            done("77", 3_600, false),
        ),
        (data(&json!({"id": "77", "expires_after_secs": 200})), done("77", 3_600, false)),
        (data(&json!({"id": 77, "processing_info": null, "expires_after_secs": 0})), done("77", 86_400, false)),
        (data(&json!({"id": "77", "processing_info": {"state": "pending"}})), done("77", 86_400, true)),
        (
            data(&json!({"id": "77", "processing_info": {"state": "failed"}})),
            unfit("X could not work with it: it does not say why"),
        ),
        (step(400, &problem("File is corrupt.")), unfit("X does not take it: File is corrupt")),
        (step(422, &json!({})), unfit("X does not take it: 422 Unprocessable Entity")),
        (Step::Answer(413, "", String::new()), missing("X does not take so much at once: 413 Payload Too Large")),
        (step(402, &json!({})), Uploaded::Trouble(Trouble::NoCredits)),
        // Never sent again, as its file comes only once.
        (step(401, &json!({})), Uploaded::Trouble(Trouble::SignIn("401 Unauthorized".into()))),
        (step(404, &json!({})), Uploaded::Trouble(Trouble::NoAnswer("404 Not Found".into()))),
    ] {
        let (uploaded, asked) = upload(vec![answer], file(MediaType::Png, "12345")).await;
        assert_eq!((uploaded, lines(&asked)), (expected, vec!["POST /2/media/upload"]));
        let file_head =
            "Content-Disposition: form-data; name=\"media\"; filename=\"media.png\"\r\nContent-Type: image/png";
        let category = "Content-Disposition: form-data; name=\"media_category\"";
        let expected = [(category, "tweet_image"), (file_head, "12345")];
        assert_eq!(fields(&asked[0]), expected.map(|(head, content)| (head.to_owned(), content.to_owned())));
        let length = format!("content-length: {}\r\n", asked[0].body.len());
        assert!((asked[0].head.to_lowercase() + "\r\n").contains(&length), "{}", asked[0].head);
    }
    for lost in [Step::HangUp, step(503, &json!({})), data(&json!({"id": "../7"}))] {
        let (uploaded, asked) = upload(vec![lost], file(MediaType::Png, "12345")).await;
        assert!(matches!(uploaded, Uploaded::Trouble(Trouble::NoAnswer(_))), "{uploaded:?}");
        assert_eq!(asked.len(), 1);
    }
}

#[tokio::test]
async fn everything_else_goes_in_segments() {
    let animated = |mut file: File| {
        file.is_animated = true;
        file
    };
    let large = file(MediaType::Jpeg, &"x".repeat(4_000_001));
    for (file, kind, category) in [
        (file(MediaType::Mp4, "12345"), "video/mp4", "tweet_video"),
        (file(MediaType::QuickTime, "12345"), "video/quicktime", "tweet_video"),
        (animated(file(MediaType::Gif, "12345")), "image/gif", "tweet_gif"),
        (large, "image/jpeg", "tweet_image"),
    ] {
        let segments = usize::try_from(file.length).unwrap().div_ceil(MIB);
        let length = file.length;
        let mut script = vec![begun()];
        script.extend((0..segments).map(|_| Step::Answer(204, "", String::new())));
        script.push(data(&json!({"id": "77", "expires_after_secs": 86_400, "processing_info": {"state": "pending", "check_after_secs": 1}})));
        let (uploaded, asked) = upload(script, file).await;
        assert_eq!((uploaded, asked.len()), (done("77", 86_400, true), segments + 2));
        let body = format!("{{\"media_type\":\"{kind}\",\"media_category\":\"{category}\",\"total_bytes\":{length}}}");
        assert_eq!((asked[0].body.as_str(), lines(&asked)[0]), (body.as_str(), BEGIN));
        assert_eq!(lines(&asked)[segments + 1], END);
        assert_eq!(asked[segments + 1].body, "");
    }
}

#[tokio::test]
async fn segments_are_of_one_length_whatever_the_pieces_are() {
    let content: String = (0..2 * MIB + 7).map(|n| char::from(b'a' + u8::try_from(n / 1_000 % 26).unwrap())).collect();
    let mut rest = Bytes::from(content.clone());
    let mut pieces = Vec::new();
    for length in [1, MIB, 0, 17, MIB - 18, 7] {
        pieces.push(Ok(rest.split_to(length)));
    }
    assert!(rest.is_empty());
    let script =
        vec![begun(), step(200, &json!({})), step(200, &json!({})), step(200, &json!({})), data(&json!({"id": "77"}))];
    let (uploaded, asked) = upload(script, file_of(MediaType::Mp4, content.len(), pieces)).await;
    assert_eq!((uploaded, lines(&asked)), (done("77", 86_400, false), vec![BEGIN, APPEND, APPEND, APPEND, END]));
    let mut sent = String::new();
    for (number, asked) in asked[1..4].iter().enumerate() {
        let fields = fields(asked);
        assert_eq!(fields[0].0, "Content-Disposition: form-data; name=\"segment_index\"");
        assert_eq!(fields[0].1, number.to_string());
        assert!(fields[1].0.starts_with("Content-Disposition: form-data; name=\"media\"; filename="));
        assert_eq!(fields[1].1.len(), if number < 2 { MIB } else { 7 });
        sent.push_str(&fields[1].1);
    }
    assert!(sent == content);
}

#[tokio::test]
async fn before_the_servers_time_is_known_nothing_is_sent_that_cannot_be_sent_again() {
    let refused = step(401, &json!({}));
    let (base, server) = serve(vec![refused, begun(), step(200, &json!({})), data(&json!({"id": "77"}))]).await;
    let x = client_with(base, Settings::default());
    let uploaded = x.upload(file(MediaType::Png, "12345"), &attachment(None, false)).await;
    assert_eq!(uploaded, done("77", 86_400, false));
    assert_eq!(lines(&server.await.unwrap()), [BEGIN, BEGIN, APPEND, END]);
}

#[tokio::test]
async fn a_segment_is_tried_again_by_itself() {
    let slow = || Step::Answer(429, "retry-after: 0\r\n", String::new());
    let broken = || step(503, &json!({}));
    let refused = || step(401, &json!({}));
    let sign_in = Uploaded::Trouble(Trouble::SignIn("401 Unauthorized".into()));
    let much = "X does not take so much at once: 413 Payload Too Large";
    let late = Timestamp::from_secs(SERVER + 900);
    for (steps, good, expected) in [
        (vec![Step::HangUp, broken(), slow(), step(500, &json!({})), broken()], false, None),
        (vec![Step::HangUp, broken(), slow(), Step::HangUp], true, None),
        (vec![broken(), broken(), broken(), broken(), broken()], false, None),
        (vec![refused()], true, None),
        (vec![refused(), refused()], false, Some(sign_in)),
        (vec![Step::Answer(413, "", String::new())], false, Some(missing(much))),
        (vec![step(400, &problem("Bad segment."))], false, Some(unfit("X does not take it: Bad segment"))),
        (
            vec![Step::Answer(429, "retry-after: 900\r\n", String::new())],
            false,
            Some(Uploaded::Trouble(Trouble::RateLimited { until: Some(late) })),
        ),
    ] {
        let count = steps.len();
        let mut script = vec![begun()];
        script.extend(steps);
        if good {
            script.extend([step(200, &json!({})), data(&json!({"id": "77"}))]);
        }
        let (uploaded, asked) = upload(script, file(MediaType::Mp4, "12345")).await;
        let appended: Vec<_> = asked.iter().filter(|asked| asked.line.contains("/append")).map(fields).collect();
        assert_eq!(appended.len(), count + usize::from(good));
        assert!(appended.iter().all(|fields| fields[0].1 == "0" && fields[1].1 == "12345"));
        match expected {
            Some(expected) => assert_eq!(uploaded, expected),
            None if good => assert_eq!(uploaded, done("77", 86_400, false)),
            None => assert!(matches!(uploaded, Uploaded::Trouble(Trouble::NoAnswer(_))), "{uploaded:?}"),
        }
    }
}

#[tokio::test]
async fn the_end_of_an_upload_may_be_told_twice() {
    let sent = || step(200, &json!({}));
    let too_late = || step(400, &problem("Already finalized."));
    let lost = "X lost a piece of it: Segments do not add up to provided total file size";
    for (steps, expected) in [
        (vec![Step::HangUp, data(&json!({"id": "77"}))], Some(done("77", 86_400, false))),
        (vec![Step::HangUp, too_late()], Some(done("77", 86_400, true))),
        (vec![too_late()], Some(unfit("X does not take it: Already finalized"))),
        (vec![step(400, &problem("Segments do not add up to provided total file size."))], Some(missing(lost))),
        (vec![Step::Answer(204, "", String::new())], Some(done("77", 86_400, true))),
        ((0..5).map(|_| Step::HangUp).collect(), None),
    ] {
        let script = [begun(), sent()].into_iter().chain(steps).collect();
        let (uploaded, _) = upload(script, file(MediaType::Mp4, "12345")).await;
        match expected {
            Some(expected) => assert_eq!(uploaded, expected),
            None => assert!(matches!(uploaded, Uploaded::Trouble(Trouble::NoAnswer(_))), "{uploaded:?}"),
        }
    }
    for refused in [step(400, &problem("too large")), step(403, &json!({})), step(200, &json!({"data": {}}))] {
        let (uploaded, asked) = upload(vec![refused], file(MediaType::Mp4, "12345")).await;
        assert!(matches!(uploaded, Uploaded::Media(_) | Uploaded::Trouble(_)), "{uploaded:?}");
        assert_eq!(lines(&asked), [BEGIN]);
    }
}

#[tokio::test]
async fn a_file_that_breaks_off_is_no_trouble_of_the_networks() {
    let broken = || MediaError::Missing("its server went away".into());
    for (kind, script) in
        [(MediaType::Png, vec![Step::HangUp]), (MediaType::Mp4, vec![begun(), step(200, &json!({})), Step::HangUp])]
    {
        let first = step(200, &json!({"meta": {"result_count": 0}}));
        // The server sees a request that is cut off, or waits for one that never comes.
        let (base, _server) = serve(std::iter::once(first).chain(script).collect()).await;
        let x = client_with(base, Settings::default());
        x.newest().await.unwrap();
        let pieces = vec![Ok(Bytes::from(vec![b'x'; MIB])), Err(broken())];
        let uploaded = x.upload(file_of(kind, 2 * MIB, pieces), &attachment(None, false)).await;
        assert_eq!(uploaded, Uploaded::Media(broken()), "{kind}");
    }
}

#[tokio::test]
async fn x_is_asked_until_it_has_done() {
    let working = |state: &str| {
        data(&json!({"id": "77", "processing_info": {"state": state, "check_after_secs": 0, "progress_percent": 5}}))
    };
    let error =
        json!({"state": "failed", "error": {"code": 1, "name": "InvalidMedia", "message": "Unsupported codec."}});
    let failed = |why: &str| Processed::Failed(MediaError::Unfit(format!("X could not work with it: {why}")));
    let gone = json!({"title": "Not Found Error", "type": "https://api.x.com/2/problems/resource-not-found"});
    for (script, expected) in [
        (vec![working("pending"), working("in_progress"), working("succeeded")], Processed::Ready),
        (vec![data(&json!({"id": "77"}))], Processed::Ready),
        (vec![data(&json!({"id": "77", "processing_info": error}))], failed("Unsupported codec")),
        (vec![step(403, &json!({"detail": "Longer than you may post."}))], failed("Longer than you may post")),
        (vec![step(404, &gone)], Processed::Gone),
        (vec![step(404, &json!({}))], Processed::Trouble(Trouble::NoAnswer("404 Not Found".into()))),
        (vec![step(402, &json!({}))], Processed::Trouble(Trouble::NoCredits)),
        (vec![step(200, &json!({"errors": [gone]}))], Processed::Trouble(Trouble::NoAnswer("Not Found Error".into()))),
    ] {
        let (base, server) = serve(script).await;
        assert_eq!(client_with(base, Settings::default()).processed("77").await, expected);
        for line in lines(&server.await.unwrap()) {
            assert_eq!(line, "GET /2/media/upload?command=STATUS&media_id=77");
        }
    }
    let (base, _server) = serve(vec![working("in_progress"), working("in_progress")]).await;
    let late = client_with(base, Settings::default()).wait_at_most("77", OWN_PAUSE).await;
    let why = "X has worked on it for 0 minutes and is not done".to_owned();
    assert_eq!(late, Processed::Failed(MediaError::Missing(why)));
}

#[tokio::test]
async fn an_upload_is_described_and_never_keeps_a_post_from_leaving() {
    let gone = json!({"title": "Not Found Error", "type": "https://api.x.com/2/problems/resource-not-found"});
    for (answer, expected) in [
        (data(&json!({"id": "77", "associated_metadata": {}})), Described::Done),
        (step(404, &gone), Described::Gone),
        (step(400, &problem("Alt text is for images.")), Described::Refused("Alt text is for images".into())),
        (step(403, &json!({"detail": "Not for videos."})), Described::Refused("Not for videos".into())),
        (step(422, &json!({})), Described::Refused("422 Unprocessable Entity".into())),
        (step(402, &json!({})), Described::Trouble(Trouble::NoCredits)),
        (step(429, &json!({})), Described::Trouble(Trouble::RateLimited { until: None })),
        (step(503, &json!({})), Described::Trouble(Trouble::NoAnswer("503 Service Unavailable".into()))),
    ] {
        let (base, server) = serve(vec![answer]).await;
        let x = client_with(base, Settings::default());
        assert_eq!(x.describe("77", &attachment(Some("a \"cat\""), false)).await, expected);
        let asked = server.await.unwrap();
        assert_eq!(lines(&asked), ["POST /2/media/metadata"]);
        assert_eq!(asked[0].body, r#"{"id":"77","metadata":{"alt_text":{"text":"a \"cat\""}}}"#);
    }
    for (description, body) in [
        (None, r#"{"id":"77","metadata":{"sensitive_media_warning":{"other":true}}}"#),
        (Some("a"), r#"{"id":"77","metadata":{"alt_text":{"text":"a"},"sensitive_media_warning":{"other":true}}}"#),
    ] {
        let (base, server) = serve(vec![data(&json!({"id": "77"}))]).await;
        let x = client_with(base, Settings::default());
        assert_eq!(x.describe("77", &attachment(description, true)).await, Described::Done);
        assert_eq!(server.await.unwrap()[0].body, body);
    }
}

#[test]
fn longer_videos_are_for_premium_accounts() {
    let rules = |premium| rules(&Settings { premium, ..Settings::default() });
    assert_eq!((rules(false).videos.max_ms, rules(true).videos.max_ms), (Some(140_000), Some(1_200_000)));
    assert!(rules(false).audio.types.is_empty());
}
