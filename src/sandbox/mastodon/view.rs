//! What tests look at: posts as they stand, and what came through the API.

use super::MastodonWorld;
use super::hand::Poll;
use super::model::Status;
use crate::core::post::{PostId, Timestamp, Visibility};

/// A post, as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct View {
    /// Its id.
    pub id: PostId,
    /// The text as it was typed.
    pub text: String,
    /// The text as the API shows it.
    pub html: String,
    /// The content warning.
    pub spoiler: String,
    /// Whether it is marked as sensitive.
    pub sensitive: bool,
    /// What it answers.
    pub reply_to: Option<PostId>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its language.
    pub language: Option<String>,
    /// The application's name.
    pub application: Option<String>,
    /// When it was written.
    pub created: Timestamp,
    /// When it was last edited.
    pub edited: Option<Timestamp>,
    /// What it boosts.
    pub boost_of: Option<PostId>,
    /// The poll in it.
    pub poll: Option<Poll>,
    /// What is attached: the ids, in order.
    pub media: Vec<String>,
    /// What it quotes.
    pub quote: Option<PostId>,
    /// Whether it stays on this server.
    pub local_only: bool,
    /// Whether the owner has favourited it.
    pub favourited: bool,
    /// Whether the owner has bookmarked it.
    pub bookmarked: bool,
}

impl MastodonWorld {
    /// The owner's posts and boosts, oldest first, whatever lists show them already.
    #[must_use]
    pub fn timeline_of_owner(&self) -> Vec<View> {
        let mut own: Vec<&Status> = self.statuses.iter().filter(|status| status.author == self.owner).collect();
        own.sort_by(|a, b| b.newest_first(a));
        own.into_iter().map(|status| self.view_of(status)).collect()
    }

    /// One post of anybody's, as it stands.
    #[must_use]
    pub fn view(&self, post: &PostId) -> Option<View> {
        self.status(post.as_str()).map(|status| self.view_of(status))
    }

    fn view_of(&self, status: &Status) -> View {
        let base = format!("https://{}", self.host);
        let id = |id: &String| PostId::new(id.as_str());
        let poll = status.poll.as_ref().map(|poll| Poll {
            options: poll.options.clone(),
            multiple: poll.multiple,
            length_secs: poll.length_secs,
        });
        View {
            id: id(&status.id),
            text: status.text.clone(),
            html: self.content(status, &status.text, &base),
            spoiler: status.spoiler.clone(),
            sensitive: status.sensitive,
            reply_to: status.reply_to.as_ref().map(id),
            visibility: status.visibility,
            language: status.language.clone(),
            application: status.application.as_ref().map(|application| application.name.clone()),
            created: status.created,
            edited: status.edited,
            boost_of: status.boost_of.as_ref().map(id),
            poll,
            media: status.media.clone(),
            quote: status.quote.as_ref().map(|quote| id(&quote.of)),
            local_only: status.local_only,
            favourited: status.favourited_by.contains(&self.owner),
            bookmarked: status.bookmarked_by.contains(&self.owner),
        }
    }

    /// How many posts were created through the API, those deleted since included.
    #[must_use]
    pub fn posts_created(&self) -> usize {
        self.created_by_api
    }

    /// Whom posts created or edited through the API mentioned: post and `user` or `user@domain`.
    #[must_use]
    pub fn mentions_made(&self) -> &[(PostId, String)] {
        &self.mentions_made
    }
}
