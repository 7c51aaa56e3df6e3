//! Looking at the owner's posts by their ids: are they still there, and what do they say now?
//!
//! A post is gone when the server itself says so of its very id. That it is missing from a list, or that something in
//! between knows no such address, proves nothing.

use std::collections::HashSet;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::super::http::Answer;
use super::super::{Found, Trouble};
use super::read;
use super::wire::{self, Status};
use super::{Mastodon, errors, get};
use crate::core::post::PostId;

/// How many posts are looked up at most at a time.
const MAX_POSTS: usize = 60;
/// How many Mastodon lists at most (`mastodon-api.md` 3.1).
const PAGE: usize = 20;

impl Mastodon {
    /// See [`super::Client::look_up`].
    pub(super) async fn look_at(&self, posts: &[PostId]) -> Result<Vec<Found>, Trouble> {
        let posts = posts.get(..MAX_POSTS).unwrap_or(posts);
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut lists = self.lists_by_id.get();
        let mut trouble = None;
        for page in posts.chunks(PAGE) {
            if lists {
                lists = self.look_at_page(page, &mut found, &mut seen).await?;
            }
            for id in page {
                if !seen.insert(id.clone()) {
                    continue;
                }
                match self.look_at_one(id).await {
                    Ok(one) => found.extend(one),
                    // One post that the server cannot show hides no other; a server that shows none is down.
                    Err(Trouble::NoAnswer(why)) if trouble.is_none() => trouble = Some(Trouble::NoAnswer(why)),
                    Err(Trouble::NoAnswer(_)) if !found.is_empty() => return Ok(found),
                    Err(trouble) => return Err(trouble),
                }
            }
        }
        match trouble {
            Some(trouble) if found.is_empty() => Err(trouble),
            _ => Ok(found),
        }
    }

    /// Asks for several at once; `false` when this server takes no such question.
    async fn look_at_page(
        &self,
        ids: &[PostId],
        found: &mut Vec<Found>,
        seen: &mut HashSet<PostId>,
    ) -> Result<bool, Trouble> {
        let mut url = self.base.join("/api/v1/statuses");
        url.query_pairs_mut().extend_pairs(ids.iter().map(|id| ("id[]", id.as_str())));
        let answer = get(&self.http, url, Some(&self.token)).await?;
        self.hear(&answer);
        if matches!(answer.status.as_u16(), 400 | 404 | 405 | 422) {
            // A web page says nothing about the server for good.
            self.lists_by_id.set(errors::is_web_page(&answer));
            return Ok(false);
        }
        if let Some(trouble) = errors::trouble(&answer, &self.base) {
            return Err(trouble);
        }
        for status in wire::page(&answer)?.statuses {
            let id = PostId::new(status.id.0.as_str());
            if ids.contains(&id) && seen.insert(id) {
                found.extend(self.own(&status, &answer));
            }
        }
        Ok(true)
    }

    async fn look_at_one(&self, id: &PostId) -> Result<Option<Found>, Trouble> {
        let answer = get(&self.http, self.status_url(id), Some(&self.token)).await?;
        self.hear(&answer);
        match errors::trouble(&answer, &self.base) {
            None => {
                let status: Status = answer.json()?;
                let is_it = status.id.0 == id.as_str();
                Ok(if is_it { self.own(&status, &answer) } else { None })
            }
            Some(Trouble::Gone(_)) => Ok(is_servers_own(&answer).then(|| Found::Gone(id.clone()))),
            Some(trouble) => Err(trouble),
        }
    }

    /// A status as a post, if it is the owner's.
    fn own(&self, status: &Status, answer: &Answer) -> Option<Found> {
        let is_own = status.account.as_ref().is_some_and(|account| account.id.0 == self.account);
        let at = self.time_of(answer);
        is_own.then(|| Found::Here(Box::new(self.with_context(at, |context| read::post(status, "", context)))))
    }
}

/// Whether the server itself says that something is gone: in the API's own form, of which a proxy knows nothing.
fn is_servers_own(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Error {
        error: Value,
    }
    matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE)
        && !errors::is_web_page(answer)
        && serde_json::from_slice::<Error>(&answer.body).is_ok_and(|said| said.error.is_string())
}

#[cfg(test)]
mod tests;
