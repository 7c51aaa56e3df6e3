//! Reading the owner's posts back: the newest page, then older ones by `max_id` until what is known
//! (`mastodon-api.md` 3.2 to 3.5; `since_id` alone leaves gaps, and some servers ignore it).
//!
//! The home timeline is quick and holds everything, but it is filled late, capped and at times rebuilt: it never
//! makes a read complete. The account's own statuses do.

use std::collections::{BTreeMap, HashSet};

use reqwest::StatusCode;

use super::super::{Since, Timeline, Trouble};
use super::read;
use super::wire::{self, Status};
use super::{Mastodon, Polled};
use crate::core::post::{Post, PostId, Timestamp};

/// How many statuses are asked for at a time: the most that Mastodon gives.
const PAGE: &str = "40";
/// How many pages of the account's statuses are read at most.
const MAX_ACCOUNT_PAGES: usize = 50;
/// How many pages of the home timeline are read at most; the account's statuses are the shorter way from there.
const MAX_HOME_PAGES: usize = 20;
/// How often the account's own statuses are read beside the home timeline.
const ACCOUNT_EVERY_SECS: i64 = 15 * 60;
/// How long a status may take to appear in the home timeline, below newer ones.
const HOME_LAG_SECS: i64 = 120;

/// How far the timelines were read. Lost with the process, at the price of a few requests.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// When the account's own statuses were read last.
    account_read: Option<Timestamp>,
    home: Option<Mark>,
}

/// A place in the home timeline below which nothing new is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    /// The newest id that is old enough. Meeting it again shows that nothing was left out.
    id: PostId,
    /// An id below it: what comes after this one is asked for, so that `id` is met without a request of its own.
    below: PostId,
}

/// What a walk through a timeline found.
struct Walk {
    /// Everybody's statuses, each once, in the server's order.
    statuses: Vec<Status>,
    /// Whether nothing can be missing between the newest one and the end of the walk.
    whole: bool,
    /// The server's time at the newest page.
    at: Timestamp,
}

impl Mastodon {
    /// The owner's posts since then.
    pub(super) async fn read_timelines(&self, since: &Since) -> Result<Timeline, Trouble> {
        let now = self.clock.now();
        let mark = self.progress.borrow().home.clone();
        let home = match self.polled {
            Polled::Home => self.walk_home(mark.as_ref()).await?,
            Polled::Account => None,
        };
        let gap = mark.is_none() || home.as_ref().is_none_or(|home| !home.whole);
        let account = if gap || since.thorough || self.is_account_due(now) {
            Some(self.walk_account(since).await?)
        } else {
            None
        };
        // Only now is everything read: a failure above leaves the marks where they were.
        let mut progress = self.progress.borrow_mut();
        if account.is_some() {
            progress.account_read = Some(now);
        }
        if let Some(home) = &home {
            progress.home = next_mark(home, mark);
        }
        let complete = account.as_ref().is_some_and(|account| account.whole);
        let at = account.as_ref().or(home.as_ref()).map_or(now, |walk| walk.at);
        let mut posts = BTreeMap::new();
        // The account's own statuses need not say whose they are; in the home timeline that is everything.
        for (walk, author) in [(home, ""), (account, self.account.as_str())] {
            for post in walk.into_iter().flat_map(|walk| self.posts(&walk, author)) {
                posts.insert(post.id.clone(), post);
            }
        }
        let posts = posts.into_values().filter(|post| is_wanted(post, since)).collect();
        Ok(Timeline { posts, complete, at })
    }

    fn is_account_due(&self, now: Timestamp) -> bool {
        // A clock that was set back must not put it off.
        self.progress
            .borrow()
            .account_read
            .is_none_or(|last| !(0..ACCOUNT_EVERY_SECS).contains(&now.millis_since(last).div_euclid(1000)))
    }

    /// Walks the home timeline back to the mark; its newest page only where there is none. `None` when it cannot be
    /// had and the account's own statuses have to do.
    async fn walk_home(&self, mark: Option<&Mark>) -> Result<Option<Walk>, Trouble> {
        let path = "/api/v1/timelines/home";
        let walk = match mark {
            None => self.walk(path, &[("limit", PAGE)], 1, |_| true).await,
            Some(mark) => {
                let query = [("limit", PAGE), ("since_id", mark.below.as_str())];
                self.walk(path, &query, MAX_HOME_PAGES, |status| id(status) <= mark.id).await
            }
        };
        match walk {
            Ok(walk) => Ok(Some(walk)),
            Err(trouble @ Trouble::RateLimited { .. }) => Err(trouble),
            Err(trouble) if trouble.needs_owner() => Err(trouble),
            Err(trouble) => {
                tracing::debug!("the home timeline {trouble}; the account's own statuses are read instead");
                Ok(None)
            }
        }
    }

    /// The account's newest posts, boosts among them.
    pub(super) async fn read_latest(&self, count: u8) -> Result<Vec<Post>, Trouble> {
        let walk = self.walk(&self.statuses_path(), &[("limit", PAGE)], 1, |_| true).await?;
        let mut posts = self.posts(&walk, &self.account);
        posts.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(super::super::newest_of(posts, count))
    }

    /// Walks the account's own statuses back to what is known.
    async fn walk_account(&self, since: &Since) -> Result<Walk, Trouble> {
        let query = [("limit", PAGE), ("exclude_reblogs", "true")];
        let query = query.get(..if self.boosts { 1 } else { 2 }).unwrap_or_default();
        let known = |status: &Status| match (&since.after, since.not_before) {
            (Some(after), _) => id(status) <= *after,
            (None, Some(not_before)) => read::created(status).is_some_and(|created| created < not_before),
            (None, None) => false,
        };
        self.walk(&self.statuses_path(), query, MAX_ACCOUNT_PAGES, known).await
    }

    /// Reads pages, newest first, until one holds a status that is known or is empty.
    async fn walk(
        &self,
        path: &str,
        query: &[(&str, &str)],
        max_pages: usize,
        known: impl Fn(&Status) -> bool,
    ) -> Result<Walk, Trouble> {
        let mut walk = Walk { statuses: Vec::new(), whole: true, at: Timestamp::default() };
        let mut seen = HashSet::new();
        let mut oldest: Option<PostId> = None;
        for number in 0..max_pages {
            let mut query = query.to_vec();
            query.extend(oldest.as_ref().map(|oldest| ("max_id", oldest.as_str())));
            let answer = self.ask(path, &query).await?;
            if number == 0 {
                walk.at = self.time_of(&answer);
            }
            let page = wire::page(&answer)?;
            if page.unreadable > 0 {
                tracing::warn!(path, count = page.unreadable, "Mastodon gave statuses that cannot be read");
                walk.whole = false;
            }
            let rebuilding = answer.status == StatusCode::PARTIAL_CONTENT;
            walk.whole &= !rebuilding;
            let reached = page.statuses.iter().any(&known);
            let only_one = page.statuses.len() == 1;
            let lowest = page.statuses.iter().map(id).min();
            let before = walk.statuses.len();
            walk.statuses.extend(page.statuses.into_iter().filter(|status| seen.insert(id(status))));
            if reached || rebuilding || lowest.is_none() {
                return Ok(walk);
            }
            if walk.statuses.len() == before {
                // Nothing new: the end on a server that counts `max_id` in, or one that ignores it.
                walk.whole &= only_one;
                return Ok(walk);
            }
            oldest = lowest;
        }
        tracing::debug!(path, max_pages, "stopped reading back: too many pages");
        walk.whole = false;
        Ok(walk)
    }

    /// The owner's posts of a walk. `author`: whose a status is that does not say so.
    fn posts(&self, walk: &Walk, author: &str) -> Vec<Post> {
        let is_own =
            |status: &&Status| status.account.as_ref().map_or(author, |account| account.id.0.as_str()) == self.account;
        let own = walk.statuses.iter().filter(is_own);
        self.with_context(walk.at, |context| own.map(|status| read::post(status, author, context)).collect())
    }
}

fn id(status: &Status) -> PostId {
    PostId::new(status.id.0.as_str())
}

fn is_wanted(post: &Post, since: &Since) -> bool {
    match (&since.after, since.not_before) {
        (Some(after), _) => post.id > *after,
        (None, not_before) => not_before.is_none_or(|not_before| post.created >= not_before),
    }
}

/// Where to read the home timeline back to the next time: the newest status that is old enough that nothing will be
/// put below it any more. Never further back than before.
fn next_mark(walk: &Walk, mark: Option<Mark>) -> Option<Mark> {
    let settled = walk.at.plus_secs(-HOME_LAG_SECS);
    let is_settled = |status: &&Status| read::created(status).is_some_and(|created| created <= settled);
    let newest = walk.statuses.iter().filter(is_settled).map(id).max();
    // On a busy first page nothing may be old enough: its oldest one is the best there is.
    let newest = newest.or_else(|| if mark.is_none() { walk.statuses.iter().map(id).min() } else { None });
    let Some(newest) = newest.filter(|newest| mark.as_ref().is_none_or(|mark| *newest > mark.id)) else { return mark };
    let below = walk.statuses.iter().map(id).filter(|id| *id < newest).max();
    let below = below.or_else(|| mark.map(|mark| mark.id)).unwrap_or_else(|| newest.clone());
    Some(Mark { id: newest, below })
}
