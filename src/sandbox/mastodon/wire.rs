//! Requests taken apart and answers put together: parameters, bodies, times. No rule of Mastodon's own is here.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use url::form_urlencoded;

use crate::core::post::Timestamp;
use crate::sandbox::{Call, Reply};

/// The parameters of a request, from its query and its body, as Rails merges them: the body wins.
#[derive(Debug, Default)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Reads query and body (form or JSON; any other body has no parameters, as in Rails).
    pub(super) fn of(call: &Call) -> Result<Self, Reply> {
        let mut params = Self::default();
        for (key, value) in &call.query {
            put(&mut params.0, key, value);
        }
        let kind = header(call, "content-type").unwrap_or_default();
        if kind.starts_with("application/json") && !call.body.is_empty() {
            match serde_json::from_slice(&call.body) {
                Ok(Value::Object(fields)) => params.0.extend(fields),
                Ok(_) => {}
                Err(_) => return Err(error(400, "Error occurred while parsing request parameters")),
            }
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            for (key, value) in form_urlencoded::parse(&call.body) {
                put(&mut params.0, &key, &value);
            }
        }
        Ok(params)
    }

    /// A single value, in whichever JSON type it came.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }

    /// A single value that is not blank.
    pub(super) fn filled(&self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.trim().is_empty())
    }

    /// A list; a single value is none.
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        let items = self.0.get(key)?.as_array()?;
        Some(items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect())
    }

    /// A boolean as Rails casts it: anything but `false`, `0`, `f`, `off` and nothing is true.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let text = self.filled(key)?;
        Some(!matches!(text.to_ascii_lowercase().as_str(), "false" | "f" | "0" | "off"))
    }

    /// Whether there is anything under this key.
    pub(super) fn has(&self, key: &str) -> bool {
        match self.0.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        }
    }

    /// What is nested under this key: `poll[options][]=…`; `None` if that is empty.
    pub(super) fn nested(&self, key: &str) -> Option<Self> {
        let fields = self.0.get(key)?.as_object()?;
        (!fields.is_empty()).then(|| Self(fields.clone()))
    }

    /// The objects in a list.
    pub(super) fn objects(&self, key: &str) -> Vec<Self> {
        let items = self.0.get(key).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_object).map(|fields| Self(fields.clone())).collect()
    }

    /// Whether the value is a list.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(Value::is_array)
    }
}

/// `a=1`, `a[]=1` (a list) and `a[b]=1` (something nested).
fn put(fields: &mut Map<String, Value>, key: &str, value: &str) {
    let single = || Value::String(value.to_owned());
    match key.split_once('[') {
        None => {
            fields.insert(key.to_owned(), single());
        }
        Some((name, "]")) => match fields.get_mut(name) {
            Some(Value::Array(list)) => list.push(single()),
            _ => {
                fields.insert(name.to_owned(), Value::Array(vec![single()]));
            }
        },
        Some((name, inner)) => {
            let nested = fields.entry(name).or_insert_with(|| json!({}));
            if !nested.is_object() {
                *nested = json!({});
            }
            if let Some(nested) = nested.as_object_mut() {
                put(nested, &inner.replacen(']', "", 1), value);
            }
        }
    }
}

/// A header's value.
pub(super) fn header<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// An answer with a body.
fn reply(status: u16, kind: &str, body: String) -> Reply {
    Reply { status, headers: vec![("Content-Type".to_owned(), kind.to_owned())], body: body.into_bytes() }
}

/// A JSON answer.
pub(super) fn json(status: u16, value: &Value) -> Reply {
    reply(status, "application/json; charset=utf-8", value.to_string())
}

/// `{"error": …}`.
pub(super) fn error(status: u16, text: &str) -> Reply {
    json(status, &json!({ "error": text }))
}

/// A page for people.
pub(super) fn page(status: u16, body: &str) -> Reply {
    let body =
        format!("<!DOCTYPE html><html lang=\"en\"><head><title>Mastodon</title></head><body>{body}</body></html>");
    reply(status, "text/html; charset=utf-8", body)
}

/// Plain text, as `GoToSocial` answers what it does not know.
pub(super) fn plain(status: u16, body: &str) -> Reply {
    reply(status, "text/plain", body.to_owned())
}

/// The same answer with one header more.
pub(super) fn with_header(mut reply: Reply, name: &str, value: impl Into<String>) -> Reply {
    reply.headers.push((name.to_owned(), value.into()));
    reply
}

/// Escapes text for HTML, as Ruby's `ERB::Util.h` does.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Percent-encodes one value of a query or one part of a path.
pub(super) fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// `2026-08-01T13:53:10.824Z`.
pub(super) fn iso_millis(at: Timestamp) -> String {
    format!("{}.{:03}Z", iso_seconds(at), at.millis().rem_euclid(1000))
}

/// `2026-08-01T13:55:00.479000Z`, as the rate limit headers have it.
pub(super) fn iso_micros(at: Timestamp) -> String {
    format!("{}.{:06}Z", iso_seconds(at), at.millis().rem_euclid(1000) * 1000)
}

fn iso_seconds(at: Timestamp) -> String {
    let t = OffsetDateTime::from_unix_timestamp(at.secs()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let month = u8::from(t.month());
    format!("{:04}-{month:02}-{:02}T{:02}:{:02}:{:02}", t.year(), t.day(), t.hour(), t.minute(), t.second())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn call(kind: &str, query: &[(&str, &str)], body: &str) -> Call {
        Call {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: body.as_bytes().to_vec(),
            base: String::new(),
        }
    }

    #[test]
    fn forms_and_json_say_the_same() {
        let form = call("application/x-www-form-urlencoded", &[("a", "0")], "a=1&b[]=x&b[]=y&c[d]=1&c[f][]=z&e=false");
        let json =
            call("application/json; charset=utf-8", &[], r#"{"a":1,"b":["x","y"],"c":{"d":1,"f":["z"]},"e":false}"#);
        for call in [form, json] {
            let params = Params::of(&call).unwrap();
            assert_eq!(params.text("a").as_deref(), Some("1"));
            assert_eq!(params.list("b"), Some(vec!["x".to_owned(), "y".to_owned()]));
            assert!(params.text("c").is_none());
            let nested = params.nested("c").unwrap();
            assert_eq!((nested.text("d").as_deref(), nested.list("f")), (Some("1"), Some(vec!["z".to_owned()])));
            assert!(params.nested("a").is_none() && nested.nested("g").is_none());
            assert_eq!(params.flag("e"), Some(false));
            assert!(!params.has("z"));
        }
        assert_eq!(Params::of(&call("application/json", &[], "{")).unwrap_err().status, 400);
    }

    #[test]
    fn times_read_as_on_a_real_server() {
        let at = Timestamp::from_millis(1_785_592_390_824);
        assert_eq!(iso_millis(at), "2026-08-01T13:53:10.824Z");
        assert_eq!(iso_micros(at), "2026-08-01T13:53:10.824000Z");
    }
}
