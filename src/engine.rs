//! One cycle: poll, take in, write down, deliver. The order of things, and no decision: those are `core`'s.
//!
//! A cycle may be dropped at any await: that is what a kill leaves behind, and the protocol is made for it.

mod again;
mod health;
mod rehearse;
mod tell;
mod transfers;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tracing::info;

use self::health::{Health, Moment, Trying, fail};
use self::transfers::Transfers;

use crate::clock::Clock;
use crate::core::money::Spending;
use crate::core::parent;
use crate::core::plan::{self, Policy, Read, Send, Task};
use crate::core::post::{Network, PostId, Timestamp};
use crate::core::record::{Change, Deed, Key, Stage};
use crate::core::select::{Hold, HoldReason};
use crate::core::state::{Event, State};
use crate::core::style::RefusedReplies;
use crate::journal::{self, Journal};
use crate::media::Source;
use crate::network::{Client, Newest, Outcome, Request, Since, Timeline, Trouble};

/// How many parts are sent to a network before its timeline is looked at again.
const SENDS_PER_CYCLE: usize = 20;

/// How far before a doubtful try its target is read back, in seconds, where nothing is known by id.
const READ_BACK_SECS: i64 = 600;

/// How old what was learnt about a server's limits may get, in seconds.
const LIMITS_LAST_SECS: i64 = 24 * 3600;

/// How far a server's clock may go another way than ours between two reads and be believed, in seconds. Less than half
/// of what `matching` allows.
const CLOCK_JUMP_SECS: i64 = 20;

/// What the engine works with.
pub struct Parts {
    /// Both networks.
    pub clients: Vec<Rc<dyn Client>>,
    /// Where attachments come from.
    pub media: Rc<dyn Source>,
    /// The state file.
    pub journal: Journal,
    /// What it said.
    pub state: State,
    /// What the owner wants. The rules in it are brought up to date by the clients.
    pub policy: Policy,
    /// The time.
    pub clock: Rc<dyn Clock>,
    /// Random numbers from 0 to 1, to spread tries.
    pub random: Box<dyn FnMut() -> f64>,
    /// Set to leave at the next opportunity.
    pub stop: Rc<Cell<bool>>,
    /// How many mirrored posts are remembered.
    pub keep_links: usize,
    /// How often it is polled, in seconds: the first pause after a failure.
    pub interval_secs: i64,
}

/// What came of a cycle.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many posts were mirrored whole.
    pub mirrored: usize,
    /// Where a timeline was met for the first time, mirroring begins now.
    pub began: Vec<Network>,
    /// What keeps each network from being used.
    pub troubles: BTreeMap<Network, Trouble>,
    /// How many posts are still to be mirrored, and can be without the owner doing something first.
    pub waiting: usize,
    /// Whether the outcome of a try is unknown.
    pub in_doubt: bool,
    /// Whether more could have been sent at once.
    pub more: bool,
    /// Whether attachments are on their way: [`Engine::transferred`] tells when to go on.
    pub transferring: bool,
    /// Why the state could not be written down.
    pub journal_error: Option<String>,
}

/// The engine.
pub struct Engine {
    clients: BTreeMap<Network, Rc<dyn Client>>,
    media: Rc<dyn Source>,
    transfers: Transfers,
    journal: Journal,
    state: State,
    policy: Policy,
    clock: Rc<dyn Clock>,
    random: Box<dyn FnMut() -> f64>,
    stop: Rc<Cell<bool>>,
    keep_links: usize,
    interval_secs: i64,
    /// Whether what is in memory may be ahead of the disk.
    stale: bool,
    health: BTreeMap<Network, Health>,
}

enum Polled {
    /// The timeline was met for the first time.
    Began(Newest),
    /// What time it is there.
    Time(Newest),
    /// What is new.
    Read(Timeline),
    /// There was no need to ask.
    NotNeeded,
}

impl Engine {
    /// Puts it together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            clients: parts.clients.into_iter().map(|client| (client.network(), client)).collect(),
            media: parts.media,
            transfers: Transfers::default(),
            journal: parts.journal,
            state: parts.state,
            policy: parts.policy,
            clock: parts.clock,
            random: parts.random,
            stop: parts.stop,
            keep_links: parts.keep_links,
            interval_secs: parts.interval_secs,
            stale: false,
            health: Network::ALL.into_iter().map(|network| (network, Health::default())).collect(),
        }
    }

    /// What is remembered.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Polls both networks, and mirrors what there is to mirror.
    pub async fn cycle(&mut self) -> Report {
        let mut report = Report::default();
        let result = self.run(&mut report).await;
        self.report(report, result)
    }

    /// Returns when an attachment has come as far as it could by itself; never, when none is on its way.
    pub async fn transferred(&self) {
        self.transfers.one_ended().await;
    }

    /// Goes on with what waited for attachments; nothing is polled.
    pub async fn carry_on(&mut self) -> Report {
        let mut report = Report::default();
        let result = self.deliver_all(&mut report).await;
        self.report(report, result)
    }

    fn report(&mut self, mut report: Report, result: Result<(), journal::Error>) -> Report {
        if let Err(error) = result {
            // What is in memory may be ahead of the disk now; the disk counts, from the next cycle on.
            self.stale = true;
            report.began.clear();
            report.journal_error = Some(error.to_string());
        }
        for (network, health) in &self.health {
            if let Some(trouble) = health.polls.trouble.clone().or_else(|| health.sends.trouble.clone()) {
                report.troubles.insert(*network, trouble);
            }
            report.in_doubt |= self.state.in_doubt(*network).is_some();
        }
        report.waiting = self.waiting();
        report.transferring = !self.transfers.is_empty();
        report
    }

    /// Makes sure that what is in memory is what is on disk.
    fn refresh(&mut self) -> Result<(), journal::Error> {
        if self.stale {
            self.state = self.journal.reload()?;
            self.stale = false;
        }
        Ok(())
    }

    async fn run(&mut self, report: &mut Report) -> Result<(), journal::Error> {
        self.refresh()?;
        let given_up = plan::give_up(&self.state, &self.policy);
        self.happen(&given_up)?;
        tell::news(&given_up);
        let transfers = self.transfers.clone();
        let mut reads = transfers.beside(self.poll_all(report)).await?;
        transfers.beside(self.look_again(&mut reads)).await?;
        let events = plan::take_in(&mut self.state, &reads, &self.policy);
        self.journal.append(&events)?;
        tell::news(&events);
        self.deliver_all(report).await?;
        if self.journal.compact_if_long(&self.state, self.keep_links)? {
            self.state = self.journal.reload()?;
        }
        Ok(())
    }

    async fn deliver_all(&mut self, report: &mut Report) -> Result<(), journal::Error> {
        self.refresh()?;
        self.transfers.keep(|key| self.state.delivery(key).is_some_and(|delivery| !delivery.stage.is_final()));
        for target in Network::ALL {
            self.deliver(target, report).await?;
        }
        Ok(())
    }

    /// Applies events and writes them down.
    fn happen(&mut self, events: &[Event]) -> Result<(), journal::Error> {
        for event in events {
            if let Err(error) = self.state.apply(event) {
                // Written down it would make the journal one that cannot be read again.
                debug_assert!(false, "{error}");
                self.stale = true;
                return Err(journal::Error::Bug(error));
            }
        }
        self.journal.append(events)
    }

    fn is_source(&self, network: Network) -> bool {
        self.policy.get(&network).is_some_and(|side| side.selection.is_some())
    }

    async fn poll_all(&mut self, report: &mut Report) -> Result<BTreeMap<Network, Read>, journal::Error> {
        let [first, second] = Network::ALL;
        let (a, b) = tokio::join!(self.poll(first), self.poll(second));
        let mut reads = BTreeMap::new();
        let mut events = Vec::new();
        for (network, polled) in [(first, a), (second, b)] {
            match polled {
                Ok(Polled::NotNeeded) => {}
                Ok(Polled::Time(Newest { at, read, .. })) => {
                    self.poll_succeeded(network, at, &mut events);
                    events.extend(self.charge(network, at, Spending::ReadOwn, read.iter()));
                    reads.insert(network, Read::of(Vec::new(), false, at));
                }
                Ok(Polled::Began(Newest { id: newest, at, read })) => {
                    self.poll_succeeded(network, at, &mut events);
                    let account = self.policy.get(&network).map(|side| side.account.clone()).unwrap_or_default();
                    events.push(Event::Baseline { network, account, newest, at });
                    events.extend(self.charge(network, at, Spending::ReadOwn, read.iter()));
                    report.began.push(network);
                    info!(network = network.key(), "{network}: mirroring begins with the next post; older ones stay");
                }
                Ok(Polled::Read(timeline)) => {
                    let at = timeline.at;
                    events.extend(self.charge(
                        network,
                        at,
                        Spending::ReadOwn,
                        timeline.posts.iter().map(|post| &post.id),
                    ));
                    reads.insert(network, self.believed(network, timeline));
                    self.poll_succeeded(network, at, &mut events);
                }
                Err(trouble) => self.poll_failed(network, &trouble, &mut events),
            }
        }
        self.happen(&events)?;
        Ok(reads)
    }

    async fn poll(&self, network: Network) -> Result<Polled, Trouble> {
        let (Some(client), Some(health)) = (self.clients.get(&network), self.health.get(&network)) else {
            return Ok(Polled::NotNeeded);
        };
        let now = self.clock.now();
        if health.polls.until.is_some_and(|until| now < until) {
            return Ok(Polled::NotNeeded);
        }
        let Some(need) = self.need(network) else { return Ok(Polled::NotNeeded) };
        if health.prepared.is_none_or(|at| now.millis_since(at).abs() > LIMITS_LAST_SECS * 1000) {
            client.prepare().await?;
        }
        match need {
            Need::Baseline => client.newest().await.map(Polled::Began),
            Need::Time => client.newest().await.map(Polled::Time),
            Need::Since(since) => client.read(&since).await.map(Polled::Read),
        }
    }

    /// What a network has to be asked, if anything.
    fn need(&self, network: Network) -> Option<Need> {
        let in_doubt = self.state.in_doubt(network);
        let account = self.policy.get(&network).map(|side| side.account.as_str());
        let side = self.state.side(network).filter(|side| Some(side.account.as_str()) == account);
        if let Some(side) = side.filter(|_| self.is_source(network)) {
            return Some(Need::Since(Since {
                after: side.read_to.clone(),
                not_before: Some(side.began.plus_secs(-READ_BACK_SECS)),
                thorough: in_doubt.is_some(),
            }));
        }
        // A doubt comes first: a baseline taken now would hide what it is about.
        if let Some((_, delivery)) = in_doubt {
            let first_try = delivery.first_try.as_ref();
            return Some(Need::Since(Since {
                after: first_try.and_then(|intent| intent.after.clone()),
                not_before: first_try.map(|intent| intent.at.plus_secs(-READ_BACK_SECS)),
                thorough: true,
            }));
        }
        if self.is_source(network) {
            return Some(Need::Baseline);
        }
        // A target that is not read is asked for the time once, before the first post is sent there.
        let known = self.clients.get(&network).is_some_and(|client| client.server_time().is_some());
        let has_work = self.state.open(network).next().is_some() || self.is_source(network.other());
        if known || !has_work {
            return None;
        }
        let newest_mirror = self.state.deliveries().filter(|(key, _)| key.target == network);
        let newest_mirror = newest_mirror.filter_map(|(_, delivery)| delivery.sent.last()).max();
        Some(
            newest_mirror.map_or(Need::Time, |id| {
                Need::Since(Since { after: Some(id.clone()), not_before: None, thorough: false })
            }),
        )
    }

    fn poll_succeeded(&mut self, network: Network, at: Timestamp, events: &mut Vec<Event>) {
        let (now, offset) = (self.clock.now(), self.offset(network));
        if let (Some(client), Some(policy)) = (self.clients.get(&network), self.policy.get_mut(&network)) {
            policy.rules = client.rules();
        }
        let Some(health) = self.health.get_mut(&network) else { return };
        health.jumped = match (offset, health.offset) {
            (Some(offset), Some(before)) => (offset - before).abs() > CLOCK_JUMP_SECS * 1000,
            _ => false,
        };
        health.offset = offset;
        health.read = Some((at, now));
        health.prepared =
            Some(health.prepared.filter(|at| now.millis_since(*at).abs() <= LIMITS_LAST_SECS * 1000).unwrap_or(now));
        if health.polls.trouble.take().is_some() {
            info!(network = network.key(), "{network} answers again");
        }
        health.polls = Trying::default();
        if health.sends.trouble.is_none() && self.state.pause(network).is_some() {
            events.push(Event::Resumed { network });
        }
    }

    fn poll_failed(&mut self, network: Network, trouble: &Trouble, events: &mut Vec<Event>) {
        let (now, jitter, first) = (self.clock.now(), (self.random)(), self.interval_secs);
        let offset = self.offset(network);
        let Some(health) = self.health.get_mut(&network) else { return };
        fail(&mut health.polls, network, trouble, &Moment { now, offset, jitter, first });
        if trouble.needs_owner() && self.state.pause(network).is_none() {
            events.push(paused(network, now, trouble));
        }
    }

    /// What reading costs: each post, or account, once a UTC day.
    fn charge<'a>(
        &self,
        network: Network,
        at: Timestamp,
        what: Spending,
        read: impl Iterator<Item = &'a PostId>,
    ) -> Option<Event> {
        let prices = self.policy.get(&network)?.rules.prices?;
        let each = match what {
            Spending::LookUp => prices.look_up,
            Spending::ReadUser => prices.read_user,
            _ => prices.read_own,
        };
        let posts: Vec<PostId> = read.filter(|id| !self.state.is_charged(id, at)).cloned().collect();
        let count = u64::try_from(posts.len()).unwrap_or(u64::MAX);
        (count > 0).then_some(Event::Spent { at, what, count, micro_usd: each.times(count), posts })
    }

    /// The time on a network, as far as we know.
    fn time_on(&self, network: Network) -> Timestamp {
        let told = self.clients.get(&network).and_then(|client| client.server_time());
        told.unwrap_or_else(|| self.clock.now())
    }

    /// A server's clock minus ours, in milliseconds; `None` before its first answer.
    fn offset(&self, network: Network) -> Option<i64> {
        let told = self.clients.get(&network)?.server_time()?;
        Some(told.millis_since(self.clock.now()))
    }

    /// A read as it is to be believed. A server's clock that jumps ahead must not let a cursor pass what has not shown
    /// up yet; and what was sent in this process is no older than our own clock says.
    fn believed(&self, network: Network, timeline: Timeline) -> Read {
        let Timeline { posts, complete, at } = timeline;
        let now = self.clock.now();
        let health = self.health.get(&network);
        let latest = health
            .and_then(|health| health.read)
            .map(|(read, ours)| read.plus_millis(now.millis_since(ours)).plus_secs(CLOCK_JUMP_SECS));
        let since_try =
            health.and_then(|health| health.sent).and_then(|sent| match &self.state.in_doubt(network)?.1.stage {
                Stage::Sending { intent, .. } => Some(intent.at.plus_millis(now.millis_since(sent))),
                _ => None,
            });
        Read::of(posts, complete, [latest, since_try].into_iter().flatten().fold(at, Timestamp::min))
    }

    /// Sends what can be sent to a network, oldest first.
    async fn deliver(&mut self, target: Network, report: &mut Report) -> Result<(), journal::Error> {
        for _ in 0..SENDS_PER_CYCLE {
            // What has ended is written down, whatever comes next.
            if !self.settle_transfers(target)? {
                return Ok(());
            }
            let Some(health) = self.health.get(&target) else { return Ok(()) };
            let resting = health.sends.until.is_some_and(|until| self.clock.now() < until);
            // Without the server's time a later doubt could not be settled; without an answer to a read, none is
            // likely to a write.
            let untimed = health.jumped || self.offset(target).is_none();
            if self.stop.get() || resting || untimed || health.polls.trouble.is_some() {
                return Ok(());
            }
            let now = self.time_on(target);
            let slow = self.transfers.slow(self.clock.now());
            let send = match plan::next(&self.state, target, &self.policy, now, &slow) {
                None => return Ok(()),
                Some(Task::Attach(attach)) => {
                    self.attach(&attach).await;
                    if self.transfers.has_ended(target) {
                        continue;
                    }
                    return Ok(());
                }
                Some(Task::Send(send)) => send,
            };
            self.happen(&[plan::intent(&send, now)])?;
            let ours = self.clock.now();
            if let Some(health) = self.health.get_mut(&target) {
                health.sent = Some(ours);
            }
            let Some(client) = self.clients.get(&target) else { return Ok(()) };
            let outcome = self.transfers.beside(carry_out(client.as_ref(), &send)).await;
            if !self.settle(&send, outcome, report)? {
                return Ok(());
            }
        }
        report.more = true;
        Ok(())
    }

    /// Writes down what came of a try. Returns whether more can be sent.
    fn settle(&mut self, send: &Send, outcome: Outcome, report: &mut Report) -> Result<bool, journal::Error> {
        let target = send.key.target;
        let at = self.time_on(target);
        let change = |change| Event::Change { key: send.key.clone(), at, change };
        match outcome {
            Outcome::Done { id, address } => {
                let mut events = vec![change(Change::Done { id: id.clone(), address: address.clone() })];
                let rules = self.policy.get(&target).map(|side| &side.rules);
                events.extend(rules.and_then(|rules| plan::price(rules, &send.deed, at)));
                if self.state.pause(target).is_some() {
                    events.push(Event::Resumed { network: target });
                }
                self.sends_answered(target);
                self.happen(&events)?;
                let is_mirrored = self.is_mirrored(&send.key);
                report.mirrored +=
                    usize::from(is_mirrored && matches!(send.deed, Deed::Create(_) | Deed::Repost { .. }));
                tell::done(send, &id, address.as_deref(), is_mirrored);
                Ok(true)
            }
            Outcome::NotSent(trouble) | Outcome::Refused(trouble) => {
                self.target_failed(&send.key, &trouble, at, |until, why| Change::NotSent { until, why })?;
                Ok(false)
            }
            Outcome::ReplyRefused(_) if self.lets_stand_alone(send) => {
                tell::unthreaded(send);
                self.sends_answered(target);
                self.happen(&[change(Change::Unthreaded)])?;
                Ok(true)
            }
            Outcome::MediaRefused(why) => {
                self.sends_answered(target);
                let why = format!("{target} does not take what was uploaded for it: {why}");
                let Some(delivery) = self.state.delivery(&send.key) else { return Ok(false) };
                let changes = plan::refused(delivery, &send.key, &why, &self.policy, at);
                for refused in &changes {
                    tell::not_attached(&send.key, refused, delivery.media_trouble.is_none());
                }
                self.happen(&changes.into_iter().map(change).collect::<Vec<_>>())?;
                Ok(self.state.in_doubt(target).is_none())
            }
            Outcome::Rejected(why) | Outcome::ReplyRefused(why) => {
                let why = format!("{target} does not take it: {why}");
                tell::failed(&send.key, &why);
                self.sends_answered(target);
                self.happen(&[change(Change::Failed { why })])?;
                Ok(true)
            }
            Outcome::Unclear { why, duplicate } => {
                tell::unclear(send, &why, duplicate);
                self.sends_answered(target);
                self.happen(&[change(Change::Unclear { duplicate })])?;
                Ok(false)
            }
        }
    }

    /// What kept us from sending is over.
    fn sends_answered(&mut self, target: Network) {
        if let Some(health) = self.health.get_mut(&target) {
            health.sends = Trying::default();
        }
    }

    /// The target of a delivery could not be used: what was to be done for it waits (`change`: until when, and why).
    fn target_failed(
        &mut self,
        key: &Key,
        trouble: &Trouble,
        at: Timestamp,
        change: impl FnOnce(Timestamp, String) -> Change,
    ) -> Result<(), journal::Error> {
        let target = key.target;
        let (now, jitter, first) = (self.clock.now(), (self.random)(), self.interval_secs);
        // What the owner has to mend is tried again at the next start, however soon that is: a server's time is known
        // to the second only.
        let mut until = at.plus_secs(-2);
        let offset = self.offset(target);
        if let Some(health) = self.health.get_mut(&target) {
            fail(&mut health.sends, target, trouble, &Moment { now, offset, jitter, first });
            if !trouble.needs_owner() {
                until = health.sends.until.unwrap_or(now).plus_millis(offset.unwrap_or(0));
            }
        }
        let change = change(until, format!("{target} {trouble}"));
        let mut events = vec![Event::Change { key: key.clone(), at, change }];
        if trouble.needs_owner() && self.state.pause(target).is_none() {
            events.push(paused(target, at, trouble));
        }
        self.happen(&events)
    }

    /// Whether a reply that the target refuses is posted for itself. Only the head of a mirror can be.
    fn lets_stand_alone(&self, send: &Send) -> bool {
        let style = self.policy.get(&send.key.source.network).map(|side| &side.style);
        send.number.0 == 0
            && send.reply_to.is_some()
            && style.is_some_and(|style| style.refused_replies == RefusedReplies::Standalone)
    }

    fn is_mirrored(&self, key: &Key) -> bool {
        self.state.delivery(key).is_some_and(|delivery| delivery.stage == Stage::Mirrored)
    }

    /// How many posts are still to be mirrored and will be by themselves.
    fn waiting(&self) -> usize {
        Network::ALL
            .into_iter()
            .flat_map(|target| self.state.open(target))
            .filter(|(key, delivery)| {
                // What waits for the owner's approval waits for the owner.
                let unapproved = matches!(delivery.stage, Stage::Held(Hold { why: HoldReason::Unapproved, .. }));
                self.is_source(key.source.network) && !unapproved && !parent::hangs_on_a_failure(&self.state, key)
            })
            .count()
    }
}

/// Does a deed, once.
async fn carry_out(client: &dyn Client, send: &Send) -> Outcome {
    match &send.deed {
        Deed::Create(part) => {
            let key = &send.idempotency_key;
            client.publish(&Request { part, media: &send.media, reply_to: send.reply_to.as_ref(), key }).await
        }
        Deed::Edit { post, part } => client.edit(post, part, &send.media).await,
        Deed::Delete { post } => client.delete(post).await,
        Deed::Repost { post } => client.repost(post).await,
    }
}

enum Need {
    Baseline,
    Time,
    Since(Since),
}

fn paused(network: Network, at: Timestamp, trouble: &Trouble) -> Event {
    Event::Paused { network, at, why: format!("{network} {trouble}") }
}
