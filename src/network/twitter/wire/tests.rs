//! Answers as X gives them, whole, in part and odd.
#![expect(clippy::unwrap_used, reason = "a test")]

use serde_json::json;

use super::*;

fn page(body: &Value) -> Result<Page, NoPage> {
    Page::parse(body.to_string().as_bytes())
}

#[test]
fn both_dialects_lead_to_the_same_post() {
    let legacy = json!({"id": "12", "text": "a…", "note_tweet": {"text": "a long text"},
        "edit_history_tweet_ids": ["11", "12"], "referenced_tweets": [{"type": "quoted", "id": "9"}]});
    let new = json!({"id": "12", "text": "a…", "note_post": {"text": "a long text"},
        "edit_history_post_ids": ["11", "12"], "referenced_posts": [{"type": "quoted", "id": "9"}]});
    let both = json!({"id": 12, "text": "a…", "note_post": {"text": "a long text"}, "note_tweet": null,
        "edit_history_post_ids": ["11", "12"], "edit_history_tweet_ids": ["11", "12"],
        "referenced_posts": [{"type": "quoted", "id": 9}], "some_later_field": {}});
    let read = Post::read(legacy).unwrap();
    assert_eq!(read.note_tweet.as_ref().unwrap().text, "a long text");
    assert_eq!(Post::read(new).as_ref(), Some(&read));
    assert_eq!(Post::read(both), Some(read));
}

#[test]
fn an_odd_optional_field_does_not_cost_the_post() {
    for odd in [json!(null), json!(7.5), json!("x"), json!({}), json!([null, 3, {}]), json!([[]])] {
        let post = json!({"id": "12", "text": "hello", "note_tweet": odd, "entities": odd, "attachments": odd,
            "referenced_tweets": odd, "edit_history_tweet_ids": odd, "possibly_sensitive": odd,
            "created_at": odd, "lang": odd, "source": odd, "in_reply_to_user_id": odd});
        assert_eq!(Post::read(post).unwrap().text, "hello", "{odd}");
    }
    let post =
        json!({"id": "12", "text": "a #b", "entities": {"urls": 3, "hashtags": [4, {"tag": "b", "start": "x"}]}});
    assert_eq!(Post::read(post).unwrap().entities.unwrap().hashtags.len(), 1);
}

#[test]
fn an_element_that_is_no_post_is_counted() {
    let body = json!({"data": [{"id": "12", "text": "a"}, {"text": "no id"}, {"id": "../me", "text": "a"},
        {"id": "13"}, null, {"id": "14", "attachments": {"media_keys": ["3_1"]}}], "meta": {"result_count": 6}});
    let page = page(&body).unwrap();
    assert_eq!(page.posts.iter().map(|post| post.id.as_str()).collect::<Vec<_>>(), ["12", "14"]);
    assert_eq!(page.unreadable, 4);
}

#[test]
fn an_empty_page_is_one_that_says_so() {
    for empty in [
        json!({"meta": {"result_count": 0}}),
        json!({"meta": {}}),
        json!({"data": [], "meta": {"result_count": "0"}}),
        json!({"data": []}),
        json!({"data": null, "meta": {"result_count": 0}}),
    ] {
        assert_eq!(page(&empty), Ok(Page::default()), "{empty}");
    }
    for odd in [json!({}), json!([]), json!({"data": {}}), json!({"data": "x"}), json!({"meta": {"result_count": 2}})] {
        assert!(matches!(page(&odd), Err(NoPage::Odd(_))), "{odd}");
    }
    let only_errors = json!({"errors": [{"title": "Authorization Error", "detail": "Sorry",
        "type": "https://api.x.com/2/problems/not-authorized-for-resource"}]});
    assert!(
        matches!(page(&only_errors), Err(NoPage::Problem(problem)) if problem.kind == "not-authorized-for-resource")
    );
}

#[test]
fn errors_beside_posts_are_kept_and_cost_nothing() {
    let body = json!({"data": [{"id": "12", "text": "a"}], "includes": {"media": [{"media_key": "3_1", "type": "photo"}, 5]},
        "errors": [{"section": "includes", "detail": "Could not find"}], "meta": {"next_token": "t", "newest_id": "12"}});
    let page = page(&body).unwrap();
    assert_eq!((page.posts.len(), page.unreadable, page.problems.len(), page.includes.media.len()), (1, 0, 1, 1));
    assert_eq!((page.next_token.as_deref(), page.newest_id.as_deref()), (Some("t"), Some("12")));
}

#[test]
fn the_created_id_needs_nothing_beside_it() {
    for (body, id) in [
        (r#"{"data":{"id":"1445880548472328192","text":"x"}}"#, Some("1445880548472328192")),
        (r#"{"data":{"id":1445880548472328192}}"#, Some("1445880548472328192")),
        (r#"{"data":{"id":"12","text":7,"edit_history_post_ids":null},"errors":[{}]}"#, Some("12")),
        (r#"{"data":{"text":"x"}}"#, None),
        (r#"{"data":{"id":"x"}}"#, None),
        (r#"{"data":[]}"#, None),
        (r#"{"data":{"id":"12","#, None),
        ("", None),
        ("[]", None),
    ] {
        assert_eq!(created_id(body.as_bytes()).as_deref(), id, "{body}");
    }
}
