//! Which file lies where.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{StorageError, unreadable};
use crate::batch::BatchId;

/// The folders of a storage.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) root: PathBuf,
    pub(super) pending: PathBuf,
    pub(super) documents: PathBuf,
    pub(super) lock: PathBuf,
}

impl Layout {
    pub(super) fn new(dir: &Path) -> Self {
        let root = dir.join("v1");
        Self {
            pending: root.join("pending"),
            documents: root.join("documents"),
            lock: dir.join("lock"),
            root,
        }
    }

    pub(super) fn make(&self) -> Result<(), StorageError> {
        for folder in [&self.root, &self.pending, &self.documents] {
            fs::create_dir_all(folder).map_err(StorageError::io("make the folder", folder))?;
        }
        Ok(())
    }

    pub(super) fn batch(&self, id: &BatchId, pending: bool) -> PathBuf {
        let folder = if pending { &self.pending } else { &self.root };
        folder.join(format!("{id}.batch"))
    }

    /// Where a batch lies. The error: nobody can say.
    pub(super) fn find(&self, id: &BatchId) -> Result<Option<PathBuf>, StorageError> {
        for path in [false, true].map(|pending| self.batch(id, pending)) {
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_file() => return Ok(Some(path)),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(StorageError::io("look for", &path)(error)),
            }
        }
        Ok(None)
    }

    /// Removes what waits for consent.
    pub(super) fn delete_pending(&self) -> Result<(), StorageError> {
        let files = files_in(&self.pending)?;
        let ids: Vec<BatchId> = files.iter().filter_map(|path| batch_id(path)).collect();
        let removed = each(files, remove);
        self.remove_marks(&ids);
        removed
    }

    /// Removes all batches, what is set aside, and the documents of these names.
    pub(super) fn delete_all(&self, documents: &[&str]) -> Result<(), StorageError> {
        let is_ours = |path: &Path| {
            let is_bad = path.extension().is_some_and(|extension| extension == "bad");
            is_bad || batch_id(path).is_some() || delivery_mark(path).is_some()
        };
        let is_named = |path: &Path| file_name(path).is_some_and(|name| documents.contains(&name));
        let remove_all = |folder: &Path, goes: &dyn Fn(&Path) -> bool| {
            let files = files_in(folder)?;
            each(
                files.into_iter().filter(|path| goes(path)).collect(),
                remove,
            )
        };
        let files = remove_all(&self.root, &is_ours);
        let pending = remove_all(&self.pending, &is_ours);
        files
            .and(pending)
            .and(remove_all(&self.documents, &is_named))
    }

    /// Removes the marks of batches that are gone. One that stays is harmless, and removed by the next start.
    pub(super) fn remove_marks(&self, ids: &[BatchId]) {
        for path in files_in(&self.root).unwrap_or_default() {
            if delivery_mark(&path).is_some_and(|(marked, _)| ids.contains(&marked)) {
                drop(remove(&path));
            }
        }
    }
}

/// The id in a batch file's name, `<uuid>.batch`.
pub(super) fn batch_id(path: &Path) -> Option<BatchId> {
    file_name(path)?
        .strip_suffix(".batch")
        .and_then(BatchId::parse)
}

/// Id and intake key in a mark's name, `<uuid>.<key>.delivered`.
pub(super) fn delivery_mark(path: &Path) -> Option<(BatchId, String)> {
    let (id, key) = file_name(path)?
        .strip_suffix(".delivered")?
        .split_once('.')?;
    Some((BatchId::parse(id)?, key.to_owned()))
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// Opens without waiting: a pipe that somebody put in a file's place would block the thread for good.
pub(super) fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
        options.custom_flags(flags);
    }
    options
}

/// Reads a file of at most `limit` bytes: one that someone else blew up must not fill the memory.
pub(super) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, StorageError> {
    let file = without_waiting(OpenOptions::new().read(true))
        .open(path)
        .map_err(StorageError::io("open", path))?;
    let metadata = file.metadata().map_err(StorageError::io("look at", path))?;
    if !metadata.is_file() {
        return Err(unreadable(path, &"it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(StorageError::io("read", path))?;
    if bytes.len() as u64 > limit {
        return Err(StorageError::TooLarge {
            name: path.display().to_string(),
            bytes: bytes.len() as u64,
            limit,
        });
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

/// Moves a file to a folder, under its own name.
pub(super) fn move_to(path: &Path, folder: &Path) -> Result<(), StorageError> {
    let Some(name) = path.file_name() else {
        return Ok(());
    };
    fs::rename(path, folder.join(name)).map_err(StorageError::io("move", path))
}

/// Does all of them, whatever happens to one; the first error is reported.
pub(super) fn each(
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
