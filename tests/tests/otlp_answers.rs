//! What the core makes of an OTLP receiver's answers (OTLP specification, "OTLP/HTTP Response").
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

use std::sync::Arc;
use std::time::Duration;

use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_tests::intake::{Answer, StrictIntake};
use handspan_tests::recorded::{FIRST_PARTY_HOSTS, record};

const PATIENCE: Duration = Duration::from_secs(30);

fn start(name: &str, url: &str, encoding: &str) -> Arc<Handspan> {
    let configuration = format!(
        r#"{{"client_token": "pub1", "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1", "instance": "{name}", "batch_max_age_ms": 60000,
            "first_party_hosts": {FIRST_PARTY_HOSTS},
            "intakes": [{{"type": "otlp", "url": "{url}/collect/", "encoding": "{encoding}", "headers": {{"x-tenant": "7"}}}}]}}"#
    );
    let (configuration, refusals) = from_json(&configuration).unwrap();
    assert_eq!(refusals, []);
    Handspan::start(configuration).unwrap()
}

fn targets(receiver: &StrictIntake) -> Vec<String> {
    let requests = receiver.seen().requests.into_iter();
    requests.map(|(request, _)| request.target).collect()
}

#[test]
fn what_is_rejected_in_part_is_counted_and_not_sent_again() {
    // `partial_success { rejected_spans: 2, error_message: "x" }`; 64 bits are text in JSON.
    let protobuf: &[u8] = &[0x0a, 5, 0x08, 2, 0x12, 1, b'x'];
    let json: &[u8] = br#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"x"}}"#;
    for (encoding, content_type, body) in [
        ("protobuf", "application/x-protobuf", protobuf),
        ("json", "application/json", json),
    ] {
        let receiver = StrictIntake::start().unwrap();
        let answer = Answer::status(200).with("content-type", content_type);
        receiver.answer_next([answer.saying(body), Answer::status(200)]);
        let core = start(&format!("partial-{encoding}"), &receiver.url(), encoding);
        (0..2).for_each(|number| drop(record(&core, 10 * number)));
        assert!(core.flush(PATIENCE), "{:?}", core.status());
        assert_eq!(
            targets(&receiver),
            ["/collect/v1/traces", "/collect/v1/logs"],
            "the view that they are in is told by the logs; no second try"
        );
        let seen = receiver.seen();
        let header = |name| seen.requests[0].0.header(name);
        assert_eq!(
            [
                header("content-type"),
                header("content-encoding"),
                header("x-tenant")
            ],
            [Some(content_type), Some("gzip"), Some("7")]
        );
        assert_eq!(
            core.status().dropped,
            [("rejected_by_intake".to_owned(), 2)]
        );
        core.shutdown();
    }
}

#[test]
fn a_receiver_that_is_busy_is_asked_again() {
    let receiver = StrictIntake::start().unwrap();
    let later = |status| Answer::status(status).with("retry-after", "0");
    receiver.answer_next([429, 502, 503, 504].map(later));
    // The spans, and what tells of the view that they are in.
    receiver.answer_next([200, 200].map(Answer::status));
    let core = start("busy", &receiver.url(), "protobuf");
    record(&core, 0);
    // A flush ends where the receiver holds it back; asked again, it does not wait for the delay.
    let tries = (0..10).take_while(|_| !core.flush(PATIENCE)).count();
    assert!(tries < 10, "{:?}", core.status());
    let statuses: Vec<u16> = receiver
        .seen()
        .requests
        .iter()
        .map(|(_, status)| *status)
        .collect();
    assert_eq!(statuses, [429, 502, 503, 504, 200, 200]);
    assert!(core.status().dropped.is_empty());
    core.shutdown();
}

#[test]
fn what_a_receiver_does_not_want_is_dropped_for_it_and_counted() {
    for status in [400, 401, 404, 408, 500] {
        let receiver = StrictIntake::start().unwrap();
        receiver.answer_next([status, 200].map(Answer::status));
        let core = start(&format!("unwanted-{status}"), &receiver.url(), "json");
        record(&core, 0);
        assert!(core.flush(PATIENCE), "{:?}", core.status());
        assert_eq!(targets(&receiver).len(), 2, "{status}");
        let told = core.status();
        let all = [("refused_by_intake".to_owned(), told.stored)];
        assert_eq!(told.dropped, all, "{status}");
        core.shutdown();
    }
}
