//! The first minutes with it, as a person has them: the real binary in a real terminal, both networks simulated.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/pty.rs"]
mod pty;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bench::{Bench, LONG, all_at_once, mode};
use crosspostd::config::{self, Env};
use crosspostd::core::post::Network;
use crosspostd::sandbox::faults::{Fault, Faulty, When};
use pty::{CTRL_C, CTRL_D, Pty};

/// The four keys of the simulated X, and each as a person may paste it.
const KEYS: [(&str, &str, &str); 4] = [
    ("API key, or consumer key: ", "sandbox-consumer-key", "API Key: sandbox-consumer-key"),
    ("API key secret: ", "sandbox-consumer-secret", "\"sandbox-consumer-secret\""),
    ("instead): ", "2244994945-sandbox-token", "  2244994945-sandbox-token \t"),
    ("Access token secret: ", "sandbox-token-secret", "access_token_secret = 'sandbox-token-secret',"),
];
const SERVER: &str = "Your server, such as mastodon.social: ";
const WAY: &str = "Your choice [1]: ";
const CODE: &str = "Paste the code that it shows (Enter: back): ";
const WRITE_IT: &str = "Write it? [Y/n] ";

/// The binary as a person starts it: no files are named, and little stands in the environment.
fn command(bench: &Bench, arguments: &[&str]) -> Command {
    let mut command = bench.bare_command();
    command.env("TERM", "xterm").env("NO_COLOR", "1").args(arguments);
    command.env("CROSSPOSTD_TWITTER__API_URL", bench.pair.twitter.base()).env("CROSSPOSTD_SYNC__INTERVAL", "10s");
    command
}

fn home(bench: &Bench) -> PathBuf {
    bench.folder().join("home")
}

fn config_path(bench: &Bench) -> PathBuf {
    home(bench).join(".config/crosspostd/config.toml")
}

/// Answers the questions of a first run as far as the one that begins so, and leaves that open.
#[track_caller]
fn answer_until(bench: &Bench, pty: &mut Pty, last: &str) {
    for (question, _, pasted) in KEYS {
        if question == last {
            return pty.waits_for_secret(question);
        }
        pty.answers_secret(question, pasted);
    }
    pty.waits_for("You are @owner on X.");
    if last == SERVER {
        pty.waits_for(SERVER);
        return;
    }
    pty.answers(SERVER, &bench.pair.mastodon.base());
    pty.answers(WAY, "");
    let shown = pty.waits_for(CODE);
    if last == CODE {
        return;
    }
    let address = shown.lines().find(|line| line.contains("/oauth/authorize?")).unwrap().trim();
    let now = bench.pair.clock.now();
    let approval = bench.pair.mastodon.with(|world| world.approve(address, now)).unwrap();
    pty.types(&approval.code);
    pty.waits_for("You are @ada@");
    pty.answers(WAY, "");
    pty.waits_for(WRITE_IT);
}

/// How often X was asked whose keys these are: each time costs money.
fn asked_who(bench: &Bench) -> usize {
    bench.exchanges(Network::Twitter).iter().filter(|exchange| exchange.call.path == "/2/users/me").count()
}

/// Nothing that was shown may be a secret or a command to the terminal.
#[track_caller]
fn shows_no_secret(pty: &Pty, secrets: &[&str]) {
    let screen = pty.screen();
    for secret in secrets {
        assert!(!screen.contains(secret), "{secret} was shown:\n{screen}");
    }
    assert!(!screen.contains(|c: char| c.is_control() && c != '\n'), "{screen:?}");
}

/// A first run to its end, without the daemon after it.
fn set_up() -> Bench {
    let bench = Bench::new();
    let mut pty = Pty::start(&command(&bench, &["setup"]));
    answer_until(&bench, &mut pty, WRITE_IT);
    pty.types("");
    assert_eq!(pty.ends(), 0, "{}", pty.screen());
    bench
}

#[test]
fn in_a_terminal_it_asks_and_then_mirrors() {
    let bench = Bench::new();
    let mut pty = Pty::start(&command(&bench, &[]));
    answer_until(&bench, &mut pty, WRITE_IT);
    assert_eq!(fs::read_dir(home(&bench)).unwrap().count(), 0, "it wrote before the last answer");
    // The readings that follow the first one wait until there is something to see.
    for (network, path, after) in [(Network::Mastodon, "/timelines/home", 0), (Network::Twitter, "/tweets", 1)] {
        bench.fail(network, Faulty { after, ..Faulty::once("GET", path, Fault::HangBefore) });
    }
    pty.types("y");
    pty.waits_for("running: Mastodon ⇄ X, looking every 10 s");
    pty.waits_for("mirroring begins with");
    pty.waits_for("mirroring begins with");
    bench.pair.write(Network::Mastodon, "from here");
    bench.pair.write(Network::Twitter, "from there");
    bench.clear_faults();
    pty.waits_for("mirrored ");
    pty.waits_for("mirrored ");
    bench.assert_mirrors(Network::Twitter, &["from here"]);
    bench.assert_mirrors(Network::Mastodon, &["from there"]);
    pty.presses(CTRL_C);
    pty.waits_for("leaving; nothing is lost");
    assert_eq!(pty.ends(), 0, "{}", pty.screen());

    let path = config_path(&bench);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let config = config::load(&path, &Env::default()).unwrap();
    let twitter = &config.twitter;
    let four = [&twitter.consumer_key, &twitter.consumer_secret, &twitter.access_token, &twitter.access_token_secret];
    let token = config.mastodon.access_token.expose();
    for ((_, key, pasted), written) in KEYS.into_iter().zip(four) {
        assert_eq!(written.expose(), key);
        shows_no_secret(&pty, &[key, pasted, token]);
    }
    // What the environment says counts when it runs, and is not written down.
    assert_eq!((config.sync.interval.as_secs(), twitter.api_url.as_str()), (30, "https://api.x.com"));

    bench.spawn(command(&bench, &["run", "--once"])).wait().expect(0);
    bench.assert_mirrors(Network::Twitter, &["from here"]);
    bench.assert_mirrors(Network::Mastodon, &["from there"]);
    assert_eq!(asked_who(&bench), 1);
}

#[test]
fn whoever_breaks_off_finds_nothing_written_and_the_terminal_as_it_was() {
    let questions = [KEYS[0].0, KEYS[2].0, SERVER, CODE, WRITE_IT];
    let cases: Vec<(&str, u8)> = questions.into_iter().flat_map(|last| [(last, CTRL_C), (last, CTRL_D)]).collect();
    all_at_once(&cases, |&(last, key)| {
        let bench = Bench::new();
        let mut pty = Pty::start(&command(&bench, &[]));
        answer_until(&bench, &mut pty, last);
        pty.presses(key);
        let code = pty.ends();
        // Dying of Ctrl-C is 130; whatever can still be said in one sentence ends with 78.
        let is_secret = KEYS.iter().any(|(question, ..)| *question == last);
        let expected = if key == CTRL_C && !is_secret { 130 } else { 78 };
        assert_eq!(code, expected, "{last}, {key}:\n{}", pty.screen());
        if expected == 78 {
            let words = pty.screen().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("and nothing was written. Run `crosspostd setup` to begin again."), "{words}");
        }
        assert_eq!(fs::read_dir(home(&bench)).unwrap().count(), 0, "{last}, {key}: something was written");
        shows_no_secret(&pty, &KEYS.map(|(_, secret, _)| secret));
    });
}

#[test]
fn ctrl_c_ends_it_while_a_network_is_asked() {
    let bench = Bench::new();
    let hold = bench.hold(Network::Twitter, "GET", "/2/users/me", When::BeforeDeed);
    let mut pty = Pty::start(&command(&bench, &["setup"]));
    for (question, _, pasted) in KEYS {
        pty.answers_secret(question, pasted);
    }
    assert!(hold.wait_arrived(LONG));
    pty.presses(CTRL_C);
    assert_eq!(pty.ends(), 130, "{}", pty.screen());
    assert_eq!(fs::read_dir(home(&bench)).unwrap().count(), 0, "something was written");
}

#[test]
fn all_keys_may_be_pasted_at_once() {
    let bench = Bench::new();
    let mut pty = Pty::start(&command(&bench, &["setup"]));
    pty.waits_for_secret(KEYS[0].0);
    pty.types(&KEYS.map(|(_, _, pasted)| pasted).join("\r"));
    pty.waits_for("You are @owner on X.");
    pty.waits_for(SERVER);
    shows_no_secret(&pty, &KEYS.map(|(_, secret, _)| secret));
}

#[test]
fn run_again_setup_keeps_what_there_is() {
    let bench = set_up();
    let before = fs::read(config_path(&bench)).unwrap();
    let mut pty = Pty::start(&command(&bench, &["setup"]));
    pty.waits_for("There is a config already");
    for question in ["API key, or consumer key", "API key secret", "Access token", "Access token secret"] {
        pty.waits_for(question);
        pty.answers_secret("): ", "");
    }
    pty.answers("Keep this sign-in? [Y/n] ", "");
    pty.answers(WAY, "");
    pty.waits_for("Nothing has changed");
    assert_eq!(pty.ends(), 0, "{}", pty.screen());
    assert_eq!(fs::read(config_path(&bench)).unwrap(), before);
    assert_eq!(asked_who(&bench), 1);
}
