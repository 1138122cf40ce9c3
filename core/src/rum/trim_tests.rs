//! Whatever the app gives, what stays is within limits.

use proptest::prelude::*;

use super::*;
use crate::rum::attributes::{bytes, to_json, value_to_json};

fn attribute(name: impl Into<String>, value: AttributeValue) -> Attribute {
    Attribute {
        name: name.into(),
        value,
    }
}

fn counted(trimmed: &Trimmed) -> Vec<(&'static str, u64)> {
    trimmed.iter().collect()
}

fn nested(levels: usize) -> AttributeValue {
    (0..levels).fold(AttributeValue::Int(1), |inner, level| {
        if level % 2 == 0 {
            AttributeValue::Map(vec![attribute("in", inner)])
        } else {
            AttributeValue::List(vec![inner])
        }
    })
}

fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
        serde_json::Value::Object(members) => {
            1 + members.values().map(depth).max().unwrap_or_default()
        }
        _ => 0,
    }
}

#[test]
fn each_thing_that_is_over_a_limit_is_counted_by_its_reason() {
    let mut attributes = vec![
        attribute("", AttributeValue::Int(1)),
        attribute("handspan", AttributeValue::Int(1)),
        attribute("nan", AttributeValue::Double(f64::NAN)),
        attribute(
            "list",
            AttributeValue::List(vec![
                AttributeValue::Double(f64::INFINITY),
                AttributeValue::Int(2),
            ]),
        ),
        attribute("é".repeat(1_000), AttributeValue::Int(3)),
        attribute("long", AttributeValue::Text("é".repeat(20_000))),
        attribute("deep", nested(100)),
        attribute("stays", AttributeValue::Bool(true)),
    ];
    let mut trimmed = Trimmed::default();
    super::attributes(&mut attributes, &RESERVED_IN_CONTEXT, &mut trimmed);
    assert_eq!(
        counted(&trimmed),
        [
            ("attribute_name_too_long", 1),
            ("attribute_not_a_number", 2),
            ("attribute_reserved", 1),
            ("attribute_too_deep", 1),
            ("attribute_too_long", 1),
            ("attribute_without_name", 1),
        ]
    );
    let json = to_json(&attributes);
    assert_eq!(json["stays"], true);
    assert_eq!(json["list"], serde_json::json!([2]));
    assert_eq!(
        json["long"].as_str().unwrap().len(),
        limits::ATTRIBUTE_TEXT_BYTES
    );
    // The event, and `context` in it.
    assert!(depth(&serde_json::Value::Object(json)) < limits::EVENT_LEVELS - 1);
}

#[test]
fn of_100_000_attributes_the_first_1_000_stay() {
    let mut attributes: Attributes = (0..100_000)
        .map(|number| attribute(format!("a{number}"), AttributeValue::Int(number)))
        .collect();
    let mut trimmed = Trimmed::default();
    super::attributes(&mut attributes, &[], &mut trimmed);
    assert_eq!(attributes.len(), limits::ATTRIBUTES);
    assert_eq!(attributes[999].name, "a999");
    assert_eq!(counted(&trimmed), [("attribute_too_many", 99_000)]);
}

#[test]
fn a_megabyte_in_a_hundred_texts_is_cut_to_what_fits() {
    let mut attributes: Attributes = (0..100)
        .map(|number| {
            attribute(
                format!("a{number}"),
                AttributeValue::Text("x".repeat(10_000)),
            )
        })
        .collect();
    let mut trimmed = Trimmed::default();
    super::attributes(&mut attributes, &[], &mut trimmed);
    assert_eq!(attributes.len(), 26);
    assert_eq!(counted(&trimmed), [("attributes_too_large", 74)]);
}

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        Just(AttributeValue::Null),
        any::<bool>().prop_map(AttributeValue::Bool),
        any::<i64>().prop_map(AttributeValue::Int),
        any::<f64>().prop_map(AttributeValue::Double),
        Just(AttributeValue::Double(f64::NAN)),
        "\\PC{0,20}".prop_map(AttributeValue::Text),
        (0_usize..8_000).prop_map(|length| AttributeValue::Text("\u{1f600}".repeat(length))),
        (0_usize..100).prop_map(nested),
    ];
    leaf.prop_recursive(30, 200, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(AttributeValue::List),
            prop::collection::vec(("[a-z]{0,2}", inner), 0..8).prop_map(|members| {
                AttributeValue::Map(
                    members
                        .into_iter()
                        .map(|(name, value)| attribute(name, value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_stays_is_json_within_limits_and_bounding_it_again_changes_nothing(
        given in prop::collection::vec(("(handspan|[a-z]{0,3}|\\PC{0,400})", any_value()), 0..20),
        repeated in 1_usize..20,
    ) {
        let one: Attributes = given.into_iter().map(|(name, value)| attribute(name, value)).collect();
        let mut attributes: Attributes = one.iter().cloned().cycle().take(one.len() * repeated).collect();
        let mut trimmed = Trimmed::default();
        super::attributes(&mut attributes, &RESERVED_IN_CONTEXT, &mut trimmed);
        let json = serde_json::Value::Object(to_json(&attributes));
        prop_assert!(depth(&json) < limits::EVENT_LEVELS - 1);
        prop_assert!(json.get("handspan").is_none() && json.get("").is_none());
        let text = json.to_string();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        prop_assert!(bytes(&attributes) < limits::QUEUE_BYTES);
        let mut again = attributes.clone();
        let mut nothing = Trimmed::default();
        super::attributes(&mut again, &RESERVED_IN_CONTEXT, &mut nothing);
        prop_assert!(nothing.is_empty());
        prop_assert_eq!(again, attributes);
    }

    #[test]
    fn a_value_alone_is_bounded_too(mut value in any_value()) {
        let mut trimmed = Trimmed::default();
        if super::value(&mut value, &mut trimmed) {
            prop_assert!(value_to_json(&value).is_some_and(|json| depth(&json) <= limits::ATTRIBUTE_LEVELS));
        } else {
            prop_assert!(!trimmed.is_empty());
        }
    }
}
