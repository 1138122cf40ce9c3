//! What the app attaches to events: names with typed values. [`trim`](super::trim) keeps them within limits.

use serde_json::{Map, Number, Value};

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

/// Takes others in, in place of those of the same names. What is over [`limits::ATTRIBUTES`], or over
/// [`limits::ATTRIBUTES_BYTES`] of all together, is left out; answers how many that were.
#[must_use]
pub(crate) fn merge(attributes: &mut Attributes, others: Attributes) -> u64 {
    let mut left_out = 0;
    let mut held = bytes(attributes);
    for other in others {
        let known = attributes.iter().position(|own| own.name == other.name);
        let size = bytes(std::slice::from_ref(&other));
        let before = known.map_or(0, |at| bytes(attributes.get(at..=at).unwrap_or_default()));
        let has_room = known.is_some() || attributes.len() < limits::ATTRIBUTES;
        if !has_room || held - before + size > limits::ATTRIBUTES_BYTES {
            left_out += 1;
            continue;
        }
        held = held - before + size;
        match known.and_then(|at| attributes.get_mut(at)) {
            Some(own) => own.value = other.value,
            None => attributes.push(other),
        }
    }
    left_out
}

/// Takes those of these names out.
pub(crate) fn remove(attributes: &mut Attributes, names: &[String]) {
    attributes.retain(|attribute| !names.contains(&attribute.name));
}

/// Cuts a text to [`limits::TEXT_CHARS`] bytes, on a character's edge.
pub(crate) fn cut(text: &mut String) {
    cut_to(text, limits::TEXT_CHARS);
}

/// Cuts a text to so many bytes, on a character's edge; was it longer?
pub(crate) fn cut_to(text: &mut String, bytes: usize) -> bool {
    let longer = text.len() > bytes;
    if longer {
        text.truncate(text.floor_char_boundary(bytes));
    }
    longer
}

/// Attributes as members of a JSON object: of one name that comes twice the last counts, what has no name or is no number is
/// left out.
pub fn to_json(attributes: &[Attribute]) -> Map<String, Value> {
    attributes
        .iter()
        .filter(|attribute| !attribute.name.is_empty())
        .filter_map(|attribute| Some((attribute.name.clone(), value_to_json(&attribute.value)?)))
        .collect()
}

/// A value as JSON; none where JSON can't hold it.
pub(super) fn value_to_json(value: &AttributeValue) -> Option<Value> {
    Some(match value {
        AttributeValue::Null => Value::Null,
        AttributeValue::Bool(value) => Value::from(*value),
        AttributeValue::Int(value) => Value::from(*value),
        AttributeValue::Double(value) => Value::Number(Number::from_f64(*value)?),
        AttributeValue::Text(text) => Value::from(text.as_str()),
        AttributeValue::List(values) => values.iter().filter_map(value_to_json).collect(),
        AttributeValue::Map(attributes) => Value::Object(to_json(attributes)),
    })
}

/// The reverse of [`to_json`]: what a mapper is shown.
pub fn from_json<'a>(members: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Attributes {
    members
        .into_iter()
        .map(|(name, value)| Attribute {
            name: name.clone(),
            value: value_from_json(value),
        })
        .collect()
}

fn value_from_json(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null,
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => AttributeValue::Int(whole),
            // JSON holds no number that is none.
            None => AttributeValue::Double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => AttributeValue::Text(text.clone()),
        Value::Array(values) => AttributeValue::List(values.iter().map(value_from_json).collect()),
        Value::Object(members) => AttributeValue::Map(from_json(members)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attribute(name: &str, value: AttributeValue) -> Attribute {
        Attribute {
            name: name.to_owned(),
            value,
        }
    }

    #[test]
    fn what_json_can_hold_comes_back_as_it_was_and_the_rest_is_left_out() {
        let attributes = vec![
            attribute("cart", AttributeValue::Text("first".into())),
            attribute("", AttributeValue::Int(1)),
            attribute("broken", AttributeValue::Double(f64::NAN)),
            attribute("far", AttributeValue::Double(f64::INFINITY)),
            attribute("price", AttributeValue::Double(-0.5)),
            attribute("count", AttributeValue::Int(i64::MIN)),
            attribute("cart", AttributeValue::Bool(true)),
            attribute(
                "in",
                AttributeValue::Map(vec![attribute(
                    "list",
                    AttributeValue::List(vec![
                        AttributeValue::Null,
                        AttributeValue::Double(f64::NEG_INFINITY),
                        AttributeValue::Text("é".into()),
                    ]),
                )]),
            ),
        ];
        let members = to_json(&attributes);
        assert_eq!(
            Value::Object(members.clone()),
            json!({"cart": true, "price": -0.5, "count": i64::MIN, "in": {"list": [null, "é"]}})
        );
        assert_eq!(to_json(&from_json(&members)), members);
    }
}
