//! Requests to a session.

use serde_json::Value;
use wengert_playground::{Reply, Session};

/// The reply to a request that is right.
#[track_caller]
pub(crate) fn answer(session: &mut Session, request: &Value) -> Reply {
    let reply = session.handle(request.to_string().as_bytes());
    assert!(reply.header().get("error").is_none(), "{request}: {}", reply.header());
    reply
}

/// Asserts that a request is refused with a message that contains all words.
#[track_caller]
pub(crate) fn assert_refused(session: &mut Session, request: &Value, words: &[&str]) {
    let reply = session.handle(request.to_string().as_bytes());
    let message = reply.header()["error"].as_str().unwrap_or_else(|| panic!("{request} was not refused"));
    for word in words {
        assert!(message.contains(word), "{request}: {message}");
    }
}

/// A network with these settings, in slot 0.
pub(crate) fn created(settings: &Value) -> Session {
    let mut session = Session::new();
    answer(&mut session, &serde_json::json!({ "do": "create", "slot": 0, "settings": settings }));
    session
}
