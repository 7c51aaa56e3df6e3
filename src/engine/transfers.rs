//! Attachments on their way: they go on while timelines are polled and other posts are sent, and between two cycles.
//!
//! Each is a step of one attachment (`plan::AttachStep`), begun by the engine and settled by it once it has ended. A
//! step that is dropped leaves nothing behind that anybody sees.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use super::Engine;
use super::tell;
use crate::core::media::{Describing, MediaError, MediaRules};
use crate::core::money::Spending;
use crate::core::plan::{self, Attach, AttachStep};
use crate::core::post::{Network, Timestamp};
use crate::core::record::{Change, Key, Upload};
use crate::core::state::Event;
use crate::journal;
use crate::media::Source;
use crate::network::{Client, Described, Processed, Trouble, Uploaded};

/// How long the posts after one wait for its attachments, in seconds: then they pass it.
const PATIENCE_SECS: i64 = 60;

/// How many attachments may be on their way to one network.
const MOST_AT_ONCE: usize = 2;

/// How a step ended.
pub(super) enum Moved {
    Uploaded(Uploaded),
    Processed(Processed),
    Described(Described),
}

struct Transfer {
    attach: Attach,
    began: Timestamp,
    step: Pin<Box<dyn Future<Output = Moved>>>,
    moved: Option<Moved>,
}

impl Transfer {
    /// Whether it is a step towards this network, and waits to be settled.
    fn has_ended(&self, target: Network) -> bool {
        self.attach.key.target == target && self.moved.is_some()
    }
}

/// The steps under way.
#[derive(Clone, Default)]
pub(super) struct Transfers(Rc<RefCell<Vec<Transfer>>>);

impl Transfers {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Whether no more can be begun towards a network.
    pub(super) fn is_full(&self, target: Network) -> bool {
        self.0.borrow().iter().filter(|transfer| transfer.attach.key.target == target).count() >= MOST_AT_ONCE
    }

    /// Whether a step towards a network waits to be settled.
    pub(super) fn has_ended(&self, target: Network) -> bool {
        self.0.borrow().iter().any(|transfer| transfer.has_ended(target))
    }

    pub(super) fn is_under_way(&self, attach: &Attach) -> bool {
        self.0.borrow().iter().any(|transfer| transfer.attach == *attach)
    }

    /// The deliveries that others need not wait for any longer.
    pub(super) fn slow(&self, now: Timestamp) -> Vec<Key> {
        let is_slow = |transfer: &&Transfer| now.millis_since(transfer.began) > PATIENCE_SECS * 1000;
        self.0.borrow().iter().filter(is_slow).map(|transfer| transfer.attach.key.clone()).collect()
    }

    /// Drops what is no longer wanted.
    pub(super) fn keep(&self, wanted: impl Fn(&Key) -> bool) {
        self.0.borrow_mut().retain(|transfer| wanted(&transfer.attach.key));
    }

    /// Begins a step; another one of the same delivery ends.
    pub(super) fn begin(&self, attach: &Attach, now: Timestamp, step: impl Future<Output = Moved> + 'static) {
        let mut all = self.0.borrow_mut();
        let before = all.iter().find(|transfer| transfer.attach.key == attach.key).map(|transfer| transfer.began);
        all.retain(|transfer| transfer.attach.key != attach.key);
        let began = before.unwrap_or(now);
        all.push(Transfer { attach: attach.clone(), began, step: Box::pin(step), moved: None });
    }

    /// A step towards a network that has ended.
    pub(super) fn take_ended(&self, target: Network) -> Option<(Attach, Moved)> {
        let mut all = self.0.borrow_mut();
        let transfer = all.iter().position(|transfer| transfer.has_ended(target)).map(|at| all.remove(at))?;
        Some((transfer.attach, transfer.moved?))
    }

    fn go_on(&self, context: &mut Context<'_>) -> bool {
        let mut all = self.0.borrow_mut();
        for transfer in all.iter_mut().filter(|transfer| transfer.moved.is_none()) {
            if let Poll::Ready(moved) = transfer.step.as_mut().poll(context) {
                transfer.moved = Some(moved);
            }
        }
        all.iter().any(|transfer| transfer.moved.is_some())
    }

    /// Lets all go on as far as they can without waiting.
    pub(super) async fn nudge(&self) {
        poll_fn(|context| {
            self.go_on(context);
            Poll::Ready(())
        })
        .await;
    }

    /// Returns when one has ended.
    pub(super) async fn one_ended(&self) {
        poll_fn(|context| if self.go_on(context) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Lets them go on while something else is done.
    pub(super) async fn beside<T>(&self, other: impl Future<Output = T>) -> T {
        let mut other = pin!(other);
        poll_fn(|context| {
            self.go_on(context);
            other.as_mut().poll(context)
        })
        .await
    }
}

impl Engine {
    /// Begins what an attachment needs next, if it is not under way.
    pub(super) async fn attach(&mut self, attach: &Attach) {
        let target = attach.key.target;
        if self.transfers.is_under_way(attach) || self.transfers.is_full(target) {
            return;
        }
        let Some(client) = self.clients.get(&target) else { return };
        // As the network has it now: it may have said so since the last poll.
        let rules = client.rules().media;
        let (client, source) = (Rc::clone(client), Rc::clone(&self.media));
        let step = carry(client, source, attach.clone(), rules);
        self.transfers.begin(attach, self.clock.now(), step);
        self.transfers.nudge().await;
    }

    /// Writes down what came of the steps that have ended. Returns whether more can be done.
    pub(super) fn settle_transfers(&mut self, target: Network) -> Result<bool, journal::Error> {
        while let Some((attach, moved)) = self.transfers.take_ended(target) {
            // The post may have been edited or deleted meanwhile: what came of the step is about nothing then.
            if self.state.delivery(&attach.key).is_none_or(|delivery| !plan::is_awaited(delivery, &attach)) {
                continue;
            }
            if !self.settle_transfer(&attach, moved)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn settle_transfer(&mut self, attach: &Attach, moved: Moved) -> Result<bool, journal::Error> {
        let id = match &attach.step {
            AttachStep::Upload => String::new(),
            AttachStep::Process { id } | AttachStep::Describe { id } => id.clone(),
        };
        let target = attach.key.target;
        let lost = || MediaError::Missing(format!("{target} lost what was uploaded to it"));
        let mut charge = None;
        let changes = match moved {
            Moved::Uploaded(Uploaded::Done { id, until, processing }) => {
                let with_upload = self.describing(target) == Some(Describing::WithUpload);
                let told = with_upload.then(|| attach.attachment.metadata_print());
                let source = attach.attachment.source().to_owned();
                let described = attach.attachment.description.is_some();
                vec![Change::Uploaded { upload: Upload { source, id, until, processing, told, described } }]
            }
            Moved::Processed(Processed::Ready) => vec![Change::Processed { id }],
            Moved::Described(Described::Done) => {
                charge = self.description_price(target);
                vec![Change::Described { id, told: attach.attachment.metadata_print() }]
            }
            Moved::Described(Described::Refused(why)) => {
                tell::not_described(&attach.key, attach.attachment.kind, &why);
                vec![Change::Described { id, told: attach.attachment.metadata_print() }]
            }
            Moved::Uploaded(Uploaded::OtherWay) => Vec::new(),
            // One that the target works on is only slow: uploaded anew it would have to be worked on from the beginning.
            Moved::Uploaded(Uploaded::Media(error))
            | Moved::Processed(Processed::Failed(error @ MediaError::Missing(_))) => self.not_attached(attach, &error),
            // It may be this file that the network cannot bear, or files alone that it takes none of, now or from us: other
            // posts need not wait.
            Moved::Uploaded(Uploaded::Trouble(
                trouble @ (Trouble::NoAnswer(_) | Trouble::RateLimited { .. } | Trouble::Permission(_)),
            ))
            | Moved::Processed(Processed::Trouble(trouble @ (Trouble::NoAnswer(_) | Trouble::RateLimited { .. })))
            | Moved::Described(Described::Trouble(trouble @ (Trouble::NoAnswer(_) | Trouble::RateLimited { .. }))) => {
                self.not_attached(attach, &MediaError::Missing(format!("{target} {trouble}")))
            }
            Moved::Processed(Processed::Failed(error)) => {
                std::iter::once(Change::UploadLost { id }).chain(self.not_attached(attach, &error)).collect()
            }
            Moved::Processed(Processed::Gone) | Moved::Described(Described::Gone) => {
                std::iter::once(Change::UploadLost { id }).chain(self.not_attached(attach, &lost())).collect()
            }
            Moved::Uploaded(Uploaded::Trouble(trouble))
            | Moved::Processed(Processed::Trouble(trouble))
            | Moved::Described(Described::Trouble(trouble)) => {
                let at = self.time_on(target);
                self.target_failed(&attach.key, &trouble, at, |until, why| Change::Delayed { until, why })?;
                return Ok(false);
            }
        };
        let at = self.time_on(target);
        let events = changes.into_iter().map(|change| Event::Change { key: attach.key.clone(), at, change });
        self.happen(&events.chain(charge).collect::<Vec<_>>())?;
        Ok(true)
    }

    fn describing(&self, target: Network) -> Option<Describing> {
        self.policy.get(&target).map(|side| side.rules.media.describing)
    }

    /// What describing an upload cost, where it costs anything.
    fn description_price(&self, target: Network) -> Option<Event> {
        let at = self.time_on(target);
        let micro_usd = self.policy.get(&target)?.rules.prices?.describe;
        Some(Event::Spent { at, what: Spending::Describe, count: 1, micro_usd, posts: Vec::new() })
    }

    fn not_attached(&self, attach: &Attach, error: &MediaError) -> Vec<Change> {
        let now = self.time_on(attach.key.target);
        let Some(delivery) = self.state.delivery(&attach.key) else { return Vec::new() };
        let change = plan::not_attached(delivery, attach, error, &self.policy, now);
        if let Some(change) = &change {
            tell::not_attached(&attach.key, change, delivery.media_trouble.is_none());
        }
        change.into_iter().collect()
    }
}

/// Does one step.
async fn carry(client: Rc<dyn Client>, source: Rc<dyn Source>, attach: Attach, rules: MediaRules) -> Moved {
    match &attach.step {
        AttachStep::Upload => Moved::Uploaded(match source.open(&attach.attachment, &rules).await {
            Ok(file) => client.upload(file, &attach.attachment).await,
            Err(error) => Uploaded::Media(error),
        }),
        AttachStep::Process { id } => Moved::Processed(client.processed(id).await),
        AttachStep::Describe { id } => Moved::Described(client.describe(id, &attach.attachment).await),
    }
}
