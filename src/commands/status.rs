//! `status`: what was mirrored, what waits and why, what failed. Reads the journal and nothing else.

mod media;

use serde::Serialize;

use self::media::Descriptions;
use super::{print, refuse};
use crate::cli::Exit;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Paths;
use crate::core::money::Month;
use crate::core::parent;
use crate::core::post::{Network, Timestamp};
use crate::core::record::{Deed, Delivery, Key, Stage};
use crate::core::state::State;
use crate::journal::file::{FileDisk, Lock};
use crate::journal::{Found, Journal};

/// How many of the posts mirrored last are shown.
const SHOWN: usize = 10;

/// Shows it; with `missing_descriptions`, only what lacks them (in JSON, that is always there).
pub(super) fn status(paths: &Paths, missing_descriptions: bool, json: bool) -> Exit {
    let (state, found) = match Journal::open(Box::new(FileDisk::new(&paths.state))) {
        Ok((_, state, found)) => (state, found),
        Err(error) => return refuse(&format!("{}: {error}", paths.state.display()), Exit::Config),
    };
    let running = Lock::is_held(&paths.state);
    let status = Status::of(&state, running, SystemClock::new().now());
    if json {
        match serde_json::to_string_pretty(&status) {
            Ok(text) => print(&text),
            Err(error) => return refuse(&error, Exit::Config),
        }
    } else if found == Found::Nothing {
        print(&format!("Nothing has been mirrored yet: there is no state file at {}.", paths.state.display()));
    } else if missing_descriptions {
        print(&status.descriptions.list());
    } else {
        print(status.text().trim_end());
    }
    Exit::Done
}

/// What there is to say. Its JSON is what programs read: `version` changes when a field changes its meaning.
#[derive(Debug, Serialize)]
struct Status {
    version: u32,
    /// Whether a daemon is at work.
    running: bool,
    networks: Vec<Side>,
    /// The newest first.
    mirrored_last: Vec<Line>,
    waiting: Vec<Line>,
    failed: Vec<Line>,
    mirrored: usize,
    /// How many mirrors were deleted because their posts were.
    removed: usize,
    /// Mirrors that do not show what their posts show, and why they were left so. The newest first.
    notes: Vec<Line>,
    #[serde(flatten)]
    descriptions: Descriptions,
    skipped: Vec<Skipped>,
    /// The newest first.
    skipped_last: Vec<Line>,
    spent: Vec<Spending>,
    spent_this_month_usd: String,
}

#[derive(Debug, Serialize)]
struct Side {
    network: Network,
    /// The owner's account id; none when posts written there are not mirrored.
    account: Option<String>,
    /// Since when its posts are mirrored.
    since: Option<String>,
    /// Why it is not used at present.
    paused: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    source: String,
    target: Network,
    written: String,
    /// The ids of its parts there.
    ids: Vec<String>,
    why: Option<String>,
    /// Since when it waits for its media, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_missing_since: Option<String>,
}

#[derive(Debug, Serialize)]
struct Skipped {
    why: String,
    posts: usize,
}

#[derive(Debug, Serialize)]
struct Spending {
    what: String,
    count: u64,
    usd: String,
}

impl Status {
    fn of(state: &State, running: bool, now: Timestamp) -> Self {
        let mut mirrored: Vec<(&Key, &Delivery)> = Vec::new();
        let (mut waiting, mut failed) = (Vec::new(), Vec::new());
        let mut skipped = std::collections::BTreeMap::new();
        let mut skipped_last = Vec::new();
        let (mut notes, mut removed) = (Vec::new(), 0);
        for (key, delivery) in state.deliveries() {
            if let Some(note) = &delivery.note {
                notes.push((key, delivery, note));
            }
            match &delivery.stage {
                Stage::Mirrored => mirrored.push((key, delivery)),
                Stage::Skipped(why) => {
                    *skipped.entry(*why).or_insert(0) += 1;
                    skipped_last.push((key, delivery, why));
                }
                Stage::Failed(why) => failed.push(line(key, delivery, Some(why.clone()))),
                Stage::Held(hold) => {
                    waiting.push(line(key, delivery, Some(format!("{}; until {}", hold.why, clock_time(hold.until)))));
                }
                Stage::Removed => removed += 1,
                Stage::Planned => waiting.push(line(key, delivery, Some(turn(state, key, delivery)))),
                Stage::Sending { .. } => {
                    let why =
                        format!("{}, and {} has not shown yet whether it is done", under_way(delivery), key.target);
                    waiting.push(line(key, delivery, Some(why)));
                }
                Stage::Waiting { until, why } => {
                    let again = if *until > now { format!("; again at {}", clock_time(*until)) } else { String::new() };
                    let since = media::waits_since(delivery, *until).map(clock_time);
                    let media = since
                        .as_ref()
                        .map(|since| format!("it waits for its media since {since}: "))
                        .unwrap_or_default();
                    let line = line(key, delivery, Some(format!("{media}{why}{again}")));
                    waiting.push(Line { media_missing_since: since, ..line });
                }
            }
        }
        // A server's time has whole seconds; within one, ids tell which came first.
        mirrored
            .sort_by_key(|(_, delivery)| std::cmp::Reverse((delivery.changed.secs(), delivery.sent.last().cloned())));
        skipped_last.sort_by_key(|(_, delivery, _)| std::cmp::Reverse(delivery.changed));
        notes.sort_by_key(|(_, delivery, _)| std::cmp::Reverse(delivery.changed));
        let month = Month::of(now);
        Self {
            version: 1,
            running,
            networks: Network::ALL.into_iter().map(|network| side(state, network)).collect(),
            mirrored: mirrored.len(),
            mirrored_last: mirrored.into_iter().take(SHOWN).map(|(key, delivery)| line(key, delivery, None)).collect(),
            waiting,
            failed,
            removed,
            notes: notes.into_iter().map(|(key, delivery, note)| line(key, delivery, Some(note.clone()))).collect(),
            descriptions: Descriptions::of(state),
            skipped: skipped.into_iter().map(|(why, posts)| Skipped { why: why.to_string(), posts }).collect(),
            skipped_last: skipped_last
                .into_iter()
                .take(SHOWN)
                .map(|(key, delivery, why)| line(key, delivery, Some(why.to_string())))
                .collect(),
            spent: state
                .ledger()
                .month(month)
                .map(|(what, spent)| Spending {
                    what: what.to_string(),
                    count: spent.count,
                    usd: spent.amount.to_string(),
                })
                .collect(),
            spent_this_month_usd: state.ledger().total(month).to_string(),
        }
    }

    fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        let mut say = |line: String| {
            let _ = writeln!(text, "{line}");
        };
        say(format!("crosspostd is {}", if self.running { "running" } else { "not running now" }));
        for side in &self.networks {
            match (&side.account, &side.since) {
                (Some(account), Some(since)) => {
                    say(format!(
                        "{:9} posts of account {account} are mirrored to {} since {since}",
                        side.network.to_string(),
                        side.network.other()
                    ));
                }
                _ => say(format!("{:9} posts are not mirrored from here", side.network.to_string())),
            }
            if let Some(why) = &side.paused {
                say(format!("          PAUSED: {why}"));
            }
        }
        say(format!("\nMirrored: {}{}", self.mirrored, if self.mirrored_last.is_empty() { "" } else { ", the last:" }));
        for line in &self.mirrored_last {
            say(format!("  {}  {} → {}", line.written, line.source, line.ids.join(", ")));
        }
        if self.removed > 0 {
            say(format!("Deleted again, with their posts: {}", self.removed));
        }
        if !self.notes.is_empty() {
            say(format!("\nNot quite as the post: {}{}", self.notes.len(), more(self.notes.len())));
            for line in self.notes.iter().take(SHOWN) {
                say(format!("  {}  {}: {}", line.written, line.source, line.why.as_deref().unwrap_or_default()));
            }
        }
        if let Some(summary) = self.descriptions.summary() {
            say(format!("\n{summary} (crosspostd status --missing-descriptions)"));
        }
        for (title, lines) in [("Waiting", &self.waiting), ("Failed", &self.failed)] {
            say(format!("\n{title}: {}", lines.len()));
            for line in lines {
                let why = line.why.as_deref().unwrap_or_default();
                say(format!("  {}  {} to {}: {why}", line.written, line.source, line.target));
            }
        }
        if !self.skipped.is_empty() {
            say("\nNot mirrored:".into());
            for skipped in &self.skipped {
                say(format!("  {:4}  {}", skipped.posts, skipped.why));
            }
            say("  the last:".into());
            for line in &self.skipped_last {
                say(format!("  {}  {}: {}", line.written, line.source, line.why.as_deref().unwrap_or_default()));
            }
        }
        say(format!("\nSpent on X this month: {}", self.spent_this_month_usd));
        for spending in &self.spent {
            say(format!("  {:4}  {}: {}", spending.count, spending.what, spending.usd));
        }
        text
    }
}

fn side(state: &State, network: Network) -> Side {
    let side = state.side(network);
    Side {
        network,
        account: side.map(|side| side.account.clone()),
        since: side.map(|side| clock_time(side.began)),
        paused: state.pause(network).map(|pause| format!("{} (since {})", pause.why, clock_time(pause.at))),
    }
}

/// What is said behind a number of which not all are shown.
fn more(count: usize) -> &'static str {
    if count > SHOWN { ", the last:" } else { "" }
}

/// Why nothing has been sent yet of what is planned.
fn turn(state: &State, key: &Key, delivery: &Delivery) -> String {
    let why = match delivery.current() {
        Some(Deed::Edit { .. }) => "it was edited, and its mirror is edited next",
        Some(Deed::Delete { .. }) => "it was edited or deleted, and its mirror is deleted next",
        _ if parent::hangs_on_a_failure(state, key) => "it answers a post that could not be mirrored",
        _ if delivery.parent.is_some() && delivery.sent.is_empty() => {
            "it waits for its turn, or for the post that it answers"
        }
        _ => return media::to_be_uploaded(delivery).unwrap_or_else(|| "it waits for its turn".to_owned()),
    };
    why.to_owned()
}

/// What was sent and not answered.
fn under_way(delivery: &Delivery) -> &'static str {
    match delivery.current() {
        Some(Deed::Edit { .. }) => "its edit was sent",
        Some(Deed::Delete { .. }) => "the deletion of its mirror was sent",
        Some(Deed::Repost { .. }) => "the repost was sent",
        Some(Deed::Create(_)) | None => "it was sent",
    }
}

fn line(key: &Key, delivery: &Delivery, why: Option<String>) -> Line {
    let ids = delivery.sent.iter().map(|id| format!("{}:{id}", key.target.key())).collect();
    let (source, written) = (key.source.to_string(), clock_time(delivery.written));
    Line { source, target: key.target, written, ids, why, media_missing_since: None }
}

/// `2026-11-23 16:04 UTC`.
fn clock_time(at: Timestamp) -> String {
    time::OffsetDateTime::from_unix_timestamp(at.secs())
        .ok()
        .and_then(|time| {
            time.format(time::macros::format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).ok()
        })
        .unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::core::money::{Money, Spending};
    use crate::core::post::{PostId, PostRef};
    use crate::core::record::{MediaTrouble, Part};
    use crate::core::select::{Hold, HoldReason, SkipReason};
    use crate::core::state::Event;

    fn key(id: usize) -> Key {
        Key { source: PostRef::new(Network::Mastodon, PostId::new(id.to_string())), target: Network::Twitter }
    }

    #[test]
    fn every_reason_is_said_in_words() {
        let now = Timestamp::from_secs(1_796_000_000);
        for (id, why) in SkipReason::ALL.into_iter().enumerate() {
            let mut state = State::default();
            state.apply(&Event::New { key: key(id), delivery: Delivery::skipped(now, why, now) }).unwrap();
            let text = Status::of(&state, false, now).text();
            assert!(text.contains(&format!("Not mirrored:\n     1  {why}\n")), "{text}");
            assert!(text.contains(&format!("mastodon:{id}: {why}\n")), "{text}");
        }
        for why in [HoldReason::Young, HoldReason::Unapproved] {
            let mut state = State::default();
            let hold = Hold { until: now, why };
            state.apply(&Event::New { key: key(1), delivery: Delivery::held(now, hold, now) }).unwrap();
            let text = Status::of(&state, false, now).text();
            assert!(text.contains(&format!("{why}; until 2026-11-30 00:53 UTC")), "{text}");
        }
    }

    #[test]
    fn what_waits_for_its_media_says_since_when_and_why() {
        let now = Timestamp::from_secs(1_796_000_000);
        let mut state = State::default();
        let until = now.plus_secs(3600);
        let part = Part::plain("a picture");
        let delivery = Delivery {
            media_trouble: Some(MediaTrouble { since: now.plus_secs(-3600), until, refusals: 0 }),
            stage: Stage::Waiting { until, why: "https://m.example/1.jpg is not there (404)".to_owned() },
            ..Delivery::planned(now, None, vec![Deed::Create(part)], vec![1], now)
        };
        state.apply(&Event::New { key: key(1), delivery }).unwrap();
        let status = Status::of(&state, false, now);
        let expected = "mastodon:1 to X: it waits for its media since 2026-11-29 23:53 UTC: https://m.example/1.jpg is \
                        not there (404); again at 2026-11-30 01:53 UTC\n";
        assert!(status.text().contains(expected), "{}", status.text());
        let json = serde_json::to_value(&status).unwrap();
        assert_eq!(json["waiting"][0]["media_missing_since"], "2026-11-29 23:53 UTC");
        assert_eq!((&json["posts_with_media"], &json["missing_descriptions"]), (&0.into(), &serde_json::json!([])));
    }

    #[test]
    fn what_stands_for_a_lost_picture_is_noted_and_descriptions_are_paid_for() {
        let now = Timestamp::from_secs(1_796_000_000);
        let mut state = State::default();
        let note = "the video is larger than X takes (600 MB, at most 512 MB); a link stands for it";
        let delivery = Delivery { note: Some(note.to_owned()), ..Delivery::paired(now, PostId::new("7"), now) };
        state.apply(&Event::New { key: key(1), delivery }).unwrap();
        let (what, micro_usd) = (Spending::Describe, Money::from_micro_usd(10_000));
        state.apply(&Event::Spent { at: now, what, count: 2, micro_usd, posts: Vec::new() }).unwrap();
        let text = Status::of(&state, false, now).text();
        for words in [
            &format!("Not quite as the post: 1\n  2026-11-30 00:53 UTC  mastodon:1: {note}\n"),
            "     2  descriptions of media: $0.010",
        ] {
            assert!(text.contains(words), "{words:?} is not in:\n{text}");
        }
    }
}
