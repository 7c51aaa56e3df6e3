//! Posts, users and attachments as the API shows them, in the dialect and with the fields that were asked for.

use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::model::{Tweet, User, rfc3339};
use super::text::{self, Appended, Parsed, Wire};
use super::world::{Posts, Users};

/// The longest text that is shown whole in `text`; longer ones are in `note_tweet`.
const SHORT_TEXT: usize = 280;
/// How long a post can be edited, in seconds.
const EDITABLE_SECS: i64 = 3600;

/// What exists, to look up what a post refers to.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) posts: &'a Posts,
    pub(super) users: &'a Users,
    pub(super) asked: &'a Asked,
}

/// Users and posts that an answer includes besides what it is about: they are billed too.
#[derive(Debug, Default)]
pub(super) struct Included {
    pub(super) users: Vec<u64>,
    pub(super) posts: Vec<u64>,
    media: Vec<Value>,
    polls: Vec<Value>,
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
        let mut fields = vec![
            ("id", json!(post.id.to_string())),
            ("text", json!(wire.text)),
            (name("edit_history_tweet_ids", "edit_history_post_ids"), json!(versions)),
            ("author_id", json!(post.author.to_string())),
            ("created_at", json!(rfc3339(post.created))),
            ("conversation_id", json!(post.conversation.to_string())),
            ("lang", json!(if post.text.chars().any(|c| c.is_ascii_alphabetic()) { "en" } else { "und" })),
            ("possibly_sensitive", json!(post.draft.sensitive)),
            ("reply_settings", json!("everyone")),
            ("source", json!(post.source)),
            ("display_text_range", json!([0, wire.shown])),
            (
                "edit_controls",
                json!({
                    "edits_remaining": 5_usize.saturating_sub(edits),
                    "is_edit_eligible": post.draft.repost_of.is_none() && post.draft.poll.is_empty(),
                    "editable_until": rfc3339(post.created.plus_secs(EDITABLE_SECS)),
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
        let user = |name: &str| self.users.by_name(name).map(|user| user.id);
        if let Some(original) = post.draft.repost_of.and_then(|id| self.posts.get(id)) {
            let author = self.users.get(original.author).map_or("", |user| user.username.as_str());
            let mut text = format!("RT @{author}: {}", original.text);
            if text.chars().count() > 140 {
                text = format!("{}…", text::beginning(&Parsed::new(&text), 138));
            }
            return (text::wire(&Parsed::new(&text), post.id, &user, &[]), None);
        }
        let appended = self.appended(post);
        if post.parsed.weight() <= SHORT_TEXT {
            return (text::wire(&post.parsed, post.id, &user, &appended), None);
        }
        let start = format!("{}…", text::beginning(&post.parsed, SHORT_TEXT - 26));
        let mut links = vec![Appended {
            expanded_url: format!("https://x.com/i/web/status/{}", post.id),
            display_url: "x.com/i/web/status/…".to_owned(),
            media_keys: Vec::new(),
        }];
        links.extend(appended);
        let short = text::wire(&Parsed::new(&start), post.id, &user, &links);
        (short, Some(text::wire(&post.parsed, post.id, &user, &[])))
    }

    /// The links that X adds: to the attachments, to the quoted post.
    fn appended(&self, post: &Tweet) -> Vec<Appended> {
        let name_of = |author| self.users.get(author).map_or("i", |user: &User| user.username.as_str());
        let mut appended = Vec::new();
        if let Some(quoted) = post.draft.quote_of.and_then(|id| self.posts.get(id)) {
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
            included.media.extend(media(post, &asked.media_fields));
        }
        if asked.expands("attachments.poll_ids", "attachments.poll_ids") && !post.draft.poll.is_empty() {
            included.polls.push(poll(post, &asked.poll_fields));
        }
        let mut add_user = |id: u64| {
            if !included.users.contains(&id) {
                included.users.push(id);
            }
        };
        if asked.expands("author_id", "author_id") {
            add_user(post.author);
        }
        if asked.expands("in_reply_to_user_id", "in_reply_to_user_id") {
            post.reply_to_user.into_iter().for_each(&mut add_user);
        }
        if asked.expands("entities.mentions.username", "entities.mentions.username") {
            post.parsed.mentions().filter_map(|name| self.users.by_name(name)).for_each(|user| add_user(user.id));
        }
        if asked.expands("referenced_tweets.id", "referenced_posts") {
            for id in [post.reply_to, post.draft.quote_of, post.draft.repost_of].into_iter().flatten() {
                if !included.posts.contains(&id) && self.posts.get(id).is_some_and(|post| !post.deleted) {
                    included.posts.push(id);
                }
            }
        }
    }

    /// The `includes` of an answer; `None` when there is nothing in it.
    pub(super) fn includes(&self, gathered: Included) -> Option<Value> {
        let posts: Vec<Value> =
            gathered.posts.iter().filter_map(|id| self.posts.get(*id)).map(|p| self.post(p)).collect();
        let users: Vec<Value> = gathered
            .users
            .iter()
            .filter_map(|id| self.users.get(*id))
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

/// A user with the fields that were asked for; some are the user's own business.
pub(super) fn user(user: &User, fields: &[String], own: bool) -> Value {
    let mut shown = json!({ "id": user.id.to_string(), "name": user.name, "username": user.username });
    let mut known = vec![
        ("protected", json!(user.protected)),
        ("verified", json!(user.subscription != "None")),
        ("verified_type", json!(if user.subscription == "None" { "none" } else { "blue" })),
        ("description", json!("")),
        ("created_at", json!("2013-12-14T04:35:55.000Z")),
    ];
    if own {
        known.push(("subscription_type", json!(user.subscription)));
    }
    for (name, value) in known {
        if fields.iter().any(|field| field == name) {
            shown[name] = value;
        }
    }
    shown
}

fn media_keys(post: &Tweet) -> Vec<String> {
    let key = |(index, one): (usize, &super::model::Attachment)| {
        let class = match one.kind {
            "photo" => 3,
            "video" => 13,
            _ => 16,
        };
        format!("{class}_{}{index}", post.id >> 4)
    };
    post.draft.media.iter().enumerate().map(key).collect()
}

/// What is attached to a post, with the fields that were asked for.
fn media(post: &Tweet, fields: &[String]) -> Vec<Value> {
    let mut shown = Vec::new();
    for (key, one) in media_keys(post).into_iter().zip(&post.draft.media) {
        let mut all = vec![("width", json!(800)), ("height", json!(600))];
        all.extend(one.alt_text.as_ref().map(|text| ("alt_text", json!(text))));
        if one.kind == "photo" {
            all.push(("url", json!(format!("https://pbs.twimg.com/media/{key}.jpg"))));
        } else {
            let mp4 = format!("https://video.twimg.com/{key}.mp4");
            all.push(("preview_image_url", json!(format!("https://pbs.twimg.com/{key}.jpg"))));
            all.push((
                "variants",
                json!([
                    { "content_type": "application/x-mpegURL", "url": format!("https://video.twimg.com/{key}.m3u8") },
                    { "content_type": "video/mp4", "bit_rate": 832_000, "url": mp4 },
                ]),
            ));
        }
        if one.kind == "video" {
            all.push(("duration_ms", json!(12_000)));
        }
        let mut value = json!({ "media_key": key, "type": one.kind });
        for (name, field) in all {
            if fields.iter().any(|asked| asked == name) {
                value[name] = field;
            }
        }
        shown.push(value);
    }
    shown
}

fn poll_id(post: &Tweet) -> String {
    (post.id + 1).to_string()
}

fn poll(post: &Tweet, fields: &[String]) -> Value {
    let options: Vec<Value> = (1..)
        .zip(&post.draft.poll)
        .map(|(position, label): (u32, _)| json!({ "position": position, "label": label, "votes": 0 }))
        .collect();
    let mut value = json!({ "id": poll_id(post), "options": options });
    for (name, field) in [
        ("duration_minutes", json!(1440)),
        ("end_datetime", json!(rfc3339(post.created.plus_secs(86_400)))),
        ("voting_status", json!("open")),
    ] {
        if fields.iter().any(|asked| asked == name) {
            value[name] = field;
        }
    }
    value
}
