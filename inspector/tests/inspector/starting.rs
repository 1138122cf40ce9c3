//! Starting and stopping.

use std::net::SocketAddr;

use handspan_inspector::{Inspector, Settings, StartFailure};
use serde_json::json;

use crate::client::{get, start};

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
            .ends_with("cannot be used: the document must be a JSON object"),
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
