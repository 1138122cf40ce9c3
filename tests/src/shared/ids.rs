//! How ids are spelled: through the headers that carry them.

use serde_json::{Value, json};

use super::Item;
use super::json::{FORMATS, Ids, SPAN_ID, TRACE_ID, Verdict, config, plan_case, text};
use crate::case::{Case, Check};
use crate::contradictions::key;

/// `{"hex32","decimal"}`: the decimal spelling is that of the low half.
pub(crate) fn trace_id(vector: &Value, _: &Value) -> Option<Item> {
    let (hex, decimal) = (text(vector, "hex32")?, text(vector, "decimal")?);
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

/// 0 can be spelled, and is refused.
pub(crate) fn refused_zero(field: &str, ids: &Ids) -> Case {
    let check = Check::RefusedRequest {
        request: ids.request(&json!({})),
        field: field.to_owned(),
    };
    Case {
        contradicts: vec![key::ZERO_ID],
        ..Case::new("", check)
    }
}

/// The whole set of headers, with this one spelled as the vector says.
fn spelled(trace_id: &str, span_id: &str, name: &str, decimal: &str) -> Case {
    let ids = Ids {
        trace_id: trace_id.to_owned(),
        span_id: span_id.to_owned(),
        ..Ids::default()
    };
    if let Some(field) = ids.zero() {
        return refused_zero(field, &ids);
    }
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
        config(&FORMATS, Verdict::Kept, "sampled"),
        ids.request(&json!({})),
        json!({"headers": headers, "trace_id": trace_id, "span_id": span_id, "sampled": true}),
    )
}
