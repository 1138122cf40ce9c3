//! The app's own spans as Datadog's intake for spans takes them: one envelope a line (`span-schema.json` and `SpanEventSerializer`
//! of dd-sdk-android, `SpanEventEncoder` of dd-sdk-ios).

use serde_json::{Map, Value, json};

/// Datadog's sampling priority of a kept trace (`AUTO_KEEP`).
const AUTO_KEEP: u8 = 1;

/// The events as the body of a request. One that is no span is passed over.
pub(super) fn lines(events: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for event in events {
        let Some(line) = serde_json::from_slice(event)
            .ok()
            .and_then(|event| envelope(&event))
        else {
            continue;
        };
        if !body.is_empty() {
            body.push(b'\n');
        }
        body.extend(line.to_string().into_bytes());
    }
    body
}

fn envelope(event: &Value) -> Option<Value> {
    let tags = text(event, "/ddtags").unwrap_or_default();
    let env = tags.split(',').find_map(|tag| tag.strip_prefix("env:"));
    Some(json!({ "env": env.unwrap_or_default(), "spans": [span(event)?] }))
}

fn span(event: &Value) -> Option<Value> {
    let trace = text(event, "/_dd/trace_id").filter(|id| id.len() == 32)?;
    let (high, low) = trace.split_at_checked(16)?;
    let own = event.get("span")?;
    let name = text(own, "/name").unwrap_or_default();
    let parent = hex(event, "/_dd/parent_span_id");
    let source = text(event, "/source").unwrap_or_default();
    let mut metrics = Map::new();
    let mut meta = Map::new();
    let attributes = own.get("attributes").and_then(Value::as_object);
    for (name, value) in attributes.into_iter().flatten() {
        tag(name, value, &mut meta, &mut metrics);
    }
    // What the sampler reads is ours, whatever the app calls its numbers.
    metrics.retain(|name, _| !name.starts_with('_'));
    if parent.is_none() {
        metrics.insert("_top_level".to_owned(), json!(1));
        metrics.insert("_sampling_priority_v1".to_owned(), json!(AUTO_KEEP));
        if let Some(rate) = event.pointer("/_dd/rule_psr") {
            metrics.insert("_dd.agent_psr".to_owned(), rate.clone());
        }
    }
    for (pointer, names) in [
        ("/error/type", &["error.type"][..]),
        // The platforms' SDKs call it differently.
        ("/error/message", &["error.message", "error.msg"][..]),
        ("/error/stack", &["error.stack"][..]),
    ] {
        if let Some(text) = text(event, pointer) {
            meta.extend(names.iter().map(|name| ((*name).to_owned(), json!(text))));
        }
    }
    meta.insert("_dd.p.tid".to_owned(), json!(high));
    let part = |name: &str| event.get(name).cloned().unwrap_or_else(|| json!({}));
    let ours = [
        (
            "version",
            json!(text(event, "/version").unwrap_or_default()),
        ),
        (
            "_dd",
            json!({
                "source": source,
                "application": part("application"),
                "session": part("session"),
                "view": part("view"),
            }),
        ),
        // A constant of the schema.
        ("span", json!({ "kind": "client" })),
        ("tracer", json!({ "version": env!("CARGO_PKG_VERSION") })),
        ("usr", part("usr")),
        ("device", part("device")),
        ("os", part("os")),
    ];
    meta.extend(ours.map(|(name, value)| (name.to_owned(), value)));
    if let Some(account) = event.get("account") {
        meta.insert("account".to_owned(), account.clone());
    }
    Some(json!({
        "trace_id": low,
        "span_id": hex(event, "/_dd/span_id")?,
        "parent_id": parent.unwrap_or_else(|| format!("{:016x}", 0)),
        "resource": name,
        "name": name,
        "service": text(event, "/service").unwrap_or(source),
        "start": own.get("start")?,
        "duration": own.get("duration")?,
        "error": u8::from(event.get("error").is_some()),
        "type": "custom",
        "meta": meta,
        "metrics": metrics,
    }))
}

/// An attribute of the app: a text, and a number beside it where it is one. What is in it stands under names joined by dots.
fn tag(name: &str, value: &Value, meta: &mut Map<String, Value>, metrics: &mut Map<String, Value>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (inner, value) in members {
                tag(&format!("{name}.{inner}"), value, meta, metrics);
            }
        }
        Value::String(text) => {
            meta.insert(name.to_owned(), json!(text));
        }
        value => {
            if value.is_number() {
                metrics.insert(name.to_owned(), value.clone());
            }
            meta.insert(name.to_owned(), json!(value.to_string()));
        }
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// A decimal id as 16 hex digits.
fn hex(event: &Value, pointer: &str) -> Option<String> {
    let id: u64 = text(event, pointer)?.parse().ok()?;
    Some(format!("{id:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Value {
        json!({
            "type": "span", "date": 1_700_000_000_000_u64, "service": "shop", "version": "1.2", "source": "ios",
            "ddtags": "env:prod,service:shop",
            "application": {"id": "app"}, "session": {"id": "session"}, "view": {"id": "view"},
            "usr": {"id": "4711"}, "os": {"name": "iOS"},
            "_dd": {"trace_id": "6789abcd00000000a3ce929d0e0e4736", "span_id": "15", "rule_psr": 0.5},
            "span": {
                "name": "checkout", "start": 1_700_000_000_000_000_000_u64, "duration": 5,
                "attributes": {"items": 3, "shop": "berlin", "fast": true, "cart": {"total": 1.5, "tags": ["a", 1]}, "none": null},
            },
            "error": {"type": "Declined", "message": "no"},
        })
    }

    fn line(event: &Value) -> Value {
        let bytes = event.to_string().into_bytes();
        serde_json::from_slice(&lines(&[&bytes])).unwrap()
    }

    #[test]
    fn a_root_span_is_told_as_the_sdks_of_datadog_tell_it() {
        let line = line(&event());
        assert_eq!(line["env"], "prod");
        let span = &line["spans"][0];
        assert_eq!(
            *span,
            json!({
                "trace_id": "a3ce929d0e0e4736",
                "span_id": "000000000000000f",
                "parent_id": "0000000000000000",
                "resource": "checkout",
                "name": "checkout",
                "service": "shop",
                "start": 1_700_000_000_000_000_000_u64,
                "duration": 5,
                "error": 1,
                "type": "custom",
                "metrics": {
                    "_top_level": 1, "_sampling_priority_v1": 1, "_dd.agent_psr": 0.5, "items": 3, "cart.total": 1.5,
                },
                "meta": {
                    "version": "1.2",
                    "_dd": {
                        "source": "ios", "application": {"id": "app"}, "session": {"id": "session"}, "view": {"id": "view"},
                    },
                    "_dd.p.tid": "6789abcd00000000",
                    "span": {"kind": "client"},
                    "tracer": {"version": env!("CARGO_PKG_VERSION")},
                    "usr": {"id": "4711"},
                    "device": {},
                    "os": {"name": "iOS"},
                    "items": "3", "shop": "berlin", "fast": "true", "cart.total": "1.5", "cart.tags": "[\"a\",1]",
                    "error.type": "Declined", "error.message": "no", "error.msg": "no",
                },
            })
        );
    }

    #[test]
    fn a_child_names_its_parent_and_decides_nothing() {
        let mut child = event();
        child["_dd"]["parent_span_id"] = json!("255");
        child.as_object_mut().unwrap().remove("error");
        let line = line(&child);
        let span = &line["spans"][0];
        assert_eq!(
            (&span["parent_id"], &span["error"]),
            (&json!("00000000000000ff"), &json!(0))
        );
        assert_eq!(span["metrics"], json!({"items": 3, "cart.total": 1.5}));
    }

    #[test]
    fn each_span_is_a_line_and_what_is_none_is_passed_over() {
        let one = event().to_string().into_bytes();
        let body = lines(&[&one, b"garbage", b"{}", &one]);
        assert_eq!(body.split(|byte| *byte == b'\n').count(), 2);
    }
}
