//! What the log says of a cycle: one line for each thing that happened to a post, in words for the owner; its fields
//! for programs. Nothing is said twice, and nothing of a quiet cycle.

use tracing::{debug, info, warn};

use crate::core::money::Money;
use crate::core::plan::Send;
use crate::core::post::{MediaKind, Network, PostId};
use crate::core::record::{Change, Deed, Key, Stage};
use crate::core::render::note::kind_name;
use crate::core::state::Event;
use crate::network::Trouble;

/// A deed is done; one line for each post, when its last part stands.
pub(super) fn done(send: &Send, id: &PostId, address: Option<&str>, is_mirrored: bool) {
    let (target, source) = (send.key.target, &send.key.source);
    let price = if send.price == Money::default() { String::new() } else { format!(", {}", send.price) };
    let what = match &send.deed {
        Deed::Create(_) => "mirrored",
        Deed::Edit { .. } => "edited the mirror of",
        Deed::Delete { .. } => "deleted the mirror of",
        Deed::Repost { .. } => "reposted for",
    };
    if !matches!(send.deed, Deed::Create(_)) {
        info!(%source, target = target.key(), "{what} {source} on {target}: {}:{id}{price}", target.key());
        return;
    }
    if !is_mirrored {
        debug!(%source, "{source} {}stands on {target} as {id}", part_of(send));
        return;
    }
    let parts = if send.number.1 > 1 { format!(" in {} parts", send.number.1) } else { String::new() };
    let address = address.map_or_else(|| format!("{}:{id}", target.key()), str::to_owned);
    // Of a thread only the last part's price is known here, and would be read as that of all.
    let price = if send.number.1 > 1 { String::new() } else { price };
    info!(%source, target = target.key(), "mirrored {source} to {target}{parts}: {address}{price}");
}

/// A reply stands for itself.
pub(super) fn unthreaded(send: &Send) {
    let (target, source) = (send.key.target, &send.key.source);
    info!(%source, "{target} refuses {source} as a reply; it is posted for itself");
}

/// An attachment cannot be attached, for now or ever.
pub(super) fn not_attached(key: &Key, change: &Change, is_news: bool) {
    let source = &key.source;
    match change {
        Change::MediaMissing { why, .. } | Change::MediaRefused { why, .. } if is_news => {
            warn!(%source, "{source} waits for its media: {why}; it is tried again");
        }
        Change::MediaMissing { why, .. } | Change::MediaRefused { why, .. } => {
            debug!(%source, "{source} still waits for its media: {why}");
        }
        Change::Detached { note, .. } => warn!(%source, "{source}: {note}"),
        Change::Skipped { why } => info!(%source, "not mirrored: {source}, for {why}"),
        Change::Failed { why } => failed(key, why),
        _ => {}
    }
}

/// The target takes no description for an attachment of this kind.
pub(super) fn not_described(key: &Key, kind: MediaKind, why: &str) {
    let (target, source, kind) = (key.target, &key.source, kind_name(kind));
    info!(%source, "{target} does not take the description of the {kind} of {source}; it goes without: {why}");
}

/// A post will never be mirrored.
pub(super) fn failed(key: &Key, why: &str) {
    warn!(source = %key.source, "{} cannot be mirrored: {why}", key.source);
}

/// Nobody knows what came of a part.
pub(super) fn unclear(send: &Send, why: &str, duplicate: bool) {
    let (target, source) = (send.key.target, &send.key.source);
    let seen = if duplicate { "says that it has this post already" } else { "did not answer properly" };
    warn!(
        %source,
        "{target} {seen}: {source} {}may stand there or not; looking before anything else is sent",
        part_of(send)
    );
    debug!("what was seen: {why}");
}

/// A network cannot be used for now.
pub(super) fn trouble(network: Network, trouble: &Trouble, secs: i64, is_news: bool) {
    let pause = if secs < 120 { format!("{secs} s") } else { format!("{} minutes", secs / 60) };
    if is_news {
        let advice = if trouble.needs_owner() { "; `crosspostd check` says what to do" } else { "" };
        warn!(network = network.key(), "{network} {trouble}; the next try is in {pause}{advice}");
    } else {
        debug!(network = network.key(), "{network} {trouble}; the next try is in {pause}");
    }
}

fn part_of(send: &Send) -> String {
    let (number, count) = send.number;
    if count > 1 { format!("(part {} of {count}) ", number + 1) } else { String::new() }
}

/// One line for each post that is not mirrored, and for each whose outcome was in doubt and is not any more.
pub(super) fn news(events: &[Event]) {
    for event in events {
        match event {
            Event::New { key, delivery } => match &delivery.stage {
                Stage::Skipped(why) => info!(source = %key.source, "not mirrored: {}, for {why}", key.source),
                Stage::Mirrored => info!(source = %key.source, "{} stands on both sides already", key.source),
                Stage::Planned if delivery.note.is_some() => {
                    info!(source = %key.source, "{}: {}", key.source, delivery.note.as_deref().unwrap_or_default());
                }
                Stage::Held(hold) => debug!(source = %key.source, "{} is not mirrored yet: {}", key.source, hold.why),
                _ => debug!(source = %key.source, "{} is to be mirrored to {}", key.source, key.target),
            },
            Event::Change { key, change, .. } => match change {
                Change::Done { id, .. } | Change::Adopted { id, .. } => info!(
                    source = %key.source, target = key.target.key(),
                    "mirrored {} to {}: {id}, found there after a lost answer", key.source, key.target
                ),
                Change::Absent { .. } => {
                    info!(source = %key.source, "{} did not arrive on {}; sending it again", key.source, key.target);
                }
                Change::Failed { why } => failed(key, why),
                Change::Planned { .. } => debug!(source = %key.source, "{} is to be mirrored as it is now", key.source),
                Change::Amended { .. } => {
                    info!(source = %key.source, "{} was edited or deleted: its mirror follows", key.source);
                }
                Change::Noted { note: Some(note), .. } => info!(source = %key.source, "{}: {note}", key.source),
                Change::Skipped { why } => info!(source = %key.source, "not mirrored: {}, for {why}", key.source),
                _ => {}
            },
            _ => {}
        }
    }
}
