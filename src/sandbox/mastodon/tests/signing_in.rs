//! Apps, codes, tokens, scopes.

use url::Url;

use super::*;

const REDIRECT: &str = "http://127.0.0.1:4000/callback";
const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";
// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn register(bench: &mut Bench) -> (String, String) {
    let uris = format!("{REDIRECT}\n{OOB}");
    let fields = [("client_name", "crosspostd"), ("redirect_uris", &uris), ("scopes", ALL_SCOPES)];
    let app = bench.form("/api/v1/apps", &fields);
    (app.text("/client_id"), app.text("/client_secret"))
}

fn address(client_id: &str, changes: &[(&str, &str)]) -> String {
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", REDIRECT),
        ("scope", ALL_SCOPES),
        ("state", "s t"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (key, value) in changes {
        query.retain(|(known, _)| known != key);
        query.push((key, value));
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{BASE}/oauth/authorize?{query}")
}

#[test]
fn the_whole_way_in() {
    let mut bench = Bench::mastodon();
    let (id, secret) = register(&mut bench);
    let approval = bench.world.approve(&address(&id, &[]), bench.now);
    let approval = approval.unwrap_or_else(|e| Approval { code: String::new(), redirect: e });
    assert_eq!(approval.redirect, format!("{REDIRECT}?code={}&state=s%20t", approval.code));
    let token = |bench: &mut Bench, changes: &[(&str, &str)]| {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", approval.code.as_str()),
            ("client_id", &id),
            ("client_secret", &secret),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        for (key, value) in changes {
            fields.retain(|(known, _)| known != key);
            fields.push((key, value));
        }
        bench.form("/oauth/token", &fields)
    };
    for (change, status, error) in [
        (("code_verifier", "wrong"), 400, "invalid_grant"),
        (("code_verifier", ""), 400, "invalid_request"),
        (("redirect_uri", "http://127.0.0.1:4001/callback"), 400, "invalid_grant"),
        (("redirect_uri", ""), 400, "invalid_request"),
        (("code", "wrong"), 400, "invalid_grant"),
        (("client_secret", "wrong"), 401, "invalid_client"),
        (("grant_type", "password"), 400, "unsupported_grant_type"),
        (("grant_type", "refresh_token"), 400, "unsupported_grant_type"),
    ] {
        token(&mut bench, &[change]).is(status, error);
    }
    let answer = token(&mut bench, &[]);
    assert_eq!((answer.0.status, answer.text("/scope").as_str()), (200, ALL_SCOPES));
    assert!(answer.json().get("expires_in").is_none());
    token(&mut bench, &[]).is(400, "invalid_grant");

    bench.token = answer.text("/access_token");
    let me = bench.get("/api/v1/accounts/verify_credentials");
    assert_eq!((me.text("/acct").as_str(), me.text("/source/privacy").as_str()), ("me", "public"));
    assert_eq!(bench.get("/api/v1/apps/verify_credentials").text("/name"), "crosspostd");

    let mine = bench.token.clone();
    let revoke = |bench: &mut Bench, secret: &str| {
        bench.form("/oauth/revoke", &[("client_id", &id), ("client_secret", secret), ("token", &mine)])
    };
    revoke(&mut bench, "wrong").is(403, "unauthorized_client");
    assert_eq!(revoke(&mut bench, &secret).json(), json!({}));
    assert_eq!(revoke(&mut bench, &secret).0.status, 200, "again does no harm");
    bench.get("/api/v1/accounts/verify_credentials").is(401, "The access token was revoked");
}

#[test]
fn codes_do_not_last() {
    let mut bench = Bench::mastodon();
    let (id, secret) = register(&mut bench);
    for (wait, status) in [(600_000, 200), (600_001, 400)] {
        let approval = bench.world.approve(&address(&id, &[("redirect_uri", OOB)]), bench.now);
        let Ok(Approval { code, redirect }) = approval else { return assert!(approval.is_ok()) };
        assert_eq!(redirect, format!("{BASE}/oauth/authorize/native?code={code}"));
        assert!(String::from_utf8_lossy(&bench.get(&redirect.replace(BASE, "")).0.body).contains(&code));
        bench.later(wait);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("client_id", &id),
            ("client_secret", &secret),
            ("redirect_uri", OOB),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(bench.form("/oauth/token", &fields).0.status, status, "{wait}");
    }
}

#[test]
fn the_page_checks_what_is_asked() {
    let mut bench = Bench::mastodon();
    let (id, _) = register(&mut bench);
    for (change, get, post) in [
        (("state", "s t"), 200, 302),
        (("client_id", "wrong"), 400, 400),
        (("redirect_uri", "http://127.0.0.1:4000/other"), 400, 400),
        (("redirect_uri", "http://localhost:4000/callback"), 400, 400),
        (("redirect_uri", "http://127.0.0.1:9/callback"), 200, 302),
        (("scope", "read"), 302, 302),
        (("response_type", "token"), 302, 302),
        (("code_challenge_method", "plain"), 302, 302),
    ] {
        let target = address(&id, &[change]).replace(BASE, "");
        for (method, expected) in [("GET", get), ("POST", post)] {
            let mut call = bench.call(method, &target);
            call.headers =
                vec![("user-agent".to_owned(), "Browser".to_owned()), ("accept".to_owned(), "text/html".to_owned())];
            let answer = bench.send(&call);
            assert_eq!(answer.0.status, expected, "{method} {change:?}");
            let location = answer.header("Location");
            assert_eq!(location.contains("error="), get == 302, "{method} {change:?} {location}");
            if expected == 302 {
                assert!(Url::parse(&location).is_ok() && location.ends_with("state=s%20t"), "{location}");
            }
        }
        assert_eq!(bench.world.approve(&address(&id, &[change]), bench.now).is_ok(), get == 200, "{change:?}");
    }
    let mut gotosocial = Bench::gotosocial();
    let (id, _) = register(&mut gotosocial);
    let other_port = address(&id, &[("redirect_uri", "http://127.0.0.1:9/callback")]);
    assert!(gotosocial.world.approve(&other_port, gotosocial.now).is_err(), "exactly the same there");
}

#[test]
fn apps_are_looked_at() {
    let long = "x".repeat(61);
    for (body, list_taken, status) in [
        (json!({ "client_name": "a", "redirect_uris": REDIRECT }), true, 200),
        (json!({ "client_name": "a", "redirect_uris": [REDIRECT, OOB] }), true, 200),
        (json!({ "client_name": "a", "redirect_uris": [REDIRECT] }), false, 400),
        (json!({ "client_name": "a" }), true, 422),
        (json!({ "client_name": "", "redirect_uris": OOB }), true, 422),
        (json!({ "client_name": long, "redirect_uris": OOB }), true, 422),
        (json!({ "client_name": "a", "redirect_uris": "callback" }), true, 422),
        (json!({ "client_name": "a", "redirect_uris": OOB, "scopes": "read everything" }), true, 422),
        (json!({ "client_name": "a", "redirect_uris": OOB, "website": "example.com" }), true, 422),
    ] {
        let mut bench = Bench::mastodon();
        bench.world.behaviour.redirect_uri_list = list_taken;
        assert_eq!(bench.ask("POST", "/api/v1/apps", &body).0.status, status, "{body}");
    }
    for (behaviour, status) in [(Behaviour::old_mastodon(), 422), (Behaviour::gotosocial(), 200)] {
        let fields = [("client_name", "a"), ("redirect_uris", OOB), ("scopes", "profile")];
        assert_eq!(Bench::new(behaviour).form("/api/v1/apps", &fields).0.status, status, "no `profile` before 4.3");
    }
    let mut bench = Bench::new(Behaviour::mastodon());
    for n in 1..=6 {
        let answer = bench.form("/api/v1/apps", &[("client_name", "a"), ("redirect_uris", OOB)]);
        assert_eq!(answer.0.status, if n > 5 { 429 } else { 200 }, "{n}");
    }
}

#[test]
fn metadata_tells_the_software() {
    for (behaviour, status, password) in [
        (Behaviour::mastodon(), 200, false),
        (Behaviour { password_grant: PasswordGrant::On, ..Behaviour::mastodon() }, 200, true),
        (Behaviour::old_mastodon(), 404, false),
        (Behaviour::gotosocial(), 404, false),
    ] {
        let answer = Bench::new(behaviour).get("/.well-known/oauth-authorization-server");
        assert_eq!(answer.0.status, status);
        let grants = answer.json().get("grant_types_supported").cloned().unwrap_or_default();
        assert_eq!(grants.as_array().is_some_and(|grants| grants.contains(&json!("password"))), password);
    }
}

#[test]
fn passwords_work_only_where_they_do() {
    for (grant, password, status, error) in [
        (PasswordGrant::On, PASSWORD, 200, ""),
        (PasswordGrant::On, "wrong", 400, "invalid_grant"),
        (PasswordGrant::TwoFactor, PASSWORD, 400, "invalid_grant"),
        (PasswordGrant::Off, PASSWORD, 400, "unsupported_grant_type"),
    ] {
        let mut bench = Bench::mastodon();
        bench.world.behaviour.password_grant = grant;
        let (id, secret) = register(&mut bench);
        let answer = bench.form(
            "/oauth/token",
            &[
                ("grant_type", "password"),
                ("client_id", &id),
                ("client_secret", &secret),
                ("username", "me@social.example"),
                ("password", password),
                ("scope", "read:statuses"),
            ],
        );
        answer.is(status, error);
    }
}

#[test]
fn tokens_do_what_their_scopes_say() {
    let mut bench = Bench::mastodon();
    let id = bench.write("x");
    let status = format!("/api/v1/statuses/{id}");
    let source = format!("{status}/source");
    let own = bench.own_list();
    for (method, target, needed) in [
        ("GET", "/api/v1/accounts/verify_credentials", vec!["profile", "read", "read:accounts"]),
        ("GET", "/api/v1/timelines/home", vec!["read", "read:statuses"]),
        ("GET", own.as_str(), vec!["read", "read:statuses"]),
        ("GET", status.as_str(), vec!["read", "read:statuses"]),
        ("GET", source.as_str(), vec!["read", "read:statuses"]),
        ("POST", "/api/v1/statuses", vec!["write", "write:statuses"]),
        ("PUT", status.as_str(), vec!["write", "write:statuses"]),
    ] {
        for scope in ["profile", "read", "read:accounts", "read:statuses", "write", "write:statuses", "write:media"] {
            bench.token = bench.world.grant_token("me", "app", scope, bench.now).unwrap_or_default();
            let answer = bench.ask(method, target, &json!({ "status": "x" }));
            if needed.contains(&scope) {
                assert_eq!(answer.0.status, 200, "{method} {target} with {scope}");
            } else {
                answer.is(403, "This action is outside the authorized scopes");
            }
        }
    }
}

#[test]
fn bad_tokens_are_told_why() {
    let mut bench = Bench::mastodon();
    let good = bench.token.clone();
    bench.token = "wrong".to_owned();
    let refused = bench.get("/api/v1/timelines/home");
    refused.is(401, "The access token is invalid");
    assert!(refused.header("WWW-Authenticate").starts_with("Bearer realm=\"Doorkeeper\", error=\"invalid_token\""));
    bench.token = good.clone();
    bench.world.behaviour.login_disabled = true;
    bench.get("/api/v1/timelines/home").is(403, "Your login is currently disabled");
    let own = bench.own_list();
    assert_eq!(bench.get(&own).0.status, 200, "goes on answering");
    bench.world.behaviour.login_disabled = false;
    bench.world.revoke_token(&good);
    bench.get("/api/v1/timelines/home").is(401, "The access token was revoked");

    let (id, secret) = register(&mut bench);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_secret", &secret),
        ("scope", "read:statuses"),
    ];
    bench.token = bench.form("/oauth/token", &fields).text("/access_token");
    bench.get("/api/v1/timelines/home").is(422, "This method requires an authenticated user");
    let mut gotosocial = Bench::gotosocial();
    gotosocial.token = "wrong".to_owned();
    gotosocial.get("/api/v1/timelines/home").is(401, "Unauthorized: token not supplied");
}

#[test]
fn the_same_login_gives_the_same_token() {
    let mut bench = Bench::mastodon();
    let again = bench.world.grant_token("me", "crosspostd", ALL_SCOPES, bench.now);
    assert_eq!(again, Some(bench.token.clone()));
    assert!(bench.world.grant_token("me", "crosspostd", "read", bench.now) != again);
    assert_eq!(bench.world.grant_token("nobody", "crosspostd", "read", bench.now), None);
}
