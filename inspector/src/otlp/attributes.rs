//! Attributes, as many as an event has: of a body of nothing but names the rest is passed over.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::span::bounded;

/// How the names begin that are read here. They are kept whatever else an app attaches.
const READ: [&str; 17] = [
    "account.",
    "action.",
    "context.handspan.",
    "device.",
    "error.",
    "exception.",
    "http.",
    "long_task.",
    "os.",
    "resource.",
    "rum.",
    "service.",
    "session.",
    "url.",
    "user",
    "view.",
    "vital.",
];

/// How many of those are kept.
const READ_KEPT: usize = 128;

/// How many others.
const OTHERS_KEPT: usize = 64;

/// How many values of a list are kept.
pub(super) const LISTED: usize = 32;

/// Attributes by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    values: BTreeMap<String, Value>,
    others: usize,
}

impl Attributes {
    /// Keeps one; the first of a name counts.
    pub(super) fn add(&mut self, name: &str, value: Value) {
        let name = bounded(name);
        let is_read = is_read(&name);
        let is_room = if is_read {
            self.values.len() - self.others < READ_KEPT
        } else {
            self.others < OTHERS_KEPT
        };
        if !is_room || value.is_null() || self.values.contains_key(&name) {
            return;
        }
        self.others += usize::from(!is_read);
        self.values.insert(name, value);
    }

    /// A text of them.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    /// A number, which may stand in a text.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.values.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Those of a resource: each of its items has a copy, so nothing that is not read.
    pub(super) fn read(mut self) -> Self {
        self.values.retain(|name, _| is_read(name));
        self.others = 0;
        self
    }
}

fn is_read(name: &str) -> bool {
    READ.iter().any(|read| name.starts_with(read))
}
