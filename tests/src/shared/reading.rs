//! What is read from headers that the app has set.

use serde_json::{Map, Value, json};

use super::Item;
use super::json::{
    FORMATS, SPAN_ID, TRACE_ID, Verdict, config, map, number, plan_case, request, text, with,
};
use crate::case::{Case, Check};
use crate::contradictions::key;

/// `{"header","value","decision"}`: the decision alone. A header that is no identity gets ids beside it.
pub(crate) fn decision(vector: &Value, _: &Value) -> Option<Item> {
    let (name, value) = (text(vector, "header")?, text(vector, "value")?);
    let mut headers = json!({name: value});
    if name.eq_ignore_ascii_case("x-datadog-sampling-priority") {
        headers = json!({name: value, "x-datadog-trace-id": "15", "x-datadog-parent-id": "16"});
    }
    Some(read(
        &headers,
        json!({"sampled": vector.get("decision")?}),
        vec![],
    ))
}

/// One of iOS's readers: `{"headers","trace_id","span_id"}`, numbers. It takes ids of any length.
pub(crate) fn reader(vector: &Value, _: &Value) -> Option<Item> {
    let headers = vector.get("headers")?;
    let trace_id = number(vector, "trace_id").map(|id| format!("{id:032x}"));
    let sampled = match text(vector, "priority")? {
        "autoKeep" | "manualKeep" => true,
        "autoDrop" | "manualDrop" => false,
        _ => return None,
    };
    let has_length = |value: &str| {
        value
            .split('-')
            .any(|field| field.len() == 32 || field.len() == 16)
    };
    let whole = headers
        .as_object()?
        .values()
        .filter_map(Value::as_str)
        .any(has_length);
    if trace_id.is_some() && !whole {
        return Some(read(headers, malformed(), vec![key::SHORT_IDS]));
    }
    let span_id = number(vector, "span_id").map(|id| format!("{id:016x}"));
    Some(read(
        headers,
        json!({"reason": "app_headers", "trace_id": trace_id, "span_id": span_id, "sampled": sampled}),
        vec![],
    ))
}

/// `{"headers","observed":{language:{library: what it read}}}`.
pub(crate) fn observed(vector: &Value, _: &Value) -> Option<Item> {
    let headers = vector.get("headers")?;
    let named = |name: &str| {
        headers
            .as_object()
            .is_some_and(|map| map.keys().any(|key| key.eq_ignore_ascii_case(name)))
    };
    let observed = map(vector, "observed")?;
    if named("sw8") {
        return Some(read(headers, skywalking(observed), vec![]));
    }
    if text(headers, "b3").is_some_and(|value| matches!(value, "0" | "1" | "d")) {
        return Some(read(
            headers,
            json!({"reason": "app_headers", "trace_id": null, "span_id": null}),
            vec![],
        ));
    }
    let library = match (named("traceparent"), named("x-datadog-trace-id")) {
        (true, _) => "otel_w3c",
        (false, true) => "ddtrace",
        (false, false) => "otel_b3multi",
    };
    // Datadog's Python tracer is the strictest of its kind; the others must agree with each other.
    let languages: &[&str] = if library == "ddtrace" {
        &["python"]
    } else {
        &["python", "js", "rust"]
    };
    let readings: Vec<_> = languages
        .iter()
        .map(|language| {
            observed
                .get(*language)
                .and_then(|libraries| libraries.get(library))
        })
        .collect();
    match readings.first().copied().flatten() {
        None => Some(read(headers, malformed(), vec![])),
        Some(_) if readings.contains(&None) => {
            Some(read(headers, malformed(), vec![key::B3_UPPER_CASE]))
        }
        Some(reading) => {
            let sampled = reading
                .get("sampled")
                .filter(|sampled| sampled.is_boolean())
                .cloned();
            let priority = reading
                .get("priority")
                .and_then(Value::as_i64)
                .map(|priority| json!(priority > 0));
            let plan = json!({
                "reason": "app_headers",
                "trace_id": reading.get("trace_id")?,
                "span_id": reading.get("span_id")?,
                "sampled": sampled.or(priority),
            });
            Some(read(headers, plan, vec![]))
        }
    }
}

/// Its trace id is free text; only 32 hex digits can be recorded.
fn skywalking(observed: &Map<String, Value>) -> Value {
    let Some(reading) = observed
        .get("python")
        .and_then(|libraries| libraries.get("skywalking"))
    else {
        return malformed();
    };
    if reading.get("valid") != Some(&json!(true)) {
        return malformed();
    }
    let trace_id = text(reading, "trace_id")
        .filter(|id| id.len() == 32 && u128::from_str_radix(id, 16).is_ok());
    json!({"reason": "app_headers", "trace_id": trace_id, "span_id": null})
}

/// `{"b3","trace_id","span_id","state"}`; where the ids stand only in the header, they are the same.
pub(crate) fn b3_single(vector: &Value, _: &Value) -> Option<Item> {
    let value = text(vector, "b3")?;
    let mut fields = value.split('-');
    let (trace_id, span_id) = match (fields.next(), fields.next()) {
        (Some(trace), Some(span)) => (Some(trace), Some(span)),
        _ => (None, None),
    };
    let plan = json!({
        "reason": "app_headers",
        "trace_id": text(vector, "trace_id").or(trace_id),
        "span_id": text(vector, "span_id").or(span_id),
        "sampled": state(text(vector, "state")?)?,
    });
    Some(read(&json!({"b3": value}), plan, vec![]))
}

/// `{"headers","state"}`.
pub(crate) fn b3_multi(vector: &Value, _: &Value) -> Option<Item> {
    let headers = vector.get("headers")?;
    let plan = json!({
        "reason": "app_headers",
        "trace_id": text(headers, "X-B3-TraceId"),
        "span_id": text(headers, "X-B3-SpanId"),
        "sampled": state(text(vector, "state")?)?,
    });
    Some(read(headers, plan, vec![]))
}

/// `accept`, `debug`, `deny` or `defer`, perhaps with more words behind.
fn state(words: &str) -> Option<Value> {
    match words.split([' ', ',', ';']).next()? {
        "accept" | "debug" => Some(json!(true)),
        "deny" => Some(json!(false)),
        "defer" => Some(Value::Null),
        _ => None,
    }
}

/// `{"x-datadog-tags","valid"}`: a `_dd.p.tid` that is not valid leaves 64 bits.
pub(crate) fn tid(vector: &Value, _: &Value) -> Option<Item> {
    let tags = text(vector, "x-datadog-tags")?;
    let valid = vector.get("valid")?.as_bool()?;
    let high = tags
        .split(',')
        .find_map(|tag| tag.strip_prefix("_dd.p.tid="))?;
    let high = if valid { high } else { "0000000000000000" };
    let headers =
        json!({"x-datadog-trace-id": "15", "x-datadog-parent-id": "16", "x-datadog-tags": tags});
    let plan = json!({"reason": "app_headers", "trace_id": format!("{high}000000000000000f"), "span_id": "0000000000000010"});
    Some(read(&headers, plan, vec![]))
}

/// `{"traceparent_sampled","tracestate_s","result"}`: what a service makes of two words about one trace.
pub(crate) fn reconciled(vector: &Value, _: &Value) -> Option<Item> {
    let flag = number(vector, "traceparent_sampled")?;
    let mut headers = json!({"traceparent": format!("00-{TRACE_ID}-{SPAN_ID}-{flag:02}")});
    if let Some(priority) = vector.get("tracestate_s")?.as_i64() {
        headers = with(headers, "tracestate", format!("dd=s:{priority}"));
    }
    let plan = json!({
        "reason": "app_headers",
        "trace_id": TRACE_ID,
        "span_id": SPAN_ID,
        "sampled": vector.get("result")?.as_i64()? > 0,
    });
    Some(read(&headers, plan, vec![]))
}

/// A `dd=` member that services wrote: it must give way to ours.
pub(crate) fn dd_member(vector: &Value, _: &Value) -> Option<Item> {
    let member = vector.as_str()?;
    let headers = json!({"tracestate": format!("{member},congo=1")});
    let plan = json!({
        "reason": "traced",
        "headers": {
            "traceparent": format!("00-{TRACE_ID}-{SPAN_ID}-01"),
            "tracestate": format!("dd=s:1;o:rum;p:{SPAN_ID};t.dm:-1,congo=1"),
        },
    });
    let request = request(&headers);
    Some(Item::Cases(vec![plan_case(
        "",
        config(&["tracecontext"], Verdict::Kept, "sampled"),
        request,
        plan,
    )]))
}

/// `{"in","set":{key: value},"out"}`; the order of `out` is that of the members.
pub(crate) fn merge(vector: &Value, _: &Value) -> Option<Item> {
    let merged = text(vector, "out")?;
    let set = map(vector, "set")?;
    let mut members: Vec<(String, String)> = set
        .iter()
        .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect::<Option<_>>()?;
    members.sort_by_key(|(key, _)| merged.find(&format!("{key}=")));
    let check = Check::Merge {
        incoming: text(vector, "in")?.to_owned(),
        members,
        merged: merged.to_owned(),
    };
    Some(Item::Cases(vec![Case::new("", check)]))
}

/// What follows where nothing can be read.
pub(crate) fn malformed() -> Value {
    json!({"reason": "app_headers_malformed", "trace_id": null, "span_id": null, "sampled": null})
}

pub(crate) fn read(headers: &Value, plan: Value, contradicts: Vec<&'static str>) -> Item {
    Item::Cases(vec![Case {
        contradicts,
        ..read_case(headers, plan)
    }])
}

/// A request that carries these headers already: they stay, and nothing is added.
pub(crate) fn read_case(headers: &Value, plan: Value) -> Case {
    let plan = with(with(plan, "traced", true), "headers", json!({}));
    plan_case(
        "",
        config(&FORMATS, Verdict::Kept, "sampled"),
        request(headers),
        plan,
    )
}
