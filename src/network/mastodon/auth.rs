//! Signing in: OAuth as Mastodon and its relatives speak it (`mastodon-api.md` 1), one call a function.
//!
//! For setup and check; the daemon itself only carries a token. Codes, tokens and passwords go to the server that they
//! are for, and into no message.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use super::super::Trouble;
use super::super::http::{Answer, BaseUrl};
use super::{errors, get, send, wire};
use crate::secret::Secret;

/// The name under which our posts are shown, and by which we know them again.
pub const APP_NAME: &str = "crosspostd";
/// The address that is none: the server shows the code, the owner pastes it.
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// What a server offers for signing in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerFeatures {
    /// Whether "who am I" is a permission of its own (Mastodon 4.3).
    pub profile_scope: bool,
    /// Whether it checks PKCE challenges.
    pub pkce: bool,
    /// Whether it takes user name and password; `None`: it does not say, asking shows it.
    pub password_grant: Option<bool>,
}

impl ServerFeatures {
    /// The permissions to ask for: as few as will do (`mastodon-api.md` 1.2).
    #[must_use]
    pub fn scopes(self) -> &'static str {
        if self.profile_scope {
            "profile read:statuses write:statuses write:media"
        } else {
            "read:accounts read:statuses write:statuses write:media"
        }
    }
}

/// Asks what the server offers. One that does not say offers nothing new.
///
/// # Errors
/// When it cannot be reached, or sends us on to another address.
pub async fn discover(http: &reqwest::Client, base: &BaseUrl) -> Result<ServerFeatures, Trouble> {
    let answer = get(http, base.join("/.well-known/oauth-authorization-server"), None).await?;
    if answer.status.is_client_error() && answer.status != reqwest::StatusCode::TOO_MANY_REQUESTS {
        return Ok(ServerFeatures::default());
    }
    // Some servers answer whatever they do not know with their web page.
    if answer.status.is_success() && errors::is_web_page(&answer) {
        return Ok(ServerFeatures::default());
    }
    if let Some(trouble) = errors::trouble(&answer, base) {
        return Err(trouble);
    }
    let metadata: Value = answer.json().unwrap_or_default();
    let has = |list: &str, word: &str| Some(metadata.get(list)?.as_array()?.iter().any(|item| item == word));
    Ok(ServerFeatures {
        profile_scope: has("scopes_supported", "profile") == Some(true),
        pkce: has("code_challenge_methods_supported", "S256") == Some(true),
        password_grant: has("grant_types_supported", "password"),
    })
}

/// We, as a server knows us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id there.
    pub client_id: String,
    /// Its password there.
    pub client_secret: Secret,
}

/// Registers us with the server. It allows 5 times in 10 minutes.
///
/// # Errors
/// Whatever kept the server from it.
pub async fn register_app(http: &reqwest::Client, base: &BaseUrl, scopes: &str) -> Result<App, Trouble> {
    // One string, form-encoded: what every server takes (`mastodon-api.md` 1.1).
    let form = [("client_name", APP_NAME), ("redirect_uris", OUT_OF_BAND), ("scopes", scopes)];
    let answer = send(http, http.post(base.join("/api/v1/apps")).form(&form)).await?;
    if let Some(trouble) = errors::trouble(&answer, base) {
        return Err(match trouble {
            // No sign-in is involved yet: 422 is about what we asked for.
            Trouble::SignIn(words) => Trouble::NoAnswer(words),
            other => other,
        });
    }
    let app = field(&answer, "client_id").zip(field(&answer, "client_secret"));
    let (client_id, client_secret) = app.ok_or_else(|| Trouble::NoAnswer("it gave no keys for the app".to_owned()))?;
    Ok(App { client_id, client_secret: Secret::new(client_secret) })
}

/// The system gave no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers, without which signing in is not safe")]
pub struct NoRandomness;

/// A text that nobody can guess: for `state` and the PKCE verifier. 43 characters.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random_text() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Proof that whoever redeems a code is who asked for it (RFC 7636, S256).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkce {
    verifier: Secret,
    challenge: String,
}

impl Pkce {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new() -> Result<Self, NoRandomness> {
        Ok(Self::of(&random_text()?))
    }

    fn of(verifier: &str) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        Self { verifier: Secret::new(verifier), challenge }
    }
}

/// The page on which the owner lets us in.
#[must_use]
pub fn authorize_url(base: &BaseUrl, app: &App, scopes: &str, pkce: Option<&Pkce>, state: &str) -> String {
    let mut url = base.join("/oauth/authorize");
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", OUT_OF_BAND)
        .append_pair("scope", scopes)
        .append_pair("state", state);
    if let Some(pkce) = pkce {
        url.query_pairs_mut()
            .append_pair("code_challenge", &pkce.challenge)
            .append_pair("code_challenge_method", "S256");
    }
    url.into()
}

/// Redeems a code for a token. A code is good once, for about 10 minutes.
///
/// # Errors
/// [`Trouble::SignIn`] when the code is not accepted.
pub async fn exchange_code(
    http: &reqwest::Client,
    base: &BaseUrl,
    app: &App,
    code: &Secret,
    pkce: Option<&Pkce>,
) -> Result<Secret, Trouble> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &app.client_id),
        ("client_secret", app.client_secret.expose()),
        ("redirect_uri", OUT_OF_BAND),
        ("code", code.expose()),
    ];
    form.extend(pkce.map(|pkce| ("code_verifier", pkce.verifier.expose())));
    let answer = send(http, http.post(base.join("/oauth/token")).form(&form)).await?;
    errors::oauth_trouble(&answer, base).map_or_else(|| token(&answer), Err)
}

/// Why a password brought no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// The server takes no passwords from apps (Mastodon since 4.4, `GoToSocial`): the page in the browser does it.
    #[error("this server does not let apps sign in with a password")]
    NotOffered,
    /// It does, but not with these; also with a second factor.
    #[error("the server does not accept this user name and password: {0}")]
    Wrong(String),
    /// Something else.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// Signs in with user name (on Mastodon the e-mail address) and password, where the server still allows it.
///
/// # Errors
/// See [`PasswordRefused`].
pub async fn password_grant(
    http: &reqwest::Client,
    base: &BaseUrl,
    app: &App,
    scopes: &str,
    (username, password): (&str, &Secret),
) -> Result<Secret, PasswordRefused> {
    let form = [
        ("grant_type", "password"),
        ("client_id", &app.client_id),
        ("client_secret", app.client_secret.expose()),
        ("scope", scopes),
        ("username", username),
        ("password", password.expose()),
    ];
    let answer = send(http, http.post(base.join("/oauth/token")).form(&form)).await.map_err(Trouble::from)?;
    match errors::oauth_trouble(&answer, base) {
        None => Ok(token(&answer)?),
        // A code of RFC 6749, not a text.
        Some(_) if field(&answer, "error").as_deref() == Some("unsupported_grant_type") => {
            Err(PasswordRefused::NotOffered)
        }
        Some(Trouble::Gone(_)) => Err(PasswordRefused::NotOffered),
        Some(Trouble::SignIn(words) | Trouble::Permission(words)) => Err(PasswordRefused::Wrong(words)),
        Some(trouble) => Err(trouble.into()),
    }
}

/// Whose a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account's id.
    pub id: String,
    /// Its name on its server, without the host.
    pub acct: String,
    /// The name that it shows; may be empty.
    pub display_name: String,
    /// Whether it moved to another account: then nothing can be posted to it.
    pub moved: bool,
}

/// Asks whose a token is, and so whether it is good.
///
/// # Errors
/// [`Trouble::SignIn`] when it is not.
pub async fn verify_credentials(http: &reqwest::Client, base: &BaseUrl, token: &Secret) -> Result<Identity, Trouble> {
    let answer = get(http, base.join("/api/v1/accounts/verify_credentials"), Some(token)).await?;
    if let Some(trouble) = errors::trouble(&answer, base) {
        return Err(trouble);
    }
    let account: wire::Account = answer.json()?;
    Ok(Identity {
        id: account.id.0,
        acct: account.acct.unwrap_or_default(),
        display_name: account.display_name.unwrap_or_default(),
        moved: !account.moved.is_null(),
    })
}

/// The app that a token was made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenApp {
    /// Its name: our posts carry it.
    pub name: Option<String>,
    /// What it may do at most (Mastodon 4.3); `None` where the server does not tell.
    pub scopes: Option<Vec<String>>,
}

impl TokenApp {
    /// The permissions that are missing, as far as can be told: to read, and to post where that is wanted.
    #[must_use]
    pub fn lacks(&self, posts: bool) -> Vec<&'static str> {
        let needed = [
            ("profile", &["read", "read:accounts"][..], true),
            ("read:statuses", &["read"], true),
            ("write:statuses", &["write"], posts),
            ("write:media", &["write"], posts),
        ];
        let Some(scopes) = &self.scopes else { return Vec::new() };
        let has = |scope: &str| scopes.iter().any(|found| found == scope);
        let missing = needed
            .into_iter()
            .filter(|(scope, wider, is_needed)| *is_needed && !has(scope) && !wider.iter().any(|scope| has(scope)));
        missing.map(|(scope, ..)| scope).collect()
    }
}

/// Asks which app a token was made for. A server that does not tell is no trouble.
pub async fn token_app(http: &reqwest::Client, base: &BaseUrl, token: &Secret) -> TokenApp {
    let Ok(answer) = get(http, base.join("/api/v1/apps/verify_credentials"), Some(token)).await else {
        return TokenApp::default();
    };
    if errors::trouble(&answer, base).is_some() {
        return TokenApp::default();
    }
    let body: Value = answer.json().unwrap_or_default();
    let scopes = body.get("scopes").and_then(Value::as_array);
    let scopes = scopes.map(|scopes| scopes.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect());
    TokenApp { name: field(&answer, "name").filter(|name| !name.trim().is_empty()), scopes }
}

/// Gives a token back. One that is gone already is no error.
///
/// # Errors
/// Whatever kept the server from it.
pub async fn revoke(http: &reqwest::Client, base: &BaseUrl, app: &App, token: &Secret) -> Result<(), Trouble> {
    let form = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.expose()),
        ("token", token.expose()),
    ];
    let answer = send(http, http.post(base.join("/oauth/revoke")).form(&form)).await?;
    errors::oauth_trouble(&answer, base).map_or(Ok(()), Err)
}

fn token(answer: &Answer) -> Result<Secret, Trouble> {
    let token = field(answer, "access_token").map(Secret::new).filter(|token| !token.is_empty());
    token.ok_or_else(|| Trouble::NoAnswer("it accepted the sign-in but gave no token".to_owned()))
}

/// A text in an answer. No error of a parser comes from here: it could quote a secret.
fn field(answer: &Answer, name: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::super::testing::{Canned, Script};
    use super::*;

    fn app() -> App {
        App { client_id: "c1".to_owned(), client_secret: Secret::new("s3cret") }
    }

    #[tokio::test]
    async fn what_servers_offer() {
        let old = ServerFeatures::default();
        let new = ServerFeatures { profile_scope: true, pkce: true, password_grant: Some(false) };
        let mastodon = r#"{"scopes_supported":["read","profile","write"],"code_challenge_methods_supported":["S256"],
            "grant_types_supported":["authorization_code","client_credentials"]}"#;
        for (reply, expected) in [
            (Canned::new(200, mastodon), Ok(new)),
            (Canned::new(404, "{}"), Ok(old)),
            (Canned::new(200, "<html>").header("content-type", "text/html"), Ok(old)),
            (Canned::new(200, r#"{"scopes_supported":7}"#), Ok(old)),
            (
                Canned::new(301, "").header("location", "https://social.example/x"),
                Err(Trouble::NoAnswer("it sends us on to https://social.example: use that address".to_owned())),
            ),
            (Canned::new(429, "{}"), Err(Trouble::RateLimited { until: None })),
        ] {
            let server = Script::start(vec![reply]).await;
            assert_eq!(discover(&server.http, &server.base).await, expected);
        }
        assert!(new.scopes().starts_with("profile ") && old.scopes().starts_with("read:accounts "));
    }

    #[tokio::test]
    async fn a_sign_in_from_registering_to_the_token() {
        let server = Script::start(vec![
            Canned::new(200, r#"{"id":"2","client_id":"c1","client_secret":"s3cret","redirect_uris":["x"]}"#),
            Canned::new(200, r#"{"access_token":"t0ken","token_type":"Bearer","scope":"x","created_at":1}"#),
            Canned::new(200, r#"{"id":"42","acct":"me","display_name":"Me","moved":null,"source":{}}"#),
            Canned::new(200, r#"{"name":"crosspostd","website":null}"#),
            Canned::new(200, "{}"),
        ])
        .await;
        let (http, base) = (&server.http, &server.base);
        let found = register_app(http, base, "profile write:media").await.unwrap();
        assert_eq!(found, app());
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let token = exchange_code(http, base, &found, &Secret::new("c0de"), Some(&pkce)).await.unwrap();
        assert_eq!(token.expose(), "t0ken");
        let me = verify_credentials(http, base, &token).await.unwrap();
        let expected = Identity { id: "42".into(), acct: "me".into(), display_name: "Me".into(), moved: false };
        assert_eq!(me, expected);
        let expected = TokenApp { name: Some("crosspostd".to_owned()), scopes: None };
        assert_eq!(token_app(http, base, &token).await, expected);
        revoke(http, base, &found, &token).await.unwrap();
        let bodies: Vec<String> =
            server.requests().iter().map(|request| request.split("\r\n\r\n").nth(1).unwrap().to_owned()).collect();
        assert_eq!(
            bodies,
            [
                "client_name=crosspostd&redirect_uris=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&scopes=profile+write%3Amedia",
                "grant_type=authorization_code&client_id=c1&client_secret=s3cret&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&code=c0de&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                "",
                "",
                "client_id=c1&client_secret=s3cret&token=t0ken",
            ]
        );
    }

    #[test]
    fn permissions_that_are_missing() {
        for (scopes, posts, expected) in [
            (None, true, &[][..]),
            (Some(&["profile", "read:statuses", "write:statuses", "write:media"][..]), true, &[]),
            (Some(&["profile", "read:statuses", "write:statuses"][..]), true, &["write:media"]),
            (Some(&["read", "write"]), true, &[]),
            (Some(&["read:accounts", "read:statuses"]), false, &[]),
            (Some(&["profile"]), true, &["read:statuses", "write:statuses", "write:media"]),
            (Some(&[]), false, &["profile", "read:statuses"]),
        ] {
            let scopes = scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect());
            assert_eq!(TokenApp { name: None, scopes }.lacks(posts), expected);
        }
    }

    #[tokio::test]
    async fn every_answer_to_a_password() {
        let words = |text: &str| PasswordRefused::Wrong(text.to_owned());
        for (status, body, expected) in [
            (200, r#"{"access_token":"t0ken"}"#, Ok("t0ken")),
            (400, r#"{"error":"unsupported_grant_type","error_description":"No."}"#, Err(PasswordRefused::NotOffered)),
            (404, "{}", Err(PasswordRefused::NotOffered)),
            (400, r#"{"error":"invalid_grant","error_description":"No."}"#, Err(words("No."))),
            (401, r#"{"error":"invalid_client"}"#, Err(words("invalid_client"))),
            (403, r#"{"error":"mfa_required"}"#, Err(words("mfa_required"))),
            (429, "{}", Err(PasswordRefused::Trouble(Trouble::RateLimited { until: None }))),
            (
                200,
                r#"{"access_token":7,"me":"t0ken"}"#,
                Err(Trouble::NoAnswer("it accepted the sign-in but gave no token".to_owned()).into()),
            ),
        ] {
            let server = Script::start(vec![Canned::new(status, body)]).await;
            let password = Secret::new("pa ss");
            let found = password_grant(&server.http, &server.base, &app(), "read", ("me@h", &password)).await;
            assert_eq!(found.as_ref().map(Secret::expose), expected.as_ref().copied(), "{status} {body}");
        }
    }

    #[tokio::test]
    async fn a_code_that_is_not_accepted_is_about_the_sign_in() {
        let refused = r#"{"error":"invalid_grant","error_description":"The code is used up."}"#;
        let server =
            Script::start(vec![Canned::new(400, refused), Canned::new(422, "{}"), Canned::new(401, "{}")]).await;
        let (http, base) = (&server.http, &server.base);
        let found = exchange_code(http, base, &app(), &Secret::new("x"), None).await;
        assert_eq!(found, Err(Trouble::SignIn("The code is used up.".to_owned())));
        assert_eq!(register_app(http, base, "?").await, Err(Trouble::NoAnswer("{}".to_owned())));
        assert!(matches!(verify_credentials(http, base, &Secret::new("x")).await, Err(Trouble::SignIn(_))));
        // A token that no header can carry is not quoted.
        let unfit = verify_credentials(http, base, &Secret::new("a\nb")).await.unwrap_err().to_string();
        assert!(unfit.contains("characters that cannot be sent") && !unfit.contains("a\nb"), "{unfit}");
    }

    #[test]
    fn the_page_to_open() {
        let base = BaseUrl::parse("https://h.example").unwrap();
        // The example of RFC 7636, appendix B.
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let url = authorize_url(&base, &app(), "profile write:media", Some(&pkce), "st");
        assert_eq!(
            url,
            "https://h.example/oauth/authorize?response_type=code&client_id=c1&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&scope=profile+write%3Amedia&state=st&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
        assert!(!authorize_url(&base, &app(), "x", None, "st").contains("challenge"));
        assert_ne!(Pkce::new().unwrap(), Pkce::new().unwrap());
        assert_eq!(random_text().unwrap().len(), 43);
    }
}
