//! What real tracers are sent (`tests/conformance`): requests as the core plans them, and beside each what a reader of it
//! should find, said again from the formats' rules rather than read from the core's plan.

mod cases;
mod expected;

pub use cases::all;
pub use expected::Sent;

use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_core::trace::{FixedIds, HopRequest, SpanId, TraceId};
use serde_json::{Value, json};

/// A request, and who makes it. Every core gets a name, a host and ids of its own; the rest is the default.
#[derive(Debug, Clone)]
pub struct Case {
    /// Row of the table: what is sent.
    pub row: String,
    /// Column of the table: how.
    pub column: &'static str,
    /// Formats of the host.
    pub formats: &'static [&'static str],
    /// Ids.
    pub ids: Ids,
    /// What becomes of the trace.
    pub decision: Decision,
    /// `android` or `ios`.
    pub source: &'static str,
    /// Version of the app.
    pub version: Option<String>,
    /// ARMS's id of the app.
    pub arms_pid: Option<&'static str>,
    /// The user.
    pub user: Option<String>,
    /// The account.
    pub account: Option<&'static str>,
    /// Host of the request.
    pub host: &'static str,
    /// Path of the request.
    pub path: String,
    /// Headers that the app has set.
    pub app_headers: Vec<(&'static str, String)>,
    /// Format of the trace that these headers hold.
    pub own_trace: Option<&'static str>,
    /// What of them should be behind our members in `tracestate`.
    pub own_tracestate: &'static [(&'static str, &'static str)],
    /// What of them should be beside our members in `baggage`, decoded.
    pub own_baggage: &'static [(&'static str, &'static str)],
}

/// A trace and a span.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    /// 128 bits.
    pub trace: u128,
    /// 64 bits.
    pub span: u64,
}

/// What becomes of a trace, and what the injection setting does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Kept by a rate of 100 %.
    Kept,
    /// Kept although the rate is 0 %.
    Forced,
    /// Not kept, and the headers say so: injection `all`.
    NotKept,
    /// Not kept, and without headers: injection `sampled`.
    Silent,
}

impl Case {
    /// Plans the request with a core of its own. The line holds the headers that go on the wire, in the core's order, and
    /// what they should mean.
    pub fn line(&self) -> Result<Value, String> {
        let name = format!("{}, {}", self.row, self.column);
        let core = self.core(&name)?;
        core.set_user(self.user.as_deref());
        core.set_account(self.account);
        let headers: Vec<(&str, &str)> = self
            .app_headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let planned = core.plan(
            &HopRequest {
                method: "GET",
                scheme: "https",
                host: self.host,
                port: 443,
                path: &self.path,
                headers: &headers,
                ids: FixedIds {
                    trace_id: TraceId::from_u128(self.ids.trace),
                    span_id: SpanId::from_u64(self.ids.span),
                    sampled: None,
                },
                keep: self.decision == Decision::Forced,
            },
            None,
        );
        core.shutdown();
        let set: Vec<(&str, &str)> = planned.plan.headers().collect();
        let kept = headers
            .iter()
            .filter(|(own, _)| !set.iter().any(|(name, _)| name.eq_ignore_ascii_case(own)));
        let wire: Vec<_> = kept.chain(&set).collect();
        Ok(json!({
            "row": self.row,
            "column": self.column,
            "headers": wire,
            "sent": Sent::by(self, &planned.session_id).to_json(),
        }))
    }

    fn core(&self, name: &str) -> Result<std::sync::Arc<Handspan>, String> {
        let rate = if self.decision == Decision::Kept {
            100
        } else {
            0
        };
        let injection = match self.decision {
            Decision::Silent => "sampled",
            _ => "all",
        };
        let configuration = json!({
            "instance": name,
            "source": self.source,
            "version": self.version,
            "arms_pid": self.arms_pid,
            "first_party_hosts": { self.host: self.formats },
            "trace_sample_rate": rate,
            "trace_context_injection": injection,
        });
        let (configuration, refusals) =
            from_json(&configuration.to_string()).map_err(|refusal| refusal.to_string())?;
        if let Some(refusal) = refusals.first() {
            return Err(format!("{name}: {refusal}"));
        }
        let core = Handspan::start(configuration).map_err(|error| format!("{name}: {error}"))?;
        match core.status().refusals.first() {
            Some(refusal) => Err(format!("{name}: {refusal}")),
            None => Ok(core),
        }
    }
}
