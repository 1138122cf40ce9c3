//! What holds for every host, every header and every configuration.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where it meets what it did not expect"
)]

use std::collections::BTreeMap;

use handspan_core::config::HostRule;
use handspan_core::hosts::{HostMatch, HostTable, parse_configured};
use handspan_core::trace::{
    FixedIds, HopRequest, Injection, Plan, READ_HEADER_NAMES, Rate, Reason, SessionIdentity,
    SpanId, TraceId, TraceSettings, plan, tracestate,
};
use proptest::prelude::*;

const HOST: &str = "api.example.com";
const SESSION: &str = "88ef85ab-7902-45f0-b93b-2def1ec3e5fe";

fn table(hosts: &[String], formats: &[&str]) -> HostTable {
    let formats: Vec<String> = formats.iter().map(|&format| format.to_owned()).collect();
    let rule = HostRule {
        formats,
        sample_rate: None,
    };
    let rules: BTreeMap<_, _> = hosts
        .iter()
        .map(|host| (host.clone(), rule.clone()))
        .collect();
    HostTable::build(&rules, "first_party_hosts", &mut Vec::new())
}

fn settings(formats: &[&str], session: f64, trace: f64, injection: Injection) -> TraceSettings {
    TraceSettings {
        hosts: table(&["example.com".to_owned()], formats),
        session_rate: Rate::new(session),
        trace_rate: Rate::new(trace),
        injection,
        ..TraceSettings::default()
    }
}

fn planned(settings: &TraceSettings, hash: u64, headers: &[(&str, &str)], ids: FixedIds) -> Plan {
    let session = SessionIdentity {
        id: SESSION,
        hash,
        ..SessionIdentity::default()
    };
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host: HOST,
        port: 443,
        path: "/",
        headers,
        ids,
        keep: false,
    };
    plan(settings, &session, &request, 0x6789_abcd, &mut || {
        0x0123_4567_89ab_cdef
    })
}

/// Few labels, so that hosts meet each other.
fn host() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof!["a", "b", "ab", "x-y", "com"], 2..6)
        .prop_map(|labels| labels.join("."))
}

fn ids() -> impl Strategy<Value = FixedIds> {
    (any::<u128>(), 1..=u64::MAX).prop_map(|(trace, span)| FixedIds {
        trace_id: TraceId::from_u128(trace | 1),
        span_id: SpanId::from_u64(span),
        sampled: None,
    })
}

fn injection() -> impl Strategy<Value = Injection> {
    prop_oneof![Just(Injection::Sampled), Just(Injection::All)]
}

/// The rule in its plainest words.
fn model<'a>(hosts: &'a [String], host: &str) -> Option<&'a String> {
    let matches = |entry: &&String| host == entry.as_str() || host.ends_with(&format!(".{entry}"));
    hosts.iter().filter(matches).max_by_key(|entry| entry.len())
}

proptest! {
    #[test]
    fn the_table_agrees_with_the_plainest_model(
        hosts in proptest::collection::vec(host(), 0..8), host in host(), shout in any::<bool>(), dot in any::<bool>(),
    ) {
        let table = table(&hosts, &["tracecontext"]);
        let mut asked = if shout { host.to_uppercase() } else { host.clone() };
        if dot {
            asked.push('.');
        }
        let found = match table.find(&asked) {
            HostMatch::Ours(entry) => Some(entry.host.to_string()),
            HostMatch::NotOurs => None,
            HostMatch::Invalid => panic!("{asked} is a host"),
        };
        prop_assert_eq!(found.as_ref(), model(&hosts, &host));
    }

    #[test]
    fn a_host_that_is_taken_is_found_and_taken_again(written in "\\PC{0,40}") {
        if let Ok(configured) = parse_configured(&written) {
            let again = parse_configured(&configured.host).unwrap();
            prop_assert_eq!(&again.host, &configured.host);
            let table = table(&[written], &[]);
            let HostMatch::Ours(entry) = table.find(&configured.host) else {
                panic!("{} is configured", configured.host)
            };
            prop_assert_eq!(&entry.host, &configured.host);
        }
    }

    #[test]
    fn hosts_of_any_text_are_answered(host in any::<String>()) {
        let table = table(&["example.com".to_owned()], &["datadog"]);
        let found = table.find(&host);
        if !host.to_lowercase().contains("example") && host.is_ascii() {
            prop_assert!(!matches!(found, HostMatch::Ours(_)));
        }
    }

    #[test]
    fn what_is_sent_is_legal(
        ids in ids(), hash in any::<u64>(), rate in 0.0..=100.0, injection in injection(), state in "\\PC{0,80}",
        baggage in "\\PC{0,20}",
    ) {
        let settings = settings(&["datadog", "tracecontext"], 100.0, rate, injection);
        let plan = planned(&settings, hash, &[("tracestate", &state), ("baggage", &baggage)], ids);
        for (name, value) in plan.headers() {
            prop_assert!(READ_HEADER_NAMES.contains(&name), "{name} would not be read back");
            prop_assert!(value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{name}: {value:?}");
            prop_assert!(!value.is_empty() && value.trim() == value, "{name}: {value:?}");
        }
        prop_assert_eq!(plan.headers().count() > 0, matches!(plan.reason, Reason::Traced | Reason::TracedNotKept));
        prop_assert_eq!(plan.trace_id.is_some(), plan.traced);
    }

    #[test]
    fn what_is_written_is_read_back(ids in ids(), kept in any::<bool>(), datadog in any::<bool>()) {
        let format = if datadog { "datadog" } else { "tracecontext" };
        let settings = settings(&[format], 100.0, if kept { 100.0 } else { 0.0 }, Injection::All);
        let sent = planned(&settings, 1, &[], ids);
        let headers: Vec<_> = sent.headers().collect();
        let read = planned(&settings, 1, &headers, FixedIds::default());
        prop_assert_eq!(read.reason, Reason::AppHeaders);
        prop_assert_eq!((read.trace_id, read.span_id, read.sampled), (ids.trace_id, ids.span_id, Some(kept)));
        prop_assert_eq!(read.headers().count(), 0);
    }

    #[test]
    fn identity_headers_of_any_text_stay_alone(
        name in prop_oneof![
            Just("traceparent"), Just("x-datadog-trace-id"), Just("X-Datadog-Parent-Id"), Just("B3"),
            Just("x-b3-traceid"), Just("X-B3-SpanId"), Just("x-b3-parentspanid"), Just("x-b3-sampled"),
            Just("x-b3-flags"), Just("sw8"),
        ],
        value in prop_oneof!["\\PC{0,60}", "[0-9a-f=-]{0,80}", "0[01]-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"],
    ) {
        let settings = settings(&["datadog", "tracecontext"], 100.0, 100.0, Injection::All);
        let plan = planned(&settings, 1, &[(name, &value)], FixedIds::default());
        prop_assert!(matches!(plan.reason, Reason::AppHeaders | Reason::AppHeadersMalformed));
        prop_assert_eq!(plan.headers().count(), 0);
        prop_assert!(plan.traced);
    }

    #[test]
    fn a_kept_trace_belongs_to_a_kept_session(hash in any::<u64>(), session in 0.0..=100.0, trace in 0.0..=100.0) {
        let settings = settings(&["tracecontext"], session, trace, Injection::All);
        let plan = planned(&settings, hash, &[], FixedIds::default());
        if plan.sampled == Some(true) {
            prop_assert!(Rate::new(session).keeps(hash));
        }
        prop_assert!(!Rate::new(session).keeps(hash) || Rate::new(session + 0.001).keeps(hash));
    }

    #[test]
    fn a_merged_tracestate_has_ours_in_front_and_keeps_the_order(
        incoming in prop_oneof!["\\PC{0,60}", "([a-z]{1,9}=[!-+.-<>-~]{1,140},){0,40}"], value in "[!-+.-<>-~]{1,60}",
    ) {
        let merged = tracestate::merge("dd", &value, [incoming.as_str()].into_iter());
        let ours = format!("dd={value}");
        let members: Vec<_> = merged.split(',').collect();
        prop_assert_eq!(members.first().copied(), Some(ours.as_str()));
        prop_assert!(members.len() <= 32 && merged.len() <= 512, "{} members, {} characters", members.len(), merged.len());
        let mut left = incoming.split(',').map(|member| member.trim_matches([' ', '\t']));
        for member in members.iter().skip(1) {
            prop_assert!(left.any(|theirs| theirs == *member), "{member} is new, or out of order");
        }
        prop_assert_eq!(tracestate::merge("dd", &value, [merged.as_str()].into_iter()), merged);
    }

    #[test]
    fn ids_are_read_as_they_are_shown(trace in any::<u128>(), span in 1..=u64::MAX) {
        let trace = TraceId::from_u128(trace | 1).unwrap();
        let span = SpanId::from_u64(span).unwrap();
        prop_assert_eq!(TraceId::parse(&trace.to_string()), Some(trace));
        prop_assert_eq!(SpanId::parse(&span.to_string()), Some(span));
        prop_assert_eq!((u128::from(trace.high()) << 64) | u128::from(trace.low()), trace.to_string().chars().fold(0, |sum, digit| {
            sum * 16 + u128::from(digit.to_digit(16).unwrap())
        }));
    }
}
