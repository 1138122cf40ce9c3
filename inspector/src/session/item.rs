//! One thing that happened in a session, read field by field: a damaged field is missing, the rest still shows.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::facts::Facts;
use crate::check::Problem;
use crate::ids::{SpanId, TraceId};
use crate::span::bounded;

/// How many action ids, frustrations and timings of an item are kept: far more than an event has.
const LISTED: usize = 32;

/// The phases of a resource, in the order in which they come.
const PHASES: [&str; 6] = [
    "redirect",
    "dns",
    "connect",
    "ssl",
    "first_byte",
    "download",
];

/// What a view counts of its own.
const COUNTED: [&str; 7] = [
    "action",
    "error",
    "crash",
    "long_task",
    "frozen_frame",
    "resource",
    "frustration",
];

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    View,
    Action,
    Resource,
    Error,
    LongTask,
    Vital,
    /// A line of a log.
    Log,
    /// A span of the app's own.
    Span,
    /// A RUM event of a type that is not known here.
    Other,
}

impl Kind {
    fn of(kind: &str) -> Self {
        match kind {
            "view" => Self::View,
            "action" => Self::Action,
            "resource" => Self::Resource,
            "error" => Self::Error,
            "long_task" => Self::LongTask,
            "vital" => Self::Vital,
            _ => Self::Other,
        }
    }

    /// Its name in the API and in a search.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Action => "action",
            Self::Resource => "resource",
            Self::Error => "error",
            Self::LongTask => "long_task",
            Self::Vital => "vital",
            Self::Log => "log",
            Self::Span => "span",
            Self::Other => "other",
        }
    }
}

/// An item and what it says of its session.
#[derive(Debug)]
pub(crate) struct Told {
    /// As it came, whatever it is.
    pub(crate) session_id: Option<String>,
    pub(crate) facts: Facts,
    pub(crate) item: Item,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    #[serde(skip)]
    pub(crate) view: ViewName,
    /// What actions, errors, resources, long tasks and vitals have as `id`.
    pub(crate) own_id: Option<String>,
    /// The actions that caused it.
    pub(crate) actions: Vec<String>,
    /// When it began, milliseconds since the epoch.
    pub(crate) date: Option<f64>,
    pub(crate) duration_ns: Option<u64>,
    /// What a person calls it: a name, a URL, a message.
    pub(crate) label: String,
    /// What kind of its kind: a method, `tap`, an error's class, a log's level.
    pub(crate) word: Option<String>,
    pub(crate) status_code: Option<u64>,
    /// It did not end as it should.
    pub(crate) failed: bool,
    pub(crate) is_crash: bool,
    pub(crate) is_frozen_frame: bool,
    pub(crate) frustrations: Vec<String>,
    pub(crate) phases: Vec<Phase>,
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) span_id: Option<SpanId>,
    pub(crate) parent_span_id: Option<SpanId>,
    /// Of a view: its last state.
    #[serde(skip)]
    pub(crate) state: Option<Box<ViewState>>,
    /// The number of the request among `GET /api/requests`.
    pub(crate) request: Option<String>,
    /// What is wrong with the event.
    pub(crate) problems: Vec<Problem>,
    /// The line as it came.
    #[serde(skip)]
    pub(crate) raw: Box<str>,
}

/// The view that an item names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ViewName {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
}

/// What a `view` event says of its view.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ViewState {
    pub(crate) document_version: Option<u64>,
    pub(crate) time_spent_ns: Option<u64>,
    pub(crate) is_active: Option<bool>,
    referrer: Option<String>,
    loading_time_ns: Option<u64>,
    loading_type: Option<String>,
    network_settled_ns: Option<u64>,
    interaction_to_next_view_ns: Option<u64>,
    /// What the event counts, which may be more than has arrived.
    told: BTreeMap<&'static str, u64>,
    /// Nanoseconds from the view's start.
    custom_timings: BTreeMap<String, u64>,
}

/// A phase of a resource, nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Phase {
    name: &'static str,
    start: u64,
    duration: u64,
}

impl Item {
    /// About how many bytes it holds: what is read out of the line is never more text than the line.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>()
            + 2 * self.raw.len()
            + self.problems.len() * size_of::<Problem>()
            + self.problems.iter().map(Problem::size).sum::<usize>()
    }

    /// When it ended, milliseconds since the epoch.
    pub(super) fn end(&self) -> Option<f64> {
        let state = self.state.as_ref();
        let length = self
            .duration_ns
            .or_else(|| state.and_then(|state| state.time_spent_ns));
        Some(self.date? + length.unwrap_or_default() as f64 / 1e6)
    }

    /// A span of the app's own: its name, how long it took, and whether it failed.
    pub(crate) fn as_span(&mut self, name: &str, duration_ns: u64, failed: bool) {
        self.kind = Kind::Span;
        self.label = bounded(name);
        self.duration_ns = Some(duration_ns);
        self.failed = failed;
    }

    /// Nothing of it is known yet but its kind and how it came.
    pub(super) fn bare(kind: Kind, raw: &str) -> Self {
        Self {
            kind,
            view: ViewName::default(),
            own_id: None,
            actions: Vec::new(),
            date: None,
            duration_ns: None,
            label: String::new(),
            word: None,
            status_code: None,
            failed: false,
            is_crash: false,
            is_frozen_frame: false,
            frustrations: Vec::new(),
            phases: Vec::new(),
            trace_id: None,
            span_id: None,
            parent_span_id: None,
            state: None,
            request: None,
            problems: Vec::new(),
            raw: raw.into(),
        }
    }
}

impl Told {
    /// Reads a RUM event.
    pub(crate) fn rum(event: &Value, raw: &str, problems: Vec<Problem>) -> Self {
        let type_name = text(event, "/type").unwrap_or_default();
        let kind = Kind::of(&type_name);
        let (label, word) = names(kind, &type_name, event);
        let status_code = number(event, "/resource/status_code");
        let own = |member: &str| text(event, &format!("/{type_name}/{member}"));
        let error = kind == Kind::Error;
        let item = Item {
            view: ViewName::read(event),
            own_id: own("id"),
            actions: actions(kind, event),
            date: event
                .get("date")
                .and_then(Value::as_f64)
                .filter(|date| date.is_finite()),
            duration_ns: whole(event, &format!("/{type_name}/duration"))
                .or_else(|| whole(event, "/action/loading_time")),
            label,
            word,
            status_code,
            failed: error
                || status_code.is_some_and(|status| status >= 400)
                || event.pointer("/context/handspan/error").is_some()
                || event.pointer("/vital/failure_reason").is_some(),
            is_crash: error && flag(event, "/error/is_crash"),
            is_frozen_frame: flag(event, "/long_task/is_frozen_frame"),
            frustrations: texts(event.pointer("/action/frustration/type")),
            phases: phases(event),
            trace_id: event
                .pointer("/_dd/trace_id")
                .and_then(Value::as_str)
                .and_then(TraceId::from_hex),
            span_id: decimal(event, "/_dd/span_id"),
            parent_span_id: decimal(event, "/_dd/parent_span_id"),
            state: (kind == Kind::View).then(|| Box::new(ViewState::read(event))),
            problems,
            ..Item::bare(kind, raw)
        };
        Self {
            session_id: text(event, "/session/id"),
            facts: Facts::read(event),
            item,
        }
    }
}

impl ViewName {
    fn read(event: &Value) -> Self {
        Self {
            id: text(event, "/view/id"),
            name: text(event, "/view/name"),
            url: text(event, "/view/url"),
        }
    }
}

impl ViewState {
    fn read(event: &Value) -> Self {
        let told = COUNTED
            .into_iter()
            .filter_map(|name| Some((name, number(event, &format!("/view/{name}/count"))?)));
        let timings = event
            .pointer("/view/custom_timings")
            .and_then(Value::as_object);
        Self {
            document_version: number(event, "/_dd/document_version"),
            time_spent_ns: whole(event, "/view/time_spent"),
            is_active: event.pointer("/view/is_active").and_then(Value::as_bool),
            referrer: text(event, "/view/referrer"),
            loading_time_ns: whole(event, "/view/loading_time"),
            loading_type: text(event, "/view/loading_type"),
            network_settled_ns: whole(event, "/view/network_settled_time"),
            interaction_to_next_view_ns: whole(event, "/view/interaction_to_next_view_time"),
            told: told.collect(),
            custom_timings: timings
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((bounded(name), value.as_u64()?)))
                .take(LISTED)
                .collect(),
        }
    }
}

fn names(kind: Kind, type_name: &str, event: &Value) -> (String, Option<String>) {
    let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| text(event, pointer));
    let (label, word) = match kind {
        Kind::View => (first(&["/view/name", "/view/url"]), None),
        Kind::Action => (
            first(&["/action/target/name", "/action/type"]),
            first(&["/action/type"]),
        ),
        Kind::Resource => (first(&["/resource/url"]), first(&["/resource/method"])),
        Kind::Error => (
            first(&["/error/message", "/error/type"]),
            first(&["/error/type", "/error/source"]),
        ),
        Kind::LongTask if flag(event, "/long_task/is_frozen_frame") => {
            (Some("frozen frame".to_owned()), None)
        }
        Kind::LongTask => (Some("long task".to_owned()), None),
        Kind::Vital => (
            first(&["/vital/name", "/vital/app_launch_metric", "/vital/type"]),
            first(&["/vital/step_type", "/vital/type"]),
        ),
        Kind::Log | Kind::Span | Kind::Other => (Some(bounded(type_name)), None),
    };
    (label.unwrap_or_default(), word)
}

/// An event's `action.id` names what caused it; an action's is its own.
fn actions(kind: Kind, event: &Value) -> Vec<String> {
    if kind == Kind::Action {
        return Vec::new();
    }
    texts(event.pointer("/action/id"))
}

fn phases(event: &Value) -> Vec<Phase> {
    let phase = |name: &'static str| {
        Some(Phase {
            name,
            start: whole(event, &format!("/resource/{name}/start"))?,
            duration: whole(event, &format!("/resource/{name}/duration"))?,
        })
    };
    PHASES.into_iter().filter_map(phase).collect()
}

/// A text or a list of texts.
fn texts(value: Option<&Value>) -> Vec<String> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let found = list.iter().filter_map(Value::as_str);
    found.take(LISTED).map(bounded).collect()
}

pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(bounded)
}

pub(super) fn number(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer)?.as_u64()
}

/// A number of nanoseconds; a vital's may have a fraction.
fn whole(value: &Value, pointer: &str) -> Option<u64> {
    let number = value.pointer(pointer)?;
    let fraction = || number.as_f64().filter(|number| *number >= 0.0);
    number
        .as_u64()
        .or_else(|| fraction().map(|number| number as u64))
}

fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool) == Some(true)
}

fn decimal(value: &Value, pointer: &str) -> Option<SpanId> {
    SpanId::from_decimal(value.pointer(pointer)?.as_str()?)
}
