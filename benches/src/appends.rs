//! Events on their way into batch files, as the `handspan` thread appends them.

use std::sync::Arc;

use handspan_core::batch::{BatchId, Lane};
use handspan_core::limits::BATCH_BYTES;
use handspan_core::seams::cipher::{ChaCha, Key};
use handspan_core::seams::entropy::SystemEntropy;
use handspan_core::seams::storage::{FolderStorage, NewBatch, Storage, StorageError};
use tempfile::TempDir;

/// Bytes of an event: a resource of the demo's, in about.
const EVENT: [u8; 1_200] = [b'x'; 1_200];

/// How events are appended.
#[derive(Debug, Clone, Copy)]
pub struct Appending {
    /// As it is shown.
    pub name: &'static str,
    /// How many at once: what the queue held.
    pub together: usize,
    /// Is there an encryption key?
    pub encrypted: bool,
}

/// What is measured.
pub const APPENDINGS: [Appending; 4] = [
    appending("one by one", 1, false),
    appending("32 together", 32, false),
    appending("one by one, encrypted", 1, true),
    appending("32 together, encrypted", 32, true),
];

const fn appending(name: &'static str, together: usize, encrypted: bool) -> Appending {
    Appending {
        name,
        together,
        encrypted,
    }
}

/// A folder that is appended to; a full batch is deleted and the next one made.
#[derive(Debug)]
pub struct Filling {
    storage: FolderStorage,
    events: Vec<&'static [u8]>,
    batch: u128,
    bytes: usize,
    _folder: TempDir,
}

impl Filling {
    /// An empty folder with a first batch.
    pub fn new(appending: &Appending) -> Result<Self, StorageError> {
        let folder = TempDir::new().map_err(|source| StorageError::Io {
            action: "make",
            path: std::env::temp_dir(),
            source,
        })?;
        let mut storage = FolderStorage::open(folder.path())?;
        let key = Key::new(&[7; 32]).filter(|_| appending.encrypted);
        if let Some(cipher) = key.and_then(|key| ChaCha::new(&key, Arc::new(SystemEntropy))) {
            storage = storage.encrypted(Arc::new(cipher));
        }
        let mut filling = Self {
            storage,
            events: vec![&EVENT; appending.together],
            batch: 0,
            bytes: BATCH_BYTES,
            _folder: folder,
        };
        filling.append()?;
        Ok(filling)
    }

    /// Appends one group.
    pub fn append(&mut self) -> Result<(), StorageError> {
        let group = self.events.len() * EVENT.len();
        if self.bytes + group > BATCH_BYTES {
            self.storage.delete(&self.id())?;
            self.batch += 1;
            self.bytes = 0;
            self.storage.create(&NewBatch {
                id: self.id(),
                created_wall_ms: 0,
                lane: Lane::RUM,
                pending_consent: false,
            })?;
        }
        self.bytes += group;
        self.storage.append(&self.id(), &self.events)
    }

    fn id(&self) -> BatchId {
        BatchId(self.batch.to_be_bytes())
    }
}
