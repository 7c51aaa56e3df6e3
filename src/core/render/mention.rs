//! How the names of people are written: in full, so that it is clear who is meant, and so that nobody else is pinged.
//!
//! The rules are those of `x-api.md` 8.3 and `mastodon-api.md` 5.1. Not here: names that nobody mentioned for real
//! (`inert`).

use super::Job;
use super::clean::is_invisible;
use super::draft::{Draft, Kind};
use super::note::Note;
use crate::core::post::Network;
use crate::core::style::{Friend, Mentions};

/// The longest name that X knows (`x-api.md` 8.3).
const LONGEST_ON_X: usize = 20;

/// Adds somebody who is mentioned on the source; `shown` is how they are called there.
pub fn add(draft: &mut Draft, shown: &str, handle: &str, job: &Job<'_>, notes: &mut Vec<Note>) {
    let handle = tidy(handle);
    if let Some(name) = friend(&handle, job) {
        draft.push_marked(&format!("@{name}"), Kind::Friend);
        notes.push(Note::Friend { name });
        return;
    }
    let (user, host) = parts(&handle);
    if user.is_empty() {
        return draft.push_marked(shown, Kind::Whole);
    }
    let written = match job.target() {
        Network::Mastodon if job.style.mentions == Mentions::Link && !host.is_empty() => {
            let address = format!("https://{host}/{user}");
            draft.push_marked(&address, Kind::Link);
            address
        }
        _ => {
            let name = full(&handle, job);
            draft.push_marked(&name, Kind::Whole);
            name
        }
    };
    let seen = written.replace('\u{200B}', "");
    if seen != shown {
        notes.push(Note::Mention { from: shown.to_owned(), to: seen });
    }
}

/// Somebody's name in the owner's style, written so that the target pings nobody.
#[must_use]
pub fn full(handle: &str, job: &Job<'_>) -> String {
    let handle = tidy(handle);
    let (user, host) = parts(&handle);
    match (job.target(), job.style.mentions) {
        (Network::Twitter, _) => full_on_x(user, host),
        (Network::Mastodon, Mentions::Plain) => handle,
        (Network::Mastodon, Mentions::Bare) => format!("@\u{200B}{user}"),
        (Network::Mastodon, Mentions::Full | Mentions::Link) => format!("@\u{200B}{handle}"),
    }
}

/// `@user@host` pings nobody on X when X knows no name that `user` begins with and that ends in the middle of it.
fn full_on_x(user: &str, host: &str) -> String {
    if is_name_on_x(user) && !host.is_empty() {
        return format!("@{user}@{host}");
    }
    let user = user.replace('.', ".\u{200B}");
    if host.is_empty() { user } else { format!("{user}@{host}") }
}

/// How somebody is mentioned for real on the target, without `@`: only who stands in the owner's list.
fn friend(handle: &str, job: &Job<'_>) -> Option<String> {
    let (user, host) = parts(handle);
    match job.target() {
        Network::Twitter => {
            let friend = job.style.friends.iter().find(|friend| tidy(&friend.mastodon).eq_ignore_ascii_case(handle))?;
            name_on(Network::Twitter, friend)
        }
        Network::Mastodon => {
            let is_on_x = host.eq_ignore_ascii_case("x.com") || host.eq_ignore_ascii_case("twitter.com");
            let is_meant = |friend: &&Friend| friend.twitter.trim_start_matches('@').eq_ignore_ascii_case(user);
            let friend = job.style.friends.iter().find(is_meant).filter(|_| is_on_x)?;
            name_on(Network::Mastodon, friend)
        }
    }
}

/// A friend's name, without `@`; `None` when it is not one that the network would read whole.
fn name_on(network: Network, friend: &Friend) -> Option<String> {
    match network {
        Network::Twitter => {
            let name = friend.twitter.trim_start_matches('@');
            is_name_on_x(name).then(|| name.to_owned())
        }
        Network::Mastodon => {
            let handle = tidy(&friend.mastodon);
            let (user, host) = parts(&handle);
            let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            let ends_well = |text: &str| {
                let is_outer = |c: char| c.is_ascii_alphanumeric() || c == '_';
                text.starts_with(is_outer) && text.ends_with(is_outer) && text.chars().all(is_inner)
            };
            (ends_well(user) && ends_well(host)).then_some(handle)
        }
    }
}

fn is_name_on_x(name: &str) -> bool {
    (1..=LONGEST_ON_X).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A handle as it is compared and written: host in punycode, nothing invisible in it.
fn tidy(handle: &str) -> String {
    let handle: String = handle.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect();
    let (user, host) = parts(handle.trim_start_matches('@'));
    let host = url::Host::parse(host).map_or_else(|_| host.to_owned(), |host| host.to_string());
    if host.is_empty() { user.to_owned() } else { format!("{user}@{host}") }
}

/// The name and the host.
fn parts(handle: &str) -> (&str, &str) {
    handle.split_once('@').unwrap_or((handle, ""))
}
