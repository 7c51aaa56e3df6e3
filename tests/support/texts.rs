//! What a post becomes, for the properties and the fuzz targets.

use crosspostd::core::media::MediaRules;
use crosspostd::core::post::{Post, ReplyTo, Visibility};
use crosspostd::core::record::Part;
use crosspostd::core::render::{Counting, Rules, Surroundings, render};
use crosspostd::core::select::{Circumstances, Selection, Verdict, decide};
use crosspostd::core::style::Style;

/// The parts' texts, without what is attached.
pub fn texts(post: &Post, max_length: usize, counting: Counting) -> Vec<String> {
    let bare = Post { media: Vec::new(), ..post.clone() };
    parts(&bare, max_length, counting, MediaRules::nothing()).into_iter().map(|part| part.text).collect()
}

/// The parts.
pub fn parts(post: &Post, max_length: usize, counting: Counting, media: MediaRules) -> Vec<Part> {
    let rules = Rules {
        max_length,
        counting,
        warnings: counting != Counting::Weighted,
        polls: None,
        edits: None,
        media,
        settle_secs: 0,
        prices: None,
    };
    // As a post of the owner's that may leave, whatever else it says of itself.
    let post = Post {
        visibility: Visibility::Public,
        reply_to: ReplyTo::Nothing,
        restricted: None,
        boost: None,
        ..post.clone()
    };
    let selection = Selection { visibilities: vec![Visibility::Public], ..Selection::default() };
    let around = Circumstances { now: post.created, our_app: None, in_mirrored_thread: false };
    let Verdict::Mirror(admitted) = decide(&post, &selection, &around) else { return Vec::new() };
    let style = Style { warning_prefix: "CW: ".to_owned(), ..Style::default() };
    let rendered = render(&admitted, &style, &rules, &Surroundings::default());
    rendered.map_or_else(|_| Vec::new(), |rendered| rendered.parts)
}
