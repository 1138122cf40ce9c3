//! A batch file that is being appended to.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::layout::read_bounded;
use super::lock::is_unlinked;
use super::{StorageError, unreadable};
use crate::batch::{self, BatchId, Header};
use crate::limits::BATCH_FILE_BYTES;

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) id: BatchId,
    pub(super) encrypted: bool,
    path: PathBuf,
    pub(super) file: File,
    /// Bytes up to the end of the last whole frame.
    length: u64,
}

impl Writer {
    /// Makes the file of a new batch, in a folder that is there.
    pub(super) fn create(path: PathBuf, header: &Header) -> Result<Self, StorageError> {
        let bytes = header.to_bytes();
        let file = make(&path, &bytes)?;
        Ok(Self {
            id: header.id,
            encrypted: header.encrypted,
            path,
            file,
            length: bytes.len() as u64,
        })
    }

    /// Takes up a file that is there, behind its last whole frame.
    pub(super) fn open(path: PathBuf, id: &BatchId) -> Result<Self, StorageError> {
        let bytes = read_bounded(&path, BATCH_FILE_BYTES)?;
        let content = batch::read(&bytes).map_err(|defect| unreadable(&path, &defect))?;
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(&path)
            .map_err(StorageError::io("open for appending", &path))?;
        let length = content.intact_len as u64;
        // Behind a torn tail no frame would be found again.
        if content.torn {
            file.set_len(length)
                .map_err(StorageError::io("cut the torn end of", &path))?;
        }
        Ok(Self {
            id: *id,
            encrypted: content.header.encrypted,
            path,
            file,
            length,
        })
    }

    /// All or nothing. False beside the error: the file is in a state that only opening it anew repairs.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), (StorageError, bool)> {
        let length = self.length.saturating_add(frames.len() as u64);
        if length > BATCH_FILE_BYTES {
            let too_large = StorageError::TooLarge {
                name: self.id.to_string(),
                bytes: length,
                limit: BATCH_FILE_BYTES,
            };
            return Err((too_large, true));
        }
        match self.file.write_all(frames) {
            Ok(()) => {
                self.length = length;
                Ok(())
            }
            Err(error) => {
                let cut = self.file.set_len(self.length).is_ok();
                Err((StorageError::io("append to", &self.path)(error), cut))
            }
        }
    }

    /// Has somebody deleted the file?
    pub(super) fn is_unlinked(&self) -> bool {
        is_unlinked(&self.file)
    }

    /// Writes a file that was deleted under us once more, in a folder that is there: what we hold open is still all there.
    #[cfg(unix)]
    pub(super) fn write_again(&mut self) -> Result<(), StorageError> {
        use std::os::unix::fs::FileExt;
        let mut bytes = vec![0; usize::try_from(self.length).unwrap_or_default()];
        self.file
            .read_exact_at(&mut bytes, 0)
            .map_err(StorageError::io("read the deleted", &self.path))?;
        self.file = make(&self.path, &bytes)?;
        Ok(())
    }

    #[cfg(not(unix))]
    pub(super) fn write_again(&mut self) -> Result<(), StorageError> {
        Err(StorageError::Missing { id: self.id })
    }
}

/// A new file that begins with these bytes, or none.
fn make(path: &PathBuf, bytes: &[u8]) -> Result<File, StorageError> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create_new(true)
        .open(path)
        .map_err(StorageError::io("create", path))?;
    if let Err(error) = file.write_all(bytes) {
        // Nobody knows this file yet; should removing it fail too, the next start does it.
        let _ = std::fs::remove_file(path);
        return Err(StorageError::io("write", path)(error));
    }
    Ok(file)
}
