//! Small readers of JSON, and the pieces that translated cases are made from.

use serde_json::{Map, Value, json};

use crate::case::{Case, Check};

/// Ids and a session for vectors that name none.
pub(crate) const TRACE_ID: &str = "6789abcd00000000a3ce929d0e0e4736";
pub(crate) const SPAN_ID: &str = "00f067aa0ba902b7";
pub(crate) const SESSION_ID: &str = "88ef85ab-7902-45f0-b93b-2def1ec3e5fe";
/// The host of requests that are not about hosts.
pub(crate) const HOST: &str = "example.com";
/// The formats of requests that are not about formats: those of a host that names none.
pub(crate) const FORMATS: [&str; 2] = ["datadog", "tracecontext"];

/// What was decided about a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    NotKept,
    Kept,
    /// Somebody asked for it.
    Forced,
}

impl Verdict {
    pub(crate) fn kept(self) -> bool {
        self != Self::NotKept
    }

    /// `1` or `0`.
    pub(crate) fn flag(self) -> &'static str {
        if self.kept() { "1" } else { "0" }
    }

    /// Datadog's priority.
    pub(crate) fn priority(self) -> &'static str {
        match self {
            Self::NotKept => "0",
            Self::Kept => "1",
            Self::Forced => "2",
        }
    }

    /// Of a Datadog priority that we write, too.
    pub(crate) fn of_priority(priority: i64) -> Option<Self> {
        match priority {
            0 => Some(Self::NotKept),
            1 => Some(Self::Kept),
            2 => Some(Self::Forced),
            _ => None,
        }
    }

    /// Who decided, in Datadog's spelling; nobody tells of a trace that is not kept.
    pub(crate) fn maker(self) -> Option<&'static str> {
        match self {
            Self::NotKept => None,
            Self::Kept => Some("-1"),
            Self::Forced => Some("-4"),
        }
    }
}

/// A list's vectors with their places; anything else is one vector.
pub(crate) fn each(section: &Value) -> Vec<(String, &Value)> {
    match section.as_array() {
        Some(list) => list
            .iter()
            .enumerate()
            .map(|(at, value)| (format!("[{at}]"), value))
            .collect(),
        None => vec![(String::new(), section)],
    }
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

pub(crate) fn boolean(value: &Value, key: &str) -> Option<bool> {
    value.get(key).and_then(Value::as_bool)
}

pub(crate) fn float(value: &Value, key: &str) -> Option<f64> {
    value.get(key).and_then(Value::as_f64)
}

pub(crate) fn map<'a>(value: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    value.get(key).and_then(Value::as_object)
}

/// A number, written as one or in decimal digits.
pub(crate) fn number(value: &Value, key: &str) -> Option<u64> {
    let value = value.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A list of names, lower-case.
pub(crate) fn names(value: &Value, key: &str) -> Option<Vec<String>> {
    let list = value.get(key)?.as_array()?;
    list.iter()
        .map(|name| name.as_str().map(str::to_lowercase))
        .collect()
}

/// A value with one more field, or another value in it.
pub(crate) fn with(mut value: Value, key: &str, field: impl Into<Value>) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), field.into());
    }
    value
}

/// The names of the headers that formats write of a kept trace, sorted.
pub(crate) fn header_names(formats: &[String]) -> Vec<&'static str> {
    let of = |format: &String| -> &[&'static str] {
        match format.as_str() {
            "datadog" => &[
                "x-datadog-origin",
                "x-datadog-parent-id",
                "x-datadog-sampled",
                "x-datadog-sampling-priority",
                "x-datadog-tags",
                "x-datadog-trace-id",
            ],
            "tracecontext" => &["traceparent", "tracestate"],
            "b3" => &["b3"],
            "b3multi" => &["x-b3-sampled", "x-b3-spanid", "x-b3-traceid"],
            "sw8" => &["sw8"],
            "baggage" => &["baggage"],
            _ => &[],
        }
    };
    let mut names: Vec<_> = formats.iter().flat_map(of).copied().collect();
    names.sort_unstable();
    names
}

/// A configuration with the one host of requests that are not about hosts. A rate of 0 keeps nothing but what is forced.
pub(crate) fn config(formats: &[&str], verdict: Verdict, injection: &str) -> Value {
    json!({
        "first_party_hosts": {HOST: formats},
        "trace_sample_rate": if verdict == Verdict::Kept { 100 } else { 0 },
        "trace_context_injection": injection,
    })
}

/// Ids of a request, the usual ones by default.
pub(crate) struct Ids {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) session_id: String,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            trace_id: TRACE_ID.to_owned(),
            span_id: SPAN_ID.to_owned(),
            session_id: SESSION_ID.to_owned(),
        }
    }
}

impl Ids {
    /// `{"trace_id_hi","trace_id_lo","span_id","session_id"}`, numbers.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let high = number(value, "trace_id_hi")?;
        let low = number(value, "trace_id_lo")?;
        Some(Self {
            trace_id: format!("{high:016x}{low:016x}"),
            span_id: format!("{:016x}", number(value, "span_id")?),
            session_id: text(value, "session_id").unwrap_or(SESSION_ID).to_owned(),
        })
    }

    pub(crate) fn in_session(session_id: &str) -> Self {
        Self {
            session_id: session_id.to_owned(),
            ..Self::default()
        }
    }

    /// The id that is 0, by its field; of a trace id the low half counts.
    pub(crate) fn zero(&self) -> Option<&'static str> {
        let zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
        if zero(self.trace_id.get(16..).unwrap_or_default()) {
            Some("trace_id")
        } else {
            zero(&self.span_id).then_some("span_id")
        }
    }

    /// A request to the one host of requests that are not about hosts.
    pub(crate) fn request(&self, headers: &Value) -> Value {
        json!({
            "method": "GET",
            "url": format!("https://api.{HOST}/"),
            "headers": headers,
            "ids": {
                "trace_id": self.trace_id,
                "span_id": self.span_id,
                "session_id": self.session_id,
            },
        })
    }
}

/// A request of the usual ids.
pub(crate) fn request(headers: &Value) -> Value {
    Ids::default().request(headers)
}

/// A plan case; `name` only counts where one vector makes several.
pub(crate) fn plan_case(name: &str, config: Value, request: Value, plan: Value) -> Case {
    let plan = plan.as_object().cloned().unwrap_or_default();
    Case::new(
        name,
        Check::Plan {
            config,
            request,
            plan,
        },
    )
}
