//! The logs intake's body: a JSON array of records, read one by one.

use serde_json::Value;
use serde_json::value::RawValue;

use super::facts::Facts;
use super::item::{Item, Kind, Told, ViewName, number, text};
use crate::event::{EVENT_LIMIT, EVENTS_LIMIT};
use crate::ids::{SpanId, TraceId};
use crate::loose::{Array, Collect};
use crate::refusal::{Reason, Refusal};

/// Levels that say something went wrong.
const FAILED: [&str; 4] = ["error", "critical", "alert", "emergency"];

/// A record, or why it is none.
pub(crate) type Line = Result<Box<Told>, Reason>;

#[derive(Default)]
struct Records(Vec<Line>);

impl Collect for Records {
    type Item = Box<RawValue>;

    fn take(&mut self, item: Self::Item) {
        self.0.push(if self.0.len() < EVENTS_LIMIT {
            record(item.get())
        } else {
            Err(Reason::TooManyEvents)
        });
    }
}

/// Reads a body of `/api/v2/logs`; a single object is a list of one.
pub(crate) fn read_logs(body: &[u8]) -> Result<Vec<Line>, Refusal> {
    if body.trim_ascii_start().starts_with(b"{") {
        let text = std::str::from_utf8(body);
        let one = text.map_or(Err(Reason::EventNotJson), |text| record(text.trim()));
        return Ok(vec![one]);
    }
    let list: Array<Records> = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(Reason::EventNotJson, format!("no JSON: {error}")))?;
    let records = list.list().map(|records| records.0);
    records.ok_or_else(|| Refusal::new(Reason::EventNotAnEvent, "logs are a list of objects"))
}

fn record(raw: &str) -> Line {
    if raw.len() > EVENT_LIMIT {
        return Err(Reason::EventTooLarge);
    }
    let value: Value = serde_json::from_str(raw).map_err(|_| Reason::EventNotJson)?;
    if !value.is_object() {
        return Err(Reason::EventNotAnEvent);
    }
    Ok(Box::new(Told::log(&value, raw)))
}

impl Told {
    /// Reads a record.
    pub(crate) fn log(log: &Value, raw: &str) -> Self {
        let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| text(log, pointer));
        let level = first(&["/status"]);
        let trace = first(&["/dd.trace_id", "/dd/trace_id"]);
        let span = first(&["/dd.span_id", "/dd/span_id"]);
        let action = first(&["/user_action.id", "/action.id", "/action/id"]);
        let item = Item {
            view: ViewName {
                id: first(&["/view.id", "/view/id"]),
                ..ViewName::default()
            },
            actions: action.into_iter().collect(),
            date: date(log),
            label: first(&["/message"]).unwrap_or_default(),
            failed: level
                .as_deref()
                .is_some_and(|level| FAILED.contains(&level)),
            word: level,
            trace_id: trace.as_deref().and_then(TraceId::from_hex),
            span_id: span.as_deref().and_then(SpanId::from_decimal),
            ..Item::bare(Kind::Log, raw)
        };
        let mut facts = Facts::read(log);
        facts.application_id = facts.application_id.or_else(|| first(&["/application_id"]));
        Self {
            session_id: first(&["/session_id", "/session.id", "/session/id"]),
            facts,
            item,
        }
    }
}

/// Milliseconds since the epoch.
fn date(log: &Value) -> Option<f64> {
    number(log, "/date").map(|date| date as f64)
}
