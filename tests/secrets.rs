//! No secret ever leaves: not in a log at its most talkative, not in an error, not in the state file.
#![cfg(all(unix, feature = "sandbox"))]
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test")]

#[path = "support/bench.rs"]
mod bench;

use std::fs;
use std::path::Path;

use bench::{Bench, LONG, all_at_once, eventually, mode};
use crosspostd::core::post::Network;
use crosspostd::sandbox::faults::{Fault, Faulty, When};
use crosspostd::sandbox::twitter::TwitterWorld;

/// Everything that somebody could sign with.
fn secrets(bench: &Bench) -> Vec<String> {
    let config = bench.pair.config().unwrap();
    let (mastodon, x) = (&config.mastodon, &config.twitter);
    [&mastodon.access_token, &x.consumer_key, &x.consumer_secret, &x.access_token, &x.access_token_secret]
        .map(|secret| secret.expose().to_owned())
        .to_vec()
}

/// Fails the test if a secret, or a signature, stands in any file that came to be, except the config.
fn assert_kept(bench: &Bench, name: &str) {
    let mut needles = secrets(bench);
    needles.extend(["oauth_signature=", "Bearer "].map(str::to_owned));
    let mut folders = vec![bench.folder().to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path != bench.config() {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                looked_at += 1;
                for needle in &needles {
                    assert!(
                        !text.contains(needle.as_str()),
                        "{name}: {needle:?} stands in {}:\n{text}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(looked_at > 2, "{name}");
}

/// Something that happens, and what the binary does meanwhile.
type Scene = (&'static str, fn(&Bench, &[&str]));

fn pass(bench: &Bench, log: &[&str]) -> Option<i32> {
    bench.run(&[&["run", "--once"], log].concat()).code
}

fn always(bench: &Bench, network: Network, fault: Fault) {
    bench.fail(network, Faulty { method: None, times: 99, ..Faulty::once("", "/", fault) });
}

const SCENES: &[Scene] = &[
    ("all is well", |bench, log| {
        assert_eq!(pass(bench, log), Some(0));
        for arguments in [&["status"][..], &["status", "--json"], &["run", "--once", "--dry-run"]] {
            bench.run(&[arguments, log].concat()).expect(0);
        }
    }),
    ("the owner is asked for", |bench, log| {
        bench.configure(|config| config.mastodon.account_id = None);
        assert_eq!(pass(bench, log), Some(0));
        always(bench, Network::Mastodon, Fault::Html(500));
        assert_eq!(pass(bench, log), Some(69));
    }),
    ("tokens are revoked", |bench, log| {
        let token = bench.pair.mastodon_token().to_owned();
        bench.pair.mastodon.with(|world| world.revoke_token(&token));
        bench.pair.twitter.with(TwitterWorld::revoke_tokens);
        assert_eq!(pass(bench, log), Some(77));
    }),
    ("keys may only read", |bench, log| {
        bench.pair.twitter.with(|world| world.set_may_write(false));
        assert_eq!(pass(bench, log), Some(77));
    }),
    ("the app is not enrolled", |bench, log| {
        bench.pair.twitter.with(|world| world.settings.enrolled = false);
        assert_eq!(pass(bench, log), Some(77));
    }),
    ("no credits", |bench, log| {
        bench.pair.twitter.with(|world| world.settings.credits_micro_usd = Some(0));
        assert_eq!(pass(bench, log), Some(75));
    }),
    ("nonsense", |bench, log| {
        for network in Network::ALL {
            always(bench, network, Fault::Html(200));
        }
        assert_eq!(pass(bench, log), Some(69));
    }),
    ("no answer", |bench, log| {
        for network in Network::ALL {
            always(bench, network, Fault::LoseAnswer);
        }
        assert_eq!(pass(bench, log), Some(69));
    }),
    ("nobody there", |bench, log| {
        bench.configure(|config| {
            let nowhere = crosspostd::network::http::BaseUrl::parse("http://127.0.0.1:1").unwrap();
            config.mastodon.url = nowhere.clone();
            config.twitter.api_url = nowhere;
        });
        assert_eq!(pass(bench, log), Some(69));
    }),
    ("elsewhere", |bench, log| {
        let moved = crosspostd::sandbox::Reply::html(307, "").with_header("location", "http://127.0.0.1:1/");
        for network in Network::ALL {
            always(bench, network, Fault::Answer(moved.clone()));
        }
        assert_eq!(pass(bench, log), Some(69));
    }),
    ("lost answers to posts", |bench, log| {
        for network in Network::ALL {
            bench.fail_next_post(network, Fault::Truncate);
        }
        assert_eq!(pass(bench, log), Some(0));
    }),
    ("posts are refused", |bench, log| {
        for network in Network::ALL {
            let refusal = serde_json::json!({ "error": "Validation failed", "detail": "You are not permitted" });
            bench.fail_next_post(network, Fault::Answer(crosspostd::sandbox::Reply::json(403, &refusal)));
        }
        assert!(pass(bench, log).is_some());
    }),
    ("killed", |bench, log| {
        let hold = bench.hold_posts(Network::Twitter, When::AfterDeed);
        let process = bench.start(&[&["run"], log].concat());
        assert!(hold.wait_arrived(LONG));
        process.kill();
    }),
    ("stopped", |bench, log| {
        let daemon = bench.start(&[&["run"], log].concat());
        eventually("it is there", LONG, || bench.made(Network::Twitter).len() == 1);
        daemon.signal("TERM");
        daemon.wait().expect(0);
    }),
    ("a wrong config", |bench, log| {
        let good = fs::read_to_string(bench.config()).unwrap();
        for bad in [
            good.replace("_token = \"", "_token = \" "),
            good.replace("_secret = \"", "_secret = "),
            good.replace("_token = \"", "_tokens = \""),
            good.replace("consumer_key = \"", "consumer_key = \"\\u0007"),
            good.replace("[twitter]", "[twitter"),
        ] {
            assert_ne!(bad, good);
            fs::write(bench.config(), bad).unwrap();
            let _ = pass(bench, log);
        }
    }),
];

#[test]
fn nothing_says_a_secret_whatever_happens() {
    let logs = [&["-vv"][..], &["-vv", "--log-format", "json"]];
    let cases: Vec<_> = SCENES.iter().flat_map(|scene| logs.map(|log| (scene, log))).collect();
    all_at_once(&cases, |((name, scene), log)| {
        let bench = Bench::begun();
        bench.pair.write(Network::Mastodon, "from Mastodon");
        bench.pair.write(Network::Twitter, "from X");
        scene(&bench, log);
        assert_kept(&bench, name);
    });
}

#[test]
fn a_talkative_log_says_something_and_each_line_of_json_is_json() {
    let bench = Bench::begun();
    bench.pair.write(Network::Mastodon, "hello");
    let ended = bench.run(&["run", "--once", "-vv", "--log-format", "json"]).expect(0);
    assert!(ended.err.lines().count() > 5, "{}", ended.err);
    for line in ended.err.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["message"].is_string() && line["level"].is_string(), "{line}");
    }
}

#[test]
fn files_are_for_their_owner_alone() {
    let bench = Bench::new();
    // However generous the umask is.
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(env!("CARGO_BIN_EXE_crosspostd"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.arg("--config").arg(bench.config()).arg("--state").arg(bench.state()).args(["run", "--once"]);
    bench.spawn(command).wait().expect(0);
    bench.pair.write(Network::Mastodon, "hello");
    bench.once().expect(0);
    let folder = bench.state().parent().map(Path::to_owned).unwrap();
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(mode(&bench.state()), 0o600);
    assert_eq!(mode(&bench.config()), 0o600);
}
