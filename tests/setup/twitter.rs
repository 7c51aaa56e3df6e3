//! X's part: keys pasted in every form, a PIN, and everything that X can answer.

use crosspostd::config::Directions;

use super::*;

#[test]
fn keys_are_forgiven_their_labels() {
    let world = World::new();
    let pasted = [
        format!("API Key: {KEY}"),
        format!("consumer_secret = \"{SECRET}\""),
        format!("  '{TOKEN}' "),
        format!("access_token_secret={TOKEN_SECRET},"),
    ];
    let mut answers = world.first_run();
    for (answer, pasted) in answers.iter_mut().zip(&pasted) {
        *answer = pasted;
    }
    let (config, _) = world.set_up(&answers);
    assert_eq!(config.twitter.consumer_key.expose(), KEY);
    assert_eq!(config.twitter.access_token_secret.expose(), TOKEN_SECRET);
}

#[test]
fn nothing_and_half_a_line_are_asked_for_again() {
    let world = World::new();
    let mut answers = vec!["", "two words"];
    answers.extend(world.first_run());
    let (_, screen) = world.set_up(&answers);
    says(&screen, &["Nothing was pasted.", "This is not one key"]);
    // A terminal that has gone answers with nothing for ever.
    assert!(matches!(world.setup(&["", "", "", "", "", "", "", ""]).0, Ok(())), "the keys there are are kept");
    let world = World::new();
    assert!(matches!(world.setup(&[""; 50]).0, Err(SetupError::NoAnswer(_))));
}

#[test]
fn every_answer_of_x_has_its_own_words() {
    let unauthorized = r#"{"title":"Unauthorized","detail":"Unauthorized","status":401}"#;
    for (status, body, parts) in [
        (401, unauthorized, &["X does not accept these keys (Unauthorized).", "All four look as they should"][..]),
        (
            403,
            r#"{"type":"https://api.x.com/2/problems/oauth1-permissions","detail":"Not configured."}"#,
            &["does not let these keys do this (Not configured)", "make the access token anew"],
        ),
        (
            403,
            r#"{"reason":"client-not-enrolled","detail":"Attach it."}"#,
            &["move it to the package \"Pay-per-use\", environment \"Production\""],
        ),
        (402, r#"{"title":"CreditsDepleted"}"#, &["Buy a few dollars of credits"]),
        (403, r#"{"title":"SpendCapReached","reset_date":"2026-09-13"}"#, &["spending limit", "on 2026-09-13."]),
        (429, "{}", &["asks us to slow down"]),
        (503, "", &["did not answer properly (503 Service Unavailable)"]),
        (200, "<html>", &["did not answer properly"]),
    ] {
        let world = World::new();
        world.x.on("/2/users/me", &[canned(status, body)]);
        let (result, screen) = world.setup(&[KEY, SECRET, TOKEN, TOKEN_SECRET, "3"]);
        assert!(matches!(result, Err(SetupError::Stopped)), "{status} {body}: {screen}");
        says(&screen, parts);
        assert!(!screen.contains("The clock of this machine"), "{screen}");
    }
}

#[test]
fn after_a_trouble_it_is_tried_again_with_the_same_keys_or_with_others() {
    let world = World::new();
    let good = || canned(200, ME);
    world.x.on("/2/users/me", &[canned(402, "{}"), good()]);
    let mut answers = world.first_run();
    answers.splice(4..4, ["1"]);
    let (_, screen) = world.set_up(&answers);
    says(&screen, &["Buy a few dollars", "try again, now that it is put right", "You are @xdev"]);

    let world = World::new();
    // Each 401 is asked twice, signed anew; then the time is asked.
    world.x.on("/2/users/me", &[canned(401, "{}"), canned(401, "{}"), canned(401, "{}"), good()]);
    // Swapped; then put right, the other two are kept.
    let mut answers = vec![SECRET, KEY, TOKEN, TOKEN_SECRET, "2", KEY, SECRET, "", ""];
    answers.extend(&world.first_run()[4..]);
    let (config, screen) = world.set_up(&answers);
    says(&screen, &["What you gave as the API key looks like the API key secret."]);
    assert_eq!(config.twitter.consumer_key.expose(), KEY);
    assert_eq!(config.twitter.access_token.expose(), TOKEN);
}

#[test]
fn a_wrong_clock_is_named() {
    let mut world = World::new();
    world.now = NOW - 7200;
    world.x.on("/2/users/me", &[canned(401, "{}")]);
    let (_, screen) = world.setup(&[KEY, SECRET, TOKEN, TOKEN_SECRET, "3"]);
    says(&screen, &["The clock of this machine is 2 hours behind that of X."]);
}

#[test]
fn x_that_cannot_be_reached_is_no_fault_of_the_keys() {
    let world = World::new();
    let env = [("CROSSPOSTD_TWITTER__API_URL".to_owned(), "http://127.0.0.1:1".to_owned())].into_iter().collect();
    let screen = Screen::default();
    let input = format!("{KEY}\n{SECRET}\n{TOKEN}\n{TOKEN_SECRET}\n3\n");
    let mut terminal = Terminal::new(io::Cursor::new(input), screen.clone());
    let result = block_on(setup(&world.paths(), &env, &mut terminal, Rc::new(At(NOW))));
    assert!(matches!(result, Err(SetupError::Stopped)));
    says(&shown(&screen), &["X cannot be reached", "is this machine online?"]);
}

#[test]
fn a_pin_does_instead_of_an_access_token() {
    let world = World::new();
    let begun = "oauth_token=r1&oauth_token_secret=rs1&oauth_callback_confirmed=true";
    let done = format!("oauth_token={TOKEN}&oauth_token_secret={TOKEN_SECRET}&user_id=2244994945&screen_name=xdev");
    world
        .x
        .on("/oauth/request_token", &[canned(200, begun)])
        .on("/oauth/access_token", &[canned(401, "{}"), canned(401, "{}"), canned(200, &done)]);
    let mut answers = vec![KEY, SECRET, "", "111 1111", "2222222"];
    answers.extend(&world.first_run()[4..]);
    let (config, screen) = world.set_up(&answers);
    assert_eq!(config.twitter.access_token.expose(), TOKEN);
    assert_eq!(config.twitter.access_token_secret.expose(), TOKEN_SECRET);
    assert!(screen.lines().any(|line| line == format!("{}/oauth/authorize?oauth_token=r1", world.x.base)), "{screen}");
    says(&screen, &["X does not accept this PIN."]);
    assert!(world.x.asked("/oauth/access_token")[0].contains("oauth_verifier=\"1111111\""));
}

#[test]
fn a_pin_that_cannot_be_had() {
    let world = World::new();
    let not_approved = r#"{"errors":[{"code":415,"message":"Callback URL not approved"}]}"#;
    world.x.on("/oauth/request_token", &[canned(403, not_approved), canned(401, "{}"), canned(401, "{}")]);
    let (_, screen) = world.setup(&[KEY, SECRET, "", "pin", "short", "", "", "", ""]);
    says(
        &screen,
        &[
            "does not let this app sign people in (Callback URL not approved)",
            "X does not accept the API key and its secret",
            "Please enter both again.",
        ],
    );
}

#[test]
fn a_protected_account_needs_a_yes() {
    let protected = r#"{"data":{"id":"2244994945","name":"X","username":"xdev","protected":true}}"#;
    let world = World::new();
    world.x.on("/2/users/me", &[canned(200, protected)]);
    let (result, screen) = world.setup(&[KEY, SECRET, TOKEN, TOKEN_SECRET, "", "2"]);
    assert!(matches!(result, Err(SetupError::Stopped)));
    says(&screen, &["only its followers see its posts", "mirrors would be public"]);
    let mut answers = world.first_run();
    answers.splice(4..4, ["yes"]);
    world.set_up(&answers);
}

#[test]
fn read_only_keys_are_named_at_once() {
    let world = World::new();
    world.x.on("/2/users/me", &[(200, "x-access-level: read\r\n", ME.to_owned())]);
    let mut answers = world.first_run();
    answers.splice(4..4, ["1"]);
    // The direction that is still possible is proposed.
    answers[8] = "";
    let (config, screen) = world.set_up(&answers);
    says(&screen, &["These keys may read, but not post.", "go on: nothing is to be posted on X"]);
    assert_eq!(config.sync.directions, Directions::TwitterToMastodon);
}

#[test]
fn with_premium_long_posts_are_offered() {
    let premium = r#"{"data":{"id":"2244994945","username":"xdev","subscription_type":"Premium"}}"#;
    let world = World::new();
    world.x.on("/2/users/me", &[canned(200, premium)]);
    let mut answers = world.first_run();
    answers.splice(4..4, ["y"]);
    assert_eq!(world.set_up(&answers).0.twitter.max_length, 25_000);
}
