//! What a request asks to see: fields and expansions, in either dialect (x-api.md 0).

use super::problems::Problems;
use crate::sandbox::{Call, Reply};

/// Which vocabulary the API speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Whichever the request uses; legacy where it uses neither.
    #[default]
    Both,
    /// `tweet.fields`, `note_tweet`, … only.
    Legacy,
    /// `post.fields`, `note_post`, … only.
    New,
}

/// What becomes of names that the API does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownNames {
    /// 400.
    #[default]
    Refused,
    /// 200, without what they would have named.
    Ignored,
}

const LEGACY_FIELDS: &str = "article attachments author_id card_uri community_id context_annotations conversation_id \
    created_at display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang \
    matched_media_notes media_metadata non_public_metrics note_request_suggestions note_tweet organic_metrics \
    paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets reply_settings scopes source \
    suggested_source_links suggested_source_links_with_counts text withheld";
const LEGACY_EXPANSIONS: &str = "article.cover_media article.media_entities attachments.media_keys \
    attachments.media_source_tweet attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username \
    geo.place_id in_reply_to_user_id entities.note.mentions.username referenced_tweets.id \
    referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id";
const NEW_FIELDS: &str = "article article_title attachments card_uri community_id context_annotations conversation_id \
    created_at display_text_range edit_controls entities geo id lang matched_media_notes media_metadata \
    non_public_metrics note_post note_request_suggestions organic_metrics paid_partnership possibly_sensitive \
    promoted_metrics public_metrics reply_settings scopes source suggested_source_links \
    suggested_source_links_with_counts text withheld";
const NEW_EXPANSIONS: &str = "article.cover_media article.media_entities attachments.media_keys \
    attachments.media_source_tweet attachments.poll_ids author_id edit_history_post_ids entities.mentions.username \
    geo.place_id in_reply_to_user_id referenced_posts username";
const USER_FIELDS: &str = "affiliation confirmed_email connection_status created_at description entities id \
    is_identity_verified location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url \
    profile_image_url protected public_metrics receives_your_dm subscribes_to_you subscription subscription_type url \
    username verified verified_followers_count verified_type withheld";
const MEDIA_FIELDS: &str = "alt_text duration_ms height media_key non_public_metrics organic_metrics \
    preview_image_url promoted_metrics public_metrics type url variants width";
const POLL_FIELDS: &str = "duration_minutes end_datetime id options voting_status";

/// What is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Whether to answer in the new vocabulary.
    pub(super) new: bool,
    pub(super) fields: Vec<String>,
    pub(super) expansions: Vec<String>,
    pub(super) user_fields: Vec<String>,
    pub(super) media_fields: Vec<String>,
    pub(super) poll_fields: Vec<String>,
}

impl Asked {
    /// Reads it from a request; `others` are the endpoint's further parameters.
    pub(super) fn read(
        call: &Call,
        others: &[&str],
        dialect: Dialect,
        unknown: UnknownNames,
        problems: Problems,
    ) -> Result<Self, Reply> {
        let new = match dialect {
            Dialect::Both => call.query("tweet.fields").is_none() && call.query("post.fields").is_some(),
            Dialect::Legacy => false,
            Dialect::New => true,
        };
        let (fields, expansions) = if new {
            (("post.fields", NEW_FIELDS), ("expansions", NEW_EXPANSIONS))
        } else {
            (("tweet.fields", LEGACY_FIELDS), ("expansions", LEGACY_EXPANSIONS))
        };
        let lists = [
            fields,
            expansions,
            ("user.fields", USER_FIELDS),
            ("media.fields", MEDIA_FIELDS),
            ("poll.fields", POLL_FIELDS),
        ];
        let mut read = Vec::new();
        for (parameter, known) in lists {
            read.push(names(call, parameter, known, unknown, problems)?);
        }
        if unknown == UnknownNames::Refused {
            let known = |name: &str| {
                name == "place.fields" || others.contains(&name) || lists.iter().any(|(list, _)| *list == name)
            };
            if let Some((name, value)) = call.query.iter().find(|(name, _)| !known(name)) {
                let message = format!("The query parameter [{name}] is not one of [{}]", others.join(","));
                return Err(problems.invalid_parameter(name, value, &message));
            }
        }
        let mut read = read.into_iter();
        let mut next = || read.next().unwrap_or_default();
        Ok(Self {
            new,
            fields: next(),
            expansions: next(),
            user_fields: next(),
            media_fields: next(),
            poll_fields: next(),
        })
    }

    pub(super) fn expands(&self, legacy: &str, new: &str) -> bool {
        let name = if self.new { new } else { legacy };
        self.expansions.iter().any(|expansion| expansion == name)
    }
}

/// A comma list of names, without those that are not known.
fn names(
    call: &Call,
    parameter: &str,
    known: &str,
    unknown: UnknownNames,
    problems: Problems,
) -> Result<Vec<String>, Reply> {
    let Some(list) = call.query(parameter) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for name in list.split(',') {
        if known.split_whitespace().any(|one| one == name) {
            names.push(name.to_owned());
        } else if unknown == UnknownNames::Refused {
            let all = known.split_whitespace().collect::<Vec<_>>().join(",");
            let message = format!("The `{parameter}` query parameter value [{name}] is not one of [{all}]");
            return Err(problems.invalid_parameter(parameter, list, &message));
        }
    }
    Ok(names)
}
