//! Sessions as timelines: `tests/timelines/sessions.json` says what an app does and when, what sessions and views come
//! of it, and by whose rule. Each line runs on a core of its own: the rules on the app's threads, the machine on its own.
//!
//! A step is `view K`, `stop K`, `tap`, `scroll`, `end scroll`, `error`, `crash`, `long task`, `vital`, `timing`, `flag`, `sample`,
//! `request` (begun and ended), `begin K`/`end K` (of a request), `resource K`/`end resource K`, `attributes`, `background`,
//! `foreground`, `stop session`, `wait 15m` (or `s`, `ms`, `h`), or `wall -1h` (the user sets the clock). What is expected is a
//! session a line, `precondition: View(children) View(children)`, in the order of their starts; children in the order of letters.

use std::collections::BTreeMap;
use std::time::Duration;

use handspan_core::instance::Planned;
use handspan_core::rum::attributes::AttributeValue;
use handspan_core::rum::call::FinishedCall;
use handspan_core::rum::command::{ActionKind, RumCommand, RumError};
use handspan_core::seams::clock::{Clock, Now};
use serde_json::Value;

use super::phone::*;

const TIMELINES: &str = include_str!("../../../tests/timelines/sessions.json");

#[test]
fn sessions_begin_and_end_as_the_peers_have_published() {
    let timelines: Vec<Value> = serde_json::from_str(TIMELINES).unwrap();
    assert!(timelines.len() >= 40, "{}", timelines.len());
    let mut wrong = Vec::new();
    for timeline in &timelines {
        let name = timeline["name"].as_str().unwrap();
        assert!(
            timeline["source"].as_str().is_some_and(|s| s.len() > 10),
            "{name}"
        );
        let expected: Vec<&str> = texts(&timeline["sessions"]);
        let found = run(
            name,
            timeline["configuration"].as_str(),
            &texts(&timeline["steps"]),
        );
        if found != expected {
            wrong.push(format!("{name}:\n  {found:?}, not\n  {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap()).collect()
}

fn run(name: &str, configuration: Option<&str>, steps: &[&str]) -> Vec<String> {
    let phone = start(name, configuration.unwrap_or_default(), vec![]);
    let mut begun = BTreeMap::new();
    for step in steps {
        take(&phone, step, &mut begun);
    }
    // What is open has a second to close.
    phone.clock.advance(1_000);
    let events = phone.upload_all();
    phone.core.shutdown();
    told(&events)
}

fn take(phone: &Phone, step: &str, begun: &mut BTreeMap<String, (Planned, u64)>) {
    let text = str::to_owned;
    let none = Vec::new;
    let action = |kind, name: &str| RumCommand::AddAction {
        kind,
        name: name.to_owned(),
        attributes: Vec::new(),
    };
    let error = |is_crash| {
        RumCommand::AddError(Box::new(RumError {
            message: "m".to_owned(),
            is_crash,
            ..RumError::default()
        }))
    };
    let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
    let command = match (word, rest) {
        ("view", key) => RumCommand::StartView {
            key: text(key),
            name: text(key),
            url: None,
            attributes: none(),
        },
        ("stop", "session") => RumCommand::StopSession,
        ("stop", key) => RumCommand::StopView {
            key: text(key),
            attributes: none(),
        },
        ("tap", "") => action(ActionKind::Tap, "tap"),
        ("scroll", "") => RumCommand::StartAction {
            kind: ActionKind::Scroll,
            name: text("scroll"),
            attributes: none(),
        },
        ("end", "scroll") => RumCommand::StopAction {
            kind: None,
            name: None,
            attributes: none(),
        },
        ("error", "") => error(false),
        ("crash", "") => error(true),
        ("long", "task") => RumCommand::AddLongTask {
            duration_ns: 200_000_000,
            attributes: none(),
        },
        ("vital", "") => RumCommand::AddDurationVital {
            name: text("v"),
            description: None,
            duration_ns: 1,
            attributes: none(),
        },
        ("timing", "") => RumCommand::AddViewTiming { name: text("t") },
        ("flag", "") => RumCommand::AddFeatureFlag {
            name: text("f"),
            value: AttributeValue::Bool(true),
        },
        ("sample", "") => RumCommand::AddPerformanceSample {
            memory_bytes: Some(1.0),
            cpu_ticks: None,
            refresh_rate: Some(60.0),
        },
        ("attributes", "") => RumCommand::SetAttributes { attributes: none() },
        ("resource", key) => RumCommand::StartResource {
            key: text(key),
            method: text("GET"),
            url: text("https://a.example/"),
            attributes: none(),
        },
        ("end", key) if key.starts_with("resource ") => RumCommand::StopResource {
            key: text(&key["resource ".len()..]),
            status_code: Some(200),
            kind: Default::default(),
            size: None,
            attributes: none(),
        },
        _ => return take_other(phone, word, rest, begun),
    };
    phone.core.record(command, Duration::ZERO);
}

fn take_other(phone: &Phone, word: &str, rest: &str, begun: &mut BTreeMap<String, (Planned, u64)>) {
    let now = phone.clock.now();
    match (word, rest) {
        ("request", "") => drop(phone.call("a.example")),
        ("begin", key) => {
            let planned = phone.core.plan(&get("a.example"), None);
            begun.insert(key.to_owned(), (planned, now.mono_ms));
        }
        ("end", key) => {
            let (planned, began) = begun.remove(key).unwrap();
            let mut call = finished("a.example", &planned);
            call.duration_ns = (now.mono_ms - began) * 1_000_000;
            phone.core.finish(call);
        }
        ("background", "") => {
            phone.core.enter_background();
            // What is sent then is answered before the clock is turned.
            assert!(phone.core.flush(Duration::from_secs(10)));
        }
        ("foreground", "") => phone.core.enter_foreground(),
        ("wait", span) => phone.clock.advance(millis(span)),
        ("wall", span) => {
            let (back, span) = (span.starts_with('-'), &span[1..]);
            let by = millis(span).cast_signed() * if back { -1 } else { 1 };
            phone.clock.set(Now {
                wall_ms: now.wall_ms.saturating_add_signed(by),
                ..now
            });
        }
        _ => panic!("{word} {rest}"),
    }
}

fn millis(span: &str) -> u64 {
    let digits = span.trim_end_matches(char::is_alphabetic);
    let unit = match &span[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => MINUTE,
        "h" => 60 * MINUTE,
        unit => panic!("{unit}"),
    };
    digits.parse::<u64>().unwrap() * unit
}

/// Sessions in the order of their first event.
fn told(events: &[Value]) -> Vec<String> {
    let text = |event: &Value, at: &str| event.pointer(at).unwrap().as_str().unwrap().to_owned();
    let mut sessions: Vec<(String, String)> = Vec::new();
    let mut views: Vec<(String, String, u64, String)> = Vec::new();
    let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events {
        let session = (
            text(event, "/session/id"),
            text(event, "/_dd/session/session_precondition"),
        );
        if !sessions.contains(&session) {
            sessions.push(session.clone());
        }
        let view = text(event, "/view/id");
        let kind = text(event, "/type");
        if kind != "view" {
            children.entry(view).or_default().push(kind);
        } else if !views.iter().any(|(_, id, ..)| *id == view) {
            let date = event["date"].as_u64().unwrap();
            views.push((session.0, view, date, text(event, "/view/name")));
        }
    }
    views.sort_by_key(|(_, _, date, _)| *date);
    let mut lines: Vec<(u64, String)> = sessions
        .iter()
        .map(|(id, why)| {
            let of_session = views.iter().filter(|(session, ..)| session == id);
            let started = of_session.clone().map(|(_, _, date, _)| *date).min();
            let views = of_session.map(|(_, view, _, name)| {
                let mut inside = children.remove(view).unwrap_or_default();
                inside.sort();
                match &inside[..] {
                    [] => name.clone(),
                    inside => format!("{name}({})", inside.join(" ")),
                }
            });
            let views: Vec<String> = views.collect();
            (
                started.unwrap_or_default(),
                format!("{why}: {}", views.join(" ")),
            )
        })
        .collect();
    lines.sort_by_key(|(started, _)| *started);
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn a_tap_keeps_the_call_that_it_began_though_the_thread_hears_of_both_at_once() {
    let phone = start("tap-and-call", "", vec![]);
    let tap = RumCommand::AddAction {
        kind: ActionKind::Tap,
        name: "Buy".to_owned(),
        attributes: Vec::new(),
    };
    phone.core.record(tap, Duration::ZERO);
    phone.clock.advance(10);
    let planned = phone.core.plan(&get("a.example"), None);
    phone.clock.advance(400);
    phone.core.finish(FinishedCall {
        duration_ns: 400_000_000,
        ..finished("a.example", &planned)
    });
    phone.clock.advance(1_000);
    let events = phone.upload_all();
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
    assert_eq!(of("action")["action"]["resource"]["count"], 1);
    assert_eq!(of("resource")["action"]["id"], of("action")["action"]["id"]);
}
