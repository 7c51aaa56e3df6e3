//! Apps, tokens and scopes (`mastodon-api.md` 1): registering, `/oauth/token`, `/oauth/revoke`, who a caller is.
//!
//! Not here: the page where a person agrees (`authorize`).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use url::Url;

use super::MastodonWorld;
use super::behaviour::PasswordGrant;
use super::model::{App, Application, Token};
use super::wire::{self, Params, error, header, with_header};
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

/// "Show me the code": no redirect.
pub(super) const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";

/// The password of the owner, where the server takes it for a token at all.
pub const PASSWORD: &str = "correct horse battery staple";

const SCOPES: [&str; 25] = [
    "read",
    "profile",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:notifications",
    "read:statuses",
];

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The account's id; `None`: an app for itself.
    pub(super) account: Option<String>,
    /// The app.
    pub(super) application: Application,
    /// The token.
    pub(super) token: String,
}

/// Who asks, a person.
#[derive(Clone, Debug)]
pub(super) struct User {
    /// The account's id.
    pub(super) id: String,
    /// The app.
    pub(super) application: Application,
    /// The token.
    pub(super) token: String,
}

/// Blanks apart.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Whether what was granted allows one scope: `read` stands for every `read:…`.
pub(super) fn grants(granted: &[String], scope: &str) -> bool {
    let whole = scope.split(':').next();
    granted.iter().any(|given| given == scope || Some(given.as_str()) == whole)
}

/// Doorkeeper's words for what goes wrong.
pub(super) fn oauth_error(code: &str) -> Reply {
    let (status, text) = match code {
        "invalid_client" => (
            401,
            "Client authentication failed due to unknown client, no client authentication included, \
             or unsupported authentication method.",
        ),
        "invalid_grant" => (
            400,
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI \
             used in the authorization request, or was issued to another client.",
        ),
        "unsupported_grant_type" => (400, "The authorization grant type is not supported by the authorization server."),
        "invalid_scope" => (400, "The requested scope is invalid, unknown, or malformed."),
        "unauthorized_client" => (403, "You are not authorized to revoke this token"),
        _ => (
            400,
            "The request is missing a required parameter, includes an unsupported parameter value, \
             or is otherwise malformed.",
        ),
    };
    wire::json(status, &json!({ "error": code, "error_description": text }))
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

impl MastodonWorld {
    /// `/.well-known/oauth-authorization-server`, with the grant types of today's switches.
    pub(super) fn oauth_metadata(&self, base: &str) -> Reply {
        let mut grants = vec!["authorization_code", "client_credentials"];
        if self.behaviour.password_grant != PasswordGrant::Off {
            grants.insert(1, "password");
        }
        let value = json!({
            "issuer": format!("{base}/"),
            "service_documentation": "https://docs.joinmastodon.org/",
            "authorization_endpoint": format!("{base}/oauth/authorize"),
            "token_endpoint": format!("{base}/oauth/token"),
            "revocation_endpoint": format!("{base}/oauth/revoke"),
            "userinfo_endpoint": format!("{base}/oauth/userinfo"),
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": grants,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "app_registration_endpoint": format!("{base}/api/v1/apps"),
        });
        wire::json(200, &value)
    }

    /// A string that nobody guesses but that is the same in every run.
    pub(super) fn opaque(&mut self, what: &str) -> String {
        self.opaque_made += 1;
        s256(&format!("{what} {} {}", self.opaque_made, self.host))
    }

    /// `POST /api/v1/apps`.
    pub(super) fn register_app(&mut self, params: &Params) -> Result<Reply, Reply> {
        let invalid = |text: &str| error(422, &format!("Validation failed: {text}"));
        if params.is_list("redirect_uris") && !self.behaviour.redirect_uri_list {
            return Err(error(400, "Bad Request: redirect_uris must be a string"));
        }
        let redirect_uris = match params.list("redirect_uris") {
            Some(list) => list,
            None => words(&params.text("redirect_uris").unwrap_or_default()),
        };
        let name = params.filled("client_name").ok_or_else(|| invalid("Application name can't be blank"))?;
        if name.chars().count() > 60 {
            return Err(invalid("Application name is too long (maximum is 60 characters)"));
        }
        if redirect_uris.is_empty() {
            return Err(invalid("Redirect URI can't be blank"));
        }
        if redirect_uris.iter().any(|uri| uri != OOB && !Url::parse(uri).is_ok_and(|url| url.fragment().is_none())) {
            return Err(invalid("Redirect URI must be an absolute URI."));
        }
        let website = params.filled("website");
        if website.as_ref().is_some_and(|site| site.len() > 2000 || Url::parse(site).is_err()) {
            return Err(invalid("Application website is not a valid URL"));
        }
        let scopes = words(&params.filled("scopes").unwrap_or_else(|| "read".to_owned()));
        let old = self.behaviour.is_old_mastodon();
        let known = |scope: &str| SCOPES.contains(&scope) || matches!(scope, "follow" | "push");
        if !scopes.iter().all(|scope| known(scope) && !(old && scope == "profile")) {
            return Err(invalid("Scopes doesn't match configured on the server."));
        }
        let app = self.add_app(Application { name, website }, redirect_uris, scopes);
        Ok(wire::json(200, &self.app_json(&app, true)))
    }

    pub(super) fn add_app(&mut self, application: Application, redirect_uris: Vec<String>, scopes: Vec<String>) -> App {
        let (client_id, client_secret) = (self.opaque("client id"), self.opaque("client secret"));
        let app = App { id: self.apps.len() + 1, application, redirect_uris, scopes, client_id, client_secret };
        self.apps.push(app.clone());
        app
    }

    fn app_json(&self, app: &App, with_keys: bool) -> Value {
        let mut value = json!({
            "id": app.id.to_string(),
            "name": app.application.name,
            "website": app.application.website,
            "redirect_uri": app.redirect_uris.join("\n"),
            "vapid_key": "BCk-QqERU0q-CfYZjcuB6lnyyOYfJ2AifKqfeGIm7Z-HiTU5T9eTG5GxVA0_OH5mMlI4UkkDTpaZwozy0TzdZ2M=",
        });
        if let (Some(fields), true) = (value.as_object_mut(), self.behaviour.metadata) {
            fields.insert("scopes".to_owned(), json!(app.scopes));
            fields.insert("redirect_uris".to_owned(), json!(app.redirect_uris));
        }
        if let (Some(fields), true) = (value.as_object_mut(), with_keys) {
            fields.insert("client_id".to_owned(), json!(app.client_id));
            fields.insert("client_secret".to_owned(), json!(app.client_secret));
            fields.insert("client_secret_expires_at".to_owned(), json!(0));
        }
        value
    }

    /// `GET /api/v1/apps/verify_credentials`: any good token will do.
    pub(super) fn verify_app(&self, call: &Call) -> Result<Reply, Reply> {
        let caller = self.caller(call)?;
        let app = self.apps.iter().find(|app| app.application == caller.application);
        let app = app.ok_or_else(|| error(401, "The access token is invalid"))?;
        Ok(wire::json(200, &self.app_json(app, false)))
    }

    pub(super) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// The app that speaks, by its id and secret in the parameters or in the `Authorization` header.
    fn client(&self, call: &Call, params: &Params) -> Option<&App> {
        let basic = header(call, "authorization").and_then(|value| value.strip_prefix("Basic "));
        let basic = basic.and_then(|value| STANDARD.decode(value).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
        let (id, secret) = match basic.as_deref().and_then(|pair| pair.split_once(':')) {
            Some((id, secret)) => (id.to_owned(), secret.to_owned()),
            None => (params.text("client_id")?, params.text("client_secret")?),
        };
        self.app(&id).filter(|app| app.client_secret == secret)
    }

    /// `POST /oauth/token`.
    pub(super) fn token(&mut self, call: &Call, params: &Params, now: Timestamp) -> Result<Reply, Reply> {
        let app = self.client(call, params).cloned().ok_or_else(|| oauth_error("invalid_client"))?;
        let scopes = words(&params.filled("scope").unwrap_or_else(|| "read".to_owned()));
        let beyond = !scopes.iter().all(|scope| app.scopes.contains(scope));
        let owner = Some(self.owner.clone());
        match params.text("grant_type").as_deref() {
            Some("authorization_code") => {
                let scopes = self.redeem(&app, params, now)?;
                Ok(token_json(&self.give_token(&app.client_id, owner, scopes, now)))
            }
            Some("password") if self.behaviour.password_grant == PasswordGrant::Off => {
                Err(oauth_error("unsupported_grant_type"))
            }
            Some("client_credentials" | "password") if beyond => Err(oauth_error("invalid_scope")),
            Some("client_credentials") => Ok(token_json(&self.give_token(&app.client_id, None, scopes, now))),
            Some("password") => {
                let right = params.text("password").as_deref() == Some(PASSWORD)
                    && params.text("username").is_some_and(|name| self.is_owner_name(&name));
                if !right || self.behaviour.password_grant == PasswordGrant::TwoFactor {
                    return Err(oauth_error("invalid_grant"));
                }
                Ok(token_json(&self.give_token(&app.client_id, owner, scopes, now)))
            }
            None => Err(oauth_error("invalid_request")),
            Some(_) => Err(oauth_error("unsupported_grant_type")),
        }
    }

    fn is_owner_name(&self, name: &str) -> bool {
        self.account(&self.owner).is_some_and(|owner| {
            name == owner.username || name.split_once('@') == Some((owner.username.as_str(), self.host.as_str()))
        })
    }

    /// A code → its scopes, once.
    fn redeem(&mut self, app: &App, params: &Params, now: Timestamp) -> Result<Vec<String>, Reply> {
        let pkce = self.behaviour.pkce;
        let (Some(code), Some(redirect)) = (params.filled("code"), params.filled("redirect_uri")) else {
            return Err(oauth_error("invalid_request"));
        };
        let refused = || oauth_error("invalid_grant");
        let code = self.codes.iter_mut().find(|known| known.value == code).ok_or_else(refused)?;
        if code.used || now > code.expires || code.client_id != app.client_id || code.redirect_uri != redirect {
            return Err(refused());
        }
        if pkce {
            match (&code.challenge, params.filled("code_verifier")) {
                (None, None) => {}
                (Some(_), None) => return Err(oauth_error("invalid_request")),
                (Some(challenge), Some(verifier)) if *challenge == s256(&verifier) => {}
                _ => return Err(refused()),
            }
        }
        code.used = true;
        Ok(code.scopes.clone())
    }

    /// A token; the same one again for the same app, person and scopes (Doorkeeper's `reuse_access_token`).
    pub(super) fn give_token(
        &mut self,
        client_id: &str,
        account: Option<String>,
        scopes: Vec<String>,
        now: Timestamp,
    ) -> Token {
        let same = |t: &&Token| !t.revoked && t.client_id == client_id && t.account == account && t.scopes == scopes;
        if let Some(token) = self.tokens.iter().find(same) {
            return token.clone();
        }
        let token = self.opaque("token");
        let client_id = client_id.to_owned();
        let token = Token { value: token, client_id, account, scopes, created: now, revoked: false };
        self.tokens.push(token.clone());
        token
    }

    /// `POST /oauth/revoke`.
    pub(super) fn revoke(&mut self, call: &Call, params: &Params) -> Result<Reply, Reply> {
        let app = self.client(call, params).cloned().ok_or_else(|| oauth_error("unauthorized_client"))?;
        let token = params.text("token").unwrap_or_default();
        if let Some(known) = self.tokens.iter_mut().find(|known| known.value == token) {
            if known.client_id != app.client_id {
                return Err(oauth_error("unauthorized_client"));
            }
            known.revoked = true;
        }
        Ok(wire::json(200, &json!({})))
    }

    fn unauthorized(&self, text: &str) -> Reply {
        if self.behaviour.is_gotosocial() {
            return error(401, "Unauthorized: token not supplied");
        }
        let value = format!("Bearer realm=\"Doorkeeper\", error=\"invalid_token\", error_description=\"{text}\"");
        with_header(error(401, text), "WWW-Authenticate", value)
    }

    /// The good token of a request, if it has one.
    pub(super) fn known_token(&self, call: &Call) -> Option<&Token> {
        let (scheme, token) = header(call, "authorization")?.split_once(' ')?;
        let token = scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())?;
        self.tokens.iter().find(|known| known.value == token)
    }

    /// Who asks, whatever they may do.
    fn caller(&self, call: &Call) -> Result<Caller, Reply> {
        let token = self.known_token(call).ok_or_else(|| self.unauthorized("The access token is invalid"))?;
        if token.revoked {
            return Err(self.unauthorized("The access token was revoked"));
        }
        let app = self.app(&token.client_id).ok_or_else(|| self.unauthorized("The access token is invalid"))?;
        let application = app.application.clone();
        Ok(Caller { account: token.account.clone(), application, token: token.value.clone() })
    }

    /// Who asks, if one of the scopes is theirs.
    fn scoped(&self, call: &Call, scopes: &[&str]) -> Result<Caller, Reply> {
        let caller = self.caller(call)?;
        let granted = self.known_token(call).map(|token| token.scopes.clone()).unwrap_or_default();
        if scopes.iter().any(|scope| grants(&granted, scope)) {
            return Ok(caller);
        }
        Err(error(403, "This action is outside the authorized scopes"))
    }

    /// Who asks where a person is needed.
    pub(super) fn user(&self, call: &Call, scopes: &[&str]) -> Result<User, Reply> {
        let Caller { account, application, token } = self.scoped(call, scopes)?;
        match account {
            Some(id) if id == self.owner && self.behaviour.login_disabled => {
                Err(error(403, "Your login is currently disabled"))
            }
            Some(id) => Ok(User { id, application, token }),
            None if self.behaviour.is_gotosocial() => Err(self.unauthorized("")),
            None => Err(error(422, "This method requires an authenticated user")),
        }
    }

    /// Who looks at something public: nobody in particular, or the person whose token is given.
    pub(super) fn viewer(&self, call: &Call, scope: &str) -> Result<Option<String>, Reply> {
        if header(call, "authorization").is_none() && !self.behaviour.is_gotosocial() {
            return Ok(None);
        }
        Ok(self.scoped(call, &[scope])?.account)
    }
}

/// Without `expires_in`: it never does.
fn token_json(token: &Token) -> Reply {
    wire::json(
        200,
        &json!({
            "access_token": token.value,
            "token_type": "Bearer",
            "scope": token.scopes.join(" "),
            "created_at": token.created.secs(),
        }),
    )
}
