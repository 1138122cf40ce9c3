//! Headers went out, and nothing of the trace has come here.

use handspan_core::trace::{Formats, Reason};

use super::{Verdict, host, server_told};
use crate::event::{Failure, RequestEvent, ServerTrace};
use crate::formats;
use crate::ids::TraceId;

/// Judges a request of this trace, of which no span has come.
pub(super) fn judge(request: &RequestEvent, trace_id: TraceId) -> (Verdict, String) {
    if let Some(failure) = &request.failure {
        return (Verdict::NotJoined, failed(failure));
    }
    let reason = request.reason.as_deref().and_then(Reason::from_code);
    if reason == Some(Reason::TracedNotKept) || request.sampled == Some(false) {
        return (Verdict::NotExpected, "traced_not_kept: the headers said that this trace is not kept, so a backend may rightly send no span".to_owned());
    }
    let host = host(&request.url);
    let answer = match request.status_code {
        Some(status) if status > 0 => format!("{host} answered {status}"),
        _ => format!("{host} gave no status"),
    };
    let sent = request.headers().map(formats::sent).unwrap_or_default();
    let told = request.server_trace.as_ref();
    let why = told.map_or_else(
        || likely(sent, reason),
        |told| by_the_server(told, trace_id, sent, reason),
    );
    (
        Verdict::NotJoined,
        format!("no span with this trace id has arrived so far; {answer}{why}"),
    )
}

/// Why a service of which nothing is known may be silent.
fn likely(sent: Formats, reason: Option<Reason>) -> String {
    formats::unread(sent).map_or_else(
        || {
            format!(
                ": is it traced, does it read {}, does it export to this inspector?",
                what(sent, reason)
            )
        },
        |unread| format!(", and {unread}"),
    )
}

/// What the service would have to read.
fn what(sent: Formats, reason: Option<Reason>) -> String {
    let names = formats::carriers(sent);
    if reason == Some(Reason::AppHeaders) {
        "the app's own trace headers".to_owned()
    } else if names.is_empty() {
        "the headers that were sent (the event lists them where the app's configuration says \"inspect\": true)".to_owned()
    } else {
        formats::listed(&names, "or")
    }
}

/// What the server's own word about its trace makes likely.
fn by_the_server(
    told: &ServerTrace,
    trace_id: TraceId,
    sent: Formats,
    reason: Option<Reason>,
) -> String {
    let header = server_told::header(told);
    if told.trace_id == trace_id {
        return if told.sampled == Some(false) {
            format!(
                " and says in {header} that it works in this trace and does not keep it: does its sampler follow the parent's decision?"
            )
        } else {
            format!(
                " and says in {header} that it works in this trace, so it reads the headers: does it export to this inspector?"
            )
        };
    }
    if told.trace_id.low() == trace_id.low() {
        return format!(
            " and says in {header} that it works in trace {}, of which only the lower 64 bits are this one's: is there a 64-bit tracer on the way?",
            told.trace_id
        );
    }
    let why = formats::unread(sent).map_or_else(
        || format!(": does it read {}?", what(sent, reason)),
        |unread| format!(", and {unread}"),
    );
    format!(
        " and says in {header} that it works in another trace ({}), so it did not continue this one{why}",
        told.trace_id
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
