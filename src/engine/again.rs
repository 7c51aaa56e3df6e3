//! Posts that are looked at again by their ids: whether they are still there, still the same, approved by now.
//!
//! Not here: which ones (`plan::to_look_up`), what follows from it (`plan::take_in`).

use std::collections::BTreeMap;

use tracing::debug;

use super::Engine;
use crate::core::money::Spending;
use crate::core::plan::{self, Read};
use crate::core::post::{Network, PostId};
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
                    events.extend(self.charge(*network, read.at, Spending::LookUp, shown));
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
        // Accounts are counted beside posts: their ids are of another kind, and are kept apart by a sign.
        let accounts: Vec<PostId> = included.authors.iter().map(|account| PostId::new(format!("@{account}"))).collect();
        let posts = self.charge(network, at, Spending::LookUp, included.posts.iter());
        posts.into_iter().chain(self.charge(network, at, Spending::ReadUser, accounts.iter())).collect()
    }
}
