//! What a log event says.

use super::*;
use crate::rum::attributes::{Attribute, AttributeValue, to_json};
use crate::rum::trim::{self, Trimmed};
use crate::trace::{SpanId, TraceId};

fn common() -> Map<String, Value> {
    let common = json!({"source": "ios", "service": "shop", "version": "1.2", "ddtags": "env:prod", "usr": {"id": "4711"}});
    common.as_object().unwrap().clone()
}

fn read(line: &LogLine, global: &Value, place: Option<Place<'_>>) -> Value {
    let facts = LogFacts {
        common: common(),
        global: global.as_object().unwrap(),
        date_ms: 1_700_000_000_123,
        connectivity: None,
        place,
    };
    Value::Object(body(line, to_json(&line.attributes), facts))
}

#[test]
fn a_line_is_bound_to_its_session_view_action_and_span() {
    let line = LogLine {
        level: LogLevel::Warn,
        message: "cart is slow".into(),
        thread_name: Some("main".into()),
        span: Some(SpanContext {
            trace_id: TraceId::parse("6789abcd00000000a3ce929d0e0e4736").unwrap(),
            span_id: SpanId::from_u64(15).unwrap(),
            sampled: true,
            session_id: String::new(),
        }),
        attributes: vec![Attribute {
            name: "items".into(),
            value: AttributeValue::Int(3),
        }],
        ..LogLine::default()
    };
    let place = Place {
        application_id: "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        session_id: "0f4c2b1a-1111-4222-8333-444455556666",
        view_id: Some("f0b3d4e5-1111-4222-8333-444455556666"),
        action_id: None,
    };
    let told = read(&line, &json!({"items": 1, "shop": "berlin"}), Some(place));
    assert_eq!(
        told,
        json!({
            "status": "warn",
            "message": "cart is slow",
            "date": 1_700_000_000_123_u64,
            "source": "ios",
            "service": "shop",
            "version": "1.2",
            "ddtags": "env:prod",
            "usr": {"id": "4711"},
            "logger": {"name": "handspan", "thread_name": "main", "version": env!("CARGO_PKG_VERSION")},
            "dd.trace_id": "6789abcd00000000a3ce929d0e0e4736",
            "dd.span_id": "15",
            "application_id": place.application_id,
            "session_id": place.session_id,
            "view.id": place.view_id,
            "items": 3,
            "shop": "berlin",
        })
    );
}

#[test]
fn a_line_without_a_recorded_session_leads_nowhere_and_stands_alone() {
    let line = LogLine {
        level: LogLevel::Critical,
        message: "no network".into(),
        logger_name: Some("net".into()),
        error_type: Some("java.io.IOException".into()),
        error_stack: Some("at …".into()),
        ..LogLine::default()
    };
    let facts = LogFacts {
        common: common(),
        global: &Map::new(),
        date_ms: 1,
        connectivity: Some(&Connectivity {
            status: ConnectivityStatus::Connected,
            interfaces: vec![ConnectivityInterface::Wifi, ConnectivityInterface::Cellular],
            cellular_technology: Some("LTE".into()),
            carrier_name: None,
        }),
        place: None,
    };
    let told = body(&line, Map::new(), facts);
    assert_eq!(
        told["error"],
        json!({"kind": "java.io.IOException", "stack": "at …", "source_type": "ios"})
    );
    assert_eq!(
        told["network"],
        json!({"client": {
            "reachability": "yes",
            "available_interfaces": ["wifi", "cellular"],
            "sim_carrier": {"technology": "LTE"},
        }})
    );
    assert!(!told.contains_key("session_id") && !told.contains_key("application_id"));
    assert_eq!(priority(line.level), Priority::High);
    assert_eq!(priority(LogLevel::Warn), Priority::Usual);
}

#[test]
fn no_attribute_of_the_app_passes_for_one_of_ours() {
    let hostile = |name: &&str| Attribute {
        name: (*name).to_owned(),
        value: AttributeValue::Text("mine".into()),
    };
    let mut line = LogLine {
        attributes: RESERVED.iter().map(hostile).collect(),
        ..LogLine::default()
    };
    let global = Value::Object(to_json(&line.attributes));
    let told = read(&line, &global, None);
    assert!(!told.to_string().contains("mine"), "{told}");
    // What we write ourselves is all in the list.
    assert!(
        told.as_object()
            .unwrap()
            .keys()
            .all(|name| !is_the_apps(name))
    );

    let mut trimmed = Trimmed::default();
    trim::attributes(&mut line.attributes, &RESERVED, &mut trimmed);
    assert_eq!(
        trimmed.iter().collect::<Vec<_>>(),
        [("attribute_reserved", RESERVED.len() as u64)]
    );
}
