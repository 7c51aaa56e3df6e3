//! Every row of the table, and what stands on the target after each deed.

use super::*;
use crate::core::select::HoldReason;

const NOW: Timestamp = Timestamp::from_secs(1000);

fn create(text: &str) -> Deed {
    Deed::Create(Part::plain(text))
}

fn hold() -> Hold {
    Hold { until: NOW, why: HoldReason::Young }
}

fn intent() -> Intent {
    Intent { at: NOW, after: None, reply_to: None }
}

fn delivery(stage: Stage) -> Delivery {
    let mut delivery = Delivery::planned(NOW, None, vec![create("one"), create("two")], vec![1, 2], NOW);
    delivery.stage = stage;
    delivery
}

fn stages() -> Vec<(&'static str, Stage)> {
    vec![
        ("held", Stage::Held(hold())),
        ("planned", Stage::Planned),
        ("sending", Stage::Sending { intent: intent(), duplicate: false }),
        ("waiting", Stage::Waiting { until: NOW, why: "x".into() }),
        ("mirrored", Stage::Mirrored),
        ("removed", Stage::Removed),
        ("skipped", Stage::Skipped(SkipReason::Boost)),
        ("failed", Stage::Failed("x".into())),
    ]
}

fn changes() -> Vec<(&'static str, Change)> {
    let deeds = || vec![create("new")];
    let noted = Change::Noted { edited: Some(NOW), note: Some("x".into()) };
    vec![
        (
            "planned",
            Change::Planned {
                parent: None,
                deeds: deeds(),
                prints: vec![3],
                edited: Some(NOW),
                origin: None,
                note: None,
            },
        ),
        ("held", Change::Held { hold: hold() }),
        ("amended", Change::Amended { deeds: deeds(), prints: vec![3], edited: Some(NOW) }),
        ("noted", noted),
        ("unthreaded", Change::Unthreaded),
        ("uploaded", Change::Uploaded { upload: upload("a", "m1") }),
        ("processed", Change::Processed { id: "m1".into() }),
        ("described", Change::Described { id: "m1".into(), told: 7 }),
        ("upload-lost", Change::UploadLost { id: "m1".into() }),
        ("media-missing", Change::MediaMissing { until: NOW, why: "x".into() }),
        ("delayed", Change::Delayed { until: NOW, why: "x".into() }),
        ("detached", Change::Detached { deeds: deeds(), prints: vec![3], note: "x".into(), linked: false }),
        ("media-refused", Change::MediaRefused { until: NOW, why: "x".into() }),
        ("sending", Change::Sending { intent: intent() }),
        ("done", Change::Done { id: PostId::new("9"), address: None }),
        ("adopted", Change::Adopted { id: PostId::new("9"), address: None }),
        ("unclear", Change::Unclear { duplicate: true }),
        ("absent", Change::Absent { until: NOW }),
        ("not-sent", Change::NotSent { until: NOW, why: "x".into() }),
        ("failed", Change::Failed { why: "x".into() }),
        ("skipped", Change::Skipped { why: SkipReason::ParentNotMirrored }),
    ]
}

fn upload(source: &str, id: &str) -> Upload {
    let until = NOW.plus_secs(86_400);
    Upload { source: source.into(), id: id.into(), until, processing: true, told: None, described: false }
}

fn name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Held(_) => "held",
        Stage::Planned => "planned",
        Stage::Sending { .. } => "sending",
        Stage::Waiting { .. } => "waiting",
        Stage::Mirrored => "mirrored",
        Stage::Removed => "removed",
        Stage::Skipped(_) => "skipped",
        Stage::Failed(_) => "failed",
    }
}

#[test]
fn every_row_of_the_table() {
    let legal = [
        ("held", "planned", "planned"),
        ("held", "held", "held"),
        ("held", "failed", "failed"),
        ("held", "skipped", "skipped"),
        ("planned", "planned", "planned"),
        ("planned", "uploaded", "planned"),
        ("planned", "processed", "planned"),
        ("planned", "described", "planned"),
        ("planned", "upload-lost", "planned"),
        ("planned", "media-missing", "waiting"),
        ("planned", "delayed", "waiting"),
        ("planned", "detached", "planned"),
        ("waiting", "uploaded", "waiting"),
        ("waiting", "processed", "waiting"),
        ("waiting", "described", "waiting"),
        ("waiting", "upload-lost", "waiting"),
        ("waiting", "media-missing", "waiting"),
        ("waiting", "delayed", "waiting"),
        ("waiting", "detached", "planned"),
        ("sending", "media-refused", "waiting"),
        ("planned", "sending", "sending"),
        ("planned", "failed", "failed"),
        ("planned", "skipped", "skipped"),
        ("waiting", "planned", "planned"),
        ("waiting", "sending", "sending"),
        ("waiting", "failed", "failed"),
        ("waiting", "skipped", "skipped"),
        ("mirrored", "amended", "planned"),
        ("mirrored", "noted", "mirrored"),
        ("removed", "noted", "removed"),
        ("skipped", "noted", "skipped"),
        ("failed", "noted", "failed"),
        ("sending", "unthreaded", "planned"),
        ("sending", "done", "planned"),
        ("sending", "adopted", "planned"),
        ("sending", "unclear", "sending"),
        ("sending", "absent", "waiting"),
        ("sending", "not-sent", "waiting"),
        ("sending", "failed", "failed"),
    ];
    for (from, stage) in stages() {
        for (event, change) in changes() {
            let mut delivery = delivery(stage.clone());
            let before = delivery.clone();
            let result = step(&mut delivery, &change, NOW);
            if let Some((_, _, to)) = legal.iter().find(|row| row.0 == from && row.1 == event) {
                result.unwrap();
                assert_eq!(name(&delivery.stage), *to, "{from} + {event}");
            } else {
                assert!(result.is_err(), "{from} + {event} should be illegal");
                assert_eq!(delivery, before, "{from} + {event} must change nothing");
            }
        }
    }
}

#[test]
fn the_last_part_ends_it() {
    let mut delivery = delivery(Stage::Planned);
    for id in ["7", "8"] {
        step(&mut delivery, &Change::Sending { intent: intent() }, NOW).unwrap();
        step(&mut delivery, &Change::Done { id: PostId::new(id), address: None }, NOW).unwrap();
    }
    assert_eq!(delivery.stage, Stage::Mirrored);
    assert_eq!(delivery.sent, [PostId::new("7"), PostId::new("8")]);
    assert!(delivery.deeds.is_empty(), "the text is not kept for ever");
}

#[test]
fn the_first_try_is_remembered_over_later_ones() {
    let mut delivery = delivery(Stage::Planned);
    let at = |secs| Intent { at: Timestamp::from_secs(secs), after: None, reply_to: None };
    step(&mut delivery, &Change::Sending { intent: at(1) }, NOW).unwrap();
    step(&mut delivery, &Change::Absent { until: NOW }, NOW).unwrap();
    step(&mut delivery, &Change::Sending { intent: at(2) }, NOW).unwrap();
    assert_eq!(delivery.first_try, Some(at(1)));
    assert_eq!(delivery.tries, 1);
}

#[test]
fn a_key_is_kept_for_a_request_and_changed_for_another() {
    let key = Key { source: "mastodon:1".parse().unwrap(), target: Network::Twitter };
    let mut delivery = delivery(Stage::Planned);
    let first = delivery.idempotency_key(&key);
    assert_eq!(first, delivery.idempotency_key(&key));
    assert_eq!(first.len(), 32);
    delivery.tries = 2;
    assert_ne!(first, delivery.idempotency_key(&key));
    delivery.tries = 0;
    delivery.sent.push(PostId::new("9"));
    assert_ne!(first, delivery.idempotency_key(&key));
}

/// A mirrored post of two parts, to which this is to be done.
fn amended(deeds: Vec<Deed>) -> Delivery {
    let mut delivery = delivery(Stage::Planned);
    for id in ["7", "8"] {
        deed_done(&mut delivery, id);
    }
    step(&mut delivery, &Change::Amended { deeds, prints: vec![3], edited: Some(NOW) }, NOW).unwrap();
    delivery
}

fn deed_done(delivery: &mut Delivery, id: &str) {
    step(delivery, &Change::Sending { intent: intent() }, NOW).unwrap();
    step(delivery, &Change::Done { id: PostId::new(id), address: None }, NOW).unwrap();
}

#[test]
fn what_stands_there_follows_the_deeds() {
    let id = |id: &str| PostId::new(id);
    let edit = |post: &str| Deed::Edit { post: id(post), part: Part::plain("new") };
    let delete = |post: &str| Deed::Delete { post: id(post) };
    let done = |deeds: Vec<(Deed, &str)>| {
        let (deeds, ids): (Vec<Deed>, Vec<&str>) = deeds.into_iter().unzip();
        let mut delivery = amended(deeds);
        for id in ids {
            deed_done(&mut delivery, id);
        }
        let words = |ids: &[PostId]| ids.iter().map(PostId::as_str).collect::<Vec<_>>().join(" ");
        format!("{} [{}] ({})", name(&delivery.stage), words(&delivery.sent), words(&delivery.past))
    };
    assert_eq!(done(vec![(edit("7"), "7")]), "mirrored [7 8] ()");
    assert_eq!(done(vec![(edit("7"), "9")]), "mirrored [9 8] (7)");
    assert_eq!(done(vec![(delete("8"), "8"), (edit("7"), "7")]), "mirrored [7] (8)");
    assert_eq!(done(vec![(delete("8"), "8"), (delete("7"), "7")]), "removed [] (8 7)");
    assert_eq!(done(vec![(delete("8"), "8"), (delete("7"), "7"), (create("x"), "9")]), "mirrored [9] (8 7)");
    assert_eq!(done(vec![(create("x"), "9")]), "mirrored [7 8 9] ()");
}

#[test]
fn an_edit_that_fails_leaves_the_mirror_as_it_is() {
    let mut delivery = amended(vec![Deed::Edit { post: PostId::new("7"), part: Part::plain("new") }]);
    step(&mut delivery, &Change::Failed { why: "too late".into() }, NOW).unwrap();
    assert_eq!((delivery.stage, delivery.note.as_deref()), (Stage::Mirrored, Some("too late")));
    assert!(delivery.deeds.is_empty());
}

#[test]
fn a_repost_is_mirrored_without_a_post_of_its_own() {
    let mut delivery = Delivery::planned(NOW, None, vec![Deed::Repost { post: PostId::new("5") }], Vec::new(), NOW);
    deed_done(&mut delivery, "5");
    assert_eq!((delivery.stage, delivery.sent, delivery.reposts), (Stage::Mirrored, vec![], Some(PostId::new("5"))));
}

fn with_media(text: &str, sources: &[&str]) -> Part {
    let attachment = |source: &&str| Attachment {
        kind: crate::core::post::MediaKind::Image,
        sources: vec![(*source).to_owned()],
        description: None,
        focus: None,
        sensitive: false,
    };
    Part::with_media(text, sources.iter().map(attachment).collect())
}

fn lives(delivery: &mut Delivery, changes: Vec<Change>) {
    for change in changes {
        step(delivery, &change, NOW).unwrap();
    }
}

fn ids(uploads: &[Upload]) -> Vec<&str> {
    uploads.iter().map(|upload| upload.id.as_str()).collect()
}

#[test]
fn uploads_are_kept_until_their_part_stands_and_stay_known_with_it() {
    let deeds = vec![Deed::Create(with_media("one", &["a", "b", "a"])), Deed::Create(with_media("", &["c"]))];
    let mut delivery = Delivery::planned(NOW, None, deeds, vec![1, 2], NOW);
    let uploaded = |source, id| Change::Uploaded { upload: upload(source, id) };
    let sent =
        |id: &str| vec![Change::Sending { intent: intent() }, Change::Done { id: PostId::new(id), address: None }];
    lives(&mut delivery, vec![uploaded("a", "m1"), uploaded("b", "m2"), uploaded("a", "m3")]);
    lives(&mut delivery, vec![Change::Processed { id: "m1".into() }, Change::Described { id: "m1".into(), told: 7 }]);
    assert_eq!(delivery.uploads.iter().map(|u| (u.processing, u.told)).next(), Some((false, Some(7))));
    lives(&mut delivery, sent("11"));
    assert!(delivery.uploads.is_empty());
    assert_eq!(ids(&delivery.attached[0]), ["m1", "m2", "m3"]);
    lives(&mut delivery, vec![uploaded("c", "m4")]);
    lives(&mut delivery, sent("12"));
    assert_eq!(delivery.attached.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);

    // An edit: one stays, one goes, one comes.
    let part = with_media("better", &["b", "d"]);
    let deeds = vec![Deed::Edit { post: PostId::new("11"), part }];
    lives(&mut delivery, vec![Change::Amended { deeds, prints: vec![3], edited: Some(NOW) }, uploaded("d", "m5")]);
    lives(&mut delivery, sent("11"));
    assert_eq!(ids(&delivery.attached[0]), ["m2", "m5"]);
    assert_eq!(ids(&delivery.attached[1]), ["m4"]);

    // A deletion.
    let deeds = vec![Deed::Delete { post: PostId::new("11") }];
    lives(&mut delivery, vec![Change::Amended { deeds, prints: Vec::new(), edited: None }]);
    lives(&mut delivery, sent("11"));
    assert_eq!(delivery.attached.iter().map(|part| ids(part)).collect::<Vec<_>>(), [["m4"]]);
}

#[test]
fn an_upload_that_is_over_is_replaced_and_a_refused_one_forgotten() {
    let deeds = vec![Deed::Create(with_media("one", &["a", "a"]))];
    let mut delivery = Delivery::planned(NOW, None, deeds, vec![1], NOW);
    let old = Upload { until: NOW, ..upload("a", "m1") };
    lives(&mut delivery, vec![Change::Uploaded { upload: old }, Change::Uploaded { upload: upload("a", "m2") }]);
    assert_eq!(ids(&delivery.uploads), ["m2"]);
    lives(&mut delivery, vec![Change::Uploaded { upload: upload("a", "m3") }]);
    assert_eq!(ids(&delivery.uploads), ["m2", "m3"], "the same picture twice");
    let until = NOW.plus_secs(60);
    let refused = || Change::MediaRefused { until, why: "x".into() };
    lives(&mut delivery, vec![Change::Sending { intent: intent() }, refused()]);
    assert!(delivery.uploads.is_empty() && delivery.first_try.is_none());
    assert_eq!(delivery.media_trouble, Some(MediaTrouble { since: NOW, until, refusals: 1 }));
    lives(&mut delivery, vec![Change::Sending { intent: intent() }, refused()]);
    assert_eq!(delivery.media_trouble.as_ref().map(|trouble| trouble.refusals), Some(2));
    lives(
        &mut delivery,
        vec![Change::Detached { deeds: vec![create("x")], prints: vec![9], note: "gone".into(), linked: false }],
    );
    assert_eq!((delivery.media_trouble.clone(), delivery.note.as_deref()), (None, Some("gone")));
}

#[test]
fn an_upload_that_is_made_again_does_not_make_the_wait_for_another_one_begin_again() {
    let deeds = vec![Deed::Create(with_media("one", &["a", "b"]))];
    let mut delivery = Delivery::planned(NOW, None, deeds, vec![1], NOW);
    let missing = |at| Change::MediaMissing { until: at, why: "x".into() };
    let uploaded = |id| Change::Uploaded { upload: upload("a", id) };
    let day_later = NOW.plus_secs(86_399);
    lives(&mut delivery, vec![uploaded("m1"), missing(NOW)]);
    step(&mut delivery, &uploaded("m2"), day_later).unwrap();
    step(&mut delivery, &missing(day_later), day_later).unwrap();
    assert_eq!(delivery.media_trouble.as_ref().map(|trouble| trouble.since), Some(NOW));
    // Lost each time that it was uploaded.
    lives(&mut delivery, vec![Change::UploadLost { id: "m2".into() }, missing(NOW), uploaded("m3")]);
    assert_eq!(delivery.media_trouble.as_ref().map(|trouble| trouble.since), Some(NOW));
    lives(&mut delivery, vec![Change::Sending { intent: intent() }]);
    assert_eq!(delivery.media_trouble, None, "all of them are there");
}

#[test]
fn what_an_edit_was_to_keep_is_uploaded_anew_where_the_target_lost_it() {
    let part = with_media("better", &["a", "b"]);
    let mut delivery = Delivery::planned(NOW, None, vec![create("x")], vec![1], NOW);
    delivery.stage = Stage::Mirrored;
    delivery.sent = vec![PostId::new("11")];
    delivery.attached = vec![vec![upload("a", "m1"), upload("b", "m2")]];
    let deeds = vec![Deed::Edit { post: PostId::new("11"), part }];
    lives(&mut delivery, vec![Change::Amended { deeds, prints: vec![3], edited: Some(NOW) }]);
    lives(&mut delivery, vec![Change::UploadLost { id: "m1".into() }]);
    assert_eq!(ids(&delivery.attached[0]), ["m2"]);
    let refused = Change::MediaRefused { until: NOW, why: "x".into() };
    lives(&mut delivery, vec![Change::Sending { intent: intent() }, refused]);
    assert!(delivery.attached[0].is_empty());
}
