//! `POST /2/tweets` and `DELETE /2/tweets/:id`, with the rules for self-serve apps (x-api.md 2.3, 3).

use serde_json::json;

use super::Caller;
use super::asked::{Asked, Dialect};
use super::bill::Charge;
use super::body::Wanted;
use super::hand::Uneditable;
use super::model::Draft;
use super::problems::{Problems, duplicate, forbidden, not_permitted};
use super::reading::id;
use super::settings::{DeletedAgain, Replies};
use super::text::{self, Parsed};
use super::uploads::{Medium, State};
use super::view::View;
use super::world::{MentionMade, TwitterWorld};
use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

impl TwitterWorld {
    pub(super) fn post_tweet(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let new = self.settings.dialect == Dialect::New;
        let problems = Problems::of(new);
        let wanted = Wanted::read(call, problems)?;
        let parsed = Parsed::new(&self.as_kept(&wanted.text));
        self.check_text(&wanted.text, &parsed, !wanted.media.is_empty(), problems)?;
        if wanted.quotes {
            return Err(forbidden(
                "Quoting this post is not allowed because you have not been mentioned or are not part of the \
                 conversation thread.",
            ));
        }
        let summoned = match (wanted.edits, wanted.reply_to) {
            (Some(previous), _) => {
                self.check_edit(previous, &wanted, caller.user, now)?;
                false
            }
            (None, Some(target)) => self.check_reply(target, caller.user, problems)?,
            (None, None) => false,
        };
        let media = self.media_asked(&wanted, caller.user, problems, now)?;
        if self.is_duplicate(&parsed, &media, caller.user, now) {
            return Err(duplicate());
        }
        let app = Some(self.app.name.clone());
        let id = match wanted.edits {
            Some(previous) => self.replace(previous, &wanted.text, app, now),
            None => self.create(caller.user, wanted.into_draft(), app, now),
        };
        let id = id.ok_or_else(not_permitted)?;
        self.attach(&media, id);
        let own_name = self.users.get(caller.user).map(|user| user.username.to_ascii_lowercase());
        let named = parsed.mentions().filter(|name| Some(name.to_ascii_lowercase()) != own_name);
        self.mentions_made.extend(named.map(|name| MentionMade { post: id, name: name.to_owned() }));
        self.charge(if parsed.links().next().is_some() {
            Charge::CreateWithUrl
        } else if summoned {
            Charge::CreateSummoned
        } else {
            Charge::Create
        });
        let view = View { world: self, asked: &Asked::default(), caller: caller.user, now };
        let post = self.posts.get(id);
        let text = post.map(|post| view.texts(post).0.text).unwrap_or_default();
        let versions: Vec<String> = post.iter().flat_map(|post| &post.versions).map(u64::to_string).collect();
        let history = if new { "edit_history_post_ids" } else { "edit_history_tweet_ids" };
        Ok(Reply::json(201, &json!({ "data": { "id": id.to_string(), "text": text, history: versions } })))
    }

    /// Refuses edits that X refuses: not Premium, not the caller's, not editable (any more), more than a new text.
    fn check_edit(&self, previous: u64, wanted: &Wanted, user: u64, now: Timestamp) -> Result<(), Reply> {
        if self.users.get(user).is_none_or(|user| user.subscription == "None") {
            return Err(not_permitted());
        }
        let post = self.posts.get(previous);
        if post.is_some_and(|post| post.author != user) {
            return Err(forbidden("You are not authorized to edit this Tweet."));
        }
        let moves = wanted.reply_to.is_some_and(|target| post.is_some_and(|post| post.reply_to != Some(target)));
        if wanted.poll.is_some() || wanted.reply_settings.is_some() || moves {
            return Err(forbidden("Only the text of a Tweet can be edited."));
        }
        self.editable(previous, now).map_err(|why| {
            forbidden(match why {
                Uneditable::Gone => "You attempted to edit a Tweet that is deleted or not visible to you.",
                Uneditable::Replaced => "You attempted to edit a Tweet that is not the latest version.",
                Uneditable::TooLate => "This Tweet can no longer be edited.",
                Uneditable::Kind => "This Tweet cannot be edited.",
            })
        })
    }

    /// The uploads that shall be attached; refused when one of them cannot be, or all of them not together. One that
    /// hangs on a post already can only stay on it.
    fn media_asked(
        &mut self,
        wanted: &Wanted,
        user: u64,
        problems: Problems,
        now: Timestamp,
    ) -> Result<Vec<Medium>, Reply> {
        let versions = wanted.edits.and_then(|id| self.posts.get(id)).map(|post| post.versions.clone());
        let versions = versions.unwrap_or_default();
        let mut media: Vec<Medium> = Vec::new();
        for id in &wanted.media {
            let found = self.upload_of(id, user, now).filter(|medium| {
                let is_free = medium.attached_to.is_none_or(|post| versions.contains(&post));
                is_free && medium.state == State::Ready
            });
            let medium = found.filter(|medium| media.iter().all(|one| one.id != medium.id));
            media.push(medium.ok_or_else(|| problems.invalid_body("Your media IDs are invalid."))?.clone());
        }
        if media.len() > 1 && !media.iter().all(Medium::is_image) {
            return Err(problems.invalid_body("A Tweet can have up to 4 photos, or 1 GIF, or 1 video."));
        }
        Ok(media)
    }

    /// Hangs uploads on a post, and nothing else.
    fn attach(&mut self, media: &[Medium], post: u64) {
        for medium in &mut self.media {
            if media.iter().any(|one| one.id == medium.id) {
                medium.attached_to = Some(post);
            }
        }
        if let Some(post) = self.posts.get_mut(post) {
            post.draft.media = media.iter().map(Medium::attachment).collect();
            post.draft.sensitive |= media.iter().any(|medium| !medium.warnings.is_empty());
        }
    }

    /// Whether the account has posted this text lately, by hand or not, in answer to anything or nothing. Without text
    /// it is the files that count.
    fn is_duplicate(&self, parsed: &Parsed, media: &[Medium], user: u64, now: Timestamp) -> bool {
        let window = self.settings.duplicate_window_secs.saturating_mul(1000);
        let mut recent = self.posts.live_of(user).take_while(|post| now.millis_since(post.created) < window);
        recent.any(|post| {
            let attached: Vec<_> = post.draft.media.iter().map(|one| one.media_key.clone()).collect();
            let same_files =
                || attached.iter().eq(media.iter().map(|medium| Some(medium.key())).collect::<Vec<_>>().iter());
            let same = post.parsed.is_same(parsed) && (!parsed.text.is_empty() || same_files());
            post.draft.repost_of.is_none() && same
        })
    }

    /// Refuses texts that X refuses, whatever they answer.
    fn check_text(&self, text: &str, parsed: &Parsed, has_media: bool, problems: Problems) -> Result<(), Reply> {
        if self.as_kept(text).is_empty() && !has_media {
            return Err(problems.invalid_body("$: text or media is missing but one of them is required"));
        }
        if text::has_invalid_character(text) {
            return Err(problems.invalid_body("$.text: contains an invalid character"));
        }
        if parsed.weight() > self.settings.max_length {
            return Err(problems.too_long(self.settings.too_long_status));
        }
        if parsed.cashtags().count() > 1 {
            return Err(not_permitted());
        }
        Ok(())
    }

    /// Whether a reply to this post was asked for by its author (`true`) or continues the caller's own (`false`);
    /// refused when it is neither.
    fn check_reply(&self, target: u64, user: u64, problems: Problems) -> Result<bool, Reply> {
        if self.settings.replies == Replies::Refused {
            return Err(problems.reply_not_allowed(target));
        }
        let Some(post) = self.posts.get(target).filter(|post| !post.deleted) else {
            return Err(forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."));
        };
        if post.author == user {
            return Ok(false);
        }
        let own_name = self.users.get(user).map_or("", |user| user.username.as_str());
        let mentioned = post.parsed.mentions().any(|name| name.eq_ignore_ascii_case(own_name));
        let quoted = post.draft.quote_of.and_then(|id| self.posts.get(id)).is_some_and(|post| post.author == user);
        if mentioned || quoted { Ok(true) } else { Err(problems.reply_not_allowed(target)) }
    }

    pub(super) fn delete_tweet(&mut self, text: &str, caller: &Caller) -> Result<Reply, Reply> {
        let problems = Problems::of(self.settings.dialect == Dialect::New);
        let target = id(text).ok_or_else(|| {
            let message = format!("The `id` query parameter value [{text}] is not valid");
            problems.invalid_parameter("id", text, &message)
        })?;
        let missing = || Reply::json(404, &json!({ "errors": [problems.missing("tweet", "id", text)] }));
        let post = self.posts.get(target).ok_or_else(missing)?;
        if post.author != caller.user {
            return Err(forbidden("You are not authorized to delete this Tweet."));
        }
        if post.deleted && self.settings.deleted_again == DeletedAgain::NotFound {
            return Err(missing());
        }
        if self.delete(target) {
            self.charge(Charge::Delete);
        }
        Ok(Reply::json(200, &json!({ "data": { "deleted": true } })))
    }
}

impl Wanted {
    fn into_draft(self) -> Draft {
        let (poll, poll_minutes) = self.poll.map_or((Vec::new(), None), |poll| (poll.options, Some(poll.minutes)));
        let (reply_to, reply_settings) = (self.reply_to, self.reply_settings);
        Draft { reply_to, poll, poll_minutes, reply_settings, ..Draft::text(&self.text) }
    }
}
