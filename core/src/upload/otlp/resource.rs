//! The app and the phone that an event tells of, as an OTLP resource.

use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::{Value, json};

use super::attributes::{attribute, member};

/// OpenTelemetry's names for what they are (semantic conventions: service, deployment, os, device, host, telemetry).
/// `rum.…` is what they have no name for.
pub(super) fn resource(event: &Value) -> Resource {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
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
        attribute(
            "os.type",
            text("/source").and_then(os_type).map(Value::from),
        ),
        member(event, "/os/name", "os.name"),
        member(event, "/os/version", "os.version"),
        // The platforms tell one name; OpenTelemetry's own SDK for Android gives it as both.
        member(event, "/device/model", "device.model.identifier"),
        member(event, "/device/model", "device.model.name"),
        member(event, "/device/brand", "device.manufacturer"),
        attribute(
            "host.arch",
            text("/device/architecture").map(arch).map(Value::from),
        ),
    ];
    Resource {
        attributes: attributes.into_iter().flatten().collect(),
        ..Resource::default()
    }
}

/// The kernel's family, as the conventions list it.
fn os_type(source: &str) -> Option<&'static str> {
    match source {
        "android" => Some("linux"),
        "ios" => Some("darwin"),
        _ => None,
    }
}

/// The conventions' names of what Android and Apple call otherwise.
fn arch(name: &str) -> &str {
    match name {
        "arm64-v8a" | "aarch64" | "arm64e" => "arm64",
        "armeabi-v7a" | "armeabi" | "armv7l" => "arm32",
        "x86_64" => "amd64",
        "i386" | "i686" => "x86",
        name => name,
    }
}

/// `env:…` of the event's tags.
fn env(event: &Value) -> Option<&str> {
    let tags = event.get("ddtags")?.as_str()?;
    tags.split(',').find_map(|tag| tag.strip_prefix("env:"))
}
