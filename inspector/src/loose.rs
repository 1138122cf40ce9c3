//! JSON of which only parts are wanted: what has another kind than expected counts as missing, what is not asked
//! for is skipped, and lists are folded item by item instead of being kept.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::span::bounded;

/// A JSON value; `M` is what an object is read into, `L` what a list is folded into.
#[derive(Default)]
pub(crate) enum Loose<M, L> {
    Text(String),
    Number(u64),
    /// A number below 0, or with a fraction.
    Float(f64),
    Bool(bool),
    Map(M),
    List(L),
    /// Missing, null, or of a kind that nothing here reads.
    #[default]
    Other,
}

/// A string or a number.
pub(crate) type Scalar = Loose<IgnoredAny, ()>;

/// An object.
pub(crate) type Object<M> = Loose<M, ()>;

/// A list.
pub(crate) type Array<L> = Loose<IgnoredAny, L>;

/// What the items of a list are folded into.
pub(crate) trait Collect: Default {
    type Item: DeserializeOwned;

    fn take(&mut self, item: Self::Item);
}

impl Collect for () {
    type Item = IgnoredAny;

    fn take(&mut self, _: IgnoredAny) {}
}

impl<M, L> Loose<M, L> {
    /// The string, cut as names are; empty where it is none.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// The number, which may stand in a string; 0 where it is none.
    pub(crate) fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.parse().unwrap_or_default(),
            _ => 0,
        }
    }

    pub(crate) fn map(self) -> Option<M> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn list(self) -> Option<L> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

impl<'de, M: Deserialize<'de>, L: Collect> Deserialize<'de> for Loose<M, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor(PhantomData))
    }
}

struct LooseVisitor<M, L>(PhantomData<(M, L)>);

impl<'de, M: Deserialize<'de>, L: Collect> Visitor<'de> for LooseVisitor<M, L> {
    type Value = Loose<M, L>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Loose::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Loose::Float(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Loose::Number(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Loose::Float(number))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Loose::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Loose::Text(bounded(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        M::deserialize(MapAccessDeserializer::new(map)).map(Loose::Map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = L::default();
        while let Some(item) = items.next_element()? {
            list.take(item);
        }
        Ok(Loose::List(list))
    }
}
