//! The command line. Its help is the manual.
//!
//! Not here: what a command does (`commands/`).

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};

use crate::core::post::Network;

const LONG_ABOUT: &str = "\
Keeps a Mastodon account and an X account in step: what you post on one appears on the other, once, within seconds.

Without a command, crosspostd asks the first time for what it needs, signs in to both networks and writes its config \
file; then, and at every later time, it runs until it is stopped (Ctrl-C or SIGTERM).

The first run begins at the present: what was posted before is not mirrored.";

const AFTER_LONG_HELP: &str = "\
Exit codes:
   0  done; for `run --once`: nothing is left to do
   1  the demo did not go as it must
  64  the command line is wrong
  69  a network could not be reached
  75  something waits and will be tried again: run it later
  77  a network no longer accepts our keys: run `crosspostd setup`
  78  the config is wrong, and the message says where

Files:
  The config is a TOML file with a comment for every key. It is looked for in $CONFIGURATION_DIRECTORY (set by \
systemd), else in the user's folder for configuration, as in ~/.config/crosspostd/config.toml.
  The journal holds what was mirrored. It is looked for in $STATE_DIRECTORY (set by systemd), else in the user's \
folder for state, as in ~/.local/state/crosspostd/state.jsonl. Without it crosspostd begins at the present again.

Environment:
  CROSSPOSTD_SECTION__KEY overrides a key of the config, as in CROSSPOSTD_SYNC__INTERVAL=5m or \
CROSSPOSTD_MASTODON__ACCESS_TOKEN_FILE=/run/secrets/mastodon. Where every required key is given so, no file is needed.

Examples:
  crosspostd                       set up the first time, then run
  crosspostd run --once            one pass in both directions, for cron
  crosspostd run --once --dry-run  show what would be posted, and post nothing
  crosspostd check                 is everything all right?";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(
    name = "crosspostd",
    bin_name = "crosspostd",
    version,
    about = "Keeps a Mastodon account and an X account in step",
    long_about = LONG_ABOUT,
    after_help = "`crosspostd --help` says more: exit codes, files, environment.",
    after_long_help = AFTER_LONG_HELP
)]
pub struct Cli {
    /// Read the config from FILE
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,

    /// Keep the journal in FILE
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub state: Option<PathBuf>,

    /// Log more; given twice, everything
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,

    /// Log only what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,

    /// How the log is written
    #[arg(
        long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT",
        help_heading = "Global options"
    )]
    pub log_format: LogFormat,

    /// Show what would be posted; send nothing and write nothing
    #[arg(long, global = true, help_heading = "Global options")]
    pub dry_run: bool,

    /// The command; none: set up if need be, then run.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line of text for each event
    #[default]
    Text,
    /// One JSON object for each event
    Json,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Mirror new posts until stopped
    #[command(
        long_about = "Mirrors new posts in both directions until stopped by Ctrl-C or SIGTERM. A post that is being \
            sent then is finished first. Nothing is asked: without a config it ends with exit code 78."
    )]
    Run {
        /// Make one pass in both directions, then end: for cron
        #[arg(
            long,
            long_help = "Make one pass in both directions, then end: for cron. The exit code is 0 when nothing is left \
                to do, and 75 when something waits for the next pass."
        )]
        once: bool,
    },

    /// Ask for the keys, sign in to both networks, write the config
    #[command(
        long_about = "Asks for the four keys of your X app and for your Mastodon server, signs in, proves that both \
            work, and writes the config file. It may be run again at any time, and keeps what is there."
    )]
    Setup,

    /// Find out whether everything is all right, and what to do where it is not
    #[command(
        long_about = "Looks at the config, the keys and their permissions, both networks, the journal and the clock, \
            and says for each whether it is all right, and what to do where it is not. Posts nothing."
    )]
    Check,

    /// Show what was mirrored, what waits and why, and what failed
    #[command(long_about = "Shows what was mirrored, what waits and why, and what failed. Reads only the journal.")]
    Status {
        /// List the mirrored posts whose pictures or videos have no description, with their addresses
        #[arg(long)]
        missing_descriptions: bool,
        /// Write JSON, for programs
        #[arg(long)]
        json: bool,
    },

    /// Show what a post would become on the other network, and what that would cost
    #[command(
        long_about = "Shows what a post would become on the other network: each part with its length and price, what \
            is changed and why; or why it is not mirrored. Without a POST: your newest one. Sends nothing and writes \
            nothing. (Reading a post on X costs $0.001 to $0.005.)"
    )]
    Preview {
        /// Which posts
        #[command(flatten)]
        of: PreviewOf,
        /// Write JSON, for programs
        #[arg(long)]
        json: bool,
    },

    /// See it work without any account: both networks simulated on this machine
    #[cfg(feature = "sandbox")]
    #[command(
        long_about = "Starts a simulation of both networks on this machine, posts on both, and shows the mirrors. It \
            needs no account, reaches no network and leaves nothing behind."
    )]
    Demo {
        /// Keep the simulated networks running until stopped
        #[arg(long)]
        keep: bool,
        /// Write JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

/// Which posts are to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct PreviewOf {
    /// The post: its address, mastodon:ID, twitter:ID, or its id alone
    #[arg(value_name = "POST", conflicts_with_all = ["file", "last", "from"])]
    pub post: Option<String>,
    /// Read it from FILE, JSON as the network's API gives it (- is the standard input); asks nobody
    #[arg(long, value_name = "FILE", conflicts_with_all = ["last", "from"])]
    pub file: Option<PathBuf>,
    /// Show your newest N posts, at most 40
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=40))]
    pub last: Option<u8>,
    /// The network that they stand on
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    pub from: Option<Network>,
}

fn network(text: &str) -> Result<Network, String> {
    let found =
        Network::ALL.into_iter().find(|network| network.key() == text || (text == "x" && *network == Network::Twitter));
    found.ok_or_else(|| "write mastodon or twitter".to_owned())
}

/// How the program ends: sysexits' numbers, so that cron and systemd can tell "later" from "never".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The demo did not go as it must.
    Failed = 1,
    /// The command line is wrong.
    Usage = 64,
    /// A network could not be reached.
    Unreachable = 69,
    /// Something waits; try later.
    Waiting = 75,
    /// A network does not accept our keys; sign in again.
    SignIn = 77,
    /// The config is wrong.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Reads the arguments; the first is the program's name.
///
/// # Errors
/// With what is to be printed (`error.print()`: help and version to the standard output, what is wrong to the standard
/// error) and how the program then ends.
pub fn parse<I>(arguments: I) -> Result<Cli, (clap::Error, Exit)>
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    Cli::try_parse_from(arguments).map_err(|error| {
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
        (error, exit)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }

    #[test]
    fn arguments_become_commands() {
        let default = parse(["crosspostd"]).unwrap();
        assert_eq!(default.command, None);
        for (line, command) in [
            ("crosspostd run", Command::Run { once: false }),
            ("crosspostd run --once", Command::Run { once: true }),
            ("crosspostd setup", Command::Setup),
            ("crosspostd check", Command::Check),
            ("crosspostd status --json", Command::Status { missing_descriptions: false, json: true }),
            ("crosspostd status --missing-descriptions", Command::Status { missing_descriptions: true, json: false }),
        ] {
            assert_eq!(parse(line.split(' ')).unwrap(), Cli { command: Some(command), ..default.clone() }, "{line}");
        }
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in [
            "crosspostd --config a --state b -vv --log-format json --dry-run run",
            "crosspostd run --dry-run --config a --log-format json --state b --verbose -v",
        ] {
            let cli = parse(line.split(' ')).unwrap();
            let expected = Cli {
                config: Some("a".into()),
                state: Some("b".into()),
                verbose: 2,
                quiet: false,
                log_format: LogFormat::Json,
                dry_run: true,
                command: Some(Command::Run { once: false }),
            };
            assert_eq!(cli, expected, "{line}");
        }
    }

    #[test]
    fn wrong_usage_ends_with_64_and_help_with_0() {
        for (line, expected) in [
            ("crosspostd --help", Exit::Done),
            ("crosspostd run -h", Exit::Done),
            ("crosspostd --version", Exit::Done),
            ("crosspostd help status", Exit::Done),
            ("crosspostd fly", Exit::Usage),
            ("crosspostd --config", Exit::Usage),
            ("crosspostd run --twice", Exit::Usage),
            ("crosspostd --log-format xml", Exit::Usage),
            ("crosspostd -q -v run", Exit::Usage),
            ("crosspostd status --once", Exit::Usage),
        ] {
            let (_, exit) = parse(line.split(' ')).unwrap_err();
            assert_eq!(exit, expected, "{line}");
        }
    }

    #[test]
    fn the_manual_has_every_exit_code() {
        let manual = Cli::command().render_long_help().to_string();
        for exit in [Exit::Done, Exit::Usage, Exit::Unreachable, Exit::Waiting, Exit::SignIn, Exit::Config] {
            let code = format!("\n  {:>2}  ", exit as u8);
            assert!(manual.contains(&code), "{exit:?}");
        }
    }
}
