//! The core against an intake that is as strict as Datadog's: what it sends is taken to the last event, and what goes wrong
//! on the way loses none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_tests::intake::{Answer, LATE_MS, StrictIntake};
use handspan_tests::recorded::{FIRST_PARTY_HOSTS, KINDS, RecordedCall, record};
use serde_json::{Value, json};

const TOKEN: &str = "pub0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(30);

/// Folder that gets what the core sent, for a check against published schemas.
const KEEP: &str = "HANDSPAN_KEEP_EVENTS";

fn intake() -> StrictIntake {
    let intake = StrictIntake::start().unwrap();
    if let Some(folder) = std::env::var_os(KEEP) {
        intake.keep_in(folder.into());
    }
    intake
}

fn start(name: &str, token: &str, intake: Value) -> Arc<Handspan> {
    start_with(name, token, intake, false)
}

fn start_with(name: &str, token: &str, intake: Value, telemetry: bool) -> Arc<Handspan> {
    let hosts: Value = serde_json::from_str(FIRST_PARTY_HOSTS).unwrap();
    let configuration = json!({
        "client_token": token, "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1", "instance": name,
        "service": "shop", "env": "prod", "version": "2.3.2", "first_party_hosts": hosts, "intakes": [intake],
        "telemetry": telemetry, "batch_max_age_ms": if telemetry { 100 } else { 60_000 },
        "device": {"os_name": "Android", "os_version": "14", "model": "Pixel 6", "brand": "Google", "type": "mobile"},
    });
    let (configuration, refusals) = from_json(&configuration.to_string()).unwrap();
    assert_eq!(refusals, []);
    Handspan::start(configuration).unwrap()
}

fn send(core: &Handspan, calls: usize) -> Vec<RecordedCall> {
    let recorded = (0..calls).map(|number| record(core, number)).collect();
    assert!(core.flush(PATIENCE), "{:?}", core.status());
    recorded
}

/// Each call is there once, with the ids of its last traced hop, and beside them the view that they are in.
fn is_whole(recorded: &[RecordedCall], events: &[Value]) {
    let resources = || events.iter().filter(|event| event["type"] == "resource");
    let by_url: BTreeMap<&str, &Value> = resources()
        .map(|event| (event["resource"]["url"].as_str().unwrap(), event))
        .collect();
    assert_eq!(
        (by_url.len(), resources().count()),
        (recorded.len(), recorded.len())
    );
    let mut views = events.iter().filter(|event| event["type"] == "view");
    let last = views.next_back().unwrap();
    assert_eq!(last["view"]["name"], "ApplicationLaunch");
    assert_eq!(last["view"]["resource"]["count"], recorded.len());
    for call in recorded {
        let event = by_url[call.url.as_str()];
        let ids = call.hops.iter().rev().find_map(|hop| hop.ids);
        let told = ids.map(|(trace, span)| (trace.to_string(), span.get().to_string()));
        let text = |name: &str| event["_dd"][name].as_str().map(str::to_owned);
        assert_eq!(text("trace_id").zip(text("span_id")), told, "{}", call.url);
        assert_eq!(event["resource"]["duration"], call.duration_ns);
    }
}

#[test]
fn every_event_is_taken_by_a_strict_intake() {
    let intake = intake();
    let core = start(
        "strict",
        TOKEN,
        json!({"type": "datadog", "url": intake.url()}),
    );
    let recorded = send(&core, 20 * KINDS);
    let seen = intake.seen();
    assert_eq!((&seen.refused[..], &seen.discarded[..]), (&[][..], &[][..]));
    is_whole(&recorded, &seen.events);
    core.shutdown();
}

#[test]
fn the_stats_of_the_sdk_travel_along_and_are_taken() {
    let intake = intake();
    let core = start_with(
        "strict-telemetry",
        TOKEN,
        json!({"type": "datadog", "url": intake.url()}),
        true,
    );
    // Not flushed: the stats join a batch that is sent when its time has come, from the second time on.
    for request in 1..=2 {
        record(&core, 0);
        assert_eq!(intake.wait_for(request, PATIENCE).requests.len(), request);
    }
    let seen = intake.seen();
    assert_eq!((&seen.refused[..], &seen.discarded[..]), (&[][..], &[][..]));
    let told: Vec<&Value> = seen
        .events
        .iter()
        .filter(|event| event["type"] == "telemetry")
        .collect();
    let [told] = told[..] else { panic!("{told:?}") };
    assert_eq!(
        told["telemetry"]["stats"]["tracks"]["rum"]["sent"], 2,
        "a call and its view"
    );
    core.shutdown();
}

#[test]
fn a_proxy_hands_on_what_the_intake_takes() {
    let intake = intake();
    let url = format!("{}/rum?tenant=7", intake.url());
    let core = start("strict-proxy", TOKEN, json!({"type": "proxy", "url": url}));
    let recorded = send(&core, KINDS);
    let seen = intake.seen();
    assert!(
        seen.requests[0]
            .0
            .target
            .starts_with("/rum?tenant=7&ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dandroid")
    );
    assert_eq!(seen.refused, []);
    is_whole(&recorded, &seen.events);
    core.shutdown();
}

#[test]
fn a_batch_that_is_too_large_arrives_in_halves() {
    let intake = intake();
    // Some ten events.
    intake.limit_payloads(12_000);
    let core = start(
        "strict-halves",
        TOKEN,
        json!({"type": "datadog", "url": intake.url()}),
    );
    let recorded = send(&core, 10 * KINDS);
    let seen = intake.seen();
    assert!(seen.refused.iter().all(|(status, _)| *status == 413));
    assert!(seen.refused.len() > 3, "{:?}", seen.refused);
    is_whole(&recorded, &seen.events);
    core.shutdown();
}

#[test]
fn what_may_be_tried_again_is_and_arrives_once_under_the_same_key() {
    let intake = intake();
    intake.answer_next([
        Answer::status(503),
        Answer::status(429).with("retry-after", "0"),
        Answer::status(408),
    ]);
    let core = start(
        "strict-again",
        TOKEN,
        json!({"type": "datadog", "url": intake.url()}),
    );
    let recorded: Vec<_> = (0..KINDS).map(|number| record(&core, number)).collect();
    // A flush ends where the intake holds it back; asked again, it does not wait for the delay.
    let tries = (0..10).take_while(|_| !core.flush(PATIENCE)).count();
    assert!(tries < 10, "{:?}", core.status());
    let seen = intake.seen();
    let statuses: Vec<u16> = seen.requests.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [503, 429, 408, 202]);
    let header = |name| -> Vec<&str> {
        let requests = seen.requests.iter();
        requests
            .filter_map(|(request, _)| request.header(name))
            .collect()
    };
    let mut keys = header("dd-idempotency-key");
    keys.dedup();
    assert_eq!(keys.len(), 1, "one batch");
    let mut ids = header("dd-request-id");
    ids.dedup();
    assert_eq!(ids.len(), 4, "four tries");
    is_whole(&recorded, &seen.events);
    core.shutdown();
}

#[test]
fn a_token_that_is_refused_costs_the_batch_and_is_counted() {
    let intake = intake();
    let core = start(
        "strict-token",
        "pub-of-nobody",
        json!({"type": "datadog", "url": intake.url()}),
    );
    send(&core, 3);
    assert_eq!(
        intake.seen().refused,
        [(403, "DD-API-KEY is no client token")]
    );
    let dropped = core.status().dropped;
    let stored = core.status().stored;
    assert_eq!(dropped, [("refused_by_intake".to_owned(), stored)]);
    assert!(stored > 3, "the view too");
    core.shutdown();
}

/// A request as the core makes it, to be spoilt.
struct Made {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn event() -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64;
    let id = "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1";
    json!({"type": "resource", "date": now, "application": {"id": id}, "session": {"id": id, "type": "user"},
           "view": {"id": id, "url": "x"}, "source": "ios", "_dd": {"format_version": 2}})
}

fn made(event: &Value) -> Made {
    Made {
        method: "POST",
        target: "/api/v2/rum?ddsource=ios".to_owned(),
        headers: [
            ("Content-Type", "text/plain;charset=UTF-8"),
            ("DD-API-KEY", TOKEN),
            ("DD-EVP-ORIGIN", "ios"),
            ("DD-EVP-ORIGIN-VERSION", "0.1.0"),
            ("DD-REQUEST-ID", "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1"),
            ("DD-IDEMPOTENCY-KEY", "7"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into(),
        body: event.to_string().into_bytes(),
    }
}

fn post(intake: &StrictIntake, made: &Made) -> u16 {
    let mut stream = TcpStream::connect(intake.url().trim_start_matches("http://")).unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", made.method, made.target);
    for (name, value) in &made.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(stream, "{head}Content-Length: {}\r\n\r\n", made.body.len()).unwrap();
    stream.write_all(&made.body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn the_stand_in_refuses_what_the_intake_would() {
    type Spoil = fn(&mut Made);
    fn set(made: &mut Made, name: &str, value: Option<&str>) {
        made.headers.retain(|(known, _)| *known != name);
        let known = [
            "Content-Encoding",
            "Content-Type",
            "DD-API-KEY",
            "DD-EVP-ORIGIN",
            "DD-EVP-ORIGIN-VERSION",
            "DD-REQUEST-ID",
            "DD-IDEMPOTENCY-KEY",
        ];
        let name = known.into_iter().find(|known| *known == name).unwrap();
        made.headers
            .extend(value.map(|value| (name, value.to_owned())));
    }
    let spoilt: [(u16, Spoil); 17] = [
        (202, |_| {}),
        (404, |made| {
            made.target = "/api/v2/logs?ddsource=ios".to_owned()
        }),
        (405, |made| made.method = "PUT"),
        (400, |made| made.target = "/api/v2/rum".to_owned()),
        (400, |made| {
            made.target = "/api/v2/rum?ddsource=browser".to_owned()
        }),
        (401, |made| set(made, "DD-API-KEY", None)),
        (403, |made| {
            set(made, "DD-API-KEY", Some("0123456789abcdef0123456789abcdef"))
        }),
        (400, |made| set(made, "DD-EVP-ORIGIN", None)),
        (400, |made| set(made, "DD-EVP-ORIGIN-VERSION", Some("new"))),
        (400, |made| {
            set(
                made,
                "DD-REQUEST-ID",
                Some("6F1C2A30-6F6C-4C2F-9A3E-0C8AD9B8F7E1"),
            )
        }),
        (400, |made| set(made, "DD-IDEMPOTENCY-KEY", None)),
        (400, |made| {
            set(made, "Content-Type", Some("application/json"))
        }),
        (415, |made| set(made, "Content-Encoding", Some("br"))),
        (400, |made| set(made, "Content-Encoding", Some("gzip"))),
        (400, |made| made.body.truncate(20)),
        (400, |made| made.body.clear()),
        (413, |made| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&vec![b' '; 6 << 20]).unwrap();
            made.body = encoder.finish().unwrap();
            set(made, "Content-Encoding", Some("gzip"));
        }),
    ];
    for (number, (status, spoil)) in spoilt.into_iter().enumerate() {
        let intake = StrictIntake::start().unwrap();
        let mut request = made(&event());
        spoil(&mut request);
        assert_eq!(
            post(&intake, &request),
            status,
            "{number}: {:?}",
            intake.seen().refused
        );
        assert_eq!(intake.seen().events.len(), usize::from(status == 202));
    }
}

#[test]
fn the_stand_in_lists_what_the_intake_throws_away_behind_its_202() {
    let now = event()["date"].as_u64().unwrap();
    for (why, pointer, value) in [
        ("too late", "/date", json!(now - LATE_MS - 60_000)),
        ("from the future", "/date", json!(now + 3_600_000)),
        ("no date", "/date", json!("today")),
        (
            "another format version than 2",
            "/_dd/format_version",
            json!(1),
        ),
        ("an id that is no lower-case UUID", "/view/id", json!("7")),
        ("no view.url or session.type", "/view/url", json!(null)),
        (
            "a source that is neither android nor ios",
            "/source",
            json!("web"),
        ),
        ("telemetry of no SDK", "/type", json!("telemetry")),
        ("over 1 MB", "/view/url", json!("x".repeat(1 << 20))),
        (
            "trace ids that do not join",
            "/_dd",
            json!({"format_version": 2, "trace_id": "ab"}),
        ),
    ] {
        let intake = StrictIntake::start().unwrap();
        let mut spoilt = event();
        *spoilt.pointer_mut(pointer).unwrap() = value;
        assert_eq!(post(&intake, &made(&spoilt)), 202, "{why}");
        let seen = intake.seen();
        assert_eq!(
            seen.discarded
                .iter()
                .map(|(why, _)| *why)
                .collect::<Vec<_>>(),
            [why]
        );
        assert!(seen.events.is_empty());
    }
}

#[test]
fn a_batch_counts_once_and_its_key_stands_for_one_payload() {
    let intake = StrictIntake::start().unwrap();
    let request = made(&event());
    assert_eq!(
        [post(&intake, &request), post(&intake, &request)],
        [202, 202]
    );
    let mut other = event();
    other["type"] = json!("view");
    assert_eq!(post(&intake, &made(&other)), 400);
    let seen = intake.seen();
    assert_eq!((seen.events.len(), seen.duplicates), (1, 1));
}
