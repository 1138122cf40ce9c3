//! Where this process may keep its batches.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Refusal, RefusalCode, Settings};
use crate::instance::shared::Shared;
use crate::limits;
use crate::seams::cipher::ChaCha;
use crate::seams::storage::{FolderStorage, MemoryStorage, Storage, StorageError};

/// How long a folder that is in use is waited for: a core that was just shut down may still be letting go of it. While it is
/// waited for, events lie in memory.
const LOCK_WAIT: Duration = Duration::from_millis(100);
/// Between two tries; nothing tells when a lock is free.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The folder; beside another process one within it; or memory when none is to be had: then what is recorded lives as long
/// as the process. Beside it, the bytes that may lie there.
pub(super) fn open(settings: &Settings, shared: &Shared) -> (Box<dyn Storage>, u64) {
    match settings.storage_dir.as_deref().map(open_folder) {
        Some(Ok((folder, bytes))) => {
            let Some(key) = &settings.encryption_key else {
                return (Box::new(folder), bytes);
            };
            let entropy = Arc::clone(&shared.seams.entropy);
            // Else memory: what is to be encrypted must not lie there in plain.
            if let Some(cipher) = ChaCha::new(key, entropy) {
                return (Box::new(folder.encrypted(Arc::new(cipher))), bytes);
            }
        }
        Some(Err(error)) => refuse(shared, settings, &error),
        None => {}
    }
    // The engine evicts before the storage itself would refuse.
    let cap = usize::try_from(limits::MEMORY_STORE_BYTES * 2).unwrap_or(usize::MAX);
    (
        Box::new(MemoryStorage::new(cap)),
        limits::MEMORY_STORE_BYTES,
    )
}

fn open_folder(dir: &Path) -> Result<(FolderStorage, u64), StorageError> {
    let mut waited = Duration::ZERO;
    loop {
        match FolderStorage::open(dir) {
            Err(StorageError::Locked { .. }) if waited < LOCK_WAIT => {
                std::thread::sleep(LOCK_PAUSE);
                waited += LOCK_PAUSE;
            }
            Err(StorageError::Locked { .. }) => {
                let folder = FolderStorage::open_beside(dir)?;
                return Ok((folder, limits::SIDE_STORE_BYTES));
            }
            outcome => return Ok((outcome?, limits::STORE_BYTES)),
        }
    }
}

pub(super) fn refuse(shared: &Shared, settings: &Settings, error: &StorageError) {
    let dir = settings
        .storage_dir
        .as_ref()
        .map(|dir| dir.display().to_string())
        .unwrap_or_default();
    let refusal = Refusal::new(
        "storage_dir",
        dir,
        RefusalCode::StorageUnavailable,
        error.to_string(),
    );
    log::warn!("handspan: {refusal}");
    shared.counters.refuse(refusal);
}
