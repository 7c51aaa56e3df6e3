//! One file a command. Here: which one is run, and how each ends.

pub mod advice;
pub mod check;
mod connect;
#[cfg(feature = "sandbox")]
mod demo;
pub mod preview;
mod run;
pub mod setup;
mod status;

use std::io::IsTerminal as _;
use std::rc::Rc;

use crate::cli::{Cli, Command, Exit, LogFormat};
use crate::clock::{Clock, SystemClock};
use crate::config::{Env, Paths};
use crate::terminal::Terminal;

/// Does what was asked for.
pub async fn execute(cli: &Cli) -> Exit {
    #[cfg(feature = "sandbox")]
    if let Some(Command::Demo { keep, json }) = &cli.command {
        return demo::demo(*keep, *json).await;
    }
    let env = Env::of_process();
    let paths = match Paths::find(cli.config.clone(), cli.state.clone(), &env) {
        Ok(paths) => paths,
        Err(error) => return refuse(&error, Exit::Config),
    };
    match &cli.command {
        None => run::first_or_later(&paths, &env, &how(cli, false)).await,
        Some(Command::Run { once }) => run::run(&paths, &env, &how(cli, *once)).await,
        Some(Command::Status { missing_descriptions, json }) => status::status(&paths, *missing_descriptions, *json),
        Some(Command::Preview { of, json }) => preview::preview(of, *json, &paths, &env).await,
        Some(Command::Setup) => set_up(&paths, &env).await,
        Some(Command::Check) => check::check(&paths, &env, &mut Terminal::of_process(), system_clock()).await,
        // Done above, before any path was looked for.
        #[cfg(feature = "sandbox")]
        Some(Command::Demo { .. }) => Exit::Done,
    }
}

/// How it runs. A bar is drawn over the log of a terminal; in a service's, in JSON, or with `--quiet`, it has no place.
fn how(cli: &Cli, once: bool) -> run::How {
    let shows_progress = std::io::stderr().is_terminal() && !cli.quiet && cli.log_format == LogFormat::Text;
    run::How { once, dry_run: cli.dry_run, shows_progress }
}

/// The conversation, and how it ends.
async fn set_up(paths: &Paths, env: &Env) -> Exit {
    match setup::setup(paths, env, &mut Terminal::of_process(), system_clock()).await {
        Ok(()) => Exit::Done,
        Err(error) => refuse(&error, error.exit()),
    }
}

fn system_clock() -> Rc<dyn Clock> {
    Rc::new(SystemClock::new())
}

/// Writes what was asked for. A reader that has left (`crosspostd status | head`) has seen enough.
fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
}

/// Says one sentence to the standard error: a command's last word, which no log level may hide.
fn refuse(error: &dyn std::fmt::Display, exit: Exit) -> Exit {
    use std::io::Write as _;
    let sentence = error.to_string();
    let end = if sentence.ends_with(['.', '!', '?']) { "" } else { "." };
    let _ = writeln!(std::io::stderr(), "crosspostd: {sentence}{end}");
    exit
}

/// Whether somebody is there to answer.
fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A random number from 0 to 1.
fn random() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness (never seen) the daemon is merely less spread.
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}
