//! The remote document.

use serde_json::{Value, json};

use crate::client::{get, post, send, start};
use crate::payloads::{TRACE, event};

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
async fn pulls_and_sessions_are_told_and_the_document_is_judged_as_phones_judge_it() {
    let inspector = start().await;
    let address = inspector.address();
    let body = br#"{"version":7,"trace_sample_rate":200}"#;
    let checked = send(address, "POST", "/api/remote/check", &[], body).await;
    assert_eq!(checked.json()["refusals"][0]["path"], "trace_sample_rate");
    assert_eq!(get(address, "/api/remote").await["document"], json!(null));

    let set = send(address, "PUT", "/config.json", &[], body).await;
    let tag = set.header("etag").unwrap().to_owned();
    let client = ("user-agent", "handspan/0.1.0 (android; 2.1)");
    for known in ["\"other\"", &tag] {
        let headers = [client, ("if-none-match", known)];
        send(address, "GET", "/config.json", &headers, b"").await;
    }
    let mut event: Value = serde_json::from_str(&event(TRACE, 0xa1, "remote")).unwrap();
    event["context"]["handspan"]["remote_version"] = json!("7");
    post(address, &[], event.to_string().as_bytes()).await;

    let state = get(address, "/api/remote").await;
    assert_eq!(state["document"]["text"].as_str().unwrap().as_bytes(), body);
    assert_eq!(state["document"]["judged"], checked.json());
    let pulls: Vec<_> = state["history"]["pulls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pull| {
            (
                &pull["client"],
                &pull["had"],
                &pull["status"],
                &pull["version"],
            )
        })
        .collect();
    let (client, version) = (json!(client.1), json!("7"));
    assert_eq!(
        pulls,
        [
            (&client, &json!("\"other\""), &json!(200), &version),
            (&client, &version, &json!(304), &version)
        ]
    );
    let sessions = &state["history"]["sessions"];
    assert_eq!(
        (&sessions[0]["version"], &sessions[0]["requests"]),
        (&version, &json!(1))
    );
    send(address, "DELETE", "/api/requests", &[], b"").await;
    let state = get(address, "/api/remote").await;
    assert_eq!(state["history"], json!({"pulls": [], "sessions": []}));
}
