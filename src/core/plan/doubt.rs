//! What may have been done and was never answered for: settled from the target's own timeline, and from nothing else.

use super::{Intake, Read, SidePolicy, is_known, price};
use crate::core::matching::{Expected, has_media, is_match};
use crate::core::post::{Network, Post, PostId, PostRef};
use crate::core::record::{Change, Deed, Delivery, Intent, MAX_TRIES, Part, Stage};

/// How long an outcome may stay unknown because the target's timeline cannot be read whole, before the owner is told.
const DOUBT_SECS: i64 = 24 * 3600;

impl Intake<'_> {
    /// Settles what was sent to a network and never answered for.
    pub(super) fn resolve(&mut self, target: Network) {
        let (Some(read), Some(policy)) = (self.reads.get(&target), self.policy.get(&target)) else { return };
        let Some((key, delivery)) = self.state.in_doubt(target) else { return };
        let (Stage::Sending { intent, duplicate }, Some(deed)) = (&delivery.stage, delivery.current()) else { return };
        let new_id = policy.rules.edits.is_some_and(|edits| edits.new_id);
        let found = match deed {
            Deed::Create(part) => self.find(read, policy, delivery, (intent, part)),
            Deed::Edit { post, part } if new_id => self.find_version(read, policy, post, part),
            // Done twice it is done once: it is simply done again.
            Deed::Edit { .. } | Deed::Delete { .. } | Deed::Repost { .. } => {
                let change = again(delivery, target, read);
                let key = key.clone();
                return self.change(&key, read.at, change);
            }
        };
        let settled = read.complete && read.at >= intent.at.plus_secs(policy.rules.settle_secs);
        let change = match found {
            Some(post) => {
                let (id, address) = (post.id.clone(), post.address.clone());
                // A new version of what is ours is ours; anything else is if it says so.
                let uploads: Vec<&str> = delivery.uploads.iter().map(|upload| upload.id.as_str()).collect();
                let is_ours = matches!(deed, Deed::Edit { .. })
                    || has_media(post, &uploads)
                    || (policy.our_app.is_some() && post.application == policy.our_app);
                if is_ours { Change::Done { id, address } } else { Change::Adopted { id, address } }
            }
            None if read.at >= intent.at.plus_secs(DOUBT_SECS) && !read.complete => Change::Failed {
                why: format!("it was sent a day ago, and whether it stands on {target} could not be found out"),
            },
            None if !settled => return,
            None if *duplicate => Change::Failed {
                why: format!("{target} says that you posted the same text before, and does not take it twice"),
            },
            None => again(delivery, target, read),
        };
        // It was made, and so it was charged for, whoever heard of it.
        let price = matches!(change, Change::Done { .. } | Change::Adopted { .. })
            .then(|| price(&policy.rules, deed, read.at))
            .flatten();
        let key = key.clone();
        self.change(&key, read.at, change);
        if let Some(price) = price {
            self.happen(price);
        }
    }

    /// The post that a try to create one left behind.
    fn find<'r>(
        &self,
        read: &'r Read,
        policy: &SidePolicy,
        delivery: &Delivery,
        (intent, part): (&Intent, &Part),
    ) -> Option<&'r Post> {
        let uploads: Vec<&str> = delivery.uploads.iter().map(|upload| upload.id.as_str()).collect();
        let expected = Expected {
            account: &policy.account,
            part,
            media: &uploads,
            our_app: policy.our_app.as_deref(),
            reply_to: intent.reply_to.as_ref(),
            first_try: delivery.first_try.as_ref().unwrap_or(intent),
        };
        // The owner may have written the same by hand: ours is the one with our application's name, where that is
        // shown, and the one that came after the try.
        let by_another =
            |post: &Post| policy.our_app.is_some() && post.application.is_some() && post.application != policy.our_app;
        self.unknown(read, policy).filter(|post| is_match(post, &expected)).min_by_key(|post| {
            let other_media = !has_media(post, &uploads);
            (by_another(post), other_media, post.created < expected.first_try.at, &post.id)
        })
    }

    /// The version that a try to edit a post left behind.
    fn find_version<'r>(&self, read: &'r Read, policy: &SidePolicy, before: &PostId, part: &Part) -> Option<&'r Post> {
        let expected = part.print();
        self.unknown(read, policy)
            .filter(|post| post.earlier_versions.contains(before))
            .find(|post| post.print() == expected)
    }

    /// The posts of the owner's account that were never seen before.
    fn unknown<'r>(&self, read: &'r Read, policy: &SidePolicy) -> impl Iterator<Item = &'r Post> {
        let target = self.policy.iter().find(|(_, side)| std::ptr::eq(*side, policy)).map(|(network, _)| *network);
        read.posts.iter().filter(move |post| {
            post.author == policy.account
                && target.is_some_and(|target| !is_known(self.state, &PostRef::new(target, post.id.clone())))
        })
    }
}

/// What was not done is done again, a few times.
fn again(delivery: &Delivery, target: Network, read: &Read) -> Change {
    if delivery.tries + 1 >= MAX_TRIES {
        Change::Failed { why: format!("it was sent {MAX_TRIES} times and never appeared on {target}") }
    } else {
        Change::Absent { until: read.at }
    }
}
