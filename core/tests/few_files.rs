//! A process that has used up its file descriptors. It is a process of its own: the limit binds all of it.
#![cfg(unix)]

use std::fs::File;
use std::process::Command;

use handspan_core::batch::{BatchId, Lane};
use handspan_core::seams::storage::{FolderStorage, NewBatch, Storage};

const ID: BatchId = BatchId([1; 16]);
const SELF: &str = "what_cannot_be_opened_for_want_of_descriptors_is_read_later";

#[test]
fn what_cannot_be_opened_for_want_of_descriptors_is_read_later() {
    if std::env::var_os("FEW_FILES").is_none() {
        let output = Command::new("sh")
            .args([
                "-c",
                r#"ulimit -n 64 && exec "$0" --exact "$1" --nocapture"#,
            ])
            .arg(std::env::current_exe().unwrap())
            .arg(SELF)
            .env("FEW_FILES", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(said.contains("1 passed"), "{said}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let batch = NewBatch {
        id: ID,
        created_wall_ms: 1,
        lane: Lane::RUM,
        pending_consent: false,
    };
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&batch).unwrap();
    storage.append(&ID, &[b"one"]).unwrap();
    storage.mark_delivered(&ID, "datadog-1").unwrap();
    drop(storage);

    let mut storage = FolderStorage::open(folder.path()).unwrap();
    let hoard: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let error = storage.read(&ID).unwrap_err();
    assert!(!error.condemns(), "{error}");
    storage.list().unwrap_err();
    drop(hoard);

    let listed = storage.list().unwrap();
    assert_eq!((listed.len(), listed[0].delivered.len()), (1, 1));
    assert_eq!(storage.read(&ID).unwrap().events(), [b"one"]);
}
