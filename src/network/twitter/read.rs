//! A post of X's → the neutral [`Post`]. Pure, and never fails: what makes a post unreadable is decided in `wire`.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::text::{self, Reading, Resolved};
use super::{Account, Links, address, attached, shared, wire};
use crate::core::filter::cut;
use crate::core::post::{Poll, Post, PostId, ReplyTo, Restriction, Span, SpanKind, Timestamp, Visibility};

/// When X's ids begin to count, in milliseconds since 1970 (`x-api.md` 0).
const SNOWFLAKE_EPOCH: i64 = 1_288_834_974_657;
/// Smaller ids were counted, not made from the time; nobody's new posts have them.
const FIRST_SNOWFLAKE: i64 = 29_700_859_247;

/// What a post alone does not say.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The owner's account.
    pub account: &'a Account,
    /// The owner's posts that were read together: a parent among them is the owner's, whatever else is missing.
    pub own: &'a BTreeMap<PostId, wire::Post>,
    /// What else was read with them.
    pub includes: &'a wire::Includes,
    /// Which address a link becomes.
    pub links: Links,
    /// When nothing says when a post was written: now.
    pub fallback: Timestamp,
}

impl<'a> Context<'a> {
    /// A post that was read with them because one of them answers, quotes or reposts it.
    #[must_use]
    pub fn included(&self, id: &str) -> Option<&'a wire::Post> {
        self.includes.posts.get(id)
    }

    /// One of the owner's posts that were read together.
    #[must_use]
    pub fn own(&self, id: &str) -> Option<&'a wire::Post> {
        let is_own = |post: &&wire::Post| post.author_id.as_ref().is_none_or(|author| *author == self.account.id);
        self.own.get(&PostId::new(id)).filter(is_own)
    }
}

/// Reads a post.
#[must_use]
pub fn read(post: &wire::Post, context: &Context<'_>) -> Post {
    let id = PostId::new(&post.id);
    let common = Post {
        created: created(post, context.fallback),
        visibility: visibility(post),
        restricted: restriction(post),
        sensitive: post.possibly_sensitive,
        language: post.lang.as_deref().and_then(language),
        application: post.source.clone(),
        earlier_versions: earlier_versions(post, &id),
        address: Some(own_address(context.account, &post.id)),
        // The timeline asked for is the owner's: a silent post is theirs.
        ..Post::plain(id, post.author_id.as_ref().unwrap_or(&context.account.id), context.fallback, "")
    };
    // Nothing in a repost is its own: its text is the other's, and cut short (`x-api.md` 2.2).
    if let Some(boost) = shared::boost(post, context) {
        return Post { boost: Some(boost), ..common };
    }
    let quoted = shared::quoted_ids(post, context);
    let mut resolved = content(post, Reading { links: context.links, quoted: &quoted });
    let reply_to = reply_to(post, context);
    if matches!(reply_to, ReplyTo::Own(_)) {
        drop_own_name(&mut resolved, context.account);
    }
    Post {
        reply_to,
        quote: shared::quote(post, context),
        poll: poll(post, context.includes),
        media: attached::media(post, &resolved.media, context.includes),
        text: resolved.text,
        spans: resolved.spans,
        ..common
    }
}

/// A post's text; for an article its title, and the link that is all that the post is.
#[must_use]
pub fn content(post: &wire::Post, reading: Reading<'_>) -> Resolved {
    let mut resolved = text::resolve(post, reading);
    let title = post.article.as_ref().map(|article| text::plain(&article.title)).unwrap_or_default();
    if title.is_empty() || resolved.text.starts_with(&title) {
        return resolved;
    }
    let head = if resolved.text.is_empty() { title } else { title + "\n\n" };
    for span in &mut resolved.spans {
        span.range = span.range.start + head.len()..span.range.end + head.len();
    }
    resolved.text.insert_str(0, &head);
    resolved
}

/// Takes the owner's own name off the head of an answer to themselves: some apps write it there, X does not show it.
fn drop_own_name(resolved: &mut Resolved, account: &Account) {
    let own = account.username.as_deref().map(address::handle);
    let named = resolved.spans.iter().min_by_key(|span| span.range.start).filter(|span| span.range.start == 0);
    let Some(Span { range, kind: SpanKind::Mention { handle } }) = named else { return };
    let rest = resolved.text.get(range.end..).unwrap_or_default();
    if !own.is_some_and(|own| own.eq_ignore_ascii_case(handle)) || !rest.starts_with(char::is_whitespace) {
        return;
    }
    let begin = resolved.text.len() - rest.trim_start().len();
    if begin < resolved.text.len() {
        (resolved.text, resolved.spans) = cut::without(&resolved.text, &resolved.spans, 0..begin);
    }
}

/// Why a post is not like others; the narrowest circle first.
#[must_use]
pub fn restriction(post: &wire::Post) -> Option<Restriction> {
    if post.for_subscribers {
        Some(Restriction::Subscribers)
    } else if post.community_id.is_some() {
        Some(Restriction::Community)
    } else {
        post.article.is_some().then_some(Restriction::Article)
    }
}

/// Whether the account is protected is not said here; setup asks (`setup::who_am_i`).
fn visibility(post: &wire::Post) -> Visibility {
    if post.scopes.followers { Visibility::Private } else { Visibility::Public }
}

/// The versions before this one: looked up by its id, an old one comes with the later ones as well. They stand in the
/// order of their making, and so do their ids; where the two differ, a version too many is better than a post twice.
fn earlier_versions(post: &wire::Post, id: &PostId) -> Vec<PostId> {
    let all = &post.edit_history_tweet_ids;
    let own = all.iter().position(|version| *version == post.id).unwrap_or(all.len());
    let versions = all.iter().enumerate().filter(|(_, version)| wire::is_id(version));
    versions
        .map(|(at, version)| (at, PostId::new(version)))
        .filter(|(at, version)| *at < own || version < id)
        .map(|(_, version)| version)
        .collect()
}

/// The address of a post of the account's.
#[must_use]
pub fn own_address(account: &Account, id: &str) -> String {
    address::of_post(account.username.as_deref(), id)
}

fn poll(post: &wire::Post, includes: &wire::Includes) -> Option<Poll> {
    let id = post.attachments.poll_ids.first()?;
    let known = includes.polls.get(id);
    let mut options: Vec<&wire::PollOption> = known.iter().flat_map(|poll| &poll.options).collect();
    options.sort_by_key(|option| option.position.unwrap_or(usize::MAX));
    let minutes = known.and_then(|poll| i64::try_from(poll.duration_minutes?).ok());
    Some(Poll {
        options: options.into_iter().map(|option| text::plain(&option.label)).collect(),
        multiple: false,
        length_secs: minutes.and_then(|minutes| minutes.checked_mul(60)).filter(|secs| *secs > 0),
        closed: known.is_some_and(|poll| poll.voting_status == "closed"),
    })
}

/// When a post was written: as it says, else as its id says.
#[must_use]
pub fn created(post: &wire::Post, fallback: Timestamp) -> Timestamp {
    let said = post.created_at.as_deref().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    let said = said.and_then(|time| i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok());
    said.map(Timestamp::from_millis).or_else(|| by_snowflake(&post.id)).unwrap_or(fallback)
}

fn by_snowflake(id: &str) -> Option<Timestamp> {
    let id: i64 = id.parse().ok()?;
    (id >= FIRST_SNOWFLAKE).then(|| Timestamp::from_millis((id >> 22) + SNOWFLAKE_EPOCH))
}

fn reply_to(post: &wire::Post, context: &Context<'_>) -> ReplyTo {
    let parent = post.reference("replied_to").or(post.in_reply_to_tweet_id.as_deref()).map(PostId::new);
    let to_own = post.in_reply_to_user_id.as_ref().map(|user| *user == context.account.id);
    match (parent, to_own) {
        (Some(parent), Some(true)) => ReplyTo::Own(parent),
        // Whose post it answers is not said (the parent is gone, or the field is): the owner's, if it was just read
        // from their timeline; else it might be a stranger's, and those answers must not leave.
        (Some(parent), None) if context.own(parent.as_str()).is_some() => ReplyTo::Own(parent),
        (Some(_), _) | (None, Some(false)) => ReplyTo::Other,
        // An answer to themselves whose parent is unknown: only the first post of a conversation answers nothing (X
        // also marks posts that begin with a name as answers).
        (None, Some(true)) if post.conversation_id.as_ref().is_some_and(|first| *first != post.id) => ReplyTo::Other,
        (None, _) => ReplyTo::Nothing,
    }
}

/// A language as BCP 47 has it. X also says `und`, `zxx`, `art` and private codes such as `qme` ("only media").
fn language(code: &str) -> Option<String> {
    let is_tag = (2..=35).contains(&code.len())
        && code.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let first = code.split('-').next()?.to_ascii_lowercase();
    let is_private = first.len() == 3 && matches!(first.as_bytes(), [b'q', b'a'..=b't', _]);
    if !is_tag || is_private || ["und", "zxx", "mul", "mis", "art"].contains(&first.as_str()) {
        return None;
    }
    // X still uses three codes that were replaced in 1989.
    match first.as_str() {
        "in" => Some("id".to_owned()),
        "iw" => Some("he".to_owned()),
        "ji" => Some("yi".to_owned()),
        _ => Some(code.to_owned()),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
