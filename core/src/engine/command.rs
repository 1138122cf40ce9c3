//! What the engine is told: by the app, by the platform, and of what came of its effects.

#[cfg(doc)]
use super::{Effect, Saved};
use crate::batch::BatchId;
use crate::config::Consent;
use crate::rum::call::FinishedCall;
use crate::rum::command::RumCommand;
use crate::rum::mapper::Mapped;
use crate::rum::session::{Calls, Stamp};
use crate::seams::storage::StoredBatch;
use crate::seams::transport::{HttpAnswer, TransportError};
use crate::upload::UploadConditions;

/// The id of this install, as earlier starts have left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredId {
    /// This one.
    Known(String),
    /// There is none: one is made, and saved.
    None,
    /// The system would not let it be read: another holds for this start, and does not replace it.
    Unread,
}

/// What the engine is told.
#[derive(Debug)]
pub enum Command {
    /// What was on disk when the core started, oldest first, and how many files could not be read.
    Recovered {
        /// Intact batches.
        batches: Vec<StoredBatch>,
        /// Files set aside.
        unreadable: u64,
    },
    /// Batches of an earlier process that only a start with their key can read.
    Locked(Vec<StoredBatch>),
    /// Batches whose end was cut off when an earlier process died: each had begun to write at least one event.
    Torn(u64),
    /// Events in the middle of batches of an earlier process that are damaged.
    Damaged(u64),
    /// What earlier starts have kept ([`Effect::Save`]), if they did. The remote document among it is applied; then the new one
    /// is asked for.
    ColdStart {
        /// What was saved as [`Saved::Remote`].
        document: Option<Vec<u8>>,
        /// What was saved as [`Saved::InstallId`].
        install_id: StoredId,
    },
    /// The id that events name this install by, as it was saved ([`Saved::AnonymousId`]).
    AnonymousId(StoredId),
    /// A call has ended.
    Finish(Box<FinishedCall>, Stamp),
    /// Something else has happened.
    Rum(Box<RumCommand>, Stamp),
    /// So many calls have begun and ended by now: told before a tick, for actions that wait for theirs.
    CallsUnderWay(Calls),
    /// The user has decided.
    Consent(Consent),
    /// Seal and send now.
    Flush,
    /// The state of the phone has changed.
    Conditions(UploadConditions),
    /// The app has gone to the background: seal, and send what can be sent in a few seconds.
    Background,
    /// The app is back.
    Foreground,
    /// Delete what is stored and not sent, and the ids of this install.
    Clear,
    /// What a mapper made of the event of this id; none: it drops it.
    Mapped(u64, Option<Box<Mapped>>),
    /// Time has passed.
    Tick,
    /// The process may be gone next: what may still be caused is not waited for, and views tell what they know.
    Store,
    /// The app ends the core: nothing is begun any more.
    Shutdown,
    /// The request of the upload under way was made, and is on its way.
    Uploading {
        /// Bytes of its body.
        bytes: u64,
        /// Events of the batch that could be read.
        events: u32,
        /// Events of the batch that are not in it, because a later one replaces them.
        superseded: u32,
    },
    /// The upload under way was answered.
    Uploaded(Result<HttpAnswer, TransportError>),
    /// The pull under way was answered.
    Pulled(Result<HttpAnswer, TransportError>),
    /// A batch could not be made: its event is lost, the next one gets another.
    CreateFailed {
        /// Which.
        batch: BatchId,
        /// Why.
        why: String,
    },
    /// Events could not be appended: they are lost. Of a batch that could not be made they are counted already.
    AppendFailed {
        /// To which batch.
        batch: BatchId,
        /// How many.
        events: u32,
        /// Why.
        why: String,
    },
    /// Something else on disk did not work out; no event is lost by it.
    StorageFailed {
        /// Why.
        why: String,
    },
    /// A batch holds nothing for the intake that it was to be sent to.
    NothingToSend,
    /// A batch was cut in two; the halves lie where it lay, or beside it.
    Halved {
        /// Which.
        batch: BatchId,
        /// What there is instead, for the intake that it was too large for.
        halves: Vec<StoredBatch>,
    },
    /// The system would not let a sealed batch be read or cut in two. It is still there, and tried again later.
    ReadFailed {
        /// Which.
        batch: BatchId,
        /// Why.
        why: String,
    },
    /// A sealed batch is gone, or its bytes are damaged: it is given up.
    BatchUnreadable {
        /// Which.
        batch: BatchId,
        /// Why.
        why: String,
    },
}
