//! The app and the phone that an event tells of, as an OTLP resource.

use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::{Value, json};

use super::attributes::{attribute, member};

/// OpenTelemetry's names for what they are (semantic conventions: service, deployment, os, device, telemetry).
pub(super) fn resource(event: &Value) -> Resource {
    let attributes = [
        // Required; a service without a name is called so by the specification.
        attribute(
            "service.name",
            event
                .get("service")
                .cloned()
                .unwrap_or_else(|| json!("unknown_service")),
        ),
        member(event, "/version", "service.version"),
        attribute("deployment.environment.name", env(event).map(Value::from)),
        member(event, "/application/id", "rum.application.id"),
        attribute("telemetry.sdk.name", json!("handspan")),
        attribute("telemetry.sdk.version", json!(env!("CARGO_PKG_VERSION"))),
        attribute("telemetry.sdk.language", json!("rust")),
        member(event, "/source", "rum.source"),
        member(event, "/os/name", "os.name"),
        member(event, "/os/version", "os.version"),
        member(event, "/device/model", "device.model.name"),
        member(event, "/device/brand", "device.manufacturer"),
        member(event, "/device/architecture", "host.arch"),
    ];
    Resource {
        attributes: attributes.into_iter().flatten().collect(),
        ..Resource::default()
    }
}

/// `env:…` of the event's tags.
fn env(event: &Value) -> Option<&str> {
    let tags = event.get("ddtags")?.as_str()?;
    tags.split(',').find_map(|tag| tag.strip_prefix("env:"))
}
