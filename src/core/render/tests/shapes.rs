//! Warnings, polls, quotes, boosts, long posts: what a post is made of.

use super::*;
use crate::core::post::{Poll, Shared, Visibility};
use crate::core::style::{Boosts, LongPosts, Mentions, Warnings};

fn warned(words: &str) -> Post {
    Post { warning: Some(words.into()), ..post("the butler") }
}

#[test]
fn a_warning_goes_where_the_target_has_a_place_for_it() {
    let link = "https://here.social/@me/1";
    for (warnings, expected) in [
        (Warnings::Prefix, "CW: spoiler, @|alice\n\nthe butler".to_owned()),
        (Warnings::WarningAndLink, format!("CW: spoiler, @|alice\n\n{link}")),
        (Warnings::Skip, "Warning".to_owned()),
        (Warnings::Drop, "the butler".to_owned()),
    ] {
        let style = Style { warnings, ..style() };
        assert_eq!(shown(&warned("spoiler,\n @alice "), &style, &x()), expected);
        let part = &parts(&warned("spoiler,\n @alice "), &style, &mastodon())[0];
        assert_eq!(part.warning.as_deref().map(readable).as_deref(), Some("spoiler, @|alice"));
        assert_eq!(part.text, "the butler");
        let plain = shown(&warned(" \n"), &style, &x());
        assert_eq!(plain, "the butler");
    }
    let alone = Style { warnings: Warnings::WarningAndLink, ..style() };
    let without_address = Post { address: None, ..warned("spoiler") };
    assert_eq!(shown(&without_address, &alone, &x()), "CW: spoiler\n\nthe butler");
}

#[test]
fn a_warning_is_not_announced_twice() {
    for (words, prefix, expected) in [
        ("CW: books", "CW: ", "CW: books"),
        ("cw books", "CW: ", "cw books"),
        ("CW", "CW: ", "CW"),
        ("CWs of all kinds", "CW: ", "CW: CWs of all kinds"),
        ("books", "⚠️ ", "⚠️ books"),
        ("books", "", "books"),
        ("é", "CW: ", "CW: é"),
    ] {
        let style = Style { warning_prefix: prefix.into(), ..style() };
        assert_eq!(shown(&warned(words), &style, &x()), format!("{expected}\n\nthe butler"));
    }
    let told = notes(&warned(&"@jack ".repeat(40)), &style(), &x());
    assert_eq!(told, [Note::WarningPrefixed, Note::Inert("the content warning"), Note::WarningCut]);
}

#[test]
fn a_warning_leaves_half_of_the_room() {
    let long = warned(&"word ".repeat(100));
    let on_x = shown(&long, &style(), &x());
    let (warning, text) = on_x.split_once("\n\n").unwrap();
    assert!(warning.starts_with("CW: word word") && warning.ends_with("word…"));
    assert!(count::weighted(warning) <= 140 && count::weighted(warning) > 130);
    assert_eq!(text, "the butler");
    let on_mastodon = Post { warning: long.warning, ..post(&"text ".repeat(200)) };
    for part in parts(&on_mastodon, &style(), &mastodon()) {
        let warning = part.warning.unwrap();
        let length = |text: &str| count::length(text, mastodon().counting);
        assert!(length(&warning) <= 250 && length(&warning) + length(&part.text) <= 500);
    }
}

#[test]
fn a_warning_at_the_head_of_a_text_is_found() {
    let style = Style { warning_words: vec!["CW".into()], ..style() };
    let written = post("CW: food\n\nI ate {#cake}");
    let part = &parts(&written, &style, &mastodon())[0];
    assert_eq!((part.warning.as_deref(), part.text.as_str()), (Some("food"), "I ate #cake"));
    assert_eq!(notes(&written, &style, &mastodon()), [Note::WarningFound("food".into())]);
    assert_eq!(shown(&written, &style, &x()), "CW: food\n\nI ate #cake");
    assert_eq!(shown(&written, &self::style(), &mastodon()), "CW: food\n\nI ate #cake");
}

fn asking(written: &str, options: &[&str]) -> Post {
    let options = options.iter().map(|&option| option.to_owned()).collect();
    let poll = Poll { options, multiple: false, length_secs: Some(3600), closed: false };
    Post { poll: Some(poll), ..post(written) }
}

#[test]
fn a_poll_is_one_where_the_target_can_carry_it() {
    let asked = asking("Which?", &["@alice", " tea\nor so "]);
    let part = &parts(&asked, &style(), &x())[0];
    let poll = part.poll.clone().unwrap();
    assert_eq!(poll.options.iter().map(|it| readable(it)).collect::<Vec<_>>(), ["@|alice", "tea or so"]);
    assert_eq!((poll.multiple, poll.length_secs, part.text.as_str()), (false, 3600, "Which?"));
    for (asked_secs, expected, told) in [
        (Some(60), 300, "the poll runs for 5 minutes: shorter is not possible there"),
        (Some(10_000_000), 604_800, "the poll runs for 7 days: longer is not possible there"),
        (None, 86_400, "the poll runs for 1 day: the original does not say how long"),
        (Some(-1), 86_400, "the poll runs for 1 day: the original does not say how long"),
    ] {
        let mut asked = asked.clone();
        asked.poll.as_mut().unwrap().length_secs = asked_secs;
        assert_eq!(parts(&asked, &style(), &x())[0].poll.clone().unwrap().length_secs, expected);
        let notes = notes(&asked, &style(), &x());
        assert_eq!(notes[0], Note::Inert("the poll"));
        assert_eq!(notes[1].to_string(), told);
    }
    assert_eq!(notes(&asked, &style(), &x()), [Note::Inert("the poll")]);
    let long = Post { text: "many words ".repeat(40), ..asked };
    let polls: Vec<bool> = parts(&long, &style(), &x()).iter().map(|part| part.poll.is_some()).collect();
    assert_eq!(polls, [false, true]);
}

type Change = fn(&mut Post);

#[test]
fn a_poll_that_the_target_cannot_carry_is_a_list() {
    let cases: [(Change, &str); 9] = [
        (|p| p.poll.as_mut().unwrap().closed = true, "it is over"),
        (|p| p.text = " ".into(), "there is no text with it"),
        (|p| p.media = media("p1"), "there are media with it"),
        (|p| p.poll.as_mut().unwrap().options[0] = " \u{200B}".into(), "it has options without text"),
        (|p| p.poll.as_mut().unwrap().options.truncate(1), "it has only one option"),
        (|p| p.poll.as_mut().unwrap().options.extend(["c", "d", "e"].map(Into::into)), "it has too many options"),
        (|p| p.poll.as_mut().unwrap().options[1] = "x".repeat(26), "an option is too long"),
        (|p| p.poll.as_mut().unwrap().options[1] = "tea ".into(), "two options are the same"),
        (|p| p.poll.as_mut().unwrap().multiple = true, "one may choose several options"),
    ];
    for (change, why) in cases {
        let mut asked = asking("Which?", &["tea", "main.rs"]);
        change(&mut asked);
        assert!(notes(&asked, &style(), &x()).contains(&Note::PollAsList(why)), "{why}");
        let part = &parts(&asked, &style(), &x())[0];
        assert!(part.poll.is_none() && part.text.contains("• "), "{why}");
    }
}

#[test]
fn a_poll_reads_as_the_style_says() {
    let asked = asking("Which?", &["tea", "main.rs"]);
    let link = "https://here.social/@me/1";
    for (polls, expected) in [
        (Polls::List, "Which?\n\n• tea\n• main.|rs".to_owned()),
        (Polls::Link, format!("Which?\n\n• tea\n• main.|rs\n\n{link}")),
        (Polls::Skip, "Poll".to_owned()),
    ] {
        assert_eq!(shown(&asked, &Style { polls, ..style() }, &x()), expected);
    }
    assert_eq!(shown(&asking("", &["tea", "milk"]), &style(), &x()), "• tea\n• milk");
    let without = Rules { polls: None, ..x() };
    assert_eq!(shown(&asking("Which?", &["tea", "milk"]), &style(), &without), "Which?\n\n• tea\n• milk");
    let several = Poll { multiple: true, ..asked.poll.unwrap() };
    let several = Post { poll: Some(several), ..post("Which?") };
    assert!(parts(&several, &style(), &mastodon())[0].poll.clone().unwrap().multiple);
    assert_eq!(shown(&asking("Which?", &[" "]), &style(), &x()), "Which?");
    assert_eq!(shown(&asking("", &[" "]), &style(), &x()), "Empty");
}

fn other(written: &str) -> Shared {
    let (text, spans) = text_of(written);
    Shared {
        id: PostId::new("9"),
        is_own: false,
        author: Some("bob@there.social".into()),
        address: Some("https://there.social/@bob/9".into()),
        text,
        spans,
        warning: None,
    }
}

#[test]
fn a_quoted_post_is_named_as_the_style_says() {
    let (own, known) = (Shared { is_own: true, ..other("mine") }, other(""));
    let unknown = Shared { author: None, ..other("") };
    let hidden = Shared { address: None, ..other("") };
    let on_x = Shared { author: Some("bob@x.com".into()), ..other("") };
    let address = "https://there.social/@bob/9";
    let cases: Vec<(Quotes, &Shared, Rules, Option<&str>, String)> = vec![
        (Quotes::Text, &own, x(), Some("https://x.com/me/status/7"), "so\n\ntrue".into()),
        (Quotes::Author, &own, x(), Some("https://x.com/me/status/7"), "so\n\ntrue".into()),
        (Quotes::Author, &known, x(), None, "so\n\ntrue\n\nRE: @bob@there.social".into()),
        (Quotes::Author, &unknown, x(), None, "so\n\ntrue".into()),
        (Quotes::Author, &on_x, mastodon(), None, "so\n\ntrue\n\nRE: @|bob@x.com".into()),
        (Quotes::Link, &known, x(), Some("no"), format!("so\n\ntrue\n\nRE: @bob@there.social {address}")),
        (Quotes::Link, &unknown, x(), None, format!("so\n\ntrue\n\nRE: {address}")),
        (Quotes::Link, &hidden, x(), None, "so\n\ntrue\n\nRE: @bob@there.social".into()),
        (Quotes::Link, &own, x(), None, format!("so\n\ntrue\n\nRE: {address}")),
        (Quotes::Link, &own, x(), Some("https://x.com/me/status/7"), "so\n\ntrue\n\nhttps://x.com/me/status/7".into()),
        (Quotes::Link, &own, mastodon(), Some("https://m.social/7"), "so\n\ntrue\n\nRE: https://m.social/7".into()),
        (Quotes::Skip, &known, x(), None, "Quote".into()),
    ];
    for (quotes, quoted, rules, mirror, expected) in cases {
        let post = Post { quote: Some(quoted.clone()), ..post("so\n\ntrue\n") };
        let style = Style { quotes, ..style() };
        let around = Surroundings { quoted_mirror: mirror.map(str::to_owned), is_reply: false };
        let shown = match render(&Admitted::unasked(&post), &style, &rules, &around) {
            Ok(rendered) => readable(&rendered.parts[0].text),
            Err(why) => format!("{why:?}"),
        };
        assert_eq!(shown, expected);
    }
}

fn boosting(boosted: Shared) -> Post {
    Post { boost: Some(boosted), ..post("") }
}

#[test]
fn a_boost_reads_as_the_style_says() {
    let address = "https://there.social/@bob/9";
    let said = || other("I use main.rs\n{@me=me@here.social} {https://e.org}");
    let unknown = Shared { author: None, ..other("hi") };
    for (boosts, boosted, expected) in [
        (Boosts::Off, said(), "Boost".to_owned()),
        (Boosts::Own, said(), "Boost".to_owned()),
        (Boosts::Link, said(), format!("🔁 @bob@there.social {address}")),
        (Boosts::Link, unknown.clone(), format!("🔁 {address}")),
        (
            Boosts::Link,
            Shared { address: None, ..said() },
            "🔁 @bob@there.social: “I use main.|rs\n@me@here.social https://e.org”".to_owned(),
        ),
        (Boosts::Link, Shared { address: None, ..other(" ") }, "Boost".to_owned()),
        (Boosts::Text, said(), "🔁 @bob@there.social: “I use main.|rs\n@me@here.social https://e.org”".to_owned()),
        (Boosts::Text, unknown, "🔁 “hi”".to_owned()),
        (Boosts::Text, other(" "), format!("🔁 @bob@there.social {address}")),
    ] {
        assert_eq!(shown(&boosting(boosted), &Style { boosts, ..style() }, &x()), expected, "{boosts:?}");
    }
    let from_x = Shared { author: Some("bob@x.com".into()), ..other("hi") };
    let plain = Style { boosts: Boosts::Text, mentions: Mentions::Plain, ..style() };
    assert_eq!(shown(&boosting(from_x), &plain, &mastodon()), "🔁 bob@x.com: “hi”");
}

#[test]
fn a_boosted_text_is_one_part() {
    let text = Style { boosts: Boosts::Text, long_posts: LongPosts::Skip, ..style() };
    let cut = shown(&boosting(other(&"many words ".repeat(40))), &text, &x());
    assert!(cut.starts_with("🔁 @bob@there.social: “many words"), "{cut}");
    assert!(cut.ends_with("many…”") || cut.ends_with("words…”"), "{cut}");
    assert!((265..=280).contains(&count::weighted(&cut)));
}

#[test]
fn a_boosted_warning_is_respected() {
    let warned = Shared { warning: Some("food".into()), ..other("I ate") };
    for (warnings, expected) in [
        (Warnings::Prefix, "CW: food\n\n🔁 @bob@there.social: “I ate”"),
        (Warnings::WarningAndLink, "CW: food\n\n🔁 @bob@there.social https://there.social/@bob/9"),
        (Warnings::Skip, "Warning"),
        (Warnings::Drop, "🔁 @bob@there.social: “I ate”"),
    ] {
        let style = Style { boosts: Boosts::Text, warnings, ..style() };
        assert_eq!(shown(&boosting(warned.clone()), &style, &x()), expected);
    }
    let part = &parts(&boosting(warned), &Style { boosts: Boosts::Text, ..style() }, &mastodon())[0];
    assert_eq!(part.warning.as_deref(), Some("food"));
}

#[test]
fn a_long_post_becomes_what_the_style_says() {
    let long = post(&"many words make a thread ".repeat(40));
    let of = |long_posts, post: &Post, rules: &Rules| {
        rendered(post, &Style { long_posts, ..style() }, rules).map(|rendered| {
            assert!(rendered.parts.iter().all(|part| count::length(&part.text, rules.counting) <= rules.max_length));
            (rendered.parts.len(), rendered.notes)
        })
    };
    let nowhere = Post { address: None, ..long.clone() };
    let longest = post(&"many words make a thread ".repeat(400));
    let unreachable = Post { address: None, ..longest.clone() };
    let linked = post(&format!("{}{{https://e.org}} {}", "word ".repeat(40), "more ".repeat(40)));
    for (policy, post, expected) in [
        (LongPosts::Thread, &long, Ok((4, Note::Split(4)))),
        (LongPosts::Truncate, &long, Ok((1, Note::Truncated))),
        (LongPosts::Truncate, &nowhere, Ok((4, Note::Split(4)))),
        (LongPosts::Cheapest, &long, Ok((4, Note::Split(4)))),
        (LongPosts::Cheapest, &linked, Ok((1, Note::Truncated))),
        (LongPosts::Cheapest, &longest, Ok((1, Note::Truncated))),
        (LongPosts::Thread, &longest, Ok((1, Note::Truncated))),
        (LongPosts::Thread, &unreachable, Err(SkipReason::TooLong)),
        (LongPosts::Truncate, &unreachable, Err(SkipReason::TooLong)),
        (LongPosts::Skip, &long, Err(SkipReason::TooLong)),
    ] {
        let result = of(policy, post, &x()).map(|(parts, mut notes)| (parts, notes.remove(0)));
        assert_eq!(result, expected, "{policy:?}");
    }
    assert_eq!(of(LongPosts::Skip, &post("short"), &x()), Ok((1, vec![])));
}

#[test]
fn a_word_without_end_loses_nothing() {
    for word in ["matrix.to".repeat(40) + "@", "main.rs".repeat(60), "@a".repeat(300), "a@b.rs".repeat(50)] {
        let numberless = Style { numbering: split::Numbering::Off, ..style() };
        let shown: Vec<String> = parts(&post(&word), &numberless, &x()).into_iter().map(|part| part.text).collect();
        assert!(shown.len() > 1 && shown.iter().all(|text| count::weighted(text) <= 280));
        assert_eq!(shown.concat().replace('\u{200B}', ""), word);
    }
}

#[test]
fn a_beginning_is_cut_between_words_and_leads_to_the_original() {
    let truncate = Style { long_posts: LongPosts::Truncate, ..style() };
    for (written, end) in [
        ("many words, ".repeat(40), "words…"),
        ("日本語".repeat(100), "日本語…"),
        ("x".repeat(400), "xxx…"),
        (format!("short {}", "x".repeat(400)), "xxx…"),
        (format!("{}{{https://e.org/a-}} {}", "a ".repeat(111), "b".repeat(99)), "https://e.org/a-…"),
        (format!("{}{{@alice=alice@m.social}} {}", "a ".repeat(122), "b".repeat(99)), "a…"),
    ] {
        let text = shown(&post(&written), &truncate, &x());
        let (beginning, link) = text.split_once("\n\n").unwrap();
        assert_eq!(link, "https://here.social/@me/1");
        assert!(beginning.ends_with(end) || beginning.ends_with("many…") || beginning.ends_with("日本…"), "{text}");
        assert!((240..=280).contains(&count::weighted(&text)), "{text}");
    }
}

#[test]
fn a_part_carries_what_the_post_has() {
    let long = Post {
        sensitive: true,
        language: Some("de".into()),
        warning: Some("food".into()),
        ..post(&"many words ".repeat(100))
    };
    let unlisted =
        Style { visibility: Some(Visibility::Public), thread_visibility: Some(Visibility::Unlisted), ..style() };
    let there = parts(&long, &unlisted, &mastodon());
    assert!(there.len() > 2);
    assert!(there.iter().all(|part| part.sensitive && part.language.as_deref() == Some("de")));
    assert!(there.iter().all(|part| part.warning.as_deref() == Some("food")));
    let seen: Vec<_> = there.iter().map(|part| part.visibility.unwrap()).collect();
    assert_eq!((seen[0], seen[1]), (Visibility::Public, Visibility::Unlisted));
    assert!(parts(&long, &style(), &x()).iter().all(|part| !part.sensitive && part.visibility.is_none()));
    let (public, unlisted, private) = (Visibility::Public, Visibility::Unlisted, Visibility::Private);
    for (first, later, expected) in [
        (Some(public), Some(unlisted), Some(unlisted)),
        (Some(private), Some(unlisted), Some(private)),
        (Some(unlisted), None, Some(unlisted)),
        (None, None, None),
    ] {
        let style = Style { visibility: first, thread_visibility: later, ..style() };
        let around = Surroundings { is_reply: true, ..Surroundings::default() };
        let reply = post("hi");
        let rendered = render(&Admitted::unasked(&reply), &style, &mastodon(), &around).unwrap();
        assert_eq!(rendered.parts[0].visibility, expected);
    }
}

#[test]
fn no_text_no_part() {
    for written in ["", " \n", "\u{FEFF}", "\u{200E} \u{2066}"] {
        assert_eq!(shown(&post(written), &style(), &x()), "Empty");
    }
}

#[test]
fn a_warning_in_a_reposted_text_is_found() {
    let said = Shared {
        id: PostId::new("2"),
        is_own: false,
        author: Some("bob@x.com".into()),
        address: None,
        text: "CW: food\n\nSoup".into(),
        spans: Vec::new(),
        warning: None,
    };
    let boost = Post { boost: Some(said), ..post("") };
    let style = Style { boosts: Boosts::Text, warning_words: vec!["CW".into()], ..style() };
    let part = &parts(&boost, &style, &mastodon())[0];
    assert_eq!(part.warning.as_deref(), Some("food"));
    assert_eq!(readable(&part.text), "🔁 @|bob@x.com: “Soup”");
}
