//! Events that the core itself makes: what it decided is explained as it decided it.

use std::sync::Arc;

use handspan_core::config::{Configuration, from_json};
use handspan_core::instance::Planned;
use handspan_core::rum::call::{FinishedCall, Hop};
use handspan_core::rum::event::{Env, Out};
use handspan_core::rum::machine::Machine;
use handspan_core::rum::person::Person;
use handspan_core::rum::session::{Calls, Precondition, SessionFacts, Stamp};
use handspan_core::seams::clock::Now;
use handspan_core::seams::entropy::SeededEntropy;
use handspan_core::trace::explain::explain;
use handspan_core::trace::{
    FixedIds, HopRequest, SessionIdentity, SpanId, TraceId, plan, session_hash,
};
use serde_json::{Value, json};

use crate::client::{get, post, send, start};

const TRACE: &str = "6921b0b0000000000123456789abcdef";
/// Stands at 6.02 %.
const SESSION: &str = "0f4c2b1a-1111-4222-8333-000000000001";

/// An app that keeps 50 % of its sessions and, at `half.localhost`, 20 % of their traces.
fn configuration(inspect: bool) -> Configuration {
    let (mut configuration, refusals) = from_json(
        r#"{"client_token": "pub0", "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1", "session_sample_rate": 50,
            "first_party_hosts": {"shop.localhost": ["datadog", "tracecontext", "baggage"],
                                  "half.localhost": {"formats": ["b3"], "sample_rate": 20}, "rare.localhost": {"formats": ["b3"], "sample_rate": 1}}}"#,
    )
    .unwrap();
    assert_eq!(refusals, []);
    configuration.inspect = inspect;
    configuration
}

/// One hop, planned and explained by the core.
fn hop(host: &str, ids: FixedIds, keep: bool) -> (Hop, Value) {
    let (settings, _) = configuration(true).validate().unwrap();
    let settings = settings.configuration.trace_settings(&mut Vec::new());
    let session = SessionIdentity {
        id: SESSION,
        hash: session_hash(SESSION).unwrap(),
        ..SessionIdentity::default()
    };
    let request = HopRequest {
        method: "GET",
        scheme: "http",
        host,
        ids,
        keep,
        ..HopRequest::default()
    };
    let mut drawn = 0xa0;
    let plan = plan(&settings, &session, &request, 0x6921_b0b0, &mut || {
        drawn += 1;
        drawn
    });
    let own = explain(&settings, &session, &request, &plan);
    let told = json!({
        "decided_by": own.decided_by.as_str(), "host_entry": plan.host_entry, "session_rate": own.session_rate,
        "session_position": own.session_position, "trace_rate": plan.rule_psr.and(own.trace_rate)
    });
    let planned = Planned {
        plan,
        session_id: SESSION.to_owned(),
    };
    (planned.hop(format!("http://{host}/hello"), Some(200)), told)
}

fn event(hops: Vec<Hop>, inspect: bool) -> Vec<u8> {
    let call = FinishedCall {
        method: "GET".into(),
        url: hops[0].url.clone(),
        status_code: Some(200),
        hops,
        ..FinishedCall::default()
    };
    let now = Now {
        wall_ms: 1,
        mono_ms: 1,
    };
    let session = SessionFacts {
        id: SESSION.to_owned(),
        number: 1,
        started: now,
        precondition: Precondition::UserAppLaunch,
        sample_rate: 50.0,
        kept: true,
        is_stopped: false,
        captures_resources: true,
        person: Person::default(),
        remote_version: None,
    };
    let stamp = Stamp {
        session: Arc::new(session),
        calls: Calls::default(),
    };
    let env = Env {
        configuration: &configuration(inspect),
        entropy: &SeededEntropy::new(1),
        now,
        clock_offset_ms: 0,
        may_record: true,
        anonymous_id: None,
        captured_headers: &[],
    };
    let mut out = Out::default();
    Machine::default().finish(&call, &stamp, &env, &mut out);
    let made = out
        .events
        .into_iter()
        .find(|event| event.kind == "resource");
    serde_json::to_vec(&made.unwrap().body).unwrap()
}

#[tokio::test]
async fn what_decided_is_what_the_core_says_decided() {
    let inspector = start().await;
    let address = inspector.address();
    let fixed = FixedIds {
        trace_id: TraceId::parse(TRACE),
        sampled: Some(true),
        ..FixedIds::default()
    };
    let free = FixedIds::default();
    let calls = [
        vec![
            hop("ads.example", free, false),
            hop("api.shop.localhost", free, false),
            hop("half.localhost", fixed, false),
        ],
        vec![hop("rare.localhost", free, false)],
        vec![hop("rare.localhost", free, true)],
    ];
    let mut told = Vec::new();
    for call in calls {
        let (hops, of_hops): (Vec<_>, Vec<_>) = call.into_iter().unzip();
        post(address, &[], &event(hops, true)).await;
        told.push(of_hops);
    }
    let requests = get(address, "/api/requests").await;
    for (request, told) in requests.as_array().unwrap().iter().zip(&told) {
        let hops = request["hops"].as_array().unwrap();
        assert_eq!(hops.len(), told.len());
        assert_eq!(request["resend_count"], told.len() - 1);
        for (at, (hop, told)) in hops.iter().zip(told).enumerate() {
            assert_eq!(hop["resend_count"], at);
            let mut found = hop["explanation"].clone();
            let fields = found.as_object_mut().unwrap();
            fields.retain(|name, _| told.get(name).is_some());
            assert_eq!(&found, told);
        }
        assert_eq!(request["explanation"], hops[told.len() - 1]["explanation"]);
    }
    let explained = |request: usize, hop: usize, fact: &str| {
        requests[request]["hops"][hop]["explanation"][fact].clone()
    };
    let by = |request, hop| explained(request, hop, "decided_by");
    assert_eq!(
        [by(0, 0), by(0, 1), by(0, 2), by(1, 0), by(2, 0)],
        ["host", "rates", "earlier_hop", "rates", "forced"]
    );
    let formats = |request, hop| explained(request, hop, "formats");
    assert_eq!(formats(0, 0), json!([]));
    assert_eq!(formats(0, 1), json!(["datadog", "tracecontext", "baggage"]));
    assert_eq!(formats(2, 0), json!(["b3"]));
}

#[tokio::test]
async fn a_third_partys_trace_is_told_and_joins_once_its_spans_come() {
    let inspector = start().await;
    let address = inspector.address();
    let (mut third_party, _) = hop("pay.example", FixedIds::default(), false);
    let span = SpanId::parse("00000000000000c1").unwrap();
    third_party.response_headers = vec![(
        "Server-Timing".into(),
        format!("db;dur=5, traceparent;desc=\"00-{TRACE}-{span}-01\""),
    )];
    post(address, &[], &event(vec![third_party], false)).await;
    let told = json!({"trace_id": TRACE, "span_id": "00000000000000c1", "sampled": true, "header": "server-timing"});
    let silent = &get(address, "/api/requests").await[0];
    assert_eq!(
        (
            &silent["server_trace"],
            &silent["told_by_server"],
            &silent["trace_id"],
            &silent["verdict"]
        ),
        (&told, &json!(true), &json!(TRACE), &json!("not_expected"))
    );
    assert_eq!(silent["explanation"]["decided_by"], "host");

    let export = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": TRACE, "spanId": "00000000000000c1", "name": "POST /pay"}]}]}]});
    let json = [("content-type", "application/json")];
    send(
        address,
        "POST",
        "/v1/traces",
        &json,
        export.to_string().as_bytes(),
    )
    .await;
    let joined = &get(address, "/api/requests").await[0];
    assert_eq!(
        (&joined["verdict"], &joined["because"]),
        (
            &json!("joined"),
            &json!(
                "the backend told its trace in server-timing: its span POST /pay answered this request"
            )
        )
    );
    assert_eq!(joined["spans"][0]["span_id"], "00000000000000c1");
}
