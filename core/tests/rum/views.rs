//! What views tell, and when.

use handspan_core::engine::Command;
use handspan_core::rum::attributes::AttributeValue;
use handspan_core::rum::command::{ActionKind, RumCommand};
use serde_json::json;

use super::app::*;

#[test]
fn a_view_is_told_at_its_start_and_at_its_end_with_all_that_it_has_counted() {
    let mut app = App::start();
    app.start_view("home");
    let first = app.view("home").clone();
    assert_eq!(first["view"]["is_active"], true);
    assert_eq!(first["view"]["time_spent"], 1);
    assert_eq!(first["_dd"]["document_version"], 1);
    assert_eq!(first["session"]["is_active"], true);
    app.wait(SECOND);
    app.act(ActionKind::Tap, "buy");
    app.fail(error("no"));
    app.wait(SECOND);
    app.stop_view("home");
    let last = app.view("home");
    assert_eq!(last["view"]["id"], first["view"]["id"]);
    assert_eq!(last["date"], first["date"], "all updates are one view");
    assert_eq!(last["view"]["time_spent"], 2_000_000_000_u64);
    assert_eq!(last["view"]["is_active"], false);
    let counts = ["action", "error", "crash", "resource", "frustration"];
    let counts = counts.map(|name| last["view"][name]["count"].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 0, 0, 1]);
}

#[test]
fn one_view_is_active_and_starting_another_or_the_same_again_stops_it() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    app.start_view("cart");
    assert_eq!(app.view("home")["view"]["is_active"], false);
    let first = app.view("cart")["view"]["id"].clone();
    app.wait(SECOND);
    app.start_view("cart");
    assert_ne!(app.view("cart")["view"]["id"], first);
    // What is not active can't be stopped.
    let told = app.events.len();
    app.stop_view("home");
    assert_eq!(app.events.len(), told);
}

#[test]
fn a_batch_holds_one_update_for_all_that_has_changed() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    for _ in 0..20 {
        app.record(RumCommand::AddLongTask {
            duration_ns: 150_000_000,
            attributes: Vec::new(),
        });
        app.record(RumCommand::AddPerformanceSample {
            memory_bytes: Some(100.0),
            cpu_ticks: Some(10.0),
            refresh_rate: Some(60.0),
        });
    }
    assert_eq!(app.of("view").len(), 1);
    app.wait(5 * SECOND);
    assert_eq!(app.of("view").len(), 2);
    assert_eq!(app.view("home")["view"]["long_task"]["count"], 20);
    app.tell(Command::Flush);
    assert_eq!(app.of("view").len(), 2, "nothing has changed");
}

#[test]
fn timings_and_loading_time_are_told_at_once_and_bounded() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(300);
    app.record(RumCommand::AddViewTiming {
        name: "hero image!".to_owned(),
    });
    let timings = &app.view("home")["view"]["custom_timings"];
    assert_eq!(*timings, json!({"hero_image_": 300_000_000}));
    app.record(RumCommand::AddViewLoadingTime { overwrite: false });
    app.wait(SECOND);
    app.record(RumCommand::AddViewLoadingTime { overwrite: false });
    assert_eq!(app.view("home")["view"]["loading_time"], 300_000_000);
    app.record(RumCommand::AddViewLoadingTime { overwrite: true });
    assert_eq!(app.view("home")["view"]["loading_time"], 1_300_000_000);
    for number in 0..200 {
        app.record(RumCommand::AddViewTiming {
            name: number.to_string(),
        });
    }
    assert_eq!(app.dropped("too_many_timings"), 101);
}

#[test]
fn what_the_view_needed_settles_it_and_what_came_later_does_not() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(50);
    let early = app.begin_call();
    app.start_resource("by hand");
    app.wait(300);
    let late = app.begin_call();
    app.wait(150);
    app.end_call(&early);
    app.tell(Command::Flush);
    let settled = |app: &App| app.view("home")["view"]["network_settled_time"].clone();
    assert!(settled(&app).is_null(), "one of them is under way");
    app.wait(200);
    app.stop_resource("by hand");
    app.wait(SECOND);
    app.end_call(&late);
    app.tell(Command::Flush);
    assert_eq!(settled(&app), 700_000_000);
}

#[test]
fn the_tap_that_led_to_a_view_is_measured_and_one_of_long_ago_is_not() {
    let mut app = App::start();
    app.start_view("home");
    app.act(ActionKind::Tap, "open");
    app.wait(400);
    app.start_view("cart");
    let gap = |app: &App, name| app.view(name)["view"]["interaction_to_next_view_time"].clone();
    assert_eq!(gap(&app, "cart"), 400_000_000);
    app.act(ActionKind::Scroll, "list");
    app.wait(SECOND);
    app.start_view("list");
    assert_eq!(gap(&app, "list"), 1_400_000_000);
    app.wait(4 * SECOND);
    app.start_view("end");
    assert!(gap(&app, "end").is_null());
}

#[test]
fn readings_are_averaged_and_slow_rendering_is_called_so() {
    let mut app = App::start();
    app.start_view("home");
    for (memory, ticks, frames) in [(100.0, 1_000.0, 60.0), (300.0, 1_500.0, 40.0)] {
        app.record(RumCommand::AddPerformanceSample {
            memory_bytes: Some(memory),
            cpu_ticks: Some(ticks),
            refresh_rate: Some(frames),
        });
        app.wait(SECOND);
    }
    app.record(RumCommand::AddPerformanceSample {
        memory_bytes: Some(f64::NAN),
        cpu_ticks: Some(f64::INFINITY),
        refresh_rate: Some(-1.0),
    });
    app.stop_view("home");
    let view = &app.view("home")["view"];
    assert_eq!(
        (&view["memory_average"], &view["memory_max"]),
        (&json!(200.0), &json!(300.0))
    );
    assert_eq!(view["cpu_ticks_count"], 500.0);
    assert_eq!(view["cpu_ticks_per_second"], 250.0);
    assert_eq!(view["refresh_rate_average"], 50.0);
    assert_eq!(view["refresh_rate_min"], 40.0);
    assert_eq!(view["is_slow_rendered"], true);
}

#[test]
fn time_in_the_background_is_told_by_the_times_in_the_foreground() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    app.background();
    app.wait(MINUTE);
    app.foreground();
    app.wait(2 * SECOND);
    app.stop_view("home");
    let periods = &app.view("home")["view"]["in_foreground_periods"];
    let second = 1_000_000_000_u64;
    assert_eq!(
        *periods,
        json!([{"start": 0, "duration": second}, {"start": 61 * second, "duration": 2 * second}])
    );
    app.start_view("cart");
    app.wait(SECOND);
    app.stop_view("cart");
    assert!(
        app.view("cart")["view"]
            .get("in_foreground_periods")
            .is_none()
    );
}

#[test]
fn attributes_of_the_app_of_the_view_and_of_the_event_stand_together() {
    let mut app = App::start();
    app.record(RumCommand::SetAttributes {
        attributes: [attributes("a", 1), attributes("b", 1)].concat(),
    });
    app.record(RumCommand::StartView {
        key: "home".to_owned(),
        name: "Home".to_owned(),
        url: Some("app/home".to_owned()),
        attributes: attributes("v", 1),
    });
    app.record(RumCommand::SetViewAttributes {
        attributes: attributes("b", 2),
    });
    app.record(RumCommand::AddAction {
        kind: ActionKind::Custom,
        name: "buy".to_owned(),
        attributes: attributes("e", 3),
    });
    app.wait(SECOND);
    let action = app.of("action")[0];
    assert_eq!(action["context"], json!({"a": 1, "b": 2, "v": 1, "e": 3}));
    assert_eq!(action["view"]["url"], "app/home");
    app.record(RumCommand::RemoveAttributes {
        names: vec!["a".to_owned()],
    });
    app.record(RumCommand::RemoveViewAttributes {
        names: vec!["v".to_owned()],
    });
    app.tell(Command::Flush);
    assert_eq!(app.view("Home")["context"], json!({"b": 2}));
}

#[test]
fn flags_stand_on_their_view_and_its_errors_and_not_on_the_next() {
    let mut app = App::start();
    let flag = |name: &str, value| RumCommand::AddFeatureFlag {
        name: name.to_owned(),
        value,
    };
    app.start_view("home");
    app.record(flag("dark", AttributeValue::Bool(true)));
    app.record(flag("dark", AttributeValue::Text("v2".to_owned())));
    app.fail(error("no"));
    let flags = json!({"dark": "v2"});
    assert_eq!(app.of("error")[0]["feature_flags"], flags);
    assert_eq!(app.view("home")["feature_flags"], flags);
    app.start_view("cart");
    assert!(app.view("cart").get("feature_flags").is_none());
    for number in 0..600 {
        app.record(flag(&number.to_string(), AttributeValue::Int(1)));
    }
    assert_eq!(app.dropped("too_many_feature_flags"), 100);
}
