//! `run`, `run --once`, `run --dry-run`, and what happens without a command.

use std::rc::Rc;
use std::time::Duration;

use tracing::{info, warn};

use super::preview::attached::Shown;
use super::{advice, connect, has_terminal, print, random, refuse, set_up};
use crate::cli::Exit;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Env, Paths};
use crate::core::backoff;
use crate::core::plan::Send;
use crate::core::post::{Network, Timestamp};
use crate::core::record::Deed;
use crate::daemon::{self, Stop};
use crate::engine::{Engine, Parts, Report};
use crate::journal::file::{FileDisk, Lock, LockError};
use crate::journal::{Found, Journal};

/// How it runs.
pub(super) struct How {
    /// One pass only.
    pub(super) once: bool,
    /// Nothing is sent and nothing written.
    pub(super) dry_run: bool,
    /// Large files show how far they are.
    pub(super) shows_progress: bool,
}

/// Without a command: sets up if there is no config yet and somebody to answer, then runs.
pub(super) async fn first_or_later(paths: &Paths, env: &Env, how: &How) -> Exit {
    if matches!(config::load(&paths.config, env), Err(config::Error::NoFile { .. })) && has_terminal() {
        let exit = set_up(paths, env).await;
        if exit != Exit::Done {
            return exit;
        }
    }
    run(paths, env, how).await
}

/// Runs the daemon, or one pass.
pub(super) async fn run(paths: &Paths, env: &Env, how: &How) -> Exit {
    match config::load(&paths.config, env) {
        Ok(config) => with_config(&config, paths, how).await,
        Err(error @ config::Error::NoFile { .. }) if !has_terminal() => refuse(
            &format!(
                "{error} once in a terminal, as the user that it is to run as. It asks for the four keys of your X \
                 app and for your Mastodon server, and writes the config"
            ),
            Exit::Config,
        ),
        Err(error) => refuse(&error, Exit::Config),
    }
}

/// Runs with a config that is known to be good.
async fn with_config(config: &Config, paths: &Paths, how: &How) -> Exit {
    let How { once, dry_run, shows_progress } = *how;
    let lock = if dry_run { None } else { Some(Lock::take(&paths.state)) };
    let _held = match lock {
        None => None,
        Some(Ok(lock)) => Some(lock),
        Some(Err(error @ LockError::Held(_))) => return refuse(&error, Exit::Waiting),
        Some(Err(error)) => return refuse(&error, Exit::Config),
    };
    let (journal, state, found) = match Journal::open(Box::new(FileDisk::new(&paths.state))) {
        Ok(opened) => opened,
        Err(error) => return refuse(&format!("{}: {error}", paths.state.display()), Exit::Config),
    };
    match found {
        Found::Nothing if dry_run => {}
        Found::Nothing => warn!(
            "there is no state file yet ({}): mirroring begins at the present, older posts stay where they are",
            paths.state.display()
        ),
        Found::Torn(bytes) => {
            warn!("the last line of the state file was cut off in a crash ({bytes} bytes); going on without it");
        }
        Found::Sound => {}
    }
    let clock: Rc<dyn Clock> = Rc::new(SystemClock::new());
    let stop = Stop::default();
    let signals = daemon::listen_for_signals(stop.clone());
    let work = async {
        let connected = match connect_patiently(config, &clock, once || dry_run, &stop).await {
            Ok(Some(connected)) => connected,
            Ok(None) => return if once { Exit::Waiting } else { Exit::Done },
            Err(error) => return end_of_connect(&error),
        };
        let media = match connect::media(config, &paths.state, shows_progress).await {
            Ok(media) => media,
            Err(error) => return end_of_connect(&error),
        };
        let directions = connect::directions(&connected.policy);
        let mut engine = Engine::new(Parts {
            clients: connected.clients,
            media,
            journal,
            state,
            policy: connected.policy,
            clock: Rc::clone(&clock),
            random: Box::new(random),
            stop: stop.flag(),
            keep_links: config.state.keep_links,
            interval_secs: i64::try_from(config.sync.interval.as_secs()).unwrap_or(30),
        });
        if dry_run {
            // Nothing is written or sent: it may be dropped at any time.
            return tokio::select! {
                exit = rehearse(&mut engine) => exit,
                () = stop.requested() => Exit::Waiting,
            };
        }
        if once {
            return daemon::once(&mut engine, &stop).await.map_or(Exit::Waiting, |report| end_of_pass(&report));
        }
        info!("running: {directions}, looking every {} s", config.sync.interval.as_secs());
        tell_pauses(&engine);
        daemon::run(&mut engine, config.sync.interval, &stop, &mut random).await;
        Exit::Done
    };
    tokio::select! {
        exit = work => exit,
        // Listening ends when leaving was asked for; the work ends by itself then.
        result = async { match signals.await { Ok(()) => std::future::pending().await, Err(error) => error } } => {
            refuse(&format!("signals cannot be listened to: {result}"), Exit::Config)
        }
    }
}

/// What kept us from working when we were here last, and may still.
fn tell_pauses(engine: &Engine) {
    for network in Network::ALL {
        if let Some(pause) = engine.state().pause(network) {
            let waiting = engine.state().open(network).count();
            warn!("when it ran last: {}; {} for {network}", pause.why, waiting_posts(waiting));
        }
    }
}

fn waiting_posts(count: usize) -> String {
    format!("{} {}", posts(count), if count == 1 { "waits" } else { "wait" })
}

/// Finds out who we are, as often as it takes; `None` when we are to leave.
async fn connect_patiently(
    config: &Config,
    clock: &Rc<dyn Clock>,
    once: bool,
    stop: &Stop,
) -> Result<Option<connect::Connected>, connect::Error> {
    let mut failures = 0;
    loop {
        // Only asked is here, and what is only asked may be dropped.
        let result = tokio::select! {
            result = connect::connect(config, clock) => result,
            () = stop.requested() => return Ok(None),
        };
        match result {
            Ok(connected) => return Ok(Some(connected)),
            Err(connect::Error::Network(network, trouble)) if !once && !trouble.needs_owner() => {
                failures += 1;
                let now = Timestamp::default();
                let millis = backoff::retry_at(now, failures, 5, random()).millis();
                warn!("{network} {trouble}; trying again in {} s", millis / 1000);
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(u64::try_from(millis).unwrap_or(0))) => {}
                    () = stop.requested() => return Ok(None),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

fn end_of_connect(error: &connect::Error) -> Exit {
    let exit = match error {
        connect::Error::Tls(_) => Exit::Config,
        connect::Error::Network(_, trouble) => advice::exit(trouble),
    };
    refuse(error, exit)
}

/// How one pass ends.
fn end_of_pass(report: &Report) -> Exit {
    if report.journal_error.is_some() {
        return Exit::Waiting;
    }
    // The one that needs the owner counts before the one that mends itself.
    let worst = report.troubles.values().max_by_key(|trouble| trouble.needs_owner());
    match worst {
        Some(trouble) => advice::exit(trouble),
        None if report.waiting > 0 => {
            info!("{} still to be mirrored: run it again later", posts(report.waiting));
            Exit::Waiting
        }
        None => Exit::Done,
    }
}

/// `--dry-run`: shows what would be sent.
async fn rehearse(engine: &mut Engine) -> Exit {
    let (sends, report) = engine.rehearse().await;
    for (network, trouble) in &report.troubles {
        refuse(&format!("{network} {trouble}"), Exit::Done);
    }
    for network in &report.began {
        print(&format!("{network}: the first run begins at the present; nothing posted before would be mirrored."));
    }
    for send in &sends {
        print(&describe(send));
    }
    let cost = sends.iter().fold(crate::core::money::Money::default(), |sum, send| sum.plus(send.price));
    let count = sends.iter().filter(|send| send.number.0 + 1 == send.number.1).count();
    print(&format!("{} would be mirrored, for {cost}. Nothing was sent, nothing was written.", posts(count)));
    report.troubles.values().next().map_or(Exit::Done, advice::exit)
}

fn describe(send: &Send) -> String {
    let (number, count) = send.number;
    let part = if count > 1 { format!(" (part {} of {count})", number + 1) } else { String::new() };
    let words = match &send.deed {
        Deed::Create(part) | Deed::Edit { part, .. } => part.text.clone(),
        Deed::Delete { post } => format!("(deletes {post})"),
        Deed::Repost { post } => format!("(reposts {post})"),
    };
    let media = send.deed.part().map_or(&[][..], |part| &part.media).iter();
    let media = media.map(|attachment| Shown::of(attachment, None).text());
    let lines = words.lines().map(str::to_owned).chain(media);
    let text = lines.map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
    format!("{} → {}{part}, {}\n{text}\n", send.key.source, send.key.target, send.price)
}

fn posts(count: usize) -> String {
    if count == 1 { "1 post".into() } else { format!("{count} posts") }
}
