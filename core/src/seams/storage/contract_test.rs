//! What every storage promises, asked of each.

use std::sync::Arc;

use super::*;
use crate::batch::{Priority, Track};
use crate::limits::{BATCH_FILE_BYTES, DOCUMENT_BYTES, EVENT_BYTES};
use crate::seams::cipher::{ChaCha, KEY_BYTES, Key};
use crate::seams::entropy::SystemEntropy;

const OLD: BatchId = BatchId([7; 16]);
const NEW: BatchId = BatchId([3; 16]);
const NOBODY: BatchId = BatchId([0; 16]);

/// Runs a check on a fresh storage of each kind.
fn on_each(check: impl Fn(&mut dyn Storage)) {
    let folder = tempfile::tempdir().unwrap();
    check(&mut FolderStorage::open(folder.path()).unwrap());
    let folder = tempfile::tempdir().unwrap();
    check(&mut encrypted(folder.path(), 1));
    check(&mut MemoryStorage::new(64 * 1024 * 1024));
}

/// A folder whose storage encrypts with a key made of this byte.
pub(super) fn encrypted(dir: &Path, key: u8) -> FolderStorage {
    let key = Key::new(&[key; KEY_BYTES]).unwrap();
    let cipher = ChaCha::new(&key, Arc::new(SystemEntropy)).unwrap();
    FolderStorage::open(dir)
        .unwrap()
        .encrypted(Arc::new(cipher))
}

fn events(storage: &mut dyn Storage, id: &BatchId) -> Vec<Vec<u8>> {
    let contents = storage.read(id).unwrap();
    assert_eq!(contents.header.id, *id);
    contents.events().into_iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn what_was_appended_is_read_and_listed_oldest_first() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(NEW, 2_000, false)).unwrap();
        storage.create(&NewBatch::rum(OLD, 1_000, true)).unwrap();
        // In turns, so that an open file is left and taken up again.
        storage.append(&OLD, &[b"one"]).unwrap();
        storage.append(&NEW, &[b"two"]).unwrap();
        storage.append(&OLD, &[b"three", b"four"]).unwrap();
        assert_eq!(events(storage, &OLD), [&b"one"[..], b"three", b"four"]);
        assert_eq!(events(storage, &NEW), [b"two"]);
        let listed = storage.list().unwrap();
        assert_eq!(
            listed.iter().map(|stored| stored.id).collect::<Vec<_>>(),
            [OLD, NEW]
        );
        let expected = StoredBatch {
            id: OLD,
            bytes: listed[0].bytes,
            events: 3,
            created_wall_ms: 1_000,
            lane: Lane::RUM,
            pending_consent: true,
            delivered: Vec::new(),
        };
        assert_eq!(listed[0], expected);
        assert_eq!(storage.recovery(), Recovery::default());
    });
}

#[test]
fn a_batch_stays_in_its_lane() {
    on_each(|storage| {
        let lane = Lane {
            track: Track::Logs,
            priority: Priority::High,
        };
        let logs = NewBatch {
            lane,
            ..NewBatch::rum(OLD, 1, true)
        };
        storage.create(&logs).unwrap();
        storage.append(&OLD, &[b"x"]).unwrap();
        storage.promote_pending().unwrap();
        assert_eq!(storage.list().unwrap()[0].lane, lane);
    });
}

#[test]
fn ids_are_not_used_twice() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(OLD, 1, false)).unwrap();
        storage.append(&OLD, &[b"kept"]).unwrap();
        for pending in [false, true] {
            assert!(matches!(
                storage.create(&NewBatch::rum(OLD, 2, pending)),
                Err(StorageError::Exists { id: OLD })
            ));
        }
        assert_eq!(events(storage, &OLD), [b"kept"]);
    });
}

#[test]
fn a_batch_that_is_not_there_is_missing_and_its_deletion_no_error() {
    on_each(|storage| {
        assert!(matches!(
            storage.append(&NOBODY, &[b"x"]),
            Err(StorageError::Missing { id: NOBODY })
        ));
        assert!(matches!(
            storage.read(&NOBODY),
            Err(StorageError::Missing { id: NOBODY })
        ));
        assert!(matches!(
            storage.mark_delivered(&NOBODY, "a"),
            Err(StorageError::Missing { id: NOBODY })
        ));
        storage.delete(&NOBODY).unwrap();
    });
}

#[test]
fn deleting_takes_the_batch_its_marks_and_nothing_else() {
    on_each(|storage| {
        for id in [OLD, NEW] {
            storage.create(&NewBatch::rum(id, 1, false)).unwrap();
            storage.append(&id, &[b"x"]).unwrap();
            storage.mark_delivered(&id, "datadog-1").unwrap();
        }
        storage.delete(&OLD).unwrap();
        let listed = storage.list().unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (listed[0].id, &listed[0].delivered[..]),
            (NEW, &["datadog-1".to_owned()][..])
        );
        // Nobody does this; were the marks still there, they would count for the new one.
        storage.create(&NewBatch::rum(OLD, 1, false)).unwrap();
        storage.append(&OLD, &[b"x"]).unwrap();
        assert!(
            storage
                .list()
                .unwrap()
                .iter()
                .any(|stored| stored.id == OLD && stored.delivered.is_empty())
        );
    });
}

#[test]
fn marks_are_a_set() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(OLD, 1, false)).unwrap();
        storage.append(&OLD, &[b"x"]).unwrap();
        for key in ["proxy-2", "datadog-1", "proxy-2"] {
            storage.mark_delivered(&OLD, key).unwrap();
        }
        assert_eq!(
            storage.list().unwrap()[0].delivered,
            ["datadog-1", "proxy-2"]
        );
    });
}

#[test]
fn pending_batches_are_promoted_or_deleted_and_others_stay() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(NEW, 2, false)).unwrap();
        storage.append(&NEW, &[b"granted"]).unwrap();
        storage.create(&NewBatch::rum(OLD, 1, true)).unwrap();
        storage.append(&OLD, &[b"pending"]).unwrap();
        storage.promote_pending().unwrap();
        assert!(
            storage
                .list()
                .unwrap()
                .iter()
                .all(|stored| !stored.pending_consent)
        );
        // It goes on where it was.
        storage.append(&OLD, &[b"more"]).unwrap();
        assert_eq!(events(storage, &OLD), [&b"pending"[..], b"more"]);

        let third = BatchId([4; 16]);
        storage.create(&NewBatch::rum(third, 3, true)).unwrap();
        storage.append(&third, &[b"secret"]).unwrap();
        storage.delete_pending().unwrap();
        assert!(matches!(
            storage.append(&third, &[b"x"]),
            Err(StorageError::Missing { .. })
        ));
        assert_eq!(
            storage
                .list()
                .unwrap()
                .iter()
                .map(|stored| stored.id)
                .collect::<Vec<_>>(),
            [OLD, NEW]
        );
    });
}

/// Nobody gives an id twice, but a mark that outlives its batch would say of the next one that it has been taken.
#[test]
fn what_was_refused_leaves_no_mark_behind() {
    on_each(|storage| {
        for (new, delivered) in [
            (NewBatch::rum(OLD, 1, true), &["datadog-1"][..]),
            (NewBatch::rum(OLD, 1, false), &[]),
        ] {
            storage.create(&new).unwrap();
            storage.append(&OLD, &[b"event"]).unwrap();
            for key in delivered {
                storage.mark_delivered(&OLD, key).unwrap();
            }
            assert_eq!(storage.list().unwrap()[0].delivered, delivered);
            storage.delete_pending().unwrap();
        }
    });
}

#[test]
fn a_batch_does_not_grow_beyond_what_is_read_back() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(OLD, 1, false)).unwrap();
        storage.append(&OLD, &[b"kept"]).unwrap();
        let large = vec![b'x'; usize::try_from(BATCH_FILE_BYTES).unwrap() / 3];
        assert!(matches!(
            storage.append(&OLD, &[&large, &large, &large]),
            Err(StorageError::TooLarge { .. })
        ));
        for bad in [&b""[..], &vec![b'x'; EVENT_BYTES + 100]] {
            assert!(matches!(
                storage.append(&OLD, &[b"goes with it", bad]),
                Err(StorageError::BadEvent { .. })
            ));
        }
        storage.append(&OLD, &[b"next"]).unwrap();
        assert_eq!(events(storage, &OLD), [b"kept", b"next"]);
    });
}

#[test]
fn documents_are_replaced_whole() {
    on_each(|storage| {
        assert_eq!(storage.load("remote.json").unwrap(), None);
        storage.save("remote.json", b"first, and longer").unwrap();
        storage.save("remote.json", b"second").unwrap();
        assert_eq!(
            storage.load("remote.json").unwrap().as_deref(),
            Some(&b"second"[..])
        );
        let huge = vec![0; usize::try_from(DOCUMENT_BYTES).unwrap() + 1];
        assert!(matches!(
            storage.save("remote.json", &huge),
            Err(StorageError::TooLarge { .. })
        ));
        assert_eq!(
            storage.load("remote.json").unwrap().as_deref(),
            Some(&b"second"[..])
        );
    });
}

#[test]
fn names_do_not_lead_out_of_the_folder() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(OLD, 1, false)).unwrap();
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            "A",
            "ü",
            ".hidden",
            "a\0b",
            "con:",
            &"x".repeat(65),
        ] {
            assert!(
                matches!(storage.save(name, b"x"), Err(StorageError::BadName { .. })),
                "{name:?}"
            );
            assert!(
                matches!(storage.load(name), Err(StorageError::BadName { .. })),
                "{name:?}"
            );
            assert!(
                matches!(
                    storage.mark_delivered(&OLD, name),
                    Err(StorageError::BadName { .. })
                ),
                "{name:?}"
            );
        }
    });
}

#[test]
fn clearing_takes_every_batch_every_mark_and_the_named_documents() {
    on_each(|storage| {
        storage.create(&NewBatch::rum(OLD, 1_000, false)).unwrap();
        storage.append(&OLD, &[b"open"]).unwrap();
        storage.create(&NewBatch::rum(NEW, 2_000, true)).unwrap();
        storage.append(&NEW, &[b"pending"]).unwrap();
        storage.mark_delivered(&OLD, "datadog-1").unwrap();
        storage.save("install-id", b"1").unwrap();
        storage.save("remote", b"{}").unwrap();
        storage.delete_all(&["install-id"]).unwrap();
        assert_eq!(storage.list().unwrap(), []);
        assert_eq!(storage.load("install-id").unwrap(), None);
        assert_eq!(storage.load("remote").unwrap().as_deref(), Some(&b"{}"[..]));
        assert!(matches!(
            storage.append(&OLD, &[b"late"]),
            Err(StorageError::Missing { .. })
        ));
        // Nothing of the old ids is left to meet them again.
        storage.create(&NewBatch::rum(OLD, 3_000, false)).unwrap();
        storage.append(&OLD, &[b"new"]).unwrap();
        assert_eq!(storage.list().unwrap()[0].delivered, [""; 0]);
        storage.delete_all(&[]).unwrap();
    });
}
