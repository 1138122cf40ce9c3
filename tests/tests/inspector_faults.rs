//! The core against an inspector that answers as on a bad day: it copes, and every event is shown once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

mod support;

use std::time::Duration;

use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_tests::recorded::{FIRST_PARTY_HOSTS, KINDS, record};
use serde_json::json;
use support::Inspected;

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn no_fault_of_an_intake_loses_or_doubles_an_event() {
    let inspected = Inspected::start();
    let configuration = format!(
        r#"{{"client_token": "pub1", "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1", "instance": "faults", "batch_max_age_ms": 60000,
            "first_party_hosts": {FIRST_PARTY_HOSTS}, "intakes": [{{"type": "datadog", "url": "{}"}}]}}"#,
        inspected.inspector.url()
    );
    let core = Handspan::start(from_json(&configuration).unwrap().0).unwrap();
    let faults = [
        json!({"answer": 408, "next": 1}),
        json!({"answer": 429, "retry_after": 0, "next": 2}),
        json!({"answer": 500, "next": 1}),
        json!({"answer": 503, "next": 1}),
        json!({"answer": 413, "next": 1}),
        json!({"answer": 200, "next": 1}),
        json!({"answer": "slow", "delay_ms": 50, "next": 1}),
        json!({"answer": "cut", "next": 2}),
        json!({"answer": "garbage", "next": 1}),
        json!({"answer": "redirect", "next": 2}),
    ];
    for (round, fault) in faults.iter().enumerate() {
        inspected.ask("PUT /api/fault", &fault.to_string());
        (0..KINDS).for_each(|number| drop(record(&core, round * KINDS + number)));
        // A flush ends where the intake holds it back; asked again, it does not wait for the delay.
        let tries = (0..10).take_while(|_| !core.flush(PATIENCE)).count();
        assert!(tries < 10, "{fault}: {:?}", core.status());
        let shown = inspected.get("/api/requests");
        let mut urls: Vec<&str> = shown
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["url"].as_str().unwrap())
            .collect();
        urls.sort_unstable();
        urls.dedup();
        let all = (round + 1) * KINDS;
        assert_eq!(
            (urls.len(), shown.as_array().unwrap().len()),
            (all, all),
            "{fault}"
        );
        assert!(
            core.status().dropped.is_empty(),
            "{fault}: {:?}",
            core.status()
        );
    }
    let uploads = inspected.get("/api/uploads");
    let taken = uploads
        .as_array()
        .unwrap()
        .iter()
        .filter(|batch| batch["taken"] == true);
    // One a round, and the halves of the one that was too large.
    assert_eq!(taken.count(), faults.len() + 1);
    assert_eq!(
        inspected.get("/api/stats")["duplicates"],
        2,
        "the tries that were cut"
    );
    core.shutdown();
}
