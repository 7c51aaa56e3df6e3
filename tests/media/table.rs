//! One row: what is written with what attached, and what stands on the other side then.

use crosspostd::config::Config;
use crosspostd::core::post::Network;
use crosspostd::core::post::PostId;
use crosspostd::sandbox::files::Behaviour;
use crosspostd::sandbox::mastodon::Options;
use crosspostd::sandbox::media::{NewMedia, Upload};
use crosspostd::sandbox::twitter::Draft;

use super::bench::{Bench, Ended, all_at_once};
use super::pictures;

/// A file that lies on the media host.
#[derive(Clone)]
pub struct Lying {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
    pub behaviour: Behaviour,
}

/// A file with this content.
pub fn file(media_type: &'static str, bytes: Vec<u8>) -> Lying {
    Lying { bytes, media_type, behaviour: Behaviour::Good }
}

impl Lying {
    pub fn behaving(self, behaviour: Behaviour) -> Self {
        Self { behaviour, ..self }
    }
}

/// How an attachment of the mirror compares to the file with this number.
#[derive(Clone, Copy, Debug)]
pub enum Is {
    /// The same bytes.
    Same(usize),
    /// The same picture, made to fit: of this type.
    Like(usize, &'static str),
}

/// What stands in the text of a mirror for the original's address.
pub const ORIGINAL: &str = "<original>";

pub struct Row {
    pub name: &'static str,
    pub from: Network,
    pub text: String,
    pub files: Vec<Lying>,
    /// Makes the attachments of the addresses of the files.
    pub media: fn(&[String]) -> Vec<NewMedia>,
    pub sensitive: bool,
    pub config: fn(&mut Config),
    pub world: fn(&Bench),
    /// The parts of the mirror, in order: text and attachments.
    pub parts: Vec<(String, Vec<Is>)>,
    /// The descriptions of all the attachments, in order.
    pub descriptions: Vec<Option<String>>,
    /// Looks at the rest.
    pub then: fn(&Bench, &Ended),
}

/// A post with pictures that arrives as it is.
pub fn row(name: &'static str, from: Network, files: Vec<Lying>) -> Row {
    let parts = vec![("look".to_owned(), (0..files.len()).map(Is::Same).collect())];
    Row {
        name,
        from,
        text: "look".to_owned(),
        files,
        media: |urls| urls.iter().map(|url| NewMedia::image(url)).collect(),
        sensitive: false,
        config: |_| (),
        world: |_| (),
        parts,
        descriptions: Vec::new(),
        then: |_, _| (),
    }
}

impl Row {
    pub fn text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        text.clone_into(&mut self.parts[0].0);
        self
    }

    pub fn media(mut self, media: fn(&[String]) -> Vec<NewMedia>) -> Self {
        self.media = media;
        self
    }

    pub fn parts(mut self, parts: &[(&str, &[Is])]) -> Self {
        self.parts = parts.iter().map(|(text, is)| ((*text).to_owned(), is.to_vec())).collect();
        self
    }

    pub fn descriptions(mut self, descriptions: &[Option<&str>]) -> Self {
        self.descriptions = descriptions.iter().map(|one| one.map(str::to_owned)).collect();
        self
    }

    pub fn config(mut self, config: fn(&mut Config)) -> Self {
        self.config = config;
        self
    }

    pub fn world(mut self, world: fn(&Bench)) -> Self {
        self.world = world;
        self
    }

    pub fn then(mut self, then: fn(&Bench, &Ended)) -> Self {
        self.then = then;
        self
    }

    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }
}

/// Runs every row through the real binary.
pub fn run(rows: &[Row]) {
    for some in rows.chunks(6) {
        all_at_once(some, try_row);
    }
}

fn try_row(row: &Row) {
    let bench = Bench::new();
    (row.world)(&bench);
    bench.configure(row.config);
    bench.begin();
    let urls: Vec<String> = row.files.iter().map(|file| lay(&bench, file)).collect();
    let written = write(&bench, row, &urls);
    let pass = bench.once();
    assert_eq!(pass.code, Some(0), "{}:\n{}", row.name, pass.err);
    check(&bench, row, &written, &pass);
    (row.then)(&bench, &pass);
    // Again: nothing more happens.
    let before = bench.made(row.from.other());
    bench.once().expect(0);
    assert_eq!(bench.made(row.from.other()), before, "{}", row.name);
    bench.assert_bill();
    assert!(!bench.pair.files.with(|files| files.saw_credentials()), "{}", row.name);
}

/// Puts a file on the media host; its address.
pub fn lay(bench: &Bench, file: &Lying) -> String {
    let path = bench.pair.files.with(|files| {
        let path = files.put(file.bytes.clone(), file.media_type);
        files.behave(&path, file.behaviour.clone());
        path
    });
    format!("{}{path}", bench.pair.files.base())
}

fn write(bench: &Bench, row: &Row, urls: &[String]) -> String {
    let (media, sensitive) = ((row.media)(urls), row.sensitive);
    match row.from {
        Network::Mastodon => {
            let options = Options { media, sensitive, ..Options::default() };
            let now = bench.pair.clock.now();
            bench.pair.mastodon.with(|world| world.write_as_owner(now, &row.text, &options).as_str().to_owned())
        }
        Network::Twitter => {
            let media = media.iter().map(Into::into).collect();
            let draft = Draft { media, sensitive, ..Draft::text(&row.text) };
            bench.pair.twitter.with(|world| world.write_draft(draft)).unwrap().to_string()
        }
    }
}

/// Everything that was uploaded to a network.
pub fn uploads(bench: &Bench, network: Network) -> Vec<Upload> {
    match network {
        Network::Mastodon => bench.pair.mastodon.with(|world| world.uploads()),
        Network::Twitter => bench.pair.twitter.with(|world| world.uploads()),
    }
}

/// What is attached to a post that was made through the API, in order.
pub fn attached(bench: &Bench, network: Network, post: &str) -> Vec<Upload> {
    let ids: Vec<String> = match network {
        Network::Mastodon => bench.pair.mastodon.with(|world| world.view(&PostId::new(post)).unwrap().media),
        Network::Twitter => bench.pair.twitter.with(|world| {
            let posts = world.posts_made_by_api();
            let made = posts.iter().find(|made| made.id.to_string() == post).unwrap();
            let keys = made.draft.media.iter().filter_map(|one| one.media_key.clone());
            keys.map(|key| key.split_once('_').unwrap().1.to_owned()).collect()
        }),
    };
    let uploads = uploads(bench, network);
    ids.iter().map(|id| uploads.iter().find(|upload| upload.id == *id).unwrap().clone()).collect()
}

/// A post's address for people.
pub fn address(bench: &Bench, network: Network, id: &str) -> String {
    match network {
        Network::Mastodon => format!("{}/@ada/{id}", bench.pair.mastodon.base()),
        Network::Twitter => format!("https://x.com/i/status/{id}"),
    }
}

fn check(bench: &Bench, row: &Row, written: &str, pass: &Ended) {
    let target = row.from.other();
    let made = bench.made(target);
    let address = address(bench, row.from, written);
    // The sandbox's host is none that X takes for one: a name in its addresses would be a mention.
    let address = if target == Network::Twitter { address.replace('@', "%40") } else { address };
    let expected: Vec<String> = row.parts.iter().map(|(text, _)| text.replace(ORIGINAL, &address)).collect();
    let texts: Vec<&str> = made.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(texts, expected, "{}:\n{}", row.name, pass.err);
    let mut descriptions = Vec::new();
    for (part, (_, is)) in made.iter().zip(&row.parts) {
        let attached = attached(bench, target, &part.id);
        assert_eq!(attached.len(), is.len(), "{}: {:?}\n{}", row.name, part.text, pass.err);
        for (upload, is) in attached.iter().zip(is) {
            compare(row, upload, *is);
            descriptions.push(upload.description.clone());
        }
    }
    if !row.descriptions.is_empty() {
        assert_eq!(descriptions, row.descriptions, "{}", row.name);
    }
    // What the target could not work with is no post's.
    let orphans = uploads(bench, target).into_iter().filter(|upload| upload.is_orphan() && upload.finished).count();
    assert_eq!(orphans, 0, "{}: something was uploaded for nothing", row.name);
}

fn compare(row: &Row, upload: &Upload, is: Is) {
    match is {
        Is::Same(number) => {
            let file = &row.files[number].bytes;
            assert!(upload.bytes.as_deref() == Some(file.as_slice()), "{}: {number} was changed: {upload:?}", row.name);
        }
        Is::Like(number, media_type) => {
            assert_eq!(upload.media_type, media_type, "{}", row.name);
            let bytes = upload.bytes.as_deref().unwrap();
            let before = image::load_from_memory(&row.files[number].bytes).unwrap();
            let after = image::load_from_memory(bytes).unwrap();
            let difference = pictures::difference(&before, &after);
            assert!(difference < 12.0, "{}: {number} differs by {difference}", row.name);
            assert!(!bytes.windows(4).any(|four| four == b"Exif"), "{}: {number} has its metadata still", row.name);
        }
    }
}
