//! `POST /2/media/upload` and its sisters, `GET /2/media/upload`, `POST /2/media/metadata` (x-api.md 4).

use serde_json::{Map, Value, json};

use super::Caller;
use super::asked::Dialect;
use super::bill::Charge;
use super::body::{body, check_keys};
use super::problems::Problems;
use super::uploads::{LIFETIME, Medium, State};
use super::world::TwitterWorld;
use crate::core::post::Timestamp;
use crate::sandbox::sniff::is_same;
use crate::sandbox::{Call, Form, FormFile, Reply};

/// The largest body of an upload in one piece: its file is far smaller.
const MAX_WHOLE_BODY: u64 = 64 * 1024 * 1024;
/// The last segment's number.
const MAX_SEGMENT: u32 = 999;
/// The longest alt text, in characters.
const MAX_ALT_TEXT: usize = 1000;

const INITIALIZE_KEYS: [(&str, &str); 5] = [
    ("media_type", "string"),
    ("media_category", "string"),
    ("total_bytes", "integer"),
    ("additional_owners", "array"),
    ("shared", "boolean"),
];
const WARNING_KEYS: [(&str, &str); 3] =
    [("adult_content", "boolean"), ("graphic_violence", "boolean"), ("other", "boolean")];

/// The types that a category takes.
fn types_of(category: &str) -> &'static [&'static str] {
    match category {
        "tweet_image" => &["image/jpeg", "image/png", "image/webp", "image/gif"],
        "tweet_gif" => &["image/gif"],
        "tweet_video" => &["video/mp4", "video/quicktime", "video/webm", "video/mp2t"],
        _ => &[],
    }
}

impl TwitterWorld {
    fn problems(&self) -> Problems {
        Problems::of(self.settings.dialect == Dialect::New)
    }

    /// How large the body of a request may be that brings a file.
    pub(super) fn most_of(&self, call: &Call) -> Option<u64> {
        match (call.method.as_str(), call.segments().as_slice()) {
            ("POST", ["2", "media", "upload"]) => Some(MAX_WHOLE_BODY),
            ("POST", ["2", "media", "upload", _, "append"]) => Some(self.settings.max_append_body),
            _ => None,
        }
    }

    fn most_bytes(&self, category: &str) -> u64 {
        match category {
            "tweet_image" => self.settings.max_image_bytes,
            "tweet_gif" => self.settings.max_gif_bytes,
            _ => self.settings.max_video_bytes,
        }
    }

    fn missing_upload(&self, id: &str) -> Reply {
        Reply::json(404, &json!({ "errors": [self.problems().missing("media", "id", id)] }))
    }

    fn check_size(&self, category: &str, length: u64) -> Result<(), Reply> {
        let most = self.most_bytes(category);
        if length == 0 {
            return Err(self.problems().invalid_body("$.total_bytes: must have a minimum value of 1"));
        }
        if length > most {
            return Err(self.problems().invalid_body(&format!("File size exceeds {most} bytes.")));
        }
        Ok(())
    }

    /// `POST /2/media/upload`: pictures in one piece.
    pub(super) fn upload_whole(
        &mut self,
        call: &Call,
        form: Option<&Form>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let problems = self.problems();
        let form = form.ok_or_else(|| problems.invalid_body("Requests must be of type multipart/form-data."))?;
        let known = |name: &str| matches!(name, "media_category" | "media_type" | "additional_owners" | "shared");
        if let Some((name, _)) = form.fields.iter().find(|(name, _)| !known(name)) {
            return Err(problems.invalid_body(&format!("$.{name}: is not defined in the schema")));
        }
        let required = |name: &str| problems.incomplete(&format!("$.{name}"));
        let category = form.text("media_category").ok_or_else(|| required("media_category"))?;
        let file = form.file("media").ok_or_else(|| required("media"))?;
        if category != "tweet_image" {
            let text = format!("$.media_category: {category} must be uploaded in segments");
            return Err(problems.invalid_body(&text));
        }
        self.check_size(category, file.length)?;
        let said = file.media_type.clone().unwrap_or_default();
        let mut medium = self.begin_upload(caller.user, category, &said, &call.base, now);
        medium.parts.take(0, file).map_err(|text| problems.invalid_body(text))?;
        medium.close();
        if !is_as_said(&medium) {
            return Err(problems.invalid_body("media type unrecognized."));
        }
        medium.state = State::Ready;
        let reply = Reply::json(200, &json!({ "data": shown(&medium, now, None) }));
        self.media.push(medium);
        Ok(reply)
    }

    /// `POST /2/media/upload/initialize`.
    pub(super) fn initialize(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let problems = self.problems();
        let body = body(call, problems)?;
        check_keys(&body, "$", &INITIALIZE_KEYS, problems)?;
        let required = |name: &str| problems.incomplete(&format!("$.{name}"));
        let text = |name: &str| body.get(name).and_then(Value::as_str).ok_or_else(|| required(name));
        let (media_type, category) = (text("media_type")?, text("media_category")?);
        let total = body.get("total_bytes").and_then(Value::as_u64).ok_or_else(|| required("total_bytes"))?;
        let types = types_of(category);
        if types.is_empty() {
            return Err(problems.invalid_body("$.media_category: does not have a value in the enumeration"));
        }
        if !types.contains(&media_type) {
            let text = format!("$.media_type: {media_type} is not allowed for {category}");
            return Err(problems.invalid_body(&text));
        }
        self.check_size(category, total)?;
        let mut medium = self.begin_upload(caller.user, category, media_type, &call.base, now);
        medium.total = total;
        let data = json!({ "id": medium.id.to_string(), "media_key": medium.key(), "expires_after_secs": LIFETIME });
        self.media.push(medium);
        Ok(Reply::json(200, &json!({ "data": data })))
    }

    /// `POST /2/media/upload/:id/append`.
    pub(super) fn append(
        &mut self,
        id: &str,
        form: Option<&Form>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Reply, Reply> {
        let problems = self.problems();
        let form = form.ok_or_else(|| problems.invalid_body("Requests must be of type multipart/form-data."))?;
        if let Some((name, _)) = form.fields.iter().find(|(name, _)| name != "segment_index") {
            return Err(problems.invalid_body(&format!("$.{name}: is not defined in the schema")));
        }
        let index = form.text("segment_index").and_then(|text| text.parse::<u32>().ok());
        let index = index.filter(|index| *index <= MAX_SEGMENT);
        let index = index.ok_or_else(|| problems.invalid_body("$.segment_index: must be between 0 and 999"))?;
        let file: Option<&FormFile> = form.file("media").filter(|file| file.length > 0 && file.is_whole());
        let file = file.ok_or_else(|| problems.incomplete("$.media"))?;
        let missing = self.missing_upload(id);
        let medium = self.upload_of(id, caller.user, now).ok_or(missing)?;
        if medium.state != State::Open {
            return Err(problems.invalid_body("Segments can not be appended after finalize."));
        }
        medium.parts.take(index, file).map_err(|text| problems.invalid_body(text))?;
        if medium.parts.length() > medium.total {
            return Err(problems.invalid_body("The segments are longer than total_bytes."));
        }
        Ok(Reply::json(200, &json!({ "data": { "expires_at": medium.expires().secs() } })))
    }

    /// `POST /2/media/upload/:id/finalize`. A second time it says how things stand.
    pub(super) fn finalize(&mut self, id: &str, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let problems = self.problems();
        let check_after = self.settings.check_after_secs;
        let missing = self.missing_upload(id);
        let medium = self.upload_of(id, caller.user, now).ok_or(missing)?;
        if medium.state == State::Open {
            if medium.parts.has_gap() {
                return Err(
                    problems.invalid_body("Segments do not add up to provided total file size: one is missing.")
                );
            }
            if medium.parts.length() != medium.total {
                return Err(problems.invalid_body("Segments do not add up to provided total file size."));
            }
            medium.close();
            medium.since = now;
            if medium.is_image() {
                if !is_as_said(medium) {
                    medium.state = State::Failed;
                    return Err(problems.invalid_body("media type unrecognized."));
                }
                medium.state = State::Ready;
            } else {
                medium.state = State::Processing { polled: 0 };
            }
        }
        let info = (!medium.is_image()).then(|| processing(medium, check_after));
        Ok(Reply::json(200, &json!({ "data": shown(medium, now, info) })))
    }

    /// `GET /2/media/upload?command=STATUS&media_id=…`.
    pub(super) fn upload_status(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let problems = self.problems();
        if let Some((name, value)) =
            call.query.iter().find(|(name, _)| !matches!(name.as_str(), "command" | "media_id"))
        {
            let message = format!("The query parameter [{name}] is not one of [command,media_id]");
            return Err(problems.invalid_parameter(name, value, &message));
        }
        let command = call.query("command").unwrap_or("STATUS");
        if command != "STATUS" {
            let message = format!("The `command` query parameter value [{command}] is not one of [STATUS]");
            return Err(problems.invalid_parameter("command", command, &message));
        }
        let id = call.query("media_id").unwrap_or_default();
        let (polls, fails) = (self.settings.processing_polls, self.settings.fails_processing);
        let check_after = self.settings.check_after_secs;
        let missing = self.missing_upload(id);
        let medium = self.upload_of(id, caller.user, now).ok_or(missing)?;
        if medium.state == State::Open {
            return Err(problems.invalid_body("The upload is not finalized."));
        }
        if let State::Processing { polled } = medium.state {
            let polled = polled + 1;
            medium.state = if polled <= polls {
                State::Processing { polled }
            } else if fails || !is_as_said(medium) {
                State::Failed
            } else {
                State::Ready
            };
        }
        let info = (!medium.is_image()).then(|| processing(medium, check_after));
        Ok(Reply::json(200, &json!({ "data": shown(medium, now, info) })))
    }

    /// `POST /2/media/metadata`: alt text, and warnings.
    pub(super) fn describe(&mut self, call: &Call, caller: &Caller, now: Timestamp) -> Result<Reply, Reply> {
        let problems = self.problems();
        let body = body(call, problems)?;
        check_keys(&body, "$", &[("id", "string"), ("metadata", "object")], problems)?;
        let required = |name: &str| problems.incomplete(name);
        let id = body.get("id").and_then(Value::as_str).ok_or_else(|| required("$.id"))?;
        let metadata = body.get("metadata").and_then(Value::as_object).ok_or_else(|| required("$.metadata"))?;
        let keys = [("alt_text", "object"), ("sensitive_media_warning", "object")];
        check_keys(metadata, "$.metadata", &keys, problems)?;
        let alt_text = metadata.get("alt_text").and_then(Value::as_object);
        let alt_text = alt_text.map(|alt_text| read_alt_text(alt_text, problems)).transpose()?;
        let mut warnings = Vec::new();
        if let Some(warning) = metadata.get("sensitive_media_warning").and_then(Value::as_object) {
            check_keys(warning, "$.metadata.sensitive_media_warning", &WARNING_KEYS, problems)?;
            warnings.extend(warning.iter().filter(|(_, value)| **value == json!(true)).map(|(name, _)| name.clone()));
        }
        if alt_text.is_none() && warnings.is_empty() {
            return Err(required("$.metadata.alt_text"));
        }
        let describes_videos = self.settings.describes_videos;
        let missing = self.missing_upload(id);
        let medium = self.upload_of(id, caller.user, now).ok_or(missing)?;
        if alt_text.is_some() && medium.kind() == "video" && !describes_videos {
            return Err(problems.invalid_body("Alt text can only be added to images at the moment."));
        }
        medium.alt_text = alt_text.or(medium.alt_text.take());
        if !warnings.is_empty() {
            medium.warnings = warnings;
        }
        self.charge(Charge::Metadata);
        let data = json!({ "id": id, "associated_metadata": Value::Object(metadata.clone()) });
        Ok(Reply::json(200, &json!({ "data": data })))
    }
}

fn read_alt_text(alt_text: &Map<String, Value>, problems: Problems) -> Result<String, Reply> {
    check_keys(alt_text, "$.metadata.alt_text", &[("text", "string")], problems)?;
    let text = alt_text.get("text").and_then(Value::as_str).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(problems.invalid_body("$.metadata.alt_text.text: must be at least 1 characters long"));
    }
    // The unit is not stated: the stricter of code points and what JavaScript counts.
    if text.encode_utf16().count() > MAX_ALT_TEXT {
        let text = format!("$.metadata.alt_text.text: must be at most {MAX_ALT_TEXT} characters long");
        return Err(problems.invalid_body(&text));
    }
    Ok(text.to_owned())
}

/// Whether a file is what was said, and what its category takes.
fn is_as_said(medium: &Medium) -> bool {
    let said = medium.said.as_str();
    medium.found.as_ref().is_some_and(|found| {
        let fits = types_of(&medium.category).contains(&found.media_type);
        fits && (said.is_empty() || said == "application/octet-stream" || is_same(said, found.media_type))
    })
}

/// An upload as X shows it.
fn shown(medium: &Medium, now: Timestamp, processing: Option<Value>) -> Value {
    let left = medium.expires().secs() - now.secs();
    let mut data = json!({
        "id": medium.id.to_string(),
        "media_key": medium.key(),
        "size": medium.parts.length(),
        "expires_after_secs": left,
    });
    if let (true, Some(found)) = (medium.is_image(), &medium.found) {
        let (width, height) = found.size.unwrap_or_default();
        data["image"] = json!({ "image_type": found.media_type, "w": width, "h": height });
    }
    if let Some(info) = processing {
        data["processing_info"] = info;
    }
    data
}

/// How far X is with a video or GIF.
fn processing(medium: &Medium, check_after: u64) -> Value {
    match medium.state {
        State::Open | State::Processing { polled: 0 } => json!({ "state": "pending", "check_after_secs": check_after }),
        State::Processing { polled } => {
            let percent = polled.saturating_mul(20).min(99);
            json!({ "state": "in_progress", "check_after_secs": check_after, "progress_percent": percent })
        }
        State::Ready => json!({ "state": "succeeded", "progress_percent": 100 }),
        State::Failed => json!({
            "state": "failed",
            "progress_percent": 100,
            "error": { "code": 1, "name": "InvalidMedia", "message": "Unsupported video format" },
        }),
    }
}
