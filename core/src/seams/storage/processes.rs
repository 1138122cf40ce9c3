//! More than one process with one `storage_dir`: the first has the folder itself, each further one a folder in it.
//!
//! ```text
//! <storage_dir>/process-<n>/lock, /v1/…     the same once more, for a process that found the folder in use
//! ```
//!
//! What such a process leaves is taken over by the next one that gets its folder, or by the next start that has the whole.

use std::path::{Path, PathBuf};

use super::StorageError;
use super::layout::{Layout, batch_id, delivery_mark, each, files_in, move_to};
use super::lock::FolderLock;
use crate::limits::SIDE_PROCESSES;

/// The folders that further processes may have.
pub(super) fn folders(dir: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=SIDE_PROCESSES).map(move |number| dir.join(format!("process-{number}")))
}

/// Moves what processes that are gone have left to `layout`: batches under their ids, with their marks.
pub(super) fn adopt(dir: &Path, layout: &Layout) {
    for folder in folders(dir).filter(|folder| folder.is_dir()) {
        let left = Layout::new(&folder);
        match FolderLock::take(&left.lock) {
            Ok(_lock) => {
                if let Err(error) = adopt_folder(&left, layout) {
                    log::warn!("handspan: what another process left stays where it is: {error}");
                }
            }
            Err(StorageError::Locked { .. }) => {}
            Err(error) => log::warn!("handspan: {error}"),
        }
    }
}

/// Removes what waits for consent in the folders of processes that are gone. Those that live hear of a refusal themselves.
pub(super) fn delete_pending(dir: &Path) -> Result<(), StorageError> {
    each_left(dir, |left| {
        if left.pending.is_dir() {
            left.delete_pending()
        } else {
            Ok(())
        }
    })
}

/// Removes all that processes which are gone have left, and their documents of these names.
pub(super) fn delete_all(dir: &Path, documents: &[&str]) -> Result<(), StorageError> {
    each_left(dir, |left| left.delete_all(documents))
}

/// Does something in the folders of processes that are gone; our own is not free either.
fn each_left(
    dir: &Path,
    work: impl Fn(&Layout) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let all = std::iter::once(dir.to_owned()).chain(folders(dir));
    let mut outcome = Ok(());
    for left in all.map(|folder| Layout::new(&folder)) {
        if !left.root.is_dir() {
            continue;
        }
        let one = match FolderLock::take(&left.lock) {
            Ok(_lock) => work(&left),
            Err(StorageError::Locked { .. }) => Ok(()),
            Err(error) => Err(error),
        };
        outcome = outcome.and(one);
    }
    outcome
}

fn adopt_folder(left: &Layout, layout: &Layout) -> Result<(), StorageError> {
    let files = files_in(&left.root)?;
    let (marks, batches): (Vec<PathBuf>, Vec<PathBuf>) = files
        .into_iter()
        .filter(|path| batch_id(path).is_some() || delivery_mark(path).is_some())
        .partition(|path| delivery_mark(path).is_some());
    // First the marks: killed in between, a mark without its batch is harmless, a batch without its marks is sent again.
    let marks = each(marks, |path| move_to(path, &layout.root));
    let batches = each(batches, |path| move_to(path, &layout.root));
    let pending = each(files_in(&left.pending)?, |path| match batch_id(path) {
        Some(_) => move_to(path, &layout.pending),
        None => Ok(()),
    });
    marks.and(batches).and(pending)
}
