//! What has arrived, in bounded memory: the last requests and the last spans, and which belong together.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use crate::event::RequestEvent;
use crate::idempotency::{Keys, Seen};
use crate::ids::TraceId;
use crate::refusal::{Reason, RefusalCount, RefusalCounts};
use crate::session::{Sessions, Told};
use crate::span::Span;
use crate::telemetry::{Apps, Telemetry};
use crate::trace::Trace;
use crate::view::Snapshot;

/// How many requests are kept: more than a person scrolls through.
const REQUEST_CAPACITY: usize = 1000;

/// How many bytes of events are kept, the line and what was read out of it; an event may be 1 MB, so the count alone would not do.
const REQUEST_BYTES: usize = 64 << 20;

/// How many spans are kept: at about 1 kB each this is what the requests take.
pub(crate) const SPAN_CAPACITY: usize = 20_000;

/// What the inspector knows. Nothing here takes longer for a large trace: judging and showing happen on a
/// [`Snapshot`], outside the lock.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Consecutive by number: the number of the first is `first`.
    requests: VecDeque<Arc<RequestEvent>>,
    first: u64,
    request_bytes: usize,
    /// Request numbers by the low half of their trace id, the half every tracer keeps.
    requests_by_trace: HashMap<u64, VecDeque<u64>>,
    /// Shared with snapshots: what is judged meanwhile keeps the spans as they were.
    traces: HashMap<u64, Arc<Trace>>,
    /// For each span kept, oldest first, under which key it stands.
    span_order: VecDeque<u64>,
    sessions: Sessions,
    keys: Keys,
    telemetry: Apps,
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

impl Store {
    /// Takes note of a batch's key. Anything but [`Seen::New`] must not be shown again.
    pub(crate) fn see_batch(&mut self, key: Option<&str>, digest: u64) -> Seen {
        let seen = key.map_or(Seen::New, |key| self.keys.see(key, digest));
        match seen {
            Seen::New => self.counts.batches += 1,
            Seen::Duplicate => self.counts.duplicates += 1,
            Seen::Reused => self.refusals.add(Reason::IdempotencyKeyReused, 1),
        }
        seen
    }

    /// Counts an event that is not listed.
    pub(crate) fn count_event(&mut self) {
        self.counts.events += 1;
    }

    /// Keeps what an app tells of its SDK.
    pub(crate) fn tell(&mut self, told: Telemetry) {
        self.telemetry.add(told);
    }

    /// Keeps what happened in a session, beside the request that tells the same; returns the session's number.
    pub(crate) fn add_to_session(&mut self, mut told: Told, request: Option<u64>) -> u64 {
        told.item.request = request.map(|number| number.to_string());
        self.sessions.add(told)
    }

    /// The same for what came without a batch's key; `None` where it is here already.
    pub(crate) fn add_to_session_once(
        &mut self,
        mut told: Told,
        request: Option<u64>,
    ) -> Option<u64> {
        told.item.request = request.map(|number| number.to_string());
        self.sessions.add_once(told)
    }

    /// The sessions.
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// What apps tell of their SDKs.
    pub(crate) fn told(&self) -> Vec<Telemetry> {
        self.telemetry.list()
    }

    /// Keeps a request and returns its number.
    pub(crate) fn add_request(&mut self, request: RequestEvent) -> u64 {
        self.counts.events += 1;
        let number = self.first + self.requests.len() as u64;
        if let Some(trace) = request.trace_id {
            self.requests_by_trace
                .entry(trace.low())
                .or_default()
                .push_back(number);
        }
        self.request_bytes += request.size();
        self.requests.push_back(Arc::new(request));
        while self.requests.len() > REQUEST_CAPACITY || self.request_bytes > REQUEST_BYTES {
            self.forget_oldest_request();
        }
        number
    }

    /// Keeps a request that came without a batch's key, unless it is here already: an answer may have been lost.
    pub(crate) fn add_request_once(&mut self, request: RequestEvent) -> Option<u64> {
        let known = request
            .trace_id
            .and_then(|trace| self.requests_by_trace.get(&trace.low()))
            .into_iter()
            .flatten()
            .filter_map(|number| {
                self.requests
                    .get(usize::try_from(number - self.first).ok()?)
            })
            .any(|known| known.raw == request.raw);
        if known {
            self.counts.duplicates += 1;
            return None;
        }
        Some(self.add_request(request))
    }

    fn forget_oldest_request(&mut self) {
        let Some(oldest) = self.requests.pop_front() else {
            return;
        };
        self.first += 1;
        self.request_bytes -= oldest.size();
        if let Some(low) = oldest.trace_id.map(TraceId::low)
            && let Some(numbers) = self.requests_by_trace.get_mut(&low)
        {
            numbers.pop_front();
            if numbers.is_empty() {
                self.requests_by_trace.remove(&low);
            }
        }
    }

    /// Keeps spans; returns the numbers of the requests that look different now, each once.
    /// A span that an exporter sent twice is kept once.
    pub(crate) fn add_spans(&mut self, spans: Vec<Span>) -> Vec<u64> {
        let mut changed = BTreeSet::new();
        for span in spans {
            let low = span.trace_id.low();
            if !Arc::make_mut(self.traces.entry(low).or_default()).add(span) {
                continue;
            }
            changed.insert(low);
            self.span_order.push_back(low);
            self.counts.spans += 1;
            while self.span_order.len() > SPAN_CAPACITY {
                self.forget_oldest_span();
            }
        }
        let requests = changed
            .iter()
            .filter_map(|low| self.requests_by_trace.get(low));
        let mut touched: Vec<u64> = requests.flatten().copied().collect();
        touched.sort_unstable();
        touched
    }

    fn forget_oldest_span(&mut self) {
        let Some(low) = self.span_order.pop_front() else {
            return;
        };
        if let Some(trace) = self.traces.get_mut(&low) {
            Arc::make_mut(trace).forget_oldest();
            if trace.is_empty() {
                self.traces.remove(&low);
            }
        }
    }

    /// Counts refusals.
    pub(crate) fn refuse(&mut self, reason: Reason, times: usize) {
        self.refusals.add(reason, times);
    }

    /// Forgets requests, spans and sessions; counts, keys and numbering go on.
    pub(crate) fn clear(&mut self) {
        self.first += self.requests.len() as u64;
        self.requests.clear();
        self.request_bytes = 0;
        self.requests_by_trace.clear();
        self.traces.clear();
        self.span_order.clear();
        self.telemetry.clear();
        self.sessions.clear();
    }

    /// A request with its spans, to be judged once the lock is given back; `None` once it is forgotten.
    pub(crate) fn snapshot(&self, number: u64) -> Option<Snapshot> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let request = self.requests.get(place)?;
        let trace = request
            .trace_id
            .and_then(|trace| self.traces.get(&trace.low()));
        Some(Snapshot::new(
            number,
            Arc::clone(request),
            trace.map(Arc::clone).unwrap_or_default(),
        ))
    }

    /// All requests kept, oldest first.
    pub(crate) fn snapshots(&self) -> Vec<Snapshot> {
        (self.first..self.first + self.requests.len() as u64)
            .filter_map(|number| self.snapshot(number))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SpanId;
    use crate::span::Tracer;
    use crate::verdict::Verdict;

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
        assert_eq!(store.snapshots().len(), REQUEST_CAPACITY);
        assert_eq!(store.requests_by_trace.len(), REQUEST_CAPACITY);
        assert!(store.snapshot(4).is_none(), "forgotten");
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
        let joined = store.snapshot(total - 1).unwrap();
        assert_eq!(joined.view(200).verdict, Verdict::Joined);
        store.clear();
        assert!(store.snapshots().is_empty());
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
        assert_eq!(store.requests.len(), 31);
        assert!(store.request_bytes <= REQUEST_BYTES);
        let kept: usize = store.requests.iter().map(|request| request.size()).sum();
        assert_eq!(store.request_bytes, kept);
    }

    #[test]
    fn keeps_the_newest_spans_and_each_once() {
        let mut store = Store::default();
        store.add_request(request(9));
        let many = SPAN_CAPACITY as u64;
        store.add_spans((1..=many + 10).map(|id| span(1 + id % 2, id)).collect());
        assert_eq!(store.span_order.len(), SPAN_CAPACITY);
        assert_eq!(
            store
                .traces
                .values()
                .map(|trace| trace.len())
                .sum::<usize>(),
            SPAN_CAPACITY
        );
        store.add_spans(vec![span(9, 5)]);
        assert_eq!(
            store.add_spans(vec![span(9, 5)]),
            Vec::<u64>::new(),
            "sent twice"
        );
        assert_eq!(store.traces[&9].len(), 1);
    }
}
