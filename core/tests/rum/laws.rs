//! Whatever an app says, and whenever: the same laws hold.

use std::collections::{BTreeMap, BTreeSet};

use handspan_core::batch::Track;
use handspan_core::engine::Command;
use handspan_core::rum::attributes::AttributeValue;
use handspan_core::rum::command::*;
use proptest::prelude::*;
use serde_json::Value;

use super::app::*;

/// What may happen next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Say(Box<RumCommand>),
    Begin,
    End(usize),
    Background,
    Foreground,
    Flush,
    Wait(u64),
    /// The user sets the clock.
    Wall(i64),
    /// A thread comes late: what it says bears an earlier time.
    Late(u64),
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn kind() -> impl Strategy<Value = ActionKind> {
    use ActionKind::{Back, Click, Custom, Scroll, Swipe, Tap};
    prop::sample::select(vec![Tap, Click, Scroll, Swipe, Back, Custom])
}

fn error_said() -> impl Strategy<Value = RumError> {
    (any::<bool>(), any::<bool>()).prop_map(|(is_crash, is_unhandled)| RumError {
        is_crash,
        handling: is_unhandled.then_some(ErrorHandling::Unhandled),
        category: Some(ErrorCategory::Exception),
        ..error("no")
    })
}

fn said() -> impl Strategy<Value = RumCommand> {
    let none = Vec::new;
    prop_oneof![
        4 => key().prop_map(move |key| RumCommand::StartView {
            name: key.clone(), key, url: None, attributes: none() }),
        2 => key().prop_map(move |key| RumCommand::StopView { key, attributes: none() }),
        3 => (kind(), key()).prop_map(move |(kind, name)| RumCommand::AddAction {
            kind, name, attributes: none() }),
        1 => (kind(), key()).prop_map(move |(kind, name)| RumCommand::StartAction {
            kind, name, attributes: none() }),
        1 => prop::option::of(kind()).prop_map(move |kind| RumCommand::StopAction {
            kind, name: None, attributes: none() }),
        3 => error_said().prop_map(|error| RumCommand::AddError(Box::new(error))),
        2 => key().prop_map(move |key| RumCommand::StartResource {
            key, method: "PROPFIND".to_owned(), url: "https://a.example/".to_owned(), attributes: none() }),
        1 => key().prop_map(move |key| RumCommand::StopResource {
            key, status_code: Some(200), kind: ResourceKind::Js, size: None, attributes: none() }),
        1 => key().prop_map(move |key| RumCommand::StopResourceWithError {
            key, status_code: None, message: "no".to_owned(), error_type: None, stack: None, attributes: none() }),
        1 => (0_u64..2_000).prop_map(move |ms| RumCommand::AddLongTask {
            duration_ns: ms * 1_000_000, attributes: none() }),
        1 => (0_u64..90_000).prop_map(|ms| RumCommand::AddAppLaunch {
            metric: AppLaunchMetric::TimeToInitialDisplay, duration_ns: ms * 1_000_000,
            startup: StartupType::WarmStart, is_prewarmed: None, has_saved_instance_state: Some(true) }),
        1 => any::<u64>().prop_map(move |duration_ns| RumCommand::AddDurationVital {
            name: "v".to_owned(), description: None, duration_ns, attributes: none() }),
        1 => key().prop_map(move |name| RumCommand::AddOperationStep {
            name, key: None, step: OperationStep::FailWithError, attributes: none() }),
        1 => key().prop_map(|name| RumCommand::AddViewTiming { name }),
        1 => any::<bool>().prop_map(|overwrite| RumCommand::AddViewLoadingTime { overwrite }),
        1 => key().prop_map(|name| RumCommand::AddFeatureFlag { name, value: AttributeValue::Null }),
        1 => proptest::num::f64::ANY.prop_map(|value| RumCommand::AddPerformanceSample {
            memory_bytes: Some(value), cpu_ticks: Some(value), refresh_rate: Some(value) }),
        1 => (0_i64..9).prop_map(|value| RumCommand::SetAttributes { attributes: attributes("a", value) }),
        1 => Just(RumCommand::StopSession),
    ]
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => said().prop_map(|command| Step::Say(Box::new(command))),
        3 => Just(Step::Begin),
        3 => any::<usize>().prop_map(Step::End),
        1 => Just(Step::Background),
        1 => Just(Step::Foreground),
        1 => Just(Step::Flush),
        6 => prop::sample::select(vec![0, 1, 60, 150, 1_000, 6_000, 16 * MINUTE]).prop_map(Step::Wait),
        1 => (-100_000_000_i64..100_000_000).prop_map(Step::Wall),
        1 => (0_u64..2_000).prop_map(Step::Late),
    ];
    prop::collection::vec(step, 0..120)
}

/// Runs them to the end; what was counted adds up.
pub(crate) fn run(steps: &[Step]) -> (Vec<Value>, Vec<String>) {
    let mut app = App::start();
    let mut calls = Vec::new();
    for step in steps {
        match step {
            Step::Say(command) => app.record((**command).clone()),
            Step::Begin => calls.push(app.begin_call()),
            Step::End(which) if !calls.is_empty() => {
                let call = calls.swap_remove(which % calls.len());
                app.end_call(&call);
            }
            Step::End(_) => {}
            Step::Background => app.background(),
            Step::Foreground => app.foreground(),
            Step::Flush => app.tell(Command::Flush),
            Step::Wait(ms) => app.wait(*ms),
            Step::Wall(by) => app.now.wall_ms = app.now.wall_ms.saturating_add_signed(*by),
            Step::Late(ms) => app.now.mono_ms = app.now.mono_ms.saturating_sub(*ms),
        }
    }
    app.tell(Command::Shutdown);
    let rum = app.engine.status().track(Track::Rum).clone();
    let stored = app.events.len() as u64;
    let dropped: u64 = rum.dropped.values().sum();
    let told = app.events.iter().filter(|event| is_call(event)).count() as u64;
    assert_eq!(rum.made + told, stored + dropped, "{rum:?}");
    (app.events, app.sessions)
}

/// Made of a call that the app has reported.
fn is_call(event: &Value) -> bool {
    event["context"]["handspan"]["reason"] == "traced"
}

/// Does an event count there?
type Counts = fn(&Value) -> bool;

/// Members of a view that count events.
const COUNTS: [(&str, Counts); 6] = [
    ("action", |event| event["type"] == "action"),
    ("error", |event| event["type"] == "error"),
    ("crash", |event| event["error"]["is_crash"] == true),
    ("resource", |event| event["type"] == "resource"),
    ("long_task", |event| event["type"] == "long_task"),
    ("frozen_frame", |event| {
        event["long_task"]["is_frozen_frame"] == true
    }),
];

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => matches!(c, '0'..='9' | 'a'..='f'),
        })
}

fn ids_are_uuids(value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "id" {
                    assert!(value.as_str().is_some_and(is_uuid), "{value}");
                }
                ids_are_uuids(value);
            }
        }
        Value::Array(values) => values.iter().for_each(ids_are_uuids),
        _ => {}
    }
}

proptest! {
    #[test]
    fn the_laws_hold(steps in steps()) {
        let (events, sessions) = run(&steps);
        let mut versions = BTreeMap::new();
        let mut last = BTreeMap::new();
        let mut active: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let text = |event: &Value, at: &str| event.pointer(at).unwrap().as_str().unwrap().to_owned();
        for event in &events {
            ids_are_uuids(event);
            let session = text(event, "/session/id");
            prop_assert!(sessions.contains(&session), "of no session: {}", event);
            if event["type"] != "view" {
                continue;
            }
            let id = text(event, "/view/id");
            let version = event["_dd"]["document_version"].as_u64().unwrap();
            let before = versions.insert(id.clone(), version);
            prop_assert!(before.is_none_or(|before| before < version), "{}", event);
            let of_session = active.entry(session).or_default();
            if event["view"]["is_active"] == true {
                of_session.insert(id.clone());
            } else {
                of_session.remove(&id);
            }
            prop_assert!(of_session.len() <= 1, "two views are active: {}", event);
            last.insert(id, event);
        }
        for event in &events {
            prop_assert!(last.contains_key(event["view"]["id"].as_str().unwrap()), "of no view: {}", event);
        }
        for (id, view) in last {
            let children = || events.iter().filter(|event| event["view"]["id"] == *id);
            for (name, counts) in COUNTS {
                let there = children().filter(|event| counts(event)).count();
                prop_assert_eq!(view["view"][name]["count"].as_u64(), Some(there as u64), "{} of {}", name, view);
            }
        }
    }
}
