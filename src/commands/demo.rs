//! `demo`: both networks simulated on this machine, the real engine and the real journal between them, and a few posts
//! on each side. It ends well only when each arrived exactly once.

use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;

use super::{connect, print, random, refuse};
use crate::cli::Exit;
use crate::clock::{Clock, Stopwatch, SystemClock};
use crate::core::money::Money;
use crate::core::post::{Network, Visibility};
use crate::daemon::{self, Stop};
use crate::engine::{Engine, Parts};
use crate::journal::Journal;
use crate::journal::file::FileDisk;
use crate::sandbox::faults::{Fault, Faulty};
use crate::sandbox::mastodon::Options;
use crate::sandbox::pair::{HOST, OWNER, Standing};
use crate::sandbox::{NewMedia, Pair, Upload};

/// How often the demo's daemon polls. A real one asks every 30 seconds.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often the timelines are looked at.
const TICK: Duration = Duration::from_millis(100);
/// When the demo gives up.
const PATIENCE_MILLIS: u128 = 30_000;
/// A chessboard of eight by eight squares.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x01\0\0\0\0\xect\x83&\0\0\0\x0eIDATx\xdac\x08eX\
      \xc5\x80\x84\x01\x1e\x9c\x03\xfdp\x15\xc9\x90\0\0\0\0IEND\xaeB`\x82";
/// The width of a timeline, in characters.
const COLUMN: usize = 37;

/// Shows it. Ends with 0 when everything arrived exactly once.
pub(super) async fn demo(keep: bool, json: bool) -> Exit {
    let folder = Folder::new();
    let pair = match Pair::start() {
        Ok(pair) => pair,
        Err(error) => return refuse(&format!("the simulated networks cannot be started: {error}"), Exit::Unreachable),
    };
    let stop = Stop::default();
    let mut engine = match engine(&pair, &folder, &stop).await {
        Ok(engine) => engine,
        Err(error) => return refuse(&error, Exit::Config),
    };
    let mut stage = Stage::new(&pair, json);
    let signals = async {
        if daemon::listen_for_signals(stop.clone()).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let mut jitter = random;
    let running = daemon::run(&mut engine, INTERVAL, &stop, &mut jitter);
    let play = async {
        stage.play(keep).await;
        stop.request();
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(running, play) } => {}
        () = signals => {}
    }
    stage.end(keep)
}

async fn engine(pair: &Pair, folder: &Folder, stop: &Stop) -> Result<Engine, String> {
    let config = pair.config().map_err(|error| error.to_string())?;
    let clock: Rc<dyn Clock> = Rc::new(SystemClock::new());
    let state_file = folder.0.join("state.jsonl");
    let connected = connect::connect(&config, &clock).await.map_err(|error| error.to_string())?;
    let disk = FileDisk::new(&state_file);
    let (journal, state, _) = Journal::open(Box::new(disk)).map_err(|error| error.to_string())?;
    Ok(Engine::new(Parts {
        clients: connected.clients,
        media: connect::media(&config, &state_file, false).await.map_err(|error| error.to_string())?,
        journal,
        state,
        policy: connected.policy,
        clock,
        random: Box::new(random),
        stop: stop.flag(),
        keep_links: config.state.keep_links,
        interval_secs: 1,
    }))
}

/// A folder for the journal, gone when the demo is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!(
            "crosspostd-demo-{}-{:08x}",
            std::process::id(),
            random().to_bits() >> 20
        )))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Something that happens in the demo.
enum Scene {
    /// The owner writes; it is to arrive.
    Write(Network, &'static str),
    /// The owner writes, with a picture that they describe.
    Picture(Network, &'static str, &'static str),
    /// The owner answers their own post that begins so.
    Reply(Network, &'static str, &'static str),
    /// The owner writes, and the answer to the mirror's request is lost.
    WriteLosingAnswer(&'static str),
    /// The owner writes to followers only: it stays.
    Private(&'static str),
    /// Somebody else writes: it stays.
    Other(&'static str),
}

/// When, in milliseconds, and what.
const SCENES: &[(u128, Scene)] = &[
    (1500, Scene::Write(Network::Mastodon, "Good morning from Mastodon! 🐘")),
    (2000, Scene::Write(Network::Twitter, "And hello from X. <3 & so on.")),
    (2500, Scene::Other("I am somebody else; nobody mirrors me.")),
    (3000, Scene::Reply(Network::Mastodon, "Good morning", "A reply to my own post becomes a thread there, too.")),
    (
        3500,
        Scene::Picture(
            Network::Mastodon,
            "My new chessboard:",
            "A chessboard without a single piece on it, seen from above",
        ),
    ),
    (
        4000,
        Scene::WriteLosingAnswer("X takes this one, but its answer gets lost on the way. It must not appear twice."),
    ),
    (
        5000,
        Scene::Write(
            Network::Mastodon,
            "This one is longer than X allows. It was written without a thought about 280 characters, as one does on \
             Mastodon, and so it becomes a thread over there: cut between words, never inside a link or a name, each \
             part hanging on the one before it, in order, each of them exactly once, whatever happens on the way.",
        ),
    ),
    (5500, Scene::Private("For my followers only: this stays here.")),
    (6500, Scene::Write(Network::Mastodon, "@grace knows that main.rs is a file, and no link that X may charge for.")),
    (7000, Scene::Reply(Network::Twitter, "And hello", "An answer to myself, and nobody is pinged: @grace")),
    (7500, Scene::Write(Network::Twitter, "Read more: https://example.org/an/article")),
];

struct Written {
    source: Network,
    text: &'static str,
    /// What a picture that is attached shows.
    description: Option<&'static str>,
    at: u128,
    arrived: Option<u128>,
}

/// What the audience sees.
struct Stage<'a> {
    pair: &'a Pair,
    json: bool,
    watch: Stopwatch,
    written: Vec<Written>,
    seen: HashSet<(Network, String)>,
    /// Whether everything was played.
    ended: bool,
}

/// The end of the demo, for programs.
#[derive(Serialize)]
struct Summary {
    ok: bool,
    written: usize,
    arrived_once: usize,
    lost: Vec<&'static str>,
    doubled: Vec<&'static str>,
    leaked: usize,
    people_pinged: usize,
    average_millis: u128,
    x_bill_usd: String,
}

impl<'a> Stage<'a> {
    fn new(pair: &'a Pair, json: bool) -> Self {
        Self { pair, json, watch: Stopwatch::start(), written: Vec::new(), seen: HashSet::new(), ended: false }
    }

    fn say(&self, line: &str) {
        if !self.json {
            print(line);
        }
    }

    async fn play(&mut self, keep: bool) {
        self.say("Both networks are simulated here; the real crosspostd runs between them.");
        self.say("  ✎ written by hand     ↳ mirrored by crosspostd\n");
        self.say(&format!("  {:COLUMN$}   {}", format!("Mastodon  @{OWNER}@{HOST}"), "X"));
        self.say(&format!("  {}   {}", "─".repeat(COLUMN), "─".repeat(COLUMN)));
        let mut scenes = SCENES.iter().peekable();
        loop {
            let now = self.watch.millis();
            while let Some((_, scene)) = scenes.next_if(|(at, _)| *at <= now) {
                self.act(scene, now);
            }
            self.show_new(now);
            let all_there = scenes.peek().is_none() && self.written.iter().all(|post| post.arrived.is_some());
            if all_there || now > PATIENCE_MILLIS {
                break;
            }
            tokio::time::sleep(TICK).await;
        }
        // What should not come could still come.
        tokio::time::sleep(INTERVAL + TICK).await;
        self.show_new(self.watch.millis());
        self.ended = true;
        if keep {
            self.show_how_to_go_on();
            self.watch_on().await;
        }
    }

    fn act(&mut self, scene: &Scene, now: u128) {
        let mut expect = |source, text| {
            self.written.push(Written { source, text, description: None, at: now, arrived: None });
        };
        match scene {
            Scene::Write(network, text) => {
                expect(*network, text);
                self.pair.write(*network, text);
            }
            Scene::Picture(network, text, description) => {
                let (source, description) = (*network, Some(*description));
                self.written.push(Written { source, text, description, at: now, arrived: None });
                let path = self.pair.files.with(|files| files.put(PICTURE, "image/png"));
                let picture = NewMedia { size: Some((8, 8)), ..NewMedia::image(&path) };
                let picture = picture.described(description.unwrap_or_default());
                self.pair.write_with_media(source, text, &[picture]);
            }
            Scene::Reply(network, parent, text) => {
                expect(*network, text);
                let parent = self.pair.standing(*network).into_iter().find(|post| post.text.starts_with(parent));
                self.pair.write_reply(*network, text, parent.as_ref().map(|post| post.id.as_str()));
            }
            Scene::WriteLosingAnswer(text) => {
                expect(Network::Mastodon, text);
                self.pair.twitter.fail(Faulty::once("POST", "/2/tweets", Fault::LoseAnswer));
                self.pair.write(Network::Mastodon, text);
            }
            Scene::Private(text) => {
                self.pair.write_to(Visibility::Private, text);
            }
            Scene::Other(text) => {
                let at = self.pair.clock.now();
                self.pair.mastodon.with(|world| world.write_as("grace", at, text, &Options::default()));
                self.say(&row(Network::Mastodon, &format!("@grace: {text}")));
            }
        }
    }

    fn show_new(&mut self, now: u128) {
        for network in Network::ALL {
            let standing = self.pair.standing(network);
            for post in &standing {
                if self.seen.insert((network, post.id.clone())) {
                    let sign = if post.by_us { '↳' } else { '✎' };
                    self.say(&row(network, &format!("{sign} {}", post.text)));
                    for description in self.descriptions(network, post) {
                        self.say(&row(network, &format!("  [picture: {description}]")));
                    }
                }
            }
            let mirrors = words(standing.iter().filter(|post| post.by_us));
            for post in self.written.iter_mut().filter(|post| post.source != network && post.arrived.is_none()) {
                if times(&mirrors, post.text) > 0 {
                    post.arrived = Some(now);
                }
            }
        }
    }

    /// What the pictures show that are attached to a post, in the words that stand there with them.
    fn descriptions(&self, network: Network, post: &Standing) -> Vec<String> {
        if !post.by_us {
            let written = self.written.iter().filter(|written| written.source == network && written.text == post.text);
            return written.filter_map(|written| written.description.map(str::to_owned)).collect();
        }
        let attached = self.uploads(network).into_iter().filter(|upload| upload.attached_to.as_ref() == Some(&post.id));
        attached.map(|upload| upload.description.unwrap_or_else(|| "no description".to_owned())).collect()
    }

    fn uploads(&self, network: Network) -> Vec<Upload> {
        match network {
            Network::Mastodon => self.pair.mastodon.with(|world| world.uploads()),
            Network::Twitter => self.pair.twitter.with(|world| world.uploads()),
        }
    }

    /// Whether a post's picture stands on the other side as it was sent, with its description.
    fn picture_arrived(&self, post: &Written) -> bool {
        post.description.is_none_or(|description| {
            self.uploads(post.source.other()).iter().any(|upload| {
                upload.attached_to.is_some()
                    && upload.description.as_deref() == Some(description)
                    && upload.bytes.as_deref() == Some(PICTURE)
            })
        })
    }

    /// The addresses are for the one who asked to keep it running, in whichever form they read.
    fn show_how_to_go_on(&self) {
        let (mastodon, x) = (self.pair.mastodon.base(), self.pair.twitter.base());
        let token = self.pair.mastodon_token();
        self.pair.twitter.with(|world| {
            let owner = world.owner_id();
            world.add_bearer("sandbox-bearer", owner);
        });
        let web = self.pair.clock.now();
        let scopes = "read write";
        let by_hand = self.pair.mastodon.with(|world| world.grant_token(OWNER, "Web", scopes, web));
        let by_hand = by_hand.as_deref().unwrap_or(token);
        let owner = self.pair.twitter.with(|world| world.owner_id());
        if self.json {
            let addresses = serde_json::json!({
                "mastodon": mastodon, "mastodon_token": by_hand, "x": x, "x_token": "sandbox-bearer", "x_user": owner,
            });
            return print(&addresses.to_string());
        }
        self.say(&format!(
            "\nBoth networks keep running until Ctrl-C. Write on either, and read the other:\n\n  \
             curl -s {mastodon}/api/v1/statuses -H 'Authorization: Bearer {by_hand}' -d status='Hello from curl'\n  \
             curl -s '{x}/2/users/{owner}/tweets?max_results=5' -H 'Authorization: Bearer sandbox-bearer'\n\n  \
             curl -s {x}/2/tweets -H 'Authorization: Bearer sandbox-bearer' -H 'Content-Type: application/json' \
             -d '{{\"text\":\"Hello from X\"}}'\n  \
             curl -s {mastodon}/api/v1/timelines/home -H 'Authorization: Bearer {by_hand}'\n"
        ));
    }

    async fn watch_on(&mut self) {
        loop {
            tokio::time::sleep(TICK).await;
            self.show_new(self.watch.millis());
        }
    }

    fn summary(&self) -> Summary {
        let count = |post: &Written| {
            let standing = self.pair.standing(post.source.other());
            let stands = times(&words(standing.iter().filter(|post| post.by_us)), post.text);
            if self.picture_arrived(post) { stands } else { 0 }
        };
        let pick = |wanted: fn(usize) -> bool| -> Vec<&'static str> {
            self.written.iter().filter(|post| wanted(count(post))).map(|post| post.text).collect()
        };
        let (lost, doubled) = (pick(|count| count == 0), pick(|count| count > 1));
        let on_x = words(self.pair.standing(Network::Twitter).iter());
        let leaked = SCENES
            .iter()
            .filter(|(_, scene)| match scene {
                Scene::Private(text) | Scene::Other(text) => times(&on_x, text) > 0,
                _ => false,
            })
            .count();
        let people_pinged = self.pair.twitter.with(|world| world.mentions_made().len())
            + self.pair.mastodon.with(|world| world.mentions_made().len());
        let times_taken: Vec<u128> =
            self.written.iter().filter_map(|post| Some(post.arrived?.saturating_sub(post.at))).collect();
        let bill = self.pair.twitter.with(|world| world.bill().total_micro_usd());
        Summary {
            ok: self.ended
                && lost.is_empty()
                && doubled.is_empty()
                && leaked == 0
                && people_pinged == 0
                && !self.written.is_empty(),
            written: self.written.len(),
            arrived_once: self.written.len() - lost.len() - doubled.len(),
            lost,
            doubled,
            leaked,
            people_pinged,
            average_millis: times_taken.iter().sum::<u128>() / (times_taken.len().max(1) as u128),
            x_bill_usd: Money::from_micro_usd(bill).to_string(),
        }
    }

    fn end(&self, keep: bool) -> Exit {
        let summary = self.summary();
        if self.json {
            print(&serde_json::to_string_pretty(&summary).unwrap_or_default());
        } else if !self.ended {
            print("\nStopped before its end.");
        } else if !keep {
            let Summary { written, arrived_once, average_millis, x_bill_usd, .. } = &summary;
            print(&format!(
                "\n{written} posts were written; {arrived_once} arrived on the other side exactly once,\n\
                 after {}.{} s on average.",
                average_millis / 1000,
                average_millis % 1000 / 100
            ));
            print("One was for followers only, one was somebody else's: both stayed.");
            print("One had a picture: it is there, too, with its description.");
            print("One answer was lost: the post was looked for and found, not sent again.");
            print(&format!(
                "X would have charged {x_bill_usd}: $0.015 a post, $0.200 with a link in it, $0.005 a description."
            ));
            for text in &summary.lost {
                print(&format!("LOST: {text}"));
            }
            for text in &summary.doubled {
                print(&format!("DOUBLED: {text}"));
            }
            print("\nWith your own accounts: crosspostd setup");
        }
        if summary.ok || keep { Exit::Done } else { Exit::Failed }
    }
}

/// Lines of a timeline: Mastodon's on the left, X's on the right.
fn row(network: Network, text: &str) -> String {
    let indent = match network {
        Network::Mastodon => 2,
        Network::Twitter => 2 + COLUMN + 3,
    };
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMN {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        } else if !lines.is_empty() {
            line.push_str("  ");
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.iter().map(|line| format!("{:indent$}{line}", "")).collect::<Vec<_>>().join("\n")
}

/// The words of posts, as a reader sees them, in order.
fn words<'a>(posts: impl Iterator<Item = &'a Standing>) -> Vec<String> {
    posts.flat_map(|post| plain_words(&post.text)).collect()
}

fn plain_words(text: &str) -> Vec<String> {
    // What has no width, and the host behind a name, is not what was written.
    let text = text.replace('\u{200B}', "").replace("@x.com", "").replace(&format!("@{HOST}"), "");
    text.split_whitespace().map(str::to_owned).collect()
}

/// How often a text stands among words.
fn times(words: &[String], text: &str) -> usize {
    let text = plain_words(text);
    words.windows(text.len().max(1)).filter(|window| **window == *text).count()
}
