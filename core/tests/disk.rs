//! Real disks that are full or read-only. They are mounted for the test, which needs root: elsewhere the test says what it
//! leaves out.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use handspan_core::batch::{BatchId, Lane};
use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_core::rum::call::FinishedCall;
use handspan_core::seams::storage::{FolderStorage, NewBatch, Recovery, Storage};

/// One test at a time: while one starts `mount`, the child holds the locks of the other's folder until it is `mount`.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something mounted on a folder, until dropped.
struct Mounted {
    on: PathBuf,
}

impl Mounted {
    fn new(arguments: &[&str], on: &Path) -> Option<Self> {
        mount(arguments, on).then(|| Self { on: on.to_owned() })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.on).status();
    }
}

fn mount(arguments: &[&str], on: &Path) -> bool {
    let mounted = Command::new("mount").args(arguments).arg(on).output();
    let done = mounted.is_ok_and(|output| output.status.success());
    if !done {
        eprintln!(
            "LEFT OUT, this process may not mount: {}",
            arguments.join(" ")
        );
    }
    done
}

const SMALL: [&str; 5] = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];
const ID: BatchId = BatchId([1; 16]);
const OTHER: BatchId = BatchId([2; 16]);

fn batch(id: BatchId) -> NewBatch {
    NewBatch {
        id,
        created_wall_ms: 1,
        lane: Lane::RUM,
        pending_consent: false,
    }
}

#[test]
fn a_full_disk_costs_what_does_not_fit_and_nothing_before() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let Some(_mounted) = Mounted::new(&SMALL, folder.path()) else {
        return;
    };
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&batch(ID)).unwrap();
    let event = [b'x'; 1_200];
    let mut stored = 0;
    let error = loop {
        match storage.append(&ID, &[&event, &event]) {
            Ok(()) => stored += 2,
            Err(error) => break error,
        }
    };
    assert!((40..=54).contains(&stored), "{stored}");
    assert!(error.to_string().contains("free some space"), "{error}");
    storage.append(&ID, &[&[b'y'; 8_000]]).unwrap_err();
    assert_eq!(storage.read(&ID).unwrap().events().len(), stored);
    assert_eq!(storage.list().unwrap().len(), 1);
    assert_eq!(
        storage.recovery(),
        Recovery::default(),
        "no torn end is left"
    );

    // Somebody makes room: it goes on.
    storage.delete(&ID).unwrap();
    storage.create(&batch(OTHER)).unwrap();
    storage.append(&OTHER, &[&event]).unwrap();
    assert_eq!(storage.list().unwrap()[0].events, 1);
}

#[test]
fn a_folder_made_read_only_under_way_keeps_what_is_there_and_says_so() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    storage.create(&batch(ID)).unwrap();
    storage.append(&ID, &[b"before"]).unwrap();
    // Mounted over itself and read-only: that binds root too.
    let root = folder.path().join("v1");
    let itself = root.display().to_string();
    let Some(bound) = Mounted::new(&["--bind", &itself], &root) else {
        return;
    };
    assert!(mount(&["-o", "remount,bind,ro"], &root));
    for error in [
        storage.create(&batch(OTHER)).unwrap_err(),
        storage.mark_delivered(&ID, "datadog-1").unwrap_err(),
        storage.save("remote.json", b"{}").unwrap_err(),
        storage.delete(&ID).unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains("choose a `storage_dir`"), "{error}");
    }
    assert_eq!(storage.read(&ID).unwrap().events(), [b"before"]);
    drop(bound);
    storage.append(&ID, &[b"after"]).unwrap();
    drop(storage);
    let mut next = FolderStorage::open(folder.path()).unwrap();
    assert_eq!(next.list().unwrap()[0].events, 2);
}

#[test]
fn a_file_that_the_disk_will_not_read_today_is_left_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    for id in [ID, OTHER] {
        storage.create(&batch(id)).unwrap();
        storage.append(&id, &[b"before"]).unwrap();
        storage.mark_delivered(&id, "datadog-1").unwrap();
    }
    drop(storage);
    // Nothing is mapped where the memory of a process begins: reading it is an I/O error.
    let memory = format!("/proc/{}/mem", std::process::id());
    let file = folder.path().join(format!("v1/{ID}.batch"));
    let Some(sick) = Mounted::new(&["--bind", &memory], &file) else {
        return;
    };
    let mut storage = FolderStorage::open(folder.path()).unwrap();
    let listed = storage.list().unwrap();
    assert_eq!((listed.len(), listed[0].id), (1, OTHER));
    let recovery = storage.recovery();
    assert_eq!(
        (recovery.unread, recovery.set_aside),
        (1, 0),
        "{recovery:?}"
    );
    assert!(!storage.read(&ID).unwrap_err().condemns());
    drop((sick, storage));

    let mut next = FolderStorage::open(folder.path()).unwrap();
    let listed = next.list().unwrap();
    let delivered: Vec<usize> = listed.iter().map(|batch| batch.delivered.len()).collect();
    assert_eq!(delivered, [1, 1]);
    assert_eq!(next.read(&ID).unwrap().events(), [b"before"]);
}

#[test]
fn a_core_on_a_full_disk_goes_on_and_counts_every_event() {
    let _alone = alone();
    const CALLS: u64 = 300;
    let folder = tempfile::tempdir().unwrap();
    let Some(_mounted) = Mounted::new(&SMALL, folder.path()) else {
        return;
    };
    let text = format!(
        r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","instance":"full disk",
            "storage_dir":{:?},"tracking_consent":"pending","intakes":[{{"type":"datadog"}}]}}"#,
        folder.path()
    );
    let core = Handspan::start(from_json(&text).unwrap().0).unwrap();
    for _ in 0..CALLS {
        core.finish(FinishedCall {
            method: "GET".into(),
            url: format!("https://a.example/{}", "x".repeat(1_000)),
            ..FinishedCall::default()
        });
    }
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        let rum = &core.stats().tracks[0];
        let dropped: u64 = rum.dropped.iter().map(|(_, count)| count).sum();
        // The view that they are in stands beside them.
        if rum.recorded > CALLS && rum.stored + dropped == rum.recorded {
            break;
        }
        assert!(Instant::now() < give_up, "{rum:?}");
        std::thread::yield_now();
    }
    core.shutdown();
    let status = core.status();
    assert_eq!(status.recorded, CALLS);
    assert!(
        matches!(&status.dropped[..], [(reason, 1..)] if reason == "storage_failed"),
        "{status:?}"
    );
    let mut next = FolderStorage::open(folder.path()).unwrap();
    let listed = next.list().unwrap();
    let there: u64 = listed.iter().map(|batch| u64::from(batch.events)).sum();
    assert_eq!(
        (there, next.recovery()),
        (status.stored, Recovery::default())
    );
    assert!(
        there > 30,
        "what fits is stored, also of a group that does not: {there}"
    );
}
