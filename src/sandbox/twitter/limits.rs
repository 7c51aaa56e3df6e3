//! X's rate limits: so many requests a user and endpoint in a window of 15 minutes (x-api.md 5.1).

use std::collections::HashMap;

use crate::core::post::Timestamp;

/// How long a window is, in seconds.
const WINDOW_SECS: i64 = 900;

/// An endpoint that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `GET /2/users/me`
    Me,
    /// `GET /2/users/:id/tweets`
    Timeline,
    /// `GET /2/tweets`
    Lookup,
    /// `GET /2/tweets/:id`
    LookupOne,
    /// `POST /2/tweets`
    Create,
    /// `DELETE /2/tweets/:id`
    Delete,
    /// `POST /2/users/:id/retweets`
    Repost,
    /// `DELETE /2/users/:id/retweets/:id`
    Unrepost,
    /// `POST /2/media/upload`
    Upload,
    /// `GET /2/media/upload`
    UploadStatus,
    /// `POST /2/media/upload/initialize`
    Initialize,
    /// `POST /2/media/upload/:id/append`
    Append,
    /// `POST /2/media/upload/:id/finalize`
    Finalize,
    /// `POST /2/media/metadata`
    Metadata,
}

impl Endpoint {
    /// How many requests a user has in a window.
    #[must_use]
    pub const fn limit(self) -> u32 {
        match self {
            Self::Me => 75,
            Self::Timeline | Self::LookupOne => 900,
            Self::Lookup => 5_000,
            Self::Create => 100,
            Self::Delete | Self::Repost | Self::Unrepost => 50,
            Self::Upload | Self::Metadata => 500,
            Self::UploadStatus => 1_000,
            Self::Initialize | Self::Append | Self::Finalize => 1_875,
        }
    }
}

/// Where a user stands with an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// Seconds since 1970.
    pub(super) reset: i64,
    /// Whether this request was one too many.
    pub(super) exceeded: bool,
}

/// Every window that is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    windows: HashMap<(u64, Endpoint), (i64, u32)>,
    /// Limits other than X's own, for tests.
    changed: HashMap<Endpoint, u32>,
}

impl Limits {
    pub(super) fn change(&mut self, endpoint: Endpoint, limit: u32) {
        self.changed.insert(endpoint, limit);
    }

    /// Counts a request.
    pub(super) fn count(&mut self, user: u64, endpoint: Endpoint, now: Timestamp) -> Standing {
        let limit = self.changed.get(&endpoint).copied().unwrap_or_else(|| endpoint.limit());
        let (reset, taken) = self.windows.entry((user, endpoint)).or_insert((now.secs() + WINDOW_SECS, 0));
        if *reset <= now.secs() {
            (*reset, *taken) = (now.secs() + WINDOW_SECS, 0);
        }
        let exceeded = *taken >= limit;
        if !exceeded {
            *taken += 1;
        }
        Standing { limit, remaining: limit.saturating_sub(*taken), reset: *reset, exceeded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_full_and_then_new() {
        let mut limits = Limits::default();
        let now = Timestamp::from_secs(1000);
        for used in 1..=100 {
            assert_eq!(limits.count(1, Endpoint::Create, now).remaining, 100 - used);
        }
        let full = limits.count(1, Endpoint::Create, now.plus_secs(899));
        assert_eq!((full.exceeded, full.reset), (true, 1900));
        assert!(!limits.count(2, Endpoint::Create, now).exceeded);
        assert!(!limits.count(1, Endpoint::Create, now.plus_secs(900)).exceeded);
    }
}
