use std::fs;

use proptest::prelude::*;

use super::super::{NewBatch, Recovery, Storage, StorageError};
use super::FolderStorage;
use crate::batch::{self, BatchId};
use crate::limits::{BAD_FILES, BATCH_FILE_BYTES};

const ID: BatchId = BatchId([1; 16]);
const OTHER: BatchId = BatchId([2; 16]);

/// A folder as a killed process left it: `events` in one batch, then these bytes behind them.
fn left_behind(events: &[&[u8]], tail: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&NewBatch::rum(ID, 1_000, false)).unwrap();
    for event in events {
        storage.append(&ID, &[event]).unwrap();
    }
    drop(storage);
    let path = folder.path().join(format!("v1/{ID}.batch"));
    fs::write(&path, [fs::read(&path).unwrap(), tail.to_vec()].concat()).unwrap();
    folder
}

fn framed(event: &[u8]) -> Vec<u8> {
    let mut frames = Vec::new();
    assert!(batch::frame(&mut frames, event));
    frames
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_torn_tail_is_cut_and_what_follows_is_appended_behind_whole_frames() {
    let folder = left_behind(&[b"one", b"two"], &framed(b"never finished")[..11]);
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    let listed = storage.list().unwrap();
    assert_eq!((listed.len(), listed[0].events), (1, 2));
    assert_eq!(
        storage.recovery(),
        Recovery {
            torn: 1,
            ..Recovery::default()
        }
    );
    assert_eq!(
        fs::metadata(folder.path().join(format!("v1/{ID}.batch")))
            .unwrap()
            .len(),
        listed[0].bytes
    );
    storage.append(&ID, &[b"three"]).unwrap();
    let contents = storage.read(&ID).unwrap();
    assert_eq!(contents.events(), [&b"one"[..], b"two", b"three"]);
}

#[test]
fn appending_finds_a_torn_tail_without_a_listing() {
    let folder = left_behind(&[b"one"], b"\x05\0\0\0torn");
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.append(&ID, &[b"two"]).unwrap();
    let contents = storage.read(&ID).unwrap();
    assert_eq!(contents.events(), [&b"one"[..], b"two"]);
}

#[test]
fn a_batch_without_an_event_leaves_no_trace() {
    let folder = left_behind(&[], b"");
    fs::write(folder.path().join(format!("v1/{OTHER}.batch")), b"HSBATCH").unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    assert!(storage.list().unwrap().is_empty());
    assert_eq!(
        storage.recovery(),
        Recovery {
            torn: 1,
            ..Recovery::default()
        }
    );
    assert_eq!(names(&folder.path().join("v1")), ["documents", "pending"]);
}

#[test]
fn an_open_batch_survives_a_listing_before_its_first_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&NewBatch::rum(ID, 1, false)).unwrap();
    assert_eq!(storage.list().unwrap()[0].events, 0);
    storage.append(&ID, &[b"one"]).unwrap();
    assert_eq!(storage.list().unwrap()[0].events, 1);
}

#[test]
fn what_is_no_batch_is_set_aside_alone() {
    let folder = left_behind(&[b"one"], b"");
    let root = folder.path().join("v1");
    let good = fs::read(root.join(format!("{ID}.batch"))).unwrap();
    let mut newer = good.clone();
    newer[8] = 9;
    let ids: Vec<String> = (10..13)
        .map(|byte| BatchId([byte; 16]).to_string())
        .collect();
    fs::write(root.join(format!("{}.batch", ids[0])), newer).unwrap();
    fs::write(root.join(format!("{}.batch", ids[1])), &good).unwrap();
    fs::write(root.join(format!("{}.batch", ids[2])), b"<html>").unwrap();
    fs::write(root.join("copy of a.batch"), &good).unwrap();
    fs::write(root.join(format!("pending/{ID}.batch")), &good).unwrap();

    let mut storage = FolderStorage::open(folder.path()).unwrap();
    let listed = storage.list().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].pending_consent), (ID, false));
    let recovery = storage.recovery();
    assert_eq!((recovery.torn, recovery.set_aside), (0, 5));
    let reasons = recovery.reasons.join("\n");
    for reason in [
        "version 9 is unknown",
        "its name is not its id",
        "does not begin like",
        "no batch id",
    ] {
        assert!(reasons.contains(reason), "{reason} in {reasons}");
    }
    // A second listing has nothing more to repair.
    assert_eq!(storage.list().unwrap().len(), 1);
    assert_eq!(storage.recovery(), Recovery::default());
}

#[test]
fn files_set_aside_are_few_and_small() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    let root = folder.path().join("v1");
    for number in 0..20 {
        fs::write(
            root.join(format!("{}.batch", BatchId([number; 16]))),
            b"garbage",
        )
        .unwrap();
    }
    let huge = fs::File::create(root.join(format!("{}.batch", BatchId([99; 16])))).unwrap();
    huge.set_len(BATCH_FILE_BYTES + 1).unwrap();
    assert!(storage.list().unwrap().is_empty());
    assert_eq!(storage.recovery().set_aside, 21);
    assert_eq!(storage.recovery().reasons.len(), BAD_FILES);
    let bad: Vec<String> = names(&root)
        .into_iter()
        .filter(|name| name.ends_with(".bad"))
        .collect();
    assert!((1..=BAD_FILES).contains(&bad.len()), "{bad:?}");
    assert!(!bad.contains(&format!("{}.batch.bad", BatchId([99; 16]))));
}

#[test]
fn marks_and_pending_survive_a_restart_and_orphaned_marks_do_not() {
    let folder = left_behind(&[b"one"], b"");
    {
        let mut storage = FolderStorage::open(folder.path()).unwrap();
        storage.mark_delivered(&ID, "datadog-00ff").unwrap();
        storage.create(&NewBatch::rum(OTHER, 2_000, true)).unwrap();
        storage.append(&OTHER, &[b"two"]).unwrap();
        fs::write(
            folder
                .path()
                .join(format!("v1/{}.datadog-00ff.delivered", BatchId([5; 16]))),
            b"",
        )
        .unwrap();
    }
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    let listed = storage.list().unwrap();
    assert_eq!(
        (listed[0].id, &listed[0].delivered[..]),
        (ID, &["datadog-00ff".to_owned()][..])
    );
    assert_eq!((listed[1].id, listed[1].pending_consent), (OTHER, true));
    storage.delete(&ID).unwrap();
    storage.delete_pending().unwrap();
    assert_eq!(names(&folder.path().join("v1")), ["documents", "pending"]);
    assert!(names(&folder.path().join("v1/pending")).is_empty());
}

#[test]
fn a_folder_has_one_core_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = FolderStorage::open(folder.path()).unwrap();
    let error = FolderStorage::open(folder.path()).unwrap_err();
    assert!(matches!(error, StorageError::Locked { .. }));
    assert!(
        error.to_string().contains("in use by another process"),
        "{error}"
    );
    drop(first);
    FolderStorage::open(folder.path()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_says_where_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = FolderStorage::open(&file.join("store")).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, StorageError::Io { .. }));
    assert!(
        text.contains("file/store/v1") && text.contains("choose another `storage_dir`"),
        "{text}"
    );
}

#[test]
fn a_folder_emptied_under_the_app_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    fs::remove_dir_all(folder.path().join("v1")).unwrap();
    assert!(storage.list().unwrap().is_empty());
    storage.promote_pending().unwrap();
    storage.delete_pending().unwrap();
    storage.create(&NewBatch::rum(ID, 1, true)).unwrap();
    storage.append(&ID, &[b"one"]).unwrap();
    fs::remove_dir_all(folder.path().join("v1")).unwrap();
    storage.save("remote.json", b"{}").unwrap();
    assert_eq!(
        storage.load("remote.json").unwrap().as_deref(),
        Some(&b"{}"[..])
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_refuses_the_event_and_keeps_the_batch() {
    let folder = left_behind(&[b"one"], b"");
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.append(&ID, &[b"two"]).unwrap();
    // Every write to this device fails as on a full disk; it cannot be cut either.
    let writer = storage.writers.last_mut().unwrap();
    writer.file = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let error = storage.append(&ID, &[b"three"]).unwrap_err();
    assert!(error.to_string().contains("free some space"), "{error}");
    // Space again: the batch is opened anew and goes on behind its last whole frame.
    storage.append(&ID, &[b"four"]).unwrap();
    let contents = storage.read(&ID).unwrap();
    assert_eq!(contents.events(), [&b"one"[..], b"two", b"four"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Killed at any byte of the last write: all events before it are there, and the next one goes behind them.
    #[test]
    fn a_kill_at_any_byte_costs_one_event_at_most(
        events in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let borrowed: Vec<&[u8]> = events.iter().map(Vec::as_slice).collect();
        let (last, before) = borrowed.split_last().unwrap();
        let frame = framed(last);
        let folder = left_behind(before, &frame[..cut.index(frame.len())]);
        let mut storage = FolderStorage::open(folder.path()).unwrap();
        let listed = storage.list().unwrap();
        if before.is_empty() {
            prop_assert!(listed.is_empty());
        } else {
            prop_assert_eq!(listed[0].events as usize, before.len());
            storage.append(&ID, &[last]).unwrap();
            let contents = storage.read(&ID).unwrap();
            prop_assert_eq!(contents.events(), borrowed);
        }
    }

    /// Any bytes under any batch's name: a start never fails over them.
    #[test]
    fn any_file_is_survived(garbage: Vec<u8>, in_pending: bool) {
        let folder = left_behind(&[b"one"], b"");
        let place = if in_pending { "v1/pending" } else { "v1" };
        fs::write(folder.path().join(place).join(format!("{OTHER}.batch")), garbage).unwrap();
        let listed = FolderStorage::open(folder.path()).unwrap().list().unwrap();
        prop_assert_eq!(listed.len(), 1);
    }
}
