//! What the server says of itself: `/api/v2/instance`, `/api/v1/instance`, nodeinfo (`mastodon-api.md` 2.1).

use serde_json::{Value, json};

use super::MastodonWorld;
use super::poll;
use super::wire::{error, json};
use crate::sandbox::{Call, Reply};

/// The newest release that this is faithful to, and its `api_versions.mastodon`.
const VERSION: &str = "4.6.5";
const API_VERSION: u32 = 11;
/// The newest release without quotes, and its `api_versions.mastodon`.
const WITHOUT_QUOTES: &str = "4.3.23";
const WITHOUT_QUOTES_API: u32 = 2;
const GOTOSOCIAL: &str = "0.20.0-rc1+git-57cb4fe";

impl MastodonWorld {
    fn version(&self) -> String {
        let behaviour = &self.behaviour;
        let release = match (behaviour.is_gotosocial(), behaviour.metadata, behaviour.quotes) {
            (true, _, _) => GOTOSOCIAL,
            (false, true, true) => VERSION,
            (false, true, false) => WITHOUT_QUOTES,
            (false, false, _) => "4.2.29",
        };
        let fork = if behaviour.local_only && !behaviour.is_gotosocial() { "+glitch" } else { "" };
        format!("{release}{fork}")
    }

    /// Streaming itself is not simulated. `GoToSocial` says `wss` even where it is served over `http`.
    fn streaming(&self, base: &str) -> String {
        let scheme = if self.behaviour.is_gotosocial() || base.starts_with("https") { "wss" } else { "ws" };
        format!("{scheme}://{}", base.split_once("://").map_or(base, |(_, host)| host))
    }

    fn configuration(&self, base: &str) -> Value {
        let gotosocial = self.behaviour.is_gotosocial();
        let uploads = &self.behaviour.uploads;
        let mut value = json!({
            "urls": { "streaming": self.streaming(base) },
            "accounts": { "max_featured_tags": 10, "max_pinned_statuses": 5 },
            "statuses": {
                "max_characters": self.behaviour.max_characters,
                "max_media_attachments": uploads.max_attachments,
                "characters_reserved_per_url": if gotosocial { 25 } else { 23 },
            },
            "media_attachments": {
                "supported_mime_types": uploads.supported_mime_types,
                "image_size_limit": uploads.image_size_limit,
                "image_matrix_limit": uploads.image_matrix_limit,
                "video_size_limit": uploads.video_size_limit,
                "video_frame_rate_limit": 120,
                "video_matrix_limit": 8_294_400,
            },
            "polls": {
                "max_options": poll::most_options(&self.behaviour),
                "max_characters_per_option": poll::OPTION_CHARACTERS,
                "min_expiration": poll::SHORTEST_SECS,
                "max_expiration": poll::LONGEST_SECS,
            },
            "translation": { "enabled": false },
        });
        let limits = value.pointer_mut("/media_attachments").and_then(Value::as_object_mut);
        if let (true, Some(limits)) = (uploads.tells_description_limit, limits) {
            limits.insert("description_limit".to_owned(), json!(uploads.description_limit));
        }
        let rich = self.behaviour.is_rich();
        if let (true, Some(statuses)) = (rich, value.pointer_mut("/statuses").and_then(Value::as_object_mut)) {
            statuses.insert("supported_mime_types".to_owned(), json!(["text/plain", "text/markdown"]));
        }
        value
    }

    /// `GET /api/v2/instance`.
    pub(super) fn instance_v2(&self, call: &Call) -> Reply {
        let mut value = json!({
            "domain": self.host,
            "title": "Sandbox",
            "version": self.version(),
            "source_url": "https://github.com/mastodon/mastodon",
            "description": "A simulation on this machine",
            "usage": { "users": { "active_month": self.accounts.len() } },
            "thumbnail": { "url": format!("{}/packs/preview.png", call.base) },
            "languages": ["en"],
            "configuration": self.configuration(&call.base),
            "registrations": { "enabled": false, "approval_required": false, "message": null, "url": null },
            "contact": { "email": "", "account": null },
            "rules": [],
        });
        if let (true, Some(fields)) =
            (self.behaviour.metadata && !self.behaviour.is_gotosocial(), value.as_object_mut())
        {
            let api = if self.behaviour.quotes { API_VERSION } else { WITHOUT_QUOTES_API };
            fields.insert("api_versions".to_owned(), json!({ "mastodon": api }));
        }
        json(200, &value)
    }

    /// `GET /api/v1/instance`.
    pub(super) fn instance_v1(&self, call: &Call) -> Reply {
        let mut value = json!({
            "uri": self.host,
            "title": "Sandbox",
            "short_description": "A simulation on this machine",
            "description": "",
            "email": "",
            "version": self.version(),
            "urls": { "streaming_api": self.streaming(&call.base) },
            "stats": { "user_count": self.accounts.len(), "status_count": self.statuses.len(), "domain_count": 1 },
            "thumbnail": null,
            "languages": ["en"],
            "registrations": false,
            "approval_required": false,
            "invites_enabled": false,
            "configuration": self.configuration(&call.base),
            "contact_account": null,
            "rules": [],
        });
        if let (true, Some(fields)) = (self.behaviour.is_gotosocial(), value.as_object_mut()) {
            fields.insert("max_toot_chars".to_owned(), json!(self.behaviour.max_characters));
        }
        json(200, &value)
    }

    /// `/.well-known/nodeinfo` and the document that it points to.
    pub(super) fn nodeinfo(&self, call: &Call, document: bool) -> Reply {
        if !document {
            let link = json!({
                "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                "href": format!("{}/nodeinfo/2.0", call.base),
            });
            return json(200, &json!({ "links": [link] }));
        }
        let name = if self.behaviour.is_gotosocial() { "gotosocial" } else { "mastodon" };
        let value = json!({
            "version": "2.0",
            "software": { "name": name, "version": self.version() },
            "protocols": ["activitypub"],
            "services": { "outbound": [], "inbound": [] },
            "usage": { "users": { "total": self.accounts.len() }, "localPosts": self.statuses.len() },
            "openRegistrations": false,
            "metadata": {},
        });
        json(200, &value)
    }

    /// What is asked for is not there.
    pub(super) fn not_found(&self) -> Reply {
        error(404, if self.behaviour.is_gotosocial() { "Not Found: 404 not found" } else { "Record not found" })
    }
}
