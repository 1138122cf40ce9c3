//! Whatever an app passes in, what leaves is valid and within limits.

use handspan_core::limits;
use handspan_core::rum::attributes::{Attribute, AttributeValue, Attributes};
use handspan_core::rum::command::*;
use proptest::prelude::*;
use serde_json::Value;

use super::app::App;
use super::schemas::published;

/// Of what an app should not say, and of what it might.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("handspan".to_owned()),
        Just("a.b..c".to_owned()),
        Just("\0\u{1}\n\u{7f}\u{202e}\u{feff}".to_owned()),
        Just("https://user:word@a.example/?q=\u{fffd}#x".to_owned()),
        "\\PC{0,12}",
        (1_usize..1_100_000).prop_map(|length| "é".repeat(length)),
    ]
}

fn value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        Just(AttributeValue::Null),
        any::<bool>().prop_map(AttributeValue::Bool),
        any::<i64>().prop_map(AttributeValue::Int),
        proptest::num::f64::ANY.prop_map(AttributeValue::Double),
        text().prop_map(AttributeValue::Text),
    ];
    let inner = leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(AttributeValue::List),
            prop::collection::vec((text(), inner), 0..8)
                .prop_map(named)
                .prop_map(AttributeValue::Map),
        ]
    });
    (inner, prop_oneof![Just(0_usize), Just(100)]).prop_map(|(value, depth)| deep(value, depth))
}

/// In so many lists.
fn deep(value: AttributeValue, depth: usize) -> AttributeValue {
    (0..depth).fold(value, |value, _| AttributeValue::List(vec![value]))
}

fn named(values: Vec<(String, AttributeValue)>) -> Attributes {
    let attribute = |(name, value)| Attribute { name, value };
    values.into_iter().map(attribute).collect()
}

fn attributes() -> impl Strategy<Value = Attributes> {
    prop_oneof![
        4 => prop::collection::vec((text(), value()), 0..6).prop_map(named),
        1 => Just(many()),
    ]
}

fn many() -> Attributes {
    let number = |n: i64| (format!("a{n}"), AttributeValue::Int(n));
    named((0..100_000).map(number).collect())
}

fn command() -> impl Strategy<Value = RumCommand> {
    prop_oneof![
        (text(), text(), prop::option::of(text()), attributes()).prop_map(
            |(key, name, url, attributes)| RumCommand::StartView {
                key,
                name,
                url,
                attributes
            }
        ),
        (text(), attributes()).prop_map(|(name, attributes)| RumCommand::AddAction {
            kind: ActionKind::Custom,
            name,
            attributes
        }),
        (text(), text(), attributes()).prop_map(|(message, stack, attributes)| {
            RumCommand::AddError(Box::new(RumError {
                causes: vec![
                    ErrorCause {
                        message: stack.clone(),
                        error_type: None,
                        stack: Some(message.clone())
                    };
                    30
                ],
                message,
                stack: Some(stack),
                attributes,
                ..RumError::default()
            }))
        }),
        attributes().prop_map(|attributes| RumCommand::SetAttributes { attributes }),
        attributes().prop_map(|attributes| RumCommand::SetViewAttributes { attributes }),
        (text(), value()).prop_map(|(name, value)| RumCommand::AddFeatureFlag { name, value }),
        text().prop_map(|name| RumCommand::AddViewTiming { name }),
        (any::<u64>(), attributes()).prop_map(|(duration_ns, attributes)| {
            RumCommand::AddLongTask {
                duration_ns,
                attributes,
            }
        }),
        (text(), any::<u64>(), attributes()).prop_map(|(name, duration_ns, attributes)| {
            RumCommand::AddDurationVital {
                description: Some(name.clone()),
                name,
                duration_ns,
                attributes,
            }
        }),
        (text(), attributes()).prop_map(|(name, attributes)| RumCommand::AddOperationStep {
            key: Some(name.clone()),
            name,
            step: OperationStep::FailOther,
            attributes
        }),
        proptest::num::f64::ANY.prop_map(|number| RumCommand::AddPerformanceSample {
            memory_bytes: Some(number),
            cpu_ticks: Some(number),
            refresh_rate: Some(number)
        }),
        (text(), text()).prop_map(|(method, url)| RumCommand::StartResource {
            key: "r".to_owned(),
            method,
            url,
            attributes: Vec::new()
        }),
        (any::<u16>(), any::<u64>(), attributes()).prop_map(|(status, size, attributes)| {
            RumCommand::StopResource {
                key: "r".to_owned(),
                status_code: Some(status),
                kind: ResourceKind::Other,
                size: Some(size),
                attributes,
            }
        }),
    ]
}

fn levels(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(levels).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(levels).max().unwrap_or(0),
        _ => 0,
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_leaves_is_valid_and_within_limits(commands in prop::collection::vec(command(), 1..10)) {
        let mut app = App::start();
        app.start_view("first");
        for command in commands {
            app.record(command);
            app.wait(150);
        }
        let events = app.end();
        prop_assert!(!events.is_empty());
        for event in &events {
            let size = event.to_string().len();
            prop_assert!(size <= limits::EVENT_BYTES, "{size} bytes");
            // The event itself is the first level.
            prop_assert!(levels(event) <= 20 + 1, "{} levels", levels(event));
            prop_assert!(leaves(&event["context"]) <= 1_000, "{} attributes", leaves(&event["context"]));
            let ours = &event["context"]["handspan"];
            prop_assert!(ours.is_null() || ours.is_object(), "{ours}");
        }
        if let Some(published) = published() {
            published.check(&events);
        }
    }
}
