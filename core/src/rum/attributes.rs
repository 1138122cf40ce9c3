//! What the app attaches to events: names with typed values.

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

/// Cuts a text to [`limits::TEXT_CHARS`] bytes, on a character's edge.
pub(crate) fn cut(text: &mut String) {
    if text.len() > limits::TEXT_CHARS {
        text.truncate(text.floor_char_boundary(limits::TEXT_CHARS));
    }
}
