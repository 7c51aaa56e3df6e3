//! What the simulated X answers, and what it takes, is what X's own documents describe.
//!
//! Run with `X_OPENAPI=<folder>` that holds `openapi-2.166.json` (legacy names) and `openapi-2.167.json` (new names).
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, dead_code, missing_docs, reason = "a test")]

#[path = "support/openapi.rs"]
mod openapi;
#[path = "support/part.rs"]
mod part;
#[path = "support/x.rs"]
mod x;

use crosspostd::core::post::Timestamp;
use crosspostd::sandbox::twitter::{Attachment, Dialect, Draft, Endpoint, TwitterWorld, UnknownNames, User};
use crosspostd::sandbox::{Call, Reply, SandboxClock, Server, Service};
use openapi::Document;
use serde_json::{Value, json};
use x::X;

/// Everything that a client can ask for in a dialect: fields, and expansions.
fn everything(dialect: Dialect) -> [(&'static str, &'static str); 5] {
    let (name, fields, expansions) = if dialect == Dialect::New {
        (
            "post.fields",
            "article,attachments,community_id,conversation_id,created_at,display_text_range,edit_controls,entities,id,lang,\
             note_post,possibly_sensitive,public_metrics,reply_settings,source,text",
            "attachments.media_keys,attachments.poll_ids,author_id,edit_history_post_ids,in_reply_to_user_id,\
             referenced_posts,entities.mentions.username",
        )
    } else {
        (
            "tweet.fields",
            "article,attachments,author_id,community_id,conversation_id,created_at,display_text_range,edit_controls,\
             edit_history_tweet_ids,entities,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,\
             referenced_tweets,reply_settings,source,text",
            "attachments.media_keys,attachments.poll_ids,author_id,in_reply_to_user_id,referenced_tweets.id,\
             referenced_tweets.id.author_id,referenced_tweets.id.attachments.media_keys,entities.mentions.username",
        )
    };
    [
        (name, fields),
        ("expansions", expansions),
        ("media.fields", "media_key,type,url,preview_image_url,variants,alt_text,width,height,duration_ms"),
        ("poll.fields", "options,duration_minutes,end_datetime,voting_status"),
        ("user.fields", "created_at,protected,verified,verified_type,description"),
    ]
}

/// A day on X with something of everything.
fn live(x: &X) -> u64 {
    let own = x.write("hello @somebody, see https://example.com/a?b=c&d #tag $AAPL");
    x.write(&"a long story & more, ".repeat(30));
    x.server.with(|x| {
        x.add_user(User::new(7, "somebody", "Somebody"));
        x.add_user(User { protected: true, ..User::new(8, "shy", "Shy") });
        let theirs = x.write(7, Draft::text("hello @owner")).unwrap();
        let hidden = x.write(8, Draft::text("for friends")).unwrap();
        let gone = x.write(7, Draft::text("soon gone")).unwrap();
        x.add_redirect("https://bit.ly/1", "https://example.com/long");
        let owner = x.owner_id();
        let attachment = |kind, text: Option<&str>| Attachment {
            kind,
            alt_text: text.map(ToOwned::to_owned),
            ..Attachment::default()
        };
        for draft in [
            Draft { reply_to: Some(theirs), ..Draft::text("to you") },
            Draft { quote_of: Some(theirs), sensitive: true, ..Draft::text("quoting") },
            Draft { repost_of: Some(theirs), ..Draft::default() },
            Draft::quote(hidden, "quoting what is hidden"),
            Draft::quote(gone, "quoting what will be gone"),
            Draft::community(1_500, "to a community"),
            Draft::article("An article"),
            Draft { reply_settings: Some("subscribers".to_owned()), ..Draft::text("see https://bit.ly/1") },
            Draft::poll("a poll", &["a", "b"], 60),
            Draft { media: vec![attachment("photo", Some("a cat"))], ..Draft::text("a photo") },
            Draft { media: vec![attachment("video", None)], ..Draft::text("a video") },
            Draft { media: vec![attachment("animated_gif", None)], ..Draft::default() },
        ] {
            x.write(owner, draft).unwrap();
        }
        x.delete(gone);
        let edited = x.write_as_owner("a tpyo", None).unwrap();
        x.edit(edited, "a typo").unwrap();
    });
    own
}

/// Uses every endpoint well, badly and in vain.
fn tour(x: &X, dialect: Dialect) {
    let own = live(x);
    let unasked = x.server.with(|x| x.write(7, Draft::text("to nobody in particular")).unwrap());
    let everything = everything(dialect);
    x.get("/2/users/me", &[("user.fields", "subscription_type,verified_type,protected")]);
    x.timeline(&[]);
    let mut query = everything.to_vec();
    query.push(("max_results", "5"));
    let first = x.timeline(&query);
    let token = first.json["meta"]["next_token"].as_str().unwrap().to_owned();
    query.push(("pagination_token", &token));
    x.timeline(&query);
    x.timeline(&[("max_results", "100"), everything[0], everything[1], everything[2], everything[3], everything[4]]);
    x.timeline(&[("since_id", &x.server.with(|x| x.timeline().last().unwrap().id).to_string())]);
    x.timeline(&[("start_time", "2026-08-22T12:00:00Z"), ("exclude", "replies,retweets")]);
    x.get("/2/tweets", &[("ids", &format!("{own},1")), everything[0], everything[1]]);
    x.get(&format!("/2/tweets/{own}"), &everything);
    x.get("/2/tweets/1", &[]);
    x.get("/2/users/8/tweets", &[]);
    x.get("/2/users/9/tweets", &[]);

    let made = x.post_text("made by the API: https://example.com").id();
    let reply = |to: u64| json!({ "text": format!("to {to}"), "reply": { "in_reply_to_tweet_id": to.to_string() } });
    x.post(&reply(made));
    let by_name = |name: &'static str| -> Value { json!({ name: 1 }) };
    for body in
        [reply(1), reply(unasked), json!({}), by_name("text"), by_name("nobody"), json!({ "text": "a".repeat(300) })]
    {
        x.post(&body);
    }
    x.post_text("made by the API: https://example.com");
    x.send("DELETE", &format!("/2/tweets/{made}"), &[], None);
    x.send("DELETE", "/2/tweets/1", &[], None);
    polls_edits_and_reposts(x, unasked);
    x.timeline(&[("max_results", "1")]);
    x.timeline(&[(everything[0].0, "nothing")]);
    refusals(x);
}

fn polls_edits_and_reposts(x: &X, theirs: u64) {
    let poll = |minutes: u32| json!({ "text": "?", "poll": { "options": ["a", "b"], "duration_minutes": minutes } });
    let poll_id = x.post(&poll(5)).id();
    x.post(&poll(1));
    x.server.with(|x| x.set_premium(true));
    let first = x.post_text("a tpyo").id();
    for id in [first, first, poll_id] {
        x.post(&json!({ "text": "a typo", "edit_options": { "previous_post_id": id.to_string() } }));
    }
    let retweets = "/2/users/2244994945/retweets";
    for id in [theirs, theirs, 1] {
        x.send("POST", retweets, &[], Some(&json!({ "tweet_id": id.to_string() })));
    }
    x.send("DELETE", &format!("{retweets}/{theirs}"), &[], None);
    x.send("POST", "/2/users/7/retweets", &[], Some(&json!({ "tweet_id": "1" })));
}

fn refusals(x: &X) {
    let settings = x.server.with(|x| x.settings.clone());
    for change in [
        |x: &mut TwitterWorld| x.settings.enrolled = false,
        |x: &mut TwitterWorld| x.settings.credits_micro_usd = Some(0),
        |x: &mut TwitterWorld| x.settings.spend_cap_micro_usd = Some(0),
        |x: &mut TwitterWorld| x.settings.usage_capped = true,
        |x: &mut TwitterWorld| x.set_may_write(false),
        |x: &mut TwitterWorld| x.set_limit(Endpoint::Create, 0),
        TwitterWorld::revoke_tokens,
    ] {
        x.server.with(change);
        x.post_text("refused");
        x.server.with(|x| x.settings = settings.clone());
    }
}

#[test]
fn the_simulated_x_keeps_to_xs_documents() {
    let Some(folder) = openapi::folder() else {
        println!("not checked: X_OPENAPI does not name the folder with X's OpenAPI documents");
        return;
    };
    for (dialect, name) in [(Dialect::Legacy, "openapi-2.166.json"), (Dialect::New, "openapi-2.167.json")] {
        let x = X::new();
        x.server.with(|x| x.settings.dialect = dialect);
        tour(&x, dialect);
        let exchanges = x.server.exchanges();
        let statuses: Vec<u16> = exchanges.iter().filter_map(|one| Some(one.reply.as_ref()?.status)).collect();
        for expected in [200, 201, 400, 401, 402, 403, 404, 429] {
            assert!(statuses.contains(&expected), "the tour meets a {expected}");
        }
        let complaints = Document::read(&folder, name).complaints(&exchanges, false);
        assert!(complaints.is_empty(), "{name}:\n{}", complaints.join("\n"));
    }
}

#[test]
fn the_check_notices_what_is_wrong() {
    let Some(folder) = openapi::folder() else { return };
    let x = X::new();
    x.server.with(|x| x.settings.unknown_names = UnknownNames::Ignored);
    x.timeline(&[("post.fields", "creatd_at"), ("max_results", "5")]);
    x.post(&json!({ "text": "a", "nobody": 1 }));
    let mut legacy = Document::read(&folder, "openapi-2.166.json");
    let complaints = legacy.complaints(&x.server.exchanges(), true);
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    let mut exchanges = x.server.exchanges();
    exchanges[0].reply.as_mut().unwrap().body = br#"{"data":[{"id":"x","made_up":1}]}"#.to_vec();
    let complaints = legacy.complaints(&exchanges[..1], false);
    assert!(complaints.iter().any(|one| one.contains("made_up")), "{complaints:?}");
    assert!(complaints.iter().any(|one| one.contains("/data/0/id")), "{complaints:?}");
}

/// Everything that the client asks of X, in one run each against X with the names of old.
async fn everything_asked(pair: &crosspostd::sandbox::Pair) {
    use crosspostd::clock::{Clock, SystemClock};
    use crosspostd::core::post::{Network, PostId, Timestamp};
    use crosspostd::core::record::NewPoll;
    use crosspostd::network::twitter::oauth1::Keys;
    use crosspostd::network::twitter::{Account, Settings, Twitter, setup};
    use crosspostd::network::{Client, Found, Outcome, Request, Since, http};

    let config = pair.config().unwrap().twitter;
    let clock: std::rc::Rc<dyn Clock> = std::rc::Rc::new(SystemClock::new());
    let keys = Keys {
        consumer_key: config.consumer_key,
        consumer_secret: config.consumer_secret,
        access_token: config.access_token,
        access_token_secret: config.access_token_secret,
    };
    let http = http::client().unwrap();
    let me = setup::who_am_i(http.clone(), config.api_url.clone(), keys.clone(), clock.clone()).await.unwrap();
    let account = Account { id: me.id, username: Some(me.username) };
    let settings = Settings { read_shared: true, premium: true, ..Settings::default() };
    pair.twitter.with(|x| x.set_premium(true));
    let client = Twitter::new(http, config.api_url, keys, account, settings, clock);
    client.prepare().await.unwrap();
    let first = pair.write(Network::Twitter, "old");
    client.newest().await.unwrap();
    for number in 0..120 {
        pair.write(Network::Twitter, &format!("post {number} https://example.com/{number} #tag"));
    }
    for since in [
        Since { after: Some(PostId::new(first)), ..Since::default() },
        Since { not_before: Some(Timestamp::from_secs(1_600_000_000)), thorough: true, ..Since::default() },
    ] {
        assert!(client.read(&since).await.unwrap().complete);
    }
    let done = |outcome| match outcome {
        Outcome::Done { id, .. } => id,
        other => panic!("it is taken: {other:?}"),
    };
    let mut parent = None;
    for text in ["a mirror", "its second part & more, https://example.com"] {
        let mut part = part::part("with a picture");
        part.text = text.to_owned();
        let request = Request { part: &part, media: &[], reply_to: parent.as_ref(), key: "key" };
        parent = Some(done(client.publish(&request).await));
    }
    let mut asking = part::part("which?");
    asking.poll = Some(NewPoll { options: vec!["a".into(), "b".into()], multiple: false, length_secs: 3_600 });
    let poll = done(client.publish(&Request { part: &asking, media: &[], reply_to: None, key: "key" }).await);
    let tpyo =
        done(client.publish(&Request { part: &part::part("a tpyo"), media: &[], reply_to: None, key: "key" }).await);
    let typo = done(client.edit(&tpyo, &part::part("a typo"), &[]).await);
    assert_ne!(tpyo, typo);
    assert_eq!(done(client.repost(&typo).await), typo);
    assert_eq!(done(client.delete(&poll).await), poll);
    let found = client.look_up(&[poll.clone(), typo.clone()]).await.unwrap();
    let (mut gone, mut here) = (Vec::new(), Vec::new());
    for one in found {
        match one {
            Found::Gone(id) => gone.push(id),
            Found::Here(post) => here.push(post.id),
        }
    }
    assert_eq!((gone, here), (vec![poll], vec![typo]));
}

#[test]
fn the_client_asks_as_xs_documents_say() {
    let Some(folder) = openapi::folder() else {
        println!("not checked: X_OPENAPI does not name the folder with X's OpenAPI documents");
        return;
    };
    let pair = crosspostd::sandbox::Pair::start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(everything_asked(&pair));
    let exchanges = pair.twitter.exchanges();
    assert!(exchanges.len() >= 7);
    // Reads ask for fields by their old names, which only the older document knows; all else is the same in both.
    let posts: Vec<_> = exchanges.iter().filter(|exchange| exchange.call.method != "GET").cloned().collect();
    for (name, exchanges) in [("openapi-2.166.json", &exchanges), ("openapi-2.167.json", &posts)] {
        let mut document = Document::read(&folder, name);
        let complaints: Vec<String> = exchanges.iter().flat_map(|exchange| document.request(&exchange.call)).collect();
        assert!(complaints.is_empty(), "{name}:\n{}", complaints.join("\n"));
    }
}

/// Takes files as X does: this test is of what is asked.
struct TakesFiles;

impl Service for TakesFiles {
    fn handle(&mut self, call: &Call, _: Timestamp) -> Reply {
        let pending =
            json!({ "data": { "id": "77", "processing_info": { "state": "pending", "check_after_secs": 0 } } });
        match call.segments().last() {
            Some(&"append") => Reply { status: 204, headers: Vec::new(), body: Vec::new() },
            Some(&"finalize") => Reply::json(200, &pending),
            Some(&"tweets") => Reply::json(201, &json!({ "data": { "id": "12" } })),
            _ => Reply::json(200, &json!({ "data": { "id": "77" } })),
        }
    }
}

/// Everything that the client asks of X to attach files.
async fn everything_attached(base: &str) {
    use bytes::Bytes;
    use crosspostd::core::media::MediaType;
    use crosspostd::core::post::{MediaKind, PostId};
    use crosspostd::core::record;
    use crosspostd::media::File;
    use crosspostd::network::http::{self, BaseUrl};
    use crosspostd::network::twitter::oauth1::Keys;
    use crosspostd::network::twitter::{Account, Settings, Twitter};
    use crosspostd::network::{Client, Described, Outcome, Processed, Request, Uploaded};
    use crosspostd::secret::Secret;
    use http_body_util::{BodyExt, Full};

    let keys = Keys {
        consumer_key: Secret::new("ck"),
        consumer_secret: Secret::new("cs"),
        access_token: Secret::new("7-at"),
        access_token_secret: Secret::new("ats"),
    };
    let account = Account { id: "7".to_owned(), username: None };
    let clock = std::rc::Rc::new(crosspostd::clock::SystemClock::new());
    let base = BaseUrl::parse(base).unwrap();
    let client = Twitter::new(http::client().unwrap(), base, keys, account, Settings::default(), clock);
    assert_eq!(client.processed("77").await, Processed::Ready);
    let mut attachment = record::Attachment {
        kind: MediaKind::Image,
        sources: vec!["https://example.com/1".to_owned()],
        description: Some("a cat".to_owned()),
        focus: None,
        sensitive: false,
    };
    for (media_type, is_animated, length) in [
        (MediaType::Jpeg, false, 5),
        (MediaType::WebP, false, 5_000_000),
        (MediaType::Gif, true, 5),
        (MediaType::Mp4, false, 3_000_000),
        (MediaType::QuickTime, false, 5),
    ] {
        let content = Full::new(Bytes::from(vec![b'x'; length])).map_err(|never| match never {}).boxed();
        let mut file = File::new(media_type, length.try_into().unwrap(), content);
        file.is_animated = is_animated;
        assert!(matches!(client.upload(file, &attachment).await, Uploaded::Done { .. }), "{media_type}");
        assert_eq!(client.describe("77", &attachment).await, Described::Done);
        attachment.sensitive = true;
        attachment.description = attachment.description.filter(|_| is_animated);
    }
    let media = ["77".to_owned(), "78".to_owned()];
    for text in ["with a picture", ""] {
        let mut part = part::part("with a picture");
        part.text = text.to_owned();
        let request = Request { part: &part, media: &media, reply_to: None, key: "key" };
        assert!(matches!(client.publish(&request).await, Outcome::Done { .. }));
        assert!(matches!(client.edit(&PostId::new("12"), &part, &media).await, Outcome::Done { .. }));
    }
}

#[test]
fn the_client_attaches_files_as_xs_documents_say() {
    let Some(folder) = openapi::folder() else {
        println!("not checked: X_OPENAPI does not name the folder with X's OpenAPI documents");
        return;
    };
    let server = Server::start(TakesFiles, SandboxClock::new()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(everything_attached(&server.base()));
    let exchanges = server.exchanges();
    for end in ["/media/upload", "/initialize", "/append", "/finalize", "/metadata", "/tweets"] {
        assert!(exchanges.iter().any(|exchange| exchange.call.path.ends_with(end)), "{end} is asked for");
    }
    for name in ["openapi-2.166.json", "openapi-2.167.json"] {
        let mut document = Document::read(&folder, name);
        let complaints: Vec<String> = exchanges.iter().flat_map(|exchange| document.request(&exchange.call)).collect();
        assert!(complaints.is_empty(), "{name}:\n{}", complaints.join("\n"));
    }
}
