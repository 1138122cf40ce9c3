//! A real inspector on a free port, asked over HTTP as apps, backends, browsers and strangers ask.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)] // A test that meets what it did not expect should stop there and say so; helpers are tests as well.

mod support;

use std::io::Write;
use std::net::SocketAddr;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use handspan_inspector::{Inspector, Settings, StartFailure};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::{Value, json};
use support::{Answer, Stream, send};

const TRACE: &str = "6921b0b0000000000123456789abcdef";
const SPAN: &str = "00000000000000a1";

async fn start() -> Inspector {
    Inspector::start(Settings::default()).await.unwrap()
}

fn event(trace: &str, span: u64, case: &str) -> String {
    let url = format!("http://shop.localhost:8080/hello?case={case}");
    json!({
        "type": "resource", "date": 1, "source": "android", "service": "shop-app", "_dd": {"trace_id": trace, "span_id": span.to_string()},
        "resource": {"method": "GET", "url": url, "status_code": 200, "duration": 5},
        "context": {"handspan": {"reason": "traced", "sampled": true, "hops": [
            {"url": url, "reason": "traced", "host_entry": "shop.localhost", "trace_id": trace, "span_id": format!("{span:016x}"),
             "sampled": true, "status_code": 200, "headers": {"traceparent": format!("00-{trace}-{span:016x}-01")}}]}}
    })
    .to_string()
}

async fn post(address: SocketAddr, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    send(
        address,
        "POST",
        "/api/v2/rum?ddsource=android",
        headers,
        body,
    )
    .await
}

async fn get(address: SocketAddr, target: &str) -> Value {
    send(address, "GET", target, &[], b"").await.json()
}

fn refused(stats: &Value, reason: &str) -> u64 {
    let rows = stats["refused"].as_array().unwrap();
    rows.iter()
        .find(|row| row["reason"] == reason)
        .map_or(0, |row| row["count"].as_u64().unwrap())
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn export(service: &str, trace: &str, span: u8, parent: &str) -> Vec<u8> {
    let bytes = |hex: &str| {
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect::<Vec<u8>>()
    };
    let name = AnyValue {
        value: Some(any_value::Value::StringValue(service.to_owned())),
    };
    let attributes = vec![KeyValue {
        key: "service.name".into(),
        value: Some(name),
        ..KeyValue::default()
    }];
    let span = Span {
        trace_id: bytes(trace),
        span_id: vec![0, 0, 0, 0, 0, 0, 0, span],
        parent_span_id: bytes(parent),
        name: "GET /hello".into(),
        start_time_unix_nano: 10,
        end_time_unix_nano: 30,
        ..Span::default()
    };
    let broken = Span {
        trace_id: vec![1],
        ..Span::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes,
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: vec![broken, span],
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
    .encode_to_vec()
}

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

#[tokio::test]
async fn a_batch_comes_plain_gzipped_deflated_and_through_a_proxy() {
    let inspector = start().await;
    let address = inspector.address();
    let batch = |case: &str| {
        format!(
            "{}\n{}\n",
            event(TRACE, 0xa1, case),
            json!({"type": "view"})
        )
        .into_bytes()
    };
    assert_eq!(post(address, &[], &batch("plain")).await.status, 202);
    assert_eq!(
        post(
            address,
            &[("content-encoding", "gzip")],
            &gzip(&batch("gzip"))
        )
        .await
        .status,
        202
    );
    assert_eq!(
        post(
            address,
            &[("content-encoding", "deflate")],
            &zlib(&batch("zlib"))
        )
        .await
        .status,
        202
    );
    assert_eq!(
        post(
            address,
            &[("content-encoding", "deflate")],
            &raw_deflate(&batch("raw"))
        )
        .await
        .status,
        202
    );
    let proxied = "/anything?ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dios";
    assert_eq!(
        send(
            address,
            "POST",
            proxied,
            &[("content-encoding", "gzip")],
            &gzip(&batch("proxy"))
        )
        .await
        .status,
        202
    );

    let requests = get(address, "/api/requests").await;
    let cases: Vec<_> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["url"].as_str().unwrap().rsplit('=').next().unwrap())
        .collect();
    assert_eq!(
        cases,
        ["plain", "gzip", "zlib", "raw", "proxy"],
        "newest last"
    );
    let stats = get(address, "/api/stats").await;
    assert_eq!(
        stats,
        json!({"batches": 5, "duplicates": 0, "events": 10, "spans": 0, "refused": []})
    );
}

#[tokio::test]
async fn a_request_is_shown_as_its_event_tells_it() {
    let inspector = start().await;
    let address = inspector.address();
    let line = event(TRACE, 0xa1, "one");
    post(address, &[], line.as_bytes()).await;
    let request = &get(address, "/api/requests").await[0];
    let url = "http://shop.localhost:8080/hello?case=one";
    let headers = json!({"traceparent": format!("00-{TRACE}-{SPAN}-01")});
    assert_eq!(
        request,
        &json!({
            "id": "0", "app": "android", "service": "shop-app", "method": "GET", "url": url, "status_code": 200, "error": null, "date": 1,
            "duration_ns": 5, "reason": "traced", "sampled": true, "trace_id": TRACE, "span_id": SPAN, "headers": headers,
            "hops": [{"url": url, "reason": "traced", "host_entry": "shop.localhost", "trace_id": TRACE, "span_id": SPAN, "sampled": true, "status_code": 200, "headers": headers}],
            "spans": [], "verdict": "not_joined",
            "because": "no span with this trace id has arrived so far; shop.localhost answered 200: is it traced, does it read tracecontext, does it export to this inspector?"
        })
    );
    let raw = send(address, "GET", "/api/requests/0/event", &[], b"").await;
    assert_eq!(raw.body, line.as_bytes());
    assert_eq!(
        raw.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    for unknown in ["1", "-1", "x", "18446744073709551615"] {
        assert_eq!(
            send(
                address,
                "GET",
                &format!("/api/requests/{unknown}/event"),
                &[],
                b""
            )
            .await
            .status,
            404
        );
    }
}

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
        (first.status, first.header("content-type"), first.body.len()),
        (200, Some("application/x-protobuf"), 0)
    );
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
        ("POST", "/v1/logs"),
    ] {
        assert_eq!(
            send(address, method, path, &[], b"x").await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_bad_line_takes_no_good_one_with_it() {
    let inspector = start().await;
    let address = inspector.address();
    let huge = json!({"type": "resource", "x": "y".repeat(1 << 20)}).to_string();
    let body = format!(
        "not json\n{}\n[]\n\n{{\"no\":\"type\"}}\n{huge}\n{}",
        event(TRACE, 1, "good-1"),
        event(TRACE, 2, "good-2")
    );
    let answer = post(address, &[], body.as_bytes()).await;
    assert_eq!(answer.status, 202);
    assert_eq!(
        answer.json(),
        json!({"accepted": 2, "duplicate": false, "refused": [
            {"line": 1, "reason": "event_not_json"}, {"line": 3, "reason": "event_not_an_event"},
            {"line": 5, "reason": "event_not_an_event"}, {"line": 6, "reason": "event_too_large"}]})
    );
    assert_eq!(
        get(address, "/api/requests")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let nothing_good = post(address, &[], b"{}\n{").await;
    assert_eq!(
        (nothing_good.status, &nothing_good.json()["accepted"]),
        (400, &json!(0))
    );
    let stats = get(address, "/api/stats").await;
    assert_eq!(
        (
            refused(&stats, "event_not_json"),
            refused(&stats, "event_not_an_event"),
            refused(&stats, "event_too_large")
        ),
        (2, 3, 1)
    );
}

#[tokio::test]
async fn odd_fields_cost_only_themselves() {
    let inspector = start().await;
    let address = inspector.address();
    let odd = json!({"type": "resource", "source": 7, "service": null, "date": "x", "_dd": {"trace_id": "12", "span_id": 5},
        "resource": {"url": 5, "status_code": "200", "duration": -1}, "context": {"handspan": {"reason": [], "hops": [1, {"headers": {"a": 1, "b": "2"}}, null]}}});
    let bodies = [
        odd.to_string(),
        json!({"type": "resource"}).to_string(),
        json!({"type": "resource", "context": 5, "_dd": [], "resource": "x"}).to_string(),
    ];
    assert_eq!(
        post(address, &[], bodies.join("\n").as_bytes())
            .await
            .status,
        202
    );
    let requests = get(address, "/api/requests").await;
    assert_eq!(requests.as_array().unwrap().len(), 3);
    assert!(
        requests[0]["because"]
            .as_str()
            .unwrap()
            .starts_with("the event's ids cannot be read (trace_id \"12\", span_id 5)")
    );
    assert_eq!(requests[0]["hops"][0]["headers"], json!({"b": "2"}));
}

#[tokio::test]
async fn broken_and_oversized_bodies_are_refused_and_counted() {
    let inspector = start().await;
    let address = inspector.address();
    let bomb = gzip(&vec![b'\n'; 40 << 20]);
    let cases: [(&str, u16, Answer); 7] = [
        ("empty_body", 400, post(address, &[], b"\n\n").await),
        (
            "bad_compression",
            400,
            post(address, &[("content-encoding", "gzip")], b"not gzip").await,
        ),
        (
            "unsupported_encoding",
            415,
            post(address, &[("content-encoding", "br")], b"{}").await,
        ),
        (
            "body_too_large",
            413,
            post(address, &[], &vec![b'x'; (5 << 20) + 1]).await,
        ),
        (
            "decompressed_too_large",
            413,
            post(address, &[("content-encoding", "gzip")], &bomb).await,
        ),
        (
            "bad_otlp",
            400,
            send(address, "POST", "/v1/traces", &[PROTOBUF], b"\x0a\x7f").await,
        ),
        (
            "unsupported_media_type",
            415,
            send(
                address,
                "POST",
                "/v1/traces",
                &[("content-type", "text/html")],
                b"x",
            )
            .await,
        ),
    ];
    let stats = get(address, "/api/stats").await;
    for (reason, status, answer) in cases {
        assert_eq!(
            (answer.status, &answer.json()["reason"]),
            (status, &json!(reason))
        );
        assert_eq!(refused(&stats, reason), 1);
    }
    let elsewhere = send(
        address,
        "POST",
        "/?ddforward=%2Fapi%2Fv2%2Flogs",
        &[],
        b"{}",
    )
    .await;
    assert_eq!(
        (elsewhere.status, &elsewhere.json()["reason"]),
        (400, &json!("unknown_forward"))
    );
    assert_eq!(get(address, "/api/requests").await, json!([]));
}

#[tokio::test]
async fn a_batch_is_shown_and_kept_once_for_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let events_dir = folder.path().join("new/events");
    let inspector = Inspector::start(Settings {
        events_dir: Some(events_dir.clone()),
        ..Settings::default()
    })
    .await
    .unwrap();
    let address = inspector.address();
    let body = format!("{}\n{}", event(TRACE, 1, "a"), event(TRACE, 2, "b"));
    let key = ("dd-idempotency-key", "key-1");
    for duplicate in [false, true] {
        let answer = post(
            address,
            &[key, ("content-encoding", "gzip")],
            &gzip(body.as_bytes()),
        )
        .await;
        assert_eq!(
            (answer.status, &answer.json()["duplicate"]),
            (202, &json!(duplicate))
        );
    }
    assert_eq!(
        post(address, &[key], event(TRACE, 3, "other").as_bytes())
            .await
            .status,
        202,
        "as the real intake answers"
    );
    let stats = get(address, "/api/stats").await;
    assert_eq!(
        (&stats["batches"], &stats["duplicates"], &stats["events"]),
        (&json!(1), &json!(1), &json!(2))
    );
    assert_eq!(
        refused(&stats, "idempotency_key_reused"),
        1,
        "another body under a known key is a client's defect"
    );
    assert_eq!(
        get(address, "/api/requests")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let kept: Vec<_> = std::fs::read_dir(&events_dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].extension().unwrap(), "json");
    assert_eq!(std::fs::read_to_string(&kept[0]).unwrap(), body);
}

#[tokio::test]
async fn the_stream_tells_a_request_and_tells_it_again_when_it_joins() {
    let inspector = start().await;
    let address = inspector.address();
    let mut stream = Stream::open(address).await;
    post(address, &[], event(TRACE, 0xa1, "live").as_bytes()).await;
    let (name, data) = stream.next().await;
    let request: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (name.as_str(), &request["verdict"]),
        ("request", &json!("not_joined"))
    );
    assert_eq!(request, get(address, "/api/requests").await[0]);

    send(
        address,
        "POST",
        "/v1/traces",
        &[PROTOBUF],
        &export("pay", TRACE, 7, SPAN),
    )
    .await;
    assert_eq!(
        stream.next().await.0,
        "stats",
        "the export held a span without ids"
    );
    let (name, data) = stream.next().await;
    let request: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (name.as_str(), &request["verdict"], &request["id"]),
        ("request", &json!("joined"), &json!("0"))
    );

    post(address, &[], b"garbage").await;
    assert_eq!(stream.next().await.0, "stats");
    assert_eq!(
        send(address, "DELETE", "/api/requests", &[], b"")
            .await
            .status,
        204
    );
    assert_eq!(stream.next().await.0, "reload");
    assert_eq!(get(address, "/api/requests").await, json!([]));
}

#[tokio::test]
async fn streams_are_counted_and_given_back() {
    let inspector = start().await;
    let address = inspector.address();
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(Stream::open(address).await);
    }
    let refusal = send(address, "GET", "/api/stream", &[], b"").await;
    assert_eq!(
        (refusal.status, &refusal.json()["reason"]),
        (503, &json!("too_many_streams"))
    );
    drop(open.pop());
    // The server notices the closed connection when it next looks at it.
    while Stream::try_open(address).await.is_err() {}
}

#[tokio::test]
async fn the_remote_document_is_served_as_given() {
    let inspector = start().await;
    let address = inspector.address();
    assert_eq!(
        send(address, "GET", "/config.json", &[], b"").await.status,
        404
    );
    let document = b"{ \"first_party_hosts\": {} }\n";
    let set = send(address, "PUT", "/config.json", &[], document).await;
    assert_eq!(set.status, 204);
    let served = send(address, "GET", "/config.json", &[], b"").await;
    assert_eq!(
        (served.status, &served.body[..], served.header("etag")),
        (200, &document[..], set.header("etag"))
    );
    let etag = served.header("etag").unwrap();
    let same = send(
        address,
        "GET",
        "/config.json",
        &[("if-none-match", etag)],
        b"",
    )
    .await;
    assert_eq!(
        (same.status, same.header("etag"), same.body.len()),
        (304, Some(etag), 0)
    );
    for (body, status, reason) in [
        (&b"[]"[..], 400, "bad_document"),
        (b"{", 400, "bad_document"),
        (&vec![b' '; (256 << 10) + 1], 413, "document_too_large"),
    ] {
        let refusal = send(address, "PUT", "/config.json", &[], body).await;
        assert_eq!(
            (refusal.status, &refusal.json()["reason"]),
            (status, &json!(reason))
        );
    }
    assert_eq!(
        send(address, "GET", "/config.json", &[], b"").await.body,
        document,
        "what was refused replaces nothing"
    );
    assert_eq!(
        send(address, "PUT", "/config.json", &[], b"{}")
            .await
            .status,
        204
    );
    assert_eq!(
        send(
            address,
            "GET",
            "/config.json",
            &[("if-none-match", etag)],
            b""
        )
        .await
        .status,
        200,
        "a new document, a new tag"
    );
    assert_eq!(
        send(address, "DELETE", "/config.json", &[], b"")
            .await
            .status,
        204
    );
    assert_eq!(
        send(address, "GET", "/config.json", &[], b"").await.status,
        404
    );
}

#[tokio::test]
async fn strangers_are_refused() {
    let inspector = start().await;
    let address = inspector.address();
    let own = format!("http://{address}");
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/requests"),
        ("GET", "/api/stream"),
        ("PUT", "/config.json"),
        ("POST", "/api/v2/rum"),
        ("POST", "/x?ddforward=%2Fapi%2Fv2%2Frum"),
        ("GET", "/nothing"),
    ] {
        let rebound = send(address, method, path, &[("host", "evil.example")], b"{}").await;
        assert_eq!(
            (rebound.status, &rebound.json()["reason"]),
            (403, &json!("foreign_host")),
            "{method} {path}"
        );
        let foreign = send(
            address,
            method,
            path,
            &[("origin", "http://evil.example")],
            b"{}",
        )
        .await;
        assert_eq!(
            (foreign.status, &foreign.json()["reason"]),
            (403, &json!("foreign_origin")),
            "{method} {path}"
        );
    }
    assert_eq!(
        send(address, "PUT", "/config.json", &[("origin", &own)], b"{}")
            .await
            .status,
        204,
        "the page itself"
    );
    assert_eq!(
        send(
            address,
            "GET",
            "/api/stats",
            &[("host", "inspector.localhost:1")],
            b""
        )
        .await
        .status,
        200
    );
    let stats = get(address, "/api/stats").await;
    assert_eq!(
        (
            refused(&stats, "foreign_host"),
            refused(&stats, "foreign_origin"),
            &stats["events"]
        ),
        (7, 7, &json!(0))
    );
}

#[tokio::test]
async fn every_answer_forbids_what_the_page_does_not_need() {
    let inspector = start().await;
    let address = inspector.address();
    let page = send(address, "GET", "/", &[], b"").await;
    let mut paths: Vec<String> = vec![
        "/".into(),
        "/api/requests".into(),
        "/nothing".into(),
        "/page/nothing".into(),
    ];
    let html = String::from_utf8(page.body).unwrap();
    let linked: Vec<String> = html
        .split('"')
        .filter(|part| part.starts_with("/page/"))
        .map(str::to_owned)
        .collect();
    assert!(linked.len() >= 3, "{linked:?}");
    for path in &linked {
        assert_eq!(
            send(address, "GET", path, &[], b"").await.status,
            200,
            "{path}"
        );
    }
    paths.extend(linked);
    for path in paths {
        let answer = send(address, "GET", &path, &[], b"").await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';")
                && policy.contains("require-trusted-types-for 'script'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[tokio::test]
async fn a_token_guards_reading_and_leaves_the_intake_open() {
    let inspector = Inspector::start(Settings {
        token: Some("token-123".into()),
        ..Settings::default()
    })
    .await
    .unwrap();
    let address = inspector.address();
    assert_eq!(
        post(address, &[], event(TRACE, 1, "x").as_bytes())
            .await
            .status,
        202
    );
    assert_eq!(
        send(address, "POST", "/v1/traces", &[PROTOBUF], b"")
            .await
            .status,
        200
    );
    assert_eq!(
        send(address, "GET", "/config.json", &[], b"").await.status,
        404
    );
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/page/app.js"),
        ("GET", "/api/requests"),
        ("GET", "/api/requests/0/event"),
        ("GET", "/api/stream"),
        ("PUT", "/config.json"),
        ("DELETE", "/api/requests"),
    ] {
        let refusal = send(address, method, path, &[], b"{}").await;
        assert_eq!(
            (refusal.status, &refusal.json()["reason"]),
            (401, &json!("no_token")),
            "{method} {path}"
        );
    }
    assert_eq!(
        send(
            address,
            "PUT",
            "/config.json",
            &[("authorization", "Bearer token-123")],
            b"{}"
        )
        .await
        .status,
        204
    );
    assert_eq!(
        send(address, "GET", "/config.json", &[], b"").await.status,
        200,
        "apps have no place for a token"
    );
    let opened = send(address, "GET", "/?token=token-123", &[], b"").await;
    assert_eq!((opened.status, opened.header("location")), (303, Some("/")));
    assert_eq!(
        opened.header("set-cookie"),
        Some("handspan_inspector=token-123; Path=/; HttpOnly; SameSite=Strict")
    );
    assert_eq!(
        send(
            address,
            "GET",
            "/api/requests",
            &[("cookie", "handspan_inspector=token-123")],
            b""
        )
        .await
        .status,
        200
    );
}

#[tokio::test]
async fn it_does_not_start_where_it_would_be_unsafe_or_useless() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let failure = Inspector::start(Settings {
        listen: everywhere,
        ..Settings::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(failure, StartFailure::TokenNeeded(_)));
    assert_eq!(
        failure.to_string(),
        "0.0.0.0:0 can be reached from other machines: give --token TOKEN as well, or listen on 127.0.0.1"
    );
    let guarded = Inspector::start(Settings {
        listen: everywhere,
        token: Some("token-123".into()),
        ..Settings::default()
    })
    .await;
    assert!(guarded.is_ok());
    for token in ["", "short", "with space", "semi;colon", "ümlaut-ü"] {
        let failure = Inspector::start(Settings {
            token: Some(token.into()),
            ..Settings::default()
        })
        .await
        .unwrap_err();
        assert!(matches!(failure, StartFailure::BadToken), "{token}");
    }

    let running = start().await;
    let taken = Inspector::start(Settings {
        listen: running.address(),
        ..Settings::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(taken, StartFailure::Listen { .. }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.json");
    std::fs::write(&file, "[1]").unwrap();
    let failure = Inspector::start(Settings {
        remote_document: Some(file.clone()),
        ..Settings::default()
    })
    .await
    .unwrap_err();
    assert!(
        failure
            .to_string()
            .ends_with("cannot be used: the document must be a JSON object: { … }"),
        "{failure}"
    );
    let failure = Inspector::start(Settings {
        events_dir: Some(file.join("below")),
        ..Settings::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(failure, StartFailure::EventsDir { .. }));
    std::fs::write(&file, "{\"a\":1}").unwrap();
    let serving = Inspector::start(Settings {
        remote_document: Some(file),
        ..Settings::default()
    })
    .await
    .unwrap();
    assert_eq!(
        get(serving.address(), "/config.json").await,
        json!({"a": 1})
    );
}

#[tokio::test]
async fn dropping_it_frees_its_port() {
    let inspector = start().await;
    let address = inspector.address();
    drop(inspector);
    // The aborted task gives the listener back when the runtime next runs it.
    while tokio::net::TcpListener::bind(address).await.is_err() {
        tokio::task::yield_now().await;
    }
}
