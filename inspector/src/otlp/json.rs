//! An OTLP export in JSON, read as it streams by: camelCase names, hex ids, 64-bit integers as strings (numbers
//! are taken too). A value of an unexpected kind counts as missing and costs no memory.

use serde::Deserialize;
use serde_json::Value;

use crate::ids::{SpanId, TraceId};
use crate::loose::{Array, Collect, Object, Scalar};
use crate::otlp::attributes::{Attributes, LISTED};
use crate::otlp::phone::{FAILED, Item, SCOPE};
use crate::otlp::{Signal, Spans, from_ids};
use crate::refusal::{Reason, Refusal};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Export {
    resource_spans: Array<Groups>,
    resource_logs: Array<Groups>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Group {
    resource: Object<Resource>,
    scope_spans: Array<Scopes>,
    scope_logs: Array<Scopes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    attributes: Array<Attributes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attribute {
    key: Scalar,
    value: Object<AttributeValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AttributeValue {
    string_value: Scalar,
    int_value: Scalar,
    double_value: Scalar,
    bool_value: Scalar,
    array_value: Object<ListValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ListValue {
    values: Array<Texts>,
}

/// The texts of a list; what else is in it nothing here reads.
#[derive(Default)]
struct Texts(Vec<Value>);

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TextValue {
    string_value: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Scope {
    scope: Object<ScopeName>,
    spans: Array<SpanList>,
    log_records: Array<RecordList>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScopeName {
    name: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JsonSpan {
    trace_id: Scalar,
    span_id: Scalar,
    parent_span_id: Scalar,
    name: Scalar,
    start_time_unix_nano: Scalar,
    end_time_unix_nano: Scalar,
    status: Object<Status>,
    attributes: Array<Attributes>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JsonRecord {
    trace_id: Scalar,
    span_id: Scalar,
    event_name: Scalar,
    severity_text: Scalar,
    body: Object<AttributeValue>,
    time_unix_nano: Scalar,
    attributes: Array<Attributes>,
}

#[derive(Default)]
struct Groups(Spans);

#[derive(Default)]
struct Scopes(Spans);

#[derive(Default)]
struct SpanList(Spans);

#[derive(Default)]
struct RecordList(Spans);

impl Collect for Groups {
    type Item = Object<Group>;

    fn take(&mut self, item: Self::Item) {
        let group = item.map().unwrap_or_default();
        let resource = group
            .resource
            .map()
            .and_then(|resource| resource.attributes.list())
            .unwrap_or_default()
            .read();
        let service = resource.get("service.name").unwrap_or_default();
        for scopes in [group.scope_spans, group.scope_logs] {
            let mut spans = scopes.list().unwrap_or_default().0;
            // The resource may stand behind its spans, so it is only known now.
            for span in &mut spans.good {
                span.service = service.to_owned();
            }
            for item in &mut spans.phone {
                item.resource = resource.clone();
            }
            self.0.append(spans);
        }
    }
}

impl Collect for Scopes {
    type Item = Object<Scope>;

    fn take(&mut self, item: Self::Item) {
        let scope = item.map().unwrap_or_default();
        let name = scope.scope.map().unwrap_or_default().name;
        let mut spans = scope.spans.list().unwrap_or_default().0;
        spans.append(scope.log_records.list().unwrap_or_default().0);
        // The scope may stand behind its spans: only now is it known whose they are.
        if name.text() == SCOPE {
            spans.good.clear();
        } else {
            spans.phone.clear();
        }
        self.0.append(spans);
    }
}

impl Collect for SpanList {
    type Item = Object<JsonSpan>;

    fn take(&mut self, item: Self::Item) {
        let span = item.map().unwrap_or_default();
        let trace_id = TraceId::from_hex(span.trace_id.text());
        let span_id = SpanId::from_hex(span.span_id.text());
        let (start_ns, end_ns) = (
            span.start_time_unix_nano.number(),
            span.end_time_unix_nano.number(),
        );
        let parent_id = SpanId::from_hex(span.parent_span_id.text());
        let read = from_ids(
            trace_id,
            span_id,
            parent_id,
            "",
            span.name.text(),
            (start_ns, end_ns),
        );
        if read.is_some() {
            self.0.push_phone(Item {
                trace_id,
                span_id,
                parent_id,
                text: span.name.text().to_owned(),
                failed: span
                    .status
                    .map()
                    .is_some_and(|status| status.code.number() == FAILED),
                start_ns,
                end_ns,
                attributes: span.attributes.list().unwrap_or_default(),
                ..Item::default()
            });
        }
        self.0.push(read);
    }
}

impl Collect for RecordList {
    type Item = Object<JsonRecord>;

    fn take(&mut self, item: Self::Item) {
        let record = item.map().unwrap_or_default();
        self.0.push_phone(Item {
            trace_id: TraceId::from_hex(record.trace_id.text()),
            span_id: SpanId::from_hex(record.span_id.text()),
            event_name: Some(record.event_name.text().to_owned()),
            text: record
                .body
                .map()
                .unwrap_or_default()
                .string_value
                .text()
                .to_owned(),
            severity: record.severity_text.text().to_owned(),
            start_ns: record.time_unix_nano.number(),
            attributes: record.attributes.list().unwrap_or_default(),
            ..Item::default()
        });
    }
}

impl Collect for Attributes {
    type Item = Object<Attribute>;

    fn take(&mut self, item: Self::Item) {
        let attribute = item.map().unwrap_or_default();
        let value = attribute.value.map().unwrap_or_default();
        self.add(attribute.key.text(), value.read());
    }
}

impl AttributeValue {
    /// Null where it is of a kind that nothing here reads.
    fn read(self) -> Value {
        match (
            self.string_value,
            self.int_value,
            self.double_value,
            self.bool_value,
        ) {
            (Scalar::Text(text), ..) => text.into(),
            (_, Scalar::Number(number), ..) | (_, _, Scalar::Number(number), _) => number.into(),
            (_, Scalar::Text(text), ..) => text.parse::<i64>().map_or(Value::Null, Value::from),
            (_, Scalar::Float(number), ..) => (number as i64).into(),
            (_, _, Scalar::Float(number), _) => number.into(),
            (.., Scalar::Bool(value)) => value.into(),
            _ => {
                let list = self.array_value.map().and_then(|list| list.values.list());
                list.map_or(Value::Null, |texts| Value::Array(texts.0))
            }
        }
    }
}

impl Collect for Texts {
    type Item = Object<TextValue>;

    fn take(&mut self, item: Self::Item) {
        let value = item.map().unwrap_or_default();
        if self.0.len() < LISTED {
            self.0.push(value.string_value.text().into());
        }
    }
}

/// Reads the JSON mapping of an export request.
pub(crate) fn read_json(signal: Signal, body: &[u8]) -> Result<Spans, Refusal> {
    let export: Object<Export> = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(Reason::BadOtlp, format!("no JSON: {error}")))?;
    let (groups, name) = match signal {
        Signal::Traces => (
            export.map().map(|export| export.resource_spans),
            "resourceSpans",
        ),
        Signal::Logs => (
            export.map().map(|export| export.resource_logs),
            "resourceLogs",
        ),
    };
    groups
        .and_then(Array::list)
        .map(|groups| groups.0)
        .ok_or_else(|| Refusal::new(Reason::BadOtlp, format!("there is no {name} list")))
}
