//! Sessions by what is no RUM batch: spans of the app's own, and all of it as OTLP.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use serde_json::{Value, json};

use crate::client::{get, send, start};
use crate::payloads::{PROTOBUF, SPAN, TRACE};
use crate::sessions::{SESSION, VIEW};

/// A span of the app's own, as Datadog's intake takes it.
fn envelope(id: &str, parent: &str) -> Value {
    json!({"env": "prod", "spans": [{
        "trace_id": &TRACE[16..], "span_id": id, "parent_id": parent, "name": "checkout", "resource": "checkout", "service": "shop",
        "start": 1_500_000_000_u64, "duration": 400_000_000, "error": 1, "type": "custom", "metrics": {"_top_level": 1},
        "meta": {"_dd.p.tid": &TRACE[..16], "_dd": {"source": "ios", "session": {"id": SESSION}, "view": {"id": VIEW}},
                 "error.type": "Declined", "usr": {"id": "u-9"}},
    }]})
}

#[tokio::test]
async fn spans_of_the_apps_own_stand_in_their_session() {
    let inspector = start().await;
    let address = inspector.address();
    let lines = [
        envelope("00000000000000a1", "0000000000000000"),
        envelope("zz", "0"),
        json!({"spans": []}),
        json!(7),
    ];
    let body: Vec<_> = lines.iter().map(Value::to_string).collect();
    let answer = send(
        address,
        "POST",
        "/api/v2/spans",
        &[],
        body.join("\n").as_bytes(),
    )
    .await;
    assert_eq!(
        (
            answer.status,
            answer.json()["accepted"].clone(),
            answer.json()["refused"].as_array().unwrap().len()
        ),
        (202, json!(1), 3)
    );
    let story = get(address, &format!("/api/sessions/{SESSION}")).await;
    assert_eq!(
        (&story["user"]["id"], &story["app"]),
        (&json!("u-9"), &json!("ios"))
    );
    let span = &story["views"][0]["items"][0];
    for (member, value) in [
        ("kind", json!("span")),
        ("label", json!("checkout")),
        ("word", json!("Declined")),
        ("failed", json!(true)),
        ("date", json!(1_500.0)),
        ("duration_ns", json!(400_000_000)),
        ("trace_id", json!(TRACE)),
        ("span_id", json!(SPAN)),
        ("parent_span_id", Value::Null),
    ] {
        assert_eq!(span[member], value, "{member}");
    }
}

fn any(value: Any) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn text(value: &str) -> Any {
    Any::StringValue(value.to_owned())
}

fn attributes(of: &[(&str, Any)]) -> Vec<KeyValue> {
    let one = |(name, value): &(&str, Any)| KeyValue {
        key: (*name).to_owned(),
        value: any(value.clone()),
        ..KeyValue::default()
    };
    of.iter().map(one).collect()
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: "handspan".into(),
        ..InstrumentationScope::default()
    })
}

/// What an app sends to an OTLP receiver: a view, an action in it, a log line; a span of its own and a request's.
fn exports() -> (ExportLogsServiceRequest, ExportTraceServiceRequest) {
    let resource = || {
        Some(Resource {
            attributes: attributes(&[
                ("service.name", text("shop")),
                ("rum.source", text("android")),
                ("device.model.name", text("Pixel 9")),
            ]),
            ..Resource::default()
        })
    };
    let in_view = |own: &[(&str, Any)]| {
        let mut all = attributes(&[
            ("session.id", text(SESSION)),
            ("view.id", text(VIEW)),
            ("view.name", text("Cart")),
            ("user.full_name", text("Zoë")),
        ]);
        all.extend(attributes(own));
        all
    };
    let record = |name: &str, ms: u64, attributes: Vec<KeyValue>| LogRecord {
        event_name: name.into(),
        time_unix_nano: ms * 1_000_000,
        attributes,
        ..LogRecord::default()
    };
    let frustration = Any::ArrayValue(ArrayValue {
        values: vec![any(text("error_tap")).unwrap()],
    });
    let mut line = record(
        "",
        1_700,
        attributes(&[
            ("session.id", text(SESSION)),
            ("view.id", text(VIEW)),
            ("cart.total", Any::DoubleValue(9.5)),
        ]),
    );
    line.body = any(text("paid"));
    line.severity_text = "warn".into();
    let log_records = vec![
        record(
            "rum.view",
            1_000,
            in_view(&[
                ("view.time_spent", Any::IntValue(2_000_000_000)),
                ("view.is_active", Any::BoolValue(true)),
            ]),
        ),
        record(
            "rum.action",
            1_200,
            in_view(&[
                ("action.type", text("tap")),
                ("action.target.name", text("Buy")),
                ("action.frustration.type", frustration),
            ]),
        ),
        line,
    ];
    let span = |id: u8, name: &str, of: &[(&str, Any)]| Span {
        trace_id: (0..16)
            .map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap())
            .collect(),
        span_id: vec![0, 0, 0, 0, 0, 0, 0, id],
        name: name.into(),
        start_time_unix_nano: 1_300_000_000,
        end_time_unix_nano: 1_400_000_000,
        attributes: attributes(of),
        ..Span::default()
    };
    let mut own = span(
        1,
        "checkout",
        &[("session.id", text(SESSION)), ("items", Any::IntValue(-3))],
    );
    own.end_time_unix_nano += 50_000_000;
    own.status = Some(Status {
        code: 2,
        ..Status::default()
    });
    let mut request = span(
        2,
        "GET",
        &[
            ("session.id", text(SESSION)),
            ("view.id", text(VIEW)),
            ("url.full", text("https://shop.test/pay")),
            ("http.response.status_code", Any::IntValue(503)),
        ],
    );
    request.parent_span_id = own.span_id.clone();
    (
        ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource: resource(),
                scope_logs: vec![ScopeLogs {
                    scope: scope(),
                    log_records,
                    ..ScopeLogs::default()
                }],
                ..ResourceLogs::default()
            }],
        },
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: resource(),
                scope_spans: vec![ScopeSpans {
                    scope: scope(),
                    spans: vec![own, request],
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        },
    )
}

#[tokio::test]
async fn what_comes_as_otlp_is_a_story_too() {
    for is_json in [false, true] {
        let inspector = start().await;
        let address = inspector.address();
        let (logs, traces) = exports();
        let bodies = if is_json {
            [
                ("/v1/logs", serde_json::to_vec(&logs).unwrap()),
                ("/v1/traces", serde_json::to_vec(&traces).unwrap()),
            ]
        } else {
            [
                ("/v1/logs", logs.encode_to_vec()),
                ("/v1/traces", traces.encode_to_vec()),
            ]
        };
        let kind = if is_json {
            ("content-type", "application/json")
        } else {
            PROTOBUF
        };
        // OTLP has no key of a batch: what is sent again is there already.
        for (path, body) in bodies.iter().chain(&bodies) {
            assert_eq!(send(address, "POST", path, &[kind], body).await.status, 200);
        }
        let story = get(address, &format!("/api/sessions/{SESSION}")).await;
        assert_eq!(
            (
                &story["user"]["name"],
                &story["service"],
                &story["device"],
                &story["views"].as_array().unwrap().len()
            ),
            (&json!("Zoë"), &json!("shop"), &json!("Pixel 9"), &1)
        );
        let view = &story["views"][0];
        assert_eq!(
            (&view["name"], &view["is_active"], &view["ended"]),
            (&json!("Cart"), &json!(true), &json!(3_000.0))
        );
        let items = view["items"].as_array().unwrap();
        let told: Vec<_> = items
            .iter()
            .map(|item| {
                (
                    item["kind"].as_str().unwrap(),
                    item["label"].as_str().unwrap(),
                    item["date"].as_f64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("action", "Buy", 1_200.0),
                ("span", "checkout", 1_300.0),
                ("resource", "https://shop.test/pay", 1_300.0),
                ("log", "paid", 1_700.0)
            ],
            "a span names no view: it stands in the one that was open"
        );
        assert_eq!(items[0]["frustrations"], json!(["error_tap"]));
        assert_eq!(
            (&items[1]["failed"], &items[1]["duration_ns"]),
            (&json!(true), &json!(150_000_000))
        );
        assert_eq!(
            (
                &items[2]["status_code"],
                &items[2]["parent_span_id"],
                &items[2]["request"],
                &items[2]["duration_ns"]
            ),
            (
                &json!(503),
                &items[1]["span_id"],
                &json!("0"),
                &json!(100_000_000)
            )
        );
        assert_eq!(items[3]["word"], "warn");
        let raw = send(
            address,
            "GET",
            &format!(
                "/api/sessions/{SESSION}/events/{}",
                items[3]["id"].as_str().unwrap()
            ),
            &[],
            b"",
        )
        .await;
        assert_eq!(raw.json()["cart"]["total"], 9.5);
        assert_eq!(
            get(address, "/api/requests")
                .await
                .as_array()
                .unwrap()
                .len(),
            1,
            "a span of the app's own is no request"
        );
    }
}
