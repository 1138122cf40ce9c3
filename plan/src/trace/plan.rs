//! The decision about one hop, whole.

use std::sync::Arc;

use super::app_headers::{self, AppTrace, Headers, Reading};
use super::app_identity::AppIdentity;
use super::baggage::{BaggageMembers, BaggageValue};
use super::decision::Decision;
use super::formats::{Format, Formats};
use super::header_list::{HeaderList, HeaderWriter};
use super::ids::{SpanId, TraceId};
use super::outgoing::Outgoing;
use super::reason::Reason;
use super::sampling::Rate;
use super::{b3, baggage, datadog, sw8, tracecontext};
use crate::hosts::{HostEntry, HostMatch, HostTable};

/// Which requests get headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Injection {
    /// Only those whose trace is kept.
    #[default]
    Sampled,
    /// Those whose trace is not kept too, with headers that say so: the backend then doesn't decide again.
    All,
}

impl Injection {
    /// Name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::All => "all",
        }
    }
}

/// What plans are made from: an immutable snapshot of the configuration, local and remote.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    /// The app's own hosts.
    pub hosts: HostTable,
    /// Which sessions are kept.
    pub session_rate: Rate,
    /// Which traces of a kept session are kept, where the host has no rate of its own.
    pub trace_rate: Rate,
    /// Which requests get headers.
    pub injection: Injection,
    /// Set when nothing is injected at all: `ConsentRefused` or `Disabled`.
    pub off: Option<Reason>,
    /// Who is named in `baggage`.
    pub baggage: BaggageMembers,
    /// What some formats say of the app.
    pub app: AppIdentity,
}

impl Default for TraceSettings {
    /// No host, everything kept.
    fn default() -> Self {
        Self {
            hosts: HostTable::default(),
            session_rate: Rate::ALL,
            trace_rate: Rate::ALL,
            injection: Injection::default(),
            off: None,
            baggage: BaggageMembers::default(),
            app: AppIdentity::default(),
        }
    }
}

/// The session that a request belongs to, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionIdentity<'a> {
    /// UUID.
    pub id: &'a str,
    /// Its [`session_hash`](super::session_hash).
    pub hash: u64,
    /// The user, as the app names them.
    pub user_id: Option<&'a BaggageValue>,
    /// The account, as the app names it.
    pub account_id: Option<&'a BaggageValue>,
}

/// Ids that are fixed from outside: by an earlier hop of the same call, or by a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FixedIds {
    /// The call's trace.
    pub trace_id: Option<TraceId>,
    /// The hop's span.
    pub span_id: Option<SpanId>,
    /// The decision that was made for the trace.
    pub sampled: Option<bool>,
}

/// A request that is about to go on the wire. Host, port and path as the platform's own HTTP stack parsed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HopRequest<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// URL scheme, in any case.
    pub scheme: &'a str,
    /// Host without port.
    pub host: &'a str,
    /// Port. Doesn't count in matching.
    pub port: u16,
    /// Path, percent-encoded. Doesn't count in matching.
    pub path: &'a str,
    /// The headers on it; those of [`READ_HEADER_NAMES`](super::READ_HEADER_NAMES) are enough.
    pub headers: &'a [(&'a str, &'a str)],
    /// Ids of the call's earlier hops.
    pub ids: FixedIds,
    /// Keep this trace, whatever the rates say.
    pub keep: bool,
}

/// What to do with a hop.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Why.
    pub reason: Reason,
    /// Does the hop belong to a trace, ours or the app's own?
    pub traced: bool,
    /// The configured host that matched.
    pub host_entry: Option<Arc<str>>,
    /// The trace that goes out.
    pub trace_id: Option<TraceId>,
    /// The span that goes out, which the backend's span names as its parent.
    pub span_id: Option<SpanId>,
    /// The decision. None where there is no trace or nobody knows.
    pub sampled: Option<bool>,
    /// The trace sample rate that decided, 0…1, as `_dd.rule_psr`. None where no rate was asked.
    pub rule_psr: Option<f64>,
    headers: HeaderList,
}

impl Plan {
    /// A plan that touches nothing.
    pub fn untouched(reason: Reason) -> Self {
        Self {
            reason,
            traced: reason.is_traced(),
            host_entry: None,
            trace_id: None,
            span_id: None,
            sampled: None,
            rule_psr: None,
            headers: HeaderList::default(),
        }
    }

    /// The headers to set, by replacing: lower-case names, values of visible ASCII and spaces.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter()
    }
}

/// Decides about one hop. Pure: the clock's seconds and the random bits are handed in.
///
/// The order of the questions: the app's own identity headers, the switches, the kind of request, the host, the sample
/// rates. `draw` returns 64 random bits; it is asked only for ids that are needed and not fixed.
pub fn plan(
    settings: &TraceSettings,
    session: &SessionIdentity<'_>,
    request: &HopRequest<'_>,
    unix_seconds: u32,
    draw: &mut dyn FnMut() -> u64,
) -> Plan {
    let app = Headers::new(request.headers);
    match app_headers::read(&app) {
        Reading::Absent => {}
        Reading::Malformed => return app_plan(settings, request, None),
        Reading::Read(trace) => return app_plan(settings, request, Some(trace)),
    }
    let entry = match matching_entry(settings, request) {
        Ok(entry) => entry,
        Err(reason) => return Plan::untouched(reason),
    };
    let host_entry = Some(Arc::clone(&entry.host));
    if !entry.formats.carry_trace() {
        return Plan {
            host_entry,
            ..Plan::untouched(Reason::NoFormats)
        };
    }

    let decision = Decision::make(settings, session, entry, request);
    let reason = decision.reason(settings.injection, entry);
    let sampled = Some(decision.verdict.kept());
    let rule_psr = decision.rule_psr();
    if !reason.is_traced() {
        return Plan {
            host_entry,
            sampled,
            rule_psr,
            ..Plan::untouched(reason)
        };
    }
    let trace = request
        .ids
        .trace_id
        .unwrap_or_else(|| TraceId::draw(unix_seconds, draw));
    let span = request.ids.span_id.unwrap_or_else(|| SpanId::draw(draw));
    let (trace_hex, span_hex) = (trace.hex(), span.hex());
    let out = Outgoing {
        trace,
        span,
        trace_hex: trace_hex.as_str(),
        span_hex: span_hex.as_str(),
        verdict: decision.verdict,
        app: &settings.app,
        session: &settings.baggage.of(session),
        request,
        app_headers: &app,
    };
    Plan {
        reason,
        traced: true,
        host_entry,
        trace_id: Some(trace),
        span_id: Some(span),
        sampled,
        rule_psr,
        headers: write(entry.formats, &out),
    }
}

/// The entry of a request that may get headers, or the reason why it may not.
fn matching_entry<'a>(
    settings: &'a TraceSettings,
    request: &HopRequest<'_>,
) -> Result<&'a HostEntry, Reason> {
    if let Some(reason) = settings.off {
        return Err(reason);
    }
    if request.method.eq_ignore_ascii_case("CONNECT") {
        return Err(Reason::ConnectMethod);
    }
    // Platforms write it in lower case.
    let is_http = matches!(request.scheme, "https" | "http")
        || ["https", "http"]
            .iter()
            .any(|known| request.scheme.eq_ignore_ascii_case(known));
    if !is_http {
        return Err(Reason::UnsupportedScheme);
    }
    match settings.hosts.find(request.host) {
        HostMatch::Ours(entry) => Ok(entry),
        HostMatch::NotOurs => Err(Reason::HostNotFirstParty),
        HostMatch::Invalid => Err(Reason::InvalidHost),
    }
}

/// The plan of a request that carries the app's own trace: nothing is added, whatever the configuration says.
fn app_plan(settings: &TraceSettings, request: &HopRequest<'_>, trace: Option<AppTrace>) -> Plan {
    let host_entry = match settings.hosts.find(request.host) {
        HostMatch::Ours(entry) => Some(Arc::clone(&entry.host)),
        HostMatch::NotOurs | HostMatch::Invalid => None,
    };
    match trace {
        None => Plan {
            host_entry,
            ..Plan::untouched(Reason::AppHeadersMalformed)
        },
        Some(AppTrace {
            trace_id,
            span_id,
            sampled,
        }) => Plan {
            host_entry,
            trace_id,
            span_id,
            sampled,
            ..Plan::untouched(Reason::AppHeaders)
        },
    }
}

/// What the formats of a host write.
fn write(formats: Formats, out: &Outgoing<'_>) -> HeaderList {
    let mut headers = HeaderWriter::with_room(formats);
    for format in formats.iter() {
        match format {
            Format::Datadog => datadog::write(out, &mut headers),
            Format::TraceContext => tracecontext::write(out, &mut headers),
            Format::B3 => b3::write_single(out, &mut headers),
            Format::B3Multi => b3::write_multi(out, &mut headers),
            Format::Sw8 => sw8::write(out, &mut headers),
            Format::Baggage => baggage::write(out, &mut headers),
        }
    }
    headers.finish()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
