//! A plan's why, as data and in words, for the person who asks why a request did not join.

use super::formats::Format;
use super::plan::{HopRequest, Plan, SessionIdentity, TraceSettings};
use super::reason::Reason;
use super::sampling::Rate;
use crate::hosts::{HostEntry, HostMatch};

/// Why a plan is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The formats of the host that matched, in the order in which their headers are written.
    pub formats: Vec<&'static str>,
    /// Which question was answered last.
    pub decided_by: DecidedBy,
    /// `session_sample_rate` as the session was drawn with it, percent.
    pub session_rate: f64,
    /// Where the session stands, 0…100: it is kept by every rate above that.
    pub session_position: f64,
    /// Sample rate of the host's traces, percent. None where no host matched.
    pub trace_rate: Option<f64>,
    /// The configuration's field that holds that rate.
    pub trace_rate_from: Option<String>,
    /// The same in a few plain sentences: what happens to the request, which entry and which rate decided, what to change.
    pub words: String,
}

/// What settled a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecidedBy {
    /// The app's own trace headers.
    AppHeaders,
    /// Consent, or the switch of the app or of the remote document.
    SwitchedOff,
    /// The method: `CONNECT`.
    Method,
    /// The scheme.
    Scheme,
    /// The host.
    Host,
    /// The formats of the host's entry.
    Formats,
    /// An earlier hop of the same call.
    EarlierHop,
    /// Somebody who wants this very trace.
    Forced,
    /// The sample rates.
    Rates,
    /// The app or its HTTP stack, after the plan or past it.
    Platform,
    /// There was no core that could decide.
    Core,
}

impl DecidedBy {
    /// The snake_case code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AppHeaders => "app_headers",
            Self::SwitchedOff => "switched_off",
            Self::Method => "method",
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::Formats => "formats",
            Self::EarlierHop => "earlier_hop",
            Self::Forced => "forced",
            Self::Rates => "rates",
            Self::Platform => "platform",
            Self::Core => "core",
        }
    }

    /// What settled a hop of this reason; `decided_earlier` where an earlier hop of its call had brought the decision.
    pub fn of(reason: Reason, decided_earlier: bool) -> Self {
        match reason {
            Reason::AppHeaders | Reason::AppHeadersMalformed => Self::AppHeaders,
            Reason::ConsentRefused | Reason::Disabled => Self::SwitchedOff,
            Reason::ConnectMethod => Self::Method,
            Reason::UnsupportedScheme => Self::Scheme,
            Reason::HostNotFirstParty | Reason::InvalidHost => Self::Host,
            Reason::NoFormats => Self::Formats,
            Reason::TracedForced => Self::Forced,
            Reason::WebSocket | Reason::RemovedByApp => Self::Platform,
            Reason::NotReady | Reason::InternalError => Self::Core,
            Reason::Traced
            | Reason::TracedNotKept
            | Reason::TraceNotSampled
            | Reason::SessionNotSampled => {
                if decided_earlier {
                    Self::EarlierHop
                } else {
                    Self::Rates
                }
            }
        }
    }
}

/// Explains a plan that was made from the same three.
pub fn explain(
    settings: &TraceSettings,
    session: &SessionIdentity<'_>,
    request: &HopRequest<'_>,
    plan: &Plan,
) -> Explanation {
    let entry = entry(settings, request);
    let rate = entry.map(|entry| trace_rate(settings, entry));
    let mut sentences = vec![verdict(plan)];
    sentences.extend(because(settings, session, request, plan));
    Explanation {
        formats: entry
            .map(|entry| entry.formats.iter().map(Format::name).collect())
            .unwrap_or_default(),
        decided_by: DecidedBy::of(plan.reason, request.ids.sampled.is_some()),
        session_rate: settings.session_rate.percent(),
        session_position: position(session.hash),
        trace_rate: rate.as_ref().map(|(_, rate)| rate.percent()),
        trace_rate_from: rate.map(|(field, _)| field),
        words: sentences.join(" "),
    }
}

/// The rate of a host's traces, and the field that holds it.
fn trace_rate(settings: &TraceSettings, entry: &HostEntry) -> (String, Rate) {
    match entry.sample_rate {
        Some(rate) => (
            format!("first_party_hosts[\"{}\"].sample_rate", entry.host),
            rate,
        ),
        None => ("trace_sample_rate".to_owned(), settings.trace_rate),
    }
}

/// Where a session of this hash stands, percent: it is kept by every rate above that.
pub fn position(session_hash: u64) -> f64 {
    session_hash as f64 / 2f64.powi(64) * 100.0
}

fn verdict(plan: &Plan) -> String {
    match (plan.reason, plan.trace_id, plan.span_id) {
        (Reason::Traced, Some(trace), Some(span)) => {
            format!("Traced: the request leaves with trace {trace} and span {span}, and the trace is kept.")
        }
        (Reason::TracedForced, Some(trace), Some(span)) => {
            format!("Traced: the request leaves with trace {trace} and span {span}, and the trace is kept by force.")
        }
        (Reason::TracedNotKept, Some(trace), Some(span)) => format!(
            "Traced, not kept: the request leaves with trace {trace} and span {span} and headers that say that the trace is not kept."
        ),
        (Reason::AppHeaders, Some(trace), _) => {
            format!("Traced by the app itself: its own trace headers stay as they are, and trace {trace} is recorded.")
        }
        (Reason::AppHeaders, None, _) if plan.sampled == Some(false) => {
            "Not traced, by the app itself: its own trace header says so, and stays as it is.".to_owned()
        }
        (Reason::AppHeaders, None, _) => {
            "Traced by the app itself: its own trace headers stay as they are; they name no trace id to record.".to_owned()
        }
        (Reason::AppHeadersMalformed, ..) => {
            "The app's own trace headers stay as they are, and no ids can be read from them.".to_owned()
        }
        (reason, ..) => format!("Not traced ({}): the request leaves as the app made it.", reason.as_str()),
    }
}

fn because(
    settings: &TraceSettings,
    session: &SessionIdentity<'_>,
    request: &HopRequest<'_>,
    plan: &Plan,
) -> Vec<String> {
    let host = request.host;
    match plan.reason {
        Reason::Traced | Reason::TracedNotKept | Reason::TraceNotSampled | Reason::SessionNotSampled => {
            let mut sentences: Vec<String> = entry(settings, request).map(matched).into_iter().collect();
            sentences.extend(sampling(settings, session, request, plan));
            sentences
        }
        Reason::TracedForced => entry(settings, request)
            .map(matched)
            .into_iter()
            .chain(["This trace was asked for, so no sample rate counts.".to_owned()])
            .collect(),
        Reason::AppHeaders => vec![
            "A request with an identity header of its own (traceparent, x-datadog-trace-id, x-datadog-parent-id, b3, x-b3-*, sw8) gets nothing from us; without it the request is planned like any other: ask again without it.".to_owned(),
        ],
        Reason::AppHeadersMalformed => vec![
            "A service will likely not continue that trace: correct the header; without it the request is planned like any other: ask again without it.".to_owned(),
        ],
        Reason::HostNotFirstParty => vec![host_not_first_party(settings, host)],
        Reason::NoFormats => vec![format!(
            "{host} matches first_party_hosts[\"{}\"], which lists no format that carries a trace; add \"datadog\" and \"tracecontext\" to it.",
            plan.host_entry.as_deref().unwrap_or_default()
        )],
        Reason::UnsupportedScheme => vec![format!(
            "The scheme is \"{}\"; only http and https requests carry trace headers.",
            request.scheme
        )],
        Reason::ConnectMethod => vec![
            "CONNECT asks a proxy for a tunnel and reaches no backend; the request inside the tunnel is planned by itself.".to_owned(),
        ],
        Reason::InvalidHost => vec![format!(
            "\"{host}\" is not a host name, an IPv4 or an IPv6 address; check the URL."
        )],
        Reason::ConsentRefused => vec![
            "The user has refused tracking (tracking_consent is \"refused\"); nothing is injected until that changes.".to_owned(),
        ],
        Reason::Disabled => vec!["The app or the remote document has switched tracing off.".to_owned()],
        Reason::WebSocket => vec!["The handshake of a WebSocket passes network interceptors by; open it through a client made with handspanWebSockets.".to_owned()],
        Reason::RemovedByApp => vec!["Something in the app, behind Handspan, took the headers off again; look for an interceptor that sets or removes them.".to_owned()],
        Reason::NotReady => vec!["The core had not started when the request left; start it earlier.".to_owned()],
        Reason::InternalError => vec!["That is a bug of Handspan; please report it.".to_owned()],
    }
}

fn entry<'a>(settings: &'a TraceSettings, request: &HopRequest<'_>) -> Option<&'a HostEntry> {
    match settings.hosts.find(request.host) {
        HostMatch::Ours(entry) => Some(entry),
        HostMatch::NotOurs | HostMatch::Invalid => None,
    }
}

fn matched(entry: &HostEntry) -> String {
    let formats: Vec<_> = entry.formats.iter().map(|format| format.name()).collect();
    format!(
        "The host matches first_party_hosts[\"{}\"] (formats: {}).",
        entry.host,
        formats.join(", ")
    )
}

fn host_not_first_party(settings: &TraceSettings, host: &str) -> String {
    if settings.hosts.is_empty() {
        return format!(
            "No first-party host is configured; add \"{host}\" (or its parent domain) to first_party_hosts."
        );
    }
    format!(
        "{host} is neither one of the {} configured first-party hosts nor a subdomain of one; if it is yours, add it to first_party_hosts.",
        settings.hosts.len()
    )
}

/// Which rate decided, in the words of the configuration.
fn sampling(
    settings: &TraceSettings,
    session: &SessionIdentity<'_>,
    request: &HopRequest<'_>,
    plan: &Plan,
) -> Vec<String> {
    if request.ids.sampled.is_some() {
        return vec![
            "The decision was made by an earlier hop of the same call and stands.".to_owned(),
        ];
    }
    let Some((name, rate)) = entry(settings, request).map(|entry| trace_rate(settings, entry))
    else {
        return Vec::new();
    };
    let together = settings.session_rate.combined(rate);
    let mut sentences = vec![if together == Rate::ALL {
        format!("session_sample_rate and {name} are 100 %: every request is kept.")
    } else {
        format!(
            "session_sample_rate {} % and {name} {} % together keep the sessions below {} %; session {} stands at {} %.",
            rounded(settings.session_rate.percent()),
            rounded(rate.percent()),
            rounded(together.percent()),
            session.id,
            rounded(position(session.hash)),
        )
    }];
    match plan.reason {
        Reason::SessionNotSampled => sentences
            .push("The session itself is not kept: raise session_sample_rate to keep more sessions.".to_owned()),
        Reason::TraceNotSampled => sentences.push(format!(
            "The session is kept, this trace is not: raise {name}, or set trace_context_injection to \"all\" to send headers that say \"not kept\" (sw8 has none)."
        )),
        Reason::TracedNotKept => {
            sentences.push("Headers go out all the same because trace_context_injection is \"all\".".to_owned());
        }
        _ => {}
    }
    sentences
}

/// A percentage as it stands in words: four decimals are plenty, and hide what floats add to a product.
pub fn rounded(percent: f64) -> f64 {
    (percent * 10_000.0).round() / 10_000.0
}
