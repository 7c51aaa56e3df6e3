//! The only place that asks for the time.
//!
//! The local clock decides nothing that is sent: a Pi has no clock chip. What counts is the servers' `Date`, which the
//! networks report with every read; this clock dates requests that need one and stands in where a server is silent.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::core::post::Timestamp;

/// Something that knows what time it is.
pub trait Clock {
    /// Now, as far as this clock knows.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }
}
