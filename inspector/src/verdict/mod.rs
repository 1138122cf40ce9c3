//! Does a request join its backend's trace, and if not, why: one sentence that a support engineer understands.

mod without_ids;

use serde::Serialize;
use url::Url;

use crate::event::{Failure, Hop, RequestEvent};
use crate::ids::{SpanId, TraceId};
use crate::span::{Span, Tracer};
use crate::trace::Trace;

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
pub(crate) fn judge(request: &RequestEvent, trace: &Trace) -> (Verdict, String) {
    if let Some(ids) = &request.unreadable_ids {
        return (
            Verdict::NotJoined,
            format!(
                "the event's ids cannot be read ({ids}): a trace id is 32 hex digits, a span id is decimal"
            ),
        );
    }
    let (Some(trace_id), Some(span_id)) = (request.trace_id, request.span_id) else {
        return without_ids::judge(request);
    };
    if let Some(span) = trace.child(trace_id, span_id) {
        return (
            Verdict::Joined,
            format!(
                "{} continued this request in its span {}",
                service(span),
                name(span)
            ),
        );
    }
    if let Some(parents) = trace.missing_parents(trace_id) {
        return (
            Verdict::NotJoined,
            other_parent(request, (trace_id, span_id), trace, parents),
        );
    }
    if let Some(span) = trace.first() {
        return (
            Verdict::NotJoined,
            only_the_low_half(trace_id, span_id, span),
        );
    }
    without_spans(request)
}

/// The trace arrived, the link did not.
fn other_parent(
    request: &RequestEvent,
    (trace_id, span_id): (TraceId, SpanId),
    trace: &Trace,
    parents: &[Option<SpanId>],
) -> String {
    let earlier = request.hops.iter().find(|hop| {
        hop.span_id
            .is_some_and(|hop_id| hop_id != span_id && trace.child(trace_id, hop_id).is_some())
    });
    if let Some(hop) = earlier {
        let to = host(hop.url.as_deref().unwrap_or_default());
        return format!(
            "the backend continued only an earlier hop, to {to}; no span has arrived from the last one: is {} traced?",
            host(&request.url)
        );
    }
    let parents: Vec<String> = parents
        .iter()
        .map(|parent| parent.map_or_else(|| "none".to_owned(), |id| id.to_string()))
        .collect();
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
mod tests;
