//! Small readers of JSON, and the pieces that translated cases are made from.

use serde_json::{Map, Value, json};

use crate::case::{Case, Check};

/// Ids and a session for vectors that name none.
pub(crate) const TRACE_ID: &str = "6789abcd00000000a3ce929d0e0e4736";
pub(crate) const SPAN_ID: &str = "00f067aa0ba902b7";
pub(crate) const SESSION_ID: &str = "88ef85ab-7902-45f0-b93b-2def1ec3e5fe";
/// The host of requests that are not about hosts.
pub(crate) const HOST: &str = "example.com";
/// The formats that are built.
pub(crate) const FORMATS: [&str; 2] = ["datadog", "tracecontext"];

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

/// Those formats of a list that are built.
pub(crate) fn built(formats: &[String]) -> Vec<String> {
    formats
        .iter()
        .filter(|format| FORMATS.contains(&format.as_str()))
        .cloned()
        .collect()
}

/// A configuration with the one host of requests that are not about hosts.
pub(crate) fn config(formats: &[&str], kept: bool, injection: &str) -> Value {
    json!({
        "first_party_hosts": {HOST: formats},
        "trace_sample_rate": if kept { 100 } else { 0 },
        "trace_context_injection": injection,
    })
}

/// A request to that host.
pub(crate) fn request(trace_id: &str, span_id: &str, headers: &Value) -> Value {
    json!({
        "method": "GET",
        "url": format!("https://api.{HOST}/"),
        "headers": headers,
        "ids": {"trace_id": trace_id, "span_id": span_id, "session_id": SESSION_ID},
    })
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
