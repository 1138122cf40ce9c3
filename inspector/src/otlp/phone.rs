//! What an app sends as OTLP, as the requests and the events that it tells of.

use serde_json::{Map, Value};

use super::attributes::Attributes;
use crate::event::{Failure, RequestEvent};
use crate::ids::{SpanId, TraceId};
use crate::session::Told;

const SPAN: &str = "span";
const LOG: &str = "log";

/// The scope that Handspan's spans and records stand under.
pub(super) const SCOPE: &str = "handspan";

/// `STATUS_CODE_ERROR` of a span.
pub(super) const FAILED: u64 = 2;

/// What OpenTelemetry calls otherwise than a RUM event; behind a dot the rest of a name stays.
const RENAMED: [(&str, &str); 13] = [
    ("http.request.method", "resource.method"),
    ("http.response.status_code", "resource.status_code"),
    ("url.full", "resource.url"),
    ("exception.stacktrace", "error.stack"),
    ("exception.", "error."),
    ("user.full_name", "usr.name"),
    ("user.", "usr."),
    ("rum.application.", "application."),
    ("rum.source", "source"),
    ("service.name", "service"),
    ("service.version", "version"),
    ("device.manufacturer", "device.brand"),
    ("device.model.name", "device.model"),
];

/// A span or a log record under that scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    pub(super) trace_id: Option<TraceId>,
    pub(super) span_id: Option<SpanId>,
    /// Of a span.
    pub(super) parent_id: Option<SpanId>,
    /// A span's name, a record's body.
    pub(super) text: String,
    /// Of a record.
    pub(super) severity: String,
    /// Of a span.
    pub(super) failed: bool,
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
        if self.kind() != Some("resource") {
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

    /// What happened, for the story of its session; `None` for what is no part of one.
    pub(crate) fn told(&self) -> Option<Told> {
        let kind = self.kind()?;
        let mut event = self.event();
        if kind == LOG {
            return Some(self.log(event));
        }
        event.insert("type".to_owned(), kind.into());
        if kind == "resource" && self.event_name.is_none() {
            let took = self.end_ns.saturating_sub(self.start_ns);
            put(&mut event, "resource.duration", &took.into());
        }
        let event = Value::Object(event);
        let mut told = Told::rum(&event, &event.to_string(), Vec::new());
        let item = &mut told.item;
        (item.trace_id, item.span_id) = (self.trace_id, self.span_id);
        item.parent_span_id = self.parent_id;
        item.date = Some(self.start_ns as f64 / 1e6);
        if kind == SPAN {
            item.as_span(
                &self.text,
                self.end_ns.saturating_sub(self.start_ns),
                self.failed,
            );
        }
        Some(told)
    }

    /// A line of a log, as the logs intake would get it.
    fn log(&self, mut event: Map<String, Value>) -> Told {
        let attributes = &self.attributes;
        for (name, known) in [
            ("session.id", "session_id"),
            ("view.id", "view.id"),
            ("user_action.id", "user_action.id"),
        ] {
            if let Some(id) = attributes.get(name) {
                event.insert(known.to_owned(), id.into());
            }
        }
        event.insert("status".to_owned(), self.severity.as_str().into());
        event.insert("message".to_owned(), self.text.as_str().into());
        event.insert("date".to_owned(), (self.start_ns / 1_000_000).into());
        let event = Value::Object(event);
        let mut told = Told::log(&event, &event.to_string());
        (told.item.trace_id, told.item.span_id) = (self.trace_id, self.span_id);
        told
    }

    /// Which type of event it is, `span` and `log` among them.
    fn kind(&self) -> Option<&str> {
        match self.event_name.as_deref() {
            // A request's span has what HTTP's conventions ask for; one of the app's own is whatever the app says.
            None => {
                let is_request = ["url.full", "http.request.method"]
                    .iter()
                    .any(|name| self.attributes.get(name).is_some());
                Some(if is_request { "resource" } else { SPAN })
            }
            Some("") => Some(LOG),
            Some("rum.telemetry") => None,
            Some(name) => name.strip_prefix("rum."),
        }
    }

    /// Its attributes as members of an event.
    fn event(&self) -> Map<String, Value> {
        let mut event = Map::new();
        let date = self.start_ns / 1_000_000;
        event.insert("date".to_owned(), date.into());
        for (name, value) in self.attributes.iter().chain(self.resource.iter()) {
            let renamed = RENAMED.iter().find_map(|(from, to)| {
                let rest = name.strip_prefix(from)?;
                (rest.is_empty() || from.ends_with('.')).then(|| format!("{to}{rest}"))
            });
            put(&mut event, renamed.as_deref().unwrap_or(name), value);
        }
        event
    }

    /// What was read of it, for a person: as it came it may have been binary.
    fn rendered(&self) -> String {
        let map = |attributes: &Attributes| -> Map<String, Value> {
            attributes
                .iter()
                .map(|(name, value)| (name.to_owned(), value.clone()))
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

/// Puts a value where its name's dots lead to. Where something else stands there already it is left out.
fn put(into: &mut Map<String, Value>, name: &str, value: &Value) {
    match name.split_once('.') {
        None => {
            into.entry(name).or_insert_with(|| value.clone());
        }
        Some((first, rest)) => {
            let below = into.entry(first).or_insert_with(|| Map::new().into());
            if let Value::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}
