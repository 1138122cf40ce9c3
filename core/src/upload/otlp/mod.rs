//! A batch as OTLP: RUM events become spans and log records (opentelemetry-proto 1.x, `/v1/traces` and `/v1/logs`).
//!
//! A hop whose trace is ours and kept is a client span with the very ids that went on the wire (HTTP semantic conventions:
//! one a hop, resends counted). Everything else, and a request whose last hop went where we have no trace, is a log record
//! with an `event_name`, bound to its trace where it has one. A line of a log is a record with a body, a span of the app's own an
//! internal span. What an event of the future says is carried over too: its members
//! become attributes.

mod attributes;
mod hop;
mod log;
mod own_span;
mod record;
mod resource;
mod span;

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use prost::Message;
use serde::Serialize;
use serde_json::Value;

/// Name of the scope that spans and records stand under.
const SCOPE: &str = "handspan";

/// What an OTLP receiver has an address for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans, at `/v1/traces`.
    Traces,
    /// Log records, at `/v1/logs`.
    Logs,
}

impl Signal {
    /// Path below the receiver's base URL (OTLP specification, "OTLP/HTTP Request").
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Logs => "/v1/logs",
        }
    }
}

/// How OTLP is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Binary protobuf, which every receiver takes.
    #[default]
    Protobuf,
    /// JSON: hex ids, 64-bit numbers as text, enums as numbers.
    Json,
}

impl Encoding {
    /// `Content-Type` of a body.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    fn encode(self, message: &(impl Message + Serialize)) -> Option<Vec<u8>> {
        match self {
            Self::Protobuf => Some(message.encode_to_vec()),
            Self::Json => serde_json::to_vec(message).ok(),
        }
    }
}

/// The events of one signal as the body of a request. None when the batch holds none of it. An event that is no JSON object is
/// passed over: nothing else could be made of it.
pub(super) fn body(signal: Signal, encoding: Encoding, events: &[&[u8]]) -> Option<Vec<u8>> {
    match signal {
        Signal::Traces => {
            let groups = by_resource(events, span::spans);
            let resource_spans: Vec<_> = groups
                .into_iter()
                .map(|(resource, spans)| ResourceSpans {
                    resource: Some(resource),
                    scope_spans: vec![ScopeSpans {
                        scope: Some(scope()),
                        spans,
                        schema_url: String::new(),
                    }],
                    schema_url: String::new(),
                })
                .collect();
            if resource_spans.is_empty() {
                return None;
            }
            encoding.encode(&ExportTraceServiceRequest { resource_spans })
        }
        Signal::Logs => {
            let groups = by_resource(events, record::record);
            let resource_logs: Vec<_> = groups
                .into_iter()
                .map(|(resource, log_records)| ResourceLogs {
                    resource: Some(resource),
                    scope_logs: vec![ScopeLogs {
                        scope: Some(scope()),
                        log_records,
                        schema_url: String::new(),
                    }],
                    schema_url: String::new(),
                })
                .collect();
            if resource_logs.is_empty() {
                return None;
            }
            encoding.encode(&ExportLogsServiceRequest { resource_logs })
        }
    }
}

/// How many spans or records the receiver says it has refused, in an answer that is a success (`partial_success`). They are
/// not to be sent again. An answer that can't be read says nothing.
pub(super) fn rejected(signal: Signal, answer: &[u8], content_type: Option<&str>) -> u64 {
    let count = if content_type.is_some_and(|kind| kind.starts_with("application/json")) {
        rejected_in_json(signal, answer)
    } else {
        match signal {
            Signal::Traces => ExportTraceServiceResponse::decode(answer)
                .ok()
                .and_then(|answer| answer.partial_success)
                .map(|partial| partial.rejected_spans),
            Signal::Logs => ExportLogsServiceResponse::decode(answer)
                .ok()
                .and_then(|answer| answer.partial_success)
                .map(|partial| partial.rejected_log_records),
        }
    };
    count
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or_default()
}

/// The published types read the number only as a number; the specification writes 64 bits as text.
fn rejected_in_json(signal: Signal, answer: &[u8]) -> Option<i64> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let count = answer.pointer(match signal {
        Signal::Traces => "/partialSuccess/rejectedSpans",
        Signal::Logs => "/partialSuccess/rejectedLogRecords",
    })?;
    count.as_i64().or_else(|| count.as_str()?.parse().ok())
}

/// Events by the resource that they tell of, in the order of arrival: after an update of the app a batch may hold both. Each is
/// parsed and let go by itself: as values all of a batch would take five times their bytes.
fn by_resource<T, I: IntoIterator<Item = T>>(
    events: &[&[u8]],
    translate: fn(&Value) -> I,
) -> Vec<(Resource, Vec<T>)> {
    let mut groups: Vec<(Resource, Vec<T>)> = Vec::new();
    let values = events
        .iter()
        .filter_map(|event| serde_json::from_slice(event).ok())
        .filter(Value::is_object);
    for event in values {
        let mut translated = translate(&event).into_iter().peekable();
        if translated.peek().is_none() {
            continue;
        }
        let resource = resource::resource(&event);
        match groups.iter_mut().find(|(known, _)| *known == resource) {
            Some((_, group)) => group.extend(translated),
            None => groups.push((resource, translated.collect())),
        }
    }
    groups
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: SCOPE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}

#[cfg(test)]
mod tests;
