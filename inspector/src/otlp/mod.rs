//! OTLP/HTTP exports, protobuf and JSON: backends' spans, and what apps send. Spans are read one by one: one without ids is
//! refused alone.

mod attributes;
mod json;
mod phone;
mod protobuf;

pub(crate) use json::read_json;
pub(crate) use protobuf::{protobuf_answer, read_protobuf};

use self::phone::Item;
use crate::ids::{SpanId, TraceId};
use crate::span::{Span, Tracer, bounded};
use crate::store::SPAN_CAPACITY;

const REJECTED: &str = "without usable ids, or more than this inspector keeps";

/// What an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// `/v1/traces`
    Traces,
    /// `/v1/logs`: of apps alone, a backend's are passed over.
    Logs,
}

/// The answer in JSON: empty where everything was taken, else a partial success.
pub(crate) fn json_answer(signal: Signal, rejected: usize) -> Vec<u8> {
    if rejected == 0 {
        return b"{}".to_vec();
    }
    let name = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Logs => "rejectedLogRecords",
    };
    // A 64-bit integer is a string in this mapping.
    serde_json::json!({"partialSuccess": {name: rejected.to_string(), "errorMessage": REJECTED}})
        .to_string()
        .into_bytes()
}

/// What was read, and how much was refused.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    pub(crate) good: Vec<Span>,
    /// Of apps.
    pub(crate) phone: Vec<Item>,
    /// Without usable ids.
    pub(crate) refused: usize,
    /// Over what is kept at all.
    pub(crate) surplus: usize,
}

impl Spans {
    pub(crate) fn push(&mut self, span: Option<Span>) {
        match span {
            Some(_) if self.good.len() >= SPAN_CAPACITY => self.surplus += 1,
            Some(span) => self.good.push(span),
            None => self.refused += 1,
        }
    }

    fn push_phone(&mut self, item: Item) {
        if self.phone.len() >= SPAN_CAPACITY {
            self.surplus += 1;
        } else {
            self.phone.push(item);
        }
    }

    /// Takes over what another part of the body held.
    fn append(&mut self, other: Self) {
        for span in other.good {
            self.push(Some(span));
        }
        for item in other.phone {
            self.push_phone(item);
        }
        self.refused += other.refused;
        self.surplus += other.surplus;
    }
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
    use crate::refusal::Reason;

    #[test]
    fn a_json_span_without_ids_is_refused_alone() {
        let body = br#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"pay"}}]},
            "scopeSpans":[{"spans":[
              {"traceId":"6921b0b0000000000123456789abcdef","spanId":"00000000000000aa","parentSpanId":"00000000000000bb","name":"GET",
               "startTimeUnixNano":"10","endTimeUnixNano":15,"unheardOf":[1]},
              {"traceId":"6921b0b0000000000123456789abcdef","spanId":"aa","name":"short id"},
              7]}]},{}]}"#;
        let spans = read_json(Signal::Traces, body).unwrap();
        assert_eq!(spans.refused, 2);
        assert_eq!(spans.good.len(), 1);
        let span = &spans.good[0];
        assert_eq!((span.service.as_str(), span.duration_ns), ("pay", 5));
        assert_eq!(span.parent_id, SpanId::new(0xbb));
    }

    #[test]
    fn a_body_of_another_kind_is_refused() {
        assert_eq!(
            read_json(Signal::Traces, b"[]").unwrap_err().reason,
            Reason::BadOtlp
        );
        assert_eq!(
            read_json(Signal::Traces, b"{").unwrap_err().reason,
            Reason::BadOtlp
        );
        assert_eq!(
            read_protobuf(Signal::Traces, &[0x0a, 0x7f, 1])
                .unwrap_err()
                .reason,
            Reason::BadOtlp
        );
    }

    #[test]
    fn values_of_other_kinds_count_as_missing() {
        for body in [
            r#"{"resourceSpans":[0,null,"x",[],-1,1.5,true,{"scopeSpans":{}},{"resource":[],"scopeSpans":[0,{"spans":7}]}]}"#,
            r#"{"resourceSpans":[{"resource":{"attributes":[1,{"key":2},{"key":"service.name","value":3}]}}]}"#,
        ] {
            let spans = read_json(Signal::Traces, body.as_bytes()).unwrap();
            assert_eq!((spans.good.len(), spans.refused), (0, 0), "{body}");
        }
    }

    #[test]
    fn more_spans_than_are_kept_are_not_read() {
        let span = r#"{"traceId":"6921b0b0000000000123456789abcdef","spanId":"00000000000000aa"}"#;
        let scope = format!(
            r#"{{"spans":[{}]}}"#,
            vec![span; SPAN_CAPACITY / 2 + 1].join(",")
        );
        let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{scope},{scope}]}}]}}"#);
        let spans = read_json(Signal::Traces, body.as_bytes()).unwrap();
        assert_eq!((spans.good.len(), spans.surplus), (SPAN_CAPACITY, 2));
    }
}
