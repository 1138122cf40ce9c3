//! What the app gives is brought within limits where it enters: nothing that it passes may fill the queue, or be refused by an
//! intake later. What is cut or left out is counted by reason.

use std::collections::BTreeMap;

use super::attributes::{Attribute, AttributeValue, Attributes, cut_to};
use crate::limits;

/// Names that stand in the `context` of our events already.
pub const RESERVED_IN_CONTEXT: [&str; 1] = ["handspan"];

/// What was cut or left out of events that were taken, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trimmed(BTreeMap<&'static str, u64>);

impl Trimmed {
    /// Counts one more.
    pub fn count(&mut self, reason: &'static str) {
        self.add(reason, 1);
    }

    /// Counts so many more.
    pub fn add(&mut self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.0.entry(reason).or_default() += count;
        }
    }

    /// Adds what another has counted.
    pub fn extend(&mut self, other: &Self) {
        for (reason, count) in other.iter() {
            self.add(reason, count);
        }
    }

    /// By reason.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }

    /// Nothing was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Brings attributes within limits. At most [`limits::ATTRIBUTES`] values of [`limits::ATTRIBUTES_BYTES`] bytes stay, the first
/// ones; `reserved` are names that are ours where they will stand.
pub fn attributes(attributes: &mut Attributes, reserved: &[&str], trimmed: &mut Trimmed) {
    attributes.retain(|attribute| {
        let is_ours = reserved.contains(&attribute.name.as_str());
        if is_ours {
            trimmed.count("attribute_reserved");
        }
        !is_ours
    });
    let mut room = Room {
        values: limits::ATTRIBUTES,
        bytes: limits::ATTRIBUTES_BYTES,
        trimmed,
    };
    room.attributes(attributes, limits::ATTRIBUTE_LEVELS);
}

/// The same for a value that stands alone, as a feature flag's; is anything left of it?
pub fn value(value: &mut AttributeValue, trimmed: &mut Trimmed) -> bool {
    let mut room = Room {
        values: limits::ATTRIBUTES,
        bytes: limits::ATTRIBUTES_BYTES,
        trimmed,
    };
    room.takes(value, limits::ATTRIBUTE_LEVELS)
}

/// Cuts a text to so many bytes.
pub fn text(text: &mut String, bytes: usize, trimmed: &mut Trimmed) {
    if cut_to(text, bytes) {
        trimmed.count("text_too_long");
    }
}

/// What is left of the limits.
struct Room<'a> {
    values: usize,
    bytes: usize,
    trimmed: &'a mut Trimmed,
}

impl Room<'_> {
    fn attributes(&mut self, attributes: &mut Attributes, levels: usize) {
        attributes.retain_mut(|attribute| self.takes_attribute(attribute, levels));
    }

    fn takes_attribute(&mut self, attribute: &mut Attribute, levels: usize) -> bool {
        if attribute.name.is_empty() {
            self.trimmed.count("attribute_without_name");
            return false;
        }
        if cut_to(&mut attribute.name, limits::ATTRIBUTE_NAME_BYTES) {
            self.trimmed.count("attribute_name_too_long");
        }
        self.takes(&mut attribute.value, levels) && self.has(attribute.name.len())
    }

    fn takes(&mut self, value: &mut AttributeValue, levels: usize) -> bool {
        match value {
            AttributeValue::Double(number) if !number.is_finite() => {
                self.trimmed.count("attribute_not_a_number");
                return false;
            }
            AttributeValue::List(_) | AttributeValue::Map(_) if levels == 0 => {
                self.trimmed.count("attribute_too_deep");
                return false;
            }
            AttributeValue::Text(text) => {
                let is_cut = cut_to(text, limits::ATTRIBUTE_TEXT_BYTES);
                self.trimmed.add("attribute_too_long", is_cut.into());
            }
            _ => {}
        }
        if self.values == 0 {
            self.trimmed.count("attribute_too_many");
            return false;
        }
        self.values -= 1;
        match value {
            AttributeValue::List(values) => {
                values.retain_mut(|value| self.takes(value, levels - 1))
            }
            AttributeValue::Map(attributes) => self.attributes(attributes, levels - 1),
            AttributeValue::Text(text) => return self.has(text.len()),
            _ => {}
        }
        true
    }

    /// Are there so many bytes left? Then they are taken.
    fn has(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes);
        match left {
            Some(left) => self.bytes = left,
            None => self.trimmed.count("attributes_too_large"),
        }
        left.is_some()
    }
}

#[cfg(test)]
#[path = "trim_tests.rs"]
mod tests;
