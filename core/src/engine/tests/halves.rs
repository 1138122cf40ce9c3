//! A batch that is too large for one of two intakes, and a process that may die at any write.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::batch::Track;
use crate::seams::storage::{Contents, MemoryStorage, Recovery, Storage, StorageError};
use crate::worker::halve;

const TWO: &str =
    r#","intakes":[{"type":"datadog"},{"type":"proxy","url":"https://proxy.example/rum"}]"#;

/// A store whose process dies before a given write.
struct Mortal {
    store: MemoryStorage,
    writes_left: usize,
}

impl Mortal {
    fn write(
        &mut self,
        write: impl FnOnce(&mut MemoryStorage) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if self.writes_left == 0 {
            return Err(StorageError::Full { cap: 0 });
        }
        self.writes_left -= 1;
        write(&mut self.store)
    }
}

impl Storage for Mortal {
    fn kind(&self) -> &'static str {
        self.store.kind()
    }
    fn list(&mut self) -> Result<Vec<StoredBatch>, StorageError> {
        // As the folder's does.
        for batch in self.store.list()? {
            if batch.events == 0 {
                self.store.delete(&batch.id)?;
            }
        }
        self.store.list()
    }
    fn recovery(&self) -> Recovery {
        self.store.recovery()
    }
    fn create(&mut self, batch: &NewBatch) -> Result<(), StorageError> {
        self.write(|store| store.create(batch))
    }
    fn append(&mut self, id: &BatchId, events: &[&[u8]]) -> Result<(), StorageError> {
        self.write(|store| store.append(id, events))
    }
    fn read(&mut self, id: &BatchId) -> Result<Contents, StorageError> {
        self.store.read(id)
    }
    fn delete(&mut self, id: &BatchId) -> Result<(), StorageError> {
        self.write(|store| store.delete(id))
    }
    fn delete_all(&mut self, documents: &[&str]) -> Result<(), StorageError> {
        self.write(|store| store.delete_all(documents))
    }
    fn mark_delivered(&mut self, id: &BatchId, intake_key: &str) -> Result<(), StorageError> {
        self.write(|store| store.mark_delivered(id, intake_key))
    }
    fn promote_pending(&mut self) -> Result<(), StorageError> {
        self.store.promote_pending()
    }
    fn delete_pending(&mut self) -> Result<(), StorageError> {
        self.store.delete_pending()
    }
    fn save(&mut self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.store.save(name, bytes)
    }
    fn load(&mut self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.store.load(name)
    }
}

/// What each of the two intakes has: every batch once, however often it comes, as its events.
#[derive(Default)]
struct Intakes {
    /// Does the first one refuse what is too large for the second?
    both_small: bool,
    batches: [HashSet<BatchId>; 2],
    events: [HashMap<Vec<u8>, u32>; 2],
}

impl Intakes {
    fn take(&mut self, intake: usize, batch: BatchId, events: &[&[u8]]) {
        if self.batches[intake].insert(batch) {
            for event in events {
                *self.events[intake].entry(event.to_vec()).or_default() += 1;
            }
        }
    }

    /// What the engine hears: of the first intake nothing the first time, though it has the batch; the second takes no more
    /// than two events.
    fn answer(&mut self, intake: usize, batch: BatchId, events: &[&[u8]]) -> Option<u16> {
        if events.len() > 2 && (intake == 1 || self.both_small) {
            return Some(413);
        }
        let is_first = self.batches[intake].is_empty();
        self.take(intake, batch, events);
        (intake == 1 || !is_first || self.both_small).then_some(202)
    }
}

/// Runs the engine until all is sent or the process dies.
fn run(
    phone: &mut Phone,
    store: &mut Mortal,
    intakes: &mut Intakes,
    first: Command,
) -> Result<(), StorageError> {
    let mut commands = vec![first];
    loop {
        let command = match commands.pop() {
            Some(command) => command,
            None if phone.engine.is_idle() => return Ok(()),
            None => {
                phone.mono_ms = phone.engine.wake_at().unwrap().max(phone.mono_ms);
                Command::Tick
            }
        };
        let effects = phone.tell(command);
        for effect in effects {
            match effect {
                Effect::Upload { batch, intake, .. } => {
                    let contents = store.read(&batch)?;
                    let answer = intakes.answer(intake, batch, &contents.events());
                    let answer = answer.ok_or(TransportError::Timeout);
                    commands.push(Command::Uploaded(answer.map(|status| HttpAnswer {
                        status,
                        headers: Vec::new(),
                        body: Vec::new(),
                    })));
                }
                Effect::Halve {
                    batch,
                    halves,
                    delivered,
                    instead_for,
                } => {
                    let halves = halve(store, &batch, halves, &delivered, instead_for.as_deref())?;
                    commands.push(Command::Halved { batch, halves });
                }
                Effect::MarkDelivered { batch, intake_key } => {
                    store.mark_delivered(&batch, &intake_key)?;
                }
                Effect::Delete { batch } => store.delete(&batch)?,
                other => panic!("{other:?}"),
            }
        }
        let rum = phone.engine.status().track(Track::Rum).clone();
        assert_eq!(rum.recovered, rum.accounted_for(), "{rum:?}");
    }
}

fn recovered(store: &mut Mortal) -> Command {
    Command::Recovered {
        batches: store.list().unwrap(),
        unreadable: 0,
    }
}

#[test]
fn halves_go_to_the_intake_that_asked_for_them_alone_wherever_the_process_dies() {
    let (whole, intakes) = dies_at_every_write(false);
    assert_eq!(intakes.batches[0], HashSet::from([whole]));
}

#[test]
fn a_batch_that_is_too_large_for_both_goes_to_each_in_halves_of_its_own() {
    dies_at_every_write(true);
}

/// A backlog of one batch, sent by a process that dies before each write in turn and by the one after it. Answers what the
/// intakes of the one that lived had.
fn dies_at_every_write(both_small: bool) -> (BatchId, Intakes) {
    let mut writes = 0;
    loop {
        let mut store = Mortal {
            store: MemoryStorage::new(usize::MAX),
            writes_left: usize::MAX,
        };
        let whole = NewBatch::rum(BatchId::random(&SeededEntropy::new(1)), WALL_MS, false);
        store.create(&whole).unwrap();
        let events: [&[u8]; 7] = [b"1", b"2", b"3", b"4", b"5", b"6", b"7"];
        store.append(&whole.id, &events).unwrap();

        let mut intakes = Intakes {
            both_small,
            ..Intakes::default()
        };
        store.writes_left = writes;
        let first = recovered(&mut store);
        let died = run(&mut Phone::with(TWO), &mut store, &mut intakes, first).is_err();
        if died {
            store.writes_left = usize::MAX;
            let again = recovered(&mut store);
            run(&mut Phone::with(TWO), &mut store, &mut intakes, again).unwrap();
        }
        let has_whole = intakes.batches[0].contains(&whole.id);
        assert_eq!(has_whole, !both_small, "{writes}");
        for arrived in &intakes.events {
            assert_eq!(arrived.len(), events.len(), "{writes}");
            assert!(arrived.values().all(|&times| times == 1), "{writes}");
        }
        assert_eq!(store.list().unwrap(), [], "{writes}");
        if !died {
            assert!(writes > 10, "{writes} writes");
            return (whole.id, intakes);
        }
        writes += 1;
    }
}
