//! The only place that asks for the time.
//!
//! The local clock decides nothing that is sent: a Pi has no clock chip. What counts is the servers' `Date`, which the
//! networks report with every read; this clock dates requests that need one and stands in where a server is silent.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::core::post::Timestamp;

/// Something that knows what time it is.
pub trait Clock {
    /// Now, as far as this clock knows.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock, as it stood when this was made, and the time since then.
///
/// So it never jumps while we run, whatever is done to the machine's clock: a Pi that boots in 1970 and is told the
/// time an hour later would otherwise wait for 56 years, or not at all.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    began: Timestamp,
    since: Instant,
}

impl SystemClock {
    /// Looks at the machine's clock.
    #[must_use]
    pub fn new() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let began = Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX));
        Self { began, since: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.began.plus_millis(i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Milliseconds since then.
    #[must_use]
    pub fn millis(&self) -> u128 {
        self.0.elapsed().as_millis()
    }
}
