//! Plans, told as the questions are asked.

use std::collections::BTreeMap;

use super::{FixedIds, HopRequest, Injection, Plan, SessionIdentity, TraceSettings, plan};
use crate::hosts::HostRule;
use crate::hosts::HostTable;
use crate::trace::explain::explain;
use crate::trace::{AppIdentity, BaggageMembers, Rate, Reason, SpanId, TraceId};

const TRACE: &str = "6789abcd00000000a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";
const SESSION: SessionIdentity<'static> = SessionIdentity {
    id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
    hash: 9_352_408_235_296_220_786,
    user_id: None,
    account_id: None,
};

fn rule(formats: &[&str], sample_rate: Option<f64>) -> HostRule {
    HostRule {
        formats: formats.iter().map(|&name| name.to_owned()).collect(),
        sample_rate,
    }
}

fn settings() -> TraceSettings {
    let both = ["datadog", "tracecontext"];
    let rules = BTreeMap::from([
        ("example.com".to_owned(), rule(&both, None)),
        ("rare.example.com".to_owned(), rule(&both, Some(50.0))),
        ("mute.example.com".to_owned(), rule(&[], None)),
    ]);
    TraceSettings {
        hosts: HostTable::build(&rules, "first_party_hosts", &mut Vec::new()),
        session_rate: Rate::ALL,
        trace_rate: Rate::ALL,
        injection: Injection::Sampled,
        off: None,
        baggage: BaggageMembers::default(),
        app: AppIdentity::default(),
    }
}

fn request(host: &str) -> HopRequest<'_> {
    HopRequest {
        method: "GET",
        scheme: "https",
        host,
        port: 443,
        path: "/",
        headers: &[],
        ids: FixedIds {
            trace_id: TraceId::parse(TRACE),
            span_id: SpanId::parse(SPAN),
            sampled: None,
        },
        keep: false,
    }
}

fn planned(settings: &TraceSettings, request: &HopRequest<'_>) -> Plan {
    plan(settings, &SESSION, request, 0x6789_abcd, &mut || 7)
}

fn header_names(plan: &Plan) -> Vec<&str> {
    plan.headers().map(|(name, _)| name).collect()
}

#[test]
fn a_kept_request_gets_both_formats_from_one_pair_of_ids() {
    let plan = planned(&settings(), &request("api.example.com"));
    assert_eq!(plan.reason, Reason::Traced);
    assert_eq!(plan.host_entry.as_deref(), Some("example.com"));
    assert_eq!((plan.sampled, plan.rule_psr), (Some(true), Some(1.0)));
    assert_eq!(
        plan.headers().collect::<Vec<_>>(),
        [
            ("x-datadog-trace-id", "11803532876627986230"),
            ("x-datadog-parent-id", "67667974448284343"),
            ("x-datadog-origin", "rum"),
            ("x-datadog-sampling-priority", "1"),
            ("x-datadog-sampled", "1"),
            ("x-datadog-tags", "_dd.p.tid=6789abcd00000000,_dd.p.dm=-1"),
            (
                "traceparent",
                "00-6789abcd00000000a3ce929d0e0e4736-00f067aa0ba902b7-01"
            ),
            ("tracestate", "dd=s:1;o:rum;p:00f067aa0ba902b7;t.dm:-1"),
        ]
    );
}

#[test]
fn ids_are_drawn_where_none_are_fixed() {
    let mut request = request("example.com");
    request.ids = FixedIds::default();
    let plan = planned(&settings(), &request);
    assert_eq!(
        plan.trace_id.unwrap().to_string(),
        "6789abcd000000000000000000000007"
    );
    assert_eq!(plan.span_id.unwrap().to_string(), "0000000000000003");
}

#[test]
fn another_hop_of_a_call_has_its_trace_its_decision_and_a_new_span() {
    let mut request = request("rare.example.com");
    request.ids.span_id = None;
    request.ids.sampled = Some(true);
    let plan = planned(&settings(), &request);
    assert_eq!(
        plan.reason,
        Reason::Traced,
        "50.7 % is over the entry's 50 %, but the decision stands"
    );
    assert_eq!(plan.trace_id.unwrap().to_string(), TRACE);
    assert_ne!(plan.span_id.unwrap().to_string(), SPAN);
}

/// Peers match in the text of a URL, and leak.
#[test]
fn a_host_that_is_not_ours_gets_nothing() {
    for host in ["evil.io", "api.example.com.evil.io", "notexample.com"] {
        let plan = planned(&settings(), &request(host));
        assert_eq!(plan.reason, Reason::HostNotFirstParty, "{host}");
        assert_eq!(plan, Plan::untouched(Reason::HostNotFirstParty));
    }
}

#[test]
fn what_cannot_be_traced_says_why() {
    let settings = settings();
    let with = |change: fn(&mut HopRequest<'_>)| {
        let mut request = request("example.com");
        change(&mut request);
        planned(&settings, &request).reason
    };
    assert_eq!(
        with(|request| request.scheme = "ws"),
        Reason::UnsupportedScheme
    );
    assert_eq!(with(|request| request.scheme = "HTTP"), Reason::Traced);
    assert_eq!(
        with(|request| request.method = "CONNECT"),
        Reason::ConnectMethod
    );
    assert_eq!(
        with(|request| request.host = "exa mple.com"),
        Reason::InvalidHost
    );
    assert_eq!(
        with(|request| request.host = "mute.example.com"),
        Reason::NoFormats
    );
    let off = TraceSettings {
        off: Some(Reason::ConsentRefused),
        ..settings.clone()
    };
    assert_eq!(
        planned(&off, &request("example.com")).reason,
        Reason::ConsentRefused
    );
}

#[test]
fn a_trace_that_is_not_kept_sends_no_header_by_default() {
    let plan = planned(&settings(), &request("rare.example.com"));
    assert_eq!(plan.reason, Reason::TraceNotSampled);
    assert_eq!(
        (plan.traced, plan.sampled, plan.rule_psr),
        (false, Some(false), Some(0.5))
    );
    assert_eq!((plan.trace_id, plan.span_id), (None, None));
    assert_eq!(plan.headers().count(), 0);

    let rare_session = TraceSettings {
        session_rate: Rate::new(50.0),
        ..settings()
    };
    assert_eq!(
        planned(&rare_session, &request("example.com")).reason,
        Reason::SessionNotSampled
    );
}

#[test]
fn with_injection_all_it_says_not_kept() {
    let settings = TraceSettings {
        injection: Injection::All,
        ..settings()
    };
    let plan = planned(&settings, &request("rare.example.com"));
    assert_eq!(
        (plan.reason, plan.traced, plan.sampled),
        (Reason::TracedNotKept, true, Some(false))
    );
    let headers: Vec<_> = plan.headers().collect();
    assert!(headers.contains(&("x-datadog-sampling-priority", "0")));
    assert!(headers.contains(&("x-datadog-sampled", "0")));
    assert!(headers.contains(&("x-datadog-tags", "_dd.p.tid=6789abcd00000000")));
    // dd-sdk-android writes the span id in decimal here.
    assert!(headers.contains(&(
        "traceparent",
        "00-6789abcd00000000a3ce929d0e0e4736-00f067aa0ba902b7-00"
    )));
    assert!(headers.contains(&("tracestate", "dd=s:0;o:rum;p:00f067aa0ba902b7")));
}

#[test]
fn session_and_trace_rate_multiply() {
    let kept = |session: f64, trace: f64| {
        let settings = TraceSettings {
            session_rate: Rate::new(session),
            trace_rate: Rate::new(trace),
            ..settings()
        };
        planned(&settings, &request("example.com")).traced
    };
    // The session stands at 50.6995 %.
    assert!(kept(100.0, 50.7) && kept(50.7, 100.0));
    assert!(!kept(100.0, 50.6) && !kept(50.6, 100.0));
    assert!(kept(80.0, 64.0), "51.2 %");
    assert!(!kept(80.0, 63.0), "50.4 %");
}

#[test]
fn the_apps_own_headers_win_over_everything() {
    let headers = [
        (
            "TraceParent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        ),
        ("tracestate", "a=1"),
    ];
    for (host, entry) in [
        ("example.com", Some("example.com")),
        ("elsewhere.org", None),
    ] {
        let request = HopRequest {
            headers: &headers,
            ..request(host)
        };
        let off = TraceSettings {
            off: Some(Reason::Disabled),
            ..settings()
        };
        let plan = planned(&off, &request);
        assert_eq!(
            (plan.reason, plan.traced, plan.sampled),
            (Reason::AppHeaders, true, Some(false))
        );
        assert_eq!(plan.host_entry.as_deref(), entry);
        assert_eq!(
            plan.trace_id.unwrap().to_string(),
            "4bf92f3577b34da6a3ce929d0e0e4736"
        );
        assert_eq!(plan.headers().count(), 0);
        assert_eq!(plan.rule_psr, None);
    }
    let request = HopRequest {
        headers: &[("b3", "custom")],
        ..request("example.com")
    };
    let plan = planned(&settings(), &request);
    assert_eq!(
        (plan.reason, plan.traced, plan.trace_id),
        (Reason::AppHeadersMalformed, true, None)
    );
    assert_eq!(plan.headers().count(), 0);
}

#[test]
fn the_apps_tracestate_is_merged_and_its_baggage_left_alone() {
    let headers = [("Tracestate", "congo=1,dd=old"), ("baggage", "a=1")];
    let plan = planned(
        &settings(),
        &HopRequest {
            headers: &headers,
            ..request("example.com")
        },
    );
    assert_eq!(
        plan.headers().last(),
        Some((
            "tracestate",
            "dd=s:1;o:rum;p:00f067aa0ba902b7;t.dm:-1,congo=1"
        ))
    );
    assert!(!header_names(&plan).contains(&"baggage"));
}

#[test]
fn every_reason_is_explained_with_what_decided() {
    let settings = TraceSettings {
        injection: Injection::All,
        ..settings()
    };
    let words = |request: &HopRequest<'_>| {
        let plan = planned(&settings, request);
        explain(&settings, &SESSION, request, &plan).words
    };
    let rare = words(&request("rare.example.com"));
    for part in [
        "not kept",
        r#"first_party_hosts["rare.example.com"].sample_rate 50 %"#,
        "50.6995 %",
        r#""all""#,
    ] {
        assert!(rare.contains(part), "{part}: {rare}");
    }
    assert!(words(&request("evil.io")).contains("add it to first_party_hosts"));
    assert!(words(&request("mute.example.com")).contains("lists no format that carries a trace"));
    for reason in Reason::ALL {
        let told = explain(
            &settings,
            &SESSION,
            &request("example.com"),
            &Plan::untouched(reason),
        )
        .words;
        assert!(told.ends_with('.') && told.len() > 40, "{told}");
    }
}
