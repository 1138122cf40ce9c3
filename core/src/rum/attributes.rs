//! What the app attaches to events: names with typed values.

use serde_json::{Map, Value};

use crate::limits;

/// A value of an attribute. What JSON can't hold (NaN, infinity) is left out of events.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<AttributeValue>),
    /// Attributes in it.
    Map(Attributes),
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name. Dots in it nest in Datadog's explorer, as everywhere there.
    pub name: String,
    /// Its value.
    pub value: AttributeValue,
}

/// Attributes as the app gave them. Of one name that comes twice the last counts.
pub type Attributes = Vec<Attribute>;

impl AttributeValue {
    /// About what it costs in memory while it waits.
    pub fn bytes(&self) -> usize {
        let below = match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Double(_) => 0,
            Self::Text(text) => text.len(),
            Self::List(values) => values.iter().map(Self::bytes).sum(),
            Self::Map(attributes) => bytes(attributes),
        };
        size_of::<Self>() + below
    }
}

/// About what attributes cost in memory while they wait.
pub fn bytes(attributes: &[Attribute]) -> usize {
    let one = |attribute: &Attribute| {
        size_of::<String>() + attribute.name.len() + attribute.value.bytes()
    };
    attributes.iter().map(one).sum()
}

/// Takes others in, in place of those of the same names. What is over [`limits::ATTRIBUTES`] is left out.
pub(crate) fn merge(attributes: &mut Attributes, others: Attributes) {
    for other in others {
        if let Some(own) = attributes.iter_mut().find(|own| own.name == other.name) {
            own.value = other.value;
        } else if attributes.len() < limits::ATTRIBUTES {
            attributes.push(other);
        }
    }
}

/// Takes those of these names out.
pub(crate) fn remove(attributes: &mut Attributes, names: &[String]) {
    attributes.retain(|attribute| !names.contains(&attribute.name));
}

/// As they stand on an event.
pub fn to_json(attributes: &[Attribute]) -> Map<String, Value> {
    let one = |attribute: &Attribute| (attribute.name.clone(), value_to_json(&attribute.value));
    attributes.iter().map(one).collect()
}

/// A value as it stands on an event.
pub fn value_to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Null => Value::Null,
        AttributeValue::Bool(value) => Value::from(*value),
        AttributeValue::Int(value) => Value::from(*value),
        AttributeValue::Double(value) => Value::from(*value),
        AttributeValue::Text(value) => Value::from(value.as_str()),
        AttributeValue::List(values) => values.iter().map(value_to_json).collect(),
        AttributeValue::Map(attributes) => Value::Object(to_json(attributes)),
    }
}

/// Cuts a text to [`limits::TEXT_CHARS`] bytes, on a character's edge.
pub(crate) fn cut(text: &mut String) {
    cut_to(text, limits::TEXT_CHARS);
}

/// Cuts a text to so many bytes, on a character's edge.
pub(crate) fn cut_to(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
    }
}
