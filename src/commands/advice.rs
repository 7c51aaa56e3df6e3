//! What a network's trouble means and what to do about it, in words for the owner. Pure.
//!
//! Each trouble has its own words. Which of the keys is wrong: `setup/keys`.

use crate::cli::Exit;
use crate::core::post::Timestamp;
use crate::network::Trouble;

/// A clock that is further off than this is wrong, in seconds.
const CLOCK_MAY_BE_OFF_SECS: i64 = 300;

/// X's trouble.
#[must_use]
pub fn for_x(trouble: &Trouble) -> String {
    match trouble {
        Trouble::SignIn(words) => format!(
            "X does not accept our keys ({words}). Keys that are made anew in its developer console replace the older \
             ones: run `crosspostd setup` and enter those that are valid now."
        ),
        Trouble::Permission(words) => format!(
            "X does not let these keys do this ({words}). In console.x.com, open the app's user authentication \
             settings, choose \"Read and write\", and after that make the access token anew: an older one keeps its \
             old permission."
        ),
        Trouble::NotEnrolled(words) => format!(
            "X does not serve this app where it is ({words}). In console.x.com, open Apps, Manage apps, and move it to \
             the package \"Pay-per-use\", environment \"Production\"."
        ),
        Trouble::NoCredits => {
            "There are no credits left to pay X with. Buy a few dollars of credits in console.x.com.".to_owned()
        }
        Trouble::SpendCap { until } => {
            let until = until.and_then(date).map_or_else(String::new, |date| format!(" It ends by itself on {date}."));
            format!("The spending limit for X, set in console.x.com, is reached. Raise it there, or wait.{until}")
        }
        other => for_any("X", other).unwrap_or_else(|| format!("X {other}.")),
    }
}

/// The trouble of the Mastodon server at `host`.
#[must_use]
pub fn for_mastodon(host: &str, trouble: &Trouble) -> String {
    match trouble {
        Trouble::SignIn(words) => format!(
            "{host} does not accept our sign-in ({words}). It may have been withdrawn in the account's settings: sign \
             in again with `crosspostd setup`."
        ),
        Trouble::Permission(words) => format!(
            "{host} does not allow this ({words}). The access token may lack a permission, or the account is locked: \
             sign in again with `crosspostd setup`."
        ),
        other => for_any(host, other).unwrap_or_else(|| format!("{host} {other}.")),
    }
}

/// What is the same everywhere.
fn for_any(name: &str, trouble: &Trouble) -> Option<String> {
    Some(match trouble {
        Trouble::Unreachable(why) if why.contains("certificate") => format!(
            "{name} cannot be reached safely ({why}). Is the clock of this machine right? If it is, somebody stands \
             between this machine and {name}."
        ),
        Trouble::Unreachable(why) => {
            format!("{name} cannot be reached ({why}). Is the address right, and is this machine online?")
        }
        Trouble::NoAnswer(why) => {
            format!("{name} did not answer properly ({why}). If it has trouble of its own, a few minutes may help.")
        }
        Trouble::RateLimited { .. } => {
            format!("{name} asks us to slow down. Try again in a quarter of an hour.")
        }
        Trouble::Gone(words) => {
            format!("{name} does not know what we ask for ({words}). Is its address right?")
        }
        _ => return None,
    })
}

/// How a command ends that met this trouble.
#[must_use]
pub fn exit(trouble: &Trouble) -> Exit {
    match trouble {
        Trouble::Unreachable(_) | Trouble::NoAnswer(_) | Trouble::Gone(_) => Exit::Unreachable,
        Trouble::SignIn(_) | Trouble::Permission(_) | Trouble::NotEnrolled(_) => Exit::SignIn,
        Trouble::RateLimited { .. } | Trouble::NoCredits | Trouble::SpendCap { .. } => Exit::Waiting,
    }
}

/// What is wrong with this machine's clock, by a server's; `None` where nothing is.
#[must_use]
pub fn for_clock(server: &str, ours: Timestamp, theirs: Timestamp) -> Option<String> {
    let secs = ours.millis_since(theirs) / 1000;
    if secs.abs() <= CLOCK_MAY_BE_OFF_SECS {
        return None;
    }
    let way = if secs < 0 { "behind" } else { "ahead of" };
    let off = match secs.abs() {
        secs @ ..7200 => format!("{} minutes", secs / 60),
        secs @ ..172_800 => format!("{} hours", secs / 3600),
        secs => format!("{} days", secs / 86_400),
    };
    Some(format!(
        "The clock of this machine is {off} {way} that of {server}. Let it be set from the net (on most systems: \
         `sudo timedatectl set-ntp true`)."
    ))
}

/// `2026-05-13`
fn date(at: Timestamp) -> Option<String> {
    let date = time::OffsetDateTime::from_unix_timestamp(at.secs()).ok()?.date();
    Some(format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_says_what_to_do() {
        let words = || "its words".to_owned();
        for (trouble, x, mastodon, ends) in [
            (Trouble::SignIn(words()), "setup", "setup", Exit::SignIn),
            (Trouble::Permission(words()), "Read and write", "setup", Exit::SignIn),
            (Trouble::NotEnrolled(words()), "Pay-per-use", "serve", Exit::SignIn),
            (Trouble::NoCredits, "Buy", "credits", Exit::Waiting),
            (Trouble::SpendCap { until: None }, "or wait.", "spending limit", Exit::Waiting),
            (
                Trouble::SpendCap { until: Some(Timestamp::from_secs(1_778_630_400)) },
                "on 2026-05-13.",
                "spending limit",
                Exit::Waiting,
            ),
            (Trouble::RateLimited { until: None }, "slow down", "slow down", Exit::Waiting),
            (Trouble::Unreachable(words()), "online", "address", Exit::Unreachable),
            (Trouble::Unreachable("invalid peer certificate: NotValidYet".into()), "clock", "clock", Exit::Unreachable),
            (Trouble::NoAnswer(words()), "few minutes", "few minutes", Exit::Unreachable),
            (Trouble::Gone(words()), "address", "address", Exit::Unreachable),
        ] {
            for (found, part, name) in
                [(for_x(&trouble), x, "X"), (for_mastodon("h.example", &trouble), mastodon, "h.example")]
            {
                assert!(found.contains(part) && found.contains(name) && found.ends_with(['.', '?']), "{found}");
            }
            assert_eq!(exit(&trouble), ends);
        }
    }

    #[test]
    fn a_clock_may_be_a_little_off() {
        let now = Timestamp::from_secs(1_780_000_000);
        for (off, expected) in [
            (0, None),
            (300, None),
            (-300, None),
            (301, Some("5 minutes ahead of that of X")),
            (-7199, Some("119 minutes behind that of X")),
            (7200, Some("2 hours ahead of")),
            (-1_780_000_000, Some("20601 days behind")),
        ] {
            let found = for_clock("X", now.plus_secs(off), now);
            let fits = match (&found, expected) {
                (None, None) => true,
                (Some(found), Some(part)) => found.contains(part),
                _ => false,
            };
            assert!(fits, "{off}: {found:?}");
        }
    }
}
