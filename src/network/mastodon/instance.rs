//! What a server takes: how long a post may be, how that is counted, what it calls itself. Files: `media`.

mod media;

use serde_json::Value;

pub(super) use self::media::KEPT_SECS;
use super::super::Trouble;
use super::super::http::{Answer, BaseUrl};
use super::html::ascii_host;
use super::{errors, get};
use crate::core::media::MediaRules;
use crate::core::render::{Counting, Edits, PollLimits, Rules};
use crate::secret::Secret;

/// What `mastodon-api.md` 2.1 says a server takes that does not say.
const DEFAULT_MAX_CHARACTERS: usize = 500;
const DEFAULT_LINK_LENGTH: usize = 23;
const DEFAULT_POLLS: PollLimits =
    PollLimits { max_options: 4, max_option_length: 50, min_secs: 300, max_secs: 2_629_746, multiple: true };

/// The first versions that can change a post: Mastodon's (`mastodon-api.md` 5.3) and `GoToSocial`'s.
const MASTODON_EDITS: (u32, u32) = (3, 5);
const GOTOSOCIAL_EDITS: (u32, u32) = (0, 18);

/// A post that is not in the account's statuses after two minutes was never made (`anchors.md` B.4, rule 5).
const SETTLE_SECS: i64 = 120;

/// What a server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest post, content warning included.
    pub max_characters: usize,
    /// What a link counts, whatever its length.
    pub link_length: usize,
    /// Whether it counts as Mastodon does (`mastodon-api.md` 2.2), being Mastodon or a fork of it. The others count
    /// what was typed (2.3).
    pub counts_like_mastodon: bool,
    /// Whether a post's `content_type` is chosen by whoever posts (`GoToSocial`, glitch-soc, Pleroma): then ours must
    /// be said to be plain, as the account's default may be Markdown.
    pub takes_content_type: bool,
    /// The polls that it takes; `None`: none.
    pub polls: Option<PollLimits>,
    /// The files that it takes.
    pub media: MediaRules,
    /// Whether posts can be changed. Where nobody knows, it is tried.
    pub edits: bool,
    /// The version that it gives.
    pub version: Option<String>,
    /// The host in its users' handles, which may be another than the server's own.
    pub domain: Option<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_characters: DEFAULT_MAX_CHARACTERS,
            link_length: DEFAULT_LINK_LENGTH,
            counts_like_mastodon: false,
            takes_content_type: false,
            polls: Some(DEFAULT_POLLS),
            media: media::read(&Value::Null, false),
            edits: true,
            version: None,
            domain: None,
        }
    }
}

impl Limits {
    /// The same in the words of the renderer.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let link_length = self.link_length;
        let counting = if self.counts_like_mastodon {
            Counting::Graphemes { link_length }
        } else {
            Counting::Characters { link_length }
        };
        Rules {
            max_length: self.max_characters,
            counting,
            warnings: true,
            polls: self.polls,
            edits: self.edits.then_some(Edits { window_secs: None, new_id: false }),
            media: self.media.clone(),
            settle_secs: SETTLE_SECS,
            prices: None,
        }
    }
}

/// Asks the server what it takes. What it does not say is as on Mastodon, and counted the stricter way.
///
/// # Errors
/// Whatever kept it from answering; [`Trouble::Gone`] when it does not speak this API.
pub async fn limits(http: &reqwest::Client, base: &BaseUrl, token: Option<&Secret>) -> Result<Limits, Trouble> {
    let newer = get(http, base.join("/api/v2/instance"), token).await?;
    let newer = match errors::trouble(&newer, base) {
        None => instance(&newer),
        // Older servers and snac have only the first version; some answer anything with their web page.
        Some(Trouble::Gone(_)) => None,
        Some(_) if newer.status.is_success() || newer.status == reqwest::StatusCode::BAD_REQUEST => None,
        Some(trouble) => return Err(trouble),
    };
    if let Some(newer) = &newer
        && max_characters(newer).is_some()
    {
        return Ok(read(newer));
    }
    let older = get(http, base.join("/api/v1/instance"), token).await?;
    match (errors::trouble(&older, base), newer) {
        (None, newer) => match (instance(&older), newer) {
            (Some(older), _) => Ok(read(&older)),
            (None, Some(newer)) => Ok(read(&newer)),
            (None, None) => Err(Trouble::NoAnswer("it does not say what server it is".to_owned())),
        },
        (Some(_), Some(newer)) => Ok(read(&newer)),
        (Some(trouble), None) => Err(trouble),
    }
}

fn instance(answer: &Answer) -> Option<Value> {
    answer.json::<Value>().ok().filter(Value::is_object)
}

fn max_characters(instance: &Value) -> Option<usize> {
    number(instance.pointer("/configuration/statuses/max_characters"))
        .or_else(|| number(instance.get("max_toot_chars")))
        .filter(|max| *max > 0)
}

fn read(instance: &Value) -> Limits {
    let version = instance.get("version").and_then(Value::as_str);
    let link_length = number(instance.pointer("/configuration/statuses/characters_reserved_per_url"));
    let is_mastodon = is_mastodon(version, instance.pointer("/api_versions/mastodon").is_some());
    Limits {
        max_characters: max_characters(instance).unwrap_or(DEFAULT_MAX_CHARACTERS),
        link_length: link_length.unwrap_or(DEFAULT_LINK_LENGTH),
        counts_like_mastodon: is_mastodon,
        takes_content_type: instance
            .pointer("/configuration/statuses/supported_mime_types")
            .is_some_and(|types| !types.is_null()),
        polls: polls(instance, version),
        media: media::read(instance, is_mastodon),
        edits: can_edit(version),
        version: version.map(str::to_owned),
        domain: domain(instance),
    }
}

fn number(value: Option<&Value>) -> Option<usize> {
    let value = value?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    usize::try_from(number).ok()
}

/// `configuration.polls`; `poll_limits` on Pleroma and its forks. Pixelfed has none.
fn polls(instance: &Value, version: Option<&str>) -> Option<PollLimits> {
    let limit = |names: [&str; 2], default: i64| {
        let said = names.into_iter().find_map(|name| number(instance.pointer(name)));
        said.and_then(|said| i64::try_from(said).ok()).unwrap_or(default)
    };
    let count = |names: [&str; 2], default: usize| {
        names.into_iter().find_map(|name| number(instance.pointer(name))).unwrap_or(default)
    };
    let default = DEFAULT_POLLS;
    let limits = PollLimits {
        max_options: count(["/configuration/polls/max_options", "/poll_limits/max_options"], default.max_options),
        max_option_length: count(
            ["/configuration/polls/max_characters_per_option", "/poll_limits/max_option_chars"],
            default.max_option_length,
        ),
        min_secs: limit(["/configuration/polls/min_expiration", "/poll_limits/min_expiration"], default.min_secs),
        max_secs: limit(["/configuration/polls/max_expiration", "/poll_limits/max_expiration"], default.max_secs),
        multiple: default.multiple,
    };
    let possible = limits.max_options >= 2 && limits.max_option_length > 0 && limits.min_secs <= limits.max_secs;
    let has_polls = !version.is_some_and(|version| version.contains("Pixelfed"));
    (possible && has_polls).then_some(limits)
}

/// Whether posts can be changed there, by the version of those servers that say which they are.
fn can_edit(version: Option<&str>) -> bool {
    let Some(version) = version.filter(|version| !version.contains('(')) else { return true };
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(0)), Some(Ok(minor))) => (0, minor) >= GOTOSOCIAL_EDITS,
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= MASTODON_EDITS,
        _ => true,
    }
}

/// Mastodon says its API's version since 4.3; before, only servers of another make added theirs in brackets
/// (`2.7.2 (compatible; Pleroma 2.6)`), or count their versions from 0 (`GoToSocial`).
fn is_mastodon(version: Option<&str>, has_api_version: bool) -> bool {
    let Some(version) = version else { return has_api_version };
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    !version.contains('(') && (has_api_version || major.is_some_and(|major| (1..=4).contains(&major)))
}

/// `domain` in the second version; `uri` in the first, where other servers write a whole address.
fn domain(instance: &Value) -> Option<String> {
    let text = instance.get("domain").or_else(|| instance.get("uri"))?.as_str()?.trim();
    let host = text.split_once("://").map_or(text, |(_, rest)| rest).split('/').next()?;
    let sound = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
    sound.then(|| ascii_host(host))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use serde_json::json;

    use super::super::testing::{Canned, Script};
    use super::*;

    #[test]
    fn what_servers_say_of_themselves() {
        let limits = |max_characters, link_length, counts_like_mastodon, takes_content_type, domain: Option<&str>| {
            let domain = domain.map(str::to_owned);
            Limits {
                max_characters,
                link_length,
                counts_like_mastodon,
                takes_content_type,
                domain,
                media: media::read(&Value::Null, counts_like_mastodon),
                ..Limits::default()
            }
        };
        for (instance, expected) in [
            (
                json!({"version": "4.6.4", "domain": "H.example", "api_versions": {"mastodon": 11},
                    "configuration": {"statuses": {"max_characters": 500, "characters_reserved_per_url": 23}}}),
                limits(500, 23, true, false, Some("h.example")),
            ),
            (
                json!({"version": "4.6.5+glitch", "api_versions": {"mastodon": 11}, "configuration": {"statuses":
                    {"max_characters": 2000, "characters_reserved_per_url": 23, "supported_mime_types": ["text/plain"]}}}),
                limits(2000, 23, true, true, None),
            ),
            (
                json!({"version": "0.20.0-rc1+git-57cb4fe", "domain": "bücher.example", "configuration": {"statuses":
                    {"max_characters": 5000, "characters_reserved_per_url": 25, "supported_mime_types": []}}}),
                limits(5000, 25, false, true, Some("xn--bcher-kva.example")),
            ),
            (
                json!({"version": "2.7.2 (compatible; Akkoma 3.13)", "uri": "https://p.example", "max_toot_chars": 7000}),
                limits(7000, 23, false, false, Some("p.example")),
            ),
            (json!({"version": "3.5.19", "uri": "h.example"}), limits(500, 23, true, false, Some("h.example"))),
            (
                json!({"version": "4.0.0 (not true; really snac/2.94)", "max_toot_chars": "100"}),
                limits(100, 23, false, false, None),
            ),
            (json!({"version": 4, "uri": 5, "configuration": [], "max_toot_chars": -1}), Limits::default()),
            (json!({"configuration": {"statuses": {"max_characters": 0}}, "domain": "a b"}), Limits::default()),
        ] {
            assert_eq!(Limits { version: None, ..read(&instance) }, expected, "{instance}");
        }
    }

    #[test]
    fn polls_and_edits_by_what_servers_say() {
        let polls = |max_options, max_option_length, min_secs, max_secs| {
            Some(PollLimits { max_options, max_option_length, min_secs, max_secs, multiple: true })
        };
        let usual = polls(4, 50, 300, 2_629_746);
        for (instance, expected_polls, edits) in [
            (json!({}), usual, true),
            (
                json!({"version": "4.6.4", "configuration": {"polls": {"max_options": 6, "max_characters_per_option": 60,
                    "min_expiration": 60, "max_expiration": 86400}}}),
                polls(6, 60, 60, 86_400),
                true,
            ),
            (
                json!({"version": "2.7.2 (compatible; Pleroma 2.6.0)", "poll_limits": {"max_options": 20,
                    "max_option_chars": 200, "min_expiration": 0, "max_expiration": 31_536_000}}),
                polls(20, 200, 0, 31_536_000),
                true,
            ),
            (json!({"version": "3.5.3 (compatible; Pixelfed 0.12.1)"}), None, true),
            (json!({"configuration": {"polls": {"max_options": 0}}}), None, true),
            (json!({"configuration": {"polls": {"min_expiration": 10, "max_expiration": 5}}}), None, true),
            (json!({"configuration": {"polls": {"max_options": "five", "min_expiration": -1}}}), usual, true),
            (json!({"version": "3.5.0rc1"}), usual, true),
            (json!({"version": "3.4.10+glitch"}), usual, false),
            (json!({"version": "2.9.3"}), usual, false),
            (json!({"version": "0.17.3 git-1234567"}), usual, false),
            (json!({"version": "0.18.0"}), usual, true),
            (json!({"version": "4.0.0 (not true; really snac/2.94)"}), usual, true),
            (json!({"version": "latest"}), usual, true),
            (json!({"version": "99999999999.1"}), usual, true),
        ] {
            let limits = read(&instance);
            assert_eq!((limits.polls, limits.edits), (expected_polls, edits), "{instance}");
            let rules = limits.rules();
            assert_eq!((rules.polls, rules.edits.is_some()), (expected_polls, edits), "{instance}");
        }
    }

    #[test]
    fn rules_follow_the_servers_way_of_counting() {
        let limits = Limits { counts_like_mastodon: true, ..Limits::default() };
        let rules = limits.rules();
        assert_eq!((rules.max_length, rules.counting), (500, Counting::Graphemes { link_length: 23 }));
        let rules = Limits::default().rules();
        assert_eq!((rules.max_length, rules.counting), (500, Counting::Characters { link_length: 23 }));
        assert_eq!((rules.media.max_images, rules.media), (4, Limits::default().media));
    }

    #[tokio::test]
    async fn the_first_version_answers_where_the_second_does_not() {
        let full = r#"{"configuration":{"statuses":{"max_characters":600}}}"#;
        let web_page = || Canned::new(200, "<html>").header("content-type", "text/html");
        for (replies, expected, requests) in [
            (vec![Canned::new(200, full)], Ok(600), 1),
            (vec![Canned::new(404, "{}"), Canned::new(200, full)], Ok(600), 2),
            (vec![web_page(), Canned::new(200, full)], Ok(600), 2),
            (vec![Canned::new(200, "{}"), Canned::new(404, "{}")], Ok(500), 2),
            (vec![Canned::new(404, "{}"), Canned::new(404, "{}")], Err(Trouble::Gone("{}".to_owned())), 2),
            (
                vec![web_page(), web_page()],
                Err(Trouble::NoAnswer("200 OK with a web page instead of an answer".to_owned())),
                2,
            ),
            (
                vec![Canned::new(503, "")],
                Err(Trouble::NoAnswer("503 Service Unavailable: an empty answer".to_owned())),
                1,
            ),
        ] {
            let server = Script::start(replies).await;
            let found = limits(&server.http, &server.base, Some(&Secret::new("t0ken"))).await;
            assert_eq!(found.map(|limits| limits.max_characters), expected);
            assert_eq!(server.requests().len(), requests);
            assert!(server.requests().first().unwrap().contains("Bearer t0ken"));
        }
    }
}
