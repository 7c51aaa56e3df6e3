//! What was changed of a post on its way, in words for the owner: `preview` shows it.

use std::fmt;

use crate::core::money::Money;
use crate::core::post::MediaKind;

/// Something that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A name was written in full.
    Mention {
        /// As it stood.
        from: String,
        /// As it stands.
        to: String,
    },
    /// Somebody is mentioned for real.
    Friend {
        /// Who, as the target names them.
        name: String,
    },
    /// The target would have made a mention of it.
    MentionInert(String),
    /// The target would have made a link of it, for so much.
    LinkInert(String, Option<Money>),
    /// The target would have made one cashtag too many of it.
    CashtagInert(String),
    /// It looks like a link, and will be one.
    LinkKept(String),
    /// Tracking parameters were removed from a link.
    Tracking(String),
    /// A custom emoji was left out.
    Emoji(String),
    /// A hashtag that is only for crosspostd was left out.
    HiddenHashtag(String),
    /// The content warning stands before the text.
    WarningPrefixed,
    /// The content warning stands alone, with a link to the original.
    WarningAlone,
    /// The content warning was left out.
    WarningDropped,
    /// The content warning was too long and was cut.
    WarningCut,
    /// In this place the target would have made a mention, link or cashtag of something.
    Inert(&'static str),
    /// A content warning was found at the head of the text.
    WarningFound(String),
    /// It was too long and became so many parts.
    Split(usize),
    /// It was too long and was cut, with a link to the original.
    Truncated,
    /// The poll stands as a list, for this reason.
    PollAsList(&'static str),
    /// The poll runs for so many seconds, for this reason.
    PollLength(i64, &'static str),
    /// The quoted post is named, not shown.
    Quote(String),
    /// Somebody else's post is shared.
    Boost(String),
    /// Characters that mean nothing there were left out.
    Cleaned,
    /// More is attached than goes into a post: so many posts carry it.
    MediaSpread(usize),
    /// For this reason a link to the original stands for something that is attached to it.
    MediaLinked(String),
    /// For this reason something that is attached was left out.
    MediaDropped(String),
    /// Because of what is attached there is a link to the original, and the post costs so much.
    MediaLinkCosts(Money),
    /// The cover of a sound is attached in its place.
    SoundAsCover,
    /// The description of this was too long and was cut.
    DescriptionCut(String),
    /// The description of this was too long, and the rest of it stands in a part of its own.
    DescriptionContinued(String),
    /// A post with sensitive media got this content warning.
    SensitiveWarning(String),
}

/// What an attachment of a kind is called.
#[must_use]
pub fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "picture",
        MediaKind::Gif => "GIF",
        MediaKind::Video => "video",
        MediaKind::Audio => "sound",
        MediaKind::Other => "attachment",
    }
}

/// A length in seconds, to a tenth.
#[must_use]
pub fn secs(ms: u64) -> String {
    let tenths = ms / 100;
    if tenths.is_multiple_of(10) { format!("{} s", tenths / 10) } else { format!("{}.{} s", tenths / 10, tenths % 10) }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mention { from, to } => write!(f, "{from} is written {to}, so that nobody else is meant"),
            Self::Friend { name } => write!(f, "@{name} is mentioned: they stand in your list of friends"),
            Self::MentionInert(name) => write!(f, "{name} would mention a stranger: made inert by an invisible letter"),
            Self::LinkInert(word, Some(price)) => {
                write!(f, "{word} would become a link and cost {price}: made inert by an invisible letter")
            }
            Self::LinkInert(word, None) => write!(f, "{word} would become a link: made inert by an invisible letter"),
            Self::CashtagInert(tag) => write!(f, "{tag} is one cashtag too many: made inert by an invisible letter"),
            Self::LinkKept(word) => write!(f, "{word} looks like a link and will be one"),
            Self::Tracking(address) => write!(f, "tracking parameters were removed from {address}"),
            Self::Emoji(code) => write!(f, "the custom emoji {code} was left out"),
            Self::HiddenHashtag(tag) => write!(f, "#{tag} is for crosspostd and was left out"),
            Self::WarningPrefixed => f.write_str("the content warning stands before the text"),
            Self::WarningAlone => f.write_str("only the content warning is shown, with a link to the original"),
            Self::WarningDropped => f.write_str("the content warning was left out"),
            Self::WarningCut => f.write_str("the content warning is too long and was cut"),
            Self::Inert(place) => {
                write!(
                    f,
                    "what would become a mention, link or cashtag in {place} was made inert by an invisible letter"
                )
            }
            Self::WarningFound(words) => write!(f, "\"{words}\" became the content warning"),
            Self::Split(parts) => write!(f, "it is too long for one post and becomes a thread of {parts}"),
            Self::Truncated => f.write_str("it is too long for one post and was cut, with a link to the original"),
            Self::PollLength(secs, why) => write!(f, "the poll runs for {}: {why}", length(*secs)),
            Self::PollAsList(why) => write!(f, "the poll stands as a list: {why}"),
            Self::Quote(whose) => write!(f, "the quoted post is named: {whose}"),
            Self::Boost(whose) => write!(f, "it shares a post of {whose}"),
            Self::Cleaned => f.write_str("invisible characters that only disturb were left out"),
            Self::MediaSpread(posts) => {
                write!(f, "what is attached does not go into one post and is spread over {posts}")
            }
            Self::MediaLinked(why) => write!(f, "{why}: there is a link to the original instead"),
            Self::MediaDropped(why) => write!(f, "{why}: left out"),
            Self::MediaLinkCosts(price) => write!(f, "with the link to the original, its post costs {price}"),
            Self::SoundAsCover => f.write_str("the cover picture of the sound is attached in its place"),
            Self::DescriptionCut(of) => write!(f, "the description of {of} is too long and was cut"),
            Self::DescriptionContinued(of) => {
                write!(f, "the description of {of} is too long: the rest of it follows in a reply")
            }
            Self::SensitiveWarning(words) => {
                write!(f, "the media are marked as sensitive: \"{words}\" became the content warning")
            }
        }
    }
}

/// A length of time in the largest unit that it fills.
fn length(secs: i64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (unit, name) = units.into_iter().find(|(unit, _)| secs % unit == 0).unwrap_or((1, "second"));
    let count = secs / unit;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}
