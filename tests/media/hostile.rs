//! Files that are traps or do not come, and networks that do not take them: one clear line, the post as the owner
//! decided, and nothing else disturbed.

use std::time::Duration;

use crosspostd::config::Config;
use crosspostd::core::post::Network;
use crosspostd::core::style::MissingMedia;
use crosspostd::sandbox::files::Behaviour;
use crosspostd::sandbox::media::NewMedia;
use crosspostd::sandbox::{Files, Server};
use image::ImageFormat::Png;

use super::bench::{Bench, Ended, all_at_once};
use super::pictures::{container, jpeg, still};
use super::table::{Lying, address, attached, file, lay, uploads};

pub const M: Network = Network::Mastodon;
pub const X: Network = Network::Twitter;

/// Longer than the first pause before something missing is tried again, in seconds.
pub const A_MINUTE: i64 = 61;
/// Longer than what is missing is waited for, and than X keeps an upload, in seconds.
pub const A_DAY: i64 = 25 * 3600;

pub fn small() -> Lying {
    file("image/jpeg", jpeg(64, 48, false))
}

pub fn clip() -> Lying {
    file("video/mp4", container(*b"mp42", 2_500_000))
}

fn impatient(config: &mut Config) {
    config.media.stall = Duration::from_secs(1);
    config.media.max_time = Duration::from_secs(10);
    config.media.max_file_mb = 8;
}

pub fn begun(change: impl FnOnce(&mut Config)) -> Bench {
    let bench = Bench::new();
    bench.configure(|config| {
        impatient(config);
        change(config);
    });
    bench.begin();
    bench
}

/// What becomes of the post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Waits,
    /// It stands there with a link to the original.
    Linked,
    /// It stands there with its file.
    Arrives,
}

/// A post with a file, and another one written after it.
pub struct Written {
    pub bench: Bench,
    from: Network,
    id: String,
    content: Vec<u8>,
}

impl Written {
    pub fn new(bench: Bench, from: Network, lying: &Lying) -> Self {
        let url = lay(&bench, lying);
        let is_video = lying.media_type.starts_with("video/");
        let media = if is_video { NewMedia::video(&url) } else { NewMedia::image(&url) };
        let id = bench.pair.write_with_media(from, "look", &[media]);
        bench.pair.write(from, "beside");
        bench.pair.write(from.other(), "the other way");
        Self { bench, from, id, content: lying.bytes.clone() }
    }

    /// The post with its link.
    pub fn linked(&self) -> String {
        let address = address(&self.bench, self.from, &self.id);
        // The sandbox's host is none that X takes for one: a name in its addresses would be a mention.
        let address = if self.from == M { address.replace('@', "%40") } else { address };
        format!("look\n\n{address}")
    }

    pub fn texts(&self) -> Vec<String> {
        let mut texts = self.bench.pair.mirrors(self.from.other());
        texts.sort();
        texts
    }

    /// One pass that ends like this: by its exit code, by what stands there, by one line with these words.
    #[track_caller]
    pub fn pass(&self, name: &str, fate: Fate, says: &str) -> Ended {
        let (bench, target) = (&self.bench, self.from.other());
        let pass = bench.once();
        let name = format!("{name} from {}: {pass:#?}", self.from);
        assert_eq!(pass.code, Some(if fate == Fate::Waits { 75 } else { 0 }), "{name}");
        let texts = match fate {
            Fate::Waits => vec!["beside".to_owned()],
            Fate::Linked => vec!["beside".to_owned(), self.linked()],
            Fate::Arrives => vec!["beside".to_owned(), "look".to_owned()],
        };
        assert_eq!(self.texts(), texts, "{name}");
        assert_eq!(bench.pair.mirrors(self.from), ["the other way"], "{name}");
        assert_eq!(left_over(bench), Vec::<String>::new(), "{name}");
        if fate == Fate::Arrives {
            self.assert_attached(&name);
        }
        let told = pass.err.lines().filter(|line| !says.is_empty() && line.contains(says)).count();
        assert_eq!(told, usize::from(!says.is_empty()), "{says:?} is to be said once, {name}");
        // What is wrong with one post is no reason to warn of anything else.
        let warnings =
            pass.err.lines().filter(|line| line.contains("Z warning: ") || line.contains("Z error: ")).count();
        assert_eq!(warnings, usize::from(!says.is_empty()), "{name}");
        let status = bench.run(&["status"]).expect(0).out;
        if !says.is_empty() {
            assert!(status.contains(says), "{name}\n{status}");
        }
        let waits = status.contains("it waits for its media since");
        assert_eq!(waits, fate == Fate::Waits, "{name}\n{status}");
        bench.assert_bill();
        assert!(!bench.pair.files.with(|files| files.saw_credentials()), "{name}");
        assert!(uploads(bench, target).iter().filter(|upload| !upload.is_orphan()).count() <= 1, "{name}");
        pass
    }

    /// A pass in which nothing happens.
    #[track_caller]
    pub fn rests(&self, name: &str, code: i32) {
        let (before, sent) = (self.texts(), self.bench.posts_sent(self.from.other()));
        self.bench.once().expect(code);
        assert_eq!(self.texts(), before, "{name}");
        assert_eq!(self.bench.posts_sent(self.from.other()), sent, "{name}");
    }

    #[track_caller]
    fn assert_attached(&self, name: &str) {
        let target = self.from.other();
        let made = self.bench.made(target).into_iter().find(|made| made.text == "look").unwrap();
        let files = attached(&self.bench, target, &made.id);
        assert_eq!(files.len(), 1, "{name}");
        assert!(files[0].bytes.as_deref() == Some(self.content.as_slice()), "{name}: {:?}", files[0]);
    }
}

/// What lies around beside the state.
fn left_over(bench: &Bench) -> Vec<String> {
    let (mut folders, mut found) = (vec![bench.state().parent().unwrap().to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if !matches!(name.as_str(), "state.jsonl" | "state.lock") {
                found.push(name);
            }
        }
    }
    found
}

struct Trap {
    name: &'static str,
    lying: Lying,
    fate: Fate,
    says: &'static str,
}

fn trap(name: &'static str, lying: Lying, behaviour: Behaviour, fate: Fate, says: &'static str) -> Trap {
    Trap { name, lying: lying.behaving(behaviour), fate, says }
}

fn spring(traps: &[Trap]) {
    for some in traps.chunks(3) {
        let both: Vec<_> = some.iter().flat_map(|trap| [(trap, M), (trap, X)]).collect();
        all_at_once(&both, |(Trap { name, lying, fate, says }, from)| {
            let written = Written::new(begun(|_| ()), *from, lying);
            written.pass(name, *fate, says);
            written.rests(name, if *fate == Fate::Waits { 75 } else { 0 });
        });
    }
}

#[test]
fn what_is_too_much() {
    let huge = Behaviour::HugeLength(10 << 30);
    spring(&[
        trap(
            "ten gigabytes",
            small(),
            huge.clone(),
            Fate::Linked,
            "the picture is too large to fetch (10 GB, at most 8 MB)",
        ),
        trap(
            "a video of ten gigabytes",
            clip(),
            huge,
            Fate::Linked,
            "the video is too large to fetch (10 GB, at most 8 MB)",
        ),
        trap(
            "a picture without end",
            small(),
            Behaviour::Endless,
            Fate::Linked,
            "the picture is larger than is taken there (at most 8 MB)",
        ),
        trap(
            "a video without end",
            clip(),
            Behaviour::Endless,
            Fate::Linked,
            "the video is larger than is taken there (at most 8 MB)",
        ),
    ]);
}

#[test]
fn what_comes_slowly_or_in_part() {
    let cut = "ended too early";
    spring(&[
        trap("drop by drop", small(), Behaviour::Drips(20), Fate::Waits, "gives the picture out too slowly"),
        trap("silence", small(), Behaviour::Stalls(700), Fate::Waits, "fell silent while it was asked for the picture"),
        trap("silence from the start", small(), Behaviour::Stalls(0), Fate::Waits, "fell silent"),
        trap("silence in the middle of a video", clip(), Behaviour::Stalls(1_500_000), Fate::Waits, "fell silent"),
        trap("cut off", small(), Behaviour::CutOff(700), Fate::Waits, cut),
        trap("a video cut off", clip(), Behaviour::CutOff(1_500_000), Fate::Waits, cut),
        trap("shorter than told", small(), Behaviour::WrongLength, Fate::Waits, cut),
        trap("a video shorter than told", clip(), Behaviour::WrongLength, Fate::Waits, cut),
    ]);
}

#[test]
fn what_is_not_what_it_is_said_to_be() {
    let page = b"<!DOCTYPE html><html><body>No picture here</body></html>".to_vec();
    let is_page = "there is a web page where the picture should be";
    spring(&[
        trap("a page said to be a JPEG", file("image/jpeg", page), Behaviour::Good, Fate::Waits, is_page),
        trap("a sign-in page", small(), Behaviour::Html, Fate::Waits, is_page),
        trap(
            "a picture said to be a video",
            file("video/mp4", still(Png, 64, 48, false)),
            Behaviour::Good,
            Fate::Linked,
            "the video is of a type that is not taken there (PNG)",
        ),
        trap("a JPEG said to be a page", small(), Behaviour::Lies("text/html".to_owned()), Fate::Arrives, ""),
        trap("a video said to be a JPEG", clip(), Behaviour::Lies("image/jpeg".to_owned()), Fate::Arrives, ""),
        trap("nothing", file("image/jpeg", Vec::new()), Behaviour::Good, Fate::Waits, "is empty"),
        trap(
            "of no known type",
            file("image/jpeg", vec![1, 2, 3, 4, 5, 250, 251, 252, 0, 7]),
            Behaviour::Good,
            Fate::Linked,
            "the picture is of an unknown type",
        ),
    ]);
}

#[test]
fn what_lies_elsewhere() {
    let to = |place: &str| Behaviour::RedirectTo(place.to_owned());
    spring(&[
        trap("in circles", small(), Behaviour::RedirectLoop, Fate::Waits, "it is redirected in circles"),
        trap(
            "in this machine's files",
            small(),
            to("file:///etc/passwd"),
            Fate::Linked,
            "its address is none that a file can lie at",
        ),
        trap(
            "where anybody reads along",
            small(),
            to("http://files.example/1.jpg"),
            Fate::Linked,
            "its address at files.example is not encrypted",
        ),
        trap(
            "with a password",
            small(),
            to("https://a:b@files.example/1.jpg"),
            Fate::Linked,
            "there is a user name or password in its address",
        ),
        trap(
            "where no file is fetched from",
            small(),
            to("ftp://files.example/1.jpg"),
            Fate::Linked,
            "its address begins with ftp:, not with https:",
        ),
        trap("nowhere", small(), to("https://["), Fate::Linked, "redirects it to nowhere"),
        trap("forbidden", small(), Behaviour::Forbidden, Fate::Waits, "does not let us have it (403)"),
        trap("down", small(), Behaviour::ServerError(9), Fate::Waits, "cannot give it out at present (503)"),
    ]);
}

#[test]
fn another_host_gives_the_file_and_learns_nothing_of_us() {
    all_at_once(&[M, X], |from| {
        let bench = begun(|_| ());
        let other = Server::start(Files::new(), bench.pair.clock.clone()).unwrap();
        let picture = small();
        let path = other.with(|files| files.put(picture.bytes.clone(), "image/jpeg"));
        let place = Behaviour::RedirectTo(format!("{}{path}?token=abc", other.base()));
        let written = Written::new(bench, *from, &picture.behaving(place));
        written.pass("another host", Fate::Arrives, "");
        other.with(|files| {
            assert_eq!(files.hits(&path), 1);
            assert!(!files.saw_credentials(), "{:?}", files.headers(&path));
            let names: Vec<&str> = files.headers(&path)[0].iter().map(|(name, _)| name.as_str()).collect();
            assert!(!names.contains(&"referer"), "{names:?}");
        });
    });
}

#[test]
fn what_comes_late_is_posted_then_and_once() {
    let late: [(&str, Behaviour, usize); 3] = [
        ("late", Behaviour::NotFoundTimes(2), 2),
        ("down for a while", Behaviour::ServerError(2), 2),
        ("cut off twice", Behaviour::CutOffTimes { after: 700, times: 2 }, 2),
    ];
    let both: Vec<_> = late.iter().flat_map(|late| [(late, M), (late, X)]).collect();
    all_at_once(&both, |((name, behaviour, times), from)| {
        let written = Written::new(begun(|_| ()), *from, &small().behaving(behaviour.clone()));
        for number in 0..*times {
            let pass = written.bench.once().expect(75);
            // It is told once; what follows is in `status`.
            let processes_tell = pass.err.lines().filter(|line| line.contains("waits for its media")).count();
            assert_eq!(processes_tell, usize::from(number == 0), "{name}: {}", pass.err);
            assert_eq!(written.texts(), ["beside"], "{name}");
            let status = written.bench.run(&["status"]).expect(0).out;
            assert!(status.contains("it waits for its media since"), "{name}: {status}");
            written.bench.pair.clock.advance(A_MINUTE);
        }
        written.pass(name, Fate::Arrives, "");
        written.rests(name, 0);
    });
}

#[test]
fn what_never_comes_is_given_up_as_the_owner_decided() {
    let missing = [
        (MissingMedia::PostWithLink, Fate::Linked),
        (MissingMedia::PostWithout, Fate::Arrives),
        (MissingMedia::Hold, Fate::Waits),
    ];
    let both: Vec<_> = missing.iter().flat_map(|case| [(case, M), (case, X)]).collect();
    all_at_once(&both, |((policy, fate), from)| {
        let bench = begun(|config| {
            config.from_mastodon.missing_media = *policy;
            config.from_twitter.missing_media = *policy;
        });
        let written = Written::new(bench, *from, &small().behaving(Behaviour::NotFound));
        let name = format!("{policy:?}");
        written.pass(&name, Fate::Waits, "does not have it (404)");
        written.bench.pair.clock.advance(A_DAY);
        let pass = written.bench.once();
        let texts = match fate {
            Fate::Linked => vec!["beside".to_owned(), written.linked()],
            Fate::Arrives => vec!["beside".to_owned(), "look".to_owned()],
            Fate::Waits => vec!["beside".to_owned()],
        };
        assert_eq!(pass.code, Some(if *fate == Fate::Waits { 75 } else { 0 }), "{name}: {}", pass.err);
        assert_eq!(written.texts(), texts, "{name}: {}", pass.err);
        let says = match fate {
            Fate::Linked => "does not have it (404); a link stands for it",
            Fate::Arrives => "does not have it (404); it was left out",
            Fate::Waits => "does not have it (404); again at",
        };
        let status = written.bench.run(&["status"]).expect(0).out;
        assert!(status.contains(says), "{name}: {status}");
        assert!(*fate == Fate::Waits || pass.err.contains(says), "{name}: {}", pass.err);
        written.rests(&name, if *fate == Fate::Waits { 75 } else { 0 });
        assert!(uploads(&written.bench, from.other()).is_empty(), "{name}");
        written.bench.assert_bill();
    });
}

#[test]
fn a_post_waits_for_all_its_pictures_and_what_was_uploaded_is_used() {
    all_at_once(&[M, X], |from| {
        let bench = begun(|_| ());
        let late = small().behaving(Behaviour::NotFoundTimes(2));
        let pictures =
            [file("image/png", still(Png, 40, 30, false)), late, file("image/png", still(Png, 41, 30, false))];
        let media: Vec<NewMedia> = pictures.iter().map(|lying| NewMedia::image(&lay(&bench, lying))).collect();
        bench.pair.write_with_media(*from, "look", &media);
        bench.pair.write(*from, "beside");
        for _ in 0..2 {
            bench.once().expect(75);
            bench.assert_mirrors(from.other(), &["beside"]);
            bench.pair.clock.advance(A_MINUTE);
        }
        bench.once().expect(0);
        bench.assert_mirrors(from.other(), &["beside", "look"]);
        let made = bench.made(from.other()).pop().unwrap();
        let arrived = attached(&bench, from.other(), &made.id);
        assert_eq!(arrived.len(), 3);
        for (upload, lying) in arrived.iter().zip(&pictures) {
            assert!(upload.bytes.as_deref() == Some(lying.bytes.as_slice()), "{upload:?}");
        }
        assert_eq!(uploads(&bench, from.other()).len(), 3);
        bench.assert_bill();
    });
}

#[test]
fn one_bad_picture_takes_no_other_with_it() {
    all_at_once(&[M, X], |from| {
        let bench = begun(|_| ());
        let bad = small().behaving(Behaviour::HugeLength(10 << 30));
        let good = file("image/png", still(Png, 40, 30, false));
        let media = [&good, &bad].map(|lying| NewMedia::image(&lay(&bench, lying)));
        let id = bench.pair.write_with_media(*from, "look", &media);
        let written = Written { bench, from: *from, id, content: Vec::new() };
        let pass = written.bench.once().expect(0);
        assert_eq!(written.texts(), [written.linked()], "{}", pass.err);
        let made = written.bench.made(from.other()).pop().unwrap();
        let arrived = attached(&written.bench, from.other(), &made.id);
        assert_eq!(arrived.len(), 1);
        assert!(arrived[0].bytes.as_deref() == Some(good.bytes.as_slice()));
        written.bench.assert_bill();
    });
}

#[test]
fn a_picture_that_expired_meanwhile_does_not_let_the_missing_one_begin_anew() {
    all_at_once(&[M, X], |from| {
        let bench = begun(|_| ());
        let good = file("image/png", still(Png, 40, 30, false));
        let media =
            [good.clone(), small().behaving(Behaviour::NotFound)].map(|one| NewMedia::image(&lay(&bench, &one)));
        let id = bench.pair.write_with_media(*from, "look", &media);
        let written = Written { bench, from: *from, id, content: Vec::new() };
        written.bench.once().expect(75);
        assert!(written.texts().is_empty());
        written.bench.pair.clock.advance(A_DAY);
        let pass = written.bench.once().expect(0);
        assert_eq!(written.texts(), [written.linked()], "{}", pass.err);
        let made = written.bench.made(from.other()).pop().unwrap();
        let arrived = attached(&written.bench, from.other(), &made.id);
        assert_eq!(arrived.len(), 1);
        assert!(arrived[0].bytes.as_deref() == Some(good.bytes.as_slice()));
        written.bench.assert_bill();
        written.rests("given up", 0);
    });
}

#[test]
fn what_answers_a_waiting_post_waits_with_it() {
    all_at_once(&[M, X], |from| {
        let bench = begun(|_| ());
        let url = lay(&bench, &small().behaving(Behaviour::NotFoundTimes(1)));
        let id = bench.pair.write_with_media(*from, "look", &[NewMedia::image(&url)]);
        bench.pair.write_reply(*from, "closer", Some(&id));
        bench.pair.write(*from, "beside");
        bench.once().expect(75);
        bench.assert_mirrors(from.other(), &["beside"]);
        bench.pair.clock.advance(A_MINUTE);
        bench.once().expect(0);
        bench.assert_mirrors(from.other(), &["beside", "look", "closer"]);
        let made = bench.made(from.other());
        assert_eq!(made[2].reply_to.as_ref(), Some(&made[1].id));
        bench.assert_bill();
    });
}

#[test]
fn a_thread_does_not_begin_before_its_last_picture_is_there() {
    let policies = [
        (MissingMedia::PostWithLink, 2),
        (MissingMedia::PostWithout, 1),
        // It comes.
        (MissingMedia::Hold, 2),
    ];
    all_at_once(&policies, |(policy, parts)| {
        let bench = begun(|config| config.from_mastodon.missing_media = *policy);
        bench.pair.mastodon.with(|world| world.behaviour.uploads.max_attachments = 16);
        let lying = |number: u32| file("image/png", still(Png, 40 + number, 30, false));
        let urls: Vec<String> = (0..5).map(|number| lay(&bench, &lying(number))).collect();
        let last = urls[4].strip_prefix(&bench.pair.files.base()).unwrap();
        let behave = |behaviour| bench.pair.files.with(|files| files.behave(last, behaviour));
        assert!(behave(Behaviour::NotFound));
        let media: Vec<NewMedia> = urls.iter().map(|url| NewMedia::image(url)).collect();
        bench.pair.write_with_media(M, "look", &media);
        bench.pair.write(M, "beside");
        bench.once().expect(75);
        bench.assert_mirrors(X, &["beside"]);
        let comes = *policy == MissingMedia::Hold;
        if comes {
            assert!(behave(Behaviour::Good));
        }
        bench.pair.clock.advance(if comes { A_MINUTE } else { A_DAY });
        let pass = bench.once().expect(0);
        let made = bench.made(X).split_off(1);
        assert_eq!((made.len(), made[0].text.as_str()), (*parts, "look"), "{made:#?}\n{}", pass.err);
        let arrived = |number: usize| attached(&bench, X, &made[number].id).len();
        assert_eq!(arrived(0), 4);
        if let Some(second) = made.get(1) {
            assert_eq!(second.reply_to.as_ref(), Some(&made[0].id));
            assert_eq!((arrived(1), second.text.is_empty()), (usize::from(comes), comes), "{second:?}");
        }
        bench.assert_bill();
        bench.once().expect(0);
        assert_eq!(bench.made(X).len(), 1 + parts);
    });
}
