//! What of the day's events must be the same everywhere.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Members that name the platform, the SDK's build or the run.
const PLATFORM: [&str; 9] = [
    "source",
    "service",
    "version",
    "ddtags",
    "os",
    "device",
    "application",
    "application_id",
    "ddsource",
];

/// The events in a stable order, without what may differ: an id becomes its number in the order of appearance, a date is counted
/// from the first one, and what names the platform is left out. Handspan's word on itself is no part of the day.
pub fn same(events: &[Value]) -> Result<Vec<Value>, String> {
    let mut events: Vec<Value> = events
        .iter()
        .filter(|event| event.get("type").and_then(Value::as_str) != Some("telemetry"))
        .cloned()
        .collect();
    let dates = events.iter().map(date).collect::<Result<Vec<_>, _>>()?;
    let first = dates.iter().copied().min().unwrap_or_default();
    for (event, date) in events.iter_mut().zip(dates) {
        let members = event.as_object_mut().ok_or("an event is no object")?;
        members.retain(|name, _| !PLATFORM.contains(&name.as_str()));
        members.insert("date".to_owned(), (date - first).into());
        if let Some(error) = members.get_mut("error").and_then(Value::as_object_mut) {
            error.remove("source_type");
        }
        if let Some(logger) = members.get_mut("logger").and_then(Value::as_object_mut) {
            logger.remove("thread_name");
            logger.remove("version");
        }
    }
    // Batches come by lane, and which goes first is nobody's promise. Ids don't take part: they are drawn.
    events.sort_by_cached_key(|event| {
        let date = event.get("date").and_then(Value::as_u64);
        (date, without_ids(event).to_string())
    });
    let mut ids = HashMap::new();
    for event in &mut events {
        number(event, &mut ids);
    }
    Ok(events)
}

/// What differs first between two such lists, in words.
pub fn difference(expected: &[Value], found: &[Value]) -> Option<String> {
    for (at, pair) in expected.iter().zip(found).enumerate() {
        if pair.0 != pair.1 {
            return Some(format!(
                "event {at}:\nexpected {}\nfound    {}",
                pair.0, pair.1
            ));
        }
    }
    let (more, what) = match expected.len().cmp(&found.len()) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less => (found.get(expected.len()), "one too many"),
        std::cmp::Ordering::Greater => (expected.get(found.len()), "one is missing"),
    };
    more.map(|event| format!("{what}: {event}"))
}

/// Milliseconds.
fn date(event: &Value) -> Result<u64, String> {
    let date = event.get("date").and_then(Value::as_u64);
    date.ok_or_else(|| format!("no date: {event}"))
}

fn is_id(text: &str) -> bool {
    let is_uuid = text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    is_uuid && text.bytes().all(hex)
}

fn number(value: &mut Value, ids: &mut HashMap<String, String>) {
    match value {
        Value::String(text) if is_id(text) => {
            let next = format!("id {}", ids.len() + 1);
            *text = ids.entry(text.clone()).or_insert(next).clone();
        }
        Value::Array(values) => values.iter_mut().for_each(|value| number(value, ids)),
        Value::Object(members) => members.values_mut().for_each(|value| number(value, ids)),
        _ => {}
    }
}

fn without_ids(value: &Value) -> Value {
    match value {
        Value::String(text) if is_id(text) => Value::Null,
        Value::Array(values) => values.iter().map(without_ids).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members: Map<_, _> = members
                .map(|(name, value)| (name.clone(), without_ids(value)))
                .collect();
            Value::Object(members)
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_platform_and_the_days_date_do_not_count_and_all_else_does() {
        let event = |id: &str, date: u64, source: &str, name: &str| json!({"type": "view", "date": date, "source": source, "view": {"id": id, "name": name}});
        let (one, two) = (
            "0f4c2b1a-1111-4222-8333-444455556666",
            "1f4c2b1a-1111-4222-8333-444455556666",
        );
        let log = |date: u64| json!({"message": "m", "date": date, "session_id": one});
        let first = same(&[event(one, 5_000, "ios", "a"), log(6_500)]);
        let second = same(&[log(6_500), event(one, 5_000, "android", "a")]);
        assert_eq!(first, second);
        let first = first.unwrap();
        assert_eq!(first[1]["date"], 1_500);
        assert_eq!(first[0]["view"]["id"], "id 1");
        let other = same(&[event(two, 9_000, "ios", "a"), event(one, 9_100, "ios", "b")]).unwrap();
        assert!(difference(&first, &other).is_some());
        assert_eq!(difference(&first, &first), None);
    }
}
