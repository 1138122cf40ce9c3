//! The live stream.

use serde_json::{Value, json};

use crate::client::{Stream, get, post, send, start};
use crate::payloads::{PROTOBUF, SPAN, TRACE, event, export};

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
    let (name, data) = stream.next().await;
    let session: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (name.as_str(), &session),
        ("session", &get(address, "/api/sessions").await[0])
    );
    assert_eq!(
        stream.next().await.0,
        "remote",
        "a session with no document"
    );
    assert_eq!(stream.next().await.0, "uploads", "a batch was tried");

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
    assert_eq!(stream.next().await.0, "uploads");
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
