//! What the Collector's file exporter writes: an OTLP request in JSON a line.

use std::collections::BTreeMap;

use serde_json::Value;

/// Attributes by name; whole numbers are text in OTLP's JSON, and are read as numbers.
pub(crate) type Attributes = BTreeMap<String, Value>;

/// A span with its resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    /// 3 is a client, 2 a server.
    pub(crate) kind: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// 2 is an error.
    pub(crate) status: u64,
    pub(crate) message: String,
    pub(crate) attributes: Attributes,
    pub(crate) resource: Attributes,
    pub(crate) scope: String,
}

/// A log record with its resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) event_name: String,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) time: u64,
    pub(crate) attributes: Attributes,
    pub(crate) resource: Attributes,
}

/// All of it, ordered by ids and URLs, not by arrival.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) spans: Vec<Span>,
    pub(crate) records: Vec<Record>,
}

impl Output {
    pub(crate) fn read(files: &[String]) -> Self {
        let mut output = Self::default();
        // The last line of a file may still be on its way.
        let whole = |text: &'_ String| text.rfind('\n').map_or(0, |end| end);
        for line in files.iter().flat_map(|text| text[..whole(text)].lines()) {
            let line: Value = serde_json::from_str(line).unwrap();
            for group in list(&line, "resourceSpans") {
                for scope in list(group, "scopeSpans") {
                    let spans = list(scope, "spans").iter();
                    output
                        .spans
                        .extend(spans.map(|one| span(one, group, scope)));
                }
            }
            for group in list(&line, "resourceLogs") {
                for scope in list(group, "scopeLogs") {
                    let records = list(scope, "logRecords").iter();
                    output.records.extend(records.map(|one| record(one, group)));
                }
            }
        }
        output.spans.sort_by(|a, b| a.span_id.cmp(&b.span_id));
        let key = |record: &Record| record.attributes.get("url.full").map(Value::to_string);
        output.records.sort_by_key(key);
        output
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u64 {
    let text = value.as_str().and_then(|text| text.parse().ok());
    text.or(value.as_u64()).unwrap_or_default()
}

fn attributes(value: &Value) -> Attributes {
    let pairs = list(value, "attributes").iter().map(|pair| {
        let value = pair["value"].as_object().unwrap();
        let (kind, value) = value.iter().next().unwrap();
        let value = match kind.as_str() {
            "intValue" => Value::from(number(value)),
            _ => value.clone(),
        };
        (text(pair, "key"), value)
    });
    pairs.collect()
}

fn span(value: &Value, group: &Value, scope: &Value) -> Span {
    Span {
        trace_id: text(value, "traceId"),
        span_id: text(value, "spanId"),
        parent: text(value, "parentSpanId"),
        name: text(value, "name"),
        kind: number(&value["kind"]),
        start: number(&value["startTimeUnixNano"]),
        end: number(&value["endTimeUnixNano"]),
        status: number(&value["status"]["code"]),
        message: text(&value["status"], "message"),
        attributes: attributes(value),
        resource: attributes(&group["resource"]),
        scope: text(&scope["scope"], "name"),
    }
}

fn record(value: &Value, group: &Value) -> Record {
    Record {
        event_name: text(value, "eventName"),
        trace_id: text(value, "traceId"),
        span_id: text(value, "spanId"),
        time: number(&value["timeUnixNano"]),
        attributes: attributes(value),
        resource: attributes(&group["resource"]),
    }
}
