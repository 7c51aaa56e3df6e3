//! Signing in with a PIN: `/oauth/request_token`, `/oauth/authorize`, `/oauth/access_token` (x-api.md 1.3).

use super::model::Token;
use super::oauth1::Header;
use super::problems::legacy;
use super::world::TwitterWorld;
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

/// Sign-ins that were begun.
#[derive(Debug, Default)]
pub(super) struct SignIns {
    begun: Vec<SignIn>,
    /// How many there ever were: tokens and PINs are made from it.
    count: u64,
}

#[derive(Debug)]
struct SignIn {
    token: String,
    secret: String,
    /// Set once the owner agreed.
    pin: Option<String>,
}

impl TwitterWorld {
    /// The owner agrees to a sign-in: the PIN that X shows them. `None` when there is no such sign-in.
    pub fn approve(&mut self, request_token: &str) -> Option<String> {
        let count = self.sign_ins.count;
        let sign_in = self.sign_ins.begun.iter_mut().find(|one| one.token == request_token)?;
        let pin = sign_in.pin.get_or_insert_with(|| format!("{:07}", (count * 7_654_321 + 1_234_567) % 10_000_000));
        Some(pin.clone())
    }

    pub(super) fn request_token(&mut self, call: &Call, now: Timestamp) -> Reply {
        match self.consumer(call, now, "") {
            Ok(header) if header.token().is_some() => self.not_authenticated("a token where there is none yet"),
            Ok(header) if header.get("oauth_callback") == Some("oob") => {
                self.sign_ins.count += 1;
                let token = format!("request-token-{}", self.sign_ins.count);
                let secret = format!("request-secret-{}", self.sign_ins.count);
                let body = format!("oauth_token={token}&oauth_token_secret={secret}&oauth_callback_confirmed=true");
                self.sign_ins.begun.push(SignIn { token, secret, pin: None });
                Reply::of_type(200, "text/html; charset=utf-8", body)
            }
            Ok(_) => legacy(
                403,
                415,
                "Callback URL not approved for this client application. Approved callback URLs can be adjusted in your \
                 application settings",
            ),
            Err(reply) => reply,
        }
    }

    pub(super) fn authorize(&mut self, call: &Call) -> Reply {
        let pin = call.query("oauth_token").map(ToOwned::to_owned).and_then(|token| self.approve(&token));
        let Some(pin) = pin else {
            return Reply::html(
                403,
                "<!DOCTYPE html><title>X / Error</title><p>Whoa there! There is no request token for this page.",
            );
        };
        let app = &self.app.name;
        Reply::html(
            200,
            format!(
                "<!DOCTYPE html><title>X / Authorize an application</title>\n<p>You've granted access to {app}!\n\
                 <p>Next, return to {app} and enter this PIN to complete the authorization process:\n\
                 <kbd aria-labelledby=\"code-desc\"><code>{pin}</code></kbd>\n"
            ),
        )
    }

    pub(super) fn access_token(&mut self, call: &Call, now: Timestamp) -> Reply {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&call.body).into_owned().collect();
        let in_header = call.header("authorization").and_then(|text| Header::read(text).ok());
        let given = |name: &str| {
            let from_form = form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            let from_header = in_header.as_ref().and_then(|header| header.get(name)).map(ToOwned::to_owned);
            from_header.or_else(|| call.query(name).map(ToOwned::to_owned)).or(from_form)
        };
        let (token, pin) = (given("oauth_token").unwrap_or_default(), given("oauth_verifier").unwrap_or_default());
        let Some(at) = self.sign_ins.begun.iter().position(|one| one.token == token) else {
            return self.not_authenticated("a request token that is not known");
        };
        let secret = match in_header.as_ref().and_then(Header::token) {
            Some(_) => self.sign_ins.begun.get(at).map(|one| one.secret.clone()).unwrap_or_default(),
            None => String::new(),
        };
        if let Err(reply) = self.consumer(call, now, &secret) {
            return reply;
        }
        let right = self.sign_ins.begun.get(at).is_some_and(|one| one.pin.as_ref() == Some(&pin));
        if !right {
            let text = "Error processing your OAuth request: Invalid oauth_verifier parameter";
            return Reply::of_type(401, "text/html; charset=utf-8", text);
        }
        self.sign_ins.begun.remove(at);
        let token = Token {
            key: format!("{}-access-token-{}", self.owner, self.sign_ins.count),
            secret: format!("access-secret-{}", self.sign_ins.count),
            user: self.owner,
            may_write: true,
        };
        let name = self.users.get(self.owner).map_or("", |user| user.username.as_str());
        let body = format!(
            "oauth_token={}&oauth_token_secret={}&user_id={}&screen_name={name}",
            token.key, token.secret, token.user
        );
        self.add_token(token);
        Reply::of_type(200, "text/html; charset=utf-8", body)
    }

    /// Checks a request that is signed by the app, with the secret of a request token or with none.
    fn consumer(&mut self, call: &Call, now: Timestamp, token_secret: &str) -> Result<Header, Reply> {
        let app = self.app.clone();
        let nonces = &mut self.nonces;
        let checked =
            call.header("authorization").ok_or("no Authorization header").and_then(Header::read).and_then(|header| {
                if header.consumer_key() != app.consumer_key {
                    return Err("an API key that is not known");
                }
                header.check_signature(call, &app.consumer_secret, token_secret)?;
                nonces.check(&header, now)?;
                Ok(header)
            });
        checked.map_err(|why| self.not_authenticated(why))
    }

    fn not_authenticated(&mut self, why: &'static str) -> Reply {
        self.refused_sign_ins.push(why);
        legacy(401, 32, "Could not authenticate you.")
    }
}
