//! What a session's end means for its views. When sessions end is told by the timelines (`tests/instance/sessions.rs`).

use handspan_core::rum::command::{ActionKind, RumCommand};

use super::app::*;

#[test]
fn a_view_goes_on_in_the_next_session_under_another_id() {
    let mut app = App::start();
    app.record(RumCommand::StartView {
        key: "home".to_owned(),
        name: "Home".to_owned(),
        url: None,
        attributes: attributes("v", 1),
    });
    app.wait(MINUTE);
    app.fail(error("no"));
    let first = app.view("Home").clone();
    app.wait(60 * MINUTE);
    app.act(ActionKind::Tap, "buy");
    let next = app.view("Home").clone();
    assert_ne!(next["session"]["id"], first["session"]["id"]);
    assert_ne!(next["view"]["id"], first["view"]["id"]);
    assert_eq!(next["view"]["loading_type"], "session_renewal");
    assert_eq!(next["_dd"]["document_version"], 1);
    assert_eq!(next["context"]["v"], 1);
    assert_eq!(
        next["_dd"]["session"]["session_precondition"],
        "inactivity_timeout"
    );
    // The first was looked at until it was last heard of, not all night.
    let old = app.of("view");
    let mut old = old.iter().rev();
    let old = old.find(|event| event["view"]["id"] == first["view"]["id"]);
    let old = &old.unwrap()["view"];
    assert_eq!(old["is_active"], false);
    assert_eq!(old["time_spent"], 60_000_000_000_u64);
}

#[test]
fn a_stopped_session_says_so_and_a_late_end_still_finds_it() {
    let mut app = App::start();
    app.start_view("home");
    app.start_resource("a");
    app.wait(SECOND);
    app.record(RumCommand::StopSession);
    assert_eq!(app.view("home")["session"]["is_active"], false);
    assert_eq!(app.view("home")["view"]["is_active"], false);
    let session = app.view("home")["session"]["id"].clone();
    app.wait(SECOND);
    app.stop_resource("a");
    assert_eq!(app.of("resource")[0]["session"]["id"], session);
    app.start_view("cart");
    assert_ne!(app.view("cart")["session"]["id"], session);
    assert_eq!(app.view("cart")["session"]["is_active"], true);
}

#[test]
fn two_sessions_are_remembered() {
    let mut app = App::start();
    app.start_view("home");
    app.start_resource("a");
    for _ in 0..2 {
        app.wait(20 * MINUTE);
        app.act(ActionKind::Tap, "buy");
        app.wait(SECOND);
    }
    assert_eq!(app.dropped("resource_never_stopped"), 1);
    app.stop_resource("a");
    assert_eq!(app.dropped("resource_never_started"), 1);
}
