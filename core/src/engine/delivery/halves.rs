//! A batch that is too large for an intake.

use super::super::batches::halves;
use super::super::{Effect, Engine};
use super::Done;
use crate::batch::BatchId;

impl Engine {
    /// An intake wants a batch in halves. Nothing else is sent before they are there.
    pub(super) fn split(&mut self, id: &BatchId, index: usize, effects: &mut Vec<Effect>) {
        let Some(batch) = self.batches.get_mut(id) else {
            return;
        };
        if batch.events <= 1 {
            self.delivered(id, index, Done::Refused("payload_too_large"), effects);
            return;
        }
        let mut delivered = batch.delivered.clone();
        self.delivery.under_way = Some((*id, index));
        let instead_for = self.halved_for(id);
        if let Some(key) = &instead_for {
            delivered = self.delivery.keys();
            delivered.retain(|other| other != key);
        }
        effects.push(Effect::Halve {
            batch: *id,
            halves: halves(*id, instead_for.as_deref()),
            delivered,
            instead_for,
        });
    }

    /// Key of the intake that a batch is cut for, where others still want it as it is: one of them may have taken it
    /// already, its answer being lost, and knows the batch by its id alone.
    pub(in crate::engine) fn halved_for(&self, batch: &BatchId) -> Option<String> {
        let (_, index) = self.delivery.under_way?;
        let batch = self.batches.sendable().find(|sealed| sealed.id == *batch)?;
        let intakes = &self.delivery.intakes;
        let intake = intakes.get(index)?;
        let is_wanted = (intakes.iter().enumerate())
            .any(|(other, intake)| other != index && intake.wants(batch));
        is_wanted.then(|| intake.status.key.clone())
    }
}
