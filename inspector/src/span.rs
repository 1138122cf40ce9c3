//! A backend's span, reduced to what joining it and showing it needs.

use serde::Serialize;

use crate::ids::{SpanId, TraceId};

/// Longest name, service or resource that is kept, in characters: memory is bounded by count times this.
const TEXT_LIMIT: usize = 300;

/// Which kind of tracer sent a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tracer {
    /// Posted to the Datadog agent's endpoints.
    Datadog,
    /// Posted as OTLP.
    OpenTelemetry,
}

/// One span of a backend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) name: String,
    /// What Datadog calls a resource (`GET /hello`); OTLP has it in the name.
    pub(crate) resource: Option<String>,
    pub(crate) tracer: Tracer,
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// `None` for a root span.
    pub(crate) parent_id: Option<SpanId>,
    /// Start, nanoseconds since the epoch.
    pub(crate) start_ns: u64,
    /// Length, nanoseconds.
    pub(crate) duration_ns: u64,
}

/// Cuts a text at [`TEXT_LIMIT`] characters, with an ellipsis where something was cut.
pub(crate) fn bounded(text: &str) -> String {
    match text.char_indices().nth(TEXT_LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(bounded("é"), "é");
        let cut = bounded(&"é".repeat(TEXT_LIMIT + 1));
        assert_eq!(cut.chars().count(), TEXT_LIMIT + 1);
        assert!(cut.ends_with('…'));
    }
}
