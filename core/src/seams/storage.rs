//! Where batches lie until an intake has taken them, and a few small documents.

mod contents;
mod folder;
mod layout;
mod lock;
mod memory;
mod processes;
mod recovery;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

pub use contents::Contents;
pub use folder::FolderStorage;
pub use memory::MemoryStorage;

use crate::batch::{BatchId, Lane};

/// A batch to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewBatch {
    /// Its id, kept for good.
    pub id: BatchId,
    /// Milliseconds since 1970 by the phone's wall clock.
    pub created_wall_ms: u64,
    /// What it is for.
    pub lane: Lane,
    /// Kept apart until [`Storage::promote_pending`].
    pub pending_consent: bool,
}

#[cfg(test)]
impl NewBatch {
    pub(crate) fn rum(id: BatchId, created_wall_ms: u64, pending_consent: bool) -> Self {
        Self {
            id,
            created_wall_ms,
            lane: Lane::RUM,
            pending_consent,
        }
    }
}

/// A batch that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// Its id from creation.
    pub id: BatchId,
    /// Bytes of its header and whole frames.
    pub bytes: u64,
    /// Whole frames.
    pub events: u32,
    /// When it was made: milliseconds since 1970 by the phone's wall clock.
    pub created_wall_ms: u64,
    /// What is in it.
    pub lane: Lane,
    /// Recorded while consent was pending: must not leave before [`Storage::promote_pending`].
    pub pending_consent: bool,
    /// Keys of the intakes that have taken it, sorted.
    pub delivered: Vec<String>,
}

/// What the last [`Storage::list`] had to repair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Batches whose end was cut off in the middle of a write; their whole events are kept.
    pub torn: u32,
    /// Events in the middle of batches that are damaged; those before and behind them are kept.
    pub damaged: u32,
    /// Files that are no batch (damaged, of another release, foreign); each goes alone.
    pub set_aside: u32,
    /// File and reason for the first few of those.
    pub reasons: Vec<String>,
    /// Files that the system would not let us read. They stay as they are; the next start tries again.
    pub unread: u32,
    /// What it said of the first of them.
    pub unread_reason: Option<String>,
    /// Batches that are encrypted, and not with the key of this start. They stay as they are, for a start that has it.
    pub locked: Vec<StoredBatch>,
}

/// Keeps batches. Only the `handspan` thread calls it.
///
/// A failing call leaves everything that was stored before as it was.
pub trait Storage: Send {
    /// `folder` or `memory`.
    fn kind(&self) -> &'static str;

    /// All batches, oldest first. Cuts torn tails, removes batches without an event, sets aside files that are no batch,
    /// leaves those that cannot be read today: call it once, at start. [`Storage::recovery`] says what it met.
    fn list(&mut self) -> Result<Vec<StoredBatch>, StorageError>;

    /// What the last [`Storage::list`] had to repair.
    fn recovery(&self) -> Recovery;

    /// Begins a batch, with its header.
    fn create(&mut self, batch: &NewBatch) -> Result<(), StorageError>;

    /// Appends events to a batch: all or none.
    fn append(&mut self, id: &BatchId, events: &[&[u8]]) -> Result<(), StorageError>;

    /// What a batch holds.
    fn read(&mut self, id: &BatchId) -> Result<Contents, StorageError>;

    /// Removes a batch and its delivery marks. A batch that is gone already is no error.
    fn delete(&mut self, id: &BatchId) -> Result<(), StorageError>;

    /// Remembers, across restarts, that an intake has taken a batch. The key has the characters `a-z 0-9 . _ -`.
    fn mark_delivered(&mut self, id: &BatchId, intake_key: &str) -> Result<(), StorageError>;

    /// Consent was granted: pending batches become ordinary ones.
    fn promote_pending(&mut self) -> Result<(), StorageError>;

    /// Consent was refused: pending batches are removed, also those that processes which are gone have left beside ours.
    fn delete_pending(&mut self) -> Result<(), StorageError>;

    /// All batches are removed, those set aside and those that processes which are gone have left beside ours too, and there and
    /// here the documents of these names.
    fn delete_all(&mut self, documents: &[&str]) -> Result<(), StorageError>;

    /// Keeps a small document (at most [`crate::limits::DOCUMENT_BYTES`]) under a name of the characters
    /// `a-z 0-9 . _ -`. Whoever loads it meets the old content or the new, never a mixture.
    fn save(&mut self, name: &str, bytes: &[u8]) -> Result<(), StorageError>;

    /// The document of that name; `None` when there is none.
    fn load(&mut self, name: &str) -> Result<Option<Vec<u8>>, StorageError>;
}

/// Why something could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process, or another core in this one, uses the folder.
    #[error(
        "{} is in use by another process or another Handspan instance; give each its own `storage_dir`",
        path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The operating system said no.
    #[error("cannot {action} {}: {source}; {}", path.display(), advice(source))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no batch of that id.
    #[error("there is no batch {id}; it was deleted, or its folder was emptied while the app ran")]
    Missing {
        /// The id that was asked for.
        id: BatchId,
    },
    /// There is a batch of that id already: ids are not used twice.
    #[error("batch {id} exists already; make a new id")]
    Exists {
        /// The id that was given.
        id: BatchId,
    },
    /// The bytes are no batch or document that can be read.
    #[error("{name} cannot be read: {why}")]
    Unreadable {
        /// The file.
        name: String,
        /// Why.
        why: String,
    },
    /// A document that is encrypted, and not with the key of this start. It waits for a start with that key.
    #[error("{} is encrypted, and not with the key of this start; it is left as it is", path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
    },
    /// An event without a byte, or larger than what is read back.
    #[error("an event of {bytes} bytes cannot be stored")]
    BadEvent {
        /// Its size.
        bytes: usize,
    },
    /// The memory that may be used is used up.
    #[error(
        "the {cap} bytes for events kept in memory are used up; upload or delete batches first"
    )]
    Full {
        /// The bound.
        cap: usize,
    },
    /// A batch or document would be larger than what is read back.
    #[error("{name} would have {bytes} bytes, and at most {limit} are read back; split it")]
    TooLarge {
        /// The batch or the document.
        name: String,
        /// Its size.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// The name of a document or the key of an intake is none that every file system takes.
    #[error(
        "`{name}` is no name for a file; use 1 to 64 of a-z, 0-9, `.`, `_`, `-`, not beginning with `.`"
    )]
    BadName {
        /// The name that was given, escaped and cut.
        name: String,
    },
}

impl StorageError {
    /// Is the batch that this was said of lost? Gone, or of bytes that are no batch; all else may pass.
    pub fn condemns(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::Unreadable { .. } | Self::TooLarge { .. } => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> StorageError {
    StorageError::Unreadable {
        name: path.display().to_string(),
        why: why.to_string(),
    }
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space on the device"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a `storage_dir` that the app may write to"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder should be; choose another `storage_dir`"
        }
        _ => "check that `storage_dir` is a folder on a working disk",
    }
}

/// Lets names through that are safe on every file system, so that no name leads out of the folder.
fn safe_name(name: &str) -> Result<&str, StorageError> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    if (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(allowed) {
        Ok(name)
    } else {
        Err(StorageError::BadName {
            name: name
                .chars()
                .take(64)
                .collect::<String>()
                .escape_debug()
                .to_string(),
        })
    }
}

#[cfg(test)]
#[path = "storage/contract_test.rs"]
mod contract;

#[cfg(test)]
#[path = "storage/mishaps_test.rs"]
mod mishaps;

#[cfg(test)]
#[path = "storage/encryption_test.rs"]
mod encryption;

#[cfg(test)]
#[path = "storage/processes_test.rs"]
mod beside;
