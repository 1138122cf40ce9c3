//! JSON members as OTLP attributes.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue};
use serde_json::Value;

/// An attribute under a name that is known here.
pub(super) fn attribute(key: &str, value: impl Into<Option<Value>>) -> Option<KeyValue> {
    let value = any(&value.into()?)?;
    Some(KeyValue {
        key: key.to_owned(),
        value: Some(value),
        ..KeyValue::default()
    })
}

/// The member at a JSON pointer, as an attribute.
pub(super) fn member(event: &Value, pointer: &str, key: &str) -> Option<KeyValue> {
    attribute(key, event.pointer(pointer).cloned())
}

/// The whole number at a JSON pointer.
pub(super) fn u64_at(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer)?.as_u64()
}

/// A value with all that is in it, its keys joined by dots: `{"a":{"b":1}}` under `x` is `x.a.b=1`.
pub(super) fn flatten(key: &str, value: &Value, into: &mut Vec<KeyValue>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(&format!("{key}.{name}"), value, into);
            }
        }
        value => into.extend(attribute(key, value.clone())),
    }
}

/// None for null, which OTLP has no attribute for.
fn any(value: &Value) -> Option<AnyValue> {
    let value = match value {
        Value::Null => return None,
        Value::Bool(value) => Any::BoolValue(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Any::IntValue(whole),
            None => Any::DoubleValue(number.as_f64()?),
        },
        Value::String(text) => Any::StringValue(text.clone()),
        // An array of objects has no flat form; receivers take any values in arrays.
        Value::Array(values) => Any::ArrayValue(ArrayValue {
            values: values.iter().filter_map(any).collect(),
        }),
        Value::Object(_) => Any::StringValue(value.to_string()),
    };
    Some(AnyValue { value: Some(value) })
}
