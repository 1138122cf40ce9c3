//! Events on their way to the storage: those of one turn are written together.

use crate::batch::BatchId;
use crate::limits;

/// What is to be appended, by batch.
#[derive(Default)]
pub(super) struct Appends {
    groups: Vec<Group>,
    bytes: usize,
}

pub(super) struct Group {
    pub(super) batch: BatchId,
    pub(super) events: Vec<Vec<u8>>,
}

impl Appends {
    pub(super) fn add(&mut self, batch: BatchId, event: Vec<u8>) {
        self.bytes += event.len();
        match self.groups.iter_mut().find(|group| group.batch == batch) {
            Some(group) => group.events.push(event),
            None => self.groups.push(Group {
                batch,
                events: vec![event],
            }),
        }
    }

    /// Is it time to write, whatever else is waiting?
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= limits::WRITE_BYTES
    }

    pub(super) fn take(&mut self) -> Vec<Group> {
        self.bytes = 0;
        std::mem::take(&mut self.groups)
    }
}
