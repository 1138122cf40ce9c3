//! Batches in memory: where no folder can be had, and for tests. They die with the process.

use std::collections::HashMap;

use super::contents::{Contents, frames};
use super::{NewBatch, Recovery, Storage, StorageError, StoredBatch, safe_name};
use crate::batch::{self, BatchId, Header};
use crate::limits::{BATCH_FILE_BYTES, DOCUMENT_BYTES};

/// Batches in at most so many bytes of memory.
#[derive(Debug)]
pub struct MemoryStorage {
    cap_bytes: usize,
    /// In the order of creation.
    batches: Vec<Kept>,
    documents: HashMap<String, Vec<u8>>,
}

#[derive(Debug)]
struct Kept {
    id: BatchId,
    pending: bool,
    bytes: Vec<u8>,
    delivered: Vec<String>,
}

impl MemoryStorage {
    /// Empty, for at most `cap_bytes` of batches.
    pub fn new(cap_bytes: usize) -> Self {
        Self {
            cap_bytes,
            batches: Vec::new(),
            documents: HashMap::new(),
        }
    }

    fn check_room(&self, more: usize) -> Result<(), StorageError> {
        let used = self
            .batches
            .iter()
            .fold(more, |used, kept| used.saturating_add(kept.bytes.len()));
        if used > self.cap_bytes {
            Err(StorageError::Full {
                cap: self.cap_bytes,
            })
        } else {
            Ok(())
        }
    }

    fn find(&mut self, id: &BatchId) -> Result<&mut Kept, StorageError> {
        self.batches
            .iter_mut()
            .find(|kept| kept.id == *id)
            .ok_or(StorageError::Missing { id: *id })
    }
}

impl Storage for MemoryStorage {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn list(&mut self) -> Result<Vec<StoredBatch>, StorageError> {
        let mut batches: Vec<StoredBatch> = self
            .batches
            .iter()
            .filter_map(|kept| {
                let content = batch::read(&kept.bytes).ok()?;
                Some(StoredBatch {
                    id: kept.id,
                    bytes: kept.bytes.len() as u64,
                    events: u32::try_from(content.events.len()).unwrap_or(u32::MAX),
                    created_wall_ms: content.header.created_wall_ms,
                    lane: content.header.lane,
                    pending_consent: kept.pending,
                    delivered: kept.delivered.clone(),
                })
            })
            .collect();
        batches.sort_by_key(|stored| (stored.created_wall_ms, stored.id));
        Ok(batches)
    }

    fn recovery(&self) -> Recovery {
        Recovery::default()
    }

    fn create(&mut self, batch: &NewBatch) -> Result<(), StorageError> {
        let id = &batch.id;
        if self.find(id).is_ok() {
            return Err(StorageError::Exists { id: *id });
        }
        let bytes = Header {
            id: *id,
            created_wall_ms: batch.created_wall_ms,
            lane: batch.lane,
            encrypted: false,
        }
        .to_bytes();
        self.check_room(bytes.len())?;
        self.batches.push(Kept {
            id: *id,
            pending: batch.pending_consent,
            bytes,
            delivered: Vec::new(),
        });
        Ok(())
    }

    fn append(&mut self, id: &BatchId, events: &[&[u8]]) -> Result<(), StorageError> {
        let frames = frames(id, events, None)?;
        let length = self.find(id)?.bytes.len().saturating_add(frames.len()) as u64;
        if length > BATCH_FILE_BYTES {
            return Err(StorageError::TooLarge {
                name: id.to_string(),
                bytes: length,
                limit: BATCH_FILE_BYTES,
            });
        }
        self.check_room(frames.len())?;
        self.find(id)?.bytes.extend_from_slice(&frames);
        Ok(())
    }

    fn read(&mut self, id: &BatchId) -> Result<Contents, StorageError> {
        let bytes = self.find(id)?.bytes.clone();
        Contents::read(bytes, None).map_err(|defect| StorageError::Unreadable {
            name: id.to_string(),
            why: defect.to_string(),
        })
    }

    fn delete(&mut self, id: &BatchId) -> Result<(), StorageError> {
        self.batches.retain(|kept| kept.id != *id);
        Ok(())
    }

    fn mark_delivered(&mut self, id: &BatchId, intake_key: &str) -> Result<(), StorageError> {
        let key = safe_name(intake_key)?.to_owned();
        let delivered = &mut self.find(id)?.delivered;
        if let Err(place) = delivered.binary_search(&key) {
            delivered.insert(place, key);
        }
        Ok(())
    }

    fn promote_pending(&mut self) -> Result<(), StorageError> {
        for kept in &mut self.batches {
            kept.pending = false;
        }
        Ok(())
    }

    fn delete_pending(&mut self) -> Result<(), StorageError> {
        self.batches.retain(|kept| !kept.pending);
        Ok(())
    }

    fn delete_all(&mut self, documents: &[&str]) -> Result<(), StorageError> {
        self.batches.clear();
        for name in documents {
            self.documents.remove(*name);
        }
        Ok(())
    }

    fn save(&mut self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let name = safe_name(name)?.to_owned();
        let length = bytes.len() as u64;
        if length > DOCUMENT_BYTES {
            return Err(StorageError::TooLarge {
                name,
                bytes: length,
                limit: DOCUMENT_BYTES,
            });
        }
        self.documents.insert(name, bytes.to_vec());
        Ok(())
    }

    fn load(&mut self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.documents.get(safe_name(name)?).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_holds_and_deleting_makes_room() {
        let (first, second) = (BatchId([1; 16]), BatchId([2; 16]));
        let mut storage = MemoryStorage::new(200);
        storage.create(&NewBatch::rum(first, 1, false)).unwrap();
        storage.create(&NewBatch::rum(second, 1, false)).unwrap();
        storage.append(&first, &[&[b'x'; 80]]).unwrap();
        let refused = storage.append(&second, &[&[b'y'; 80]]).unwrap_err();
        assert!(matches!(refused, StorageError::Full { cap: 200 }));
        // The refusal took nothing with it.
        assert_eq!(storage.read(&first).unwrap().events().len(), 1);
        storage.delete(&first).unwrap();
        storage.append(&second, &[&[b'y'; 80]]).unwrap();
        assert!(matches!(
            MemoryStorage::new(10).create(&NewBatch::rum(first, 1, false)),
            Err(StorageError::Full { cap: 10 })
        ));
    }
}
