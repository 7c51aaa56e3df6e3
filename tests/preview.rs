//! `preview` shows what posts would become; it sends nothing and writes nothing.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::fs::{self, File};
use std::process::Stdio;

use bench::{Bench, Ended};
use crosspostd::core::post::{Network, Visibility};
use crosspostd::sandbox::twitter::Draft;
use serde_json::{Value, json};

/// A status as its server gives it.
fn status_json(text: &str) -> Value {
    json!({
        "id": "117545910936357350", "created_at": "2026-11-02T08:31:00.137Z", "visibility": "public",
        "in_reply_to_id": null, "in_reply_to_account_id": null, "sensitive": false, "spoiler_text": "",
        "language": "en", "url": "https://social.example/@ada/117545910936357350",
        "account": { "id": "109302436954721982", "acct": "ada", "username": "ada" },
        "content": format!("<p>{text}</p>"), "media_attachments": [], "mentions": [], "tags": [], "emojis": []
    })
}

/// What `preview --json` says.
fn sheets(bench: &Bench, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["preview", "--json"], arguments].concat();
    serde_json::from_str(&bench.run(&arguments).expect(0).out).unwrap()
}

/// Runs `preview` without any config, in a folder with nothing in it; `input` is what it is given to read.
fn without_config(bench: &Bench, arguments: &[&str], input: Option<&Value>) -> Ended {
    let mut command = bench.bare_command();
    command.arg("preview").args(arguments);
    if let Some(input) = input {
        let file = bench.folder().join("input.json");
        fs::write(&file, input.to_string()).unwrap();
        command.stdin(Stdio::from(File::open(file).unwrap()));
    }
    bench.spawn(command).wait()
}

#[test]
fn it_shows_a_post_by_its_id_or_address_and_changes_nothing() {
    let bench = Bench::begun();
    let toot = bench.pair.write(Network::Mastodon, "a toot, see main.rs");
    let tweet = bench.pair.write(Network::Twitter, "a tweet");
    let private = bench.pair.write_to(Visibility::Private, "for followers");
    let base = bench.pair.mastodon.base();
    let stamp = bench.journal_stamp();
    bench.forget_exchanges();
    for name in [toot.clone(), format!("mastodon:{toot}"), format!("{base}/@ada/{toot}")] {
        let shown = bench.run(&["preview", &name]).expect(0);
        for words in [
            &format!("mastodon:{toot} · public · 20"),
            "  │ a toot, see main.rs\n",
            "becomes one post on X, for $0.015:\n",
            "\na toot, see main.\u{200B}rs\n",
            "  · main.rs would become a link and cost $0.200",
        ] {
            assert!(shown.out.contains(words), "{words:?} is not in:\n{}", shown.out);
        }
        assert_eq!(shown.err, "");
    }
    for name in [tweet.clone(), format!("twitter:{tweet}"), format!("https://x.com/ada_x/status/{tweet}?s=20")] {
        let shown = bench.run(&["preview", &name]).expect(0).out;
        assert!(shown.contains("becomes one post on Mastodon:\n") && shown.contains("\na tweet\n"), "{shown}");
    }
    let shown = bench.run(&["preview", &private]).expect(0).out;
    assert!(shown.contains("is not mirrored: its visibility is not among those that leave Mastodon"), "{shown}");
    assert!(bench.journal_stamp() == stamp);
    for network in Network::ALL {
        assert!(bench.exchanges(network).iter().all(|exchange| exchange.call.method == "GET"));
    }
    // What is mirrored already is said to be.
    bench.once().expect(0);
    assert!(bench.run(&["preview", &toot]).expect(0).out.contains("(it is mirrored already: "));
    let made = bench.made(Network::Twitter)[0].id.clone();
    let shown = bench.run(&["preview", &made]).expect(0).out;
    assert!(shown.contains(&format!("(it is itself the mirror of mastodon:{toot})")), "{shown}");
}

#[test]
fn it_shows_the_newest_posts_of_either_network_as_json() {
    let bench = Bench::begun();
    for text in ["one", "two", "three"] {
        bench.pair.write(Network::Mastodon, text);
    }
    bench.pair.write(Network::Mastodon, &bench::long_text(60));
    bench.pair.twitter.with(|x| x.write_draft(Draft::poll("Tea?", &["yes", "no"], 60))).unwrap();
    let stamp = bench.journal_stamp();
    let newest = sheets(&bench, &[]);
    assert_eq!(newest.len(), 1);
    assert_eq!((&newest[0]["fate"], &newest[0]["target"]), (&json!("mirrored"), &json!("twitter")));
    assert_eq!(newest[0]["price_micro_usd"], 30_000);
    let parts = newest[0]["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|part| part["length"].as_u64().unwrap() <= 280 && part["max_length"] == 280));
    let last: Vec<Value> = sheets(&bench, &["--last", "3"]).iter().map(|sheet| sheet["original"].clone()).collect();
    assert_eq!(last.len(), 3);
    assert!(
        last.contains(&json!("two")) && last.contains(&json!("three")) && !last.contains(&json!("one")),
        "{last:?}"
    );
    let poll = sheets(&bench, &["--from", "x", "--last", "2"]);
    assert_eq!(poll.len(), 1);
    assert_eq!((&poll[0]["parts"][0]["text"], &poll[0]["parts"][0]["poll"]), (&json!("Tea?"), &json!(["yes", "no"])));
    assert_eq!(poll[0]["parts"][0]["visibility"], "public");
    assert!(bench.journal_stamp() == stamp);
}

#[test]
fn a_direction_that_is_off_and_a_state_that_is_not_there_hinder_nothing() {
    let bench = Bench::new();
    bench.configure(|config| config.sync.directions = crosspostd::config::Directions::TwitterToMastodon);
    let toot = bench.pair.write(Network::Mastodon, "a toot");
    let shown = bench.run(&["preview", &toot]).expect(0).out;
    assert!(shown.contains("becomes one post on X"), "{shown}");
    assert!(!bench.state().parent().unwrap().exists(), "it made a folder");
}

#[test]
fn a_file_is_read_without_config_and_without_network() {
    let bench = Bench::new();
    let file = bench.folder().join("post.json");
    fs::write(&file, status_json("Hello &amp; goodbye").to_string()).unwrap();
    let shown = without_config(&bench, &["--file", file.to_str().unwrap()], None).expect(0).out;
    assert!(shown.contains("[1/1] 15 of 280 · $0.015 · en\nHello & goodbye"), "{shown}");
    // From the standard input, several, and X's.
    let page = json!([status_json("one"), status_json("two")]);
    let shown = without_config(&bench, &["--file", "-", "--json"], Some(&page)).expect(0).out;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&shown).unwrap().len(), 2);
    let tweet = json!({ "data": {
        "id": "2120319597030692316", "text": "Hello &amp; goodbye", "author_id": "1001",
        "created_at": "2026-11-11T00:56:00.222Z", "conversation_id": "2120319597030692316"
    } });
    let shown = without_config(&bench, &["--file", "-"], Some(&tweet)).expect(0).out;
    assert!(shown.contains("becomes one post on Mastodon:\n") && shown.contains("\nHello & goodbye"), "{shown}");
    // What would be a command to a terminal is none.
    let mut nasty = status_json("look");
    nasty["media_attachments"] = json!([{ "id": "1", "type": "image", "description": "a \u{1b}[2J cat" }]);
    let shown = without_config(&bench, &["--file", "-"], Some(&nasty)).expect(0).out;
    assert!(shown.contains("[picture: a ") && !shown.contains('\u{1b}'), "{shown:?}");
    let left: Vec<_> = fs::read_dir(bench.folder().join("home")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    for network in Network::ALL {
        assert_eq!(bench.exchanges(network), []);
    }
}

#[test]
fn it_shows_what_is_attached_and_what_that_costs() {
    let bench = Bench::new();
    let picture = |number: u32, description: Option<&str>| {
        json!({
            "id": number.to_string(), "type": "image", "url": format!("https://files.social.example/{number}.jpg"),
            "meta": { "original": { "width": 1600, "height": 1200 } }, "description": description
        })
    };
    let video = json!({
        "id": "9", "type": "video", "url": "https://files.social.example/9.mp4", "description": null,
        "meta": { "length": "0:03:20.00", "duration": 200.0, "original": { "width": 1280, "height": 720, "duration": 200.0 } }
    });
    let mut status = status_json("look");
    // X knows no links to hosts that end in .example.
    status["url"] = json!("https://social.ada.org/@ada/117545910936357350");
    let long = "a very long description ".repeat(5);
    status["media_attachments"] = json!([picture(1, Some("A cat")), picture(2, None), picture(3, Some(&long)), video]);
    let shown = without_config(&bench, &["--file", "-"], Some(&status)).expect(0).out;
    for words in [
        "becomes one post on X, for $0.210:",
        "\n[picture, 1600×1200: \"A cat\"]\n[picture, 1600×1200, no description]\n[picture, 1600×1200: \"a very long",
        "  · the video is 200 s long, X takes at most 140 s: there is a link to the original instead\n",
        "  · with the link to the original, its post costs $0.200",
    ] {
        assert!(shown.contains(words), "{words:?} is not in:\n{shown}");
    }
    let sheet = without_config(&bench, &["--file", "-", "--json"], Some(&status)).expect(0).out;
    let sheet: Value = serde_json::from_str(&sheet).unwrap();
    let media = &sheet[0]["parts"][0]["media"];
    assert_eq!(media[0]["sources"], json!(["https://files.social.example/1.jpg"]));
    assert_eq!((&media[0]["size"], &media[0]["kind"]), (&json!([1600, 1200]), &json!("image")));
    assert_eq!((&media[1]["description"], &media[2]["description"]), (&Value::Null, &json!(long.trim())));
    assert_eq!(media.as_array().map(Vec::len), Some(3));
}

#[test]
fn what_names_no_post_is_refused_in_one_sentence() {
    let bench = Bench::begun();
    let empty = bench.folder().join("empty.json");
    fs::write(&empty, "{}").unwrap();
    let base = bench.pair.mastodon.base();
    let config = bench.config();
    for (arguments, words) in [
        (&["hello"][..], "`hello` does not name a post: give its address, or mastodon:ID or twitter:ID."),
        (&["mastodon:"], "does not name a post"),
        (&[&format!("{base}/@ada")], "does not name a post"),
        (&["https://other.example/@bob/12"], "is on another server than yours"),
        (&["mastodon:117545910936357350"], "mastodon:117545910936357350 is not there, or not a post of yours."),
        (&["twitter:1993000000000000001"], "twitter:1993000000000000001 is not there, or not a post of yours."),
        (&[], "you have not posted anything on Mastodon yet."),
        (&["--from", "x"], "you have not posted anything on X yet."),
        (&["--file", "nowhere.json"], "nowhere.json cannot be read: "),
        (&["--file", empty.to_str().unwrap()], "holds no post: it must be JSON as Mastodon's or X's API gives it."),
        (&["--file", config.to_str().unwrap()], "holds no post"),
        (&["--last", "0"], "0 is not in 1..=40"),
        (&["--from", "bluesky"], "write mastodon or twitter"),
        (&["--file", "a.json", "--last", "2"], "cannot be used with"),
    ] {
        let ended = bench.run(&[&["preview"], arguments].concat()).expect(64);
        assert!(ended.err.contains(words), "{arguments:?}: {words:?} is not in:\n{}", ended.err);
        assert_eq!(ended.out, "");
    }
    let ended = without_config(&bench, &["117545910936357350"], None).expect(78);
    assert!(ended.err.contains("run `crosspostd setup`"), "{}", ended.err);
}
