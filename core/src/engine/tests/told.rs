//! Lines of logs, spans of the app's own, and what of requests is told and what is not.

use serde_json::{Value, json};

use super::*;
use crate::batch::{Priority, Track};
use crate::rum::attributes::{Attribute, AttributeValue};
use crate::rum::call::GraphQlOperation;
use crate::rum::command::{FinishedSpan, LogLevel, LogLine, RumCommand, SpanContext};
use crate::trace::{SpanId, TraceId};

const TRACE: &str = "6789abcd00000000a3ce929d0e0e4736";

/// The events among the effects, each with its lane.
pub(super) struct Told(Vec<(BatchId, Lane)>);

impl Told {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn events(&mut self, effects: &[Effect]) -> Vec<(Lane, Value)> {
        let mut events = Vec::new();
        for effect in effects {
            match effect {
                Effect::Create(batch) => self.0.push((batch.id, batch.lane)),
                Effect::Append { batch, payload } => {
                    let (_, lane) = self.0.iter().find(|(id, _)| id == batch).unwrap();
                    events.push((*lane, serde_json::from_slice(payload).unwrap()));
                }
                _ => {}
            }
        }
        events
    }
}

pub(super) fn text(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value: AttributeValue::Text(value.to_owned()),
    }
}

pub(super) fn said(command: RumCommand) -> Command {
    Command::Rum(Box::new(command), stamp(kept_session()))
}

pub(super) fn view(name: &str) -> RumCommand {
    RumCommand::StartView {
        key: name.to_owned(),
        name: name.to_owned(),
        url: None,
        attributes: Vec::new(),
    }
}

pub(super) fn line(level: LogLevel) -> RumCommand {
    RumCommand::Log(Box::new(LogLine {
        level,
        message: "hello".to_owned(),
        attributes: vec![text("cart", "full")],
        ..LogLine::default()
    }))
}

fn span() -> FinishedSpan {
    FinishedSpan {
        context: SpanContext {
            trace_id: TraceId::parse(TRACE).unwrap(),
            span_id: SpanId::from_u64(15).unwrap(),
            sampled: true,
            session_id: kept_session().id,
        },
        parent_span_id: None,
        name: "checkout".to_owned(),
        duration_ns: 1_000_000,
        error_type: None,
        error_message: None,
        error_stack: None,
        attributes: Vec::new(),
    }
}

#[test]
fn a_line_is_told_in_its_view_with_what_the_app_attaches_to_everything() {
    let mut phone = Phone::new();
    let mut told = Told::new();
    told.events(&phone.tell(Command::AnonymousId(StoredId::None)));
    let effects = phone.tell(said(view("Cart")));
    let view_id = told.events(&effects)[0].1["view"]["id"].clone();
    phone.tell(said(RumCommand::SetAttributes {
        attributes: vec![text("shop", "berlin"), text("cart", "empty")],
    }));
    let [(lane, event)] = &told.events(&phone.tell(said(line(LogLevel::Info))))[..] else {
        panic!("one event");
    };
    assert_eq!((lane.track, lane.priority), (Track::Logs, Priority::Usual));
    assert_eq!(
        (&event["session_id"], &event["view.id"]),
        (&json!(kept_session().id), &view_id)
    );
    assert_eq!(
        (&event["shop"], &event["cart"]),
        (&json!("berlin"), &json!("full"))
    );
    assert_eq!(event["date"], WALL_MS);
    assert!(event["usr"]["anonymous_id"].is_string());
    let [(lane, _)] = &told.events(&phone.tell(said(line(LogLevel::Error))))[..] else {
        panic!("one event");
    };
    assert_eq!(lane.priority, Priority::High);
    let logs = phone.engine.status().track(Track::Logs).clone();
    assert_eq!((logs.made, logs.stored, logs.waiting.events), (2, 2, 2));
}

#[test]
fn a_session_that_is_not_recorded_keeps_no_line_back_but_is_not_named() {
    let mut phone = Phone::new();
    let mut told = Told::new();
    let effects = phone.tell(Command::Rum(Box::new(line(LogLevel::Info)), session()));
    let [(_, event)] = &told.events(&effects)[..] else {
        panic!("one event");
    };
    assert_eq!(event["message"], "hello");
    assert!(event.get("session_id").is_none() && event.get("application_id").is_none());
}

#[test]
fn a_span_is_told_where_its_trace_is_kept() {
    let mut phone = Phone::new();
    let mut told = Told::new();
    let mut unkept = span();
    unkept.context.sampled = false;
    let effects = phone.tell(said(RumCommand::FinishSpan(Box::new(unkept))));
    assert!(told.events(&effects).is_empty());
    let effects = phone.tell(said(RumCommand::FinishSpan(Box::new(span()))));
    let [(lane, event)] = &told.events(&effects)[..] else {
        panic!("one event");
    };
    assert_eq!(lane.track, Track::Spans);
    assert_eq!(event["_dd"]["trace_id"], TRACE);
    assert_eq!(event["session"]["id"], kept_session().id);
    assert_eq!(phone.engine.status().track(Track::Spans).made, 1);
}

fn call(phone: &mut Phone, told: &mut Told) -> Value {
    let headers = |pairs: &[(&str, &str)]| {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect::<Vec<_>>()
    };
    let hop = Hop {
        url: "https://a.example/users/4711?token=1".into(),
        traced: true,
        trace_id: TraceId::parse(TRACE),
        span_id: SpanId::from_u64(16),
        session_id: kept_session().id,
        ..Hop::default()
    };
    let call = FinishedCall {
        method: "POST".into(),
        url: hop.url.clone(),
        hops: vec![hop.clone(), hop],
        request_headers: headers(&[("Content-Type", "application/json"), ("Cookie", "secret")]),
        response_headers: headers(&[
            ("location", "https://a.example/users/4712?token=2"),
            ("set-cookie", "secret"),
        ]),
        parent_span_id: SpanId::from_u64(15),
        graphql: Some(GraphQlOperation {
            operation_type: "Query".into(),
            operation_name: Some("Cart".into()),
            variables: None,
            payload: Some("query Cart { id }".into()),
        }),
        attributes: vec![text("retry", "second")],
        ..FinishedCall::default()
    };
    let effects = phone.tell(Command::Finish(Box::new(call), stamp(kept_session())));
    let events = told.events(&effects);
    let resource = events
        .into_iter()
        .find(|(_, event)| event["type"] == "resource");
    resource.unwrap().1
}

#[test]
fn a_request_tells_its_span_its_question_and_the_headers_that_were_asked_for() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"captured_headers":["content-type","location"]"#,
    );
    let event = call(&mut phone, &mut Told::new());
    assert_eq!(event["_dd"]["parent_span_id"], "15");
    let resource = &event["resource"];
    assert_eq!(
        resource["graphql"],
        json!({"operationType": "query", "operationName": "Cart", "payload": "query Cart { id }"})
    );
    assert_eq!(
        resource["request"]["headers"],
        json!({"content-type": "application/json"})
    );
    assert_eq!(
        resource["response"]["headers"],
        json!({"location": "https://a.example/users/4712?token=2"})
    );
    assert_eq!(event["context"]["retry"], "second");
    assert!(!event.to_string().contains("secret"));
}

#[test]
fn urls_are_told_as_the_app_wants_them_told_everywhere() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"inspect":true,"captured_headers":["location"],
            "redacted_query_parameters":["token"],"path_patterns":["/users/{user}"]"#,
    );
    let mut told = Told::new();
    let event = call(&mut phone, &mut told);
    let redacted = "https://a.example/users/{user}?token=REDACTED";
    assert_eq!(event["resource"]["url"], redacted);
    for at in 0..2 {
        assert_eq!(event["context"]["handspan"]["hops"][at]["url"], redacted);
    }
    assert_eq!(
        event["resource"]["response"]["headers"]["location"],
        redacted
    );
    let manual = |url: &str| {
        let url = url.to_owned();
        let (key, method) = ("k".to_owned(), "GET".to_owned());
        said(RumCommand::StartResource {
            key,
            method,
            url,
            attributes: Vec::new(),
        })
    };
    phone.tell(manual("https://a.example/users/4711?token=1"));
    let effects = phone.tell(said(RumCommand::StopResourceWithError {
        key: "k".to_owned(),
        status_code: None,
        message: "no network".to_owned(),
        error_type: None,
        stack: None,
        attributes: Vec::new(),
    }));
    let events = told.events(&effects);
    let of_type = |kind: &str| {
        events
            .iter()
            .find(|(_, event)| event["type"] == kind)
            .unwrap()
    };
    assert_eq!(of_type("resource").1["resource"]["url"], redacted);
    assert_eq!(of_type("error").1["error"]["resource"]["url"], redacted);
}

#[test]
fn what_is_over_the_limits_of_an_event_is_trimmed_and_counted() {
    let mut phone = Phone::new();
    let mut told = Told::new();
    let many = |prefix: &str| {
        (0..600)
            .map(|at| text(&format!("{prefix}{at}"), "x"))
            .collect::<Vec<_>>()
    };
    told.events(&phone.tell(said(view("Cart"))));
    phone.tell(said(RumCommand::SetAttributes {
        attributes: many("a"),
    }));
    let effects = phone.tell(said(RumCommand::AddDurationVital {
        name: "paint".to_owned(),
        description: None,
        duration_ns: 1,
        attributes: many("b"),
    }));
    let events = told.events(&effects);
    let vital = events
        .iter()
        .find(|(_, event)| event["type"] == "vital")
        .unwrap();
    let attributes = vital.1["context"].as_object().unwrap().len();
    assert!(
        attributes < limits::ATTRIBUTES && attributes > limits::ATTRIBUTES - 50,
        "{attributes}"
    );
    let rum = phone.engine.status().track(Track::Rum).clone();
    let trimmed: Vec<_> = rum.trimmed.iter().collect();
    assert_eq!(trimmed, [("attribute_too_many", 1_200 - attributes as u64)]);
}
