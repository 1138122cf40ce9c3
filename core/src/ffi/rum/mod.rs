//! What the app and the platform's watchers say of a session, and the app's own spans.

mod attributes;
mod command;
mod kinds;
mod mapper;
mod parts;
mod person;

pub(super) use attributes::into_core;
pub use attributes::{Attribute, AttributeValue};
pub use command::RumCommand;
pub use kinds::*;
pub use mapper::MappableEvent;
pub use parts::*;
pub use person::{AccountInfo, UserInfo};

use std::time::Duration;

use super::{HandspanCore, guard};
use crate::rum::command as rum;

#[uniffi::export]
impl HandspanCore {
    /// Something happened, `age_ms` ago: what was said before the core was there is told with its age. Returns at once,
    /// except with a crash, which is waited for until it is stored, at most 250 ms.
    pub fn record(&self, command: RumCommand, age_ms: u32) {
        let age = Duration::from_millis(age_ms.into());
        guard::guard(
            Some(&self.inner),
            || (),
            || {
                if let Some(command) = command.into_core() {
                    self.inner.record(command, age);
                }
            },
        );
    }

    /// Begins a span of the app's own: its ids and its decision. It is recorded when `RumCommand::FinishSpan` ends it. With a
    /// parent it belongs to the parent's trace. None while nothing is recorded.
    pub fn start_span(&self, parent: Option<SpanContext>) -> Option<SpanContext> {
        guard::guard(
            Some(&self.inner),
            || None,
            || {
                let parent = parent.and_then(SpanContext::into_core);
                self.inner.start_span(parent.as_ref()).map(Into::into)
            },
        )
    }

    /// Names of the request's and the response's headers that `FinishedCall` should carry, lower-case.
    pub fn captured_header_names(&self) -> Vec<String> {
        guard::guard(Some(&self.inner), Vec::new, || {
            self.inner.captured_header_names()
        })
    }

    /// Deletes what is stored and not sent, of every process of the app that is not running, and the ids of this install.
    pub fn clear_all_data(&self) {
        guard::guard(Some(&self.inner), || (), || self.inner.clear_all_data());
    }
}
