//! What is told of the remote document.

use std::sync::Arc;

/// How the remote document does. Counts are since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteStatus {
    /// Where it stands.
    pub state: RemoteState,
    /// Version of the one in force.
    pub version: Option<Arc<str>>,
    /// Id of the key that it is signed with, where signatures are checked.
    pub key_id: Option<Arc<str>>,
    /// What its server calls the kept one.
    pub etag: Option<Arc<str>>,
    /// Names of its targets that this phone is one of.
    pub targets: Arc<[Arc<str>]>,
    /// What its server said last, as `304`, or why it could not be asked.
    pub last_answer: Option<Arc<str>>,
    /// Monotonic time of the last pull, milliseconds.
    pub last_pull_mono_ms: Option<u64>,
    /// Monotonic time of the next one; none while it waits for somebody's word.
    pub next_pull_mono_ms: Option<u64>,
    /// Pulls made.
    pub pulls: u64,
    /// Of them those that brought no document, or none of use.
    pub failed: u64,
    /// Of them those that brought nothing new.
    pub not_modified: u64,
    /// Documents that came into force, the kept one included.
    pub applied: u64,
    /// Documents that were refused whole.
    pub refused: u64,
    /// Fields of the last document that were refused.
    pub refused_fields: u64,
    /// Fields of the last document that nothing reads.
    pub unknown_fields: u64,
    /// Starts with the kept document of which none has survived so far, this one included.
    pub starts_without_mark: u32,
    /// Who has switched everything off, if somebody has.
    pub disabled_by: Option<DisabledBy>,
    /// What stands for this install in rollouts. It does not leave the phone.
    pub install_id: Option<Arc<str>>,
}

/// Who has switched everything off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisabledBy {
    /// The app, in its configuration: nothing remote can undo that.
    Local,
    /// The remote document.
    Remote,
}

impl DisabledBy {
    /// The snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
        }
    }
}

/// Where the remote document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteState {
    /// None is configured, or the app has switched everything off.
    #[default]
    None,
    /// Asked for, or about to be.
    Pulling,
    /// In force.
    Applied,
    /// Kept, and not in force: starts with it have not survived.
    SetAside,
    /// The last one was not believed; what was in force stays.
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
            Self::SetAside => "set_aside",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}
