//! A post, the owner's style and the target's rules → the parts that it becomes on the target.
//!
//! The steps stand in [`render`], in their order. Not here: whether the post is mirrored at all (`select`), which part
//! is sent when (`plan`).

mod attach;
mod clean;
mod compose;
pub mod count;
pub(crate) mod detach;
mod draft;
mod finish;
mod inert;
mod link;
mod long;
mod mention;
pub mod note;
mod poll;
mod share;
pub mod split;
mod warning;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use self::attach::Attached;
use self::draft::{Draft, Kind};
use self::note::Note;
use self::warning::Placed;
use super::media::MediaRules;
use super::money::{Prices, Spending};
use super::post::{Network, Post};
use super::record::{NewPoll, Part};
use super::select::{Admitted, SkipReason};
use super::style::{Boosts, Polls, Quotes, SensitiveMedia, Style};

/// What a target takes, and what it asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The longest part, by [`Rules::counting`].
    pub max_length: usize,
    /// How length is counted.
    pub counting: Counting,
    /// Whether a post has a place for a content warning; else the warning is put before the text.
    pub warnings: bool,
    /// The polls that it carries; `None`: none.
    pub polls: Option<PollLimits>,
    /// The attachments that it carries.
    pub media: MediaRules,
    /// How posts can be changed there; `None`: not at all.
    pub edits: Option<Edits>,
    /// After how many seconds a post that was sent and is not to be seen was never made (`anchors.md` B.4, rule 5).
    pub settle_secs: i64,
    /// What requests cost there; `None`: nothing.
    pub prices: Option<Prices>,
}

/// What a poll may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollLimits {
    /// How many options it may have, at least 2.
    pub max_options: usize,
    /// The longest option, by [`Rules::counting`].
    pub max_option_length: usize,
    /// The shortest time that it may run, in seconds.
    pub min_secs: i64,
    /// The longest.
    pub max_secs: i64,
    /// Whether more than one option may be chosen.
    pub multiple: bool,
}

/// How posts can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edits {
    /// How long after it was made, in seconds; `None`: always.
    pub window_secs: Option<i64>,
    /// Whether a changed post gets a new id: then a change cannot simply be repeated.
    pub new_id: bool,
}

/// What a post becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The parts, in order; at least one.
    pub parts: Vec<Part>,
    /// What was changed on the way, for the owner to see.
    pub notes: Vec<Note>,
}

/// What the post itself does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The address of the quoted post's mirror, where it is the owner's own and has one.
    pub quoted_mirror: Option<String>,
    /// Whether it hangs on a post of the owner's that is mirrored.
    pub is_reply: bool,
}

/// How a network counts a post's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// X: twitter-text's weighted length.
    Weighted,
    /// Mastodon: grapheme clusters, links at a fixed length, remote handles without their host.
    Graphemes {
        /// What a link counts, whatever its length (`characters_reserved_per_url`).
        link_length: usize,
    },
    /// Other servers with Mastodon's API: code points as they stand, or Mastodon's count where that is larger.
    Characters {
        /// What a link counts at least.
        link_length: usize,
    },
}

impl Counting {
    /// Which network counts so.
    fn network(self) -> Network {
        match self {
            Self::Weighted => Network::Twitter,
            Self::Graphemes { .. } | Self::Characters { .. } => Network::Mastodon,
        }
    }
}

/// What an admitted post becomes.
///
/// # Errors
/// When the owner's style says that such a post is not mirrored, or nothing is left of it.
pub fn render(
    admitted: &Admitted<'_>,
    style: &Style,
    rules: &Rules,
    around: &Surroundings,
) -> Result<Rendered, SkipReason> {
    let job = Job { post: admitted.post(), style, rules, around };
    let mut notes = Vec::new();
    let mut written = if job.post.boost.is_some() { shared(&job, &mut notes) } else { own(&job, &mut notes) }?;
    // Twice: what was made inert can let a link be seen that was none before.
    for _ in 0..2 {
        link::set_apart(&mut written.draft, job.target());
        inert::inert(&mut written.draft, &job, &mut notes);
    }
    let parts = finish::parts(*admitted, &written, &job, &mut notes)?;
    // What happens at a hundred places alike is told once.
    let mut told = HashSet::new();
    notes.retain(|note| told.insert(note.to_string()));
    Ok(Rendered { parts, notes })
}

/// What every step looks at.
struct Job<'a> {
    post: &'a Post,
    style: &'a Style,
    rules: &'a Rules,
    around: &'a Surroundings,
}

impl Job<'_> {
    fn target(&self) -> Network {
        self.rules.counting.network()
    }
}

/// The whole of what will stand there, before it is cut to length.
struct Written {
    /// The text.
    draft: Draft,
    /// The content warning's place.
    warning: Placed,
    /// A poll that the target carries.
    poll: Option<NewPoll>,
    /// What is attached.
    media: Attached,
}

/// What the owner wrote: text, poll, quoted post, warning, attachments.
fn own(job: &Job<'_>, notes: &mut Vec<Note>) -> Result<Written, SkipReason> {
    let post = job.post;
    if post.quote.is_some() && job.style.quotes == Quotes::Skip {
        return Err(SkipReason::Quote);
    }
    if post.poll.is_some() && job.style.polls == Polls::Skip {
        return Err(SkipReason::Poll);
    }
    if attach::is_sensitive(job) && job.style.media.sensitive == SensitiveMedia::Skip {
        return Err(SkipReason::SensitiveMedia);
    }
    let text = compose::prepared(&post.text, &post.spans, job, notes);
    let text = compose::without_hidden(text, job, notes);
    let (text, found) = warning::found(text, job, notes);
    let said = post.warning.as_deref().filter(|words| !clean::is_blank(words));
    let words = said.or(found.as_deref());
    let words = words.or_else(|| warning::of_sensitive(job, notes));
    let warning = Placed::of(words, post.address.as_deref(), job, notes)?;
    if let (Placed::Alone(_), Some(address)) = (&warning, &post.address) {
        return Ok(Written {
            draft: warning.before(link::alone(address, job)),
            warning,
            poll: None,
            media: Attached::default(),
        });
    }
    let media = attach::attached(job, notes)?;
    let has_media = !media.groups.is_empty();
    let mut draft = compose::composed(&text, job, notes);
    let has_text = !draft.is_blank() || matches!(warning, Placed::Before(_));
    let poll = poll::carried(&mut draft, has_text, has_media, job, notes);
    let is_bare = draft.is_blank() && poll.is_none() && !has_media && !media.is_linked;
    if is_bare && job.style.quotes == Quotes::Author {
        // A name alone tells nobody anything.
        return Err(SkipReason::Empty);
    }
    if let Some(line) = share::quote_line(job, notes) {
        draft.append_paragraph(line);
    }
    if media.is_linked {
        link_original(&mut draft, job, notes);
    }
    if draft.is_blank() && !has_media {
        return Err(SkipReason::Empty);
    }
    Ok(Written { draft: warning.before(draft), warning, poll, media })
}

/// Leads to the original at the end of a text, unless something in it does already.
fn link_original(draft: &mut Draft, job: &Job<'_>, notes: &mut Vec<Note>) {
    let Some(address) = job.post.address.as_deref() else { return };
    let link = link::alone(address, job);
    if draft.places(Kind::Link).any(|place| draft.text.get(place.clone()) == Some(&link.text)) {
        return;
    }
    let price = job.rules.prices.map(|prices| prices.of_text(&link.text));
    notes.extend(
        price.filter(|(what, _)| *what == Spending::CreateWithLink).map(|(_, price)| Note::MediaLinkCosts(price)),
    );
    draft.append_paragraph(link);
}

/// Somebody else's post that the owner boosted.
fn shared(job: &Job<'_>, notes: &mut Vec<Note>) -> Result<Written, SkipReason> {
    let mut boosted = job.post.boost.clone().ok_or(SkipReason::Boost)?;
    if boosted.warning.is_none() && job.style.boosts == Boosts::Text {
        ((boosted.text, boosted.spans), boosted.warning) = warning::found((boosted.text, boosted.spans), job, notes);
    }
    let warning = Placed::of(boosted.warning.as_deref(), boosted.address.as_deref(), job, notes)?;
    let is_hidden = matches!(warning, Placed::Alone(_));
    let draft = warning.before(share::boost(&boosted, is_hidden, job, notes)?);
    Ok(Written { draft, warning, poll: None, media: Attached::default() })
}
