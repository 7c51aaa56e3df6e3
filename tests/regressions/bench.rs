//! The engine between the simulation's two networks, with a handle for each thing that may go wrong.
//!
//! Posts show up at once unless a test says otherwise, and nothing fails by chance.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use crosspostd::clock::Clock;
use crosspostd::core::money::Prices;
use crosspostd::core::plan::{self, Policy, SidePolicy};
use crosspostd::core::post::{Network, Post, PostId, Timestamp, Visibility};
use crosspostd::core::record::{Attachment, Part, Stage};
use crosspostd::core::render::Rules;
use crosspostd::core::select::Selection;
use crosspostd::core::state::State;
use crosspostd::core::style::Style;
use crosspostd::core::upkeep::Upkeep;
use crosspostd::engine::{Engine, Parts, Report};
use crosspostd::journal::{self, Disk, Journal};
use crosspostd::media::File;
use crosspostd::network::{
    Client, Described, Found, Newest, Outcome, Processed, Request, Since, Timeline, Trouble, Uploaded,
};

use super::world::{FakeClient, FakeClock, FakeDisk, FakeFiles, OWNER, Repeats, World, rules, selection};

pub const M: Network = Network::Mastodon;
pub const X: Network = Network::Twitter;
pub const BOTH: &[Network] = &[M, X];

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

/// What comes of sending a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Publish {
    /// It is made, and the answer says so.
    #[default]
    Works,
    /// It is made, and the answer is lost.
    AnswerLost,
    /// It is not made, and there is no answer.
    Vanishes,
    /// No connection comes about.
    NotSent,
    /// Not before so many milliseconds have passed.
    RateLimited(i64),
    /// Never.
    Rejected,
}

/// How a network behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mood {
    pub publish: Publish,
    /// Nothing can be read.
    pub down: bool,
    /// Reads hold what there is, but are not known to be whole.
    pub incomplete: bool,
    /// How long a read takes, in milliseconds: longer than its `Date` knows.
    pub slow: i64,
    /// How far its `Date` is off, in milliseconds.
    pub date_shift: i64,
    /// Nothing can be looked up by its id.
    pub blind: bool,
    /// What it costs.
    pub prices: Option<Prices>,
}

/// How the disk behaves, and what was done to it.
#[derive(Default)]
pub struct DiskMood {
    /// Nothing is written.
    pub full: Cell<bool>,
    /// What is written is there to be read, but nobody knows whether it will last.
    pub unsure: Cell<bool>,
    /// Nothing can be read.
    pub unreadable: Cell<bool>,
    pub appended: Cell<u32>,
    pub replaced: Cell<u32>,
}

/// The world, and the handles.
#[derive(Clone)]
pub struct Bench {
    pub world: Rc<RefCell<World>>,
    pub disk: Rc<DiskMood>,
    moods: Rc<RefCell<BTreeMap<Network, Mood>>>,
    tries: Rc<RefCell<BTreeMap<Network, usize>>>,
}

impl Bench {
    /// An old post on each side, and an hour gone by.
    pub fn new() -> Self {
        let mut world = World::new(4);
        (world.x_refuses_duplicates, world.repeats) = (false, Repeats::Ignored);
        let world = Rc::new(RefCell::new(world));
        let bench = Self { world, disk: Rc::default(), moods: Rc::default(), tries: Rc::default() };
        bench.write(M, "old on Mastodon");
        bench.write(X, "old on X");
        bench.pass(HOUR);
        bench
    }

    /// The journal on this disk, and what it says.
    pub fn journal(&self) -> Result<(Journal, State), journal::Error> {
        let disk = MoodyDisk { inner: FakeDisk(Rc::clone(&self.world)), mood: Rc::clone(&self.disk) };
        Journal::open(Box::new(disk)).map(|(journal, state, _)| (journal, state))
    }

    /// The daemon starts, with what the owner wants now.
    pub fn start_with(&self, policy: Policy) -> Engine {
        let (journal, state) = self.journal().unwrap();
        let client = |(network, side): (&Network, &SidePolicy)| -> Rc<dyn Client> {
            Rc::new(MoodyClient {
                inner: FakeClient { network: *network, world: Rc::clone(&self.world) },
                bench: self.clone(),
                account: side.account.clone(),
                offset: Cell::new(None),
            })
        };
        Engine::new(Parts {
            clients: policy.iter().map(client).collect(),
            media: Rc::new(FakeFiles(Rc::clone(&self.world))),
            journal,
            state,
            policy,
            clock: Rc::new(FakeClock(Rc::clone(&self.world))),
            random: Box::new(|| 0.0),
            stop: Rc::new(Cell::new(false)),
            keep_links: 500,
            interval_secs: 30,
        })
    }

    /// The daemon starts; the posts of these networks are mirrored.
    pub fn start(&self, sources: &[Network]) -> Engine {
        self.start_with(policy(sources))
    }

    /// The daemon has run for a moment.
    pub fn begin(sources: &[Network]) -> (Self, Engine) {
        let bench = Self::new();
        let mut engine = bench.start(sources);
        cycle(&mut engine);
        bench.pass(30);
        (bench, engine)
    }

    /// So many cycles, each after so many seconds. Returns what came of the last one.
    pub fn run(&self, engine: &mut Engine, cycles: u32, secs: i64) -> Report {
        let mut last = Report::default();
        for _ in 0..cycles {
            self.pass(secs);
            last = cycle(engine);
        }
        last
    }

    pub fn pass(&self, secs: i64) {
        self.world.borrow_mut().pass(secs * 1000);
    }

    /// Changes how a network behaves.
    pub fn make(&self, network: Network, change: impl FnOnce(&mut Mood)) {
        change(self.moods.borrow_mut().entry(network).or_default());
    }

    /// All is well with a network again.
    pub fn mend(&self, network: Network) {
        self.make(network, |mood| *mood = Mood { prices: mood.prices, ..Mood::default() });
    }

    fn mood(&self, network: Network) -> Mood {
        self.moods.borrow().get(&network).copied().unwrap_or_default()
    }

    /// The owner writes a post by hand.
    pub fn write(&self, network: Network, text: &str) -> PostId {
        self.write_late(network, text, None, 0)
    }

    /// The owner answers a post of theirs.
    pub fn reply(&self, network: Network, text: &str, parent: &PostId) -> PostId {
        self.write_late(network, text, Some(parent), 0)
    }

    /// The owner writes a post that shows up so many seconds later.
    pub fn write_late(&self, network: Network, text: &str, parent: Option<&PostId>, secs: i64) -> PostId {
        let mut world = self.world.borrow_mut();
        let id = world.write(network, OWNER, text.into(), parent.cloned(), Visibility::Public);
        show_last(&mut world, network, secs * 1000);
        id
    }

    /// The owner edits a post by hand.
    pub fn edit(&self, network: Network, id: &PostId, text: &str) {
        self.world.borrow_mut().rewrite(network, id, text);
    }

    /// The owner deletes a post by hand.
    pub fn delete(&self, network: Network, id: &PostId) {
        self.world.borrow_mut().erase(network, id);
    }

    /// Every text that stands on a network and was written since the bench began, by whomever, oldest first.
    pub fn stands(&self, network: Network) -> Vec<String> {
        let mut world = self.world.borrow_mut();
        let entries = world.server(network).entries.iter().filter(|entry| !entry.deleted).skip(1);
        entries.map(|entry| entry.text.clone()).collect()
    }

    /// What was done that must never be done.
    pub fn violations(&self) -> Vec<String> {
        self.world.borrow().violations.clone()
    }

    /// The texts that the daemon put on a network, oldest first.
    pub fn ours(&self, network: Network) -> Vec<String> {
        let mut world = self.world.borrow_mut();
        world.server(network).entries.iter().filter(|entry| entry.by_us).map(|entry| entry.text.clone()).collect()
    }

    /// What the daemon's posts with this text answer: the texts of the posts above them.
    pub fn above(&self, network: Network, text: &str) -> Vec<Option<String>> {
        let mut world = self.world.borrow_mut();
        let entries = &world.server(network).entries;
        let text_of = |id: &PostId| entries.iter().find(|entry| entry.id == *id).map(|entry| entry.text.clone());
        let found = entries.iter().filter(|entry| entry.by_us && entry.text == text);
        found.map(|entry| entry.reply_to.as_ref().and_then(text_of)).collect()
    }

    /// How often something was sent to a network.
    pub fn tries(&self, network: Network) -> usize {
        self.tries.borrow().get(&network).copied().unwrap_or(0)
    }
}

/// What the owner wants, if the posts of these networks are mirrored.
pub fn policy(sources: &[Network]) -> Policy {
    let side = |network| {
        let our_app = (network == M).then(|| "crosspostd".to_owned());
        let visibilities = vec![Visibility::Public, Visibility::Unlisted];
        let selection = sources.contains(&network).then_some(Selection { visibilities, ..selection() });
        SidePolicy {
            account: OWNER.into(),
            our_app,
            rules: rules(network),
            selection,
            style: Style::default(),
            upkeep: Upkeep::default(),
        }
    };
    Network::ALL.into_iter().map(|network| (network, side(network))).collect()
}

/// What the owner wants, but for what is changed about one side.
pub fn policy_but(sources: &[Network], network: Network, change: impl FnOnce(&mut SidePolicy)) -> Policy {
    let mut policy = policy(sources);
    change(policy.get_mut(&network).unwrap());
    policy
}

/// Runs a cycle. Nothing in this world waits.
pub fn cycle(engine: &mut Engine) -> Report {
    let mut future = pin!(engine.cycle());
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(report) => report,
        Poll::Pending => panic!("a cycle waits for something"),
    }
}

/// Where the post with this id on `source` stands with us.
pub fn stage(engine: &Engine, source: Network, id: &PostId) -> Option<Stage> {
    let mut deliveries = engine.state().deliveries();
    deliveries.find(|(key, _)| key.source.network == source && key.source.id == *id).map(|(_, d)| d.stage.clone())
}

fn show_last(world: &mut World, network: Network, after: i64) {
    let visible = world.now + after;
    if let Some(last) = world.server(network).entries.last_mut() {
        last.visible = visible;
    }
}

/// A client of a network in some mood.
struct MoodyClient {
    inner: FakeClient,
    bench: Bench,
    account: String,
    /// The server's clock minus ours, as the real clients keep it: by the last answer, when it came.
    offset: Cell<Option<i64>>,
}

impl MoodyClient {
    fn mood(&self) -> Mood {
        self.bench.mood(self.inner.network)
    }

    fn own_time(&self) -> Timestamp {
        FakeClock(Rc::clone(&self.bench.world)).now()
    }

    /// An answer comes now, with its `Date`.
    fn hear(&self) {
        let date = Timestamp::from_millis(self.bench.world.borrow().now + self.mood().date_shift);
        self.offset.set(Some(date.millis_since(self.own_time())));
    }

    async fn publish_now(&self, request: &Request<'_>) -> Outcome {
        let outcome = self.inner.publish(request).await;
        show_last(&mut self.bench.world.borrow_mut(), self.inner.network, 0);
        outcome
    }
}

#[async_trait(?Send)]
impl Client for MoodyClient {
    fn network(&self) -> Network {
        self.inner.network
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn rules(&self) -> Rules {
        Rules { prices: self.mood().prices, ..rules(self.inner.network) }
    }

    fn server_time(&self) -> Option<Timestamp> {
        self.offset.get().map(|offset| self.own_time().plus_millis(offset))
    }

    async fn newest(&self) -> Result<Newest, Trouble> {
        if self.mood().down {
            return Err(Trouble::Unreachable("no route".into()));
        }
        let result = self.inner.newest().await;
        self.hear();
        result
    }

    async fn read(&self, since: &Since) -> Result<Timeline, Trouble> {
        let mood = self.mood();
        if mood.down {
            return Err(Trouble::Unreachable("no route".into()));
        }
        // Whole, unless a test wants it otherwise: the world's own is so only now and then.
        let mut timeline = self.inner.read(&Since { thorough: true, ..since.clone() }).await?;
        if since.after.is_none() {
            timeline.posts.retain(|post| since.not_before.is_none_or(|not_before| post.created >= not_before));
        }
        timeline.at = timeline.at.plus_millis(mood.date_shift);
        timeline.complete &= !mood.incomplete;
        self.bench.world.borrow_mut().pass(mood.slow);
        self.hear();
        Ok(timeline)
    }

    async fn upload(&self, file: File, attachment: &Attachment) -> Uploaded {
        self.inner.upload(file, attachment).await
    }

    async fn processed(&self, id: &str) -> Processed {
        self.inner.processed(id).await
    }

    async fn describe(&self, id: &str, attachment: &Attachment) -> Described {
        self.inner.describe(id, attachment).await
    }

    async fn edit(&self, post: &PostId, part: &Part, media: &[String]) -> Outcome {
        self.inner.edit(post, part, media).await
    }

    async fn delete(&self, post: &PostId) -> Outcome {
        self.inner.delete(post).await
    }

    async fn repost(&self, post: &PostId) -> Outcome {
        self.inner.repost(post).await
    }

    async fn latest(&self, count: u8) -> Result<Vec<Post>, Trouble> {
        self.inner.latest(count).await
    }

    async fn look_up(&self, posts: &[PostId]) -> Result<Vec<Found>, Trouble> {
        if self.mood().blind { Ok(Vec::new()) } else { self.inner.look_up(posts).await }
    }

    async fn publish(&self, request: &Request<'_>) -> Outcome {
        let network = self.inner.network;
        *self.bench.tries.borrow_mut().entry(network).or_default() += 1;
        let unclear = |why: &str| Outcome::Unclear { why: why.into(), duplicate: false };
        match self.mood().publish {
            Publish::Works => {
                let outcome = self.publish_now(request).await;
                self.hear();
                outcome
            }
            Publish::AnswerLost => {
                self.publish_now(request).await;
                unclear("the answer was lost")
            }
            Publish::Vanishes => unclear("time-out"),
            Publish::NotSent => Outcome::NotSent(Trouble::Unreachable("no route".into())),
            Publish::RateLimited(millis) => {
                self.hear();
                let until = self.bench.world.borrow().now + millis;
                Outcome::Refused(Trouble::RateLimited { until: Some(Timestamp::from_millis(until)) })
            }
            Publish::Rejected => {
                self.hear();
                Outcome::Rejected("no".into())
            }
        }
    }
}

/// The world's disk in some mood.
struct MoodyDisk {
    inner: FakeDisk,
    mood: Rc<DiskMood>,
}

impl MoodyDisk {
    fn write(&mut self, write: impl FnOnce(&mut FakeDisk) -> io::Result<()>) -> io::Result<()> {
        if self.mood.full.get() {
            return Err(io::Error::other("no space"));
        }
        write(&mut self.inner)?;
        if self.mood.unsure.get() { Err(io::Error::other("fsync")) } else { Ok(()) }
    }
}

impl Disk for MoodyDisk {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        if self.mood.unreadable.get() { Err(io::Error::other("too many open files")) } else { self.inner.read() }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(|disk| disk.append(bytes))?;
        self.mood.appended.update(|count| count + 1);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(|disk| disk.replace(bytes))?;
        self.mood.replaced.update(|count| count + 1);
        Ok(())
    }
}

/// What is to be sent next; nothing is attached in this world.
pub fn next(state: &State, target: Network, policy: &Policy, now: Timestamp) -> Option<plan::Send> {
    match plan::next(state, target, policy, now, &[])? {
        plan::Task::Send(send) => Some(send),
        plan::Task::Attach(attach) => panic!("there is nothing to attach: {attach:?}"),
    }
}
