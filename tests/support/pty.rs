//! The real binary in a real terminal: typed at, and read from the screen.
//!
//! A shell stands around it, as around a person's: it outlives the program, says how that ended, and in what state the
//! terminal was left.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rexpect::process::PtyProcess;

/// Longer than anything takes that is going to happen on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// Ctrl-C and Ctrl-D, as keyboards send them.
pub const CTRL_C: u8 = 3;
pub const CTRL_D: u8 = 4;

/// Rexpect's terminals begin without echo; a person's do not. The shell survives Ctrl-C, the program must not.
const SHELL: &str = r#"trap : INT; stty echo; "$@"; echo "[ended $?]"; stty -a"#;

/// A terminal in which a program runs.
pub struct Pty {
    /// Ends what runs when dropped.
    _process: PtyProcess,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen has been waited for.
    read: usize,
}

impl Pty {
    /// Starts this command, with its environment, in a terminal of its own.
    pub fn start(command: &Command) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        shell.args(["-c", SHELL, "sh"]).arg(command.get_program()).args(command.get_args());
        let mut process = PtyProcess::new(shell).unwrap();
        process.set_kill_timeout(Some(1000));
        let keyboard = process.get_file_handle().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut output, shown) = (process.get_file_handle().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end is an error on Linux, and nothing more to read elsewhere.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { _process: process, keyboard, screen, read: 0 }
    }

    /// All that was ever shown.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).replace("\r\n", "\n")
    }

    /// Waits until the words are shown, after those that were waited for last; what was shown before them.
    #[track_caller]
    pub fn waits_for(&mut self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            let (_, new) = screen.split_at(self.read);
            if let Some((before, _)) = new.split_once(words) {
                self.read += before.len() + words.len();
                return before.to_owned();
            }
            assert!(begun.elapsed() < DEADLINE, "{words:?} is not shown:\n{screen}");
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Types an answer and Enter.
    pub fn types(&mut self, answer: &str) {
        self.keyboard.write_all(format!("{answer}\r").as_bytes()).unwrap();
    }

    /// Presses one key.
    pub fn presses(&mut self, key: u8) {
        self.keyboard.write_all(&[key]).unwrap();
    }

    /// Waits for a question and answers it.
    #[track_caller]
    pub fn answers(&mut self, question: &str, answer: &str) {
        self.waits_for(question);
        self.types(answer);
    }

    /// Waits for a question after a secret. Nobody types within the microseconds between it and the end of echo.
    #[track_caller]
    pub fn waits_for_secret(&mut self, question: &str) {
        self.waits_for(question);
        let begun = Instant::now();
        while self.echoes() {
            assert!(begun.elapsed() < DEADLINE, "{question} shows what is typed:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Waits for a question after a secret and answers it.
    #[track_caller]
    pub fn answers_secret(&mut self, question: &str, answer: &str) {
        self.waits_for_secret(question);
        self.types(answer);
    }

    /// Whether what is typed is shown.
    fn echoes(&self) -> bool {
        let stty = Command::new("stty").arg("-a").stdin(Stdio::from(self.keyboard.try_clone().unwrap())).output();
        has(&String::from_utf8_lossy(&stty.unwrap().stdout), "echo")
    }

    /// Waits until the program has ended: its exit code as a shell says it. The terminal must be in order again.
    #[track_caller]
    pub fn ends(&mut self) -> i32 {
        self.waits_for("[ended ");
        let code = self.waits_for("]").parse().unwrap();
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            let (_, state) = screen.split_at(self.read);
            if has(state, "icanon") && has(state, "isig") && has(state, "echo") {
                return code;
            }
            assert!(begun.elapsed() < DEADLINE, "the terminal is not as it was:\n{screen}");
            std::thread::sleep(Duration::from_millis(3));
        }
    }
}

/// Whether `stty` says that something is on: it says `-echo` where it is off.
fn has(state: &str, flag: &str) -> bool {
    state.split(|c: char| c.is_whitespace() || c == ';').any(|word| word == flag)
}
