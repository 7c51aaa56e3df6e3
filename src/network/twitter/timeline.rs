//! Walking back through a timeline's pages: which posts are new, where to stop, whether all were seen. Pure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::read::{self, Context};
use super::{Account, Links, wire};
use crate::core::post::{Post, PostId, Timestamp};
use crate::network::Since;

/// X keeps 3,200 posts of a timeline within reach (`x-api.md` 2); this many pages of 100 hold them all.
const MOST_PAGES: usize = 33;
/// A longer token is no token: it is sent back in an address.
const LONGEST_TOKEN: usize = 2_048;

/// What to do after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask for the page that this token names.
    Page(String),
    /// Stop.
    Done,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Walk {
    posts: BTreeMap<PostId, wire::Post>,
    includes: wire::Includes,
    pages: usize,
    unreadable: usize,
    reached_the_end: bool,
}

impl Walk {
    /// Takes a page in. `now` stands in for a post's time that nothing tells.
    pub fn take(&mut self, page: wire::Page, since: &Since, now: Timestamp) -> Next {
        self.pages += 1;
        self.unreadable += page.unreadable;
        self.includes.extend(page.includes);
        // Newest first: behind a known post, or one that is too old, there is nothing to look for.
        let mut reached = false;
        let mut new = 0_usize;
        for post in page.posts {
            let id = PostId::new(&post.id);
            let is_behind = match (&since.after, since.not_before) {
                (Some(after), _) => id <= *after,
                (None, Some(not_before)) => read::created(&post, now) < not_before,
                (None, None) => false,
            };
            if is_behind {
                reached = true;
            } else if let Entry::Vacant(free) = self.posts.entry(id) {
                free.insert(post);
                new += 1;
            }
        }
        match page.next_token {
            Some(token) if !reached && new > 0 && self.pages < MOST_PAGES && token.len() <= LONGEST_TOKEN => {
                return Next::Page(token);
            }
            Some(_) => self.reached_the_end = reached,
            None => self.reached_the_end = true,
        }
        Next::Done
    }

    /// How many elements could not be read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// The posts, oldest first, and whether they are all.
    #[must_use]
    pub fn finish(self, account: &Account, links: Links, now: Timestamp) -> (Vec<Post>, bool) {
        let context = Context { account, own: &self.posts, includes: &self.includes, links, fallback: now };
        let posts = self.posts.values().map(|post| read::read(post, &context)).collect();
        (posts, self.reached_the_end && self.unreadable == 0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_780_000_000);

    fn page(ids: &[u64], token: Option<&str>) -> wire::Page {
        let created = |id: &u64| format!("2026-01-01T00:00:{:02}Z", id % 60);
        let data: Vec<_> = ids.iter().map(|id| json!({"id": id, "text": "x", "created_at": created(id)})).collect();
        let body = json!({"data": data, "meta": {"result_count": ids.len(), "next_token": token}});
        wire::Page::parse(body.to_string().as_bytes()).unwrap()
    }

    fn walk(since: &Since, pages: Vec<wire::Page>) -> (usize, Vec<String>, bool) {
        let (mut walk, mut asked) = (Walk::default(), 0);
        for page in pages {
            asked += 1;
            if walk.take(page, since, NOW) == Next::Done {
                break;
            }
        }
        let (posts, complete) = walk.finish(&Account { id: "7".into(), username: None }, Links::default(), NOW);
        (asked, posts.into_iter().map(|post| post.id.to_string()).collect(), complete)
    }

    #[test]
    fn pages_are_drained_until_the_end_or_what_is_known() {
        let after = |id: &str| Since { after: Some(PostId::new(id)), ..Since::default() };
        let date = Since { not_before: Some(Timestamp::from_secs(1_767_225_610)), ..Since::default() };
        let t = Some("t");
        for (name, since, pages, asked, ids, complete) in [
            ("empty", after("8"), vec![page(&[], None)], 1, vec![], true),
            ("one page", after("8"), vec![page(&[11, 9], None)], 1, vec!["9", "11"], true),
            (
                "two",
                after("8"),
                vec![page(&[100, 99], t), page(&[11, 10, 99], None)],
                2,
                vec!["10", "11", "99", "100"],
                true,
            ),
            ("since_id is included", after("9"), vec![page(&[10, 9], None)], 1, vec!["10"], true),
            (
                "since_id is ignored",
                after("9"),
                vec![page(&[11, 10], t), page(&[10, 9, 8], t), page(&[7], None)],
                2,
                vec!["10", "11"],
                true,
            ),
            (
                "a circle",
                after("8"),
                vec![page(&[11, 10], t), page(&[11, 10], t), page(&[9], None)],
                2,
                vec!["10", "11"],
                false,
            ),
            (
                "an empty page with a token",
                after("8"),
                vec![page(&[11], t), page(&[], t), page(&[9], None)],
                2,
                vec!["11"],
                false,
            ),
            (
                "by date",
                date.clone(),
                vec![page(&[12, 11], t), page(&[10, 9], t), page(&[8], None)],
                2,
                vec!["10", "11", "12"],
                true,
            ),
            ("by date to the end", date, vec![page(&[12, 11], None)], 1, vec!["11", "12"], true),
            ("everything", Since::default(), vec![page(&[3, 2], t), page(&[1], None)], 2, vec!["1", "2", "3"], true),
        ] {
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            assert_eq!(walk(&since, pages), (asked, ids, complete), "{name}");
        }
    }

    #[test]
    fn the_number_of_pages_is_bounded() {
        let pages = (1_u64..50).map(|n| page(&[1_000 - n], Some("t"))).collect();
        let (asked, ids, complete) = walk(&Since::default(), pages);
        assert_eq!((asked, ids.len(), complete), (MOST_PAGES, MOST_PAGES, false));
        let (asked, _, complete) = walk(&Since::default(), vec![page(&[1], Some(&"t".repeat(LONGEST_TOKEN + 1)))]);
        assert_eq!((asked, complete), (1, false));
    }

    #[test]
    fn an_unreadable_element_is_a_hole() {
        let mut holed = page(&[11], None);
        holed.unreadable = 1;
        assert_eq!(walk(&Since::default(), vec![holed]), (1, vec!["11".to_owned()], false));
    }
}
