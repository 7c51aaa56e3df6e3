//! What the server does, asked through [`Service::handle`] as a client would.

mod by_hand;
mod changing;
mod interacting;
mod listing;
mod media;
mod polls;
mod publishing;
mod quoting;
mod signing_in;
mod single;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::*;
use crate::core::post::Visibility;

const BASE: &str = "http://127.0.0.1:3000";
const ALL_SCOPES: &str = "profile read:statuses write:statuses write:media";

/// A server with an owner, a token and a clock that moves only when told.
struct Bench {
    world: MastodonWorld,
    token: String,
    now: Timestamp,
}

impl Bench {
    fn new(behaviour: Behaviour) -> Self {
        let now = Timestamp::from_millis(1_785_592_390_824);
        let mut world = MastodonWorld::new("social.example", "me", behaviour);
        let token = world.grant_token("me", "crosspostd", ALL_SCOPES, now).unwrap_or_default();
        Self { world, token, now }
    }

    fn mastodon() -> Self {
        Self::new(Behaviour { limits: Limits::none(), ..Behaviour::mastodon() })
    }

    fn gotosocial() -> Self {
        Self::new(Behaviour { limits: Limits::none(), ..Behaviour::gotosocial() })
    }

    fn call(&self, method: &str, target: &str) -> Call {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Call {
            method: method.to_owned(),
            path: path.to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: vec![
                header("user-agent", "test/1"),
                header("accept", "application/json"),
                header("authorization", &format!("Bearer {}", self.token)),
            ],
            body: Vec::new(),
            base: BASE.to_owned(),
        }
    }

    fn send(&mut self, call: &Call) -> Answer {
        Answer(self.world.handle(call, self.now))
    }

    fn get(&mut self, target: &str) -> Answer {
        let call = self.call("GET", target);
        self.send(&call)
    }

    fn ask(&mut self, method: &str, target: &str, body: &Value) -> Answer {
        let call = with_body(self.call(method, target), body);
        self.send(&call)
    }

    fn post(&mut self, body: &Value) -> Answer {
        self.ask("POST", "/api/v1/statuses", body)
    }

    fn post_with_key(&mut self, key: &str, body: &Value) -> Answer {
        let mut call = with_body(self.call("POST", "/api/v1/statuses"), body);
        call.headers.push(("idempotency-key".to_owned(), key.to_owned()));
        self.send(&call)
    }

    fn form(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let mut call = self.call("POST", target);
        call.headers.retain(|(name, _)| name != "authorization");
        call.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        call.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes();
        self.send(&call)
    }

    fn later(&mut self, millis: i64) {
        self.now = self.now.plus_millis(millis);
    }

    /// The owner writes by hand, a second after the last time.
    fn write(&mut self, text: &str) -> String {
        self.write_with(text, &Options::default())
    }

    fn write_with(&mut self, text: &str, options: &Options) -> String {
        self.later(1000);
        self.world.write_as_owner(self.now, text, options).to_string()
    }

    fn own_list(&self) -> String {
        format!("/api/v1/accounts/{}/statuses", self.world.owner_id())
    }
}

fn with_body(mut call: Call, body: &Value) -> Call {
    call.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    call.body = body.to_string().into_bytes();
    call
}

struct Answer(Reply);

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.0.body).unwrap_or_default()
    }

    /// A string in the body; empty if there is none.
    fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> String {
        let found = self.0.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn ids(&self) -> Vec<String> {
        let list = self.json();
        let id = |entry: &Value| entry.pointer("/id").and_then(Value::as_str).map(str::to_owned);
        list.as_array().into_iter().flatten().filter_map(id).collect()
    }

    #[track_caller]
    fn is(&self, status: u16, error: &str) {
        assert_eq!((self.0.status, self.text("/error").as_str()), (status, error));
    }
}

#[test]
fn bad_manners_are_refused() {
    let mut bench = Bench::mastodon();
    for (header, value, expected) in [
        ("user-agent", "", 418),
        ("accept", "text/html", 406),
        ("accept", "text/html, application/json;q=0.9", 200),
        ("accept", "*/*", 200),
    ] {
        let mut call = bench.call("GET", "/api/v2/instance");
        call.headers.retain(|(name, _)| name != header);
        call.headers.push((header.to_owned(), value.to_owned()));
        assert_eq!(bench.send(&call).0.status, expected, "{header}: {value}");
    }
    let mut call = bench.call("GET", "/api/v2/instance");
    call.headers.retain(|(name, _)| name == "user-agent");
    assert_eq!(bench.send(&call).0.status, 200, "no accept header takes anything");
}

#[test]
fn the_instance_says_what_it_takes() {
    for (behaviour, version, limit, api, name) in [
        (Behaviour::mastodon(), "4.6.5", 500, json!({ "mastodon": 11 }), "mastodon"),
        (Behaviour::old_mastodon(), "4.2.29", 500, Value::Null, "mastodon"),
        (Behaviour::gotosocial(), "0.20.0-rc1+git-57cb4fe", 5000, Value::Null, "gotosocial"),
    ] {
        let mut bench = Bench::new(behaviour);
        for target in ["/api/v2/instance", "/api/v1/instance"] {
            let answer = bench.get(target);
            assert_eq!(answer.text("/version"), version, "{target}");
            let json = answer.json();
            assert_eq!(json.pointer("/configuration/statuses/max_characters"), Some(&json!(limit)), "{target}");
        }
        assert_eq!(bench.get("/api/v2/instance").json().get("api_versions").cloned().unwrap_or_default(), api);
        let link = bench.get("/.well-known/nodeinfo").text("/links/0/href");
        assert_eq!(link, format!("{BASE}/nodeinfo/2.0"));
        assert_eq!(bench.get("/nodeinfo/2.0").text("/software/name"), name);
    }
}

#[test]
fn rate_limits_are_told_and_kept() {
    let limits = Limits { token: 3, cursors: 1, writes: 2, deletes: 1, anonymous: 5, ..Limits::real() };
    let mut bench = Bench::new(Behaviour { limits, ..Behaviour::mastodon() });
    let id = bench.world.write_as_owner(bench.now, "x", &Options::default());
    let home = "/api/v1/timelines/home";
    let cases: [(&str, &str, Value, u16, &str, &str); 10] = [
        ("GET", home, Value::Null, 200, "3", "2"),
        ("GET", "/api/v1/timelines/home?max_id=9", Value::Null, 200, "1", "0"),
        ("GET", "/api/v1/timelines/home?max_id=9", Value::Null, 429, "1", "0"),
        ("GET", home, Value::Null, 429, "3", "0"),
        // The next slot of 5 minutes; that of 15 goes on.
        ("POST", "/api/v1/statuses", json!({ "status": "a" }), 200, "2", "1"),
        ("POST", "/api/v1/statuses", json!({ "status": "" }), 422, "2", "1"),
        ("POST", "/api/v1/statuses", json!({ "status": "b" }), 200, "2", "0"),
        // And the next again.
        ("POST", "/api/v1/statuses", json!({ "status": "c" }), 429, "2", "0"),
        ("DELETE", &format!("/api/v1/statuses/{id}"), Value::Null, 200, "1", "0"),
        ("DELETE", &format!("/api/v1/statuses/{id}"), Value::Null, 429, "1", "0"),
    ];
    for (at, (method, target, body, status, limit, remaining)) in cases.into_iter().enumerate() {
        if at == 4 || at == 7 {
            bench.later(300_000);
        }
        let answer = bench.ask(method, target, &body);
        let told = (answer.header("X-RateLimit-Limit"), answer.header("X-RateLimit-Remaining"));
        assert_eq!((answer.0.status, told.0.as_str(), told.1.as_str()), (status, limit, remaining), "{at}: {target}");
        assert!(answer.header("X-RateLimit-Reset").ends_with(".824000Z"), "{at}: microseconds");
        assert_eq!(answer.header("Retry-After"), "", "{at}");
        if status == 429 {
            answer.is(429, "Too many requests");
        }
    }
    assert_eq!(bench.world.posts_created(), 2);
}

#[test]
fn gotosocial_tells_its_limits_its_own_way() {
    let limits = Limits { token: 1, ..Limits::real() };
    let mut bench = Bench::new(Behaviour { limits, ..Behaviour::gotosocial() });
    assert_eq!(bench.get("/api/v1/timelines/home").header("X-Ratelimit-Remaining"), "0");
    let refused = bench.get("/api/v1/timelines/home");
    refused.is(429, "rate limit reached");
    assert_eq!(refused.header("X-Ratelimit-Reset"), "2026-08-01T13:55:00.824Z");
}
