//! Reads JSON objects field by field: a value of the wrong type is refused alone.

use serde_json::{Map, Value};

use super::{Refusal, RefusalCode};

/// Instead of a value that may be a secret: a misspelt `clientToken` holds the token.
const HIDDEN: &str = "(hidden)";

/// An object being read. Fields that nobody asked for are refused by [`Fields::finish`].
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
    known: Vec<&'static str>,
    refusals: &'a mut Vec<Refusal>,
}

impl<'a> Fields<'a> {
    /// `path` goes in front of each field's name, as `device.`.
    pub(crate) fn new(
        object: &'a Map<String, Value>,
        path: impl Into<String>,
        refusals: &'a mut Vec<Refusal>,
    ) -> Self {
        Self {
            object,
            path: path.into(),
            known: Vec::new(),
            refusals,
        }
    }

    /// A field as it stands; JSON's `null` counts as absent.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A string.
    pub(crate) fn string(&mut self, name: &'static str) -> Option<String> {
        let value = self.value(name)?;
        let text = value.as_str().map(str::to_owned);
        self.typed(name, value.to_string(), text, "a string")
    }

    /// A string that no refusal may show.
    pub(crate) fn secret(&mut self, name: &'static str) -> Option<String> {
        let value = self.value(name)?;
        let text = value.as_str().map(str::to_owned);
        self.typed(name, HIDDEN.to_owned(), text, "a string")
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<f64> {
        let value = self.value(name)?;
        self.typed(name, value.to_string(), value.as_f64(), "a number")
    }

    /// A whole number that is not negative.
    pub(crate) fn whole(&mut self, name: &'static str) -> Option<u64> {
        let value = self.value(name)?;
        self.typed(
            name,
            value.to_string(),
            value.as_u64(),
            "a whole number, not negative",
        )
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        self.typed(name, value.to_string(), value.as_bool(), "true or false")
    }

    /// `true` or `false`; what is neither is `false`: a switch that can't be read must not switch on.
    pub(crate) fn switch(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        let read = value.as_bool();
        if read.is_none() {
            self.refusals.push(Refusal::new(
                format!("{}{name}", self.path),
                value.to_string(),
                RefusalCode::WrongType,
                "must be true or false; false is used",
            ));
        }
        Some(read.unwrap_or_default())
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &'static str) -> Option<&'a Map<String, Value>> {
        let value = self.value(name)?;
        self.typed(name, value.to_string(), value.as_object(), "an object")
    }

    /// An array.
    pub(crate) fn array(&mut self, name: &'static str) -> Option<&'a Vec<Value>> {
        let value = self.value(name)?;
        self.typed(name, value.to_string(), value.as_array(), "an array")
    }

    /// Where refusals of this object go.
    pub(crate) fn refusals(&mut self) -> &mut Vec<Refusal> {
        self.refusals
    }

    /// Refuses each field that nothing has read.
    pub(crate) fn finish(self) {
        for name in self.object.keys() {
            if !self.known.contains(&name.as_str()) {
                self.refusals.push(Refusal::new(
                    format!("{}{name}", self.path),
                    HIDDEN,
                    RefusalCode::UnknownField,
                    format!(
                        "nothing reads a field of this name; known are {}",
                        self.known.join(", ")
                    ),
                ));
            }
        }
    }

    fn typed<T>(&mut self, name: &str, shown: String, read: Option<T>, wanted: &str) -> Option<T> {
        if read.is_none() {
            self.refusals.push(Refusal::new(
                format!("{}{name}", self.path),
                shown,
                RefusalCode::WrongType,
                format!("must be {wanted}; the default stays"),
            ));
        }
        read
    }
}
