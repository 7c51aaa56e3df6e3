//! The bodies of requests. X refuses keys that it does not know (`x-api.md` 3).

use serde::Serialize;

use crate::core::post::PostId;
use crate::core::record::Part;

/// The body of `POST /2/tweets`.
#[derive(Serialize)]
pub struct NewPost<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<Poll<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit_options: Option<EditOptions<'a>>,
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

/// The body of `POST /2/users/:id/retweets`.
#[derive(Serialize)]
pub struct NewRepost<'a> {
    /// The post to repost.
    pub tweet_id: &'a str,
}

impl<'a> NewPost<'a> {
    /// A new post.
    pub fn of(part: &'a Part, reply_to: Option<&'a PostId>) -> Self {
        Self {
            text: &part.text,
            reply: reply_to.map(|parent| Reply { in_reply_to_tweet_id: parent.as_str() }),
            poll: part.poll.as_ref().map(|poll| Poll {
                options: &poll.options,
                // X counts in minutes; what is less than one more is one more.
                duration_minutes: poll.length_secs.saturating_add(59) / 60,
            }),
            edit_options: None,
        }
    }

    /// A new version of a post. It stays where it is, and X edits no polls: nothing but the text is sent.
    pub fn version(of: &'a PostId, part: &'a Part) -> Self {
        let edit_options = Some(EditOptions { previous_post_id: of.as_str() });
        Self { text: &part.text, reply: None, poll: None, edit_options }
    }
}
