//! What X charges, and what has been spent.
//!
//! Prices are X's pay-per-use prices as read on 2026-08-22 (`x-api.md` 5.2), in millionths of a dollar. Mastodon is
//! free.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::post::Timestamp;
use super::record::Deed;
use super::render::count::has_link;

/// An amount, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// So many millionths of a dollar.
    #[must_use]
    pub const fn from_micro_usd(micro_usd: u64) -> Self {
        Self(micro_usd)
    }

    /// In millionths of a dollar.
    #[must_use]
    pub const fn micro_usd(self) -> u64 {
        self.0
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many times this.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

/// Dollars, to a tenth of a cent: `$0.215`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths_of_cents = self.0.saturating_add(500) / 1000;
        f.pad(&format!("${}.{:03}", tenths_of_cents / 1000, tenths_of_cents % 1000))
    }
}

/// What a network asks for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// A post without a link.
    pub create: Money,
    /// A post with a link in it.
    pub create_with_link: Money,
    /// Reading one of one's own posts; each is charged once a UTC day.
    pub read_own: Money,
    /// Looking up a post by its id; each is charged once a UTC day.
    pub look_up: Money,
    /// An account that came along with a post; each is charged once a UTC day.
    pub read_user: Money,
    /// Deleting a post. (Two pages of X's documentation differ, `x-api.md` 5.2: this is the dearer.)
    pub delete: Money,
    /// Reposting a post.
    pub repost: Money,
    /// Telling something about an attachment: its description, a warning over it.
    pub describe: Money,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            create: Money::from_micro_usd(15_000),
            create_with_link: Money::from_micro_usd(200_000),
            read_own: Money::from_micro_usd(1_000),
            look_up: Money::from_micro_usd(5_000),
            read_user: Money::from_micro_usd(10_000),
            delete: Money::from_micro_usd(10_000),
            repost: Money::from_micro_usd(15_000),
            describe: Money::from_micro_usd(5_000),
        }
    }
}

impl Prices {
    /// What creating a post with this text costs.
    #[must_use]
    pub fn of_text(&self, text: &str) -> (Spending, Money) {
        if has_link(text) { (Spending::CreateWithLink, self.create_with_link) } else { (Spending::Create, self.create) }
    }

    /// What a deed costs with everything that belongs to it: what is told about its attachments, too.
    #[must_use]
    pub fn with_media(&self, deed: &Deed) -> Money {
        let media = deed.part().map_or(&[][..], |part| &part.media);
        let told = media.iter().filter(|attachment| attachment.has_metadata()).count();
        self.of(deed).1.plus(self.describe.times(u64::try_from(told).unwrap_or(u64::MAX)))
    }

    /// What a deed itself costs. An edit makes a new post of the old one, and is taken to cost what that costs.
    #[must_use]
    pub fn of(&self, deed: &Deed) -> (Spending, Money) {
        match deed {
            Deed::Create(part) | Deed::Edit { part, .. } => self.of_text(&part.text),
            Deed::Delete { .. } => (Spending::Delete, self.delete),
            Deed::Repost { .. } => (Spending::Repost, self.repost),
        }
    }
}

/// What money is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spending {
    /// Posts without a link.
    Create,
    /// Posts with a link.
    CreateWithLink,
    /// Reading one's own posts.
    ReadOwn,
    /// Looking up posts by their ids, and posts that came along with others.
    LookUp,
    /// Accounts that came along with posts.
    ReadUser,
    /// Deleting posts.
    Delete,
    /// Reposting posts.
    Repost,
    /// Descriptions of attachments, and warnings over them.
    Describe,
}

impl fmt::Display for Spending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Create => "posts without a link",
            Self::CreateWithLink => "posts with a link",
            Self::ReadOwn => "reading your posts",
            Self::LookUp => "looking up posts",
            Self::ReadUser => "reading who wrote posts",
            Self::Delete => "deleting posts",
            Self::Repost => "reposts",
            Self::Describe => "descriptions of media",
        })
    }
}

/// A calendar month (UTC): `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
}

impl Month {
    /// The month that a moment lies in.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let date =
            time::OffsetDateTime::from_unix_timestamp(at.secs()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH).date();
        Self { year: date.year(), month: date.month().into() }
    }
}

impl Month {
    /// Its first moment.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        time::Month::try_from(self.month)
            .and_then(|month| time::Date::from_calendar_date(self.year, month, 1))
            .map_or_else(
                |_| Timestamp::default(),
                |day| Timestamp::from_secs(day.midnight().assume_utc().unix_timestamp()),
            )
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

/// How often and for how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How many requests or posts.
    pub count: u64,
    /// For how much in all.
    pub amount: Money,
}

/// What was spent, by month and by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    months: BTreeMap<Month, BTreeMap<Spending, Spent>>,
}

impl Ledger {
    /// Enters an expense.
    pub fn enter(&mut self, at: Timestamp, what: Spending, count: u64, amount: Money) {
        let spent = self.months.entry(Month::of(at)).or_default().entry(what).or_default();
        spent.count = spent.count.saturating_add(count);
        spent.amount = spent.amount.plus(amount);
    }

    /// What was spent in a month, by kind.
    pub fn month(&self, month: Month) -> impl Iterator<Item = (Spending, Spent)> {
        self.months.get(&month).into_iter().flatten().map(|(what, spent)| (*what, *spent))
    }

    /// What was spent in a month in all.
    #[must_use]
    pub fn total(&self, month: Month) -> Money {
        self.month(month).fold(Money::default(), |sum, (_, spent)| sum.plus(spent.amount))
    }

    /// Every month with an expense, oldest first.
    pub fn months(&self) -> impl Iterator<Item = Month> {
        self.months.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_dollars() {
        assert_eq!(Money::from_micro_usd(215_000).to_string(), "$0.215");
        assert_eq!(Money::from_micro_usd(12_000_499).to_string(), "$12.000");
        assert_eq!(Money::default().to_string(), "$0.000");
    }

    #[test]
    fn a_link_costs_thirteen_times_as_much() {
        let prices = Prices::default();
        assert_eq!(prices.of_text("hello").1.micro_usd(), 15_000);
        assert_eq!(prices.of_text("hello https://example.org").1.micro_usd(), 200_000);
        assert_eq!(prices.of_text("hello main.rs").0, Spending::CreateWithLink);
    }

    #[test]
    fn the_ledger_keeps_months_apart() {
        let mut ledger = Ledger::default();
        let november = Timestamp::from_secs(1_793_491_200);
        ledger.enter(november, Spending::Create, 1, Money::from_micro_usd(15_000));
        ledger.enter(november.plus_secs(-1), Spending::Create, 1, Money::from_micro_usd(15_000));
        assert_eq!(ledger.total(Month::of(november)).micro_usd(), 15_000);
        assert_eq!(ledger.months().map(|m| m.to_string()).collect::<Vec<_>>(), ["2026-10", "2026-11"]);
        assert_eq!(Month::of(november).begins(), november);
    }
}
