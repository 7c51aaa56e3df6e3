//! When a thing may be tried again.

use super::post::Timestamp;

/// The longest pause between two tries of something that may mend itself, in seconds.
const LONGEST_SECS: i64 = 15 * 60;

/// How long to leave a network alone that only its owner can mend (a revoked key, no credits), in seconds: a slow
/// probe, so that it goes on by itself when it is mended.
const PROBE_SECS: i64 = 30 * 60;

/// When to try again after the `failures`-th failure in a row (from 1): doubling from `first_secs`, at most 15 minutes,
/// spread by up to a fifth. `jitter` is a random number from 0 to 1.
#[must_use]
pub fn retry_at(now: Timestamp, failures: u32, first_secs: i64, jitter: f64) -> Timestamp {
    let doubled = first_secs.max(1).saturating_mul(1 << failures.saturating_sub(1).min(20));
    spread(now, doubled.min(LONGEST_SECS), jitter)
}

/// When to look again whether the owner has mended it.
#[must_use]
pub fn probe_at(now: Timestamp, jitter: f64) -> Timestamp {
    spread(now, PROBE_SECS, jitter)
}

/// `secs` from now and up to a fifth more.
#[must_use]
pub fn spread(now: Timestamp, secs: i64, jitter: f64) -> Timestamp {
    let millis = secs.saturating_mul(1000);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "minutes, in milliseconds")]
    let extra = (millis as f64 * 0.2 * jitter.clamp(0.0, 1.0)) as i64;
    now.plus_millis(millis.saturating_add(extra))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let after = |failures| retry_at(Timestamp::default(), failures, 30, 0.0).secs();
        assert_eq!([after(1), after(2), after(3), after(9), after(u32::MAX)], [30, 60, 120, 900, 900]);
        assert_eq!(retry_at(Timestamp::default(), 1, 30, 1.0).secs(), 36);
    }
}
