//! What every RUM event must have, whatever its type, and what an intake takes at most: by these a person sees most mistakes,
//! without the published schemas.

use serde_json::Value;

use super::{Judge, Problem};

/// Bytes of an event.
const BYTES: usize = 1_000_000;

/// Values in an event.
const ATTRIBUTES: usize = 1_000;

/// Objects and lists within each other.
const DEPTH: usize = 20;

/// `session.type`.
const SESSION_TYPES: [&str; 3] = ["user", "synthetics", "ci_test"];

/// Types whose object has an `id`.
const WITH_IDS: [&str; 5] = ["action", "resource", "error", "long_task", "vital"];

/// What is wrong with an event.
pub(super) fn judge(event: &Value, bytes: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |path: &str, message: &str| {
        problems.push(Problem::new(Judge::Handspan, path, message));
    };
    let at = |pointer: &str| event.pointer(pointer);
    let kind = at("/type").and_then(Value::as_str).unwrap_or_default();
    if at("/date").and_then(Value::as_u64).is_none() {
        tell("$.date", "must be milliseconds since 1970, a whole number");
    }
    if at("/_dd/format_version").and_then(Value::as_u64) != Some(2) {
        tell("$._dd.format_version", "must be 2");
    }
    if !at("/view/url").is_some_and(Value::is_string) {
        tell("$.view.url", "must be a text");
    }
    let session_type = at("/session/type").and_then(Value::as_str);
    if !session_type.is_some_and(|kind| SESSION_TYPES.contains(&kind)) {
        tell("$.session.type", "must be user, synthetics or ci_test");
    }
    for member in ["application", "session", "view"] {
        if !at(&format!("/{member}/id")).is_some_and(is_uuid) {
            tell(&format!("$.{member}.id"), "must be a UUID in lower case");
        }
    }
    for member in WITH_IDS {
        let own = at(&format!("/{member}/id"));
        let ids = match own {
            // Of what several actions caused.
            Some(Value::Array(ids)) if member == "action" && kind != "action" => ids.as_slice(),
            Some(id) => std::slice::from_ref(id),
            None => &[],
        };
        if !ids.iter().all(is_uuid) {
            tell(&format!("$.{member}.id"), "must be a UUID in lower case");
        }
    }
    if bytes > BYTES {
        tell("$", &format!("has {bytes} bytes, an intake takes {BYTES}"));
    }
    let (values, depth) = extent(event);
    if values > ATTRIBUTES {
        tell(
            "$",
            &format!("has {values} attributes, an intake takes {ATTRIBUTES}"),
        );
    }
    if depth > DEPTH {
        tell(
            "$",
            &format!("is {depth} levels deep, an intake takes {DEPTH}"),
        );
    }
    problems
}

/// How many values stand in it, and how deep: `{"a":{"b":1}}` holds one, two levels deep. The parser bounds the depth.
fn extent(value: &Value) -> (usize, usize) {
    let below: Vec<(usize, usize)> = match value {
        Value::Object(members) => members.values().map(extent).collect(),
        Value::Array(items) => items.iter().map(extent).collect(),
        _ => return (1, 0),
    };
    let values = below.iter().map(|(values, _)| values).sum();
    let depth = below.iter().map(|(_, depth)| *depth).max();
    (values, depth.unwrap_or_default() + 1)
}

/// 8-4-4-4-12 lowercase hex digits, as the published schemas want ids.
fn is_uuid(value: &Value) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    value.as_str().is_some_and(|text| {
        text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => is_hex(byte),
            })
    })
}
