//! What is known about a network only while we run: what keeps it from being used, until when, and what its clock says.

use super::tell;
use crate::core::backoff;
use crate::core::post::{Network, Timestamp};
use crate::network::Trouble;

/// The longest window of a rate limit (a day on X), and a little more.
const LONGEST_RATE_LIMIT_SECS: i64 = 25 * 3600;

/// Something that is tried until it works.
#[derive(Clone, Debug, Default)]
pub(super) struct Trying {
    pub(super) failures: u32,
    /// Not before, by our own clock.
    pub(super) until: Option<Timestamp>,
    pub(super) trouble: Option<Trouble>,
}

/// What is known about a network only while we run.
#[derive(Default)]
pub(super) struct Health {
    /// The time of the newest read, by the server's clock and by ours.
    pub(super) read: Option<(Timestamp, Timestamp)>,
    /// The server's clock minus ours at the newest read, in milliseconds.
    pub(super) offset: Option<i64>,
    /// Whether the server's clock went another way than ours between the last two reads. What is sent now would be
    /// dated wrongly, and a doubt about it settled wrongly: nothing is sent until two reads agree.
    pub(super) jumped: bool,
    /// What was sent last in this process: until it is settled by our own clock, too, it is not given up.
    pub(super) sent: Option<Timestamp>,
    pub(super) polls: Trying,
    pub(super) sends: Trying,
    /// When its known posts were last looked at again, by our own clock.
    pub(super) looked_around: Option<Timestamp>,
    /// When its limits were learnt, by our own clock.
    pub(super) prepared: Option<Timestamp>,
}

/// When something failed.
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) offset: Option<i64>,
    pub(super) jitter: f64,
    pub(super) first: i64,
}

/// Notes a failure, decides when to try again, and says it once.
pub(super) fn fail(trying: &mut Trying, network: Network, trouble: &Trouble, moment: &Moment) {
    let Moment { now, offset, jitter, first } = *moment;
    // A pause that a server sets is in its time; one that reaches further than any rate limit does is not believed.
    let ours = |server: Timestamp| {
        let ours = server.plus_millis(-offset?).max(now.plus_secs(1));
        (ours <= now.plus_secs(LONGEST_RATE_LIMIT_SECS)).then_some(ours)
    };
    let set_by_server = match trouble {
        Trouble::RateLimited { until: Some(until) } => ours(*until),
        _ => None,
    };
    trying.failures = trying.failures.saturating_add(1);
    let again = match trouble {
        _ if set_by_server.is_some() => backoff::spread(set_by_server.unwrap_or(now), 1, jitter),
        Trouble::RateLimited { .. } => backoff::retry_at(now, trying.failures, 60, jitter),
        trouble if trouble.needs_owner() => backoff::probe_at(now, jitter),
        _ => backoff::retry_at(now, trying.failures, first, jitter),
    };
    trying.until = Some(again);
    let is_news =
        trying.trouble.as_ref().is_none_or(|known| std::mem::discriminant(known) != std::mem::discriminant(trouble));
    tell::trouble(network, trouble, again.millis_since(now) / 1000, is_news);
    trying.trouble = Some(trouble.clone());
}
