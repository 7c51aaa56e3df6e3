//! `POST /api/v2/media`, `/api/v1/media` and what follows until a file is attached (`mastodon-api.md` 6).

use serde_json::json;

use super::MastodonWorld;
use super::attached::{File, Media, State};
use super::oauth::User;
use super::wire::{self, Params, error, page, plain};
use crate::core::post::Timestamp;
use crate::sandbox::sniff::{Found, is_same, sniff};
use crate::sandbox::{Call, Form, FormFile, Reply};

/// How long what nothing is attached to is kept, in seconds.
const LIFETIME: i64 = 86_400;
/// The most pixels of a GIF.
const GIF_MATRIX: u64 = 921_600;
/// What the server says when it could not work with a file.
const FAILED: &str = "Error processing thumbnail for uploaded media";

impl MastodonWorld {
    /// Whether a request uploads a file.
    pub(super) fn is_upload(call: &Call) -> bool {
        call.method == "POST" && matches!(call.path.as_str(), "/api/v1/media" | "/api/v2/media")
    }

    /// A proxy's page for what is too large for it.
    pub(super) fn entity_too_large() -> Reply {
        page(413, "<center><h1>413 Request Entity Too Large</h1></center><hr><center>nginx</center>")
    }

    /// Takes a file; `later`: the server may work on it after it has answered (v2).
    pub(super) fn upload(
        &mut self,
        call: &Call,
        form: Option<&Form>,
        later: bool,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        if later && !self.behaviour.uploads.v2 {
            return Err(error(404, "Not Found"));
        }
        let user = self.user(call, &["write:media"])?;
        let file = form.and_then(|form| form.file("file")).filter(|file| file.length > 0);
        let blank = || self.invalid("Validation failed: File can't be blank", "no media file found in request");
        let file = file.ok_or_else(blank)?;
        if file.name.as_deref().is_none_or(str::is_empty) {
            return Err(blank());
        }
        let found = self.verified(file)?;
        let kind = kind_of(file, &found);
        self.check_size(file, &found, kind)?;
        let form = form.cloned().unwrap_or_default();
        let description = self.description(form.text("description"))?;
        let focus = form.text("focus").map(|text| self.focus(text)).transpose()?;
        let uploads = &self.behaviour.uploads;
        let sync = kind == "image" || !later || self.behaviour.is_gotosocial();
        let fails = uploads.fails_processing && kind != "image";
        if sync && fails {
            return Err(error(422, if later { "error processing media" } else { FAILED }));
        }
        let (polls, until) = (uploads.processing_polls, now.plus_millis(uploads.processing_ms));
        let state = if sync { State::Ready } else { State::Processing { polls, until, fails } };
        let media = Media {
            id: self.ids.next(self.behaviour.flavour, now),
            owner: user.id,
            kind,
            file: File::Here {
                media_type: found.media_type.to_owned(),
                bytes: file.is_whole().then(|| file.bytes.clone()),
                length: file.length,
                sha256: file.sha256.clone(),
            },
            description,
            focus,
            size: found.size.or_else(|| (kind != "audio").then_some((1280, 720))),
            duration_ms: (kind != "image").then_some(12_000),
            made: now,
            state,
            attached_to: None,
        };
        let reply = wire::json(if sync { 200 } else { 202 }, &media.json(&call.base));
        self.media.push(media);
        Ok(reply)
    }

    /// What a file is, if the server takes such files and the client said the truth.
    fn verified(&self, file: &FormFile) -> Result<Found, Reply> {
        let processing = "error processing media";
        let Some(found) = sniff(&file.bytes) else {
            let text = "File type of uploaded media could not be verified";
            return Err(error(422, if self.behaviour.is_gotosocial() { processing } else { text }));
        };
        let supported = self.behaviour.uploads.supported_mime_types.iter();
        let is_supported = supported.clone().any(|media_type| *media_type == found.media_type);
        let said = file.media_type.as_deref().unwrap_or_default();
        if !is_supported || !is_same(said, found.media_type) {
            let text = "Validation failed: File content type is invalid, File is invalid";
            return Err(error(422, if self.behaviour.is_gotosocial() { processing } else { text }));
        }
        Ok(found)
    }

    fn check_size(&self, file: &FormFile, found: &Found, kind: &str) -> Result<(), Reply> {
        let uploads = &self.behaviour.uploads;
        // A GIF that moves is a picture until it is made into a video.
        let is_image = found.media_type.starts_with("image/");
        let most = if is_image { uploads.image_size_limit } else { uploads.video_size_limit };
        if file.length > most {
            let mastodon = format!("Validation failed: File file size must be less than {} MB", most >> 20);
            return Err(self.invalid(&mastodon, &format!("media size {} exceeds limit {most}", file.length)));
        }
        let (width, height) = found.size.unwrap_or_default();
        let pixels = u64::from(width) * u64::from(height);
        if kind == "gifv" && pixels > GIF_MATRIX && !self.behaviour.is_gotosocial() {
            return Err(error(422, &format!("{width}x{height} GIF files are not supported")));
        }
        if is_image && pixels > uploads.image_matrix_limit {
            let text = format!("{width}x{height} images are not supported");
            return Err(self.invalid(&text, &text));
        }
        Ok(())
    }

    fn description(&self, text: Option<&str>) -> Result<Option<String>, Reply> {
        let most = self.behaviour.uploads.description_limit;
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > most) {
            let mastodon = format!("Validation failed: Description is too long (maximum is {most} characters)");
            return Err(self.invalid(&mastodon, &format!("media description must be no more than {most} chars")));
        }
        Ok(text.map(ToOwned::to_owned))
    }

    /// `x,y`, each from -1 to 1. A real Mastodon takes anything.
    fn focus(&self, text: &str) -> Result<(f64, f64), Reply> {
        let number = |text: &str| text.trim().parse().ok().filter(|value| (-1.0..=1.0).contains(value));
        let both = text.split_once(',').and_then(|(x, y)| Some((number(x)?, number(y)?)));
        both.ok_or_else(|| self.invalid("Validation failed: Focus is invalid", "improperly formatted focus"))
    }

    /// The place of an upload of somebody's own that nothing has been made of yet.
    fn loose(&self, id: &str, owner: &str, now: Timestamp) -> Option<usize> {
        self.media.iter().position(|media| {
            let lives = now < media.made.plus_secs(LIFETIME);
            media.id == id && media.owner == owner && media.attached_to.is_none() && lives
        })
    }

    fn loose_mut(&mut self, id: &str, user: &User, now: Timestamp) -> Result<&mut Media, Reply> {
        let missing = self.not_found();
        let at = self.loose(id, &user.id, now);
        at.and_then(|at| self.media.get_mut(at)).ok_or(missing)
    }

    /// `GET /api/v1/media/:id`.
    pub(super) fn read_media(&mut self, call: &Call, id: &str, now: Timestamp) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:media"])?;
        let media = self.loose_mut(id, &user, now)?;
        media.work_on(now, false);
        let status = match media.state {
            State::Failed => return Err(error(422, FAILED)),
            State::Processing { .. } => 206,
            State::Ready => 200,
        };
        let reply = wire::json(status, &media.json(&call.base));
        media.work_on(now, true);
        Ok(reply)
    }

    /// `PUT /api/v1/media/:id`: only before it is attached.
    pub(super) fn change_media(
        &mut self,
        call: &Call,
        params: &Params,
        id: &str,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let user = self.user(call, &["write:media"])?;
        let description = params.text("description").map(|text| self.description(Some(&text))).transpose()?;
        let focus = params.filled("focus").map(|text| self.focus(&text)).transpose()?;
        let media = self.loose_mut(id, &user, now)?;
        media.work_on(now, false);
        if let Some(description) = description {
            media.description = description;
        }
        media.focus = focus.or(media.focus);
        Ok(wire::json(if media.is_processing() { 206 } else { 200 }, &media.json(&call.base)))
    }

    /// `DELETE /api/v1/media/:id` (4.4).
    pub(super) fn delete_media(&mut self, call: &Call, id: &str, now: Timestamp) -> Result<Reply, Reply> {
        if self.behaviour.is_gotosocial() {
            return Err(plain(405, "405 method not allowed"));
        }
        let user = self.user(call, &["write:media"])?;
        if self.medium(id).is_some_and(|media| media.owner == user.id && media.attached_to.is_some()) {
            return Err(error(422, "Media attachment is currently used by a status"));
        }
        let at = self.loose(id, &user.id, now).ok_or_else(|| self.not_found())?;
        self.media.remove(at);
        Ok(wire::json(200, &json!({})))
    }

    /// What a request wants attached, in order, if it can be; `status`: the one that is edited, which may keep its own.
    pub(super) fn media_asked(
        &mut self,
        params: &Params,
        user: &str,
        status: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<String>, Reply> {
        let mut ids: Vec<String> = Vec::new();
        for id in params.list("media_ids").unwrap_or_default() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.is_empty() {
            return Ok(ids);
        }
        let most = self.behaviour.uploads.max_attachments;
        let polls = params.nested("poll").is_some() && !self.behaviour.uploads.polls_with_media;
        if ids.len() > most || polls {
            let gotosocial = format!("too many media files attached, {} attached but limit is {most}", ids.len());
            return Err(self.invalid(&format!("Cannot attach more than {most} files"), &gotosocial));
        }
        let has = |media: &Media| status.is_some() && media.attached_to.as_deref() == status && media.owner == user;
        let is_own = |id: &String| self.medium(id).is_some_and(has) || self.loose(id, user, now).is_some();
        let missing: Vec<&str> = ids.iter().filter(|id| !is_own(id)).map(String::as_str).collect();
        if let Some(first) = missing.first() {
            let mastodon = format!("Media {} not found or already attached to another post", missing.join(", "));
            let attached = self.medium(first).is_some_and(|media| media.attached_to.is_some());
            let words = if attached { "media already attached to status" } else { "media not found" };
            return Err(self.invalid(&mastodon, &format!("{words}: {first}")));
        }
        let wanted = || ids.iter().filter_map(|id| self.medium(id));
        let plays = wanted().any(|media| matches!(media.kind, "video" | "audio"));
        if ids.len() > 1 && plays && !self.behaviour.is_gotosocial() {
            return Err(error(422, "Cannot attach a video to a post that already contains images"));
        }
        self.media.iter_mut().filter(|media| ids.contains(&media.id)).for_each(|media| media.work_on(now, false));
        if ids.iter().filter_map(|id| self.medium(id)).any(|media| media.state != State::Ready) {
            let text = "Cannot attach files that have not finished processing. Try again in a moment!";
            return Err(self.invalid(text, text));
        }
        Ok(ids)
    }

    /// Attaches what was asked for: from now on nothing else can have it.
    pub(super) fn attach(&mut self, ids: &[String], status: &str) {
        for media in self.media.iter_mut().filter(|media| ids.contains(&media.id)) {
            media.attached_to = Some(status.to_owned());
        }
    }

    /// `media_attributes` of an edit: other descriptions and focuses of what stays attached; whether any is another.
    pub(super) fn change_attached(&mut self, params: &Params, ids: &[String]) -> Result<bool, Reply> {
        let mut wanted = Vec::new();
        for asked in params.objects("media_attributes") {
            let Some(id) = asked.filled("id").filter(|id| ids.contains(id)) else { continue };
            let description = asked.text("description").map(|text| self.description(Some(&text))).transpose()?;
            let focus = asked.filled("focus").map(|text| self.focus(&text)).transpose()?;
            wanted.push((id, description, focus));
        }
        let mut changed = false;
        for (id, description, focus) in wanted {
            let Some(media) = self.media.iter_mut().find(|media| media.id == id) else { continue };
            let before = (media.description.clone(), media.focus);
            if let Some(description) = description {
                media.description = description;
            }
            media.focus = focus.or(media.focus);
            changed |= before != (media.description.clone(), media.focus);
        }
        Ok(changed)
    }
}

/// The kind of attachment that the server makes of a file.
fn kind_of(file: &FormFile, found: &Found) -> &'static str {
    let said_sound = file.media_type.as_deref().is_some_and(|said| said.starts_with("audio/"));
    let has = |word: &[u8]| file.bytes.windows(word.len()).any(|window| window == word);
    match found.media_type {
        "image/gif" if found.animated => "gifv",
        media_type if media_type.starts_with("image/") => "image",
        media_type if media_type.starts_with("audio/") => "audio",
        "video/webm" if said_sound => "audio",
        // `Paperclip::Transcoder` takes a video without sound for one that was a GIF.
        "video/mp4" if file.is_whole() && has(b"moov") && !has(b"soun") => "gifv",
        _ => "video",
    }
}
