//! What people do without a client of ours: write in the web app, boost, delete, hand out tokens; and what tests look
//! at afterwards.

use super::MastodonWorld;
use super::model::{Account, Application, Status, strip};
use super::oauth::{OOB, words};
use crate::core::post::{PostId, Timestamp, Visibility};

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
        }
    }
}

/// A post of the owner's, as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its id.
    pub id: PostId,
    /// The text as it was typed.
    pub text: String,
    /// The text as the API shows it.
    pub html: String,
    /// The content warning.
    pub spoiler: String,
    /// What it answers.
    pub reply_to: Option<PostId>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its language.
    pub language: Option<String>,
    /// The application's name.
    pub application: Option<String>,
    /// When it was written.
    pub created: Timestamp,
    /// Whether it is a boost.
    pub boost: bool,
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
        let known = self.accounts.iter().find(|account| account.acct() == username).map(|account| account.id.clone());
        let author = known.unwrap_or_else(|| self.add_person(username, true));
        self.write(&author, now, text, options)
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
            ..blank
        };
        PostId::new(self.add(status, options.reply_to.as_ref().map(PostId::as_str)))
    }

    /// The owner boosts a post.
    pub fn boost_as_owner(&mut self, now: Timestamp, post: &PostId) -> PostId {
        let owner = self.owner.clone();
        PostId::new(self.add_boost(&owner, post.as_str(), Visibility::Public, now).id)
    }

    /// The owner edits a post in the web app; whether it is there.
    pub fn edit_as_owner(&mut self, now: Timestamp, post: &PostId, text: &str) -> bool {
        let text = self.canonical_mentions(strip(text));
        let status = self.statuses.iter_mut().find(|status| status.id == post.as_str());
        status.map(|status| (status.text, status.edited) = (text, Some(now))).is_some()
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

    /// The owner's posts and boosts, oldest first, whatever lists show them already.
    #[must_use]
    pub fn timeline_of_owner(&self) -> Vec<View> {
        let base = format!("https://{}", self.host);
        let mut own: Vec<&Status> = self.statuses.iter().filter(|status| status.author == self.owner).collect();
        own.sort_by(|a, b| b.newest_first(a));
        own.into_iter()
            .map(|status| View {
                id: PostId::new(status.id.as_str()),
                text: status.text.clone(),
                html: self.html(&status.text, &base),
                spoiler: status.spoiler.clone(),
                reply_to: status.reply_to.as_deref().map(PostId::new),
                visibility: status.visibility,
                language: status.language.clone(),
                application: status.application.as_ref().map(|application| application.name.clone()),
                created: status.created,
                boost: status.boost_of.is_some(),
            })
            .collect()
    }

    /// How many posts were created through the API, those deleted since included.
    #[must_use]
    pub fn posts_created(&self) -> usize {
        self.created_by_api
    }

    /// Whom posts created through the API mentioned: post and `user` or `user@domain`.
    #[must_use]
    pub fn mentions_made(&self) -> &[(PostId, String)] {
        &self.mentions_made
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
