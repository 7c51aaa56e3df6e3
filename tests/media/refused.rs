//! Networks that do not take what is uploaded to them, now or ever.

use crosspostd::core::post::Network;
use crosspostd::sandbox::Reply;
use crosspostd::sandbox::faults::{Fault, Faulty};
use serde_json::json;

use super::bench::{Bench, all_at_once, posts_path};
use super::hostile::{A_DAY, A_MINUTE, Fate, M, Written, X, begun, clip, small};
use super::table::{Lying, uploads};

const PATHS: [(Network, &str); 2] = [(M, "/api/v2/media"), (X, "/2/media/upload")];

/// What a target does to what is uploaded to it.
struct Refusal {
    name: &'static str,
    target: Network,
    lying: Lying,
    world: fn(&Bench),
    fate: Fate,
    says: &'static str,
}

fn refusal(name: &'static str, target: Network, world: fn(&Bench), fate: Fate, says: &'static str) -> Refusal {
    Refusal { name, target, lying: small(), world, fate, says }
}

impl Refusal {
    fn of_clip(self) -> Self {
        Self { lying: clip(), ..self }
    }
}

/// Lets every upload to a network go wrong like this.
fn upload_fails(bench: &Bench, target: Network, fault: Fault) {
    let path = PATHS.into_iter().find(|(network, _)| *network == target).unwrap().1;
    bench.fail(target, Faulty { times: 99, ..Faulty::once("POST", path, fault) });
}

fn in_words(status: u16, words: &str) -> Fault {
    Fault::Answer(Reply::json(status, &json!({ "error": words })))
}

fn problem(status: u16, detail: &str) -> Fault {
    let body = json!({ "errors": [{ "message": detail }], "title": "Invalid Request", "detail": detail, "type": "https://api.twitter.com/2/problems/invalid-request" });
    Fault::Answer(Reply::json(status, &body))
}

fn refuse(refusals: &[Refusal]) {
    for some in refusals.chunks(6) {
        all_at_once(some, |Refusal { name, target, lying, world, fate, says }| {
            let written = Written::new(begun(|_| ()), target.other(), lying);
            world(&written.bench);
            written.pass(name, *fate, says);
            if *fate != Fate::Waits {
                written.rests(name, 0);
                return;
            }
            // It is tried again, later; and then it stands there once.
            written.rests(name, 75);
            written.bench.clear_faults();
            written.bench.pair.clock.advance(A_MINUTE);
            written.pass(name, Fate::Arrives, "");
            written.rests(name, 0);
        });
    }
}

#[test]
fn mastodon_does_not_take_it() {
    refuse(&[
        refusal(
            "too much for the proxy",
            M,
            |bench| bench.pair.mastodon.with(|world| world.behaviour.uploads.proxy_limit = Some(1_000_000)),
            Fate::Linked,
            "the file is larger than the Mastodon server takes (3 MB)",
        )
        .of_clip(),
        refusal(
            "422",
            M,
            |bench| upload_fails(bench, M, in_words(422, "Validation failed: File is not right")),
            Fate::Linked,
            "Mastodon does not take it: Validation failed: File is not right",
        ),
        refusal(
            "500 for this file",
            M,
            |bench| upload_fails(bench, M, in_words(500, "Error processing thumbnail for uploaded media")),
            Fate::Linked,
            "Mastodon does not take it: Error processing thumbnail for uploaded media",
        ),
        refusal("500", M, |bench| upload_fails(bench, M, Fault::Html(500)), Fate::Waits, "did not answer properly"),
        refusal(
            "503 for a video",
            M,
            |bench| upload_fails(bench, M, Fault::Html(503)),
            Fate::Waits,
            "did not answer properly",
        )
        .of_clip(),
        refusal(
            "no answer",
            M,
            |bench| upload_fails(bench, M, Fault::LoseAnswer),
            Fate::Waits,
            "did not answer properly",
        ),
        refusal(
            "cut in mid-body",
            M,
            |bench| upload_fails(bench, M, Fault::CutUpload { after_bytes: 900_000 }),
            Fate::Waits,
            "did not answer properly",
        )
        .of_clip(),
        refusal(
            "429",
            M,
            |bench| upload_fails(bench, M, in_words(429, "Too many requests")),
            Fate::Waits,
            "Mastodon asks us to slow down",
        ),
    ]);
}

#[test]
fn x_does_not_take_it() {
    refuse(&[
        refusal(
            "400",
            X,
            |bench| upload_fails(bench, X, problem(400, "media type unrecognized.")),
            Fate::Linked,
            "X does not take it: ",
        ),
        refusal(
            "413 without a word",
            X,
            |bench| upload_fails(bench, X, Fault::Answer(Reply::of_type(413, "text/plain", ""))),
            Fate::Waits,
            "X does not take so much at once",
        ),
        refusal("503", X, |bench| upload_fails(bench, X, Fault::Html(503)), Fate::Waits, "X did not answer properly"),
        refusal(
            "no answer",
            X,
            |bench| upload_fails(bench, X, Fault::LoseAnswer),
            Fate::Waits,
            "X did not answer properly",
        ),
        refusal(
            "429",
            X,
            |bench| {
                upload_fails(
                    bench,
                    X,
                    Fault::Answer(Reply::json(
                        429,
                        &json!({ "title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429 }),
                    )),
                );
            },
            Fate::Waits,
            "X asks us to slow down",
        ),
        refusal(
            "it cannot work with it",
            X,
            |bench| {
                bench.pair.twitter.with(|world| {
                    world.settings.fails_processing = true;
                    world.settings.processing_polls = 0;
                });
            },
            Fate::Linked,
            "X could not work with it: ",
        )
        .of_clip(),
    ]);
}

#[test]
fn a_segment_is_sent_again() {
    let at = |method, path, after, fault| Faulty { after, ..Faulty::once(method, path, fault) };
    let struck: [(&str, Faulty); 5] = [
        ("cut in mid-body", at("POST", "/append", 0, Fault::CutUpload { after_bytes: 300_000 })),
        ("the second fails", at("POST", "/append", 1, Fault::Html(503))),
        ("the answer to the last is lost", at("POST", "/append", 2, Fault::LoseAnswer)),
        ("the answer to the end is lost", at("POST", "/finalize", 0, Fault::LoseAnswer)),
        ("the end is not heard", at("POST", "/finalize", 0, Fault::DropBefore)),
    ];
    all_at_once(&struck, |(name, faulty)| {
        let bench = begun(|_| ());
        bench.pair.twitter.with(|world| world.settings.processing_polls = 0);
        let written = Written::new(bench, M, &clip());
        written.bench.fail(X, faulty.clone());
        written.pass(name, Fate::Arrives, "");
        assert_eq!(uploads(&written.bench, X).len(), 1, "{name}");
        written.rests(name, 0);
    });
}

#[test]
fn what_the_target_has_lost_is_uploaded_again() {
    let refused = [
        (X, problem(400, "Your media IDs are invalid."), "X does not take what was uploaded for it"),
        (
            M,
            in_words(422, "Media 123 not found or already attached to another post"),
            "Mastodon does not take what was uploaded for it",
        ),
    ];
    all_at_once(&refused, |(target, fault, says)| {
        let written = Written::new(begun(|_| ()), target.other(), &small());
        written.bench.fail_next_post(*target, fault.clone());
        written.pass("refused once", Fate::Waits, says);
        written.bench.pair.clock.advance(A_MINUTE);
        written.pass("refused once", Fate::Arrives, "");
        assert_eq!(uploads(&written.bench, *target).len(), 2);
        written.rests("refused once", 0);
    });
}

#[test]
fn what_the_target_never_takes_becomes_a_link() {
    all_at_once(&[M, X], |target| {
        let fault = match target {
            Network::Twitter => problem(400, "Your media IDs are invalid."),
            Network::Mastodon => in_words(422, "Media 123 not found or already attached to another post"),
        };
        let written = Written::new(begun(|_| ()), target.other(), &small());
        for _ in 0..3 {
            written.bench.clear_faults();
            written.bench.fail_next_post(*target, fault.clone());
            written.bench.once();
            written.bench.pair.clock.advance(A_MINUTE * 6);
        }
        written.bench.clear_faults();
        written.bench.once().expect(0);
        assert_eq!(written.texts(), ["beside".to_owned(), written.linked()]);
        assert_eq!(uploads(&written.bench, *target).len(), 3);
        written.bench.assert_bill();
        written.rests("refused for good", 0);
    });
}

#[test]
fn what_has_expired_before_it_was_used_is_uploaded_again() {
    all_at_once(&[M, X], |target| {
        let bench = begun(|_| ());
        let fault =
            Fault::Answer(Reply::json(429, &json!({ "title": "Too Many Requests", "error": "Too many requests" })));
        bench.fail(*target, Faulty { times: 9, ..Faulty::once("POST", posts_path(*target), fault) });
        let written = Written::new(bench, target.other(), &small());
        let pass = written.bench.once().expect(75);
        assert!(pass.err.contains("asks us to slow down"), "{}", pass.err);
        assert!(written.texts().is_empty());
        written.bench.clear_faults();
        written.bench.pair.clock.advance(A_DAY);
        written.pass("expired", Fate::Arrives, "");
        assert_eq!(uploads(&written.bench, *target).len(), 2);
        written.rests("expired", 0);
    });
}
