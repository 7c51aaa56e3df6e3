//! The hands on the simulated X: people who write, edit, repost and delete in the app. The API uses the same hands.

use super::model::{Draft, Tweet, next_id};
use super::settings::Lag;
use super::text::{self, Parsed};
use super::world::TwitterWorld;
use crate::core::post::Timestamp;

/// The label under posts written by hand.
const BY_HAND: &str = "X Web App";
/// How often a post can be edited.
pub(super) const MAX_EDITS: usize = 5;

/// Why a post cannot be edited (x-api.md 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Uneditable {
    /// It is not there.
    Gone,
    /// A newer version stands in its place.
    Replaced,
    /// Its time is over, or it was edited as often as it may be.
    TooLate,
    /// Polls, reposts, posts to communities, articles and replies to others never can be.
    Kind,
}

impl TwitterWorld {
    /// The owner writes a post in the app. `None` when there is no post to answer.
    pub fn write_as_owner(&mut self, text: &str, reply_to: Option<u64>) -> Option<u64> {
        self.write(self.owner, Draft { reply_to, ..Draft::text(text) })
    }

    /// The owner makes a post of any kind in the app. `None` when what it refers to is not there.
    pub fn write_draft(&mut self, draft: Draft) -> Option<u64> {
        self.write(self.owner, draft)
    }

    /// Somebody writes a post in the app. `None` when what it refers to is not there.
    pub fn write(&mut self, author: u64, draft: Draft) -> Option<u64> {
        let now = self.clock.now();
        self.create(author, draft, None, now)
    }

    /// The owner reposts a post, their own or another's. Returns the repost, the one from before where there is one.
    pub fn repost_as_owner(&mut self, id: u64) -> Option<u64> {
        self.write(self.owner, Draft::repost(id))
    }

    /// The owner takes a repost back. `false` when there is none.
    pub fn unrepost_as_owner(&mut self, id: u64) -> bool {
        let repost = self.posts.repost(self.owner, id).map(|post| post.id);
        repost.is_some_and(|repost| self.delete(repost))
    }

    /// Creates a post; `app` where it came through the API. A second repost of the same post is the first one.
    pub(super) fn create(&mut self, author: u64, mut draft: Draft, app: Option<String>, now: Timestamp) -> Option<u64> {
        for target in [draft.reply_to, draft.quote_of, draft.repost_of].into_iter().flatten() {
            self.posts.get(target).filter(|post| !post.deleted)?;
        }
        if let Some(target) = draft.repost_of {
            // A repost of a repost is one of the original.
            let original = self.posts.get(target).and_then(|post| post.draft.repost_of).unwrap_or(target);
            if let Some(before) = self.posts.repost(author, original) {
                return Some(before.id);
            }
            draft.repost_of = Some(original);
        }
        let id = next_id(self.last_id, now);
        if draft.article.is_some() {
            draft.text = format!("https://x.com/i/article/{}", id + 1);
        }
        let parent = draft.reply_to.and_then(|id| self.posts.get(id));
        let (shown_from, hidden_reads) = match self.settings.lag {
            Lag::None => (now, 0),
            Lag::Millis(millis) => (now.plus_millis(millis), 0),
            Lag::Reads(reads) => (now, reads),
        };
        let text = self.as_kept(&draft.text);
        let post = Tweet {
            id,
            author,
            created: now,
            parsed: Parsed::new(&text),
            text,
            reply_to: draft.reply_to,
            reply_to_user: parent.map(|parent| parent.author),
            conversation: parent.map_or(id, |parent| parent.conversation),
            by_api: app.is_some(),
            source: app.unwrap_or_else(|| BY_HAND.to_owned()),
            versions: vec![id],
            draft,
            deleted: false,
            shown_from,
            hidden_reads,
        };
        self.keep(post);
        Some(id)
    }

    /// A text as X keeps it.
    pub(super) fn as_kept(&self, text: &str) -> String {
        let text = text::normalised(text);
        if self.settings.strips_zero_width {
            return text.replace(['\u{200B}', '\u{2060}'], "");
        }
        text
    }

    /// Somebody edits a post in the app: a new post with a new id takes its place, and timelines show that one at once.
    /// `None` when X would not let them: the post is gone, replaced, too old, edited five times, or of a kind that
    /// cannot be edited. Premium is taken for granted.
    pub fn edit(&mut self, id: u64, text: &str) -> Option<u64> {
        let now = self.clock.now();
        self.editable(id, now).ok()?;
        self.replace(id, text, None, now)
    }

    /// Whether X lets anybody edit this post now.
    pub(super) fn editable(&self, id: u64, now: Timestamp) -> Result<(), Uneditable> {
        let post = self.posts.get(id).filter(|post| !post.deleted).ok_or(Uneditable::Gone)?;
        if !post.is_of_editable_kind() {
            return Err(Uneditable::Kind);
        }
        if !post.is_live() {
            return Err(Uneditable::Replaced);
        }
        let begun = post.versions.first().and_then(|first| self.posts.get(*first)).map_or(post.created, |p| p.created);
        if post.versions.len() > MAX_EDITS || now > begun.plus_secs(self.settings.edit_window_secs) {
            return Err(Uneditable::TooLate);
        }
        Ok(())
    }

    /// Puts a new version in a post's place; `app` where it came through the API.
    pub(super) fn replace(&mut self, id: u64, text: &str, app: Option<String>, now: Timestamp) -> Option<u64> {
        let old = self.posts.get(id)?.clone();
        let new_id = next_id(self.last_id, now);
        let mut versions = old.versions.clone();
        versions.push(new_id);
        for version in &old.versions {
            if let Some(post) = self.posts.get_mut(*version) {
                post.versions.clone_from(&versions);
            }
        }
        let text = self.as_kept(text);
        self.keep(Tweet {
            id: new_id,
            created: now,
            parsed: Parsed::new(&text),
            versions,
            by_api: old.by_api || app.is_some(),
            source: app.unwrap_or(old.source),
            draft: Draft { text: text.clone(), ..old.draft },
            text,
            ..old
        });
        Some(new_id)
    }

    /// Deletes a post, every version of it, and every repost of it. `false` when there is none.
    pub fn delete(&mut self, id: u64) -> bool {
        let Some(post) = self.posts.get(id).filter(|post| !post.deleted) else { return false };
        let versions = post.versions.clone();
        self.posts.delete_all(&versions);
        true
    }
}
