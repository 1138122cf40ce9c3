//! Attributes as they cross the boundary.

use crate::rum::attributes as rum;

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum AttributeValue {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool {
        /// Which.
        value: bool,
    },
    /// A whole number.
    Int {
        /// Which.
        value: i64,
    },
    /// A number.
    Double {
        /// Which.
        value: f64,
    },
    /// Text.
    Text {
        /// Which.
        value: String,
    },
    /// Values in order.
    List {
        /// Which.
        values: Vec<AttributeValue>,
    },
    /// Attributes in it.
    Map {
        /// Which.
        attributes: Vec<Attribute>,
    },
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: AttributeValue,
}

impl From<AttributeValue> for rum::AttributeValue {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::Null => Self::Null,
            AttributeValue::Bool { value } => Self::Bool(value),
            AttributeValue::Int { value } => Self::Int(value),
            AttributeValue::Double { value } => Self::Double(value),
            AttributeValue::Text { value } => Self::Text(value),
            AttributeValue::List { values } => {
                Self::List(values.into_iter().map(Into::into).collect())
            }
            AttributeValue::Map { attributes } => Self::Map(into_core(attributes)),
        }
    }
}

/// Attributes to the core's own.
pub(in super::super) fn into_core(attributes: Vec<Attribute>) -> rum::Attributes {
    attributes
        .into_iter()
        .map(|attribute| rum::Attribute {
            name: attribute.name,
            value: attribute.value.into(),
        })
        .collect()
}

impl From<rum::AttributeValue> for AttributeValue {
    fn from(value: rum::AttributeValue) -> Self {
        match value {
            rum::AttributeValue::Null => Self::Null,
            rum::AttributeValue::Bool(value) => Self::Bool { value },
            rum::AttributeValue::Int(value) => Self::Int { value },
            rum::AttributeValue::Double(value) => Self::Double { value },
            rum::AttributeValue::Text(value) => Self::Text { value },
            rum::AttributeValue::List(values) => Self::List {
                values: values.into_iter().map(Into::into).collect(),
            },
            rum::AttributeValue::Map(attributes) => Self::Map {
                attributes: attributes.into_iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<rum::Attribute> for Attribute {
    fn from(attribute: rum::Attribute) -> Self {
        Self {
            name: attribute.name,
            value: attribute.value.into(),
        }
    }
}
