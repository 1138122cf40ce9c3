//! Calls of every kind through the real core: to one Collector as protobuf, to another as JSON, and to a stand-in for
//! Datadog's intake, whose events say at which time each call began.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_tests::intake::StrictIntake;
use handspan_tests::recorded::{
    APP_TRACE, FIRST_PARTY_HOSTS, KINDS, RecordedCall, RecordedHop, record,
};
use serde_json::{Value, json};

use crate::collector::Collector;
use crate::output::{Attributes, Output, Record, Span};

const CALLS: usize = 30 * KINDS;

pub(crate) fn start(name: &str, intakes: &Value) -> Arc<Handspan> {
    let hosts: Value = serde_json::from_str(FIRST_PARTY_HOSTS).unwrap();
    let configuration = json!({
        "client_token": "pub0123456789abcdef0123456789abcdef", "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        "instance": name, "service": "shop", "env": "prod", "version": "2.3.2", "first_party_hosts": hosts,
        "intakes": intakes, "device": {"os_name": "Android", "os_version": "14", "model": "Pixel 6", "brand": "Google",
        "type": "mobile", "architecture": "arm64-v8a", "locale": "es-FR"},
    });
    let (configuration, refusals) = from_json(&configuration.to_string()).unwrap();
    assert_eq!(refusals, []);
    Handspan::start(configuration).unwrap()
}

#[test]
#[ignore = "needs the Collector: cargo xtask test --only collector"]
fn every_id_attribute_time_and_count_is_what_was_recorded() {
    let (protobuf, as_json) = (Collector::start(), Collector::start());
    let datadog = StrictIntake::start().unwrap();
    let core = start(
        "collector",
        &json!([
            {"type": "otlp", "url": protobuf.otlp},
            {"type": "otlp", "url": as_json.otlp, "encoding": "json"},
            {"type": "datadog", "url": datadog.url()},
        ]),
    );
    core.set_user(Some("4711"));
    core.set_account(Some("acme"));
    let recorded: Vec<RecordedCall> = (0..CALLS).map(|number| record(&core, number)).collect();
    assert!(core.flush(Duration::from_secs(60)), "{:?}", core.status());
    let session = core.status().session_id;
    core.shutdown();

    let events = datadog.seen().events;
    let dates: BTreeMap<&str, u64> = events
        .iter()
        .filter(|event| event["type"] == "resource")
        .map(|event| {
            (
                event["resource"]["url"].as_str().unwrap(),
                event["date"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(dates.len(), CALLS);

    let output = protobuf.end();
    spans_are_what_was_recorded(&output, &recorded, &dates, &session);
    records_are_what_was_recorded(&output, &recorded, &dates, &session);
    assert!(output == as_json.end(), "JSON and protobuf say the same");
}

fn spans_are_what_was_recorded(
    output: &Output,
    recorded: &[RecordedCall],
    dates: &BTreeMap<&str, u64>,
    session: &str,
) {
    let found: BTreeMap<&str, &Span> = output
        .spans
        .iter()
        .map(|span| (span.span_id.as_str(), span))
        .collect();
    let expected: usize = recorded.iter().map(|call| call.spans().count()).sum();
    assert_eq!((found.len(), output.spans.len()), (expected, expected));
    for call in recorded {
        let start = dates[call.url.as_str()] * 1_000_000;
        for (at, hop) in call.spans() {
            let (trace_id, span_id) = hop.ids.unwrap();
            let span = found[span_id.to_string().as_str()];
            assert_eq!(span.trace_id, trace_id.to_string());
            assert_eq!(span.parent, "");
            assert_eq!(
                (span.kind, span.name.as_str(), span.scope.as_str()),
                (3, hop.method, "handspan")
            );
            // Of a call with one hop the event tells start and length itself, whole milliseconds from the start.
            assert_eq!(
                (span.start, span.end),
                (start + hop.start_ns, start + hop.end_ns),
                "{}",
                call.url
            );
            let mut attributes = span.attributes.clone();
            let resource_id = attributes.remove("rum.resource.id").unwrap();
            assert_eq!(resource_id.as_str().unwrap().len(), 36);
            assert_eq!(
                attributes,
                attributes_of(call, at, hop, session),
                "{}",
                call.url
            );
            let failed = attributes.contains_key("error.type");
            let message = if call.error.is_some() { "refused" } else { "" };
            assert_eq!(
                (span.status, span.message.as_str()),
                (if failed { 2 } else { 0 }, message)
            );
            assert_eq!(span.resource, resource());
        }
    }
}

fn attributes_of(call: &RecordedCall, at: usize, hop: &RecordedHop, session: &str) -> Attributes {
    let is_last = at + 1 == call.hops.len();
    let host = hop.url.trim_start_matches("https://").split('/').next();
    let mut expected = json!({
        "http.request.method": hop.method, "url.full": hop.url, "server.address": host, "server.port": 443,
        "session.id": session, "user.id": "4711", "account.id": "acme",
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            expected[name] = value;
        }
    };
    set(
        "http.response.status_code",
        hop.status_code.map(Value::from),
    );
    set("http.request.resend_count", (at > 0).then(|| at.into()));
    set("network.protocol.version", is_last.then(|| "2".into()));
    let refused = hop
        .status_code
        .filter(|status| *status >= 400)
        .map(|status| status.to_string());
    let error = call
        .error
        .filter(|_| is_last)
        .map(str::to_owned)
        .or(refused);
    set("error.type", error.map(Value::from));
    serde_json::from_value(expected).unwrap()
}

fn resource() -> Attributes {
    serde_json::from_value(json!({
        "service.name": "shop", "service.version": "2.3.2", "deployment.environment.name": "prod",
        "rum.application.id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1", "rum.source": "android",
        "telemetry.sdk.name": "handspan", "telemetry.sdk.language": "rust", "telemetry.sdk.version": env!("CARGO_PKG_VERSION"),
        "os.type": "linux", "os.name": "Android", "os.version": "14", "host.arch": "arm64",
        "device.model.identifier": "Pixel 6", "device.model.name": "Pixel 6", "device.manufacturer": "Google",
    }))
    .unwrap()
}

/// Where no span tells how a call ended, a record does, with the ids of the last traced hop: the app's own are among them.
fn records_are_what_was_recorded(
    output: &Output,
    recorded: &[RecordedCall],
    dates: &BTreeMap<&str, u64>,
    session: &str,
) {
    let told: Vec<&RecordedCall> = recorded
        .iter()
        .filter(|call| !call.ends_in_span())
        .collect();
    let is_view = |record: &&Record| record.event_name == "rum.view";
    assert!(output.records.iter().any(|record| is_view(&record)));
    let others = output.records.iter().filter(|record| !is_view(record));
    assert_eq!(others.count(), told.len());
    for call in told {
        let url = json!(call.url);
        let found = output
            .records
            .iter()
            .find(|record| record.attributes.get("url.full") == Some(&url));
        let record = found.unwrap();
        let ids = call.hops.iter().rev().find_map(|hop| hop.ids);
        let (trace, span) = ids.map_or_else(Default::default, |(trace, span)| {
            (trace.to_string(), span.to_string())
        });
        assert_eq!(
            (&record.trace_id, &record.span_id),
            (&trace, &span),
            "{}",
            call.url
        );
        assert_eq!(
            (record.event_name.as_str(), record.time),
            ("rum.resource", dates[call.url.as_str()] * 1_000_000)
        );
        let said = |name: &str| record.attributes.get(name).cloned();
        assert_eq!(said("session.id"), Some(json!(session)));
        assert_eq!(said("user.id"), Some(json!("4711")));
        assert_eq!(said("resource.duration"), Some(json!(call.duration_ns)));
        let status = call.hops.last().and_then(|hop| hop.status_code);
        assert_eq!(said("http.response.status_code"), status.map(Value::from));
        assert_eq!(
            said("context.handspan.error.kind"),
            call.error.map(Value::from)
        );
        assert_eq!(record.resource, resource());
    }
    let own = output
        .records
        .iter()
        .filter(|record| record.trace_id == APP_TRACE[3..35]);
    assert_eq!(own.count(), CALLS / KINDS);
}
