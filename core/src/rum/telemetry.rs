//! The `telemetry` event: what the SDK says of itself, by `telemetry/debug-schema.json` of rum-events-format.

use serde_json::{Value, json};

use crate::config::Configuration;

/// Version of the event format (`_dd.format_version`, a constant of the schema).
const FORMAT_VERSION: u8 = 2;

/// The event as JSON text. `stats` stands in it as it is.
pub fn event(configuration: &Configuration, date_ms: u64, stats: Value) -> Vec<u8> {
    let mut event = json!({
        "type": "telemetry",
        "date": date_ms,
        // Of this event, not of the app: the schema wants the SDK's.
        "service": "handspan",
        "version": env!("CARGO_PKG_VERSION"),
        "source": configuration.source,
        "_dd": { "format_version": FORMAT_VERSION },
        "telemetry": {
            "type": "log",
            "status": "debug",
            "message": "handspan stats",
            "stats": stats,
        },
    });
    // An OpenTelemetry receiver needs no application.
    if !configuration.application_id.is_empty()
        && let Some(fields) = event.as_object_mut()
    {
        let application = json!({ "id": configuration.application_id });
        fields.insert("application".to_owned(), application);
    }
    event.to_string().into_bytes()
}
