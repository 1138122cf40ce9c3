//! Whatever the app passes in, what is stored is JSON within the intake's limits.

use proptest::prelude::*;
use serde_json::Value;

use super::told::said;
use super::*;
use crate::rum::attributes::{Attribute, AttributeValue, Attributes};
use crate::rum::command::{
    ActionKind, ErrorCause, FinishedSpan, LogLevel, LogLine, OperationStep, ResourceKind,
    RumCommand, RumError, SpanContext,
};
use crate::trace::{SpanId, TraceId};

/// Levels and values of an event, each counted on its own.
fn measure(value: &Value) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match value {
        Value::Array(values) => values.iter().map(measure).collect(),
        Value::Object(members) => members.values().map(measure).collect(),
        _ => return (0, 1),
    };
    let levels = inner.iter().map(|(levels, _)| *levels).max();
    let values = inner.iter().map(|(_, values)| *values).sum();
    (levels.unwrap_or_default() + 1, values)
}

fn nested(levels: usize) -> AttributeValue {
    (0..levels).fold(AttributeValue::Int(1), |inner, _| {
        AttributeValue::Map(vec![Attribute {
            name: "in".to_owned(),
            value: inner,
        }])
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        Just(String::new()),
        "[\u{0}-\u{1f}\"\\\\]{0,8}",
        (0_usize..80_000).prop_map(|length| "\u{1}".repeat(length)),
        (0_usize..20_000).prop_map(|length| "\u{10ffff}".repeat(length)),
    ]
}

fn any_attributes() -> impl Strategy<Value = Attributes> {
    let value = prop_oneof![
        any::<f64>().prop_map(AttributeValue::Double),
        Just(AttributeValue::Double(f64::NAN)),
        Just(AttributeValue::Double(f64::NEG_INFINITY)),
        any_text().prop_map(AttributeValue::Text),
        (0_usize..120).prop_map(nested),
        (0_usize..3_000)
            .prop_map(|length| AttributeValue::List(vec![AttributeValue::Null; length])),
    ];
    let name = prop_oneof![
        any_text(),
        Just("handspan".to_owned()),
        Just("_dd".to_owned()),
        Just("session_id".to_owned()),
        Just("type".to_owned()),
        Just("id".to_owned()),
    ];
    let some = prop::collection::vec((name, value), 0..8);
    (some, prop_oneof![4 => Just(0_usize), 1 => 0_usize..5_000]).prop_map(|(some, more)| {
        let some = some
            .into_iter()
            .map(|(name, value)| Attribute { name, value });
        let more = (0..more).map(|at| Attribute {
            name: format!("a{at}"),
            value: AttributeValue::Bool(true),
        });
        some.chain(more).collect()
    })
}

fn any_command() -> impl Strategy<Value = RumCommand> {
    let parts = (
        0_usize..14,
        any_text(),
        any_text(),
        any_text(),
        any_attributes(),
    );
    parts.prop_map(|(kind, one, two, three, attributes)| match kind {
        0 => RumCommand::StartView {
            key: one,
            name: two,
            url: Some(three),
            attributes,
        },
        1 => RumCommand::AddAction {
            kind: ActionKind::Custom,
            name: one,
            attributes,
        },
        2 => RumCommand::SetAttributes { attributes },
        3 => RumCommand::SetViewAttributes { attributes },
        4 => RumCommand::AddDurationVital {
            name: one,
            description: Some(two),
            duration_ns: u64::MAX,
            attributes,
        },
        5 => RumCommand::AddOperationStep {
            name: one,
            key: Some(two),
            step: OperationStep::Start,
            attributes,
        },
        6 => RumCommand::AddFeatureFlag {
            name: one,
            value: AttributeValue::Map(attributes),
        },
        7 => RumCommand::AddViewTiming { name: one },
        8 => RumCommand::StartResource {
            key: "k".to_owned(),
            method: one,
            url: two,
            attributes,
        },
        9 => RumCommand::StopResource {
            key: "k".to_owned(),
            status_code: Some(u16::MAX),
            kind: ResourceKind::Native,
            size: Some(u64::MAX),
            attributes,
        },
        10 => RumCommand::AddLongTask {
            duration_ns: u64::MAX,
            attributes,
        },
        11 => RumCommand::Log(Box::new(LogLine {
            level: LogLevel::Error,
            message: one,
            logger_name: Some(two),
            error_stack: Some(three),
            attributes,
            ..LogLine::default()
        })),
        12 => RumCommand::FinishSpan(Box::new(FinishedSpan {
            context: SpanContext {
                trace_id: TraceId::from_u128(u128::MAX).unwrap(),
                span_id: SpanId::from_u64(u64::MAX).unwrap(),
                sampled: true,
                session_id: kept_session().id,
            },
            parent_span_id: None,
            name: one,
            duration_ns: u64::MAX,
            error_type: None,
            error_message: Some(two),
            error_stack: Some(three),
            attributes,
        })),
        _ => RumCommand::AddError(Box::new(RumError {
            message: one.clone(),
            stack: Some(two.clone()),
            causes: vec![
                ErrorCause {
                    message: one,
                    error_type: Some(three),
                    stack: Some(two),
                };
                20
            ],
            attributes,
            ..RumError::default()
        })),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_stored_is_json_within_the_limits_of_the_intake(
        commands in prop::collection::vec(any_command(), 1..12),
    ) {
        let mut phone = Phone::new();
        for mut command in commands {
            let bounded = command.bound();
            prop_assert!(bounded.bytes <= limits::QUEUE_BYTES, "{}", bounded.bytes);
            for effect in phone.tell(said(command)) {
                let Effect::Append { payload, .. } = effect else {
                    continue;
                };
                prop_assert!(payload.len() <= limits::EVENT_BYTES);
                let event: Value = serde_json::from_slice(&payload).unwrap();
                let (levels, values) = measure(&event);
                prop_assert!(levels <= limits::EVENT_LEVELS, "{levels} levels");
                prop_assert!(values <= limits::ATTRIBUTES, "{values} values");
            }
            phone.mono_ms += 40;
        }
    }
}
