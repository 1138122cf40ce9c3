//! Clients that stop in the middle.

use std::time::Duration;

use handspan_inspector::{Inspector, Settings};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{get, refused};

const FOREVER: Duration = Duration::from_secs(10);

async fn impatient() -> Inspector {
    Inspector::start(Settings {
        patience: Duration::from_millis(200),
        ..Settings::default()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let inspector = impatient().await;
    for begin in ["", "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "] {
        let mut stream = TcpStream::connect(inspector.address()).await.unwrap();
        stream.write_all(begin.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Closed or reset, with or without an answer: the connection is not held.
        let ended = timeout(FOREVER, stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "{begin:?} is held");
    }
}

#[tokio::test]
async fn a_body_that_does_not_end_is_refused() {
    let inspector = impatient().await;
    let address = inspector.address();
    for target in ["POST /api/v2/rum", "PUT /v0.4/traces", "PUT /config.json"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("{target} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 10\r\n\r\n{{");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(FOREVER, stream.read_to_string(&mut answer))
            .await
            .unwrap_or_else(|_| panic!("{target} is held"))
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(
            answer.contains(&json!("body_too_slow").to_string()),
            "{answer}"
        );
    }
    let stats = get(address, "/api/stats").await;
    assert_eq!(refused(&stats, "body_too_slow"), 3);
}
