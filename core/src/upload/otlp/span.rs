//! A request whose trace is ours and kept, as a client span.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};
use url::Url;

use super::attributes::{attribute, member};
use super::record::{span_id, trace_id};

/// W3C flag of a sampled trace.
const SAMPLED: u32 = 1;
/// The parent is known to be in this process: there is none (opentelemetry-proto, `SpanFlags`).
const HAS_IS_REMOTE: u32 = 0x100;
/// Reasons of a trace that we began and keep. Spans of the app's own trace are the app's to export.
const OURS: [&str; 2] = ["traced", "traced_forced"];

/// The span of an event; none where it is no request, or has no trace of ours that is kept.
pub(super) fn span(event: &Value) -> Option<Span> {
    if event.get("type")?.as_str()? != "resource" {
        return None;
    }
    let reason = event.pointer("/context/handspan/reason")?.as_str()?;
    if !OURS.contains(&reason) {
        return None;
    }
    let trace_id = trace_id(event)?;
    let span_id = span_id(event)?;
    let start = event.get("date")?.as_u64()?.saturating_mul(1_000_000);
    let duration = event.pointer("/resource/duration").and_then(Value::as_u64);
    let method = event
        .pointer("/resource/method")
        .and_then(Value::as_str)
        // What the conventions call a method that they don't know.
        .unwrap_or("_OTHER");
    let url = event.pointer("/resource/url").and_then(Value::as_str);
    let status_code = event
        .pointer("/resource/status_code")
        .and_then(Value::as_u64)
        .filter(|code| *code > 0);
    let failure = event
        .pointer("/context/handspan/error/kind")
        .and_then(Value::as_str);
    let error_type = failure.map(str::to_owned).or_else(|| {
        status_code
            .filter(|code| *code >= 400)
            .map(|code| code.to_string())
    });
    let resends = event
        .pointer("/context/handspan/resend_count")
        .and_then(Value::as_u64)
        .filter(|count| *count > 0);
    let parsed = url.and_then(|url| Url::parse(url).ok());
    let parsed = parsed.as_ref();
    let attributes = [
        attribute("http.request.method", json!(method)),
        attribute("url.full", url.map(Value::from)),
        attribute(
            "server.address",
            parsed.and_then(Url::host_str).map(Value::from),
        ),
        attribute(
            "server.port",
            parsed.and_then(Url::port_or_known_default).map(Value::from),
        ),
        attribute("http.response.status_code", status_code.map(Value::from)),
        attribute("error.type", error_type.clone().map(Value::from)),
        attribute("http.request.resend_count", resends.map(Value::from)),
        attribute(
            "network.protocol.version",
            protocol_version(event).map(Value::from),
        ),
        member(
            event,
            "/resource/request/encoded_body_size",
            "http.request.body.size",
        ),
        member(event, "/resource/size", "http.response.body.size"),
        member(event, "/session/id", "session.id"),
        member(event, "/usr/id", "user.id"),
        member(event, "/account/id", "account.id"),
        member(event, "/resource/id", "rum.resource.id"),
    ];
    Some(Span {
        trace_id,
        span_id,
        flags: SAMPLED | HAS_IS_REMOTE,
        name: method.to_owned(),
        kind: SpanKind::Client.into(),
        start_time_unix_nano: start,
        end_time_unix_nano: start.saturating_add(duration.unwrap_or_default()),
        attributes: attributes.into_iter().flatten().collect(),
        status: Some(Status {
            code: if error_type.is_some() {
                StatusCode::Error.into()
            } else {
                StatusCode::Unset.into()
            },
            message: event
                .pointer("/context/handspan/error/message")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        }),
        ..Span::default()
    })
}

/// `1.1` of `http/1.1`, `2` of `h2`.
fn protocol_version(event: &Value) -> Option<&'static str> {
    let protocol = event.pointer("/resource/protocol")?.as_str()?;
    Some(match protocol {
        "http/1.0" => "1.0",
        "http/1.1" => "1.1",
        "h2" | "h2_prior_knowledge" => "2",
        "h3" => "3",
        _ => return None,
    })
}
