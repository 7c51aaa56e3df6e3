//! What setting up needs beside the client: whose keys these are, and the sign-in by PIN (`x-api.md` 1.3, 1.4).

use std::collections::HashMap;
use std::rc::Rc;

use url::{Url, form_urlencoded};

use super::oauth1::{Keys, Signer};
use super::session::Session;
use super::{errors, wire};
use crate::clock::Clock;
use crate::core::post::{PostId, Timestamp};
use crate::network::Trouble;
use crate::network::http::{self, Answer, BaseUrl};
use crate::secret::Secret;

/// The account that keys belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: String,
    /// Its name, without `@`.
    pub username: String,
    /// Its display name.
    pub name: String,
    /// `None`, `Basic`, `Premium` or `PremiumPlus`: whether long posts can be written. A hint, for setup to offer.
    pub subscription_type: Option<String>,
    /// Whether only its followers see its posts.
    pub protected: bool,
    /// What the keys may do: `read`, `read-write`, … A hint; X does not document it for this API.
    pub access_level: Option<String>,
}

/// The app's own keys, which are all that a sign-in begins with.
#[derive(Clone, Debug)]
pub struct ConsumerKeys {
    /// The app's key.
    pub key: Secret,
    /// The app's secret.
    pub secret: Secret,
}

/// A sign-in that has begun: the owner opens the address and reads a PIN there.
#[derive(Clone, Debug)]
pub struct RequestToken {
    /// Names the sign-in.
    pub oauth_token: Secret,
    /// Signs its end.
    pub oauth_token_secret: Secret,
    /// Where the owner allows it.
    pub authorize_url: Url,
}

/// A sign-in that is done.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The account's token.
    pub access_token: Secret,
    /// The account's secret.
    pub access_token_secret: Secret,
    /// The account's id.
    pub user_id: String,
    /// The account's name, without `@`.
    pub screen_name: String,
}

/// The id of the account that a token belongs to: the digits before its `-`.
#[must_use]
pub fn user_id_of(access_token: &Secret) -> Option<String> {
    let (id, rest) = access_token.expose().split_once('-')?;
    (wire::is_id(id) && !rest.is_empty()).then(|| id.to_owned())
}

/// Asks whose keys these are. Costs $0.010 a day (`x-api.md` 5.3): for setup only.
///
/// # Errors
/// Whatever kept X from answering, keys that are not accepted first of all.
pub async fn who_am_i(
    http: reqwest::Client,
    base: BaseUrl,
    keys: Keys,
    clock: Rc<dyn Clock>,
) -> Result<Identity, Trouble> {
    let session = Session::new(http, base, keys.into(), clock);
    let fields = [("user.fields", "subscription_type,verified_type,protected")];
    let answer = session.get("/2/users/me", &fields).await?;
    if !answer.status.is_success() {
        return Err(errors::trouble(&answer, session.time_of(&answer)));
    }
    let user = wire::user(&answer.body).ok_or_else(|| not_as_agreed(&answer))?;
    Ok(Identity {
        id: user.id.unwrap_or_default(),
        username: user.username,
        name: user.name,
        subscription_type: user.subscription_type,
        protected: user.protected,
        access_level: answer.header("x-access-level").map(str::to_owned),
    })
}

/// What asking for next to nothing showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The server's time.
    pub at: Timestamp,
    /// What the keys may do: `read`, `read-write`, … A hint; X does not document it for this API.
    pub access_level: Option<String>,
    /// How many posts were read, and so charged for.
    pub read: u64,
}

/// Tries keys out as cheaply as can be: asks for the account's posts after one that is known. Free where there is none,
/// and else at most 5 posts, which are charged once a day (`x-api.md` 5.2).
///
/// # Errors
/// Whatever kept X from answering.
pub async fn probe(
    http: reqwest::Client,
    base: BaseUrl,
    keys: Keys,
    account: &str,
    after: Option<&PostId>,
    clock: Rc<dyn Clock>,
) -> Result<Probe, Trouble> {
    let session = Session::new(http, base, keys.into(), clock);
    let mut query = vec![("max_results", "5")];
    query.extend(after.map(|after| ("since_id", after.as_str())));
    let (page, answer) = super::page(&session, account, &query).await?;
    Ok(Probe {
        at: session.time_of(&answer),
        access_level: answer.header("x-access-level").map(str::to_owned),
        read: u64::try_from(page.posts.len() + page.unreadable).unwrap_or(u64::MAX),
    })
}

/// The server's time, asked without a signature, which costs nothing. `None` when it does not say.
pub async fn server_time(http: &reqwest::Client, base: &BaseUrl) -> Option<Timestamp> {
    let request = http.get(base.join("/2/users/me")).build().ok()?;
    http::send(http, request).await.ok()?.date()
}

/// Begins a sign-in.
///
/// # Errors
/// When X does not let this app sign people in: wrong keys, or no callback URL in the app's settings.
pub async fn request_token(
    http: reqwest::Client,
    base: BaseUrl,
    consumer: &ConsumerKeys,
    clock: Rc<dyn Clock>,
) -> Result<RequestToken, Trouble> {
    let mut authorize_url = base.join("/oauth/authorize");
    let signer = Signer { token: None, callback: Some("oob"), verifier: None, consumer: consumer.pair() };
    let form = exchange(&Session::new(http, base, signer, clock), "/oauth/request_token").await?;
    let (Some(token), Some(secret), Some("true")) = (
        form.get("oauth_token"),
        form.get("oauth_token_secret"),
        form.get("oauth_callback_confirmed").map(Secret::expose),
    ) else {
        return Err(Trouble::NoAnswer("it did not confirm the sign-in".to_owned()));
    };
    authorize_url.query_pairs_mut().append_pair("oauth_token", token.expose());
    Ok(RequestToken { oauth_token: token.clone(), oauth_token_secret: secret.clone(), authorize_url })
}

/// Ends a sign-in with the PIN that the owner read. A PIN works once.
///
/// # Errors
/// When X does not take the PIN, or does not answer.
pub async fn access_token(
    http: reqwest::Client,
    base: BaseUrl,
    consumer: &ConsumerKeys,
    request: &RequestToken,
    pin: &Secret,
    clock: Rc<dyn Clock>,
) -> Result<AccessToken, Trouble> {
    let token = Some((request.oauth_token.clone(), request.oauth_token_secret.clone()));
    let signer = Signer { token, callback: None, verifier: Some(pin.clone()), consumer: consumer.pair() };
    let form = exchange(&Session::new(http, base, signer, clock), "/oauth/access_token").await?;
    let (Some(token), Some(secret)) = (form.get("oauth_token"), form.get("oauth_token_secret")) else {
        return Err(Trouble::NoAnswer("it did not give a token".to_owned()));
    };
    let said = form.get("user_id").map(|id| id.expose().to_owned()).filter(|id| wire::is_id(id));
    let user_id = said
        .or_else(|| user_id_of(token))
        .ok_or_else(|| Trouble::NoAnswer("it did not say whose token it is".to_owned()))?;
    Ok(AccessToken {
        access_token: token.clone(),
        access_token_secret: secret.clone(),
        user_id,
        screen_name: form.get("screen_name").map(|name| name.expose().to_owned()).unwrap_or_default(),
    })
}

impl ConsumerKeys {
    fn pair(&self) -> (Secret, Secret) {
        (self.key.clone(), self.secret.clone())
    }
}

/// A step of the sign-in; its answer is a form.
async fn exchange(session: &Session, path: &str) -> Result<HashMap<String, Secret>, Trouble> {
    let answer = session.post(path, None).await?;
    if !answer.status.is_success() {
        return Err(errors::trouble(&answer, session.time_of(&answer)));
    }
    let pairs = form_urlencoded::parse(&answer.body).filter(|(_, value)| !value.is_empty());
    Ok(pairs.map(|(name, value)| (name.into_owned(), Secret::new(value))).collect())
}

fn not_as_agreed(answer: &Answer) -> Trouble {
    Trouble::NoAnswer(format!("{} with a body that is not as agreed", answer.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_begins_with_the_account() {
        for (token, id) in [
            ("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", Some("370773112")),
            (" 12-x ", Some("12")),
            ("12-", None),
            ("-x", None),
            ("12", None),
            ("a12-x", None),
            ("", None),
        ] {
            assert_eq!(user_id_of(&Secret::new(token)).as_deref(), id, "{token}");
        }
    }
}
