//! Who decides, and what stands above whom.

use handspan_core::trace::{
    FixedIds, HopRequest, Injection, Plan, Rate, Reason, SessionIdentity, TraceSettings, plan,
};
use handspan_tests::laws::hop::Hop;
use proptest::prelude::*;

/// A request to a host of the app's.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    hash: u64,
    keep: bool,
    earlier_hop: Option<bool>,
}

fn settings(session: f64, trace: f64, injection: Injection) -> TraceSettings {
    TraceSettings {
        session_rate: Rate::new(session),
        trace_rate: Rate::new(trace),
        injection,
        ..Hop::default().settings()
    }
}

fn planned(settings: &TraceSettings, asked: Asked) -> Plan {
    let session = SessionIdentity {
        id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        hash: asked.hash,
        ..SessionIdentity::default()
    };
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host: "example.com",
        port: 443,
        path: "/",
        headers: &[],
        ids: FixedIds {
            sampled: asked.earlier_hop,
            ..FixedIds::default()
        },
        keep: asked.keep,
    };
    plan(settings, &session, &request, 0x6789_abcd, &mut || {
        0x0123_4567_89ab_cdef
    })
}

fn injection() -> impl Strategy<Value = Injection> {
    prop_oneof![Just(Injection::Sampled), Just(Injection::All)]
}

fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(100.0), 0.0..=100.0]
}

proptest! {
    #[test]
    fn a_trace_that_the_rates_keep_belongs_to_a_kept_session(
        hash in any::<u64>(), session in rate(), trace in rate(), injection in injection(),
    ) {
        let plan = planned(&settings(session, trace, injection), Asked { hash, ..Asked::default() });
        if plan.sampled == Some(true) {
            prop_assert!(Rate::new(session).keeps(hash));
        }
        prop_assert_eq!(plan.reason == Reason::Traced, plan.sampled == Some(true));
        prop_assert_eq!(plan.rule_psr, Some(trace / 100.0));
    }

    #[test]
    fn a_higher_rate_keeps_what_a_lower_one_keeps(hash in any::<u64>(), a in rate(), b in rate(), session in rate()) {
        let kept = |trace: f64| {
            let settings = settings(session, trace, Injection::All);
            planned(&settings, Asked { hash, ..Asked::default() }).sampled == Some(true)
        };
        prop_assert!(!kept(a.min(b)) || kept(a.max(b)));
    }

    #[test]
    fn a_forced_keep_stands_above_rates_and_earlier_hops(
        hash in any::<u64>(), session in rate(), trace in rate(), injection in injection(),
        earlier_hop in proptest::option::of(any::<bool>()),
    ) {
        let settings = settings(session, trace, injection);
        let plan = planned(&settings, Asked { hash, keep: true, earlier_hop });
        prop_assert_eq!((plan.reason, plan.sampled, plan.rule_psr), (Reason::TracedForced, Some(true), None));
    }

    #[test]
    fn an_earlier_hops_decision_stands_above_rates(
        hash in any::<u64>(), session in rate(), trace in rate(), decided in any::<bool>(),
    ) {
        let asked = Asked { hash, keep: false, earlier_hop: Some(decided) };
        let plan = planned(&settings(session, trace, Injection::All), asked);
        prop_assert_eq!(plan.sampled, Some(decided));
    }

    #[test]
    fn consent_and_the_switch_stand_above_all(
        hash in any::<u64>(), keep in any::<bool>(), earlier_hop in proptest::option::of(any::<bool>()),
        off in prop_oneof![Just(Reason::ConsentRefused), Just(Reason::Disabled)],
    ) {
        let settings = TraceSettings { off: Some(off), ..settings(100.0, 100.0, Injection::All) };
        let plan = planned(&settings, Asked { hash, keep, earlier_hop });
        prop_assert_eq!((plan.reason, plan.traced, plan.headers().count()), (off, false, 0));
    }
}
