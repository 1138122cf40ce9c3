//! How ids are spelled: through the headers that carry them.

use serde_json::{Value, json};

use super::Item;
use super::json::{FORMATS, SPAN_ID, TRACE_ID, config, number, plan_case, request, text};
use crate::case::Case;
use crate::contradictions::key;

/// `{"hex32","decimal"}`: the decimal spelling is that of the low half.
pub(crate) fn trace_id(vector: &Value, _: &Value) -> Option<Item> {
    let (hex, decimal) = (text(vector, "hex32")?, text(vector, "decimal")?);
    if decimal == "0" {
        return zero();
    }
    Some(Item::Cases(vec![spelled(
        hex,
        SPAN_ID,
        "x-datadog-trace-id",
        decimal,
    )]))
}

/// `{"hex16","decimal"}`.
pub(crate) fn span_id(vector: &Value, _: &Value) -> Option<Item> {
    let (hex, decimal) = (text(vector, "hex16")?, text(vector, "decimal")?);
    if decimal == "0" {
        return zero();
    }
    Some(Item::Cases(vec![spelled(
        TRACE_ID,
        hex,
        "x-datadog-parent-id",
        decimal,
    )]))
}

/// `{"low64_hex","decimal"}`, which holds for both kinds of id.
pub(crate) fn hex_to_decimal(vector: &Value, _: &Value) -> Option<Item> {
    let (hex, decimal) = (text(vector, "low64_hex")?, text(vector, "decimal")?);
    if number(vector, "decimal")? == 0 {
        return zero();
    }
    let trace_id = format!("{}{hex}", TRACE_ID.get(..16)?);
    let mut cases = vec![
        spelled(&trace_id, SPAN_ID, "x-datadog-trace-id", decimal),
        spelled(TRACE_ID, hex, "x-datadog-parent-id", decimal),
    ];
    for (case, name) in cases.iter_mut().zip(["as trace id", "as span id"]) {
        case.name = name.to_owned();
    }
    Some(Item::Cases(cases))
}

fn zero() -> Option<Item> {
    Item::skipped(format!("0 is no id ({})", key::ZERO_ID))
}

/// The whole set of headers, with this one spelled as the vector says.
fn spelled(trace_id: &str, span_id: &str, name: &str, decimal: &str) -> Case {
    let low = trace_id
        .get(16..)
        .and_then(|low| u64::from_str_radix(low, 16).ok())
        .unwrap_or_default();
    let span = u64::from_str_radix(span_id, 16).unwrap_or_default();
    let mut headers = json!({
        "x-datadog-trace-id": low.to_string(),
        "x-datadog-parent-id": span.to_string(),
        "x-datadog-origin": "rum",
        "x-datadog-sampling-priority": "1",
        "x-datadog-sampled": "1",
        "x-datadog-tags": "_dd.p.dm=-1",
        "traceparent": format!("00-{trace_id}-{span_id}-01"),
        "tracestate": format!("dd=s:1;o:rum;p:{span_id};t.dm:-1"),
    });
    if let Some(headers) = headers.as_object_mut() {
        headers.insert(name.to_owned(), decimal.into());
        let high = trace_id.get(..16).unwrap_or_default();
        if high.bytes().any(|digit| digit != b'0') {
            headers.insert(
                "x-datadog-tags".to_owned(),
                format!("_dd.p.tid={high},_dd.p.dm=-1").into(),
            );
        }
    }
    plan_case(
        "",
        config(&FORMATS, true, "sampled"),
        request(trace_id, span_id, &json!({})),
        json!({"headers": headers, "trace_id": trace_id, "span_id": span_id, "sampled": true}),
    )
}
