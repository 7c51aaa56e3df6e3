//! What a post becomes, on a sheet: the original, each part with its length and price, what was changed and why; or
//! why it is not mirrored. Pure.

use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;
use unicode_width::UnicodeWidthStr as _;

use super::attached::Shown;
use super::page::{columns, hanging, harmless, indented, wrapped};
use crate::core::money::Money;
use crate::core::plan::{Outlook, Policy, outlook};
use crate::core::post::{Network, Post, PostRef, Shared, Timestamp, Visibility};
use crate::core::record::{Deed, Key, Part, Stage};
use crate::core::render::note::kind_name;
use crate::core::render::{Rules, count};
use crate::core::state::State;

/// From this width on, original and mirror stand side by side.
const SIDE_BY_SIDE: usize = 100;

/// A post and what becomes of it. Its JSON is what programs read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Which post.
    pub post: PostRef,
    /// Where people find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub written: Timestamp,
    /// Who may see it.
    pub visibility: Visibility,
    /// What stands there, line by line, with all that is attached.
    pub original: String,
    /// What becomes of it.
    #[serde(flatten)]
    pub fate: Fate,
    /// What became of it already, as far as the journal knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

/// What becomes of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "kebab-case")]
pub enum Fate {
    /// It is mirrored.
    Mirrored {
        /// Where to.
        target: Network,
        /// What is made there, in order.
        parts: Vec<Line>,
        /// What was changed on the way, in words.
        notes: Vec<String>,
        /// What it costs in all, in millionths of a dollar.
        price_micro_usd: Money,
    },
    /// A post of one's own is reposted there.
    Reposted {
        /// Where to.
        target: Network,
        /// Its id there.
        id: String,
        /// What it costs, in millionths of a dollar.
        price_micro_usd: Money,
    },
    /// Not yet.
    Held {
        /// When that ends by itself.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// It is not mirrored.
    Skipped {
        /// Why.
        why: String,
    },
}

/// A part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// The content warning that hides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// How long it is, as the target counts, the warning included.
    pub length: usize,
    /// How long it may be.
    pub max_length: usize,
    /// What it costs, in millionths of a dollar, the descriptions of what is attached included.
    pub price_micro_usd: Money,
    /// The poll's options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub poll: Vec<String>,
    /// What is attached, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Shown>,
    /// Who may see it, where the target has visibilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Its language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether it is marked as sensitive.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// Whom it mentions for real.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
}

impl Sheet {
    /// What becomes of a post of the owner's on `source`, were it new.
    #[must_use]
    pub fn of(post: &Post, source: Network, state: &State, policy: &Policy, now: Timestamp) -> Self {
        let target = source.other();
        let reference = PostRef::new(source, post.id.clone());
        let is_own = policy.get(&source).is_none_or(|side| side.account == post.author);
        let fate = if is_own {
            fate(outlook(post, source, state, policy, now), post, target, policy)
        } else {
            Fate::Skipped { why: "somebody else wrote it".to_owned() }
        };
        let key = Key { source: reference.clone(), target };
        let known = match (state.made_by(&reference), state.delivery(&key)) {
            (Some(key), _) => Some(format!("it is itself the mirror of {}", key.source)),
            (None, Some(delivery)) => match &delivery.stage {
                Stage::Mirrored => {
                    let ids = delivery.sent.iter().map(|id| format!("{}:{id}", target.key())).collect::<Vec<_>>();
                    Some(format!("it is mirrored already: {}", delivery.address.clone().unwrap_or(ids.join(", "))))
                }
                Stage::Skipped(why) => Some(format!("it was skipped, for {why}")),
                Stage::Failed(why) => Some(format!("it could not be mirrored: {why}")),
                Stage::Removed => Some("its mirror was deleted".to_owned()),
                _ => Some("it waits to be mirrored".to_owned()),
            },
            (None, None) => None,
        };
        Self {
            post: reference,
            address: post.address.clone(),
            written: post.created,
            visibility: post.visibility,
            original: original(post),
            fate,
            known,
        }
    }

    /// The sheet as text, for a terminal of this width in columns; `None`: for a file or a pipe, where no line is broken.
    #[must_use]
    pub fn text(&self, width: Option<usize>) -> String {
        let mut lines = self.head(width);
        let original = indented(&self.original, width);
        match &self.fate {
            Fate::Mirrored { target, parts, notes, price_micro_usd } => {
                let count = if parts.len() == 1 { "one post".to_owned() } else { format!("{} posts", parts.len()) };
                let price = price_of(*price_micro_usd);
                let mirror = parts.iter().enumerate().map(|(at, part)| part.text(at, parts.len())).collect::<Vec<_>>();
                let mirror = format!("becomes {count} on {target}{price}:\n\n{}", mirror.join("\n\n"));
                lines.push(match width {
                    Some(width) if width >= SIDE_BY_SIDE => columns(&self.original, &mirror, width),
                    Some(width) => format!("{original}\n{}", wrapped(&mirror, width).join("\n")),
                    None => format!("{original}\n{mirror}"),
                });
                lines.extend(notes.iter().map(|note| hanging("  · ", note, width)));
            }
            Fate::Reposted { target, id, price_micro_usd } => {
                let price = price_of(*price_micro_usd);
                lines.push(original);
                lines.push(hanging(
                    "",
                    &format!("becomes a repost of {}:{id} on {target}{price}", target.key()),
                    width,
                ));
            }
            Fate::Held { until, why } => {
                lines.push(original);
                lines.push(hanging("", &format!("is not mirrored before {}: {why}", clock(*until)), width));
            }
            Fate::Skipped { why } => {
                lines.push(original);
                lines.push(hanging("", &format!("is not mirrored: {why}"), width));
            }
        }
        lines.extend(self.known.iter().map(|known| hanging("  ", &format!("({known})"), width)));
        harmless(&lines.join("\n"))
    }

    /// The first line; two where the terminal is too narrow for the address.
    fn head(&self, width: Option<usize>) -> Vec<String> {
        let seen = match self.visibility {
            Visibility::Public => "public",
            Visibility::Unlisted => "unlisted",
            Visibility::Private => "followers only",
            Visibility::Direct => "direct",
            Visibility::Other => "of unknown visibility",
        };
        let head = format!("{} · {seen} · {}", self.post, clock(self.written));
        let Some(address) = self.address.clone() else { return vec![head] };
        let line = format!("{head} · {address}");
        if width.is_some_and(|width| line.width() > width) { vec![head, address] } else { vec![line] }
    }
}

fn fate(outlook: Outlook, post: &Post, target: Network, policy: &Policy) -> Fate {
    let rules = policy.get(&target).map(|side| &side.rules);
    let prices = rules.and_then(|rules| rules.prices);
    let price = |deed: &Deed| prices.map_or(Money::default(), |prices| prices.with_media(deed));
    match outlook {
        Outlook::Held(hold) => Fate::Held { until: hold.until, why: hold.why.to_string() },
        Outlook::Skipped(why) => Fate::Skipped { why: why.to_string() },
        Outlook::Mirrored(plan) => {
            if let Some(deed @ Deed::Repost { post }) = plan.deeds.first() {
                return Fate::Reposted { target, id: post.to_string(), price_micro_usd: price(deed) };
            }
            let total = plan.deeds.iter().map(price).fold(Money::default(), Money::plus);
            let line = |deed: &Deed| Some(Line::of(deed.part()?, post, rules?, price(deed)));
            let parts = plan.deeds.iter().filter_map(line).collect();
            let notes = plan.notes.iter().map(ToString::to_string).collect();
            Fate::Mirrored { target, parts, notes, price_micro_usd: total }
        }
    }
}

impl Line {
    fn of(part: &Part, post: &Post, rules: &Rules, price: Money) -> Self {
        let warning = part.warning.as_deref().map_or(0, |warning| count::length(warning, rules.counting));
        Self {
            text: part.text.clone(),
            warning: part.warning.clone(),
            length: warning + count::length(&part.text, rules.counting),
            max_length: rules.max_length,
            price_micro_usd: price,
            poll: part.poll.as_ref().map_or(Vec::new(), |poll| poll.options.clone()),
            media: part.media.iter().map(|attachment| Shown::of(attachment, Some(post))).collect(),
            visibility: part.visibility,
            language: part.language.clone(),
            sensitive: part.sensitive,
            mentions: part.pings.clone(),
        }
    }

    fn text(&self, at: usize, count: usize) -> String {
        let mut facts = vec![format!("{} of {}", self.length, self.max_length)];
        if self.price_micro_usd != Money::default() {
            facts.push(self.price_micro_usd.to_string());
        }
        facts.extend(self.visibility.filter(|seen| *seen != Visibility::Public).map(|seen| match seen {
            Visibility::Unlisted => "unlisted".to_owned(),
            _ => "followers only".to_owned(),
        }));
        facts.extend(self.language.clone());
        if self.sensitive {
            facts.push("sensitive".to_owned());
        }
        facts.extend(self.mentions.iter().map(|name| format!("mentions @{name}")));
        let mut lines = vec![format!("[{}/{count}] {}", at + 1, facts.join(" · "))];
        lines.extend(self.warning.as_deref().map(|warning| format!("⚠ {warning}")));
        if !self.text.is_empty() {
            lines.push(self.text.clone());
        }
        lines.extend(self.poll.iter().map(|option| format!("○ {option}")));
        lines.extend(self.media.iter().map(Shown::text));
        lines.join("\n")
    }
}

/// What stands there.
fn original(post: &Post) -> String {
    let mut lines = Vec::new();
    lines.extend(post.warning.as_deref().map(|warning| format!("⚠ {warning}")));
    if !post.text.is_empty() {
        lines.push(post.text.clone());
    }
    if let Some(poll) = &post.poll {
        let sign = if poll.multiple { "□" } else { "○" };
        lines.extend(poll.options.iter().map(|option| format!("{sign} {option}")));
        if poll.options.is_empty() {
            lines.push("(a poll)".to_owned());
        }
    }
    for media in &post.media {
        let kind = kind_name(media.kind);
        lines.push(media.description.as_deref().map_or(format!("[{kind}]"), |words| format!("[{kind}: {words}]")));
    }
    lines.extend(post.quote.as_ref().map(|quoted| shared("quotes", quoted)));
    lines.extend(post.boost.as_ref().map(|boosted| shared("boosts", boosted)));
    lines.join("\n")
}

fn shared(verb: &str, other: &Shared) -> String {
    let whose = other.author.as_deref().map_or("somebody".to_owned(), |author| format!("@{author}"));
    let whose = if other.is_own { "you".to_owned() } else { whose };
    let text = if other.text.is_empty() { String::new() } else { format!(": {}", other.text) };
    format!("({verb} {whose}{text})")
}

fn price_of(money: Money) -> String {
    if money == Money::default() { String::new() } else { format!(", for {money}") }
}

fn clock(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(at.secs())
        .ok()
        .and_then(|at| at.format(&format).ok())
        .unwrap_or_else(|| "an unknown time".to_owned())
}
