//! `--dry-run`: a cycle up to the point where something would be written or sent.

use std::collections::BTreeMap;

use super::{Engine, Polled, Report};
use crate::core::plan::{self, Read, Send};
use crate::core::post::{Network, PostId};
use crate::core::record::{Change, Deed};
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
            while let Some(send) = plan::next(&self.state, target, &self.policy) {
                // As if it had gone well.
                let id = match &send.deed {
                    Deed::Create(_) => PostId::new(format!("{}-part-{}", send.key.source.id, send.number.0 + 1)),
                    Deed::Edit { post, .. } | Deed::Delete { post } | Deed::Repost { post } => post.clone(),
                };
                let sent = Event::Change { key: send.key.clone(), at: now, change: Change::Done { id, address: None } };
                if self.state.apply(&plan::intent(&send, now)).and_then(|()| self.state.apply(&sent)).is_err() {
                    break;
                }
                sends.push(send);
            }
        }
        self.state = before;
        (sends, report)
    }
}
