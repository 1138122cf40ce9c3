//! Calls of every kind, recorded through a real core: what an intake or a receiver is then compared with.

use handspan_core::instance::Handspan;
use handspan_core::rum::call::{CallError, FinishedCall, Hop};
use handspan_core::trace::{FixedIds, HopRequest, SpanId, TraceId};

/// Hosts of the configuration that [`record`] expects: the app's own, and one of which no trace is kept.
pub const FIRST_PARTY_HOSTS: &str = r#"{"shop.example": ["datadog", "tracecontext"], "rare.example": {"formats": ["tracecontext"], "sample_rate": 0}}"#;

/// The ids that the app itself had set on a request.
pub const APP_TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Kinds of call that [`record`] makes, one after the other.
pub const KINDS: usize = 10;

/// A hop as it went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedHop {
    /// On the wire; none where nothing went out.
    pub ids: Option<(TraceId, SpanId)>,
    /// A trace that we began and keep: an OTLP receiver gets it as a span.
    pub is_span: bool,
    /// Method of the hop.
    pub method: &'static str,
    /// URL of the hop.
    pub url: String,
    /// Its answer, if there was one.
    pub status_code: Option<u16>,
    /// Nanoseconds from the start of the call until its start.
    pub start_ns: u64,
    /// Nanoseconds from the start of the call until its end.
    pub end_ns: u64,
}

/// A call as it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// URL as the app asked: no two calls have the same.
    pub url: String,
    /// In order.
    pub hops: Vec<RecordedHop>,
    /// Class of its failure.
    pub error: Option<&'static str>,
    /// Start until end.
    pub duration_ns: u64,
}

impl RecordedCall {
    /// The hops that an OTLP receiver gets as spans.
    pub fn spans(&self) -> impl Iterator<Item = (usize, &RecordedHop)> {
        self.hops.iter().enumerate().filter(|(_, hop)| hop.is_span)
    }

    /// Does a span tell how it ended?
    pub fn ends_in_span(&self) -> bool {
        self.hops.last().is_some_and(|hop| hop.is_span)
    }
}

/// What is asked of one hop.
struct Leg {
    method: &'static str,
    host: &'static str,
    status_code: Option<u16>,
}

const fn leg(method: &'static str, host: &'static str, status_code: u16) -> Leg {
    Leg {
        method,
        host,
        status_code: Some(status_code),
    }
}

const SHOP: &str = "shop.example";
const REFUSED: &str = "java.net.ConnectException";

/// Records call `number`: its kind is the remainder by [`KINDS`].
pub fn record(core: &Handspan, number: usize) -> RecordedCall {
    let (legs, error) = match number % KINDS {
        0 => (vec![leg("GET", SHOP, 200)], None),
        // A redirect that turns the method, and one that keeps it.
        1 => (
            vec![leg("POST", SHOP, 303), leg("GET", "api.shop.example", 200)],
            None,
        ),
        2 => (
            vec![leg("GET", SHOP, 302), leg("GET", "ads.test", 200)],
            None,
        ),
        3 => (
            vec![
                leg("GET", SHOP, 302),
                leg("GET", "ads.test", 307),
                leg("GET", SHOP, 204),
            ],
            None,
        ),
        4 => (
            vec![Leg {
                method: "GET",
                host: SHOP,
                status_code: None,
            }],
            Some(REFUSED),
        ),
        5 => (vec![leg("DELETE", SHOP, 503)], None),
        6 => (vec![leg("GET", "ads.test", 200)], None),
        7 => (vec![leg("GET", SHOP, 200)], None), // with the app's own trace
        8 => (Vec::new(), Some(REFUSED)),         // no connection, so no hop
        _ => (vec![leg("GET", "rare.example", 404)], None),
    };
    let own = [("traceparent", APP_TRACE)];
    let headers: &[(&str, &str)] = if number % KINDS == 7 { &own } else { &[] };
    finish(core, number, &legs, error, headers)
}

fn finish(
    core: &Handspan,
    number: usize,
    legs: &[Leg],
    error: Option<&'static str>,
    headers: &[(&str, &str)],
) -> RecordedCall {
    let path = format!("/call/{number}");
    let first = legs.first();
    let url = format!("https://{}{path}", first.map_or(SHOP, |leg| leg.host));
    let mut hops: Vec<Hop> = Vec::new();
    let mut recorded = Vec::new();
    let mut clock_ns = 0;
    for (at, leg) in legs.iter().enumerate() {
        let traced = hops.iter().find(|hop| hop.traced);
        let ids = FixedIds {
            trace_id: traced.and_then(|hop| hop.trace_id),
            sampled: traced.and_then(|hop| hop.sampled),
            span_id: None,
        };
        let session = hops.first().map(|hop| hop.session_id.clone());
        let request = HopRequest {
            method: leg.method,
            scheme: "https",
            host: leg.host,
            port: 443,
            path: &path,
            headers,
            ids,
            keep: false,
        };
        let planned = core.plan(&request, session.as_deref());
        let hop_url = format!("https://{}{path}", leg.host);
        let length_ns = 1_000_000 * (number as u64 % 7 + 1) + at as u64;
        let mut hop = planned.hop(hop_url.clone(), leg.status_code);
        hop.method = (at > 0).then(|| leg.method.to_owned());
        hop.start_ns = Some(clock_ns);
        hop.duration_ns = Some(length_ns);
        recorded.push(RecordedHop {
            ids: hop.trace_id.zip(hop.span_id),
            is_span: hop.reason == "traced",
            method: leg.method,
            url: hop_url,
            status_code: leg.status_code,
            start_ns: clock_ns,
            end_ns: clock_ns + length_ns,
        });
        // Between two hops the platform is busy for a moment.
        clock_ns += length_ns + 50_000;
        hops.push(hop);
    }
    let duration_ns = recorded.last().map_or(5_000_000, |hop| hop.end_ns);
    core.finish(FinishedCall {
        method: first.map_or("GET", |leg| leg.method).to_owned(),
        url: url.clone(),
        duration_ns,
        status_code: legs.last().and_then(|leg| leg.status_code),
        error: error.map(|kind| CallError {
            kind: kind.to_owned(),
            message: "refused".to_owned(),
        }),
        protocol: Some("h2".to_owned()),
        hops,
        ..FinishedCall::default()
    });
    RecordedCall {
        url,
        hops: recorded,
        error,
        duration_ns,
    }
}
