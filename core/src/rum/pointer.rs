//! JSON pointers into an event, which is a map and no value.

use serde_json::{Map, Value};

/// What lies at a pointer.
pub(crate) fn at<'a>(event: &'a Map<String, Value>, pointer: &str) -> Option<&'a Value> {
    let (first, rest) = split(pointer);
    event.get(first)?.pointer(rest)
}

/// The same, to change it.
pub(crate) fn at_mut<'a>(
    event: &'a mut Map<String, Value>,
    pointer: &str,
) -> Option<&'a mut Value> {
    let (first, rest) = split(pointer);
    event.get_mut(first)?.pointer_mut(rest)
}

/// `/span/attributes` is `span`, and `/attributes` in it.
fn split(pointer: &str) -> (&str, &str) {
    let path = pointer.strip_prefix('/').unwrap_or(pointer);
    path.split_at(path.find('/').unwrap_or(path.len()))
}
