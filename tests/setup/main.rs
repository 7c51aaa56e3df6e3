//! The promise: whoever answers the questions has a config that works; whoever does not finish has lost nothing; and
//! no key, token or password is ever shown.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod check;
mod mastodon;
mod server;
mod twitter;
mod whole;

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use crosspostd::cli::Exit;
use crosspostd::clock::Clock;
use crosspostd::commands::setup::{SetupError, setup};
use crosspostd::config::{self, Config, Env, Paths};
use crosspostd::core::post::Timestamp;
use crosspostd::terminal::Terminal;

use server::{NOW, Server, canned};

/// Four keys of the right shapes, a token, a password, a code.
pub(crate) const KEY: &str = "kpl4ntedpl4ntedpl4ntedpl4";
pub(crate) const SECRET: &str = "spl4ntedpl4ntedpl4ntedpl4ntedpl4ntedpl4ntedpl4nted";
pub(crate) const TOKEN: &str = "2244994945-tpl4ntedpl4ntedpl4ntedpl4ntedpl4nte";
pub(crate) const TOKEN_SECRET: &str = "upl4ntedpl4ntedpl4ntedpl4ntedpl4ntedpl4ntedpl";
pub(crate) const ACCESS: &str = "mpl4nted-token";
pub(crate) const PASSWORD: &str = "pl4nted password";
const ME: &str = r#"{"data":{"id":"2244994945","name":"X Dev","username":"xdev"}}"#;

/// What was shown.
#[derive(Clone, Default)]
pub(crate) struct Screen(Rc<RefCell<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct At(i64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0)
    }
}

/// Both networks, and a folder for the files.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) x: Server,
    pub(crate) mastodon: Server,
    pub(crate) now: i64,
}

impl World {
    /// One in which everything works; the Mastodon is a recent one.
    pub(crate) fn new() -> Self {
        let (x, mastodon) = (Server::start(), Server::start());
        x.on("/2/users/me", &[(200, "x-access-level: read-write\r\n", ME.to_owned())])
            .on("/2/users/2244994945/tweets", &[canned(200, r#"{"meta":{"result_count":0}}"#)]);
        mastodon
            .on(
                "/.well-known/oauth-authorization-server",
                &[canned(
                    200,
                    r#"{"scopes_supported":["profile","read","write"],"code_challenge_methods_supported":["S256"],
                    "grant_types_supported":["authorization_code","client_credentials"]}"#,
                )],
            )
            .on(
                "/api/v2/instance",
                &[canned(
                    200,
                    r#"{"domain":"h.example","version":"4.6.4","configuration":{"statuses":{"max_characters":500}}}"#,
                )],
            )
            .on("/api/v1/apps", &[canned(200, r#"{"client_id":"c1","client_secret":"pl4nted-client"}"#)])
            .on("/oauth/token", &[canned(200, &format!(r#"{{"access_token":"{ACCESS}"}}"#))])
            .on(
                "/api/v1/accounts/verify_credentials",
                &[canned(200, r#"{"id":"42","acct":"me","display_name":"Me \u001b[31mMyself"}"#)],
            )
            .on("/api/v1/apps/verify_credentials", &[canned(200, r#"{"name":"crosspostd"}"#)])
            .on("/api/v1/accounts/42/statuses", &[canned(200, r#"[{"id":"7"}]"#)]);
        Self { folder: tempfile::tempdir().unwrap(), x, mastodon, now: NOW }
    }

    pub(crate) fn paths(&self) -> Paths {
        let folder = self.folder.path();
        Paths { config: folder.join("config.toml"), state: folder.join("state.jsonl") }
    }

    fn env(&self) -> Env {
        [("CROSSPOSTD_TWITTER__API_URL".to_owned(), self.x.base.clone())].into_iter().collect()
    }

    /// Answers the questions, line by line; what came of it and what was shown. Then the input ends.
    pub(crate) fn setup(&self, answers: &[&str]) -> (Result<(), SetupError>, String) {
        let input = [answers, &[""]].concat().join("\n");
        let screen = Screen::default();
        let mut terminal = Terminal::new(io::Cursor::new(input), screen.clone());
        let result = block_on(setup(&self.paths(), &self.env(), &mut terminal, Rc::new(At(self.now))));
        (result, shown(&screen))
    }

    /// Answers the questions, which must lead to a config.
    pub(crate) fn set_up(&self, answers: &[&str]) -> (Config, String) {
        let (result, screen) = self.setup(answers);
        result.unwrap_or_else(|error| panic!("{error}\n{screen}"));
        (self.config(), screen)
    }

    /// The config that was written.
    pub(crate) fn config(&self) -> Config {
        config::load(&self.paths().config, &Env::default()).unwrap()
    }

    /// The answers of a first run that signs in by the browser.
    pub(crate) fn first_run(&self) -> Vec<&str> {
        vec![KEY, SECRET, TOKEN, TOKEN_SECRET, &self.mastodon.base, "1", "c0de", "1", "y"]
    }

    pub(crate) fn check(&self) -> (Exit, String) {
        self.check_with(&self.paths())
    }

    pub(crate) fn check_with(&self, paths: &Paths) -> (Exit, String) {
        let screen = Screen::default();
        let mut terminal = Terminal::new(io::empty(), screen.clone());
        let clock = Rc::new(At(self.now));
        let exit = block_on(crosspostd::commands::check::check(paths, &self.env(), &mut terminal, clock));
        (exit, shown(&screen))
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

/// What was shown, which must fit an old terminal and hold no secret and nothing that commands a terminal.
fn shown(screen: &Screen) -> String {
    let text = String::from_utf8(screen.0.borrow().clone()).unwrap();
    assert!(!text.contains("pl4nted"), "{text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
    for line in text.lines().filter(|line| !line.contains("http") && !line.contains("/tmp")) {
        assert!(line.chars().count() <= 81, "{line}");
    }
    text
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Whether all of these stand in a text, whatever the line breaks.
pub(crate) fn says(text: &str, parts: &[&str]) {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(words.contains(part), "`{part}` is not in:\n{text}");
    }
}
