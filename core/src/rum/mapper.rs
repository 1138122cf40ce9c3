//! What the app's mappers may change of an event.

use super::attributes::Attributes;

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
