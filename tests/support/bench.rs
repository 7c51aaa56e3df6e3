//! The real binary between both simulated networks: real sockets, real files, an environment of its own.
//!
//! Nothing here waits for time to pass. [`eventually`] waits for a fact, and is the only place that does.

use std::fs::{self, File};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crosspostd::config::{self, Config};
use crosspostd::core::post::Network;
use crosspostd::sandbox::Pair;
use crosspostd::sandbox::faults::{Fault, Faulty, Hold, When};
use crosspostd::sandbox::pair::Standing;
use crosspostd::sandbox::server::Exchange;
use serde_json::Value;

/// Longer than anything takes that is going to happen on a busy machine.
pub const LONG: Duration = Duration::from_secs(50);

/// How long the servers' clocks are moved so that what has not appeared never will, in seconds (X: 600).
pub const SETTLED: i64 = 700;

/// Waits until something is so; fails the test when it is not by the deadline.
#[track_caller]
pub fn eventually(what: &str, deadline: Duration, mut fact: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !fact() {
        assert!(begun.elapsed() < deadline, "not so after {deadline:?}: {what}");
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// Runs a test for each case, all at the same time: most of what they do is to wait.
pub fn all_at_once<T: Sync>(cases: &[T], test: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|case| scope.spawn(|| test(case))).collect();
        let failed = running.into_iter().map(std::thread::ScopedJoinHandle::join).filter(Result::is_err).count();
        assert_eq!(failed, 0, "so many cases failed, see above");
    });
}

/// Both networks, a config that points at them, and a folder for the state.
pub struct Bench {
    pub pair: Pair,
    folder: tempfile::TempDir,
    runs: AtomicUsize,
}

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// `None`: by a signal.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Fails the test unless it ended so.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out:\n{}\nerr:\n{}", self.out, self.err);
        self
    }
}

/// A process; killed when dropped.
pub struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    /// What it has said to the standard error so far.
    pub fn err(&self) -> String {
        fs::read_to_string(&self.err).unwrap()
    }

    /// Its number among the system's processes.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has said so.
    #[track_caller]
    pub fn says(&self, words: &str) {
        let begun = Instant::now();
        while !self.err().contains(words) {
            assert!(begun.elapsed() < LONG, "it never said {words:?}:\n{}", self.err());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends it a signal: `TERM`, `INT`, `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(sent.success(), "kill -{name}");
    }

    /// SIGKILL: no farewell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it doubts whether something was sent, and ends it: what was sent by a process is not given up by the
    /// same one before its own clock has gone on for as long as the server's has to.
    #[track_caller]
    pub fn end_in_doubt(self) {
        self.says("may stand there or not");
        self.signal("TERM");
        self.wait().expect(75);
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub fn wait(self) -> Ended {
        self.wait_at_most(LONG)
    }

    /// Waits until it ends by itself, not longer than that.
    #[track_caller]
    pub fn wait_at_most(mut self, deadline: Duration) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < deadline, "it does not end:\n{}", self.err());
            std::thread::sleep(Duration::from_millis(3));
        };
        Ended { code: status.code(), out: fs::read_to_string(&self.out).unwrap(), err: self.err() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bench {
    /// Both networks, empty, and a config; nothing has run yet.
    pub fn new() -> Self {
        let bench =
            Self { pair: Pair::start().unwrap(), folder: tempfile::tempdir().unwrap(), runs: AtomicUsize::new(0) };
        // A post that was doubled must stand there twice to be seen.
        bench.pair.twitter.with(|world| world.settings.duplicate_window_secs = 0);
        fs::DirBuilder::new().mode(0o700).create(bench.folder.path().join("home")).unwrap();
        bench.configure(|_| ());
        bench
    }

    /// As [`Bench::new`], and the first run has taken its baseline: what is written from now on is mirrored.
    pub fn begun() -> Self {
        let bench = Self::new();
        bench.begin();
        bench
    }

    /// The first run.
    #[track_caller]
    pub fn begin(&self) {
        self.once().expect(0);
        self.forget_exchanges();
    }

    /// Writes the config anew: the sandbox's, changed.
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        let mut config = self.pair.config().unwrap();
        change(&mut config);
        config::write(&self.config(), &config).unwrap();
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn config(&self) -> PathBuf {
        self.folder().join("etc/config.toml")
    }

    pub fn state(&self) -> PathBuf {
        self.folder().join("var/state.jsonl")
    }

    /// The state file's text; empty where there is none.
    pub fn journal(&self) -> String {
        fs::read_to_string(self.state()).unwrap_or_default()
    }

    /// Whoever compares two of these knows whether the state file was written to.
    pub fn journal_stamp(&self) -> (Vec<u8>, std::time::SystemTime) {
        (fs::read(self.state()).unwrap(), fs::metadata(self.state()).unwrap().modified().unwrap())
    }

    /// The binary, in an environment with nothing of the tester's in it.
    pub fn bare_command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspostd"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder().join("home")).current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    /// The binary with its two files and these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare_command();
        command.arg("--config").arg(self.config()).arg("--state").arg(self.state()).args(arguments);
        command
    }

    /// Starts a command.
    pub fn spawn(&self, mut command: Command) -> Running {
        let number = self.runs.fetch_add(1, Ordering::SeqCst);
        let out = self.folder().join(format!("{number}.out"));
        let err = self.folder().join(format!("{number}.err"));
        let child = command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).spawn().unwrap();
        Running { child, out, err }
    }

    /// Starts the binary with these arguments.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.spawn(self.command(arguments))
    }

    /// Starts the daemon and waits until it runs.
    #[track_caller]
    pub fn daemon(&self) -> Running {
        let daemon = self.start(&["run"]);
        daemon.says("running: ");
        daemon
    }

    /// Runs the binary with these arguments to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).wait()
    }

    /// One pass.
    #[track_caller]
    pub fn once(&self) -> Ended {
        self.run(&["run", "--once"])
    }

    /// Passes until nothing is left to do, where `fault` strikes a request on the way: what it made is found by the same
    /// pass; that it made nothing, only time proves.
    #[track_caller]
    pub fn once_through(&self, fault: &Fault) {
        let process = self.start(&["run", "--once"]);
        if fault.deed_is_done() {
            process.wait().expect(0);
        } else {
            process.end_in_doubt();
            self.pair.clock.advance(SETTLED);
            self.once().expect(0);
        }
    }

    /// Lets something go wrong on a network from now on.
    pub fn fail(&self, network: Network, faulty: Faulty) {
        match network {
            Network::Mastodon => self.pair.mastodon.fail(faulty),
            Network::Twitter => self.pair.twitter.fail(faulty),
        }
    }

    /// Lets the next post that is sent to a network go wrong.
    pub fn fail_next_post(&self, network: Network, fault: Fault) {
        self.fail(network, Faulty::once("POST", posts_path(network), fault));
    }

    /// Holds the posts that are sent to a network.
    pub fn hold_posts(&self, network: Network, when: When) -> Hold {
        self.hold(network, "POST", posts_path(network), when)
    }

    /// Holds requests to a network.
    pub fn hold(&self, network: Network, method: &str, path_contains: &str, when: When) -> Hold {
        match network {
            Network::Mastodon => self.pair.mastodon.hold(method, path_contains, when),
            Network::Twitter => self.pair.twitter.hold(method, path_contains, when),
        }
    }

    /// Ends every fault.
    pub fn clear_faults(&self) {
        self.pair.mastodon.clear_faults();
        self.pair.twitter.clear_faults();
    }

    pub fn exchanges(&self, network: Network) -> Vec<Exchange> {
        match network {
            Network::Mastodon => self.pair.mastodon.exchanges(),
            Network::Twitter => self.pair.twitter.exchanges(),
        }
    }

    pub fn forget_exchanges(&self) {
        self.pair.mastodon.forget_exchanges();
        self.pair.twitter.forget_exchanges();
    }

    /// How often a network was asked to create a post.
    pub fn posts_sent(&self, network: Network) -> usize {
        self.exchanges(network).iter().filter(|exchange| exchange.call.method == "POST").count()
    }

    /// What crosspostd made on a network, oldest first.
    pub fn made(&self, network: Network) -> Vec<Standing> {
        self.pair.standing(network).into_iter().filter(|post| post.by_us).collect()
    }

    /// What `status --json` says.
    #[track_caller]
    pub fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["status", "--json"]).expect(0).out).unwrap()
    }

    /// Everything that the journal says was spent, in millionths of a dollar, whatever month it was in.
    pub fn ledger(&self) -> u64 {
        let journal = self.journal();
        let amounts = journal.split("\"micro_usd\":").skip(1);
        amounts.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap()).sum()
    }

    /// Fails the test unless the ledger and X's bill are the same.
    #[track_caller]
    pub fn assert_bill(&self) {
        let (bill, items) =
            self.pair.twitter.with(|world| (world.bill().total_micro_usd(), format!("{:?}", world.bill())));
        assert_eq!(self.ledger(), bill, "{items}\n{}", self.journal());
    }

    /// Fails the test unless exactly these mirrors stand on a network, in this order.
    #[track_caller]
    pub fn assert_mirrors<S: AsRef<str>>(&self, network: Network, texts: &[S]) {
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        assert_eq!(self.pair.mirrors(network), texts, "on {network}");
    }

    /// Fails the test unless what stands on a network is this one post, whole, in parts that hang on one another.
    #[track_caller]
    pub fn assert_thread(&self, network: Network, text: &str, parts: usize) {
        let made = self.made(network);
        assert_eq!(made.len(), parts, "{made:#?}");
        assert_eq!(made[0].reply_to, None);
        for pair in made.windows(2) {
            assert_eq!(pair[1].reply_to.as_ref(), Some(&pair[0].id), "{made:#?}");
        }
        let words: Vec<&str> = made.iter().flat_map(|part| part.text.split_whitespace()).collect();
        assert_eq!(words, text.split_whitespace().collect::<Vec<_>>());
    }
}

/// Where posts are created.
pub fn posts_path(network: Network) -> &'static str {
    match network {
        Network::Mastodon => "/api/v1/statuses",
        Network::Twitter => "/2/tweets",
    }
}

/// A text of so many words, each another one.
pub fn long_text(words: usize) -> String {
    (1..=words).map(|word| format!("word{word:04}")).collect::<Vec<_>>().join(" ")
}

/// The permissions of a file or folder: `0o600`.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
