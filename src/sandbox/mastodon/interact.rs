//! Boosting, favouriting, bookmarking, and taking them back (`mastodon-api.md` 5.3).

use serde_json::Value;

use super::MastodonWorld;
use super::model::{Status, visibility_of};
use super::wire::{self, Params, error};
use crate::core::post::{Timestamp, Visibility};
use crate::sandbox::{Call, Reply};

/// A boost of something that is among this many newest entries is not shown on the home timeline again.
const REBLOG_FALLOFF: usize = 40;

/// A mark that somebody puts on a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Favourite,
    Bookmark,
}

impl MastodonWorld {
    /// `POST /api/v1/statuses/:id/reblog`: a second boost of the same is the first one again.
    pub(super) fn boost_status(
        &mut self,
        call: &Call,
        params: &Params,
        id: &str,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:statuses"])?;
        let status = self.seen(id, Some(&user.id))?;
        let target = status.boost_of.clone().unwrap_or_else(|| status.id.clone());
        let original = self.seen(&target, Some(&user.id))?;
        let private = original.visibility == Visibility::Private && original.author == user.id;
        if !private && !matches!(original.visibility, Visibility::Public | Visibility::Unlisted) {
            return Err(error(403, "This action is not allowed"));
        }
        let boost = if let Some(boost) = self.boost_by(Some(&user.id), &target) {
            boost.clone()
        } else {
            self.count_write(&user.id, now)?;
            let asked = params.text("visibility").and_then(|word| visibility_of(&word));
            let visibility = if private { Visibility::Private } else { asked.unwrap_or(Visibility::Public) };
            self.add_boost(&user.id, &target, visibility, now)
        };
        Ok(wire::json(200, &self.status_json(&boost, Some(&user.id), &call.base)))
    }

    /// `POST /api/v1/statuses/:id/unreblog`: answers with what was boosted, boosted or not.
    pub(super) fn unboost_status(&mut self, call: &Call, id: &str) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:statuses"])?;
        if let Some(boost) = self.boost_by(Some(&user.id), id).map(|boost| boost.id.clone()) {
            self.remove(&boost);
        }
        let status = self.seen(id, Some(&user.id))?;
        Ok(wire::json(200, &self.status_json(status, Some(&user.id), &call.base)))
    }

    /// `POST /api/v1/statuses/:id/favourite`, `/bookmark` and their undoing. A boost stands for what it boosts.
    pub(super) fn mark_status(&mut self, call: &Call, id: &str, mark: Mark, on: bool) -> Result<Reply, Reply> {
        let scope = match mark {
            Mark::Favourite => "write:favourites",
            Mark::Bookmark => "write:bookmarks",
        };
        let user = self.user(call, &[scope])?;
        let status = self.seen(id, Some(&user.id))?;
        let target = status.boost_of.clone().unwrap_or_else(|| status.id.clone());
        self.mark(&user.id, &target, mark, on);
        let shown: Value = self.status_json(self.seen(id, Some(&user.id))?, Some(&user.id), &call.base);
        Ok(wire::json(200, &shown))
    }

    /// Sets or takes a mark; whether there is such a status.
    pub(super) fn mark(&mut self, person: &str, id: &str, mark: Mark, on: bool) -> bool {
        let Some(status) = self.statuses.iter_mut().find(|status| status.id == id) else { return false };
        let people = match mark {
            Mark::Favourite => &mut status.favourited_by,
            Mark::Bookmark => &mut status.bookmarked_by,
        };
        if on {
            people.insert(person.to_owned());
        } else {
            people.remove(person);
        }
        true
    }

    /// A person's boost of a status.
    pub(super) fn boost_by(&self, person: Option<&str>, id: &str) -> Option<&Status> {
        let mut statuses = self.statuses.iter();
        statuses.find(|status| Some(status.author.as_str()) == person && status.boost_of.as_deref() == Some(id))
    }

    /// Adds a boost; one of something new is kept off the home timeline.
    pub(super) fn add_boost(&mut self, by: &str, target: &str, visibility: Visibility, now: Timestamp) -> Status {
        let mut home: Vec<&Status> = self.statuses.iter().filter(|status| status.home_at.is_some()).collect();
        home.sort_by(|a, b| a.newest_first(b));
        let recent = home
            .iter()
            .take(REBLOG_FALLOFF)
            .any(|status| status.id == target || status.boost_of.as_deref() == Some(target));
        let mut boost = self.blank(by, visibility, now);
        boost.boost_of = Some(target.to_owned());
        if recent {
            boost.home_at = None;
        }
        self.statuses.push(boost.clone());
        boost
    }
}
