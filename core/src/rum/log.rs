//! A line of a log, as Datadog's logs intake takes it: the line and where it comes from at the root of the event, the app's
//! attributes beside them (`log-schema.json` of dd-sdk-android, `LogEventEncoder` of dd-sdk-ios).

use serde_json::{Map, Value, json};

use super::attributes::to_json;
use super::command::{
    Connectivity, ConnectivityInterface, ConnectivityStatus, LogLevel, LogLine, SpanContext,
};
use super::event::{self, Env, Event, Phone};
use super::machine::Context;
use super::session::SessionFacts;
use crate::batch::Priority;

/// Members of a log event that are ours or the intake's; an attribute of the app under one of these names is left out. The SDKs'
/// lists (`LogEventSanitizer`, `DatadogDataConstraints`) with the members that they write beside them.
pub const RESERVED: [&str; 33] = [
    "_dd",
    "account",
    "application_id",
    "build_id",
    "build_version",
    "date",
    "dd",
    "dd.span_id",
    "dd.trace_id",
    "ddsource",
    "ddtags",
    "device",
    "env",
    "error",
    "handspan",
    "host",
    "hostname",
    "logger",
    "message",
    "network",
    "os",
    "service",
    "session_id",
    "source",
    "span_id",
    "status",
    "timestamp",
    "trace_id",
    "type",
    "user_action.id",
    "usr",
    "version",
    "view.id",
];

/// Name of the logger where the app has named none.
const LOGGER: &str = "handspan";

/// What a line is told with.
#[derive(Debug, Clone)]
pub struct LogFacts<'a> {
    /// `source`, `service`, `version`, `ddtags`, `os`, `device`, `usr` and `account`, as they stand on every event.
    pub common: Map<String, Value>,
    /// What the app attaches to everything.
    pub global: &'a Map<String, Value>,
    /// When it was logged, milliseconds since 1970.
    pub date_ms: u64,
    /// How the phone is connected, where somebody told.
    pub connectivity: Option<&'a Connectivity>,
    /// What happened around it; none in a session that is not recorded: there is nothing to lead to.
    pub place: Option<Place<'a>>,
}

/// Where in a session a line was logged.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// UUID of the RUM application.
    pub application_id: &'a str,
    /// UUID of the session.
    pub session_id: &'a str,
    /// UUID of its view.
    pub view_id: Option<&'a str>,
    /// UUID of the action that was under way.
    pub action_id: Option<&'a str>,
}

/// A line, told in the session that it was logged in. A session that is not recorded keeps no line back, as in Datadog's SDKs, where
/// RUM's sampling is none of the logs' business; but a line leads to nothing that was not recorded (dd-sdk-ios).
pub(super) fn told(
    line: &LogLine,
    session: &SessionFacts,
    context: &Context<'_>,
    phone: &Phone,
    env: &Env<'_>,
) -> Event {
    let place = Place {
        application_id: &env.configuration.application_id,
        session_id: &session.id,
        view_id: context.view.map(|(id, _, _)| id),
        action_id: context.action_id,
    };
    let facts = LogFacts {
        common: event::root(env, &session.person),
        global: &to_json(context.attributes),
        date_ms: env.now.wall_ms,
        connectivity: phone.connectivity.as_ref(),
        place: session.kept.then_some(place),
    };
    Event {
        kind: "log",
        priority: priority(line.level),
        body: body(line, to_json(&line.attributes), facts),
        was_counted: false,
    }
}

/// What went wrong is held on to longest.
fn priority(level: LogLevel) -> Priority {
    if level >= LogLevel::Error {
        Priority::High
    } else {
        Priority::Usual
    }
}

/// The event. `attributes` are the line's own; of two of one name theirs stand above those of the app.
pub fn body(
    line: &LogLine,
    attributes: Map<String, Value>,
    facts: LogFacts<'_>,
) -> Map<String, Value> {
    let mut event = Map::new();
    let own = facts.global.iter().filter(|(name, _)| is_the_apps(name));
    event.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    event.extend(attributes.into_iter().filter(|(name, _)| is_the_apps(name)));
    let source = facts.common.get("source").cloned().unwrap_or_default();
    event.extend(facts.common);
    let mut set = |name: &str, value: Value| {
        event.insert(name.to_owned(), value);
    };
    set("status", json!(line.level.as_str()));
    set("message", json!(line.message));
    // The intake takes ISO 8601 and milliseconds alike; Datadog's SDK for browsers sends these.
    set("date", json!(facts.date_ms));
    let mut logger = Map::new();
    let name = line.logger_name.as_deref().unwrap_or(LOGGER);
    logger.insert("name".to_owned(), json!(name));
    logger.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    if let Some(thread) = &line.thread_name {
        logger.insert("thread_name".to_owned(), json!(thread));
    }
    set("logger", Value::Object(logger));
    if let Some(error) = error(line, &source) {
        set("error", error);
    }
    if let Some(connectivity) = facts.connectivity {
        set("network", network(connectivity));
    }
    if let Some(SpanContext {
        trace_id, span_id, ..
    }) = &line.span
    {
        set("dd.trace_id", json!(trace_id.to_string()));
        set("dd.span_id", json!(span_id.get().to_string()));
    }
    if let Some(place) = facts.place {
        set("application_id", json!(place.application_id));
        set("session_id", json!(place.session_id));
        for (name, id) in [
            ("view.id", place.view_id),
            ("user_action.id", place.action_id),
        ] {
            if let Some(id) = id {
                set(name, json!(id));
            }
        }
    }
    event
}

/// Is this a name that an attribute of the app may have on a log event?
pub fn is_the_apps(name: &str) -> bool {
    !RESERVED.contains(&name)
}

fn error(line: &LogLine, source: &Value) -> Option<Value> {
    let parts = [
        ("kind", &line.error_type),
        ("message", &line.error_message),
        ("stack", &line.error_stack),
    ];
    let mut error: Map<String, Value> = parts
        .into_iter()
        .filter_map(|(name, part)| Some((name.to_owned(), json!(part.as_ref()?))))
        .collect();
    if error.is_empty() {
        return None;
    }
    error.insert("source_type".to_owned(), source.clone());
    Some(Value::Object(error))
}

/// As dd-sdk-ios tells it; Android's SDK says the same in one word.
fn network(connectivity: &Connectivity) -> Value {
    let reachability = match connectivity.status {
        ConnectivityStatus::Connected => "yes",
        ConnectivityStatus::NotConnected => "no",
        ConnectivityStatus::Maybe => "maybe",
    };
    let interfaces = connectivity.interfaces.iter().copied();
    let interfaces: Vec<&str> = interfaces.map(ConnectivityInterface::as_str).collect();
    let mut client = Map::new();
    client.insert("reachability".to_owned(), json!(reachability));
    client.insert("available_interfaces".to_owned(), json!(interfaces));
    let carrier = [
        ("name", &connectivity.carrier_name),
        ("technology", &connectivity.cellular_technology),
    ];
    let carrier: Map<String, Value> = carrier
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))))
        .collect();
    if !carrier.is_empty() {
        client.insert("sim_carrier".to_owned(), Value::Object(carrier));
    }
    json!({ "client": client })
}

impl LogLevel {
    /// Datadog's `status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
