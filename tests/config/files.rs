//! Who may use the files, where secrets stand, and how the config is written.

use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

/// A folder with files of given content and mode in it.
fn folder(files: &[(&str, &str, u32)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content, mode) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
    }
    folder
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn load(folder: &TempDir, variables: &[(&str, &str)]) -> Result<Config, Error> {
    config::load(&folder.path().join("config.toml"), &env(variables))
}

/// The sentence with the temporary folder's name taken out.
fn said(folder: &TempDir, variables: &[(&str, &str)]) -> String {
    sentence(load(folder, variables)).replace(folder.path().to_str().unwrap(), "DIR")
}

#[test]
fn a_config_that_others_can_use_is_refused() {
    for open in [0o640, 0o604, 0o620, 0o602, 0o610, 0o777] {
        let folder = folder(&[("config.toml", GOOD, open)]);
        assert_eq!(
            said(&folder, &[]),
            "DIR/config.toml holds secrets, and other users of this machine can use it: run `chmod 600 DIR/config.toml`"
        );
    }
    for private in [0o600, 0o400, 0o700] {
        assert!(load(&folder(&[("config.toml", GOOD, private)]), &[]).is_ok());
    }
    let folder = folder(&[("my files/it's.toml", GOOD, 0o644)]);
    let error = config::load(&folder.path().join("my files/it's.toml"), &env(&[])).unwrap_err().to_string();
    assert!(error.ends_with(r"/my files/it'\''s.toml'`"), "{error}");
}

#[test]
fn the_environment_alone_is_enough_and_nothing_at_all_is_the_first_run() {
    let empty = folder(&[]);
    assert_eq!(load(&empty, &enough()).unwrap().mastodon.url.as_str(), "https://env.example");
    for variables in [&[][..], &[("CROSSPOSTD_SYNC__INTERVAL", "5m")]] {
        let error = load(&empty, variables).unwrap_err();
        assert!(matches!(error, Error::NoFile { .. }), "{error}");
    }
    assert_eq!(said(&empty, &[]), "there is no config yet at DIR/config.toml: run `crosspostd setup`");
    assert_eq!(
        said(&empty, &enough()[..5]),
        "DIR/config.toml: twitter.access_token_secret is missing: run `crosspostd setup`, or write it there, or set \
         CROSSPOSTD_TWITTER__ACCESS_TOKEN_SECRET"
    );
}

#[test]
fn what_is_not_a_config_at_all_is_said() {
    let large = folder(&[("config.toml", &"#".repeat(1024 * 1024 + 1), 0o600)]);
    assert_eq!(said(&large, &[]), "DIR/config.toml is larger than 1 MiB: is it the right file?");
    let binary = folder(&[("config.toml", "", 0o600)]);
    fs::write(binary.path().join("config.toml"), b"\xff\xfe").unwrap();
    assert_eq!(said(&binary, &[]), "DIR/config.toml is not a text file in UTF-8: is it the right file?");
    let directory = folder(&[("config.toml/x", "", 0o600)]);
    fs::set_permissions(directory.path().join("config.toml"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(said(&directory, &[]), "DIR/config.toml cannot be read: it is a folder; name the file in it");
    let marked = folder(&[("config.toml", &format!("\u{feff}{}", GOOD.replace('\n', "\r\n")), 0o600)]);
    assert_eq!(load(&marked, &[]).unwrap(), parse(GOOD).unwrap());
}

/// The config with Mastodon's token in a file.
fn by_file(path: &str) -> String {
    GOOD.replace("access_token = \"pl4nted-s3cret-m\"", &format!("access_token_file = \"{path}\""))
}

fn token(folder: &TempDir, variables: &[(&str, &str)]) -> String {
    load(folder, variables).unwrap().mastodon.access_token.expose().to_owned()
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let folder = folder(&[
        ("config.toml", &by_file("sub/token"), 0o600),
        ("sub/token", "\n pl4nted-file \r\n", 0o400),
        ("other", "pl4nted-other", 0o600),
    ]);
    assert_eq!(token(&folder, &[]), "pl4nted-file");
    // What the environment says wins, in either form.
    assert_eq!(token(&folder, &[("CROSSPOSTD_MASTODON__ACCESS_TOKEN", "env")]), "env");
    let other = folder.path().join("other");
    for path in ["other", other.to_str().unwrap()] {
        assert_eq!(token(&folder, &[("CROSSPOSTD_MASTODON__ACCESS_TOKEN_FILE", path)]), "pl4nted-other");
    }
}

#[test]
fn a_secret_may_come_from_systemd() {
    let folder = folder(&[
        ("config.toml", &by_file("$CREDENTIALS_DIRECTORY/token"), 0o600),
        ("credentials/token", "pl4nted-file", 0o440),
    ]);
    let credentials = folder.path().join("credentials");
    let variables = [("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())];
    assert_eq!(token(&folder, &variables), "pl4nted-file");
    assert_eq!(
        said(&folder, &[]),
        "DIR/config.toml, line 3: mastodon.access_token_file begins with $CREDENTIALS_DIRECTORY, which is not set: \
         start the service with `LoadCredential=`"
    );
    fs::set_permissions(credentials.join("token"), fs::Permissions::from_mode(0o444)).unwrap();
    assert!(said(&folder, &variables).contains("which other users of this machine can use"));
}

#[test]
fn a_wrong_file_for_a_secret_is_said() {
    let at = "DIR/config.toml, line 3: mastodon.access_token_file";
    let one_key = format!("{at} names DIR/token, which does not hold one key and nothing else");
    let open = format!("{at} names DIR/token, which other users of this machine can use: run `chmod 600 DIR/token`");
    let large = "x".repeat(64 * 1024 + 1);
    for (content, mode, expected) in [
        ("", 0o600, one_key.clone()),
        ("pl4nted-s3cret\npl4nted-s3cret", 0o600, one_key),
        (PLANTED, 0o604, open.clone()),
        (PLANTED, 0o640, open),
        (&large, 0o600, format!("{at} names DIR/token, which is larger than 64 KiB")),
    ] {
        let folder = folder(&[("config.toml", &by_file("token"), 0o600), ("token", content, mode)]);
        assert_eq!(said(&folder, &[]), expected);
    }
    // The token itself under the file's key is not shown either.
    let slip = folder(&[("config.toml", &by_file(PLANTED), 0o600)]);
    let absent = "names a file that cannot be read: No such file or directory (os error 2)";
    assert_eq!(said(&slip, &[]), format!("{at} {absent}"));

    let both = by_file("token").replace("[twitter]", "access_token = \"pl4nted-s3cret\"\n[twitter]");
    let both = folder(&[("config.toml", &both, 0o600)]);
    assert_eq!(said(&both, &[]), format!("{at} is given as well as access_token: leave one of them out"));
    assert_eq!(
        said(
            &both,
            &[("CROSSPOSTD_MASTODON__ACCESS_TOKEN", PLANTED), ("CROSSPOSTD_MASTODON__ACCESS_TOKEN_FILE", "token")]
        ),
        "CROSSPOSTD_MASTODON__ACCESS_TOKEN_FILE is given as well as access_token: leave one of them out"
    );
    let empty = folder(&[("config.toml", &by_file(""), 0o600)]);
    assert_eq!(said(&empty, &[]), format!("{at} is not a path: write the path of the file in quotes"));
}

#[test]
fn what_is_written_is_private_and_whole() {
    let folder = folder(&[]);
    let path = folder.path().join("new/crosspostd/config.toml");
    config::write(&path, &example()).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(config::load(&path, &env(&[])).unwrap(), example());

    // Again, over an open file, beside what an interrupted write left, through a link.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path.with_file_name("config.toml.new"), "half").unwrap();
    let link = folder.path().join("link.toml");
    symlink(&path, &link).unwrap();
    let changed = Config { state: config::State { keep_links: 700 }, ..example() };
    config::write(&link, &changed).unwrap();
    assert!(link.is_symlink());
    assert_eq!(mode(&path), 0o600);
    assert_eq!(config::load(&path, &env(&[])).unwrap(), changed);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = folder(&[]);
    let path = folder.path().join("config.toml");
    config::write(&path, &example()).unwrap();
    let mut wrong = example();
    wrong.mastodon.visibility = Visibility::Direct;
    wrong.mastodon.access_token = Secret::new(PLANTED);
    assert!(sentence(config::write(&path, &wrong).map(|()| wrong)).contains("mastodon.visibility is"));
    assert_eq!(config::load(&path, &env(&[])).unwrap(), example());

    let below_a_file = path.join("config.toml");
    let found = sentence(config::write(&below_a_file, &example()).map(|()| example()));
    assert!(found.contains("/config.toml/config.toml cannot be written: "), "{found}");
}

#[test]
fn a_secret_in_a_file_of_its_own_stays_there_until_it_changes() {
    let folder = folder(&[("config.toml", &by_file("token"), 0o600), ("token", "pl4nted-file", 0o600)]);
    let path = folder.path().join("config.toml");
    let mut config = load(&folder, &[]).unwrap();
    config::write(&path, &config).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("access_token_file = \"token\"\n") && !text.contains("pl4nted-file"), "{text}");
    assert_eq!(load(&folder, &[]).unwrap(), config);

    config.mastodon.access_token = Secret::new("another");
    config::write(&path, &config).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("access_token = \"another\"\n") && !text.contains("_file = \"token\""), "{text}");
    assert_eq!(load(&folder, &[]).unwrap(), config);
    assert_eq!(fs::read_to_string(folder.path().join("token")).unwrap(), "pl4nted-file");
}
