//! The time on the simulated networks: the machine's own, moved by hand; or standing still, for simulations.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::{Clock, SystemClock};
use crate::core::post::Timestamp;

/// A clock that tests can move. Clones share one time.
#[derive(Clone, Debug, Default)]
pub struct SandboxClock(Arc<Hands>);

#[derive(Debug, Default)]
struct Hands {
    /// Whether time passes by itself.
    stands_still: bool,
    /// Milliseconds to add to the machine's time; since 1970 where the clock stands still.
    offset: AtomicI64,
}

impl SandboxClock {
    /// A clock that goes with the machine's, until it is advanced.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that stands still at `time` and moves only when it is advanced: the same run gives the same ids.
    #[must_use]
    pub fn still_at(time: Timestamp) -> Self {
        Self(Arc::new(Hands { stands_still: true, offset: AtomicI64::new(time.millis()) }))
    }

    /// Moves the clock by so many seconds (back when negative).
    pub fn advance(&self, secs: i64) {
        self.advance_millis(secs.saturating_mul(1000));
    }

    /// Moves the clock by so many milliseconds (back when negative).
    pub fn advance_millis(&self, millis: i64) {
        self.0.offset.fetch_add(millis, Ordering::SeqCst);
    }

    /// Now, on the simulated networks.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let offset = self.0.offset.load(Ordering::SeqCst);
        let start = if self.0.stands_still { Timestamp::from_millis(0) } else { SystemClock::new().now() };
        start.plus_millis(offset)
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_time() {
        let clock = SandboxClock::still_at(Timestamp::from_secs(100));
        clock.clone().advance(5);
        assert_eq!(clock.now(), Timestamp::from_secs(105));
        let clock = SandboxClock::new();
        clock.advance(3600);
        assert!(clock.now().millis_since(SystemClock::new().now()) >= 3_599_000);
    }
}
