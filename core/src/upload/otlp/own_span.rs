//! A span of the app's own: it stands in its trace as the app has nested it.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::Value;

use super::attributes::{flatten, member, u64_at};
use super::record::{EXCEPTION, parent_span_id, span_id, trace_id};
use super::span::{HAS_IS_REMOTE, SAMPLED};

/// The span of an event; none where it tells of something else.
pub(super) fn own_span(event: &Value) -> Option<Span> {
    if event.get("type")?.as_str()? != "span" {
        return None;
    }
    let start = u64_at(event, "/span/start")?;
    let duration = u64_at(event, "/span/duration").unwrap_or_default();
    let end = start.saturating_add(duration);
    let mut attributes: Vec<KeyValue> = Vec::new();
    let own = event.pointer("/span/attributes").and_then(Value::as_object);
    for (name, value) in own.into_iter().flatten() {
        flatten(name, value, &mut attributes);
    }
    // A key stands once: the app's own word is left as it is.
    let of_session = [
        member(event, "/session/id", "session.id"),
        member(event, "/usr/id", "user.id"),
        member(event, "/account/id", "account.id"),
        member(event, "/error/type", "error.type"),
    ];
    for attribute in of_session.into_iter().flatten() {
        if attributes.iter().all(|known| known.key != attribute.key) {
            attributes.push(attribute);
        }
    }
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let exception: Vec<KeyValue> = EXCEPTION
        .iter()
        .filter_map(|(name, key)| member(event, &format!("/error/{name}"), key))
        .collect();
    let failed = !exception.is_empty();
    Some(Span {
        trace_id: trace_id(event)?,
        span_id: span_id(event)?,
        parent_span_id: parent_span_id(event),
        flags: SAMPLED | HAS_IS_REMOTE,
        name: text("/span/name").unwrap_or_default().to_owned(),
        kind: SpanKind::Internal.into(),
        start_time_unix_nano: start,
        end_time_unix_nano: end,
        attributes,
        // Semantic conventions, "Exceptions in spans".
        events: failed
            .then(|| Event {
                time_unix_nano: end,
                name: "exception".to_owned(),
                attributes: exception,
                ..Event::default()
            })
            .into_iter()
            .collect(),
        status: Some(Status {
            code: if failed {
                StatusCode::Error
            } else {
                StatusCode::Unset
            }
            .into(),
            message: text("/error/message").unwrap_or_default().to_owned(),
        }),
        ..Span::default()
    })
}
