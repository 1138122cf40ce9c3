//! No trace went out, and the server told one of its own in its answer: the event's ids are the server's.

use super::{Verdict, name, only_the_low_half, reasons, service};
use crate::event::{RequestEvent, ServerTrace};
use crate::span::bounded;
use crate::trace::Trace;

/// Judges such a request. It is joined when spans of that trace have come; that none comes is nobody's fault: a third
/// party may tell its trace to everyone.
pub(super) fn judge(
    request: &RequestEvent,
    told: &ServerTrace,
    trace: &Trace,
) -> (Verdict, String) {
    let header = header(told);
    // The id that was told is that of the server's own span, not of a parent.
    if let Some(span) = trace.span(told.trace_id, told.span_id) {
        return (
            Verdict::Joined,
            format!(
                "{} told its trace in {header}: its span {} answered this request",
                service(span),
                name(span)
            ),
        );
    }
    if let Some(span) = trace.earliest(told.trace_id) {
        return (
            Verdict::Joined,
            format!(
                "the server told its trace in {header}, and {}'s span {} belongs to it; the span that it named ({}) has not arrived so far",
                service(span),
                name(span),
                told.span_id
            ),
        );
    }
    if let Some(span) = trace.first() {
        return (
            Verdict::NotJoined,
            only_the_low_half(told.trace_id, told.span_id, span),
        );
    }
    let (verdict, because) =
        reasons::judge(request).unwrap_or((Verdict::NotExpected, "no header was sent".to_owned()));
    let kept = if told.sampled == Some(false) {
        " and is not kept"
    } else {
        ""
    };
    (
        verdict,
        format!(
            "{because}; the server told a trace of its own in {header}, which does not come here{kept}"
        ),
    )
}

/// The response header that told the trace.
pub(super) fn header(told: &ServerTrace) -> String {
    bounded(told.header.as_deref().unwrap_or("its answer"))
}
