//! What an app sends as OTLP, as the requests that it tells of.

use serde_json::{Map, Value};

use super::attributes::Attributes;
use crate::event::{Failure, RequestEvent};
use crate::ids::{SpanId, TraceId};

/// The scope that Handspan's spans and records stand under.
pub(super) const SCOPE: &str = "handspan";

/// A span or a log record under that scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    pub(super) trace_id: Option<TraceId>,
    pub(super) span_id: Option<SpanId>,
    /// Of a record; a span has none.
    pub(super) event_name: Option<String>,
    pub(super) start_ns: u64,
    /// Of a span.
    pub(super) end_ns: u64,
    pub(super) attributes: Attributes,
    pub(super) resource: Attributes,
}

impl Item {
    /// The request; `None` where it tells of none, as a view's record.
    pub(crate) fn request(&self) -> Option<RequestEvent> {
        if self
            .event_name
            .as_deref()
            .is_some_and(|name| name != "rum.resource")
        {
            return None;
        }
        let text = |name: &str| self.attributes.get(name).map(str::to_owned);
        let is_span = self.event_name.is_none();
        let failure = text("context.handspan.error.kind")
            // A status stands there as well; then there was an answer.
            .or_else(|| text("error.type").filter(|kind| kind.parse::<u16>().is_err()));
        let resends = if is_span {
            "http.request.resend_count"
        } else {
            "context.handspan.resend_count"
        };
        Some(RequestEvent {
            app: self.resource.get("rum.source").map(str::to_owned),
            service: self.resource.get("service.name").map(str::to_owned),
            method: text("http.request.method"),
            url: text("url.full").unwrap_or_default(),
            status_code: self.attributes.number("http.response.status_code"),
            failure: failure.map(|kind| Failure {
                kind: Some(kind),
                message: None,
            }),
            date: i64::try_from(self.start_ns / 1_000_000).ok(),
            duration_ns: if is_span {
                Some(self.end_ns.saturating_sub(self.start_ns))
            } else {
                self.attributes.number("resource.duration")
            },
            reason: text("context.handspan.reason"),
            host_entry: text("context.handspan.host_entry"),
            // Handspan makes a span of what is kept alone.
            sampled: is_span.then_some(true),
            session_id: text("session.id"),
            resend_count: self.attributes.number(resends).or(is_span.then_some(0)),
            trace_id: self.trace_id,
            span_id: self.span_id,
            raw: self.rendered(),
            ..RequestEvent::default()
        })
    }

    /// What was read of it, for a person: as it came it may have been binary.
    fn rendered(&self) -> String {
        let map = |attributes: &Attributes| -> Map<String, Value> {
            attributes
                .iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect()
        };
        serde_json::json!({
            "otlp": self.event_name.as_deref().unwrap_or("span"),
            "trace_id": self.trace_id, "span_id": self.span_id, "start_ns": self.start_ns, "end_ns": self.end_ns,
            "attributes": map(&self.attributes), "resource": map(&self.resource),
        })
        .to_string()
    }
}
