//! What is asked of a post: only what is needed, as each post read costs money, and what is expanded costs more.

/// The fields of a post that are read (`wire::Post`), in the dialect that needs no expansions for them. Not asked for:
/// `scopes`, as X's documents do not agree about what it says.
const POST_FIELDS: &str = "created_at,author_id,text,note_tweet,entities,attachments,referenced_tweets,\
    in_reply_to_user_id,conversation_id,edit_history_tweet_ids,possibly_sensitive,lang,source,community_id,article,\
    media_metadata";
const MEDIA_FIELDS: &str = "media_key,type,url,preview_image_url,variants,alt_text,width,height,duration_ms";
const POLL_FIELDS: &str = "options,duration_minutes,voting_status";

/// Neither media nor polls are charged for (`x-api.md` 5.2).
const ATTACHED: &str = "attachments.media_keys,attachments.poll_ids";
/// Posts and their authors are: $0.005 and $0.010 (`x-api.md` 5.3).
const ATTACHED_AND_SHARED: &str =
    "attachments.media_keys,attachments.poll_ids,referenced_tweets.id,referenced_tweets.id.author_id";

/// The parameters that ask for posts in full, and for the posts that they refer to if wanted.
pub fn fields<'a>(read_shared: bool) -> Vec<(&'a str, &'a str)> {
    let expansions = if read_shared { ATTACHED_AND_SHARED } else { ATTACHED };
    let mut fields = vec![
        ("tweet.fields", POST_FIELDS),
        ("expansions", expansions),
        ("media.fields", MEDIA_FIELDS),
        ("poll.fields", POLL_FIELDS),
    ];
    if read_shared {
        fields.push(("user.fields", "username,protected"));
    }
    fields
}
