//! What X would charge (x-api.md 5.2, prices since 2026-04-20).
//!
//! Where the documents leave a price open, the dearer reading stands here.

use std::collections::HashSet;

use crate::core::post::Timestamp;

/// Something that costs money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Charge {
    /// A post of the app owner's own timeline.
    OwnedRead,
    /// Any other post read.
    PostRead,
    /// A user read: `/2/users/me`, or a user that was expanded.
    UserRead,
    /// A post created without a link.
    Create,
    /// A post created with a link.
    CreateWithUrl,
    /// A reply to somebody who asked for it.
    CreateSummoned,
    /// A post deleted.
    Delete,
    /// A repost.
    Repost,
    /// A repost taken back.
    Unrepost,
    /// Alt text, or a warning, put on an upload.
    Metadata,
}

impl Charge {
    /// Its price in millionths of a dollar.
    #[must_use]
    pub const fn micro_usd(self) -> u64 {
        match self {
            Self::OwnedRead => 1_000,
            Self::PostRead | Self::Metadata => 5_000,
            // Deleting: $0.005 by one page, $0.010 by another.
            Self::UserRead | Self::CreateSummoned | Self::Delete | Self::Unrepost => 10_000,
            Self::Create | Self::Repost => 15_000,
            Self::CreateWithUrl => 200_000,
        }
    }
}

/// What was charged so far. Failed requests and empty answers are not.
#[derive(Clone, Debug, Default)]
pub struct Bill {
    charges: Vec<Charge>,
    total_micro_usd: u64,
    /// The UTC day of the last read.
    day: i64,
    /// Resources read on it: (whether a user, id).
    read: HashSet<(bool, u64)>,
}

impl Bill {
    /// Everything, in millionths of a dollar.
    #[must_use]
    pub fn total_micro_usd(&self) -> u64 {
        self.total_micro_usd
    }

    /// How often something was charged.
    #[must_use]
    pub fn count(&self, charge: Charge) -> usize {
        self.charges.iter().filter(|one| **one == charge).count()
    }

    /// What came together for one kind, in millionths of a dollar.
    #[must_use]
    pub fn micro_usd(&self, charge: Charge) -> u64 {
        self.charges.iter().filter(|one| **one == charge).map(|charge| charge.micro_usd()).sum()
    }

    pub(super) fn charge(&mut self, charge: Charge) {
        self.charges.push(charge);
        self.total_micro_usd += charge.micro_usd();
    }

    /// Charges for a resource that was read, if it is the first time on this UTC day.
    pub(super) fn read(&mut self, charge: Charge, id: u64, now: Timestamp) {
        let day = now.secs().div_euclid(86_400);
        if self.day != day {
            self.day = day;
            self.read.clear();
        }
        if self.read.insert((charge == Charge::UserRead, id)) {
            self.charge(charge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_charged_once_a_utc_day() {
        let mut bill = Bill::default();
        let evening = Timestamp::from_secs(86_400 * 20_000 - 1);
        bill.read(Charge::OwnedRead, 7, evening);
        bill.read(Charge::OwnedRead, 7, evening);
        bill.read(Charge::UserRead, 7, evening);
        assert_eq!(bill.total_micro_usd(), 11_000);
        bill.read(Charge::OwnedRead, 7, evening.plus_secs(1));
        assert_eq!((bill.count(Charge::OwnedRead), bill.micro_usd(Charge::OwnedRead)), (2, 2_000));
    }
}
