//! Resources, errors, long tasks, vitals: where they belong and what they say.

use handspan_core::rum::command::*;
use serde_json::json;

use super::app::*;

#[test]
fn a_call_belongs_to_the_view_that_it_began_in() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    let call = app.begin_call();
    app.wait(SECOND);
    app.start_view("cart");
    app.wait(SECOND);
    app.end_call(&call);
    assert_eq!(app.of("resource")[0]["view"]["name"], "home");
    app.wait(10 * SECOND);
    let home = app.view("home");
    assert_eq!(home["view"]["resource"]["count"], 1);
    assert_eq!(home["view"]["is_active"], false);
    assert_eq!(app.view("cart")["view"]["resource"]["count"], 0);
}

#[test]
fn what_ends_between_two_views_belongs_to_the_one_that_was_left() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    app.stop_view("home");
    app.wait(SECOND);
    app.fail(error("no"));
    assert_eq!(app.of("error")[0]["view"]["name"], "home");
    assert_eq!(app.view("home")["view"]["error"]["count"], 1);
}

#[test]
fn views_are_remembered_for_late_calls_and_not_for_good() {
    let mut app = App::start();
    app.start_view("0");
    app.wait(SECOND);
    let call = app.begin_call();
    for number in 1..=20 {
        app.wait(SECOND);
        app.start_view(&number.to_string());
    }
    app.end_call(&call);
    // The oldest that is remembered.
    assert_eq!(app.of("resource")[0]["view"]["name"], "4");
    app.wait(10 * SECOND);
    assert_eq!(app.view("4")["view"]["resource"]["count"], 1);
}

#[test]
fn a_resource_by_hand_is_measured_by_the_clock_and_a_failed_one_is_an_error_too() {
    let mut app = App::start();
    app.start_view("home");
    app.start_resource("a");
    app.start_resource("b");
    app.wait(250);
    app.stop_resource("a");
    app.record(RumCommand::StopResourceWithError {
        key: "b".to_owned(),
        status_code: None,
        message: "no route".to_owned(),
        error_type: Some("java.net.ConnectException".to_owned()),
        stack: None,
        attributes: Vec::new(),
    });
    let resources = app.of("resource");
    let told = &resources[0]["resource"];
    assert_eq!(
        (
            &told["duration"],
            &told["method"],
            &told["type"],
            &told["size"]
        ),
        (
            &json!(250_000_000),
            &json!("GET"),
            &json!("image"),
            &json!(7)
        )
    );
    assert_eq!(resources[0]["context"], json!({"end": 1}));
    assert_eq!(resources[1]["resource"]["url"], "https://a.example/b");
    let failed = app.of("error")[0];
    assert_eq!(failed["error"]["source"], "network");
    assert_eq!(
        failed["error"]["resource"],
        json!({"method": "GET", "status_code": 0, "url": "https://a.example/b"})
    );
    app.stop_resource("a");
    assert_eq!(app.dropped("resource_never_started"), 1);
    for number in 0..300 {
        app.start_resource(&number.to_string());
    }
    assert_eq!(app.dropped("resource_never_stopped"), 300 - 256);
}

#[test]
fn an_error_tells_all_that_is_known_of_it() {
    let mut app = App::with(r#","source":"ios""#);
    app.wait(2 * SECOND);
    app.start_view("home");
    app.fail(RumError {
        message: "hung".to_owned(),
        source: ErrorSource::Source,
        error_type: Some("AppHang".to_owned()),
        stack: Some("at main".to_owned()),
        is_crash: true,
        handling: Some(ErrorHandling::Unhandled),
        category: Some(ErrorCategory::AppHang),
        fingerprint: Some("f1".to_owned()),
        causes: vec![ErrorCause {
            message: "lock".to_owned(),
            error_type: None,
            stack: None,
        }],
        freeze_duration_ns: Some(3_000_000_000),
        attributes: attributes("n", 1),
    });
    let event = app.of("error")[0];
    let told = &event["error"];
    assert_eq!(told["category"], "App Hang");
    assert_eq!(told["handling"], "unhandled");
    assert_eq!(
        told["causes"],
        json!([{"message": "lock", "source": "source"}])
    );
    assert_eq!(told["source_type"], "ios");
    assert_eq!(told["time_since_app_start"], 2_000_000_000_u64);
    assert_eq!(event["freeze"]["duration"], 3_000_000_000_u64);
    let view = &app.view("home")["view"];
    assert_eq!(
        (&view["error"]["count"], &view["crash"]["count"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn errors_are_kept_longest() {
    let mut app = App::start();
    app.start_view("home");
    app.fail(error("no"));
    let waiting = app.engine.status();
    assert_eq!(waiting.pending_batches(), 2, "a lane of their own");
}

#[test]
fn a_long_task_freezes_from_seven_tenths_of_a_second_on() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    for duration_ns in [699_999_999, 700_000_000] {
        app.record(RumCommand::AddLongTask {
            duration_ns,
            attributes: Vec::new(),
        });
    }
    let frozen = app.of("long_task");
    let frozen = frozen
        .iter()
        .map(|event| &event["long_task"]["is_frozen_frame"]);
    assert_eq!(frozen.collect::<Vec<_>>(), [false, true]);
    app.stop_view("home");
    let view = &app.view("home")["view"];
    assert_eq!(view["long_task"]["count"], 2);
    assert_eq!(view["frozen_frame"]["count"], 1);
}

#[test]
fn durations_and_operations_are_vitals() {
    let mut app = App::start();
    app.start_view("home");
    app.wait(SECOND);
    app.record(RumCommand::AddDurationVital {
        name: "parse".to_owned(),
        description: Some("menu".to_owned()),
        duration_ns: 400_000_000,
        attributes: Vec::new(),
    });
    for step in [OperationStep::Start, OperationStep::FailAbandoned] {
        app.record(RumCommand::AddOperationStep {
            name: "login".to_owned(),
            key: Some("k".to_owned()),
            step,
            attributes: Vec::new(),
        });
    }
    let vitals = app.of("vital");
    assert_eq!(vitals[0]["vital"]["duration"], 400_000_000);
    let began = vitals[0]["date"].as_u64().unwrap();
    assert_eq!(began + 400, app.now.wall_ms);
    assert_eq!(vitals[1]["vital"]["step_type"], "start");
    assert_eq!(vitals[2]["vital"]["step_type"], "end");
    assert_eq!(vitals[2]["vital"]["failure_reason"], "abandoned");
    assert_eq!(vitals[2]["vital"]["operation_key"], "k");
}

#[test]
fn a_launch_belongs_to_the_launch_view_also_when_a_view_has_started() {
    let mut app = App::start();
    app.wait(300);
    app.start_view("home");
    app.wait(100);
    let launch = |metric, duration_ns| RumCommand::AddAppLaunch {
        metric,
        duration_ns,
        startup: StartupType::ColdStart,
        is_prewarmed: Some(false),
        has_saved_instance_state: None,
    };
    app.record(launch(AppLaunchMetric::TimeToInitialDisplay, 900_000_000));
    app.record(launch(AppLaunchMetric::TimeToFullDisplay, 61_000_000_000));
    assert_eq!(app.dropped("launch_too_long"), 1);
    let vital = app.of("vital")[0];
    assert_eq!(vital["vital"]["app_launch_metric"], "ttid");
    assert_eq!(vital["view"]["name"], "ApplicationLaunch");
    let action = app.of("action")[0];
    assert_eq!(action["action"]["type"], "application_start");
    assert_eq!(action["action"]["loading_time"], 900_000_000);
    app.wait(10 * SECOND);
    let launch = app.view("ApplicationLaunch");
    assert_eq!(launch["view"]["action"]["count"], 1);
    assert_eq!(launch["view"]["is_active"], false);
    assert_eq!(app.view("home")["view"]["is_active"], true);
}

#[test]
fn how_the_phone_is_connected_stands_on_every_event() {
    let mut app = App::start();
    app.record(RumCommand::SetConnectivity(Connectivity {
        status: ConnectivityStatus::Connected,
        interfaces: vec![ConnectivityInterface::Cellular],
        cellular_technology: Some("LTE".to_owned()),
        carrier_name: None,
    }));
    app.start_view("home");
    assert_eq!(
        app.view("home")["connectivity"],
        json!({"status": "connected", "interfaces": ["cellular"], "cellular": {"technology": "LTE"}})
    );
}
