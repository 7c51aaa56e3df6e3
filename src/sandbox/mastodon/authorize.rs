//! `/oauth/authorize`: the page in the browser where the owner agrees, and [`MastodonWorld::approve`], which agrees
//! for them.

use url::{Host, Url};

use super::MastodonWorld;
use super::model::Code;
use super::oauth::{OOB, words};
use super::wire::{encode, escape, page, with_header};
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

/// Doorkeeper's default, in seconds.
const CODE_LIFETIME: i64 = 600;

/// What came of agreeing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The authorization code.
    pub code: String,
    /// Where the browser goes next: the redirect URI with `code` and `state`, or the page that shows the code.
    pub redirect: String,
}

/// Why it came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    /// A page says so.
    Page(&'static str),
    /// The app is told, at its redirect URI.
    Redirect(String),
}

impl MastodonWorld {
    /// Agrees to what a client asks for at `address` (`…/oauth/authorize?…`), as the owner would in the browser.
    ///
    /// # Errors
    /// What the page, or the redirect, would say: unknown client or redirect URI, scopes beyond the app's, a
    /// `code_challenge_method` other than `S256`.
    pub fn approve(&mut self, address: &str, now: Timestamp) -> Result<Approval, String> {
        let url = Url::parse(address).map_err(|e| e.to_string())?;
        if url.path() != "/oauth/authorize" {
            return Err(format!("{} is not where one authorizes", url.path()));
        }
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let base = url.origin().ascii_serialization();
        self.agree(&query, &base, now).map_err(|refusal| match refusal {
            Refusal::Page(text) => text.to_owned(),
            Refusal::Redirect(to) => to,
        })
    }

    /// `GET` shows the page, `POST` is the button on it.
    pub(super) fn authorize(&mut self, call: &Call, now: Timestamp) -> Reply {
        let refused = |refusal| match refusal {
            Refusal::Page(text) => page(400, &format!("<p id=\"error\">{}</p>", escape(text))),
            Refusal::Redirect(to) => with_header(page(302, ""), "Location", to),
        };
        if call.method == "POST" {
            return match self.agree(&call.query, &call.base, now) {
                Ok(approval) => with_header(page(302, ""), "Location", approval.redirect),
                Err(refusal) => refused(refusal),
            };
        }
        let code = match self.examine(&call.query) {
            Ok(code) => code,
            Err(refusal) => return refused(refusal),
        };
        let name = self.app(&code.client_id).map(|app| app.application.name.clone()).unwrap_or_default();
        let query: Vec<String> = call.query.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let body = format!(
            "<h1>{} would like permission to access your account</h1><p>{}</p>\
             <form method=\"post\" action=\"/oauth/authorize?{}\"><button type=\"submit\">Authorize</button></form>",
            escape(&name),
            escape(&code.scopes.join(" ")),
            escape(&query.join("&"))
        );
        page(200, &body)
    }

    /// The page that shows a code to copy.
    pub(super) fn show_code(call: &Call) -> Reply {
        let code = get(&call.query, "code").unwrap_or_default();
        page(
            200,
            &format!("<h1>Authorization code</h1><input class=\"oauth-code\" readonly value=\"{}\">", escape(code)),
        )
    }

    fn agree(&mut self, query: &[(String, String)], base: &str, now: Timestamp) -> Result<Approval, Refusal> {
        let code = self.opaque("code");
        let expires = now.plus_secs(CODE_LIFETIME);
        let granted = Code { value: code.clone(), expires, ..self.examine(query)? };
        let redirect = if granted.redirect_uri == OOB {
            format!("{base}/oauth/authorize/native?code={}", encode(&code))
        } else {
            redirect(&granted.redirect_uri, &[("code", &code)], get(query, "state"))
        };
        self.codes.push(granted);
        Ok(Approval { code, redirect })
    }

    /// Checks what is asked for; the code itself is still empty.
    fn examine(&self, query: &[(String, String)]) -> Result<Code, Refusal> {
        let app = get(query, "client_id").and_then(|id| self.app(id));
        let app = app.ok_or(Refusal::Page("Client authentication failed due to unknown client"))?;
        let uri = get(query, "redirect_uri").unwrap_or_default();
        let exact = self.behaviour.is_gotosocial();
        if !app.redirect_uris.iter().any(|known| known == uri || (!exact && same_but_port(known, uri))) {
            return Err(Refusal::Page("The requested redirect uri is malformed or doesn't match client redirect URI."));
        }
        let refuse = |error: &str| {
            let parts = [("error", error), ("error_description", "The request was refused")];
            Refusal::Redirect(redirect(uri, &parts, get(query, "state")))
        };
        if get(query, "response_type") != Some("code") {
            return Err(refuse("unsupported_response_type"));
        }
        let scopes = words(get(query, "scope").unwrap_or("read"));
        if scopes.is_empty() || !scopes.iter().all(|scope| app.scopes.contains(scope)) {
            return Err(refuse("invalid_scope"));
        }
        let challenge = get(query, "code_challenge").filter(|text| !text.is_empty() && self.behaviour.pkce);
        if challenge.is_some() && get(query, "code_challenge_method") != Some("S256") {
            return Err(refuse("invalid_code_challenge_method"));
        }
        Ok(Code {
            value: String::new(),
            client_id: app.client_id.clone(),
            redirect_uri: uri.to_owned(),
            scopes,
            challenge: challenge.map(str::to_owned),
            expires: Timestamp::default(),
            used: false,
        })
    }
}

fn get<'a>(query: &'a [(String, String)], key: &str) -> Option<&'a str> {
    query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

fn redirect(uri: &str, parts: &[(&str, &str)], state: Option<&str>) -> String {
    let state = state.map(|state| ("state", state));
    let parts: Vec<String> = parts.iter().copied().chain(state).map(|(k, v)| format!("{k}={}", encode(v))).collect();
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", parts.join("&"))
}

/// Doorkeeper does not look at the port where both are loopback addresses (numbers, not `localhost`).
fn same_but_port(known: &str, asked: &str) -> bool {
    let read = |text| {
        let mut url = Url::parse(text).ok()?;
        let loopback = match url.host()? {
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
            Host::Domain(_) => false,
        };
        url.set_port(None).ok()?;
        loopback.then_some(url)
    };
    matches!((read(known), read(asked)), (Some(known), Some(asked)) if known == asked)
}
