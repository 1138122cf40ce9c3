//! A folder whose contents are nobody else's to read.

use std::fs;
use std::sync::Arc;

use super::contract::encrypted;
use super::*;
use crate::seams::cipher::{ChaCha, Cipher, Key};
use crate::seams::entropy::SeededEntropy;

const ID: BatchId = BatchId([1; 16]);
const OTHER: BatchId = BatchId([2; 16]);

fn plain(dir: &Path) -> FolderStorage {
    FolderStorage::open(dir).unwrap()
}

fn store(mut storage: FolderStorage, id: BatchId) {
    storage.create(&NewBatch::rum(id, 1, false)).unwrap();
    storage
        .append(&id, &[b"secret one", b"secret two"])
        .unwrap();
    storage.save("remote.json", b"{\"secret\":3}").unwrap();
}

/// All bytes of all files.
fn all_bytes(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() {
            all_bytes(&path)
        } else {
            fs::read(&path).unwrap()
        });
    }
    bytes
}

#[test]
fn nothing_of_what_was_recorded_can_be_read_without_the_key() {
    let folder = tempfile::tempdir().unwrap();
    store(encrypted(folder.path(), 1), ID);
    let bytes = all_bytes(folder.path());
    assert!(bytes.len() > 100);
    assert!(!bytes.windows(6).any(|bytes| bytes == b"secret"));

    let mut storage = encrypted(folder.path(), 1);
    assert_eq!(storage.list().unwrap()[0].events, 2);
    assert_eq!(
        storage.read(&ID).unwrap().events(),
        [b"secret one", b"secret two"]
    );
    assert_eq!(
        storage.load("remote.json").unwrap().unwrap(),
        b"{\"secret\":3}"
    );
}

#[test]
fn what_another_key_sealed_waits_for_it_and_the_rest_works() {
    for today in [Some(2), None] {
        let folder = tempfile::tempdir().unwrap();
        store(encrypted(folder.path(), 1), ID);
        encrypted(folder.path(), 1)
            .mark_delivered(&ID, "datadog-1")
            .unwrap();
        let mut storage = match today {
            Some(key) => encrypted(folder.path(), key),
            None => plain(folder.path()),
        };
        assert!(storage.list().unwrap().is_empty(), "nothing to send");
        let recovery = storage.recovery();
        assert_eq!((recovery.set_aside, recovery.torn), (0, 0));
        assert_eq!((recovery.locked.len(), recovery.locked[0].events), (1, 2));
        let error = storage.load("remote.json").unwrap_err();
        assert!(matches!(error, StorageError::OtherKey { .. }) && !error.condemns());
        store(storage, OTHER);

        let mut next = encrypted(folder.path(), 1);
        let listed = next.list().unwrap();
        let found = listed.iter().find(|stored| stored.id == ID).unwrap();
        assert_eq!((found.events, found.delivered.len()), (2, 1));
        assert_eq!(
            next.read(&ID).unwrap().events(),
            [b"secret one", b"secret two"]
        );
    }
}

#[test]
fn what_was_stored_in_plain_is_still_read_with_a_key() {
    let folder = tempfile::tempdir().unwrap();
    store(plain(folder.path()), ID);
    let mut storage = encrypted(folder.path(), 1);
    assert_eq!(storage.list().unwrap()[0].events, 2);
    assert_eq!(
        storage.load("remote.json").unwrap().unwrap(),
        b"{\"secret\":3}"
    );
    // A batch stays what it began as.
    storage.append(&ID, &[b"three"]).unwrap();
    assert_eq!(storage.read(&ID).unwrap().events().len(), 3);
    store(storage, OTHER);
    let mut storage = encrypted(folder.path(), 1);
    assert_eq!(storage.list().unwrap().len(), 2);
    assert_eq!(storage.read(&OTHER).unwrap().events().len(), 2);
}

#[test]
fn an_event_of_another_batch_is_not_taken_for_its_own() {
    let folder = tempfile::tempdir().unwrap();
    store(encrypted(folder.path(), 1), ID);
    let mut storage = encrypted(folder.path(), 1);
    storage.create(&NewBatch::rum(OTHER, 1, false)).unwrap();
    storage.append(&OTHER, &[b"its own"]).unwrap();
    let path = |id| folder.path().join(format!("v1/{id}.batch"));
    let [ours, foreign] = [OTHER, ID].map(|id| fs::read(path(id)).unwrap());
    let header = crate::batch::Header::BYTES;
    fs::write(path(OTHER), [&ours[..], &foreign[header..]].concat()).unwrap();
    assert_eq!(storage.list().unwrap().len(), 2);
    assert_eq!(storage.read(&OTHER).unwrap().events(), [b"its own"]);
}

#[test]
fn an_encrypted_batch_of_version_2_is_read_for_good() {
    let key = Key::new(&[7; 32]).unwrap();
    let cipher = ChaCha::new(&key, Arc::new(SeededEntropy::new(1))).unwrap();
    let bytes = include_bytes!("../../batch/fixtures/v2-encrypted.batch").to_vec();
    let contents = Contents::read(bytes, Some(&cipher as &dyn Cipher)).unwrap();
    assert!(contents.header.encrypted);
    assert_eq!(
        contents.events(),
        [
            &b"{\"type\":\"resource\",\"n\":1}"[..],
            "{\"type\":\"résumé\",\"n\":2}".as_bytes()
        ]
    );
}
