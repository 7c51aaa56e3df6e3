//! Killed at any point of an upload, and started again: one post, complete, and nothing is uploaded again that need
//! not be.
//!
//! A post of two parts: two pictures with descriptions, and a video. Each place is a process of its own that hangs
//! there, is killed, and is started again on the same state. The places are taken from a pass that nothing disturbs.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosspostd::core::post::Network;
use crosspostd::sandbox::faults::{Fault, Faulty, When as Gate};
use crosspostd::sandbox::files::Behaviour;
use crosspostd::sandbox::media::{NewMedia, Upload};
use image::ImageFormat::Png;

use super::bench::{Bench, LONG, SETTLED, all_at_once, eventually, posts_path};
use super::pictures::{container, jpeg, still};
use super::table::{Lying, attached, file, lay, uploads};

/// How many places are tried at the same time: most of what they do is to wait.
const AT_ONCE: usize = 24;
/// The fewest places of an upload, in both directions together.
const FEWEST: usize = 50;
const MIB: u64 = 1 << 20;
const HOUR: i64 = 3600;

/// Two pictures and a video of three segments on X.
static FILES: LazyLock<[Lying; 3]> = LazyLock::new(|| {
    [
        file("image/jpeg", jpeg(400, 300, true)),
        file("image/png", still(Png, 300, 200, true)),
        file("video/mp4", container(*b"mp42", 3_000_000)),
    ]
});

const DESCRIPTIONS: [Option<&str>; 3] = [Some("the first"), Some("the second"), None];

/// When a request to the target is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// All of it came, and nothing was done.
    Before,
    /// So many bytes of its body came.
    Within(u64),
    /// It was done; the answer never comes.
    After,
}

/// Where a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At a request to the target, counted from 0.
    Request(usize, When),
    /// After so many bytes of a file.
    Download(usize, u64),
}

/// What no post has on the target, in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Orphans {
    /// Files that came whole.
    whole: usize,
    /// X: begun, and never ended.
    begun: usize,
}

/// Both networks, and the post with its files waiting on the one that is not the target.
struct Setting {
    bench: Bench,
    target: Network,
    files: Vec<String>,
}

impl Setting {
    fn new(target: Network) -> Self {
        let bench = Bench::begun();
        bench.pair.twitter.with(|world| {
            world.settings.check_after_secs = 0;
            world.settings.processing_polls = 1;
        });
        let urls: Vec<String> = FILES.iter().map(|file| lay(&bench, file)).collect();
        let [first, second, third] = urls.as_slice() else { unreachable!("three files") };
        let pictures = [(first, "the first"), (second, "the second")];
        let mut media: Vec<NewMedia> = pictures.map(|(url, text)| NewMedia::image(url).described(text)).to_vec();
        media.push(NewMedia::video(third));
        bench.pair.write_with_media(target.other(), "look", &media);
        let base = bench.pair.files.base();
        let files = urls.iter().map(|url| url.strip_prefix(&base).unwrap().to_owned()).collect();
        Self { bench, target, files }
    }

    /// The requests that came to hang.
    fn hung(&self) -> Vec<String> {
        let pair = &self.bench.pair;
        if self.target == Network::Twitter { pair.twitter.hung() } else { pair.mastodon.hung() }
    }

    /// Starts a pass and kills it at this place: the request that it was killed at; `None`: it ended before.
    fn kill_at(&self, place: Place) -> Option<String> {
        match place {
            Place::Request(number, when) => self.kill_at_request(number, when),
            Place::Download(file, after) => Some(self.kill_in_download(file, after)),
        }
    }

    fn kill_at_request(&self, after: usize, when: When) -> Option<String> {
        let fault = match when {
            When::Before => Fault::HangBefore,
            When::Within(after_bytes) => Fault::HangWithin { after_bytes },
            When::After => Fault::HangAfter,
        };
        let any = Faulty { method: None, path_contains: String::new(), times: 1, after, fault };
        self.bench.fail(self.target, any);
        let before = self.hung().len();
        let mut process = self.bench.start(&["run", "--once"]);
        let mut ended = false;
        eventually("the request hangs", LONG, || {
            ended = process.has_ended();
            ended || self.hung().len() > before
        });
        if ended {
            self.bench.clear_faults();
            process.wait().expect(0);
            return None;
        }
        // The fault is used up, and goes with the process: nothing else hangs, and what hung is not done later.
        process.kill();
        self.hung().get(before).cloned()
    }

    fn kill_in_download(&self, file: usize, after: u64) -> String {
        let path = &self.files[file];
        self.bench.pair.files.with(|files| files.behave(path, Behaviour::Stalls(after)));
        let process = self.bench.start(&["run", "--once"]);
        eventually("the file is asked for", LONG, || self.bench.pair.files.with(|files| files.hits(path)) > 0);
        if self.is_in_segments(file) {
            eventually("what came of it is on X", LONG, || {
                let asked = self.asked();
                let count = |end: &str| asked.iter().filter(|line| line.ends_with(end)).count();
                count("/initialize") > 0 && u64::try_from(count("/append")).unwrap() >= after / MIB
            });
        }
        process.kill();
        self.bench.pair.files.with(|files| files.behave(path, Behaviour::Good));
        format!("GET {path}")
    }

    /// Whether a file goes to the target piece by piece.
    fn is_in_segments(&self, file: usize) -> bool {
        self.target == Network::Twitter && FILES[file].media_type == "video/mp4"
    }

    /// The requests to the target so far.
    fn asked(&self) -> Vec<String> {
        let exchanges = self.bench.exchanges(self.target).into_iter();
        exchanges.map(|exchange| format!("{} {}", exchange.call.method, exchange.call.path)).collect()
    }

    fn orphans(&self) -> Orphans {
        let all = uploads(&self.bench, self.target);
        let (whole, begun) = all.iter().filter(|one| one.is_orphan()).partition::<Vec<_>, _>(|one| is_whole(one));
        let orphans = Orphans { whole: whole.len(), begun: begun.len() };
        assert_eq!(all.len(), FILES.len() + orphans.whole + orphans.begun, "attached twice: {all:#?}");
        orphans
    }

    /// Fails the test unless the post stands on the target once, complete, in order, described.
    fn assert_complete(&self, name: &str) {
        let made = self.bench.made(self.target);
        let texts: Vec<&str> = made.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(texts, ["look", ""], "{name}");
        let parents: Vec<Option<&str>> = made.iter().map(|part| part.reply_to.as_deref()).collect();
        assert_eq!(parents, [None, Some(made[0].id.as_str())], "{name}");
        let parts: Vec<Vec<Upload>> = made.iter().map(|part| attached(&self.bench, self.target, &part.id)).collect();
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1], "{name}");
        for ((upload, file), description) in parts.iter().flatten().zip(FILES.iter()).zip(DESCRIPTIONS) {
            assert!(upload.bytes.as_deref() == Some(file.bytes.as_slice()), "{name}: {upload:?}");
            assert_eq!(upload.description.as_deref(), description, "{name}");
        }
    }

    /// As [`Self::assert_complete`], and still after another pass.
    fn assert_settled(&self, name: &str) {
        self.assert_complete(name);
        let before = uploads(&self.bench, self.target).len();
        self.bench.once().expect(0);
        self.assert_complete(name);
        assert_eq!(uploads(&self.bench, self.target).len(), before, "{name}");
    }
}

/// Whether everything of a file came.
fn is_whole(upload: &Upload) -> bool {
    !upload.sha256.is_empty()
}

/// What a kill may leave behind: only the file whose upload was under way, unless its answer was written down.
fn left_behind(setting: &Setting, place: Place, hung: &str) -> Orphans {
    let (whole, begun) = (Orphans { whole: 1, begun: 0 }, Orphans { whole: 0, begun: 1 });
    let none = Orphans::default();
    match place {
        Place::Download(file, _) => {
            if setting.is_in_segments(file) {
                begun
            } else {
                none
            }
        }
        Place::Request(_, when) => {
            let done = when == When::After;
            match hung {
                "POST /2/media/upload" | "POST /api/v2/media" if done => whole,
                "POST /2/media/upload/initialize" if done => begun,
                append if append.ends_with("/append") => begun,
                finalize if finalize.ends_with("/finalize") => {
                    if done {
                        whole
                    } else {
                        begun
                    }
                }
                _ => none,
            }
        }
    }
}

/// Whether only time proves that a kill at this place made no post.
fn is_doubt(place: Place, hung: &str, target: Network) -> bool {
    hung == format!("POST {}", posts_path(target)) && !matches!(place, Place::Request(_, When::After))
}

/// Whether a request has to do with a file: on its way, worked on, described, or put into the post.
fn is_of_upload(line: &str, target: Network) -> bool {
    line.starts_with("GET /f/") || line.contains("/media") || line == format!("POST {}", posts_path(target))
}

/// Every place, from a pass that nothing disturbs.
fn places(target: Network) -> Vec<Place> {
    let setting = Setting::new(target);
    setting.bench.once().expect(0);
    setting.assert_complete("undisturbed");
    assert_eq!(setting.orphans(), Orphans::default());
    let mut places = Vec::new();
    for (number, exchange) in setting.bench.exchanges(target).iter().enumerate() {
        places.extend([When::Before, When::After].map(|when| Place::Request(number, when)));
        let length = exchange.body_length;
        if length > 10_000 {
            places.extend([length / 4, length * 3 / 4].map(|bytes| Place::Request(number, When::Within(bytes))));
        }
    }
    for (number, file) in FILES.iter().enumerate() {
        let length = u64::try_from(file.bytes.len()).unwrap();
        places.extend([1, 3, 5].map(|sixths| Place::Download(number, length * sixths / 6)));
    }
    places
}

/// Kills at one place, and starts again: the request that it was killed at, if it came to that.
fn try_place(target: Network, place: Place) -> Option<String> {
    let setting = Setting::new(target);
    let hung = setting.kill_at(place)?;
    let name = format!("to {target}, {place:?}, {hung}");
    if is_doubt(place, &hung, target) {
        setting.bench.pair.clock.advance(SETTLED);
    }
    let pass = setting.bench.once();
    assert_eq!(pass.code, Some(0), "{name}:\n{}", pass.err);
    setting.assert_settled(&name);
    assert_eq!(setting.orphans(), left_behind(&setting, place, &hung), "{name}:\n{}", pass.err);
    Some(hung)
}

/// Tries all, some at a time: how many of those that were reached are of an upload, and how many are not.
fn try_all(places: &[(Network, Place)]) -> (usize, usize) {
    let (next, of_upload, other) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let workers: Vec<usize> = (0..AT_ONCE).collect();
    all_at_once(&workers, |_| {
        while let Some((target, place)) = places.get(next.fetch_add(1, Ordering::SeqCst)) {
            let Some(hung) = try_place(*target, *place) else { continue };
            let counter = if is_of_upload(&hung, *target) { &of_upload } else { &other };
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    (of_upload.into_inner(), other.into_inner())
}

/// The places on both networks, looked for at the same time.
fn on_both(places: impl Fn(Network) -> Vec<Place> + Sync) -> Vec<(Network, Place)> {
    let of = |target: Network| places(target).into_iter().map(|place| (target, place)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let of = &of;
        let both = Network::ALL.map(|target| scope.spawn(move || of(target)));
        both.into_iter().flat_map(|places| places.join().unwrap()).collect()
    })
}

#[test]
#[expect(clippy::print_stdout, reason = "how many places there are is to be seen")]
fn killed_at_any_point_of_an_upload() {
    let begun = std::time::Instant::now();
    let all = on_both(places);
    let (of_upload, other) = try_all(&all);
    println!("killed at {of_upload} places of uploads, and at {other} others, in {:?}", begun.elapsed());
    assert!(of_upload >= FEWEST, "{of_upload} places of uploads of {}", all.len());
}

#[test]
fn killed_again_and_again_each_time_a_little_later() {
    let cases = Network::ALL.map(|target| [When::Before, When::After].map(|when| (target, when))).concat();
    all_at_once(&cases, |(target, when)| {
        let setting = Setting::new(*target);
        let (mut killed, mut expected) = (Vec::new(), Orphans::default());
        while let Some(hung) = setting.kill_at(Place::Request(killed.len(), *when)) {
            let place = Place::Request(killed.len(), *when);
            let left = left_behind(&setting, place, &hung);
            expected = Orphans { whole: expected.whole + left.whole, begun: expected.begun + left.begun };
            if is_doubt(place, &hung, *target) {
                setting.bench.pair.clock.advance(SETTLED);
            }
            killed.push(hung);
        }
        let name = format!("to {target}, {when:?}, {killed:#?}");
        setting.assert_settled(&name);
        assert_eq!(setting.orphans(), expected, "{name}");
        assert!(killed.len() > 5, "{name}");
    });
}

/// The places at requests that have to do with files. `is_wanted` looks at the request.
fn places_of_upload(target: Network, is_wanted: impl Fn(&str) -> bool) -> Vec<Place> {
    let setting = Setting::new(target);
    setting.bench.once().expect(0);
    let asked = setting.asked();
    let of_upload = asked.iter().enumerate().filter(|(_, line)| is_of_upload(line, target) && is_wanted(line));
    of_upload.flat_map(|(number, _)| [When::Before, When::After].map(|when| Place::Request(number, when))).collect()
}

/// Kills at a place, and starts again so many hours later: what no post had before, and what no post has then.
fn come_back(target: Network, place: Place, hours: i64) -> (BTreeSet<String>, BTreeSet<String>) {
    let name = format!("to {target}, {place:?}, after {hours} hours");
    let setting = Setting::new(target);
    setting.kill_at(place).unwrap();
    let before = loose(&setting);
    setting.bench.pair.clock.advance(hours * HOUR);
    let pass = setting.bench.once();
    assert_eq!(pass.code, Some(0), "{name}:\n{}", pass.err);
    setting.assert_settled(&name);
    (before, loose(&setting))
}

/// What no post has.
fn loose(setting: &Setting) -> BTreeSet<String> {
    let all = uploads(&setting.bench, setting.target).into_iter();
    all.filter(Upload::is_orphan).map(|upload| upload.id).collect()
}

#[test]
fn what_waits_to_be_attached_is_used_for_as_long_as_it_lives() {
    let cases = on_both(|target| places_of_upload(target, |line| line == format!("POST {}", posts_path(target))));
    assert_eq!(cases.len(), 8);
    all_at_once(&cases, |(target, place)| {
        let (before, after) = come_back(*target, *place, 20);
        // All files are uploaded before the first part is sent: nothing waits once the last part stands.
        let is_last = cases.iter().rev().find(|(other, _)| other == target).is_some_and(|(_, last)| last == place);
        assert_eq!(before.is_empty(), is_last, "to {target}, {place:?}");
        assert!(after.is_empty(), "to {target}, {place:?}: {after:?}");
    });
}

#[test]
fn what_has_expired_is_uploaded_again_and_posted_once() {
    let cases = on_both(|target| places_of_upload(target, |line| !line.ends_with("/append")));
    // Every third of them: each takes a while.
    let cases: Vec<_> = cases.into_iter().step_by(3).collect();
    assert!(cases.len() >= 10, "{cases:?}");
    all_at_once(&cases, |(target, place)| {
        let (before, after) = come_back(*target, *place, 25);
        // What has expired is the target's to throw away.
        assert_eq!(after, before, "to {target}, {place:?}");
    });
}

#[test]
fn a_post_with_files_that_arrives_after_the_restart_is_found() {
    all_at_once(&Network::ALL, |target| {
        let setting = Setting::new(*target);
        let bench = &setting.bench;
        let hold = bench.hold(*target, "POST", posts_path(*target), Gate::BeforeDeed);
        let process = bench.start(&["run", "--once"]);
        assert!(hold.wait_arrived(LONG));
        process.kill();
        bench.forget_exchanges();
        let next = bench.start(&["run", "--once"]);
        let timeline = if *target == Network::Twitter { "/tweets" } else { "/statuses" };
        eventually("it looks for it in vain", LONG, || setting.asked().iter().any(|line| line.ends_with(timeline)));
        hold.release();
        next.wait().expect(0);
        setting.assert_settled(&format!("to {target}"));
        assert_eq!(setting.orphans(), Orphans::default(), "to {target}");
    });
}
