//! Answers that go wrong on purpose, and the tries of a batch.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Answer, Stream, get, post, send, start};
use crate::payloads::{PROTOBUF, SPAN, TRACE, event, export};

async fn set(address: SocketAddr, fault: &Value) -> Answer {
    send(
        address,
        "PUT",
        "/api/fault",
        &[],
        fault.to_string().as_bytes(),
    )
    .await
}

/// What comes back, as bytes; `None` where the connection breaks off.
async fn raw(address: SocketAddr, key: &str) -> Vec<u8> {
    let body = event(TRACE, 0xa1, key);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v2/rum?ddsource=ios HTTP/1.1\r\nhost: {address}\r\ndd-idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // In one write: see `client::open`.
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    // Keep-alive: only a connection that the inspector ends comes to its end.
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

#[tokio::test]
async fn every_status_can_be_had_for_so_many_requests() {
    let inspector = start().await;
    let address = inspector.address();
    for status in [400, 403, 408, 413, 429, 500, 503] {
        let fault = json!({"answer": status, "retry_after": 7, "next": 2});
        assert_eq!(set(address, &fault).await.status, 204);
        let key = status.to_string();
        let headers = [("dd-idempotency-key", key.as_str()), ("dd-request-id", "r")];
        let body = event(TRACE, status, "x");
        for left in [json!(1), Value::Null] {
            let answer = post(address, &headers, body.as_bytes()).await;
            assert_eq!(u64::from(answer.status), status);
            assert_eq!(answer.header("retry-after"), Some("7"));
            assert_eq!(get(address, "/api/fault").await["fault"]["next"], left);
        }
        let answer = post(address, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 202);
        assert_eq!(
            answer.json()["duplicate"],
            false,
            "the tries before were not taken"
        );
    }
    let uploads = get(address, "/api/uploads").await;
    assert_eq!(uploads.as_array().unwrap().len(), 7);
    let first = &uploads[0];
    let told: Vec<_> = first["tries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["status"].clone(), one["fault"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!(400), json!("400")),
            (json!(400), json!("400")),
            (json!(202), Value::Null)
        ]
    );
    assert_eq!(
        (
            &first["key"],
            &first["taken"],
            &first["tried"],
            &first["path"]
        ),
        (
            &json!("400"),
            &json!(true),
            &json!(3),
            &json!("/api/v2/rum")
        )
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_or_late_was_taken_and_the_next_try_is_a_duplicate() {
    let inspector = start().await;
    let address = inspector.address();
    set(address, &json!({"answer": "cut", "next": 1})).await;
    let half = String::from_utf8(raw(address, "k").await).unwrap();
    assert!(half.starts_with("HTTP/1.1 202"), "{half}");
    assert!(!half.contains("accepted"), "{half}");
    let again = post(
        address,
        &[("dd-idempotency-key", "k")],
        event(TRACE, 0xa1, "k").as_bytes(),
    )
    .await;
    assert_eq!(again.json()["duplicate"], true);

    set(
        address,
        &json!({"answer": "slow", "delay_ms": 300, "next": 1}),
    )
    .await;
    let begun = std::time::Instant::now();
    let late = post(address, &[], event(TRACE, 0xa2, "late").as_bytes()).await;
    assert!(begun.elapsed().as_millis() >= 300);
    assert_eq!(late.json()["accepted"], 1);
    assert_eq!(
        get(address, "/api/requests")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let uploads = get(address, "/api/uploads").await;
    assert_eq!(
        uploads[0]["tries"][0]["status"],
        Value::Null,
        "nobody heard of it"
    );
    assert_eq!(uploads[0]["taken"], true);
    assert_eq!(uploads[1]["tries"][0]["fault"], "slow, 300 ms");
}

#[tokio::test]
async fn garbage_is_no_http_and_a_redirect_takes_nothing() {
    let inspector = start().await;
    let address = inspector.address();
    set(address, &json!({"answer": "garbage", "next": 1})).await;
    let noise = raw(address, "g").await;
    assert!(
        !noise.is_empty() && !noise.starts_with(b"HTTP"),
        "{noise:?}"
    );
    set(address, &json!({"answer": "redirect"})).await;
    let answer = post(address, &[], event(TRACE, 0xa1, "r").as_bytes()).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, Some("/elsewhere"))
    );
    assert!(
        get(address, "/api/requests")
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        send(address, "DELETE", "/api/fault", &[], b"").await.status,
        204
    );
    assert_eq!(get(address, "/api/fault").await, json!({"fault": null}));
}

#[tokio::test]
async fn backends_are_spared_unless_otlp_is_named() {
    let inspector = start().await;
    let address = inspector.address();
    let spans = export("pay", TRACE, 0xb1, SPAN);
    let exported = async || {
        send(address, "POST", "/v1/traces", &[PROTOBUF], &spans)
            .await
            .status
    };
    set(address, &json!({"answer": 503})).await;
    assert_eq!(exported().await, 200);
    set(address, &json!({"answer": 503, "otlp": true})).await;
    assert_eq!(exported().await, 503);
    let proxied = send(address, "POST", "/p?ddforward=%2Fapi%2Fv2%2Frum", &[], b"x").await;
    assert_eq!(proxied.status, 503, "a proxy's request meets it too");
}

#[tokio::test]
async fn a_status_of_success_takes_what_can_be_taken() {
    let inspector = start().await;
    let address = inspector.address();
    set(address, &json!({"answer": 200})).await;
    assert_eq!(
        post(address, &[], event(TRACE, 1, "x").as_bytes())
            .await
            .status,
        200
    );
    assert_eq!(post(address, &[], b"no event").await.status, 400);
    assert_eq!(set(address, &json!({"answer": 302})).await.status, 400);
    assert_eq!(
        get(address, "/api/requests")
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn pages_are_told_of_tries_and_of_what_apps_tell_of_their_sdk() {
    let inspector = start().await;
    let address = inspector.address();
    let mut stream = Stream::open(address).await;
    let told = |sent: u64| {
        json!({"type": "telemetry", "date": 5, "source": "ios", "service": "handspan", "version": "1.2", "application": {"id": "a"},
               "telemetry": {"type": "log", "stats": {"sent": sent, "dropped": {"queue_full": 1}}}})
    };
    for sent in [3, 4] {
        post(address, &[], told(sent).to_string().as_bytes()).await;
        assert_eq!(stream.next().await.0, "uploads");
    }
    let telemetry = get(address, "/api/telemetry").await;
    assert_eq!(
        telemetry,
        json!([{"app": "ios", "service": "handspan", "version": "1.2", "application_id": "a", "date": 5,
                "telemetry": {"type": "log", "stats": {"sent": 4, "dropped": {"queue_full": 1}}}}]),
        "the last one of an app"
    );
    send(address, "DELETE", "/api/requests", &[], b"").await;
    assert_eq!(get(address, "/api/telemetry").await, json!([]));
    assert_eq!(get(address, "/api/uploads").await, json!([]));
}
