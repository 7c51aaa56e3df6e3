//! Who may ask at all: signatures, tokens, the PIN flow.

use crosspostd::sandbox::twitter::TwitterWorld;
use serde_json::json;

use super::ME;
use crate::x::{Parameters, X, sign};

#[test]
fn only_a_right_signature_passes() {
    let x = X::new();
    let url = format!("{}{ME}", x.server.base());
    let set = |name: &str, value: &str| {
        let mut parameters = x.parameters();
        parameters.retain(|(known, _)| known != name);
        parameters.push((name.to_owned(), value.to_owned()));
        parameters
    };
    let old = (x.clock.now().secs() - 301).to_string();
    let used = x.parameters();
    let send = |header: &str, query: &[(&str, &str)]| {
        x.try_raw("GET", ME, query, &[("authorization", header)], Vec::new()).unwrap()
    };
    assert_eq!(send(&sign("GET", &url, &[], &used, X::secrets()), &[]).status, 200);
    let cases: Vec<(&str, String)> = vec![
        ("a nonce twice", sign("GET", &url, &[], &used, X::secrets())),
        ("a wrong token secret", sign("GET", &url, &[], &x.parameters(), ("sandbox-consumer-secret", "no"))),
        ("a wrong consumer secret", sign("GET", &url, &[], &x.parameters(), ("no", "sandbox-token-secret"))),
        ("another method", sign("POST", &url, &[], &x.parameters(), X::secrets())),
        ("another address", sign("GET", "https://api.x.com/2/users/me", &[], &x.parameters(), X::secrets())),
        ("a query that was not sent", sign("GET", &url, &[("a", "b")], &x.parameters(), X::secrets())),
        ("an old timestamp", sign("GET", &url, &[], &set("oauth_timestamp", &old), X::secrets())),
        ("another version", sign("GET", &url, &[], &set("oauth_version", "1.1"), X::secrets())),
        ("another signature method", sign("GET", &url, &[], &set("oauth_signature_method", "PLAINTEXT"), X::secrets())),
        ("an unknown token", sign("GET", &url, &[], &set("oauth_token", "nobody"), X::secrets())),
        ("an unknown key", sign("GET", &url, &[], &set("oauth_consumer_key", "nobody"), X::secrets())),
        ("a bearer", "Bearer nobody".to_owned()),
    ];
    for (what, header) in &cases {
        let answer = send(header, &[]);
        assert_eq!(answer.status, 401, "{what}");
        let body = json!({ "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized" });
        assert_eq!(answer.json, body, "{what}");
    }
    assert_eq!(x.server.with(|x| x.refused_sign_ins().len()), cases.len());
    assert_eq!(x.try_raw("GET", ME, &[], &[], Vec::new()).unwrap().status, 401);
    x.server.with(|x| x.add_bearer("printed", 2_244_994_945));
    assert_eq!(send("Bearer printed", &[]).json["data"]["username"], "owner");
    x.server.with(TwitterWorld::revoke_tokens);
    assert_eq!(x.get(ME, &[]).status, 401);
}

#[test]
fn a_comma_is_signed_as_an_escape() {
    let x = X::new();
    let query = [("user.fields", "protected,verified_type")];
    assert_eq!(x.get(ME, &query).json["data"]["verified_type"], "none");
    // A signature over the comma as it stands, as naive clients make it.
    let url = format!("{}{ME}", x.server.base());
    let parameters: Parameters = x.parameters();
    let naive = sign("GET", &url, &[("user.fields", "protected%2Cverified_type")], &parameters, X::secrets());
    assert_eq!(x.try_raw("GET", ME, &query, &[("authorization", &naive)], Vec::new()).unwrap().status, 401);
    assert_eq!(x.get(ME, &[("user.fields", "name"), ("user.fields", "id")]).status, 400);
}

#[test]
fn signing_in_with_a_pin_gives_a_token_that_works() {
    let x = X::new();
    let ask = |path: &str, extra: &[(&str, &str)], token_secret: &str, query: &[(&str, &str)]| {
        let mut parameters = x.parameters();
        parameters.retain(|(name, _)| name != "oauth_token");
        parameters.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = format!("{}{path}", x.server.base());
        let header = sign("POST", &url, query, &parameters, ("sandbox-consumer-secret", token_secret));
        x.try_raw("POST", path, query, &[("authorization", &header)], Vec::new()).unwrap()
    };
    let form = |text: &str| -> Vec<String> {
        text.split('&').map(|pair| pair.split_once('=').unwrap().1.to_owned()).collect()
    };
    let callback = [("oauth_callback", "oob")];
    assert_eq!(ask("/oauth/request_token", &callback, "no", &[]).json["errors"][0]["code"], 32);
    let refused = ask("/oauth/request_token", &[("oauth_callback", "https://example.com")], "", &[]);
    assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (403, &json!(415)));
    let begun = ask("/oauth/request_token", &callback, "", &[]);
    assert!(begun.text.ends_with("&oauth_callback_confirmed=true"));
    let keys = form(&begun.text);
    let page = x.try_raw("GET", "/oauth/authorize", &[("oauth_token", &keys[0])], &[], Vec::new()).unwrap();
    let pin = x.server.with(|x| x.approve(&keys[0])).unwrap();
    assert!(page.text.contains(&format!("<code>{pin}</code>")));

    let access =
        |pin: &str| ask("/oauth/access_token", &[("oauth_token", &keys[0]), ("oauth_verifier", pin)], &keys[1], &[]);
    assert_eq!(access("0000000").status, 401);
    let granted = access(&pin);
    assert!(granted.text.ends_with("&user_id=2244994945&screen_name=owner"), "{}", granted.text);
    assert_eq!(access(&pin).status, 401, "a PIN is good once");
    let keys = form(&granted.text);
    assert!(keys[0].starts_with("2244994945-"));
    let mut parameters = x.parameters();
    parameters.retain(|(name, _)| name != "oauth_token");
    parameters.push(("oauth_token".to_owned(), keys[0].clone()));
    let header =
        sign("GET", &format!("{}{ME}", x.server.base()), &[], &parameters, ("sandbox-consumer-secret", &keys[1]));
    assert_eq!(x.try_raw("GET", ME, &[], &[("authorization", &header)], Vec::new()).unwrap().status, 200);
}
