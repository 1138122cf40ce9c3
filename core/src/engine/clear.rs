//! The app wants all of the user's data gone that has not been sent.

use super::{Effect, Engine};

impl Engine {
    /// Deletes every batch, sent in part or not at all, and what waits for a mapper; the ids of this install are made anew. What
    /// is on its way to an intake is not called back.
    pub(super) fn clear(&mut self, effects: &mut Vec<Effect>) {
        for batch in self.batches.remove_all() {
            self.delivery.forget(&batch.id);
            // As where a batch is given up: what an intake refused is counted as that, once.
            if !batch.refused && !batch.counted_elsewhere {
                let events = batch.events.into();
                self.status.drop_events(batch.lane.track, "cleared", events);
            }
        }
        self.give_up_mapping("cleared", |_| true, effects);
        // The folders too: some batches wait for their key, or were left by another process.
        effects.push(Effect::DeleteAll);
        self.renew_ids(effects);
    }
}
