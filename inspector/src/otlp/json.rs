//! An OTLP export in JSON, read as it streams by: camelCase names, hex ids, 64-bit integers as strings (numbers
//! are taken too). A value of an unexpected kind counts as missing and costs no memory.

use serde::Deserialize;

use crate::ids::{SpanId, TraceId};
use crate::loose::{Array, Collect, Object, Scalar};
use crate::otlp::{Spans, from_ids};
use crate::refusal::{Reason, Refusal};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Export {
    resource_spans: Array<Groups>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Group {
    resource: Object<Resource>,
    scope_spans: Array<Scopes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    attributes: Array<ServiceName>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attribute {
    key: Scalar,
    value: Object<AttributeValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AttributeValue {
    string_value: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scope {
    spans: Array<SpanList>,
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
}

#[derive(Default)]
struct Groups(Spans);

#[derive(Default)]
struct Scopes(Spans);

#[derive(Default)]
struct SpanList(Spans);

#[derive(Default)]
struct ServiceName(Option<String>);

impl Collect for Groups {
    type Item = Object<Group>;

    fn take(&mut self, item: Self::Item) {
        let group = item.map().unwrap_or_default();
        let service = group
            .resource
            .map()
            .and_then(|resource| resource.attributes.list()?.0);
        let mut spans = group.scope_spans.list().unwrap_or_default().0;
        // The resource may stand behind its spans, so the name is only known now.
        for span in &mut spans.good {
            span.service = service.clone().unwrap_or_default();
        }
        self.0.append(spans);
    }
}

impl Collect for Scopes {
    type Item = Object<Scope>;

    fn take(&mut self, item: Self::Item) {
        let spans = item.map().and_then(|scope| scope.spans.list());
        self.0.append(spans.unwrap_or_default().0);
    }
}

impl Collect for SpanList {
    type Item = Object<JsonSpan>;

    fn take(&mut self, item: Self::Item) {
        let span = item.map().unwrap_or_default();
        self.0.push(from_ids(
            TraceId::from_hex(span.trace_id.text()),
            SpanId::from_hex(span.span_id.text()),
            SpanId::from_hex(span.parent_span_id.text()),
            "",
            span.name.text(),
            (
                span.start_time_unix_nano.number(),
                span.end_time_unix_nano.number(),
            ),
        ));
    }
}

impl Collect for ServiceName {
    type Item = Object<Attribute>;

    fn take(&mut self, item: Self::Item) {
        if self.0.is_some() {
            return;
        }
        self.0 = item
            .map()
            .filter(|attribute| attribute.key.text() == "service.name")
            .and_then(|attribute| Some(attribute.value.map()?.string_value.text().to_owned()));
    }
}

/// Reads the JSON mapping of an `ExportTraceServiceRequest`.
pub(crate) fn read_json(body: &[u8]) -> Result<Spans, Refusal> {
    let export: Object<Export> = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(Reason::BadOtlp, format!("no JSON: {error}")))?;
    let groups = export.map().and_then(|export| export.resource_spans.list());
    groups
        .map(|groups| groups.0)
        .ok_or_else(|| Refusal::new(Reason::BadOtlp, "there is no resourceSpans list"))
}
