//! The hops of a `resource` event, each with what a span needs of it.

use serde_json::Value;

use super::attributes::u64_at;
use super::record::{span_id, trace_id};

/// Reasons of a trace that we began and keep. Spans of the app's own trace are the app's to export.
const OURS: [&str; 2] = ["traced", "traced_forced"];

/// A hop that is a span.
pub(super) struct SpanHop<'a> {
    /// 16 bytes, as on the wire.
    pub(super) trace_id: Vec<u8>,
    /// 8 bytes, as on the wire.
    pub(super) span_id: Vec<u8>,
    pub(super) method: Option<&'a str>,
    pub(super) url: Option<&'a str>,
    pub(super) status_code: Option<u64>,
    /// Nanoseconds since 1970.
    pub(super) start: u64,
    /// Nanoseconds since 1970.
    pub(super) end: u64,
    /// 0 for the first.
    pub(super) resends: u64,
    /// The call ended with it: outcome and sizes of the call are its own.
    pub(super) is_last: bool,
}

/// The hops of ours that are kept, in order. None where the event is no request.
pub(super) fn span_hops(event: &Value) -> Vec<SpanHop<'_>> {
    if event.get("type").and_then(Value::as_str) != Some("resource") {
        return Vec::new();
    }
    let Some(date) = u64_at(event, "/date") else {
        return Vec::new();
    };
    let hops = event
        .pointer("/context/handspan/hops")
        .and_then(Value::as_array)
        // Of a call with one hop the event itself says all, also where hops are listed.
        .filter(|hops| hops.len() > 1);
    let Some(hops) = hops else {
        return only_hop(event, date).into_iter().collect();
    };
    let mut spans: Vec<SpanHop<'_>> = (0..hops.len())
        .filter_map(|at| listed_hop(event, date, hops, at))
        .collect();
    // What URLSession sends again by itself leaves with the same ids, and a span id stands for one span: the last.
    let ids: Vec<Vec<u8>> = spans.iter().map(|span| span.span_id.clone()).collect();
    let mut at = 0;
    spans.retain(|span| {
        at += 1;
        !ids.iter().skip(at).any(|later| *later == span.span_id)
    });
    spans
}

fn only_hop(event: &Value, date: u64) -> Option<SpanHop<'_>> {
    let told = event.pointer("/context/handspan")?;
    if !is_ours(told) {
        return None;
    }
    let start = date.saturating_mul(1_000_000);
    Some(SpanHop {
        trace_id: trace_id(event)?,
        span_id: span_id(event)?,
        method: text(event, "/resource/method"),
        url: text(event, "/resource/url"),
        status_code: u64_at(event, "/resource/status_code"),
        start,
        end: start.saturating_add(u64_at(event, "/resource/duration").unwrap_or_default()),
        resends: u64_at(told, "/resend_count").unwrap_or_default(),
        is_last: true,
    })
}

fn listed_hop<'a>(
    event: &'a Value,
    date: u64,
    hops: &'a [Value],
    at: usize,
) -> Option<SpanHop<'a>> {
    let hop = hops.get(at).filter(|hop| is_ours(hop))?;
    let is_last = at + 1 == hops.len();
    let call = u64_at(event, "/resource/duration").unwrap_or_default();
    // A platform that does not tell hops may tell when the last one began.
    let redirect = is_last
        .then(|| u64_at(event, "/resource/redirect/duration"))
        .flatten();
    let start = u64_at(hop, "/start").or(redirect).unwrap_or_default();
    let end = match u64_at(hop, "/duration") {
        Some(duration) => start.saturating_add(duration),
        None => hops
            .get(at + 1)
            .and_then(|next| u64_at(next, "/start"))
            .unwrap_or(call)
            .max(start),
    };
    let date = date.saturating_mul(1_000_000);
    Some(SpanHop {
        trace_id: hex(hop, "/trace_id", 32)?,
        span_id: hex(hop, "/span_id", 16)?,
        method: text(hop, "/method").or_else(|| text(event, "/resource/method")),
        url: text(hop, "/url"),
        status_code: u64_at(hop, "/status_code"),
        start: date.saturating_add(start),
        end: date.saturating_add(end),
        resends: u64::try_from(at).unwrap_or(u64::MAX),
        is_last,
    })
}

fn is_ours(told: &Value) -> bool {
    text(told, "/reason").is_some_and(|reason| OURS.contains(&reason))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// The bytes of an id; not one that is all zeros.
fn hex(value: &Value, pointer: &str, digits: usize) -> Option<Vec<u8>> {
    let text = text(value, pointer).filter(|text| text.len() == digits)?;
    let id = u128::from_str_radix(text, 16).ok().filter(|id| *id != 0)?;
    Some(id.to_be_bytes().into_iter().skip(16 - digits / 2).collect())
}
