//! The Datadog agent's trace payloads, msgpack: v0.3 and v0.4 (spans are maps), v0.5 (spans are rows over
//! a table of strings). A 64-bit `trace_id` travels in each span, its upper half only in the `_dd.p.tid` of
//! a chunk's first or root span.

use std::fmt::Display;

use rmpv::ValueRef;
use rmpv::decode::read_value_ref;

use crate::ids::{SpanId, TraceId};
use crate::msgpack::{PARTS_LIMIT, extent};
use crate::otlp::Spans;
use crate::refusal::{Reason, Refusal};
use crate::span::{Span, Tracer, bounded};
use crate::store::SPAN_CAPACITY;

/// How many strings the table of a v0.5 payload may have: a tracer's payload has thousands.
const STRINGS_LIMIT: usize = 1 << 18;

const HIGH_HALF: &str = "_dd.p.tid";

/// What a span says before the upper half of its trace id is known.
struct HalfSpan {
    trace_id_low: u64,
    trace_id_high: Option<u64>,
    span_id: u64,
    parent_id: u64,
    service: String,
    name: String,
    resource: String,
    start_ns: u64,
    duration_ns: u64,
}

/// Reads a v0.3 or v0.4 payload: a list of chunks, each a list of spans.
pub(crate) fn read_v04(body: &[u8]) -> Result<Spans, Refusal> {
    let mut rest = body;
    let spans = read_chunks(&mut rest, half_span_of_map)?;
    end(rest, spans)
}

/// Reads a v0.5 payload: a table of strings, then the chunks.
pub(crate) fn read_v05(body: &[u8]) -> Result<Spans, Refusal> {
    let mut rest = body;
    if array_length(&mut rest)? != 2 {
        return Err(bad("a v0.5 payload is a pair of strings and traces"));
    }
    let mut strings = Vec::new();
    for _ in 0..array_length(&mut rest)? {
        if strings.len() >= STRINGS_LIMIT {
            return Err(bad(format!(
                "there are more than {STRINGS_LIMIT} strings in the table"
            )));
        }
        strings.push(match next(&mut rest)? {
            Some(ValueRef::String(text)) => text.into_str().unwrap_or_default(),
            Some(ValueRef::Binary(bytes)) => std::str::from_utf8(bytes).unwrap_or_default(),
            _ => "",
        });
    }
    let spans = read_chunks(&mut rest, |value| half_span_of_row(value, &strings))?;
    end(rest, spans)
}

/// One span is decoded at a time, so that a payload never stands in memory as a tree.
fn read_chunks(
    rest: &mut &[u8],
    read: impl Fn(&ValueRef) -> Option<HalfSpan>,
) -> Result<Spans, Refusal> {
    let mut spans = Spans::default();
    for _ in 0..array_length(rest)? {
        let mut chunk = Vec::new();
        for _ in 0..array_length(rest)? {
            match next(rest)?.as_ref().and_then(&read) {
                Some(_) if spans.good.len() + chunk.len() >= SPAN_CAPACITY => spans.surplus += 1,
                Some(span) => chunk.push(span),
                None => spans.refused += 1,
            }
        }
        let high = chunk
            .iter()
            .find_map(|span| span.trace_id_high)
            .unwrap_or_default();
        for span in chunk {
            spans.push(span.whole(high));
        }
    }
    Ok(spans)
}

impl HalfSpan {
    /// A chunk holds spans of one trace: the half that one span names is the half of all.
    fn whole(self, chunk_high: u64) -> Option<Span> {
        Some(Span {
            service: self.service,
            name: self.name,
            resource: (!self.resource.is_empty()).then_some(self.resource),
            tracer: Tracer::Datadog,
            trace_id: TraceId::from_halves(
                self.trace_id_high.unwrap_or(chunk_high),
                self.trace_id_low,
            )?,
            span_id: SpanId::new(self.span_id)?,
            parent_id: SpanId::new(self.parent_id),
            start_ns: self.start_ns,
            duration_ns: self.duration_ns,
        })
    }
}

fn half_span_of_map(value: &ValueRef) -> Option<HalfSpan> {
    let ValueRef::Map(fields) = value else {
        return None;
    };
    let field = |name: &str| {
        fields
            .iter()
            .find(|(key, _)| text(key) == Some(name))
            .map(|(_, value)| value)
    };
    let words = |name: &str| bounded(field(name).and_then(text).unwrap_or_default());
    let high = match field("meta") {
        Some(ValueRef::Map(meta)) => meta.iter().find(|(key, _)| text(key) == Some(HIGH_HALF)),
        _ => None,
    };
    Some(HalfSpan {
        trace_id_low: field("trace_id").and_then(id)?,
        trace_id_high: high.and_then(|(_, value)| high_half(text(value)?)),
        span_id: field("span_id").and_then(id)?,
        parent_id: field("parent_id").and_then(id).unwrap_or_default(),
        service: words("service"),
        name: words("name"),
        resource: words("resource"),
        start_ns: field("start")
            .and_then(ValueRef::as_u64)
            .unwrap_or_default(),
        duration_ns: field("duration")
            .and_then(ValueRef::as_u64)
            .unwrap_or_default(),
    })
}

fn half_span_of_row(value: &ValueRef, strings: &[&str]) -> Option<HalfSpan> {
    let ValueRef::Array(row) = value else {
        return None;
    };
    let string = |value: &ValueRef| strings.get(usize::try_from(value.as_u64()?).ok()?).copied();
    let [
        service,
        name,
        resource,
        trace_id,
        span_id,
        parent_id,
        start,
        duration,
        _error,
        meta,
        ..,
    ] = row.as_slice()
    else {
        return None;
    };
    let high = match meta {
        ValueRef::Map(meta) => meta.iter().find(|(key, _)| string(key) == Some(HIGH_HALF)),
        _ => None,
    };
    Some(HalfSpan {
        trace_id_low: id(trace_id)?,
        trace_id_high: high.and_then(|(_, value)| high_half(string(value)?)),
        span_id: id(span_id)?,
        parent_id: id(parent_id).unwrap_or_default(),
        service: bounded(string(service).unwrap_or_default()),
        name: bounded(string(name).unwrap_or_default()),
        resource: bounded(string(resource).unwrap_or_default()),
        start_ns: start.as_u64().unwrap_or_default(),
        duration_ns: duration.as_u64().unwrap_or_default(),
    })
}

fn high_half(hex: &str) -> Option<u64> {
    let digits = hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(digits.then_some(hex)?, 16).ok()
}

/// Some tracers write ids as signed numbers; the bits are the same.
fn id(value: &ValueRef) -> Option<u64> {
    match value {
        ValueRef::Integer(number) => number
            .as_u64()
            .or_else(|| number.as_i64().map(i64::cast_unsigned)),
        _ => None,
    }
}

/// Some tracers write strings as msgpack bytes.
fn text<'a>(value: &'a ValueRef<'_>) -> Option<&'a str> {
    match value {
        ValueRef::String(text) => text.as_str(),
        ValueRef::Binary(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn array_length(rest: &mut &[u8]) -> Result<u32, Refusal> {
    rmp::decode::read_array_len(rest).map_err(|error| bad(format!("a list was expected: {error}")))
}

/// The next value; `None` for one of more parts than it is worth: it is passed over.
fn next<'a>(rest: &mut &'a [u8]) -> Result<Option<ValueRef<'a>>, Refusal> {
    let (length, parts) = extent(rest).map_err(|error| bad(broken(error)))?;
    if parts > PARTS_LIMIT {
        *rest = rest.get(length..).unwrap_or_default();
        return Ok(None);
    }
    read_value_ref(rest)
        .map(Some)
        .map_err(|error| bad(broken(error)))
}

fn broken(error: impl Display) -> String {
    format!("the msgpack is broken: {error}")
}

fn end(rest: &[u8], spans: Spans) -> Result<Spans, Refusal> {
    if rest.is_empty() {
        Ok(spans)
    } else {
        Err(bad(format!("{} bytes are left over", rest.len())))
    }
}

fn bad(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::BadMsgpack, detail)
}

#[cfg(test)]
mod tests {
    use rmpv::Value;
    use rmpv::encode::write_value;

    use super::*;

    fn map(fields: &[(&str, Value)]) -> Value {
        Value::Map(
            fields
                .iter()
                .map(|(key, value)| (Value::from(*key), value.clone()))
                .collect(),
        )
    }

    fn bytes(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        write_value(&mut out, value).unwrap();
        out
    }

    #[test]
    fn the_upper_half_of_the_first_span_counts_for_the_chunk() {
        let root = map(&[
            ("service", "shop".into()),
            ("name", "flask.request".into()),
            ("resource", Value::Nil),
            ("trace_id", 0x0123_4567_89ab_cdef_u64.into()),
            ("span_id", 5.into()),
            ("parent_id", 4.into()),
            ("meta", map(&[("_dd.p.tid", "6921b0b000000000".into())])),
        ]);
        let child = map(&[
            ("trace_id", 0x0123_4567_89ab_cdef_u64.into()),
            ("span_id", (-1).into()),
            ("parent_id", 5.into()),
        ]);
        let broken = map(&[("trace_id", "x".into())]);
        let body = bytes(&Value::Array(vec![Value::Array(vec![
            root,
            child,
            broken,
            Value::Nil,
        ])]));
        let spans = read_v04(&body).unwrap();
        assert_eq!((spans.good.len(), spans.refused), (2, 2));
        for span in &spans.good {
            assert_eq!(
                span.trace_id.to_string(),
                "6921b0b0000000000123456789abcdef"
            );
        }
        assert_eq!(spans.good[1].span_id, SpanId::new(u64::MAX).unwrap());
    }

    #[test]
    fn rows_point_into_the_table() {
        let strings = [
            "",
            "shop",
            "flask.request",
            "GET /hello",
            "_dd.p.tid",
            "6921b0b000000000",
        ];
        let row = Value::Array(vec![
            1.into(),
            2.into(),
            3.into(),
            9.into(),
            5.into(),
            4.into(),
            100.into(),
            7.into(),
            0.into(),
            Value::Map(vec![(4.into(), 5.into())]),
            Value::Map(vec![]),
            0.into(),
        ]);
        let out_of_range = Value::Array(vec![99.into(); 12]);
        let table = Value::Array(strings.into_iter().map(Value::from).collect());
        let body = bytes(&Value::Array(vec![
            table,
            Value::Array(vec![Value::Array(vec![row, out_of_range, 3.into()])]),
        ]));
        let spans = read_v05(&body).unwrap();
        assert_eq!(
            (spans.good.len(), spans.refused),
            (2, 1),
            "a missing string is an empty one"
        );
        assert_eq!(spans.good[0].resource.as_deref(), Some("GET /hello"));
        assert_eq!(
            spans.good[0].trace_id.to_string(),
            "6921b0b0000000000000000000000009"
        );
    }

    #[test]
    fn broken_bytes_are_refused() {
        let deep = vec![0x91; 100_000];
        for body in [
            &b""[..],
            b"\xc1",
            b"\x91",
            b"\x91\x91\xdf\xff\xff\xff\xff",
            b"\xdd\xff\xff\xff\xff",
            b"\x90\x90",
            &deep,
        ] {
            assert_eq!(
                read_v04(body).unwrap_err().reason,
                Reason::BadMsgpack,
                "{:?}",
                &body[..body.len().min(8)]
            );
            assert_eq!(read_v05(body).unwrap_err().reason, Reason::BadMsgpack);
        }
    }

    #[test]
    fn what_would_multiply_in_memory_is_passed_over_or_refused() {
        let good = map(&[("trace_id", 9.into()), ("span_id", 5.into())]);
        let huge = map(&[
            ("trace_id", 9.into()),
            ("span_id", 6.into()),
            ("meta", Value::Array(vec![Value::Nil; 20_000])),
        ]);
        let body = bytes(&Value::Array(vec![Value::Array(vec![huge, good.clone()])]));
        let spans = read_v04(&body).unwrap();
        assert_eq!((spans.good.len(), spans.refused), (1, 1));

        let many = Value::Array(vec![good; SPAN_CAPACITY + 3]);
        let spans = read_v04(&bytes(&Value::Array(vec![many]))).unwrap();
        assert_eq!((spans.good.len(), spans.surplus), (SPAN_CAPACITY, 3));

        let table = Value::Array(vec!["".into(); STRINGS_LIMIT + 1]);
        let body = bytes(&Value::Array(vec![table, Value::Array(vec![])]));
        assert_eq!(read_v05(&body).unwrap_err().reason, Reason::BadMsgpack);
    }
}
