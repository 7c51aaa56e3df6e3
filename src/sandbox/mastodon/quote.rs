//! Quotes: what may be quoted, and how a post that quotes is shown (`mastodon-api.md` 4.2, 5.1).

use serde_json::{Value, json};

use super::MastodonWorld;
use super::html;
use super::model::{Account, Quote, Status};
use super::wire::{Params, error};
use crate::core::post::Visibility;
use crate::sandbox::Reply;

/// The state of a quote that is shown.
pub(super) const ACCEPTED: &str = "accepted";

impl MastodonWorld {
    /// What a request asks to quote; a boost stands for what it boosts. `None` where the server knows no quotes.
    pub(super) fn quoted_by(&self, params: &Params, author: &str) -> Result<Option<&Status>, Reply> {
        let Some(id) = params.filled("quoted_status_id").filter(|_| self.behaviour.quotes) else { return Ok(None) };
        let proper = self.status(&id).map(|status| status.boost_of.as_deref().unwrap_or(&status.id));
        let status = proper.and_then(|id| self.status(id)).filter(|status| quotable(status, author));
        match status {
            Some(status) => Ok(Some(status)),
            None => Err(error(404, "The post you are trying to quote does not appear to exist.")),
        }
    }

    /// A status's address, as a person would open it.
    pub(super) fn url_of(&self, status: &Status, base: &str) -> String {
        let author = self.account(&status.author);
        match &status.boost_of {
            Some(_) => {
                let name = author.map(Account::acct).unwrap_or_default();
                format!("{base}/users/{name}/statuses/{}", status.id)
            }
            None => format!("{}/{}", author.map(|a| a.url(base)).unwrap_or_default(), status.id),
        }
    }

    /// The text's HTML, with the address of what is quoted before it, whatever the quote's state.
    pub(super) fn content(&self, status: &Status, text: &str, base: &str) -> String {
        let html = self.html(text, base);
        let quote = status.quote.as_ref().filter(|_| self.behaviour.quotes);
        match quote.and_then(|quote| self.status(&quote.of)) {
            Some(quoted) => html::with_quote(html, &self.url_of(quoted, base)),
            None => html,
        }
    }

    /// The `quote` of a status; `shallow` inside a status that is quoted itself.
    pub(super) fn quote_json(&self, quote: &Quote, viewer: Option<&str>, base: &str, shallow: bool) -> Value {
        let quoted = self.status(&quote.of);
        let state = match quoted {
            None => "deleted",
            Some(status) if !self.visible(status, viewer) => "unauthorized",
            Some(_) => quote.state.as_str(),
        };
        let shown = quoted.filter(|_| state == ACCEPTED);
        if shallow {
            return json!({ "state": state, "quoted_status_id": shown.map(|status| &status.id) });
        }
        let inner = shown.map(|status| self.shown_status(status, viewer, base, true));
        json!({ "state": state, "quoted_status": inner })
    }

    /// How many posts quote a status.
    pub(super) fn quotes_of(&self, id: &str) -> usize {
        let quotes = self.statuses.iter().filter_map(|status| status.quote.as_ref());
        quotes.filter(|quote| quote.of == id && quote.state == ACCEPTED).count()
    }
}

/// The `quote_approval` of a status.
pub(super) fn approval(status: &Status, viewer: Option<&str>) -> Value {
    let public = matches!(status.visibility, Visibility::Public | Visibility::Unlisted);
    let may = viewer.is_some_and(|viewer| quotable(status, viewer));
    let automatic = if public { json!(["public"]) } else { json!([]) };
    json!({ "automatic": automatic, "manual": [], "current_user": if may { "automatic" } else { "denied" } })
}

/// Whether somebody may quote a status: what all may see, and their own for followers.
fn quotable(status: &Status, author: &str) -> bool {
    match status.visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::Private => status.author == author,
        Visibility::Direct | Visibility::Other => false,
    }
}
