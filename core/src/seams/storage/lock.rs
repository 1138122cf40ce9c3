//! One core a folder: an exclusive lock on a file in it.

use std::fs::{File, OpenOptions};
use std::path::Path;

use super::StorageError;
use super::layout::without_waiting;

/// Held until dropped; the system lets go of it when the process dies.
#[derive(Debug)]
pub(super) struct FolderLock {
    file: File,
}

impl FolderLock {
    pub(super) fn take(path: &Path) -> Result<Self, StorageError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let file = without_waiting(&mut options)
            .open(path)
            .map_err(StorageError::io("open the lock file", path))?;
        if try_lock(&file).map_err(StorageError::io("lock", path))? {
            Ok(Self { file })
        } else {
            Err(StorageError::Locked {
                path: path.to_owned(),
            })
        }
    }

    /// Takes the lock once more if somebody has deleted its file: others would lock a new one.
    pub(super) fn renew(&mut self, path: &Path) -> Result<(), StorageError> {
        if is_unlinked(&self.file) {
            *self = Self::take(path)?;
        }
        Ok(())
    }
}

/// Has an open file been deleted? It can still be used, but nobody else will find it.
#[cfg(unix)]
pub(super) fn is_unlinked(file: &File) -> bool {
    rustix::fs::fstat(file).is_ok_and(|stat| stat.st_nlink == 0)
}

/// Elsewhere a file that is open is not deleted.
#[cfg(not(unix))]
pub(super) fn is_unlinked(_file: &File) -> bool {
    false
}

// Not `File::try_lock`: in Rust 1.95 that is "not supported" on Android. It calls the same `flock` elsewhere.
#[cfg(unix)]
fn try_lock(file: &File) -> std::io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(true),
            Err(Errno::WOULDBLOCK) => return Ok(false),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn try_lock(file: &File) -> std::io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}
