//! `--dry-run`: a cycle up to the point where something would be written or sent.

use std::collections::BTreeMap;

use super::{Engine, Polled, Report};
use crate::core::plan::{self, Attach, AttachStep, Read, Send, Task};
use crate::core::post::{Network, PostId, Timestamp};
use crate::core::record::{Change, Deed, Upload};
use crate::core::state::Event;
use crate::network::{Newest, Timeline};

impl Engine {
    /// What a cycle would send now, without sending or writing anything.
    pub async fn rehearse(&mut self) -> (Vec<Send>, Report) {
        let mut report = Report::default();
        let [first, second] = Network::ALL;
        let (a, b) = tokio::join!(self.poll(first), self.poll(second));
        let mut reads = BTreeMap::new();
        for (network, polled) in [(first, a), (second, b)] {
            match polled {
                Ok(Polled::Read(Timeline { posts, complete, at })) => {
                    reads.insert(network, Read::of(posts, complete, at));
                }
                Ok(Polled::Began(_)) => report.began.push(network),
                Ok(Polled::Time(Newest { at, .. })) => {
                    reads.insert(network, Read::of(Vec::new(), false, at));
                }
                Ok(Polled::NotNeeded) => {}
                Err(trouble) => {
                    report.troubles.insert(network, trouble);
                }
            }
        }
        let before = self.state.clone();
        for (network, client) in &self.clients {
            if let Some(side) = self.policy.get_mut(network) {
                side.rules = client.rules();
            }
        }
        for event in plan::give_up(&self.state, &self.policy) {
            let _ = self.state.apply(&event);
        }
        let _ = plan::take_in(&mut self.state, &reads, &self.policy);
        let mut sends = Vec::new();
        for target in Network::ALL {
            let now = reads.get(&target).map_or_else(|| self.clock.now(), |read| read.at);
            while let Some(task) = plan::next(&self.state, target, &self.policy, now, &[]) {
                let send = match task {
                    Task::Send(send) => send,
                    Task::Attach(attach) => {
                        let number = self.state.delivery(&attach.key).map_or(0, |delivery| delivery.uploads.len());
                        if self.state.apply(&as_if_attached(attach, number, now)).is_err() {
                            break;
                        }
                        continue;
                    }
                };
                // As if it had gone well.
                let id = match &send.deed {
                    Deed::Create(_) => PostId::new(format!("{}-part-{}", send.key.source.id, send.number.0 + 1)),
                    Deed::Edit { post, .. } | Deed::Delete { post } | Deed::Repost { post } => post.clone(),
                };
                let done = Event::Change { key: send.key.clone(), at: now, change: Change::Done { id, address: None } };
                if self.state.apply(&plan::intent(&send, now)).and_then(|()| self.state.apply(&done)).is_err() {
                    break;
                }
                sends.push(send);
            }
        }
        self.state = before;
        (sends, report)
    }
}

/// What would have happened had the step of an attachment gone well: each time another one is next.
fn as_if_attached(attach: Attach, number: usize, now: Timestamp) -> Event {
    let Attach { key, attachment, step } = attach;
    let told = attachment.metadata_print();
    let change = match step {
        AttachStep::Upload => {
            let (source, id) = (attachment.source().to_owned(), format!("upload-{number}"));
            let (until, described) = (now.plus_secs(86_400), attachment.description.is_some());
            Change::Uploaded { upload: Upload { id, source, until, processing: false, told: Some(told), described } }
        }
        AttachStep::Process { id } => Change::Processed { id },
        AttachStep::Describe { id } => Change::Described { id, told },
    };
    Event::Change { key, at: now, change }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::core::post::{MediaKind, PostRef};
    use crate::core::record::{Attachment, Delivery, Key, Part, step};

    #[test]
    fn each_step_of_an_attachment_is_followed_by_another_one() {
        let now = Timestamp::from_secs(1_000_000);
        let key = Key { source: PostRef::new(Network::Mastodon, PostId::new("1")), target: Network::Twitter };
        let attachment = Attachment {
            kind: MediaKind::Image,
            sources: vec!["https://files.example/1.png".into()],
            description: Some("a cat".into()),
            focus: None,
            sensitive: false,
        };
        // The same picture twice.
        let part = Part::with_media("hi", vec![attachment.clone(), attachment.clone()]);
        let mut delivery = Delivery::planned(now, None, vec![Deed::Create(part)], Vec::new(), now);
        let (source, until) = (attachment.source().to_owned(), now.plus_secs(86_400));
        let upload = Upload { source, id: "m1".into(), until, processing: true, told: None, described: true };
        step(&mut delivery, &Change::Uploaded { upload }, now).unwrap();
        let to_do =
            [AttachStep::Process { id: "m1".into() }, AttachStep::Describe { id: "m1".into() }, AttachStep::Upload];
        for (number, to_do) in to_do.into_iter().enumerate() {
            let attach = Attach { key: key.clone(), attachment: attachment.clone(), step: to_do };
            let Event::Change { change, .. } = as_if_attached(attach, number, now) else { continue };
            step(&mut delivery, &change, now).unwrap();
        }
        let uploads: Vec<_> = delivery.uploads.iter().map(|upload| (upload.id.as_str(), upload.processing)).collect();
        assert_eq!(uploads, [("m1", false), ("upload-2", false)]);
        assert!(delivery.uploads.iter().all(|upload| upload.told == Some(attachment.metadata_print())));
    }
}
