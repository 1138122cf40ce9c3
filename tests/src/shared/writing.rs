//! What a request leaves with.

use serde_json::{Map, Value, json};

use super::Item;
use super::ids::refused_zero;
use super::json::{
    FORMATS, Ids, SPAN_ID, TRACE_ID, Verdict, config, float, map, names, plan_case, request, text,
    with,
};
use super::{adapt, baggage};
use crate::case::Case;
use crate::contradictions::key;

/// The formats that carry a trace.
const CARRIERS: [&str; 5] = ["datadog", "tracecontext", "b3", "b3multi", "sw8"];

/// One of iOS's writers: `{"type","input":{ids, priority, injection},"headers"}`. What is kept by hand is forced here.
pub(crate) fn writer(vector: &Value, _: &Value) -> Option<Item> {
    let format = carrier(text(vector, "type")?)?;
    let input = vector.get("input")?;
    let verdict = match text(input, "sampling_priority")? {
        "autoKeep" => Verdict::Kept,
        "manualKeep" => Verdict::Forced,
        "autoDrop" | "manualDrop" => Verdict::NotKept,
        _ => return None,
    };
    let peer = map(vector, "headers")?;
    let config = config(
        &formats(&[format], peer),
        verdict,
        text(input, "injection")?,
    );
    written(config, &Ids::of(input)?, peer, verdict)
}

/// The whole of iOS's instrumentation: `{"types","rate","injection","ids","headers" or "all_headers_exactly"}`, or headers
/// that the app has set.
pub(crate) fn end_to_end(vector: &Value, _: &Value) -> Option<Item> {
    let types = names(vector, "types")?;
    let types: Vec<&str> = types
        .iter()
        .map(|name| carrier(name))
        .collect::<Option<_>>()?;
    if let Some(existing) = map(vector, "existing_headers") {
        return existing_headers(vector, &types, existing);
    }
    let peer = map(vector, "all_headers_exactly").or_else(|| map(vector, "headers"))?;
    let rate = float(vector, "rate")?;
    let verdict = adapt::verdict(peer).unwrap_or(if rate > 0.0 {
        Verdict::Kept
    } else {
        Verdict::NotKept
    });
    let config = config(&formats(&types, peer), verdict, text(vector, "injection")?);
    let config = with(config, "trace_sample_rate", rate);
    written(config, &Ids::of(vector.get("ids")?)?, peer, verdict)
}

/// Identity headers stay whole; baggage alone is merged with ours.
fn existing_headers(vector: &Value, types: &[&str], existing: &Map<String, Value>) -> Option<Item> {
    if existing.len() == 1
        && let Some(previous) = existing.get("baggage").and_then(Value::as_str)
    {
        return baggage::existing(vector, previous);
    }
    text(vector, "expected").filter(|expected| expected.contains("unchanged"))?;
    let plan = json!({"traced": true, "headers": {}, "trace_id": null, "span_id": null});
    let request = request(&Value::Object(existing.clone()));
    let config = config(&formats(types, existing), Verdict::Kept, "all");
    Some(Item::Cases(vec![plan_case("", config, request, plan)]))
}

/// `{"priority","mechanism","origin","trace_id_hi_hex","tracestate","x-datadog-tags"}`.
pub(crate) fn android_tags(vector: &Value, _: &Value) -> Option<Item> {
    let high = text(vector, "trace_id_hi_hex")?;
    let priority = vector.get("priority")?.as_i64()?;
    let verdict = Verdict::of_priority(priority)?;
    let ids = Ids {
        trace_id: format!("{high}{}", TRACE_ID.get(16..)?),
        ..Ids::default()
    };
    let peer = json!({
        "x-datadog-trace-id": u64::from_str_radix(TRACE_ID.get(16..)?, 16).ok()?.to_string(),
        "x-datadog-parent-id": u64::from_str_radix(SPAN_ID, 16).ok()?.to_string(),
        "x-datadog-origin": vector.get("origin"),
        "x-datadog-sampling-priority": priority.to_string(),
        "x-datadog-tags": text(vector, "x-datadog-tags")?,
        "traceparent": format!("00-{}-{SPAN_ID}-0{}", ids.trace_id, verdict.flag()),
        "tracestate": text(vector, "tracestate")?,
    });
    let config = config(&FORMATS, verdict, "all");
    written(config, &ids, peer.as_object()?, verdict)
}

/// `{"type","injection","headers"}` of a trace that is not kept; values in angle brackets stand for any.
pub(crate) fn android_not_sampled(vector: &Value, _: &Value) -> Option<Item> {
    let format = carrier(text(vector, "type")?)?;
    let injection = text(vector, "injection")?.to_lowercase();
    let config = config(&[format], Verdict::NotKept, &injection);
    let peer = map(vector, "headers")?;
    if !peer.values().any(is_placeholder) {
        return written(config, &Ids::default(), peer, Verdict::NotKept);
    }
    let mut names: Vec<&str> = peer.keys().map(String::as_str).collect();
    let mut contradicts = Vec::new();
    if format == "datadog" && !names.contains(&"x-datadog-sampled") {
        names.push("x-datadog-sampled");
        contradicts.push(key::SAMPLED_HEADER);
    }
    names.sort_unstable();
    let plan = json!({"header_names": names, "sampled": false, "traced": true});
    let request = request(&json!({}));
    Some(Item::Cases(vec![Case {
        contradicts,
        ..plan_case("", config, request, plan)
    }]))
}

fn is_placeholder(value: &Value) -> bool {
    value.as_str().is_some_and(|value| value.starts_with('<'))
}

/// `{"b3":"<32 hex>-<16 hex>-1", …}`: how both forms are spelled.
pub(crate) fn android_b3(vector: &Value, _: &Value) -> Option<Item> {
    let filled = |text: &str| {
        text.replace("<32 hex>", TRACE_ID)
            .replace("<16 hex>", SPAN_ID)
    };
    let peer: Map<String, Value> = vector
        .as_object()?
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?)))
        .filter(|(name, value)| *name != "kind" && *value != "never sent")
        .map(|(name, value)| (name.clone(), filled(value).into()))
        .collect();
    let config = config(&["b3", "b3multi"], Verdict::Kept, "sampled");
    written(config, &Ids::default(), &peer, Verdict::Kept)
}

/// A format of this name, in any case.
pub(crate) fn carrier(name: &str) -> Option<&'static str> {
    CARRIERS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// These formats, and baggage where the peer's headers hold it.
fn formats<'a>(carriers: &[&'a str], peer: &Map<String, Value>) -> Vec<&'a str> {
    let mut formats = carriers.to_vec();
    if peer.contains_key("baggage") {
        formats.push("baggage");
    }
    formats
}

fn written(config: Value, ids: &Ids, peer: &Map<String, Value>, verdict: Verdict) -> Option<Item> {
    let case = written_case(config, ids, None, peer, verdict)?;
    Some(Item::Cases(vec![case]))
}

/// What a peer writes of a trace, and what we write of it. `url`: where the usual one does not serve.
pub(crate) fn written_case(
    config: Value,
    ids: &Ids,
    url: Option<&str>,
    peer: &Map<String, Value>,
    verdict: Verdict,
) -> Option<Case> {
    if let Some(field) = ids.zero() {
        return Some(refused_zero(field, ids));
    }
    let adapted = adapt::headers(peer, ids, verdict)?;
    let mut request = ids.request(&json!({}));
    if let Some(url) = url {
        request = with(request, "url", url);
    }
    if verdict == Verdict::Forced {
        request = with(request, "keep", true);
    }
    let plan = json!({
        "traced": !adapted.headers.is_empty(),
        "sampled": verdict.kept(),
        "headers": adapted.headers,
    });
    Some(Case {
        contradicts: adapted.contradicts,
        ..plan_case("", config, request, plan)
    })
}
