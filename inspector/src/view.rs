//! What `GET /api/requests` and the stream show of a request, made outside the store's lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::event::{Failure, Hop, RequestEvent, ServerTrace};
use crate::explanation::{self, Explanation};
use crate::ids::{SpanId, TraceId};
use crate::span::Span;
use crate::trace::Trace;
use crate::verdict::{self, Verdict};

/// How many spans are listed under one request: a runaway trace must not make the page unusable.
pub(crate) const SPANS_SHOWN: usize = 200;

/// How many spans a whole list names; the newest requests come first. Many requests of one large trace
/// would otherwise repeat it until the answer no longer fits into memory.
const SPANS_LISTED: usize = 20_000;

/// A request and its spans at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    number: u64,
    request: Arc<RequestEvent>,
    trace: Arc<Trace>,
}

/// One row of `GET /api/requests`.
#[derive(Debug, Serialize)]
pub(crate) struct RequestView<'a> {
    id: String,
    app: Option<&'a str>,
    service: Option<&'a str>,
    method: Option<&'a str>,
    url: &'a str,
    status_code: Option<u64>,
    error: Option<&'a Failure>,
    date: Option<i64>,
    duration_ns: Option<u64>,
    reason: Option<&'a str>,
    sampled: Option<bool>,
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    /// What the server said of its trace.
    server_trace: Option<&'a ServerTrace>,
    /// The ids above are the server's: no trace went out.
    told_by_server: bool,
    resend_count: Option<u64>,
    remote_version: Option<&'a str>,
    #[serde(serialize_with = "or_empty")]
    headers: Option<&'a BTreeMap<String, String>>,
    /// `None` where the event tells no reason.
    explanation: Option<Explanation<'a>>,
    hops: Vec<HopView<'a>>,
    spans: Vec<Arc<Span>>,
    pub(crate) verdict: Verdict,
    because: String,
}

/// One hop of a row.
#[derive(Debug, Serialize)]
struct HopView<'a> {
    #[serde(flatten)]
    hop: &'a Hop,
    /// 0 for the first, then counting, for whatever reason the request was sent again: OpenTelemetry's
    /// `http.request.resend_count`.
    resend_count: usize,
    explanation: Option<Explanation<'a>>,
}

impl Snapshot {
    pub(crate) fn new(number: u64, request: Arc<RequestEvent>, trace: Arc<Trace>) -> Self {
        Self {
            number,
            request,
            trace,
        }
    }

    /// The event line as it came.
    pub(crate) fn raw(&self) -> &str {
        &self.request.raw
    }

    /// The request as it is shown, with at most `limit` spans.
    pub(crate) fn view(&self, limit: usize) -> RequestView<'_> {
        let request = &*self.request;
        let (verdict, because) = verdict::judge(request, &self.trace);
        RequestView {
            id: self.number.to_string(),
            app: request.app.as_deref(),
            service: request.service.as_deref(),
            method: request.method.as_deref(),
            url: &request.url,
            status_code: request.status_code,
            error: request.failure.as_ref(),
            date: request.date,
            duration_ns: request.duration_ns,
            reason: request.reason.as_deref(),
            sampled: request.sampled,
            trace_id: request.trace_id,
            span_id: request.span_id,
            server_trace: request.server_trace.as_ref(),
            told_by_server: request.told_by_server().is_some(),
            resend_count: request.resend_count,
            remote_version: request.remote_version.as_deref(),
            headers: request.headers(),
            explanation: explanation::of_request(request),
            hops: request
                .hops
                .iter()
                .enumerate()
                .map(|(at, hop)| HopView {
                    hop,
                    resend_count: at,
                    explanation: explanation::of_hop(request, at),
                })
                .collect(),
            spans: self
                .trace
                .shown(request.trace_id.zip(request.span_id), limit),
            verdict,
            because,
        }
    }
}

/// A request without headers has an empty object.
fn or_empty<S: Serializer>(
    headers: &Option<&BTreeMap<String, String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().copied().flatten())
}

/// The rows of a whole list, in the order of `snapshots` (oldest first).
pub(crate) fn list(snapshots: &[Snapshot]) -> Vec<RequestView<'_>> {
    let mut left = SPANS_LISTED;
    let mut views: Vec<_> = snapshots
        .iter()
        .rev()
        .map(|snapshot| {
            // One stays for each: the span that continues the request is what its row is about.
            let view = snapshot.view(left.clamp(1, SPANS_SHOWN));
            left = left.saturating_sub(view.spans.len());
            view
        })
        .collect();
    views.reverse();
    views
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Tracer;

    #[test]
    fn a_list_names_so_many_spans_and_every_continuation() {
        let trace_id = TraceId::from_halves(7, 9);
        let mut trace = Trace::default();
        for number in 1..=1000 {
            trace.add(Span {
                service: "s".into(),
                name: "n".into(),
                resource: None,
                tracer: Tracer::Datadog,
                trace_id: trace_id.unwrap(),
                span_id: SpanId::new(number).unwrap(),
                parent_id: SpanId::new(10_000 + number),
                start_ns: number,
                duration_ns: 1,
            });
        }
        let trace = Arc::new(trace);
        let snapshots: Vec<_> = (1..=1000)
            .map(|number| {
                let request = RequestEvent {
                    trace_id,
                    span_id: SpanId::new(10_000 + number),
                    ..RequestEvent::default()
                };
                Snapshot::new(number, Arc::new(request), Arc::clone(&trace))
            })
            .collect();
        let views = list(&snapshots);
        assert_eq!((&views[0].id[..], views[0].spans.len()), ("1", 1));
        assert_eq!(views[999].spans.len(), SPANS_SHOWN);
        let listed: usize = views.iter().map(|view| view.spans.len()).sum();
        assert!(listed < SPANS_LISTED + 1000, "{listed}");
        for view in &views {
            assert_eq!(view.verdict, Verdict::Joined);
            assert!(view.spans.iter().any(|span| span.parent_id == view.span_id));
        }
    }
}
