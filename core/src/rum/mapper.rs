//! What the app's mappers may change of an event.

use serde_json::{Map, Value};

use super::attributes::{self, Attributes};
use super::log;
use super::pointer::{at, at_mut};
use super::trim::{self, Trimmed};
use crate::limits;

/// Types of events that a mapper may see.
pub const EVENT_TYPES: [&str; 7] = [
    "view",
    "action",
    "resource",
    "error",
    "long_task",
    "vital",
    "log",
];

/// An event that waits for its mapper: what of it may be changed. What its type does not have is none.
#[derive(Debug, Clone, PartialEq)]
pub struct MappableEvent {
    /// Names it in the answer.
    pub id: u64,
    /// Its type, as the configuration names it in `mapped_events`.
    pub event_type: &'static str,
    /// Name of its view.
    pub view_name: Option<String>,
    /// URL of its view.
    pub view_url: Option<String>,
    /// What the action was on.
    pub action_name: Option<String>,
    /// URL of the resource, or of the request that failed.
    pub resource_url: Option<String>,
    /// Message of the error or of the log line.
    pub message: Option<String>,
    /// Stack trace of the error.
    pub stack: Option<String>,
    /// What the error is grouped by.
    pub fingerprint: Option<String>,
    /// The app's attributes.
    pub attributes: Attributes,
}

/// What a mapper made of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// As in [`MappableEvent`].
    pub view_name: Option<String>,
    /// As in [`MappableEvent`].
    pub view_url: Option<String>,
    /// As in [`MappableEvent`].
    pub action_name: Option<String>,
    /// As in [`MappableEvent`].
    pub resource_url: Option<String>,
    /// As in [`MappableEvent`].
    pub message: Option<String>,
    /// As in [`MappableEvent`].
    pub stack: Option<String>,
    /// As in [`MappableEvent`].
    pub fingerprint: Option<String>,
    /// As in [`MappableEvent`].
    pub attributes: Attributes,
}

impl Mapped {
    /// Brings what a mapper has answered within limits, as what the app tells itself.
    pub(crate) fn bound(&mut self) -> Trimmed {
        let mut trimmed = Trimmed::default();
        let short = [
            &mut self.view_name,
            &mut self.view_url,
            &mut self.action_name,
            &mut self.resource_url,
            &mut self.fingerprint,
        ];
        for text in short.into_iter().flatten() {
            trim::text(text, limits::TEXT_CHARS, &mut trimmed);
        }
        for text in [&mut self.message, &mut self.stack].into_iter().flatten() {
            trim::text(text, limits::STACK_BYTES, &mut trimmed);
        }
        trim::attributes(&mut self.attributes, &[], &mut trimmed);
        trimmed
    }
}

/// What of an event its mapper is shown. `kind` is one of [`EVENT_TYPES`].
pub fn shown(id: u64, kind: &'static str, event: &Map<String, Value>) -> MappableEvent {
    let text = |pointer: &str| Some(at(event, pointer)?.as_str()?.to_owned());
    MappableEvent {
        id,
        event_type: kind,
        view_name: text(VIEW_NAME),
        view_url: text(VIEW_URL),
        action_name: text(ACTION_NAME),
        resource_url: text(RESOURCE_URL).or_else(|| text(ERROR_URL)),
        message: text(message(kind)),
        stack: text(STACK),
        fingerprint: text(FINGERPRINT),
        attributes: attributes::from_json(own(kind, event)),
    }
}

/// Changes an event as its mapper wants it: the fields of [`Mapped`] and nothing else. A field that its type does not have it does
/// not get. Without an answer a stack trace and a fingerprint go, and the others, which an event must have, stay as they were.
pub fn apply(kind: &str, event: &mut Map<String, Value>, mapped: Mapped) {
    let told = at(event, RESOURCE_URL).and_then(Value::as_str);
    let url_was_changed = told.is_some_and(|told| {
        mapped
            .resource_url
            .as_deref()
            .is_some_and(|url| url != told)
    });
    for (pointer, answer) in [
        (VIEW_NAME, mapped.view_name),
        (VIEW_URL, mapped.view_url),
        (ACTION_NAME, mapped.action_name),
        (RESOURCE_URL, mapped.resource_url.clone()),
        (ERROR_URL, mapped.resource_url),
        (message(kind), mapped.message),
    ] {
        if let (Some(text), Some(answer)) = (at_mut(event, pointer), answer) {
            *text = Value::from(answer);
        }
    }
    if let Some(error) = event.get_mut("error").and_then(Value::as_object_mut) {
        let had_stack = error.contains_key("stack");
        replace(error, "stack", mapped.stack.filter(|_| had_stack));
        // It may be given: what errors are grouped by is for mappers to say.
        let is_error = kind == "error";
        replace(
            error,
            "fingerprint",
            mapped.fingerprint.filter(|_| is_error),
        );
    }
    if url_was_changed {
        hide_url(event);
    }
    let given = attributes::to_json(&mapped.attributes);
    if kind == "log" {
        event.retain(|name, _| !log::is_the_apps(name));
        event.extend(given.into_iter().filter(|(name, _)| log::is_the_apps(name)));
        return;
    }
    let mut context = given;
    context.remove(OURS);
    if let Some(ours) = at(event, "/context/handspan") {
        context.insert(OURS.to_owned(), ours.clone());
    }
    if context.is_empty() {
        event.remove("context");
    } else {
        event.insert("context".to_owned(), Value::Object(context));
    }
}

/// A crash that its mapper wanted to be dropped, or failed with, stays an event: that the app crashed, and nothing that the mapper might
/// have taken off.
pub fn strip_crash(kind: &str, event: &mut Map<String, Value>) {
    if kind != "error" {
        return;
    }
    let stripped = Mapped {
        view_name: None,
        view_url: None,
        action_name: None,
        resource_url: at(event, ERROR_URL).map(|_| DROPPED.to_owned()),
        message: Some(DROPPED.to_owned()),
        stack: None,
        fingerprint: None,
        attributes: Vec::new(),
    };
    apply(kind, event, stripped);
    if let Some(error) = event.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("causes");
    }
}

/// The address that a mapper has taken out of a resource stands in what we tell of its hops and of its failure too.
fn hide_url(event: &mut Map<String, Value>) {
    let ours = at_mut(event, "/context/handspan").and_then(Value::as_object_mut);
    let Some(ours) = ours else {
        return;
    };
    for hop in ours
        .get_mut("hops")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(hop) = hop.as_object_mut() {
            hop.remove("url");
        }
    }
    if let Some(error) = ours.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("message");
    }
}

/// May a mapper drop it? Not a view, which the rest of its session hangs on, and not a crash (Datadog's `RumEventMapper`).
pub fn can_be_dropped(kind: &str, event: &Map<String, Value>) -> bool {
    let is_crash = at(event, "/error/is_crash") == Some(&Value::Bool(true));
    kind != "view" && !is_crash
}

const VIEW_NAME: &str = "/view/name";
const VIEW_URL: &str = "/view/url";
const ACTION_NAME: &str = "/action/target/name";
const RESOURCE_URL: &str = "/resource/url";
const ERROR_URL: &str = "/error/resource/url";
const STACK: &str = "/error/stack";
const FINGERPRINT: &str = "/error/fingerprint";
/// What stands where a mapper wanted nothing to stand.
const DROPPED: &str = "mapper_dropped";
/// What of `context` is ours.
const OURS: &str = "handspan";

/// Where the message of an error or of a log line stands.
fn message(kind: &str) -> &'static str {
    match kind {
        "log" => "/message",
        _ => "/error/message",
    }
}

/// The app's attributes.
fn own<'a>(
    kind: &str,
    event: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let is_log = kind == "log";
    let context = event.get("context").and_then(Value::as_object);
    let members = if is_log { Some(event) } else { context };
    members
        .into_iter()
        .flatten()
        .filter(move |(name, _)| match is_log {
            true => log::is_the_apps(name),
            false => *name != OURS,
        })
}

fn replace(object: &mut Map<String, Value>, name: &str, value: Option<String>) {
    match value {
        Some(value) => object.insert(name.to_owned(), Value::from(value)),
        None => object.remove(name),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rum::attributes::{Attribute, AttributeValue};

    fn read(event: Value) -> Map<String, Value> {
        event.as_object().unwrap().clone()
    }

    /// What an app answers that changes nothing.
    fn unchanged(event: MappableEvent) -> Mapped {
        Mapped {
            view_name: event.view_name,
            view_url: event.view_url,
            action_name: event.action_name,
            resource_url: event.resource_url,
            message: event.message,
            stack: event.stack,
            fingerprint: event.fingerprint,
            attributes: event.attributes,
        }
    }

    fn events() -> [(&'static str, Map<String, Value>); 4] {
        let view = json!({"id": "v", "name": "Cart", "url": "shop/Cart"});
        let context = json!({"items": 3, "cart": {"total": 1.5}, "handspan": {"reason": "traced"}});
        [
            (
                "view",
                read(json!({"type": "view", "view": view, "context": context})),
            ),
            (
                "action",
                read(
                    json!({"type": "action", "view": view, "action": {"target": {"name": "Buy"}}}),
                ),
            ),
            (
                "error",
                read(json!({
                    "type": "error", "view": view, "context": context,
                    "error": {"message": "no", "stack": "at …", "resource": {"url": "https://a.example/?t=1"}},
                })),
            ),
            (
                "log",
                read(
                    json!({"message": "hello", "status": "info", "date": 1, "items": 3, "error": {"stack": "at …"}}),
                ),
            ),
        ]
    }

    #[test]
    fn an_answer_that_changes_nothing_changes_nothing() {
        for (kind, event) in events() {
            let mut mapped = event.clone();
            apply(kind, &mut mapped, unchanged(shown(1, kind, &event)));
            assert_eq!(mapped, event);
        }
    }

    #[test]
    fn an_answer_changes_what_it_may_and_nothing_else() {
        for (kind, event) in events() {
            let text = || Some("changed".to_owned());
            let mapped = Mapped {
                view_name: text(),
                view_url: text(),
                action_name: text(),
                resource_url: text(),
                message: text(),
                stack: text(),
                fingerprint: text(),
                attributes: ["handspan", "status", "mine"]
                    .map(|name| Attribute {
                        name: name.to_owned(),
                        value: AttributeValue::Text("changed".to_owned()),
                    })
                    .to_vec(),
            };
            let mut told = event.clone();
            apply(kind, &mut told, mapped);
            let view = json!({"id": "v", "name": "changed", "url": "changed"});
            let context =
                json!({"mine": "changed", "status": "changed", "handspan": {"reason": "traced"}});
            let expected = match kind {
                "view" => json!({"type": "view", "view": view, "context": context}),
                "action" => json!({
                    "type": "action", "view": view, "action": {"target": {"name": "changed"}},
                    "context": {"mine": "changed", "status": "changed"},
                }),
                "error" => json!({
                    "type": "error", "view": view, "context": context,
                    "error": {
                        "message": "changed", "stack": "changed", "fingerprint": "changed",
                        "resource": {"url": "changed"},
                    },
                }),
                _ => json!({
                    "message": "changed", "status": "info", "date": 1, "mine": "changed", "error": {"stack": "changed"},
                }),
            };
            assert_eq!(Value::Object(told), expected);
        }
    }

    #[test]
    fn what_an_event_must_have_stays_and_the_rest_can_be_taken_out() {
        for (kind, event) in events() {
            let nothing = Mapped {
                view_name: None,
                view_url: None,
                action_name: None,
                resource_url: None,
                message: None,
                stack: None,
                fingerprint: None,
                attributes: Vec::new(),
            };
            let mut told = event.clone();
            apply(kind, &mut told, nothing);
            assert_eq!(told.get("view"), event.get("view"));
            assert_eq!(told.get("message"), event.get("message"));
            assert!(at(&told, STACK).is_none() && !told.contains_key("items"));
            let ours = at(&event, "/context/handspan");
            assert_eq!(
                at(&told, "/context").map(|context| json!(context)),
                ours.map(|ours| json!({"handspan": ours}))
            );
        }
    }

    #[test]
    fn views_and_crashes_cannot_be_dropped() {
        assert!(!can_be_dropped("view", &Map::new()));
        assert!(!can_be_dropped(
            "error",
            &read(json!({"error": {"is_crash": true}}))
        ));
        assert!(can_be_dropped(
            "error",
            &read(json!({"error": {"is_crash": false}}))
        ));
        assert!(can_be_dropped("log", &Map::new()));
    }
}
