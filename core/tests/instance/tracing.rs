//! What a running core traces and records beyond the sample rates: on demand, for a user, and by the server's word.

use std::time::Duration;

use handspan_core::rum::call::FinishedCall;
use handspan_core::trace::explain::DecidedBy;
use handspan_core::trace::{FixedIds, HopRequest, Reason};
use serde_json::Value;

use super::phone::*;

/// A phone that keeps nothing by its rates.
fn quiet(name: &str) -> Phone {
    start(name, r#","session_sample_rate":0"#, vec![])
}

fn finish(phone: &Phone, request: &HopRequest<'_>, response_headers: &[(&str, &str)]) {
    let planned = phone.core.plan(request, None);
    let url = format!("https://{}/", request.host);
    let mut hop = planned.hop(url.clone(), Some(200));
    hop.response_headers = response_headers
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    phone.core.finish(FinishedCall {
        method: "GET".to_owned(),
        url,
        hops: vec![hop],
        status_code: Some(200),
        ..FinishedCall::default()
    });
}

fn only_event(phone: &Phone) -> Value {
    let events = phone.upload();
    assert_eq!(events.len(), 1);
    events[0].clone()
}

#[test]
fn one_request_is_kept_on_demand_and_its_event_joins() {
    let phone = quiet("keep-one");
    let kept = HopRequest {
        keep: true,
        ..get("a.example")
    };
    finish(&phone, &get("a.example"), &[]);
    finish(&phone, &kept, &[]);

    let event = only_event(&phone);
    assert_eq!(event["context"]["handspan"]["reason"], "traced_forced");
    assert!(event["_dd"]["trace_id"].is_string());
    // No rate decided.
    assert!(event["_dd"].get("rule_psr").is_none());
}

#[test]
fn all_requests_are_kept_for_a_while_and_not_longer() {
    let phone = quiet("keep-all");
    let reason = || phone.core.plan(&get("a.example"), None).plan.reason;
    assert_eq!(reason(), Reason::SessionNotSampled);
    phone.core.keep_traces_for(Duration::from_secs(60));
    assert_eq!(reason(), Reason::TracedForced);
    phone.clock.advance(59_999);
    assert_eq!(reason(), Reason::TracedForced);
    phone.clock.advance(1);
    assert_eq!(reason(), Reason::SessionNotSampled);

    phone.core.keep_traces_for(Duration::MAX);
    assert_eq!(reason(), Reason::TracedForced);
    phone.clock.advance(24 * 60 * MINUTE);
    assert_eq!(reason(), Reason::SessionNotSampled);

    phone.core.keep_traces_for(Duration::from_secs(60));
    phone.core.keep_traces_for(Duration::ZERO);
    assert_eq!(reason(), Reason::SessionNotSampled);
}

#[test]
fn a_trace_that_began_before_keeps_its_decision_on_later_hops() {
    let phone = start(
        "keep-later",
        r#","trace_sample_rate":0,"trace_context_injection":"all""#,
        vec![],
    );
    let first = phone.core.plan(&get("a.example"), None).plan;
    assert_eq!(first.reason, Reason::TracedNotKept);
    phone.core.keep_traces_for(Duration::from_secs(60));
    let second = HopRequest {
        ids: FixedIds {
            trace_id: first.trace_id,
            span_id: None,
            sampled: first.sampled,
        },
        ..get("a.example")
    };
    let plan = phone.core.plan(&second, None).plan;
    assert_eq!(plan.reason, Reason::TracedNotKept);
    assert_eq!(plan.rule_psr, None, "no rate was asked this time");
}

#[test]
fn what_is_not_ours_is_not_kept_on_demand_either() {
    let phone = quiet("keep-third");
    phone.core.keep_traces_for(Duration::from_secs(60));
    let plan = phone.core.plan(&get("third.example"), None).plan;
    assert_eq!(plan.reason, Reason::HostNotFirstParty);
    assert_eq!(plan.headers().count(), 0);
}

#[test]
fn a_user_and_an_account_stand_on_events_until_they_leave() {
    let phone = start("person", "", vec![]);
    phone.core.set_user(Some("4711"));
    phone.core.set_account(Some("acme"));
    finish(&phone, &get("a.example"), &[]);
    phone.core.set_user(Some(""));
    finish(&phone, &get("a.example"), &[]);

    let events = phone.upload();
    assert_eq!(events[0]["usr"]["id"], "4711");
    assert_eq!(events[0]["account"]["id"], "acme");
    assert!(events[1]["usr"].get("id").is_none());
    assert_eq!(events[1]["account"]["id"], "acme");
}

#[test]
fn baggage_names_the_user_to_hosts_that_ask_for_it() {
    let hosts = r#","first_party_hosts":{"b.example":["tracecontext","baggage"],"a.example":["tracecontext"]}"#;
    let phone = start("baggage", hosts, vec![]);
    phone.core.set_user(Some("Zoë"));
    let baggage = |host: &str| {
        let planned = phone.core.plan(&get(host), None);
        let value = planned
            .plan
            .headers()
            .find(|(name, _)| *name == "baggage")
            .map(|(_, value)| value.to_owned());
        (planned.session_id, value)
    };
    let (session, value) = baggage("b.example");
    assert_eq!(
        value,
        Some(format!("session.id={session},user.id=Zo%C3%AB"))
    );
    assert_eq!(baggage("a.example").1, None);
}

const SERVERS: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn a_server_that_starts_its_own_trace_is_joined() {
    let phone = start("server-trace", "", vec![]);
    let timing = format!("cache;dur=3, traceparent;desc=\"{SERVERS}\"");
    finish(&phone, &get("third.example"), &[("Server-Timing", &timing)]);

    let event = only_event(&phone);
    assert_eq!(event["_dd"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(event["_dd"]["span_id"], "67667974448284343");
    let told = &event["context"]["handspan"]["server_trace"];
    assert_eq!(told["header"], "server-timing");
    assert_eq!(told["sampled"], true);
}

#[test]
fn what_a_server_tells_does_not_replace_the_trace_that_went_out() {
    let phone = start("server-other", "", vec![]);
    finish(&phone, &get("a.example"), &[("traceresponse", SERVERS)]);

    let event = only_event(&phone);
    assert_ne!(event["_dd"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(
        event["context"]["handspan"]["server_trace"]["trace_id"],
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
}

#[test]
fn an_explanation_is_data_and_words() {
    let phone = start("explained", r#","trace_sample_rate":25"#, vec![]);
    let ours = phone.core.explain(&get("api.a.example"), None);
    let why = &ours.explanation;
    assert_eq!(why.decided_by, DecidedBy::Rates);
    assert_eq!(why.formats, ["datadog", "tracecontext"]);
    assert_eq!((why.session_rate, why.trace_rate), (100.0, Some(25.0)));
    assert_eq!(why.trace_rate_from.as_deref(), Some("trace_sample_rate"));
    assert_eq!(
        why.session_position < 25.0,
        ours.planned.plan.sampled.unwrap()
    );
    assert!(why.words.contains("first_party_hosts[\"a.example\"]"));

    let third = phone.core.explain(&get("third.example"), None);
    assert_eq!(third.explanation.decided_by, DecidedBy::Host);
    assert_eq!(third.explanation.trace_rate, None);

    phone.core.keep_traces_for(Duration::from_secs(60));
    let forced = phone.core.explain(&get("a.example"), None);
    assert_eq!(forced.explanation.decided_by, DecidedBy::Forced);
}
