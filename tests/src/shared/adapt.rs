//! A peer's headers as we write them: the same values, our spelling. Each difference is named.

use serde_json::{Map, Value};

use super::json::text;
use crate::contradictions::key;

/// Headers of the formats that are built, in our spelling, and the differences.
pub(crate) fn headers(
    peer: &Map<String, Value>,
    kept: bool,
) -> Option<(Map<String, Value>, Vec<&'static str>)> {
    let mut ours = Map::new();
    let mut differences = Vec::new();
    let value = |name: &str| peer.get(name).and_then(Value::as_str);
    if let Some(trace_id) = value("x-datadog-trace-id") {
        let mut set =
            |name: &str, value: String| ours.insert(name.to_owned(), Value::String(value));
        set("x-datadog-trace-id", trace_id.to_owned());
        set(
            "x-datadog-parent-id",
            value("x-datadog-parent-id")?.to_owned(),
        );
        set("x-datadog-origin", "rum".to_owned());
        note(
            value("x-datadog-origin") != Some("rum"),
            key::ORIGIN,
            &mut differences,
        );
        let flag = if kept { "1" } else { "0" };
        set("x-datadog-sampling-priority", flag.to_owned());
        note(
            value("x-datadog-sampling-priority") != Some(flag),
            key::PRIORITY,
            &mut differences,
        );
        set("x-datadog-sampled", flag.to_owned());
        note(
            value("x-datadog-sampled").is_none(),
            key::SAMPLED_HEADER,
            &mut differences,
        );
        if let Some(tags) = tags(
            value("x-datadog-tags").unwrap_or_default(),
            kept,
            &mut differences,
        ) {
            set("x-datadog-tags", tags);
        }
    }
    if let Some(traceparent) = value("traceparent") {
        ours.insert(
            "traceparent".to_owned(),
            Value::String(traceparent.to_owned()),
        );
        let span = traceparent.split('-').nth(2)?;
        let tracestate = tracestate(value("tracestate"), span, kept, &mut differences)?;
        ours.insert("tracestate".to_owned(), Value::String(tracestate));
    }
    Some((ours, differences))
}

/// The tags with the peer's high half; None where there is nothing to tell.
pub(crate) fn tags(peer: &str, kept: bool, differences: &mut Vec<&'static str>) -> Option<String> {
    let find = |key: &str| peer.split(',').find_map(|tag| tag.strip_prefix(key));
    let tid = find("_dd.p.tid=").map(|tid| format!("{tid:0>16}"));
    let tid = tid.filter(|tid| tid.bytes().any(|digit| digit != b'0'));
    note(
        find("_dd.p.tid=").is_some_and(|tid| tid.len() != 16),
        key::TID_PADDING,
        differences,
    );
    note(
        kept && find("_dd.p.dm=") != Some("-1"),
        key::MECHANISM,
        differences,
    );
    note(
        peer.starts_with("_dd.p.dm=") && tid.is_some(),
        key::TAGS_ORDER,
        differences,
    );
    let tid = tid.map(|tid| format!("_dd.p.tid={tid}"));
    let mechanism = kept.then(|| "_dd.p.dm=-1".to_owned());
    let tags: Vec<String> = [tid, mechanism].into_iter().flatten().collect();
    (!tags.is_empty()).then(|| tags.join(","))
}

/// Our member with the peer's span id and decision; None when the peer's member contradicts its own `traceparent`.
fn tracestate(
    peer: Option<&str>,
    span: &str,
    kept: bool,
    differences: &mut Vec<&'static str>,
) -> Option<String> {
    let flag = u8::from(kept);
    let mechanism = if kept { ";t.dm:-1" } else { "" };
    let ours = format!("dd=s:{flag};o:rum;p:{span}{mechanism}");
    let Some(peer) = peer else {
        note(true, key::UNLISTED, differences);
        return Some(ours);
    };
    let member = peer
        .split(',')
        .find_map(|member| member.strip_prefix("dd="))?;
    let part = |name: &str| member.split(';').find_map(|part| part.strip_prefix(name));
    if part("p:").is_some_and(|parent| parent != span) {
        return None;
    }
    note(part("o:") != Some("rum"), key::ORIGIN, differences);
    note(
        kept && part("t.dm:") != Some("-1"),
        key::MECHANISM,
        differences,
    );
    note(
        !member.starts_with("s:"),
        key::TRACESTATE_ORDER,
        differences,
    );
    Some(ours)
}

/// Was the trace kept, by the headers themselves?
pub(crate) fn kept(headers: &Map<String, Value>) -> Option<bool> {
    let headers = Value::Object(headers.clone());
    if let Some(priority) = text(&headers, "x-datadog-sampling-priority") {
        return priority.parse::<i32>().ok().map(|priority| priority > 0);
    }
    text(&headers, "traceparent").map(|traceparent| traceparent.ends_with('1'))
}

fn note(differs: bool, key: &'static str, differences: &mut Vec<&'static str>) {
    if differs && !differences.contains(&key) {
        differences.push(key);
    }
}
