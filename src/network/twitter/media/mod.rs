//! Files: still pictures in one request, everything else in segments (`x-api.md` 4).
//!
//! Not here: where files come from (`crate::media`), when it is tried again as a whole (`engine`), the posts that they
//! are attached to (`body`).

mod answers;
mod segments;

use std::time::Duration;

use super::body::NewMetadata;
use super::session::FormFailure;
use super::{Settings, Twitter, errors, wire};
use crate::core::media::{Describing, FileLimits, MediaError, MediaRules, MediaType};
use crate::core::post::Timestamp;
use crate::core::record::Attachment;
use crate::media::File;
use crate::network::http::{Answer, Failure};
use crate::network::multipart::{Form, time_for};
use crate::network::{Described, Processed, Uploaded};

/// How long an upload is kept that no post has (`x-api.md` 4.3), unless X says otherwise.
const UPLOAD_LASTS_SECS: i64 = 86_400;
/// X says 5 MB and not which: the smaller one, as pictures that are larger are made smaller.
const MAX_IMAGE_BYTES: u64 = 5_000_000;
/// Here the larger one: a GIF between the two becomes a link if X refuses it, and would become one without a try.
const MAX_GIF_BYTES: u64 = 15 << 20;
const MAX_GIF_PIXELS: u64 = 1_280 * 1_080;
/// The same.
const MAX_VIDEO_BYTES: u64 = 512 << 20;
const MAX_VIDEO_MS: u64 = 140_000;
/// Premium accounts may post longer ones; how long through the API is said in no document that we have. Newer ones are
/// reported to say 20 minutes for everybody. A video that X does not take after all becomes a link then.
const MAX_PREMIUM_VIDEO_MS: u64 = 20 * 60_000;

/// The largest file that goes in one request: X's own client sends 4 MB at once, and 5 MB were refused at X's edge with
/// an empty 413 (`x-api.md` 4.2).
const ONE_SHOT_BYTES: u64 = 4_000_000;

/// How long X may work on an upload before it is given up.
const PROCESSING_TIME: Duration = Duration::from_secs(600);
/// X may name a later time to ask again, but not a later one than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Where X names none, or 0: the first pause, from which on they double, and the longest.
const OWN_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_OWN_PAUSE: Duration = Duration::from_secs(4);

/// What X takes (`x-api.md` 4.3).
pub(super) fn rules(settings: &Settings) -> MediaRules {
    let images = [MediaType::Jpeg, MediaType::Png, MediaType::WebP, MediaType::Gif];
    let max_video_ms = if settings.premium { MAX_PREMIUM_VIDEO_MS } else { MAX_VIDEO_MS };
    MediaRules {
        max_images: 4,
        images: FileLimits { types: images.to_vec(), max_bytes: MAX_IMAGE_BYTES, ..FileLimits::default() },
        gifs: FileLimits {
            types: vec![MediaType::Gif],
            max_bytes: MAX_GIF_BYTES,
            max_pixels: Some(MAX_GIF_PIXELS),
            ..FileLimits::default()
        },
        videos: FileLimits {
            types: vec![MediaType::Mp4, MediaType::QuickTime],
            max_bytes: MAX_VIDEO_BYTES,
            // X makes copies of every size itself, and takes larger pictures than its documents say.
            max_pixels: None,
            min_ms: 500,
            max_ms: Some(max_video_ms),
        },
        audio: FileLimits::default(),
        max_description: 1_000,
        describing: Describing::Separately,
        takes_focus: false,
        upload_lasts_secs: UPLOAD_LASTS_SECS,
    }
}

/// What a file is to X.
fn category(file: &File) -> &'static str {
    match file.media_type {
        MediaType::Gif if file.is_animated => "tweet_gif",
        kind if kind.is_image() => "tweet_image",
        // Silent ones that loop, too: X takes only GIF files for its GIFs.
        _ => "tweet_video",
    }
}

impl Twitter {
    pub(super) async fn take_file(&self, file: File) -> Uploaded {
        let category = category(&file);
        // A file in one request cannot be sent again after a 401, and before X's first answer the clock may be wrong:
        // in segments, the first request carries no file.
        let at_once =
            category == "tweet_image" && file.length <= ONE_SHOT_BYTES && self.session.server_time().is_some();
        if at_once { self.take_at_once(file, category).await } else { self.take_in_segments(file, category).await }
    }

    async fn take_at_once(&self, file: File, category: &str) -> Uploaded {
        let timeout = time_for(file.length);
        let form = Form::new().text("media_category", category).file("media", file);
        match self.session.post_form("/2/media/upload", form, timeout).await {
            Ok(answer) => self.uploaded(&answer),
            Err(FormFailure::File(error)) => Uploaded::Media(error),
            Err(FormFailure::Http(failure)) => Uploaded::Trouble(failure.into()),
        }
    }

    /// What an answer says that ends an upload.
    fn uploaded(&self, answer: &Answer) -> Uploaded {
        answers::uploaded(answer, self.session.time_of(answer))
    }

    pub(super) async fn wait_for(&self, id: &str) -> Processed {
        self.wait_at_most(id, PROCESSING_TIME).await
    }

    async fn wait_at_most(&self, id: &str, time: Duration) -> Processed {
        let (mut waited, mut own_pause) = (Duration::ZERO, OWN_PAUSE);
        loop {
            let query = [("command", "STATUS"), ("media_id", id)];
            let answer = match self.session.get("/2/media/upload", &query).await {
                Ok(answer) => answer,
                Err(failure) => return Processed::Trouble(failure.into()),
            };
            let check_after_secs = match answers::processed(&answer, self.session.time_of(&answer)) {
                answers::Progress::Ended(processed) => return processed,
                answers::Progress::Working { check_after_secs } => check_after_secs,
            };
            let told = check_after_secs.filter(|secs| *secs > 0).map(Duration::from_secs);
            let pause = told.map_or(own_pause, |told| LONGEST_PAUSE.min(told));
            if told.is_none() {
                own_pause = LONGEST_OWN_PAUSE.min(own_pause * 2);
            }
            waited += pause;
            if waited > time {
                let minutes = time.as_secs() / 60;
                let why = format!("X has worked on it for {minutes} minutes and is not done");
                return Processed::Failed(MediaError::Missing(why));
            }
            tokio::time::sleep(pause).await;
        }
    }

    pub(super) async fn tell_metadata(&self, id: &str, attachment: &Attachment) -> Described {
        let body = match serde_json::to_vec(&NewMetadata::of(id, attachment)) {
            Ok(body) => body,
            Err(error) => return Described::Refused(error.to_string()),
        };
        match self.session.post("/2/media/metadata", Some(body)).await {
            Ok(answer) => answers::described(&answer, self.session.time_of(&answer)),
            Err(failure) => Described::Trouble(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests;
