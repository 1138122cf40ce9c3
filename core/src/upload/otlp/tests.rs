//! What a receiver gets of a batch.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;

use super::*;

const TRACE: &str = "6789abcd00000000a3ce929d0e0e4736";

fn resource_event() -> Value {
    json!({
        "type": "resource",
        "date": 1_700_000_000_123_u64,
        "service": "shop", "version": "2.3.2", "source": "android",
        "ddtags": "service:shop,env:prod,version:2.3.2",
        "application": {"id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1"},
        "session": {"id": "88ef85ab-7902-45f0-b93b-2def1ec3e5fe", "type": "user"},
        "os": {"name": "Android", "version": "14.1", "version_major": "14"},
        "device": {"model": "Pixel 6", "brand": "Google", "architecture": "arm64-v8a"},
        "usr": {"id": "4711"},
        "_dd": {"format_version": 2, "trace_id": TRACE, "span_id": "67667974448284343"},
        "resource": {
            "id": "11111111-2222-4333-8444-555555555555", "type": "native", "method": "GET",
            "url": "https://api.example.com:8443/cart?x=1", "status_code": 200, "duration": 5_000_000_000_u64,
            "size": 12, "protocol": "h2"
        },
        "context": {"handspan": {"reason": "traced", "sampled": true, "resend_count": 1}}
    })
}

fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn encoded(signal: Signal, encoding: Encoding, events: &[Value]) -> Option<Vec<u8>> {
    let lines: Vec<Vec<u8>> = events
        .iter()
        .map(|event| event.to_string().into_bytes())
        .collect();
    let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    body(signal, encoding, &lines)
}

fn spans(events: &[Value]) -> Vec<Span> {
    let bytes = encoded(Signal::Traces, Encoding::Protobuf, events).unwrap_or_default();
    let request = ExportTraceServiceRequest::decode(bytes.as_slice()).unwrap();
    let resources = request.resource_spans.into_iter();
    resources
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect()
}

fn records(events: &[Value]) -> Vec<LogRecord> {
    let bytes = encoded(Signal::Logs, Encoding::Protobuf, events).unwrap_or_default();
    let request = ExportLogsServiceRequest::decode(bytes.as_slice()).unwrap();
    let resources = request.resource_logs.into_iter();
    resources
        .flat_map(|resource| resource.scope_logs)
        .flat_map(|scope| scope.log_records)
        .collect()
}

fn shown(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    Some(match found.value.clone()?.value? {
        Any::StringValue(text) => text,
        Any::IntValue(number) => number.to_string(),
        Any::BoolValue(value) => value.to_string(),
        other => format!("{other:?}"),
    })
}

#[test]
fn a_kept_request_is_a_client_span_with_the_ids_of_the_wire() {
    let [span] = &spans(&[resource_event()])[..] else {
        panic!()
    };
    assert_eq!(
        span.trace_id,
        u128::from_str_radix(TRACE, 16).unwrap().to_be_bytes()
    );
    assert_eq!(span.span_id, 67_667_974_448_284_343_u64.to_be_bytes());
    assert!(span.parent_span_id.is_empty());
    assert_eq!((span.name.as_str(), span.kind), ("GET", 3));
    assert_eq!(span.start_time_unix_nano, 1_700_000_000_123_000_000);
    assert_eq!(span.end_time_unix_nano, 1_700_000_005_123_000_000);
    for (key, value) in [
        ("http.request.method", "GET"),
        ("url.full", "https://api.example.com:8443/cart?x=1"),
        ("server.address", "api.example.com"),
        ("server.port", "8443"),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "1"),
        ("network.protocol.version", "2"),
        ("http.response.body.size", "12"),
        ("session.id", "88ef85ab-7902-45f0-b93b-2def1ec3e5fe"),
        ("user.id", "4711"),
    ] {
        assert_eq!(
            shown(&span.attributes, key).as_deref(),
            Some(value),
            "{key}"
        );
    }
    assert_eq!(shown(&span.attributes, "error.type"), None);
    assert!(records(&[resource_event()]).is_empty(), "it is told once");
}

/// POST to one of ours, on to another of ours as GET, on to somebody else or not.
fn redirected_event(ending_at_ours: bool) -> Value {
    let mut hops = json!([
        {"reason": "traced", "url": "https://api.example.com/a", "trace_id": TRACE, "span_id": "000000000000000a",
         "status_code": 302, "start": 1_000, "duration": 2_000_000},
        {"reason": "traced", "url": "https://[2001:db8::1]/b", "method": "GET", "trace_id": TRACE,
         "span_id": "000000000000000b", "status_code": 200, "start": 3_000_000},
    ]);
    if !ending_at_ours {
        let third =
            json!({"reason": "host_not_first_party", "status_code": 200, "start": 4_000_000});
        hops.as_array_mut().unwrap().push(third);
    }
    let mut event = resource_event();
    event["resource"]["method"] = json!("POST");
    event["context"]["handspan"]["resend_count"] = json!(hops.as_array().unwrap().len() - 1);
    event["context"]["handspan"]["hops"] = hops;
    event
}

#[test]
fn each_hop_is_a_span_of_its_own_with_its_own_times() {
    let event = redirected_event(true);
    let [first, second] = &spans(std::slice::from_ref(&event))[..] else {
        panic!()
    };
    let date = 1_700_000_000_123_000_000;
    let id = |span: &Span| *span.span_id.last().unwrap();
    let said = |span: &Span, key: &str| shown(&span.attributes, key).unwrap_or_default();
    assert_eq!((id(first), id(second)), (10, 11));
    assert_eq!(
        (first.start_time_unix_nano, first.end_time_unix_nano),
        (date + 1_000, date + 2_001_000)
    );
    // It ends with the call, since nobody told its length.
    assert_eq!(
        (second.start_time_unix_nano, second.end_time_unix_nano),
        (date + 3_000_000, date + 5_000_000_000)
    );
    for (key, of_first, of_second) in [
        ("http.request.method", "POST", "GET"),
        (
            "url.full",
            "https://api.example.com/a",
            "https://[2001:db8::1]/b",
        ),
        ("server.address", "api.example.com", "2001:db8::1"),
        ("http.response.status_code", "302", "200"),
        ("http.request.resend_count", "", "1"),
        ("http.response.body.size", "", "12"),
        (
            "session.id",
            "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
            "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        ),
    ] {
        assert_eq!(
            (said(first, key).as_str(), said(second, key).as_str()),
            (of_first, of_second),
            "{key}"
        );
    }
    assert!(records(&[event]).is_empty());
}

#[test]
fn a_call_that_ends_at_somebody_elses_is_told_by_a_record_beside_its_spans() {
    let event = redirected_event(false);
    let [_, second] = &spans(std::slice::from_ref(&event))[..] else {
        panic!()
    };
    assert_eq!(
        second.end_time_unix_nano - second.start_time_unix_nano,
        1_000_000,
        "it ends where the next hop begins"
    );
    let [record] = &records(&[event])[..] else {
        panic!()
    };
    assert_eq!(record.event_name, "rum.resource");
    assert_eq!(
        shown(&record.attributes, "resource.duration").as_deref(),
        Some("5000000000")
    );
}

#[test]
fn a_request_that_was_sent_twice_with_the_same_ids_is_one_span() {
    let mut event = redirected_event(true);
    event["context"]["handspan"]["hops"][0]["span_id"] = json!("000000000000000b");
    let [span] = &spans(&[event])[..] else {
        panic!()
    };
    assert_eq!(
        shown(&span.attributes, "http.request.resend_count").as_deref(),
        Some("1")
    );
}

#[test]
fn the_failure_of_a_call_is_its_last_hops() {
    let mut event = redirected_event(true);
    event["context"]["handspan"]["error"] =
        json!({"kind": "java.io.EOFException", "message": "gone"});
    let [first, second] = &spans(&[event])[..] else {
        panic!()
    };
    assert_eq!(shown(&first.attributes, "error.type"), None);
    assert_eq!(
        shown(&second.attributes, "error.type").as_deref(),
        Some("java.io.EOFException")
    );
}

#[test]
fn an_error_status_and_a_failure_are_errors_of_the_span() {
    let refused = with(resource_event(), "/resource/status_code", json!(503));
    let [span] = &spans(&[refused])[..] else {
        panic!()
    };
    assert_eq!(
        shown(&span.attributes, "error.type").as_deref(),
        Some("503")
    );
    assert_eq!(span.status.as_ref().map(|status| status.code), Some(2));

    let mut failed = resource_event();
    failed["resource"]
        .as_object_mut()
        .unwrap()
        .remove("status_code");
    failed["context"]["handspan"]["error"] =
        json!({"kind": "java.net.ConnectException", "message": "refused"});
    let [span] = &spans(&[failed])[..] else {
        panic!()
    };
    assert_eq!(
        shown(&span.attributes, "error.type").as_deref(),
        Some("java.net.ConnectException")
    );
    assert_eq!(
        span.status.as_ref().map(|status| status.message.as_str()),
        Some("refused")
    );
}

#[test]
fn what_is_no_kept_trace_of_ours_is_a_record() {
    let pointer = "/context/handspan/reason";
    for reason in [
        "traced_not_kept",
        "app_headers",
        "host_not_first_party",
        "no_hop",
    ] {
        let event = with(resource_event(), pointer, json!(reason));
        assert!(spans(std::slice::from_ref(&event)).is_empty(), "{reason}");
        let [record] = &records(&[event])[..] else {
            panic!()
        };
        assert_eq!(record.event_name, "rum.resource");
        assert_eq!(record.trace_id.len(), 16);
        assert_eq!(
            shown(
                &record.attributes,
                pointer.trim_start_matches('/').replace('/', ".").as_str()
            )
            .as_deref(),
            Some(reason)
        );
        assert_eq!(
            shown(&record.attributes, "http.response.status_code").as_deref(),
            Some("200")
        );
    }
    let forced = with(resource_event(), pointer, json!("traced_forced"));
    assert_eq!(spans(&[forced]).len(), 1);
}

#[test]
fn an_event_of_any_other_type_is_a_record_with_all_its_members() {
    let error = json!({
        "type": "error", "date": 5, "session": {"id": "s"},
        "error": {"message": "boom", "handling": "unhandled", "causes": [{"message": "a"}]},
        "context": {"cart": {"items": 3, "total": 1.5, "gone": null}}
    });
    let future = json!({"type": "hologram", "date": 6, "hologram": {"id": "h"}});
    let [first, second] = &records(&[error, future])[..] else {
        panic!()
    };
    assert_eq!(
        (first.event_name.as_str(), first.severity_number),
        ("rum.error", 17)
    );
    assert_eq!(first.time_unix_nano, 5_000_000);
    assert_eq!(
        shown(&first.attributes, "exception.message").as_deref(),
        Some("boom")
    );
    assert_eq!(
        shown(&first.attributes, "context.cart.items").as_deref(),
        Some("3")
    );
    assert!(shown(&first.attributes, "error.causes").is_some());
    assert_eq!(shown(&first.attributes, "context.cart.gone"), None);
    assert_eq!(
        (second.event_name.as_str(), second.severity_number),
        ("rum.hologram", 9)
    );
}

#[test]
fn events_of_another_version_have_another_resource() {
    let newer = with(resource_event(), "/version", json!("2.4.0"));
    let bytes = encoded(
        Signal::Traces,
        Encoding::Protobuf,
        &[resource_event(), newer, resource_event()],
    );
    let request = ExportTraceServiceRequest::decode(bytes.unwrap().as_slice()).unwrap();
    let counts: Vec<_> = request
        .resource_spans
        .iter()
        .map(|group| {
            let resource = &group.resource.as_ref().unwrap().attributes;
            (
                shown(resource, "service.version").unwrap(),
                group.scope_spans[0].spans.len(),
            )
        })
        .collect();
    assert_eq!(counts, [("2.3.2".to_owned(), 2), ("2.4.0".to_owned(), 1)]);
    let resource = &request.resource_spans[0]
        .resource
        .as_ref()
        .unwrap()
        .attributes;
    for (key, value) in [
        ("service.name", "shop"),
        ("deployment.environment.name", "prod"),
        ("os.name", "Android"),
        ("os.type", "linux"),
        ("host.arch", "arm64"),
        ("device.model.name", "Pixel 6"),
        ("device.manufacturer", "Google"),
        ("telemetry.sdk.name", "handspan"),
    ] {
        assert_eq!(shown(resource, key).as_deref(), Some(value), "{key}");
    }
}

#[test]
fn json_is_spelled_as_the_specification_says() {
    let bytes = encoded(Signal::Traces, Encoding::Json, &[resource_event()]).unwrap();
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    let span = &json["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"], TRACE);
    assert_eq!(span["spanId"], "00f067aa0ba902b7");
    assert_eq!(span["kind"], 3);
    assert_eq!(span["startTimeUnixNano"], "1700000000123000000");
    let attributes = span["attributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({"key": "server.port", "value": {"intValue": "8443"}})));
}

#[test]
fn a_batch_without_anything_of_the_signal_has_no_body() {
    assert_eq!(
        encoded(Signal::Logs, Encoding::Protobuf, &[resource_event()]),
        None
    );
    assert_eq!(
        body(Signal::Traces, Encoding::Json, &[b"garbage", b"[]", b"{}"]),
        None
    );
    assert_eq!(
        body(Signal::Logs, Encoding::Json, &[b"garbage", b"7"]),
        None
    );
}

#[test]
fn a_line_of_a_log_is_a_record_with_body_severity_and_ids() {
    let line = json!({
        "status": "warn", "message": "cart is slow", "date": 1_700_000_000_123_u64, "service": "shop", "source": "android",
        "ddtags": "env:prod", "logger": {"name": "cart", "thread_name": "main", "version": "0.1.0"},
        "usr": {"id": "4711"}, "session_id": "88ef85ab-7902-45f0-b93b-2def1ec3e5fe", "view.id": "v",
        "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        "dd.trace_id": TRACE, "dd.span_id": "67667974448284343",
        "error": {"kind": "E", "message": "m", "stack": "s"},
        "cart": {"items": 3}, "user.id": "the app's own word",
    });
    let [record] = &records(std::slice::from_ref(&line))[..] else {
        panic!("one record");
    };
    assert_eq!(record.time_unix_nano, 1_700_000_000_123_000_000);
    assert_eq!(
        (record.severity_number, record.severity_text.as_str()),
        (13, "warn")
    );
    let body = record.body.clone().unwrap().value.unwrap();
    assert_eq!(body, Any::StringValue("cart is slow".into()));
    assert_eq!(
        record.trace_id,
        u128::from_str_radix(TRACE, 16).unwrap().to_be_bytes()
    );
    assert_eq!(record.span_id, 67_667_974_448_284_343_u64.to_be_bytes());
    assert_eq!(record.event_name, "");
    let shown: Vec<(&str, Option<String>)> = record
        .attributes
        .iter()
        .map(|attribute| {
            (
                attribute.key.as_str(),
                shown(&record.attributes, &attribute.key),
            )
        })
        .collect();
    let expected = [
        ("cart.items", "3"),
        ("user.id", "the app's own word"),
        ("session.id", "88ef85ab-7902-45f0-b93b-2def1ec3e5fe"),
        ("view.id", "v"),
        ("logger.name", "cart"),
        ("thread.name", "main"),
        ("exception.type", "E"),
        ("exception.message", "m"),
        ("exception.stacktrace", "s"),
    ];
    assert_eq!(
        shown,
        expected.map(|(key, value)| (key, Some(value.to_owned())))
    );
    assert!(spans(&[line]).is_empty());
}

#[test]
fn a_span_of_the_apps_own_is_internal_and_its_request_hangs_under_it() {
    let own = json!({
        "type": "span", "date": 1_700_000_000_000_u64, "service": "shop", "source": "android", "ddtags": "env:prod",
        "session": {"id": "88ef85ab-7902-45f0-b93b-2def1ec3e5fe"}, "usr": {"id": "4711"},
        "_dd": {"trace_id": TRACE, "span_id": "255", "parent_span_id": "15"},
        "span": {
            "name": "checkout", "start": 1_700_000_000_000_000_001_u64, "duration": 5,
            "attributes": {"items": 3, "cart": {"total": 1.5}},
        },
        "error": {"type": "Declined", "message": "no"},
    });
    let mut request = resource_event();
    request["_dd"]["parent_span_id"] = json!("255");
    let [parent, child] = &spans(&[own.clone(), request])[..] else {
        panic!("two spans");
    };
    assert_eq!((parent.name.as_str(), parent.kind), ("checkout", 1));
    assert_eq!(parent.span_id, 255_u64.to_be_bytes());
    assert_eq!(parent.parent_span_id, 15_u64.to_be_bytes());
    assert_eq!(child.parent_span_id, parent.span_id);
    assert_eq!(child.trace_id, parent.trace_id);
    assert_eq!(
        (parent.start_time_unix_nano, parent.end_time_unix_nano),
        (1_700_000_000_000_000_001, 1_700_000_000_000_000_006)
    );
    assert_eq!(shown(&parent.attributes, "items").as_deref(), Some("3"));
    assert_eq!(
        shown(&parent.attributes, "cart.total").as_deref(),
        Some("DoubleValue(1.5)")
    );
    assert_eq!(
        shown(&parent.attributes, "error.type").as_deref(),
        Some("Declined")
    );
    assert_eq!(
        shown(&parent.attributes, "user.id").as_deref(),
        Some("4711")
    );
    let status = parent.status.clone().unwrap();
    assert_eq!((status.code, status.message.as_str()), (2, "no"));
    let [exception] = &parent.events[..] else {
        panic!("one event");
    };
    assert_eq!(exception.name, "exception");
    assert_eq!(
        shown(&exception.attributes, "exception.message").as_deref(),
        Some("no")
    );
    assert!(records(&[own]).is_empty(), "a span tells it");
}
