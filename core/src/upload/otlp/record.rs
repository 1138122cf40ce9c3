//! What is no span of ours, as a log record with an event name.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use serde_json::Value;

use super::attributes::{attribute, flatten, member, u64_at};
use super::log::log;
use super::span::{http, protocol_version, tells_outcome};

/// Members that stand in the record or its resource already, or are Datadog's own business.
const ELSEWHERE: [&str; 11] = [
    "_dd",
    "account",
    "application",
    "date",
    "ddtags",
    "device",
    "os",
    "service",
    "source",
    "type",
    "version",
];

/// Members of `resource` that HTTP's semantic conventions have names for.
const HTTP: [&str; 4] = ["method", "url", "status_code", "protocol"];

/// Members of `error` and what the conventions call them (semantic conventions, "Exceptions in logs").
pub(super) const EXCEPTION: [(&str, &str); 3] = [
    ("type", "exception.type"),
    ("message", "exception.message"),
    ("stack", "exception.stacktrace"),
];

/// The record of an event; none where a span tells it.
pub(super) fn record(event: &Value) -> Option<LogRecord> {
    if let Some(line) = log(event) {
        return Some(line);
    }
    let kind = event.get("type")?.as_str()?;
    if tells_outcome(event) {
        return None;
    }
    let time = u64_at(event, "/date")
        .unwrap_or_default()
        .saturating_mul(1_000_000);
    let severity = if kind == "error" {
        SeverityNumber::Error
    } else {
        SeverityNumber::Info
    };
    let mut attributes: Vec<_> = member(event, "/account/id", "account.id")
        .into_iter()
        .collect();
    for (name, value) in event.as_object()? {
        match name.as_str() {
            "usr" => flatten("user", value, &mut attributes),
            "resource" => resource(value, &mut attributes),
            "error" => error(value, &mut attributes),
            name if ELSEWHERE.contains(&name) => {}
            name => flatten(name, value, &mut attributes),
        }
    }
    let sampled = event.pointer("/context/handspan/sampled") == Some(&Value::Bool(true));
    Some(LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: severity.into(),
        attributes,
        flags: u32::from(sampled),
        trace_id: trace_id(event).unwrap_or_default(),
        span_id: span_id(event).unwrap_or_default(),
        event_name: format!("rum.{kind}"),
        ..LogRecord::default()
    })
}

fn resource(resource: &Value, attributes: &mut Vec<KeyValue>) {
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    let status_code = u64_at(resource, "/status_code");
    attributes.extend(http(text("method"), text("url"), status_code));
    attributes.extend(attribute(
        "network.protocol.version",
        resource
            .get("protocol")
            .and_then(protocol_version)
            .map(Value::from),
    ));
    for (name, value) in resource.as_object().into_iter().flatten() {
        if !HTTP.contains(&name.as_str()) {
            flatten(&format!("resource.{name}"), value, attributes);
        }
    }
}

fn error(error: &Value, attributes: &mut Vec<KeyValue>) {
    for (name, value) in error.as_object().into_iter().flatten() {
        let known = EXCEPTION.iter().find(|(member, _)| member == name);
        match known {
            Some((_, key)) => flatten(key, value, attributes),
            None => flatten(&format!("error.{name}"), value, attributes),
        }
    }
}

/// 16 bytes of `_dd.trace_id`, 32 hex digits.
pub(super) fn trace_id(event: &Value) -> Option<Vec<u8>> {
    hex_id(event.pointer("/_dd/trace_id")?.as_str()?)
}

/// 16 bytes of 32 hex digits that are not all 0.
pub(super) fn hex_id(hex: &str) -> Option<Vec<u8>> {
    let id = u128::from_str_radix(hex, 16).ok()?;
    (id != 0).then(|| id.to_be_bytes().to_vec())
}

/// 8 bytes of `_dd.span_id`, which is decimal.
pub(super) fn span_id(event: &Value) -> Option<Vec<u8>> {
    decimal_id(event, "/_dd/span_id")
}

/// 8 bytes of `_dd.parent_span_id`; empty where there is none, as OTLP has it.
pub(super) fn parent_span_id(event: &Value) -> Vec<u8> {
    decimal_id(event, "/_dd/parent_span_id").unwrap_or_default()
}

fn decimal_id(event: &Value, pointer: &str) -> Option<Vec<u8>> {
    let id: u64 = event.pointer(pointer)?.as_str()?.parse().ok()?;
    (id != 0).then(|| id.to_be_bytes().to_vec())
}
