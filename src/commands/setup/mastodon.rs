//! Mastodon's part of setup: the server, three ways to sign in, the proof.

use super::keys::{self, NotAKey};
use super::{Conversation, SetupError};
use crate::commands::advice;
use crate::config;
use crate::network::Trouble;
use crate::network::http::{self, BaseUrl};
use crate::network::mastodon::address::{parse_code, parse_server};
use crate::network::mastodon::auth::{self, APP_NAME, App, PasswordRefused, Pkce, ServerFeatures};
use crate::network::mastodon::instance::{self, Limits};
use crate::secret::Secret;

/// The account on Mastodon.
pub(super) struct Found {
    pub(super) base: BaseUrl,
    pub(super) token: Secret,
    pub(super) account_id: Option<String>,
    pub(super) account: Option<String>,
    /// The app that the token belongs to.
    pub(super) app: String,
}

/// A server that answered.
struct Server {
    base: BaseUrl,
    features: ServerFeatures,
    /// Unknown where they are told only to those who have signed in.
    limits: Option<Limits>,
    /// We, once we are registered. A server allows that 5 times in 10 minutes, so it is done once.
    app: Option<App>,
}

impl Server {
    fn host(&self) -> String {
        self.base.host()
    }
}

/// A way to sign in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Browser,
    Token,
    Password,
    OtherServer,
}

/// A token, and the name of the app that it was made for, where it was not made for us.
struct Token {
    secret: Secret,
    app: String,
}

/// Asks until the account is signed in.
pub(super) async fn ask(c: &mut Conversation<'_>, old: Option<&config::Mastodon>) -> Result<Found, SetupError> {
    c.terminal.gap();
    c.terminal.say("Now Mastodon, or a server like it: GoToSocial, Pleroma, Akkoma, …");
    let old = old.filter(|old| !keys::is_placeholder(old.access_token.expose()));
    if let Some(old) = old
        && let Some(found) = keep(c, old).await?
    {
        return Ok(found);
    }
    let mut preset = old.map(|old| shown(&old.url));
    loop {
        let server = ask_server(c, preset.as_deref()).await?;
        preset = Some(shown(&server.base));
        if let Some(found) = sign_in(c, server).await? {
            return Ok(found);
        }
    }
}

/// A server's address as people write it, and as it is understood again.
fn shown(base: &BaseUrl) -> String {
    base.as_str().strip_prefix("https://").unwrap_or(base.as_str()).to_owned()
}

/// The sign-in there is, if it still works and the person wants it.
async fn keep(c: &mut Conversation<'_>, old: &config::Mastodon) -> Result<Option<Found>, SetupError> {
    let http = http::client()?;
    let identity = match auth::verify_credentials(&http, &old.url, &old.access_token).await {
        Ok(identity) => identity,
        Err(trouble) => {
            c.terminal.say("The sign-in that there is does not work at present.");
            c.terminal.say(&advice::for_mastodon(&old.url.host(), &trouble));
            let may_be_good = !matches!(trouble, Trouble::SignIn(_) | Trouble::Permission(_));
            if may_be_good && c.terminal.confirm("Keep it all the same?", true)? {
                let (account_id, account) = (old.account_id.clone(), old.account.clone());
                return Ok(Some(found_before(old, account_id, account)));
            }
            return Ok(None);
        }
    };
    let is_same = old.account_id.as_ref().is_none_or(|id| *id == identity.id);
    let account = old.account.clone().filter(|_| is_same).or_else(|| handle(&identity.acct, &old.url.host()));
    let name = account.clone().unwrap_or_else(|| identity.id.clone());
    c.terminal.say(&format!("You are signed in as @{name}."));
    if identity.moved {
        c.terminal.say("This account has moved to another one: nothing can be posted to it any more.");
    }
    let app = auth::token_app(&http, &old.url, &old.access_token).await;
    let lacking = app.lacks(true);
    if !lacking.is_empty() {
        c.terminal.say(&format!("But this sign-in lacks permissions: {}.", lacking.join(", ")));
    }
    if !c.terminal.confirm("Keep this sign-in?", !identity.moved && lacking.is_empty())? {
        return Ok(None);
    }
    let found = found_before(old, Some(identity.id), account);
    Ok(Some(Found { app: app.name.unwrap_or(found.app), ..found }))
}

fn found_before(old: &config::Mastodon, account_id: Option<String>, account: Option<String>) -> Found {
    Found { base: old.url.clone(), token: old.access_token.clone(), account_id, account, app: old.app.clone() }
}

async fn ask_server(c: &mut Conversation<'_>, preset: Option<&str>) -> Result<Server, SetupError> {
    let mut preset = preset.map(str::to_owned);
    loop {
        let typed = c.terminal.ask("Your server, such as mastodon.social", preset.as_deref())?;
        if typed.is_empty() {
            continue;
        }
        let base = match parse_server(&typed) {
            Ok(base) => base,
            Err(bad) => {
                c.terminal.say(&format!("{bad}."));
                continue;
            }
        };
        preset = Some(shown(&base));
        let http = http::client()?;
        let features = match auth::discover(&http, &base).await {
            Ok(features) => features,
            Err(trouble) => {
                c.terminal.say(&advice::for_mastodon(&base.host(), &trouble));
                continue;
            }
        };
        let limits = match instance::limits(&http, &base, None).await {
            Ok(limits) => Some(limits),
            // Some tell this only to those who have signed in.
            Err(Trouble::SignIn(_) | Trouble::Permission(_)) => None,
            Err(Trouble::Gone(_)) => {
                let host = base.host();
                c.terminal.say(&format!("{host} is no Mastodon server, nor one like it. Is the name right?"));
                continue;
            }
            Err(trouble) => {
                c.terminal.say(&advice::for_mastodon(&base.host(), &trouble));
                continue;
            }
        };
        if let Some(limits) = &limits {
            let (host, length) = (base.host(), limits.max_characters);
            c.terminal.say(&format!("{host} answers. Posts there may be {length} characters long."));
        }
        return Ok(Server { base, features, limits, app: None });
    }
}

/// Signs in at this server; `None`: at another.
async fn sign_in(c: &mut Conversation<'_>, mut server: Server) -> Result<Option<Found>, SetupError> {
    loop {
        let mut ways = vec![
            ("in a browser, on any device (recommended)", Way::Browser),
            ("paste an access token from the server's settings page", Way::Token),
        ];
        if server.features.password_grant != Some(false) {
            ways.push(("with e-mail address and password, where the server still allows it", Way::Password));
        }
        ways.push(("use another server", Way::OtherServer));
        c.terminal.gap();
        let token = match c.terminal.choose("How do you want to sign in?", &ways, Way::Browser)? {
            Way::Browser => by_browser(c, &mut server).await?,
            Way::Token => by_token(c, &server).await?,
            Way::Password => by_password(c, &mut server).await?,
            Way::OtherServer => return Ok(None),
        };
        if let Some(token) = token
            && let Some(found) = prove(c, &server, token).await?
        {
            return Ok(Some(found));
        }
    }
}

/// Us, registered with the server; `None` when it does not do that now.
async fn registered(c: &mut Conversation<'_>, server: &mut Server) -> Result<Option<App>, SetupError> {
    if server.app.is_none() {
        match auth::register_app(&http::client()?, &server.base, server.features.scopes()).await {
            Ok(app) => server.app = Some(app),
            Err(trouble) => {
                let host = server.host();
                c.terminal.say(&format!("{host} did not register the app \"{APP_NAME}\"."));
                c.terminal.say(&advice::for_mastodon(&host, &trouble));
            }
        }
    }
    Ok(server.app.clone())
}

async fn by_browser(c: &mut Conversation<'_>, server: &mut Server) -> Result<Option<Token>, SetupError> {
    let Some(app) = registered(c, server).await? else { return Ok(None) };
    let pkce = if server.features.pkce { Some(Pkce::new()?) } else { None };
    let state = auth::random_text()?;
    let url = auth::authorize_url(&server.base, &app, server.features.scopes(), pkce.as_ref(), &state);
    c.terminal.say("Open this address in a browser, as the account to be mirrored, and allow access:");
    c.terminal.gap();
    c.terminal.say(&url);
    c.terminal.gap();
    loop {
        let pasted = c.terminal.ask("Paste the code that it shows (Enter: back)", None)?;
        if pasted.is_empty() {
            return Ok(None);
        }
        let code = match parse_code(&pasted, &state) {
            Ok(code) => code,
            Err(bad) => {
                c.terminal.say(&format!("Sorry, {bad}."));
                continue;
            }
        };
        match auth::exchange_code(&http::client()?, &server.base, &app, &code, pkce.as_ref()).await {
            Ok(secret) => return Ok(Some(Token { secret, app: APP_NAME.to_owned() })),
            Err(Trouble::SignIn(words)) => {
                let host = server.host();
                c.terminal.say(&format!(
                    "{host} does not accept this code ({words}). Each works once, for about ten minutes: open the \
                     address again and paste the code that it shows now.",
                ));
            }
            Err(trouble) => c.terminal.say(&advice::for_mastodon(&server.host(), &trouble)),
        }
    }
}

async fn by_token(c: &mut Conversation<'_>, server: &Server) -> Result<Option<Token>, SetupError> {
    let scopes = server.features.scopes().replace(' ', ", ");
    c.terminal.say(&format!(
        "On Mastodon: Preferences, Development, New application. Name it {APP_NAME}, allow {scopes}, and save. Open \
         it again and copy \"Your access token\". (Other servers have such a page in their settings, too.)",
    ));
    let secret = loop {
        let typed = c.terminal.ask_secret("Access token (Enter: back)")?;
        match keys::clean(typed.expose()) {
            Ok(secret) => break secret,
            Err(NotAKey::Empty) => return Ok(None),
            Err(bad) => c.terminal.say(&bad.to_string()),
        }
    };
    let found = auth::token_app(&http::client()?, &server.base, &secret).await;
    let lacking = found.lacks(true);
    if !lacking.is_empty() {
        let lacking = lacking.join(", ");
        c.terminal.say(&format!(
            "This token lacks permissions: {lacking}. Allow them on the same page, then make the token anew there.",
        ));
        return Ok(None);
    }
    let app = match found.name {
        Some(name) => name,
        // What this app posts is a mirror: its name has to be right.
        None => c.terminal.ask("What did you name the application there?", Some(APP_NAME))?,
    };
    Ok(Some(Token { secret, app }))
}

async fn by_password(c: &mut Conversation<'_>, server: &mut Server) -> Result<Option<Token>, SetupError> {
    let user = c.terminal.ask("E-mail address (Enter: back)", None)?;
    if user.is_empty() {
        return Ok(None);
    }
    let password = c.terminal.ask_secret("Password (it is sent to your server only, and kept nowhere)")?;
    if password.is_empty() {
        return Ok(None);
    }
    let Some(app) = registered(c, server).await? else { return Ok(None) };
    let scopes = server.features.scopes();
    match auth::password_grant(&http::client()?, &server.base, &app, scopes, (&user, &password)).await {
        Ok(secret) => return Ok(Some(Token { secret, app: APP_NAME.to_owned() })),
        Err(PasswordRefused::NotOffered) => {
            server.features.password_grant = Some(false);
            let host = server.host();
            c.terminal.say(&format!("{host} no longer lets apps sign in with a password. The browser does it."));
        }
        Err(PasswordRefused::Wrong(words)) => {
            let host = server.host();
            c.terminal.say(&format!(
                "{host} does not accept this address and password ({words}). With two-factor sign-in, only the \
                 browser works.",
            ));
        }
        Err(PasswordRefused::Trouble(trouble)) => {
            c.terminal.say(&advice::for_mastodon(&server.host(), &trouble));
        }
    }
    Ok(None)
}

/// Asks whose the token is; `None` when it does not work or is not wanted.
async fn prove(c: &mut Conversation<'_>, server: &Server, token: Token) -> Result<Option<Found>, SetupError> {
    let http = http::client()?;
    let identity = match auth::verify_credentials(&http, &server.base, &token.secret).await {
        Ok(identity) => identity,
        Err(trouble) => {
            c.terminal.say(&advice::for_mastodon(&server.host(), &trouble));
            return Ok(None);
        }
    };
    let limits = match &server.limits {
        Some(limits) => Some(limits.clone()),
        None => instance::limits(&http, &server.base, Some(&token.secret)).await.ok(),
    };
    let domain = limits.and_then(|limits| limits.domain).unwrap_or_else(|| server.host());
    let account = handle(&identity.acct, &domain);
    let name = account.clone().unwrap_or_else(|| identity.id.clone());
    let display_name = match identity.display_name.trim() {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    c.terminal.say(&format!("You are @{name}{display_name}."));
    if identity.moved {
        c.terminal.say("This account has moved to another one: nothing can be posted to it any more.");
        if !c.terminal.confirm("Go on all the same?", false)? {
            return Ok(None);
        }
    }
    let Token { secret, app } = token;
    Ok(Some(Found { base: server.base.clone(), token: secret, account_id: Some(identity.id), account, app }))
}

/// `me@host`
fn handle(acct: &str, domain: &str) -> Option<String> {
    match acct {
        "" => None,
        whole if whole.contains('@') => Some(whole.to_owned()),
        name => Some(format!("{name}@{domain}")),
    }
}
