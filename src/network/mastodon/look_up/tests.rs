//! Which questions are asked, and what proves that a post is gone.
#![expect(clippy::unwrap_used, reason = "a test")]

use super::super::super::{Client, Found, Trouble};
use super::super::Polled;
use super::super::testing::Canned;
use super::super::tests::{Bench, bench};
use crate::core::post::PostId;

const LIST: &str = "/api/v1/statuses?";

fn status(id: &str) -> String {
    let author = if id.ends_with('*') { 7 } else { 42 };
    let id = id.trim_end_matches('*');
    format!(r#"{{"id":"{id}","account":{{"id":"{author}"}},"content":"<p>hi</p>"}}"#)
}

/// An answer that has these statuses: the owner's (`1`) and others' (`1*`).
fn list(ids: &str) -> Canned {
    let statuses: Vec<_> = ids.split_whitespace().map(status).collect();
    Canned::new(200, &format!("[{}]", statuses.join(",")))
}

fn error(code: u16) -> Canned {
    Canned::new(code, r#"{"error":"Record not found"}"#)
}

fn web_page(code: u16) -> Canned {
    Canned::new(code, "<html>").header("content-type", "text/html")
}

async fn asked(bench: &Bench, ids: &str) -> Result<String, Trouble> {
    let ids: Vec<_> = ids.split_whitespace().map(PostId::new).collect();
    let found = bench.client.look_up(&ids).await?;
    let words = found.into_iter().map(|found| match found {
        Found::Here(post) => post.id.to_string(),
        Found::Gone(id) => format!("-{id}"),
    });
    Ok(words.collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn several_are_asked_for_at_once_and_the_missing_ones_singly() {
    let query = |ids: &str| {
        let pairs: Vec<_> = ids.split_whitespace().map(|id| format!("id%5B%5D={id}")).collect();
        format!("{LIST}{}", pairs.join("&"))
    };
    let one = |id: &str| format!("/api/v1/statuses/{id}");
    for (replies, ids, expected, targets) in [
        (vec![list("3 1 2")], "1 2 3", "3 1 2", vec![query("1 2 3")]),
        (vec![], "", "", vec![]),
        // Missing in the list: only the answer to the single question proves anything.
        (
            vec![list("1"), error(404), Canned::new(200, &status("3"))],
            "1 2 3",
            "1 -2 3",
            vec![query("1 2 3"), one("2"), one("3")],
        ),
        // Somebody else's, what nobody asked for, what was said twice, what is unreadable.
        (
            vec![Canned::new(200, &format!("[{},{},{},7]", status("1*"), status("9"), status("2")))],
            "1 2 2",
            "2",
            vec![query("1 2 2")],
        ),
        // Servers that know no such list.
        (vec![Canned::new(405, "no"), error(404)], "1", "-1", vec![query("1"), one("1")]),
        (vec![error(404), Canned::new(200, &status("1"))], "1", "1", vec![query("1"), one("1")]),
        (vec![error(400), Canned::new(200, &status("1*"))], "1", "", vec![query("1"), one("1")]),
        (vec![web_page(404), error(410)], "1", "-1", vec![query("1"), one("1")]),
        // An id is no address.
        (vec![list(""), error(404)], "a/b&c", "-a/b&c", vec![query("a%2Fb%26c"), one("a%2Fb&c")]),
    ] {
        let bench = bench(Polled::Home, replies).await;
        assert_eq!(asked(&bench, ids).await.as_deref(), Ok(expected), "{ids}");
        assert_eq!(bench.server.targets(), targets, "{ids}");
    }
}

#[tokio::test]
async fn only_the_server_itself_proves_that_a_post_is_gone() {
    for (reply, expected) in [
        (error(404), Ok("-1")),
        (error(410), Ok("-1")),
        (Canned::new(404, r#"{"error":"Not Found: no such status","more":1}"#), Ok("-1")),
        (web_page(404), Ok("")),
        (web_page(410), Ok("")),
        (Canned::new(404, "404 page not found"), Ok("")),
        (Canned::new(404, ""), Ok("")),
        (Canned::new(404, r#"{"message":"no Route matched with those values"}"#), Ok("")),
        (Canned::new(404, r#"{"error":null}"#), Ok("")),
        (Canned::new(405, r#"{"error":"x"}"#), Ok("")),
        (Canned::new(200, &status("2")), Ok("")),
        (Canned::new(200, r#"{"id":"1"}"#), Ok("")),
        (error(401), Err(Trouble::SignIn("Record not found".to_owned()))),
        (error(403), Err(Trouble::Permission("Record not found".to_owned()))),
        (error(429), Err(Trouble::RateLimited { until: None })),
        (error(503), Err(Trouble::NoAnswer("503 Service Unavailable: Record not found".to_owned()))),
    ] {
        let bench = bench(Polled::Home, vec![list(""), reply]).await;
        assert_eq!(asked(&bench, "1").await.as_deref().map_err(Clone::clone), expected);
    }
    for reply in [error(500), error(429), error(401), web_page(200), Canned::lost()] {
        let bench = bench(Polled::Home, vec![reply]).await;
        assert!(asked(&bench, "1").await.is_err());
        assert_eq!(bench.server.requests().len(), 1);
    }
}

#[tokio::test]
async fn what_a_server_cannot_do_is_not_asked_again() {
    let singly = || [Canned::new(200, &status("1")), Canned::new(200, &status("2"))];
    for (first, again) in [(Canned::new(405, "no"), false), (error(404), false), (web_page(404), true)] {
        let replies: Vec<_> = if again {
            [first].into_iter().chain(singly()).chain([list("1 2")]).collect()
        } else {
            [first].into_iter().chain(singly()).chain(singly()).collect()
        };
        let bench = bench(Polled::Home, replies).await;
        assert_eq!(asked(&bench, "1 2").await.unwrap(), "1 2");
        assert_eq!(asked(&bench, "1 2").await.unwrap(), "1 2");
        let lists = bench.server.targets().iter().filter(|target| target.starts_with(LIST)).count();
        assert_eq!(lists, if again { 2 } else { 1 });
    }
}

#[tokio::test]
async fn at_most_sixty_in_pages_of_twenty() {
    let all: Vec<_> = (100..170).map(|id| id.to_string()).collect();
    let replies = all.chunks(20).map(|ids| list(&ids.join(" "))).collect();
    let bench = bench(Polled::Home, replies).await;
    assert_eq!(asked(&bench, &all.join(" ")).await.unwrap(), all.get(..60).unwrap().join(" "));
    let asked_for: Vec<_> = bench.server.targets().iter().map(|target| target.matches("id%5B%5D=").count()).collect();
    assert_eq!(asked_for, [20, 20, 20]);
}

#[tokio::test]
async fn one_post_that_cannot_be_shown_hides_no_other() {
    let here = |id: &str| Canned::new(200, &status(id));
    let down = || error(503);
    for (replies, expected, requests) in [
        (vec![list(""), down(), here("2"), here("3")], Some("2 3"), 4),
        (vec![list("1"), down(), here("3")], Some("1 3"), 3),
        (vec![list("1"), down(), down()], Some("1"), 3),
        (vec![list(""), down(), down()], None, 3),
        (vec![list("1"), error(429)], None, 2),
    ] {
        let bench = bench(Polled::Home, replies).await;
        assert_eq!(asked(&bench, "1 2 3").await.ok().as_deref(), expected);
        assert_eq!(bench.server.requests().len(), requests);
    }
}
