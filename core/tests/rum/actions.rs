//! Windows of actions, and what falls into them.

use handspan_core::rum::command::{ActionKind, ErrorHandling, RumCommand, RumError};
use serde_json::json;

use super::app::*;

fn counts(event: &serde_json::Value) -> [u64; 4] {
    ["resource", "error", "crash", "long_task"]
        .map(|name| event["action"][name]["count"].as_u64().unwrap())
}

#[test]
fn a_quiet_action_is_told_after_a_tenth_of_a_second() {
    let mut app = App::start();
    app.start_view("home");
    app.act(ActionKind::Tap, "buy");
    app.wait(99);
    assert_eq!(app.of("action").len(), 0);
    app.wait(1);
    let action = app.of("action")[0];
    assert_eq!(action["action"]["target"], json!({"name": "buy"}));
    assert_eq!(action["action"]["type"], "tap");
    assert_eq!(action["action"]["loading_time"], 1);
    assert_eq!(counts(action), [0; 4]);
    assert_eq!(action["view"]["in_foreground"], true);
}

#[test]
fn what_an_action_has_caused_bears_its_id_and_counts_on_it() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    let before = app.begin_call();
    app.wait(10);
    app.act(ActionKind::Tap, "buy");
    app.wait(50);
    let call = app.begin_call();
    app.wait(80);
    app.record(RumCommand::AddLongTask {
        duration_ns: 100_000_000,
        attributes: Vec::new(),
    });
    // Silence, but a call of its own is under way.
    app.wait(SECOND);
    app.end_call(&before);
    app.wait(SECOND);
    app.end_call(&call);
    app.wait(50);
    app.fail(error("no"));
    assert_eq!(app.of("action").len(), 0);
    app.wait(100);
    let action = app.of("action")[0];
    let id = &action["action"]["id"];
    assert_eq!(counts(action), [1, 1, 0, 1]);
    assert_eq!(action["action"]["loading_time"], 2_180_000_000_u64);
    assert_eq!(
        action["action"]["frustration"],
        json!({"type": ["error_tap"]})
    );
    for child in ["long_task", "error"] {
        assert_eq!(&app.of(child)[0]["action"]["id"], id, "{child}");
    }
    let resources = app.of("resource");
    assert!(resources[0].get("action").is_none(), "it began before");
    assert_eq!(&resources[1]["action"]["id"], id);
}

#[test]
fn an_action_waits_for_its_calls_five_seconds_on_android_and_ten_on_ios() {
    for (source, longest) in [("android", 5 * SECOND), ("ios", 10 * SECOND)] {
        let mut app = App::with(&format!(r#","source":"{source}""#));
        app.start_view("home");
        app.act(ActionKind::Tap, "buy");
        app.wait(10);
        let call = app.begin_call();
        app.wait(longest - 11);
        assert_eq!(app.of("action").len(), 0, "{source}");
        app.wait(1);
        assert_eq!(counts(app.of("action")[0]), [0; 4]);
        app.wait(SECOND);
        app.end_call(&call);
        let late = app.of("resource")[0];
        assert!(
            late.get("action").is_none(),
            "it would not be counted there"
        );
    }
}

#[test]
fn a_resource_by_hand_keeps_its_action_open_until_it_ends() {
    let mut app = App::start();
    app.start_view("home");
    app.act(ActionKind::Tap, "buy");
    app.wait(10);
    app.start_resource("a");
    app.wait(SECOND);
    assert_eq!(app.of("action").len(), 0);
    app.stop_resource("a");
    app.wait(100);
    let action = app.of("action")[0];
    assert_eq!(counts(action), [1, 0, 0, 0]);
    assert_eq!(action["action"]["loading_time"], 1_010_000_000);
}

#[test]
fn one_is_in_its_window_at_a_time_and_what_the_app_calls_one_is_never_lost() {
    let mut app = App::start();
    app.start_view("home");
    app.act(ActionKind::Tap, "first");
    app.act(ActionKind::Tap, "second");
    app.act(ActionKind::Custom, "paid");
    app.wait(SECOND);
    let told = app.of("action");
    let names = told
        .iter()
        .map(|event| event["action"]["target"]["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["paid", "first"]);
    assert_eq!(app.dropped("action_dropped"), 1);
}

#[test]
fn a_scroll_lasts_until_it_is_stopped_and_may_turn_out_to_be_a_swipe() {
    let mut app = App::start();
    app.start_view("home");
    app.record(RumCommand::StartAction {
        kind: ActionKind::Scroll,
        name: "list".to_owned(),
        attributes: attributes("from", 1),
    });
    app.wait(2 * SECOND);
    app.fail(error("no"));
    app.wait(SECOND);
    app.record(RumCommand::StopAction {
        kind: Some(ActionKind::Swipe),
        name: None,
        attributes: attributes("to", 2),
    });
    assert_eq!(app.of("action").len(), 0);
    app.wait(100);
    let action = app.of("action")[0];
    assert_eq!(action["action"]["type"], "swipe");
    assert_eq!(action["action"]["target"]["name"], "list");
    assert_eq!(action["action"]["loading_time"], 3_000_000_000_u64);
    assert_eq!(action["context"], json!({"from": 1, "to": 2}));
    assert!(action["action"].get("frustration").is_none(), "no tap");
    app.record(RumCommand::StartAction {
        kind: ActionKind::Scroll,
        name: "never stopped".to_owned(),
        attributes: Vec::new(),
    });
    app.wait(5 * SECOND);
    assert_eq!(
        app.of("action")[1]["action"]["loading_time"],
        5_000_000_000_u64
    );
}

#[test]
fn a_crash_a_view_that_goes_and_the_background_wait_for_nothing() {
    let mut app = App::start();
    app.start_view("home");
    app.act(ActionKind::Tap, "one");
    app.fail(RumError {
        is_crash: true,
        ..error("gone")
    });
    assert_eq!(counts(app.of("action")[0]), [0, 1, 1, 0]);
    app.act(ActionKind::Tap, "two");
    app.fail(RumError {
        handling: Some(ErrorHandling::Unhandled),
        ..error("gone")
    });
    assert_eq!(app.of("action").len(), 2);
    app.act(ActionKind::Tap, "three");
    app.stop_view("home");
    assert_eq!(app.of("action").len(), 3);
    assert_eq!(app.view("home")["view"]["action"]["count"], 3);
    app.start_view("cart");
    app.act(ActionKind::Tap, "four");
    app.background();
    assert_eq!(app.of("action").len(), 4);
}

#[test]
fn frustrations_are_told_where_they_are_wanted() {
    let mut app = App::with(r#","track_frustrations":false"#);
    app.start_view("home");
    app.act(ActionKind::Tap, "buy");
    app.fail(error("no"));
    app.wait(SECOND);
    assert!(app.of("action")[0]["action"].get("frustration").is_none());
    app.stop_view("home");
    assert_eq!(app.view("home")["view"]["frustration"]["count"], 0);
}
