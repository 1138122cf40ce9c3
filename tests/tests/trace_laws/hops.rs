//! Hops of any shape: what is written is legal, and read back as what was decided.

use handspan_core::trace::{Format, Formats, Reason, SpanId, TraceId};
use handspan_tests::laws::hop::{Hop, Verdict, check};
use handspan_tests::laws::response;
use proptest::prelude::*;

use super::any;

proptest! {
    #[test]
    fn every_law_holds_of_a_hop_of_any_shape(hop in any::hop()) {
        check(&hop);
    }

    #[test]
    fn a_kept_trace_is_in_every_format_that_is_asked_for(hop in any::hop()) {
        let hop = Hop { verdict: Verdict::Kept, host: "example.com".to_owned(), headers: Vec::new(), ..hop };
        let plan = check(&hop);
        prop_assert_eq!(plan.reason == Reason::Traced, hop.formats.carry_trace());
        let written = |name: &str| plan.headers().any(|(found, _)| found == name);
        if plan.reason == Reason::Traced {
            for (format, name) in [
                (Format::Datadog, "x-datadog-trace-id"), (Format::TraceContext, "traceparent"), (Format::B3, "b3"),
                (Format::B3Multi, "x-b3-traceid"), (Format::Sw8, "sw8"), (Format::Baggage, "baggage"),
            ] {
                prop_assert_eq!(written(name), hop.formats.contains(format), "{}", name);
            }
        }
    }

    #[test]
    fn the_apps_tracestate_is_merged(states in proptest::collection::vec(any::tracestate(), 1..3), pid in any::<bool>()) {
        check(&Hop {
            formats: Formats::from_iter([Format::TraceContext]),
            arms_pid: pid.then(|| "p".repeat(200)),
            headers: states.into_iter().map(|state| ("tracestate".to_owned(), state)).collect(),
            ..Hop::default()
        });
    }

    #[test]
    fn the_apps_baggage_is_merged(
        headers in proptest::collection::vec(any::baggage(), 1..3), user in any::text(), account in any::text(),
    ) {
        check(&Hop {
            formats: Formats::from_iter([Format::B3, Format::Baggage]),
            user: Some(user),
            account: Some(account),
            headers: headers.into_iter().map(|header| ("baggage".to_owned(), header)).collect(),
            ..Hop::default()
        });
    }

    #[test]
    fn identity_headers_of_any_text_stay_alone(
        name in prop_oneof![
            Just("traceparent"), Just("x-datadog-trace-id"), Just("X-Datadog-Parent-Id"), Just("B3"),
            Just("x-b3-traceid"), Just("X-B3-SpanId"), Just("x-b3-parentspanid"), Just("x-b3-sampled"), Just("sw8"),
        ],
        value in prop_oneof![
            any::text(), "[0-9a-f=-]{0,80}", "0[01]-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", "[0-9]{1,22}", "[0-9a-f]{16}",
        ],
        hop in any::hop(),
    ) {
        let mut hop = hop;
        hop.headers.push((name.to_owned(), value));
        let plan = check(&hop);
        prop_assert!(matches!(plan.reason, Reason::AppHeaders | Reason::AppHeadersMalformed));
        prop_assert!(plan.traced);
    }

    #[test]
    fn what_a_server_tells_is_read_and_nothing_else(
        headers in proptest::collection::vec(
            (
                prop_oneof![Just("traceresponse"), Just("Server-Timing"), Just("date")],
                prop_oneof![
                    any::text(), "0[01]-[0-9a-f]{32}-[0-9a-f]{16}-0[01]",
                    "[a-z]{0,4};? ?,?traceparent; ?desc=\"?00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\"?,? ?[a-z\";=,]{0,9}",
                ],
            ),
            0..4,
        ),
    ) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        response::check(&headers);
    }

    #[test]
    fn ids_are_read_as_they_are_shown(trace in any::trace(), span in any::span()) {
        let shown = TraceId::from_u128(trace).unwrap();
        prop_assert_eq!(shown.to_string(), format!("{trace:032x}"));
        // An id that is ours to send has a low half that is not 0.
        prop_assert_eq!(TraceId::parse(&shown.to_string()), (trace as u64 != 0).then_some(shown));
        let shown = SpanId::from_u64(span).unwrap();
        prop_assert_eq!(shown.to_string(), format!("{span:016x}"));
        prop_assert_eq!(SpanId::parse(&shown.to_string()), Some(shown));
    }
}
