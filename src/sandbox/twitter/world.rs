//! The state of the simulated X, and what tests can look at and set up.
//!
//! What people do in the app is `hand`; what the API makes of it is in the other modules beside this one.

use std::collections::BTreeMap;

use super::bill::{Bill, Charge};
use super::limits::{Endpoint, Limits};
use super::model::{App, Token, Tweet, User};
use super::oauth1::Nonces;
use super::settings::Settings;
use super::signin::SignIns;
use super::uploads::Medium;
use crate::core::post::Timestamp;
use crate::sandbox::SandboxClock;

/// The longest post of an account with Premium.
const MAX_LENGTH_OF_PREMIUM: usize = 25_000;

/// Every account.
#[derive(Clone, Debug, Default)]
pub(super) struct Users(Vec<User>);

impl Users {
    pub(super) fn get(&self, id: u64) -> Option<&User> {
        self.0.iter().find(|user| user.id == id)
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&User> {
        self.0.iter().find(|user| user.username.eq_ignore_ascii_case(name))
    }
}

/// Every post, deleted ones too.
#[derive(Clone, Debug, Default)]
pub(super) struct Posts(BTreeMap<u64, Tweet>);

impl Posts {
    pub(super) fn get(&self, id: u64) -> Option<&Tweet> {
        self.0.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Tweet> {
        self.0.get_mut(&id)
    }

    /// An account's repost of a post.
    pub(super) fn repost(&self, author: u64, of: u64) -> Option<&Tweet> {
        self.live_of(author).find(|post| post.draft.repost_of == Some(of))
    }

    /// Deletes these posts, and what reposts them.
    pub(super) fn delete_all(&mut self, ids: &[u64]) {
        let falls = |post: &Tweet| ids.contains(&post.id) || post.draft.repost_of.is_some_and(|of| ids.contains(&of));
        self.0.values_mut().filter(|post| falls(post)).for_each(|post| post.deleted = true);
    }

    /// The live posts of an account, newest first.
    pub(super) fn live_of(&self, author: u64) -> impl Iterator<Item = &Tweet> {
        self.0.values().rev().filter(move |post| post.author == author && post.is_live())
    }

    /// The posts of an account that its timeline shows now, newest first; counts the read.
    pub(super) fn read_timeline(&mut self, author: u64, now: Timestamp) -> Vec<u64> {
        let mut shown = Vec::new();
        for post in self.0.values_mut().rev().filter(|post| post.author == author && post.is_live()) {
            if post.hidden_reads > 0 {
                post.hidden_reads -= 1;
            } else if post.shown_from <= now {
                shown.push(post.id);
            }
        }
        shown
    }
}

/// Somebody's name in a post that came through the API: they were pinged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionMade {
    /// The post.
    pub post: u64,
    /// The name, without `@`.
    pub name: String,
}

/// X, as far as a mirror sees it.
#[derive(Debug)]
pub struct TwitterWorld {
    /// What tests can change.
    pub settings: Settings,
    pub(super) clock: SandboxClock,
    pub(super) app: App,
    pub(super) owner: u64,
    pub(super) users: Users,
    pub(super) posts: Posts,
    pub(super) last_id: u64,
    /// Links that lead elsewhere: as typed, and where to.
    pub(super) redirects: BTreeMap<String, String>,
    pub(super) tokens: Vec<Token>,
    pub(super) bearers: Vec<(String, u64)>,
    pub(super) nonces: Nonces,
    pub(super) limits: Limits,
    pub(super) bill: Bill,
    pub(super) mentions_made: Vec<MentionMade>,
    pub(super) refused_sign_ins: Vec<&'static str>,
    pub(super) sign_ins: SignIns,
    /// What was uploaded, or is being.
    pub(super) media: Vec<Medium>,
}

impl TwitterWorld {
    /// An X with one account, which owns the app. It has no token yet.
    #[must_use]
    pub fn new(owner: User, app: App, clock: SandboxClock) -> Self {
        Self {
            settings: Settings::default(),
            clock,
            app,
            owner: owner.id,
            users: Users(vec![owner]),
            posts: Posts::default(),
            last_id: 0,
            redirects: BTreeMap::new(),
            tokens: Vec::new(),
            bearers: Vec::new(),
            nonces: Nonces::default(),
            limits: Limits::default(),
            bill: Bill::default(),
            mentions_made: Vec::new(),
            refused_sign_ins: Vec::new(),
            sign_ins: SignIns::default(),
            media: Vec::new(),
        }
    }

    /// An X as demo and tests want it: the account `@owner`, an app `crosspostd` and a token that may write.
    #[must_use]
    pub fn sample(clock: SandboxClock) -> Self {
        let owner = User::new(2_244_994_945, "owner", "The Owner");
        let app = App {
            name: "crosspostd".to_owned(),
            consumer_key: "sandbox-consumer-key".to_owned(),
            consumer_secret: "sandbox-consumer-secret".to_owned(),
        };
        let token = Token {
            key: format!("{}-sandbox-token", owner.id),
            secret: "sandbox-token-secret".to_owned(),
            user: owner.id,
            may_write: true,
        };
        let mut world = Self::new(owner, app, clock);
        world.add_token(token);
        world
    }

    /// The account that owns the app.
    #[must_use]
    pub fn owner_id(&self) -> u64 {
        self.owner
    }

    /// The app.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The tokens that are good.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Adds an account.
    pub fn add_user(&mut self, user: User) {
        self.users.0.push(user);
    }

    /// Changes the owner's account.
    pub fn change_owner(&mut self, change: impl FnOnce(&mut User)) {
        if let Some(user) = self.users.0.iter_mut().find(|user| user.id == self.owner) {
            change(user);
            user.id = self.owner;
        }
    }

    /// Gives the owner Premium, or takes it: long posts, and edits through the API.
    pub fn set_premium(&mut self, premium: bool) {
        self.change_owner(|user| user.subscription = if premium { "Premium" } else { "None" });
        self.settings.max_length = if premium { MAX_LENGTH_OF_PREMIUM } else { Settings::default().max_length };
    }

    /// Lets a link, as it is typed, lead elsewhere: X follows it and says where to (`unwound_url`).
    pub fn add_redirect(&mut self, link: &str, leads_to: &str) {
        self.redirects.insert(link.to_owned(), leads_to.to_owned());
    }

    /// Adds a user's OAuth 1.0a token for the app.
    pub fn add_token(&mut self, token: Token) {
        self.tokens.push(token);
    }

    /// Adds a user's OAuth 2 token: `Authorization: Bearer …`, for trying things out with `curl`.
    pub fn add_bearer(&mut self, token: &str, user: u64) {
        self.bearers.push((token.to_owned(), user));
    }

    /// Takes every token back, as regenerating them or revoking the app does: 401 from now on.
    pub fn revoke_tokens(&mut self) {
        self.tokens.clear();
        self.bearers.clear();
    }

    /// Whether the tokens may write: switch it off for a token made before the app's permissions were set.
    pub fn set_may_write(&mut self, may_write: bool) {
        self.tokens.iter_mut().for_each(|token| token.may_write = may_write);
    }

    /// Changes how many requests an endpoint takes in 15 minutes.
    pub fn set_limit(&mut self, endpoint: Endpoint, limit: u32) {
        self.limits.change(endpoint, limit);
    }

    /// What was charged.
    #[must_use]
    pub fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Everybody whose name stood in a post that came through the API, the owner excepted.
    #[must_use]
    pub fn mentions_made(&self) -> &[MentionMade] {
        &self.mentions_made
    }

    /// Why requests were answered with 401: X never says.
    #[must_use]
    pub fn refused_sign_ins(&self) -> &[&'static str] {
        &self.refused_sign_ins
    }

    /// A post, deleted or not.
    #[must_use]
    pub fn post(&self, id: u64) -> Option<&Tweet> {
        self.posts.get(id)
    }

    /// The owner's posts that stand, oldest first.
    #[must_use]
    pub fn timeline(&self) -> Vec<&Tweet> {
        let mut posts: Vec<&Tweet> = self.posts.live_of(self.owner).collect();
        posts.reverse();
        posts
    }

    /// Every post that ever came through the API, oldest first, deleted ones too.
    #[must_use]
    pub fn posts_made_by_api(&self) -> Vec<&Tweet> {
        self.posts.0.values().filter(|post| post.by_api).collect()
    }

    /// Keeps a new post.
    pub(super) fn keep(&mut self, post: Tweet) {
        self.last_id = post.id;
        self.posts.0.insert(post.id, post);
    }

    pub(super) fn charge(&mut self, charge: Charge) {
        self.with_bill(|bill| bill.charge(charge));
    }

    /// Does something to the bill, and takes what it cost off the credits.
    pub(super) fn with_bill(&mut self, act: impl FnOnce(&mut Bill)) {
        let before = self.bill.total_micro_usd();
        act(&mut self.bill);
        let cost = self.bill.total_micro_usd() - before;
        if let Some(credits) = &mut self.settings.credits_micro_usd {
            *credits = credits.saturating_sub(cost);
        }
    }
}
