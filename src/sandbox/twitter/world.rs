//! The state of the simulated X, and the hands on it: people who write in the app, tests that look.
//!
//! What the API makes of it is in the modules beside this one.

use std::collections::BTreeMap;

use super::asked::{Dialect, UnknownNames};
use super::bill::{Bill, Charge};
use super::limits::{Endpoint, Limits};
use super::model::{App, Draft, Token, Tweet, User, next_id};
use super::oauth1::Nonces;
use super::signin::SignIns;
use super::text::{self, Parsed};
use crate::core::post::Timestamp;
use crate::sandbox::SandboxClock;

/// The label under posts written by hand.
const BY_HAND: &str = "X Web App";

/// How long it takes until timelines show a new post. Reads by id, and the check for duplicates, see it at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lag {
    /// Not at all.
    #[default]
    None,
    /// So many milliseconds of the sandbox's clock.
    Millis(i64),
    /// So many reads of the timeline miss it.
    Reads(u32),
}

/// What tests can change about X.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The longest post, as X counts: 280; 25,000 for Premium.
    pub max_length: usize,
    /// The status that a longer one is refused with: 400 or 403, by report.
    pub too_long_status: u16,
    /// Which vocabulary is spoken.
    pub dialect: Dialect,
    /// What becomes of unknown parameters, fields and expansions.
    pub unknown_names: UnknownNames,
    /// Whether the app is in a package and in Production.
    pub enrolled: bool,
    /// Credits left, in millionths of a dollar, going down with every charge; `None`: enough.
    pub credits_micro_usd: Option<u64>,
    /// The spending limit, in millionths of a dollar; `None`: none.
    pub spend_cap_micro_usd: Option<u64>,
    /// Whether the monthly cap of the product is reached.
    pub usage_capped: bool,
    /// How long a text may not be posted again, in seconds; 0: it may at once, so that a client's own doubling shows.
    pub duplicate_window_secs: i64,
    /// When timelines show new posts.
    pub lag: Lag,
    /// Whether X takes zero-width characters out of texts.
    pub strips_zero_width: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_length: 280,
            too_long_status: 400,
            dialect: Dialect::default(),
            unknown_names: UnknownNames::default(),
            enrolled: true,
            credits_micro_usd: None,
            spend_cap_micro_usd: None,
            usage_capped: false,
            duplicate_window_secs: 86_400,
            lag: Lag::default(),
            strips_zero_width: false,
        }
    }
}

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
    last_id: u64,
    pub(super) tokens: Vec<Token>,
    pub(super) bearers: Vec<(String, u64)>,
    pub(super) nonces: Nonces,
    pub(super) limits: Limits,
    pub(super) bill: Bill,
    pub(super) mentions_made: Vec<MentionMade>,
    pub(super) refused_sign_ins: Vec<&'static str>,
    pub(super) sign_ins: SignIns,
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
            tokens: Vec::new(),
            bearers: Vec::new(),
            nonces: Nonces::default(),
            limits: Limits::default(),
            bill: Bill::default(),
            mentions_made: Vec::new(),
            refused_sign_ins: Vec::new(),
            sign_ins: SignIns::default(),
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

    /// The owner writes a post in the app. `None` when there is no post to answer.
    pub fn write_as_owner(&mut self, text: &str, reply_to: Option<u64>) -> Option<u64> {
        self.write(self.owner, Draft { reply_to, ..Draft::text(text) })
    }

    /// Somebody writes a post in the app. `None` when what it refers to is not there.
    pub fn write(&mut self, author: u64, draft: Draft) -> Option<u64> {
        let now = self.clock.now();
        self.create(author, draft, None, now)
    }

    /// Creates a post; `app` where it came through the API.
    pub(super) fn create(&mut self, author: u64, draft: Draft, app: Option<String>, now: Timestamp) -> Option<u64> {
        for target in [draft.reply_to, draft.quote_of, draft.repost_of].into_iter().flatten() {
            self.posts.get(target).filter(|post| !post.deleted)?;
        }
        let id = next_id(self.last_id, now);
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
        self.last_id = id;
        self.posts.0.insert(id, post);
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

    /// The owner edits a post in the app: a new post with a new id takes its place. `None` when there is none.
    pub fn edit(&mut self, id: u64, text: &str) -> Option<u64> {
        let old = self.posts.get(id).filter(|post| post.is_live())?.clone();
        let now = self.clock.now();
        let new_id = next_id(self.last_id, now);
        let mut versions = old.versions.clone();
        versions.push(new_id);
        let text = self.as_kept(text);
        let parsed = Parsed::new(&text);
        let edited = Tweet { id: new_id, created: now, text, parsed, versions: versions.clone(), ..old };
        self.last_id = new_id;
        self.posts.0.insert(new_id, edited);
        for version in &versions {
            if let Some(post) = self.posts.0.get_mut(version) {
                post.versions.clone_from(&versions);
            }
        }
        Some(new_id)
    }

    /// Deletes a post, every version of it. `false` when there is none.
    pub fn delete(&mut self, id: u64) -> bool {
        let Some(post) = self.posts.get(id).filter(|post| !post.deleted) else { return false };
        for version in post.versions.clone() {
            if let Some(post) = self.posts.0.get_mut(&version) {
                post.deleted = true;
            }
        }
        true
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
