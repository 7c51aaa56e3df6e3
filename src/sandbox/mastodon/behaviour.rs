//! The switches: which server software is simulated, and what it does that is hard to live with.

use super::limits::Limits;
use crate::core::post::{Timestamp, Visibility};

/// Which server software answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Mastodon 4.6.
    Mastodon,
    /// `GoToSocial` 0.20 (`mastodon-api.md` 11.4).
    GoToSocial,
}

/// What an `Idempotency-Key` does (`mastodon-api.md` 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Mastodon up to 4.5: a repeat within an hour is answered with the same post.
    Hour,
    /// Mastodon 4.6.0 to 4.6.5: a repeat within an hour is answered with 500; nothing is posted twice.
    ErrorOnRepeat500,
    /// `GoToSocial`: two posts.
    Ignored,
    /// Pixelfed: any repeat within an hour is answered with 400, even where the first try failed.
    Refuse400,
    /// Pleroma: the whole first answer again, errors too.
    ReplayAll,
}

/// Whether `grant_type=password` works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordGrant {
    /// Not offered: Mastodon from 4.4, `GoToSocial`.
    Off,
    /// Offered: Mastodon up to 4.3, Pleroma.
    On,
    /// Offered, but the owner has two factors and is refused.
    TwoFactor,
}

/// What is taken of media, and what becomes of it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Uploads {
    /// Whether `POST /api/v2/media` is there (Mastodon from 3.1.3).
    pub v2: bool,
    /// How many attachments a post has at most.
    pub max_attachments: usize,
    /// The types of files that are taken.
    pub supported_mime_types: Vec<&'static str>,
    /// The largest picture, in bytes.
    pub image_size_limit: u64,
    /// The most pixels of a picture.
    pub image_matrix_limit: u64,
    /// The largest video or sound, in bytes.
    pub video_size_limit: u64,
    /// The longest description, in characters.
    pub description_limit: usize,
    /// Whether the instance tells it (Mastodon from 4.4).
    pub tells_description_limit: bool,
    /// The largest body that the proxy in front lets through, in bytes: 413 with a page beyond it.
    pub proxy_limit: Option<u64>,
    /// Videos, sound and GIFs that move are ready only after so many polls,
    pub processing_polls: u32,
    /// and after so many milliseconds of the sandbox's clock.
    pub processing_ms: i64,
    /// Whether the server cannot work with what is uploaded now, pictures excepted.
    pub fails_processing: bool,
    /// Whether a post can have both a poll and attachments (Mastodon from 4.6).
    pub polls_with_media: bool,
}

impl Uploads {
    /// Mastodon 4.6 (`MediaAttachment`).
    #[must_use]
    pub fn mastodon() -> Self {
        let types = "image/jpeg image/png image/gif image/heic image/heif image/webp image/avif video/webm video/mp4 \
            video/quicktime video/ogg audio/wave audio/wav audio/x-wav audio/x-pn-wave audio/vnd.wave audio/ogg \
            audio/vorbis audio/mpeg audio/mp3 audio/webm audio/flac audio/aac audio/m4a audio/x-m4a audio/mp4 \
            audio/3gpp video/x-ms-asf";
        Self {
            v2: true,
            max_attachments: 4,
            supported_mime_types: types.split_whitespace().collect(),
            image_size_limit: 16_777_216,
            image_matrix_limit: 33_177_600,
            video_size_limit: 103_809_024,
            description_limit: 10_000,
            tells_description_limit: true,
            proxy_limit: None,
            processing_polls: 1,
            processing_ms: 0,
            fails_processing: false,
            polls_with_media: true,
        }
    }

    /// `GoToSocial` 0.20: everything at once, six of anything.
    #[must_use]
    pub fn gotosocial() -> Self {
        Self {
            max_attachments: 6,
            image_size_limit: 41_943_040,
            image_matrix_limit: 2_147_483_647,
            video_size_limit: 41_943_040,
            description_limit: 1500,
            ..Self::mastodon()
        }
    }
}

/// The switches. Start from [`Behaviour::mastodon`] or [`Behaviour::gotosocial`].
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Behaviour {
    /// Which server software answers.
    pub flavour: Flavour,
    /// What an `Idempotency-Key` does.
    pub idempotency: Idempotency,
    /// Whether `/.well-known/oauth-authorization-server` is there. A Mastodon without it is one before 4.3 in all
    /// that it says: no scope `profile`, no `api_versions`, no `tagged_collections`.
    pub metadata: bool,
    /// Whether `GET /api/v1/statuses?id[]=` is there (Mastodon from 4.3).
    pub several_statuses: bool,
    /// Whether posts can quote (Mastodon from 4.5). Elsewhere `quoted_status_id` is ignored without a word.
    pub quotes: bool,
    /// Whether posts can be kept from other servers: glitch-soc, which a Mastodon with this is, and `GoToSocial`.
    pub local_only: bool,
    /// Whether `grant_type=password` works.
    pub password_grant: PasswordGrant,
    /// Whether `redirect_uris` may be a JSON list (Mastodon from 4.3).
    pub redirect_uri_list: bool,
    /// Whether a `code_challenge` is checked (Mastodon from 4.3).
    pub pkce: bool,
    /// Whether `GET /api/v1/statuses/:id/source` is there (Mastodon from 3.5).
    pub source: bool,
    /// The longest post.
    pub max_characters: usize,
    /// The visibility of a post that names none.
    pub default_visibility: Visibility,
    /// A post of the owner's enters the home timeline this much later, in milliseconds.
    pub home_lag_ms: i64,
    /// A post shows in `accounts/:id/statuses` only this much later, in milliseconds.
    pub listing_lag_ms: i64,
    /// Until then the home timeline is being rebuilt: 206 and a part of it.
    pub home_rebuilding_until: Option<Timestamp>,
    /// Whether pages of the home timeline hold each entry twice, as seen on `GoToSocial`.
    pub home_repeats: bool,
    /// Whether the owner's account is disabled, moved or suspended: 403 on what needs a user.
    pub login_disabled: bool,
    /// What is taken of media, and what becomes of it.
    pub uploads: Uploads,
    /// How many requests are taken.
    pub limits: Limits,
}

impl Behaviour {
    /// Mastodon 4.6 in good order, with the limits of a real server and today's idempotency bug.
    #[must_use]
    pub fn mastodon() -> Self {
        Self {
            flavour: Flavour::Mastodon,
            idempotency: Idempotency::ErrorOnRepeat500,
            metadata: true,
            several_statuses: true,
            quotes: true,
            local_only: false,
            password_grant: PasswordGrant::Off,
            redirect_uri_list: true,
            pkce: true,
            source: true,
            max_characters: 500,
            default_visibility: Visibility::Public,
            home_lag_ms: 0,
            listing_lag_ms: 0,
            home_rebuilding_until: None,
            home_repeats: false,
            login_disabled: false,
            uploads: Uploads::mastodon(),
            limits: Limits::real(),
        }
    }

    /// `GoToSocial` 0.20.
    #[must_use]
    pub fn gotosocial() -> Self {
        Self {
            flavour: Flavour::GoToSocial,
            idempotency: Idempotency::Ignored,
            metadata: false,
            several_statuses: false,
            quotes: false,
            local_only: true,
            redirect_uri_list: false,
            pkce: false,
            max_characters: 5000,
            default_visibility: Visibility::Unlisted,
            home_repeats: true,
            uploads: Uploads::gotosocial(),
            ..Self::mastodon()
        }
    }

    /// Mastodon as it was before 4.3: no metadata, the password grant, no PKCE, a working `Idempotency-Key`.
    #[must_use]
    pub fn old_mastodon() -> Self {
        Self {
            idempotency: Idempotency::Hour,
            metadata: false,
            several_statuses: false,
            quotes: false,
            password_grant: PasswordGrant::On,
            redirect_uri_list: false,
            pkce: false,
            uploads: Uploads {
                description_limit: 1500,
                tells_description_limit: false,
                polls_with_media: false,
                ..Uploads::mastodon()
            },
            ..Self::mastodon()
        }
    }

    /// glitch-soc on Mastodon 4.6.
    #[must_use]
    pub fn glitch_soc() -> Self {
        Self { local_only: true, ..Self::mastodon() }
    }

    /// Whether other than plain text is taken: `content_type` and `supported_mime_types` are there.
    pub(super) fn is_rich(&self) -> bool {
        self.is_gotosocial() || self.local_only
    }

    pub(super) fn is_old_mastodon(&self) -> bool {
        self.flavour == Flavour::Mastodon && !self.metadata
    }

    pub(super) fn is_gotosocial(&self) -> bool {
        self.flavour == Flavour::GoToSocial
    }
}
