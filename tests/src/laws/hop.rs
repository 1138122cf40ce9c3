//! A hop of any shape, and what holds of its plan.

use std::collections::BTreeMap;

use handspan_core::config::{Configuration, HostRule};
use handspan_core::hosts::HostMatch;
use handspan_core::trace::{
    BaggageValue, FixedIds, Format, Formats, HopRequest, Plan, Reason, SessionIdentity, SpanId,
    TraceId, TraceSettings, plan, session_hash,
};

use super::readers::{self, Reading, Told};
use super::{baggage, sw8, tracestate, wire};

/// The hosts that are the app's.
const HOSTS: [&str; 3] = ["example.com", "192.0.2.1", "2001:db8::1"];
const SESSION: &str = "88ef85ab-7902-45f0-b93b-2def1ec3e5fe";

/// What is decided of a trace, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Kept by the rates.
    Kept,
    /// Not kept by the rates.
    NotKept,
    /// Kept by force, whatever the rates say.
    Forced,
}

/// A request and a configuration: everything that a header may hold something of.
#[derive(Debug, Clone)]
pub struct Hop {
    /// The formats of the app's hosts.
    pub formats: Formats,
    /// Headers for what is not kept too?
    pub inject_all: bool,
    /// The decision.
    pub verdict: Verdict,
    /// Not 0, nor is its low half.
    pub trace: u128,
    /// Not 0.
    pub span: u64,
    /// `android` or `ios`.
    pub source: String,
    /// Any text.
    pub version: Option<String>,
    /// Any text.
    pub arms_pid: Option<String>,
    /// Any text.
    pub user: Option<String>,
    /// Any text.
    pub account: Option<String>,
    /// Any text; the app's are `example.com` with what is below it, `192.0.2.1` and `2001:db8::1`.
    pub host: String,
    /// Any number.
    pub port: u16,
    /// Any text.
    pub path: String,
    /// What the app set itself: names and values of any text.
    pub headers: Vec<(String, String)>,
}

impl Default for Hop {
    /// A kept trace of W3C's own ids in every format, to a host of the app's.
    fn default() -> Self {
        Self {
            formats: Format::ALL.into_iter().collect(),
            inject_all: true,
            verdict: Verdict::Kept,
            trace: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
            span: 0x00f0_67aa_0ba9_02b7,
            source: "android".to_owned(),
            version: None,
            arms_pid: None,
            user: None,
            account: None,
            host: "api.example.com".to_owned(),
            port: 443,
            path: "/".to_owned(),
            headers: Vec::new(),
        }
    }
}

impl Hop {
    /// The headers of the app's own.
    pub fn app_headers(&self) -> Vec<(&str, &str)> {
        let pairs = self.headers.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// What the core makes of the configuration.
    pub fn settings(&self) -> TraceSettings {
        let rule = HostRule {
            formats: self
                .formats
                .iter()
                .map(|format| format.name().to_owned())
                .collect(),
            sample_rate: None,
        };
        let hosts: BTreeMap<_, _> = HOSTS
            .map(|host| (host.to_owned(), rule.clone()))
            .into_iter()
            .collect();
        let configuration = Configuration {
            first_party_hosts: hosts,
            source: self.source.clone(),
            version: self.version.clone(),
            arms_pid: self.arms_pid.clone(),
            trace_sample_rate: if self.verdict == Verdict::Kept {
                100.0
            } else {
                0.0
            },
            trace_context_injection: if self.inject_all { "all" } else { "sampled" }.to_owned(),
            ..Configuration::default()
        };
        configuration.trace_settings(&mut Vec::new())
    }

    /// The plan of this hop with these headers on it.
    pub fn planned(&self, settings: &TraceSettings, headers: &[(&str, &str)]) -> Plan {
        let [user_id, account_id] =
            [&self.user, &self.account].map(|id| id.as_deref().map(BaggageValue::new));
        let session = SessionIdentity {
            id: SESSION,
            hash: session_hash(SESSION).unwrap(),
            user_id: user_id.as_ref(),
            account_id: account_id.as_ref(),
        };
        let request = HopRequest {
            method: "GET",
            scheme: "https",
            host: &self.host,
            port: self.port,
            path: &self.path,
            headers,
            ids: FixedIds {
                trace_id: TraceId::from_u128(self.trace),
                span_id: SpanId::from_u64(self.span),
                sampled: None,
            },
            keep: self.verdict == Verdict::Forced,
        };
        plan(settings, &session, &request, 0, &mut || {
            panic!("the ids are fixed")
        })
    }

    fn kept(&self) -> bool {
        self.verdict != Verdict::NotKept
    }

    fn told(&self) -> Told {
        Told {
            trace: Some(self.trace),
            span: Some(self.span),
            sampled: Some(self.kept()),
        }
    }
}

/// Every law of a plan. Returns the plan.
pub fn check(hop: &Hop) -> Plan {
    let settings = hop.settings();
    let app = hop.app_headers();
    let plan = hop.planned(&settings, &app);
    wire::check(&plan);
    assert_eq!(plan.traced, plan.reason.is_traced());
    match readers::read(&app) {
        Reading::Absent => check_ours(hop, &settings, &plan),
        reading => check_theirs(&plan, reading),
    }
    plan
}

/// The app's own trace stays alone, and its ids are the ones to record.
fn check_theirs(plan: &Plan, reading: Reading) {
    assert_eq!(plan.headers().count(), 0, "{plan:?}");
    let (reason, told) = match reading {
        Reading::Read(told) => (Reason::AppHeaders, told),
        _ => {
            let nothing = Told {
                trace: None,
                span: None,
                sampled: None,
            };
            (Reason::AppHeadersMalformed, nothing)
        }
    };
    assert_eq!(plan.reason, reason);
    assert_eq!(ids(plan), told);
}

fn check_ours(hop: &Hop, settings: &TraceSettings, plan: &Plan) {
    let reason = match settings.hosts.find(&hop.host) {
        HostMatch::Invalid => Reason::InvalidHost,
        HostMatch::NotOurs => Reason::HostNotFirstParty,
        HostMatch::Ours(_) if !hop.formats.carry_trace() => Reason::NoFormats,
        HostMatch::Ours(_) => match hop.verdict {
            Verdict::Kept => Reason::Traced,
            Verdict::Forced => Reason::TracedForced,
            Verdict::NotKept if hop.inject_all && hop.formats.can_say_not_kept() => {
                Reason::TracedNotKept
            }
            Verdict::NotKept => Reason::TraceNotSampled,
        },
    };
    assert_eq!(plan.reason, reason);
    if !plan.traced {
        assert_eq!(plan.headers().count(), 0, "{plan:?}");
        assert_eq!((plan.trace_id, plan.span_id), (None, None));
        return;
    }
    assert_eq!(ids(plan), hop.told());
    let written: BTreeMap<_, _> = plan.headers().collect();
    let app = hop.app_headers();
    for format in hop.formats.iter() {
        check_format(hop, settings, format, &written, &app);
    }
    let wanted: usize = hop.formats.iter().map(|format| count(hop, format)).sum();
    let left_alone =
        usize::from(hop.formats.contains(Format::Baggage) && !written.contains_key("baggage"));
    assert_eq!(written.len(), wanted - left_alone, "{written:?}");
    if hop.kept() || hop.formats.can_say_not_kept() {
        let all: Vec<_> = plan.headers().collect();
        let again = hop.planned(settings, &all);
        assert_eq!(again.reason, Reason::AppHeaders);
        assert_eq!(
            (again.trace_id, again.sampled),
            (plan.trace_id, plan.sampled)
        );
    }
}

/// How many headers a format writes.
fn count(hop: &Hop, format: Format) -> usize {
    let tags = hop.kept() || hop.trace >> 64 != 0;
    match format {
        Format::Datadog => 5 + usize::from(tags),
        Format::TraceContext => 2,
        Format::B3 | Format::Baggage => 1,
        Format::B3Multi => 3,
        Format::Sw8 => usize::from(hop.kept()),
    }
}

/// What a format has written says the same as the hop, to a reader of its own and to ours.
fn check_format(
    hop: &Hop,
    settings: &TraceSettings,
    format: Format,
    written: &BTreeMap<&'static str, &str>,
    app: &[(&str, &str)],
) {
    let values = |name: &str| -> Vec<&str> {
        app.iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
            .collect()
    };
    let headers: Vec<_> = names(format)
        .iter()
        .filter_map(|name| Some((*name, *written.get(name)?)))
        .collect();
    let reader = match format {
        Format::Datadog => readers::datadog::read,
        Format::TraceContext => {
            let state = written["tracestate"];
            tracestate::check(&members(hop), &values("tracestate"), state);
            readers::traceparent::read
        }
        Format::B3 => readers::b3::read_single,
        Format::B3Multi => readers::b3::read_multi,
        Format::Sw8 if hop.kept() => {
            sw8::check(hop, written["sw8"]);
            readers::sw8::read
        }
        // Agents ignore the sample flag: "not kept" is no header.
        Format::Sw8 => return assert_eq!(headers, []),
        Format::Baggage => {
            let ours = [
                ("session.id", Some(SESSION)),
                ("user.id", hop.user.as_deref()),
                ("account.id", hop.account.as_deref()),
            ];
            let ours: Vec<_> = ours
                .iter()
                .filter_map(|(name, value)| Some((*name, (*value)?)))
                .collect();
            let result = written.get("baggage").copied();
            return baggage::check(&ours, &values("baggage"), result);
        }
    };
    let told = Told {
        span: (format != Format::Sw8).then_some(hop.span),
        ..hop.told()
    };
    assert_eq!(reader(&headers), Reading::Read(told), "{headers:?}");
    let again = hop.planned(settings, &headers);
    assert_eq!(again.reason, Reason::AppHeaders, "{headers:?}");
    assert_eq!(ids(&again), told, "{headers:?}");
    assert_eq!(again.headers().count(), 0, "{headers:?}");
}

/// Every header that a format may write.
fn names(format: Format) -> &'static [&'static str] {
    match format {
        Format::Datadog => &[
            "x-datadog-trace-id",
            "x-datadog-parent-id",
            "x-datadog-origin",
            "x-datadog-sampling-priority",
            "x-datadog-sampled",
            "x-datadog-tags",
        ],
        Format::TraceContext => &["traceparent", "tracestate"],
        Format::B3 => &["b3"],
        Format::B3Multi => &["x-b3-traceid", "x-b3-spanid", "x-b3-sampled"],
        Format::Sw8 => &["sw8"],
        Format::Baggage => &["baggage"],
    }
}

/// Our members of `tracestate`.
fn members(hop: &Hop) -> Vec<String> {
    let span = hop.span;
    let dd = match hop.verdict {
        Verdict::Kept => format!("dd=s:1;o:rum;p:{span:016x};t.dm:-1"),
        Verdict::NotKept => format!("dd=s:0;o:rum;p:{span:016x}"),
        Verdict::Forced => format!("dd=s:2;o:rum;p:{span:016x};t.dm:-4"),
    };
    let pid = hop.arms_pid.as_deref().filter(|pid| !pid.is_empty());
    let rum = pid.filter(|_| hop.kept()).map(|pid| {
        let safe = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
        let pid: String = pid
            .chars()
            .take(200)
            .map(|c| if safe(c) { c } else { '_' })
            .collect();
        format!("rum=v2&{}&{pid}&{SESSION}", hop.source)
    });
    [Some(dd), rum].into_iter().flatten().collect()
}

fn ids(plan: &Plan) -> Told {
    Told {
        trace: plan
            .trace_id
            .map(|id| u128::from(id.high()) << 64 | u128::from(id.low())),
        span: plan.span_id.map(SpanId::get),
        sampled: plan.sampled,
    }
}
