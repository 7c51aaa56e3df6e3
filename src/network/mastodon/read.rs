//! A status as Mastodon's API gives it → a [`Post`]. Pure; every status that has an id becomes one.
//!
//! What it boosts or quotes is read in `shared`, what is attached to it in `media`, its HTML in `html`.

mod media;
mod shared;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::html::{self, Beside};
use super::layout::is_unwanted;
use super::wire::{self, Status};
use crate::core::post::{Poll, Post, PostId, ReplyTo, Restriction, Span, Timestamp, Visibility};

/// What is known beside the status itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// The owner's account id.
    pub(super) own: &'a str,
    /// The host of the server's own handles.
    pub(super) host: &'a str,
    /// When a status was written that does not say so: the time of the read, so that it does not pass for old.
    pub(super) undated: Timestamp,
}

/// Reads a status. `author` stands in where it does not say whose it is.
pub(super) fn post(status: &Status, author: &str, context: Context<'_>) -> Post {
    let created = created(status).unwrap_or(context.undated);
    let author = status.account.as_ref().map_or(author, |account| account.id.0.as_str());
    let bare = Post {
        visibility: visibility(status.visibility.as_deref()),
        restricted: is_local(status).then_some(Restriction::LocalOnly),
        application: status.application.as_ref().and_then(|application| said(application.name.as_ref())),
        edited: status.edited_at.as_deref().and_then(timestamp),
        favourited: status.favourited.unwrap_or(false),
        bookmarked: status.bookmarked.unwrap_or(false),
        address: address(status),
        ..Post::plain(PostId::new(status.id.0.as_str()), author, created, "")
    };
    if !status.reblog.is_null() {
        // Some servers repeat in a boost what the boosted status says: nothing of that is the owner's.
        return Post { boost: Some(shared::boosted(status, context)), ..bare };
    }
    let (text, spans) = content(status, context);
    Post {
        text,
        spans,
        warning: status.spoiler_text.as_deref().and_then(line),
        reply_to: reply_to(status, context.own),
        quote: shared::quoted(status, context),
        poll: poll(&status.poll, created),
        sensitive: status.sensitive.unwrap_or(false),
        media: status.media_attachments.iter().map(media::media).collect(),
        language: said(status.language.as_ref()),
        ..bare
    }
}

/// The text, and what stands where in it.
fn content(status: &Status, context: Context<'_>) -> (String, Vec<Span>) {
    let beside = Beside {
        mentions: &status.mentions,
        emojis: &status.emojis,
        quotes: shared::quote_of(status).is_some(),
        host: context.host,
    };
    html::read(status.content.as_deref().unwrap_or_default(), beside)
}

/// When it was written, if it says so.
pub(super) fn created(status: &Status) -> Option<Timestamp> {
    timestamp(status.created_at.as_deref()?)
}

/// A moment as the API writes it (RFC 3339).
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Timestamp::from_millis)
}

fn said(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// Plain text that stands on one line.
fn line(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if line.contains(is_unwanted) { line.replace(is_unwanted, "") } else { line };
    (!line.is_empty()).then_some(line)
}

fn address(status: &Status) -> Option<String> {
    said(status.url.as_ref()).or_else(|| said(status.uri.as_ref()))
}

/// Whether it is kept on its server. Whatever does not say "no" says "yes".
fn is_local(status: &Status) -> bool {
    !matches!(status.local_only, Value::Null | Value::Bool(false))
}

fn visibility(word: Option<&str>) -> Visibility {
    match word {
        Some("public") => Visibility::Public,
        Some("unlisted") => Visibility::Unlisted,
        Some("private") => Visibility::Private,
        Some("direct") => Visibility::Direct,
        // `local`, `list`, `mutuals_only`, whatever comes: not known to be public.
        _ => Visibility::Other,
    }
}

/// What it answers (`mastodon-api.md` 4.4: the account is carried over from where the thread began).
fn reply_to(status: &Status, own: &str) -> ReplyTo {
    let account = &status.in_reply_to_account_id;
    match (&status.in_reply_to_id, account) {
        (Value::Null, Value::Null) => ReplyTo::Nothing,
        (parent, account) if wire::id(account).as_deref() == Some(own) => match wire::id(parent) {
            Some(parent) => ReplyTo::Own(PostId::new(parent)),
            // The parent was deleted: nothing is left to hang on.
            None if parent.is_null() => ReplyTo::Nothing,
            None => ReplyTo::Other,
        },
        _ => ReplyTo::Other,
    }
}

/// A poll; one that is odd is one all the same.
fn poll(poll: &Value, created: Timestamp) -> Option<Poll> {
    if poll.is_null() {
        return None;
    }
    let poll = wire::Poll::deserialize(poll).unwrap_or_default();
    let ends = poll.expires_at.as_deref().and_then(timestamp);
    Some(Poll {
        options: poll.options.iter().map(|option| option.title.as_deref().and_then(line).unwrap_or_default()).collect(),
        multiple: poll.multiple.unwrap_or(false),
        length_secs: ends.map(|ends| length_secs(ends.millis_since(created))).filter(|secs| *secs > 0),
        closed: poll.expired.unwrap_or(false),
    })
}

/// A poll's length as its author chose it, which is whole minutes everywhere: its end is counted from a moment that is
/// not quite when the status was written.
fn length_secs(millis: i64) -> i64 {
    const SLACK_MILLIS: i64 = 5000;
    let minutes = (millis.saturating_add(30_000)).div_euclid(60_000);
    if (millis - minutes * 60_000).abs() <= SLACK_MILLIS {
        minutes * 60
    } else {
        millis.saturating_add(500).div_euclid(1000)
    }
}

#[cfg(test)]
mod tests;
