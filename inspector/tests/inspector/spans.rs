//! Spans from OpenTelemetry and Datadog tracers, and what they join.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::json;

use crate::client::{get, post, refused, send, start};
use crate::payloads::{PROTOBUF, SPAN, TRACE, event, export, gzip};

#[tokio::test]
async fn spans_join_whichever_comes_first() {
    let inspector = start().await;
    let address = inspector.address();
    let first = send(
        address,
        "POST",
        "/v1/traces",
        &[PROTOBUF, ("content-encoding", "gzip")],
        &gzip(&export("pay", TRACE, 7, SPAN)),
    )
    .await;
    assert_eq!(
        (first.status, first.header("content-type")),
        (200, Some("application/x-protobuf"))
    );
    let told = ExportTraceServiceResponse::decode(first.body.as_slice()).unwrap();
    assert_eq!(told.partial_success.unwrap().rejected_spans, 1);
    post(address, &[], event(TRACE, 0xa1, "spans-first").as_bytes()).await;
    let request = &get(address, "/api/requests").await[0];
    assert_eq!(
        (&request["verdict"], &request["because"]),
        (
            &json!("joined"),
            &json!("pay continued this request in its span GET /hello")
        )
    );
    assert_eq!(
        request["spans"],
        json!([{"service": "pay", "name": "GET /hello", "resource": null, "tracer": "opentelemetry", "trace_id": TRACE,
                "span_id": "0000000000000007", "parent_id": SPAN, "start_ns": 10, "duration_ns": 20}])
    );
    assert_eq!(
        refused(&get(address, "/api/stats").await, "bad_span"),
        1,
        "the span without ids was refused alone"
    );

    let other = "6921b0b0000000000000000000000022";
    post(address, &[], event(other, 0xa2, "event-first").as_bytes()).await;
    let json_export = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": other, "spanId": "00000000000000c1", "parentSpanId": "00000000000000a2", "name": "GET"}]}]}]});
    let second = send(
        address,
        "POST",
        "/v1/traces",
        &[("content-type", "application/json; charset=utf-8")],
        json_export.to_string().as_bytes(),
    )
    .await;
    assert_eq!((second.status, second.json()), (200, json!({})));
    assert_eq!(get(address, "/api/requests").await[1]["verdict"], "joined");
}

#[tokio::test]
async fn a_datadog_tracer_joins_and_one_that_lost_the_upper_half_is_named() {
    let inspector = start().await;
    let address = inspector.address();
    assert_eq!(get(address, "/info").await["endpoints"][1], "/v0.4/traces");
    let span = |id: u64, meta: Vec<(rmpv::Value, rmpv::Value)>| {
        let fields: Vec<(rmpv::Value, rmpv::Value)> = vec![
            ("service".into(), "shop".into()),
            ("name".into(), "flask.request".into()),
            ("resource".into(), "GET /hello".into()),
            ("trace_id".into(), 0x0123_4567_89ab_cdef_u64.into()),
            ("span_id".into(), id.into()),
            ("parent_id".into(), 0xa1.into()),
            ("meta".into(), rmpv::Value::Map(meta)),
        ];
        rmpv::Value::Array(vec![rmpv::Value::Array(vec![rmpv::Value::Map(fields)])])
    };
    let bytes = |value: &rmpv::Value| {
        let mut out = Vec::new();
        rmpv::encode::write_value(&mut out, value).unwrap();
        out
    };
    post(address, &[], event(TRACE, 0xa1, "datadog").as_bytes()).await;
    let answer = send(
        address,
        "PUT",
        "/v0.4/traces",
        &[("content-type", "application/msgpack")],
        &bytes(&span(1, vec![])),
    )
    .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"rate_by_service": {}}))
    );
    let request = &get(address, "/api/requests").await[0];
    assert_eq!(request["verdict"], "not_joined");
    assert!(request["because"].as_str().unwrap().starts_with("only the lower 64 bits of the trace id match: its parent is this request's span, but shop lost the upper half"));

    let whole = bytes(&span(
        2,
        vec![("_dd.p.tid".into(), "6921b0b000000000".into())],
    ));
    assert_eq!(
        send(address, "POST", "/v0.4/traces", &[], &whole)
            .await
            .status,
        200
    );
    assert_eq!(get(address, "/api/requests").await[0]["verdict"], "joined");

    assert_eq!(
        send(address, "POST", "/v0.4/traces", &[], b"\xc1")
            .await
            .status,
        400
    );
    assert_eq!(refused(&get(address, "/api/stats").await, "bad_msgpack"), 1);
    for (method, path) in [
        ("POST", "/telemetry/proxy/api/v2/apmtelemetry"),
        ("PUT", "/v0.6/stats"),
        ("POST", "/v0.7/config"),
        ("POST", "/v1/metrics"),
    ] {
        assert_eq!(
            send(address, method, path, &[], b"x").await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_large_trace_is_judged_as_fast_as_a_small_one() {
    const SPANS: u64 = 6000;
    let inspector = start().await;
    let address = inspector.address();
    let events: Vec<_> = (1..=20)
        .map(|request| event(TRACE, 0xf000 + request, "large"))
        .collect();
    post(address, &[], events.join("\n").as_bytes()).await;
    let spans: Vec<_> = (1..=SPANS)
        .map(|id| json!({"traceId": TRACE, "spanId": format!("{id:016x}"), "parentSpanId": format!("{:016x}", 0x10_0000 + id), "name": "GET"}))
        .collect();
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    let begin = Instant::now();
    let json = ("content-type", "application/json");
    assert_eq!(
        send(address, "POST", "/v1/traces", &[json], body.as_bytes())
            .await
            .status,
        200
    );
    let requests = get(address, "/api/requests").await;
    // Comparing each span with each other took seconds.
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "{:?}",
        begin.elapsed()
    );
    let because = requests[0]["because"].as_str().unwrap();
    assert!(
        because.contains("another parent (0000000000100001, 0000000000100002, 0000000000100003)"),
        "{because}"
    );
    assert_eq!(requests[0]["spans"].as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn an_export_is_told_how_many_of_its_spans_were_refused() {
    let inspector = start().await;
    let good = json!({"traceId": TRACE, "spanId": "00000000000000c1"});
    let body =
        json!({"resourceSpans": [{"scopeSpans": [{"spans": [good, {"traceId": TRACE}, 7]}]}]});
    let answer = send(
        inspector.address(),
        "POST",
        "/v1/traces",
        &[("content-type", "application/json")],
        body.to_string().as_bytes(),
    )
    .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json()["partialSuccess"]["rejectedSpans"],
        json!("2"),
        "a 64-bit integer is a string in OTLP's JSON"
    );
}
