//! What the engine counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Refusal;

/// How the engine is doing. All counts are since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineStatus {
    /// `folder` or `memory`.
    pub storage: &'static str,
    /// Events stored.
    pub stored: u64,
    /// Events that every intake has taken.
    pub sent: u64,
    /// Events given up, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Batches that exist.
    pub pending_batches: u64,
    /// How often the radio was woken.
    pub wake_ups: u64,
    /// What the intake said last.
    pub last_answer: Option<String>,
    /// What the storage said when it last failed.
    pub last_storage_error: Option<String>,
    /// Where the remote document stands.
    pub remote: RemoteState,
    /// Version of the applied one.
    pub remote_version: Option<String>,
    /// What of the last document was refused.
    pub refusals: Arc<[Refusal]>,
}

/// Where the remote document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteState {
    /// None is configured.
    #[default]
    None,
    /// Asked for.
    Pulling,
    /// In force.
    Applied,
    /// Not believed; what was in force stays.
    Refused,
    /// Could not be had; what was in force stays.
    Failed,
}

impl RemoteState {
    /// The snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pulling => "pulling",
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl EngineStatus {
    pub(super) fn drop_events(&mut self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.dropped.entry(reason).or_default() += count;
        }
    }
}

impl Default for EngineStatus {
    fn default() -> Self {
        Self {
            storage: "memory",
            stored: 0,
            sent: 0,
            dropped: BTreeMap::new(),
            pending_batches: 0,
            wake_ups: 0,
            last_answer: None,
            last_storage_error: None,
            remote: RemoteState::None,
            remote_version: None,
            refusals: Arc::from([]),
        }
    }
}
