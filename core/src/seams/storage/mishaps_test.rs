//! What happens to files under an app: torn, damaged, deleted. Full and read-only disks: `tests/disk.rs`.

use std::fs;

use super::contract::encrypted;
use super::*;

const ID: BatchId = BatchId([1; 16]);
const EVENTS: [&[u8]; 3] = [
    b"{\"type\":\"resource\"}",
    b"x",
    "{\"\u{fc}\":1}".as_bytes(),
];

/// A kind of storage, and the bytes of a batch that it wrote.
struct Written {
    open: fn(&Path) -> FolderStorage,
    bytes: Vec<u8>,
    /// Where the header ends, then each frame.
    ends: Vec<usize>,
}

fn written() -> [Written; 2] {
    let plain: fn(&Path) -> FolderStorage = |dir| FolderStorage::open(dir).unwrap();
    let sealed: fn(&Path) -> FolderStorage = |dir| encrypted(dir, 1);
    [plain, sealed].map(|open| {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = open(folder.path());
        storage.create(&NewBatch::rum(ID, 1, false)).unwrap();
        let path = batch_path(folder.path());
        let mut ends = vec![fs::read(&path).unwrap().len()];
        for event in EVENTS {
            storage.append(&ID, &[event]).unwrap();
            ends.push(fs::read(&path).unwrap().len());
        }
        Written {
            open,
            bytes: fs::read(&path).unwrap(),
            ends,
        }
    })
}

fn batch_path(dir: &Path) -> PathBuf {
    dir.join(format!("v1/{ID}.batch"))
}

/// A start that meets these bytes: the events that it reads and what it says of the repair.
fn start_with(written: &Written, dir: &Path, bytes: &[u8]) -> (Vec<Vec<u8>>, Recovery) {
    fs::write(batch_path(dir), bytes).unwrap();
    let mut storage = (written.open)(dir);
    let listed = storage.list().unwrap();
    let events = match &listed[..] {
        [] => Vec::new(),
        [batch] => {
            let contents = storage.read(&ID).unwrap();
            let events = contents.events();
            assert_eq!(batch.events as usize, events.len());
            events.into_iter().map(<[u8]>::to_vec).collect()
        }
        more => panic!("{more:?}"),
    };
    let recovery = storage.recovery();
    storage.delete(&ID).unwrap();
    (events, recovery)
}

#[test]
fn a_batch_cut_at_any_byte_keeps_its_whole_events_and_the_cut_is_counted() {
    for written in written() {
        let folder = tempfile::tempdir().unwrap();
        drop((written.open)(folder.path()));
        for cut in 0..=written.bytes.len() {
            let (events, recovery) = start_with(&written, folder.path(), &written.bytes[..cut]);
            let whole = written.ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(events, EVENTS[..whole.saturating_sub(1)], "cut at {cut}");
            let torn = !written.ends.contains(&cut);
            assert_eq!(
                (recovery.torn, recovery.set_aside),
                (torn.into(), 0),
                "cut at {cut}"
            );
        }
    }
}

#[test]
fn a_batch_with_any_byte_flipped_loses_the_event_that_it_hits_and_the_damage_is_counted() {
    for written in written() {
        let folder = tempfile::tempdir().unwrap();
        drop((written.open)(folder.path()));
        for position in 0..written.bytes.len() {
            let mut bytes = written.bytes.clone();
            bytes[position] = !bytes[position];
            let (events, recovery) = start_with(&written, folder.path(), &bytes);
            let whole = written.ends.iter().filter(|end| **end <= position).count();
            // A header that can't be trusted costs the whole file; a frame costs itself. The last one may be a torn tail.
            let mut left = EVENTS.to_vec();
            let expected = match whole.checked_sub(1) {
                None => {
                    left.clear();
                    (0, 0, 1)
                }
                Some(hit) => {
                    left.remove(hit);
                    let last = hit == EVENTS.len() - 1;
                    (last.into(), (!last).into(), 0)
                }
            };
            assert_eq!(events, left, "byte {position}");
            assert_eq!(
                (recovery.torn, recovery.damaged, recovery.set_aside),
                expected,
                "byte {position}"
            );
        }
    }
}

#[test]
fn appending_behind_a_damaged_event_keeps_those_behind_it() {
    for written in written() {
        let folder = tempfile::tempdir().unwrap();
        drop((written.open)(folder.path()));
        let mut bytes = written.bytes.clone();
        bytes[written.ends[0] + 9] ^= 1;
        fs::write(batch_path(folder.path()), &bytes).unwrap();
        let mut storage = (written.open)(folder.path());
        storage.append(&ID, &[b"more"]).unwrap();
        let contents = storage.read(&ID).unwrap();
        assert_eq!(contents.events(), [EVENTS[1], EVENTS[2], b"more"]);
    }
}

#[test]
fn a_folder_deleted_under_way_loses_nothing_of_what_is_open() {
    for written in written() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = (written.open)(folder.path());
        storage.create(&NewBatch::rum(ID, 1, true)).unwrap();
        storage.append(&ID, &[b"before"]).unwrap();
        fs::remove_dir_all(folder.path().join("v1")).unwrap();
        storage.append(&ID, &[b"after"]).unwrap();
        fs::remove_dir_all(folder.path().join("v1")).unwrap();
        // Sealed and sent without another append.
        let contents = storage.read(&ID).unwrap();
        assert_eq!(contents.events(), [&b"before"[..], b"after"]);
        drop(storage);
        let listed = (written.open)(folder.path()).list().unwrap();
        assert_eq!((listed[0].events, listed[0].pending_consent), (2, true));
    }
}

#[test]
fn a_batch_that_we_delete_stays_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&NewBatch::rum(ID, 1, true)).unwrap();
    storage.append(&ID, &[b"the user refuses"]).unwrap();
    storage.delete_pending().unwrap();
    assert!(matches!(
        storage.append(&ID, &[b"x"]),
        Err(StorageError::Missing { .. })
    ));
    assert!(matches!(
        storage.read(&ID),
        Err(StorageError::Missing { .. })
    ));
    assert!(storage.list().unwrap().is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn pipes_and_folders_with_the_names_of_our_files_are_left_alone_and_block_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&NewBatch::rum(ID, 1, false)).unwrap();
    storage.append(&ID, &[b"one"]).unwrap();
    drop(storage);
    let root = folder.path().join("v1");
    let pipe = root.join(format!("{}.batch", BatchId([2; 16])));
    let document = root.join("documents/remote.json");
    for path in [&pipe, &document] {
        // No `mkfifo` program: a child holds the locks of all other tests' folders until it has begun.
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
    }
    let directory = root.join(format!("{}.batch", BatchId([3; 16])));
    fs::create_dir(&directory).unwrap();

    let mut storage = FolderStorage::open(folder.path()).unwrap();
    assert_eq!(storage.list().unwrap().len(), 1);
    assert_eq!(storage.recovery(), Recovery::default());
    storage.read(&BatchId([2; 16])).unwrap_err();
    storage.load("remote.json").unwrap_err();
    assert!(pipe.exists() && directory.is_dir());
}
