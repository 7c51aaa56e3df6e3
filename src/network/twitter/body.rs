//! The bodies of requests. X refuses keys that it does not know (`x-api.md` 3).

use serde::Serialize;

use crate::core::post::PostId;
use crate::core::record::{Attachment, Part};

/// The body of `POST /2/tweets`.
#[derive(Serialize)]
pub struct NewPost<'a> {
    /// Left out where there is none: then there are media.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<Media<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<Poll<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit_options: Option<EditOptions<'a>>,
}

#[derive(Serialize)]
struct Media<'a> {
    media_ids: &'a [String],
}

#[derive(Serialize)]
struct Reply<'a> {
    in_reply_to_tweet_id: &'a str,
}

#[derive(Serialize)]
struct Poll<'a> {
    options: &'a [String],
    duration_minutes: i64,
}

#[derive(Serialize)]
struct EditOptions<'a> {
    previous_post_id: &'a str,
}

/// The body of `POST /2/media/upload/initialize`.
#[derive(Serialize)]
pub struct NewUpload {
    /// `video/mp4`.
    pub media_type: &'static str,
    /// What it will be used for: `tweet_video`.
    pub media_category: &'static str,
    /// How long it is.
    pub total_bytes: u64,
}

/// The body of `POST /2/media/metadata`.
#[derive(Serialize)]
pub struct NewMetadata<'a> {
    id: &'a str,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alt_text: Option<AltText<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitive_media_warning: Option<Warning>,
}

#[derive(Serialize)]
struct AltText<'a> {
    text: &'a str,
}

/// Which of X's warnings it gets: neither "adult content" nor "graphic violence" is for us to say.
#[derive(Serialize)]
struct Warning {
    other: bool,
}

impl<'a> NewMetadata<'a> {
    /// What there is to say of an upload.
    pub fn of(id: &'a str, attachment: &'a Attachment) -> Self {
        let alt_text = attachment.description.as_deref().map(|text| AltText { text });
        let sensitive_media_warning = attachment.sensitive.then_some(Warning { other: true });
        Self { id, metadata: Metadata { alt_text, sensitive_media_warning } }
    }
}

/// The body of `POST /2/users/:id/retweets`.
#[derive(Serialize)]
pub struct NewRepost<'a> {
    /// The post to repost.
    pub tweet_id: &'a str,
}

impl<'a> NewPost<'a> {
    /// A new post.
    pub fn of(part: &'a Part, media: &'a [String], reply_to: Option<&'a PostId>) -> Self {
        Self {
            reply: reply_to.map(|parent| Reply { in_reply_to_tweet_id: parent.as_str() }),
            poll: part.poll.as_ref().map(|poll| Poll {
                options: &poll.options,
                // X counts in minutes; what is less than one more is one more.
                duration_minutes: poll.length_secs.saturating_add(59) / 60,
            }),
            ..Self::with(part, media)
        }
    }

    /// A new version of a post. It stays where it is, and X edits no polls: the text is sent, and the media, those of
    /// the old version among them.
    pub fn version(of: &'a PostId, part: &'a Part, media: &'a [String]) -> Self {
        Self { edit_options: Some(EditOptions { previous_post_id: of.as_str() }), ..Self::with(part, media) }
    }

    fn with(part: &'a Part, media: &'a [String]) -> Self {
        let media = (!media.is_empty()).then_some(Media { media_ids: media });
        let text = (media.is_none() || !part.text.is_empty()).then_some(part.text.as_str());
        Self { text, media, reply: None, poll: None, edit_options: None }
    }

    /// Whether anything is attached to it.
    pub fn has_media(&self) -> bool {
        self.media.is_some()
    }

    /// Whether it answers another post.
    pub fn is_reply(&self) -> bool {
        self.reply.is_some()
    }
}
