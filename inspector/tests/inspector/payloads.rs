//! What apps and backends post.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::json;

pub const TRACE: &str = "6921b0b0000000000123456789abcdef";
pub const SPAN: &str = "00000000000000a1";
pub const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

/// A `resource` event of a traced request.
pub fn event(trace: &str, span: u64, case: &str) -> String {
    let url = format!("http://shop.localhost:8080/hello?case={case}");
    json!({
        "type": "resource", "date": 1, "source": "android", "service": "shop-app",
        "session": {"id": "0f4c2b1a-1111-4222-8333-000000000000"},
        "_dd": {"trace_id": trace, "span_id": span.to_string(), "rule_psr": 1, "configuration": {"session_sample_rate": 100}},
        "resource": {"method": "GET", "url": url, "status_code": 200, "duration": 5},
        "context": {"handspan": {"reason": "traced", "sampled": true, "resend_count": 0, "hops": [
            {"url": url, "reason": "traced", "host_entry": "shop.localhost", "trace_id": trace, "span_id": format!("{span:016x}"),
             "sampled": true, "rule_psr": 1, "status_code": 200, "headers": {"traceparent": format!("00-{trace}-{span:016x}-01")}}]}}
    })
    .to_string()
}

pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub fn raw_deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// An OTLP export of a span without usable ids and a good one, whose id ends in `span`.
pub fn export(service: &str, trace: &str, span: u8, parent: &str) -> Vec<u8> {
    let bytes = |hex: &str| {
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect::<Vec<u8>>()
    };
    let name = AnyValue {
        value: Some(any_value::Value::StringValue(service.to_owned())),
    };
    let attributes = vec![KeyValue {
        key: "service.name".into(),
        value: Some(name),
        ..KeyValue::default()
    }];
    let span = Span {
        trace_id: bytes(trace),
        span_id: vec![0, 0, 0, 0, 0, 0, 0, span],
        parent_span_id: bytes(parent),
        name: "GET /hello".into(),
        start_time_unix_nano: 10,
        end_time_unix_nano: 30,
        ..Span::default()
    };
    let broken = Span {
        trace_id: vec![1],
        ..Span::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes,
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: vec![broken, span],
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
    .encode_to_vec()
}
