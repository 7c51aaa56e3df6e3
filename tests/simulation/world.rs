//! The world that the daemon lives in: two networks, a disk, a clock, and everything that goes wrong with them.
//!
//! Nothing in it waits. A kill is a call that never returns: the harness drops the engine then, which leaves behind
//! exactly what SIGKILL does. On the disk, what was not durable is lost or torn.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use async_trait::async_trait;
use crosspostd::clock::Clock;
use crosspostd::core::media::Describing;
use crosspostd::core::post::{Network, Post, PostId, ReplyTo, Timestamp, Visibility};
use crosspostd::core::record::{Attachment, Part};
use crosspostd::core::render::{Counting, Edits, Rules};
use crosspostd::core::select::Selection;
use crosspostd::journal::Disk;
use crosspostd::media::File;
use crosspostd::network::{
    Client, Described, Found, Newest, Outcome, Processed, Request, Since, Timeline, Trouble, Uploaded,
};

use super::random::Random;

#[path = "files.rs"]
mod files;

pub use files::{FakeFiles, media_of, seen};
use files::{FakeUpload, media_rules};

pub const OWNER: &str = "me";

/// A post as its network has it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: PostId,
    pub author: &'static str,
    pub text: String,
    pub created: i64,
    /// From when on timelines show it.
    pub visible: i64,
    pub reply_to: Option<PostId>,
    pub visibility: Visibility,
    /// Made by the daemon.
    pub by_us: bool,
    /// When its text was last changed.
    pub edited: Option<i64>,
    /// What it read before it was changed.
    pub versions: Vec<String>,
    /// What is attached: where it lies, on the network where it was written by hand; where it came from, on the other.
    pub media: Vec<String>,
    /// The ids of that, where it was uploaded.
    pub media_ids: Vec<String>,
    /// Nobody sees it any more.
    pub deleted: bool,
}

impl Entry {
    /// What one sees of it: its text and what is attached.
    pub fn seen(&self) -> String {
        seen(&self.text, &self.media)
    }
}

/// What a network does with an `Idempotency-Key` that it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    Answered,
    Ignored,
    Error,
    Refused,
}

#[derive(Default)]
pub struct Server {
    pub entries: Vec<Entry>,
    pub uploads: Vec<FakeUpload>,
    keys: HashMap<String, PostId>,
    /// Requests that will be carried out later, when the client may be long gone.
    late: Vec<(i64, Entry)>,
}

/// What is counted, to show that the simulation does what it says.
#[derive(Default, Debug, Clone, Copy)]
pub struct Tally {
    pub faults: u64,
    pub kills: u64,
    pub publishes: u64,
    pub reads: u64,
    pub writes: u64,
    pub uploads: u64,
    pub orphans: u64,
}

pub struct World {
    pub now: i64,
    /// What our own clock is off by.
    pub skew: i64,
    pub random: Random,
    pub servers: HashMap<Network, Server>,
    pub disk: Option<Vec<u8>>,
    /// Faults happen so many times in a thousand calls.
    pub fault_rate: u64,
    /// The process dies at the call with this number, from now.
    pub kill_in: Option<u64>,
    pub dead: bool,
    pub repeats: Repeats,
    pub x_refuses_duplicates: bool,
    /// Whether deletions are mirrored.
    pub deletes: bool,
    /// The network where posts can be edited.
    pub editable: Network,
    pub ids: u64,
    pub tally: Tally,
    pub violations: Vec<String>,
    /// The story, for the one who reads a failing seed.
    pub story: Vec<String>,
}

/// How a network's own part of a call goes.
enum Turn {
    Goes,
    Dies,
    Fails,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let repeats = [Repeats::Answered, Repeats::Ignored, Repeats::Error, Repeats::Refused]
            [usize::try_from(random.below(4)).unwrap_or(0)];
        let x_refuses_duplicates = random.per_mille(500);
        Self {
            now: 1_793_000_000_000,
            skew: 0,
            random,
            servers: Network::ALL.into_iter().map(|network| (network, Server::default())).collect(),
            disk: None,
            fault_rate: 0,
            kill_in: None,
            dead: false,
            repeats,
            x_refuses_duplicates,
            deletes: seed.is_multiple_of(2),
            editable: if seed % 4 < 2 { Network::Mastodon } else { Network::Twitter },
            ids: 0,
            tally: Tally::default(),
            violations: Vec::new(),
            story: Vec::new(),
        }
    }

    pub fn tell(&mut self, line: &str) {
        let at = (self.now - 1_793_000_000_000) / 1000;
        self.story.push(format!("{at:>6} s  {line}"));
    }

    pub fn server(&mut self, network: Network) -> &mut Server {
        self.servers.entry(network).or_default()
    }

    /// Lets time pass, and requests that are still on their way arrive.
    pub fn pass(&mut self, millis: i64) {
        let end = self.now + millis;
        while let Some((network, at)) = Network::ALL
            .into_iter()
            .filter_map(|network| Some((network, self.servers.get(&network)?.late.iter().map(|late| late.0).min()?)))
            .filter(|(_, at)| *at <= end)
            .min_by_key(|(_, at)| *at)
        {
            self.now = self.now.max(at);
            let late = &mut self.server(network).late;
            let first = late.iter().position(|late| late.0 == at).unwrap_or(0);
            let (_, entry) = late.remove(first);
            self.commit(network, entry);
        }
        self.now = end;
    }

    fn turn(&mut self) -> Turn {
        if self.dead {
            return Turn::Dies;
        }
        if let Some(left) = &mut self.kill_in {
            if *left == 0 {
                return Turn::Dies;
            }
            *left -= 1;
        }
        let rate = self.fault_rate;
        if self.random.per_mille(rate) {
            self.tally.faults += 1;
            return Turn::Fails;
        }
        Turn::Goes
    }

    fn die(&mut self) {
        if !self.dead {
            self.tally.kills += 1;
            self.tell("the process is killed");
        }
        self.dead = true;
    }

    fn next_id(&mut self) -> PostId {
        self.ids += 1;
        PostId::new(format!("{}{:05}", self.now, self.ids % 100_000))
    }

    fn lag(&mut self, network: Network) -> i64 {
        let longest = if network == Network::Mastodon { 80_000 } else { 500_000 };
        let span = match self.random.below(100) {
            0 => longest,
            1..10 => 30_000,
            _ => 1000,
        };
        i64::try_from(self.random.below(span)).unwrap_or(0)
    }

    /// The owner (or somebody else) writes a post by hand.
    pub fn write(
        &mut self,
        network: Network,
        author: &'static str,
        text: String,
        reply_to: Option<PostId>,
        visibility: Visibility,
    ) -> PostId {
        self.write_with(network, author, text, reply_to, visibility, 0)
    }

    /// The same with so many pictures.
    pub fn write_with(
        &mut self,
        network: Network,
        author: &'static str,
        text: String,
        reply_to: Option<PostId>,
        visibility: Visibility,
        pictures: u64,
    ) -> PostId {
        let lag = self.lag(network);
        let id = self.next_id();
        self.tell(&format!("{author} writes {id} on {network}: {text:?} {visibility:?} reply to {reply_to:?}"));
        let entry = Entry {
            id: id.clone(),
            author,
            text,
            created: self.now,
            visible: self.now + lag,
            reply_to,
            visibility,
            by_us: false,
            edited: None,
            versions: Vec::new(),
            media: (0..pictures).map(|number| format!("https://files.example/{id}/{number}.png")).collect(),
            media_ids: (0..pictures).map(|number| format!("{id}-{number}")).collect(),
            deleted: false,
        };
        self.server(network).entries.push(entry);
        id
    }

    /// The owner changes a post by hand.
    pub fn rewrite(&mut self, network: Network, id: &PostId, text: &str) {
        self.tell(&format!("{OWNER} edits {id} on {network}: {text:?}"));
        let now = self.now;
        for entry in self.server(network).entries.iter_mut().filter(|entry| entry.id == *id) {
            entry.versions.push(std::mem::replace(&mut entry.text, text.to_owned()));
            entry.edited = Some(now);
        }
    }

    /// The owner deletes a post by hand.
    pub fn erase(&mut self, network: Network, id: &PostId) {
        self.tell(&format!("{OWNER} deletes {id} on {network}"));
        self.server(network).entries.iter_mut().filter(|entry| entry.id == *id).for_each(|entry| entry.deleted = true);
    }

    fn commit(&mut self, network: Network, mut entry: Entry) -> PostId {
        if !self.takes_media(network, &entry) {
            // It comes late, and its media belong to another post by now.
            self.tell(&format!("{network} refuses {:?}, which comes late", entry.text));
            return PostId::new("");
        }
        let ids = std::mem::take(&mut entry.media);
        for id in ids {
            let Some(upload) = self.server(network).uploads.iter_mut().find(|upload| upload.id == id) else { continue };
            upload.is_used = true;
            let upload = upload.clone();
            if upload.source.ends_with("1.png") && !upload.is_described {
                self.violations.push(format!("{id} was attached without its description"));
            }
            entry.media.push(upload.source);
        }
        entry.id = self.next_id();
        entry.created = self.now;
        entry.visible = self.now + self.lag(network);
        let id = entry.id.clone();
        self.tell(&format!(
            "{network} makes {id}: {:?} reply to {:?}, seen in {} ms",
            entry.text,
            entry.reply_to,
            entry.visible - self.now
        ));
        self.server(network).entries.push(entry);
        id
    }

    fn read(&mut self, network: Network, since: &Since) -> Result<Timeline, Trouble> {
        self.tally.reads += 1;
        let mut complete = true;
        match self.turn() {
            Turn::Dies => return Err(Trouble::NoAnswer("dead".into())),
            Turn::Fails => match self.random.below(4) {
                0 => return Err(Trouble::Unreachable("no route".into())),
                1 => return Err(Trouble::NoAnswer("502".into())),
                2 => return Err(Trouble::RateLimited { until: Some(Timestamp::from_millis(self.now + 60_000)) }),
                _ => complete = false,
            },
            Turn::Goes => {}
        }
        let now = self.now;
        let mut posts: Vec<Post> = self
            .server(network)
            .entries
            .iter()
            .filter(|entry| {
                !entry.deleted && entry.visible <= now && since.after.as_ref().is_none_or(|after| entry.id > *after)
            })
            .map(|entry| read_entry(network, entry))
            .collect();
        posts.sort_by(|a, b| a.id.cmp(&b.id));
        if !complete {
            let mut random = self.random.clone();
            posts.retain(|_| !random.per_mille(400));
            self.random = random;
        } else if network == Network::Mastodon && !since.thorough && self.random.per_mille(700) {
            // The home timeline alone.
            complete = false;
        }
        // The date has whole seconds.
        let at = Timestamp::from_millis(now - now.rem_euclid(1000));
        Ok(Timeline { posts, complete, at })
    }

    /// Looks at posts by their ids: an answer about each, or none at all.
    fn look_up(&mut self, network: Network, posts: &[PostId]) -> Result<Vec<Found>, Trouble> {
        self.tally.reads += 1;
        match self.turn() {
            Turn::Dies => return Err(Trouble::NoAnswer("dead".into())),
            Turn::Fails => return Err(Trouble::NoAnswer("502".into())),
            Turn::Goes => {}
        }
        let entries = &self.server(network).entries;
        let look = |id: &PostId| match entries.iter().find(|entry| entry.id == *id && !entry.deleted) {
            Some(entry) => Found::Here(Box::new(read_entry(network, entry))),
            None => Found::Gone(id.clone()),
        };
        Ok(posts.iter().map(look).collect())
    }

    /// Changes a post of the daemon's own, and loses the answer now and then.
    fn touch(&mut self, network: Network, post: &PostId, change: impl FnOnce(&Self, &mut Entry)) -> Outcome {
        self.tally.publishes += 1;
        let turn = self.turn();
        let arrives = matches!(turn, Turn::Goes) || self.random.per_mille(500);
        if arrives {
            let found = self.server(network).entries.iter().position(|entry| entry.id == *post && !entry.deleted);
            let Some(at) = found else { return Outcome::Done { id: post.clone(), address: None } };
            let mut entry = self.server(network).entries[at].clone();
            if !entry.by_us {
                self.violations.push(format!("{:?} on {network} is the owner's, and was changed", entry.text));
            }
            change(self, &mut entry);
            self.tell(&format!("{network} changes {post}: {:?} deleted: {}", entry.text, entry.deleted));
            self.server(network).entries[at] = entry;
        }
        match turn {
            Turn::Goes => Outcome::Done { id: post.clone(), address: None },
            Turn::Fails => Outcome::Unclear { why: "the answer was lost".into(), duplicate: false },
            Turn::Dies => {
                self.die();
                Outcome::Unclear { why: "killed".into(), duplicate: false }
            }
        }
    }

    fn publish(&mut self, network: Network, request: &Request<'_>) -> Outcome {
        self.tally.publishes += 1;
        let text = request.part.text.clone();
        let unclear = |why: &str| Outcome::Unclear { why: why.into(), duplicate: false };
        let on_disk = self.disk.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        if !on_disk.contains(text.lines().next().unwrap_or_default()) {
            self.violations.push(format!("{text:?} was sent to {network} without standing on the disk"));
        }
        let entry = Entry {
            id: PostId::new(""),
            author: OWNER,
            text: text.clone(),
            created: 0,
            visible: 0,
            reply_to: request.reply_to.cloned(),
            visibility: Visibility::Public,
            by_us: true,
            edited: None,
            versions: Vec::new(),
            // The ids, until it arrives.
            media: request.media.to_vec(),
            media_ids: request.media.to_vec(),
            deleted: false,
        };
        let turn = self.turn();
        let dies = matches!(turn, Turn::Dies);
        let before = !matches!(turn, Turn::Goes) && self.random.per_mille(300);
        if before {
            if dies {
                self.die();
                return unclear("killed before it was sent");
            }
            return match self.random.below(3) {
                0 => Outcome::NotSent(Trouble::Unreachable("no route".into())),
                1 => Outcome::Refused(Trouble::RateLimited { until: Some(Timestamp::from_millis(self.now + 90_000)) }),
                _ => unclear("the connection was lost before it arrived"),
            };
        }
        if matches!(turn, Turn::Dies | Turn::Fails) && self.random.per_mille(300) {
            // On its way while the client has given up or is dead.
            let at = self.now + i64::try_from(self.random.below(30_000)).unwrap_or(0);
            self.tell(&format!("{text:?} is still on its way to {network}"));
            self.server(network).late.push((at, entry));
            if dies {
                self.die();
            }
            return unclear("time-out");
        }
        let outcome = self.arrive(network, entry, request.key);
        match turn {
            Turn::Goes => outcome,
            Turn::Dies => {
                self.die();
                unclear("killed before the answer")
            }
            Turn::Fails => unclear("the answer was lost"),
        }
    }

    /// A request reaches its server.
    fn arrive(&mut self, network: Network, entry: Entry, key: &str) -> Outcome {
        let unclear = |duplicate| Outcome::Unclear { why: "500".into(), duplicate };
        if network == Network::Mastodon {
            if let Some(id) = self.server(network).keys.get(key).cloned() {
                match self.repeats {
                    Repeats::Answered => return Outcome::Done { id, address: None },
                    Repeats::Error => return unclear(false),
                    Repeats::Refused => return unclear(true),
                    Repeats::Ignored => {}
                }
            }
        } else if self.x_refuses_duplicates
            && entry.media.is_empty()
            && self.server(network).entries.iter().any(|known| known.text == entry.text && known.media.is_empty())
        {
            return unclear(true);
        }
        if !self.takes_media(network, &entry) {
            return Outcome::MediaRefused("not found or already attached".into());
        }
        if let Some(parent) = &entry.reply_to
            && !self.server(network).entries.iter().any(|known| known.id == *parent)
        {
            self.violations.push(format!("{:?} answers {parent}, which is not on {network}", entry.text));
        }
        let id = self.commit(network, entry);
        self.server(network).keys.insert(key.to_owned(), id.clone());
        Outcome::Done { id, address: None }
    }
}

fn read_entry(network: Network, entry: &Entry) -> Post {
    let mut post = Post::plain(entry.id.clone(), entry.author, Timestamp::from_millis(entry.created), &entry.text);
    post.visibility = entry.visibility;
    post.media = media_of(entry);
    post.address = Some(format!("https://{}.example/{}", network.key(), entry.id));
    post.edited = entry.edited.map(Timestamp::from_millis);
    post.reply_to = entry.reply_to.clone().map_or(ReplyTo::Nothing, ReplyTo::Own);
    if network == Network::Mastodon && entry.author == OWNER {
        post.application = Some(if entry.by_us { "crosspostd" } else { "Web" }.to_owned());
    }
    post
}

/// Our end of a network.
pub struct FakeClient {
    pub network: Network,
    pub world: Rc<RefCell<World>>,
}

impl FakeClient {
    /// Never returns once the process is dead.
    async fn alive<T>(&self, result: T) -> T {
        if self.world.borrow().dead {
            std::future::pending::<()>().await;
        }
        result
    }
}

#[async_trait(?Send)]
impl Client for FakeClient {
    fn network(&self) -> Network {
        self.network
    }

    fn account(&self) -> &str {
        OWNER
    }

    fn rules(&self) -> Rules {
        let edits =
            (self.world.borrow().editable == self.network).then_some(Edits { window_secs: None, new_id: false });
        Rules { edits, ..rules(self.network) }
    }

    fn server_time(&self) -> Option<Timestamp> {
        Some(Timestamp::from_millis(self.world.borrow().now))
    }

    async fn newest(&self) -> Result<Newest, Trouble> {
        let result = self.world.borrow_mut().read(self.network, &Since { thorough: true, ..Since::default() });
        let result = result.and_then(|timeline| {
            if !timeline.complete {
                return Err(Trouble::NoAnswer("206".into()));
            }
            Ok(Newest { id: timeline.posts.last().map(|post| post.id.clone()), at: timeline.at, read: Vec::new() })
        });
        self.alive(result).await
    }

    async fn read(&self, since: &Since) -> Result<Timeline, Trouble> {
        {
            let mut world = self.world.borrow_mut();
            if matches!(world.kill_in, Some(0)) {
                world.die();
            }
        }
        let result = self.world.borrow_mut().read(self.network, since);
        self.alive(result).await
    }

    async fn upload(&self, mut file: File, attachment: &Attachment) -> Uploaded {
        let mut bytes = Vec::new();
        while let Ok(Some(piece)) = file.chunk().await {
            bytes.extend_from_slice(&piece);
        }
        let uploaded = self.world.borrow_mut().take_file(self.network, &bytes, attachment);
        self.alive(uploaded).await
    }

    async fn processed(&self, id: &str) -> Processed {
        let processed = self.world.borrow_mut().work(id);
        self.alive(processed).await
    }

    async fn describe(&self, id: &str, attachment: &Attachment) -> Described {
        let described = self.world.borrow_mut().take_description(self.network, id, attachment);
        self.alive(described).await
    }

    async fn edit(&self, post: &PostId, part: &Part, media: &[String]) -> Outcome {
        if part.media.len() != media.len() {
            let wrong = format!("{post} is edited with {} of {} attachments", media.len(), part.media.len());
            self.world.borrow_mut().violations.push(wrong);
        }
        let outcome = self.world.borrow_mut().touch(self.network, post, |world, entry| {
            entry.text.clone_from(&part.text);
            entry.edited = Some(world.now);
        });
        self.alive(outcome).await
    }

    async fn delete(&self, post: &PostId) -> Outcome {
        let outcome = self.world.borrow_mut().touch(self.network, post, |_, entry| entry.deleted = true);
        self.alive(outcome).await
    }

    async fn repost(&self, _: &PostId) -> Outcome {
        Outcome::Rejected("nothing is boosted in this world".into())
    }

    async fn latest(&self, _: u8) -> Result<Vec<Post>, Trouble> {
        Ok(Vec::new())
    }

    async fn look_up(&self, posts: &[PostId]) -> Result<Vec<Found>, Trouble> {
        let result = self.world.borrow_mut().look_up(self.network, posts);
        self.alive(result).await
    }

    async fn publish(&self, request: &Request<'_>) -> Outcome {
        if self.world.borrow().dead {
            std::future::pending::<()>().await;
        }
        let outcome = self.world.borrow_mut().publish(self.network, request);
        self.alive(outcome).await
    }
}

/// What leaves either network.
pub fn selection() -> Selection {
    Selection { visibilities: vec![Visibility::Public, Visibility::Unlisted], ..Selection::default() }
}

pub fn rules(network: Network) -> Rules {
    match network {
        Network::Mastodon => Rules {
            max_length: 60,
            counting: Counting::Graphemes { link_length: 23 },
            warnings: true,
            polls: None,
            edits: Some(Edits { window_secs: None, new_id: false }),
            media: media_rules(Describing::WithUpload),
            settle_secs: 120,
            prices: None,
        },
        Network::Twitter => Rules {
            max_length: 40,
            counting: Counting::Weighted,
            warnings: false,
            polls: None,
            edits: None,
            media: media_rules(Describing::Separately),
            settle_secs: 600,
            prices: None,
        },
    }
}

pub struct FakeDisk(pub Rc<RefCell<World>>);

impl Disk for FakeDisk {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.borrow().disk.clone())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        let written = match world.turn() {
            Turn::Goes => {
                world.tally.writes += 1;
                bytes.len()
            }
            Turn::Dies | Turn::Fails if world.dead => return Err(io::Error::other("dead")),
            turn => {
                if matches!(turn, Turn::Dies) {
                    world.die();
                }
                let kept = world.random.below(bytes.len() as u64 + 1);
                usize::try_from(kept).unwrap_or(0)
            }
        };
        world.disk.get_or_insert_default().extend_from_slice(&bytes[..written]);
        if written == bytes.len() && !world.dead { Ok(()) } else { Err(io::Error::other("disk")) }
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        let turn = world.turn();
        if world.dead {
            return Err(io::Error::other("dead"));
        }
        let renamed = matches!(turn, Turn::Goes) || world.random.per_mille(500);
        if renamed {
            world.disk = Some(bytes.to_vec());
        }
        if matches!(turn, Turn::Dies) {
            world.die();
        }
        if matches!(turn, Turn::Goes) {
            world.tally.writes += 1;
            Ok(())
        } else {
            Err(io::Error::other("disk"))
        }
    }
}

pub struct FakeClock(pub Rc<RefCell<World>>);

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        let world = self.0.borrow();
        Timestamp::from_millis(world.now + world.skew)
    }
}
