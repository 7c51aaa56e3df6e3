//! Mastodon's part: servers in every form, and the three ways to sign in.

use super::*;

/// The answers up to Mastodon, these, and those after it.
fn answers<'a>(mastodon: &[&'a str]) -> Vec<&'a str> {
    [&[KEY, SECRET, TOKEN, TOKEN_SECRET], mastodon, &["1", "y"]].concat()
}

#[test]
fn a_server_is_asked_for_until_one_answers() {
    let world = World::new();
    let elsewhere = Server::start();
    let moved = Server::start();
    moved.on(
        "/.well-known/oauth-authorization-server",
        &[(301, "location: https://social.example/x\r\n", String::new())],
    );
    let page = format!("{}/@me?x", world.mastodon.base);
    let (config, screen) = world.set_up(&answers(&[
        "",
        "my server",
        "http://mastodon.social",
        "http://127.0.0.1:1",
        &elsewhere.base,
        &moved.base,
        &page,
        "1",
        "c0de",
    ]));
    assert_eq!(config.mastodon.url.as_str(), world.mastodon.base);
    says(
        &screen,
        &[
            "`my server` is not an address",
            "`http://mastodon.social` is not encrypted",
            "127.0.0.1:1 cannot be reached",
            "is no Mastodon server",
            "it sends us on to https://social.example: use that address",
        ],
    );
}

#[test]
fn codes_that_will_not_do_are_asked_for_again() {
    let world = World::new();
    let refused = canned(400, r#"{"error":"invalid_grant","error_description":"It is used up."}"#);
    let good = canned(200, &format!(r#"{{"access_token":"{ACCESS}"}}"#));
    world.mastodon.on("/oauth/token", &[refused, good]);
    let url = format!("{}/oauth/authorize/native?code=c0de", world.mastodon.base);
    let (_, screen) = world.set_up(&answers(&[
        &world.mastodon.base,
        "1",
        "two words",
        "https://h/x?code=c0de&state=other",
        "https://h/x?error=access_denied",
        "0ld",
        &url,
    ]));
    says(
        &screen,
        &[
            "this is not a code",
            "from another attempt",
            "access was denied",
            "does not accept this code (It is used up.)",
        ],
    );
    assert!(world.mastodon.asked("/oauth/token")[1].contains("code=c0de&"));
    assert_eq!(world.mastodon.asked("/api/v1/apps").len(), 1);
}

#[test]
fn an_older_server_is_asked_for_no_more_than_it_knows() {
    let world = World::new();
    world.mastodon.on("/.well-known/oauth-authorization-server", &[canned(404, "{}")]);
    // Back out of the browser's way once.
    let (_, screen) = world.set_up(&answers(&[&world.mastodon.base, "1", "", "1", "c0de"]));
    says(&screen, &["with e-mail address and password, where the server still allows it"]);
    assert!(world.mastodon.asked("/api/v1/apps")[0].contains("scopes=read%3Aaccounts+"));
    assert!(!world.mastodon.asked("/oauth/token")[0].contains("code_verifier"));
}

#[test]
fn a_token_is_pasted() {
    let world = World::new();
    let app = |json: &str| canned(200, json);
    world.mastodon.on(
        "/api/v1/apps/verify_credentials",
        &[app(r#"{"name":"mine","scopes":["profile"]}"#), app(r#"{"name":"mine","scopes":["read","write"]}"#)],
    );
    let pasted = format!("Access token: {ACCESS}");
    let (config, screen) = world.set_up(&answers(&[&world.mastodon.base, "2", "", "2", "a b", ACCESS, "2", &pasted]));
    assert_eq!(config.mastodon.access_token.expose(), ACCESS);
    assert_eq!(config.mastodon.app, "mine");
    says(
        &screen,
        &[
            "Preferences, Development, New application",
            "allow profile, read:statuses, write:statuses, write:media",
            "This token lacks permissions: read:statuses, write:statuses, write:media.",
        ],
    );
}

#[test]
fn a_token_whose_app_is_not_told_or_that_is_refused() {
    let world = World::new();
    world.mastodon.on("/api/v1/apps/verify_credentials", &[canned(404, "{}")]).on(
        "/api/v1/accounts/verify_credentials",
        &[canned(401, r#"{"error":"The access token is invalid"}"#), canned(200, r#"{"id":"42","acct":"me"}"#)],
    );
    let (config, screen) = world.set_up(&answers(&[&world.mastodon.base, "2", ACCESS, "", "2", ACCESS, "my app"]));
    assert_eq!(config.mastodon.app, "my app");
    says(&screen, &["does not accept our sign-in (The access token is invalid)", "You are @me@h.example."]);
}

#[test]
fn a_password_does_where_the_server_takes_it() {
    let world = World::new();
    let token = |status, body: &str| canned(status, body);
    world.mastodon.on("/.well-known/oauth-authorization-server", &[canned(404, "{}")]).on(
        "/oauth/token",
        &[
            token(400, r#"{"error":"invalid_grant","error_description":"No."}"#),
            token(200, &format!(r#"{{"access_token":"{ACCESS}"}}"#)),
        ],
    );
    let (config, screen) = world.set_up(&answers(&[
        &world.mastodon.base,
        "3",
        "",
        "3",
        "me@example.org",
        "wrong",
        "3",
        "me@example.org",
        PASSWORD,
    ]));
    says(&screen, &["does not accept this address and password (No.)", "two-factor"]);
    assert_eq!(config.mastodon.access_token.expose(), ACCESS);
    assert!(!fs::read_to_string(world.paths().config).unwrap().contains(PASSWORD));
    assert!(world.mastodon.asked("/oauth/token")[1].contains("password=pl4nted+password"));
}

#[test]
fn a_password_is_not_offered_where_it_is_not_taken() {
    let world = World::new();
    let (_, screen) = world.setup(&[KEY, SECRET, TOKEN, TOKEN_SECRET, &world.mastodon.base, "3"]);
    assert!(!screen.contains("password"), "{screen}");

    world.mastodon.on("/.well-known/oauth-authorization-server", &[canned(404, "{}")]);
    world.mastodon.on("/oauth/token", &[canned(400, r#"{"error":"unsupported_grant_type"}"#)]);
    let (_, screen) = world.setup(&[KEY, SECRET, TOKEN, TOKEN_SECRET, &world.mastodon.base, "3", "me", PASSWORD, "3"]);
    says(&screen, &["no longer lets apps sign in with a password. The browser does it."]);
    assert_eq!(screen.matches("with e-mail address and password").count(), 1);
}

#[test]
fn an_account_that_has_moved_needs_a_yes() {
    let world = World::new();
    let moved = r#"{"id":"42","acct":"me","moved":{"id":"43"}}"#;
    world.mastodon.on("/api/v1/accounts/verify_credentials", &[canned(200, moved)]);
    let (_, screen) = world.set_up(&answers(&[&world.mastodon.base, "1", "c0de", "n", "1", "c0de", "y"]));
    says(&screen, &["This account has moved to another one"]);
}

#[test]
fn a_server_that_tells_its_limits_only_to_its_own() {
    let world = World::new();
    let instance = r#"{"domain":"h.example","configuration":{"statuses":{"max_characters":500}}}"#;
    world.mastodon.on("/api/v2/instance", &[canned(401, "{}"), canned(200, instance)]);
    let (config, _) = world.set_up(&answers(&[&world.mastodon.base, "1", "c0de"]));
    assert_eq!(config.mastodon.account.as_deref(), Some("me@h.example"));
}

#[test]
fn a_sign_in_that_no_longer_works_is_made_anew() {
    let world = World::new();
    world.set_up(&world.first_run());
    let good = canned(200, r#"{"id":"42","acct":"me"}"#);
    world.mastodon.on("/api/v1/accounts/verify_credentials", &[canned(401, "{}"), good]);
    world.mastodon.on("/oauth/token", &[canned(200, r#"{"access_token":"new-pl4nted"}"#)]);
    // Enter proposes the server there is.
    let (config, screen) = world.set_up(&["", "", "", "", "", "1", "c0de", "", ""]);
    assert_eq!(config.mastodon.access_token.expose(), "new-pl4nted");
    assert_eq!(config.mastodon.url.as_str(), world.mastodon.base);
    says(&screen, &["The sign-in that there is does not work at present."]);
    // A server that is down is no reason to lose a sign-in.
    world.mastodon.on("/api/v1/accounts/verify_credentials", &[canned(503, "")]);
    let (config, _) = world.set_up(&["", "", "", "", "", ""]);
    assert_eq!(config.mastodon.access_token.expose(), "new-pl4nted");
}
