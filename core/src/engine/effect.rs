//! What the engine wants done.

use std::sync::Arc;

#[cfg(doc)]
use super::Command;
use crate::batch::BatchId;
use crate::rum::mapper::MappableEvent;
use crate::seams::storage::NewBatch;
use crate::trace::TraceSettings;

/// What the worker is asked to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Make a batch file.
    Create(NewBatch),
    /// Append one event.
    Append {
        /// To this batch.
        batch: BatchId,
        /// The event.
        payload: Vec<u8>,
    },
    /// Send a batch; its answer comes back as [`Command::Uploaded`].
    Upload {
        /// Which.
        batch: BatchId,
        /// Index of the intake in [`Settings::intakes`].
        intake: usize,
        /// UUID of this try.
        request_id: String,
        /// How long it may take.
        timeout_ms: u64,
    },
    /// Cut a batch in two; comes back as [`Command::Halved`].
    Halve {
        /// Which.
        batch: BatchId,
        /// The halves' ids.
        halves: [BatchId; 2],
        /// Keys of the intakes that are not to get the halves.
        delivered: Vec<String>,
        /// Key of the intake that gets them, where others still want the whole: it is then marked as done with that. None:
        /// the whole is deleted.
        instead_for: Option<String>,
    },
    /// Remember that an intake has taken (or refused for good) a batch.
    MarkDelivered {
        /// Which.
        batch: BatchId,
        /// Key of the intake.
        intake_key: String,
    },
    /// Delete a batch.
    Delete {
        /// Which.
        batch: BatchId,
    },
    /// The user agreed: pending batches may be sent.
    PromotePending,
    /// The user refused: pending batches go.
    DeletePending,
    /// Everything goes: all batches, what other processes that are gone have left, and the ids of this install.
    DeleteAll,
    /// Show an event to a mapper of the app; its answer comes back as [`Command::Mapped`].
    Map(MappableEvent),
    /// These events wait for no mapper any more.
    Unmap(Vec<u64>),
    /// Ask for the remote document; the answer comes back as [`Command::Pulled`].
    Pull {
        /// Its URL.
        url: Arc<str>,
        /// What its server called the one that is kept: it need not send that again (`If-None-Match`).
        etag: Option<Arc<str>>,
    },
    /// Keep this for the next start, in place of what was kept under that name.
    Save(Saved, Vec<u8>),
    /// Log this, and what is more severe; none: as usual.
    LogLevel(Option<log::LevelFilter>),
    /// Hosts, rates and switches have changed.
    Publish {
        /// What a plan reads from now on.
        trace: Arc<TraceSettings>,
        /// False: everything off.
        enabled: bool,
        /// False: calls are traced and not recorded.
        captures_resources: bool,
        /// Version of the document that says so.
        remote_version: Option<Arc<str>>,
        /// Does this start's session take the new session rate?
        at_start: bool,
    },
}

/// A small document that outlives the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Saved {
    /// The remote document, and what is known of it.
    Remote,
    /// The id of this install.
    InstallId,
    /// The id on its events.
    AnonymousId,
}

impl Saved {
    /// Its name in the storage.
    pub fn name(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::InstallId => "install-id",
            Self::AnonymousId => "anonymous-id",
        }
    }
}
