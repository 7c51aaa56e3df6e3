//! Statuses and accounts as JSON, with every key that a real 4.6 sends (`mastodon-api.md` 4).

use serde_json::{Map, Value, json};

use super::MastodonWorld;
use super::html::{self, Linked};
use super::model::{Account, Status, visibility_word};
use super::quote;
use super::text::{Handle, Kind, entities, mentions};
use super::wire::{encode, iso_millis};

impl MastodonWorld {
    /// The account behind a handle: nobody, for those this server has never heard of.
    pub(super) fn resolve(&self, handle: &Handle) -> Option<&Account> {
        let domain = handle.domain.as_deref().filter(|domain| !domain.eq_ignore_ascii_case(&self.host));
        self.accounts.iter().find(|account| {
            account.username.eq_ignore_ascii_case(&handle.user)
                && match (&account.domain, domain) {
                    (None, None) => true,
                    (Some(known), Some(asked)) => known.eq_ignore_ascii_case(asked),
                    _ => false,
                }
        })
    }

    /// Whom a text mentions, each once.
    pub(super) fn mentioned(&self, text: &str) -> Vec<&Account> {
        let mut people: Vec<&Account> = Vec::new();
        for (_, handle) in mentions(text) {
            if let Some(account) = self.resolve(&handle).filter(|a| people.iter().all(|known| known.id != a.id)) {
                people.push(account);
            }
        }
        people
    }

    /// The text's HTML.
    pub(super) fn html(&self, text: &str, base: &str) -> String {
        html::format(self.behaviour.flavour, text, base, &|handle| {
            let account = self.resolve(handle)?;
            Some(Linked { url: account.url(base), username: account.username.clone() })
        })
    }

    /// An account.
    pub(super) fn account_json(&self, account: &Account, base: &str) -> Value {
        let own = self.statuses.iter().filter(|status| status.author == account.id);
        let last = own.clone().map(|status| status.created).max().map(iso_millis);
        let url = account.url(base);
        let picture = format!("{base}/avatars/original/missing.png");
        json!({
            "id": account.id,
            "username": account.username,
            "acct": account.acct(),
            "display_name": account.username,
            "locked": false,
            "bot": false,
            "discoverable": true,
            "indexable": false,
            "group": false,
            "created_at": "2022-11-05T00:00:00.000Z",
            "note": "",
            "url": url,
            "uri": format!("{base}/ap/users/{}", account.id),
            "avatar": picture,
            "avatar_static": picture,
            "header": picture,
            "header_static": picture,
            "followers_count": 1,
            "following_count": self.accounts.iter().filter(|a| a.followed).count(),
            "statuses_count": own.count(),
            "last_status_at": last.map(|at| at.chars().take(10).collect::<String>()),
            "hide_collections": null,
            "noindex": false,
            "emojis": [],
            "roles": [],
            "fields": [],
        })
    }

    /// The account with what only its owner sees.
    pub(super) fn credentials_json(&self, account: &Account, base: &str) -> Value {
        let mut value = self.account_json(account, base);
        if let Some(fields) = value.as_object_mut() {
            let source = json!({
                "privacy": visibility_word(self.behaviour.default_visibility),
                "sensitive": false,
                "language": null,
                "note": "",
                "fields": [],
                "follow_requests_count": 0,
                "hide_collections": null,
                "discoverable": true,
                "indexable": false,
                "quote_policy": "public",
            });
            fields.insert("source".to_owned(), source);
            let role = json!({ "id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": false });
            fields.insert("role".to_owned(), role);
        }
        value
    }

    /// A status as `viewer` (an account's id) sees it.
    pub(super) fn status_json(&self, status: &Status, viewer: Option<&str>, base: &str) -> Value {
        self.shown_status(status, viewer, base, false)
    }

    /// A status; `quoted`: inside one that quotes it.
    pub(super) fn shown_status(&self, status: &Status, viewer: Option<&str>, base: &str, quoted: bool) -> Value {
        let boosted = status.boost_of.as_deref().and_then(|id| self.status(id));
        let author = self.account(&status.author);
        let ending = if boosted.is_some() { "/activity" } else { "" };
        let count = |of: fn(&Status) -> &Option<String>| {
            self.statuses.iter().filter(|other| of(other).as_deref() == Some(status.id.as_str())).count()
        };
        let options = status.poll.iter().flat_map(|poll| &poll.options).map(String::as_str);
        let words = [status.spoiler.as_str(), &status.text].into_iter().chain(options);
        let value = json!({
            "id": status.id,
            "created_at": iso_millis(status.created),
            "in_reply_to_id": status.reply_to,
            "in_reply_to_account_id": status.reply_to_account,
            "sensitive": status.sensitive,
            "spoiler_text": status.spoiler,
            "visibility": visibility_word(status.visibility),
            "language": status.language,
            "uri": format!("{base}/ap/users/{}/statuses/{}{ending}", status.author, status.id),
            "url": self.url_of(status, base),
            "replies_count": count(|other| &other.reply_to),
            "reblogs_count": count(|other| &other.boost_of),
            "favourites_count": status.favourited_by.len(),
            "edited_at": status.edited.map(iso_millis),
            "content": self.content(status, &status.text, base),
            "reblog": boosted.map(|other| self.shown_status(other, viewer, base, false)),
            "account": author.map(|a| self.account_json(a, base)),
            "media_attachments": self.media_json(&status.media, base),
            "mentions": self.mentions_json(&status.text, base),
            "tags": tags_json(&status.text, base),
            "emojis": self.emojis_json(words, base),
            "card": null,
            "poll": status.poll.as_ref().map(|poll| self.poll_json(poll, viewer, base)),
        });
        let Value::Object(mut fields) = value else { return Value::Null };
        self.own_fields(&mut fields, status, viewer);
        if self.behaviour.quotes {
            let quote = status.quote.as_ref().map(|quote| self.quote_json(quote, viewer, base, quoted));
            fields.insert("quote".to_owned(), quote.unwrap_or_default());
            fields.insert("quotes_count".to_owned(), json!(self.quotes_of(&status.id)));
            fields.insert("quote_approval".to_owned(), quote::approval(status, viewer));
        }
        Value::Object(fields)
    }

    /// What depends on who looks and on the server's software.
    fn own_fields(&self, fields: &mut Map<String, Value>, status: &Status, viewer: Option<&str>) {
        let own = viewer == Some(status.author.as_str());
        let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
        if let Some(person) = viewer {
            put("favourited", json!(status.favourited_by.contains(person)));
            put("reblogged", json!(self.boost_by(viewer, &status.id).is_some()));
            put("muted", json!(false));
            put("bookmarked", json!(status.bookmarked_by.contains(person)));
            put("filtered", json!([]));
            let pinnable = matches!(visibility_word(status.visibility), "public" | "unlisted" | "private");
            if own && status.boost_of.is_none() && pinnable {
                put("pinned", json!(false));
            }
        }
        if own {
            let application = status.application.as_ref();
            put("application", application.map_or(Value::Null, |a| json!({ "name": a.name, "website": a.website })));
        }
        if self.behaviour.is_gotosocial() {
            put("interaction_policy", json!({}));
            if own {
                put("text", json!(status.text));
                put("content_type", json!("text/plain"));
            }
        } else if self.behaviour.metadata && self.behaviour.quotes {
            put("tagged_collections", json!([]));
        }
        if self.behaviour.local_only {
            put("local_only", json!(status.local_only));
        }
    }

    fn mentions_json(&self, text: &str, base: &str) -> Value {
        let people = self.mentioned(text);
        let people = people.iter().map(|account| {
            json!({
                "id": account.id,
                "username": account.username,
                "url": account.url(base),
                "acct": account.acct(),
            })
        });
        people.collect()
    }
}

/// The hashtags, in lower case, each once.
fn tags_json(text: &str, base: &str) -> Value {
    let mut names: Vec<String> = Vec::new();
    for entity in entities(text).into_iter().filter(|entity| entity.kind == Kind::Hashtag) {
        let name = text.get(entity.range).unwrap_or_default().trim_start_matches(['#', '＃']).to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| json!({ "name": name, "url": format!("{base}/tags/{}", encode(name)) })).collect()
}
