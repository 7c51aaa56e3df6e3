//! Is this entry on the target's timeline the part that we tried to send?
//!
//! Strict, for a wrong "yes" loses a post and a wrong "no" doubles one: the owner's own account, written after the
//! first try, the same text after what the network does to texts, the same parent, the same number of media. The
//! application's name is no part of it: a token made by hand has another, and some servers forget it; `plan` prefers
//! ours where it is shown. That each entry is adopted once only is seen to by `plan`, too.

use unicode_normalization::UnicodeNormalization;

use super::post::{Post, PostId, ReplyTo, Timestamp};
use super::record::{Intent, Part};

/// How far a server's `Date` (whole seconds) may be ahead of the times that it gives its posts.
const CLOCK_SLACK_SECS: i64 = 60;

/// What stands for an attachment where there is no text: the object replacement character.
const ATTACHMENT: &str = "\u{FFFC}";

/// What a try should have left on the target.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The owner's account there.
    pub account: &'a str,
    /// The part.
    pub part: &'a Part,
    /// The ids of what was uploaded for it.
    pub media: &'a [&'a str],
    /// The name that our own posts stand under there, where the network shows it.
    pub our_app: Option<&'a str>,
    /// The post that it answers.
    pub reply_to: Option<&'a PostId>,
    /// The first try of it.
    pub first_try: &'a Intent,
}

/// Whether `post` is what `expected` describes.
#[must_use]
pub fn is_match(post: &Post, expected: &Expected<'_>) -> bool {
    let earliest: Timestamp = expected.first_try.at.plus_secs(-CLOCK_SLACK_SECS);
    let same_parent = match (&post.reply_to, expected.reply_to) {
        // The parent may have been deleted since: then nothing is left of it.
        (ReplyTo::Nothing, _) => true,
        (ReplyTo::Own(parent), Some(expected)) => parent == expected,
        _ => false,
    };
    post.author == expected.account
        && post.boost.is_none()
        && post.poll.is_some() == expected.part.poll.is_some()
        && post.created >= earliest
        && expected.first_try.after.as_ref().is_none_or(|after| post.id > *after)
        && same_parent
        && post.media.len() == expected.part.media.len()
        && post.print() == expected.part.print()
        && (!post.text.trim().is_empty() || post.media.is_empty() || is_same_media(post, expected))
}

/// Whether what is attached to a post without words is what was uploaded for ours. Its number alone says little.
///
/// The ids are those of the uploads on Mastodon, `GoToSocial` and X; where they are not (Pleroma), the application's name
/// tells.
fn is_same_media(post: &Post, expected: &Expected<'_>) -> bool {
    let is_ours = expected.our_app.is_some() && post.application.as_deref() == expected.our_app;
    let is_untold = post.media.iter().any(|media| media.id.is_none()) || expected.media.is_empty();
    is_ours || is_untold || has_media(post, expected.media)
}

/// Whether something is attached to a post, and all of it is among these uploads.
#[must_use]
pub fn has_media(post: &Post, ids: &[&str]) -> bool {
    let is_known = |id: Option<&str>| id.is_some_and(|id| ids.contains(&id));
    !post.media.is_empty() && post.media.iter().all(|media| is_known(media.id.as_deref()))
}

/// A text in 64 bits, the same before and after what the networks do to it.
///
/// They compose characters (NFC), add or drop a link's scheme and last slash, join and trim white space, and may
/// strip what has no width. The value is stable: it stands in the journal.
///
/// A post without a text is known by the number of its attachments.
#[must_use]
pub fn fingerprint(text: &str, warning: Option<&str>, attachments: usize) -> u64 {
    let mut plain = plain_form(text);
    if plain.is_empty() {
        plain = ATTACHMENT.repeat(attachments);
    }
    let whole = format!("{}\u{0}{plain}", plain_form(warning.unwrap_or_default()));
    let digest = ring::digest::digest(&ring::digest::SHA256, whole.as_bytes());
    digest.as_ref().iter().take(8).fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

fn plain_form(text: &str) -> String {
    let text: String = text.nfc().filter(|c| !has_no_width(*c)).collect();
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&without_schemes(word));
    }
    plain
}

/// `https://example.org/` and `example.org` are one link.
fn without_schemes(word: &str) -> String {
    let bare = word.replace("https://", "").replace("http://", "");
    match bare.strip_suffix('/') {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => bare,
    }
}

/// Zero-width spaces and joiners, direction marks, the byte order mark: networks may strip them.
fn has_no_width(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::post::{Media, MediaKind, Poll};

    const AT: Timestamp = Timestamp::from_secs(10_000);

    fn is_ours(change: impl FnOnce(&mut Post)) -> bool {
        let mut post = Post::plain(PostId::new("105"), "me", AT.plus_secs(1), "see https://example.org");
        change(&mut post);
        let part = Part::plain("see  https://example.org/");
        let first_try = Intent { at: AT, after: Some(PostId::new("100")), reply_to: None };
        is_match(
            &post,
            &Expected { account: "me", part: &part, media: &[], our_app: None, reply_to: None, first_try: &first_try },
        )
    }

    #[test]
    fn only_what_we_sent_matches() {
        assert!(is_ours(|_| {}));
        assert!(is_ours(|p| p.text = "see\nexample.org".into()));
        assert!(!is_ours(|p| p.author = "you".into()));
        assert!(!is_ours(|p| p.id = PostId::new("100")));
        assert!(!is_ours(|p| p.created = AT.plus_secs(-61)));
        assert!(!is_ours(|p| p.text.push('!')));
        assert!(!is_ours(|p| p.warning = Some("cw".into())));
        assert!(!is_ours(
            |p| p.poll = Some(Poll { options: Vec::new(), multiple: false, length_secs: None, closed: false })
        ));
        assert!(!is_ours(|p| p.reply_to = ReplyTo::Own(PostId::new("1"))));
        assert!(!is_ours(|p| p.reply_to = ReplyTo::Other));
        assert!(!is_ours(|p| p.media = vec![Media::of(MediaKind::Image)]));
    }

    #[test]
    fn a_post_without_words_is_known_by_its_uploads() {
        let attachment = crate::core::record::Attachment {
            kind: MediaKind::Image,
            sources: vec!["https://files.example/1.png".into()],
            description: None,
            focus: None,
            sensitive: false,
        };
        let part = Part::with_media("", vec![attachment]);
        let first_try = Intent { at: AT, after: None, reply_to: None };
        let is_ours = |id: Option<&str>, application: Option<&str>, text: &str| {
            let mut post = Post::plain(PostId::new("105"), "me", AT, text);
            post.media = vec![Media { id: id.map(str::to_owned), ..Media::of(MediaKind::Image) }];
            post.application = application.map(str::to_owned);
            let (media, our_app) = (&["m1"][..], Some("crosspostd"));
            let expected =
                Expected { account: "me", part: &part, media, our_app, reply_to: None, first_try: &first_try };
            is_match(&post, &expected)
        };
        assert!(is_ours(Some("m1"), None, ""));
        assert!(!is_ours(Some("m2"), None, " "), "another picture");
        assert!(is_ours(Some("m2"), Some("crosspostd"), ""), "ids that are not those of uploads");
        assert!(!is_ours(Some("m2"), Some("Web"), ""));
        assert!(is_ours(None, None, ""), "nobody knows");
        assert!(!is_ours(Some("m1"), None, "words"));
    }

    #[test]
    fn fingerprints_survive_what_networks_do_and_nothing_else() {
        let same = |a: &str, b: &str| fingerprint(a, None, 0) == fingerprint(b, None, 0);
        assert!(same("cafe\u{301}", "café"));
        assert!(same(" a \n\n b", "a b"));
        assert!(same("main.\u{200B}rs", "main.rs"));
        assert!(same("http://x.org/", "x.org"));
        assert!(!same("gm", "Gm"));
        assert!(!same("a b", "ab"));
        assert!(!same("/", ""));
        assert_ne!(fingerprint("", None, 1), fingerprint(" ", None, 2));
        assert_eq!(fingerprint("gm", None, 1), 0x3281_dba6_32c1_c32a, "the value stands in journals");
    }
}
