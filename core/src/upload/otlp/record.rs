//! What is no span of ours, as a log record with an event name.

use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use serde_json::Value;

use super::attributes::{flatten, member};
use super::span::span;

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

/// The record of an event; none where it is a span.
pub(super) fn record(event: &Value) -> Option<LogRecord> {
    let kind = event.get("type")?.as_str()?;
    if span(event).is_some() {
        return None;
    }
    let time = event
        .get("date")
        .and_then(Value::as_u64)
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

/// 16 bytes of `_dd.trace_id`, 32 hex digits.
pub(super) fn trace_id(event: &Value) -> Option<Vec<u8>> {
    let hex = event.pointer("/_dd/trace_id")?.as_str()?;
    let id = u128::from_str_radix(hex, 16).ok()?;
    (id != 0).then(|| id.to_be_bytes().to_vec())
}

/// 8 bytes of `_dd.span_id`, which is decimal.
pub(super) fn span_id(event: &Value) -> Option<Vec<u8>> {
    let id: u64 = event.pointer("/_dd/span_id")?.as_str()?.parse().ok()?;
    (id != 0).then(|| id.to_be_bytes().to_vec())
}
