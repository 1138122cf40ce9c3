use super::*;
use crate::seams::storage::MemoryStorage;

const WHOLE: BatchId = BatchId([1; 16]);

#[test]
fn a_batch_that_cannot_be_cut_in_two_for_want_of_space_stays_whole() {
    // Room for the whole and about one half.
    let mut storage = MemoryStorage::new(1_700);
    storage.create(&NewBatch::rum(WHOLE, 1, false)).unwrap();
    let events = [&[b'x'; 250][..]; 4];
    storage.append(&WHOLE, &events).unwrap();
    let halves = [WHOLE.half(false), WHOLE.half(true)];
    let delivered = ["datadog-1".to_owned()];
    let error = halve(&mut storage, &WHOLE, halves, &delivered, None).unwrap_err();
    let told = not_made(WHOLE, &error);
    assert!(matches!(told, Command::ReadFailed { .. }), "{told:?}");
    let listed = storage.list().unwrap();
    assert_eq!(
        listed.iter().map(|batch| batch.id).collect::<Vec<_>>(),
        [WHOLE]
    );
    assert_eq!(storage.read(&WHOLE).unwrap().events(), events);
}

#[test]
fn only_what_is_gone_or_damaged_is_given_up() {
    let io = |kind: std::io::ErrorKind| StorageError::Io {
        action: "read",
        path: "a.batch".into(),
        source: kind.into(),
    };
    let emfile = StorageError::Io {
        action: "open",
        path: "a.batch".into(),
        source: std::io::Error::from_raw_os_error(24),
    };
    let kept = |error: StorageError| matches!(not_made(WHOLE, &error), Command::ReadFailed { .. });
    assert!(kept(emfile));
    assert!(kept(io(std::io::ErrorKind::PermissionDenied)));
    assert!(!kept(io(std::io::ErrorKind::NotFound)));
    assert!(!kept(StorageError::Missing { id: WHOLE }));
    let damaged = StorageError::Unreadable {
        name: "a.batch".to_owned(),
        why: "the batch header is damaged".to_owned(),
    };
    assert!(!kept(damaged));
}
