//! A plan as a JSON line.

use handspan_core::trace::Plan;
use handspan_core::trace::explain::Explanation;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::request::Request;

/// Serialises a plan; fields in the order in which people read them.
pub struct PlanLine<'a> {
    /// The request.
    pub request: &'a Request,
    /// Its plan.
    pub plan: &'a Plan,
    /// Why, where that is wanted.
    pub explanation: Option<&'a Explanation>,
}

impl Serialize for PlanLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = self.plan;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("url", &self.request.url)?;
        map.serialize_entry("traced", &plan.traced)?;
        map.serialize_entry("reason", plan.reason.as_str())?;
        map.serialize_entry("host_entry", &plan.host_entry.as_deref())?;
        map.serialize_entry("headers", &HeaderMap(plan))?;
        map.serialize_entry("trace_id", &plan.trace_id.map(|id| id.to_string()))?;
        map.serialize_entry("span_id", &plan.span_id.map(|id| id.to_string()))?;
        map.serialize_entry("sampled", &plan.sampled)?;
        if let Some(explanation) = self.explanation {
            map.serialize_entry("formats", &explanation.formats)?;
            map.serialize_entry("decided_by", explanation.decided_by.as_str())?;
            map.serialize_entry("session_rate", &explanation.session_rate)?;
            map.serialize_entry("session_position", &explanation.session_position)?;
            map.serialize_entry("trace_rate", &explanation.trace_rate)?;
            map.serialize_entry("trace_rate_from", &explanation.trace_rate_from)?;
            map.serialize_entry("explanation", &explanation.words)?;
        }
        map.end()
    }
}

struct HeaderMap<'a>(&'a Plan);

impl Serialize for HeaderMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.headers())
    }
}
