//! A span of the app's own. The event is of our own shape, since what an intake wants is made of it when it is sent: an OTLP span,
//! or what Datadog's intake for spans takes.

use serde_json::{Map, Value, json};

use super::attributes::to_json;
use super::command::{FinishedSpan, SpanContext};
use super::event::{self, Env, Event};
use super::machine::Context;
use super::person::Person;
use crate::batch::Priority;
use crate::trace::sampling::Rate;
use crate::trace::{SpanId, TraceId};

/// What a span is told with.
#[derive(Debug, Clone)]
pub struct SpanFacts<'a> {
    /// `service`, `version`, `source`, `ddtags`, `os`, `device`, `usr` and `account`, as they stand on every event.
    pub common: Map<String, Value>,
    /// UUID of the RUM application.
    pub application_id: &'a str,
    /// UUID of the session's view, where there is one.
    pub view_id: Option<&'a str>,
    /// When it ended, milliseconds since 1970.
    pub ended_ms: u64,
    /// Rate that decided about its trace, 0…1.
    pub rate: f64,
}

/// A span that begins: a trace of its own, or its parent's.
///
/// A trace of the app's own is kept as a request's is: by session rate × trace rate and the hash of its session, so that each that
/// is kept belongs to a session that is. A child stands by what its parent's trace decided, in the session of that. `draw` returns
/// 64 random bits.
pub fn start(
    parent: Option<&SpanContext>,
    session_id: &str,
    session_hash: u64,
    [session_rate, trace_rate]: [Rate; 2],
    unix_seconds: u32,
    draw: &mut dyn FnMut() -> u64,
) -> SpanContext {
    match parent {
        Some(parent) => SpanContext {
            span_id: SpanId::draw(draw),
            ..parent.clone()
        },
        None => SpanContext {
            trace_id: TraceId::draw(unix_seconds, draw),
            span_id: SpanId::draw(draw),
            sampled: session_rate.combined(trace_rate).keeps(session_hash),
            session_id: session_id.to_owned(),
        },
    }
}

/// A span that has ended. None of a trace that is not kept.
pub(super) fn told(
    span: &FinishedSpan,
    person: &Person,
    context: &Context<'_>,
    env: &Env<'_>,
) -> Option<Event> {
    let facts = SpanFacts {
        common: event::root(env, person),
        application_id: &env.configuration.application_id,
        view_id: context.view.map(|(id, _, _)| id),
        ended_ms: env.now.wall_ms,
        rate: Rate::new(env.configuration.trace_sample_rate).fraction(),
    };
    span.context.sampled.then(|| Event {
        kind: "span",
        priority: Priority::Usual,
        body: body(span, to_json(&span.attributes), facts),
        was_counted: false,
    })
}

/// The event.
pub fn body(
    span: &FinishedSpan,
    attributes: Map<String, Value>,
    facts: SpanFacts<'_>,
) -> Map<String, Value> {
    let ended_ns = facts.ended_ms.saturating_mul(1_000_000);
    let started_ns = ended_ns.saturating_sub(span.duration_ns);
    let mut event = facts.common;
    let mut set = |name: &str, value: Value| {
        event.insert(name.to_owned(), value);
    };
    set("type", json!("span"));
    set("date", json!(started_ns / 1_000_000));
    set("application", json!({ "id": facts.application_id }));
    set("session", json!({ "id": span.context.session_id }));
    if let Some(view) = facts.view_id {
        set("view", json!({ "id": view }));
    }
    let mut internal = Map::new();
    let mut id = |name: &str, id: Option<String>| {
        if let Some(id) = id {
            internal.insert(name.to_owned(), Value::from(id));
        }
    };
    // Spelled as on a resource.
    id("trace_id", Some(span.context.trace_id.to_string()));
    id("span_id", Some(span.context.span_id.get().to_string()));
    id(
        "parent_span_id",
        span.parent_span_id.map(|id| id.get().to_string()),
    );
    internal.insert("rule_psr".to_owned(), json!(facts.rate));
    set("_dd", Value::Object(internal));
    let mut own = Map::new();
    own.insert("name".to_owned(), json!(span.name));
    own.insert("start".to_owned(), json!(started_ns));
    let longest = i64::MAX.unsigned_abs();
    own.insert("duration".to_owned(), json!(span.duration_ns.min(longest)));
    own.insert("attributes".to_owned(), Value::Object(attributes));
    set("span", Value::Object(own));
    if let Some(error) = error(span) {
        set("error", error);
    }
    event
}

fn error(span: &FinishedSpan) -> Option<Value> {
    let parts = [
        ("type", &span.error_type),
        ("message", &span.error_message),
        ("stack", &span.error_stack),
    ];
    let error: Map<String, Value> = parts
        .into_iter()
        .filter_map(|(name, part)| Some((name.to_owned(), json!(part.as_ref()?))))
        .collect();
    (!error.is_empty()).then_some(Value::Object(error))
}

#[cfg(test)]
#[path = "span_tests.rs"]
mod tests;
