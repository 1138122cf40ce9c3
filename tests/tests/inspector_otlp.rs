//! The inspector takes what the core sends as OTLP: every call is listed once, with its ids, and joins as one that came as a
//! RUM event does.
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
use handspan_tests::recorded::{FIRST_PARTY_HOSTS, KINDS, RecordedCall, record};
use serde_json::{Value, json};
use support::Inspected;

const PATIENCE: Duration = Duration::from_secs(30);

/// Sends every kind of call to a fresh inspector in this spelling.
fn sent(encoding: &str) -> (Inspected, Vec<RecordedCall>) {
    let inspected = Inspected::start();
    let configuration = format!(
        r#"{{"client_token": "pub1", "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1", "instance": "inspector-{encoding}",
            "service": "shop", "first_party_hosts": {FIRST_PARTY_HOSTS},
            "intakes": [{{"type": "otlp", "url": "{}", "encoding": "{encoding}"}}]}}"#,
        inspected.inspector.url()
    );
    let core = Handspan::start(from_json(&configuration).unwrap().0).unwrap();
    let recorded = (0..2 * KINDS).map(|number| record(&core, number)).collect();
    assert!(core.flush(PATIENCE), "{:?}", core.status());
    core.shutdown();
    (inspected, recorded)
}

#[test]
fn every_call_is_listed_with_its_ids_and_joins() {
    for encoding in ["protobuf", "json"] {
        let (inspected, recorded) = sent(encoding);
        let shown = || inspected.get("/api/requests");
        let listed = shown();
        let rows: Vec<&Value> = listed.as_array().unwrap().iter().collect();
        let spans = recorded.iter().flat_map(RecordedCall::spans).count();
        let records = recorded.iter().filter(|call| !call.ends_in_span()).count();
        assert_eq!(rows.len(), spans + records, "{encoding}");
        for call in &recorded {
            for (at, hop) in call.spans() {
                let (trace_id, span_id) = hop.ids.unwrap();
                let row = rows
                    .iter()
                    .find(|row| row["span_id"] == span_id.to_string());
                let row = row.unwrap_or_else(|| panic!("{} is missing", hop.url));
                let told = [
                    "trace_id",
                    "url",
                    "method",
                    "status_code",
                    "resend_count",
                    "duration_ns",
                    "app",
                    "service",
                ];
                let told: Vec<&Value> = told.iter().map(|name| &row[name]).collect();
                let expected = json!([
                    trace_id.to_string(),
                    hop.url,
                    hop.method,
                    hop.status_code,
                    at,
                    hop.end_ns - hop.start_ns,
                    "android",
                    "shop"
                ]);
                assert_eq!(json!(told), expected);
                assert_ne!(row["verdict"], "joined");
            }
        }
        let first = recorded[0].hops[0].ids.unwrap();
        let span = json!({"traceId": first.0.to_string(), "spanId": "00000000000000b1", "parentSpanId": first.1.to_string(), "name": "GET /"});
        let export = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]});
        inspected.ask("POST /v1/traces", &export.to_string());
        let joined = shown();
        let joined = joined
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["verdict"] == "joined");
        assert_eq!(joined.count(), 1);
    }
}
