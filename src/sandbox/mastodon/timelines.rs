//! The two lists that a client polls, and their pages (`mastodon-api.md` 3).

use serde_json::Value;

use super::MastodonWorld;
use super::model::Status;
use super::text::{Kind, entities};
use super::wire::{self, Params, encode, with_header};
use crate::core::post::{PostId, Timestamp, Visibility};
use crate::sandbox::{Call, Reply};

/// The home timeline holds this many entries.
const HOME_DEPTH: usize = 800;

/// Which part of a list is asked for.
#[derive(Debug)]
struct Window {
    max: Option<PostId>,
    since: Option<PostId>,
    min: Option<PostId>,
    limit: usize,
}

impl Window {
    fn of(params: &Params, default: usize, most: usize) -> Self {
        let cursor = |key| params.filled(key).map(PostId::new);
        // Ruby's `to_i`: what is no number is 0.
        let limit = params.text("limit").map_or(default, |limit| limit.trim_start_matches('-').parse().unwrap_or(0));
        Self { max: cursor("max_id"), since: cursor("since_id"), min: cursor("min_id"), limit: limit.min(most) }
    }

    /// The page, newest first. All bounds are exclusive; `min_id` gives the page next to it, `since_id` the newest.
    fn page<'a>(&self, mut list: Vec<&'a Status>) -> Vec<&'a Status> {
        list.sort_by(|a, b| a.newest_first(b));
        let lower = self.min.as_ref().or(self.since.as_ref());
        list.retain(|status| {
            let id = PostId::new(status.id.as_str());
            self.max.as_ref().is_none_or(|max| id < *max) && lower.is_none_or(|lower| id > *lower)
        });
        let surplus = list.len().saturating_sub(self.limit);
        if self.min.is_some() {
            list.drain(..surplus);
        } else {
            list.truncate(self.limit);
        }
        list
    }
}

impl MastodonWorld {
    /// `GET /api/v1/timelines/home`.
    pub(super) fn home(&self, call: &Call, params: &Params, now: Timestamp) -> Result<Reply, Reply> {
        let user = self.user(call, &["read:statuses"])?;
        let window = Window::of(params, 20, 40);
        let mut list: Vec<&Status> = self
            .statuses
            .iter()
            .filter(|status| status.home_at.is_some_and(|at| at <= now) && user.id == self.owner)
            .collect();
        list.sort_by(|a, b| a.newest_first(b));
        list.truncate(HOME_DEPTH);
        let rebuilding = self.behaviour.home_rebuilding_until.is_some_and(|until| now < until);
        if rebuilding {
            // Rebuilding begins with the oldest: what is new is what is missing.
            list.drain(..list.len().div_ceil(2));
        }
        let mut page = window.page(list);
        if self.behaviour.home_repeats {
            page = page.into_iter().flat_map(|status| [status, status]).take(window.limit).collect();
        }
        let reply = self.page_reply(call, &user.id, &page, true);
        if !rebuilding {
            return Ok(reply);
        }
        let reply = Reply { status: 206, ..reply };
        Ok(with_header(reply, "Mastodon-Async-Refresh", "id=\"account:home:regeneration\", retry=5"))
    }

    /// `GET /api/v1/accounts/:id/statuses`.
    pub(super) fn account_statuses(
        &self,
        call: &Call,
        params: &Params,
        account: &str,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let viewer = self.viewer(call, "read:statuses")?;
        let account = self.account(account).ok_or_else(|| self.not_found())?;
        let own = viewer.as_ref() == Some(&account.id);
        let flag = |key| params.flag(key).unwrap_or(false);
        let tag = params.filled("tagged").map(|tag| tag.to_lowercase());
        let gotosocial = self.behaviour.is_gotosocial();
        let (default, most) = if gotosocial { (30, 1000) } else { (20, 40) };
        let mut window = Window::of(params, default, most);
        if gotosocial {
            window.since = None;
        }
        let shown = |status: &&Status| {
            let to_other = status.reply_to_account.as_ref().is_some_and(|to| *to != account.id);
            let mentioning_reply = || status.reply_to_account.is_some() && !self.mentioned(&status.text).is_empty();
            let public = matches!(status.visibility, Visibility::Public | Visibility::Unlisted);
            status.author == account.id
                && status.listed_at <= now
                && (own || public)
                && !(flag("exclude_reblogs") && status.boost_of.is_some())
                && !(flag("exclude_replies") && (to_other || (gotosocial && mentioning_reply())))
                && !(flag("exclude_direct") && status.visibility == Visibility::Direct)
                && !flag("pinned")
                && !(flag("only_media") && status.media.is_empty())
                && tag.as_ref().is_none_or(|tag| has_tag(&status.text, tag))
        };
        let page = window.page(self.statuses.iter().filter(shown).collect());
        let full = page.len() == window.limit;
        Ok(self.page_reply(call, viewer.as_deref().unwrap_or_default(), &page, full))
    }

    /// The entries, and where the pages before and after them are.
    fn page_reply(&self, call: &Call, viewer: &str, page: &[&Status], older: bool) -> Reply {
        let viewer = Some(viewer).filter(|viewer| !viewer.is_empty());
        let entries: Value = page.iter().map(|status| self.status_json(status, viewer, &call.base)).collect();
        let reply = wire::json(200, &entries);
        let (Some(newest), Some(oldest)) = (page.first(), page.last()) else { return reply };
        let kept: Vec<String> = call
            .query
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "max_id" | "since_id" | "min_id"))
            .map(|(key, value)| format!("{}={}&", encode(key), encode(value)))
            .collect();
        let link = |cursor: &str, id: &str, rel: &str| {
            format!("<{}{}?{}{cursor}={id}>; rel=\"{rel}\"", call.base, call.path, kept.concat())
        };
        let next = older.then(|| link("max_id", &oldest.id, "next"));
        let links: Vec<String> = next.into_iter().chain([link("min_id", &newest.id, "prev")]).collect();
        with_header(reply, "Link", links.join(", "))
    }
}

fn has_tag(text: &str, tag: &str) -> bool {
    entities(text).into_iter().any(|entity| {
        let found = text.get(entity.range).unwrap_or_default();
        entity.kind == Kind::Hashtag && found.trim_start_matches(['#', '＃']).to_lowercase() == tag
    })
}
