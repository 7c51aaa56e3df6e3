//! What a key's value may be: each rule reads what was given, and writes it back as TOML.
//!
//! A rule that refuses says so in words that follow the key's name: `is "5x": write a number of seconds …`. The rule
//! for secrets never shows what it was given. Not here: choices of a few words (`choice`), lists of
//! the owner's words (`lists`), which key has which rule (`schema`).

use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use toml::de::DeValue;

use crate::network::http::{BadUrl, BaseUrl};
use crate::secret::Secret;

/// How much of a wrong value is shown, in characters.
const SHOWN: usize = 60;
/// A day, in seconds.
const DAY: u64 = 24 * 3600;

/// A value as it was given.
pub(super) enum Raw<'a> {
    /// From the config file.
    Toml(&'a DeValue<'a>),
    /// From the environment or a secret's file, where everything is text; also a default.
    Text(&'a str),
}

impl Raw<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Raw::Toml(value) => value.as_str(),
            Raw::Text(text) => Some(text),
        }
    }

    fn whole(&self) -> Option<u64> {
        match self {
            Raw::Toml(DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            Raw::Toml(_) => None,
            Raw::Text(text) => text.trim().parse().ok(),
        }
    }

    /// The entries of a list. In the environment they stand between commas, or as in the file:
    /// `["one", "two, three"]`.
    pub(super) fn list(&self) -> Option<Vec<String>> {
        match self {
            Raw::Toml(DeValue::Array(items)) => {
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
            }
            Raw::Toml(_) => None,
            Raw::Text(text) if text.trim_start().starts_with('[') => {
                let value = DeValue::parse(text.trim()).ok()?;
                if value.get_ref().is_array() { Raw::Toml(value.get_ref()).list() } else { None }
            }
            Raw::Text(text) => {
                Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect())
            }
        }
    }
}

/// What was found, short and on one line. Not for secrets.
impl fmt::Display for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Raw::Text(text) => f.write_str(&shown(text)),
            Raw::Toml(DeValue::String(text)) => f.write_str(&shown(text)),
            Raw::Toml(DeValue::Integer(number)) => write!(f, "{number}"),
            Raw::Toml(DeValue::Float(number)) => write!(f, "{number}"),
            Raw::Toml(DeValue::Boolean(yes)) => write!(f, "{yes}"),
            Raw::Toml(DeValue::Datetime(date)) => write!(f, "{date}"),
            Raw::Toml(DeValue::Array(_)) => f.write_str("a list"),
            Raw::Toml(DeValue::Table(_)) => f.write_str("a section"),
        }
    }
}

/// The first line of a text in quotes, if it is not too long. (With a quote left open a text runs on, over the lines of
/// secrets.)
pub(super) fn shown(text: &str) -> String {
    let start: String = text.chars().take_while(|letter| *letter != '\n').take(SHOWN).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", start.escape_debug())
}

/// A value as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// `key = value`.
    Value(String),
    /// `# key = example`, for a key that is not given.
    Example(String),
}

/// What may be given for a key, and how it is written.
pub(super) trait Rule {
    /// What it becomes.
    type Value;

    /// Reads a value, or says what is wrong with it.
    fn read(&self, raw: &Raw<'_>) -> Result<Self::Value, String>;

    /// Writes a value so that [`Rule::read`] reads the same again.
    fn write(&self, value: &Self::Value) -> Written;

    /// What a key is that was not given; nothing where it has to be given.
    fn default(&self) -> Option<Self::Value> {
        None
    }

    /// Whether the value is a secret.
    fn is_secret(&self) -> bool {
        false
    }
}

/// A key with a default, written as in the environment.
pub(super) struct Or<R>(pub(super) R, pub(super) &'static str);

impl<R: Rule> Rule for Or<R> {
    type Value = R::Value;

    fn read(&self, raw: &Raw<'_>) -> Result<R::Value, String> {
        self.0.read(raw)
    }

    fn write(&self, value: &R::Value) -> Written {
        self.0.write(value)
    }

    fn default(&self) -> Option<R::Value> {
        self.0.read(&Raw::Text(self.1)).ok()
    }

    fn is_secret(&self) -> bool {
        self.0.is_secret()
    }
}

/// A key that may be absent, with an example.
pub(super) struct Optional<R>(pub(super) R, pub(super) &'static str);

impl<R: Rule> Rule for Optional<R> {
    type Value = Option<R::Value>;

    fn read(&self, raw: &Raw<'_>) -> Result<Option<R::Value>, String> {
        self.0.read(raw).map(Some)
    }

    fn write(&self, value: &Option<R::Value>) -> Written {
        match value {
            Some(value) => self.0.write(value),
            None => Written::Example(quoted(self.1)),
        }
    }

    fn default(&self) -> Option<Option<R::Value>> {
        Some(None)
    }

    fn is_secret(&self) -> bool {
        self.0.is_secret()
    }
}

/// A text that is not empty, without the blanks around it.
pub(super) struct Text;

impl Rule for Text {
    type Value = String;

    fn read(&self, raw: &Raw<'_>) -> Result<String, String> {
        let text = raw.text().ok_or_else(|| format!("is {raw}: write it in quotes, as text"))?.trim();
        if text.is_empty() { Err("is empty: write something, or leave it out".to_owned()) } else { Ok(text.to_owned()) }
    }

    fn write(&self, value: &String) -> Written {
        Written::Value(quoted(value))
    }
}

/// A text that may be empty, with its blanks. The bound is in characters.
pub(super) struct Verbatim {
    pub(super) max: usize,
}

impl Rule for Verbatim {
    type Value = String;

    fn read(&self, raw: &Raw<'_>) -> Result<String, String> {
        let text = raw.text().ok_or_else(|| format!("is {raw}: write it in quotes, as text"))?;
        if text.chars().count() > self.max {
            return Err(format!("is {raw}, which is too long: at most {} letters", self.max));
        }
        Ok(text.to_owned())
    }

    fn write(&self, value: &String) -> Written {
        Written::Value(quoted(value))
    }
}

/// Yes or no.
pub(super) struct Flag;

impl Rule for Flag {
    type Value = bool;

    fn read(&self, raw: &Raw<'_>) -> Result<bool, String> {
        if let Raw::Toml(DeValue::Boolean(yes)) = raw {
            return Ok(*yes);
        }
        match raw.text().map(str::trim) {
            Some("true" | "yes" | "on") => Ok(true),
            Some("false" | "no" | "off") => Ok(false),
            _ => Err(format!("is {raw}: write true or false")),
        }
    }

    fn write(&self, value: &bool) -> Written {
        Written::Value(value.to_string())
    }
}

/// A key or token. What was found is never shown.
pub(super) struct Token;

impl Rule for Token {
    type Value = Secret;

    fn read(&self, raw: &Raw<'_>) -> Result<Secret, String> {
        let secret = Secret::new(raw.text().ok_or("is not text: write it in quotes")?);
        if secret.is_empty() {
            return Err("is empty: copy it there again, or run `crosspostd setup`".to_owned());
        }
        // Anything else could not be sent in a header, or would be signed and refused.
        if !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has a blank, a line break or a letter in it that no key has: copy it there again".to_owned());
        }
        Ok(secret)
    }

    fn write(&self, value: &Secret) -> Written {
        Written::Value(quoted(value.expose()))
    }

    fn is_secret(&self) -> bool {
        true
    }
}

/// An address that may be spoken to.
pub(super) struct Url;

impl Rule for Url {
    type Value = BaseUrl;

    fn read(&self, raw: &Raw<'_>) -> Result<BaseUrl, String> {
        const ALLOWED: &str = "write an address like \"https://example.org\"";
        let text = raw.text().ok_or_else(|| format!("is {raw}: {ALLOWED}"))?;
        // `https://me:password@host` would show the password.
        if text.contains('@') {
            return Err(format!("has an @, a name or a password in it: {ALLOWED}"));
        }
        BaseUrl::parse(text).map_err(|bad| match bad {
            BadUrl::NotAnAddress(_) => format!("is {raw}: {ALLOWED}"),
            BadUrl::Plain(_) => format!(
                "is {raw}, which is not encrypted: write https:// (plain http:// is only for this machine itself)"
            ),
        })
    }

    fn write(&self, value: &BaseUrl) -> Written {
        Written::Value(quoted(value.as_str()))
    }
}

/// A length of time in whole seconds: `30`, `"30s"`, `"5m"`, `"1h"`, `"7d"`. The bounds are in seconds.
pub(super) struct Interval {
    pub(super) min: u64,
    pub(super) max: u64,
}

impl Rule for Interval {
    type Value = Duration;

    fn read(&self, raw: &Raw<'_>) -> Result<Duration, String> {
        raw.whole()
            .or_else(|| seconds(raw.text()?.trim()))
            .filter(|seconds| (self.min..=self.max).contains(seconds))
            .map(Duration::from_secs)
            .ok_or_else(|| {
                let (min, max) = (interval(self.min), interval(self.max));
                let like = if self.max < DAY { "30s" } else { "1d" };
                format!("is {raw}: write a number of seconds or a duration like \"{like}\", between {min} and {max}")
            })
    }

    fn write(&self, value: &Duration) -> Written {
        Written::Value(quoted(&interval(value.as_secs())))
    }
}

fn seconds(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|last: char| !last.is_ascii_digit());
    let unit = match text.get(number.len()..)? {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => DAY,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

fn interval(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        whole if whole.is_multiple_of(DAY) => format!("{}d", whole / DAY),
        whole if whole.is_multiple_of(3600) => format!("{}h", whole / 3600),
        whole if whole.is_multiple_of(60) => format!("{}m", whole / 60),
        other => format!("{other}s"),
    }
}

/// A whole number between two bounds, both included.
pub(super) struct Whole {
    pub(super) min: usize,
    pub(super) max: usize,
}

impl Rule for Whole {
    type Value = usize;

    fn read(&self, raw: &Raw<'_>) -> Result<usize, String> {
        raw.whole()
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| (self.min..=self.max).contains(number))
            .ok_or_else(|| format!("is {raw}: write a whole number between {} and {}", self.min, self.max))
    }

    fn write(&self, value: &usize) -> Written {
        Written::Value(value.to_string())
    }
}

/// `a, b or c`.
pub(super) fn list(items: &[String], last: &str) -> String {
    match items.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, start)) => format!("{} {last} {end}", start.join(", ")),
        None => String::new(),
    }
}

/// A TOML basic string, always on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            control if control.is_control() => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
