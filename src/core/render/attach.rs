//! What becomes of a post's attachments: what is attached to which part, and what stands for the rest.
//!
//! Order is kept. As many pictures as the target takes stand together; anything else stands alone. Not here: whether the
//! target takes one at all (`fit`), what turns out once a file is fetched (`plan::attach`, `detach`).

mod description;
mod fit;

use self::description::{Told, told};
use self::fit::{Fit, fit};
use super::Job;
use super::long::MAX_PARTS;
use super::note::{Note, kind_name};
use crate::core::post::{Media, MediaKind};
use crate::core::record::Attachment;
use crate::core::select::SkipReason;
use crate::core::style::{ExtraMedia, LongDescriptions, SensitiveMedia, Sound, UnfitMedia};

/// What becomes of a post's attachments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// What is attached to each part, in order.
    pub groups: Vec<Vec<Attachment>>,
    /// Whether a link to the original stands for something.
    pub is_linked: bool,
    /// What is left of descriptions that were cut, for parts of their own.
    pub rests: Vec<Rest>,
}

/// What is left of a description that was cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Of which attachment, in words.
    pub of: String,
    /// What its part says.
    pub text: String,
}

/// An attachment that fits, before it is known in which part.
struct Item<'a> {
    /// Its place among the post's.
    number: usize,
    media: &'a Media,
    kind: MediaKind,
    fit: Fit,
}

/// Whether the target has a warning for each attachment, and the post's want one.
#[must_use]
pub fn is_sensitive(job: &Job<'_>) -> bool {
    job.post.sensitive && !job.post.media.is_empty() && !job.rules.warnings
}

/// What becomes of the post's attachments.
///
/// # Errors
/// When the owner's style says that a post with one that does not fit is not mirrored.
pub fn attached(job: &Job<'_>, notes: &mut Vec<Note>) -> Result<Attached, SkipReason> {
    let mut attached = Attached::default();
    if is_sensitive(job) && job.style.media.sensitive == SensitiveMedia::Link {
        attached.link("the media are marked as sensitive".to_owned(), job, notes);
        return Ok(attached);
    }
    let mut groups = grouped(attached.items(job, notes)?, job.rules.media.max_images);
    let most = if job.style.media.extra == ExtraMedia::Link { 1 } else { MAX_PARTS };
    let extra: usize = groups.iter().skip(most).map(Vec::len).sum();
    if extra > 0 {
        groups.truncate(most);
        let media = if extra == 1 { "one of the media does" } else { "some of the media do" };
        attached.link(format!("{media} not go into the same post"), job, notes);
    } else if groups.len() > 1 {
        notes.push(Note::MediaSpread(groups.len()));
    }
    for group in groups {
        let group = group.into_iter().map(|item| attached.attachment(item, job, notes)).collect();
        attached.groups.push(group);
    }
    Ok(attached)
}

impl Attached {
    /// A link stands for something, if the original can be linked.
    fn link(&mut self, why: String, job: &Job<'_>, notes: &mut Vec<Note>) {
        if job.post.address.is_some() {
            self.is_linked = true;
            notes.push(Note::MediaLinked(why));
        } else {
            notes.push(Note::MediaDropped(format!("{why}, and the original has no address to link to")));
        }
    }

    /// What can be attached; what cannot is dealt with.
    fn items<'a>(&mut self, job: &Job<'a>, notes: &mut Vec<Note>) -> Result<Vec<Item<'a>>, SkipReason> {
        let (rules, style, target) = (&job.rules.media, &job.style.media, job.target());
        let mut items = Vec::new();
        for (number, media) in job.post.media.iter().enumerate() {
            let mut item = |kind, fit| items.push(Item { number, media, kind, fit });
            if media.kind == MediaKind::Audio && rules.audio.types.is_empty() {
                let cover = media.cover.as_ref().filter(|_| style.sound == Sound::Cover && rules.max_images > 0);
                if let Some(cover) = cover {
                    item(MediaKind::Image, Fit { sources: vec![cover.clone()], is_alone: false });
                    notes.push(Note::SoundAsCover);
                }
                self.link(format!("{target} takes no sound"), job, notes);
                continue;
            }
            match (fit(media, rules, target), style.unfit) {
                (Ok(fit), _) => item(media.kind, fit),
                (Err(why), UnfitMedia::Link) => self.link(why, job, notes),
                (Err(why), UnfitMedia::Drop) => notes.push(Note::MediaDropped(why)),
                (Err(_), UnfitMedia::Skip) => return Err(SkipReason::Media),
            }
        }
        Ok(items)
    }

    fn attachment(&mut self, item: Item<'_>, job: &Job<'_>, notes: &mut Vec<Note>) -> Attachment {
        let rules = &job.rules.media;
        let Told { description, rest } = told(item.media.description.as_deref(), rules.max_description);
        if let Some(rest) = rest {
            let (name, place) = (kind_name(item.media.kind), item.number + 1);
            let (of, head) = match job.post.media.len() {
                1 => (format!("the {name}"), "[ALT]".to_owned()),
                count => (format!("{name} {place}"), format!("[ALT {place}/{count}]")),
            };
            match job.style.media.long_descriptions {
                LongDescriptions::Cut => notes.push(Note::DescriptionCut(of)),
                LongDescriptions::Reply => self.rests.push(Rest { of, text: format!("{head} {rest}") }),
            }
        }
        Attachment {
            kind: item.kind,
            sources: item.fit.sources,
            description,
            focus: item.media.focus.filter(|_| rules.takes_focus && item.kind == MediaKind::Image),
            sensitive: is_sensitive(job),
        }
    }
}

/// Neighbours that may stand together in one post.
fn grouped(items: Vec<Item<'_>>, max_images: usize) -> Vec<Vec<Item<'_>>> {
    let mut groups: Vec<Vec<Item<'_>>> = Vec::new();
    for item in items {
        let room = |group: &&mut Vec<Item<'_>>| {
            !item.fit.is_alone && group.len() < max_images && group.iter().all(|other| !other.fit.is_alone)
        };
        match groups.last_mut().filter(room) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}
