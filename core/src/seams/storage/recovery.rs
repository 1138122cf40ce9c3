//! What a start makes of the files that the last run left behind.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::contents::opens;
use super::layout::{Layout, batch_id, delivery_mark, files_in, read_bounded, remove};
use super::{Recovery, StorageError, StoredBatch};
use crate::batch::{self, BatchDefect, BatchId};
use crate::limits::{BAD_FILES, BATCH_FILE_BYTES};
use crate::seams::cipher::Cipher;

/// Reads every batch, repairs what can be repaired, sets the rest aside. `in_use` are the batches being appended to.
pub(super) fn scan(
    layout: &Layout,
    in_use: &[BatchId],
    cipher: Option<&dyn Cipher>,
) -> Result<(Vec<StoredBatch>, Recovery), StorageError> {
    let mut recovery = Recovery::default();
    let mut found: HashMap<BatchId, StoredBatch> = HashMap::new();
    let mut marks = Vec::new();
    for (folder, pending_consent) in [(&layout.root, false), (&layout.pending, true)] {
        let mut bad = Vec::new();
        let mut paths = files_in(folder)?;
        paths.sort();
        for path in paths {
            match path.extension().and_then(|extension| extension.to_str()) {
                // Someone else's folder, link or pipe: reading it may never end.
                Some("batch") if !may_be_a_batch(&path) => {}
                Some("batch") => {
                    match inspect(&path, pending_consent, in_use, cipher, &mut recovery) {
                        Ok(Some(stored)) if found.contains_key(&stored.id) => {
                            bad.extend(set_aside(
                                &path,
                                "another file has the same id",
                                &mut recovery,
                            ));
                        }
                        Ok(Some(stored)) => {
                            found.insert(stored.id, stored);
                        }
                        Ok(None) => {}
                        Err(Trouble::NoBatch(why)) => {
                            bad.extend(set_aside(&path, &why, &mut recovery));
                        }
                        Err(Trouble::Unread(error)) => {
                            recovery.unread = recovery.unread.saturating_add(1);
                            recovery
                                .unread_reason
                                .get_or_insert_with(|| error.to_string());
                        }
                    }
                }
                Some("delivered") => marks.push(path),
                Some("bad") => bad.push(path),
                _ => {}
            }
        }
        keep_newest(bad);
    }
    for path in marks {
        match delivery_mark(&path)
            .and_then(|(id, key)| found.get_mut(&id).map(|stored| (stored, key)))
        {
            Some((stored, key)) => stored.delivered.push(key),
            None => {
                // Left by a kill between deleting a batch and its marks. Nothing is lost if it stays.
                let batch = delivery_mark(&path).map(|(id, _)| layout.find(&id));
                if matches!(batch, None | Some(Ok(None))) {
                    drop(remove(&path));
                }
            }
        }
    }
    let mut batches: Vec<StoredBatch> = found.into_values().collect();
    for stored in &mut batches {
        stored.delivered.sort();
    }
    batches.sort_by_key(|stored| (stored.created_wall_ms, stored.id));
    Ok((batches, recovery))
}

/// Why a file gives no batch.
enum Trouble {
    /// Its bytes are none.
    NoBatch(String),
    /// The system would not let us read it: nobody knows what is in it.
    Unread(StorageError),
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Self::NoBatch(why)
    }
}

/// What cannot be looked at may well be one.
fn may_be_a_batch(path: &Path) -> bool {
    fs::symlink_metadata(path).map_or(true, |found| found.is_file())
}

/// `None` for a batch without an event, which is removed, and for one whose key is not there, which stays.
fn inspect(
    path: &Path,
    pending_consent: bool,
    in_use: &[BatchId],
    cipher: Option<&dyn Cipher>,
    recovery: &mut Recovery,
) -> Result<Option<StoredBatch>, Trouble> {
    let named = batch_id(path).ok_or_else(|| "its name is no batch id".to_owned())?;
    let bytes = match read_bounded(path, BATCH_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(StorageError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) if error.condemns() => return Err(Trouble::NoBatch(error.to_string())),
        Err(error) => return Err(Trouble::Unread(error)),
    };
    let content = match batch::read(&bytes) {
        Ok(content) => content,
        // The process died while it made the file.
        Err(BatchDefect::Short { .. }) => {
            recovery.torn = recovery.torn.saturating_add(1);
            drop(remove(path));
            return Ok(None);
        }
        Err(defect) => return Err(Trouble::NoBatch(defect.to_string())),
    };
    if content.header.id != named {
        return Err(format!("its name is not its id, {}", content.header.id).into());
    }
    let stored = StoredBatch {
        id: named,
        bytes: content.intact_len as u64,
        events: u32::try_from(content.events.len()).unwrap_or(u32::MAX),
        created_wall_ms: content.header.created_wall_ms,
        lane: content.header.lane,
        pending_consent,
        delivered: Vec::new(),
    };
    if !opens(&content, cipher) {
        recovery.locked.push(stored);
        return Ok(None);
    }
    recovery.damaged = recovery.damaged.saturating_add(content.damaged);
    if content.torn {
        recovery.torn = recovery.torn.saturating_add(1);
        // Should this fail: `batch::read` stops there as well, and so does the next append.
        if let Ok(file) = OpenOptions::new().write(true).open(path) {
            drop(file.set_len(stored.bytes));
        }
    }
    if content.events.is_empty() && !in_use.contains(&named) {
        drop(remove(path));
        return Ok(None);
    }
    Ok(Some(stored))
}

/// Renames a file so that it is not read again, and gives its new path.
fn set_aside(path: &Path, why: &str, recovery: &mut Recovery) -> Option<PathBuf> {
    recovery.set_aside = recovery.set_aside.saturating_add(1);
    if recovery.reasons.len() < BAD_FILES {
        recovery.reasons.push(format!("{}: {why}", path.display()));
    }
    let mut name = path.file_name()?.to_owned();
    name.push(".bad");
    let aside = path.with_file_name(name);
    fs::rename(path, &aside).ok().map(|()| aside)
}

/// Bad files are for a person to look at: the newest few will do, and none that is huge.
fn keep_newest(bad: Vec<PathBuf>) {
    let mut dated: Vec<_> = bad
        .into_iter()
        .filter_map(|path| {
            let metadata = fs::symlink_metadata(&path).ok()?;
            let small = metadata.len() <= BATCH_FILE_BYTES;
            Some((small, metadata.modified().ok(), path))
        })
        .collect();
    dated.sort();
    let excess = dated.len().saturating_sub(BAD_FILES);
    for (index, (small, _, path)) in dated.iter().enumerate() {
        if index < excess || !small {
            drop(remove(path));
        }
    }
}
