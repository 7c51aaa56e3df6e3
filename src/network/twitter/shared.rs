//! What a post quotes or reposts. Pure.
//!
//! What is known of the other post is what was read with it (only if that was asked for, as it costs money), the link
//! that a quote leaves in the text, and the `RT @name:` that a repost begins with.

use super::read::{Context, content, restriction};
use super::text::{Reading, link_to};
use super::{address, wire};
use crate::core::post::{PostId, Restriction, Shared};

/// The post that a repost reposts.
#[must_use]
pub fn boost(post: &wire::Post, context: &Context<'_>) -> Option<Shared> {
    // Whatever id it has: what follows from being none would be mirrored as the owner's own words.
    let id = post.reference("retweeted")?;
    Some(shared(id, name_in_prefix(&post.text), context))
}

/// The post that a post quotes.
#[must_use]
pub fn quote(post: &wire::Post, context: &Context<'_>) -> Option<Shared> {
    let ids = quoted_ids(post, context);
    let link = link_to(post, |id| ids.contains(&id));
    Some(shared(ids.first()?, link.and_then(|link| link.name), context))
}

/// The id of the post that a post quotes, and its other versions: the link may name any of them.
#[must_use]
pub fn quoted_ids<'a>(post: &'a wire::Post, context: &Context<'a>) -> Vec<&'a str> {
    let Some(id) = post.reference("quoted").filter(|id| wire::is_id(id)) else { return Vec::new() };
    let versions = known(id, context).map(|post| post.edit_history_tweet_ids.as_slice()).unwrap_or_default();
    let versions = versions.iter().map(String::as_str).filter(|version| *version != id);
    [id].into_iter().chain(versions).collect()
}

fn known<'a>(id: &str, context: &Context<'a>) -> Option<&'a wire::Post> {
    context.included(id).or_else(|| context.own(id))
}

/// `RT @name: …`
fn name_in_prefix(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix("RT @")?.split_once(':')?;
    address::is_name(name).then_some(name)
}

/// All that is known of a post. `name` is what a link or a prefix says of its author.
fn shared(id: &str, name: Option<&str>, context: &Context<'_>) -> Shared {
    let account = context.account;
    let post = known(id, context);
    let author_id = post.and_then(|post| post.author_id.as_deref());
    let is_own = match (author_id, &account.username) {
        (Some(author), _) => author == account.id,
        (None, _) if context.own(id).is_some() => true,
        (None, Some(own)) => name.is_some_and(|name| name.eq_ignore_ascii_case(own)),
        (None, None) => false,
    };
    let user = author_id.and_then(|author| context.includes.users.get(author));
    let own_name = account.username.as_deref().filter(|_| is_own);
    let name = user.map(|user| user.username.as_str()).or(name).or(own_name).filter(|name| address::is_name(name));
    // What is not for everybody must not become so by being shared.
    let is_open = |post: &&wire::Post| {
        let is_limited = matches!(restriction(post), Some(Restriction::Subscribers | Restriction::Community));
        !is_limited && !post.scopes.followers
    };
    let readable = post.filter(is_open).filter(|_| !user.is_some_and(|user| user.protected));
    let resolved =
        readable.map(|post| content(post, Reading { links: context.links, quoted: &[] })).unwrap_or_default();
    Shared {
        id: PostId::new(id),
        is_own,
        author: name.map(address::handle),
        address: wire::is_id(id).then(|| address::of_post(name, id)),
        text: resolved.text,
        spans: resolved.spans,
        warning: None,
    }
}

#[cfg(test)]
#[path = "shared_tests.rs"]
mod tests;
