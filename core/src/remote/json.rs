//! Bytes to a tree, with what a reader of JSON usually hides still in it: a name that stands twice in an object.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::limits;

/// An object; names in byte order.
pub(super) type Object = BTreeMap<String, Json>;

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    /// `null`. No field takes it.
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Object),
    /// Instead of the values of a name that stands twice or more in an object. RFC 8259, 4 leaves open which of them counts, and
    /// readers differ: an inspector could show one and the phone obey the other. So no field takes any.
    Twice,
}

/// Reads a document. Nesting over serde_json's 128 levels is an error, as is a number that no double holds.
pub(super) fn read(bytes: &[u8]) -> Result<Json, serde_json::Error> {
    serde_json::from_slice(bytes)
}

impl Json {
    /// The beginning of the value as text, for a refusal.
    pub(super) fn shown(&self) -> String {
        let mut shown = Shown {
            text: String::new(),
            left: limits::REFUSAL_VALUE_CHARS,
        };
        // An error says that there is no more room.
        let _ = write!(shown, "{self}");
        shown.text
    }
}

/// Takes no more characters than a refusal shows: a value may be of any size.
struct Shown {
    text: String,
    left: usize,
}

impl Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma =
            |f: &mut fmt::Formatter<'_>, at| if at > 0 { f.write_char(',') } else { Ok(()) };
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    comma(f, at)?;
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (at, (name, value)) in members.iter().enumerate() {
                    comma(f, at)?;
                    write!(f, "{name:?}:{value}")?;
                }
                f.write_char('}')
            }
            Self::Twice => f.write_str("(twice)"),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Object::new();
        while let Some((name, value)) = members.next_entry::<String, Json>()? {
            match object.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut first) => {
                    first.insert(Json::Twice);
                }
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_has_no_value() {
        let read = read(br#"{"a":1,"b":{"c":[{"d":null,"d":2,"d":3}]},"a":1}"#).unwrap();
        assert_eq!(
            read.to_string(),
            r#"{"a":(twice),"b":{"c":[{"d":(twice)}]}}"#
        );
    }

    #[test]
    fn a_value_of_any_size_is_shown_by_its_beginning() {
        let long = format!("[{}1]", "\"é\",".repeat(10_000));
        let shown = read(long.as_bytes()).unwrap().shown();
        assert_eq!(shown.chars().count(), limits::REFUSAL_VALUE_CHARS);
        assert!(shown.starts_with("[\"é\",\"é\","));
        assert_eq!(read(b" true ").unwrap().shown(), "true");
    }

    #[test]
    fn deep_and_huge_is_an_error_and_no_overflow() {
        for text in [
            "[".repeat(200_000),
            "{\"a\":".repeat(50_000),
            "1e400".to_owned(),
        ] {
            assert!(read(text.as_bytes()).is_err());
        }
    }
}
