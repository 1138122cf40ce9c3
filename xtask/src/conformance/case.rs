//! What tracers are sent, as `conformance-cases` prints it.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::{paths, process};

/// How long the core may plan.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Case {
    /// Row of a table: what is sent.
    pub(super) row: String,
    /// Column: how. Empty where the row has one cell only.
    pub(super) column: String,
    /// The headers, as the core gave them.
    pub(super) headers: Vec<(String, String)>,
    /// What they say.
    pub(super) sent: Sent,
}

/// What a request says.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Sent {
    /// Formats that carry a trace.
    pub(super) carried: Vec<String>,
    pub(super) trace_id: String,
    pub(super) span_id: String,
    pub(super) sampled: bool,
    pub(super) datadog: Option<Datadog>,
    /// Members in their order.
    pub(super) tracestate: Vec<(String, String)>,
    pub(super) baggage: BTreeMap<String, String>,
    pub(super) sw8: Option<Names>,
}

/// What Datadog's tracers hear beside the ids.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Datadog {
    pub(super) priority: String,
    pub(super) origin: Option<String>,
    pub(super) decision_maker: Option<String>,
}

/// The names in `sw8`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Names {
    pub(super) service: String,
    pub(super) instance: String,
    pub(super) endpoint: String,
    pub(super) peer: String,
}

impl Case {
    /// What a person calls it, and explanations select by.
    pub(super) fn name(&self) -> String {
        match self.column.as_str() {
            "" => self.row.clone(),
            column => format!("{}, {column}", self.row),
        }
    }
}

/// Every case, from the program that [`build::programs`](crate::build::programs) built.
pub(super) fn read() -> anyhow::Result<Vec<Case>> {
    let log = paths::target().join("conformance/cases.log");
    let mut command = Command::new(paths::built("conformance-cases"));
    let text = process::output(&mut command, &log, PATIENCE)?;
    let cases = text
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("not a case: {line}")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(!cases.is_empty(), "no cases");
    Ok(cases)
}
