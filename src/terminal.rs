//! Asking a person and answering, line by line: over ssh, in a pipe, or in a test.
//!
//! Whatever is shown passes through here, and so cannot do anything to the terminal: names and error texts come from
//! servers. Not here: what is asked (`commands/setup`) and what is found (`commands/check`).

use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use zeroize::Zeroizing;

use crate::secret::Secret;

/// The width that texts are wrapped to, in characters.
const WIDTH: usize = 80;
/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 64 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The input ended: Ctrl-D, or a pipe that was used up.
    #[error("the input ended")]
    Ended,
    /// Ctrl-C, while a secret was typed. At any other time it ends the process.
    #[error("stopped by Ctrl-C")]
    Interrupted,
    /// The terminal cannot be read.
    #[error("the terminal cannot be used: {0}")]
    Io(#[from] io::Error),
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is: `ok`.
    Good,
    /// Something is to be done about it: `!!`.
    Bad,
}

/// A terminal, or what stands in for one.
pub struct Terminal {
    input: Box<dyn BufRead>,
    output: Box<dyn Write>,
    /// Whether a person types: then secrets are read without echo.
    typed: bool,
    colours: bool,
    interrupts: Option<Interrupts>,
}

impl Terminal {
    /// The terminal (or the pipes) of this process. Colours are for terminals only, and not where `NO_COLOR` is set.
    #[must_use]
    pub fn of_process() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            typed: io::stdin().is_terminal(),
            colours: io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb,
            ..Self::new(BufReader::new(io::stdin()), io::stdout())
        }
    }

    /// A terminal that answers from `input` and shows on `output`.
    #[must_use]
    pub fn new(input: impl BufRead + 'static, output: impl Write + 'static) -> Self {
        Self { input: Box::new(input), output: Box::new(output), typed: false, colours: false, interrupts: None }
    }

    /// Shows a text; each of its lines is wrapped for itself, and hangs below its own beginning.
    pub fn say(&mut self, text: &str) {
        for line in text.split('\n') {
            self.write(&format!("{}\n", wrap(&harmless(line), WIDTH)));
        }
    }

    /// Shows an empty line.
    pub fn gap(&mut self) {
        self.write("\n");
    }

    /// Shows whether something is as it should be.
    pub fn mark(&mut self, verdict: Verdict, text: &str) {
        let (word, colour) = match verdict {
            Verdict::Good => ("ok", "\u{1b}[32m"),
            Verdict::Bad => ("!!", "\u{1b}[1;31m"),
        };
        let text = wrap(&format!("{word}  {}", harmless(text)), WIDTH);
        match text.strip_prefix(word).filter(|_| self.colours) {
            Some(rest) => self.write(&format!("{colour}{word}\u{1b}[0m{rest}\n")),
            None => self.write(&format!("{text}\n")),
        }
    }

    /// Asks for a line; an empty answer is the default, if there is one, or empty.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn ask(&mut self, question: &str, default: Option<&str>) -> Result<String, NoAnswer> {
        let shown = default.map_or_else(String::new, |default| format!(" [{default}]"));
        self.prompt(&format!("{question}{shown}: "));
        let line = self.line()?;
        let answer = line.trim();
        Ok(if answer.is_empty() { default.unwrap_or_default() } else { answer }.to_owned())
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn ask_secret(&mut self, question: &str) -> Result<Secret, NoAnswer> {
        self.prompt(&format!("{question}: "));
        if self.typed { self.hidden_line() } else { Ok(Secret::new(self.line()?.as_str())) }
    }

    /// Asks for yes or no.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn confirm(&mut self, question: &str, default: bool) -> Result<bool, NoAnswer> {
        let choices = if default { "Y/n" } else { "y/N" };
        loop {
            self.prompt(&format!("{question} [{choices}] "));
            match self.line()?.trim().to_ascii_lowercase().as_str() {
                "" => return Ok(default),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => self.say("Please answer y (yes) or n (no)."),
            }
        }
    }

    /// Asks for one of several things, by number from 1.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn choose<T>(&mut self, question: &str, options: &[(&str, T)], default: T) -> Result<T, NoAnswer>
    where
        T: Copy + PartialEq,
    {
        self.say(question);
        for (number, (text, _)) in (1..).zip(options) {
            self.say(&format!("  {number}. {text}"));
        }
        let preset = options.iter().position(|(_, option)| *option == default).map_or(1, |index| index + 1).to_string();
        loop {
            let answer = self.ask("Your choice", Some(&preset))?;
            let index = answer.trim_end_matches('.').parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            if let Some((_, option)) = index.and_then(|index| options.get(index)) {
                return Ok(*option);
            }
            self.say(&format!("Please answer with a number from 1 to {}.", options.len()));
        }
    }

    fn prompt(&mut self, text: &str) {
        // The blank at its end is the place where the answer begins.
        self.write(&format!("{} ", wrap(harmless(text).trim_end(), WIDTH)));
    }

    /// Nothing better can be done about an output that is gone than to go on: the input will end as well.
    fn write(&mut self, text: &str) {
        let _ = self.output.write_all(text.as_bytes()).and_then(|()| self.output.flush());
    }

    fn line(&mut self) -> Result<Zeroizing<String>, NoAnswer> {
        let mut bytes = Zeroizing::new(Vec::new());
        let read = io::Read::take(&mut self.input, LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if !self.typed {
            // Nobody's Enter has ended the line.
            self.write("\n");
        }
        if read == 0 {
            return Err(NoAnswer::Ended);
        }
        Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn hidden_line(&mut self) -> Result<Secret, NoAnswer> {
        let interrupts = match self.interrupts.take() {
            Some(interrupts) => interrupts,
            None => Interrupts::watch()?,
        };
        let result = interrupts.held_off(rpassword::read_password);
        self.interrupts = Some(interrupts);
        match result.map(Zeroizing::new) {
            Ok(line) => Ok(Secret::new(line.as_str())),
            Err(error) => {
                self.write("\n");
                Err(match error.kind() {
                    io::ErrorKind::UnexpectedEof => NoAnswer::Ended,
                    io::ErrorKind::Interrupted => NoAnswer::Interrupted,
                    _ => NoAnswer::Io(error),
                })
            }
        }
    }
}

/// Ctrl-C while a secret is typed. `rpassword` then raises the signal before it has put the terminal back in order, and
/// dying of it would leave a terminal that shows nothing of what is typed. So the signal is taken and, at all other
/// times, ends the process, as it would have by itself.
struct Interrupts(Arc<AtomicU8>);

const ENDS_THE_PROCESS: u8 = 0;
const HELD_OFF: u8 = 1;
const OVER: u8 = 2;
/// What shells say of a process that died of Ctrl-C.
const INTERRUPTED: i32 = 130;

impl Interrupts {
    fn watch() -> io::Result<Self> {
        let state = Arc::new(AtomicU8::new(ENDS_THE_PROCESS));
        let watched = Arc::clone(&state);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::Builder::new().name("interrupts".to_owned()).spawn(move || {
            runtime.block_on(async {
                while watched.load(Ordering::SeqCst) != OVER {
                    tokio::select! {
                        biased;
                        result = tokio::signal::ctrl_c() => {
                            if result.is_ok() && watched.load(Ordering::SeqCst) == ENDS_THE_PROCESS {
                                std::process::exit(INTERRUPTED);
                            }
                        }
                        // Polled second: by then the signal is taken. (An error means that nobody waits any more.)
                        () = async {
                            let _ = ready.send(());
                            std::future::pending::<()>().await;
                        } => {}
                    }
                }
            });
        })?;
        let _ = is_ready.recv();
        Ok(Self(state))
    }

    fn held_off<T>(&self, read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.0.store(HELD_OFF, Ordering::SeqCst);
        let result = read();
        // After Ctrl-C the caller ends, and with a word about it.
        if !result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
            self.0.store(ENDS_THE_PROCESS, Ordering::SeqCst);
        }
        result
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.0.store(OVER, Ordering::SeqCst);
    }
}

/// A text without what could do something to the terminal: control characters, and marks that turn the direction of
/// writing.
fn harmless(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(*c)).collect()
}

/// A line, wrapped between words. A word that is longer, an address for one, stays whole: it is to be copied.
fn wrap(line: &str, width: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    let hang = hang(line);
    let body = line.trim_start();
    wrapped.extend(std::iter::repeat_n(' ', line.len() - body.len()));
    column += wrapped.len();
    let mut is_first = true;
    // The blanks inside a line are kept: they line things up.
    for word in body.split(' ') {
        let length = word.chars().count();
        if is_first {
            is_first = false;
        } else if column + 1 + length > width && column > hang {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', hang));
            column = hang;
        } else {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

/// Where the second line of a paragraph begins: below the text after `  1. `, `ok  ` or `  Word   `.
fn hang(line: &str) -> usize {
    let indent = line.len() - line.trim_start().len();
    let body = line.trim_start();
    let word = body.split(' ').next().unwrap_or_default();
    let is_number = word.strip_suffix('.').is_some_and(|number| number.parse::<u8>().is_ok());
    let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let after_word = body.get(word.len()..).unwrap_or_default();
    if is_number {
        return indent + word.len() + blanks(after_word);
    }
    match body.split_once("  ") {
        Some((title, rest)) if title.len() < 24 => indent + title.chars().count() + 2 + blanks(rest),
        _ => indent,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// What was shown.
    #[derive(Clone, Default)]
    struct Screen(Rc<RefCell<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).unwrap()
        }
    }

    fn terminal(input: &'static str) -> (Terminal, Screen) {
        let screen = Screen::default();
        (Terminal::new(input.as_bytes(), screen.clone()), screen)
    }

    #[test]
    fn lines_are_wrapped_below_their_beginning() {
        for (line, expected) in [
            ("", ""),
            ("one two three", "one two\nthree"),
            ("  one two three", "  one two\n  three"),
            (" 1. one two three", " 1. one\n    two\n    three"),
            ("ok  one two", "ok  one\n    two"),
            ("  X   @me you", "  X   @me\n      you"),
            ("see https://example.org/a/b now", "see\nhttps://example.org/a/b\nnow"),
            ("12345678901 2", "12345678901\n2"),
            ("ü ü ü ü ü ü", "ü ü ü ü ü\nü"),
        ] {
            assert_eq!(wrap(line, 10), expected, "{line}");
        }
    }

    #[test]
    fn nothing_reaches_the_terminal_that_could_command_it() {
        let (mut terminal, screen) = terminal("\n");
        terminal.say("a\u{1b}[31mb\u{9b}0m\u{7}\u{202e}c\td\ne");
        terminal.mark(Verdict::Bad, "x\u{1b}]0;title\u{7}");
        terminal.ask("q\r", Some("d\u{8}")).unwrap();
        assert_eq!(screen.text(), "a[31mb0mcd\ne\n!!  x]0;title\nq [d]: \n");
    }

    #[test]
    fn colours_are_beside_words() {
        let (mut terminal, screen) = terminal("");
        terminal.mark(Verdict::Good, "fine");
        terminal.colours = true;
        terminal.mark(Verdict::Good, "fine");
        assert_eq!(screen.text(), "ok  fine\n\u{1b}[32mok\u{1b}[0m  fine\n");
    }

    #[test]
    fn answers_are_read_until_they_fit() {
        let (mut terminal, screen) = terminal("  me \r\n\nmaybe\nYES\n\n7\nx\n2.\n\n p w \n");
        assert_eq!(terminal.ask("name", None).unwrap(), "me");
        assert_eq!(terminal.ask("name", Some("you")).unwrap(), "you");
        assert!(terminal.confirm("sure?", false).unwrap());
        assert!(!terminal.confirm("sure?", false).unwrap());
        let options = [("one", 'a'), ("two", 'b')];
        assert_eq!(terminal.choose("which?", &options, 'a').unwrap(), 'b');
        assert_eq!(terminal.choose("which?", &options, 'b').unwrap(), 'b');
        assert_eq!(terminal.ask_secret("key").unwrap().expose(), "p w");
        assert!(matches!(terminal.ask("more", None), Err(NoAnswer::Ended)));
        assert!(!screen.text().contains("p w"), "{}", screen.text());
    }

    #[test]
    fn bytes_that_are_no_text_are_an_answer_all_the_same() {
        let mut terminal = Terminal::new(&b"\xff\xfea"[..], io::sink());
        assert_eq!(terminal.ask("q", None).unwrap(), "\u{fffd}\u{fffd}a");
    }
}
