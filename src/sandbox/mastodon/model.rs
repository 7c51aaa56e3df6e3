//! What the server remembers: people, statuses, apps, codes, tokens; and how it makes ids.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use super::behaviour::Flavour;
use crate::core::post::{Timestamp, Visibility};

/// A person.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) username: String,
    /// `None`: this server.
    pub(super) domain: Option<String>,
    /// Whether the owner follows them.
    pub(super) followed: bool,
}

impl Account {
    /// `user`, or `user@domain` for those of other servers.
    pub(super) fn acct(&self) -> String {
        match &self.domain {
            None => self.username.clone(),
            Some(domain) => format!("{}@{domain}", self.username),
        }
    }

    /// The profile's address.
    pub(super) fn url(&self, base: &str) -> String {
        match &self.domain {
            None => format!("{base}/@{}", self.username),
            Some(domain) => format!("https://{domain}/@{}", self.username),
        }
    }
}

/// What a status was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Application {
    pub(super) name: String,
    pub(super) website: Option<String>,
}

/// A poll as it stands on a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Poll {
    pub(super) id: String,
    pub(super) options: Vec<String>,
    pub(super) multiple: bool,
    /// When it was made, or last made anew by an edit.
    pub(super) made: Timestamp,
    /// How long it is open; `None`: it never closes (other servers' polls may).
    pub(super) length_secs: Option<i64>,
}

impl Poll {
    /// When it closes.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        self.length_secs.map(|length| self.made.plus_secs(length))
    }
}

/// What a status quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) of: String,
    /// `accepted`, `pending`, `revoked`, …; whether what is quoted is still there is looked up.
    pub(super) state: String,
}

/// What a status said before an edit.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) at: Timestamp,
    pub(super) text: String,
    pub(super) spoiler: String,
    pub(super) sensitive: bool,
    pub(super) poll: Option<Poll>,
    pub(super) media: Vec<String>,
}

/// A status, or a boost of one.
#[derive(Clone, Debug)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) created: Timestamp,
    pub(super) author: String,
    pub(super) text: String,
    pub(super) spoiler: String,
    pub(super) sensitive: bool,
    pub(super) visibility: Visibility,
    pub(super) language: Option<String>,
    pub(super) reply_to: Option<String>,
    /// Stays when the status that was answered goes.
    pub(super) reply_to_account: Option<String>,
    pub(super) application: Option<Application>,
    pub(super) edited: Option<Timestamp>,
    /// What it said before, oldest first.
    pub(super) past: Vec<Version>,
    pub(super) boost_of: Option<String>,
    pub(super) poll: Option<Poll>,
    pub(super) quote: Option<Quote>,
    /// What is attached, in order.
    pub(super) media: Vec<String>,
    /// Not sent to other servers (glitch-soc, `GoToSocial`).
    pub(super) local_only: bool,
    /// Accounts.
    pub(super) favourited_by: BTreeSet<String>,
    /// Accounts.
    pub(super) bookmarked_by: BTreeSet<String>,
    /// From then on it is listed in `accounts/:id/statuses`.
    pub(super) listed_at: Timestamp,
    /// From then on it is on the home timeline; `None`: never.
    pub(super) home_at: Option<Timestamp>,
}

impl Status {
    /// Newest first: by id, as `PostId` orders them, without making any.
    pub(super) fn newest_first(&self, other: &Self) -> Ordering {
        (other.id.len(), &other.id).cmp(&(self.id.len(), &self.id))
    }

    /// What it says now.
    pub(super) fn version(&self) -> Version {
        Version {
            at: self.edited.unwrap_or(self.created),
            text: self.text.clone(),
            spoiler: self.spoiler.clone(),
            sensitive: self.sensitive,
            poll: self.poll.clone(),
            media: self.media.clone(),
        }
    }
}

/// Ruby's `strip`, which Mastodon does to every text: a no-break space stays.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '\u{b}' | '\0'))
}

/// The words of the API. [`Visibility::Other`] is one that no client knows beforehand: Pleroma's `local`.
pub(super) fn visibility_word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Private => "private",
        Visibility::Direct => "direct",
        Visibility::Other => "local",
    }
}

/// The four that a client may ask for.
pub(super) fn visibility_of(word: &str) -> Option<Visibility> {
    [Visibility::Public, Visibility::Unlisted, Visibility::Private, Visibility::Direct]
        .into_iter()
        .find(|visibility| visibility_word(*visibility) == word)
}

/// A registered app.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: usize,
    pub(super) application: Application,
    pub(super) redirect_uris: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// An authorization code.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) value: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) challenge: Option<String>,
    pub(super) expires: Timestamp,
    pub(super) used: bool,
}

/// An access token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) value: String,
    pub(super) client_id: String,
    /// `None`: of the app alone (`client_credentials`).
    pub(super) account: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) created: Timestamp,
    pub(super) revoked: bool,
}

/// Makes ids: Mastodon's snowflakes or `GoToSocial`'s ULIDs, none twice.
#[derive(Debug, Default)]
pub(super) struct Ids {
    last: u64,
    sequence: u64,
    given: HashSet<String>,
}

impl Ids {
    /// An id for something made now; the clock may stand still or go back.
    pub(super) fn next(&mut self, flavour: Flavour, now: Timestamp) -> String {
        let millis = u64::try_from(now.millis()).unwrap_or_default();
        if millis != self.last {
            self.last = millis;
            self.sequence = 0;
        }
        loop {
            let id = match flavour {
                Flavour::Mastodon => ((millis << 16) | (self.sequence & 0xffff)).to_string(),
                Flavour::GoToSocial => ulid(millis, self.sequence),
            };
            self.sequence += 1;
            if self.given.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// 48 bits of time, 80 bits of what is random on a real server.
fn ulid(millis: u64, sequence: u64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const START: u128 = 0x5aa5_0ff0_1234;
    let value = (u128::from(millis) << 80) | (START << 32) | u128::from(sequence);
    let digit = |at: u32| DIGITS.get(usize::try_from((value >> (5 * at)) & 31).unwrap_or_default());
    (0..26).rev().filter_map(digit).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::PostId;

    #[test]
    fn ids_grow_with_time_and_never_repeat() {
        for flavour in [Flavour::Mastodon, Flavour::GoToSocial] {
            let mut ids = Ids::default();
            let mut last = PostId::new("");
            for millis in [1_785_592_390_824, 1_785_592_390_824, 1_785_592_390_825, 1_785_592_399_000] {
                let id = PostId::new(ids.next(flavour, Timestamp::from_millis(millis)));
                assert!(id > last, "{id} {last}");
                last = id;
            }
            let back = PostId::new(ids.next(flavour, Timestamp::from_millis(1_785_592_390_824)));
            assert!(back < last, "the clock went back: {back}");
        }
        let mut ids = Ids::default();
        assert_eq!(ids.next(Flavour::Mastodon, Timestamp::from_millis(1_785_592_390_824)).len(), 18);
        assert_eq!(ids.next(Flavour::GoToSocial, Timestamp::from_millis(1_785_592_390_824)).len(), 26);
    }
}
