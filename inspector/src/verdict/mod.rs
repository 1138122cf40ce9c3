//! Does a request join its backend's trace, and if not, why: one sentence that a support engineer understands.

pub(crate) mod reasons;
mod server_told;
mod silence;

use serde::Serialize;
use url::Url;

use crate::event::RequestEvent;
use crate::ids::{SpanId, TraceId};
use crate::span::{Span, Tracer, bounded};
use crate::trace::Trace;

/// The answer at one glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// A span carries the request's trace id and names the request's span as its parent; or no trace went out, the
    /// server told its own, and spans of that are here.
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
        return without_ids(request);
    };
    if let Some(told) = request.told_by_server() {
        return server_told::judge(request, told, trace);
    }
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
    silence::judge(request, trace_id)
}

/// An event without ids: its reason says why there are none.
fn without_ids(request: &RequestEvent) -> (Verdict, String) {
    let Some((verdict, because)) = reasons::judge(request) else {
        return (
            Verdict::NotExpected,
            "the event carries no trace ids, and no reason why: was it made by another SDK?"
                .to_owned(),
        );
    };
    let told = request
        .server_trace
        .as_ref()
        .map_or_else(String::new, |told| {
            format!(
                "; the server says in {} that it worked in trace {}",
                server_told::header(told),
                told.trace_id
            )
        });
    (verdict, format!("{because}{told}"))
}

/// The trace arrived, the link did not.
fn other_parent(
    request: &RequestEvent,
    (trace_id, span_id): (TraceId, SpanId),
    trace: &Trace,
    parents: &[Option<SpanId>],
) -> String {
    let earlier = request.hops.iter().enumerate().find(|(_, hop)| {
        hop.span_id
            .is_some_and(|hop_id| hop_id != span_id && trace.child(trace_id, hop_id).is_some())
    });
    if let Some((at, hop)) = earlier {
        let last = request.traced_hop().and_then(|at| request.hops.get(at));
        let [to, last] = [Some(hop), last]
            .map(|hop| host(hop.and_then(|hop| hop.url.as_deref()).unwrap_or_default()));
        let question = if to == last {
            format!("both went to {to}, so its span may still be on its way")
        } else {
            format!("is {last} traced?")
        };
        return format!(
            "the backend continued only an earlier hop, to {to} (hop {} of {}); no span has arrived from the last one: {question}",
            at + 1,
            request.hops.len(),
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

fn host(url: &str) -> String {
    let host = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(bounded));
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
