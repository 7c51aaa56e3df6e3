//! What `status` says about media: whether they are described, and whether a post waits for them.

use std::cmp::Reverse;
use std::fmt::Write as _;

use serde::Serialize;

use super::clock_time;
use crate::core::post::{Network, Timestamp};
use crate::core::record::{Deed, Delivery, Key, Stage, Upload};
use crate::core::state::State;

/// A mirrored post with media of which not all have a description.
#[derive(Debug, Serialize)]
pub(super) struct Lacking {
    source: String,
    target: Network,
    written: String,
    /// Where people read it; none where its network did not say.
    address: Option<String>,
    media: usize,
    undescribed: usize,
}

/// The mirrored posts that have media.
#[derive(Debug, Serialize)]
pub(super) struct Descriptions {
    /// How many are remembered.
    posts_with_media: usize,
    /// Those that lack a description, the newest first.
    missing_descriptions: Vec<Lacking>,
}

impl Descriptions {
    pub(super) fn of(state: &State) -> Self {
        let mut posts_with_media = 0;
        let mut missing: Vec<(Timestamp, Lacking)> = Vec::new();
        for (key, delivery) in state.deliveries().filter(|(_, delivery)| delivery.stage == Stage::Mirrored) {
            let attached: Vec<&Upload> = delivery.attached.iter().flatten().collect();
            let undescribed = attached.iter().filter(|upload| !upload.described).count();
            posts_with_media += usize::from(!attached.is_empty());
            if undescribed > 0 {
                missing.push((delivery.written, Lacking::of(key, delivery, attached.len(), undescribed)));
            }
        }
        missing.sort_by_key(|(written, _)| Reverse(*written));
        Self { posts_with_media, missing_descriptions: missing.into_iter().map(|(_, post)| post).collect() }
    }

    /// One sentence, where there is anything to describe.
    pub(super) fn summary(&self) -> Option<String> {
        let (missing, all) = (self.missing_descriptions.len(), self.posts_with_media);
        let (s, lack) = (if all == 1 { "" } else { "s" }, if missing == 1 { "lacks" } else { "lack" });
        (all > 0).then(|| format!("{missing} of your last {all} post{s} with media {lack} a description"))
    }

    /// `--missing-descriptions`: every one of them.
    pub(super) fn list(&self) -> String {
        let Some(summary) = self.summary() else {
            return "No post with media was mirrored yet".to_owned();
        };
        let mut text = summary;
        for post in &self.missing_descriptions {
            let name = post.address.as_ref().unwrap_or(&post.source);
            let which =
                if post.media > 1 { format!(" ({} of {})", post.undescribed, post.media) } else { String::new() };
            // Writing to a `String` cannot fail.
            let _ = write!(text, "\n  {}  {name}{which}", post.written);
        }
        text
    }
}

impl Lacking {
    fn of(key: &Key, delivery: &Delivery, media: usize, undescribed: usize) -> Self {
        Self {
            source: key.source.to_string(),
            target: key.target,
            written: clock_time(delivery.written),
            address: delivery.origin.clone(),
            media,
            undescribed,
        }
    }
}

/// Since when a post waits for its media, if they are what it waits for until `until`, and not for a network.
pub(super) fn waits_since(delivery: &Delivery, until: Timestamp) -> Option<Timestamp> {
    delivery.media_trouble.as_ref().filter(|trouble| trouble.until == until).map(|trouble| trouble.since)
}

/// What is said of a post that can only be sent once its media are uploaded.
pub(super) fn to_be_uploaded(delivery: &Delivery) -> Option<String> {
    let Some(Deed::Create(_)) = delivery.current() else { return None };
    let all = delivery.deeds.iter().filter_map(Deed::part).map(|part| part.media.len()).sum();
    let (all, done): (usize, usize) = (all, delivery.uploads.iter().filter(|upload| !upload.processing).count());
    (done < all).then(|| format!("it waits for its turn, or for its media: {done} of {all} uploaded"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::core::post::{MediaKind, PostId, PostRef};
    use crate::core::record::{Attachment, MediaTrouble, Part};
    use crate::core::state::Event;

    const NOW: Timestamp = Timestamp::from_secs(1_796_000_000);

    fn upload(source: &str, described: bool) -> Upload {
        let (source, id) = (source.to_owned(), source.to_owned());
        Upload { source, id, until: NOW.plus_secs(86_400), processing: false, told: None, described }
    }

    fn mirrored(described: &[&[bool]], at: i64) -> Delivery {
        let attached = described.iter().map(|part| part.iter().map(|is| upload("a", *is)).collect()).collect();
        let delivery = Delivery::paired(NOW.plus_secs(at), PostId::new("7"), NOW);
        Delivery { attached, origin: (at > 0).then(|| format!("https://m.example/{at}")), ..delivery }
    }

    fn state(deliveries: Vec<Delivery>) -> State {
        let mut state = State::default();
        for (id, delivery) in deliveries.into_iter().enumerate() {
            let source = PostRef::new(Network::Mastodon, PostId::new(id.to_string()));
            let key = Key { source, target: Network::Twitter };
            state.apply(&Event::New { key, delivery }).unwrap();
        }
        state
    }

    #[test]
    fn posts_that_lack_descriptions_are_counted_and_listed_the_newest_first() {
        let removed = Delivery { stage: Stage::Removed, ..mirrored(&[&[false]], 0) };
        let cases: [(Vec<Delivery>, &str); 4] = [
            (vec![mirrored(&[], 0), removed], "No post with media was mirrored yet"),
            (vec![mirrored(&[&[true, true]], 0)], "0 of your last 1 post with media lack a description"),
            (
                vec![mirrored(&[&[false]], 0)],
                "1 of your last 1 post with media lacks a description\n  2026-11-30 00:53 UTC  mastodon:0",
            ),
            (
                vec![
                    mirrored(&[&[true, false], &[], &[false]], 60),
                    mirrored(&[&[false]], 120),
                    mirrored(&[&[true]], 0),
                ],
                "2 of your last 3 posts with media lack a description\n  2026-11-30 00:55 UTC  https://m.example/120\n  \
                 2026-11-30 00:54 UTC  https://m.example/60 (2 of 3)",
            ),
        ];
        for (deliveries, expected) in cases {
            assert_eq!(Descriptions::of(&state(deliveries)).list(), expected);
        }
    }

    #[test]
    fn a_post_waits_for_its_media_or_for_something_else() {
        let mut part = Part::plain("two pictures");
        let picture = |source: &str| Attachment {
            kind: MediaKind::Image,
            sources: vec![source.to_owned()],
            description: None,
            focus: None,
            sensitive: false,
        };
        part.media = vec![picture("a"), picture("b")];
        let mut delivery = Delivery::planned(NOW, None, vec![Deed::Create(part)], vec![1], NOW);
        let said = |done: usize| Some(format!("it waits for its turn, or for its media: {done} of 2 uploaded"));
        assert_eq!(to_be_uploaded(&delivery), said(0));
        delivery.uploads = vec![upload("a", true), Upload { processing: true, ..upload("b", true) }];
        assert_eq!(to_be_uploaded(&delivery), said(1));
        delivery.uploads = vec![upload("a", true), upload("b", true)];
        assert_eq!(to_be_uploaded(&delivery), None);

        let until = NOW.plus_secs(60);
        assert_eq!(waits_since(&delivery, until), None);
        delivery.media_trouble = Some(MediaTrouble { since: NOW, until, refusals: 0 });
        assert_eq!(waits_since(&delivery, until), Some(NOW));
        // The network itself cannot be used: another pause than that of the file.
        assert_eq!(waits_since(&delivery, until.plus_secs(1)), None);
    }
}
