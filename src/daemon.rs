//! When to run a cycle: on a timer, at once when there is more to do or a doubt to settle, and not any more when we
//! are told to leave.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use tracing::{debug, error, info};

use crate::core::backoff;
use crate::core::post::Timestamp;
use crate::engine::{Engine, Report};

/// How long a request under way may take to end once we are told to leave. What is dropped then is found again at the
/// next start.
const FAREWELL: Duration = Duration::from_millis(1500);

/// The pauses before a doubtful outcome is looked for: mostly it is there within a second.
const LOOKS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(10)];

/// Tells the rest of the program to leave.
#[derive(Clone, Default)]
pub struct Stop {
    flag: Rc<Cell<bool>>,
    woken: Rc<tokio::sync::Notify>,
}

impl Stop {
    /// What the engine looks at between two steps.
    #[must_use]
    pub fn flag(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.flag)
    }

    /// Asks everybody to leave.
    pub fn request(&self) {
        self.flag.set(true);
        self.woken.notify_waiters();
    }

    /// Returns when somebody asked.
    pub async fn requested(&self) {
        let woken = self.woken.notified();
        if !self.flag.get() {
            woken.await;
        }
    }
}

/// Asks for leave when SIGTERM or Ctrl-C comes; never returns before.
///
/// # Errors
/// When the signals cannot be listened to.
pub async fn listen_for_signals(stop: Stop) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = term.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    stop.request();
    Ok(())
}

/// Runs cycles until asked to leave. `random` gives numbers from 0 to 1.
pub async fn run(engine: &mut Engine, interval: Duration, stop: &Stop, random: &mut dyn FnMut() -> f64) {
    let mut looks = 0;
    let mut told = String::new();
    while let Some(report) = cycle_or_leave(engine, stop).await {
        tell_journal_error(&report, &mut told);
        debug!(mirrored = report.mirrored, waiting = report.waiting, "a cycle has ended");
        let pause = match LOOKS.get(looks) {
            _ if report.journal_error.is_some() => spread(interval, random()),
            _ if report.more || !report.began.is_empty() => Duration::ZERO,
            Some(soon) if report.in_doubt && report.troubles.is_empty() => {
                looks += 1;
                (*soon).min(interval)
            }
            _ => spread(interval, random()),
        };
        if !report.in_doubt {
            looks = 0;
        }
        if !pass(engine, pause, stop).await {
            break;
        }
    }
    info!("leaving; nothing is lost");
}

/// One pass: until nothing is left that can be done now, a doubt that settles within seconds included.
pub async fn once(engine: &mut Engine, stop: &Stop) -> Option<Report> {
    let mut looks = LOOKS.iter();
    let mut mirrored = 0;
    let mut began = Vec::new();
    loop {
        let mut report = cycle_or_leave(engine, stop).await?;
        loop {
            tell_journal_error(&report, &mut String::new());
            mirrored += report.mirrored;
            began.append(&mut report.began);
            if !report.transferring || report.in_doubt || report.journal_error.is_some() {
                break;
            }
            tokio::select! {
                () = engine.transferred() => {}
                () = stop.requested() => return None,
            }
            report = or_leave(engine.carry_on(), stop).await?;
        }
        let pause = match report.in_doubt.then(|| looks.next()).flatten() {
            _ if report.journal_error.is_some() => None,
            _ if report.more => Some(Duration::ZERO),
            Some(soon) if report.troubles.is_empty() => Some(*soon),
            _ => None,
        };
        let Some(pause) = pause else {
            return Some(Report { mirrored, began, ..report });
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.requested() => return None,
        }
    }
}

/// Lets a pause pass; what waited for attachments goes on meanwhile. `false` when we are to leave.
async fn pass(engine: &mut Engine, pause: Duration, stop: &Stop) -> bool {
    let mut pause = pin!(tokio::time::sleep(pause));
    loop {
        tokio::select! {
            () = &mut pause => return true,
            () = stop.requested() => return false,
            () = engine.transferred() => {}
        }
        let Some(report) = or_leave(engine.carry_on(), stop).await else { return false };
        tell_journal_error(&report, &mut String::new());
        if report.journal_error.is_some() {
            // A disk that is full is not asked again each time that a transfer ends.
            tokio::select! {
                () = &mut pause => return true,
                () = stop.requested() => return false,
            }
        }
        if report.more || report.in_doubt {
            return true;
        }
    }
}

/// A cycle; `None` when we are to leave.
async fn cycle_or_leave(engine: &mut Engine, stop: &Stop) -> Option<Report> {
    or_leave(engine.cycle(), stop).await
}

async fn or_leave(work: impl Future<Output = Report>, stop: &Stop) -> Option<Report> {
    if stop.flag.get() {
        return None;
    }
    let mut work = pin!(work);
    tokio::select! {
        report = &mut work => Some(report),
        () = stop.requested() => {
            info!("told to leave: the request under way is given a moment to end");
            // Dropped after that: as after a crash, what may have been sent is looked for at the next start.
            let _ = tokio::time::timeout(FAREWELL, work).await;
            None
        }
    }
}

fn tell_journal_error(report: &Report, told: &mut String) {
    match &report.journal_error {
        Some(error) if error != told => {
            error!("{error}; nothing is sent until it can be");
            told.clone_from(error);
        }
        Some(_) => {}
        None => told.clear(),
    }
}

/// The interval, up to a tenth more or less: many daemons must not knock at one server's door together.
fn spread(interval: Duration, jitter: f64) -> Duration {
    let millis = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
    let spread = backoff::spread(Timestamp::default(), millis / 1000, jitter).millis() - millis / 10;
    Duration::from_millis(u64::try_from(spread).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_spread_by_a_tenth() {
        let interval = Duration::from_secs(30);
        assert_eq!(spread(interval, 0.0), Duration::from_secs(27));
        assert_eq!(spread(interval, 1.0), Duration::from_secs(33));
    }
}
