//! A part to be sent, made the only way there is one: from a post that may leave.

use crosspostd::core::post::{Post, PostId, Timestamp, Visibility};
use crosspostd::core::record::Part;
use crosspostd::core::select::{Circumstances, Selection, Verdict, decide};

/// A part with this text.
pub fn part(text: &str) -> Part {
    let post = Post::plain(PostId::new("1"), "me", Timestamp::default(), text);
    let selection = Selection { visibilities: vec![Visibility::Public], ..Selection::default() };
    let around = Circumstances { now: post.created, our_app: None, in_mirrored_thread: false };
    match decide(&post, &selection, &around) {
        Verdict::Mirror(admitted) => Part::of(&admitted, text.to_owned()),
        other => panic!("a public post may leave: {other:?}"),
    }
}
