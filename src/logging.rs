//! The log: one line for each thing that happened, to the standard error; a person's sentence first.
//!
//! As text, a line is the time and the sentence (and the level, where something is wrong); under systemd, which notes
//! the time itself, the sentence alone. As JSON, a line is an object with the sentence and its fields.

use std::fmt;
use std::io::{self, IsTerminal as _};

use time::OffsetDateTime;
use time::macros::format_description;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

#[cfg(feature = "sandbox")]
use crate::cli::Command;
use crate::cli::{Cli, LogFormat};
use crate::media::beside_bars;

/// Starts the log. To be called once, at the very beginning.
pub fn start(cli: &Cli) {
    let level = match (cli.quiet, cli.verbose) {
        // The demo's log would run through its timelines.
        #[cfg(feature = "sandbox")]
        (_, 0) if matches!(cli.command, Some(Command::Demo { .. })) => LevelFilter::OFF,
        (true, _) => LevelFilter::WARN,
        (false, 0) => LevelFilter::INFO,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    // Other people's crates speak only when everything is asked for.
    let others = if cli.verbose > 1 { LevelFilter::DEBUG } else { LevelFilter::OFF };
    let filter = Targets::new().with_default(others).with_target("crosspostd", level);
    let layer = tracing_subscriber::fmt::layer().with_writer(|| Stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match cli.log_format {
        LogFormat::Json => registry.with(layer.json().flatten_event(true).with_target(false)).init(),
        LogFormat::Text => registry.with(layer.event_format(Sentence::for_this_process())).init(),
    }
}

/// The standard error, where the bars of large files may stand.
struct Stderr;

impl io::Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        beside_bars(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A line of text.
struct Sentence {
    /// Whether the time is written: the journal writes it itself.
    timed: bool,
    coloured: bool,
}

impl Sentence {
    fn for_this_process() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self { timed: !is_set("JOURNAL_STREAM"), coloured: io::stderr().is_terminal() && !is_set("NO_COLOR") }
    }
}

impl<S, N> FormatEvent<S, N> for Sentence
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if self.timed {
            let now = OffsetDateTime::now_utc();
            let time = now.format(format_description!("[hour]:[minute]:[second]Z")).map_err(|_| fmt::Error)?;
            write!(writer, "{time} ")?;
        }
        let (word, colour) = match *event.metadata().level() {
            Level::ERROR => ("error: ", "\u{1b}[31m"),
            Level::WARN => ("warning: ", "\u{1b}[33m"),
            Level::INFO => ("", ""),
            _ => ("debug: ", "\u{1b}[2m"),
        };
        let mut message = Message(String::new());
        event.record(&mut message);
        let coloured = self.coloured && !colour.is_empty();
        let (start, end) = if coloured { (colour, "\u{1b}[0m") } else { ("", "") };
        // A server's words may stand in it: one event is one line, whatever they hold.
        let message: String = message.0.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        writeln!(writer, "{start}{word}{message}{end}")
    }
}

/// Takes the sentence out of an event and leaves its fields.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
