//! X's refusals, in its own words (x-api.md 3.2, 5.4, 6).

use serde_json::{Value, json};

use crate::core::post::Timestamp;
use crate::sandbox::Reply;

/// The number of the developer account that the app is enrolled with.
const ACCOUNT: u64 = 2_056_915_467_785_113_600;

/// Where X's problem types live: two hosts, by dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Problems {
    host: &'static str,
}

fn problem(status: u16, body: &Value) -> Reply {
    Reply::of_type(status, "application/problem+json", body.to_string())
}

fn generic(status: u16, title: &str, detail: &str) -> Reply {
    problem(status, &json!({ "title": title, "type": "about:blank", "status": status, "detail": detail }))
}

/// An error in the shape of the API before this one: `{"errors":[{"code":…,"message":…}]}`.
pub(super) fn legacy(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, &json!({ "errors": [{ "code": code, "message": message }] }))
}

pub(super) fn unauthorized() -> Reply {
    generic(401, "Unauthorized", "Unauthorized")
}

pub(super) fn forbidden(detail: &str) -> Reply {
    generic(403, "Forbidden", detail)
}

pub(super) fn duplicate() -> Reply {
    forbidden("You are not allowed to create a Tweet with duplicate content.")
}

pub(super) fn not_permitted() -> Reply {
    forbidden("You are not permitted to perform this action.")
}

pub(super) fn not_found() -> Reply {
    generic(404, "Not Found", "Not Found")
}

pub(super) fn method_not_allowed() -> Reply {
    generic(405, "Method Not Allowed", "Method Not Allowed")
}

pub(super) fn too_many_requests() -> Reply {
    generic(429, "Too Many Requests", "Too Many Requests")
}

/// X's day, as it writes it: `2026-05-13`.
fn date(time: Timestamp) -> Option<time::Date> {
    Some(time::OffsetDateTime::from_unix_timestamp(time.secs()).ok()?.date())
}

/// The first day of the next month: when the billing cycle begins anew.
fn next_cycle(now: Timestamp) -> String {
    let today = date(now).unwrap_or(time::Date::MIN);
    let (month, year) = (today.month().next(), today.year() + i32::from(today.month() == time::Month::December));
    format!("{year:04}-{:02}-01", u8::from(month))
}

impl Problems {
    /// Those of the new dialect or of the legacy one.
    pub(super) fn of(new: bool) -> Self {
        Self { host: if new { "api.x.com" } else { "api.twitter.com" } }
    }

    fn type_of(self, name: &str) -> String {
        format!("https://{}/2/problems/{name}", self.host)
    }

    /// 400: one parameter is wrong; `message` in X's words.
    pub(super) fn invalid_parameter(self, name: &str, value: &str, message: &str) -> Reply {
        self.invalid(&json!({ name: [value] }), message)
    }

    /// 400: the body is wrong.
    pub(super) fn invalid_body(self, message: &str) -> Reply {
        self.invalid(&json!({}), message)
    }

    /// 400: something is missing in the body; `what` is its place in it.
    pub(super) fn incomplete(self, what: &str) -> Reply {
        self.invalid_body(&format!("{what}: is missing but it is required"))
    }

    fn invalid(self, parameters: &Value, message: &str) -> Reply {
        let body = json!({
            "errors": [{ "parameters": parameters, "message": message }],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": self.type_of("invalid-request"),
        });
        problem(400, &body)
    }

    /// 400 or 403, by report.
    pub(super) fn too_long(self, status: u16) -> Reply {
        let detail = "Your Tweet text is too long. For more information on how Twitter determines text length see \
                      https://github.com/twitter/twitter-text.";
        if status == 403 {
            return forbidden(detail);
        }
        let body = json!({ "title": "Invalid Request", "detail": detail, "type": self.type_of("invalid-request") });
        problem(status, &body)
    }

    /// 402: no credits; the account is a number here.
    pub(super) fn credits_depleted() -> Reply {
        let body = json!({
            "account_id": ACCOUNT,
            "title": "CreditsDepleted",
            "detail": format!("Your enrolled account [{ACCOUNT}] does not have any credits to fulfill this request."),
            "type": "https://api.twitter.com/2/problems/credits",
        });
        problem(402, &body)
    }

    /// 403: the owner's spending limit.
    pub(super) fn spend_cap_reached(now: Timestamp) -> Reply {
        let reset = next_cycle(now);
        let body = json!({
            "title": "SpendCapReached",
            "detail": format!(
                "Your enrolled account [{ACCOUNT}] has reached its billing cycle spend cap. \
                 API requests will be blocked until the next cycle begins on {reset}."
            ),
            "reset_date": reset,
            "type": "https://api.twitter.com/2/problems/credits",
        });
        problem(403, &body)
    }

    /// 429: the product's monthly cap.
    pub(super) fn usage_capped() -> Reply {
        let body = json!({
            "account_id": ACCOUNT,
            "product_name": "standard-basic",
            "title": "UsageCapExceeded",
            "period": "Monthly",
            "scope": "Product",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": "https://api.twitter.com/2/problems/usage-capped",
        });
        problem(429, &body)
    }

    /// 403: a token that was made when the app could only read.
    pub(super) fn read_only() -> Reply {
        let body = json!({
            "title": "Forbidden",
            "status": 403,
            "detail": "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
            "type": "https://api.x.com/2/problems/oauth1-permissions",
        });
        problem(403, &body)
    }

    /// 403: the app is in no package, or not in Production.
    pub(super) fn not_enrolled(self) -> Reply {
        let body = json!({
            "client_id": "28735371",
            "title": "Client Forbidden",
            "reason": "client-not-enrolled",
            "required_enrollment": "Appropriate Level of API Access",
            "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a \
                       Twitter developer App that is attached to a Project. You can create a project via the developer \
                       portal.",
            "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
            "type": self.type_of("client-forbidden"),
        });
        problem(403, &body)
    }

    /// 403: a reply or a quote that nobody asked for.
    pub(super) fn reply_not_allowed(self, target: u64) -> Reply {
        let body = json!({
            "title": "Forbidden",
            "status": 403,
            "detail": "You can only reply to or quote posts where you are mentioned or are the author.",
            "type": self.type_of("not-authorized-for-resource"),
            "resource_type": "tweet",
            "resource_id": target.to_string(),
            "parameter": "in_reply_to_tweet_id",
            "value": target.to_string(),
            "section": "data",
        });
        problem(403, &body)
    }

    /// An entry of `errors` for something that is not there.
    pub(super) fn missing(self, kind: &str, parameter: &str, id: &str) -> Value {
        json!({
            "value": id,
            "detail": format!("Could not find {kind} with {parameter}: [{id}]."),
            "title": "Not Found Error",
            "resource_type": kind,
            "parameter": parameter,
            "resource_id": id,
            "type": self.type_of("resource-not-found"),
        })
    }

    /// An entry of `errors` for something that the caller may not see.
    pub(super) fn hidden(self, kind: &str, parameter: &str, id: &str) -> Value {
        json!({
            "value": id,
            "detail": format!("Sorry, you are not authorized to see the {kind} with {parameter}: [{id}]."),
            "title": "Authorization Error",
            "resource_type": kind,
            "parameter": parameter,
            "resource_id": id,
            "section": "data",
            "type": self.type_of("not-authorized-for-resource"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_billing_cycle_ends_with_the_month() {
        for (secs, expected) in [(1_777_593_600, "2026-06-01"), (1_798_761_599, "2027-01-01")] {
            assert_eq!(next_cycle(Timestamp::from_secs(secs)), expected);
        }
    }
}
