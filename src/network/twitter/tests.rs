//! The client against a server that answers by script and remembers what it was asked.
#![expect(clippy::unwrap_used, reason = "a test")]

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::setup::{ConsumerKeys, access_token, request_token, who_am_i};
use super::*;
use crate::core::record::Part;
use crate::network::http::{self, BaseUrl};
use crate::secret::Secret;

/// 2026-08-21T10:00:00Z, the server's time; ours is that of a machine that has just started.
pub(super) const SERVER: i64 = 1_787_306_400;
const DATE: &str = "Fri, 21 Aug 2026 10:00:00 GMT";

struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// What the server does with a request.
pub(super) enum Step {
    Answer(u16, &'static str, String),
    HangUp,
}

pub(super) fn step(status: u16, body: &Value) -> Step {
    Step::Answer(status, "", body.to_string())
}

/// A request as it came.
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) head: String,
    pub(super) body: String,
}

impl Asked {
    /// A parameter of the `Authorization` header.
    fn oauth(&self, name: &str) -> String {
        let (_, rest) = self.head.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }
}

async fn receive(stream: &mut TcpStream) -> Asked {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let line = head.lines().next().unwrap().to_owned();
                return Asked { line, head: head.to_owned(), body: body.to_owned() };
            }
        }
        let mut chunk = vec![0; 1 << 18];
        let read = stream.read(&mut chunk).await.unwrap();
        assert!(read > 0, "a request was cut off");
        bytes.extend_from_slice(&chunk[..read]);
    }
}

pub(super) async fn serve(script: Vec<Step>) -> (BaseUrl, JoinHandle<Vec<Asked>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        let mut asked = Vec::new();
        for step in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            asked.push(receive(&mut stream).await);
            if let Step::Answer(status, headers, body) = step {
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nDate: {DATE}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        asked
    });
    (base, server)
}

fn keys() -> Keys {
    Keys {
        consumer_key: Secret::new("ck"),
        consumer_secret: Secret::new("cs"),
        access_token: Secret::new("7-at"),
        access_token_secret: Secret::new("ats"),
    }
}

fn clock() -> Rc<dyn Clock> {
    Rc::new(Fixed(Timestamp::from_secs(100)))
}

fn client(base: BaseUrl) -> Twitter {
    client_with(base, Settings::default())
}

pub(super) fn client_with(base: BaseUrl, settings: Settings) -> Twitter {
    let account = Account { id: "7".into(), username: Some("owner".into()) };
    Twitter::new(http::client().unwrap(), base, keys(), account, settings, clock())
}

pub(super) fn part(text: &str) -> Part {
    let mut part = Part::plain(text);
    part.language = Some("en".into());
    part
}

/// Publishes against a script; what came of it and what was asked.
async fn publish(script: Vec<Step>, reply_to: Option<&str>) -> (Outcome, Vec<Asked>) {
    let (base, server) = serve(script).await;
    let (part, parent) = (part("hi <&> 👍"), reply_to.map(PostId::new));
    let outcome = client(base).publish(&Request { part: &part, media: &[], reply_to: parent.as_ref(), key: "k" }).await;
    (outcome, server.await.unwrap())
}

fn since(after: &str) -> Since {
    Since { after: Some(PostId::new(after)), ..Since::default() }
}

#[tokio::test]
async fn every_page_is_read_with_the_same_since_id() {
    let page = |ids: &[&str], token: Option<&str>| {
        let data: Vec<_> =
            ids.iter().map(|id| json!({"id": id, "text": format!("post {id}"), "author_id": "7"})).collect();
        step(200, &json!({"data": data, "meta": {"result_count": ids.len(), "next_token": token}}))
    };
    let (base, server) = serve(vec![page(&["101", "100"], Some("a/b=")), page(&["99", "100"], None)]).await;
    let timeline = client(base).read(&since("98")).await.unwrap();
    assert_eq!(timeline.posts.iter().map(|post| post.id.as_str()).collect::<Vec<_>>(), ["99", "100", "101"]);
    assert!(timeline.complete);
    assert_eq!(timeline.at, Timestamp::from_secs(SERVER));
    let asked = server.await.unwrap();
    for request in &asked {
        assert!(request.line.starts_with(
            "GET /2/users/7/tweets?expansions=attachments.media_keys%2Cattachments.poll_ids&max_results=100&media.fields=media_key%2C"
        ));
        assert!(
            request.line.contains("&since_id=98&tweet.fields=created_at%2Cauthor_id%2Ctext%2Cnote_tweet%2C"),
            "{}",
            request.line
        );
    }
    assert!(!asked[0].line.contains("pagination_token"));
    assert!(asked[1].line.contains("&pagination_token=a%2Fb%3D&"));
    assert_ne!(asked[0].oauth("oauth_nonce"), asked[1].oauth("oauth_nonce"));
    // The second request goes by the server's clock.
    assert_eq!(
        (asked[0].oauth("oauth_timestamp"), asked[1].oauth("oauth_timestamp")),
        ("100".into(), SERVER.to_string())
    );
}

#[tokio::test]
async fn an_empty_poll_is_complete_and_a_failing_page_fails_the_read() {
    let (base, _server) = serve(vec![step(200, &json!({"meta": {"result_count": 0}}))]).await;
    let timeline = client(base).read(&since("98")).await.unwrap();
    assert_eq!((timeline.posts.len(), timeline.complete), (0, true));

    let first = json!({"data": [{"id": "99", "text": "x", "author_id": "7"}], "meta": {"next_token": "t"}});
    let (base, _server) = serve(vec![step(200, &first), step(503, &json!({}))]).await;
    assert!(matches!(client(base).read(&since("98")).await, Err(Trouble::NoAnswer(_))));

    let (base, _server) = serve(vec![Step::HangUp]).await;
    assert!(matches!(client(base).read(&since("98")).await, Err(Trouble::NoAnswer(_))));

    let (base, _server) =
        serve(vec![step(200, &json!({"data": [{"id": "99", "text": "x", "author_id": "7"}, {}]}))]).await;
    assert!(!client(base).read(&since("98")).await.unwrap().complete);
}

#[tokio::test]
async fn posts_without_the_fields_asked_for_are_no_answer() {
    let unasked = json!({"data": [{"id": "99", "text": "@bob x", "edit_history_post_ids": ["99"]}]});
    let (base, _server) = serve(vec![step(200, &unasked)]).await;
    assert!(matches!(client(base).read(&since("98")).await, Err(Trouble::NoAnswer(_))));
}

#[tokio::test]
async fn the_newest_post_is_asked_for_with_the_least() {
    for (body, newest) in [
        (
            json!({"data": [{"id": "9", "text": "x"}, {"id": "10", "text": "x"}], "meta": {"newest_id": "10"}}),
            Some("10"),
        ),
        (json!({"meta": {"result_count": 0}}), None),
    ] {
        let (base, server) = serve(vec![step(200, &body)]).await;
        let read = if newest.is_some() { vec![PostId::new("9"), PostId::new("10")] } else { Vec::new() };
        let expected = Newest { id: newest.map(PostId::new), at: Timestamp::from_secs(SERVER), read };
        assert_eq!(client(base).newest().await, Ok(expected));
        assert_eq!(server.await.unwrap()[0].line, "GET /2/users/7/tweets?max_results=5 HTTP/1.1");
    }
}

#[tokio::test]
async fn a_post_is_sent_once_with_nothing_beside_its_text_and_parent() {
    let created = || step(201, &json!({"data": {"id": "12", "text": "hi"}}));
    let expected = Outcome::Done { id: PostId::new("12"), address: Some("https://x.com/owner/status/12".into()) };
    for (parent, body) in [
        (None, r#"{"text":"hi <&> 👍"}"#),
        (Some("11"), r#"{"text":"hi <&> 👍","reply":{"in_reply_to_tweet_id":"11"}}"#),
    ] {
        let (outcome, asked) = publish(vec![created()], parent).await;
        assert_eq!(outcome, expected);
        assert_eq!((asked.len(), asked[0].line.as_str(), asked[0].body.as_str()), (1, "POST /2/tweets HTTP/1.1", body));
        assert!(asked[0].head.to_lowercase().contains("content-type: application/json"));
    }
}

#[tokio::test]
async fn a_401_is_signed_once_more_by_the_servers_clock() {
    let refused = || step(401, &json!({"title": "Unauthorized", "detail": "Unauthorized"}));
    let (outcome, asked) = publish(vec![refused(), step(201, &json!({"data": {"id": "12"}}))], None).await;
    assert!(matches!(outcome, Outcome::Done { .. }));
    assert_eq!(
        (asked[0].oauth("oauth_timestamp"), asked[1].oauth("oauth_timestamp")),
        ("100".into(), SERVER.to_string())
    );
    assert_eq!(asked[0].body, asked[1].body);

    let (outcome, asked) = publish(vec![refused(), refused()], None).await;
    assert_eq!(outcome, Outcome::Refused(Trouble::SignIn("Unauthorized".into())));
    assert_eq!(asked.len(), 2);

    let (base, server) = serve(vec![refused(), step(200, &json!({"data": []}))]).await;
    assert!(client(base).read(&since("98")).await.unwrap().complete);
    assert_eq!(server.await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_unclear_and_never_sent_again() {
    for lost in
        [Step::HangUp, Step::Answer(201, "", "{".into()), step(502, &json!({})), step(201, &json!({"data": {}}))]
    {
        let (outcome, asked) = publish(vec![lost], None).await;
        assert!(matches!(outcome, Outcome::Unclear { duplicate: false, .. }), "{outcome:?}");
        assert_eq!(asked.len(), 1);
    }
    // Nobody listens there any more.
    let (base, server) = serve(vec![]).await;
    server.await.unwrap();
    let part = part("hi");
    let outcome = client(base).publish(&Request { part: &part, media: &[], reply_to: None, key: "k" }).await;
    assert!(matches!(outcome, Outcome::NotSent(Trouble::Unreachable(_))), "{outcome:?}");
}

#[tokio::test]
async fn setup_learns_whose_keys_they_are() {
    let body = json!({"data": {"id": "7", "username": "owner", "name": "O", "subscription_type": "Premium", "protected": true}});
    let answer = Step::Answer(200, "x-access-level: read-write\r\n", body.to_string());
    let (base, server) = serve(vec![answer]).await;
    let identity = who_am_i(http::client().unwrap(), base, keys(), clock()).await.unwrap();
    assert_eq!((identity.id.as_str(), identity.username.as_str(), identity.protected), ("7", "owner", true));
    assert_eq!(identity.subscription_type.as_deref(), Some("Premium"));
    assert_eq!(identity.access_level.as_deref(), Some("read-write"));
    assert!(server.await.unwrap()[0].line.starts_with("GET /2/users/me?user.fields=subscription_type%2C"));
}

#[tokio::test]
async fn a_sign_in_by_pin_leads_to_a_token() {
    let http = http::client().unwrap();
    let consumer = ConsumerKeys { key: Secret::new("ck"), secret: Secret::new("cs") };
    let form = |text: &str| Step::Answer(200, "", text.to_owned());
    let (base, server) = serve(vec![
        form("oauth_token=rt&oauth_token_secret=rts&oauth_callback_confirmed=true"),
        form("oauth_token=7-new&oauth_token_secret=s%2B1&user_id=7&screen_name=owner"),
        form("oauth_token=rt&oauth_token_secret=rts&oauth_callback_confirmed=false"),
    ])
    .await;
    let request = request_token(http.clone(), base.clone(), &consumer, clock()).await.unwrap();
    assert_eq!(request.authorize_url.as_str(), base.as_str().to_owned() + "/oauth/authorize?oauth_token=rt");
    let pin = Secret::new(" 1234567\n");
    let access = access_token(http.clone(), base.clone(), &consumer, &request, &pin, clock()).await.unwrap();
    assert_eq!((access.access_token.expose(), access.access_token_secret.expose()), ("7-new", "s+1"));
    assert_eq!((access.user_id.as_str(), access.screen_name.as_str()), ("7", "owner"));
    assert!(matches!(request_token(http, base, &consumer, clock()).await, Err(Trouble::NoAnswer(_))));
    let asked = server.await.unwrap();
    assert_eq!(
        (asked[0].line.as_str(), asked[0].oauth("oauth_callback")),
        ("POST /oauth/request_token HTTP/1.1", "oob".into())
    );
    assert!(asked[0].head.to_lowercase().contains("content-length: 0"), "{}", asked[0].head);
    assert_eq!((asked[1].oauth("oauth_token"), asked[1].oauth("oauth_verifier")), ("rt".into(), "1234567".into()));
}
