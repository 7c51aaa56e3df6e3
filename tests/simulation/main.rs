//! Never twice, never lost, never an echo: thousands of runs of the real engine on the real journal, in a world that
//! fails, each from a seed.
//!
//! `SEED=n cargo test --test simulation` runs one seed and tells its story; `SCHEDULES=n` runs so many.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test")]

mod oracle;
mod random;
mod world;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crosspostd::core::plan::SidePolicy;
use crosspostd::core::post::{Network, PostId, Visibility};
use crosspostd::core::style::Style;
use crosspostd::core::upkeep::Upkeep;
use crosspostd::engine::{Engine, Parts, Report};
use crosspostd::journal::Journal;
use crosspostd::network::Client;

use random::Random;
use world::{FakeClient, FakeClock, FakeDisk, FakeFiles, OWNER, Tally, World, selection};

/// How long the owner posts and the world fails, in cycles.
const TROUBLED_CYCLES: u32 = 40;
/// How long the world is well afterwards: long enough for every wait to end.
const QUIET_CYCLES: u32 = 120;

fn start(world: &Rc<RefCell<World>>) -> Engine {
    let (journal, state, _) = Journal::open(Box::new(FakeDisk(Rc::clone(world))))
        .unwrap_or_else(|error| panic!("the journal does not load: {error}"));
    let client = |network| -> Rc<dyn Client> { Rc::new(FakeClient { network, world: Rc::clone(world) }) };
    let side = |network| SidePolicy {
        account: OWNER.into(),
        our_app: (network == Network::Mastodon).then(|| "crosspostd".into()),
        rules: client(network).rules(),
        selection: Some(selection()),
        style: Style::default(),
        upkeep: Upkeep { deletes: world.borrow().deletes, ..Upkeep::default() },
    };
    let mut jitter = world.borrow().random.clone();
    Engine::new(Parts {
        clients: Network::ALL.into_iter().map(client).collect(),
        media: Rc::new(FakeFiles(Rc::clone(world))),
        journal,
        state,
        policy: Network::ALL.into_iter().map(|network| (network, side(network))).collect::<BTreeMap<_, _>>(),
        clock: Rc::new(FakeClock(Rc::clone(world))),
        random: Box::new(move || jitter.unit()),
        stop: Rc::new(Cell::new(false)),
        keep_links: 500,
        interval_secs: 30,
    })
}

/// Runs a cycle to its end, or to the death of the process.
fn cycle(engine: &mut Engine) -> Option<Report> {
    let mut future = pin!(engine.cycle());
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        // An attachment on its way does not keep a cycle from ending, but nothing waits in this world.
        Poll::Ready(report) if !report.transferring => Some(report),
        Poll::Ready(_) | Poll::Pending => None,
    }
}

/// What the owner and others do between two cycles.
fn act(world: &Rc<RefCell<World>>, random: &mut Random, written: &mut u64, own: &mut Vec<(Network, PostId)>) {
    for _ in 0..random.below(3) {
        *written += 1;
        let number = *written;
        let network = Network::ALL[usize::try_from(random.below(2)).unwrap_or(0)];
        let mut world = world.borrow_mut();
        match random.below(100) {
            0..12 => {
                world.write(network, "somebody", format!("not mine {number}"), None, Visibility::Public);
            }
            15..18 if !own.is_empty() => {
                let (network, id) = own.swap_remove(usize::try_from(random.below(own.len() as u64)).unwrap_or(0));
                world.erase(network, &id);
            }
            65..72 if !own.is_empty() => {
                let (network, id) = own[usize::try_from(random.below(own.len() as u64)).unwrap_or(0)].clone();
                let words = if random.per_mille(300) { 1 + random.below(20) } else { 1 };
                let text: Vec<String> = (1..=words).map(|word| format!("edited{number}word{word}")).collect();
                world.rewrite(network, &id, &text.join(" "));
            }
            12..18 => {
                world.write(Network::Mastodon, OWNER, format!("private {number}"), None, Visibility::Private);
            }
            18..24 => {
                world.write(network, OWNER, "gm".into(), None, Visibility::Public);
            }
            24..30 => {
                let text = format!("twin {number}");
                world.write(Network::Mastodon, OWNER, text.clone(), None, Visibility::Public);
                let pause = i64::try_from(random.below(20_000)).unwrap_or(0);
                world.pass(pause);
                world.write(Network::Twitter, OWNER, text, None, Visibility::Public);
            }
            30..50 if !own.is_empty() => {
                let (network, parent) = own[usize::try_from(random.below(own.len() as u64)).unwrap_or(0)].clone();
                let text = format!("reply {number}");
                own.push((network, world.write(network, OWNER, text, Some(parent), Visibility::Public)));
            }
            50..65 => {
                let text: Vec<String> = (1..=20).map(|word| format!("long{number}word{word}")).collect();
                let id = world.write(network, OWNER, text.join(" "), None, Visibility::Public);
                own.push((network, id));
            }
            85.. => {
                let text = if random.per_mille(300) { String::new() } else { format!("seen {number}") };
                let pictures = 1 + random.below(6);
                let id = world.write_with(network, OWNER, text, None, Visibility::Public, pictures);
                own.push((network, id));
            }
            _ => {
                let id = world.write(network, OWNER, format!("post {number}"), None, Visibility::Public);
                own.push((network, id));
            }
        }
    }
}

/// One run: a troubled time, a quiet time, and the truth. Returns what went wrong, with the story.
fn run(seed: u64) -> (Tally, Result<oracle::Verdict, String>) {
    let world = Rc::new(RefCell::new(World::new(seed)));
    let mut random = Random::new(seed ^ 0xA5A5);
    let (mut written, mut own) = (0, Vec::new());
    // Some posts are older than the daemon.
    for _ in 0..random.below(4) {
        act(&world, &mut random, &mut written, &mut own);
        world.borrow_mut().pass(700_000);
    }
    let old: Vec<PostId> = Network::ALL
        .into_iter()
        .flat_map(|network| world.borrow_mut().server(network).entries.iter().map(|e| e.id.clone()).collect::<Vec<_>>())
        .collect();
    let mut engine = start(&world);
    while cycle(&mut engine).is_none_or(|report| report.began.len() < 2) {
        world.borrow_mut().pass(30_000);
    }
    let mut engine = Some(engine);
    own.clear();
    for _ in 0..TROUBLED_CYCLES {
        let pause = if random.per_mille(30) { 3_600_000 } else { 20_000 + random.below(20_000) };
        world.borrow_mut().pass(i64::try_from(pause).unwrap_or(0));
        act(&world, &mut random, &mut written, &mut own);
        {
            let mut world = world.borrow_mut();
            world.fault_rate = if random.per_mille(300) { 250 } else { 20 };
            world.kill_in = random.per_mille(250).then(|| random.below(14));
        }
        let running = engine.get_or_insert_with(|| {
            let skew = if random.per_mille(200) { -1_700_000_000_000 } else { 0 };
            (world.borrow_mut().dead, world.borrow_mut().skew) = (false, skew);
            start(&world)
        });
        cycle(running);
        if world.borrow().dead || random.per_mille(50) {
            engine = None;
        }
    }
    {
        let mut world = world.borrow_mut();
        (world.fault_rate, world.kill_in, world.dead) = (0, None, false);
        world.tell("all is well from here on");
    }
    let mut engine = engine.unwrap_or_else(|| start(&world));
    for _ in 0..QUIET_CYCLES {
        world.borrow_mut().pass(61_000);
        cycle(&mut engine);
    }
    let before = world.borrow().tally;
    for _ in 0..3 {
        world.borrow_mut().pass(30_000);
        cycle(&mut engine);
    }
    let after = world.borrow().tally;
    if (before.writes, before.publishes) != (after.writes, after.publishes) {
        world.borrow_mut().violations.push("an idle cycle wrote or sent something".into());
    }
    let verdict = oracle::judge(&world.borrow(), engine.state(), &old);
    let mut tally = world.borrow().tally;
    let unused = |server: &world::Server| server.uploads.iter().filter(|upload| !upload.is_used).count() as u64;
    tally.orphans = world.borrow().servers.values().map(unused).sum();
    let result = verdict.map_err(|violations| {
        format!("seed {seed}:\n  {}\n\nthe story:\n{}", violations.join("\n  "), world.borrow().story.join("\n"))
    });
    (tally, result)
}

#[test]
fn nothing_is_doubled_lost_or_echoed() {
    if let Some(seed) = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        let (tally, result) = run(seed);
        println!("{tally:?}\n{result:?}");
        return assert!(result.is_ok(), "{}", result.unwrap_err());
    }
    let schedules: u64 = std::env::var("SCHEDULES").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let threads: u8 = 2;
    let workers: Vec<_> = (0..threads)
        .map(|worker| {
            std::thread::spawn(move || {
                let mut sum = (Tally::default(), oracle::Verdict::default());
                for seed in (u64::from(worker)..schedules).step_by(threads.into()) {
                    let (tally, result) = run(seed);
                    let verdict = result.unwrap_or_else(|story| panic!("{story}"));
                    sum.0.faults += tally.faults;
                    sum.0.kills += tally.kills;
                    sum.0.publishes += tally.publishes;
                    sum.0.uploads += tally.uploads;
                    sum.0.orphans += tally.orphans;
                    sum.1.add(verdict);
                }
                sum
            })
        })
        .collect();
    let mut mirrored = 0;
    for worker in workers {
        let (tally, verdict) = worker.join().expect("no violation");
        println!("{tally:?} {verdict:?}");
        mirrored += verdict.mirrored;
        // A simulation in which nothing happens proves nothing.
        assert!(tally.kills > schedules / 2 && tally.faults > schedules / 2, "{tally:?}");
        assert!(tally.uploads > schedules, "{tally:?}");
        // Only what a fault or a kill cost, or an edit that came meanwhile, is uploaded for nothing.
        assert!(tally.orphans <= tally.faults + tally.kills, "{tally:?}");
        assert!(verdict.reported * 20 < verdict.mirrored, "too much is given up: {verdict:?}");
    }
    assert!(mirrored > schedules * 10);
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..20 {
        let (first, second) = (run(seed), run(seed));
        assert_eq!(format!("{:?}", first.0), format!("{:?}", second.0));
    }
}
