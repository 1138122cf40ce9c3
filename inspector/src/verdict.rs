//! Does a request join its backend's trace, and if not, why: one sentence that a support engineer understands.

use std::sync::Arc;

use serde::Serialize;
use url::Url;

use crate::event::{Failure, Hop, RequestEvent};
use crate::ids::{SpanId, TraceId};
use crate::span::{Span, Tracer};

/// The answer at one glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// A span carries the request's trace id and names the request's span as its parent.
    Joined,
    /// It should join, and so far does not.
    NotJoined,
    /// Nothing was sent, or nothing is kept, on purpose.
    NotExpected,
}

/// Judges a request by the spans whose trace ids share its lower half.
pub(crate) fn judge(request: &RequestEvent, spans: &[Arc<Span>]) -> (Verdict, String) {
    if let Some(ids) = &request.unreadable_ids {
        return (
            Verdict::NotJoined,
            format!(
                "the event's ids cannot be read ({ids}): a trace id is 32 hex digits, a span id is decimal"
            ),
        );
    }
    let (Some(trace_id), Some(span_id)) = (request.trace_id, request.span_id) else {
        return without_ids(request);
    };
    if let Some(span) = spans
        .iter()
        .find(|span| span.trace_id == trace_id && span.parent_id == Some(span_id))
    {
        return (
            Verdict::Joined,
            format!(
                "{} continued this request in its span {}",
                service(span),
                name(span)
            ),
        );
    }
    let same_trace: Vec<&Span> = spans
        .iter()
        .map(Arc::as_ref)
        .filter(|span| span.trace_id == trace_id)
        .collect();
    if !same_trace.is_empty() {
        return (
            Verdict::NotJoined,
            other_parent(request, span_id, &same_trace),
        );
    }
    if let Some(span) = spans.first() {
        return (
            Verdict::NotJoined,
            only_the_low_half(trace_id, span_id, span),
        );
    }
    without_spans(request)
}

/// The event carries no ids: the reason code says why.
fn without_ids(request: &RequestEvent) -> (Verdict, String) {
    let host = host(&request.url);
    let Some(reason) = request.reason.as_deref() else {
        return (
            Verdict::NotExpected,
            "the event carries no trace ids, and no reason why: was it made by another SDK?"
                .to_owned(),
        );
    };
    let (verdict, why) = match reason {
        "host_not_first_party" => (Verdict::NotExpected, format!("{host} is not among first_party_hosts, so no header was sent")),
        "no_formats" => (Verdict::NotExpected, format!("the entry for {host} in first_party_hosts lists no format, so no header was sent")),
        "trace_not_sampled" => (Verdict::NotExpected, "trace_sample_rate left this trace out, and with trace_context_injection \"sampled\" such a request gets no header".to_owned()),
        "session_not_sampled" => (Verdict::NotExpected, "session_sample_rate left this session out, and with trace_context_injection \"sampled\" its requests get no header".to_owned()),
        "unsupported_scheme" => (Verdict::NotExpected, "only http and https requests carry trace headers".to_owned()),
        "connect_method" => (Verdict::NotExpected, "a CONNECT goes to a proxy and never carries trace headers".to_owned()),
        "invalid_host" => (Verdict::NotExpected, "the URL has no valid host, so it cannot be one of first_party_hosts".to_owned()),
        "consent_refused" => (Verdict::NotExpected, "the user's tracking consent is refused, so no header was sent".to_owned()),
        "disabled" => (Verdict::NotExpected, "the remote document switches Handspan off".to_owned()),
        "not_ready" => (Verdict::NotJoined, "the request left before Handspan was ready, so it carries no header: start Handspan earlier".to_owned()),
        "internal_error" => (Verdict::NotJoined, "something failed inside Handspan, and the request went out untouched: please report it".to_owned()),
        "app_headers_malformed" => (Verdict::NotJoined, "the app itself set a trace header whose ids cannot be read; it was left as it is".to_owned()),
        "traced" | "traced_not_kept" | "app_headers" => (Verdict::NotJoined, "the event says that headers went out, and carries no ids: this is a defect of the SDK, please report it".to_owned()),
        _ => (Verdict::NotJoined, "this inspector does not know that reason: is it older than the SDK?".to_owned()),
    };
    (verdict, format!("{}: {why}", crate::span::bounded(reason)))
}

/// The trace arrived, the link did not.
fn other_parent(request: &RequestEvent, span_id: SpanId, spans: &[&Span]) -> String {
    let earlier = request.hops.iter().find(|hop| {
        hop.span_id.is_some_and(|hop_id| {
            hop_id != span_id && spans.iter().any(|span| span.parent_id == Some(hop_id))
        })
    });
    if let Some(hop) = earlier {
        let to = host(hop.url.as_deref().unwrap_or_default());
        return format!(
            "the backend continued only an earlier hop, to {to}; no span has arrived from the last one: is {} traced?",
            host(&request.url)
        );
    }
    let mut parents: Vec<String> = Vec::new();
    for span in spans.iter().filter(|span| {
        !spans
            .iter()
            .any(|other| Some(other.span_id) == span.parent_id)
    }) {
        let parent = span
            .parent_id
            .map_or_else(|| "none".to_owned(), |id| id.to_string());
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    parents.truncate(3);
    format!(
        "the backend's spans of this trace have another parent ({}) than this request's span {span_id}: does a proxy or gateway in between make a span of its own that is not sent here?",
        parents.join(", ")
    )
}

/// A tracer cut the trace id to 64 bits.
fn only_the_low_half(trace_id: TraceId, span_id: SpanId, span: &Span) -> String {
    let linked = if span.parent_id == Some(span_id) {
        "its parent is this request's span, but "
    } else {
        ""
    };
    let high = if span.trace_id.high() == 0 {
        "lost"
    } else {
        "replaced"
    };
    let hint = match span.tracer {
        Tracer::Datadog => "its upper half travels in x-datadog-tags as _dd.p.tid",
        Tracer::OpenTelemetry => "is there a 64-bit tracer or propagator on the way?",
    };
    format!(
        "only the lower 64 bits of the trace id match: {linked}{} {high} the upper half ({:016x}), so the two stay apart as two traces; {hint}",
        service(span),
        trace_id.high(),
    )
}

/// Headers went out, and nothing of the trace has come here.
fn without_spans(request: &RequestEvent) -> (Verdict, String) {
    if let Some(failure) = &request.failure {
        return (Verdict::NotJoined, failed(failure));
    }
    if request.reason.as_deref() == Some("traced_not_kept") || request.sampled == Some(false) {
        return (Verdict::NotExpected, "traced_not_kept: the headers said that this trace is not kept, so a backend may rightly send no span".to_owned());
    }
    let host = host(&request.url);
    let answer = match request.status_code {
        Some(status) if status > 0 => format!("{host} answered {status}"),
        _ => format!("{host} gave no status"),
    };
    let reads = formats(last_traced(request)).map_or_else(
        || "the headers that were sent".to_owned(),
        |names| names.join(" or "),
    );
    (
        Verdict::NotJoined,
        format!(
            "no span with this trace id has arrived so far; {answer}: is it traced, does it read {reads}, does it export to this inspector?"
        ),
    )
}

/// Each platform words its errors differently; what they call a failed connection is alike enough to tell.
fn failed(failure: &Failure) -> String {
    // Not "connect" alone: a connection that was closed later is another story.
    const NO_CONNECTION: [&str; 10] = [
        "error::connect",
        "connectexception",
        "failed to connect",
        "could not connect",
        "cannotconnect",
        "refused",
        "unreachable",
        "unknownhost",
        "could not be found",
        "dns",
    ];
    let kind = failure.kind.as_deref().unwrap_or_default();
    let message = failure.message.as_deref().unwrap_or_default();
    let both = format!("{kind} {message}").to_ascii_lowercase();
    let when = if NO_CONNECTION.iter().any(|word| both.contains(word)) {
        "it reached a server, so no backend could see it"
    } else {
        "an answer came back, and no span with its trace id has arrived"
    };
    let what = if message.is_empty() { kind } else { message };
    format!(
        "the request failed before {when} ({})",
        crate::span::bounded(what)
    )
}

fn last_traced(request: &RequestEvent) -> Option<&Hop> {
    request.hops.iter().rev().find(|hop| hop.trace_id.is_some())
}

/// The formats that the hop's headers speak; `None` where the event does not list headers.
fn formats(hop: Option<&Hop>) -> Option<Vec<&'static str>> {
    const MARKS: [(&str, &str); 5] = [
        ("x-datadog-trace-id", "datadog"),
        ("traceparent", "tracecontext"),
        ("b3", "b3"),
        ("x-b3-traceid", "b3multi"),
        ("sw8", "sw8"),
    ];
    let headers = &hop?.headers;
    let named: Vec<_> = MARKS
        .iter()
        .filter(|(header, _)| headers.keys().any(|name| name.eq_ignore_ascii_case(header)))
        .map(|&(_, format)| format)
        .collect();
    (!named.is_empty()).then_some(named)
}

fn host(url: &str) -> String {
    let host = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "the host".to_owned())
}

fn service(span: &Span) -> &str {
    if span.service.is_empty() {
        "the backend"
    } else {
        &span.service
    }
}

fn name(span: &Span) -> &str {
    span.resource
        .as_deref()
        .filter(|resource| !resource.is_empty())
        .unwrap_or(&span.name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const HIGH: u64 = 0x6921_b0b0_0000_0000;

    fn request() -> RequestEvent {
        let ids = (TraceId::from_halves(HIGH, 7), SpanId::new(5));
        let headers = BTreeMap::from([("traceparent".to_owned(), "00-…".to_owned())]);
        RequestEvent {
            url: "http://shop.localhost:8080/hello".into(),
            reason: Some("traced".into()),
            status_code: Some(200),
            trace_id: ids.0,
            span_id: ids.1,
            hops: vec![Hop {
                url: Some("http://shop.localhost:8080/hello".into()),
                reason: Some("traced".into()),
                host_entry: None,
                trace_id: ids.0,
                span_id: ids.1,
                sampled: Some(true),
                status_code: Some(200),
                headers,
            }],
            ..RequestEvent::default()
        }
    }

    fn span(high: u64, id: u64, parent: u64) -> Arc<Span> {
        Arc::new(Span {
            service: "shop".into(),
            name: "flask.request".into(),
            resource: None,
            tracer: Tracer::Datadog,
            trace_id: TraceId::from_halves(high, 7).unwrap(),
            span_id: SpanId::new(id).unwrap(),
            parent_id: SpanId::new(parent),
            start_ns: 0,
            duration_ns: 0,
        })
    }

    #[track_caller]
    fn expect(request: &RequestEvent, spans: &[Arc<Span>], verdict: Verdict, words: &str) {
        let (found, because) = judge(request, spans);
        assert_eq!(found, verdict, "{because}");
        assert!(because.contains(words), "{because}");
    }

    #[test]
    fn a_span_under_the_request_joins_it() {
        expect(
            &request(),
            &[span(HIGH, 9, 8), span(HIGH, 8, 5)],
            Verdict::Joined,
            "shop continued this request in its span flask.request",
        );
    }

    #[test]
    fn a_stranger_in_between_is_named() {
        expect(
            &request(),
            &[span(HIGH, 9, 8), span(HIGH, 8, 0xabc)],
            Verdict::NotJoined,
            "another parent (0000000000000abc) than this request's span 0000000000000005",
        );
        let mut redirected = request();
        let mut hop = redirected.hops[0].clone();
        hop.span_id = SpanId::new(4);
        hop.url = Some("http://first.localhost/".into());
        redirected.hops.insert(0, hop);
        expect(
            &redirected,
            &[span(HIGH, 9, 4)],
            Verdict::NotJoined,
            "only an earlier hop, to first.localhost",
        );
    }

    #[test]
    fn a_lost_upper_half_is_named() {
        expect(
            &request(),
            &[span(0, 9, 5)],
            Verdict::NotJoined,
            "only the lower 64 bits of the trace id match: its parent is this request's span, but shop lost the upper half (6921b0b000000000)",
        );
        expect(
            &request(),
            &[span(1, 9, 6)],
            Verdict::NotJoined,
            "shop replaced the upper half",
        );
    }

    #[test]
    fn silence_is_explained_by_what_the_request_met() {
        expect(
            &request(),
            &[],
            Verdict::NotJoined,
            "shop.localhost answered 200: is it traced, does it read tracecontext, does it export to this inspector?",
        );
        let mut failed = request();
        failed.failure = Some(Failure {
            kind: Some("connect".into()),
            message: Some("connection refused".into()),
        });
        failed.status_code = None;
        expect(
            &failed,
            &[],
            Verdict::NotJoined,
            "failed before it reached a server, so no backend could see it (connection refused)",
        );
        failed.failure = Some(Failure {
            kind: Some("java.net.SocketTimeoutException".into()),
            message: None,
        });
        expect(
            &failed,
            &[],
            Verdict::NotJoined,
            "failed before an answer came back, and no span with its trace id has arrived (java.net.SocketTimeoutException)",
        );
        failed.failure = Some(Failure {
            kind: None,
            message: Some("connection closed before message completed".into()),
        });
        expect(
            &failed,
            &[],
            Verdict::NotJoined,
            "failed before an answer came back",
        );
        let mut dropped = request();
        dropped.reason = Some("traced_not_kept".into());
        expect(&dropped, &[], Verdict::NotExpected, "not kept");
        expect(&dropped, &[span(HIGH, 8, 5)], Verdict::Joined, "continued");
    }

    #[test]
    fn without_ids_the_reason_speaks() {
        let cases = [
            (
                "host_not_first_party",
                Verdict::NotExpected,
                "host_not_first_party: shop.localhost is not among first_party_hosts",
            ),
            ("no_formats", Verdict::NotExpected, "no_formats: "),
            (
                "trace_not_sampled",
                Verdict::NotExpected,
                "trace_sample_rate",
            ),
            (
                "session_not_sampled",
                Verdict::NotExpected,
                "session_sample_rate",
            ),
            ("unsupported_scheme", Verdict::NotExpected, "http and https"),
            ("connect_method", Verdict::NotExpected, "CONNECT"),
            ("invalid_host", Verdict::NotExpected, "no valid host"),
            ("consent_refused", Verdict::NotExpected, "consent"),
            ("disabled", Verdict::NotExpected, "remote document"),
            ("not_ready", Verdict::NotJoined, "before Handspan was ready"),
            ("internal_error", Verdict::NotJoined, "untouched"),
            (
                "app_headers_malformed",
                Verdict::NotJoined,
                "the app itself",
            ),
            ("traced", Verdict::NotJoined, "carries no ids"),
            (
                "from_the_future",
                Verdict::NotJoined,
                "does not know that reason",
            ),
        ];
        for (reason, verdict, words) in cases {
            let bare = RequestEvent {
                url: request().url,
                reason: Some(reason.into()),
                ..RequestEvent::default()
            };
            expect(&bare, &[], verdict, words);
        }
        expect(
            &RequestEvent::default(),
            &[],
            Verdict::NotExpected,
            "another SDK",
        );
        let odd = RequestEvent {
            unreadable_ids: Some("trace_id 12".into()),
            ..RequestEvent::default()
        };
        expect(&odd, &[], Verdict::NotJoined, "cannot be read");
    }
}
