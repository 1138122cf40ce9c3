//! A line of a log as a log record (OpenTelemetry's logs data model).

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use serde_json::Value;

use super::attributes::{flatten, member, u64_at};
use super::record::hex_id;
use crate::rum::log::is_the_apps;

/// Members of a log event and what OpenTelemetry calls them.
const KNOWN: [(&str, &str); 12] = [
    ("/session_id", "session.id"),
    ("/view.id", "view.id"),
    ("/user_action.id", "user_action.id"),
    ("/account/id", "account.id"),
    ("/logger/name", "logger.name"),
    ("/logger/thread_name", "thread.name"),
    ("/error/kind", "exception.type"),
    ("/error/message", "exception.message"),
    ("/error/stack", "exception.stacktrace"),
    ("/usr/id", "user.id"),
    ("/usr/name", "user.full_name"),
    ("/usr/email", "user.email"),
];

/// The record of a line; none where the event is something else: every other kind names its type.
pub(super) fn log(event: &Value) -> Option<LogRecord> {
    if event.get("type").is_some() {
        return None;
    }
    let status = event.get("status")?.as_str()?;
    let message = event.get("message")?.as_str()?;
    let time = u64_at(event, "/date")
        .unwrap_or_default()
        .saturating_mul(1_000_000);
    let mut attributes: Vec<KeyValue> = Vec::new();
    for (name, value) in event.as_object()? {
        if is_the_apps(name) {
            flatten(name, value, &mut attributes);
        }
    }
    for attribute in KNOWN
        .iter()
        .filter_map(|(pointer, key)| member(event, pointer, key))
    {
        // A key stands once: the app's own word is left as it is.
        if attributes.iter().all(|known| known.key != attribute.key) {
            attributes.push(attribute);
        }
    }
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let span = text("dd.span_id").and_then(|id| id.parse::<u64>().ok());
    Some(LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: severity(status).into(),
        severity_text: status.to_owned(),
        body: Some(AnyValue {
            value: Some(Any::StringValue(message.to_owned())),
        }),
        attributes,
        trace_id: text("dd.trace_id").and_then(hex_id).unwrap_or_default(),
        span_id: span.map_or_else(Vec::new, |id| id.to_be_bytes().to_vec()),
        ..LogRecord::default()
    })
}

/// As the data model maps syslog's levels, whose names these are.
fn severity(status: &str) -> SeverityNumber {
    match status {
        "debug" => SeverityNumber::Debug,
        "notice" => SeverityNumber::Info2,
        "warn" => SeverityNumber::Warn,
        "error" => SeverityNumber::Error,
        "critical" => SeverityNumber::Fatal,
        _ => SeverityNumber::Info,
    }
}
