//! Somebody else's post in one's own: quotes and boosts.

use super::clean::is_blank;
use super::compose::{composed, prepared};
use super::draft::{Draft, Kind};
use super::note::Note;
use super::{Job, link, mention};
use crate::core::post::{Network, Shared};
use crate::core::select::SkipReason;
use crate::core::style::{Boosts, Quotes};

/// What stands before a quoted post's name or address; Mastodon writes the same for servers that know no quotes.
const QUOTED: &str = "RE: ";
/// What stands before a boosted post.
const BOOSTED: &str = "🔁 ";
/// What a boosted text ends with that had to be cut.
pub const CUT: &str = "…”";

/// The line that names the post's quoted post, if it has one and the style wants one.
#[must_use]
pub fn quote_line(job: &Job<'_>, notes: &mut Vec<Note>) -> Option<Draft> {
    let quoted = job.post.quote.as_ref()?;
    let mirror = job.around.quoted_mirror.as_deref().filter(|_| quoted.is_own);
    let with_link = job.style.quotes == Quotes::Link;
    let line = match (job.style.quotes, mirror) {
        (Quotes::Text | Quotes::Skip, _) => return None,
        // On X, a link to a post at the end of a text is shown as that post.
        (Quotes::Link, Some(mirror)) if job.target() == Network::Twitter => link::alone(mirror, job),
        (Quotes::Link, Some(mirror)) => line(QUOTED, None, Some(mirror), job)?,
        (Quotes::Author | Quotes::Link, _) => {
            let author = quoted.author.as_deref().filter(|_| !quoted.is_own);
            line(QUOTED, author, quoted.address.as_deref().filter(|_| with_link), job)?
        }
    };
    notes.push(Note::Quote(seen(&line.text)));
    Some(line)
}

/// A post that says that another was boosted; `is_hidden`: without its text, because of its content warning.
///
/// # Errors
/// When nothing of the boosted post can be shown.
pub fn boost(boosted: &Shared, is_hidden: bool, job: &Job<'_>, notes: &mut Vec<Note>) -> Result<Draft, SkipReason> {
    let named = |address| line(BOOSTED, boosted.author.as_deref(), address, job);
    let address = boosted.address.as_deref();
    let has_text = !is_hidden && !is_blank(&boosted.text);
    let as_text = match job.style.boosts {
        Boosts::Off | Boosts::Own => return Err(SkipReason::Boost),
        Boosts::Link => address.is_none() && has_text,
        Boosts::Text => has_text,
    };
    notes.extend(boosted.author.clone().map(Note::Boost));
    if !as_text {
        return named(Some(address.ok_or(SkipReason::Boost)?)).ok_or(SkipReason::Boost);
    }
    let mut draft = match named(None) {
        Some(mut line) => {
            line.push(": ");
            line
        }
        None => Draft::plain(BOOSTED),
    };
    let said = prepared(boosted.text.trim_end(), &boosted.spans, job, notes);
    draft.push("“");
    draft.append(composed(&said, job, notes));
    draft.push("”");
    Ok(draft)
}

/// A name and an address, as far as they are known; nothing when neither is.
fn line(sign: &str, author: Option<&str>, address: Option<&str>, job: &Job<'_>) -> Option<Draft> {
    let name = author.map(|author| mention::full(author, job)).filter(|name| !name.is_empty());
    let mut draft = Draft::plain(sign);
    match (name, address) {
        (None, None) => return None,
        (Some(name), None) => draft.push_marked(&name, Kind::Whole),
        (None, Some(address)) => draft.append(link::alone(address, job)),
        (Some(name), Some(address)) => {
            draft.push_marked(&name, Kind::Whole);
            draft.push(" ");
            draft.append(link::alone(address, job));
        }
    }
    Some(draft)
}

fn seen(text: &str) -> String {
    text.replace('\u{200B}', "")
}
