//! What has arrived, in bounded memory: the last requests and the last spans, and which belong together.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use crate::event::RequestEvent;
use crate::idempotency::{Keys, Seen};
use crate::ids::{SpanId, TraceId};
use crate::refusal::{Reason, RefusalCount, RefusalCounts};
use crate::span::Span;
use crate::verdict::{self, Verdict};

/// How many requests are kept: more than a person scrolls through.
const REQUEST_CAPACITY: usize = 1000;

/// How many bytes of raw events are kept; an event may be 1 MB, so the count alone would not do.
const REQUEST_BYTES: usize = 32 << 20;

/// How many spans are kept: at about 1 kB each this is what the requests take.
const SPAN_CAPACITY: usize = 20_000;

/// How many spans are listed under one request: a runaway trace must not make the page unusable.
const SPANS_SHOWN: usize = 200;

/// What the inspector knows.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Consecutive by number: the number of the first is `first`.
    requests: VecDeque<RequestEvent>,
    first: u64,
    request_bytes: usize,
    /// Request numbers by the low half of their trace id, the half every tracer keeps.
    requests_by_trace: HashMap<u64, Vec<u64>>,
    spans_by_trace: HashMap<u64, Vec<Arc<Span>>>,
    /// For each span kept, oldest first, under which key it stands.
    span_order: VecDeque<u64>,
    keys: Keys,
    counts: Counts,
    refusals: RefusalCounts,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    batches: u64,
    duplicates: u64,
    events: u64,
    spans: u64,
}

/// `GET /api/stats`.
#[derive(Debug, Serialize)]
pub(crate) struct Stats {
    batches: u64,
    duplicates: u64,
    events: u64,
    spans: u64,
    refused: Vec<RefusalCount>,
}

/// One row of `GET /api/requests`.
#[derive(Debug, Serialize)]
pub(crate) struct RequestView {
    id: String,
    app: Option<String>,
    service: Option<String>,
    method: Option<String>,
    url: String,
    status_code: Option<u64>,
    error: Option<crate::event::Failure>,
    date: Option<i64>,
    duration_ns: Option<u64>,
    reason: Option<String>,
    sampled: Option<bool>,
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    headers: std::collections::BTreeMap<String, String>,
    hops: Vec<crate::event::Hop>,
    spans: Vec<Arc<Span>>,
    verdict: Verdict,
    because: String,
}

impl Store {
    /// Takes note of a batch's key. Anything but [`Seen::New`] must not be shown again.
    pub(crate) fn see_batch(&mut self, key: Option<&str>, digest: u64) -> Seen {
        let seen = key.map_or(Seen::New, |key| self.keys.see(key, digest));
        match seen {
            Seen::New => self.counts.batches += 1,
            Seen::Duplicate => self.counts.duplicates += 1,
            Seen::Reused => self.refusals.add(Reason::IdempotencyKeyReused),
        }
        seen
    }

    /// Counts an event that is not listed.
    pub(crate) fn count_event(&mut self) {
        self.counts.events += 1;
    }

    /// Keeps a request and returns its number.
    pub(crate) fn add_request(&mut self, request: RequestEvent) -> u64 {
        self.counts.events += 1;
        let number = self.first + self.requests.len() as u64;
        if let Some(trace) = request.trace_id {
            self.requests_by_trace
                .entry(trace.low())
                .or_default()
                .push(number);
        }
        self.request_bytes += request.raw.len();
        self.requests.push_back(request);
        while self.requests.len() > REQUEST_CAPACITY || self.request_bytes > REQUEST_BYTES {
            self.forget_oldest_request();
        }
        number
    }

    fn forget_oldest_request(&mut self) {
        let Some(oldest) = self.requests.pop_front() else {
            return;
        };
        let number = self.first;
        self.first += 1;
        self.request_bytes -= oldest.raw.len();
        if let Some(low) = oldest.trace_id.map(TraceId::low)
            && let Some(numbers) = self.requests_by_trace.get_mut(&low)
        {
            numbers.retain(|&kept| kept != number);
            if numbers.is_empty() {
                self.requests_by_trace.remove(&low);
            }
        }
    }

    /// Keeps spans; returns the numbers of the requests that look different now, each once.
    /// A span that an exporter sent twice is kept once.
    pub(crate) fn add_spans(&mut self, spans: Vec<Span>) -> Vec<u64> {
        let mut touched = Vec::new();
        for span in spans {
            let low = span.trace_id.low();
            let known = self.spans_by_trace.entry(low).or_default();
            if known
                .iter()
                .any(|kept| kept.span_id == span.span_id && kept.trace_id == span.trace_id)
            {
                continue;
            }
            known.push(Arc::new(span));
            self.span_order.push_back(low);
            self.counts.spans += 1;
            touched.extend(self.requests_by_trace.get(&low).into_iter().flatten());
            while self.span_order.len() > SPAN_CAPACITY {
                self.forget_oldest_span();
            }
        }
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    fn forget_oldest_span(&mut self) {
        let Some(low) = self.span_order.pop_front() else {
            return;
        };
        if let Some(spans) = self.spans_by_trace.get_mut(&low) {
            if !spans.is_empty() {
                spans.remove(0);
            }
            if spans.is_empty() {
                self.spans_by_trace.remove(&low);
            }
        }
    }

    /// Counts a refusal.
    pub(crate) fn refuse(&mut self, reason: Reason) {
        self.refusals.add(reason);
    }

    /// Forgets requests and spans; counts, keys and numbering go on.
    pub(crate) fn clear(&mut self) {
        self.first += self.requests.len() as u64;
        self.requests.clear();
        self.request_bytes = 0;
        self.requests_by_trace.clear();
        self.spans_by_trace.clear();
        self.span_order.clear();
    }

    fn request(&self, number: u64) -> Option<&RequestEvent> {
        self.requests
            .get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// The event line as it came.
    pub(crate) fn raw(&self, number: u64) -> Option<&str> {
        self.request(number).map(|request| request.raw.as_str())
    }

    /// A request with its spans and verdict; `None` once it is forgotten.
    pub(crate) fn view(&self, number: u64) -> Option<RequestView> {
        let request = self.request(number)?;
        let low = request.trace_id.map(TraceId::low);
        let spans = low
            .and_then(|low| self.spans_by_trace.get(&low))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let (verdict, because) = verdict::judge(request, spans);
        Some(RequestView {
            id: number.to_string(),
            app: request.app.clone(),
            service: request.service.clone(),
            method: request.method.clone(),
            url: request.url.clone(),
            status_code: request.status_code,
            error: request.failure.clone(),
            date: request.date,
            duration_ns: request.duration_ns,
            reason: request.reason.clone(),
            sampled: request.sampled,
            trace_id: request.trace_id,
            span_id: request.span_id,
            headers: request.headers(),
            hops: request.hops.clone(),
            spans: shown(spans, request.span_id),
            verdict,
            because,
        })
    }

    /// All requests kept, oldest first.
    pub(crate) fn views(&self) -> Vec<RequestView> {
        (self.first..self.first + self.requests.len() as u64)
            .filter_map(|number| self.view(number))
            .collect()
    }

    /// The counts since the start.
    pub(crate) fn stats(&self) -> Stats {
        let Counts {
            batches,
            duplicates,
            events,
            spans,
        } = self.counts;
        Stats {
            batches,
            duplicates,
            events,
            spans,
            refused: self.refusals.rows(),
        }
    }
}

/// The spans to list, by start; where there are too many, the request's own continuation is among them.
fn shown(spans: &[Arc<Span>], parent: Option<SpanId>) -> Vec<Arc<Span>> {
    let mut shown = spans.to_vec();
    if shown.len() > SPANS_SHOWN {
        shown.sort_by_key(|span| (span.parent_id != parent, span.start_ns));
        shown.truncate(SPANS_SHOWN);
    }
    shown.sort_by_key(|span| span.start_ns);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Tracer;

    fn request(low: u64) -> RequestEvent {
        RequestEvent {
            trace_id: TraceId::from_halves(7, low),
            span_id: SpanId::new(low),
            raw: "{}".into(),
            ..RequestEvent::default()
        }
    }

    fn span(low: u64, id: u64) -> Span {
        Span {
            service: "s".into(),
            name: "n".into(),
            resource: None,
            tracer: Tracer::Datadog,
            trace_id: TraceId::from_halves(7, low).unwrap(),
            span_id: SpanId::new(id).unwrap(),
            parent_id: SpanId::new(low),
            start_ns: id,
            duration_ns: 1,
        }
    }

    #[test]
    fn keeps_the_newest_requests_and_their_joins() {
        let mut store = Store::default();
        let total = REQUEST_CAPACITY as u64 + 5;
        for low in 1..=total {
            store.add_request(request(low));
        }
        assert_eq!(store.views().len(), REQUEST_CAPACITY);
        assert_eq!(store.requests_by_trace.len(), REQUEST_CAPACITY);
        assert!(store.view(4).is_none(), "forgotten");
        assert_eq!(
            store.add_spans(vec![span(3, 1)]),
            Vec::<u64>::new(),
            "its request is forgotten"
        );
        assert_eq!(
            store.add_spans(vec![span(total, 1), span(total, 2)]),
            [total - 1],
            "each request once"
        );
        assert_eq!(store.view(total - 1).unwrap().verdict, Verdict::Joined);
        store.clear();
        assert!(store.views().is_empty());
        assert_eq!(
            store.add_request(request(1)),
            total,
            "a number is never given twice"
        );
    }

    #[test]
    fn keeps_no_more_bytes_than_allowed() {
        let mut store = Store::default();
        for _ in 0..40 {
            store.add_request(RequestEvent {
                raw: "x".repeat(1 << 20),
                ..RequestEvent::default()
            });
        }
        assert_eq!(
            (store.requests.len(), store.request_bytes),
            (32, REQUEST_BYTES)
        );
    }

    #[test]
    fn keeps_the_newest_spans_and_each_once() {
        let mut store = Store::default();
        store.add_request(request(9));
        let many = SPAN_CAPACITY as u64;
        store.add_spans((1..=many + 10).map(|id| span(1 + id % 2, id)).collect());
        assert_eq!(store.span_order.len(), SPAN_CAPACITY);
        assert_eq!(
            store.spans_by_trace.values().map(Vec::len).sum::<usize>(),
            SPAN_CAPACITY
        );
        store.add_spans(vec![span(9, 5)]);
        assert_eq!(
            store.add_spans(vec![span(9, 5)]),
            Vec::<u64>::new(),
            "sent twice"
        );
        store.add_spans((6..1000).map(|id| span(9, id)).collect());
        assert_eq!(store.view(0).unwrap().spans.len(), SPANS_SHOWN);
    }
}
