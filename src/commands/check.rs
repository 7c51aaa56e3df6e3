//! `check`: is everything all right? One line for each thing, and where it is not, what to do. Posts nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{advice, connect};
use crate::cli::Exit;
use crate::clock::Clock;
use crate::config::{self, Config, Env, Paths, Timeline};
use crate::core::money::Prices;
use crate::core::post::{Network, PostId, Timestamp};
use crate::core::state::State;
use crate::journal::file::{FileDisk, Lock, LockError};
use crate::journal::{Found, Journal};
use crate::network::http;
use crate::network::mastodon::{self, Mastodon, auth, instance};
use crate::network::twitter::oauth1::Keys;
use crate::network::twitter::setup::{self, user_id_of};
use crate::network::{Client, Trouble};
use crate::terminal::{Terminal, Verdict};

/// What was found so far: the lines are shown at once, the exit code is that of what weighs most.
struct Report<'a> {
    terminal: &'a mut Terminal,
    exit: Exit,
}

impl Report<'_> {
    fn good(&mut self, text: &str) {
        self.terminal.mark(Verdict::Good, text);
    }

    fn bad(&mut self, exit: Exit, text: &str) {
        self.terminal.mark(Verdict::Bad, text);
        if weight(exit) > weight(self.exit) {
            self.exit = exit;
        }
    }
}

/// What the owner has to do comes before what passes by itself.
fn weight(exit: Exit) -> u8 {
    match exit {
        Exit::Done | Exit::Failed => 0,
        Exit::Waiting => 1,
        Exit::Unreachable => 2,
        Exit::SignIn => 3,
        Exit::Usage | Exit::Config => 4,
    }
}

/// Looks at everything and shows what it finds. Costs nothing, or at most the reading of 5 posts on X, which would have
/// been read anyway.
pub async fn check(paths: &Paths, env: &Env, terminal: &mut Terminal, clock: Rc<dyn Clock>) -> Exit {
    let mut report = Report { terminal, exit: Exit::Done };
    let r = &mut report;
    let config = check_config(r, &paths.config, env);
    let is_running = check_lock(r, &paths.state);
    let state = check_journal(r, &paths.state, is_running);
    let Some(config) = config else { return r.exit };
    let http = match http::client() {
        Ok(http) => http,
        Err(error) => {
            r.bad(Exit::Config, &format!("Network: no secure connection can be made on this machine: {error}"));
            return r.exit;
        }
    };
    check_mastodon(r, &http, &config, &clock).await;
    check_x(r, &http, &config, &state, &clock).await;
    r.exit
}

fn check_config(r: &mut Report<'_>, path: &Path, env: &Env) -> Option<Config> {
    match config::load(path, env) {
        Ok(config) => {
            let place = path.display();
            r.good(&if path.exists() {
                format!("Config: {place} is valid and readable by you alone.")
            } else {
                "Config: everything comes from the environment, and is valid.".to_owned()
            });
            Some(config)
        }
        Err(error) => {
            r.bad(Exit::Config, &format!("Config: {error}. (Neither network was asked.)"));
            None
        }
    }
}

/// Whether a daemon is at work on this journal. Asked only where a lock file is, for asking makes one.
fn check_lock(r: &mut Report<'_>, state: &Path) -> bool {
    if !state.with_extension("lock").exists() {
        r.good("Daemon: none has run here yet.");
        return false;
    }
    match Lock::take(state) {
        Ok(_) => {
            r.good("Daemon: none is running.");
            false
        }
        Err(LockError::Held(_)) => {
            r.good("Daemon: a crosspostd is running.");
            true
        }
        Err(error) => {
            r.bad(Exit::Config, &format!("Daemon: {error}. Is the folder yours?"));
            false
        }
    }
}

fn check_journal(r: &mut Report<'_>, path: &Path, is_running: bool) -> State {
    if let Err((folder, why)) = try_to_write(path) {
        let folder = folder.display();
        r.bad(
            Exit::Config,
            &format!(
                "Journal: nothing can be written in {folder} ({why}). Make it yours, or name a file with --state."
            ),
        );
    }
    check_media_folder(r, path);
    match Journal::open(Box::new(FileDisk::new(path))) {
        Ok((_, state, found)) => {
            let (place, count) = (path.display(), state.len());
            r.good(&match found {
                Found::Nothing => {
                    format!("Journal: there is none yet at {place}. The first run begins at the present.")
                }
                // It is being written just now.
                Found::Torn(_) if is_running => format!("Journal: {place} remembers {count} posts."),
                Found::Torn(_) => format!(
                    "Journal: {place} remembers {count} posts. Its last line was cut off, and is left out at the next \
                     run: nothing had come of it."
                ),
                Found::Sound => format!("Journal: {place} is sound, and remembers {count} posts."),
            });
            for network in Network::ALL {
                if let Some(pause) = state.pause(network) {
                    r.bad(Exit::Waiting, &format!("Journal: {network} is not used at present: {}", pause.why));
                }
            }
            state
        }
        Err(error) => {
            r.bad(Exit::Config, &format!("Journal: {}: {error}.", path.display()));
            State::default()
        }
    }
}

/// Where files of pictures and videos lie for a moment. As long as it is not there, it is as the journal's folder.
fn check_media_folder(r: &mut Report<'_>, journal: &Path) {
    let folder = connect::media_folder(journal);
    if folder.exists()
        && let Err((_, why)) = try_to_write(&folder.join("file"))
    {
        let folder = folder.display();
        r.bad(
            Exit::Config,
            &format!(
                "Media: nothing can be written in {folder} ({why}). Make it yours, or remove it: it is made anew."
            ),
        );
    }
}

/// Writes a small file beside the journal, or in the folder that the journal's would be made in, and removes it.
fn try_to_write(journal: &Path) -> Result<(), (PathBuf, io::Error)> {
    let mut folder = journal.parent().unwrap_or(Path::new(""));
    while !folder.as_os_str().is_empty() && !folder.exists() {
        folder = folder.parent().unwrap_or(Path::new(""));
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let file = folder.join(format!(".crosspostd-check-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&file).and_then(|mut file| {
        file.write_all(&[b'\n'; 4096])?;
        file.sync_all()
    });
    // It is not there where it could not be made, and the error that counts is the first one.
    let _ = fs::remove_file(&file);
    written.map_err(|why| (folder.to_owned(), why))
}

async fn check_mastodon(r: &mut Report<'_>, http: &reqwest::Client, config: &Config, clock: &Rc<dyn Clock>) {
    let (base, token) = (&config.mastodon.url, &config.mastodon.access_token);
    let host = base.host();
    let limits = match instance::limits(http, base, Some(token)).await {
        Ok(limits) => limits,
        Err(trouble) => return bad_mastodon(r, &host, &trouble),
    };
    let identity = match auth::verify_credentials(http, base, token).await {
        Ok(identity) => identity,
        Err(trouble) => return bad_mastodon(r, &host, &trouble),
    };
    let name = if identity.acct.is_empty() { &identity.id } else { &identity.acct };
    if config.mastodon.account_id.as_ref().is_some_and(|id| *id != identity.id) {
        r.bad(
            Exit::Config,
            &format!(
                "Mastodon: the access token is that of @{name}, but the config names another account. Run \
                 `crosspostd setup`, or leave account_id out of [mastodon]."
            ),
        );
        return;
    }
    r.good(&format!(
        "Mastodon: signed in to {host} as @{name}; posts may have up to {} characters.",
        limits.max_characters
    ));
    if identity.moved {
        r.bad(
            Exit::SignIn,
            "Mastodon: this account has moved, and nothing can be posted to it. Run `crosspostd setup`.",
        );
    }
    check_app(r, http, config).await;
    let settings = mastodon::Settings { limits, ..mastodon::Settings::default() };
    let client = Mastodon::new(http.clone(), base.clone(), token.clone(), identity.id, settings, clock.clone());
    match client.newest().await {
        Ok(newest) => {
            let timeline = match config.mastodon.timeline {
                Timeline::Home => "home timeline",
                Timeline::Account => "list of your posts",
            };
            r.good(&format!("Mastodon: your posts can be read; the {timeline} is polled."));
            check_clock(r, &host, clock.now(), newest.at);
        }
        Err(trouble) => bad_mastodon(r, &host, &trouble),
    }
}

fn bad_mastodon(r: &mut Report<'_>, host: &str, trouble: &Trouble) {
    r.bad(advice::exit(trouble), &format!("Mastodon: {}", advice::for_mastodon(host, trouble)));
}

/// What the token may do, and whether its app has the name by which mirrors are known.
async fn check_app(r: &mut Report<'_>, http: &reqwest::Client, config: &Config) {
    let app = auth::token_app(http, &config.mastodon.url, &config.mastodon.access_token).await;
    let lacking = app.lacks(config.sync.directions.includes(Network::Twitter));
    if !lacking.is_empty() {
        let lacking = lacking.join(", ");
        r.bad(
            Exit::SignIn,
            &format!("Mastodon: the access token lacks permissions: {lacking}. Sign in again with `crosspostd setup`."),
        );
    }
    if let Some(name) = app.name.filter(|name| *name != config.mastodon.app) {
        r.bad(
            Exit::Config,
            &format!(
                "Mastodon: the access token belongs to the app \"{name}\", but the config says \"{}\". Write app = \
                 \"{name}\" in [mastodon], so that what is posted with it is known as a mirror.",
                config.mastodon.app
            ),
        );
    }
}

async fn check_x(r: &mut Report<'_>, http: &reqwest::Client, config: &Config, state: &State, clock: &Rc<dyn Clock>) {
    let x = &config.twitter;
    let of_token = user_id_of(&x.access_token);
    if let (Some(configured), Some(of_token)) = (&x.user_id, &of_token)
        && configured != of_token
    {
        r.bad(
            Exit::Config,
            "X: the access token is that of another account than the config names. Run `crosspostd setup`.",
        );
        return;
    }
    let Some(account) = x.user_id.clone().or(of_token) else {
        r.bad(Exit::Config, "X: the config does not say which account is yours (user_id). Run `crosspostd setup`.");
        return;
    };
    let keys = Keys {
        consumer_key: x.consumer_key.clone(),
        consumer_secret: x.consumer_secret.clone(),
        access_token: x.access_token.clone(),
        access_token_secret: x.access_token_secret.clone(),
    };
    let after = newest_known(state, &account);
    match setup::probe(http.clone(), x.api_url.clone(), keys, &account, after, clock.clone()).await {
        Ok(probe) => {
            let name = x.username.clone().unwrap_or(account);
            let cost = match probe.read {
                0 => "asking cost nothing".to_owned(),
                read => {
                    let price = Prices::default().read_own.times(read);
                    format!("asking cost {price}, for posts that would have been read anyway")
                }
            };
            r.good(&format!("X: signed in as @{name}; {cost}."));
            let posts = config.sync.directions.includes(Network::Mastodon);
            if posts && probe.access_level.as_deref() == Some("read") {
                let trouble = Trouble::Permission("they are read-only".to_owned());
                r.bad(Exit::SignIn, &advice::for_x(&trouble));
            }
            check_clock(r, "X", clock.now(), probe.at);
        }
        Err(trouble) => r.bad(advice::exit(&trouble), &advice::for_x(&trouble)),
    }
}

/// The newest post on X that is known: asking for what came after it is usually free.
fn newest_known<'a>(state: &'a State, account: &str) -> Option<&'a PostId> {
    state.side(Network::Twitter).filter(|side| side.account == account)?.read_to.as_ref()
}

fn check_clock(r: &mut Report<'_>, server: &str, ours: Timestamp, theirs: Timestamp) {
    match advice::for_clock(server, ours, theirs) {
        None => r.good(&format!("Clock: it agrees with that of {server}.")),
        Some(wrong) => r.bad(Exit::Config, &format!("Clock: {wrong}")),
    }
}
