//! What all RUM events have in common, by `rum/_common-schema.json` of rum-events-format.

use serde_json::{Map, Value, json};

use super::attributes::{Attribute, Attributes, to_json};
use super::command::{Connectivity, ConnectivityInterface, ConnectivityStatus};
use super::person::Person;
use super::session::SessionFacts;
use crate::batch::{Priority, Track};
use crate::config::{Configuration, DeviceFacts};
use crate::seams::clock::Now;
use crate::seams::entropy::Entropy;

/// Version of the event format (`_dd.format_version`, a constant of the schema).
const FORMAT_VERSION: u8 = 2;

/// An event that is ready to be stored.
#[derive(Debug)]
pub struct Event {
    /// Its type, as it tells it.
    pub kind: &'static str,
    /// Errors are kept longest.
    pub priority: Priority,
    /// The event.
    pub body: Map<String, Value>,
    /// The app's threads have counted it as recorded: it is a call that they reported.
    pub was_counted: bool,
}

impl Event {
    /// Where it goes.
    pub fn track(&self) -> Track {
        match self.kind {
            "log" => Track::Logs,
            "span" => Track::Spans,
            _ => Track::Rum,
        }
    }
}

/// What came of a command.
#[derive(Debug, Default)]
pub struct Out {
    /// Events, in order.
    pub events: Vec<Event>,
    /// What would have been one and is not, each with the reason, and whether the app's threads have counted it.
    pub dropped: Vec<(&'static str, bool)>,
    /// Attributes for which there was no room beside those that are there.
    pub left_out: u64,
}

/// What the machine may ask of the world outside.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// What the app configured, with the remote document laid over it.
    pub configuration: &'a Configuration,
    /// Where ids come from.
    pub entropy: &'a dyn Entropy,
    /// When it happened; the wall clock as it should be.
    pub now: Now,
    /// By how much the phone's wall clock was corrected for that, milliseconds.
    pub clock_offset_ms: i64,
    /// False while the user or a switch forbids it: then nothing is told that nobody asked for.
    pub may_record: bool,
    /// Names of headers that resources tell, lower-case.
    pub captured_headers: &'a [String],
    /// What events name this install by.
    pub anonymous_id: Option<&'a str>,
}

impl Env<'_> {
    /// Wall clock at a monotonic time, milliseconds.
    pub(super) fn wall_at(&self, mono_ms: u64) -> u64 {
        let ago = self.now.mono_ms.saturating_sub(mono_ms);
        let ahead = mono_ms.saturating_sub(self.now.mono_ms);
        self.now.wall_ms.saturating_sub(ago).saturating_add(ahead)
    }

    pub(super) fn uuid(&self) -> String {
        crate::seams::entropy::uuid_v4(self.entropy)
    }
}

/// What stands on every event, whatever session it belongs to.
#[derive(Debug, Default)]
pub(super) struct Phone {
    pub(super) attributes: Attributes,
    pub(super) connectivity: Option<Connectivity>,
    pub(super) is_background: bool,
}

/// What an event is made of, beside what is its own.
pub(super) struct Common<'a> {
    pub(super) env: &'a Env<'a>,
    pub(super) phone: &'a Phone,
    pub(super) session: &'a SessionFacts,
    /// UUID, name and URL.
    pub(super) view: (&'a str, &'a str, &'a str),
    /// Those of the view, and the event's own; of one name that comes twice the last counts.
    pub(super) attributes: [&'a [Attribute]; 2],
    /// Wall clock, milliseconds.
    pub(super) date: u64,
    /// What nobody else's schema has a place for.
    pub(super) own_context: Map<String, Value>,
}

/// An event of this type, without its own part.
pub(super) fn begin(kind: &'static str, common: Common<'_>) -> Map<String, Value> {
    let Common {
        env,
        phone,
        session,
        view: (view_id, view_name, view_url),
        ..
    } = common;
    let configuration = env.configuration;
    let mut event = root(env, &session.person);
    let fields = &mut event;
    set(fields, "type", Some(kind));
    set(fields, "date", Some(common.date));
    set(
        fields,
        "application",
        Some(json!({ "id": configuration.application_id })),
    );
    set(
        fields,
        "session",
        Some(json!({ "id": session.id, "type": session_type(configuration) })),
    );
    set(
        fields,
        "view",
        Some(json!({ "id": view_id, "name": view_name, "url": view_url })),
    );
    set(
        fields,
        "connectivity",
        phone.connectivity.as_ref().map(connectivity),
    );
    if let Some(test) = &configuration.synthetics_test {
        let test = json!({ "test_id": test.test_id, "result_id": test.result_id });
        set(fields, "synthetics", Some(test));
    }
    if let Some(id) = &configuration.ci_test_execution_id {
        set(fields, "ci_test", Some(json!({ "test_execution_id": id })));
    }
    set(
        fields,
        "_dd",
        Some(json!({
            "format_version": FORMAT_VERSION,
            "session": { "session_precondition": session.precondition.as_str() },
            "configuration": {
                "session_sample_rate": percent(session.sample_rate),
                "trace_sample_rate": percent(configuration.trace_sample_rate),
            },
        })),
    );
    let mut context = to_json(&phone.attributes);
    for attributes in common.attributes {
        context.extend(to_json(attributes));
    }
    let mut own = common.own_context;
    let offset = env.clock_offset_ms;
    set(&mut own, "clock_offset_ms", (offset != 0).then_some(offset));
    set(
        &mut own,
        "remote_version",
        session.remote_version.as_deref(),
    );
    if !own.is_empty() {
        set(&mut context, "handspan", Some(own));
    }
    if !context.is_empty() {
        set(fields, "context", Some(context));
    }
    event
}

/// What stands at the root of every event: log lines and spans too.
pub(super) fn root(env: &Env<'_>, person: &Person) -> Map<String, Value> {
    let configuration = env.configuration;
    let mut event = Map::new();
    let fields = &mut event;
    set(fields, "source", Some(configuration.source.as_str()));
    set(fields, "service", configuration.service.clone());
    set(fields, "version", configuration.version.clone());
    set(fields, "ddtags", Some(tags(configuration)));
    set(fields, "usr", usr(person, env.anonymous_id));
    set(fields, "account", account(person));
    set(fields, "os", os(&configuration.device));
    set(fields, "device", device(&configuration.device));
    event
}

/// A member of the event that is an object, to add to.
pub(super) fn part<'a>(
    event: &'a mut Map<String, Value>,
    name: &str,
) -> Option<&'a mut Map<String, Value>> {
    let part = event.entry(name.to_owned());
    part.or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
}

fn session_type(configuration: &Configuration) -> &'static str {
    if configuration.synthetics_test.is_some() {
        "synthetics"
    } else if configuration.ci_test_execution_id.is_some() {
        "ci_test"
    } else {
        "user"
    }
}

fn usr(person: &Person, anonymous_id: Option<&str>) -> Option<Value> {
    let mut usr = Map::new();
    if let Some(user) = person.user.as_deref() {
        usr = to_json(&user.attributes);
        set(&mut usr, "id", person.user_id.as_ref().map(|id| &*id.text));
        set(&mut usr, "name", user.name.as_deref());
        set(&mut usr, "email", user.email.as_deref());
    }
    set(&mut usr, "anonymous_id", anonymous_id);
    (!usr.is_empty()).then_some(Value::Object(usr))
}

fn account(person: &Person) -> Option<Value> {
    let id = person.account_id.as_ref()?;
    let given = person.account.as_deref()?;
    let mut account = to_json(&given.attributes);
    set(&mut account, "id", Some(&*id.text));
    set(&mut account, "name", given.name.as_deref());
    Some(Value::Object(account))
}

fn connectivity(connectivity: &Connectivity) -> Value {
    let mut fields = Map::new();
    let status = match connectivity.status {
        ConnectivityStatus::Connected => "connected",
        ConnectivityStatus::NotConnected => "not_connected",
        ConnectivityStatus::Maybe => "maybe",
    };
    set(&mut fields, "status", Some(status));
    let interfaces = connectivity.interfaces.iter().map(|kind| match kind {
        ConnectivityInterface::Bluetooth => "bluetooth",
        ConnectivityInterface::Cellular => "cellular",
        ConnectivityInterface::Ethernet => "ethernet",
        ConnectivityInterface::Wifi => "wifi",
        ConnectivityInterface::Wimax => "wimax",
        ConnectivityInterface::Mixed => "mixed",
        ConnectivityInterface::Other => "other",
        ConnectivityInterface::Unknown => "unknown",
        ConnectivityInterface::None => "none",
    });
    set(
        &mut fields,
        "interfaces",
        Some(interfaces.collect::<Value>()),
    );
    let mut cellular = Map::new();
    let technology = connectivity.cellular_technology.as_deref();
    set(&mut cellular, "technology", technology);
    set(
        &mut cellular,
        "carrier_name",
        connectivity.carrier_name.as_deref(),
    );
    set(
        &mut fields,
        "cellular",
        (!cellular.is_empty()).then_some(cellular),
    );
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
pub(super) fn whole(number: u64) -> u64 {
    number.min(i64::MAX.unsigned_abs())
}

/// Milliseconds as nanoseconds, as events tell durations.
pub(super) fn ns(ms: u64) -> u64 {
    whole(ms.saturating_mul(1_000_000))
}

fn percent(rate: f64) -> f64 {
    if rate.is_nan() {
        0.0
    } else {
        rate.clamp(0.0, 100.0)
    }
}

pub(super) fn set<V: Into<Value>>(object: &mut Map<String, Value>, name: &str, value: Option<V>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}
