//! Sessions over HTTP: what apps send, as a story.

use std::net::SocketAddr;

use handspan_inspector::{Inspector, Settings, StartFailure};
use serde_json::{Value, json};

use crate::client::{Stream, get, post, send, start};
use crate::payloads::{SPAN, TRACE, event, gzip};

pub const SESSION: &str = "0f4c2b1a-1111-4222-8333-000000000000";
pub const VIEW: &str = "0f4c2b1a-1111-4222-8333-0000000000a1";

/// An event of a type, as the core makes them.
fn told(kind: &str, date: u64, own: &Value) -> Value {
    let mut event = json!({
        "type": kind, "date": date, "source": "ios", "service": "shop", "version": "2.1",
        "application": {"id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1"}, "session": {"id": SESSION, "type": "user"},
        "view": {"id": VIEW, "name": "Cart", "url": "shop/cart"}, "usr": {"id": "u-7", "anonymous_id": "a-1"},
        "device": {"brand": "Apple", "model": "iPhone17,1"}, "os": {"name": "iOS", "version": "26.1", "version_major": "26"},
        "_dd": {"format_version": 2, "configuration": {"session_sample_rate": 100}, "session": {"session_precondition": "inactivity_timeout"}},
        "context": {"handspan": {"remote_version": "7"}},
    });
    let at = event.as_object_mut().unwrap();
    if kind == "view" {
        let own = own.as_object().unwrap().clone();
        at["view"].as_object_mut().unwrap().extend(own);
        at["_dd"]["document_version"] = json!(4);
    } else {
        at.insert(kind.to_owned(), own.clone());
    }
    event
}

async fn post_all(address: SocketAddr, events: &[Value]) {
    let lines: Vec<_> = events.iter().map(Value::to_string).collect();
    let answer = post(address, &[], lines.join("\n").as_bytes()).await;
    assert_eq!(answer.status, 202);
}

fn day() -> Vec<Value> {
    let count = json!({"count": 1});
    let mut caused = told(
        "error",
        1_900,
        &json!({"message": "no answer", "source": "network", "type": "SocketTimeout"}),
    );
    caused["action"] = json!({"id": "0f4c2b1a-1111-4222-8333-0000000000b1"});
    vec![
        told(
            "action",
            1_500,
            &json!({"id": "0f4c2b1a-1111-4222-8333-0000000000b1", "type": "tap", "target": {"name": "Buy"},
            "loading_time": 400_000_000, "frustration": {"type": ["error_tap"]}}),
        ),
        caused,
        told(
            "long_task",
            2_000,
            &json!({"duration": 800_000_000, "is_frozen_frame": true}),
        ),
        told(
            "vital",
            2_100,
            &json!({"id": "0f4c2b1a-1111-4222-8333-0000000000c1", "type": "duration", "name": "pay", "duration": 12.5}),
        ),
        told(
            "view",
            1_000,
            &json!({"time_spent": 3_000_000_000_u64, "is_active": false, "action": count, "error": count, "resource": {"count": 0},
            "custom_timings": {"ready": 250_000_000}}),
        ),
    ]
}

#[tokio::test]
async fn a_session_is_told_as_a_story_of_views() {
    let inspector = start().await;
    let address = inspector.address();
    let mut stream = Stream::open(address).await;
    post_all(address, &day()).await;
    let (name, row) = stream.next().await;
    let rows = get(address, "/api/sessions").await;
    assert_eq!(
        (name.as_str(), serde_json::from_str::<Value>(&row).unwrap()),
        ("session", rows[0].clone()),
        "once a batch"
    );
    let mut counts = rows[0]["counts"].clone();
    counts
        .as_object_mut()
        .unwrap()
        .retain(|_, count| *count != 0);
    assert_eq!(
        counts,
        json!({"views": 1, "actions": 1, "errors": 1, "long_tasks": 1, "frozen_frames": 1, "vitals": 1, "frustrations": 1})
    );
    for (fact, value) in [
        ("id", json!(SESSION)),
        ("started", json!(1_000.0)),
        ("ended", json!(4_000.0)),
        ("precondition", json!("inactivity_timeout")),
        ("device", json!("Apple iPhone17,1")),
        ("os", json!("iOS 26.1")),
        ("remote_version", json!("7")),
        ("version", json!("2.1")),
        (
            "user",
            json!({"id": "u-7", "name": null, "email": null, "anonymous_id": "a-1"}),
        ),
    ] {
        assert_eq!(rows[0][fact], value, "{fact}");
    }

    let story = get(address, &format!("/api/sessions/{SESSION}")).await;
    let view = &story["views"][0];
    assert_eq!(
        (
            &view["name"],
            &view["custom_timings"]["ready"],
            &view["told"]["error"]
        ),
        (&json!("Cart"), &json!(250_000_000), &json!(1))
    );
    let items = view["items"].as_array().unwrap();
    let labels: Vec<_> = items
        .iter()
        .map(|item| item["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["Buy", "no answer", "frozen frame", "pay"]);
    assert_eq!(items[0]["frustrations"], json!(["error_tap"]));
    assert_eq!(items[1]["actions"], json!([items[0]["own_id"]]));
    assert_eq!(items[3]["duration_ns"], 12);
    assert!(
        items.iter().all(|item| item["problems"] == json!([])),
        "{items:?}"
    );

    let id = items[1]["id"].as_str().unwrap();
    let raw = send(
        address,
        "GET",
        &format!("/api/sessions/{SESSION}/events/{id}"),
        &[],
        b"",
    )
    .await;
    assert_eq!(
        raw.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(raw.json(), day()[1]);
    for gone in [
        format!("/api/sessions/{VIEW}"),
        format!("/api/sessions/{VIEW}/events/{id}"),
        format!("/api/sessions/{SESSION}/events/x"),
    ] {
        assert_eq!(
            send(address, "GET", &gone, &[], b"").await.status,
            404,
            "{gone}"
        );
    }
    send(address, "DELETE", "/api/requests", &[], b"").await;
    assert_eq!(get(address, "/api/sessions").await, json!([]));
}

#[tokio::test]
async fn a_resource_leads_to_its_request_and_a_log_stands_in_its_view() {
    let inspector = start().await;
    let address = inspector.address();
    post(address, &[], event(TRACE, 0xa1, "pay").as_bytes()).await;
    let logs = json!([
        {"date": 3, "message": "paid", "status": "info", "service": "shop", "session_id": SESSION, "view.id": VIEW,
         "dd.trace_id": TRACE, "dd.span_id": "161", "usr": {"id": "u-8"}, "cart": {"goods": 3}},
        {"date": 4, "message": "slow", "status": "error", "session_id": SESSION},
        7,
    ]);
    let key = [
        ("dd-idempotency-key", "logs-1"),
        ("content-encoding", "gzip"),
    ];
    let body = gzip(logs.to_string().as_bytes());
    for duplicate in [false, true] {
        let answer = send(address, "POST", "/api/v2/logs?ddsource=ios", &key, &body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (
                202,
                json!({"accepted": 2, "duplicate": duplicate, "refused": [{"line": 3, "reason": "event_not_an_event"}]})
            )
        );
    }
    let story = get(address, &format!("/api/sessions/{SESSION}")).await;
    assert_eq!(
        (&story["counts"]["logs"], &story["user"]["id"]),
        (&json!(2), &json!("u-8"))
    );
    let all: Vec<_> = story["views"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|view| view["items"].as_array().unwrap())
        .collect();
    let of = |label: &str| {
        *all.iter()
            .find(|item| item["label"].as_str().unwrap().contains(label))
            .unwrap()
    };
    assert_eq!(of("hello?case=pay")["request"], "0");
    assert_eq!(get(address, "/api/requests").await[0]["id"], "0");
    assert_eq!(
        (&of("paid")["trace_id"], &of("paid")["span_id"]),
        (&json!(TRACE), &json!(SPAN))
    );
    assert_eq!(
        (&of("slow")["failed"], &of("slow")["word"]),
        (&json!(true), &json!("error"))
    );
    let in_view = story["views"]
        .as_array()
        .unwrap()
        .iter()
        .find(|view| view["id"] == VIEW)
        .unwrap();
    assert_eq!(in_view["items"].as_array().unwrap().len(), 1);

    let proxied = send(
        address,
        "POST",
        "/p?ddforward=%2Fapi%2Fv2%2Flogs",
        &[],
        b"{\"message\": \"alone\"}",
    )
    .await;
    assert_eq!(proxied.status, 202);
    assert_eq!(
        get(address, "/api/sessions/none").await["counts"]["logs"],
        1
    );
    for (body, status) in [("[]", 400), ("no", 400), ("7", 400), ("[7]", 400)] {
        assert_eq!(
            send(address, "POST", "/api/v2/logs", &[], body.as_bytes())
                .await
                .status,
            status,
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_search_narrows_the_list_and_marks_what_it_found() {
    let inspector = start().await;
    let address = inspector.address();
    post_all(address, &day()).await;
    let found = |search: &str| {
        let target = format!("/api/sessions?search={search}");
        async move { get(address, &target).await }
    };
    assert_eq!(found("").await[0]["found"], Value::Null);
    assert_eq!(found("type:error%20is:failed").await[0]["found"], 1);
    assert_eq!(found("user:u-7").await[0]["found"], 0);
    assert_eq!(found("status:500").await, json!([]));
    let story = get(
        address,
        &format!("/api/sessions/{SESSION}?search=is:frozen"),
    )
    .await;
    let marked: Vec<_> = story["views"][0]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["found"].as_bool().unwrap())
        .collect();
    assert_eq!(marked, [false, false, true, false]);
}

#[tokio::test]
async fn events_of_garbage_break_nothing() {
    let inspector = start().await;
    let address = inspector.address();
    let garbage = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!("\u{0}<b>"),
        json!([[[]]]),
        json!({"id": {"id": []}, "type": 7}),
    ];
    let mut events = Vec::new();
    for value in &garbage {
        for member in [
            "date",
            "session",
            "view",
            "_dd",
            "action",
            "resource",
            "error",
            "long_task",
            "vital",
            "usr",
            "device",
            "context",
        ] {
            for kind in [
                "view",
                "action",
                "resource",
                "error",
                "long_task",
                "vital",
                "dance",
                "\u{1f}",
            ] {
                let mut event = told(kind, 5, &json!({}));
                event[member] = value.clone();
                events.push(event);
            }
        }
    }
    for chunk in events.chunks(200) {
        post_all(address, chunk).await;
    }
    let logs: Vec<_> = garbage.iter().map(|value| json!({"message": value, "status": value, "date": value, "session_id": value, "view.id": value, "usr": value})).collect();
    assert_eq!(
        send(
            address,
            "POST",
            "/api/v2/logs",
            &[],
            json!(logs).to_string().as_bytes()
        )
        .await
        .status,
        202
    );
    let mut seen = 0;
    for row in get(address, "/api/sessions").await.as_array().unwrap() {
        let story = get(
            address,
            &format!("/api/sessions/{}", row["id"].as_str().unwrap()),
        )
        .await;
        for view in story["views"].as_array().unwrap() {
            seen += view["items"].as_array().unwrap().len();
        }
        assert!(row["counts"]["invalid"].as_u64().unwrap() > 0);
    }
    assert!(seen > 400, "{seen}");
    let again = get(address, "/api/sessions?search=type:dance%20is:invalid").await;
    assert!(!again.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_told_with_its_place() {
    let inspector = start().await;
    let address = inspector.address();
    let mut event = told("action", 5, &json!({"type": "tap"}));
    event["view"]["id"] = "cart".into();
    post_all(address, &[event]).await;
    let story = get(address, &format!("/api/sessions/{SESSION}")).await;
    assert_eq!(
        story["views"][0]["items"][0]["problems"],
        json!([{"path": "$.view.id", "message": "must be a UUID in lower case", "by": "handspan"}])
    );
    let nowhere = tempfile::tempdir().unwrap();
    let failure = Inspector::start(Settings {
        schemas: Some(nowhere.path().to_owned()),
        ..Settings::default()
    });
    assert!(matches!(
        failure.await.unwrap_err(),
        StartFailure::Schemas { .. }
    ));
}

/// Where the published schemas are at hand, in `HANDSPAN_SCHEMAS`.
#[tokio::test]
async fn the_published_schemas_find_what_our_own_list_does_not() {
    let Some(schemas) = std::env::var_os("HANDSPAN_SCHEMAS") else {
        return;
    };
    let inspector = Inspector::start(Settings {
        schemas: Some(schemas.into()),
        ..Settings::default()
    })
    .await
    .unwrap();
    let address = inspector.address();
    let mut events = day();
    events.push(told("action", 5_000, &json!({"type": "stroke"})));
    post_all(address, &events).await;
    let story = get(address, &format!("/api/sessions/{SESSION}")).await;
    assert_eq!(story["counts"]["invalid"], 1, "{story}");
    let items = story["views"][0]["items"].as_array().unwrap();
    let problem = &items.last().unwrap()["problems"][0];
    assert_eq!(
        (&problem["path"], &problem["by"]),
        (&json!("$.action.type"), &json!("schema"))
    );
}
