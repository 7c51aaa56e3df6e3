//! X's part of setup: what to click, the four keys or a PIN, the proof.

use super::keys::{self, NotAKey};
use super::{Conversation, SetupError};
use crate::commands::advice;
use crate::config;
use crate::core::money::Prices;
use crate::network::Trouble;
use crate::network::http::{self, BaseUrl};
use crate::network::twitter::oauth1::Keys;
use crate::network::twitter::setup::{self, ConsumerKeys, Identity};
use crate::secret::Secret;
use crate::terminal::NoAnswer;

/// How often nothing is taken for an answer: a terminal that has gone answers so for ever.
const EMPTY_ANSWERS: usize = 5;
/// A post's length with X Premium, and without.
const LONG: usize = 25_000;
const SHORT: usize = 280;

/// The account on X.
pub(super) struct Found {
    pub(super) keys: Keys,
    pub(super) user_id: Option<String>,
    pub(super) username: Option<String>,
    /// How long a post may be, where that was asked.
    pub(super) max_length: Option<usize>,
    /// Whether the keys may post, as far as X says.
    pub(super) may_post: bool,
}

/// The keys there are, as far as there are any.
#[derive(Clone, Default)]
struct Known {
    consumer_key: Option<Secret>,
    consumer_secret: Option<Secret>,
    access_token: Option<Secret>,
    access_token_secret: Option<Secret>,
}

impl Known {
    fn of(keys: &Keys) -> Self {
        let real = |key: &Secret| Some(key.clone()).filter(|key| !keys::is_placeholder(key.expose()));
        Self {
            consumer_key: real(&keys.consumer_key),
            consumer_secret: real(&keys.consumer_secret),
            access_token: real(&keys.access_token),
            access_token_secret: real(&keys.access_token_secret),
        }
    }
}

/// What to do after something did not work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    TryAgain,
    OtherKeys,
    GoOn,
    Stop,
}

/// Asks for the keys until they work. Keys that have not changed are not proved again: that would cost money.
pub(super) async fn ask(
    c: &mut Conversation<'_>,
    old: Option<&config::Twitter>,
    base: &BaseUrl,
) -> Result<Found, SetupError> {
    let old_keys = old.map(|old| Keys {
        consumer_key: old.consumer_key.clone(),
        consumer_secret: old.consumer_secret.clone(),
        access_token: old.access_token.clone(),
        access_token_secret: old.access_token_secret.clone(),
    });
    let mut known = old_keys.as_ref().map(Known::of).unwrap_or_default();
    explain(c, known.consumer_key.is_some());
    loop {
        let keys = ask_keys(c, known.clone(), base).await?;
        if let (Some(old), Some(old_keys)) = (old, &old_keys)
            && old.user_id.is_some()
            && same(&keys, old_keys)
        {
            let name = old.username.as_ref().map_or_else(String::new, |name| format!(" of @{name}"));
            c.terminal.say(&format!("The keys{name} stay as they are. (X is not asked again: that costs money.)"));
            let (user_id, username) = (old.user_id.clone(), old.username.clone());
            return Ok(Found { keys, user_id, username, max_length: None, may_post: true });
        }
        known = Known::of(&keys);
        if let Some(found) = prove(c, base, keys, old).await? {
            return Ok(found);
        }
    }
}

fn explain(c: &mut Conversation<'_>, has_keys: bool) {
    let Prices { create, create_with_link, read_own, .. } = Prices::default();
    c.terminal.say("First, X.");
    if !has_keys {
        c.terminal.say(&format!(
            "In a browser, on any device:\n \
             1. Open https://console.x.com and sign in as the X account to be mirrored: \
             only its owner reads its posts at the low price.\n \
             2. Make a new app. Put it in the package \"Pay-per-use\", environment \"Production\".\n \
             3. In the app's user authentication settings choose \"Read and write\". Do this before step 4: an access \
             token keeps the permission that it was made with. (For the two addresses that it wants there, callback \
             and website, any https:// address of yours will do.)\n \
             4. Make the keys and copy all four: API key, API key secret, access token, access token secret. They are \
             shown only once.\n \
             5. Buy a few dollars of credits, and set a spending limit. X charges {create} for a post, {create_with_link} for a post with a \
             link, and {read_own} for each of your posts that is read.",
        ));
        c.terminal.gap();
    }
    c.terminal.say("Paste the keys one by one. They are not shown while you do.");
}

async fn ask_keys(c: &mut Conversation<'_>, mut known: Known, base: &BaseUrl) -> Result<Keys, SetupError> {
    loop {
        let key = ask_key(c, "API key, or consumer key", known.consumer_key.as_ref())?;
        let secret = ask_key(c, "API key secret", known.consumer_secret.as_ref())?;
        let consumer = ConsumerKeys { key, secret };
        if let Some((access_token, access_token_secret)) = ask_token(c, &known, base, &consumer).await? {
            let ConsumerKeys { key: consumer_key, secret: consumer_secret } = consumer;
            return Ok(Keys { consumer_key, consumer_secret, access_token, access_token_secret });
        }
        (known.consumer_key, known.consumer_secret) = (Some(consumer.key), Some(consumer.secret));
    }
}

/// The account's token and secret, pasted or by PIN; `None` when it is the app's keys that are not accepted.
async fn ask_token(
    c: &mut Conversation<'_>,
    known: &Known,
    base: &BaseUrl,
    consumer: &ConsumerKeys,
) -> Result<Option<(Secret, Secret)>, SetupError> {
    let hint = match known.access_token {
        Some(_) => "Enter: keep the one there is; pin: sign in with a PIN",
        None => "Enter: sign in with a PIN instead",
    };
    loop {
        let typed = c.terminal.ask_secret(&format!("Access token ({hint})"))?;
        let wants_pin = typed.expose().eq_ignore_ascii_case("pin");
        let token = match (keys::clean(typed.expose()), &known.access_token) {
            _ if wants_pin => None,
            (Err(NotAKey::Empty), known) => known.clone(),
            (Err(bad), _) => {
                c.terminal.say(&bad.to_string());
                continue;
            }
            (Ok(token), _) => {
                received(c, &token);
                Some(token)
            }
        };
        if let Some(token) = token {
            // The secret there is belongs to the token there is.
            let is_same = known.access_token.as_ref() == Some(&token);
            let known_secret = known.access_token_secret.as_ref().filter(|_| is_same);
            let secret = ask_key(c, "Access token secret", known_secret)?;
            return Ok(Some((token, secret)));
        }
        match sign_in_by_pin(c, base, consumer).await? {
            Pin::Pair(token, secret) => return Ok(Some((token, secret))),
            Pin::OtherKeys => return Ok(None),
            Pin::Back => {}
        }
    }
}

fn ask_key(c: &mut Conversation<'_>, name: &str, known: Option<&Secret>) -> Result<Secret, SetupError> {
    let question = if known.is_some() { format!("{name} (Enter: keep the one there is)") } else { name.to_owned() };
    let mut empty = 0;
    while empty < EMPTY_ANSWERS {
        let typed = c.terminal.ask_secret(&question)?;
        match (keys::clean(typed.expose()), known) {
            (Ok(key), _) => {
                received(c, &key);
                return Ok(key);
            }
            (Err(NotAKey::Empty), Some(known)) => return Ok(known.clone()),
            (Err(bad), _) => {
                empty += usize::from(bad == NotAKey::Empty);
                c.terminal.say(&bad.to_string());
            }
        }
    }
    Err(NoAnswer::Ended.into())
}

/// A sign that pasting worked, as nothing was shown.
fn received(c: &mut Conversation<'_>, key: &Secret) {
    c.terminal.say(&format!("  ({} characters received)", key.expose().chars().count()));
}

/// What came of signing in with a PIN.
enum Pin {
    /// The account's token and its secret.
    Pair(Secret, Secret),
    /// Ask for the token again.
    Back,
    /// The app's keys are wrong.
    OtherKeys,
}

async fn sign_in_by_pin(c: &mut Conversation<'_>, base: &BaseUrl, consumer: &ConsumerKeys) -> Result<Pin, SetupError> {
    loop {
        let request = match setup::request_token(http::client()?, base.clone(), consumer, c.clock.clone()).await {
            Ok(request) => request,
            Err(trouble) => {
                say_pin_trouble(c, &trouble, consumer);
                return Ok(if matches!(trouble, Trouble::SignIn(_)) { Pin::OtherKeys } else { Pin::Back });
            }
        };
        c.terminal.say("Open this address in a browser, as the X account to be mirrored, and allow the app:");
        c.terminal.gap();
        c.terminal.say(request.authorize_url.as_str());
        c.terminal.gap();
        c.terminal.say("(If the app belongs to another X account, reading costs $0.005 a post, not $0.001.)");
        let pin = c.terminal.ask("Type the PIN that it shows (Enter: back)", None)?;
        if pin.is_empty() {
            return Ok(Pin::Back);
        }
        let digits: String = pin.chars().filter(char::is_ascii_alphanumeric).collect();
        let pin = Secret::new(digits);
        match setup::access_token(http::client()?, base.clone(), consumer, &request, &pin, c.clock.clone()).await {
            Ok(token) => return Ok(Pin::Pair(token.access_token, token.access_token_secret)),
            Err(Trouble::SignIn(_) | Trouble::Permission(_)) => {
                c.terminal.say("X does not accept this PIN. Each works once, so here is a new address.");
            }
            Err(trouble) => {
                c.terminal.say(&advice::for_x(&trouble));
                return Ok(Pin::Back);
            }
        }
    }
}

fn say_pin_trouble(c: &mut Conversation<'_>, trouble: &Trouble, consumer: &ConsumerKeys) {
    match trouble {
        Trouble::SignIn(words) => {
            c.terminal.say(&format!("X does not accept the API key and its secret ({words})."));
            for suspect in keys::suspect_consumer(&consumer.key, &consumer.secret) {
                c.terminal.say(&suspect);
            }
            c.terminal.say("Please enter both again.");
        }
        Trouble::Permission(words) => c.terminal.say(&format!(
            "X does not let this app sign people in ({words}). In the app's user authentication settings, enter a \
             callback address, such as https://example.org, and try again.",
        )),
        other => c.terminal.say(&advice::for_x(other)),
    }
}

/// Asks X whose keys these are, until it answers or the person wants something else; `None`: other keys.
async fn prove(
    c: &mut Conversation<'_>,
    base: &BaseUrl,
    keys: Keys,
    old: Option<&config::Twitter>,
) -> Result<Option<Found>, SetupError> {
    c.terminal.say("Asking X whose keys these are ($0.010) …");
    let identity = loop {
        match setup::who_am_i(http::client()?, base.clone(), keys.clone(), c.clock.clone()).await {
            Ok(identity) => break identity,
            Err(trouble) => {
                say_trouble(c, base, &trouble, &keys).await?;
                let preset = if matches!(trouble, Trouble::SignIn(_)) { Next::OtherKeys } else { Next::TryAgain };
                match what_next(c, preset, Some(("try again, now that it is put right", Next::TryAgain)))? {
                    Next::OtherKeys => return Ok(None),
                    Next::Stop => return Err(SetupError::Stopped),
                    Next::TryAgain | Next::GoOn => {}
                }
            }
        }
    };
    c.terminal.say(&format!("You are @{} on X.", identity.username));
    let may_post = identity.access_level.as_deref() != Some("read");
    if !accept(c, &identity, may_post)? {
        return Ok(None);
    }
    let max_length = ask_length(c, &identity, old)?;
    let (user_id, username) = (Some(identity.id), Some(identity.username).filter(|name| !name.is_empty()));
    Ok(Some(Found { keys, user_id, username, max_length, may_post }))
}

async fn say_trouble(
    c: &mut Conversation<'_>,
    base: &BaseUrl,
    trouble: &Trouble,
    keys: &Keys,
) -> Result<(), SetupError> {
    let Trouble::SignIn(words) = trouble else {
        c.terminal.say(&advice::for_x(trouble));
        return Ok(());
    };
    c.terminal.say(&format!("X does not accept these keys ({words})."));
    let suspects = keys::suspect_all(keys);
    for suspect in &suspects {
        c.terminal.say(suspect);
    }
    if suspects.is_empty() {
        c.terminal.say(
            "All four look as they should, so one of them is probably no longer valid: a key that is made anew \
             replaces the older one. Make the access token anew in console.x.com, or all four, and enter them again.",
        );
    }
    let theirs = setup::server_time(&http::client()?, base).await;
    if let Some(wrong) = theirs.and_then(|theirs| advice::for_clock("X", c.clock.now(), theirs)) {
        c.terminal.say(&wrong);
    }
    Ok(())
}

fn what_next(c: &mut Conversation<'_>, preset: Next, first: Option<(&str, Next)>) -> Result<Next, SetupError> {
    let rest = [("enter keys again", Next::OtherKeys), ("stop here", Next::Stop)];
    let options: Vec<(&str, Next)> = first.into_iter().chain(rest).collect();
    Ok(c.terminal.choose("What now?", &options, preset)?)
}

/// Warns of what the account or its keys are; whether to go on with them.
fn accept(c: &mut Conversation<'_>, identity: &Identity, may_post: bool) -> Result<bool, SetupError> {
    if identity.protected {
        c.terminal.say(
            "This account is protected: only its followers see its posts. On Mastodon their mirrors would be public, \
             unless you choose another `visibility` in the config.",
        );
        if !c.terminal.confirm("Go on all the same?", false)? {
            return go_on(what_next(c, Next::OtherKeys, None)?);
        }
    }
    if !may_post {
        c.terminal.say(
            "These keys may read, but not post. To mirror posts to X: in console.x.com, open the app's user \
             authentication settings, choose \"Read and write\", and after that make the access token anew.",
        );
        let go_on_text = ("go on: nothing is to be posted on X", Next::GoOn);
        return go_on(what_next(c, Next::OtherKeys, Some(go_on_text))?);
    }
    Ok(true)
}

fn go_on(next: Next) -> Result<bool, SetupError> {
    match next {
        Next::GoOn | Next::TryAgain => Ok(true),
        Next::OtherKeys => Ok(false),
        Next::Stop => Err(SetupError::Stopped),
    }
}

/// X Premium takes long posts in one piece; which of its tiers do so from an app is nowhere said (`x-api.md` 3.1).
fn ask_length(
    c: &mut Conversation<'_>,
    identity: &Identity,
    old: Option<&config::Twitter>,
) -> Result<Option<usize>, SetupError> {
    if !matches!(identity.subscription_type.as_deref(), Some("Premium" | "PremiumPlus")) {
        return Ok(None);
    }
    let was_long = old.is_some_and(|old| old.max_length > SHORT);
    let question = "With X Premium, posts may be long. Mirror a long post in one piece, not as a thread?";
    let is_long = c.terminal.confirm(question, was_long)?;
    Ok(match (is_long, old) {
        (true, Some(old)) if was_long => Some(old.max_length),
        (true, _) => Some(LONG),
        (false, _) => Some(SHORT),
    })
}

fn same(one: &Keys, other: &Keys) -> bool {
    one.consumer_key == other.consumer_key
        && one.consumer_secret == other.consumer_secret
        && one.access_token == other.access_token
        && one.access_token_secret == other.access_token_secret
}
