//! The published schema and the reader say the same of every document: what the schema accepts is taken whole, and what it does
//! not accept has a part that is refused or ignored, and told.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use handspan_core::config::Refusal;
use handspan_core::remote::{RemoteDocument, Shape};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn published() -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/remote-configuration.schema.json");
        let mut schemas = Schemas::new();
        let index = Compiler::new()
            .compile(path.to_str().unwrap(), &mut schemas)
            .unwrap();
        Self { schemas, index }
    }

    fn accepts(&self, document: &Value) -> Result<(), String> {
        let verdict = self.schemas.validate(document, self.index);
        verdict.map_err(|error| format!("{error:#}"))
    }
}

fn refused(document: &Value) -> Vec<Refusal> {
    let (read, refusals) = RemoteDocument::from_bytes(document.to_string().as_bytes()).unwrap();
    assert_eq!(read.shape, Shape::Handspan);
    refusals
}

/// Is it accepted, by both?
fn agree(schema: &Schema, document: &Value) -> Result<bool, TestCaseError> {
    let refusals = refused(document);
    let accepted = schema.accepts(document);
    prop_assert_eq!(
        accepted.is_ok(),
        refusals.is_empty(),
        "{}\nthe schema says {:?}\nthe reader says {:#?}",
        document,
        accepted,
        refusals
    );
    Ok(accepted.is_ok())
}

/// Everything that a document may say, in its most usual form.
fn everything() -> Value {
    json!({
        "$schema": "remote-configuration.schema.json",
        "version": 7,
        "enabled": true,
        "session_sample_rate": 50,
        "trace_sample_rate": 12.5,
        "first_party_hosts": {"a.example": ["datadog", "baggage"], "b.example": {"formats": ["b3"], "sample_rate": 5}},
        "trace_context_injection": "all",
        "tracestate": {"arms": false},
        "baggage": {"user": false, "account": true},
        "capture": {"resources": false},
        "batch_max_age_ms": 10_000,
        "upload": {"metered": false, "battery_low": true, "low_power": true, "metered_interval_ms": 0, "background_interval_ms": 1},
        "log_level": "debug",
        "telemetry": true,
        "targets": [
            {"name": "one", "when": {"platform": "ios", "os_version": "18.1", "rollout": 5}, "set": {"enabled": false}},
            {
                "name": "two",
                "salt": "dealt anew",
                "when": {
                    "platform": ["android", "ios"],
                    "os_name": "Android",
                    "os_version": {"at_least": "14"},
                    "app_version": {"at_least": "2.1", "below": "3.0"},
                    "service": ["shop", "cart"],
                    "env": "prod"
                },
                "set": {"trace_sample_rate": 20, "upload": {"metered": true}, "first_party_hosts": {}}
            }
        ]
    })
}

#[test]
fn the_whole_document_is_accepted_and_taken() {
    let schema = Schema::published();
    schema.accepts(&everything()).unwrap();
    assert_eq!(refused(&everything()), []);
}

#[test]
fn the_example_of_the_docs_is_accepted_and_taken() {
    let page = include_str!("../../docs/remote-configuration.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let example: Value = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
    Schema::published().accepts(&example).unwrap();
    assert_eq!(refused(&example), []);
}

/// Every member and item of a value, as paths of JSON Pointer (RFC 6901).
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
                places(inner, &path, found);
                found.push(path);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                let path = format!("{path}/{at}");
                places(inner, &path, found);
                found.push(path);
            }
        }
        _ => {}
    }
}

/// Values that are right in one place and wrong in most others; the bounds, and what is just outside.
fn values() -> Vec<Value> {
    let numbers = [
        -1.0,
        -0.0,
        0.5,
        100.5,
        99.0,
        101.0,
        5_000.0,
        3_600_000.0,
        3_600_001.0,
        43_200_000.0,
        43_200_001.0,
        1e300,
        9_007_199_254_740_992.0,
    ];
    let whole = [0_u64, 1, 100, 9_007_199_254_740_991, u64::MAX];
    let texts = [
        "",
        "x",
        "2.1",
        "2.",
        "v2",
        "1.2.3.4.5.6.7.8.9",
        "9999999999999999999",
        "99999999999999999999",
        "android",
        "ios",
        "windows",
        "sampled",
        "all",
        "some",
        "datadog",
        "baggage",
        "zipkin",
        "off",
        "debug",
        "trace",
    ];
    let long = ["x".repeat(100), "x".repeat(101), "é".repeat(100)];
    let mut values = vec![
        Value::Null,
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!([[]]),
        json!(["baggage"]),
        json!(["baggage", "b3"]),
        json!(["android"]),
        json!(["x", 1]),
        json!({"at_least": "1"}),
        json!({"below": "1", "x": 1}),
        json!({"formats": ["b3"]}),
        json!({"a.example": []}),
        json!({"sample_rate": 100}),
        json!({"name": "n", "when": {}, "set": {}}),
    ];
    values.extend(numbers.map(|number| json!(number)));
    values.extend(whole.map(|number| json!(number)));
    values.extend(texts.map(|text| json!(text)));
    values.extend(long.map(|text| json!(text)));
    values
}

#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    Add(String, Value),
}

fn changes() -> impl Strategy<Value = Change> {
    let value = prop::sample::select(values());
    let names = vec![
        "enabled",
        "x",
        "at_least",
        "below",
        "formats",
        "sample_rate",
        "platform",
        "rollout",
        "salt",
        "metered",
        "arms",
        "token",
        "targets",
        "version",
        "env",
    ];
    prop_oneof![
        4 => value.clone().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        1 => (prop::sample::select(names), value).prop_map(|(name, value)| Change::Add(name.to_owned(), value)),
    ]
}

/// Changes one place of a document; its first member stays, so that it remains one of this shape.
fn change(document: &mut Value, place: &prop::sample::Index, change: Change) {
    let mut found = vec![String::new()];
    places(document, "", &mut found);
    let path = found.swap_remove(place.index(found.len()));
    match change {
        Change::Add(name, value) => {
            // A host's name is judged by rules that no schema can say.
            let hosts = path.ends_with("first_party_hosts");
            if let Some(Value::Object(members)) = document.pointer_mut(&path).filter(|_| !hosts) {
                members.insert(name, value);
            }
        }
        _ if path.is_empty() || path == "/$schema" => {}
        Change::Replace(value) => {
            // An object with other names than hosts in the place of hosts is none of our business here either.
            let named = value.as_object().map_or(0, Map::len);
            if !path.ends_with("first_party_hosts")
                || named == 0
                || value.get("a.example").is_some()
            {
                *document.pointer_mut(&path).unwrap() = value;
            }
        }
        Change::Remove => {
            let (parent, name) = path.rsplit_once('/').unwrap();
            match document.pointer_mut(parent) {
                Some(Value::Object(members)) => drop(members.remove(name)),
                Some(Value::Array(items)) => drop(items.remove(name.parse().unwrap())),
                _ => {}
            }
        }
    }
}

#[test]
fn every_single_change_is_judged_alike() {
    let schema = Schema::published();
    let mut found = Vec::new();
    places(&everything(), "", &mut found);
    let mut accepted = 0;
    for path in found
        .iter()
        .filter(|path| *path != "/$schema" && !path.ends_with("first_party_hosts"))
    {
        for value in values() {
            let mut document = everything();
            *document.pointer_mut(path).unwrap() = value;
            accepted += usize::from(agree(&schema, &document).unwrap());
        }
    }
    let all = found.len() * values().len();
    assert!(
        accepted > all / 20 && accepted < all / 2,
        "{accepted} of {all}"
    );
}

#[test]
fn the_schema_and_the_reader_agree_after_any_few_changes() {
    let schema = Schema::published();
    proptest!(|(edits in prop::collection::vec((any::<prop::sample::Index>(), changes()), 1..6))| {
        let mut document = everything();
        for (place, edit) in edits {
            change(&mut document, &place, edit);
        }
        agree(&schema, &document)?;
    });
}
