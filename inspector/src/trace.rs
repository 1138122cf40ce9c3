//! The spans of one trace, indexed so that neither keeping another nor judging a request walks all of them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use crate::ids::{SpanId, TraceId};
use crate::span::Span;

/// How many parents that are not here are named.
const MISSING_PARENTS: usize = 3;

/// Spans whose trace ids share the lower half: mostly one trace, and what a tracer that cut the id made of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// As they came, oldest first.
    spans: VecDeque<Arc<Span>>,
    by_id: HashMap<(TraceId, SpanId), Arc<Span>>,
    children: HashMap<(TraceId, SpanId), VecDeque<Arc<Span>>>,
    /// Worked out when first asked for, dropped when a span comes or goes.
    summary: OnceLock<Summary>,
}

#[derive(Clone, Debug, Default)]
struct Summary {
    by_start: Vec<Arc<Span>>,
    /// For each trace id that has spans: the first few parents that are none of its spans.
    missing_parents: HashMap<TraceId, Vec<Option<SpanId>>>,
}

impl Trace {
    /// Keeps a span; `false` where it is here already.
    pub(crate) fn add(&mut self, span: Span) -> bool {
        let span = match self.by_id.entry((span.trace_id, span.span_id)) {
            Entry::Occupied(_) => return false,
            Entry::Vacant(free) => Arc::clone(free.insert(Arc::new(span))),
        };
        if let Some(parent) = span.parent_id {
            let siblings = self.children.entry((span.trace_id, parent)).or_default();
            siblings.push_back(Arc::clone(&span));
        }
        self.spans.push_back(span);
        self.summary.take();
        true
    }

    /// Forgets the span that came first.
    pub(crate) fn forget_oldest(&mut self) {
        let Some(span) = self.spans.pop_front() else {
            return;
        };
        self.by_id.remove(&(span.trace_id, span.span_id));
        if let Some(key) = span.parent_id.map(|parent| (span.trace_id, parent))
            && let Some(siblings) = self.children.get_mut(&key)
        {
            // Both queues are in order of arrival: the oldest of all is the oldest of its siblings.
            siblings.pop_front();
            if siblings.is_empty() {
                self.children.remove(&key);
            }
        }
        self.summary.take();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The span that came first, whatever the upper half of its trace id.
    pub(crate) fn first(&self) -> Option<&Span> {
        self.spans.front().map(Arc::as_ref)
    }

    /// The first span that continues this one.
    pub(crate) fn child(&self, trace_id: TraceId, parent: SpanId) -> Option<&Span> {
        let siblings = self.children.get(&(trace_id, parent))?;
        siblings.front().map(Arc::as_ref)
    }

    /// The span itself.
    pub(crate) fn span(&self, trace_id: TraceId, span_id: SpanId) -> Option<&Span> {
        self.by_id.get(&(trace_id, span_id)).map(Arc::as_ref)
    }

    /// The earliest span of this trace id.
    pub(crate) fn earliest(&self, trace_id: TraceId) -> Option<&Span> {
        let mut by_start = self.summary().by_start.iter();
        let found = by_start.find(|span| span.trace_id == trace_id)?;
        Some(found.as_ref())
    }

    /// The first three parents that spans of this trace id name and that are not here themselves, each once;
    /// `None` among them is a root. `None` at all: there is no span of this trace id.
    pub(crate) fn missing_parents(&self, trace_id: TraceId) -> Option<&[Option<SpanId>]> {
        let parents = self.summary().missing_parents.get(&trace_id)?;
        Some(parents.as_slice())
    }

    /// At most `limit` spans, by start; the span of these ids and what continues it are among them.
    pub(crate) fn shown(&self, request: Option<(TraceId, SpanId)>, limit: usize) -> Vec<Arc<Span>> {
        let by_start = &self.summary().by_start;
        if by_start.len() <= limit {
            return by_start.clone();
        }
        let is_own = |span: &Span| {
            request.is_some_and(|(trace_id, span_id)| {
                span.trace_id == trace_id
                    && (span.span_id == span_id || span.parent_id == Some(span_id))
            })
        };
        let itself = request.and_then(|key| self.by_id.get(&key));
        let children = request.and_then(|key| self.children.get(&key));
        let own = itself
            .into_iter()
            .chain(children.into_iter().flatten().filter(|child| {
                // A span that names itself as its parent is there already.
                request != Some((child.trace_id, child.span_id))
            }));
        let others = by_start.iter().filter(|span| !is_own(span));
        let mut shown: Vec<_> = own.chain(others).take(limit).cloned().collect();
        shown.sort_by_key(|span| span.start_ns);
        shown
    }

    fn summary(&self) -> &Summary {
        self.summary.get_or_init(|| {
            let mut by_start: Vec<_> = self.spans.iter().cloned().collect();
            by_start.sort_by_key(|span| span.start_ns);
            let mut missing_parents: HashMap<_, Vec<_>> = HashMap::new();
            for span in &self.spans {
                let missing = missing_parents.entry(span.trace_id).or_default();
                let known = span
                    .parent_id
                    .is_some_and(|parent| self.by_id.contains_key(&(span.trace_id, parent)));
                if missing.len() < MISSING_PARENTS && !known && !missing.contains(&span.parent_id) {
                    missing.push(span.parent_id);
                }
            }
            Summary {
                by_start,
                missing_parents,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Tracer;

    fn span(id: u64, parent: u64) -> Span {
        Span {
            service: "s".into(),
            name: "n".into(),
            resource: None,
            tracer: Tracer::Datadog,
            trace_id: trace_id(),
            span_id: SpanId::new(id).unwrap(),
            parent_id: SpanId::new(parent),
            start_ns: id,
            duration_ns: 1,
        }
    }

    fn trace_id() -> TraceId {
        TraceId::from_halves(7, 9).unwrap()
    }

    fn id(value: u64) -> SpanId {
        SpanId::new(value).unwrap()
    }

    #[test]
    fn lists_few_of_many_and_the_own_one_among_them() {
        let mut trace = Trace::default();
        for number in 1..=100 {
            assert!(trace.add(span(number, if number == 90 { 555 } else { 0 })));
        }
        let own = Some((trace_id(), id(555)));
        let numbers = |limit| -> Vec<u64> {
            let shown = trace.shown(own, limit);
            shown.iter().map(|span| span.start_ns).collect()
        };
        assert_eq!(numbers(3), [1, 2, 90]);
        assert_eq!(numbers(1), [90]);
        assert_eq!(numbers(100).len(), 100);
        assert_eq!(trace.shown(None, 2).len(), 2);
        let told = trace.shown(Some((trace_id(), id(70))), 1);
        assert_eq!(told[0].start_ns, 70, "the span itself, where it is here");
    }

    #[test]
    fn what_it_says_follows_what_comes_and_goes() {
        let mut trace = Trace::default();
        assert_eq!(trace.missing_parents(trace_id()), None);
        trace.add(span(1, 0));
        trace.add(span(2, 1));
        trace.add(span(3, 8));
        assert!(!trace.add(span(3, 8)), "sent twice");
        assert_eq!(
            trace.missing_parents(trace_id()),
            Some(&[None, SpanId::new(8)][..])
        );
        assert_eq!(trace.child(trace_id(), id(1)).unwrap().span_id, id(2));
        trace.forget_oldest();
        assert_eq!(
            trace.missing_parents(trace_id()),
            Some(&[SpanId::new(1), SpanId::new(8)][..])
        );
        trace.forget_oldest();
        assert!(trace.child(trace_id(), id(1)).is_none());
        for number in 10..20 {
            trace.add(span(number, 100 + number));
        }
        assert_eq!(trace.missing_parents(trace_id()).unwrap().len(), 3);
    }
}
