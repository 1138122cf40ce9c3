//! What apps tell of their own SDK: the last `telemetry` event of each.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// Apps that are kept.
const APPS: usize = 20;

/// Bytes of an event's `telemetry` that are kept; a larger one is counted alone.
pub(crate) const TELEMETRY_LIMIT: usize = 64 << 10;

/// An event of type `telemetry`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Telemetry {
    /// `source`, as `android`.
    pub(crate) app: Option<String>,
    /// `service`: the SDK's own name.
    pub(crate) service: Option<String>,
    pub(crate) application_id: Option<String>,
    pub(crate) version: Option<String>,
    /// Milliseconds since the epoch.
    pub(crate) date: Option<i64>,
    /// Its `telemetry` object, whatever is in it.
    pub(crate) telemetry: Value,
}

/// The last of each app, the newest app last.
#[derive(Debug, Default)]
pub(crate) struct Apps(VecDeque<Telemetry>);

impl Apps {
    /// Replaces what the same app told before.
    pub(crate) fn add(&mut self, told: Telemetry) {
        let app = |told: &Telemetry| (told.app.clone(), told.application_id.clone());
        let same = app(&told);
        self.0.retain(|known| app(known) != same);
        if self.0.len() >= APPS {
            self.0.pop_front();
        }
        self.0.push_back(told);
    }

    /// All of them.
    pub(crate) fn list(&self) -> Vec<Telemetry> {
        self.0.iter().cloned().collect()
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
