//! Is an event as an intake wants it? By a short list of our own always, by the published schemas where a folder with them is
//! named.

mod own;
mod schema;

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use self::schema::EventSchemas;
use crate::span::bounded;

/// How many problems of one event are told: a broken one has as many as it has members.
const TOLD: usize = 20;

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Problem {
    /// Where, as a JSON path: `$.view.id`.
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) by: Judge,
}

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Judge {
    /// What every event must have, and the intake's limits.
    Handspan,
    /// The published schema of the event's type.
    Schema,
}

/// The checks of one inspector.
#[derive(Debug, Default)]
pub(crate) struct Checks(Option<EventSchemas>);

impl Problem {
    fn new(by: Judge, path: impl Into<String>, message: &str) -> Self {
        Self {
            path: bounded(&path.into()),
            message: bounded(message),
            by,
        }
    }

    /// About how many bytes its texts hold.
    pub(crate) fn size(&self) -> usize {
        self.path.len() + self.message.len()
    }
}

impl Checks {
    /// With the schemas of a folder.
    ///
    /// # Errors
    /// Says which of them cannot be used.
    pub(crate) fn with_schemas(folder: &Path) -> Result<Self, String> {
        EventSchemas::load(folder).map(|schemas| Self(Some(schemas)))
    }

    /// What is wrong with a RUM event of so many bytes.
    pub(crate) fn judge(&self, event: &Value, bytes: usize) -> Vec<Problem> {
        let mut problems = own::judge(event, bytes);
        if let Some(schemas) = &self.0 {
            problems.extend(schemas.judge(event));
        }
        problems.truncate(TOLD);
        problems
    }
}

#[cfg(test)]
mod tests;
