//! The status that a status boosts or quotes.
//!
//! Of a status that not everybody may read, nothing is taken but which it is.

use serde::Deserialize;
use serde_json::Value;

use super::super::html;
use super::super::wire::{self, Account, Quote, Status};
use super::{Context, address, content, is_local, line, visibility};
use crate::core::post::{PostId, Shared, Visibility};

/// The status that a boost boosts. One that cannot be read is boosted all the same.
pub(super) fn boosted(boost: &Status, context: Context<'_>) -> Shared {
    match wire::inner(&boost.reblog) {
        Some(status) => shared(&status, context),
        None => unknown(wire::id(&boost.reblog).unwrap_or_else(|| boost.id.0.clone())),
    }
}

/// What a status says of its quote, if it has one. Akkoma and others give the quoted status itself; Pleroma keeps it
/// with what it adds.
pub(super) fn quote_of(status: &Status) -> Option<&Value> {
    let pleroma = status.pleroma.as_ref().map(|pleroma| &pleroma.quote);
    std::iter::once(&status.quote).chain(pleroma).find(|quote| quote.is_object())
}

/// The status that a status quotes, as far as its author agrees (`mastodon-api.md` 4.2); `None` when nothing is known
/// of it.
pub(super) fn quoted(status: &Status, context: Context<'_>) -> Option<Shared> {
    let value = quote_of(status)?;
    let quote = Quote::deserialize(value).unwrap_or_default();
    let Some(state) = quote.state else {
        return wire::inner(value).map(|status| shared(&status, context));
    };
    match wire::inner(&quote.quoted_status) {
        Some(status) if state == "accepted" => Some(shared(&status, context)),
        Some(status) => Some(Shared { is_own: is_own(status.account.as_ref(), context), ..unknown(status.id.0) }),
        None => wire::id(&quote.quoted_status_id).map(unknown),
    }
}

fn shared(status: &Status, context: Context<'_>) -> Shared {
    let account = status.account.as_ref();
    let bare = Shared { is_own: is_own(account, context), ..unknown(status.id.0.clone()) };
    let for_everybody = matches!(visibility(status.visibility.as_deref()), Visibility::Public | Visibility::Unlisted);
    if !for_everybody || is_local(status) {
        return bare;
    }
    let (text, spans) = content(status, context);
    Shared {
        author: account.and_then(|account| html::full_handle(account.acct.as_deref()?, context.host)),
        address: address(status),
        text,
        spans,
        warning: status.spoiler_text.as_deref().and_then(line),
        ..bare
    }
}

fn is_own(account: Option<&Account>, context: Context<'_>) -> bool {
    account.is_some_and(|account| account.id.0 == context.own)
}

/// A status of which nothing else is known.
fn unknown(id: String) -> Shared {
    Shared {
        id: PostId::new(id),
        is_own: false,
        author: None,
        address: None,
        text: String::new(),
        spans: Vec::new(),
        warning: None,
    }
}
