//! One line of a RUM batch: what of it the list of requests shows. Everything is read field by field, so
//! that an event of another SDK, or a damaged field, still shows what it has.

use std::collections::BTreeMap;

use handspan_core::trace;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::check::Checks;
use crate::ids::{SpanId, TraceId};
use crate::refusal::Reason;
use crate::session::Told;
use crate::telemetry::{TELEMETRY_LIMIT, Telemetry};

/// The intake's limit for one event, in bytes.
pub(crate) const EVENT_LIMIT: usize = 1 << 20;

/// How many events of one body are read: ten times what is kept.
pub(crate) const EVENTS_LIMIT: usize = 10_000;

/// How many hops of a request are kept, and how many headers of a hop: far more than a call has.
const HOPS_KEPT: usize = 64;
const HEADERS_KEPT: usize = 64;

/// An accepted event.
#[derive(Debug)]
pub(crate) enum Event {
    /// A `resource` event: a request the app made.
    Request(Box<RequestEvent>, Box<Told>),
    /// What the app tells of its SDK.
    Telemetry(Box<Telemetry>),
    /// Anything else that happens in a session.
    Other(Box<Told>),
    /// Telemetry that is too large to be kept: counted alone.
    Unkept,
}

/// A request as its `resource` event tells it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestEvent {
    pub(crate) app: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) url: String,
    pub(crate) status_code: Option<u64>,
    pub(crate) failure: Option<Failure>,
    /// Milliseconds since the epoch.
    pub(crate) date: Option<i64>,
    pub(crate) duration_ns: Option<u64>,
    /// One of Handspan's reason codes; another SDK's event has none.
    pub(crate) reason: Option<String>,
    /// The entry of `first_party_hosts` that matched.
    pub(crate) host_entry: Option<String>,
    pub(crate) sampled: Option<bool>,
    pub(crate) session_id: Option<String>,
    /// `session_sample_rate` as the session was drawn with it, percent.
    pub(crate) session_rate: Option<f64>,
    /// Trace sample rate that decided, 0…1.
    pub(crate) rule_psr: Option<f64>,
    /// How many hops followed the first one; told even where the hops are not listed.
    pub(crate) resend_count: Option<u64>,
    /// Version of the remote document that was in force.
    pub(crate) remote_version: Option<String>,
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) span_id: Option<SpanId>,
    /// What the server's answer said of its trace.
    pub(crate) server_trace: Option<ServerTrace>,
    /// Ids that are there and cannot be read, as they came.
    pub(crate) unreadable_ids: Option<String>,
    /// Listed where the app's configuration says `inspect`, and of a call with several.
    pub(crate) hops: Vec<Hop>,
    /// The line as it came.
    pub(crate) raw: String,
}

/// Why a call ended without an answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failure {
    pub(crate) kind: Option<String>,
    pub(crate) message: Option<String>,
}

/// The trace that a server says it works in, by `traceresponse` or `Server-Timing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ServerTrace {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) sampled: Option<bool>,
    /// The response header that said so.
    pub(crate) header: Option<String>,
}

/// One hop of a call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Hop {
    pub(crate) url: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) host_entry: Option<String>,
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) span_id: Option<SpanId>,
    pub(crate) sampled: Option<bool>,
    /// Trace sample rate that decided, 0…1; shown as the explanation's `trace_rate`.
    #[serde(skip)]
    pub(crate) rule_psr: Option<f64>,
    pub(crate) status_code: Option<u64>,
    /// Told where the app's configuration says `inspect`.
    pub(crate) headers: Option<BTreeMap<String, String>>,
}

impl RequestEvent {
    /// About how many bytes it holds. What is read out of the line is never more text than the line; what a
    /// hop and a header take besides their text is added.
    pub(crate) fn size(&self) -> usize {
        let headers = self.hops.iter().filter_map(|hop| hop.headers.as_ref());
        let headers: usize = headers.map(BTreeMap::len).sum();
        size_of::<Self>()
            + 2 * self.raw.len()
            + self.hops.len() * size_of::<Hop>()
            + headers * 2 * size_of::<(String, String)>()
    }

    /// The last hop that carried a trace: the event's ids are its ids.
    pub(crate) fn traced_hop(&self) -> Option<usize> {
        self.hops.iter().rposition(Hop::is_traced)
    }

    /// The headers of that hop.
    pub(crate) fn headers(&self) -> Option<&BTreeMap<String, String>> {
        self.hops.get(self.traced_hop()?)?.headers.as_ref()
    }

    /// The server's trace, where the event has no other: no trace went out, and the ids are the server's.
    pub(crate) fn told_by_server(&self) -> Option<&ServerTrace> {
        let told = self.server_trace.as_ref()?;
        let same = self.trace_id == Some(told.trace_id) && self.span_id == Some(told.span_id);
        let sent = is_traced(self.reason.as_deref()) || self.traced_hop().is_some();
        (same && !sent).then_some(told)
    }
}

impl Hop {
    fn is_traced(&self) -> bool {
        self.trace_id.is_some() || is_traced(self.reason.as_deref())
    }
}

fn is_traced(reason: Option<&str>) -> bool {
    reason
        .and_then(trace::Reason::from_code)
        .is_some_and(trace::Reason::is_traced)
}

/// Reads one line. `Err` says why it is no event.
pub(crate) fn parse(line: &str, checks: &Checks) -> Result<Event, Reason> {
    if line.len() > EVENT_LIMIT {
        return Err(Reason::EventTooLarge);
    }
    let value: Value = serde_json::from_str(line).map_err(|_| Reason::EventNotJson)?;
    let kind = value.get("type").and_then(Value::as_str);
    match kind.ok_or(Reason::EventNotAnEvent)? {
        "telemetry" if line.len() <= TELEMETRY_LIMIT => {
            Ok(Event::Telemetry(Box::new(telemetry(&value))))
        }
        "telemetry" => Ok(Event::Unkept),
        kind => {
            let problems = checks.judge(&value, line.len());
            let told = Box::new(Told::rum(&value, line, problems));
            Ok(if kind == "resource" {
                Event::Request(Box::new(request(&value, line)), told)
            } else {
                Event::Other(told)
            })
        }
    }
}

fn request(event: &Value, line: &str) -> RequestEvent {
    let none = Value::Null;
    let resource = event.get("resource").unwrap_or(&none);
    let ours = event.pointer("/context/handspan").unwrap_or(&none);
    let trace_text = event.pointer("/_dd/trace_id");
    let span_text = event.pointer("/_dd/span_id");
    let trace_id = trace_text
        .and_then(Value::as_str)
        .and_then(TraceId::from_hex);
    let span_id = span_text
        .and_then(Value::as_str)
        .and_then(SpanId::from_decimal);
    let broken =
        (trace_text.is_some() && trace_id.is_none()) || (span_text.is_some() && span_id.is_none());
    RequestEvent {
        app: text(event, "source"),
        service: text(event, "service"),
        method: text(resource, "method"),
        url: text(resource, "url").unwrap_or_default(),
        status_code: resource.get("status_code").and_then(Value::as_u64),
        failure: ours
            .get("error")
            .filter(|error| error.is_object())
            .map(|error| Failure {
                kind: text(error, "kind"),
                message: text(error, "message"),
            }),
        date: event.get("date").and_then(Value::as_i64),
        duration_ns: resource.get("duration").and_then(Value::as_u64),
        reason: text(ours, "reason"),
        host_entry: text(ours, "host_entry"),
        sampled: ours.get("sampled").and_then(Value::as_bool),
        session_id: event.get("session").and_then(|session| text(session, "id")),
        session_rate: event
            .pointer("/_dd/configuration/session_sample_rate")
            .and_then(Value::as_f64),
        rule_psr: event.pointer("/_dd/rule_psr").and_then(Value::as_f64),
        resend_count: ours.get("resend_count").and_then(Value::as_u64),
        remote_version: text(ours, "remote_version"),
        trace_id,
        span_id,
        server_trace: ours.get("server_trace").and_then(server_trace),
        unreadable_ids: broken.then(|| {
            let (trace, span) = (trace_text.unwrap_or(&none), span_text.unwrap_or(&none));
            crate::span::bounded(&format!("trace_id {trace}, span_id {span}"))
        }),
        hops: ours
            .get("hops")
            .and_then(Value::as_array)
            .map(|hops| hops.iter().filter_map(hop).take(HOPS_KEPT).collect())
            .unwrap_or_default(),
        raw: line.to_owned(),
    }
}

fn telemetry(event: &Value) -> Telemetry {
    Telemetry {
        app: text(event, "source"),
        service: text(event, "service"),
        version: text(event, "version"),
        application_id: event
            .get("application")
            .and_then(|application| text(application, "id")),
        date: event.get("date").and_then(Value::as_i64),
        telemetry: event.get("telemetry").cloned().unwrap_or_default(),
    }
}

fn server_trace(value: &Value) -> Option<ServerTrace> {
    let (trace_id, span_id) = hex_ids(value);
    Some(ServerTrace {
        trace_id: trace_id?,
        span_id: span_id?,
        sampled: value.get("sampled").and_then(Value::as_bool),
        header: text(value, "header"),
    })
}

fn hex_ids(value: &Value) -> (Option<TraceId>, Option<SpanId>) {
    let hex = |name| value.get(name).and_then(Value::as_str);
    (
        hex("trace_id").and_then(TraceId::from_hex),
        hex("span_id").and_then(SpanId::from_hex),
    )
}

fn hop(value: &Value) -> Option<Hop> {
    value.as_object()?;
    let (trace_id, span_id) = hex_ids(value);
    Some(Hop {
        url: text(value, "url"),
        reason: text(value, "reason"),
        host_entry: text(value, "host_entry"),
        trace_id,
        span_id,
        sampled: value.get("sampled").and_then(Value::as_bool),
        rule_psr: value.get("rule_psr").and_then(Value::as_f64),
        status_code: value.get("status_code").and_then(Value::as_u64),
        headers: value.get("headers").and_then(Value::as_object).map(headers),
    })
}

fn headers(object: &Map<String, Value>) -> BTreeMap<String, String> {
    object
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .take(HEADERS_KEPT)
        .collect()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_hops_and_headers_are_kept_than_a_call_has() {
        let headers: Vec<_> = (0..1000).map(|name| format!("\"h{name}\":\"\"")).collect();
        let hop = format!("{{\"headers\":{{{}}}}}", headers.join(","));
        let hops = format!("{hop},{}", vec!["{}"; 300_000].join(","));
        let line =
            format!("{{\"type\":\"resource\",\"context\":{{\"handspan\":{{\"hops\":[{hops}]}}}}}}");
        let Ok(Event::Request(request, _)) = parse(&line, &Checks::default()) else {
            panic!("the line is an event");
        };
        assert_eq!(request.hops.len(), HOPS_KEPT);
        assert_eq!(
            request.hops[0].headers.as_ref().unwrap().len(),
            HEADERS_KEPT
        );
        let parsed = HOPS_KEPT * size_of::<Hop>();
        assert!(request.size() > line.len() + parsed, "{}", request.size());
    }
}
