//! What is still to be done for an attachment, and what follows when it cannot be.

use super::*;
use crate::core::plan::SidePolicy;
use crate::core::post::{MediaKind, Network, PostRef};
use crate::core::render::{Counting, Rules};
use crate::core::style::{MediaStyle, Style};
use crate::core::upkeep::Upkeep;

const NOW: Timestamp = Timestamp::from_secs(1_000_000);
const ORIGIN: &str = "https://social.example/ada/1";

fn attachment(source: &str, description: Option<&str>) -> Attachment {
    Attachment {
        kind: MediaKind::Image,
        sources: vec![source.to_owned()],
        description: description.map(str::to_owned),
        focus: None,
        sensitive: false,
    }
}

fn key() -> Key {
    Key { source: PostRef::new(Network::Mastodon, PostId::new("1")), target: Network::Twitter }
}

fn delivery(text: &str, media: Vec<Attachment>) -> Delivery {
    let part = Part::with_media(text, media);
    let print = part.print();
    let delivery = Delivery::planned(NOW, None, vec![Deed::Create(part)], vec![print], NOW);
    Delivery { origin: Some(ORIGIN.to_owned()), ..delivery }
}

fn upload(source: &str, id: &str) -> Upload {
    let until = NOW.plus_secs(86_400);
    Upload { source: source.into(), id: id.into(), until, processing: false, told: None, described: false }
}

fn rules() -> Rules {
    Rules {
        max_length: 60,
        counting: Counting::Weighted,
        warnings: false,
        polls: None,
        media: MediaRules { describing: Describing::Separately, ..MediaRules::nothing() },
        edits: None,
        settle_secs: 600,
        prices: None,
    }
}

fn policy(media: MediaStyle) -> Policy {
    let side = |style: Style| SidePolicy {
        account: "me".into(),
        our_app: None,
        rules: rules(),
        selection: None,
        style,
        upkeep: Upkeep::default(),
    };
    let style = Style { media, ..Style::default() };
    Policy::from([(Network::Mastodon, side(style)), (Network::Twitter, side(Style::default()))])
}

fn next_step(delivery: &Delivery) -> Result<Vec<String>, AttachStep> {
    let deed = delivery.current().unwrap();
    ready(&key(), delivery, deed, &rules().media, NOW).map_err(|attach| attach.step)
}

#[test]
fn each_attachment_is_uploaded_worked_on_and_described_in_turn() {
    let mut post = delivery("hi", vec![attachment("a", Some("a cat")), attachment("b", None)]);
    assert_eq!(next_step(&post), Err(AttachStep::Upload));
    post.uploads = vec![Upload { processing: true, ..upload("a", "m1") }];
    assert_eq!(next_step(&post), Err(AttachStep::Process { id: "m1".into() }));
    post.uploads = vec![upload("a", "m1")];
    assert_eq!(next_step(&post), Err(AttachStep::Describe { id: "m1".into() }));
    let told = Some(attachment("a", Some("a cat")).metadata_print());
    post.uploads = vec![Upload { told, ..upload("a", "m1") }];
    assert_eq!(next_step(&post), Err(AttachStep::Upload), "the other one");
    post.uploads.push(upload("b", "m2"));
    assert_eq!(next_step(&post), Ok(vec!["m1".into(), "m2".into()]));
    // In the order of the attachments, whatever the order of the uploads.
    post.uploads.reverse();
    assert_eq!(next_step(&post), Ok(vec!["m1".into(), "m2".into()]));
    // What the target will have thrown away by the time it is used is of no use.
    post.uploads[0].until = NOW.plus_secs(MARGIN_SECS);
    assert_eq!(next_step(&post), Err(AttachStep::Upload));
    // The same file twice is two uploads.
    let mut twice = delivery("hi", vec![attachment("a", None), attachment("a", None)]);
    twice.uploads = vec![upload("a", "m1")];
    assert_eq!(next_step(&twice), Err(AttachStep::Upload));
}

#[test]
fn an_edit_uses_what_is_attached_already() {
    let part = |media| Part::with_media("better", media);
    let mut post = delivery("hi", Vec::new());
    post.sent = vec![PostId::new("11")];
    post.attached = vec![vec![Upload { until: NOW, ..upload("a", "m1") }]];
    post.deeds = vec![Deed::Edit { post: PostId::new("11"), part: part(vec![attachment("a", None)]) }];
    assert_eq!(next_step(&post), Ok(vec!["m1".into()]));
    post.deeds = vec![Deed::Edit { post: PostId::new("11"), part: part(vec![attachment("a", Some("a cat"))]) }];
    assert_eq!(next_step(&post), Err(AttachStep::Describe { id: "m1".into() }));
}

/// What is done about an attachment that cannot be had, missing for so long.
fn follows(style: MediaStyle, error: &MediaError, missing_secs: i64, text: &str) -> Change {
    let mut post = delivery(text, vec![attachment("a", None), attachment("b", None)]);
    if missing_secs > 0 {
        let since = NOW.plus_secs(-missing_secs);
        post.media_trouble = Some(crate::core::record::MediaTrouble { since, until: NOW, refusals: 0 });
    }
    let attach = Attach { key: key(), attachment: attachment("a", None), step: AttachStep::Upload };
    not_attached(&post, &attach, error, &policy(style), NOW).unwrap()
}

fn texts(change: &Change) -> Vec<(&str, usize)> {
    match change {
        Change::Detached { deeds, prints, .. } => {
            assert_eq!(deeds.len(), prints.len());
            deeds.iter().filter_map(Deed::part).map(|part| (part.text.as_str(), part.media.len())).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_missing_is_waited_for_as_long_as_the_owner_wants() {
    let missing = MediaError::Missing("404".into());
    let style = |missing| MediaStyle { missing, ..MediaStyle::default() };
    for (gone_for, pause) in [(0, 60), (400, 300), (4000, 3600), (80_000, 3600)] {
        let change = follows(style(MissingMedia::PostWithLink), &missing, gone_for, "hi");
        assert_eq!(change, Change::MediaMissing { until: NOW.plus_secs(pause), why: "404".into() }, "{gone_for}");
    }
    let after_a_day = |how| follows(style(how), &missing, 86_400, "hi");
    assert!(matches!(after_a_day(MissingMedia::Hold), Change::MediaMissing { .. }));
    let linked = format!("hi\n\n{ORIGIN}");
    assert_eq!(texts(&after_a_day(MissingMedia::PostWithLink)), [(linked.as_str(), 1)]);
    assert_eq!(texts(&after_a_day(MissingMedia::PostWithout)), [("hi", 1)]);
}

#[test]
fn what_will_never_fit_is_linked_left_out_or_not_mirrored() {
    let unfit = MediaError::Unfit("too large".into());
    let style = |unfit| MediaStyle { unfit, ..MediaStyle::default() };
    let linked = format!("hi\n\n{ORIGIN}");
    let link = follows(style(UnfitMedia::Link), &unfit, 0, "hi");
    assert_eq!(texts(&link), [(linked.as_str(), 1)]);
    assert!(matches!(&link, Change::Detached { note, .. } if note == "too large; a link stands for it"));
    assert_eq!(texts(&follows(style(UnfitMedia::Drop), &unfit, 0, "hi")), [("hi", 1)]);
    assert_eq!(follows(style(UnfitMedia::Skip), &unfit, 0, "hi"), Change::Skipped { why: SkipReason::Media });
    // No room for the link.
    let long = "a".repeat(55);
    assert_eq!(texts(&follows(style(UnfitMedia::Link), &unfit, 0, &long)), [(long.as_str(), 1), (ORIGIN, 0)]);
    // It stands there already.
    let known = format!("see {ORIGIN}");
    assert_eq!(texts(&follows(style(UnfitMedia::Link), &unfit, 0, &known)), [(known.as_str(), 1)]);
}

#[test]
fn a_post_of_which_nothing_is_left_is_not_mirrored() {
    let post = delivery("", vec![attachment("a", None)]);
    let attach = Attach { key: key(), attachment: attachment("a", None), step: AttachStep::Upload };
    let unfit = MediaError::Unfit("too large".into());
    let style = MediaStyle { unfit: UnfitMedia::Drop, ..MediaStyle::default() };
    let change = not_attached(&post, &attach, &unfit, &policy(style), NOW);
    assert_eq!(change, Some(Change::Skipped { why: SkipReason::Media }));
}

#[test]
fn uploads_that_are_refused_are_made_again_a_few_times() {
    let mut post = delivery("hi", vec![attachment("a", None)]);
    let style = policy(MediaStyle::default());
    let again = |post: &Delivery| refused(post, &key(), "unknown", &style, NOW);
    assert_eq!(again(&post), [Change::MediaRefused { until: NOW.plus_secs(60), why: "unknown".into() }]);
    let trouble = crate::core::record::MediaTrouble { since: NOW, until: NOW, refusals: MAX_REFUSALS - 1 };
    post.media_trouble = Some(trouble);
    let changes = again(&post);
    assert!(matches!(changes.as_slice(), [Change::MediaRefused { .. }, Change::Detached { .. }]), "{changes:?}");
    // A try that was never answered may have used them.
    post.tries = 1;
    assert_eq!(again(&post), [Change::Unclear { duplicate: true }]);
}

#[test]
fn an_edit_that_loses_an_attachment_keeps_one_print_for_each_part() {
    let mut post = delivery("hi", Vec::new());
    let id = PostId::new("11");
    post.sent = vec![id.clone()];
    post.amended = true;
    let long = "a".repeat(55);
    let media = vec![attachment("a", None)];
    post.deeds = vec![Deed::Edit { post: id.clone(), part: Part::with_media(&long, media) }];
    let attach = Attach { key: key(), attachment: attachment("a", None), step: AttachStep::Upload };
    let change =
        not_attached(&post, &attach, &MediaError::Unfit("x".into()), &policy(MediaStyle::default()), NOW).unwrap();
    let mut changes = vec![change];
    for id in [id, PostId::new("12")] {
        let intent = crate::core::record::Intent { at: NOW, after: None, reply_to: None };
        changes.extend([Change::Sending { intent }, Change::Done { id, address: None }]);
    }
    for change in changes {
        crate::core::record::step(&mut post, &change, NOW).unwrap();
    }
    let prints = [Part::plain(&long).print(), Part::plain(ORIGIN).print()];
    assert_eq!((post.sent.len(), post.prints), (2, prints.to_vec()));
}

#[test]
fn what_came_of_an_attachment_that_an_edit_took_out_is_of_no_use() {
    let post = delivery("hi", vec![attachment("b", None)]);
    let attach = |source: &str, description| Attach {
        key: key(),
        attachment: attachment(source, description),
        step: AttachStep::Upload,
    };
    assert!(is_awaited(&post, &attach("b", None)));
    assert!(!is_awaited(&post, &attach("a", None)), "a link would stand for nothing");
    assert!(!is_awaited(&post, &attach("b", Some("a cat"))), "described in another way");
    assert!(!is_awaited(&Delivery { stage: Stage::Mirrored, ..post }, &attach("b", None)));
}

#[test]
fn a_description_that_was_edited_before_the_post_was_sent_is_the_one_that_is_sent() {
    let rules = MediaRules { describing: Describing::WithUpload, ..MediaRules::nothing() };
    let told = |words| Some(attachment("a", Some(words)).metadata_print());
    let mut post = delivery("hi", vec![attachment("a", Some("a dog"))]);
    let next =
        |post: &Delivery| ready(&key(), post, post.current().unwrap(), &rules, NOW).map_err(|attach| attach.step);
    post.uploads = vec![Upload { told: told("a cat"), ..upload("a", "m1") }];
    assert_eq!(next(&post), Err(AttachStep::Upload));
    post.uploads.push(Upload { told: told("a dog"), ..upload("a", "m2") });
    assert_eq!(next(&post), Ok(vec!["m2".into()]));
    // The same picture twice, described in two ways.
    let both = vec![attachment("a", Some("a dog")), attachment("a", Some("a cat"))];
    let post = Delivery { uploads: post.uploads, ..delivery("hi", both) };
    assert_eq!(next(&post), Ok(vec!["m2".into(), "m1".into()]));
}

#[test]
fn a_mirror_that_is_posted_again_is_not_deleted_before_its_attachments_are_there() {
    let id = PostId::new("11");
    let delete = Deed::Delete { post: id.clone() };
    let mut post = delivery("hi", Vec::new());
    (post.sent, post.amended) = (vec![id], true);
    post.deeds = vec![delete.clone(), Deed::Create(Part::with_media("better", vec![attachment("a", None)]))];
    let mut state = crate::core::state::State::default();
    let mut policy = policy(MediaStyle::default());
    policy.get_mut(&Network::Mastodon).unwrap().selection = Some(crate::core::select::Selection::default());
    let event = crate::core::state::Event::New { key: key(), delivery: post.clone() };
    state.apply(&event).unwrap();
    let task = crate::core::plan::next(&state, Network::Twitter, &policy, NOW, &[]);
    assert!(matches!(task, Some(crate::core::plan::Task::Attach(_))), "{task:?}");
    let attach = Attach { key: key(), attachment: attachment("a", None), step: AttachStep::Upload };
    assert!(is_awaited(&post, &attach));
    let change = not_attached(&post, &attach, &MediaError::Unfit("x".into()), &policy, NOW).unwrap();
    let Change::Detached { deeds, .. } = &change else { panic!("{change:?}") };
    let link = Part::plain(&format!("better\n\n{ORIGIN}"));
    assert_eq!(deeds[..], [delete, Deed::Create(link)]);
}
