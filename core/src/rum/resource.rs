//! The `resource` event: one for each call that ended, by `rum-events-mobile-schema.json`.

use serde_json::{Map, Value, json};

use super::action::Child;
use super::call::{FinishedCall, GraphQlOperation, Hop, Phase};
use super::event::{self, Common, Env, Phone, part, set, whole};
use super::headers;
use super::live::{LiveSession, Own, Teller};
use super::session::{SessionFacts, application_launch_view_id};
use super::view::LAUNCH_VIEW;
use crate::trace::response::ServerTrace;
use crate::trace::{SpanId, TraceId};

/// Methods that the schema knows; another one is left out.
pub(super) const METHODS: [&str; 9] = [
    "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT",
];

impl LiveSession {
    /// A call has ended: it belongs to the view and to the action that it began in.
    pub(super) fn finish(&mut self, call: &FinishedCall, tell: &mut Teller<'_>) {
        let now = tell.now();
        let began = now.saturating_sub(call.duration_ns / 1_000_000);
        let Some(at) = self.view_at(began, tell) else {
            tell.out.dropped.push(("background_event", true));
            return;
        };
        self.call_ended(began);
        let action = self.caused_by(began, Child::Resource, tell);
        let own = Own {
            context: own_context(call, tell.env),
            ..Own::at(began, &call.attributes)
        };
        let Some(mut event) = self.child("resource", at, own, tell) else {
            return;
        };
        tell_call(&mut event, call, tell.env);
        super::error::set_action(&mut event, action);
        self.resource_ended(at, began, now);
        tell.out.events.push(reported(event));
    }

    pub(super) fn resource_ended(&mut self, view: usize, began: u64, now: u64) {
        if let Some(view) = self.views.get_mut(view) {
            view.counts.resource += 1;
            view.is_dirty = true;
            if view.needs(began) {
                view.settled(now);
            }
        }
    }
}

/// A call of a session that is not recorded, or that nobody remembers: somebody asked for this very trace, or it ended late. It
/// stands alone, with the view that a session begins with.
pub(super) fn alone(
    call: &FinishedCall,
    session: &SessionFacts,
    env: &Env<'_>,
    phone: &Phone,
) -> event::Event {
    let ago = call.duration_ns / 1_000_000;
    let mut event = event::begin(
        "resource",
        Common {
            env,
            phone,
            session,
            view: (
                &application_launch_view_id(&session.id),
                LAUNCH_VIEW.0,
                LAUNCH_VIEW.1,
            ),
            attributes: [&[], &call.attributes],
            date: env.now.wall_ms.saturating_sub(ago),
            own_context: own_context(call, env),
        },
    );
    tell_call(&mut event, call, env);
    reported(event)
}

fn reported(body: Map<String, Value>) -> event::Event {
    event::Event {
        kind: "resource",
        priority: crate::batch::Priority::Usual,
        body,
        was_counted: true,
    }
}

fn own_context(call: &FinishedCall, env: &Env<'_>) -> Map<String, Value> {
    let told = told_hop(call);
    context(call, told, told.and_then(Hop::server_trace).as_ref(), env)
}

fn tell_call(event: &mut Map<String, Value>, call: &FinishedCall, env: &Env<'_>) {
    if let Some(internal) = part(event, "_dd") {
        tell_trace(internal, call);
    }
    set(event, "resource", Some(resource(call, env)));
}

fn tell_trace(internal: &mut Map<String, Value>, call: &FinishedCall) {
    let ids = call
        .traced_hop()
        .and_then(|hop| Some((hop.trace_id?, hop.span_id?)));
    if let Some((trace, span)) = ids {
        set_ids(internal, trace, span);
        // The hop that began the trace decided about it.
        let rate = call.hops.iter().find_map(|hop| hop.rule_psr);
        set(internal, "rule_psr", rate);
        // The app's own span that the call was made in.
        let parent = call.parent_span_id.map(|id| id.get().to_string());
        set(internal, "parent_span_id", parent);
    } else if let Some(server) = told_hop(call).and_then(Hop::server_trace) {
        // A server that got no trace may have started one of its own: the event joins that one.
        set_ids(internal, server.trace_id, server.span_id);
    }
}

fn set_ids(internal: &mut Map<String, Value>, trace: TraceId, span: SpanId) {
    set(internal, "trace_id", Some(trace.to_string()));
    set(internal, "span_id", Some(span.get().to_string()));
}

/// The hop that the event tells about.
fn told_hop(call: &FinishedCall) -> Option<&Hop> {
    call.traced_hop().or(call.hops.last())
}

fn resource(call: &FinishedCall, env: &Env<'_>) -> Value {
    let mut resource = Map::new();
    set(&mut resource, "id", Some(env.uuid()));
    set(
        &mut resource,
        "type",
        Some(kind(call.content_type.as_deref())),
    );
    let method = call.method.to_ascii_uppercase();
    set(
        &mut resource,
        "method",
        METHODS.contains(&method.as_str()).then_some(method),
    );
    set(&mut resource, "url", Some(call.url.as_str()));
    set(&mut resource, "status_code", call.status_code);
    set(&mut resource, "duration", Some(whole(call.duration_ns)));
    set(&mut resource, "size", call.response_body_bytes.map(whole));
    set(&mut resource, "protocol", call.protocol.as_deref());
    let captured = |headers| headers::captured(env.captured_headers, headers);
    let mut request = Map::new();
    let body = call.request_body_bytes.map(whole);
    set(&mut request, "encoded_body_size", body);
    set(&mut request, "headers", captured(&call.request_headers));
    set(
        &mut resource,
        "request",
        (!request.is_empty()).then_some(request),
    );
    let response = captured(&call.response_headers);
    let response = response.map(|headers| json!({ "headers": headers }));
    set(&mut resource, "response", response);
    set(
        &mut resource,
        "graphql",
        call.graphql.as_ref().and_then(graphql),
    );
    set(&mut resource, "provider", provider(call));
    let timings = &call.timings;
    for (name, phase) in [
        ("redirect", timings.redirect),
        ("dns", timings.dns),
        ("connect", timings.connect),
        ("ssl", timings.ssl),
        ("first_byte", timings.first_byte),
        ("download", timings.download),
    ] {
        set(
            &mut resource,
            name,
            phase.map(
                |Phase {
                     start_ns,
                     duration_ns,
                 }| {
                    json!({ "start": whole(start_ns), "duration": whole(duration_ns) })
                },
            ),
        );
    }
    Value::Object(resource)
}

/// What a GraphQL request asks, by `rum/_graphql-schema.json`; none where its type is none of the schema's.
fn graphql(operation: &GraphQlOperation) -> Option<Value> {
    let kind = operation.operation_type.to_ascii_lowercase();
    let is_known = ["query", "mutation", "subscription"].contains(&kind.as_str());
    let mut graphql = Map::new();
    set(&mut graphql, "operationType", is_known.then_some(kind));
    set(
        &mut graphql,
        "operationName",
        operation.operation_name.as_deref(),
    );
    set(&mut graphql, "variables", operation.variables.as_deref());
    set(&mut graphql, "payload", operation.payload.as_deref());
    is_known.then_some(Value::Object(graphql))
}

/// The kinds of resource that Datadog's mobile SDKs derive from the response; what is none of them is `native`.
fn kind(content_type: Option<&str>) -> &'static str {
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    let (family, rest) = content_type.split_once('/').unwrap_or_default();
    match (family, rest.split([';', ' ']).next().unwrap_or_default()) {
        ("image", _) => "image",
        ("video" | "audio", _) => "media",
        ("font", _) => "font",
        ("text", "css") => "css",
        ("text" | "application", "javascript") => "js",
        _ => "native",
    }
}

fn provider(call: &FinishedCall) -> Option<Value> {
    let first_party = call
        .hops
        .iter()
        .rev()
        .find(|hop| hop.host_entry.is_some())?;
    let url = url::Url::parse(&first_party.url).ok()?;
    Some(json!({ "type": "first party", "domain": url.host_str()? }))
}

/// What nobody else's schema has a place for: why the call was traced or not.
fn context(
    call: &FinishedCall,
    told: Option<&Hop>,
    server: Option<&ServerTrace>,
    env: &Env<'_>,
) -> Map<String, Value> {
    let mut context = Map::new();
    // A call without a hop never reached the wire: nobody was asked for a plan.
    set(
        &mut context,
        "reason",
        Some(told.map_or("no_hop", |hop| hop.reason.as_str())),
    );
    set(
        &mut context,
        "host_entry",
        told.and_then(|hop| hop.host_entry.as_deref()),
    );
    set(&mut context, "sampled", told.and_then(|hop| hop.sampled));
    set(
        &mut context,
        "resend_count",
        Some(call.hops.len().saturating_sub(1)),
    );
    set(
        &mut context,
        "server_trace",
        server.map(|server| {
            json!({
                "trace_id": server.trace_id.to_string(),
                "span_id": server.span_id.to_string(),
                "sampled": server.sampled,
                "header": server.header,
            })
        }),
    );
    set(
        &mut context,
        "error",
        call.error
            .as_ref()
            .map(|error| json!({ "kind": error.kind, "message": error.message })),
    );
    let inspect = env.configuration.inspect;
    // Of a call with one hop the event itself says all.
    if inspect || call.hops.len() > 1 {
        let hops = call.hops.iter().map(|one| hop(one, inspect));
        set(&mut context, "hops", Some(hops.collect::<Value>()));
    }
    context
}

/// A hop. Where it went is told of traced ones alone, unless somebody inspects: a third party's URL is none of the app's.
fn hop(hop: &Hop, inspect: bool) -> Value {
    let mut fields = Map::new();
    let url = (inspect || hop.traced).then_some(hop.url.as_str());
    set(&mut fields, "url", url);
    set(&mut fields, "method", hop.method.as_deref());
    set(&mut fields, "reason", Some(hop.reason.as_str()));
    set(&mut fields, "host_entry", hop.host_entry.as_deref());
    set(
        &mut fields,
        "trace_id",
        hop.trace_id.map(|id| id.to_string()),
    );
    set(&mut fields, "span_id", hop.span_id.map(|id| id.to_string()));
    set(&mut fields, "sampled", hop.sampled);
    set(&mut fields, "rule_psr", hop.rule_psr);
    set(&mut fields, "status_code", hop.status_code);
    set(&mut fields, "start", hop.start_ns.map(whole));
    set(&mut fields, "duration", hop.duration_ns.map(whole));
    if !inspect {
        return Value::Object(fields);
    }
    let headers: Map<String, Value> = hop
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    set(&mut fields, "headers", Some(headers));
    Value::Object(fields)
}

#[cfg(test)]
#[path = "resource_tests.rs"]
mod tests;
