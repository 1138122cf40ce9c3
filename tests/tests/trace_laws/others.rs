//! The same headers, read by OpenTelemetry's propagators.

use std::collections::HashMap;

use handspan_core::trace::{Format, Formats};
use handspan_tests::laws::hop::{Hop, Verdict, check};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use proptest::prelude::*;

use super::any;

fn written(hop: &Hop) -> HashMap<String, String> {
    check(hop)
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

proptest! {
    #[test]
    fn traceparent_and_tracestate(
        trace in any::trace(), span in any::span(), verdict in any::verdict(), pid in "[a-z0-9@]{1,40}",
        theirs in "[a-z]{1,9}=[!-+.-<>-~]{1,60}",
    ) {
        let hop = Hop {
            formats: Formats::from_iter([Format::TraceContext]),
            trace,
            span,
            verdict,
            arms_pid: Some(pid.clone()),
            headers: vec![("tracestate".to_owned(), theirs.clone())],
            ..Hop::default()
        };
        let context = TraceContextPropagator::new().extract(&written(&hop));
        let read = context.span().span_context().clone();
        prop_assert_eq!(read.trace_id().to_string(), format!("{trace:032x}"));
        prop_assert_eq!(read.span_id().to_string(), format!("{span:016x}"));
        prop_assert_eq!(read.is_sampled(), verdict != Verdict::NotKept);
        let state = read.trace_state();
        let parent = format!("p:{span:016x}");
        prop_assert!(state.get("dd").unwrap().contains(&parent));
        if verdict != Verdict::NotKept {
            let expected = format!("v2&android&{pid}&88ef85ab-7902-45f0-b93b-2def1ec3e5fe");
            prop_assert_eq!(state.get("rum"), Some(expected.as_str()));
        }
        let (key, value) = theirs.split_once('=').unwrap();
        if key != "dd" && key != "rum" {
            prop_assert_eq!(state.get(key), Some(value));
        }
    }

    #[test]
    fn baggage(user in any::text(), account in any::text()) {
        // What a running core keeps of an id.
        let [user, account] = [user, account].map(|id| id.chars().take(256).collect::<String>());
        let hop = Hop {
            formats: Formats::from_iter([Format::TraceContext, Format::Baggage]),
            user: Some(user.clone()),
            account: Some(account.clone()),
            headers: vec![("baggage".to_owned(), "tenant=a%20b".to_owned())],
            ..Hop::default()
        };
        let context = BaggagePropagator::new().extract(&written(&hop));
        let ours = [("session.id", "88ef85ab-7902-45f0-b93b-2def1ec3e5fe"), ("user.id", &user), ("account.id", &account)];
        for (key, value) in ours.into_iter().chain([("tenant", "a b")]) {
            // OpenTelemetry cuts white space off again after it has decoded a value.
            prop_assert_eq!(context.baggage().get(key).map(ToString::to_string), Some(value.trim().to_owned()));
        }
    }
}
