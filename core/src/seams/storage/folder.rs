//! Batches as files.
//!
//! ```text
//! <storage_dir>/lock                                 one core a folder
//! <storage_dir>/v1/<uuid>.batch                      a batch; appended with one write() a call, no fsync:
//!                                                    the page cache outlives the app
//! <storage_dir>/v1/<uuid>.<intake key>.delivered     empty: that intake has it
//! <storage_dir>/v1/pending/<uuid>.batch              recorded while consent was pending
//! <storage_dir>/v1/documents/<name>                  small documents
//! <storage_dir>/v1/*.bad                             set aside, the newest few
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::lock::FolderLock;
use super::{NewBatch, Recovery, Storage, StorageError, StoredBatch, recovery, safe_name};
use crate::batch::{self, BatchId, Header, Lane};
use crate::limits::{BATCH_FILE_BYTES, DOCUMENT_BYTES};

/// Batches in a folder that this process alone uses.
#[derive(Debug)]
pub struct FolderStorage {
    layout: Layout,
    /// The files that are being appended to, one a lane at most, the latest last: opening one for each event would cost
    /// more than writing the event.
    writers: Vec<Writer>,
    recovery: Recovery,
    _lock: FolderLock,
}

/// Which file lies where.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) root: PathBuf,
    pub(super) pending: PathBuf,
    documents: PathBuf,
}

#[derive(Debug)]
struct Writer {
    id: BatchId,
    path: PathBuf,
    file: File,
    /// Bytes up to the end of the last whole frame.
    length: u64,
}

impl FolderStorage {
    /// Makes the folder where there is none, and locks it until dropped.
    ///
    /// # Errors
    /// [`StorageError::Locked`] while another process or core has it; [`StorageError::Io`] where it cannot be made or
    /// written to.
    pub fn open(dir: &Path) -> Result<Self, StorageError> {
        let root = dir.join("v1");
        let layout = Layout {
            pending: root.join("pending"),
            documents: root.join("documents"),
            root,
        };
        layout.make()?;
        let lock = FolderLock::take(&dir.join("lock"))?;
        Ok(Self {
            layout,
            writers: Vec::new(),
            recovery: Recovery::default(),
            _lock: lock,
        })
    }

    /// The file of a batch, ready to be appended to; whoever takes it puts it back with [`Self::keep`].
    fn take_writer(&mut self, id: &BatchId) -> Result<Writer, StorageError> {
        match self.writers.iter().position(|writer| writer.id == *id) {
            Some(at) => Ok(self.writers.remove(at)),
            None => self.open_writer(id),
        }
    }

    fn keep(&mut self, writer: Writer) {
        if self.writers.len() >= Lane::COUNT {
            self.writers.remove(0);
        }
        self.writers.push(writer);
    }

    fn open_writer(&self, id: &BatchId) -> Result<Writer, StorageError> {
        let path = self
            .layout
            .find(id)
            .ok_or(StorageError::Missing { id: *id })?;
        let bytes = read_bounded(&path, BATCH_FILE_BYTES)?;
        // Behind a torn tail no frame would be found again.
        let length = batch::read(&bytes).map_or(bytes.len(), |content| content.intact_len) as u64;
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(StorageError::io("open for appending", &path))?;
        if length < bytes.len() as u64 {
            file.set_len(length)
                .map_err(StorageError::io("cut the torn end of", &path))?;
        }
        Ok(Writer {
            id: *id,
            path,
            file,
            length,
        })
    }
}

impl Layout {
    fn make(&self) -> Result<(), StorageError> {
        for folder in [&self.root, &self.pending, &self.documents] {
            fs::create_dir_all(folder).map_err(StorageError::io("make the folder", folder))?;
        }
        Ok(())
    }

    fn batch(&self, id: &BatchId, pending: bool) -> PathBuf {
        let folder = if pending { &self.pending } else { &self.root };
        folder.join(format!("{id}.batch"))
    }

    fn find(&self, id: &BatchId) -> Option<PathBuf> {
        [false, true]
            .map(|pending| self.batch(id, pending))
            .into_iter()
            .find(|path| path.is_file())
    }
}

impl Storage for FolderStorage {
    fn kind(&self) -> &'static str {
        "folder"
    }

    fn list(&mut self) -> Result<Vec<StoredBatch>, StorageError> {
        let in_use: Vec<BatchId> = self.writers.iter().map(|writer| writer.id).collect();
        let (batches, recovery) = recovery::scan(&self.layout, &in_use)?;
        self.recovery = recovery;
        Ok(batches)
    }

    fn recovery(&self) -> Recovery {
        self.recovery.clone()
    }

    fn create(&mut self, batch: &NewBatch) -> Result<(), StorageError> {
        let id = &batch.id;
        if self.layout.find(id).is_some() {
            return Err(StorageError::Exists { id: *id });
        }
        let path = self.layout.batch(id, batch.pending_consent);
        let open = || OpenOptions::new().append(true).create_new(true).open(&path);
        let mut opened = open();
        if opened
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::NotFound)
        {
            // Someone emptied the folder while the app ran ("clear cache").
            self.layout.make()?;
            opened = open();
        }
        let mut file = opened.map_err(StorageError::io("create", &path))?;
        let header = Header {
            id: *id,
            created_wall_ms: batch.created_wall_ms,
            lane: batch.lane,
            encrypted: false,
        }
        .to_bytes();
        if let Err(error) = file.write_all(&header) {
            // Nobody knows this file yet; should removing it fail too, `list` removes it.
            let _ = fs::remove_file(&path);
            return Err(StorageError::io("write", &path)(error));
        }
        self.keep(Writer {
            id: *id,
            path,
            file,
            length: header.len() as u64,
        });
        Ok(())
    }

    fn append(&mut self, id: &BatchId, frames: &[u8]) -> Result<(), StorageError> {
        let mut writer = self.take_writer(id)?;
        let length = writer.length.saturating_add(frames.len() as u64);
        if length > BATCH_FILE_BYTES {
            self.keep(writer);
            return Err(too_large(id, length, BATCH_FILE_BYTES));
        }
        match writer.file.write_all(frames) {
            Ok(()) => {
                writer.length = length;
                self.keep(writer);
                Ok(())
            }
            Err(error) => {
                let path = writer.path.clone();
                // Cannot even be cut: the file is opened anew next time, which looks for the torn tail.
                if writer.file.set_len(writer.length).is_ok() {
                    self.keep(writer);
                }
                Err(StorageError::io("append to", &path)(error))
            }
        }
    }

    fn read(&mut self, id: &BatchId) -> Result<Vec<u8>, StorageError> {
        let path = self
            .layout
            .find(id)
            .ok_or(StorageError::Missing { id: *id })?;
        read_bounded(&path, BATCH_FILE_BYTES)
    }

    fn delete(&mut self, id: &BatchId) -> Result<(), StorageError> {
        self.writers.retain(|writer| writer.id != *id);
        // First the batch: killed in between, marks without a batch are harmless, a batch without marks is sent again.
        if let Some(path) = self.layout.find(id) {
            remove(&path)?;
        }
        let prefix = format!("{id}.");
        for path in files_in(&self.layout.root)? {
            if recovery::file_name(&path)
                .is_some_and(|name| name.starts_with(&prefix) && name.ends_with(".delivered"))
            {
                remove(&path)?;
            }
        }
        Ok(())
    }

    fn mark_delivered(&mut self, id: &BatchId, intake_key: &str) -> Result<(), StorageError> {
        let path = self
            .layout
            .root
            .join(format!("{id}.{}.delivered", safe_name(intake_key)?));
        if self.layout.find(id).is_none() {
            return Err(StorageError::Missing { id: *id });
        }
        File::create(&path)
            .map(drop)
            .map_err(StorageError::io("create", &path))
    }

    fn promote_pending(&mut self) -> Result<(), StorageError> {
        // Open files are known by their old paths.
        self.writers.clear();
        each(files_in(&self.layout.pending)?, |path| {
            let Some(name) = path
                .file_name()
                .filter(|_| recovery::batch_id(path).is_some())
            else {
                return Ok(());
            };
            fs::rename(path, self.layout.root.join(name)).map_err(StorageError::io("move", path))
        })
    }

    fn delete_pending(&mut self) -> Result<(), StorageError> {
        self.writers.clear();
        each(files_in(&self.layout.pending)?, remove)
    }

    fn save(&mut self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.layout.documents.join(safe_name(name)?);
        if bytes.len() as u64 > DOCUMENT_BYTES {
            return Err(too_large(name, bytes.len() as u64, DOCUMENT_BYTES));
        }
        // No document's name begins with a dot, so this is nobody's.
        let temporary = self.layout.documents.join(format!(".{name}.new"));
        let mut written = fs::write(&temporary, bytes);
        if written
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::NotFound)
        {
            self.layout.make()?;
            written = fs::write(&temporary, bytes);
        }
        written.map_err(StorageError::io("write", &temporary))?;
        fs::rename(&temporary, &path).map_err(StorageError::io("replace", &path))
    }

    fn load(&mut self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let path = self.layout.documents.join(safe_name(name)?);
        match read_bounded(&path, DOCUMENT_BYTES) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StorageError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn too_large(name: impl ToString, bytes: u64, limit: u64) -> StorageError {
    StorageError::TooLarge {
        name: name.to_string(),
        bytes,
        limit,
    }
}

/// Reads a file of at most `limit` bytes: one that someone else blew up must not fill the memory.
pub(super) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, StorageError> {
    let file = File::open(path).map_err(StorageError::io("open", path))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(StorageError::io("read", path))?;
    if bytes.len() as u64 > limit {
        return Err(too_large(path.display(), bytes.len() as u64, limit));
    }
    Ok(bytes)
}

/// The entries of a folder; none of one that is gone.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StorageError::io("list", folder)(error)),
    };
    entries
        .map(|entry| {
            entry
                .map(|entry| entry.path())
                .map_err(StorageError::io("list", folder))
        })
        .collect()
}

pub(super) fn remove(path: &Path) -> Result<(), StorageError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StorageError::io("delete", path)(error))
        }
        _ => Ok(()),
    }
}

/// Does all of them, whatever happens to one; the first error is reported.
fn each(
    paths: Vec<PathBuf>,
    mut action: impl FnMut(&Path) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut outcome = Ok(());
    for path in &paths {
        let one = action(path);
        outcome = outcome.and(one);
    }
    outcome
}

#[cfg(test)]
#[path = "folder_test.rs"]
mod tests;
