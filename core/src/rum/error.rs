//! Errors and crashes, by `rum/error-schema.json`.

use serde_json::{Map, Value, json};

use super::action::{Child, set_foreground};
use super::command::{ErrorCategory, ErrorCause, ErrorHandling, ErrorSource, RumError};
use super::event::{ns, set, whole};
use super::live::{LiveSession, Own, Teller};

impl LiveSession {
    pub(super) fn add_error(&mut self, error: RumError, tell: &mut Teller<'_>) {
        let now = tell.now();
        let Some(at) = self.view_now(tell) else {
            return self.drop_background(tell);
        };
        let is_crash = error.is_crash;
        let action = self.caused_by(now, Child::Error { is_crash }, tell);
        let own = Own::at(now, &error.attributes);
        let event = self.child("error", at, own, tell);
        if let Some(mut event) = event {
            let mut fields = Map::new();
            let source = source_name(error.source);
            set(&mut fields, "id", Some(tell.env.uuid()));
            set(&mut fields, "message", Some(error.message));
            set(&mut fields, "source", Some(source));
            set(&mut fields, "type", error.error_type);
            set(&mut fields, "stack", error.stack);
            set(&mut fields, "is_crash", Some(is_crash));
            set(&mut fields, "handling", error.handling.map(handling_name));
            set(&mut fields, "category", error.category.map(category_name));
            set(&mut fields, "fingerprint", error.fingerprint);
            if !error.causes.is_empty() {
                let causes = error.causes.into_iter();
                let causes = causes.map(|one| cause(one, source)).collect::<Value>();
                set(&mut fields, "causes", Some(causes));
            }
            self.tell_error(&mut event, &mut fields, at, tell);
            set(&mut event, "error", Some(fields));
            if let Some(length) = error.freeze_duration_ns {
                set(
                    &mut event,
                    "freeze",
                    Some(json!({ "duration": whole(length) })),
                );
            }
            set_action(&mut event, action);
            if let Some(view) = self.views.get_mut(at) {
                view.counts.error += 1;
                view.counts.crash += u64::from(is_crash);
            }
            tell.push("error", event);
        }
        if is_crash || error.handling == Some(ErrorHandling::Unhandled) {
            // There may be no later.
            self.end_action(now, tell);
        }
        self.write_view(at, tell);
    }

    /// What stands on every error.
    pub(super) fn tell_error(
        &self,
        event: &mut Map<String, Value>,
        fields: &mut Map<String, Value>,
        view: usize,
        tell: &Teller<'_>,
    ) {
        let source_type = tell.env.configuration.source.as_str();
        set(fields, "source_type", Some(source_type));
        let since_start = tell.now().saturating_sub(tell.app_started);
        set(fields, "time_since_app_start", Some(ns(since_start)));
        set_foreground(event, tell);
        let view = self.views.get(view);
        set(event, "feature_flags", view.and_then(|view| view.flags()));
    }
}

/// The action that has caused it.
pub(super) fn set_action(event: &mut Map<String, Value>, id: Option<String>) {
    set(event, "action", id.map(|id| json!({ "id": id })));
}

fn cause(cause: ErrorCause, source: &str) -> Value {
    let mut fields = Map::new();
    set(&mut fields, "message", Some(cause.message));
    set(&mut fields, "type", cause.error_type);
    set(&mut fields, "stack", cause.stack);
    set(&mut fields, "source", Some(source));
    Value::Object(fields)
}

pub(super) fn source_name(source: ErrorSource) -> &'static str {
    match source {
        ErrorSource::Network => "network",
        ErrorSource::Source => "source",
        ErrorSource::Console => "console",
        ErrorSource::Logger => "logger",
        ErrorSource::Agent => "agent",
        ErrorSource::Webview => "webview",
        ErrorSource::Custom => "custom",
    }
}

fn handling_name(handling: ErrorHandling) -> &'static str {
    match handling {
        ErrorHandling::Handled => "handled",
        ErrorHandling::Unhandled => "unhandled",
    }
}

fn category_name(category: ErrorCategory) -> &'static str {
    match category {
        ErrorCategory::Anr => "ANR",
        ErrorCategory::AppHang => "App Hang",
        ErrorCategory::Exception => "Exception",
        ErrorCategory::WatchdogTermination => "Watchdog Termination",
        ErrorCategory::MemoryWarning => "Memory Warning",
        ErrorCategory::Network => "Network",
    }
}
