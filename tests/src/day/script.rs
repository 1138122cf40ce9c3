//! The script: `tests/shared/user-day.json`.

use handspan_core::rum::attributes::{Attribute, AttributeValue, Attributes};
use serde_json::{Map, Value};

const SCRIPT: &str = include_str!("../../shared/user-day.json");

/// Something that the app says.
#[derive(Debug)]
pub struct Step {
    /// Milliseconds since the day began.
    pub at_ms: u64,
    /// What is said.
    pub call: String,
    fields: Map<String, Value>,
}

/// The steps, in order.
pub fn steps() -> Result<Vec<Step>, String> {
    let script: Value = serde_json::from_str(SCRIPT).map_err(|error| error.to_string())?;
    let steps = script.get("steps").and_then(Value::as_array);
    steps
        .ok_or("the script has no steps")?
        .iter()
        .map(Step::read)
        .collect()
}

impl Step {
    fn read(step: &Value) -> Result<Self, String> {
        let fields = step.as_object().ok_or("a step is no object")?.clone();
        let mut step = Self {
            at_ms: 0,
            call: String::new(),
            fields,
        };
        step.at_ms = step.whole("at")?;
        step.call = step.text("call")?;
        Ok(step)
    }

    fn field<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let Some(value) = self.fields.get(name) else {
            return Ok(None);
        };
        let wrong = || format!("{} at {}: `{name}` is {value}", self.call, self.at_ms);
        read(value).map(Some).ok_or_else(wrong)
    }

    fn there<T>(&self, name: &str, value: Option<T>) -> Result<T, String> {
        value.ok_or_else(|| format!("{} at {}: `{name}` is missing", self.call, self.at_ms))
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<String, String> {
        self.there(name, self.optional_text(name)?)
    }

    /// A text.
    pub fn optional_text(&self, name: &str) -> Result<Option<String>, String> {
        self.field(name, |value| value.as_str().map(str::to_owned))
    }

    /// A whole number that must be there.
    pub fn whole(&self, name: &str) -> Result<u64, String> {
        self.there(name, self.optional_whole(name)?)
    }

    /// A whole number.
    pub fn optional_whole(&self, name: &str) -> Result<Option<u64>, String> {
        self.field(name, Value::as_u64)
    }

    /// A number.
    pub fn optional_number(&self, name: &str) -> Result<Option<f64>, String> {
        self.field(name, Value::as_f64)
    }

    /// A switch.
    pub fn optional_switch(&self, name: &str) -> Result<Option<bool>, String> {
        self.field(name, Value::as_bool)
    }

    /// Texts; none where there are none.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let read = |value: &Value| {
            let texts = value.as_array()?.iter();
            texts.map(|text| text.as_str().map(str::to_owned)).collect()
        };
        Ok(self.field(name, read)?.unwrap_or_default())
    }

    /// Objects; none where there are none.
    pub fn steps(&self, name: &str) -> Result<Vec<Step>, String> {
        let read = |value: &Value| {
            let objects = value.as_array()?.iter().map(|object| {
                Some(Self {
                    at_ms: self.at_ms,
                    call: format!("{}.{name}", self.call),
                    fields: object.as_object()?.clone(),
                })
            });
            objects.collect::<Option<Vec<_>>>()
        };
        Ok(self.field(name, read)?.unwrap_or_default())
    }

    /// Its attributes; none where there are none.
    pub fn attributes(&self) -> Result<Attributes, String> {
        let read = |value: &Value| Some(attributes(value.as_object()?));
        Ok(self.field("attributes", read)?.unwrap_or_default())
    }

    /// A value of an attribute.
    pub fn value(&self, name: &str) -> Result<AttributeValue, String> {
        self.there(name, self.field(name, |value| Some(typed(value)))?)
    }
}

fn attributes(members: &Map<String, Value>) -> Attributes {
    let one = |(name, value): (&String, &Value)| Attribute {
        name: name.clone(),
        value: typed(value),
    };
    members.iter().map(one).collect()
}

fn typed(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null,
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => AttributeValue::Int(whole),
            None => AttributeValue::Double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => AttributeValue::Text(text.clone()),
        Value::Array(values) => AttributeValue::List(values.iter().map(typed).collect()),
        Value::Object(members) => AttributeValue::Map(attributes(members)),
    }
}
