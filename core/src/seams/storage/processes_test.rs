//! More than one process with one folder. Two storages in one process lock each other out as two processes do: a lock belongs
//! to the open file.

use std::fs;

use super::*;
use crate::limits::SIDE_PROCESSES;

const IDS: [BatchId; 3] = [BatchId([1; 16]), BatchId([2; 16]), BatchId([3; 16])];

fn store(storage: &mut FolderStorage, id: BatchId, pending: bool, event: &[u8]) {
    storage.create(&NewBatch::rum(id, 1, pending)).unwrap();
    storage.append(&id, &[event]).unwrap();
}

#[test]
fn what_a_second_process_left_is_taken_over_with_its_ids_marks_and_consent() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = FolderStorage::open(folder.path()).unwrap();
    store(&mut first, IDS[0], false, b"first");

    let mut second = FolderStorage::open_beside(folder.path()).unwrap();
    store(&mut second, IDS[1], false, b"second");
    second.mark_delivered(&IDS[1], "datadog-1").unwrap();
    store(&mut second, IDS[2], true, b"not yet agreed");
    assert_eq!(second.list().unwrap().len(), 2, "each has its own");
    assert_eq!(first.list().unwrap().len(), 1);

    // As long as it lives its batches are its own.
    drop(first);
    let mut next = FolderStorage::open(folder.path()).unwrap();
    assert_eq!(next.list().unwrap().len(), 1);
    second.append(&IDS[1], &[b"more"]).unwrap();
    drop((next, second));

    let mut next = FolderStorage::open(folder.path()).unwrap();
    let listed = next.list().unwrap();
    assert_eq!(
        listed.iter().map(|stored| stored.id).collect::<Vec<_>>(),
        IDS
    );
    let told: Vec<_> = listed
        .iter()
        .map(|stored| {
            (
                stored.events,
                stored.delivered.len(),
                stored.pending_consent,
            )
        })
        .collect();
    assert_eq!(told, [(1, 0, false), (2, 1, false), (1, 0, true)]);
    assert_eq!(
        next.read(&IDS[1]).unwrap().events(),
        [&b"second"[..], b"more"]
    );
    let mut second = FolderStorage::open_beside(folder.path()).unwrap();
    assert!(second.list().unwrap().is_empty(), "nothing is there twice");
}

#[test]
fn a_process_that_comes_again_finds_what_it_left() {
    let folder = tempfile::tempdir().unwrap();
    let _first = FolderStorage::open(folder.path()).unwrap();
    let mut second = FolderStorage::open_beside(folder.path()).unwrap();
    store(&mut second, IDS[0], false, b"left");
    drop(second);
    let mut second = FolderStorage::open_beside(folder.path()).unwrap();
    assert_eq!(second.list().unwrap().len(), 1);
}

#[test]
fn a_refusal_deletes_what_processes_that_are_gone_kept_for_the_users_word() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = FolderStorage::open(folder.path()).unwrap();
    let mut gone = FolderStorage::open_beside(folder.path()).unwrap();
    let mut alive = FolderStorage::open_beside(folder.path()).unwrap();
    store(&mut gone, IDS[0], true, b"not agreed");
    store(&mut gone, IDS[1], false, b"agreed");
    store(&mut alive, IDS[2], true, b"will hear of it");
    drop(gone);

    first.delete_pending().unwrap();
    assert_eq!(alive.list().unwrap().len(), 1);
    drop((first, alive));
    let mut next = FolderStorage::open(folder.path()).unwrap();
    let left: Vec<_> = next
        .list()
        .unwrap()
        .iter()
        .map(|stored| stored.id)
        .collect();
    assert_eq!(left, [IDS[1], IDS[2]]);

    // One of the further processes may be the one that hears of it.
    drop(next);
    let first = FolderStorage::open(folder.path()).unwrap();
    let mut second = FolderStorage::open_beside(folder.path()).unwrap();
    drop(first);
    second.delete_pending().unwrap();
    drop(second);
    let mut next = FolderStorage::open(folder.path()).unwrap();
    assert_eq!(next.list().unwrap().len(), 1);
}

#[test]
fn a_few_processes_get_folders_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let _first = FolderStorage::open(folder.path()).unwrap();
    let others: Vec<_> = (0..SIDE_PROCESSES)
        .map(|_| FolderStorage::open_beside(folder.path()).unwrap())
        .collect();
    let refused = FolderStorage::open_beside(folder.path()).unwrap_err();
    assert!(matches!(refused, StorageError::Locked { .. }));
    drop(others);
    FolderStorage::open_beside(folder.path()).unwrap();
}

#[test]
fn a_lock_whose_file_was_deleted_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let mut first = FolderStorage::open(&dir).unwrap();
    store(&mut first, IDS[0], false, b"one");
    fs::remove_dir_all(&dir).unwrap();
    first.append(&IDS[0], &[b"two"]).unwrap();
    assert!(matches!(
        FolderStorage::open(&dir),
        Err(StorageError::Locked { .. })
    ));
    drop(first);
    let mut next = FolderStorage::open(&dir).unwrap();
    assert_eq!(next.list().unwrap()[0].events, 2);
}

#[test]
#[cfg(unix)]
fn a_lock_that_was_deleted_alone_is_taken_again_before_the_next_batch() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = FolderStorage::open(folder.path()).unwrap();
    fs::remove_file(folder.path().join("lock")).unwrap();
    store(&mut first, IDS[0], false, b"one");
    assert!(matches!(
        FolderStorage::open(folder.path()),
        Err(StorageError::Locked { .. })
    ));
}

#[test]
#[cfg(unix)]
fn whoever_lost_its_lock_to_another_process_goes_on_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = FolderStorage::open(folder.path()).unwrap();
    store(&mut first, IDS[0], false, b"before");
    fs::remove_file(folder.path().join("lock")).unwrap();
    let mut second = FolderStorage::open(folder.path()).unwrap();
    assert_eq!(second.list().unwrap().len(), 1, "it has taken that over");

    store(&mut first, IDS[1], false, b"after");
    let own: Vec<_> = first
        .list()
        .unwrap()
        .iter()
        .map(|stored| stored.id)
        .collect();
    assert_eq!(own, [IDS[1]]);
    assert_eq!(second.list().unwrap().len(), 1);
    let error = first.append(&IDS[0], &[b"whose?"]).unwrap_err();
    assert!(matches!(error, StorageError::Missing { .. }), "{error}");
    drop((first, second));
    let mut next = FolderStorage::open(folder.path()).unwrap();
    assert_eq!(next.list().unwrap().len(), 2);
}

#[test]
fn a_second_process_starts_with_the_documents_of_the_whole_and_keeps_its_own_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = FolderStorage::open(folder.path()).unwrap();
    let mut second = FolderStorage::open_beside(folder.path()).unwrap();
    assert_eq!(second.load("install-id").unwrap(), None);
    first.save("install-id", b"4711").unwrap();
    assert_eq!(second.load("install-id").unwrap().unwrap(), b"4711");
    second.save("install-id", b"other").unwrap();
    assert_eq!(second.load("install-id").unwrap().unwrap(), b"other");
    assert_eq!(first.load("install-id").unwrap().unwrap(), b"4711");
}

#[test]
fn clearing_reaches_what_processes_that_are_gone_left_and_not_those_that_live() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = FolderStorage::open(folder.path()).unwrap();
    store(&mut first, IDS[0], false, b"first");
    fs::write(folder.path().join("v1/old.bad"), b"set aside").unwrap();
    fs::write(folder.path().join("v1/notes.txt"), b"nobody's").unwrap();
    let mut gone = FolderStorage::open_beside(folder.path()).unwrap();
    store(&mut gone, IDS[1], true, b"gone");
    gone.save("install-id", b"2").unwrap();
    let mut alive = FolderStorage::open_beside(folder.path()).unwrap();
    store(&mut alive, IDS[2], false, b"alive");
    drop(gone);

    first.delete_all(&["install-id"]).unwrap();
    assert_eq!(first.list().unwrap(), []);
    let left: Vec<_> = fs::read_dir(folder.path().join("v1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains('.'))
        .collect();
    assert_eq!(left, ["notes.txt"]);
    let mut again = FolderStorage::open_beside(folder.path()).unwrap();
    assert_eq!(again.list().unwrap(), []);
    assert_eq!(again.load("install-id").unwrap(), None);
    assert_eq!(alive.read(&IDS[2]).unwrap().events(), [b"alive"]);
}
