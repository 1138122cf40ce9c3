//! The spans intake's body: envelopes joined by newlines, each with spans of the app's own (`span-schema.json` of
//! dd-sdk-android, `SpanEventEncoder` of dd-sdk-ios).

use serde_json::{Value, json};

use super::facts::Facts;
use super::item::{Item, Kind, Told, ViewName, number, text};
use super::log::Line;
use crate::event::{EVENT_LIMIT, EVENTS_LIMIT};
use crate::ids::{SpanId, TraceId};
use crate::refusal::Reason;

/// Reads a body of `/api/v2/spans`.
pub(crate) fn read_spans(body: &str) -> Vec<Line> {
    let mut spans = Vec::new();
    for line in body.lines().filter(|line| !line.trim().is_empty()) {
        if spans.len() >= EVENTS_LIMIT {
            spans.push(Err(Reason::TooManyEvents));
        } else {
            read_envelope(line, &mut spans);
        }
    }
    spans
}

fn read_envelope(line: &str, into: &mut Vec<Line>) {
    if line.len() > EVENT_LIMIT {
        return into.push(Err(Reason::EventTooLarge));
    }
    let Ok(envelope) = serde_json::from_str::<Value>(line) else {
        return into.push(Err(Reason::EventNotJson));
    };
    match envelope.get("spans").and_then(Value::as_array) {
        Some(spans) if !spans.is_empty() => into.extend(spans.iter().map(span)),
        _ => into.push(Err(Reason::EventNotAnEvent)),
    }
}

fn span(span: &Value) -> Line {
    let hex = |name: &str| u64::from_str_radix(span.get(name)?.as_str()?, 16).ok();
    let (Some(low), Some(id)) = (hex("trace_id"), hex("span_id").and_then(SpanId::new)) else {
        return Err(Reason::BadSpan);
    };
    let high = text(span, "/meta/_dd.p.tid").and_then(|high| u64::from_str_radix(&high, 16).ok());
    let failed = number(span, "/error").is_some_and(|error| error > 0);
    let start = span.get("start").and_then(Value::as_f64);
    let item = Item {
        view: ViewName {
            id: text(span, "/meta/_dd/view/id"),
            ..ViewName::default()
        },
        date: start.map(|nanoseconds| nanoseconds / 1e6),
        duration_ns: number(span, "/duration"),
        label: text(span, "/name").unwrap_or_default(),
        word: text(span, "/meta/error.type"),
        failed,
        trace_id: TraceId::from_halves(high.unwrap_or_default(), low),
        span_id: Some(id),
        parent_span_id: hex("parent_id").and_then(SpanId::new),
        ..Item::bare(Kind::Span, &span.to_string())
    };
    let none = Value::Null;
    let meta = |name: &str| span.pointer(&format!("/meta/{name}")).unwrap_or(&none);
    let ours = meta("_dd");
    let facts = Facts::read(&json!({
        "application": ours.get("application"), "source": ours.get("source"), "service": span.get("service"),
        "version": meta("version"), "usr": meta("usr"), "account": meta("account"), "device": meta("device"), "os": meta("os"),
    }));
    Ok(Box::new(Told {
        session_id: text(ours, "/session/id"),
        facts,
        item,
    }))
}
