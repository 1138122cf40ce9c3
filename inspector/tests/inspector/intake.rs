//! Batches of events: what is taken, what is refused, what is shown.

use handspan_inspector::{Inspector, Settings};
use serde_json::json;

use crate::client::{Answer, get, post, refused, send, start};
use crate::payloads::{PROTOBUF, SPAN, TRACE, event, gzip, raw_deflate, zlib};

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
    let explanation = json!({
        "decided_by": "rates", "host_entry": "shop.localhost", "formats": ["tracecontext"],
        "session_rate": 100.0, "session_position": 0.0, "trace_rate": 100.0,
        "words": "Traced, and the trace is kept. The host matches first_party_hosts[\"shop.localhost\"], and the request left with tracecontext. \
                  session_sample_rate and the trace rate are 100 %: every request is kept."
    });
    assert_eq!(
        request,
        &json!({
            "id": "0", "app": "android", "service": "shop-app", "method": "GET", "url": url, "status_code": 200, "error": null, "date": 1,
            "duration_ns": 5, "reason": "traced", "sampled": true, "trace_id": TRACE, "span_id": SPAN,
            "server_trace": null, "told_by_server": false, "resend_count": 0, "remote_version": null, "headers": headers, "explanation": explanation,
            "hops": [{"resend_count": 0, "explanation": explanation, "url": url, "reason": "traced", "host_entry": "shop.localhost", "trace_id": TRACE, "span_id": SPAN, "sampled": true, "status_code": 200, "headers": headers}],
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
        "/?ddforward=%2Fapi%2Fv2%2Freplay",
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
    let reused = post(address, &[key], event(TRACE, 3, "other").as_bytes()).await;
    assert_eq!(
        (reused.status, reused.json()),
        (
            202,
            json!({"accepted": 0, "duplicate": false, "refused": [], "reason": "idempotency_key_reused"})
        ),
        "the status is the real intake's"
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
async fn a_body_brings_no_more_events_than_ten_times_what_is_kept() {
    let inspector = start().await;
    let address = inspector.address();
    let body = "{\"type\":\"view\"}\n".repeat(10_002);
    let answer = post(address, &[], body.as_bytes()).await.json();
    assert_eq!(
        answer,
        json!({"accepted": 10_000, "duplicate": false, "refused": [
            {"line": 10_001, "reason": "too_many_events"}, {"line": 10_002, "reason": "too_many_events"}]})
    );
    let stats = get(address, "/api/stats").await;
    assert_eq!(refused(&stats, "too_many_events"), 2);
    post(address, &[], "1\n".repeat(10_003).as_bytes()).await;
    let stats = get(address, "/api/stats").await;
    assert_eq!(
        (
            refused(&stats, "event_not_an_event"),
            refused(&stats, "too_many_events")
        ),
        (10_000, 5),
        "lines that are no events are not read without end either"
    );
}
