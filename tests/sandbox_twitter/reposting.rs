//! Reposts: through the API, by hand, and as timelines show them.

use crosspostd::sandbox::twitter::{Charge, Dialect, Draft, User};
use serde_json::json;

use crate::words;
use crate::x::{Answer, X};

const RETWEETS: &str = "/2/users/2244994945/retweets";

fn repost(x: &X, id: u64) -> Answer {
    x.send("POST", RETWEETS, &[], Some(&json!({ "tweet_id": id.to_string() })))
}

fn unrepost(x: &X, id: u64) -> Answer {
    x.send("DELETE", &format!("{RETWEETS}/{id}"), &[], None)
}

#[test]
fn a_repost_is_made_once_and_taken_back() {
    let x = X::new();
    let own = x.write("mine");
    let theirs = x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        x.write(7, Draft::text("theirs")).unwrap()
    });
    for id in [own, theirs, theirs] {
        let answer = repost(&x, id);
        let expected = json!({ "data": { "rest_id": id.to_string(), "retweeted": true } });
        assert_eq!((answer.status, &answer.json), (200, &expected));
    }
    let page = x.timeline(&[("tweet.fields", "referenced_tweets,source")]);
    assert_eq!(page.texts(), ["RT @somebody: theirs", "RT @owner: mine", "mine"]);
    let post = &page.json["data"][0];
    assert_eq!(post["referenced_tweets"], json!([{ "type": "retweeted", "id": theirs.to_string() }]));
    assert_eq!(post["source"], "crosspostd");
    // A repost of the repost is one of the original.
    let of_repost = post["id"].as_str().unwrap().parse().unwrap();
    assert_eq!((repost(&x, of_repost).status, x.timeline(&[]).texts().len()), (200, 3));
    for _ in 0..2 {
        assert_eq!(unrepost(&x, theirs).json, json!({ "data": { "retweeted": false } }));
    }
    assert_eq!(x.timeline(&[]).texts(), ["RT @owner: mine", "mine"]);
    let bill = x.server.with(|x| [Charge::Repost, Charge::Unrepost].map(|one| x.bill().micro_usd(one)));
    assert_eq!(bill, [4 * 15_000, 2 * 10_000]);
    x.server.with(|x| x.delete(own));
    assert_eq!(x.timeline(&[]).json["meta"]["result_count"], 0, "reposts go with their original");
    x.server.with(|x| x.settings.dialect = Dialect::Legacy);
    assert_eq!(repost(&x, theirs).json["data"], json!({ "id": theirs.to_string(), "retweeted": true }));
}

#[test]
fn reposts_that_cannot_be_are_refused() {
    let x = X::new();
    let (gone, shy) = (x.write("gone"), 8);
    let hidden = x.server.with(|x| {
        x.delete(gone);
        x.add_user(User { protected: true, ..User::new(shy, "shy", "Shy") });
        x.write(shy, Draft::text("for friends")).unwrap()
    });
    assert_eq!([repost(&x, gone).status, repost(&x, 1).status, repost(&x, hidden).status], [404, 404, 403]);
    for body in [json!({}), json!({ "tweet_id": 1 }), json!({ "tweet_id": "x" }), json!({ "tweet_id": "1", "id": "1" })]
    {
        assert_eq!(x.send("POST", RETWEETS, &[], Some(&body)).status, 400, "{body}");
    }
    let other = x.send("POST", "/2/users/8/retweets", &[], Some(&json!({ "tweet_id": "1" })));
    assert!(other.status == 400 && words(&other).contains("must be the same as the authenticating user"));
    assert_eq!(x.send("DELETE", &format!("{RETWEETS}/x"), &[], None).status, 400);
    assert_eq!([x.get(RETWEETS, &[]).status, x.get(&format!("{RETWEETS}/1"), &[]).status], [405, 405]);
    assert_eq!(x.server.with(|x| x.bill().total_micro_usd()), 0);
    x.server.with(|x| x.set_may_write(false));
    assert_eq!([repost(&x, gone).status, unrepost(&x, gone).status], [403, 403]);
    for _ in 0..50 {
        unrepost(&x, gone);
    }
    assert_eq!((unrepost(&x, gone).status, repost(&x, gone).status), (429, 403), "each has its own window");
}

#[test]
fn the_owner_reposts_by_hand() {
    let x = X::new();
    let own = x.write("mine");
    x.server.with(|x| {
        let repost = x.repost_as_owner(own).unwrap();
        assert_eq!(x.repost_as_owner(own), Some(repost), "once is enough");
        assert!(!x.post(repost).unwrap().by_api);
        assert_eq!(x.repost_as_owner(1), None);
        assert!(x.unrepost_as_owner(own) && !x.unrepost_as_owner(own));
        assert_eq!(x.timeline().len(), 1);
    });
}
