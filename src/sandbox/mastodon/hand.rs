//! What people do without a client of ours: write in the web app, edit, boost, mark, delete, hand out tokens.
//!
//! Nothing that they do is refused or counted. What tests look at afterwards is in `view`.

use super::MastodonWorld;
use super::interact::Mark;
use super::model::{self, Account, Application, Quote, Status, strip};
use super::oauth::{OOB, words};
use super::quote::ACCEPTED;
use crate::core::post::{PostId, Timestamp, Visibility};
use crate::sandbox::NewMedia;

/// How something is written by hand.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who may see it.
    pub visibility: Visibility,
    /// What it answers.
    pub reply_to: Option<PostId>,
    /// The content warning; empty: none.
    pub spoiler: String,
    /// Whether it is marked as sensitive.
    pub sensitive: bool,
    /// Its language.
    pub language: Option<String>,
    /// The application's name; the web app's is `Web`.
    pub application: String,
    /// The poll in it.
    pub poll: Option<Poll>,
    /// What it quotes.
    pub quote: Option<PostId>,
    /// What is attached.
    pub media: Vec<NewMedia>,
    /// Whether it stays on this server. Shown only where [`Behaviour::local_only`](super::Behaviour) is on.
    pub local_only: bool,
}

/// A poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poll {
    /// What can be chosen.
    pub options: Vec<String>,
    /// Whether more than one can be.
    pub multiple: bool,
    /// How long it is open, counted from when it was made, in seconds; `None`: it never closes.
    pub length_secs: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            visibility: Visibility::Public,
            reply_to: None,
            spoiler: String::new(),
            sensitive: false,
            language: Some("en".to_owned()),
            application: "Web".to_owned(),
            poll: None,
            quote: None,
            media: Vec::new(),
            local_only: false,
        }
    }
}

impl MastodonWorld {
    /// Adds a person of this server; the owner sees what they write on the home timeline if they are followed.
    pub fn add_person(&mut self, username: &str, followed: bool) -> String {
        self.add_account(username, None, followed)
    }

    /// Adds a person of another server that this one knows.
    pub fn add_remote_person(&mut self, username: &str, domain: &str, followed: bool) -> String {
        self.add_account(username, Some(domain.to_owned()), followed)
    }

    pub(super) fn add_account(&mut self, username: &str, domain: Option<String>, followed: bool) -> String {
        // Accounts are as old as the simulation's world, older than any post.
        let at = Timestamp::from_secs(1_667_606_400);
        let id = self.ids.next(self.behaviour.flavour, at);
        self.accounts.push(Account { id: id.clone(), username: username.to_owned(), domain, followed });
        id
    }

    /// The owner's account id.
    #[must_use]
    pub fn owner_id(&self) -> &str {
        &self.owner
    }

    /// The owner writes in the web app.
    pub fn write_as_owner(&mut self, now: Timestamp, text: &str, options: &Options) -> PostId {
        let owner = self.owner.clone();
        self.write(&owner, now, text, options)
    }

    /// Somebody else writes; a new name becomes a person of this server whom the owner follows.
    pub fn write_as(&mut self, username: &str, now: Timestamp, text: &str, options: &Options) -> PostId {
        let author = self.person(username);
        self.write(&author, now, text, options)
    }

    /// The account of `user` or `user@domain`; a new name becomes a person of this server whom the owner follows.
    fn person(&mut self, username: &str) -> String {
        let known = self.accounts.iter().find(|account| account.acct() == username).map(|account| account.id.clone());
        known.unwrap_or_else(|| self.add_person(username, true))
    }

    fn write(&mut self, author: &str, now: Timestamp, text: &str, options: &Options) -> PostId {
        let text = self.canonical_mentions(strip(text));
        let blank = self.blank(author, options.visibility, now);
        let status = Status {
            text,
            spoiler: options.spoiler.clone(),
            sensitive: options.sensitive || !options.spoiler.is_empty(),
            language: options.language.clone(),
            application: Some(Application { name: options.application.clone(), website: None }),
            poll: self.new_poll(options.poll.as_ref(), None, now),
            quote: options.quote.as_ref().map(|of| Quote { of: of.to_string(), state: ACCEPTED.to_owned() }),
            local_only: options.local_only,
            ..blank
        };
        let media = self.keep_by_hand(&options.media, &status, now);
        let status = Status { media, ..status };
        PostId::new(self.add(status, options.reply_to.as_ref().map(PostId::as_str)))
    }

    fn new_poll(&mut self, poll: Option<&Poll>, old: Option<&model::Poll>, now: Timestamp) -> Option<model::Poll> {
        let poll = poll?;
        let id = old.map_or_else(|| self.ids.next(self.behaviour.flavour, now), |old| old.id.clone());
        let Poll { options, multiple, length_secs } = poll.clone();
        Some(model::Poll { id, options, multiple, made: now, length_secs })
    }

    /// The owner boosts a post; a second boost of the same is the first one again.
    pub fn boost_as_owner(&mut self, now: Timestamp, post: &PostId) -> PostId {
        let owner = self.owner.clone();
        self.boost(&owner, now, post)
    }

    /// Somebody else boosts a post; a new name becomes a person of this server whom the owner follows.
    pub fn boost_as(&mut self, username: &str, now: Timestamp, post: &PostId) -> PostId {
        let person = self.person(username);
        self.boost(&person, now, post)
    }

    fn boost(&mut self, person: &str, now: Timestamp, post: &PostId) -> PostId {
        let known = self.boost_by(Some(person), post.as_str()).map(|boost| boost.id.clone());
        PostId::new(known.unwrap_or_else(|| self.add_boost(person, post.as_str(), Visibility::Public, now).id))
    }

    /// The owner takes back their boost of `post`; whether there was one.
    pub fn unboost_as_owner(&mut self, post: &PostId) -> bool {
        let boost = self.boost_by(Some(self.owner.as_str()), post.as_str()).map(|boost| boost.id.clone());
        boost.map(|id| self.remove(&id)).is_some()
    }

    /// The owner favourites a post, or takes that back; whether the post is there.
    pub fn favourite_as_owner(&mut self, post: &PostId, on: bool) -> bool {
        let owner = self.owner.clone();
        self.mark(&owner, post.as_str(), Mark::Favourite, on)
    }

    /// The owner bookmarks a post, or takes that back; whether the post is there.
    pub fn bookmark_as_owner(&mut self, post: &PostId, on: bool) -> bool {
        let owner = self.owner.clone();
        self.mark(&owner, post.as_str(), Mark::Bookmark, on)
    }

    /// A post gets another text in the web app and stays as it is otherwise; whether it is there.
    pub fn edit_as_owner(&mut self, now: Timestamp, post: &PostId, text: &str) -> bool {
        let text = self.canonical_mentions(strip(text));
        let Some(old) = self.status(post.as_str()).cloned() else { return false };
        self.replace(Status { text, ..old }, now)
    }

    /// A post gets another text, warning, sensitivity, language, poll and attachments in the web app; whether it is there. The
    /// other options cannot be changed and are not looked at.
    pub fn edit_whole_as_owner(&mut self, now: Timestamp, post: &PostId, text: &str, options: &Options) -> bool {
        let text = self.canonical_mentions(strip(text));
        let Some(old) = self.status(post.as_str()).cloned() else { return false };
        let new = Status {
            text,
            spoiler: options.spoiler.clone(),
            sensitive: options.sensitive || !options.spoiler.is_empty(),
            language: options.language.clone(),
            poll: self.new_poll(options.poll.as_ref(), old.poll.as_ref(), now),
            media: self.keep_by_hand(&options.media, &old, now),
            ..old
        };
        self.replace(new, now)
    }

    /// Another state of what a post quotes: `pending`, `revoked`, `rejected`, …; whether the post quotes anything.
    pub fn set_quote_state(&mut self, post: &PostId, state: &str) -> bool {
        let status = self.statuses.iter_mut().find(|status| status.id == post.as_str());
        let quote = status.and_then(|status| status.quote.as_mut());
        quote.map(|quote| state.clone_into(&mut quote.state)).is_some()
    }

    /// The server gets a custom emoji: `blobcat` for `:blobcat:`.
    pub fn define_emoji(&mut self, shortcode: &str) {
        self.emojis.insert(shortcode.to_owned());
    }

    /// Somebody deletes a post; whether it was there.
    pub fn delete(&mut self, post: &PostId) -> bool {
        let before = self.statuses.len();
        self.remove(post.as_str());
        self.statuses.len() < before
    }

    /// The home timeline loses a post (its job was dropped); `accounts/:id/statuses` still has it.
    pub fn forget_from_home(&mut self, post: &PostId) {
        if let Some(status) = self.statuses.iter_mut().find(|status| status.id == post.as_str()) {
            status.home_at = None;
        }
    }

    /// A token as from Preferences → Development; `None` for a name of nobody.
    pub fn grant_token(&mut self, username: &str, app: &str, scopes: &str, now: Timestamp) -> Option<String> {
        let account = self.accounts.iter().find(|account| account.acct() == username)?.id.clone();
        let scopes = words(scopes);
        let known = self.apps.iter().find(|known| known.application.name == app && known.scopes == scopes);
        let client_id = if let Some(known) = known {
            known.client_id.clone()
        } else {
            let application = Application { name: app.to_owned(), website: None };
            self.add_app(application, vec![OOB.to_owned()], scopes.clone()).client_id
        };
        Some(self.give_token(&client_id, Some(account), scopes, now).value)
    }

    /// The owner revokes a token in their settings.
    pub fn revoke_token(&mut self, token: &str) {
        for known in self.tokens.iter_mut().filter(|known| known.value == token) {
            known.revoked = true;
        }
    }
}
