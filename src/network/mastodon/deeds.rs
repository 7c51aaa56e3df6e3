//! What the client does to the owner's posts: create, change, delete, boost. Each request is sent once; what its answer
//! means is told by `errors`.

use reqwest::RequestBuilder;
use serde::Serialize;
use url::Url;

use super::super::http::{Answer, Failure};
use super::super::{Outcome, Request};
use super::{Mastodon, errors, media, send};
use crate::core::post::{PostId, Visibility};
use crate::core::record::{Attachment, NewPoll, Part};

/// The only kind of text that is sent, where a server takes several.
const PLAIN: &str = "text/plain";

/// What stands in a post: the same whether it is created or changed (`mastodon-api.md` 5.1, 5.3).
#[derive(Serialize)]
struct Body<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spoiler_text: Option<&'a str>,
    /// Always said: an account's default may be another.
    sensitive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<PollBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'static str>,
    /// All that is attached. What is not named is taken out of a post that is changed.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    media_ids: &'a [String],
}

/// `PUT /api/v1/statuses/:id`.
#[derive(Serialize)]
struct ChangedStatus<'a> {
    #[serde(flatten)]
    body: Body<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media_attributes: Vec<AttachmentBody<'a>>,
}

/// What is told of something that may be attached already: then it cannot be told in another way.
#[derive(Serialize)]
struct AttachmentBody<'a> {
    id: &'a str,
    /// Always said: an empty one takes away an earlier one.
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<String>,
}

#[derive(Serialize)]
struct PollBody<'a> {
    options: &'a [String],
    expires_in: i64,
    multiple: bool,
}

/// `POST /api/v1/statuses`.
#[derive(Serialize)]
struct NewStatus<'a> {
    #[serde(flatten)]
    body: Body<'a>,
    /// Always said, as `sensitive` is.
    visibility: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to_id: Option<&'a PostId>,
    /// Nobody: a text that would mention somebody after all is refused. Only JSON can say an empty list. Left out
    /// where somebody is meant to be mentioned: it takes ids, and we know names.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_mentions: Option<[&'a str; 0]>,
}

impl<'a> Body<'a> {
    fn new(part: &'a Part, media_ids: &'a [String], takes_content_type: bool) -> Self {
        let poll = |poll: &'a NewPoll| PollBody {
            options: &poll.options,
            expires_in: poll.length_secs,
            multiple: poll.multiple,
        };
        Self {
            status: &part.text,
            spoiler_text: part.warning.as_deref().filter(|warning| !warning.is_empty()),
            sensitive: part.sensitive,
            language: part.language.as_deref(),
            poll: part.poll.as_ref().map(poll),
            content_type: takes_content_type.then_some(PLAIN),
            media_ids,
        }
    }
}

impl<'a> NewStatus<'a> {
    fn new(request: &Request<'a>, takes_content_type: bool) -> Self {
        Self {
            body: Body::new(request.part, request.media, takes_content_type),
            visibility: match request.part.visibility {
                None | Some(Visibility::Public) => "public",
                Some(Visibility::Unlisted) => "unlisted",
                Some(Visibility::Direct) => "direct",
                Some(Visibility::Private | Visibility::Other) => "private",
            },
            in_reply_to_id: request.reply_to,
            allowed_mentions: request.part.pings.is_empty().then_some([]),
        }
    }
}

impl<'a> ChangedStatus<'a> {
    fn new(part: &'a Part, media: &'a [String], takes_content_type: bool) -> Self {
        let attributes = |(attachment, id): (&'a Attachment, &'a String)| AttachmentBody {
            id,
            description: attachment.description.as_deref().unwrap_or_default(),
            focus: attachment.focus.map(media::in_words),
        };
        Self {
            body: Body::new(part, media, takes_content_type),
            media_attributes: part.media.iter().zip(media).map(attributes).collect(),
        }
    }
}

impl Mastodon {
    pub(super) async fn create(&self, request: &Request<'_>) -> Outcome {
        let takes_content_type = self.limits.borrow().takes_content_type;
        let post = self
            .http
            .post(self.base.join("/api/v1/statuses"))
            .header("idempotency-key", request.key)
            .json(&NewStatus::new(request, takes_content_type));
        let judge = |answer: &Answer| {
            errors::media_refused(answer, request.part, request.media)
                .unwrap_or_else(|| errors::outcome(answer, &self.base, request.reply_to.is_some()))
        };
        self.carry_out(post, judge).await
    }

    /// Replaces what stands in a post. What is not said is taken out of it.
    pub(super) async fn change(&self, post: &PostId, part: &Part, media: &[String]) -> Outcome {
        let takes_content_type = self.limits.borrow().takes_content_type;
        let put = self.http.put(self.status_url(post)).json(&ChangedStatus::new(part, media, takes_content_type));
        let judge = |answer: &Answer| {
            errors::media_refused(answer, part, media).unwrap_or_else(|| errors::changed(answer, &self.base, post))
        };
        self.carry_out(put, judge).await
    }

    pub(super) async fn remove(&self, post: &PostId) -> Outcome {
        let delete = self.http.delete(self.status_url(post));
        self.carry_out(delete, |answer| errors::deleted(answer, &self.base, post)).await
    }

    pub(super) async fn boost(&self, post: &PostId) -> Outcome {
        let mut url = self.status_url(post);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push("reblog");
        }
        // Some proxies refuse a POST that does not say that it has no body.
        let post = self.http.post(url).header("content-length", "0");
        self.carry_out(post, |answer| errors::boosted(answer, &self.base)).await
    }

    /// The address of one status.
    pub(super) fn status_url(&self, post: &PostId) -> Url {
        self.address_of("/api/v1/statuses", post.as_str())
    }

    /// The address of one thing of many. Whatever stands in its id stays within it.
    pub(super) fn address_of(&self, all: &str, id: &str) -> Url {
        let mut url = self.base.join(all);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push(id);
        }
        url
    }

    async fn carry_out(&self, request: RequestBuilder, judge: impl FnOnce(&Answer) -> Outcome) -> Outcome {
        match send(&self.http, request.bearer_auth(self.token.expose())).await {
            Ok(answer) => {
                self.hear(&answer);
                judge(&answer)
            }
            Err(failure @ Failure::NotSent(_)) => Outcome::NotSent(failure.into()),
            Err(Failure::Unclear(why)) => Outcome::Unclear { why, duplicate: false },
        }
    }
}

#[cfg(test)]
mod tests;
