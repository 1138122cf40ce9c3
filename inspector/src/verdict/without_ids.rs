//! An event without ids: its reason code says why, and whether that is as it should be.

use super::{Verdict, host};
use crate::event::{Failure, RequestEvent};

/// Judges a request whose event carries no ids.
pub(super) fn judge(request: &RequestEvent) -> (Verdict, String) {
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
        "no_hop" => no_hop(request.failure.as_ref()),
        _ => (Verdict::NotJoined, "this inspector does not know that reason: is it older than the SDK?".to_owned()),
    };
    (verdict, format!("{}: {why}", crate::span::bounded(reason)))
}

/// A call that ended before its first hop: it failed on the way to a server, or needed none.
fn no_hop(failure: Option<&Failure>) -> (Verdict, String) {
    let Some(failure) = failure else {
        return (
            Verdict::NotExpected,
            "answered from the cache, nothing left the phone".to_owned(),
        );
    };
    let told = failure.message.as_deref().or(failure.kind.as_deref());
    let told = told.map_or_else(String::new, |told| {
        format!(" ({})", crate::span::bounded(told))
    });
    (
        Verdict::NotJoined,
        format!("the connection never came about, so nothing left the phone{told}"),
    )
}
