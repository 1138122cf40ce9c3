//! The attributes that are read; all others are passed over.

use std::collections::BTreeMap;

use crate::span::bounded;

/// Of a resource, and of what a phone sends.
const READ: [&str; 14] = [
    "account.id",
    "context.handspan.error.kind",
    "context.handspan.host_entry",
    "context.handspan.reason",
    "context.handspan.resend_count",
    "error.type",
    "http.request.method",
    "http.request.resend_count",
    "http.response.status_code",
    "resource.duration",
    "rum.source",
    "service.name",
    "session.id",
    "url.full",
];

/// Attributes by name, values as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes(BTreeMap<&'static str, String>);

impl Attributes {
    /// Keeps one that is read; the first of a name counts.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if let Some(known) = READ.iter().find(|known| **known == name) {
            self.0.entry(known).or_insert_with(|| bounded(value));
        }
    }

    /// The value of one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The same as a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}
