//! Rate limits: fixed slots of the clock, as in `rack_attack.rb` (`mastodon-api.md` 7).

use std::collections::HashMap;

use super::behaviour::Flavour;
use super::wire::{error, iso_micros, iso_millis, with_header};
use crate::core::post::Timestamp;
use crate::sandbox::Reply;

/// How many requests are taken.
#[derive(Clone, Debug)]
pub struct Limits {
    /// With a token, in 5 minutes.
    pub token: u32,
    /// With all tokens of one person, in 5 minutes.
    pub person: u32,
    /// Without a token, in 5 minutes.
    pub anonymous: u32,
    /// With `page`, `max_id`, `since_id` or `min_id`, in 15 minutes.
    pub cursors: u32,
    /// Posts, edits and boosts, in 3 hours.
    pub writes: u32,
    /// Deletions, in 30 minutes.
    pub deletes: u32,
    /// Files, in 30 minutes.
    pub media: u32,
    /// New apps, in 10 minutes.
    pub apps: u32,
}

impl Limits {
    /// Those of a real server.
    #[must_use]
    pub fn real() -> Self {
        Self { token: 300, person: 1500, anonymous: 300, cursors: 300, writes: 300, deletes: 30, media: 30, apps: 5 }
    }

    /// So many that no test meets them by accident.
    #[must_use]
    pub fn none() -> Self {
        let many = 1_000_000;
        let (token, person, anonymous, cursors, writes) = (many, many, many, many, many);
        Self { token, person, anonymous, cursors, writes, deletes: many, media: many, apps: many }
    }

    fn of(&self, class: Class) -> (u32, i64) {
        match class {
            Class::Token => (self.token, 300),
            Class::Person => (self.person, 300),
            Class::Anonymous => (self.anonymous, 300),
            Class::Cursors => (self.cursors, 900),
            Class::Writes => (self.writes, 3 * 3600),
            Class::Deletes => (self.deletes, 1800),
            Class::Media => (self.media, 1800),
            Class::Apps => (self.apps, 600),
        }
    }
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Token,
    Person,
    Anonymous,
    Cursors,
    Writes,
    Deletes,
    Media,
    Apps,
}

/// Where a limit stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    limit: u32,
    used: u32,
    reset: Timestamp,
}

impl Budget {
    /// Whether the request that was counted last is one too many.
    pub(super) fn exceeded(&self) -> bool {
        self.used > self.limit
    }

    fn remaining(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    /// The one that runs out first.
    pub(super) fn tighter(self, other: Self) -> Self {
        let rank = |budget: &Self| i64::from(budget.limit) - i64::from(budget.used);
        if rank(&other) < rank(&self) { other } else { self }
    }

    /// The answer with the headers that tell it.
    pub(super) fn tell(&self, flavour: Flavour, reply: Reply) -> Reply {
        let (prefix, reset) = match flavour {
            Flavour::Mastodon => ("X-RateLimit", iso_micros(self.reset)),
            Flavour::GoToSocial => ("X-Ratelimit", iso_millis(self.reset)),
        };
        let reply = with_header(reply, &format!("{prefix}-Limit"), self.limit.to_string());
        let reply = with_header(reply, &format!("{prefix}-Remaining"), self.remaining().to_string());
        with_header(reply, &format!("{prefix}-Reset"), reset)
    }
}

/// The 429; it says nothing of `Retry-After`.
pub(super) fn too_many(flavour: Flavour) -> Reply {
    match flavour {
        Flavour::Mastodon => error(429, "Too many requests"),
        Flavour::GoToSocial => error(429, "rate limit reached"),
    }
}

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    slots: HashMap<(Class, String), (i64, u32)>,
}

impl Limiter {
    /// Counts one request.
    pub(super) fn count(&mut self, limits: &Limits, class: Class, key: &str, now: Timestamp) -> Budget {
        let (_, period) = limits.of(class);
        let slot = now.secs().div_euclid(period);
        let entry = self.slots.entry((class, key.to_owned())).or_default();
        *entry = if entry.0 == slot { (slot, entry.1.saturating_add(1)) } else { (slot, 1) };
        self.peek(limits, class, key, now)
    }

    /// Where a limit stands, nothing counted.
    pub(super) fn peek(&self, limits: &Limits, class: Class, key: &str, now: Timestamp) -> Budget {
        let (limit, period) = limits.of(class);
        let slot = now.secs().div_euclid(period);
        let used = self.slots.get(&(class, key.to_owned())).filter(|entry| entry.0 == slot).map_or(0, |entry| entry.1);
        Budget { limit, used, reset: now.plus_secs(period - now.secs().rem_euclid(period)) }
    }

    /// Takes one back: what was counted did not come to pass, or was refused for being too many.
    pub(super) fn uncount(&mut self, class: Class, key: &str) {
        if let Some(entry) = self.slots.get_mut(&(class, key.to_owned())) {
            entry.1 = entry.1.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_fixed_on_the_clock() {
        let limits = Limits { token: 2, ..Limits::real() };
        let mut limiter = Limiter::default();
        let at = |secs: i64| Timestamp::from_millis(secs * 1000 + 5);
        for (secs, exceeded) in [(0, false), (298, false), (299, true), (300, false), (301, false), (302, true)] {
            assert_eq!(limiter.count(&limits, Class::Token, "t", at(secs)).exceeded(), exceeded, "{secs}");
        }
        assert!(!limiter.peek(&limits, Class::Token, "other", at(302)).exceeded());
        let reset = limiter.peek(&limits, Class::Token, "t", at(302)).reset;
        assert_eq!(reset, Timestamp::from_millis(600_005));
    }
}
