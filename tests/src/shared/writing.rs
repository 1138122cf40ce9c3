//! What a request leaves with.

use serde_json::{Map, Value, json};

use super::Item;
use super::adapt;
use super::json::{
    FORMATS, HOST, SPAN_ID, TRACE_ID, boolean, built, config, float, map, names, number, plan_case,
    request, text,
};
use crate::case::Case;
use crate::contradictions::key;

/// One of iOS's writers: `{"type","input":{ids, priority, injection},"headers"}`.
pub(crate) fn writer(vector: &Value, _: &Value) -> Option<Item> {
    let format = text(vector, "type")?.to_lowercase();
    let Some(&format) = FORMATS.iter().find(|known| **known == format) else {
        return Item::skipped(format!("format {format}"));
    };
    let input = vector.get("input")?;
    let kept = text(input, "sampling_priority")?.ends_with("Keep");
    let config = config(&[format], kept, text(input, "injection")?);
    written(config, &Ids::of(input)?, map(vector, "headers")?, kept)
}

/// The whole of iOS's instrumentation: `{"types","rate","injection","ids","headers" or "all_headers_exactly"}`, or headers
/// that the app has set.
pub(crate) fn end_to_end(vector: &Value, _: &Value) -> Option<Item> {
    let types = names(vector, "types")?;
    if let Some(existing) = map(vector, "existing_headers") {
        return existing_headers(vector, existing);
    }
    let formats = built(&types);
    if formats.is_empty() {
        return Item::skipped(format!("format {}", types.join(", ")));
    }
    let ids = Ids::of(vector.get("ids")?)?;
    let headers = map(vector, "all_headers_exactly").or_else(|| map(vector, "headers"))?;
    let rate = float(vector, "rate")?;
    let kept = adapt::kept(headers).unwrap_or(rate > 0.0);
    let config = json!({
        "first_party_hosts": {HOST: formats},
        "trace_sample_rate": rate,
        "trace_context_injection": text(vector, "injection")?,
    });
    written(config, &ids, headers, kept)
}

/// Identity headers stay; the adapter of baggage alone is about baggage.
fn existing_headers(vector: &Value, existing: &Map<String, Value>) -> Option<Item> {
    if existing.keys().all(|name| name == "baggage") {
        return Item::skipped("format baggage");
    }
    text(vector, "expected").filter(|expected| expected.contains("unchanged"))?;
    let plan = json!({"traced": true, "headers": {}, "trace_id": null, "span_id": null});
    let request = request(TRACE_ID, SPAN_ID, &Value::Object(existing.clone()));
    Some(Item::Cases(vec![plan_case(
        "",
        config(&FORMATS, true, "all"),
        request,
        plan,
    )]))
}

/// `{"priority","mechanism","origin","trace_id_hi_hex","tracestate","x-datadog-tags"}`.
pub(crate) fn android_tags(vector: &Value, _: &Value) -> Option<Item> {
    let high = text(vector, "trace_id_hi_hex")?;
    let priority = vector.get("priority")?.as_i64()?;
    let kept = priority > 0;
    let ids = Ids {
        trace_id: format!("{high}{}", TRACE_ID.get(16..)?),
        span_id: SPAN_ID.to_owned(),
        session_id: None,
    };
    let tags = text(vector, "x-datadog-tags")?;
    let peer = json!({
        "x-datadog-trace-id": u64::from_str_radix(TRACE_ID.get(16..)?, 16).ok()?.to_string(),
        "x-datadog-parent-id": u64::from_str_radix(SPAN_ID, 16).ok()?.to_string(),
        "x-datadog-origin": vector.get("origin"),
        "x-datadog-sampling-priority": priority.to_string(),
        "x-datadog-tags": tags,
        "traceparent": format!("00-{}-{SPAN_ID}-{}", ids.trace_id, if kept { "01" } else { "00" }),
        "tracestate": text(vector, "tracestate")?,
    });
    written(config(&FORMATS, kept, "all"), &ids, peer.as_object()?, kept)
}

/// `{"type","injection","headers"}` of a trace that is not kept; values in angle brackets stand for any.
pub(crate) fn android_not_sampled(vector: &Value, _: &Value) -> Option<Item> {
    let format = text(vector, "type")?.to_lowercase();
    let Some(&format) = FORMATS.iter().find(|known| **known == format) else {
        return Item::skipped(format!("format {format}"));
    };
    let config = config(&[format], false, &text(vector, "injection")?.to_lowercase());
    let mut names: Vec<_> = map(vector, "headers")?.keys().cloned().collect();
    let mut contradicts = Vec::new();
    if names.iter().any(|name| name == "x-datadog-trace-id")
        && !names.iter().any(|name| name == "x-datadog-sampled")
    {
        names.push("x-datadog-sampled".to_owned());
        contradicts.push(key::SAMPLED_HEADER);
    }
    names.sort();
    let plan = json!({"header_names": names, "sampled": false, "traced": !names.is_empty()});
    let case = plan_case("", config, request(TRACE_ID, SPAN_ID, &json!({})), plan);
    Some(Item::Cases(vec![Case {
        contradicts,
        ..case
    }]))
}

/// `{"input":{"trace_id","span_id","sampled"},"headers":{format: headers}}`, each set read by real services.
pub(crate) fn emit(vector: &Value, _: &Value) -> Option<Item> {
    let input = vector.get("input")?;
    let kept = boolean(input, "sampled")?;
    let ids = Ids {
        trace_id: text(input, "trace_id")?.to_owned(),
        span_id: text(input, "span_id")?.to_owned(),
        session_id: None,
    };
    let sets = vector.get("headers")?;
    let tracecontext = map(sets, "tracecontext+dd").or_else(|| map(sets, "tracecontext"));
    let mut cases = Vec::new();
    for (format, peer) in FORMATS
        .into_iter()
        .zip([map(sets, "datadog"), tracecontext])
    {
        let Some(peer) = peer else { continue };
        match written(config(&[format], kept, "all"), &ids, peer, kept)? {
            Item::Cases(found) => cases.extend(found.into_iter().map(|case| Case {
                name: format.to_owned(),
                ..case
            })),
            skipped => return Some(skipped),
        }
    }
    if cases.is_empty() {
        Item::skipped("other formats")
    } else {
        Some(Item::Cases(cases))
    }
}

struct Ids {
    trace_id: String,
    span_id: String,
    session_id: Option<String>,
}

impl Ids {
    /// `{"trace_id_hi","trace_id_lo","span_id","session_id"}`, numbers.
    fn of(value: &Value) -> Option<Self> {
        let high = number(value, "trace_id_hi")?;
        let low = number(value, "trace_id_lo")?;
        Some(Self {
            trace_id: format!("{high:016x}{low:016x}"),
            span_id: format!("{:016x}", number(value, "span_id")?),
            session_id: text(value, "session_id").map(str::to_owned),
        })
    }
}

fn written(config: Value, ids: &Ids, peer: &Map<String, Value>, kept: bool) -> Option<Item> {
    if ids.trace_id.ends_with("0000000000000000") || ids.span_id == "0000000000000000" {
        return Item::skipped(format!("0 is no id ({})", key::ZERO_ID));
    }
    let (headers, contradicts) = adapt::headers(peer, kept)?;
    let mut request = request(&ids.trace_id, &ids.span_id, &json!({}));
    if let (Some(session_id), Some(fixed)) = (
        &ids.session_id,
        request.get_mut("ids").and_then(Value::as_object_mut),
    ) {
        fixed.insert("session_id".to_owned(), session_id.as_str().into());
    }
    let plan = json!({"traced": !headers.is_empty(), "sampled": kept, "headers": headers});
    Some(Item::Cases(vec![Case {
        contradicts,
        ..plan_case("", config, request, plan)
    }]))
}
