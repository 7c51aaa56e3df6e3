//! What becomes of what is attached to a post.

use super::*;
use crate::core::post::Focus;
use crate::core::record::Attachment;
use crate::core::style::{
    ExtraMedia, LongDescriptions, LongPosts, MediaStyle, SensitiveMedia, Sound, UnfitMedia, Warnings,
};

const LINK: &str = "https://here.social/@me/1";

fn with(written: &str, attached: &str) -> Post {
    Post { media: media(attached), ..post(written) }
}

fn styled(media: MediaStyle) -> Style {
    Style { media, ..style() }
}

fn told(post: &Post, style: &Style, rules: &Rules) -> Vec<String> {
    notes(post, style, rules).iter().map(ToString::to_string).collect()
}

#[test]
fn pictures_stand_together_and_anything_else_alone_in_their_order() {
    let two_posts = "what is attached does not go into one post and is spread over 2";
    for (attached, expected, spread) in [
        ("p1", "hi [p1]", None),
        ("p1 p2 p3 p4", "hi [p1 p2 p3 p4]", None),
        ("p1 p2 p3 p4 p5", "hi [p1 p2 p3 p4] ⏎ [p5]", Some(two_posts)),
        ("p1 v1", "hi [p1] ⏎ [v1]", Some(two_posts)),
        ("p1 v1 p2", "hi [p1] ⏎ [v1] ⏎ [p2]", Some("what is attached does not go into one post and is spread over 3")),
        ("g1 g2", "hi [g1] ⏎ [g2]", Some(two_posts)),
        ("p1 p2 g1", "hi [p1 p2] ⏎ [g1]", Some(two_posts)),
        ("v1", "hi [v1]", None),
        ("v1:140", "hi [v1]", None),
    ] {
        for rules in [x(), mastodon()] {
            assert_eq!(with_media(&with("hi", attached), &style(), &rules), expected, "{attached}");
            let told = told(&with("hi", attached), &style(), &rules);
            assert_eq!(told.first().map(String::as_str), spread, "{attached}");
        }
    }
    assert_eq!(with_media(&with("", "p1 p2 p3 p4 p5"), &style(), &x()), "[p1 p2 p3 p4] ⏎ [p5]");
    assert_eq!(with_media(&with("", "s1 p1"), &style(), &mastodon()), "[s1] ⏎ [p1]");
    let linked = styled(MediaStyle { extra: ExtraMedia::Link, ..MediaStyle::default() });
    for (attached, expected, note) in [
        ("p1 p2", "hi [p1 p2]".to_owned(), None),
        ("p1 p2 p3 p4 p5 v1", format!("hi ¶ {LINK} [p1 p2 p3 p4]"), Some("some of the media do")),
        ("v1 p1", format!("hi ¶ {LINK} [v1]"), Some("one of the media does")),
    ] {
        assert_eq!(with_media(&with("hi", attached), &linked, &x()), expected);
        let note = note.map(|who| format!("{who} not go into the same post: there is a link to the original instead"));
        assert_eq!(told(&with("hi", attached), &linked, &x()).first(), note.as_ref());
    }
}

#[test]
fn the_parts_of_a_thread_carry_them_from_the_first_on() {
    let words = "many words ".repeat(40);
    let attached = |media: &str, style: &Style| -> Vec<usize> {
        let parts = parts(&with(&words, media), style, &x());
        parts.iter().map(|part| part.media.len()).collect()
    };
    assert_eq!(attached("p1", &style()), [1, 0]);
    assert_eq!(attached("p1 p2 p3 p4 p5", &style()), [4, 1]);
    assert_eq!(attached("v1 v2 v3", &style()), [1, 1, 1]);
    let truncate = Style { long_posts: LongPosts::Truncate, ..style() };
    assert_eq!(attached("p1", &truncate), [1]);
    assert_eq!(attached("p1 v1", &truncate), [1, 1]);
    let cut = parts(&with(&words, "v1 v2:200"), &truncate, &x());
    assert_eq!(cut.len(), 1);
    assert_eq!(cut[0].text.matches(LINK).count(), 1);
    let hidden = Post { sensitive: true, warning: Some("food".into()), ..with("hi", "v1 v2") };
    for part in parts(&hidden, &style(), &mastodon()) {
        assert!(part.sensitive && part.warning.as_deref() == Some("food") && !part.media[0].sensitive);
    }
    // So many that no thread is as long.
    let many = (0..40).map(|number| format!("v{number}")).collect::<Vec<_>>().join(" ");
    let parts = parts(&with("hi", &many), &style(), &x());
    assert_eq!((parts.len(), parts[0].text.ends_with(LINK)), (25, true));
}

#[test]
fn what_the_target_does_not_take_is_linked_or_left_out() {
    let drop = styled(MediaStyle { unfit: UnfitMedia::Drop, ..MediaStyle::default() });
    let skip = styled(MediaStyle { unfit: UnfitMedia::Skip, ..MediaStyle::default() });
    let nothing = Rules { media: MediaRules::nothing(), ..x() };
    let typed = |said: &str, types: &[Option<MediaType>], endings: &[&str]| {
        let mut post = with("hi", said);
        post.media[0].files = types
            .iter()
            .zip(endings)
            .map(|(media_type, ending)| MediaFile {
                media_type: *media_type,
                ..file(&format!("https://f/{said}{ending}"))
            })
            .collect();
        post
    };
    let short = {
        let mut post = with("hi", "g1");
        post.media[0].length_ms = Some(340);
        post
    };
    for (post, rules, why) in [
        (with("hi", "v1:200"), x(), "the video is 200 s long, X takes at most 140 s"),
        (short, x(), "the GIF is 0.3 s long, X takes no less than 0.5 s"),
        (with("hi", "o1"), x(), "crosspostd does not know what kind of media is attached to it"),
        (
            Post { media: vec![Media::of(MediaKind::Image)], ..post("hi") },
            x(),
            "the picture has no address from which it could be fetched",
        ),
        (with("hi", "p1"), nothing.clone(), "X takes no pictures"),
        (with("hi", "g1"), nothing, "X takes no GIFs"),
        (typed("v1", &[Some(MediaType::WebM)], &[""]), x(), "X takes no WebM videos"),
        (typed("v1", &[None], &["/pl/list.m3u8?tag=12"]), mastodon(), "the video comes in no form that Mastodon takes"),
        (typed("s1", &[Some(MediaType::Flac)], &[""]), mastodon(), "Mastodon takes no FLAC sound"),
    ] {
        assert_eq!(with_media(&post, &style(), &rules), format!("hi ¶ {LINK}"), "{why}");
        let notes = told(&post, &style(), &rules);
        assert_eq!(notes[0], format!("{why}: there is a link to the original instead"));
        let costs = rules.prices.map(|_| "with the link to the original, its post costs $0.200");
        assert_eq!(notes.get(1).map(String::as_str), costs);
        assert_eq!(with_media(&post, &drop, &rules), "hi");
        assert_eq!(told(&post, &drop, &rules), [format!("{why}: left out")]);
        assert_eq!(with_media(&post, &skip, &rules), "Media");
        let nowhere = Post { address: None, ..post.clone() };
        assert_eq!(with_media(&nowhere, &style(), &rules), "hi");
        assert!(
            told(&nowhere, &style(), &rules)[0].ends_with(", and the original has no address to link to: left out")
        );
        let silent = Post { text: " ".into(), ..nowhere };
        assert_eq!(with_media(&silent, &style(), &rules), "Empty");
        assert_eq!(with_media(&Post { text: String::new(), ..post }, &style(), &rules), LINK);
    }
    assert_eq!(with_media(&with("hi", "p1 v1:200 p2"), &style(), &x()), format!("hi ¶ {LINK} [p1 p2]"));
    // A type that the target does not take may still be converted, if it is a picture.
    assert_eq!(with_media(&typed("p1", &[Some(MediaType::Avif)], &[""]), &style(), &x()), "hi [p1]");
    // The original is linked once.
    let linked = with(&format!("see {{{LINK}}}"), "v1:200");
    assert_eq!(shown(&linked, &style(), &x()), format!("see {LINK}"));
}

#[test]
fn sound_has_no_home_on_x() {
    let cover = styled(MediaStyle { sound: Sound::Cover, ..MediaStyle::default() });
    let mut covered = with("hi", "s1");
    covered.media[0].cover = Some("https://f/c1".into());
    covered.media[0].description = Some("rain".into());
    for (post, style, expected) in [
        (&covered, &style(), format!("hi ¶ {LINK}")),
        (&covered, &cover, format!("hi ¶ {LINK} [c1]")),
        (&with("hi", "s1"), &cover, format!("hi ¶ {LINK}")),
        (&Post { address: None, ..covered.clone() }, &cover, "hi [c1]".to_owned()),
    ] {
        assert_eq!(with_media(post, style, &x()), expected);
        assert_eq!(with_media(&Post { address: None, ..post.clone() }, style, &mastodon()), "hi [s1]");
    }
    let part = &parts(&covered, &cover, &x())[0];
    assert_eq!((part.media[0].kind, part.media[0].description.as_deref()), (MediaKind::Image, Some("rain")));
    assert_eq!(
        told(&covered, &cover, &x())[..2],
        [
            "the cover picture of the sound is attached in its place",
            "X takes no sound: there is a link to the original instead"
        ]
    );
}

#[test]
fn of_several_files_the_best_that_fits_comes_first() {
    let variant = |name: &str, media_type: Option<MediaType>, bitrate: Option<u64>| MediaFile {
        media_type,
        bitrate,
        ..file(&format!("https://f/{name}"))
    };
    let mp4 = Some(MediaType::Mp4);
    let sources = |files: Vec<MediaFile>, secs: Option<u64>, rules: &Rules| -> String {
        let mut post = with("hi", "v1");
        post.media[0].files = files;
        post.media[0].length_ms = secs.map(|secs| secs * 1000);
        let sources = parts(&post, &style(), rules)[0].media[0].sources.clone();
        sources.join(" ").replace("https://f/", "")
    };
    let ladder = || {
        vec![
            variant("list.m3u8?tag=3", None, None),
            variant("low", mp4, Some(632_000)),
            variant("top", mp4, Some(10_368_000)),
            variant("mid", mp4, Some(2_176_000)),
            variant("web", Some(MediaType::Ogg), Some(9_000_000)),
        ]
    };
    assert_eq!(sources(ladder(), Some(60), &mastodon()), "top mid low");
    assert_eq!(sources(ladder(), None, &mastodon()), "top mid low");
    // 99 MiB are 80 s of the best, 381 s of the next, 1314 s of the least.
    assert_eq!(sources(ladder(), Some(100), &mastodon()), "mid low top");
    assert_eq!(sources(ladder(), Some(600), &mastodon()), "low mid top");
    assert_eq!(sources(ladder(), Some(2000), &mastodon()), "low mid top");
    let sized = || {
        vec![
            variant("vid/avc1/640x360/a.mp4", mp4, Some(800)),
            variant("vid/avc1/3840x2161/b.mp4", mp4, Some(9000)),
            variant("vid/avc1/3840x2160/c.mp4", mp4, Some(5000)),
        ]
    };
    let by_size = "vid/avc1/3840x2160/c.mp4 vid/avc1/640x360/a.mp4 vid/avc1/3840x2161/b.mp4";
    assert_eq!(sources(sized(), Some(1), &mastodon()), by_size);
    assert_eq!(sources(vec![file("https://f/a"), file("https://f/b"), file("https://f/a")], Some(9), &x()), "a b");
}

#[test]
fn an_animated_file_stands_alone_on_x() {
    let mut post = with("hi", "p1 p2 p3");
    post.media[1].files = vec![file("https://f/p2.GIF?x=1")];
    assert_eq!(with_media(&post, &style(), &x()), "hi [p1] ⏎ [p2.GIF?x=1] ⏎ [p3]");
    assert_eq!(with_media(&post, &style(), &mastodon()), "hi [p1 p2.GIF?x=1 p3]");
    post.media[1].kind = MediaKind::Gif;
    assert_eq!(with_media(&post, &style(), &mastodon()), "hi [p1] ⏎ [p2.GIF?x=1] ⏎ [p3]");
}

fn described(words: &str, attached: &str) -> Post {
    let mut post = with("hi", attached);
    post.media.last_mut().unwrap().description = Some(words.to_owned());
    post
}

fn description(attachment: &Attachment) -> &str {
    attachment.description.as_deref().unwrap_or_default()
}

#[test]
fn descriptions_come_along_and_are_cut_where_they_are_too_long() {
    let plain = described(" A cat, @bob, on main.rs\n#cat ", "p1");
    assert_eq!(description(&parts(&plain, &style(), &x())[0].media[0]), "A cat, @bob, on main.rs\n#cat");
    assert!(notes(&plain, &style(), &x()).is_empty());
    assert_eq!(parts(&described(" \n", "p1"), &style(), &x())[0].media[0].description, None);
    let long = format!("{}mentions @jack on main.rs and https://e.org/a", "many words here ".repeat(62));
    let reply = styled(MediaStyle { long_descriptions: LongDescriptions::Reply, ..MediaStyle::default() });
    for (attached, of, head) in [("p1", "the picture", "[ALT]"), ("p1 p2", "picture 2", "[ALT 2/2]")] {
        let post = described(&long, attached);
        let parts_of = |style: &Style| parts(&post, style, &x());
        let cut = parts_of(&style());
        let words = description(cut[0].media.last().unwrap());
        assert!(words.chars().count() <= 1000 && words.chars().count() > 980 && words.ends_with('…'), "{words}");
        assert_eq!(told(&post, &style(), &x()), [format!("the description of {of} is too long and was cut")]);
        let whole = parts_of(&reply);
        assert_eq!((whole.len(), &whole[0]), (2, &cut[0]));
        let expected = format!("{head} …mentions @|jack on main.|rs and https://e.|org/a");
        let rest = readable(&whole[1].text);
        assert!(rest.starts_with(&format!("{head} …")) && rest.ends_with(&expected[head.len() + 12..]), "{rest}");
        assert!(count::found_by_x(&whole[1].text).is_empty() && whole[1].media.is_empty());
        assert_eq!(
            told(&post, &reply, &x()),
            [format!("the description of {of} is too long: the rest of it follows in a reply")]
        );
        assert_eq!(parts(&post, &reply, &mastodon()).len(), 1);
    }
    // A rest is a thread of its own where it must be, also where long posts are no threads, up to what a thread may be.
    let long_posts = LongPosts::Skip;
    let posts = |count: usize| {
        let post = described(&"many words here ".repeat(count), "p1");
        parts(&post, &Style { long_posts, ..reply.clone() }, &x())
    };
    let thread = posts(100);
    assert_eq!(thread.len(), 4);
    assert!(thread.iter().all(|part| count::weighted(&part.text) <= 280));
    assert_eq!(posts(10_000).len(), 1);
}

#[test]
fn a_focus_is_told_where_it_can_be() {
    let focus = Some(Focus { x: 100, y: -250 });
    let mut post = with("hi", "p1");
    post.media[0].focus = focus;
    assert_eq!(parts(&post, &style(), &x())[0].media[0].focus, None);
    assert_eq!(parts(&post, &style(), &mastodon())[0].media[0].focus, focus);
}

#[test]
fn what_is_sensitive_is_shown_as_the_style_says() {
    let sensitive = Post { sensitive: true, ..with("hi", "p1 v1") };
    let on_x = |sensitive| styled(MediaStyle { sensitive, ..MediaStyle::default() });
    for (policy, expected) in [
        (SensitiveMedia::Attach, "hi [p1] ⏎ [v1]".to_owned()),
        (SensitiveMedia::Link, format!("hi ¶ {LINK}")),
        (SensitiveMedia::Skip, "SensitiveMedia".to_owned()),
    ] {
        assert_eq!(with_media(&sensitive, &on_x(policy), &x()), expected);
        assert_eq!(with_media(&sensitive, &on_x(policy), &mastodon()), "hi [p1] ⏎ [v1]");
        assert_eq!(with_media(&Post { sensitive: true, ..post("hi") }, &on_x(policy), &x()), "hi");
    }
    assert!(parts(&sensitive, &style(), &x()).iter().all(|part| part.media[0].sensitive && !part.sensitive));
    assert!(parts(&sensitive, &style(), &mastodon()).iter().all(|part| !part.media[0].sensitive && part.sensitive));
    let linked = told(&sensitive, &on_x(SensitiveMedia::Link), &x());
    assert_eq!(linked[0], "the media are marked as sensitive: there is a link to the original instead");
    let warn = styled(MediaStyle { sensitive_warning: Some("sensitive media".into()), ..MediaStyle::default() });
    for (post, expected) in [
        (&sensitive, Some("sensitive media")),
        (&Post { warning: Some("spiders".into()), ..sensitive.clone() }, Some("spiders")),
        (&Post { warning: Some(" ".into()), ..sensitive.clone() }, Some("sensitive media")),
        (&Post { sensitive: false, ..sensitive.clone() }, None),
        (&Post { media: Vec::new(), ..sensitive.clone() }, None),
    ] {
        assert_eq!(parts(post, &warn, &mastodon())[0].warning.as_deref(), expected);
        assert_eq!(with_media(&Post { warning: None, ..post.clone() }, &warn, &x()).matches("sensitive").count(), 0);
    }
    let words = "\"sensitive media\" became the content warning";
    assert_eq!(told(&sensitive, &warn, &mastodon())[0], format!("the media are marked as sensitive: {words}"));
    let alone = Style { warnings: Warnings::WarningAndLink, ..style() };
    let hidden = Post { warning: Some("spiders".into()), ..sensitive };
    assert_eq!(with_media(&hidden, &alone, &x()), format!("CW: spiders ¶ {LINK}"));
    assert_eq!(with_media(&Post { text: String::new(), ..hidden }, &style(), &x()), "CW: spiders [p1] ⏎ [v1]");
}

#[test]
fn a_part_that_loses_an_attachment_says_where_it_is() {
    let lost = |post: &Post, style: &Style, address: Option<&str>, rules: &Rules| -> String {
        let part = &parts(post, style, rules)[0];
        let rest = detach::without(part, Some(&part.media[0]), address, rules);
        let one = |part: &Part| format!("{}[{}]", part.text.replace("\n\n", " ¶ "), part.media.len());
        rest.iter().map(one).collect::<Vec<_>>().join(" ⏎ ")
    };
    let full = "a".repeat(280);
    for (post, address, expected) in [
        (with("hi", "p1 p2"), Some(LINK), format!("hi ¶ {LINK}[1]")),
        (with("hi", "p1"), None, "hi[0]".to_owned()),
        (with("", "p1"), None, String::new()),
        (with("", "p1"), Some(LINK), format!("{LINK}[0]")),
        (with(&full, "p1"), Some(LINK), format!("{full}[0] ⏎ {LINK}[0]")),
        (with(&format!("see {{{LINK}}}"), "p1"), Some(LINK), format!("see {LINK}[0]")),
        (with(&format!("see {{{LINK}2}}"), "p1"), Some(LINK), format!("see {LINK}2 ¶ {LINK}[0]")),
        (with("hi", "p1"), Some("https://日本.example/@a/1"), "hi ¶ https://xn--wgv71a.example/%40a/1[0]".to_owned()),
    ] {
        assert_eq!(lost(&post, &style(), address, &x()), expected);
    }
    // A warning takes its share of the length.
    let warned = Post { warning: Some("w".repeat(100)), ..with(&"b".repeat(380), "p1") };
    assert_eq!(lost(&warned, &style(), Some(LINK), &mastodon()), format!("{}[0] ⏎ {LINK}[0]", "b".repeat(380)));
}
