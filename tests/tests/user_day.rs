//! A user's day, told to the core in Rust. What comes of it stands in `tests/shared/user-day-events.json`, which Kotlin and Swift are
//! held to as well; with `HANDSPAN_WRITE_DOCS=1` it is written anew.
#![allow(clippy::unwrap_used, clippy::panic)] // a test's helpers may stop the test

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::read::GzDecoder;
use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_core::seams::Seams;
use handspan_core::seams::clock::{ManualClock, Now};
use handspan_core::seams::entropy::SeededEntropy;
use handspan_core::seams::transport::{HttpAnswer, HttpRequest, Sending, Transport};
use handspan_core::upload::{Network, UploadConditions};
use handspan_tests::day::{same, script, tell};
use serde_json::{Value, json};

/// An intake that takes everything and has no clock of its own.
#[derive(Default)]
struct Taken(Mutex<Vec<Value>>);

impl Transport for Taken {
    fn send(&self, request: HttpRequest) -> Sending {
        let mut text = String::new();
        let mut body = GzDecoder::new(request.body.as_slice());
        body.read_to_string(&mut text).unwrap();
        let events: Vec<Value> = if text.starts_with('[') {
            serde_json::from_str(&text).unwrap()
        } else {
            let lines = text.lines();
            lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        self.0.lock().unwrap().extend(events);
        let answer = HttpAnswer {
            status: 202,
            headers: Vec::new(),
            body: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn network(core: &Handspan, network: Network) {
    core.set_upload_conditions(UploadConditions {
        network,
        ..UploadConditions::default()
    });
}

fn live_the_day(instance: &str) -> Vec<Value> {
    let clock = Arc::new(ManualClock::new(Now {
        wall_ms: 1_800_000_000_000,
        mono_ms: 1_000_000,
    }));
    let taken = Arc::new(Taken::default());
    let seams = Seams {
        clock: Arc::clone(&clock) as Arc<_>,
        entropy: Arc::new(SeededEntropy::new(7)),
        transport: Arc::clone(&taken) as Arc<_>,
    };
    let configuration = json!({
        "client_token": "pub0123456789abcdef0123456789abcdef",
        "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        "instance": instance,
        "intakes": [{"type": "datadog"}],
    });
    let (configuration, refusals) = from_json(&configuration.to_string()).unwrap();
    assert_eq!(refusals, []);
    let core = Handspan::start_with(configuration, seams).unwrap();
    // All is sent at the end: when a batch leaves is none of the day's.
    network(&core, Network::None);
    let mut now_ms = 0;
    for step in script::steps().unwrap() {
        clock.advance(step.at_ms - now_ms);
        now_ms = step.at_ms;
        tell(&core, &step).unwrap();
    }
    clock.advance(60_000);
    network(&core, Network::Unmetered);
    assert!(core.flush(Duration::from_secs(30)), "{:?}", core.status());
    core.shutdown();
    let taken = taken.0.lock().unwrap();
    same::same(&taken).unwrap()
}

#[test]
fn a_users_day_becomes_the_events_that_are_written_down() {
    let found = live_the_day("user-day");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("shared/user-day-events.json");
    if std::env::var_os("HANDSPAN_WRITE_DOCS").is_some() {
        let text = serde_json::to_string_pretty(&found).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let expected: Vec<Value> = serde_json::from_str(&text).unwrap();
    if let Some(difference) = same::difference(&expected, &found) {
        panic!("{difference}");
    }
}

#[test]
fn the_same_day_becomes_the_same_events_again() {
    let again = live_the_day("user-day-again");
    assert_eq!(
        same::difference(&live_the_day("user-day-once-more"), &again),
        None
    );
}
