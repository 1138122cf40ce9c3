//! The remote document.

use serde_json::json;

use crate::client::{send, start};

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
