//! A post of X's → the neutral [`Post`]. Pure, and never fails: what makes a post unreadable is decided in `wire`.

use std::collections::{BTreeMap, HashMap};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::text::{MediaLink, resolve};
use super::{Account, wire};
use crate::core::post::{Media, MediaKind, Post, PostId, ReplyTo, Timestamp, Visibility};

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
    /// The media that were read with them, by their keys.
    pub media: &'a HashMap<String, wire::Media>,
    /// When nothing says when a post was written: now.
    pub fallback: Timestamp,
}

/// Reads a post.
#[must_use]
pub fn read(post: &wire::Post, context: &Context<'_>) -> Post {
    let resolved = resolve(post);
    let id = PostId::new(&post.id);
    Post {
        created: created(post, context.fallback),
        // The timeline asked for is the owner's: a silent post is theirs.
        author: post.author_id.clone().unwrap_or_else(|| context.account.id.clone()),
        warning: None,
        // Whether the account is protected is not said here; setup asks (`setup::who_am_i`).
        visibility: Visibility::Public,
        reply_to: reply_to(post, context),
        boost: reference(post, "retweeted").is_some(),
        restricted: post.community_id.is_some(),
        poll: !post.attachments.poll_ids.is_empty(),
        sensitive: post.possibly_sensitive,
        media: media(post, &resolved.media, context.media),
        language: post.lang.as_deref().and_then(language),
        application: post.source.clone(),
        earlier_versions: post.edit_history_tweet_ids.iter().filter(|own| **own != post.id).map(PostId::new).collect(),
        address: Some(address(context.account, &post.id)),
        text: resolved.text,
        spans: resolved.spans,
        id,
    }
}

/// A post's address for people. `i` stands for any name: X goes by the id.
#[must_use]
pub fn address(account: &Account, id: &str) -> String {
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    format!("https://x.com/{}/status/{id}", account.username.as_deref().filter(is_name).unwrap_or("i"))
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

fn reference<'a>(post: &'a wire::Post, kind: &str) -> Option<&'a wire::Reference> {
    post.referenced_tweets.iter().find(|reference| reference.kind == kind)
}

fn reply_to(post: &wire::Post, context: &Context<'_>) -> ReplyTo {
    let parent = reference(post, "replied_to").map(|reference| PostId::new(&reference.id));
    let to_own = post.in_reply_to_user_id.as_ref().map(|user| *user == context.account.id);
    match (parent, to_own) {
        (Some(parent), Some(true)) => ReplyTo::Own(parent),
        // Whose post it answers is not said (the parent is gone, or the field is): the owner's, if it was just read
        // from their timeline; else it might be a stranger's, and those answers must not leave.
        (Some(parent), None) if context.own.contains_key(&parent) => ReplyTo::Own(parent),
        (Some(_), _) | (None, Some(false)) => ReplyTo::Other,
        // An answer to themselves whose parent is unknown: only the first post of a conversation answers nothing (X
        // also marks posts that begin with a name as answers).
        (None, Some(true)) if post.conversation_id.as_ref().is_some_and(|first| *first != post.id) => ReplyTo::Other,
        (None, _) => ReplyTo::Nothing,
    }
}

fn media(post: &wire::Post, links: &[MediaLink], known: &HashMap<String, wire::Media>) -> Vec<Media> {
    let mut keys: Vec<&str> = Vec::new();
    let named = post.attachments.media_keys.iter().chain(links.iter().filter_map(|link| link.key.as_ref()));
    for key in named {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let mut all: Vec<Media> = keys.into_iter().map(|key| medium(key, known.get(key), links)).collect();
    if all.is_empty() {
        // Only the links say that there is something: one each is the least that there can be.
        all.extend(links.iter().map(|link| Media { kind: link.kind, url: None, description: None }));
    }
    all
}

fn medium(key: &str, known: Option<&wire::Media>, links: &[MediaLink]) -> Media {
    let said = known.and_then(|medium| match medium.kind.as_str() {
        "photo" => Some(MediaKind::Image),
        "animated_gif" => Some(MediaKind::Gif),
        "video" => Some(MediaKind::Video),
        _ => None,
    });
    // The number before the `_` is the kind, too.
    let by_key = || match key.split_once('_').map(|(kind, _)| kind) {
        Some("3") => Some(MediaKind::Image),
        Some("7" | "13") => Some(MediaKind::Video),
        Some("16") => Some(MediaKind::Gif),
        _ => None,
    };
    let by_link = || links.iter().find(|link| link.key.as_deref() == Some(key)).map(|link| link.kind);
    Media {
        kind: said.or_else(by_key).or_else(by_link).unwrap_or(MediaKind::Other),
        url: known.and_then(|medium| medium.url.clone()),
        description: known.and_then(|medium| medium.alt_text.clone()),
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
