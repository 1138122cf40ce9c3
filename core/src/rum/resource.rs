//! The `resource` event: one for each call that ended, by `rum-events-mobile-schema.json`.

use serde_json::{Map, Value, json};

use super::call::{FinishedCall, Hop, Phase};
use super::person::PersonId;
use super::session::{SessionFacts, application_launch_view_id};
use crate::config::{Configuration, DeviceFacts};
use crate::trace::response::ServerTrace;
use crate::trace::{SpanId, TraceId};

/// Version of the event format (`_dd.format_version`, a constant of the schema).
const FORMAT_VERSION: u8 = 2;
/// Name and URL under which Datadog's mobile SDKs send what happens before the first view.
const LAUNCH_VIEW: (&str, &str) = ("ApplicationLaunch", "com/datadog/application-launch/view");
/// Methods that the schema knows; another one is left out.
const METHODS: [&str; 9] = [
    "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT",
];

/// What a resource is made of, beside the call.
#[derive(Debug, Clone, Copy)]
pub struct ResourceFacts<'a> {
    /// What the app configured.
    pub configuration: &'a Configuration,
    /// The session of the call.
    pub session: &'a SessionFacts,
    /// UUID of the resource.
    pub resource_id: &'a str,
    /// Wall clock when the call ended, milliseconds.
    pub ended_wall_ms: u64,
    /// By how much the phone's wall clock was corrected for that, milliseconds.
    pub clock_offset_ms: i64,
}

/// The event as JSON text.
pub fn event(call: &FinishedCall, facts: &ResourceFacts<'_>) -> Vec<u8> {
    let configuration = facts.configuration;
    let told = told_hop(call);
    let server = told.and_then(Hop::server_trace);
    let started_ms = facts
        .ended_wall_ms
        .saturating_sub(call.duration_ns / 1_000_000);
    let mut event = json!({
        "type": "resource",
        "date": started_ms,
        "application": { "id": configuration.application_id },
        "session": { "id": &facts.session.id, "type": "user" },
        "view": {
            "id": application_launch_view_id(&facts.session.id),
            "name": LAUNCH_VIEW.0,
            "url": LAUNCH_VIEW.1,
        },
        "source": configuration.source,
        "ddtags": tags(configuration),
        "_dd": internal(call, server.as_ref(), facts),
        "resource": resource(call, facts.resource_id),
        "context": { "handspan": context(call, told, server.as_ref(), facts) },
    });
    if let Some(fields) = event.as_object_mut() {
        let own = [
            ("service", &configuration.service),
            ("version", &configuration.version),
        ];
        for (name, value) in own {
            set(fields, name, value.clone());
        }
        let person = &facts.session.person;
        set(fields, "usr", person.user_id.as_ref().map(id));
        set(fields, "account", person.account_id.as_ref().map(id));
        set(fields, "os", os(&configuration.device));
        set(fields, "device", device(&configuration.device));
    }
    event.to_string().into_bytes()
}

fn internal(call: &FinishedCall, server: Option<&ServerTrace>, facts: &ResourceFacts<'_>) -> Value {
    let mut internal = Map::new();
    set(&mut internal, "format_version", Some(FORMAT_VERSION));
    set(
        &mut internal,
        "configuration",
        Some(json!({
            "session_sample_rate": percent(facts.session.sample_rate),
            "trace_sample_rate": percent(facts.configuration.trace_sample_rate),
        })),
    );
    let ids = call
        .traced_hop()
        .and_then(|hop| Some((hop.trace_id?, hop.span_id?)));
    if let Some((trace, span)) = ids {
        set_ids(&mut internal, trace, span);
        // The hop that began the trace decided about it.
        let rate = call.hops.iter().find_map(|hop| hop.rule_psr);
        set(&mut internal, "rule_psr", rate);
    } else if let Some(server) = server {
        // A server that got no trace may have started one of its own: the event joins that one.
        set_ids(&mut internal, server.trace_id, server.span_id);
    }
    Value::Object(internal)
}

fn set_ids(internal: &mut Map<String, Value>, trace: TraceId, span: SpanId) {
    set(internal, "trace_id", Some(trace.to_string()));
    set(internal, "span_id", Some(span.get().to_string()));
}

/// The hop that the event tells about.
fn told_hop(call: &FinishedCall) -> Option<&Hop> {
    call.traced_hop().or(call.hops.last())
}

fn id(id: &PersonId) -> Value {
    json!({ "id": &*id.text })
}

fn resource(call: &FinishedCall, id: &str) -> Value {
    let mut resource = Map::new();
    set(&mut resource, "id", Some(id));
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
    set(
        &mut resource,
        "request",
        call.request_body_bytes
            .map(|b| json!({ "encoded_body_size": whole(b) })),
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
    facts: &ResourceFacts<'_>,
) -> Value {
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
    set(
        &mut context,
        "clock_offset_ms",
        (facts.clock_offset_ms != 0).then_some(facts.clock_offset_ms),
    );
    set(
        &mut context,
        "remote_version",
        facts.session.remote_version.as_deref(),
    );
    let inspect = facts.configuration.inspect;
    // Of a call with one hop the event itself says all.
    if inspect || call.hops.len() > 1 {
        let hops = call.hops.iter().map(|one| hop(one, inspect));
        set(&mut context, "hops", Some(hops.collect::<Value>()));
    }
    Value::Object(context)
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

fn tags(configuration: &Configuration) -> String {
    let sdk = Some(env!("CARGO_PKG_VERSION").to_owned());
    [
        ("env", &configuration.env),
        ("service", &configuration.service),
        ("version", &configuration.version),
        ("sdk_version", &sdk),
    ]
    .iter()
    .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}:{value}")))
    .collect::<Vec<_>>()
    .join(",")
}

fn os(device: &DeviceFacts) -> Option<Value> {
    let DeviceFacts {
        os_name,
        os_version,
        ..
    } = device;
    if os_name.is_empty() || os_version.is_empty() {
        return None;
    }
    let major = os_version.split('.').next().unwrap_or(os_version);
    Some(json!({ "name": os_name, "version": os_version, "version_major": major }))
}

fn device(device: &DeviceFacts) -> Option<Value> {
    let facts = [
        ("type", &device.device_type),
        ("model", &device.device_model),
        ("brand", &device.device_brand),
        ("architecture", &device.architecture),
        ("locale", &device.locale),
    ];
    let known: Map<String, Value> = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), Value::from(value.as_str())))
        .collect();
    (!known.is_empty()).then_some(Value::Object(known))
}

/// JSON readers keep whole numbers up to 2^63 − 1 at best.
fn whole(number: u64) -> u64 {
    number.min(i64::MAX.unsigned_abs())
}

fn percent(rate: f64) -> f64 {
    if rate.is_nan() {
        0.0
    } else {
        rate.clamp(0.0, 100.0)
    }
}

fn set<V: Into<Value>>(object: &mut Map<String, Value>, name: &str, value: Option<V>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
#[path = "resource_tests.rs"]
mod tests;
