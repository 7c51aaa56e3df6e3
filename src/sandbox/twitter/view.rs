//! Posts as the API shows them, and what comes with them, in the dialect and with the fields that were asked for.

use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::attached::{media, media_keys, poll, poll_id, user};
use super::hand::MAX_EDITS;
use super::model::{Tweet, User, rfc3339};
use super::problems::Problems;
use super::text::{self, Parsed};
use super::wire::{Appended, Known, Wire, wire};
use super::world::TwitterWorld;
use crate::core::post::Timestamp;

/// The longest text that is shown whole in `text`; longer ones are in `note_tweet`.
const SHORT_TEXT: usize = 280;

/// What exists, and for whom it is shown.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) world: &'a TwitterWorld,
    pub(super) asked: &'a Asked,
    pub(super) caller: u64,
    pub(super) now: Timestamp,
}

/// Users and posts that an answer includes besides what it is about: they are billed too.
#[derive(Debug, Default)]
pub(super) struct Included {
    pub(super) users: Vec<u64>,
    pub(super) posts: Vec<u64>,
    /// About what was to be included and is not to be had.
    pub(super) errors: Vec<Value>,
    media: Vec<Value>,
    polls: Vec<Value>,
}

impl Included {
    fn add_user(&mut self, id: u64) {
        if !self.users.contains(&id) {
            self.users.push(id);
        }
    }

    fn add_media(&mut self, media: Vec<Value>) {
        for one in media {
            if !self.media.contains(&one) {
                self.media.push(one);
            }
        }
    }
}

impl View<'_> {
    /// A post with the fields that were asked for.
    pub(super) fn post(&self, post: &Tweet) -> Value {
        let new = self.asked.new;
        let mut shown = Map::new();
        let all = self.fields(post);
        let always: &[&str] = if new { &["id", "text"] } else { &["id", "text", "edit_history_tweet_ids"] };
        for (name, value) in all {
            let by_expansion =
                ["author_id", "in_reply_to_user_id", "referenced_posts", "edit_history_post_ids"].contains(&name);
            let asked = if new && by_expansion { &self.asked.expansions } else { &self.asked.fields };
            if always.contains(&name) || asked.iter().any(|one| one == name) {
                shown.insert(name.to_owned(), value);
            }
        }
        Value::Object(shown)
    }

    /// Everything that is known of a post, under the dialect's names.
    fn fields(&self, post: &Tweet) -> Vec<(&'static str, Value)> {
        let name = |legacy, new| if self.asked.new { new } else { legacy };
        let (wire, note) = self.texts(post);
        let versions: Vec<String> = post.versions.iter().map(u64::to_string).collect();
        let edits = post.versions.len().saturating_sub(1);
        let begun = post.versions.first().and_then(|id| self.world.posts.get(*id)).unwrap_or(post).created;
        let guess = || if post.text.chars().any(|c| c.is_ascii_alphabetic()) { "en" } else { "und" };
        let mut fields = vec![
            ("id", json!(post.id.to_string())),
            ("text", json!(wire.text)),
            (name("edit_history_tweet_ids", "edit_history_post_ids"), json!(versions)),
            ("author_id", json!(post.author.to_string())),
            ("created_at", json!(rfc3339(post.created))),
            ("conversation_id", json!(post.conversation.to_string())),
            ("lang", json!(post.draft.lang.as_deref().unwrap_or_else(guess))),
            ("possibly_sensitive", json!(post.draft.sensitive)),
            ("reply_settings", json!(post.draft.reply_settings.as_deref().unwrap_or("everyone"))),
            ("source", json!(post.source)),
            ("display_text_range", json!([0, wire.shown])),
            (
                "edit_controls",
                json!({
                    "edits_remaining": MAX_EDITS.saturating_sub(edits),
                    "is_edit_eligible": post.is_of_editable_kind(),
                    "editable_until": rfc3339(begun.plus_secs(self.world.settings.edit_window_secs)),
                }),
            ),
            (
                "public_metrics",
                json!({ name("retweet_count", "repost_count"): 0, "reply_count": 0, "like_count": 0, "quote_count": 0,
                        "bookmark_count": 0, "impression_count": 0 }),
            ),
        ];
        let mut references = Vec::new();
        for (kind, id) in
            [("retweeted", post.draft.repost_of), ("quoted", post.draft.quote_of), ("replied_to", post.reply_to)]
        {
            references.extend(id.map(|id| json!({ "type": kind, "id": id.to_string() })));
        }
        if !references.is_empty() {
            fields.push((name("referenced_tweets", "referenced_posts"), json!(references)));
        }
        fields.extend(post.reply_to_user.map(|user| ("in_reply_to_user_id", json!(user.to_string()))));
        fields.extend(post.draft.community.map(|community| ("community_id", json!(community.to_string()))));
        fields.extend(post.draft.article.iter().map(|title| ("article", json!({ "title": title }))));
        fields.extend(wire.entities.map(|entities| ("entities", entities)));
        if let Some(note) = note {
            let mut value = json!({ "text": note.text });
            if let Some(entities) = note.entities {
                value["entities"] = entities;
            }
            fields.push((name("note_tweet", "note_post"), value));
        }
        let mut attachments = Map::new();
        if !post.draft.media.is_empty() {
            attachments.insert("media_keys".to_owned(), json!(media_keys(post)));
        }
        if !post.draft.poll.is_empty() {
            attachments.insert("poll_ids".to_owned(), json!([poll_id(post)]));
        }
        if !attachments.is_empty() {
            fields.push(("attachments", Value::Object(attachments)));
        }
        fields
    }

    /// What `text` holds, and the whole text of a long post.
    pub(super) fn texts(&self, post: &Tweet) -> (Wire, Option<Wire>) {
        let user = |name: &str| self.world.users.by_name(name).map(|user| user.id);
        let leads_to = |link: &str| self.world.redirects.get(link).map(String::as_str);
        let known = Known { user: &user, leads_to: &leads_to };
        // The links of a long text are not followed in `note_tweet`.
        let known_in_note = Known { leads_to: &|_| None, ..known };
        if let Some(original) = post.draft.repost_of.and_then(|id| self.world.posts.get(id)) {
            let author = self.world.users.get(original.author).map_or("", |user| user.username.as_str());
            let mut text = format!("RT @{author}: {}", original.text);
            if text.chars().count() > 140 {
                text = format!("{}…", text::beginning(&Parsed::new(&text), 138));
            }
            return (wire(&Parsed::new(&text), post.id, known, &[]), None);
        }
        let appended = self.appended(post);
        if post.parsed.weight() <= SHORT_TEXT {
            return (wire(&post.parsed, post.id, known, &appended), None);
        }
        let start = format!("{}…", text::beginning(&post.parsed, SHORT_TEXT - 26));
        let mut links = vec![Appended {
            expanded_url: format!("https://x.com/i/web/status/{}", post.id),
            display_url: "x.com/i/web/status/…".to_owned(),
            media_keys: Vec::new(),
        }];
        links.extend(appended);
        let short = wire(&Parsed::new(&start), post.id, known, &links);
        (short, Some(wire(&post.parsed, post.id, known_in_note, &[])))
    }

    /// The links that X adds: to the attachments, to the quoted post.
    fn appended(&self, post: &Tweet) -> Vec<Appended> {
        let name_of = |author| self.world.users.get(author).map_or("i", |user: &User| user.username.as_str());
        let mut appended = Vec::new();
        if let Some(quoted) = post.draft.quote_of.and_then(|id| self.world.posts.get(id)) {
            let author = name_of(quoted.author);
            appended.push(Appended {
                expanded_url: format!("https://x.com/{author}/status/{}", quoted.id),
                display_url: format!("x.com/{author}/status/…"),
                media_keys: Vec::new(),
            });
        }
        if let Some(first) = post.draft.media.first() {
            let kind = if first.kind == "photo" { "photo" } else { "video" };
            appended.push(Appended {
                expanded_url: format!("https://x.com/{}/status/{}/{kind}/1", name_of(post.author), post.id),
                display_url: format!("pic.x.com/{}", post.id % 1_000_000_007),
                media_keys: media_keys(post),
            });
        }
        appended
    }

    /// Gathers what the expansions ask for.
    pub(super) fn include(&self, post: &Tweet, included: &mut Included) {
        let asked = self.asked;
        if asked.expands("attachments.media_keys", "attachments.media_keys") {
            included.add_media(media(post, &asked.media_fields));
        }
        if asked.expands("attachments.poll_ids", "attachments.poll_ids") && !post.draft.poll.is_empty() {
            included.polls.push(poll(post, &asked.poll_fields, self.now));
        }
        if asked.expands("author_id", "author_id") {
            included.add_user(post.author);
        }
        if asked.expands("in_reply_to_user_id", "in_reply_to_user_id") {
            post.reply_to_user.into_iter().for_each(|user| included.add_user(user));
        }
        if asked.expands("entities.mentions.username", "entities.mentions.username") {
            let mentioned = post.parsed.mentions().filter_map(|name| self.world.users.by_name(name));
            mentioned.for_each(|user| included.add_user(user.id));
        }
        // Whoever expands what belongs to a referenced post gets the post itself too.
        let [posts, authors, pictures] = [
            ("referenced_tweets.id", "referenced_posts"),
            ("referenced_tweets.id.author_id", "author_id"),
            ("referenced_tweets.id.attachments.media_keys", "attachments.media_keys"),
        ]
        .map(|(legacy, new)| asked.expands(legacy, new));
        let wanted = if asked.new { posts } else { posts || authors || pictures };
        if !wanted {
            return;
        }
        for id in [post.reply_to, post.draft.quote_of, post.draft.repost_of].into_iter().flatten() {
            match self.referenced(id) {
                Err(error) if included.errors.contains(&error) => {}
                Err(error) => included.errors.push(error),
                Ok(other) if !included.posts.contains(&id) => {
                    included.posts.push(id);
                    if authors {
                        included.add_user(other.author);
                    }
                    if pictures {
                        included.add_media(media(other, &asked.media_fields));
                    }
                }
                Ok(_) => {}
            }
        }
    }

    /// A post that another refers to, or why the caller does not get it.
    fn referenced(&self, id: u64) -> Result<&Tweet, Value> {
        let problems = Problems::of(self.asked.new);
        let parameter = if self.asked.new { "referenced_posts" } else { "referenced_tweets.id" };
        let text = id.to_string();
        let post = self.world.posts.get(id).filter(|post| !post.deleted);
        let post = post.ok_or_else(|| problems.missing("tweet", parameter, &text))?;
        if self.world.may_see(post, self.caller) {
            return Ok(post);
        }
        let mut error = problems.hidden("tweet", parameter, &text);
        error["section"] = json!("includes");
        Err(error)
    }

    /// The `includes` of an answer; `None` when there is nothing in it.
    pub(super) fn includes(&self, gathered: Included) -> Option<Value> {
        let posts: Vec<Value> =
            gathered.posts.iter().filter_map(|id| self.world.posts.get(*id)).map(|p| self.post(p)).collect();
        let users: Vec<Value> = gathered
            .users
            .iter()
            .filter_map(|id| self.world.users.get(*id))
            .map(|one| user(one, &self.asked.user_fields, false))
            .collect();
        let mut includes = Map::new();
        let posts_name = if self.asked.new { "posts" } else { "tweets" };
        for (name, list) in
            [("media", gathered.media), ("polls", gathered.polls), ("users", users), (posts_name, posts)]
        {
            if !list.is_empty() {
                includes.insert(name.to_owned(), Value::Array(list));
            }
        }
        (!includes.is_empty()).then_some(Value::Object(includes))
    }
}
