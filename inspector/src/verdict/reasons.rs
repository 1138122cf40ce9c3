//! What each reason code means for joining: whether that is as it should be, and why, in words.

use handspan_core::trace::Reason;

use super::{Verdict, host};
use crate::event::{Failure, RequestEvent};

/// The code of a call that made no hop; the core's list of reasons is about hops.
const NO_HOP: &str = "no_hop";

/// Judges a request by its reason alone, as one without ids must be. `None` where it tells no reason.
pub(super) fn judge(request: &RequestEvent) -> Option<(Verdict, String)> {
    let code = request.reason.as_deref()?;
    let (verdict, why) = why(code, &request.url, request.failure.as_ref());
    Some((verdict, format!("{}: {why}", crate::span::bounded(code))))
}

/// The verdict on a request, or a hop, of this reason that carries no ids; and the why, a sentence without its stop.
pub(crate) fn why(code: &str, url: &str, failure: Option<&Failure>) -> (Verdict, String) {
    use Verdict::{NotExpected, NotJoined};
    if code == NO_HOP {
        return no_hop(failure);
    }
    let Some(reason) = Reason::from_code(code) else {
        return (
            NotJoined,
            "this inspector does not know that reason: is it older than the SDK?".to_owned(),
        );
    };
    let host = host(url);
    match reason {
        Reason::HostNotFirstParty => (NotExpected, format!("{host} is not among first_party_hosts, so no header was sent")),
        Reason::NoFormats => (NotExpected, format!("the entry for {host} in first_party_hosts lists no format that carries a trace, so no header was sent")),
        Reason::TraceNotSampled => (NotExpected, "the trace sample rate left this trace out, and with trace_context_injection \"sampled\", or where sw8 is the only format, such a request gets no header".to_owned()),
        Reason::SessionNotSampled => (NotExpected, "session_sample_rate left this session out, and with trace_context_injection \"sampled\", or where sw8 is the only format, its requests get no header".to_owned()),
        Reason::UnsupportedScheme => (NotExpected, "only http and https requests carry trace headers".to_owned()),
        Reason::ConnectMethod => (NotExpected, "a CONNECT goes to a proxy and never carries trace headers".to_owned()),
        Reason::InvalidHost => (NotExpected, "the URL has no valid host, so it cannot be one of first_party_hosts".to_owned()),
        Reason::ConsentRefused => (NotExpected, "the user's tracking consent is refused, so no header was sent".to_owned()),
        Reason::Disabled => (NotExpected, "the remote document switches Handspan off".to_owned()),
        Reason::WebSocket => (NotExpected, "OkHttp passes the handshake of a WebSocket by its network interceptors: open it through a client made with handspanWebSockets".to_owned()),
        Reason::RemovedByApp => (NotJoined, "something in the app, behind Handspan, took the headers off again: look for an interceptor that sets or removes them".to_owned()),
        Reason::NotReady => (NotJoined, "the request left before Handspan was ready, so it carries no header: start Handspan earlier".to_owned()),
        Reason::InternalError => (NotJoined, "something failed inside Handspan, and the request went out untouched: please report it".to_owned()),
        Reason::AppHeadersMalformed => (NotJoined, "the app itself set a trace header whose ids cannot be read; it was left as it is".to_owned()),
        Reason::AppHeaders => (NotExpected, "the app's own trace headers were left as they are, and they name no trace and span to look for".to_owned()),
        Reason::Traced | Reason::TracedForced | Reason::TracedNotKept => (NotJoined, "the event says that headers went out, and carries no ids: this is a defect of the SDK, please report it".to_owned()),
    }
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
