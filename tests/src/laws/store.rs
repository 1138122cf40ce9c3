//! What holds of a store after any sequence of operations: it does what a simple model does.
//!
//! The first line says which store: `folder`, `encrypted` or `memory`. Every other line is an operation:
//!
//! ```text
//! create <n> [pending] [logs|spans] [high]    batch n, of creation time n % 4
//! append <n> <event>…                         words, together
//! mark <n> <key>          delete <n>          halve <n>
//! promote                 refuse              list
//! save <name> <text>      load <name>
//! reopen                  as a start after a kill
//! cut <n> <bytes>         a kill in the middle of a write: so many bytes of the file are missing
//! empty                   somebody deletes the folder's contents under the app
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use handspan_core::batch::{BatchId, Header, Lane, Priority, Track};
use handspan_core::seams::cipher::{ChaCha, Key};
use handspan_core::seams::entropy::SystemEntropy;
use handspan_core::seams::storage::{
    FolderStorage, MemoryStorage, NewBatch, Recovery, Storage, StorageError, StoredBatch,
};
use tempfile::TempDir;

/// Operations that are carried out: enough for any state that matters.
const OPERATIONS: usize = 60;
/// Length and checksum before an event.
const FRAME_BYTES: usize = 8;
/// Nonce and tag of an encrypted one.
const SEALING_BYTES: usize = 28;

/// Runs the operations on a store and on a model of it.
pub fn check(text: &str) {
    let mut lines = text.split('\n');
    let mut run = Run::new(lines.next().unwrap_or_default());
    for line in lines.take(OPERATIONS) {
        let words: Vec<&str> = line.split(' ').collect();
        run.step(&words);
    }
    run.compare();
    run.reopen(&Recovery::default());
}

/// What a batch should be.
#[derive(Clone)]
struct Batch {
    new: NewBatch,
    marks: BTreeSet<String>,
    events: Vec<String>,
}

struct Run {
    folder: Option<TempDir>,
    encrypted: bool,
    storage: Box<dyn Storage>,
    batches: BTreeMap<BatchId, Batch>,
    documents: BTreeMap<String, String>,
    /// The batch that was appended to last, while the store must still have its file open.
    open: Option<BatchId>,
}

impl Run {
    fn new(kind: &str) -> Self {
        let folder = (kind != "memory").then(|| TempDir::new().unwrap());
        let encrypted = kind == "encrypted";
        Self {
            storage: open(folder.as_ref(), encrypted),
            folder,
            encrypted,
            batches: BTreeMap::new(),
            documents: BTreeMap::new(),
            open: None,
        }
    }

    fn step(&mut self, words: &[&str]) {
        match words {
            ["create", number, rest @ ..] => self.create(id(number), rest),
            ["append", number, events @ ..] => self.append(id(number), events),
            ["mark", number, key] => self.mark(id(number), key),
            ["delete", number] => {
                self.storage.delete(&id(number)).unwrap();
                self.batches.remove(&id(number));
            }
            ["halve", number] => self.halve(id(number)),
            ["promote"] => {
                self.storage.promote_pending().unwrap();
                for batch in self.batches.values_mut() {
                    batch.new.pending_consent = false;
                }
                self.open = None;
            }
            ["refuse"] => {
                self.storage.delete_pending().unwrap();
                self.batches.retain(|_, batch| !batch.new.pending_consent);
                self.open = None;
            }
            ["list"] => self.compare(),
            ["save", name, text] => match self.storage.save(name, text.as_bytes()) {
                Ok(()) => drop(
                    self.documents
                        .insert((*name).to_owned(), (*text).to_owned()),
                ),
                Err(error) => assert!(is_bad_name(&error), "{error}"),
            },
            ["load", name] => match self.storage.load(name) {
                Ok(found) => {
                    let expected = self.documents.get(*name).map(String::as_bytes);
                    assert_eq!(found.as_deref(), expected);
                }
                Err(error) => assert!(is_bad_name(&error), "{error}"),
            },
            ["reopen"] => self.reopen(&Recovery::default()),
            ["cut", number, bytes] => self.cut(id(number), bytes.parse().unwrap_or(1)),
            ["empty"] => self.empty(),
            _ => {}
        }
    }

    fn create(&mut self, id: BatchId, words: &[&str]) {
        let track = if words.contains(&"logs") {
            Track::Logs
        } else if words.contains(&"spans") {
            Track::Spans
        } else {
            Track::Rum
        };
        let priority = if words.contains(&"high") {
            Priority::High
        } else {
            Priority::Usual
        };
        let new = NewBatch {
            id,
            created_wall_ms: u64::from(id.0[15] % 4),
            lane: Lane { track, priority },
            pending_consent: words.contains(&"pending"),
        };
        self.make(new);
    }

    fn make(&mut self, new: NewBatch) {
        match self.storage.create(&new) {
            Ok(()) => {
                let batch = Batch {
                    new,
                    marks: BTreeSet::new(),
                    events: Vec::new(),
                };
                let before = self.batches.insert(new.id, batch);
                assert!(before.is_none(), "{} was made twice", new.id);
                self.open = Some(new.id);
            }
            Err(StorageError::Exists { id }) => assert!(self.batches.contains_key(&id)),
            Err(error) => panic!("{error}"),
        }
    }

    fn append(&mut self, id: BatchId, words: &[&str]) {
        let events: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let outcome = self.storage.append(&id, &events);
        let Some(batch) = self.batches.get_mut(&id) else {
            assert!(outcome.is_err());
            return;
        };
        if words.contains(&"") {
            assert!(matches!(outcome, Err(StorageError::BadEvent { bytes: 0 })));
        } else {
            outcome.unwrap();
            batch
                .events
                .extend(words.iter().map(|&word| word.to_owned()));
        }
        self.open = Some(id);
        self.compare_events(&id);
    }

    fn mark(&mut self, id: BatchId, key: &str) {
        match self.storage.mark_delivered(&id, key) {
            Ok(()) => drop(
                self.batches
                    .get_mut(&id)
                    .unwrap()
                    .marks
                    .insert(key.to_owned()),
            ),
            Err(StorageError::Missing { .. }) => assert!(!self.batches.contains_key(&id)),
            Err(error) => assert!(is_bad_name(&error), "{error}"),
        }
    }

    /// As the thread does it.
    fn halve(&mut self, id: BatchId) {
        let Some(whole) = self.batches.get(&id).cloned() else {
            return;
        };
        let (first, second) = whole.events.split_at(whole.events.len() / 2);
        for (events, half) in [(first, id.half(false)), (second, id.half(true))] {
            let new = NewBatch {
                id: half,
                ..whole.new
            };
            self.make(new);
            let words: Vec<&str> = events.iter().map(String::as_str).collect();
            self.append(half, &words);
            for key in &whole.marks {
                self.mark(half, key);
            }
        }
        self.step(&["delete", &id.0[15].to_string()]);
    }

    fn reopen(&mut self, expected: &Recovery) {
        let Some(folder) = &self.folder else {
            return;
        };
        // Lets go of the folder first.
        self.storage = Box::new(MemoryStorage::new(0));
        self.storage = open(Some(folder), self.encrypted);
        self.batches.retain(|_, batch| !batch.events.is_empty());
        self.open = None;
        let listed = self.storage.list().unwrap();
        assert_eq!(&self.storage.recovery(), expected);
        assert_eq!(listed.len(), self.batches.len());
        self.compare();
    }

    fn cut(&mut self, id: BatchId, bytes: usize) {
        let (Some(folder), Some(batch)) = (&self.folder, self.batches.get_mut(&id)) else {
            return;
        };
        let root = folder.path().join("v1");
        let path = [root.join("pending"), root]
            .map(|folder| folder.join(format!("{id}.batch")))
            .into_iter()
            .find(|path| path.is_file());
        // One that was deleted under the store is there again as soon as somebody asks for it.
        let Some(path) = path else {
            return;
        };
        let length = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap();
        let left = length.saturating_sub(bytes);
        // The store would write on behind what it has written: the process is dead before its file is cut.
        self.storage = Box::new(MemoryStorage::new(0));
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(left as u64)
            .unwrap();
        let sealing = if self.encrypted { SEALING_BYTES } else { 0 };
        let mut end = Header::BYTES;
        let mut torn = left != end;
        let whole = batch.events.iter().take_while(|event| {
            end += FRAME_BYTES + event.len() + sealing;
            torn &= left != end;
            end <= left
        });
        let whole = if left < Header::BYTES {
            0
        } else {
            whole.count()
        };
        batch.events.truncate(whole);
        self.reopen(&Recovery {
            torn: torn.into(),
            ..Recovery::default()
        });
    }

    fn empty(&mut self) {
        let Some(folder) = &self.folder else {
            return;
        };
        match fs::remove_dir_all(folder.path().join("v1")) {
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
            _ => {}
        }
        self.documents.clear();
        let storage = &mut self.storage;
        let open = self.open;
        self.batches.retain(|id, batch| {
            batch.marks.clear();
            match storage.read(id) {
                Ok(_) => true,
                Err(StorageError::Missing { .. }) => {
                    assert_ne!(Some(*id), open, "what is open is written once more");
                    false
                }
                Err(error) => panic!("{error}"),
            }
        });
        self.compare();
    }

    fn compare(&mut self) {
        let listed = self.storage.list().unwrap();
        let listed: BTreeMap<BatchId, StoredBatch> = listed
            .into_iter()
            .map(|stored| (stored.id, stored))
            .collect();
        // An empty batch may go at any listing.
        self.batches
            .retain(|id, batch| !batch.events.is_empty() || listed.contains_key(id));
        for (id, batch) in &self.batches {
            let stored = &listed[id];
            assert_eq!(stored.events as usize, batch.events.len());
            assert_eq!(
                (stored.created_wall_ms, stored.lane, stored.pending_consent),
                (
                    batch.new.created_wall_ms,
                    batch.new.lane,
                    batch.new.pending_consent
                )
            );
            assert!(stored.delivered.iter().eq(&batch.marks));
        }
        assert_eq!(listed.len(), self.batches.len());
        let ids: Vec<BatchId> = self.batches.keys().copied().collect();
        for id in ids {
            self.compare_events(&id);
        }
    }

    fn compare_events(&mut self, id: &BatchId) {
        let contents = self.storage.read(id).unwrap();
        let expected = self.batches[id].events.iter().map(String::as_bytes);
        assert!(contents.events().into_iter().eq(expected));
    }
}

fn open(folder: Option<&TempDir>, encrypted: bool) -> Box<dyn Storage> {
    let Some(folder) = folder else {
        return Box::new(MemoryStorage::new(usize::MAX));
    };
    let storage = FolderStorage::open(folder.path()).unwrap();
    if !encrypted {
        return Box::new(storage);
    }
    let key = Key::new(&[7; 32]).unwrap();
    let cipher = ChaCha::new(&key, Arc::new(SystemEntropy)).unwrap();
    Box::new(storage.encrypted(Arc::new(cipher)))
}

fn id(number: &str) -> BatchId {
    let mut bytes = [0; 16];
    bytes[15] = number.parse().unwrap_or(0);
    BatchId(bytes)
}

fn is_bad_name(error: &StorageError) -> bool {
    matches!(error, StorageError::BadName { .. })
}
