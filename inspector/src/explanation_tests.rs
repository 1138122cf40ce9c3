use serde_json::{Value, json};

use super::*;
use crate::check::Checks;
use crate::event::{Event, parse};

/// The hash of its last group, 1111111111111111111, stands at 6.0233 % of 2^64.
const SESSION: &str = "0f4c2b1a-1111-4222-8333-000000000001";

fn event(ours: &Value) -> Value {
    json!({
        "type": "resource", "session": {"id": SESSION},
        "_dd": {"configuration": {"session_sample_rate": 50, "trace_sample_rate": 10}},
        "resource": {"url": "http://shop.localhost/hello"},
        "context": {"handspan": ours}
    })
}

fn hop(reason: &str, more: &Value) -> Value {
    let mut hop = json!({"url": "http://shop.localhost/hello", "reason": reason, "host_entry": "shop.localhost", "headers": {}});
    let fields = hop.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    hop
}

fn traced(reason: &str, more: &Value) -> Value {
    let mut fields = json!({
        "trace_id": "6921b0b0000000000000000000000007", "span_id": "0000000000000005", "sampled": true, "rule_psr": 0.2,
        "headers": {"traceparent": "00-…", "tracestate": "dd=s:1", "x-datadog-trace-id": "7", "baggage": "session.id=1"}
    });
    let all = fields.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    hop(reason, &fields)
}

/// The explanation of the request, as JSON, and of each hop.
fn explained(event: &Value) -> (Value, Vec<Value>) {
    let Ok(Event::Request(request, _)) = parse(&event.to_string(), &Checks::default()) else {
        panic!("the line is an event");
    };
    let of_hops = (0..request.hops.len())
        .map(|at| serde_json::to_value(of_hop(&request, at)).unwrap())
        .collect();
    (serde_json::to_value(of_request(&request)).unwrap(), of_hops)
}

/// A call of one hop: its explanation is the request's.
#[track_caller]
fn of_one(hop: &Value) -> Value {
    let (request, hops) = explained(&event(
        &json!({"reason": hop["reason"], "resend_count": 0, "hops": [hop]}),
    ));
    assert_eq!(hops, std::slice::from_ref(&request));
    request
}

#[test]
fn rates_are_told_with_the_place_of_the_session() {
    let mut explanation = of_one(&traced("traced", &json!({})));
    let position = explanation["session_position"].take().as_f64().unwrap();
    assert!((position - 6.023_345_403).abs() < 1e-6, "{position}");
    assert_eq!(
        explanation,
        json!({
            "decided_by": "rates", "host_entry": "shop.localhost", "formats": ["datadog", "tracecontext", "baggage"],
            "session_rate": 50.0, "session_position": null, "trace_rate": 20.0,
            "words": "Traced, and the trace is kept. The host matches first_party_hosts[\"shop.localhost\"], and the request left with \
                      datadog, tracecontext and baggage. session_sample_rate 50 % and the trace rate 20 % (trace_sample_rate, or the \
                      sample_rate of the host's entry) together keep the sessions below 10 %; this session stands at 6.0233 %."
        })
    );
}

#[test]
fn a_request_that_is_not_kept_says_which_rate_to_raise() {
    let left_out = |reason| of_one(&hop(reason, &json!({"sampled": false, "rule_psr": 0.07})));
    let trace = left_out("trace_not_sampled");
    assert_eq!(
        (
            &trace["decided_by"],
            &trace["trace_rate"],
            &trace["formats"]
        ),
        (&json!("rates"), &json!(7.0), &json!([]))
    );
    let words = trace["words"].as_str().unwrap();
    assert!(words.contains("below 3.5 %; this session stands at 6.0233 %. The session itself is kept: raise the trace rate"), "{words}");
    let session = left_out("session_not_sampled");
    let words = session["words"].as_str().unwrap();
    assert!(
        words.ends_with("Raise session_sample_rate to keep more sessions."),
        "{words}"
    );
}

#[test]
fn force_an_earlier_hop_and_the_app_itself_outdo_the_rates() {
    let forced = of_one(&traced("traced_forced", &json!({"rule_psr": null})));
    assert_eq!(
        (&forced["decided_by"], &forced["trace_rate"]),
        (&json!("forced"), &Value::Null)
    );
    let words = forced["words"].as_str().unwrap();
    assert!(
        words.starts_with("Traced, and kept by force: this trace was asked for"),
        "{words}"
    );
    assert!(!words.contains("session_sample_rate"), "{words}");

    let own = of_one(&traced("app_headers", &json!({"headers": {}})));
    assert_eq!(own["decided_by"], "app_headers");
    assert!(
        own["words"]
            .as_str()
            .unwrap()
            .starts_with("Traced by the app itself")
    );

    let (request, hops) = explained(&event(
        &json!({"reason": "traced", "resend_count": 2, "hops": [
        hop("host_not_first_party", &json!({"url": "http://go.example/"})),
        traced("traced", &json!({})), traced("traced", &json!({}))]}),
    ));
    let by: Vec<_> = hops.iter().map(|hop| &hop["decided_by"]).collect();
    assert_eq!(by, ["host", "rates", "earlier_hop"]);
    assert_eq!(request, hops[2]);
    let words = request["words"].as_str().unwrap();
    assert!(
        words.contains("Hop 2 of this call brought the decision"),
        "{words}"
    );
}

#[test]
fn the_last_traced_hop_speaks_for_the_request() {
    let (request, hops) = explained(&event(
        &json!({"reason": "traced", "resend_count": 1, "hops": [
        traced("traced", &json!({})), hop("host_not_first_party", &json!({"url": "http://ads.example/", "host_entry": null}))]}),
    ));
    assert_eq!(request, hops[0]);
    assert_eq!(
        hops[1]["words"],
        "Not traced: ads.example is not among first_party_hosts, so no header was sent."
    );
}

#[test]
fn an_event_without_hops_tells_what_it_has_and_what_to_switch_on() {
    let mut kept = event(
        &json!({"reason": "traced", "host_entry": "shop.localhost", "sampled": true, "resend_count": 0}),
    );
    kept["_dd"]["rule_psr"] = json!(1.0);
    let (explanation, _) = explained(&kept);
    assert_eq!(
        (
            &explanation["decided_by"],
            &explanation["formats"],
            &explanation["trace_rate"]
        ),
        (&json!("rates"), &Value::Null, &json!(100.0))
    );
    let words = explanation["words"].as_str().unwrap();
    assert!(words.contains("which headers went out, the event tells where the app's configuration says \"inspect\": true."), "{words}");

    let (dropped, _) = explained(&event(
        &json!({"reason": "trace_not_sampled", "resend_count": 0}),
    ));
    assert_eq!(
        dropped["trace_rate"],
        Value::Null,
        "the host may have a rate of its own"
    );
    let words = dropped["words"].as_str().unwrap();
    assert!(words.contains("session_sample_rate is 50 %, and this session stands at 6.0233 %; the trace rate beside it, the event tells where"), "{words}");

    let (resent, _) = explained(&event(&json!({"reason": "traced", "resend_count": 1})));
    assert_eq!(
        resent["decided_by"],
        Value::Null,
        "the rates, or an earlier hop"
    );
    assert!(
        resent["words"]
            .as_str()
            .unwrap()
            .contains("Whether the sample rates decided")
    );
}

#[test]
fn odd_events_are_explained_as_far_as_they_go() {
    let (other_sdk, _) = explained(&event(&json!({})));
    assert_eq!(other_sdk, Value::Null);
    let (cached, _) = explained(&event(&json!({"reason": "no_hop", "resend_count": 0})));
    assert_eq!(
        (&cached["decided_by"], &cached["words"]),
        (
            &Value::Null,
            &json!("Not traced: answered from the cache, nothing left the phone.")
        )
    );
    let (future, _) = explained(&event(&json!({"reason": "from_the_future"})));
    assert_eq!(
        future["words"],
        "Not traced: this inspector does not know that reason: is it older than the SDK?"
    );
    let mut bare = event(&json!({"reason": "traced", "resend_count": 0}));
    bare["session"] = json!({"id": "not a UUID"});
    bare["_dd"] = json!({"rule_psr": 0.5});
    let (explanation, _) = explained(&bare);
    assert_eq!(
        (
            &explanation["session_rate"],
            &explanation["session_position"]
        ),
        (&Value::Null, &Value::Null)
    );
    bare["_dd"]["configuration"] = json!({"session_sample_rate": 100});
    let (explanation, _) = explained(&bare);
    assert!(
        explanation["words"]
            .as_str()
            .unwrap()
            .contains("its id is no UUID")
    );
}

#[test]
fn every_reason_is_decided_by_something() {
    for reason in Reason::ALL {
        let explanation = of_one(&hop(reason.as_str(), &json!({})));
        assert!(explanation["decided_by"].is_string(), "{explanation}");
    }
}
