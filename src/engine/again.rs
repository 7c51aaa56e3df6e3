//! Posts that are looked at again by their ids: whether they are still there, still the same, approved by now.
//!
//! Not here: which ones (`plan::to_look_up`), what follows from it (`plan::take_in`).

use std::collections::BTreeMap;

use tracing::debug;

use super::Engine;
use crate::core::money::Spending;
use crate::core::plan::{self, Read};
use crate::core::post::{Network, PostId, Timestamp};
use crate::core::state::Event;
use crate::journal;
use crate::network::Found;

/// How often posts are looked at again, in seconds. On X each look is charged, once a UTC day for each post: more often
/// than hourly would bring little.
const fn pause_secs(network: Network) -> i64 {
    match network {
        Network::Mastodon => 5 * 60,
        Network::Twitter => 3600,
    }
}

impl Engine {
    /// Adds to each read what looking again says. A look that fails is simply made later: nothing follows from it.
    pub(super) async fn look_again(&mut self, reads: &mut BTreeMap<Network, Read>) -> Result<(), journal::Error> {
        let mut events = Vec::new();
        for (network, read) in reads {
            let now = self.clock.now();
            let Some(health) = self.health.get_mut(network) else { continue };
            let all_around =
                health.looked_around.is_none_or(|at| now.millis_since(at).abs() >= pause_secs(*network) * 1000);
            let ids = plan::to_look_up(&self.state, *network, read, &self.policy, all_around);
            if all_around {
                health.looked_around = Some(now);
            }
            let Some(client) = self.clients.get(network).filter(|_| !ids.is_empty()) else { continue };
            match client.look_up(&ids).await {
                Ok(found) => {
                    for found in found {
                        match found {
                            Found::Here(post) => read.again.push(*post),
                            Found::Gone(id) => read.gone.push(id),
                        }
                    }
                    let shown = read.again.iter().map(|post| &post.id);
                    events.extend(self.charge_look_up(*network, read.at, shown));
                }
                Err(trouble) => debug!(network = network.key(), "looking at known posts again: {network} {trouble}"),
            }
        }
        for network in Network::ALL {
            events.extend(self.charge_included(network));
        }
        self.happen(&events)
    }

    /// What came along with the posts that were read: each post and each account once a UTC day.
    fn charge_included(&self, network: Network) -> Vec<Event> {
        let Some(client) = self.clients.get(&network) else { return Vec::new() };
        let included = client.take_included();
        let at = self.time_on(network);
        let mut events: Vec<Event> = self.charge_look_up(network, at, included.posts.iter()).into_iter().collect();
        let Some(prices) = self.policy.get(&network).and_then(|side| side.rules.prices) else { return events };
        // Accounts are counted beside posts: their ids are of another kind, and are kept apart by a sign.
        let accounts = included.authors.iter().map(|account| PostId::new(format!("@{account}")));
        let new: Vec<PostId> = accounts.filter(|account| !self.state.is_charged(account, at)).collect();
        let count = u64::try_from(new.len()).unwrap_or(u64::MAX);
        if count > 0 {
            let micro_usd = prices.read_user.times(count);
            events.push(Event::Spent { at, what: Spending::ReadUser, count, micro_usd, posts: new });
        }
        events
    }

    /// What looking posts up costs: each once a UTC day.
    fn charge_look_up<'a>(
        &self,
        network: Network,
        at: Timestamp,
        shown: impl Iterator<Item = &'a PostId>,
    ) -> Option<Event> {
        let prices = self.policy.get(&network)?.rules.prices?;
        let posts: Vec<PostId> = shown.filter(|id| !self.state.is_charged(id, at)).cloned().collect();
        let count = u64::try_from(posts.len()).unwrap_or(u64::MAX);
        let micro_usd = prices.look_up.times(count);
        (count > 0).then_some(Event::Spent { at, what: Spending::LookUp, count, micro_usd, posts })
    }
}
