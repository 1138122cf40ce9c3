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

use std::fmt;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::contents::{Contents, frames};
use super::layout::{Layout, batch_id, each, files_in, move_to, read_bounded, remove};
use super::lock::FolderLock;
use super::writer::Writer;
use super::{
    NewBatch, Recovery, Storage, StorageError, StoredBatch, processes, recovery, safe_name,
    unreadable,
};
use crate::batch::{BatchId, Header, Lane};
use crate::limits::{BATCH_FILE_BYTES, DOCUMENT_BYTES, SEALING_BYTES};
use crate::seams::cipher::Cipher;

/// What an encrypted document begins with; no plain one of ours does.
const SEALED_DOCUMENT: &[u8] = b"HSSEALED";

/// Batches in a folder that this process alone uses.
pub struct FolderStorage {
    /// The folder that all processes share; this one's own may be within it.
    dir: PathBuf,
    layout: Layout,
    cipher: Option<Arc<dyn Cipher>>,
    /// The files that are being appended to, one a lane at most, the latest last: opening one for each event would cost
    /// more than writing the event.
    writers: Vec<Writer>,
    recovery: Recovery,
    lock: FolderLock,
}

impl FolderStorage {
    /// Makes the folder where there is none, locks it until dropped, and takes over what further processes have left in it.
    ///
    /// # Errors
    /// [`StorageError::Locked`] while another process or core has it; [`StorageError::Io`] where it cannot be made or
    /// written to.
    pub fn open(dir: &Path) -> Result<Self, StorageError> {
        let storage = Self::open_alone(dir, dir)?;
        processes::adopt(dir, &storage.layout);
        Ok(storage)
    }

    /// A folder within one that another process has.
    ///
    /// # Errors
    /// As [`FolderStorage::open`]; [`StorageError::Locked`] when [`crate::limits::SIDE_PROCESSES`] have theirs already.
    pub fn open_beside(dir: &Path) -> Result<Self, StorageError> {
        let mut outcome = Err(StorageError::Locked {
            path: dir.to_owned(),
        });
        for folder in processes::folders(dir) {
            outcome = Self::open_alone(dir, &folder);
            if !matches!(outcome, Err(StorageError::Locked { .. })) {
                break;
            }
        }
        outcome
    }

    /// Encrypts what is written from now on. What lies there in plain is still read.
    pub fn encrypted(self, cipher: Arc<dyn Cipher>) -> Self {
        Self {
            cipher: Some(cipher),
            ..self
        }
    }

    fn open_alone(dir: &Path, own: &Path) -> Result<Self, StorageError> {
        let layout = Layout::new(own);
        layout.make()?;
        let lock = FolderLock::take(&layout.lock)?;
        Ok(Self {
            dir: dir.to_owned(),
            layout,
            cipher: None,
            writers: Vec::new(),
            recovery: Recovery::default(),
            lock,
        })
    }

    /// Someone emptied the folder while the app ran ("clear cache").
    fn make_again(&mut self) -> Result<(), StorageError> {
        self.layout.make()?;
        self.lock.renew(&self.layout.lock)
    }

    /// Somebody may have deleted the lock's file: it is taken again. Where another process was first, what lies here is its
    /// own by now, and we go on in a folder beside it.
    fn keep_alone(&mut self) -> Result<(), StorageError> {
        match self.lock.renew(&self.layout.lock) {
            Err(StorageError::Locked { .. }) => {
                let beside = Self::open_beside(&self.dir)?;
                log::warn!(
                    "handspan: another process has taken over {}",
                    self.layout.root.display()
                );
                self.layout = beside.layout;
                self.lock = beside.lock;
                self.writers.clear();
                Ok(())
            }
            Err(error) if is_not_found(&error) => self.make_again(),
            outcome => outcome,
        }
    }

    /// The file of a batch, ready to be appended to; whoever takes it puts it back with [`Self::keep`].
    fn take_writer(&mut self, id: &BatchId) -> Result<Writer, StorageError> {
        let Some(at) = self.writers.iter().position(|writer| writer.id == *id) else {
            let path = self.layout.find(id)?;
            return Writer::open(path.ok_or(StorageError::Missing { id: *id })?, id);
        };
        let mut writer = self.writers.remove(at);
        if writer.is_unlinked()
            && let Err(error) = self.make_again().and_then(|()| writer.write_again())
        {
            self.keep(writer);
            return Err(error);
        }
        Ok(writer)
    }

    fn keep(&mut self, writer: Writer) {
        if self.writers.len() >= Lane::COUNT {
            self.writers.remove(0);
        }
        self.writers.push(writer);
    }

    /// Where a batch lies; one that is open and was deleted under us is written once more.
    fn locate(&mut self, id: &BatchId) -> Result<PathBuf, StorageError> {
        if let Some(path) = self.layout.find(id)? {
            return Ok(path);
        }
        if self.writers.iter().any(|writer| writer.id == *id) {
            let writer = self.take_writer(id)?;
            self.keep(writer);
        }
        self.layout
            .find(id)?
            .ok_or(StorageError::Missing { id: *id })
    }
}

impl fmt::Debug for FolderStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderStorage")
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}

impl Storage for FolderStorage {
    fn kind(&self) -> &'static str {
        "folder"
    }

    fn list(&mut self) -> Result<Vec<StoredBatch>, StorageError> {
        let in_use: Vec<BatchId> = self.writers.iter().map(|writer| writer.id).collect();
        let (batches, recovery) = recovery::scan(&self.layout, &in_use, self.cipher.as_deref())?;
        self.recovery = recovery;
        Ok(batches)
    }

    fn recovery(&self) -> Recovery {
        self.recovery.clone()
    }

    fn create(&mut self, batch: &NewBatch) -> Result<(), StorageError> {
        self.keep_alone()?;
        if self.layout.find(&batch.id)?.is_some() {
            return Err(StorageError::Exists { id: batch.id });
        }
        let header = Header {
            id: batch.id,
            created_wall_ms: batch.created_wall_ms,
            lane: batch.lane,
            encrypted: self.cipher.is_some(),
        };
        let path = self.layout.batch(&batch.id, batch.pending_consent);
        let mut made = Writer::create(path.clone(), &header);
        if made.as_ref().is_err_and(is_not_found) {
            self.make_again()?;
            made = Writer::create(path, &header);
        }
        self.keep(made?);
        Ok(())
    }

    fn append(&mut self, id: &BatchId, events: &[&[u8]]) -> Result<(), StorageError> {
        let mut writer = self.take_writer(id)?;
        let cipher = match (writer.encrypted, self.cipher.as_deref()) {
            (false, _) => None,
            (true, Some(cipher)) => Some(cipher),
            (true, None) => return Err(StorageError::Missing { id: *id }),
        };
        let appended = match frames(id, events, cipher) {
            Ok(frames) => writer.append(&frames),
            Err(error) => Err((error, true)),
        };
        let (outcome, usable) = match appended {
            Ok(()) => (Ok(()), true),
            Err((error, usable)) => (Err(error), usable),
        };
        // Else the file is opened anew next time, which looks for a torn end.
        if usable {
            self.keep(writer);
        }
        outcome
    }

    fn read(&mut self, id: &BatchId) -> Result<Contents, StorageError> {
        let path = self.locate(id)?;
        let bytes = read_bounded(&path, BATCH_FILE_BYTES)?;
        Contents::read(bytes, self.cipher.as_deref()).map_err(|defect| unreadable(&path, &defect))
    }

    fn delete(&mut self, id: &BatchId) -> Result<(), StorageError> {
        self.writers.retain(|writer| writer.id != *id);
        // First the batch: killed in between, marks without a batch are harmless, a batch without marks is sent again.
        if let Some(path) = self.layout.find(id)? {
            remove(&path)?;
        }
        self.layout.remove_marks(&[*id]);
        Ok(())
    }

    fn mark_delivered(&mut self, id: &BatchId, intake_key: &str) -> Result<(), StorageError> {
        let key = safe_name(intake_key)?;
        self.locate(id)?;
        let path = self.layout.root.join(format!("{id}.{key}.delivered"));
        File::create(&path)
            .map(drop)
            .map_err(StorageError::io("create", &path))
    }

    fn promote_pending(&mut self) -> Result<(), StorageError> {
        // Open files are known by their old paths.
        self.writers.clear();
        each(files_in(&self.layout.pending)?, |path| {
            match batch_id(path) {
                Some(_) => move_to(path, &self.layout.root),
                None => Ok(()),
            }
        })
    }

    fn delete_pending(&mut self) -> Result<(), StorageError> {
        self.writers.clear();
        let own = self.layout.delete_pending();
        // This one's lock is taken, so its own folder is not gone through twice.
        own.and(processes::delete_pending(&self.dir))
    }

    fn delete_all(&mut self, documents: &[&str]) -> Result<(), StorageError> {
        self.writers.clear();
        let own = self.layout.delete_all(documents);
        own.and(processes::delete_all(&self.dir, documents))
    }

    fn save(&mut self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.layout.documents.join(safe_name(name)?);
        if bytes.len() as u64 > DOCUMENT_BYTES {
            return Err(StorageError::TooLarge {
                name: name.to_owned(),
                bytes: bytes.len() as u64,
                limit: DOCUMENT_BYTES,
            });
        }
        let sealed = match &self.cipher {
            Some(cipher) => {
                let sealed = cipher.seal(name.as_bytes(), bytes);
                let sealed = sealed.ok_or_else(|| unreadable(&path, &"it cannot be encrypted"))?;
                Some([SEALED_DOCUMENT, &sealed].concat())
            }
            None => None,
        };
        let bytes = sealed.as_deref().unwrap_or(bytes);
        // No document's name begins with a dot, so this is nobody's.
        let temporary = self.layout.documents.join(format!(".{name}.new"));
        let mut written = fs::write(&temporary, bytes);
        if written
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::NotFound)
        {
            self.make_again()?;
            written = fs::write(&temporary, bytes);
        }
        written.map_err(StorageError::io("write", &temporary))?;
        fs::rename(&temporary, &path).map_err(StorageError::io("replace", &path))
    }

    fn load(&mut self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let mut path = self.layout.documents.join(safe_name(name)?);
        let longest = DOCUMENT_BYTES + (SEALED_DOCUMENT.len() + SEALING_BYTES) as u64;
        let mut read = read_bounded(&path, longest);
        if read.as_ref().is_err_and(is_not_found) {
            // A process that has none of its own starts with that of the whole: they are one install.
            path = Layout::new(&self.dir).documents.join(name);
            read = read_bounded(&path, longest);
        }
        let mut bytes = match read {
            Err(error) if is_not_found(&error) => return Ok(None),
            outcome => outcome?,
        };
        if !bytes.starts_with(SEALED_DOCUMENT) {
            return Ok(Some(bytes));
        }
        let mut sealed = bytes.split_off(SEALED_DOCUMENT.len());
        let plain = self
            .cipher
            .as_ref()
            .and_then(|cipher| cipher.open(name.as_bytes(), &mut sealed))
            .and_then(|plain| sealed.get(plain));
        match plain {
            Some(plain) => Ok(Some(plain.to_vec())),
            None => Err(StorageError::OtherKey { path }),
        }
    }
}

fn is_not_found(error: &StorageError) -> bool {
    matches!(error, StorageError::Io { source, .. } if source.kind() == ErrorKind::NotFound)
}

#[cfg(test)]
#[path = "folder_test.rs"]
mod tests;
