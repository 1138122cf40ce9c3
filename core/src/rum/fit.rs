//! An event, whole, within the limits of the intake: what the app, the view and the event give may each be within them, and
//! together be over.

use serde_json::{Map, Value};

use super::log;
use super::pointer::{at, at_mut};
use super::trim::{self, Trimmed};
use crate::batch::Track;
use crate::limits;

/// Where the app's own members lie, and those of its user and account, with the names there that are ours or say who it is: the
/// order in which they go.
const APPS: [(&str, &[&str]); 5] = [
    ("/context", &["handspan"]),
    ("/span/attributes", &[]),
    ("/feature_flags", &[]),
    ("/usr", &["anonymous_id", "email", "id", "name"]),
    ("/account", &["id", "name"]),
];

/// Brings an event within limits: its attributes go first, the last by name before the others, then its long texts are cut.
/// None when it is over 1 MB all the same. An event that is within them, as nearly all are, is not taken apart.
pub fn fit(payload: Vec<u8>, track: Track, trimmed: &mut Trimmed) -> Option<Vec<u8>> {
    if payload.len() <= limits::EVENT_BYTES && values_at_most(&payload) <= limits::ATTRIBUTES {
        return Some(payload);
    }
    let Ok(Value::Object(mut event)) = serde_json::from_slice(&payload) else {
        return (payload.len() <= limits::EVENT_BYTES).then_some(payload);
    };
    let mut values: usize = event.values().map(values_in).sum();
    let mut bytes = payload.len();
    for (parent, name) in apps_own(&event, track) {
        let over_values = values > limits::ATTRIBUTES;
        if !over_values && bytes <= limits::EVENT_BYTES {
            break;
        }
        let Some(gone) = members(&mut event, parent).and_then(|members| members.remove(&name))
        else {
            continue;
        };
        let reason = if over_values {
            "attribute_too_many"
        } else {
            "attributes_too_large"
        };
        trimmed.count(reason);
        values -= values_in(&gone);
        // With its quotes, its colon and its comma; what is escaped is longer, and found below.
        bytes = bytes.saturating_sub(name.len() + gone.to_string().len() + 4);
    }
    let mut payload = serde_json::to_vec(&event).unwrap_or(payload);
    if payload.len() > limits::EVENT_BYTES {
        for value in event.values_mut() {
            cut_long_texts(value, trimmed);
        }
        payload = serde_json::to_vec(&event).unwrap_or(payload);
    }
    (payload.len() <= limits::EVENT_BYTES).then_some(payload)
}

/// No more values than this are in a JSON text: each is behind a colon, a comma or a bracket.
fn values_at_most(payload: &[u8]) -> usize {
    payload
        .iter()
        .filter(|byte| matches!(byte, b':' | b',' | b'['))
        .count()
}

/// Values in a value; itself where it can hold none.
fn values_in(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(values_in).sum(),
        Value::Object(members) => members.values().map(values_in).sum(),
        _ => 1,
    }
}

/// Where the app's own members are, the last to stay first.
fn apps_own(event: &Map<String, Value>, track: Track) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    if track == Track::Logs {
        let names = event.keys().rev();
        let own = names.filter(|name| !log::RESERVED.contains(&name.as_str()));
        all.extend(own.map(|name| ("", name.clone())));
    }
    for (parent, kept) in APPS {
        let members = at(event, parent).and_then(Value::as_object);
        let members = members.into_iter().flatten();
        let names: Vec<&String> = members.map(|(name, _)| name).collect();
        let own = names
            .into_iter()
            .rev()
            .filter(|name| !kept.contains(&name.as_str()));
        all.extend(own.map(|name| (parent, name.clone())));
    }
    all
}

fn members<'a>(
    event: &'a mut Map<String, Value>,
    parent: &str,
) -> Option<&'a mut Map<String, Value>> {
    if parent.is_empty() {
        return Some(event);
    }
    at_mut(event, parent)?.as_object_mut()
}

fn cut_long_texts(value: &mut Value, trimmed: &mut Trimmed) {
    match value {
        Value::String(text) => trim::text(text, limits::TEXT_CHARS, trimmed),
        Value::Array(values) => {
            for value in values {
                cut_long_texts(value, trimmed);
            }
        }
        Value::Object(members) => {
            for value in members.values_mut() {
                cut_long_texts(value, trimmed);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fitted(event: &Value, track: Track) -> (Option<Value>, Vec<(&'static str, u64)>) {
        let mut trimmed = Trimmed::default();
        let payload = fit(event.to_string().into_bytes(), track, &mut trimmed);
        let event = payload.map(|payload| {
            assert!(payload.len() <= limits::EVENT_BYTES);
            serde_json::from_slice(&payload).unwrap()
        });
        (event, trimmed.iter().collect())
    }

    fn many(count: usize, value: impl Fn(usize) -> Value) -> Map<String, Value> {
        (0..count)
            .map(|number| (format!("a{number:05}"), value(number)))
            .collect()
    }

    #[test]
    fn an_event_within_limits_is_left_as_it_is() {
        let payload = br#"{ "type" : "action" }"#.to_vec();
        let mut trimmed = Trimmed::default();
        assert_eq!(
            fit(payload.clone(), Track::Rum, &mut trimmed),
            Some(payload)
        );
        assert!(trimmed.is_empty());
        // Long lists of ours alone are no reason.
        let (event, trimmed) = fitted(&json!({"text": "a,b:c[".repeat(500)}), Track::Rum);
        assert!(event.is_some() && trimmed.is_empty());
    }

    #[test]
    fn attributes_that_together_are_too_many_go_the_last_by_name_first() {
        let mut context = many(1_200, |number| json!(number));
        context.insert("handspan".into(), json!({"reason": "traced"}));
        let event = json!({"type": "action", "date": 1, "context": context, "usr": {"id": "4711", "shoe": 42}});
        let (event, trimmed) = fitted(&event, Track::Rum);
        let event = event.unwrap();
        // Five are ours, or the user's.
        assert_eq!(trimmed, [("attribute_too_many", 205)]);
        assert_eq!(values_in(&event), limits::ATTRIBUTES);
        assert!(
            event["context"].get("a00994").is_some() && event["context"].get("a00995").is_none()
        );
        assert_eq!(event["context"]["handspan"]["reason"], "traced");
        assert_eq!(event["usr"], json!({"id": "4711", "shoe": 42}));
    }

    #[test]
    fn a_log_gives_up_the_apps_own_members_at_its_root() {
        let mut event = many(1_100, |number| json!(number));
        event.insert("message".into(), json!("hello"));
        event.insert("status".into(), json!("info"));
        let (event, trimmed) = fitted(&Value::Object(event), Track::Logs);
        let event = event.unwrap();
        assert_eq!(trimmed, [("attribute_too_many", 102)]);
        assert_eq!(
            (&event["message"], &event["status"]),
            (&json!("hello"), &json!("info"))
        );
    }

    #[test]
    fn an_event_over_a_megabyte_loses_attributes_then_the_ends_of_its_texts_then_itself() {
        let context = many(40, |_| json!("x".repeat(25_000)));
        let event =
            json!({"type": "error", "error": {"stack": "y".repeat(100_000)}, "context": context});
        let (told, trimmed) = fitted(&event, Track::Rum);
        assert_eq!(
            told.unwrap()["error"]["stack"].as_str().unwrap().len(),
            100_000
        );
        assert_eq!(trimmed, [("attributes_too_large", 5)]);

        let event = json!({"type": "error", "error": {"causes": vec![json!({"stack": "é".repeat(100_000)}); 10]}});
        let (told, trimmed) = fitted(&event, Track::Rum);
        assert!(told.is_some());
        assert_eq!(trimmed, [("text_too_long", 10)]);

        let event =
            json!({"type": "view", "view": {"timings": many(50_000, |number| json!(number))}});
        assert_eq!(
            fitted(&json!({"a": event, "b": "z".repeat(10)}), Track::Rum).1,
            []
        );
        let event = json!({"slots": vec!["w".repeat(8_000); 200]});
        assert_eq!(fitted(&event, Track::Rum).0, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn what_leaves_is_within_limits_or_does_not_leave(
            groups in prop::collection::vec((0_usize..700, 0_usize..600), 5),
        ) {
            let part = |(count, length): (usize, usize)| Value::Object(many(count, |_| json!("\"".repeat(length))));
            let mut groups = groups.into_iter().map(part);
            let mut next = || groups.next().unwrap();
            let event = json!({
                "type": "error", "context": next(), "usr": next(), "account": next(), "feature_flags": next(),
                "span": {"attributes": next()},
            });
            let (event, _) = fitted(&event, Track::Rum);
            prop_assert!(values_in(&event.unwrap()) <= limits::ATTRIBUTES);
        }
    }
}
