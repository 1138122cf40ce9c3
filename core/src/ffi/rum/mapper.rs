//! Mappers of the app: it asks for events that wait for one, and answers each.

use super::attributes::{Attribute, into_core};
use super::{HandspanCore, guard};

/// What of an event a mapper may change. What the event's type does not have is none, and stays so.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct MappableEvent {
    /// Names it in the answer.
    pub id: u64,
    /// `view`, `action`, `resource`, `error`, `long_task`, `vital` or `log`.
    pub event_type: String,
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
    /// The app's attributes, those of the log line among them.
    pub attributes: Vec<Attribute>,
}

#[uniffi::export]
impl HandspanCore {
    /// The next event of a type that the configuration names in `mapped_events`. Waits for one at most `timeout_ms`: for a thread
    /// of the platform's own. Each must be answered by `event_mapped` within five seconds, or is dropped and counted.
    pub fn next_event_to_map(&self, timeout_ms: u32) -> Option<MappableEvent> {
        guard::guard(
            Some(&self.inner),
            || None,
            || {
                let timeout = std::time::Duration::from_millis(timeout_ms.into());
                self.inner.next_event_to_map(timeout).map(Into::into)
            },
        )
    }

    /// What the mapper made of the event; none: it is dropped. A view can't be dropped.
    pub fn event_mapped(&self, id: u64, event: Option<MappableEvent>) {
        guard::guard(
            Some(&self.inner),
            || (),
            || self.inner.event_mapped(id, event.map(Into::into)),
        );
    }
}

impl From<crate::rum::mapper::MappableEvent> for MappableEvent {
    fn from(event: crate::rum::mapper::MappableEvent) -> Self {
        Self {
            id: event.id,
            event_type: event.event_type.to_owned(),
            view_name: event.view_name,
            view_url: event.view_url,
            action_name: event.action_name,
            resource_url: event.resource_url,
            message: event.message,
            stack: event.stack,
            fingerprint: event.fingerprint,
            attributes: event.attributes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<MappableEvent> for crate::rum::mapper::Mapped {
    fn from(event: MappableEvent) -> Self {
        Self {
            view_name: event.view_name,
            view_url: event.view_url,
            action_name: event.action_name,
            resource_url: event.resource_url,
            message: event.message,
            stack: event.stack,
            fingerprint: event.fingerprint,
            attributes: into_core(event.attributes),
        }
    }
}
