//! What stands between a request and its answer: rate limits, locks, money.

use crosspostd::sandbox::twitter::{Draft, Endpoint, Settings, User};
use serde_json::json;

use super::ME;
use crate::x::X;

#[test]
fn limits_and_locks_refuse_in_xs_words() {
    type Change = fn(&mut Settings);
    let x = X::new();
    let answer = x.get(ME, &[]);
    assert_eq!((answer.header("x-rate-limit-limit"), answer.header("x-rate-limit-remaining")), ("75", "74"));
    assert_eq!(answer.header("x-rate-limit-reset"), (x.clock.now().secs() + 900).to_string());
    assert_eq!(answer.header("x-access-level"), "read-write");
    assert_eq!(answer.header("date"), "Sat, 22 Aug 2026 12:00:00 GMT");
    for _ in 0..74 {
        assert_eq!(x.get(ME, &[]).status, 200);
    }
    let answer = x.get(ME, &[]);
    assert_eq!((answer.status, &answer.json["title"]), (429, &json!("Too Many Requests")));
    assert_eq!(answer.header("x-rate-limit-remaining"), "0");
    x.clock.advance(900);
    assert_eq!(x.get(ME, &[]).status, 200);
    x.server.with(|x| x.set_limit(Endpoint::Create, 1));
    assert_eq!([x.post_text("one").status, x.post_text("two").status], [201, 429]);

    x.server.with(|x| x.set_may_write(false));
    x.clock.advance(900);
    let answer = x.post_text("read only");
    assert_eq!((answer.status, answer.header("x-access-level")), (403, "read"));
    assert_eq!(answer.json["type"], "https://api.x.com/2/problems/oauth1-permissions");
    assert_eq!(x.timeline(&[]).status, 200);
    x.server.with(|x| {
        x.set_may_write(true);
        x.set_limit(Endpoint::Create, 100);
    });

    let cases: [(Change, u16, &str, &str); 4] = [
        (|x| x.enrolled = false, 403, "Client Forbidden", "attached to a Project"),
        (
            |x| x.credits_micro_usd = Some(0),
            402,
            "CreditsDepleted",
            "Your enrolled account [2056915467785113600] does not have any credits to fulfill this request.",
        ),
        (|x| x.spend_cap_micro_usd = Some(0), 403, "SpendCapReached", "until the next cycle begins on 2026-09-01."),
        (|x| x.usage_capped = true, 429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap"),
    ];
    for (change, status, title, detail) in cases {
        let before = x.server.with(|x| {
            let before = x.settings.clone();
            change(&mut x.settings);
            before
        });
        for answer in [x.timeline(&[]), x.post(&json!({ "text": title }))] {
            assert_eq!((answer.status, &answer.json["title"]), (status, &json!(title)));
            assert!(answer.json["detail"].as_str().unwrap().contains(detail), "{}", answer.text);
            assert_ne!(answer.header("x-rate-limit-remaining"), "");
        }
        x.server.with(|x| x.settings = before);
    }
    x.server.with(|x| x.settings.credits_micro_usd = Some(20_000));
    assert_eq!(x.post_text("the last money").status, 201);
    x.clock.advance(900);
    assert_eq!(x.post_text("a little beyond").status, 201);
    x.clock.advance(900);
    assert_eq!(x.post_text("broke").json["account_id"], 2_056_915_467_785_113_600_u64);
}

#[test]
fn the_bill_is_as_the_price_list_has_it() {
    let x = X::new();
    let own = x.write("own");
    let theirs = x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        x.write(7, Draft::text("theirs")).unwrap()
    });
    let read = |path: &str, query: &[(&str, &str)]| x.get(path, query).status;
    let total = || x.server.with(|x| x.bill().total_micro_usd());
    let timeline = "/2/users/2244994945/tweets";
    let mut before = 0;
    let mut costs = |what: &str, expected: u64| {
        assert_eq!(total() - before, expected, "{what}");
        before = total();
    };
    read(timeline, &[]);
    costs("an own post", 1_000);
    read(timeline, &[]);
    read("/2/tweets", &[("ids", &own.to_string())]);
    costs("the same on the same day", 0);
    read(timeline, &[("since_id", &own.to_string())]);
    read("/2/tweets/1", &[]);
    costs("nothing", 0);
    read("/2/users/7/tweets", &[]);
    costs("somebody's post", 5_000);
    read(timeline, &[("expansions", "author_id")]);
    costs("an expanded user", 10_000);
    read(ME, &[]);
    costs("the same user", 0);
    let made = x.post_text("plain").id();
    costs("a post", 15_000);
    x.post_text("see mastodon.social");
    costs("a post with a link", 200_000);
    x.post_text("see mastodon.social");
    x.post(&json!({ "text": "hi", "reply": { "in_reply_to_tweet_id": theirs.to_string() } }));
    costs("refusals", 0);
    x.send("DELETE", &format!("/2/tweets/{made}"), &[], None);
    costs("a deleted post", 10_000);
    x.clock.advance(86_400);
    read(timeline, &[]);
    costs("two posts on the next day", 2_000);
    read(ME, &[]);
    costs("a user on the next day", 10_000);
}
