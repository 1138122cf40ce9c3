//! OTLP/HTTP trace exports, protobuf and JSON. Spans are read one by one: one without ids is refused alone.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use prost::Message;
use serde_json::Value;

use crate::ids::{SpanId, TraceId};
use crate::refusal::{Reason, Refusal};
use crate::span::{Span, Tracer, bounded};

/// Spans read, and how many were refused.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    pub(crate) good: Vec<Span>,
    pub(crate) refused: usize,
}

impl Spans {
    pub(crate) fn push(&mut self, span: Option<Span>) {
        match span {
            Some(span) => self.good.push(span),
            None => self.refused += 1,
        }
    }
}

/// Reads a protobuf `ExportTraceServiceRequest`.
pub(crate) fn read_protobuf(body: &[u8]) -> Result<Spans, Refusal> {
    let export = ExportTraceServiceRequest::decode(body).map_err(|error| {
        Refusal::new(
            Reason::BadOtlp,
            format!("no ExportTraceServiceRequest: {error}"),
        )
    })?;
    let mut spans = Spans::default();
    for group in &export.resource_spans {
        let service = protobuf_service(group);
        for span in group.scope_spans.iter().flat_map(|scope| &scope.spans) {
            spans.push(from_ids(
                TraceId::from_bytes(&span.trace_id),
                SpanId::from_bytes(&span.span_id),
                SpanId::from_bytes(&span.parent_span_id),
                &service,
                &span.name,
                (span.start_time_unix_nano, span.end_time_unix_nano),
            ));
        }
    }
    Ok(spans)
}

fn protobuf_service(group: &ResourceSpans) -> String {
    let attributes = group
        .resource
        .iter()
        .flat_map(|resource| &resource.attributes);
    let value = attributes
        .filter(|attribute| attribute.key == "service.name")
        .find_map(
            |attribute| match attribute.value.as_ref()?.value.as_ref()? {
                any_value::Value::StringValue(name) => Some(name.clone()),
                _ => None,
            },
        );
    value.unwrap_or_default()
}

/// Reads the JSON mapping: camelCase names, hex ids, 64-bit integers as strings (numbers are taken too).
pub(crate) fn read_json(body: &[u8]) -> Result<Spans, Refusal> {
    let export: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(Reason::BadOtlp, format!("no JSON: {error}")))?;
    let Some(groups) = export.get("resourceSpans").and_then(Value::as_array) else {
        return Err(Refusal::new(
            Reason::BadOtlp,
            "there is no resourceSpans list",
        ));
    };
    let mut spans = Spans::default();
    for group in groups {
        let service = json_service(group);
        let scopes = group.get("scopeSpans").and_then(Value::as_array);
        let listed = scopes
            .into_iter()
            .flatten()
            .filter_map(|scope| scope.get("spans")?.as_array())
            .flatten();
        for span in listed {
            let text = |key: &str| span.get(key).and_then(Value::as_str).unwrap_or_default();
            spans.push(from_ids(
                TraceId::from_hex(text("traceId")),
                SpanId::from_hex(text("spanId")),
                SpanId::from_hex(text("parentSpanId")),
                service,
                text("name"),
                (
                    nanoseconds(span.get("startTimeUnixNano")),
                    nanoseconds(span.get("endTimeUnixNano")),
                ),
            ));
        }
    }
    Ok(spans)
}

fn json_service(group: &Value) -> &str {
    let attributes = group
        .pointer("/resource/attributes")
        .and_then(Value::as_array);
    let service = attributes
        .into_iter()
        .flatten()
        .find(|attribute| attribute.get("key").and_then(Value::as_str) == Some("service.name"));
    service
        .and_then(|attribute| attribute.pointer("/value/stringValue")?.as_str())
        .unwrap_or_default()
}

fn nanoseconds(value: Option<&Value>) -> u64 {
    value
        .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
        .unwrap_or_default()
}

fn from_ids(
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    parent_id: Option<SpanId>,
    service: &str,
    name: &str,
    (start_ns, end_ns): (u64, u64),
) -> Option<Span> {
    Some(Span {
        service: bounded(service),
        name: bounded(name),
        resource: None,
        tracer: Tracer::OpenTelemetry,
        trace_id: trace_id?,
        span_id: span_id?,
        parent_id,
        start_ns,
        duration_ns: end_ns.saturating_sub(start_ns),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_span_without_ids_is_refused_alone() {
        let body = br#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"pay"}}]},
            "scopeSpans":[{"spans":[
              {"traceId":"6921b0b0000000000123456789abcdef","spanId":"00000000000000aa","parentSpanId":"00000000000000bb","name":"GET",
               "startTimeUnixNano":"10","endTimeUnixNano":15,"unheardOf":[1]},
              {"traceId":"6921b0b0000000000123456789abcdef","spanId":"aa","name":"short id"},
              7]}]},{}]}"#;
        let spans = read_json(body).unwrap();
        assert_eq!(spans.refused, 2);
        assert_eq!(spans.good.len(), 1);
        let span = &spans.good[0];
        assert_eq!((span.service.as_str(), span.duration_ns), ("pay", 5));
        assert_eq!(span.parent_id, SpanId::new(0xbb));
    }

    #[test]
    fn a_body_of_another_kind_is_refused() {
        assert_eq!(read_json(b"[]").unwrap_err().reason, Reason::BadOtlp);
        assert_eq!(read_json(b"{").unwrap_err().reason, Reason::BadOtlp);
        assert_eq!(
            read_protobuf(&[0x0a, 0x7f, 1]).unwrap_err().reason,
            Reason::BadOtlp
        );
    }
}
