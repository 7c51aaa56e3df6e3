//! The table: type × size × count × direction × limit × failure.

use crosspostd::core::post::{MediaKind, Network};
use crosspostd::core::style::{ExtraMedia, LongDescriptions, SensitiveMedia, Sound, UnfitMedia};
use crosspostd::sandbox::faults::When;
use crosspostd::sandbox::files::Behaviour;
use crosspostd::sandbox::media::NewMedia;
use image::ImageFormat::{Bmp, Gif, Png, Tiff, WebP};

use super::bench::{Bench, LONG};
use super::pictures::{bomb, container, jpeg, moving_gif, see_through, still, turned_jpeg};
use super::table::Is::{Like, Same};
use super::table::{ORIGINAL, file, row, run, uploads};

const M: Network = Network::Mastodon;
const X: Network = Network::Twitter;

fn small() -> super::table::Lying {
    file("image/jpeg", jpeg(64, 48, false))
}

fn smalls(count: u32) -> Vec<super::table::Lying> {
    (0..count).map(|number| file("image/png", still(Png, 40 + number, 30, false))).collect()
}

/// Noise, of more than X's 5 MB.
fn large() -> super::table::Lying {
    let bytes = jpeg(2300, 1750, true);
    assert!(bytes.len() > 5_100_000, "{}", bytes.len());
    file("image/jpeg", bytes)
}

fn clip() -> super::table::Lying {
    file("video/mp4", container(*b"mp42", 2_500_000))
}

fn linked(text: &str) -> String {
    format!("{text}\n\n{ORIGINAL}")
}

/// The mirror on Mastodon.
fn view(bench: &Bench) -> crosspostd::sandbox::mastodon::View {
    bench.pair.mastodon.with(|world| world.timeline_of_owner().pop().unwrap())
}

fn images(urls: &[String]) -> Vec<NewMedia> {
    urls.iter().map(|url| NewMedia::image(url)).collect()
}

fn described(urls: &[String]) -> Vec<NewMedia> {
    let number = |(number, url): (usize, &String)| NewMedia::image(url).described(&format!("picture {number}"));
    urls.iter().enumerate().map(number).collect()
}

fn video(urls: &[String]) -> Vec<NewMedia> {
    urls.iter().map(|url| NewMedia::video(url)).collect()
}

#[test]
fn pictures_to_x() {
    let link = linked("look");
    let all = |range: std::ops::Range<usize>| range.map(Same).collect::<Vec<_>>();
    run(&[
        row("a JPEG", M, vec![small()]),
        row("a PNG", M, vec![file("image/png", still(Png, 64, 48, false))]),
        row("a WebP", M, vec![file("image/webp", still(WebP, 64, 48, false))]),
        row("a still GIF", M, vec![file("image/gif", still(Gif, 64, 48, false))]),
        row("four, each described", M, smalls(4)).media(described).descriptions(&[
            Some("picture 0"),
            Some("picture 1"),
            Some("picture 2"),
            Some("picture 3"),
        ]),
        row("five", M, smalls(5))
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.max_attachments = 16))
            .parts(&[("look", &all(0..4)), ("", &all(4..5))]),
        row("ten", M, smalls(10))
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.max_attachments = 16))
            .parts(&[("look", &all(0..4)), ("", &all(4..8)), ("", &all(8..10))]),
        row("five, the fifth linked", M, smalls(5))
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.max_attachments = 16))
            .config(|config| config.from_mastodon.extra_media = ExtraMedia::Link)
            .parts(&[(&link, &all(0..4))]),
        row("without words", M, vec![small()]).text(""),
        row("too many bytes", M, vec![large()]).parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("holes and too many bytes", M, vec![file("image/png", see_through(1500, 1200, true))])
            .parts(&[("look", &[Like(0, "image/png")])]),
        row("a BMP", M, vec![file("image/bmp", still(Bmp, 64, 48, false))])
            .parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("a TIFF", M, vec![file("image/tiff", still(Tiff, 64, 48, false))])
            .parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("an AVIF", M, vec![file("image/avif", container(*b"avif", 5000))]).parts(&[(&link, &[])]),
        row("an HEIC", M, vec![file("image/heic", container(*b"heic", 5000))]).parts(&[(&link, &[])]).then(
            |bench, _| {
                let status = bench.run(&["status"]).expect(0).out;
                assert!(status.contains("HEIC") && status.contains("a link stands for it"), "{status}");
            },
        ),
        row("an HEIC, left out", M, vec![file("image/heic", container(*b"heic", 5000)), small()])
            .config(|config| config.from_mastodon.unfit_media = UnfitMedia::Drop)
            .parts(&[("look", &[Same(1)])]),
        row("one that is no JPEG but says so", M, vec![file("image/jpeg", still(Png, 64, 48, false))]),
        row("one of unknown length", M, vec![small().behaving(Behaviour::NoLength)]),
        row("one that is too large and of unknown length", M, vec![large().behaving(Behaviour::NoLength)])
            .parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("the same twice", M, vec![small()])
            .media(|urls| vec![NewMedia::image(&urls[0]), NewMedia::image(&urls[0])])
            .parts(&[("look", &[Same(0), Same(0)])]),
        row("one whose copy is missing", M, vec![small().behaving(Behaviour::NotFound), small()])
            .media(|urls| vec![NewMedia { remote_url: Some(urls[1].clone()), ..NewMedia::image(&urls[0]) }])
            .parts(&[("look", &[Same(1)])]),
        row("one that only its own server has", M, vec![small()]).media(|urls| {
            vec![NewMedia { remote_url: Some(urls[0].clone()), ..NewMedia::without_file(MediaKind::Image) }]
        }),
    ]);
}

#[test]
fn a_turned_photo_stands_upright_and_tells_nobody_where_it_was_taken() {
    let bench = Bench::begun();
    let url = super::table::lay(&bench, &file("image/jpeg", turned_jpeg(2300, 1750, 6, true)));
    bench.pair.write_with_media(M, "look", &[NewMedia::image(&url)]);
    bench.once().expect(0);
    let upload = uploads(&bench, X).remove(0);
    let bytes = upload.bytes.unwrap();
    let picture = image::load_from_memory(&bytes).unwrap();
    assert!(picture.height() > picture.width() && bytes.len() <= 5_000_000, "{}x{}", picture.width(), picture.height());
    assert!(!bytes.windows(4).any(|four| four == b"Exif"));
}

#[test]
fn what_moves_and_sounds_to_x() {
    let link = linked("look");
    run(&[
        row("a video", M, vec![clip()]).media(video),
        row("a video without words", M, vec![clip()]).media(video).text(""),
        row("a QuickTime video", M, vec![file("video/quicktime", container(*b"qt  ", 2_000_000))]).media(video),
        row("a video of unknown length", M, vec![clip().behaving(Behaviour::NoLength)]).media(video),
        row("a silent one", M, vec![clip()]).media(|urls| vec![NewMedia::gif(&urls[0])]),
        row("a moving GIF file", M, vec![file("image/gif", moving_gif(64, 48, 5))]),
        row("a video that is too long", M, vec![clip()])
            .media(|urls| vec![NewMedia { duration_ms: Some(200_000), ..NewMedia::video(&urls[0]) }])
            .parts(&[(&link, &[])]),
        row("a video that is too large", M, vec![clip()])
            .media(video)
            .config(|config| config.media.max_file_mb = 1)
            .parts(&[(&link, &[])])
            .then(|bench, _| {
                let status = bench.run(&["status"]).expect(0).out;
                assert!(status.contains("too large"), "{status}");
            }),
        row("a video in a format that X does not take", M, vec![file("video/webm", b"\x1A\x45\xDF\xA3webm".to_vec())])
            .media(video)
            .parts(&[(&link, &[])]),
        row("a video that is too large, and the post with it", M, vec![clip()])
            .media(video)
            .config(|config| {
                config.media.max_file_mb = 1;
                config.from_mastodon.unfit_media = UnfitMedia::Skip;
            })
            .parts(&[]),
        row("sound", M, vec![file("audio/mpeg", b"ID3\x04\0\0\0\0\0\0".to_vec())])
            .media(|urls| vec![NewMedia::audio(&urls[0])])
            .parts(&[(&link, &[])]),
        row("sound with a cover", M, vec![file("audio/mpeg", b"ID3\x04\0\0\0\0\0\0".to_vec()), small()])
            .media(|urls| vec![NewMedia { preview_url: Some(urls[1].clone()), ..NewMedia::audio(&urls[0]) }])
            .config(|config| config.from_mastodon.sound = Sound::Cover)
            .parts(&[(&link, &[Same(1)])]),
        row("pictures around a video", M, vec![small(), clip(), small()])
            .media(|urls| vec![NewMedia::image(&urls[0]), NewMedia::video(&urls[1]), NewMedia::image(&urls[2])])
            .parts(&[("look", &[Same(0)]), ("", &[Same(1)]), ("", &[Same(2)])]),
    ]);
}

#[test]
fn words_that_belong_to_pictures() {
    run(&[
        row("a description that is too long", M, vec![small()])
            .media(|urls| vec![NewMedia::image(&urls[0]).described(&"a cat on a mat ".repeat(90))])
            .then(|bench, _| {
                let uploads = uploads(bench, X);
                let told = uploads[0].description.as_deref().unwrap();
                assert!(told.chars().count() <= 1000 && told.chars().count() > 980 && told.ends_with('…'), "{told}");
            }),
        row("sensitive, under X's warning", M, vec![small()])
            .sensitive()
            .then(|bench, _| assert_eq!(uploads(bench, X)[0].warnings, ["other"])),
        row("sensitive, linked", M, vec![small()])
            .sensitive()
            .config(|config| config.from_mastodon.sensitive_media = SensitiveMedia::Link)
            .parts(&[(&linked("look"), &[])]),
        row("sensitive, not mirrored", M, vec![small()])
            .sensitive()
            .config(|config| config.from_mastodon.sensitive_media = SensitiveMedia::Skip)
            .parts(&[]),
    ]);
}

#[test]
fn a_long_description_goes_on_in_a_reply() {
    let bench = Bench::new();
    bench.configure(|config| config.from_mastodon.long_descriptions = LongDescriptions::Reply);
    bench.begin();
    let url = super::table::lay(&bench, &small());
    let words: Vec<String> = (0..250).map(|number| format!("word{number:03}")).collect();
    bench.pair.write_with_media(M, "look", &[NewMedia::image(&url).described(&words.join(" "))]);
    bench.once().expect(0);
    let made = bench.made(X);
    assert!(made.len() >= 4, "{made:#?}");
    let told = uploads(&bench, X)[0].description.clone().unwrap();
    let rest: Vec<&str> = made[1..].iter().flat_map(|part| part.text.split_whitespace()).collect();
    for word in &words {
        let all = told.split_whitespace().chain(rest.iter().copied()).map(|word| word.trim_matches('…'));
        let times = all.filter(|known| *known == word).count();
        assert_eq!(times, 1, "{word}: {told}\n{rest:?}");
    }
    bench.assert_bill();
}

#[test]
fn pictures_to_mastodon() {
    run(&[
        row("a photo", X, vec![small()]),
        row("a PNG", X, vec![file("image/png", still(Png, 64, 48, false))]),
        row("four, each described", X, smalls(4)).media(described).descriptions(&[
            Some("picture 0"),
            Some("picture 1"),
            Some("picture 2"),
            Some("picture 3"),
        ]),
        row("without words", X, vec![small()]).text(""),
        row("more than the server takes in a post", X, smalls(3))
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.max_attachments = 2))
            .parts(&[("look", &[Same(0), Same(1)]), ("", &[Same(2)])]),
        row("too many bytes for the server", X, vec![file("image/jpeg", jpeg(800, 600, true))])
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.image_size_limit = 100_000))
            .parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("too many pixels for the server", X, vec![file("image/jpeg", jpeg(800, 600, false))])
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.image_matrix_limit = 100_000))
            .parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("a format that the server does not take", X, vec![file("image/webp", still(WebP, 64, 48, false))])
            .world(|bench| {
                bench
                    .pair
                    .mastodon
                    .with(|m| m.behaviour.uploads.supported_mime_types = vec!["image/jpeg", "image/png"]);
            })
            .parts(&[("look", &[Like(0, "image/jpeg")])]),
        row("a bomb", X, vec![file("image/png", bomb(60_000, 60_000))])
            .parts(&[(&linked("look"), &[])])
            .then(|_, pass| assert!(pass.err.contains("60000×60000"), "{}", pass.err)),
        row("a description that is too long for the server", X, vec![small()])
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.description_limit = 20))
            .media(|urls| vec![NewMedia::image(&urls[0]).described("a cat that sleeps in the sun")])
            .descriptions(&[Some("a cat that sleeps…")]),
        row("sensitive", X, vec![small()]).sensitive().then(|bench, _| assert!(view(bench).sensitive)),
        row("sensitive, with a warning", X, vec![small()])
            .sensitive()
            .config(|config| config.from_twitter.sensitive_warning = "look away".to_owned())
            .then(|bench, _| {
                assert!(view(bench).sensitive);
                assert_eq!(view(bench).spoiler, "look away");
            }),
        row("a server that knows only the older way", X, vec![small()])
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.v2 = false)),
    ]);
}

#[test]
fn a_server_that_takes_less_than_it_did_this_morning() {
    let bench = Bench::begun();
    let url = super::table::lay(&bench, &file("image/jpeg", jpeg(800, 600, false)));
    bench.pair.write_with_media(X, "look", &[NewMedia::image(&url)]);
    let fetched = bench.pair.files.hold("GET", "/f/", When::BeforeDeed);
    let pass = bench.start(&["run", "--once"]);
    assert!(fetched.wait_arrived(LONG));
    // It has asked what the server takes by now.
    bench.pair.mastodon.with(|world| world.behaviour.uploads.image_matrix_limit = 100_000);
    fetched.release();
    pass.wait().expect(0);
    let [upload] = uploads(&bench, M).try_into().unwrap();
    let picture = image::load_from_memory(&upload.bytes.unwrap()).unwrap();
    assert!(picture.width() * picture.height() <= 100_000, "{}x{}", picture.width(), picture.height());
    bench.assert_mirrors(M, &["look"]);
}

#[test]
fn what_moves_to_mastodon() {
    let link = linked("look");
    run(&[
        row("a video", X, vec![clip()]).media(video),
        row("what X calls a GIF", X, vec![clip()]).media(|urls| vec![NewMedia::gif(&urls[0])]),
        row("the best of a video's three", X, vec![clip(), clip(), clip()])
            .media(|urls| {
                let variants = [(256_000, &urls[0]), (2_176_000, &urls[1]), (832_000, &urls[2])];
                let variants = variants.into_iter().map(|(rate, url)| (rate, url.clone())).collect();
                vec![NewMedia { variants, ..NewMedia::video(&urls[1]) }]
            })
            .parts(&[("look", &[Same(1)])]),
        row("the best that the server takes", X, {
            let of = |length| file("video/mp4", container(*b"mp42", length));
            vec![of(100_000), of(3_000_000), of(900_000)]
        })
        .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.video_size_limit = 1_500_000))
        .media(|urls| {
            let variants = [(256_000, &urls[0]), (2_176_000, &urls[1]), (832_000, &urls[2])];
            let variants = variants.into_iter().map(|(rate, url)| (rate, url.clone())).collect();
            vec![NewMedia { variants, ..NewMedia::video(&urls[1]) }]
        })
        .parts(&[("look", &[Same(2)])]),
        row("a video that is larger than the server takes", X, vec![clip()])
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.video_size_limit = 1_000_000))
            .media(video)
            .parts(&[(&link, &[])]),
        row("a photo and a video", X, vec![small(), clip()])
            .media(|urls| vec![NewMedia::image(&urls[0]), NewMedia::video(&urls[1])])
            .parts(&[("look", &[Same(0)]), ("", &[Same(1)])]),
        row("a video that the server cannot work with", X, vec![clip()])
            .world(|bench| bench.pair.mastodon.with(|m| m.behaviour.uploads.fails_processing = true))
            .media(video)
            .parts(&[(&link, &[])])
            .then(|_, _| ()),
    ]);
}
