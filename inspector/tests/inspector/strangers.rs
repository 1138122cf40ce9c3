//! Hosts, origins, tokens, and the headers of every answer.

use handspan_inspector::{Inspector, Settings};
use serde_json::json;

use crate::client::{get, post, refused, send, start};
use crate::payloads::{PROTOBUF, TRACE, event};

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
