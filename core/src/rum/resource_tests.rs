//! What a resource event says.

use super::*;
use crate::config::Configuration;
use crate::rum::call::{CallError, Timings};
use crate::rum::person::Person;
use crate::rum::session::Precondition;
use crate::seams::clock::Now;
use crate::seams::entropy::SeededEntropy;
use crate::trace::{SpanId, TraceId};

const SESSION: &str = "0f4c2b1a-1111-4222-8333-444455556666";

fn hop(url: &str, span: Option<&str>) -> Hop {
    Hop {
        url: url.to_owned(),
        reason: if span.is_some() {
            "traced"
        } else {
            "host_not_first_party"
        }
        .to_owned(),
        traced: span.is_some(),
        host_entry: span.map(|_| "a.example".to_owned()),
        trace_id: span.and(TraceId::parse("6789abcd00000000a3ce929d0e0e4736")),
        span_id: span.and_then(SpanId::parse),
        sampled: span.map(|_| true),
        session_id: SESSION.to_owned(),
        rule_psr: span.map(|_| 0.5),
        headers: vec![("traceparent".to_owned(), "00-…".to_owned())],
        status_code: Some(302),
        ..Hop::default()
    }
}

fn read(call: &FinishedCall, inspect: bool) -> Value {
    let configuration = Configuration {
        inspect,
        service: Some("shop".into()),
        ..Configuration::default()
    };
    let now = Now {
        wall_ms: 1_700_000_000_500,
        mono_ms: 500,
    };
    let env = Env {
        captured_headers: &[],
        anonymous_id: None,
        configuration: &configuration,
        entropy: &SeededEntropy::new(1),
        now,
        clock_offset_ms: 0,
        may_record: true,
    };
    let session = SessionFacts {
        id: SESSION.to_owned(),
        number: 1,
        started: now,
        precondition: Precondition::UserAppLaunch,
        sample_rate: 0.0,
        kept: false,
        is_stopped: false,
        captures_resources: true,
        person: Person::default().with_user(Some("4711".into())),
        remote_version: Some("7".into()),
    };
    Value::Object(alone(call, &session, &env, &Phone::default()).body)
}

#[test]
fn the_ids_are_those_of_the_last_traced_hop() {
    let call = FinishedCall {
        method: "get".into(),
        url: "https://a.example/".into(),
        duration_ns: 500_000_000,
        hops: vec![
            hop("https://a.example/", Some("00f067aa0ba902b7")),
            hop("https://a.example/next", Some("000000000000000f")),
            hop("https://other.example/", None),
        ],
        status_code: Some(200),
        ..FinishedCall::default()
    };
    let event = read(&call, false);
    assert_eq!(event["_dd"]["trace_id"], "6789abcd00000000a3ce929d0e0e4736");
    assert_eq!(event["_dd"]["span_id"], "15");
    assert_eq!(event["_dd"]["rule_psr"], 0.5);
    assert_eq!(event["context"]["handspan"]["remote_version"], "7");
    assert_eq!(event["date"], 1_700_000_000_000_u64);
    assert_eq!(event["resource"]["method"], "GET");
    assert_eq!(
        event["resource"]["provider"],
        json!({"type": "first party", "domain": "a.example"})
    );
    assert_eq!(event["context"]["handspan"]["resend_count"], 2);
    let hops = &event["context"]["handspan"]["hops"];
    assert_eq!(hops[1]["url"], "https://a.example/next");
    assert!(
        hops[0].get("headers").is_none(),
        "headers are for the inspector only"
    );
    assert_eq!(
        hops[2],
        json!({"reason": "host_not_first_party", "status_code": 302}),
        "a third party's URL is none of the app's"
    );
    let inspected = read(&call, true);
    let hops = &inspected["context"]["handspan"]["hops"];
    assert_eq!(hops[0]["headers"]["traceparent"], "00-…");
    assert_eq!(hops[0]["rule_psr"], 0.5);
    assert!(hops[2].get("rule_psr").is_none(), "no rate was asked");
}

#[test]
fn a_call_that_reached_no_server_is_a_resource_all_the_same() {
    let call = FinishedCall {
        method: "PROPFIND".into(),
        url: "https://a.example/".into(),
        error: Some(CallError {
            kind: "java.net.ConnectException".into(),
            message: "refused".into(),
        }),
        timings: Timings {
            dns: Some(Phase {
                start_ns: 1,
                duration_ns: u64::MAX,
            }),
            ..Timings::default()
        },
        ..FinishedCall::default()
    };
    let event = read(&call, false);
    assert_eq!(event["context"]["handspan"]["reason"], "no_hop");
    assert_eq!(
        event["context"]["handspan"]["error"]["kind"],
        "java.net.ConnectException"
    );
    assert!(event["_dd"].get("trace_id").is_none());
    assert!(
        event["resource"].get("method").is_none(),
        "the schema knows nine methods"
    );
    assert_eq!(event["resource"]["dns"]["duration"], i64::MAX);
}

#[test]
fn the_response_tells_the_kind() {
    for (content_type, expected) in [
        (None, "native"),
        (Some("application/json"), "native"),
        (Some("IMAGE/png"), "image"),
        (Some("text/css; charset=utf-8"), "css"),
        (Some("audio/ogg"), "media"),
        (Some("garbage"), "native"),
    ] {
        assert_eq!(kind(content_type), expected, "{content_type:?}");
    }
}
