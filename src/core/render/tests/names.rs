//! Whom a post names.

use super::*;
use crate::core::style::{Friend, Mentions};

fn friends() -> Style {
    let friend = |mastodon: &str, twitter: &str| Friend { mastodon: mastodon.into(), twitter: twitter.into() };
    let friends = vec![
        friend("alice@m.social", "alice_x"),
        friend("bob@xn--bcher-kva.example", "@Bob"),
        friend("no.name@m.social", "not a name"),
        friend("no name", "nobody"),
    ];
    Style { friends, ..style() }
}

#[test]
fn a_name_from_mastodon_is_written_in_full_and_pings_nobody() {
    for (written, expected) in [
        ("hi {@alice=alice@mastodon.social}", "hi @alice@mastodon.social"),
        ("hi {@alice@m.social=alice@m.social}!", "hi @alice@m.social!"),
        ("hi {@al.ice=al.ice@mastodon.social}", "hi al.|ice@mastodon.social"),
        ("hi {@al-ice=al-ice@m.social}", "hi al-ice@m.social"),
        ("{@a=averyveryverylongusername123@m.social}", "averyveryverylongusername123@m.social"),
        (
            "{@a=alice@bücher.example} {@b=b@例え.example.social}",
            "@alice@xn--bcher-kva.example @b@xn--r8jz45g.example.social",
        ),
        ("{@a=xb.ac__1@m.is}", "xb.|ac__1@m.is"),
        ("{@alice=alice}", "alice"),
        ("{@alice=@}", "@|alice"),
        ("日本{@alice=alice@m.social}語", "日本@alice@m.social語"),
        ("({@a=a\u{202E}li\nce@m.social})", "(@alice@m.social)"),
    ] {
        assert_eq!(shown(&post(written), &style(), &x()), expected, "{written}");
        assert!(parts(&post(written), &style(), &x())[0].pings.is_empty());
    }
    assert_eq!(
        notes(&post("{@alice=alice@m.social} {@b@m.social=b@m.social}"), &style(), &x()),
        [Note::Mention { from: "@alice".into(), to: "@alice@m.social".into() }]
    );
}

#[test]
fn a_name_from_x_is_written_as_the_style_says_and_pings_nobody() {
    for (mentions, expected) in [
        (Mentions::Full, "hi @|alice@x.com, ok"),
        (Mentions::Plain, "hi alice@x.com, ok"),
        (Mentions::Link, "hi https://x.com/alice, ok"),
        (Mentions::Bare, "hi @|alice, ok"),
    ] {
        let style = Style { mentions, ..style() };
        let post = post("hi {@alice=alice@x.com}, ok");
        assert_eq!(shown(&post, &style, &mastodon()), expected);
        assert!(parts(&post, &style, &mastodon())[0].pings.is_empty());
        assert_eq!(notes(&post, &style, &mastodon()).len(), usize::from(mentions != Mentions::Bare));
    }
}

#[test]
fn a_friend_is_mentioned_for_real_on_x() {
    for (written, expected, pings) in [
        ("hi {@alice=Alice@M.Social}!", "hi @alice_x!", vec!["alice_x"]),
        ("{@bob=bob@bücher.example}", "@Bob", vec!["Bob"]),
        ("{@alice=alice@m.social} {@alice=alice@m.social}", "@alice_x @alice_x", vec!["alice_x"]),
        ("{@alice=alice@m.social}s {@alice=alice@m.social}/x", "@alice_x|s @alice_x|/x", vec!["alice_x"]),
        ("!{@alice=alice@m.social}{@bob=bob@bücher.example}", "!|@alice_x|@Bob", vec!["alice_x", "Bob"]),
        ("{@no=no.name@m.social}", "no.|name@m.social", vec![]),
        ("{@alice=alice@other.social} @alice_x", "@alice@other.social @|alice_x", vec![]),
    ] {
        let post = post(written);
        assert_eq!(shown(&post, &friends(), &x()), expected, "{written}");
        assert_eq!(parts(&post, &friends(), &x())[0].pings, pings, "{written}");
    }
    let post = post("{@alice=alice@m.social}");
    assert_eq!(notes(&post, &friends(), &x()), [Note::Friend { name: "alice_x".into() }]);
}

#[test]
fn a_friend_is_mentioned_for_real_on_mastodon() {
    let bob = "bob@xn--bcher-kva.example";
    for (written, expected, pings) in [
        ("hi {@Alice_X=Alice_X@x.com}!", "hi @alice@m.social!", vec!["alice@m.social"]),
        ("{@bob=bob@twitter.com}.", "@bob@xn--bcher-kva.example.", vec![bob]),
        ("日本{@bob=bob@x.com}語", "日本|@bob@xn--bcher-kva.example|語", vec![bob]),
        ("{@bob=bob@x.com}.and", "@bob@xn--bcher-kva.example|.and", vec![bob]),
        ("{@nobody=nobody@x.com} {@bob=bob@y.com}", "@|nobody@x.com @|bob@y.com", vec![]),
    ] {
        let post = post(written);
        assert_eq!(shown(&post, &friends(), &mastodon()), expected, "{written}");
        assert_eq!(parts(&post, &friends(), &mastodon())[0].pings, pings, "{written}");
    }
}

#[test]
fn a_friend_is_pinged_in_the_part_in_which_they_stand() {
    let long = post(&format!("{}{{@alice=alice@m.social}} {}", "word ".repeat(80), "more ".repeat(60)));
    let pings: Vec<_> = parts(&long, &friends(), &x()).into_iter().map(|part| part.pings).collect();
    assert!(pings.len() > 1);
    assert_eq!(pings.concat(), ["alice_x"]);
    assert!(pings[0].is_empty());
}

#[test]
fn a_name_that_nobody_mentioned_pings_nobody() {
    for (written, on_x, on_mastodon) in [
        ("hi @alice.", "hi @|alice.", "hi @|alice."),
        ("RT@alice", "RT@|alice", "RT@alice"),
        ("＠alice", "＠|alice", "＠alice"),
        ("@alice@m.social", "@alice@m.social", "@|alice@m.social"),
    ] {
        assert_eq!(shown(&post(written), &style(), &x()), on_x);
        assert_eq!(shown(&post(written), &style(), &mastodon()), on_mastodon);
    }
    assert_eq!(notes(&post("hi @alice."), &style(), &x()), [Note::MentionInert("@alice".into())]);
}

#[test]
fn a_handle_of_the_fediverse_that_was_typed_on_x_stays_one() {
    for (written, expected) in [
        ("{@al=al@x.com}.ice@m.social", "@|al.ice@m.social"),
        ("{@al=al@x.com}-ice@m.social", "@|al-ice@m.social"),
        ("{@averylong=averylong@x.com}name@m.social", "@|averylongname@m.social"),
        ("{@al=al@x.com} b@m.social", "@|al@x.com b@m.social"),
        ("{@al=al@x.com}. @", "@|al@x.com. @"),
        ("{@al=al@x.com}.{@bo=bo@x.com}", "@|al@x.com.@|bo@x.com"),
    ] {
        assert_eq!(shown(&post(written), &style(), &mastodon()), expected, "{written}");
    }
}

#[test]
fn the_same_is_told_once() {
    let told = notes(&post("@jack and @jack and @dora"), &style(), &x());
    assert_eq!(told, [Note::MentionInert("@jack".into()), Note::MentionInert("@dora".into())]);
}
