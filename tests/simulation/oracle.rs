//! The truth: what stands on the servers, compared with what the owner wrote. It never asks the daemon, but for the
//! reasons that it gives for what is not mirrored.

use std::collections::{BTreeSet, HashMap};

use crosspostd::core::parent::hangs_on_a_failure;
use crosspostd::core::post::{Network, Post, PostId, PostRef, Timestamp, Visibility};
use crosspostd::core::record::{Key, Part, Stage};
use crosspostd::core::render::{Surroundings, render};
use crosspostd::core::select::{self, Circumstances, SkipReason, decide};
use crosspostd::core::state::State;
use crosspostd::core::style::Style;

use super::world::{Entry, OWNER, World, media_of, rules, seen, selection};

#[derive(Default, Debug, Clone)]
pub struct Verdict {
    pub mirrored: u64,
    /// Written by the owner on both sides.
    pub paired: u64,
    /// Not mirrored, with a reason.
    pub reported: u64,
    /// Edited on X while nobody could do anything about it, and not looked at again.
    pub stale: u64,
    /// Mirrored as they were edited.
    pub edited: u64,
    /// Deleted, and their mirrors, too.
    pub removed: u64,
    /// The reasons, and how often.
    pub reasons: std::collections::BTreeMap<String, u64>,
}

impl Verdict {
    fn report(&mut self, why: String) {
        self.reported += 1;
        *self.reasons.entry(why).or_default() += 1;
    }

    pub fn add(&mut self, other: Self) {
        self.mirrored += other.mirrored;
        self.paired += other.paired;
        self.reported += other.reported;
        self.stale += other.stale;
        self.edited += other.edited;
        self.removed += other.removed;
        for (why, count) in other.reasons {
            *self.reasons.entry(why).or_default() += count;
        }
    }
}

/// Judges a world that has come to rest.
#[expect(clippy::too_many_lines, reason = "one case for each fate, in the order in which they are ruled out")]
pub fn judge(world: &World, state: &State, old: &[PostId]) -> Result<Verdict, Vec<String>> {
    let mut wrong = world.violations.clone();
    let mut verdict = Verdict::default();
    let entries = |network: Network| world.servers.get(&network).map(|s| s.entries.as_slice()).unwrap_or_default();
    for source in Network::ALL {
        let target = source.other();
        let mut copies: HashMap<String, Vec<&Entry>> = HashMap::new();
        for entry in entries(target).iter().filter(|entry| entry.by_us && !entry.deleted) {
            copies.entry(entry.seen()).or_default().push(entry);
        }
        let mut expected: HashMap<String, usize> = HashMap::new();
        for entry in entries(source).iter().filter(|entry| !entry.by_us && entry.author == OWNER) {
            let key = Key { source: PostRef::new(source, entry.id.clone()), target };
            let versions: Vec<Vec<String>> =
                entry.versions.iter().chain([&entry.text]).map(|text| texts_on(target, entry, text)).collect();
            let texts: BTreeSet<&String> = versions.iter().flatten().collect();
            let public = entry.visibility == Visibility::Public;
            if old.contains(&entry.id) || !public {
                if let Some(text) = texts.iter().find(|text| entry.text != "gm" && copies.contains_key(text.as_str())) {
                    wrong.push(format!("{text:?} must not be on {target}"));
                }
                continue;
            }
            for text in &texts {
                *expected.entry((*text).clone()).or_default() += 1;
            }
            if state.made_by(&key.source).is_some() {
                // The owner wrote by hand what we were about to send, and it was taken for ours: it stands on both.
                verdict.paired += 1;
                continue;
            }
            let Some(delivery) = state.delivery(&key) else {
                if entry.deleted {
                    continue;
                }
                wrong.push(format!("{} {:?} is lost: nobody knows of it", key.source, entry.text));
                continue;
            };
            match &delivery.stage {
                Stage::Mirrored if entry.deleted => {
                    if world.deletes && !delivery.unsure {
                        wrong.push(format!("{} {:?} was deleted, and its mirror was not", key.source, entry.text));
                    }
                    continue;
                }
                Stage::Skipped(SkipReason::Deleted) | Stage::Removed if entry.deleted => {
                    verdict.removed += 1;
                    for copy in texts.iter().filter_map(|text| copies.get(text.as_str())).flatten() {
                        wrong.push(format!("{} was deleted, and {:?} was not", key.source, copy.text));
                    }
                    continue;
                }
                Stage::Mirrored => verdict.mirrored += 1,
                Stage::Skipped(SkipReason::Twin) => {
                    verdict.paired += 1;
                    continue;
                }
                Stage::Skipped(why @ (SkipReason::ParentNotMirrored | SkipReason::PossibleEcho)) => {
                    verdict.report(why.to_string());
                    continue;
                }
                Stage::Failed(why) => {
                    verdict.report(why.clone());
                    continue;
                }
                Stage::Skipped(why) => {
                    wrong.push(format!("{} {:?} was skipped: {why}", key.source, entry.text));
                    continue;
                }
                _ if hangs_on_a_failure(state, &key) => {
                    verdict.report("it waits for a post that failed".to_owned());
                    continue;
                }
                Stage::Held(_) | Stage::Removed | Stage::Planned | Stage::Sending { .. } | Stage::Waiting { .. } => {
                    wrong.push(format!("{} {:?} is stuck: {:?}", key.source, entry.text, delivery.stage));
                    continue;
                }
            }
            for copy in texts.iter().filter_map(|text| copies.get(text.as_str())).flatten() {
                if entry.text != "gm" && !delivery.sent.contains(&copy.id) && !entry.text.starts_with("twin") {
                    wrong.push(format!("{} {:?} stands there and is not known", key.source, copy.text));
                }
            }
            let stands: Vec<Option<&Entry>> = delivery.sent.iter().map(|id| find(entries(target), id)).collect();
            let seen: Vec<Option<String>> = stands.iter().map(|entry| entry.map(Entry::seen)).collect();
            let is_as = |texts: &[String]| texts.iter().map(Some).eq(seen.iter().map(Option::as_ref));
            let wanted = versions.last().map(Vec::as_slice).unwrap_or_default();
            if is_as(wanted) {
                verdict.edited += u64::from(entry.edited.is_some());
            } else if versions.iter().any(|texts| is_as(texts)) && (world.editable == source || delivery.unsure) {
                continue;
            } else if source == Network::Twitter
                && delivery.edited.map(Timestamp::millis) != entry.edited
                && versions.iter().any(|texts| is_as(texts))
            {
                verdict.stale += 1;
                continue;
            }
            let before = wrong.len();
            check_thread(wanted, &delivery.sent, entries(target), &mut wrong);
            if wrong.len() > before {
                wrong.push(format!("{} is {delivery:?}", key.source));
            }
        }
        for (text, copies) in copies {
            let expected = expected.get(&text).copied().unwrap_or(0);
            if copies.len() > expected {
                let what = if expected == 0 { "an echo or worse" } else { "doubled" };
                wrong.push(format!("{text:?} stands {} times on {target} instead of {expected}: {what}", copies.len()));
            }
        }
    }
    if wrong.is_empty() { Ok(verdict) } else { Err(wrong) }
}

fn find<'e>(entries: &'e [Entry], id: &PostId) -> Option<&'e Entry> {
    entries.iter().find(|entry| entry.id == *id && !entry.deleted)
}

fn texts_on(target: Network, entry: &Entry, text: &str) -> Vec<String> {
    let written = Timestamp::from_millis(entry.created);
    let mut post = Post::plain(entry.id.clone(), OWNER, written, text);
    post.media = media_of(entry);
    let around = Circumstances { now: post.created, our_app: None, in_mirrored_thread: false };
    let select::Verdict::Mirror(admitted) = decide(&post, &selection(), &around) else { return Vec::new() };
    let rendered = render(&admitted, &Style::default(), &rules(target), &Surroundings::default());
    let sources = |part: &Part| part.media.iter().map(|one| one.source().to_owned()).collect::<Vec<_>>();
    let parts = rendered.map_or_else(|_| Vec::new(), |rendered| rendered.parts);
    parts.iter().map(|part| seen(&part.text, &sources(part))).collect()
}

/// The parts stand there, once, in order, each below the one before.
fn check_thread(texts: &[String], sent: &[PostId], on_target: &[Entry], wrong: &mut Vec<String>) {
    let found: Vec<Option<&Entry>> = sent.iter().map(|id| find(on_target, id)).collect();
    if found.len() != texts.len() {
        wrong.push(format!("{texts:?} stands there in {} parts: {sent:?}", found.len()));
        return;
    }
    for (number, (text, entry)) in texts.iter().zip(&found).enumerate() {
        let Some(entry) = entry else {
            wrong.push(format!("{text:?} was reported as mirrored, but is not there"));
            continue;
        };
        if entry.seen() != *text {
            wrong.push(format!("{text:?} was taken for {:?}", entry.seen()));
        }
        if number > 0 && entry.reply_to.as_ref() != sent.get(number - 1) {
            wrong.push(format!("{text:?} does not hang on the part before it"));
        }
    }
}
