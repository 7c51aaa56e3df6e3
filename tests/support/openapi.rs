//! Holds exchanges with X against X's published `OpenAPI` documents.
//!
//! `X_OPENAPI` names the folder that they lie in; they are X's, and not ours to carry along.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crosspostd::sandbox::server::Exchange;
use crosspostd::sandbox::{Call, Reply};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Problem types that X was seen to answer with and that its documents leave out (x-api.md 5.4, 6), by their last
/// segment: of these only the general shape can be checked.
const NOT_IN_THE_DOCUMENTS: [&str; 5] =
    ["about:blank", "credits", "usage-capped", "client-forbidden", "oauth1-permissions"];
/// Keys that X sends and its documents leave out: where, and which.
const UNDOCUMENTED_KEYS: [&str; 5] = [
    "/data/edit_history_tweet_ids",
    "/data/edit_history_post_ids",
    // 2.166 takes it as a field and forgot it in the answer.
    "/data/article",
    // `invalid-request` lists what is wrong in both; 2.167 forgot to say so.
    "/errors",
    "/status",
];

/// One of X's documents.
pub struct Document {
    document: Value,
    /// By the schema's text: compiling one takes longer than using it.
    validators: HashMap<String, Validator>,
}

/// The folder with the documents, if there is one.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("X_OPENAPI").map(PathBuf::from)
}

impl Document {
    /// Reads a document such as `openapi-2.166.json`.
    pub fn read(folder: &Path, name: &str) -> Self {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        Self { document: serde_json::from_slice(&bytes).unwrap(), validators: HashMap::new() }
    }

    /// Everything about these exchanges that is not as the document says. Requests that were refused are not held to
    /// it when `refused_too` is false: tests send them wrong on purpose.
    pub fn complaints(&mut self, exchanges: &[Exchange], refused_too: bool) -> Vec<String> {
        let mut complaints = Vec::new();
        for exchange in exchanges.iter().filter(|exchange| exchange.call.path.starts_with("/2/")) {
            let (call, mut found) = (&exchange.call, Vec::new());
            let good = exchange.reply.as_ref().is_some_and(|reply| reply.status < 300);
            if good || refused_too {
                found.extend(self.request(call));
            }
            if let Some(reply) = exchange.reply.as_ref().filter(|_| exchange.fault.is_none()) {
                found.extend(self.reply(call, reply));
            }
            complaints.extend(found.into_iter().map(|what| format!("{} {}: {what}", call.method, call.path)));
        }
        complaints
    }

    /// What is wrong with a request: its parameters and its body.
    pub fn request(&mut self, call: &Call) -> Vec<String> {
        let Some((template, operation)) = self.operation(call) else {
            return vec!["no such endpoint".to_owned()];
        };
        let mut complaints = Vec::new();
        let parameters: Vec<Value> =
            operation["parameters"].as_array().into_iter().flatten().map(|one| self.resolve(one)).collect();
        let places = template.split('/').zip(call.path.split('/'));
        let in_path = places.filter_map(|(name, value)| {
            Some((name.strip_prefix('{')?.strip_suffix('}')?.to_owned(), value.to_owned(), "path"))
        });
        let in_query = call.query.iter().map(|(name, value)| (name.clone(), value.clone(), "query"));
        let mut given: Vec<String> = Vec::new();
        for (name, text, place) in in_path.chain(in_query) {
            match parameters.iter().find(|one| one["name"] == *name && one["in"] == place) {
                None => complaints.push(format!("the {place} parameter `{name}` is not known")),
                Some(parameter) => {
                    let schema = self.resolve(&parameter["schema"]);
                    complaints.extend(self.check(&parameter["schema"], &typed(&schema, &text), &name));
                }
            }
            given.push(name);
        }
        for parameter in parameters.iter().filter(|one| one["required"] == true) {
            if !given.iter().any(|name| parameter["name"] == **name) {
                complaints.push(format!("the parameter {} is missing", parameter["name"]));
            }
        }
        let is_form = call.is_of_type("multipart/form-data");
        let content = &operation["requestBody"]["content"];
        let body = &content[if is_form { "multipart/form-data" } else { "application/json" }]["schema"];
        match (body.is_null(), call.body.is_empty()) {
            (true, true) => {}
            (true, false) => complaints.push("it takes no such body".to_owned()),
            (false, _) if is_form => complaints.extend(self.check(body, &self.form(call, body), "the form")),
            (false, _) => match serde_json::from_slice(&call.body) {
                Ok(value) => complaints.extend(self.check(body, &value, "the body")),
                Err(error) => complaints.push(format!("the body is not JSON: {error}")),
            },
        }
        complaints
    }

    /// A form's fields, as the values that the schema speaks of.
    fn form(&self, call: &Call, schema: &Value) -> Value {
        let properties = &self.resolve(schema)["properties"];
        let content_type = call.header("content-type").unwrap_or_default();
        let (_, boundary) = content_type.split_once("boundary=").unwrap_or_default();
        let body = String::from_utf8_lossy(&call.body);
        let field = |part: &str| {
            let (head, content) = part.split_once("\r\n\r\n")?;
            let name = head.split_once(" name=\"")?.1.split('"').next()?;
            let value = typed(&self.resolve(&properties[name]), content.strip_suffix("\r\n")?);
            Some((name.to_owned(), value))
        };
        Value::Object(body.split(&format!("--{boundary}")).filter_map(field).collect())
    }

    /// What is wrong with an answer.
    pub fn reply(&mut self, call: &Call, reply: &Reply) -> Vec<String> {
        let media_type = reply.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default();
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
            return vec!["an answer that is not JSON".to_owned()];
        };
        let Some((_, operation)) = self.operation(call) else {
            return if reply.status < 400 {
                vec!["an answer where there is no endpoint".to_owned()]
            } else {
                Vec::new()
            };
        };
        let responses = &operation["responses"];
        let by_status = &responses[reply.status.to_string()]["content"][media_type]["schema"];
        if !by_status.is_null() {
            let mut complaints = self.check(by_status, &body, "the answer");
            complaints.extend(self.unknown_keys(by_status, &body, ""));
            return complaints;
        }
        if reply.status < 400 {
            return vec![format!("{} {media_type} is not among its answers", reply.status)];
        }
        let schema = &responses["default"]["content"][media_type]["schema"];
        if schema.is_null() {
            return vec![format!("{media_type} is not among its errors")];
        }
        let kind = body["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
        if NOT_IN_THE_DOCUMENTS.contains(&kind) {
            let general = json!({ "type": "object", "required": ["type", "title"], "properties": {
                "detail": { "type": "string" }, "status": { "type": "integer" },
                "title": { "type": "string" }, "type": { "type": "string" },
            } });
            return self.check(&general, &body, "the problem");
        }
        // Errors in the older shape, and those of resources, come as a list.
        let list = body["errors"].as_array().filter(|_| body.get("type").is_none());
        if let Some(list) = list {
            let problem = json!({ "$ref": "#/components/schemas/Problem" });
            let of = |one: &Value| if one.get("code").is_some() { schema.clone() } else { problem.clone() };
            return list.iter().flat_map(|one| self.check(&of(one), one, "an error")).collect();
        }
        self.check(schema, &body, "the problem")
    }

    /// The endpoint that a request is for: fixed paths before those with parameters.
    fn operation(&self, call: &Call) -> Option<(String, Value)> {
        let given: Vec<&str> = call.path.split('/').collect();
        let fits = |template: &str| {
            let pieces: Vec<&str> = template.split('/').collect();
            pieces.len() == given.len()
                && pieces.iter().zip(&given).all(|(piece, one)| piece.starts_with('{') || piece == one)
        };
        let paths = self.document["paths"].as_object()?;
        let template = paths.keys().filter(|path| fits(path)).min_by_key(|path| path.matches('{').count())?;
        let operation = paths[template].get(call.method.to_ascii_lowercase())?;
        Some((template.clone(), operation.clone()))
    }

    fn resolve(&self, value: &Value) -> Value {
        let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer
            .and_then(|pointer| self.document.pointer(pointer))
            .map_or_else(|| value.clone(), |value| self.resolve(value))
    }

    fn check(&mut self, schema: &Value, value: &Value, what: &str) -> Vec<String> {
        let components = &self.document["components"];
        let validator = self.validators.entry(schema.to_string()).or_insert_with(|| {
            // References point into the document: it comes along.
            let whole = json!({ "allOf": [schema], "components": components });
            jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true).build(&whole).unwrap()
        });
        validator.iter_errors(value).map(|error| format!("{what} {}: {error}", error.instance_path())).collect()
    }

    /// Keys that the schema does not name: the documents forbid none, but a name that is not there is a name made up.
    fn unknown_keys(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        if let Some(items) = value.as_array() {
            return items.iter().flat_map(|item| self.unknown_keys(&schema["items"], item, at)).collect();
        }
        let known = self.properties(&schema);
        let (Some(object), false) = (value.as_object(), known.is_empty()) else { return Vec::new() };
        let mut complaints = Vec::new();
        for (key, value) in object {
            let at = format!("{at}/{key}");
            match known.get(key) {
                Some(schema) => complaints.extend(self.unknown_keys(schema, value, &at)),
                None if UNDOCUMENTED_KEYS.contains(&at.as_str()) => {}
                None => complaints.push(format!("the key {at} is not known")),
            }
        }
        complaints
    }

    /// The properties of a schema, with those of its parts; none where it may be one of several things.
    fn properties(&self, schema: &Value) -> HashMap<String, Value> {
        let mut all: HashMap<String, Value> = HashMap::new();
        if schema.get("discriminator").is_some() {
            return all;
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            all.insert(name.clone(), property.clone());
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            all.extend(self.properties(&self.resolve(part)));
        }
        all
    }
}

/// A parameter's text as the value that its schema speaks of.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("array") => text.split(',').map(|item| typed(&schema["items"], item)).collect(),
        Some("integer") => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), |value| json!(value)),
        _ => json!(text),
    }
}
