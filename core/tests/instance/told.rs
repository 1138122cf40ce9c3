//! Lines of logs, spans, mappers, and a user who wants to be forgotten, from the app's side.

use std::io::Read;
use std::time::Duration;

use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_core::rum::attributes::{Attribute, AttributeValue};
use handspan_core::rum::command::{FinishedSpan, LogLine, RumCommand};
use handspan_core::rum::mapper::Mapped;
use handspan_core::rum::person::UserInfo;
use handspan_core::seams::entropy::SeededEntropy;
use handspan_core::seams::transport::HttpRequest;
use handspan_core::trace::FixedIds;
use serde_json::Value;
use std::sync::Arc;

use super::phone::*;

const WAIT: Duration = Duration::from_secs(10);

/// All that was sent to this path, event by event.
fn sent(phone: &Phone, path: &str) -> Vec<Value> {
    assert!(phone.core.flush(WAIT), "{:?}", phone.core.stats());
    let of_path = |request: &HttpRequest| request.url.contains(path);
    let events = |request: HttpRequest| {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&request.body[..])
            .read_to_string(&mut text)
            .unwrap();
        match serde_json::from_str(&text) {
            Ok(Value::Array(events)) => events,
            _ => text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        }
    };
    phone
        .requests
        .try_iter()
        .filter(of_path)
        .flat_map(events)
        .collect()
}

fn line(message: &str) -> RumCommand {
    RumCommand::Log(Box::new(LogLine {
        message: message.to_owned(),
        ..LogLine::default()
    }))
}

#[test]
fn a_line_reaches_the_intake_for_logs_and_is_counted_there() {
    let phone = start("logs", "", vec![]);
    phone.core.record(line("hello"), Duration::from_millis(250));
    let [event] = &sent(&phone, "/api/v2/logs?ddsource=android")[..] else {
        panic!("one line");
    };
    assert_eq!(event["message"], "hello");
    assert_eq!(
        event["date"],
        1_700_000_000_000_u64 - 250,
        "when it was said"
    );
    assert_eq!(event["session_id"], phone.core.status().session_id);
    let stats = phone.core.stats();
    let logs = &stats.tracks[1];
    assert_eq!((logs.recorded, logs.sent), (1, 1));
}

#[test]
fn a_request_in_a_span_is_its_child_on_the_wire_and_on_the_event() {
    let phone = start("spans", "", vec![]);
    let root = phone.core.start_span(None).unwrap();
    let child = phone.core.start_span(Some(&root)).unwrap();
    assert!(root.sampled && child.trace_id == root.trace_id);
    let request = handspan_core::trace::HopRequest {
        ids: FixedIds {
            trace_id: Some(child.trace_id),
            sampled: Some(child.sampled),
            ..FixedIds::default()
        },
        ..get("a.example")
    };
    let planned = phone.core.plan(&request, Some(&child.session_id));
    assert_eq!(planned.plan.trace_id, Some(root.trace_id));
    let mut call = finished("a.example", &planned);
    call.parent_span_id = Some(child.span_id);
    phone.core.finish(call);
    for (context, parent_span_id) in [(child.clone(), Some(root.span_id)), (root.clone(), None)] {
        let span = FinishedSpan {
            context,
            parent_span_id,
            name: "checkout".to_owned(),
            duration_ns: 1_000_000,
            error_type: None,
            error_message: None,
            error_stack: None,
            attributes: Vec::new(),
        };
        phone
            .core
            .record(RumCommand::FinishSpan(Box::new(span)), Duration::ZERO);
    }
    assert!(phone.core.flush(WAIT));
    let bodies: Vec<(String, String)> = phone
        .requests
        .try_iter()
        .map(|request| {
            let mut text = String::new();
            flate2::read::GzDecoder::new(&request.body[..])
                .read_to_string(&mut text)
                .unwrap();
            (request.url, text)
        })
        .collect();
    let of = |path: &str| {
        let (_, text) = bodies.iter().find(|(url, _)| url.contains(path)).unwrap();
        let events = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        events.collect::<Vec<_>>()
    };
    let resource = of("/api/v2/rum")
        .into_iter()
        .find(|event| event["type"] == "resource")
        .unwrap();
    assert_eq!(resource["_dd"]["trace_id"], root.trace_id.to_string());
    assert_eq!(
        resource["_dd"]["parent_span_id"],
        child.span_id.get().to_string()
    );
    let spans = of("/api/v2/spans");
    assert_eq!(spans[0]["spans"][0]["parent_id"], root.span_id.to_string());
    assert_eq!(spans[1]["spans"][0]["metrics"]["_top_level"], 1);
}

#[test]
fn a_span_of_a_session_that_is_not_kept_goes_nowhere_and_of_who_refused_there_is_none() {
    let phone = start("unkept_spans", r#","session_sample_rate":0"#, vec![]);
    assert!(!phone.core.start_span(None).unwrap().sampled);
    phone.core.keep_traces_for(Duration::from_secs(60));
    assert!(
        phone.core.start_span(None).unwrap().sampled,
        "somebody asked for all"
    );
    phone
        .core
        .set_tracking_consent(handspan_core::config::Consent::Refused);
    assert_eq!(phone.core.start_span(None), None);
}

pub(crate) fn start_mapped(name: &str) -> Phone {
    let (sender, requests) = std::sync::mpsc::channel();
    let network = Network {
        requests: sender,
        answers: std::sync::Mutex::default(),
    };
    let text = format!(
        r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","instance":"{name}",
            "intakes":[{{"type":"datadog"}}]}}"#
    );
    let mut configuration = from_json(&text).unwrap().0;
    configuration.mapped_events = vec!["log".to_owned()];
    let clock = Arc::new(handspan_core::seams::clock::ManualClock::new(
        handspan_core::seams::clock::Now {
            wall_ms: 1_700_000_000_000,
            mono_ms: 1_000,
        },
    ));
    let seams = handspan_core::seams::Seams {
        clock: Arc::clone(&clock) as Arc<dyn handspan_core::seams::clock::Clock>,
        entropy: Arc::new(SeededEntropy::new(3)),
        transport: Arc::new(network),
    };
    let core = Handspan::start_with(configuration, seams).unwrap();
    Phone {
        core,
        clock,
        requests,
    }
}

#[test]
fn a_mapper_on_a_thread_of_its_own_changes_one_line_and_drops_another() {
    let phone = start_mapped("mapped");
    let core = Arc::clone(&phone.core);
    let mapper = std::thread::spawn(move || {
        for _ in 0..2 {
            let event = core.next_event_to_map(WAIT).unwrap();
            let message = event.message.clone().unwrap();
            let mapped = Mapped {
                view_name: None,
                view_url: None,
                action_name: None,
                resource_url: None,
                message: Some("card ****".to_owned()),
                stack: None,
                fingerprint: None,
                attributes: event.attributes,
            };
            core.event_mapped(event.id, message.starts_with("card").then_some(mapped));
        }
    });
    phone.core.record(line("card 4711"), Duration::ZERO);
    phone.core.record(line("nobody's business"), Duration::ZERO);
    let events = sent(&phone, "/api/v2/logs");
    mapper.join().unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["message"], "card ****");
    let dropped = phone.core.status().dropped;
    assert_eq!(dropped, [("mapper_dropped".to_owned(), 1)]);
    phone.core.shutdown();
}

#[test]
fn whoever_is_forgotten_is_another_afterwards() {
    let phone = start("forgotten", "", vec![]);
    let first = {
        phone.core.record(line("before"), Duration::ZERO);
        sent(&phone, "/api/v2/logs")[0]["usr"]["anonymous_id"].clone()
    };
    assert!(first.is_string());
    // What was recorded in the same millisecond as the flush goes with it.
    phone.clock.advance(1);
    phone.core.record(line("not sent yet"), Duration::ZERO);
    phone.core.clear_all_data();
    phone.core.record(line("after"), Duration::ZERO);
    let events = sent(&phone, "/api/v2/logs");
    let messages: Vec<_> = events
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages, ["after"]);
    assert_ne!(events[0]["usr"]["anonymous_id"], first);
    assert_eq!(
        phone.core.stats().tracks[1].dropped,
        [("cleared".to_owned(), 1)]
    );
}

#[test]
fn an_app_that_wants_no_id_of_the_install_gets_none() {
    let phone = start("anonymous", r#","track_anonymous_user":false"#, vec![]);
    phone.core.record(line("hello"), Duration::ZERO);
    assert!(sent(&phone, "/api/v2/logs")[0].get("usr").is_none());
}

#[test]
fn what_was_trimmed_stands_in_the_stats_of_its_track() {
    let phone = start("trimmed", "", vec![]);
    let nan = || Attribute {
        name: "price".to_owned(),
        value: AttributeValue::Double(f64::NAN),
    };
    let RumCommand::Log(mut said) = line("hello") else {
        panic!("a line");
    };
    said.attributes = vec![nan(), nan()];
    phone.core.record(RumCommand::Log(said), Duration::ZERO);
    phone.core.set_user(Some(UserInfo {
        attributes: vec![nan()],
        ..UserInfo::from("4711")
    }));
    let stats = phone.core.stats();
    let trimmed = |count| vec![("attribute_not_a_number".to_owned(), count)];
    assert_eq!(stats.tracks[1].trimmed, trimmed(2));
    assert_eq!(stats.tracks[0].trimmed, trimmed(1));
}

#[test]
fn headers_that_may_carry_a_secret_are_refused_and_the_others_asked_for() {
    let phone = start(
        "headers",
        r#","captured_headers":["ETag","Authorization"],"path_patterns":["/a"],"redacted_query_parameters":["t"]"#,
        vec![],
    );
    assert_eq!(phone.core.captured_header_names(), ["etag"]);
    let refused: Vec<_> = phone
        .core
        .status()
        .refusals
        .iter()
        .map(|refusal| (refusal.field.clone(), refusal.code.as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            ("captured_headers".to_owned(), "secret"),
            ("path_patterns".to_owned(), "invalid_pattern"),
        ]
    );
}
